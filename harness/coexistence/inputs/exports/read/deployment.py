"""One deployment out of a topology and whatever tables there are.

Law of this room: it knows every table and no form. What no table told stays unknown, and a table that is
there and empty has told that there is nothing.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.read import client_versions, meetings, replication, users, windows_services
from coexistence.inputs.exports.read.applications import applications_of, directories_of
from coexistence.inputs.exports.read.builds import builds_of
from coexistence.inputs.exports.read.contradictions import FAR_APART, CrossChecked, cross_checked
from coexistence.inputs.exports.read.dns_and_certificates import (
    certificates_of,
    records_of,
    server_settings_of,
)
from coexistence.inputs.exports.read.name_lookup import Bearings
from coexistence.inputs.exports.read.policies import (
    client_rules_of,
    client_settings_of,
    dial_plans_of,
    partners_of,
    policies_of,
    routed,
    simple_urls_of,
    tags_of,
    voice_routes_of,
)
from coexistence.inputs.exports.topology.roles_and_versions import narrowed
from coexistence.model.deployment import Deployment
from coexistence.model.population import UNTOLD, Population, column
from coexistence.model.vocabulary import Feature, Maybe, PoolRole, Unknown

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from coexistence.inputs.exports.account.file_accounts import Account
    from coexistence.inputs.exports.formats.csv_tables import Record
    from coexistence.inputs.exports.read.found_tables import Tables
    from coexistence.inputs.exports.topology.topology import Topology
    from coexistence.model.deployment import Replica
    from coexistence.model.population import Column

__all__ = ["deployment_of_tables"]


def deployment_of_tables(topology: Topology, tables: Tables) -> Deployment:
    """Put everything together.

    Raises InputError for a table that is damaged or hostile.
    """
    bearings = Bearings(topology)
    bearings.users = tables.place_of(kinds.USERS) or bearings.users
    checked = cross_checked(tables, bearings)
    policies = policies_of(tables, bearings)
    population = _population(tables, bearings, policies)
    applications, untold = applications_of(tables, bearings)
    replicas = _replicas(tables, bearings)
    if not isinstance(replicas, Unknown):
        _compare_dates(tables, bearings, replicas, checked)
    builds = builds_of(_with_computer(tables, kinds.PATCHES), bearings)
    readings = windows_services.services_of(_with_computer(tables, kinds.SERVICES), bearings)
    tls, roots = server_settings_of(tables, bearings)

    def told(kind: str, read: Callable[[Tables, Bearings], Any]) -> Any:
        return read(tables, bearings) if tables.told(kind) else Unknown(kind)

    made = Deployment(
        name=topology.name,
        sip_domains=topology.sip_domains,
        sites=routed(tables, bearings),
        pools=tuple(
            replace(
                pool,
                versions=narrowed(
                    pool.versions, (builds[server] for server in pool.servers if server in builds)
                ),
                backup=pool.backup or checked.backups.get(pool.id),
            )
            for pool in topology.pools
        ),
        servers=tuple(
            replace(
                server,
                build=builds.get(server.id, server.build),
                services=readings.get(server.id, server.services),
                tls=tls.get(server.id, server.tls),
                roots=roots.get(server.id, server.roots),
            )
            for server in topology.servers
        ),
        cms=checked.cms,
        replicas=replicas,
        population=population,
        directories=told(kinds.DIRECTORIES, directories_of),
        applications=applications,
        untold_applications=untold,
        dial_plans=told(kinds.DIAL_PLANS, dial_plans_of),
        gateways=topology.gateways,
        voice_routes=told(kinds.VOICE_ROUTES, voice_routes_of),
        records=told(kinds.NAMES, records_of),
        certificates=told(kinds.CERTIFICATES, certificates_of),
        policies=policies,
        client_rules=told(kinds.CLIENT_RULES, client_rules_of),
        client_settings=told(kinds.CLIENT_SETTINGS, client_settings_of),
        simple_urls=simple_urls_of(tables, bearings),
        partners=partners_of(tables, bearings),
        as_of=None if isinstance(replicas, Unknown) else replication.newest(replicas),
    )
    return replace(made, contradictions=bearings.disputes.settled())


def _replicas(tables: Tables, bearings: Bearings) -> Maybe[tuple[Replica, ...]]:
    if not tables.told(kinds.REPLICATION):
        return Unknown(kinds.REPLICATION)
    rows = ((account, record) for account, _, record in tables.records(kinds.REPLICATION))
    return replication.replicas_of(rows, bearings)


def _with_computer(tables: Tables, kind: str) -> Iterator[tuple[Account, bool, Record]]:
    for account, has, record in tables.records(kind):
        yield account, "computer" in has, record


def _population(tables: Tables, bearings: Bearings, policies: Any) -> Maybe[Population]:
    if not tables.told(kinds.USERS):
        for kind in (kinds.MEETINGS, kinds.PEOPLE, kinds.ROOMS):
            for account, _ in tables.opened(kind):
                account.note("without the users nobody knows whom it is about; it was not used")
        return Unknown(kinds.USERS)
    listing = users.read_users(
        chain(tables.opened(kinds.USERS), tables.opened(kinds.ROOMS)),
        bearings,
        tags=tags_of(policies),
    )
    if not listing.tells_homes:
        return Unknown(kinds.USERS)
    population = listing.population
    if tables.told(kinds.PEOPLE):
        population = client_versions.told(tables.opened(kinds.PEOPLE), listing)
    population = _without_what_nobody_offers(population, bearings.topology)
    if tables.told(kinds.MEETINGS):
        population = meetings.read_meetings(tables.opened(kinds.MEETINGS), listing, bearings, population)
    return population


def _without_what_nobody_offers(population: Population, topology: Topology) -> Population:
    """Nobody uses XMPP or Persistent Chat where no pool offers it, whether a table says so or not.

    Lync Server 2010 had both as products of their own, which no topology shows: beside it, silence is no
    answer. Source: Migrating XMPP federation; Migrating Group Chat servers.
    """
    apart = (Feature.XMPP_APART, Feature.GROUP_CHAT)
    if any(pool.has(each) is not False for pool in topology.pools for each in apart):
        return population
    made = {}
    if not any(pool.xmpp for pool in topology.pools):
        made["xmpp"] = _told_no(population.xmpp)
    if not any(pool.role is PoolRole.PERSISTENT_CHAT for pool in topology.pools):
        made["chat"] = _told_no(population.chat)
    return population.changed(**made)


def _told_no(values: Column) -> Column:
    return column(np.where(values == UNTOLD, 0, values), np.uint8)


def _compare_dates(
    tables: Tables, bearings: Bearings, replicas: tuple[Replica, ...], checked: CrossChecked
) -> None:
    """Dispute a replication status and a status of the master that were written far apart."""
    reported: list[dt.datetime] = [each.last_status_report for each in replicas if each.last_status_report]
    if not reported or checked.status_written is None:
        return
    if abs(checked.status_written - max(reported)) > FAR_APART:
        one, other = tables.place_of(kinds.REPLICATION), tables.place_of(kinds.CMS_STATUS)
        assert one is not None
        assert other is not None
        bearings.disputes.add(
            "exports-apart",
            "the replication status and the status of the Central Management master were exported more than "
            "half a day apart",
            one,
            other,
            is_serious=False,
        )
