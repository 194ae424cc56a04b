"""A family of deployments from one seed: the same in every process, in any order.

Law of this room: member ``i`` depends on the seed and on ``i`` alone, so that one can be made without
the others, by whichever worker needs it.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from coexistence.inputs.family.blueprint_space import blueprint_space
from coexistence.inputs.family.builder import DEFAULT_DATE, build
from coexistence.inputs.family.spaces import sample
from coexistence.model.blueprint import Blueprint
from coexistence.model.deployment import Deployment
from coexistence.model.vocabulary import PATHS, Version

__all__ = ["Family"]


@dataclass(frozen=True, slots=True)
class Family:
    """``size`` healthy deployments; version pairs are dealt evenly among them.

    ``target`` keeps only pairs that lead to one version.
    """

    seed: int
    size: int
    as_of: dt.date = DEFAULT_DATE
    target: Version | None = None

    def blueprint(self, member: int) -> Blueprint:
        """Return the blueprint of one member."""
        paths = [path for path in PATHS if self.target in (None, path.target)]
        # A text seed is hashed with SHA-512 by the random module: no hash seed of the process gets in.
        source = random.Random(f"coexistence {self.seed} {member}")  # noqa: S311  # variety, not secrecy
        made: Blueprint = sample(blueprint_space(paths[member % len(paths)]), source)
        return made

    def deployment(self, member: int) -> Deployment:
        """Build one member."""
        name = f"deployment-{member}"
        return build(self.blueprint(member), f"{self.seed}/{member}", as_of=self.as_of, name=name)
