"""Do people keep what is theirs? Moves, removals and returns that lose it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from coexistence import Checkpoint, Injection, PoolId, PoolRole, Scene, Severity, Unknown, fault
from coexistence.model import operations as op
from coexistence.model.conditions.external_systems import Tenant
from coexistence.model.conditions.machines_and_databases import UserReplicator
from coexistence.model.deployment import Cms
from coexistence.model.vocabulary import ContactStore, Contradiction, Mailbox, Origin, ServerId, UserKind

_MADE: Final = Origin("fault")


@fault(
    clause="data",
    also=("meetings", "clients"),
    severity=Severity.BLOCKER,
    phase="production",
    evidence="A",
    source="Move-CsUser reference; Control Panel: moving users with -Force",
    remedy="Find out why the plain move fails. Where nothing else is left, export user data first, "
    "import it after.",
)
def forced_move_drops_user_data(scene: Scene) -> Iterator[Injection]:
    """People of a pool are moved with -Force: only their accounts go.

    They sign in on the new pool to an empty contact list, and all their meetings are gone for good.
    """
    for pool in scene.leaving:
        if not scene.homed(pool.id) or not _moved_from(scene, pool.id):
            continue
        made = scene.rewritten(
            lambda _step, each, on=pool.id: (
                (replace(each, force=True),)  # type: ignore[misc]  # binds the pool
                if isinstance(each, op.MoveUsers) and each.users.on == on
                else (each,)
            )
        )
        yield Injection(target=pool.id, scene=made, about=(scene.successors[pool.id],))


def _moved_from(scene: Scene, pool: PoolId) -> bool:
    return any(each.users.on == pool for _, each in scene.operations(op.MoveUsers))


@fault(
    clause="data",
    also=("meetings", "topology"),
    severity=Severity.BLOCKER,
    phase="legacy-silent",
    evidence="A",
    source="Skype for Business Server 2015: plan for upgrade (caution)",
    remedy="Use the newest shell alone; restore the directory from its export.",
)
def directory_moved_with_old_shell(scene: Scene) -> Iterator[Injection]:
    """A conference directory is moved to the new version with the shell of the old one.

    The move reports success, or a warning; some conference IDs then lead to no meeting.
    """
    directories = scene.deployment.directories
    if isinstance(directories, Unknown) or scene.old_tools is None or scene.old_tools >= scene.new_tools:
        return
    for pool in scene.leaving:
        number = next((each.number for each in directories if each.owner == pool.id), None)
        if number is None or not scene.has_meetings(pool.id, directory=number):
            continue
        yield Injection(
            target=pool.id,
            scene=scene.changing(op.MoveConferenceDirectories, {"source": pool.id}, tools=scene.old_tools),
            about=(scene.successors[pool.id], f"conference directory {number}"),
        )


@fault(
    clause="data",
    also=("sites",),
    severity=Severity.BLOCKER,
    phase="legacy-silent",
    evidence="A",
    source="Move the Central Management Server (caution)",
    remedy="Restore the store from the exported configuration, and bring every replica up to date again.",
)
def old_store_databases_dropped_early(scene: Scene) -> Iterator[Injection]:
    """The databases of the old Central Management store are removed before every replica follows the new one.

    Replication stops in the middle, the new store is in an unknown state, and some servers keep the old
    settings for ever.
    """
    masters = scene.deployment.cms.masters
    for master in () if isinstance(masters, Unknown) else masters:
        to = scene.successors.get(master)
        late = next((p.servers[0] for p in scene.new_pools(PoolRole.FRONT_END) if p.id != to), None)
        late = late or next((pool.servers[0] for pool in scene.leaving), None)
        if to is None or late is None:
            continue
        made = scene.rewritten(
            lambda _step, each, pool=master, new=to, server=late: (  # type: ignore[misc]  # the defaults bind the loop's
                (
                    _share(server, denied=True),
                    each,
                    op.RemoveCmsDatabase(pool=pool),
                    _share(server, denied=False),
                    op.Replicate(),
                )
                if isinstance(each, op.MoveCms) and each.to == new
                else (each,)
            )
        )
        yield Injection(target=master, scene=made, about=(to,))


def _share(server: ServerId, *, denied: bool) -> op.ChangeState:
    def change(cms: Cms) -> Cms:
        others = cms.shares_denied - {server}
        return replace(cms, shares_denied=others | {server} if denied else others)

    return Scene.cms_becomes(f"the share of {server} {'denies' if denied else 'allows'} writing", change)


@fault(
    clause="data",
    also=("services", "sites"),
    severity=Severity.ERROR,
    phase="pilot",
    evidence="A",
    source="Move-CsUser fails (support article); Verify user replication has completed",
    remedy="Wait for the first pass (event 30024 for every domain), then move people.",
)
def moved_before_first_user_sync(scene: Scene) -> Iterator[Injection]:
    """People are moved to a pool whose user replicator has not finished its first pass.

    The move fails because the user is not provisioned; the event that says a domain is complete is missing.
    """
    for pool in scene.new_pools(PoolRole.FRONT_END):
        old = tuple(each for each, to in scene.successors.items() if to == pool.id)
        if not any(_moved_from(scene, each) and scene.homed(each) for each in old):
            continue
        pending = UserReplicator(pool=pool.id, pending=frozenset(scene.deployment.sip_domains), origin=_MADE)
        backing = scene.deployment.backing
        made = replace(backing, replicators=(*backing.replicators, pending))
        yield Injection(target=pool.id, scene=scene.with_deployment(backing=made), about=old)


@fault(
    clause="data",
    also=("applications",),
    severity=Severity.BLOCKER,
    phase="retired",
    evidence="B",
    source="Do NOT remove Skype for Business until you have read this (third party)",
    remedy="Hand the numbers over first, in batches; only then clear any attribute.",
)
def directory_attributes_cleared_too_soon(scene: Scene) -> Iterator[Injection]:
    """The product's attributes are cleared in the directory while numbers in the cloud still hang on them.

    After the next synchronization these people still chat, and have no telephone number any more.
    """
    population = scene.deployment.population
    if isinstance(population, Unknown) or not scene.passes(Checkpoint.RETIRED):
        return
    if not bool(np.any((population.kind == UserKind.CLOUD) & (population.voice == 1))):
        return
    around = scene.deployment.surroundings
    tenant = around.tenant or Tenant(origin=_MADE)
    with_numbers = replace(around, tenant=replace(tenant, numbers_on_premises=True))
    made = scene.with_deployment(surroundings=with_numbers)
    yield Injection(
        target="cloud tenant", scene=made.before(Checkpoint.RETIRED, op.ClearDirectoryAttributes())
    )


@fault(
    clause="data",
    also=("applications",),
    severity=Severity.ERROR,
    phase="legacy",
    evidence="A",
    source="Lync Server 2013: roll back migrated users",
    remedy="Take the contact lists back to the server (Invoke-CsUcsRollback), then move the mailboxes.",
)
def mailbox_moved_back_before_contacts(scene: Scene) -> Iterator[Injection]:
    """Mailboxes are moved to an older Exchange while contact lists are kept in them.

    The contact list is gone, or stays as it was, although nobody moved these people.
    """
    for pool in scene.leaving:
        if not len(scene.people_on(pool.id, contacts=ContactStore.EXCHANGE)):
            continue
        back = op.MoveMailboxes(users=op.Selection(on=pool.id), to=Mailbox.E2010)
        yield Injection(target=pool.id, scene=scene.at_first(back), about=(scene.successors[pool.id],))


@fault(
    clause="data",
    also=("clients",),
    severity=Severity.BLOCKER,
    phase="pilot.rolled-back",
    evidence="D",
    source="Derived: data that was converted on first use",
    remedy="Keep an export of every person's data from before the move, and restore from it.",
)
def derived_forward_converted_data_unreadable_after_rollback(scene: Scene) -> Iterator[Injection]:
    """The new version rewrites people's records, and the old one cannot read them.

    After going back, whoever was active on the new pool gets an error each time the record is read; people
    who were not moved are fine.
    """
    pools = [pool for pool in scene.leaving if _moved_from(scene, pool.id) and scene.homed(pool.id)]
    if pools and scene.passes(Checkpoint.PILOT):
        about = tuple(pool.id for pool in pools)
        yield Injection(target=about[0], scene=scene.assuming("records-read-by-older", "no"), about=about[1:])


@fault(
    clause="data",
    severity=Severity.ERROR,
    phase="now",
    evidence="D",
    source="Get-CsTopology, Get-CsService, Get-CsManagementStoreReplicationStatus and the testing pages",
    remedy="Export both files again at the same time.",
)
def files_exported_at_different_times(scene: Scene) -> Iterator[Injection]:
    """Two of the exported files were written at different times, and do not say the same.

    One of them describes a deployment that is no more, and nobody can tell which.
    """
    for pool in scene.leaving:
        both = Contradiction(
            kind="roles-differ",
            message=f"the two files name other services on {pool.id}",
            one=Origin("topology.xml"),
            other=Origin("services.csv"),
        )
        yield Injection(target=pool.id, scene=scene.with_deployment(contradictions=(both,)).as_twin())
