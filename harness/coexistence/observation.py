"""Questions put to a state, and outcomes that tell the route and the reason.

Law of this room: observing is reading. An observer computes what would happen, hop by hop, and leaves
nothing behind; asked twice it says the same. Who may be asked about are *subjects*: services, pools,
sites, replicas, people, conversations, meetings. People and meetings come as cohorts that no rule can
tell apart, with their head counts.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import numpy as np

from coexistence.deployment import Pool, generations
from coexistence.population import UNTOLD, Population, grouped
from coexistence.simulation.rules import Rules, meeting_survives
from coexistence.simulation.state import BY_KEY, Readings, State
from coexistence.vocabulary import (
    Disposition,
    Maybe,
    MeetingKind,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    SiteId,
    Unknown,
    Version,
    version_name,
)
from coexistence.windows_services import Evidence, Weight, WindowsService, display_name, expected

__all__ = [
    "SUBJECTS",
    "Cohort",
    "Conversation",
    "DeploymentSubject",
    "Hop",
    "MeetingSubject",
    "NotApplicable",
    "Observer",
    "Outcome",
    "PoolSubject",
    "ReplicaSubject",
    "ServiceSubject",
    "SiteSubject",
    "Subject",
    "Undecided",
    "User",
    "not_applicable",
]


class Undecided(BaseException):
    """Ends a check's call: a fact is missing. Not an ``Exception``, so that no ``except`` hides it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class NotApplicable(BaseException):
    """Ends a check's call: the promise says nothing about this subject."""


def not_applicable(why: str = "") -> None:
    """Say that a promise says nothing about the subject at hand; ends the check's call."""
    raise NotApplicable(why)


@dataclass(frozen=True, slots=True)
class Hop:
    """One station of a route and what was found there."""

    at: str
    found: str

    def __str__(self) -> str:
        return f"{self.at}: {self.found}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What would happen, how far it got, and why.

    ``print(outcome)`` tells it as a story. ``assert outcome.done, outcome`` is how a check asks.
    """

    disposition: Disposition
    hops: tuple[Hop, ...] = ()
    #: SIP status where the answer is a SIP one.
    sip: int | None = None
    #: ms-diagnostics id, likewise.
    diagnostic: int | None = None
    reason: str = ""
    #: FQDN of the server that gave the answer.
    source: str = ""
    #: Exports that would decide it.
    needs: tuple[str, ...] = ()
    #: Ids of the assumptions that it rests on.
    assumes: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether it works. Ends the check's call as undecided where a fact is missing."""
        if self.disposition is Disposition.UNDECIDED:
            raise Undecided(self)
        return self.disposition is Disposition.DONE

    def __bool__(self) -> bool:
        raise TypeError("An outcome is neither true nor false: ask outcome.done.")

    def __str__(self) -> str:
        answer = "" if self.sip is None else f" {self.sip}"
        if self.diagnostic is not None:
            answer += f" (ms-diagnostics {self.diagnostic})"
        head = f"{self.disposition.value}{answer}"
        if self.source:
            head += f" at {self.source}"
        if self.reason:
            head += f": {self.reason}"
        return "\n".join([head, *(f"  {number}. {hop}" for number, hop in enumerate(self.hops, start=1))])


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
        return self.observer.handed(self._status())

    def _status(self) -> Outcome:
        where = ", ".join(self.servers)
        if isinstance(self.state, Unknown):
            return Outcome(
                disposition=Disposition.UNDECIDED,
                source=self.servers[0],
                needs=(self.state.needs,),
                reason=f"nobody collected the services of {where}",
            )
        if self.state is None:
            if self.evidence is not Evidence.PRESENT:
                return Outcome(
                    disposition=Disposition.UNDECIDED,
                    source=self.servers[0],
                    needs=("Get-CsWindowsService",),
                    reason=f"the list of {where} does not name it, and no source proves that it must",
                )
            return Outcome(
                disposition=Disposition.FAILED,
                source=self.servers[0],
                reason=f"the list of {where} does not name it",
            )
        if self.state is ServiceState.RUNNING:
            return _RUNNING_AS_PLANNED if self.observer.is_planned(self.pool.id) else _RUNNING
        reason = f"reported as {self.state.label}"
        if self.is_pending and self.service.key == "front_end":
            reason += "; a pool without Windows Fabric quorum stays like this"
        if self.is_draining:
            reason += "; it serves old sessions and refuses new ones"
        return Outcome(disposition=Disposition.FAILED, source=self.servers[0], reason=reason)

    def hit(self) -> Mapping[str, int]:
        """People homed on the pool."""
        return self.observer.people_of((self.pool.id,))


