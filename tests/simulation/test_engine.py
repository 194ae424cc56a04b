"""The one function that makes a state: it leaves its input alone, and says no where the product does."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from helpers import (
    RULES,
    after,
    built,
    crowd,
    front_end,
    meetings_of,
    new,
    one_pool,
    population_of,
    refusal,
    server_of,
    state_at,
    tried,
    with_service,
)
from hypothesis import given, settings
from strategies import trials

from coexistence.inputs.family.builder import DEFAULT_DATE
from coexistence.migration import RollbackAction
from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.clients import DESKTOP, ClientGeneration
from coexistence.model.population import ENDLESS, MEETING_LOST, Meetings, Population
from coexistence.model.vocabulary import (
    CHECKPOINT_ORDER,
    ApplicationKind,
    ContactStore,
    Disposition,
    MeetingKind,
    Origin,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    Unknown,
    UserKind,
    Version,
)
from coexistence.simulation.engine import Step, apply, selected
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State, state_of

if TYPE_CHECKING:
    from coexistence.model.deployment import Pool
    from coexistence.rehearsal.trial import Trial

NOBODY = PoolId("nobody.example")


def snapshot(value: Any) -> Any:
    """A copy of everything in a value that somebody could write to; what is frozen stands for itself."""
    if isinstance(value, np.ndarray):
        return (str(value.dtype), value.tobytes())
    if isinstance(value, State | Population | Meetings | Step):
        return tuple((part.name, snapshot(getattr(value, part.name))) for part in dataclasses.fields(value))
    if isinstance(value, Mapping):
        return tuple((key, snapshot(part)) for key, part in value.items())
    return value


def start_of(deployment: Any) -> State:
    return state_of(deployment, day=DEFAULT_DATE.toordinal(), tools=None)


@given(trials())
@settings(max_examples=15)
def test_apply_leaves_its_input_alone_over_whole_plans(trial: Trial) -> None:
    state = start_of(trial.deployment)
    plans = [operation for step in trial.plan.steps for operation in step.operations]
    reached = [step.reaches for step in trial.plan.steps if step.reaches]
    backwards = trial.plan.rollback(CHECKPOINT_ORDER[5]) if reached else ()
    for operation in (*plans, *backwards):
        before = snapshot(state)

        step = apply(state, operation, RULES)

        assert snapshot(state) == before, operation
        assert step.accepted or step.state is state
        state = step.state


@given(trials())
@settings(max_examples=15)
def test_apply_says_the_same_when_asked_again(trial: Trial) -> None:
    state = start_of(trial.deployment)
    for operation in (operation for step in trial.plan.steps for operation in step.operations):
        once, twice = apply(state, operation, RULES), apply(state, operation, RULES)

        assert snapshot(once) == snapshot(twice), operation
        state = once.state


def test_a_state_cannot_be_written_to() -> None:
    state = state_at(tried(), "pilot")

    for mapping in (state.pools, state.services, state.replicas, state.sites, state.servers, state.defined):
        with pytest.raises(TypeError):
            mapping["anything"] = None  # type: ignore[index]  # that it cannot be done is the point
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.day = 0  # type: ignore[misc]  # likewise


def test_what_an_operation_does_not_touch_stays_shared() -> None:
    state = state_at(tried(), "legacy")

    moved = after(state, op.LetDaysPass(days=1))

    assert moved.population is state.population
    assert moved.services is state.services
    assert moved.day == state.day + 1


# ---------------------------------------------------------------- what the product refuses


def mirrored(state: State, pool: PoolId) -> Pool:
    """A new pool that nobody has defined yet."""
    return dataclasses.replace(
        state.pools[pool],
        id=new(pool),
        fqdn=new(pool),
        versions=(Version.S19,),
        servers=(ServerId(new(pool)),),
        back_end=f"{new(pool)}\\rtc",
    )


def test_a_version_that_the_directory_is_not_prepared_for_cannot_be_published() -> None:
    state = state_at(tried(), "legacy")
    publish = op.PublishTopology(tools=Version.S19, pools=(mirrored(state, front_end(built())),), servers=())

    assert refusal(state, publish) == "Active Directory is not prepared for this version"
    after(state, op.PrepareDirectory(version=Version.S19), publish)


def test_a_pool_that_may_be_one_of_two_versions_needs_one_of_them_prepared() -> None:
    state = after(state_at(tried(), "legacy"), op.PrepareDirectory(version=Version.SE))
    either = dataclasses.replace(mirrored(state, front_end(built())), versions=(Version.S19, Version.SE))

    after(state, op.PublishTopology(tools=Version.SE, pools=(either,), servers=()))


@pytest.mark.parametrize("tools", [Version.L10, Version.L13, Version.S15])
def test_old_tools_cannot_open_a_newer_topology(tools: Version) -> None:
    state = state_at(tried(), "side-by-side")
    old = front_end(built())
    said = f"tools of {tools.product} cannot open a topology with Skype for Business Server 2019 in it"

    assert refusal(state, op.PublishTopology(tools=tools, pools=(), servers=())) == said
    assert refusal(state, op.RemovePool(pool=old, tools=tools)) == said


@pytest.mark.parametrize("tools", [Version.L10, Version.L13, Version.S15])
def test_old_tools_cannot_move_people_to_a_newer_pool(tools: Version) -> None:
    state = state_at(tried(), "side-by-side")
    old = front_end(built())

    move = op.MoveUsers(users=op.Selection(on=old), to=new(old), tools=tools)

    assert refusal(state, move) == (
        f"tools of {tools.product} cannot move users to Skype for Business Server 2019"
    )


def test_an_fqdn_can_be_a_pool_only_once() -> None:
    state = state_at(tried(), "side-by-side")
    old = front_end(built())
    again = op.PublishTopology(tools=Version.S19, pools=(state.pools[new(old)],), servers=())

    assert refusal(state, again) == f"the FQDN new-{old} is already a pool of the topology"


def test_a_pool_with_people_on_it_cannot_be_removed() -> None:
    state = state_at(tried(one_pool(people=7)), "side-by-side")

    assert refusal(state, op.RemovePool(pool=front_end(built()), tools=Version.S19)) == (
        f"7 accounts are still homed on {front_end(built())}"
    )


def test_a_room_keeps_a_pool_from_being_removed_too() -> None:
    room = PoolBlueprint(crowds=(crowd(1, kind=UserKind.RESOURCE),))
    blueprint = Blueprint(sites=(SiteBlueprint(pools=(PoolBlueprint(), room)),))
    deployment = built(blueprint)

    reason = refusal(start_of(deployment), op.RemovePool(pool=front_end(deployment, 1), tools=Version.S19))

    assert reason == f"1 accounts are still homed on {front_end(deployment, 1)}"


def test_the_host_of_the_central_management_store_cannot_be_removed() -> None:
    trial = tried()
    state = state_at(trial, "production")
    old = front_end(built())

    assert refusal(state, op.RemovePool(pool=old, tools=Version.S19)) == (
        f"{old} hosts the Central Management store"
    )
    moved = after(state, op.MoveCms(to=new(old), tools=Version.S19))
    assert old not in after(moved, op.RemovePool(pool=old, tools=Version.S19)).pools


@pytest.mark.parametrize("becomes", [ServiceState.STOPPED, ServiceState.START_PENDING, ServiceState.PAUSED])
def test_the_store_cannot_be_moved_to_a_pool_without_a_started_front_end(becomes: ServiceState) -> None:
    target = new(front_end(built()))
    state = with_service(state_at(tried(), "production"), target, "RTCSRV", becomes)

    assert refusal(state, op.MoveCms(to=target, tools=Version.S19)) == (
        f"the Front-End service is not started on {target}"
    )


@pytest.mark.parametrize(
    "operation",
    [
        op.MoveUsers(users=op.Selection(on=NOBODY), to=NOBODY, tools=Version.SE),
        op.MoveCms(to=NOBODY, tools=Version.SE),
        op.MoveApplications(source=NOBODY, to=NOBODY),
        op.MoveConferenceDirectories(source=NOBODY, to=NOBODY),
        op.RemovePool(pool=NOBODY, tools=Version.SE),
        op.StartServices(pool=NOBODY),
        op.StopServices(pool=NOBODY),
        op.AssociateMediaEdge(pool=NOBODY, edge=None),
        op.SetEdgeFederation(edge=NOBODY, enabled=True),
        op.SetNextHop(pool=NOBODY, to=NOBODY),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_a_pool_that_is_not_there_is_named_in_the_refusal(operation: op.Operation) -> None:
    assert (
        refusal(state_at(tried(), "legacy"), operation) == "there is no pool nobody.example in the topology"
    )


def test_a_server_that_is_not_there_is_named_in_the_refusal() -> None:
    stop = op.SetServiceState(server=ServerId("nobody"), service="RTCSRV", state=ServiceState.STOPPED)

    assert refusal(state_at(tried(), "legacy"), stop) == "there is no server nobody"


def test_two_federated_edges_are_a_warning_and_no_refusal() -> None:
    """ "A warning … may be ignored" during the cut-over, says the guide."""
    state = state_at(tried(), "edge")
    (edge, *_) = (pool for pool in state.pools.values() if pool.role is PoolRole.EDGE and pool.federation)

    step = apply(state, op.SetEdgeFederation(edge=new(edge.id), enabled=True), RULES)

    assert step.accepted
    assert step.reason == f"federation is also enabled on {edge.fqdn}"


# ---------------------------------------------------------------- topology and replication


def test_a_published_pool_is_known_to_replicas_only_after_replication() -> None:
    state = after(state_at(tried(), "legacy"), op.PrepareDirectory(version=Version.S19))
    old = front_end(built())
    published = after(state, op.PublishTopology(tools=Version.S19, pools=(mirrored(state, old),), servers=()))

    assert published.is_current(server_of(state, old)) is False
    assert published.defined[new(old)] == published.published
    assert after(published, op.Replicate()).is_current(server_of(state, old)) is True


def test_a_server_without_the_replicator_agent_stays_behind() -> None:
    old = front_end(built())
    state = with_service(state_at(tried(), "legacy"), old, "REPLICA")
    published = after(state, op.SwitchFederationRoute(site=state.pools[old].site, to=None))

    replicated = after(published, op.Replicate())

    assert replicated.is_current(server_of(state, old)) is False
    others = [server for server in state.services if server != server_of(state, old)]
    assert all(replicated.is_current(server) is True for server in others)


def test_a_replica_that_nobody_told_about_stays_unknown() -> None:
    blind = dataclasses.replace(built(), replicas=Unknown("Get-CsManagementStoreReplicationStatus"))
    old = front_end(blind)

    state = after(start_of(blind), op.SetNextHop(pool=old, to=old))

    assert state.is_current(server_of(state, old)) == Unknown("Get-CsManagementStoreReplicationStatus")


def test_starting_a_pool_starts_what_its_role_calls_for() -> None:
    trial = tried()
    target = new(front_end(built()))
    stopped = after(state_at(trial, "side-by-side"), op.StopServices(pool=target))
    (server,) = stopped.pools[target].servers
    assert target in stopped.silenced
    assert set(stopped.services[server].values()) == {ServiceState.STOPPED}  # type: ignore[union-attr]  # they were told

    started = after(stopped, op.StartServices(pool=target))

    assert target not in started.silenced
    assert set(started.services[server].values()) == {ServiceState.RUNNING}  # type: ignore[union-attr]  # likewise
    assert "master_replicator" not in started.services[server]  # type: ignore[operator]  # likewise


def test_services_that_nobody_collected_stay_unknown_when_stopped() -> None:
    from helpers import without_services

    old = front_end(built())
    state = start_of(without_services(built(), old))

    stopped = after(state, op.StopServices(pool=old))

    assert stopped.services[server_of(state, old)] == Unknown("Get-CsWindowsService")
    assert with_service(state, old, "RTCSRV") == state


def test_moving_the_store_moves_its_two_services() -> None:
    old = front_end(built())
    before = state_at(tried(), "production")

    moved = after(before, op.MoveCms(to=new(old), tools=Version.S19))

    pair = {"master_replicator", "file_transfer_agent"}
    assert (moved.cms.masters, moved.cms.hosts) == ((new(old),), (new(old),))
    assert pair <= set(moved.services[server_of(moved, new(old))])  # type: ignore[arg-type]  # they were told
    assert not pair & set(moved.services[server_of(moved, old)])  # type: ignore[arg-type]  # likewise
    assert "CentralMgmt" in moved.pools[new(old)].roles - moved.pools[old].roles


def test_removing_a_pool_takes_its_servers_gateways_and_certificates_along() -> None:
    blueprint = Blueprint(sites=(SiteBlueprint(pools=(PoolBlueprint(), PoolBlueprint(voice=True))),))
    deployment = built(blueprint)
    gone = front_end(deployment, 1)

    state = after(start_of(deployment), op.RemovePool(pool=gone, tools=Version.S19))

    assert gone not in state.pools
    assert server_of(start_of(deployment), gone) not in {**state.servers, **state.services, **state.replicas}
    assert not any(gateway.mediation == gone for gateway in state.gateways)
    assert not isinstance(state.certificates, Unknown)
    assert not any(each.pool == gone for each in state.certificates)


def test_a_record_of_the_same_name_and_kind_is_replaced() -> None:
    state = state_at(tried(), "legacy")
    assert not isinstance(state.records, Unknown)
    (key, record), *_ = state.records.items()
    elsewhere = dataclasses.replace(record, target="elsewhere.example")

    repointed = after(state, op.SetDnsRecords(records=(elsewhere,)))

    assert not isinstance(repointed.records, Unknown)
    assert repointed.records[key].target == "elsewhere.example"
    assert len(repointed.records) == len(state.records)


def test_what_nobody_told_is_accepted_and_stays_unknown() -> None:
    blind = dataclasses.replace(
        built(),
        population=Unknown("Get-CsUser"),
        records=Unknown("DNS export"),
        applications=Unknown("Get-CsRgsWorkflow"),
        directories=Unknown("Get-CsConferenceDirectory"),
    )
    here = op.Selection(on=front_end(blind))
    state = start_of(blind)

    for operation in (
        op.MoveUsers(users=here, to=here.on, tools=Version.S19),
        op.UpgradeClients(users=here, to=ClientGeneration.SFB_2016),
        op.DowngradeClients(users=here),
        op.ScheduleMeetings(by=here, each=1),
        op.RescheduleMeetings(by=here),
        op.RollBackContactStore(users=here),
        op.SetDnsRecords(records=()),
        op.MoveApplications(source=here.on, to=here.on),
        op.MoveConferenceDirectories(source=here.on, to=here.on),
    ):
        assert after(state, operation) == state, operation


# ---------------------------------------------------------------- people, clients, meetings


@given(trials())
@settings(max_examples=20)
def test_whoever_moves_comes_back_to_where_he_came_from(trial: Trial) -> None:
    began = population_of(start_of(trial.deployment))
    for where in trial.places:
        if where.is_rolled_back:
            back = population_of(trial.state_at(where))

            assert np.array_equal(back.home, began.home), where.label
            assert np.array_equal(back.client, began.client), where.label
            assert not back.upgraded.any()


@given(trials())
@settings(max_examples=20)
def test_no_account_appears_or_disappears(trial: Trial) -> None:
    began = population_of(start_of(trial.deployment))
    for where in trial.places:
        here = population_of(trial.state_at(where))

        assert len(here) == len(began)
        assert np.array_equal(here.came_from, began.came_from)
        assert np.array_equal(here.first_client, began.first_client)
        assert np.array_equal(here.kind, began.kind)


def test_moving_the_last_user_leaves_the_pool_empty() -> None:
    old = front_end(built())
    state = state_at(tried(one_pool(people=1)), "side-by-side")

    moved = after(state, op.MoveUsers(users=op.Selection(on=old), to=new(old), tools=Version.S19))

    assert population_of(moved).people_by_pool == {new(old): 1}


def test_a_selection_names_the_first_people_in_the_order_of_the_inventory() -> None:
    room = PoolBlueprint(crowds=(crowd(3, kind=UserKind.RESOURCE),))
    population = population_of(start_of(built(one_pool(5, pool=room))))
    on = front_end(built())

    assert selected(population, op.Selection(on=on)).tolist() == list(range(8))
    assert selected(population, op.Selection(on=on, first=2)).tolist() == [0, 1]
    assert selected(population, op.Selection(on=on, first=2, people_only=True)).tolist() == [3, 4]
    assert selected(population, op.Selection(on=NOBODY)).tolist() == []
    assert selected(population, op.Selection(on=on, came_from=NOBODY)).tolist() == []


@pytest.mark.parametrize("feature", ["xmpp", "chat"])
def test_a_selection_can_leave_out_those_who_need_a_feature(feature: str) -> None:
    needing = PoolBlueprint(crowds=(crowd(3, **{feature: True}),))
    blueprint = one_pool(5, pool=needing, edge=EdgeBlueprint(xmpp=True), persistent_chat=True)
    population = population_of(start_of(built(blueprint)))

    narrowed = op.Selection(on=front_end(built()), **{f"without_{feature}": True})  # type: ignore[arg-type]  # its own flag

    assert len(selected(population, narrowed)) == 5


@pytest.mark.parametrize(
    "client", [each for each in ClientGeneration if each is not ClientGeneration.UNKNOWN]
)
def test_a_rollout_replaces_desktop_clients_alone(client: ClientGeneration) -> None:
    """Phones and mobile clients are left as they are."""
    pool = PoolBlueprint(crowds=(crowd(2, client=client),))
    deployment = built(one_pool(0, pool=pool))
    users = op.Selection(on=front_end(deployment))

    upgraded = after(start_of(deployment), op.UpgradeClients(users=users, to=ClientGeneration.SFB_2016))

    population = population_of(upgraded)
    is_replaced = client in DESKTOP
    assert population.client.tolist() == [ClientGeneration.SFB_2016 if is_replaced else client] * 2
    assert population.upgraded.tolist() == [int(is_replaced)] * 2
    assert population_of(after(upgraded, op.DowngradeClients(users=users))) == population_of(
        start_of(deployment)
    )


def test_a_meeting_remembers_client_host_and_day_of_its_scheduling() -> None:
    trial = tried(one_pool(people=6))
    pilot = state_at(trial, "side-by-side")
    old = front_end(built())
    pilot = after(pilot, op.MoveUsers(users=op.Selection(on=old, first=3), to=new(old), tools=Version.S19))
    already = len(meetings_of(pilot))

    some = after(
        pilot,
        op.UpgradeClients(users=op.Selection(on=new(old), first=2), to=ClientGeneration.SFB_2016),
        op.ScheduleMeetings(by=op.Selection(on=new(old)), each=2),
    )

    made = meetings_of(some)
    assert len(made) == already + 6
    assert made.organizer[already:].tolist() == [0, 0, 1, 1, 2, 2]
    assert made.by_upgraded[already:].tolist() == [1, 1, 1, 1, 0, 0]
    assert set(made.scheduled_on[already:].tolist()) == {Version.S19}
    assert set(made.created[already:].tolist()) == {some.day}
    kinds = made.kind[already:]
    assert set(kinds.tolist()) == {MeetingKind.ONCE, MeetingKind.RECURRING}
    assert ((made.last[already:] == ENDLESS) == (kinds == MeetingKind.RECURRING)).all()


def test_rooms_schedule_nothing() -> None:
    room = PoolBlueprint(crowds=(crowd(3, kind=UserKind.RESOURCE),))
    deployment = built(one_pool(0, pool=room))
    state = start_of(deployment)

    assert (
        len(meetings_of(after(state, op.ScheduleMeetings(by=op.Selection(on=front_end(deployment)), each=3))))
        == 0
    )


def test_only_meetings_that_the_pool_cannot_host_are_rescheduled() -> None:
    old = front_end(built())
    trial = tried(actions=frozenset({RollbackAction.USERS, RollbackAction.CLIENTS}))
    state = state_at(trial, "pilot.rolled-back")
    lost = meetings_of(state).by_upgraded == 1
    assert lost.any()

    renewed = after(state, op.LetDaysPass(days=1), op.RescheduleMeetings(by=op.Selection(on=old)))

    before, now = meetings_of(state), meetings_of(renewed)
    assert set(now.scheduled_on[lost].tolist()) == {Version.L13}
    assert set(now.created[lost].tolist()) == {renewed.day}
    assert not now.by_upgraded.any()
    for name in ("organizer", "kind", "last", "directory"):
        assert np.array_equal(getattr(before, name), getattr(now, name)), name
    for name in ("created", "scheduled_on", "by_upgraded"):
        assert np.array_equal(getattr(before, name)[~lost], getattr(now, name)[~lost]), name


def test_rescheduling_with_a_client_that_is_still_upgraded_works_on_the_old_host() -> None:
    """The meeting is then as old as its host, whoever schedules it."""
    old = front_end(built())
    state = state_at(tried(actions=frozenset({RollbackAction.USERS})), "pilot.rolled-back")

    renewed = meetings_of(after(state, op.RescheduleMeetings(by=op.Selection(on=old))))

    assert set(renewed.scheduled_on[renewed.by_upgraded == 1].tolist()) == {Version.L13}


def test_meetings_follow_their_organizer_forward_whatever_is_assumed_of_the_way_back() -> None:
    """ "Move remaining users" documents the way forward; only the way back is an assumption."""
    trial = tried(rules=Rules({"meetings-follow-organizer": "no"}))

    assert len(meetings_of(state_at(trial, "production"))) == len(
        meetings_of(state_at(tried(), "production"))
    )


def test_meetings_of_people_who_go_back_are_lost_if_meetings_do_not_follow() -> None:
    old = front_end(built())
    rules = Rules({"meetings-follow-organizer": "no"})
    state = state_at(tried(), "pilot")
    moved = population_of(state).home == population_of(state).code(new(old))
    theirs = moved[meetings_of(state).organizer]
    assert theirs.any()

    back = after(state, op.MoveUsers(users=op.Selection(on=new(old)), to=old, tools=Version.S19), rules=rules)

    kept = meetings_of(back)
    assert (kept.lost == MEETING_LOST).tolist() == theirs.tolist()


@pytest.mark.parametrize(
    ("legacy", "becomes"), [(Version.L10, ContactStore.SERVER), (Version.L13, ContactStore.EXCHANGE)]
)
def test_contact_lists_leave_exchange_only_for_a_pool_that_cannot_read_them_there(
    legacy: Version, becomes: ContactStore
) -> None:
    """Lync Server 2010 cannot ("Roll back migrated users")."""
    trial = tried(one_pool(legacy=legacy, target=Version.S15))
    state = state_at(trial, "pilot")
    old = front_end(trial.deployment)
    population = population_of(state)
    rows = np.flatnonzero(population.home == population.code(new(old)))
    contacts = population.contacts.copy()
    contacts[rows] = ContactStore.EXCHANGE
    state = state.changed(population=population.changed(contacts=contacts))

    back = after(state, op.RollBackContactStore(users=op.Selection(on=new(old), came_from=old)))

    assert set(population_of(back).contacts[rows].tolist()) == {becomes}


def test_applications_and_directories_follow_their_pool() -> None:
    deployment = built(one_pool(pool=PoolBlueprint(dial_in=True, response_groups=2)))
    trial = tried(one_pool(pool=PoolBlueprint(dial_in=True, response_groups=2)))
    old = front_end(deployment)
    state = state_at(trial, "production")

    moved = after(
        state,
        op.MoveApplications(source=old, to=new(old)),
        op.MoveConferenceDirectories(source=old, to=new(old)),
    )

    assert not isinstance(moved.applications, Unknown)
    assert not isinstance(moved.directories, Unknown)
    assert {each.owner for each in moved.applications} == {new(old)}
    assert [each.kind for each in moved.applications].count(ApplicationKind.RESPONSE_GROUP) == 2
    assert {each.owner for each in moved.directories} == {new(old)}


def test_a_certificate_has_expired_on_the_day_after_its_last_and_on_none_before() -> None:
    state = state_at(tried(), "legacy")
    assert isinstance(state.certificates, tuple)
    last = state.certificates[0].not_after.toordinal()

    for days, expired in ((-1, False), (0, False), (1, True), (2, True)):
        assert state.changed(day=last + days).has_expired(state.certificates[0]) is expired


def test_a_step_says_what_came_of_it() -> None:
    state = state_at(tried(), "legacy")

    step = apply(state, op.LetDaysPass(days=1), RULES)

    assert (step.accepted, step.disposition, step.reason) == (True, Disposition.DONE, "")
    assert state.sites[state.pools[front_end(built())].site].origin != Origin("plan")
