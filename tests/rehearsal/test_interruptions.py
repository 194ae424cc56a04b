"""Nights that end early: after every step and inside every batch, on, back, and back and again."""

from __future__ import annotations

import dataclasses
from functools import cache

import pytest
from helpers import built, crowd, front_end, new, one_pool, state_at, tried, two_sites
from rehearsal.shared import RICH, checks

from coexistence.checking.decorators import check
from coexistence.checking.registry import verified
from coexistence.inputs.family.family import Family
from coexistence.migration import RollbackAction, Undo
from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.operations import Selection
from coexistence.model.vocabulary import Unknown, Version
from coexistence.observation import DeploymentSubject
from coexistence.rehearsal.interruptions import Interruptions, Repeat, StepRehearsal, Way
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import deployment_of

#: One of each pair of versions, and one more; the job in ``benchmarks/jobs.py`` takes a thousand.
FAMILY = Family(11, 8)


def interrupted(trial: Trial, *, asked: bool = True) -> Interruptions:
    return Interruptions(trial.plan, trial.start, trial.rules, checks() if asked else (), trial.actions)


@cache
def rehearsed(legacy: Version, target: Version) -> tuple[StepRehearsal, ...]:
    """The rich deployment on its way from one version to another."""
    return interrupted(tried(dataclasses.replace(RICH, legacy=legacy, target=target))).steps


def step(rehearsals: tuple[StepRehearsal, ...], key: str) -> StepRehearsal:
    return next(each for each in rehearsals if each.step.key == key)


RICH_PAIRS = [(Version.L10, Version.L13), (Version.L13, Version.S19), (Version.S19, Version.SE)]


# ---------------------------------------------------------------- where a night can end


def test_a_plan_can_stop_after_every_operation_and_inside_every_batch() -> None:
    trial = tried(two_sites(people=20))
    found = interrupted(trial, asked=False).prefixes

    ends = [(each.step, each.operations) for each in found if not each.is_half]
    assert ends == [
        (number, done)
        for number, each in enumerate(trial.plan.steps)
        for done in (range(1, len(each.operations) + 1) if each.operations else [0])
    ]
    halves = [trial.plan.steps[each.step].operations[each.operations] for each in found if each.is_half]
    assert {type(each) for each in halves} >= {op.MoveUsers, op.UpgradeClients, op.ScheduleMeetings}


def test_in_the_middle_of_a_batch_the_first_half_of_the_accounts_is_moved() -> None:
    trial = tried(one_pool(people=60))
    found = interrupted(trial, asked=False).prefixes
    half = next(each for each in found if each.is_half)

    assert isinstance(trial.plan.steps[half.step].operations[half.operations], op.MoveUsers)
    population = half.state.population
    assert not isinstance(population, Unknown)
    assert population.people_by_pool[new(front_end(trial.deployment))] == 1  # of a pilot of three


def test_one_account_is_no_batch() -> None:
    trial = tried(one_pool(people=1))

    assert not [each for each in interrupted(trial, asked=False).prefixes if each.is_half]


# ---------------------------------------------------------------- healthy plans


@pytest.mark.parametrize("member", range(FAMILY.size))
def test_what_the_plan_declares_is_what_trying_shows(member: int) -> None:
    """Undo, last safe step, and every promise on all three ways, over every prefix of a healthy plan."""
    trial = Trial(FAMILY.deployment(member), target=FAMILY.blueprint(member).target)
    found = interrupted(trial)

    assert found.last_safe_step == trial.last_safe_step
    for each in found.steps:
        assert agrees(each), (each.step.key, each.step.undo, each.found, each.why)
        if each.step.undo is Undo.IRREVERSIBLE:
            continue
        for way in Way:
            assert each.change(way).standing == "kept", (each.step.key, way, each.change(way))


def agrees(each: StepRehearsal) -> bool:
    """What was found is what is declared. A price that nobody here has to pay is none."""
    free = each.step.undo is Undo.BILL and each.found is Undo.CLEAN
    return each.found in (None, each.step.undo) or free


@pytest.mark.parametrize(("legacy", "target"), RICH_PAIRS)
def test_every_kind_of_step_goes_back_as_declared(legacy: Version, target: Version) -> None:
    for each in rehearsed(legacy, target):
        assert agrees(each), (each.step.key, each.step.undo, each.found, each.why)
        if each.step.undo is not Undo.IRREVERSIBLE:
            assert {each.change(way).standing for way in Way} == {"kept"}, each.step.key


