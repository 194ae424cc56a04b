"""The plan for Edge, federation and media: P6.1 in its order, what is left out of it, and the way back."""

from __future__ import annotations

import pytest
from helpers import after, built, crowd, front_end, new, place, state_at, tried

from coexistence.migration import Plan, RollbackAction, make_plan
from coexistence.model import operations as op
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.deployment import ACCESS_EDGE_EXTERNAL
from coexistence.model.vocabulary import Checkpoint, PoolRole, ServiceState, Version
from coexistence.observation import Observer
from coexistence.simulation.rules.assumptions import Rules

HOME = PoolBlueprint(crowds=(crowd(20),))


def description(
    *, people_with_xmpp: int = 0, target: Version = Version.S19, director: bool = False, **edge: bool
) -> Blueprint:
    """Two central sites and a branch; the Edge is in the first."""
    crowds = (crowd(20), crowd(people_with_xmpp, xmpp=True)) if people_with_xmpp else (crowd(20),)
    first = SiteBlueprint(
        pools=(PoolBlueprint(crowds=crowds),),
        edge=EdgeBlueprint(**edge),
        director=director,
        branches=(BranchBlueprint(crowds=(crowd(5),)),),
    )
    return Blueprint(target=target, sites=(first, SiteBlueprint(pools=(HOME,))), partners=1)


DEPLOYMENT = built(description())
OLD, FAR = front_end(DEPLOYMENT), front_end(DEPLOYMENT, 1)
(EDGE,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.EDGE))
NEW_EDGE = new(EDGE)


def planned(blueprint: Blueprint | None = None) -> Plan:
    described = blueprint or description()
    return make_plan(built(described), described.target)


def cut_over(plan: Plan) -> list[str]:
    return [step.id for step in plan.steps if step.id.startswith("P6.1")]


def what(plan: Plan, step: str) -> list[op.Operation]:
    return [each for found in plan.steps if found.id == step for each in found.operations]


def test_the_cut_over_goes_from_a_to_h() -> None:
    assert cut_over(planned()) == [f"P6.1{letter}" for letter in "abcdefgh"]


def test_the_cut_over_comes_after_the_pilot_edge_and_before_the_remaining_users() -> None:
    steps = [step.id for step in planned().steps]

    assert steps.index("P5.3") < steps.index("P6.1a") < steps.index("P6.1h") < steps.index("P6.4")


def test_each_sub_step_does_what_the_guide_says() -> None:
    plan = planned()

    assert what(plan, "P6.1a") == [
        op.SwitchFederationRoute(site=site.id, to=None) for site in DEPLOYMENT.sites if site.parent is None
    ]
    assert what(plan, "P6.1b")[0] == op.SetEdgeFederation(edge=EDGE, enabled=False)
    (assigned,) = what(plan, "P6.1c")
    assert isinstance(assigned, op.AssignCertificates)
    assert [(each.pool, each.use) for each in assigned.certificates] == [(NEW_EDGE, ACCESS_EDGE_EXTERNAL)]
    assert what(plan, "P6.1d")[0] == op.SetEdgeFederation(edge=NEW_EDGE, enabled=True)
    assert what(plan, "P6.1e")[0] == op.SetNextHop(pool=NEW_EDGE, to=new(OLD))
    assert what(plan, "P6.1f")[0] == op.AssociateMediaEdge(pool=new(OLD), edge=NEW_EDGE)
    assert {each.to for each in what(plan, "P6.1g") if isinstance(each, op.SwitchFederationRoute)} == {
        NEW_EDGE
    }
    names, disabled = what(plan, "P6.1h")
    assert isinstance(names, op.SetDnsRecords)
    assert {(each.side, each.target) for each in names.records} == {("external", NEW_EDGE)}
    assert disabled == op.DisableService(pool=EDGE, service="RTCSRV")


def test_the_certificate_keeps_its_names_and_its_expiry() -> None:
    assert isinstance(DEPLOYMENT.certificates, tuple)
    (old,) = (each for each in DEPLOYMENT.certificates if each.use == ACCESS_EDGE_EXTERNAL)
    (assigned,) = what(planned(), "P6.1c")
    assert isinstance(assigned, op.AssignCertificates)
    (imported,) = assigned.certificates

    assert (imported.names, imported.issuer, imported.not_after) == (old.names, old.issuer, old.not_after)


def test_a_legacy_edge_that_stays_for_xmpp_keeps_its_access_edge() -> None:
    plan = planned(description(xmpp=True, people_with_xmpp=3))

    assert EDGE in plan.staying
    assert not [each for each in what(plan, "P6.1h") if isinstance(each, op.DisableService)]


def test_internal_names_stay_where_they_are_until_their_own_step() -> None:
    names = what(planned(), "P6.1h")[0]
    assert isinstance(names, op.SetDnsRecords)

    for step in ("P6.3", "P8.1"):
        for operation in what(planned(), step):
            assert isinstance(operation, op.SetDnsRecords)
            assert {record.side for record in operation.records} == {"internal"}


def test_without_an_edge_there_is_no_cut_over() -> None:
    assert cut_over(planned(Blueprint(sites=(SiteBlueprint(pools=(HOME,)),)))) == []


def test_an_edge_that_does_not_federate_hands_over_media_and_names_alone() -> None:
    assert cut_over(planned(description(federation=False))) == ["P6.1c", "P6.1e", "P6.1f", "P6.1h"]


def test_a_site_that_never_federated_is_not_routed() -> None:
    trial = tried(description(federation=False))

    assert {site.federation_route for site in state_at(trial, "retired").sites.values()} == {None}


# ---------------------------------------------------------------- single-name Edge


