"""What going back from here would cost, in meetings, clients and people, and whom to tell.

Law of this room: counting, not judging. What cannot be known is None, never zero.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from coexistence.migration import Plan
from coexistence.model.population import (
    ENDLESS,
    MEETING_LOST,
    NOWHERE,
    UNTOLD,
    Column,
    Meetings,
    Population,
    Rows,
    distinct,
)
from coexistence.model.vocabulary import (
    ContactStore,
    Feature,
    Maybe,
    PoolId,
    SiteId,
    Unknown,
    UserKind,
    Version,
)
from coexistence.simulation.rules.assumptions import Rules, meeting_survives
from coexistence.simulation.state import State

__all__ = ["NEVER", "SHOWN_ROWS", "Bill", "Freeze", "Letter", "bill_of", "letters", "lost_meetings"]

#: A freeze of any length would not do: some meeting takes place for ever.
NEVER: Final = "never"
#: Days, or :data:`NEVER`; None where nobody told.
Freeze: TypeAlias = int | Literal["never"] | None
_UNTOLD: Final = Unknown("meetings export")
#: Row numbers that the JSON report lists; the mail-merge file has all of them.
SHOWN_ROWS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The price of one rollback; None where no export tells."""

    #: Meetings that would not work on the legacy pools.
    meetings: int | None
    #: Upgraded clients to be downgraded.
    clients: int | None
    #: People to be moved back.
    users: int | None
    #: People who organize those meetings and have to be warned.
    organizers: int | None
    #: People invited to those meetings. No export tells, and made-up deployments do not invent it.
    invited: int | None = None
    #: Contact lists that are lost if nobody rolls them back first: in Exchange while their owner goes to
    #: Lync Server 2010; and those that a forced move has given up already.
    contact_lists: int | None = None
    #: Conference directories to be given back; the dial-in codes of meetings go with them.
    directories: int | None = None
    #: Access numbers, response groups, phones and endpoints to be moved back.
    endpoints: int | None = None
    #: For how many days nobody might schedule with an upgraded client until no meeting is on the bill.
    freeze: Freeze = None
    #: Meetings on the bill that take place for ever: recurring without an end, and people's own ones.
    endless: int | None = None
    #: Rows of the meetings, as the meetings export numbers them (from 0); None where nobody told.
    rows: Rows | None = field(default=None, compare=False)
    #: The same amounts by the site that people and objects go back to.
    by_site: Mapping[SiteId, Mapping[str, int | str | None]] = field(default_factory=dict)

    @property
    def amounts(self) -> dict[str, int | str | None]:
        """Everything but rows and sites, by name."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name not in _NO_AMOUNTS}

    def plain(self) -> dict[str, Any]:
        """Return the bill as JSON types."""
        rows = None if self.rows is None else self.rows[:SHOWN_ROWS].tolist()
        by_site = {site: dict(part) for site, part in sorted(self.by_site.items())}
        return {**self.amounts, "meeting_rows": rows, "by_site": by_site}


_NO_AMOUNTS: Final = ("rows", "by_site")


def bill_of(state: State, plan: Plan, rules: Rules, start: State | None = None) -> Bill:
    """Return what a rollback from ``state`` would cost.

    ``start`` is where the path began: what belonged to another pool then is to be given back. Left out,
    nothing is known about directories and endpoints.
    """
    directories = _given_away(state.directories, start and start.directories)
    endpoints = _given_away(state.applications, start and start.applications)
    sites = {pool: state.pools[pool].site for pool in plan.legacy if pool in state.pools}
    population = state.population
    if isinstance(population, Unknown):
        return Bill(
            meetings=None,
            clients=None,
            users=None,
            organizers=None,
            directories=_number(directories),
            endpoints=_number(endpoints),
        )
    moved = _moved(population, plan)
    lost = _lost(state, population, plan, rules)
    counting = _Counting(state, population)
    totals = counting.amounts(moved, lost, directories, endpoints)
    by_site: dict[SiteId, Mapping[str, int | str | None]] = {}
    came_from = population.came_from
    moved_from = came_from[moved]
    lost_from = None if isinstance(lost, Unknown) else came_from[_organizers(population, lost)]
    for site in sorted(set(sites.values())):
        here = frozenset(pool for pool, place in sites.items() if place == site)
        is_here = population.by_code(dict.fromkeys(here, 1)) == 1
        part = counting.amounts(
            moved[is_here[moved_from]],
            lost if isinstance(lost, Unknown) else lost[is_here[lost_from]],
            _of(directories, here),
            _of(endpoints, here),
        )
        if any(part.values()):
            by_site[site] = part
    return Bill(by_site=by_site, rows=None if isinstance(lost, Unknown) else lost, **totals)


def _moved(population: Population, plan: Plan) -> Rows:
    """Return the people who are on a new pool and would go back to where they came from."""
    away = (population.home != population.came_from) & (population.kind == UserKind.PERSON)
    new = np.isin(population.home, [population.code(pool) for pool in set(plan.successor.values())])
    return np.flatnonzero(away & new)


def _organizers(population: Population, meetings: Rows) -> Rows:
    """Return who organizes each of some meetings."""
    known = population.meetings
    assert isinstance(known, Meetings)  # somebody has picked rows of it
    return known.organizer[meetings].astype(np.int64)


def _given_away(now: Any, then: Any) -> dict[PoolId, int] | None:
    """Count what has another owner than at the start, by the owner of then; None where nobody told."""
    if now is None or then is None or isinstance(now, Unknown) or isinstance(then, Unknown):
        return None
    if now is then:
        return {}
    owners = {_name(each): each.owner for each in then}
    counts: dict[PoolId, int] = {}
    for each in now:
        before = owners.get(_name(each), each.owner)
        if before != each.owner:
            counts[before] = counts.get(before, 0) + 1
    return counts


def _name(thing: Any) -> object:
    """Return what a conference directory, or an application object, keeps wherever it goes."""
    return thing.number if hasattr(thing, "number") else (thing.kind, thing.id)


def _number(by_owner: Mapping[PoolId, int] | None) -> int | None:
    return None if by_owner is None else sum(by_owner.values())


def _of(by_owner: Mapping[PoolId, int] | None, pools: frozenset[PoolId]) -> Mapping[PoolId, int] | None:
    return by_owner and {pool: count for pool, count in by_owner.items() if pool in pools}


class _Counting:
    """Counts what some people and meetings come to."""

    def __init__(self, state: State, population: Population) -> None:
        self.state = state
        self.population = population
        self._at_risk = lists_at_risk(state, population)

    def amounts(
        self,
        moved: Rows,
        lost: Maybe[Rows],
        directories: Mapping[PoolId, int] | None,
        endpoints: Mapping[PoolId, int] | None,
    ) -> dict[str, Any]:
        untold = bool(np.any(self.population.upgraded[moved] == UNTOLD))
        meetings = organizers = endless = None
        freeze: Freeze = None
        if not isinstance(lost, Unknown):
            meetings = len(lost)
            organizers = len(distinct(_organizers(self.population, lost)))
            freeze, endless = self._freeze(lost)
        return {
            "meetings": meetings,
            "clients": None if untold else int(np.count_nonzero(self.population.upgraded[moved] == 1)),
            "users": len(moved),
            "organizers": organizers,
            "contact_lists": self._contact_lists(moved),
            "directories": _number(directories),
            "endpoints": _number(endpoints),
            "freeze": freeze,
            "endless": endless,
        }

    def _contact_lists(self, moved: Rows) -> int | None:
        at_risk = self._at_risk[moved]
        return None if bool(np.any(at_risk == UNTOLD)) else int(np.count_nonzero(at_risk))

    def _freeze(self, lost: Rows) -> tuple[Freeze, int]:
        """Return the days until the last of some meetings is over, and how many never are."""
        known = self.population.meetings
        assert isinstance(known, Meetings)  # otherwise nothing was known to be lost
        last = known.last[lost]
        endless = int(np.count_nonzero(last == ENDLESS))
        if endless:
            return NEVER, endless
        return (int(last.max()) - self.state.day + 1 if len(last) else 0), 0


def lists_at_risk(state: State, population: Population) -> Rows:
    """Tell of everybody whether the contact list is lost or would be by going back: 1, 0, or UNTOLD.

    Lync Server 2010 cannot read a list that is kept in Exchange ("Roll back migrated users").
    """
    unreadable = np.isin(
        population.came_from,
        [
            population.code(pool.id)
            for pool in state.pools.values()
            if pool.has(Feature.UNIFIED_CONTACTS) is False
        ],
    ) & (population.came_from != NOWHERE)
    risk = np.zeros(len(population), dtype=np.int64)
    risk[unreadable & (population.contacts == ContactStore.EXCHANGE)] = 1
    risk[unreadable & (population.contacts == ContactStore.UNKNOWN)] = UNTOLD
    risk[population.contacts == ContactStore.LOST] = 1
    return risk


def _lost(state: State, population: Population, plan: Plan, rules: Rules) -> Maybe[Rows]:
    """Return the rows of meetings that would not survive on their organizers' legacy pools."""
    meetings = population.meetings
    if isinstance(meetings, Unknown):
        return meetings
    found = lost_meetings(
        population, meetings, {p: state.pools[p].versions for p in plan.legacy if p in state.pools}, rules
    )
    if isinstance(found, Unknown):
        return found
    # What a forced move has lost already is no price of going back.
    ahead: Rows = found[(meetings.last[found] >= state.day) & (meetings.lost[found] != MEETING_LOST)]
    return ahead


