"""Parked calls: fetching one from its orbit, and what callers hear meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.model.deployment import Application
from coexistence.model.vocabulary import ApplicationKind, Disposition, PoolId, Unknown
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, refused, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.observation.voice.applications import answer, has_file
from coexistence.simulation.rules.registry import rule

__all__ = ["fetch", "music"]


def fetch(situation: Situation, orbit: str, caller: PoolId, *, outside: bool = False) -> Outcome:
    """Return whether people of a pool fetch a call that was parked on an orbit, by the orbit's id.

    Fails with 404 (35000) where nobody has such an orbit; refused with 403 (35003) to people outside.
    """
    return situation.outcome(
        ("fetch", orbit, caller, outside), lambda: travel(_fetch(situation, orbit, caller, outside))
    )


@rule(
    "orbit-not-found",
    "A call is fetched from an orbit that some pool's range has, and from inside alone.",
    source="[MS-OCER] Call Park",
    switch="call-park-across-generations",
)
def _fetch(situation: Situation, orbit: str, caller: PoolId, outside: bool) -> Iterator[Leg]:
    yield situation.facts.in_topology(caller)
    yield situation.facts.registrar(caller)
    fqdn = situation.facts.fqdn(caller)
    known = situation.state.applications
    if isinstance(known, Unknown):
        yield undecided(fqdn, "nobody told which orbits there are", "Get-CsCallParkOrbit")
        return
    found = next(
        (each for each in known if each.kind is ApplicationKind.CALL_PARK_ORBIT and each.id == orbit), None
    )
    if found is None or found.owner not in situation.state.pools:
        yield failed(fqdn, f"no pool has the orbit {orbit}", 35000)
        return
    owner = situation.state.pools[found.owner]
    if outside:
        yield refused(owner.fqdn, "calls are not fetched from outside", 35003)
    if owner.versions != situation.state.pools[caller].versions:
        assumes = ("call-park-across-generations",)
        if situation.rules.value("call-park-across-generations") == "no":
            yield failed(owner.fqdn, "the caller's pool is of another generation", 35008, assumes=assumes)
        yield Leg(assumes=assumes)
    reached = answer(situation, found, caller)
    stop = None if reached.disposition is Disposition.DONE else reached
    yield Leg(reached.hops, stop, reached.assumes)


def music(facts: Facts, orbit: Application) -> Outcome:
    """Return whether parked callers hear the company's own music, where the orbit is to play any."""
    return travel(_music(facts, orbit))


@rule(
    "park-music-stays-behind",
    "A Call Park service without the music file in its pool's file store plays the product's own music.",
    source="Migrate Call Park application settings",
)
def _music(facts: Facts, orbit: Application) -> Iterator[Leg]:
    if not orbit.plays:
        return
    if not has_file(facts, orbit.owner, orbit.plays):
        yield failed(
            orbit.owner, f"{orbit.plays} is not in the file store: the product's own music is played"
        )
