"""The items of a run: one check at one checkpoint, of a twin or of a shard of deployments.

Law of this room: an item asks, keeps the verdict, and passes, skips or fails as pytest understands it. What
the answer means is decided on the floors below.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

import pytest

from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Check
from coexistence.checking.results import Broken, Result
from coexistence.checking.runner import run_check
from coexistence.errors import printable
from coexistence.plugin.fault_injection import blamed, hits
from coexistence.plugin.report_outcomes import Outcome, own_outcome
from coexistence.plugin.session import Question
from coexistence.rehearsal.estates import Estate, FamilyEstate
from coexistence.rehearsal.verdicts import FindingRecord, ItemVerdict, UndecidedRecord

__all__ = ["Answers", "CheckItem", "CheckModule", "Together", "stub"]

#: What a check said of each deployment, by its number; None for a twin.
Answers: TypeAlias = list[tuple[int | None, Result]]
#: Findings of an item that the terminal shows one by one; JUnit has them all.
_SHOWN: Final = 10
#: Reasons that are named where an item is skipped; a report has them all.
_REASONS: Final = 20


class CheckModule(pytest.Collector):
    """The checks of one module, as a node of pytest's tree."""

    items: Callable[[CheckModule], Iterable[CheckItem]]

    def collect(self) -> Iterable[CheckItem]:
        """Return one item for each check, checkpoint and shard."""
        return self.items(self)


