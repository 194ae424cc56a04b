"""Outside the Edge: partners of every kind, firewalls, old replicas, single names, pinned parties."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

import pytest
from helpers import RULES, after, built, crowd, front_end, new, observer, state_at, tried, with_service
from hypothesis import given
from hypothesis import strategies as st

from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.conditions.external_systems import ExternalParty, OutsideBlock, Surroundings
from coexistence.model.deployment import DnsRecord, Partner, Policy
from coexistence.model.vocabulary import (
    Disposition,
    Origin,
    PartnerKind,
    PartyKind,
    PoolId,
    PoolRole,
    Unknown,
    Version,
)
from coexistence.observation.listings import subjects
from coexistence.observation.network.external_parties import connect
from coexistence.observation.network.federation import federate, write_to
from coexistence.observation.network.remote_access import confer_from_outside, reach_from_outside, relay_media
from coexistence.observation.network.xmpp import reach_xmpp, receive_xmpp
from coexistence.simulation.rules.diagnostics import DIAGNOSTICS
from coexistence.simulation.state import frozen, state_of

if TYPE_CHECKING:
    from coexistence.observation import Outcome
    from coexistence.simulation.state import State

DONE, FAILED, REFUSED = Disposition.DONE, Disposition.FAILED, Disposition.REFUSED
HERE = Origin("test")
HOME_OF_20 = PoolBlueprint(crowds=(crowd(20),))
BLUEPRINT = Blueprint(
    sites=(
        SiteBlueprint(pools=(HOME_OF_20,), edge=EdgeBlueprint(xmpp=True)),
        SiteBlueprint(pools=(HOME_OF_20,)),
    ),
    partners=2,
)
DEPLOYMENT = built(BLUEPRINT)
HOP, FAR = front_end(DEPLOYMENT), front_end(DEPLOYMENT, 1)
(EDGE,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.EDGE))
(DOMAIN,) = DEPLOYMENT.sip_domains


def now() -> State:
    assert DEPLOYMENT.as_of is not None
    return state_of(DEPLOYMENT, day=DEPLOYMENT.as_of.toordinal(), tools=None)


def partner(**facts: object) -> Partner:
    """A partner of whom everything is known and sound, but for ``facts``."""
    assert isinstance(DEPLOYMENT.partners, tuple)
    return dataclasses.replace(DEPLOYMENT.partners[0], **facts)  # type: ignore[arg-type]  # fields of Partner


def told(outcome: Outcome) -> tuple[Disposition, int | None, int | None]:
    return outcome.disposition, outcome.sip, outcome.diagnostic


def around(state: State, **parts: object) -> State:
    made = dataclasses.replace(state.surroundings, **parts)  # type: ignore[arg-type]  # fields of Surroundings
    return state.changed(surroundings=made)


def walls(*ports: int, inbound: bool = True, edge: PoolId | None = None) -> State:
    blocks = tuple(OutsideBlock(edge=edge, port=port, inbound=inbound, origin=HERE) for port in ports)
    return after(now(), op.SetOutsideBlocks(blocks=blocks))


def external(state: State, **settings: str) -> State:
    policy = Policy(kind="external-access", scope="global", settings=tuple(settings.items()), origin=HERE)
    return state.changed(policies=(policy,))


# ---------------------------------------------------------------- partners of every kind


class Case(NamedTuple):
    situation: str
    whom: Partner
    out: tuple[Disposition, int | None, int | None]
    into: tuple[Disposition, int | None, int | None]


FINE = (DONE, None, None)
K = PartnerKind
CASES = [
    Case("a sound partner", partner(), FINE, FINE),
    Case("a partner that does not answer", partner(answers=False), (FAILED, 504, 1046), FINE),
    Case("a partner that refuses without a word", partner(accepts_us=False), (FAILED, 404, 1034), FINE),
    Case("an issuer that nobody here trusts", partner(issuer="its own CA"), (FAILED, 504, 1010), FINE),
    Case(
        "a certificate of another host",
        partner(certificate_names=frozenset({"a.example"})),
        (FAILED, 504, 1009),
        FINE,
    ),
    Case("a split that is nobody's business", partner(split_agrees=False), FINE, FINE),
    Case("a hosted partner", partner(kind=K.HOSTED), FINE, FINE),
    Case(
        "a hosted partner that is not allowed",
        partner(kind=K.HOSTED, allowed=False),
        (REFUSED, 504, 1028),
        (REFUSED, 504, 1028),
    ),
    Case("a public IM provider", partner(kind=K.PUBLIC_IM, access=None), FINE, FINE),
    Case(
        "a public IM provider that refuses",
        partner(kind=K.PUBLIC_IM, accepts_us=False),
        (FAILED, 404, 1035),
        FINE,
    ),
    Case("a shared address space", partner(kind=K.SHARED, access=None), FINE, FINE),
    Case(
        "a shared address space that refuses",
        partner(kind=K.SHARED, accepts_us=False),
        (FAILED, 404, 1036),
        FINE,
    ),
    Case(
        "a split that the two sides see differently",
        partner(kind=K.SHARED, split_agrees=False),
        (REFUSED, 403, 1017),
        (REFUSED, 403, 1017),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.situation for case in CASES])
def test_each_kind_of_partner_ends_as_the_product_ends_it(case: Case) -> None:
    state = after(
        external(now(), EnableFederationAccess="True", EnablePublicCloudAccess="True"),
        op.SetPartner(partner=case.whom),
    )
    here = observer(state)

    assert told(federate(here.facts, FAR, case.whom, inbound=False)) == case.out
    assert told(federate(here.facts, FAR, case.whom, inbound=True)) == case.into


@pytest.mark.parametrize(
    ("kind", "forbids", "ends"),
    [
        (K.FEDERATED, "EnableFederationAccess", (REFUSED, 403, 1002)),
        (K.HOSTED, "EnableFederationAccess", (REFUSED, 403, 1002)),
        (K.PUBLIC_IM, "EnablePublicCloudAccess", (REFUSED, 403, 1001)),
        (K.SHARED, "EnableFederationAccess", FINE),
    ],
)
def test_each_kind_needs_its_own_grant(
    kind: PartnerKind, forbids: str, ends: tuple[Disposition, int | None, int | None]
) -> None:
    settings = {"EnableFederationAccess": "True", "EnablePublicCloudAccess": "True", forbids: "False"}
    here = observer(external(now(), **settings))

    assert told(federate(here.facts, FAR, partner(kind=kind), inbound=False)) == ends


def test_a_domain_is_ours_a_partners_or_nobodys() -> None:
    here = observer(now())

    assert write_to(here.facts, FAR, partner().domain).done
    assert write_to(here.facts, FAR, DOMAIN).done
    assert told(write_to(here.facts, FAR, "nobody.example")) == (REFUSED, 404, 1005)
    untold = observer(now().changed(partners=Unknown("Get-CsAllowedDomain")))
    assert write_to(untold.facts, FAR, "nobody.example").needs == ("Get-CsAllowedDomain",)


# ---------------------------------------------------------------- the outer firewall


def test_the_outer_firewall_shuts_one_port_and_one_direction_at_a_time() -> None:
    out, into = walls(5061, inbound=False), walls(5061)

    assert told(federate(observer(out).facts, FAR, partner(), inbound=False)) == (FAILED, 504, 1046)
    assert federate(observer(out).facts, FAR, partner(), inbound=True).done
    assert told(federate(observer(into).facts, FAR, partner(), inbound=True)) == (FAILED, 504, 1046)
    assert federate(observer(into).facts, FAR, partner(), inbound=False).done
    assert reach_from_outside(observer(into).facts, FAR).done


def test_people_outside_need_443_and_media_one_of_two() -> None:
    assert "443" in reach_from_outside(observer(walls(443)).facts, FAR).reason
    assert confer_from_outside(observer(walls(443)).facts, HOP).disposition is FAILED
    assert relay_media(observer(walls(443)).facts, HOP).done
    assert relay_media(observer(walls(3478)).facts, HOP).done
    both = relay_media(observer(walls(3478, 443)).facts, HOP)
    assert both.disposition is FAILED
    assert "3478 nor 443" in both.reason


def test_a_wall_before_one_edge_is_none_before_another() -> None:
    assert reach_from_outside(observer(walls(443, edge=PoolId("other.example"))).facts, FAR).done


# ---------------------------------------------------------------- an Edge whose replica is old


def test_an_edge_goes_by_the_configuration_that_its_replica_holds() -> None:
    changed = after(now(), op.SetNextHop(pool=EDGE, to=FAR))
    old_hop_down = with_service(changed, HOP, "RTCSRV")

    assert HOP in [hop.at for hop in reach_from_outside(observer(changed).facts, FAR).hops]
    assert told(reach_from_outside(observer(old_hop_down).facts, FAR)) == (FAILED, 504, 2)
    replicated = after(old_hop_down, op.Replicate())
    assert HOP not in [hop.at for hop in reach_from_outside(observer(replicated).facts, FAR).hops]
    assert reach_from_outside(observer(replicated).facts, FAR).done


def test_an_edge_that_has_not_heard_of_federation_takes_none() -> None:
    off = after(now(), op.SetEdgeFederation(edge=EDGE, enabled=False), op.Replicate())
    on = after(off, op.SetEdgeFederation(edge=EDGE, enabled=True))

    assert told(federate(observer(on).facts, FAR, partner(), inbound=True)) == (FAILED, 504, 1046)
    assert told(federate(observer(on).facts, FAR, partner(), inbound=False)) == (FAILED, 504, 1027)
    assert federate(observer(after(on, op.Replicate())).facts, FAR, partner(), inbound=True).done


def test_each_configuration_is_remembered_as_long_as_somebody_goes_by_it() -> None:
    first = after(now(), op.SetNextHop(pool=EDGE, to=FAR), op.Replicate())
    second = after(first, op.SetNextHop(pool=EDGE, to=HOP))

    assert FAR in [hop.at for hop in reach_from_outside(observer(second).facts, HOP).hops]


def test_a_replica_that_nobody_told_about_is_taken_to_be_current() -> None:
    changed = after(now().changed(replicas=frozen({})), op.SetNextHop(pool=EDGE, to=FAR))

    assert HOP not in [hop.at for hop in reach_from_outside(observer(changed).facts, FAR).hops]


# ---------------------------------------------------------------- one name for three services


def led_away(blueprint: Blueprint) -> State:
    """The state after a staged switch: external DNS leads the legacy Edge's names to the new Edge."""
    state = state_at(tried(blueprint), "edge")
    names = state.pools[EDGE].edge_names
    assert names is not None
    made = tuple(
        DnsRecord(name=name, kind="A", target=new(EDGE), side="external", origin=HERE)
        for name in dict.fromkeys((names.access, names.web_conferencing, names.av))
    )
    return after(state, op.SetDnsRecords(records=made))


