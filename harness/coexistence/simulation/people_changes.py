"""Changes to people, their clients, meetings, contact lists and directories.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from coexistence import operations as op
from coexistence.deployment import Pool
from coexistence.population import (
    CODE_LOST,
    ENDLESS,
    HAS_CONTENT,
    LEFT_BEHIND,
    MEETING_LOST,
    NO_CONTENT,
    NOTHING_LOST,
    UNTOLD,
    Meetings,
    Population,
    Rows,
    column,
)
from coexistence.simulation.rulebook import rule
from coexistence.simulation.rules import DESKTOP, Rules, meeting_survives
from coexistence.simulation.state import State
from coexistence.simulation.steps import Step, refused, selected, with_value
from coexistence.vocabulary import (
    ContactStore,
    Maybe,
    MeetingKind,
    PoolId,
    ServiceState,
    Unknown,
    UserKind,
    Version,
)

__all__ = [
    "contact_store",
    "downgrade_clients",
    "move_directories",
    "move_users",
    "reschedule",
    "schedule_meetings",
    "upgrade_clients",
]


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
        return refused(state, f"there is no pool {operation.to} in the topology")
    newest = max(version for pool in state.pools.values() for version in pool.versions[:1])
    if operation.tools < newest:
        # "Move remaining users": legacy tools cannot move users to the new version.
        return refused(state, f"tools of {operation.tools.product} cannot move users to {newest.product}")
    population = population.with_pool(operation.to)
    rows = selected(population, operation.users)
    if not len(rows):
        return Step(state)
    moved = population.changed(home=with_value(population.home, rows, population.code(operation.to)))
    if operation.force:
        # Move-CsUser -Force: contacts and meetings are lost, and cannot be had back.
        moved = moved.changed(contacts=with_value(moved.contacts, rows, ContactStore.LOST))
    moved = moved.changed(meetings=_moved_meetings(moved.meetings, rows, operation, target, rules))
    if rules.value("meetings-follow-organizer") == "no":
        moved = moved.changed(
            meetings=_left_behind(moved.meetings, _going_back(state, population, rows, target))
        )
    return Step(state.changed(population=moved))


def _moved_meetings(
    meetings: Maybe[Meetings], rows: Rows, operation: op.MoveUsers, target: Pool, rules: Rules
) -> Maybe[Meetings]:
    """Leave content behind that nobody asked to bring along; lose everything where the move was forced.

    Source: Move-CsUser reference, "Migrate existing meetings and meeting content".
    """
    if isinstance(meetings, Unknown):
        return meetings
    theirs = np.zeros(int(meetings.organizer.max()) + 1 if len(meetings) else 0, dtype=bool)
    theirs[rows[rows < len(theirs)]] = True
    concerned = theirs[meetings.organizer]
    if operation.force:
        return replace(meetings, lost=with_value(meetings.lost, np.flatnonzero(concerned), MEETING_LOST))
    brings = operation.with_content
    if brings and rules.value("content-moves-back") == "yes":
        return meetings
    behind = concerned & (meetings.content == HAS_CONTENT)
    if brings:
        newest = target.versions[-1] if target.versions else Version.SE
        behind &= (meetings.scheduled_on != UNTOLD) & (meetings.scheduled_on > newest)
    rows_behind = np.flatnonzero(behind)
    return (
        replace(meetings, content=with_value(meetings.content, rows_behind, LEFT_BEHIND))
        if len(rows_behind)
        else meetings
    )


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


def upgrade_clients(state: State, operation: op.UpgradeClients, _rules: Rules) -> Step:
    """Roll a desktop client out to people."""
    population = state.population
    if isinstance(population, Unknown):
        return Step(state)
    rows = selected(population, operation.users)
    rows = rows[np.isin(population.client[rows], sorted(DESKTOP))]
    return Step(
        state.changed(
            population=population.changed(
                client=with_value(population.client, rows, operation.to),
                upgraded=with_value(population.upgraded, rows, 1),
            )
        )
    )


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


def schedule_meetings(state: State, operation: op.ScheduleMeetings, rules: Rules) -> Step:
    """Let people schedule meetings on the pool and with the client that they have."""
    population = state.population
    if isinstance(population, Unknown) or isinstance(population.meetings, Unknown):
        return Step(state)
    rows = selected(population, operation.by)
    rows = rows[population.kind[rows] == UserKind.PERSON]
    host = state.pools.get(operation.by.on)
    if not len(rows) or host is None:
        return Step(state)
    each = operation.each * int(rules.value("one-meeting-each"))
    number = len(rows) * each
    organizers = np.repeat(rows, each)
    # Every third of them repeats for ever, as calendars in the field do; the share is ours.
    recurring = np.arange(number) % 3 == 2
    made = Meetings(
        organizer=column(organizers, np.uint32),
        kind=column(np.where(recurring, MeetingKind.RECURRING, MeetingKind.ONCE), np.uint8),
        created=column(np.full(number, state.day), np.int32),
        last=column(np.where(recurring, ENDLESS, state.day + _MEETING_AHEAD), np.int32),
        scheduled_on=column(np.full(number, host.versions[0] if host.versions else UNTOLD), np.uint8),
        by_upgraded=column(population.upgraded[organizers], np.uint8),
        directory=column(np.full(number, _directory_of(state, host.id)), np.int16),
        content=column(np.full(number, NO_CONTENT), np.uint8),
        lost=column(np.full(number, NOTHING_LOST), np.uint8),
    )
    return Step(state.changed(population=population.changed(meetings=population.meetings.appended(made))))


def _directory_of(state: State, pool: PoolId) -> int:
    if isinstance(state.directories, Unknown):
        return -1
    return next((each.number for each in state.directories if each.owner == pool), -1)


def reschedule(state: State, operation: op.RescheduleMeetings, rules: Rules) -> Step:
    """Let organizers replace the meetings that their pool cannot host."""
    population = state.population
    if isinstance(population, Unknown) or isinstance(population.meetings, Unknown):
        return Step(state)
    host = state.pools.get(operation.by.on)
    if host is None or not host.versions:
        return Step(state)
    meetings = population.meetings
    theirs = np.isin(meetings.organizer, selected(population, operation.by))
    lost = np.zeros(len(meetings), dtype=bool)
    for version in {int(code) for code in np.unique(meetings.scheduled_on[theirs])} - {UNTOLD}:
        if meeting_survives(Version(version), True, host.versions, rules) is False:
            lost |= theirs & (meetings.scheduled_on == version) & (meetings.by_upgraded == 1)
    rows = np.flatnonzero(lost)
    upgraded_now = population.upgraded[meetings.organizer[rows]]
    by_upgraded = meetings.by_upgraded.copy()
    by_upgraded[rows] = upgraded_now
    renewed = replace(
        meetings,
        created=with_value(meetings.created, rows, state.day),
        scheduled_on=with_value(meetings.scheduled_on, rows, host.versions[0]),
        by_upgraded=column(by_upgraded, np.uint8),
    )
    return Step(state.changed(population=population.changed(meetings=renewed)))


def contact_store(state: State, operation: op.RollBackContactStore, _rules: Rules) -> Step:
    """Roll back for Lync Server 2010 alone: it cannot read lists in Exchange ("Roll back migrated users")."""
    population = state.population
    if isinstance(population, Unknown) or operation.users.came_from is None:
        return Step(state)
    home = state.pools.get(operation.users.came_from)
    if home is None or home.versions != (Version.L10,):
        return Step(state)
    rows = selected(population, operation.users)
    rows = rows[population.contacts[rows] == ContactStore.EXCHANGE]
    return Step(
        state.changed(
            population=population.changed(contacts=with_value(population.contacts, rows, ContactStore.SERVER))
        )
    )


def move_directories(state: State, operation: op.MoveConferenceDirectories, _rules: Rules) -> Step:
    """Give the conference directories of a pool to another."""
    if operation.to not in state.pools:
        return refused(state, f"there is no pool {operation.to} in the topology")
    if isinstance(state.directories, Unknown):
        return Step(state)
    if not operation.force and any(each.owner == operation.source for each in state.directories):
        for pool in (operation.source, operation.to):
            if not _may_answer(state, pool):
                # Move-CsConferenceDirectory: both pools are reachable, or codes are given up by -Force.
                return refused(state, f"{pool} cannot be reached")
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


def _may_answer(state: State, pool: PoolId) -> bool:
    """Tell whether some Front-End service of a pool may be running; what nobody collected may be."""
    known = state.pools.get(pool)
    running = [state.services.get(server) for server in (known.servers if known else ())]
    return any(
        each is None
        or isinstance(each, Unknown)
        or each.get("front_end") in (ServiceState.RUNNING, ServiceState.PAUSED)
        for each in running
    )
