"""What is true at one moment, as frozen values that share whatever did not change.

Law of this room: only ``apply`` makes a state from another one. A state holds one mapping for each kind
of object; changing one object copies that mapping and shares all others, and the population's columns
are shared until one is replaced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar

from coexistence.model.deployment import (
    Application,
    Certificate,
    Deployment,
    DnsRecord,
    Inventory,
    Pool,
    Replica,
    Server,
    ServiceReading,
    Site,
)
from coexistence.model.population import Population
from coexistence.model.vocabulary import (
    ApplicationKind,
    Maybe,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    SiteId,
    Unknown,
    Version,
)
from coexistence.model.windows_services import CATALOGUE, display_name, find

__all__ = [
    "BY_KEY",
    "NOT_COLLECTED",
    "NO_STATUS",
    "Infrastructure",
    "Readings",
    "State",
    "deployment_of",
    "state_of",
]

K = TypeVar("K")
V = TypeVar("V")

#: What a server reports, by the catalogue's key of the service; by its lower-case name where the
#: catalogue does not know it.
Readings: TypeAlias = Mapping[str, Maybe[ServiceState]]
#: What a server reports of which nobody collected the services.
NOT_COLLECTED: Final = Unknown("Get-CsWindowsService")


@dataclass(frozen=True, slots=True, kw_only=True)
class Infrastructure(Inventory):
    """What is configured, installed and running at one moment; nobody is homed here, and it has no date.

    Two moments whose infrastructures are equal differ in people, in applications and in the date alone.
    """

    #: The newest version whose administrative tools are installed.
    tools: Version | None
    #: Versions that Active Directory is prepared for.
    prepared: frozenset[Version]
    sites: Mapping[SiteId, Site]
    pools: Mapping[PoolId, Pool]
    servers: Mapping[ServerId, Server]
    services: Mapping[ServerId, Maybe[Readings]]
    #: Pools whose services were stopped on purpose, on the way out.
    silenced: frozenset[PoolId] = frozenset()
    #: Single services (by key) that were stopped and disabled on purpose on every server of a pool.
    disabled: frozenset[tuple[PoolId, str]] = frozenset()
    #: Number of the newest published configuration.
    published: int = 0
    #: In which published configuration a pool was last defined.
    defined: Mapping[PoolId, int]
    #: The newest configuration that each server's replica holds. Unknown for a server whose status
    #: nobody exported, -1 for a replica that is known to lag behind by something nobody named.
    replicas: Mapping[ServerId, Maybe[int]]
    #: Names in internal DNS.
    records: Maybe[Mapping[tuple[str, str], DnsRecord]]
    #: Names in external DNS.
    outside: Maybe[Mapping[tuple[str, str], DnsRecord]] = Unknown("external DNS export")
    #: What Edge pools were told before the newest configuration: for each, oldest first, the number of the
    #: last configuration that said so, the next hop, and whether federation was enabled. An Edge whose
    #: replica lags behind still goes by it.
    told_before: Mapping[PoolId, tuple[tuple[int, PoolId | None, bool], ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    #: What was true when the configuration was last exported; None where it never was.
    exported: Infrastructure | None = None
    #: Servers whose replica lags and never told the master anything, while others did.
    never_reported: frozenset[ServerId] = frozenset()
    #: Pools that were removed, each with the number of the published configuration that lacks it.
    removed: tuple[tuple[PoolId, int], ...] = ()
    #: Pools that went without anybody's removing them: an older copy of the topology was published.
    dropped: frozenset[PoolId] = frozenset()

    def reported(self, server: ServerId, service: str) -> Maybe[ServiceState | None]:
        """What a server reports of a service (by its key); None if its list does not have it."""
        readings = self.services.get(server, NOT_COLLECTED)
        return readings if isinstance(readings, Unknown) else readings.get(service)

    def is_current(self, server: ServerId) -> Maybe[bool]:
        """Whether a server's replica holds the newest published configuration."""
        held = self.replicas.get(server, NO_STATUS)
        return held if isinstance(held, Unknown) else held == self.published


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Infrastructure):
    """One moment of a deployment."""

    #: ``date.toordinal`` of the plan's calendar.
    day: int
    population: Maybe[Population]
    applications: Maybe[tuple[Application, ...]]

    @property
    def untold_kinds(self) -> tuple[ApplicationKind, ...]:
        """Kinds of applications that nobody told about, in the order of the words."""
        if isinstance(self.applications, Unknown):
            return tuple(ApplicationKind)
        return tuple(kind for kind in ApplicationKind if kind in self.untold_applications)

    def has_expired(self, certificate: Certificate) -> bool:
        """Whether a certificate's last day has passed."""
        return certificate.not_after.toordinal() < self.day

    def changed(self, **parts: Any) -> State:
        """The same with some parts replaced; the others stay shared."""
        # As dataclasses.replace does, which takes three times as long for so many parts.
        return State(**(dict(zip(_NAMES, _PARTS(self), strict=True)) | parts))

    def infrastructure(self, **parts: Any) -> Infrastructure:
        """The same without people, applications and date, and with some parts replaced."""
        return Infrastructure(
            **(dict(zip(_OF_INFRASTRUCTURE, _PARTS_OF_INFRASTRUCTURE(self), strict=True)) | parts)
        )


