"""What going back costs: counted as a careful clerk would, person by person and meeting by meeting."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

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

from coexistence import operations as op
from coexistence.bills import Bill, bill_of
from coexistence.blueprint import Blueprint, PoolBlueprint, SiteBlueprint
from coexistence.generation.families import Family
from coexistence.observation import MeetingSubject, Observer
from coexistence.planning import RollbackAction
from coexistence.simulation.rules import Rules
from coexistence.trial import Trial
from coexistence.vocabulary import ClientGeneration, Disposition, SiteId, Unknown, UserKind

if TYPE_CHECKING:
    from coexistence.checking import Place
    from coexistence.deployment import Deployment
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
    return {name: part for name, part in bill.plain().items() if name != "by_site"}


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
        for name, total in totals(bill).items():
            assert sum(part[name] or 0 for part in bill.by_site.values()) == total, (where.label, name)
        assert all(any(part.values()) for part in bill.by_site.values())


def test_a_site_pays_for_its_own_people() -> None:
    deployment = built(two_sites(people=20))
    bill = tried(two_sites(people=20)).bills[place(tried(two_sites(people=20)), "pilot")]

    assert totals(bill) == {"meetings": 4, "clients": 4, "users": 4, "organizers": 4}
    half = {"meetings": 2, "clients": 2, "users": 2, "organizers": 2}
    assert dict(bill.by_site) == {site.id: half for site in deployment.sites}


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
    subjects = [each for each in here.subjects("meeting") if isinstance(each, MeetingSubject)]
    return sum(each.meetings for each in subjects if each.join().disposition is not Disposition.DONE)


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
    assert list(bill.plain()) == ["meetings", "clients", "users", "organizers", "by_site"]
