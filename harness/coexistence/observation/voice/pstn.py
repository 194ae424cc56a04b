"""Calls to the telephone network: policy, voice route, trunk, Mediation pool, gateway.

Law of this room: a call takes the first trunk of its routes that carries it; it fails when none does. What
lies behind the Mediation Server is in no export.
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.model.deployment import Policy, VoiceRoute
from coexistence.model.vocabulary import Confidence, Disposition, Maybe, PoolId, Unknown
from coexistence.model.windows_services import CAPABILITIES
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, refused, travel, undecided
from coexistence.observation.voice.applications import capable
from coexistence.simulation.rules.policies import assumptions_of, effective, setting
from coexistence.simulation.rules.registry import rule

__all__ = ["call_out"]

_SERVICES = CAPABILITIES["pstn"].needs[0].services


def call_out(facts: Facts, home: PoolId, policy: Maybe[str | None] = None) -> Outcome:
    """Return whether somebody with Enterprise Voice on a pool reaches the telephone network.

    ``policy`` is the voice policy given in person, None for none. Refused with 403 (12001) where no
    route has a usage of the policy (Testing PSTN calls); fails with 504 (12004) where no trunk carries
    the call.
    """
    return facts.outcome(("call out", home, str(policy)), lambda: travel(_call_out(facts, home, policy)))


def _call_out(facts: Facts, home: PoolId, tag: Maybe[str | None]) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield facts.registrar(home)
    fqdn = facts.fqdn(home)
    routes = facts.state.voice_routes
    if isinstance(routes, Unknown):
        yield undecided(fqdn, "nobody told which voice routes there are", routes.needs)
        return
    policy = effective(facts.state, facts.rules, "voice", home, tag)
    usages = policy if isinstance(policy, Unknown) else setting(policy, "PstnUsages")
    if isinstance(usages, Unknown):
        yield undecided(fqdn, "nobody told which usages the voice policy has", usages.needs)
        return
    assert isinstance(policy, Policy)  # otherwise its usages were unknown
    yield Leg(assumes=assumptions_of(facts.state, "voice", tag))
    granted = {usage.strip() for usage in usages.split(",")}
    allowed = [route for route in routes if granted & set(route.usages)]
    if not allowed:
        yield refused(fqdn, "no voice route has a usage of the voice policy", 12001)
    yield _over_a_trunk(facts, home, allowed)


@rule(
    "first-trunk-that-carries",
    "A call goes over the first trunk of the routes allowed to the caller that carries it; 403 with 12001 "
    "where no route has a usage of the policy, 12004 where no trunk carries it.",
    source="Testing PSTN calls; M:N trunk in Lync Server 2013",
    switch="calls-cross-generations",
)
def _over_a_trunk(facts: Facts, home: PoolId, routes: list[VoiceRoute]) -> Leg:
    """Try the trunks of the routes; a trunk that the topology does not have is passed over."""
    known = {(gateway.fqdn, gateway.mediation) for gateway in facts.state.gateways}
    last: Leg | None = None
    for gateway, mediation in dict.fromkeys(trunk for route in routes for trunk in route.trunks):
        if (gateway, mediation) not in known or mediation not in facts.state.pools:
            continue
        tried = travel(_trunk(facts, home, gateway, mediation))
        if tried.disposition is Disposition.DONE:
            return Leg(tried.hops, None, tried.assumes)
        # What is not known may still carry the call: it weighs more than what is known not to.
        if last is None or tried.disposition is Disposition.UNDECIDED:
            last = Leg(tried.hops, tried, tried.assumes)
    if last is not None and last.stop is not None and last.stop.disposition is Disposition.UNDECIDED:
        return last
    if last is not None and last.stop is not None and last.stop.diagnostic == 10000:
        return last  # it got as far as a gateway: the answer is that one's
    tried_last = f"; the first: {last.stop.reason}" if last is not None and last.stop is not None else ""
    assumes = last.assumes if last is not None else ()
    return failed(
        facts.fqdn(home), f"no trunk of the voice routes carries the call{tried_last}", 12004, assumes=assumes
    )


@rule(
    "gateway-refusal-passed-on",
    "What a gateway refuses is passed on with its status and 10000; the next trunk is tried.",
    source="OCS 2007: ms-diagnostics of the Mediation Server",
    confidence=Confidence.ASSUMED,
    switch="gateways-answer",
)
def _gateway_takes(facts: Facts, gateway: str, mediation: PoolId) -> Leg:
    for answer in facts.state.surroundings.gateway_answers:
        if answer.gateway == gateway and answer.mediation in (None, mediation):
            return failed(gateway, f"the gateway answers {answer.sip}", 10000, sip=answer.sip)
    return Leg()


@rule(
    "mediation-takes-the-call",
    "A trunk is a gateway together with the Mediation pool that it is reached through: without that pool's "
    "Mediation service it carries nothing.",
    source="M:N trunk in Lync Server 2013; Ports and protocols for internal servers",
    switch="calls-cross-generations",
)
def _trunk(facts: Facts, home: PoolId, gateway: str, mediation: PoolId) -> Iterator[Leg]:
    ours, theirs = facts.state.pools[home].versions, facts.state.pools[mediation].versions
    if ours != theirs:
        assumes = ("calls-cross-generations",)
        if facts.rules.value("calls-cross-generations") == "no":
            yield failed(
                facts.fqdn(mediation), "takes no calls of another generation", 12004, assumes=assumes
            )
        yield Leg(assumes=assumes)
    if home != mediation:
        yield facts.link(home, mediation)
    yield from capable(facts, mediation, _SERVICES, 12004)
    yield _gateway_takes(facts, gateway, mediation)
    assumes = ("gateways-answer",)
    if facts.rules.value("gateways-answer") == "no":
        yield failed(gateway, "the gateway does not answer", 12004, assumes=assumes)
    yield Leg(assumes=assumes)
