"""Faults by which meetings cannot be joined, or are not what they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from coexistence import ApplicationKind, Injection, PoolRole, Scene, ServiceState, Severity, fault
from coexistence.model import operations as op
from coexistence.model.clients import CLIENTS, DESKTOP
from coexistence.model.conditions.reverse_proxy import ReverseProxyRule
from coexistence.model.deployment import Pool
from coexistence.model.population import HAS_CONTENT, Population
from coexistence.model.vocabulary import Access, Checkpoint, Maybe, Origin, PoolId, Unknown

__all__: list[str] = []

_ORIGIN = Origin("fault")


@fault(
    clause="meetings",
    also=("data", "applications"),
    severity=Severity.BLOCKER,
    phase="legacy-silent",
    evidence="A",
    source="Move conference directories; Move-CsConferenceDirectory reference",
    remedy="Start the pool again and move every directory to a new pool with the new shell; if the pool is "
    "gone, restore the directories from an export.",
)
def conference_directory_left_behind(scene: Scene) -> Iterator[Injection]:
    """Conference directories stay with a legacy pool, because they do not follow people.

    Links go on working, but callers who key in a conference ID of that directory are told that it is not
    valid, even where the organizer was moved long ago.
    """
    told = scene.deployment.directories
    owners = None if isinstance(told, Unknown) else {each.owner for each in told}
    for pool in scene.leaving:
        if owners is None or pool.id in owners:
            yield Injection(target=pool.id, scene=scene.without(op.MoveConferenceDirectories, source=pool.id))


@fault(
    clause="meetings",
    also=("data",),
    severity=Severity.WARNING,
    phase="production",
    evidence="A",
    source="Migrate existing meetings and meeting content; Migration considerations for meetings",
    remedy="Move people with -MoveConferenceData while the source pool is still there.",
)
def meeting_content_not_moved(scene: Scene) -> Iterator[Injection]:
    """People are moved without the switch that brings along what is stored in their meetings.

    Links open the meetings as before, but slides, whiteboards, polls and attachments are gone from them.
    """
    for pool, new in scene.moving:
        if not scene.has_meetings(pool.id, content=HAS_CONTENT):
            continue

        def without(
            _step: object, operation: op.Operation, source: PoolId = pool.id
        ) -> Iterable[op.Operation]:
            if isinstance(operation, op.MoveUsers) and operation.users.on == source:
                yield replace(operation, with_content=False)
            else:
                yield operation

        yield Injection(target=pool.id, about=(new,), scene=scene.rewritten(without))


@fault(
    clause="meetings",
    severity=Severity.ERROR,
    phase="side-by-side",
    evidence="B",
    source="Lync reverse proxy and friendly meeting URLs (third party)",
    remedy="Let the rule forward the original host header, and list every simple URL as a public name.",
)
def reverse_proxy_drops_host_header(scene: Scene) -> Iterator[Injection]:
    """The reverse proxy asks for pages under the server's own name instead of the one that was asked for.

    From outside the web components answer, but links to meetings and to the dial-in page end in an error;
    inside they work.
    """
    urls = scene.deployment.simple_urls
    if isinstance(urls, Unknown) or not urls or not scene.moving or not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    names = frozenset(each.url.removeprefix("https://").partition("/")[0].lower() for each in urls)
    pools = {
        each.id: each for each in (*scene.pools(PoolRole.FRONT_END), *scene.new_pools(PoolRole.FRONT_END))
    }
    for pool, new in scene.moving:
        if not any(scene.has_meetings(each.id) for each, _ in scene.moving):
            return
        before, after = (op.SetReverseProxy(rules=_published(names, at, pools)) for at in (pool.id, new))
        made = scene.before(Checkpoint.SIDE_BY_SIDE, before)
        if any(step.id == "P6.3" for step in scene.plan.steps):
            made = made.after("P6.3", after)
        yield Injection(target=pool.id, about=(new,), scene=made)


def _published(names: frozenset[str], at: PoolId, pools: dict[PoolId, Pool]) -> tuple[ReverseProxyRule, ...]:
    """Publish simple URLs on one pool, without their host header, and the web services of each."""
    web = (
        ReverseProxyRule(names=frozenset({pool.external_web_fqdn.lower()}), target=pool.id, origin=_ORIGIN)
        for pool in pools.values()
        if pool.external_web_fqdn
    )
    return (ReverseProxyRule(names=names, target=at, forwards_host=False, origin=_ORIGIN), *web)


@fault(
    clause="meetings",
    severity=Severity.WARNING,
    phase="pilot",
    evidence="A",
    source="Lync Server 2013 release notes",
    remedy="Restart the web conferencing service after the archive was repaired.",
)
def archiving_critical_mode_stuck(scene: Scene) -> Iterator[Injection]:
    """The archive was away for a time while archiving is critical, and nobody restarted web conferencing.

    Conferences fail for everybody on the pool, although every service is listed as running and the archive
    is back.
    """
    if not scene.passes(Checkpoint.PILOT):
        return
    critical = scene.change_part("backing", lambda now: replace(now, block_on_archive_failure=True))
    used = {new for pool, new in scene.moving if len(scene.arriving(pool.id))}
    for pool in scene.new_pools(PoolRole.FRONT_END):
        if pool.archiving_store is None or pool.id not in used:
            continue
        store = pool.archiving_store
        yield Injection(
            target=pool.id,
            scene=scene.before(
                Checkpoint.PILOT, critical, op.FailStore(store=store), op.RepairStore(store=store)
            ),
        )


@fault(
    clause="meetings",
    also=("clients",),
    severity=Severity.WARNING,
    phase="side-by-side",
    evidence="A",
    source="Cannot connect to the server for presenting (support article)",
    remedy="Update the clients before the Front Ends.",
)
def patched_server_unpatched_client_modalities(scene: Scene) -> Iterator[Injection]:
    """Front Ends get a security update of .NET while clients inside lack the update that goes with it.

    People join, write and hear as before; whiteboards, slides, polls and notes cannot be used by whoever is
    inside. From outside they can, because the Edge stands between.
    """
    if not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    desktop = frozenset(each for each in DESKTOP if CLIENTS[each].updated != CLIENTS[each].versions)
    for pool, new in scene.moving:
        # Nobody shows slides with a mobile client; other clients get theirs later.
        if not any(len(scene.people_on(pool.id, client=client)) for client in desktop):
            continue
        patched = scene.add_to_part("particulars", net_updated=frozenset(pool.servers), not_updated=desktop)
        yield Injection(target=pool.id, about=(new,), scene=scene.before(Checkpoint.SIDE_BY_SIDE, patched))


@fault(
    clause="meetings",
    severity=Severity.BLOCKER,
    phase="legacy-silent",
    evidence="D",
    source="Derived: split ownership; Move-CsConferenceDirectory reference",
    remedy="Let nobody schedule on one of the two sides, import the directory again from its export, and "
    "number anew what collides.",
)
def derived_two_owners_of_conference_ids(scene: Scene) -> Iterator[Injection]:
    """The move of a pool's conference directories breaks off, and both pools go on handing out IDs.

    Two meetings answer to one conference ID, by which access number somebody came.
    """
    told = scene.deployment.directories
    if isinstance(told, Unknown):
        return
    for pool in scene.leaving:
        if not any(each.owner == pool.id for each in told):
            continue

        def broken(
            _step: object, operation: op.Operation, source: PoolId = pool.id
        ) -> Iterable[op.Operation]:
            if isinstance(operation, op.MoveConferenceDirectories) and operation.source == source:
                yield op.BreakOffDirectoryMove(source=operation.source, to=operation.to)
            else:
                yield operation

        made = scene.rewritten(broken)
        if made.plan.steps != scene.plan.steps:
            yield Injection(target=pool.id, about=(scene.successors[pool.id],), scene=made)


@fault(
    clause="meetings",
    severity=Severity.ERROR,
    phase="pilot",
    evidence="C",
    source="New-CsDialInConferencingAccessNumber reference",
    remedy="Give the number's region to a dial plan, or the number a region that one has.",
)
def access_number_region_dropped_from_dial_plans(scene: Scene) -> Iterator[Injection]:
    """Dial plans are tidied up, and the region of an access number is in none of them any more.

    The number still answers, but no invitation and no page offers it to anybody.
    """
    known, plans = scene.deployment.applications, scene.deployment.dial_plans
    if isinstance(known, Unknown) or isinstance(plans, Unknown) or not scene.passes(Checkpoint.PILOT):
        return
    regions = {each.region for each in plans}
    for number in known:
        lost = regions.intersection(number.regions)
        if number.kind is ApplicationKind.ACCESS_NUMBER and lost:
            tidied = scene.change_part(
                "dial_plans",
                lambda now, lost=lost: tuple(  # type: ignore[misc]  # bound
                    replace(each, region=None) if each.region in lost else each for each in now
                ),
            )
            yield Injection(
                target=number.id,
                about=tuple(filter(None, lost)),
                scene=scene.before(Checkpoint.PILOT, tidied),
            )


@fault(
    clause="meetings",
    severity=Severity.ERROR,
    phase="pilot",
    evidence="C",
    source="Verify pilot pool coexistence with legacy pool; start the services of the pilot pool",
    remedy="Start the Application Sharing service on every Front End of the pool.",
)
def sharing_service_not_started_on_new_pool(scene: Scene) -> Iterator[Injection]:
    """The Application Sharing service of the new pool was never started.

    People join meetings there, write and talk; nobody can share a screen.
    """
    if not scene.passes(Checkpoint.PILOT):
        return
    for pool in scene.new_pools(PoolRole.FRONT_END):
        stopped = (
            op.SetServiceState(server=server, service="RTCASMCU", state=ServiceState.STOPPED)
            for server in pool.servers
        )
        yield Injection(target=pool.id, scene=scene.before(Checkpoint.PILOT, *stopped))


def _closed(population: Maybe[Population], home: PoolId) -> Maybe[Population]:
    """Return people whose meetings let in nobody but the organizer, where that is homed on a pool."""
    if isinstance(population, Unknown) or isinstance(population.meetings, Unknown):
        return population
    meetings = population.meetings
    theirs = population.home[meetings.organizer] == population.code(home)
    access = meetings.access.copy()
    access[theirs] = Access.LOCKED
    access.setflags(write=False)
    return population.changed(meetings=replace(meetings, access=access))


@fault(
    clause="meetings",
    severity=Severity.ERROR,
    phase="pilot",
    evidence="D",
    source="Move remaining users; Set-CsMeetingConfiguration reference",
    remedy="Let the organizers set again whom the meeting lets in.",
)
def meetings_closed_by_the_move(scene: Scene) -> Iterator[Injection]:
    """Meetings of people who are moved let in fewer people afterwards than their organizers chose.

    The link still works; whoever was welcome before waits in the lobby or is turned away.
    """
    if not scene.passes(Checkpoint.PILOT):
        return
    for pool, new in scene.moving:
        if scene.has_meetings(pool.id):
            closed = scene.change_part("population", lambda now, new=new: _closed(now, new))  # type: ignore[misc]  # bound
            yield Injection(target=new, about=(pool.id,), scene=scene.before(Checkpoint.PILOT, closed))
