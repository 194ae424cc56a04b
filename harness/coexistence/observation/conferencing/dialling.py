"""Phones: access numbers, conference directories, and the codes in invitations.

Law of this room: a code typed into a phone leads to the pool that owns its conference directory, not to
the organizer's; the owner finds the organizer's pool, which hosts the meeting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from coexistence.model.deployment import Application, ConferenceDirectory
from coexistence.model.population import (
    MEETING_LOST,
    NO_DIRECTORY,
    PIN_EXPIRED,
    PIN_MISSING,
    PIN_UNKNOWN,
    PIN_VALID,
    UNTOLD_DIRECTORY,
)
from coexistence.model.vocabulary import (
    ApplicationKind,
    Confidence,
    Maybe,
    Modality,
    PoolId,
    PoolRole,
    Unknown,
    Version,
)
from coexistence.model.vocabulary.ends import use_of
from coexistence.observation.conferencing.admission import OPEN, Terms, allows_anonymous, by_phone
from coexistence.observation.conferencing.hosting import fate, hosting_pool, needed_service
from coexistence.observation.conferencing.joining import legs_of_join
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, refused, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.observation.network.edges import joined
from coexistence.simulation.rules.registry import rule

__all__ = ["access_number", "dial_in", "directory_owner", "numbers_of"]

_NUMBERS: Final = Unknown("Get-CsDialInConferencingAccessNumber")
#: Source: New-CsConferenceDirectory reference.
_DIRECTORY_NUMBERS: Final = range(10_000)
#: With more directories than this, codes have a digit more. Source: New-CsConferenceDirectory reference.
_SHORT_CODES: Final = 9


# -------------------------------------------------------------------- access numbers


def numbers_of(situation: Situation) -> Maybe[tuple[Application, ...]]:
    """Return the dial-in access numbers."""
    known = situation.state.applications
    if isinstance(known, Unknown) or ApplicationKind.ACCESS_NUMBER in situation.state.untold_applications:
        return _NUMBERS
    return tuple(each for each in known if each.kind is ApplicationKind.ACCESS_NUMBER)


def access_number(facts: Facts, number: Application) -> Outcome:
    """Return whether an access number is offered to anybody: some dial plan names one of its regions."""
    return travel([_offered(facts, number)])


@rule(
    "access-number-needs-region",
    "An access number is offered where a dial plan names one of its regions.",
    source="New-CsDialInConferencingAccessNumber reference",
)
def _offered(facts: Facts, number: Application) -> Leg:
    plans = facts.state.dial_plans
    if isinstance(plans, Unknown):
        return undecided(number.owner, "nobody told the regions of dial plans", plans.needs)
    if not number.regions:
        return undecided(number.owner, f"nobody told the regions of {number.id}", _NUMBERS.needs)
    named = {each.region for each in plans}
    if not named.intersection(number.regions):
        listed = ", ".join(number.regions)
        return failed(number.owner, f"no dial plan names a region of {number.id} ({listed})")
    return Leg()


# -------------------------------------------------------------------- conference directories


def directory_owner(facts: Facts, directory: ConferenceDirectory) -> Outcome:
    """Return whether a pool that owns a conference directory is there and answers."""
    return facts.outcome(
        ("directory", directory.number, directory.owner),
        lambda: travel(_owner(facts, directory.number, directory.owner, lost=False)),
    )


def _entries(facts: Facts, number: int) -> tuple[ConferenceDirectory, ...]:
    """Return what is known under a directory's number: one entry, or two after a move that broke off."""
    return facts.once(("directories",), lambda: _by_number(facts.state.directories)).get(number, ())


def _by_number(
    known: Maybe[tuple[ConferenceDirectory, ...]],
) -> Mapping[int, tuple[ConferenceDirectory, ...]]:
    found: dict[int, tuple[ConferenceDirectory, ...]] = {}
    for each in () if isinstance(known, Unknown) else known:
        found[each.number] = (*found.get(each.number, ()), each)
    return found


