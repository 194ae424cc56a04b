"""Answers that moments share are those that each moment would find by itself."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from helpers import built, front_end, new, one_pool, state_at, tried, two_sites
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import small_trials

from coexistence import User
from coexistence.checking.registry import Check, Registry
from coexistence.checking.runner import Views, run_check
from coexistence.migration.operator_errors import MISTAKES
from coexistence.model import operations as op
from coexistence.observation import Observer
from coexistence.observation.facts.shared_cache import Grounds
from coexistence.observation.listings import subjects
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import MOVING, READS, State

OLD = front_end(built())
NEW = new(OLD)
REGISTRY = Registry()
load_builtin(REGISTRY)
#: Steps know the observer that they were carried out under: they are no question of sharing.
CHECKS = tuple(check for check in REGISTRY if not check.fixtures and check.subject != "step")


def said(check: Check, views: Views) -> Any:
    """What a check says, in words."""
    result = run_check(check, views, {})
    assert result.crash is None
    return (
        result.evaluations,
        [(each.subject, each.message, str(each.finding.outcome)) for each in result.broken],
        [(each.subject, each.reason, each.needs) for each in result.undecided],
        result.assumes,
    )


def alone(trial: Trial, state: State) -> Observer:
    """An observer that shares nothing with others."""
    return Observer(state, trial.rules)


@settings(max_examples=15)
@given(small_trials(), st.none() | st.sampled_from(MISTAKES), st.integers(0, 60))
def test_sharing_answers_changes_none(trial: Trial, mistake: Any, at: int) -> None:
    """Every check says the same of every checkpoint, whether moments share answers or not."""
    if mistake is not None and trial.plan.steps:
        plan = mistake.make(trial.plan, at % len(trial.plan.steps))
        trial = trial if plan is None else trial.varied(deployment=trial.deployment, plan=plan)
    for stop in trial.stops():
        shared = stop.views
        unshared = dataclasses.replace(
            shared,
            here=alone(trial, shared.here.state),
            before=alone(trial, shared.before.state),
            origin=alone(trial, shared.origin.state),
        )
        for check in CHECKS:
            if check.applies_at(stop.place):
                assert said(check, shared) == said(check, unshared), (stop.place.label, check.name)


def test_moments_that_differ_in_people_alone_share_their_ground() -> None:
    grounds = Grounds()
    trial = tried()
    ground = {label: grounds.of(state_at(trial, label)) for label in ("legacy", "side-by-side", "pilot")}

    assert ground["side-by-side"] is ground["pilot"]
    assert ground["legacy"] is not ground["pilot"]


@pytest.mark.parametrize(
    "operation",
    [
        op.StopServices(pool=OLD),
        op.SetNextHop(pool=front_end(built()), to=OLD),
        op.LetDaysPass(days=40_000),
    ],
    ids=["services", "next hop", "certificates that expire"],
)
def test_whatever_else_changes_makes_another_ground(operation: op.Operation) -> None:
    grounds = Grounds()
    state = state_at(tried(), "pilot")
    changed = apply(state, operation, Rules()).state

    assert grounds.of(state) is not grounds.of(changed)


def test_a_replica_that_stays_behind_is_another_ground() -> None:
    grounds = Grounds()
    state = state_at(tried(two_sites()), "pilot")
    behind = state.changed(replicas=dict.fromkeys(state.replicas, -1))

    assert grounds.of(state) is not grounds.of(behind)


@pytest.mark.parametrize("part", sorted(MOVING))
def test_reading_a_moving_part_is_noticed(part: str) -> None:
    state = state_at(tried(one_pool()), "legacy")
    before = READS.count
    getattr(state, part)

    assert READS.count == before + 1


def test_an_answer_about_people_stays_with_its_moment() -> None:
    trial = tried()
    grounds = Grounds()
    states = [state_at(trial, label) for label in ("side-by-side", "pilot")]
    first, second = (Observer(state, trial.rules, grounds.of(state)) for state in states)
    counts = [
        [
            each.cohort.people
            for each in subjects(here, "user")
            if isinstance(each, User) and each.cohort.pool == NEW
        ]
        for here in (first, second)
    ]

    assert counts[0] != counts[1]
