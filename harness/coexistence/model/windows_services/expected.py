"""Which services a pool's servers should run.

Law of this room: it follows from role, version and topology, and from nothing that was observed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from coexistence.model.deployment import Pool, ServiceReading
from coexistence.model.vocabulary import Edition, Origin, PoolRole, ServiceState, Version
from coexistence.model.windows_services.catalogue import CATALOGUE
from coexistence.model.windows_services.names import display_name
from coexistence.model.windows_services.schema import (
    Evidence,
    Host,
    Listing,
    Presence,
    PresenceKind,
    WindowsService,
)

__all__ = ["expected", "host_of", "running_services"]

_HOST_OF_ROLE: Final = {
    PoolRole.DIRECTOR: Host.DIRECTOR,
    PoolRole.EDGE: Host.EDGE,
    PoolRole.MEDIATION: Host.MEDIATION,
    PoolRole.BRANCH_APPLIANCE: Host.BRANCH_APPLIANCE,
    PoolRole.PERSISTENT_CHAT: Host.PERSISTENT_CHAT,
    PoolRole.MONITORING: Host.MONITORING,
    PoolRole.ARCHIVING: Host.ARCHIVING,
}

# What a pool of one purpose has whether or not its topology was exported with it; and for Monitoring
# and Archiving nobody has seen how a topology spells it.
_ROLE_OF_HOST: Final = {
    Host.MEDIATION: "MediationServer",
    Host.PERSISTENT_CHAT: "PersistentChatService",
    Host.MONITORING: "MonitoringServer",
    Host.ARCHIVING: "ArchivingServer",
}


def host_of(pool: Pool) -> Host | None:
    """Tell what kind of machine the pool's servers are; None for one that no service is bound to.

    Trusted application servers are among these: they run the Replica Replicator Agent only if they
    were defined with replication, which a :class:`~coexistence.model.deployment.Pool` does not tell.
    """
    if pool.role is PoolRole.FRONT_END:
        is_standard = pool.edition is Edition.STANDARD
        return Host.FRONT_END_STANDARD if is_standard else Host.FRONT_END_ENTERPRISE
    if pool.role is PoolRole.OTHER and "VideoInteropServer" in pool.roles:
        return Host.VIDEO_INTEROP
    if pool.role is PoolRole.OTHER and "AVConf" in pool.mcus:
        return Host.AV_CONFERENCING
    return _HOST_OF_ROLE.get(pool.role)


class _Facts(NamedTuple):
    """Whatever about a pool decides which services it has: the key of the cache below."""

    host: Host | None
    version: Version
    is_cms: bool
    is_paired: bool
    roles: frozenset[str]
    mcus: frozenset[str]
    applications: frozenset[str]
    has_fabric: bool
    has_xmpp: bool

    def call_for(self, presence: Presence) -> bool:
        match presence.kind:
            case PresenceKind.ALWAYS | PresenceKind.SQL:
                return True
            case PresenceKind.CMS:
                return self.is_cms
            case PresenceKind.PAIRED:
                return self.is_paired
            case PresenceKind.ROLE:
                return presence.name in self.roles or (
                    self.host is not None and presence.name == _ROLE_OF_HOST.get(self.host)
                )
            case PresenceKind.MCU:
                return presence.name in self.mcus
            case PresenceKind.APPLICATION:
                return presence.name in self.applications
            case PresenceKind.PORT:
                return {"WinFab": self.has_fabric, "XmppFederationProxy": self.has_xmpp}[presence.name]


def expected(pool: Pool, version: Version, *, is_cms: bool) -> tuple[tuple[WindowsService, Evidence], ...]:
    """Return the services that each server of the pool should report, in the catalogue's order.

    ``is_cms`` says that the pool hosts the *active* Central Management master. The evidence beside a
    service says what its absence from a complete export of ``Get-CsWindowsService`` is worth
    (:class:`Evidence`); it is never unknown or absent, and *optional* only for a service that this
    cmdlet has not been seen to list, so that a stopped one still counts.

    Left out are services that this cmdlet never lists (SQL Server), that could not be recognised in a
    reading, and that the version may have or not: nothing can be told from those.
    """
    return _expected(
        _Facts(
            host_of(pool),
            version,
            is_cms,
            pool.backup is not None,
            pool.roles,
            pool.mcus,
            pool.applications,
            pool.has_fabric,
            pool.xmpp,
        )
    )


# A default run asks for some thousand pools in a few dozen shapes; the bound is for unusual estates.
@lru_cache(maxsize=4096)
def _expected(facts: _Facts) -> tuple[tuple[WindowsService, Evidence], ...]:
    found = []
    for service in CATALOGUE:
        evidence = service.evidence[facts.version]
        if (
            evidence in (Evidence.PRESENT, Evidence.ASSUMED)
            and service.listing is not Listing.NOT_LISTED
            and service.is_recognisable
            and facts.host in service.hosts
            and facts.call_for(service.presence)
        ):
            found.append((service, evidence if service.listing is Listing.LISTED else Evidence.OPTIONAL))
    return tuple(found)


def running_services(
    pool: Pool, version: Version, *, is_cms: bool, origin: Origin
) -> tuple[ServiceReading, ...]:
    """What a server of the pool reports when every service that it should have is running."""
    on_edge = pool.role is PoolRole.EDGE
    return tuple(
        ServiceReading(
            name=service.name or "",
            display_name=display_name(service, version, on_edge=on_edge) or "",
            state=ServiceState.RUNNING,
            origin=origin,
        )
        for service, _ in expected(pool, version, is_cms=is_cms)
    )
