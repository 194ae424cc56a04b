"""``--coexistence-deployments``: how many, and in which shards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from coexistence.inputs.family.family import Family
from coexistence.rehearsal.estates import FamilyEstate
from coexistence.simulation.rules.assumptions import Rules

if TYPE_CHECKING:
    from plugin_runs import Run


def test_a_hundred_is_the_default(run: Run) -> None:
    ran = run("--coexistence", "--co", "-q")

    shards = {found for line in ran.lines for found in re.findall(r"\[generated-(\d+)-(\d+)-", line)}
    members = [member for first, last in shards for member in range(int(first), int(last) + 1)]
    assert sorted(members) == list(range(100))
    assert len(shards) == 1
    assert sum("::" in line for line in ran.lines) < 1500


def test_the_number_can_be_set_in_the_ini_file(run: Run) -> None:
    ini = "[pytest]\ncoexistence_deployments = 5\ncoexistence_at = pilot\n"
    ran = run("--coexistence", files={"pytest.ini": ini})

    ran.shows("coexistence: 5 generated deployments, seed 7, * checks")


def test_an_option_outweighs_the_ini_file(run: Run) -> None:
    ini = "[pytest]\ncoexistence_deployments = 5\ncoexistence_at = pilot\n"
    ran = run("--coexistence", "--coexistence-deployments=2", files={"pytest.ini": ini})

    ran.shows("coexistence: 2 generated deployments, seed 7, * checks")


@pytest.mark.parametrize("size", [1, 7, 100, 250, 251, 999, 5000])
@pytest.mark.parametrize("most", [2, 16])
def test_shards_cover_every_member_once(size: int, most: int) -> None:
    shards = FamilyEstate(Family(7, size), Rules()).shards(most)

    assert [member for first, last in shards for member in range(first, last + 1)] == list(range(size))
    assert len(shards) <= most
    sizes = [last - first + 1 for first, last in shards]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(
    ("size", "most", "shards"),
    [(1, 2, 1), (250, 16, 1), (251, 2, 2), (251, 16, 2), (1000, 16, 4), (5000, 2, 2)],
)
def test_a_shard_is_worth_a_worker(size: int, most: int, shards: int) -> None:
    """Below that, more items would cost one process more than they save two."""
    assert len(FamilyEstate(Family(7, size), Rules()).shards(most)) == shards


def test_the_number_of_items_does_not_grow_with_the_family(run: Run) -> None:
    ran = run("--coexistence", "--coexistence-deployments=100000", "--co", "-q")

    family = sum("::" in line for line in ran.lines)
    two = run("--coexistence", "--coexistence-deployments=251", "--co", "-q")
    assert family == sum("::" in line for line in two.lines)
    assert family <= 2500
