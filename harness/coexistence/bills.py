"""What going back from here would cost, in meetings, clients and people.

Law of this room: counting, not judging. What cannot be known is None, never zero.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coexistence.planning import Plan
from coexistence.population import UNTOLD, Meetings, Population, Rows
from coexistence.simulation.rules import Rules, meeting_survives
from coexistence.simulation.state import State
from coexistence.vocabulary import Maybe, PoolId, SiteId, Unknown, UserKind, Version

__all__ = ["Bill", "bill_of", "lost_meetings"]


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
    #: The same four by the site that people go back to.
    by_site: Mapping[SiteId, Mapping[str, int | None]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return the bill as JSON types."""
        return {
            "meetings": self.meetings,
            "clients": self.clients,
            "users": self.users,
            "organizers": self.organizers,
            "by_site": {site: dict(part) for site, part in sorted(self.by_site.items())},
        }


def bill_of(state: State, plan: Plan, rules: Rules) -> Bill:
    """Return what a rollback from ``state`` would cost."""
    population = state.population
    if isinstance(population, Unknown):
        return Bill(meetings=None, clients=None, users=None, organizers=None)
    away = (population.home != population.came_from) & (population.kind == UserKind.PERSON)
    new = np.isin(population.home, [population.code(pool) for pool in set(plan.successor.values())])
    moved = np.flatnonzero(away & new)
    lost = _lost(state, population, plan, rules)
    totals = _counts(population, moved, lost)
    by_site: dict[SiteId, Mapping[str, int | None]] = {}
    sites = {pool: state.pools[pool].site for pool in plan.legacy if pool in state.pools}
    for site in sorted(set(sites.values())):
        codes = [population.code(pool) for pool, place in sites.items() if place == site]
        here = moved[np.isin(population.came_from[moved], codes)]
        lost_here = lost
        if not isinstance(lost, Unknown):
            assert isinstance(population.meetings, Meetings)  # otherwise the lost ones were unknown
            organizers = population.meetings.organizer[lost]
            lost_here = lost[np.isin(population.came_from[organizers], codes)]
        part = _counts(population, here, lost_here)
        if any(part.values()):
            by_site[site] = part
    return Bill(by_site=by_site, **totals)


def _counts(population: Population, moved: Rows, lost: Maybe[Rows]) -> dict[str, int | None]:
    untold = bool(np.any(population.upgraded[moved] == UNTOLD))
    meetings: int | None = None
    organizers: int | None = None
    if not isinstance(lost, Unknown):
        assert isinstance(population.meetings, Meetings)  # otherwise the lost ones were unknown
        meetings = len(lost)
        organizers = len(np.unique(population.meetings.organizer[lost]))
    return {
        "meetings": meetings,
        "clients": None if untold else int(np.count_nonzero(population.upgraded[moved] == 1)),
        "users": len(moved),
        "organizers": organizers,
    }


def _lost(state: State, population: Population, plan: Plan, rules: Rules) -> Maybe[Rows]:
    """Return the rows of meetings that would not survive on their organizers' legacy pools."""
    meetings = population.meetings
    if isinstance(meetings, Unknown):
        return meetings
    found = lost_meetings(
        population, meetings, {p: state.pools[p].versions for p in plan.legacy if p in state.pools}, rules
    )
    return found if isinstance(found, Unknown) else found[meetings.last[found] >= state.day]


def lost_meetings(
    population: Population, meetings: Meetings, legacy: Mapping[PoolId, tuple[Version, ...]], rules: Rules
) -> Maybe[Rows]:
    """Return the meetings that do not work once every organizer is back on the pool he came from.

    Unknown where one of them may be lost and nobody told which client scheduled it.
    """
    lost = np.zeros(len(meetings), dtype=bool)
    came_from = population.came_from[meetings.organizer]
    away = population.home[meetings.organizer] != came_from
    for pool, versions in legacy.items():
        theirs = away & (came_from == population.code(pool))
        for code in np.unique(meetings.scheduled_on[theirs]).tolist():
            scheduled_on: Maybe[Version] = Unknown("meetings export") if code == UNTOLD else Version(code)
            on_it = theirs & (meetings.scheduled_on == code)
            for flag in np.unique(meetings.by_upgraded[on_it]).tolist():
                by_upgraded: Maybe[bool] = Unknown("meetings export") if flag == UNTOLD else bool(flag)
                survives = meeting_survives(scheduled_on, by_upgraded, versions, rules)
                if isinstance(survives, Unknown):
                    return survives
                if not survives:
                    lost |= on_it & (meetings.by_upgraded == flag)
    return np.flatnonzero(lost)
