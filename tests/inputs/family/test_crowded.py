"""Crowded sites: nearly as many people as their pools hold, and never more."""

from __future__ import annotations

import pytest
from helpers import RULES, crowd

from coexistence.inputs.family.builder import build
from coexistence.model.blueprint import Blueprint, BranchBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.vocabulary import Disposition, Edition, PoolRole, Unknown
from coexistence.observation import Observer, PoolSubject
from coexistence.observation.listings import subjects
from coexistence.simulation.state import state_of

FULL = (crowd(200),) * 4


def deployment_of(edition: Edition, *, crowded: bool, front_ends: int = 2) -> Observer:
    branch = BranchBlueprint(crowds=(crowd(200), crowd(200)))
    pools = (PoolBlueprint(edition=edition, front_ends=front_ends, crowds=FULL, paired=True),) * 2
    site = SiteBlueprint(pools=pools, branches=(branch, branch), crowded=crowded)
    deployment = build(Blueprint(sites=(site,)), "test")
    return Observer(state_of(deployment, day=1, tools=None), RULES)


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("front_ends", [1, 2, 6])
def test_a_crowded_pool_holds_its_people_with_branches_and_a_front_end_down(
    edition: Edition, front_ends: int
) -> None:
    observer = deployment_of(edition, crowded=True, front_ends=front_ends)

    for subject in subjects(observer, "pool"):
        assert isinstance(subject, PoolSubject)
        if subject.pool.role is PoolRole.FRONT_END:
            assert subject.hold_users().disposition is Disposition.DONE


@pytest.mark.parametrize(("edition", "least"), [(Edition.STANDARD, 1_500), (Edition.ENTERPRISE, 5_000)])
def test_a_crowded_site_has_many_times_the_people(edition: Edition, least: int) -> None:
    counts = []
    for crowded in (False, True):
        observer = deployment_of(edition, crowded=crowded)
        population = observer.state.population
        assert not isinstance(population, Unknown)
        pools = [pool.id for pool in observer.facts.pools(PoolRole.FRONT_END)]
        counts.append(min(population.people_by_pool[pool] for pool in pools))

    assert counts[0] == 800
    assert counts[1] >= least
