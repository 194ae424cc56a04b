"""Variations around one deployment: most of it as it is, some of it as it might be.

Law of this room: what changes is drawn from the one description of made-up deployments; what stays is the
deployment's own, inside that description or not.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from coexistence.errors import BlueprintError
from coexistence.inputs.family.blueprint_of_twin import blueprint_of
from coexistence.inputs.family.blueprint_space import blueprint_space
from coexistence.inputs.family.builder import build
from coexistence.inputs.family.spaces import Many, Optional, Record, Space, sample
from coexistence.model.blueprint import Blueprint
from coexistence.model.deployment import Deployment
from coexistence.model.vocabulary import PATHS, Version

__all__ = ["neighbours", "varied"]


def neighbours(
    deployment: Deployment, number: int, *, seed: int = 7, target: Version | None = None, share: float = 0.1
) -> Iterator[Deployment]:
    """Yield so many made-up deployments around one, each under a name of its own.

    They stand before the first step of a migration, and their names are made up. Each fact is another one
    with the probability ``share``. Member *i* depends on the deployment, the seed and on *i* alone.

    Raises :class:`~coexistence.errors.BlueprintError` where
    :func:`~coexistence.inputs.family.blueprint_of_twin.blueprint_of` does, and for a pair of versions
    without a migration path.
    """
    blueprint = blueprint_of(deployment, target=target)
    for member in range(number):
        source = random.Random(f"coexistence neighbour {seed} {member}")  # noqa: S311  # variety, not secrecy
        name = f"neighbour-{member}"
        yield build(varied(blueprint, source, share=share), f"{seed}/{name}", name=name)


def varied(blueprint: Blueprint, source: random.Random, *, share: float = 0.1) -> Blueprint:
    """Return a blueprint with some facts drawn anew.

    Raises :class:`~coexistence.errors.BlueprintError` for a pair of versions without a migration path.
    """
    pair = (blueprint.legacy, blueprint.target)
    path = next((each for each in PATHS if (each.legacy, each.target) == pair), None)
    if path is None:
        names = " to ".join(version.product for version in pair)
        raise BlueprintError(f"no side-by-side migration leads from {names}. Name another target.")
    made: Blueprint = _near(blueprint_space(path), blueprint, source, share)
    return made


def _near(space: Space, value: Any, source: random.Random, share: float) -> Any:
    match space:
        case Record(kind, fields):
            return kind(
                **{name: _near(part, getattr(value, name), source, share) for name, part in fields.items()}
            )
        case Many(of, least, most):
            kept = [_near(of, each, source, share) for each in value]
            if kept and len(kept) > least and source.random() < share:
                del kept[int(source.random() * len(kept))]
            if len(kept) < most and source.random() < share:
                kept.append(sample(of, source))
            return tuple(kept)
        case Optional(of) if value is not None and source.random() >= share:
            return _near(of, value, source, share)
    return sample(space, source) if source.random() < share else value
