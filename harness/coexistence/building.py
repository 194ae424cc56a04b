"""Blueprint in, deployment out: a healthy deployment of one generation, with names and numbers.

Law of this room: the result is a function of the blueprint, the seed and the date; whatever a
blueprint asks for that its version does not have is left out. A deployment built here is sound: a
finding about it is a mistake of ours.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from coexistence.blueprint import (
    Blueprint,
    BranchBlueprint,
    Crowd,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.deployment import (
    ACCESS_EDGE_EXTERNAL,
    Application,
    Certificate,
    ClientVersionRule,
    ClientVersionSettings,
    Cms,
    ConferenceDirectory,
    Deployment,
    DialPlan,
    DnsRecord,
    EdgeNames,
    Gateway,
    Partner,
    Policy,
    Pool,
    Replica,
    Server,
    ServiceReading,
    SimpleUrl,
    Site,
    VoiceRoute,
)
from coexistence.people import MadeUpAddresses, organisation, town
from coexistence.population import (
    ENDLESS,
    HAS_CONTENT,
    NO_CONTENT,
    NOTHING_LOST,
    NOWHERE,
    Assignment,
    Column,
    Meetings,
    Population,
    column,
)
from coexistence.vocabulary import (
    POLICY_CMDLETS,
    Access,
    ApplicationKind,
    ContactStore,
    Edition,
    MeetingKind,
    Origin,
    PhoneEntry,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    SiteId,
    SiteKind,
    UserKind,
    Version,
)
from coexistence.windows_services import display_name, expected

__all__ = ["CONFERENCING_POLICIES", "DEFAULT_DATE", "build", "front_end_roles", "running_services"]

#: The day on which made-up deployments are looked at, unless somebody asks for another. A Monday.
DEFAULT_DATE: Final = dt.date(2026, 1, 5)

#: Who issues the certificates of a made-up organisation; every server trusts it.
INTERNAL_CA: Final = "internal CA"
#: Who issues the external certificates of Edge pools; partners trust it.
PUBLIC_CA: Final = "public CA"
#: What servers speak before anybody hardens them; Lync Server 2013 and older cannot do without 1.0.
TLS_VERSIONS: Final = frozenset({"1.0", "1.1", "1.2"})

_ANONYMOUS: Final = "AllowAnonymousParticipantsInMeetings"
#: Conferencing policies that people may be given in person, with their settings. Where there is
#: federation, nobody is kept from having guests: the guide asks for that ("Move remaining users").
CONFERENCING_POLICIES: Final = {
    "Large Meetings": ((_ANONYMOUS, "True"), ("MaxMeetingSize", "250")),
    "No Guests": ((_ANONYMOUS, "False"), ("MaxMeetingSize", "100")),
}

#: The one usage that a made-up organisation's voice policy and its voice route have in common.
PSTN_USAGE: Final = "Long Distance"

#: People on a crowded pool. A Standard Edition server holds 2,500, a Front End 6,660 (user models).
_CROWDED_STANDARD: Final = 1_600
_CROWDED_ENTERPRISE: Final = 5_600

_FRONT_END_ROLES: Final = frozenset(
    {"Registrar", "UserServices", "WebServices", "ConfServices", "ApplicationServer"}
)
_MCUS: Final = frozenset({"IMConf", "DataConf", "AppSharingConf", "AVConf"})
_MAX_FRONT_ENDS: Final = {Version.L10: 10, Version.L13: 12, Version.S15: 12, Version.S19: 16, Version.SE: 16}


def build(blueprint: Blueprint, seed: str, *, as_of: dt.date = DEFAULT_DATE, name: str = "") -> Deployment:
    """Build the deployment that ``blueprint`` describes, as it is before any migration.

    ``seed`` decides names and nothing else. Raises nothing: every blueprint can be built.
    """
    return _Builder(blueprint, seed, as_of).deployment(name)


def front_end_roles(*, voice: bool, is_cms: bool) -> frozenset[str]:
    """Return the role names on a Front End pool's cluster, as the topology document spells them."""
    return (
        _FRONT_END_ROLES | ({"MediationServer"} if voice else set()) | ({"CentralMgmt"} if is_cms else set())
    )


