"""From outside: signing in through the Access Edge, media and web conferences through the Edge."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
from helpers import RULES, after, built, crowd, front_end, new, observer, state_at, tried, with_service

from coexistence.model import operations as op
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.deployment import ACCESS_EDGE_EXTERNAL, Block, DnsRecord, Policy
from coexistence.model.vocabulary import Disposition, Origin, PoolId, PoolRole, Unknown
from coexistence.observation.network.remote_access import confer_from_outside, reach_from_outside, relay_media
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import frozen, state_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from coexistence.observation import Outcome
    from coexistence.simulation.state import State

FAILED, REFUSED, UNDECIDED = Disposition.FAILED, Disposition.REFUSED, Disposition.UNDECIDED
HERE = Origin("test")
HOME = PoolBlueprint(crowds=(crowd(20),))
BLUEPRINT = Blueprint(
    sites=(
        SiteBlueprint(
            pools=(HOME, HOME), edge=EdgeBlueprint(), branches=(BranchBlueprint(crowds=(crowd(5),)),)
        ),
        SiteBlueprint(pools=(HOME,)),
    ),
    sip_domains=2,
)
DEPLOYMENT = built(BLUEPRINT)
#: The Edge's next hop, another pool of the same site, and a pool of a site without an Edge.
HOP, BESIDE, FAR = (front_end(DEPLOYMENT, number) for number in range(3))
(EDGE,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.EDGE))
(BRANCH,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.BRANCH_APPLIANCE))
FIRST, SECOND = DEPLOYMENT.sip_domains


def now() -> State:
    assert DEPLOYMENT.as_of is not None
    return state_of(DEPLOYMENT, day=DEPLOYMENT.as_of.toordinal(), tools=None)


def reached(state: State, home: PoolId = BESIDE, rules: Rules = RULES) -> Outcome:
    return reach_from_outside(observer(state, rules).facts, home)


def relayed(state: State, home: PoolId = BESIDE, rules: Rules = RULES) -> Outcome:
    return relay_media(observer(state, rules).facts, home)


def conferred(state: State, home: PoolId = BESIDE, rules: Rules = RULES) -> Outcome:
    return confer_from_outside(observer(state, rules).facts, home)


def stopped(service: str, pool: PoolId = EDGE) -> Callable[[State], State]:
    return lambda state: with_service(state, pool, service)


def blocked(*ports: int, source: PoolId | None = BESIDE, target: PoolId = EDGE) -> Callable[[State], State]:
    walls = tuple(Block(source=source, target=target, port=port, origin=HERE) for port in ports)
    return lambda state: state.changed(blocked=walls)


def nameless(name: str, kind: str) -> Callable[[State], State]:
    def change(state: State) -> State:
        assert not isinstance(state.outside, Unknown)
        kept = {key: each for key, each in state.outside.items() if key != (name, kind)}
        return state.changed(outside=frozen(kept))

    return change


def leading(name: str, kind: str, target: str) -> Callable[[State], State]:
    record = DnsRecord(name=name, kind=kind, target=target, side="external", origin=HERE)
    return lambda state: after(state, op.SetDnsRecords(records=(record,)))


def certificate(**facts: object) -> Callable[[State], State]:
    def change(state: State) -> State:
        assert isinstance(state.certificates, tuple)
        made = tuple(
            dataclasses.replace(each, **facts)  # type: ignore[arg-type]  # fields of Certificate
            if each.use == ACCESS_EDGE_EXTERNAL
            else each
            for each in state.certificates
        )
        return state.changed(certificates=made)

    return change


def denied(state: State) -> State:
    policy = Policy(
        kind="external-access", scope="global", settings=(("EnableOutsideAccess", "False"),), origin=HERE
    )
    return state.changed(policies=(policy,))


def associated(pool: PoolId, edge: PoolId | None) -> Callable[[State], State]:
    return lambda state: after(state, op.AssociateMediaEdge(pool=pool, edge=edge))


def next_hop(to: str) -> Callable[[State], State]:
    return lambda state: after(state, op.SetNextHop(pool=EDGE, to=PoolId(to)), op.Replicate())


SIGN_IN = {
    "no SRV record": (nameless(f"_sip._tls.{FIRST}", "SRV"), FAILED, None, None, "no external SRV record"),
    "none for the second domain": (nameless(f"_sip._tls.{SECOND}", "SRV"), FAILED, None, None, SECOND),
    "no address": (nameless(f"sip.{FIRST}", "A"), FAILED, None, None, "no external A record"),
    "a host of another domain": (
        leading(f"_sip._tls.{FIRST}", "SRV", f"sip.{SECOND}"),
        FAILED,
        None,
        None,
        "not in",
    ),
    "a name that leads away": (leading(f"sip.{FIRST}", "A", "192.0.2.1"), FAILED, None, None, "no Edge pool"),
    "the Access Edge is stopped": (stopped("RTCSRV"), FAILED, None, None, "does not answer"),
    "an expired certificate": (certificate(not_after=dt.date(2020, 1, 1)), FAILED, None, None, "expired"),
    "a certificate of other names": (
        certificate(names=frozenset({"x.example"})),
        FAILED,
        None,
        None,
        "not name",
    ),
    "a policy that forbids it": (denied, REFUSED, 403, 4003, "does not grant EnableOutsideAccess"),
    "a next hop that is gone": (next_hop("gone.example"), FAILED, 504, 1007, "in no topology"),
    "a next hop that is down": (stopped("RTCSRV", HOP), FAILED, 504, 2, "no Front-End service"),
    "a home pool that is down": (stopped("RTCSRV", BESIDE), FAILED, 504, 2, "no Front-End service"),
    "a wall behind the Edge": (
        blocked(5061, source=EDGE, target=HOP),
        FAILED,
        504,
        1038,
        "port 5061",
    ),
}


@pytest.mark.parametrize("situation", SIGN_IN)
def test_signing_in_from_outside_ends_as_the_product_ends_it(situation: str) -> None:
    change, how, sip, diagnostic, says = SIGN_IN[situation]

    outcome = reached(change(now()))

    assert (outcome.disposition, outcome.sip, outcome.diagnostic) == (how, sip, diagnostic)
    assert says in outcome.reason
    assert outcome.source


@pytest.mark.parametrize("home", [HOP, BESIDE, FAR, BRANCH])
def test_everybody_can_sign_in_from_outside(home: PoolId) -> None:
    assert reached(now(), home).done


def test_the_next_hop_hands_on_to_the_home_pool() -> None:
    stations = [hop.at for hop in reached(now(), FAR).hops]

    assert stations.index("remote client") < stations.index(EDGE) < stations.index(HOP) < stations.index(FAR)


MEDIA = {
    "credentials are not given": (stopped("RTCMRAUTH"), FAILED, "Audio/Video Authentication"),
    "the relay is stopped": (stopped("RTCMEDIARELAY"), FAILED, "Audio/Video Edge"),
    "5062 is blocked": (blocked(5062), FAILED, "port 5062"),
    "both relay ports are blocked": (blocked(3478, 443), FAILED, "neither port 3478 nor 443"),
    "no Edge is associated": (associated(BESIDE, None), REFUSED, "no Edge pool is associated"),
    "the Edge is gone": (associated(BESIDE, PoolId("gone.example")), FAILED, "in no topology"),
}


@pytest.mark.parametrize("situation", MEDIA)
def test_media_is_not_relayed(situation: str) -> None:
    change, how, says = MEDIA[situation]

    outcome = relayed(change(now()))

    assert outcome.disposition is how
    assert says in outcome.reason
    assert outcome.sip == (504 if "5062" in situation else None)


def test_one_relay_port_is_enough() -> None:
    assert relayed(blocked(3478)(now())).done
    assert relayed(blocked(443)(now())).done


def test_media_needs_no_access_edge_and_signing_in_no_relay() -> None:
    assert relayed(stopped("RTCSRV")(now())).done
    assert reached(stopped("RTCMEDIARELAY")(now())).done


def test_a_pool_of_a_site_without_an_edge_has_no_relay() -> None:
    assert relayed(now(), FAR).disposition is REFUSED


def test_an_appliance_uses_the_edge_of_its_registrars_pool_as_we_assume() -> None:
    outcome = relayed(now(), BRANCH)

    assert outcome.done
    assert "appliance-media-of-registrar" in outcome.assumes
    assert relayed(now(), BRANCH, Rules({"appliance-media-of-registrar": "no"})).disposition is REFUSED
    assert relayed(associated(BRANCH, EDGE)(now()), BRANCH).done


@pytest.mark.parametrize(
    ("change", "says"),
    [(stopped("RTCDATAPROXY"), "Web Conferencing Edge"), (blocked(8057), "port 8057")],
    ids=["stopped", "blocked"],
)
def test_web_conferences_need_their_edge_service_and_port(
    change: Callable[[State], State], says: str
) -> None:
    outcome = conferred(change(now()))

    assert outcome.disposition is FAILED
    assert says in outcome.reason
    assert relayed(change(now())).done


def test_web_conferences_go_through_the_media_edge_as_we_assume() -> None:
    assert conferred(now()).done
    assert conferred(now(), BRANCH).done
    assert conferred(now(), FAR).disposition is REFUSED
    assert "web-conferencing-with-media" in conferred(now(), FAR).assumes
    assert conferred(now(), FAR, Rules({"web-conferencing-with-media": "no"})).done


@pytest.mark.parametrize("ask", [reached, relayed, conferred])
def test_a_firewall_that_keeps_the_outside_out_ends_everything(ask: Callable[..., Outcome]) -> None:
    outcome = ask(now(), rules=Rules({"outside-reaches-edge": "no"}))

    assert outcome.disposition is FAILED
    assert outcome.assumes.count("outside-reaches-edge") == 1


@pytest.mark.parametrize("ask", [reached, relayed, conferred])
def test_services_that_nobody_collected_are_undecided(ask: Callable[..., Outcome]) -> None:
    services = dict(now().services)
    for server in now().pools[EDGE].servers:
        services[server] = Unknown("Get-CsWindowsService")

    outcome = ask(now().changed(services=frozen(services)))

    assert (outcome.disposition, outcome.needs) == (UNDECIDED, ("Get-CsWindowsService",))


@pytest.mark.parametrize("ask", [reached, relayed, conferred])
def test_people_on_a_pool_that_no_topology_knows_are_undecided(ask: Callable[..., Outcome]) -> None:
    assert ask(now(), PoolId("gone.example")).needs == ("Get-CsTopology",)


TRIAL = tried(BLUEPRINT)


@pytest.mark.parametrize("label", [place.label for place in TRIAL.places])
def test_everybody_is_served_outside_at_every_checkpoint(label: str) -> None:
    state = state_at(TRIAL, label)
    homes = (
        (new(HOP), new(BESIDE), BRANCH)
        if label == "legacy-silent"
        else tuple(each for each in (HOP, BESIDE, new(HOP), new(BESIDE), BRANCH) if each in state.pools)
    )
    for home in homes:
        for outcome in (reached(state, home), relayed(state, home), conferred(state, home)):
            assert outcome.disposition is Disposition.DONE, f"{home}: {outcome}"


def test_until_the_cut_over_new_pools_are_served_by_the_legacy_edge() -> None:
    before, behind = state_at(TRIAL, "edge"), state_at(TRIAL, "production")

    assert EDGE in [hop.at for hop in reached(before, new(BESIDE)).hops]
    assert EDGE not in [hop.at for hop in reached(behind, new(BESIDE)).hops]
    assert new(EDGE) in [hop.at for hop in relayed(behind, new(BESIDE)).hops]
