"""The frozen inventory: whatever an administrator could say exists.

Law of this room: values only. Nothing here knows what the product does with these objects, what time
it is, or whether anybody is looking. Every object tells where it comes from (``origin``, which does
not count when two are compared), and a fact that nobody told is :class:`~coexistence.vocabulary.Unknown`.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from coexistence.inventory.administration import Administrator, StoreState
from coexistence.inventory.backing import Backing
from coexistence.inventory.particulars import NOTHING_PARTICULAR, Particulars
from coexistence.inventory.publishing import AS_PLANNED, Publishing
from coexistence.inventory.surroundings import NOTHING_AROUND, Surroundings
from coexistence.population import Population
from coexistence.vocabulary import (
    APPLICATION_CMDLETS,
    ApplicationKind,
    Contradiction,
    Edition,
    Maybe,
    Origin,
    PartnerKind,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    SiteId,
    SiteKind,
    Unknown,
    Version,
)

__all__ = [
    "ACCESS_EDGE_EXTERNAL",
    "UNTOLD_APPLICATIONS",
    "Application",
    "Block",
    "Certificate",
    "ClientVersionRule",
    "ClientVersionSettings",
    "Cms",
    "ConferenceDirectory",
    "Deployment",
    "DialPlan",
    "DnsRecord",
    "EdgeNames",
    "Gateway",
    "Partner",
    "Policy",
    "Pool",
    "Replica",
    "Server",
    "ServiceReading",
    "SimpleUrl",
    "Site",
    "VoiceRoute",
    "generations",
    "key_of",
]


#: Use of the certificate that an Edge pool shows on its external Access Edge interface.
ACCESS_EDGE_EXTERNAL: Final = "AccessEdgeExternal"


def key_of(fqdn: str) -> str:
    """Return the form in which names are compared: lower case, no trailing dot.

    >>> key_of("Pool01.Contoso.com.")
    'pool01.contoso.com'
    """
    return fqdn.strip().rstrip(".").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A central or branch site (not an Active Directory site)."""

    id: SiteId
    name: str
    #: Text, where a document names a kind that nobody has described yet.
    kind: SiteKind | str = SiteKind.CENTRAL
    #: The central site that a branch site hangs off.
    parent: SiteId | None = None
    #: Edge pool or Director used for SIP federation; None where federation is off.
    federation_route: Maybe[PoolId | None] = Unknown("Get-CsSite")
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeNames:
    """External names of an Edge pool's three services; a single-name Edge has the same three times."""

    access: str
    web_conferencing: str
    av: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Identically configured servers under one FQDN; a single server is a pool of one."""

    id: PoolId
    #: As the administrator typed it; ``id`` is what is compared.
    fqdn: str
    site: SiteId
    role: PoolRole
    #: None where editions mean nothing (Edge, Director, Mediation, …).
    edition: Edition | None = None
    #: The versions that the evidence leaves: one when known, ``(S19, SE)`` for a topology without
    #: build numbers, all for a number nobody knows.
    versions: tuple[Version, ...]
    servers: tuple[ServerId, ...]
    #: Role names installed on the pool's cluster, as the topology document spells them.
    roles: frozenset[str] = frozenset()
    #: Conferencing components (IMConf, DataConf, …), as the topology document spells them.
    mcus: frozenset[str] = frozenset()
    #: Applications whose ports the topology carries: testbot, Cas, Caa, Cps, RGS, PDP.
    applications: frozenset[str] = frozenset()
    #: Whether Windows Fabric ports are configured on the registrar.
    has_fabric: bool = False
    #: Edge pool that relays media for this pool.
    media_edge: PoolId | None = None
    #: Where an Edge, Mediation or trusted application pool hands SIP traffic to.
    next_hop: PoolId | None = None
    #: The other pool of a pair (Backup Service), or the backup registrar of a branch appliance.
    backup: PoolId | None = None
    #: SQL instance with the user store, ``host\\instance`` in lower case.
    back_end: str | None = None
    file_store: str | None = None
    archiving_store: str | None = None
    monitoring_store: str | None = None
    office_web_apps: str | None = None
    external_web_fqdn: str | None = None
    #: Edge: a port for federation (5061) is open on the external access interface.
    federation: bool = False
    #: Edge: the XMPP proxy's ports are configured.
    xmpp: bool = False
    edge_names: EdgeNames | None = None
    origin: Origin = field(compare=False)

    @property
    def version(self) -> Version | None:
        """The one version this pool runs, or None while the evidence leaves several or none."""
        return self.versions[0] if len(self.versions) == 1 else None

    @property
    def homes_users(self) -> bool:
        """Whether accounts may be homed here."""
        return self.role in (PoolRole.FRONT_END, PoolRole.BRANCH_APPLIANCE)


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
    roots: Maybe[frozenset[str]] = Unknown("certificate export")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceDirectory:
    """A numbered mapping from dial-in codes to meetings, owned by one pool."""

    number: int
    owner: PoolId
    #: ``ready``; ``moving`` while a move was begun and did not end.
    state: str = "ready"
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Something that belongs to a pool and answers callers: a number, a group, a phone, an endpoint."""

    id: str
    kind: ApplicationKind
    owner: PoolId
    uri: str = ""
    #: Access numbers: the dial-in regions that they are offered for.
    regions: tuple[str, ...] = ()
    #: Trusted application endpoints: the trusted application pool that runs the application.
    runs_on: Maybe[PoolId | None] = None
    #: Response groups: other pools that hold their configuration too, since it was copied from there.
    copies: tuple[PoolId, ...] = ()
    #: Response groups: somebody deleted the copy that they were migrated from.
    copy_deleted: bool = False
    #: Response groups: home pools of its agents, where anybody told (else ``agents-anywhere`` speaks).
    agents: tuple[PoolId, ...] = ()
    #: Response groups: whether agents sign in to it, in the agent console.
    formal: bool = False
    #: Response groups: the pool whose agent console agents were told to use; None for the group's own.
    console: PoolId | None = None
    #: The file that callers hear, by its name in the pool's file store; empty for the product's own sound.
    plays: str = ""
    #: Analog devices: the gateway that they hang off, where anybody told.
    gateway: str = ""
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPlan:
    """How numbers are read at a scope, and which dial-in region its people belong to."""

    #: ``global``, ``site:<id>``, ``service:<pool>`` or ``tag:<name>``.
    scope: str
    #: None where it names no dial-in region.
    region: str | None = None
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A trunk: a gateway together with the Mediation pool and port it is reached through."""

    fqdn: str
    mediation: PoolId
    port: int
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceRoute:
    """Which trunks calls to the telephone network may take, for whoever has one of its usages."""

    name: str
    usages: tuple[str, ...]
    #: Gateway and the Mediation pool that it is reached through, as in :class:`Gateway`.
    trunks: tuple[tuple[str, PoolId], ...]
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord:
    """One name in internal or external DNS."""

    name: str
    #: ``A``, ``CNAME`` or ``SRV``.
    kind: str
    #: A pool's FQDN where the record leads to one of ours, else the text of the record.
    target: str
    #: ``internal`` or ``external``: both sides may know the same name and lead it elsewhere.
    side: str = "internal"
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate assigned to a pool's servers."""

    pool: PoolId
    use: str
    names: frozenset[str]
    issuer: str
    not_after: dt.date
    #: The first day on which it is valid; None: long ago.
    not_before: dt.date | None = None
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """An organisation that federates with this one, as far as its side matters here."""

    #: Its SIP domain.
    domain: str
    #: What its Access Edge runs, where anybody knows.
    generation: Version | None = None
    #: Whether it is allowed here: on the list of allowed domains, or found and not blocked.
    allowed: Maybe[bool] = Unknown("Get-CsAllowedDomain")
    #: Host that its federation SRV record names; None where it publishes none.
    access: Maybe[str | None] = Unknown("the partner's DNS")
    #: Issuers that its Access Edge accepts.
    roots: Maybe[frozenset[str]] = Unknown("the partner's trusted roots")
    kind: PartnerKind = PartnerKind.FEDERATED
    #: Who issued its Access Edge's certificate; empty for somebody whom everybody trusts.
    issuer: str = ""
    #: Names in that certificate; empty where it names the host of the record.
    certificate_names: frozenset[str] = frozenset()
    #: Whether its servers answer.
    answers: bool = True
    #: Whether it takes requests of ours.
    accepts_us: bool = True
    #: Shared address spaces: whether both sides say the same about which domains are split.
    split_agrees: bool = True
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Something (a firewall, a filter) that keeps one pool from a port of another."""

    #: None for every pool.
    source: PoolId | None
    target: PoolId | None
    port: int
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A named set of settings and the scope at which it applies."""

    kind: str
    #: ``global``, ``site:<id>`` or ``tag:<name>``.
    scope: str
    settings: tuple[tuple[str, str], ...] = ()
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientVersionRule:
    """One rule of the client version filter; lower priorities are tried first."""

    #: ``global``, ``site:<id>``, ``service:<pool>`` (its registrar) or ``tag:<name>`` (granted to people).
    scope: str
    priority: int
    user_agent: str
    compare: str
    version: str
    action: str
    enabled: bool = True
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientVersionSettings:
    """Whether the client version filter is on, and what becomes of clients that no rule is about."""

    #: ``global`` or ``site:<id>``.
    scope: str
    enabled: bool = True
    #: Allow, AllowWithUrl, Block or BlockWithUrl.
    default_action: str = "Allow"
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleUrl:
    """A short base URL; ``component`` is Meet, Dialin or Cscp."""

    component: str
    #: ``*`` for all SIP domains.
    domain: str
    url: str
    #: ``global`` or ``site:<id>``: a site with URLs of its own for a component uses these alone.
    scope: str = "global"
    origin: Origin = field(compare=False)


#: One collection holds what these tell; where there is none of them, all of them are missing.
UNTOLD_APPLICATIONS: Final = Unknown(", ".join(APPLICATION_CMDLETS.values()))


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


def generations(pools: Iterable[Pool]) -> tuple[tuple[Version, ...], ...]:
    """Return the distinct version sets of the Front End pools among ``pools``, oldest first.

    Two of them make a mixed deployment; the last is the new one, the others are legacy (domain
    facts: topology format, section 6).
    """
    found = {pool.versions for pool in pools if pool.role is PoolRole.FRONT_END and pool.versions}
    return tuple(sorted(found))
