"""Scheduling: which client on which server, on which terms, and what the focus factory refuses."""

from __future__ import annotations

import dataclasses

import pytest
from helpers import after, built, crowd, front_end, new, observer, one_pool, state_at, tried

from coexistence.model import operations as op
from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.clients import ClientGeneration, Scheduler
from coexistence.model.vocabulary import Access, Disposition, Modality, PhoneEntry, PoolId, Unknown, Version
from coexistence.observation import conferencing
from coexistence.observation.conferencing import Terms
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State, frozen

BLUEPRINT = one_pool(20, pool=PoolBlueprint(dial_in=True, voice=True, crowds=(crowd(10),)))
OLD = front_end(built(BLUEPRINT))
NEW = new(OLD)
PILOT = state_at(tried(BLUEPRINT), "pilot")
DONE, REFUSED = Disposition.DONE, Disposition.REFUSED


def on(version: Version, *, mcus: frozenset[str] | None = None, pool: PoolId = NEW) -> State:
    known = PILOT.pools[pool]
    changed = dataclasses.replace(known, versions=(version,), mcus=known.mcus if mcus is None else mcus)
    return PILOT.changed(pools=frozen({**PILOT.pools, pool: changed}))


@pytest.mark.parametrize(
    ("tool", "host", "how", "words"),
    [
        (Scheduler.ADD_IN_2010, Version.L10, DONE, ""),
        (Scheduler.ADD_IN_2010, Version.L13, DONE, ""),
        (Scheduler.ADD_IN_2013, Version.L13, DONE, ""),
        (Scheduler.ADD_IN_2013, Version.L10, DONE, "without its new options"),
        (Scheduler.ADD_IN_2007_R2, Version.L10, DONE, ""),
        (Scheduler.ADD_IN_2007_R2, Version.L13, REFUSED, "cannot schedule on Lync Server 2013"),
        (Scheduler.ADD_IN_SFB, Version.S19, DONE, ""),
    ],
)
def test_add_ins_schedule_as_the_lists_say(
    tool: Scheduler, host: Version, how: Disposition, words: str
) -> None:
    outcome = conferencing.schedule(observer(on(host)).facts, NEW, tool=tool)

    assert outcome.disposition is how, outcome
    assert words in str(outcome)
    assert "unlisted-addin-schedules" not in outcome.assumes


@pytest.mark.parametrize(("value", "how"), [("yes", DONE), ("no", REFUSED)])
def test_an_add_in_in_no_list_schedules_by_assumption(value: str, how: Disposition) -> None:
    facts = observer(on(Version.S19), Rules({"unlisted-addin-schedules": value}))
    outcome = conferencing.schedule(facts.facts, NEW, ClientGeneration.LYNC_2010)

    assert outcome.disposition is how
    assert "unlisted-addin-schedules" in outcome.assumes


def test_only_what_the_pool_lists_may_be_offered() -> None:
    facts = observer(on(Version.S19, mcus=frozenset({"IMConf", "AVConf"})))

    assert conferencing.capabilities(facts, NEW).mcu_types == ("audio-video", "chat")
    assert conferencing.schedule(facts.facts, NEW, offers=[Modality.AUDIO]).done
    hidden = conferencing.schedule(facts.facts, NEW, offers=[Modality.AUDIO, Modality.CONTENT])
    assert (hidden.disposition, hidden.sip) == (REFUSED, None)
    assert "lists no data-collaboration" in hidden.reason


def test_capabilities_name_version_and_access_numbers() -> None:
    facts = observer(PILOT)
    found = conferencing.capabilities(facts, NEW)

    assert found.version is Version.S19
    assert not isinstance(found.access_numbers, Unknown)
    assert len(found.access_numbers) == 1
    silent = PILOT.changed(applications=Unknown("x"))
    assert isinstance(conferencing.capabilities(observer(silent), NEW).access_numbers, Unknown)


@pytest.mark.parametrize(("already", "how"), [(999, DONE), (1000, REFUSED)])
def test_the_thousand_and_first_meeting_is_refused(already: int, how: Disposition) -> None:
    outcome = conferencing.schedule(observer(PILOT).facts, NEW, already=already)

    assert outcome.disposition is how
    assert how is DONE or "maximumConferencesExceeded" in outcome.reason


