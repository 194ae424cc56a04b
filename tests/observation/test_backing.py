"""Machines, databases, file shares, replicas: what people and administrators notice of each."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from helpers import (
    RULES,
    after,
    built,
    crowd,
    front_end,
    new,
    observer,
    one_pool,
    population_of,
    refusal,
    server_of,
    state_at,
    tried,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.clients import ClientGeneration
from coexistence.model.conditions.machines_and_databases import (
    BACKUP_SERVICE,
    ROOM_PORTAL,
    Backing,
    FileStore,
    Machine,
    RoutingGroup,
    SqlStore,
    UserReplicator,
)
from coexistence.model.operations import Selection
from coexistence.model.vocabulary import (
    Disposition,
    Edition,
    Origin,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    Unknown,
    Version,
)
from coexistence.observation.conferencing import content
from coexistence.observation.listings import subjects
from coexistence.observation.service_losses import with_service
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State, deployment_of, state_of

if TYPE_CHECKING:
    from coexistence.observation import Cohort, Observer, Outcome

HERE = Origin("test")
OLD = front_end(built())
NEW = new(OLD)
DONE, FAILED = Disposition.DONE, Disposition.FAILED


def told(state: State, **parts: Any) -> State:
    """The state with something said of what pools rest on."""
    return state.changed(backing=Backing(**parts))


def machine(state: State, pool: PoolId, number: int = 0, **facts: Any) -> Machine:
    """What is told of one of a pool's machines."""
    return Machine(server=server_of(state, pool, number), origin=HERE, **facts)


def store(state: State, pool: PoolId = OLD, *, of: str = "back_end", **facts: Any) -> SqlStore:
    """What is told of the SQL store of a pool."""
    return SqlStore(instance=str(getattr(state.pools[pool], of)), origin=HERE, **facts)


def ask(here: Observer, kind: str, question: str, label: str = "", **said: Any) -> Outcome:
    """The answer of the first subject of a kind whose label has some text in it."""
    subject = next(each for each in subjects(here, kind) if label in each.label)
    answer: Outcome = getattr(subject, question)(**said)
    return answer


def side_by_side(pool: PoolBlueprint | None = None, **site: Any) -> State:
    """Half of the people have moved: both pools are home to somebody."""
    return state_at(tried(one_pool(legacy=Version.L13, target=Version.S19, pool=pool, **site)), "pilot")


def enterprise(members: int = 4, people: int = 40, legacy: Version = Version.S15, **facts: Any) -> State:
    """One Enterprise pool with an Edge."""
    pool = PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=members, crowds=(crowd(people),), **facts)
    site = SiteBlueprint(pools=(pool,), edge=EdgeBlueprint())
    return state_of(built(Blueprint(legacy=legacy, sites=(site,))), day=737_000, tools=None)


def home_of(state: State) -> PoolId:
    """The first Front End pool."""
    return next(pool.id for pool in state.pools.values() if pool.role is PoolRole.FRONT_END)


# ---------------------------------------------------------------- nothing told, nothing wrong


def test_what_is_told_survives_the_way_to_a_deployment_and_back() -> None:
    state = side_by_side()
    backing = Backing(stores=(store(state),), machines=(machine(state, OLD, clock_skew=3),))
    deployment = deployment_of(told(state, stores=backing.stores, machines=backing.machines), "x")

    assert deployment.backing == backing
    assert state_of(deployment, day=1, tools=None).backing == backing


@pytest.mark.parametrize(
    ("kind", "question"),
    [("conversation", "message"), ("client", "sign_in"), ("user", "keep_changes"), ("organizer", "schedule")],
)
def test_healthy_entries_change_nothing(kind: str, question: str) -> None:
    state = side_by_side()
    same = told(
        state,
        stores=(store(state), store(state, NEW)),
        machines=(machine(state, OLD), machine(state, NEW)),
        replicators=(UserReplicator(pool=NEW, origin=HERE),),
        file_stores=(FileStore(path=str(state.pools[OLD].file_store), origin=HERE),),
    )

    plain = [getattr(each, question)() for each in subjects(observer(state), kind)]
    assert [getattr(each, question)() for each in subjects(observer(same), kind)] == plain


# ---------------------------------------------------------------- databases


def test_a_back_end_that_is_down_leaves_sessions_and_takes_the_rest() -> None:
    state = side_by_side()
    down = after(state, op.FailStore(store=str(state.pools[OLD].back_end)))
    here = observer(down)

    assert ask(here, "conversation", "message", f"{OLD} to {OLD}").done
    assert ask(here, "conversation", "call", f"{OLD} to {OLD}").done
    for kind, question, label in (
        ("conversation", "presence", f"to {OLD}"),
        ("organizer", "schedule", OLD),
        ("user", "keep_changes", OLD),
        ("user", "read_contacts", OLD),
        ("meeting", "join", OLD),
    ):
        outcome = ask(here, kind, question, label)
        assert "resiliency mode" in outcome.reason, (kind, question, outcome)
    assert ask(here, "organizer", "schedule", NEW).done
    assert ask(
        observer(after(down, op.RepairStore(store=str(state.pools[OLD].back_end)))), "organizer", "schedule"
    ).done


