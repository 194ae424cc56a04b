"""Asking a check, which may itself be wrong, about everybody at one place.

Law of this room: every subject is visited, whatever came of the others. A check that crashes is named, and
spoils no other. Where many subjects are of one sort, a check of ours is asked about one of them first:
what is kept for that one is kept for all.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from types import GeneratorType
from typing import Any, Final

from coexistence.checking.mutation_guard import Watch
from coexistence.checking.registry import Check
from coexistence.checking.results import Broken, Finding, OpenQuestion, Result
from coexistence.errors import CheckError
from coexistence.model.vocabulary import Disposition, Unknown
from coexistence.observation import Asked, Conversation, NotApplicable, Observer, Outcome, Undecided
from coexistence.observation.facts.blame import points_at, rests_on
from coexistence.observation.listings import conversations, subjects
from coexistence.observation.subjects import Conversations, Sort

__all__ = ["Views", "run_check"]

#: What an outcome rests on.
_ASSUMES: Final = attrgetter("assumes")
_NOTHING: Final[frozenset[str]] = frozenset()
#: Reasons that are kept for why a check is about nobody.
_REASONS: Final = 5


@dataclass(frozen=True, slots=True)
class Views:
    """The observers that a check at one place may ask for."""

    here: Observer
    #: The previous checkpoint on the path; the same as ``here`` at the first one.
    before: Observer
    #: Where the path began.
    origin: Observer
    #: Hands over the steps of the plan that lead here; none on a way back, and where nobody plans.
    steps: Callable[[], Iterable[Asked]] = tuple


def run_check(check: Check, views: Views, fixtures: Mapping[str, Any]) -> Result:
    """Ask a check about every subject at one place, and return what came of it.

    Every subject is visited, whatever happened with the others; only a crash of the check ends it.
    """
    __tracebackhide__ = True  # a failing check's traceback begins in the check
    call = _Call(check, views, fixtures)
    try:
        if _is_asked_by_sort(check):
            return _ask_by_sort(call, conversations(views.here))
        asked = _subjects(check, views)
    except CheckError as error:
        return Result(crash=error)
    except Undecided as open_question:
        return Result(
            undecided=(
                OpenQuestion(
                    subject=f"every {check.subject}",
                    reason=open_question.outcome.reason,
                    needs=(*open_question.outcome.needs, *check.needs),
                    hit={},
                ),
            )
        )
    watches = () if check.is_ours else _watched(check, views, asked)
    try:
        call.ask_all(asked, watches)
    finally:
        if watches:
            call.mend(watches, views)
    return call.result


def _is_asked_by_sort(check: Check) -> bool:
    """Whether a check wants nothing but conversations, and is trusted to look at no names."""
    return check.subject == "conversation" and check.is_ours and not (check.views or check.fixtures)


def _ask_by_sort(call: _Call, pairs: Conversations) -> Result:
    """Ask about one conversation of each sort; where that promise is not kept, about all of the sort.

    The result is the same as if everybody had been asked, in the same order.
    """
    __tracebackhide__ = True
    kept: dict[Sort, int] = {}
    first = call.again()

    def one_of_each() -> Iterator[Conversation]:
        for sort, number in pairs.sorts.items():
            if number > 1:
                asked, objections = first.evaluations, first.objections
                yield pairs.one_of(sort)
                if first.objections == objections:
                    kept[sort] = first.evaluations - asked
                    call.evaluations += number * kept[sort]

    first.ask_all(one_of_each())
    call.assumes |= first.assumes
    if len(kept) < len(pairs.sorts):
        call.ask_all(pairs.but(kept))
    if call.crash is not None:  # what counts is who was asked before it
        call = call.again()
        call.ask_all(pairs)
    return call.result


def _subjects(check: Check, views: Views) -> Sequence[Any]:
    """Return who a check is asked about; None stands for one call about nobody in particular."""
    if check.subject is None:
        return (None,)
    if check.subject == "step":
        return tuple(views.steps())
    if check.listing is None:
        return subjects(views.here, check.subject)
    try:
        found = subjects(views.here, check.subject, check.listing)
    except Exception as error:  # somebody else's code: whatever it raises is named, not ours to judge
        raise CheckError(
            f"{check.id}: going through its subjects ({check.subject}) raised {type(error).__name__}: {error}"
        ) from error
    for each in found:
        if not (hasattr(each, "label") and hasattr(each, "hit")):
            raise CheckError(
                f"{check.id}: subject {each!r} ({check.subject}) has no label and no hit(); derive its class "
                "from coexistence.Asked."
            )
    return found


def _watched(check: Check, views: Views, subjects: Iterable[Any]) -> tuple[Watch, ...]:
    """Return watches over everything that a check can get hold of: subjects first, then states."""
    seen = [views.here, *(getattr(views, name) for name in ("before", "origin") if name in check.views)]
    states = (
        view.once(("watch",), functools.partial(Watch, [view.state]))
        for view in {id(each): each for each in seen}.values()
    )
    return (Watch(subjects), *states)


class _Call:
    """The calls of one check at one place."""

    def __init__(self, check: Check, views: Views, fixtures: Mapping[str, Any]) -> None:
        self.check = check
        self.views = views
        self.fixtures = fixtures
        self.here = views.here
        # A list that is handed over may be changed by whoever gets it: a copy for everybody.
        self.arguments: dict[str, Any] = {
            name: list(each) if type(each) is list else each for name, each in check.parameters.items()
        }
        self.arguments.update(fixtures)
        for name in check.views:
            if name == "deployment":
                (self.arguments[name],) = subjects(views.here, "deployment")
            else:
                self.arguments[name] = views.here if name == "after" else getattr(views, name)
        self.evaluations = 0
        self.broken: list[Broken] = []
        self.undecided: list[OpenQuestion] = []
        self.assumes: set[tuple[str, ...]] = set()
        self.crash: BaseException | None = None
        self.about_nobody: dict[str, None] = {}
        #: Outcomes that the check was handed during the call at hand.
        self.handed: list[Outcome] = []

    def again(self) -> _Call:
        """Return the same calls, to be made once more."""
        return _Call(self.check, self.views, self.fixtures)

    @property
    def objections(self) -> int:
        """How much is said against the promise so far."""
        return len(self.broken) + len(self.undecided) + (self.crash is not None)

    @property
    def result(self) -> Result:
        """What came of the calls so far."""
        return Result(
            evaluations=self.evaluations,
            broken=tuple(self.broken),
            undecided=tuple(self.undecided),
            assumes=frozenset().union(*self.assumes) if self.assumes else _NOTHING,
            crash=self.crash,
            everybody=self._everybody if self.broken else None,
            about_nobody=tuple(self.about_nobody),
        )

    @property
    def _everybody(self) -> int | None:
        population = self.here.state.population
        return None if isinstance(population, Unknown) else len(population.people)

    def ask_all(self, subjects: Iterable[Any], watches: Sequence[Watch] = ()) -> None:
        """Call the check about one subject after the other; a crash ends that."""
        __tracebackhide__ = True
        views = self.views
        views.here.note = views.before.note = views.origin.note = self._noting(watches)
        try:
            for subject in subjects:
                self.ask(subject)
                if self.crash is not None:
                    break
        finally:
            views.here.note = views.before.note = views.origin.note = None

    def _noting(self, watches: Sequence[Watch]) -> Callable[[Outcome], None]:
        if not watches:
            return self.handed.append

        def note(outcome: Outcome) -> None:
            watches[0].add(outcome)
            self.handed.append(outcome)

        return note

    def mend(self, watches: Sequence[Watch], views: Views) -> None:
        """Put back what the check changed, name it, and forget what was worked out meanwhile."""
        if changed := [each for watch in watches for each in watch.mend()]:
            for view in (views.here, views.before, views.origin):
                view.forget()
            what = ", ".join(changed[:3])
            self.crash = self.crash or CheckError(
                f"{self.check.id}: changed what it was given ({what}). It was put back; copy before changing."
            )

    def ask(self, subject: Any) -> None:
        """Call the check once, and note what it says."""
        __tracebackhide__ = True
        self.handed.clear()
        if subject is not None:
            assert self.check.subject is not None  # a subject comes from a kind of subject
            self.arguments[self.check.subject] = subject
        try:
            answer = self.check.function(**self.arguments)
            if type(answer) is GeneratorType:
                for finding in answer:
                    self._found(finding, subject, None)
            elif answer is not None:
                raise CheckError(
                    f"{self.check.id}: returned {answer!r}. A check asserts, or yields Finding(…)."
                )
        except NotApplicable as error:
            if len(self.about_nobody) < _REASONS and (why := str(error)):
                self.about_nobody[why] = None
            return
        except Undecided as question:
            self._open(question.outcome, subject)
        except AssertionError as error:
            self._found(Finding(kind=self.check.name, outcome=self._telling()), subject, error)
        except tuple(self.check.leaves_open) as error:
            self._left_open(error, subject)
        except BaseException as error:  # somebody else's code: whatever it raises is named, not ours to judge
            error.add_note(f"while asking {self.check.id}{_about(subject)}")
            if not isinstance(error, Exception):  # somebody has had enough of waiting
                raise
            self.crash = error
        self.evaluations += 1
        # The same few combinations come again and again: they are taken apart in the end.
        self.assumes.update(map(_ASSUMES, self.handed))

    def _telling(self) -> Outcome | None:
        """Return the outcome that a failed assertion is about: the last one that was not done."""
        bad = [each for each in self.handed if each.disposition is not Disposition.DONE]
        return bad[-1] if bad else self.handed[-1] if self.handed else None

    def _found(self, finding: object, subject: Any, error: AssertionError | None) -> None:
        if not isinstance(finding, Finding):
            raise CheckError(f"{self.check.id}: yielded {finding!r}, which is no Finding.")
        if finding.outcome is not None and finding.outcome.disposition is Disposition.UNDECIDED:
            self._open(finding.outcome, subject)
            return
        label = "" if subject is None else subject.label
        message = str(error).partition("\n")[0] if error else finding.message
        self.broken.append(
            Broken(
                finding=finding,
                severity=self.check.severity if finding.severity is None else finding.severity,
                subject=label,
                hit={} if subject is None else subject.hit(),
                about=points_at(self.here.facts, finding.outcome, label, message),
                ended_on=rests_on(self.here.facts, finding.outcome),
                # The first error keeps its traceback, with every local in it; more would fill memory.
                error=error if not self.broken else None,
                message=message,
            )
        )

    def _left_open(self, error: BaseException, subject: Any) -> None:
        """Note that the check has no answer for one subject; the others are asked all the same."""
        words = self.check.leaves_open
        word = next(words[kind] for kind in type(error).__mro__ if kind in words)
        why = str(error).partition("\n")[0]
        self.undecided.append(
            OpenQuestion(
                subject="" if subject is None else subject.label,
                reason=f"{word}: {why}" if why else word,
                needs=self.check.needs,
                hit={} if subject is None else subject.hit(),
                is_left_open=True,
            )
        )

    def _open(self, outcome: Outcome, subject: Any) -> None:
        self.undecided.append(
            OpenQuestion(
                subject="" if subject is None else subject.label,
                reason=outcome.reason,
                needs=(*outcome.needs, *self.check.needs),
                hit={} if subject is None else subject.hit(),
            )
        )


def _about(subject: Any) -> str:
    return "" if subject is None else f" about {subject.label}"