@pytest.mark.parametrize(("single", "works"), [(True, False), (False, True)])
def test_a_single_name_serves_media_and_conferences_of_one_edge_alone(single: bool, works: bool) -> None:
    edge = EdgeBlueprint(single_name=single)
    blueprint = Blueprint(sites=(SiteBlueprint(pools=(HOME_OF_20,), edge=edge),))
    here = observer(led_away(blueprint))
    before = observer(state_at(tried(blueprint), "edge"))

    assert relay_media(before.facts, HOP).done
    assert confer_from_outside(before.facts, HOP).done
    assert (relay_media(here.facts, HOP).disposition is DONE) is works
    assert (confer_from_outside(here.facts, HOP).disposition is DONE) is works


# ---------------------------------------------------------------- parties that were given a name


def pinned(state: State, kind: PartyKind, to: PoolId, name: str = "recorder", port: int = 5061) -> State:
    party = ExternalParty(name=name, kind=kind, pinned_to=to, port=port, origin=HERE)
    return around(state, parties=(party,))


def connected(state: State) -> Outcome:
    return connect(observer(state).facts, state.surroundings.parties[0])


def test_a_partner_pinned_to_the_old_edge_fails_when_that_is_switched_off() -> None:
    trial = tried(BLUEPRINT)
    name = partner().domain
    healthy, silent = (
        pinned(state_at(trial, label), PartyKind.PARTNER, EDGE, name) for label in ("legacy", "legacy-silent")
    )

    assert federate(observer(healthy).facts, FAR, partner(), inbound=True).done
    assert told(federate(observer(silent).facts, new(FAR), partner(), inbound=True)) == (FAILED, 504, 1046)
    assert federate(observer(silent).facts, new(FAR), partner(), inbound=False).done
    other = dataclasses.replace(partner(), domain="other.example", access="sip.other.example")
    assert federate(observer(silent).facts, new(FAR), other, inbound=True).done
    repointed = after(silent, op.RepointExternalParty(name=name, to=new(EDGE)))
    assert federate(observer(repointed).facts, new(FAR), partner(), inbound=True).done