_RUNNING: Final = Outcome(disposition=Disposition.DONE)
_RUNNING_AS_PLANNED: Final = Outcome(disposition=Disposition.DONE, assumes=("plan-as-written",))


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
        return self.observer.handed(self.observer.administer_pool(self.pool.id))

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
        return self.observer.handed(self.observer.administer_site(self.site))

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
        return self.observer.handed(self.observer.replica_status(self.servers, self.current))

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
        return self.observer.handed(self.observer.message(self.sender.pool, self.recipient.pool))

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
        return self.observer.handed(self.observer.join(self.host, self.scheduled_on, self.by_upgraded))

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
        return self.observer.handed(self.observer.central_management())

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


class Observer:
    """Answers questions about one state."""

    def __init__(self, state: State, rules: Rules) -> None:
        self.state = state
        self.rules = rules
        self._answers: dict[tuple[Any, ...], Outcome] = {}
        self._subjects: dict[str, tuple[Subject, ...]] = {}
        #: Where outcomes are noted that a check is handed; set by whoever runs the check.
        self.note: Callable[[Outcome], None] | None = None

    def handed(self, outcome: Outcome) -> Outcome:
        """Note that a check was handed this outcome, and hand it over."""
        if self.note is not None:
            self.note(outcome)
        return outcome

    def subjects(self, kind: str) -> tuple[Subject, ...]:
        """Return everybody and everything of a kind; raises :class:`Undecided` where nobody told."""
        if kind not in self._subjects:
            self._subjects[kind] = tuple(SUBJECTS[kind](self))
        return self._subjects[kind]

    def people_of(self, pools: Iterable[PoolId]) -> Mapping[str, int]:
        """Return head counts by home pool; nothing where nobody told who is homed where."""
        if isinstance(self.state.population, Unknown):
            return {}
        counts = self.state.population.people_by_pool
        return {pool: counts[pool] for pool in pools if pool in counts}

    def is_planned(self, pool: PoolId) -> bool:
        """Tell whether a pool is not there yet, but was defined by a step of the plan."""
        return self.state.defined[pool] > 0

    # ---------------------------------------------------------------- answers

    def _remembered(self, key: tuple[Any, ...], answer: Callable[[], Outcome]) -> Outcome:
        if key not in self._answers:
            self._answers[key] = answer()
        return self._answers[key]

    def runs(self, pool: PoolId, service: str) -> Maybe[bool]:
        """Tell whether a service (by its key) takes new work on at least one server of a pool."""
        open_question: Unknown | None = None
        for server in self.state.pools[pool].servers:
            readings = self.state.services.get(server, _NOT_COLLECTED)
            state = readings if isinstance(readings, Unknown) else readings.get(service)
            if state is ServiceState.RUNNING:
                return True
            if isinstance(state, Unknown):
                open_question = state
        return open_question if open_question is not None else False

    def message(self, sender: PoolId, recipient: PoolId) -> Outcome:
        """Return whether a message from a person on one pool reaches one on another (or the same).

        The route is Front End to Front End, over MTLS 5061 between pools; no Director and no Edge lies
        on it (protocol facts, section 3.1). What is looked at: the sender's registrar, what its pool
        knows of the recipient's pool, the name, and the recipient's registrar.
        """
        return self._remembered(("message", sender, recipient), lambda: self._message(sender, recipient))

    def _message(self, sender: PoolId, recipient: PoolId) -> Outcome:
        route = _Route(self)
        if not route.in_topology(sender) or not route.in_topology(recipient):
            return route.outcome
        if not route.registrar(sender, "the sender's registrar"):
            return route.outcome
        if sender != recipient and not route.between(sender, recipient):
            return route.outcome
        if not route.registrar(recipient, "the recipient's registrar"):
            return route.outcome
        return route.arrived()

    def join(self, host: PoolId, scheduled_on: Maybe[Version], by_upgraded: Maybe[bool]) -> Outcome:
        """Return whether meetings scheduled like this can be joined where they are hosted now.

        The focus is on the organizer's home pool; instant messages and sound need their conferencing
        services there (derived from roles and services). What an older host does with meetings of
        upgraded clients is assumption ``upgraded-meeting-fails-on``.
        """
        key = ("join", host, str(scheduled_on), str(by_upgraded))
        return self._remembered(key, lambda: self._join(host, scheduled_on, by_upgraded))

    def _join(self, host: PoolId, scheduled_on: Maybe[Version], by_upgraded: Maybe[bool]) -> Outcome:
        route = _Route(self)
        if not route.in_topology(host) or not route.registrar(host, "the conference focus"):
            return route.outcome
        host = self._conferencing_pool(host)
        for service in ("im_mcu", "av_mcu"):
            if not route.service(host, service):
                return route.outcome
        route.assumes("upgraded-meeting-fails-on", "meetings-follow-organizer")
        pool = self.state.pools[host]
        survives = meeting_survives(scheduled_on, by_upgraded, pool.versions, self.rules)
        if isinstance(survives, Unknown):
            return route.stopped(
                Disposition.UNDECIDED,
                pool.fqdn,
                "nobody told which client scheduled it",
                needs=survives.needs,
            )
        if not survives:
            newer = scheduled_on.product if isinstance(scheduled_on, Version) else "a newer server"
            # The guide gives no status; 404 is the client's "has ended or does not exist" (our choice).
            return route.stopped(
                Disposition.FAILED,
                pool.fqdn,
                sip=404,
                reason=f"scheduled with an upgraded client on {newer}, hosted on {version_name(pool.versions)}",
            )
        return route.arrived()

    def _conferencing_pool(self, home: PoolId) -> PoolId:
        """A branch appliance hosts no conferences: its backup registrar's pool does."""
        pool = self.state.pools[home]
        backup = pool.backup
        if pool.role is PoolRole.BRANCH_APPLIANCE and backup is not None and backup in self.state.pools:
            return backup
        return home

    def central_management(self) -> Outcome:
        """Return whether exactly one pool is the active master, and takes changes."""
        return self._remembered(("cms",), self._central_management)

    def _central_management(self) -> Outcome:
        route = _Route(self)
        masters = self.state.cms.masters
        if isinstance(masters, Unknown):
            return route.stopped(
                Disposition.UNDECIDED,
                "",
                "the topology was never published: no master is known",
                needs=masters.needs,
            )
        if len(masters) != 1:
            found = ", ".join(masters) or "no pool"
            return route.stopped(
                Disposition.FAILED,
                masters[0] if masters else "",
                f"{found} claims to be the active Central Management master; it must be exactly one",
            )
        (master,) = masters
        if not route.in_topology(master) or not route.service(master, "master_replicator"):
            return route.outcome
        return route.arrived()

    def administer_site(self, site: SiteId) -> Outcome:
        """Return whether the newest tools can open this site and write to it."""
        return self._remembered(("site", site), lambda: self._administer(_Route(self)))

    def administer_pool(self, pool: PoolId) -> Outcome:
        """Return whether the newest tools can open this pool, and changes reach its servers."""
        return self._remembered(("pool", pool), lambda: self._administer_pool(pool))

    def _administer(self, route: _Route) -> Outcome:
        """Tools, then the master: what every change needs."""
        newest = max((pool.versions[0] for pool in self.state.pools.values() if pool.versions), default=None)
        route.assumes("newest-tools")
        tools = self.state.tools
        if newest is not None and (tools is None or tools < newest):
            name = tools.product if tools else "no product"
            return route.stopped(
                Disposition.REFUSED, "", f"tools of {name} cannot open a topology with {newest.product} in it"
            )
        route.passed("administrator", f"tools of {version_name((tools,)) if tools else 'the newest version'}")
        return route.then(self.central_management())

    def _administer_pool(self, pool: PoolId) -> Outcome:
        route = _Route(self)
        outcome = self._administer(route)
        if outcome.disposition is not Disposition.DONE:
            return outcome
        if self.state.pools[pool].role is PoolRole.TRUSTED_APPLICATION:
            return route.arrived()
        lagging = [s for s in self.state.pools[pool].servers if s in self.state.services]
        for current, servers in _alike(lagging, self.state.is_current):
            status = self.replica_status(tuple(servers), current)
            if status.disposition is not Disposition.DONE:
                return route.then(status)
        return route.arrived()

    def replica_status(self, servers: tuple[ServerId, ...], current: Maybe[bool]) -> Outcome:
        """Return whether a replica is up to date, as the master sees it."""
        route = _Route(self)
        route.assumes("ports-open")
        where = ", ".join(servers)
        if isinstance(current, Unknown):
            return route.stopped(
                Disposition.UNDECIDED,
                servers[0],
                f"nobody told whether the replica on {where} is current",
                needs=current.needs,
            )
        if not current:
            return route.stopped(
                Disposition.FAILED,
                servers[0],
                f"the replica on {where} is not up to date (UpToDate is False)",
            )
        return route.arrived()


