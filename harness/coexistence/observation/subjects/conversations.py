"""Subjects that are two people: who writes to whom, and all such pairs at one moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from coexistence.model.population import Heads
from coexistence.model.vocabulary import Content, Modality, Recipient
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.people import messaging
from coexistence.observation.people.routing_classes import routing_class
from coexistence.observation.servers import user_replicas
from coexistence.observation.subjects.asked import Asked, Cohort
from coexistence.observation.voice import calls

if TYPE_CHECKING:
    from coexistence.observation.observer import Observer

__all__ = ["Conversation", "Conversations", "Sort"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation(Asked):
    """Somebody of one cohort writes to somebody of another (or of the same)."""

    sender: Cohort
    recipient: Cohort

    @property
    def label(self) -> str:
        """From where to where."""
        return f"{self.sender.home} to {self.recipient.home}"

    @property
    def crosses_generations(self) -> bool:
        """Whether the two are homed on different server generations."""
        return self.sender.versions != self.recipient.versions

    def answering(self) -> Conversation:
        """Return the conversation the other way round: the recipient writes to the sender."""
        return Conversation(observer=self.observer, sender=self.recipient, recipient=self.sender)

    def message(
        self,
        recipient: Recipient = Recipient.REACHABLE,
        content: Content = Content.TEXT,
        *,
        in_session: bool = True,
    ) -> Outcome:
        """Return whether a message arrives.

        ``recipient`` says what the recipient is like at that moment, ``content`` what is sent, and
        ``in_session`` whether the message belongs to a session, as those of people's clients do.
        """
        return self.reach(Modality.MESSAGE, recipient, content, in_session=in_session)

    def presence(self, recipient: Recipient = Recipient.REACHABLE) -> Outcome:
        """Return whether the sender sees the recipient's presence, be it that they are not there."""
        return self.reach(Modality.PRESENCE, recipient)

    def call(self, recipient: Recipient = Recipient.REACHABLE) -> Outcome:
        """Return whether a call between their clients is set up."""
        return self.reach(Modality.AUDIO, recipient)

    def share(self, recipient: Recipient = Recipient.REACHABLE) -> Outcome:
        """Return whether one can share a desktop with the other."""
        return self.reach(Modality.SHARING, recipient)

    def invite_third(self, modality: Modality | None = None) -> Outcome:
        """Return whether the sender can make a meeting of the conversation, and the recipient gets in.

        It is held on the sender's pool (or the one that hosts conferences for it), whoever comes.
        """
        return self.observer.handed(
            messaging.escalate(self.observer.facts, self.sender.pool, self.recipient.pool, modality)
        )

    def delegate(self, *, online: bool = False) -> Outcome:
        """Return whether the sender may make the recipient their delegate.

        ``online``: the delegate is homed in the cloud instead.
        """
        return self.observer.handed(
            messaging.delegate(self.observer.facts, self.sender.pool, self.recipient.pool, online=online)
        )

    def reach(
        self,
        modality: Modality,
        recipient: Recipient = Recipient.REACHABLE,
        content: Content = Content.TEXT,
        *,
        in_session: bool = True,
    ) -> Outcome:
        """Return whether the sender reaches the recipient by a modality."""
        sent = messaging.between(
            self.observer,
            self.sender.pool,
            self.recipient.pool,
            modality,
            who=recipient,
            content=content,
            in_session=in_session,
        )
        if modality in (Modality.AUDIO, Modality.VIDEO):
            sent = calls.admitted(self.observer.facts, self.sender.pool, self.recipient.pool, sent)
        if not self.sender.group and not self.recipient.group:
            return self.observer.handed(sent)
        groups = (self.sender.pool, self.sender.group), (self.recipient.pool, self.recipient.group)
        return self.observer.handed(user_replicas.between_groups(self.observer.facts, sent, *groups))

    def hit(self) -> Mapping[str, Heads]:
        """Both sides: neither reaches the other."""
        return {self.sender.home: self.sender.heads, self.recipient.home: self.recipient.heads}


#: Conversations that get the same answers: the classes of both, and whether they are of one cohort.
Sort: TypeAlias = tuple[int, int, bool]


class Conversations:
    """Everybody's conversations with everybody at one moment: made one by one, for those who are asked.

    They are put into sorts, by the routing classes of both (``routing_classes`` says why that will do).
    """

    def __init__(self, observer: Observer, cohorts: tuple[Cohort, ...]) -> None:
        self._observer = observer
        self.cohorts = cohorts

    def __iter__(self) -> Iterator[Conversation]:
        for sender in self.cohorts:
            for recipient in self.cohorts:
                yield Conversation(observer=self._observer, sender=sender, recipient=recipient)

    def _between(self, sender: int, recipient: int) -> Conversation:
        return Conversation(
            observer=self._observer, sender=self.cohorts[sender], recipient=self.cohorts[recipient]
        )

    @cached_property
    def _classes(self) -> tuple[int, ...]:
        """The class of each cohort; one whose routing group deviates is by itself, with a number below 0."""
        return tuple(
            -number if cohort.group else routing_class(self._observer.facts, cohort.pool)
            for number, cohort in enumerate(self.cohorts, start=1)
        )

    @cached_property
    def _members(self) -> Mapping[int, tuple[int, ...]]:
        found: dict[int, list[int]] = {}
        for number, of in enumerate(self._classes):
            found.setdefault(of, []).append(number)
        return {of: tuple(numbers) for of, numbers in found.items()}

    @cached_property
    def sorts(self) -> Mapping[Sort, int]:
        """How many conversations there are of each sort."""
        sizes = {of: len(numbers) for of, numbers in self._members.items()}
        found: dict[Sort, int] = {(of, of, True): size for of, size in sizes.items()}
        for ours, senders in sizes.items():
            for theirs, recipients in sizes.items():
                if several := senders * (recipients - (ours == theirs)):
                    found[ours, theirs, False] = several
        return found

    def one_of(self, sort: Sort) -> Conversation:
        """Return the first conversation of a sort."""
        ours, theirs, is_one = sort
        sender = self._members[ours][0]
        return self._between(
            sender, sender if is_one else next(each for each in self._members[theirs] if each != sender)
        )

    def but(self, sorts: Collection[Sort]) -> Iterator[Conversation]:
        """Go through the conversations of all other sorts, in their order."""
        others: dict[int, list[int]] = {}
        for ours in self._members:
            open_ones = (of for of in self._members if (ours, of, False) not in sorts)
            others[ours] = sorted(number for of in open_ones for number in self._members[of])
        for sender, ours in enumerate(self._classes):
            is_open = (ours, ours, True) not in sorts
            recipients = [each for each in others[ours] if each != sender]
            for recipient in sorted([*recipients, sender]) if is_open else recipients:
                yield self._between(sender, recipient)
