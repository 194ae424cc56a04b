"""Phases 7 and 8 of the guide: which step moves which service, in which order, and what goes back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from helpers import built, crowd, front_end, new, one_pool, population_of, state_at, tried
from hypothesis import given
from strategies import deployments

from coexistence.migration import Plan, make_plan
from coexistence.model import operations as op
from coexistence.model.blueprint import BranchBlueprint, EdgeBlueprint, PoolBlueprint
from coexistence.model.vocabulary import ApplicationKind, Checkpoint, PoolRole, Unknown, Version

if TYPE_CHECKING:
    from coexistence.model.deployment import Deployment

K = ApplicationKind
RICH = one_pool(
    pool=PoolBlueprint(
        dial_in=True,
        voice=True,
        response_groups=1,
        call_park=True,
        admission_control=True,
        common_area_phones=1,
        analog_devices=1,
        exchange_um=True,
        unassigned_numbers=True,
        archiving=True,
        monitoring=True,
        crowds=(crowd(4, voice=True),),
    ),
    branches=(BranchBlueprint(crowds=(crowd(6, voice=True),)),),
    trusted_applications=1,
)
DEPLOYMENT = built(RICH)
OLD = front_end(DEPLOYMENT)
ORDER = [
    "P7.2",
    "P7.3",
    "P7.4",
    "P7.5",
    "P7.6",
    "P7.7",
    "P7.8",
    "P7.9",
    "P7.10",
    "P7.11",
    "P7.12",
    "P7.13",
    "P7.14",
]


def done(plan: Plan, step: str) -> tuple[op.Operation, ...]:
    """What one step does."""
    return next((each.operations for each in plan.steps if each.id == step), ())


@given(deployments())
def test_services_move_in_the_guides_order(deployment: Deployment) -> None:
    order = [step.id for step in make_plan(deployment).steps]

    services = [step for step in order if step in ORDER]
    assert services == [step for step in ORDER if step in services]
    assert order.index("P6.4") < order.index(services[0])
    assert order.index(services[-1]) < order.index("P8.1")
    retiring = ("P8.1", "P8.2", "P8.3", "P8.4", "P8.5", "P8.7", "P8.8")
    assert [step for step in order if step in retiring] == [step for step in retiring if step in order]


@pytest.mark.parametrize(
    ("step", "kinds"),
    [
        ("P7.2", {K.ACCESS_NUMBER}),
        ("P7.3", {K.CALL_PARK_ORBIT, K.UNASSIGNED_NUMBERS}),
        ("P7.12", {K.COMMON_AREA_PHONE}),
        ("P7.13", {K.ANALOG_DEVICE}),
        ("P7.14", {K.EXCHANGE_UM}),
    ],
)
def test_each_kind_of_object_has_its_step(step: str, kinds: set[ApplicationKind]) -> None:
    assert done(make_plan(DEPLOYMENT), step) == (
        op.MoveApplications(source=OLD, to=new(OLD), kinds=frozenset(kinds)),
    )


def test_response_groups_are_copied_and_never_deleted() -> None:
    """ "Migrate response groups"."""
    plan = make_plan(DEPLOYMENT)

    assert done(plan, "P7.4") == (op.MoveResponseGroups(source=OLD, to=new(OLD)),)
    assert not any(
        isinstance(each, op.DeleteLegacyResponseGroups) for step in plan.steps for each in step.operations
    )


def test_a_trusted_application_gets_its_next_hop_before_its_endpoints_move() -> None:
    kinds = [type(each) for each in done(make_plan(DEPLOYMENT), "P7.8")]

    assert kinds == [op.SetNextHop, op.Replicate, op.MoveApplications]


def test_associations_are_cleared_and_admission_control_moves_before_the_pool_stops() -> None:
    plan = make_plan(DEPLOYMENT)

    assert done(plan, "P8.4") == (op.RemoveArchivingMonitoring(pool=OLD), op.Replicate())
    assert done(plan, "P8.5") == (op.MoveCallAdmissionControl(source=OLD, to=new(OLD)), op.Replicate())


def test_nothing_is_moved_that_is_not_there() -> None:
    plan = make_plan(built(one_pool()))

    for step in ("P7.2", "P7.3", "P7.4", "P7.8", "P7.12", "P7.13", "P7.14", "P8.4", "P8.5"):
        assert done(plan, step) == (), step


def test_objects_that_nobody_listed_are_moved_all_the_same() -> None:
    blind = dataclasses.replace(DEPLOYMENT, applications=Unknown("Get-CsRgsWorkflow"))

    assert done(make_plan(blind), "P7.4") == (op.MoveResponseGroups(source=OLD, to=new(OLD)),)


def test_contacts_go_back_and_copies_stay() -> None:
    state = state_at(tried(RICH), "post-migration.rolled-back")
    assert not isinstance(state.applications, Unknown)

    assert {each.owner for each in state.applications} == {OLD}
    groups = [each for each in state.applications if each.kind is K.RESPONSE_GROUP]
    assert [each.copies for each in groups] == [(new(OLD),)]


def test_new_mediation_pools_reach_the_same_gateways_and_the_routes_name_them() -> None:
    plan = make_plan(DEPLOYMENT)
    (published, _) = done(plan, "P3.4")
    assert isinstance(published, op.PublishTopology)

    before = {trunk.fqdn for trunk in DEPLOYMENT.gateways if trunk.mediation == OLD}
    assert {trunk.fqdn for trunk in published.gateways} == before
    assert {trunk.mediation for trunk in published.gateways} == {new(OLD)}
    (routes,) = (each for each in done(plan, "P3.5") if isinstance(each, op.SetVoiceRoutes))
    assert {mediation for route in routes.routes for _, mediation in route.trunks} >= {OLD, new(OLD)}


def test_a_branch_appliance_keeps_its_trunk_when_it_is_added_again() -> None:
    (branch,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.BRANCH_APPLIANCE))
    state = state_at(tried(RICH), "post-migration")

    assert [trunk.mediation for trunk in state.gateways].count(branch) == 1


def test_the_pool_that_a_staying_chat_pool_hangs_off_stays_too() -> None:
    """A chat pool is homed on a Front End pool of its own version (coexistence considerations)."""
    blueprint = one_pool(pool=PoolBlueprint(crowds=(crowd(3, chat=True),)), persistent_chat=True)
    chatting = PoolBlueprint(crowds=(crowd(3, chat=True),))
    quiet = PoolBlueprint(crowds=(crowd(3),))
    site = dataclasses.replace(blueprint.sites[0], pools=(quiet, chatting), edge=EdgeBlueprint())
    deployment = built(dataclasses.replace(blueprint, sites=(site,)))
    (room,) = deployment.pools_of(PoolRole.PERSISTENT_CHAT)

    plan = make_plan(deployment, Version.S19)

    assert room.next_hop == front_end(deployment, 0)
    assert {room.id, front_end(deployment, 0), front_end(deployment, 1)} <= set(plan.staying)


def test_nobody_has_voice_where_no_trunk_leads_out() -> None:
    quiet = one_pool(pool=PoolBlueprint(crowds=(crowd(3, voice=True),)))
    state = state_at(tried(quiet), "legacy")

    assert not population_of(state).voice.any()


def test_one_pool_of_a_site_hosts_admission_control() -> None:
    asking = PoolBlueprint(admission_control=True)
    site = dataclasses.replace(one_pool().sites[0], pools=(asking, asking))
    deployment = built(dataclasses.replace(one_pool(), sites=(site,)))

    assert ["PDP" in pool.applications for pool in deployment.pools_of(PoolRole.FRONT_END)] == [True, False]


def test_the_last_service_step_reaches_the_checkpoint() -> None:
    assert [step.id for step in make_plan(DEPLOYMENT).steps if step.reaches is Checkpoint.POST_MIGRATION] == [
        "P7.14"
    ]
