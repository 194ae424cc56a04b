"""Why an older server or client rejects a meeting: each particular cause, and that nothing else does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from helpers import built, crowd, front_end, new, observer, one_pool, state_at, tried
from hypothesis import given
from hypothesis import strategies as st

from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.clients import Fit, MeetingClient, Scheduler
from coexistence.model.deployment import ClientVersionRule, ConferenceDirectory, DnsRecord, Policy
from coexistence.model.vocabulary import (
    Disposition,
    Guest,
    Modality,
    Origin,
    PhoneEntry,
    PoolId,
    Unknown,
    Version,
)
from coexistence.observation import Outcome, conferencing
from coexistence.observation.conferencing import Demand, Flaw, Terms
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.diagnostics import DIAGNOSTICS
from coexistence.simulation.rules.meeting_clients import fit_of_joiner
from coexistence.simulation.state import State, frozen

TEST = Origin("test")
BLUEPRINT = one_pool(20, pool=PoolBlueprint(dial_in=True, voice=True, crowds=(crowd(10),)), director=True)
DEPLOYMENT = built(BLUEPRINT)
OLD = front_end(DEPLOYMENT)
NEW = new(OLD)
PILOT = state_at(tried(BLUEPRINT), "pilot")
MEET = f"meet.{DEPLOYMENT.sip_domains[0]}"
GONE = PoolId("gone.example")

DONE, REFUSED, FAILED = Disposition.DONE, Disposition.REFUSED, Disposition.FAILED


def demanded(rules: Rules | None = None, *, host: PoolId = OLD, **what: object) -> Outcome:
    return conferencing.demand(observer(PILOT, rules or Rules()).facts, host, Demand(**what))  # type: ignore[arg-type]  # its fields


def joined(state: State = PILOT, rules: Rules | None = None, *, host: PoolId = NEW, **how: object) -> Outcome:
    return conferencing.join(observer(state, rules or Rules()).facts, host, Version.L13, False, **how)  # type: ignore[arg-type]  # as the test says


def dialled(state: State = PILOT, **how: object) -> Outcome:
    return conferencing.dial_in(observer(state), 1, NEW, Version.L13, False, **how)  # type: ignore[arg-type]  # as the test says


def linked(state: State, rules: Rules | None = None) -> Outcome:
    return conferencing.by_link(observer(state, rules or Rules()).facts, NEW, Version.L13, False)


def without_record(state: State) -> State:
    assert not isinstance(state.records, Unknown)
    kept = {key: each for key, each in state.records.items() if NEW not in key}
    return state.changed(records=frozen(kept))


def led(state: State, name: str, to: str) -> State:
    assert not isinstance(state.records, Unknown)
    record = DnsRecord(name=name, kind="A", target=to, origin=TEST)
    return state.changed(records=frozen({**state.records, (name, "A"): record}))


def filtered(state: State) -> State:
    blocks = ClientVersionRule(
        scope="global", priority=0, user_agent="*", compare="GEQ", version="0", action="Block", origin=TEST
    )
    return state.changed(client_rules=(blocks,))


def unfederated(state: State) -> State:
    off = Policy(
        kind="external-access",
        scope="global",
        settings=(("EnableFederationAccess", "False"), ("EnableOutsideAccess", "True")),
        origin=TEST,
    )
    assert not isinstance(state.policies, Unknown)
    others = tuple(each for each in state.policies if each.kind != "external-access")
    return state.changed(policies=(*others, off))


def orphaned(state: State) -> State:
    lost = ConferenceDirectory(number=9, owner=GONE, origin=TEST)
    assert not isinstance(state.directories, Unknown)
    return state.changed(directories=(*state.directories, lost))


def partner(state: State, rules: Rules | None = None) -> Outcome:
    return conferencing.as_partner(observer(state, rules or Rules()).facts, NEW, Version.L13, False)


def switched(name: str, value: str) -> Rules:
    return Rules({name: value})


#: Number of the cause; the situation; disposition, status, diagnostic and words; the assumption it rests on.
CAUSES: list[tuple[str, Callable[[], Outcome], Disposition, int | None, int | None, str, str]] = [
    (
        "1 an MCU type that nobody knows",
        lambda: demanded(mcu="whiteboard"),
        REFUSED, 603, None, "whiteboard is not enabled", "",
    ),
    (
        "1 a kind of conferencing that is newer than the host",
        lambda: demanded(mcu="sharing as video"),
        REFUSED, 603, None, "has no sharing as video", "newer-mcu-types",
    ),
    (
        "1 the same, where hosts take the older form",
        lambda: demanded(switched("newer-mcu-types", "older-form"), mcu="sharing as video"),
        DONE, None, None, "", "newer-mcu-types",
    ),
    (
        "2 a newer document",
        lambda: demanded(document=Version.S19),
        DONE, None, None, "", "newer-document-version",
    ),
    (
        "2 the same, where hosts mind",
        lambda: demanded(switched("newer-document-version", "invalidVersion"), document=Version.S19),
        REFUSED, None, None, "C3P failure invalidVersion", "newer-document-version",
    ),
    (
        "3 an unknown command",
        lambda: demanded(command=Version.S15),
        REFUSED, 501, 3004, "does not know the command", "",
    ),
    (
        "4 an unknown element",
        lambda: demanded(element=Version.S15),
        DONE, None, None, "", "unknown-elements",
    ),
    (
        "4 the same, where parsers are strict",
        lambda: demanded(switched("unknown-elements", "3006"), element=Version.S15),
        REFUSED, 400, 3006, "element of newer versions", "unknown-elements",
    ),
    (
        "4 the same, in a request to join",
        lambda: demanded(switched("unknown-elements", "3007"), element=Version.S15),
        REFUSED, 400, 3007, "element of newer versions", "unknown-elements",
    ),
    (
        "5 lobby options that were dropped",
        lambda: dialled(terms=conferencing.new_terms(observer(PILOT).facts, NEW, Scheduler.ADD_IN_2007_R2)),
        REFUSED, None, None, "the meeting admits no phones", "",
    ),
    (
        "6 phones without a passcode",
        lambda: dialled(terms=Terms(phones=PhoneEntry.NO_PASSCODE)),
        REFUSED, None, None, "the numeric id is refused: the meeting has no passcode", "",
    ),
    (
        "7 a newer revision of a resource",
        lambda: demanded(resource=Version.S19),
        FAILED, None, None, "HTTP 404 NotFound, APIVersionNotSupported", "",
    ),
    (
        "8 a join page on the older pool",
        lambda: linked(led(PILOT, MEET, OLD)),
        DONE, None, None, "", "old-page-shows-new-meeting",
    ),
    (
        "8 the same, where such pages cannot",
        lambda: linked(led(PILOT, MEET, OLD), switched("old-page-shows-new-meeting", "no")),
        FAILED, None, None, "the join page is older", "old-page-shows-new-meeting",
    ),
    (
        "9 the joiner's pool finds no name of the host",
        lambda: joined(without_record(PILOT), joiner=OLD),
        FAILED, 504, 1014, "no DNS A record", "",
    ),
    (
        "10 the host's client version filter blocks everything",
        lambda: joined(filtered(PILOT), joiner=OLD, client=MeetingClient.LYNC_2013),
        DONE, None, None, "", "joiners-not-filtered",
    ),
    (
        "10 the same, where it looks at joiners",
        lambda: joined(
            filtered(PILOT),
            switched("joiners-not-filtered", "no"),
            joiner=OLD,
            client=MeetingClient.LYNC_2013,
        ),
        REFUSED, 403, 17002, "answers Block", "joiners-not-filtered",
    ),
    (
        "11 an organizer who is not enabled for federation",
        lambda: partner(unfederated(PILOT)),
        REFUSED, 403, None, "does not grant EnableFederationAccess", "partner-falls-back",
    ),
    (
        "11 the same, with the update of the client",
        lambda: partner(unfederated(PILOT), switched("partner-falls-back", "always")),
        DONE, None, None, "", "partner-falls-back",
    ),
    (
        "12 an orphaned directory",
        lambda: joined(orphaned(PILOT)),
        FAILED, 503, 3062, "conference directory 9", "orphaned-directory-stops",
    ),
    (
        "12 a directory that nobody knows",
        lambda: conferencing.dial_in(observer(PILOT), 7, NEW, Version.L13, False),
        FAILED, None, None, "the conference id is not valid", "",
    ),
    (
        "13 an organizer whose move did not end",
        lambda: joined(found=False),
        FAILED, 404, 4006, "there is no record of them here", "",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "how", "sip", "diagnostic", "words", "assumption"),
    [each[1:] for each in CAUSES],
    ids=[each[0] for each in CAUSES],
)
def test_each_cause_ends_as_the_product_ends_it(
    ask: Callable[[], Outcome],
    how: Disposition,
    sip: int | None,
    diagnostic: int | None,
    words: str,
    assumption: str,
) -> None:
    outcome = ask()

    assert (outcome.disposition, outcome.sip, outcome.diagnostic) == (how, sip, diagnostic), outcome
    assert words in outcome.reason
    assert not assumption or assumption in outcome.assumes


def test_a_partner_whose_route_is_silent_gets_in_anonymously() -> None:
    site = PILOT.pools[NEW].site
    off = dataclasses.replace(PILOT.sites[site], federation_route=None)
    outcome = partner(PILOT.changed(sites=frozen({**PILOT.sites, site: off})))

    assert outcome.done
    assert "after 504 the client joins anonymously" in str(outcome)


@pytest.mark.parametrize("flaw", Flaw, ids=lambda flaw: flaw.name)
def test_the_focus_names_what_is_wrong_with_a_request(flaw: Flaw) -> None:
    outcome = demanded(flaw=flaw)

    assert (outcome.disposition, outcome.diagnostic) == (REFUSED, flaw.value)
    assert outcome.reason == DIAGNOSTICS[flaw.value].reason
    assert f"ErrorCode={flaw.value},Source={OLD}" in outcome.as_cmdlet()


@given(
    st.builds(
        Demand,
        document=st.sampled_from(Version),
        command=st.sampled_from(Version),
        element=st.sampled_from(Version),
        resource=st.sampled_from(Version),
    )
)
def test_what_an_older_host_takes_a_newer_one_takes_too(asked: Demand) -> None:
    """Breakage goes one way: from newer to older."""
    facts = observer(PILOT)
    older, newer = (conferencing.demand(facts.facts, pool, asked) for pool in (OLD, NEW))

    assert not older.done or newer.done
    assert newer.done or max(asked.command or 0, asked.resource or 0) > Version.S19


@pytest.mark.parametrize("client", MeetingClient, ids=lambda client: client.name)
@pytest.mark.parametrize("host", [OLD, NEW], ids=["2013", "2019"])
def test_only_pairs_that_a_list_names_as_unsupported_are_refused(client: MeetingClient, host: PoolId) -> None:
    outcome = joined(host=host, client=client)

    assert outcome.done == (fit_of_joiner(client, PILOT.pools[host].versions) is not Fit.NO)


@pytest.mark.parametrize(
    ("client", "host", "how", "words"),
    [
        (MeetingClient.LYNC_2013, Version.L10, DONE, "no gallery view"),
        (MeetingClient.WEB_APP_2013, Version.L10, REFUSED, "not supported in meetings of Lync Server 2010"),
        (MeetingClient.ATTENDEE_2010, Version.L10, DONE, ""),
        (MeetingClient.ATTENDEE_2010, Version.L13, REFUSED, "Lync 2010 Attendee is not supported"),
        (MeetingClient.WEB_APP_2010, Version.L13, REFUSED, "Lync Web App 2010 is not supported"),
        (MeetingClient.LIVE_MEETING_2007, Version.L13, REFUSED, "Live Meeting 2007 is not supported"),
        (MeetingClient.LYNC_2010, Version.L13, DONE, "slides of newer clients"),
        (MeetingClient.LYNC_2010, Version.S19, DONE, "features that both have"),
    ],
)
def test_clients_join_as_the_lists_say(
    client: MeetingClient, host: Version, how: Disposition, words: str
) -> None:
    known = dataclasses.replace(PILOT.pools[NEW], versions=(host,))
    outcome = joined(PILOT.changed(pools=frozen({**PILOT.pools, NEW: known})), client=client)

    assert outcome.disposition is how, outcome
    assert words in str(outcome)


def test_a_client_in_no_list_joins_by_assumption() -> None:
    assert "unlisted-client-joins" in joined(client=MeetingClient.LYNC_2010).assumes
    off = joined(rules=switched("unlisted-client-joins", "no"), client=MeetingClient.LYNC_2010)
    assert (off.disposition, off.sip) == (REFUSED, None)


def test_a_meeting_of_an_upgraded_client_is_answered_for_as_assumed() -> None:
    def back(rules: Rules) -> Outcome:
        return conferencing.join(observer(PILOT, rules).facts, OLD, Version.S19, True)

    assert (back(Rules()).sip, conferencing.shown(back(Rules()))) == (
        404,
        "the meeting has ended or does not exist",
    )
    other = back(switched("upgraded-meeting-answer", "invalidVersion"))
    assert (other.sip, other.disposition) == (None, REFUSED)
    assert "invalidVersion" in other.reason


def test_an_anonymous_participant_needs_a_pool_with_conferencing() -> None:
    known = PILOT.pools[NEW]
    bare = dataclasses.replace(known, roles=known.roles - {"ConfServices"}, mcus=frozenset())
    outcome = joined(PILOT.changed(pools=frozen({**PILOT.pools, NEW: bare})), joiner=Guest.ANONYMOUS)

    assert (outcome.disposition, outcome.sip, outcome.diagnostic) == (REFUSED, 403, 3022)


def test_slides_alone_need_office_web_apps() -> None:
    bare = dataclasses.replace(PILOT.pools[NEW], office_web_apps=None)
    state = PILOT.changed(pools=frozen({**PILOT.pools, NEW: bare}))

    assert joined(state, modality=Modality.CONTENT).sip == 603
    for modality in set(Modality) - {Modality.CONTENT}:
        assert joined(state, modality=modality).done
