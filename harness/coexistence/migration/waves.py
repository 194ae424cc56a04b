"""How many people a wave moves, how long that takes, and who is in no wave.

Law of this room: counting, from the plan and the people alone; nothing is refused here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from coexistence.migration import Plan, PlanStep
from coexistence.migration.planner.move_users import address_key, rows_of
from coexistence.model.operations import MoveUsers
from coexistence.model.population import Population, with_value
from coexistence.model.vocabulary import Maybe, PoolId, PoolRole, Unknown
from coexistence.simulation.transitions import selected

__all__ = ["WaveSize", "Waves", "waves_of"]


@dataclass(frozen=True, slots=True)
class WaveSize:
    """One wave, with how many accounts it moves and how long that takes."""

    step: PlanStep
    #: None where nobody told who is homed where.
    accounts: int | None
    minutes: int | None

    @property
    def fits(self) -> bool | None:
        """Whether it is done within its window; None without a window or a number."""
        window = self.step.wave.window if self.step.wave else None
        return None if window is None or self.minutes is None else self.minutes <= window.minutes


@dataclass(frozen=True, slots=True)
class Waves:
    """All waves of a plan."""

    sizes: tuple[WaveSize, ...]
    #: Accounts that are still on a legacy pool after the last wave, though the pool is to go.
    left: Mapping[PoolId, int] = field(default_factory=dict)
    #: Addresses of lists that the deployment does not know, by wave.
    strangers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def waves_of(plan: Plan, population: Maybe[Population], roles: Mapping[PoolId, PoolRole], rate: int) -> Waves:
    """Count the waves of a plan; ``rate`` is how many accounts are moved in an hour."""
    moving = [step for step in plan.steps if step.wave is not None]
    if isinstance(population, Unknown):
        return Waves(tuple(WaveSize(step, None, None) for step in moving))
    sizes: list[WaveSize] = []
    now = population
    for step in moving:
        count = 0
        for move in step.operations:
            if isinstance(move, MoveUsers):
                now = now.with_pool(move.to)
                rows = selected(now, move.users)
                count += len(rows)
                now = now.changed(home=with_value(now.home, rows, now.code(move.to)))
        sizes.append(WaveSize(step, count, math.ceil(count * 60 / rate)))
    left: dict[PoolId, int] = {}
    if moving:
        for pool in plan.legacy:
            number = int(np.count_nonzero(now.home == now.code(pool))) if now.code(pool) in now.home else 0
            if number and roles.get(pool) is PoolRole.FRONT_END and pool not in plan.staying:
                left[pool] = number
    strangers: dict[str, tuple[str, ...]] = {}
    sought = [each for wave in plan.own.waves for each in wave.addresses]
    known = rows_of(population, sought) if sought else {}
    for wave in plan.own.waves:
        if wave.list_file:
            lost = tuple(each for each in wave.addresses if address_key(each) not in known)
            if lost:
                strangers[wave.name] = lost
    return Waves(tuple(sizes), left, strangers)
