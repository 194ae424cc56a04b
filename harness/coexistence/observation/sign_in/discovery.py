"""Finding a server: the names that a client tries, and who answers under them.

Law of this room: the first server that answers decides; who it is and what the client then thinks of its
certificate and TLS is told here, what the server says is for signing in to tell. Order of names: a third
party's; what makes a client accept a name: the vendor's (protocol facts, sections 2.1 and 6.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from coexistence.model.clients import Client, Discovery
from coexistence.model.conditions.messaging import DhcpScope
from coexistence.model.deployment import Pool, key_of
from coexistence.model.vocabulary import (
    Confidence,
    Disposition,
    Feature,
    Maybe,
    PoolId,
    PoolRole,
    ServiceState,
    SiteId,
    Unknown,
)
from coexistence.model.vocabulary.ends import End, service_of, use_of
from coexistence.observation.facts.facts import SIP_PORT, Facts, covers
from coexistence.observation.facts.outcomes import Hop
from coexistence.observation.facts.routes import Leg, ending, failed
from coexistence.simulation.rules.registry import rule

__all__ = [
    "CLIENT",
    "SIP",
    "WEB",
    "Found",
    "certificate_trouble",
    "connects",
    "dhcp_scope",
    "find",
    "leads_to",
    "silence",
]

#: Who asks, in hops that are about no server.
CLIENT: Final = "client"
#: How a name is asked for: Autodiscover over HTTPS, or SIP by an SRV or by a host record.
WEB, SIP, _SRV = "web", "SIP", "SRV"
_PORTS: Final = {WEB: 443, SIP: SIP_PORT, _SRV: SIP_PORT}
#: Names by how they are asked for, in the order of each kind of client.
_NAMES: Final = {
    Discovery.AUTODISCOVER_FIRST: (
        (WEB, "lyncdiscoverinternal"),
        (WEB, "lyncdiscover"),
        (_SRV, "_sipinternaltls._tcp"),
        (SIP, "sipinternal"),
        (SIP, "sip"),
    ),
    Discovery.SRV_FIRST: ((_SRV, "_sipinternaltls._tcp"), (SIP, "sipinternal"), (SIP, "sip")),
    Discovery.SRV_THEN_DHCP: ((_SRV, "_sipinternaltls._tcp"),),
    Discovery.EXTERNAL_WEB: ((WEB, "lyncdiscover"),),
}
_REGISTRARS: Final = (PoolRole.FRONT_END, PoolRole.DIRECTOR, PoolRole.BRANCH_APPLIANCE)


@dataclass(frozen=True, slots=True)
class Found(Leg):
    """The way to the first server that answers."""

    #: Its pool; None where nobody told where names lead, or nobody answers.
    pool: PoolId | None = None
    how: str = ""


def find(facts: Facts, client: Client, domain: str, home: PoolId, site: SiteId) -> Leg:
    """Return the way to the first server that answers a client; a :class:`Found` where there is one.

    Only Autodiscover of Lync Server 2010 asks who somebody is, and only DHCP in which ``site`` they are.
    """
    is_newer = facts.state.pools[home].has(Feature.AUTODISCOVER) is True
    place = None if isinstance(facts.state.particulars.dhcp, Unknown) else site
    key = ("found", client.discovery, domain, is_newer, place)
    return facts.leg(key, lambda: _find(facts, client.discovery, domain, is_newer, site))


@rule(
    "sign-in-names-in-order",
    "Clients from 2013 on ask Autodiscover first, then SRV and host names; Lync 2010 begins at SRV, mobile "
    "clients ask lyncdiscover.",
    source="Lync client sign in process (third party); Planning for central site voice resiliency",
    confidence=Confidence.THIRD_PARTY,
    switch="next-name-after-silence",
)
def _find(facts: Facts, discovery: Discovery, domain: str, is_newer: bool, site: SiteId) -> Leg:
    """Try one name after the other.

    A name that leads to silence is passed over (assumption ``next-name-after-silence``).
    """
    records = facts.state.records
    if isinstance(records, Unknown):
        granted = facts.untold_names(CLIENT, records)
        return granted if granted.stop is not None else Found(assumes=granted.assumes)
    hops: list[Hop] = []
    assumes: tuple[str, ...] = ()
    ended_on: tuple[End, ...] = ()
    for how, label in _NAMES[discovery]:
        name = f"{label}.{domain}"
        pool = leads_to(facts, name, "SRV" if how == _SRV else "A")
        if pool is None:
            continue
        hops.append(Hop(name, f"leads to {pool}"))
        quiet = silence(facts, how, pool) or _dangling(facts, how, name)
        if isinstance(quiet, Leg):
            return Leg((*hops, *quiet.hops), quiet.stop, assumes)
        if quiet is None and how == WEB and is_newer and _is_2010(facts, pool):
            # It can answer only for itself (note in UCWA "Root URL").
            assumes = (*assumes, "autodiscover-2010")
            if facts.rules.value("autodiscover-2010") == "own-version":
                quiet = "Autodiscover of Lync Server 2010 knows nothing of people on newer pools"
        if quiet is None:
            quiet = _refuses_name(facts, how, name, domain, PoolId(pool))
            if quiet is None:
                return Found(tuple(hops), None, assumes, pool=PoolId(pool), how=how)
            if how != WEB:
                end = failed(CLIENT, quiet, assumes=assumes)
                return Leg((*hops, *end.hops), end.stop, assumes)
            # A web client takes a wrong certificate for a connection error, and goes on.
        hops.append(Hop(pool, quiet))
        ended_on = ended_on or silent_on(facts, how, pool)
        assumes = (*assumes, "next-name-after-silence")
        if facts.rules.value("next-name-after-silence") == "no":
            break
    if discovery is not Discovery.EXTERNAL_WEB:
        scope = dhcp_scope(facts, site)
        if not isinstance(scope, Unknown):
            return ending(_by_dhcp(facts, scope, domain, tuple(hops), assumes), *ended_on)
        assumes = (*assumes, "dhcp-names-registrar")
        if facts.rules.value("dhcp-names-registrar") == "yes":
            return Found((*hops, Hop("DHCP", "option 120 names the home registrar")), None, assumes)
    end = failed(CLIENT, f"no sign-in name of {domain} leads to a server that answers", assumes=assumes)
    return ending(Leg((*hops, *end.hops), end.stop, assumes), *ended_on)


def dhcp_scope(facts: Facts, site: SiteId) -> Maybe[DhcpScope | None]:
    """Return what DHCP tells devices in a site's networks; None where nothing."""
    told = facts.state.particulars.dhcp
    if isinstance(told, Unknown):
        return told
    by_site = {each.site: each for each in told}
    return by_site.get(site) or by_site.get(None)


