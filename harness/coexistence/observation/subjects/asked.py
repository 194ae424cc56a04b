"""What all subjects have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coexistence.model.population import Rows
from coexistence.model.vocabulary import PoolId, Version

if TYPE_CHECKING:
    from coexistence.observation.observer import Observer

__all__ = ["Asked", "Cohort"]


@dataclass(frozen=True, slots=True)
class Cohort:
    """People whom routing cannot tell apart: those of one home pool."""

    pool: PoolId
    people: int
    #: Versions that the pool may run; empty where the topology does not know the pool.
    versions: tuple[Version, ...]
    #: Code of their routing group where its replicas deviate; 0 for everybody else.
    group: int = 0

    def __str__(self) -> str:
        return f"{self.people} people on {self.home}"

    @property
    def home(self) -> str:
        """The pool, and the routing group where that matters."""
        return f"{self.pool} (routing group {self.group})" if self.group else self.pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every subject has: the observer that answers for it, and who is hit when it fails."""

    observer: Observer = field(repr=False, compare=False)

    @property
    def label(self) -> str:
        """What to call the subject in a finding."""
        raise NotImplementedError  # every subject below names itself

    def hit(self) -> Mapping[str, int | Rows]:
        """Return who is hit when a promise about this subject breaks: head counts by cohort, or rows."""
        return {}

    def __str__(self) -> str:
        return self.label
