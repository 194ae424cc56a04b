"""The guide as a value: which steps a deployment needs, in which order, and how to go back.

Law of this room: a plan is data made from a deployment. Planning knows the guide's order and what the
steps do to named objects; whether the product agrees is the simulation's to say. Step ids are those of
the migration facts, section 3 (the vendor's guide has eight phases).

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from coexistence.deployment import (
    ACCESS_EDGE_EXTERNAL,
    Certificate,
    Deployment,
    DnsRecord,
    Gateway,
    Pool,
    Server,
    generations,
)
from coexistence.errors import InputError
from coexistence.operations import (
    AssignCertificates,
    AssociateMediaEdge,
    DisableService,
    DowngradeClients,
    EnableService,
    InstallTools,
    LetDaysPass,
    MoveApplications,
    MoveCallAdmissionControl,
    MoveCms,
    MoveConferenceDirectories,
    MoveResponseGroups,
    MoveUsers,
    Operation,
    PrepareDirectory,
    PublishTopology,
    RemoveArchivingMonitoring,
    RemovePool,
    Replicate,
    RescheduleMeetings,
    RollBackContactStore,
    ScheduleMeetings,
    Selection,
    SetDnsRecords,
    SetEdgeFederation,
    SetEdgeXmpp,
    SetNextHop,
    SetVoiceRoutes,
    StartServices,
    StopServices,
    SwitchFederationRoute,
    UpgradeClients,
)
from coexistence.population import Population
from coexistence.vocabulary import (
    CHECKPOINT_ORDER,
    PATHS,
    ApplicationKind,
    Checkpoint,
    ClientGeneration,
    Maybe,
    Origin,
    PoolId,
    PoolRole,
    ServerId,
    SiteKind,
    Unknown,
    Version,
    version_name,
)

__all__ = [
    "NO_COUNTERPART",
    "Plan",
    "PlanStep",
    "RollbackAction",
    "Undo",
    "make_plan",
    "pilot_size",
    "targets_of",
]

#: Versions without XMPP federation and Persistent Chat: people who need them stay on legacy pools.
#: Source: "Features removed from Skype for Business Server 2019"; SE has the same list (third party).
NO_COUNTERPART: Final = frozenset({Version.S19, Version.SE})

#: The desktop client that goes with a server generation, rolled out to people who are moved.
CLIENT_OF: Final = {
    Version.L10: ClientGeneration.LYNC_2010,
    Version.L13: ClientGeneration.LYNC_2013,
    Version.S15: ClientGeneration.SFB_2015,
    Version.S19: ClientGeneration.SFB_2016,
    Version.SE: ClientGeneration.SFB_2016,
}

#: Roles that get a new pool of their own. Lync Server 2010's Monitoring and Archiving are part of the
#: Front End from 2013 on; branch appliances are put under the new pool as they are (P7.10).
_MIRRORED: Final = (PoolRole.FRONT_END, PoolRole.DIRECTOR, PoolRole.MEDIATION)
_RETIRED_ROLES: Final = (
    PoolRole.FRONT_END,
    PoolRole.DIRECTOR,
    PoolRole.MEDIATION,
    PoolRole.EDGE,
    PoolRole.PERSISTENT_CHAT,
    PoolRole.MONITORING,
    PoolRole.ARCHIVING,
)


#: Short name of the Access Edge's Windows service.
_ACCESS_EDGE: Final = "RTCSRV"


class Undo(enum.Enum):
    """What going back over a step costs."""

    #: Undone without anybody noticing.
    CLEAN = "clean"
    #: Undone, and somebody pays: meetings, clients, people.
    BILL = "bill"
    IRREVERSIBLE = "irreversible"
    UNDOCUMENTED = "undocumented"


class RollbackAction(enum.Enum):
    """What an administrator does when operations are shifted back. By default all of it."""

    USERS = "move users back"
    CONTACT_STORE = "roll the contact store back"
    CLIENTS = "downgrade clients"
    MEETINGS = "reschedule meetings"
    APPLICATIONS = "move application endpoints back"
    EDGE = "federation and media back to the legacy Edge"
    NAMES = "DNS names back"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One step of the guide with what it does here."""

    #: As in the migration facts, section 3, e.g. ``P4.3``.
    id: str
    title: str
    operations: tuple[Operation, ...]
    undo: Undo = Undo.CLEAN
    #: The checkpoint that is reached when this step is done.
    reaches: Checkpoint | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All steps from where a deployment stands to the end of its migration."""

    #: Where the deployment stands before the first step.
    phase: Checkpoint
    #: What the new pools run; empty when there is nowhere to go.
    target: tuple[Version, ...]
    legacy: tuple[PoolId, ...]
    #: Which new pool takes over from which legacy pool.
    successor: Mapping[PoolId, PoolId]
    #: Legacy pools that stay, and why.
    staying: Mapping[PoolId, str]
    steps: tuple[PlanStep, ...]
    #: What undoes the steps about Edge, names and applications, by the checkpoint from which on they
    #: are done.
    reversals: Mapping[RollbackAction, tuple[tuple[Checkpoint, Operation], ...]]
    #: What an administrator has to know about this plan: where it leaves the guide's order, and why.
    notes: tuple[str, ...] = ()

    @cached_property
    def predecessor(self) -> dict[PoolId, PoolId]:
        """The legacy pool that a new pool's users go back to (the first, where several merged)."""
        back: dict[PoolId, PoolId] = {}
        for old, new in self.successor.items():
            back.setdefault(new, old)
        return back

    @cached_property
    def last_safe_step(self) -> str | None:
        """The last step before the first irreversible one; None without a plan.

        Preparing the schema cannot be undone either, but harms nobody: it is not counted (our
        assumption; the guide documents no way back from it).
        """
        last = None
        for step in self.steps:
            if step.undo is Undo.IRREVERSIBLE:
                break
            last = step.id
        return last

    def rollback(
        self, back_from: Checkpoint, actions: frozenset[RollbackAction] = frozenset(RollbackAction)
    ) -> tuple[Operation, ...]:
        """Return what shifts operations back to the legacy pools from a checkpoint.

        The new pools keep running, empty. The order is ours: the contact list goes back before the
        person does, otherwise it is lost (rollback of migrated users, Lync Server 2013).
        """
        made: list[Operation] = []
        for old, new in self.successor.items():
            there = Selection(on=new, came_from=old)
            home = Selection(on=old, came_from=old) if RollbackAction.USERS in actions else there
            if RollbackAction.CONTACT_STORE in actions:
                made.append(RollBackContactStore(users=there))
            if RollbackAction.USERS in actions:
                made.append(MoveUsers(users=there, to=old, tools=self.target[-1], with_content=True))
            if RollbackAction.CLIENTS in actions:
                made.append(DowngradeClients(users=home))
            if RollbackAction.MEETINGS in actions:
                made.append(RescheduleMeetings(by=home))
        reversals = self.reversals
        for action in (RollbackAction.EDGE, RollbackAction.NAMES, RollbackAction.APPLICATIONS):
            if action in actions:
                made += [each for phase, each in reversals.get(action, ()) if _reached(back_from, phase)]
        return (*made, Replicate()) if made else ()


