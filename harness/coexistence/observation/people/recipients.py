"""What becomes of a request because of who the recipient is at that moment, and of what is sent.

Law of this room: the route is walked elsewhere. Here is said which station gives the answer, and which
answer it is. Ids are the specifications'; where the status beside one is not stated, the table of
diagnostics says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from coexistence.model.conditions.messaging import FilterAction
from coexistence.model.vocabulary import (
    ApplicationKind,
    Confidence,
    Content,
    Modality,
    PoolId,
    Recipient,
    Unknown,
)
from coexistence.observation.conferencing import hosting_pool
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.routes import Leg, failed, passed, refused
from coexistence.observation.facts.situation import Situation
from coexistence.observation.network.edges import home_site
from coexistence.observation.sign_in.discovery import CLIENT
from coexistence.observation.voice.voicemail import exchange
from coexistence.simulation.rules.registry import rule

__all__ = ["at_client", "at_registrar", "filtered", "has_voice_mail", "looked_up", "out_of_session", "seen"]

#: What voice mail is there for.
_CALLS: Final = (Modality.AUDIO, Modality.VIDEO)
#: What the directory, as the asking pool has it, says of an address.
_LOOKED_UP: Final[Mapping[Recipient, tuple[str, int]]] = {
    Recipient.UNKNOWN: ("nobody has this address", 1003),
    Recipient.DISABLED: ("the account is not enabled", 4005),
    Recipient.NOT_REPLICATED: ("the account is not replicated to this pool yet", 4005),
}
#: What the recipient's client answers, or the server in its stead.
_AT_CLIENT: Final[Mapping[Recipient, tuple[str, int]]] = {
    Recipient.BUSY: ("does not want to be disturbed", 486),
    Recipient.DECLINES: ("declines", 603),
    Recipient.NO_ANSWER: ("does not answer", 408),
}


@rule(
    "unknown-or-disabled-recipient-404",
    "An address that nobody has is answered with 404 and 1003; an account that is disabled, deleted or not "
    "replicated to the pool yet with 404 and 4005.",
    source="Lync Server 2013: testing pages of the synthetic transactions (user presence, addresses)",
)
def looked_up(facts: Facts, here: PoolId, recipient: Recipient, modality: Modality) -> Leg:
    """Ask the directory, as a pool has it, where a recipient is homed."""
    if recipient in _LOOKED_UP:
        reason, diagnostic = _LOOKED_UP[recipient]
        return failed(facts.fqdn(here), reason, diagnostic)
    if recipient is Recipient.SHARES_NUMBER and modality is Modality.AUDIO:
        return _ambiguous(facts, here)
    return Leg()


@rule(
    "shared-number-ambiguous",
    "A call to a telephone number that several people have is answered with 4009.",
    source="[MS-OCER] error tables; the SIP status 485 is our choice",
)
def _ambiguous(facts: Facts, here: PoolId) -> Leg:
    return failed(facts.fqdn(here), "several people have this telephone number", 4009)


def at_registrar(
    facts: Facts,
    home: PoolId,
    registrar: PoolId,
    recipient: Recipient,
    modality: Modality,
    *,
    to_voice_mail: bool,
) -> Leg:
    """Ask the pool that registers the recipient for a device to hand the request to.

    ``to_voice_mail`` is what :func:`has_voice_mail` says, where the recipient is offline.
    """
    if recipient is Recipient.HALF_MOVED:
        return _half_moved(facts, registrar)
    if recipient is Recipient.MOVED_SINCE:
        return _stale(facts, registrar)
    if recipient is Recipient.CONNECTION_LOST:
        return _connection_lost(facts, registrar)
    if recipient is Recipient.OFFLINE:
        return _offline(facts, home, registrar, modality, to_voice_mail=to_voice_mail)
    return Leg()


@rule(
    "half-moved-user-4006",
    "A pool that the directory names as somebody's home, and that has no record of them, answers 4006.",
    source="[MS-OCER] error tables; the SIP status 404 is our choice",
    confidence=Confidence.DERIVED,
)
def _half_moved(facts: Facts, pool: PoolId) -> Leg:
    return failed(facts.fqdn(pool), "the pool is named as their home and has no record of them", 4006)


@rule(
    "stale-session-1004",
    "A session whose route leads to a server that no longer owns it is answered with 1004; the client begins "
    "anew.",
    source="[MS-OCER] error tables; the SIP status 481 is our choice",
)
def _stale(facts: Facts, pool: PoolId) -> Leg:
    reason = "the session began before the recipient was moved; a new one would get through"
    return failed(facts.fqdn(pool), reason, 1004)


@rule(
    "broken-connection-1006",
    "A request for a device that is registered, but whose connection broke, is answered with 1006.",
    source="[MS-OCER] error tables; the SIP status 504 is our choice",
)
def _connection_lost(facts: Facts, pool: PoolId) -> Leg:
    return failed(facts.fqdn(pool), "the connection to the recipient's device broke", 1006)


@rule(
    "nobody-registered-480",
    "A recipient without a device gets 480: with 13009 from a backup registrar, with 15030 where a call was "
    "to go to voice mail and Exchange is not reached.",
    source="Testing peer-to-peer A/V calls; [MS-OCER] 13000 section",
    switch="exchange-answers",
)
def _offline(
    facts: Facts, home: PoolId, registrar: PoolId, modality: Modality, *, to_voice_mail: bool
) -> Leg:
    fqdn = facts.fqdn(registrar)
    if registrar != home:
        return failed(fqdn, "the recipient has no device registered with the backup registrar", 13009)
    if modality in _CALLS and to_voice_mail:
        leg = exchange(facts, home, 15030)
        if leg.stop is not None:
            return leg
        return failed(fqdn, "the recipient is signed in nowhere", sip=480, assumes=leg.assumes)
    return failed(fqdn, "the recipient is signed in nowhere", sip=480)


def has_voice_mail(situation: Situation, home: PoolId) -> bool:
    """Whether the pool that hosts people of a pool has contacts of Exchange UM, as far as was told."""
    found = situation.state.applications
    if isinstance(found, Unknown) or home not in situation.state.pools:
        return False
    pool = hosting_pool(situation.facts, home)
    return any(each.kind is ApplicationKind.EXCHANGE_UM and each.owner == pool for each in found)


@rule(
    "recipient-answers-for-themselves",
    "Do not disturb is answered with 486, declining with 603, silence with 408, a content type that the "
    "client does not take with 415.",
    source="Behaviour of a public client",
    confidence=Confidence.THIRD_PARTY,
)
def at_client(recipient: Recipient, content: Content) -> Leg:
    """Ask the recipient's client, or the server that answers in its stead."""
    if recipient in _AT_CLIENT:
        reason, status = _AT_CLIENT[recipient]
        return refused(f"recipient's {CLIENT}", f"the recipient {reason}", sip=status)
    if content is Content.RICH:
        reason = "the recipient's client does not take this type of message"
        return refused(f"recipient's {CLIENT}", reason, sip=415)
    return Leg()


