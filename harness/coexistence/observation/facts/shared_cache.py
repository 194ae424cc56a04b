"""What moments of one rehearsal have in common: answers that neither people nor the date decide.

Law of this room: an answer is handed from one moment to another only if everything that it was worked out
from is the same there. Which of a state's parts an answer came from is noticed while it is worked out, so
nobody has to say so, and nobody can forget to.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from typing import Any, Final

from coexistence.model.vocabulary import Unknown
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg
from coexistence.simulation.state import MOVING, State

__all__ = ["Ground", "Grounds"]

#: Parts that are compared for what they mean: a rollback publishes again and replicates, and everything
#: is as trusted as before.
_REPLICATION: Final = frozenset({"published", "replicas"})
_COMPARED: Final = tuple(
    field.name for field in dataclasses.fields(State) if field.name not in MOVING | _REPLICATION
)


class Ground:
    """Answers that hold at every moment which differs in people and date alone."""

    def __init__(self, state: State | None = None) -> None:
        #: One of these moments; it also keeps alive what others are compared with.
        self.state = state
        self.legs: dict[tuple[object, ...], Leg] = {}
        self.outcomes: dict[tuple[object, ...], Outcome] = {}
        self.facts: dict[tuple[object, ...], Any] = {}
        #: Numbers that stand for values in keys of these. They stay: whoever kept one must not meet it anew.
        self.numbers: dict[Hashable, int] = {}

    def bears(self, state: State) -> bool:
        """Tell whether the answers hold at another moment."""
        mine = self.state
        return mine is not None and _is_alike(mine, state)

    def clear(self) -> None:
        """Let go of all answers."""
        for kept in (self.legs, self.outcomes, self.facts):
            kept.clear()


def _is_alike(one: State, other: State) -> bool:
    for name in _COMPARED:
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine is not theirs and mine != theirs:
            return False
    if _expired(one) != _expired(other):
        return False
    if one.replicas is other.replicas and one.published == other.published:
        return True
    return _is_replicated(one) and _is_replicated(other) and one.replicas.keys() == other.replicas.keys()


def _expired(state: State) -> list[bool]:
    """Which certificates have run out: all that the date says about servers."""
    known = state.certificates
    day = state.day
    return [] if isinstance(known, Unknown) else [each.not_after.toordinal() < day for each in known]


def _is_replicated(state: State) -> bool:
    """Whether every server is known to hold the newest configuration."""
    return all(not isinstance(held, Unknown) and held == state.published for held in state.replicas.values())


class Grounds:
    """The grounds of one rehearsal."""

    def __init__(self) -> None:
        self._known: list[Ground] = []

    def of(self, state: State) -> Ground:
        """Return the ground that a moment stands on; a new one where it is like none before."""
        for ground in self._known:
            if ground.bears(state):
                return ground
        made = Ground(state)
        self._known.append(made)
        return made
