"""A deployment as a whole, at one moment.

Law of this room: values only; every object tells where it comes from, and what nobody told is unknown.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property

from coexistence.model.conditions.administrators import Administrator
from coexistence.model.conditions.external_systems import NOTHING_AROUND, Surroundings
from coexistence.model.conditions.machines_and_databases import Backing
from coexistence.model.conditions.messaging import NOTHING_PARTICULAR, Particulars
from coexistence.model.conditions.reverse_proxy import AS_PLANNED, Publishing
from coexistence.model.deployment.applications import UNTOLD_APPLICATIONS, Application, ConferenceDirectory
from coexistence.model.deployment.dns_and_certificates import Certificate, DnsRecord, SimpleUrl
from coexistence.model.deployment.federation import Block, Gateway, Partner, VoiceRoute
from coexistence.model.deployment.policies import ClientVersionRule, ClientVersionSettings, DialPlan, Policy
from coexistence.model.deployment.pools import Pool, Site
from coexistence.model.deployment.servers import Cms, Replica, Server
from coexistence.model.population import Population
from coexistence.model.vocabulary import (
    ApplicationKind,
    Contradiction,
    Maybe,
    PoolId,
    PoolRole,
    ServerId,
    SiteId,
    Unknown,
    Version,
)

__all__ = ["Deployment"]


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """Everything that is known about one deployment at one moment.

    A collection that no file told about is unknown, which is not the same as empty.
    """

    name: str
    sip_domains: tuple[str, ...]
    sites: tuple[Site, ...]
    pools: tuple[Pool, ...]
    servers: tuple[Server, ...]
    cms: Cms
    replicas: Maybe[tuple[Replica, ...]] = Unknown("Get-CsManagementStoreReplicationStatus")
    population: Maybe[Population] = Unknown("Get-CsUser")
    directories: Maybe[tuple[ConferenceDirectory, ...]] = Unknown("Get-CsConferenceDirectory")
    applications: Maybe[tuple[Application, ...]] = UNTOLD_APPLICATIONS
    dial_plans: Maybe[tuple[DialPlan, ...]] = Unknown("Get-CsDialPlan")
    gateways: tuple[Gateway, ...] = ()
    voice_routes: Maybe[tuple[VoiceRoute, ...]] = Unknown("Get-CsVoiceRoute")
    records: Maybe[tuple[DnsRecord, ...]] = Unknown("DNS export")
    certificates: Maybe[tuple[Certificate, ...]] = Unknown("certificate export")
    policies: Maybe[tuple[Policy, ...]] = Unknown("Get-CsConferencingPolicy")
    client_rules: Maybe[tuple[ClientVersionRule, ...]] = Unknown("Get-CsClientVersionPolicyRule")
    client_settings: Maybe[tuple[ClientVersionSettings, ...]] = Unknown("Get-CsClientVersionConfiguration")
    simple_urls: Maybe[tuple[SimpleUrl, ...]] = Unknown("Get-CsSimpleUrlConfiguration")
    #: Organisations that people here talk to by federation.
    partners: Maybe[tuple[Partner, ...]] = Unknown("Get-CsAllowedDomain")
    #: Kinds of applications that nobody told about, while ``applications`` holds those of other kinds.
    untold_applications: frozenset[ApplicationKind] = frozenset()
    #: What two exported files say that cannot both be so.
    contradictions: tuple[Contradiction, ...] = ()
    #: No export holds these; that there are no others is assumption ``ports-open``.
    blocked: tuple[Block, ...] = ()
    #: People who administer, as far as anybody described them. That whoever does has the rights for it is
    #: assumption ``administrators-entitled``.
    administrators: tuple[Administrator, ...] = ()
    #: The newest tools that ever published the topology; None for those of its newest generation.
    document: Version | None = None
    #: Nor these: nothing deviates from what the product is like when it was just installed.
    particulars: Particulars = NOTHING_PARTICULAR
    #: Nor these: what the reverse proxy publishes, and which pools answer as what.
    publishing: Publishing = AS_PLANNED
    #: What stands around the pools, as far as it deviates or was told.
    surroundings: Surroundings = NOTHING_AROUND
    #: Nor these: what is out of the ordinary about machines, databases and replicas.
    backing: Backing = field(default_factory=Backing)
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
