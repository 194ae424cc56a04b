"""What was worked out once, so that nobody works it out again.

Law of this room: asked twice, the answer is the same object. Two kinds of answers have a memory each: those
that infrastructure alone decides (:class:`~coexistence.observation.facts.facts.Facts`, which moments share),
and those of one moment (:class:`~coexistence.observation.facts.situation.Situation`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg

__all__ = ["Memory"]

T = TypeVar("T")
Key: TypeAlias = tuple[object, ...]


class Memory:
    """Legs, outcomes and whatever else was worked out from what does not change."""

    def __init__(self) -> None:
        self._legs: dict[Key, Leg] = {}
        self._outcomes: dict[Key, Outcome] = {}
        self._others: dict[Key, Any] = {}

    def leg(self, key: Key, look: Callable[[], Leg]) -> Leg:
        """Leg that is looked at only once."""
        found = self._legs.get(key)
        if found is None:
            found = self._legs[key] = look()
        return found

    def outcome(self, key: Key, observe: Callable[[], Outcome]) -> Outcome:
        """Outcome that is worked out only once."""
        found = self._outcomes.get(key)
        if found is None:
            found = self._outcomes[key] = observe()
        return found

    def once(self, key: Key, work: Callable[[], T]) -> T:
        """Anything else that is worth keeping, worked out once for all who ask."""
        if key not in self._others:
            self._others[key] = work()
        found: T = self._others[key]
        return found

    def forget(self) -> None:
        """Let go of everything worked out so far."""
        for kept in (self._legs, self._outcomes, self._others):
            kept.clear()
