"""Changes to meetings: scheduled, held, moved along with their organizers, scheduled again; directories.

Law of this room: a meeting is a row. What the product loses on the way is a mark in a column, so that the
meeting stays in calendars, as it does for the people who were invited.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from coexistence.model import operations as op
from coexistence.model.clients import Scheduler
from coexistence.model.population import (
    ENDLESS,
    HAS_CONTENT,
    LINK_GONE,
    LINK_IS_CURRENT,
    LINK_OF_POOL,
    MEETING_LOST,
    NO_CONTENT,
    NO_PIN,
    NOTHING_LOST,
    PIN_UNTOLD,
    UNTOLD,
    Column,
    Meetings,
    Population,
    Rows,
    column,
    distinct,
    with_value,
)
from coexistence.model.vocabulary import (
    Access,
    Confidence,
    Disposition,
    Maybe,
    MeetingKind,
    PhoneEntry,
    PoolId,
    ServiceState,
    Unknown,
    UserKind,
    Version,
)
from coexistence.model.vocabulary.ends import service_of
from coexistence.simulation.dispatch import Changes
from coexistence.simulation.rules.assumptions import Rules, meeting_survives
from coexistence.simulation.rules.meeting_settings import (
    ADMIT_ANONYMOUS,
    PHONES_BYPASS,
    is_on,
    is_taken_for_granted,
)
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.rules.simple_urls import among
from coexistence.simulation.state import Infrastructure, State
from coexistence.simulation.transitions import Step, no_such_pool, refused, selected

__all__ = ["CHANGES", "MOST_MEETINGS", "may_answer", "moved_along", "terms_of_new"]

CHANGES: Final = Changes()

#: Meetings that one organizer may have. Source: Set-CsUserServicesConfiguration reference.
MOST_MEETINGS: Final = 1000
#: How long a new one-off meeting stays in calendars, in days: our assumption.
_MEETING_AHEAD: Final = 60


# -------------------------------------------------------------------- scheduling


@rule(
    "new-meetings-as-configured",
    "New meetings begin as the meeting settings of their pool say, unless the organizer chooses otherwise; "
    "conferences on the spot are always open.",
    source="Set-CsMeetingConfiguration reference",
    switch="meeting-settings-default",
)
def terms_of_new(
    state: Infrastructure, rules: Rules, host: PoolId, tool: Scheduler | None = None
) -> Maybe[tuple[Access, PhoneEntry]]:
    """Return whom a new meeting on a pool lets in, and what becomes of callers.

    ``tool`` is what it is scheduled with; the oldest add-ins cannot say who waits in the lobby.
    """
    if is_taken_for_granted(state, "meeting") and rules.value("meeting-settings-default") == "undecided":
        return Unknown("Get-CsMeetingConfiguration")
    everyone = is_on(state, rules, ADMIT_ANONYMOUS, host)
    bypass = is_on(state, rules, PHONES_BYPASS, host)
    if isinstance(everyone, Unknown):
        return everyone
    if isinstance(bypass, Unknown):
        return bypass
    phones = PhoneEntry.BYPASS if bypass else PhoneEntry.LOBBY
    if tool is not None and not tool.knows_lobby and rules.value("dropped-lobby-options") == "not-admitted":
        phones = PhoneEntry.NOT_ADMITTED
    return (Access.EVERYONE if everyone else Access.COMPANY), phones


@CHANGES.carries_out(op.ScheduleMeetings)
@rule(
    "meetings-per-organizer",
    "An organizer may have 1,000 meetings; scheduling the next fails with maximumConferencesExceeded.",
    source="Set-CsUserServicesConfiguration reference; UCMA: CommandFailureReasons",
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
    organizers = _with_room(population.meetings, rows, each, state.day)
    if not len(organizers):
        if not each:
            return Step(state)
        return refused(state, f"maximumConferencesExceeded: {MOST_MEETINGS} meetings of each organizer")
    # Every third of them repeats for ever, as calendars in the field do; the share is ours.
    recurring = np.arange(len(organizers)) % 3 == 2
    terms = terms_of_new(state, rules, host.id)
    access, phones = (Access.EVERYONE, PhoneEntry.BYPASS) if isinstance(terms, Unknown) else terms
    made = Meetings.from_columns(
        organizers,
        kind=np.where(recurring, MeetingKind.RECURRING, MeetingKind.ONCE),
        created=state.day,
        last=np.where(recurring, ENDLESS, state.day + _MEETING_AHEAD),
        scheduled_on=host.versions[0] if host.versions else UNTOLD,
        by_upgraded=population.upgraded[organizers],
        directory=_directory_of(state, host.id),
        content=NO_CONTENT,
        lost=NOTHING_LOST,
        access=access,
        phones=phones,
    )
    return Step(state.changed(population=population.changed(meetings=population.meetings.appended(made))))


def _with_room(meetings: Meetings, rows: Rows, each: int, day: int) -> Rows:
    """Return the organizers of new meetings, as often as they make one: nobody gets more than the limit."""
    if each <= MOST_MEETINGS and len(meetings) + each <= MOST_MEETINGS:
        return np.repeat(rows, each)
    size = int(rows.max()) + 1
    theirs = np.zeros(max(size, int(meetings.organizer.max(initial=0)) + 1), dtype=bool)
    theirs[rows] = True
    # They are few, and the meetings many: whose each is, is asked before anything else.
    of_theirs = np.flatnonzero(theirs[meetings.organizer])
    ahead = of_theirs[meetings.last[of_theirs] >= day]
    have = np.bincount(meetings.organizer[ahead], minlength=size)[rows]
    return np.repeat(rows, np.clip(MOST_MEETINGS - have, 0, each))


def _directory_of(state: State, pool: PoolId) -> int:
    if isinstance(state.directories, Unknown):
        return -1
    return next((each.number for each in state.directories if each.owner == pool), -1)


@CHANGES.carries_out(op.RescheduleMeetings)
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
    for version in {int(code) for code in distinct(meetings.scheduled_on[theirs])} - {UNTOLD}:
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
        # The new invitation prints the link that the site uses now.
        link=with_value(meetings.link, rows, LINK_IS_CURRENT) if meetings.link.any() else meetings.link,
    )
    return Step(state.changed(population=population.changed(meetings=renewed)))


# -------------------------------------------------------------------- holding


@CHANGES.carries_out(op.HoldMeetings)
@rule(
    "held-where-hosted",
    "A meeting is held on the pool that hosts it; what is shown there is stored there. A pool of which no "
    "Front-End service takes new work holds none.",
    source="UCMA: role of the Focus; Migrate existing meetings and meeting content",
)
def hold_meetings(state: State, operation: op.HoldMeetings, rules: Rules) -> Step:
    """Let people hold the meetings that they organize: single ones are over afterwards."""
    population = state.population
    if isinstance(population, Unknown) or isinstance(population.meetings, Unknown):
        return Step(state)
    host = state.pools.get(operation.on)
    if host is None:
        return no_such_pool(state, operation.on)
    if not may_answer(state, host.id):
        return refused(state, f"{host.fqdn} takes no new meetings: no Front-End service runs")
    meetings = population.meetings
    organizers = selected(population, op.Selection(on=operation.on))
    theirs = np.isin(meetings.organizer, organizers) & (meetings.last >= state.day)
    held = np.flatnonzero(theirs & _can_be_held(meetings, host.versions, rules))
    if not len(held):
        return Step(state) if not theirs.any() else refused(state, "not one of their meetings works here")
    single = held[meetings.kind[held] == MeetingKind.ONCE]
    after = replace(meetings, last=with_value(meetings.last, single, state.day - 1))
    if operation.with_content:
        after = replace(after, content=with_value(after.content, held, HAS_CONTENT))
    return Step(state.changed(population=population.changed(meetings=after)))


def _can_be_held(meetings: Meetings, host: tuple[Version, ...], rules: Rules) -> Column:
    can: Column = meetings.lost != MEETING_LOST
    for version in {int(code) for code in distinct(meetings.scheduled_on)} - {UNTOLD}:
        if host and meeting_survives(Version(version), True, host, rules) is False:
            can &= ~((meetings.scheduled_on == version) & (meetings.by_upgraded == 1))
    return can


# -------------------------------------------------------------------- moving along


@rule(
    "links-and-pins-on-move",
    "A move keeps the link of a meeting unless the new site has a Meet URL of its own, and keeps PINs unless "
    "it is forced.",
    source="Planning for simple URLs; Migrate existing meetings and meeting content",
    switch="pin-after-forced-move",
)
def moved_along(
    state: State, before: Population, moved: Population, rows: Rows, operation: op.MoveUsers, rules: Rules
) -> Population:
    """Return people after a move, with their PINs and the links of their meetings as the move leaves them."""
    if operation.force and rules.value("pin-after-forced-move") == "lost":
        pins = moved.pin if moved.pin is not None else column(np.full(len(moved), PIN_UNTOLD), np.int32)
        moved = moved.changed(pin=with_value(pins, rows, NO_PIN))
    urls = state.simple_urls
    meetings = moved.meetings
    if (
        isinstance(urls, Unknown)
        or isinstance(meetings, Unknown)
        or all(each.scope.lower() == "global" for each in urls)
    ):
        return moved
    return moved.changed(meetings=_relinked(state, before, meetings, rows, operation.to))


def _relinked(state: State, before: Population, meetings: Meetings, rows: Rows, to: PoolId) -> Meetings:
    """Note which pool an invitation's link was printed on, where the organizer's site now uses another."""
    theirs = np.isin(meetings.organizer, rows)
    was = before.home[meetings.organizer]
    links = meetings.link.astype(np.int64)
    printed = np.where(links == LINK_IS_CURRENT, was.astype(np.int64) + LINK_OF_POOL, links)
    now = _meet_urls(state, to)
    link = meetings.link
    for code in {int(each) for each in distinct(printed[theirs])} - {LINK_GONE}:
        pool = code - LINK_OF_POOL
        same = pool < len(before.pools) and _meet_urls(state, before.pools[pool]) == now
        rows_ = np.flatnonzero(theirs & (printed == code))
        link = with_value(link, rows_, LINK_IS_CURRENT if same else code)
    return replace(meetings, link=link)


def _meet_urls(state: State, pool: PoolId) -> tuple[str, ...] | None:
    known = state.pools.get(pool)
    if known is None or isinstance(state.simple_urls, Unknown):
        return None
    return tuple(each.url for each in among(state.simple_urls, "Meet", known.site))


# -------------------------------------------------------------------- conference directories

#: What the cmdlet says when it cannot go on and cannot go back.
_BROKE_OFF: Final = "Cannot perform a rollback because data migration might have already started."


@CHANGES.carries_out(op.BreakOffDirectoryMove)
@rule(
    "broken-off-directory-move",
    "A move of a conference directory that breaks off is not rolled back: both pools may have it.",
    source="Move-CsConferenceDirectory reference",
    confidence=Confidence.DERIVED,
)
def break_off(state: State, operation: op.BreakOffDirectoryMove, _rules: Rules) -> Step:
    """Leave the directories of a pool with both pools, each of which goes on handing out codes."""
    before = state.directories
    if isinstance(before, Unknown):
        return Step(state)
    for pool in (operation.source, operation.to):
        if not may_answer(state, pool):
            return refused(state, f"{pool} cannot be reached", service_of(pool, "front_end"))
    twins = tuple(
        replace(each, owner=operation.to, state="moving") for each in before if each.owner == operation.source
    )
    if not twins:
        return Step(state)
    kept = tuple(replace(each, state="moving") if each.owner == operation.source else each for each in before)
    numbers = ", ".join(str(each.number) for each in twins)
    reason = f"Move operation failed for conference directory with ID {numbers}. {_BROKE_OFF}"
    return Step(state.changed(directories=(*kept, *twins)), Disposition.FAILED, reason)


def may_answer(state: State, pool: PoolId) -> bool:
    """Tell whether some Front-End service of a pool may be running; what nobody collected may be."""
    known = state.pools.get(pool)
    found = [state.reported(server, "front_end") for server in (known.servers if known else ())]
    return any(
        isinstance(each, Unknown) or each in (ServiceState.RUNNING, ServiceState.PAUSED) for each in found
    )
