"""A pool as a whole: how many people it may hold."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from helpers import RULES, built, crowd, observer
from hypothesis import given
from hypothesis import strategies as st

from coexistence.model.blueprint import Blueprint, BranchBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.vocabulary import Disposition, Edition, PoolRole, ServerId, Unknown, Version
from coexistence.observation import Outcome
from coexistence.observation.servers.pools import hold_users, people_behind
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State, state_of

DONE, FAILED = Disposition.DONE, Disposition.FAILED


class Crowded:
    """A population of which only head counts are looked at."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.people_by_pool = counts


def state_with(
    version: Version,
    edition: Edition,
    members: int,
    people: int,
    *,
    branch: int = 0,
    pair: int | None = None,
) -> State:
    """One pool (or a pair) of so many servers with so many people on it."""
    pool = PoolBlueprint(edition=edition, front_ends=members, crowds=(crowd(1),))
    branches = (BranchBlueprint(crowds=(crowd(1),)),) if branch else ()
    site = SiteBlueprint(pools=(pool,) if pair is None else (pool, pool), branches=branches)
    state = state_of(built(Blueprint(legacy=version, sites=(site,))), day=737_000, tools=None)
    pools = dict(state.pools)
    front_ends = [each for each in pools.values() if each.role is PoolRole.FRONT_END]
    first = front_ends[0]
    # A builder keeps to the limit; more servers than that are put in by hand.
    if edition is Edition.ENTERPRISE:
        servers = tuple(ServerId(f"fe{number}") for number in range(members))
        pools[first.id] = first = dataclasses.replace(first, servers=servers)
    counts = {str(first.id): people}
    for each in pools.values():
        if each.role is PoolRole.BRANCH_APPLIANCE:
            counts[each.id] = branch
    if pair is not None:
        other = front_ends[1]
        pools[first.id] = dataclasses.replace(first, backup=other.id)
        pools[other.id] = dataclasses.replace(other, backup=first.id)
        counts[other.id] = pair
    crowded: Any = Crowded(counts)
    return state.changed(pools=pools, population=crowded)


def holds(state: State, rules: Rules = RULES) -> Outcome:
    """What the first Front End pool answers."""
    pool = next(each.id for each in state.pools.values() if each.role is PoolRole.FRONT_END)
    return hold_users(observer(state, rules), pool)


@pytest.mark.parametrize(
    ("version", "edition", "members", "people", "done"),
    [
        (Version.S19, Edition.ENTERPRISE, 16, 99_900, True),
        (Version.S19, Edition.ENTERPRISE, 16, 99_901, False),
        (Version.S19, Edition.ENTERPRISE, 17, 10, False),
        (Version.S15, Edition.ENTERPRISE, 12, 73_260, True),
        (Version.S15, Edition.ENTERPRISE, 12, 73_261, False),
        (Version.S15, Edition.ENTERPRISE, 13, 10, False),
        (Version.SE, Edition.ENTERPRISE, 2, 6_660, True),
        (Version.SE, Edition.ENTERPRISE, 2, 6_661, False),
        (Version.L13, Edition.ENTERPRISE, 3, 13_320, True),
        (Version.L13, Edition.ENTERPRISE, 3, 13_321, False),
        (Version.S19, Edition.STANDARD, 1, 2_500, True),
        (Version.S19, Edition.STANDARD, 1, 2_501, False),
    ],
)
def test_figures_of_the_user_model(
    version: Version, edition: Edition, members: int, people: int, done: bool
) -> None:
    assert holds(state_with(version, edition, members, people)).done is done


@pytest.mark.parametrize(
    ("switched", "members", "people", "done"),
    [
        ({"capacity-without-one": "no"}, 2, 13_320, True),
        ({"capacity-without-one": "no"}, 2, 13_321, False),
        ({"front-ends-of-2019": "12"}, 13, 10, False),
        ({"front-ends-of-2019": "12"}, 12, 10, True),
    ],
    ids=str,
)
def test_what_may_be_switched(switched: dict[str, str], members: int, people: int, done: bool) -> None:
    state = state_with(Version.S19, Edition.ENTERPRISE, members, people)

    assert holds(state, Rules(switched)).done is done
    assert set(switched) & set(holds(state, Rules(switched)).assumes) or not done


def test_lync_server_is_held_to_the_figures_of_2015_by_assumption() -> None:
    state = state_with(Version.L10, Edition.ENTERPRISE, 2, 50_000)

    assert holds(state).disposition is FAILED
    assert "capacity-of-lync" in holds(state).assumes
    assert holds(state, Rules({"capacity-of-lync": "any-number"})).disposition is DONE


def test_people_of_branch_appliances_count() -> None:
    state = state_with(Version.S19, Edition.STANDARD, 1, 2_000, branch=501)

    assert people_behind(observer(state), next(iter(state.pools))) == 2_501
    assert holds(state).disposition is FAILED
    assert holds(state_with(Version.S19, Edition.STANDARD, 1, 2_000, branch=500)).disposition is DONE


def test_branch_people_count_for_the_pool_behind_them_alone() -> None:
    state = state_with(Version.S19, Edition.STANDARD, 1, 100, branch=7, pair=200)
    one, other = (each.id for each in state.pools.values() if each.role is PoolRole.FRONT_END)

    assert people_behind(observer(state), one) == 107
    assert people_behind(observer(state), other) == 200


@pytest.mark.parametrize(
    ("edition", "members", "here", "there", "done"),
    [
        (Edition.STANDARD, 1, 2_500, 2_500, True),
        (Edition.STANDARD, 1, 2_500, 2_501, False),
        (Edition.ENTERPRISE, 16, 53_000, 53_000, True),
        (Edition.ENTERPRISE, 16, 53_000, 53_001, False),
    ],
)
def test_the_survivor_of_a_pair_holds_both(
    edition: Edition, members: int, here: int, there: int, done: bool
) -> None:
    outcome = holds(state_with(Version.S19, edition, members, here, pair=there))

    assert outcome.done is done
    assert ("the one that is left" in outcome.reason) is not done


def test_without_people_or_a_version_nothing_is_decided() -> None:
    state = state_with(Version.S19, Edition.STANDARD, 1, 10)
    nobody = state.changed(population=Unknown("Get-CsUser"))
    pools = {key: dataclasses.replace(pool, versions=()) for key, pool in state.pools.items()}

    assert holds(nobody).needs == ("Get-CsUser",)
    assert holds(state.changed(pools=pools)).needs == ("Get-CsServerPatchVersion",)


@given(st.integers(2, 16), st.integers(0, 110_000), st.integers(0, 5_000))
def test_more_people_never_fit_better(members: int, people: int, more: int) -> None:
    few = holds(state_with(Version.S19, Edition.ENTERPRISE, members, people))
    many = holds(state_with(Version.S19, Edition.ENTERPRISE, members, people + more))

    assert few.done or not many.done