@pytest.mark.parametrize(("legacy", "target"), RICH_PAIRS)
def test_prices_are_paid_for_moves_and_upgrades_alone(legacy: Version, target: Version) -> None:
    paid = {each.step.id for each in rehearsed(legacy, target) if each.found is Undo.BILL}

    assert {"P4.3", "P6.4"} <= paid <= {"P4.3", "P6.4", "P7.9"}


def test_removing_pools_is_what_cannot_be_undone() -> None:
    removed = step(rehearsed(Version.L13, Version.S19), "P8.8")

    assert removed.found is Undo.IRREVERSIBLE
    assert removed.change(Way.ROLL_BACK).lost
    assert removed.stops[-1].went(Way.ROLL_BACK).refusals[0].startswith("there is no pool ")


def test_a_step_in_which_the_model_does_nothing_is_not_classified() -> None:
    backup = step(rehearsed(Version.L13, Version.S19), "P2.3")

    assert (backup.found, backup.why) == (None, "the model does nothing in this step")


# ---------------------------------------------------------------- once more


def test_what_only_sets_something_can_be_set_twice() -> None:
    found = rehearsed(Version.L13, Version.S19)

    for key in ("P2.2", "P3.5", "P6.1a", "P6.1g", "P6.3", "P7.2", "P8.1", "P8.3", "P8.7"):
        assert step(found, key).repeat is Repeat.SAFE, key


def test_the_product_refuses_to_define_a_pool_twice() -> None:
    published = step(rehearsed(Version.L13, Version.S19), "P3.4")

    assert published.repeat is Repeat.REFUSED
    assert "is already a pool of the topology" in published.repeat_why


def test_a_wave_that_is_counted_moves_the_next_ones_when_repeated() -> None:
    """So many users of a pool are others the second time; a list would be the same people."""
    trial = tried(one_pool(people=60))
    counted = step(interrupted(trial, asked=False).steps, "P4.3")
    assert (counted.repeat, counted.repeat_why) == (
        Repeat.CHANGES,
        "3 more people are moved; 3 more clients are changed",
    )

    listed = dataclasses.replace(
        trial.plan,
        steps=tuple(
            dataclasses.replace(
                each,
                operations=tuple(
                    dataclasses.replace(act, users=Selection(on=act.users.on, listed=(0, 1, 2)))
                    if isinstance(act, op.MoveUsers)
                    else act
                    for act in each.operations
                ),
            )
            if each.id == "P4.3"
            else each
            for each in trial.plan.steps
        ),
    )
    by_name = Interruptions(listed, trial.start, trial.rules).steps
    assert step(by_name, "P4.3").repeat is Repeat.SAFE


def test_going_on_ends_at_the_checkpoint_that_was_next() -> None:
    """A counted wave that is begun again moves others too; the pilot is judged, and nothing later."""

    @check(clause="data", at="pilot")
    def both_generations_are_there(deployment: DeploymentSubject) -> None:
        assert len(deployment.generations) == 2

    trial = tried(one_pool(people=60))
    asked = (verified(both_generations_are_there, "test"),)
    pilot = step(Interruptions(trial.plan, trial.start, trial.rules, asked).steps, "P4.3")
    resumed = [each.went(Way.RESUME) for each in pilot.stops]

    assert {each.place for each in resumed} == {"pilot"}
    assert {each.change.standing for each in resumed} == {"kept"}
    assert {each.refusals for each in resumed} == {()}


# ---------------------------------------------------------------- assumptions and own ways back


def test_without_the_assumption_preparing_the_schema_is_the_first_step_without_a_way_back() -> None:
    strict = Rules({"schema-preparation-harmless": "no"})
    trial = tried(rules=strict)
    found = interrupted(trial)

    before = trial.plan.steps[[each.id for each in trial.plan.steps].index("P3.1") - 1]
    assert trial.last_safe_step == found.last_safe_step == before.key
    assert step(found.steps, "P3.1").found is Undo.IRREVERSIBLE
    assert "schema-preparation-harmless" in trial.assumes


