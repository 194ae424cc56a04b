"""One deployment out of what the files told.

Law of this room: what no file told stays unknown.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coexistence.deployment import Deployment, Replica, ServiceReading
from coexistence.exports.accounts import REPLICATION, USERS
from coexistence.exports.kinds import narrowed
from coexistence.exports.replication import newest
from coexistence.vocabulary import ServerId, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coexistence.exports.topology import Topology
    from coexistence.population import Population

__all__ = ["assembled"]


def assembled(
    topology: Topology,
    *,
    builds: Mapping[ServerId, str],
    services: Mapping[ServerId, tuple[ServiceReading, ...]],
    replicas: tuple[Replica, ...] | None,
    population: Population | None,
) -> Deployment:
    """Put the parts together; None for a part that no file told."""
    return Deployment(
        name=topology.name,
        sip_domains=topology.sip_domains,
        sites=topology.sites,
        pools=tuple(
            replace(
                pool,
                versions=narrowed(
                    pool.versions, (builds[server] for server in pool.servers if server in builds)
                ),
            )
            for pool in topology.pools
        ),
        servers=tuple(
            replace(
                server,
                build=builds.get(server.id, server.build),
                services=services.get(server.id, server.services),
            )
            for server in topology.servers
        ),
        cms=topology.cms,
        replicas=Unknown(REPLICATION) if replicas is None else replicas,
        population=Unknown(USERS) if population is None else population,
        gateways=topology.gateways,
        simple_urls=topology.simple_urls,
        as_of=None if replicas is None else newest(replicas),
    )
