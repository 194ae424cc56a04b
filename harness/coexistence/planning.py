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

from coexistence.deployment import Certificate, Deployment, DnsRecord, Pool, Server, generations
from coexistence.errors import InputError
from coexistence.operations import (
    AssignCertificates,
    AssociateMediaEdge,
    DowngradeClients,
    InstallTools,
    LetDaysPass,
    MoveApplications,
    MoveCms,
    MoveConferenceDirectories,
    MoveUsers,
    Operation,
    PrepareDirectory,
    PublishTopology,
    RemovePool,
    Replicate,
    RescheduleMeetings,
    RollBackContactStore,
    ScheduleMeetings,
    Selection,
    SetDnsRecords,
    SetEdgeFederation,
    SetNextHop,
    StartServices,
    StopServices,
    SwitchFederationRoute,
    UpgradeClients,
)
from coexistence.population import Population
from coexistence.vocabulary import (
    CHECKPOINT_ORDER,
    PATHS,
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
                made.append(MoveUsers(users=there, to=old, tools=self.target[-1]))
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
        )

    def _reversals(self) -> dict[RollbackAction, tuple[tuple[Checkpoint, Operation], ...]]:
        """Return the way back for what is not about people, from what the deployment was like before."""
        old_edges = [pool for pool in self.legacy_pools if pool.role is PoolRole.EDGE]
        edge: list[Operation] = []
        for pool in old_edges:
            if pool.federation and pool.id in self.successor:
                edge.append(SetEdgeFederation(edge=self.successor[pool.id], enabled=False))
                edge.append(SetEdgeFederation(edge=pool.id, enabled=True))
        edge += [
            SwitchFederationRoute(site=site.id, to=site.federation_route)
            for site in self.deployment.sites
            if site.kind is not SiteKind.BRANCH and not isinstance(site.federation_route, Unknown)
        ]
        edge += [
            AssociateMediaEdge(pool=new, edge=old.media_edge)
            for old, new in self._front_ends()
            if old.media_edge
        ]
        records = self.deployment.records
        names = () if isinstance(records, Unknown) else (SetDnsRecords(records=records),)
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
            RollbackAction.EDGE: tuple((Checkpoint.PRODUCTION, each) for each in edge),
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
            has_fabric=old.role in (PoolRole.FRONT_END, PoolRole.DIRECTOR),
            # A separate SQL instance: old and new pools must not share one (supported migration paths).
            back_end=old.back_end and renamed(old.back_end),
            file_store=old.file_store and f"{old.file_store}-new",
            archiving_store=old.archiving_store and renamed(old.archiving_store),
            monitoring_store=old.monitoring_store and renamed(old.monitoring_store),
            external_web_fqdn=old.external_web_fqdn and renamed(old.external_web_fqdn),
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
        return (PublishTopology(tools=self._tools, pools=tuple(pools), servers=servers), Replicate())

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
            id="P3.5", title="Install the servers and start services", operations=(*started, Replicate())
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

    def _move_pilot(self) -> Iterator[PlanStep]:
        made: list[Operation] = []
        population: Maybe[Population] = self.deployment.population
        people = {} if isinstance(population, Unknown) else population.people_by_pool
        for old, new in self._front_ends():
            first = pilot_size(people.get(old.id, 0))
            if not first:
                continue
            made += [
                MoveUsers(
                    users=self._selection(old.id, first=first, people_only=True), to=new, tools=self._tools
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

    def _into_production(self) -> Iterator[PlanStep]:
        edges = [pool for pool in self.legacy_pools if pool.role is PoolRole.EDGE]
        federated = next((pool for pool in edges if pool.federation), None)
        sites = [site for site in self.deployment.sites if site.kind is not SiteKind.BRANCH]
        if federated is not None:
            new = self.successor[federated.id]
            yield PlanStep(
                id="P6.1a",
                title="Clear the federation route of every site",
                operations=tuple(SwitchFederationRoute(site=site.id, to=None) for site in sites),
            )
            yield PlanStep(
                id="P6.1b",
                title="Legacy Edge: federation off",
                operations=(SetEdgeFederation(edge=federated.id, enabled=False), Replicate()),
            )
            yield PlanStep(
                id="P6.1d",
                title="New Edge: federation on",
                operations=(SetEdgeFederation(edge=new, enabled=True), Replicate()),
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
        yield PlanStep(
            id="P6.1f",
            title="New pools: media through the new Edge",
            operations=_published(
                AssociateMediaEdge(pool=new, edge=self.successor[old.media_edge])
                for old, new in self._front_ends()
                if old.media_edge in self.successor
            ),
        )
        if federated is not None:
            routes = tuple(
                SwitchFederationRoute(site=site.id, to=self.successor[federated.id]) for site in sites
            )
            yield PlanStep(
                id="P6.1g",
                title="Every site: federation route to the new Edge",
                operations=_published(routes),
            )
        yield PlanStep(
            id="P6.3",
            title="Simple URLs and Autodiscover to the new pools",
            operations=self._repoint("A", skip=("sip.",)),
        )
        made: list[Operation] = []
        for old, new in self._front_ends():
            made += [
                MoveUsers(users=self._selection(old.id), to=new, tools=self._tools),
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
            and record.target in self.successor
            and record.name != record.target
            and not record.name.startswith(skip)
        )
        return (SetDnsRecords(records=changed),) if changed else ()

    def _move_services(self) -> Iterator[PlanStep]:
        front_ends = list(self._front_ends())
        yield PlanStep(
            id="P7.2",
            title="Move access numbers, response groups, call park, phones and other contacts",
            operations=tuple(
                MoveApplications(source=old.id, to=new)
                for old, new in front_ends
                if old.id not in self.staying
            ),
        )
        yield PlanStep(
            id="P7.8",
            title="Trusted applications: next hop is a new pool",
            operations=_published(
                SetNextHop(pool=pool.id, to=self.successor[pool.next_hop])
                for pool in self.legacy_pools
                if pool.role is PoolRole.TRUSTED_APPLICATION and pool.next_hop in self.successor
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
            id="P7.10",
            title="Branch appliances: put under the new pools",
            operations=tuple(part for pool in self.legacy_pools for part in self._readd(pool)),
            reaches=Checkpoint.POST_MIGRATION,
        )

    def _readd(self, appliance: Pool) -> Iterator[Operation]:
        """Move people off, delete the appliance, add it under the new pool, move people back (P7.10)."""
        if appliance.role is not PoolRole.BRANCH_APPLIANCE or appliance.backup not in self.successor:
            return
        registrar = self.successor[appliance.backup]
        servers = tuple(self.deployment.server_by_id[server] for server in appliance.servers)
        yield MoveUsers(users=Selection(on=appliance.id), to=registrar, tools=self._tools)
        yield RemovePool(pool=appliance.id, tools=self._tools)
        yield PublishTopology(
            tools=self._tools, pools=(replace(appliance, backup=registrar),), servers=servers
        )
        yield StartServices(pool=appliance.id)
        yield Replicate()
        yield MoveUsers(
            users=Selection(on=registrar, came_from=appliance.id), to=appliance.id, tools=self._tools
        )

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
