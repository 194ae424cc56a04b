"""Who gets past the lobby, from where, and how many fit."""

from __future__ import annotations

import dataclasses

import pytest
from helpers import built, crowd, front_end, new, observer, one_pool, state_at, tried, with_service

from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.deployment import Policy
from coexistence.model.vocabulary import (
    Access,
    Disposition,
    Guest,
    Modality,
    Origin,
    PhoneEntry,
    PoolId,
    ServiceState,
    Unknown,
    Version,
)
from coexistence.observation import Outcome, conferencing
from coexistence.observation.conferencing import Terms
from coexistence.simulation.state import State

BLUEPRINT = one_pool(20, pool=PoolBlueprint(dial_in=True, voice=True, crowds=(crowd(10),)))
OLD = front_end(built(BLUEPRINT))
NEW = new(OLD)
PILOT = state_at(tried(BLUEPRINT), "pilot")


def join(state: State = PILOT, **how: object) -> Outcome:
    return conferencing.join(observer(state).facts, NEW, Version.L13, False, **how)  # type: ignore[arg-type]  # as the test says


INSIDE, OUTSIDE, PARTNER, ANONYMOUS = OLD, Guest.OUTSIDE, Guest.FEDERATED, Guest.ANONYMOUS


@pytest.mark.parametrize(
    ("access", "waiting"),
    [
        (Access.EVERYONE, set()),
        (Access.COMPANY, {PARTNER, ANONYMOUS}),
        (Access.INVITED, {PARTNER, ANONYMOUS}),
        (Access.LOCKED, {INSIDE, OUTSIDE, PARTNER, ANONYMOUS}),
    ],
    ids=lambda value: value.name if isinstance(value, Access) else None,
)
def test_whoever_is_not_let_in_directly_waits_and_gets_in(
    access: Access, waiting: set[PoolId | Guest]
) -> None:
    for joiner in (INSIDE, OUTSIDE, PARTNER, ANONYMOUS):
        outcome = join(joiner=joiner, terms=Terms(access))

        assert outcome.done, outcome
        assert conferencing.waits(outcome) == (joiner in waiting)


def test_people_who_were_not_invited_wait_in_a_meeting_for_the_invited() -> None:
    invited, others = (join(joiner=OLD, terms=Terms(Access.INVITED), invited=each) for each in (True, False))

    assert not conferencing.waits(invited)
    assert "waits in the lobby until a presenter lets them in" in str(others)
    assert "until the organizer lets them in" in str(join(joiner=OLD, terms=Terms(Access.LOCKED)))


def test_the_lobby_is_no_way_around_the_policy() -> None:
    off = Policy(
        kind="conferencing",
        scope="global",
        settings=(("AllowAnonymousParticipantsInMeetings", "False"),),
        origin=Origin("test"),
    )
    outcome = join(PILOT.changed(policies=(off,)), joiner=ANONYMOUS, terms=Terms(Access.COMPANY))

    assert (outcome.disposition, outcome.sip) == (Disposition.REFUSED, 403)


@pytest.mark.parametrize(
    ("terms", "done", "waits"),
    [
        (Terms(), True, False),
        (Terms(Access.COMPANY, PhoneEntry.BYPASS), True, False),
        (Terms(Access.COMPANY, PhoneEntry.LOBBY), True, True),
        (Terms(Access.EVERYONE, PhoneEntry.LOBBY), True, False),
        (Terms(Access.LOCKED, PhoneEntry.BYPASS), True, True),
        (Terms(Access.EVERYONE, PhoneEntry.NOT_ADMITTED), False, False),
        (Terms(Access.EVERYONE, PhoneEntry.NO_PASSCODE), False, False),
    ],
)
def test_callers_pass_the_lobby_where_the_meeting_says_so(terms: Terms, done: bool, waits: bool) -> None:
    outcome = conferencing.dial_in(observer(PILOT), 1, NEW, Version.L13, False, terms=terms)

    assert (outcome.done, conferencing.waits(outcome)) == (done, waits), outcome


def limited(size: str | None) -> State:
    settings = (("AllowAnonymousParticipantsInMeetings", "True"),)
    policy = Policy(
        kind="conferencing",
        scope="global",
        settings=settings if size is None else (*settings, ("MaxMeetingSize", size)),
        origin=Origin("test"),
    )
    return PILOT.changed(policies=(policy,))


@pytest.mark.parametrize(
    ("size", "already", "fits"),
    [(None, 249, True), (None, 250, False), ("100", 99, True), ("100", 100, False), ("1000", 999, True)],
)
def test_a_meeting_takes_as_many_as_the_organizers_policy_says(
    size: str | None, already: int, fits: bool
) -> None:
    outcome = join(limited(size), already=already)

    assert outcome.done == fits
    assert fits or "the meeting is full: MaxMeetingSize is" in outcome.reason


def test_how_many_fit_is_unknown_where_nobody_told_the_policies() -> None:
    untold = PILOT.changed(policies=Unknown("Get-CsConferencingPolicy"))

    assert join(untold, already=3).needs == ("Get-CsConferencingPolicy",)
    assert join(untold).done


def test_an_mcu_that_is_drained_says_so() -> None:
    paused = with_service(PILOT, NEW, "RTCASMCU", ServiceState.PAUSED)
    outcome = join(paused, modality=Modality.SHARING)

    assert (outcome.sip, outcome.diagnostic) == (503, 24067), outcome
    assert join(paused, modality=Modality.AUDIO).done


def test_the_web_apps_server_is_asked_by_its_own_name() -> None:
    from coexistence.model.deployment import Block, Certificate

    server = PILOT.pools[NEW].office_web_apps
    assert server is not None
    block = Block(source=NEW, target=PoolId(server), port=443, origin=Origin("test"))
    assert "port 443" in join(PILOT.changed(blocked=(block,)), modality=Modality.CONTENT).reason
    assert join(PILOT.changed(blocked=(block,)), modality=Modality.FILE).done

    assert not isinstance(PILOT.certificates, Unknown)
    expiry = PILOT.certificates[0].not_after
    shown = Certificate(
        pool=PoolId(server),
        use="Default",
        names=frozenset({server}),
        issuer="internal CA",
        not_after=expiry,
        origin=Origin("test"),
    )

    def with_certificate(**facts: object) -> Outcome:
        changed = dataclasses.replace(shown, **facts)  # type: ignore[arg-type]  # its fields
        assert not isinstance(PILOT.certificates, Unknown)
        state = PILOT.changed(certificates=(*PILOT.certificates, changed))
        return join(state, modality=Modality.CONTENT)

    assert with_certificate().done
    assert "does not name" in with_certificate(names=frozenset({"other"})).reason
    assert "expired" in with_certificate(not_after=expiry.replace(year=2020)).reason
