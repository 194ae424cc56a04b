"""Every built-in check has a witness: one case where it holds, and faults where it breaks.

Faults are made as they are made in the field: by operations on a state, or by a state that an export
could describe. What must stay silent, although it looks like a fault, stands here too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from helpers import (
    RULES,
    after,
    built,
    crowd,
    front_end,
    new,
    one_pool,
    place,
    state_at,
    tried,
    with_service,
)

from coexistence import Severity
from coexistence.checking.registry import Check, Registry
from coexistence.checking.results import Result
from coexistence.checking.runner import Views, run_check
from coexistence.migration import RollbackAction, targets_of
from coexistence.model import operations as op
from coexistence.model.blueprint import EdgeBlueprint, PoolBlueprint
from coexistence.model.vocabulary import Edition, PoolId, PoolRole, ServerId, ServiceState, Unknown, Version
from coexistence.model.windows_services import CATALOGUE
from coexistence.observation import Observer
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.state import State, deployment_of, frozen, state_of

OLD = front_end(built())
NEW = new(OLD)
TRIAL = tried()
LABELS = {each.label: each for each in TRIAL.places}
REGISTRY = Registry()
load_builtin(REGISTRY)
CHECKS = {check.name: check for check in REGISTRY}


def ask(name: str, state: State) -> Result:
    """Ask a built-in check about one moment."""
    here = Observer(state, RULES)
    result = run_check(CHECKS[name], Views(here=here, before=here, origin=here), {})
    assert result.crash is None
    return result


def found(result: Result) -> set[tuple[str, Severity]]:
    """Kinds of findings with their weights."""
    return {(each.finding.kind, each.severity) for each in result.broken}


def missing(state: State, pool: PoolId, key: str) -> State:
    """The state as if a service were missing from what a pool's servers list."""
    made = dict(state.services)
    for server in state.pools[pool].servers:
        readings = made[server]
        assert not isinstance(readings, Unknown)
        made[server] = frozen({name: each for name, each in readings.items() if name != key})
    return state.changed(services=frozen(made))


def nameless(state: State, pool: PoolId) -> State:
    """The state without a pool's A record."""
    assert not isinstance(state.records, Unknown)
    return state.changed(
        records=frozen({key: each for key, each in state.records.items() if key != (pool, "A")})
    )


def lagging(state: State, pool: PoolId) -> State:
    """The state as if a pool's replicas had stopped before the new pools were defined."""
    behind = dict.fromkeys(state.pools[pool].servers, 0)
    return state.changed(replicas=frozen({**state.replicas, **behind}))


def masters(state: State, *pools: PoolId) -> State:
    """The state as if these pools claimed to be the active master."""
    return state.changed(cms=dataclasses.replace(state.cms, masters=pools))


def shifted_back_by(*actions: RollbackAction) -> State:
    """The state after a way back of which only part was taken."""
    return state_at(tried(actions=frozenset(actions)), "pilot.rolled-back")


PILOT = state_at(TRIAL, "pilot")
RESPONSE_GROUPS = one_pool(pool=PoolBlueprint(response_groups=1))


class Witness(NamedTuple):
    """A check, a fault that breaks it, and whom it names."""

    check: str
    fault: str
    make: Callable[[], State]
    kind: str
    severity: Severity
    subjects: tuple[str, ...]


REACH = "legacy_and_current_users_reach_each_other"
SAME = "users_of_one_generation_reach_each_other"
JOIN = "every_scheduled_meeting_can_be_joined"
LOST = "no_meeting_is_lost_by_going_back"
RUNS = "every_expected_service_runs"
MASTER = "exactly_one_master_takes_changes"
SITE = "every_site_can_be_administered"
POOL = "every_pool_can_be_administered"
REPLICA = "every_replica_is_up_to_date"
LOST_MEETINGS = (
    f"2 single meetings hosted on {OLD} scheduled with an upgraded client on Skype for Business Server 2019"
)
BOTH_WAYS = (f"{OLD} to {NEW}", f"{NEW} to {OLD}")

