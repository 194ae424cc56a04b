"""Routing classes: pools that no question between two pools can tell apart.

Law of this room: what a route between two pools looks at is what is true of the one alone, what is true of
the other alone, and whether both are one. So whoever agrees in all of that gets the same answer, names
aside, and one of them is asked for all. This is used for nothing but finding out that all is well: a pool of
which anything is out of order, and one that is named by something between pools, is a class of its own; and
where the one who was asked does not get through, everybody is asked.

Whoever looks at something more on a route between two pools says so in :func:`_sides`. Tests watch which
parts of a state such routes look at, and compare with asking everybody.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from coexistence.model.vocabulary import Modality, PoolId
from coexistence.observation.conferencing.hosting import factory, hosting_pool, mcu_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.network.edges import home_site
from coexistence.observation.servers.user_replicas import archived, changes, user_services
from coexistence.observation.sign_in.registrar import serving

__all__ = ["one_of_each", "routing_class"]


def routing_class(facts: Facts, home: PoolId) -> int:
    """Return the number of a pool's class, which means something beside others of this state alone."""
    return facts.once(("routing class", home), lambda: facts.number(("class", _sides(facts, home))))


def one_of_each(facts: Facts, homes: Iterable[PoolId], *apart: PoolId) -> tuple[PoolId, ...]:
    """Return the first pool of each class among ``homes``; those of ``apart`` each stand for themselves.

    They are the pools that all of ``homes`` are asked about: nobody else is one with them.
    """
    found: dict[PoolId | int, PoolId] = {}
    for home in homes:
        found.setdefault(home if home in apart else routing_class(facts, home), home)
    return tuple(found.values())


def _sides(facts: Facts, home: PoolId) -> Hashable:
    """Return all that routes look at of a pool that is in order, on either end; else the pool itself."""
    pool = facts.state.pools.get(home)
    if pool is None or home in _named(facts):
        return home
    legs = [facts.registrar(home)]
    legs += [look(facts, home) for look in (user_services, changes, archived, factory)]
    legs += [mcu_of(facts, home, modality) for modality in (Modality.MESSAGE, Modality.AUDIO)]
    if any(leg.stop is not None for leg in legs):
        return home
    alone = (pool.role, pool.versions, _filter(facts, home), *(leg.assumes for leg in legs))
    return alone, facts.near_end(home), facts.far_end(home)


def _filter(facts: Facts, home: PoolId) -> Hashable:
    """Return the scope of the filter of links and files that people of a pool are under; "" for none."""
    scopes = {each.scope for each in facts.state.particulars.im_filters}
    site = home_site(facts, home) if scopes else None
    if site is not None and f"site:{site.id}" in scopes:
        return f"site:{site.id}"
    return "global" if "global" in scopes else ""


def _named(facts: Facts) -> frozenset[PoolId]:
    """Return the pools that anything names which is out of the ordinary, or which stands between pools."""
    return facts.once(("named on routes",), lambda: frozenset(_look_for_named(facts)))


def _look_for_named(facts: Facts) -> Iterator[PoolId]:
    state = facts.state
    for home, pool in state.pools.items():
        # Who stands in for another pool is one with it, for some on the other end.
        if pool.backup is not None and (serving(facts, home) != home or hosting_pool(facts, home) != home):
            yield from (home, pool.backup)
    for block in state.blocked:
        yield from (pool for pool in (block.source, block.target) if pool is not None)
    backing = state.backing
    yield from (state.servers[each.server].pool for each in backing.machines if each.server in state.servers)
    yield from backing.groups_by_pool
    yield from backing.replicator_by_pool
    yield from backing.critical
    yield from state.particulars.strict_presence
    full = {site for link in state.surroundings.links if link.room <= 0 for site in link.sites}
    if full:
        yield from (home for home, pool in state.pools.items() if pool.site in full)
