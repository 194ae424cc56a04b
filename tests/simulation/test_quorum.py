"""How many Front Ends a pool needs, and what becomes of one that has fewer: tables and brute force."""

from __future__ import annotations

import itertools

import pytest
from helpers import RULES, after, built, crowd, front_end, observer, server_of
from hypothesis import given
from hypothesis import strategies as st

from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.conditions.machines_and_databases import Backing, SqlStore
from coexistence.model.deployment import Block
from coexistence.model.vocabulary import Edition, Origin, PoolId, ServiceState, Version
from coexistence.observation.listings import subjects
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.quorum import (
    cold_start_shortage,
    first_start_minimum,
    functional_minimum,
    lost_quorum,
    voters,
)
from coexistence.simulation.state import State, state_of

#: Written down a second time: members, first start, to go on, servers that count.
TABLE = [
    (2, 1, 1, 2),
    (3, 3, 2, 3),
    (4, 3, 2, 4),
    (5, 4, 3, 5),
    (6, 5, 3, 6),
    (7, 5, 4, 7),
    (8, 6, 4, 7),
    (9, 7, 4, 7),
    (10, 8, 5, 9),
    (11, 9, 5, 9),
    (12, 10, 5, 9),
]


def enterprise(members: int, legacy: Version = Version.L13) -> State:
    """One Enterprise pool of so many Front Ends, all of which run."""
    pool = PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=members, crowds=(crowd(10),))
    made = built(Blueprint(legacy=legacy, sites=(SiteBlueprint(pools=(pool,)),)))
    return state_of(made, day=737_000, tools=None)


def pool_of(state: State) -> PoolId:
    """Its one Front End pool."""
    return next(iter(state.pools))


def with_only(state: State, *running: int) -> State:
    """The state in which only these Front Ends run; nothing is carried out by the product."""
    from coexistence.observation.service_losses import with_service

    pool = pool_of(state)
    gone = [server for number, server in enumerate(state.pools[pool].servers) if number not in running]
    return with_service(state, gone, "front_end", ServiceState.STOPPED)


def front_ends(state: State) -> list[ServiceState]:
    """States of the Front-End services, in the order of the topology."""
    found = []
    for server in state.pools[pool_of(state)].servers:
        readings = state.services[server]
        assert readings is not None
        found.append(readings["front_end"])  # type: ignore[index]  # a built state knows its services
    return found  # type: ignore[return-value]  # as above


@pytest.mark.parametrize(("members", "first", "least", "counted"), TABLE)
def test_the_tables_are_the_vendors(members: int, first: int, least: int, counted: int) -> None:
    assert first_start_minimum(members, RULES) == first
    assert functional_minimum(members) == least
    assert voters(members, RULES) == counted


def test_for_two_servers_the_texts_disagree() -> None:
    assert first_start_minimum(2, Rules({"first-start-of-two": "all"})) == 2
    assert first_start_minimum(3, Rules({"first-start-of-two": "all"})) == 3


@pytest.mark.parametrize(("members", "_first", "least", "counted"), [row for row in TABLE if row[0] <= 8])
def test_quorum_by_brute_force(members: int, _first: int, least: int, counted: int) -> None:
    state = enterprise(members)
    pool = state.pools[pool_of(state)]
    for size in range(members + 1):
        for running in itertools.combinations(range(members), size):
            lost = lost_quorum(with_only(state, *running), pool, RULES)

            assert (lost is not None) == (sum(number < counted for number in running) < least), running


@given(st.sampled_from(range(8, 13)), st.data())
def test_servers_behind_the_first_ones_do_not_vote(members: int, data: st.DataObject) -> None:
    state = enterprise(members)
    pool = state.pools[pool_of(state)]
    running = data.draw(st.sets(st.integers(0, members - 1)))
    everybody = Rules({"quorum-voters": "all-servers"})

    if lost_quorum(with_only(state, *running), pool, everybody):
        assert lost_quorum(with_only(state, *running), pool, RULES)
    votes = sum(number < voters(members, RULES) for number in running)
    assert bool(lost_quorum(with_only(state, *running), pool, RULES)) == (votes < functional_minimum(members))


@pytest.mark.parametrize(
    ("port", "members", "lost"), [(5090, 3, True), (5094, 3, True), (5095, 3, False), (5090, 2, False)]
)
def test_front_ends_that_do_not_see_each_other_lose_their_quorum(port: int, members: int, lost: bool) -> None:
    state = enterprise(members)
    pool = state.pools[pool_of(state)]
    block = Block(source=None, target=pool.id, port=port, origin=Origin("test"))

    assert (lost_quorum(state.changed(blocked=(block,)), pool, RULES) is not None) is lost


@pytest.mark.parametrize(
    ("store", "lost"),
    [
        ({}, False),
        ({"reachable": False}, True),
        ({"reachable": False, "mirrored": True}, True),
        ({"mirrored": True, "witness_reachable": False}, True),
        ({"mirrored": True}, False),
    ],
    ids=str,
)
def test_in_a_pool_of_two_the_sql_server_breaks_the_tie(store: dict[str, bool], lost: bool) -> None:
    state = enterprise(2)
    pool = state.pools[pool_of(state)]
    told = SqlStore(instance=str(pool.back_end), origin=Origin("test"), **store)
    told_state = state.changed(backing=Backing(stores=(told,)))

    assert (lost_quorum(with_only(told_state, 0), pool, RULES) is not None) is lost
    assert lost_quorum(told_state, pool, RULES) is None


# ---------------------------------------------------------------- starting


