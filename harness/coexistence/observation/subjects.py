"""Who and what may be asked about: the parameters of checks.

Law of this room: a subject names itself, says who is hit when a promise about it breaks, and passes
questions on to its observer. People and meetings come as cohorts that no rule can tell apart, with their
head counts.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from coexistence.deployment import Pool, generations
from coexistence.observation import administering, conferencing, messaging, services
from coexistence.observation.outcomes import Outcome
from coexistence.vocabulary import (
    Maybe,
    MeetingKind,
    Modality,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    SiteId,
    Version,
)
from coexistence.windows_services import Evidence, Weight, WindowsService, display_name

if TYPE_CHECKING:
    from coexistence.observation.observer import Observer

__all__ = [
    "Cohort",
    "Conversation",
    "DeploymentSubject",
    "MeetingSubject",
    "PoolSubject",
    "ReplicaSubject",
    "ServiceSubject",
    "SiteSubject",
    "Subject",
    "User",
]


@dataclass(frozen=True, slots=True)
class Cohort:
    """People whom routing cannot tell apart: those of one home pool."""

    pool: PoolId
    people: int
    #: Versions that the pool may run; empty where the topology does not know the pool.
    versions: tuple[Version, ...]

    def __str__(self) -> str:
        return f"{self.people} people on {self.pool}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What every subject has: the observer that answers for it, and who is hit when it fails."""

    observer: Observer = field(repr=False, compare=False)

    @property
    def label(self) -> str:
        """What to call the subject in a finding."""
        raise NotImplementedError  # every subject below names itself

    def hit(self) -> Mapping[str, int]:
        """Return the cohorts of people hit when a promise about this subject breaks, by cohort."""
        return {}

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSubject(_Asked):
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
        """The oldest version that the evidence leaves for the pool."""
        return self.pool.versions[0]

    @property
    def is_minor(self) -> bool:
        """Whether nobody but operators notices when it stops (logging, health, unused XMPP)."""
        weight = self.service.weight
        if weight is Weight.INFORMATION_WITHOUT_XMPP:
            return not any(pool.xmpp for pool in self.observer.state.pools.values())
        return weight is Weight.INFORMATION

    @property
    def is_silenced(self) -> bool:
        """Whether the pool's services were stopped on purpose, because the pool is going to be removed."""
        return self.pool.id in self.observer.state.silenced

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

    def hit(self) -> Mapping[str, int]:
        """People homed on the pool."""
        return self.observer.people_of((self.pool.id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSubject(_Asked):
    """One pool of the topology."""

    pool: Pool

    @property
    def label(self) -> str:
        """The pool's FQDN."""
        return self.pool.fqdn

    def administer(self) -> Outcome:
        """Return whether an administrator with the newest tools can manage this pool now."""
        return self.observer.handed(administering.pool(self.observer, self.pool.id))

    def hit(self) -> Mapping[str, int]:
        """People homed on the pool."""
        return self.observer.people_of((self.pool.id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSubject(_Asked):
    """One site of the topology."""

    site: SiteId
    name: str

    @property
    def label(self) -> str:
        """The site's name."""
        return f"site {self.name}"

    def administer(self) -> Outcome:
        """Return whether an administrator with the newest tools can manage this site now."""
        return self.observer.handed(administering.site(self.observer, self.site))

    def hit(self) -> Mapping[str, int]:
        """People homed in the site."""
        pools = self.observer.state.pools.values()
        return self.observer.people_of(pool.id for pool in pools if pool.site == self.site)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaSubject(_Asked):
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

    def hit(self) -> Mapping[str, int]:
        """People homed on the pool."""
        return self.observer.people_of((self.pool.id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class User(_Asked):
    """People of one home pool."""

    cohort: Cohort

    @property
    def label(self) -> str:
        """How many, and where they are homed."""
        return str(self.cohort)

    def hit(self) -> Mapping[str, int]:
        """These people."""
        return {self.cohort.pool: self.cohort.people}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation(_Asked):
    """Somebody of one cohort writes to somebody of another (or of the same)."""

    sender: Cohort
    recipient: Cohort

    @property
    def label(self) -> str:
        """From where to where."""
        return f"{self.sender.pool} to {self.recipient.pool}"

    @property
    def crosses_generations(self) -> bool:
        """Whether the two are homed on different server generations."""
        return self.sender.versions != self.recipient.versions

    def message(self) -> Outcome:
        """Return whether a message arrives."""
        return self.reach(Modality.MESSAGE)

    def presence(self) -> Outcome:
        """Return whether the sender sees the recipient's presence."""
        return self.reach(Modality.PRESENCE)

    def call(self) -> Outcome:
        """Return whether a call between their clients is set up."""
        return self.reach(Modality.AUDIO)

    def share(self) -> Outcome:
        """Return whether one can share a desktop with the other."""
        return self.reach(Modality.SHARING)

    def reach(self, modality: Modality) -> Outcome:
        """Return whether the sender reaches the recipient by a modality."""
        return self.observer.handed(
            messaging.between(self.observer, self.sender.pool, self.recipient.pool, modality)
        )

    def hit(self) -> Mapping[str, int]:
        """Both sides: neither reaches the other."""
        return {self.sender.pool: self.sender.people, self.recipient.pool: self.recipient.people}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingSubject(_Asked):
    """Meetings that no rule can tell apart, by organizer's home and by how they were scheduled."""

    host: PoolId
    #: How many.
    meetings: int
    #: How many different people organize them.
    organizers: int
    kind: MeetingKind
    scheduled_on: Maybe[Version]
    by_upgraded: Maybe[bool]
    #: Row of the first of them: the example to look at.
    example: int

    @property
    def label(self) -> str:
        """How many, of which sort, and where they are hosted."""
        client = ""
        if self.by_upgraded is True:
            client = " scheduled with an upgraded client"
            if isinstance(self.scheduled_on, Version):
                client += f" on {self.scheduled_on.product}"
        return f"{self.meetings} {_SORTS[self.kind]} meetings hosted on {self.host}{client}"

    def join(self) -> Outcome:
        """Return whether these meetings can be joined."""
        return self.observer.handed(
            conferencing.join(self.observer, self.host, self.scheduled_on, self.by_upgraded)
        )

    def hit(self) -> Mapping[str, int]:
        """Their organizers."""
        return {f"{self.label}": self.organizers}


_SORTS: Final = {MeetingKind.ONCE: "single", MeetingKind.RECURRING: "recurring", MeetingKind.STATIC: "static"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSubject(_Asked):
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
    def generations(self) -> tuple[tuple[Version, ...], ...]:
        """The generations of Front End pools, oldest first."""
        return generations(self.observer.state.pools.values())

    def central_management(self) -> Outcome:
        """Return whether exactly one reachable pool is the active Central Management master."""
        return self.observer.handed(administering.central_management(self.observer))

    def hit(self) -> Mapping[str, int]:
        """Everybody."""
        return self.observer.people_of(self.observer.state.pools)


Subject: TypeAlias = (
    ServiceSubject
    | PoolSubject
    | SiteSubject
    | ReplicaSubject
    | User
    | Conversation
    | MeetingSubject
    | DeploymentSubject
)
