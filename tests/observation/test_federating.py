"""Federation, hop by hop: what a message to or from a partner meets, and what is said where it ends."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import pytest
from helpers import (
    RULES,
    after,
    built,
    crowd,
    front_end,
    new,
    observer,
    refusal,
    state_at,
    tried,
    with_service,
)

from coexistence.model import operations as op
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.deployment import ACCESS_EDGE_EXTERNAL, Block, DnsRecord, Partner, Policy
from coexistence.model.vocabulary import (
    Disposition,
    Origin,
    PoolId,
    PoolRole,
    ServiceState,
    SiteId,
    Unknown,
    Version,
)
from coexistence.observation.network.federation import federate, federates
from coexistence.observation.network.xmpp import reach_xmpp
from coexistence.simulation.rules.assumptions import ASSUMPTIONS, Rules
from coexistence.simulation.state import frozen, state_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from coexistence.model.deployment import Certificate, Deployment
    from coexistence.observation import Outcome
    from coexistence.simulation.state import State

FAILED, REFUSED, UNDECIDED = Disposition.FAILED, Disposition.REFUSED, Disposition.UNDECIDED
HERE = Origin("test")
HOME = PoolBlueprint(crowds=(crowd(20),))


def two_sites(*, director: bool = False, legacy: Version = Version.L13) -> Blueprint:
    """Two central sites and a branch; the Edge, with XMPP, is in the first; two partners."""
    first = SiteBlueprint(
        pools=(HOME,),
        edge=EdgeBlueprint(xmpp=True),
        director=director,
        branches=(BranchBlueprint(crowds=(crowd(5),)),),
    )
    return Blueprint(legacy=legacy, sites=(first, SiteBlueprint(pools=(HOME,))), partners=2)


DEPLOYMENT = built(two_sites())
NEAR, FAR = front_end(DEPLOYMENT), front_end(DEPLOYMENT, 1)
(EDGE,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.EDGE))
(BRANCH,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.BRANCH_APPLIANCE))
DOMAIN = DEPLOYMENT.sip_domains[0]
SRV = (f"_sipfederationtls._tcp.{DOMAIN}", "SRV")
ADDRESS = (f"sip.{DOMAIN}", "A")
CENTRAL = [SiteId("1"), SiteId("3")]


def now(deployment: Deployment = DEPLOYMENT) -> State:
    assert deployment.as_of is not None
    return state_of(deployment, day=deployment.as_of.toordinal(), tools=None)


def partner(**facts: object) -> Partner:
    """A partner of whom everything is known and sound, but for ``facts``."""
    assert isinstance(DEPLOYMENT.partners, tuple)
    return dataclasses.replace(DEPLOYMENT.partners[0], **facts)  # type: ignore[arg-type]  # fields of Partner


def sent(state: State, home: PoolId = FAR, to: Partner | None = None, rules: Rules = RULES) -> Outcome:
    return federate(observer(state, rules).facts, home, to or partner(), inbound=False)


def received(state: State, home: PoolId = FAR, by: Partner | None = None, rules: Rules = RULES) -> Outcome:
    return federate(observer(state, rules).facts, home, by or partner(), inbound=True)


# ---------------------------------------------------------------- ways to break it


def cleared(state: State) -> State:
    return after(state, *(op.SwitchFederationRoute(site=site, to=None) for site in CENTRAL))


def closed(state: State) -> State:
    return after(state, op.SetEdgeFederation(edge=EDGE, enabled=False), op.Replicate())


def stopped(state: State) -> State:
    return with_service(state, EDGE, "RTCSRV")


def blocked(state: State) -> State:
    wall = Block(source=FAR, target=EDGE, port=5061, origin=HERE)
    return state.changed(blocked=(wall,))


def nowhere(state: State) -> State:
    return after(state, *(op.SwitchFederationRoute(site=site, to=PoolId("gone.example")) for site in CENTRAL))


def to_a_front_end(state: State) -> State:
    return after(state, *(op.SwitchFederationRoute(site=site, to=NEAR) for site in CENTRAL))


def denied(state: State) -> State:
    settings = (("EnableFederationAccess", "False"), ("EnableXmppAccess", "False"))
    return state.changed(
        policies=(Policy(kind="external-access", scope="global", settings=settings, origin=HERE),)
    )


def denied_at_the_site(state: State) -> State:
    policy = Policy(
        kind="external-access",
        scope=f"site:{state.pools[FAR].site}",
        settings=(("EnableFederationAccess", "False"),),
        origin=HERE,
    )
    assert isinstance(state.policies, tuple)
    return state.changed(policies=(*state.policies, policy))


def silent(state: State) -> State:
    return with_service(state, FAR, "RTCSRV")


def without(*name: str) -> Callable[[State], State]:
    def change(state: State) -> State:
        assert not isinstance(state.outside, Unknown)
        return state.changed(
            outside=frozen({key: each for key, each in state.outside.items() if key != tuple(name)})
        )

    return change


def leading(name: tuple[str, str], target: str) -> Callable[[State], State]:
    def change(state: State) -> State:
        record = DnsRecord(name=name[0], kind=name[1], target=target, side="external", origin=HERE)
        return after(state, op.SetDnsRecords(records=(record,)))

    return change


def certificate(**facts: object) -> Callable[[State], State]:
    """Change what the Access Edge shows to the outside."""

    def change(state: State) -> State:
        assert isinstance(state.certificates, tuple)
        made: Certificate = next(
            each for each in state.certificates if (each.pool, each.use) == (EDGE, ACCESS_EDGE_EXTERNAL)
        )
        return after(state, op.AssignCertificates(certificates=(dataclasses.replace(made, **facts),)))  # type: ignore[arg-type]  # fields of Certificate

    return change


def without_certificate(state: State) -> State:
    assert isinstance(state.certificates, tuple)
    return state.changed(
        certificates=tuple(each for each in state.certificates if each.use != ACCESS_EDGE_EXTERNAL)
    )


def without_old_tls(state: State) -> State:
    servers = dict(state.servers)
    for server in state.pools[EDGE].servers:
        servers[server] = dataclasses.replace(servers[server], tls=frozenset({"1.2"}))
    return state.changed(servers=frozen(servers))


def next_hop(to: str) -> Callable[[State], State]:
    return lambda state: after(state, op.SetNextHop(pool=EDGE, to=PoolId(to)), op.Replicate())


def hop_is_silent(state: State) -> State:
    return with_service(state, NEAR, "RTCSRV")


EXPIRED = certificate(not_after=dt.date(2020, 1, 1))
ELSEWHERE = certificate(names=frozenset({"other.example"}))
PRIVATE = certificate(issuer="internal CA")


class Case(NamedTuple):
    situation: str
    change: Callable[[State], State] | None
    how: Disposition
    sip: int | None
    diagnostic: int | None
    says: str
    whom: Partner = partner()


OUT = [
    Case("the route is cleared", cleared, FAILED, 504, 1027, "has no federation route"),
    Case("the Edge has no federation", closed, FAILED, 504, 1027, "federation is not enabled"),
    Case("the Access Edge is stopped", stopped, FAILED, 504, 1038, "does not answer"),
    Case("the port is blocked", blocked, FAILED, 504, 1038, "port 5061"),
    Case("the route leads nowhere", nowhere, FAILED, 504, 1007, "in no topology"),
    Case("the route leads to a Front End", to_a_front_end, FAILED, 504, 1027, "to no Edge pool"),
    Case("the sender's policy forbids it", denied, REFUSED, 403, 1002, "does not grant"),
    Case("the policy of the sender's site forbids it", denied_at_the_site, REFUSED, 403, 1002, "not grant"),
    Case("the sender's pool is down", silent, FAILED, 504, 2, "no Front-End service"),
    Case("our certificate has expired", EXPIRED, FAILED, 504, 1047, "expired on 2020-01-01"),
    Case("the partner does not trust our issuer", PRIVATE, FAILED, 504, 1047, "does not trust internal CA"),
    Case("there is no external certificate", without_certificate, FAILED, 504, 1047, "no external"),
    Case("the partner is not allowed", None, REFUSED, 504, 1027, "not allowed", partner(allowed=False)),
    Case("the partner has no SRV record", None, FAILED, 504, 1008, "no record", partner(access=None)),
    Case(
        "its record names a stranger", None, FAILED, 504, 1009, "not in it", partner(access="a.other.example")
    ),
    Case(
        "the partner cannot do without TLS 1.0",
        without_old_tls,
        FAILED,
        504,
        1047,
        "needs TLS 1.0",
        partner(generation=Version.L10),
    ),
]
IN = [
    Case("the SRV record is missing", without(*SRV), FAILED, 504, 1008, "no external SRV record"),
    Case("the host has no address", without(*ADDRESS), FAILED, 504, 1014, "no external A record"),
    Case("the record names a stranger", leading(SRV, "sip.other.example"), FAILED, 504, 1009, "not in"),
    Case("the name leads to a stranger", leading(ADDRESS, "192.0.2.1"), FAILED, 504, 1046, "no Edge pool"),
    Case("the name leads to a Front End", leading(ADDRESS, NEAR), FAILED, 504, 1046, "no Edge pool"),
    Case("the Access Edge is stopped", stopped, FAILED, 504, 1046, "does not answer"),
    Case("the Edge has no federation", closed, FAILED, 504, 1046, "not open"),
    Case("our certificate has expired", EXPIRED, FAILED, 504, 1047, "expired"),
    Case("our certificate names another host", ELSEWHERE, FAILED, 504, 1047, "does not name"),
    Case("the partner does not trust our issuer", PRIVATE, FAILED, 504, 1047, "does not trust"),
    Case("the partner is not allowed", None, REFUSED, 504, 1027, "not allowed", partner(allowed=False)),
    Case("the next hop is gone", next_hop("gone.example"), FAILED, 504, 1007, "in no topology"),
    Case("the next hop is down", hop_is_silent, FAILED, 504, 2, "no Front-End service"),
    Case("the recipient's pool is down", silent, FAILED, 504, 2, "no Front-End service"),
    Case("the recipient's policy forbids it", denied, REFUSED, 403, 1002, "does not grant"),
]


@pytest.mark.parametrize("case", OUT, ids=[case.situation for case in OUT])
def test_a_message_to_a_partner_ends_as_the_product_ends_it(case: Case) -> None:
    state = case.change(now()) if case.change else now()

    outcome = sent(state, to=case.whom)

    assert (outcome.disposition, outcome.sip, outcome.diagnostic) == (case.how, case.sip, case.diagnostic)
    assert case.says in outcome.reason
    assert outcome.source


@pytest.mark.parametrize("case", IN, ids=[case.situation for case in IN])
def test_a_message_from_a_partner_ends_as_the_product_ends_it(case: Case) -> None:
    state = case.change(now()) if case.change else now()

    outcome = received(state, by=case.whom)

    assert (outcome.disposition, outcome.sip, outcome.diagnostic) == (case.how, case.sip, case.diagnostic)
    assert case.says in outcome.reason
    assert outcome.source


@pytest.mark.parametrize("home", [NEAR, FAR, BRANCH])
def test_both_directions_work_from_everywhere(home: PoolId) -> None:
    assert sent(now(), home).done
    assert received(now(), home).done


def test_a_missing_srv_record_of_the_partner_keeps_nobody_from_writing_to_us() -> None:
    nameless = partner(access=None)

    assert not sent(now(), to=nameless).done
    assert received(now(), by=nameless).done


def test_a_branch_site_uses_its_parents_route() -> None:
    site = now().pools[BRANCH].site

    assert now().sites[site].federation_route is None
    assert federates(observer(now()).facts, site) is True
    assert sent(cleared(now()), BRANCH).diagnostic == 1027


def test_one_site_without_a_route_keeps_the_others_going() -> None:
    state = after(now(), op.SwitchFederationRoute(site=now().pools[FAR].site, to=None))

    assert sent(state, FAR).diagnostic == 1027
    assert sent(state, NEAR).done
    assert received(state, FAR).done


def test_a_route_through_a_director_passes_it_both_ways() -> None:
    deployment = built(two_sites(director=True))
    (director,) = (pool.id for pool in deployment.pools_of(PoolRole.DIRECTOR))
    state = now(deployment)

    assert {site.federation_route for site in deployment.sites} == {director, None}
    assert [hop.at for hop in sent(state).hops].count(director) >= 1
    assert [hop.at for hop in received(state).hops].count(director) >= 1
    down = with_service(state, director, "RTCSRV")
    assert (sent(down).diagnostic, received(down).diagnostic) == (2, 2)


def test_a_director_hands_only_to_the_edge_whose_next_hop_it_is() -> None:
    state = after(now(built(two_sites(director=True))), op.SetNextHop(pool=EDGE, to=NEAR))

    assert sent(state).diagnostic == 1027
    any_edge = Rules({"director-hands-to-its-edge": "no"})
    assert sent(state, rules=any_edge).done


def test_a_site_whose_route_nobody_told_is_undecided() -> None:
    sites = {
        key: dataclasses.replace(site, federation_route=Unknown("Get-CsSite"))
        for key, site in now().sites.items()
    }
    state = now().changed(sites=frozen(sites))

    outcome = sent(state)

    assert outcome.disposition is UNDECIDED
    assert outcome.needs == ("Get-CsSite",)
    assert received(state).done


def test_services_that_nobody_collected_are_undecided() -> None:
    services = dict(now().services)
    for server in now().pools[EDGE].servers:
        services[server] = Unknown("Get-CsWindowsService")
    state = now().changed(services=frozen(services))

    assert {sent(state).disposition, received(state).disposition} == {UNDECIDED}


def unexported(state: State) -> State:
    """A twin's state: nothing told about DNS, certificates and policies."""
    return state.changed(
        records=Unknown("DNS export"),
        outside=Unknown("external DNS export"),
        certificates=Unknown("certificate export"),
        policies=Unknown("Get-CsExternalAccessPolicy"),
    )


