"""Where people's data is: routing groups with their replicas, and what user replicators brought.

Law of this room: facts about the product with their sources, asked of a state. A group that is not told of
has all its replicas, a domain that is not told of has been replicated.
"""

from __future__ import annotations

import enum
from typing import Final

import numpy as np

from coexistence.model.conditions.machines_and_databases import RoutingGroup
from coexistence.model.population import Column, Population, code_type
from coexistence.model.vocabulary import Confidence, Maybe, PoolId, PoolRole, Unknown
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.quorum import may_run
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import Infrastructure

__all__ = [
    "NO_GROUP",
    "Service",
    "edge_replicator",
    "group_column",
    "group_of",
    "not_provisioned",
    "served",
    "skips",
]

#: Code of people whose routing group is as it should be.
NO_GROUP: Final = 0


class Service(enum.Enum):
    """How the people of a routing group are served."""

    FULL = "served by the primary replica"
    SECONDARY = "served by a secondary replica"
    LIMITED = "served with limited functionality"
    NONE = "not served"


def group_column(state: Infrastructure, population: Population) -> Column | None:
    """Return each account's deviating routing group, counted from 1 in the order told; None without any."""
    groups = state.backing.routing_groups
    if not groups:
        return None
    rows = np.arange(len(population))
    codes = np.full(len(population), NO_GROUP, code_type(len(groups)))
    for code, group in enumerate(groups, start=1):
        home = population.code(group.pool)
        codes[(population.home == home) & (rows % group.of == group.number)] = code
    return codes


def group_of(state: Infrastructure, code: int) -> RoutingGroup | None:
    """Return the deviating routing group behind a code of :func:`group_column`; None for no such."""
    return state.backing.routing_groups[code - 1] if code else None


@rule(
    "no-secondary-limited-mode",
    "People whose routing group has its primary replica alone sign in with limited functionality: no change "
    "to contacts or presence, no scheduling. Where the primary is down, a secondary serves them.",
    source="Support article: cannot sign in, limited functionality mode",
)
def served(state: Infrastructure, group: RoutingGroup) -> Service:
    """Tell how the people of a routing group are served now."""
    up = [server for server in group.replicas if may_run(state, server)]
    if not up:
        return Service.NONE
    if len(up) == 1:
        return Service.LIMITED
    return Service.FULL if up[0] == group.replicas[0] else Service.SECONDARY


@rule(
    "moves-need-first-pass",
    "Move-CsUser refuses accounts that the target's user replicator has not brought yet: "
    "SetMoveResourceData failed because the user is not provisioned; event 30024 of the domain is missing.",
    source="Support article: Move-CsUser fails; Verify user replication has completed",
    switch="domains-told-by-sip",
)
def not_provisioned(
    state: Infrastructure, target: PoolId, domains: frozenset[str], rules: Rules
) -> str | None:
    """Say why accounts of some domains cannot be moved to a pool; None where they can."""
    told = state.backing.replicator_by_pool.get(target) if state.backing.replicators else None
    if told is None:
        return None
    lacking = told.pending | told.skipped
    if rules.value("domains-told-by-sip") == "sip-domain":
        lacking &= domains
    if not lacking:
        return None
    first = min(lacking)
    return (
        f"SetMoveResourceData failed because the user is not provisioned: on {target}, event 30024 is "
        f"missing for {first}"
    )


@rule(
    "replicator-asks-every-domain",
    "Accounts of a domain that the user replicator does not ask never reach the pool's database: signing in "
    "ends with 404 (4005).",
    source="Support article: newly created users can't sign in; the status is that of an unknown account",
    confidence=Confidence.DERIVED,
)
def skips(state: Infrastructure, home: PoolId, domain: Maybe[str]) -> bool:
    """Tell whether a pool's database lacks the accounts of a domain."""
    if not state.backing.replicators or isinstance(domain, Unknown):
        return False
    told = state.backing.replicator_by_pool.get(home)
    return told is not None and domain in told.skipped


@rule(
    "no-user-replicator-on-edge",
    "An Access Edge whose user replicator is switched on waits for domain controllers that it cannot find: "
    "the service hangs while starting (events 30006, 32136).",
    source="Support article: the Access Edge service does not start",
)
def edge_replicator(state: Infrastructure, pool: PoolId) -> str | None:
    """Say why an Access Edge hangs; None where it does not."""
    if not state.backing.replicators or state.pools[pool].role is not PoolRole.EDGE:
        return None
    told = state.backing.replicator_by_pool.get(pool)
    if told is None or not told.on_edge:
        return None
    return "the user replicator is switched on for this Edge: events 30006 and 32136"
