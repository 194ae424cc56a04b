"""Promises about what must not get lost on the way, and about what must be in order before it is needed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from helpers import (
    RULES,
    after,
    built,
    front_end,
    new,
    one_pool,
    place,
    population_of,
    state_at,
    tried,
    views,
    with_service,
)

from coexistence import Administrator, Severity
from coexistence.checking.registry import Registry
from coexistence.checking.results import Result
from coexistence.checking.runner import run_check
from coexistence.model import operations as op
from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.conditions.administrators import DOMAIN_ADMINS, SERVER_ADMINS, StoreState
from coexistence.model.conditions.external_systems import Tenant
from coexistence.model.conditions.machines_and_databases import Machine, RoutingGroup, SqlStore
from coexistence.model.conditions.reverse_proxy import Publishing, ReverseProxyRule
from coexistence.model.deployment import Policy
from coexistence.model.population import CODE_LOST, column
from coexistence.model.vocabulary import (
    Edition,
    Origin,
    PoolId,
    ServerId,
    ServiceState,
    Unknown,
    UserKind,
    Version,
)
from coexistence.observation import Observer
from coexistence.plugin.loading import load_builtin
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

HERE = Origin("test")
PLAN = one_pool(20, pool=PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=3, dial_in=True, voice=True))
TRIAL = tried(PLAN)
OLD = front_end(built(PLAN))
NEW = new(OLD)
SERVERS = state_at(TRIAL, "pilot").pools[NEW].servers
REGISTRY = Registry()
load_builtin(REGISTRY)
CHECKS = {check.name: check for check in REGISTRY}


def at(label: str) -> State:
    return state_at(TRIAL, label)


def ask(name: str, state: State, *, before: State | None = None) -> Result:
    result = run_check(CHECKS[name], views(state, before=before, origin=at("legacy")), {})
    assert result.crash is None
    return result


def backed(state: State, **parts: Any) -> State:
    return state.changed(backing=dataclasses.replace(state.backing, **parts))


def machine(state: State, **facts: Any) -> State:
    return backed(state, machines=(Machine(server=SERVERS[0], origin=HERE, **facts),))


def group(state: State, *replicas: ServerId) -> State:
    """The state as if one of three routing groups of the new pool lay on these servers alone."""
    return backed(
        state, routing_groups=(RoutingGroup(pool=NEW, number=0, of=3, replicas=replicas, origin=HERE),)
    )


def on_build(state: State, server: ServerId, build: str) -> State:
    known = dict(state.servers)
    known[server] = dataclasses.replace(known[server], build=build)
    return state.changed(servers=known)


def stored(state: State, kind: StoreState) -> State:
    (master,) = state.cms.masters if not isinstance(state.cms.masters, Unknown) else ()
    return state.changed(cms=dataclasses.replace(state.cms, stores=((master, kind),)))


def xmpp(value: str) -> Policy:
    return Policy(
        kind="external-access", scope="global", settings=(("EnableXmppAccess", value),), origin=HERE
    )


def with_policy(state: State, policy: Policy) -> State:
    return state.changed(policies=(policy,))


def codeless(state: State) -> State:
    """The state as if a directory had forgotten every code."""
    population = population_of(state)
    meetings = population.meetings
    assert not isinstance(meetings, Unknown)
    lost = column([CODE_LOST] * len(meetings), meetings.lost.dtype.type)
    return state.changed(population=population.changed(meetings=dataclasses.replace(meetings, lost=lost)))


def from_the_cloud(state: State, *, governed: bool) -> State:
    """The state as if everybody were in the cloud with a number, and attributes were cleared here."""
    population = population_of(state)
    size = len(population)
    cloud = population.changed(
        kind=column([UserKind.CLOUD] * size, population.kind.dtype.type),
        voice=column([1] * size, population.voice.dtype.type),
    )
    tenant = Tenant(numbers_on_premises=governed, origin=HERE)
    around = dataclasses.replace(state.surroundings, tenant=tenant)
    return after(state.changed(population=cloud, surroundings=around), op.ClearDirectoryAttributes())


def halfway(state: State) -> State:
    """The state after somebody began to move directories in a shell that was older than the rights for it."""
    groups = frozenset({SERVER_ADMINS, DOMAIN_ADMINS})
    who = Administrator(name="night shift", groups=groups, joined_since=frozenset({SERVER_ADMINS}))
    step = apply(
        state.changed(administrators=(who,)),
        op.MoveConferenceDirectories(source=OLD, to=NEW, by=who.name),
        RULES,
    )
    return step.state


def republished(state: State) -> State:
    """The state after a topology that was saved before the new version came was published."""
    return after(state.changed(exported=at("legacy")), op.PublishSavedTopology(tools=Version.S19))


def published(state: State, *pools: PoolId) -> State:
    rules = tuple(
        ReverseProxyRule(
            names=frozenset({state.pools[pool].external_web_fqdn or ""}), target=pool, origin=HERE
        )
        for pool in pools
    )
    return state.changed(publishing=Publishing(rules=rules))


def named_alike(state: State) -> State:
    pools = dict(state.pools)
    pools[NEW] = dataclasses.replace(pools[NEW], external_web_fqdn=pools[OLD].external_web_fqdn)
    return state.changed(pools=pools)


def issued(state: State, pool: PoolId, **facts: Any) -> State:
    assert not isinstance(state.certificates, Unknown)
    return state.changed(
        certificates=tuple(
            dataclasses.replace(each, **facts) if each.pool == pool else each for each in state.certificates
        )
    )


class Witness(NamedTuple):
    """A check, a cause, the state, whom it names, how much it weighs, and what the reason says."""

    check: str
    cause: str
    make: Callable[[], State]
    subjects: tuple[str, ...]
    severity: Severity
    says: str
    before: Callable[[], State] | None = None


FULL = "pools_serve_all_their_people_in_full"
PANEL = "the_control_panel_of_new_pools_opens"
ROOM = "setup_finds_room_for_its_databases"
B, E, W = Severity.BLOCKER, Severity.ERROR, Severity.WARNING
WHOLE = ("the deployment",)

WITNESSES = [
    Witness(
        FULL, "a group has no second replica", lambda: group(at("pilot"), SERVERS[0]), (NEW,), E, "alone"
    ),
    Witness(
        FULL,
        "a group is served in the middle of an update",
        lambda: on_build(group(at("pilot"), *SERVERS), SERVERS[0], "7.0.2046.9"),
        (NEW,),
        E,
        "half-way through an update",
    ),
    Witness(
        PANEL,
        "another program holds port 443",
        lambda: machine(at("side-by-side"), listeners=((443, "Windows Admin Center"),)),
        (NEW,),
        W,
        "Windows Admin Center",
    ),
    Witness(
        "no_move_of_a_conference_directory_is_left_halfway",
        "the shell was older than the rights",
        lambda: halfway(at("post-migration")),
        (f"conference directory 1 of {OLD}",),
        E,
        "in the middle of a move",
    ),
    Witness(
        "no_setting_is_lost_to_old_tools",
        "saved with the tools of 2010",
        lambda: after(
            with_policy(at("pilot"), xmpp("True")), op.SavePolicy(policy=xmpp("True"), tools=Version.L10)
        ),
        WHOLE,
        E,
        "EnableXmppAccess",
        lambda: with_policy(at("side-by-side"), xmpp("True")),
    ),
    Witness(
        "no_pool_is_dropped_by_publishing",
        "an old file was published",
        lambda: republished(at("side-by-side")),
        WHOLE,
        B,
        "nobody removed it",
    ),
    Witness(ROOM, "8 GB are free", lambda: machine(at("side-by-side"), free_gb=8), (NEW,), E, "8 GB"),
    Witness(
        "transaction_logs_take_the_next_batch",
        "the log is full",
        lambda: backed(
            at("production"),
            stores=(
                SqlStore(instance=str(at("production").pools[NEW].back_end).lower(), log_room=0, origin=HERE),
            ),
        ),
        (NEW,),
        B,
        "9002",
    ),
    Witness(
        "conference_directories_keep_their_codes",
        "codes were lost in the move",
        lambda: codeless(at("legacy-silent")),
        (f"conference directory 1 of {NEW}",),
        B,
        "lost the codes of",
    ),
    Witness(
        "the_configuration_is_whole",
        "the old databases were dropped early",
        lambda: stored(at("legacy-silent"), StoreState.UNSETTLED),
        WHOLE,
        B,
        "unknown state",
    ),
    Witness(
        "the_configuration_is_whole",
        "the databases are gone",
        lambda: stored(at("legacy-silent"), StoreState.MISSING),
        WHOLE,
        B,
        "is not there",
    ),
    Witness(
        "people_in_the_cloud_keep_their_numbers",
        "attributes govern the numbers",
        lambda: from_the_cloud(at("retired"), governed=True),
        WHOLE,
        B,
        "lose their numbers",
    ),
    Witness(
        "certificates_are_accepted_inside",
        "another authority issued it",
        lambda: issued(at("side-by-side"), NEW, issuer="another CA"),
        (f"certificate of {NEW}",),
        E,
        "does not trust another CA",
    ),
    Witness(
        "certificates_are_accepted_inside",
        "it was issued for another name",
        lambda: issued(at("side-by-side"), NEW, names=frozenset({"elsewhere.example"})),
        (f"certificate of {NEW}",),
        E,
        "does not name",
    ),
    Witness(
        "external_web_names_are_published",
        "the new pool has the old one's name",
        lambda: named_alike(at("pilot")),
        (OLD, NEW),
        E,
        "too",
    ),
    Witness(
        "servers_hand_out_one_chain_of_trust",
        "a second chain is trusted",
        lambda: at("pilot").changed(
            particulars=dataclasses.replace(at("pilot").particulars, stray_chains=frozenset({SERVERS[1]}))
        ),
        (NEW,),
        W,
        SERVERS[1],
    ),
    Witness(
        "clocks_agree_between_pools",
        "an hour ahead",
        lambda: machine(at("pilot"), clock_skew=60),
        (OLD, NEW),
        W,
        "60 minutes apart",
    ),
    Witness(
        "external_web_names_are_published",
        "the new pool was forgotten",
        lambda: published(at("pilot"), OLD),
        (NEW,),
        E,
        "does not publish",
    ),
]


@pytest.mark.parametrize("witness", WITNESSES, ids=[f"{each.check}: {each.cause}" for each in WITNESSES])
def test_a_cause_is_found_and_named(witness: Witness) -> None:
    result = ask(witness.check, witness.make(), before=witness.before and witness.before())

    assert tuple(each.subject for each in result.broken) == witness.subjects
    for each in result.broken:
        outcome = each.finding.outcome
        assert each.severity is witness.severity
        assert witness.says in f"{'' if outcome is None else outcome.reason} {each.finding.message}"


def test_a_record_that_an_older_pool_cannot_read_is_found() -> None:
    strict = tried(PLAN, rules=Rules({"records-read-by-older": "no"}))

    result = run_check(
        CHECKS["records_can_be_read_after_going_back"],
        strict.views_at(place(strict, "pilot.rolled-back")),
        {},
    )

    assert result.broken
    assert all(OLD in each.subject for each in result.broken)


# ---------------------------------------------------------------- what only looks like it


QUIET: list[tuple[str, str, Callable[[], State]]] = [
    ("a second replica is enough", FULL, lambda: group(at("pilot"), *SERVERS[:2])),
    ("another port", PANEL, lambda: machine(at("side-by-side"), listeners=((8443, "a tool"),))),
    ("setup asks for 16 GB", ROOM, lambda: machine(at("side-by-side"), free_gb=16)),
    (
        "five minutes are tolerated",
        "clocks_agree_between_pools",
        lambda: machine(at("pilot"), clock_skew=5),
    ),
    (
        "the cloud owns the numbers",
        "people_in_the_cloud_keep_their_numbers",
        lambda: from_the_cloud(at("retired"), governed=False),
    ),
    (
        "everything is published",
        "external_web_names_are_published",
        lambda: published(at("pilot"), OLD, NEW),
    ),
    (
        "the former store is read-only until it is removed",
        "the_configuration_is_whole",
        lambda: at("legacy-silent"),
    ),
]


@pytest.mark.parametrize(("why", "name", "make"), QUIET, ids=[each[0] for each in QUIET])
def test_what_is_as_it_should_be_says_nothing(why: str, name: str, make: Callable[[], State]) -> None:
    assert why
    result = ask(name, make())

    assert (result.broken, result.undecided) == ((), ())


def test_a_setting_that_older_tools_know_may_be_changed() -> None:
    closed = dataclasses.replace(xmpp("True"), settings=(("EnableFederationAccess", "False"),))
    was = dataclasses.replace(xmpp("True"), settings=(("EnableFederationAccess", "True"),))
    state = with_policy(at("pilot"), closed)

    result = ask("no_setting_is_lost_to_old_tools", state, before=with_policy(at("pilot"), was))

    assert result.broken == ()


def test_a_large_pool_that_is_just_starting_breaks_no_promise() -> None:
    starting = with_service(at("pilot"), NEW, "RTCSRV", ServiceState.START_PENDING)
    (here,) = (each for each in TRIAL.places if each.label == "pilot")

    broken = [
        (check.name, each.subject)
        for check in REGISTRY
        if check.applies_at(here)
        for each in ask(check.name, starting, before=at("side-by-side")).broken
        if each.severity >= Severity.WARNING
    ]

    assert broken == []


@pytest.mark.parametrize(("option", "answers"), [("yes", True), ("no", False)])
def test_that_a_cold_start_ends_is_taken_for_granted(option: str, answers: bool) -> None:
    starting = with_service(at("pilot"), NEW, "RTCSRV", ServiceState.START_PENDING)
    leg = Observer(starting, Rules({"cold-start-ends": option})).facts.registrar(NEW)

    assert (leg.stop is None) is answers
    assert ("cold-start-ends" in leg.assumes) is answers


def test_a_pool_that_starts_with_too_few_front_ends_breaks_them() -> None:
    stopped = with_service(at("pilot"), NEW, "RTCSRV")
    starting = with_service(stopped, NEW, "RTCSRV", ServiceState.START_PENDING, servers=1)

    assert ask("every_pool_comes_up", starting).broken
    assert ask("every_expected_service_runs", starting).broken
