"""Operators' mistakes: pure changes to a plan, and who tells of each."""

from __future__ import annotations

import dataclasses
from functools import cache

import pytest
from helpers import front_end, new, one_pool, tried, two_sites
from rehearsal.shared import RICH, checks

from coexistence.migration import Plan
from coexistence.migration.operator_errors import MISTAKES
from coexistence.model import operations as op
from coexistence.rehearsal.interruptions.tolerances import Told, Tolerance, tolerances
from coexistence.rehearsal.trial import Trial

BY_ID = {each.id: each for each in MISTAKES}


def at(plan: Plan, key: str) -> int:
    return next(number for number, each in enumerate(plan.steps) if each.key == key)


def made(trial: Trial, mistake: str, key: str) -> Plan:
    found = BY_ID[mistake].make(trial.plan, at(trial.plan, key))
    assert found is not None
    return found


def operations(plan: Plan, number: int) -> tuple[op.Operation, ...]:
    return plan.steps[number].operations


@cache
def table() -> dict[tuple[str, str], Tolerance]:
    trial = tried(dataclasses.replace(RICH, sites=(*RICH.sites, *two_sites(people=8).sites[1:])))
    found = tolerances(trial.plan, trial.start, trial.rules, checks())
    return {(each.step, each.mistake.id): each for each in found}


def told(key: str, mistake: str) -> tuple[Told, int, str]:
    found = table()[key, mistake]
    return found.told, found.later, found.where


# ---------------------------------------------------------------- plans with a mistake in them


def test_a_skipped_step_still_lets_days_pass_and_people_meet() -> None:
    trial = tried(one_pool(people=20))
    number = at(trial.plan, "P4.3")
    left = {type(each) for each in operations(made(trial, "skipped", "P4.3"), number)}

    assert {op.ScheduleMeetings, op.LetDaysPass} <= left
    assert not left & {op.MoveUsers, op.UpgradeClients}


def test_a_step_is_done_twice_by_the_operator_alone() -> None:
    trial = tried(one_pool(people=20))
    number = at(trial.plan, "P4.3")
    twice = operations(made(trial, "twice", "P4.3"), number)

    assert [type(each) for each in twice].count(op.MoveUsers) == 2
    assert [type(each) for each in twice].count(op.LetDaysPass) == 1


def test_steps_change_places_and_checkpoints_do_not() -> None:
    trial = tried(one_pool(people=20))
    number = at(trial.plan, "P6.1a")
    wrong = made(trial, "swapped", "P6.1a")

    assert [each.key for each in wrong.steps[number : number + 2]] == ["P6.1b", "P6.1a"]
    assert [each.reaches for each in wrong.steps] == [each.reaches for each in trial.plan.steps]


def test_the_wrong_pool_is_another_new_one() -> None:
    trial = tried(two_sites(people=20))
    one, other = front_end(trial.deployment), front_end(trial.deployment, 1)
    wrong = operations(made(trial, "wrong-pool", "P4.3"), at(trial.plan, "P4.3"))
    targets = [each.to for each in wrong if isinstance(each, op.MoveUsers)]

    assert one != other
    assert targets == [new(other), new(other)]


def test_without_another_pool_of_the_role_nobody_picks_the_wrong_one() -> None:
    trial = tried(one_pool(people=20))

    assert BY_ID["wrong-pool"].make(trial.plan, at(trial.plan, "P4.3")) is None


def test_only_moves_can_be_forced() -> None:
    trial = tried(one_pool(people=20))

    assert BY_ID["forced"].make(trial.plan, at(trial.plan, "P6.3")) is None
    forced = operations(made(trial, "forced", "P4.3"), at(trial.plan, "P4.3"))
    assert all(each.force for each in forced if isinstance(each, op.MoveUsers))


def test_part_of_a_batch_is_its_first_half() -> None:
    trial = tried(one_pool(people=20))
    part = operations(made(trial, "in-part", "P4.3"), at(trial.plan, "P4.3"))

    assert all(each.users.is_half for each in part if isinstance(each, op.MoveUsers | op.UpgradeClients))
    assert not any(each.by.is_half for each in part if isinstance(each, op.ScheduleMeetings))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.id)
def test_a_mistake_changes_the_steps_it_is_made_in_and_no_other(mistake: object) -> None:
    trial = tried(two_sites(people=20))
    before = trial.plan.steps
    changed = 0
    for number in range(len(before)):
        wrong = mistake.make(trial.plan, number)  # type: ignore[attr-defined]  # a mistake
        if wrong is None:
            continue
        changed += 1
        touched = [at for at, each in enumerate(wrong.steps) if each != before[at]]
        assert touched
        assert set(touched) <= {number, number + 1}
        assert trial.plan.steps is before
    assert changed


# ---------------------------------------------------------------- who tells


@pytest.mark.parametrize(
    ("key", "mistake", "expected"),
    [
        ("P3.1", "skipped", (Told.REFUSED, "P3.4")),
        ("P3.4", "twice", (Told.REFUSED, "P3.4")),
        ("P3.7", "skipped", (Told.NOTICED, "pilot")),
        ("P4.3", "forced", (Told.NOTICED, "pilot")),
        ("P4.3", "old-tools", (Told.REFUSED, "P4.3")),
        ("P4.3", "in-part", (Told.SILENT, "")),
        ("P6.3", "twice", (Told.HARMLESS, "")),
        ("P8.3", "skipped", (Told.NOTICED, "legacy-silent")),
        ("P8.3", "old-tools", (Told.NOTICED, "legacy-silent")),
        ("P8.8", "old-tools", (Told.REFUSED, "P8.8")),
        ("P2.3", "skipped", (Told.NOT_SIMULATED, "")),
    ],
)
def test_each_mistake_has_its_teller(key: str, mistake: str, expected: tuple[Told, str]) -> None:
    found = table()[key, mistake]

    assert (found.told, found.where) == expected, found


def test_how_late_a_mistake_comes_out_is_counted_in_steps() -> None:
    plan = tried(RICH).plan
    skipped = table()["P3.1", "skipped"]

    assert skipped.later == at(plan, "P3.4") - at(plan, "P3.1")
    assert skipped.by == ("Active Directory is not prepared for this version",)


def test_a_forced_move_is_noticed_by_those_who_lost_something() -> None:
    assert {each.rpartition("::")[2] for each in table()["P4.3", "forced"].by} >= {
        "contact_lists_can_be_read",
        "every_scheduled_meeting_can_be_joined",
    }


def test_what_nobody_notices_is_named() -> None:
    """A silent mistake says what is different in the end."""
    silent = [each for each in table().values() if each.told is Told.SILENT]

    assert silent
    assert all(each.by for each in silent)


def test_without_checks_only_the_product_tells() -> None:
    trial = tried(one_pool(people=8))
    found = {each.told for each in tolerances(trial.plan, trial.start, trial.rules, ())}

    assert Told.NOTICED not in found
    assert {Told.REFUSED, Told.SILENT} <= found