def lost_meetings(
    population: Population, meetings: Meetings, legacy: Mapping[PoolId, tuple[Version, ...]], rules: Rules
) -> Maybe[Rows]:
    """Return the meetings that do not work once every organizer is back on the pool he came from.

    Unknown where one of them may be lost and nobody told which client scheduled it.
    """
    numbers = {pool: number for number, pool in enumerate(legacy, start=1)}
    place = population.by_code(numbers)
    whose = np.where(population.home != population.came_from, place[population.came_from], 0)
    of_meeting = whose[meetings.organizer]
    rows = np.flatnonzero(of_meeting)
    # Rows of one sort fare alike: organizer's old pool, version, client. There are few sorts, many rows.
    versions, on = _narrowed(meetings.scheduled_on[rows])
    clients, by = _narrowed(meetings.by_upgraded[rows])
    sorts = (of_meeting[rows] * len(versions) + on) * len(clients) + by
    there_are = np.bincount(sorts, minlength=(len(numbers) + 1) * len(versions) * len(clients))
    is_lost = np.zeros(len(there_are), dtype=bool)
    for pool, of_pool in numbers.items():
        first = of_pool * len(versions) * len(clients)
        for number, (version, client) in enumerate(itertools.product(versions, clients), start=first):
            if there_are[number]:
                scheduled_on: Maybe[Version] = _UNTOLD if version == UNTOLD else Version(version)
                by_upgraded: Maybe[bool] = _UNTOLD if client == UNTOLD else bool(client)
                survives = meeting_survives(scheduled_on, by_upgraded, legacy[pool], rules)
                if isinstance(survives, Unknown):
                    return survives
                is_lost[number] |= not survives
    found: Rows = rows[is_lost[sorts]]
    return found


