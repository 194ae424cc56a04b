"""A topology out of lists: ``Get-CsPool`` and ``Get-CsService`` where no topology was exported.

Law of this room: the lists are put into the words of a topology document, and the same conclusions are
drawn from them. What no column told is named in :attr:`~coexistence.model.deployment.Pool.untold`, so that
nobody takes it for told to be nothing; and lists that leave out what a pool is do not stand in at all.
Source: cmdlet exports, sections 3.3, 3.4 and 3.9; topology format, sections 2.4 and 7.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from coexistence.errors import InputError
from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.account.file_accounts import Account
from coexistence.inputs.exports.formats.booleans import truth_of
from coexistence.inputs.exports.topology.document import Cluster, Document, Machine
from coexistence.inputs.exports.topology.from_lists_pools import placed, sited
from coexistence.inputs.exports.topology.from_lists_services import (
    COMPONENTS,
    SOMEWHERE,
    Telling,
    listed_services,
    rows_of,
)
from coexistence.inputs.exports.topology.roles_and_versions import STORES
from coexistence.inputs.exports.topology.service_columns import APPLICATION_PORTS
from coexistence.inputs.exports.topology.topology import topology_of
from coexistence.model.deployment import key_of
from coexistence.model.vocabulary import Origin, PoolRole, SiteKind
from coexistence.model.windows_services import CATALOGUE, Presence, PresenceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from coexistence.inputs.exports.read.found_tables import Tables
    from coexistence.inputs.exports.topology.document import Service
    from coexistence.inputs.exports.topology.from_lists_pools import Place
    from coexistence.inputs.exports.topology.from_lists_services import Row
    from coexistence.inputs.exports.topology.topology import Topology
    from coexistence.model.deployment import Pool, Server, Site

__all__ = ["outlined", "stands_in"]


def _services_behind(kind: PresenceKind, names: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the Windows services, by name in lower case, that a pool has for the sake of each of these."""
    return {
        name: frozenset(
            each.name.lower() for each in CATALOGUE if each.name and each.presence == Presence(kind, name)
        )
        for name in names
    }


_APPLICATIONS: Final = _services_behind(PresenceKind.APPLICATION, APPLICATION_PORTS.values())
_MCUS: Final = _services_behind(PresenceKind.MCU, COMPONENTS)
_WAY_OUT: Final = "Export it as documented, or add (Get-CsTopology -AsXml).Save('topology.xml')."


def stands_in(tables: Tables) -> bool:
    """Whether the lists are there that a topology can be outlined from."""
    return tables.told(kinds.POOLS) and tables.told(kinds.POOL_SERVICES)


def outlined(tables: Tables) -> tuple[Account, Topology]:
    """Return the topology that the lists of pools and services outline, with the account of the pools.

    Raises InputError for lists that leave out which roles, servers or backup registrars pools have, and for
    lists without a pool of the product.
    """
    account = tables.found[kinds.POOLS][0][0]
    listed = Origin(tables.found[kinds.POOL_SERVICES][0][0].file)
    places = placed(tables)
    _refuse_gaps(places, account)
    rows = rows_of(tables, places)
    for row in rows:
        if row.role not in places[row.pool].roles:
            places[row.pool].roles.append(row.role)
    sites, site_of = sited(tables, places)
    services = listed_services(rows, places)
    _refuse_loose_ends(services, listed)
    drawn = Account(account.file, account.kind)
    topology = topology_of(
        Document(
            # Where no list names the role nobody told who the master is.
            published=any(service.role == "CentralMgmt" for service in services),
            default_domain="",
            domains=tuple(_domains(tables)),
            sites=sites,
            clusters=tuple(_clusters(places, services, site_of, account)),
            services=services,
        ),
        drawn,
    )
    account.note(
        f"there is no topology: pools, servers, services and versions are those of this list and of "
        f"{listed.source}; what lists cannot hold stays unknown until Get-CsTopology -AsXml is there too"
    )
    for note in drawn.finished().notes:
        account.note(note)
    completed = _completed(topology, places, rows, tables, listed)
    if completed.sites != topology.sites:
        account.note(
            "which central site a branch site belongs to stands in no list: that of its appliances' "
            "registrar was taken"
        )
    return account, completed


def _refuse_gaps(places: Mapping[str, Place], account: Account) -> None:
    for column, is_told in (
        ("Services", any(place.roles for place in places.values())),
        ("Computers", any(place.machines for place in places.values())),
    ):
        if not is_told:
            raise InputError(
                f"there is no topology, and this list cannot stand in for it: its column {column} holds "
                f"nothing that can be read. {_WAY_OUT}",
                file=account.file,
            )
        # Half a pool's roles would make another pool of it.
        half = next((place for place in places.values() if column.lower() in place.cut), None)
        if half is not None:
            raise InputError(
                "there is no topology, and this list cannot stand in for it: its column "
                f"{column} is cut short. {_WAY_OUT}",
                file=half.origin.source,
                line=half.origin.line,
            )


