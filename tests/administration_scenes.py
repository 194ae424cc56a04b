"""What tests of administration share: a legacy and a mixed deployment of two sites, people, ways, faults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from helpers import (
    built,
    front_end,
    new,
    observer,
    server_of,
    state_at,
    tried,
    two_sites,
)

from coexistence import (
    Administrator,
    AdminRole,
    AdminTool,
    AdminWay,
    PoolSubject,
    SiteSubject,
)
from coexistence.model.deployment import Block, DnsRecord
from coexistence.model.vocabulary import Disposition, Origin, PoolId, PoolRole, SiteId, Unknown
from coexistence.observation.listings import subjects
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

HERE = Origin("test")
DEPLOYMENT = built(two_sites())
FIRST, SECOND = front_end(DEPLOYMENT), front_end(DEPLOYMENT, 1)
NEW = new(FIRST)
TRIAL = tried(two_sites())
LEGACY = state_at(TRIAL, "legacy")
MIXED = state_at(TRIAL, "pilot")
SITE = MIXED.pools[FIRST].site
OTHER = MIXED.pools[SECOND].site

DONE, REFUSED, FAILED, UNDECIDED = (
    Disposition.DONE,
    Disposition.REFUSED,
    Disposition.FAILED,
    Disposition.UNDECIDED,
)
SHELL = AdminWay(tool=AdminTool.SHELL)
REMOTE = AdminWay(tool=AdminTool.REMOTE_SHELL, at=NEW)
PANEL = AdminWay(tool=AdminTool.CONTROL_PANEL)


def person(*roles: str, groups: frozenset[str] = frozenset(), **facts: Any) -> Administrator:
    return Administrator(
        name="ann", groups=groups, roles=tuple(AdminRole(template=role) for role in roles), **facts
    )


def pool_of(state: State, pool: PoolId, rules: Rules | None = None) -> PoolSubject:
    (found,) = (
        each
        for each in subjects(observer(state, rules or Rules()), "pool")
        if isinstance(each, PoolSubject) and each.pool.id == pool
    )
    return found


def site_of(state: State, site: SiteId, rules: Rules | None = None) -> SiteSubject:
    (found,) = (
        each
        for each in subjects(observer(state, rules or Rules()), "site")
        if isinstance(each, SiteSubject) and each.site == site
    )
    return found


def with_cms(state: State, **changes: Any) -> State:
    return state.changed(cms=replace(state.cms, **changes))


def blocked(state: State, source: PoolId | None, target: PoolId | None, port: int) -> State:
    return state.changed(blocked=(Block(source=source, target=target, port=port, origin=HERE),))


def renamed(state: State, name: str, target: str | None) -> State:
    """The state with an internal name that leads elsewhere, or nowhere."""
    assert not isinstance(state.records, Unknown)
    kept = {key: each for key, each in state.records.items() if key[0] != name}
    if target is not None:
        kept[name, "A"] = DnsRecord(name=name, kind="A", target=target, origin=HERE)
    return state.changed(records=kept)


def builds(state: State, build: Any) -> State:
    server = server_of(state, NEW)
    return state.changed(servers={**state.servers, server: replace(state.servers[server], build=build)})


ADMIN = f"admin.{DEPLOYMENT.sip_domains[0]}"
EDGE = next(pool.id for pool in MIXED.pools.values() if pool.role is PoolRole.EDGE)
