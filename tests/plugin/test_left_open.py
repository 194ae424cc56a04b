"""A check, or a fixture of it, that gives no answer leaves its promise open: per subject, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from plugin_checks import ALONE, HOLDS, MINE

if TYPE_CHECKING:
    from plugin_runs import Ran, Run

TWO = ("-n", "2")
ALONE_AND_TOGETHER = pytest.mark.parametrize("workers", [(), TWO], ids=["alone", "two workers"])
QUESTION = (*MINE, "--coexistence-json=report.json", "--junitxml=junit.xml", "-p", "no:randomly")


def asked(run: Run, content: str, *more: str) -> Ran:
    """Ask nothing but a check that holds and those that are given."""
    head = "import unittest\nimport pytest\nfrom coexistence import Severity\n"
    return run(*QUESTION, *more, files={"mine.py": head + HOLDS + content, "conftest.py": ALONE})


def left_open(ran: Ran) -> list[dict[str, object]]:
    """What checks left open, in the JSON report."""
    (estate,) = ran.report()["estates"]
    return [each for record in estate["undecided"] for each in record["left_open"]]


def reasons(ran: Ran) -> list[str]:
    """Why items were skipped, in the XML report."""
    tree = ElementTree.parse(ran.folder / "junit.xml")  # our own file
    return [each.get("message", "") for each in tree.iter("skipped")]


def check(body: str, head: str = "pool: PoolSubject", marks: str = "") -> str:
    return f'''
{marks}
@check(clause="names", at="pilot")
def it_is_known({head}) -> None:
    """It is known."""
    {body}
'''


SAID = {
    "skip": (check("pytest.skip('the lab is closed')"), "skipped: the lab is closed"),
    "skip without a word": (check("pytest.skip()"), "skipped"),
    "unittest's skip": (check("raise unittest.SkipTest('the lab is closed')"), "skipped: the lab is closed"),
    "importorskip": (
        check("pytest.importorskip('no_such_module', reason='no lab')"),
        "skipped: no lab",
    ),
    "xfail": (check("pytest.xfail('not mended yet')"), "expected to fail: not mended yet"),
    "a mark": (
        check("pass", marks="@pytest.mark.skip(reason='the lab is closed')"),
        "skipped: the lab is closed",
    ),
    "a mark with a condition": (
        check("pass", marks="@pytest.mark.skipif(True, reason='the lab is closed')"),
        "skipped: the lab is closed",
    ),
    "a mark that expects a failure": (
        check("assert not pool.label", marks="@pytest.mark.xfail(reason='not mended yet')"),
        "expected to fail: not mended yet",
    ),
    "a mark that keeps it from running": (
        check("pass", marks="@pytest.mark.xfail(run=False, reason='not mended yet')"),
        "expected to fail: [NOTRUN] not mended yet",
    ),
    "a fixture that skips": (
        check("pass", "pool: PoolSubject, lab: object")
        + "\n@pytest.fixture\ndef lab(): pytest.skip('the lab is closed')\n",
        "skipped: the lab is closed",
    ),
    "a fixture that skips when it is over": (
        check("pass", "pool: PoolSubject, lab: object")
        + "\n@pytest.fixture\ndef lab():\n    yield 1\n    pytest.skip('the lab is closed')\n",
        "skipped: the lab is closed",
    ),
    "a fixture that expects to fail": (
        check("pass", "pool: PoolSubject, lab: object")
        + "\n@pytest.fixture\ndef lab(): pytest.xfail('not mended yet')\n",
        "expected to fail: not mended yet",
    ),
}


def in_conftest(content: str) -> dict[str, str]:
    """Files of a question: fixtures stand in a conftest."""
    body, _, fixture = content.partition("\n@pytest.fixture\n")
    head = "import unittest\nimport pytest\nfrom coexistence import Severity\n"
    conftest = f"{ALONE}\nimport pytest\n" + (f"@pytest.fixture\n{fixture}" if fixture else "")
    return {"mine.py": head + HOLDS + body, "conftest.py": conftest}


@pytest.mark.parametrize(("content", "reason"), SAID.values(), ids=list(SAID))
def test_what_gives_no_answer_leaves_the_promise_open(run: Run, content: str, reason: str) -> None:
    ran = run(*QUESTION, files=in_conftest(content))

    assert (ran.status, ran.report()["verdict"]) == (8, "not-proven"), ran.said
    assert {each["reason"] for each in left_open(ran)} == {reason}
    assert ran.report()["crashes"] == ran.report()["findings"] == []
    (estate,) = ran.report()["estates"]
    assert estate["clauses"]["names"]["checkpoints"]["pilot"] == "undecided"
    assert estate["clauses"]["data"]["verdict"] == "go"
    assert reason in " ".join(ran.out.partition("Left open about generated")[2].split())


@ALONE_AND_TOGETHER
def test_one_subject_that_is_skipped_spoils_no_other(run: Run, workers: tuple[str, ...]) -> None:
    some = """