_NAMES: Final = tuple(each.name for each in fields(State))
_PARTS: Final = attrgetter(*_NAMES)
_OF_INFRASTRUCTURE: Final = tuple(each.name for each in fields(Infrastructure))
_PARTS_OF_INFRASTRUCTURE: Final = attrgetter(*_OF_INFRASTRUCTURE)
_OF_INVENTORY: Final = tuple(each.name for each in fields(Inventory))


def _inventory(of: Inventory) -> dict[str, Any]:
    """What a description and a state hold in the same shape, by name."""
    return {name: getattr(of, name) for name in _OF_INVENTORY}


BY_KEY: Final = {service.key: service for service in CATALOGUE}

NO_STATUS: Final = Unknown("Get-CsManagementStoreReplicationStatus")


def frozen(mapping: dict[K, V]) -> Mapping[K, V]:
    """Return a read-only view, so that nobody who is handed a state can change it."""
    return MappingProxyType(mapping)


def readings_of(services: Maybe[tuple[ServiceReading, ...]]) -> Maybe[Readings]:
    """Index what a server reported by name."""
    if isinstance(services, Unknown):
        return services
    return frozen({_key(each): each.state for each in services})


def _key(reading: ServiceReading) -> str:
    found = find(reading.name, reading.display_name)
    return found.key if found else (reading.name or reading.display_name).lower()


def state_of(deployment: Deployment, *, day: int, tools: Version | None) -> State:
    """Return the state that a deployment's inventory describes.

    ``tools`` is the version of the newest administrative tools in use; left out, tools of the newest
    generation in the topology are taken to be at hand (assumption ``newest-tools``).
    """
    newest = max((version for pool in deployment.pools for version in pool.versions), default=None)
    # Servers of a healthy pool share one tuple of readings; index it once.
    indexed: dict[int, Maybe[Readings]] = {}
    for server in deployment.servers:
        if id(server.services) not in indexed:
            indexed[id(server.services)] = readings_of(server.services)
    replicas: dict[ServerId, Maybe[int]] = {}
    if not isinstance(deployment.replicas, Unknown):
        for replica in deployment.replicas:
            known = replica.up_to_date
            replicas[replica.server] = known if isinstance(known, Unknown) else 0 if known else -1
    records = deployment.records
    return State(
        **_inventory(deployment),
        day=day,
        tools=tools or newest,
        prepared=frozenset(version for pool in deployment.pools for version in pool.versions),
        sites=frozen({site.id: site for site in deployment.sites}),
        pools=frozen(dict(deployment.pool_by_id)),
        servers=frozen(dict(deployment.server_by_id)),
        services=frozen({server.id: indexed[id(server.services)] for server in deployment.servers}),
        defined=frozen({pool.id: 0 for pool in deployment.pools}),
        replicas=frozen(replicas),
        population=deployment.population,
        applications=deployment.applications,
        records=records
        if isinstance(records, Unknown)
        else frozen({(record.name, record.kind): record for record in records if record.side == "internal"}),
        outside=_outside(records),
        never_reported=_never_reported(deployment.replicas),
    )


