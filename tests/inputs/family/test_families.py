"""A family from a seed: any member alone, the same everywhere, and varied enough to mean something."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from coexistence.checking.registry import Registry
from coexistence.inputs.family.blueprint_space import clients_for
from coexistence.inputs.family.family import Family
from coexistence.model.blueprint import Crowd, PoolBlueprint, from_plain, to_plain
from coexistence.model.clients import ClientGeneration
from coexistence.model.population import Population
from coexistence.model.vocabulary import (
    PATHS,
    ApplicationKind,
    ContactStore,
    Edition,
    MeetingKind,
    PoolRole,
    SiteKind,
    Unknown,
    UserKind,
    Version,
)
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coexistence.model.blueprint import Blueprint, BranchBlueprint
    from coexistence.model.deployment import Deployment

SEED = 7
SIZE = 100
FAMILY = Family(SEED, SIZE)

#: Prints a digest of a family's members: blueprints, names and columns. Sets are sorted first: the order
#: in which they are printed says nothing.
SCRIPT = """
import dataclasses, hashlib, json
import numpy as np
from coexistence.model.blueprint import to_plain
from coexistence.inputs.family.family import Family

def told(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, frozenset):
        return sorted(map(told, value))
    if isinstance(value, tuple):
        return [told(part) for part in value]
    if hasattr(value, "addresses"):
        names = [value.addresses[row] for row in range(min(5, len(value)))]
        return [names, *(told(part) for name, part in sorted(vars(value).items()) if name != "addresses")]
    if dataclasses.is_dataclass(value):
        return [told(getattr(value, each.name)) for each in dataclasses.fields(value)]
    return repr(value)

