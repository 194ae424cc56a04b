"""Faults by which people cannot sign in with what they have, or are asked what they were never asked."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace

from coexistence import Injection, MeetingClient, PoolRole, Scene, Severity, Version, fault
from coexistence.migration import RollbackAction
from coexistence.model import operations as op
from coexistence.model.clients import (
    CLIENTS,
    JOINERS,
    MOBILE,
    PHONES,
    ClientGeneration,
    Discovery,
    Fit,
    Listed,
)
from coexistence.model.conditions.machines_and_databases import Backing, UserReplicator
from coexistence.model.conditions.messaging import DhcpScope
from coexistence.model.deployment import Cms, DnsRecord
from coexistence.model.vocabulary import Checkpoint, Feature, Origin, PoolId, ServerId, Unknown, have

__all__: list[str] = []

_ORIGIN = Origin("fault")
#: Programs of guests that one version supports and others do not.
_PROGRAMS = (MeetingClient.WEB_APP_2010, MeetingClient.ATTENDEE_2010)
_BY_AUTODISCOVER = [each for each, row in CLIENTS.items() if row.discovery is Discovery.AUTODISCOVER_FIRST]


@fault(
    clause="clients",
    also=("names",),
    severity=Severity.ERROR,
    phase="side-by-side",
    evidence="B",
    source="Lync 2010 Pool / Lync 2013 Client Coexistence (third party); Cannot verify that the server is "
    "trusted (support article)",
    remedy="Put the domain of the servers on the clients' list of trusted domains by policy, or move people "
    "before they get the new client.",
)
def autodiscover_on_new_pool_prompts_old_homed(scene: Scene) -> Iterator[Injection]:
    """Autodiscover is first published on the new pool, while people with new clients are still on 2010.

    Whoever uses the new client is asked at the first sign-in whether to trust a server of another domain;
    the answer is remembered, and the question comes back with an empty cache.
    """
    records, population = scene.deployment.records, scene.deployment.population
    if isinstance(records, Unknown) or isinstance(population, Unknown):
        return
    if not scene.passes(Checkpoint.SIDE_BY_SIDE) or scene.plan.phase is not Checkpoint.LEGACY:
        return
    old = [(pool, new) for pool, new in scene.moving if pool.has(Feature.AUTODISCOVER) is False]
    trusted = scene.deployment.particulars.trusted_domains
    for code, domain in population.coded_domains:
        hit = [
            (pool, new)
            for pool, new in old
            if not pool.id.endswith(f".{domain}")
            and not any(pool.id.endswith(f".{each}") for each in trusted)
            and any(len(scene.people_on(pool.id, client=each, domain=code)) for each in _BY_AUTODISCOVER)
        ]
        if not hit:
            continue
        names = (f"lyncdiscoverinternal.{domain}", f"lyncdiscover.{domain}")
        # Who publishes no such name has nobody on a mobile client.
        instead = ClientGeneration[hit[0][0].versions[0].facts.client]
        made = scene
        for pool, _ in scene.moving:
            for client in sorted(MOBILE):
                rows = scene.people_on(pool.id, client=client, domain=code)
                made = made.with_people(rows, client=instead, first_client=instead)
        made = made.with_deployment(records=tuple(each for each in records if each.name not in names))
        published = DnsRecord(name=names[0], kind="A", target=hit[0][1], origin=_ORIGIN)
        yield Injection(
            target=names[0],
            about=tuple(pool.id for pool, _ in hit),
            scene=made.before(Checkpoint.SIDE_BY_SIDE, op.SetDnsRecords(records=(published,))),
        )


@fault(
    clause="clients",
    also=("names",),
    severity=Severity.ERROR,
    phase="legacy-silent",
    evidence="B",
    source="Lync Phone Edition devices stuck connecting to server (third party)",
    remedy="Repair what a phone without memory needs in the networks where phones are: DHCP options 43 and "
    "120, and the certificate's chain.",
)
def cached_phones_outlive_decommission(scene: Scene) -> Iterator[Injection]:
    """DHCP goes on naming a legacy pool to phones; most of them remember a registrar and a certificate.

    Days after a clean decommission more and more phones hang while they connect: those that were reset.
    The others go on working.
    """
    if not isinstance(scene.deployment.particulars.dhcp, Unknown):
        return
    for pool in scene.leaving:
        others = [each for each, _ in scene.moving]
        if not any(len(scene.people_on(each.id, client=client)) for each in others for client in PHONES):
            return
        scope = DhcpScope(registrar=pool.fqdn, certificates=pool.fqdn)
        particulars = replace(scene.deployment.particulars, dhcp=(scope,))
        yield Injection(target=pool.id, scene=scene.with_deployment(particulars=particulars))


@fault(
    clause="clients",
    severity=Severity.ERROR,
    phase="pilot",
    evidence="A",
    source="Features removed from Skype for Business Server 2019; Mobility (2015)",
    remedy="Replace the apps before their owners are moved, and turn old builds away with a clear message.",
)
def mcx_mobile_after_move_to_2019(scene: Scene) -> Iterator[Injection]:
    """People whose telephones know the first mobility service alone are moved to a version without it.

    The old app does not sign in any more; desktop clients and current apps do, and so does the old app of
    whoever was not moved.
    """
    if have(scene.plan.target, Feature.MCX) is not False:
        return
    for pool, new in scene.moving:
        if pool.has(Feature.MCX) is False:
            continue
        rows = scene.movers(pool.id)
        if len(rows):
            old = next(each for each in sorted(MOBILE) if _is_gone(each, scene.plan.target))
            # Every other one, so that there are some in every wave.
            yield Injection(
                target=pool.id,
                about=(new,),
                scene=scene.with_people(rows[::2], client=old, first_client=old),
            )


def _is_supported(program: MeetingClient, versions: tuple[Version, ...]) -> bool:
    return {JOINERS[program][version] for version in versions} == {Fit.YES}


def _is_gone(client: ClientGeneration, target: tuple[Version, ...]) -> bool:
    return all(CLIENTS[client].listed[version] is Listed.NO for version in target)


@fault(
    clause="clients",
    also=("meetings",),
    severity=Severity.WARNING,
    phase="pilot",
    evidence="A",
    source="Client interoperability in Lync 2013; Supported clients from previous deployments",
    remedy="Tell guests to join in a browser, take the program off, and keep the options of the join page "
    "visible.",
)
def attendee_or_old_web_app_on_new_meeting(scene: Scene) -> Iterator[Injection]:
    """Guests join with programs of 2010, and organizers are moved to a version that does not support these.

    They get into meetings of whoever was not moved, and not into those of moved organizers.
    """
    for pool, new in scene.moving:
        programs = {each.value for each in _PROGRAMS if _is_supported(each, pool.versions)}
        if not programs or not scene.has_meetings(pool.id):
            continue
        now = scene.deployment.particulars
        used = replace(now, guest_programs=now.guest_programs | programs)
        yield Injection(target=new, about=(pool.id,), scene=scene.with_deployment(particulars=used))


@fault(
    clause="clients",
    also=("data",),
    severity=Severity.WARNING,
    phase="pilot",
    evidence="A",
    source="Newly created users cannot sign in (support article)",
    remedy="Let the user replicator ask every domain (Set-CsUserReplicatorConfiguration), and start a cycle.",
)
def replicator_skips_a_domain(scene: Scene) -> Iterator[Injection]:
    """The user replicator of the new pools does not ask one of the domains of the forest.

    People of that domain cannot sign in on the new pools, where nobody knows them; the directory shows them
    enabled, and people of other domains sign in.
    """
    population = scene.deployment.population
    new = [each.id for each in scene.new_pools(PoolRole.FRONT_END)]
    if isinstance(population, Unknown) or not new or not scene.passes(Checkpoint.PILOT):
        return
    for code, domain in population.coded_domains:
        # Servers lie in the first domain, which nobody forgets.
        is_first = any(each.endswith(f".{domain}") for each in new)
        if is_first or not any(len(scene.arriving(pool.id, domain=code)) for pool, _ in scene.moving):
            continue
        skipping = scene.change_part("backing", functools.partial(_skipping, pools=new, domain=domain))
        yield Injection(target=domain, scene=scene.before(Checkpoint.PILOT, skipping))


def _skipping(now: Backing, pools: list[PoolId], domain: str) -> Backing:
    known = now.replicator_by_pool
    changed = tuple(
        replace(
            known.get(pool, UserReplicator(pool=pool, origin=_ORIGIN)),
            skipped=(known[pool].skipped if pool in known else frozenset()) | {domain},
        )
        for pool in pools
    )
    kept = tuple(each for each in now.replicators if each.pool not in pools)
    return replace(now, replicators=(*kept, *changed))


@fault(
    clause="clients",
    also=("meetings",),
    severity=Severity.ERROR,
    phase="pilot",
    evidence="A",
    source="Migration process",
    remedy="Give everybody who was upgraded the former client back as a step of the rollback.",
)
def clients_left_upgraded_after_going_back(scene: Scene) -> Iterator[Injection]:
    """People are moved back to the legacy pools, and keep the upgraded client.

    The guide wants these clients downgraded: what is scheduled with them does not work on the old servers.
    """
    for pool, new in scene.moving:
        upgraded = [each for _, each in scene.operations(op.UpgradeClients) if each.users.on == new]
        if upgraded and len(scene.movers(pool.id)):
            yield Injection(
                target=pool.id, about=(new,), scene=scene.not_going_back_with(RollbackAction.CLIENTS)
            )


def _names_of_sign_in(scene: Scene) -> set[str]:
    """The pools that a device which knows nothing is led to."""
    records = scene.deployment.records
    return (
        set()
        if isinstance(records, Unknown)
        else {each.target for each in records if each.name != each.target}
    )


@fault(
    clause="clients",
    also=("sites",),
    severity=Severity.ERROR,
    phase="pilot",
    evidence="D",
    source="Log on to the Lync Server; Planning for central site voice resiliency; Central Management store "
    "replication failures (support article)",
    remedy="Let the replicas of the old pool catch up before anybody is moved off it.",
)
def old_pool_has_not_heard_of_the_new_one(scene: Scene) -> Iterator[Injection]:
    """The replicas of a legacy pool hear nothing of the new pool that its people are moved to.

    A fresh device finds its way by other names; whoever was signed out during the move goes back to the old
    pool, which cannot send them on.
    """
    if not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    led_to = _names_of_sign_in(scene)
    for pool, new in scene.moving:
        if pool.id in led_to or not len(scene.movers(pool.id)):
            continue

        def deny(cms: Cms, servers: frozenset[ServerId] = frozenset(pool.servers)) -> Cms:
            return replace(cms, shares_denied=cms.shares_denied | servers)

        denied = Scene.cms_becomes(f"nobody may write into the shares of {pool.id}", deny)
        yield Injection(target=pool.id, about=(new,), scene=scene.at_first(denied))
