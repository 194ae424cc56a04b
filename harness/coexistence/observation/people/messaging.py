"""Between two people: messages, presence, calls, sharing, and a third person.

Law of this room: inside, every session is signalled Front End to Front End; no Director and no Edge lies
on the way (protocol facts, section 3.1), and media flows between the clients themselves. Presence is asked
of pools, not of people: of one's own, which names the pool of whoever it does not serve, and of that one
(section 3.3). More than two people are a meeting on the pool of whoever invited the third.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coexistence.model.clients import ClientGeneration
from coexistence.model.vocabulary import (
    Confidence,
    Content,
    Disposition,
    Modality,
    PoolId,
    PoolRole,
    Recipient,
    Unknown,
)
from coexistence.observation import conferencing
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, refused, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.observation.network.edges import home_site, joined
from coexistence.observation.people.recipients import (
    at_client,
    at_registrar,
    filtered,
    has_voice_mail,
    looked_up,
    out_of_session,
    seen,
)
from coexistence.observation.servers.user_replicas import archived, user_services
from coexistence.observation.sign_in.registrar import HERE, serving, takes_over
from coexistence.simulation.rules.clients import knows_privacy_mode
from coexistence.simulation.rules.registry import rule

__all__ = ["be_seen", "between", "delegate", "escalate"]

#: Sessions whose answer hangs on nothing but the pools.
_PLAIN: Final = frozenset({Modality.MESSAGE, Modality.AUDIO, Modality.VIDEO, Modality.SHARING})


def between(
    situation: Situation,
    sender: PoolId,
    recipient: PoolId,
    modality: Modality,
    *,
    who: Recipient = Recipient.REACHABLE,
    content: Content = Content.TEXT,
    in_session: bool = True,
) -> Outcome:
    """Return whether somebody on one pool reaches somebody on another (or the same) by a modality.

    ``who`` says what the recipient is like at that moment, ``content`` what is sent, ``in_session`` whether
    a message belongs to a session (as those of people's clients do).
    """
    facts = situation.facts
    if content is Content.LINK and not facts.state.particulars.im_filters:
        content = Content.TEXT
    if who is Recipient.REACHABLE and content is Content.TEXT and in_session:
        if modality is Modality.PRESENCE:
            return facts.outcome(
                ("presence", sender, recipient),
                lambda: travel(_presence(facts, sender, recipient, Recipient.REACHABLE)),
            )
        if modality in _PLAIN or not facts.state.particulars.im_filters:
            # Inside, all sessions share the signalling route: one answer serves them all.
            return facts.outcome(
                ("between", sender, recipient), lambda: travel(_signalling(facts, sender, recipient))
            )
    if modality is Modality.PRESENCE:
        return facts.outcome(
            ("presence", sender, recipient, who), lambda: travel(_presence(facts, sender, recipient, who))
        )
    to_voice_mail = who is Recipient.OFFLINE and has_voice_mail(situation, recipient)
    return facts.outcome(
        ("between", sender, recipient, modality, who, content, in_session, to_voice_mail),
        lambda: travel(
            _session(
                facts,
                sender,
                recipient,
                modality,
                who,
                content,
                in_session=in_session,
                to_voice_mail=to_voice_mail,
            )
        ),
    )


# -------------------------------------------------------------------- sessions


def _signalling(facts: Facts, sender: PoolId, recipient: PoolId) -> Iterator[Leg]:
    yield _from(facts, sender, recipient)
    yield from _onward(facts, sender, recipient)


def _from(facts: Facts, sender: PoolId, recipient: PoolId) -> Leg:
    """Ask the sender's side, which is the same whoever it is for."""
    for pool in (sender, recipient):
        if pool not in facts.state.pools:
            return facts.in_topology(pool)
    return facts.leg(("sends", sender), lambda: joined(_sends(facts, sender)))


def _sends(facts: Facts, sender: PoolId) -> Iterator[Leg]:
    here = serving(facts, sender)
    yield takes_over(facts, sender, here)
    yield facts.registrar(here)
    yield archived(facts, here)


@rule(
    "sessions-follow-the-registrar",
    "Messages and calls go from the sender's registrar to the recipient's, which is the backup registrar "
    "while a pool is silent; sessions work there in survivable mode.",
    source="Planning for central site voice resiliency; User experience during pool failure",
)
def _onward(facts: Facts, sender: PoolId, recipient: PoolId) -> Iterator[Leg]:
    if sender == recipient:
        return
    here, there = serving(facts, sender), serving(facts, recipient)
    if there != recipient:
        yield takes_over(facts, recipient, there)
    if here != there:
        yield facts.link(here, there)
        yield facts.leg(("receives", there), lambda: joined(_receives(facts, there)))


def _receives(facts: Facts, there: PoolId) -> Iterator[Leg]:
    yield facts.registrar(there)
    yield archived(facts, there)


def _session(
    facts: Facts,
    sender: PoolId,
    recipient: PoolId,
    modality: Modality,
    who: Recipient,
    content: Content,
    *,
    in_session: bool,
    to_voice_mail: bool,
) -> Iterator[Leg]:
    yield _from(facts, sender, recipient)
    yield looked_up(facts, serving(facts, sender), who, modality)
    yield from filtered(facts, sender, recipient, content, modality)
    yield from _onward(facts, sender, recipient)
    there = serving(facts, recipient)
    if not in_session and modality is Modality.MESSAGE:
        yield out_of_session(facts, there)
    yield at_registrar(facts, recipient, there, who, modality, to_voice_mail=to_voice_mail)
    yield at_client(who, content)


# -------------------------------------------------------------------- presence


@rule(
    "presence-batched-by-pool",
    "A client asks its own pool for the presence of all its contacts; for those that the pool does not serve "
    "it learns their pool, and asks each such pool once. A pool that cannot be reached leaves the presence "
    "of its own people alone unknown.",
    source="Behaviour of a public client, after [MS-PRES] 3.4.5.1.3",
    confidence=Confidence.THIRD_PARTY,
)
def _presence(facts: Facts, watcher: PoolId, watched: PoolId, who: Recipient) -> Iterator[Leg]:
    for pool in (watcher, watched):
        if pool not in facts.state.pools:
            yield facts.in_topology(pool)
    yield facts.leg(("watches", watcher), lambda: joined(_watches(facts, watcher)))
    own, theirs = conferencing.hosting_pool(facts, watcher), conferencing.hosting_pool(facts, watched)
    here = serving(facts, watcher)
    if who is not Recipient.REACHABLE:
        yield looked_up(facts, own, who, Modality.PRESENCE)
    if theirs != own:
        yield facts.leg(("resubscribe", own, theirs), lambda: _elsewhere(facts, own, theirs))
        yield _served(facts, here, theirs)
    if who is not Recipient.REACHABLE:
        yield seen(facts, own, theirs, who)


def _watches(facts: Facts, watcher: PoolId) -> Iterator[Leg]:
    """Ask the watcher's side, which is the same whoever is watched."""
    here = serving(facts, watcher)
    yield takes_over(facts, watcher, here)
    yield facts.registrar(here)
    yield _served(facts, here, conferencing.hosting_pool(facts, watcher))


def _elsewhere(facts: Facts, own: PoolId, theirs: PoolId) -> Leg:
    return passed(facts.fqdn(own), f"does not serve them: ask {facts.fqdn(theirs)}, one batch for its people")


def _served(facts: Facts, here: PoolId, pool: PoolId) -> Leg:
    """Ask whether the presence of a pool's people can be had by way of a registrar."""
    return facts.leg(("presence of", here, pool), lambda: _look_served(facts, here, pool))


def _look_served(facts: Facts, here: PoolId, pool: PoolId) -> Leg:
    if pool == here and facts.state.pools[pool].role is not PoolRole.BRANCH_APPLIANCE:
        return user_services(facts, pool)
    legs = [facts.link(here, pool)] if here != pool else []
    instead = serving(facts, pool)
    if instead != pool:
        over = takes_over(facts, pool, instead)
        end = failed(facts.fqdn(instead), f"presence unknown: {facts.fqdn(pool)} is in survivable mode")
        return Leg((*over.hops, *end.hops), end.stop)
    legs += [facts.registrar(pool), user_services(facts, pool)]
    return joined(legs)


def be_seen(facts: Facts, home: PoolId, client: ClientGeneration) -> Outcome:
    """Return whether others see the presence of people on a pool who use a client."""
    # Without the privacy mode every client is seen alike.
    key = ("seen", home, client if facts.state.particulars.privacy_mode else None)
    return facts.outcome(key, lambda: travel(_be_seen(facts, home, client)))


def _be_seen(facts: Facts, home: PoolId, client: ClientGeneration) -> Iterator[Leg]:
    yield facts.in_topology(home)
    here = serving(facts, home)
    yield takes_over(facts, home, here)
    yield facts.registrar(here)
    yield _served(facts, here, conferencing.hosting_pool(facts, home))
    yield _private(facts, home, client)


@rule(
    "privacy-mode-and-old-clients",
    "Where the privacy mode of presence is on, people see the presence of those alone who have them as a "
    "contact; somebody with a client that does not know the mode shows as unavailable.",
    source="Presence privacy mode update; Deploying Lync Server 2013 clients",
    switch="privacy-honoured-from",
)
def _private(facts: Facts, home: PoolId, client: ClientGeneration) -> Leg:
    on = facts.state.particulars.privacy_mode
    site = home_site(facts, home)
    if "global" not in on and (site is None or f"site:{site.id}" not in on):
        return HERE
    fqdn, assumes = facts.fqdn(home), ("privacy-honoured-from",)
    known = knows_privacy_mode(client, facts.rules.value("privacy-honoured-from"))
    if isinstance(known, Unknown):
        return undecided(fqdn, "nobody told which client they use", known.needs, assumes=assumes)
    if not known:
        reason = f"presence shows as unavailable: {client.label} does not know the privacy mode"
        return failed(fqdn, reason, assumes=assumes)
    return passed(fqdn, "privacy mode: seen by people in one's own contact list alone", *assumes)


# -------------------------------------------------------------------- more than two


@rule(
    "third-person-makes-a-meeting",
    "A conversation with a third person is a meeting on the home pool of whoever invites.",
    source="Communicator Web Access: confUri; behaviour of a public client",
    confidence=Confidence.THIRD_PARTY,
)
def escalate(facts: Facts, initiator: PoolId, guest: PoolId, modality: Modality | None = None) -> Outcome:
    """Return whether somebody can turn a conversation into one with several people, and others get in.

    ``initiator`` is the home pool of whoever invites, ``guest`` that of somebody who is invited.
    """
    return facts.outcome(
        ("escalate", initiator, guest, modality), lambda: _escalate(facts, initiator, guest, modality)
    )


def _escalate(facts: Facts, initiator: PoolId, guest: PoolId, modality: Modality | None) -> Outcome:
    made = conferencing.schedule(facts, initiator)
    if made.disposition is not Disposition.DONE:
        return made
    here = facts.state.pools[conferencing.hosting_pool(facts, initiator)].versions
    on = here[0] if here else Unknown("Get-CsServerPatchVersion")
    # It is made and held on the same pool, so it survives whatever client made it.
    entered = conferencing.join(facts, initiator, on, False, joiner=guest, modality=modality)
    ends = Leg(entered.hops, None if entered.disposition is Disposition.DONE else entered, entered.assumes)
    return travel([Leg(made.hops, None, made.assumes), ends])


# -------------------------------------------------------------------- delegates


def delegate(facts: Facts, delegator: PoolId, assistant: PoolId, *, online: bool = False) -> Outcome:
    """Return whether somebody may make somebody else their delegate.

    ``online`` says that the delegate is homed in the cloud, whatever ``assistant`` is.
    """
    return facts.outcome(
        ("delegate", delegator, assistant, online),
        lambda: travel(_delegate(facts, delegator, assistant, online=online)),
    )


def _delegate(facts: Facts, delegator: PoolId, assistant: PoolId, *, online: bool) -> Iterator[Leg]:
    yield facts.in_topology(delegator)
    if not online:
        yield facts.in_topology(assistant)
    yield facts.registrar(delegator)
    yield _one_deployment(facts, delegator, assistant, online=online)


@rule(
    "delegate-in-same-deployment",
    "A delegate who is homed in another deployment is refused with 4268.",
    source="Trace in a public repository; the status 403 is our choice",
    confidence=Confidence.THIRD_PARTY,
    switch="delegates-across-generations",
)
def _one_deployment(facts: Facts, delegator: PoolId, assistant: PoolId, *, online: bool) -> Leg:
    fqdn = facts.fqdn(delegator)
    if online:
        return refused(fqdn, "the delegate is homed online, in another deployment", 4268)
    ours, theirs = facts.state.pools[delegator].versions, facts.state.pools[assistant].versions
    if ours == theirs:
        return HERE
    assumes = ("delegates-across-generations",)
    if facts.rules.value("delegates-across-generations") == "yes":
        return Leg(assumes=assumes)
    if not ours or not theirs:
        return undecided(fqdn, "nobody told which versions both run", "Get-CsServerPatchVersion")
    return refused(
        fqdn, f"the delegate is homed on {theirs[-1].product}, the delegator is not", 4268, assumes=assumes
    )
