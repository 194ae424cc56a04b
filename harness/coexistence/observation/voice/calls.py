"""Calls within and from outside: over links that admission control watches, by dialled digits, from gateways.

Law of this room: a call is a session like any other, and more: bandwidth between sites, digits that have to
become a number, gateways that ring in. Each of these is asked on top of the way that the session takes.
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.model.conditions.external_systems import BandwidthLink, NormalizationRule
from coexistence.model.deployment import Gateway
from coexistence.model.vocabulary import Disposition, Maybe, PoolId, PoolRole, SiteId, Unknown
from coexistence.model.vocabulary.ends import use_of
from coexistence.model.windows_services import CAPABILITIES
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, ending, failed, passed, refused, travel, undecided
from coexistence.observation.network.edges import joined
from coexistence.observation.voice import pstn
from coexistence.observation.voice.applications import capable
from coexistence.simulation.rules.policies import effective, setting
from coexistence.simulation.rules.registry import rule

__all__ = ["admitted", "called_from_outside", "dial"]

_MEDIATION = CAPABILITIES["pstn"].needs[0].services
_RULES = "Get-CsDialPlan"


# -------------------------------------------------------------------- between two people


def admitted(facts: Facts, caller: PoolId, callee: PoolId, reached: Outcome) -> Outcome:
    """Return what becomes of a call whose signalling got through: bandwidth may keep it from going ahead.

    Fails with 480 (5) where a link between the sites is full and the telephone network cannot be used
    instead, with 480 (4) where it may not.
    """
    if not facts.state.surroundings.links or reached.disposition is not Disposition.DONE:
        return reached
    return travel(_admitted(facts, caller, callee, reached))


def _admitted(facts: Facts, caller: PoolId, callee: PoolId, reached: Outcome) -> Iterator[Leg]:
    yield Leg(reached.hops, None, reached.assumes)
    here, there = (facts.state.pools[pool].site for pool in (caller, callee))
    link = next(
        (each for each in facts.state.surroundings.links if each.sites == frozenset((here, there))), None
    )
    if link is not None and here != there:
        yield _over(facts, caller, here, link)


@rule(
    "full-link-reroutes",
    "Over a link without room a call is refused by admission control: with 5 it goes over the telephone "
    "network where the voice policy allows that (AllowPSTNReRouting), with 4 it does not.",
    source="Call admission control report; [MS-OCER] client table",
    switch="silent-admission-admits",
)
def _over(facts: Facts, caller: PoolId, site: SiteId, link: BandwidthLink) -> Leg:
    deciding = next(
        (pool for pool in facts.state.pools.values() if pool.site == site and "PDP" in pool.applications),
        None,
    )
    if link.room > 0 or deciding is None:
        return Leg()
    fqdn = facts.fqdn(caller)
    asked = joined([facts.registrar(deciding.id), *_decides(facts, deciding.id)])
    if asked.stop is not None and asked.stop.disposition is Disposition.UNDECIDED:
        return asked
    if asked.stop is not None:
        assumes = ("silent-admission-admits",)
        if facts.rules.value("silent-admission-admits") == "yes":
            return Leg(assumes=assumes)
        return failed(fqdn, f"nobody on {deciding.fqdn} admits calls over the link", 4, assumes=assumes)
    policy = effective(facts.state, facts.rules, "voice", caller, None)
    allows = policy if isinstance(policy, Unknown) else setting(policy, "AllowPSTNReRouting")
    if isinstance(allows, Unknown):
        reason = "nobody told whether the voice policy allows the telephone network instead of a full link"
        return undecided(fqdn, reason, allows.needs)
    if allows.strip().lower() != "true":
        return refused(deciding.fqdn, "the link between the sites is full", 4)
    around = pstn.call_out(facts, caller)
    if around.disposition is Disposition.DONE:
        told = passed(
            deciding.fqdn, "the link between the sites is full: re-routed over the telephone network"
        )
        return Leg((*told.hops, *around.hops), None, around.assumes)
    if around.disposition is Disposition.UNDECIDED:
        return Leg(around.hops, around, around.assumes)
    reason = f"the link between the sites is full, and the telephone network is no way: {around.reason}"
    return refused(deciding.fqdn, reason, 5)


def _decides(facts: Facts, pool: PoolId) -> Iterator[Leg]:
    yield from capable(facts, pool, ("bandwidth_policy_auth", "bandwidth_policy_core"), None)


# -------------------------------------------------------------------- to the telephone network


def dial(
    facts: Facts, home: PoolId, digits: str, *, plan: str | None = None, policy: Maybe[str | None] = None
) -> Outcome:
    """Return whether somebody on a pool who dials some digits reaches the telephone network.

    ``plan`` is the dial plan given in person, None for none. Numbers in E.164 form need no rule; other
    digits fail with 404 (14010) where no rule of the dial plan that counts matches them.
    """
    return facts.outcome(
        ("dial", home, digits, plan, str(policy)), lambda: travel(_dial(facts, home, digits, plan, policy))
    )


def _dial(
    facts: Facts, home: PoolId, digits: str, plan: str | None, policy: Maybe[str | None]
) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield facts.registrar(home)
    if not digits.startswith("+"):
        yield _normalized(facts, home, digits, plan)
    out = pstn.call_out(facts, home, policy)
    yield Leg(out.hops, None if out.disposition is Disposition.DONE else out, out.assumes)


@rule(
    "digits-need-a-rule",
    "Digits that are no E.164 number are read by the narrowest dial plan (given in person, of the pool, of "
    "the site, the global one); where none of its rules matches: 404 with 14010.",
    source="New-CsDialPlan reference; OCS 2007: ms-diagnostics of number translation",
)
def _normalized(facts: Facts, home: PoolId, digits: str, plan: str | None) -> Leg:
    fqdn = facts.fqdn(home)
    scope = _plan_of(facts, home, plan)
    if isinstance(scope, Unknown):
        return undecided(fqdn, "nobody told which dial plans there are", scope.needs)
    told: dict[str, Maybe[tuple[NormalizationRule, ...]]] = dict(facts.state.surroundings.normalization)
    rules = told.get(scope, Unknown(_RULES))
    if isinstance(rules, Unknown):
        return undecided(fqdn, f"nobody told the rules of dial plan {scope}", rules.needs)
    if any(each.matches(digits) for each in rules):
        return passed(fqdn, f"dial plan {scope} reads {digits}")
    return failed(fqdn, f"no rule of dial plan {scope} matches {digits}", 14010)


def _plan_of(facts: Facts, home: PoolId, plan: str | None) -> Maybe[str]:
    plans = facts.state.dial_plans
    if isinstance(plans, Unknown):
        return plans
    known = {each.scope for each in plans}
    site = facts.state.pools[home].site
    wanted = (*((f"tag:{plan}",) if plan else ()), f"service:{home}", f"site:{site}", "global")
    return next((scope for scope in wanted if scope in known), Unknown(_RULES))


# -------------------------------------------------------------------- from the telephone network


def called_from_outside(facts: Facts, home: PoolId | None, gateway: str | None = None) -> Outcome:
    """Return whether calls from the telephone network reach people of a pool.

    ``home`` is None for a number that nobody has. ``gateway`` is the one they come in through; left out,
    any. A Mediation Server passes on the status that it is given, with 10003.
    """
    return facts.outcome(
        ("called", home, gateway), lambda: travel(_called_from_outside(facts, home, gateway))
    )


def _called_from_outside(facts: Facts, home: PoolId | None, gateway: str | None) -> Iterator[Leg]:
    if home is not None:
        yield facts.in_topology(home)
    trunks = [
        each
        for each in facts.state.gateways
        if gateway in (None, each.fqdn) and each.mediation in facts.state.pools
    ]
    ways: list[Outcome] = []
    for trunk in trunks:
        ways.append(travel(_rings_in(facts, trunk, home)))
        if ways[-1].disposition is Disposition.DONE:
            break
    if not ways:
        yield refused(gateway or "gateway", "no trunk leads in")
        return
    best = next(
        (way for how in (Disposition.DONE, Disposition.UNDECIDED) for way in ways if way.disposition is how),
        ways[0],
    )
    yield Leg(best.hops, None if best.disposition is Disposition.DONE else best, best.assumes)


def _rings_in(facts: Facts, trunk: Gateway, home: PoolId | None) -> Iterator[Leg]:
    mediation = facts.state.pools[trunk.mediation]
    assumes = ("gateways-answer",)
    if facts.rules.value("gateways-answer") == "no":
        yield failed(trunk.fqdn, "the gateway does not ring in", assumes=assumes)
    yield Leg(assumes=assumes)
    yield from capable(facts, mediation.id, _MEDIATION, None)
    hop = mediation.next_hop if mediation.role is PoolRole.MEDIATION else mediation.id
    yield _by_proxy(facts, mediation.id, hop, home)


@rule(
    "mediation-passes-status-on",
    "A Mediation Server answers a gateway with the status that its proxy gave, and 10003.",
    source="Third party: trace of a Mediation Server (10003 beneath the proxy's own diagnostic)",
)
def _by_proxy(facts: Facts, mediation: PoolId, hop: PoolId | None, home: PoolId | None) -> Leg:
    answer = travel(_proxied(facts, mediation, hop, home))
    if answer.disposition is not Disposition.FAILED or answer.sip is None:
        return Leg(answer.hops, None if answer.disposition is Disposition.DONE else answer, answer.assumes)
    reason = f'Proxy returned a SIP failure code; component="MediationServer": {answer.reason}'
    return Leg(
        answer.hops,
        ending(failed(facts.fqdn(mediation), reason, 10003, sip=answer.sip), *answer.ended_on).stop,
        answer.assumes,
    )


def _proxied(facts: Facts, mediation: PoolId, hop: PoolId | None, home: PoolId | None) -> Iterator[Leg]:
    if hop is None and not facts.state.pools[mediation].tells("next_hop"):
        yield undecided(facts.fqdn(mediation), "nobody told its next hop", "Get-CsTopology -AsXml")
    if hop is None or hop not in facts.state.pools:
        reason = f"the next hop {hop or ''} is in no topology".replace("  ", " ")
        yield failed(facts.fqdn(mediation), reason, 1007, on=None if hop is None else use_of(hop))
        return
    if hop != mediation:
        yield facts.link(mediation, hop)
    yield facts.registrar(hop)
    if home is None:
        yield failed(facts.fqdn(hop), "nobody has this number", 4005)
        return
    if home != hop:
        yield facts.link(hop, home)
        yield facts.registrar(home)