_NOT_COLLECTED: Final = Unknown("Get-CsWindowsService")


class _Route:
    """Collects the hops of one outcome; each question tells whether the route goes on."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._hops: list[Hop] = []
        self._assumes: dict[str, None] = {}
        self.outcome: Outcome = _RUNNING

    def assumes(self, *names: str) -> None:
        self._assumes.update(dict.fromkeys(names))

    def passed(self, at: str, found: str) -> None:
        self._hops.append(Hop(at, found))

    def arrived(self) -> Outcome:
        self.outcome = Outcome(
            disposition=Disposition.DONE, hops=tuple(self._hops), assumes=tuple(sorted(self._assumes))
        )
        return self.outcome

    def then(self, outcome: Outcome) -> Outcome:
        """Continue with another outcome's route."""
        self._hops += outcome.hops
        self.assumes(*outcome.assumes)
        self.outcome = replace(outcome, hops=tuple(self._hops), assumes=tuple(sorted(self._assumes)))
        return self.outcome

    def stopped(
        self,
        how: Disposition,
        at: str,
        reason: str,
        *,
        sip: int | None = None,
        diagnostic: int | None = None,
        needs: str = "",
    ) -> Outcome:
        if at:
            self.passed(at, reason)
        self.outcome = Outcome(
            disposition=how,
            hops=tuple(self._hops),
            sip=sip,
            diagnostic=diagnostic,
            reason=reason,
            source=at,
            needs=(needs,) if needs else (),
            assumes=tuple(sorted(self._assumes)),
        )
        return self.outcome

    def in_topology(self, pool: PoolId) -> bool:
        if pool in self._observer.state.pools:
            return True
        self.stopped(
            Disposition.UNDECIDED, pool, f"{pool} is in no topology that was given", needs="Get-CsTopology"
        )
        return False

    def service(self, pool: PoolId, service: str) -> bool:
        """Ask whether a service takes new work on the pool."""
        fqdn = self._observer.state.pools[pool].fqdn
        name = BY_KEY[service].display_suffix or service
        runs = self._observer.runs(pool, service)
        if isinstance(runs, Unknown):
            self.stopped(
                Disposition.UNDECIDED, fqdn, f"nobody collected whether {name} runs here", needs=runs.needs
            )
            return False
        if not runs:
            self.stopped(Disposition.FAILED, fqdn, f"{name} takes no new work on any server of the pool")
            return False
        self.passed(fqdn, f"{name} runs")
        self._rests_on_plan(pool)
        return True

    def registrar(self, pool: PoolId, what: str) -> bool:
        """Ask the pool's Front-End service; a silent pool gives 504 with diagnostic 2 (Test-CsIM)."""
        fqdn = self._observer.state.pools[pool].fqdn
        runs = self._observer.runs(pool, "front_end")
        if isinstance(runs, Unknown):
            self.stopped(
                Disposition.UNDECIDED,
                fqdn,
                "nobody collected whether the Front-End service runs here",
                needs=runs.needs,
            )
            return False
        if not runs:
            self.stopped(
                Disposition.FAILED,
                fqdn,
                f"{what} does not answer: no Front-End service runs in the pool",
                sip=504,
                diagnostic=2,
            )
            return False
        self.passed(fqdn, f"{what} answers")
        self._rests_on_plan(pool)
        return True

    def _rests_on_plan(self, pool: PoolId) -> None:
        if self._observer.is_planned(pool):
            self.assumes("plan-as-written")

    def between(self, sender: PoolId, recipient: PoolId) -> bool:
        """Ask whether the sender's pool knows the other one, finds its name, and reaches its port."""
        state = self._observer.state
        there = state.pools[recipient]
        here = state.pools[sender]
        if not self._knows(here, there):
            return False
        if isinstance(state.records, Unknown):
            self.assumes("names-resolve")
        elif (there.id, "A") not in state.records:
            self.stopped(
                Disposition.FAILED, here.fqdn, f"no DNS A record of {there.fqdn}", sip=504, diagnostic=1014
            )
            return False
        self.assumes("ports-open")
        if self._observer.rules.value("ports-open") == "no":
            self.stopped(
                Disposition.FAILED,
                here.fqdn,
                f"port 5061 of {there.fqdn} cannot be reached",
                sip=504,
                diagnostic=1038,
            )
            return False
        self.passed(there.fqdn, "reached over MTLS 5061")
        return True

    def _knows(self, here: Pool, there: Pool) -> bool:
        """Ask whether a replica of this pool has the configuration in which the other was defined.

        A pool that lags behind does not trust servers it has not heard of (protocol facts, 7.2; the
        status is our choice).
        """
        state = self._observer.state
        defined = state.defined[there.id]
        held = [state.replicas.get(server, _NO_STATUS) for server in here.servers]
        if any(not isinstance(each, Unknown) and each >= defined for each in held):
            self.passed(here.fqdn, f"knows {there.fqdn}")
            return True
        unknown = next((each for each in held if isinstance(each, Unknown)), None)
        if unknown is not None:
            self.stopped(
                Disposition.UNDECIDED,
                here.fqdn,
                f"nobody told whether the replica here knows {there.fqdn}",
                needs=unknown.needs,
            )
            return False
        if defined == 0:
            # A twin's replica that lags: what it lacks is in no export.
            self.stopped(
                Disposition.UNDECIDED,
                here.fqdn,
                f"the replica here is not up to date; it may lack {there.fqdn}",
                needs=_NO_STATUS.needs,
            )
            return False
        self.stopped(
            Disposition.FAILED,
            here.fqdn,
            f"the replica here has not heard of {there.fqdn}: not a trusted server",
            sip=504,
            diagnostic=1010,
        )
        return False


