"""Faults by which numbers, groups, voice mail and applications do not answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from coexistence import ApplicationKind, Injection, PoolRole, Scene, Severity, fault
from coexistence.model import operations as op
from coexistence.model.conditions.external_systems import ExchangeUm, StoreFile
from coexistence.model.deployment import Application
from coexistence.model.vocabulary import Checkpoint, Feature, Origin, PoolId, Unknown, have

__all__: list[str] = []

_ORIGIN = Origin("fault")
#: A file that the company plays to whoever is parked.
_MUSIC = "music-on-hold.wma"


def _owned(scene: Scene, pool: PoolId, kind: ApplicationKind) -> tuple[Application, ...]:
    """Return the objects of a kind on a pool, as far as anybody told."""
    told = scene.deployment.applications
    if isinstance(told, Unknown):
        return ()
    return tuple(each for each in told if each.owner == pool and each.kind is kind)


def _kept_back(scene: Scene, pool: PoolId, kind: ApplicationKind) -> Scene:
    """Leave the objects of one kind on a pool, while those of other kinds are moved."""

    def rewrite(_step: object, operation: op.Operation) -> Iterable[op.Operation]:
        if not isinstance(operation, op.MoveApplications) or operation.source != pool:
            yield operation
            return
        kinds = (frozenset(ApplicationKind) if operation.kinds is None else operation.kinds) - {kind}
        if kinds:
            yield replace(operation, kinds=kinds)

    return scene.rewritten(rewrite)


def _left(scene: Scene, kind: ApplicationKind) -> Iterator[Injection]:
    """Leave the objects of a kind on each pool that goes and has some."""
    for pool in scene.leaving:
        owned = _owned(scene, pool.id, kind)
        if owned:
            made = _kept_back(scene, pool.id, kind)
            yield Injection(target=pool.id, about=tuple(each.id for each in owned), scene=made)


@fault(
    clause="applications",
    also=("meetings",),
    severity=Severity.BLOCKER,
    phase="legacy-silent",
    evidence="A",
    source="Migrate dial-in access numbers",
    remedy="Move each number to the new pool before the old one stops, in a quiet hour.",
)
def dial_in_access_number_on_legacy(scene: Scene) -> Iterator[Injection]:
    """Dial-in access numbers stay with a legacy pool that is stopped.

    Callers of the number that invitations print get no answer; links go on working.
    """
    yield from _left(scene, ApplicationKind.ACCESS_NUMBER)


@fault(
    clause="applications",
    severity=Severity.ERROR,
    phase="post-migration.rolled-back",
    evidence="A",
    source="Migrate response groups",
    remedy="Move the contacts of the groups back one by one.",
)
def response_group_rollback_contacts_forward(scene: Scene) -> Iterator[Injection]:
    """People are moved back, and the contacts of response groups stay with the new pool.

    The old console shows every group, yet callers come to the new pool, or nowhere once that is off.
    """
    if not scene.passes(Checkpoint.POST_MIGRATION):
        return
    for pool, new in scene.moving:
        groups = _owned(scene, pool.id, ApplicationKind.RESPONSE_GROUP)
        if not groups or pool.id in scene.plan.staying:
            continue

        def stay(
            _phase: Checkpoint, operation: op.Operation, source: PoolId = new, to: PoolId = pool.id
        ) -> Iterable[op.Operation]:
            if isinstance(operation, op.MoveApplications) and (operation.source, operation.to) == (
                source,
                to,
            ):
                kinds = frozenset(ApplicationKind) if operation.kinds is None else operation.kinds
                yield replace(operation, kinds=kinds - {ApplicationKind.RESPONSE_GROUP})
            else:
                yield operation

        about = (new, *(each.id for each in groups))
        yield Injection(target=pool.id, about=about, scene=scene.with_reversals(stay))


@fault(
    clause="applications",
    severity=Severity.WARNING,
    phase="pilot",
    evidence="A",
    source="Lync Server 2013 release notes; Migrate response groups",
    remedy="Move the agents first, then their groups, and give agents the new console's address.",
)
def legacy_homed_agent_of_new_group(scene: Scene) -> Iterator[Injection]:
    """Response groups with agents who sign in are moved before the agents are.

    Agents on the old pool cannot call in the name of the group, and callers wait although agents are there.
    """
    told = scene.deployment.applications
    if isinstance(told, Unknown) or not scene.passes(Checkpoint.PILOT):
        return
    for pool, new in scene.moving:
        groups = _owned(scene, pool.id, ApplicationKind.RESPONSE_GROUP)
        if not groups or len(scene.people_on(pool.id)) < 3:
            continue
        formal = tuple(
            replace(each, formal=True, agents=(pool.id, new)) if each in groups else each for each in told
        )
        made = scene.with_deployment(applications=formal).before(
            Checkpoint.PILOT, op.MoveResponseGroups(source=pool.id, to=new)
        )
        about = (new, *(each.id for each in groups))
        yield Injection(target=pool.id, about=about, scene=made)


@fault(
    clause="applications",
    severity=Severity.ERROR,
    phase="post-migration",
    evidence="A",
    source="Call to Subscriber Access or Auto Attendant fails in Skype for Business Server 2019 (support "
    "article)",
    remedy="Move the contacts back to a pool of 2015 or older, and keep that pool.",
)
def um_contacts_fail_on_2019(scene: Scene) -> Iterator[Injection]:
    """Contacts of Exchange UM are moved to a pool of 2019, where a defect of the product makes calls fail.

    Calls to subscriber access and auto attendants get a fast busy tone; messages for people may still be
    left.
    """
    if have(scene.plan.target, Feature.UM_DEFECT) is not True:
        return
    if not scene.passes(Checkpoint.POST_MIGRATION):
        return
    for pool in scene.leaving:
        contacts = _owned(scene, pool.id, ApplicationKind.EXCHANGE_UM)
        if not contacts or pool.has(Feature.UM_DEFECT) is True:
            continue
        new = scene.successors[pool.id]
        fails = scene.add_to_part("surroundings", um_defect=frozenset({new}))
        about = (pool.id, *(each.id for each in contacts))
        made = scene.before(Checkpoint.POST_MIGRATION, fails)
        yield Injection(target=new, about=about, scene=made)


@fault(
    clause="applications",
    severity=Severity.ERROR,
    phase="pilot",
    evidence="A",
    source="Move Exchange Unified Messaging contact objects",
    remedy="Run Exchange's set-up script again, and restart the Front-End service of the new pool.",
)
def exchange_um_not_told_of_new_pool(scene: Scene) -> Iterator[Injection]:
    """Exchange's set-up script is not run again after a pool was added, so Exchange UM does not know it.

    Unanswered calls to moved people do not end in their voice mail; those to everybody else do.
    """
    around = scene.deployment.surroundings
    if around.exchange_um is not None:
        return
    there = {pool.id for pool in scene.pools(PoolRole.FRONT_END)} | {
        pool.id for pool in scene.new_pools(PoolRole.FRONT_END)
    }
    for pool, new in scene.moving:
        if len(scene.arriving(pool.id, voice=1)):
            told = ExchangeUm(gateways=frozenset(there - {new}), origin=_ORIGIN)
            changed = scene.with_deployment(surroundings=replace(around, exchange_um=told))
            yield Injection(target=new, about=(pool.id,), scene=changed)


@fault(
    clause="applications",
    severity=Severity.WARNING,
    phase="legacy-silent",
    evidence="C",
    source="Manage announcements during disaster recovery; Set-CsUnassignedNumber reference",
    remedy="Import the audio and make the announcement anew on the new pool, then let the range name it.",
)
def unassigned_number_range_on_legacy(scene: Scene) -> Iterator[Injection]:
    """Ranges of unassigned numbers go on naming the announcement service of a legacy pool.

    Callers of vacant numbers hear nothing, or an error, once the old pool is stopped.
    """
    yield from _left(scene, ApplicationKind.UNASSIGNED_NUMBERS)


@fault(
    clause="applications",
    also=("topology",),
    severity=Severity.ERROR,
    phase="legacy-silent",
    evidence="A",
    source="Set-CsTrustedApplicationPool reference; Configure trusted application servers",
    remedy="Move the endpoints with Move-CsApplicationEndpoint after the next hop was changed.",
)
def trusted_app_contacts_orphaned(scene: Scene) -> Iterator[Injection]:
    """A trusted application pool gets a new next hop, and the contacts of its endpoints keep the old pool.

    The application looks healthy; calls and messages to it travel through the old pool, and end when that
    stops.
    """
    yield from _left(scene, ApplicationKind.TRUSTED_ENDPOINT)


@fault(
    clause="applications",
    severity=Severity.WARNING,
    phase="post-migration",
    evidence="C",
    source="Migrate Call Park application settings",
    remedy="Copy the music file from the old pool's file store to the new one's.",
)
def park_music_left_in_the_old_store(scene: Scene) -> Iterator[Injection]:
    """The company's music for parked calls is not copied to the new pool.

    Orbits are moved and answer; whoever is parked hears the product's own music.
    """
    known = scene.deployment.applications
    if isinstance(known, Unknown):
        return
    around = scene.deployment.surroundings
    for pool in scene.leaving:
        orbits = _owned(scene, pool.id, ApplicationKind.CALL_PARK_ORBIT)
        if not orbits:
            continue
        music = StoreFile(pool=pool.id, name=_MUSIC, origin=_ORIGIN)
        made = scene.with_deployment(
            applications=tuple(replace(each, plays=_MUSIC) if each in orbits else each for each in known),
            surroundings=replace(around, files=(*around.files, music)),
        ).without(op.CopyStoreFiles, source=pool.id)
        yield Injection(target=scene.successors[pool.id], about=(pool.id,), scene=made)


@fault(
    clause="applications",
    severity=Severity.ERROR,
    phase="pilot",
    evidence="C",
    source="Coexistence considerations (Group Chat, Persistent Chat); Migrating Group Chat servers",
    remedy="Let the chat pool hang off a Front End pool of its own version until rooms were carried over.",
)
def chat_pool_hung_off_the_new_pool(scene: Scene) -> Iterator[Injection]:
    """The old chat pool is given the new Front End pool for a next hop, together with the pilot.

    A chat pool serves its own version alone; people of the old pool lose their rooms.
    """
    if not scene.passes(Checkpoint.PILOT):
        return
    for chat in scene.pools(PoolRole.PERSISTENT_CHAT):
        new = None if chat.next_hop is None else scene.successors.get(chat.next_hop)
        if new is not None:
            moved = Scene.pool_becomes(f"{chat.id} hangs off {new}", chat.id, next_hop=new)
            yield Injection(target=chat.id, about=(new,), scene=scene.before(Checkpoint.PILOT, moved))
