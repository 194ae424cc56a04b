"""What Hypothesis draws: the same spaces as the family, and as small as can be when it matters."""

from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from strategies import blueprints, deployments, strategy

from coexistence.inputs.family.builder import build
from coexistence.inputs.family.spaces import Choice, Flag, Many, Optional, Record, Space, Whole, sample
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    Crowd,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.clients import ClientGeneration
from coexistence.model.deployment import Deployment
from coexistence.model.vocabulary import PoolRole, Version

SMALLEST = Blueprint(
    legacy=Version.L10, target=Version.L13, sites=(SiteBlueprint(pools=(PoolBlueprint(),)),), sip_domains=1
)
#: Without the phase that explains: it traces every line, and nobody reads what it says here.
SEARCH = settings(max_examples=300, database=None, derandomize=True, phases=[Phase.generate, Phase.shrink])


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two values."""

    left: int
    right: bool


SPACES: list[Space] = [
    Choice(["a", "b", "c"]),
    Flag(0.3),
    Whole(-2, 5),
    Whole(1, 200, lean=3),
    Optional(Whole(1, 3), 0.5),
    Many(Flag(), 1, 4, lean=2),
    Record(Pair, {"left": Whole(0, 9), "right": Flag()}),
]


def belongs(value: object, space: Space) -> bool:
    """Whether a value is of a space."""
    match space:
        case Choice(options):
            return value in options
        case Flag():
            return isinstance(value, bool)
        case Whole(least, most):
            return isinstance(value, int) and least <= value <= most
        case Optional(of):
            return value is None or belongs(value, of)
        case Many(of, least, most):
            return (
                isinstance(value, tuple)
                and least <= len(value) <= most
                and all(belongs(part, of) for part in value)
            )
        case Record(kind, fields):
            return isinstance(value, kind) and all(
                belongs(getattr(value, name), part) for name, part in fields.items()
            )


@pytest.mark.parametrize("space", SPACES, ids=repr)
def test_sampler_and_strategy_stay_within_the_space(space: Space) -> None:
    source = random.Random(1)
    assert all(belongs(sample(space, source), space) for _ in range(300))

    @given(strategy(space))
    @settings(max_examples=30)
    def drawn(value: object) -> None:
        assert belongs(value, space)

    drawn()


@pytest.mark.parametrize("space", [Whole(-2, 5), Whole(1, 4, lean=3), Choice(list("abcd"))], ids=repr)
def test_the_sampler_reaches_every_value(space: Space) -> None:
    source = random.Random(1)
    found = {sample(space, source) for _ in range(2000)}

    assert all(belongs(value, space) for value in found)
    assert len(found) == (8 if space == Whole(-2, 5) else 4)


def test_leaning_prefers_small_numbers() -> None:
    source = random.Random(1)
    flat, leaning = (
        sum(sample(Whole(1, 200, lean=lean), source) for _ in range(2000)) / 2000 for lean in (1.0, 3.0)
    )

    assert leaning < 60 < 90 < flat


@pytest.mark.parametrize(("share", "least", "most"), [(0.0, 0, 0), (0.05, 50, 160), (1.0, 2000, 2000)])
def test_a_share_is_how_often_the_sampler_says_yes(share: float, least: int, most: int) -> None:
    source = random.Random(1)

    assert least <= sum(sample(Flag(share), source) for _ in range(2000)) <= most


def test_any_blueprint_shrinks_to_one_site_with_one_empty_pool() -> None:
    assert find(blueprints(max_sites=2), lambda _: True, settings=SEARCH) == SMALLEST


@pytest.mark.parametrize(
    ("wanted", "smallest"),
    [
        (
            lambda blueprint: len(blueprint.sites) > 1,
            dataclasses.replace(SMALLEST, sites=SMALLEST.sites * 2),
        ),
        pytest.param(
            lambda blueprint: any(site.branches for site in blueprint.sites),
            dataclasses.replace(SMALLEST, sites=(SiteBlueprint(branches=(BranchBlueprint(),)),)),
            marks=pytest.mark.thorough,
        ),
        (
            lambda blueprint: any(site.edge and site.edge.xmpp for site in blueprint.sites),
            dataclasses.replace(
                SMALLEST, sites=(SiteBlueprint(edge=EdgeBlueprint(servers=1, federation=False, xmpp=True)),)
            ),
        ),
        (
            lambda blueprint: sum(c.people for s in blueprint.sites for p in s.pools for c in p.crowds) >= 5,
            dataclasses.replace(
                SMALLEST,
                sites=(
                    SiteBlueprint(
                        pools=(PoolBlueprint(crowds=(Crowd(people=5, client=ClientGeneration.LYNC_2010),)),)
                    ),
                ),
            ),
        ),
    ],
    ids=["two sites", "a branch", "XMPP", "five people"],
)
def test_a_blueprint_shrinks_to_nothing_but_what_was_searched_for(
    wanted: object, smallest: Blueprint
) -> None:
    assert find(blueprints(max_sites=2), wanted, settings=SEARCH) == smallest  # type: ignore[arg-type]  # a predicate


@given(blueprints(max_sites=2))
def test_the_number_of_sites_can_be_bounded(blueprint: Blueprint) -> None:
    assert len(blueprint.sites) <= 2


@given(deployments(max_sites=1))
def test_deployments_are_built_from_blueprints(deployment: Deployment) -> None:
    assert len(deployment.pools_of(PoolRole.FRONT_END)) >= 1
    assert deployment.sip_domains[0] == build(SMALLEST, "hypothesis").sip_domains[0]


def test_every_pair_of_versions_is_drawn() -> None:
    pairs: set[tuple[Version, Version]] = set()

    @given(blueprints(max_sites=1))
    @settings(max_examples=100, derandomize=True, database=None)
    def draws(blueprint: Blueprint) -> None:
        pairs.add((blueprint.legacy, blueprint.target))

    draws()
    assert len(pairs) == 7


@given(st.integers(0, 2**63 - 1))
def test_any_seed_gives_a_family(seed: int) -> None:
    from coexistence.inputs.family.family import Family

    assert Family(seed, 1).deployment(0).pools
