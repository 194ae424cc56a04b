"""Phones: two owners of one directory, regions, and leaders who show a PIN."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from helpers import (
    after,
    built,
    crowd,
    front_end,
    meetings_of,
    new,
    observer,
    one_pool,
    population_of,
    state_at,
    tried,
)

from coexistence import MeetingSubject
from coexistence.model import operations as op
from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.deployment import Application, ConferenceDirectory
from coexistence.model.population import ENDLESS, NO_PIN, PIN_UNTOLD, column
from coexistence.model.vocabulary import Disposition, Origin, PoolId, Unknown, Version
from coexistence.observation import Outcome, conferencing
from coexistence.observation.listings import subjects
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

BLUEPRINT = one_pool(20, pool=PoolBlueprint(dial_in=True, voice=True, crowds=(crowd(10),)))
OLD = front_end(built(BLUEPRINT))
NEW = new(OLD)
PILOT = state_at(tried(BLUEPRINT), "pilot")
DONE, FAILED = Disposition.DONE, Disposition.FAILED


def number_of(state: State, owner: PoolId) -> Application:
    assert not isinstance(state.applications, Unknown)
    return next(
        each for each in state.applications if each.owner == owner and "access number" in each.kind.value
    )


def with_two_numbers(state: State) -> State:
    assert not isinstance(state.applications, Unknown)
    second = dataclasses.replace(number_of(state, OLD), id="second", owner=NEW)
    return state.changed(applications=(*state.applications, second))


def dial_in(state: State, rules: Rules | None = None, **how: object) -> Outcome:
    return conferencing.dial_in(observer(state, rules or Rules()), 1, NEW, Version.L13, False, **how)  # type: ignore[arg-type]  # as the test says


# ---------------------------------------------------------------- two owners


def split() -> State:
    step = apply(with_two_numbers(PILOT), op.BreakOffDirectoryMove(source=OLD, to=NEW), Rules())
    assert step.disposition is FAILED
    assert "Move operation failed for conference directory with ID 1." in step.reason
    assert "Cannot perform a rollback" in step.reason
    return step.state


def test_one_code_gets_two_answers_depending_on_the_number_that_is_called() -> None:
    state = split()
    by_old, by_new = (dial_in(state, number=number_of(state, pool)) for pool in (OLD, NEW))

    assert by_old.done, by_old
    assert by_new.disposition is FAILED
    assert by_new.source == NEW
    assert "owns conference directory 1 too, and opens another meeting under the code" in by_new.reason
    # Invitations print every number.
    assert dial_in(state).disposition is FAILED
    assert "split-directory-answers" in by_old.assumes
    assert "split-directory-answers" in by_new.assumes


def test_who_answers_for_a_split_directory_is_an_assumption() -> None:
    rules = Rules({"split-directory-answers": "first-owner"})

    assert dial_in(split(), rules).done


def test_each_owner_of_a_split_directory_is_a_subject_of_its_own() -> None:
    state = split()
    assert not isinstance(state.directories, Unknown)
    first, second = state.directories

    assert conferencing.directory_owner(observer(state).facts, first).done
    assert conferencing.directory_owner(observer(state).facts, second).disposition is FAILED


def test_a_move_breaks_off_on_pools_that_answer_alone() -> None:
    silent = after(PILOT, op.StopServices(pool=OLD))

    assert "cannot be reached" in apply(silent, op.BreakOffDirectoryMove(source=OLD, to=NEW), Rules()).reason


# ---------------------------------------------------------------- directories and regions


def test_codes_get_longer_with_the_tenth_directory() -> None:
    def directories(count: int) -> State:
        made = tuple(
            ConferenceDirectory(number=each + 1, owner=OLD, origin=Origin("test")) for each in range(count)
        )
        return PILOT.changed(directories=made)

    assert "codes have a digit more" not in str(dial_in(directories(9)))
    assert "codes have a digit more: there are 10 directories" in str(dial_in(directories(10)))


def test_callers_dial_a_number_of_their_region() -> None:
    (region,) = number_of(PILOT, OLD).regions

    assert dial_in(PILOT, region=region).done
    assert "no access number to dial in Atlantis" in dial_in(PILOT, region="Atlantis").reason


# ---------------------------------------------------------------- PINs


def with_pins(state: State, until: int) -> State:
    people = population_of(state)
    return state.changed(population=people.changed(pin=column(np.full(len(people), until), np.int32)))


@pytest.mark.parametrize(
    ("until", "how", "words"),
    [
        (ENDLESS, DONE, ""),
        (PILOT.day, DONE, ""),
        (PILOT.day - 1, Disposition.REFUSED, "has expired"),
        (NO_PIN, Disposition.REFUSED, "has no PIN"),
        (PIN_UNTOLD, Disposition.UNDECIDED, "nobody told whether the organizer's PIN"),
    ],
)
def test_leaders_show_a_pin_that_is_valid(until: int, how: Disposition, words: str) -> None:
    with_codes = [each for each in meetings(with_pins(PILOT, until)) if each.has_dial_in_code]
    assert with_codes
    for meeting in with_codes:
        outcome = meeting.lead_by_phone()
        assert outcome.disposition is how, outcome
        assert words in outcome.reason
        # Participants need none.
        assert meeting.dial_in().done


def meetings(state: State) -> list[MeetingSubject]:
    return [each for each in subjects(observer(state), "meeting") if isinstance(each, MeetingSubject)]


def move(**how: bool) -> op.MoveUsers:
    return op.MoveUsers(users=op.Selection(on=OLD, first=5), to=NEW, tools=Version.S19, **how)


@pytest.mark.parametrize(
    ("force", "rules", "lost"),
    [(False, {}, 0), (True, {}, 5), (True, {"pin-after-forced-move": "kept"}, 0)],
)
def test_pins_move_along_unless_the_move_is_forced(force: bool, rules: dict[str, str], lost: int) -> None:
    people = population_of(after(with_pins(PILOT, ENDLESS), move(force=force), rules=Rules(rules)))

    assert people.pin is not None
    assert int((people.pin == NO_PIN).sum()) == lost


def test_a_forced_move_tells_nothing_about_the_pins_of_others() -> None:
    moved = after(PILOT, move(force=True))
    outcomes = {
        each.lead_by_phone().disposition for each in meetings(moved) if not each.lost and each.host == OLD
    }

    assert outcomes == {Disposition.UNDECIDED}
    assert meetings_of(moved).lost.any()
