"""Numbers, groups, phones and endpoints that belong to a pool: do they answer whoever calls them?

Law of this room: a caller's pool hands the call to the pool that owns the object, and that pool answers
with the services of the kind. Who calls makes a difference on the way to the owner alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from coexistence.model.deployment import Application
from coexistence.model.vocabulary import (
    ApplicationKind,
    Confidence,
    Disposition,
    PoolId,
    PoolRole,
    ServiceState,
    SiteId,
    Unknown,
)
from coexistence.model.vocabulary.ends import use_of
from coexistence.model.windows_services import CAPABILITIES
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, best_of, failed, passed, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.observation.network.edges import joined
from coexistence.observation.people.routing_classes import one_of_each
from coexistence.observation.voice import voicemail
from coexistence.simulation.rules.registry import rule

__all__ = ["admission", "answer", "answer_everybody", "callers", "capable", "has_file"]

_RGS, _UM = ApplicationKind.RESPONSE_GROUP, ApplicationKind.EXCHANGE_UM
#: Services of a kind's application on the pool that owns the object, as in ``CAPABILITIES``. Phones and
#: devices are registered there and need no more; announcements have no service of their own.
_SERVICES: Final = {
    ApplicationKind.ACCESS_NUMBER: ("conferencing_attendant",),
    _RGS: CAPABILITIES["response_groups"].needs[0].services,
    ApplicationKind.CALL_PARK_ORBIT: CAPABILITIES["call_park"].needs[0].services,
}


def answer(situation: Situation, application: Application, caller: PoolId) -> Outcome:
    """Return whether an object answers somebody homed on a pool.

    Fails with 504 (ms-diagnostics 2) where the owner is silent, with 503 (5000) where its application
    is, with 404 (4005) where the owner is in the topology no more, and with 480 (15030) where Exchange
    does not answer. "Calls to them fail" is all that "Migrate dial-in access numbers" says of an object
    on a removed pool; the 404 is our choice.
    """
    return situation.outcome(
        ("answer", application, caller),
        lambda: travel(
            chain(_calling(situation.facts, application.owner, caller), _answering(situation, application))
        ),
    )


def answer_everybody(situation: Situation, application: Application) -> Outcome:
    """Return whether an object answers callers of every home pool that is up.

    A caller whose own pool is silent calls nobody; that is not the object's failure.
    """
    return situation.outcome(
        ("answer everybody", application), lambda: travel(_to_everybody(situation, application))
    )


def _to_everybody(situation: Situation, application: Application) -> Iterator[Leg]:
    yield _there(situation.facts, application)
    yield situation.facts.registrar(application.owner)
    yield situation.leg(("callers", application.owner), lambda: _callers_reach(situation, application.owner))
    yield from _serves(situation, application)


def _calling(facts: Facts, owner: PoolId, caller: PoolId) -> Iterator[Leg]:
    yield facts.in_topology(caller)
    yield facts.registrar(caller)
    if owner in facts.state.pools and owner != caller:
        yield facts.link(caller, owner)


def _answering(situation: Situation, application: Application) -> Iterator[Leg]:
    yield _there(situation.facts, application)
    yield situation.facts.registrar(application.owner)
    yield from _serves(situation, application)


@rule(
    "object-of-a-removed-pool",
    "Calls to an object whose pool was removed fail.",
    source="Migrate dial-in access numbers; 404 with 4005 is our choice",
)
def _there(facts: Facts, application: Application) -> Leg:
    if application.owner in facts.state.pools:
        return Leg()
    return failed(
        application.uri or application.id,
        f"it belongs to {application.owner}, which is in the topology no more",
        4005,
        on=use_of(application.owner),
    )


def callers(situation: Situation) -> tuple[PoolId, ...]:
    """Return the pools that people call from: their homes, or wherever homes may be where nobody told."""
    population = situation.state.population
    if isinstance(population, Unknown):
        return tuple(pool.id for pool in situation.facts.pools(PoolRole.FRONT_END, PoolRole.BRANCH_APPLIANCE))
    return tuple(pool for pool in population.people_by_pool if pool in situation.state.pools)


def _callers_reach(situation: Situation, owner: PoolId) -> Leg:
    """Ask every caller's pool for its way to the owner; the first that has none ends the route."""
    others = [
        home for home in callers(situation) if home != owner and situation.facts.registrar(home).stop is None
    ]
    way = _all_of(situation.facts.link(home, owner) for home in one_of_each(situation.facts, others, owner))
    if way.stop is not None:
        way = _all_of(situation.facts.link(home, owner) for home in others)
    if way.stop is not None:
        return way
    for home in callers(situation):
        stop = situation.facts.registrar(home).stop
        is_untold = stop is not None and stop.disposition is Disposition.UNDECIDED
        if is_untold and home != owner and situation.facts.link(home, owner).stop is not None:
            return situation.facts.registrar(home)
    if not others:
        return way
    found = f"reached from {len(others)} other home pools"
    return passed(situation.facts.fqdn(owner), found, *way.assumes)


