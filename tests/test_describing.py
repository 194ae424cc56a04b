"""A deployment turned back into a blueprint: what is built from it has the same pools and cohorts."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import built, two_sites
from hypothesis import given, settings

from coexistence.building import build
from coexistence.deployment import Deployment
from coexistence.describing import blueprint_of
from coexistence.errors import BlueprintError
from coexistence.exports import read_exports, write_exports
from coexistence.generation.strategies import deployments
from coexistence.population import NOWHERE, Meetings, Population, grouped
from coexistence.vocabulary import SiteKind, Unknown


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


def test_a_deployment_of_several_versions_has_no_blueprint() -> None:
    pilot = read_exports(Path(__file__).parents[1] / "fixtures" / "pilot").deployment

    with pytest.raises(BlueprintError, match="several versions"):
        blueprint_of(pilot)


def test_without_people_there_is_no_blueprint() -> None:
    with pytest.raises(BlueprintError, match="Get-CsUser"):
        blueprint_of(replace(built(two_sites()), population=Unknown("Get-CsUser")))