@rule(
    "dhcp-option-120",
    "Who finds no server in DNS asks DHCP for option 120, which names a registrar.",
    source="Log on to the Lync Server; Planning for central site voice resiliency",
    switch="dhcp-names-registrar",
)
def _by_dhcp(
    facts: Facts, scope: DhcpScope | None, domain: str, hops: tuple[Hop, ...], assumes: tuple[str, ...]
) -> Leg:
    name = scope.registrar if scope is not None else None
    if name is None:
        end = failed(CLIENT, f"no sign-in name of {domain} leads to a server that answers", assumes=assumes)
        return Leg((*hops, *end.hops), end.stop, assumes)
    hops = (*hops, Hop("DHCP", f"option 120 names {name}"))
    pool = leads_to(facts, key_of(name), "A")
    quiet = f"no DNS A record of {name}" if pool is None else silence(facts, SIP, pool)
    if isinstance(quiet, Leg):
        return Leg((*hops, *quiet.hops), quiet.stop, assumes)
    if pool is not None and quiet is None:
        return Found(hops, None, assumes, pool=PoolId(pool), how=SIP)
    end = failed(CLIENT, f"{name}: {quiet}", assumes=assumes)
    return Leg((*hops, *end.hops), end.stop, assumes)


@rule(
    "autodiscover-2010-own-version",
    "Autodiscover of a Lync Server 2010 pool can answer only for itself, not for people on newer pools.",
    source="UCWA: Root URL",
    switch="autodiscover-2010",
)
def _is_2010(facts: Facts, pool: str) -> bool:
    return facts.state.pools[PoolId(pool)].has(Feature.AUTODISCOVER) is False


def leads_to(facts: Facts, name: str, kind: str) -> str | None:
    """Return where a name ends: a pool of the topology where it does, else the text of the last record.

    None where DNS has no such name. An alias is followed, a server's name stands for its pool.
    """
    target: Maybe[str | None] = facts.resolve(name, kind)
    if target is None and kind == "A":
        target = facts.resolve(name, "CNAME")
    for _ in range(5):  # longer chains of aliases are a mistake
        if not isinstance(target, str):
            return None
        found = key_of(target)
        if found in facts.state.pools:
            return found
        server = facts.state.servers.get(found)  # type: ignore[call-overload]  # a server's key is text
        if server is not None:
            pool: PoolId = server.pool
            return pool
        onward = facts.resolve(found, "A") or facts.resolve(found, "CNAME")
        if not onward or onward == target:
            return found
        target = onward
    return None


def silence(facts: Facts, how: str, pool: str) -> str | Leg | None:
    """Say why nobody answers under a name; None where somebody does; a leg where nobody can tell."""
    known = facts.state.pools.get(PoolId(pool))
    if known is None:
        return "is in the topology no more" if pool in facts.state.defined else "is no pool of the topology"
    if known.role not in _REGISTRARS:
        return f"is no registrar but {known.role.value}"
    if how == WEB:
        return _web_silence(facts, known)
    return _no_answer(facts.registrar(known.id))


def silent_on(facts: Facts, how: str, pool: str) -> tuple[End, ...]:
    """What nobody answers on under a name, where :func:`silence` says that nobody does."""
    known = facts.state.pools.get(PoolId(pool))
    if known is None:
        return (use_of(PoolId(pool)),) if pool in facts.state.defined else ()
    if known.role not in _REGISTRARS:
        return ()
    found = facts.registrar(known.id).stop
    if how == WEB:
        states = [facts.state_of(server, "web_services") for server in known.servers]
        if None not in states and ServiceState.RUNNING not in states:
            return (service_of(known.id, "web_services"),)
    return () if found is None else found.ended_on


