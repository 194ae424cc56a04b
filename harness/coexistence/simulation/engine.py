"""The one function that makes a new state.

Law of this room: ``apply`` takes a state and an operation and leaves both alone. What the product would
refuse is refused here, with the product's reason, as an ordinary result. Nobody here knows who is
watching, nor that checks exist.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from coexistence import operations as op
from coexistence.building import running_services
from coexistence.deployment import Pool, Server
from coexistence.population import (
    CODE_LOST,
    ENDLESS,
    HAS_CONTENT,
    LEFT_BEHIND,
    MEETING_LOST,
    NO_CONTENT,
    NOTHING_LOST,
    NOWHERE,
    UNTOLD,
    Meetings,
    Population,
    Rows,
    column,
)
from coexistence.simulation import applications
from coexistence.simulation.rules import DESKTOP, Rules, meeting_survives
from coexistence.simulation.state import State, frozen, readings_of
from coexistence.vocabulary import (
    ContactStore,
    Disposition,
    Maybe,
    MeetingKind,
    Origin,
    PoolId,
    PoolRole,
    ServiceState,
    Unknown,
    UserKind,
    Version,
)
from coexistence.windows_services import find

__all__ = ["Step", "apply", "selected"]

#: How long a new one-off meeting stays in calendars, in days: our assumption.
_MEETING_AHEAD: Final = 60


@dataclass(frozen=True, slots=True)
class Step:
    """What came of an operation: the state afterwards, and whether the product agreed."""

    state: State
    disposition: Disposition = Disposition.DONE
    reason: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the product carried the operation out."""
        return self.disposition is Disposition.DONE


def apply(state: State, operation: op.Operation, rules: Rules) -> Step:
    """Carry out one operation.

    Returns the new state, or the old one with the product's reason where it refuses. Facts that are
    unknown stay unknown; an operation on them changes nothing and is accepted.
    """
    return _CARRY_OUT[type(operation)](state, operation, rules)


def _refused(state: State, reason: str) -> Step:
    return Step(state, Disposition.REFUSED, reason)


def selected(population: Population, selection: op.Selection) -> Rows:
    """Return the rows that a selection names, ascending."""
    wanted = population.home == population.code(selection.on)
    if population.code(selection.on) == NOWHERE:
        return np.empty(0, dtype=np.int64)
    if selection.came_from is not None:
        wanted = wanted & (population.came_from == population.code(selection.came_from))
    if selection.without_xmpp:
        wanted = wanted & (population.xmpp != 1)
    if selection.without_chat:
        wanted = wanted & (population.chat != 1)
    if selection.people_only:
        wanted = wanted & (population.kind == UserKind.PERSON)
    rows = np.flatnonzero(wanted)
    return rows if selection.first is None else rows[: selection.first]


def _set(values: Any, rows: Rows, to: int) -> Any:
    changed = values.copy()
    changed[rows] = to
    changed.setflags(write=False)
    return changed


# -------------------------------------------------------------------- preparation and topology


def _prepare(state: State, operation: op.PrepareDirectory, _rules: Rules) -> Step:
    return Step(state.changed(prepared=state.prepared | {operation.version}))


def _install_tools(state: State, operation: op.InstallTools, _rules: Rules) -> Step:
    return Step(state.changed(tools=operation.version))


def _set_records(state: State, operation: op.SetDnsRecords, _rules: Rules) -> Step:
    if isinstance(state.records, Unknown):
        return Step(state)
    inside = {(each.name, each.kind): each for each in operation.records if each.side == "internal"}
    outside = {(each.name, each.kind): each for each in operation.records if each.side == "external"}
    changed: dict[str, Any] = {}
    if inside:
        changed["records"] = frozen(dict(state.records) | inside)
    if outside and not isinstance(state.outside, Unknown):
        changed["outside"] = frozen(dict(state.outside) | outside)
    return Step(state.changed(**changed))


def _tools_too_old(state: State, tools: Version) -> str | None:
    """Old tools cannot open a topology that newer ones published ("Verify pilot pool coexistence")."""
    newest = max((version for pool in state.pools.values() for version in pool.versions[:1]), default=tools)
    if tools < newest:
        return f"tools of {tools.product} cannot open a topology with {newest.product} in it"
    return None


