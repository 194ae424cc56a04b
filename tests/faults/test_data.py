"""Data: moves, removals and returns that lose what people have."""

from __future__ import annotations

import pytest
from fault_scores import Noticed, assert_noticed, faults_of

from coexistence.vocabulary import Clause

NOTICED = [
    Noticed(
        "derived-forward-converted-data-unreadable-after-rollback",
        "records_can_be_read_after_going_back",
        "pilot.rolled-back",
    ),
    Noticed(
        "directory-attributes-cleared-too-soon",
        "people_in_the_cloud_keep_their_numbers",
        "retired",
    ),
    Noticed(
        "directory-moved-with-old-shell",
        "conference_directories_keep_their_codes",
        "legacy-silent",
    ),
    Noticed(
        "forced-move-drops-user-data",
        "contact_lists_can_be_read",
        "pilot",
    ),
    Noticed(
        "mailbox-moved-back-before-contacts",
        "contact_lists_can_be_read",
        "legacy",
    ),
    Noticed(
        "moved-before-first-user-sync",
        "new_pools_know_every_account",
        "pilot",
    ),
    Noticed(
        "old-store-databases-dropped-early",
        "the_configuration_is_whole",
        "legacy-silent",
    ),
]


@pytest.mark.parametrize("expected", NOTICED, ids=[each.fault for each in NOTICED])
def test_a_fault_is_noticed_where_it_can_first_be_seen(expected: Noticed) -> None:
    assert_noticed(expected)


def test_every_fault_of_the_family_stands_here() -> None:
    assert [each.fault for each in NOTICED] == faults_of(Clause.DATA)
