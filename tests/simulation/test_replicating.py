"""Replicas that get what is published, and what keeps it from them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import (
    RULES,
    after,
    server_of,
    with_service,
)
from store_scenes import (
    BEFORE,
    MOVE,
    NEW,
    OLD,
    blocked,
    changed,
    edge_of,
    lagging,
    with_cms,
)

from coexistence.model import operations as op
from coexistence.model.conditions.administrators import CONFIG_REPLICATORS
from coexistence.model.deployment import Certificate
from coexistence.model.vocabulary import PoolRole, Unknown
from coexistence.simulation.engine import apply

# ---------------------------------------------------------------- replicas


@pytest.mark.parametrize(
    ("port", "target", "late"),
    [
        (4443, "edge", "edge"),
        (4443, "inside", ""),
        (445, "inside", "inside"),
        (445, "edge", ""),
    ],
)
def test_a_blocked_port_keeps_the_configuration_from_whoever_receives_it_there(
    port: int, target: str, late: str
) -> None:
    pools = {"edge": edge_of(BEFORE, fresh=True), "inside": NEW, "": None}
    state = changed(blocked(BEFORE, OLD, pools[target], port))

    behind = set() if not late else set(state.pools[pools[late]].servers)  # type: ignore[index]  # it is a pool
    assert lagging(state) == behind


def test_after_the_move_another_pool_has_to_reach_the_edge() -> None:
    edge = edge_of(BEFORE, fresh=False)
    state = changed(blocked(BEFORE, NEW, edge, 4443))

    assert not lagging(state)
    assert lagging(after(state, MOVE)) == set(state.pools[edge].servers)


def test_an_edge_with_a_wrong_certificate_gets_nothing() -> None:
    edge = edge_of(BEFORE, fresh=False)
    assert not isinstance(BEFORE.certificates, Unknown)
    wrong = tuple(
        replace(each, names=frozenset({"elsewhere.example"}))
        if isinstance(each, Certificate) and (each.pool, each.use) == (edge, "Default")
        else each
        for each in BEFORE.certificates
    )

    assert lagging(changed(BEFORE.changed(certificates=wrong))) == set(BEFORE.pools[edge].servers)


def test_new_hosts_outside_the_replicator_group_reach_no_internal_share() -> None:
    moved = after(BEFORE, replace(MOVE, replicators_ready=False))
    inside = {
        server
        for server in moved.servers
        if moved.pools[moved.servers[server].pool].role is not PoolRole.EDGE
    }

    assert lagging(moved) == inside
    hosts = frozenset(str(server) for server in moved.pools[NEW].servers)
    joined = after(
        moved, op.SetGroupMembers(group=CONFIG_REPLICATORS, add=hosts, renewed=False), op.Replicate()
    )
    assert lagging(joined) == inside
    restarted = after(joined, op.RunLocalSetup(servers=moved.pools[NEW].servers), op.Replicate())
    assert not lagging(restarted)


def test_servers_put_into_the_group_and_restarted_at_once_replicate() -> None:
    moved = after(BEFORE, replace(MOVE, replicators_ready=False))
    hosts = frozenset(str(server) for server in moved.pools[NEW].servers)

    assert not lagging(after(moved, op.SetGroupMembers(group=CONFIG_REPLICATORS, add=hosts), op.Replicate()))


def test_servers_taken_out_of_the_group_replicate_no_more() -> None:
    hosts = frozenset(str(server) for server in BEFORE.pools[OLD].servers)
    state = after(BEFORE, op.SetGroupMembers(group=CONFIG_REPLICATORS, remove=hosts))

    assert lagging(changed(state))


@pytest.mark.parametrize("service", ["MASTER", "FTA"])
def test_without_its_two_agents_the_master_hands_nothing_over(service: str) -> None:
    state = changed(with_service(BEFORE, OLD, service))

    assert lagging(state) == {
        server
        for server, readings in state.services.items()
        if readings  # applications have no replica agent
    }


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("", ""),
        ("agent", "the Replica Replicator Agent does not run on {server}"),
        ("share", "the master has no permission on the share xds-replica of {server}"),
        ("port", "port 445 of {pool} cannot be reached from {master}"),
        ("sender", "Master Replicator Agent does not run on {master}"),
        ("group", "{host} is no member of RTCUniversalConfigReplicator: access to the share is denied"),
    ],
)
def test_replication_of_one_server_says_what_stands_in_its_way(broken: str, reason: str) -> None:
    server, host = server_of(BEFORE, NEW), server_of(BEFORE, OLD)
    state = {
        "": BEFORE,
        "agent": with_service(BEFORE, NEW, "REPLICA"),
        "share": with_cms(BEFORE, shares_denied=frozenset({server})),
        "port": blocked(BEFORE, OLD, NEW, 445),
        "sender": with_service(BEFORE, OLD, "MASTER"),
        "group": with_cms(BEFORE, not_replicators=frozenset({host})),
    }[broken]
    state = after(state, op.SetNextHop(pool=edge_of(state, fresh=False), to=OLD))
    step = apply(state, op.InvokeReplication(server=server), RULES)

    assert step.reason == reason.format(server=server, pool=NEW, master=OLD, host=host)
    assert step.accepted is not bool(reason)
    assert step.state.is_current(server) is not bool(reason)
    assert step.state.is_current(host) is False
