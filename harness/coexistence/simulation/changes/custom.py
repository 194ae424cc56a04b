"""How operations that are not ours are carried out.

Law of this room: nothing of this outlives the run whose rules hold it. Somebody else's function is handed a
state and returns another one, or the reason why not; what it may not do is said in one sentence.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from coexistence.errors import OperationError
from coexistence.model.operations.custom import OwnOperation
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State
from coexistence.simulation.transitions import Step, refused

__all__ = ["CarriesOut", "Operations", "carry_out_own"]

#: Is handed a state and an operation; returns the new state, or why it is refused.
CarriesOut: TypeAlias = Callable[[State, Any], State | str]


class Operations:
    """Operations of somebody's own, and how each is carried out."""

    def __init__(self) -> None:
        self._table: dict[type, CarriesOut] = {}

    def add(self, kind: type[OwnOperation], carries_out: CarriesOut) -> None:
        """Say how a kind of operation is carried out, in this run.

        ``carries_out(state, operation)`` returns the state afterwards (``state.changed(…)``), or a sentence
        that says why it is refused. Raises :class:`~coexistence.errors.OperationError` for a kind that is
        none, or that somebody added already.
        """
        if not (isinstance(kind, type) and issubclass(kind, OwnOperation) and kind is not OwnOperation):
            raise OperationError(f"operation {_name(kind)}: derive it from coexistence.OwnOperation.")
        if not _is_frozen(kind):
            raise OperationError(f"operation {_name(kind)}: make it a dataclass(frozen=True).")
        if self._table.get(kind, carries_out) is not carries_out:
            raise OperationError(f"operation {_name(kind)}: registered twice, by two different functions.")
        self._table[kind] = carries_out

    @property
    def table(self) -> Mapping[type, CarriesOut]:
        """What was added, as rules hold it."""
        return MappingProxyType(dict(self._table))


def _is_frozen(kind: type) -> bool:
    return "__dataclass_params__" in vars(kind) and bool(vars(kind)["__dataclass_params__"].frozen)


def _name(kind: object) -> str:
    return kind.__qualname__ if isinstance(kind, type) else repr(kind)


def carry_out_own(state: State, operation: object, rules: Rules) -> Step:
    """Carry out an operation that is not ours.

    Raises :class:`~coexistence.errors.OperationError` where nobody said how, or where what was said
    returned something that is no state.
    """
    carries_out = rules.own.get(type(operation))
    if carries_out is None or not dataclasses.is_dataclass(operation):
        raise OperationError(
            f"operation {_name(type(operation))}: nobody said how it is carried out; add it in the hook "
            "pytest_coexistence_operations."
        )
    made = carries_out(state, operation)
    if isinstance(made, str):
        return refused(state, made)
    if not isinstance(made, State):
        raise OperationError(
            f"operation {_name(type(operation))}: carrying it out returned {made!r}, which is neither a "
            "state nor the reason of a refusal."
        )
    return Step(made)
