"""How many Front Ends an Enterprise pool needs, to start for the first time and to go on.

Law of this room: the vendor's two tables, and what they mean for a pool whose servers are in some state.
Source: topologies and components for Front End Servers (Lync Server 2013); the fabric exists from that
version on. Where the vendor's own texts disagree, an assumption decides.
"""

from __future__ import annotations

from typing import Final

from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import Edition, PoolRole, ServerId, ServiceState, Unknown
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import NOT_COLLECTED, Infrastructure

__all__ = [
    "blocked_fabric_port",
    "cold_start_shortage",
    "first_start_minimum",
    "functional_minimum",
    "has_quorum_rules",
    "lost_quorum",
    "may_run",
    "untold_quorum",
    "voters",
]

#: Servers that must run for a new pool to finish its first start, by pool size. For two servers the
#: vendor's texts disagree: the table says one, the event text says all.
_FIRST_START: Final = {1: 1, 2: 1, 3: 3, 4: 3, 5: 4, 6: 5, 7: 5, 8: 6, 9: 7, 10: 8, 11: 9, 12: 10}
#: Servers that must run for a pool to stay up, by pool size.
_FUNCTIONAL: Final = {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4, 9: 4, 10: 5, 11: 5, 12: 5}
_FABRIC_PORTS: Final = range(5090, 5095)
#: States in which a Front-End service holds data and votes.
_UP: Final = (ServiceState.RUNNING, ServiceState.PAUSED, ServiceState.PAUSE_PENDING)


@rule(
    "first-start-minimum",
    "A new Enterprise pool with Windows Fabric finishes its first start once enough of its Front Ends are "
    "started (2: 1, 3-4: 3, 5: 4, 6-7: 5, 8: 6, 9: 7, 10: 8, 11: 9, 12: 10). For two, the text of the event "
    "asks for all.",
    source="Lync Server 2013: topologies and components for Front End Servers",
    switch="first-start-of-two",
)
def first_start_minimum(members: int, rules: Rules) -> int:
    """Return how many of ``members`` servers a pool's first start takes.

    Beyond twelve servers (2019 allows sixteen) no table was found: all but two, as for twelve.
    """
    if members == 2 and rules.value("first-start-of-two") == "all":
        return 2
    return _FIRST_START.get(members, max(members - 2, 1))


def functional_minimum(members: int) -> int:
    """Return below how many running servers a pool of ``members`` shuts itself down.

    Beyond twelve servers no table was found: the figure for twelve is taken. Which servers are counted is
    :func:`voters`' to say.
    """
    return _FUNCTIONAL.get(members, 5 if members > 12 else 1)  # the table's last size


@rule(
    "quorum-voters",
    "In a pool of eight or nine Front Ends the first seven count towards its functional minimum, from ten on "
    "the first nine, in the order of the topology.",
    source="Lync Server 2013: topologies and components for Front End Servers",
    switch="quorum-voters",
)
def voters(members: int, rules: Rules) -> int:
    """Return how many of a pool's servers, the first ones, count towards its functional minimum."""
    if rules.value("quorum-voters") == "all-servers" or members < 8:
        return members
    return 7 if members < 10 else 9


def has_quorum_rules(pool: Pool) -> bool:
    """Tell whether Windows Fabric decides about a pool: an Enterprise pool of 2013 or later."""
    return pool.role is PoolRole.FRONT_END and pool.edition is Edition.ENTERPRISE and pool.has_fabric


@rule(
    "fabric-ports-within-pool",
    "Front Ends of one pool need ports 5090 to 5094 of each other for Windows Fabric.",
    source="Ports and protocols for internal servers; topology documents",
)
def blocked_fabric_port(state: Infrastructure, pool: Pool) -> int | None:
    """Return a port of Windows Fabric that is blocked towards a pool's own servers; None for none."""
    for block in state.blocked:
        if block.port in _FABRIC_PORTS and block.target == pool.id and block.source in (None, pool.id):
            return block.port
    return None


