"""What looks like a fault and is none: documented, announced, or kept on purpose. No promise is broken by it.

Look-alikes that are lines of a log, or the answer of one cmdlet, are not modelled and stand nowhere here.
"""

from __future__ import annotations

import dataclasses

import pytest
from helpers import after, built, crowd, front_end, new, one_pool, population_of, state_at, tried, views

from coexistence import ApplicationSubject
from coexistence.checking.registry import Registry
from coexistence.checking.runner import run_check
from coexistence.model import operations as op
from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.clients import ClientGeneration
from coexistence.model.population import column
from coexistence.model.vocabulary import ApplicationKind, PoolRole, Severity, Unknown, Version
from coexistence.observation import Observer
from coexistence.observation.listings import subjects
from coexistence.plugin.loading import load_builtin
from coexistence.simulation.state import State

BLUEPRINT = dataclasses.replace(
    one_pool(
        20,
        pool=PoolBlueprint(dial_in=True, voice=True, response_groups=1, crowds=(crowd(6, voice=True),)),
    ),
    partners=1,
)
TRIAL = tried(BLUEPRINT)
FROM_2010 = tried(one_pool(20, legacy=Version.L10, target=Version.L13))
OLD = front_end(built(BLUEPRINT))
NEW = new(OLD)
(EDGE,) = (pool.id for pool in built(BLUEPRINT).pools_of(PoolRole.EDGE))
REGISTRY = Registry()
load_builtin(REGISTRY)
CHECKS = {check.name: check for check in REGISTRY}


def at(label: str) -> State:
    return state_at(TRIAL, label)


def alarms(state: State, label: str, *, before: State | None = None) -> set[str]:
    """Names of promises that are broken at a checkpoint, other than by what is only worth knowing."""
    (place,) = (each for each in TRIAL.places if each.label == label)
    found = set()
    for check in REGISTRY:
        if check.applies_at(place):
            result = run_check(check, views(state, before=before, origin=at("legacy")), {})
            assert result.crash is None
            if any(each.severity >= Severity.WARNING for each in result.broken):
                found.add(check.name)
    return found


def test_a_second_federated_edge_during_the_switch_is_no_loss_for_anybody() -> None:
    """Publishing warns of it; as long as record and route agree, partners and people outside get through."""
    switching = after(at("edge"), op.SetEdgeFederation(edge=new(EDGE), enabled=True), op.Replicate())

    assert alarms(switching, "edge") == {
        "at_most_one_edge_pool_federates",
        "external_traffic_stays_on_the_legacy_edge",
    }


def test_the_window_itself_is_no_checkpoint() -> None:
    """Federation is down while it is switched, and access numbers while they move: it was announced."""
    passed = [step for step in TRIAL.plan.steps if step.id.startswith(("P6.1", "P7.2"))]

    assert len(passed) > 2
    assert all(step.reaches is None for step in passed)


def test_legacy_copies_of_response_groups_are_kept_on_purpose() -> None:
    state = at("post-migration")
    groups = [
        each
        for each in subjects(Observer(state, TRIAL.rules), "application")
        if isinstance(each, ApplicationSubject) and each.kind is ApplicationKind.RESPONSE_GROUP
    ]

    assert [each.has_copies for each in groups] == [True]
    assert alarms(state, "post-migration") == set()


def test_an_old_client_on_a_new_pool_only_lacks_what_is_new() -> None:
    kept = at("production")
    clients = set(population_of(kept).client.tolist())

    assert ClientGeneration.LYNC_2013 in clients
    assert alarms(kept, "production") == set()


@pytest.mark.parametrize("program", ["Lync 2013", "Lync 2010"])
def test_a_client_with_fewer_features_in_a_meeting_still_joins(program: str) -> None:
    """No gallery view for Lync 2013 in a meeting of 2010; slides are view-only for Lync 2010 on 2013."""
    check = dataclasses.replace(CHECKS["guests_join_with_what_they_use"], parameters={"programs": [program]})

    for place in FROM_2010.places:
        result = FROM_2010.ask(check, place)
        assert (result.broken, result.crash) == ((), None)
    assert FROM_2010.ask(check, FROM_2010.places[0]).evaluations


def test_meetings_of_2010_that_take_no_new_slides_break_no_promise() -> None:
    (place,) = (each for each in FROM_2010.places if each.label == "production")

    for check in REGISTRY:
        if check.clause.value == "meetings" and check.applies_at(place):
            assert FROM_2010.ask(check, place).broken == ()


def test_link_conference_id_and_pin_are_the_same_after_a_move() -> None:
    """That is the promise; its absence is the fault."""
    before = at("side-by-side")
    population = population_of(before)
    told = population.changed(pin=column([before.day + 900] * len(population), "int32"))
    move = op.MoveUsers(users=op.Selection(on=OLD), to=NEW, tools=Version.S19, with_content=True)
    moved = after(before.changed(population=told), move)

    for name in (
        "invitations_keep_their_link_and_conference_id",
        "meetings_keep_the_terms_they_were_sent_with",
        "organizers_keep_their_pin",
    ):
        result = run_check(CHECKS[name], views(moved, before=before.changed(population=told)), {})
        assert result.evaluations
        assert result.broken == ()


def test_the_xmpp_gateway_is_not_missed_on_2019() -> None:
    """The vendor's own page lists it; the role was removed."""
    state = at("pilot")
    readings = [state.services[server] for server in state.pools[NEW].servers]

    for each in readings:
        assert not isinstance(each, Unknown)
        assert "xmpp_gateway" not in each
    assert "every_expected_service_runs" not in alarms(state, "pilot")