class CheckItem(pytest.Function):
    """One check at one checkpoint, of a twin or of a shard of deployments."""

    question: Question
    together: Together
    check: Check
    place: Place
    estate: Estate
    shard: tuple[int, int] | None
    verdict: ItemVerdict | None = None
    rank: tuple[Any, ...]
    #: Findings that a deployment has without the faults that were made in it: deployment, kind, subject.
    elder: set[tuple[int | None, str, str]]

    def ask(self, fixtures: dict[str, Any]) -> None:
        """Ask the check, keep the verdict, then pass, skip or fail as pytest understands it."""
        __tracebackhide__ = True
        answers = self.together.answers(self)
        if answers is None:
            answers = [self.answer(member, fixtures) for member in self.members]
        bills = self.estate.bills(self.shard) if isinstance(self.estate, FamilyEstate) and self.shard else {}
        self.verdict = ItemVerdict.of(
            self.check,
            self.place,
            self.estate.name,
            answers,
            shard=self.shard,
            bills=bills,
            waivers=self.question.waivers,
            injected=hits(self.estate, self.members),
            blame=self._blame if self.estate.aims else None,
            stated=self.estate.stated,
        )
        self._tell(self.verdict, [result for _, result in answers])

    @property
    def id(self) -> Any:
        """The node id in parts: pytest 9.2 compares these with what it remembers (``--lf``, ``--sw``).

        Left to itself it would take the brackets for a part of the function's name.
        """
        return type(super().id).parse(self.nodeid)

    @property
    def members(self) -> range:
        """Numbers of the deployments that this item is about."""
        first, last = self.shard or (0, 0)
        return range(first, last + 1)

    def runtest(self) -> None:
        """Ask the check; what came of it stands in the properties of the test report, as JUnit has them."""
        __tracebackhide__ = True
        try:
            super().runtest()
        except pytest.skip.Exception as error:
            # pytest's own way of saying that the place of interest is the item, and not where it was skipped.
            error._use_item_location = True
            raise
        finally:
            if self.verdict is not None:
                told = {
                    "verdict": self.verdict.standing_if(strict=self.question.settings.strict),
                    "clause": self.verdict.clause,
                    "checkpoint": self.verdict.checkpoint,
                    "people": self.verdict.people,
                }
                self.user_properties[:] = [(f"coexistence-{name}", value) for name, value in told.items()]

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]  # as Function does
        """Show what the check raised, then every subject that failed, with what the check said of it."""
        shown: Any = super().repr_failure(excinfo)
        findings = () if self.verdict is None else self.verdict.findings
        said = [_said(each) for each in findings if each.waived is None]
        if said and hasattr(shown, "reprtraceback"):  # and not a text, as where there is no traceback
            if isinstance(excinfo.value, pytest.fail.Exception) and not excinfo.value.pytrace:
                # There is no traceback to be hidden: the check yielded.
                shown.reprtraceback.extraline = None
            most = len(said) if self.config.getoption("xmlpath", None) else _SHOWN
            more = len(said) - most + (self.verdict.more_findings if self.verdict else 0)
            lines = said[:most] + ([f"… and {more} more"] if more > 0 else [])
            shown.addsection("broken", "\n".join(map(printable, lines)))
        return shown

    @property
    def is_ours(self) -> bool:
        """Whether the check comes with us and wants no fixtures: such a one may be asked with others."""
        return self.check.is_ours and not self.check.fixtures

    def answer(self, member: int, fixtures: dict[str, Any]) -> tuple[int | None, Result]:
        """Ask the check about one deployment."""
        __tracebackhide__ = True
        number = member if self.shard else None
        trial = self.estate.trial(member)
        if self.place not in trial.places:
            # A fault took the step out of the plan that leads here.
            return number, Result()
        where = f"at {self.place.label} of {self.estate.name}" + (
            f", deployment {member}" if self.shard else ""
        )
        try:
            result = run_check(self.check, trial.views_at(self.place), fixtures)
        except BaseException as error:  # no crash of the check: somebody has had enough of waiting
            error.add_note(where)
            raise
        if result.crash is not None:
            result.crash.add_note(where)
        sound = self.estate.sound(member)
        if result.broken and sound is not trial and self.place in sound.places:
            before = run_check(self.check, sound.views_at(self.place), fixtures)
            self.elder |= {(number, each.finding.kind, each.subject) for each in before.broken}
        return number, result

    def _blame(self, number: int | None, broken: Broken) -> tuple[str, ...]:
        """Return the faults that caused a finding."""
        if (number, broken.finding.kind, broken.subject) in self.elder:
            return ()
        return blamed(self.estate, number, broken)

    def _tell(self, verdict: ItemVerdict, results: list[Result]) -> None:
        """Pass, skip or fail as the check said; the table of outcomes is what this is held against."""
        __tracebackhide__ = True
        for result in results:
            if result.crash is not None:
                raise result.crash
        strict = self.question.settings.strict
        outcome = own_outcome(verdict, strict=strict)
        if verdict.standing_if(strict=strict) == "broken":
            _fail(verdict, results)
        if verdict.undecided is not None and outcome is Outcome.FAILED:
            pytest.fail(_why_open(verdict.undecided), pytrace=False)
        if verdict.undecided is not None and outcome is Outcome.SKIPPED:
            pytest.skip(_why_open(verdict.undecided))
        if outcome is Outcome.XFAILED:
            by = next(each.waived for each in verdict.findings if each.waived is not None)
            pytest.xfail(f"waived by {by['owner']} until {by['expires']}: {by['reason']}")
        if outcome is Outcome.SKIPPED:
            said = dict.fromkeys(why for result in results for why in result.about_nobody)
            why = "; ".join(itertools.islice(said, _REASONS)) or (
                "there is nothing here that the promise is about"
            )
            pytest.skip(printable(f"not applicable: {why}"))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the check's function stands."""
        code = self.check.function.__code__
        return Path(code.co_filename), code.co_firstlineno - 1, self.name


def _fail(verdict: ItemVerdict, results: list[Result]) -> NoReturn:
    """Fail with the check's own error, where there is one that nobody accepted, or with a sentence."""
    __tracebackhide__ = True
    for broken in (broken for result in results for broken in result.broken):
        # The one error that is kept may be about a subject that was accepted.
        if broken.error is not None and broken.severity.fails and not verdict.waivers:
            raise broken.error
    open_ones = (each for each in verdict.findings if each.waived is None)
    finding = next(open_ones, verdict.findings[0])
    reason = finding.outcome["reason"] if finding.outcome else finding.message
    pytest.fail(printable(f"{finding.subject}: {reason}"), pytrace=False)


