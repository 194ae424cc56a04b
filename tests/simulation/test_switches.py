"""Assumptions that were switched: something else is found, and nothing that rested on them is called done."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import built, front_end, new, observer, one_pool, population_of, state_at, tried

from coexistence import User
from coexistence.errors import InputError
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
    assert assumption.allows(assumption.default)
    assert not assumption.allows("perhaps")


NUMBERS = {each.id: each.options for each in ASSUMPTIONS.values() if isinstance(each.options, range)}


def test_what_is_counted_may_be_any_number_that_makes_sense() -> None:
    assert set(NUMBERS) == {
        "clock-tolerance",
        "days-after-moves",
        "days-between-waves",
        "one-meeting-each",
        "pilot-days",
        "pilot-one-in",
        "redirects-followed",
        "user-moves-an-hour",
    }
    # Words that are spelled with digits: two figures from two pages, statuses, diagnostics.
    for each in ASSUMPTIONS.values():
        if any(option.isdigit() for option in map(str, each.options)):
            assert each.id in NUMBERS or each.id in {
                *("contacts-refused-as", "front-ends-of-2019", "unknown-elements", "upgraded-meeting-answer"),
            }


@pytest.mark.parametrize(("name", "numbers"), NUMBERS.items(), ids=list(NUMBERS))
def test_numbers_within_bounds_are_taken_and_all_else_is_refused_in_one_sentence(
    name: str, numbers: range
) -> None:
    least, most = numbers[0], numbers[-1]
    for good in (least, least + 1, 6, 8, most - 1, most):
        if good in numbers:
            assert Rules({name: str(good)}).value(name) == str(good)
    for bad in (
        str(least - 1),
        str(most + 1),
        "-1",
        "1.5",
        "7.0",
        "1e1",
        "",
        " 7",
        "+7",
        "07",
        "\u0667",
        "9" * 5_000,
    ):
        with pytest.raises(
            InputError, match=f"^Assumption '{name}' cannot be .* Possible: a whole number from"
        ):
            Rules({name: bad})


@pytest.mark.parametrize("days", [0, 6, 8, 3_650])
def test_a_pilot_is_watched_for_as_many_days_as_somebody_says(days: int) -> None:
    trial = tried(rules=Rules({"pilot-days": str(days), "days-after-moves": "0", "days-between-waves": "3"}))

    pilot, production = (state_at(trial, label).day for label in ("pilot", "production"))
    assert production - pilot >= 0
    assert pilot - state_at(tried(rules=Rules({"pilot-days": "7"})), "pilot").day == days - 7


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
    deployment = deployment_of(state, "contoso")
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