def _dangling(facts: Facts, how: str, name: str) -> str | None:
    """Say that the host which an SRV record names has no address; None where it has one."""
    host = facts.resolve(name, "SRV") if how == _SRV else None
    if not isinstance(host, str) or facts.resolve(key_of(host), "A") or facts.resolve(key_of(host), "CNAME"):
        return None
    return f"no DNS A record of {host}"


def _no_answer(leg: Leg) -> str | Leg | None:
    """Return why a registrar is silent; the leg itself where nobody can tell."""
    if leg.stop is None:
        return None
    return leg if leg.stop.disposition is Disposition.UNDECIDED else leg.stop.reason


def _web_silence(facts: Facts, pool: Pool) -> str | Leg | None:
    """Ask web services where the servers' lists name them, else the Front-End service."""
    states = [facts.state_of(server, "web_services") for server in pool.servers]
    if None in states:
        return _no_answer(facts.registrar(pool.id))
    if ServiceState.RUNNING in states:
        return facts.foreign_web(pool.id)
    if any(isinstance(each, Unknown) for each in states):
        return facts.service(pool.id, "web_services")
    return "its web services do not run"


@rule(
    "strict-name-matching",
    "The target of a sign-in SRV record lies in the SIP domain, or the certificate there names sip.<domain>.",
    source="DNS requirements for automatic client sign-in",
)
def _refuses_name(facts: Facts, how: str, name: str, domain: str, pool: PoolId) -> str | None:
    """Say why a client does not accept the server that it found under a name.

    Strict matching: an SRV record's target lies in the SIP domain, or else the certificate names
    ``sip.<domain>`` ("DNS requirements for automatic client sign-in"). Web clients see the certificate of
    the reverse proxy under ``lyncdiscover``.
    """
    if name.startswith("lyncdiscover."):
        return None
    host = name
    if how == _SRV:
        target = facts.resolve(name, "SRV")
        host = key_of(target) if isinstance(target, str) else name
        host = host if host.endswith(f".{domain}") else f"sip.{domain}"
    return certificate_trouble(facts, pool, host, "WebServicesInternal" if how == WEB else "Default")


def certificate_trouble(facts: Facts, pool: PoolId, host: str, use: str = "Default") -> str | None:
    """Say what is wrong with the certificate that a pool shows to a client that asked for a host."""
    if isinstance(facts.state.certificates, Unknown):
        return None
    shown = facts.certificate(pool, use) or facts.certificate(pool)
    fqdn = facts.fqdn(pool)
    if shown is None:
        return f"{fqdn} has no certificate"
    if facts.has_expired(shown):
        return f"the certificate of {fqdn} expired on {shown.not_after}"
    if not covers(shown, host):
        return f"the certificate of {fqdn} does not name {host}"
    return None


def connects(facts: Facts, client: Client, pool: PoolId, how: str) -> Leg:
    """Ask whether a client can talk to a pool at all: port, and a TLS version in common."""
    port = _PORTS[how]
    key = ("connects", client.generation, pool, port)
    return facts.leg(key, lambda: _look_connects(facts, client, pool, port))


@rule(
    "client-tls-floor",
    "Clients of 2010 and phones speak TLS 1.0 alone; later ones have 1.2 with their updates. Without a "
    "version in common they cannot connect.",
    source="Disable TLS 1.0/1.1 in Skype for Business Server 2015",
    switch="clients-updated",
)
def _look_connects(facts: Facts, client: Client, pool: PoolId, port: int) -> Leg:
    assumes = ["clients-reach-pools"]
    fqdn = facts.fqdn(pool)
    blocked = any(
        each.source is None and each.target in (None, pool) and each.port == port
        for each in facts.state.blocked
    )
    if blocked or facts.rules.value("clients-reach-pools") == "no":
        return failed(CLIENT, f"port {port} of {fqdn} cannot be reached", assumes=tuple(assumes))
    theirs = facts.tls_versions(pool)
    for told in (facts.state.certificates, theirs):
        if isinstance(told, Unknown):
            granted = facts.untold_names(CLIENT, told)
            if granted.stop is not None:
                return granted
            assumes += granted.assumes
    if isinstance(theirs, Unknown):
        return Leg(assumes=tuple(dict.fromkeys(assumes)))
    ours = client.tls
    is_old = client.generation in facts.state.particulars.not_updated
    if not ours & theirs and client.updated_tls != client.tls and not is_old:
        assumes.append("clients-updated")
        ours = client.updated_tls if facts.rules.value("clients-updated") == "yes" else ours
    if not ours & theirs:
        reason = (
            f"no TLS version in common with {fqdn}: {_versions(ours)} in {client.generation.label}, "
            f"{_versions(theirs)} there"
        )
        return failed(CLIENT, reason, assumes=tuple(assumes))
    return Leg(assumes=tuple(assumes))


def _versions(tls: frozenset[str]) -> str:
    return ", ".join(sorted(tls)) or "none"
