"""What only looks like a fault of services, sites, topology, data, capacity or names; and steps left out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import Any

import pytest
from helpers import (
    RULES,
    after,
    crowd,
    front_end,
    new,
    one_pool,
    place,
    tried,
    two_sites,
    with_service,
)
from place_scenes import (
    CHECKS,
    EDGE,
    HERE,
    LARGE,
    NEW,
    NEW_POOL,
    OLD,
    OTHER,
    PAIRED,
    POOL,
    SIGN_IN,
    TRIAL,
    ask,
    at,
    backed,
    certified,
    changed_pool,
    changed_server,
    healthy,
    leading,
    old_in,
    oldest_edge,
)

from coexistence.checking.runner import Views, run_check
from coexistence.model import operations as op
from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.conditions.machines_and_databases import SqlStore
from coexistence.model.vocabulary import PoolId, ServerId, ServiceState, Unknown, Version
from coexistence.observation import Observer
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import deployment_of, frozen

UP = "every_pool_comes_up"
MOVED = "people_can_be_moved_to_the_new_version"
GENERATIONS = "generations_may_stand_side_by_side"
VERSION = "servers_of_a_pool_run_one_version"
ALIKE = "servers_of_a_pool_are_alike"
NAME = "every_pool_has_a_name_of_its_own"
PAIR = "paired_pools_can_take_over_from_each_other"
EMPTY = "pools_that_are_removed_are_empty"
BACK = "legacy_pools_serve_again_after_going_back"
HOLD = "pools_hold_the_people_homed_on_them"
ADDRESS = "every_pool_has_an_address"
SRV = "every_sip_domain_leads_to_a_pool_that_answers"
EARLY = "sign_in_records_wait_for_everybody"
DISCOVER = "autodiscover_sends_everybody_home"
CERTIFICATE = "no_certificate_runs_out"


# ---------------------------------------------------------------- what only looks like a fault


@pytest.mark.parametrize(("legacy", "target"), [*itertools.combinations(Version, 2)])
def test_generations_stand_side_by_side_as_the_vendor_has_it(legacy: Version, target: Version) -> None:
    state = old_in(old_in(at("legacy"), legacy, OLD), legacy, PoolId(EDGE))
    both = {**state.pools, NEW: dataclasses.replace(state.pools[OLD], id=NEW, versions=(target,))}
    supported = {
        (Version.L10, Version.L13), (Version.L10, Version.S15), (Version.L13, Version.S15),
        (Version.L13, Version.S19), (Version.S15, Version.S19),
        (Version.S15, Version.SE), (Version.S19, Version.SE),
    }  # fmt: skip

    assert healthy(GENERATIONS, state.changed(pools=frozen(both))) is ((legacy, target) in supported)


def test_2019_and_what_may_be_2019_are_one_generation() -> None:
    state = at("side-by-side", tried(two_sites()))
    first, second = (front_end(tried(two_sites()).deployment, number) for number in (0, 1))
    either = changed_pool(state, new(second), versions=(Version.S19, Version.SE))

    assert healthy(GENERATIONS, changed_pool(either, new(first), versions=(Version.S19,)))


def test_three_generations_may_be_taken_to_be_supported() -> None:
    state = oldest_edge(at("side-by-side", tried(one_pool(target=Version.S15))))

    assert healthy(GENERATIONS, state, rules=Rules({"three-generations": "supported"}))


def test_a_large_pool_that_is_still_filling_its_databases_comes_up() -> None:
    state = with_service(at("pilot", LARGE), NEW_POOL, "RTCSRV", ServiceState.START_PENDING)

    assert healthy(UP, state)


def test_an_access_edge_that_was_switched_off_on_purpose_is_no_outage() -> None:
    state = at("production")
    assert (PoolId(EDGE), "front_end") in state.disabled

    assert healthy(UP, state)


def test_a_pool_of_one_server_is_called_like_its_server() -> None:
    assert ServerId(OLD) in at("pilot").servers
    assert healthy(NAME, at("pilot"))


def test_mirrors_of_2015_are_supported() -> None:
    state = at("pilot", tried(one_pool(target=Version.S15)))
    store = SqlStore(instance=state.pools[NEW].back_end or "", mirrored=True, origin=HERE)

    assert healthy("no_mirror_stands_under_2019_or_later", backed(state, stores=(store,)))


def test_a_pair_with_one_half_on_its_way_out_is_no_finding() -> None:
    """People who cannot be moved keep one legacy pool; its pair goes."""
    state = at("pilot", PAIRED).changed(silenced=frozenset({OTHER}))

    assert healthy(PAIR, state)


def test_servers_of_which_nobody_told_the_build_are_undecided() -> None:
    state = at("pilot", LARGE)
    for server in state.pools[POOL].servers:
        state = changed_server(state, server, build=Unknown("Get-CsServerPatchVersion"))

    for name in (VERSION, ALIKE):
        result = ask(name, state)
        assert result.broken == ()
        assert {need for each in result.undecided for need in each.needs} == {"Get-CsServerPatchVersion"}


@pytest.mark.parametrize("name", [EMPTY, HOLD, MOVED, BACK, EARLY])
def test_who_is_homed_where_is_undecided_without_a_list_of_users(name: str) -> None:
    state = at("side-by-side").changed(population=Unknown("Get-CsUser"), silenced=frozenset({OLD}))
    result = ask(name, state if name == EMPTY else state.changed(silenced=frozenset()))

    assert result.broken == ()
    assert {need for each in result.undecided for need in each.needs} == {"Get-CsUser"}


@pytest.mark.parametrize("name", [ADDRESS, SRV, EARLY, DISCOVER, CERTIFICATE])
def test_names_and_certificates_that_nobody_exported_are_undecided(name: str) -> None:
    blind = at("pilot").changed(records=Unknown("DNS export"), certificates=Unknown("certificate export"))

    result = ask(name, blind)
    assert result.broken == ()
    assert {need for each in result.undecided for need in each.needs} <= {"DNS export", "certificate export"}
    assert result.undecided


def test_people_who_need_what_the_new_version_lacks_may_stay() -> None:
    staying = tried(one_pool(pool=PoolBlueprint(crowds=(crowd(3, chat=True),)), persistent_chat=True))
    for label in ("production", "legacy-silent", "retired"):
        assert healthy("everybody_who_was_to_move_has_moved", at(label, staying))


def test_sign_in_records_may_lead_to_new_pools_once_everybody_is_there() -> None:
    assert healthy(EARLY, leading(at("production"), SIGN_IN, "SRV", NEW))


def test_the_notice_before_a_certificate_runs_out_can_be_set() -> None:
    check = dataclasses.replace(CHECKS[CERTIFICATE], parameters={"days": 20})
    here = Observer(certified(at("production"), NEW, 21), RULES)

    assert run_check(check, Views(here=here, before=here, origin=here), {}).broken == ()


def test_nothing_is_said_about_support_while_it_lasts() -> None:
    early = at("pilot").changed(day=dt.date(2025, 10, 14).toordinal())

    assert healthy("the_newest_version_is_in_support", early)
    assert healthy("the_newest_version_is_in_support", old_in(at("pilot"), Version.SE, NEW))


def test_what_is_asked_of_ones_own_deployment_alone_is_asked_there() -> None:
    twin = Trial(deployment_of(at("legacy"), "twin"), is_twin=True)

    assert CHECKS["legacy_mediation_is_collocated_before_the_pilot"].applies_at(place(twin, "now"))
    assert not CHECKS["legacy_mediation_is_collocated_before_the_pilot"].applies_at(place(TRIAL, "legacy"))


# ---------------------------------------------------------------- causes in the plan


def without(trial: Trial, *kinds: type[Any]) -> Trial:
    """The trial with a plan from which operations of some kinds were left out."""
    steps = tuple(
        dataclasses.replace(
            step, operations=tuple(each for each in step.operations if not isinstance(each, kinds))
        )
        for step in trial.plan.steps
    )
    return trial.varied(deployment=trial.deployment, plan=dataclasses.replace(trial.plan, steps=steps))


@pytest.mark.parametrize(
    ("left_out", "label", "name"),
    [
        (op.PrepareDirectory, "side-by-side", "active_directory_is_prepared"),
        (op.PrepareDirectory, "side-by-side", "the_new_version_is_in_the_topology"),
        (op.PublishTopology, "side-by-side", "the_new_version_is_in_the_topology"),
        (op.SetDnsRecords, "side-by-side", ADDRESS),
        (op.SetDnsRecords, "retired", SRV),
        (op.SetDnsRecords, "retired", DISCOVER),
        (op.MoveUsers, "production", "everybody_who_was_to_move_has_moved"),
        (op.MoveUsers, "legacy-silent", EMPTY),
        (op.StopServices, "legacy-silent", "pools_are_stopped_before_they_are_removed"),
        (op.MoveCms, "legacy-silent", "nothing_names_a_pool_that_is_removed_next"),
    ],
)
def test_a_step_left_out_is_found(left_out: type[Any], label: str, name: str) -> None:
    trial = without(TRIAL, left_out)

    assert TRIAL.ask(CHECKS[name], place(TRIAL, label)).broken == ()
    assert trial.ask(CHECKS[name], place(trial, label)).broken


def test_a_store_that_was_moved_without_local_setup_lacks_its_services() -> None:
    large = [
        each for each in LARGE.plan.steps if any(isinstance(part, op.MoveCms) for part in each.operations)
    ]
    assert large
    steps = tuple(
        dataclasses.replace(
            step,
            operations=tuple(
                dataclasses.replace(each, local_setup=False) if isinstance(each, op.MoveCms) else each
                for each in step.operations
            ),
        )
        for step in LARGE.plan.steps
    )
    trial = LARGE.varied(deployment=LARGE.deployment, plan=dataclasses.replace(LARGE.plan, steps=steps))
    result = trial.ask(CHECKS["every_expected_service_runs"], place(trial, "legacy-silent"))

    assert {each.finding.kind for each in result.broken} == {"service-missing"}
    assert any("Master Replicator Agent" in each.subject for each in result.broken)


def with_tools(trial: Trial, kind: type[Any], tools: Version) -> Trial:
    """The trial with a plan in which operations of a kind are done with other tools."""
    steps = tuple(
        dataclasses.replace(
            step,
            operations=tuple(
                dataclasses.replace(each, tools=tools) if isinstance(each, kind) else each
                for each in step.operations
            ),
        )
        for step in trial.plan.steps
    )
    return trial.varied(deployment=trial.deployment, plan=dataclasses.replace(trial.plan, steps=steps))


def test_a_step_that_the_product_refuses_is_named_where_it_should_have_led() -> None:
    trial = with_tools(TRIAL, op.MoveUsers, Version.L13)
    check = CHECKS["every_step_of_the_plan_is_carried_out"]

    assert trial.ask(check, place(trial, "side-by-side")).broken == ()
    (broken,) = trial.ask(check, place(trial, "pilot")).broken
    assert broken.subject.startswith("P4.3")
    assert broken.finding.outcome is not None
    assert "Lync Server 2013" in broken.finding.outcome.reason


def test_people_who_were_not_moved_for_the_wrong_tools_are_found() -> None:
    trial = with_tools(TRIAL, op.MoveUsers, Version.L13)
    found = trial.ask(CHECKS["everybody_who_was_to_move_has_moved"], place(trial, "production"))

    assert tuple(each.subject for each in found.broken) == (f"40 people on {OLD}",)


def test_an_old_store_that_was_dropped_early_leaves_no_master_that_takes_changes() -> None:
    state = at("legacy-silent")
    behind = state.changed(replicas=frozen({**state.replicas, ServerId(NEW): 0}))
    dropped = after(behind, op.RemoveCmsDatabase(pool=OLD))

    assert healthy("exactly_one_master_takes_changes", state)
    assert not healthy("exactly_one_master_takes_changes", dropped)
