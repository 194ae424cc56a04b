"""Federation: messages to and from other organisations: partners, hosted ones, public IM, split domains.

Law of this room: out, the site's route decides; in, external DNS does. One Edge pool carries federation
for everybody, whichever generation they are homed on (protocol facts, section 3.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coexistence.model.deployment import Partner, Pool, Site
from coexistence.model.vocabulary import (
    Feature,
    Maybe,
    PartnerKind,
    PartyKind,
    PoolId,
    PoolRole,
    SiteId,
    Unknown,
)
from coexistence.model.vocabulary.ends import use_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, ending, failed, passed, refused, travel, undecided
from coexistence.observation.network.edges import (
    Tag,
    access_edge,
    central_site,
    external_address,
    goes_by,
    granted,
    inward,
    joined,
    partner_side,
    reachable,
    shows,
)
from coexistence.simulation.rules.registry import rule

__all__ = ["carrier", "federate", "federates", "route_of", "write_to"]

#: SIP between Access Edges. Source: port summary of the consolidated Edge.
_PORTS: Final = (5061,)
#: What the sender's external access policy must grant, and the id where it does not. People of our own
#: SIP domains who are homed elsewhere need no grant.
_GRANTS: Final = {
    PartnerKind.FEDERATED: ("EnableFederationAccess", 1002),
    PartnerKind.HOSTED: ("EnableFederationAccess", 1002),
    PartnerKind.PUBLIC_IM: ("EnablePublicCloudAccess", 1001),
}
#: A refusal by somebody who gave no reason is answered with an id of ours.
_GAVE_NO_REASON: Final = {
    PartnerKind.FEDERATED: 1034,
    PartnerKind.HOSTED: 1034,
    PartnerKind.PUBLIC_IM: 1035,
    PartnerKind.SHARED: 1036,
}


def federate(facts: Facts, home: PoolId, partner: Partner, inbound: bool, tag: Tag = None) -> Outcome:
    """Return whether people on a pool reach a partner, or (``inbound``) the partner reaches them.

    ``tag`` is the external access policy that these people were given in person.

    Ids are those of the protocol specification; the statuses beside them are not stated anywhere and are
    the natural choice, except 1008 (protocol facts, section 1.3).
    """
    legs = _receive if inbound else _send
    return facts.outcome(
        ("federate", home, partner.domain, inbound, tag), lambda: travel(legs(facts, home, partner, tag))
    )


def write_to(facts: Facts, home: PoolId, domain: str, tag: Tag = None) -> Outcome:
    """Return whether people on a pool reach a SIP domain by its name: ours, a partner's, or nobody's.

    A domain that is neither ours nor anybody's whom this deployment knows is refused with 1005; undecided
    where nobody told who the partners are.
    """
    if domain in facts.state.sip_domains:
        # Whether somebody has the address is asked of the pool that it is homed on.
        here = passed(facts.fqdn(home), f"{domain} is a SIP domain of this deployment")
        return travel([facts.in_topology(home), facts.registrar(home), here])
    partners = facts.state.partners
    if isinstance(partners, Unknown):
        reason = f"nobody told whether {domain} is a partner"
        return travel([undecided(facts.fqdn(home), reason, partners.needs)])
    partner = next((each for each in partners if each.domain == domain), None)
    if partner is not None:
        return federate(facts, home, partner, inbound=False, tag=tag)
    reason = f"{domain} is neither a SIP domain of this deployment nor a partner"
    return travel([facts.in_topology(home), facts.registrar(home), refused(facts.fqdn(home), reason, 1005)])


def federates(facts: Facts, site: SiteId) -> Maybe[bool]:
    """Tell whether a site's people have federation at all: whether its route leads anywhere.

    A route that nobody told leads nowhere where no Edge pool federates.
    """
    if site not in facts.state.sites:
        return False
    route = central_site(facts, site).federation_route
    if isinstance(route, Unknown):
        edges = facts.pools(PoolRole.EDGE)
        return route if any(edge.federation or not edge.tells("federation") for edge in edges) else False
    return route is not None


def carrier(facts: Facts, route: PoolId) -> Pool | None:
    """Return the Edge pool to which a federation route leads, by itself or through a Director.

    Which Edge pool a Director hands to stands in no export: it is taken to be the federated one whose
    next hop the Director is (assumption ``director-hands-to-its-edge``).
    """
    known = facts.state.pools.get(route)
    if known is None or known.role is PoolRole.EDGE:
        return known
    if known.role is not PoolRole.DIRECTOR:
        return None
    edges = facts.pools(PoolRole.EDGE)
    federated = [edge for edge in edges if edge.federation or not edge.tells("federation")]
    if facts.rules.value("director-hands-to-its-edge") == "yes":
        federated = [edge for edge in federated if edge.next_hop == route]
    return federated[0] if federated else None


def route_of(facts: Facts, site: SiteId) -> Outcome:
    """Return whether a site's federation route leads to an Edge pool that federates."""
    return facts.outcome(("route", site), lambda: travel(_route(facts, central_site(facts, site))))


