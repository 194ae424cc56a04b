"""Do numbers, groups, phones and applications answer, and do calls go out?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import (
    ApplicationKind,
    ApplicationSubject,
    Finding,
    Severity,
    SiteSubject,
    User,
    check,
    not_applicable,
)


@check(
    clause="applications",
    severity=Severity.ERROR,
    source="Migrate response groups",
    remedy="Look at the Response Group service and the web services of the pool that owns the groups. Never "
    "delete the legacy copy before its pool is removed.",
)
def response_groups_answer_callers_of_both_generations(application: ApplicationSubject) -> Iterator[Finding]:
    """A call to a response group is answered, wherever the caller is homed."""
    if application.kind is not ApplicationKind.RESPONSE_GROUP:
        not_applicable("no response group")
    outcome = application.answer()
    if outcome.done:
        return
    if application.is_cut_off:
        # The guide forbids it outright: the groups have to be configured again.
        yield Finding(kind="response-group-cut-off", severity=Severity.BLOCKER, outcome=outcome)
    else:
        yield Finding(kind="response-group-silent", outcome=outcome)


@check(
    clause="applications",
    severity=Severity.ERROR,
    at="*.rolled-back",
    source="Migrate response groups",
    remedy="Move the contact object of every response group back with Move-CsApplicationEndpoint: the legacy "
    "configuration alone receives no calls.",
)
def response_groups_are_back_on_legacy_pools(application: ApplicationSubject) -> None:
    """After a rollback the contacts of response groups are on legacy pools."""
    if application.kind is not ApplicationKind.RESPONSE_GROUP:
        not_applicable("no response group")
    assert not application.is_on_newest_generation, f"{application.label} receives the calls"


@check(
    clause="applications",
    severity=Severity.ERROR,
    source="Migrate Call Park application settings",
    remedy="Start the Call Park service on the pool that owns the orbit, or give the orbit to another pool "
    "with Set-CsCallParkOrbit.",
)
def parked_calls_find_their_orbit(application: ApplicationSubject) -> None:
    """A call can be parked, and fetched from any pool."""
    if application.kind is not ApplicationKind.CALL_PARK_ORBIT:
        not_applicable("no orbit")
    outcome = application.answer()
    assert outcome.done, outcome


@check(
    clause="applications",
    severity=Severity.ERROR,
    source="Migrate common area phones; Migrate analog devices",
    remedy="Start the Front-End service of the pool that the phones are homed on, or move them with "
    "Move-CsCommonAreaPhone and Move-CsAnalogDevice.",
)
def phones_and_devices_can_be_called(application: ApplicationSubject) -> None:
    """Common area phones and analog devices can be called from every pool."""
    if application.kind not in (ApplicationKind.COMMON_AREA_PHONE, ApplicationKind.ANALOG_DEVICE):
        not_applicable("no device")
    outcome = application.answer()
    assert outcome.done, outcome


@check(
    clause="applications",
    severity=Severity.ERROR,
    source="Move Exchange Unified Messaging contact objects; Testing peer-to-peer A/V calls",
    remedy="Move the contact objects before their pool stops, and tell Exchange UM of the new pool.",
)
def voicemail_can_be_reached(application: ApplicationSubject) -> None:
    """Calls to voice mail reach Exchange, wherever the caller is homed."""
    if application.kind is not ApplicationKind.EXCHANGE_UM:
        not_applicable("no voice mail")
    outcome = application.answer()
    assert outcome.done, outcome


@check(
    clause="applications",
    severity=Severity.WARNING,
    source="Set-CsUnassignedNumber reference",
    remedy="Recreate the announcement on a pool that stays, then let the range name that pool.",
)
def unassigned_numbers_are_announced(application: ApplicationSubject) -> None:
    """Callers of vacant numbers hear the announcement."""
    if application.kind is not ApplicationKind.UNASSIGNED_NUMBERS:
        not_applicable("no number range")
    outcome = application.answer()
    assert outcome.done, outcome


@check(
    clause="applications",
    severity=Severity.ERROR,
    source="Configure trusted application servers; Move-CsApplicationEndpoint reference",
    remedy="Set the next hop of the trusted application pool to a pool that stays, then move the endpoints "
    "to that pool with Move-CsApplicationEndpoint.",
)
def trusted_applications_answer(application: ApplicationSubject) -> None:
    """Endpoints of trusted applications answer, wherever the caller is homed."""
    if application.kind is not ApplicationKind.TRUSTED_ENDPOINT:
        not_applicable("no endpoint")
    outcome = application.answer()
    assert outcome.done, outcome


@check(
    clause="applications",
    severity=Severity.ERROR,
    source="Testing PSTN calls; M:N trunk in Lync Server 2013",
    remedy="Give the new Mediation pools a trunk to the gateway, and name that trunk in the voice route.",
)
def people_with_voice_call_out(user: User) -> None:
    """Whoever has Enterprise Voice reaches the telephone network."""
    if user.has_voice is False:
        not_applicable("not enabled for Enterprise Voice")
    outcome = user.call_out()
    assert outcome.done, outcome


@check(
    clause="applications",
    severity=Severity.ERROR,
    source="Migrating multiple sites and pools; coexistence considerations of Persistent Chat",
    remedy="Keep people who chat in rooms on a pool whose version has Persistent Chat; keep the chat pool "
    "and the Front End pool that it hangs off.",
)
def people_reach_their_chat_rooms(user: User) -> None:
    """Whoever uses Persistent Chat reaches a chat pool."""
    if user.has_chat is not True:
        not_applicable("nobody told that they chat in rooms")
    outcome = user.chat()
    assert outcome.done, outcome


@check(
    clause="applications",
    severity=Severity.ERROR,
    source="Reset call admission control",
    remedy="Let a pool that stays host it, and start both Bandwidth Policy services there.",
)
def call_admission_control_decides(site: SiteSubject) -> None:
    """A site that limits bandwidth has a running pool that decides."""
    outcome = site.admission()
    assert outcome.done, outcome
