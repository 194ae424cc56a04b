"""Do numbers, groups, phones and applications answer, and do calls go out?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import (
    ApplicationKind,
    ApplicationSubject,
    DeploymentSubject,
    Disposition,
    Finding,
    PoolRole,
    PoolSubject,
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
    elif application.has_copies:
        # It was moved to a pool that cannot serve it: the application has to be there first.
        yield Finding(kind="migrated-group-silent", severity=Severity.BLOCKER, outcome=outcome)
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
    for pool in application.callers:
        fetched = application.fetch(pool)
        assert fetched.done, fetched


@check(
    clause="applications",
    severity=Severity.WARNING,
    source="Migrate Call Park application settings",
    remedy="Copy the music file from the file store of the old pool to that of the new one (Xcopy), and see "
    "that Get-CsCpsConfiguration of both agree.",
)
def parked_callers_hear_the_companys_music(application: ApplicationSubject) -> None:
    """Whoever is parked hears the music that the company chose."""
    if application.kind is not ApplicationKind.CALL_PARK_ORBIT:
        not_applicable("no orbit")
    outcome = application.play_music()
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
def trusted_applications_answer(application: ApplicationSubject) -> Iterator[Finding]:
    """Endpoints of trusted applications answer, wherever the caller is homed."""
    if application.kind is not ApplicationKind.TRUSTED_ENDPOINT:
        not_applicable("no endpoint")
    outcome = application.answer()
    if outcome.done:
        return
    if application.is_without_application:
        yield Finding(kind="application-not-there", severity=Severity.BLOCKER, outcome=outcome)
    else:
        yield Finding(kind="application-silent", outcome=outcome)


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
    if user.has_chat is False:
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


@check(
    clause="applications",
    severity=Severity.ERROR,
    source="Migrate response groups; Lync Server 2013 release notes",
    remedy="Move agents before their groups, and give them the address of the new pool's agent console.",
)
def agents_serve_their_response_groups(application: ApplicationSubject) -> Iterator[Finding]:
    """Agents sign in to their groups and call in their name, wherever they are homed."""
    if application.kind is not ApplicationKind.RESPONSE_GROUP or not application.application.agents:
        not_applicable("nobody told the agents of the group")
    if application.answer().disposition in (Disposition.FAILED, Disposition.REFUSED):
        not_applicable("the group answers nobody")
    for home in application.agent_homes:
        signed_in = application.sign_in(home)
        if not signed_in.done:
            yield Finding(kind="agent-not-signed-in", outcome=signed_in)
            return
        called = application.call_on_behalf(home)
        if not called.done:
            yield Finding(kind="no-call-on-behalf", severity=Severity.WARNING, outcome=called)
            return


@check(
    clause="applications",
    severity=Severity.ERROR,
    source="Lync Phone Edition devices stuck connecting to server (third party); Migrate common area phones",
    remedy="Repair what a phone without memory needs in the networks where phones are: DHCP options 43 and "
    "120, the sign-in records, the certificate's chain.",
)
def a_phone_fresh_from_its_box_signs_in(application: ApplicationSubject) -> None:
    """A common area phone that was reset, or is new, finds its pool and signs in."""
    if application.kind is not ApplicationKind.COMMON_AREA_PHONE:
        not_applicable("no phone")
    outcome = application.register()
    if outcome.disposition is Disposition.REFUSED:
        # Which kind of phone hangs there is told nowhere; the one that was tried is not of this version.
        not_applicable("the pool has no place for phones of that kind")
    assert outcome.done, outcome


@check(
    clause="applications",
    severity=Severity.ERROR,
    source="What's new in Skype for Business Server 2019; Plan for UM migration",
    remedy="Move people to the new pool before their mailboxes go to Exchange 2019; tell Exchange UM of the "
    "new pool and restart its Front-End service.",
)
def unanswered_calls_end_in_voice_mail(user: User) -> None:
    """Whoever has voice mail gets the messages that callers leave."""
    if user.has_voice is False or not user.has_voicemail:
        not_applicable("no voice mail that anybody told of")
    outcome = user.receive_voicemail()
    assert outcome.done, outcome


@check(
    clause="applications",
    severity=Severity.ERROR,
    source="Testing PSTN calls; M:N trunk in Lync Server 2013",
    remedy="See that a gateway has a trunk to a Mediation Server that runs, and that its next hop stays.",
)
def people_with_voice_can_be_called(user: User) -> None:
    """Calls from the telephone network reach whoever has Enterprise Voice."""
    if user.has_voice is False:
        not_applicable("not enabled for Enterprise Voice")
    outcome = user.be_called()
    if outcome.disposition is Disposition.REFUSED:
        not_applicable("there is no way in from the telephone network")
    assert outcome.done, outcome


@check(
    clause="applications",
    severity=Severity.ERROR,
    source="Coexistence considerations (Group Chat, Persistent Chat); Migrating Group Chat servers",
    remedy="Let each chat pool hang off a Front End pool of its own version.",
)
def every_chat_pool_hangs_off_its_own_version(pool: PoolSubject, deployment: DeploymentSubject) -> None:
    """A chat pool's Front End pool is of the version that the chat pool is of."""
    if pool.pool.role is not PoolRole.PERSISTENT_CHAT or pool.pool.next_hop is None:
        not_applicable("no chat pool")
    if pool.is_silenced:
        not_applicable("stopped on purpose: the pool is about to be removed")
    for front_end in deployment.pools:
        if front_end.id == pool.pool.next_hop and front_end.versions and pool.pool.versions:
            assert set(front_end.versions) & set(pool.pool.versions), (
                f"{pool} hangs off {front_end.fqdn}, which is of another version"
            )


@check(
    clause="applications",
    severity=Severity.BLOCKER,
    source="Migrate dial-in access numbers",
    remedy="Move the number with Move-CsApplicationEndpoint before its pool stops, in a quiet hour.",
)
def access_numbers_answer_their_callers(application: ApplicationSubject) -> None:
    """The numbers that invitations print are answered, wherever somebody calls from."""
    if application.kind is not ApplicationKind.ACCESS_NUMBER:
        not_applicable("no access number")
    outcome = application.answer()
    assert outcome.done, outcome