def _route(facts: Facts, site: Site) -> Iterator[Leg]:
    yield _routed(facts, site.name, site)
    route = site.federation_route
    if isinstance(route, Unknown) or route is None:
        return
    edge = carrier(facts, route)
    if facts.state.pools[route].role is PoolRole.DIRECTOR:
        yield Leg(assumes=("director-hands-to-its-edge",))
    if edge is not None and not edge.tells("federation"):
        yield undecided(edge.fqdn, "nobody told whether this Edge pool federates", "Get-CsTopology -AsXml")
    if edge is None or not edge.federation:
        yield failed(
            facts.fqdn(route), f"site {site.name} routes here, where federation is not enabled", 1027
        )


@rule(
    "federation-route-of-the-site",
    "Requests to partners leave through the Edge pool or Director that the sender's central site names; a "
    "branch site uses its parent's route.",
    source="Configure federation routes and media traffic; Connect pilot pool to legacy Edge Servers",
)
def _routed(facts: Facts, asking: str, site: Site) -> Leg:
    """Ask where a site's federation route leads."""
    route = site.federation_route
    if isinstance(route, Unknown):
        return undecided(asking, f"nobody told the federation route of site {site.name}", route.needs)
    if route is None:
        return failed(asking, f"site {site.name} has no federation route", 1027)
    if route not in facts.state.pools:
        reason = f"site {site.name} routes federation to {route}, which is in no topology"
        return failed(asking, reason, 1007, on=use_of(route))
    return Leg()


# -------------------------------------------------------------------- out


def _may_federate(facts: Facts, home: PoolId, partner: Partner, tag: Tag) -> Iterator[Leg]:
    if partner.kind in _GRANTS:
        yield granted(facts, home, tag, *_GRANTS[partner.kind])


def _send(facts: Facts, home: PoolId, partner: Partner, tag: Tag) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield facts.registrar(home)
    yield from _may_federate(facts, home, partner, tag)
    site = central_site(facts, facts.state.pools[home].site)
    yield _routed(facts, facts.fqdn(home), site)
    route = site.federation_route
    if isinstance(route, Unknown) or route is None:
        return
    yield facts.link(home, route)
    yield facts.leg(("egress", route, partner.domain), lambda: joined(_egress(facts, route, partner)))


