"""What runs on the servers, and the configuration that they hold a copy of.

Law of this room: everything runs that the catalogue of services expects, and every copy is up to date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from coexistence.inputs.family.builder.layout import Layout
from coexistence.model.deployment import Replica
from coexistence.model.vocabulary import PoolId, PoolRole
from coexistence.model.windows_services import running_services

__all__ = ["choose_cms", "replicas", "start_services"]


def choose_cms(layout: Layout) -> PoolId:
    """Put the Central Management store on the first Front End pool."""
    pool = layout.pools_of(PoolRole.FRONT_END)[0]
    layout.change(pool.id, roles=pool.roles | {"CentralMgmt"})
    return pool.id


def start_services(layout: Layout, cms: PoolId) -> None:
    """Start what every server should run."""
    readings = {
        # A trusted application's machines run the application, not services of the product.
        pool.id: ()
        if pool.role is PoolRole.TRUSTED_APPLICATION
        else running_services(pool, layout.version, is_cms=pool.id == cms, origin=pool.origin)
        for pool in layout.pools
    }
    layout.servers = [replace(server, services=readings[server.pool]) for server in layout.servers]


def replicas(layout: Layout, as_of: dt.date) -> Iterator[Replica]:
    """Return a replica for each server but a trusted application's, which needs no configuration."""
    without = {pool.id for pool in layout.pools_of(PoolRole.TRUSTED_APPLICATION)}
    reported = dt.datetime.combine(as_of, dt.time(8))
    for server in layout.servers:
        if server.pool not in without:
            yield Replica(
                server=server.id,
                up_to_date=True,
                product_version=f"{layout.version.build}.0",
                last_status_report=reported,
                last_update_creation=reported,
                origin=server.origin,
            )