@pytest.mark.parametrize(("members", "first", "_least", "_counted"), TABLE)
def test_a_first_start_waits_for_enough_front_ends(
    members: int, first: int, _least: int, _counted: int
) -> None:
    state = enterprise(members)
    pool = pool_of(state)
    bare = after(state, op.StopServices(pool=pool))
    for number in range(members):
        bare = after(bare, op.StartServers(pool=pool, servers=(server_of(state, pool, number),)))
        started = number + 1

        wanted = ServiceState.RUNNING if started >= first else ServiceState.START_PENDING
        assert front_ends(bare)[:started] == [wanted] * started, started


def test_the_reason_names_the_events_and_both_numbers() -> None:
    state = after(enterprise(4), op.StopServices(pool=pool_of(enterprise(4))))
    pool = pool_of(state)
    some = after(state, op.StartServers(pool=pool, servers=state.pools[pool].servers[:2]))

    outcome = observer(some).message(pool, pool)

    assert outcome.sip == 504
    assert "2 of 4 Front Ends are started, and a cold start takes 3: events 32169 and 32174" in outcome.reason


def test_a_start_of_everybody_is_no_fault() -> None:
    state = enterprise(12)
    pool = pool_of(state)

    started = after(after(state, op.StopServices(pool=pool)), op.StartServers(pool=pool))

    assert set(front_ends(started)) == {ServiceState.RUNNING}
    assert started.silenced == frozenset()


@pytest.mark.parametrize(
    ("starting", "done"), [(range(12), True), (range(9), False), (range(10), True)], ids=str
)
def test_a_large_pool_that_is_still_starting_is_no_fault_if_enough_are(starting: range, done: bool) -> None:
    """The look-alike: StartPending for up to an hour, on every Front End, after a cold start."""
    from coexistence.observation.service_losses import with_service

    state = enterprise(12)
    pool = pool_of(state)
    servers = state.pools[pool].servers
    state = with_service(state, servers, "front_end", ServiceState.STOPPED)
    state = with_service(
        state, [servers[number] for number in starting], "front_end", ServiceState.START_PENDING
    )
    (subject,) = (each for each in subjects(observer(state), "pool") if each.label == pool)

    outcome = subject.start_up()  # type: ignore[union-attr]  # a pool

    assert outcome.done is done
    assert ("databases fill" if done else "32169") in str(outcome)


def test_a_pool_that_ran_before_starts_as_for_the_first_time_unless_switched() -> None:
    state = enterprise(5)
    pool = pool_of(state)
    some = with_only(after(state, op.StopServices(pool=pool)), *())
    starting = op.StartServers(pool=pool, servers=state.pools[pool].servers[:3])

    assert front_ends(after(some, starting))[0] is ServiceState.START_PENDING
    switched = Rules({"cold-start-threshold": "functional-minimum"})
    assert front_ends(after(some, starting, rules=switched))[0] is ServiceState.RUNNING


def test_a_member_that_comes_back_to_a_running_pool_just_starts() -> None:
    state = enterprise(4)
    pool = pool_of(state)
    one = (server_of(state, pool, 3),)
    stopped = after(state, op.StopServers(pool=pool, servers=one))
    assert front_ends(stopped)[3] is ServiceState.STOPPED

    assert set(front_ends(after(stopped, op.StartServers(pool=pool, servers=one)))) == {ServiceState.RUNNING}


def test_a_pool_that_is_up_takes_back_members_one_by_one() -> None:
    """Five of twelve go on; a sixth is fewer than a cold start takes, and starts all the same."""
    state = enterprise(12)
    pool = pool_of(state)
    servers = state.pools[pool].servers
    few = after(state, op.StopServers(pool=pool, servers=servers[5:]))
    assert front_ends(few).count(ServiceState.RUNNING) == 5

    more = after(few, op.StartServers(pool=pool, servers=servers[5:6]))
    assert front_ends(more).count(ServiceState.RUNNING) == 6


def test_too_few_left_stop_too_and_a_reset_needs_the_functional_minimum() -> None:
    state = enterprise(4)
    pool = pool_of(state)
    servers = state.pools[pool].servers
    reset = op.ResetPoolRegistrarState(pool=pool, reset="QuorumLossRecovery")

    two_left = after(state, op.StopServers(pool=pool, servers=servers[2:]))
    assert front_ends(two_left)[:2] == [ServiceState.RUNNING] * 2
    one_left = after(two_left, op.FailServer(server=servers[1]))
    assert set(front_ends(one_left)) == {ServiceState.STOPPED}
    assert set(front_ends(after(one_left, reset))[1:]) == {ServiceState.STOPPED}
    assert front_ends(after(one_left, reset))[0] is ServiceState.START_PENDING

    repaired = after(one_left, op.StartServers(pool=pool, servers=servers[1:2]))
    assert front_ends(repaired)[1] is ServiceState.START_PENDING
    assert front_ends(after(repaired, reset))[:2] == [ServiceState.RUNNING] * 2
    assert (
        front_ends(after(repaired, op.ResetPoolRegistrarState(pool=pool)))[:2]
        == [ServiceState.START_PENDING] * 2
    )


def test_lync_server_2010_has_no_fabric() -> None:
    state = enterprise(5, Version.L10)
    pool = state.pools[pool_of(state)]

    assert lost_quorum(with_only(state), pool, RULES) is None
    assert cold_start_shortage(with_only(state), pool, RULES) is None


def test_front_end_is_the_first_pool() -> None:
    assert pool_of(enterprise(2)) == front_end(
        built(
            Blueprint(
                legacy=Version.L13,
                sites=(SiteBlueprint(pools=(PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=2),)),),
            )
        )
    )