def _all_of(ways: Iterable[Leg]) -> Leg:
    """Return the first way that stops, or what all of them rest on."""
    assumes: set[str] = set()
    for way in ways:
        if not assumes.issuperset(way.assumes):
            assumes.update(way.assumes)
        if way.stop is not None:
            return Leg(way.hops, way.stop, tuple(sorted(assumes)))
    return Leg(assumes=tuple(sorted(assumes)))


@rule(
    "group-calls-its-agents",
    "A response group hands a call to agents on the pools that they are homed on.",
    source="Migrate response groups",
    confidence=Confidence.DERIVED,
    switch="agents-anywhere",
)
def _agents_reached(situation: Situation, owner: PoolId, agents: tuple[PoolId, ...]) -> Leg:
    """Ask for the way from a group's pool to its agents: where they are, if told, else anywhere.

    One agent who is reached is enough, where it is known who they are.
    """
    if agents:
        ways = [_agent_reached(situation.facts, owner, home) for home in agents]
        return best_of(ways)
    homes = callers(situation) if situation.rules.value("agents-anywhere") == "yes" else ()
    others = [home for home in homes if home != owner]
    way = _all_of(situation.facts.link(owner, home) for home in one_of_each(situation.facts, others))
    if way.stop is not None:
        way = _all_of(situation.facts.link(owner, home) for home in others)
    return Leg(way.hops, way.stop, ("agents-anywhere", *way.assumes))


def _agent_reached(facts: Facts, owner: PoolId, home: PoolId) -> Leg:
    if home not in facts.state.pools:
        reason = f"its agents are on {home}, which is in the topology no more"
        return failed(facts.fqdn(owner), reason, 4005, on=use_of(home))
    if home == owner:
        return Leg()
    link = facts.link(owner, home)
    return link if link.stop is not None else facts.registrar(home)


@rule(
    "features-need-services",
    "A feature that is called on a pool without its services is answered with 503, diagnostic 5000.",
    source="[MS-OCER] error tables; roles, ports and services",
    confidence=Confidence.DERIVED,
    switch="features-need-services",
)
def capable(facts: Facts, pool: PoolId, services: Iterable[str], diagnostic: int | None) -> Iterator[Leg]:
    """Ask a pool for the services that a feature needs (assumption ``features-need-services``)."""
    yield Leg(assumes=("features-need-services",))
    if facts.rules.value("features-need-services") == "yes":
        for service in services:
            yield facts.service(pool, service, diagnostic=diagnostic)


