"""Do people keep what their policies allow, and do these allow what coexistence needs?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import Finding, Observer, Organizer, Severity, User, check, is_known, not_applicable


@check(
    clause="policies",
    severity=Severity.ERROR,
    at="pilot..retired, *.rolled-back",
    source="Move remaining users",
    remedy="Compare the two policies that the finding names; give the people theirs in person "
    "(Grant-CsConferencingPolicy), or bring the settings of the two sites into line.",
)
def nobody_gets_another_conferencing_policy(organizer: Organizer, before: Observer) -> None:
    """A move changes nothing about what people's conferencing policy allows."""
    outcome = organizer.keep_policy(before)
    assert outcome.done, outcome


@check(
    clause="policies",
    severity=Severity.ERROR,
    at="pilot..legacy-silent",
    source="Move remaining users",
    remedy="Set AllowAnonymousParticipantsInMeetings to True in the policy of the organizers who were moved, "
    "for as long as people are homed on legacy pools.",
)
def moved_organizers_can_have_federated_guests(organizer: Organizer) -> None:
    """Meetings organized on the new version admit federated users while people are on legacy pools."""
    if not organizer.is_on_current:
        not_applicable("they are not homed on the new version")
    if not organizer.legacy_people:
        not_applicable("nobody is homed on a legacy pool any more")
    if is_known(organizer.federates) and not organizer.federates:
        not_applicable("their site has no federation")
    outcome = organizer.may_have_guests()
    assert outcome.done, outcome


@check(
    clause="policies",
    severity=Severity.ERROR,
    at="pilot..retired, *.rolled-back",
    source="Move remaining users; Migrating multiple sites and pools",
    remedy="Compare the two policies that the finding names; give the people theirs in person "
    "(Grant-CsExternalAccessPolicy, Grant-CsVoicePolicy), or bring the settings of the two sites into line.",
)
def nobody_may_do_less_or_more_outside_or_by_phone(user: User, before: Observer) -> Iterator[Finding]:
    """A move changes nothing about what people's external access and voice policies allow."""
    outside = user.keep_policy("external-access", before)
    if not outside.done:
        yield Finding(kind="external-access-changed", outcome=outside)
    if user.has_voice is not False:
        voice = user.keep_policy("voice", before)
        if not voice.done:
            yield Finding(kind="voice-policy-changed", outcome=voice)


@check(
    clause="policies",
    severity=Severity.ERROR,
    at="pilot..retired, *.rolled-back",
    source="Set-CsMeetingConfiguration reference; Move remaining users",
    remedy="Set AdmitAnonymousUsersByDefault and PstnCallersBypassLobby explicitly where people are moved "
    "to, before the first of them is.",
)
def new_meetings_begin_on_the_same_terms(organizer: Organizer, before: Observer) -> None:
    """Meetings that people schedule after a move let in whom those from before did."""
    outcome = organizer.new_terms_kept(before)
    assert outcome.done, outcome


@check(
    clause="policies",
    severity=Severity.WARNING,
    source="Migrate Address Book",
    remedy="Copy the company's number rules to the new pool's share, rewrite patterns with spaces or "
    "punctuation, and run Update-CsAddressBook.",
)
def people_see_numbers_that_can_be_dialled(user: User) -> None:
    """Telephone numbers of colleagues look the same before and after a move, and can be dialled."""
    outcome = user.read_numbers()
    if not outcome.done and not user.ask_address_book().done:
        not_applicable("the address book does not answer them at all")
    assert outcome.done, outcome


@check(
    clause="policies",
    severity=Severity.WARNING,
    source="Roll back migrated users; Invoke-CsUcsRollback reference",
    remedy="Turn UcsAllowed off in these people's user services policy, then roll their lists back again.",
)
def contact_lists_stay_where_they_were_rolled_back_to(user: User) -> None:
    """Contact lists that were taken back from Exchange do not return there by themselves."""
    outcome = user.keep_contact_store()
    assert outcome.done, outcome
