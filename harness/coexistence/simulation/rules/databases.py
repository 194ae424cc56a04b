"""What databases and file shares do to the pools that keep something there.

Law of this room: facts about the product with their sources, asked of a state. What is kept where is the
topology's to say, and only what is told of a store can be wrong with it.
"""

from __future__ import annotations

from coexistence.model.conditions.machines_and_databases import SqlStore
from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import Confidence, Feature, Maybe, PoolRole, Unknown
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import Infrastructure

__all__ = [
    "archive_blocks",
    "back_end_down",
    "cannot_write",
    "filling",
    "instance_in_use",
    "pools_on",
    "share_trouble",
    "without",
]


def _store(state: Infrastructure, instance: str | None) -> SqlStore | None:
    if not state.backing.stores or instance is None:
        return None
    return state.backing.store_by_instance.get(instance.lower())


def pools_on(state: Infrastructure, store: str) -> tuple[Pool, ...]:
    """Return the pools that keep anything in a SQL instance or on a file share."""
    wanted = store.lower()
    return tuple(
        pool
        for pool in state.pools.values()
        if wanted
        in {
            (each or "").lower()
            for each in (pool.back_end, pool.archiving_store, pool.monitoring_store, pool.file_store)
        }
    )


@rule(
    "back-end-down-resiliency",
    "While a pool's back end does not answer, sessions go on for half an hour, then the pool is in "
    "resiliency mode: messages and calls work; contact lists, presence, scheduling and conferences do not.",
    source="User experience during pool failure; Set-CsUserServicesConfiguration "
    "(BackupStoreUnavailableThreshold)",
    switch="stores-answer",
)
def back_end_down(state: Infrastructure, pool: Pool, rules: Rules) -> str | None:
    """Say why a pool is in resiliency mode; None while its back end answers.

    The half hour before is not modelled: the calendar knows days.
    """
    if pool.role is not PoolRole.FRONT_END:
        return None
    if rules.value("stores-answer") == "no":
        return "its back end does not answer: resiliency mode"
    store = _store(state, pool.back_end)
    if store is None or store.reachable or (store.answers and _may_mirror(pool)):
        return None
    return f"its back end {store.instance} does not answer: resiliency mode"


@rule(
    "no-mirroring-from-2019",
    "SQL mirroring ended with Skype for Business Server 2015: from 2019 on no mirror takes over.",
    source="Skype for Business Server 2019: removed features",
)
def _may_mirror(pool: Pool) -> bool:
    return pool.has(Feature.SQL_MIRRORING) is True


@rule(
    "full-log-stops-changes",
    "A full transaction log (full recovery without log backups) takes no change any more: SQL error 9002; "
    "moves fail half-way, and the Front-End service does not start again.",
    source="Support article: cannot start a Front End Server",
)
def cannot_write(state: Infrastructure, pool: Pool) -> str | None:
    """Say why a pool's user store takes no changes; None while it does."""
    store = _store(state, pool.back_end)
    if store is None or not store.is_full:
        return None
    return f"SQL error 9002: the transaction log of {store.instance} is full"


def filling(state: Infrastructure, pool: Pool) -> SqlStore | None:
    """Return the user store of a pool whose log fills up with every move; None where there is room.

    Under simple recovery, or with log backups, the log never fills ("cannot start a Front End Server").
    """
    store = _store(state, pool.back_end)
    if store is None or store.log_room is None or not store.full_recovery or store.log_backed_up:
        return None
    return store


def without(state: Infrastructure, instance: str) -> tuple[SqlStore, ...]:
    """Return what is told of all SQL stores but one."""
    return tuple(each for each in state.backing.stores if each.instance != instance)


@rule(
    "one-user-store-an-instance",
    "A SQL Server instance that holds the user store of a pool takes no second one.",
    source="Lync Server 2013: supported server migration paths and coexistence scenarios",
)
def instance_in_use(state: Infrastructure, pool: Pool) -> str | None:
    """Say that the instance of a pool holds the user store of another one; None where it does not."""
    if pool.back_end is None or pool.role is not PoolRole.FRONT_END:
        return None
    wanted = pool.back_end.lower()
    for other in state.pools.values():
        if other.id == pool.id or other.role is not PoolRole.FRONT_END:
            continue
        if (other.back_end or "").lower() == wanted:
            return f"{wanted} already contains a SQL instance hosting role User Store, of {other.fqdn}"
    return None


@rule(
    "file-store-serves-pool",
    "Address book files and content of meetings are read from and written to the pool's file share over SMB "
    "(port 445).",
    source="Ports and protocols for internal servers; the use is inferred from the UNC path",
    confidence=Confidence.DERIVED,
    switch="file-store-serves",
)
def share_trouble(state: Infrastructure, pool: Pool, rules: Rules) -> str | None:
    """Say why a pool cannot use its file share; None where it can."""
    if not state.backing.file_stores or pool.file_store is None or rules.value("file-store-serves") == "no":
        return None
    share = state.backing.file_store_by_path.get(pool.file_store.lower())
    if share is None or (share.reachable and share.permitted):
        return None
    return f"{share.path} " + ("cannot be reached" if not share.reachable else "may not be written to")


@rule(
    "critical-archiving-blocks",
    "Where archiving is critical (BlockOnArchiveFailure), messages and conferences are blocked while the "
    "archive does not answer. Web conferencing stays in that mode until its service is restarted.",
    source="Set-CsArchivingConfiguration reference; Lync Server 2013 release notes (conferencing)",
)
def archive_blocks(state: Infrastructure, pool: Pool) -> Maybe[str | None]:
    """Say why archiving keeps a pool from taking messages; None where it does not.

    Unknown while the archive is down and nobody told whether archiving is critical.
    """
    store = _store(state, pool.archiving_store)
    if store is None or store.answers:
        return None
    is_critical = state.backing.block_on_archive_failure
    if isinstance(is_critical, Unknown):
        return is_critical
    if not is_critical:
        return None
    return f"archiving is critical, and the archive {store.instance} does not answer"
