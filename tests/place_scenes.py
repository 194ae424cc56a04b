"""What witnesses about services, sites, topology, data, capacity and names share: trials, and causes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from helpers import (
    RULES,
    built,
    crowd,
    front_end,
    new,
    one_pool,
    population_of,
    state_at,
    tried,
    with_service,
)

from coexistence.checking.registry import Registry
from coexistence.checking.results import Result
from coexistence.checking.runner import Views, run_check
from coexistence.model.blueprint import Blueprint, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.conditions.machines_and_databases import Backing, Machine
from coexistence.model.deployment import Block
from coexistence.model.vocabulary import (
    Edition,
    Origin,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    Unknown,
    Version,
)
from coexistence.observation import Observer
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State, frozen

REGISTRY = Registry()
load_builtin(REGISTRY)
CHECKS = {check.name: check for check in REGISTRY}
HERE = Origin("test")
OLD = front_end(built())
NEW = new(OLD)
TRIAL = tried()
DOMAIN = built().sip_domains[0]

_LARGE = PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=3, crowds=(crowd(),))
LARGE = tried(Blueprint(sites=(SiteBlueprint(pools=(_LARGE,), edge=EdgeBlueprint()),)))
POOL = front_end(LARGE.deployment)
NEW_POOL = new(POOL)

_PAIRED = PoolBlueprint(paired=True, crowds=(crowd(),))
PAIRED = tried(Blueprint(sites=(SiteBlueprint(pools=(_PAIRED, _PAIRED), edge=EdgeBlueprint()),)))
ONE, OTHER = (front_end(PAIRED.deployment, number) for number in (0, 1))


_MONITORED = PoolBlueprint(monitoring=True)
MONITORED = tried(one_pool(pool=_MONITORED))
OLD_MONITORED = front_end(MONITORED.deployment)
NEW_MONITORED = new(OLD_MONITORED)
FROM_2010 = tried(one_pool(legacy=Version.L10, target=Version.S15))
EDGE = next(each.id for each in TRIAL.deployment.pools if each.role is PoolRole.EDGE)
SIGN_IN = f"_sipinternaltls._tcp.{DOMAIN}"


def at(label: str, trial: Trial = TRIAL) -> State:
    return state_at(trial, label)


def ask(name: str, state: State, rules: Rules = RULES, *, origin: State | None = None) -> Result:
    here = Observer(state, rules)
    first = here if origin is None else Observer(origin, rules)
    result = run_check(CHECKS[name], Views(here=here, before=here, origin=first), {})
    assert result.crash is None, result.crash
    return result


def changed_pool(state: State, pool: PoolId, **changes: Any) -> State:
    known = dataclasses.replace(state.pools[pool], **changes)
    return state.changed(pools=frozen({**state.pools, pool: known}))


def changed_server(state: State, server: ServerId, **changes: Any) -> State:
    known = dataclasses.replace(state.servers[server], **changes)
    return state.changed(servers=frozen({**state.servers, server: known}))


def on_build(state: State, pool: PoolId, build: str) -> State:
    return changed_server(state, state.pools[pool].servers[-1], build=build)


def backed(state: State, **backing: Any) -> State:
    return state.changed(backing=Backing(**backing))


def with_cms(state: State, **changes: Any) -> State:
    return state.changed(cms=dataclasses.replace(state.cms, **changes))


def blocked(state: State, *ports: int) -> State:
    blocks = tuple(Block(source=None, target=None, port=port, origin=HERE) for port in ports)
    return state.changed(blocked=blocks)


def systems(pool: PoolId, state: State, *names: str) -> tuple[Machine, ...]:
    servers = state.pools[pool].servers
    return tuple(
        Machine(server=server, os=os, origin=HERE) for server, os in zip(servers, names, strict=False)
    )


def leading(state: State, name: str, kind: str, target: PoolId | None) -> State:
    """The state with a name in internal DNS that leads elsewhere; with None, nowhere."""
    assert not isinstance(state.records, Unknown)
    records = dict(state.records)
    record = records.pop((name, kind))
    if target is not None:
        records[name, kind] = dataclasses.replace(record, target=target)
    return state.changed(records=frozen(records))


def certified(state: State, pool: PoolId, days: int) -> State:
    """The state as if a pool's certificate ran out so many days later."""
    assert not isinstance(state.certificates, Unknown)
    until = dt.date.fromordinal(state.day + days)
    return state.changed(
        certificates=tuple(
            dataclasses.replace(each, not_after=until) if each.pool == pool else each
            for each in state.certificates
        )
    )


def crowded(state: State, pool: PoolId, people: int) -> State:
    """The state as if so many people were homed on a pool."""
    heads = {pool: people}
    parts = {"people_by_pool": heads, "people_by_home": heads, "people": range(people)}
    population: Any = type("Crowded", (), parts)()
    return state.changed(population=population)


def everybody_on(state: State, pool: PoolId) -> State:
    """The state as if nobody had been moved, or everybody back."""
    population = population_of(state)
    home = population.home.copy()
    home[:] = population.code(pool)
    return state.changed(population=population.changed(home=home))


def old_in(state: State, version: Version, pool: PoolId) -> State:
    return changed_pool(state, pool, versions=(version,))


def oldest_edge(state: State) -> State:
    edge = next(each.id for each in state.pools.values() if each.role is PoolRole.EDGE)
    return old_in(state, Version.L10, edge)


def starting(state: State, pool: PoolId, running: int) -> State:
    """The state as if only so many Front Ends of a pool had been started, for the first time."""
    state = with_service(state, pool, "RTCSRV", ServiceState.STOPPED)
    return with_service(state, pool, "RTCSRV", ServiceState.START_PENDING, servers=running)


def healthy(name: str, state: State, **options: Any) -> bool:
    result = ask(name, state, **options)
    return (result.broken, result.undecided) == ((), ())


WHOLE = ("the deployment",)
SERVERS = TRIAL.deployment.pool_by_id[OLD].servers
