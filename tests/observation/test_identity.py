"""The same people and things at two moments of a path."""

from __future__ import annotations

import pytest
from helpers import asked, front_end, new, state_at, tried, views

import coexistence
from coexistence import MeetingSubject, Observer, PoolSubject, User, same_at
from coexistence.errors import CheckError
from coexistence.model.population import head_count
from coexistence.observation.listings import SUBJECTS, subjects

TRIAL = tried()


def seen(label: str) -> Observer:
    """What can be asked at a checkpoint."""
    return views(state_at(TRIAL, label)).here


@pytest.mark.parametrize("kind", [kind for kind in SUBJECTS if kind != "step"])
def test_everybody_is_the_same_at_the_same_moment(kind: str) -> None:
    here = seen("pilot")

    for each in subjects(here, kind):
        assert each in same_at(each, here)


def test_a_pool_that_was_not_there_is_nobody() -> None:
    legacy, pilot = seen("legacy"), seen("pilot")
    there = {pool.label: same_at(pool, legacy) for pool in subjects(pilot, "pool")}

    assert () in there.values()
    assert all(label == old.label for label, found in there.items() for old in found)
    assert all(old.observer is legacy for found in there.values() for old in found)


def test_people_who_were_put_together_are_found_in_every_group_that_they_were_in() -> None:
    pilot, moved = seen("pilot"), seen("production")
    before, after = (
        [user for user in subjects(here, "user") if isinstance(user, User)] for here in (pilot, moved)
    )
    homes = {user.cohort.pool for user in before}

    found = {old.cohort.pool for user in after for old in same_at(user, pilot)}
    hit = {old: sum(map(head_count, old.hit().values())) for old in before}

    assert len(homes) > 1
    assert found == homes
    assert sum(hit.values()) == len(pilot.state.population.people)  # type: ignore[union-attr]  # told


def test_meetings_are_known_by_their_rows_and_those_scheduled_since_were_not_there() -> None:
    legacy, moved = seen("legacy"), seen("production")
    found = {
        meeting: same_at(meeting, legacy)
        for meeting in subjects(moved, "meeting")
        if isinstance(meeting, MeetingSubject)
    }

    assert {old.host for olds in found.values() for old in olds} == {front_end(TRIAL.deployment)}
    assert {meeting.host for meeting in found} == {new(front_end(TRIAL.deployment))}
    # Whatever an upgraded client scheduled was scheduled on the way.
    assert [olds for meeting, olds in found.items() if meeting.by_upgraded is True] == [()]


def test_steps_of_the_plan_are_refused() -> None:
    here = seen("pilot")
    step = coexistence.StepSubject(observer=here, step=TRIAL.plan.steps[0])

    with pytest.raises(CheckError, match=r"^same_at: nothing is known of what makes two StepSubject"):
        same_at(step, here)


def whoever_could_sign_in_there_still_can(pool: PoolSubject, before: Observer) -> None:
    """A pool that served people still does."""
    for old in same_at(pool, before):
        if old.serve().done:
            now = pool.serve()
            assert now.done, now


def test_what_was_lost_is_named() -> None:
    legacy, pilot, silent = (state_at(TRIAL, each) for each in ("legacy", "pilot", "legacy-silent"))
    kept = asked(whoever_could_sign_in_there_still_can, pilot, before=legacy)
    lost = asked(whoever_could_sign_in_there_still_can, silent, before=pilot)

    assert kept.evaluations
    assert not kept.broken
    assert lost.broken
    assert all(each.finding.outcome is not None and each.finding.outcome.reason for each in lost.broken)
