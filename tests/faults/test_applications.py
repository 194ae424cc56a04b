"""Applications: numbers, groups and programs that do not answer."""

from __future__ import annotations

import pytest
from fault_scores import Noticed, assert_noticed, faults_of

from coexistence.vocabulary import Clause

NOTICED = [
    Noticed("dial-in-access-number-on-legacy", "access_numbers_answer_their_callers", "legacy-silent"),
    Noticed("exchange-um-not-told-of-new-pool", "unanswered_calls_end_in_voice_mail", "pilot"),
    Noticed("legacy-homed-agent-of-new-group", "agents_serve_their_response_groups", "pilot"),
    Noticed(
        "response-group-rollback-contacts-forward",
        "response_groups_are_back_on_legacy_pools",
        "post-migration.rolled-back",
    ),
    Noticed("trusted-app-contacts-orphaned", "trusted_applications_answer", "legacy-silent"),
    Noticed("um-contacts-fail-on-2019", "voicemail_can_be_reached", "post-migration"),
    Noticed("unassigned-number-range-on-legacy", "unassigned_numbers_are_announced", "legacy-silent"),
]


@pytest.mark.parametrize("expected", NOTICED, ids=[each.fault for each in NOTICED])
def test_a_fault_is_noticed_where_it_can_first_be_seen(expected: Noticed) -> None:
    assert_noticed(expected)


def test_every_fault_of_the_family_stands_here() -> None:
    assert [each.fault for each in NOTICED] == faults_of(Clause.APPLICATIONS)
