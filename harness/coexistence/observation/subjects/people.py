"""Subjects that are people: users, their clients, conversations, federated partners.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coexistence.deployment import Partner
from coexistence.observation import federating, messaging, outside, signing_in, stores, voice
from coexistence.observation.outcomes import Outcome
from coexistence.observation.subjects.asked import Asked, Cohort
from coexistence.population import Rows
from coexistence.vocabulary import (
    ClientGeneration,
    ContactStore,
    Disposition,
    Maybe,
    Modality,
    PoolId,
    SiteId,
)

__all__ = ["ClientSubject", "Conversation", "PartnerSubject", "User"]


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Asked):
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
class ClientSubject(Asked):
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
class Conversation(Asked):
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
class PartnerSubject(Asked):
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
