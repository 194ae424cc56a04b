"""Subjects that answer callers: application objects.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coexistence.deployment import Application, generations
from coexistence.observation import applications
from coexistence.observation.outcomes import Outcome
from coexistence.observation.subjects.asked import Asked
from coexistence.population import Rows
from coexistence.vocabulary import ApplicationKind, PoolId

__all__ = ["ApplicationSubject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSubject(Asked):
    """Numbers, groups, phones or endpoints of one kind and one pool that no rule can tell apart."""

    #: The first of them.
    application: Application
    #: How many.
    count: int

    @property
    def label(self) -> str:
        """What they are, and which pool they belong to."""
        if self.count == 1:
            return f"{self.kind.value} {self.application.id} on {self.owner}"
        return f"{self.count} {self.kind.value}s on {self.owner}"

    @property
    def kind(self) -> ApplicationKind:
        """What they are."""
        return self.application.kind

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
        pools = self.observer.state.pools
        found = generations(pools.values())
        return len(found) > 1 and self.owner in pools and pools[self.owner].versions == found[-1]

    def answer(self, caller: PoolId | None = None) -> Outcome:
        """Return whether they answer callers homed on a pool; left out, on every pool that is up."""
        if caller is None:
            return self.observer.handed(applications.answer_everybody(self.observer, self.application))
        return self.observer.handed(applications.answer(self.observer, self.application, caller))

    def hit(self) -> Mapping[str, int | Rows]:
        """Everybody who may call."""
        return self.observer.people_of(self.observer.state.pools)
