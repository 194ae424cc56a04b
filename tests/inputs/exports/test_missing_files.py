"""A complete export is decided in every promise; whatever is taken away leaves questions, never answers."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Final

import complete_export
import pytest
from export_forms import columns_of, without_column
from looked_at import Judged, Verdicts, judged

from coexistence.inputs.exports import kinds, read_exports
from coexistence.model.deployment import Deployment


class Complete:
    """A complete export, and what is judged of it."""

    def __init__(self, deployment: Deployment) -> None:
        self.files = complete_export.files_of(deployment)

    @cached_property
    def twin(self) -> Deployment:
        """What is read of all files."""
        return complete_export.read(self.files)

    @cached_property
    def verdicts(self) -> Verdicts:
        """What is judged of that."""
        return judged(self.twin)

    def without(self, name: str) -> Deployment:
        """Read what is left when a file is taken away."""
        return complete_export.read({file: data for file, data in self.files.items() if file != name})

    def without_column(self, name: str, column: str) -> Deployment:
        """Read what is left when a column of a file is taken away."""
        return complete_export.read(self.files | {name: without_column(self.files[name], column)})


COMPLETE: Final = {
    "everything": Complete(complete_export.everything()),
    "scattered": Complete(complete_export.scattered()),
}
EVERYTHING: Final = COMPLETE["everything"]
FILES: Final = EVERYTHING.files
TABLES: Final = [name for name in FILES if name.endswith(".csv")]
KINDS: Final = complete_export.kinds(FILES)

#: What each file decides: the export as open questions name it, and a promise that rests on it.
DECIDES: Final = {
    "patchversion.csv": ("Get-CsServerPatchVersion", "servers_of_a_pool_are_alike"),
    "windowsservices.csv": ("Get-CsWindowsService", "every_expected_service_runs"),
    "replication.csv": ("Get-CsManagementStoreReplicationStatus", "every_replica_is_up_to_date"),
    "sites.csv": ("Get-CsSite", "partners_reach_users_of_both_generations"),
    "users.csv": ("Get-CsUser", "legacy_and_current_users_reach_each_other"),
    "clients.csv": ("client versions", "everybody_can_sign_in_with_their_client"),
    "meetings.csv": ("meetings export", "every_scheduled_meeting_can_be_joined"),
    "conferencedirectories.csv": (
        "Get-CsConferenceDirectory",
        "every_conference_directory_in_use_has_a_living_owner",
    ),
    "accessnumbers.csv": ("Get-CsDialInConferencingAccessNumber", "meetings_can_be_dialled_into"),
    "rgsworkflows.csv": ("Get-CsRgsWorkflow", "response_groups_answer_callers_of_both_generations"),
    "callparkorbits.csv": ("Get-CsCallParkOrbit", "parked_calls_find_their_orbit"),
    "unassignednumbers.csv": ("Get-CsUnassignedNumber", "unassigned_numbers_are_announced"),
    "commonareaphones.csv": ("Get-CsCommonAreaPhone", "phones_and_devices_can_be_called"),
    "analogdevices.csv": ("Get-CsAnalogDevice", "phones_and_devices_can_be_called"),
    "exumcontacts.csv": ("Get-CsExUmContact", "voicemail_can_be_reached"),
    "trustedappendpoints.csv": ("Get-CsTrustedApplicationEndpoint", "trusted_applications_answer"),
    "trustedapps.csv": ("Get-CsTrustedApplication", "trusted_applications_answer"),
    "conferencing-policies.csv": ("Get-CsConferencingPolicy", "anonymous_participants_get_in"),
    "external-access-policies.csv": (
        "Get-CsExternalAccessPolicy",
        "nobody_may_do_less_or_more_outside_or_by_phone",
    ),
    "voice-policies.csv": ("Get-CsVoicePolicy", "people_with_voice_call_out"),
    "dialplans.csv": ("Get-CsDialPlan", "every_access_number_is_offered_somewhere"),
    "voiceroutes.csv": ("Get-CsVoiceRoute", "people_with_voice_call_out"),
    "clientversionrules.csv": ("Get-CsClientVersionPolicyRule", "everybody_can_sign_in_with_their_client"),
    "clientversionconfig.csv": (
        "Get-CsClientVersionConfiguration",
        "everybody_can_sign_in_with_their_client",
    ),
    "simpleurls.csv": ("Get-CsSimpleUrlConfiguration", "every_simple_url_leads_to_a_living_pool"),
    "dns.csv": ("DNS export", "names_lead_to_something_that_exists"),
    "certificates.csv": ("certificate export", "no_certificate_runs_out"),
    "serversettings.csv": ("TLS settings", "legacy_and_current_users_reach_each_other"),
    "cmsconnection.csv": ("Get-CsManagementConnection", "every_site_can_be_administered"),
    "meeting-configuration.csv": ("Get-CsMeetingConfiguration", "new_meetings_begin_on_the_same_terms"),
    "alloweddomains.csv": ("Get-CsAllowedDomain", "partners_reach_users_of_both_generations"),
    "blockeddomains.csv": ("Get-CsBlockedDomain", "partners_reach_users_of_both_generations"),
}
#: Compared with the topology, or with each other.
ONLY_COMPARED: Final = {"pools.csv", "services.csv", "sipdomains.csv"}
#: What else the open questions of a file name: another part of it, or another file that could tell as well.
ALSO_NEEDED: Final = {
    # Which client schedules meetings on the way is a question about clients and meetings alike.
    "clients.csv": {
        "meetings export",
        "a statement of who uses XMPP and Persistent Chat",
        "Test-CsUnifiedContactStore",
    },
    "dns.csv": {"external DNS export"},
}
#: Columns by which a file is told from others that look like it: without them it may be taken for one.
TELLING: Final = {
    ("commonareaphones.csv", "DisplayNumber"),
    ("analogdevices.csv", "Gateway"),
    ("exumcontacts.csv", "AutoAttendant"),
    ("trustedappendpoints.csv", "OwnerUrn"),
}
#: Columns that hold what an object is called and nothing else.
NAMES: Final = {(name, "Identity") for name, _ in TELLING}
#: What decides who stays on legacy pools: without it everybody is planned to move, or nobody, and what is
#: promised from then on is about other pools and people.
WHO_STAYS: Final = {("users.csv", ""), ("clients.csv", ""), ("clients.csv", "HasXmppContacts")}
FROM_THEN_ON: Final = {"production", "post-migration", "legacy-silent", "retired"}
#: Promises that may look at less without a file, or that column of it, and still be kept.
MAY_LOOK_AT_LESS: Final = {
    # The step for people with XMPP who stay is planned where there are any.
    (*which, "every_step_of_the_plan_is_carried_out")
    for which in WHO_STAYS
} | {
    # No record is known that the step "Autodiscover to the new pools" could change.
    ("dns.csv", "", "every_step_of_the_plan_is_carried_out"),
    # The plan gives whoever is moved, and whose client nobody told, the new one: there it is known again.
    ("clients.csv", "", "people_who_were_away_while_moved_get_in_again"),
    ("clients.csv", "Client", "people_who_were_away_while_moved_get_in_again"),
}
#: Any gateway will do: where the way to one is not known, another's may be known well, and shorter.
ANOTHER_WAY: Final = {"people_with_voice_call_out", "people_with_voice_can_be_called"}
#: Not asked about anybody as far as was told; without the column about everybody, of whom it holds.
HOLDS_FOR_ALL: Final = {("meetings.csv", "has_content", "meeting_content_moves_with_its_organizer")}


@pytest.mark.parametrize("which", COMPLETE)
def test_a_complete_export_leaves_no_question_open(which: str) -> None:
    verdicts = COMPLETE[which].verdicts

    assert {each.status for each in verdicts.values()} == {"kept", "not applicable"}
    # A promise about which nothing was asked could lose its file unnoticed.
    assert sum(each.status == "kept" for each in verdicts.values()) > 800


def test_every_table_is_accounted_for() -> None:
    assert set(TABLES) == {*DECIDES, *ONLY_COMPARED}


def _opened(which: str, now: Verdicts, name: str, column: str = "") -> set[str]:
    """Assert that nothing is judged differently but for open questions; return the promises left open.

    What is kept without a file is kept for all that it was kept for with the file: a promise that looks at
    less, and is kept, forgot to say that nobody told.
    """
    opened = set()
    before = COMPLETE[which].verdicts
    assert now.keys() == before.keys()
    for (check, place), here in now.items():
        there = before[check, place]
        if here.status == "undecided":
            needs = {DECIDES[name][0], *ALSO_NEEDED.get(name, ())} if name in DECIDES else set()
            assert here.needs <= needs, (check, place, here.needs)
            opened.add(check)
        elif (name, column) in WHO_STAYS and place in FROM_THEN_ON:
            assert here.status in ("kept", "not applicable"), (check, place, here.status)
        elif (name, column, check) not in HOLDS_FOR_ALL:
            assert here.status == there.status, (check, place, there.status, here.status)
            if (name, column, check) not in MAY_LOOK_AT_LESS and check not in ANOTHER_WAY:
                _looks_at_no_less(here, there, (name, column) in NAMES)
    return opened


def _looks_at_no_less(here: Judged, there: Judged, is_renamed: bool) -> None:
    if is_renamed:
        assert here.looked_at.total() >= there.looked_at.total()
    else:
        assert not there.looked_at - here.looked_at


def _also(which: str, name: str, column: str = "") -> tuple[pytest.MarkDecorator, ...]:
    """Leave to thorough runs what the first of the two deployments has as well."""
    has = which != "everything" and (not column or column in columns_of(FILES[name]))
    return (pytest.mark.thorough,) if has else ()


@pytest.mark.parametrize(
    ("name", "which"),
    [pytest.param(name, which, marks=_also(which, name)) for which in COMPLETE for name in TABLES],
)
def test_without_a_file_its_promises_are_open_and_nothing_is_worse(name: str, which: str) -> None:
    opened = _opened(which, judged(COMPLETE[which].without(name)), name)

    if name in DECIDES:
        assert DECIDES[name][1] in opened
    else:
        assert not opened
    # The report says of each file that is missing what that leaves open, and of no other.
    assert bool(kinds.KINDS[KINDS[name]].undecided) == (name in DECIDES)


_COLUMNS = [
    pytest.param(which, name, column, marks=_also(which, name, column))
    for which, complete in COMPLETE.items()
    for name in TABLES
    for column in columns_of(complete.files[name])
    if (name, column) not in TELLING
]


@pytest.mark.parametrize(("which", "name", "column"), _COLUMNS)
def test_without_a_column_nothing_is_worse(which: str, name: str, column: str) -> None:
    complete = COMPLETE[which]
    twin = complete.without_column(name, column)

    # A column that nothing rests on, or without which the file is not recognised: known already.
    if twin not in (complete.twin, complete.without(name)):
        _opened(which, judged(twin), name, column)


@pytest.mark.parametrize(
    ("name", "column", "says"),
    [
        ("certificates.csv", "Use", "this looks like certificate export without 'use'"),
        ("dns.csv", "Side", "this looks like DNS export without 'side'"),
        ("clientversionrules.csv", "MajorVersion", "Get-CsClientVersionPolicyRule without 'majorversion'"),
    ],
)
def test_a_file_that_lacks_a_column_says_which(tmp_path: Path, name: str, column: str, says: str) -> None:
    for file, data in (FILES | {name: without_column(FILES[name], column)}).items():
        (tmp_path / file).write_bytes(data)

    account = next(each for each in read_exports(tmp_path).files if each.file == name)

    assert account.kind == "not yet understood"
    assert says in account.notes[0]
