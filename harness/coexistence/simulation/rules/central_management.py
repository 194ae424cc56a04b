"""The Central Management store and the way of a change from it to every server's replica.

Law of this room: each function says in one sentence what stands in the way, or None. What nobody collected
stands in nobody's way: it is asked about where outcomes are made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from coexistence.model.conditions.administrators import StoreState
from coexistence.model.deployment import Certificate, Cms, Pool
from coexistence.model.vocabulary import Maybe, PoolId, PoolRole, ServerId, ServiceState, Unknown
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import NOT_COLLECTED, Infrastructure, State

__all__ = [
    "CMS_SERVICES",
    "HTTPS_REPLICATION",
    "SMB",
    "agent_trouble",
    "certificate_trouble",
    "group_trouble",
    "is_blocked",
    "obstacle",
    "port_of",
    "receivers",
    "sender_trouble",
    "share_trouble",
    "store_of",
    "store_trouble",
    "the_master",
]

#: Master Replicator Agent and File Transfer Agent, by their keys in the catalogue.
CMS_SERVICES: Final = ("master_replicator", "file_transfer_agent")
#: Ports by which configuration travels: to internal servers, and to the inside of Edge Servers.
SMB, HTTPS_REPLICATION = 445, 4443


def store_of(cms: Cms, pool: PoolId) -> StoreState:
    """Return what is the matter with the store on a pool."""
    told = dict(cms.stores).get(pool)
    if told is not None:
        return told
    masters = () if isinstance(cms.masters, Unknown) else cms.masters
    return StoreState.WRITABLE if pool in masters or pool in cms.hosts else StoreState.MISSING


def the_master(state: Infrastructure) -> PoolId | None:
    """Return the pool that tools take for the active master; None where there is none, or nobody told."""
    masters = state.cms.masters
    scp = state.cms.scp
    if isinstance(masters, Unknown):
        return None
    if len(masters) > 1 and isinstance(scp, str) and scp in masters:
        return scp
    return masters[0] if masters else None


@rule(
    "scp-leads-to-store",
    "Every tool finds the store by the service control point in Active Directory. Where that leads to no "
    "store, or to one that takes no changes, nothing can be configured, while calls and messages go on.",
    source="Move the Central Management Server; Move-CsManagementServer reference; Moving the Central "
    "Management store in a disaster recovery scenario (third party)",
)
def store_trouble(state: Infrastructure, *, write: bool = True) -> str | None:
    """Say why the Central Management store cannot be opened, or not be written to."""
    cms = state.cms
    if isinstance(cms.masters, Unknown):
        return None
    if not cms.masters:
        return "no pool claims to be the active Central Management master"
    store = cms.scp if not isinstance(cms.scp, Unknown) else cms.masters[0]
    if store is None:
        return "the service control point names no Central Management store"
    if store not in cms.masters:
        # What claims to be the master elsewhere is a store that no tool finds.
        return (
            f"the service control point leads to {store}, but the active master is {', '.join(cms.masters)}"
        )
    found = store_of(cms, store)
    readable = (StoreState.WRITABLE, StoreState.READ_ONLY)
    if found is StoreState.WRITABLE or (not write and found in readable):
        return None
    return f"the Central Management store on {store} {found.value}"


# -------------------------------------------------------------------- from the master to a replica


def port_of(pool: Pool) -> int:
    """Return the port on which a pool's servers receive configuration."""
    return HTTPS_REPLICATION if pool.role is PoolRole.EDGE else SMB


def is_blocked(state: Infrastructure, rules: Rules, here: PoolId | None, there: PoolId, port: int) -> bool:
    """Tell whether something between two pools blocks a port; ``here`` is None for a machine of its own."""
    if rules.value("ports-open") == "no":
        return True
    return bool(state.blocked) and any(
        block.port == port and block.source in (None, here) and block.target in (None, there)
        for block in state.blocked
    )


@rule(
    "replicators-are-members",
    "Servers of the master pool write into the replicas' shares as members of RTCUniversalConfigReplicator; "
    "a server that was not restarted since it became one is refused like one that is none (event 1034).",
    source="Central Management store replication failures; Migrating CMS in Lync Server and Skype4B Server "
    "(third party); Move the Central Management Server",
)
def group_trouble(state: Infrastructure) -> Maybe[str | None]:
    """Say why the master's servers may not write into shares; unknown where only some of them may not.

    Which of them runs the active File Transfer Agent is told by the store's own status alone.
    """
    cms, master = state.cms, the_master(state)
    if not (cms.not_replicators or cms.not_restarted) or master is None or master not in state.pools:
        return None
    servers = [
        server
        for server in state.pools[master].servers
        if isinstance(readings := state.services.get(server, NOT_COLLECTED), Unknown)
        or readings.get("file_transfer_agent") is ServiceState.RUNNING
    ]
    out = [server for server in servers if server in cms.not_replicators]
    late = [server for server in servers if server in cms.not_restarted]
    if not out and not late:
        return None
    if len({*out, *late}) < len(servers):
        return Unknown("Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus")
    if out:
        return f"{', '.join(out)} is no member of RTCUniversalConfigReplicator: access to the share is denied"
    return f"{', '.join(late)} was not restarted since it became a member of RTCUniversalConfigReplicator"