# -------------------------------------------------------------------- presence


@rule(
    "older-server-and-newer-state",
    "Whether a server passes over a presence state that it does not list, or refuses it with 400, is "
    "documented nowhere; a refused subscription leaves the contact unknown.",
    source="Behaviour of a public client, for what 400 means",
    confidence=Confidence.ASSUMED,
    switch="newer-states-ignored",
)
def seen(facts: Facts, watcher: PoolId, watched: PoolId, recipient: Recipient) -> Leg:
    """Ask what the watcher's pool makes of the recipient's state."""
    if recipient is Recipient.MOVED_SINCE:
        return failed(facts.fqdn(watched), "the subscription is from before the move", 2014)
    if recipient is Recipient.HALF_MOVED:
        return _half_moved(facts, watched)
    if recipient is not Recipient.NEWER_STATE:
        return Leg()
    ours, theirs = facts.state.pools[watcher].versions, facts.state.pools[watched].versions
    if not ours or not theirs or ours[0] >= theirs[-1]:
        return Leg()
    is_strict = watcher in facts.state.particulars.strict_presence
    assumes = () if is_strict else ("newer-states-ignored",)
    if not is_strict and facts.rules.value("newer-states-ignored") == "yes":
        return Leg(assumes=assumes)
    reason = f"presence unknown: {facts.fqdn(watcher)} does not list a state of {theirs[-1].product}"
    return failed(facts.fqdn(watcher), reason, sip=400, assumes=assumes)


# -------------------------------------------------------------------- what is sent


@rule(
    "page-mode-unknown-session",
    "A message outside a session is answered with 481.",
    source="Traces show sessions alone; the answer is our choice",
    confidence=Confidence.ASSUMED,
    switch="page-mode-refused",
)
def out_of_session(facts: Facts, pool: PoolId) -> Leg:
    """Ask what a pool does with a message that belongs to no session."""
    assumes = ("page-mode-refused",)
    if facts.rules.value("page-mode-refused") == "no":
        return Leg(assumes=assumes)
    return failed(facts.fqdn(pool), "the message belongs to no session", sip=481, assumes=assumes)


@rule(
    "im-filter",
    "A filter of links and files holds for a site; what it blocks is answered with 606, what it warns of "
    "arrives behind a warning.",
    source="Configuring file transfer and URL filtering for instant messaging; the status: a public client",
    confidence=Confidence.THIRD_PARTY,
    switch="im-filter-at",
)
def filtered(
    facts: Facts, sender: PoolId, recipient: PoolId, content: Content, modality: Modality
) -> Iterator[Leg]:
    """Ask the filters on the way about links and files; most deployments that are described have none."""
    filters = facts.state.particulars.im_filters
    is_file = modality is Modality.FILE
    if not filters or not (is_file or content is Content.LINK):
        return
    assumes = ("im-filter-at",)
    deciding = facts.rules.value("im-filter-at")
    by_scope = {each.scope: each for each in filters}
    what = "a file" if is_file else "a link"
    for pool, side in ((sender, "sender"), (recipient, "recipient")):
        site = home_site(facts, pool)
        found = by_scope.get(f"site:{site.id}" if site is not None else "") or by_scope.get("global")
        if found is None or deciding not in (side, "both"):
            continue
        action: FilterAction = found.files if is_file else found.links
        if action == "block":
            yield refused(
                facts.fqdn(pool), f"the filter of {found.scope} blocks {what}", sip=606, assumes=assumes
            )
        elif action == "warn":
            yield passed(facts.fqdn(pool), f"the filter of {found.scope} warns of {what}", *assumes)
    yield Leg(assumes=assumes)
