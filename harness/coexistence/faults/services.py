"""Are all services started? What keeps them from it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from coexistence import Checkpoint, Injection, PoolRole, Scene, Severity, fault
from coexistence.model import operations as op
from coexistence.model.conditions.machines_and_databases import Backing, RoutingGroup, UserReplicator
from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import Origin, ServerId

_MADE: Final = Origin("fault")
#: How many Front Ends a pool of so many needs for its first start: all of these, but for large pools.
_ENOUGH_FOR_QUORUM_RULES: Final = 3


def _with_fabric(pool: Pool) -> bool:
    return pool.has_fabric and len(pool.servers) >= _ENOUGH_FOR_QUORUM_RULES


@fault(
    clause="services",
    severity=Severity.BLOCKER,
    phase="side-by-side",
    evidence="A",
    source="Lync Server 2013: topologies and components for Front End Servers; Lync 2013 Front End Service - "
    "Starting (third party)",
    remedy="Start all Front Ends of the pool; only then run Reset-CsPoolRegistrarState -ResetType "
    "QuorumLossRecovery.",
)
def fe_first_start_below_quorum(scene: Scene) -> Iterator[Injection]:
    """A new Enterprise pool is started for the first time with one Front End of many.

    The Front-End service stays in "Starting" for hours, and the log repeats that startup is being delayed;
    some people sign in and others do not.
    """
    for pool in scene.new_pools(PoolRole.FRONT_END):
        if not _with_fabric(pool):
            continue
        alone = op.StartServers(pool=pool.id, servers=pool.servers[:1])
        if pool.id in scene.deployment.pool_by_id:
            made = scene.at_first(op.StopServers(pool=pool.id), alone)
        else:
            made = scene.rewritten(
                lambda _step, each, new=pool, one=alone: (
                    (one,)  # type: ignore[misc]  # the defaults bind the loop's
                    if isinstance(each, op.StartServices) and each.pool == new.id
                    else (each,)
                )
            )
        yield Injection(target=pool.id, scene=made, about=pool.servers)


@fault(
    clause="services",
    also=("messaging", "clients"),
    severity=Severity.BLOCKER,
    phase="production",
    evidence="A",
    source="Lync Server 2013: topologies and components for Front End Servers; Front-End services do "
    "not start (support article)",
    remedy="Take one upgrade domain at a time out of service; start the others, then run "
    "Reset-CsPoolRegistrarState -ResetType QuorumLossRecovery.",
)
def pool_quorum_lost_in_maintenance(scene: Scene) -> Iterator[Injection]:
    """So many Front Ends of a live pool are taken out of service that fewer than its quorum are left.

    Within minutes every service of the others stops too, and everybody on the pool is signed out.
    """
    if not scene.passes(Checkpoint.PRODUCTION):
        return
    there = [pool for pool in scene.leaving if _with_fabric(pool)]
    for pool in (*there, *(each for each in scene.new_pools(PoolRole.FRONT_END) if _with_fabric(each))):
        out = op.StopServers(pool=pool.id, servers=pool.servers[1:])
        yield Injection(target=pool.id, scene=scene.before(Checkpoint.PRODUCTION, out), about=pool.servers)


@fault(
    clause="services",
    also=("clients", "messaging"),
    severity=Severity.ERROR,
    phase="pilot",
    evidence="A",
    source="Cannot sign in, limited functionality mode (support article)",
    remedy="Bring the Front Ends with the other replicas back; where they are gone for good, recover "
    "the quorum.",
)
def secondary_replicas_missing_limited_mode(scene: Scene) -> Iterator[Injection]:
    """The data of some people of a pool lies on one Front End alone, without a second replica.

    Every service runs and everybody signs in, but these people are in limited functionality: they add no
    contact, change no presence and schedule no meeting.
    """
    if not scene.passes(Checkpoint.PILOT):
        return
    for pool in (*scene.leaving, *scene.new_pools(PoolRole.FRONT_END)):
        if not _with_fabric(pool):
            continue
        group = RoutingGroup(pool=pool.id, number=0, of=3, replicas=pool.servers[:1], origin=_MADE)
        alone = _told(f"one routing group of {pool.fqdn} has its primary replica alone", group)
        yield Injection(target=pool.id, scene=scene.before(Checkpoint.PILOT, alone), about=pool.servers)


def _told(what: str, group: RoutingGroup) -> op.ChangeState:
    def add(backing: Backing) -> Backing:
        return replace(backing, routing_groups=(*backing.routing_groups, group))

    return Scene.backing_becomes(what, add)


@fault(
    clause="services",
    severity=Severity.WARNING,
    phase="side-by-side",
    evidence="A",
    source="LyncBackupService.exe crashes with pool pairing (support article)",
    remedy="Install the cumulative update again on every server of both pools after pairing them.",
)
def backup_service_old_binaries(scene: Scene) -> Iterator[Injection]:
    """Pools that were updated already are paired: setup puts the Backup Service of the original media there.

    The Backup Service stops again and again (event 4007) while everything else runs, and the backup never
    becomes healthy.
    """
    if not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    new = scene.new_pools(PoolRole.FRONT_END)
    for one, other in itertools.pairwise(new):
        if not one.version or one.edition is not other.edition:
            continue
        updated = _one_later(one.version.first_build)
        yield Injection(
            target=one.id,
            scene=scene.before(
                Checkpoint.SIDE_BY_SIDE,
                *(
                    Scene.server_becomes(f"{server} was updated", server, build=updated)
                    for pool in (one, other)
                    for server in pool.servers
                ),
                op.PairPools(pool=one.id, other=other.id),
                op.Replicate(),
            ),
            about=(other.id, *one.servers, *other.servers),
        )


def _one_later(build: str) -> str:
    """Return the next build of the same version."""
    line, _, last = build.rpartition(".")
    return f"{line}.{int(last) + 1}"


@fault(
    clause="services",
    also=("edge",),
    severity=Severity.ERROR,
    phase="side-by-side",
    evidence="A",
    source="The Access Edge service does not start (support article)",
    remedy="End the process that hangs, switch the user replicator off for this Edge pool, and start "
    "the service.",
)
def edge_user_replicator_enabled(scene: Scene) -> Iterator[Injection]:
    """The user replicator is switched on for an Edge pool, where no domain controller can be found.

    The Access Edge hangs while starting (events 30006, 32136); nobody signs in from outside and federation
    is down, while inside everything works.
    """
    there = scene.pools(PoolRole.EDGE)
    known = {pool.id for pool in there}
    for pool in (*there, *(each for each in scene.new_pools(PoolRole.EDGE) if each.id not in known)):
        told = UserReplicator(pool=pool.id, on_edge=True, origin=_MADE)
        backing = scene.deployment.backing
        made = scene.with_deployment(backing=replace(backing, replicators=(*backing.replicators, told)))
        if pool.id in known:
            made = made.at_first(op.RestartServices(pool=pool.id))
        yield Injection(target=pool.id, scene=made, about=pool.servers)


@fault(
    clause="services",
    also=("messaging",),
    severity=Severity.ERROR,
    phase="production",
    evidence="D",
    source="Derived: mixed versions within a pool during a rolling update",
    remedy="Finish the update of the pool before anybody else is moved.",
)
def derived_mixed_builds_inside_new_pool(scene: Scene) -> Iterator[Injection]:
    """An update of a new pool is left half done: one Front End has another build than the rest.

    People whose routing group is on that server fail in what crosses pools, and everybody else does not.
    """
    if not scene.passes(Checkpoint.PRODUCTION):
        return
    for pool in scene.new_pools(PoolRole.FRONT_END):
        if len(pool.servers) < 2 or not pool.version:
            continue
        odd: ServerId = pool.servers[-1]
        kept = (odd, *(each for each in pool.servers if each != odd))
        group = RoutingGroup(pool=pool.id, number=0, of=len(pool.servers), replicas=kept, origin=_MADE)
        yield Injection(
            target=pool.id,
            scene=scene.before(
                Checkpoint.PRODUCTION,
                Scene.server_becomes(f"{odd} was updated", odd, build=_one_later(pool.version.first_build)),
                _told(f"{odd} has the first replica of some people", group),
            ),
            about=pool.servers,
        )