def _publish(state: State, operation: op.PublishTopology, _rules: Rules) -> Step:
    if reason := _tools_too_old(state, operation.tools):
        return _refused(state, reason)
    unprepared = {version for pool in operation.pools for version in pool.versions} - state.prepared
    if all(version in unprepared for pool in operation.pools for version in pool.versions):
        # "Prepare Active Directory": schema, forest and domain come before any coexistence.
        return _refused(state, "Active Directory is not prepared for this version")
    for pool in operation.pools:
        if pool.id in state.pools:
            return _refused(state, f"the FQDN {pool.fqdn} is already a pool of the topology")
    number = state.published + 1
    servers: dict[Any, Server] = dict(state.servers)
    services = dict(state.services)
    for server in operation.servers:
        servers[server.id] = server
        # Defined, but nothing is installed yet.
        services[server.id] = frozen({})
    return Step(
        state.changed(
            published=number,
            pools=frozen(dict(state.pools) | {pool.id: pool for pool in operation.pools}),
            defined=frozen(dict(state.defined) | {pool.id: number for pool in operation.pools}),
            servers=frozen(servers),
            services=frozen(services),
            gateways=(*state.gateways, *operation.gateways),
        )
    )


def _written(state: State, pools: Mapping[PoolId, Pool]) -> State:
    """Return the state after a published change that adds no pool: everybody stays as trusted as before."""
    return state.changed(published=state.published + 1, pools=frozen(dict(pools)))


def _change_pool(state: State, pool: PoolId, **changes: Any) -> Step:
    known = state.pools.get(pool)
    if known is None:
        return _refused(state, f"there is no pool {pool} in the topology")
    return Step(_written(state, dict(state.pools) | {pool: replace(known, **changes)}))


def _media_edge(state: State, operation: op.AssociateMediaEdge, _rules: Rules) -> Step:
    return _change_pool(state, operation.pool, media_edge=operation.edge)


def _edge_federation(state: State, operation: op.SetEdgeFederation, _rules: Rules) -> Step:
    others = [
        pool.fqdn
        for pool in state.pools.values()
        if pool.role is PoolRole.EDGE and pool.federation and pool.id != operation.edge
    ]
    step = _change_pool(state, operation.edge, federation=operation.enabled)
    if operation.enabled and others and step.accepted:
        # A warning that may be ignored during the cut-over, says the guide; not a refusal.
        return Step(step.state, Disposition.DONE, f"federation is also enabled on {', '.join(others)}")
    return step


def _edge_xmpp(state: State, operation: op.SetEdgeXmpp, _rules: Rules) -> Step:
    """The proxy exists on Edges of L13 and S15 only ("Features removed", Skype for Business Server 2019)."""
    edge = state.pools.get(operation.edge)
    if operation.enabled and edge is not None and not {Version.L13, Version.S15} & set(edge.versions):
        return _refused(state, f"{edge.fqdn} has no XMPP federation")
    step = _change_pool(state, operation.edge, xmpp=operation.enabled)
    if edge is None or not step.accepted:
        return step
    wanted = ServiceState.RUNNING if operation.enabled else ServiceState.STOPPED
    return Step(_all_servers(step.state, edge, "xmpp_proxy", wanted))


def _all_servers(state: State, pool: Pool, service: str, becomes: ServiceState) -> State:
    """Return the state after a service (by its key) went the same way on every server of a pool."""
    made = dict(state.services)
    for server in pool.servers:
        readings = made.get(server, Unknown("Get-CsWindowsService"))
        if not isinstance(readings, Unknown):
            made[server] = frozen(dict(readings) | {service: becomes})
    return state.changed(services=frozen(made))


def _disable_service(state: State, operation: op.DisableService, _rules: Rules) -> Step:
    pool = state.pools.get(operation.pool)
    if pool is None:
        return _refused(state, f"there is no pool {operation.pool} in the topology")
    key = _service_key(operation.service)
    stopped = _all_servers(state, pool, key, ServiceState.STOPPED)
    return Step(stopped.changed(disabled=state.disabled | {(pool.id, key)}))


