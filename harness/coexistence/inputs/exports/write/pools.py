"""What there is, as rows: builds, services, replicas, pools, sites.

Law of this room: the mirror of the readers of these tables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.write.rows import Listed, Row, cell
from coexistence.inputs.exports.write.services import outline
from coexistence.inputs.exports.write.topology_document import clean
from coexistence.model.vocabulary import PoolId, PoolRole, SiteKind, Unknown

if TYPE_CHECKING:
    from coexistence.model.deployment import Deployment

__all__ = ["inventory"]


def inventory(deployment: Deployment) -> Iterator[Listed]:
    """Yield the tables about servers, pools and sites."""
    patches = list(_patch_rows(deployment))
    if patches:
        yield Listed("patchversion.csv", kinds.PATCHES, ("ComponentName", "Version", "ComputerName"), patches)
    readings = list(_service_rows(deployment))
    if readings:
        header = ("ComputerName", "Name", "DisplayName", "Status", "RoleName")
        yield Listed("windowsservices.csv", kinds.SERVICES, header, readings)
    if not isinstance(deployment.replicas, Unknown):
        yield Listed(
            "replication.csv",
            kinds.REPLICATION,
            ("ReplicaFqdn", "UpToDate", "ProductVersion", "LastStatusReport", "LastUpdateCreation"),
            _replication_rows(deployment),
        )
    yield from outline(deployment)
    scp = deployment.cms.scp
    if not isinstance(scp, Unknown):
        pool = None if scp is None else deployment.pool_by_id.get(scp)
        server, _, instance = (clean(pool.back_end or pool.fqdn) if pool else "").partition("\\")
        yield Listed(
            "cmsconnection.csv",
            kinds.CONNECTION,
            ("StoreProvider", "ReadOnly", "SqlServer", "SqlInstance"),
            [("Sql", "False", server, instance)],
        )
    routes = [site for site in deployment.sites if not isinstance(site.federation_route, Unknown)]
    if routes:
        yield Listed(
            "sites.csv",
            kinds.SITES,
            ("Identity", "SiteId", "DisplayName", "SiteType", "FederationRoute"),
            (
                (
                    cell(f"Site:{site.name}"),
                    cell(site.id),
                    cell(site.name),
                    "CentralSite" if site.kind is SiteKind.CENTRAL else "BranchSite",
                    _route(deployment, site.federation_route),
                )
                for site in routes
            ),
        )
    yield Listed(
        "sipdomains.csv",
        kinds.SIP_DOMAINS,
        ("Identity", "Name", "IsDefault"),
        [
            (cell(domain), cell(domain), str(not number))
            for number, domain in enumerate(deployment.sip_domains)
            if clean(domain)
        ],
    )


def _patch_rows(deployment: Deployment) -> Iterator[Row]:
    """Yield the builds of servers that are known, as ``Get-CsServerPatchVersion`` lists them."""
    pools = deployment.pool_by_id
    for server in deployment.servers:
        if not isinstance(server.build, Unknown):
            pool = pools.get(server.pool)
            version = None if pool is None else pool.version
            product = "Skype for Business Server" if version is None else version.product
            yield f"{product}, Core Components", cell(server.build), cell(server.fqdn)


def _service_rows(deployment: Deployment) -> Iterator[Row]:
    """Yield the services of all servers; nothing when no server's services are known.

    A server without readings gets the row that the documented export line writes for one that it could
    not ask.
    """
    if all(isinstance(server.services, Unknown) for server in deployment.servers):
        return
    for server in deployment.servers:
        name = cell(server.fqdn)
        if isinstance(server.services, Unknown) or not server.services:
            yield name, "", "", "NotCollected", ""
            continue
        for reading in server.services:
            status = "" if isinstance(reading.state, Unknown) else reading.state.label
            yield name, cell(reading.name), cell(reading.display_name), status, ""


def _replication_rows(deployment: Deployment) -> list[Row]:
    if isinstance(deployment.replicas, Unknown):
        return []
    return [
        (
            cell(replica.server),
            "" if isinstance(replica.up_to_date, Unknown) else str(replica.up_to_date),
            cell(replica.product_version),
            _moment(replica.last_status_report),
            _moment(replica.last_update_creation),
        )
        for replica in deployment.replicas
    ]


def _moment(moment: dt.datetime | None) -> str:
    """Return a date as the documented export line writes it."""
    return "" if moment is None else moment.replace(tzinfo=None).isoformat(timespec="seconds")


def _route(deployment: Deployment, route: object) -> str:
    if not isinstance(route, str):
        return ""
    pool = deployment.pool_by_id.get(PoolId(route))
    role = "Director" if pool is not None and pool.role is PoolRole.DIRECTOR else "EdgeServer"
    return f"{role}:{clean(route)}"
