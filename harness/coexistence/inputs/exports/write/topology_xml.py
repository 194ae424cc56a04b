"""A topology document as XML, in both formats.

Law of this room: the mirror of :mod:`~coexistence.inputs.exports.topology.published_xml` and
:mod:`~coexistence.inputs.exports.topology.tbxml`: what is written here is what is read there. Forms that
nobody has seen in a real document carry a comment. Source: topology format, sections 2 and 3.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports.topology.document import (
    BUILDER,
    DEPLOY,
    ROLES,
    URLS,
    WRITABLE,
    Cluster,
    Document,
    Service,
    SitePlace,
)
from coexistence.inputs.exports.write.topology_document import inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["draft_lines", "published_lines"]

_UNSEEN: Final = "form chosen by pytest-coexistence; not seen in a real document"
_NO_SIGNATURE: Final = "00000000-0000-0000-0000-000000000000"
#: Base of the GUIDs in Topology Builder's format: any fixed one will do.
_GUIDS: Final = uuid.UUID("6f0c5b5e-52a8-4c55-8d3c-1f1d2a7f9b11")
#: RoleVersion tells nothing about the product; these three have 2 (topology format, section 2.4).
_SECOND: Final = frozenset({"Registrar", "UserServices", "EdgeServer"})


class _Markup:
    """Lines of an XML document, two spaces per level."""

    def __init__(self) -> None:
        self.lines = ['<?xml version="1.0" encoding="utf-8"?>']
        self._open: list[str] = []

    def open(self, name: str, **attributes: str | None) -> None:
        """Begin an element that has children."""
        self._line(f"<{_tag(name, attributes)}>")
        self._open.append(name)

    def close(self, count: int = 1) -> None:
        """End the last elements begun."""
        for _ in range(count):
            name = self._open.pop()
            self._line(f"</{name}>")

    def empty(self, name: str, **attributes: str | None) -> None:
        """Write an element without content."""
        self._line(f"<{_tag(name, attributes)} />")

    def text(self, name: str, text: str, **attributes: str | None) -> None:
        """Write an element with a text."""
        self._line(f"<{_tag(name, attributes)}>{_escaped(text)}</{name}>")

    def unseen(self) -> None:
        """Say that the form of what follows is ours."""
        self._line(f"<!-- {_UNSEEN} -->")

    def _line(self, text: str) -> None:
        self.lines.append("  " * len(self._open) + text)


_ESCAPES: Final = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _tag(name: str, attributes: Mapping[str, str | None]) -> str:
    given = (f' {key}="{_escaped(value)}"' for key, value in attributes.items() if value is not None)
    return name + "".join(given)


def _flag(value: bool | None) -> str:
    return str(value).lower()


def published_lines(document: Document) -> list[str]:
    """Format A; order of elements as in every document seen."""
    out = _Markup()
    out.open("Topology", xmlns=DEPLOY, Signature=_NO_SIGNATURE)
    _domains(out, document)
    out.open("Sites")
    for site in document.sites:
        _open_site(out, site, site.parent)
        out.text("Name", site.name)
        out.empty("Location")
        out.close()
    out.close()
    out.open("Clusters")
    for cluster in document.clusters:
        flag = _flag(cluster.replicated)
        out.open("Cluster", RequiresReplication=flag, RequiresSetup=flag, Fqdn=cluster.fqdn)
        out.empty("ClusterId", SiteId=cluster.site, Number=cluster.number)
        for number, machine in enumerate(cluster.machines, 1):
            out.empty("Machine", OrdinalInCluster=str(number), Fqdn=machine.fqdn)
        out.close()
    out.close()
    clusters = {cluster.key: cluster for cluster in document.clusters}
    services = {service.key: service for service in document.services}
    out.open("SqlInstances")
    for key, instance in _instances(document):
        out.open("SqlInstance")
        _published_place(out, clusters[key], instance)
        out.close()
    out.close()
    out.open("Services")
    for service in document.services:
        if service.role in ("ExternalServer", "PersistentChatService"):
            out.unseen()
        out.open("Service", RoleVersion=_role_version(service), ServiceVersion=service.version)
        _service_id(out, service, clusters)
        out.open("DependsOn")
        for need in service.needs:
            if need.usage != "Default":
                out.unseen()
            out.open("Dependency", Usage=need.usage)
            _service_id(out, services[need.service], clusters)
            out.close()
        out.close()
        out.open("InstalledOn")
        _published_place(out, clusters[service.cluster or ""], service.instance)
        out.close()
        _role_elements(out, service)
        out.close()
    out.close(2)
    return out.lines


def _published_place(out: _Markup, cluster: Cluster, instance: str | None) -> None:
    if instance is None:
        out.empty("ClusterId", SiteId=cluster.site, Number=cluster.number)
        return
    out.open("SqlInstanceId", Name=instance)
    out.empty("ClusterId", SiteId=cluster.site, Number=cluster.number)
    out.close()


def _service_id(out: _Markup, service: Service, clusters: Mapping[str, Cluster]) -> None:
    number = service.key.rpartition("-")[2]
    site = clusters[service.cluster or ""].site
    out.empty("ServiceId", SiteId=site, RoleName=service.role, Instance=number)


def draft_lines(document: Document) -> list[str]:
    """Format B; no file name, because that is a path on somebody's machine."""
    out = _Markup()
    out.open("TopologyBuilder", xmlns=BUILDER, IsFreeFromChanges="true")
    out.open("NewTopology")
    published = _flag(document.published)
    out.open("PartialTopology", xmlns=WRITABLE, IsPublished=published, Signature=_NO_SIGNATURE)
    _domains(out, document, xmlns=DEPLOY)
    if document.urls is not None:
        out.open("SimpleUrlConfiguration", xmlns=URLS, UseBackendDatabase="false")
        for url in document.urls:
            out.open("SimpleUrl", Component=url.component, Domain=url.domain, ActiveUrl=url.url)
            out.empty("SimpleUrlEntry", Url=url.url)
            out.close()
        out.close()
    nested = {each.id for site in document.sites for each in inside(site, document.sites)}
    out.open("CentralSites")
    for site in document.sites:
        if site.id in nested:
            continue
        _open_site(out, site, site.parent)
        _draft_site(out, site, document)
        out.open("RemoteSites")
        for branch in inside(site, document.sites):
            _open_site(out, branch, None)
            _draft_site(out, branch, document)
            out.close()
        out.close(2)
    out.close()
    out.open("Services")
    for service in document.services:
        if service.role in ("ExternalServer", "PersistentChatService"):
            out.unseen()
        place = service.cluster or ""
        out.open(
            "Service",
            UniqueId=_guid("service", service.key),
            RoleName=service.role,
            RoleVersion=_role_version(service),
            InstalledOn=_guid("cluster", place)
            if service.instance is None
            else _guid("instance", place, service.instance),
            ServiceVersion=service.version,
        )
        out.open("DependsOn")
        for need in service.needs:
            if need.usage != "Default":
                out.unseen()
            out.empty("Dependency", ServiceUniqueId=_guid("service", need.service), Usage=need.usage)
        out.close()
        _role_elements(out, service)
        out.close()
    out.close(4)
    return out.lines


