"""A deployment's topology as a document, with everything that a document can hold.

Law of this room: the mirror of :mod:`~coexistence.inputs.exports.topology.topology`. What a pool is for is
said by the services on it, so services are chosen until the reader would see the same pool again; what no
document has a place for (a federation route, a build) is left out, and so is a neighbour that is not there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from coexistence.inputs.exports.topology.document import (
    BoundTo,
    Cluster,
    Document,
    Machine,
    Port,
    Service,
    SitePlace,
    Url,
)
from coexistence.inputs.exports.topology.roles_and_versions import role_of, site_kind, versions_of
from coexistence.model.deployment import Deployment, EdgeNames, Gateway, Pool, Site, key_of
from coexistence.model.vocabulary import Edition, PoolId, PoolRole, SiteKind, Unknown, Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["clean", "composed", "in_draft_order"]

#: What XML 1.0 cannot hold, and the replacement character stands for itself no longer.
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENT_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,60}")
_UNC: Final = re.compile(r"(?:\\\\)?([^\\]+)(?:\\(.*))?", re.DOTALL)
#: Written for a version that no number stands for; readers take it for unknown.
_NO_VERSION: Final = "0"

_NEEDED: Final[dict[PoolRole, frozenset[str]]] = {
    PoolRole.FRONT_END: frozenset({"Registrar", "UserServices"}),
    PoolRole.DIRECTOR: frozenset({"Registrar"}),
    PoolRole.BRANCH_APPLIANCE: frozenset({"Registrar", "MediationServer"}),
    PoolRole.EDGE: frozenset({"EdgeServer"}),
    PoolRole.MEDIATION: frozenset({"MediationServer"}),
    PoolRole.TRUSTED_APPLICATION: frozenset({"ExternalServer"}),
    PoolRole.PERSISTENT_CHAT: frozenset({"PersistentChatService"}),
    PoolRole.MONITORING: frozenset({"MonitoringServer"}),
    PoolRole.ARCHIVING: frozenset({"ArchivingServer"}),
    PoolRole.OTHER: frozenset(),
}
#: Order of services in real documents; others follow by name.
_ORDER: Final = (
    "UserServices",
    "Registrar",
    "EdgeServer",
    "ManagementServices",
    "UserStore",
    "FileStore",
    "WacService",
    "WebServices",
    "ConfServices",
    "MediationServer",
    "ApplicationServer",
    "ApplicationStore",
)
#: Roles whose service is installed on a SQL instance.
_ON_SQL: Final = frozenset(
    {"UserStore", "ApplicationStore", "CentralMgmtStore", "ArchivingStore", "MonitoringStore"}
)
#: Placed once the pools stand, because they refer to more than one of them.
_PLACED_LATER: Final = frozenset({"CentralMgmt", "PstnGateway"})
_SHARE_USERS: Final = ("UserServices", "ConfServices", "WebServices", "ApplicationServer")
# Default ports (ports of the product: topology format, section 2.6).
_APPLICATION_PORTS: Final = {
    "testbot": "5076",
    "Cas": "5073",
    "Caa": "5072",
    "Cps": "5075",
    "RGS": "5071",
    "PDP": "5080",
}


def clean(text: str) -> str:
    """Return text as a file can hold it and a reader gives it back.

    >>> clean(" fe01" + chr(0))
    'fe01?'
    """
    return _UNWRITABLE.sub("?", text).strip()


def composed(deployment: Deployment) -> Document:
    """Return the topology of a deployment as a published document with simple URLs."""
    return _Composer(deployment).document()


def in_draft_order(document: Document) -> Document:
    """Return a document as Topology Builder's format gives it back: each cluster within its site.

    There a site inside another one follows it, and clusters have no numbers of their own.
    """
    top = [site for site in document.sites if not _is_inside(site, document.sites)]
    sites = [each for site in top for each in (site, *(inner for inner in inside(site, document.sites)))]
    return replace(
        document,
        sites=tuple(sites),
        clusters=tuple(
            replace(cluster, number="")
            for site in sites
            for cluster in document.clusters
            if cluster.site == site.id
        ),
    )


def inside(site: SitePlace, sites: Iterable[SitePlace]) -> tuple[SitePlace, ...]:
    """Return the branch sites that stand inside ``site`` in Topology Builder's format."""
    listed = tuple(sites)
    if site.kind != "CentralSite":
        return ()
    return tuple(each for each in listed if each.parent == site.id and _is_inside(each, listed))


def _is_inside(site: SitePlace, sites: Iterable[SitePlace]) -> bool:
    return site_kind(site.kind) is SiteKind.BRANCH and any(
        other.id == site.parent and other.kind == "CentralSite" for other in sites
    )


