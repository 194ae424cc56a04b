"""What stays as it was when the product does not carry an operation out.

Law of this room: it names things, as outcomes name what they ended on; whether anybody misses them later is
found by asking.
"""

from __future__ import annotations

from coexistence.model import operations as op
from coexistence.model.vocabulary.ends import CENTRAL_MANAGEMENT, End, use_of
from coexistence.simulation.state import State

__all__ = ["left_undone"]


def left_undone(state: State, operation: op.Operation) -> tuple[End, ...]:
    """What an operation would have moved or defined, by what others end on who miss it."""
    match operation:
        case op.MoveUsers():
            return (use_of(operation.users.on),)
        case (
            op.MoveApplications()
            | op.MoveResponseGroups()
            | op.MoveCallAdmissionControl()
            | op.MoveConferenceDirectories()
            | op.BreakOffDirectoryMove()
            | op.MoveUnassignedNumbers()
        ):
            return (use_of(operation.source),)
        case op.MoveCms():
            return (CENTRAL_MANAGEMENT,)
        case op.RemovePool():
            return (use_of(operation.pool),)
        case op.PublishTopology():
            return tuple(use_of(pool.id) for pool in operation.pools if pool.id not in state.pools)
    return ()