#: What an administrator may say in place of exports.
SAID = {"names-resolve": "yes", "external-access-granted": "yes"}


def test_where_nothing_was_exported_it_is_undecided() -> None:
    anybody = Partner(domain="partner.example", allowed=True, origin=HERE)

    out, back = sent(unexported(now()), to=anybody), received(unexported(now()), by=anybody)

    assert {out.disposition, back.disposition} == {UNDECIDED}
    assert out.needs == ("Get-CsExternalAccessPolicy",)


def test_a_partner_of_whom_nobody_told_whether_it_is_allowed_is_undecided() -> None:
    anybody = Partner(domain="partner.example", origin=HERE)

    assert sent(now(), to=anybody).needs == ("Get-CsAllowedDomain",)


def test_where_somebody_spoke_for_exports_the_outcome_names_what_it_assumes() -> None:
    anybody = Partner(domain="partner.example", allowed=True, origin=HERE)
    said = Rules(SAID)

    out = sent(unexported(now()), to=anybody, rules=said)
    back = received(unexported(now()), by=anybody, rules=said)

    assert out.done
    assert back.done
    wanted = {"external-access-granted", "names-resolve", "outside-reaches-edge", "partner-side-works"}
    assert wanted <= set(out.assumes)
    assert wanted <= set(back.assumes)


