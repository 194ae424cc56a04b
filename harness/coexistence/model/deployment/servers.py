"""Servers, what runs on them, and the configuration that they hold a copy of.

Law of this room: values only; every object tells where it comes from, and what nobody told is unknown.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from coexistence.model.conditions.administrators import StoreState
from coexistence.model.vocabulary import Maybe, Origin, PoolId, ServerId, ServiceState, Unknown

__all__ = ["Cms", "Replica", "Server", "ServiceReading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReading:
    """One Windows service as a server reported it."""

    name: str
    display_name: str = ""
    #: Unknown for a status text that nobody has described.
    state: Maybe[ServiceState]
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One machine of a pool."""

    id: ServerId
    fqdn: str
    pool: PoolId
    #: Four-part build of the core components, e.g. ``6.0.9319.619``.
    build: Maybe[str] = Unknown("Get-CsServerPatchVersion")
    #: What the server reported; unknown when nobody collected it.
    services: Maybe[tuple[ServiceReading, ...]] = Unknown("Get-CsWindowsService")
    #: TLS versions it speaks, e.g. ``{"1.0", "1.2"}``.
    tls: Maybe[frozenset[str]] = Unknown("TLS settings")
    #: Issuers in its store of trusted roots.
    roots: Maybe[frozenset[str]] = Unknown("TLS settings")
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """A server's read-only copy of the configuration, as the master sees it."""

    server: ServerId
    up_to_date: Maybe[bool]
    #: Base version of the replica agent; empty where the export does not say.
    product_version: str = ""
    last_status_report: dt.datetime | None = None
    last_update_creation: dt.datetime | None = None
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cms:
    """The Central Management store: who hosts a copy, and who says it is the active master."""

    hosts: tuple[PoolId, ...]
    #: One in a sound deployment. Unknown for a draft that was never published.
    masters: Maybe[tuple[PoolId, ...]]
    #: Where the service control point in Active Directory leads: every tool asks it. None: nowhere.
    scp: Maybe[PoolId | None] = Unknown("Get-CsManagementConnection")
    #: Stores that are not what they should be: the master's takes changes, and there is no other.
    stores: tuple[tuple[PoolId, StoreState], ...] = ()
    #: Pools on which Enable-CsTopology ends with an error; no export tells before it is tried.
    enable_fails: frozenset[PoolId] = frozenset()
    #: Servers of the Central Management pool that are no members of RTCUniversalConfigReplicator.
    not_replicators: frozenset[ServerId] = frozenset()
    #: Such that are members, but were not restarted since they became it.
    not_restarted: frozenset[ServerId] = frozenset()
    #: Servers whose share ``xds-replica`` the master's servers have no permission for.
    shares_denied: frozenset[ServerId] = frozenset()
    #: Servers that monitoring (Operations Manager) discovers others of their generation through, beside
    #: the Central Management master; None where nothing is monitored that way, as far as was told.
    discovery_candidates: tuple[ServerId, ...] | None = None
    origin: Origin = field(compare=False)