def test_a_mirror_takes_over_by_the_witness_vote() -> None:
    state = side_by_side()
    for witness, done in ((True, True), (False, False)):
        down = told(state, stores=(store(state, reachable=False, mirrored=True, witness_reachable=witness),))
        assert (ask(observer(down), "organizer", "schedule", OLD).disposition is DONE) is done


def test_from_2019_on_there_is_no_mirror() -> None:
    state = side_by_side()
    mirrored = store(state, NEW, reachable=False, mirrored=True)

    assert (
        "resiliency mode"
        in ask(observer(told(state, stores=(mirrored,))), "organizer", "schedule", NEW).reason
    )


def test_switched_off_no_store_answers() -> None:
    here = observer(side_by_side(), Rules({"stores-answer": "no"}))

    outcome = ask(here, "organizer", "schedule")
    assert outcome.disposition is FAILED
    assert "stores-answer" in outcome.assumes


def test_nobody_keeps_anything_on_an_unknown_store() -> None:
    assert refusal(side_by_side(), op.FailStore(store="nowhere\\x")) == "no pool keeps anything on nowhere\\x"
    assert "nowhere" in refusal(side_by_side(), op.RepairStore(store="nowhere\\x"))
    assert "nowhere" in refusal(side_by_side(), op.BackUpLog(instance="nowhere\\x"))


def test_a_log_that_fills_up_stops_a_batch_half_way() -> None:
    state = state_at(tried(one_pool(40)), "side-by-side")
    full = told(state, stores=(store(state, NEW, full_recovery=True, log_backed_up=False, log_room=15),))
    everybody = op.MoveUsers(users=Selection(on=OLD), to=NEW, tools=Version.SE)

    step = apply(full, everybody, RULES)

    people = population_of(step.state).people_by_pool
    assert step.disposition is FAILED
    assert people[NEW] == 15
    assert step.reason.endswith("accounts failed with SQL error 9002: the transaction log is full")
    here = observer(step.state)
    assert "9002" in ask(here, "organizer", "schedule", NEW).reason
    assert ask(here, "conversation", "message", f"{NEW} to {NEW}").done
    assert "9002" in refusal(step.state, everybody)

    emptied = after(step.state, op.BackUpLog(instance=str(state.pools[NEW].back_end)))
    moved = after(emptied, everybody)
    assert OLD not in population_of(moved).people_by_pool
    assert ask(observer(moved), "organizer", "schedule", NEW).done


@pytest.mark.parametrize(
    "facts",
    [
        {"full_recovery": False, "log_backed_up": False, "log_room": 15},
        {"full_recovery": True, "log_backed_up": True, "log_room": 15},
        {"full_recovery": True, "log_backed_up": False},
    ],
    ids=str,
)
def test_a_log_with_room_or_backups_takes_every_move(facts: dict[str, Any]) -> None:
    state = state_at(tried(one_pool(40)), "side-by-side")
    moved = after(
        told(state, stores=(store(state, NEW, **facts),)),
        op.MoveUsers(users=Selection(on=OLD), to=NEW, tools=Version.SE),
    )

    assert OLD not in population_of(moved).people_by_pool


def test_a_front_end_with_a_full_log_goes_on_until_it_is_restarted() -> None:
    state = told(side_by_side(), stores=(store(side_by_side(), log_room=0),))
    assert ask(observer(state), "conversation", "message", f"{OLD} to {OLD}").done

    step = apply(state, op.RestartServices(pool=OLD), RULES)

    assert "9002" in step.reason
    assert ask(observer(step.state), "conversation", "message", f"{OLD} to {OLD}").sip == 504


def test_one_sql_instance_holds_one_user_store() -> None:
    trial = tried(one_pool())
    state = state_at(trial, "legacy")
    publish = next(
        each
        for step in trial.plan.steps
        for each in step.operations
        if isinstance(each, op.PublishTopology) and any(pool.id == NEW for pool in each.pools)
    )
    taken = tuple(
        dataclasses.replace(pool, back_end=state.pools[OLD].back_end) if pool.id == NEW else pool
        for pool in publish.pools
    )
    prepared = after(state, op.PrepareDirectory(version=Version.S19), op.PrepareDirectory(version=Version.SE))

    assert "already contains a SQL instance hosting role User Store" in refusal(
        prepared, dataclasses.replace(publish, pools=taken)
    )


# ---------------------------------------------------------------- archives and shares


def archiving() -> State:
    """Half-way, with archiving on both pools."""
    return side_by_side(PoolBlueprint(archiving=True))


