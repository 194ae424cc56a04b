"""Operations on the topology: pools, what they are associated with, their names and certificates.

Law of this room: as in :mod:`coexistence.model.operations`, which hands these on: what is done, not what
comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from coexistence.model.deployment import Certificate, DnsRecord, Gateway, Pool, Server
from coexistence.model.operations.operation import Operation
from coexistence.model.vocabulary import Maybe, PoolId, SiteId, Version

__all__ = [
    "AssignCertificates",
    "AssociateMediaEdge",
    "AssociateStores",
    "PublishTopology",
    "RemoveArchivingMonitoring",
    "RemovePool",
    "SetDnsRecords",
    "SetEdgeFederation",
    "SetEdgeXmpp",
    "SetNextHop",
    "SwitchFederationRoute",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishTopology(Operation):
    """Define pools and publish: the master has them, the replicas learn them by replication."""

    tools: Version
    pools: tuple[Pool, ...]
    servers: tuple[Server, ...]
    #: Trunks of Mediation pools among them.
    gateways: tuple[Gateway, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePool(Operation):
    """Delete a pool and its servers from the topology, and publish."""

    pool: PoolId
    tools: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateMediaEdge(Operation):
    """Set "Associate Edge pool (for media components)" of a pool; None clears it."""

    pool: PoolId
    edge: PoolId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNextHop(Operation):
    """Set where an Edge, Mediation or trusted application pool hands traffic to."""

    pool: PoolId
    to: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchFederationRoute(Operation):
    """Set a site's "Enable SIP federation" to an Edge pool or Director; None clears it.

    Unknown puts back what nobody told: the route that the site had when the estate was described.
    """

    site: SiteId
    to: Maybe[PoolId | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetEdgeFederation(Operation):
    """Set an Edge pool's "Enable federation (port 5061)"."""

    edge: PoolId
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetEdgeXmpp(Operation):
    """Set an Edge pool's "Enable XMPP federation (port 5269)", and run setup on its servers."""

    edge: PoolId
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateStores(Operation):
    """Associate a pool with Archiving and Monitoring stores; None for neither."""

    pool: PoolId
    archiving: str | None
    monitoring: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveArchivingMonitoring(Operation):
    """Clear the association of a pool with its Archiving and Monitoring stores."""

    pool: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDnsRecords(Operation):
    """Create or repoint names in DNS; a record of the same name and kind is replaced."""

    records: tuple[DnsRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCertificates(Operation):
    """Request and assign certificates; one for the same pool and use is replaced."""

    certificates: tuple[Certificate, ...]
