"""Where a night can end: after every operation of every step, and in the middle of a batch.

Law of this room: it walks plans, and judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from coexistence.migration import Plan
from coexistence.model import operations as op
from coexistence.model.vocabulary import Unknown
from coexistence.simulation.changes.undo import Undoing, undoing
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State
from coexistence.simulation.transitions import selected

__all__ = ["BY_PEOPLE", "Done", "Prefix", "carried_out", "half_of", "prefixes"]

#: What people do between steps; nobody carries it out again with a step.
BY_PEOPLE: Final = (op.HoldMeetings, op.ScheduleMeetings, op.LetDaysPass)
#: Operations on batches of accounts, and the field that says on which.
_BATCHES: Final = {
    op.MoveUsers: "users",
    op.UpgradeClients: "users",
    op.DowngradeClients: "users",
    op.RollBackContactStore: "users",
    op.ScheduleMeetings: "by",
    op.RescheduleMeetings: "by",
}


@dataclass(frozen=True, slots=True)
class Done:
    """One operation that was carried out, or refused, and what would take it back."""

    #: Place of its step in the plan.
    step: int
    operation: op.Operation
    undone_by: Undoing
    #: Why the product refused it; "" where it did not.
    refused: str = ""
    #: Whether anything is different since.
    changed: bool = True


@dataclass(frozen=True, kw_only=True)
class Prefix:
    """A plan that was stopped somewhere."""

    #: Place of the interrupted step in the plan.
    step: int
    #: How many of its operations are done.
    operations: int
    #: Whether half of the next operation's accounts are done as well.
    is_half: bool = False
    #: What was carried out in the interrupted step so far.
    of_step: tuple[Done, ...] = ()
    state: State = field(repr=False)
    #: What was carried out since the beginning, oldest first.
    done: tuple[Done, ...] = field(repr=False, default=())

    def is_complete(self, plan: Plan) -> bool:
        """Tell whether the step is done as a whole."""
        return not self.is_half and self.operations == len(plan.steps[self.step].operations)


def half_of(operation: op.Operation, state: State) -> op.Operation | None:
    """Return an operation on the first half of its accounts; None where nothing can be halved.

    Accounts are taken in the order of the inventory, as a list of users is worked off.
    """
    name = _BATCHES.get(type(operation))
    if name is None or isinstance(state.population, Unknown):
        return None
    selection: op.Selection = getattr(operation, name)
    if len(selected(state.population, selection)) < 2:
        return None
    changed: dict[str, Any] = {name: replace(selection, is_half=True)}
    return replace(operation, **changed)


def carried_out(state: State, step: int, operation: op.Operation, rules: Rules) -> tuple[State, Done]:
    """Carry one operation of a step out, and note what would take it back."""
    result = apply(state, operation, rules)
    if not result.accepted:
        return state, Done(step, operation, Undoing(), result.reason, changed=False)
    changed = result.state is not state
    return result.state, Done(step, operation, undoing(operation, state), changed=changed)


def prefixes(plan: Plan, start: State, rules: Rules) -> Iterator[Prefix]:
    """Return every place where a plan can stop, in order; the last one of a step is the step as a whole."""
    state = start
    done: tuple[Done, ...] = ()
    for number, step in enumerate(plan.steps):
        of_step: tuple[Done, ...] = ()
        if not step.operations:
            yield Prefix(step=number, operations=0, state=state, done=done)
        for at, operation in enumerate(step.operations):
            half = half_of(operation, state)
            if half is not None:
                midway, part = carried_out(state, number, half, rules)
                yield Prefix(
                    step=number,
                    operations=at,
                    is_half=True,
                    of_step=(*of_step, part),
                    state=midway,
                    done=(*done, part),
                )
            state, whole = carried_out(state, number, operation, rules)
            of_step = (*of_step, whole)
            done = (*done, whole)
            yield Prefix(step=number, operations=at + 1, of_step=of_step, state=state, done=done)
