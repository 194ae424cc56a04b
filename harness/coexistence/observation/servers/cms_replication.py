"""Replication: how a change gets from the master to the servers that read it, and who still reads an old one.

Law of this room: one hop for each thing that has to be in order on the way. What stands in the way is the
simulation's to say: it keeps the configuration back there, too.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import Confidence, PoolId, ServerId, ServiceState, Unknown
from coexistence.model.vocabulary.ends import CENTRAL_MANAGEMENT, certificate_of, replica_of, service_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, ending, failed, passed, travel, undecided
from coexistence.simulation.rules.central_management import (
    SMB,
    agent_trouble,
    certificate_trouble,
    group_trouble,
    is_blocked,
    port_of,
    share_trouble,
    the_master,
)
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import NO_STATUS, NOT_COLLECTED

__all__ = ["apart", "by_old_map", "carry", "to_edge", "way_to"]


def apart(facts: Facts, server: ServerId) -> Hashable:
    """Return what tells the replicas of a pool's servers apart; the same for all of a healthy pool."""
    state = facts.state
    held = state.replicas.get(server, NO_STATUS)
    readings = state.services.get(server, NOT_COLLECTED)
    agent = readings if isinstance(readings, Unknown) else readings.get("replica_replicator")
    return held, agent, server in state.cms.shares_denied, server in state.never_reported


def way_to(facts: Facts, pool: Pool, servers: tuple[ServerId, ...]) -> Iterator[Leg]:
    """Follow a change from the master, which works, to servers that :func:`apart` does not tell apart."""
    master = the_master(facts.state)
    if master is None or master not in facts.state.pools:
        return
    replica = replica_of(pool.id)
    yield ending(facts.leg(("carrier", master), lambda: _carrier(facts, master)), replica)
    yield ending(_way(facts, master, pool), replica)
    yield ending(_taken_in(facts, pool, servers), replica)


def _way(facts: Facts, master: PoolId, pool: Pool) -> Leg:
    return facts.leg(("way to replicas", master, pool.id), lambda: _reached(facts, master, pool))


def carry(facts: Facts, pool: Pool) -> Outcome:
    """Return whether the master can hand configuration over to a pool's servers, whatever they hold now."""
    return facts.outcome(("carry", pool.id), lambda: travel(_carry(facts, pool)))


def _carry(facts: Facts, pool: Pool) -> Iterator[Leg]:
    masters = facts.state.cms.masters
    if isinstance(masters, Unknown):
        yield undecided("", "no Central Management master is known", masters.needs)
    seen: dict[Hashable, list[ServerId]] = {}
    for server in pool.servers:
        seen.setdefault(apart(facts, server), []).append(server)
    for servers in seen.values():
        yield from way_to(facts, pool, tuple(servers))


def to_edge(facts: Facts, pool: Pool) -> Outcome:
    """Return whether the master pool reaches the inside of an Edge pool for replication (HTTPS 4443)."""
    return facts.outcome(("replication to edge", pool.id), lambda: travel(_to_edge(facts, pool)))


def _to_edge(facts: Facts, pool: Pool) -> Iterator[Leg]:
    master = the_master(facts.state)
    if master is None or master not in facts.state.pools:
        needs = facts.state.cms.masters
        if isinstance(needs, Unknown):
            yield undecided("", "no Central Management master is known", needs.needs)
        else:
            reason = "there is no Central Management master that could reach it"
            yield failed("", reason, on=CENTRAL_MANAGEMENT)
        return
    yield ending(_way(facts, master, pool), replica_of(pool.id))


def _carrier(facts: Facts, master: PoolId) -> Leg:
    """Ask the master's File Transfer Agent; a list that does not name it tells nothing about it."""
    fqdn = facts.fqdn(master)
    states = [facts.state_of(server, "file_transfer_agent") for server in facts.state.pools[master].servers]
    if ServiceState.RUNNING in states:
        return passed(fqdn, "File Transfer Agent runs")
    unknown = next((each for each in states if isinstance(each, Unknown)), None)
    if unknown is not None:
        return undecided(fqdn, "nobody collected whether File Transfer Agent runs here", unknown.needs)
    if any(isinstance(each, ServiceState) for each in states):
        reason = "File Transfer Agent takes no new work on any server of the pool"
        return failed(fqdn, reason, on=service_of(master, "file_transfer_agent"))
    return Leg()


def _reached(facts: Facts, master: PoolId, pool: Pool) -> Leg:
    """From the master to a pool: who may write there, the port, and for an Edge the certificate inside."""
    port, fqdn = port_of(pool), facts.fqdn(master)
    if port == SMB:
        denied = group_trouble(facts.state)
        if isinstance(denied, Unknown):
            return undecided(
                fqdn, "nobody told which server here runs the active File Transfer Agent", denied.needs
            )
        if denied:
            return failed(fqdn, denied)
    if master == pool.id:
        return Leg()
    if is_blocked(facts.state, facts.rules, master, pool.id, port):
        return failed(fqdn, f"port {port} of {pool.fqdn} cannot be reached", assumes=("ports-open",))
    if port == SMB:
        return passed(pool.fqdn, "reached over SMB 445", "ports-open")
    trouble = certificate_trouble(facts.state, master, pool, facts.has_expired)
    granted = facts.untold_names(fqdn, trouble) if isinstance(trouble, Unknown) else Leg()
    if granted.stop is not None:
        return granted
    if isinstance(trouble, str):
        return failed(fqdn, trouble, assumes=("ports-open",), on=certificate_of(pool.id))
    return passed(pool.fqdn, "reached over HTTPS 4443 on its inside", "ports-open", *granted.assumes)


def _taken_in(facts: Facts, pool: Pool, servers: tuple[ServerId, ...]) -> Leg:
    if port_of(pool) == SMB:
        for server in servers:
            if trouble := share_trouble(facts.state, server):
                return failed(server, trouble)
    found = agent_trouble(facts.state, servers[0])
    where = ", ".join(servers)
    if isinstance(found, Unknown):
        return undecided(
            servers[0], f"nobody collected whether the Replica Replicator Agent runs on {where}", found.needs
        )
    if found:
        reason = f"the Replica Replicator Agent does not run on {where}"
        return failed(servers[0], reason, on=service_of(pool.id, "replica_replicator"))
    return passed(where, "the Replica Replicator Agent runs")


@rule(
    "lagging-server-routes-by-old-map",
    "A server whose replica is older than the removal of a pool still routes to that pool: what passes "
    "through it fails, while a second try through another server may work.",
    source="Inferred from: central management store replication status",
    confidence=Confidence.DERIVED,
)
def by_old_map(facts: Facts, servers: tuple[ServerId, ...]) -> Outcome:
    """Return whether servers that :func:`apart` does not tell apart know of every pool that is gone."""
    return travel([_map(facts, servers)])


def _map(facts: Facts, servers: tuple[ServerId, ...]) -> Leg:
    state = facts.state
    if not state.removed:
        return Leg()
    where = ", ".join(servers)
    held = state.replicas.get(servers[0], NO_STATUS)
    if isinstance(held, Unknown):
        return undecided(servers[0], f"nobody told whether the replica on {where} is current", held.needs)
    gone = [pool for pool, number in state.removed if number > held]
    if gone:
        reason = f"the replica on {where} still has {', '.join(gone)}, which is gone"
        return failed(servers[0], reason, on=replica_of(state.servers[servers[0]].pool))
    return passed(where, "knows of every pool that was removed")
