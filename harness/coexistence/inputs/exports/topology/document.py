"""What both topology formats say, before anybody draws conclusions from it.

Law of this room: plain values, as written in the document; references are keys, and a key may lead
nowhere. The readers of both formats fill this in, the writers write it out, and only
:mod:`~coexistence.inputs.exports.topology.topology` interprets it. Lines do not count when two are compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from coexistence.errors import InputError
from coexistence.inputs.exports.formats.xml import EXPORT_AGAIN, Element

if TYPE_CHECKING:
    from coexistence.inputs.exports.account.file_accounts import Account

__all__ = [
    "BASE",
    "BUILDER",
    "DEPLOY",
    "KNOWN",
    "ROLES",
    "URLS",
    "WEB",
    "WRITABLE",
    "BoundTo",
    "Cluster",
    "Document",
    "Machine",
    "Port",
    "Service",
    "SitePlace",
    "Url",
    "flag",
    "is_true",
    "name_of",
]

# Namespaces (topology format, sections 2 and 3). Their years are no product versions.
_SCHEMA: Final = "urn:schema:Microsoft.Rtc.Management."
DEPLOY: Final = _SCHEMA + "Deploy.Topology.2008"
ROLES: Final = _SCHEMA + "Deploy.ServiceRoles.2008"
WEB: Final = _SCHEMA + "Deploy.WebServices.2011"
BASE: Final = _SCHEMA + "BaseTypes.2008"
BUILDER: Final = _SCHEMA + "Deploy.TopologyBuilder.2008"
WRITABLE: Final = _SCHEMA + "Deploy.WritableTopology.2008"
URLS: Final = _SCHEMA + "Settings.SimpleUrl.2008"


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlace:
    """A site; the name of its element is its kind."""

    id: str
    name: str
    kind: str
    parent: str | None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One computer of a cluster."""

    fqdn: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A pool, or a group of third-party computers that is handled like one."""

    key: str
    site: str
    #: Number within the site; empty in Topology Builder's format.
    number: str
    fqdn: str
    #: Whether the machines hold a replica of the configuration: the product's own machines do. None where
    #: the document does not say.
    replicated: bool | None
    machines: tuple[Machine, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port of a service, as far as anybody here asks."""

    owner: str
    usage: str
    side: str
    port: str
    protocol: str
    #: Name under which the outside knows it.
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundTo:
    """One service's need for another."""

    service: str
    usage: str = "Default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One role installed on one cluster, or on a SQL instance of one."""

    key: str
    role: str
    version: str
    cluster: str | None
    #: Name of the SQL instance it is installed on; empty for the default instance, None for none.
    instance: str | None = None
    needs: tuple[BoundTo, ...] = ()
    ports: tuple[Port, ...] = ()
    #: Registrar: whether it is a Director's.
    is_director: bool = False
    #: CentralMgmt: whether it is the active copy; None where the document does not say.
    is_active: bool | None = None
    #: FileStore: name of the share.
    share: str = ""
    #: WebServices: host of the external web site.
    web_host: str = ""
    #: ConfServices: conferencing components.
    mcus: tuple[str, ...] = ()
    #: PstnGateway: the port of the Mediation pool that the trunk uses.
    mediation_port: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """A simple URL."""

    component: str
    domain: str
    url: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole topology."""

    #: Whether it was published; a draft knows less.
    published: bool
    default_domain: str
    domains: tuple[str, ...]
    sites: tuple[SitePlace, ...]
    clusters: tuple[Cluster, ...]
    services: tuple[Service, ...]
    #: None where the document holds none; a published one never does.
    urls: tuple[Url, ...] | None = None
    line: int = field(default=0, compare=False)


# ---------------------------------------------------------------------- what both readers do alike


def is_true(text: str) -> bool:
    """Whether an attribute says yes; in any case of letters, and anything else is no."""
    return text.strip().lower() in ("true", "1")


def flag(text: str) -> bool | None:
    """Whether an attribute says yes; None for one that is not there."""
    return is_true(text) if text else None


_VARIABLE: Final = re.compile(r"\$(?:[A-Za-z_]\w*|[({])")


def name_of(text: str, element: Element, file: str) -> str:
    """Return a name from a document.

    Raises InputError for one that holds a PowerShell variable: then the file is a script's template.
    """
    if "$" in text and (found := _VARIABLE.search(text)):
        raise InputError(
            f"{text[:80]!r} holds the PowerShell variable {found.group()[:40]!r}: this is the template of a "
            f"script, not an export. {EXPORT_AGAIN}",
            file=file,
            line=element.line,
        )
    return text.strip()


def sip_domains(root: Element, file: str) -> tuple[str, tuple[str, ...]]:
    """Return the default SIP domain and all of them, from a topology's ``InternalDomains``."""
    domains = root.first(DEPLOY, "InternalDomains")
    if domains is None:
        return "", ()
    names = [name_of(each.get("Name"), each, file) for each in domains.all(DEPLOY, "InternalDomain")]
    return name_of(domains.get("DefaultDomain"), domains, file), tuple(name for name in names if name)


