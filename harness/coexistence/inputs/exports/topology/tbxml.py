"""Format B: the file that Topology Builder saves (``.tbxml``).

Law of this room: it knows where things stand in this format, where references are GUIDs and clusters
live inside their sites. The ``FileName`` attribute is a path on somebody's machine: it is never read.
Source: topology format, section 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coexistence.errors import InputError
from coexistence.inputs.exports.topology.document import (
    BUILDER,
    DEPLOY,
    URLS,
    WRITABLE,
    BoundTo,
    Cluster,
    Document,
    Machine,
    Service,
    SitePlace,
    Url,
    flag,
    is_true,
    name_of,
    note_unknown,
    ports,
    role_facts,
    sip_domains,
)
from coexistence.inputs.exports.topology.published_xml import published_topologies, read_published

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coexistence.inputs.exports.account.file_accounts import Account
    from coexistence.inputs.exports.formats.xml import Element

__all__ = ["builder_file", "read_draft"]


def builder_file(root: Element) -> Element | None:
    """Return the ``TopologyBuilder`` element of a document, at whatever depth; None without one."""
    return next((each for each in root.walk() if each.is_a(BUILDER, "TopologyBuilder")), None)


def read_draft(builder: Element, account: Account) -> Document:
    """Return the topology in a file of Topology Builder.

    With both a current and a new one the current one is taken: that is what is deployed.

    Raises InputError for a file that holds neither.
    """
    current = builder.first(BUILDER, "CurrentTopology")
    new = builder.first(BUILDER, "NewTopology")
    if current is not None:
        deployed = _content(current, account)
        if deployed is not None:
            if new is not None:
                account.note(
                    "CurrentTopology was read, as deployed; NewTopology, the edited one, was not",
                    line=current.line,
                )
            return deployed
        account.note("CurrentTopology holds no topology; NewTopology was read", line=current.line)
    planned = None if new is None else _content(new, account)
    if planned is None:
        raise InputError(
            "there is neither a CurrentTopology nor a NewTopology with content in this file. "
            "Open the topology in Topology Builder and save a copy.",
            file=account.file,
            line=builder.line,
        )
    account.note("NewTopology was read: a draft, not necessarily what is deployed", line=planned.line)
    return planned


def _content(holder: Element, account: Account) -> Document | None:
    for element in holder.children:
        if element.is_a(WRITABLE, "PartialTopology"):
            return _partial(element, account)
    # No file with CurrentTopology has been seen: it may well hold the published form.
    published = next(published_topologies(holder), None)
    return None if published is None else read_published(published, account)


def _partial(topology: Element, account: Account) -> Document:
    note_unknown(topology, account)
    default, domains = sip_domains(topology, account.file)
    sites: list[SitePlace] = []
    clusters: list[Cluster] = []
    instances: dict[str, tuple[str, str]] = {}
    for element, parent in _site_elements(topology):
        title = element.first(DEPLOY, "Name")
        site = SitePlace(
            id=name_of(element.get("SiteId"), element, account.file),
            name="" if title is None else name_of(title.text, title, account.file),
            kind=element.name,
            parent=element.get("ParentSiteId") or parent,
            line=element.line,
        )
        sites.append(site)
        holder = element.first(WRITABLE, "Clusters")
        for child in () if holder is None else holder.all(WRITABLE, "Cluster"):
            cluster = _cluster(child, site.id, account.file)
            clusters.append(cluster)
            databases = child.first(WRITABLE, "SqlInstances")
            for database in () if databases is None else databases.all(WRITABLE, "SqlInstance"):
                name = name_of(database.get("Name"), database, account.file)
                instances[_guid(database, "UniqueId")] = (cluster.key, name)
    return Document(
        published=is_true(topology.get("IsPublished")),
        default_domain=default,
        domains=domains,
        sites=tuple(sites),
        clusters=tuple(clusters),
        services=tuple(_services(topology, instances)),
        urls=_urls(topology, account.file),
        line=topology.line,
    )


def _site_elements(topology: Element) -> Iterator[tuple[Element, str | None]]:
    """Yield each site's element with the id of the site that it stands in."""
    holder = topology.first(WRITABLE, "CentralSites")
    for element in () if holder is None else holder.children:
        if "SiteId" not in element.attributes:
            continue
        yield element, None
        # Empty in the one real file: how a branch site looks in there is our guess.
        remote = element.first(WRITABLE, "RemoteSites")
        for child in () if remote is None else remote.children:
            if "SiteId" in child.attributes:
                yield child, element.get("SiteId")


def _guid(element: Element, attribute: str) -> str:
    return element.get(attribute).lower()


def _cluster(element: Element, site: str, file: str) -> Cluster:
    fqdn = name_of(element.get("Fqdn"), element, file)
    holder = element.first(WRITABLE, "Machines")
    return Cluster(
        key=_guid(element, "UniqueId"),
        site=site,
        number="",
        fqdn=fqdn,
        replicated=flag(element.get("RequiresReplication")),
        # The one machine of a single-machine cluster has no name of its own.
        machines=tuple(
            Machine(fqdn=name_of(machine.get("Fqdn"), machine, file) or fqdn, line=machine.line)
            for machine in (() if holder is None else holder.all(WRITABLE, "Machine"))
        ),
        line=element.line,
    )


def _services(topology: Element, instances: dict[str, tuple[str, str]]) -> Iterator[Service]:
    holder = topology.first(WRITABLE, "Services")
    for element in () if holder is None else holder.all(WRITABLE, "Service"):
        place = _guid(element, "InstalledOn")
        cluster, instance = instances.get(place, (place, None))
        needs = element.first(WRITABLE, "DependsOn")
        facts: dict[str, Any] = role_facts(element)
        yield Service(
            key=_guid(element, "UniqueId"),
            role=element.get("RoleName"),
            version=element.get("ServiceVersion"),
            cluster=cluster or None,
            instance=instance,
            needs=tuple(
                BoundTo(service=_guid(each, "ServiceUniqueId"), usage=each.get("Usage") or "Default")
                for each in (() if needs is None else needs.all(WRITABLE, "Dependency"))
            ),
            ports=ports(element),
            line=element.line,
            **facts,
        )


def _urls(topology: Element, file: str) -> tuple[Url, ...] | None:
    holder = topology.first(URLS, "SimpleUrlConfiguration")
    if holder is None:
        return None
    found = []
    for element in holder.all(URLS, "SimpleUrl"):
        entry = element.first(URLS, "SimpleUrlEntry")
        found.append(
            Url(
                component=element.get("Component"),
                domain=name_of(element.get("Domain"), element, file),
                url=element.get("ActiveUrl") or ("" if entry is None else entry.get("Url")),
                line=element.line,
            )
        )
    return tuple(found)
