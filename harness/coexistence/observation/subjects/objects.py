"""Subjects that answer callers, and such as call from outside: application objects, external parties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from coexistence.model.clients import PHONES
from coexistence.model.conditions.external_systems import ExternalParty
from coexistence.model.deployment import Application, generations
from coexistence.model.population import Heads
from coexistence.model.vocabulary import (
    APPLICATION_CMDLETS,
    ApplicationKind,
    Disposition,
    Maybe,
    PoolId,
    Unknown,
)
from coexistence.observation.facts.outcomes import Outcome, Undecided, untold
from coexistence.observation.network import external_parties
from coexistence.observation.sign_in.sign_in import sign_in
from coexistence.observation.subjects.asked import Asked
from coexistence.observation.voice import applications, call_park, response_group_agents

__all__ = ["ApplicationSubject", "PartySubject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSubject(Asked):
    """Numbers, groups, phones or endpoints of one kind and one pool that no rule can tell apart."""

    #: The first of them.
    application: Application
    #: How many.
    count: int
    #: What each of them is called; none where nobody told.
    ids: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def label(self) -> str:
        """What they are, and which pool they belong to."""
        if not self.is_told:
            return f"{self.kind.value}s"
        if self.count == 1:
            return f"{self.kind.value} {self.application.id} on {self.owner}"
        return f"{self.count} {self.kind.value}s on {self.owner}"

    @property
    def kind(self) -> ApplicationKind:
        """What they are."""
        return self.application.kind

    @property
    def is_told(self) -> bool:
        """Whether anybody told which there are; if not, this stands for all of the kind, undecided."""
        return self.count > 0

    def _untold(self) -> Undecided:
        return untold(f"nobody told which {self.kind.value}s there are", APPLICATION_CMDLETS[self.kind])

    @property
    def owner(self) -> PoolId:
        """The pool that their contact objects belong to."""
        return self.application.owner

    @property
    def has_copies(self) -> bool:
        """Response groups: whether another pool still holds the configuration that they were copied from."""
        return bool(self.application.copies)

    @property
    def is_cut_off(self) -> bool:
        """Response groups: whether the copy that they were migrated from was deleted."""
        return self.application.copy_deleted

    @property
    def is_on_newest_generation(self) -> bool:
        """Whether their pool runs the newer of two generations."""
        if not self.is_told:
            raise self._untold()
        pools = self.observer.state.pools
        found = generations(pools.values())
        return len(found) > 1 and self.owner in pools and pools[self.owner].versions == found[-1]

    @property
    def is_without_application(self) -> bool:
        """Endpoints: whether the pool that runs their application is in the topology no more."""
        runs_on = self.application.runs_on
        known = runs_on is not None and not isinstance(runs_on, Unknown)
        return known and runs_on not in self.observer.state.pools

    @property
    def callers(self) -> tuple[PoolId, ...]:
        """The home pools that people call from, but for those that are known to be down."""
        return tuple(each for each in applications.callers(self.observer) if not self._is_down(each))

    def _is_down(self, home: PoolId) -> bool:
        stop = self.observer.facts.registrar(home).stop
        return stop is not None and stop.disposition is not Disposition.UNDECIDED

    @property
    def agent_homes(self) -> tuple[PoolId, ...]:
        """Response groups: where people from the agents' pools are homed now; none if nobody told."""
        population = self.observer.state.population
        if self.application.agents and isinstance(population, Unknown):
            raise untold("nobody told who is homed where", population.needs)
        first = self.observer.first_homes
        told = set(self.application.agents)
        return tuple(home for home, came_from in first.items() if told & {home, *came_from})

    def answer(self, caller: PoolId | None = None) -> Outcome:
        """Return whether they answer callers homed on a pool; left out, on every pool that is up."""
        if not self.is_told:
            return self.observer.handed(self._untold().outcome)
        if caller is None:
            return self.observer.handed(applications.answer_everybody(self.observer, self.application))
        return self.observer.handed(applications.answer(self.observer, self.application, caller))

    def register(self) -> Outcome:
        """Phones: return whether such a phone, fresh from the box, finds its pool and signs in."""
        if not self.is_told:
            return self.observer.handed(self._untold().outcome)
        domain: Maybe[str] = next(iter(self.observer.state.sip_domains), Unknown("Get-CsSipDomain"))
        return self.observer.handed(sign_in(self.observer.facts, self.owner, max(PHONES), domain))

    def sign_in(self, agent: PoolId) -> Outcome:
        """Response groups: return whether agents homed on a pool can sign in to them."""
        if not self.is_told:
            return self.observer.handed(self._untold().outcome)
        return self.observer.handed(
            response_group_agents.sign_in_to_group(self.observer.facts, self.application, agent)
        )

    def call_on_behalf(self, agent: PoolId) -> Outcome:
        """Response groups: return whether agents homed on a pool can place calls in their name."""
        if not self.is_told:
            return self.observer.handed(self._untold().outcome)
        return self.observer.handed(
            response_group_agents.call_for_group(self.observer.facts, self.application, agent)
        )

    def fetch(self, caller: PoolId, *, outside: bool = False) -> Outcome:
        """Orbits: return whether people of a pool (``outside``: from outside) fetch a parked call."""
        if not self.is_told:
            return self.observer.handed(self._untold().outcome)
        return self.observer.handed(
            call_park.fetch(self.observer, self.application.id, caller, outside=outside)
        )

    def play_music(self) -> Outcome:
        """Orbits: return whether parked callers hear the company's own music, if they are to hear any."""
        if not self.is_told:
            return self.observer.handed(self._untold().outcome)
        return self.observer.handed(call_park.music(self.observer.facts, self.application))

    def hit(self) -> Mapping[str, Heads]:
        """Everybody who may call."""
        return self.observer.people_of(self.observer.state.pools)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartySubject(Asked):
    """Somebody outside the topology who was given a name or address of one of our servers."""

    party: ExternalParty

    @property
    def label(self) -> str:
        """What it is, and which server it uses."""
        return f"{self.party.kind.value} {self.party.name} on {self.party.pinned_to}"

    def connect(self) -> Outcome:
        """Return whether it reaches the server that it was told to use."""
        return self.observer.handed(external_parties.connect(self.observer.facts, self.party))

    def hit(self) -> Mapping[str, Heads]:
        """Nobody in particular: who depends on it is told nowhere."""
        return {}