@pytest.mark.parametrize("name", ["external-access-granted", "outside-reaches-edge", "partner-side-works"])
def test_switching_an_assumption_off_ends_the_route(name: str) -> None:
    anybody = Partner(domain="partner.example", allowed=True, origin=HERE)
    switched = Rules(SAID | {name: "no"})

    for outcome in (
        sent(unexported(now()), to=anybody, rules=switched),
        received(unexported(now()), by=anybody, rules=switched),
    ):
        assert outcome.disposition in (FAILED, REFUSED)
        assert name in outcome.assumes
    assert name in ASSUMPTIONS


# ---------------------------------------------------------------- on the way through a migration

TRIAL = tried(two_sites())


@pytest.mark.parametrize("label", [place.label for place in TRIAL.places])
def test_everybody_federates_at_every_checkpoint(label: str) -> None:
    state = state_at(TRIAL, label)
    for home in (each for each in (NEAR, FAR, new(NEAR), new(FAR), BRANCH) if each in state.pools):
        if label == "legacy-silent" and home in (NEAR, FAR):
            continue
        for outcome in (sent(state, home), received(state, home)):
            assert outcome.disposition is Disposition.DONE, f"{home}: {outcome}"


def test_federation_is_down_between_the_first_and_the_last_step_of_the_cut_over() -> None:
    state = state_at(TRIAL, "edge")
    steps = [step for step in TRIAL.plan.steps if step.id.startswith("P6.1")]
    found = {}
    for step in steps:
        state = after(state, *step.operations)
        found[step.id] = (
            sent(state, new(NEAR)).disposition is Disposition.DONE,
            received(state, new(NEAR)).disposition is Disposition.DONE,
        )

    # Out with the route, in with the names.
    assert found == {
        "P6.1a": (False, True),
        "P6.1b": (False, False),
        "P6.1c": (False, False),
        "P6.1d": (False, False),
        "P6.1e": (False, False),
        "P6.1f": (False, False),
        "P6.1g": (True, False),
        "P6.1h": (True, True),
    }


