"""Changes to databases, file shares, and what user replicators brought."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from coexistence.model.conditions.machines_and_databases import FileStore, SqlStore, UserReplicator
from coexistence.model.operations import servers as op
from coexistence.model.vocabulary import Confidence, Origin
from coexistence.simulation.dispatch import Changes
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.databases import archive_blocks, pools_on
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import State
from coexistence.simulation.transitions import Step, no_such_pool, refused

__all__ = ["CHANGES"]

CHANGES: Final = Changes()


def _reaching(state: State, store: str, *, reachable: bool) -> State:
    """Return the state with a SQL instance or a file share answering or not."""
    backing = state.backing
    if store.startswith("\\\\"):
        share = backing.file_store_by_path.get(store.lower()) or FileStore(
            path=store, origin=Origin("operation")
        )
        return state.changed(backing=backing.with_file_store(replace(share, reachable=reachable)))
    instance = store.lower()
    known = backing.store_by_instance.get(instance) or SqlStore(instance=instance, origin=Origin("operation"))
    return state.changed(backing=backing.with_store(replace(known, reachable=reachable)))


@CHANGES.carries_out(op.FailStore)
def fail_store(state: State, operation: op.FailStore, _rules: Rules) -> Step:
    """Let a store go silent; where archiving is critical, web conferencing goes into critical mode."""
    pools = pools_on(state, operation.store)
    if not pools:
        return refused(state, f"no pool keeps anything on {operation.store}")
    made = _reaching(state, operation.store, reachable=False)
    blocked = {pool.id for pool in pools if isinstance(archive_blocks(made, pool), str)}
    if blocked:
        made = made.changed(backing=replace(made.backing, critical=made.backing.critical | blocked))
    return Step(made)


@CHANGES.carries_out(op.RepairStore)
def repair_store(state: State, operation: op.RepairStore, _rules: Rules) -> Step:
    """Let a store answer again; whatever went into critical mode stays there until it is restarted."""
    if not pools_on(state, operation.store):
        return refused(state, f"no pool keeps anything on {operation.store}")
    return Step(_reaching(state, operation.store, reachable=True))


@CHANGES.carries_out(op.RemoveDatabases)
@rule(
    "databases-go-after-the-pool",
    "The databases of a pool are removed once the topology has it no more; a pool that is still there stands "
    "without its back end from then on.",
    source="Remove the SQL Server database for a Front End pool",
    confidence=Confidence.DERIVED,
)
def remove_databases(state: State, operation: op.RemoveDatabases, _rules: Rules) -> Step:
    """Remove the databases of pools; whatever pool rests on them, or comes back to them, has lost them."""
    for store in operation.stores:
        state = _reaching(state, store, reachable=False)
    return Step(state)


@CHANGES.carries_out(op.BackUpLog)
@rule(
    "log-backup-makes-room",
    "Backing up the transaction log empties it; under full recovery nothing else does.",
    source="Support article: cannot start a Front End Server",
)
def back_up_log(state: State, operation: op.BackUpLog, _rules: Rules) -> Step:
    """Empty the transaction log of a SQL instance, from now on regularly."""
    if not pools_on(state, operation.instance):
        return refused(state, f"no pool keeps anything on {operation.instance}")
    known = state.backing.store_by_instance.get(operation.instance.lower())
    if known is None:
        return Step(state)
    if not known.answers:
        return refused(state, f"{known.instance} does not answer")
    emptied = replace(known, log_room=None, log_backed_up=True)
    return Step(state.changed(backing=state.backing.with_store(emptied)))


@CHANGES.carries_out(op.SynchronizeUsers)
def synchronize_users(state: State, operation: op.SynchronizeUsers, _rules: Rules) -> Step:
    """Let a pool's user replicator finish its pass over the domains that it asks, or over all."""
    if operation.pool not in state.pools:
        return no_such_pool(state, operation.pool)
    backing = state.backing
    told = backing.replicator_by_pool.get(operation.pool)
    if told is None:
        return Step(state)
    left = UserReplicator(
        pool=told.pool,
        skipped=frozenset() if operation.every_domain else told.skipped,
        on_edge=told.on_edge,
        origin=told.origin,
    )
    others = tuple(each for each in backing.replicators if each.pool != told.pool)
    return Step(state.changed(backing=replace(backing, replicators=(*others, left))))
