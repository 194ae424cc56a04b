"""One deployment out of a topology and whatever tables there are.

Law of this room: it knows every table and no form. What no table told stays unknown, and a table that is
there and empty has told that there is nothing. Where tables come from, files or a deployment itself, makes
no difference.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from coexistence.deployment import Deployment
from coexistence.exports import (
    accounts,
    around,
    configured,
    meetings,
    owned,
    patches,
    people_told,
    replication,
    services,
    users,
)
from coexistence.exports.accounts import Account
from coexistence.exports.catalogue import CATALOGUE
from coexistence.exports.counting import Count
from coexistence.exports.crosschecks import FAR_APART, CrossChecked, cross_checked
from coexistence.exports.kinds import narrowed
from coexistence.exports.servers import Bearings
from coexistence.exports.tables import places
from coexistence.population import UNTOLD, Population, column
from coexistence.vocabulary import Maybe, Origin, PoolRole, Unknown, Version

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from coexistence.deployment import Replica
    from coexistence.exports.tables import Record, Rows
    from coexistence.exports.topology import Topology
    from coexistence.population import Column

__all__ = ["Tables", "deployment_of_tables"]


@dataclass
class Tables:
    """The tables that were found, by the export that they are."""

    found: dict[str, list[tuple[Account, Callable[[Account], AbstractContextManager[Rows]]]]] = field(
        default_factory=dict
    )
    #: Told the kind of each large table, and again and again how much of it was read.
    watching: Callable[[str], None] | None = None

    def add(
        self, kind: str, account: Account, opened: Callable[[Account], AbstractContextManager[Rows]]
    ) -> None:
        """Add a table and its account."""
        self.found.setdefault(kind, []).append((account, opened))

    def told(self, kind: str) -> bool:
        """Whether there is a table of this kind, with or without rows."""
        return kind in self.found

    def opened(self, kind: str) -> Iterator[tuple[Account, AbstractContextManager[Rows]]]:
        """Yield the accounts of the tables of a kind, and the tables to open.

        They raise InputError once there are more rows in all than any deployment has.
        """
        counted = Count(kind, self.watching)
        for account, opened in self.found.get(kind, ()):
            yield account, counted.over(account, opened)

    def records(self, kind: str, *, again: bool = False) -> Iterator[tuple[Account, frozenset[str], Record]]:
        """Yield the rows of small tables: account, the columns that the table has, the row.

        ``again`` says that somebody read them before, so that they are not counted twice.

        Raises InputError once there are more in all than any deployment has.
        """
        columns = CATALOGUE[kind].columns
        counted = Count(kind)
        for account, opened in self.found.get(kind, ()):
            with counted.over(Account(account.file, kind) if again else account, opened) as table:
                has = frozenset(places(table.heading, columns))
                for record in table.records(columns):
                    yield account, has, record

    def place_of(self, kind: str) -> Origin | None:
        """Return the file of a kind's first table."""
        found = self.found.get(kind)
        return Origin(found[0][0].file) if found else None


def deployment_of_tables(topology: Topology, tables: Tables) -> Deployment:
    """Put everything together.

    Raises InputError for a table that is damaged or hostile.
    """
    bearings = Bearings(topology)
    bearings.users = tables.place_of(accounts.USERS) or bearings.users
    checked = cross_checked(tables, bearings)
    policies = configured.policies_of(tables, bearings)
    population = _population(tables, bearings, policies)
    applications, untold = owned.applications_of(tables, bearings)
    replicas = _replicas(tables, bearings)
    if not isinstance(replicas, Unknown):
        _compare_dates(tables, bearings, replicas, checked)
    builds = patches.builds_of(_with_computer(tables, accounts.PATCHES), bearings)
    readings = services.services_of(_with_computer(tables, accounts.SERVICES), bearings)
    tls, roots = around.tls_of(tables, bearings), around.roots_of(tables, bearings)

    def told(kind: str, read: Callable[[Tables, Bearings], Any]) -> Any:
        return read(tables, bearings) if tables.told(kind) else Unknown(kind)

    made = Deployment(
        name=topology.name,
        sip_domains=topology.sip_domains,
        sites=configured.routed(tables, bearings),
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
        directories=told(accounts.DIRECTORIES, owned.directories_of),
        applications=applications,
        untold_applications=untold,
        dial_plans=told(accounts.DIAL_PLANS, configured.dial_plans_of),
        gateways=topology.gateways,
        voice_routes=told(accounts.VOICE_ROUTES, configured.voice_routes_of),
        records=told(accounts.NAMES, around.records_of),
        certificates=told(accounts.CERTIFICATES, around.certificates_of),
        policies=policies,
        client_rules=told(accounts.CLIENT_RULES, configured.client_rules_of),
        client_settings=told(accounts.CLIENT_SETTINGS, configured.client_settings_of),
        simple_urls=configured.simple_urls_of(tables, bearings),
        partners=configured.partners_of(tables, bearings),
        as_of=None if isinstance(replicas, Unknown) else replication.newest(replicas),
    )
    return replace(made, contradictions=bearings.disputes.settled())


def _replicas(tables: Tables, bearings: Bearings) -> Maybe[tuple[Replica, ...]]:
    if not tables.told(accounts.REPLICATION):
        return Unknown(accounts.REPLICATION)
    rows = ((account, record) for account, _, record in tables.records(accounts.REPLICATION))
    return replication.replicas_of(rows, bearings)


def _with_computer(tables: Tables, kind: str) -> Iterator[tuple[Account, bool, Record]]:
    for account, has, record in tables.records(kind):
        yield account, "computer" in has, record


def _population(tables: Tables, bearings: Bearings, policies: Any) -> Maybe[Population]:
    if not tables.told(accounts.USERS):
        for kind in (accounts.MEETINGS, accounts.PEOPLE, accounts.ROOMS):
            for account, _ in tables.opened(kind):
                account.note("without the users nobody knows whom it is about; it was not used")
        return Unknown(accounts.USERS)
    listing = users.read_users(
        chain(tables.opened(accounts.USERS), tables.opened(accounts.ROOMS)),
        bearings,
        tags=configured.tags_of(policies),
    )
    if not listing.tells_homes:
        return Unknown(accounts.USERS)
    population = listing.population
    if tables.told(accounts.PEOPLE):
        population = people_told.told(tables.opened(accounts.PEOPLE), listing)
    population = _without_what_nobody_offers(population, bearings.topology)
    if tables.told(accounts.MEETINGS):
        population = meetings.read_meetings(tables.opened(accounts.MEETINGS), listing, bearings, population)
    return population


def _without_what_nobody_offers(population: Population, topology: Topology) -> Population:
    """Nobody uses XMPP or Persistent Chat where no pool offers it, whether a table says so or not.

    Lync Server 2010 had both as products of their own, which no topology shows: beside it, silence is no
    answer. Source: Migrating XMPP federation; Migrating Group Chat servers.
    """
    if any(Version.L10 in pool.versions or not pool.versions for pool in topology.pools):
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
        one, other = tables.place_of(accounts.REPLICATION), tables.place_of(accounts.CMS_STATUS)
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
