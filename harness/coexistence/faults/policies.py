"""Faults by which people may do more or less than before, with nobody having granted them anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from coexistence import Injection, PoolRole, Scene, Severity, fault
from coexistence.model import operations as op
from coexistence.model.conditions.external_systems import ADDRESS_BOOK_RULES, AddressBookSettings, StoreFile
from coexistence.model.deployment import Policy, Pool
from coexistence.model.vocabulary import (
    Checkpoint,
    ContactStore,
    Feature,
    Origin,
    PoolId,
    SiteKind,
    Unknown,
)

__all__: list[str] = []

_ORIGIN = Origin("fault")
_ANONYMOUS = "AllowAnonymousParticipantsInMeetings"
_OUTSIDE = "EnableOutsideAccess"


def _in_another_site(scene: Scene) -> Iterator[tuple[Pool, PoolId, Scene]]:
    """Pools that people move from, each with its new pool and the scene in which that is in another site."""
    central = [each.id for each in scene.deployment.sites if each.kind is SiteKind.CENTRAL]
    published = {pool.id for _, each in scene.operations(op.PublishTopology) for pool in each.pools}
    for pool, new in scene.moving:
        other = next((site for site in central if site != pool.site), None)
        if other is not None and new in published:
            yield pool, new, scene.with_new_pool(new, site=other)


@fault(
    clause="policies",
    severity=Severity.ERROR,
    phase="pilot",
    evidence="C",
    source="Setting up site policies; Migrating multiple sites and pools",
    remedy="Make the policies of the old site in the new one too, or grant them in person before the move.",
)
def site_policy_lost_in_new_site(scene: Scene) -> Iterator[Injection]:
    """The new pool is defined in another site, and policies of the old site do not hold there.

    Whoever is moved may do something else than before, although no grant was changed.
    """
    known = scene.deployment.policies
    if isinstance(known, Unknown):
        return
    for pool, new, elsewhere in _in_another_site(scene):
        if not len(scene.without_own_policy(scene.movers(pool.id), "conferencing")):
            continue
        own = Policy(
            kind="conferencing",
            scope=f"site:{pool.site}",
            settings=((_ANONYMOUS, "True"), ("MaxMeetingSize", "175")),
            origin=_ORIGIN,
        )
        rest = tuple(each for each in known if (each.kind, each.scope) != (own.kind, own.scope))
        yield Injection(target=new, about=(pool.id,), scene=elsewhere.with_deployment(policies=(*rest, own)))


@fault(
    clause="policies",
    also=("meetings", "edge"),
    severity=Severity.ERROR,
    phase="pilot",
    evidence="A",
    source="Move remaining users",
    remedy="Allow anonymous participants in the policy of everybody who is moved.",
)
def anonymous_join_off_for_moved_organizers(scene: Scene) -> Iterator[Injection]:
    """The conferencing policy that counts for moved people does not allow anonymous participants.

    People of partners on older servers do not get into meetings of moved organizers; people inside do.
    """
    known = scene.deployment.policies
    if isinstance(known, Unknown):
        return
    for pool, new in scene.moving:
        federates = next(
            (each.federation_route for each in scene.deployment.sites if each.id == pool.site), None
        )
        # Who was given a policy in person keeps it; the first two are moved in any pilot.
        hit = scene.without_own_policy(scene.movers(pool.id)[:2], "conferencing")
        if federates is None or not len(hit) or len(scene.people_on(pool.id)) < 3:
            continue
        own = Policy(
            kind="conferencing", scope=f"site:{pool.site}", settings=((_ANONYMOUS, "False"),), origin=_ORIGIN
        )
        rest = tuple(each for each in known if (each.kind, each.scope) != (own.kind, own.scope))
        yield Injection(target=new, about=(pool.id,), scene=scene.with_deployment(policies=(*rest, own)))


@fault(
    clause="policies",
    also=("data",),
    severity=Severity.WARNING,
    phase="pilot.rolled-back",
    evidence="A",
    source="Roll back migrated users; Invoke-CsUcsRollback reference",
    remedy="Turn the policy off for these people first, then roll their contact lists back.",
)
def unified_store_policy_left_on(scene: Scene) -> Iterator[Injection]:
    """Contact lists are rolled back from Exchange while the policy goes on allowing the unified store.

    All is well at first; a week later the lists are in Exchange again, and the old client shows none.
    """
    known = scene.deployment.policies
    if isinstance(known, Unknown) or not scene.passes(Checkpoint.PILOT):
        return
    allowing = Policy(
        kind="user-services", scope="global", settings=(("UcsAllowed", "True"),), origin=_ORIGIN
    )
    rest = tuple(each for each in known if each.kind != "user-services")
    allowed = scene.with_deployment(policies=(*rest, allowing))
    for pool, new in scene.moving:
        # Lync Server 2010 keeps no list in Exchange, whatever a policy says.
        if pool.has(Feature.UNIFIED_CONTACTS) is False:
            continue
        if not len(scene.movers(pool.id, contacts=ContactStore.EXCHANGE)):
            continue
        rolled_back = op.RollBackContactStore(users=op.Selection(on=pool.id))
        made = allowed.going_back(Checkpoint.PILOT, rolled_back)
        yield Injection(target=pool.id, about=(new,), scene=made)


@fault(
    clause="policies",
    also=("clients",),
    severity=Severity.WARNING,
    phase="pilot",
    evidence="A",
    source="Migrate Address Book",
    remedy="Copy the file to the new pool's share, rewrite its patterns, and run Update-CsAddressBook.",
)
def address_book_rules_not_carried(scene: Scene) -> Iterator[Injection]:
    """The company's own rules for telephone numbers stay in the old pool's share.

    Whoever was moved sees raw numbers, or none, and cannot click to call; others see what they saw.
    """
    around = scene.deployment.surroundings
    if any(each.name == ADDRESS_BOOK_RULES for each in around.files):
        return
    there = {pool.id for pool in scene.pools(PoolRole.FRONT_END)} | {
        pool.id for pool in scene.new_pools(PoolRole.FRONT_END)
    }
    for pool, new in scene.moving:
        if not len(scene.arriving(pool.id)):
            continue
        files = tuple(
            StoreFile(pool=each, name=ADDRESS_BOOK_RULES, origin=_ORIGIN) for each in sorted(there - {new})
        )
        changed = replace(around, files=(*around.files, *files))
        yield Injection(target=new, about=(pool.id,), scene=scene.with_deployment(surroundings=changed))


@fault(
    clause="policies",
    also=("data",),
    severity=Severity.WARNING,
    phase="pilot",
    evidence="A",
    source="Lync Server 2013 release notes; Migrate Address Book",
    remedy="Give each new pool a setting of its own with UseNormalizationRules on, and an empty file of "
    "rules; then run Update-CsAddressBook.",
)
def normalization_switch_breaks_search(scene: Scene) -> Iterator[Injection]:
    """Number rules were switched off for the address book, and a new pool goes by that.

    A search by name finds nobody for people on the new pool, and finds everybody for the others.
    """
    if not scene.passes(Checkpoint.PILOT):
        return
    for pool, new in scene.moving:
        if not len(scene.arriving(pool.id)):
            continue
        off = AddressBookSettings(scope=f"service:{new}", use_normalization_rules=False, origin=_ORIGIN)
        yield Injection(
            target=new,
            about=(pool.id,),
            scene=scene.before(Checkpoint.PILOT, op.SetAddressBookSettings(settings=off)),
        )


@fault(
    clause="policies",
    severity=Severity.ERROR,
    phase="pilot",
    evidence="D",
    source="Derived: one setting, two defaults; Set-CsMeetingConfiguration reference",
    remedy="Set explicitly whatever behaviour rests on, before the first move.",
)
def derived_same_setting_different_default(scene: Scene) -> Iterator[Injection]:
    """A setting that nobody ever made has another default on the new version.

    New meetings of moved people let in whom theirs did not before, with no policy changed.
    """
    known = scene.deployment.policies
    if isinstance(known, Unknown) or any(each.kind == "meeting" and each.settings for each in known):
        return
    for pool, new in scene.moving:
        if pool.has(Feature.COMPANY_MEETINGS) is True and len(scene.movers(pool.id)):
            made = scene.assuming("scheduled-meetings-of-2010", "company")
            yield Injection(target=new, about=(pool.id,), scene=made)


@fault(
    clause="policies",
    severity=Severity.ERROR,
    phase="pilot",
    evidence="C",
    source="Setting up site policies; Migrating multiple sites and pools",
    remedy="Make the external access policy of the old site in the new one too, or grant it in person.",
)
def external_access_policy_lost_in_new_site(scene: Scene) -> Iterator[Injection]:
    """The new pool is defined in another site, where no external access policy stands for the old site's.

    Whoever is moved may not sign in from outside any more, or may for the first time.
    """
    known = scene.deployment.policies
    if isinstance(known, Unknown):
        return
    for pool, new, elsewhere in _in_another_site(scene):
        if not len(scene.without_own_policy(scene.movers(pool.id), "external-access")):
            continue
        everywhere = ("external-access", "global")
        now = next((dict(each.settings) for each in known if (each.kind, each.scope) == everywhere), {})
        own = Policy(
            kind="external-access",
            scope=f"site:{pool.site}",
            settings=(
                ("EnableOutsideAccess", "False" if now.get("EnableOutsideAccess") == "True" else "True"),
            ),
            origin=_ORIGIN,
        )
        rest = tuple(each for each in known if (each.kind, each.scope) != (own.kind, own.scope))
        yield Injection(target=new, about=(pool.id,), scene=elsewhere.with_deployment(policies=(*rest, own)))
