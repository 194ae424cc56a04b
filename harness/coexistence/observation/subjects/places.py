"""Subjects that stand somewhere: services, pools, sites, replicas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coexistence.model.conditions.administrators import Administrator, AdminTask, AdminWay
from coexistence.model.deployment import Pool, Site
from coexistence.model.population import Heads
from coexistence.model.vocabulary import (
    Maybe,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    SiteId,
    SiteKind,
    Unknown,
    Version,
)
from coexistence.model.windows_services import Evidence, Weight, WindowsService, display_name
from coexistence.observation.administration import tasks
from coexistence.observation.facts.outcomes import Outcome, untold
from coexistence.observation.network import edges, federation, sip_domains
from coexistence.observation.people import contact_and_chat_stores
from coexistence.observation.servers import (
    cms_replication,
    pools,
    provisioning,
    references,
    services,
    supported_topology,
    user_replicas,
)
from coexistence.observation.servers.references import Reference
from coexistence.observation.subjects.asked import Asked
from coexistence.observation.voice import applications

__all__ = ["PoolSubject", "ReplicaSubject", "ServiceSubject", "SiteSubject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSubject(Asked):
    """One Windows service on those servers of a pool that report the same of it."""

    pool: Pool
    service: WindowsService
    evidence: Evidence
    servers: tuple[ServerId, ...]
    #: Unknown: nobody collected it. None: the server's list does not have it.
    state: Maybe[ServiceState | None]

    @property
    def label(self) -> str:
        """The service's name and its servers."""
        name = display_name(self.service, self.version, on_edge=self.pool.role is PoolRole.EDGE)
        short = f" ({self.service.name})" if self.service.name else ""
        return f"{name}{short} on {', '.join(self.servers)}"

    @property
    def version(self) -> Version:
        """The oldest version that the evidence leaves for the pool; or the newest of all."""
        return self.pool.versions[0] if self.pool.versions else max(Version)

    @property
    def is_minor(self) -> bool:
        """Whether nobody but operators notices when it stops (logging, health, unused XMPP)."""
        weight = self.service.weight
        if weight is Weight.INFORMATION_WITHOUT_XMPP:
            return not any(pool.xmpp for pool in self.observer.state.pools.values())
        return weight is Weight.INFORMATION

    @property
    def is_silenced(self) -> bool:
        """Whether it was stopped on purpose: alone for good, or because the pool is going to be removed."""
        state = self.observer.state
        return self.pool.id in state.silenced or (self.pool.id, self.service.key) in state.disabled

    @property
    def is_pending(self) -> bool:
        """Whether it is on its way to running."""
        return self.state in (ServiceState.START_PENDING, ServiceState.CONTINUE_PENDING)

    @property
    def is_filling(self) -> bool:
        """Whether it is a Front-End service of a large pool that is just starting, and will be up soon."""
        return self.service.key == "front_end" and self.observer.facts.fills(self.pool.id)

    @property
    def is_draining(self) -> bool:
        """Whether it still serves old sessions but takes no new ones."""
        return self.state in (ServiceState.PAUSED, ServiceState.PAUSE_PENDING)

    def status(self) -> Outcome:
        """Return whether the service runs; the reason names the reported state."""
        return self.observer.handed(
            services.status(
                self.observer.facts, self.pool, self.service, self.evidence, self.servers, self.state
            )
        )

    def hit(self) -> Mapping[str, Heads]:
        """People homed on the pool."""
        return self.observer.people_of((self.pool.id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSubject(Asked):
    """One pool of the topology."""

    pool: Pool

    @property
    def label(self) -> str:
        """The pool's FQDN."""
        return self.pool.fqdn

    @property
    def is_silenced(self) -> bool:
        """Whether its services were stopped on purpose, because it is going to be removed."""
        return self.pool.id in self.observer.state.silenced

    @property
    def is_switched_off(self) -> bool:
        """Whether its Front-End service (on an Edge pool the Access Edge) was stopped on purpose."""
        state = self.observer.state
        return self.pool.id in state.silenced or (self.pool.id, "front_end") in state.disabled

    @property
    def is_left_by_pair(self) -> bool:
        """Whether the pool that it is paired with was removed, or is going to be."""
        state, pair = self.observer.state, self.pool.backup
        return pair is not None and (pair not in state.pools or pair in state.silenced)

    @property
    def is_due_for_removal(self) -> bool:
        """Whether it is on its way out: silenced, or an older pool that everybody has left."""
        return references.is_due_for_removal(self.observer, self.pool)

    @property
    def is_legacy(self) -> bool:
        """Whether it is, for certain, of an older generation than the newest in the topology."""
        newest, versions = self.observer.facts.newest, self.pool.versions
        return newest is not None and bool(versions) and versions[-1] < newest

    @property
    def people(self) -> int:
        """How many people are homed on it."""
        population = self.observer.state.population
        if isinstance(population, Unknown):
            raise untold("nobody told who is homed where", population.needs)
        return population.people_by_pool.get(self.pool.id, 0)

    @property
    def newest_pools(self) -> tuple[PoolId, ...]:
        """The Front End pools of the newest generation."""
        newest = self.observer.facts.newest
        return tuple(
            each.id
            for each in self.observer.facts.pools(PoolRole.FRONT_END)
            if each.versions and each.versions[0] == newest
        )

    @property
    def references(self) -> tuple[Reference, ...]:
        """What still names it, by kind; a kind that nobody told about stands there undecided."""
        return self.observer.references.get(self.pool.id, ())

    @property
    def first_homes(self) -> tuple[PoolId, ...]:
        """The pools on which the people who are homed here began."""
        population = self.observer.state.population
        if isinstance(population, Unknown):
            raise untold("nobody told who is homed where", population.needs)
        return self.observer.first_homes.get(self.pool.id, ())

    def archive(self) -> Outcome:
        """Return whether what people homed here write is archived."""
        return self.observer.handed(contact_and_chat_stores.archive(self.observer.facts, self.pool.id))

    def hold_rooms(self) -> Outcome:
        """Chat pools: return whether the rooms are here, as far as anybody told where they are."""
        return self.observer.handed(contact_and_chat_stores.rooms(self.observer.facts, self.pool.id))

    def report_calls(self) -> Outcome:
        """Return whether what becomes of calls of people homed here is kept in a Monitoring store."""
        return self.observer.handed(contact_and_chat_stores.report_calls(self.observer.facts, self.pool.id))

    def start_up(self) -> Outcome:
        """Return whether its Front-End services run, or will by themselves after a cold start."""
        return self.observer.handed(pools.start_up(self.observer.facts, self.pool.id))

    def hold_users(self) -> Outcome:
        """Return whether it has no more people than the vendor's figures give it, one Front End down."""
        return self.observer.handed(pools.hold_users(self.observer, self.pool.id))

    def fail_over(self) -> Outcome:
        """Return whether its pair could take over its people; refused where it has none."""
        return self.observer.handed(pools.fail_over(self.observer.facts, self.pool.id))

    def serve_in_full(self) -> Outcome:
        """Return whether all its people are served in full, whichever Front End their data is on."""
        return self.observer.handed(provisioning.serve_in_full(self.observer.facts, self.pool.id))

    def have_room_for_databases(self) -> Outcome:
        """Return whether setup would find room for the databases that it is still to get."""
        return self.observer.handed(provisioning.room_for_databases(self.observer.facts, self.pool.id))

    def have_room_in_log(self) -> Outcome:
        """Return whether the transaction log of its user store takes what is written next."""
        return self.observer.handed(provisioning.room_in_log(self.observer.facts, self.pool.id))

    def agree_on_time(self) -> Outcome:
        """Return whether every other Front End pool accepts its web tickets, by their clocks."""
        return self.observer.handed(provisioning.same_time(self.observer.facts, self.pool.id))

    def hand_out_one_chain(self) -> Outcome:
        """Return whether its servers hand out one chain of trust, that of their own certificate."""
        return self.observer.handed(provisioning.one_chain(self.observer.facts, self.pool.id))

    def publish_web(self) -> Outcome:
        """Return whether its external web name is published, and leads to its own web services."""
        return self.observer.handed(provisioning.publish_web(self.observer.facts, self.pool.id))

    def agree_on_version(self) -> Outcome:
        """Return whether all its servers run one version."""
        return self.observer.handed(supported_topology.one_version(self.observer.facts, self.pool))

    def agree_on_build(self) -> Outcome:
        """Return whether all its servers run one build."""
        return self.observer.handed(supported_topology.one_build(self.observer.facts, self.pool))

    def agree_on_system(self) -> Outcome:
        """Return whether all its servers have one operating system, as far as it was told."""
        return self.observer.handed(supported_topology.one_system(self.observer.facts, self.pool))

    def match_pair(self) -> Outcome:
        """Return whether the pool that it is paired with is of its kind; done where it has no pair."""
        return self.observer.handed(supported_topology.like_its_pair(self.observer.facts, self.pool))

    def have_own_name(self) -> Outcome:
        """Return whether its names are those of no other pool and no server."""
        return self.observer.handed(supported_topology.own_name(self.observer.facts, self.pool))

    def have_own_instance(self) -> Outcome:
        """Return whether no other pool has its user store in the same SQL Server instance."""
        return self.observer.handed(supported_topology.own_instance(self.observer.facts, self.pool))

    def do_without_mirrors(self) -> Outcome:
        """Return whether it has no mirrored database where its version supports none."""
        return self.observer.handed(supported_topology.mirrored(self.observer.facts, self.pool))

    def have_address(self) -> Outcome:
        """Return whether its FQDN has an address in internal DNS."""
        return self.observer.handed(sip_domains.address(self.observer.facts, self.pool))

    def be_empty(self) -> Outcome:
        """Return whether no account is homed on it, disabled ones and rooms among them."""
        return self.observer.handed(pools.is_empty(self.observer, self.pool.id))

    def know_accounts(self) -> Outcome:
        """Return whether its user replicator has brought the accounts of every domain (event 30024)."""
        return self.observer.handed(pools.knows_accounts(self.observer.facts, self.pool.id))

    def serve(self) -> Outcome:
        """Return whether people homed on it can sign in there, and change what is kept for them."""
        return self.observer.handed(user_replicas.keep(self.observer.facts, self.pool.id))

    def access_edge(self) -> Outcome:
        """Return whether the Access Edge service of this Edge pool runs."""
        return self.observer.handed(edges.status(self.observer.facts, self.pool.id))

    def hand_inward(self) -> Outcome:
        """Return whether what comes in through this Edge pool is taken by its next hop."""
        return self.observer.handed(edges.next_hop(self.observer.facts, self.pool.id))

    def administer(
        self,
        *,
        by: Administrator | None = None,
        through: AdminWay | None = None,
        task: AdminTask = AdminTask.SETTINGS,
    ) -> Outcome:
        """Return whether an administrator can manage this pool now, and changes reach its servers.

        Left out: somebody with every right and the newest tools.
        """
        found = tasks.pool(self.observer.facts, self.pool.id, by=by, through=through, task=task)
        return self.observer.handed(found)

    def give_users(
        self, to: PoolId, *, by: Administrator | None = None, through: AdminWay | None = None
    ) -> Outcome:
        """Return whether an administrator may move people from here to another pool, and it would work."""
        found = tasks.move_users(self.observer.facts, self.pool.id, to, by=by, through=through)
        return self.observer.handed(found)

    def take_central_management(
        self, *, by: Administrator | None = None, through: AdminWay | None = None
    ) -> Outcome:
        """Return whether an administrator may move the Central Management store here, and it would work."""
        found = tasks.take_cms(self.observer, self.pool.id, by=by, through=through)
        return self.observer.handed(found)

    def take_configuration(self) -> Outcome:
        """Return whether the master can hand configuration to its servers, whatever they hold now."""
        return self.observer.handed(cms_replication.carry(self.observer.facts, self.pool))

    def take_configuration_inside(self) -> Outcome:
        """Return whether the master reaches the inside of this Edge pool for replication (HTTPS 4443)."""
        return self.observer.handed(cms_replication.to_edge(self.observer.facts, self.pool))

    def monitored(self) -> Outcome:
        """Return whether Operations Manager, where it is used, still discovers its servers."""
        return self.observer.handed(tasks.monitored(self.observer.facts, self.pool))

    def hit(self) -> Mapping[str, Heads]:
        """People homed on the pool."""
        return self.observer.people_of((self.pool.id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSubject(Asked):
    """One site of the topology."""

    site: SiteId
    name: str

    @property
    def label(self) -> str:
        """The site's name."""
        return f"site {self.name}"

    @property
    def known(self) -> Site:
        """The site as the topology describes it."""
        return self.observer.state.sites[self.site]

    @property
    def is_branch(self) -> bool:
        """Whether it hangs off a central site, whose federation route it uses."""
        return self.known.kind is SiteKind.BRANCH

    def route_federation(self) -> Outcome:
        """Return whether the site's federation route leads to an Edge pool that federates."""
        return self.observer.handed(federation.route_of(self.observer.facts, self.site))

    def admission(self) -> Outcome:
        """Return whether its call admission control decides; done where it has none."""
        return self.observer.handed(applications.admission(self.observer.facts, self.site))

    def administer(
        self,
        *,
        by: Administrator | None = None,
        through: AdminWay | None = None,
        task: AdminTask = AdminTask.SETTINGS,
    ) -> Outcome:
        """Return whether an administrator can manage this site now, in a way, for a task.

        Left out: somebody with every right and the newest tools.
        """
        found = tasks.site(self.observer.facts, self.site, by=by, through=through, task=task)
        return self.observer.handed(found)

    def hit(self) -> Mapping[str, Heads]:
        """People homed in the site."""
        pools = self.observer.state.pools.values()
        return self.observer.people_of(pool.id for pool in pools if pool.site == self.site)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaSubject(Asked):
    """The configuration replica of those servers of a pool that nothing tells apart in this respect."""

    pool: Pool
    servers: tuple[ServerId, ...]
    current: Maybe[bool]

    @property
    def label(self) -> str:
        """The servers."""
        return f"replica on {', '.join(self.servers)}"

    def status(self) -> Outcome:
        """Return whether the replica holds the newest published configuration."""
        return self.observer.handed(tasks.replica(self.observer.facts, self.servers, self.current))

    def follow(self) -> Outcome:
        """Return whether a change made now gets here from the store, station by station, and is told back."""
        return self.observer.handed(tasks.follow(self.observer.facts, self.pool, self.servers))

    def route(self) -> Outcome:
        """Return whether its servers know of every pool that is gone, and route to none of them."""
        return self.observer.handed(cms_replication.by_old_map(self.observer.facts, self.servers))

    def hit(self) -> Mapping[str, Heads]:
        """People homed on the pool."""
        return self.observer.people_of((self.pool.id,))