@pytest.mark.parametrize(
    ("critical", "disposition"),
    [(True, FAILED), (False, DONE), (Unknown("Get-CsArchivingConfiguration"), Disposition.UNDECIDED)],
    ids=str,
)
def test_a_critical_archive_that_is_down_blocks_messages_and_meetings(
    critical: Any, disposition: Disposition
) -> None:
    state = told(archiving(), block_on_archive_failure=critical)
    assert ask(observer(state), "conversation", "message").disposition is DONE
    down = after(state, op.FailStore(store=str(state.pools[OLD].archiving_store)))

    assert ask(observer(down), "conversation", "message", f"{OLD} to {OLD}").disposition is disposition
    assert ask(observer(down), "meeting", "join", OLD).disposition is disposition
    assert ask(observer(down), "conversation", "message", f"{NEW} to {NEW}").disposition is DONE


def test_web_conferencing_stays_in_critical_mode_until_it_is_restarted() -> None:
    state = told(archiving(), block_on_archive_failure=True)
    archive = str(state.pools[OLD].archiving_store)
    repaired = after(state, op.FailStore(store=archive), op.RepairStore(store=archive))

    assert ask(observer(repaired), "conversation", "message", f"{OLD} to {OLD}").done
    assert "critical mode" in ask(observer(repaired), "meeting", "join", OLD).reason
    for restart in (op.RestartServices(pool=OLD, service="RTCDATAMCU"), op.RestartServices(pool=OLD)):
        assert ask(observer(after(repaired, restart)), "meeting", "join", OLD).done
    still = after(repaired, op.RestartServices(pool=OLD, service="RTCIMMCU"))
    assert "critical mode" in ask(observer(still), "meeting", "join", OLD).reason


@pytest.mark.parametrize("facts", [{"reachable": False}, {"permitted": False}], ids=str)
def test_without_its_file_share_a_pool_has_no_address_book(facts: dict[str, bool]) -> None:
    state = side_by_side()
    share = FileStore(path=str(state.pools[OLD].file_store), origin=HERE, **facts)
    broken = told(state, file_stores=(share,))

    assert ask(observer(broken), "user", "find_in_address_book", OLD).disposition is FAILED
    assert ask(observer(broken), "user", "find_in_address_book", NEW).disposition is DONE
    switched = observer(broken, Rules({"file-store-serves": "no"}))
    assert ask(switched, "user", "find_in_address_book", OLD).disposition is DONE


def test_a_share_fails_and_comes_back() -> None:
    state = side_by_side()
    path = str(state.pools[OLD].file_store)
    down = after(state, op.FailStore(store=path))

    assert "cannot be reached" in ask(observer(down), "user", "find_in_address_book", OLD).reason
    assert ask(observer(after(down, op.RepairStore(store=path))), "user", "find_in_address_book", OLD).done


# ---------------------------------------------------------------- machines


def test_a_foreign_program_on_443_takes_the_web_and_leaves_the_rest() -> None:
    state = side_by_side()
    taken = told(state, machines=(machine(state, NEW, listeners=((443, "Windows Admin Center"),)),))
    here = observer(taken)

    assert ask(here, "user", "find_in_address_book", OLD).done
    assert "belongs to Windows Admin Center" in ask(here, "user", "find_in_address_book", NEW).reason
    assert ask(here, "conversation", "message", f"{NEW} to {NEW}").done
    web = next(
        each
        for each in subjects(here, "service")
        if each.service.key == "web_services" and each.pool.id == NEW  # type: ignore[union-attr]  # services
    )
    assert web.status().done  # type: ignore[union-attr]  # the list of services is all green
    freed = after(taken, op.ChangeMachine(machine=machine(state, NEW)))
    assert ask(observer(freed), "user", "find_in_address_book", NEW).done


def test_a_load_balancer_that_looks_closer_leaves_one_machine_out() -> None:
    state = enterprise(3)
    home = home_of(state)
    taken = told(state, machines=(machine(state, home, 1, listeners=((443, "another"),)),))

    assert ask(observer(taken), "user", "find_in_address_book").disposition is FAILED
    switched = Rules({"balancer-sees-foreign-web": "yes"})
    assert ask(observer(taken, switched), "user", "find_in_address_book").disposition is DONE
    every = tuple(machine(state, home, number, listeners=((443, "another"),)) for number in range(3))
    assert (
        ask(observer(told(state, machines=every), switched), "user", "find_in_address_book").disposition
        is FAILED
    )


@pytest.mark.parametrize("port", [444, 5061, 3389])
def test_ports_that_are_not_of_the_web_sites_do_not_matter_to_them(port: int) -> None:
    state = side_by_side()
    taken = told(state, machines=(machine(state, NEW, listeners=((port, "another"),)),))

    assert ask(observer(taken), "user", "find_in_address_book", NEW).done


