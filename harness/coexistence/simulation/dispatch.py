"""Which function carries out which operation.

Law of this room: a function says so itself, where it stands, and one function alone carries a kind out. Each
room of changes has a table of its own, so it makes no difference which room is imported first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from coexistence.errors import EngineError
from coexistence.model.operations import Operation
from coexistence.model.vocabulary.ends import CENTRAL_MANAGEMENT
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.central_management import store_trouble
from coexistence.simulation.state import State
from coexistence.simulation.transitions import Step, refused

__all__ = ["Change", "Changes", "joined"]

Kind = TypeVar("Kind", bound=Operation)

#: What carries an operation of some kind out.
Change: TypeAlias = Callable[[State, Any, Rules], Step]


class Changes:
    """What carries out the operations of one room."""

    def __init__(self) -> None:
        self._table: dict[type[Operation], Change] = {}

    def carries_out(
        self, kind: type[Kind], *, configures: bool = False
    ) -> Callable[[Callable[[State, Kind, Rules], Step]], Callable[[State, Kind, Rules], Step]]:
        """Decorator of the function that carries out operations of a kind; the function stays as it is.

        ``configures``: it writes to the Central Management store, and so is refused while no tool finds one
        that takes changes.

        Raises :class:`~coexistence.errors.EngineError` for a kind that has its function already.
        """
        if kind in self._table:
            raise EngineError(f"{kind.__name__} is carried out by two functions")

        def note(change: Callable[[State, Kind, Rules], Step]) -> Callable[[State, Kind, Rules], Step]:
            self._table[kind] = _configuring(change) if configures else change
            return change

        return note

    @property
    def table(self) -> Mapping[type[Operation], Change]:
        """What carries out each kind of operation."""
        return MappingProxyType(self._table)


def joined(rooms: Iterable[Changes]) -> Mapping[type[Operation], Change]:
    """Table of all rooms; raises :class:`~coexistence.errors.EngineError` where two have one kind."""
    table: dict[type[Operation], Change] = {}
    for room in rooms:
        if both := table.keys() & room.table.keys():
            raise EngineError(f"{min(kind.__name__ for kind in both)} is carried out by two functions")
        table |= room.table
    return MappingProxyType(table)


def _configuring(change: Change) -> Change:
    def carry_out(state: State, operation: Any, rules: Rules) -> Step:
        if reason := store_trouble(state):
            return refused(state, reason, CENTRAL_MANAGEMENT)
        return change(state, operation, rules)

    return carry_out