@dataclass
class _Composer:
    """Clusters and services of one document in the making."""

    deployment: Deployment
    clusters: dict[str, Cluster] = field(default_factory=dict)
    #: Services by (cluster's name, role, what tells two of them apart).
    services: dict[tuple[str, str, str], Service] = field(default_factory=dict)
    instances: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    numbers: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def document(self) -> Document:
        """Put everything in its place: pools, then what refers to pools."""
        deployment = self.deployment
        sites = [_site_place(site) for site in deployment.sites]
        self.kinds = {site.id: site_kind(site.kind) for site in sites}
        for pool in deployment.pools:
            # A cluster must stand in a site.
            if clean(pool.site) not in self.kinds:
                sites.append(SitePlace(id=clean(pool.site), name="", kind="CentralSite", parent=None))
                self.kinds[clean(pool.site)] = SiteKind.CENTRAL
        self.trunks = {gateway.mediation for gateway in deployment.gateways}
        for pool in deployment.pools:
            self._cluster_of_pool(pool)
        for pool in deployment.pools:
            self._services_of_pool(pool)
        for pool in deployment.pools:
            self._needs_of_pool(pool)
        self._central_management()
        for gateway in deployment.gateways:
            self._trunk(gateway)
        domains = tuple(clean(domain) for domain in deployment.sip_domains if clean(domain))
        urls = deployment.simple_urls
        return Document(
            published=True,
            default_domain=domains[0] if domains else "",
            domains=domains,
            sites=tuple(sites),
            clusters=tuple(self.clusters.values()),
            services=tuple(self.services.values()),
            urls=None
            if isinstance(urls, Unknown)
            else tuple(
                Url(component=clean(url.component), domain=clean(url.domain), url=clean(url.url))
                for url in urls
            ),
        )

    # ------------------------------------------------------------------------------ places

    def _cluster(self, fqdn: str, site: str, machines: Iterable[str], *, replicated: bool) -> Cluster:
        """Return the cluster of that name; a new one if there is none yet."""
        found = self.clusters.get(key_of(fqdn))
        if found is None:
            self.numbers[site] += 1
            number = str(self.numbers[site])
            found = self.clusters[key_of(fqdn)] = Cluster(
                key=f"{site}:{number}",
                site=site,
                number=number,
                fqdn=fqdn,
                replicated=replicated,
                machines=tuple(Machine(fqdn=machine) for machine in machines),
            )
        return found

    def _cluster_of_pool(self, pool: Pool) -> None:
        known = self.deployment.server_by_id
        names = (known[server].fqdn if server in known else server for server in pool.servers)
        self._cluster(
            clean(pool.fqdn),
            clean(pool.site),
            map(clean, names),
            # A trusted application's machines need no replica.
            replicated=pool.role is not PoolRole.TRUSTED_APPLICATION,
        )

    def _other_cluster(self, fqdn: str, site: str) -> Cluster:
        """Return the cluster of a machine that is not the product's own: SQL, files, Office, gateway."""
        return self._cluster(fqdn, site, [fqdn], replicated=False)

    def _service(self, cluster: Cluster, role: str, version: str, tell: str = "", **facts: Any) -> Service:
        """Return the service of that role on that cluster; a new one if there is none yet."""
        place = (key_of(cluster.fqdn), role, tell)
        if place not in self.services:
            self.instances[cluster.site, role] += 1
            self.services[place] = Service(
                key=f"{cluster.site}-{role}-{self.instances[cluster.site, role]}",
                role=role,
                version=version,
                cluster=cluster.key,
                **facts,
            )
        return self.services[place]

    def _need(self, place: tuple[str, str, str], other: Service | None, usage: str = "Default") -> None:
        """Let a service depend on another one, if both are there."""
        mine = self.services.get(place)
        bound = None if other is None else BoundTo(service=other.key, usage=usage)
        if mine is not None and bound is not None and bound not in mine.needs:
            self.services[place] = replace(mine, needs=(*mine.needs, bound))

    # ------------------------------------------------------------------------------- pools

    def _services_of_pool(self, pool: Pool) -> None:
        cluster = self.clusters[key_of(clean(pool.fqdn))]
        version = _service_version(pool.versions)
        for role in self._roles(pool):
            if role in _PLACED_LATER:
                continue
            facts: dict[str, Any] = {"ports": tuple(_ports(pool, role))}
            if role == "Registrar":
                facts["is_director"] = pool.role is PoolRole.DIRECTOR
            elif role == "ConfServices":
                facts["mcus"] = tuple(sorted(map(clean, pool.mcus)))
            elif role == "WebServices":
                facts["web_host"] = clean(pool.external_web_fqdn or "")
            elif role in _ON_SQL:
                facts["instance"] = "rtc"
            self._service(cluster, role, version, **facts)

    def _roles(self, pool: Pool) -> list[str]:
        """Return the roles to install: needed ones, and those of the pool that leave it what it is."""
        roles = set(_NEEDED[pool.role])
        if pool.mcus or pool.office_web_apps:
            roles.add("ConfServices")
        if pool.external_web_fqdn:
            roles.add("WebServices")
        if pool.applications and pool.role is not PoolRole.TRUSTED_APPLICATION:
            roles.add("ApplicationServer")
        if pool.id in self.trunks:
            roles.add("MediationServer")
        site = self.kinds[clean(pool.site)]
        director = pool.role is PoolRole.DIRECTOR
        # Stores that the pool's own fields place are placed by them.
        own = key_of(clean(pool.fqdn))
        places = {"FileStore": _share_place(pool.file_store or "")[0]}
        places["ArchivingStore"], _ = _instance_place(pool.archiving_store or "")
        places["MonitoringStore"], _ = _instance_place(pool.monitoring_store or "")
        placed = {role for role, host in places.items() if key_of(host) == own}
        if pool.edition is not None and pool.role is PoolRole.FRONT_END:
            placed.add("UserStore")
        for role in sorted({clean(role) for role in pool.roles} - {""} - placed - roles):
            if role_of(frozenset({*roles, role}), is_director=director, site=site) is pool.role:
                roles.add(role)
        return sorted(roles, key=lambda role: (_ORDER.index(role) if role in _ORDER else len(_ORDER), role))

    def _needs_of_pool(self, pool: Pool) -> None:
        name = key_of(clean(pool.fqdn))
        version = _service_version(pool.versions)
        site = clean(pool.site)
        registrar = (name, "Registrar", "")
        own = {
            role: self.services.get((name, role, ""))
            for role in ("UserServices", "WebServices", "ConfServices")
        }
        self._need(registrar, own["UserServices"])
        self._need(registrar, own["WebServices"])
        self._need((name, "UserServices", ""), own["ConfServices"])
        self._need((name, "ConfServices", ""), own["UserServices"])
        self._need((name, "WebServices", ""), own["UserServices"])
        self._need((name, "ApplicationServer", ""), self.services.get(registrar))
        if pool.role is PoolRole.FRONT_END and pool.edition is not None:
            self._need((name, "UserServices", ""), self._user_store(pool, site, version))
        lead = (name, "Registrar" if registrar in self.services else "MediationServer", "")
        self._need(lead, self._service_on(pool.media_edge, "EdgeServer"))
        for role in ("EdgeServer", "MediationServer", "ExternalServer", "PersistentChatService"):
            self._need((name, role, ""), self._service_on(pool.next_hop, "Registrar"))
        self._need(registrar, self._service_on(pool.backup, "Registrar"), "Backup")
        for role, store in (
            ("ArchivingStore", pool.archiving_store),
            ("MonitoringStore", pool.monitoring_store),
        ):
            if store and registrar in self.services:
                self._need(registrar, self._store(role, store, site, version))
        if pool.file_store:
            self._need(self._share_user(name), self._share(pool.file_store, site, version))
        if pool.office_web_apps and key_of(clean(pool.office_web_apps)):
            office = self._other_cluster(clean(pool.office_web_apps), site)
            self._need((name, "ConfServices", ""), self._service(office, "WacService", version))

    def _service_on(self, pool: PoolId | None, role: str) -> Service | None:
        return None if pool is None else self.services.get((key_of(clean(pool)), role, ""))

    def _user_store(self, pool: Pool, site: str, version: str) -> Service:
        """Place the user store: on the pool's own cluster for Standard Edition, elsewhere otherwise."""
        name = clean(pool.fqdn)
        host, instance = _instance_place(pool.back_end or "")
        if pool.edition is Edition.STANDARD:
            host = name
            instance = instance if pool.back_end else "rtc"
        elif not key_of(host) or key_of(host) == key_of(name):
            host = f"sql-{name}"
        cluster = self._other_cluster(host, site)
        # One per pool: two pools may keep their users in one instance.
        tell = "" if pool.edition is Edition.STANDARD else key_of(name)
        return self._service(cluster, "UserStore", version, tell, instance=instance)

    def _store(self, role: str, place: str, site: str, version: str) -> Service | None:
        host, instance = _instance_place(place)
        if not key_of(host):
            return None
        cluster = self._other_cluster(host, site)
        return self._service(cluster, role, version, instance.lower() or " ", instance=instance)

    def _share_user(self, name: str) -> tuple[str, str, str]:
        """Return the service of a pool that names the file store."""
        own = [place for place in self.services if place[0] == name and not place[2]]
        preferred = [(name, role, "") for role in _SHARE_USERS]
        return next((place for place in preferred if place in own), own[0] if own else preferred[0])

    def _share(self, place: str, site: str, version: str) -> Service | None:
        host, share = _share_place(place)
        if not key_of(host):
            return None
        cluster = self._other_cluster(host, site)
        return self._service(cluster, "FileStore", version, share or " ", share=share)

    # ---------------------------------------------------------------------- between pools

    def _central_management(self) -> None:
        cms = self.deployment.cms
        masters = () if isinstance(cms.masters, Unknown) else cms.masters
        pools = self.deployment.pool_by_id
        for host in dict.fromkeys((*cms.hosts, *masters)):
            if host not in pools:
                continue
            active = None if isinstance(cms.masters, Unknown) else host in masters
            cluster = self.clusters[key_of(clean(pools[host].fqdn))]
            version = _service_version(pools[host].versions)
            self._service(cluster, "CentralMgmt", version, is_active=active)
            name = key_of(cluster.fqdn)
            self._need((name, "CentralMgmt", ""), self.services.get((name, "CentralMgmtStore", "")))

    def _trunk(self, gateway: Gateway) -> None:
        mediation = self._service_on(gateway.mediation, "MediationServer")
        fqdn = clean(gateway.fqdn)
        if mediation is None or not key_of(fqdn):
            return
        pool = self.clusters[key_of(clean(gateway.mediation))]
        cluster = self._other_cluster(fqdn, pool.site)
        number = sum(role == "PstnGateway" for _, role, _ in self.services)
        self._service(
            cluster,
            "PstnGateway",
            mediation.version,
            f"trunk {number}",
            mediation_port=str(gateway.port),
            needs=(BoundTo(service=mediation.key),),
        )


