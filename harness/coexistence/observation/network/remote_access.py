"""People outside: signing in through the Access Edge, media and web conferences through the Edge.

Law of this room: an Access Edge proxies, it never redirects to an internal name; its next hop proxies on
to the home pool (protocol facts, section 2.3). Media goes through the Edge pool that the home pool is
associated with, which may be another one.
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.model.vocabulary import Confidence, PoolId, PoolRole, Unknown
from coexistence.model.vocabulary.ends import use_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, best_of, failed, refused, travel, undecided
from coexistence.observation.network.edges import (
    Tag,
    access_edge,
    external_address,
    granted,
    inward,
    joined,
    reachable,
    shows,
)
from coexistence.simulation.rules.registry import rule

__all__ = ["confer_from_outside", "media_edge", "reach_from_outside", "relay_media"]

#: Media relay credentials. Source: ports and protocols for internal servers.
_MRAS_PORT = 5062
#: STUN and TURN on the Edge's internal interface.
_RELAY_PORTS = (3478, 443)
#: Web conferencing (PSOM).
_PSOM_PORT = 8057
_CLIENT = "remote client"


def reach_from_outside(facts: Facts, home: PoolId, tag: Tag = None) -> Outcome:
    """Return whether people on a pool can sign in, and so send messages, from outside.

    ``tag`` is the external access policy that they were given in person.
    """
    return facts.outcome(("outside", home, tag), lambda: travel(_reach(facts, home, tag)))


def _reach(facts: Facts, home: PoolId, tag: Tag) -> Iterator[Leg]:
    yield facts.in_topology(home)
    for domain in facts.state.sip_domains or ("",):
        leg, edge = _arrive(facts, domain)
        yield leg
        if edge is not None and leg.stop is None:
            yield from inward(facts, edge, home)
    # The home pool says no, after it has authenticated the person.
    yield granted(facts, home, tag, "EnableOutsideAccess", 4003)


@rule(
    "outside-by-sip-tls",
    "A client outside finds the Access Edge by _sip._tls of its SIP domain and is served through it.",
    source="DNS requirements for automatic client sign-in",
    switch="names-resolve",
)
def _arrive(facts: Facts, domain: str) -> tuple[Leg, PoolId | None]:
    """Return how far a client gets into the Access Edge of a SIP domain, and which Edge pool that is."""
    found, host, edge = external_address(facts, _CLIENT, domain, "_sip._tls", diagnostics=False)
    if edge is None:
        return found, None
    legs = [
        found,
        reachable(facts, _CLIENT, edge, None),
        access_edge(facts, _CLIENT, edge, None),
        shows(facts, _CLIENT, facts.state.pools[edge], host, None, None),
    ]
    return facts.leg(("arrive", domain), lambda: joined(legs)), edge


def media_edge(facts: Facts, home: PoolId) -> PoolId | None:
    """Return the Edge pool that relays media for people on a pool.

    A branch appliance without an association of its own takes that of its registrar's pool (assumption
    ``appliance-media-of-registrar``).
    """
    pool = facts.state.pools[home]
    registrar = facts.state.pools.get(pool.backup) if pool.backup is not None else None
    if (
        pool.media_edge is None
        and pool.role is PoolRole.BRANCH_APPLIANCE
        and registrar is not None
        and facts.rules.value("appliance-media-of-registrar") == "yes"
    ):
        return registrar.media_edge
    return pool.media_edge


def relay_media(facts: Facts, home: PoolId) -> Outcome:
    """Return whether media of people on a pool gets through the Edge to somebody outside.

    The pool asks the Edge for relay credentials on 5062; the clients then use 3478 or 443 (ports and
    protocols for internal servers).
    """
    return facts.outcome(("relay", home), lambda: travel(_relay(facts, home)))


@rule(
    "media-through-the-associated-edge",
    "Media to and from outside goes through the Edge pool that the home pool is associated with, and through "
    "no other: credentials on 5062, then 3478 or 443.",
    source="Ports and protocols for internal servers; Connect pilot pool to legacy Edge Servers",
    switch="appliance-media-of-registrar",
)
def _relay(facts: Facts, home: PoolId) -> Iterator[Leg]:
    yield facts.in_topology(home)
    associated = _associated(facts, home)
    yield associated
    edge = media_edge(facts, home)
    if edge is None or associated.stop is not None:
        return
    yield facts.link(home, edge, _MRAS_PORT)
    yield facts.service(edge, "av_auth_edge")
    yield facts.service(edge, "av_edge")
    if all(facts.is_blocked(home, edge, port) for port in _RELAY_PORTS):
        yield failed(facts.fqdn(home), f"neither port 3478 nor 443 of {facts.fqdn(edge)} can be reached")
    yield _found_by_single_name(facts, edge)
    yield reachable(facts, _CLIENT, edge, None, ports=_RELAY_PORTS)


def _associated(facts: Facts, home: PoolId) -> Leg:
    pool = facts.state.pools[home]
    edge = media_edge(facts, home)
    assumes = ("appliance-media-of-registrar",) if pool.role is PoolRole.BRANCH_APPLIANCE else ()
    if edge is None and not pool.tells("media_edge"):
        return undecided(pool.fqdn, "nobody told its Edge pool", "Get-CsTopology -AsXml")
    if edge is None:
        return refused(pool.fqdn, "no Edge pool is associated for media", assumes=assumes)
    if edge not in facts.state.pools:
        reason = f"media is associated with {edge}, which is in no topology"
        return failed(pool.fqdn, reason, assumes=assumes, on=use_of(edge))
    return Leg(assumes=assumes)


def confer_from_outside(facts: Facts, home: PoolId) -> Outcome:
    """Return whether somebody outside can take part in web conferences hosted on a pool.

    The Edge pool is taken to be the one that relays the pool's media (assumption
    ``web-conferencing-with-media``; no source names an association of its own).
    """
    return facts.outcome(("confer", home), lambda: travel(_confer(facts, home)))


@rule(
    "web-conferences-through-the-edge",
    "People outside take part in web conferences through an Edge pool that the host reaches on 8057.",
    source="Ports and protocols for internal servers",
    switch="web-conferencing-with-media",
)
def _confer(facts: Facts, home: PoolId) -> Iterator[Leg]:
    yield facts.in_topology(home)
    host = home
    pool = facts.state.pools[home]
    if pool.role is PoolRole.BRANCH_APPLIANCE and pool.backup in facts.state.pools:
        # A branch appliance hosts no conferences: its registrar's pool does.
        host = pool.backup  # type: ignore[assignment]  # a key of the pools is no None
    assumes = ("web-conferencing-with-media",)
    if not facts.state.pools[host].tells("media_edge"):
        yield undecided(facts.fqdn(host), "nobody told the Edge pool of this pool", "Get-CsTopology -AsXml")
    edges = [facts.state.pools[host].media_edge]
    if facts.rules.value("web-conferencing-with-media") == "no":
        edges = [edge.id for edge in facts.pools(PoolRole.EDGE)]
    ways = [joined(_through(facts, host, edge)) for edge in edges if edge in facts.state.pools]
    if not ways:
        yield refused(
            facts.fqdn(host), "no Edge pool takes web conferences of this pool outside", assumes=assumes
        )
        return
    yield Leg(assumes=assumes)
    yield best_of(ways)


def _through(facts: Facts, host: PoolId, edge: PoolId | None) -> Iterator[Leg]:
    assert edge is not None  # asked of known Edge pools alone
    yield facts.link(host, edge, _PSOM_PORT)
    yield facts.service(edge, "web_conf_edge")
    yield _found_by_single_name(facts, edge)
    yield reachable(facts, _CLIENT, edge, None)


@rule(
    "single-name-leads-to-one-edge",
    "An Edge with one name for access, web conferencing and A/V loses the latter two to outside clients as "
    "soon as external DNS leads its name to another Edge: the staged switch is not supported for it.",
    source="Configure federation routes and media traffic",
    confidence=Confidence.DERIVED,
    switch="names-resolve",
)
def _found_by_single_name(facts: Facts, edge: PoolId) -> Leg:
    names = facts.state.pools[edge].edge_names
    outside = facts.state.outside
    if not facts.state.pools[edge].tells("edge_names") and not isinstance(outside, Unknown):
        return undecided(facts.fqdn(edge), "nobody told the names of this Edge pool", "Get-CsTopology -AsXml")
    if (
        names is None
        or isinstance(outside, Unknown)
        or not names.access == names.web_conferencing == names.av
    ):
        return Leg()
    address = outside.get((names.av, "A"))
    if address is None or address.target == edge or PoolId(address.target) not in facts.state.pools:
        return Leg()
    reason = f"{names.av}, the only name of {facts.fqdn(edge)}, leads to {address.target}"
    return failed(_CLIENT, reason)
