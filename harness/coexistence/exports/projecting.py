"""What remains of a deployment that goes through exported files.

Law of this room: the way through the files without the files. The same words are composed and the same
conclusions drawn, so it says what the formats can hold; that bytes are written and read faithfully is
for the round trip to prove.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from coexistence.exports import patches, replication, services, users, writing
from coexistence.exports.accounts import PATCHES, PUBLISHED, REPLICATION, SERVICES, Account
from coexistence.exports.assembling import assembled
from coexistence.exports.servers import Directory
from coexistence.exports.tables import Record, tidy
from coexistence.exports.topology import Topology, topology_of
from coexistence.population import NOWHERE, Population
from coexistence.vocabulary import PoolId, Unknown, UserKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from coexistence.deployment import Deployment

__all__ = ["projection"]

_NOWHERE_YET: Final = "deployment"


def projection(deployment: Deployment, *, tbxml: bool = False) -> Deployment:
    """Return the deployment as far as the files of :func:`~coexistence.exports.write_exports` hold it.

    Kept: domains, sites, pools, servers, Central Management, trunks, replicas to the second, services,
    builds, and of users their address, home, kind and voice. Simple URLs with ``tbxml`` only. Everything
    else becomes unknown. A pool that cannot tell S19 from SE by its builds may be either.

    Raises InputError for a deployment without pools, which no topology can describe.
    """
    account = Account(_NOWHERE_YET, PUBLISHED)
    topology = topology_of(writing.document_of(deployment, tbxml=tbxml), account)
    servers = Directory((server.id for server in topology.servers), topology.domains)
    replicated = writing.replication_rows(deployment)
    population = deployment.population
    return assembled(
        topology,
        builds=patches.builds_of(
            _asked(PATCHES, writing.PATCH_HEADER, patches.COLUMNS, writing.patch_rows(deployment)), servers
        ),
        services=services.services_of(
            _asked(SERVICES, writing.SERVICE_HEADER, services.COLUMNS, writing.service_rows(deployment)),
            servers,
        ),
        replicas=None
        if replicated is None
        else replication.replicas_of(
            (
                (each, record)
                for each, _, record in _asked(
                    REPLICATION, writing.REPLICATION_HEADER, replication.COLUMNS, replicated
                )
            ),
            servers,
        ),
        population=None if isinstance(population, Unknown) else _population(population, topology),
    )


def _asked(
    kind: str, header: tuple[str, ...], columns: dict[str, tuple[str, ...]], rows: Iterable[tuple[str, ...]]
) -> Iterator[tuple[Account, bool, Record]]:
    """Yield rows as a reader gets them from a file with this header."""
    account = Account(_NOWHERE_YET, kind)
    names = {alias: name for name, aliases in columns.items() for alias in aliases}
    for row in rows:
        cells = {names.get(title.lower(), title): tidy(cell) for title, cell in zip(header, row, strict=True)}
        yield account, True, Record(0, cells)


def _population(population: Population, topology: Topology) -> Population:
    kind = population.kind.copy()
    kind[kind == UserKind.RESOURCE] = UserKind.PERSON
    home = population.home.astype(np.int64)
    # One place behind the pools stands for no home.
    homes: list[PoolId | None] = [*population.pools, None]
    home[(home == NOWHERE) | (kind == UserKind.CLOUD)] = len(population.pools)
    addresses = population.addresses
    places: dict[str, int] = {}
    domain = [
        places.setdefault(addresses[row].rpartition("@")[2].lower(), len(places))
        for row in range(len(addresses))
    ]
    return users.population_of(
        topology.pools,
        homes,
        home,
        kind=kind,
        voice=population.voice,
        domain=np.array(domain, np.int64),
        domains=list(places),
        known_domains=topology.sip_domains,
        addresses=population.addresses,
    )