WITNESSES = [
    Witness(
        REACH,
        "the new registrar is stopped",
        lambda: with_service(PILOT, NEW, "RTCSRV"),
        REACH,
        Severity.BLOCKER,
        BOTH_WAYS,
    ),
    Witness(
        REACH,
        "the new pool has no A record",
        lambda: nameless(PILOT, NEW),
        REACH,
        Severity.BLOCKER,
        (f"{OLD} to {NEW}",),
    ),
    Witness(
        REACH,
        "the legacy replica has not heard of the new pool",
        lambda: lagging(PILOT, OLD),
        REACH,
        Severity.BLOCKER,
        (f"{OLD} to {NEW}",),
    ),
    Witness(
        SAME,
        "the legacy registrar is stopped",
        lambda: with_service(PILOT, OLD, "RTCSRV"),
        SAME,
        Severity.BLOCKER,
        (f"{OLD} to {OLD}",),
    ),
    Witness(
        JOIN,
        "the legacy A/V conferencing service is stopped",
        lambda: with_service(PILOT, OLD, "RTCAVMCU"),
        JOIN,
        Severity.BLOCKER,
        (f"38 single meetings hosted on {OLD}",),
    ),
    Witness(
        LOST,
        "users went back without their meetings",
        lambda: shifted_back_by(RollbackAction.USERS, RollbackAction.CLIENTS),
        LOST,
        Severity.BLOCKER,
        (LOST_MEETINGS,),
    ),
    Witness(
        RUNS,
        "response group is stopped",
        lambda: with_service(state_at(tried(RESPONSE_GROUPS), "pilot"), OLD, "RTCRGS"),
        "service-stopped",
        Severity.BLOCKER,
        (f"Lync Server Response Group (RTCRGS) on {OLD}",),
    ),
    Witness(
        RUNS,
        "the replicator agent of the new pool is missing from its list",
        lambda: missing(PILOT, NEW, "replica_replicator"),
        "service-missing",
        Severity.BLOCKER,
        (f"Skype for Business Server Replica Replicator Agent (REPLICA) on {NEW}",),
    ),
    Witness(
        MASTER,
        "two pools claim to be the master",
        lambda: masters(PILOT, OLD, NEW),
        MASTER,
        Severity.BLOCKER,
        ("the deployment",),
    ),
    Witness(
        MASTER,
        "the master replicator agent is stopped",
        lambda: with_service(PILOT, OLD, "MASTER"),
        MASTER,
        Severity.BLOCKER,
        ("the deployment",),
    ),
    Witness(
        SITE,
        "only tools of the legacy version are at hand",
        lambda: PILOT.changed(tools=Version.L13),
        SITE,
        Severity.BLOCKER,
        (f"site {next(iter(PILOT.sites.values())).name}",),
    ),
    Witness(
        POOL,
        "the new pool's replica lags",
        lambda: lagging(PILOT, NEW),
        POOL,
        Severity.BLOCKER,
        (NEW,),
    ),
    Witness(
        REPLICA,
        "the legacy replica lags",
        lambda: lagging(PILOT, OLD),
        REPLICA,
        Severity.ERROR,
        (f"replica on {OLD}",),
    ),
]


#: Where witnesses stand: this file's table, and the files beside it that name a check.
BESIDE = [
    path.read_text("utf-8")
    for path in Path(__file__).parent.glob("test_*.py")
    if path.name != Path(__file__).name
]


@pytest.mark.parametrize("name", CHECKS)
def test_every_built_in_check_has_a_witness(name: str) -> None:
    assert any(witness.check == name for witness in WITNESSES) or any(name in text for text in BESIDE)


@pytest.mark.parametrize(
    ("name", "label"),
    [(name, label) for name in CHECKS for label in LABELS if CHECKS[name].applies_at(LABELS[label])],
)
def test_a_check_holds_at_every_checkpoint_of_a_sound_migration(name: str, label: str) -> None:
    result = ask(name, TRIAL.state_at(LABELS[label]))

    assert (result.broken, result.undecided) == ((), ())


@pytest.mark.parametrize("witness", WITNESSES, ids=[f"{each.check}: {each.fault}" for each in WITNESSES])
def test_a_fault_breaks_the_check_that_is_about_it(witness: Witness) -> None:
    result = ask(witness.check, witness.make())

    assert found(result) == {(witness.kind, witness.severity)}
    assert tuple(each.subject for each in result.broken) == witness.subjects