def test_whoever_was_pinned_to_a_removed_pool_finds_nobody() -> None:
    gone = pinned(now(), PartyKind.PARTNER, PoolId("gone.example"), partner().domain)

    assert told(federate(observer(gone).facts, FAR, partner(), inbound=True)) == (FAILED, 504, 1046)
    assert told(connected(gone)) == (FAILED, 504, 1046)


@pytest.mark.parametrize("kind", [PartyKind.RECORDER, PartyKind.DEVICE])
def test_a_recorder_needs_the_server_that_it_was_told_of(kind: PartyKind) -> None:
    assert connected(pinned(now(), kind, HOP)).done
    assert connected(with_service(pinned(now(), kind, HOP), FAR, "RTCSRV")).done
    assert told(connected(with_service(pinned(now(), kind, HOP), HOP, "RTCSRV"))) == (FAILED, 504, 2)
    assert told(connected(pinned(now(), kind, PoolId("gone.example")))) == (FAILED, None, None)


def test_a_recorder_at_an_edge_needs_its_port() -> None:
    assert connected(pinned(now(), PartyKind.RECORDER, EDGE)).done
    assert connected(pinned(walls(5061), PartyKind.RECORDER, EDGE)).disposition is FAILED
    assert connected(pinned(walls(443), PartyKind.RECORDER, EDGE)).done


