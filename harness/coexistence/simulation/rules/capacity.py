"""How many people a pool may hold: the vendor's figures, as a static rule.

Law of this room: figures with their source. Load over time is not modelled: nothing here is ever slow or
full, a pool has more people than it was tested with or it has not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import Edition, Maybe, PoolRole, Unknown, Version
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.registry import rule

__all__ = ["Figures", "figures_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a pool of some version and edition was tested with."""

    people: int
    servers: int
    people_per_server: int
    #: Everybody of both pools of a pair, on the one that is left.
    people_after_failover: int
    assumes: tuple[str, ...] = ()


_PER_SERVER: Final = 6_660
_STANDARD: Final = Figures(people=2_500, servers=1, people_per_server=2_500, people_after_failover=5_000)


@rule(
    "user-model-figures",
    "A Front End pool holds 80,000 people on twelve Front Ends (2015) or 106,000 on sixteen (2019), 6,660 on "
    "each; both pools of a pair together no more; a Standard Edition server 2,500, and 5,000 in failover.",
    source="Capacity planning: user models (Skype for Business Server 2015 and 2019)",
    switch="capacity-of-lync",
)
def figures_for(pool: Pool, rules: Rules) -> Maybe[Figures | None]:
    """Return the figures for a pool; None where there are none to hold it to, unknown without a version.

    A version without a user model of its own is held to the first later one that has one.
    """
    if pool.role is not PoolRole.FRONT_END:
        return None
    if not pool.versions:
        return Unknown("Get-CsServerPatchVersion")
    version = pool.versions[0]
    model = version.facts.user_model
    assumes: tuple[str, ...] = ()
    if model is None:
        later = (each.facts.user_model for each in Version if each > version)
        model = next((each for each in later if each is not None), None)
        if model is None or rules.value("capacity-of-lync") == "any-number":
            return None
        assumes = ("capacity-of-lync",)
    if pool.edition is Edition.STANDARD:
        return replace(_STANDARD, assumes=assumes)
    servers = model.servers
    if model.is_disputed:
        assumes = (*assumes, "front-ends-of-2019")
        servers = int(rules.value("front-ends-of-2019"))
    return Figures(
        people=model.people,
        servers=servers,
        people_per_server=_PER_SERVER,
        people_after_failover=model.people,
        assumes=assumes,
    )