# ---------------------------------------------------------------- XMPP


def xmpp(state: State, home: PoolId = FAR, rules: Rules = RULES) -> Outcome:
    return reach_xmpp(observer(state, rules).facts, home)


def test_people_on_a_2013_pool_reach_their_xmpp_contacts() -> None:
    assert xmpp(now()).done


@pytest.mark.parametrize("version", [Version.S19, Version.SE])
def test_a_version_without_xmpp_refuses_by_its_name(version: Version) -> None:
    pools = dict(now().pools)
    pools[FAR] = dataclasses.replace(pools[FAR], versions=(version,))

    outcome = xmpp(now().changed(pools=frozen(pools)))

    assert outcome.disposition is REFUSED
    assert outcome.reason == f"{version.product} has no XMPP federation"


def test_a_pool_that_may_be_2015_or_2019_is_undecided() -> None:
    pools = dict(now().pools)
    pools[FAR] = dataclasses.replace(pools[FAR], versions=(Version.S15, Version.S19))

    assert xmpp(now().changed(pools=frozen(pools))).needs == ("Get-CsServerPatchVersion",)


def test_nobody_on_a_branch_appliance_has_xmpp() -> None:
    assert xmpp(now(), BRANCH).disposition is REFUSED


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda state: with_service(state, FAR, "RTCXMPPTGW"), "XMPP Translating Gateway takes no new work"),
        (lambda state: with_service(state, EDGE, "RTCXMPPTGWPX"), "Gateway Proxy takes no new work"),
        (lambda state: after(state, op.SetEdgeXmpp(edge=EDGE, enabled=False)), "no Edge pool has XMPP"),
        (
            lambda state: state.changed(blocked=(Block(source=None, target=EDGE, port=23456, origin=HERE),)),
            "port 23456",
        ),
        (denied, "does not grant EnableXmppAccess"),
    ],
    ids=["gateway stopped", "proxy stopped", "switched off", "blocked", "policy"],
)
def test_xmpp_ends_where_something_is_missing(change: Callable[[State], State], says: str) -> None:
    outcome = xmpp(change(now()))

    assert outcome.disposition in (FAILED, REFUSED)
    assert says in outcome.reason


def test_a_gateway_and_a_proxy_of_two_generations_rest_on_an_assumption() -> None:
    pools = dict(now().pools)
    pools[FAR] = dataclasses.replace(pools[FAR], versions=(Version.S15,))
    state = now().changed(pools=frozen(pools))

    assert "xmpp-across-generations" in xmpp(state).assumes
    assert xmpp(state).done
    assert xmpp(state, rules=Rules({"xmpp-across-generations": "no"})).disposition is REFUSED


def test_a_proxy_put_back_on_an_edge_of_2019_is_refused_by_the_product() -> None:
    state = state_at(TRIAL, "edge")

    assert "has no XMPP federation" in refusal(state, op.SetEdgeXmpp(edge=new(EDGE), enabled=True))


@pytest.mark.parametrize("state", [ServiceState.PAUSED, ServiceState.START_PENDING])
def test_an_access_edge_that_is_not_running_answers_nobody(state: ServiceState) -> None:
    assert received(with_service(now(), EDGE, "RTCSRV", state)).diagnostic == 1046
