"""Statements from outside: what no file tells may be said, with author and date, and then it may be go."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from checkout import SAMPLES

if TYPE_CHECKING:
    from plugin_runs import Ran, Warm

SAMPLE = SAMPLES / "two-sites"
POOLS = tuple(f"{name}.pennington-llc.example" for name in ("pool01", "pool02", "branch01"))
QUESTION = ("--coexistence", "--coexistence-from=twin", "--coexistence-json=report.json", "-p", "no:randomly")
PLAN = "--coexistence-plan=plan.toml"
NOW = ("--coexistence-at=now",)
AUTHOR = "Margaret Atwater"


def of_clients(pool: str) -> str:
    return f"""
[[statements]]
text = "Everybody was given Lync 2013 in 2014, and nothing else since."
author = "{AUTHOR}"
date = 2026-01-04
pool = "{pool}"
clients = "lync2013"
clients_upgraded = false
"""


STATEMENTS = tuple(map(of_clients, POOLS))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with an export that is complete but for what nobody can export: who uses which client."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    shutil.copytree(SAMPLE, tmp_path / "twin")
    (tmp_path / "twin" / "clients.csv").unlink()
    return tmp_path


def asked(start: Warm, folder: Path, *statements: str, more: tuple[str, ...] = (), width: int = 80) -> Ran:
    """A run about the twin, with these statements in a plan file if there are any."""
    plan: tuple[str, ...] = ()
    if statements:
        (folder / "plan.toml").write_text("".join(statements), "utf-8")
        plan = (PLAN,)
    return start((*QUESTION, *plan, *more), folder, {"COLUMNS": str(width)})


def open_promises(ran: Ran) -> set[tuple[str, str]]:
    (estate,) = ran.report()["estates"]
    return {(each["check"], each["checkpoint"]) for each in estate["undecided"]}


def test_a_complete_export_with_statements_is_go(start: Warm, folder: Path) -> None:
    without = asked(start, folder)
    assert (without.status, without.report()["verdict"]) == (8, "not-proven")
    without.shows("*client versions (or clients_upgraded, clients in a plan file):")

    ran = asked(start, folder, *STATEMENTS)

    assert (ran.status, ran.report()["verdict"]) == (0, "go")
    (estate,) = ran.report()["estates"]
    assert estate["undecided"] == []
    first: dict[str, Any] = estate["plan"]["statements"][0]
    assert first == {
        "text": "Everybody was given Lync 2013 in 2014, and nothing else since.",
        "author": AUTHOR,
        "date": "2026-01-04",
        "line": 2,
        "says": {"pool": POOLS[0], "clients_upgraded": False, "clients": "lync2013"},
        "answers": ["client versions", "meetings export"],
        "instead_of": [],
        "used": True,
    }
    ran.shows(
        "Stated about pennington-llc, and taken for true",
        "  clients_upgraded false, clients lync2013 of pool01.pennington-llc.example:",
        "*Margaret Atwater on 2026-01-04, plan.toml, line 2)",
        "* GO *",
    )
    report = ran.lines[next(at for at, line in enumerate(ran.lines) if " coexistence report " in line) :]
    assert max(len(line) for line in report if not line.startswith(("Again: ", "  Ask: "))) <= 80


def test_without_one_statement_its_promises_are_open_and_no_others(start: Warm, folder: Path) -> None:
    without_any = open_promises(asked(start, folder))

    ran = asked(start, folder, *STATEMENTS[1:])

    assert ran.status == 8
    assert open_promises(ran)
    assert open_promises(ran) <= without_any
    assert not [each for each in ran.report()["findings"] if each["severity"] in ("blocker", "error")]


def test_a_stated_assumption_is_shown_with_who_said_so_and_not_assumed(start: Warm, folder: Path) -> None:
    firewalls = STATEMENTS[0].split("pool =")[0] + 'assumption = "ports-open"\n'
    needless = STATEMENTS[0].split("pool =")[0] + 'assumption = "dhcp-names-registrar"\nholds = false\n'
    before = asked(start, folder, *STATEMENTS, more=NOW).report()

    ran = asked(start, folder, *STATEMENTS, firewalls, needless, more=NOW)

    for report, used in ((before, True), (ran.report(), False)):
        (entry,) = [each for each in report["assumptions"] if each["id"] == "ports-open"]
        assert (entry["used"], entry["about"]) == (used, "deployment")
    stated = ran.report()["estates"][0]["plan"]["statements"]
    assert [each["used"] for each in stated] == [True, True, True, True, False]
    assert stated[3]["instead_of"] == ["ports-open"]
    (assumed,) = re.findall(r"^Assumed, .*?^=", ran.out, re.MULTILINE | re.DOTALL)
    assert "ports-open" not in assumed
    ran.shows("  ports-open: Everybody*", "  not dhcp-names-registrar (nothing rests on it):*")


def test_a_statement_that_a_file_speaks_against_is_a_finding_with_both_places(
    start: Warm, folder: Path
) -> None:
    shutil.copy(SAMPLE / "clients.csv", folder / "twin")
    ran = asked(start, folder, STATEMENTS[0].replace("lync2013", "lync2010"), more=NOW)

    (found,) = [each for each in ran.report()["findings"] if each["kind"] == "statement-and-file"]
    assert found["check"].endswith("::exported_files_agree")
    assert re.search(r"plan\.toml, line 2 against clients\.csv, line 2\b", found["message"])
    assert found["severity"] == "warning"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            STATEMENTS[0].replace("pool01.", "pool1."),
            "plan.toml, line 6: pool 'pool1.pennington-llc.example' is not in the deployment. Known: ",
        ),
        (
            'partner = "fabricam.com"\nanswers = false\n',
            "plan.toml, line 6: partner 'fabricam.com' is not in the deployment. Known: ",
        ),
        ('gateway = "gw"\nanswers = false\n', "plan.toml, line 6: gateway 'gw' is not in the deployment."),
        (
            'assumption = "port-open"\n',
            "plan.toml, line 6: there is no assumption 'port-open'. Did you mean 'ports-open'?",
        ),
        (
            'pool = "edge01.pennington-llc.example"\nclients = "lync2013"\n',
            "plan.toml, line 6: clients is about people, and nobody is homed on edge01.pennington",
        ),
        (
            f'blocked_port = 443\nfrom_pool = "outside"\nto_pool = "{POOLS[0]}"\n',
            f"plan.toml, line 8: '{POOLS[0]}' is no Edge pool, and only these have ports on the outside.",
        ),
    ],
)
def test_a_name_that_means_nothing_ends_the_run(start: Warm, folder: Path, statement: str, said: str) -> None:
    if "[[" not in statement:
        statement = STATEMENTS[0].split("pool =")[0] + statement
    ran = asked(start, folder, statement)

    assert ran.status == 4
    assert f"ERROR: {said}" in ran.said
    assert "Traceback" not in ran.said


def test_made_up_deployments_are_nobodys(start: Warm, folder: Path) -> None:
    (folder / "plan.toml").write_text(STATEMENTS[0].split("pool =")[0] + 'assumption = "ports-open"\n')
    ran = start(("--coexistence", "--coexistence-deployments=2", PLAN), folder, {})

    assert ran.status == 4
    assert "plan.toml, line 2: states assumption, and nobody knows made-up deployments." in ran.said


def test_a_switch_and_a_statement_that_differ_end_the_run(start: Warm, folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.coexistence.rules]\nports-open = "no"\n')
    ran = asked(start, folder, STATEMENTS[0].split("pool =")[0] + 'assumption = "ports-open"\n')

    assert ran.status == 4
    assert "plan.toml, line 2: states ports-open = 'yes', and [tool.coexistence.rules]" in ran.said


def test_statements_say_the_same_on_workers(start: Warm, folder: Path) -> None:
    firewalls = STATEMENTS[0].split("pool =")[0] + 'assumption = "ports-open"\n'
    shutil.copy(SAMPLE / "clients.csv", folder / "twin")
    statements = (STATEMENTS[0].replace("lync2013", "lync2010"), *STATEMENTS[1:], firewalls)
    asked(start, folder, *statements, more=NOW)
    alone = (folder / "report.json").read_bytes()

    asked(start, folder, *statements, more=(*NOW, "-n", "2"))

    assert (folder / "report.json").read_bytes() == alone


def test_under_pseudonyms_neither_author_nor_object_is_named(start: Warm, folder: Path) -> None:
    (folder / "secret.key").write_bytes(bytes(range(64)))
    shutil.copy(SAMPLE / "clients.csv", folder / "twin" / "atwater-clients.csv")
    about = STATEMENTS[0].split("pool =")[0]
    statements = (
        STATEMENTS[0].replace("lync2013", "lync2010"),
        about + 'administrator = "Atwater, Margaret"\ngroups = ["Pennington Admins"]\n',
        about.replace("Everybody", f"Everybody of {POOLS[0]}") + 'assumption = "ports-open"\n',
    )

    ran = asked(start, folder, *statements, more=(*NOW, "--coexistence-pseudonymise=secret.key"))

    shown = "\n".join(line for line in ran.said.splitlines() if not line.startswith("rootdir:"))
    for text in (shown, (folder / "report.json").read_text("utf-8")):
        assert "pennington" not in text.lower()
        assert "atwater" not in text.lower()
        assert "margaret" not in text.lower()
    (estate,) = ran.report()["estates"]
    assert [each["date"] for each in estate["plan"]["statements"]] == ["2026-01-04"] * 3
    assert [each["kind"] for each in ran.report()["findings"] if each["clause"] == "data"]
