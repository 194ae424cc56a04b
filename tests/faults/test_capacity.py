"""Capacity: pools, logs and disks that are too small."""

from __future__ import annotations

import pytest
from fault_scores import Noticed, assert_noticed, faults_of

from coexistence.vocabulary import Clause

NOTICED = [
    Noticed(
        "paired-server-cannot-hold-both",
        "pools_hold_the_people_homed_on_them",
        "production",
    ),
    Noticed(
        "pilot-pool-sized-for-pilot-only",
        "pools_hold_the_people_homed_on_them",
        "production",
    ),
    Noticed(
        "too-little-disk-for-databases",
        "setup_finds_room_for_its_databases",
        "side-by-side",
    ),
    Noticed(
        "transaction-log-full-after-mass-activity",
        "transaction_logs_take_the_next_batch",
        "production",
    ),
]


@pytest.mark.parametrize("expected", NOTICED, ids=[each.fault for each in NOTICED])
def test_a_fault_is_noticed_where_it_can_first_be_seen(expected: Noticed) -> None:
    assert_noticed(expected)


def test_every_fault_of_the_family_stands_here() -> None:
    assert [each.fault for each in NOTICED] == faults_of(Clause.CAPACITY)
