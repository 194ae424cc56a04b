"""Scheduling, joining and dialling in: where each way ends, and with which words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from helpers import (
    after,
    built,
    crowd,
    front_end,
    new,
    observer,
    one_pool,
    state_at,
    tried,
    with_service,
)

from coexistence.model import operations as op
from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.clients import ClientGeneration
from coexistence.model.deployment import Block, ConferenceDirectory, DialPlan, Policy
from coexistence.model.vocabulary import (
    Disposition,
    Guest,
    Modality,
    Origin,
    PoolId,
    PoolRole,
    Unknown,
    Version,
)
from coexistence.observation import Outcome, conferencing
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State, frozen

TEST = Origin("test")
BLUEPRINT = one_pool(
    20, pool=PoolBlueprint(dial_in=True, voice=True, crowds=(crowd(10, content=True),)), director=True
)
DEPLOYMENT = built(BLUEPRINT)
OLD = front_end(DEPLOYMENT)
NEW = new(OLD)
(EDGE,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.EDGE))
PILOT = state_at(tried(BLUEPRINT), "pilot")
MEET = f"meet.{DEPLOYMENT.sip_domains[0]}"


def join(state: State, host: PoolId = NEW, rules: Rules | None = None, **how: object) -> Outcome:
    return observer(state, rules or Rules()).join(host, Version.L13, False, **how)  # type: ignore[arg-type]  # as the test says


def by_link(state: State, host: PoolId = NEW, rules: Rules | None = None, **how: object) -> Outcome:
    facts = observer(state, rules or Rules())
    return conferencing.by_link(facts.facts, host, Version.L13, False, **how)  # type: ignore[arg-type]  # as the test says


def dial_in(state: State, host: PoolId = NEW, directory: int = 1, **how: int) -> Outcome:
    return conferencing.dial_in(observer(state), directory, host, Version.L13, False, **how)  # type: ignore[arg-type]  # as the test says


# ---------------------------------------------------------------- ways to break a state


def changed_pool(state: State, pool: PoolId, **facts: object) -> State:
    known = dataclasses.replace(state.pools[pool], **facts)  # type: ignore[arg-type]  # fields of Pool
    return state.changed(pools=frozen({**state.pools, pool: known}))


def blocked(state: State, port: int) -> State:
    return state.changed(blocked=(Block(source=OLD, target=NEW, port=port, origin=TEST),))


def named(state: State, name: str, target: str | None) -> State:
    assert not isinstance(state.records, Unknown)
    kept = {key: each for key, each in state.records.items() if name not in key}
    for key, each in state.records.items():
        if name in key and target is not None:
            kept[key] = dataclasses.replace(each, target=target)
    return state.changed(records=frozen(kept))


def orphaned(state: State) -> State:
    gone = ConferenceDirectory(number=9, owner=PoolId("gone.example"), origin=TEST)
    assert not isinstance(state.directories, Unknown)
    return state.changed(directories=(*state.directories, gone))


def without_guests(state: State) -> State:
    off = Policy(
        kind="conferencing",
        scope="global",
        settings=(("AllowAnonymousParticipantsInMeetings", "False"),),
        origin=TEST,
    )
    return state.changed(policies=(off,))


def uncertified(state: State) -> State:
    assert not isinstance(state.certificates, Unknown)
    return state.changed(
        certificates=tuple(
            dataclasses.replace(each, names=each.names - {MEET}) for each in state.certificates
        )
    )


# ---------------------------------------------------------------- clients

FAILED, REFUSED, OPEN, DONE = (
    Disposition.FAILED,
    Disposition.REFUSED,
    Disposition.UNDECIDED,
    Disposition.DONE,
)

JOINS: list[tuple[str, Callable[[], Outcome], Disposition, int | None, int | None, str]] = [
    ("all is well", lambda: join(PILOT), DONE, None, None, ""),
    ("from the other generation", lambda: join(PILOT, joiner=OLD), DONE, None, None, ""),
    (
        "the joiner's pool is silent",
        lambda: join(with_service(PILOT, OLD, "RTCSRV"), joiner=OLD),
        FAILED,
        504,
        2,
        "no Front-End service",
    ),
    (
        "the focus is silent",
        lambda: join(with_service(PILOT, NEW, "RTCSRV"), joiner=OLD),
        FAILED,
        504,
        2,
        "no Front-End service",
    ),
    ("SIP is blocked", lambda: join(blocked(PILOT, 5061), joiner=OLD), FAILED, 504, 1038, "port 5061"),
    (
        "the focus' port is blocked",
        lambda: join(blocked(PILOT, 444), joiner=OLD),
        FAILED,
        504,
        1038,
        "port 444",
    ),
    (
        "an MCU is stopped",
        lambda: join(with_service(PILOT, NEW, "RTCASMCU"), modality=Modality.SHARING),
        FAILED,
        503,
        None,
        "Application Sharing takes no new work",
    ),
    (
        "another MCU is stopped",
        lambda: join(with_service(PILOT, NEW, "RTCASMCU"), modality=Modality.AUDIO),
        DONE,
        None,
        None,
        "",
    ),
    (
        "an MCU is not there",
        lambda: join(changed_pool(PILOT, NEW, mcus=frozenset({"IMConf"})), modality=Modality.VIDEO),
        REFUSED,
        603,
        None,
        "the pool has no AVConf",
    ),
    (
        "nothing shows slides",
        lambda: join(changed_pool(PILOT, NEW, office_web_apps=None), modality=Modality.CONTENT),
        REFUSED,
        603,
        None,
        "no Office Web Apps server",
    ),
    (
        "the meeting was given up",
        lambda: join(PILOT, lost=True),
        FAILED,
        404,
        None,
        "has ended or does not exist",
    ),
    ("a directory is orphaned", lambda: join(orphaned(PILOT)), FAILED, 503, 3062, "conference directory 9"),
    (
        "an anonymous participant is not admitted",
        lambda: join(without_guests(PILOT), joiner=Guest.ANONYMOUS),
        REFUSED,
        403,
        None,
        "AllowAnonymousParticipantsInMeetings is False",
    ),
    (
        "a federated user meets a current host whose policy has no guests",
        lambda: join(without_guests(PILOT), joiner=Guest.FEDERATED),
        REFUSED,
        403,
        None,
        "AllowAnonymousParticipantsInMeetings is False",
    ),
    (
        "a federated user meets a legacy host with the same policy",
        lambda: join(without_guests(PILOT), OLD, joiner=Guest.FEDERATED),
        DONE,
        None,
        None,
        "",
    ),
    (
        "nobody told the policies",
        lambda: join(PILOT.changed(policies=Unknown("x")), joiner=Guest.ANONYMOUS),
        OPEN,
        None,
        None,
        "nobody told AllowAnonymous",
    ),
    (
        "the Edge relays no media",
        lambda: join(with_service(PILOT, EDGE, "RTCMEDIARELAY"), joiner=Guest.OUTSIDE),
        FAILED,
        None,
        None,
        "Audio/Video Edge takes no new work",
    ),
]


@pytest.mark.parametrize(
    ("ask", "how", "sip", "diagnostic", "reason"),
    [each[1:] for each in JOINS],
    ids=[each[0] for each in JOINS],
)
def test_a_join_ends_where_and_how_the_product_ends_it(
    ask: Callable[[], Outcome], how: Disposition, sip: int | None, diagnostic: int | None, reason: str
) -> None:
    outcome = ask()

    assert (outcome.disposition, outcome.sip, outcome.diagnostic) == (how, sip, diagnostic), outcome
    assert reason in outcome.reason


def test_the_older_of_two_generations_limits_the_features_and_refuses_nothing() -> None:
    outcome = join(PILOT, joiner=OLD)

    assert outcome.done
    assert "with the features of Lync Server 2013, the older of both" in str(outcome)
    assert "with the features of" not in str(join(PILOT, joiner=NEW))


@pytest.mark.parametrize(
    ("assumption", "value", "ask"),
    [
        ("focus-interpool", "no", lambda rules: join(blocked(PILOT, 444), rules=rules, joiner=OLD)),
        (
            "features-need-services",
            "no",
            lambda rules: join(with_service(PILOT, NEW, "RTCAVMCU"), rules=rules),
        ),
        ("orphaned-directory-stops", "nothing", lambda rules: join(orphaned(PILOT), rules=rules)),
        (
            "join-page-asks-host",
            "no",
            lambda rules: by_link(blocked(named(PILOT, MEET, OLD), 444), rules=rules),
        ),
    ],
)
def test_each_assumption_decides_and_is_named(
    assumption: str, value: str, ask: Callable[[Rules], Outcome]
) -> None:
    as_assumed, switched = ask(Rules()), ask(Rules({assumption: value}))

    assert as_assumed.disposition is FAILED
    assert assumption in as_assumed.assumes
    assert switched.disposition is DONE, switched
    assert assumption in switched.assumes


def test_people_schedule_on_the_pool_that_hosts_them() -> None:
    facts = observer(PILOT)

    assert conferencing.schedule(facts.facts, NEW, ClientGeneration.LYNC_2013).done
    assert "with Lync 2013; conferencing: AVConf" in str(
        conferencing.schedule(facts.facts, NEW, ClientGeneration.LYNC_2013)
    )
    silent = conferencing.schedule(observer(with_service(PILOT, NEW, "RTCSRV")).facts, NEW)
    assert (silent.disposition, silent.sip) == (FAILED, 504)


# ---------------------------------------------------------------- links

LINKS: list[tuple[str, Callable[[], Outcome], Disposition, str]] = [
    ("the name leads to the legacy pool", lambda: by_link(PILOT), DONE, ""),
    ("the name leads to a Director", lambda: by_link(named(PILOT, MEET, director())), DONE, ""),
    ("the name is not there", lambda: by_link(named(PILOT, MEET, None)), FAILED, f"no DNS record of {MEET}"),
    (
        "the name leads to a pool that is gone",
        lambda: by_link(named(PILOT, MEET, "gone.example")),
        FAILED,
        "which is not in the topology",
    ),
    ("the name leads to an Edge", lambda: by_link(named(PILOT, MEET, EDGE)), FAILED, "answers no links"),
    (
        "nobody told whose address it is",
        lambda: by_link(named(PILOT, MEET, "10.1.2.3")),
        OPEN,
        "whose address",
    ),
    (
        "the landing pool's web services are stopped",
        lambda: by_link(with_service(PILOT, OLD, "W3SVC")),
        FAILED,
        "World Wide Web Publishing Service",
    ),
    (
        "the hosting pool's web services are stopped",
        lambda: by_link(with_service(PILOT, NEW, "W3SVC")),
        FAILED,
        "World Wide Web Publishing Service",
    ),
    (
        "the certificate does not name it",
        lambda: by_link(uncertified(PILOT)),
        FAILED,
        f"does not name {MEET}",
    ),
    (
        "nobody told the simple URLs",
        lambda: by_link(PILOT.changed(simple_urls=Unknown("Get-CsSimpleUrlConfiguration"))),
        OPEN,
        "nobody told the Meet simple URLs",
    ),
    ("there is no Meet URL", lambda: by_link(PILOT.changed(simple_urls=())), FAILED, "no Meet simple URL"),
    (
        "nobody told the names",
        lambda: by_link(PILOT.changed(records=Unknown("DNS export"))),
        OPEN,
        "nobody told about names",
    ),
]


def director() -> PoolId:
    return DEPLOYMENT.pools_of(PoolRole.DIRECTOR)[0].id


@pytest.mark.parametrize(
    ("ask", "how", "reason"), [each[1:] for each in LINKS], ids=[each[0] for each in LINKS]
)
def test_a_link_opens_or_tells_why_not(ask: Callable[[], Outcome], how: Disposition, reason: str) -> None:
    outcome = ask()

    assert outcome.disposition is how, outcome
    assert reason in outcome.reason


def test_the_browser_is_sent_on_to_the_hosting_pool() -> None:
    assert f"{OLD}: sends the browser on to {NEW}" in str(by_link(PILOT))
    assert "sends the browser on" not in str(by_link(PILOT, OLD))


# ---------------------------------------------------------------- phones

PHONES: list[tuple[str, Callable[[], Outcome], Disposition, str]] = [
    ("all is well", lambda: dial_in(PILOT), DONE, ""),
    (
        "the code's directory is unknown",
        lambda: dial_in(PILOT, directory=7),
        FAILED,
        "conference id is not valid",
    ),
    ("the code was lost", lambda: dial_in(PILOT, lost=1), FAILED, "the code was lost"),
    (
        "the directory's move did not end",
        lambda: dial_in(PILOT.changed(directories=(directory(state="moving"),))),
        FAILED,
        "did not end",
    ),
    (
        "the directory's pool is gone",
        lambda: dial_in(PILOT.changed(directories=(directory(owner=PoolId("gone.example")),))),
        FAILED,
        "belongs to a pool that is gone",
    ),
    (
        "the directory's pool is silent, although the meeting's is not",
        lambda: dial_in(with_service(PILOT, OLD, "RTCSRV")),
        FAILED,
        "no Front-End service",
    ),
    (
        "nobody answers calls",
        lambda: dial_in(with_service(PILOT, OLD, "RTCCAA")),
        FAILED,
        "Conferencing Attendant takes no new work",
    ),
    (
        "no Mediation Server runs",
        lambda: dial_in(with_service(with_service(PILOT, OLD, "RTCMEDSRV"), NEW, "RTCMEDSRV")),
        FAILED,
        "Mediation takes no new work",
    ),
    ("another Mediation Server runs", lambda: dial_in(with_service(PILOT, OLD, "RTCMEDSRV")), DONE, ""),
    (
        "no dial plan names the region",
        lambda: dial_in(PILOT.changed(dial_plans=(DialPlan(scope="global", origin=TEST),))),
        FAILED,
        "no dial plan names a region",
    ),
    (
        "nobody told the dial plans",
        lambda: dial_in(PILOT.changed(dial_plans=Unknown("Get-CsDialPlan"))),
        OPEN,
        "nobody told the regions",
    ),
    (
        "nobody told the numbers",
        lambda: dial_in(PILOT.changed(applications=Unknown("x"))),
        OPEN,
        "nobody told the access numbers",
    ),
    ("there is no number", lambda: dial_in(PILOT.changed(applications=())), FAILED, "no access number"),
    (
        "phones are not admitted",
        lambda: dial_in(without_guests(PILOT)),
        REFUSED,
        "AllowAnonymousParticipants",
    ),
]


def directory(**facts: object) -> ConferenceDirectory:
    return ConferenceDirectory(**{"number": 1, "owner": OLD, "origin": TEST, **facts})  # type: ignore[arg-type]  # its fields


@pytest.mark.parametrize(
    ("ask", "how", "reason"), [each[1:] for each in PHONES], ids=[each[0] for each in PHONES]
)
def test_a_phone_gets_in_or_hears_why_not(ask: Callable[[], Outcome], how: Disposition, reason: str) -> None:
    outcome = ask()

    assert outcome.disposition is how, outcome
    assert reason in outcome.reason


def test_a_number_left_on_a_removed_pool_fails() -> None:
    assert not isinstance(PILOT.applications, Unknown)
    left = tuple(dataclasses.replace(each, owner=PoolId("gone.example")) for each in PILOT.applications)

    assert "belongs to a pool that is gone" in dial_in(PILOT.changed(applications=left)).reason


def test_after_the_directory_moved_the_legacy_pool_is_not_needed_for_phones() -> None:
    moved = after(
        PILOT,
        op.MoveApplications(source=OLD, to=NEW),
        op.MoveConferenceDirectories(source=OLD, to=NEW),
        op.StopServices(pool=OLD),
    )

    assert dial_in(moved).done
