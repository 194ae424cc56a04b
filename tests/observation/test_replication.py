"""How a change gets from the store to each replica, and who monitors it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from administration_scenes import (
    DEPLOYMENT,
    DONE,
    EDGE,
    FAILED,
    FIRST,
    LEGACY,
    MIXED,
    NEW,
    SECOND,
    SHELL,
    TRIAL,
    blocked,
    pool_of,
    with_cms,
)
from helpers import (
    after,
    observer,
    server_of,
    state_at,
    with_service,
)
from hypothesis import given
from hypothesis import strategies as st

from coexistence import (
    ReplicaSubject,
)
from coexistence.model import operations as op
from coexistence.model.vocabulary import PoolId, Unknown, Version
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.listings import subjects
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State, state_of

# ---------------------------------------------------------------- replicas


def replicas(state: State, rules: Rules | None = None) -> list[ReplicaSubject]:
    found = subjects(observer(state, rules or Rules()), "replica")
    return [each for each in found if isinstance(each, ReplicaSubject)]


def following(state: State, pool: PoolId) -> Outcome:
    (found,) = (each.follow() for each in replicas(state) if each.pool.id == pool)
    return found


@pytest.mark.parametrize(
    ("pool", "break_it", "reason"),
    [
        (NEW, lambda state: state, ""),
        (EDGE, lambda state: state, ""),
        (NEW, lambda state: blocked(state, FIRST, NEW, 445), f"port 445 of {NEW} cannot be reached"),
        (EDGE, lambda state: blocked(state, FIRST, EDGE, 4443), f"port 4443 of {EDGE} cannot be reached"),
        (EDGE, lambda state: blocked(state, FIRST, EDGE, 445), ""),
        (
            NEW,
            lambda state: with_cms(state, shares_denied=frozenset({server_of(state, NEW)})),
            f"the master has no permission on the share xds-replica of {server_of(MIXED, NEW)}",
        ),
        (
            NEW,
            lambda state: with_cms(state, not_replicators=frozenset({server_of(state, FIRST)})),
            (
                f"{server_of(MIXED, FIRST)} is no member of RTCUniversalConfigReplicator: access to the "
                "share is denied"
            ),
        ),
        (
            NEW,
            lambda state: with_cms(state, not_restarted=frozenset({server_of(state, FIRST)})),
            (
                f"{server_of(MIXED, FIRST)} was not restarted since it became a member of "
                "RTCUniversalConfigReplicator"
            ),
        ),
        (EDGE, lambda state: with_cms(state, not_replicators=frozenset({server_of(state, FIRST)})), ""),
        (
            NEW,
            lambda state: with_service(state, FIRST, "FTA"),
            "File Transfer Agent takes no new work on any server of the pool",
        ),
        (
            NEW,
            lambda state: with_service(state, NEW, "REPLICA"),
            f"the Replica Replicator Agent does not run on {server_of(MIXED, NEW)}",
        ),
        (
            NEW,
            lambda state: state.changed(published=state.published + 1),
            f"the replica on {server_of(MIXED, NEW)} is not up to date (UpToDate is False)",
        ),
    ],
)
def test_a_change_is_followed_to_the_replica(pool: PoolId, break_it: Any, reason: str) -> None:
    state = break_it(MIXED)
    outcome = following(state, pool)

    assert outcome.reason == reason
    assert outcome.disposition is (FAILED if reason else DONE)
    assert pool_of(state, pool).administer(through=SHELL).disposition is outcome.disposition
    if "UpToDate" not in reason:
        assert pool_of(state, pool).take_configuration().disposition is outcome.disposition or pool == EDGE


def test_a_replica_that_never_reported_says_so_until_it_is_reached() -> None:
    behind = server_of(LEGACY, SECOND)
    replicas_known = DEPLOYMENT.replicas
    assert not isinstance(replicas_known, Unknown)
    silent = tuple(
        replace(each, up_to_date=False, last_status_report=None) if each.server == behind else each
        for each in replicas_known
    )
    state = state_of(replace(DEPLOYMENT, replicas=silent), day=LEGACY.day, tools=None)

    assert following(state, SECOND).reason == (
        f"the replica on {behind} is not up to date and never reported (UpToDate is False)"
    )
    assert following(after(state, op.InvokeReplication(server=behind)), SECOND).done
    assert following(after(state, op.Replicate()), SECOND).done
    # Where the export has no dates at all, nobody is said to be silent.
    dateless = tuple(replace(each, last_status_report=None) for each in silent)
    undated = state_of(replace(DEPLOYMENT, replicas=dateless), day=LEGACY.day, tools=None)
    assert "never" not in following(undated, SECOND).reason


@pytest.mark.parametrize(("port", "works"), [(4443, False), (445, True)])
def test_the_way_to_an_edge_is_an_answer_of_its_own(port: int, works: bool) -> None:
    outcome = pool_of(blocked(MIXED, FIRST, EDGE, port), EDGE).take_configuration_inside()

    assert outcome.done is works
    assert not pool_of(MIXED, EDGE, Rules({"ports-open": "no"})).take_configuration_inside().done
    assert not pool_of(with_cms(MIXED, masters=()), EDGE).take_configuration_inside().done


@given(data=st.data())
def test_every_replica_answers_as_each_of_its_servers_alone(data: st.DataObject) -> None:
    servers = st.sampled_from(sorted(MIXED.servers))
    state = with_cms(MIXED, shares_denied=frozenset(data.draw(st.sets(servers, max_size=2))))
    for server in sorted(data.draw(st.sets(servers, max_size=2))):
        state = after(
            state,
            op.SetServiceState(server=server, service="REPLICA", state=1),  # type: ignore[arg-type]  # the number of Stopped
        )
    held = data.draw(st.dictionaries(servers, st.sampled_from([-1, 0, state.published]), max_size=3))
    state = state.changed(replicas={**state.replicas, **held}, removed=((PoolId("gone.example"), 1),))

    for subject in replicas(state):
        for server in subject.servers:
            alone = replace(subject, servers=(server,))
            for ask in ("status", "follow", "route"):
                together, single = getattr(subject, ask)(), getattr(alone, ask)()
                assert (together.disposition, together.assumes) == (single.disposition, single.assumes)


def test_a_server_that_missed_a_removal_still_routes_to_the_pool_that_is_gone() -> None:
    retired = state_at(TRIAL, "retired")
    assert all(each.route().done for each in replicas(retired))
    behind = server_of(retired, NEW)
    late = retired.changed(replicas={**retired.replicas, behind: 0})

    (outcome,) = (each.route() for each in replicas(late) if behind in each.servers)

    assert outcome.disposition is FAILED
    assert FIRST in outcome.reason


# ---------------------------------------------------------------- monitoring


def test_monitoring_of_the_old_generation_ends_with_the_move_of_the_store() -> None:
    used = with_cms(MIXED, discovery_candidates=())
    moved = after(used, op.MoveCms(to=NEW, tools=Version.S19))
    elected = after(moved, op.SetDiscoveryCandidates(servers=MIXED.pools[SECOND].servers))

    assert pool_of(used, SECOND).monitored().done
    assert not pool_of(used, NEW).monitored().done
    assert not pool_of(moved, SECOND).monitored().done
    assert pool_of(elected, SECOND).monitored().done
    assert pool_of(after(MIXED, op.MoveCms(to=NEW, tools=Version.S19)), SECOND).monitored().done
