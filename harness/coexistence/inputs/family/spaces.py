"""Spaces of values, described once and read in two ways: by a seeded sampler, and by Hypothesis.

Law of this room: a space says what values there are, and nothing about how they are chosen. The sampler
uses ``random()`` alone, so that a seed means the same in every process and on every Python; Hypothesis
mixes what is imported into its draws, which is why families of deployments do not come from it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

__all__ = ["Choice", "Flag", "Many", "Optional", "Record", "Space", "Whole", "sample"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values; the first is the simplest."""

    options: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no; no is simpler. ``share`` is how often the sampler says yes."""

    share: float = 0.5


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from ``least`` to ``most``; the sampler prefers small ones by ``lean`` > 1."""

    least: int
    most: int
    lean: float = 1.0


@dataclass(frozen=True, slots=True)
class Optional:
    """Nothing, or a value; nothing is simpler."""

    of: Space
    share: float = 0.5


@dataclass(frozen=True, slots=True)
class Many:
    """A tuple of values; fewer are simpler."""

    of: Space
    least: int
    most: int
    lean: float = 1.0


@dataclass(frozen=True, slots=True)
class Record:
    """An object with a space for each of its fields."""

    kind: type
    fields: Mapping[str, Space] = field(default_factory=dict)


Space: TypeAlias = Choice | Flag | Whole | Optional | Many | Record


def sample(space: Space, source: random.Random) -> Any:
    """Return one value of ``space``, as ``source`` decides."""
    match space:
        case Choice(options):
            return options[int(source.random() * len(options))]
        case Flag(share):
            return source.random() < share
        case Whole(least, most, lean):
            return _number(least, most, lean, source)
        case Optional(of, share):
            return sample(of, source) if source.random() < share else None
        case Many(of, least, most, lean):
            return tuple(sample(of, source) for _ in range(_number(least, most, lean, source)))
        case Record(kind, fields):
            return kind(**{name: sample(part, source) for name, part in fields.items()})


def _number(least: int, most: int, lean: float, source: random.Random) -> int:
    return least + int(source.random() ** lean * (most - least + 1))
