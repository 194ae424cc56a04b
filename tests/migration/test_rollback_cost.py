"""What going back costs: counted as a careful clerk would, person by person and meeting by meeting."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from helpers import (
    RULES,
    after,
    built,
    crowd,
    front_end,
    meetings_of,
    new,
    one_pool,
    place,
    population_of,
    state_at,
    tried,
    two_sites,
)
from hypothesis import given, settings
from strategies import deployments

from coexistence.inputs.family.family import Family
from coexistence.migration import RollbackAction
from coexistence.migration.rollback_cost import Bill, bill_of, letters
from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.clients import ClientGeneration
from coexistence.model.population import ENDLESS, UNTOLD, Meetings, column
from coexistence.model.vocabulary import (
    ContactStore,
    Disposition,
    MeetingKind,
    SiteId,
    Unknown,
    UserKind,
    Version,
)
from coexistence.observation import MeetingSubject, Observer
from coexistence.observation.listings import subjects
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.rules.assumptions import Rules

if TYPE_CHECKING:
    from coexistence.checking.checkpoints import Place
    from coexistence.model.deployment import Deployment
    from coexistence.simulation.state import State

FAMILY = Family(11, 30)
NOTHING: dict[str, int | None] = {"meetings": 0, "clients": 0, "users": 0, "organizers": 0}


def by_hand(trial: Trial, state: State) -> dict[str, Any]:
    """The bill from a plain walk through everybody and every meeting."""
    population, meetings = population_of(state), meetings_of(state)
    new_pools = set(trial.plan.successor.values())
    version_of = {pool.id: pool.versions[0] for pool in trial.deployment.pools}

    def home(row: int) -> Any:
        code = int(population.home[row])
        return population.pools[code] if code < len(population.pools) else None

    def origin(row: int) -> Any:
        code = int(population.came_from[row])
        return population.pools[code] if code < len(population.pools) else None

    moved = [
        row
        for row in range(len(population))
        if population.kind[row] == UserKind.PERSON and home(row) != origin(row) and home(row) in new_pools
    ]
    lost = [
        at
        for at in range(len(meetings))
        for row in [int(meetings.organizer[at])]
        if meetings.last[at] >= state.day
        and home(row) != origin(row)
        and origin(row) in version_of
        and meetings.by_upgraded[at] == 1
        and int(meetings.scheduled_on[at]) > version_of[origin(row)]
    ]
    return {
        "meetings": len(lost),
        "clients": sum(int(population.upgraded[row]) for row in moved),
        "users": len(moved),
        "organizers": len({int(meetings.organizer[at]) for at in lost}),
    }


def totals(bill: Bill) -> dict[str, Any]:
    return {name: bill.amounts[name] for name in NOTHING}


@pytest.mark.parametrize("member", range(FAMILY.size))
def test_the_bill_is_what_a_plain_count_finds(member: int) -> None:
    trial = Trial(FAMILY.deployment(member), target=FAMILY.blueprint(member).target)
    assert [where.label for where in trial.bills] == ["pilot", "edge", "production", "post-migration"]

    for where, bill in trial.bills.items():
        assert totals(bill) == by_hand(trial, trial.state_at(where)), where.label


@given(deployments(max_sites=2))
@settings(max_examples=25)
def test_the_parts_by_site_sum_up_to_the_bill(deployment: Deployment) -> None:
    trial = Trial(deployment)
    for where, bill in trial.bills.items():
        for name in (*NOTHING, "contact_lists", "directories", "endpoints", "endless"):
            parts = [part[name] or 0 for part in bill.by_site.values()]
            assert sum(parts) == (bill.amounts[name] or 0), (where.label, name)  # type: ignore[arg-type]  # amounts of things are numbers
        assert all(any(part.values()) for part in bill.by_site.values())


def test_a_site_pays_for_its_own_people() -> None:
    deployment = built(two_sites(people=20))
    bill = tried(two_sites(people=20)).bills[place(tried(two_sites(people=20)), "pilot")]

    assert totals(bill) == {"meetings": 4, "clients": 4, "users": 4, "organizers": 4}
    half = {"meetings": 2, "clients": 2, "users": 2, "organizers": 2}
    assert {site: {name: part[name] for name in half} for site, part in bill.by_site.items()} == {
        site.id: half for site in deployment.sites
    }


def test_old_clients_schedule_nothing_that_would_be_lost() -> None:
    """No meeting stands on the bill where nobody scheduled with an upgraded client."""
    trial = tried(one_pool(people=20))
    old = front_end(trial.deployment)
    state = state_at(trial, "side-by-side")

    moved = after(
        state,
        op.MoveUsers(users=op.Selection(on=old), to=new(old), tools=trial.plan.target[-1]),
        op.ScheduleMeetings(by=op.Selection(on=new(old)), each=2),
    )

    assert totals(bill_of(moved, trial.plan, RULES)) == {**NOTHING, "users": 20}


@given(deployments(max_sites=2))
@settings(max_examples=25)
def test_no_bill_charges_meetings_that_no_upgraded_client_scheduled(deployment: Deployment) -> None:
    trial = Trial(deployment)
    for where, bill in trial.bills.items():
        flags = meetings_of(trial.state_at(where)).by_upgraded
        assert bill.meetings is not None
        assert bill.meetings <= int((flags == 1).sum())


def test_phones_and_mobile_clients_are_neither_upgraded_nor_billed() -> None:
    phones = PoolBlueprint(crowds=(crowd(10, client=ClientGeneration.MOBILE),))
    trial = tried(Blueprint(sites=(SiteBlueprint(pools=(phones,)),)))

    bill = trial.bills[place(trial, "post-migration")]

    assert totals(bill) == {**NOTHING, "users": 10}


def test_nobody_to_move_is_an_empty_bill() -> None:
    trial = tried(one_pool(people=0))

    assert [totals(bill) for bill in trial.bills.values()] == [NOTHING] * 4
    assert all(bill.by_site == {} for bill in trial.bills.values())


def test_a_meeting_that_is_over_costs_nothing() -> None:
    trial = tried(one_pool(people=20))
    state = state_at(trial, "pilot")
    once = bill_of(state, trial.plan, RULES).meetings
    later = bill_of(after(state, op.LetDaysPass(days=400)), trial.plan, RULES).meetings

    assert (once, later) == (2, 0)


def test_what_nobody_told_is_none_and_never_zero() -> None:
    trial = tried()
    state = state_at(trial, "pilot")

    blind = bill_of(state.changed(population=Unknown("Get-CsUser")), trial.plan, RULES)
    assert set(totals(blind).values()) == {None}

    meetingless = population_of(state).changed(meetings=Unknown("meetings export"))
    part = bill_of(state.changed(population=meetingless), trial.plan, RULES)
    assert (part.meetings, part.organizers) == (None, None)
    assert part.users == 2


def test_switched_off_no_meeting_is_billed() -> None:
    trial = tried(rules=Rules({"upgraded-meeting-fails-on": "nothing"}))

    assert {bill.meetings for bill in trial.bills.values()} == {0}
    assert trial.bills[place(trial, "pilot")].clients == 2


# ---------------------------------------------------------------- the bill and what really breaks


def lost_at(trial: Trial, where: Place) -> int:
    """How many meetings cannot be joined, as an observer finds."""
    here = Observer(trial.state_at(where), trial.rules)
    meetings = [each for each in subjects(here, "meeting") if isinstance(each, MeetingSubject)]
    return sum(each.meetings for each in meetings if each.join().disposition is not Disposition.DONE)


@given(deployments(max_sites=2))
@settings(max_examples=25)
def test_the_default_way_back_loses_no_meeting(deployment: Deployment) -> None:
    trial = Trial(deployment)

    assert [where.label for where in trial.places if lost_at(trial, where)] == []


@given(deployments(max_sites=2))
@settings(max_examples=25)
def test_without_rescheduling_exactly_the_billed_meetings_are_lost(deployment: Deployment) -> None:
    trial = Trial(deployment, actions=frozenset(RollbackAction) - {RollbackAction.MEETINGS})
    bills = {where.phase: bill for where, bill in trial.bills.items()}
    for where in trial.places:
        expected = bills[where.phase].meetings if where.is_rolled_back else 0
        assert lost_at(trial, where) == expected, where.label


def test_shifting_users_alone_loses_exactly_the_billed_meetings() -> None:
    trial = tried(one_pool(people=60), actions=frozenset({RollbackAction.USERS}))

    for label in ("pilot", "edge", "production", "post-migration"):
        bill = trial.bills[place(trial, label)]
        assert bill.meetings
        assert lost_at(trial, place(trial, f"{label}.rolled-back")) == bill.meetings


def test_a_way_back_that_is_not_taken_loses_nothing() -> None:
    trial = tried(actions=frozenset())

    assert lost_at(trial, place(trial, "pilot.rolled-back")) == 0


def test_a_bill_is_plain_data_by_site_in_order() -> None:
    bill = dataclasses.replace(
        tried().bills[place(tried(), "pilot")], by_site={SiteId("9"): NOTHING, SiteId("10"): NOTHING}
    )

    assert list(bill.plain()["by_site"]) == ["10", "9"]
    assert list(bill.plain()) == [
        "meetings",
        "clients",
        "users",
        "organizers",
        "invited",
        "contact_lists",
        "directories",
        "endpoints",
        "freeze",
        "endless",
        "meeting_rows",
        "by_site",
    ]


# ---------------------------------------------------------------- lists, directories, objects, freezes


def scheduled(state: State, *lasts: int) -> State:
    """The state as if upgraded people on the new pool had nothing but meetings that last so long."""
    population, meetings = population_of(state), meetings_of(state)
    lost = bill_of(state, tried(one_pool(people=20)).plan, RULES).rows
    assert lost is not None
    row = int(meetings.organizer[lost[0]])
    made = Meetings.of(
        [
            (row, MeetingKind.ONCE, state.day, last, int(meetings.scheduled_on[lost[0]]), 1, -1)
            for last in lasts
        ]
    )
    return state.changed(population=population.changed(meetings=made))


@pytest.mark.parametrize(
    ("ahead", "freeze", "endless"),
    [((), 0, 0), ((0,), 1, 0), ((3, 10), 11, 0), ((3, None), "never", 1), ((-1,), 0, 0)],
)
def test_a_scheduling_freeze_lasts_until_the_last_meeting_is_over(
    ahead: tuple[int | None, ...], freeze: int | str, endless: int
) -> None:
    trial = tried(one_pool(people=20))
    state = state_at(trial, "pilot")
    bill = bill_of(
        scheduled(state, *(ENDLESS if days is None else state.day + days for days in ahead)),
        trial.plan,
        RULES,
    )

    assert (bill.freeze, bill.endless) == (freeze, endless)


def test_nobody_knows_how_long_to_freeze_where_nobody_told_of_meetings() -> None:
    trial = tried()
    state = state_at(trial, "pilot")
    meetingless = population_of(state).changed(meetings=Unknown("meetings export"))

    bill = bill_of(state.changed(population=meetingless), trial.plan, RULES)

    assert (bill.freeze, bill.endless, bill.rows) == (None, None, None)


@pytest.mark.parametrize(
    ("legacy", "store", "lists"),
    [
        (Version.L10, ContactStore.EXCHANGE, 20),
        (Version.L10, ContactStore.SERVER, 0),
        (Version.L10, ContactStore.UNKNOWN, None),
        (Version.L13, ContactStore.EXCHANGE, 0),
        (Version.L13, ContactStore.UNKNOWN, 0),
        (Version.L13, ContactStore.LOST, 20),
    ],
)
def test_lists_in_exchange_are_at_risk_on_the_way_to_2010(
    legacy: Version, store: ContactStore, lists: int | None
) -> None:
    trial = tried(one_pool(people=20, legacy=legacy, target=Version.S15))
    state = state_at(trial, "production")
    population = population_of(state)
    kept = population.changed(contacts=column([store] * len(population), np.uint8))

    assert bill_of(state.changed(population=kept), trial.plan, RULES).contact_lists == lists


def test_directories_and_objects_that_moved_are_to_be_given_back() -> None:
    trial = tried(one_pool(pool=PoolBlueprint(dial_in=True, voice=True, call_park=True)))
    bills = dict(zip((step.id for step in trial.plan.steps), trial.step_bills, strict=True))

    assert (bills["P6.4"].endpoints, bills["P6.4"].directories) == (0, 0)
    assert bills["P7.2"].endpoints
    assert bills["P7.3"].endpoints == bills["P7.2"].endpoints + 1
    assert bills["P8.2"].directories == 0
    assert bills["P8.3"].directories == 1
    assert bill_of(state_at(trial, "post-migration"), trial.plan, RULES).endpoints is None


def test_nobody_is_told_how_many_people_were_invited() -> None:
    assert {bill.invited for bill in tried().bills.values()} == {None}


def test_every_step_has_its_bill() -> None:
    trial = tried(one_pool(people=20))
    by_step = dict(zip((step.key for step in trial.plan.steps), trial.step_bills, strict=True))
    last = {step.reaches: step.key for step in trial.plan.steps if step.reaches}

    for where, bill in trial.bills.items():
        assert by_step[last[where.phase]] == bill


# ---------------------------------------------------------------- letters


def test_there_is_a_letter_for_everybody_whom_a_rollback_concerns() -> None:
    trial = tried(one_pool(people=60))
    bill = trial.bills[place(trial, "pilot")]
    found = list(trial.letters_at(place(trial, "pilot")))

    assert [each.person for each in found] == [0, 1, 2]
    assert len(found) == bill.users
    assert bill.rows is not None
    assert sorted(row for each in found for row in each.meetings or ()) == bill.rows.tolist()
    assert sum(bool(each.client) for each in found) == bill.clients
    addresses = population_of(trial.start).addresses
    assert [each.address for each in found] == [addresses[row] for row in range(3)]
    assert {(each.home, each.back_to) for each in found} == {
        (new(front_end(trial.deployment)), front_end(trial.deployment))
    }


def test_nobody_is_written_to_where_nobody_told_who_is_homed_where() -> None:
    trial = tried()
    state = state_at(trial, "pilot").changed(population=Unknown("Get-CsUser"))

    assert list(letters(state, trial.plan, RULES)) == []


def test_a_letter_leaves_open_what_nobody_told() -> None:
    trial = tried(one_pool(people=20))
    state = state_at(trial, "pilot")
    population = population_of(state)
    dark = population.changed(
        meetings=Unknown("meetings export"), upgraded=column([UNTOLD] * len(population), np.uint8)
    )
    found = list(letters(state.changed(population=dark), trial.plan, RULES))

    assert {(each.meetings, each.client) for each in found} == {(None, None)}