def _draft_site(out: _Markup, site: SitePlace, document: Document) -> None:
    out.text("Name", site.name, xmlns=DEPLOY)
    out.empty("Location", xmlns=DEPLOY)
    instances = list(_instances(document))
    out.open("Clusters")
    for cluster in document.clusters:
        if cluster.site != site.id:
            continue
        flag = _flag(cluster.replicated)
        single = [machine.fqdn for machine in cluster.machines] == [cluster.fqdn]
        out.open(
            "Cluster",
            IsSingleMachineOnly=_flag(single),
            UniqueId=_guid("cluster", cluster.key),
            RequiresReplication=flag,
            RequiresSetup=flag,
            Fqdn=cluster.fqdn,
        )
        out.open("Machines")
        for machine in cluster.machines:
            out.empty("Machine", Fqdn=None if single else machine.fqdn)
        out.close()
        out.open("SqlInstances")
        for key, instance in instances:
            if key == cluster.key:
                out.empty("SqlInstance", UniqueId=_guid("instance", key, instance), Name=instance)
        out.close(2)
    out.close()


def _open_site(out: _Markup, site: SitePlace, parent: str | None) -> None:
    if site.kind != "CentralSite":
        out.unseen()
    out.open(site.kind, SiteId=site.id, ParentSiteId=parent)


def _domains(out: _Markup, document: Document, **namespace: str) -> None:
    out.open("InternalDomains", **namespace, AllowAllDomains="false", DefaultDomain=document.default_domain)
    for domain in document.domains:
        out.empty("InternalDomain", Name=domain, Authoritative="false", AllowSubDomains="false")
    out.close()


def _role_version(service: Service) -> str:
    return "2" if service.role in _SECOND else "1"


def _role_elements(out: _Markup, service: Service) -> None:
    """Write ports and the role-specific element, the same in both formats."""
    out.open("Ports", xmlns=ROLES)
    for port in service.ports:
        out.empty(
            "Port",
            Owner=port.owner,
            Usage=port.usage,
            InterfaceSide=port.side,
            InterfaceNumber="1",
            Port=port.port,
            Protocol=port.protocol,
            UrlPath="/",
            AuthorizesRequests="false",
            ConfiguredFqdn=port.name or None,
        )
    out.close()
    match service.role:
        case "Registrar":
            out.empty("RegistrarService", xmlns=ROLES, IsDirector=_flag(service.is_director))
        case "CentralMgmt":
            active = None if service.is_active is None else _flag(service.is_active)
            out.empty("CentralMgmtService", xmlns=ROLES, IsActive=active)
        case "FileStore":
            out.empty("FileStoreService", xmlns=ROLES, ShareName=service.share)
        case "PstnGateway":
            out.empty("PstnGatewayService", xmlns=ROLES, MediationServerPort=service.mediation_port)
        case "WebServices":
            out.open("WebService", xmlns=ROLES)
            out.empty("ExternalSettings", Host=service.web_host)
            out.close()
        case "ConfServices":
            out.open("ConfService", xmlns=ROLES)
            out.open("MCUs")
            for mcu in service.mcus:
                out.empty("MCU", ComponentName=mcu, Vendor="Microsoft")
            out.close(2)


def _instances(document: Document) -> Iterator[tuple[str, str]]:
    """Yield each SQL instance that a service is installed on, once: its cluster and its name."""
    places = ((service.cluster or "", service.instance) for service in document.services)
    yield from dict.fromkeys((key, instance) for key, instance in places if instance is not None)


def _guid(*parts: str) -> str:
    return str(uuid.uuid5(_GUIDS, "\n".join(parts)))
