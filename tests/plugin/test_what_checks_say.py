"""What a check says of its findings is shown wherever findings are: text, JSON, JUnit."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from plugin_checks import MINE, NOT_APPLICABLE

if TYPE_CHECKING:
    from plugin_runs import Run

YIELDS = """
from coexistence import Disposition, Finding, Outcome, PoolSubject, check

@check(clause="data", at="pilot")
def pools_are_nice(pool: PoolSubject):
    '''Pools are nice.'''
    outcome = Outcome(disposition=Disposition.FAILED, reason="no bone", source="x")
    yield Finding(kind="bites", message="it bit the postman", outcome=outcome)

@check(clause="data", at="pilot")
def pools_are_called_bob(pool: PoolSubject):
    '''Pools are called Bob.'''
    assert pool.label == "bob"
"""
FILES = {"mine.py": YIELDS + NOT_APPLICABLE}


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["plain", "workers"])
def test_message_kind_and_every_subject_are_told(run: Run, workers: tuple[str, ...]) -> None:
    chosen = ("--coexistence-at=pilot", "-k", "pools_are or nobody_is")
    ran = run(*MINE, *chosen, *workers, "--junit-xml=x.xml", "--coexistence-json=report.json", files=FILES)

    found = [each for each in ran.report()["findings"] if each["check"] == "mine.py::pools_are_nice"]
    subjects = [each["subject"] for each in found]
    assert len(subjects) > 1
    assert {(each["kind"], each["message"]) for each in found} == {("bites", "it bit the postman")}
    assert {each["outcome"]["reason"] for each in found} == {"no bone"}
    ran.shows("*broken: pools are nice", "  bites: it bit the postman", "  failed: no bone")
    assert "traceback entries are hidden" not in ran.out

    cases = {
        case.attrib["name"].partition("[")[0]: case
        for case in ElementTree.parse(ran.folder / "x.xml").iter("testcase")  # written by this run
    }
    nice = cases["pools_are_nice"].findtext("failure") or ""
    bob = cases["pools_are_called_bob"].findtext("failure") or ""
    assert all(f"{each}: bites: it bit the postman: no bone\n" in f"{nice}\n" for each in subjects)
    assert all(f"\n{each}: pools_are_called_bob: assert " in bob for each in subjects)
    assert [
        {each.attrib["name"]: each.attrib["value"] for each in cases[name].iter("property")}
        for name in ("pools_are_nice", "nobody_is_concerned")
    ] == [
        {
            "coexistence-verdict": verdict,
            "coexistence-clause": "data",
            "coexistence-checkpoint": "pilot",
            "coexistence-people": str(people),
        }
        for verdict, people in (("broken", sum(each["people"] for each in found)), ("not-applicable", 0))
    ]
    # The place is the check's, not that of pytest's own code.
    assert "mine.py:" in (cases["nobody_is_concerned"].findtext("skipped") or "")
