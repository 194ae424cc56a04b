"""Services: what keeps them from running, and people from being served."""

from __future__ import annotations

import pytest
from fault_scores import Noticed, assert_noticed, faults_of

from coexistence.vocabulary import Clause

NOTICED = [
    Noticed(
        "backup-service-old-binaries",
        "every_expected_service_runs",
        "side-by-side",
    ),
    Noticed(
        "derived-mixed-builds-inside-new-pool",
        "pools_serve_all_their_people_in_full",
        "production",
    ),
    Noticed(
        "edge-user-replicator-enabled",
        "every_pool_comes_up",
        "legacy",
    ),
    Noticed(
        "fe-first-start-below-quorum",
        "every_pool_comes_up",
        "side-by-side",
    ),
    Noticed(
        "pool-quorum-lost-in-maintenance",
        "every_expected_service_runs",
        "production",
    ),
    Noticed(
        "secondary-replicas-missing-limited-mode",
        "pools_serve_all_their_people_in_full",
        "pilot",
    ),
]


@pytest.mark.parametrize("expected", NOTICED, ids=[each.fault for each in NOTICED])
def test_a_fault_is_noticed_where_it_can_first_be_seen(expected: Noticed) -> None:
    assert_noticed(expected)


def test_every_fault_of_the_family_stands_here() -> None:
    assert [each.fault for each in NOTICED] == faults_of(Clause.SERVICES)