def _narrowed(codes: Column) -> tuple[list[int], Rows]:
    """Return the different values of a column, and the column with places among them instead."""
    values = distinct(codes)
    place = np.zeros(int(values.max(initial=0)) + 1, np.intp)
    place[values] = np.arange(len(values))
    return values.tolist(), place[codes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one person has to be told before a rollback."""

    #: Row of the person in the inventory, from 0.
    person: int
    #: SIP address, without ``sip:``.
    address: str
    site: SiteId | None
    home: PoolId
    back_to: PoolId
    #: Rows of this person's meetings that will not work; None where nobody told.
    meetings: tuple[int, ...] | None
    #: Whether the client has to be downgraded; None where nobody told.
    client: bool | None
    #: Whether the contact list is lost or at risk; None where nobody told.
    contact_list: bool | None


def letters(state: State, plan: Plan, rules: Rules) -> Iterator[Letter]:
    """Go through everybody whom a rollback from ``state`` concerns, in the order of the inventory."""
    population = state.population
    if isinstance(population, Unknown):
        return
    moved = _moved(population, plan)
    lost = _lost(state, population, plan, rules)
    by_person: dict[int, list[int]] = {}
    if not isinstance(lost, Unknown):
        for row, organizer in zip(lost.tolist(), _organizers(population, lost).tolist(), strict=True):
            by_person.setdefault(organizer, []).append(row)
    risk = lists_at_risk(state, population)
    for row in _sorted_union(moved.tolist(), by_person):
        back_to = population.pools[population.came_from[row]]
        pool = state.pools.get(back_to)
        yield Letter(
            person=row,
            address=population.addresses[row],
            site=pool.site if pool else None,
            home=population.pools[population.home[row]],
            back_to=back_to,
            meetings=None if isinstance(lost, Unknown) else tuple(by_person.get(row, ())),
            client=_told(population.upgraded[row]),
            contact_list=_told(risk[row]),
        )


def _sorted_union(rows: Iterable[int], others: Iterable[int]) -> list[int]:
    return sorted({*rows, *others})


def _told(code: int) -> bool | None:
    return None if code == UNTOLD else bool(code)