def _egress(facts: Facts, route: PoolId, partner: Partner) -> Iterator[Leg]:
    fqdn = facts.fqdn(route)
    edge = carrier(facts, route)
    if facts.state.pools[route].role is PoolRole.DIRECTOR:
        yield facts.registrar(route)
        yield Leg(assumes=("director-hands-to-its-edge",))
    if edge is None:
        yield failed(fqdn, "hands federation to no Edge pool", 1027)
        return
    if edge.id != route:
        yield facts.link(route, edge.id)
    yield access_edge(facts, fqdn, edge.id, 1038)
    _, federation = goes_by(facts, edge.id)
    if not federation and not edge.tells("federation"):
        yield undecided(edge.fqdn, "nobody told whether this Edge pool federates", "Get-CsTopology -AsXml")
    if not federation:
        yield failed(edge.fqdn, "federation is not enabled on this Edge pool", 1027)
    yield _split(edge, partner)
    yield _allowed(edge, partner)
    yield _discovered(facts, edge, partner)
    yield reachable(facts, edge.fqdn, edge.id, 1046, ports=_PORTS, inbound=False)
    if not partner.answers:
        yield failed(edge.fqdn, f"the Access Edge of {partner.domain} does not answer", 1046)
    yield _shown(facts, edge, partner)
    yield _negotiated(facts, edge, "", partner)
    yield partner_side(facts, edge.fqdn, 1046)
    if not partner.accepts_us:
        yield failed(
            edge.fqdn,
            f"{partner.domain} refuses this organisation and gives no reason",
            _GAVE_NO_REASON[partner.kind],
        )
    yield passed(partner.domain, "the partner's Access Edge answers")


@rule(
    "split-domains-agree",
    "People of a shared SIP domain reach each other only while both sides say the same about which domains "
    "are split; otherwise 1017.",
    source="Support article on shared SIP address spaces (ms-split-domain-info of the wrong type)",
)
def _split(edge: Pool, partner: Partner) -> Leg:
    if partner.kind is PartnerKind.SHARED and not partner.split_agrees:
        reason = f"{edge.fqdn} and {partner.domain} disagree about which domains are split"
        return refused(edge.fqdn, reason, 1017)
    return Leg()


@rule(
    "partner-certificate-accepted",
    "Our Access Edge accepts a partner's certificate only from an issuer in its store of roots, and only if "
    "it names the host of the partner's record.",
    source="Events related to DNS, TLS, federation (Office Communications Server 2007 R2); [MS-OCER]",
)
def _shown(facts: Facts, edge: Pool, partner: Partner) -> Leg:
    named = partner.certificate_names
    if named and isinstance(partner.access, str) and partner.access not in named:
        reason = f"the certificate of {partner.domain} does not name {partner.access}"
        return failed(edge.fqdn, reason, 1009)
    for server in edge.servers if partner.issuer else ():
        roots = facts.state.servers[server].roots
        if not isinstance(roots, Unknown) and partner.issuer not in roots:
            reason = f"{server} does not trust {partner.issuer}, who issued for {partner.domain}"
            return failed(edge.fqdn, reason, 1010)
    return Leg()


@rule(
    "partner-allowed",
    "A domain that is not allowed is refused with 1027; one that its record leads to a hosting provider "
    "for, with 1028.",
    source="[MS-OCER] error tables; Set-CsAllowedDomain reference",
)
def _allowed(edge: Pool, partner: Partner) -> Leg:
    if isinstance(partner.allowed, Unknown):
        return undecided(edge.fqdn, f"nobody told whether {partner.domain} is allowed", partner.allowed.needs)
    if not partner.allowed and partner.kind is PartnerKind.HOSTED:
        return refused(edge.fqdn, f"{partner.domain} is hosted by a provider, but not allowed here", 1028)
    if not partner.allowed:
        return refused(edge.fqdn, f"{partner.domain} is not allowed here", 1027)
    return Leg()


@rule(
    "partner-found-by-srv",
    "A partner is found by its record _sipfederationtls._tcp, whose host must lie in the partner's domain.",
    source="[MS-OCER] error tables; third party: 'No match for domain in DNS SRV results'",
    switch="partner-side-works",
)
def _discovered(facts: Facts, edge: Pool, partner: Partner) -> Leg:
    access = partner.access
    if partner.kind in (PartnerKind.PUBLIC_IM, PartnerKind.SHARED):
        return Leg()  # configured as a provider, with the address of its Access Edge
    if isinstance(access, Unknown):
        return partner_side(facts, edge.fqdn, 1008)
    if access is None:
        return failed(edge.fqdn, f"no record _sipfederationtls._tcp.{partner.domain}", 1008)
    if not f".{access}".endswith(f".{partner.domain}"):
        return failed(edge.fqdn, f"{partner.domain} names {access}, which is not in it", 1009)
    return Leg()


