"""What was worked out about one state, so that nobody works it out again.

Law of this room: asked twice, the answer is the same object. What neither people nor the date decide is
remembered on the ground that moments share, everything else for this state alone; which it is, is noticed
while it is worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg
from coexistence.observation.facts.shared_cache import Ground
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import READS, State

__all__ = ["Memory"]

T = TypeVar("T")


class Memory:
    """Legs, outcomes and whatever else was worked out about one state."""

    def __init__(self, state: State, rules: Rules, ground: Ground | None = None) -> None:
        self.state = state
        self.rules = rules
        #: Answers that other moments share.
        self._ground = ground or Ground()
        self._legs: dict[tuple[object, ...], Leg] = {}
        self._outcomes: dict[tuple[object, ...], Outcome] = {}
        self._facts: dict[tuple[object, ...], Any] = {}
        self._worked_out: dict[tuple[object, ...], Any] = {}

    def once(self, key: tuple[object, ...], work: Callable[[], T]) -> T:
        """Return what was worked out from this state, people among it, once for all who ask."""
        READS.count += 1
        if key not in self._worked_out:
            self._worked_out[key] = work()
        found: T = self._worked_out[key]
        return found

    def leg(self, key: tuple[object, ...], look: Callable[[], Leg]) -> Leg:
        """Return a leg, looked at only once."""
        ground = self._ground.legs
        found = ground.get(key)
        return found if found is not None else _remembered(ground, self._legs, key, look)

    def outcome(self, key: tuple[object, ...], observe: Callable[[], Outcome]) -> Outcome:
        """Return an outcome, worked out only once."""
        ground = self._ground.outcomes
        found = ground.get(key)
        return found if found is not None else _remembered(ground, self._outcomes, key, observe)

    def fact(self, key: tuple[object, ...], work: Callable[[], T]) -> T:
        """Return anything else that is worth keeping and not None, worked out only once."""
        ground = self._ground.facts
        found: T | None = ground.get(key)
        return found if found is not None else _remembered(ground, self._facts, key, work)

    def number(self, what: Hashable) -> int:
        """Return a number that stands for a value wherever answers are shared: it is looked up faster."""
        numbers: dict[Hashable, int] = self._ground.numbers
        return numbers.setdefault(what, len(numbers))

    def forget(self) -> None:
        """Let go of everything worked out so far."""
        self._ground.clear()
        for kept in (self._legs, self._outcomes, self._facts, self._worked_out):
            kept.clear()


def _remembered(
    ground: dict[tuple[object, ...], T],
    own: dict[tuple[object, ...], T],
    key: tuple[object, ...],
    work: Callable[[], T],
) -> T:
    found = own.get(key)
    if found is not None:
        READS.count += 1  # whoever asks now depends on moving parts too
        return found
    before = READS.count
    found = work()
    (ground if READS.count == before else own)[key] = found
    return found
