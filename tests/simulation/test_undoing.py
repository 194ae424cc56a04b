"""What takes an operation back: carried out and taken back, everything is as before."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from helpers import RULES, after, crowd, front_end, new, one_pool, state_at, tried

from coexistence.model import operations as op
from coexistence.model.blueprint import BranchBlueprint, PoolBlueprint
from coexistence.model.vocabulary import PoolRole, Version
from coexistence.rehearsal.interruptions.snapshots import not_restored
from coexistence.simulation.changes.undo import undoing
from coexistence.simulation.engine import apply

if TYPE_CHECKING:
    from collections.abc import Callable

    from coexistence.model.vocabulary import PoolId
    from coexistence.simulation.state import State

DESCRIPTION = one_pool(
    people=10,
    pool=PoolBlueprint(dial_in=True, voice=True, archiving=True, admission_control=True),
    branches=(BranchBlueprint(crowds=(crowd(6),)),),
)
TRIAL = tried(DESCRIPTION)
OLD = front_end(TRIAL.deployment)
TOOLS = Version.S19


def appliance(state: State) -> PoolId:
    return next(pool.id for pool in state.pools.values() if pool.role is PoolRole.BRANCH_APPLIANCE)


def begun() -> State:
    return state_at(TRIAL, "post-migration")


MADE: dict[str, Callable[[State], op.Operation]] = {
    "services stop": lambda _: op.StopServices(pool=OLD),
    "CMS moves": lambda _: op.MoveCms(to=new(OLD), tools=TOOLS),
    "directories move": lambda _: op.MoveConferenceDirectories(source=OLD, to=new(OLD)),
    "stores are cleared": lambda _: op.RemoveArchivingMonitoring(pool=OLD),
    "admission control moves": lambda _: op.MoveCallAdmissionControl(source=OLD, to=new(OLD)),
    "service is disabled": lambda _: op.DisableService(pool=OLD, service="RTCSRV"),
    "next hop changes": lambda state: op.SetNextHop(
        pool=next(p.id for p in state.pools.values() if p.next_hop == new(OLD)), to=OLD
    ),
    "media goes elsewhere": lambda _: op.AssociateMediaEdge(pool=OLD, edge=None),
    "federation is closed": lambda state: op.SetEdgeFederation(
        edge=next(p.id for p in state.pools.values() if p.federation), enabled=False
    ),
    "route is cleared": lambda state: op.SwitchFederationRoute(
        site=next(s.id for s in state.sites.values() if s.federation_route), to=None
    ),
}


@pytest.mark.parametrize("what", MADE)
def test_what_is_taken_back_is_as_before(what: str) -> None:
    before = begun()
    operation = MADE[what](before)
    done = after(before, operation)
    undone = undoing(operation, before)

    assert not undone.impossible
    restored = after(done, *undone.operations, op.Replicate())
    left = not_restored(before, restored)
    assert [each for each in left if "accounts" not in each and "clients" not in each] == []
    if what not in ("services stop", "service is disabled"):
        changed = not_restored(before, done)
        assert changed != left, "the operation changed nothing that anybody would miss"


def test_a_removed_appliance_comes_back_with_its_people() -> None:
    before = state_at(TRIAL, "production")
    branch = appliance(before)
    state, done = before, []
    for operation in (
        op.MoveUsers(users=op.Selection(on=branch), to=new(OLD), tools=TOOLS, with_content=True),
        op.RemovePool(pool=branch, tools=TOOLS),
    ):
        done.append(undoing(operation, state))
        state = after(state, operation)
    assert branch not in state.pools

    for each in reversed(done):
        state = after(state, *each.operations)

    assert not_restored(before, state) == not_restored(before, before)
    assert branch in state.pools
    assert not any(each.is_documented for each in done)


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (op.RemovePool(pool=OLD, tools=TOOLS), "a pool that was removed is gone with its servers"),
        (op.DeleteLegacyResponseGroups(pool=OLD), "response groups that were deleted are gone"),
        (op.RemoveCmsDatabase(pool=OLD), "the old database of the Central Management store is gone"),
        (
            op.PrepareDirectory(version=Version.SE),
            "no document describes a way back from a prepared schema",
        ),
    ],
    ids=lambda each: type(each).__name__,
)
def test_some_things_are_gone_for_good(operation: op.Operation, why: str) -> None:
    assert undoing(operation, begun()).impossible == why


def test_what_is_prepared_already_needs_no_way_back() -> None:
    assert not undoing(op.PrepareDirectory(version=Version.L13), begun()).impossible


def test_a_store_whose_old_database_is_gone_does_not_go_back() -> None:
    before = begun()
    operation = op.MoveCms(to=new(OLD), tools=TOOLS)
    moved = after(before, operation, op.RemoveCmsDatabase(pool=OLD))
    (back,) = undoing(operation, before).operations

    step = apply(moved, back, RULES)

    assert not step.accepted
    assert not_restored(before, step.state)


def test_what_was_silent_before_is_not_started() -> None:
    silent = after(begun(), op.StopServices(pool=OLD))

    assert undoing(op.StopServices(pool=OLD), silent).operations == ()


def test_stores_are_associated_with_what_they_were() -> None:
    before = begun()
    cleared = after(before, op.RemoveArchivingMonitoring(pool=OLD))
    again = after(
        cleared,
        op.AssociateStores(
            pool=OLD,
            archiving=before.pools[OLD].archiving_store,
            monitoring=before.pools[OLD].monitoring_store,
        ),
    )

    assert before.pools[OLD].archiving_store
    assert dataclasses.replace(again.pools[OLD]) == before.pools[OLD]
    assert again.published == cleared.published + 1