def role_facts(service: Element) -> dict[str, object]:
    """Return what the role-specific element of a service says, as fields of :class:`Service`.

    Source: topology format, section 2.4.
    """
    facts: dict[str, object] = {}
    for child in service.children:
        if child.namespace != ROLES:
            continue
        match child.name:
            case "RegistrarService":
                facts["is_director"] = is_true(child.get("IsDirector"))
            case "CentralMgmtService":
                active = child.get("IsActive")
                facts["is_active"] = is_true(active) if active else None
            case "FileStoreService":
                facts["share"] = child.get("ShareName")
            case "PstnGatewayService":
                facts["mediation_port"] = child.get("MediationServerPort")
            case "WebService":
                settings = child.first(ROLES, "ExternalSettings")
                facts["web_host"] = "" if settings is None else settings.get("Host")
            case "ConfService":
                components = child.first(ROLES, "MCUs")
                if components is not None:
                    names = (mcu.get("ComponentName") for mcu in components.all(ROLES, "MCU"))
                    facts["mcus"] = tuple(name for name in names if name)
    return facts


def ports(service: Element) -> tuple[Port, ...]:
    """Return the ports of a service, in both formats under the same elements."""
    listed = service.first(ROLES, "Ports")
    if listed is None:
        return ()
    return tuple(
        Port(
            owner=port.get("Owner"),
            usage=port.get("Usage"),
            side=port.get("InterfaceSide"),
            port=port.get("Port"),
            protocol=port.get("Protocol"),
            name=port.get("ConfiguredFqdn"),
        )
        for port in listed.all(ROLES, "Port")
    )


# -------------------------------------------------------------------- what nobody has described yet

