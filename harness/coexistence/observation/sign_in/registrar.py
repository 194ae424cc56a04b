"""Who registers people now: their home pool, or its backup while the home pool is silent.

Law of this room: a backup registrar serves the sessions of other people's pools, not their stores. Voice,
messages and calls go on; contact lists, conferences and presence wait for the administrator, except for
people of a branch appliance, whose stores were on the registrar's pool before (protocol facts, section 2.4).
It takes over at once: the interval without heartbeats is not waited for.
"""

from __future__ import annotations

from typing import Final

from coexistence.model.vocabulary import Disposition, PoolId, PoolRole
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Hop
from coexistence.observation.facts.routes import Leg
from coexistence.simulation.rules.registry import rule

__all__ = ["HERE", "serving", "takes_over"]

#: Nothing to tell: the home pool itself registers its people.
HERE: Final = Leg()


def serving(facts: Facts, home: PoolId) -> PoolId:
    """Return the pool that registers people of a home pool now: it, or its backup while it is silent."""
    pool = facts.state.pools.get(home)
    if pool is None or pool.backup is None or pool.backup not in facts.state.pools:
        return home
    stop = facts.registrar(home).stop
    if stop is None or stop.disposition is Disposition.UNDECIDED:
        return home
    instead = facts.registrar(pool.backup).stop
    is_silent = instead is not None and instead.disposition is not Disposition.UNDECIDED
    return home if is_silent else pool.backup


def takes_over(facts: Facts, home: PoolId, registrar: PoolId) -> Leg:
    """Tell that another pool registers people of a home pool; nothing where it does so itself."""
    if registrar == home:
        return HERE
    return facts.leg(("takes over", home), lambda: _takes_over(facts, home, registrar))


@rule(
    "backup-registrar",
    "While a pool is silent, its backup registrar registers its people in survivable mode.",
    source="Planning for central site voice resiliency; User experience during pool failure",
)
def _takes_over(facts: Facts, home: PoolId, backup: PoolId) -> Leg:
    """Tell that the backup registrar serves people whose own pool is silent.

    A pair: calls and messages work, contact lists, conferences and presence do not, until the
    administrator fails the pool over ("User experience during pool failure"). The contact lists of a
    branch appliance's people are on the backup registrar's pool anyway.
    """
    stop = facts.registrar(home).stop
    reason = stop.reason if stop is not None else ""
    survivable = "the backup registrar takes over"
    if facts.state.pools[home].role is not PoolRole.BRANCH_APPLIANCE:
        survivable += "; survivable mode: no contact list, no conferences, presence unknown"
    return Leg((Hop(facts.fqdn(home), reason), Hop(facts.fqdn(backup), survivable)), None, ())