def test_pinned_parties_can_be_asked_about_and_stand_in_no_reference_of_the_topology() -> None:
    state = pinned(now(), PartyKind.RECORDER, HOP)
    (subject,) = subjects(observer(state), "party")

    assert str(subject) == f"recorder recorder on {HOP}"
    others = {
        pool: tuple(each for each in found if each.kind != "external-party")
        for pool, found in observer(state).references.items()
    }
    assert others == observer(now()).references


# ---------------------------------------------------------------- XMPP, both ways


def with_xmpp_record(state: State, target: str = "xmpp." + DOMAIN) -> State:
    srv = DnsRecord(
        name=f"_xmpp-server._tcp.{DOMAIN}", kind="SRV", target=target, side="external", origin=HERE
    )
    address = DnsRecord(name="xmpp." + DOMAIN, kind="A", target=EDGE, side="external", origin=HERE)
    return after(state, op.SetDnsRecords(records=(srv, address)))


def xmpp_in(state: State, home: PoolId = FAR) -> Outcome:
    return receive_xmpp(observer(state).facts, home, DOMAIN)


def test_xmpp_contacts_come_in_by_their_record() -> None:
    assert "no external SRV record" in xmpp_in(now()).reason
    assert xmpp_in(with_xmpp_record(now())).done
    assert "no external A record" in xmpp_in(with_xmpp_record(now(), "other." + DOMAIN)).reason
    assert xmpp_in(now().changed(outside=Unknown("external DNS export"))).needs == ("external DNS export",)


def test_xmpp_ends_at_a_proxy_that_is_off_stopped_or_walled_in() -> None:
    found = with_xmpp_record(now())

    off = after(found, op.SetEdgeXmpp(edge=EDGE, enabled=False))
    assert "not enabled" in xmpp_in(off).reason
    assert "Proxy takes no new work" in xmpp_in(with_service(found, EDGE, "RTCXMPPTGWPX")).reason
    wall = OutsideBlock(edge=EDGE, port=5269, origin=HERE)
    assert "5269" in xmpp_in(after(found, op.SetOutsideBlocks(blocks=(wall,)))).reason
    other_way = OutsideBlock(edge=EDGE, port=5269, inbound=False, origin=HERE)
    outward = after(found, op.SetOutsideBlocks(blocks=(other_way,)))
    assert xmpp_in(outward).done
    assert "5269" in reach_xmpp(observer(outward).facts, FAR).reason