@rule(
    "replica-share-permission",
    "Without permission on a server's share xds-replica the master's File Transfer Agent cannot hand "
    "configuration over there.",
    source="Central Management store replication failures",
)
def share_trouble(state: Infrastructure, server: ServerId) -> str | None:
    """Say whether permission is missing on a server's own share."""
    if server in state.cms.shares_denied:
        return f"the master has no permission on the share xds-replica of {server}"
    return None


@rule(
    "edge-replica-certificate",
    "Configuration reaches an Edge Server over HTTPS, so the certificate on its inside must be valid, name "
    "it, and come from a root that the master trusts.",
    source="Central Management store replication failures",
)
def certificate_trouble(
    state: Infrastructure, master: PoolId, edge: Pool, has_expired: Callable[[Certificate], bool]
) -> Maybe[str | None]:
    """Say what is wrong with the certificate that an Edge pool shows to the master."""
    if isinstance(state.certificates, Unknown):
        return state.certificates
    shown = next((each for each in state.certificates if (each.pool, each.use) == (edge.id, "Default")), None)
    if shown is None and state.defined.get(edge.id):
        return None  # defined by the plan: that it has none yet is a matter of its installation
    if shown is None:
        return Unknown("certificate export")
    if has_expired(shown):
        return f"the certificate of {edge.fqdn} expired on {shown.not_after}"
    names = {edge.id, *edge.servers, f"*.{edge.id.partition('.')[2]}"}
    if not names & shown.names:
        return f"the certificate of {edge.fqdn} names neither it nor its servers"
    for server in state.pools[master].servers:
        roots = state.servers[server].roots
        if isinstance(roots, Unknown):
            return roots
        if shown.issuer not in roots:
            return f"{server} does not trust {shown.issuer}, who issued for {edge.fqdn}"
    return None


def agent_trouble(state: Infrastructure, server: ServerId) -> Maybe[str | None]:
    """Say whether a server does not run the agent that takes configuration in."""
    readings = state.services.get(server, NOT_COLLECTED)
    if isinstance(readings, Unknown):
        return readings
    found = readings.get("replica_replicator")
    if isinstance(found, Unknown):
        return found
    return None if found is ServiceState.RUNNING else f"the Replica Replicator Agent does not run on {server}"


def obstacle(
    state: Infrastructure, rules: Rules, pool: Pool, has_expired: Callable[[Certificate], bool]
) -> str | None:
    """Say what keeps the master from a pool's servers, whichever of them; None where nothing is known to."""
    master = the_master(state)
    if master is None or master not in state.pools or master == pool.id:
        return None
    port = port_of(pool)
    if is_blocked(state, rules, master, pool.id, port):
        return f"port {port} of {pool.fqdn} cannot be reached from {state.pools[master].fqdn}"
    trouble = certificate_trouble(state, master, pool, has_expired) if pool.role is PoolRole.EDGE else None
    return None if isinstance(trouble, Unknown) else trouble


@rule(
    "replication-from-the-master",
    "A change is packed by the Master Replicator Agent and carried by the File Transfer Agent of the master "
    "pool: over SMB 445 to the share xds-replica of internal servers, over HTTPS 4443 to the inside of Edge "
    "Servers; the Replica Replicator Agent there takes it in.",
    source="Ports and protocols for internal servers; Edge Server port summary; [T] share name; "
    "Central management store replication status",
    switch="ports-open",
)
def receivers(state: State, rules: Rules) -> frozenset[ServerId]:
    """Return the servers that take in what is published now."""
    if sender_trouble(state):
        return frozenset()
    found: set[ServerId] = set()
    denied = group_trouble(state)
    for pool in state.pools.values():
        if isinstance(denied, str) and port_of(pool) == SMB:
            continue
        if obstacle(state, rules, pool, state.has_expired) is not None:
            continue
        found.update(
            server
            for server in pool.servers
            if agent_trouble(state, server) is None and share_trouble(state, server) is None
        )
    return frozenset(found)


def sender_trouble(state: Infrastructure) -> str | None:
    """Say why nothing leaves the master: no store, or one of its two agents does not run."""
    if reason := store_trouble(state):
        return reason
    master = the_master(state)
    if master is None or master not in state.pools:
        return None
    for key, name in zip(CMS_SERVICES, ("Master Replicator Agent", "File Transfer Agent"), strict=True):
        states = [
            None if isinstance(readings, Unknown) else readings.get(key)
            for readings in (
                state.services.get(server, NOT_COLLECTED) for server in state.pools[master].servers
            )
        ]
        # A list that does not name the service tells nothing about it.
        if ServiceState.RUNNING not in states and any(isinstance(each, ServiceState) for each in states):
            return f"{name} does not run on {state.pools[master].fqdn}"
    return None
