"""Pools and services as ``Get-CsPool`` and ``Get-CsService`` list them: what a topology says, as rows.

Law of this room: the mirror of :mod:`~coexistence.inputs.exports.topology.from_lists`. Everything that is
listed stands in the composed document too, so the lists and the topology of one deployment never contradict
each other.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.topology.roles_and_versions import CMDLET_ROLES
from coexistence.inputs.exports.topology.service_columns import APPLICATION_PORTS
from coexistence.inputs.exports.write.rows import Listed, Row, cell
from coexistence.inputs.exports.write.topology_document import composed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coexistence.inputs.exports.topology.document import Cluster, Document, Service
    from coexistence.model.deployment import Deployment

__all__ = ["outline"]

_COLUMNS: Final = (
    "Identity",
    "Role",
    "Version",
    "PoolFqdn",
    "SiteId",
    "ServiceId",
    "DependentServiceList",
    "Active",
    "Registrar",
    "BackupRegistrar",
    "EdgeServer",
    "MediationServer",
    "UserDatabase",
    "ArchivingDatabase",
    "MonitoringDatabase",
    "SqlInstanceName",
    "ShareName",
    "ExternalFqdn",
    "AccessEdgeExternalFqdn",
    "DataEdgeExternalFqdn",
    "AVEdgeExternalFqdn",
    "AccessEdgeExternalSipPort",
    "XmppListeningPort",
    *APPLICATION_PORTS,
)
#: Which properties name what a role depends on (cmdlet exports, section 3.4).
_NAMED: Final[dict[str, tuple[str, ...]]] = {
    "Registrar": ("BackupRegistrar", "EdgeServer", "ArchivingDatabase", "MonitoringDatabase"),
    "UserServices": ("UserDatabase",),
    "MediationServer": ("Registrar", "EdgeServer"),
    "EdgeServer": ("Registrar",),
    "ExternalServer": ("Registrar",),
    "PstnGateway": ("MediationServer",),
}


def outline(deployment: Deployment) -> Iterator[Listed]:
    """Yield the lists of pools and of services."""
    document = composed(deployment)
    listing = _Listing(document)
    yield Listed(
        "pools.csv",
        kinds.POOLS,
        ("Identity", "Fqdn", "Site", "Computers", "Services"),
        [listing.pool(cluster) for cluster in document.clusters],
    )
    yield Listed(
        "services.csv",
        kinds.POOL_SERVICES,
        _COLUMNS,
        [listing.service(service) for service in document.services if service.cluster in listing.clusters],
    )


class _Listing:
    def __init__(self, document: Document) -> None:
        self.clusters: dict[str | None, Cluster] = {each.key: each for each in document.clusters}
        self._services = {service.key: service for service in document.services}
        self._on: dict[str | None, list[Service]] = {}
        self._dependents: dict[str, list[Service]] = {}
        for service in document.services:
            self._on.setdefault(service.cluster, []).append(service)
            for need in service.needs:
                self._dependents.setdefault(need.service, []).append(service)
        names = Counter(site.name for site in document.sites)
        self._sites = {
            site.id: site.name if site.name and names[site.name] == 1 else site.id for site in document.sites
        }

    def pool(self, cluster: Cluster) -> Row:
        services = self._on.get(cluster.key, ())
        return (
            cell(cluster.fqdn),
            cell(cluster.fqdn),
            self._site(cluster),
            ";".join(machine.fqdn for machine in cluster.machines),
            ";".join(dict.fromkeys(map(self._identity, services))),
        )

    def service(self, service: Service) -> Row:
        cluster = self.clusters[service.cluster]
        cells = {
            "Identity": self._identity(service),
            "Role": _word(service),
            "Version": service.version,
            "PoolFqdn": cluster.fqdn,
            "SiteId": self._site(cluster),
            "ServiceId": service.key,
            "DependentServiceList": ";".join(
                dict.fromkeys(map(self._identity, self._dependents.get(service.key, ())))
            ),
            "Active": "" if service.is_active is None else str(service.is_active),
            "SqlInstanceName": service.instance or "",
            "ShareName": service.share,
            "ExternalFqdn": service.web_host,
        }
        cells |= self._named(service)
        cells |= _particulars(service)
        return tuple(cell(cells.get(name, "")) for name in _COLUMNS)

    def _named(self, service: Service) -> dict[str, str]:
        found: dict[str, str] = {}
        for column in _NAMED.get(service.role, ()):
            usage = "Backup" if column == "BackupRegistrar" else "Default"
            word = "Registrar" if column == "BackupRegistrar" else column
            for need in service.needs:
                other = self._services.get(need.service)
                if other is not None and need.usage == usage and _word(other) == word:
                    found.setdefault(column, self._identity(other))
        return found

    def _site(self, cluster: Cluster) -> str:
        return cell(f"Site:{self._sites.get(cluster.site, cluster.site)}")

    def _identity(self, service: Service) -> str:
        cluster = self.clusters.get(service.cluster)
        return f"{_word(service)}:{'' if cluster is None else cluster.fqdn}"


def _word(service: Service) -> str:
    return CMDLET_ROLES.get(service.role, service.role)


def _particulars(service: Service) -> dict[str, str]:
    """Return what the ports of a service tell, under the names that the cmdlet gives it."""
    enabled = {port.owner.removeprefix("urn:application:"): port.port for port in service.ports}
    if service.role == "ApplicationServer":
        return {column: enabled.get(name, "") for column, name in APPLICATION_PORTS.items()}
    if service.role != "EdgeServer":
        return {}
    names = {port.owner.removeprefix("urn:component:"): port.name for port in service.ports if port.name}
    ports = {(port.owner, port.usage, port.side): port.port for port in service.ports}
    return {
        "AccessEdgeExternalFqdn": names.get("AccessEdge", ""),
        "DataEdgeExternalFqdn": names.get("DataEdge", ""),
        "AVEdgeExternalFqdn": names.get("MediaRelayEdge", ""),
        "AccessEdgeExternalSipPort": ports.get(("urn:component:AccessEdge", "SipServer", "External"), ""),
        "XmppListeningPort": ports.get(("urn:component:XmppFederationProxy", "XmppServer", "External"), ""),
    }
