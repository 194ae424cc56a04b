"""Is there room for everybody? Pools, logs and disks that are too small."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from coexistence import Checkpoint, Injection, PoolRole, Scene, Severity, fault
from coexistence.model import operations as op
from coexistence.model.conditions.machines_and_databases import Machine, SqlStore
from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import Edition, Origin

_MADE: Final = Origin("fault")
#: People on a Standard Edition server, alone and for both halves of a pair.
_STANDARD: Final = 2_500
_STANDARD_PAIR: Final = 5_000
#: People on one Front End of an Enterprise pool.
_FRONT_END: Final = 6_660
#: Gigabytes: less than setup asks for.
_LITTLE: Final = 8


def _expected(scene: Scene) -> dict[str, int]:
    """Return how many people each new pool is going to have, branch offices left out."""
    found: dict[str, int] = {}
    for old, to in scene.successors.items():
        found[to] = found.get(to, 0) + scene.homed(old)
    return found


@fault(
    clause="capacity",
    also=("services",),
    severity=Severity.ERROR,
    phase="production",
    evidence="C",
    source="Capacity planning: user model of Skype for Business Server 2019; Upgrade to Skype for "
    "Business Server 2015",
    remedy="Add Front Ends of the same build, or another pool, before the next people are moved.",
)
def pilot_pool_sized_for_pilot_only(scene: Scene) -> Iterator[Injection]:
    """Everybody is moved onto a new pool of the size that was enough for the pilot.

    All is well while little goes on; at the busy hour, or with one Front End down, people cannot sign in and
    conferences do not start.
    """
    people = _expected(scene)
    everybody = sum(people.values())
    for pool in scene.new_pools(PoolRole.FRONT_END):
        if people.get(pool.id, 0) > _STANDARD and pool.id not in scene.deployment.pool_by_id:
            small = scene.with_new_pool(pool.id, edition=Edition.STANDARD, servers=pool.servers[:1])
            yield Injection(target=pool.id, scene=small, about=pool.servers)
        elif everybody > _held(pool):
            yield Injection(target=pool.id, scene=_all_moved_to(scene, pool), about=pool.servers)


def _held(pool: Pool) -> int:
    """Return how many people a new pool is good for, with a Front End down where it has several."""
    if pool.edition is Edition.STANDARD:
        return _STANDARD
    return _FRONT_END * max(len(pool.servers) - 1, 1)


def _all_moved_to(scene: Scene, pool: Pool) -> Scene:
    """Return the scene in which everybody who moves from a legacy pool is moved to this one."""
    leaving = {old.id for old in scene.leaving}
    return scene.rewritten(
        lambda _step, each: (
            (replace(each, to=pool.id),)
            if isinstance(each, op.MoveUsers) and each.users.on in leaving
            else (each,)
        )
    )


@fault(
    clause="capacity",
    also=("services", "data"),
    severity=Severity.BLOCKER,
    phase="production",
    evidence="A",
    source="Cannot start a Front End Server (support article)",
    remedy="Back the transaction log up, then go on in smaller batches.",
)
def transaction_log_full_after_mass_activity(scene: Scene) -> Iterator[Injection]:
    """The user store of a new pool keeps every change in a log that nobody backs up.

    Moves begin to fail half-way through the batch with SQL error 9002, and the Front-End service does not
    start again after a restart.
    """
    if not scene.passes(Checkpoint.PRODUCTION):
        return
    people = _expected(scene)
    for pool in scene.new_pools(PoolRole.FRONT_END):
        if pool.back_end is None or people.get(pool.id, 0) < 2:
            continue
        store = SqlStore(
            instance=pool.back_end.lower(),
            full_recovery=True,
            log_backed_up=False,
            log_room=people[pool.id] // 2,
            origin=_MADE,
        )
        backing = scene.deployment.backing.with_store(store)
        old = tuple(each for each, to in scene.successors.items() if to == pool.id)
        yield Injection(
            target=store.instance, scene=scene.with_deployment(backing=backing), about=(pool.id, *old)
        )


@fault(
    clause="capacity",
    also=("topology",),
    severity=Severity.WARNING,
    phase="production",
    evidence="A",
    source="Capacity planning: user model of Skype for Business Server 2019; supported pool pairing options",
    remedy="Spread the people over both halves, or pair pools that can each hold everybody.",
)
def paired_server_cannot_hold_both(scene: Scene) -> Iterator[Injection]:
    """A Standard Edition server is paired with a pool whose people it could not take over.

    Nothing is to be seen from day to day; when the other half fails, the one that is left is overloaded.
    """
    if not scene.passes(Checkpoint.PRODUCTION):
        return
    people = _expected(scene)
    new = scene.new_pools(PoolRole.FRONT_END)
    for one in new:
        if one.edition is not Edition.STANDARD:
            continue
        for other in new:
            made = _too_many(scene, people, one, other) if one.id != other.id else None
            if made is not None:
                yield Injection(target=one.id, scene=made, about=(other.id,))
                break


def _too_many(scene: Scene, people: dict[str, int], one: Pool, other: Pool) -> Scene | None:
    """Pair two pools; everybody of the other's moves to the server too where that is what it takes."""
    both = people.get(one.id, 0) + people.get(other.id, 0)
    paired = scene.before(Checkpoint.PRODUCTION, op.PairPools(pool=one.id, other=other.id), op.Replicate())
    if both > _STANDARD_PAIR:
        return paired
    if both <= _STANDARD:
        return None
    return paired.rewritten(
        lambda _step, each: (
            (replace(each, to=one.id),) if isinstance(each, op.MoveUsers) and each.to == other.id else (each,)
        )
    )


@fault(
    clause="capacity",
    severity=Severity.WARNING,
    phase="side-by-side",
    evidence="A",
    source="Error when you install Lync Server; error with Install-CsDatabase (support articles)",
    remedy="Make room on a drive, or make the model database smaller, and run setup again.",
)
def too_little_disk_for_databases(scene: Scene) -> Iterator[Injection]:
    """A server of a new pool has no drive with the free space that setup asks for.

    Setup cannot find any suitable disks for database files; the pool, or the Central Management store, is
    half installed.
    """
    for pool in scene.new_pools(PoolRole.FRONT_END):
        server = pool.servers[0]
        little = Machine(server=server, free_gb=_LITTLE, origin=_MADE)
        yield Injection(target=server, scene=scene.with_machine(little), about=(pool.id,))
