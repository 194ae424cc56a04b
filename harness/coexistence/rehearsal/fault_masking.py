"""Two faults at once: whether one hides the other.

Law of this room: a fault is hidden by another one if, made alone, a check of its own clause speaks of it, and
made together, none does. Which faults there are, and how many deployments are worth trying, others decide.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from coexistence.checking.checkpoints import Place
from coexistence.checking.fault_registry import Fault
from coexistence.checking.fault_scene import Injection
from coexistence.checking.registry import Check
from coexistence.checking.runner import run_check
from coexistence.rehearsal.fault_injection import Aim, injected
from coexistence.rehearsal.qualification import is_about, weighty_of
from coexistence.rehearsal.trial import Trial

__all__ = ["Masked", "masked"]

#: What a check said: place, check, kind, subject.
Saying: TypeAlias = tuple[Place, str, str, str]
#: A fault is hidden if nobody speaks of it any more, and covered if all that is said of it would be said
#: because of the other one alone.
How: TypeAlias = Literal["hidden", "covered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A fault that another one keeps from being noticed."""

    fault: str
    by: str
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alone:
    """What came of one fault made alone."""

    fault: Fault
    sayings: frozenset[Saying]
    #: Those of its own clause that speak of it.
    own: tuple[tuple[Place, Check], ...]


class _Listener:
    """Asks checks, and leaves out what they say about the sound deployment."""

    def __init__(self, sound: Trial, fixtures: Mapping[str, Mapping[str, Any]]) -> None:
        self._sound = sound
        self._fixtures = fixtures
        self._known: dict[tuple[Place, str], frozenset[tuple[str, str]]] = {}

    def hears(
        self, trial: Trial, place: Place, check: Check, injection: Injection
    ) -> Iterator[tuple[Saying, bool]]:
        """Go through what a check says at a place, and tell of each whether it speaks of the fault."""
        result = run_check(check, trial.views_at(place), self._fixtures[check.id])
        for broken in weighty_of(result.broken):
            if (broken.finding.kind, broken.subject) not in self._before(place, check):
                saying = (place, check.id, broken.finding.kind, broken.subject)
                yield saying, is_about(broken, injection)

    def _before(self, place: Place, check: Check) -> frozenset[tuple[str, str]]:
        key = (place, check.id)
        if key not in self._known:
            self._known[key] = frozenset()
            if place in self._sound.places:
                result = run_check(check, self._sound.views_at(place), self._fixtures[check.id])
                self._known[key] = frozenset((each.finding.kind, each.subject) for each in result.broken)
        return self._known[key]


def masked(
    sound: Trial,
    faults: Sequence[Fault],
    checks: Sequence[Check],
    fixtures: Mapping[str, Mapping[str, Any]],
    *,
    choice: int = 0,
) -> Iterator[Masked | None]:
    """Make every two of these faults at once in one deployment.

    Yields once for each ordered pair in which the first is noticed alone: who is kept from being noticed, or
    None.
    """
    listener = _Listener(sound, fixtures)
    alone = [_alone(sound, fault, checks, listener, choice) for fault in faults]
    for one, other in itertools.combinations([each for each in alone if each is not None], 2):
        aims = [Aim(one.fault), Aim(other.fault)]
        trial, hit = injected(sound, aims, choice=choice)
        if None in hit:
            continue
        for this, that, injection in ((one, other, hit[0]), (other, one, hit[1])):
            if this.own and injection is not None:
                how = _masks(trial, this, that, injection, checks, listener)
                yield how and Masked(fault=this.fault.id, by=that.fault.id, how=how)
        trial.forget()


def _alone(
    sound: Trial, fault: Fault, checks: Sequence[Check], listener: _Listener, choice: int
) -> _Alone | None:
    trial, (injection,) = injected(sound, [Aim(fault)], choice=choice)
    if injection is None:
        return None
    sayings: set[Saying] = set()
    own: dict[tuple[Place, str], tuple[Place, Check]] = {}
    for place, check in _asked(trial, checks):
        if trial.is_shared(place):
            continue
        for saying, is_meant in listener.hears(trial, place, check, injection):
            sayings.add(saying)
            if is_meant and check.clause is fault.clause:
                own.setdefault((place, check.id), (place, check))
    trial.forget()
    return _Alone(fault=fault, sayings=frozenset(sayings), own=tuple(own.values()))


def _asked(trial: Trial, checks: Sequence[Check]) -> Iterator[tuple[Place, Check]]:
    for place in trial.places:
        for check in checks:
            if check.applies_at(place):
                yield place, check


def _masks(
    trial: Trial,
    this: _Alone,
    that: _Alone,
    injection: Injection,
    checks: Sequence[Check],
    listener: _Listener,
) -> How | None:
    """Say how the second fault masks the first; None where it does not."""
    how: How = "hidden"
    # Whoever noticed it alone is likely to notice it again, so most pairs take one question.
    others = [each for each in checks if each.clause is this.fault.clause]
    for place, check in itertools.chain(this.own, _asked(trial, others)):
        if place not in trial.places:
            continue
        for saying, is_meant in listener.hears(trial, place, check, injection):
            if is_meant and saying not in that.sayings:
                return None
            if is_meant:
                how = "covered"
    return how
