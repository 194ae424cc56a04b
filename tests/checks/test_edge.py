"""The edge checks: where each holds, the faults that break it, and what only looks like a fault."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import pytest
from helpers import (
    RULES,
    after,
    asked,
    built,
    crowd,
    front_end,
    heads,
    new,
    state_at,
    tried,
    weights,
    with_service,
)

from coexistence import PartnerSubject, Severity, User
from coexistence.checking.registry import Check, Registry
from coexistence.checking.results import Result
from coexistence.checking.runner import Views, run_check
from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.deployment import Policy
from coexistence.model.population import Assignment, Population, column
from coexistence.model.vocabulary import Origin, PoolId, PoolRole, SiteId, Unknown, Version
from coexistence.observation import Observer
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State, frozen

ERROR, WARNING, BLOCKER = Severity.ERROR, Severity.WARNING, Severity.BLOCKER

REGISTRY = Registry()
load_builtin(REGISTRY)
CHECKS = {check.name: check for check in REGISTRY if check.module == "coexistence.checks.edge"}


def two_sites(**edge: bool) -> Blueprint:
    """Two central sites; the Edge is in the first; some people have XMPP contacts."""
    first = SiteBlueprint(
        pools=(PoolBlueprint(crowds=(crowd(20), crowd(6, xmpp=True))),), edge=EdgeBlueprint(**edge)
    )
    second = SiteBlueprint(pools=(PoolBlueprint(crowds=(crowd(20),)),))
    return Blueprint(sites=(first, second), partners=1)


DEPLOYMENT = built(two_sites())
TRIAL = tried(two_sites())
WITH_XMPP = tried(two_sites(xmpp=True))
OLD, FAR = front_end(DEPLOYMENT), front_end(DEPLOYMENT, 1)
(EDGE,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.EDGE))


def at(label: str) -> State:
    return state_at(TRIAL, label)


def ask(name: str, here: State, origin: State | None = None) -> Result:
    now = Observer(here, RULES)
    start = Observer(origin if origin is not None else at("legacy"), RULES)
    result = run_check(CHECKS[name], Views(here=now, before=now, origin=start), {})
    assert result.crash is None
    return result


def without_operations(*left_out: str) -> State:
    """Production, reached by a plan of which some sub-steps were forgotten."""
    state = at("edge")
    for step in TRIAL.plan.steps:
        if step.id.startswith("P6") and step.id not in left_out:
            state = after(state, *step.operations)
    return state


class Witness(NamedTuple):
    check: str
    fault: str
    make: Callable[[], State]
    kinds: set[tuple[str, Severity]]
    people: int


def kind(name: str, severity: Severity = ERROR) -> set[tuple[str, Severity]]:
    return {(name, severity)}


PARTNERS = "partners_reach_users_of_both_generations"
OUTSIDE = "users_outside_reach_their_pool"
MEDIA = "media_is_relayed_for_users_of_both_generations"
CONFERENCES = "web_conferences_are_open_to_the_outside"
ONE = "at_most_one_edge_pool_federates"
EARLY = "external_traffic_stays_on_the_legacy_edge"
ROUTES = "every_site_routes_to_the_edge_that_federates"
STOPPED = "the_legacy_access_edge_is_stopped"
NEXT_HOP = "every_edge_hands_to_a_living_next_hop"
XMPP = "people_with_xmpp_contacts_keep_them"
#: Their witnesses stand with the promises to people: it takes a deployment of another kind to ask them.
SINGLE, GIVEN = "an_edge_with_a_single_name_goes_first", "everybody_who_was_given_a_name_is_still_answered"

MOVED = (op.MoveUsers(users=op.Selection(on=OLD), to=new(OLD), tools=Version.S19),)
BOTH_WAYS = {("partner-not-reached", ERROR), ("not-reached-by-partner", ERROR)}

WITNESSES = [
    Witness(
        PARTNERS,
        "one site keeps its old route",
        lambda: after(at("production"), op.SwitchFederationRoute(site=SiteId("2"), to=EDGE)),
        kind("partner-not-reached"),
        20,
    ),
    Witness(
        PARTNERS,
        "the new Edge's federation is forgotten",
        lambda: without_operations("P6.1d"),
        BOTH_WAYS,
        46,
    ),
    Witness(
        PARTNERS,
        "the external certificate is forgotten",
        lambda: without_operations("P6.1c"),
        BOTH_WAYS,
        46,
    ),
    Witness(
        PARTNERS,
        "the external names are forgotten",
        lambda: after(without_operations("P6.1h"), op.DisableService(pool=EDGE, service="RTCSRV")),
        kind("not-reached-by-partner"),
        46,
    ),
    Witness(
        OUTSIDE,
        "the external names are forgotten",
        lambda: after(without_operations("P6.1h"), op.DisableService(pool=EDGE, service="RTCSRV")),
        kind(OUTSIDE),
        46,
    ),
    Witness(
        OUTSIDE,
        "the new Edge is down",
        lambda: with_service(at("production"), new(EDGE), "RTCSRV"),
        kind(OUTSIDE),
        46,
    ),
    Witness(
        MEDIA,
        "media still goes through the legacy Edge when that stops",
        lambda: after(without_operations("P6.1f"), op.StopServices(pool=EDGE)),
        kind(MEDIA),
        26,
    ),
    Witness(
        MEDIA,
        "the new pool was never connected",
        lambda: after(at("side-by-side"), op.AssociateMediaEdge(pool=new(OLD), edge=None), *MOVED),
        kind(MEDIA),
        26,
    ),
    Witness(
        CONFERENCES,
        "the Web Conferencing Edge is stopped",
        lambda: with_service(at("production"), new(EDGE), "RTCDATAPROXY"),
        kind(CONFERENCES),
        26,
    ),
    Witness(
        ONE,
        "federation stays on on the legacy Edge",
        lambda: without_operations("P6.1b"),
        kind(ONE),
        46,
    ),
    Witness(
        EARLY,
        "the new Edge federates at once",
        lambda: after(at("edge"), op.SetEdgeFederation(edge=new(EDGE), enabled=True)),
        kind("new-edge-federates-early"),
        46,
    ),
    Witness(
        EARLY,
        "media goes through the new Edge at once",
        lambda: after(at("edge"), op.AssociateMediaEdge(pool=new(OLD), edge=new(EDGE))),
        kind("media-switched-early"),
        46,
    ),
    Witness(
        EARLY,
        "a site is routed to the new Edge at once",
        lambda: after(at("edge"), op.SwitchFederationRoute(site=SiteId("2"), to=new(EDGE))),
        kind("site-routed-early"),
        46,
    ),
    Witness(
        ROUTES,
        "one site keeps its old route",
        lambda: after(at("production"), op.SwitchFederationRoute(site=SiteId("2"), to=EDGE)),
        kind(ROUTES),
        20,
    ),
    Witness(
        ROUTES,
        "no site is routed again",
        lambda: without_operations("P6.1g"),
        kind(ROUTES),
        46,
    ),
    Witness(
        STOPPED,
        "the legacy Access Edge is left running",
        lambda: after(at("production"), op.EnableService(pool=EDGE, service="RTCSRV")),
        kind("legacy-access-edge-runs", WARNING),
        0,
    ),
    Witness(
        NEXT_HOP,
        "the next hop is a pool that goes",
        lambda: after(
            at("post-migration"),
            op.SetNextHop(pool=new(EDGE), to=OLD),
            op.Replicate(),
            op.StopServices(pool=OLD),
        ),
        kind(NEXT_HOP, BLOCKER),
        0,
    ),
    Witness(
        XMPP,
        "people with XMPP contacts are moved to 2019",
        lambda: after(
            state_at(WITH_XMPP, "pilot"),
            op.MoveUsers(users=op.Selection(on=OLD), to=new(OLD), tools=Version.S19),
        ),
        kind("xmpp-not-reached"),
        6,
    ),
    Witness(
        XMPP,
        "the legacy Edge goes although people need it",
        lambda: after(state_at(WITH_XMPP, "post-migration"), op.StopServices(pool=EDGE)),
        kind("xmpp-not-reached"),
        6,
    ),
]


@pytest.mark.parametrize("witness", WITNESSES, ids=[f"{each.check}: {each.fault}" for each in WITNESSES])
def test_a_fault_breaks_the_check_that_is_about_it(witness: Witness) -> None:
    result = ask(witness.check, witness.make())

    assert weights(result) == witness.kinds
    hit = {cohort: people for broken in result.broken for cohort, people in heads(broken.hit).items()}
    assert sum(hit.values()) == witness.people


@pytest.mark.parametrize("trial", [TRIAL, WITH_XMPP], ids=["plain", "XMPP"])
@pytest.mark.parametrize("name", CHECKS)
def test_a_check_holds_at_every_checkpoint_of_a_sound_migration(name: str, trial: object) -> None:
    assert isinstance(trial, type(TRIAL))
    for place in trial.places:
        if not CHECKS[name].applies_at(place):
            continue
        result = trial.ask(CHECKS[name], place)
        assert (result.crash, result.broken, result.undecided) == (None, (), ()), place.label


@pytest.mark.parametrize("name", sorted(set(CHECKS) - {SINGLE, GIVEN}))
def test_a_check_is_put_to_somebody_in_a_sound_migration(name: str) -> None:
    trial = WITH_XMPP if name == XMPP else TRIAL

    assert sum(trial.ask(CHECKS[name], place).evaluations for place in trial.places) > 0


@pytest.mark.parametrize("name", CHECKS)
def test_a_deployment_without_edge_is_never_asked(name: str) -> None:
    trial = tried(Blueprint(sites=(SiteBlueprint(pools=(PoolBlueprint(crowds=(crowd(9),)),)),), partners=2))

    for place in trial.places:
        if CHECKS[name].applies_at(place):
            assert trial.ask(CHECKS[name], place).evaluations == 0, place.label


@pytest.mark.parametrize("legacy", [Version.L13, Version.S15])
@pytest.mark.parametrize("xmpp", [False, True])
@pytest.mark.parametrize("director", [False, True])
def test_an_edge_with_a_single_name_is_cut_over_late_and_nobody_notices(
    legacy: Version, *, xmpp: bool, director: bool
) -> None:
    first = SiteBlueprint(
        pools=(PoolBlueprint(crowds=(crowd(20), crowd(6, xmpp=True))),),
        edge=EdgeBlueprint(single_name=True, xmpp=xmpp),
        director=director,
    )
    trial = tried(
        Blueprint(
            legacy=legacy,
            sites=(first, SiteBlueprint(pools=(PoolBlueprint(crowds=(crowd(20),)),))),
            partners=1,
        )
    )

    assert len(trial.plan.notes) == 1
    assert trial.refusals == ()
    for place in trial.places:
        for check in REGISTRY:
            if check.applies_at(place):
                assert trial.ask(check, place).broken == (), f"{check.name} at {place.label}"
    federated = {pool.id for pool in state_at(trial, "retired").pools.values() if pool.federation}
    assert federated == ({EDGE} if xmpp else {new(EDGE)})


def test_people_with_xmpp_are_moved_where_the_target_has_it() -> None:
    description = dataclasses.replace(two_sites(xmpp=True), target=Version.S15)
    trial = tried(description)
    retired = state_at(trial, "retired")

    assert set(retired.pools) == {new(OLD), new(FAR), new(EDGE)}
    assert retired.pools[new(EDGE)].xmpp
    result = ask(XMPP, retired)
    assert (result.evaluations, result.broken) == (1, ())


def test_a_twin_without_told_routes_and_partners_is_undecided_about_the_way_out_alone() -> None:
    state = at("legacy")
    sites = {
        key: dataclasses.replace(each, federation_route=Unknown("Get-CsSite"))
        for key, each in state.sites.items()
    }
    twin = state.changed(sites=frozen(sites), partners=Unknown("Get-CsAllowedDomain"))

    result = ask(PARTNERS, twin, origin=twin)

    assert {question.needs for question in result.undecided} == {("Get-CsSite",)}
    assert result.broken == ()


def test_a_route_that_nobody_told_is_put_back_as_untold() -> None:
    sites = tuple(
        dataclasses.replace(each, federation_route=Unknown("Get-CsSite")) for each in DEPLOYMENT.sites
    )
    twin = Trial(dataclasses.replace(DEPLOYMENT, sites=sites), is_twin=True)

    for place in twin.places:
        assert twin.ask(CHECKS[PARTNERS], place).broken == (), place.label
    (back,) = (each for each in twin.places if each.label == "production.rolled-back")
    assert twin.ask(CHECKS[PARTNERS], back).undecided != ()
    (behind,) = (each for each in twin.places if each.label == "production")
    assert twin.ask(CHECKS[PARTNERS], behind).undecided == ()


def test_a_twin_without_edge_is_never_asked() -> None:
    description = built(Blueprint(sites=(SiteBlueprint(pools=(PoolBlueprint(crowds=(crowd(9),)),)),)))
    sites = tuple(
        dataclasses.replace(each, federation_route=Unknown("Get-CsSite")) for each in description.sites
    )
    untold = Unknown("Get-CsAllowedDomain")
    twin = Trial(dataclasses.replace(description, sites=sites, partners=untold), is_twin=True)

    for place in twin.places:
        for name, check in CHECKS.items():
            if check.applies_at(place):
                result = twin.ask(check, place)
                assert (result.evaluations, result.undecided) == (0, ()), f"{name} at {place.label}"


def test_partners_that_nobody_told_are_undecided() -> None:
    state = at("legacy").changed(partners=Unknown("Get-CsAllowedDomain"))

    result = ask(PARTNERS, state, origin=state)

    assert result.broken == ()
    assert {need for each in result.undecided for need in each.needs} == {"Get-CsAllowedDomain"}


def test_federation_that_never_was_is_not_missed() -> None:
    trial = tried(two_sites(federation=False))

    for name in (PARTNERS, ROUTES, ONE):
        for place in trial.places:
            assert trial.ask(CHECKS[name], place).evaluations == 0


def test_people_with_a_policy_of_their_own_are_told_apart() -> None:
    state = at("legacy")
    assert isinstance(state.population, Population)
    assert isinstance(state.policies, tuple)
    here = Origin("test")
    codes = column([1 if row < 3 else 0 for row in range(len(state.population))], "uint8")
    policy = Policy(
        kind="external-access",
        scope="tag:No Outside",
        settings=(("EnableOutsideAccess", "False"), ("EnableFederationAccess", "True")),
        origin=here,
    )
    given = {**state.population.assigned, "external-access": Assignment(("No Outside",), codes)}
    strict = state.changed(
        policies=(*state.policies, policy), population=state.population.changed(assigned=given)
    )

    (broken,) = ask(OUTSIDE, strict).broken

    assert broken.people == 3
    assert broken.finding.outcome is not None
    assert (broken.finding.outcome.sip, broken.finding.outcome.diagnostic) == (403, 4003)
    assert ask(PARTNERS, strict).broken == ()


def test_a_check_tells_its_promise_its_document_and_what_to_do() -> None:
    def complete(check: Check) -> bool:
        return all((check.promise.endswith("."), check.source, check.remedy, check.clause.value == "edge"))

    assert all(complete(check) for check in CHECKS.values())


def test_switching_the_partners_side_off_breaks_federation() -> None:
    here = Observer(at("legacy"), Rules({"partner-side-works": "no"}))

    result = run_check(CHECKS[PARTNERS], Views(here=here, before=here, origin=here), {})

    assert {broken.finding.kind for broken in result.broken} == {"partner-not-reached"}


def test_a_users_own_check_may_ask_the_same() -> None:
    def everybody_may_work_from_home(user: User) -> None:
        assert user.from_outside().done

    def partners_answer(partner: PartnerSubject) -> None:
        assert partner.send().done

    assert asked(everybody_may_work_from_home, at("production")).broken == ()
    assert asked(partners_answer, at("production")).evaluations == 2


def test_a_pool_that_is_gone_is_nobodys_next_hop() -> None:
    state = after(at("legacy"), op.SetNextHop(pool=EDGE, to=PoolId("gone.example")), op.Replicate())

    (broken,) = ask(NEXT_HOP, state).broken

    assert broken.finding.outcome is not None
    assert broken.finding.outcome.diagnostic == 1007
