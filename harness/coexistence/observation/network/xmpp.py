"""XMPP: contacts of other systems, through a gateway on Front Ends and a proxy on Edge Servers.

Law of this room: out, the gateway of the home pool finds an Edge with the proxy; in, external DNS leads to
that Edge. Versions without a gateway have no XMPP, whatever the Edge has.
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import Feature, PoolId, PoolRole, Unknown, version_name
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, best_of, failed, passed, refused, travel, undecided
from coexistence.observation.network.edges import Tag, granted, joined, reachable
from coexistence.simulation.rules.registry import rule

__all__ = ["has_gateway", "reach_xmpp", "receive_xmpp"]

#: Between XMPP gateway and proxy. Source: ports and protocols for internal servers.
_XMPP_PORT = 23456
#: Between XMPP proxies of two organisations. Source: port summary of the consolidated Edge.
_OUTSIDE_PORT = 5269
_SERVICE = "_xmpp-server._tcp"


def reach_xmpp(facts: Facts, home: PoolId, tag: Tag = None) -> Outcome:
    """Return whether people on a pool reach their XMPP contacts.

    The gateway runs on Front Ends of Lync Server 2013 and Skype for Business Server 2015, its proxy on
    Edge Servers of these; later versions have neither ("Migrating XMPP federation"). Nobody homed on a
    branch appliance has XMPP ("Configure XMPP gateway on Lync Server 2013").
    """
    return facts.outcome(("xmpp", home, tag), lambda: travel(_reach_xmpp(facts, home, tag)))


def receive_xmpp(facts: Facts, home: PoolId, domain: str, tag: Tag = None) -> Outcome:
    """Return whether XMPP contacts reach people on a pool, by the records of one of our SIP domains.

    Without external DNS it is undecided, unless it was said that names are in order (``names-resolve``).
    """
    return facts.outcome(
        ("xmpp in", home, domain, tag), lambda: travel(_receive_xmpp(facts, home, domain, tag))
    )


def has_gateway(facts: Facts, home: PoolId) -> Outcome:
    """Return whether people on a pool have an XMPP gateway at all, whatever becomes of messages behind it."""
    return facts.outcome(("xmpp gateway", home), lambda: travel(_version_has(facts, home)))


@rule(
    "xmpp-2013-2015-alone",
    "Only Front End pools of 2013 and 2015 have an XMPP gateway; branch appliances, 2010, 2019 and later "
    "have none.",
    source="Migrating XMPP federation; Configure XMPP gateway on Lync Server 2013",
)
def _version_has(facts: Facts, home: PoolId) -> Iterator[Leg]:
    yield facts.in_topology(home)
    pool = facts.state.pools[home]
    if pool.role is PoolRole.BRANCH_APPLIANCE:
        yield refused(pool.fqdn, "people on a branch appliance have no XMPP federation")
    has_xmpp = pool.has(Feature.XMPP)
    if has_xmpp is False or not pool.versions:
        yield refused(pool.fqdn, f"{version_name(pool.versions)} has no XMPP federation")
    if isinstance(has_xmpp, Unknown):
        yield undecided(pool.fqdn, "nobody told which version runs here", "Get-CsServerPatchVersion")


def _gateway(facts: Facts, home: PoolId, tag: Tag) -> Iterator[Leg]:
    yield from _version_has(facts, home)
    yield facts.registrar(home)
    yield facts.service(home, "xmpp_gateway")
    yield granted(facts, home, tag, "EnableXmppAccess", None)


def _reach_xmpp(facts: Facts, home: PoolId, tag: Tag) -> Iterator[Leg]:
    yield from _gateway(facts, home, tag)
    pool = facts.state.pools[home]
    routed = facts.state.surroundings.xmpp_route
    edges = [edge for edge in facts.pools(PoolRole.EDGE) if edge.xmpp and routed in (None, edge.id)]
    ways = [joined(_through_proxy(facts, pool, edge)) for edge in edges]
    if not ways:
        yield _told(facts, pool.fqdn)
        where = "no Edge pool has XMPP federation enabled"
        yield refused(pool.fqdn, where if routed is None else f"XMPP is routed to {routed}, which has none")
        return
    yield best_of(ways)


def _told(facts: Facts, asking: str) -> Leg:
    """Ask whether somebody told of every Edge pool if it has an XMPP proxy."""
    silent = next((edge for edge in facts.pools(PoolRole.EDGE) if not edge.tells("xmpp")), None)
    if silent is None:
        return Leg()
    return undecided(asking, f"nobody told whether {silent.fqdn} has an XMPP proxy", "Get-CsTopology -AsXml")


def _through_proxy(facts: Facts, pool: Pool, edge: Pool) -> Iterator[Leg]:
    yield _same_generation(facts, pool, edge)
    yield facts.link(pool.id, edge.id, _XMPP_PORT)
    yield facts.service(edge.id, "xmpp_proxy")
    yield reachable(facts, edge.fqdn, edge.id, None, ports=(_OUTSIDE_PORT,), inbound=False)


@rule(
    "xmpp-route-after-the-last-user",
    "Once XMPP is routed through an Edge of a newer generation, people who are still on older pools do not "
    "reach their XMPP contacts.",
    source="Configure federation routes and media traffic",
)
def _same_generation(facts: Facts, pool: Pool, edge: Pool) -> Leg:
    if pool.versions == edge.versions:
        return Leg()
    is_routed = facts.state.surroundings.xmpp_route == edge.id
    if is_routed and pool.versions and edge.versions and pool.versions[-1] < edge.versions[0]:
        return refused(pool.fqdn, f"XMPP is routed through {edge.fqdn}, of a newer generation")
    assumed = ("xmpp-across-generations",)
    if facts.rules.value("xmpp-across-generations") == "no":
        return refused(pool.fqdn, f"the XMPP proxy on {edge.fqdn} is of another generation", assumes=assumed)
    return Leg(assumes=assumed)


@rule(
    "xmpp-found-by-srv",
    "Other systems find the XMPP proxy by the record _xmpp-server._tcp of the SIP domain, port 5269.",
    source="Configure XMPP gateway on Lync Server 2013",
    switch="names-resolve",
)
def _found(facts: Facts, domain: str) -> tuple[Leg, PoolId | None]:
    asking = "XMPP partner"
    outside = facts.state.outside
    if isinstance(outside, Unknown):
        edge = next((each for each in facts.pools(PoolRole.EDGE) if each.xmpp), None)
        if edge is None:
            untold = _told(facts, asking)
            if untold.stop is not None:
                return untold, None
            return refused(asking, "no Edge pool has XMPP federation enabled"), None
        granted = facts.untold_names(asking, outside)
        return granted, edge.id if granted.stop is None else None
    record = outside.get((f"{_SERVICE}.{domain}", "SRV"))
    if record is None:
        return failed(asking, f"no external SRV record {_SERVICE}.{domain}"), None
    address = outside.get((record.target, "A"))
    if address is None:
        return failed(asking, f"no external A record of {record.target}"), None
    pool = facts.state.pools.get(PoolId(address.target))
    if pool is None or pool.role is not PoolRole.EDGE:
        return failed(asking, f"{record.target} leads to {address.target}, which is no Edge pool"), None
    if not pool.tells("xmpp"):
        return _told(facts, asking), None
    if not pool.xmpp:
        return failed(asking, f"XMPP federation is not enabled on {pool.fqdn}"), None
    return passed(asking, f"{_SERVICE}.{domain} leads to {pool.fqdn}"), pool.id


def _receive_xmpp(facts: Facts, home: PoolId, domain: str, tag: Tag) -> Iterator[Leg]:
    found, edge = _found(facts, domain)
    yield found
    if edge is None:
        return
    yield reachable(facts, "XMPP partner", edge, None, ports=(_OUTSIDE_PORT,))
    yield facts.service(edge, "xmpp_proxy")
    yield from _gateway(facts, home, tag)
    yield _same_generation(facts, facts.state.pools[home], facts.state.pools[edge])
    yield facts.link(edge, home, _XMPP_PORT)
