"""A deployment with every kind of application, and ways to say what stands around it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from helpers import (
    built,
    crowd,
    front_end,
    new,
    observer,
    state_at,
    tried,
)

from coexistence.model.blueprint import Blueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.vocabulary import ApplicationKind, Disposition, Origin, PoolRole, Unknown
from coexistence.observation.voice.applications import answer
from coexistence.simulation.rules.assumptions import Rules

if TYPE_CHECKING:
    from coexistence.model.deployment import Application
    from coexistence.observation import Outcome
    from coexistence.simulation.state import State

DONE, FAILED, REFUSED, UNDECIDED = (
    Disposition.DONE,
    Disposition.FAILED,
    Disposition.REFUSED,
    Disposition.UNDECIDED,
)
K = ApplicationKind
HERE = Origin("test")
EVERYTHING = PoolBlueprint(
    crowds=(crowd(20, voice=True), crowd(5)),
    voice=True,
    response_groups=2,
    call_park=True,
    admission_control=True,
    common_area_phones=1,
    analog_devices=1,
    exchange_um=True,
    unassigned_numbers=True,
)
BLUEPRINT = Blueprint(
    sites=(
        SiteBlueprint(pools=(EVERYTHING,), trusted_applications=1),
        SiteBlueprint(pools=(PoolBlueprint(crowds=(crowd(20, voice=True),)),)),
    )
)
TRIAL = tried(BLUEPRINT)
DEPLOYMENT = built(BLUEPRINT)
OWNER, CALLER = front_end(DEPLOYMENT), front_end(DEPLOYMENT, 1)
(TRUSTED,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.TRUSTED_APPLICATION))


def now(label: str = "legacy") -> State:
    return state_at(TRIAL, label)


def told(outcome: Outcome) -> tuple[Disposition, int | None, int | None]:
    return outcome.disposition, outcome.sip, outcome.diagnostic


def around(state: State, **parts: object) -> State:
    made = dataclasses.replace(state.surroundings, **parts)  # type: ignore[arg-type]  # fields of Surroundings
    return state.changed(surroundings=made)


def first(state: State, kind: ApplicationKind) -> Application:
    assert not isinstance(state.applications, Unknown)
    return next(each for each in state.applications if each.kind is kind)


def with_object(state: State, kind: ApplicationKind, **facts: object) -> State:
    """The state with other facts about every object of a kind."""
    assert not isinstance(state.applications, Unknown)
    made = tuple(
        dataclasses.replace(each, **facts) if each.kind is kind else each  # type: ignore[arg-type]  # fields of Application
        for each in state.applications
    )
    return state.changed(applications=made)


def called(state: State, kind: ApplicationKind, **switched: str) -> Outcome:
    caller = CALLER if CALLER in state.pools else new(CALLER)
    return answer(observer(state, Rules(switched)), first(state, kind), caller)
