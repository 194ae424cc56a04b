"""What tests of rehearsals share: a deployment that has everything, and the built-in checks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from helpers import crowd, one_pool

from coexistence.checking.registry import Registry
from coexistence.model.blueprint import BranchBlueprint, PoolBlueprint
from coexistence.plugin.loading import load_builtin

if TYPE_CHECKING:
    from coexistence.checking.registry import Check

#: Everything that a step can be about.
RICH = one_pool(
    people=12,
    pool=PoolBlueprint(
        dial_in=True,
        voice=True,
        response_groups=1,
        call_park=True,
        common_area_phones=1,
        analog_devices=1,
        archiving=True,
        admission_control=True,
        crowds=(crowd(9, meetings=3, voice=True),),
    ),
    branches=(BranchBlueprint(crowds=(crowd(6),)),),
    director=True,
    mediation=1,
    trusted_applications=1,
)


@cache
def checks() -> tuple[Check, ...]:
    registry = Registry()
    load_builtin(registry)
    return tuple(registry)
