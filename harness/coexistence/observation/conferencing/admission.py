"""Who gets in: the organizer's policy, the meeting's access level, the lobby, and how many fit.

Law of this room: waiting in the lobby is no failure. Whoever is let in by somebody got in; only what a
policy forbids is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coexistence.model.deployment import Policy
from coexistence.model.vocabulary import Access, Disposition, Guest, Maybe, PhoneEntry, PoolId, Unknown
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, passed, refused, travel, undecided
from coexistence.simulation.rules import policies
from coexistence.simulation.rules.registry import rule

__all__ = [
    "LOBBY",
    "OPEN",
    "Terms",
    "admitted",
    "allows_anonymous",
    "anonymous_allowed",
    "by_phone",
    "may_have_guests",
    "room_for",
    "waits",
]

_ANONYMOUS: Final = "AllowAnonymousParticipantsInMeetings"
_SIZE: Final = "MaxMeetingSize"
#: Source: large meetings with Skype for Business Server 2015.
_DEFAULT_SIZE: Final = 250
#: How a hop of somebody begins who is not let in directly.
LOBBY: Final = "waits in the lobby"


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms meetings let people in."""

    access: Access = Access.EVERYONE
    phones: PhoneEntry = PhoneEntry.BYPASS


#: Everybody may come in, phones too: what the cmdlets' help gives as default.
OPEN: Final = Terms()


def waits(outcome: Outcome) -> bool:
    """Tell whether whoever joins waits in the lobby until somebody lets them in."""
    return any(hop.found.startswith(LOBBY) for hop in outcome.hops)


@rule(
    "access-levels",
    "closedAuthenticated lets in whoever was invited, openAuthenticated whoever has an account here, "
    "anonymous everybody; others wait in the lobby, and in a locked meeting all but the organizer do.",
    source="UCMA: ConferenceAdmissionPolicy; UCWA: accessLevel",
)
def admitted(facts: Facts, host: PoolId, terms: Terms, guest: Guest | None, *, invited: bool = True) -> Leg:
    """Ask whether somebody gets past the lobby; ``guest`` is None for people inside with an account."""
    is_ours = guest in (None, Guest.OUTSIDE)
    fqdn = facts.fqdn(host)
    if terms.access is Access.LOCKED:
        return passed(fqdn, f"{LOBBY} until the organizer lets them in: the meeting is locked")
    directly = (
        terms.access is Access.EVERYONE
        or (terms.access is Access.COMPANY and is_ours)
        or (terms.access is Access.INVITED and is_ours and invited)
    )
    return Leg() if directly else passed(fqdn, f"{LOBBY} until a presenter lets them in")


@rule(
    "phones-need-passcode",
    "Callers get into a meeting that admits anonymous participants and phones and has a passcode; else the "
    "numeric id is refused. They pass the lobby where the meeting says so.",
    source="UCMA: joining conferences from phones",
)
def by_phone(facts: Facts, host: PoolId, terms: Terms) -> Leg:
    """Ask what becomes of a caller."""
    fqdn = facts.fqdn(host)
    if terms.phones is PhoneEntry.NOT_ADMITTED:
        return refused(fqdn, "the numeric id is refused: the meeting admits no phones")
    if terms.phones is PhoneEntry.NO_PASSCODE:
        return refused(fqdn, "the numeric id is refused: the meeting has no passcode")
    if terms.access is Access.LOCKED:
        return passed(fqdn, f"{LOBBY} until the organizer lets them in: the meeting is locked")
    if terms.phones is PhoneEntry.LOBBY and terms.access is not Access.EVERYONE:
        return passed(fqdn, f"{LOBBY} until a presenter lets them in")
    return Leg()


@rule(
    "meeting-size",
    "A meeting takes as many as MaxMeetingSize of the organizer's conferencing policy says, 250 unless set.",
    source="Large meetings with Skype for Business Server 2015",
)
def room_for(facts: Facts, home: PoolId, policy: Maybe[str | None], already: int) -> Leg:
    """Ask whether one more fits beside those who are in a meeting ``already``."""
    if not already:
        return Leg()
    fqdn = facts.fqdn(home)
    counts = policies.effective(facts.state, facts.rules, "conferencing", home, policy)
    assumes = policies.assumptions_of(facts.state, "conferencing", policy)
    if isinstance(counts, Unknown):
        return undecided(
            fqdn, f"nobody told {_SIZE} of the organizer's policy", counts.needs, assumes=assumes
        )
    told = policies.setting(counts, _SIZE)
    # Whoever wrote a number of more digits meant something else.
    most = _DEFAULT_SIZE
    if not isinstance(told, Unknown) and told.strip().isdecimal() and len(told) < 10:
        most = int(told)
    if already >= most:
        return refused(fqdn, f"the meeting is full: {_SIZE} is {most}", assumes=assumes)
    return Leg(assumes=assumes)


# -------------------------------------------------------------------- anonymous participants


def anonymous_allowed(facts: Facts, home: PoolId, policy: Maybe[str | None]) -> Maybe[bool]:
    """Tell whether the conferencing policy that counts for organizers admits anonymous participants."""
    if home not in facts.state.pools:
        counts = policies.effective(facts.state, facts.rules, "conferencing", home, policy)
        return counts if isinstance(counts, Unknown) else policies.is_set(counts, _ANONYMOUS)
    stop = allows_anonymous(facts, home, policy).stop
    if stop is not None and stop.disposition is Disposition.UNDECIDED:
        return Unknown(stop.needs[0])
    return stop is None


def may_have_guests(facts: Facts, home: PoolId, policy: Maybe[str | None]) -> Outcome:
    """Return whether organizers' meetings admit anonymous participants."""
    return facts.outcome(
        ("guests", home, policy),
        lambda: travel(_may_have_guests(facts, home, policy)),
    )


def _may_have_guests(facts: Facts, home: PoolId, policy: Maybe[str | None]) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield allows_anonymous(facts, home, policy)


def allows_anonymous(facts: Facts, home: PoolId, policy: Maybe[str | None]) -> Leg:
    """Ask the organizer's conferencing policy for ``AllowAnonymousParticipantsInMeetings``."""
    return facts.leg(("anonymous", home, policy), lambda: _allows_anonymous(facts, home, policy))


@rule(
    "anonymous-by-policy",
    "Anonymous participants, phones among them, are admitted where the organizer's conferencing policy says "
    "so.",
    source="Move remaining users; UCMA: joining conferences from phones",
    switch="site-policy-follows-home",
)
def _allows_anonymous(facts: Facts, home: PoolId, policy: Maybe[str | None]) -> Leg:
    fqdn = facts.fqdn(home)
    counts = policies.effective(facts.state, facts.rules, "conferencing", home, policy)
    assumes = policies.assumptions_of(facts.state, "conferencing", policy)
    allowed = counts if isinstance(counts, Unknown) else policies.is_set(counts, _ANONYMOUS)
    if isinstance(allowed, Unknown):
        return undecided(
            fqdn, f"nobody told {_ANONYMOUS} of the organizer's policy", allowed.needs, assumes=assumes
        )
    assert isinstance(counts, Policy)  # a policy that is not known has no known setting
    if not allowed:
        # The reason is a C3P one (anonymousUsersNotAllowed); 403 is the status of refused admissions.
        return refused(
            fqdn, f"{_ANONYMOUS} is False in conferencing policy {counts.scope}", sip=403, assumes=assumes
        )
    return passed(fqdn, f"conferencing policy {counts.scope} admits anonymous participants", *assumes)