def test_a_single_name_keeps_federation_on_the_legacy_edge_until_everybody_has_moved() -> None:
    plan = planned(description(single_name=True))
    steps = [step.id for step in plan.steps]
    late = what(plan, "P8.5b")

    assert cut_over(plan) == []
    assert steps.index("P6.4") < steps.index("P8.5b") < steps.index("P8.7")
    off = late.index(op.SetEdgeFederation(edge=EDGE, enabled=False))
    stopped = late.index(op.DisableService(pool=EDGE, service="RTCSRV"))
    on = late.index(op.SetEdgeFederation(edge=NEW_EDGE, enabled=True))
    assert off < stopped < on


def test_a_single_name_is_noted() -> None:
    (note,) = planned(description(single_name=True)).notes

    assert note.startswith(f"{EDGE} has one name for Access, Web Conferencing and A/V Edge")
    assert planned().notes == ()


def test_a_single_name_edge_that_stays_for_xmpp_is_never_cut_over() -> None:
    plan = planned(description(single_name=True, xmpp=True, people_with_xmpp=3, director=True))

    assert cut_over(plan) == []
    assert not [each for each in what(plan, "P8.5b") if isinstance(each, op.SetEdgeFederation)]
    assert plan.notes[0].endswith("It stays, and keeps both.")


# ---------------------------------------------------------------- going back


@pytest.mark.parametrize("label", ["production.rolled-back", "post-migration.rolled-back"])
def test_after_going_back_the_legacy_edge_carries_everything_again(label: str) -> None:
    trial = tried(description())
    state = state_at(trial, label)

    assert [pool.id for pool in state.pools.values() if pool.federation] == [EDGE]
    assert {site.federation_route for site in state.sites.values() if site.parent is None} == {EDGE}
    assert state.disabled == frozenset()
    readings = state.services[state.pools[EDGE].servers[0]]
    assert isinstance(readings, dict) or hasattr(readings, "get")
    assert readings.get("front_end") is ServiceState.RUNNING
    assert state.outside == state_at(trial, "legacy").outside
    assert state.pools[new(OLD)].media_edge == EDGE


def test_leaving_the_edge_out_of_a_rollback_leaves_it_on_the_new_one() -> None:
    trial = tried(description(), actions=frozenset(RollbackAction) - {RollbackAction.EDGE})
    state = state_at(trial, "production.rolled-back")

    assert [pool.id for pool in state.pools.values() if pool.federation] == [NEW_EDGE]
    assert Observer(state, Rules()).federates(state.pools[OLD].site) is True


def test_going_back_before_the_cut_over_touches_no_edge() -> None:
    touched = [
        each
        for each in planned().rollback(Checkpoint.EDGE)
        if isinstance(each, op.SetEdgeFederation | op.SwitchFederationRoute | op.EnableService)
    ]

    assert touched == []


# ---------------------------------------------------------------- XMPP and what stays


def test_xmpp_goes_to_the_new_edge_where_the_target_has_it() -> None:
    plan = planned(description(xmpp=True, people_with_xmpp=3, target=Version.S15))

    assert what(plan, "P7.15")[0] == op.SetEdgeXmpp(edge=NEW_EDGE, enabled=True)
    assert what(planned(description(xmpp=True)), "P7.15") == []


@pytest.mark.parametrize("director", [False, True])
def test_nothing_that_stays_points_at_a_pool_that_went(*, director: bool) -> None:
    trial = tried(description(xmpp=True, people_with_xmpp=3, director=director))
    state = state_at(trial, "retired")

    assert EDGE in state.pools
    for pool in state.pools.values():
        assert pool.next_hop is None or pool.next_hop in state.pools, pool.fqdn
        assert pool.media_edge is None or pool.media_edge in state.pools, pool.fqdn
    for site in state.sites.values():
        assert site.federation_route is None or site.federation_route in state.pools
    assert trial.refusals == ()


def test_the_product_refuses_nothing_of_the_cut_over() -> None:
    trial = tried(description(director=True))
    state = state_at(trial, "edge")

    for step in trial.plan.steps:
        if step.id.startswith("P6.1"):
            state = after(state, *step.operations)
    assert state.disabled == {(EDGE, "front_end")}
    assert trial.state_at(place(trial, "production")).disabled == {(EDGE, "front_end")}


# ---------------------------------------------------------------- the operations themselves


def test_disabling_a_service_stops_it_on_every_server_and_enabling_starts_it() -> None:
    state = state_at(tried(description()), "legacy")

    off = after(state, op.DisableService(pool=EDGE, service="RTCSRV"))
    on = after(off, op.EnableService(pool=EDGE, service="RTCSRV"))

    seen = Observer(off, Rules())
    assert {seen.facts.state_of(server, "front_end") for server in off.pools[EDGE].servers} == {
        ServiceState.STOPPED
    }
    assert Observer(on, Rules()).facts.runs(EDGE, "front_end") is True
    assert on.disabled == frozenset()


def test_enabling_what_nobody_disabled_changes_nothing() -> None:
    state = state_at(tried(description()), "legacy")

    assert after(state, op.EnableService(pool=EDGE, service="RTCSRV")) is state


def test_starting_a_pool_enables_its_services() -> None:
    state = state_at(tried(description()), "legacy")

    off = after(state, op.DisableService(pool=EDGE, service="RTCSRV"))

    assert after(off, op.StartServices(pool=EDGE)).disabled == frozenset()


def test_external_and_internal_names_do_not_replace_each_other() -> None:
    state = state_at(tried(description()), "legacy")
    name = (f"sip.{DEPLOYMENT.sip_domains[0]}", "A")
    assert not hasattr(state.records, "needs")
    assert not hasattr(state.outside, "needs")

    assert state.records[name].target == OLD
    assert state.outside[name].target == EDGE