def _enable_service(state: State, operation: op.EnableService, _rules: Rules) -> Step:
    pool = state.pools.get(operation.pool)
    if pool is None:
        return _refused(state, f"there is no pool {operation.pool} in the topology")
    key = _service_key(operation.service)
    if (pool.id, key) not in state.disabled:
        return Step(state)
    running = _all_servers(state, pool, key, ServiceState.RUNNING)
    return Step(running.changed(disabled=state.disabled - {(pool.id, key)}))


def _service_key(name: str) -> str:
    found = find(name)
    return found.key if found else name.lower()


def _next_hop(state: State, operation: op.SetNextHop, _rules: Rules) -> Step:
    return _change_pool(state, operation.pool, next_hop=operation.to)


def _federation_route(state: State, operation: op.SwitchFederationRoute, _rules: Rules) -> Step:
    site = state.sites[operation.site]
    sites = dict(state.sites) | {site.id: replace(site, federation_route=operation.to)}
    return Step(_written(state.changed(sites=frozen(sites)), state.pools))


def _remove_pool(state: State, operation: op.RemovePool, _rules: Rules) -> Step:
    if reason := _tools_too_old(state, operation.tools):
        return _refused(state, reason)
    pool = state.pools.get(operation.pool)
    if pool is None:
        return _refused(state, f"there is no pool {operation.pool} in the topology")
    people = 0 if isinstance(state.population, Unknown) else state.population.accounts_by_pool.get(pool.id, 0)
    if people:
        # "Migrating multiple sites and pools": prove the pool empty before it goes.
        return _refused(state, f"{people} accounts are still homed on {pool.fqdn}")
    if not isinstance(state.cms.masters, Unknown) and pool.id in state.cms.masters:
        return _refused(state, f"{pool.fqdn} hosts the Central Management store")
    gone = set(pool.servers)
    return Step(
        _written(
            state.changed(
                servers=frozen({key: each for key, each in state.servers.items() if key not in gone}),
                services=frozen({key: each for key, each in state.services.items() if key not in gone}),
                replicas=frozen({key: each for key, each in state.replicas.items() if key not in gone}),
                gateways=tuple(each for each in state.gateways if each.mediation != pool.id),
                certificates=state.certificates
                if isinstance(state.certificates, Unknown)
                else tuple(each for each in state.certificates if each.pool != pool.id),
            ),
            {key: each for key, each in state.pools.items() if key != pool.id},
        )
    )


def _replicate(state: State, _operation: op.Replicate, _rules: Rules) -> Step:
    """Bring every replica up to date whose server runs the replicator agent.

    A replica whose status nobody exported stays unknown: waiting for it does not tell us anything.
    """
    made = dict(state.replicas)
    for server, readings in state.services.items():
        if isinstance(made.get(server, 0), Unknown) or isinstance(readings, Unknown):
            continue
        if readings.get("replica_replicator") is ServiceState.RUNNING:
            made[server] = state.published
    return Step(state.changed(replicas=frozen(made)))


def _assign_certificates(state: State, operation: op.AssignCertificates, _rules: Rules) -> Step:
    if isinstance(state.certificates, Unknown):
        return Step(state)
    made = {(each.pool, each.use): each for each in (*state.certificates, *operation.certificates)}
    return Step(state.changed(certificates=tuple(made.values())))


# -------------------------------------------------------------------- services and the CMS