def _serves(situation: Situation, application: Application) -> Iterator[Leg]:
    owner = application.owner
    if application.kind is ApplicationKind.CALL_PARK_ORBIT:
        yield _draining(situation.facts, owner)
    if application.kind in _SERVICES:
        yield from capable(situation.facts, owner, _SERVICES[application.kind], 5000)
    match application.kind:
        case ApplicationKind.RESPONSE_GROUP:
            yield from _copies(situation.facts, application)
            agents = application.agents
            yield situation.leg(("agents", owner, agents), lambda: _agents_reached(situation, owner, agents))
        case ApplicationKind.UNASSIGNED_NUMBERS if application.plays or situation.facts.is_planned(owner):
            yield _announcements(situation.facts, application)
        case ApplicationKind.ANALOG_DEVICE if application.gateway:
            yield from _behind_gateway(situation.facts, application)
        case ApplicationKind.EXCHANGE_UM:
            yield from voicemail.contact(situation.facts, owner)
        case ApplicationKind.TRUSTED_ENDPOINT:
            yield from _trusted(situation.facts, application)


@rule(
    "parking-server-drains",
    "A Call Park service that is being drained parks no new call: 35012.",
    source="[MS-OCER] Call Park; Stop-CsWindowsService -Graceful",
    switch="features-need-services",
)
def _draining(facts: Facts, owner: PoolId) -> Leg:
    if facts.rules.value("features-need-services") == "no":
        return Leg()
    found = {facts.state_of(server, "call_park") for server in facts.state.pools[owner].servers}
    if ServiceState.PAUSED in found and ServiceState.RUNNING not in found:
        return failed(facts.fqdn(owner), "the Call Park service here is being drained", 35012)
    return Leg()


@rule(
    "migrated-group-lives-by-its-copy",
    "A migrated response group receives calls only while the legacy copy exists that it came from.",
    source="Migrate response groups",
    switch="rgs-copy-goes-with-pool",
)
def _copies(facts: Facts, application: Application) -> Iterator[Leg]:
    """A migrated group lives as long as the copy that it came from ("Migrate response groups").

    What becomes of it when the pool that holds the copy is removed is assumption
    ``rgs-copy-goes-with-pool``; no document gives the status of a call to such a group.
    """
    fqdn = facts.fqdn(application.owner)
    if application.copy_deleted:
        yield failed(fqdn, "receives no calls: the legacy copy that it was migrated from was deleted")
    gone = [pool for pool in application.copies if pool not in facts.state.pools]
    if gone:
        assumes = ("rgs-copy-goes-with-pool",)
        if facts.rules.value("rgs-copy-goes-with-pool") == "no":
            yield failed(fqdn, f"receives no calls: its legacy copy went with {gone[0]}", assumes=assumes)
        yield Leg(assumes=assumes)


def has_file(facts: Facts, pool: PoolId, name: str) -> bool:
    """Tell whether an administrator's own file is in a pool's file store, as far as was told."""
    return any(each.pool == pool and each.name == name for each in facts.state.surroundings.files)


@rule(
    "announcement-in-the-pools-store",
    "An unassigned number range plays what its announcement service has; audio and announcements of another "
    "pool are of no use to it.",
    source="Manage announcements during disaster recovery; Set-CsUnassignedNumber reference",
    switch="announcements-recreated",
)
def _announcements(facts: Facts, application: Application) -> Leg:
    """No tool carries announcements over: where nobody told what is played, somebody recreates them."""
    owner = application.owner
    reason = "the announcement of the range is not on this pool"
    if application.plays:
        return Leg() if has_file(facts, owner, application.plays) else failed(facts.fqdn(owner), reason)
    assumes = ("announcements-recreated",)
    if facts.rules.value("announcements-recreated") == "yes":
        return Leg(assumes=assumes)
    return failed(facts.fqdn(owner), reason, assumes=assumes)


@rule(
    "analog-device-behind-gateway",
    "An analog device rings only through a Mediation pool that has a trunk to the device's gateway.",
    source="New-CsAnalogDevice reference",
    confidence=Confidence.DERIVED,
)
def _behind_gateway(facts: Facts, application: Application) -> Iterator[Leg]:
    owner = application.owner
    ways = [
        joined(_over(facts, owner, trunk.mediation))
        for trunk in facts.state.gateways
        if trunk.fqdn == application.gateway and trunk.mediation in facts.state.pools
    ]
    if not ways:
        yield failed(facts.fqdn(owner), f"no trunk leads to {application.gateway}", 12004)
        return
    yield best_of(ways)


