"""Meetings that are scheduled, held and configured; and what never changes on the way."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from helpers import RULES, after, meetings_of, observer, one_pool, population_of, refusal, state_at, tried
from hypothesis import given, settings
from strategies import small_trials

from coexistence import MeetingSubject
from coexistence.model import operations as op
from coexistence.model.population import HAS_CONTENT, LEFT_BEHIND, MEETING_LOST, Meetings, column
from coexistence.model.vocabulary import Access, MeetingKind, PhoneEntry, PoolId, PoolRole, Unknown, Version
from coexistence.observation import conferencing
from coexistence.observation.conferencing import Terms
from coexistence.observation.listings import subjects
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

LEGACY = state_at(tried(), "legacy")
(OLD,) = (pool.id for pool in LEGACY.pools.values() if pool.role is PoolRole.FRONT_END)
PILOT = state_at(tried(), "pilot")
NEW = next(pool.id for pool in PILOT.pools.values() if pool.role is PoolRole.FRONT_END and pool.id != OLD)


# ---------------------------------------------------------------- scheduling


def schedule(on: PoolId = OLD, each: int = 1) -> op.ScheduleMeetings:
    return op.ScheduleMeetings(by=op.Selection(on=on), each=each)


def test_new_meetings_begin_as_the_settings_of_their_pool_say() -> None:
    closed = op.SetMeetingConfiguration(
        scope="global",
        settings=(("AdmitAnonymousUsersByDefault", "False"), ("PstnCallersBypassLobby", "False")),
    )
    before, made = meetings_of(LEGACY), meetings_of(after(LEGACY, closed, schedule()))

    assert not made.access[: len(before)].any()
    assert set(made.access[len(before) :].tolist()) == {Access.COMPANY}
    assert set(made.phones[len(before) :].tolist()) == {PhoneEntry.LOBBY}


def test_a_setting_of_one_pool_changes_what_new_meetings_are_like_after_a_move() -> None:
    """Nothing was granted or taken away; and yet guests of new meetings wait."""
    closed = op.SetMeetingConfiguration(
        scope=f"service:{NEW}", settings=(("AdmitAnonymousUsersByDefault", "False"),)
    )
    state = after(PILOT, closed, schedule(OLD), schedule(NEW))
    waiting = {
        each.host: conferencing.waits(each.join_anonymously())
        for each in _subjects(state)
        if each.terms is not conferencing.OPEN or each.host == OLD
    }

    assert waiting == {OLD: False, NEW: True}


def _subjects(state: State, rules: Rules = RULES) -> list[MeetingSubject]:
    return [each for each in subjects(observer(state, rules), "meeting") if isinstance(each, MeetingSubject)]


def test_nobody_has_more_than_a_thousand_meetings() -> None:
    rules = Rules({"one-meeting-each": "1"})
    people = len(population_of(LEGACY).people)
    full = after(LEGACY, schedule(each=1200), rules=rules)
    each = np.bincount(meetings_of(full).organizer)

    assert each.max() == 1000
    assert (each == 1000).sum() == people
    assert "maximumConferencesExceeded" in refusal(full, schedule())


def test_closed_meetings_and_old_links_are_told_apart_by_their_label() -> None:
    (plain, *_) = _subjects(LEGACY)
    closed = dataclasses.replace(plain, terms=Terms(Access.COMPANY), old_link=True)

    assert "meetings hosted on" in plain.label
    assert "meetings (for the company) whose link is an old one hosted on" in closed.label


# ---------------------------------------------------------------- holding


def test_single_meetings_are_over_once_they_were_held() -> None:
    held = meetings_of(after(LEGACY, op.HoldMeetings(on=OLD)))
    before = meetings_of(LEGACY)
    single = before.kind == MeetingKind.ONCE

    assert (held.last[single] < LEGACY.day).all()
    assert (held.last[~single] == before.last[~single]).all()
    assert (held.content == before.content).all()


def test_what_is_shown_stays_and_is_left_behind_by_a_plain_move() -> None:
    shown = after(LEGACY, op.HoldMeetings(on=OLD, with_content=True))
    assert set(meetings_of(shown).content.tolist()) == {HAS_CONTENT}

    published = state_at(tried(), "side-by-side").changed(population=shown.population)
    moved = after(
        published,
        op.MoveUsers(users=op.Selection(on=OLD), to=NEW, tools=Version.S19),
    )
    assert set(meetings_of(moved).content.tolist()) == {LEFT_BEHIND}


def test_meetings_are_held_where_a_pool_takes_them() -> None:
    assert "no Front-End service runs" in refusal(
        after(LEGACY, op.StopServices(pool=OLD)), op.HoldMeetings(on=OLD)
    )
    gone = PoolId("gone.example")
    assert "there is no pool" in refusal(LEGACY, op.HoldMeetings(on=gone))
    people = population_of(LEGACY)
    given_up = dataclasses.replace(
        meetings_of(LEGACY), lost=column(np.full(len(meetings_of(LEGACY)), MEETING_LOST), np.uint8)
    )
    lost = LEGACY.changed(population=people.changed(meetings=given_up))
    assert "not one of their meetings works here" in refusal(lost, op.HoldMeetings(on=OLD))


def test_meetings_that_an_older_host_cannot_serve_are_not_held() -> None:
    """Rolled back: those of upgraded clients stay in calendars, the others take place."""
    state = state_at(tried(one_pool()), "pilot")
    upgraded = population_of(state).changed(upgraded=column(np.ones(len(population_of(state))), np.uint8))
    new_ones = after(state.changed(population=upgraded), schedule(NEW))
    back = after(new_ones, op.MoveUsers(users=op.Selection(on=NEW), to=OLD, tools=Version.S19))
    held = meetings_of(after(back, op.HoldMeetings(on=OLD)))
    of_new = (held.scheduled_on == Version.S19) & (held.kind == MeetingKind.ONCE)

    assert of_new.any()
    assert (held.last[of_new] >= back.day).all()
    assert (held.last[(held.scheduled_on != Version.S19) & (held.kind == MeetingKind.ONCE)] < back.day).all()


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (op.SetMeetingConfiguration(scope="site:nowhere", settings=()), "there is no site nowhere"),
        (op.SetMeetingConfiguration(scope="service:gone.example", settings=()), "there is no pool"),
        (op.SetMeetingConfiguration(scope="tag:x", settings=()), "cannot be set for tag:x"),
        (
            op.SetMeetingConfiguration(scope="global", settings=(("NoSuchThing", "True"),)),
            "a parameter cannot be found that matches the name NoSuchThing",
        ),
    ],
)
def test_what_the_cmdlet_refuses(operation: op.SetMeetingConfiguration, reason: str) -> None:
    assert reason in refusal(LEGACY, operation)


def test_settings_replace_those_of_their_scope_alone() -> None:
    def of(scope: str, value: str) -> op.SetMeetingConfiguration:
        return op.SetMeetingConfiguration(scope=scope, settings=(("PstnCallersBypassLobby", value),))

    state = after(LEGACY, of("global", "True"), of(f"service:{OLD}", "True"), of("global", "False"))
    assert not isinstance(state.policies, Unknown)
    found = [(each.scope, each.settings) for each in state.policies if each.kind == "meeting"]

    assert found == [
        (f"service:{OLD}", (("PstnCallersBypassLobby", "True"),)),
        ("global", (("PstnCallersBypassLobby", "False"),)),
    ]


# ---------------------------------------------------------------- properties


@given(small_trials())
@settings(max_examples=25, deadline=None)
def test_a_cohort_of_meetings_joins_as_each_of_them_alone(trial: Trial) -> None:
    """Terms of every kind are dealt out, and each meeting is asked by itself."""
    for place in trial.places[:3]:
        state = trial.state_at(place)
        people = population_of(state)
        before = meetings_of(state)
        places = np.arange(len(before))
        mixed = dataclasses.replace(
            before,
            access=column(places % len(Access), np.uint8),
            phones=column(places % len(PhoneEntry), np.uint8),
            link=column(places % 2, np.uint16),
        )
        watcher = observer(state.changed(population=people.changed(meetings=mixed)))
        total = 0
        for subject in subjects(watcher, "meeting"):
            assert isinstance(subject, MeetingSubject)
            total += subject.meetings
            alone = _alone(state, mixed, subject.example)
            for joiner in (None, *subject.joiners):
                assert str(subject.join(joiner=joiner)) == str(alone.join(joiner=joiner))
            assert str(subject.join_anonymously()) == str(alone.join_anonymously())
            if subject.has_dial_in_code:
                assert str(subject.dial_in()) == str(alone.dial_in())
        assert total == int((mixed.last >= state.day).sum())


def _alone(state: State, meetings: Meetings, row: int) -> MeetingSubject:
    one = Meetings(
        **{
            field.name: column(getattr(meetings, field.name)[[row]], getattr(meetings, field.name).dtype)
            for field in dataclasses.fields(meetings)
        }
    )
    (subject,) = _subjects(state.changed(population=population_of(state).changed(meetings=one)))
    return subject


@given(small_trials())
@settings(max_examples=25, deadline=None)
def test_where_urls_are_global_no_step_changes_a_link_or_a_code(trial: Trial) -> None:
    first = meetings_of(trial.state_at(trial.places[0]))
    for place in trial.places:
        now = meetings_of(trial.state_at(place))

        assert not now.link.any()
        assert (now.directory[: len(first)] == first.directory).all()


@given(small_trials())
@settings(max_examples=15, deadline=None)
def test_nothing_that_deviates_nowhere_divides_meetings(trial: Trial) -> None:
    state = trial.state_at(trial.places[0])

    for meeting in _subjects(state):
        assert meeting.terms is conferencing.OPEN
        assert not meeting.old_link
        assert len(meeting.alike) == 8


@given(small_trials())
@settings(max_examples=15, deadline=None)
def test_closing_a_meeting_never_keeps_anybody_out_who_got_in(trial: Trial) -> None:
    """A lobby delays; policies refuse."""
    facts = observer(trial.state_at(trial.places[0]))
    for meeting in subjects(facts, "meeting"):
        assert isinstance(meeting, MeetingSubject)
        for access in Access:
            closed = dataclasses.replace(meeting, terms=Terms(access))
            for joiner in (None, *meeting.joiners):
                assert closed.join(joiner=joiner).disposition is meeting.join(joiner=joiner).disposition


def test_holding_and_settings_leave_their_input_alone() -> None:
    before = meetings_of(LEGACY).last.copy()
    for operation in (op.HoldMeetings(on=OLD), op.EnableComputer(pool=OLD), op.SetReverseProxy(rules=())):
        apply(LEGACY, operation, RULES)

    assert (meetings_of(LEGACY).last == before).all()
