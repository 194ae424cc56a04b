"""One home for strategies: whatever a property draws comes from here.

The package's own are shipped (``coexistence.inputs.family.strategies``), because searching for a broken
promise draws from them too; this module adds what only tests draw.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from coexistence.inputs.family.builder import build
from coexistence.inputs.family.strategies import blueprints, deployments, strategy
from coexistence.model.blueprint import Blueprint, Crowd, SiteBlueprint
from coexistence.model.vocabulary import Version
from coexistence.rehearsal.trial import Trial

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["blueprints", "deployments", "small_trials", "strategy", "trials", "version_sets"]


def trials(*, max_sites: int = 2) -> SearchStrategy[Trial]:
    """Healthy deployments on their way to the newest version that they may go to.

    Shrinks as :func:`blueprints` does.
    """
    return deployments(max_sites=max_sites).map(Trial)


def version_sets() -> SearchStrategy[tuple[Version, ...]]:
    """What evidence may leave of a pool's version: one, or several, oldest first."""
    return st.sets(st.sampled_from(Version), min_size=1, max_size=3).map(lambda found: tuple(sorted(found)))


def small_trials(*, max_sites: int = 2) -> SearchStrategy[Trial]:
    """Trials with three people in a crowd at most, so that every person can be looked at.

    Shrinks as :func:`blueprints` does.
    """
    return blueprints(max_sites=max_sites).map(
        lambda blueprint: Trial(build(_thinned(blueprint), "hypothesis"), target=blueprint.target)
    )


def _thinned(blueprint: Blueprint) -> Blueprint:
    return dataclasses.replace(blueprint, sites=tuple(_thinned_site(site) for site in blueprint.sites))


def _thinned_site(site: SiteBlueprint) -> SiteBlueprint:
    return dataclasses.replace(
        site,
        pools=tuple(dataclasses.replace(pool, crowds=_few(pool.crowds)) for pool in site.pools),
        branches=tuple(dataclasses.replace(branch, crowds=_few(branch.crowds)) for branch in site.branches),
    )


def _few(crowds: tuple[Crowd, ...]) -> tuple[Crowd, ...]:
    return tuple(dataclasses.replace(crowd, people=min(crowd.people, 3)) for crowd in crowds)