def _site_place(site: Site) -> SitePlace:
    if isinstance(site.kind, SiteKind):
        kind = "CentralSite" if site.kind is SiteKind.CENTRAL else "BranchSite"
    else:
        kind = site.kind if _ELEMENT_NAME.fullmatch(site.kind) else "CentralSite"
    parent = None if site.parent is None else clean(site.parent) or None
    return SitePlace(id=clean(site.id), name=clean(site.name), kind=kind, parent=parent)


def _instance_place(place: str) -> tuple[str, str]:
    """Split what names a SQL instance into host and instance."""
    host, _, instance = clean(place).partition("\\")
    return host.strip(), instance.strip()


def _share_place(place: str) -> tuple[str, str]:
    """Split a UNC path into host and share."""
    found = _UNC.fullmatch(clean(place))
    return ("", "") if found is None else (found[1].strip(), (found[2] or "").strip())


def _service_version(versions: tuple[Version, ...]) -> str:
    """Return the number that documents write for a pool that may run these versions."""
    numbers = {str(version.service_version) for version in versions}
    if len(numbers) == 1 and set(versions) <= set(versions_of(*numbers)):
        return numbers.pop()
    return _NO_VERSION


def _ports(pool: Pool, role: str) -> Iterator[Port]:
    """Yield the ports that say something about a pool; not all that a real one has."""
    if role == "Registrar":
        yield _port("Registrar", "SipServer", "Primary", "5061")
        if pool.has_fabric:
            yield _port("WinFab", "WinFabFederation", "Primary", "5090", protocol="Tcp")
    elif role == "EdgeServer":
        names = pool.edge_names or EdgeNames(access="", web_conferencing="", av="")
        yield _port("AccessEdge", "SipServer", "Internal", "5061")
        yield _port("AccessEdge", "SipClient", "External", "443", names.access, protocol="Tls")
        yield _port("DataEdge", "PsomClient", "External", "444", names.web_conferencing, protocol="Tls")
        yield _port("MediaRelayEdge", "TURNServer", "External", "3478", names.av, protocol="Udp")
        if pool.federation:
            yield _port("AccessEdge", "SipServer", "External", "5061", names.access)
        if pool.xmpp:
            yield _port("XmppFederationProxy", "XmppServer", "External", "5269", protocol="Tls")
    elif role == ("ExternalServer" if pool.role is PoolRole.TRUSTED_APPLICATION else "ApplicationServer"):
        for name in sorted(filter(None, map(clean, pool.applications))):
            yield Port(
                owner=f"urn:application:{name}",
                usage="SipServer",
                side="Primary",
                port=_APPLICATION_PORTS.get(name, "5061"),
                protocol="Mtls",
            )


def _port(owner: str, usage: str, side: str, port: str, name: str = "", *, protocol: str = "Mtls") -> Port:
    return Port(
        owner=f"urn:component:{owner}",
        usage=usage,
        side=side,
        port=port,
        protocol=protocol,
        name=clean(name),
    )