@pytest.mark.parametrize("witness", WITNESSES, ids=[f"{each.check}: {each.fault}" for each in WITNESSES])
def test_a_finding_tells_what_was_found(witness: Witness) -> None:
    for broken in ask(witness.check, witness.make()).broken:
        outcome = broken.finding.outcome
        assert outcome is not None
        assert outcome.reason
        assert broken.people >= 2


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_a_check_tells_its_promise_its_document_and_what_to_do(check: Check) -> None:
    assert check.promise.endswith(".")
    assert check.source
    assert check.remedy.endswith(".")


# ---------------------------------------------------------------- what only looks like a fault


@pytest.mark.parametrize("becomes", [ServiceState.PAUSED, ServiceState.PAUSE_PENDING])
def test_a_draining_service_is_a_warning(becomes: ServiceState) -> None:
    result = ask(RUNS, with_service(PILOT, OLD, "RTCATS", becomes))

    assert found(result) == {("service-draining", Severity.WARNING)}


@pytest.mark.parametrize("becomes", [ServiceState.START_PENDING, ServiceState.CONTINUE_PENDING])
def test_a_starting_service_is_a_warning(becomes: ServiceState) -> None:
    result = ask(RUNS, with_service(PILOT, OLD, "RTCATS", becomes))

    assert found(result) == {("service-starting", Severity.WARNING)}


def test_a_registrar_that_keeps_starting_points_to_the_quorum() -> None:
    enterprise = one_pool(pool=PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=3))
    home = front_end(built(enterprise))
    result = ask(
        RUNS, with_service(state_at(tried(enterprise), "pilot"), home, "RTCSRV", ServiceState.START_PENDING)
    )

    assert found(result) == {("service-starting", Severity.INFO)}
    (broken,) = result.broken
    assert broken.finding.outcome is not None
    assert "quorum" in broken.finding.outcome.reason


@pytest.mark.parametrize("service", ["RTCCLSAGT"])
def test_a_stopped_logging_agent_is_only_worth_knowing(service: str) -> None:
    result = ask(RUNS, with_service(PILOT, OLD, service))

    assert found(result) == {("service-stopped", Severity.INFO)}


def test_a_missing_logging_agent_says_nothing() -> None:
    assert ask(RUNS, missing(PILOT, OLD, "cls_agent")).broken == ()


def test_an_unused_xmpp_gateway_is_only_worth_knowing() -> None:
    without = with_service(PILOT, OLD, "RTCXMPPTGW")
    used = with_service(state_at(tried(one_pool(edge=EdgeBlueprint(xmpp=True))), "pilot"), OLD, "RTCXMPPTGW")

    assert found(ask(RUNS, without)) == {("service-stopped", Severity.INFO)}
    assert found(ask(RUNS, used)) == {("service-stopped", Severity.BLOCKER)}


def test_services_stopped_on_purpose_say_nothing() -> None:
    silent = TRIAL.state_at(LABELS["legacy-silent"])
    assert OLD in silent.silenced

    assert ask(RUNS, silent).broken == ()


def test_services_stopped_by_nobodys_plan_are_findings() -> None:
    servers = [each.id for each in TRIAL.deployment.servers if each.pool == OLD]
    state = PILOT
    for server in servers:
        readings = state.services[server]
        assert not isinstance(readings, Unknown)
        for key in readings:
            name = next(each.name for each in CATALOGUE if each.key == key)
            if name is not None:
                state = after(
                    state, op.SetServiceState(server=server, service=name, state=ServiceState.STOPPED)
                )

    kinds = found(ask(RUNS, state))

    assert ("service-stopped", Severity.BLOCKER) in kinds


@pytest.mark.parametrize("reading", ["absent", "stopped"])
def test_an_xmpp_gateway_that_2019_may_have_or_not_says_nothing(reading: str) -> None:
    """The guide's list still names it although XMPP is removed."""
    readings = PILOT.services[ServerId(NEW)]
    assert not isinstance(readings, Unknown)
    assert "xmpp_gateway" not in readings
    state = PILOT if reading == "absent" else with_service(PILOT, NEW, "RTCXMPPTGW")

    assert ask(RUNS, state).broken == ()