@pytest.mark.parametrize(
    ("os", "fixed", "breaks"),
    [
        ("Windows Server 2012 R2", False, True),
        ("Windows Server 2012 R2", True, False),
        ("Windows Server 2012", False, False),
        ("", False, False),
    ],
)
def test_session_tickets_break_meetings_of_2013_and_not_messages(os: str, fixed: bool, breaks: bool) -> None:
    state = side_by_side()
    here = observer(told(state, machines=(machine(state, OLD, os=os, session_tickets_fixed=fixed),)))

    assert ask(here, "conversation", "message", f"{OLD} to {NEW}").done
    meeting = next(each for each in subjects(here, "meeting") if each.host == OLD)  # type: ignore[union-attr]  # meetings
    outcome = meeting.join(joiner=NEW)  # type: ignore[union-attr]  # as above
    assert (outcome.disposition is FAILED) is breaks
    assert ("events 32402, 61045" in outcome.reason) is breaks


def test_session_tickets_empty_contact_lists_of_a_pool_with_several_servers() -> None:
    state = enterprise(3, legacy=Version.L13)
    broken = told(state, machines=(machine(state, home_of(state), 2, os="Windows Server 2012 R2"),))

    assert "32402" in ask(observer(broken), "user", "read_contacts").reason
    newer = enterprise(3, legacy=Version.S15)
    fine = told(newer, machines=(machine(newer, home_of(newer), 2, os="Windows Server 2012 R2"),))
    assert ask(observer(fine), "user", "read_contacts").done


@pytest.mark.parametrize(
    ("skew", "tolerance", "works"),
    [(4, "5", True), (5, "5", True), (-6, "5", False), (6, "5", False), (6, "15", True), (4, "1", False)],
)
def test_clocks_too_far_apart_refuse_each_others_web_tickets(skew: int, tolerance: str, works: bool) -> None:
    state = side_by_side()
    here = observer(
        told(state, machines=(machine(state, OLD, clock_skew=skew),)), Rules({"clock-tolerance": tolerance})
    )

    links = [each.join_by_link() for each in subjects(here, "meeting")]  # type: ignore[union-attr]  # meetings
    assert any(each.disposition is FAILED and "minutes apart" in each.reason for each in links) is not works
    assert ask(here, "conversation", "message", f"{OLD} to {NEW}").done


def test_setup_needs_room_for_its_databases() -> None:
    trial = tried(one_pool())
    state = state_at(trial, "side-by-side")
    bare = state.changed(services={**state.services, server_of(state, NEW): {}})
    small = told(bare, machines=(machine(state, NEW, free_gb=15),))

    for start in (op.StartServices(pool=NEW), op.StartServers(pool=NEW)):
        assert "cannot find any suitable disks for database files: 15 GB" in refusal(small, start)
    after(told(bare, machines=(machine(state, NEW, free_gb=16),)), op.StartServers(pool=NEW))
    large = told(bare, stores=(store(state, NEW, large_model=True),))
    assert "model database" in refusal(large, op.StartServers(pool=NEW))
    # What is installed already asks for no disk.
    after(told(state, machines=(machine(state, NEW, free_gb=1),)), op.StartServers(pool=NEW))


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"components": ((ROOM_PORTAL, "5.0.8308.0"),)}, "the meeting room portal on"),
        ({"free_gb": 3}, "cannot find any suitable disks"),
    ],
)
def test_the_central_management_store_is_not_moved_past_a_portal_or_onto_a_full_disk(
    facts: dict[str, Any], reason: str
) -> None:
    state = side_by_side()
    move = op.MoveCms(to=NEW, tools=Version.SE)

    assert refusal(told(state, machines=(machine(state, NEW, **facts),)), move).startswith(reason)
    after(state, move)


# ---------------------------------------------------------------- updates and pairs


def two_pools(people: int = 40, edition: Edition = Edition.STANDARD) -> State:
    """Two pools of 2019 in one site."""
    pool = PoolBlueprint(edition=edition, front_ends=3, crowds=(crowd(people),))
    site = SiteBlueprint(pools=(pool, pool))
    return state_of(built(Blueprint(legacy=Version.S19, sites=(site,))), day=737_000, tools=None)


def homes(state: State) -> tuple[PoolId, PoolId]:
    """Both Front End pools."""
    one, other = (pool.id for pool in state.pools.values() if pool.role is PoolRole.FRONT_END)
    return one, other


def pool_answer(state: State, pool: PoolId, question: str, rules: Rules = RULES) -> Outcome:
    """What one pool answers."""
    return ask(observer(state, rules), "pool", question, pool)


