"""Messaging: who no longer reaches, or sees, whom."""

from __future__ import annotations

import pytest
from fault_scores import Noticed, assert_noticed, faults_of

from coexistence.vocabulary import Clause

NOTICED = [
    Noticed("derived-unknown-state-value-rejected", "everybody_sees_whether_others_are_there", "pilot"),
    Noticed("group-chat-islands", "rooms_were_carried_over_to_the_new_chat_pool", "post-migration"),
    Noticed("im-filter-asymmetry", "links_and_files_pass_both_ways", "pilot"),
    Noticed("privacy-mode-with-old-clients", "everybody_is_seen_with_the_client_they_have", "side-by-side"),
    Noticed(
        "tls-session-ticket-breaks-port-444", "a_third_person_can_be_invited_across_generations", "pilot"
    ),
    Noticed("xmpp-user-moved-forward", "nobody_is_moved_away_from_their_xmpp_contacts", "pilot"),
]


@pytest.mark.parametrize("expected", NOTICED, ids=[each.fault for each in NOTICED])
def test_a_fault_is_noticed_where_it_can_first_be_seen(expected: Noticed) -> None:
    assert_noticed(expected)


def test_every_fault_of_the_family_stands_here() -> None:
    assert [each.fault for each in NOTICED] == faults_of(Clause.MESSAGING)
