"""Blueprint in, deployment out: a healthy deployment of one generation, with names and numbers.

Law of this room: the result is a function of the blueprint, the seed and the date; whatever a
blueprint asks for that its version does not have is left out. A deployment built here is sound: a
finding about it is a mistake of ours.
"""

from __future__ import annotations

from coexistence.inputs.family.builder.deployment import DEFAULT_DATE, build
from coexistence.inputs.family.builder.policies import CONFERENCING_POLICIES
from coexistence.inputs.family.builder.sites import crowds_of

__all__ = ["CONFERENCING_POLICIES", "DEFAULT_DATE", "build", "crowds_of"]