family = Family(7, 7)
made = [[to_plain(family.blueprint(member)), told(family.deployment(member))] for member in range(7)]
print(hashlib.sha256(json.dumps(made).encode()).hexdigest())
"""


def deployments() -> Iterator[Deployment]:
    for member in range(SIZE):
        yield FAMILY.deployment(member)


def crowds(blueprint: Blueprint) -> Iterator[tuple[PoolBlueprint | BranchBlueprint, Crowd]]:
    for site in blueprint.sites:
        for pool in site.pools:
            yield from ((pool, each) for each in pool.crowds)
        for branch in site.branches:
            yield from ((branch, each) for each in branch.crowds)


# ---------------------------------------------------------------- the same everywhere


@pytest.mark.parametrize("member", [0, 1, 17, 99])
def test_a_member_depends_on_seed_and_number_alone(member: int) -> None:
    alone = Family(SEED, 1_000_000).blueprint(member)

    assert alone == FAMILY.blueprint(member)
    assert Family(SEED, member + 1).deployment(member) == FAMILY.deployment(member)


def test_members_may_be_made_in_any_order() -> None:
    forwards = {member: FAMILY.blueprint(member) for member in range(20)}
    shuffled = random.Random(3).sample(range(20), 20)

    assert {member: FAMILY.blueprint(member) for member in shuffled} == forwards


def test_the_state_of_the_random_module_is_neither_used_nor_changed() -> None:
    before = random.getstate()
    one = FAMILY.deployment(3)
    random.seed(12345)

    assert FAMILY.deployment(3) == one
    random.setstate(before)
    FAMILY.deployment(4)
    assert random.getstate() == before


def test_another_seed_is_another_family() -> None:
    other = Family(SEED + 1, SIZE)

    same = sum(other.blueprint(member) == FAMILY.blueprint(member) for member in range(20))
    assert same <= 2


def test_a_family_is_the_same_in_every_process() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "random")
    }

    assert len(digests) == 1


def test_a_blueprint_can_be_stored_and_read_back() -> None:
    for member in range(SIZE):
        blueprint = FAMILY.blueprint(member)
        assert from_plain(json.loads(json.dumps(to_plain(blueprint)))) == blueprint


# ---------------------------------------------------------------- the spread


@pytest.mark.parametrize("size", [7, 10, 100])
def test_pairs_of_versions_are_dealt_evenly(size: int) -> None:
    family = Family(SEED, size)
    pairs = Counter(
        (family.blueprint(member).legacy, family.blueprint(member).target) for member in range(size)
    )

    assert set(pairs) == {(path.legacy, path.target) for path in PATHS}
    assert max(pairs.values()) - min(pairs.values()) <= 1


@pytest.mark.parametrize("target", [Version.L13, Version.S15, Version.S19, Version.SE])
def test_a_wanted_target_leaves_only_pairs_that_lead_there(target: Version) -> None:
    family = Family(SEED, 8, target=target)
    pairs = {(family.blueprint(member).legacy, family.blueprint(member).target) for member in range(8)}

    assert pairs == {(path.legacy, path.target) for path in PATHS if path.target is target}


def test_the_default_family_has_everything_that_can_be_generated() -> None:
    seen: dict[str, set[object]] = {name: set() for name in ("roles", "editions", "kinds", "applications")}
    columns: dict[str, set[int]] = {name: set() for name in ("client", "kind", "contacts")}
    features = Counter[str]()
    for made in deployments():
        population = made.population
        assert isinstance(population, Population)
        assert not isinstance(population.meetings, Unknown)
        assert not isinstance(made.applications, Unknown)
        seen["roles"] |= {pool.role for pool in made.pools}
        seen["editions"] |= {pool.edition for pool in made.pools}
        seen["kinds"] |= set(population.meetings.kind.tolist())
        seen["applications"] |= {each.kind for each in made.applications}
        for name, codes in columns.items():
            codes |= set(getattr(population, name).tolist())
        features["paired pools"] += any(
            pool.backup and pool.role is PoolRole.FRONT_END for pool in made.pools
        )
        features["branches"] += any(site.kind is SiteKind.BRANCH for site in made.sites)
        features["several sites"] += sum(site.kind is SiteKind.CENTRAL for site in made.sites) > 1
        features["one site"] += len(made.sites) == 1
        features["no Edge"] += not made.pools_of(PoolRole.EDGE)
        features["several Edges"] += len(made.pools_of(PoolRole.EDGE)) > 1
        features["federation"] += any(pool.federation for pool in made.pools)
        features["XMPP federation"] += any(pool.xmpp for pool in made.pools)
        features["XMPP users"] += bool((population.xmpp == 1).any())
        features["Persistent Chat users"] += bool((population.chat == 1).any())
        features["large pools"] += any(len(pool.servers) > 3 for pool in made.pools)
        features["several domains"] += len(made.sip_domains) > 1
        features["gateways"] += bool(made.gateways)
        features["nobody on a pool"] += len(population.people_by_pool) < len(
            made.pools_of(PoolRole.FRONT_END)
        )

    #: 2010's Monitoring and Archiving roles are not generated; OTHER has no rules.
    assert seen["roles"] == set(PoolRole) - {PoolRole.MONITORING, PoolRole.ARCHIVING, PoolRole.OTHER}
    assert seen["editions"] == {*Edition, None}
    assert seen["kinds"] == set(MeetingKind)
    assert seen["applications"] == set(ApplicationKind)
    assert columns["client"] == set(ClientGeneration) - {ClientGeneration.UNKNOWN}
    assert columns["kind"] == set(UserKind)
    # A list is lost on the way, never to begin with.
    assert columns["contacts"] == {ContactStore.SERVER, ContactStore.EXCHANGE}
    assert not [name for name, count in features.items() if count < 2], features


def test_nobody_is_given_a_client_that_may_not_sign_in() -> None:
    """Before and after the migration: the made-up deployments must be sound."""
    for member in range(SIZE):
        blueprint = FAMILY.blueprint(member)
        allowed = clients_for(blueprint.legacy, blueprint.target)
        assert {each.client for _, each in crowds(blueprint)} <= set(allowed)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.legacy.name}-{path.target.name}")
def test_every_pair_leaves_some_client_that_may_sign_in_on_both_sides(path: object) -> None:
    assert clients_for(path.legacy, path.target)  # type: ignore[attr-defined]  # a PathPair


def test_sizes_stay_within_what_the_page_says() -> None:
    for member in range(SIZE):
        blueprint = FAMILY.blueprint(member)
        assert 1 <= len(blueprint.sites) <= 4
        assert 1 <= blueprint.sip_domains <= 3
        for site in blueprint.sites:
            assert 1 <= len(site.pools) <= 3
            assert len(site.branches) <= 2
        for holder, each in crowds(blueprint):
            assert 1 <= each.people <= 200
            assert 0 <= each.meetings <= 3
            assert len(holder.crowds) <= (5 if isinstance(holder, PoolBlueprint) else 2)


# ---------------------------------------------------------------- sound


@pytest.mark.parametrize(
    ("first", "least"),
    [(0, 20_000), *(pytest.param(each, 20_000, marks=pytest.mark.thorough) for each in range(1, 5))],
)
def test_sound_deployments_raise_no_finding_and_leave_nothing_undecided(first: int, least: int) -> None:
    """Whole migrations, every checkpoint and way back, every built-in check: no false alarm."""
    registry = Registry()
    load_builtin(registry)
    alarms: list[str] = []
    evaluations = 0
    for member in range(first, SIZE, 5):
        trial = Trial(FAMILY.deployment(member), target=FAMILY.blueprint(member).target)
        assert trial.refusals == (), member
        for stop in trial.stops():
            for check in registry:
                if not check.applies_at(stop.place):
                    continue
                result = trial.ask(check, stop.place)
                evaluations += result.evaluations
                if result.broken or result.undecided or result.crash:
                    alarms.append(f"{member} at {stop.place.label}: {check.name}: {result}")

    assert not alarms, alarms[:3]
    assert evaluations > least
