"""Numbers, groups, phones and endpoints that belong to a pool: do they answer whoever calls them?

Law of this room: a caller's pool hands the call to the pool that owns the object, and that pool answers
with the services of the kind. Who calls makes a difference on the way to the owner alone.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from coexistence.deployment import Application
from coexistence.observation.facts import Facts
from coexistence.observation.outcomes import Outcome
from coexistence.observation.routes import Leg, failed, passed, travel
from coexistence.vocabulary import ApplicationKind, PoolId, PoolRole, SiteId, Unknown, Version
from coexistence.windows_services import CAPABILITIES

__all__ = ["admission", "answer", "answer_everybody", "callers", "capable"]

_RGS, _UM = ApplicationKind.RESPONSE_GROUP, ApplicationKind.EXCHANGE_UM
#: Services of a kind's application on the pool that owns the object, as in ``CAPABILITIES``. Phones and
#: devices are registered there and need no more; announcements have no service of their own.
_SERVICES: Final = {
    ApplicationKind.ACCESS_NUMBER: ("conferencing_attendant",),
    _RGS: CAPABILITIES["response_groups"].needs[0].services,
    ApplicationKind.CALL_PARK_ORBIT: CAPABILITIES["call_park"].needs[0].services,
}


def answer(facts: Facts, application: Application, caller: PoolId) -> Outcome:
    """Return whether an object answers somebody homed on a pool.

    Fails with 504 (ms-diagnostics 2) where the owner is silent, with 503 (5000) where its application
    is, with 404 (4005) where the owner is in the topology no more, and with 480 (15030) where Exchange
    does not answer. "Calls to them fail" is all that "Migrate dial-in access numbers" says of an object
    on a removed pool; the 404 is our choice.
    """
    return facts.outcome(
        ("answer", application.id, caller),
        lambda: travel(chain(_calling(facts, application.owner, caller), _answering(facts, application))),
    )


def answer_everybody(facts: Facts, application: Application) -> Outcome:
    """Return whether an object answers callers of every home pool that is up.

    A caller whose own pool is silent calls nobody; that is not the object's failure.
    """
    return facts.outcome(
        ("answer everybody", application.id), lambda: travel(_to_everybody(facts, application))
    )


def _to_everybody(facts: Facts, application: Application) -> Iterator[Leg]:
    yield _there(facts, application)
    yield facts.registrar(application.owner)
    yield facts.leg(("callers", application.owner), lambda: _callers_reach(facts, application.owner))
    yield from _serves(facts, application)


def _calling(facts: Facts, owner: PoolId, caller: PoolId) -> Iterator[Leg]:
    yield facts.in_topology(caller)
    yield facts.registrar(caller)
    if owner in facts.state.pools and owner != caller:
        yield facts.link(caller, owner)


def _answering(facts: Facts, application: Application) -> Iterator[Leg]:
    yield _there(facts, application)
    yield facts.registrar(application.owner)
    yield from _serves(facts, application)


def _there(facts: Facts, application: Application) -> Leg:
    if application.owner in facts.state.pools:
        return Leg()
    return failed(
        application.uri or application.id,
        f"it belongs to {application.owner}, which is in the topology no more",
        4005,
    )


def callers(facts: Facts) -> tuple[PoolId, ...]:
    """Return the pools that people call from: their homes, or every Front End pool where nobody told."""
    population = facts.state.population
    if isinstance(population, Unknown):
        return tuple(pool.id for pool in facts.pools(PoolRole.FRONT_END))
    return tuple(pool for pool in population.people_by_pool if pool in facts.state.pools)


def _callers_reach(facts: Facts, owner: PoolId) -> Leg:
    """Ask every caller's pool for its way to the owner; the first that has none ends the route."""
    others = [home for home in callers(facts) if home != owner and facts.registrar(home).stop is None]
    way = _all_of(facts.link(home, owner) for home in others)
    if way.stop is not None or not others:
        return way
    found = f"reached from {len(others)} other home pools"
    return passed(facts.fqdn(owner), found, *way.assumes)


def _all_of(ways: Iterable[Leg]) -> Leg:
    """Return the first way that stops, or what all of them rest on."""
    assumes: set[str] = set()
    for way in ways:
        if not assumes.issuperset(way.assumes):
            assumes.update(way.assumes)
        if way.stop is not None:
            return Leg(way.hops, way.stop, tuple(sorted(assumes)))
    return Leg(assumes=tuple(sorted(assumes)))