def _over(facts: Facts, owner: PoolId, mediation: PoolId) -> Iterator[Leg]:
    if owner != mediation:
        yield facts.link(owner, mediation)
    yield from capable(facts, mediation, CAPABILITIES["pstn"].needs[0].services, 12004)


@rule(
    "trusted-endpoint-by-its-contact",
    "A call to a trusted application goes to the pool of the endpoint's contact and on to the next hop of "
    "the application pool: repointing the one does not move the other.",
    source="Set-CsTrustedApplicationPool reference; Configure trusted application servers",
)
def _trusted(facts: Facts, application: Application) -> Iterator[Leg]:
    """Follow a call to a trusted application: from its contact's pool over the application's next hop."""
    pool = application.runs_on
    if isinstance(pool, Unknown):
        yield undecided(
            application.uri or application.id, "nobody told where the application runs", pool.needs
        )
        return
    if pool is None:
        return
    if pool not in facts.state.pools:
        yield failed(application.uri or application.id, f"there is no trusted application pool {pool}", 4005)
    hop = facts.state.pools[pool].next_hop
    if hop is None and not facts.state.pools[pool].tells("next_hop"):
        yield undecided(facts.fqdn(pool), "nobody told its next hop", "Get-CsTopology -AsXml")
    if hop is None or hop not in facts.state.pools:
        reason = f"its next hop {hop or ''} is in the topology no more".replace("  ", " ")
        yield failed(facts.fqdn(pool), reason, 1007, on=None if hop is None else use_of(hop))
        return
    yield facts.registrar(hop)
    if hop != application.owner:
        yield facts.link(application.owner, hop)
    yield facts.link(hop, pool)
    yield _runtime(facts, pool, hop)
    yield _machines(facts, pool)


@rule(
    "older-runtime-on-newer-hop",
    "An application whose runtime is older than its next hop does not work.",
    source="Configure trusted application servers (update the runtime); what happens else is our reading",
    confidence=Confidence.ASSUMED,
    switch="older-runtime-works",
)
def _runtime(facts: Facts, pool: PoolId, hop: PoolId) -> Leg:
    told = next((each for each in facts.state.surroundings.runtimes if each.pool == pool), None)
    newer = facts.state.pools[hop].versions
    if told is None or not newer or told.version >= newer[0]:
        return Leg()
    assumes = ("older-runtime-works",)
    if facts.rules.value("older-runtime-works") == "yes":
        return Leg(assumes=assumes)
    reason = f"the application's runtime, of {told.version.product}, is older than {facts.fqdn(hop)}"
    return failed(facts.fqdn(pool), reason, assumes=assumes)


def _machines(facts: Facts, pool: PoolId) -> Leg:
    assumes = ("applications-run",)
    if facts.rules.value("applications-run") == "yes":
        return Leg(assumes=assumes)
    return failed(facts.fqdn(pool), "the application does not run on its machines", 1038, assumes=assumes)


def admission(facts: Facts, site: SiteId) -> Outcome:
    """Return whether a site's call admission control decides; done where the site has none.

    Its host is the pool of the site that the topology gives the application's ports, and needs both
    Bandwidth Policy services ("Reset call admission control"; services facts).
    """
    return facts.outcome(("admission", site), lambda: travel(_admission(facts, site)))


@rule(
    "admission-control-on-its-pool",
    "Call admission control of a site is decided by the pool that hosts it, with both Bandwidth Policy "
    "services.",
    source="Reset call admission control",
)
def _admission(facts: Facts, site: SiteId) -> Iterator[Leg]:
    for pool in facts.state.pools.values():
        if pool.site == site and not pool.tells("applications"):
            reason = "nobody told whether this pool hosts admission control"
            yield undecided(pool.fqdn, reason, "Get-CsTopology -AsXml")
        if pool.site == site and "PDP" in pool.applications:
            yield facts.registrar(pool.id)
            yield from capable(facts, pool.id, ("bandwidth_policy_auth", "bandwidth_policy_core"), None)
