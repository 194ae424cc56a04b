"""Laws of what is done to servers and stores: nothing is torn, and what is undone is as before."""

from __future__ import annotations

import dataclasses
from typing import Any

from helpers import RULES, after, built, crowd, front_end, observer, refusal, state_at, tried
from hypothesis import given, settings
from hypothesis import strategies as st

from coexistence import User
from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.conditions.machines_and_databases import Machine
from coexistence.model.operations import Operation
from coexistence.model.operations import servers as server_operations
from coexistence.model.vocabulary import Edition, Origin, PoolRole, ServerId, ServiceState, Version
from coexistence.observation.listings import subjects
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.quorum import may_run
from coexistence.simulation.state import State, state_of


def estate() -> State:
    """Two Enterprise pools of 2019 and an Edge."""
    pool = PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=3, crowds=(crowd(10),), archiving=True)
    site = SiteBlueprint(pools=(pool, pool), edge=EdgeBlueprint())
    return state_of(built(Blueprint(legacy=Version.S19, sites=(site,))), day=737_000, tools=None)


STATE = estate()
POOLS = [pool for pool in STATE.pools.values() if pool.role is PoolRole.FRONT_END]
STORES = sorted(
    {str(each) for pool in POOLS for each in (pool.back_end, pool.file_store, pool.archiving_store)}
)


def changes() -> st.SearchStrategy[Operation]:
    """Whatever may be done to a server or a store of the estate."""
    pools = st.sampled_from([pool.id for pool in POOLS])
    servers = st.sampled_from([server for pool in POOLS for server in pool.servers])

    def some(kind: Any) -> st.SearchStrategy[Operation]:
        return st.sampled_from(POOLS).flatmap(
            lambda pool: st.builds(
                kind,
                pool=st.just(pool.id),
                servers=st.sets(st.sampled_from(pool.servers)).map(lambda each: tuple(sorted(each))),
            )
        )

    builds = st.sampled_from(["7.0.2046.123", "7.0.2046.385", "7.0.2046.553"])
    services = st.sampled_from(["", "RTCSRV", "RTCDATAMCU", "W3SVC"])
    machines = st.builds(
        Machine,
        server=servers,
        free_gb=st.none() | st.integers(0, 40),
        clock_skew=st.integers(-30, 30),
        listeners=st.sampled_from([(), ((443, "another"),)]),
        origin=st.just(Origin("test")),
    )
    return st.one_of(
        some(op.StartServers),
        some(op.DrainServers),
        some(op.StopServers),
        st.builds(op.RestartServices, pool=pools, service=services),
        st.builds(op.FailServer, server=servers),
        st.builds(
            op.ResetPoolRegistrarState,
            pool=pools,
            reset=st.sampled_from(["ServiceReset", "QuorumLossRecovery"]),
        ),
        st.builds(op.InstallUpdate, server=servers, build=builds),
        st.builds(op.PairPools, pool=pools, other=pools),
        st.builds(op.FailStore, store=st.sampled_from(STORES)),
        st.builds(op.RepairStore, store=st.sampled_from(STORES)),
        st.builds(op.BackUpLog, instance=st.sampled_from(STORES)),
        st.builds(op.SynchronizeUsers, pool=pools, every_domain=st.booleans()),
        st.builds(op.ChangeMachine, machine=machines),
    )


@given(st.lists(changes(), max_size=12))
@settings(max_examples=60, deadline=None)
def test_nothing_is_torn(operations: list[Operation]) -> None:
    """A step leaves its input alone, and a refusal hands back the very state; servers keep their services."""
    state = STATE
    for operation in operations:
        before = {part.name: getattr(state, part.name) for part in dataclasses.fields(state)}
        services = {server: dict(each) for server, each in state.services.items()}  # type: ignore[arg-type]  # known
        step = apply(state, operation, RULES)

        assert all(getattr(state, name) is part for name, part in before.items())
        assert {server: dict(each) for server, each in state.services.items()} == services  # type: ignore[arg-type]  # known
        assert step.accepted or (step.state is state and step.reason)
        assert step.state.services.keys() == state.services.keys()
        state = step.state


@given(st.lists(changes(), max_size=12))
@settings(max_examples=60, deadline=None)
def test_a_pool_is_never_up_without_a_quorum_that_the_product_saw_go(operations: list[Operation]) -> None:
    """After a stop or a failure either enough Front Ends are up, or none is."""
    state = STATE
    for operation in operations:
        state = apply(state, operation, RULES).state
        if isinstance(operation, op.StopServers):
            hit = operation.pool
        elif isinstance(operation, op.FailServer):
            hit = state.servers[operation.server].pool
        else:
            continue
        up = sum(may_run(state, server) for server in state.pools[hit].servers)
        assert up != 1, operation


@given(st.sampled_from(POOLS), st.sets(st.integers(0, 2), min_size=1))
@settings(deadline=None)
def test_a_start_undoes_a_stop_and_a_drain(pool: Any, numbers: set[int]) -> None:
    servers: tuple[ServerId, ...] = tuple(pool.servers[number] for number in sorted(numbers))
    for stop in (
        op.StopServers(pool=pool.id, servers=servers),
        op.DrainServers(pool=pool.id, servers=servers),
    ):
        everybody = op.StartServers(pool=pool.id)

        assert after(STATE, stop, everybody).services == STATE.services


def test_every_operation_on_servers_is_carried_out_and_offered() -> None:
    for name in server_operations.__all__:
        assert getattr(op, name) is getattr(server_operations, name)


def test_a_drained_pool_goes_on_with_what_it_has() -> None:
    """Draining is no loss of quorum: paused Front Ends still hold data."""
    pool = POOLS[0]
    drained = after(STATE, op.DrainServers(pool=pool.id))

    assert all(may_run(drained, server) for server in pool.servers)
    readings: Any = drained.services[pool.servers[0]]
    assert readings["windows_fabric"] is ServiceState.RUNNING
    assert "there is no server" in refusal(STATE, op.DrainServers(pool=pool.id, servers=POOLS[1].servers))


def test_databases_that_nobody_rests_on_go_without_notice() -> None:
    state = state_at(tried(), "retired")

    changed = after(state, op.RemoveDatabases(stores=("gone01\\rtc",)))

    assert changed.changed(backing=state.backing) == state
    assert not changed.backing.store_by_instance["gone01\\rtc"].reachable


def test_a_pool_whose_databases_are_removed_too_early_loses_its_back_end() -> None:
    trial = tried()
    state = state_at(trial, "pilot")
    home = front_end(trial.deployment)
    store = state.pools[home].back_end
    assert store is not None
    changed = after(state, op.RemoveDatabases(stores=(store,)))

    (lost,) = changed.backing.stores
    assert (lost.instance, lost.reachable) == (store, False)
    people = [each for each in subjects(observer(changed), "user") if isinstance(each, User)]
    assert not all(each.keep_changes().done for each in people if each.cohort.pool == home)
