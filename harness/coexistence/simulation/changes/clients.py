"""Changes to people, their clients, meetings, contact lists and directories."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from coexistence.model import operations as op
from coexistence.model.clients import DESKTOP, ClientGeneration
from coexistence.model.conditions.machines_and_databases import SqlStore
from coexistence.model.deployment import Pool
from coexistence.model.population import (
    CODE_LOST,
    HAS_CONTENT,
    LEFT_BEHIND,
    MEETING_LOST,
    NOTHING_LOST,
    UNTOLD,
    Column,
    Meetings,
    Population,
    Rows,
    column,
    with_value,
)
from coexistence.model.vocabulary import ContactStore, Disposition, Maybe, Unknown, Version
from coexistence.model.vocabulary.ends import service_of, user_replicator_of
from coexistence.simulation.changes.meetings import may_answer, moved_along
from coexistence.simulation.dispatch import Changes
from coexistence.simulation.rules import databases
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.rules.user_replicas import not_provisioned
from coexistence.simulation.state import State
from coexistence.simulation.transitions import Step, no_such_pool, refused, selected

__all__ = ["CHANGES", "move_directories", "move_users"]

CHANGES: Final = Changes()


#: How long a new one-off meeting stays in calendars, in days: our assumption.
_MEETING_AHEAD: Final = 60


@rule(
    "users-move-with-newest-tools",
    "Tools of an older generation cannot move users to a newer one; -Force loses contacts and meetings.",
    source="Move remaining users; Move-CsUser reference",
)
def move_users(state: State, operation: op.MoveUsers, rules: Rules) -> Step:
    """Give accounts a new home pool, with what goes along and what stays behind."""
    population = state.population
    if isinstance(population, Unknown):
        return Step(state)
    target = state.pools.get(operation.to)
    if target is None:
        return no_such_pool(state, operation.to)
    newest = max(version for pool in state.pools.values() for version in pool.versions[:1])
    if operation.tools < newest:
        # "Move remaining users": legacy tools cannot move users to the new version.
        return refused(state, f"tools of {operation.tools.product} cannot move users to {newest.product}")
    population = population.with_pool(operation.to)
    rows = selected(population, operation.users)
    if not len(rows):
        return Step(state)
    if reason := _not_replicated(state, population, rows, target, rules):
        return refused(state, reason, user_replicator_of(target.id))
    if store := databases.filling(state, target):
        return _half_way(state, operation, store, len(rows), rules)
    moved = population.changed(home=with_value(population.home, rows, population.code(operation.to)))
    if operation.force:
        # Move-CsUser -Force: contacts and meetings are lost, and cannot be had back.
        moved = moved.changed(contacts=with_value(moved.contacts, rows, ContactStore.LOST))
    if rules.value("records-read-by-older") == "no":
        moved = moved.changed(records=_rewritten(moved, rows, target))
    moved = moved.changed(meetings=_moved_meetings(moved.meetings, rows, operation, target, rules))
    moved = moved_along(state, population, moved, rows, operation, rules)
    if rules.value("meetings-follow-organizer") == "no":
        moved = moved.changed(
            meetings=_left_behind(moved.meetings, _going_back(state, population, rows, target))
        )
    return Step(state.changed(population=moved))


def _not_replicated(
    state: State, population: Population, rows: Rows, target: Pool, rules: Rules
) -> str | None:
    """Say why the target does not know some accounts yet; None where its user replicator brought them all."""
    if not state.backing.replicators:
        return None
    codes = np.unique(population.domain[rows])
    domains = (population.domain_of(code) for code in codes.tolist())
    known = frozenset(domain for domain in domains if not isinstance(domain, Unknown))
    return not_provisioned(state, target.id, known, rules)


def _half_way(state: State, operation: op.MoveUsers, store: SqlStore, people: int, rules: Rules) -> Step:
    """Move as many accounts as the target's transaction log still takes; the rest fails: SQL error 9002."""
    room = store.log_room or 0
    left = replace(store, log_room=max(room - people, 0))
    some = replace(operation.users, first=min(room, people))
    rest = state.changed(backing=replace(state.backing, stores=databases.without(state, store.instance)))
    moved = move_users(rest, replace(operation, users=some), rules).state if room > 0 else state
    after = moved.changed(backing=state.backing.with_store(left))
    if people <= room:
        return Step(after)
    reason = f"{people - room} of {people} accounts failed with SQL error 9002: the transaction log is full"
    return Step(after, Disposition.FAILED, reason) if room > 0 else refused(state, reason)


