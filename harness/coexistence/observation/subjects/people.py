"""Subjects that are people: users, their clients, federated partners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from coexistence.model.clients import ClientGeneration
from coexistence.model.deployment import Partner
from coexistence.model.population import UNTOLD, Heads, Part
from coexistence.model.vocabulary import (
    APPLICATION_CMDLETS,
    ApplicationKind,
    ContactStore,
    Credentials,
    Deregistration,
    Disposition,
    Mailbox,
    Maybe,
    PoolId,
    PoolRole,
    SiteId,
    Unknown,
    Version,
)
from coexistence.observation.facts.outcomes import Outcome, Undecided, untold
from coexistence.observation.facts.routes import Leg, travel, undecided
from coexistence.observation.network import federation, remote_access, xmpp
from coexistence.observation.people import (
    address_book,
    contact_and_chat_stores,
    messaging,
    policies_before_after,
    presenting,
)
from coexistence.observation.servers import pools, user_replicas
from coexistence.observation.sign_in import (
    admission,
    deregistration,
)
from coexistence.observation.sign_in.admission import CLIENT_VERSIONS
from coexistence.observation.sign_in.sign_in import (
    EVERY_DAY,
    PROMPT,
    Attempt,
    Cache,
    downgraded,
    find_home,
    sign_in,
)
from coexistence.observation.subjects.asked import Asked, Cohort
from coexistence.observation.voice import calls, pstn, voicemail

if TYPE_CHECKING:
    from coexistence.observation.observer import Observer

__all__ = ["ClientSubject", "PartnerSubject", "User"]

_TROUBLE: Final = (Disposition.FAILED, Disposition.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Asked):
    """People of one home pool whom no rule about a single person can tell apart."""

    cohort: Cohort
    #: External access policy that they were given in person; None for automatic.
    access_policy: Maybe[str | None] = None
    #: Whether they have XMPP contacts, as far as anybody told.
    has_xmpp: Maybe[bool] = False
    #: Whether they are enabled for Enterprise Voice.
    has_voice: Maybe[bool] = False
    #: Voice policy that they were given in person; None for automatic.
    voice_policy: Maybe[str | None] = None
    #: Whether they use Persistent Chat.
    has_chat: Maybe[bool] = False
    #: Where their contact lists are kept: one store, or several where that makes no difference.
    contacts: tuple[ContactStore, ...] = (ContactStore.SERVER,)
    #: Where their mailboxes are, as far as anybody told.
    mailbox: Mailbox = Mailbox.UNKNOWN

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
        if self.mailbox is not Mailbox.UNKNOWN:
            policy += f" (mailbox: {self.mailbox.product})"
        return f"{self.cohort}{having}{policy}"

    @property
    def site(self) -> SiteId | None:
        """The central site that they belong to; None where the topology does not know their pool."""
        return self.observer.central_site(self.cohort.pool)

    def from_outside(self) -> Outcome:
        """Return whether they can sign in, and so send messages, from outside."""
        return self.observer.handed(
            remote_access.reach_from_outside(self.observer.facts, self.cohort.pool, self.access_policy)
        )

    def relay_media(self) -> Outcome:
        """Return whether sound, video and sharing get through an Edge between them and the outside."""
        return self.observer.handed(remote_access.relay_media(self.observer.facts, self.cohort.pool))

    def confer_from_outside(self) -> Outcome:
        """Return whether somebody outside can take part in web conferences that they organize."""
        return self.observer.handed(remote_access.confer_from_outside(self.observer.facts, self.cohort.pool))

    def call_out(self) -> Outcome:
        """Return whether they reach the telephone network, if they are enabled for Enterprise Voice."""
        return self._by_phone(pstn.call_out(self.observer.facts, self.cohort.pool, self.voice_policy))

    def dial(self, digits: str, *, plan: str | None = None) -> Outcome:
        """Return whether they reach the telephone network by dialling some digits.

        ``plan`` is the dial plan given to them in person. Undecided where nobody told its rules.
        """
        return self.observer.handed(
            calls.dial(self.observer.facts, self.cohort.pool, digits, plan=plan, policy=self.voice_policy)
        )

    def be_called(self, gateway: str | None = None) -> Outcome:
        """Return whether calls from the telephone network reach them, through a gateway or any."""
        called = calls.called_from_outside(self.observer.facts, self.cohort.pool, gateway)
        # Where there is no way in at all, that is so for whoever has Enterprise Voice and whoever has not.
        is_closed = called.disposition is Disposition.REFUSED
        return self.observer.handed(called) if is_closed else self._by_phone(called)

    @property
    def is_on_branch_appliance(self) -> bool:
        """Whether they are homed on a branch appliance or server."""
        pool = self.observer.state.pools.get(self.cohort.pool)
        return pool is not None and pool.role is PoolRole.BRANCH_APPLIANCE

    @property
    def sip_domains(self) -> tuple[str, ...]:
        """The deployment's own SIP domains."""
        return self.observer.state.sip_domains

    @property
    def has_voicemail(self) -> bool:
        """Whether anybody told of voice mail: where their mailboxes are, of Exchange UM, or its contacts."""
        state = self.observer.state
        if self.mailbox is not Mailbox.UNKNOWN or state.surroundings.exchange_um is not None:
            return True
        if ApplicationKind.EXCHANGE_UM in state.untold_kinds:
            raise untold("nobody told who has voice mail", APPLICATION_CMDLETS[ApplicationKind.EXCHANGE_UM])
        return voicemail.has_contacts(self.observer)

    def keep_policy(self, kind: str, before: Observer) -> Outcome:
        """Return whether a policy allows them what it allowed at another moment of the path.

        ``kind`` is ``"external-access"`` or ``"voice"``: by these they are told apart.
        """
        told = {"external-access": self.access_policy, "voice": self.voice_policy}[kind]
        code = policies_before_after.code_of(self.observer, kind, told)
        kept = policies_before_after.policy_kept(self.observer, before, kind, self.cohort.pool, code)
        return self._by_phone(kept) if kind == "voice" else self.observer.handed(kept)

    def _by_phone(self, outcome: Outcome) -> Outcome:
        """Hand over what holds for Enterprise Voice: who has it not is not hit, whatever is broken."""
        if isinstance(self.has_voice, Unknown) and outcome.disposition in _TROUBLE:
            question = undecided("", "nobody told whether they have Enterprise Voice", self.has_voice.needs)
            outcome = travel([Leg(outcome.hops, None, outcome.assumes), question])
        return self.observer.handed(outcome)

    def receive_voicemail(self) -> Outcome:
        """Return whether an unanswered call to them ends in their voice mail."""
        return self._by_phone(voicemail.leave_message(self.observer.facts, self.cohort.pool, self.mailbox))

    def read_numbers(self) -> Outcome:
        """Return whether they see others' telephone numbers in a form that can be dialled."""
        return self.observer.handed(address_book.read_numbers(self.observer.facts, self.cohort.pool))

    def write_to(self, domain: str) -> Outcome:
        """Return whether a message to somebody of another SIP domain arrives there."""
        return self.observer.handed(
            federation.write_to(self.observer.facts, self.cohort.pool, domain, self.access_policy)
        )

    def receive_xmpp(self, domain: str) -> Outcome:
        """Return whether XMPP contacts reach them by the records of one of our SIP domains."""
        return self.observer.handed(
            xmpp.receive_xmpp(self.observer.facts, self.cohort.pool, domain, self.access_policy)
        )

    def read_contacts(self) -> Outcome:
        """Return whether they get their contact lists, wherever these are kept."""
        outcomes = [
            contact_and_chat_stores.read_contacts(self.observer.facts, self.cohort.pool, store, self.mailbox)
            for store in self.contacts
        ]
        bad = (each for each in outcomes if each.disposition is not Disposition.DONE)
        return self.observer.handed(next(bad, outcomes[0]))

    def find_in_address_book(self) -> Outcome:
        """Return whether they can search the address book."""
        return self.observer.handed(address_book.find_in_address_book(self.observer.facts, self.cohort.pool))

    def ask_address_book(self) -> Outcome:
        """Return whether the address book answers them at all, whatever it finds."""
        return self.observer.handed(address_book.answers(self.observer.facts, self.cohort.pool))

    def keep_contact_store(self) -> Outcome:
        """Return whether their contact lists stay where they are: nothing was rolled back to return."""
        return self.observer.handed(contact_and_chat_stores.contacts_stay(self.observer, self.cohort.pool))

    def chat(self) -> Outcome:
        """Return whether they reach a Persistent Chat pool."""
        if isinstance(self.has_chat, Unknown):
            raise untold("nobody told whether they use Persistent Chat", self.has_chat.needs)
        return self.observer.handed(contact_and_chat_stores.chat(self.observer.facts, self.cohort.pool))

    def keep_changes(self) -> Outcome:
        """Return whether they can change what is kept for them: contacts, presence, meetings.

        Whoever signs in but cannot has a client in limited functionality.
        """
        return self.observer.handed(
            user_replicas.keep(self.observer.facts, self.cohort.pool, self.cohort.group)
        )

    def leave_legacy(self) -> Outcome:
        """Return whether they have left the older generation; done where a feature keeps them there."""
        needs = (self.has_xmpp, self.has_chat)
        return self.observer.handed(pools.arrived(self.observer.facts, self.cohort.pool, needs))

    def have_xmpp_gateway(self) -> Outcome:
        """Return whether the version that they are homed on has XMPP at all."""
        if isinstance(self.has_xmpp, Unknown):
            raise untold("nobody told whether they have XMPP contacts", self.has_xmpp.needs)
        return self.observer.handed(xmpp.has_gateway(self.observer.facts, self.cohort.pool))

    def reach_xmpp(self) -> Outcome:
        """Return whether they reach their XMPP contacts."""
        if isinstance(self.has_xmpp, Unknown):
            raise untold("nobody told whether they have XMPP contacts", self.has_xmpp.needs)
        return self.observer.handed(
            xmpp.reach_xmpp(self.observer.facts, self.cohort.pool, self.access_policy)
        )

    def hit(self) -> Mapping[str, Heads]:
        """These people."""
        return {self.label if self.label != str(self.cohort) else self.cohort.home: self.cohort.heads}


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
    #: The version that rewrote their records, where that matters (assumption ``records-read-by-older``).
    record: Version | None = None
    #: Code of their routing group where its replicas deviate; 0 for everybody else.
    group: int = 0
    #: Which people; None where only their number is known.
    part: Part | None = field(default=None, compare=False, repr=False)

    @property
    def label(self) -> str:
        """How many, where they are homed, and what they use."""
        domain = f" in {self.domain}" if isinstance(self.domain, str) else ""
        upgraded = ", upgraded" if self.upgraded is True else ""
        group = f" (routing group {self.group})" if self.group else ""
        record = f", records of {self.record.product}" if self.record is not None else ""
        uses = f"{self.client.label}{upgraded}{record}"
        return f"{self.people} people on {self.home}{group}{domain} with {uses}"

    @property
    def former_homes(self) -> tuple[PoolId, ...]:
        """The pools that people on this one came from: what old caches may remember."""
        return self.observer.first_homes.get(self.home, ())

    def was_upgraded(self, before: Observer) -> Maybe[bool]:
        """Return whether any of these people had an upgraded client at another checkpoint."""
        population = before.state.population
        if isinstance(population, Unknown):
            return population
        if self.part is None:
            return Unknown("Get-CsUser")
        codes = population.upgraded[self.part.rows]
        if (codes == 1).any():
            return True
        return CLIENT_VERSIONS if (codes == UNTOLD).any() else False

    def have_record_read(self) -> Outcome:
        """Return whether their home pool can read their records, whichever version rewrote them last."""
        return self.observer.handed(travel([admission.readable(self.observer.facts, self.home, self.record)]))

    def sign_in(
        self,
        credentials: Credentials = Credentials.VALID,
        *,
        site: SiteId | None = None,
    ) -> Outcome:
        """Return whether they can sign in on a device that knows nothing yet.

        ``site`` is where the device is, if not at home: DHCP may tell it something else there.
        """
        return self._sign_in("empty", self._attempt(credentials=credentials, site=site))

    def sign_in_again(
        self, credentials: Credentials = Credentials.VALID, *, remembered: PoolId | None = None
    ) -> Outcome:
        """Return whether they can sign in where the client remembers its registrar.

        ``remembered`` is that registrar, if not the one that serves their home pool now: somebody who was
        moved while signed out remembers an old one (see :attr:`former_homes`).
        """
        return self._sign_in("warm", self._attempt(credentials=credentials, remembered=remembered))

    def sign_in_after(self, why: Deregistration, *, former: PoolId | None = None) -> Outcome:
        """Return whether they get in again by themselves after a server signed them out.

        ``former`` is the pool that they were moved from.
        """
        return self.observer.handed(
            deregistration.signed_out(
                self.observer.facts,
                self.home,
                self.client,
                self.domain,
                why,
                from_pool=former,
                policy=self.policy,
                attempt=self._attempt(),
            )
        )

    def trust_prompt(self) -> str:
        """Return what the client asks them at a first sign-in before it trusts a server; "" for nothing.

        Ends the check's call as undecided where nobody can tell which server it finds.
        """
        outcome = self.observer.handed(find_home(self.observer.facts, self.home, self.client, self.domain))
        asked = next((hop.found for hop in outcome.hops if hop.found.startswith(PROMPT)), "")
        if not asked and outcome.disposition is Disposition.UNDECIDED:
            raise Undecided(outcome)
        return asked

    def keep_signed_in(self, devices: int) -> Outcome:
        """Return whether one person stays signed in on so many devices."""
        return self.observer.handed(deregistration.keep_endpoints(self.observer.facts, self.home, devices))

    def be_seen(self) -> Outcome:
        """Return whether others see their presence."""
        return self.observer.handed(messaging.be_seen(self.observer.facts, self.home, self.client))

    def present(self, organizer: PoolId | None = None) -> Outcome:
        """Return whether they can show slides inside, in a new meeting of somebody.

        ``organizer`` is the home pool of whoever invites; left out, one of themselves.
        """
        host = self.home if organizer is None else organizer
        return self.observer.handed(presenting.present(self.observer.facts, self.home, self.client, host))

    def _attempt(
        self,
        *,
        credentials: Credentials = Credentials.VALID,
        remembered: PoolId | None = None,
        site: SiteId | None = None,
    ) -> Attempt:
        facts = (remembered, site, self.record)
        if credentials is Credentials.VALID and facts == (None, None, None) and not self.group:
            return EVERY_DAY
        return Attempt(
            credentials=credentials,
            remembered=remembered,
            site=site,
            record=self.record,
            group=self.group,
        )

    def _sign_in(self, cache: Cache, attempt: Attempt) -> Outcome:
        return self.observer.handed(
            sign_in(
                self.observer.facts,
                self.home,
                self.client,
                self.domain,
                cache=cache,
                policy=self.policy,
                attempt=attempt,
            )
        )

    def downgraded(self) -> Outcome:
        """Return whether they are back at the client that they had before the migration."""
        return self.observer.handed(downgraded(self.observer.facts, self.home, self.client, self.upgraded))

    def hit(self) -> Mapping[str, Heads]:
        """These people."""
        return {self.label: self.people if self.part is None else self.part}


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
            federation.federate(
                self.observer.facts, self.cohort.pool, self.partner, inbound, self.access_policy
            )
        )

    def hit(self) -> Mapping[str, Heads]:
        """Our people."""
        return {self.cohort.pool: self.cohort.heads}
