"""Policies: who may do more or less with nothing granted."""

from __future__ import annotations

import pytest
from fault_scores import Noticed, assert_noticed, faults_of

from coexistence.vocabulary import Clause

NOTICED = [
    Noticed("address-book-rules-not-carried", "people_see_numbers_that_can_be_dialled", "pilot"),
    Noticed("anonymous-join-off-for-moved-organizers", "moved_organizers_can_have_federated_guests", "pilot"),
    Noticed("derived-same-setting-different-default", "new_meetings_begin_on_the_same_terms", "pilot"),
    Noticed("normalization-switch-breaks-search", "people_see_numbers_that_can_be_dialled", "pilot"),
    Noticed("site-policy-lost-in-new-site", "nobody_gets_another_conferencing_policy", "pilot"),
    Noticed(
        "unified-store-policy-left-on",
        "contact_lists_stay_where_they_were_rolled_back_to",
        "pilot.rolled-back",
    ),
]


@pytest.mark.parametrize("expected", NOTICED, ids=[each.fault for each in NOTICED])
def test_a_fault_is_noticed_where_it_can_first_be_seen(expected: Noticed) -> None:
    assert_noticed(expected)


def test_every_fault_of_the_family_stands_here() -> None:
    assert [each.fault for each in NOTICED] == faults_of(Clause.POLICIES)
