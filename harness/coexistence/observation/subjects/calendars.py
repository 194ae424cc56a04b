"""Subjects about meetings: meetings, organizers, conference directories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from coexistence.model.clients import ClientGeneration
from coexistence.model.conditions.administrators import Administrator, AdminWay
from coexistence.model.deployment import ConferenceDirectory, generations
from coexistence.model.population import (
    LEFT_BEHIND,
    MEETING_LOST,
    NO_CONTENT,
    NOTHING_LOST,
    PIN_UNKNOWN,
    Heads,
    Rows,
    distinct,
    head_count,
)
from coexistence.model.vocabulary import (
    Access,
    Disposition,
    Guest,
    Maybe,
    MeetingKind,
    Modality,
    PoolId,
    Unknown,
    Version,
)
from coexistence.observation import conferencing
from coexistence.observation.administration import tasks
from coexistence.observation.conferencing import OPEN, Terms
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.people import policies_before_after
from coexistence.observation.people.escalation import Kept, kept
from coexistence.observation.people.routing_classes import one_of_each
from coexistence.observation.servers import retained_data, user_replicas
from coexistence.observation.subjects.asked import Asked, Cohort

if TYPE_CHECKING:
    from coexistence.model.clients import MeetingClient
    from coexistence.observation.observer import Observer

__all__ = ["DirectorySubject", "MeetingSubject", "Organizer"]


T = TypeVar("T")

_SORTS: Final = {MeetingKind.ONCE: "single", MeetingKind.RECURRING: "recurring", MeetingKind.STATIC: "static"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingSubject(Asked):
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
    #: Whom they let in.
    terms: Terms = OPEN
    #: Whether their invitations print a link that the organizer's site does not use any more.
    old_link: bool = False
    #: What the organizers' dial-in PIN is, as :data:`~coexistence.model.population.PIN_VALID` and its like.
    pin: int = PIN_UNKNOWN
    #: Values of the group, as :meth:`~coexistence.model.population.Population.meetings_alike` has them.
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
        closed = f" ({self.terms.access.label})" if self.terms.access is not Access.EVERYONE else ""
        link = " whose link is an old one" if self.old_link else ""
        sort = f"{_SORTS[self.kind]} meetings{closed}{slides}{link}"
        return f"{self.meetings} {sort} hosted on {self.host}{client}{policy}"

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
        return conferencing.anonymous_allowed(self.observer.facts, self.host, self.policy)

    @property
    def guest_programs(self) -> frozenset[str]:
        """Programs that guests are known to join with, as :class:`~coexistence.MeetingClient` names them."""
        return self.observer.state.particulars.guest_programs

    @property
    def joiners(self) -> tuple[PoolId, ...]:
        """Pools that anybody is homed on."""
        return tuple(map(PoolId, self.observer.people_of(self.observer.state.pools)))

    def join(self, modality: Modality | None = None, joiner: PoolId | Guest | None = None) -> Outcome:
        """Return whether these meetings can be joined: by somebody of the hosting pool, to write and hear.

        ``joiner`` is another home pool to come from, or a kind of guest; ``modality`` another wish.
        """
        return self.observer.handed(self._join(modality, joiner))

    def _join(self, modality: Modality | None, joiner: PoolId | Guest | None) -> Outcome:
        return conferencing.join(
            self.observer.facts,
            self.host,
            self.scheduled_on,
            self.by_upgraded,
            joiner=joiner,
            modality=modality,
            policy=self.policy,
            lost=self.lost == MEETING_LOST,
            terms=self.terms,
        )

    def join_from_everywhere(self) -> Outcome:
        """Return whether people of every pool get in: the first outcome of a pool whose people do not."""
        found = self._for_alike("everywhere", lambda: self._first_failing(self.joiners))
        return self.observer.handed(found)

    def _first_failing(self, pools: Iterable[PoolId]) -> Outcome:
        hosts = (self.host, *self._hosting)
        outcomes = [self._join(None, pool) for pool in one_of_each(self.observer.facts, pools, *hosts)]
        if any(each.disposition is not Disposition.DONE for each in outcomes):
            outcomes = [self._join(None, pool) for pool in pools]
        bad = (each for each in outcomes if each.disposition is not Disposition.DONE)
        assumes = sorted({name for each in outcomes for name in each.assumes})
        return next(bad, Outcome(disposition=Disposition.DONE, assumes=tuple(assumes)))

    @property
    def _hosting(self) -> tuple[PoolId, ...]:
        """The pool that hosts them, if the topology knows their organizers'."""
        known = self.host in self.observer.state.pools
        return (conferencing.hosting_pool(self.observer.facts, self.host),) if known else ()

    def join_for(self, *modalities: Modality) -> tuple[Outcome, ...]:
        """Return for each modality whether these meetings can be joined for it."""
        found = self._for_alike(modalities, lambda: tuple(self._join(each, None) for each in modalities))
        return tuple(map(self.observer.handed, found))

    def _for_alike(self, what: object, work: Callable[[], T]) -> T:
        """Work something out once for all meetings that joining does not tell apart."""
        apart = conferencing.fate(self.observer.facts, self.host, self.scheduled_on, self.by_upgraded)
        return self.observer.once((what, self.host, apart, self.policy, self.lost, self.terms), work)

    def join_with(
        self, client: MeetingClient, joiner: PoolId | Guest | None = None, modality: Modality | None = None
    ) -> Outcome:
        """Return whether these meetings can be joined with a certain client, and what is missing in it."""
        return self.observer.handed(
            conferencing.join(
                self.observer.facts,
                self.host,
                self.scheduled_on,
                self.by_upgraded,
                joiner=joiner,
                modality=modality,
                policy=self.policy,
                lost=self.lost == MEETING_LOST,
                terms=self.terms,
                client=client,
            )
        )

    def join_as_partner(self, access_policy: str | None = None) -> Outcome:
        """Return whether people of a partner get in, as anonymous participants if they cannot otherwise.

        ``access_policy`` is the external access policy that the organizers were given in person.
        """
        return self.observer.handed(
            conferencing.as_partner(
                self.observer.facts,
                self.host,
                self.scheduled_on,
                self.by_upgraded,
                policy=self.policy,
                access_policy=access_policy,
                terms=self.terms,
                lost=self.lost == MEETING_LOST,
            )
        )

    def join_by_link(self, joiner: PoolId | Guest | None = None) -> Outcome:
        """Return whether the link in the invitation opens these meetings in a browser."""
        return self.observer.handed(
            conferencing.by_link(
                self.observer.facts,
                self.host,
                self.scheduled_on,
                self.by_upgraded,
                joiner=joiner,
                policy=self.policy,
                lost=self.lost == MEETING_LOST,
                terms=self.terms,
                old_link=self.old_link,
            )
        )

    def join_anonymously(self) -> Outcome:
        """Return whether somebody without an account gets in by the link."""
        return self.join_by_link(Guest.ANONYMOUS)

    def dial_in(self) -> Outcome:
        """Return whether the code in the invitation opens these meetings from a phone."""
        return self.observer.handed(
            conferencing.dial_in(
                self.observer,
                self.directory,
                self.host,
                self.scheduled_on,
                self.by_upgraded,
                policy=self.policy,
                lost=self.lost,
                terms=self.terms,
            )
        )

    def lead_by_phone(self) -> Outcome:
        """Return whether the organizers get into these meetings as leaders from a phone, by their PIN."""
        return self.observer.handed(
            conferencing.dial_in(
                self.observer,
                self.directory,
                self.host,
                self.scheduled_on,
                self.by_upgraded,
                policy=self.policy,
                lost=self.lost,
                terms=self.terms,
                pin=self.pin,
            )
        )

    def open_content(self) -> Outcome:
        """Return whether their slides and attachments are where the meetings are hosted."""
        return self.observer.handed(
            conferencing.content(self.observer.facts, self.host, is_there=self.stored != LEFT_BEHIND)
        )

    def keep_invitation(self, before: Observer) -> Outcome:
        """Return whether link and conference ID still open them, as at another moment of the path."""
        return self._keep(before, Kept.LINK, Kept.CODE)

    def keep_terms(self, before: Observer) -> Outcome:
        """Return whether they let in whom they let in before, by client and by phone."""
        return self._keep(before, Kept.TERMS)

    def keep_pin(self, before: Observer) -> Outcome:
        """Return whether their organizers kept the PIN that they lead by phone with, if they had one."""
        return self._keep(before, Kept.PIN)

    def _keep(self, before: Observer, *things: Kept) -> Outcome:
        return self.observer.handed(kept(self.observer, before, things, self.host, self.alike))

    def hit(self) -> Mapping[str, Heads]:
        """Their organizers, by row: somebody may organize meetings of several sorts."""
        population = self.observer.state.population
        if isinstance(population, Unknown):
            return {self.label: self.organizers}
        return {"organizers": population.organizers_alike(self.observer.state.day, self.alike)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Organizer(Asked):
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
        return sum(map(head_count, self.observer.people_of(older).values()))

    @property
    def federates(self) -> Maybe[bool]:
        """Whether the federation route of their site leads anywhere."""
        return self.observer.federates(self.observer.central_site(self.cohort.pool))

    def schedule(self, client: ClientGeneration | None = None) -> Outcome:
        """Return whether they can schedule a meeting; ``client`` is what they do it with, if it matters."""
        scheduled = conferencing.schedule(self.observer.facts, self.cohort.pool, client)
        return self.observer.handed(
            user_replicas.changed_by(self.observer.facts, scheduled, self.cohort.group)
        )

    def schedule_by_web(self, at: PoolId | None = None) -> Outcome:
        """Return whether they can schedule in a browser, on the page of a pool (left out: their own)."""
        return self.observer.handed(
            conferencing.schedule_by_web(self.observer.facts, self.cohort.pool, at or self.cohort.pool)
        )

    def have_partners(self) -> Outcome:
        """Return whether people of a partner get into a new meeting of theirs, whichever way they come in.

        Their external access policy is taken to be the automatic one.
        """
        on = self.cohort.versions[0] if self.cohort.versions else Unknown("Get-CsServerPatchVersion")
        return self.observer.handed(
            conferencing.as_partner(self.observer.facts, self.cohort.pool, on, False, policy=self.policy)
        )

    def new_terms_kept(self, before: Observer) -> Outcome:
        """Return whether a new meeting of theirs lets in whom one did at another moment of the path."""
        return self.observer.handed(policies_before_after.terms_kept(self.observer, before, self.cohort.pool))

    def may_have_guests(self) -> Outcome:
        """Return whether their conferencing policy admits anonymous participants."""
        return self.observer.handed(
            conferencing.may_have_guests(self.observer.facts, self.cohort.pool, self.policy)
        )

    def keep_policy(self, before: Observer) -> Outcome:
        """Return whether their conferencing policy allows what it allowed at another moment of the path."""
        return self.observer.handed(
            policies_before_after.policy_kept(
                self.observer, before, "conferencing", self.cohort.pool, self.code
            )
        )

    def hit(self) -> Mapping[str, Heads]:
        """These people."""
        return {self.label: self.cohort.heads}


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySubject(Asked):
    """A conference directory: the numbers in the dial-in codes of some meetings."""

    directory: ConferenceDirectory
    #: Meetings ahead whose codes it holds. None: nobody told.
    meetings: int | None

    @property
    def organizers(self) -> int | None:
        """How many people organize these meetings. None: nobody told."""
        rows = self._organizers()
        return None if rows is None else len(rows)

    def _organizers(self) -> Rows | None:
        population = self.observer.state.population
        if (
            self.meetings is None
            or isinstance(population, Unknown)
            or isinstance(population.meetings, Unknown)
        ):
            return None
        known = population.meetings
        here = (known.directory == self.directory.number) & (known.last >= self.observer.state.day)
        return distinct(known.organizer[here])

    @property
    def label(self) -> str:
        """Its number and its owner."""
        return f"conference directory {self.directory.number} of {self.directory.owner}"

    @property
    def is_on_leaving_pool(self) -> bool:
        """Whether its pool was stopped, and is about to be removed."""
        return self.directory.owner in self.observer.state.silenced

    @property
    def is_halfway(self) -> bool:
        """Whether a move of it was begun and did not end."""
        return self.directory.state == "moving"

    def keep_codes(self) -> Outcome:
        """Return whether it knows every code that invitations to meetings ahead print."""
        return self.observer.handed(retained_data.codes_kept(self.observer, self.directory))

    def owner(self) -> Outcome:
        """Return whether the pool that owns it is there and answers."""
        return self.observer.handed(conferencing.directory_owner(self.observer.facts, self.directory))

    def move(
        self, to: PoolId, *, by: Administrator | None = None, through: AdminWay | None = None
    ) -> Outcome:
        """Return whether an administrator may move it to a pool, and it would arrive whole."""
        found = tasks.move_directory(self.observer.facts, self.directory, to, by=by, through=through)
        return self.observer.handed(found)

    def hit(self) -> Mapping[str, Heads]:
        """Organizers of the meetings whose codes it holds."""
        rows = self._organizers()
        return {} if rows is None or not len(rows) else {self.label: rows}