_NO_STATUS: Final = Unknown("Get-CsManagementStoreReplicationStatus")


# -------------------------------------------------------------------- who and what may be asked about


def _alike(items: Iterable[Any], what: Callable[[Any], Any]) -> list[tuple[Any, list[Any]]]:
    """Group items by what is said of them, in order of first appearance."""
    groups: dict[Any, list[Any]] = {}
    for item in items:
        groups.setdefault(what(item), []).append(item)
    return list(groups.items())


def _services(observer: Observer) -> Iterator[ServiceSubject]:
    state = observer.state
    masters = state.cms.masters
    for pool in state.pools.values():
        if not pool.versions or pool.role is PoolRole.TRUSTED_APPLICATION:
            continue
        is_cms = not isinstance(masters, Unknown) and pool.id in masters
        # Healthy servers share one table of readings: compare tables before looking into them.
        tables = _alike(pool.servers, lambda server: id(state.services.get(server)))
        wanted = expected(pool, pool.versions[0], is_cms=is_cms)
        for service, evidence in wanted:
            states: dict[Any, list[ServerId]] = {}
            for _, servers in tables:
                readings: Maybe[Readings] = state.services.get(servers[0], _NOT_COLLECTED)
                found = readings if isinstance(readings, Unknown) else readings.get(service.key)
                if found is None and evidence is Evidence.OPTIONAL:
                    continue
                states.setdefault(found, []).extend(servers)
            for found, servers in states.items():
                yield ServiceSubject(
                    observer=observer,
                    pool=pool,
                    service=service,
                    evidence=evidence,
                    servers=tuple(servers),
                    state=found,
                )


