"""Do meetings work, by client, link and phone, and which ones would a rollback cost?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import (
    ClientSubject,
    DeploymentSubject,
    DirectorySubject,
    Disposition,
    Finding,
    MeetingSubject,
    Modality,
    Observer,
    Organizer,
    Severity,
    check,
    is_known,
    not_applicable,
    subjects,
)


@check(
    clause="meetings",
    severity=Severity.BLOCKER,
    at="legacy..retired",
    source="Move remaining users; Migrate existing meetings and meeting content",
    remedy="Look at the pool that hosts the meetings: its Front-End service and conferencing services.",
)
def every_scheduled_meeting_can_be_joined(meeting: MeetingSubject) -> None:
    """Every meeting in somebody's calendar can be joined, whoever moved in the meantime."""
    outcome = meeting.join()
    assert outcome.done, outcome


@check(
    clause="meetings",
    severity=Severity.BLOCKER,
    at="*.rolled-back",
    source="Migration process",
    remedy="Downgrade the upgraded clients, then let the organizers schedule these meetings again.",
)
def no_meeting_is_lost_by_going_back(meeting: MeetingSubject) -> None:
    """After a rollback every meeting works, those scheduled with upgraded clients too."""
    outcome = meeting.join()
    assert outcome.done, outcome


@check(
    clause="meetings",
    severity=Severity.ERROR,
    source="Move remaining users; Client interoperability",
    remedy="Look at the hop where the way to the hosting pool ends; ports 5061 and 444 have to be open both "
    "ways between all Front End pools.",
)
def people_on_every_pool_can_join_every_meeting(meeting: MeetingSubject) -> Iterator[Finding]:
    """A meeting is hosted on its organizer's pool, and people of every pool and generation get there."""
    outcome = meeting.join_from_everywhere()
    if not outcome.done:
        _works_at_all(meeting)
        yield Finding(kind="join-from-other-pool-fails", outcome=outcome)


@check(
    clause="meetings",
    severity=Severity.ERROR,
    source="Verify pilot pool coexistence with legacy pool",
    remedy="Start the conferencing service that is named; where slides cannot be shown, associate the pool "
    "with an Office Web Apps server.",
)
def meetings_have_every_modality(meeting: MeetingSubject) -> Iterator[Finding]:
    """People in a meeting can write, talk, see each other, share their screens, show slides and files."""
    for outcome in meeting.join_for(Modality.VIDEO, Modality.SHARING, Modality.FILE, Modality.CONTENT):
        if outcome.disposition is not Disposition.DONE:
            _works_at_all(meeting)
        if outcome.disposition is Disposition.REFUSED:
            # The pool was never given it: worth knowing, but nothing broke.
            yield Finding(kind="modality-not-offered", severity=Severity.WARNING, outcome=outcome)
        elif not outcome.done:
            yield Finding(kind="modality-fails", outcome=outcome)


@check(
    clause="meetings",
    severity=Severity.ERROR,
    source="Change simple URLs after migration; Configure the meeting join page",
    remedy="Point the Meet simple URL at a pool or Director whose web services run and whose certificate "
    "names it; then look at the way from there to the hosting pool.",
)
def meetings_open_by_their_link(meeting: MeetingSubject) -> None:
    """The link in an invitation opens the meeting in a browser."""
    outcome = meeting.join_by_link()
    if not outcome.done:
        _works_at_all(meeting)
    assert outcome.done, outcome


@check(
    clause="meetings",
    severity=Severity.ERROR,
    source="Verify federation and remote access for external users",
    remedy="Look at the hop where the way ends: simple URL, web services, conferencing, or Edge for media.",
)
def anonymous_participants_get_in(meeting: MeetingSubject) -> None:
    """Somebody without an account joins by the link, wherever the organizer's policy admits that."""
    if not is_known(meeting.admits_anonymous) or meeting.admits_anonymous:
        outcome = meeting.join_anonymously()
        if not outcome.done:
            _works_at_all(meeting)
        assert outcome.done, outcome
    else:
        not_applicable("the organizer's conferencing policy admits no anonymous participants")


