"""What a topology document means: sites, pools, servers, and who is the Central Management master.

Law of this room: conclusions only, drawn from a
:class:`~coexistence.inputs.exports.topology.document.Document` of either format. A reference that leads
nowhere is a note, and so is a word that nobody has described; neither stops the reading. Source: topology
format, sections 2.4 to 2.8 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from coexistence.errors import InputError
from coexistence.inputs.exports.account.file_accounts import Account, domains_of, shown_word
from coexistence.inputs.exports.formats.xml import EXPORT_AGAIN
from coexistence.inputs.exports.topology.roles_and_versions import (
    LEADING,
    PASSES_ON,
    ROLES,
    STORES,
    VERSIONS,
    role_of,
    site_kind,
    versions_of,
)
from coexistence.model.deployment import Cms as CentralManagement
from coexistence.model.deployment import EdgeNames, Gateway, Pool, Server, SimpleUrl, Site, key_of
from coexistence.model.vocabulary import (
    Edition,
    Maybe,
    Origin,
    PoolId,
    PoolRole,
    ServerId,
    SiteId,
    SiteKind,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from coexistence.inputs.exports.topology.document import Cluster, Document, Port, Service

__all__ = ["Topology", "topology_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """What one document told, and what the readers of other files need to find their way in it."""

    name: str
    sip_domains: tuple[str, ...]
    sites: tuple[Site, ...]
    pools: tuple[Pool, ...]
    servers: tuple[Server, ...]
    cms: CentralManagement
    gateways: tuple[Gateway, ...]
    simple_urls: Maybe[tuple[SimpleUrl, ...]]
    #: Pools by site and number, lower case: the ``CN=site:number`` in a user's HomeServer.
    pool_by_cluster: Mapping[tuple[str, str], PoolId]
    #: DNS domains of the deployment's own machines and pools.
    domains: frozenset[str]


_APPLICATION: Final = "urn:application:"
_COMPONENT: Final = "urn:component:"


def topology_of(document: Document, account: Account) -> Topology:
    """Draw the conclusions from a document, and count and note what could not be used.

    Raises InputError for a topology without a single pool.
    """
    return _Reading(document, account).topology()


class _Reading:
    """The indices of one document (topology format, section 6, step 2)."""

    def __init__(self, document: Document, account: Account) -> None:
        self._document = document
        self._account = account
        self._left_aside = 0
        self._site_kinds: dict[str, SiteKind | str] = {}
        self._clusters = {cluster.key: cluster for cluster in reversed(document.clusters)}
        self._services = {service.key: service for service in reversed(document.services)}
        self._on: dict[str, list[Service]] = {}
        for service in document.services:
            self._place(service)

    def topology(self) -> Topology:
        document, account = self._document, self._account
        sites = tuple(self._sites())
        pools, servers = self._pools()
        if not pools:
            raise InputError(
                f"there is no pool in this topology. {EXPORT_AGAIN}", file=account.file, line=document.line
            )
        domains = tuple(dict.fromkeys(map(key_of, (document.default_domain, *document.domains))))
        domains = tuple(domain for domain in domains if domain)
        gateways = tuple(self._gateways())
        known = {pool.id for pool in pools}
        account.rows = len(document.sites) + len(document.clusters) + len(document.services)
        account.used = max(account.rows - self._left_aside, 0)
        return Topology(
            name=domains[0].partition(".")[0] if domains else "twin",
            sip_domains=domains,
            sites=sites,
            pools=pools,
            servers=servers,
            cms=self._cms(known),
            gateways=gateways,
            simple_urls=self._urls(),
            pool_by_cluster={
                (cluster.site.lower(), cluster.number.lower()): PoolId(key_of(cluster.fqdn))
                for cluster in document.clusters
                if cluster.number and key_of(cluster.fqdn) in known
            },
            domains=domains_of(
                [*known, *(server.id for server in servers), *(f"pool.{domain}" for domain in domains)]
            ),
        )

    def _origin(self, line: int) -> Origin:
        return Origin(self._account.file, line)

    def _leave_aside(self, sentence: str, line: int, key: object = None) -> None:
        self._left_aside += 1
        self._account.note(sentence, line=line, key=key)

    def _place(self, service: Service) -> None:
        """Put a service on its cluster, and note words nobody has described."""
        account = self._account
        if service.role not in ROLES:
            account.note(
                f"the role {shown_word(service.role)} is not known; it is kept under its name",
                line=service.line,
                key=("role", service.role),
            )
        if service.version not in VERSIONS:
            says = f"the ServiceVersion {shown_word(service.version)} is not known"
            account.note(
                f"{says if service.version else 'there is no ServiceVersion'}: "
                "such a pool has no known product version",
                line=service.line,
                key=("version", service.version),
            )
        for need in service.needs:
            if need.usage not in ("Default", "Backup"):
                account.note(
                    f"the Usage {shown_word(need.usage)} of a dependency is not known and was left aside",
                    line=service.line,
                    key=("usage", need.usage),
                )
            if need.service not in self._services:
                account.note(
                    f"a dependency of {shown_word(service.role)} leads to a service that is not there",
                    line=service.line,
                    key=("dependency", service.key, need.service),
                )
        if self._services[service.key] is not service:
            self._leave_aside("a second service with the same id was left aside", service.line)
        elif service.cluster is None or service.cluster not in self._clusters:
            self._leave_aside(
                f"the service {shown_word(service.role)} is installed on a cluster that is not there",
                service.line,
            )
        else:
            self._on.setdefault(service.cluster, []).append(service)

    def _sites(self) -> Iterator[Site]:
        for place in self._document.sites:
            if place.id in self._site_kinds:
                self._leave_aside(
                    f"a second site with the id {shown_word(place.id)} was left aside", place.line
                )
                continue
            kind = self._site_kinds[place.id] = site_kind(place.kind)
            if isinstance(kind, str):
                self._account.note(
                    f"the kind of site {shown_word(kind)} is not known; it is kept under its name",
                    line=place.line,
                    key=("site", kind),
                )
            if "?" in place.name:
                self._account.note(
                    "the name of a site holds '?': letters may have been lost by an ASCII export",
                    line=place.line,
                    key="?",
                )
            yield Site(
                id=SiteId(place.id),
                name=place.name,
                kind=kind,
                parent=None if place.parent is None else SiteId(place.parent),
                origin=self._origin(place.line),
            )

    def _pools(self) -> tuple[tuple[Pool, ...], tuple[Server, ...]]:
        pools: dict[PoolId, Pool] = {}
        servers: dict[ServerId, Server] = {}
        for cluster in self._document.clusters:
            roles = {service.role for service in self._on.get(cluster.key, ())}
            if self._clusters[cluster.key] is not cluster:
                self._leave_aside("a second cluster with the same id was left aside", cluster.line)
                continue
            # Third-party machines hold no replica; a trusted application pool need not.
            if not self._is_ours(cluster, roles) and "ExternalServer" not in roles:
                continue
            name = PoolId(key_of(cluster.fqdn))
            if not name:
                self._leave_aside("a pool without Fqdn was left aside", cluster.line)
            elif name in pools:
                self._leave_aside(f"a second pool named {name!r} was left aside", cluster.line)
            else:
                own = tuple(self._servers(cluster, name, servers))
                pools[name] = self._pool(cluster, name, own)
        return tuple(pools.values()), tuple(servers.values())

    def _is_ours(self, cluster: Cluster, roles: set[str]) -> bool:
        if cluster.replicated is not None:
            return cluster.replicated
        self._account.note(
            "nothing says whether the machines of a cluster hold a replica: what runs on them decides",
            line=cluster.line,
            key="replica",
        )
        return bool(roles - STORES)

    def _servers(self, cluster: Cluster, pool: PoolId, servers: dict[ServerId, Server]) -> Iterator[ServerId]:
        for machine in cluster.machines:
            name = ServerId(key_of(machine.fqdn))
            if not name or name in servers:
                self._account.note(
                    "a machine without Fqdn was left aside"
                    if not name
                    else f"the machine {name!r} stands in two pools; the first one keeps it",
                    line=machine.line,
                )
                continue
            servers[name] = Server(id=name, fqdn=machine.fqdn, pool=pool, origin=self._origin(machine.line))
            yield name

    def _pool(self, cluster: Cluster, name: PoolId, servers: tuple[ServerId, ...]) -> Pool:
        services = self._on.get(cluster.key, [])
        if cluster.site not in self._site_kinds:
            self._account.note(f"the pool {name!r} stands in a site that is not there", line=cluster.line)
        role = role_of(
            frozenset(service.role for service in services),
            is_director=any(service.is_director for service in services),
            site=self._site_kinds.get(cluster.site, SiteKind.CENTRAL),
        )
        leading = LEADING.get(role)
        lead = next((service for service in services if service.role == leading), None)
        # Stores keep the version of the release that defined them (topology format, section 2.5).
        for version_giver in (lead, *(each for each in services if each.role not in STORES)):
            if version_giver is not None:
                break
        store = self._user_store(services)
        is_front_end = role is PoolRole.FRONT_END
        if is_front_end and store is None:
            self._account.note(
                f"the pool {name!r} has no user store that could be found: its edition stays unknown",
                line=cluster.line,
            )
        hop = self._pool_behind(lead, "Registrar") if role in PASSES_ON else None
        ports = [port for service in services for port in service.ports]
        registrar = next((service for service in services if service.role == "Registrar"), None)
        edge = lead if role is PoolRole.EDGE else None
        return Pool(
            id=name,
            fqdn=cluster.fqdn,
            site=SiteId(cluster.site),
            role=role,
            edition=None if store is None or not is_front_end else self._edition(store, cluster),
            versions=() if version_giver is None else versions_of(version_giver.version),
            servers=servers,
            roles=frozenset(service.role for service in services),
            mcus=frozenset(mcu for service in services for mcu in service.mcus),
            applications=frozenset(
                port.owner[len(_APPLICATION) :]
                for port in ports
                if port.owner.startswith(_APPLICATION) and len(port.owner) > len(_APPLICATION)
            ),
            has_fabric=registrar is not None
            and any(port.owner == _COMPONENT + "WinFab" for port in registrar.ports),
            media_edge=None if edge else self._pool_behind(lead, "EdgeServer"),
            next_hop=hop,
            backup=self._pool_behind(registrar, "Registrar", usage="Backup"),
            back_end=None if store is None else self._database(store),
            file_store=self._share(services),
            archiving_store=self._database(self._needed(registrar, "ArchivingStore")),
            monitoring_store=self._database(self._needed(registrar, "MonitoringStore")),
            office_web_apps=self._office(services),
            external_web_fqdn=next((key_of(each.web_host) for each in services if each.web_host), None),
            federation=edge is not None and any(map(_is_for_federation, edge.ports)),
            xmpp=edge is not None
            and any(port.owner == _COMPONENT + "XmppFederationProxy" for port in edge.ports),
            edge_names=None if edge is None else _edge_names(edge.ports),
            origin=self._origin(cluster.line),
        )

    def _needed(self, service: Service | None, role: str, *, usage: str = "Default") -> Service | None:
        """Return the first service of that role that ``service`` depends on."""
        for need in () if service is None else service.needs:
            other = self._services.get(need.service)
            if other is not None and other.role == role and need.usage == usage:
                return other
        return None

    def _cluster_of(self, service: Service | None) -> Cluster | None:
        place = None if service is None else service.cluster
        return None if place is None else self._clusters.get(place)

    def _pool_behind(self, service: Service | None, role: str, *, usage: str = "Default") -> PoolId | None:
        cluster = self._cluster_of(self._needed(service, role, usage=usage))
        return None if cluster is None else PoolId(key_of(cluster.fqdn)) or None

    def _user_store(self, services: list[Service]) -> Service | None:
        for service in services:
            if service.role == "UserServices":
                store = self._needed(service, "UserStore")
                if self._cluster_of(store) is not None:
                    return store
        return None

    def _edition(self, store: Service, cluster: Cluster) -> Edition:
        """Standard: the database is on the pool's own machine (topology format, section 2.8)."""
        return Edition.STANDARD if self._cluster_of(store) is cluster else Edition.ENTERPRISE

    def _database(self, store: Service | None) -> str | None:
        cluster = self._cluster_of(store)
        if store is None or cluster is None:
            return None
        host = key_of(cluster.fqdn)
        return f"{host}\\{store.instance.lower()}" if store.instance else host

    def _share(self, services: list[Service]) -> str | None:
        # UserServices should name it, but does not in three of seven documents seen.
        order = ("UserServices", "ConfServices", "WebServices", "ApplicationServer")
        ranked = sorted(
            services, key=lambda each: order.index(each.role) if each.role in order else len(order)
        )
        for service in ranked:
            store = self._needed(service, "FileStore")
            cluster = self._cluster_of(store)
            if store is not None and cluster is not None:
                return f"\\\\{key_of(cluster.fqdn)}\\{store.share}"
        return None

    def _office(self, services: list[Service]) -> str | None:
        for service in services:
            cluster = self._cluster_of(self._needed(service, "WacService"))
            if cluster is not None:
                return key_of(cluster.fqdn) or None
        return None

    def _cms(self, pools: set[PoolId]) -> CentralManagement:
        """Who hosts the Central Management store, and who is active (topology format, section 2.8)."""
        hosts: dict[PoolId, bool | None] = {}
        line = 0
        for service in self._document.services:
            cluster = self._cluster_of(service) if service.role == "CentralMgmt" else None
            pool = None if cluster is None else PoolId(key_of(cluster.fqdn))
            if pool is not None and pool in pools:
                line = line or service.line
                hosts[pool] = True if hosts.get(pool) else service.is_active
        masters = tuple(pool for pool, active in hosts.items() if active)
        # A draft that was never published has no such service; a published topology without one is odd.
        untold = (not hosts and not self._document.published) or None in hosts.values()
        account = self._account
        if untold and not masters:
            account.note("nothing says which pool is the Central Management master", line=line)
        elif len(masters) != 1:
            account.note(f"{len(masters)} pools are active Central Management masters, not one", line=line)
        return CentralManagement(
            hosts=tuple(hosts),
            masters=Unknown("Get-CsTopology -AsXml") if untold and not masters else masters,
            origin=self._origin(line),
        )

    def _gateways(self) -> Iterator[Gateway]:
        for service in self._document.services:
            if service.role != "PstnGateway":
                continue
            cluster = self._cluster_of(service)
            mediation = self._pool_behind(service, "MediationServer")
            if cluster is None or mediation is None:
                self._leave_aside("a trunk without gateway or Mediation pool was left aside", service.line)
                continue
            port = service.mediation_port
            if not (port.isascii() and port.isdigit() and len(port) <= 5):
                self._account.note(
                    "a trunk has no port; 0 stands for it", line=service.line, key="trunk port"
                )
                port = "0"
            yield Gateway(
                fqdn=cluster.fqdn, mediation=mediation, port=int(port), origin=self._origin(service.line)
            )

    def _urls(self) -> Maybe[tuple[SimpleUrl, ...]]:
        if self._document.urls is None:
            return Unknown("Get-CsSimpleUrlConfiguration")
        return tuple(
            SimpleUrl(component=url.component, domain=url.domain, url=url.url, origin=self._origin(url.line))
            for url in self._document.urls
        )


def _is_for_federation(port: Port) -> bool:
    """The weak stand-in for a federation route (topology format, section 2.8)."""
    return (port.owner, port.usage, port.side, port.protocol, port.port) == (
        _COMPONENT + "AccessEdge",
        "SipServer",
        "External",
        "Mtls",
        "5061",
    )


def _edge_names(ports: Iterable[Port]) -> EdgeNames | None:
    names: dict[str, str] = {}
    for port in ports:
        if port.side == "External" and port.name:
            names.setdefault(port.owner.removeprefix(_COMPONENT), key_of(port.name))
    if not names:
        return None
    # A single-name Edge may say it once.
    access = names.get("AccessEdge") or next(iter(names.values()))
    return EdgeNames(
        access=access,
        web_conferencing=names.get("DataEdge", access),
        av=names.get("MediaRelayEdge", access),
    )