@pytest.mark.parametrize(
    ("home", "page", "rules", "how", "words"),
    [
        (NEW, NEW, {}, DONE, ""),
        (OLD, OLD, {}, DONE, ""),
        (OLD, NEW, {}, REFUSED, "its own version alone"),
        (OLD, NEW, {"web-scheduler-own-version": "no"}, DONE, ""),
    ],
)
def test_the_web_scheduler_serves_its_own_version(
    home: PoolId, page: PoolId, rules: dict[str, str], how: Disposition, words: str
) -> None:
    outcome = conferencing.schedule_by_web(observer(PILOT, Rules(rules)).facts, home, page)

    assert outcome.disposition is how, outcome
    assert words in outcome.reason


def test_lync_server_2010_has_no_web_scheduler_and_none_schedules_for_it() -> None:
    facts = observer(on(Version.L10, pool=OLD), Rules({"web-scheduler-own-version": "no"}))

    assert "brings no web scheduler" in conferencing.schedule_by_web(facts.facts, OLD).reason
    assert "cannot schedule on" in conferencing.schedule_by_web(facts.facts, OLD, NEW).reason


# ---------------------------------------------------------------- on which terms meetings begin


def configured(state: State, scope: str, **settings: str) -> State:
    return after(state, op.SetMeetingConfiguration(scope=scope, settings=tuple(settings.items())))


def test_new_meetings_are_open_unless_somebody_set_it_otherwise() -> None:
    assert conferencing.new_terms(observer(PILOT).facts, NEW) is conferencing.OPEN


@pytest.mark.parametrize(
    ("scope", "hits"),
    [("global", {OLD, NEW}), (f"service:{NEW}", {NEW}), (f"site:{PILOT.pools[OLD].site}", {OLD, NEW})],
)
def test_settings_count_at_their_scope(scope: str, hits: set[PoolId]) -> None:
    facts = observer(configured(PILOT, scope, AdmitAnonymousUsersByDefault="False"))
    closed = Terms(Access.COMPANY, PhoneEntry.BYPASS)

    assert {pool for pool in (OLD, NEW) if conferencing.new_terms(facts.facts, pool) == closed} == hits


def test_the_first_scope_counts_as_a_whole() -> None:
    state = configured(PILOT, "global", PstnCallersBypassLobby="False")
    state = configured(state, f"service:{NEW}", AdmitAnonymousUsersByDefault="False")

    assert conferencing.new_terms(observer(state).facts, NEW) == Terms(Access.COMPANY, PhoneEntry.BYPASS)
    assert conferencing.new_terms(observer(state).facts, OLD) == Terms(Access.EVERYONE, PhoneEntry.LOBBY)


def test_the_same_setting_may_have_another_default_on_2010() -> None:
    state = on(Version.L10, pool=OLD)
    help_of_2010 = observer(state, Rules({"scheduled-meetings-of-2010": "company"}))

    assert conferencing.new_terms(observer(state).facts, OLD) == conferencing.OPEN
    assert conferencing.new_terms(help_of_2010.facts, OLD) == Terms(Access.COMPANY, PhoneEntry.BYPASS)
    assert conferencing.new_terms(help_of_2010.facts, NEW) == conferencing.OPEN
    # Set explicitly, it is the same everywhere.
    pinned = configured(state, "global", AdmitAnonymousUsersByDefault="True")
    assert conferencing.new_terms(observer(pinned, help_of_2010.rules).facts, OLD) == conferencing.OPEN


def test_settings_that_nobody_told_are_undecided_or_said_to_be_at_their_defaults() -> None:
    assert isinstance(PILOT.policies, tuple)
    silent = PILOT.changed(policies=tuple(each for each in PILOT.policies if each.kind != "meeting"))

    assert conferencing.new_terms(observer(silent).facts, NEW) == Unknown("Get-CsMeetingConfiguration")
    said = observer(silent, Rules({"meeting-settings-default": "yes"}))
    assert conferencing.new_terms(said.facts, NEW) == conferencing.OPEN
    told = observer(configured(silent, "global", AdmitAnonymousUsersByDefault="True"))
    assert conferencing.new_terms(told.facts, NEW) == conferencing.OPEN


@pytest.mark.parametrize(
    ("value", "phones"),
    [("not-admitted", PhoneEntry.NOT_ADMITTED), ("as-configured", PhoneEntry.BYPASS)],
)
def test_the_oldest_add_in_says_nothing_about_phones(value: str, phones: PhoneEntry) -> None:
    facts = observer(PILOT, Rules({"dropped-lobby-options": value}))

    assert conferencing.new_terms(facts.facts, NEW, Scheduler.ADD_IN_2007_R2) == Terms(phones=phones)
    assert conferencing.new_terms(facts.facts, NEW, Scheduler.ADD_IN_2010) is conferencing.OPEN