def test_a_pair_takes_over_until_its_backup_service_is_older_than_its_core() -> None:
    state = two_pools()
    one, other = homes(state)
    assert pool_answer(state, one, "fail_over").disposition is Disposition.REFUSED
    paired = after(state, op.PairPools(pool=one, other=other))
    assert pool_answer(paired, one, "fail_over").done

    updated = state
    for server in (server_of(state, one), server_of(state, other)):
        updated = after(updated, op.InstallUpdate(server=server, build="7.0.2046.385"))
    step = apply(updated, op.PairPools(pool=one, other=other), RULES)
    assert "it crashes (event 4007)" in step.reason
    assert "event 4007" in pool_answer(step.state, one, "fail_over").reason
    backup = next(
        each
        for each in subjects(observer(step.state), "service")
        if each.service.key == "backup" and each.pool.id == one  # type: ignore[union-attr]  # services
    )
    assert backup.state is ServiceState.STOPPED  # type: ignore[union-attr]  # as above

    again = step.state
    for server in (server_of(state, one), server_of(state, other)):
        again = after(again, op.InstallUpdate(server=server, build="7.0.2046.385"))
    assert pool_answer(again, one, "fail_over").done


def test_a_pair_of_two_versions_is_accepted_and_does_not_take_over() -> None:
    state = side_by_side()
    step = apply(state, op.PairPools(pool=OLD, other=NEW), RULES)

    assert step.accepted
    assert "the pair is not supported" in step.reason
    assert "failover between versions is not supported" in pool_answer(step.state, OLD, "fail_over").reason


def test_a_half_updated_pool_does_not_take_over() -> None:
    state = two_pools(edition=Edition.ENTERPRISE)
    one, other = homes(state)
    paired = after(state, op.PairPools(pool=one, other=other))
    half = after(paired, op.InstallUpdate(server=server_of(state, one, 2), build="7.0.2046.553"))

    assert pool_answer(paired, one, "fail_over").done
    assert "half-way through an update" in pool_answer(half, one, "fail_over").reason


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (lambda one, two: op.PairPools(pool=one, other=one), "cannot be paired with itself"),
        (lambda one, two: op.PairPools(pool=one, other=PoolId("gone")), "there is no pool gone"),
        (lambda one, two: op.StartServers(pool=PoolId("gone")), "there is no pool gone"),
        (lambda one, two: op.StopServers(pool=PoolId("gone")), "there is no pool gone"),
        (lambda one, two: op.DrainServers(pool=PoolId("gone")), "there is no pool gone"),
        (lambda one, two: op.RestartServices(pool=PoolId("gone")), "there is no pool gone"),
        (lambda one, two: op.ResetPoolRegistrarState(pool=PoolId("gone")), "there is no pool gone"),
        (lambda one, two: op.SynchronizeUsers(pool=PoolId("gone")), "there is no pool gone"),
        (lambda one, two: op.FailServer(server=ServerId("gone")), "there is no server gone"),
        (
            lambda one, two: op.InstallUpdate(server=ServerId("gone"), build="7.0.2046.1"),
            "there is no server gone",
        ),
        (
            lambda one, two: op.StopServers(pool=one, servers=(ServerId("gone"),)),
            "there is no server gone in",
        ),
        (
            lambda one, two: op.ChangeMachine(machine=Machine(server=ServerId("gone"), origin=HERE)),
            "there is no server gone",
        ),
        (lambda one, two: op.InstallUpdate(server=one, build="6.0.9319.1"), "of another product"),
    ],
)
def test_refusals(operation: Any, reason: str) -> None:
    state = two_pools()

    assert reason in refusal(state, operation(*homes(state)))


def test_a_later_build_is_not_taken_back() -> None:
    state = two_pools()
    server = server_of(state, homes(state)[0])
    updated = after(state, op.InstallUpdate(server=server, build="7.0.2046.385"))

    assert "is on the later build" in refusal(updated, op.InstallUpdate(server=server, build="7.0.2046.123"))


def test_a_component_of_a_later_build_is_no_trouble() -> None:
    state = two_pools()
    one, other = homes(state)
    newer = told(
        after(state, op.PairPools(pool=one, other=other)),
        machines=(machine(state, one, components=((BACKUP_SERVICE, "7.0.2046.900"),)),),
    )

    assert pool_answer(newer, one, "fail_over").done


def test_an_expired_certificate_shows_at_the_next_restart() -> None:
    state = state_at(tried(one_pool()), "legacy")
    later = after(state, op.LetDaysPass(days=20_000))
    assert later.services == state.services

    step = apply(later, op.RestartServices(pool=OLD), RULES)

    assert "expired on" in step.reason
    assert ask(observer(step.state), "conversation", "message", f"{OLD} to {OLD}").sip == 504


# ---------------------------------------------------------------- draining, single services