@check(clause="names", at="pilot", severity=Severity.BLOCKER)
def some_are_known(pool: PoolSubject) -> None:
    \"\"\"Some are known.\"\"\"
    if "new-" in pool.label:
        pytest.skip(f"nobody looks at {pool.label}")
    assert not pool.label, "it is broken"
"""
    ran = asked(run, some, *workers)
    report = ran.report()

    assert (ran.status, report["verdict"]) == (1, "no-go")
    opened = left_open(ran)
    assert opened
    assert report["findings"]
    assert not {each["subject"] for each in opened} & {each["subject"] for each in report["findings"]}
    for each in opened:
        assert each["reason"] == f"skipped: nobody looks at {each['subject']}"
        assert each["deployment"] == 0


@ALONE_AND_TOGETHER
def test_subjects_and_reasons_are_named_everywhere(run: Run, workers: tuple[str, ...]) -> None:
    ran = asked(run, check("pytest.skip(f'{pool.label} is asleep')"), "-rs", *workers)

    opened = left_open(ran)
    assert ran.outcomes["undecided"] == 1
    assert len(opened) > 1
    said = " ".join(ran.out.split())
    (junit,) = reasons(ran)
    for each in opened:
        assert f"{each['subject']}: skipped: {each['subject']} is asleep" in junit
        assert f"at pilot, {each['subject']} (deployment 0): skipped: {each['subject']} is asleep" in said
    ran.shows("*= undecided and not applicable =*", "UNDECIDED mine.py::it_is_known?generated-0-0-pilot? - *")


def test_a_strict_run_fails_where_something_is_left_open(run: Run) -> None:
    ran = asked(run, check("pytest.skip('no')"), "--coexistence-strict")

    assert (ran.status, ran.report()["verdict"]) == (1, "not-proven")


def test_a_check_that_was_expected_to_fail_and_holds_is_kept(run: Run) -> None:
    holds = check("assert pool.label", marks="@pytest.mark.xfail(reason='not mended yet')")

    ran = asked(run, holds)
    assert (ran.status, ran.report()["verdict"]) == (0, "go")

    strict = asked(run, holds.replace("(reason", "(strict=True, reason"))
    assert (strict.status, strict.report()["verdict"]) == (1, "not-proven")
    (crash,) = strict.report()["crashes"]
    assert crash["error"] == "[XPASS(strict)] not mended yet"


def test_why_a_promise_is_about_nobody_is_told(run: Run) -> None:
    nobody = check("not_applicable(f'{pool.label} has no phones')")
    ran = asked(run, "from coexistence import not_applicable\n" + nobody, "-rA")

    assert ran.status == 0
    ran.shows(
        "NOT APPLICABLE mine.py::it_is_known?generated-0-0-pilot? - *: not applicable: * has no phones*"
    )
