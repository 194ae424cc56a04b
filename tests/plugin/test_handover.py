"""Twins on xdist workers: files are read once, by the controller, and workers get what was in them."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from helpers import built, one_pool

from coexistence.inputs.exports.write.folder import write_exports
from coexistence.model.population import Population

if TYPE_CHECKING:
    from pathlib import Path

    from plugin_runs import Ran, Warm

    from coexistence.model.deployment import Deployment

QUESTION = (
    "--coexistence-from=contoso",
    "--coexistence-at=now,pilot,edge",
    "--coexistence-json=report.json",
    # Enough for whoever looks at servers, people and their meetings.
    "coexistence.checks.services",
    "coexistence.checks.clients",
    "coexistence.checks.meetings",
)
NAMES = "--coexistence-pseudonymise=secret.key"

#: Run by the controller alone, right before a worker is started.
WORKERS = """
import pathlib, shutil
import pytest

@pytest.hookimpl(optionalhook=True, trylast=True)
def pytest_configure_node(node):
    {then}
"""
GONE = 'shutil.rmtree("contoso", ignore_errors=True); pathlib.Path("secret.key").unlink(missing_ok=True)'
CHANGED = """[path.write_bytes(b"not what it was") for path in pathlib.Path("contoso").iterdir()]"""
KEEP = """shutil.copy2(node.workerinput["coexistence_columns_file"], "columns")
    with open("told.txt", "a") as told: told.write(node.workerinput["coexistence_columns_file"] + "\\n")"""


@pytest.fixture(scope="module")
def made() -> Deployment:
    return built(one_pool(people=30))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, made: Deployment) -> Path:
    """A project with a deployment's exports and a key in it."""
    folder = tmp_path_factory.mktemp("handover")
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "secret.key").write_bytes(bytes(range(64)))
    write_exports(made, folder / "contoso")
    return folder


