"""Subjects about meetings: meetings, organizers, conference directories.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from coexistence.deployment import ConferenceDirectory, generations
from coexistence.observation import conferencing, joining, keeping
from coexistence.observation.outcomes import Outcome
from coexistence.observation.subjects.asked import Asked, Cohort
from coexistence.population import LEFT_BEHIND, MEETING_LOST, NO_CONTENT, NOTHING_LOST, Rows
from coexistence.vocabulary import Guest, Maybe, MeetingKind, Modality, PoolId, Unknown, Version

if TYPE_CHECKING:
    from coexistence.observation.observer import Observer

__all__ = ["DirectorySubject", "MeetingSubject", "Organizer"]


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
class DirectorySubject(Asked):
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
