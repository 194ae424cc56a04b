"""Assumptions that were switched: something else is found, and nothing that rested on them is called done."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import built, front_end, new, observer, one_pool, population_of, state_at, tried

from coexistence import User
from coexistence.model.population import UNTOLD, Population
from coexistence.model.vocabulary import Disposition, Version
from coexistence.observation import Undecided
from coexistence.observation.listings import subjects
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.rules.assumptions import ASSUMPTIONS, Assumption, Rules
from coexistence.simulation.state import State, deployment_of

OLD = front_end(built())
NEW = new(OLD)


@pytest.mark.parametrize("assumption", ASSUMPTIONS.values(), ids=lambda assumption: assumption.id)
def test_every_assumption_can_be_switched_to_something_else(assumption: Assumption) -> None:
    assert len(set(assumption.options)) >= 2
    assert assumption.default in assumption.options


def test_pools_that_nobody_has_seen_running_are_undecided_if_plans_are_not_trusted() -> None:
    rules = Rules({"plan-as-written": "undecided"})
    trial = tried(rules=rules)
    outcome = observer(state_at(trial, "pilot"), rules).message(OLD, NEW)

    assert outcome.disposition is Disposition.UNDECIDED
    assert outcome.needs == ("Get-CsWindowsService",)
    assert observer(state_at(tried(), "pilot")).message(OLD, NEW).done


@pytest.mark.parametrize(("home", "left"), [("yes", 0), ("no", 2)])
def test_people_found_on_a_new_pool_are_at_home_there_if_nobody_is_taken_to_have_moved(
    home: str, left: int
) -> None:
    mixed = state_at(tried(), "pilot")
    people = population_of(mixed)
    there = people.home == people.code(NEW)
    assert there.sum() == 2
    found = people.changed(came_from=people.home)
    twin = _twin(found, mixed, Rules({"rollback-home": home}))
    after = population_of(state_at(twin, "pilot.rolled-back"))

    assert (after.home == after.code(NEW)).sum() == left


def _twin(population: Population, state: State, rules: Rules) -> Trial:
    deployment = deployment_of(state, "contoso", ("contoso.com",))
    return Trial(replace(deployment, population=population), target=Version.S19, rules=rules, is_twin=True)


def test_people_of_whom_nobody_told_are_undecided_or_said_to_need_nothing() -> None:
    state = state_at(tried(one_pool(legacy=Version.S15)), "legacy")
    people = population_of(state)
    silent = state.changed(population=people.changed(chat=people.chat * 0 + UNTOLD))
    (told,) = _users(silent, Rules({"needs-told": "yes"}))
    (untold,) = _users(silent, Rules())

    assert told.has_chat is False
    with pytest.raises(Undecided, match="Persistent Chat"):
        untold.chat()


def _users(state: State, rules: Rules) -> list[User]:
    found = subjects(observer(state, rules), "user")
    return [user for user in found if isinstance(user, User)]
