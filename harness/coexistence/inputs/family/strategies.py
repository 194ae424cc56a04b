"""Hypothesis strategies over the same spaces, for searching and shrinking.

Law of this room: the only one that imports hypothesis. Lists are plain ``st.lists`` and the attributes
of a thing are drawn together, because such strategies shrink to the smallest case.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from coexistence.inputs.family.blueprint_space import blueprint_space
from coexistence.inputs.family.builder import build
from coexistence.inputs.family.spaces import Choice, Flag, Many, Optional, Record, Space, Whole
from coexistence.model.blueprint import Blueprint
from coexistence.model.deployment import Deployment
from coexistence.model.vocabulary import PATHS

__all__ = ["blueprints", "deployments", "strategy"]


def strategy(space: Space) -> SearchStrategy[Any]:
    """Return a strategy for a space; it shrinks towards the simplest value of every part."""
    match space:
        case Choice(options):
            return st.sampled_from(list(dict.fromkeys(options)))
        case Flag():
            return st.booleans()
        case Whole(least, most):
            return st.integers(least, most)
        case Optional(of):
            return st.none() | strategy(of)
        case Many(of, least, most):
            return st.lists(strategy(of), min_size=least, max_size=most).map(tuple)
        case Record(kind, fields):
            return st.builds(kind, **{name: strategy(part) for name, part in fields.items()})


def blueprints(*, max_sites: int = 3) -> SearchStrategy[Blueprint]:
    """Deployments that an administrator could describe in a paragraph, for every pair of versions.

    Shrinks towards Lync Server 2010 on its way to 2013: one site, one Standard Edition server, nobody
    on it.
    """
    # Nothing is learned from thousands of people that are alike, and a search tries many deployments.
    spaces = [blueprint_space(path, max_sites=max_sites, crowds=False) for path in PATHS]
    return st.one_of([strategy(space) for space in spaces])


def deployments(*, max_sites: int = 3) -> SearchStrategy[Deployment]:
    """Healthy deployments, built from :func:`blueprints`, always with the same names."""
    return blueprints(max_sites=max_sites).map(lambda blueprint: build(blueprint, "hypothesis"))