@rule(
    "codes-resolve-at-directory-owner",
    "A code in an invitation is looked up by the pool that owns its conference directory, wherever the "
    "organizer is homed; without that pool, or after a move with -Force, it is not valid.",
    source="Move-CsConferenceDirectory reference; Skype for Business Server 2015, plan for upgrade",
)
def _owner(facts: Facts, number: int, owner: PoolId | None, *, lost: bool) -> Iterator[Leg]:
    """Look at one owner of a directory; None for the one that held it first."""
    if number == UNTOLD_DIRECTORY:
        yield undecided("", "nobody told which code the invitation prints for phones", "meetings export")
        return
    if number == NO_DIRECTORY:
        yield failed("", "the invitation prints no code for phones")
        return
    directories = facts.state.directories
    if isinstance(directories, Unknown):
        yield undecided("", "nobody told which pools own the conference directories", directories.needs)
        return
    entries = _entries(facts, number)
    entry = next((each for each in entries if owner in (None, each.owner)), None)
    if entry is None or number not in _DIRECTORY_NUMBERS:
        yield failed("", f"there is no conference directory {number}: the conference id is not valid")
        return
    if entry.owner not in facts.state.pools:
        reason = f"conference directory {number} belongs to a pool that is gone"
        yield failed(entry.owner, reason, on=use_of(entry.owner))
        return
    if lost:
        yield failed(
            facts.fqdn(entry.owner),
            f"the code was lost when conference directory {number} was moved",
        )
    if len(entries) > 1:
        if entry is not entries[0]:
            yield failed(
                facts.fqdn(entry.owner),
                f"this pool believes that it owns conference directory {number} too, and opens another "
                "meeting under the code, or none",
            )
    elif entry.state != "ready":
        yield failed(facts.fqdn(entry.owner), f"the move of conference directory {number} did not end")
    yield facts.registrar(entry.owner)
    if len(directories) > _SHORT_CODES:
        yield passed(
            facts.fqdn(entry.owner), f"codes have a digit more: there are {len(directories)} directories"
        )


@rule(
    "split-directory",
    "When the move of a conference directory breaks off, both pools believe that they own it: one code gets "
    "two answers, depending on the access number that is called.",
    source="Move-CsConferenceDirectory reference (failed moves); who answers is our reading",
    confidence=Confidence.DERIVED,
    switch="split-directory-answers",
)
def _asked(facts: Facts, number: int, called: PoolId) -> tuple[PoolId | None, tuple[str, ...]]:
    """Return which owner the attendant of a called pool asks, and what that rests on."""
    entries = _entries(facts, number)
    if len(entries) < 2:
        return None, ()
    assumes = ("split-directory-answers",)
    if facts.rules.value("split-directory-answers") == "called-pool":
        own = next((each.owner for each in entries if each.owner == called), None)
        if own is not None:
            return own, assumes
    return entries[0].owner, assumes


# -------------------------------------------------------------------- dialling in


def dial_in(
    situation: Situation,
    directory: int,
    home: PoolId,
    scheduled_on: Maybe[Version],
    by_upgraded: Maybe[bool],
    *,
    number: Application | None = None,
    region: str | None = None,
    policy: Maybe[str | None] = None,
    lost: int = 0,
    terms: Terms = OPEN,
    pin: int | None = None,
) -> Outcome:
    """Return whether a meeting can be joined from a phone, with the code that its invitation prints.

    ``number`` is the access number that is dialled; left out, every number (of ``region``) has to work:
    invitations print them all. ``lost`` is the meeting's column of that name. ``pin`` is what the organizer's
    PIN is, for an organizer who wants in as leader; None for a participant, who needs none.
    """
    apart = fate(situation.facts, home, scheduled_on, by_upgraded)
    key = (
        "dial in",
        number,
        region,
        directory,
        home,
        apart,
        policy,
        lost,
        None if terms is OPEN else terms,
        pin,
    )
    return situation.outcome(
        key,
        lambda: travel(
            _dial_in(
                situation,
                number,
                region,
                directory,
                home,
                scheduled_on,
                by_upgraded,
                policy,
                lost=lost,
                terms=terms,
                pin=pin,
            )
        ),
    )


def _dial_in(
    situation: Situation,
    number: Application | None,
    region: str | None,
    directory: int,
    home: PoolId,
    scheduled_on: Maybe[Version],
    by_upgraded: Maybe[bool],
    policy: Maybe[str | None],
    *,
    lost: int,
    terms: Terms,
    pin: int | None,
) -> Iterator[Leg]:
    yield situation.facts.leg(
        ("code", directory, bool(lost)),
        lambda: joined(_owner(situation.facts, directory, None, lost=bool(lost))),
    )
    # The leg before stops where there is none.
    owner = _entries(situation.facts, directory)[0].owner
    yield situation.leg(
        ("numbers", number, region, directory),
        lambda: joined(_numbers(situation, number, region, directory, owner)),
    )
    for service in ("conferencing_attendant", "av_mcu"):
        yield needed_service(situation.facts, owner, service)
    yield situation.facts.in_topology(home)
    host = hosting_pool(situation.facts, home)
    if pin is not None:
        yield _leads(situation.facts, host, pin)
    # A phone has no identity: the meeting must admit anonymous participants (UCMA, joining from phones).
    yield allows_anonymous(situation.facts, home, policy)
    if terms is not OPEN and pin is None:
        yield by_phone(situation.facts, host, terms)
    yield from legs_of_join(
        situation.facts,
        home,
        scheduled_on,
        by_upgraded,
        owner,
        Modality.AUDIO,
        policy,
        lost=lost == MEETING_LOST,
    )