def _start(state: State, operation: op.StartServices, _rules: Rules) -> Step:
    pool = state.pools.get(operation.pool)
    if pool is None:
        return _refused(state, f"there is no pool {operation.pool} in the topology")
    masters = state.cms.masters
    is_cms = not isinstance(masters, Unknown) and pool.id in masters
    origin = Origin("plan")
    # Where S19 or SE is all we know, both have the same services (the newer one's are assumed).
    readings: Maybe[Any] = Unknown("Get-CsServerPatchVersion")
    if pool.versions:
        readings = readings_of(running_services(pool, pool.versions[0], is_cms=is_cms, origin=origin))
    made: dict[Any, Maybe[Any]] = dict(state.services)
    replicas: dict[Any, Maybe[int]] = dict(state.replicas)
    for server in pool.servers:
        made[server] = readings
        replicas.setdefault(server, -1)
    return Step(
        state.changed(
            services=frozen(made),
            replicas=frozen(replicas),
            silenced=state.silenced - {pool.id},
            disabled=frozenset(each for each in state.disabled if each[0] != pool.id),
        )
    )


def _stop(state: State, operation: op.StopServices, _rules: Rules) -> Step:
    pool = state.pools.get(operation.pool)
    if pool is None:
        return _refused(state, f"there is no pool {operation.pool} in the topology")
    made = dict(state.services)
    for server in pool.servers:
        readings = made.get(server, Unknown("Get-CsWindowsService"))
        if not isinstance(readings, Unknown):
            made[server] = frozen(dict.fromkeys(readings, ServiceState.STOPPED))
    return Step(state.changed(services=frozen(made), silenced=state.silenced | {pool.id}))


def _service_state(state: State, operation: op.SetServiceState, _rules: Rules) -> Step:
    readings = state.services.get(operation.server)
    if readings is None:
        return _refused(state, f"there is no server {operation.server}")
    if isinstance(readings, Unknown):
        return Step(state)
    found = find(operation.service)
    made = frozen(dict(readings) | {found.key if found else operation.service.lower(): operation.state})
    return Step(state.changed(services=frozen(dict(state.services) | {operation.server: made})))


def _move_cms(state: State, operation: op.MoveCms, _rules: Rules) -> Step:
    target = state.pools.get(operation.to)
    if target is None:
        return _refused(state, f"there is no pool {operation.to} in the topology")
    running = [state.services.get(server, Unknown("Get-CsWindowsService")) for server in target.servers]
    if all(
        not isinstance(each, Unknown) and each.get("front_end") is not ServiceState.RUNNING
        for each in running
    ):
        # Move-CsManagementServer: the Front-End service is started on the target.
        return _refused(state, f"the Front-End service is not started on {target.fqdn}")
    masters = state.cms.masters
    old = () if isinstance(masters, Unknown) else masters
    pools = dict(state.pools)
    pools[target.id] = replace(target, roles=target.roles | {"CentralMgmt"})
    for pool in old:
        if pool in pools and pool != target.id:
            pools[pool] = replace(pools[pool], roles=pools[pool].roles - {"CentralMgmt"})
    services = dict(state.services)
    for pool in {*old, target.id} & pools.keys():
        for server in pools[pool].servers:
            readings = services.get(server, Unknown("Get-CsWindowsService"))
            if isinstance(readings, Unknown):
                continue
            kept = {name: each for name, each in readings.items() if name not in _CMS_SERVICES}
            if pool == target.id:
                # Local setup on each server of the new master installs and starts these two.
                kept |= dict.fromkeys(_CMS_SERVICES, ServiceState.RUNNING)
            services[server] = frozen(kept)
    moved = state.changed(
        cms=replace(state.cms, hosts=(target.id,), masters=(target.id,)), services=frozen(services)
    )
    return _replicate(_written(moved, pools), op.Replicate(), _rules)


# -------------------------------------------------------------------- people, clients, meetings


def _move_users(state: State, operation: op.MoveUsers, rules: Rules) -> Step:
    population = state.population
    if isinstance(population, Unknown):
        return Step(state)
    target = state.pools.get(operation.to)
    if target is None:
        return _refused(state, f"there is no pool {operation.to} in the topology")
    newest = max(version for pool in state.pools.values() for version in pool.versions[:1])
    if operation.tools < newest:
        # "Move remaining users": legacy tools cannot move users to the new version.
        return _refused(state, f"tools of {operation.tools.product} cannot move users to {newest.product}")
    population = population.with_pool(operation.to)
    rows = selected(population, operation.users)
    if not len(rows):
        return Step(state)
    moved = population.changed(home=_set(population.home, rows, population.code(operation.to)))
    if operation.force:
        # Move-CsUser -Force: contacts and meetings are lost, and cannot be had back.
        moved = moved.changed(contacts=_set(moved.contacts, rows, ContactStore.LOST))
    moved = moved.changed(meetings=_moved_meetings(moved.meetings, rows, operation, target, rules))
    if rules.value("meetings-follow-organizer") == "no":
        moved = moved.changed(
            meetings=_left_behind(moved.meetings, _going_back(state, population, rows, target))
        )
    return Step(state.changed(population=moved))


