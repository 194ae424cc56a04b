"""What all subjects have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coexistence.model.population import Heads, Part
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
    #: Which people; None where only their number is known.
    part: Part | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.people} people on {self.home}"

    @property
    def heads(self) -> Heads:
        """Who they are, or how many."""
        return self.people if self.part is None else self.part

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

    def hit(self) -> Mapping[str, Heads]:
        """Who is hit when a promise about this subject breaks, by what to call them.

        Where only their numbers can be told, those under different names are taken to be different people.
        """
        return {}

    def __str__(self) -> str:
        return self.label
