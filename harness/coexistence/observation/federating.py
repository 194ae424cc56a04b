"""Federation: messages to and from other organisations, by SIP and by XMPP.

Law of this room: out, the site's route decides; in, external DNS does. One Edge pool carries federation
for everybody, whichever generation they are homed on (protocol facts, section 3.4).

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.deployment import Partner, Pool, Site
from coexistence.observation.edges import (
    Tag,
    access_edge,
    central_site,
    external_address,
    granted,
    inward,
    joined,
    partner_side,
    reachable,
    shows,
)
from coexistence.observation.facts import Facts
from coexistence.observation.outcomes import Outcome
from coexistence.observation.routes import Leg, failed, passed, refused, travel, undecided
from coexistence.vocabulary import Maybe, PoolId, PoolRole, SiteId, Unknown, Version, version_name

__all__ = ["carrier", "federate", "federates", "reach_xmpp", "route_of"]

#: Between XMPP gateway and proxy. Source: ports and protocols for internal servers.
_XMPP_PORT = 23456
#: Generations with an XMPP gateway. Source: "Features removed from Skype for Business Server 2019".
_HAS_XMPP = frozenset({Version.L13, Version.S15})


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


def federates(facts: Facts, site: SiteId) -> Maybe[bool]:
    """Tell whether a site's people have federation at all: whether its route leads anywhere.

    A route that nobody told leads nowhere where no Edge pool federates.
    """
    if site not in facts.state.sites:
        return False
    route = central_site(facts, site).federation_route
    if isinstance(route, Unknown):
        return route if any(edge.federation for edge in facts.pools(PoolRole.EDGE)) else False
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
    federated = [edge for edge in facts.pools(PoolRole.EDGE) if edge.federation]
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
    if edge is None or not edge.federation:
        yield failed(
            facts.fqdn(route), f"site {site.name} routes here, where federation is not enabled", 1027
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
        return failed(asking, reason, 1007)
    return Leg()


# -------------------------------------------------------------------- out


def _send(facts: Facts, home: PoolId, partner: Partner, tag: Tag) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield facts.registrar(home)
    yield granted(facts, home, tag, "EnableFederationAccess", 1002)
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
    if not edge.federation:
        yield failed(edge.fqdn, "federation is not enabled on this Edge pool", 1027)
    yield _allowed(facts, edge, partner)
    yield _discovered(facts, edge, partner)
    yield reachable(facts, edge.fqdn, edge.id, 1046)
    yield _negotiated(facts, edge, "", partner)
    yield partner_side(facts, edge.fqdn, 1046)
    yield passed(partner.domain, "the partner's Access Edge answers")


def _allowed(facts: Facts, edge: Pool, partner: Partner) -> Leg:
    if isinstance(partner.allowed, Unknown):
        return partner_side(facts, edge.fqdn, 1027)
    if not partner.allowed:
        return refused(edge.fqdn, f"{partner.domain} is not allowed here", 1027)
    return Leg()


def _discovered(facts: Facts, edge: Pool, partner: Partner) -> Leg:
    access = partner.access
    if isinstance(access, Unknown):
        return partner_side(facts, edge.fqdn, 1008)
    if access is None:
        return failed(edge.fqdn, f"no record _sipfederationtls._tcp.{partner.domain}", 1008)
    if not f".{access}".endswith(f".{partner.domain}"):
        return failed(edge.fqdn, f"{partner.domain} names {access}, which is not in it", 1009)
    return Leg()


def _negotiated(facts: Facts, edge: Pool, host: str, partner: Partner) -> Leg:
    """TLS between two Access Edges; a peer that refuses gives 1047, whoever of them asked.

    A partner on Lync Server 2010 cannot do without TLS 1.0 (protocol facts, section 6.4).
    """
    asking = partner.domain if host else edge.fqdn
    spoken = facts.tls_versions(edge.id)
    if partner.generation is Version.L10 and not isinstance(spoken, Unknown) and "1.0" not in spoken:
        return failed(asking, f"{partner.domain} needs TLS 1.0, which {edge.fqdn} does not speak", 1047)
    refusal = shows(facts, partner.domain, edge, host, partner.roots, 1047)
    if refusal.stop is None or host:
        return refusal
    # Seen from inside it is our own Access Edge that reports the partner's refusal.
    return failed(edge.fqdn, refusal.stop.reason, 1047)


# -------------------------------------------------------------------- in


def _receive(facts: Facts, home: PoolId, partner: Partner, tag: Tag) -> Iterator[Leg]:
    yield facts.in_topology(home)
    for domain in facts.state.sip_domains or ("",):
        leg, edge = _ingress(facts, domain, partner)
        yield leg
        if edge is not None and leg.stop is None:
            yield from inward(facts, edge, home)
    yield granted(facts, home, tag, "EnableFederationAccess", 1002)


def _ingress(facts: Facts, domain: str, partner: Partner) -> tuple[Leg, PoolId | None]:
    """Return how far a partner gets into the Access Edge of a SIP domain, and which Edge pool that is."""
    key = ("ingress", domain, partner.domain)
    service = "_sipfederationtls._tcp"
    found, host, edge = external_address(facts, partner.domain, domain, service, diagnostics=True)
    if edge is None:
        return found, None
    return facts.leg(key, lambda: joined([found, *_enter(facts, edge, host, partner)])), edge


def _enter(facts: Facts, edge: PoolId, host: str, partner: Partner) -> list[Leg]:
    known = facts.state.pools[edge]
    port = (
        Leg()
        if known.federation
        else failed(partner.domain, f"port 5061 for federation is not open on {known.fqdn}", 1046)
    )
    return [
        reachable(facts, partner.domain, edge, 1046),
        access_edge(facts, partner.domain, edge, 1046),
        port,
        _negotiated(facts, known, host or known.fqdn, partner)
        if host
        else shows(facts, partner.domain, known, "", partner.roots, 1047),
        _allowed(facts, known, partner),
    ]


# -------------------------------------------------------------------- XMPP


def reach_xmpp(facts: Facts, home: PoolId, tag: Tag = None) -> Outcome:
    """Return whether people on a pool reach their XMPP contacts.

    The gateway runs on Front Ends of Lync Server 2013 and Skype for Business Server 2015, its proxy on
    Edge Servers of these; later versions have neither ("Migrating XMPP federation"). Nobody homed on a
    branch appliance has XMPP ("Configure XMPP gateway on Lync Server 2013").
    """
    return facts.outcome(("xmpp", home, tag), lambda: travel(_reach_xmpp(facts, home, tag)))


def _reach_xmpp(facts: Facts, home: PoolId, tag: Tag) -> Iterator[Leg]:
    yield facts.in_topology(home)
    pool = facts.state.pools[home]
    if pool.role is PoolRole.BRANCH_APPLIANCE:
        yield refused(pool.fqdn, "people on a branch appliance have no XMPP federation")
    possible = _HAS_XMPP & set(pool.versions)
    if not possible:
        yield refused(pool.fqdn, f"{version_name(pool.versions)} has no XMPP federation")
    if possible != set(pool.versions):
        yield undecided(pool.fqdn, "nobody told which version runs here", "Get-CsServerPatchVersion")
    yield facts.registrar(home)
    yield facts.service(home, "xmpp_gateway")
    yield granted(facts, home, tag, "EnableXmppAccess", None)
    edges = [edge for edge in facts.pools(PoolRole.EDGE) if edge.xmpp]
    ways = [joined(_through_proxy(facts, pool, edge)) for edge in edges]
    if not ways:
        yield refused(pool.fqdn, "no Edge pool has XMPP federation enabled")
        return
    yield next((way for way in ways if way.stop is None), ways[0])


def _through_proxy(facts: Facts, pool: Pool, edge: Pool) -> Iterator[Leg]:
    if pool.versions != edge.versions:
        assumed = ("xmpp-across-generations",)
        if facts.rules.value("xmpp-across-generations") == "no":
            yield refused(
                pool.fqdn, f"the XMPP proxy on {edge.fqdn} is of another generation", assumes=assumed
            )
        yield Leg(assumes=assumed)
    yield facts.link(pool.id, edge.id, _XMPP_PORT)
    yield facts.service(edge.id, "xmpp_proxy")
