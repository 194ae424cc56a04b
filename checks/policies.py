"""Do people keep what their policies allow, and do these allow what coexistence needs?"""

from __future__ import annotations

from coexistence import Observer, Organizer, Severity, check, is_known, not_applicable


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
