"""Meetings: what cannot be joined, or is not what it was."""

from __future__ import annotations

import pytest
from fault_scores import Noticed, assert_noticed, faults_of

from coexistence.vocabulary import Clause

NOTICED = [
    Noticed("archiving-critical-mode-stuck", "every_scheduled_meeting_can_be_joined", "pilot"),
    Noticed("conference-directory-left-behind", "no_conference_directory_is_left_behind", "legacy-silent"),
    Noticed(
        "derived-two-owners-of-conference-ids", "every_conference_directory_has_one_owner", "legacy-silent"
    ),
    Noticed("meeting-content-not-moved", "meeting_content_moves_with_its_organizer", "pilot"),
    Noticed(
        "patched-server-unpatched-client-modalities",
        "everybody_can_present_with_the_client_they_have",
        "side-by-side",
    ),
    Noticed("reverse-proxy-drops-host-header", "anonymous_participants_get_in", "side-by-side"),
]


@pytest.mark.parametrize("expected", NOTICED, ids=[each.fault for each in NOTICED])
def test_a_fault_is_noticed_where_it_can_first_be_seen(expected: Noticed) -> None:
    assert_noticed(expected)


def test_every_fault_of_the_family_stands_here() -> None:
    assert [each.fault for each in NOTICED] == faults_of(Clause.MEETINGS)
