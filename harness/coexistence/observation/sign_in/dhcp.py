"""Desk phones that know nothing yet: what DHCP tells them, and the certificate that they have to fetch.

Law of this room: a phone that keeps its registrar and its certificate needs none of this; one that is
reset needs all of it, on its own network (protocol facts, section 2.1; "Log on to the Lync Server").
"""

from __future__ import annotations

from coexistence.model.deployment import key_of
from coexistence.model.vocabulary import Confidence, PoolId, SiteId, Unknown
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Hop
from coexistence.observation.facts.routes import Leg, ending, failed
from coexistence.observation.sign_in.discovery import WEB, dhcp_scope, leads_to, silence, silent_on
from coexistence.simulation.rules.registry import rule

__all__ = ["bootstraps"]

_DHCP = "DHCP"


def bootstraps(facts: Facts, registrar: PoolId, site: SiteId) -> Leg:
    """Ask whether a phone in a site's network gets the certificate that it signs in with."""
    return facts.leg(("bootstraps", registrar, site), lambda: _bootstraps(facts, registrar, site))


@rule(
    "phone-fetches-certificate",
    "A phone that was reset signs in with a PIN and a certificate, which it fetches from the web service "
    "that DHCP option 43 names; it needs one consistent chain of trust on the servers of its pool.",
    source="Lync Phone Edition devices stuck connecting to server (third party); Authentication fails, PIN "
    "sign-in",
    confidence=Confidence.THIRD_PARTY,
)
def _bootstraps(facts: Facts, registrar: PoolId, site: SiteId) -> Leg:
    hops: tuple[Hop, ...] = ()
    scope = dhcp_scope(facts, site)
    if not isinstance(scope, Unknown):
        host = scope.certificates if scope is not None else None
        if host is None:
            return failed(_DHCP, "option 43 names no web service for certificates")
        fetched = _fetched(facts, host)
        if fetched.stop is not None:
            return fetched
        hops = fetched.hops
    stray = [
        server
        for server in facts.state.pools[registrar].servers
        if server in facts.state.particulars.stray_chains
    ]
    if stray:
        reason = f"the phone asks for the PIN again and again: {stray[0]} hands out a stray chain of trust"
        end = failed(facts.fqdn(registrar), reason)
        return Leg((*hops, *end.hops), end.stop)
    return Leg(hops)


def _fetched(facts: Facts, host: str) -> Leg:
    hop = Hop(_DHCP, f"option 43 names {host} for certificates")
    if isinstance(facts.state.records, Unknown):
        return Leg((hop,))
    pool = leads_to(facts, key_of(host), "A")
    why = f"no DNS record of {host}" if pool is None else silence(facts, WEB, pool)
    if isinstance(why, Leg):
        return Leg((hop, *why.hops), why.stop, why.assumes)
    if why is None:
        return Leg((hop,))
    end = failed(pool or host, why if pool is None else f"{host} {why}")
    return ending(Leg((hop, *end.hops), end.stop), *(() if pool is None else silent_on(facts, WEB, pool)))
