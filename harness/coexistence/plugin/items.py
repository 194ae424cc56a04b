"""The items of a run: one check at one checkpoint, of a twin or of a shard of deployments.

Law of this room: an item asks, keeps the verdict, and passes, skips or fails as pytest understands it. What
the answer means is decided on the floors below.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Check
from coexistence.checking.results import Broken, Result
from coexistence.checking.runner import run_check
from coexistence.errors import printable
from coexistence.plugin.fault_injection import blamed, hits
from coexistence.plugin.session import Question
from coexistence.rehearsal.estates import Estate, FamilyEstate
from coexistence.rehearsal.verdicts import ItemVerdict

__all__ = ["Answers", "CheckItem", "CheckModule", "Together", "stub"]

#: What a check said of each deployment, by its number; None for a twin.
Answers: TypeAlias = list[tuple[int | None, Result]]


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
        standing = self.verdict.standing_if(strict=self.question.settings.strict)
        self._tell(standing, [result for _, result in answers])

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
        result = run_check(self.check, trial.views_at(self.place), fixtures)
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

    def _tell(self, standing: str, results: list[Result]) -> None:
        __tracebackhide__ = True
        verdict = self.verdict
        assert verdict is not None  # set by the only caller
        for result in results:
            if result.crash is not None:
                raise result.crash
        if standing == "broken":
            errors = [
                broken.error for result in results for broken in result.broken if broken.error is not None
            ]
            # The one error that is kept may be about a subject that was accepted.
            if (
                errors
                and not verdict.waivers
                and any(
                    broken.severity.fails for result in results for broken in result.broken if broken.error
                )
            ):
                raise errors[0]
            open_ones = (each for each in verdict.findings if each.waived is None)
            finding = next(open_ones, verdict.findings[0])
            reason = finding.outcome["reason"] if finding.outcome else finding.message
            pytest.fail(printable(f"{finding.subject}: {reason}"), pytrace=False)
        if standing == "undecided":
            record = verdict.undecided
            assert record is not None  # a crash was raised above
            said = printable(f"undecided: {record.reason}; needs {', '.join(record.needs)}")
            if self.question.settings.strict:
                pytest.fail(said, pytrace=False)
            pytest.skip(said)
        if waived := [finding for finding in verdict.findings if finding.waived is not None]:
            by = waived[0].waived
            assert by is not None  # just looked at
            pytest.xfail(f"waived by {by['owner']} until {by['expires']}: {by['reason']}")
        if standing == "not-applicable":
            pytest.skip("not applicable: there is nothing here that the promise is about")

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the check's function stands."""
        code = self.check.function.__code__
        return Path(code.co_filename), code.co_firstlineno - 1, self.name


class Together:
    """Answers that are worked out for many items at once."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, tuple[int, int]], list[CheckItem]] = {}
        self._answers: dict[CheckItem, Answers] = {}

    def expect(self, items: Iterable[pytest.Item]) -> None:
        """Note which items are about the same shard of a family."""
        for item in items:
            if isinstance(item, CheckItem) and item.shard is not None and item.is_ours:
                self._groups.setdefault((item.estate.name, item.shard), []).append(item)

    def answers(self, item: CheckItem) -> Answers | None:
        """Return the answers to an item that were worked out with all others of its shard.

        The first item of a shard has every built-in check asked about one deployment after the other, so
        that a deployment is built once and forgotten: the memory of a large family is that of its
        findings. None for an item that is asked alone: a check of somebody else (whose hanging or
        crashing must be its own), one with fixtures, a twin's, and one that is run again.
        """
        estate = item.estate
        if item.shard is None or not item.is_ours or not isinstance(estate, FamilyEstate):
            return None
        group = self._groups.pop((estate.name, item.shard), [])
        for each in group:
            self._answers[each] = []
        for member in item.members if group else ():
            for each in group:
                self._answers[each].append(each.answer(member, {}))
            estate.done_with(member)
        return self._answers.pop(item, None)


def stub(name: str, doc: str, wanted: Iterable[str]) -> Callable[..., None]:
    """Return the function that pytest calls: its parameters are the fixtures that are wanted."""

    def ask(**fixtures: Any) -> None:
        __tracebackhide__ = True
        ask.item.ask(fixtures)  # type: ignore[attr-defined]  # set when the item is made

    ask.__name__ = name
    ask.__doc__ = doc
    ask.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # how a function says what it takes
        [inspect.Parameter(each, inspect.Parameter.POSITIONAL_OR_KEYWORD) for each in wanted]
    )
    return ask
