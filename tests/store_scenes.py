"""What tests of the Central Management store share: pools of two generations, ways to break the store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from helpers import (
    after,
    built,
    front_end,
    new,
    state_at,
    tried,
)

from coexistence.model import operations as op
from coexistence.model.conditions.administrators import DOMAIN_ADMINS, SERVER_ADMINS, Administrator
from coexistence.model.deployment import Block
from coexistence.model.vocabulary import Origin, PoolId, PoolRole, ServerId, Version
from coexistence.simulation.state import State

HERE = Origin("test")
OLD = front_end(built())
NEW = new(OLD)
#: After the last user was moved: the store is still where it was.
BEFORE = state_at(tried(), "post-migration")
MOVE = op.MoveCms(to=NEW, tools=Version.S19)
BACK = op.MoveCms(to=OLD, tools=Version.S19)
AGENTS = {"master_replicator", "file_transfer_agent"}


def with_cms(state: State, **changes: Any) -> State:
    return state.changed(cms=replace(state.cms, **changes))


def edge_of(state: State, *, fresh: bool) -> PoolId:
    (found,) = (
        pool.id
        for pool in state.pools.values()
        if pool.role is PoolRole.EDGE and pool.id.startswith("new-") == fresh
    )
    return found


def lagging(state: State) -> set[ServerId]:
    return {server for server in state.servers if state.is_current(server) is False}


def changed(state: State) -> State:
    """Something was published, and everybody waited for it to arrive."""
    return after(state, op.SetNextHop(pool=edge_of(state, fresh=False), to=OLD), op.Replicate())


def boss(**facts: Any) -> Administrator:
    return Administrator(**{"name": "boss", "groups": frozenset({SERVER_ADMINS, DOMAIN_ADMINS}), **facts})


def blocked(state: State, source: PoolId | None, target: PoolId | None, port: int) -> State:
    return state.changed(blocked=(Block(source=source, target=target, port=port, origin=HERE),))