@pytest.fixture
def folder(sample: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    return shutil.copytree(sample, tmp_path / "project")


@pytest.fixture(scope="module")
def alone(start: Warm, sample: Path) -> dict[str, bytes]:
    """What the report is without workers, by how it was asked for."""
    found = {}
    for more in ("", NAMES):
        start(("--coexistence", *QUESTION, *filter(None, [more])), sample, {})
        found[more] = (sample / "report.json").read_bytes()
    return found


def asked(start: Warm, folder: Path, *arguments: str, then: str = "pass") -> Ran:
    """A run in the project with two workers; ``then`` happens before each of them is started."""
    (folder / "conftest.py").write_text(WORKERS.format(then=then))
    return start(("--coexistence", *QUESTION, "-n", "2", *arguments), folder, {})


@pytest.mark.parametrize(
    ("then", "names"), [(GONE, NAMES), (CHANGED, "")], ids=["gone, pseudonyms", "changed, real names"]
)
def test_workers_do_without_the_files(
    start: Warm, folder: Path, alone: dict[str, bytes], then: str, names: str
) -> None:
    ran = asked(start, folder, *filter(None, [names]), then=then)

    assert ran.status == 8, ran.said  # only some checkpoints were asked for
    assert (folder / "report.json").read_bytes() == alone[names]


@pytest.mark.parametrize(
    "then",
    [
        "import coexistence.plugin.xdist_handover as room; room._is_here = lambda spec: False",
        "import os, tempfile; tempfile.mkstemp = lambda **how: os.open('no/room', os.O_RDONLY)",
    ],
    ids=["on another machine", "no room for a file"],
)
def test_workers_that_cannot_map_a_file_are_sent_the_bytes(
    start: Warm, folder: Path, alone: dict[str, bytes], then: str
) -> None:
    before = WORKERS.replace("trylast", "tryfirst").format(then=then)
    (folder / "early.py").write_text(before)
    told = "assert len(node.workerinput['coexistence_columns']) > 1; " + GONE
    ran = asked(start, folder, "-p", "early", then=told)

    assert ran.status == 8, ran.said
    assert (folder / "report.json").read_bytes() == alone[""]


def test_workers_share_one_file_that_says_no_name_and_is_gone_afterwards(
    start: Warm, folder: Path, made: Deployment
) -> None:
    asked(start, folder, NAMES, then=KEEP)

    told = (folder / "told.txt").read_text().splitlines()
    assert len(told) == 2
    assert len(set(told)) == 1
    assert not (folder / told[0]).exists()
    assert (folder / "columns").stat().st_mode & 0o077 == 0, "nobody else's to read"
    written = (folder / "columns").read_bytes().lower()
    people = made.population
    assert isinstance(people, Population)
    hidden = {made.sip_domains[0], *(pool.fqdn for pool in made.pools), *(site.name for site in made.sites)}
    hidden |= {people.addresses[row].partition("@")[0] for row in range(len(people))}
    assert len(hidden) > 30
    assert [
        name
        for name in hidden
        if re.search(rb"(?<![a-z0-9])" + re.escape(name.lower().encode()) + rb"(?![a-z0-9])", written)
    ] == []


def test_without_workers_nothing_is_written(start: Warm, folder: Path) -> None:
    (folder / "tmp").mkdir()
    start(("--coexistence", *QUESTION), folder, {"TMPDIR": str(folder / "tmp")})

    assert list((folder / "tmp").glob("coexistence-*")) == []


CRASHES_ONCE = """
import os, pathlib
from coexistence import Severity, check

@check(clause="services", severity=Severity.INFO, at="pilot")
def crashes_once(pool):
    '''A worker that ends in the middle is replaced.'''
    if not pathlib.Path("crashed").exists():
        pathlib.Path("crashed").touch()
        os._exit(1)
"""


def test_a_worker_that_replaces_one_gets_what_that_had(
    start: Warm, folder: Path, alone: dict[str, bytes]
) -> None:
    (folder / "mine.py").write_text(CRASHES_ONCE)

    ran = asked(start, folder, "--coexistence-checks=mine.py", "mine.py", then=GONE)

    assert "replacing crashed worker" in ran.said
    assert ran.outcomes["failed"] == 1
    assert (ran.status, ran.report()["verdict"]) == (1, "not-proven")
    assert [each["check"] for each in ran.report()["crashes"]] == ["mine.py::crashes_once"]
    (estate,) = ran.report()["estates"]
    (before,) = json.loads(alone[""])["estates"]
    assert estate["clauses"]["meetings"] == before["clauses"]["meetings"]


ADDS = """
from coexistence.model.blueprint import Blueprint, SiteBlueprint, PoolBlueprint
from coexistence.inputs.family.builder import build

def pytest_coexistence_deployments(deployments):
    deployments.add("added", build(Blueprint(sites=(SiteBlueprint(pools=(PoolBlueprint(),)),)), "a"))
"""


def test_several_twins_and_added_deployments_are_the_same_on_workers(start: Warm, folder: Path) -> None:
    write_exports(built(one_pool(people=7)), folder / "other")
    (folder / "adds.py").write_text(ADDS)
    more = ("--coexistence-from=other", "--coexistence-from=contoso", "-p", "adds")
    start(("--coexistence", *QUESTION, *more), folder, {})
    plainly = (folder / "report.json").read_bytes()

    ran = asked(start, folder, *more, then=GONE + '; shutil.rmtree("other", ignore_errors=True)')

    assert len(ran.report()["estates"]) == 4
    assert (folder / "report.json").read_bytes() == plainly


def test_what_is_wrong_with_files_is_said_once(start: Warm, folder: Path) -> None:
    (folder / "contoso" / "topology.xml").write_text("<Topology")

    ran = asked(start, folder)

    assert ran.status == 4
    assert len([line for line in ran.said.splitlines() if line.strip()]) == 1


@dataclasses.dataclass
class Spec:
    """What execnet tells of a gateway."""

    popen: bool = False
    via: str | None = None


@pytest.mark.parametrize(
    ("spec", "is_here"),
    [(Spec(popen=True), True), (Spec(popen=True, via="proxy"), False), (Spec(), False)],
)
def test_only_processes_of_this_machine_are_shown_a_file(spec: Spec, is_here: bool) -> None:
    from coexistence.plugin.xdist_handover import _is_here

    assert _is_here(spec) is is_here
