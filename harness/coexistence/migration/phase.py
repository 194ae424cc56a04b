"""Where a deployment stands on its way, by what is in its data.

Law of this room: evidence alone: who is homed where, what is owned by whom, what runs. What nobody told does
not make a deployment stand any further.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from coexistence.model.deployment import Deployment, Pool
from coexistence.model.population import Population
from coexistence.model.vocabulary import Checkpoint, PoolId, PoolRole, ServiceState, Unknown
from coexistence.model.windows_services import find

__all__ = ["ACCESS_EDGE", "out_of_service", "phase_of", "switched_off"]

#: Key of the service that is stopped on the old Edge when federation goes through the new one.
ACCESS_EDGE: Final = "front_end"


def phase_of(deployment: Deployment, legacy: Sequence[Pool], new: Sequence[Pool]) -> Checkpoint:
    """Return how far a deployment with pools of two generations has come."""
    population = deployment.population
    if isinstance(population, Unknown):
        return Checkpoint.SIDE_BY_SIDE
    homes = population.people_by_pool
    front_ends = [pool for pool in legacy if pool.role is PoolRole.FRONT_END]
    if not any(homes.get(pool.id) for pool in new):
        return Checkpoint.SIDE_BY_SIDE
    if any(homes.get(pool.id) for pool in front_ends):
        has_new_edge = any(pool.role is PoolRole.EDGE for pool in new)
        return Checkpoint.EDGE if has_new_edge else Checkpoint.PILOT
    if front_ends and out_of_service(deployment, front_ends) == {pool.id for pool in front_ends}:
        return Checkpoint.LEGACY_SILENT
    is_moved = _owns_nothing(deployment, front_ends) and (
        _is_mastered_by(deployment, new) or _has_new_clients(population)
    )
    return Checkpoint.POST_MIGRATION if is_moved else Checkpoint.PRODUCTION


def _owns_nothing(deployment: Deployment, pools: Iterable[Pool]) -> bool:
    """Whether every application object is known, and none is left on these pools."""
    applications = deployment.applications
    if isinstance(applications, Unknown) or deployment.untold_applications:
        return False
    owners = {pool.id for pool in pools}
    return not any(each.owner in owners for each in applications)


def _is_mastered_by(deployment: Deployment, pools: Iterable[Pool]) -> bool:
    masters = deployment.cms.masters
    return not isinstance(masters, Unknown) and bool(masters) and set(masters) <= {pool.id for pool in pools}


def _has_new_clients(population: Population) -> bool:
    """Whether somebody told of everybody that the migration replaced their client."""
    upgraded = population.upgraded[population.people]
    return bool(len(upgraded)) and bool(np.all(upgraded == 1))


def out_of_service(deployment: Deployment, pools: Iterable[Pool]) -> frozenset[PoolId]:
    """Return the pools whose servers all told their services, and run none of them."""
    return frozenset(pool.id for pool in pools if _rests(deployment, pool, None))


def switched_off(deployment: Deployment, pools: Iterable[Pool], service: str) -> frozenset[PoolId]:
    """Return the pools on which one service, by its key, runs on no server, and is there on each."""
    return frozenset(pool.id for pool in pools if _rests(deployment, pool, service))


def _rests(deployment: Deployment, pool: Pool, service: str | None) -> bool:
    for server in pool.servers:
        known = deployment.server_by_id.get(server)
        if known is None or isinstance(known.services, Unknown):
            return False
        states = []
        for reading in known.services:
            found = find(reading.name, reading.display_name)
            if found is not None and service in (None, found.key):
                states.append(reading.state)
        if not states or any(state is not ServiceState.STOPPED for state in states):
            return False
    return bool(pool.servers)