def _moved_meetings(
    meetings: Maybe[Meetings], rows: Rows, operation: op.MoveUsers, target: Pool, rules: Rules
) -> Maybe[Meetings]:
    """Leave content behind that nobody asked to bring along; lose everything where the move was forced.

    Source: Move-CsUser reference, "Migrate existing meetings and meeting content".
    """
    if isinstance(meetings, Unknown):
        return meetings
    theirs = np.zeros(int(meetings.organizer.max()) + 1 if len(meetings) else 0, dtype=bool)
    theirs[rows[rows < len(theirs)]] = True
    concerned = theirs[meetings.organizer]
    if operation.force:
        return replace(meetings, lost=_set(meetings.lost, np.flatnonzero(concerned), MEETING_LOST))
    brings = operation.with_content
    if brings and rules.value("content-moves-back") == "yes":
        return meetings
    behind = concerned & (meetings.content == HAS_CONTENT)
    if brings:
        newest = target.versions[-1] if target.versions else Version.SE
        behind &= (meetings.scheduled_on != UNTOLD) & (meetings.scheduled_on > newest)
    rows_behind = np.flatnonzero(behind)
    return (
        replace(meetings, content=_set(meetings.content, rows_behind, LEFT_BEHIND))
        if len(rows_behind)
        else meetings
    )


def _going_back(state: State, population: Population, rows: Rows, target: Pool) -> Rows:
    """Return those of the rows whose pool is of a newer generation than the one they are moved to."""
    newer = [
        population.code(pool.id)
        for pool in state.pools.values()
        if pool.versions and target.versions and pool.versions[0] > target.versions[-1]
    ]
    return rows[np.isin(population.home[rows], newer)]


def _left_behind(meetings: Maybe[Meetings], organizers: Rows) -> Maybe[Meetings]:
    """Mark the meetings of some people as lost (what the switched assumption does)."""
    if isinstance(meetings, Unknown):
        return meetings
    theirs = np.flatnonzero(np.isin(meetings.organizer, organizers))
    return replace(meetings, lost=_set(meetings.lost, theirs, MEETING_LOST))


#: Master Replicator Agent and File Transfer Agent, by their keys in the catalogue.
_CMS_SERVICES: Final = ("master_replicator", "file_transfer_agent")


def _upgrade_clients(state: State, operation: op.UpgradeClients, _rules: Rules) -> Step:
    population = state.population
    if isinstance(population, Unknown):
        return Step(state)
    rows = selected(population, operation.users)
    rows = rows[np.isin(population.client[rows], sorted(DESKTOP))]
    return Step(
        state.changed(
            population=population.changed(
                client=_set(population.client, rows, operation.to),
                upgraded=_set(population.upgraded, rows, 1),
            )
        )
    )


def _downgrade_clients(state: State, operation: op.DowngradeClients, _rules: Rules) -> Step:
    population = state.population
    if isinstance(population, Unknown):
        return Step(state)
    rows = selected(population, operation.users)
    rows = rows[population.upgraded[rows] != 0]
    clients = population.client.copy()
    clients[rows] = population.first_client[rows]
    clients.setflags(write=False)
    return Step(
        state.changed(
            population=population.changed(client=clients, upgraded=_set(population.upgraded, rows, 0))
        )
    )


