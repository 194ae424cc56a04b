"""What an administrator states, put beside what the exports tell.

Law of this room: a statement fills what no export told and overrules none. Where it and a file, or two
statements, cannot both be right, that is a contradiction with both places, and the earlier word is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from coexistence.inputs.exports.read.client_versions import CONTACT_NAMES, client_of
from coexistence.inputs.planfile.statement_keys import OUTSIDE
from coexistence.inputs.planfile.statement_lint import differing, out_of_time
from coexistence.migration.custom_plan import OwnPlan, Statement
from coexistence.model.clients import ClientGeneration
from coexistence.model.conditions.administrators import Administrator, AdminRole
from coexistence.model.conditions.external_systems import GatewayAnswer, OutsideBlock
from coexistence.model.deployment import Block, Deployment, Pool, key_of
from coexistence.model.population import (
    ENDLESS,
    NO_PIN,
    PIN_UNTOLD,
    UNTOLD,
    Column,
    Meetings,
    Population,
    Rows,
    column,
)
from coexistence.model.vocabulary import ContactStore, Contradiction, Origin, PoolId, Unknown

__all__ = ["as_stated"]

_STORES: Final = {name: store for store, name in CONTACT_NAMES.items() if name}
#: Answer of a gateway that does not work.
_UNAVAILABLE: Final = 503


def as_stated(deployment: Deployment, own: OwnPlan, *, as_of: dt.date | None = None) -> Deployment:
    """Return a deployment with what the plan file states of it.

    ``as_of`` is the day on which the question is asked, where somebody said so.
    """
    telling = _Telling(deployment, own)
    telling.found += differing(own)
    for told in own.statements:
        telling.tell(told)
    telling.found += out_of_time(own, telling.deployment, as_of)
    made = telling.deployment
    return replace(made, contradictions=(*made.contradictions, *telling.found)) if telling.found else made


@dataclass
class _Telling:
    """One deployment while statements are put to it."""

    deployment: Deployment
    own: OwnPlan
    found: list[Contradiction] = field(default_factory=list)

    def tell(self, told: Statement) -> None:
        """Take in one statement."""
        place = Origin(self.own.file, told.line)
        if told.blocked_port is not None:
            self._block(told, told.blocked_port, place)
        if told.version is not None:
            self._version(told, place)
        if told.partner:
            self._partner(told)
        if told.gateway and told.answers is False:
            refuses = GatewayAnswer(gateway=key_of(told.gateway), sip=_UNAVAILABLE, origin=place)
            around = self.deployment.surroundings
            if refuses not in around.gateway_answers:
                self._around(gateway_answers=(*around.gateway_answers, refuses))
        if told.administrator and (told.groups or told.roles):
            self._administrator(told)
        if told.archiving_critical is not None:
            backing = self.deployment.backing
            if isinstance(backing.block_on_archive_failure, Unknown):
                backing = replace(backing, block_on_archive_failure=told.archiving_critical)
                self.deployment = replace(self.deployment, backing=backing)
        if told.pool and isinstance(self.deployment.population, Population):
            self._people(told, place, self.deployment.population)

    def _dispute(self, said: str, place: Origin, other: Origin, *, is_serious: bool) -> None:
        message = f"a statement about {said} differs from what a file tells; the file is kept"
        self.found.append(
            Contradiction(
                kind="statement-and-file", message=message, one=place, other=other, is_serious=is_serious
            )
        )

    def _around(self, **changes: Any) -> None:
        around = replace(self.deployment.surroundings, **changes)
        self.deployment = replace(self.deployment, surroundings=around)

    # ---------------------------------------------------------------- ports

    def _block(self, told: Statement, port: int, place: Origin) -> None:
        source, target = told.from_pool.lower(), told.to_pool.lower()
        if OUTSIDE in (source, target):
            inbound = source == OUTSIDE
            edge = _pool(told.to_pool if inbound else told.from_pool)
            wall = OutsideBlock(edge=edge, port=port, inbound=inbound, origin=place)
            walls = self.deployment.surroundings.outside_blocks
            if wall not in walls:
                self._around(outside_blocks=(*walls, wall))
            return
        block = Block(source=_pool(source), target=_pool(target), port=port, origin=place)
        if block not in self.deployment.blocked:
            self.deployment = replace(self.deployment, blocked=(*self.deployment.blocked, block))

    # ---------------------------------------------------------------- objects

    def _version(self, told: Statement, place: Origin) -> None:
        wanted = _pool(told.pool)

        def narrowed(pool: Pool) -> Pool:
            if pool.id != wanted or told.version is None or pool.versions == (told.version,):
                return pool
            # A number that nobody knows leaves every version possible, and so does no number at all.
            if pool.versions and told.version not in pool.versions:
                self._dispute("the version of a pool", place, pool.origin, is_serious=True)
                return pool
            return replace(pool, versions=(told.version,))

        self.deployment = replace(self.deployment, pools=tuple(map(narrowed, self.deployment.pools)))

    def _partner(self, told: Statement) -> None:
        partners = self.deployment.partners
        if isinstance(partners, Unknown):
            return
        made = []
        for partner in partners:
            if key_of(partner.domain) == key_of(told.partner):
                if told.answers is False:
                    partner = replace(partner, answers=False)
                if told.access_edge and isinstance(partner.access, Unknown):
                    partner = replace(partner, access=key_of(told.access_edge))
                if told.trusts and isinstance(partner.roots, Unknown):
                    partner = replace(partner, roots=frozenset(told.trusts))
            made.append(partner)
        self.deployment = replace(self.deployment, partners=tuple(made))

    def _administrator(self, told: Statement) -> None:
        known = self.deployment.administrators
        who = next((each for each in known if each.name == told.administrator), None)
        made = who or Administrator(name=told.administrator)
        if told.groups and isinstance(made.groups, Unknown):
            made = replace(made, groups=frozenset(told.groups))
        if told.roles and isinstance(made.roles, Unknown):
            made = replace(made, roles=tuple(AdminRole(template=role) for role in told.roles))
        others = tuple(each for each in known if each is not who)
        self.deployment = replace(self.deployment, administrators=(*others, made))

    # ---------------------------------------------------------------- people and their meetings

    def _people(self, told: Statement, place: Origin, population: Population) -> None:
        code = population.code(PoolId(key_of(told.pool)))
        rows = np.flatnonzero(population.home == code)
        for key, (names, untold, meaning) in _OF_PEOPLE.items():
            said = getattr(told, key)
            if said in (None, ""):
                continue
            value = meaning(said)
            for name in names:
                values = getattr(population, name)
                population = population.changed(**{name: _filled(values, rows, value, untold)})
            self._compare(population, names[0], rows, value, code, place)
        if told.pins_valid is not None:
            pins = population.pin
            pins = column(np.full(len(population), PIN_UNTOLD), np.int32) if pins is None else pins
            valid = ENDLESS if told.pins_valid else NO_PIN
            population = population.changed(pin=_filled(pins, rows, valid, PIN_UNTOLD))
        meetings = population.meetings
        if isinstance(meetings, Meetings):
            # What was scheduled after the statement was made is not what it speaks of.
            theirs = np.flatnonzero(
                (population.home == code)[meetings.organizer] & (meetings.created <= told.date.toordinal())
            )
            for key, name in _OF_MEETINGS.items():
                said = getattr(told, key)
                if said is None:
                    continue
                values = getattr(meetings, name)
                meetings = replace(meetings, **{name: _filled(values, theirs, int(said), UNTOLD)})
                self._compare(population, name, theirs, int(said), code, place, meetings)
            population = population.changed(meetings=meetings)
        self.deployment = replace(self.deployment, population=population)

    def _compare(
        self,
        population: Population,
        name: str,
        rows: Rows,
        value: int,
        code: int,
        place: Origin,
        meetings: Meetings | None = None,
    ) -> None:
        """Dispute what a file tells otherwise of somebody whom the statement speaks of."""
        values = getattr(population if meetings is None else meetings, name)[rows]
        others = np.unique(values[values != value]).tolist()
        if others:
            what = "people" if meetings is None else "meetings"
            where = next(_places(population, name, code, others), Origin("the exported files"))
            # Files tell of everybody one by one: the statement may still be true of the others.
            self._dispute(f"{what} on a pool ({_WORDS[name]})", place, where, is_serious=False)


def _places(population: Population, name: str, code: int, others: list[int]) -> Iterator[Origin]:
    for each in others:
        found = population.told_at.get((name, code, each))
        if found is not None:
            yield found


def _pool(name: str) -> PoolId | None:
    return PoolId(key_of(name)) if name and name.lower() != OUTSIDE else None


def _filled(values: Column, rows: Rows, value: int, untold: int) -> Column:
    made = values.copy()
    made[rows[values[rows] == untold]] = value
    return column(made, values.dtype)


def _client(said: str) -> int:
    return int(client_of(said))


def _store(said: str) -> int:
    return int(_STORES[said])


#: By key: the columns of people that it fills, what stands there while nobody told, and the value's meaning.
_OF_PEOPLE: Final[dict[str, tuple[tuple[str, ...], int, Callable[[Any], int]]]] = {
    "clients": (("client", "first_client"), int(ClientGeneration.UNKNOWN), _client),
    "clients_upgraded": (("upgraded",), UNTOLD, int),
    "contacts": (("contacts",), int(ContactStore.UNKNOWN), _store),
    "uses_xmpp": (("xmpp",), UNTOLD, int),
    "uses_persistent_chat": (("chat",), UNTOLD, int),
}
#: By key: the column of meetings that it fills.
_OF_MEETINGS: Final = {"scheduled_with_upgraded": "by_upgraded", "scheduled_on": "scheduled_on"}
#: What a column holds, in words.
_WORDS: Final = {
    "client": "their clients",
    "upgraded": "whether their clients were upgraded",
    "contacts": "where contact lists are kept",
    "xmpp": "whether they use XMPP",
    "chat": "whether they use Persistent Chat",
    "by_upgraded": "which clients they were scheduled with",
    "scheduled_on": "which version they were scheduled on",
}
