"""Workers in another folder: the question is the controller's, and code that is other is refused."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import pytest
from plugin_checks import BREAKS, HOLDS

if TYPE_CHECKING:
    from pathlib import Path

    from plugin_runs import Ran, Warm

PROJECT = {
    "pytest.ini": """[pytest]
coexistence = true
coexistence_deployments = 2
coexistence_at = pilot
coexistence_checks = mine
coexistence_waivers = waivers.toml
coexistence_json = report.json
""",
    "pyproject.toml": '[tool.coexistence.rules]\nports-open = "no"\n',
    "waivers.toml": """[[waivers]]
check = "every_pool_is_called_bob"
owner = "Ann"
approver = "Bob"
reason = "Not yet."
expires = 2030-01-01
""",
    "mine/breaks.py": BREAKS.format(severity="ERROR"),
    "mine/holds.py": HOLDS + "\nfrom ._helper import NAMES\n",
    "mine/_helper.py": "NAMES = ()\n",
    "conftest.py": """
from coexistence.inputs.family.builder import build
from coexistence.model.blueprint import Blueprint, PoolBlueprint, SiteBlueprint

def pytest_coexistence_deployments(deployments):
    deployments.add("added", build(Blueprint(sites=(SiteBlueprint(pools=(PoolBlueprint(),)),)), "a"))
""",
}
#: What a worker needs of it.
CODE = ("mine/breaks.py", "mine/holds.py", "mine/_helper.py", "conftest.py")
#: Settings of another project, which nobody asked about.
OTHER = {"pytest.ini": "[pytest]\ncoexistence_at = edge\n", "pyproject.toml": "[tool.coexistence.rules]\n"}
AFTERWARDS = """
import pytest

@pytest.hookimpl(optionalhook=True, trylast=True)
def pytest_configure_node(node):
    {}
"""

PATCHED = """from coexistence.plugin.code_digests import engine
    node.workerinput["coexistence_engine_files"] = {**engine(), "coexistence/simulation/engine.py": "patched"}
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A project, and a folder with the same code below other settings."""
    project, other = tmp_path / "project", tmp_path / "other"
    for folder, files in (
        (project, PROJECT),
        (other, {**{name: PROJECT[name] for name in CODE}, **OTHER}),
    ):
        (folder / "mine").mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8")
    return project, other


def asked(start: Warm, project: Path, other: Path, *arguments: str) -> Ran:
    """A run with one worker in the other folder."""
    return start(("--dist=load", f"--tx=popen//chdir={other}", *arguments), project, {})


def test_the_whole_question_is_the_controllers(start: Warm, folders: tuple[Path, Path]) -> None:
    project, other = folders
    alone = start((), project, {})
    report = (project / "report.json").read_bytes()
    assert (alone.status, alone.report()["verdict"]) == (1, "no-go")
    assert alone.report()["estates"][1]["name"] == "added"

    ran = asked(start, project, other)

    assert ran.status == 1, ran.said
    assert (project / "report.json").read_bytes() == report
    ran.shows("*Accepted*")


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("mine/breaks.py", HOLDS, "mine/breaks.py is not what the controller has"),
        ("mine/_helper.py", "NAMES = (1,)", "mine/_helper.py is not what the controller has"),
        ("mine/holds.py", None, "mine/holds.py is missing, and the controller has it"),
        ("conftest.py", None, "conftest.py is missing, and the controller has it"),
        ("conftest.py", "import coexistence", "conftest.py is not what the controller has"),
        ("mine/conftest.py", "", ""),
    ],
)
def test_other_code_is_refused(
    start: Warm, folders: tuple[Path, Path], file: str, text: str | None, sentence: str
) -> None:
    project, other = folders
    (other / file).unlink(missing_ok=True)
    if text is not None:
        (other / file).write_text(text, "utf-8")
    ran = asked(start, project, other)

    assert "replacing" not in ran.said
    if not sentence:  # nobody loads it there
        assert ran.status == 1
        return
    refused(ran, other, sentence)
    assert ran.report()["verdict"] == "not-proven"  # whatever an earlier run said


def refused(ran: Ran, other: Path, sentence: str) -> None:
    (said,) = [line for line in ran.err.splitlines() if line.startswith("ERROR: ")]
    assert ran.status == 4
    assert said.startswith(f"ERROR: worker gw0 on {platform.node()} ({other}): {sentence}"), said
    assert "GO" not in ran.said


@pytest.mark.parametrize(
    ("then", "sentence"),
    [
        ("node.workerinput['coexistence_version'] = '0.0.9'", "has pytest-coexistence "),
        (
            "node.workerinput['coexistence_rulebook']['assumption ports-open'] = 'patched'",
            "assumption ports-open is not what the controller has",
        ),
        (
            PATCHED,
            "coexistence/simulation/engine.py is not what the controller has",
        ),
        (
            "node.workerinput['coexistence_engine_place'] = 'elsewhere'",
            "runs the engine in ",
        ),
    ],
    ids=["version", "rule", "engine", "place"],
)
def test_another_version_and_a_patched_engine_are_refused(
    start: Warm, folders: tuple[Path, Path], then: str, sentence: str
) -> None:
    project, other = folders
    (project / "late.py").write_text(AFTERWARDS.format(then), "utf-8")

    refused(asked(start, project, other, "-p", "late"), other, sentence)


def test_a_worker_that_cannot_begin_is_not_replaced(start: Warm, folders: tuple[Path, Path]) -> None:
    project, other = folders
    (other / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    ran = asked(start, project, other)

    assert ran.status == 4
    assert "ERROR: worker gw0 (" in ran.err
    assert "did not begin: " in ran.err
    assert "replacing" not in ran.said
