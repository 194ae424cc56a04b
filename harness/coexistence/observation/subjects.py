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

from coexistence.deployment import Application, ConferenceDirectory, Partner, Pool, Site, generations
from coexistence.observation import (
    administering,
    applications,
    conferencing,
    edges,
    federating,
    joining,
    keeping,
    messaging,
    outside,
    references,
    services,
    signing_in,
    stores,
    voice,
)
from coexistence.observation.outcomes import Outcome, untold
from coexistence.observation.references import Reference
from coexistence.population import LEFT_BEHIND, MEETING_LOST, NO_CONTENT, NOTHING_LOST, Rows
from coexistence.vocabulary import (
    ApplicationKind,
    ClientGeneration,
    ContactStore,
    Disposition,
    Guest,
    Maybe,
    MeetingKind,
    Modality,
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

if TYPE_CHECKING:
    from coexistence.observation.observer import Observer

__all__ = [
    "ApplicationSubject",
    "ClientSubject",
    "Cohort",
    "Conversation",
    "DeploymentSubject",
    "DirectorySubject",
    "MeetingSubject",
    "Organizer",
    "PartnerSubject",
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

    def hit(self) -> Mapping[str, int | Rows]:
        """Return who is hit when a promise about this subject breaks: head counts by cohort, or rows."""
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
class PoolSubject(_Asked):
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
class SiteSubject(_Asked):
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

    def hit(self) -> Mapping[str, int | Rows]:
        """People homed on the pool."""
        return self.observer.people_of((self.pool.id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSubject(_Asked):
    """Numbers, groups, phones or endpoints of one kind and one pool that no rule can tell apart."""

    #: The first of them.
    application: Application
    #: How many.
    count: int

    @property
    def label(self) -> str:
        """What they are, and which pool they belong to."""
        if self.count == 1:
            return f"{self.kind.value} {self.application.id} on {self.owner}"
        return f"{self.count} {self.kind.value}s on {self.owner}"

    @property
    def kind(self) -> ApplicationKind:
        """What they are."""
        return self.application.kind

    @property
    def owner(self) -> PoolId:
        """The pool that their contact objects belong to."""
        return self.application.owner

    @property
    def has_copies(self) -> bool:
        """Response groups: whether another pool still holds the configuration that they were copied from."""
        return bool(self.application.copies)

    @property
    def is_cut_off(self) -> bool:
        """Response groups: whether the copy that they were migrated from was deleted."""
        return self.application.copy_deleted

    @property
    def is_on_newest_generation(self) -> bool:
        """Whether their pool runs the newer of two generations."""
        pools = self.observer.state.pools
        found = generations(pools.values())
        return len(found) > 1 and self.owner in pools and pools[self.owner].versions == found[-1]

    def answer(self, caller: PoolId | None = None) -> Outcome:
        """Return whether they answer callers homed on a pool; left out, on every pool that is up."""
        if caller is None:
            return self.observer.handed(applications.answer_everybody(self.observer, self.application))
        return self.observer.handed(applications.answer(self.observer, self.application, caller))

    def hit(self) -> Mapping[str, int | Rows]:
        """Everybody who may call."""
        return self.observer.people_of(self.observer.state.pools)


@dataclass(frozen=True, slots=True, kw_only=True)
class User(_Asked):
    """People of one home pool whom no rule about a single person can tell apart."""

    cohort: Cohort
    #: External access policy that they were given in person; None for automatic.
    access_policy: Maybe[str | None] = None
    #: Whether they have XMPP contacts, as far as anybody told.
    has_xmpp: bool = False
    #: Whether they are enabled for Enterprise Voice.
    has_voice: Maybe[bool] = False
    #: Voice policy that they were given in person; None for automatic.
    voice_policy: Maybe[str | None] = None
    #: Whether they use Persistent Chat.
    has_chat: Maybe[bool] = False
    #: Where their contact lists are kept: one store, or several where that makes no difference.
    contacts: tuple[ContactStore, ...] = (ContactStore.SERVER,)

    @property
    def label(self) -> str:
        """How many, and where they are homed."""
        has = [
            name
            for name, held in (
                ("XMPP contacts", self.has_xmpp),
                ("voice", self.has_voice),
                ("chat", self.has_chat),
            )
            if held is True
        ]
        having = f" with {' and '.join(has)}" if has else ""
        policy = f" (external access: {self.access_policy})" if isinstance(self.access_policy, str) else ""
        if isinstance(self.voice_policy, str):
            policy += f" (voice: {self.voice_policy})"
        if self.contacts == (ContactStore.EXCHANGE,):
            policy += " (contacts in Exchange)"
        return f"{self.cohort}{having}{policy}"

    @property
    def site(self) -> SiteId | None:
        """The central site that they belong to; None where the topology does not know their pool."""
        return self.observer.central_site(self.cohort.pool)

    def from_outside(self) -> Outcome:
        """Return whether they can sign in, and so send messages, from outside."""
        return self.observer.handed(
            outside.reach_from_outside(self.observer, self.cohort.pool, self.access_policy)
        )

    def relay_media(self) -> Outcome:
        """Return whether sound, video and sharing get through an Edge between them and the outside."""
        return self.observer.handed(outside.relay_media(self.observer, self.cohort.pool))

    def confer_from_outside(self) -> Outcome:
        """Return whether somebody outside can take part in web conferences that they organize."""
        return self.observer.handed(outside.confer_from_outside(self.observer, self.cohort.pool))

    def call_out(self) -> Outcome:
        """Return whether they reach the telephone network, if they are enabled for Enterprise Voice."""
        return self.observer.handed(voice.call_out(self.observer, self.cohort.pool, self.voice_policy))

    def read_contacts(self) -> Outcome:
        """Return whether they get their contact lists, wherever these are kept."""
        outcomes = [stores.read_contacts(self.observer, self.cohort.pool, store) for store in self.contacts]
        bad = (each for each in outcomes if each.disposition is not Disposition.DONE)
        return self.observer.handed(next(bad, outcomes[0]))

    def find_in_address_book(self) -> Outcome:
        """Return whether they can search the address book."""
        return self.observer.handed(stores.find_in_address_book(self.observer, self.cohort.pool))

    def chat(self) -> Outcome:
        """Return whether they reach a Persistent Chat pool."""
        return self.observer.handed(stores.chat(self.observer, self.cohort.pool))

    def reach_xmpp(self) -> Outcome:
        """Return whether they reach their XMPP contacts."""
        return self.observer.handed(
            federating.reach_xmpp(self.observer, self.cohort.pool, self.access_policy)
        )

    def hit(self) -> Mapping[str, int | Rows]:
        """These people."""
        if self.label != str(self.cohort):
            return {self.label: self.cohort.people}
        return {self.cohort.pool: self.cohort.people}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerSubject(_Asked):
    """People of one home pool, and a partner's people on the other side."""

    cohort: Cohort
    partner: Partner
    #: External access policy that they were given in person; None for automatic.
    access_policy: Maybe[str | None] = None

    @property
    def label(self) -> str:
        """Who, and whose people."""
        return f"{self.cohort} and {self.partner.domain}"

    @property
    def site(self) -> SiteId | None:
        """The central site whose federation route counts; None for a pool that the topology does not know."""
        return self.observer.central_site(self.cohort.pool)

    def send(self) -> Outcome:
        """Return whether our people reach the partner's."""
        return self._federate(inbound=False)

    def receive(self) -> Outcome:
        """Return whether the partner's people reach ours."""
        return self._federate(inbound=True)

    def _federate(self, *, inbound: bool) -> Outcome:
        return self.observer.handed(
            federating.federate(self.observer, self.cohort.pool, self.partner, inbound, self.access_policy)
        )

    def hit(self) -> Mapping[str, int | Rows]:
        """Our people."""
        return {self.cohort.pool: self.cohort.people}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSubject(_Asked):
    """People of one home pool and one SIP domain who use the same client."""

    home: PoolId
    client: ClientGeneration
    domain: Maybe[str]
    #: How many.
    people: int
    #: Whether the plan or the administrator upgraded the client.
    upgraded: Maybe[bool]
    #: Client version policy that they were granted in person; None for none.
    policy: Maybe[str | None]

    @property
    def label(self) -> str:
        """How many, where they are homed, and what they use."""
        domain = f" in {self.domain}" if isinstance(self.domain, str) else ""
        upgraded = ", upgraded" if self.upgraded is True else ""
        return f"{self.people} people on {self.home}{domain} with {self.client.label}{upgraded}"

    def sign_in(self) -> Outcome:
        """Return whether they can sign in on a device that knows nothing yet."""
        return self._sign_in("empty")

    def sign_in_again(self) -> Outcome:
        """Return whether they can sign in where the client remembers its registrar."""
        return self._sign_in("warm")

    def _sign_in(self, cache: signing_in.Cache) -> Outcome:
        return self.observer.handed(
            signing_in.sign_in(
                self.observer, self.home, self.client, self.domain, cache=cache, policy=self.policy
            )
        )

    def downgraded(self) -> Outcome:
        """Return whether they are back at the client that they had before the migration."""
        return self.observer.handed(
            signing_in.downgraded(self.observer, self.home, self.client, self.upgraded)
        )

    def hit(self) -> Mapping[str, int | Rows]:
        """These people."""
        return {self.label: self.people}


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

    def hit(self) -> Mapping[str, int | Rows]:
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
    #: Conferencing policy that the organizers were given in person; None for automatic.
    policy: Maybe[str | None] = None
    #: Conference directory of the dial-in code; -1 without a code.
    directory: int = -1
    #: What became of slides and attachments, as in the column of that name.
    stored: int = NO_CONTENT
    #: What was given up by a forced move, as in the column of that name.
    lost: int = NOTHING_LOST
    #: Values of the group, as :meth:`~coexistence.population.Population.meetings_alike` has them.
    alike: tuple[int, ...] = ()

    @property
    def label(self) -> str:
        """How many, of which sort, and where they are hosted."""
        client = ""
        if self.by_upgraded is True:
            client = " scheduled with an upgraded client"
            if isinstance(self.scheduled_on, Version):
                client += f" on {self.scheduled_on.product}"
        policy = f" (conferencing policy {self.policy})" if isinstance(self.policy, str) else ""
        slides = " with slides" if self.stored != NO_CONTENT else ""
        return f"{self.meetings} {_SORTS[self.kind]} meetings{slides} hosted on {self.host}{client}{policy}"

    @property
    def has_dial_in_code(self) -> bool:
        """Whether their invitations print a code for phones."""
        return self.directory >= 0

    @property
    def has_content(self) -> bool:
        """Whether somebody stored slides or attachments in them."""
        return self.stored != NO_CONTENT

    @property
    def admits_anonymous(self) -> Maybe[bool]:
        """Whether the organizers' conferencing policy admits anonymous participants."""
        return conferencing.anonymous_allowed(self.observer, self.host, self.policy)

    @property
    def joiners(self) -> tuple[PoolId, ...]:
        """Pools that anybody is homed on."""
        return tuple(map(PoolId, self.observer.people_of(self.observer.state.pools)))

    def join(self, modality: Modality | None = None, joiner: PoolId | Guest | None = None) -> Outcome:
        """Return whether these meetings can be joined: by somebody of the hosting pool, to write and hear.

        ``joiner`` is another home pool to come from, or a kind of guest; ``modality`` another wish.
        """
        return self.observer.handed(
            conferencing.join(
                self.observer,
                self.host,
                self.scheduled_on,
                self.by_upgraded,
                joiner=joiner,
                modality=modality,
                policy=self.policy,
                lost=self.lost == MEETING_LOST,
            )
        )

    def join_by_link(self, joiner: PoolId | Guest | None = None) -> Outcome:
        """Return whether the link in the invitation opens these meetings in a browser."""
        return self.observer.handed(
            joining.by_link(
                self.observer,
                self.host,
                self.scheduled_on,
                self.by_upgraded,
                joiner=joiner,
                policy=self.policy,
                lost=self.lost == MEETING_LOST,
            )
        )

    def join_anonymously(self) -> Outcome:
        """Return whether somebody without an account gets in by the link."""
        return self.join_by_link(Guest.ANONYMOUS)

    def dial_in(self) -> Outcome:
        """Return whether the code in the invitation opens these meetings from a phone."""
        return self.observer.handed(
            joining.dial_in(
                self.observer,
                self.directory,
                self.host,
                self.scheduled_on,
                self.by_upgraded,
                policy=self.policy,
                lost=self.lost,
            )
        )

    def open_content(self) -> Outcome:
        """Return whether their slides and attachments are where the meetings are hosted."""
        return self.observer.handed(
            conferencing.content(self.observer, self.host, is_there=self.stored != LEFT_BEHIND)
        )

    def hit(self) -> Mapping[str, int | Rows]:
        """Their organizers, by row: somebody may organize meetings of several sorts."""
        population = self.observer.state.population
        if isinstance(population, Unknown):
            return {self.label: self.organizers}
        return {"organizers": population.organizers_alike(self.observer.state.day, self.alike)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Organizer(_Asked):
    """People of one home pool with the same conferencing policy, as organizers of meetings."""

    cohort: Cohort
    #: Conferencing policy that they were given in person; None for automatic.
    policy: Maybe[str | None]
    #: Its number in the population's assignment; 0 for automatic.
    code: int

    @property
    def label(self) -> str:
        """How many, where they are homed, and with which policy."""
        policy = f" (conferencing policy {self.policy})" if isinstance(self.policy, str) else ""
        return f"{self.cohort}{policy}"

    @property
    def is_on_current(self) -> bool:
        """Whether they are homed on the newest of several generations."""
        found = generations(self.observer.state.pools.values())
        return len(found) > 1 and self.cohort.versions == found[-1]

    @property
    def legacy_people(self) -> int:
        """How many people are homed on older generations."""
        state = self.observer.state
        found = generations(state.pools.values())
        older = [pool.id for pool in state.pools.values() if pool.versions in found[:-1]]
        return sum(self.observer.people_of(older).values())

    @property
    def federates(self) -> Maybe[bool]:
        """Whether the federation route of their site leads anywhere."""
        return self.observer.federates(self.observer.central_site(self.cohort.pool))

    def schedule(self) -> Outcome:
        """Return whether they can schedule a meeting."""
        return self.observer.handed(conferencing.schedule(self.observer, self.cohort.pool))

    def may_have_guests(self) -> Outcome:
        """Return whether their conferencing policy admits anonymous participants."""
        return self.observer.handed(
            conferencing.may_have_guests(self.observer, self.cohort.pool, self.policy)
        )

    def keep_policy(self, before: Observer) -> Outcome:
        """Return whether their conferencing policy allows what it allowed at another moment of the path."""
        return self.observer.handed(
            keeping.policy_kept(self.observer, before, "conferencing", self.cohort.pool, self.code)
        )

    def hit(self) -> Mapping[str, int | Rows]:
        """These people."""
        return {self.label: self.cohort.people}


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySubject(_Asked):
    """A conference directory: the numbers in the dial-in codes of some meetings."""

    directory: ConferenceDirectory
    #: Meetings ahead whose codes it holds, and how many people organize them. None: nobody told.
    meetings: int | None
    organizers: int | None

    @property
    def label(self) -> str:
        """Its number and its owner."""
        return f"conference directory {self.directory.number} of {self.directory.owner}"

    @property
    def is_on_leaving_pool(self) -> bool:
        """Whether its pool was stopped, and is about to be removed."""
        return self.directory.owner in self.observer.state.silenced

    def owner(self) -> Outcome:
        """Return whether the pool that owns it is there and answers."""
        return self.observer.handed(joining.directory_owner(self.observer, self.directory))

    def hit(self) -> Mapping[str, int | Rows]:
        """Organizers of the meetings whose codes it holds."""
        return {self.label: self.organizers} if self.organizers else {}


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


Subject: TypeAlias = (
    ServiceSubject
    | PoolSubject
    | SiteSubject
    | ReplicaSubject
    | ApplicationSubject
    | User
    | PartnerSubject
    | ClientSubject
    | Conversation
    | MeetingSubject
    | Organizer
    | DirectorySubject
    | DeploymentSubject
)