def _never_reported(replicas: Maybe[tuple[Replica, ...]]) -> frozenset[ServerId]:
    """Return who lags and never reported; nobody where the export does not show who reported when."""
    if isinstance(replicas, Unknown) or all(each.last_status_report is None for each in replicas):
        return frozenset()
    return frozenset(
        each.server for each in replicas if each.up_to_date is False and each.last_status_report is None
    )


def _outside(records: Maybe[tuple[DnsRecord, ...]]) -> Maybe[Mapping[tuple[str, str], DnsRecord]]:
    """Index external names; where none was given, nobody looked at external DNS."""
    if isinstance(records, Unknown):
        return Unknown("external DNS export")
    found = {(record.name, record.kind): record for record in records if record.side == "external"}
    return frozen(found) if found else Unknown("external DNS export")


def deployment_of(state: State, name: str) -> Deployment:
    """Return the inventory of a state, as an administrator would export it at that moment."""
    as_of = dt.date.fromordinal(state.day)
    reported = dt.datetime.combine(as_of, dt.time(8))
    replicas: list[Replica] = []
    for server in state.servers.values():
        current = state.is_current(server.id)
        build = server.build
        replicas.append(
            Replica(
                server=server.id,
                up_to_date=current,
                product_version="" if isinstance(build, Unknown) else f"{build.rpartition('.')[0]}.0",
                last_status_report=None if server.id in state.never_reported else reported,
                last_update_creation=reported,
                origin=server.origin,
            )
        )
    servers = tuple(_with_readings(state, server) for server in state.servers.values())
    return Deployment(
        **_inventory(state),
        name=name,
        sites=tuple(state.sites.values()),
        pools=tuple(state.pools.values()),
        servers=servers,
        replicas=tuple(replicas),
        population=state.population,
        applications=state.applications,
        records=_both_sides(state),
        as_of=as_of,
    )


def _both_sides(state: State) -> Maybe[tuple[DnsRecord, ...]]:
    if isinstance(state.records, Unknown):
        return state.records
    external = () if isinstance(state.outside, Unknown) else tuple(state.outside.values())
    return (*state.records.values(), *external)


def _with_readings(state: State, server: Server) -> Server:
    pool = state.pools[server.pool]
    version = pool.versions[0] if pool.versions else max(Version)
    on_edge = pool.role is PoolRole.EDGE
    return replace(server, services=_exported(state.services[server.id], server, version, on_edge=on_edge))


def _exported(
    readings: Maybe[Readings], server: Server, version: Version, *, on_edge: bool
) -> Maybe[tuple[ServiceReading, ...]]:
    if isinstance(readings, Unknown):
        return readings
    before = server.services
    known = {} if isinstance(before, Unknown) else {_key(reading): reading for reading in before}
    return tuple(
        replace(known[key], state=now)
        if key in known
        else _reported(key, now, server, version, on_edge=on_edge)
        for key, now in readings.items()
    )


def _reported(
    key: str, now: Maybe[ServiceState], server: Server, version: Version, *, on_edge: bool
) -> ServiceReading:
    service = BY_KEY.get(key)
    return ServiceReading(
        name=(service.name or "") if service else key,
        display_name=(display_name(service, version, on_edge=on_edge) or "") if service else "",
        state=now,
        origin=server.origin,
    )
