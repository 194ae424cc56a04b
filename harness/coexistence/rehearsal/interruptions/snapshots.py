"""Telling moments apart: states that nobody could tell from each other are one moment.

Law of this room: it compares states and changes none. Numbers of published configurations do not count,
only who holds a newer one than whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Final, TypeAlias

import numpy as np

from coexistence.model.population import LEFT_BEHIND, NOWHERE, Meetings, Population
from coexistence.model.vocabulary import ServiceState, Unknown
from coexistence.simulation.state import State

__all__ = ["Moment", "Moments", "not_restored"]

#: What tells one moment from another: a number for each part of the state.
Moment: TypeAlias = tuple[int, ...]

#: Parts that carry numbers of configurations.
_NUMBERED: Final = ("published", "defined", "replicas", "told_before", "removed")
_PARTS: Final = tuple(each.name for each in fields(State) if each.name not in (*_NUMBERED, "population"))


class Moments:
    """Numbers the moments of one deployment; equal states get equal numbers."""

    def __init__(self) -> None:
        self._values: dict[str, list[Any]] = {}
        #: Numbers by identity, of values that are kept alive above or beside.
        self._known: dict[tuple[str, int], tuple[Any, int]] = {}

    def of(self, state: State) -> Moment:
        """Return what tells this state from others."""
        return (self._number("population", state.population), *self._others(state))

    def alike(self, state: State) -> Moment:
        """Return what tells this state from others whose answers differ: who is there, not how many.

        Checks ask about people and meetings that no rule can tell apart; how many of them there are changes
        head counts, and no answer.
        """
        return (self._cohorts(state), *self._others(state))

    def _others(self, state: State) -> Iterator[int]:
        for name in _PARTS:
            yield self._number(name, getattr(state, name))
        yield self._equal("replication", _replication(state))

    def _cohorts(self, state: State) -> int:
        population = state.population
        if not isinstance(population, Population):
            return self._number("population", population)
        known = self._known.get((f"cohorts {state.day}", id(population)))
        if known is None:
            number = self._equal("cohorts", _cohorts_of(population, state.day))
            known = self._known[f"cohorts {state.day}", id(population)] = (population, number)
        return known[1]

    def _number(self, name: str, value: Any) -> int:
        if isinstance(value, int):
            return value
        known = self._known.get((name, id(value)))
        if known is not None:
            return known[1]
        number = self._equal(name, value)
        self._known[name, id(value)] = (value, number)
        return number

    def _equal(self, name: str, value: Any) -> int:
        values = self._values.setdefault(name, [])
        for number, each in enumerate(values):
            if each is value or each == value:
                return number
        values.append(value)
        return len(values) - 1


def _cohorts_of(population: Population, day: int) -> object:
    """Return which kinds of people and of meetings there are."""
    columns = [
        value
        for each in fields(population)
        if isinstance(value := getattr(population, each.name), np.ndarray)
    ]
    columns += [given.code for _, given in sorted(population.assigned.items())]
    table = np.stack([each.astype(np.int64) for each in columns], axis=1)
    tags = sorted((kind, given.tags) for kind, given in population.assigned.items())
    meetings = isinstance(population.meetings, Unknown)
    return (
        # A pool that is only named later gets a number of its own; nobody is there yet.
        frozenset(map(bytes, np.unique(table, axis=0))),
        population.pools,
        population.domains,
        tags,
        population.meetings
        if meetings
        else frozenset(group.values for group, _ in population.meetings_alike(day)),
    )


def _replication(state: State) -> object:
    """Return who holds what, as ranks: 0 and -1 have a meaning, other numbers are only compared.

    What every replica has learned by now is forgotten: what Edge pools were told before, and which pools
    were removed, counts for those alone who have not heard.
    """
    held = [each for each in state.replicas.values() if not isinstance(each, Unknown)]
    oldest = min(held, default=state.published)
    told = {
        pool: late
        for pool, before in state.told_before.items()
        if (late := tuple(each for each in before if each[0] >= oldest))
    }
    removed = [each for each in state.removed if each[1] > oldest]
    numbers = sorted(
        {
            state.published,
            *state.defined.values(),
            *held,
            *(each[0] for late in told.values() for each in late),
            *(number for _, number in removed),
        }
        - {0, -1}
    )
    rank = {number: at for at, number in enumerate(numbers, start=1)} | {0: 0, -1: -1}
    return (
        rank[state.published],
        {pool: [(rank[last], *rest) for last, *rest in late] for pool, late in told.items()},
        [(pool, rank[number]) for pool, number in removed],
        {pool: rank[number] for pool, number in state.defined.items()},
        {
            server: each if isinstance(each, Unknown) else rank[each]
            for server, each in state.replicas.items()
        },
    )


def not_restored(start: State, now: State, *, exempt_schema: bool = True) -> tuple[str, ...]:
    """Return what going back did not bring back, in a few words each; nothing where all is as before.

    New pools that keep running, empty, new names that lead to them, and new meetings do not count. What
    nobody told is not compared.
    """
    return tuple(_not_restored(start, now, exempt_schema=exempt_schema))


def _not_restored(start: State, now: State, *, exempt_schema: bool) -> Iterator[str]:
    if not exempt_schema and now.prepared - start.prepared:
        yield "the schema stays prepared"
    gone = [pool.fqdn for pool in start.pools.values() if pool.id not in now.pools]
    if gone:
        yield f"{_several(gone, 'pool')} gone"
    yield from _people(start, now)
    stopped = [server for server in start.services if server in now.services and _stopped(start, now, server)]
    if stopped:
        yield f"services stay stopped on {_several(stopped, 'server')}"
    for name, words in (("pools", "associations of pools"), ("sites", "federation routes of sites")):
        if any(
            _role(was) != _role(getattr(now, name).get(key, was)) for key, was in getattr(start, name).items()
        ):
            yield f"{words} stay changed"
    if start.cms.masters != now.cms.masters:
        yield "the Central Management store stays moved"
    yield from _owned(start, now)
    yield from _named(start, now)


def _several(names: list[Any], word: str) -> str:
    return str(names[0]) if len(names) == 1 else f"{len(names)} {word}s"


def _role(thing: Any) -> tuple[object, ...]:
    """Return what of a pool or site an administrator sets, and people depend on."""
    names = (
        "media_edge",
        "next_hop",
        "federation",
        "federation_route",
        "xmpp",
        "archiving_store",
        "monitoring_store",
        "applications",
        "backup",
    )
    return tuple(getattr(thing, name, None) for name in names)


def _stopped(start: State, now: State, server: Any) -> bool:
    before, after = start.services[server], now.services[server]
    if isinstance(before, Unknown) or isinstance(after, Unknown):
        return False
    return any(
        was is ServiceState.RUNNING and after.get(service) is not ServiceState.RUNNING
        for service, was in before.items()
    )


def _people(start: State, now: State) -> Iterator[str]:
    before, after = start.population, now.population
    if not isinstance(before, Population) or not isinstance(after, Population):
        return
    away = np.count_nonzero((after.home != after.came_from) & (after.came_from != NOWHERE))
    if away:
        yield f"{away} accounts are not back"
    upgraded = np.count_nonzero((after.upgraded == 1) & (before.upgraded != 1))
    if upgraded:
        yield f"{upgraded} clients stay upgraded"
    lists = np.count_nonzero((after.contacts != before.contacts) & (after.contacts > before.contacts))
    if lists:
        yield f"{lists} contact lists are not what they were"
    if isinstance(before.meetings, Meetings) and isinstance(after.meetings, Meetings):
        first = slice(0, len(before.meetings))
        worse = (after.meetings.lost[first] > before.meetings.lost) | (
            (after.meetings.content[first] == LEFT_BEHIND) & (before.meetings.content != LEFT_BEHIND)
        )
        if hurt := np.count_nonzero(worse):
            yield f"{hurt} meetings lost something"


def _owned(start: State, now: State) -> Iterator[str]:
    for name, words in (("directories", "conference directories"), ("applications", "application objects")):
        before, after = getattr(start, name), getattr(now, name)
        if isinstance(before, Unknown) or isinstance(after, Unknown):
            continue
        owners = {_identity(each): each.owner for each in after}
        moved = sum(owners.get(_identity(each)) != each.owner for each in before)
        if moved:
            yield f"{moved} {words} are not back"


def _identity(thing: Any) -> object:
    return thing.number if hasattr(thing, "number") else (thing.kind, thing.id)


def _named(start: State, now: State) -> Iterator[str]:
    for name, words in (("records", "internal names"), ("outside", "external names")):
        before, after = getattr(start, name), getattr(now, name)
        if isinstance(before, Unknown) or isinstance(after, Unknown):
            continue
        moved = sum(key not in after or after[key].target != was.target for key, was in before.items())
        if moved:
            yield f"{moved} {words} lead elsewhere"
