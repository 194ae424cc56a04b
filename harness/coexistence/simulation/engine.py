"""The one function that makes a new state.

Law of this room: ``apply`` takes a state and an operation and leaves both alone. What the product would
refuse is refused here, with the product's reason, as an ordinary result. Nobody here knows who is
watching, nor that checks exist.
"""

from __future__ import annotations

from typing import Final

from coexistence.model.operations import Operation
from coexistence.simulation.changes import (
    admin_rights,
    applications,
    clients,
    cms,
    contacts,
    custom,
    databases,
    events,
    external_systems,
    meetings,
    servers,
    services,
    topology,
    user_moves,
    web_publishing,
)
from coexistence.simulation.dispatch import joined
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State
from coexistence.simulation.transitions import Step, selected

__all__ = ["CARRIED_OUT", "Step", "apply", "selected"]

#: What carries out each kind of operation that is ours.
CARRIED_OUT: Final = joined(
    room.CHANGES
    for room in (
        admin_rights, applications, clients, cms, contacts, databases, events, external_systems, meetings,
        servers, services, topology, user_moves, web_publishing,
    )
)  # fmt: skip


def apply(state: State, operation: Operation, rules: Rules) -> Step:
    """Carry out one operation.

    Returns the new state, or the old one with the product's reason where it refuses. Facts that are
    unknown stay unknown; an operation on them changes nothing and is accepted.

    Raises :class:`~coexistence.errors.OperationError` for one that is not ours and that nobody said how to
    carry out.
    """
    carry_out = CARRIED_OUT.get(type(operation))
    if carry_out is None:
        return custom.carry_out_own(state, operation, rules)
    return carry_out(state, operation, rules)
