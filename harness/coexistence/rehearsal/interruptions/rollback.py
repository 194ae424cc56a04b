"""The way back from anywhere in a plan, and the checkpoints that lie ahead and behind.

Law of this room: which operations, in which order; what comes of them is not said here.
"""

from __future__ import annotations

from typing import Final

from coexistence.checking.checkpoints import Place
from coexistence.migration import Plan, RollbackAction
from coexistence.model import operations as op
from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import CHECKPOINT_ORDER, Checkpoint, PoolRole
from coexistence.rehearsal.interruptions.stop_points import Prefix
from coexistence.rehearsal.trial import GOES_BACK
from coexistence.simulation.changes.undo import OF_EDGE
from coexistence.simulation.state import State

__all__ = ["can_go_back", "checkpoint_ahead", "no_way_back", "place_after_going_back", "way_back"]


def checkpoint_ahead(plan: Plan, prefix: Prefix) -> Checkpoint:
    """Return the checkpoint that an interrupted plan stands at, or is on its way to."""
    ahead = [step.reaches for step in plan.steps[prefix.step :] if step.reaches is not None]
    if ahead:
        return ahead[0]
    behind = [step.reaches for step in plan.steps if step.reaches is not None]
    return behind[-1] if behind else plan.phase


def way_back(plan: Plan, prefix: Prefix, actions: frozenset[RollbackAction]) -> tuple[op.Operation, ...]:
    """Return what shifts operations back from where a plan was stopped; nothing if nothing is to be done.

    First what the plan's own rollback leaves is taken back, newest first: services start before anybody
    is moved onto them. Then people, clients, meetings, applications and names go back as planned. New
    pools that run stay, empty; those that were defined and do not run yet are taken out again.
    """
    if not actions:
        return ()
    late = _first_after(plan, Checkpoint.EDGE)
    made = [
        each
        for done in reversed(prefix.done)
        for each in done.undone_by.operations
        # What connects new pools to the legacy Edge while they are deployed stays, as these pools do.
        if not isinstance(done.operation, OF_EDGE) or (RollbackAction.EDGE in actions and done.step >= late)
    ]
    planned = plan.rollback(checkpoint_ahead(plan, prefix), actions)
    return (*made, *_unfinished(prefix), op.Replicate(), *planned)


def _first_after(plan: Plan, checkpoint: Checkpoint) -> int:
    """Return the place of the first step beyond a checkpoint."""
    if CHECKPOINT_ORDER.index(plan.phase) >= CHECKPOINT_ORDER.index(checkpoint):
        return 0
    return next(
        (number + 1 for number, step in enumerate(plan.steps) if step.reaches is checkpoint), len(plan.steps)
    )


def can_go_back(plan: Plan) -> bool:
    """Tell whether anybody knows what to go back to.

    Of a deployment beyond the Edge phase no export tells the routes, names and homes of before.
    """
    return CHECKPOINT_ORDER.index(plan.phase) <= CHECKPOINT_ORDER.index(Checkpoint.EDGE)


def _unfinished(prefix: Prefix) -> tuple[op.Operation, ...]:
    """Take pools out again that were defined together, unless all of them run."""
    state = prefix.state
    made: list[op.Operation] = []
    for done in prefix.done:
        defined = done.operation
        if not isinstance(defined, op.PublishTopology) or not done.changed or done.undone_by.operations:
            continue
        there = [pool for pool in defined.pools if pool.id in state.pools]
        if not all(_runs(state, pool) for pool in there):
            made += [op.RemovePool(pool=pool.id, tools=defined.tools) for pool in there]
    return tuple(made)


def _runs(state: State, pool: Pool) -> bool:
    """Tell whether anything was ever installed on a pool; roles without services need nothing."""
    return pool.role not in _INSTALLED or all(state.services.get(server) for server in pool.servers)


#: Roles whose servers list services once they are installed.
_INSTALLED: Final = (
    PoolRole.FRONT_END,
    PoolRole.DIRECTOR,
    PoolRole.MEDIATION,
    PoolRole.EDGE,
    PoolRole.PERSISTENT_CHAT,
)


def no_way_back(prefix: Prefix, *, exempt_schema: bool) -> tuple[str, ...]:
    """Return why some of what was done cannot be taken back; nothing if all of it can."""
    return tuple(
        dict.fromkeys(
            done.undone_by.impossible
            for done in prefix.done
            if done.undone_by.impossible
            and done.changed
            and not (exempt_schema and isinstance(done.operation, op.PrepareDirectory))
        )
    )


def place_after_going_back(ahead: Checkpoint) -> Place:
    """Return the checkpoint whose promises count once operations are back.

    Before anybody has moved it is that of the pilot, and beyond the last one with a way back, that one.
    """
    rank = CHECKPOINT_ORDER.index
    reached = [each for each in GOES_BACK if rank(each) <= rank(ahead)]
    phase = reached[-1] if reached else GOES_BACK[0]
    return Place(phase.rolled_back, phase, is_rolled_back=True)
