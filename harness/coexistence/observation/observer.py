"""The observer: answers questions about one state.

Law of this room: it holds nothing but the state, the rules and what it has worked out already. Asked
twice it says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property

from coexistence.model.population import Part, grouped
from coexistence.model.vocabulary import Guest, Maybe, Modality, PoolId, PoolRole, SiteId, Unknown, Version
from coexistence.observation import conferencing
from coexistence.observation.administration import tasks
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.shared_cache import SharedFacts
from coexistence.observation.facts.situation import Situation
from coexistence.observation.network import edges, federation
from coexistence.observation.people import messaging
from coexistence.observation.servers.references import Reference, references
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

__all__ = ["Observer"]


class Observer(Situation):
    """Answers questions about one state."""

    def __init__(self, state: State, rules: Rules, shared: SharedFacts | None = None) -> None:
        super().__init__(state, rules, shared)
        #: Where outcomes are noted that a check is handed; set by whoever runs the check.
        self.note: Callable[[Outcome], None] | None = None

    def forget(self) -> None:
        """Let go of everything worked out so far, so that nothing is left that refers to itself.

        Subjects know their observer, which remembers its subjects: without this only the garbage
        collector could free them.
        """
        super().forget()
        own = _worked_out_once(type(self))  # type: ignore[arg-type]  # every class can be hashed
        for name in own & self.__dict__.keys():
            del self.__dict__[name]

    def handed(self, outcome: Outcome) -> Outcome:
        """Note that a check was handed this outcome, and hand it over."""
        if self.note is not None:
            self.note(outcome)
        return outcome

    def people_of(self, pools: Iterable[PoolId]) -> Mapping[str, Part]:
        """The people of some pools, by home; nothing where nobody told who is homed where."""
        if isinstance(self.state.population, Unknown):
            return {}
        homes = self.state.population.people_by_home
        return {pool: homes[pool] for pool in pools if pool in homes}

    # ---------------------------------------------------------------- answers, for those who know ids

    def message(self, sender: PoolId, recipient: PoolId) -> Outcome:
        """Return whether a message from a person on one pool reaches one on another (or the same)."""
        return messaging.between(self, sender, recipient, Modality.MESSAGE)

    def join(
        self,
        home: PoolId,
        scheduled_on: Maybe[Version],
        by_upgraded: Maybe[bool],
        *,
        joiner: PoolId | Guest | None = None,
        modality: Modality | None = None,
        policy: Maybe[str | None] = None,
        lost: bool = False,
    ) -> Outcome:
        """Return whether meetings of people on a pool, scheduled like this, can be joined."""
        return conferencing.join(
            self.facts,
            home,
            scheduled_on,
            by_upgraded,
            joiner=joiner,
            modality=modality,
            policy=policy,
            lost=lost,
        )

    def central_management(self) -> Outcome:
        """Return whether exactly one pool is the active master, and takes changes."""
        return tasks.central_management(self.facts)

    def administer_pool(self, pool: PoolId) -> Outcome:
        """Return whether the newest tools can open a pool, and changes reach its servers."""
        return tasks.pool(self.facts, pool)

    @cached_property
    def references(self) -> Mapping[PoolId, tuple[Reference, ...]]:
        """What names each pool."""
        return references(self)

    @cached_property
    def first_homes(self) -> Mapping[PoolId, tuple[PoolId, ...]]:
        """The pools that people came from, by the pool that they are homed on now."""
        population = self.state.population
        if isinstance(population, Unknown):
            return {}
        found: dict[PoolId, list[PoolId]] = {}
        for group in grouped((population.home, population.came_from), population.people):
            home, came_from = group.values
            found.setdefault(population.pools[home], []).append(population.pools[came_from])
        return {home: tuple(pools) for home, pools in found.items()}

    # ---------------------------------------------------------------- what a site ever had

    def central_site(self, pool: PoolId) -> SiteId | None:
        """Return the central site that a pool belongs to; None for a pool that the topology does not know."""
        site = edges.home_site(self.facts, pool)
        return None if site is None else site.id

    def federates(self, site: SiteId | None) -> Maybe[bool]:
        """Tell whether a site's federation route leads anywhere."""
        return False if site is None else federation.federates(self.facts, site)

    @property
    def has_edge(self) -> bool:
        """Whether the topology has an Edge pool."""
        return any(True for _ in self.facts.pools(PoolRole.EDGE))

    def relays_media(self, site: SiteId | None) -> bool:
        """Tell whether any pool of a central site, or of its branch sites, has an Edge for media."""
        return edges.relays_media(self.facts, site)


@cache
def _worked_out_once(kind: type) -> frozenset[str]:
    """Return the cached properties of a class of observers."""
    return frozenset(
        name for each in kind.__mro__ for name, it in vars(each).items() if isinstance(it, cached_property)
    )