def test_a_drained_server_refuses_new_sessions_and_a_stopped_one_has_none() -> None:
    state = state_at(tried(one_pool()), "legacy")
    drained = after(state, op.DrainServers(pool=OLD))
    readings: Any = drained.services[server_of(state, OLD)]

    assert readings["front_end"] is ServiceState.PAUSED
    assert ask(observer(drained), "conversation", "message", f"{OLD} to {OLD}").sip == 504
    stopped: Any = after(drained, op.StopServers(pool=OLD)).services[server_of(state, OLD)]
    assert stopped["front_end"] is ServiceState.STOPPED
    assert stopped["windows_fabric"] is ServiceState.RUNNING
    assert ask(observer(after(drained, op.StartServers(pool=OLD))), "conversation", "message").done


def test_stopping_for_maintenance_is_not_leaving() -> None:
    state = after(enterprise(3), op.StopServers(pool=home_of(enterprise(3))))

    assert not state.silenced


def test_a_disabled_service_stays_away_from_every_kind_of_start() -> None:
    state = state_at(tried(one_pool()), "legacy")
    off = after(state, op.DisableService(pool=OLD, service="RTCIMMCU"))

    assert "is disabled" in refusal(off, op.RestartServices(pool=OLD, service="RTCIMMCU"))
    for start in (op.RestartServices(pool=OLD), op.StartServers(pool=OLD)):
        readings: Any = after(off, start).services[server_of(state, OLD)]
        assert readings["im_mcu"] is ServiceState.STOPPED


# ---------------------------------------------------------------- user replicators


def test_people_are_not_moved_before_the_first_pass() -> None:
    state = state_at(tried(one_pool(40)), "side-by-side")
    domain = population_of(state).domains[0]
    move = op.MoveUsers(users=Selection(on=OLD), to=NEW, tools=Version.SE)
    early = told(state, replicators=(UserReplicator(pool=NEW, pending=frozenset({domain}), origin=HERE),))

    reason = refusal(early, move)
    assert reason.startswith("SetMoveResourceData failed because the user is not provisioned")
    assert "30024" in reason
    after(early, op.SynchronizeUsers(pool=NEW), move)


def test_what_a_deployment_tells_is_met_by_the_plan() -> None:
    """The plan moves people before the first pass of the new pool's replicator: refused, and said why."""
    blueprint = one_pool(40)
    deployment = built(blueprint)
    assert not isinstance(deployment.population, Unknown)
    early = UserReplicator(pool=NEW, pending=frozenset(deployment.population.domains), origin=HERE)
    trial = Trial(
        dataclasses.replace(deployment, backing=Backing(replicators=(early,))), target=blueprint.target
    )

    assert any("30024" in each.reason for each in trial.refusals)
    assert not any("30024" in each.reason for each in Trial(deployment, target=blueprint.target).refusals)


def test_another_domain_does_not_matter_unless_switched() -> None:
    state = state_at(tried(one_pool(40)), "side-by-side")
    move = op.MoveUsers(users=Selection(on=OLD), to=NEW, tools=Version.SE)
    early = told(
        state, replicators=(UserReplicator(pool=NEW, pending=frozenset({"other.example"}), origin=HERE),)
    )

    after(early, move)
    refusal(early, move, Rules({"domains-told-by-sip": "whole-pool"}))


def test_accounts_of_a_skipped_domain_are_unknown_on_their_pool() -> None:
    state = state_at(tried(one_pool()), "legacy")
    domain = population_of(state).domains[0]
    skipping = told(state, replicators=(UserReplicator(pool=OLD, skipped=frozenset({domain}), origin=HERE),))

    outcome = ask(observer(skipping), "client", "sign_in")
    assert (outcome.sip, outcome.diagnostic) == (404, 4005)
    waited = after(skipping, op.SynchronizeUsers(pool=OLD))
    assert ask(observer(waited), "client", "sign_in").diagnostic == 4005
    extended = after(skipping, op.SynchronizeUsers(pool=OLD, every_domain=True))
    assert ask(observer(extended), "client", "sign_in").done


def test_an_access_edge_with_a_user_replicator_hangs() -> None:
    state = state_at(tried(one_pool()), "legacy")
    edge = next(pool.id for pool in state.pools.values() if pool.role is PoolRole.EDGE)
    hung = told(state, replicators=(UserReplicator(pool=edge, on_edge=True, origin=HERE),))

    assert ask(observer(state), "user", "from_outside").done
    assert ask(observer(hung), "user", "from_outside").disposition is FAILED
    assert ask(observer(hung), "pool", "access_edge", edge).disposition is FAILED
    assert ask(observer(hung), "conversation", "message").done
    step = apply(hung, op.RestartServices(pool=edge), RULES)
    assert "events 30006 and 32136" in step.reason
    readings: Any = step.state.services[server_of(state, edge)]
    assert readings["front_end"] is ServiceState.START_PENDING


# ---------------------------------------------------------------- routing groups


def grouped(state: State, *replicas: int, of: int = 4) -> State:
    """One person in ``of`` of the first pool is in a group with replicas on these servers alone."""
    home = home_of(state)
    servers = tuple(server_of(state, home, number) for number in replicas)
    group = RoutingGroup(pool=home, number=0, of=of, replicas=servers, origin=HERE)
    return told(state, routing_groups=(group,))