def _refuse_loose_ends(services: tuple[Service, ...], listed: Origin) -> None:
    by_key = {service.key: service for service in services}
    loose = [
        service
        for service in services
        if service.role == "PstnGateway"
        and not any(by_key[need.service].role == "MediationServer" for need in service.needs)
    ]
    missing = ""
    if not any(service.version for service in services):
        missing = "it tells no versions, in its column Version"
    elif loose:
        missing = (
            "it does not tell which Mediation pool a trunk is for, in neither of the columns MediationServer "
            "and DependentServiceList"
        )
    if missing:
        raise InputError(
            f"there is no topology, and this list cannot stand in for it: {missing}. {_WAY_OUT}",
            file=listed.source,
        )


def _domains(tables: Tables) -> list[str]:
    """Return the listed SIP domains, the default one first."""
    listed = [record for _, _, record in tables.records(kinds.SIP_DOMAINS, again=True)]
    listed.sort(key=lambda record: truth_of(record["isdefault"]) is not True)
    return [name for record in listed if (name := record["name"] or record["identity"])]


def _clusters(
    places: Mapping[str, Place], services: tuple[Service, ...], site_of: Mapping[str, str], account: Account
) -> Iterator[Cluster]:
    on: dict[str | None, set[str]] = {}
    for service in services:
        on.setdefault(service.cluster, set()).add(service.role)
    for key, place in places.items():
        roles = on.get(key, set())
        if not roles:
            account.note(
                "nothing says which services are on it, so nobody knows whether it is a pool of the product",
                line=place.origin.line,
                key="no services",
            )
        yield Cluster(
            key=key,
            site=site_of[key],
            number="",
            fqdn=place.fqdn,
            # Databases, file servers, gateways and Office servers are listed as pools too.
            replicated=bool(roles - STORES - {"ExternalServer"}),
            machines=tuple(Machine(fqdn=name, line=place.origin.line) for name in place.machines),
            line=place.origin.line,
        )
    yield Cluster(key=SOMEWHERE, site="", number="", fqdn="", replicated=False, machines=())


# -------------------------------------------------------------------- what conclusions cannot know


def _completed(
    topology: Topology, places: Mapping[str, Place], rows: list[Row], tables: Tables, listed: Origin
) -> Topology:
    """Say of each thing where it was read, and of each pool what nobody told of it."""
    services: dict[str, set[str]] = {}
    for _, _, record in tables.records(kinds.SERVICES, again=True):
        services.setdefault(key_of(record["computer"]), set()).add(record["name"].lower())
    telling = Telling(rows, places)
    pools = tuple(_known_for_what_it_is(pool, places, telling, services, listed) for pool in topology.pools)
    return replace(
        topology,
        pools=pools,
        servers=tuple(_placed_server(server, places) for server in topology.servers),
        sites=tuple(_with_parent(site, pools) for site in topology.sites),
        cms=replace(topology.cms, origin=listed),
        gateways=tuple(replace(gateway, origin=listed) for gateway in topology.gateways),
    )


def _known_for_what_it_is(
    pool: Pool,
    places: Mapping[str, Place],
    telling: Telling,
    services: Mapping[str, set[str]],
    listed: Origin,
) -> Pool:
    missing = telling.untold(pool)
    there = {name for each in places[pool.id].machines for name in services.get(key_of(each), ()) if name}
    if pool.mcus and not there:
        missing |= {"mcus"}
    # An appliance without its registrar would host meetings itself: a belief, and a wrong one.
    if "backup" in missing and pool.homes_users:
        raise InputError(
            "there is no topology, and this list cannot stand in for it: it tells no backup registrars, in "
            f"neither of the columns BackupRegistrar and DependentServiceList. {_WAY_OUT}",
            file=listed.source,
        )
    return replace(
        pool,
        origin=places[pool.id].origin,
        back_end=None if "back_end" in missing else pool.back_end or None,
        applications=_enabled(there) if "applications" in missing else pool.applications,
        mcus=_behind(_MCUS, there) if there else pool.mcus,
        untold=missing - {"backup"},
    )


def _behind(parts: Mapping[str, frozenset[str]], there: set[str]) -> frozenset[str]:
    """Return the parts of which a Windows service was listed on the servers of a pool."""
    return frozenset(name for name, services in parts.items() if services & there)


def _enabled(there: set[str]) -> frozenset[str]:
    """Return the applications whose Windows services are there; all but admission control if nobody looked.

    Which one is enabled stays untold: setup may leave services behind. A site has one pool with admission
    control, so that is taken for nobody's.
    """
    return _behind(_APPLICATIONS, there) if there else frozenset(_APPLICATIONS) - {"PDP"}


def _placed_server(server: Server, places: Mapping[str, Place]) -> Server:
    return replace(server, origin=places[server.pool].origin)


def _with_parent(site: Site, pools: tuple[Pool, ...]) -> Site:
    """Take the site of its appliances' registrar for the parent of a branch site of which nobody told it."""
    if site.kind is not SiteKind.BRANCH or site.parent is not None:
        return site
    appliances = [pool for pool in pools if pool.role is PoolRole.BRANCH_APPLIANCE and pool.site == site.id]
    behind = {pool.backup for pool in appliances}
    parents = {pool.site for pool in pools if pool.id in behind}
    return replace(site, parent=parents.pop()) if len(parents) == 1 else site
