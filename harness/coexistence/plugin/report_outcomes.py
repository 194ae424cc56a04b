"""What pytest's reports mean for a promise: one table for every phase and every outcome.

Law of this room: a promise is kept, broken or not applicable by what its check said, and by nothing else. A
report never makes it better than that. Whatever came instead of an answer, or beside one, leaves it open or
is a crash; what is in no row of the table is a crash too.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

import pytest

from coexistence.rehearsal.verdicts import ItemVerdict

__all__ = [
    "OUTCOMES",
    "PRECEDENCE",
    "REASON",
    "TABLE",
    "Effect",
    "Outcome",
    "Phase",
    "effect_of",
    "exit_status",
    "outcome_of",
    "own_outcome",
    "phase_of",
    "reason_of",
    "why_raised",
]

#: Attribute of a report in which our hook says why, where it knows better than the report does.
REASON: Final = "coexistence_reason"
#: How pytest says skip, fail, and expected to fail; none of them is an ``Exception``.
OUTCOMES: Final = (pytest.skip.Exception, pytest.fail.Exception, pytest.xfail.Exception)


class Phase(Enum):
    """Which part of an item a report is about."""

    SETUP = auto()
    CALL = auto()
    TEARDOWN = auto()
    #: Part of a call, reported beside it by the fixture ``subtests``.
    SUBTEST = auto()
    #: None of these: pytest-xdist reports so that a worker ended.
    ELSE = auto()


class Outcome(Enum):
    """What a report says of it."""

    PASSED = auto()
    FAILED = auto()
    SKIPPED = auto()
    #: Failed as expected, by mark or by ``pytest.xfail()``.
    XFAILED = auto()
    #: Passed against expectation.
    XPASSED = auto()
    #: It failed, and will be run again (pytest-rerunfailures).
    RERUN = auto()
    #: A word that a plugin made up.
    ELSE = auto()


class Effect(Enum):
    """What that does to the verdict of a check."""

    #: Nothing: the call decides.
    NOTHING = auto()
    #: What the check said counts; a call without an answer leaves the promise open.
    ANSWER = auto()
    #: The promise is open, unless the check itself said why it skips.
    OPEN = auto()
    #: The promise is open: somebody expects the check to fail, so what it says is not believed.
    EXPECTED = auto()
    #: The verdict is not proven and names what crashed, unless the check itself said why it fails.
    CRASH = auto()
    #: This attempt does not count; the next one does.
    WITHDRAWN = auto()


_AROUND: Final = {
    Outcome.PASSED: Effect.NOTHING,
    Outcome.FAILED: Effect.CRASH,
    Outcome.SKIPPED: Effect.OPEN,
    Outcome.XFAILED: Effect.OPEN,
    Outcome.XPASSED: Effect.NOTHING,
    Outcome.RERUN: Effect.WITHDRAWN,
}
_CALL: Final = {
    Outcome.PASSED: Effect.ANSWER,
    Outcome.FAILED: Effect.CRASH,
    Outcome.SKIPPED: Effect.OPEN,
    Outcome.XFAILED: Effect.EXPECTED,
    Outcome.XPASSED: Effect.ANSWER,
    Outcome.RERUN: Effect.WITHDRAWN,
}
#: What each report means; what is missing here is a crash.
TABLE: Final = {
    **{(Phase.SETUP, outcome): effect for outcome, effect in _AROUND.items()},
    **{(Phase.CALL, outcome): effect for outcome, effect in _CALL.items()},
    **{(Phase.TEARDOWN, outcome): effect for outcome, effect in _AROUND.items()},
    **{(Phase.SUBTEST, outcome): effect for outcome, effect in _AROUND.items()},
    (Phase.ELSE, Outcome.RERUN): Effect.WITHDRAWN,
}
_PHASES: Final = {"setup": Phase.SETUP, "call": Phase.CALL, "teardown": Phase.TEARDOWN}
_OUTCOMES: Final = {
    "passed": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
    "rerun": Outcome.RERUN,
}
_UNEXPECTED: Final = {Outcome.SKIPPED: Outcome.XFAILED, Outcome.PASSED: Outcome.XPASSED}

#: Exit statuses, the weightiest first: unusable input, an internal error, an interruption, no-go or a crash,
#: not proven, go.
PRECEDENCE: Final = (4, 3, 2, 1, 8, 0)


def phase_of(report: pytest.TestReport) -> Phase:
    """Which part of an item a report is about."""
    if isinstance(report, pytest.SubtestReport):
        return Phase.SUBTEST
    return _PHASES.get(str(report.when), Phase.ELSE)


def outcome_of(report: pytest.TestReport) -> Outcome:
    """What a report says, whoever changed it on its way."""
    outcome = _OUTCOMES.get(str(report.outcome), Outcome.ELSE)
    return _UNEXPECTED.get(outcome, outcome) if hasattr(report, "wasxfail") else outcome


def effect_of(report: pytest.TestReport) -> Effect:
    """What a report does to the verdict on its item."""
    return TABLE.get((phase_of(report), outcome_of(report)), Effect.CRASH)


def own_outcome(verdict: ItemVerdict, *, strict: bool) -> Outcome:
    """Return the outcome by which an item says what its check said."""
    standing = verdict.standing_if(strict=strict)
    if verdict.crash is not None or standing == "broken":
        return Outcome.FAILED
    if standing == "undecided":
        return Outcome.FAILED if strict else Outcome.SKIPPED
    if any(each.waived is not None for each in verdict.findings):
        return Outcome.XFAILED
    return Outcome.SKIPPED if standing == "not-applicable" else Outcome.PASSED


def reason_of(report: pytest.TestReport) -> str:
    """Why a report says what it says, in one line."""
    if known := getattr(report, REASON, ""):
        return str(known)
    line = _said(report).strip().partition("\n")[0]
    if phase_of(report) is Phase.SUBTEST:
        return f"a subtest: {line}"
    return line or f"{report.outcome} without a word"


def _said(report: pytest.TestReport) -> str:
    if hasattr(report, "wasxfail"):
        return f"expected to fail: {report.wasxfail}" if report.wasxfail else "expected to fail"
    longrepr = report.longrepr
    if isinstance(longrepr, tuple):
        why = longrepr[2].removeprefix("Skipped: ").removeprefix("Skipped")
        return f"skipped: {why}" if why else "skipped"
    crash = getattr(longrepr, "reprcrash", None)
    return str(crash.message if crash is not None else longrepr or "")


def why_raised(report: pytest.TestReport, error: BaseException) -> str:
    """Return what was raised and where, in one line; pytest's own words for it go on for pages."""
    if isinstance(error, pytest.FixtureLookupError):
        return f"{error.argname!r} is neither a subject nor a known fixture"
    said = f"{type(error).__name__}: {error}".partition("\n")[0]
    notes = ", ".join(getattr(error, "__notes__", []))
    where = "" if phase_of(report) is Phase.CALL else f"in {report.when}: "
    return f"{where}{said} ({notes})" if notes else f"{where}{said}"


def exit_status(*statuses: int) -> int:
    """Return the weightiest of several exit statuses; one that is none of ours is pytest's own affair.

    >>> exit_status(2, 1), exit_status(0, 8), exit_status(0, 77)
    (2, 8, 77)
    """
    ours = [each for each in PRECEDENCE if each in statuses]
    others = [each for each in statuses if each not in PRECEDENCE]
    return others[0] if others and (not ours or ours[0] in (8, 0)) else ours[0]
