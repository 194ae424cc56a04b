"""The topology: what was defined, published or removed wrongly."""

from __future__ import annotations

import pytest
from fault_scores import Noticed, assert_noticed, faults_of

from coexistence.vocabulary import Clause

NOTICED = [
    Noticed(
        "cms-moved-over-failing-enable-step",
        "the_central_management_store_can_be_moved",
        "post-migration",
    ),
    Noticed(
        "derived-one-replica-routes-by-old-map",
        "no_server_routes_by_an_old_map",
        "retired",
    ),
    Noticed(
        "leftover-room-portal-blocks-store-move",
        "the_central_management_store_can_be_moved",
        "post-migration",
    ),
    Noticed(
        "legacy-pool-declared-empty",
        "nothing_names_a_pool_that_is_removed_next",
        "legacy-silent",
    ),
    Noticed(
        "legacy-topology-builder-used-after-pilot",
        "no_pool_is_dropped_by_publishing",
        "side-by-side",
    ),
    Noticed(
        "paired-pools-on-different-versions",
        "paired_pools_can_take_over_from_each_other",
        "side-by-side",
    ),
    Noticed(
        "sql-instance-shared-across-versions",
        "user_stores_have_an_instance_of_their_own",
        "side-by-side",
    ),
    Noticed(
        "three-versions-in-one-topology",
        "generations_may_stand_side_by_side",
        "side-by-side",
    ),
]


@pytest.mark.parametrize("expected", NOTICED, ids=[each.fault for each in NOTICED])
def test_a_fault_is_noticed_where_it_can_first_be_seen(expected: Noticed) -> None:
    assert_noticed(expected)


def test_every_fault_of_the_family_stands_here() -> None:
    assert [each.fault for each in NOTICED] == faults_of(Clause.TOPOLOGY)
