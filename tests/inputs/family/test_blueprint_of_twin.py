"""A deployment turned back into a blueprint: what is built from it has the same pools and cohorts."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from checkout import SAMPLES
from helpers import built, two_sites
from hypothesis import given, settings

from coexistence.checking.registry import Registry
from coexistence.errors import BlueprintError
from coexistence.inputs.exports import read_exports
from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.family.blueprint_of_twin import blueprint_of
from coexistence.inputs.family.builder import build
from coexistence.inputs.family.neighbours import neighbours, varied
from coexistence.inputs.family.strategies import deployments
from coexistence.model.blueprint import Blueprint
from coexistence.model.deployment import Deployment, generations
from coexistence.model.population import NOWHERE, Meetings, Population, grouped
from coexistence.model.vocabulary import PoolRole, SiteKind, Unknown, Version
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial

FIXTURES = SAMPLES
REGISTRY = Registry()
load_builtin(REGISTRY)


def counted(made: Deployment) -> Counter[tuple[object, ...]]:
    """Pools by place, role, version, edition and size, with their people by everything that cohorts are."""
    people = made.population
    assert isinstance(people, Population)
    meetings = people.meetings
    assert isinstance(meetings, Meetings)
    central = [site.id for site in made.sites if site.kind is SiteKind.CENTRAL]
    scheduled = np.bincount(meetings.organizer, minlength=len(people))
    place = {
        pool.id: (
            central.index(pool.site) if pool.site in central else -1,
            pool.role,
            pool.versions,
            pool.edition,
            len(pool.servers),
            pool.backup is not None,
        )
        for pool in made.pools
    }
    found: Counter[tuple[object, ...]] = Counter(("pool", *each) for each in place.values())
    columns = (
        people.home, people.client, people.kind, people.contacts, people.voice, people.xmpp, people.chat,
        people.assigned["conferencing"].code, scheduled,
    )  # fmt: skip
    for group in grouped(columns):
        home = None if group.values[0] == NOWHERE else place[people.pools[group.values[0]]]
        found["people", home, *group.values[1:]] += group.count
    return found


@settings(max_examples=25)
@given(made=deployments(max_sites=2))
def test_what_is_built_from_its_description_has_the_same_counts(made: Deployment) -> None:
    assert counted(build(blueprint_of(made), "neighbour")) == counted(made)


@settings(max_examples=8)
@given(made=deployments(max_sites=2))
def test_a_twin_has_the_description_of_the_deployment_that_it_is_of(made: Deployment) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_exports(made, Path(folder))
        twin = read_exports(Path(folder)).deployment

    assert counted(build(blueprint_of(twin), "neighbour")) == counted(made)


@pytest.mark.parametrize("name", ["pilot", "standard-edition", "two-sites"])
def test_every_sample_has_a_description(name: str) -> None:
    twin = read_exports(FIXTURES / name).deployment
    people = twin.population
    assert isinstance(people, Population)

    neighbour = build(blueprint_of(twin), "neighbour")

    others = neighbour.population
    assert isinstance(others, Population)
    assert len(others) == len(people)
    assert len(generations(neighbour.pools)) == 1


def test_a_migration_under_way_is_described_as_before_it() -> None:
    twin = read_exports(FIXTURES / "pilot").deployment

    found = blueprint_of(twin)

    assert (found.legacy, found.target) == (Version.S15, Version.S19)
    assert [len(site.pools) for site in found.sites] == [1]


def test_without_people_nobody_is_there() -> None:
    twin = replace(built(two_sites()), population=Unknown("Get-CsUser"))

    found = blueprint_of(twin)

    assert [[pool.crowds for pool in site.pools] for site in found.sites] == [[()], [()]]
    assert len(build(found, "neighbour").pools) == len(twin.pools)


def test_pools_and_services_alone_have_a_description(tmp_path: Path) -> None:
    for file in ("pools.csv", "services.csv", "sipdomains.csv", "sites.csv"):
        (tmp_path / file).write_bytes((FIXTURES / "two-sites" / file).read_bytes())
    twin = read_exports(tmp_path).deployment
    whole = read_exports(FIXTURES / "two-sites").deployment

    neighbour = build(blueprint_of(twin), "neighbour")

    def homes(made: Deployment) -> list[tuple[object, ...]]:
        return sorted(
            (pool.edition, len(pool.servers), pool.versions) for pool in made.pools_of(PoolRole.FRONT_END)
        )

    assert homes(neighbour) == homes(whole)


def test_without_a_known_version_there_is_no_blueprint() -> None:
    made = built(two_sites())
    nameless = replace(made, pools=tuple(replace(pool, versions=()) for pool in made.pools))

    with pytest.raises(BlueprintError, match="known version"):
        blueprint_of(nameless)


def findings(made: Deployment, target: Version) -> set[str]:
    """Checks that are broken anywhere on the path."""
    trial = Trial(made, target=target)
    return {
        check.name
        for place in trial.places
        for check in REGISTRY
        if check.applies_at(place) and trial.ask(check, place).broken
    }


@pytest.mark.parametrize("name", ["standard-edition", "two-sites"])
def test_around_a_sound_deployment_everything_is_sound(name: str) -> None:
    twin = read_exports(FIXTURES / name).deployment
    target = blueprint_of(twin).target
    around = list(neighbours(twin, 4))

    assert len({deployment.pools for deployment in around}) > 1
    assert {deployment.name for deployment in around} == {f"neighbour-{member}" for member in range(4)}
    for deployment in around:
        assert findings(deployment, target) == set()


def test_a_neighbour_depends_on_seed_and_number_alone() -> None:
    twin = read_exports(FIXTURES / "standard-edition").deployment

    assert list(neighbours(twin, 3))[2] == list(neighbours(twin, 5))[2]
    assert list(neighbours(twin, 2)) != list(neighbours(twin, 2, seed=8))


def test_nothing_changes_without_a_share() -> None:
    blueprint = blueprint_of(read_exports(FIXTURES / "two-sites").deployment)

    assert varied(blueprint, random.Random(1), share=0) == blueprint


def test_there_are_no_neighbours_without_a_path() -> None:
    blueprint = replace(Blueprint(), legacy=Version.SE, target=Version.L13)

    with pytest.raises(BlueprintError, match="no side-by-side migration"):
        varied(blueprint, random.Random(1))
