"""The guide as a value: which steps, in which order, who succeeds whom, and how to go back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from helpers import built, crowd, front_end, new, one_pool, state_at, tried, two_sites
from hypothesis import given
from hypothesis import strategies as st
from strategies import deployments, trials

from coexistence.errors import InputError
from coexistence.migration import Plan, RollbackAction, Undo, make_plan, pilot_size, targets_of
from coexistence.model import operations as op
from coexistence.model.blueprint import BranchBlueprint, EdgeBlueprint, PoolBlueprint
from coexistence.model.vocabulary import PATHS, Checkpoint, PoolRole, Unknown, Version
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.state import deployment_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coexistence.model.deployment import Deployment

#: Everything that a deployment can have, so that every step has something to do.
RICH = one_pool(
    pool=PoolBlueprint(
        dial_in=True, voice=True, response_groups=1, call_park=True, common_area_phones=1, analog_devices=1
    ),
    branches=(BranchBlueprint(crowds=(crowd(6),)),),
    director=True,
    mediation=1,
    trusted_applications=1,
)
#: Pairs of steps of which the first must come first: the guide says so, or an operation fails or loses
#: data otherwise (migration facts, section 3, "Hard order"; ids that the plan has).
HARD_ORDER = [
    ("P3.1", "P3.2"),
    ("P3.2", "P3.4"),
    ("P3.4", "P3.5"),
    ("P3.5", "P4.3"),
    ("P5.1", "P5.3"),
    ("P6.1a", "P6.1b"),
    ("P6.1b", "P6.1d"),
    ("P6.1d", "P6.1e"),
    ("P6.1e", "P6.1f"),
    ("P6.1f", "P6.1g"),
    ("P6.4", "P8.1"),
    ("P8.1", "P8.8"),
    ("P7.2", "P8.8"),
    ("P8.2", "P8.8"),
    ("P8.3", "P8.8"),
    ("P8.7", "P8.8"),
]


def plan_for(deployment: Deployment, target: Version | None = None) -> Plan:
    return make_plan(deployment, target)


def operations(plan: Plan, step: str) -> tuple[op.Operation, ...]:
    """What one step does."""
    return next(each.operations for each in plan.steps if each.id == step)


def of_kind(kind: type, made: Iterable[op.Operation]) -> list[op.Operation]:
    """The operations of one kind."""
    return [each for each in made if isinstance(each, kind)]


# ---------------------------------------------------------------- where to


@pytest.mark.parametrize(
    ("legacy", "targets"),
    [
        ((Version.L10,), (Version.L13, Version.S15)),
        ((Version.L13,), (Version.S15, Version.S19)),
        ((Version.S15,), (Version.S19, Version.SE)),
        ((Version.S19,), (Version.SE,)),
        ((Version.SE,), ()),
        ((Version.S19, Version.SE), ()),
        ((Version.L10, Version.L13), (Version.S15,)),
        ((), ()),
    ],
)
def test_targets_are_what_every_possible_version_may_go_to(
    legacy: tuple[Version, ...], targets: tuple[Version, ...]
) -> None:
    assert targets_of(legacy) == targets


@pytest.mark.parametrize("legacy", [Version.L10, Version.L13, Version.S15, Version.S19])
def test_the_newest_allowed_version_is_the_default(legacy: Version) -> None:
    plan = plan_for(built(one_pool(legacy=legacy)))

    assert plan.target == (max(path.target for path in PATHS if path.legacy is legacy),)


def test_a_target_without_a_path_is_refused_with_the_possible_ones() -> None:
    with pytest.raises(
        InputError,
        match=r"^--coexistence-to SE: no side-by-side path leads there from Lync Server 2013\. "
        r"Possible: S15, S19\.$",
    ):
        plan_for(built(), Version.SE)


def test_nowhere_to_go_is_named_as_such() -> None:
    with pytest.raises(
        InputError, match=r"from Skype for Business Server Subscription Edition\. Possible: none\.$"
    ):
        plan_for(built(one_pool(legacy=Version.SE)), Version.SE)


def test_a_deployment_of_the_newest_generation_has_no_steps() -> None:
    plan = plan_for(built(one_pool(legacy=Version.SE)))

    assert (plan.target, plan.steps, plan.last_safe_step) == ((), (), None)
    assert plan.rollback(Checkpoint.PILOT) == ()


def test_a_mixed_deployment_keeps_its_target() -> None:
    trial = tried(one_pool(legacy=Version.L13, target=Version.S15))
    mixed = deployment_of(state_at(trial, "pilot"), "mixed")

    assert plan_for(mixed).target == (Version.S15,)
    with pytest.raises(
        InputError,
        match=r"^--coexistence-to S19: the deployment is already on its way to Skype for Business Server "
        r"2015\. Leave the option out, or name S15\.$",
    ):
        plan_for(mixed, Version.S19)


# ---------------------------------------------------------------- in which order


@pytest.mark.parametrize(("first", "then"), HARD_ORDER)
def test_the_hard_order_of_the_guide_is_kept(first: str, then: str) -> None:
    order = [step.id for step in plan_for(built(RICH)).steps]

    assert order.index(first) < order.index(then)


@given(deployments())
def test_the_order_is_the_same_for_every_deployment(deployment: Deployment) -> None:
    steps = plan_for(deployment).steps
    order = [step.id for step in steps]

    assert len({step.key for step in steps}) == len(steps)
    for first, then in HARD_ORDER:
        if first in order and then in order:
            assert order.index(first) < order.index(then)


@given(deployments())
def test_every_checkpoint_is_reached_once_and_in_order(deployment: Deployment) -> None:
    reached = [step.reaches for step in plan_for(deployment).steps if step.reaches is not None]

    assert reached == list(Checkpoint)[1:]


@given(trials())
def test_the_product_agrees_with_every_step_of_the_plan(trial: Trial) -> None:
    assert trial.refusals == () or all(
        refusal.operation in of_kind(op.RemovePool, [refusal.operation]) and trial.plan.staying
        for refusal in trial.refusals
    ), trial.refusals


@given(deployments())
def test_publishing_is_followed_by_the_wait_for_replication(deployment: Deployment) -> None:
    changes = (op.PublishTopology, op.AssociateMediaEdge, op.SetNextHop, op.RemovePool)
    for step in plan_for(deployment).steps:
        kinds = [type(each) for each in step.operations]
        changed = [at for at, kind in enumerate(kinds) if kind in changes]
        if changed:
            assert op.Replicate in kinds[changed[-1] :], step.id


def test_the_last_safe_step_is_the_one_before_anything_is_deleted() -> None:
    plan = plan_for(built(RICH))

    assert plan.last_safe_step == "P8.7"
    assert [step.id for step in plan.steps if step.undo is Undo.IRREVERSIBLE] == ["P8.7b", "P8.8", "P8.9"]
    assert [step.id for step in plan.steps if step.undo is Undo.BILL] == ["P4.3", "P6.4", "P7.9"]


# ---------------------------------------------------------------- who succeeds whom


@given(deployments())
def test_every_legacy_front_end_pool_gets_a_new_one_of_its_name(deployment: Deployment) -> None:
    plan = plan_for(deployment)

    legacy = [pool.id for pool in deployment.pools_of(PoolRole.FRONT_END)]
    assert dict(plan.successor) == {pool: new(pool) for pool in legacy}


def test_a_new_pool_mirrors_the_old_one_but_shares_no_store_with_it() -> None:
    deployment = built(RICH)
    plan = plan_for(deployment)
    (published, _) = operations(plan, "P3.4")
    assert isinstance(published, op.PublishTopology)
    made = {pool.id: pool for pool in published.pools}

    old = deployment.pool_by_id[front_end(deployment)]
    mirrored = made[new(old.id)]
    assert (mirrored.edition, mirrored.site, len(mirrored.servers)) == (
        old.edition,
        old.site,
        len(old.servers),
    )
    assert mirrored.versions == plan.target
    assert mirrored.roles == old.roles - {"CentralMgmt"}
    # A separate SQL instance (supported migration paths), and no Edge for media yet (P3.3).
    assert mirrored.back_end != old.back_end
    assert mirrored.file_store != old.file_store
    assert mirrored.media_edge is None
    assert {pool.role for pool in published.pools} == {
        PoolRole.FRONT_END,
        PoolRole.DIRECTOR,
        PoolRole.MEDIATION,
    }
    assert {server.pool for server in published.servers} == set(made)


def test_a_new_edge_starts_without_federation_and_with_the_old_next_hop() -> None:
    deployment = built()
    (edge,) = deployment.pools_of(PoolRole.EDGE)
    (published, _) = operations(plan_for(deployment), "P5.1")
    assert isinstance(published, op.PublishTopology)

    (made,) = published.pools
    assert (made.id, made.federation, made.xmpp, made.next_hop) == (new(edge.id), False, False, edge.next_hop)


def test_new_paired_pools_are_paired_with_each_other() -> None:
    pools = (PoolBlueprint(paired=True), PoolBlueprint())
    deployment = built(
        dataclasses.replace(one_pool(), sites=(dataclasses.replace(one_pool().sites[0], pools=pools),))
    )
    (published, _) = operations(plan_for(deployment), "P3.4")
    assert isinstance(published, op.PublishTopology)

    first, second = (pool for pool in published.pools if pool.role is PoolRole.FRONT_END)
    assert (first.backup, second.backup) == (second.id, first.id)


@pytest.mark.parametrize(("feature", "role"), [("xmpp", PoolRole.EDGE), ("chat", PoolRole.PERSISTENT_CHAT)])
def test_people_who_need_what_the_target_lacks_keep_their_pool(feature: str, role: PoolRole) -> None:
    needing = PoolBlueprint(crowds=(crowd(3, **{feature: True}),))
    blueprint = one_pool(pool=needing, edge=EdgeBlueprint(xmpp=True), persistent_chat=True)
    deployment = built(blueprint)
    home, (other,) = front_end(deployment), deployment.pools_of(role)

    plan = plan_for(deployment, Version.S19)

    assert set(plan.staying) >= {home, other.id}
    assert "which Skype for Business Server 2019 does not have" in plan.staying[home]
    leaving = {
        each.pool
        for step in plan.steps
        for each in step.operations
        if isinstance(each, op.RemovePool | op.StopServices)
    }
    assert not leaving & set(plan.staying)


def test_nobody_stays_where_the_target_has_everything() -> None:
    needing = PoolBlueprint(crowds=(crowd(3, xmpp=True, chat=True),))
    blueprint = one_pool(
        pool=needing, target=Version.S15, edge=EdgeBlueprint(xmpp=True), persistent_chat=True
    )

    plan = plan_for(built(blueprint), Version.S15)

    assert plan.staying == {}
    # P7.16: Persistent Chat gets a new pool where the target has the role.
    (published, _) = operations(plan, "P3.4")
    assert isinstance(published, op.PublishTopology)
    assert PoolRole.PERSISTENT_CHAT in {pool.role for pool in published.pools}


@given(st.integers(0, 5000))
def test_the_pilot_is_small_but_never_a_single_person_of_many(people: int) -> None:
    first = pilot_size(people)

    assert min(people, 2) <= first <= min(people, 50)


def test_the_pilot_moves_before_anybody_else_and_is_given_new_clients() -> None:
    deployment = built(one_pool(people=200))
    made = operations(plan_for(deployment), "P4.3")

    (move,) = of_kind(op.MoveUsers, made)
    assert isinstance(move, op.MoveUsers)
    assert (move.users.first, move.users.people_only, move.to) == (10, True, new(front_end(deployment)))
    assert [type(each) for each in made] == [
        op.MoveUsers,
        op.UpgradeClients,
        op.ScheduleMeetings,
        op.LetDaysPass,
    ]


# ---------------------------------------------------------------- the way back


def test_by_default_everything_is_shifted_back() -> None:
    plan = plan_for(built(RICH))

    made = plan.rollback(Checkpoint.POST_MIGRATION)

    kinds = [type(each) for each in made]
    assert {
        op.RollBackContactStore,
        op.MoveUsers,
        op.DowngradeClients,
        op.RescheduleMeetings,
        op.SetEdgeFederation,
        op.EnableService,
        op.SwitchFederationRoute,
        op.AssociateMediaEdge,
        op.SetDnsRecords,
        op.MoveApplications,
        op.SetNextHop,
        op.Replicate,
    } == set(kinds)
    assert kinds[-1] is op.Replicate


def test_the_contact_list_goes_back_before_its_owner() -> None:
    """Otherwise it is lost (rollback of migrated users, Lync Server 2013)."""
    kinds = [type(each) for each in plan_for(built()).rollback(Checkpoint.PILOT)]

    assert kinds.index(op.RollBackContactStore) < kinds.index(op.MoveUsers) < kinds.index(op.DowngradeClients)


@pytest.mark.parametrize("checkpoint", [Checkpoint.PILOT, Checkpoint.EDGE])
def test_routes_and_names_go_back_only_once_they_were_moved(checkpoint: Checkpoint) -> None:
    made = plan_for(built(RICH)).rollback(checkpoint)

    assert not of_kind(op.SetEdgeFederation, made)
    assert not of_kind(op.SetDnsRecords, made)
    assert not of_kind(op.MoveApplications, made)


def test_applications_go_back_only_after_they_were_moved() -> None:
    plan = plan_for(built(RICH))

    assert not of_kind(op.MoveApplications, plan.rollback(Checkpoint.PRODUCTION))
    assert of_kind(op.MoveApplications, plan.rollback(Checkpoint.POST_MIGRATION))


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (RollbackAction.USERS, op.MoveUsers),
        (RollbackAction.CONTACT_STORE, op.RollBackContactStore),
        (RollbackAction.CLIENTS, op.DowngradeClients),
        (RollbackAction.MEETINGS, op.RescheduleMeetings),
        (RollbackAction.APPLICATIONS, op.MoveApplications),
        (RollbackAction.EDGE, op.SetEdgeFederation),
    ],
)
def test_an_action_left_out_is_left_undone_and_nothing_else(action: RollbackAction, kind: type) -> None:
    plan = plan_for(built(RICH))
    everything = plan.rollback(Checkpoint.POST_MIGRATION)

    rest = plan.rollback(Checkpoint.POST_MIGRATION, frozenset(RollbackAction) - {action})

    assert of_kind(kind, everything)
    assert not of_kind(kind, rest)
    assert of_kind(kind, plan.rollback(Checkpoint.POST_MIGRATION, frozenset({action})))


@pytest.mark.parametrize(
    ("action", "side"), [(RollbackAction.NAMES, "internal"), (RollbackAction.EDGE, "external")]
)
def test_names_go_back_with_what_they_lead_to(action: RollbackAction, side: str) -> None:
    made = plan_for(built(RICH)).rollback(Checkpoint.POST_MIGRATION, frozenset({action}))

    assert [
        {record.side for record in each.records} for each in made if isinstance(each, op.SetDnsRecords)
    ] == [{side}]


def test_doing_nothing_is_an_empty_way_back() -> None:
    assert plan_for(built()).rollback(Checkpoint.PRODUCTION, frozenset()) == ()


# ---------------------------------------------------------------- where a twin stands


@pytest.mark.parametrize(
    ("label", "phase"),
    [
        ("legacy", Checkpoint.LEGACY),
        ("side-by-side", Checkpoint.SIDE_BY_SIDE),
        ("pilot", Checkpoint.PILOT),
        ("edge", Checkpoint.EDGE),
        ("production", Checkpoint.PRODUCTION),
    ],
)
def test_a_twin_stands_where_its_data_says(label: str, phase: Checkpoint) -> None:
    twin = deployment_of(state_at(tried(RICH), label), "twin")

    assert plan_for(twin).phase is phase
    labels = [each.label for each in Trial(twin, is_twin=True).places]
    assert labels[0] == "now"
    assert label not in labels[1:]


def test_a_pilot_twin_can_go_back_at_once() -> None:
    twin = deployment_of(state_at(tried(), "pilot"), "twin")

    labels = [each.label for each in Trial(twin, is_twin=True).places]

    assert labels[:3] == ["now", "pilot.rolled-back", "edge"]


def test_a_twin_without_users_is_side_by_side_at_most() -> None:
    mixed = deployment_of(state_at(tried(), "production"), "twin")
    blind = dataclasses.replace(mixed, population=Unknown("Get-CsUser"))

    assert plan_for(blind).phase is Checkpoint.SIDE_BY_SIDE


@pytest.mark.parametrize("label", ["side-by-side", "pilot", "edge"])
def test_the_plan_of_a_twin_goes_on_with_the_pools_that_are_there(label: str) -> None:
    trial = tried(two_sites())
    twin = deployment_of(state_at(trial, label), "twin")

    plan = plan_for(twin)

    assert dict(plan.successor) == dict(trial.plan.successor)
    published = [each for step in plan.steps for each in of_kind(op.PublishTopology, step.operations)]
    front_ends = [
        pool
        for each in published
        if isinstance(each, op.PublishTopology)
        for pool in each.pools
        if pool.role is PoolRole.FRONT_END
    ]
    assert front_ends == []
