"""What operators get wrong: each mistake makes another plan of a plan.

Law of this room: pure functions of a plan and of one of its steps. Nobody here knows what comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from coexistence.migration.plan import Plan, PlanStep
from coexistence.model.operations import (
    HoldMeetings,
    LetDaysPass,
    MoveConferenceDirectories,
    MoveUsers,
    Operation,
    Replicate,
    ScheduleMeetings,
    Selection,
)
from coexistence.model.vocabulary import PATHS, PoolId, Version

__all__ = ["MISTAKES", "Mistake"]

#: What no operator does, and therefore nobody does wrong.
_NOT_BY_OPERATORS: Final = (HoldMeetings, LetDaysPass, ScheduleMeetings)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that operators do wrong with a step."""

    id: str
    #: As a table's line begins, e.g. ``skipped``.
    title: str
    #: The plan with the mistake made in the step at a place; None where it cannot be made there.
    make: Callable[[Plan, int], Plan | None]


def _with_step(plan: Plan, at: int, operations: tuple[Operation, ...]) -> Plan | None:
    """Return the plan with another content of one step; None if the content is what it was."""
    step = plan.steps[at]
    if operations == step.operations:
        return None
    changed = replace(step, operations=operations)
    return replace(plan, steps=(*plan.steps[:at], changed, *plan.steps[at + 1 :]))


def _acts(step: PlanStep) -> tuple[Operation, ...]:
    """Return what the operator does in a step."""
    return tuple(each for each in step.operations if not isinstance(each, _NOT_BY_OPERATORS))


def skipped(plan: Plan, at: int) -> Plan | None:
    """Leave a step out; days pass, and people schedule meetings, all the same."""
    rest = tuple(each for each in plan.steps[at].operations if isinstance(each, _NOT_BY_OPERATORS))
    return _with_step(plan, at, rest)


def done_twice(plan: Plan, at: int) -> Plan | None:
    """Carry a step out again as soon as it is done."""
    return _with_step(plan, at, (*plan.steps[at].operations, *_acts(plan.steps[at])))


def swapped(plan: Plan, at: int) -> Plan | None:
    """Do the next step first. Checkpoints stay at their places in the plan."""
    if at + 1 >= len(plan.steps):
        return None
    one, other = plan.steps[at], plan.steps[at + 1]
    if not _acts(one) or not _acts(other):
        return None
    first = replace(other, reaches=one.reaches)
    second = replace(one, reaches=other.reaches)
    return replace(plan, steps=(*plan.steps[:at], first, second, *plan.steps[at + 2 :]))


def wrong_pool(plan: Plan, at: int) -> Plan | None:
    """Aim one operation at another Front End pool: the next new one, or the new one for the legacy one."""
    instead = _instead(plan)
    operations = plan.steps[at].operations
    for number, operation in enumerate(operations):
        aimed = _aimed(operation, instead)
        if aimed != operation:
            return _with_step(plan, at, (*operations[:number], aimed, *operations[number + 1 :]))
    return None


def _instead(plan: Plan) -> Mapping[PoolId, PoolId]:
    """Return the pool that a hurried operator picks, by the one that was meant."""
    new = list(dict.fromkeys(plan.successor.values()))
    found: dict[PoolId, PoolId] = {}
    if len(new) > 1:
        found |= dict(zip(new, [*new[1:], new[0]], strict=True))
    return found | {old: there for old, there in plan.successor.items() if old not in found}


def _changed(operation: Any, **changes: Any) -> Operation:
    """Return an operation with other content in fields that it was looked at to have."""
    changed: Operation = replace(operation, **changes)
    return changed


def _aimed(operation: Operation, instead: Mapping[PoolId, PoolId]) -> Operation:
    """Aim one operation wrong: by its target if it has one, otherwise by the pool that it is about."""
    names = {each.name for each in fields(operation)}
    if isinstance(operation, _NOT_BY_OPERATORS):
        return operation
    for name in ("to", "pool"):
        meant = getattr(operation, name, None) if name in names else None
        if meant is not None and meant in instead:
            changed = _changed(operation, **{name: instead[meant]})
            # Nothing is moved from a pool onto itself.
            return operation if getattr(changed, "source", None) == instead[meant] else changed
        if meant is not None:
            return operation
    return operation


def forced(plan: Plan, at: int) -> Plan | None:
    """Move people and conference directories with ``-Force``."""
    return _with_step(
        plan,
        at,
        tuple(
            replace(each, force=True) if isinstance(each, MoveUsers | MoveConferenceDirectories) else each
            for each in plan.steps[at].operations
        ),
    )


def old_tools(plan: Plan, at: int) -> Plan | None:
    """Use the tools of the version that is migrated from."""
    old = max((path.legacy for path in PATHS if path.target in plan.target), default=None)
    if old is None:
        return None
    return _with_step(plan, at, tuple(_with_tools(each, old) for each in plan.steps[at].operations))


def _with_tools(operation: Operation, tools: Version) -> Operation:
    if not any(each.name == "tools" for each in fields(operation)):
        return operation
    return _changed(operation, tools=tools)


def in_part(plan: Plan, at: int) -> Plan | None:
    """Stop in the middle and think that it is done: half of the accounts, or of the objects."""
    acts = _acts(plan.steps[at])
    if any(_selection(each) for each in acts):
        return _with_step(plan, at, tuple(_halved(each) for each in plan.steps[at].operations))
    parts = [each for each in acts if not isinstance(each, Replicate)]
    if len(parts) < 2:
        return None
    left_out = set(map(id, parts[len(parts) // 2 :]))
    return _with_step(plan, at, tuple(each for each in plan.steps[at].operations if id(each) not in left_out))


def _selection(operation: Operation) -> str | None:
    """Return the field that says which accounts an operation is about."""
    if isinstance(operation, _NOT_BY_OPERATORS):
        return None
    return next(
        (each.name for each in fields(operation) if isinstance(getattr(operation, each.name), Selection)),
        None,
    )


def _halved(operation: Operation) -> Operation:
    name = _selection(operation)
    if name is None:
        return operation
    return _changed(operation, **{name: replace(getattr(operation, name), is_half=True)})


#: Everything that is tried on each step, in the order of the table.
MISTAKES: Final = (
    Mistake("skipped", "skipped", skipped),
    Mistake("twice", "done twice", done_twice),
    Mistake("swapped", "swapped with the next", swapped),
    Mistake("wrong-pool", "aimed at the wrong pool", wrong_pool),
    Mistake("forced", "done with -Force", forced),
    Mistake("old-tools", "done with the old tools", old_tools),
    Mistake("in-part", "done for part of the batch", in_part),
)