def _pools(observer: Observer) -> Iterator[PoolSubject]:
    for pool in observer.state.pools.values():
        yield PoolSubject(observer=observer, pool=pool)


def _sites(observer: Observer) -> Iterator[SiteSubject]:
    for site in observer.state.sites.values():
        yield SiteSubject(observer=observer, site=site.id, name=site.name)


def _replicas(observer: Observer) -> Iterator[ReplicaSubject]:
    state = observer.state
    for pool in state.pools.values():
        if pool.role is PoolRole.TRUSTED_APPLICATION:
            continue
        for current, servers in _alike(pool.servers, state.is_current):
            yield ReplicaSubject(observer=observer, pool=pool, servers=tuple(servers), current=current)


def _population(observer: Observer) -> Population:
    population = observer.state.population
    if isinstance(population, Unknown):
        raise Undecided(
            Outcome(
                disposition=Disposition.UNDECIDED,
                needs=(population.needs,),
                reason="nobody told who is homed where",
            )
        )
    return population


def _cohorts(observer: Observer) -> Iterator[Cohort]:
    for pool, people in _population(observer).people_by_pool.items():
        known = observer.state.pools.get(pool)
        yield Cohort(pool, people, known.versions if known else ())


def _users(observer: Observer) -> Iterator[User]:
    for cohort in _cohorts(observer):
        yield User(observer=observer, cohort=cohort)