def test_a_windows_fabric_that_is_not_listed_says_nothing_but_a_stopped_one_counts() -> None:
    """The sample output does not show it: silence means nothing, a reading counts."""
    assert ask(RUNS, missing(PILOT, OLD, "windows_fabric")).broken == ()
    assert found(ask(RUNS, with_service(PILOT, OLD, "FabricHostSvc"))) == {
        ("service-stopped", Severity.BLOCKER)
    }


@pytest.mark.parametrize("legacy", [Version.L10, Version.L13, Version.S15])
def test_services_of_one_version_are_not_asked_of_another(legacy: Version) -> None:
    """An RTCMEETINGMCU belongs to 2010, a backup service to paired pools from 2013 on."""
    state = state_at(tried(one_pool(legacy=legacy, target=max(targets_of((legacy,))))), "pilot")

    assert ask(RUNS, state).broken == ()


def test_a_single_front_end_down_in_a_large_pool_stops_nobody() -> None:
    enterprise = one_pool(pool=PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=6))
    home = front_end(built(enterprise))
    state = with_service(state_at(tried(enterprise), "pilot"), home, "RTCSRV", servers=1)

    assert [ask(name, state).broken for name in (REACH, SAME, JOIN)] == [(), (), ()]
    assert found(ask(RUNS, state)) == {("service-stopped", Severity.BLOCKER)}


def twin_of_either(state: State) -> Trial:
    """A twin whose new pools may be 2019 or the Subscription Edition: a topology cannot tell."""
    exported = deployment_of(state, "twin")
    either = (Version.S19, Version.SE)
    pools = tuple(
        dataclasses.replace(pool, versions=either) if pool.versions == (Version.S19,) else pool
        for pool in exported.pools
    )
    return Trial(dataclasses.replace(exported, pools=pools), is_twin=True)


@pytest.mark.parametrize("label", ["side-by-side", "pilot", "edge"])
def test_a_twin_that_is_2019_or_newer_is_as_healthy_as_either(label: str) -> None:
    twin = twin_of_either(state_at(TRIAL, label))

    for where in twin.places:
        for check in REGISTRY:
            if check.applies_at(where):
                assert twin.ask(check, where).broken == (), (where.label, check.name)


def test_unknown_services_are_undecided_and_never_done() -> None:
    blind = dataclasses.replace(
        built(),
        servers=tuple(
            dataclasses.replace(server, services=Unknown("Get-CsWindowsService"))
            for server in built().servers
        ),
    )
    state = state_of(blind, day=1, tools=None)

    for name in (RUNS, SAME, JOIN, MASTER):
        result = ask(name, state)
        assert result.broken == ()
        assert {need for question in result.undecided for need in question.needs} == {"Get-CsWindowsService"}


def test_a_trusted_application_needs_no_services_and_no_replica() -> None:
    deployment = built(one_pool(trusted_applications=1))
    (application,) = deployment.pools_of(PoolRole.TRUSTED_APPLICATION)
    state = state_of(deployment, day=1, tools=None)

    for name in (RUNS, REPLICA, POOL):
        result = ask(name, state)
        assert (result.broken, result.undecided) == ((), ()), name
    assert application.id in state.pools


def test_a_meeting_hosted_where_it_was_scheduled_is_no_loss() -> None:
    back = shifted_back_by()

    assert ask(LOST, back).broken == ()
    assert ask(JOIN, back).broken == ()


def test_people_who_stay_for_persistent_chat_keep_reaching_everybody() -> None:
    staying = one_pool(pool=PoolBlueprint(crowds=(crowd(3, chat=True),)), persistent_chat=True)
    trial = tried(staying)
    assert trial.plan.staying

    for label in ("production", "legacy-silent", "retired"):
        for check in REGISTRY:
            if check.applies_at(place(trial, label)):
                result = trial.ask(check, place(trial, label))
                assert (result.broken, result.undecided) == ((), ()), (label, check.name)