def test_people_of_a_group_stand_apart_only_where_one_is_told() -> None:
    state = enterprise(3, people=40)

    plain, divided = observer(state), observer(grouped(state, 0))
    for kind in ("user", "client", "organizer", "conversation"):
        assert len(subjects(divided, kind)) > len(subjects(plain, kind)), kind
    for kind in ("user", "organizer"):
        for here in (plain, divided):
            cohorts: list[Cohort] = [each.cohort for each in subjects(here, kind)]  # type: ignore[union-attr]  # both have one
            assert sum(each.people for each in cohorts) == 40


@pytest.mark.parametrize(
    ("replicas", "down", "signs_in", "keeps", "story"),
    [
        ((0, 1, 2), (), True, True, "served by the primary replica"),
        ((0, 1, 2), (0,), True, True, "served by a secondary replica"),
        ((0, 1), (0,), True, False, "served with limited functionality"),
        ((2,), (), True, False, "served with limited functionality"),
        ((2,), (2,), False, False, "no replica of the routing group runs"),
    ],
)
def test_how_a_routing_group_is_served(
    replicas: tuple[int, ...], down: tuple[int, ...], signs_in: bool, keeps: bool, story: str
) -> None:
    state = grouped(enterprise(5, people=40), *replicas)
    home = home_of(state)
    if down:
        state = after(
            state, op.StopServers(pool=home, servers=tuple(server_of(state, home, n) for n in down))
        )
    here = observer(state)

    signed_in = ask(here, "client", "sign_in", "routing group")
    assert (signed_in.disposition is DONE) is signs_in
    assert story in str(signed_in)
    assert (ask(here, "user", "keep_changes", "routing group").disposition is DONE) is keeps
    assert (ask(here, "organizer", "schedule", "routing group").disposition is DONE) is keeps
    assert (ask(here, "conversation", "message", "(routing group 1) to").disposition is DONE) is signs_in
    others = next(each for each in subjects(here, "user") if "routing group" not in each.label)
    assert others.keep_changes().done  # type: ignore[union-attr]  # a user


def test_a_quorum_loss_recovery_places_replicas_again() -> None:
    state = grouped(enterprise(5, people=40), 2)
    reset = op.ResetPoolRegistrarState(pool=home_of(state), reset="QuorumLossRecovery")

    assert after(state, op.ResetPoolRegistrarState(pool=home_of(state))).backing.routing_groups
    assert after(state, reset).backing == Backing()


def test_without_word_of_replicas_a_server_less_costs_nothing_unless_switched() -> None:
    state = enterprise(5)
    home = home_of(state)
    less = after(state, op.StopServers(pool=home, servers=(server_of(state, home, 4),)))

    outcome = ask(observer(less), "user", "keep_changes")
    assert outcome.done
    assert "replicas-placed" in outcome.assumes
    switched = observer(less, Rules({"replicas-placed": "no"}))
    assert "no second replica" in ask(switched, "user", "keep_changes").reason
    assert ask(observer(state, Rules({"replicas-placed": "no"})), "user", "keep_changes").done


def test_an_odd_build_is_noticed_across_pools_only_where_switched() -> None:
    state = two_pools(edition=Edition.ENTERPRISE)
    one, other = homes(state)
    odd = after(state, op.InstallUpdate(server=server_of(state, one, 2), build="7.0.2046.553"))
    for primary, works in ((2, False), (0, True)):
        group = RoutingGroup(
            pool=one,
            number=0,
            of=4,
            replicas=(server_of(state, one, primary), server_of(state, one, 1)),
            origin=HERE,
        )
        here = told(odd, routing_groups=(group,))
        switched = observer(here, Rules({"mixed-builds-work": "no"}))

        assert ask(observer(here), "conversation", "message", f"(routing group 1) to {other}").done
        across = ask(switched, "conversation", "message", f"(routing group 1) to {other}")
        assert (across.disposition is DONE) is works
        assert ask(switched, "conversation", "message", f"(routing group 1) to {one}").done


# ---------------------------------------------------------------- certificates and clocks, person by person


@pytest.mark.parametrize(
    ("days", "skew", "valid"),
    [
        (0, 0, True),
        (0, -5, True),
        (0, -6, False),
        (0, 60, True),
        (1, 0, False),
        (1, 2_000, False),
        (-1, -60, True),
    ],
)
def test_a_fresh_certificate_is_not_valid_yet_for_a_clock_that_is_behind(
    days: int, skew: int, valid: bool
) -> None:
    state = side_by_side()
    issued = dt.date.fromordinal(state.day + days)
    assert not isinstance(state.certificates, Unknown)
    certificates = tuple(
        dataclasses.replace(each, not_before=issued) if each.pool == NEW else each
        for each in state.certificates
    )
    here = told(state.changed(certificates=certificates), machines=(machine(state, OLD, clock_skew=skew),))

    outcome = ask(observer(here), "conversation", "message", f"{OLD} to {NEW}")
    assert outcome.done is valid
    assert (outcome.diagnostic == 1010) is not valid
    assert ("clock-tolerance" in outcome.assumes) is not valid


