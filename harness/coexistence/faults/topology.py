"""Does what stands in the topology go together? What was defined, published or removed wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from coexistence import Checkpoint, Injection, PoolId, PoolRole, Scene, Severity, Unknown, Version, fault
from coexistence.model import operations as op
from coexistence.model.conditions.machines_and_databases import ROOM_PORTAL, Machine, SqlStore
from coexistence.model.deployment import Cms
from coexistence.model.vocabulary import Edition, Feature, Origin, UserKind

_MADE: Final = Origin("fault")
#: Roles of which one may be left from an earlier migration without anybody being homed there.
_FORGOTTEN: Final = (PoolRole.MEDIATION, PoolRole.DIRECTOR, PoolRole.EDGE, PoolRole.BRANCH_APPLIANCE)


def _masters(scene: Scene) -> tuple[PoolId, ...]:
    masters = scene.deployment.cms.masters
    return () if isinstance(masters, Unknown) else masters


@fault(
    clause="topology",
    severity=Severity.ERROR,
    phase="side-by-side",
    evidence="C",
    source="Upgrade to Skype for Business Server 2015; Lync Server 2013: supported server migration "
    "paths and coexistence scenarios",
    remedy="Finish the earlier migration, or roll it back, before the next one begins.",
)
def three_versions_in_one_topology(scene: Scene) -> Iterator[Injection]:
    """A pool of a third generation is left from an earlier migration when the next one begins.

    Publishing warns or refuses, or it goes through and routing between the versions is unpredictable.
    """
    legacy = scene.old_tools
    older = [each for each in Version if legacy is not None and each < legacy]
    if not older:
        return
    third = older[-1]
    front_ends = scene.pools(PoolRole.FRONT_END)
    for pool in scene.pools(*_FORGOTTEN, PoolRole.FRONT_END):
        if pool.role is PoolRole.FRONT_END and (len(front_ends) < 2 or pool.id in _masters(scene)):
            continue
        if pool.versions != (legacy,):
            continue
        servers = tuple(
            replace(each, build=third.first_build) if each.pool == pool.id else each
            for each in scene.deployment.servers
        )
        made = scene.with_pool(pool.id, versions=(third,), has_fabric=False).with_deployment(servers=servers)
        yield Injection(target=pool.id, scene=made)


@fault(
    clause="topology",
    severity=Severity.WARNING,
    phase="side-by-side",
    evidence="A",
    source="Lync Server 2013: supported server migration paths and coexistence scenarios",
    remedy="Use a SQL Server instance of its own for each generation.",
)
def sql_instance_shared_across_versions(scene: Scene) -> Iterator[Injection]:
    """A new pool has its user store in the SQL Server instance of a legacy one.

    Topology Builder says that the server already contains an instance with the role User Store; where that
    was got around, the databases of two versions clash.
    """
    if not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    new = {pool.id: pool for pool in scene.new_pools(PoolRole.FRONT_END)}
    for old in scene.leaving:
        to = scene.successors[old.id]
        if old.edition is not Edition.ENTERPRISE or old.back_end is None or to not in new:
            continue
        shared = Scene.pool_becomes(f"{to} uses {old.back_end}", to, back_end=old.back_end)
        yield Injection(
            target=to, scene=scene.before(Checkpoint.SIDE_BY_SIDE, shared), about=(old.id, old.back_end)
        )


@fault(
    clause="topology",
    also=("sites",),
    severity=Severity.ERROR,
    phase="side-by-side",
    evidence="A",
    source="Verify pilot pool coexistence with legacy pool; Upgrade to Skype for Business Server 2015",
    remedy="Download the topology with the newest tools each time, and keep the files from before as "
    "an archive.",
)
def legacy_topology_builder_used_after_pilot(scene: Scene) -> Iterator[Injection]:
    """Somebody opens a topology file that was saved before the new version came, and publishes it.

    The pools that were defined since are gone from the topology, and everything that is on them with them.
    """
    for step, operation in scene.operations(op.PublishTopology):
        after = scene.plan.steps[scene.plan.steps.index(step) :]
        reached = next((each.reaches for each in after if each.reaches is not None), None)
        if reached is None or not any(pool.versions == scene.plan.target for pool in operation.pools):
            continue
        if not any(pool.role in (PoolRole.FRONT_END, PoolRole.EDGE) for pool in operation.pools):
            continue
        again = op.PublishSavedTopology(tools=scene.new_tools)
        saved = scene.rewritten(
            lambda _step, each, published=operation: (
                (op.ExportConfiguration(), each)  # type: ignore[misc]  # bound
                if each is published
                else (each,)
            )
        )
        first, *others = (pool.id for pool in operation.pools)
        yield Injection(target=first, scene=saved.before(reached, again), about=tuple(others))


@fault(
    clause="topology",
    also=("sites", "data"),
    severity=Severity.BLOCKER,
    phase="legacy-silent",
    evidence="A",
    source="Move the Central Management Server (caution); Move-CsManagementServer reference",
    remedy="Restore the store from the exported configuration, and let the service control point lead there.",
)
def cms_moved_over_failing_enable_step(scene: Scene) -> Iterator[Injection]:
    """The Central Management store is moved although Enable-CsTopology failed on the new pool.

    The move ends with an error and no store is left: every shell says that it cannot find one, while calls
    and messages go on.
    """
    for _, operation in scene.operations(op.MoveCms):
        cms = scene.deployment.cms
        failing = replace(cms, enable_fails=cms.enable_fails | {operation.to})
        yield Injection(target=operation.to, scene=scene.with_deployment(cms=failing), about=_masters(scene))


@fault(
    clause="topology",
    also=("data",),
    severity=Severity.ERROR,
    phase="side-by-side",
    evidence="A",
    source="Upgrade to Skype for Business Server 2015; Skype for Business Server 2015: disaster recovery",
    remedy="Undo the pair, and pair pools of one version; bring both halves of a pair to the new "
    "version at once.",
)
def paired_pools_on_different_versions(scene: Scene) -> Iterator[Injection]:
    """A new pool is paired with one of the old version, because only one half of a pair was replaced.

    Nothing is to be seen until somebody fails over: that ends with an error, and data is lost.
    """
    if not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    new = {pool.id for pool in scene.new_pools(PoolRole.FRONT_END)}
    for old in scene.leaving:
        to = scene.successors[old.id]
        if to not in new or old.has(Feature.POOL_PAIRING) is False:
            continue
        pair = op.PairPools(pool=to, other=old.id)
        made = scene.before(Checkpoint.SIDE_BY_SIDE, pair, op.Replicate())
        yield Injection(target=to, scene=made, about=(old.id,))


@fault(
    clause="topology",
    severity=Severity.WARNING,
    phase="legacy-silent",
    evidence="B",
    source="A failed CMS migration due to LRS Meeting Portal (third party); Upgrade to Skype for "
    "Business Server 2015",
    remedy="Uninstall the portal, move the store, and install the portal that fits.",
)
def leftover_room_portal_blocks_store_move(scene: Scene) -> Iterator[Injection]:
    """An old administration portal for meeting rooms is still installed where the store is to be moved from.

    The move shows what is and what will be, and stops; replication and pools are as before.
    """
    if not any(True for _ in scene.operations(op.MoveCms)):
        return
    for master in _masters(scene):
        pool = scene.deployment.pool_by_id.get(master)
        if pool is None or master not in scene.successors:
            continue
        portal = Machine(server=pool.servers[0], components=((ROOM_PORTAL, "4.0.7577.0"),), origin=_MADE)
        yield Injection(
            target=pool.servers[0], scene=scene.with_machine(portal), about=(master, scene.successors[master])
        )


@fault(
    clause="topology",
    also=("data", "applications"),
    severity=Severity.BLOCKER,
    phase="legacy-silent",
    evidence="C",
    source="Migrating multiple sites and pools; Get-CsUser reference",
    remedy="Move what is left, or keep the pool until it is; count without filters that hide "
    "disabled accounts.",
)
def legacy_pool_declared_empty(scene: Scene) -> Iterator[Injection]:
    """A legacy pool is taken to be empty while disabled accounts, rooms or contact objects are on it.

    What was left behind has a home that is gone: it cannot sign in, nor be moved without losing its data, and
    its telephone numbers are dead.
    """
    population = scene.deployment.population
    applications = scene.deployment.applications
    for pool in scene.leaving:
        left: Scene | None = None
        if not isinstance(population, Unknown):
            hidden = (population.home == population.code(pool.id)) & (
                (population.kind == UserKind.DISABLED) | (population.kind == UserKind.RESOURCE)
            )
            if bool(hidden.any()):
                left = scene.rewritten(
                    lambda _step, each, on=pool.id: (  # type: ignore[misc]  # the default binds the loop's pool
                        (replace(each, users=replace(each.users, people_only=True)),)
                        if isinstance(each, op.MoveUsers) and each.users.on == on
                        else (each,)
                    )
                )
        if left is None and any(
            each.owner == pool.id for each in (() if isinstance(applications, Unknown) else applications)
        ):
            left = scene.without(op.MoveApplications, source=pool.id)
            left = left.without(op.MoveResponseGroups, source=pool.id)
        if left is not None:
            yield Injection(target=pool.id, scene=left)


@fault(
    clause="topology",
    severity=Severity.ERROR,
    phase="retired",
    evidence="D",
    source="Derived: one server with an older configuration",
    remedy="Repair replication to the server, and bring it up to date, before anything is removed.",
)
def derived_one_replica_routes_by_old_map(scene: Scene) -> Iterator[Injection]:
    """One server does not hear that the legacy pools were removed.

    A share of calls and messages fails, that which passes through this server; a second try often works.
    """
    if not scene.passes(Checkpoint.RETIRED) or not any(True for _ in scene.operations(op.RemovePool)):
        return
    if not any(step.id == "P8.7" for step in scene.plan.steps):
        return
    for pool in scene.new_pools(PoolRole.FRONT_END, PoolRole.DIRECTOR, PoolRole.MEDIATION):
        server = pool.servers[-1]

        def deny(cms: Cms, server: str = server) -> Cms:
            return replace(cms, shares_denied=cms.shares_denied | {server})  # type: ignore[arg-type]  # a server's key

        denied = Scene.cms_becomes(f"nobody may write into the share of {server}", deny)
        yield Injection(target=server, scene=scene.before(Checkpoint.LEGACY_SILENT, denied), about=(pool.id,))


@fault(
    clause="topology",
    severity=Severity.BLOCKER,
    phase="side-by-side",
    evidence="C",
    source="Prepare Active Directory",
    remedy="Prepare schema, forest and domain with the setup of the new version, and publish again.",
)
def directory_not_prepared(scene: Scene) -> Iterator[Injection]:
    """The new tools are installed, and nobody prepares Active Directory for their version.

    The new pools cannot be published, and whatever was to happen on them does not.
    """
    target = max(scene.plan.target)
    made = scene.without(op.PrepareDirectory, version=target)
    if made.plan.steps != scene.plan.steps:
        yield Injection(target=target.product, scene=made)


@fault(
    clause="topology",
    severity=Severity.BLOCKER,
    phase="side-by-side",
    evidence="C",
    source="Deploy pilot pool; Verify pilot pool coexistence with legacy pool",
    remedy="Publish the topology with the tools of the new version.",
)
def new_pools_never_published(scene: Scene) -> Iterator[Injection]:
    """The new pools are drawn in the Topology Builder, and the topology is not published.

    Setup on the new servers finds no pool that they belong to, and nobody can be moved.
    """
    made = scene.without(op.PublishTopology)
    if made.plan.steps != scene.plan.steps:
        first = next((each for _, each in scene.operations(op.PublishTopology) if each.pools), None)
        about = () if first is None else tuple(pool.id for pool in first.pools)
        yield Injection(target=max(scene.plan.target).product, about=about, scene=made)


@fault(
    clause="topology",
    severity=Severity.BLOCKER,
    phase="side-by-side",
    evidence="C",
    source="Skype for Business Server 2019: removed features",
    remedy="Give the pool an Always On availability group, or a single instance, in place of the mirror.",
)
def databases_of_a_new_pool_mirrored(scene: Scene) -> Iterator[Injection]:
    """The databases of a new pool are mirrored, as those of the old one were.

    From 2019 on nothing fails over to a mirror: the pool depends on one instance, and nobody knows.
    """
    if not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    for pool in scene.new_pools(PoolRole.FRONT_END):
        if pool.back_end is None or any(each.has(Feature.SQL_MIRRORING) for each in pool.versions):
            continue
        store = SqlStore(instance=pool.back_end, mirrored=True, origin=_MADE)
        mirrored = Scene.backing_becomes(
            f"databases of {pool.id} mirrored",
            lambda now, store=store: replace(now, stores=(*now.stores, store)),  # type: ignore[misc]  # bound
        )
        yield Injection(
            target=pool.id, about=(pool.back_end,), scene=scene.before(Checkpoint.SIDE_BY_SIDE, mirrored)
        )


@fault(
    clause="topology",
    severity=Severity.BLOCKER,
    phase="side-by-side",
    evidence="C",
    source="Upgrade to Skype for Business Server 2015",
    remedy="Bring every server of the pool to the same version.",
)
def one_server_of_a_pool_upgraded_alone(scene: Scene) -> Iterator[Injection]:
    """One Front End of a legacy pool is given the software of the next version while the others keep theirs.

    The pool is of two versions at once, which nobody supports and setup refuses for good reason.
    """
    if not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    for pool in scene.leaving:
        newer = [each for each in Version if pool.versions and each > max(pool.versions)]
        if len(pool.servers) < 2 or not newer:
            continue
        server = pool.servers[-1]
        alone = Scene.server_becomes(f"{server} upgraded alone", server, build=newer[0].first_build)
        yield Injection(target=pool.id, about=(server,), scene=scene.before(Checkpoint.SIDE_BY_SIDE, alone))


@fault(
    clause="topology",
    severity=Severity.WARNING,
    phase="now",
    evidence="C",
    source="Deploy pilot pool",
    remedy="Collocate the Mediation Server with its Front End pool before the new version is defined.",
)
def mediation_left_alone_before_the_pilot(scene: Scene) -> Iterator[Injection]:
    """The migration begins while a Mediation pool of its own stands in the topology.

    The new pool cannot take it over as it is; the guide collocates it first.
    """
    for pool in scene.pools(PoolRole.MEDIATION):
        yield Injection(target=pool.id, scene=scene.as_twin())


@fault(
    clause="topology",
    severity=Severity.INFO,
    phase="now",
    evidence="C",
    source="Skype for Business Server SE now available (third party)",
    remedy="Migrate to the Subscription Edition.",
)
def migration_begun_after_support_ended(scene: Scene) -> Iterator[Injection]:
    """Nobody looked at the calendar of support: it ended for the newest version before the migration begins.

    Everything works, and the vendor helps nobody any more.
    """
    newest = scene.old_tools
    if newest is not None:
        yield Injection(target=newest.product, scene=scene.as_twin())