def may_run(state: Infrastructure, server: ServerId) -> bool:
    """Tell whether a Front-End service may be up; what nobody collected may be."""
    readings = state.services.get(server)
    if readings is None or isinstance(readings, Unknown):
        return True
    reported = readings.get("front_end")
    return isinstance(reported, Unknown) or reported in _UP


@rule(
    "quorum-functional-minimum",
    "An Enterprise pool with Windows Fabric stops itself when fewer of its Front Ends run than the table "
    "for its size says (2: 1, 3-4: 2, 5-6: 3, 7-9: 4, 10-12: 5); a pool of two also when one of them and "
    "the SQL Server behind it are gone together.",
    source="Lync Server 2013: topologies and components for Front End Servers; third party: 2FE+2BE high "
    "availability issue",
    switch="quorum-voters",
)
def lost_quorum(state: Infrastructure, pool: Pool, rules: Rules) -> str | None:
    """Say why an Enterprise pool is below its functional minimum; None while it is not.

    Windows Fabric stops the remaining servers of such a pool. Servers that nobody reported on count
    as running: the pool is not declared lost by what is not known.
    """
    if not has_quorum_rules(pool):
        return None
    members = len(pool.servers)
    counted = pool.servers[: voters(members, rules)]
    up = sum(may_run(state, server) for server in counted)
    least = functional_minimum(members)
    if up > 1 and least > 1 and (port := blocked_fabric_port(state, pool)):
        return f"port {port} is blocked between its Front Ends: each of them sees no other"
    if up < least:
        which = f"{members} Front Ends" if len(counted) == members else f"the first {len(counted)} Front Ends"
        return f"{up} of {which} run, fewer than the {least} that Windows Fabric needs"
    store = state.backing.store_by_instance.get(pool.back_end or "") if members == 2 and up == 1 else None
    if store is not None and not (store.reachable and (store.witness_reachable or not store.mirrored)):
        return (
            "one of two Front Ends runs, and the SQL Server (or its witness) that would break the tie is gone"
        )
    return None


def untold_quorum(state: Infrastructure, pool: Pool, rules: Rules) -> Unknown | None:
    """Return what would tell whether enough Front Ends of a pool run; None where that is known."""
    if not has_quorum_rules(pool):
        return None
    members = len(pool.servers)
    counted = pool.servers[: voters(members, rules)]
    readings = [state.services.get(server, NOT_COLLECTED) for server in counted]
    found = [each if isinstance(each, Unknown) else each.get("front_end") for each in readings]
    unknown = next((each for each in found if isinstance(each, Unknown)), None)
    if unknown is None or sum(each in _UP for each in found) >= functional_minimum(members):
        return None
    return unknown


@rule(
    "cold-start-below-minimum",
    "Front-End services of a pool that starts with too few Front Ends stay in StartPending; events 32169 and "
    "32174 say that the startup is being delayed, and not every routing group finds a place.",
    source="Lync Server 2013: topologies and components for Front End Servers; third party: Lync 2013 Front "
    "End Service - Starting",
    switch="cold-start-threshold",
)
def cold_start_shortage(state: Infrastructure, pool: Pool, rules: Rules) -> str | None:
    """Say why Front-End services that are starting never finish; None where enough of them are started."""
    if not has_quorum_rules(pool):
        return None
    members = len(pool.servers)
    started = sum(_is_started(state, server) for server in pool.servers)
    least = first_start_minimum(members, rules)
    if rules.value("cold-start-threshold") == "functional-minimum" and state.defined.get(pool.id) == 0:
        least = functional_minimum(members)
    if started >= least:
        return None
    return (
        f"{started} of {members} Front Ends are started, and a cold start takes {least}: events 32169 and "
        "32174, startup is being delayed; some routing groups have no place"
    )


def _is_started(state: Infrastructure, server: ServerId) -> bool:
    readings = state.services.get(server)
    return may_run(state, server) or (
        readings is not None
        and not isinstance(readings, Unknown)
        and readings.get("front_end") in (ServiceState.START_PENDING, ServiceState.CONTINUE_PENDING)
    )
