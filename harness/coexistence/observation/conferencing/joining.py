"""Joining a meeting from a client: the way to the focus, admission, and an MCU for each modality.

Law of this room: a join is a row of legs that many joins share. What the meeting itself is like comes last,
so that the way is walked once for all meetings of a pool.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from coexistence.model.clients import CLIENTS, Fit, MeetingClient
from coexistence.model.vocabulary import (
    Confidence,
    Disposition,
    Guest,
    Maybe,
    Modality,
    PoolId,
    Unknown,
    Version,
)
from coexistence.observation.conferencing.admission import OPEN, Terms, admitted, room_for
from coexistence.observation.conferencing.guests import as_guest
from coexistence.observation.conferencing.hosting import (
    factory,
    fate,
    features,
    hosting_pool,
    mcu_of,
    survives,
    to_focus,
    web_apps,
)
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, refused, travel, undecided
from coexistence.observation.network.edges import Tag, granted, joined
from coexistence.observation.servers.user_replicas import share
from coexistence.simulation.rules import meeting_clients
from coexistence.simulation.rules.clients import ALLOWING, decided, rules_for
from coexistence.simulation.rules.registry import rule

__all__ = ["Joiner", "as_partner", "content", "join", "legs_of_join"]

#: Who joins: somebody homed on a pool, a guest, or None for somebody of the hosting pool itself.
Joiner: TypeAlias = PoolId | Guest | None

#: What "joining" means where nobody says more: to be seen, to write, to hear.
_PLAIN: Final = (Modality.MESSAGE, Modality.AUDIO)


def join(
    facts: Facts,
    home: PoolId,
    scheduled_on: Maybe[Version],
    by_upgraded: Maybe[bool],
    *,
    joiner: Joiner = None,
    modality: Modality | None = None,
    policy: Maybe[str | None] = None,
    lost: bool = False,
    terms: Terms = OPEN,
    client: MeetingClient | None = None,
    invited: bool = True,
    already: int = 0,
    found: bool = True,
) -> Outcome:
    """Return whether meetings scheduled like this can be joined where they are hosted now.

    ``joiner`` is the home pool of whoever joins, or what kind of guest; ``modality`` what they want, left
    out: to write and to hear; ``client`` what they join with, left out: one that the host supports.
    ``policy`` is the conferencing policy that the organizer was given in person (None for none), ``lost``
    says that a move with ``-Force`` gave the meeting up, ``found`` that the hosting pool has a record of the
    organizer. ``terms`` tell whom the meeting lets in, ``already`` how many are in it.
    What an older host does with meetings of upgraded clients is assumption ``upgraded-meeting-fails-on``.
    """
    given = policy if isinstance(joiner, Guest) or already else None
    asked = (joiner, modality, given, lost)
    key: tuple[object, ...] = ("join", home, fate(facts, home, scheduled_on, by_upgraded), asked)
    if not (terms is OPEN and client is None and invited and not already and found):
        key = (*key, terms, client, invited, already, found)
    return facts.outcome(
        key,
        lambda: travel(
            legs_of_join(
                facts,
                home,
                scheduled_on,
                by_upgraded,
                joiner,
                modality,
                policy,
                lost=lost,
                terms=terms,
                client=client,
                invited=invited,
                already=already,
                found=found,
            )
        ),
    )


def legs_of_join(
    facts: Facts,
    home: PoolId,
    scheduled_on: Maybe[Version],
    by_upgraded: Maybe[bool],
    joiner: Joiner = None,
    modality: Modality | None = None,
    policy: Maybe[str | None] = None,
    *,
    lost: bool = False,
    terms: Terms = OPEN,
    client: MeetingClient | None = None,
    invited: bool = True,
    already: int = 0,
    found: bool = True,
) -> Iterator[Leg]:
    """Yield the legs of a join, for routes that end with one."""
    yield facts.in_topology(home)
    host = hosting_pool(facts, home)
    given = policy if isinstance(joiner, Guest) else None
    # What the meeting itself is like comes last, so that the way is walked once for all meetings.
    yield facts.leg(
        ("way", home, joiner, modality, given),
        lambda: joined(_way(facts, home, host, joiner, modality, policy)),
    )
    if not found:
        yield _half_moved(facts, host)
    if lost:
        # The client's words for an unknown conference; 404 is the natural status (protocol facts, 1.3).
        yield failed(facts.fqdn(host), "the meeting has ended or does not exist", sip=404)
    yield survives(facts, host, scheduled_on, by_upgraded)
    if client is not None:
        if isinstance(joiner, str) and joiner != host:
            yield facts.leg(("filtered", host, client), lambda: _filtered(facts, host, client))
        yield facts.leg(("client fits", host, client, modality), lambda: _fits(facts, host, client, modality))
    if terms is not OPEN:
        yield admitted(facts, host, terms, joiner if isinstance(joiner, Guest) else None, invited=invited)
    yield room_for(facts, home, policy, already)
    if isinstance(joiner, str) and joiner != host:
        yield facts.leg(("features", joiner, host), lambda: features(facts, joiner, host))


def _way(
    facts: Facts,
    home: PoolId,
    host: PoolId,
    joiner: Joiner,
    modality: Modality | None,
    policy: Maybe[str | None],
) -> Iterator[Leg]:
    if isinstance(joiner, Guest):
        yield from as_guest(facts, home, host, joiner, modality, policy)
    elif joiner is not None and joiner != host:
        yield facts.in_topology(joiner)
        yield facts.registrar(joiner)
        yield to_focus(facts, joiner, host)
    yield facts.registrar(host)
    yield factory(facts, host)
    for each in (modality,) if modality else _PLAIN:
        yield mcu_of(facts, host, each)
    if modality is Modality.CONTENT:
        yield web_apps(facts, host)


#: Clients that register, and so may meet a version filter, by what people join with: the newest of each name.
_REGISTERED: Final = {row.joins_as: row for row in CLIENTS.values() if row.joins_as is not None}


@rule(
    "filter-is-the-joiners-own",
    "The client version filter looks at clients that register: joiners from other pools pass that of the "
    "hosting pool.",
    source="New-CsClientVersionPolicyRule reference",
    confidence=Confidence.DERIVED,
    switch="joiners-not-filtered",
)
def _filtered(facts: Facts, host: PoolId, client: MeetingClient) -> Leg:
    assumes = ("joiners-not-filtered",)
    if facts.rules.value("joiners-not-filtered") == "yes" or client not in _REGISTERED:
        return Leg(assumes=assumes)
    told = facts.state.client_rules
    if isinstance(told, Unknown):
        return undecided(
            facts.fqdn(host), "nobody told the client version rules", told.needs, assumes=assumes
        )
    row = _REGISTERED[client]
    action = decided(rules_for(told, facts.state.pools[host]), row.agents, row.updated, "Allow")
    if isinstance(action, Unknown):
        reason = f"nobody told which version of {client.value} they have"
        return undecided(facts.fqdn(host), reason, action.needs, assumes=assumes)
    if action not in ALLOWING:
        reason = f"the client version filter of this pool answers {action} to {client.value}"
        return refused(facts.fqdn(host), reason, 17002, assumes=assumes)
    return Leg(assumes=assumes)


@rule(
    "half-moved-organizer-4006",
    "A pool that the directory names as the organizer's home and that has no record of them answers 4006.",
    source="[MS-OCER] error tables; the status 404 is our choice",
)
def _half_moved(facts: Facts, host: PoolId) -> Leg:
    return failed(facts.fqdn(host), "the organizer's move did not end: there is no record of them here", 4006)


def _fits(facts: Facts, host: PoolId, client: MeetingClient, modality: Modality | None) -> Leg:
    """What the lists say about a client in meetings of this host: fewer features, or none at all."""
    pool = facts.state.pools[host]
    fit = meeting_clients.fit_of_joiner(client, pool.versions)
    if isinstance(fit, Unknown):
        return undecided(pool.fqdn, "nobody told which version the pool runs", fit.needs)
    version = pool.versions[0]
    if fit is Fit.NO:
        if client is MeetingClient.COMMUNICATOR_2007_R2 and modality is Modality.MESSAGE:
            # It keeps presence and messages between two people; that is no conference.
            return refused(pool.fqdn, f"{client.value} has messages here, but no conferences")
        return refused(pool.fqdn, f"{client.value} is not supported in meetings of {version.product}")
    if fit is Fit.NOT_LISTED:
        assumes = ("unlisted-client-joins",)
        if facts.rules.value("unlisted-client-joins") == "no":
            reason = f"{client.value} is in no list of clients for meetings of {version.product}"
            return refused(pool.fqdn, reason, assumes=assumes)
        return passed(pool.fqdn, f"{client.value} joins {meeting_clients.reduced(client, version)}", *assumes)
    if fit is Fit.REDUCED:
        return passed(pool.fqdn, f"{client.value} joins {meeting_clients.reduced(client, version)}")
    return Leg()


# -------------------------------------------------------------------- partners


def as_partner(
    facts: Facts,
    home: PoolId,
    scheduled_on: Maybe[Version],
    by_upgraded: Maybe[bool],
    *,
    policy: Maybe[str | None] = None,
    access_policy: Tag = None,
    terms: Terms = OPEN,
    lost: bool = False,
) -> Outcome:
    """Return whether somebody with a partner's account gets in, as anonymous participant if need be.

    ``access_policy`` is the external access policy that the organizer was given in person.
    """
    key = (
        "as partner",
        home,
        fate(facts, home, scheduled_on, by_upgraded),
        policy,
        access_policy,
        terms,
        lost,
    )
    return facts.outcome(
        key,
        lambda: travel(
            _as_partner(facts, home, scheduled_on, by_upgraded, policy, access_policy, terms, lost=lost)
        ),
    )


@rule(
    "partner-falls-back-to-anonymous",
    "A partner's client joins as anonymous participant after 404 or 504; 403, which an organizer who is not "
    "enabled for federation causes, ends its attempt.",
    source="Anonymous meeting join fails in Lync 2013; third party: client update of August 2016",
    confidence=Confidence.THIRD_PARTY,
    switch="partner-falls-back",
)
def _as_partner(
    facts: Facts,
    home: PoolId,
    scheduled_on: Maybe[Version],
    by_upgraded: Maybe[bool],
    policy: Maybe[str | None],
    access_policy: Tag,
    terms: Terms,
    *,
    lost: bool,
) -> Iterator[Leg]:
    yield facts.in_topology(home)
    own = legs_of_join(
        facts, home, scheduled_on, by_upgraded, Guest.FEDERATED, None, policy, lost=lost, terms=terms
    )
    tried = joined([granted(facts, home, access_policy, "EnableFederationAccess", None), *_until(own)])
    if tried.stop is None or tried.stop.disposition is Disposition.UNDECIDED:
        yield tried
        return
    answer = tried.stop.sip
    falls_back = answer in (404, 504) or (
        answer == 403 and facts.rules.value("partner-falls-back") == "always"
    )
    if not falls_back or lost:
        assumes = ("partner-falls-back",) if answer == 403 else ()
        yield Leg(tried.hops, tried.stop, (*tried.assumes, *assumes))
        return
    # What was found on the way that failed stays in the story; the next attempt begins outside.
    yield Leg(tried.hops, None, (*tried.assumes, "partner-falls-back"))
    yield passed(facts.fqdn(hosting_pool(facts, home)), f"after {answer} the client joins anonymously")
    yield from legs_of_join(
        facts, home, scheduled_on, by_upgraded, Guest.ANONYMOUS, None, policy, lost=lost, terms=terms
    )


def _until(legs: Iterator[Leg]) -> Iterator[Leg]:
    """Yield legs up to the first that stops: later ones must not be looked at."""
    for leg in legs:
        yield leg
        if leg.stop is not None:
            return


# -------------------------------------------------------------------- what is stored in meetings


def content(facts: Facts, home: PoolId, *, is_there: bool) -> Outcome:
    """Return whether slides and attachments of meetings are where the meetings are hosted."""
    return facts.outcome(("content", home, is_there), lambda: travel(_content(facts, home, is_there)))


@rule(
    "content-moves-when-asked",
    "Slides, whiteboards and attachments stay on the old pool unless people are moved with "
    "-MoveConferenceData.",
    source="Migrate existing meetings and meeting content; Move-CsUser reference",
    switch="content-moves-back",
)
def _content(facts: Facts, home: PoolId, is_there: bool) -> Iterator[Leg]:
    yield facts.in_topology(home)
    fqdn = facts.fqdn(hosting_pool(facts, home))
    if not is_there:
        yield failed(
            fqdn,
            "slides and attachments stayed on the pool that the organizer was moved from",
            assumes=("content-moves-back",),
        )
    yield share(facts, hosting_pool(facts, home))
    yield passed(fqdn, "slides and attachments are here", "content-moves-back")