_PINS: Final = {
    PIN_EXPIRED: "the organizer's PIN has expired",
    PIN_MISSING: "the organizer has no PIN any more",
}


@rule(
    "pin-moves-until-it-expires",
    "Leaders who dial in show their PIN; it moves with the organizer and is valid until it expires.",
    source="Migrate existing meetings and meeting content; Move-CsUser reference",
    switch="pin-after-forced-move",
)
def _leads(facts: Facts, host: PoolId, pin: int) -> Leg:
    fqdn = facts.fqdn(host)
    if pin == PIN_UNKNOWN:
        return undecided(fqdn, "nobody told whether the organizer's PIN is valid", "Get-CsClientPinInfo")
    if pin == PIN_VALID:
        return passed(fqdn, "takes the caller for the leader, by PIN")
    assumes = ("pin-after-forced-move",) if pin == PIN_MISSING else ()
    return refused(fqdn, _PINS[pin], assumes=assumes)


def _numbers(
    situation: Situation, chosen: Application | None, region: str | None, directory: int, first: PoolId
) -> Iterator[Leg]:
    """From the access number, or from every one, to the pool that knows the code."""
    facts = situation.facts
    numbers = (chosen,) if chosen else numbers_of(situation)
    if isinstance(numbers, Unknown):
        yield undecided("", "nobody told the access numbers", numbers.needs)
        return
    if region is not None:
        numbers = tuple(each for each in numbers if region in each.regions)
    if not numbers:
        yield failed("", "there is no access number to dial" + (f" in {region}" if region else ""))
    for number in numbers:
        if number.owner not in situation.state.pools:
            yield _left_behind(number)
            return
        yield facts.leg(("answers", number), lambda number=number: joined(_answers(facts, number)))  # type: ignore[misc]  # the default binds the loop's number
        owner, assumes = _asked(facts, directory, number.owner)
        if owner is not None:
            yield Leg(assumes=assumes)
            yield from _owner(facts, directory, owner, lost=False)
        owner = owner or first
        if number.owner != owner:
            yield facts.link(number.owner, owner)


@rule(
    "numbers-on-removed-pools-fail",
    "Calls to access numbers that were left on a removed pool fail.",
    source="Migrate dial-in access numbers",
)
def _left_behind(number: Application) -> Leg:
    reason = f"access number {number.id} belongs to a pool that is gone"
    return failed(number.owner, reason, on=use_of(number.owner))


def _answers(facts: Facts, number: Application) -> Iterator[Leg]:
    yield _offered(facts, number)
    yield from _telephony(facts, number.owner)
    yield needed_service(facts, number.owner, "conferencing_attendant")


@rule(
    "calls-come-in-by-mediation",
    "A call to an access number comes in through a Mediation Server: the pool's own, one of its site, or any "
    "other.",
    source="Mediation Server component; New-CsDialInConferencingAccessNumber reference",
    confidence=Confidence.DERIVED,
    switch="gateways-answer",
)
def _telephony(facts: Facts, pool: PoolId) -> Iterator[Leg]:
    site = facts.state.pools[pool].site
    possible = sorted(
        (
            each
            for each in facts.pools(PoolRole.FRONT_END, PoolRole.MEDIATION)
            if "MediationServer" in each.roles
        ),
        key=lambda each: (each.id != pool, each.site != site),
    )
    if not possible:
        yield failed(facts.fqdn(pool), "there is no Mediation Server that calls could come in through")
        return
    runs = {each.id: facts.runs(each.id, "mediation") for each in possible}
    up = [each for each in possible if runs[each.id] is True]
    unsure = [each for each in possible if isinstance(runs[each.id], Unknown)]
    taken = (*up, *unsure, *possible)[0]
    yield needed_service(facts, taken.id, "mediation")
    if taken.id != pool:
        yield facts.link(taken.id, pool)