@check(
    clause="meetings",
    severity=Severity.ERROR,
    source="Migrate dial-in access numbers; Move conference directories",
    remedy="Move access numbers (Move-CsApplicationEndpoint) and conference directories "
    "(Move-CsConferenceDirectory, without -Force) to a pool that runs, before the old one stops.",
)
def meetings_can_be_dialled_into(meeting: MeetingSubject) -> None:
    """The code in an invitation opens the meeting from a phone, by every access number."""
    if not meeting.has_dial_in_code:
        not_applicable("the invitation prints no code for phones")
    if is_known(meeting.admits_anonymous) and not meeting.admits_anonymous:
        not_applicable("phones join anonymously, and the organizer's conferencing policy does not admit that")
    outcome = meeting.dial_in()
    if not outcome.done:
        _works_at_all(meeting)
    assert outcome.done, outcome


@check(
    clause="meetings",
    severity=Severity.WARNING,
    source="Migrate existing meetings and meeting content",
    remedy="Move people with -MoveConferenceData, or ask them to upload their slides again.",
)
def meeting_content_moves_with_its_organizer(meeting: MeetingSubject) -> None:
    """Slides and attachments that were stored in a meeting are still there after a move."""
    if not meeting.has_content:
        not_applicable("nothing is stored in these meetings")
    outcome = meeting.open_content()
    assert outcome.done, outcome


@check(
    clause="meetings",
    severity=Severity.ERROR,
    source="Verify pilot pool coexistence with legacy pool; Migration process",
    remedy="Look at the Front-End service of the organizers' pool.",
)
def everybody_can_schedule_meetings(organizer: Organizer) -> None:
    """People on every pool can schedule a meeting."""
    outcome = organizer.schedule()
    assert outcome.done, outcome


@check(
    clause="meetings",
    severity=Severity.ERROR,
    source="Skype for Business Server 2015: plan for upgrade",
    remedy="Start the pool that owns the directory, or move the directory to one that runs.",
)
def every_conference_directory_in_use_has_a_living_owner(directory: DirectorySubject) -> None:
    """The pool that knows the dial-in codes of meetings is there and answers."""
    if directory.meetings == 0:
        not_applicable("no meeting ahead has a code in it")
    outcome = directory.owner()
    assert outcome.done, outcome


@check(
    clause="meetings",
    severity=Severity.BLOCKER,
    at="legacy-silent",
    source="Move conference directories",
    remedy="Move it with Move-CsConferenceDirectory from the new version's shell before the pool is removed.",
)
def no_conference_directory_is_left_behind(directory: DirectorySubject) -> Iterator[Finding]:
    """No conference directory belongs to a pool that is about to be removed."""
    if directory.is_on_leaving_pool:
        yield Finding(kind="directory-left-behind", message=f"{directory} goes with its pool")


@check(
    clause="meetings",
    severity=Severity.ERROR,
    source="New-CsDialInConferencingAccessNumber reference",
    remedy="Give the access number a region that a dial plan names, or a dial plan the number's region.",
)
def every_access_number_is_offered_somewhere(deployment: DeploymentSubject) -> Iterator[Finding]:
    """Every dial-in access number has a region that occurs in a dial plan."""
    for number, outcome in deployment.access_numbers().items():
        if not outcome.done:
            yield Finding(kind="region-in-no-dial-plan", outcome=outcome, message=number)


@check(
    clause="meetings",
    severity=Severity.ERROR,
    source="Change simple URLs after migration",
    remedy="Point the DNS name at a pool or Director that stays, before the old one is removed.",
)
def every_simple_url_leads_to_a_living_pool(deployment: DeploymentSubject) -> Iterator[Finding]:
    """The names of simple URLs lead to an existing pool or Director that answers under them."""
    for url, outcome in deployment.simple_urls().items():
        if not outcome.done:
            yield Finding(kind="simple-url-dead", outcome=outcome, message=url)