@rule(
    "content-moves-if-asked",
    "Slides and attachments move with their organizer where -MoveConferenceData was given; a forced move "
    "loses the meetings.",
    source="Move-CsUser reference; Migrate existing meetings and meeting content",
    switch="content-moves-back",
)
def _moved_meetings(
    meetings: Maybe[Meetings], rows: Rows, operation: op.MoveUsers, target: Pool, rules: Rules
) -> Maybe[Meetings]:
    """Leave content behind that nobody asked to bring along; lose everything where the move was forced.

    Source: Move-CsUser reference, "Migrate existing meetings and meeting content".
    """
    if isinstance(meetings, Unknown):
        return meetings
    brings = operation.with_content
    if brings and not operation.force and rules.value("content-moves-back") == "yes":
        return meetings
    theirs = np.zeros(int(meetings.organizer.max()) + 1 if len(meetings) else 0, dtype=bool)
    theirs[rows[rows < len(theirs)]] = True
    if operation.force:
        concerned = np.flatnonzero(theirs[meetings.organizer])
        return replace(meetings, lost=with_value(meetings.lost, concerned, MEETING_LOST))
    behind = np.flatnonzero(meetings.content == HAS_CONTENT)
    behind = behind[theirs[meetings.organizer[behind]]]
    if brings:
        newest = target.versions[-1] if target.versions else max(Version)
        on = meetings.scheduled_on[behind]
        behind = behind[(on != UNTOLD) & (on > newest)]
    if not len(behind):
        return meetings
    return replace(meetings, content=with_value(meetings.content, behind, LEFT_BEHIND))


def _rewritten(population: Population, rows: Rows, target: Pool) -> Column | None:
    """Note that a pool rewrites the records of people who come to it from an older one.

    A move back rewrites nothing. Only looked at where older pools are taken not to read such records.
    """
    if not target.versions:
        return population.records
    before = np.zeros(len(population), np.uint8) if population.records is None else population.records
    written = before.copy()
    written[rows] = np.maximum(before[rows], int(target.versions[0]))
    return column(written, np.uint8)


def _going_back(state: State, population: Population, rows: Rows, target: Pool) -> Rows:
    """Return those of the rows whose pool is of a newer generation than the one they are moved to."""
    newer = [
        population.code(pool.id)
        for pool in state.pools.values()
        if pool.versions and target.versions and pool.versions[0] > target.versions[-1]
    ]
    return rows[np.isin(population.home[rows], newer)]


def _left_behind(meetings: Maybe[Meetings], organizers: Rows) -> Maybe[Meetings]:
    """Mark the meetings of some people as lost (what the switched assumption does)."""
    if isinstance(meetings, Unknown):
        return meetings
    theirs = np.flatnonzero(np.isin(meetings.organizer, organizers))
    return replace(meetings, lost=with_value(meetings.lost, theirs, MEETING_LOST))


#: Clients that a rollout replaces. Phones and mobile clients are left as they are.
REPLACED: Final = DESKTOP | {ClientGeneration.UNKNOWN}


@CHANGES.carries_out(op.UpgradeClients)
def upgrade_clients(state: State, operation: op.UpgradeClients, _rules: Rules) -> Step:
    """Roll a desktop client out to people."""
    population = state.population
    if isinstance(population, Unknown):
        return Step(state)
    rows = selected(population, operation.users)
    rows = rows[np.isin(population.client[rows], sorted(REPLACED))]
    return Step(
        state.changed(
            population=population.changed(
                client=with_value(population.client, rows, operation.to),
                upgraded=with_value(population.upgraded, rows, 1),
            )
        )
    )


@CHANGES.carries_out(op.DowngradeClients)
def downgrade_clients(state: State, operation: op.DowngradeClients, _rules: Rules) -> Step:
    """Give upgraded people back the client that they had at first."""
    population = state.population
    if isinstance(population, Unknown):
        return Step(state)
    rows = selected(population, operation.users)
    rows = rows[population.upgraded[rows] != 0]
    clients = population.client.copy()
    clients[rows] = population.first_client[rows]
    clients.setflags(write=False)
    return Step(
        state.changed(
            population=population.changed(client=clients, upgraded=with_value(population.upgraded, rows, 0))
        )
    )


@CHANGES.carries_out(op.SetParticulars)
def set_particulars(state: State, operation: op.SetParticulars, _rules: Rules) -> Step:
    """Replace what deviates in messages and sign-ins."""
    return Step(state.changed(particulars=operation.to))


@rule(
    "directory-move-needs-both-pools",
    "A conference directory moves while both pools answer; with -Force it moves without them, and the "
    "dial-in codes of existing meetings are lost.",
    source="Move-CsConferenceDirectory reference",
)
def move_directories(state: State, operation: op.MoveConferenceDirectories, _rules: Rules) -> Step:
    """Give the conference directories of a pool to another."""
    if operation.to not in state.pools:
        return no_such_pool(state, operation.to)
    if isinstance(state.directories, Unknown):
        return Step(state)
    if not operation.force and any(each.owner == operation.source for each in state.directories):
        for pool in (operation.source, operation.to):
            if not may_answer(state, pool):
                # Move-CsConferenceDirectory: both pools are reachable, or codes are given up by -Force.
                return refused(state, f"{pool} cannot be reached", service_of(pool, "front_end"))
    before = state.directories
    moved = tuple(
        replace(each, owner=operation.to) if each.owner == operation.source else each for each in before
    )
    state = state.changed(directories=moved)
    population = state.population
    if not operation.force or isinstance(population, Unknown) or isinstance(population.meetings, Unknown):
        return Step(state)
    meetings = population.meetings
    numbers = [new.number for new, old in zip(moved, before, strict=True) if new.owner != old.owner]
    codeless = np.flatnonzero(np.isin(meetings.directory, numbers) & (meetings.lost == NOTHING_LOST))
    without = replace(meetings, lost=with_value(meetings.lost, codeless, CODE_LOST))
    return Step(state.changed(population=population.changed(meetings=without)))
