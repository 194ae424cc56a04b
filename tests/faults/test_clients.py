"""Clients: who cannot sign in with what they have."""

from __future__ import annotations

import pytest
from fault_scores import Noticed, assert_noticed, faults_of

from coexistence.vocabulary import Clause

NOTICED = [
    Noticed("attendee-or-old-web-app-on-new-meeting", "guests_join_with_what_they_use", "pilot"),
    Noticed("autodiscover-on-new-pool-prompts-old-homed", "nobody_is_asked_whom_to_trust", "side-by-side"),
    Noticed("cached-phones-outlive-decommission", "everybody_can_sign_in_with_their_client", "legacy-silent"),
    Noticed("mcx-mobile-after-move-to-2019", "everybody_can_sign_in_with_their_client", "pilot"),
    Noticed("replicator-skips-a-domain", "everybody_can_sign_in_with_their_client", "pilot"),
]


@pytest.mark.parametrize("expected", NOTICED, ids=[each.fault for each in NOTICED])
def test_a_fault_is_noticed_where_it_can_first_be_seen(expected: Noticed) -> None:
    assert_noticed(expected)


def test_every_fault_of_the_family_stands_here() -> None:
    assert [each.fault for each in NOTICED] == faults_of(Clause.CLIENTS)