def test_what_a_way_back_leaves_out_is_what_breaks() -> None:
    trial = tried(one_pool(people=40), actions=frozenset(RollbackAction) - {RollbackAction.MEETINGS})
    pilot = step(interrupted(trial).steps, "P4.3")

    assert pilot.change(Way.ROLL_BACK).lost == (
        "coexistence.checks.meetings::no_meeting_is_lost_by_going_back",
    )
    assert (pilot.found, pilot.why) == (None, "part of the way back is left out")


def test_nobody_goes_back_where_nothing_is_to_be_done() -> None:
    trial = tried(one_pool(people=10), actions=frozenset())
    pilot = step(interrupted(trial, asked=False).steps, "P4.3")

    assert pilot.stops[-1].went(Way.ROLL_BACK).left == ()
    assert pilot.stops[-1].went(Way.ROLL_BACK).refusals == ()


def test_who_is_homed_where_decides_what_a_move_costs() -> None:
    known = built(one_pool(people=10))
    unknown = dataclasses.replace(known, population=Unknown("Get-CsUser"))
    found = interrupted(Trial(unknown), asked=False).steps

    moving = [
        each
        for each in found
        if any(isinstance(done.operation, op.MoveUsers) for done in each.stops[-1].prefix.of_step)
    ]
    assert moving
    assert {(each.found, each.why) for each in moving} == {(None, "nobody told who is homed where")}


def test_a_step_that_leaves_people_worse_off_is_seen() -> None:
    """A plan that gives contact lists up is not clean, whatever it declares."""
    trial = tried(one_pool(people=40))
    forced = dataclasses.replace(
        trial.plan,
        steps=tuple(
            dataclasses.replace(
                each,
                undo=Undo.CLEAN,
                operations=tuple(
                    dataclasses.replace(act, force=True) if isinstance(act, op.MoveUsers) else act
                    for act in each.operations
                ),
            )
            if each.id == "P4.3"
            else each
            for each in trial.plan.steps
        ),
    )
    found = Interruptions(forced, trial.start, trial.rules, checks())
    pilot = step(found.steps, "P4.3")

    assert pilot.found is Undo.IRREVERSIBLE
    assert "coexistence.checks.data::contact_lists_can_be_read" in pilot.change(Way.ROLL_BACK).lost
    assert (
        found.last_safe_step
        == trial.plan.steps[
            trial.plan.steps.index(next(each for each in trial.plan.steps if each.id == "P4.3")) - 1
        ].key
    )


@pytest.mark.parametrize("label", ["side-by-side", "pilot", "edge"])
def test_a_twin_on_its_way_goes_back_to_its_legacy_pools(label: str) -> None:
    trial = tried(two_sites(people=20))
    seen = deployment_of(state_at(trial, label), "twin")
    twin = Trial(seen, is_twin=True)
    found = interrupted(twin)

    assert found.last_safe_step == twin.last_safe_step == "P8.7"
    for each in found.steps:
        if each.step.undo is not Undo.IRREVERSIBLE:
            assert {each.change(way).standing for way in Way} == {"kept"}, each.step.key


def test_a_twin_in_production_can_only_go_on() -> None:
    trial = tried(two_sites(people=20))
    seen = deployment_of(state_at(trial, "production"), "twin")
    found = interrupted(Trial(seen, is_twin=True))

    assert found.last_safe_step is None
    for each in found.steps:
        assert each.plain()["resume"] == "kept"
        assert (each.plain()["roll_back"], each.plain()["retry"], each.found) == (None, None, None)


def test_pools_that_were_defined_and_never_started_are_taken_out_again() -> None:
    trial = tried(one_pool(people=4))
    found = interrupted(trial)
    defined = step(found.steps, "P3.4")
    back = defined.stops[-1].went(Way.ROLL_BACK)

    assert (back.change.standing, back.left, back.refusals) == ("kept", (), ())
    assert defined.change(Way.RETRY).standing == "kept"


def test_two_blueprints_tell_nothing_new_twice() -> None:
    """States that nobody can tell apart are judged once."""
    home = PoolBlueprint(crowds=(crowd(30),))
    trial = tried(Blueprint(sites=(SiteBlueprint(pools=(home, home), edge=EdgeBlueprint()),)))
    found = interrupted(trial)
    judged = found.judge._judgements
    asked = len(judged)

    assert len(found.steps) == len(trial.plan.steps)
    assert asked < len(judged) < len(found.prefixes)
