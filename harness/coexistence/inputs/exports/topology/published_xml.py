"""Format A: the published topology, as ``Get-CsTopology -AsXml`` gives it.

Law of this room: it knows where things stand in this format, and what its keys look like. Element names
are matched with their namespace, never with a prefix; order and missing parts are no errors.
Source: topology format, sections 2 and 5.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from coexistence.inputs.exports.formats.xml import Element, parsed
from coexistence.inputs.exports.topology.document import (
    DEPLOY,
    BoundTo,
    Cluster,
    Document,
    Machine,
    Service,
    SitePlace,
    flag,
    name_of,
    note_unknown,
    ports,
    role_facts,
    sip_domains,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coexistence.inputs.exports.account.file_accounts import Account

__all__ = ["escaped_documents", "published_topologies", "read_published"]

_CLIXML: Final = "http://schemas.microsoft.com/powershell/2004/04"
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BEGINS: Final = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?<(?:\w{1,40}:)?Topology(?:Builder)?[\s>]")


def published_topologies(root: Element) -> Iterator[Element]:
    """Yield every published topology in a document: the root itself, or inside a wrapper.

    Wrappers are items of the configuration store (``AnchoredXml``) and whatever else holds it as elements.
    """
    return (element for element in root.walk() if element.is_a(DEPLOY, "Topology"))


def escaped_documents(root: Element, file: str) -> Iterator[Element]:
    """Yield the documents that stand in another one as a text, as ``Export-Clixml`` writes them.

    Raises InputError for such a text that is not well-formed.
    """
    for element in root.walk():
        if element.text and not element.children:
            text = element.text
            if element.namespace == _CLIXML:
                text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
            text = text.lstrip("\ufeff")
            if _BEGINS.match(text):
                yield parsed([text], file, line=element.line)


def read_published(topology: Element, account: Account) -> Document:
    """Return what a ``Topology`` element says; what nobody has described is noted.

    Raises InputError for names that hold PowerShell variables.
    """
    note_unknown(topology, account)
    default, domains = sip_domains(topology, account.file)
    return Document(
        published=True,
        default_domain=default,
        domains=domains,
        sites=tuple(_sites(topology, account)),
        clusters=tuple(_clusters(topology, account)),
        services=tuple(_services(topology, account)),
        line=topology.line,
    )


def _sites(topology: Element, account: Account) -> Iterator[SitePlace]:
    holder = topology.first(DEPLOY, "Sites")
    for element in () if holder is None else holder.children:
        if "SiteId" not in element.attributes:
            continue
        title = element.first(DEPLOY, "Name")
        yield SitePlace(
            id=name_of(element.get("SiteId"), element, account.file),
            name="" if title is None else name_of(title.text, title, account.file),
            kind=element.name,
            # A form of our own: no real document with a branch site has been seen.
            parent=element.get("ParentSiteId") or None,
            line=element.line,
        )


def _cluster_key(element: Element | None, file: str) -> tuple[str, str] | None:
    """Return the site and the number of the ``ClusterId`` among an element's children."""
    found = None if element is None else element.first(DEPLOY, "ClusterId")
    return None if found is None else (name_of(found.get("SiteId"), found, file), found.get("Number"))


def _clusters(topology: Element, account: Account) -> Iterator[Cluster]:
    holder = topology.first(DEPLOY, "Clusters")
    for element in () if holder is None else holder.all(DEPLOY, "Cluster"):
        key = _cluster_key(element, account.file)
        if key is None:
            account.note("a cluster without ClusterId was left aside", line=element.line, key="no ClusterId")
            continue
        yield Cluster(
            key=":".join(key),
            site=key[0],
            number=key[1],
            fqdn=name_of(element.get("Fqdn"), element, account.file),
            replicated=flag(element.get("RequiresReplication")),
            machines=tuple(
                Machine(fqdn=name_of(machine.get("Fqdn"), machine, account.file), line=machine.line)
                for machine in element.all(DEPLOY, "Machine")
            ),
            line=element.line,
        )


def _service_key(element: Element) -> str:
    return "-".join((element.get("SiteId"), element.get("RoleName"), element.get("Instance")))


def _services(topology: Element, account: Account) -> Iterator[Service]:
    holder = topology.first(DEPLOY, "Services")
    for element in () if holder is None else holder.all(DEPLOY, "Service"):
        own = element.first(DEPLOY, "ServiceId")
        if own is None:
            account.note("a service without ServiceId was left aside", line=element.line, key="no ServiceId")
            continue
        place = element.first(DEPLOY, "InstalledOn")
        database = element.first(DEPLOY, "InstalledOn", "SqlInstanceId")
        cluster = _cluster_key(place if database is None else database, account.file)
        facts: dict[str, Any] = role_facts(element)
        yield Service(
            key=_service_key(own),
            role=own.get("RoleName"),
            version=element.get("ServiceVersion"),
            cluster=None if cluster is None else ":".join(cluster),
            instance=None if database is None else name_of(database.get("Name"), database, account.file),
            needs=tuple(_needs(element)),
            ports=ports(element),
            line=element.line,
            **facts,
        )


def _needs(service: Element) -> Iterator[BoundTo]:
    holder = service.first(DEPLOY, "DependsOn")
    for element in () if holder is None else holder.all(DEPLOY, "Dependency"):
        other = element.first(DEPLOY, "ServiceId")
        if other is not None:
            yield BoundTo(service=_service_key(other), usage=element.get("Usage") or "Default")