@rule(
    "lync-2010-partner-needs-tls-10",
    "A partner on Lync Server 2010 cannot do without TLS 1.0; a refused handshake between Access Edges gives "
    "1047.",
    source="Disable TLS 1.0/1.1 in Skype for Business Server 2015; third party: trace with Winsock 10054",
)
def _negotiated(facts: Facts, edge: Pool, host: str, partner: Partner) -> Leg:
    """TLS between two Access Edges; a peer that refuses gives 1047, whoever of them asked.

    A partner on Lync Server 2010 cannot do without TLS 1.0 (protocol facts, section 6.4).
    """
    asking = partner.domain if host else edge.fqdn
    spoken = facts.tls_versions(edge.id)
    theirs = partner.generation
    is_old = theirs is not None and theirs.has(Feature.TLS_10_ONLY)
    if is_old and not isinstance(spoken, Unknown) and "1.0" not in spoken:
        return failed(asking, f"{partner.domain} needs TLS 1.0, which {edge.fqdn} does not speak", 1047)
    refusal = shows(facts, partner.domain, edge, host, partner.roots, 1047)
    if refusal.stop is None or host:
        return refusal
    # Seen from inside it is our own Access Edge that reports the partner's refusal.
    return ending(failed(edge.fqdn, refusal.stop.reason, 1047), *refusal.stop.ended_on)


# -------------------------------------------------------------------- in


def _receive(facts: Facts, home: PoolId, partner: Partner, tag: Tag) -> Iterator[Leg]:
    yield facts.in_topology(home)
    for domain in facts.state.sip_domains or ("",):
        leg, edge = _ingress(facts, domain, partner)
        yield leg
        if edge is not None and leg.stop is None:
            yield from inward(facts, edge, home)
    yield from _may_federate(facts, home, partner, tag)


def _ingress(facts: Facts, domain: str, partner: Partner) -> tuple[Leg, PoolId | None]:
    """Return how far a partner gets into the Access Edge of a SIP domain, and which Edge pool that is."""
    key = ("ingress", domain, partner.domain)
    pinned = _pinned(facts, partner)
    if pinned is not None:
        if pinned not in facts.state.pools:
            reason = f"was given the name of {pinned}, which is in the topology no more"
            return failed(partner.domain, reason, 1046, on=use_of(pinned)), None
        return facts.leg(key, lambda: joined(_enter(facts, pinned, "", partner))), pinned
    service = "_sipfederationtls._tcp"
    found, host, edge = external_address(facts, partner.domain, domain, service, diagnostics=True)
    if edge is None:
        return found, None
    return facts.leg(key, lambda: joined([found, *_enter(facts, edge, host, partner)])), edge


def _pinned(facts: Facts, partner: Partner) -> PoolId | None:
    """Return the pool whose name a partner was given instead of looking in DNS."""
    return next(
        (
            party.pinned_to
            for party in facts.state.surroundings.parties
            if party.kind is PartyKind.PARTNER and party.name == partner.domain
        ),
        None,
    )


def _enter(facts: Facts, edge: PoolId, host: str, partner: Partner) -> list[Leg]:
    known = facts.state.pools[edge]
    _, federation = goes_by(facts, edge)
    port = (
        Leg()
        if federation
        else undecided(known.fqdn, "nobody told whether this Edge pool federates", "Get-CsTopology -AsXml")
        if not known.tells("federation")
        else failed(partner.domain, f"port 5061 for federation is not open on {known.fqdn}", 1046)
    )
    return [
        reachable(facts, partner.domain, edge, 1046, ports=_PORTS),
        access_edge(facts, partner.domain, edge, 1046),
        port,
        _split(known, partner),
        _negotiated(facts, known, host or known.fqdn, partner)
        if host
        else shows(facts, partner.domain, known, "", partner.roots, 1047),
        _allowed(known, partner),
    ]