def _schedule(state: State, operation: op.ScheduleMeetings, rules: Rules) -> Step:
    population = state.population
    if isinstance(population, Unknown) or isinstance(population.meetings, Unknown):
        return Step(state)
    rows = selected(population, operation.by)
    rows = rows[population.kind[rows] == UserKind.PERSON]
    host = state.pools.get(operation.by.on)
    if not len(rows) or host is None:
        return Step(state)
    each = operation.each * int(rules.value("one-meeting-each"))
    number = len(rows) * each
    organizers = np.repeat(rows, each)
    # Every third of them repeats for ever, as calendars in the field do; the share is ours.
    recurring = np.arange(number) % 3 == 2
    made = Meetings(
        organizer=column(organizers, np.uint32),
        kind=column(np.where(recurring, MeetingKind.RECURRING, MeetingKind.ONCE), np.uint8),
        created=column(np.full(number, state.day), np.int32),
        last=column(np.where(recurring, ENDLESS, state.day + _MEETING_AHEAD), np.int32),
        scheduled_on=column(np.full(number, host.versions[0] if host.versions else UNTOLD), np.uint8),
        by_upgraded=column(population.upgraded[organizers], np.uint8),
        directory=column(np.full(number, _directory_of(state, host.id)), np.int16),
        content=column(np.full(number, NO_CONTENT), np.uint8),
        lost=column(np.full(number, NOTHING_LOST), np.uint8),
    )
    return Step(state.changed(population=population.changed(meetings=population.meetings.appended(made))))


def _directory_of(state: State, pool: PoolId) -> int:
    if isinstance(state.directories, Unknown):
        return -1
    return next((each.number for each in state.directories if each.owner == pool), -1)


def _reschedule(state: State, operation: op.RescheduleMeetings, rules: Rules) -> Step:
    population = state.population
    if isinstance(population, Unknown) or isinstance(population.meetings, Unknown):
        return Step(state)
    host = state.pools.get(operation.by.on)
    if host is None or not host.versions:
        return Step(state)
    meetings = population.meetings
    theirs = np.isin(meetings.organizer, selected(population, operation.by))
    lost = np.zeros(len(meetings), dtype=bool)
    for version in {int(code) for code in np.unique(meetings.scheduled_on[theirs])} - {UNTOLD}:
        if meeting_survives(Version(version), True, host.versions, rules) is False:
            lost |= theirs & (meetings.scheduled_on == version) & (meetings.by_upgraded == 1)
    rows = np.flatnonzero(lost)
    upgraded_now = population.upgraded[meetings.organizer[rows]]
    by_upgraded = meetings.by_upgraded.copy()
    by_upgraded[rows] = upgraded_now
    renewed = replace(
        meetings,
        created=_set(meetings.created, rows, state.day),
        scheduled_on=_set(meetings.scheduled_on, rows, host.versions[0]),
        by_upgraded=column(by_upgraded, np.uint8),
    )
    return Step(state.changed(population=population.changed(meetings=renewed)))


def _contact_store(state: State, operation: op.RollBackContactStore, _rules: Rules) -> Step:
    """Roll back for Lync Server 2010 alone: it cannot read lists in Exchange ("Roll back migrated users")."""
    population = state.population
    if isinstance(population, Unknown) or operation.users.came_from is None:
        return Step(state)
    home = state.pools.get(operation.users.came_from)
    if home is None or home.versions != (Version.L10,):
        return Step(state)
    rows = selected(population, operation.users)
    rows = rows[population.contacts[rows] == ContactStore.EXCHANGE]
    return Step(
        state.changed(
            population=population.changed(contacts=_set(population.contacts, rows, ContactStore.SERVER))
        )
    )


def _carried_out(change: Callable[[State, Any], State | str]) -> Callable[[State, Any, Rules], Step]:
    """Make a step of what a neighbouring room says: a new state, or why the product refuses."""

    def carry_out(state: State, operation: Any, _rules: Rules) -> Step:
        made = change(state, operation)
        return _refused(state, made) if isinstance(made, str) else Step(made)

    return carry_out


