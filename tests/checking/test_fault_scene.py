"""Scenes: who is where, what the way back does otherwise, and worlds in which an assumption is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import built, crowd, front_end, new, one_pool, place, tried

from coexistence import PoolRole
from coexistence.checking.fault_scene import Scene
from coexistence.errors import InputError
from coexistence.model import operations as op
from coexistence.model.blueprint import EdgeBlueprint, PoolBlueprint
from coexistence.model.population import HAS_CONTENT
from coexistence.model.vocabulary import Checkpoint, MeetingKind, PoolId
from coexistence.rehearsal.fault_injection import scene_of
from coexistence.rehearsal.trial import Trial

PLAN = one_pool(
    20,
    edge=EdgeBlueprint(xmpp=True),
    pool=PoolBlueprint(
        crowds=(
            crowd(5, xmpp=True),
            crowd(4, content=True, meeting_kind=MeetingKind.STATIC, conferencing_policy="Large Meetings"),
        )
    ),
)
OLD = front_end(built(PLAN))
NEW = new(OLD)
SOUND = tried(PLAN)
SCENE = scene_of(SOUND)


def varied(scene: Scene) -> Trial:
    return SOUND.varied(
        deployment=scene.deployment, plan=scene.plan, opening=scene.opening, rules=scene.rules
    )


def test_people_who_have_to_stay_are_no_movers() -> None:
    everybody, movers = SCENE.people_on(OLD), SCENE.movers(OLD)

    assert (len(everybody), len(movers)) == (29, 24)
    assert not set(SCENE.people_on(OLD, xmpp=1).tolist()) & set(movers.tolist())
    assert np.array_equal(SCENE.arriving(OLD), movers)


def test_who_was_given_a_policy_can_be_left_out() -> None:
    assert len(SCENE.without_own_policy(SCENE.movers(OLD), "conferencing")) == 20


def test_meetings_are_those_of_movers() -> None:
    assert SCENE.has_meetings(OLD, content=HAS_CONTENT)
    assert not SCENE.has_meetings(OLD, kind=MeetingKind.RECURRING)
    assert not SCENE.has_meetings(PoolId("nowhere.example"))


def test_what_is_done_on_the_way_back_is_done_there_alone() -> None:
    edge = next(pool.id for pool in built(PLAN).pools_of(PoolRole.EDGE))
    faulty = varied(SCENE.going_back(Checkpoint.PILOT, op.AssociateMediaEdge(pool=OLD, edge=None)))

    assert faulty.state_at(place(faulty, "pilot")).pools[OLD].media_edge == edge
    for label in ("pilot.rolled-back", "production.rolled-back"):
        assert faulty.state_at(place(faulty, label)).pools[OLD].media_edge is None
        assert SOUND.state_at(place(SOUND, label)).pools[OLD].media_edge == edge


def test_a_way_back_may_leave_something_out() -> None:
    def none(_phase: Checkpoint, operation: op.Operation) -> tuple[op.Operation, ...]:
        return () if isinstance(operation, op.SetDnsRecords) else (operation,)

    faulty = SCENE.with_reversals(none)

    left = [each for done in faulty.plan.reversals.values() for _, each in done]
    before = [each for done in SCENE.plan.reversals.values() for _, each in done]
    assert any(isinstance(each, op.SetDnsRecords) for each in before)
    assert not any(isinstance(each, op.SetDnsRecords) for each in left)


def test_sets_of_a_part_grow() -> None:
    first = SCENE.add_to_part("particulars", strict_presence=frozenset({OLD}))
    second = SCENE.add_to_part("particulars", strict_presence=frozenset({NEW}))
    faulty = varied(SCENE.at_first(first, second))

    here = faulty.state_at(faulty.places[0])
    assert here.particulars.strict_presence == {OLD, NEW}


def test_in_a_world_where_an_assumption_is_wrong_nothing_is_shared() -> None:
    faulty = varied(SCENE.assuming("ports-open", "no"))

    assert faulty.rules.value("ports-open") == "no"
    assert SOUND.rules.value("ports-open") == "yes"
    assert not any(map(faulty.is_shared, faulty.places))


def test_what_is_no_assumption_cannot_be_wrong() -> None:
    with pytest.raises(InputError, match="no assumption"):
        SCENE.assuming("nonsense", "no")