def running_services(
    pool: Pool, version: Version, *, is_cms: bool, origin: Origin
) -> tuple[ServiceReading, ...]:
    """Return what a server of ``pool`` reports when every service it should have is running."""
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


def _crowded(plan: PoolBlueprint) -> PoolBlueprint:
    """Return a pool with as many people as it holds, if it has any, in the proportions described.

    A Front End less must be enough for them, and branch offices may still come to it.
    """
    wanted = sum(max(crowd.people, 0) for crowd in plan.crowds)
    if not wanted:
        return plan
    most = _CROWDED_STANDARD if plan.edition is Edition.STANDARD else _CROWDED_ENTERPRISE
    times = max(most // wanted, 1)
    return replace(
        plan, crowds=tuple(replace(crowd, people=max(crowd.people, 0) * times) for crowd in plan.crowds)
    )


def _tag_code(crowd: Crowd) -> int:
    """Return the place of a crowd's conferencing policy among the made-up ones, from 1; 0 for none."""
    return [*CONFERENCING_POLICIES].index(crowd.conferencing_policy) + 1 if crowd.conferencing_policy else 0


def _region(site: Site) -> str:
    """Name the dial-in region of a site."""
    return f"Region {site.id}"


def _origin(*path: object) -> Origin:
    return Origin("blueprint " + ".".join(map(str, path)))


@dataclass
class _Builder:
    """Collects the objects of one deployment, site by site."""

    blueprint: Blueprint
    seed: str
    as_of: dt.date
    sites: list[Site] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    gateways: list[Gateway] = field(default_factory=list)
    crowds: list[tuple[PoolId, Crowd]] = field(default_factory=list)
    #: Sites with a conferencing policy of their own.
    own_policies: list[SiteId] = field(default_factory=list)

    def deployment(self, name: str) -> Deployment:
        main = organisation(self.seed)
        label = main.split(".")[0]
        self.domains = (
            main,
            *(f"{label}-{part}.example" for part in range(2, self.blueprint.sip_domains + 1)),
        )
        self.version = self.blueprint.legacy
        #: There is one route for federation, through the first Edge pool; later ones relay media only.
        self.route: PoolId | None = None
        for site in self.blueprint.sites:
            self._site(site)
        cms = self._choose_cms()
        self._start_services(cms)
        front_ends = [pool for pool in self.pools if pool.role is PoolRole.FRONT_END]
        directories = tuple(
            ConferenceDirectory(number=number, owner=pool.id, origin=_origin("pools", pool.id))
            for number, pool in enumerate(front_ends, start=1)
        )
        return Deployment(
            name=name or label,
            sip_domains=self.domains,
            sites=tuple(self._routed(site) for site in self.sites),
            pools=tuple(self.pools),
            servers=tuple(self.servers),
            cms=Cms(hosts=(cms,), masters=(cms,), scp=cms, origin=_origin("cms")),
            replicas=self._replicas(),
            population=self._population(
                {entry.owner: entry.number for entry in directories if self._has_dial_in(entry.owner)}
            ),
            directories=directories,
            applications=tuple(self.applications),
            dial_plans=tuple(self._dial_plans()),
            gateways=tuple(self.gateways),
            voice_routes=tuple(self._voice_routes()),
            records=tuple(self._records()),
            certificates=tuple(self._certificates()),
            policies=tuple(self._policies()),
            client_rules=(
                ClientVersionRule(
                    scope="global",
                    priority=0,
                    user_agent="OC",
                    compare="LSS",
                    version="2.0",
                    action="Block",
                    origin=_origin("client_rules"),
                ),
            ),
            client_settings=(ClientVersionSettings(scope="global", origin=_origin("client_settings")),),
            simple_urls=tuple(self._simple_urls()),
            partners=tuple(self._partners()),
            as_of=self.as_of,
        )

    # ---------------------------------------------------------------- sites and pools

    def _site(self, plan: SiteBlueprint) -> None:
        number = len(self.sites)
        site = SiteId(str(number + 1))
        self.sites.append(Site(id=site, name=town(self.seed, number), origin=_origin("sites", number)))
        if plan.conferencing_policy:
            self.own_policies.append(site)
        pools = tuple(map(_crowded, plan.pools)) if plan.crowded else plan.pools
        front_ends = [self._front_end(site, each) for each in pools]
        self._pair(plan.pools, front_ends)
        if plan.edge is not None:
            self._edge(site, plan.edge, next_hop=front_ends[0].id)
        if plan.director:
            director = self._other(site, "dir", PoolRole.DIRECTOR, {"Registrar", "WebServices"}, fabric=True)
            for edge in [each for each in self.pools if each.site == site and each.role is PoolRole.EDGE]:
                # Where there is a Director, external SIP passes through it, both ways.
                self._replace(edge.id, next_hop=director.id)
                if edge.federation:
                    self.route = director.id
        if plan.mediation:
            self._mediation(site, plan.mediation, front_ends[0].id)
        for _ in range(plan.trusted_applications):
            pool = self._other(
                site, "app", PoolRole.TRUSTED_APPLICATION, {"ExternalServer"}, front_ends[0].id
            )
            self._application(
                ApplicationKind.TRUSTED_ENDPOINT,
                front_ends[0].id,
                f"app-{pool.id.split('.')[0]}",
                runs_on=pool.id,
            )
        if plan.persistent_chat and self._has_chat(plan):
            self._other(site, "chat", PoolRole.PERSISTENT_CHAT, {"PersistentChatService"}, front_ends[0].id)
        for branch in plan.branches:
            self._branch(site, branch, front_ends[0])

    def _has_dial_in(self, owner: PoolId) -> bool:
        """Tell whether invitations from a pool carry a code for phones: somebody must answer the calls."""
        has_telephony = any(
            "MediationServer" in pool.roles and pool.role is not PoolRole.BRANCH_APPLIANCE
            for pool in self.pools
        )
        return has_telephony and any(pool.id == owner and "Caa" in pool.applications for pool in self.pools)

    def _has_chat(self, plan: SiteBlueprint) -> bool:
        return self.version in (Version.L13, Version.S15) and bool(plan.pools)

    def _fqdn(self, prefix: str) -> str:
        taken = sum(pool.fqdn.startswith(prefix) for pool in self.pools)
        return f"{prefix}{taken + 1:02d}.{self.domains[0]}"

    def _front_end(self, site: SiteId, plan: PoolBlueprint) -> Pool:
        enterprise = plan.edition is Edition.ENTERPRISE
        count = min(max(plan.front_ends, 1), _MAX_FRONT_ENDS[self.version]) if enterprise else 1
        fqdn = self._fqdn("pool" if enterprise else "se")
        host, _, domain = fqdn.partition(".")
        enabled = {"testbot": True, "Cas": plan.dial_in, "Caa": plan.dial_in, "Cps": plan.call_park}
        enabled |= {"RGS": plan.response_groups > 0}
        # One pool of a site hosts call admission control: the first that is asked to.
        hosts = any(each.site == site and "PDP" in each.applications for each in self.pools)
        enabled |= {"PDP": plan.admission_control and not hosts}
        stores = f"sql-{host}.{domain}"
        pool = Pool(
            id=PoolId(fqdn),
            fqdn=fqdn,
            site=site,
            role=PoolRole.FRONT_END,
            edition=plan.edition,
            versions=(self.version,),
            servers=self._name_servers(fqdn, count),
            roles=front_end_roles(voice=plan.voice, is_cms=False),
            mcus=_MCUS,
            applications=frozenset(name for name, wanted in enabled.items() if wanted),
            has_fabric=self.version >= Version.L13,
            back_end=stores if enterprise else f"{fqdn}\\rtc",
            file_store=f"\\\\files.{domain}\\{host}",
            archiving_store=f"{stores}\\archiving" if plan.archiving else None,
            monitoring_store=f"{stores}\\monitoring" if plan.monitoring else None,
            office_web_apps=f"owas.{domain}" if self.version >= Version.L13 else None,
            external_web_fqdn=f"{host}-web.{domain}",
            origin=_origin("pools", fqdn),
        )
        self._add(pool)
        if plan.voice:
            self._gateway(pool.id)
        self._applications(pool.id, plan)
        self.crowds += [(pool.id, crowd) for crowd in plan.crowds]
        return pool

    def _applications(self, owner: PoolId, plan: PoolBlueprint) -> None:
        counts = {
            ApplicationKind.ACCESS_NUMBER: int(plan.dial_in),
            ApplicationKind.RESPONSE_GROUP: plan.response_groups,
            ApplicationKind.CALL_PARK_ORBIT: int(plan.call_park),
            ApplicationKind.UNASSIGNED_NUMBERS: int(plan.unassigned_numbers and plan.voice),
            ApplicationKind.COMMON_AREA_PHONE: plan.common_area_phones,
            ApplicationKind.ANALOG_DEVICE: plan.analog_devices if plan.voice else 0,
            ApplicationKind.EXCHANGE_UM: int(plan.exchange_um and plan.voice),
        }
        host = owner.split(".")[0]
        for kind, count in counts.items():
            for number in range(1, count + 1):
                self._application(kind, owner, f"{kind.value.replace(' ', '-').lower()}-{host}-{number}")

    def _application(
        self, kind: ApplicationKind, owner: PoolId, identity: str, *, runs_on: PoolId | None = None
    ) -> None:
        self.applications.append(
            Application(
                id=identity,
                kind=kind,
                owner=owner,
                uri=f"sip:{identity}@{self.domains[0]}",
                # People of the pool's site are offered the number.
                regions=(_region(self.sites[-1]),) if kind is ApplicationKind.ACCESS_NUMBER else (),
                runs_on=runs_on,
                origin=_origin("applications", identity),
            )
        )

    def _pair(self, plans: Sequence[PoolBlueprint], front_ends: Sequence[Pool]) -> None:
        """Pair neighbours of one edition that ask for it; pairs exist from Lync Server 2013 on."""
        if self.version < Version.L13:
            return
        taken: set[PoolId] = set()
        for plan, one, other in zip(plans, front_ends, front_ends[1:], strict=False):
            if plan.paired and one.edition is other.edition and not {one.id, other.id} & taken:
                taken |= {one.id, other.id}
                self._replace(one.id, backup=other.id)
                self._replace(other.id, backup=one.id)

    def _edge(self, site: SiteId, plan: EdgeBlueprint, next_hop: PoolId) -> None:
        fqdn = self._fqdn("edge")
        host, _, domain = fqdn.partition(".")
        federation = plan.federation and self.route is None
        pool = Pool(
            id=PoolId(fqdn),
            fqdn=fqdn,
            site=site,
            role=PoolRole.EDGE,
            versions=(self.version,),
            servers=self._name_servers(fqdn, max(plan.servers, 1)),
            roles=frozenset({"EdgeServer", "ManagementServices"}),
            next_hop=next_hop,
            federation=federation,
            xmpp=plan.xmpp and federation and self.version in (Version.L13, Version.S15),
            edge_names=EdgeNames(
                access=f"{host}-sip.{domain}",
                web_conferencing=f"{host}-{'sip' if plan.single_name else 'wc'}.{domain}",
                av=f"{host}-{'sip' if plan.single_name else 'av'}.{domain}",
            ),
            origin=_origin("pools", fqdn),
        )
        self._add(pool)
        if federation:
            self.route = pool.id
        for front_end in [
            each for each in self.pools if each.site == site and each.role is PoolRole.FRONT_END
        ]:
            self._replace(front_end.id, media_edge=pool.id)

    def _routed(self, site: Site) -> Site:
        """Set a central site's federation route; a branch site uses its parent's."""
        return replace(site, federation_route=None if site.kind is SiteKind.BRANCH else self.route)

    def _partners(self) -> Iterator[Partner]:
        for number in range(1, (self.blueprint.partners if self.route else 0) + 1):
            domain = f"partner{number}.example"
            yield Partner(
                domain=domain,
                # One that says nothing about itself, and one of our own generation.
                generation=None if number == 1 else self.version,
                allowed=True,
                access=f"sip.{domain}",
                roots=frozenset({PUBLIC_CA}),
                origin=_origin("partners", number),
            )

    def _mediation(self, site: SiteId, servers: int, next_hop: PoolId) -> None:
        pool = self._other(site, "med", PoolRole.MEDIATION, {"MediationServer"}, next_hop, servers=servers)
        self._gateway(pool.id)

    def _branch(self, parent: SiteId, plan: BranchBlueprint, registrar: Pool) -> None:
        number = len(self.sites)
        site = SiteId(str(number + 1))
        self.sites.append(
            Site(
                id=site,
                name=town(self.seed, number),
                kind=SiteKind.BRANCH,
                parent=parent,
                origin=_origin("sites", number),
            )
        )
        roles = {"Registrar", "MediationServer"}
        pool = self._other(site, "branch", PoolRole.BRANCH_APPLIANCE, roles, backup=registrar.id)
        self._gateway(pool.id)
        # XMPP is not for people on a branch appliance (migration facts, xmpp-not-for-sba-users).
        self.crowds += [(pool.id, replace(crowd, xmpp=False)) for crowd in plan.crowds]

    def _other(
        self,
        site: SiteId,
        prefix: str,
        role: PoolRole,
        roles: set[str],
        next_hop: PoolId | None = None,
        *,
        backup: PoolId | None = None,
        servers: int = 1,
        fabric: bool = False,
    ) -> Pool:
        fqdn = self._fqdn(prefix)
        pool = Pool(
            id=PoolId(fqdn),
            fqdn=fqdn,
            site=site,
            role=role,
            versions=(self.version,),
            servers=self._name_servers(fqdn, servers),
            roles=frozenset(roles),
            next_hop=next_hop,
            backup=backup,
            has_fabric=fabric and self.version >= Version.L13,
            origin=_origin("pools", fqdn),
        )
        self._add(pool)
        return pool

    def _voice_routes(self) -> Iterator[VoiceRoute]:
        """One route for everybody with Enterprise Voice, over every trunk of the topology."""
        if self.gateways:
            trunks = tuple((gateway.fqdn, gateway.mediation) for gateway in self.gateways)
            yield VoiceRoute(
                name="LocalRoute", usages=(PSTN_USAGE,), trunks=trunks, origin=_origin("voice_routes")
            )

    def _gateway(self, mediation: PoolId) -> None:
        number = len(self.gateways) + 1
        self.gateways.append(
            Gateway(
                fqdn=f"gw{number:02d}.{self.domains[0]}",
                mediation=mediation,
                port=5067,
                origin=_origin("gateways", number),
            )
        )

    def _name_servers(self, fqdn: str, count: int) -> tuple[ServerId, ...]:
        """Name a pool's servers; a pool of one is its server."""
        host, _, domain = fqdn.partition(".")
        if count == 1 and not host.startswith(("pool", "edge", "med")):
            return (ServerId(fqdn),)
        return tuple(ServerId(f"{host}-{number}.{domain}") for number in range(1, count + 1))

    def _add(self, pool: Pool) -> None:
        self.pools.append(pool)
        self.servers += [
            Server(
                id=each,
                fqdn=each,
                pool=pool.id,
                build=self.version.first_build,
                tls=TLS_VERSIONS,
                roots=frozenset({INTERNAL_CA}),
                origin=pool.origin,
            )
            for each in pool.servers
        ]

    def _replace(self, pool: PoolId, **changes: object) -> None:
        at = next(index for index, each in enumerate(self.pools) if each.id == pool)
        self.pools[at] = replace(self.pools[at], **changes)  # type: ignore[arg-type]  # fields of Pool

    def _choose_cms(self) -> PoolId:
        """Put the Central Management store on the first Front End pool."""
        pool = next(each for each in self.pools if each.role is PoolRole.FRONT_END)
        self._replace(pool.id, roles=pool.roles | {"CentralMgmt"})
        return pool.id

    def _start_services(self, cms: PoolId) -> None:
        by_id = {pool.id: pool for pool in self.pools}
        readings = {
            pool.id: running_services(pool, self.version, is_cms=pool.id == cms, origin=pool.origin)
            for pool in self.pools
        }
        self.servers = [
            # A trusted application's machines run the application, not services of the product.
            replace(
                server,
                services=()
                if by_id[server.pool].role is PoolRole.TRUSTED_APPLICATION
                else readings[server.pool],
            )
            for server in self.servers
        ]

    def _replicas(self) -> tuple[Replica, ...]:
        """Return a replica for each server but a trusted application's, which needs no configuration."""
        without = {pool.id for pool in self.pools if pool.role is PoolRole.TRUSTED_APPLICATION}
        return tuple(self._replica(server) for server in self.servers if server.pool not in without)

    def _replica(self, server: Server) -> Replica:
        reported = dt.datetime.combine(self.as_of, dt.time(8))
        return Replica(
            server=server.id,
            up_to_date=True,
            product_version=f"{self.version.build}.0",
            last_status_report=reported,
            last_update_creation=reported,
            origin=server.origin,
        )

    # ---------------------------------------------------------------- people

    def _population(self, directories: dict[PoolId, int]) -> Population:
        pools = tuple(pool.id for pool in self.pools if pool.homes_users)
        code = {pool: number for number, pool in enumerate(pools)}
        crowds = [
            (NOWHERE if crowd.kind is UserKind.CLOUD else code[pool], self._possible(crowd))
            for pool, crowd in self.crowds
        ]
        counts = np.array([max(crowd.people, 0) for _, crowd in crowds], dtype=np.int64)

        def spread(values: Iterator[int]) -> Column:
            return np.repeat(np.fromiter(values, np.int64, len(crowds)), counts)

        total = int(counts.sum())
        return Population.of(
            pools,
            spread(home for home, _ in crowds),
            addresses=MadeUpAddresses(total, self.domains),
            meetings=self._meetings(
                crowds, counts, {code[pool]: directories.get(pool, -1) for pool in pools}
            ),
            client=spread(crowd.client for _, crowd in crowds),
            kind=spread(crowd.kind for _, crowd in crowds),
            contacts=spread(crowd.contacts for _, crowd in crowds),
            voice=spread(int(crowd.voice) for _, crowd in crowds),
            xmpp=spread(int(crowd.xmpp) for _, crowd in crowds),
            chat=spread(int(crowd.chat) for _, crowd in crowds),
            upgraded=np.zeros(total, dtype=np.int64),
            # As the addresses go: domains take turns.
            domain=np.arange(total, dtype=np.int64) % len(self.domains),
            domains=self.domains,
            assigned={
                kind: Assignment(
                    tuple(CONFERENCING_POLICIES) if kind == "conferencing" else (),
                    column(
                        spread(_tag_code(crowd) for _, crowd in crowds)
                        if kind == "conferencing"
                        else np.zeros(total),
                        np.uint8,
                    ),
                )
                for kind in POLICY_CMDLETS
            },
        )

    def _possible(self, crowd: Crowd) -> Crowd:
        """Return the crowd without what its server generation does not have."""
        has_xmpp_or_chat = self.version in (Version.L13, Version.S15) and crowd.kind is UserKind.PERSON
        return replace(
            crowd,
            contacts=crowd.contacts if self.version >= Version.L13 else ContactStore.SERVER,
            conferencing_policy=""
            if crowd.conferencing_policy == "No Guests" and self.route is not None
            else crowd.conferencing_policy,
            # Nobody is enabled for Enterprise Voice where no trunk leads out.
            voice=crowd.voice and bool(self.gateways),
            xmpp=crowd.xmpp and has_xmpp_or_chat and any(pool.xmpp for pool in self.pools),
            chat=crowd.chat
            and has_xmpp_or_chat
            and any(pool.role is PoolRole.PERSISTENT_CHAT for pool in self.pools),
        )

    def _meetings(
        self, crowds: Sequence[tuple[int, Crowd]], counts: Column, directories: dict[int, int]
    ) -> Meetings:
        today = self.as_of.toordinal()
        columns: dict[str, list[Column]] = {
            "organizer": [],
            "kind": [],
            "created": [],
            "last": [],
            "directory": [],
            "content": [],
        }
        starts = np.concatenate([[0], np.cumsum(counts)])
        for (home, crowd), start, people in zip(crowds, starts.tolist(), counts.tolist(), strict=False):
            each = crowd.meetings if crowd.kind is UserKind.PERSON else 0
            number = people * each
            if not number:
                continue
            spread = np.arange(number, dtype=np.int64)
            columns["organizer"].append(np.repeat(np.arange(start, start + people), each))
            columns["kind"].append(np.full(number, crowd.meeting_kind))
            columns["created"].append(today - 30 + spread % 30)
            ends = (
                today + 7 + spread % 180
                if crowd.meeting_kind is MeetingKind.ONCE
                else np.full(number, ENDLESS)
            )
            columns["last"].append(ends)
            columns["directory"].append(np.full(number, directories[home]))
            columns["content"].append(np.full(number, HAS_CONTENT if crowd.content else NO_CONTENT))
        if not columns["organizer"]:
            return Meetings.none()
        total = sum(map(len, columns["organizer"]))
        joined = {name: np.concatenate(parts) for name, parts in columns.items()}
        return Meetings(
            organizer=column(joined["organizer"], np.uint32),
            kind=column(joined["kind"], np.uint8),
            created=column(joined["created"], np.int32),
            last=column(joined["last"], np.int32),
            scheduled_on=column(np.full(total, self.version), np.uint8),
            by_upgraded=column(np.zeros(total), np.uint8),
            directory=column(joined["directory"], np.int16),
            content=column(joined["content"], np.uint8),
            lost=column(np.full(total, NOTHING_LOST), np.uint8),
            access=column(np.full(total, Access.EVERYONE), np.uint8),
            phones=column(np.full(total, PhoneEntry.BYPASS), np.uint8),
            link=column(np.zeros(total), np.uint16),
        )

    # ---------------------------------------------------------------- names, certificates, policies

    def _records(self) -> Iterator[DnsRecord]:
        for pool in self.pools:
            yield DnsRecord(name=pool.id, kind="A", target=pool.id, origin=pool.origin)
        director = next((pool for pool in self.pools if pool.role is PoolRole.DIRECTOR), None)
        first = next(pool for pool in self.pools if pool.role is PoolRole.FRONT_END)
        sign_in = (director or first).id
        origin = _origin("records")
        for domain in self.domains:
            yield DnsRecord(name=f"_sipinternaltls._tcp.{domain}", kind="SRV", target=sign_in, origin=origin)
            yield DnsRecord(name=f"sip.{domain}", kind="A", target=sign_in, origin=origin)
            for label in ("lyncdiscoverinternal", "lyncdiscover", "meet"):
                yield DnsRecord(name=f"{label}.{domain}", kind="A", target=first.id, origin=origin)
        for label in ("dialin", "admin"):
            yield DnsRecord(name=f"{label}.{self.domains[0]}", kind="A", target=first.id, origin=origin)
        yield from self._external_records()

    def _external_records(self) -> Iterator[DnsRecord]:
        """Names by which the outside finds the Edge: sign-in and federation lead to the same one."""
        edges = [pool for pool in self.pools if pool.role is PoolRole.EDGE]
        if not edges:
            return
        access = next((pool for pool in edges if pool.federation), edges[0])
        origin = _origin("records", "external")

        def record(name: str, kind: str, target: str) -> DnsRecord:
            return DnsRecord(name=name, kind=kind, target=target, side="external", origin=origin)

        for domain in self.domains:
            yield record(f"_sip._tls.{domain}", "SRV", f"sip.{domain}")
            if access.federation:
                yield record(f"_sipfederationtls._tcp.{domain}", "SRV", f"sip.{domain}")
            yield record(f"sip.{domain}", "A", access.id)
        for edge in edges:
            assert edge.edge_names is not None  # every Edge is built with names
            names = edge.edge_names
            for name in dict.fromkeys((names.access, names.web_conferencing, names.av)):
                yield record(name, "A", edge.id)

    def _simple_urls(self) -> Iterator[SimpleUrl]:
        origin = _origin("simple_urls")
        for domain in self.domains:
            yield SimpleUrl(component="Meet", domain=domain, url=f"https://meet.{domain}", origin=origin)
        yield SimpleUrl(
            component="Dialin", domain="*", url=f"https://dialin.{self.domains[0]}", origin=origin
        )
        yield SimpleUrl(component="Cscp", domain="*", url=f"https://admin.{self.domains[0]}", origin=origin)

    def _certificates(self) -> Iterator[Certificate]:
        expiry = self.as_of + dt.timedelta(days=730)
        for pool in self.pools:
            names = {pool.id, *pool.servers}
            if pool.role in (PoolRole.FRONT_END, PoolRole.DIRECTOR):
                names |= {f"sip.{domain}" for domain in self.domains}
                names |= {
                    f"{label}.{domain}"
                    for domain in self.domains
                    for label in ("meet", "lyncdiscoverinternal")
                }
                names |= {f"dialin.{self.domains[0]}", f"admin.{self.domains[0]}"}
            yield Certificate(
                pool=pool.id,
                use="Default",
                names=frozenset(names),
                issuer=INTERNAL_CA,
                not_after=expiry,
                origin=pool.origin,
            )
            if pool.edge_names is not None:
                external = {f"sip.{domain}" for domain in self.domains}
                yield Certificate(
                    pool=pool.id,
                    use=ACCESS_EDGE_EXTERNAL,
                    names=frozenset({pool.edge_names.access, pool.edge_names.web_conferencing, *external}),
                    issuer=PUBLIC_CA,
                    not_after=expiry,
                    origin=pool.origin,
                )

    def _policies(self) -> Iterator[Policy]:
        has_edge = any(pool.role is PoolRole.EDGE for pool in self.pools)
        settings = {
            "conferencing": (("AllowAnonymousParticipantsInMeetings", "True"),),
            "external-access": (
                ("EnableFederationAccess", str(self.route is not None)),
                ("EnableOutsideAccess", str(has_edge)),
                ("EnableXmppAccess", str(any(pool.xmpp for pool in self.pools))),
            ),
            "voice": (("PstnUsages", PSTN_USAGE if self.gateways else ""),),
        }
        for kind, setting in settings.items():
            yield Policy(kind=kind, scope="global", settings=setting, origin=_origin("policies", kind))
        for site in self.own_policies:
            yield Policy(
                kind="conferencing",
                scope=f"site:{site}",
                settings=((_ANONYMOUS, "True"), ("MaxMeetingSize", "125")),
                origin=_origin("policies", "conferencing", site),
            )
        for tag, given in CONFERENCING_POLICIES.items():
            yield Policy(
                kind="conferencing", scope=f"tag:{tag}", settings=given, origin=_origin("policies", tag)
            )

    def _dial_plans(self) -> Iterator[DialPlan]:
        """One region for each site with an access number; everybody else's dial plan names none."""
        yield DialPlan(scope="global", origin=_origin("dial_plans", "global"))
        for site in self.sites:
            region = _region(site)
            if any(region in each.regions for each in self.applications):
                yield DialPlan(scope=f"site:{site.id}", region=region, origin=_origin("dial_plans", site.id))