#: Elements seen in real documents, or chosen by us, with their attributes. What stands below an
#: element of :data:`_OPAQUE` is not looked at. Source: topology format, sections 2 and 3.
KNOWN: Final[dict[tuple[str, str], frozenset[str]]] = {
    (namespace, name): frozenset(attributes.split())
    for namespace, name, attributes in (
        (DEPLOY, "Topology", "Signature"),
        (DEPLOY, "InternalDomains", "AllowAllDomains DefaultDomain"),
        (DEPLOY, "InternalDomain", "Name Authoritative AllowSubDomains"),
        (DEPLOY, "Sites", ""),
        (DEPLOY, "CentralSite", "SiteId"),
        (DEPLOY, "BranchSite", "SiteId ParentSiteId"),
        (DEPLOY, "Name", ""),
        (DEPLOY, "Location", "City State CountryCode"),
        (DEPLOY, "Clusters", ""),
        (DEPLOY, "Cluster", "RequiresReplication RequiresSetup Fqdn"),
        (DEPLOY, "ClusterId", "SiteId Number"),
        (DEPLOY, "Machine", "OrdinalInCluster Fqdn FaultDomain UpgradeDomain"),
        (DEPLOY, "NetInterface", "InterfaceSide InterfaceNumber IPAddress ConfiguredIPAddress"),
        (DEPLOY, "SqlInstances", ""),
        (DEPLOY, "SqlInstance", "AlwaysOnPrimaryNodeFqdn"),
        (DEPLOY, "SqlInstanceId", "Name"),
        (DEPLOY, "Services", ""),
        (DEPLOY, "Service", "RoleVersion ServiceVersion Type"),
        (DEPLOY, "ServiceId", "SiteId RoleName Instance"),
        (DEPLOY, "DependsOn", ""),
        (DEPLOY, "Dependency", "Usage"),
        (DEPLOY, "InstalledOn", ""),
        (WRITABLE, "PartialTopology", "IsPublished Signature"),
        (WRITABLE, "CentralSites", ""),
        (WRITABLE, "CentralSite", "SiteId"),
        (WRITABLE, "RemoteSites", ""),
        (WRITABLE, "BranchSite", "SiteId ParentSiteId"),
        (WRITABLE, "Clusters", ""),
        (WRITABLE, "Cluster", "IsSingleMachineOnly UniqueId RequiresReplication RequiresSetup Fqdn"),
        (WRITABLE, "Machines", ""),
        (WRITABLE, "Machine", "Fqdn FaultDomain UpgradeDomain"),
        (WRITABLE, "SqlInstances", ""),
        (WRITABLE, "SqlInstance", "UniqueId Name AlwaysOnPrimaryNodeFqdn"),
        (WRITABLE, "Services", ""),
        (WRITABLE, "Service", "UniqueId RoleName RoleVersion InstalledOn ServiceVersion Type"),
        (WRITABLE, "DependsOn", ""),
        (WRITABLE, "Dependency", "ServiceUniqueId Usage"),
        (URLS, "SimpleUrlConfiguration", "UseBackendDatabase"),
        (URLS, "SimpleUrl", "Component Domain ActiveUrl"),
        (URLS, "SimpleUrlEntry", "Url"),
        (ROLES, "Ports", ""),
        (
            ROLES,
            "Port",
            (
                "Owner Usage InterfaceSide InterfaceNumber Port Protocol UrlPath AuthorizesRequests GruuType "
                "Range ConfiguredPort ConfiguredFqdn"
            ),
        ),
        (ROLES, "RegistrarService", "IsDirector IsPoolEnabledForSAOnEdge"),
        (ROLES, "CentralMgmtService", "IsActive"),
        (ROLES, "FileStoreService", "ShareName"),
        (ROLES, "WacService", "DiscoveryUrl IsExternal"),
        (ROLES, "ApplicationServerService", ""),
        (ROLES, "PstnGatewayService", "AlternativeBypassId MediationServerPort Default"),
        (ROLES, "WebService", ""),
        (ROLES, "ExternalSettings", "Host"),
        (ROLES, "OverrideUrls", ""),
        (WEB, "WebComponents", ""),
        (WEB, "Component", "ComponentName"),
        (BASE, "UpaSeparator", ""),
        (ROLES, "ConfService", ""),
        (ROLES, "MCUs", ""),
        (ROLES, "MCU", "ComponentName Vendor MinSupportedMode"),
    )
}
_OPAQUE: Final = frozenset({"OverrideUrls", "WebComponents", "UpaSeparator", "Location"})


def note_unknown(root: Element, account: Account) -> None:
    """Note each element and attribute that no document had before, once; values are not repeated."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        known = KNOWN.get((element.namespace, element.name))
        # A site's element may have any name: the name is the kind, and is reported as one.
        if known is None and not element.get("SiteId"):
            account.note(
                f"the element {element.name[:60]!r} is not known and was left aside",
                line=element.line,
                key=("element", element.namespace, element.name),
            )
            continue
        for attribute in element.attributes:
            if known is not None and attribute not in known:
                account.note(
                    f"the attribute {attribute[:60]!r} of {element.name!r} is not known and was left aside",
                    line=element.line,
                    key=("attribute", element.namespace, element.name, attribute),
                )
        if element.name not in _OPAQUE:
            waiting.extend(reversed(element.children))
