"""What an administrator states, put beside what the exports tell.

Law of this room: a statement fills what no export told and overrules none. Where it and a file, or two
statements, cannot both be right, that is a contradiction with both places, and the earlier word is kept.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from coexistence.deployment import Block, Deployment, key_of
from coexistence.exports.people_told import client_of
from coexistence.population import UNTOLD, Column, Meetings, Population, Rows, column
from coexistence.vocabulary import ClientGeneration, Contradiction, Origin, PoolId, Unknown

if TYPE_CHECKING:
    from coexistence.planning.wishes import OwnPlan, Statement

__all__ = ["as_stated"]

_WHOLE: Final = Origin("the exported files")


class _Filled(NamedTuple):
    """A column after a statement, and in how many rows something else was told before."""

    values: Column
    others: int


def as_stated(deployment: Deployment, own: OwnPlan) -> Deployment:
    """Return a deployment with what the plan file states of it: clients, who scheduled with what, ports."""
    found = list(_differing(own))
    for told in own.statements:
        place = Origin(own.file, told.line)
        if told.blocked_port is not None:
            block = Block(
                source=_pool(told.from_pool),
                target=_pool(told.to_pool),
                port=told.blocked_port,
                origin=place,
            )
            if block not in deployment.blocked:
                deployment = replace(deployment, blocked=(*deployment.blocked, block))
        population = deployment.population
        if not told.pool or isinstance(population, Unknown):
            continue
        population, others = _people(population, told)
        deployment = replace(deployment, population=population)
        if others:
            message = "a statement about people on a pool differs from what a file tells; the file is kept"
            found.append(
                Contradiction(
                    kind="statement-and-file", message=message, one=place, other=_WHOLE, is_serious=False
                )
            )
    return replace(deployment, contradictions=(*deployment.contradictions, *found)) if found else deployment


def _pool(name: str) -> PoolId | None:
    return PoolId(key_of(name)) if name else None


def _differing(own: OwnPlan) -> list[Contradiction]:
    """Return the statements that say of one thing what an earlier one does not."""
    found = []
    said: dict[tuple[str, str], Statement] = {}
    for told in own.statements:
        for key in ("moved_from", "clients_upgraded", "clients", "scheduled_with_upgraded", "phase"):
            value = getattr(told, key)
            if value in (None, ""):
                continue
            earlier = said.setdefault((key, key_of(told.pool)), told)
            if getattr(earlier, key) != value:
                message = f"two statements about {key} differ"
                one, other = Origin(own.file, earlier.line), Origin(own.file, told.line)
                found.append(Contradiction(kind="statements-differ", message=message, one=one, other=other))
    return found


def _people(population: Population, told: Statement) -> tuple[Population, int]:
    """Fill in what is stated of people on a pool; returns in how many rows a file tells otherwise too."""
    code = population.code(PoolId(key_of(told.pool)))
    rows = np.flatnonzero(population.home == code)
    others = 0
    if told.clients:
        client = int(client_of(told.clients))
        now, differing = _filled(population.client, rows, client, int(ClientGeneration.UNKNOWN))
        first, _ = _filled(population.first_client, rows, client, int(ClientGeneration.UNKNOWN))
        population = population.changed(client=now, first_client=first)
        others += differing
    meetings = population.meetings
    if told.scheduled_with_upgraded is not None and isinstance(meetings, Meetings):
        # What was scheduled after the statement was made is not what it speaks of.
        is_theirs = (population.home == code)[meetings.organizer]
        theirs = np.flatnonzero(is_theirs & (meetings.created <= told.date.toordinal()))
        flag = int(told.scheduled_with_upgraded)
        values, differing = _filled(meetings.by_upgraded, theirs, flag, UNTOLD)
        population = population.changed(meetings=replace(meetings, by_upgraded=values))
        others += differing
    return population, others


def _filled(values: Column, rows: Rows, value: int, untold: int) -> _Filled:
    theirs = values[rows]
    is_open = theirs == untold
    made = values.copy()
    made[rows[is_open]] = value
    return _Filled(column(made, values.dtype), int(np.count_nonzero(~is_open & (theirs != value))))
