"""``--coexistence-json``: schema 1, and the same bytes however a run was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from plugin_checks import BREAKS, FEW, FOUR, MINE

if TYPE_CHECKING:
    from plugin_runs import Run

JSON = "--coexistence-json=report.json"
#: Part of the question is enough where bytes are compared; the whole one is compared with workers below.
PART = (*FOUR, "--coexistence-checks=mine.py", "--coexistence-at=pilot,production.rolled-back")
FAILING = {"mine.py": BREAKS.format(severity="WARNING")}
#: The keys of schema 1, by place. More may be added; none of these may be missing or renamed.
SCHEMA: dict[str, set[str]] = {
    "": {
        "schema",
        "tool",
        "version",
        "verdict",
        "seed",
        "as_of",
        "rerun",
        "evaluations",
        "deployments",
        "assumptions",
        "estates",
        "findings",
        "qualification",
    },
    "assumptions[]": {"id", "default", "used", "source"},
    "estates[]": {
        "name",
        "kind",
        "checkpoints",
        "verdict",
        "inventory",
        "imported",
        "clauses",
        "undecided",
        "rollback",
    },
    "estates[].inventory": {"sites", "pools", "cms_master", "sip_domains", "users", "meetings"},
    "estates[].inventory.sites[]": {"id", "name", "kind"},
    "estates[].inventory.pools[]": {"fqdn", "version", "role", "edition", "site", "servers", "users"},
    "estates[].imported[]": {"file", "kind", "rows", "used", "notes"},
    "estates[].undecided[]": {"check", "checkpoint", "needs", "people"},
    "estates[].rollback": {"last_safe_step", "steps", "bills"},
    "estates[].rollback.steps[]": {"step", "undo", "bill", "repeat", "resume", "roll_back", "retry"},
    "estates[].rollback.bills[]": {
        "from",
        "meetings",
        "clients",
        "users",
        "organizers",
        "invited",
        "contact_lists",
        "directories",
        "endpoints",
        "freeze",
        "endless",
        "meeting_rows",
        "by_site",
    },
    "findings[]": {
        "check",
        "clause",
        "severity",
        "estate",
        "deployment",
        "checkpoint",
        "kind",
        "subject",
        "people",
        "outcome",
        "assumes",
        "remedy",
        "document",
        "waived",
    },
    "findings[].outcome": {"disposition", "sip", "diagnostic", "reason", "source", "hops"},
}
STANDINGS = {"kept", "broken", "undecided", "not-applicable"}


def at(report: Any, path: str) -> list[Any]:
    """Every object at a place of the report."""
    found = [report]
    for part in filter(None, path.split(".")):
        name = part.removesuffix("[]")
        found = [each[name] for each in found if each[name] is not None]
        if part.endswith("[]"):
            found = [inner for each in found for inner in each]
    return found


@pytest.mark.parametrize("path", SCHEMA)
def test_every_key_of_the_schema_is_there(run: Run, path: str) -> None:
    reaches = '''
from coexistence import Conversation, check

@check(clause="messaging", at="pilot")
def nobody_writes(conversation: Conversation) -> None:
    """Nobody writes."""
    outcome = conversation.message()
    assert not outcome.done, outcome
'''
    made = [
        run(*MINE, JSON, files={"mine.py": reaches}).report(),
        run(*FEW, JSON, "--coexistence-from=twin", files=_twin()).report(),
    ]

    objects = [each for report in made for each in at(report, path)]
    assert objects, "no example of this place: the test shows nothing"
    for each in objects:
        assert SCHEMA[path] <= set(each), SCHEMA[path] - set(each)


def _twin() -> dict[str, str]:
    """A folder with one deployment of 2013, as text files, without services."""
    import tempfile
    from pathlib import Path

    from helpers import built

    from coexistence.inputs.exports.write.folder import write_exports

    with tempfile.TemporaryDirectory() as folder:
        write_exports(built(), Path(folder))
        texts = {}
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and "service" not in path.name.lower():
                texts[f"twin/{path.name}"] = path.read_text("utf-8-sig")
        return texts


def test_words_come_from_the_schemas_lists(run: Run) -> None:
    report = run(*MINE, JSON, files={"mine.py": BREAKS.format(severity="BLOCKER")}).report()

    assert (report["schema"], report["tool"]) == (1, "pytest-coexistence")
    assert report["verdict"] == "no-go"
    (estate,) = report["estates"]
    assert estate["kind"] == "generated"
    for clause in estate["clauses"].values():
        assert clause["verdict"] in {"go", "no-go", "not-proven"}
        assert list(clause["checkpoints"]) == estate["checkpoints"]
        assert set(clause["checkpoints"].values()) <= STANDINGS
    data = estate["clauses"]["data"]
    assert data["verdict"] == "no-go"
    assert [label for label, standing in data["checkpoints"].items() if standing == "broken"] == ["pilot"]
    assert {step["undo"] for step in estate["rollback"]["steps"]} <= {
        "clean",
        "bill",
        "irreversible",
        "undocumented",
    }
    for finding in report["findings"]:
        assert finding["severity"] in {"blocker", "error", "warning", "info"}
        assert finding["deployment"] == 0
        assert finding["waived"] is None


def test_a_twin_is_a_twin(run: Run) -> None:
    ran = run(*FEW, JSON, "--coexistence-from=twin", files=_twin())

    (estate,) = ran.report()["estates"]
    assert estate["kind"] == "twin"
    assert estate["checkpoints"][0] == "now"
    assert estate["inventory"]["pools"]
    assert {each["deployment"] for each in ran.report()["findings"]} <= {None}
    assert "Get-CsWindowsService" in {need for each in estate["undecided"] for need in each["needs"]}


VARIANTS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "again": ((), {"AGAIN": "1"}),
    "-n 0": (("-n", "0"), {}),
    "-n 2": (("-n", "2"), {}),
    "randomly, seed 1": (("--randomly-seed=1",), {}),
    "randomly, seed 2, -n 2": (("--randomly-seed=2", "-n", "2"), {}),
    "without randomly": (("-p", "no:randomly"), {}),
    "hash seed 0": ((), {"PYTHONHASHSEED": "0"}),
    "hash seed 1": ((), {"PYTHONHASHSEED": "1"}),
    "quiet": (("-q", "--tb=no"), {}),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_question_gives_the_same_bytes(run: Run, variant: str) -> None:
    arguments, env = VARIANTS[variant]
    reference = run(*PART, JSON, files=FAILING)

    ran = run(*PART, JSON, *arguments, files=FAILING, env=env)

    assert ran.status == reference.status == 8, ran.said
    assert (ran.folder / "report.json").read_bytes() == (reference.folder / "report.json").read_bytes()


def test_the_whole_question_gives_the_same_bytes_with_workers(run: Run) -> None:
    alone, shared = run(*FOUR, JSON), run(*FOUR, JSON, "-n", "2")

    assert (alone.folder / "report.json").read_bytes() == (shared.folder / "report.json").read_bytes()


def test_the_rerun_line_asks_the_same_question(run: Run) -> None:
    from shlex import split

    first = run(*PART, JSON, "-n", "2", files=FAILING)
    words = split(first.report()["rerun"])
    assert words[0] == "pytest"
    assert "-n" not in words

    again = run(*words[1:], JSON, files=FAILING)

    assert (again.folder / "report.json").read_bytes() == (first.folder / "report.json").read_bytes()


def test_the_report_is_written_where_it_was_asked_for(run: Run) -> None:
    ran = run(*FEW, "--coexistence-json=deep/down/report.json")

    assert ran.report("deep/down/report.json")["verdict"] == "go"


def test_it_can_be_asked_for_in_the_ini_file(run: Run) -> None:
    ran = run(*FEW, files={"pytest.ini": "[pytest]\ncoexistence_json = report.json\n"})

    assert ran.report()["verdict"] == "go"


def test_the_file_ends_with_a_line_feed_and_is_utf_8(run: Run) -> None:
    data = (run(*FEW, JSON).folder / "report.json").read_bytes()

    assert data.endswith(b"}\n")
    assert b"\r" not in data
    data.decode("utf-8")


def test_collecting_alone_writes_nothing(run: Run) -> None:
    assert not (run(*FEW, JSON, "--co").folder / "report.json").exists()