@check(
    clause="meetings",
    severity=Severity.BLOCKER,
    at="pilot..retired, *.rolled-back",
    source="Move remaining users; Planning for simple URLs",
    remedy="Give the new site the Meet simple URL that is printed in the invitations, or let the organizers "
    "send them again; never move people or conference directories with -Force.",
)
def invitations_keep_their_link_and_conference_id(meeting: MeetingSubject, before: Observer) -> None:
    """A move changes neither the link nor the conference ID in invitations that were sent already."""
    outcome = meeting.keep_invitation(before)
    assert outcome.done, outcome


@check(
    clause="meetings",
    severity=Severity.ERROR,
    at="pilot..retired, *.rolled-back",
    source="Move remaining users; Set-CsMeetingConfiguration reference",
    remedy="Let the organizers set again whom the meeting lets in, and what becomes of callers.",
)
def meetings_keep_the_terms_they_were_sent_with(meeting: MeetingSubject, before: Observer) -> None:
    """A meeting lets in whom it let in before its organizer was moved."""
    outcome = meeting.keep_terms(before)
    assert outcome.done, outcome


@check(
    clause="meetings",
    severity=Severity.ERROR,
    at="pilot..retired, *.rolled-back",
    source="Migrate existing meetings and meeting content; Move-CsUser reference",
    remedy="Set the organizers' PIN anew (Set-CsClientPin) and tell it to them; do not move with -Force.",
)
def organizers_keep_their_pin(meeting: MeetingSubject, before: Observer) -> None:
    """Whoever leads meetings by phone still does so with the PIN from before the move."""
    if not meeting.has_dial_in_code:
        not_applicable("the invitation prints no code for phones")
    outcome = meeting.keep_pin(before)
    assert outcome.done, outcome


@check(
    clause="meetings",
    severity=Severity.ERROR,
    at="pilot, production, legacy-silent",
    source="Verify federation and remote access for external users; Move remaining users",
    remedy="Look at the hop where the partner's way ends: federation, the Edge for media, or the join link "
    "that the partner's client falls back to.",
)
def people_of_partners_get_into_meetings(organizer: Organizer) -> None:
    """People of federated partners get into meetings of either generation."""
    if is_known(organizer.federates) and not organizer.federates:
        not_applicable("their site has no federation")
    outcome = organizer.have_partners()
    if outcome.disposition is Disposition.REFUSED:
        not_applicable("a policy does not let them in; promises about policies tell whether it should")
    if not outcome.done and not organizer.schedule().done:
        not_applicable("there are no new meetings to get into")
    assert outcome.done, outcome


@check(
    clause="meetings",
    severity=Severity.BLOCKER,
    source="Move-CsConferenceDirectory reference; Move conference directories",
    remedy="Freeze scheduling on one of the two pools, finish the move from the new version's shell, and "
    "give meetings that got the same ID a new one.",
)
def every_conference_directory_has_one_owner(directory: DirectorySubject, after: Observer) -> None:
    """One pool alone believes that it owns a conference directory."""
    owners = [
        each.directory.owner
        for each in subjects(after, "directory")
        if isinstance(each, DirectorySubject) and each.directory.number == directory.directory.number
    ]
    assert len(owners) == 1, f"it belongs to {' and to '.join(owners)}"


@check(
    clause="meetings",
    severity=Severity.ERROR,
    source="Cannot connect to the server for presenting (support article)",
    remedy="Update the clients before the Front Ends get the security update of .NET.",
)
def everybody_can_present_with_the_client_they_have(client: ClientSubject) -> None:
    """People can show slides, whiteboards and polls with the client that they have."""
    outcome = client.present()
    if outcome.disposition is Disposition.REFUSED:
        not_applicable("the pool was never given what slides need")
    assert outcome.done, outcome


def _works_at_all(meeting: MeetingSubject) -> None:
    """Leave meetings that nobody can join to the promise that says so: one cause, one finding."""
    if meeting.join().disposition in (Disposition.FAILED, Disposition.REFUSED):
        not_applicable("nobody can join these meetings at all")
