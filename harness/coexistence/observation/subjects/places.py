"""Subjects that stand somewhere: services, pools, sites, replicas, the deployment.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coexistence.deployment import Pool, Site, generations
from coexistence.observation import (
    administering,
    applications,
    edges,
    federating,
    joining,
    references,
    services,
    stores,
)
from coexistence.observation.outcomes import Outcome, untold
from coexistence.observation.references import Reference
from coexistence.observation.subjects.asked import Asked
from coexistence.population import Rows
from coexistence.vocabulary import (
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
from coexistence.windows_services import Evidence, Weight, WindowsService, display_name

__all__ = ["DeploymentSubject", "PoolSubject", "ReplicaSubject", "ServiceSubject", "SiteSubject"]


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
        return self.pool.versions[0] if self.pool.versions else Version.SE

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
    def is_draining(self) -> bool:
        """Whether it still serves old sessions but takes no new ones."""
        return self.state in (ServiceState.PAUSED, ServiceState.PAUSE_PENDING)

    def status(self) -> Outcome:
        """Return whether the service runs; the reason names the reported state."""
        return self.observer.handed(
            services.status(self.observer, self.pool, self.service, self.evidence, self.servers, self.state)
        )

    def hit(self) -> Mapping[str, int | Rows]:
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
    def is_due_for_removal(self) -> bool:
        """Whether it is on its way out: silenced, or an older pool that everybody has left."""
        return references.is_due_for_removal(self.observer, self.pool)

    @property
    def references(self) -> tuple[Reference, ...]:
        """What still names it, by kind; a kind that nobody told about stands there undecided."""
        return self.observer.references.get(self.pool.id, ())

    @property
    def first_homes(self) -> tuple[PoolId, ...]:
        """The pools on which the people who are homed here began."""
        return self.observer.first_homes.get(self.pool.id, ())

    def archive(self) -> Outcome:
        """Return whether what people homed here write is archived."""
        return self.observer.handed(stores.archive(self.observer, self.pool.id))

    def access_edge(self) -> Outcome:
        """Return whether the Access Edge service of this Edge pool runs."""
        return self.observer.handed(edges.status(self.observer, self.pool.id))

    def hand_inward(self) -> Outcome:
        """Return whether what comes in through this Edge pool is taken by its next hop."""
        return self.observer.handed(edges.next_hop(self.observer, self.pool.id))

    def administer(self) -> Outcome:
        """Return whether an administrator with the newest tools can manage this pool now."""
        return self.observer.handed(administering.pool(self.observer, self.pool.id))

    def hit(self) -> Mapping[str, int | Rows]:
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
        return self.observer.handed(federating.route_of(self.observer, self.site))

    def admission(self) -> Outcome:
        """Return whether its call admission control decides; done where it has none."""
        return self.observer.handed(applications.admission(self.observer, self.site))

    def administer(self) -> Outcome:
        """Return whether an administrator with the newest tools can manage this site now."""
        return self.observer.handed(administering.site(self.observer, self.site))

    def hit(self) -> Mapping[str, int | Rows]:
        """People homed in the site."""
        pools = self.observer.state.pools.values()
        return self.observer.people_of(pool.id for pool in pools if pool.site == self.site)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaSubject(Asked):
    """The configuration replica of those servers of a pool that are equally up to date."""

    pool: Pool
    servers: tuple[ServerId, ...]
    current: Maybe[bool]

    @property
    def label(self) -> str:
        """The servers."""
        return f"replica on {', '.join(self.servers)}"

    def status(self) -> Outcome:
        """Return whether the replica holds the newest published configuration."""
        return self.observer.handed(administering.replica(self.servers, self.current))

    def hit(self) -> Mapping[str, int | Rows]:
        """People homed on the pool."""
        return self.observer.people_of((self.pool.id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSubject(Asked):
    """The deployment as a whole."""

    @property
    def label(self) -> str:
        """Just that."""
        return "the deployment"

    @property
    def pools(self) -> tuple[Pool, ...]:
        """Every pool of the topology."""
        return tuple(self.observer.state.pools.values())

    @property
    def sites(self) -> tuple[Site, ...]:
        """Every site of the topology."""
        return tuple(self.observer.state.sites.values())

    @property
    def generations(self) -> tuple[tuple[Version, ...], ...]:
        """The generations of Front End pools, oldest first."""
        return generations(self.observer.state.pools.values())

    def access_numbers(self) -> Mapping[str, Outcome]:
        """Return for each dial-in access number whether some dial plan offers it to anybody."""
        numbers = joining.numbers_of(self.observer)
        if isinstance(numbers, Unknown):
            raise untold("nobody told the access numbers", numbers.needs)
        return {each.id: self.observer.handed(joining.access_number(self.observer, each)) for each in numbers}

    def simple_urls(self) -> Mapping[str, Outcome]:
        """Return for each simple URL whether it leads to a pool that answers under its name."""
        urls = joining.urls_of(self.observer)
        if isinstance(urls, Unknown):
            raise untold("nobody told the simple URLs", urls.needs)
        return {each.url: self.observer.handed(joining.open_url(self.observer, each.url)) for each in urls}

    def central_management(self) -> Outcome:
        """Return whether exactly one reachable pool is the active Central Management master."""
        return self.observer.handed(administering.central_management(self.observer))

    def hit(self) -> Mapping[str, int | Rows]:
        """Everybody."""
        return self.observer.people_of(self.observer.state.pools)
