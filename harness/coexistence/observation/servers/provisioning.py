"""What must be in order before it is needed: replicas, disks, logs, clocks, chains of trust, web publishing.

Law of this room: one pool is looked at for itself. Where nothing is told about what it rests on, nothing is
wrong, and finding that out costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coexistence.model.deployment import key_of
from coexistence.model.vocabulary import Disposition, PoolId, PoolRole
from coexistence.observation.conferencing.links import publishes
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, travel, undecided
from coexistence.observation.servers import user_replicas
from coexistence.observation.servers.supported_topology import by_external_name
from coexistence.simulation.changes.service_start import is_bare
from coexistence.simulation.rules import machines
from coexistence.simulation.rules.databases import cannot_write

__all__ = ["one_chain", "publish_web", "room_for_databases", "room_in_log", "same_time", "serve_in_full"]

_DONE: Final = Outcome(disposition=Disposition.DONE)


def serve_in_full(facts: Facts, pool: PoolId) -> Outcome:
    """Return whether all people of a pool are served in full, whichever Front End their data is on.

    The server with the first replica has to be of the pool's build, and there has to be a second replica.
    """
    groups = facts.state.backing.groups_by_pool.get(pool, ()) if facts.state.backing.routing_groups else ()
    if not groups:
        return _DONE
    return facts.outcome(("serve in full", pool), lambda: travel(_serve_in_full(facts, pool)))


def _serve_in_full(facts: Facts, pool: PoolId) -> Iterator[Leg]:
    yield facts.registrar(pool)
    odd = machines.builds_differ(facts.state, pool)
    for code, group in enumerate(facts.state.backing.routing_groups, start=1):
        if group.pool != pool:
            continue
        kept = user_replicas.keep(facts, pool, code)
        yield Leg(kept.hops, None if kept.disposition is Disposition.DONE else kept, kept.assumes)
        if group.replicas and group.replicas[0] in odd:
            first = group.replicas[0]
            reason = f"{first} serves a routing group half-way through an update: its build is another one"
            yield failed(facts.fqdn(pool), reason)


# -------------------------------------------------------------------- room


def room_for_databases(facts: Facts, pool: PoolId) -> Outcome:
    """Return whether setup would find room for the databases that a pool is still to get.

    Those are its own where nothing is installed yet, and those of Central Management on a new pool.
    """
    state = facts.state
    known = state.pools[pool]
    if not (state.backing.machines or state.backing.stores) or known.role is not PoolRole.FRONT_END:
        return _DONE
    is_newest = bool(known.versions) and known.versions[0] == facts.newest
    servers = [server for server in known.servers if is_newest or is_bare(state, server)]
    trouble = machines.installation_trouble(state, known, servers)
    return travel([failed(known.fqdn, trouble)]) if trouble and servers else _DONE


def room_in_log(facts: Facts, pool: PoolId) -> Outcome:
    """Return whether the transaction log of a pool's user store takes what is written next."""
    known = facts.state.pools[pool]
    if not facts.state.backing.stores or known.role is not PoolRole.FRONT_END:
        return _DONE
    full = cannot_write(facts.state, known)
    return travel([failed(known.fqdn, full)]) if full else _DONE


# -------------------------------------------------------------------- clocks, certificates, names


def same_time(facts: Facts, pool: PoolId) -> Outcome:
    """Return whether every other Front End pool accepts the web tickets of a pool, by their clocks."""
    if not facts.state.backing.machines:
        return _DONE
    return facts.outcome(("same time", pool), lambda: travel(_same_time(facts, pool)))


def _same_time(facts: Facts, pool: PoolId) -> Iterator[Leg]:
    for other in facts.pools(PoolRole.FRONT_END):
        if other.id != pool and other.id not in facts.state.silenced:
            yield user_replicas.web_between(facts, other.id, pool)
    yield passed(facts.fqdn(pool), "its clock agrees with the others'")


def one_chain(facts: Facts, pool: PoolId) -> Outcome:
    """Return whether the servers of a pool hand out one chain of trust, that of their own certificate."""
    known, told = facts.state.pools[pool], facts.state.particulars.stray_chains
    stray = next((server for server in known.servers if server in told), None) if told else None
    if stray is None:
        return _DONE
    return travel([failed(known.fqdn, f"{stray} holds a trusted chain that is not its own certificate's")])


def publish_web(facts: Facts, pool: PoolId) -> Outcome:
    """Return whether the external web name of a pool is its own, published, and leads to its web services."""
    return travel(_publish_web(facts, pool))


def _publish_web(facts: Facts, pool: PoolId) -> Iterator[Leg]:
    known = facts.state.pools[pool]
    name = known.external_web_fqdn
    if name is None:
        if not known.tells("external_web_fqdn"):
            yield undecided(known.fqdn, "nobody told its external web name", "Get-CsTopology -AsXml")
        return
    other = by_external_name(facts, known)
    if other is not None:
        yield failed(known.fqdn, f"{name} is the external web name of {facts.fqdn(other)} too")
    yield publishes(facts, key_of(name), pool)
