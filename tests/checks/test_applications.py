"""Witnesses of the checks about applications, data stores and what still names a pool that goes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
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
    place,
    population_of,
    state_at,
    tried,
    with_service,
)
from hypothesis import given, settings
from strategies import trials

from coexistence import Severity
from coexistence.checking.registry import Registry
from coexistence.checking.results import Result
from coexistence.checking.runner import Views, run_check
from coexistence.migration import RollbackAction
from coexistence.model import operations as op
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.deployment import UNTOLD_APPLICATIONS, Policy
from coexistence.model.vocabulary import (
    APPLICATION_CMDLETS,
    ApplicationKind,
    ContactStore,
    Origin,
    PoolRole,
    Unknown,
    Version,
)
from coexistence.plugin.loading import load_builtin

if TYPE_CHECKING:
    from collections.abc import Callable

    from coexistence.rehearsal.trial import Trial
    from coexistence.simulation.state import State

REGISTRY = Registry()
load_builtin(REGISTRY)
OURS = {
    check.name: check
    for check in REGISTRY
    if check.module.rpartition(".")[2] in ("applications", "data", "topology")
}
BLUEPRINT = Blueprint(
    sites=(
        SiteBlueprint(
            pools=(
                PoolBlueprint(
                    crowds=(crowd(20, voice=True, contacts=ContactStore.EXCHANGE),),
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
                ),
            ),
            trusted_applications=1,
            edge=EdgeBlueprint(),
            branches=(BranchBlueprint(crowds=(crowd(4, voice=True),)),),
        ),
        SiteBlueprint(pools=(PoolBlueprint(crowds=(crowd(20),)),)),
    )
)
TRIAL = tried(BLUEPRINT)
DEPLOYMENT = built(BLUEPRINT)
OWNER, CALLER = front_end(DEPLOYMENT), front_end(DEPLOYMENT, 1)
(TRUSTED,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.TRUSTED_APPLICATION))
(BRANCH,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.BRANCH_APPLIANCE))
(EDGE,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.EDGE))
K = ApplicationKind


def ask(name: str, state: State, origin: State | None = None) -> Result:
    here = observer(state)
    beginning = observer(origin) if origin is not None else here
    result = run_check(OURS[name], Views(here=here, before=here, origin=beginning), {})
    assert result.crash is None
    return result


def found(result: Result) -> set[tuple[str, Severity]]:
    return {(each.finding.kind, each.severity) for each in result.broken}


def now(label: str = "legacy") -> State:
    return state_at(TRIAL, label)


def stopped(service: str) -> Callable[[State], State]:
    return lambda state: with_service(state, OWNER, service)


# ---------------------------------------------------------------- nobody is alarmed without need


#: Some are about exported files, or about the moment at which these were exported.
_ON_THE_WAY = [name for name, check in OURS.items() if any(map(check.applies_at, TRIAL.places))]


@pytest.mark.parametrize("name", _ON_THE_WAY)
def test_a_healthy_migration_breaks_none_of_these_promises(name: str) -> None:
    places = [where for where in TRIAL.places if OURS[name].applies_at(where)]
    results = [TRIAL.ask(OURS[name], where) for where in places]

    assert {(each.broken, each.undecided, each.crash) for each in results} == {((), (), None)}


@given(trials())
@settings(max_examples=25)
def test_a_healthy_deployment_breaks_none_of_these_promises(trial: Trial) -> None:
    for where in trial.places:
        for check in OURS.values():
            if check.applies_at(where):
                result = trial.ask(check, where)

                assert (result.broken, result.undecided, result.crash) == ((), (), None), (check.name, where)


# ---------------------------------------------------------------- witnesses


@pytest.mark.parametrize(
    ("name", "fault", "severity"),
    [
        ("response_groups_answer_callers_of_both_generations", "RTCRGS", Severity.ERROR),
        ("parked_calls_find_their_orbit", "RTCCPS", Severity.ERROR),
        ("phones_and_devices_can_be_called", "RTCSRV", Severity.ERROR),
        ("voicemail_can_be_reached", "RTCSRV", Severity.ERROR),
        ("unassigned_numbers_are_announced", "RTCSRV", Severity.WARNING),
        ("trusted_applications_answer", "RTCSRV", Severity.ERROR),
        ("people_with_voice_call_out", "RTCSRV", Severity.ERROR),
        ("call_admission_control_decides", "RTCSRV", Severity.ERROR),
        ("contact_lists_can_be_read", "RTCSRV", Severity.BLOCKER),
        ("the_address_book_answers", "W3SVC", Severity.WARNING),
    ],
)
def test_a_stopped_service_breaks_the_promise(name: str, fault: str, severity: Severity) -> None:
    result = ask(name, stopped(fault)(now()))

    assert {each.severity for each in result.broken} == {severity}
    assert all(each.people for each in result.broken)


def test_deleting_the_legacy_copy_is_a_blocker() -> None:
    state = after(now("post-migration"), op.DeleteLegacyResponseGroups(pool=OWNER))

    result = ask("response_groups_answer_callers_of_both_generations", state)

    assert found(result) == {("response-group-cut-off", Severity.BLOCKER)}


def test_contacts_left_on_the_new_pool_are_found_after_a_rollback() -> None:
    """rollback-rgs-contacts-back: groups are restored, and callers reach the new pool or nothing."""
    rest = frozenset(RollbackAction) - {RollbackAction.APPLICATIONS}
    half = tried(BLUEPRINT, actions=rest)
    where = place(half, "post-migration.rolled-back")

    result = half.ask(OURS["response_groups_are_back_on_legacy_pools"], where)

    assert found(result) == {("response_groups_are_back_on_legacy_pools", Severity.ERROR)}


def test_a_policy_without_usages_keeps_people_from_calling_out() -> None:
    none = Policy(kind="voice", scope="global", settings=(("PstnUsages", ""),), origin=Origin("test"))
    state = now()
    assert not isinstance(state.policies, Unknown)
    others = tuple(each for each in state.policies if each.kind != "voice")

    result = ask("people_with_voice_call_out", state.changed(policies=(*others, none)))

    outcomes = [each.finding.outcome for each in result.broken]
    assert [None if each is None else each.diagnostic for each in outcomes] == [12001, 12001]


def test_only_people_with_voice_are_asked_to_call() -> None:
    assert ask("people_with_voice_call_out", now()).evaluations == 2


def test_chat_rooms_of_people_who_were_moved_too_far_are_missed() -> None:
    """pchat-users-on-legacy: 2019 has no Persistent Chat."""
    blueprint = one_pool(pool=PoolBlueprint(crowds=(crowd(4, chat=True),)), persistent_chat=True)
    state, old = state_at(tried(blueprint), "production"), front_end(built(blueprint))

    assert not ask("people_reach_their_chat_rooms", state).broken
    moved = after(state, op.MoveUsers(users=op.Selection(on=old), to=new(old), tools=Version.S19))
    (broken,) = ask("people_reach_their_chat_rooms", moved).broken
    assert broken.people == 4


def test_contact_lists_in_exchange_are_lost_to_lync_2010() -> None:
    """rollback-ucs-before-move."""
    blueprint = one_pool(legacy=Version.L10, target=Version.L13)
    state, old = state_at(tried(blueprint), "legacy"), front_end(built(blueprint))
    population = population_of(state)
    contacts = np.full(len(population), ContactStore.EXCHANGE, dtype=np.uint8)

    result = ask("contact_lists_can_be_read", state.changed(population=population.changed(contacts=contacts)))

    (broken,) = result.broken
    assert (broken.severity, broken.people) == (Severity.BLOCKER, 40)
    assert broken.subject == f"40 people on {old} (contacts in Exchange)"


def test_archiving_is_missed_where_it_was_and_only_there() -> None:
    """archiving-own-version-only, archiving-removed-last."""
    origin, state = now(), now("pilot")
    new_one = after(state, op.RemoveArchivingMonitoring(pool=new(OWNER)))
    old_one = after(state, op.RemoveArchivingMonitoring(pool=OWNER))
    name = "archiving_goes_on_for_everybody"

    assert found(ask(name, new_one, origin)) == {("archiving-not-carried-over", Severity.WARNING)}
    assert found(ask(name, old_one, origin)) == {("archiving-removed-early", Severity.ERROR)}
    assert not ask(name, after(state, op.RemoveArchivingMonitoring(pool=CALLER)), origin).broken


# ---------------------------------------------------------------- what still names a pool that goes


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        (K.ACCESS_NUMBER, Severity.BLOCKER),
        (K.RESPONSE_GROUP, Severity.BLOCKER),
        (K.EXCHANGE_UM, Severity.BLOCKER),
        (K.TRUSTED_ENDPOINT, Severity.BLOCKER),
        (K.CALL_PARK_ORBIT, Severity.ERROR),
        (K.COMMON_AREA_PHONE, Severity.ERROR),
        (K.ANALOG_DEVICE, Severity.ERROR),
        (K.UNASSIGNED_NUMBERS, Severity.ERROR),
    ],
)
@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("post-migration", "services_have_left_the_pools_that_go"),
        ("legacy-silent", "nothing_names_a_pool_that_is_removed_next"),
    ],
)
def test_an_object_that_stayed_behind_is_found(
    kind: ApplicationKind, severity: Severity, label: str, name: str
) -> None:
    state = now(label)
    assert not isinstance(state.applications, Unknown)
    behind = tuple(
        dataclasses.replace(each, owner=OWNER) if each.kind is kind else each for each in state.applications
    )

    result = ask(name, state.changed(applications=behind))

    assert found(result) == {(f"left-{kind.value.lower().replace(' ', '-')}", severity)}


@pytest.mark.parametrize(
    ("operation", "kind", "severity"),
    [
        (
            op.MoveCallAdmissionControl(source=new(OWNER), to=OWNER),
            "call-admission-control",
            Severity.BLOCKER,
        ),
        (op.SetNextHop(pool=TRUSTED, to=OWNER), "trusted-application-next-hop", Severity.ERROR),
        (op.SetNextHop(pool=new(EDGE), to=OWNER), "edge-next-hop", Severity.BLOCKER),
        (op.AssociateMediaEdge(pool=new(OWNER), edge=EDGE), "media-association", Severity.ERROR),
        (op.SwitchFederationRoute(site=DEPLOYMENT.sites[0].id, to=EDGE), "federation-route", Severity.ERROR),
    ],
)
def test_what_was_put_back_is_found_before_the_pool_is_removed(
    operation: Any, kind: str, severity: Severity
) -> None:
    result = ask("nothing_names_a_pool_that_is_removed_next", after(now("legacy-silent"), operation))

    assert found(result) == {(f"left-{kind}", severity)}


def test_a_directory_that_stayed_behind_is_found() -> None:
    """dialin-directories-moved."""
    state = now("legacy-silent").changed(directories=now().directories)

    assert found(ask("nothing_names_a_pool_that_is_removed_next", state)) == {
        ("left-conference-directory", Severity.BLOCKER)
    }


def test_a_branch_appliance_keeps_its_backup_registrar_alive() -> None:
    """sba-readded: before it is put under the new pool, the old one may not go."""
    state = now("legacy-silent")
    pools = dict(state.pools) | {BRANCH: dataclasses.replace(state.pools[BRANCH], backup=OWNER)}

    result = ask("nothing_names_a_pool_that_is_removed_next", state.changed(pools=pools))

    assert found(result) == {("left-branch-backup-registrar", Severity.BLOCKER)}


def test_names_and_stores_of_a_silent_pool_are_found() -> None:
    """dns-srv-updated, simpleurl-target-alive, archiving-removed-last, cms-before-pool-removal."""
    state, before = now("legacy-silent"), now("production")
    pools = dict(state.pools)
    pools[OWNER] = dataclasses.replace(pools[OWNER], archiving_store="old", monitoring_store="old")
    back = state.changed(pools=pools, records=now().records, cms=before.cms)

    assert found(ask("nothing_names_a_pool_that_is_removed_next", back)) == {
        ("left-sign-in-record", Severity.BLOCKER),
        ("left-dns-name", Severity.ERROR),
        ("left-archiving-association", Severity.ERROR),
        ("left-monitoring-association", Severity.ERROR),
        ("left-central-management", Severity.BLOCKER),
        ("left-service-control-point", Severity.BLOCKER),
    }


def test_what_nobody_told_keeps_the_removal_open() -> None:
    blind = now("legacy-silent").changed(
        applications=UNTOLD_APPLICATIONS,
        directories=Unknown("Get-CsConferenceDirectory"),
        records=Unknown("DNS export"),
    )

    result = ask("nothing_names_a_pool_that_is_removed_next", blind)

    assert not result.broken
    needs = {need for question in result.undecided for need in question.needs}
    assert needs == {*APPLICATION_CMDLETS.values(), "Get-CsConferenceDirectory", "DNS export"}


def test_objects_that_nobody_listed_leave_their_promises_open() -> None:
    result = ask("parked_calls_find_their_orbit", now().changed(applications=UNTOLD_APPLICATIONS))

    assert [question.needs for question in result.undecided] == [("Get-CsCallParkOrbit",)]


@pytest.mark.parametrize("kind", ApplicationKind)
def test_a_kind_that_nobody_listed_leaves_its_own_promises_open(kind: ApplicationKind) -> None:
    """Objects of the other kinds are judged as ever."""
    state = now()
    told = state.applications
    assert not isinstance(told, Unknown)
    blind = state.changed(
        applications=tuple(each for each in told if each.kind is not kind),
        untold_applications=frozenset({kind}),
    )

    for name, check in OURS.items():
        if check.subject == "application" and check.at == "*":
            result = ask(name, blind)
            assert not result.broken
            needs = {need for question in result.undecided for need in question.needs}
            assert needs <= {APPLICATION_CMDLETS[kind]}, name


def test_silence_shows_what_would_break() -> None:
    """The point of stopping before removing: whatever still hangs off the old pool fails here."""
    state = after(now("production"), *(op.StopServices(pool=pool) for pool in (OWNER, CALLER)))

    broken = {name for name in OURS if OURS[name].at == "*" and ask(name, state).broken}

    assert broken == {
        "response_groups_answer_callers_of_both_generations",
        "parked_calls_find_their_orbit",
        "phones_and_devices_can_be_called",
        "a_phone_fresh_from_its_box_signs_in",
        "access_numbers_answer_their_callers",
        "voicemail_can_be_reached",
        "unassigned_numbers_are_announced",
        "trusted_applications_answer",
        "call_admission_control_decides",
        "the_address_book_answers",
    }
    assert RULES.switched == {}
