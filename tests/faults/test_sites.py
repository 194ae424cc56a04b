"""Administration: what keeps whoever administers from it."""

from __future__ import annotations

import pytest
from fault_scores import Noticed, assert_noticed, faults_of

from coexistence.vocabulary import Clause

NOTICED = [
    Noticed(
        "config-replicator-group-not-extended",
        "every_replica_is_up_to_date",
        "legacy-silent",
    ),
    Noticed(
        "derived-old-tool-strips-new-fields",
        "no_setting_is_lost_to_old_tools",
        "pilot",
    ),
    Noticed(
        "legacy-control-panel-blind",
        "every_administrator_has_the_newest_tools",
        "side-by-side",
    ),
    Noticed(
        "port-443-taken-on-new-front-end",
        "the_control_panel_of_new_pools_opens",
        "side-by-side",
    ),
    Noticed(
        "scom-discovery-lost-with-cms",
        "every_pool_stays_monitored",
        "pilot",
    ),
    Noticed(
        "stale-shell-rights-on-directory-move",
        "no_move_of_a_conference_directory_is_left_halfway",
        "legacy-silent",
    ),
]


@pytest.mark.parametrize("expected", NOTICED, ids=[each.fault for each in NOTICED])
def test_a_fault_is_noticed_where_it_can_first_be_seen(expected: Noticed) -> None:
    assert_noticed(expected)


def test_every_fault_of_the_family_stands_here() -> None:
    assert [each.fault for each in NOTICED] == faults_of(Clause.SITES)