def _conversations(observer: Observer) -> Iterator[Conversation]:
    cohorts = tuple(_cohorts(observer))
    for sender in cohorts:
        for recipient in cohorts:
            yield Conversation(observer=observer, sender=sender, recipient=recipient)


def _meetings(observer: Observer) -> Iterator[MeetingSubject]:
    population = _population(observer)
    meetings = population.meetings
    if isinstance(meetings, Unknown):
        raise Undecided(
            Outcome(
                disposition=Disposition.UNDECIDED,
                needs=(meetings.needs,),
                reason="nobody told which meetings are scheduled",
            )
        )
    ahead = np.flatnonzero(meetings.last >= observer.state.day)
    homes = population.home[meetings.organizer]
    columns = (homes, meetings.scheduled_on, meetings.by_upgraded, meetings.kind)
    for group in grouped(columns, ahead):
        home, scheduled_on, by_upgraded, kind = group.values
        if home >= len(population.pools):
            continue
        alike = ahead
        for values, value in zip(columns, group.values, strict=True):
            alike = alike[values[alike] == value]
        yield MeetingSubject(
            observer=observer,
            host=population.pools[home],
            meetings=group.count,
            organizers=len(np.unique(meetings.organizer[alike])),
            kind=MeetingKind(kind),
            scheduled_on=Unknown("meetings export") if scheduled_on == UNTOLD else Version(scheduled_on),
            by_upgraded=Unknown("meetings export") if by_upgraded == UNTOLD else bool(by_upgraded),
            example=group.first,
        )


def _deployment(observer: Observer) -> Iterator[DeploymentSubject]:
    yield DeploymentSubject(observer=observer)


#: Parameter names of checks that stand for a kind of subject.
SUBJECTS: Final[Mapping[str, Callable[[Observer], Iterator[Subject]]]] = {
    "service": _services,
    "pool": _pools,
    "site": _sites,
    "replica": _replicas,
    "user": _users,
    "conversation": _conversations,
    "meeting": _meetings,
    "deployment": _deployment,
}
