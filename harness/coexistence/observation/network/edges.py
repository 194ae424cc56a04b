"""What federation and remote users have in common: external names, the Access Edge, the way inside.

Law of this room: an Edge pool is looked at from both sides. Outside, a name in external DNS leads to it
and it shows its external certificate; inside, it hands SIP to its next hop, which hands it to the home
pool (protocol facts, sections 2.3 and 3.4).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from coexistence.model.deployment import ACCESS_EDGE_EXTERNAL, Pool, Site
from coexistence.model.vocabulary import (
    POLICY_CMDLETS,
    Confidence,
    Maybe,
    PoolId,
    PoolRole,
    SiteId,
    SiteKind,
    Unknown,
)
from coexistence.model.vocabulary.ends import certificate_of, service_of, use_of
from coexistence.observation.facts.facts import NO_STATUS, Facts, covers
from coexistence.observation.facts.outcomes import Hop, Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, refused, travel, undecided
from coexistence.simulation.rules.policies import assumptions_of, effective, is_set
from coexistence.simulation.rules.registry import rule

__all__ = [
    "Tag",
    "access_edge",
    "central_site",
    "external_address",
    "goes_by",
    "granted",
    "home_site",
    "inward",
    "joined",
    "next_hop",
    "partner_side",
    "reachable",
    "relays_media",
    "shows",
    "status",
]

#: The policy that somebody was given in person; None for automatic.
Tag: TypeAlias = Maybe[str | None]

_EXTERNAL_ACCESS: Final = "external-access"


def joined(legs: Iterable[Leg]) -> Leg:
    """Put legs together into one, so that a stretch shared by many routes is walked once."""
    hops: list[Hop] = []
    assumes: list[str] = []
    for leg in legs:
        hops += leg.hops
        assumes += leg.assumes
        if leg.stop is not None:
            return Leg(tuple(hops), leg.stop, tuple(dict.fromkeys(assumes)))
    return Leg(tuple(hops), None, tuple(dict.fromkeys(assumes)))


# -------------------------------------------------------------------- sites and policies


def central_site(facts: Facts, site: SiteId) -> Site:
    """Return the site whose routes count: a branch site uses those of its parent."""
    known = facts.state.sites[site]
    if known.kind is SiteKind.BRANCH and known.parent is not None and known.parent in facts.state.sites:
        return facts.state.sites[known.parent]
    return known


def home_site(facts: Facts, home: PoolId) -> Site | None:
    """Return the central site of a pool; None where the topology does not know the pool."""
    pool = facts.state.pools.get(home)
    return None if pool is None or pool.site not in facts.state.sites else central_site(facts, pool.site)


def relays_media(facts: Facts, site: SiteId | None) -> bool:
    """Whether any pool of a central site, or of its branch sites, has an Edge for media."""
    return facts.once(
        ("relays media", site),
        lambda: any(
            (pool.media_edge is not None or not pool.tells("media_edge"))
            and _central_site_id(facts, pool.id) == site
            for pool in facts.state.pools.values()
        ),
    )


def _central_site_id(facts: Facts, pool: PoolId) -> SiteId | None:
    site = home_site(facts, pool)
    return None if site is None else site.id


def granted(facts: Facts, home: PoolId, tag: Tag, setting: str, diagnostic: int | None) -> Leg:
    """Ask whether the external access policy of people on a pool grants something.

    ``tag`` is the policy that they were given in person. Where no export tells any policy of this kind it
    is undecided, unless ``external-access-granted`` says what they grant.
    """
    key = ("granted", home, tag, setting, diagnostic)
    return facts.leg(key, lambda: _granted(facts, home, tag, setting, diagnostic))


@rule(
    "external-access-policy",
    "The external access policy that counts for somebody decides about federation, public IM, XMPP and "
    "access from outside; the answer is 403.",
    source="Set-CsExternalAccessPolicy reference; [MS-OCER] error tables",
    switch="external-access-granted",
)
def _granted(facts: Facts, home: PoolId, tag: Tag, setting: str, diagnostic: int | None) -> Leg:
    fqdn = facts.fqdn(home)
    policies = facts.state.policies
    if isinstance(policies, Unknown) or not any(each.kind == _EXTERNAL_ACCESS for each in policies):
        assumes: tuple[str, ...] = ("external-access-granted",)
        said = facts.rules.value("external-access-granted")
        if said == "undecided":
            needs = POLICY_CMDLETS[_EXTERNAL_ACCESS]
            return undecided(fqdn, f"nobody told whether the policies grant {setting}", needs)
        if said == "no":
            return refused(
                fqdn, f"no policy is known to grant {setting}", diagnostic, sip=403, assumes=assumes
            )
        return Leg(assumes=assumes)
    assumes = assumptions_of(facts.state, _EXTERNAL_ACCESS, tag)
    policy = effective(facts.state, facts.rules, _EXTERNAL_ACCESS, home, tag)
    is_granted = policy if isinstance(policy, Unknown) else is_set(policy, setting)
    if isinstance(is_granted, Unknown):
        reason = f"nobody told whether the policy of people here grants {setting}"
        return undecided(fqdn, reason, is_granted.needs, assumes=assumes)
    if not is_granted:
        return refused(
            fqdn, f"the policy of people here does not grant {setting}", diagnostic, sip=403, assumes=assumes
        )
    return Leg(assumes=assumes)


# -------------------------------------------------------------------- from the outside


def external_address(
    facts: Facts, asking: str, domain: str, service: str, *, diagnostics: bool
) -> tuple[Leg, str, PoolId | None]:
    """Follow external DNS from a SIP domain's SRV record to an Edge pool.

    Returns the leg, the host that the record names, and the Edge pool that the host leads to. Where
    external DNS is unknown, and it was said that names are in order (``names-resolve``), they lead to the
    Edge that carries federation. ``diagnostics`` is for servers that ask: a client's failed look-up has no
    SIP answer.
    """
    outside = facts.state.outside
    if isinstance(outside, Unknown):
        edge = next(iter(sorted(facts.pools(PoolRole.EDGE), key=lambda each: not each.federation)), None)
        if edge is None:
            return failed(asking, "there is no Edge pool", 1008 if diagnostics else None), "", None
        host = edge.edge_names.access if edge.edge_names else ""
        granted = facts.untold_names(asking, outside)
        if granted.stop is not None:
            return granted, "", None
        return Leg((Hop(asking, f"external DNS leads to {edge.fqdn}"),), None, granted.assumes), host, edge.id
    if not domain:
        return undecided(asking, "nobody told the SIP domains", "Get-CsSipDomain"), "", None
    record = outside.get((f"{service}.{domain}", "SRV"))
    if record is None:
        return _lost(asking, f"no external SRV record {service}.{domain}", 1008, diagnostics)
    host = record.target
    if not f".{host}".endswith(f".{domain}"):
        # Strict name matching: the host has to be in the domain (protocol facts, sections 2.1 and 6.3).
        return _lost(asking, f"{service}.{domain} names {host}, which is not in {domain}", 1009, diagnostics)
    address = outside.get((host, "A"))
    if address is None:
        return _lost(asking, f"no external A record of {host}", 1014, diagnostics)
    pool = facts.state.pools.get(PoolId(address.target))
    if pool is None or pool.role is not PoolRole.EDGE:
        return _lost(asking, f"{host} leads to {address.target}, which is no Edge pool", 1046, diagnostics)
    return passed(asking, f"{service}.{domain} leads to {pool.fqdn}"), host, pool.id


def _lost(asking: str, reason: str, diagnostic: int, diagnostics: bool) -> tuple[Leg, str, PoolId | None]:
    return failed(asking, reason, diagnostic if diagnostics else None), "", None


@rule(
    "outer-firewall-ports",
    "The outside reaches an Edge pool by port alone: 443 for people, 5061 for other organisations (both "
    "ways), 443 for web conferences, 3478 or 443 for media, 5269 for XMPP.",
    source="Ports and protocols for internal servers; port summary of the consolidated Edge",
    switch="outside-reaches-edge",
)
def reachable(
    facts: Facts,
    asking: str,
    edge: PoolId,
    diagnostic: int | None,
    *,
    ports: tuple[int, ...] = (443,),
    inbound: bool = True,
) -> Leg:
    """Ask whether firewalls let the outside and an Edge pool talk, by any of some ports.

    What the outer firewall blocks is told (``OutsideBlock``); that it blocks nothing else is assumption
    ``outside-reaches-edge``.
    """
    assumed = ("outside-reaches-edge",)
    walls = facts.state.surroundings.outside_blocks
    if walls and all(
        any(wall.port == port and wall.inbound is inbound and wall.edge in (None, edge) for wall in walls)
        for port in ports
    ):
        way = "to" if inbound else "out of"
        shut = " nor ".join(str(port) for port in ports)
        reason = f"the outer firewall lets nothing {way} {facts.fqdn(edge)} on {shut}"
        return failed(asking, reason, diagnostic)
    if facts.rules.value("outside-reaches-edge") == "no":
        return failed(
            asking, f"no way through the firewall to {facts.fqdn(edge)}", diagnostic, assumes=assumed
        )
    return Leg(assumes=assumed)


def goes_by(facts: Facts, edge: PoolId) -> tuple[PoolId | None, bool]:
    """Return the next hop that an Edge pool hands to, and whether it takes part in federation.

    Both come from the configuration that its replica holds, which may be older than the published one.
    """
    known = facts.state.pools[edge]
    told_before = facts.state.told_before.get(edge)
    if told_before:
        held = [facts.state.replicas.get(server, NO_STATUS) for server in known.servers]
        newest = max((each for each in held if not isinstance(each, Unknown)), default=-1)
        if newest >= 0:
            for last, hop, federation in told_before:
                if newest <= last:
                    return hop, federation
    return known.next_hop, known.federation


def access_edge(facts: Facts, asking: str, edge: PoolId, diagnostic: int | None) -> Leg:
    """Ask whether the Access Edge service of a pool answers somebody."""
    runs = facts.runs(edge, "front_end")
    fqdn = facts.fqdn(edge)
    if isinstance(runs, Unknown):
        return undecided(fqdn, "nobody collected whether the Access Edge runs here", runs.needs)
    if not runs:
        reason = f"the Access Edge of {fqdn} does not answer"
        return failed(asking, reason, diagnostic, on=service_of(edge, "front_end"))
    planned = ("plan-as-written",) if facts.is_planned(edge) else ()
    return passed(fqdn, "the Access Edge answers", *planned)


def status(facts: Facts, edge: PoolId) -> Outcome:
    """Return whether the Access Edge service of a pool runs."""
    return facts.outcome(
        ("access edge", edge), lambda: travel([access_edge(facts, facts.fqdn(edge), edge, None)])
    )


@rule(
    "external-certificate-accepted",
    "Whoever reaches an Access Edge by a name accepts its certificate only while it is valid, names that "
    "host, and comes from an issuer that they trust.",
    source="Events related to DNS, TLS, federation (Office Communications Server 2007 R2); Edge certificates",
)
def shows(
    facts: Facts,
    asking: str,
    edge: Pool,
    host: str,
    roots: Maybe[frozenset[str]] | None,
    diagnostic: int | None,
) -> Leg:
    """Ask whether the outside accepts the external certificate of an Edge pool.

    ``host`` is the name it was reached by, empty where nobody knows; ``roots`` are the issuers that the
    other side accepts, None for everybody's clients, which accept any public one.
    """
    if isinstance(facts.state.certificates, Unknown):
        legs = [facts.untold_names(asking, facts.state.certificates)]
        if isinstance(roots, Unknown):
            # That a certificate is in order does not say that the other side accepts it.
            legs.append(partner_side(facts, asking, diagnostic))
        return joined(legs)
    shown = facts.certificate(edge.id, ACCESS_EDGE_EXTERNAL)
    shown_outside = certificate_of(edge.id, is_external=True)
    if shown is None:
        return failed(asking, f"{edge.fqdn} has no external certificate", diagnostic, on=shown_outside)
    if facts.has_expired(shown):
        reason = f"the external certificate of {edge.fqdn} expired on {shown.not_after}"
        return failed(asking, reason, diagnostic, on=shown_outside)
    if host and not covers(shown, host):
        reason = f"the external certificate of {edge.fqdn} does not name {host}"
        return failed(asking, reason, diagnostic, on=shown_outside)
    if isinstance(roots, Unknown):
        return partner_side(facts, asking, diagnostic)
    if roots is not None and shown.issuer not in roots:
        reason = f"{asking} does not trust {shown.issuer}, who issued for {edge.fqdn}"
        return failed(asking, reason, diagnostic, on=shown_outside)
    return Leg()


def partner_side(facts: Facts, asking: str, diagnostic: int | None) -> Leg:
    """Ask about what only the partner could tell: assumption ``partner-side-works``."""
    assumed = ("partner-side-works",)
    if facts.rules.value("partner-side-works") == "no":
        return failed(asking, "the partner's side is taken not to work", diagnostic, assumes=assumed)
    return Leg(assumes=assumed)


# -------------------------------------------------------------------- to the inside


@rule(
    "next-hop-proxies",
    "What comes in through an Edge is proxied by its next hop to the home pool; nobody outside is "
    "redirected.",
    source="[MS-SIPREGE]; Configure federation routes and media traffic",
)
def inward(facts: Facts, edge: PoolId, home: PoolId) -> Iterable[Leg]:
    """Follow a request from an Edge pool to a home pool; the next hop proxies, it does not redirect."""
    yield facts.leg(("next hop", edge), lambda: _next_hop(facts, edge))
    hop, _ = goes_by(facts, edge)
    if hop is not None and hop != home:
        yield facts.link(hop, home)
        yield facts.registrar(home)


def next_hop(facts: Facts, edge: PoolId) -> Outcome:
    """Return whether what comes in through an Edge pool is taken by its next hop."""
    return facts.outcome(
        ("next hop", edge), lambda: travel([facts.leg(("next hop", edge), lambda: _next_hop(facts, edge))])
    )


@rule(
    "stale-edge-hands-to-old-hop",
    "An Edge whose replica lags behind hands what comes in to the next hop of the configuration that it "
    "holds.",
    source="Inferred from: central management store replication status",
    confidence=Confidence.DERIVED,
)
def _next_hop(facts: Facts, edge: PoolId) -> Leg:
    known = facts.state.pools[edge]
    hop, _ = goes_by(facts, edge)
    if hop is None:
        return undecided(known.fqdn, "nobody told the next hop of this Edge pool", "Get-CsTopology")
    if hop not in facts.state.pools:
        return failed(known.fqdn, f"the next hop {hop} is in no topology", 1007, on=use_of(hop))
    stale = Leg()
    if hop != known.next_hop:
        stale = passed(known.fqdn, f"the replica here is old: hands to {facts.fqdn(hop)}")
    return joined([stale, facts.link(edge, hop), facts.registrar(hop)])