def _why_open(record: UndecidedRecord) -> str:
    """Say why a promise is undecided: for each subject that the check left open, and what would decide it."""
    said = dict.fromkeys(
        f"{subject}: {reason}" if subject else reason for _, subject, reason in record.left_open
    )
    more = f"; and {len(said) - _REASONS} more" if len(said) > _REASONS else ""
    why = "; ".join(itertools.islice(said, _REASONS)) + more if said else record.reason
    return printable(f"undecided: {why}" + (f"; needs {', '.join(record.needs)}" if record.needs else ""))


class Together:
    """Answers that are worked out for many items at once."""

    def __init__(self) -> None:
        self._shards: dict[tuple[str, tuple[int, int]], _Shard] = {}

    def expect(self, items: Iterable[pytest.Item]) -> None:
        """Note which items are about the same shard of a family."""
        for item in items:
            if isinstance(item, CheckItem) and item.shard is not None and item.is_ours:
                shard = self._shards.setdefault((item.estate.name, item.shard), _Shard(item.members))
                shard.waiting[item] = None

    def answers(self, item: CheckItem) -> Answers | None:
        """Return the answers to an item that were worked out with all others of its shard.

        The first item of a shard has every built-in check asked about one deployment after the other, so
        that a deployment is built once and forgotten: the memory of a large family is that of its
        findings. None for an item that is asked alone: a check of somebody else (whose hanging or
        crashing must be its own), one with fixtures, a twin's, and one that is run again.
        """
        estate = item.estate
        if item.shard is None or not isinstance(estate, FamilyEstate):
            return None
        shard = self._shards.get((estate.name, item.shard))
        if shard is None or item not in shard.waiting:
            return None
        shard.work(estate)
        return shard.hand_out(item)


class _Shard:
    """A shard of a family, and what the items about it were answered so far."""

    def __init__(self, members: range) -> None:
        #: Items that were not handed their answers yet, in the order of the run.
        self.waiting: dict[CheckItem, None] = {}
        self._members = members
        #: What was said of the first deployments. One counts when everybody was asked about it.
        self._said: list[dict[CheckItem, tuple[int | None, Result]]] = []

    def work(self, estate: FamilyEstate) -> None:
        """Ask about the deployments that are left.

        Whatever interrupts this (a timeout does, anywhere) costs the item that it was done for; the next one
        goes on where it stopped.
        """
        for member in self._members[len(self._said) :]:
            said = {item: item.answer(member, {}) for item in self.waiting}
            estate.done_with(member)
            self._said.append(said)

    def hand_out(self, item: CheckItem) -> Answers:
        """Return the answers to an item, once."""
        del self.waiting[item]
        return [said.pop(item) for said in self._said]


def _said(finding: FindingRecord) -> str:
    """A finding in one line: subject, kind, what the check said, and why."""
    why = "" if finding.outcome is None else finding.outcome["reason"]
    return ": ".join(each for each in (finding.subject, finding.kind, finding.message, why) if each)


def stub(name: str, doc: str, wanted: Iterable[str], marks: Iterable[Any] = ()) -> Callable[..., None]:
    """Return the function that pytest calls: its parameters are the fixtures that are wanted."""

    def ask(**fixtures: Any) -> None:
        __tracebackhide__ = True
        ask.item.ask(fixtures)  # type: ignore[attr-defined]  # set when the item is made

    ask.__name__ = name
    ask.__doc__ = doc
    ask.pytestmark = list(marks)  # type: ignore[attr-defined]  # where pytest looks for them
    ask.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # how a function says what it takes
        [inspect.Parameter(each, inspect.Parameter.POSITIONAL_OR_KEYWORD) for each in wanted]
    )
    return ask