def test_xmpp_routed_through_a_newer_edge_leaves_older_pools_behind() -> None:
    """Evidence: 'Configure federation routes and media traffic' moves XMPP after the last user."""
    pools = dict(now().pools)
    pools[EDGE] = dataclasses.replace(pools[EDGE], versions=(Version.S15,))
    mixed = now().changed(pools=frozen(pools))

    assert reach_xmpp(observer(mixed).facts, FAR).done
    routed = after(mixed, op.SetXmppRoute(to=EDGE))
    outcome = reach_xmpp(observer(routed).facts, FAR)
    assert outcome.disposition is REFUSED
    assert "of a newer generation" in outcome.reason
    pools[FAR] = dataclasses.replace(pools[FAR], versions=(Version.S15,))
    assert reach_xmpp(observer(routed.changed(pools=frozen(pools))).facts, FAR).done


def test_xmpp_that_is_routed_takes_no_other_edge() -> None:
    other = PoolId("other-edge.example")
    pools = dict(now().pools)
    pools[other] = dataclasses.replace(pools[EDGE], id=other, fqdn=other, servers=(), xmpp=False)
    routed = around(now().changed(pools=frozen(pools)), xmpp_route=other)

    outcome = reach_xmpp(observer(routed).facts, FAR)

    assert outcome.disposition is REFUSED
    assert outcome.reason == f"XMPP is routed to {other}, which has none"


# ---------------------------------------------------------------- roots


def test_an_edge_and_a_pool_under_different_roots_do_not_talk() -> None:
    servers = dict(now().servers)
    for server in now().pools[HOP].servers:
        servers[server] = dataclasses.replace(servers[server], roots=frozenset({"another CA"}))
    state = now().changed(servers=frozen(servers))

    assert told(federate(observer(state).facts, HOP, partner(), inbound=False)) == (FAILED, 504, 1010)
    assert relay_media(observer(state).facts, HOP).diagnostic == 1010


def test_nothing_told_is_nothing_wrong() -> None:
    assert now().surroundings == Surroundings()
    assert all(
        federate(observer(now(), RULES).facts, home, partner(), inbound).done
        for home in (HOP, FAR)
        for inbound in (True, False)
    )


# ---------------------------------------------------------------- whatever is told


PARTNERS = st.builds(
    partner,
    kind=st.sampled_from(PartnerKind),
    allowed=st.sampled_from([True, False, Unknown("Get-CsAllowedDomain")]),
    access=st.sampled_from([None, "sip.partner1.example", "sip.other.example", Unknown("the partner's DNS")]),
    issuer=st.sampled_from(["", "its own CA"]),
    certificate_names=st.sampled_from([frozenset(), frozenset({"a.example"})]),
    answers=st.booleans(),
    accepts_us=st.booleans(),
    split_agrees=st.booleans(),
)
SHUT = st.lists(st.tuples(st.sampled_from([443, 3478, 5061, 5269]), st.booleans()), max_size=4)


@given(whom=PARTNERS, shut=SHUT, hop=st.sampled_from([HOP, FAR]), replicated=st.booleans())
def test_every_answer_is_one_that_the_product_could_give(
    whom: Partner, shut: list[tuple[int, bool]], hop: PoolId, replicated: bool
) -> None:
    blocks = tuple(OutsideBlock(edge=None, port=port, inbound=into, origin=HERE) for port, into in shut)
    state = after(now(), op.SetOutsideBlocks(blocks=blocks), op.SetNextHop(pool=EDGE, to=hop))
    state = after(state, op.Replicate()) if replicated else state
    here, there = observer(state), observer(state)
    for inbound in (True, False):
        outcome = federate(here.facts, FAR, whom, inbound)

        assert outcome == federate(here.facts, FAR, whom, inbound)
        if outcome.diagnostic is not None:
            assert outcome.sip == DIAGNOSTICS[outcome.diagnostic].sip
        assert outcome.disposition is DONE or (outcome.source and outcome.reason)
    for inbound in (False, True):
        assert federate(there.facts, FAR, whom, inbound) == federate(here.facts, FAR, whom, inbound)


@given(whom=PARTNERS)
def test_what_a_partner_shows_and_says_matters_only_on_the_way_to_it(whom: Partner) -> None:
    sound = dataclasses.replace(
        whom, answers=True, accepts_us=True, issuer="", certificate_names=frozenset(), access=None
    )
    here, there = observer(now()), observer(now())

    assert federate(here.facts, FAR, whom, inbound=True) == federate(there.facts, FAR, sound, inbound=True)
