"""A deployment as a whole, at one moment.

Law of this room: values only; every object tells where it comes from, and what nobody told is unknown.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from coexistence.model.deployment.applications import UNTOLD_APPLICATIONS, Application
from coexistence.model.deployment.dns_and_certificates import DnsRecord
from coexistence.model.deployment.inventory import Inventory
from coexistence.model.deployment.pools import Pool, Site
from coexistence.model.deployment.servers import Replica, Server
from coexistence.model.population import Population
from coexistence.model.vocabulary import Maybe, PoolId, PoolRole, ServerId, SiteId, Unknown

__all__ = ["Deployment"]


@dataclass(frozen=True, kw_only=True)
class Deployment(Inventory):
    """Everything that is known about one deployment at one moment."""

    name: str
    sites: tuple[Site, ...]
    pools: tuple[Pool, ...]
    servers: tuple[Server, ...]
    replicas: Maybe[tuple[Replica, ...]] = Unknown("Get-CsManagementStoreReplicationStatus")
    population: Maybe[Population] = Unknown("Get-CsUser")
    applications: Maybe[tuple[Application, ...]] = UNTOLD_APPLICATIONS
    records: Maybe[tuple[DnsRecord, ...]] = Unknown("DNS export")
    #: Newest date inside the description; None where it carries no date.
    as_of: dt.date | None = None

    @cached_property
    def pool_by_id(self) -> dict[PoolId, Pool]:
        """Pools by key."""
        return {pool.id: pool for pool in self.pools}

    @cached_property
    def server_by_id(self) -> dict[ServerId, Server]:
        """Servers by key."""
        return {server.id: server for server in self.servers}

    @cached_property
    def site_by_id(self) -> dict[SiteId, Site]:
        """Sites by key."""
        return {site.id: site for site in self.sites}

    def pools_of(self, *roles: PoolRole) -> tuple[Pool, ...]:
        """Return the pools that have one of these roles, in the order of the inventory."""
        return tuple(pool for pool in self.pools if pool.role in roles)