def _agents_reached(facts: Facts, owner: PoolId) -> Leg:
    """Ask for the way from a group's pool to its agents, who may be homed anywhere."""
    homes = callers(facts) if facts.rules.value("agents-anywhere") == "yes" else ()
    way = _all_of(facts.link(owner, home) for home in homes if home != owner)
    return Leg(way.hops, way.stop, ("agents-anywhere", *way.assumes))


def capable(facts: Facts, pool: PoolId, services: Iterable[str], diagnostic: int | None) -> Iterator[Leg]:
    """Ask a pool for the services that a feature needs (assumption ``features-need-services``)."""
    yield Leg(assumes=("features-need-services",))
    if facts.rules.value("features-need-services") == "yes":
        for service in services:
            yield facts.service(pool, service, diagnostic=diagnostic)


def _serves(facts: Facts, application: Application) -> Iterator[Leg]:
    owner = application.owner
    if application.kind in _SERVICES:
        yield from capable(facts, owner, _SERVICES[application.kind], 5000)
    match application.kind:
        case ApplicationKind.RESPONSE_GROUP:
            yield from _copies(facts, application)
            yield facts.leg(("agents", owner), lambda: _agents_reached(facts, owner))
        case ApplicationKind.UNASSIGNED_NUMBERS if facts.is_planned(owner):
            yield _announcements(facts, owner)
        case ApplicationKind.EXCHANGE_UM:
            yield from _voicemail(facts, owner)
        case ApplicationKind.TRUSTED_ENDPOINT:
            yield from _trusted(facts, application)


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


def _announcements(facts: Facts, owner: PoolId) -> Leg:
    """No tool carries announcements over: somebody recreates them (assumption)."""
    assumes = ("announcements-recreated",)
    if facts.rules.value("announcements-recreated") == "yes":
        return Leg(assumes=assumes)
    return failed(facts.fqdn(owner), "the announcement of the range is not on this pool", assumes=assumes)


def _voicemail(facts: Facts, owner: PoolId) -> Iterator[Leg]:
    """Ask for the way to Exchange Unified Messaging; 480 with 15030 where it is barred.

    Source: Testing peer-to-peer A/V calls.
    """
    pool = facts.state.pools[owner]
    if any(version >= Version.S19 for version in pool.versions):
        assumes = ("um-contacts-work-on-2019",)
        if facts.rules.value("um-contacts-work-on-2019") == "no":
            yield failed(pool.fqdn, "Exchange UM contacts fail on this version", sip=500, assumes=assumes)
        yield Leg(assumes=assumes)
    yield exchange(facts, owner, 15030)


def exchange(facts: Facts, pool: PoolId, diagnostic: int | None) -> Leg:
    """Ask whether Exchange, which no export shows, serves a pool (assumption ``exchange-answers``)."""
    assumes = ("exchange-answers",)
    if facts.rules.value("exchange-answers") == "yes":
        return Leg(assumes=assumes)
    return failed(facts.fqdn(pool), "Exchange does not answer this pool", diagnostic, assumes=assumes)


def _trusted(facts: Facts, application: Application) -> Iterator[Leg]:
    """Follow a call to a trusted application: from its contact's pool over the application's next hop."""
    pool = application.runs_on
    if pool is None:
        return
    if pool not in facts.state.pools:
        yield failed(application.uri or application.id, f"there is no trusted application pool {pool}", 4005)
    hop = facts.state.pools[pool].next_hop
    if hop is None or hop not in facts.state.pools:
        yield failed(
            facts.fqdn(pool), f"its next hop {hop or ''} is in the topology no more".replace("  ", " "), 1007
        )
        return
    yield facts.registrar(hop)
    if hop != application.owner:
        yield facts.link(application.owner, hop)
    yield facts.link(hop, pool)
    yield _machines(facts, pool)


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


def _admission(facts: Facts, site: SiteId) -> Iterator[Leg]:
    for pool in facts.state.pools.values():
        if pool.site == site and "PDP" in pool.applications:
            yield facts.registrar(pool.id)
            yield from capable(facts, pool.id, ("bandwidth_policy_auth", "bandwidth_policy_core"), None)