@given(
    st.integers(1, 60),
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(0, 5), st.sets(st.integers(0, 3))), min_size=1, max_size=3
    ),
    st.sets(st.integers(0, 3), max_size=2),
)
@settings(max_examples=40, deadline=None)
def test_cohorts_are_what_asking_each_person_gives(
    people: int, groups: list[tuple[int, int, set[int]]], down: set[int]
) -> None:
    """Whoever is in a cohort gets what a look at his or her own routing group says."""
    state = enterprise(4, people=people)
    home = home_of(state)
    told_groups = tuple(
        RoutingGroup(
            pool=home,
            number=number % of,
            of=of,
            replicas=tuple(server_of(state, home, each) for each in sorted(replicas)),
            origin=HERE,
        )
        for of, number, replicas in groups
    )
    gone = [server_of(state, home, each) for each in sorted(down)]
    state = with_service(told(state, routing_groups=told_groups), gone, "front_end", ServiceState.STOPPED)

    expected: dict[bool, int] = {True: 0, False: 0}
    for row in range(people):
        mine = [each for each in told_groups if row % each.of == each.number]
        running = [each for each in mine[-1].replicas if each not in gone] if mine else [home, home]
        expected[len(running) > 1] += 1

    found: dict[bool, int] = {True: 0, False: 0}
    for each in subjects(observer(state), "user"):
        found[each.keep_changes().disposition is DONE] += each.cohort.people  # type: ignore[union-attr]  # users
    assert found == expected


@pytest.mark.parametrize(
    ("started", "said"),
    [(2, "2 of 4 Front Ends are started, and a cold start takes 3"), (3, "databases fill")],
)
def test_the_service_list_says_why_a_front_end_is_still_starting(started: int, said: str) -> None:
    state = enterprise(4)
    servers = state.pools[home_of(state)].servers
    state = with_service(state, servers, "front_end", ServiceState.STOPPED)
    state = with_service(state, servers[:started], "front_end", ServiceState.START_PENDING)

    (pending,) = (
        each
        for each in subjects(observer(state), "service")
        if each.service.key == "front_end" and each.state is ServiceState.START_PENDING  # type: ignore[union-attr]  # services
    )
    outcome = pending.status()  # type: ignore[union-attr]  # as above
    assert outcome.disposition is FAILED
    assert said in outcome.reason


# ---------------------------------------------------------------- where two things meet


def test_autodiscover_behind_a_foreign_page_is_silence() -> None:
    pool = PoolBlueprint(crowds=(crowd(10, client=ClientGeneration.SFB_2016),))
    state = state_at(tried(one_pool(0, legacy=Version.S15, target=Version.S19, pool=pool)), "legacy")
    taken = told(state, machines=(machine(state, OLD, listeners=((443, "another"),)),))

    assert ask(observer(state), "client", "sign_in", "2016").done
    assert "belongs to another" in str(ask(observer(taken), "client", "sign_in", "2016"))
    no_other_name = Rules({"next-name-after-silence": "no"})
    assert ask(observer(state, no_other_name), "client", "sign_in", "2016").done
    assert ask(observer(taken, no_other_name), "client", "sign_in", "2016").disposition is FAILED


def test_content_of_meetings_is_on_the_share() -> None:
    state = side_by_side()
    broken = told(
        state, file_stores=(FileStore(path=str(state.pools[OLD].file_store), reachable=False, origin=HERE),)
    )

    assert content(observer(state).facts, OLD, is_there=True).done
    assert "cannot be reached" in content(observer(broken).facts, OLD, is_there=True).reason


def test_an_update_does_not_remove_what_somebody_else_installed() -> None:
    state = side_by_side()
    server = server_of(state, OLD)
    portal = told(state, machines=(machine(state, OLD, components=((ROOM_PORTAL, "5.0.8308.0"),)),))
    updated = after(portal, op.InstallUpdate(server=server, build="5.0.8308.1182"))

    assert "meeting room portal" in refusal(updated, op.MoveCms(to=NEW, tools=Version.SE))


def test_in_survivable_mode_people_talk_and_change_nothing() -> None:
    state = two_pools()
    one, other = homes(state)
    silent = observer(after(state, op.PairPools(pool=one, other=other), op.StopServers(pool=one)))

    assert ask(silent, "conversation", "message", f"{one} to {other}").done
    assert "survivable mode" in ask(silent, "user", "keep_changes", one).reason
    assert ask(silent, "user", "keep_changes", other).done
