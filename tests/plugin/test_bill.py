"""``--coexistence-bill``: whom to warn before a rollback, as CSV for mail merge."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from helpers import built, one_pool
from plugin_checks import FEW, FOUR

from coexistence.inputs.exports.write.folder import write_exports
from coexistence.reporting.mail_merge import HEAD

if TYPE_CHECKING:
    from pathlib import Path

    from plugin_runs import Ran, Run, Warm

PART = "--coexistence-at=pilot"
BILL = "--coexistence-bill=letters.csv"


def report(ran: Ran) -> list[str]:
    """The lines of our own report, but for the command that asks again."""
    first = next(at for at, line in enumerate(ran.lines) if " coexistence report " in line)
    last = next(at for at, line in enumerate(ran.lines) if line.startswith("Again:"))
    return ran.lines[first:last]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_everybody_who_has_to_be_warned_has_a_row(run: Run) -> None:
    ran = run(*FEW, PART, BILL, "--coexistence-json=report.json")
    found = rows(ran.folder / "letters.csv")
    bills = ran.report()["estates"][0]["rollback"]["bills"]

    assert tuple(found[0]) == HEAD
    assert [bill["from"] for bill in bills] == list(dict.fromkeys(row["from"] for row in found))
    for bill in bills:
        theirs = [row for row in found if row["from"] == bill["from"]]
        assert len(theirs) == bill["users"]
        assert sum(int(row["meetings"]) for row in theirs) == bill["meetings"]
        assert sum(row["downgrade_client"] == "yes" for row in theirs) == bill["clients"]
        assert sum(int(row["meetings"]) > 0 for row in theirs) == bill["organizers"]
    assert all("@" in row["sip"] for row in found)


@pytest.mark.parametrize("variant", [("-n", "2"), ("-p", "no:randomly"), ("--coexistence-at=edge",)])
def test_the_file_is_the_same_however_a_run_is_made(run: Run, variant: tuple[str, ...]) -> None:
    reference = run(*FOUR, PART, BILL).folder / "letters.csv"
    ran = run(*FOUR, PART, BILL, *variant)

    assert (ran.folder / "letters.csv").read_bytes() == reference.read_bytes()


def test_a_folder_gets_one_file_for_each_checkpoint(run: Run) -> None:
    ran = run(*FEW, PART, "--coexistence-bill=letters")

    assert sorted(path.name for path in (ran.folder / "letters").iterdir()) == [
        f"generated-{label}.csv" for label in ("edge", "pilot", "post-migration", "production")
    ]


def test_the_ini_file_may_name_it(run: Run) -> None:
    ran = run(*FEW, PART, files={"pytest.ini": "[pytest]\ncoexistence_bill = out/letters.csv\n"})

    assert rows(ran.folder / "out" / "letters.csv")


@pytest.mark.parametrize("name", ["letters.xlsx", "letters.txt"])
def test_another_kind_of_file_is_refused(run: Run, name: str) -> None:
    ran = run(*FEW, PART, f"--coexistence-bill={name}")

    assert ran.status == 4
    assert f"--coexistence-bill {name}: neither a file that ends in .csv nor a folder." in ran.said


@pytest.mark.parametrize("option", ["bill=taken/letters.csv", "bill=taken/letters", "json=taken/report.json"])
def test_a_file_that_cannot_be_written_is_said_before_the_run(run: Run, option: str) -> None:
    ran = run(*FEW, PART, f"--coexistence-{option}", files={"taken": "a file, no folder"})

    assert (ran.status, ran.out) == (4, "")
    said = option.replace("=", " ")
    assert f"ERROR: --coexistence-{said}: cannot be written: Not a directory." in ran.err


def test_a_file_that_can_no_longer_be_written_is_said_after_it(run: Run) -> None:
    taken = """
import pytest, shutil

@pytest.hookimpl(wrapper=True)
def pytest_runtestloop():
    yield
    shutil.rmtree("out")
    open("out", "x").close()
    return True
"""
    files = ("--coexistence-bill=out/letters.csv", "--coexistence-json=out/report.json")
    ran = run(*FEW, PART, *files, files={"conftest.py": taken})

    assert ran.status == 3
    assert "the bill could not be written" in ran.said
    assert "the JSON report could not be written" in ran.said
    assert list(ran.folder.glob(".coexistence-*")) == []


def test_without_the_option_nothing_is_written(run: Run) -> None:
    ran = run(*FEW, PART)

    assert not list(ran.folder.rglob("*.csv"))


def test_the_report_tells_what_the_bill_takes(run: Run) -> None:
    ran = run(*FEW, "--coexistence-at=post-migration", env={"COLUMNS": "80"})

    ran.shows("What going back would cost, by checkpoint:", "*pilot: * meeting*", "*post-migration:*")
    assert "freeze" in ran.out
    assert [line for line in report(ran) if len(line) > 80] == []


def test_a_twins_people_are_written_to_by_their_own_addresses(start: Warm, tmp_path: Path) -> None:
    deployment = built(one_pool(people=30))
    write_exports(deployment, tmp_path / "contoso")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")

    ran: Ran = start(("--coexistence", "--coexistence-from=contoso", PART, BILL), tmp_path, {})
    found = [row for row in rows(ran.folder / "letters.csv") if row["from"] == "pilot"]

    addresses = deployment.population.addresses  # type: ignore[union-attr]  # generated people are known
    assert [row["sip"] for row in found] == [addresses[int(row["id"])] for row in found]
    assert found
