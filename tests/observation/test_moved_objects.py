"""Answers about numbers, groups and phones follow them from pool to pool, though moments share answers."""

from __future__ import annotations

import dataclasses

from helpers import RULES, built, front_end, new, one_pool, state_at, tried

from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.vocabulary import ApplicationKind, PoolId, Unknown
from coexistence.observation import ApplicationSubject, Observer
from coexistence.observation.facts.shared_cache import SharedFacts
from coexistence.observation.listings import subjects
from coexistence.simulation.state import State

PLAN = one_pool(20, pool=PoolBlueprint(response_groups=1, dial_in=True, voice=True))
OLD = front_end(built(PLAN))
NEW = new(OLD)
PILOT = state_at(tried(PLAN), "pilot")


def owned_by(state: State, owner: PoolId) -> State:
    assert not isinstance(state.applications, Unknown)
    return state.changed(
        applications=tuple(
            dataclasses.replace(each, owner=owner, formal=True, agents=(OLD, NEW))
            for each in state.applications
        )
    )


def subject(state: State, shared: SharedFacts, kind: ApplicationKind) -> ApplicationSubject:
    here = Observer(state, RULES, shared)
    found = (each for each in subjects(here, "application") if isinstance(each, ApplicationSubject))
    return next(each for each in found if each.kind is kind)


def test_an_agent_is_asked_again_when_the_group_was_moved() -> None:
    shared, kind = SharedFacts(), ApplicationKind.RESPONSE_GROUP
    before = subject(owned_by(PILOT, OLD), shared, kind)
    after = subject(owned_by(PILOT, NEW), shared, kind)

    assert before.call_on_behalf(OLD).done
    assert not after.call_on_behalf(OLD).done
    assert NEW in str(after.sign_in(OLD))
    assert NEW not in str(before.sign_in(OLD))


def test_a_number_is_called_again_when_it_was_moved() -> None:
    shared, kind = SharedFacts(), ApplicationKind.ACCESS_NUMBER
    before = subject(owned_by(PILOT, OLD), shared, kind)
    after = subject(owned_by(PILOT, NEW), shared, kind)

    assert NEW not in str(before.answer(OLD))
    assert NEW in str(after.answer(OLD))
    assert NEW in str(after.answer())