def _move_directories(state: State, operation: op.MoveConferenceDirectories, _rules: Rules) -> Step:
    if operation.to not in state.pools:
        return _refused(state, f"there is no pool {operation.to} in the topology")
    if isinstance(state.directories, Unknown):
        return Step(state)
    if not operation.force and any(each.owner == operation.source for each in state.directories):
        for pool in (operation.source, operation.to):
            if not _may_answer(state, pool):
                # Move-CsConferenceDirectory: both pools are reachable, or codes are given up by -Force.
                return _refused(state, f"{pool} cannot be reached")
    before = state.directories
    moved = tuple(
        replace(each, owner=operation.to) if each.owner == operation.source else each for each in before
    )
    state = state.changed(directories=moved)
    population = state.population
    if not operation.force or isinstance(population, Unknown) or isinstance(population.meetings, Unknown):
        return Step(state)
    meetings = population.meetings
    numbers = [new.number for new, old in zip(moved, before, strict=True) if new.owner != old.owner]
    codeless = np.flatnonzero(np.isin(meetings.directory, numbers) & (meetings.lost == NOTHING_LOST))
    without = replace(meetings, lost=_set(meetings.lost, codeless, CODE_LOST))
    return Step(state.changed(population=population.changed(meetings=without)))


def _may_answer(state: State, pool: PoolId) -> bool:
    """Tell whether some Front-End service of a pool may be running; what nobody collected may be."""
    known = state.pools.get(pool)
    running = [state.services.get(server) for server in (known.servers if known else ())]
    return any(
        each is None
        or isinstance(each, Unknown)
        or each.get("front_end") in (ServiceState.RUNNING, ServiceState.PAUSED)
        for each in running
    )


def _set_client_rules(state: State, operation: op.SetClientRules, _rules: Rules) -> Step:
    """Replace what is known of a scope; what nobody exported stays unknown."""
    changes: dict[str, Any] = {}
    if not isinstance(state.client_rules, Unknown):
        others = tuple(each for each in state.client_rules if each.scope != operation.scope)
        changes["client_rules"] = (*others, *operation.rules)
    if operation.settings is not None and not isinstance(state.client_settings, Unknown):
        kept = tuple(each for each in state.client_settings if each.scope != operation.settings.scope)
        changes["client_settings"] = (*kept, operation.settings)
    return Step(state.changed(**changes))


def _let_pass(state: State, operation: op.LetDaysPass, _rules: Rules) -> Step:
    return Step(state.changed(day=state.day + operation.days))


_CARRY_OUT: Final[Mapping[type, Callable[[State, Any, Rules], Step]]] = {
    op.PrepareDirectory: _prepare,
    op.InstallTools: _install_tools,
    op.SetDnsRecords: _set_records,
    op.PublishTopology: _publish,
    op.Replicate: _replicate,
    op.AssignCertificates: _assign_certificates,
    op.StartServices: _start,
    op.StopServices: _stop,
    op.SetServiceState: _service_state,
    op.AssociateMediaEdge: _media_edge,
    op.SwitchFederationRoute: _federation_route,
    op.SetEdgeFederation: _edge_federation,
    op.SetEdgeXmpp: _edge_xmpp,
    op.DisableService: _disable_service,
    op.EnableService: _enable_service,
    op.SetNextHop: _next_hop,
    op.MoveUsers: _move_users,
    op.UpgradeClients: _upgrade_clients,
    op.DowngradeClients: _downgrade_clients,
    op.ScheduleMeetings: _schedule,
    op.RescheduleMeetings: _reschedule,
    op.RollBackContactStore: _contact_store,
    op.MoveApplications: _carried_out(applications.move),
    op.MoveResponseGroups: _carried_out(applications.move_response_groups),
    op.DeleteLegacyResponseGroups: _carried_out(applications.delete_legacy_groups),
    op.SetVoiceRoutes: _carried_out(applications.set_voice_routes),
    op.MoveCallAdmissionControl: _carried_out(applications.move_admission_control),
    op.RemoveArchivingMonitoring: _carried_out(applications.remove_archiving_monitoring),
    op.MoveConferenceDirectories: _move_directories,
    op.MoveCms: _move_cms,
    op.RemovePool: _remove_pool,
    op.SetClientRules: _set_client_rules,
    op.LetDaysPass: _let_pass,
}