def _published(changes: Iterable[Operation]) -> tuple[Operation, ...]:
    """Return changes to the topology followed by the wait for replication; nothing if there are none."""
    made = tuple(changes)
    return (*made, Replicate()) if made else ()


def _has_single_name(edge: Pool) -> bool:
    """Tell whether an Edge pool has the same external name for all three services."""
    names = edge.edge_names
    return (
        names is not None
        and bool(names.access)
        and len({names.access, names.web_conferencing, names.av}) == 1
    )


def _reached(checkpoint: Checkpoint, phase: Checkpoint) -> bool:
    return CHECKPOINT_ORDER.index(checkpoint) >= CHECKPOINT_ORDER.index(phase)


def targets_of(legacy: tuple[Version, ...]) -> tuple[Version, ...]:
    """Return the versions that every one of ``legacy`` may be migrated to, newest last."""
    allowed = [{path.target for path in PATHS if path.legacy is version} for version in legacy]
    return tuple(sorted(set.intersection(*allowed))) if allowed else ()


def pilot_size(people: int) -> int:
    """Return how many of ``people`` move first: one in twenty, at least two, at most fifty.

    Our assumption; the guide only says that test users go before pilot users, and these before all.
    """
    return min(people, max(2, min(50, people // 20)))


def make_plan(deployment: Deployment, target: Version | None = None) -> Plan:
    """Return the plan for ``deployment``, from where it stands.

    ``target`` is the version to migrate to; left out, it is the new version that is already there, or
    else the newest that the legacy one may go to. Where the evidence does not say which version the
    deployment runs and that makes a difference, there is nothing to plan, and the plan has no steps.

    Raises :class:`~coexistence.errors.InputError` for a target that no side-by-side path leads to.
    """
    return _Planner(deployment, target).plan()


class _Planner:
    """Works out who succeeds whom, then writes the steps down."""

    def __init__(self, deployment: Deployment, target: Version | None) -> None:
        self.deployment = deployment
        found = generations(deployment.pools)
        self.mixed = len(found) > 1
        self.legacy_versions = found[:-1] if self.mixed else found
        self.target = self._target(found, target)
        self.new_pools = [pool for pool in deployment.pools if self.mixed and pool.versions == found[-1]]
        self.legacy_pools = [
            pool
            for pool in deployment.pools
            if pool not in self.new_pools and pool.role is not PoolRole.OTHER and pool.versions
        ]
        self.additions: list[Pool] = []
        self.new_servers: list[Server] = []

    def _target(self, found: tuple[tuple[Version, ...], ...], wanted: Version | None) -> tuple[Version, ...]:
        if self.mixed:
            newest = found[-1]
            if wanted is not None and wanted not in newest:
                raise InputError(
                    f"--coexistence-to {wanted.name}: the deployment is already on its way to "
                    f"{version_name(newest)}. Leave the option out, or name {newest[0].name}."
                )
            return (wanted,) if wanted else newest
        if not found:
            return ()
        allowed = targets_of(found[0])
        if wanted is not None:
            reachable = {path.target for path in PATHS if path.legacy in found[0]}
            if wanted not in reachable:
                names = ", ".join(version.name for version in sorted(reachable)) or "none"
                raise InputError(
                    f"--coexistence-to {wanted.name}: no side-by-side path leads there from "
                    f"{version_name(found[0])}. Possible: {names}."
                )
            return (wanted,)
        return allowed[-1:]

    # ---------------------------------------------------------------- who succeeds whom

    def plan(self) -> Plan:
        phase = self._phase()
        if not self.target:
            return Plan(phase=phase, target=(), legacy=(), successor={}, staying={}, steps=(), reversals={})
        self.successor = self._successors()
        self.staying = self._staying()
        steps = tuple(step for step in self._steps() if self._is_ahead(step, phase))
        return Plan(
            phase=phase,
            target=self.target,
            legacy=tuple(pool.id for pool in self.legacy_pools),
            successor={
                pool.id: self.successor[pool.id]
                for pool in self.legacy_pools
                if pool.role is PoolRole.FRONT_END and pool.id in self.successor
            },
            staying=self.staying,
            steps=steps,
            reversals=self._reversals(),
            notes=self._notes(),
        )

    def _reversals(self) -> dict[RollbackAction, tuple[tuple[Checkpoint, Operation], ...]]:
        """Return the way back for what is not about people, from what the deployment was like before."""
        old_edges = self._old_edges()
        edge: list[Operation] = [
            EnableService(pool=pool.id, service=_ACCESS_EDGE)
            for pool in old_edges
            if not _has_single_name(pool)
        ]
        for pool in old_edges:
            if pool.federation and pool.id in self.successor:
                edge.append(SetEdgeFederation(edge=self.successor[pool.id], enabled=False))
                edge.append(SetEdgeFederation(edge=pool.id, enabled=True))
        edge += [
            SwitchFederationRoute(site=site.id, to=site.federation_route)
            for site in self.deployment.sites
            if site.kind is not SiteKind.BRANCH
        ]
        edge += [
            AssociateMediaEdge(pool=new, edge=old.media_edge)
            for old, new in self._front_ends()
            if old.media_edge
        ]
        edge += [
            AssociateMediaEdge(pool=pool.id, edge=pool.media_edge)
            for pool in self.legacy_pools
            if pool.role is PoolRole.BRANCH_APPLIANCE and pool.media_edge
        ]
        known = self.deployment.records
        records = () if isinstance(known, Unknown) else known
        external = tuple(record for record in records if record.side == "external")
        internal = tuple(record for record in records if record.side == "internal")
        edge += [SetDnsRecords(records=external)] if external else []
        names = (SetDnsRecords(records=internal),) if internal else ()
        xmpp = [SetEdgeXmpp(edge=new, enabled=False) for new in self._new_xmpp_edges()]
        applications = [MoveApplications(source=new, to=old.id) for old, new in self._front_ends()]
        applications_back: list[Operation] = [
            *applications,
            *(
                SetNextHop(pool=pool.id, to=pool.next_hop)
                for pool in self.legacy_pools
                if pool.role is PoolRole.TRUSTED_APPLICATION and pool.next_hop
            ),
        ]
        return {
            RollbackAction.EDGE: (
                *((Checkpoint.PRODUCTION, each) for each in edge),
                *((Checkpoint.POST_MIGRATION, each) for each in xmpp),
            ),
            RollbackAction.NAMES: tuple((Checkpoint.PRODUCTION, each) for each in names),
            RollbackAction.APPLICATIONS: tuple(
                (Checkpoint.POST_MIGRATION, each) for each in applications_back
            ),
        }

    def _phase(self) -> Checkpoint:
        """Tell how far the deployment has come, by what its data shows."""
        if not self.mixed:
            return Checkpoint.LEGACY
        population = self.deployment.population
        if isinstance(population, Unknown):
            return Checkpoint.SIDE_BY_SIDE
        homes = population.people_by_pool
        on_new = any(homes.get(pool.id) for pool in self.new_pools)
        on_legacy = any(homes.get(pool.id) for pool in self.legacy_pools if pool.role is PoolRole.FRONT_END)
        if not on_new:
            return Checkpoint.SIDE_BY_SIDE
        if not on_legacy:
            return Checkpoint.PRODUCTION
        has_new_edge = any(pool.role is PoolRole.EDGE for pool in self.new_pools)
        return Checkpoint.EDGE if has_new_edge else Checkpoint.PILOT

    def _is_ahead(self, step: PlanStep, phase: Checkpoint) -> bool:
        """Keep the steps of later phases, and those of this one that still have something to deploy."""
        chapter = step.id.split(".")[0]
        if chapter in ("P2", "P3") and self.additions and not _reached(phase, Checkpoint.PRODUCTION):
            return True
        return CHECKPOINT_ORDER.index(_REACHED_BY[chapter]) > CHECKPOINT_ORDER.index(phase)

    def _successors(self) -> dict[PoolId, PoolId]:
        taken: dict[PoolId, PoolId] = {}
        for pool in self.legacy_pools:
            if pool.role not in (*_MIRRORED, PoolRole.EDGE) and not self._gets_new_chat(pool):
                continue
            taken[pool.id] = self._existing_successor(pool) or self._mirror(pool).id
        self.additions = [self._connected(pool, taken) for pool in self.additions]
        return taken

    def _gets_new_chat(self, pool: Pool) -> bool:
        return pool.role is PoolRole.PERSISTENT_CHAT and not set(self.target) & NO_COUNTERPART

    def _existing_successor(self, old: Pool) -> PoolId | None:
        alike = [pool for pool in self.new_pools if pool.role is old.role]
        named = [pool for pool in alike if pool.id == f"new-{old.id}"]
        near = [pool for pool in alike if pool.site == old.site]
        chosen = named or near or (alike if old.role is PoolRole.EDGE else [])
        return chosen[0].id if chosen else None

    def _mirror(self, old: Pool) -> Pool:
        """Describe the new pool for an old one: same edition, size and site, ``new-`` before the name."""
        origin = Origin("plan P3.3")

        def renamed(fqdn: str) -> str:
            return f"new-{fqdn}"

        servers = tuple(ServerId(renamed(server)) for server in old.servers)
        pool = replace(
            old,
            id=PoolId(renamed(old.id)),
            fqdn=renamed(old.fqdn),
            versions=self.target,
            servers=servers,
            roles=old.roles - {"CentralMgmt"},
            # A site has one pool that hosts call admission control; it changes in P8.5.
            applications=old.applications - {"PDP"},
            has_fabric=old.role in (PoolRole.FRONT_END, PoolRole.DIRECTOR),
            # A separate SQL instance: old and new pools must not share one (supported migration paths).
            back_end=old.back_end and renamed(old.back_end),
            file_store=old.file_store and f"{old.file_store}-new",
            archiving_store=old.archiving_store and renamed(old.archiving_store),
            monitoring_store=old.monitoring_store and renamed(old.monitoring_store),
            external_web_fqdn=old.external_web_fqdn and renamed(old.external_web_fqdn),
            office_web_apps=self._office_web_apps(old),
            media_edge=None,
            federation=False,
            xmpp=False,
            origin=origin,
        )
        self.additions.append(pool)
        build = self.target[0].first_build if len(self.target) == 1 else Unknown("Get-CsServerPatchVersion")
        self.new_servers += [
            replace(
                self.deployment.server_by_id[model],
                id=each,
                fqdn=each,
                pool=pool.id,
                build=build,
                services=(),
                origin=origin,
            )
            for model, each in zip(old.servers, servers, strict=True)
        ]
        return pool

    def _office_web_apps(self, old: Pool) -> str | None:
        """Name the server that shows slides: from Lync Server 2013 on a pool does not do it by itself."""
        is_native = old.role is PoolRole.FRONT_END and old.versions == (Version.L10,)
        return f"owas.{old.fqdn.partition('.')[2]}" if is_native else old.office_web_apps

    def _connected(self, pool: Pool, successor: Mapping[PoolId, PoolId]) -> Pool:
        """Let a new pool point at new ones; a new Edge keeps the next hop of the old one (P5.1)."""
        if pool.role is PoolRole.EDGE:
            return pool
        return replace(
            pool,
            next_hop=pool.next_hop and successor.get(pool.next_hop, pool.next_hop),
            backup=pool.backup and successor.get(pool.backup, pool.backup),
        )

    def _staying(self) -> dict[PoolId, str]:
        """Find the pools that cannot be retired because somebody on them needs what the target lacks."""
        population = self.deployment.population
        if isinstance(population, Unknown) or not set(self.target) & NO_COUNTERPART:
            return {}
        found: dict[PoolId, str] = {}
        for column, feature in ((population.xmpp, "XMPP"), (population.chat, "Persistent Chat")):
            needing = population.people[column[population.people] == 1]
            for code in sorted(set(population.home[needing].tolist())):
                found.setdefault(
                    population.pools[code],
                    f"people here use {feature}, which {version_name(self.target)} does not have",
                )
        if found:
            for pool in self.legacy_pools:
                if pool.role is PoolRole.EDGE and pool.xmpp:
                    found[pool.id] = "XMPP federation of the people who stay runs through this Edge"
                if pool.role is PoolRole.PERSISTENT_CHAT:
                    found[pool.id] = "Persistent Chat of the people who stay runs here"
                    if pool.next_hop:
                        # A chat pool is homed on a Front End pool of its own version (coexistence
                        # considerations).
                        found.setdefault(pool.next_hop, f"{pool.fqdn} is homed here, and stays")
        return found

    # ---------------------------------------------------------------- the steps

    def _steps(self) -> Iterator[PlanStep]:
        yield from self._prepare()
        yield from self._deploy_pilot()
        yield from self._move_pilot()
        yield from self._deploy_edge()
        yield from self._into_production()
        yield from self._move_services()
        yield from self._retire()

    @property
    def _tools(self) -> Version:
        return self.target[-1]

    def _fresh(self, *roles: PoolRole) -> list[Pool]:
        return [pool for pool in self.additions if pool.role in roles]

    def _publish(self, pools: list[Pool]) -> tuple[Operation, ...]:
        if not pools:
            return ()
        names = {pool.id for pool in pools}
        servers = tuple(server for server in self.new_servers if server.pool in names)
        trunks = tuple(trunk for trunk in self._new_trunks() if trunk.mediation in names)
        published = PublishTopology(tools=self._tools, pools=tuple(pools), servers=servers, gateways=trunks)
        return (published, Replicate())

    def _new_trunks(self) -> tuple[Gateway, ...]:
        """Let a new Mediation pool reach every gateway that the pool before it reaches.

        The guide says nothing of trunks; without them nobody calls out once the legacy pools are gone.
        """
        fresh = {pool.id for pool in self.additions}
        return tuple(
            replace(trunk, mediation=self.successor[trunk.mediation], origin=Origin("plan P3.4"))
            for trunk in self.deployment.gateways
            if self.successor.get(trunk.mediation) in fresh
        )

    def _routes(self) -> tuple[Operation, ...]:
        """Add the new trunks to every voice route that names the old ones."""
        routes = self.deployment.voice_routes
        added = {(trunk.fqdn, trunk.mediation) for trunk in self._new_trunks()}
        if isinstance(routes, Unknown) or not added:
            return ()
        made = []
        for route in routes:
            new = [
                (gateway, self.successor[mediation])
                for gateway, mediation in route.trunks
                if (gateway, self.successor.get(mediation)) in added
            ]
            made.append(replace(route, trunks=tuple(dict.fromkeys((*route.trunks, *new)))))
        return (SetVoiceRoutes(routes=tuple(made)),)

    def _front_ends(self) -> Iterator[tuple[Pool, PoolId]]:
        for pool in self.legacy_pools:
            if pool.role is PoolRole.FRONT_END:
                yield pool, self.successor[pool.id]

    def _prepare(self) -> Iterator[PlanStep]:
        records = tuple(
            DnsRecord(name=pool.id, kind="A", target=pool.id, origin=pool.origin) for pool in self.additions
        )
        yield PlanStep(id="P2.1", title="Apply updates to the legacy servers and clients", operations=())
        yield PlanStep(
            id="P2.2",
            title="Create DNS records of the new pools",
            operations=(SetDnsRecords(records=records),) if records else (),
        )
        yield PlanStep(id="P2.3", title="Back up, and write down who is homed where", operations=())

    def _deploy_pilot(self) -> Iterator[PlanStep]:
        inside = self._fresh(
            PoolRole.FRONT_END, PoolRole.DIRECTOR, PoolRole.MEDIATION, PoolRole.PERSISTENT_CHAT
        )
        yield PlanStep(
            id="P3.1",
            title="Prepare Active Directory",
            operations=(PrepareDirectory(version=self._tools),),
            undo=Undo.UNDOCUMENTED,
        )
        yield PlanStep(
            id="P3.2",
            title="Install the new tools, download the topology",
            operations=(InstallTools(version=self._tools),),
        )
        yield PlanStep(id="P3.4", title="Define the new pools and publish", operations=self._publish(inside))
        started = (*self._certificates(inside), *(StartServices(pool=pool.id) for pool in inside))
        yield PlanStep(
            id="P3.5",
            title="Install the servers and start services",
            operations=(*started, *self._routes(), Replicate()),
        )
        connected = tuple(
            AssociateMediaEdge(pool=self.successor[old.id], edge=old.media_edge)
            for old, _ in self._front_ends()
            if old.media_edge
        )
        yield PlanStep(
            id="P3.7",
            title="Connect the new pools to the legacy Edge",
            operations=_published(connected),
            reaches=Checkpoint.SIDE_BY_SIDE,
        )

    def _certificates(self, pools: list[Pool]) -> tuple[Operation, ...]:
        """Request for new pools what the old ones have, with the new names in place of the old ones."""
        known = self.deployment.certificates
        if isinstance(known, Unknown) or not pools:
            return ()
        names = {new: old for old, new in self.successor.items()}
        by_pool = {each.pool: each for each in known if each.use == "Default"}
        made: list[Certificate] = []
        for pool in pools:
            model = by_pool.get(names[pool.id]) if pool.id in names else None
            if model is None:
                continue
            old = {model.pool, *self.deployment.pool_by_id[model.pool].servers}
            new = {pool.id, *pool.servers}
            made.append(
                replace(model, pool=pool.id, names=(model.names - old) | new, origin=Origin("plan P3.5"))
            )
        return (AssignCertificates(certificates=tuple(made)),)

    def _selection(self, on: PoolId, **more: bool | int | PoolId | None) -> Selection:
        narrowed = bool(set(self.target) & NO_COUNTERPART)
        return Selection(on=on, without_xmpp=narrowed, without_chat=narrowed, **more)  # type: ignore[arg-type]  # fields of Selection

    def _autodiscover(self) -> tuple[Operation, ...]:
        """Let Autodiscover names lead to the new pools before anybody is homed there, from 2010 on.

        A 2010 pool can answer only for itself, a newer one for everybody (UCWA, "Root URL").
        """
        if not any(pool.versions == (Version.L10,) for pool in self.legacy_pools):
            return ()
        return tuple(
            replace(each, records=found)
            for each in self._repoint("A")
            if isinstance(each, SetDnsRecords)
            and (found := tuple(record for record in each.records if record.name.startswith("lyncdiscover")))
        )

    def _move_pilot(self) -> Iterator[PlanStep]:
        if autodiscover := self._autodiscover():
            yield PlanStep(
                id="P4.2",
                title="User replication is complete: Autodiscover to the new pools",
                operations=autodiscover,
            )
        made: list[Operation] = []
        population: Maybe[Population] = self.deployment.population
        people = {} if isinstance(population, Unknown) else population.people_by_pool
        for old, new in self._front_ends():
            first = pilot_size(people.get(old.id, 0))
            if not first:
                continue
            made += [
                MoveUsers(
                    users=self._selection(old.id, first=first, people_only=True),
                    to=new,
                    tools=self._tools,
                    # P7.1: what lies in meetings moves with their organizers, or not at all.
                    with_content=True,
                ),
                UpgradeClients(users=Selection(on=new, came_from=old.id), to=CLIENT_OF[self._tools]),
                ScheduleMeetings(by=Selection(on=new, came_from=old.id), each=1),
            ]
        yield PlanStep(
            id="P4.3",
            title="Move the pilot users, upgrade their clients",
            operations=(*made, LetDaysPass(days=7)),
            undo=Undo.BILL,
            reaches=Checkpoint.PILOT,
        )

    def _deploy_edge(self) -> Iterator[PlanStep]:
        edges = self._fresh(PoolRole.EDGE)
        yield PlanStep(
            id="P5.1", title="Define the new Edge pools, federation off", operations=self._publish(edges)
        )
        started = (*self._certificates(edges), *(StartServices(pool=pool.id) for pool in edges))
        yield PlanStep(
            id="P5.3",
            title="Start the new Edge servers, verify replication",
            operations=(*started, Replicate()),
            reaches=Checkpoint.EDGE,
        )

    def _old_edges(self) -> list[Pool]:
        return [pool for pool in self.legacy_pools if pool.role is PoolRole.EDGE]

    def _new_xmpp_edges(self) -> tuple[PoolId, ...]:
        """Return the new Edge pools that take XMPP federation over, where the target has it."""
        if set(self.target) & NO_COUNTERPART:
            return ()
        return tuple(self.successor[edge.id] for edge in self._old_edges() if edge.xmpp)

    def _notes(self) -> tuple[str, ...]:
        return tuple(
            f"{edge.fqdn} has one name for Access, Web Conferencing and A/V Edge: switching federation and "
            "media step by step is not supported with it. "
            + (
                "It stays, and keeps both."
                if edge.id in self.staying
                else "It keeps both until everybody has moved, and is stopped before the new Edge takes over."
            )
            for edge in self._old_edges()
            if _has_single_name(edge)
        )

    def _cut_over(self, edges: list[Pool], *, stopped_first: bool = False) -> Iterator[PlanStep]:
        """Hand federation and media over from legacy Edge pools, in the guide's order (P6.1a to h).

        ``stopped_first`` takes the legacy Access Edge out of service before the new one begins, which is the
        only way where it has a single name ("Configure federation routes and media traffic").
        """
        federated = [pool for pool in edges if pool.federation]
        routed = [
            site.id
            for site in self.deployment.sites
            if site.kind is not SiteKind.BRANCH and site.federation_route is not None
        ]
        if federated:
            yield PlanStep(
                id="P6.1a",
                title="Clear the federation route of every site",
                operations=tuple(SwitchFederationRoute(site=site, to=None) for site in routed),
            )
            yield PlanStep(
                id="P6.1b",
                title="Legacy Edge: federation off",
                operations=(
                    *(SetEdgeFederation(edge=pool.id, enabled=False) for pool in federated),
                    Replicate(),
                ),
            )
        disabled = tuple(
            DisableService(pool=edge.id, service=_ACCESS_EDGE)
            for edge in edges
            if edge.id not in self.staying
        )
        if stopped_first:
            yield PlanStep(id="P6.1b", title="Legacy Access Edge stopped and disabled", operations=disabled)
        yield PlanStep(
            id="P6.1c",
            title="New Edge: the legacy Access Edge's external certificate",
            operations=self._external_certificates(edges),
        )
        if federated:
            yield PlanStep(
                id="P6.1d",
                title="New Edge: federation on",
                operations=(
                    SetEdgeFederation(edge=self.successor[federated[0].id], enabled=True),
                    Replicate(),
                ),
            )
        yield PlanStep(
            id="P6.1e",
            title="New Edge: next hop is the new pool",
            operations=_published(
                SetNextHop(pool=self.successor[edge.id], to=self.successor[edge.next_hop])
                for edge in edges
                if edge.next_hop in self.successor
            ),
        )
        handed_over = {edge.id for edge in edges}
        yield PlanStep(
            id="P6.1f",
            title="New pools: media through the new Edge",
            operations=_published(
                AssociateMediaEdge(pool=pool, edge=self.successor[edge])
                for pool, edge in self._media_edges()
                if edge in handed_over
            ),
        )
        if federated:
            new = self.successor[federated[0].id]
            yield PlanStep(
                id="P6.1g",
                title="Every site: federation route to the new Edge",
                operations=_published(SwitchFederationRoute(site=site, to=new) for site in routed),
            )
        yield PlanStep(
            id="P6.1h",
            title="External names to the new Edge, legacy Access Edge stopped and disabled",
            operations=(*self._external_names(handed_over), *(() if stopped_first else disabled)),
        )

    def _media_edges(self) -> Iterator[tuple[PoolId, PoolId]]:
        """Return the pools that are there to stay, each with the legacy Edge that relays media for it."""
        for old, new in self._front_ends():
            if old.media_edge:
                yield new, old.media_edge
        for pool in self.legacy_pools:
            if pool.role is PoolRole.BRANCH_APPLIANCE and pool.media_edge:
                yield pool.id, pool.media_edge

    def _external_certificates(self, edges: list[Pool]) -> tuple[Operation, ...]:
        """Import on each new Edge what the legacy one shows to the outside, private key and all."""
        known = self.deployment.certificates
        if isinstance(known, Unknown):
            return ()
        shown = {each.pool: each for each in known if each.use == ACCESS_EDGE_EXTERNAL}
        made = tuple(
            replace(shown[edge.id], pool=self.successor[edge.id], origin=Origin("plan P6.1c"))
            for edge in edges
            if edge.id in shown
        )
        return (AssignCertificates(certificates=made),) if made else ()

    def _external_names(self, edges: set[PoolId]) -> tuple[Operation, ...]:
        records = self.deployment.records
        if isinstance(records, Unknown):
            return ()
        changed = tuple(
            replace(record, target=self.successor[PoolId(record.target)], origin=Origin("plan P6.1h"))
            for record in records
            if record.side == "external" and record.target in edges
        )
        return (SetDnsRecords(records=changed),) if changed else ()

    def _let_go(self, leaving: list[Pool]) -> tuple[Operation, ...]:
        """Take what stays off the pools that go: next hops, media, routes; and late Edge pools out.

        The guide has no step for it: it follows from what may not point at a pool that is removed.
        """
        gone = {pool.id for pool in leaving}
        late = [edge for edge in self._old_edges() if _has_single_name(edge)]
        handing_over = [edge for edge in late if edge.id in gone]
        made: list[Operation] = []
        for step in self._cut_over(handing_over, stopped_first=True) if handing_over else ():
            made += step.operations
        changed: list[Operation] = []
        for edge in self._old_edges():
            if edge.next_hop not in gone or edge.id in gone:
                continue
            changed.append(SetNextHop(pool=edge.id, to=self.successor[edge.next_hop]))
            if edge in late:
                changed.append(SetNextHop(pool=self.successor[edge.id], to=self.successor[edge.next_hop]))
                if edge.federation:
                    changed += [
                        SwitchFederationRoute(site=site.id, to=edge.id)
                        for site in self.deployment.sites
                        if site.federation_route in gone
                    ]
        changed += [
            AssociateMediaEdge(pool=pool.id, edge=self.successor[pool.media_edge])
            for pool in self.legacy_pools
            if pool.id in self.staying and pool.media_edge in gone
        ]
        return (*made, *_published(changed))

    def _into_production(self) -> Iterator[PlanStep]:
        at_once = [edge for edge in self._old_edges() if not _has_single_name(edge)]
        if at_once:
            yield from self._cut_over(at_once)
        yield PlanStep(
            id="P6.3",
            title="Simple URLs and Autodiscover to the new pools",
            operations=self._repoint("A", skip=("sip.",)),
        )
        made: list[Operation] = []
        for old, new in self._front_ends():
            made += [
                MoveUsers(users=self._selection(old.id), to=new, tools=self._tools, with_content=True),
                ScheduleMeetings(by=Selection(on=new, came_from=old.id), each=1),
            ]
        yield PlanStep(
            id="P6.4",
            title="Move the remaining users",
            operations=(*made, LetDaysPass(days=14)),
            undo=Undo.BILL,
            reaches=Checkpoint.PRODUCTION,
        )

    def _repoint(self, kind: str, skip: tuple[str, ...] = ()) -> tuple[Operation, ...]:
        """Let names that lead to a legacy pool lead to its successor; a pool's own name stays."""
        records = self.deployment.records
        if isinstance(records, Unknown):
            return ()
        changed = tuple(
            replace(record, target=self.successor[PoolId(record.target)], origin=Origin("plan"))
            for record in records
            if record.kind == kind
            and record.side == "internal"
            and record.target in self.successor
            and record.name != record.target
            and not record.name.startswith(skip)
        )
        return (SetDnsRecords(records=changed),) if changed else ()

    def _move_services(self) -> Iterator[PlanStep]:
        front_ends = list(self._front_ends())
        yield PlanStep(
            id="P7.2",
            title="Move dial-in access numbers",
            operations=self._objects(ApplicationKind.ACCESS_NUMBER),
        )
        yield PlanStep(
            id="P7.3",
            title="Move call park orbits; recreate announcements, move unassigned number ranges",
            operations=self._objects(ApplicationKind.CALL_PARK_ORBIT, ApplicationKind.UNASSIGNED_NUMBERS),
        )
        yield PlanStep(
            id="P7.4",
            title="Copy response groups and move their contacts; the legacy copies stay",
            operations=tuple(
                MoveResponseGroups(source=old.id, to=new)
                for old, new in front_ends
                if old.id not in self.staying and self._owns(old.id, ApplicationKind.RESPONSE_GROUP)
            ),
        )
        yield PlanStep(id="P7.5", title="Address Book: carry customized rules over", operations=())
        yield PlanStep(id="P7.6", title="Configure the meeting join page", operations=())
        yield PlanStep(
            id="P7.7", title="Back up what the legacy Archiving and Monitoring stores hold", operations=()
        )
        yield PlanStep(
            id="P7.8",
            title="Trusted applications: next hop is a new pool; move their endpoints",
            operations=(
                *_published(
                    SetNextHop(pool=pool.id, to=self.successor[pool.next_hop])
                    for pool in self.legacy_pools
                    if pool.role is PoolRole.TRUSTED_APPLICATION and pool.next_hop in self.successor
                ),
                *self._objects(ApplicationKind.TRUSTED_ENDPOINT),
            ),
        )
        yield PlanStep(
            id="P7.9",
            title="Deploy clients to everybody",
            operations=tuple(
                UpgradeClients(users=Selection(on=new, came_from=old.id), to=CLIENT_OF[self._tools])
                for old, new in front_ends
            ),
            undo=Undo.BILL,
        )
        yield PlanStep(
            id="P7.15",
            title="XMPP federation through the new Edge",
            operations=_published(SetEdgeXmpp(edge=edge, enabled=True) for edge in self._new_xmpp_edges()),
        )
        yield PlanStep(
            id="P7.10",
            title="Branch appliances: put under the new pools",
            operations=tuple(part for pool in self.legacy_pools for part in self._readd(pool)),
        )
        yield PlanStep(id="P7.11", title="Configure SCOM monitoring", operations=())
        yield PlanStep(
            id="P7.12",
            title="Move common area phones",
            operations=self._objects(ApplicationKind.COMMON_AREA_PHONE),
        )
        yield PlanStep(
            id="P7.13",
            title="Move analog devices",
            operations=self._objects(ApplicationKind.ANALOG_DEVICE),
        )
        yield PlanStep(
            id="P7.14",
            title="Move Exchange UM contacts",
            operations=self._objects(ApplicationKind.EXCHANGE_UM),
            reaches=Checkpoint.POST_MIGRATION,
        )

    def _objects(self, *kinds: ApplicationKind) -> tuple[Operation, ...]:
        """Move all objects of some kinds from every pool that goes to the one that takes over."""
        return tuple(
            MoveApplications(source=old.id, to=new, kinds=frozenset(kinds))
            for old, new in self._front_ends()
            if old.id not in self.staying and self._owns(old.id, *kinds)
        )

    def _owns(self, pool: PoolId, *kinds: ApplicationKind) -> bool:
        """Tell whether a pool has objects of some kinds, or may have: nobody told."""
        known = self.deployment.applications
        return isinstance(known, Unknown) or any(each.owner == pool and each.kind in kinds for each in known)

    def _readd(self, appliance: Pool) -> Iterator[Operation]:
        """Move people off, delete the appliance, add it under the new pool, move people back (P7.10)."""
        if appliance.role is not PoolRole.BRANCH_APPLIANCE or appliance.backup not in self.successor:
            return
        registrar = self.successor[appliance.backup]
        servers = tuple(self.deployment.server_by_id[server] for server in appliance.servers)
        yield MoveUsers(users=Selection(on=appliance.id), to=registrar, tools=self._tools, with_content=True)
        yield RemovePool(pool=appliance.id, tools=self._tools)
        yield PublishTopology(
            tools=self._tools,
            pools=(replace(appliance, backup=registrar, media_edge=self._media_edge_now(appliance)),),
            servers=servers,
            gateways=tuple(each for each in self.deployment.gateways if each.mediation == appliance.id),
        )
        if not isinstance(self.deployment.certificates, Unknown):
            # Its certificate is still on it, but was taken out of the inventory with it.
            yield AssignCertificates(
                certificates=tuple(each for each in self.deployment.certificates if each.pool == appliance.id)
            )
        yield StartServices(pool=appliance.id)
        yield Replicate()
        yield MoveUsers(
            users=Selection(on=registrar, came_from=appliance.id),
            to=appliance.id,
            tools=self._tools,
            with_content=True,
        )

    def _media_edge_now(self, pool: Pool) -> PoolId | None:
        """Return the Edge that relays a pool's media after the cut-over; a late one still does itself."""
        late = {edge.id for edge in self._old_edges() if _has_single_name(edge)}
        edge = pool.media_edge
        return edge if edge is None or edge in late else self.successor.get(edge, edge)

    def _retire(self) -> Iterator[PlanStep]:
        leaving = [
            pool for pool in self.legacy_pools if pool.role in _RETIRED_ROLES and pool.id not in self.staying
        ]
        masters = self.deployment.cms.masters
        yield PlanStep(
            id="P8.1",
            title="Sign-in records of every SIP domain to the new pools",
            operations=(*self._repoint("SRV"), *self._repoint("A")),
        )
        cms = tuple(
            MoveCms(to=self.successor[master], tools=self._tools)
            for master in (() if isinstance(masters, Unknown) else masters)
            if master in self.successor
        )
        yield PlanStep(id="P8.2", title="Move the Central Management store", operations=cms)
        yield PlanStep(
            id="P8.3",
            title="Move conference directories",
            operations=tuple(
                MoveConferenceDirectories(source=old.id, to=new)
                for old, new in self._front_ends()
                if old.id not in self.staying
            ),
        )
        yield PlanStep(
            id="P8.4",
            title="Clear Archiving and Monitoring associations of the legacy pools",
            operations=_published(
                RemoveArchivingMonitoring(pool=pool.id)
                for pool in leaving
                if pool.archiving_store or pool.monitoring_store
            ),
        )
        yield PlanStep(
            id="P8.5",
            title="Move call admission control to the new pools",
            operations=_published(
                MoveCallAdmissionControl(source=pool.id, to=self.successor[pool.id])
                for pool in leaving
                if pool.role is PoolRole.FRONT_END and "PDP" in pool.applications
            ),
        )
        let_go = self._let_go(leaving)
        if let_go:
            yield PlanStep(id="P8.6", title="Take what stays off the pools that go", operations=let_go)
        yield PlanStep(
            id="P8.7",
            title="Prevent sessions, stop the legacy services",
            operations=tuple(StopServices(pool=pool.id) for pool in leaving),
            reaches=Checkpoint.LEGACY_SILENT,
        )
        yield PlanStep(
            id="P8.8",
            title="Remove the legacy pools and publish",
            operations=(*(RemovePool(pool=pool.id, tools=self._tools) for pool in leaving), Replicate()),
            undo=Undo.IRREVERSIBLE,
            reaches=Checkpoint.RETIRED,
        )


#: The checkpoint that the last step of a phase leads to: a deployment there has that phase behind it.
_REACHED_BY: Final = {
    "P2": Checkpoint.SIDE_BY_SIDE,
    "P3": Checkpoint.SIDE_BY_SIDE,
    "P4": Checkpoint.PILOT,
    "P5": Checkpoint.EDGE,
    "P6": Checkpoint.PRODUCTION,
    "P7": Checkpoint.POST_MIGRATION,
    "P8": Checkpoint.RETIRED,
}
