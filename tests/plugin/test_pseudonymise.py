"""``--coexistence-pseudonymise``: no output holds a real name, and the verdict is the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from helpers import built, one_pool

from coexistence.inputs.exports.write.folder import write_exports
from coexistence.model.deployment import Deployment
from coexistence.model.population import Population

if TYPE_CHECKING:
    from pathlib import Path

    from plugin_runs import Ran, Warm

KEY = "--coexistence-pseudonymise=secret.key"
FROM = "--coexistence-from=acme-exports"
OUTPUTS = ("--coexistence-json=report.json", "--coexistence-bill=letters.csv", "-p", "no:randomly")
PLAN = """
[[waves]]
name = "first"
list = "acme-people.txt"

[[waves]]
name = "rest"
everybody = true

[[statements]]
text = "Everybody of {pool} was told."
author = "Margaret Atwater"
date = 2026-01-01
"""


@pytest.fixture
def made() -> Deployment:
    return built(one_pool(people=30))


@pytest.fixture
def folder(tmp_path: Path, made: Deployment) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "secret.key").write_bytes(bytes(range(64)))
    write_exports(made, tmp_path / "acme-exports")
    return tmp_path


def asked(start: Warm, folder: Path, *arguments: str) -> Ran:
    return start(("--coexistence", *arguments), folder, {})


def originals(made: Deployment) -> set[str]:
    """Names that nobody but this deployment has."""
    people = made.population
    assert isinstance(people, Population)
    labels = {made.sip_domains[0], *(site.name for site in made.sites), "acme", "Atwater"}
    labels |= {server.fqdn for server in made.servers} | {pool.fqdn for pool in made.pools}
    labels |= {people.addresses[row].partition("@")[0] for row in range(len(people))}
    return {label.lower() for label in labels if len(label) > 3}


def scanned(folder: Path, ran: Ran, made: Deployment) -> list[tuple[str, str]]:
    """Every original that stands in an output: what pytest itself says of its folders left aside."""
    texts = {"printed": "\n".join(line for line in ran.said.splitlines() if not line.startswith("rootdir:"))}
    for path in [folder / "report.json", folder / "letters.csv", *folder.glob(".pytest_cache/**/*")]:
        if path.is_file():
            texts[path.name] = path.read_bytes().decode("utf-8-sig")
    return [
        (place, name)
        for place, text in texts.items()
        for name in originals(made)
        if re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text.lower())
    ]


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_no_output_holds_a_real_name(
    start: Warm, folder: Path, made: Deployment, workers: tuple[str, ...]
) -> None:
    people = made.population
    assert isinstance(people, Population)
    (folder / "plan.toml").write_text(PLAN.format(pool=made.pools[0].fqdn), "utf-8")
    (folder / "acme-people.txt").write_text("\n".join(people.addresses[row] for row in range(5)), "utf-8")
    plan = "--coexistence-plan=plan.toml"
    real = asked(start, folder, FROM, plan, *OUTPUTS)
    report, letters = real.report(), (folder / "letters.csv").read_text("utf-8-sig")
    assert scanned(folder, real, made)

    ran = asked(start, folder, FROM, plan, KEY, *OUTPUTS, *workers, "--cache-clear")

    assert scanned(folder, ran, made) == []
    assert ran.status == real.status
    assert ran.report()["verdict"] == report["verdict"]
    one, other = report["estates"][0], ran.report()["estates"][0]
    assert one["clauses"] == other["clauses"]
    assert one["rollback"]["steps"] == other["rollback"]["steps"]
    # Pools stand in the order of their names.
    assert sorted(each["users"] for each in one["inventory"]["pools"]) == sorted(
        each["users"] for each in other["inventory"]["pools"]
    )
    assert len((folder / "letters.csv").read_text("utf-8-sig").splitlines()) == len(letters.splitlines())


def test_the_plan_is_printed_without_real_names(start: Warm, folder: Path, made: Deployment) -> None:
    ran = asked(start, folder, FROM, KEY, "--coexistence-show-plan")

    assert ran.status == 0
    assert scanned(folder, ran, made) == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((KEY,), "made-up deployments have no real names"),
        ((FROM, "--coexistence-pseudonymise=none.key"), "there is no such key file. Make one with"),
        (
            (FROM, "--coexistence-pseudonymise=acme-exports/users.csv"),
            "the key lies among the exported files",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    start: Warm, folder: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    ran = asked(start, folder, *arguments)

    assert ran.status == 4
    assert complaint in ran.said


def test_it_can_stand_in_the_ini_file(start: Warm, folder: Path, made: Deployment) -> None:
    (folder / "pytest.ini").write_text("[pytest]\ncoexistence_pseudonymise = secret.key\n")
    ran = asked(start, folder, FROM, "--coexistence-at=now")

    assert scanned(folder, ran, made) == []
    assert "--coexistence-pseudonymise=KEYFILE" in ran.out
