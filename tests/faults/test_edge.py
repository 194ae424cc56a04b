"""Edge: remote people, partners, and the media between."""

from __future__ import annotations

import pytest
from fault_scores import Noticed, assert_noticed, faults_of

from coexistence.vocabulary import Clause

NOTICED = [
    Noticed(
        "derived-hidden-client-of-old-edge-address",
        "everybody_who_was_given_a_name_is_still_answered",
        "production",
    ),
    Noticed("edge-next-hop-removed", "every_edge_hands_to_a_living_next_hop", "legacy-silent"),
    Noticed("edge-replica-port-4443-blocked", "every_edge_hears_of_changes", "legacy-silent"),
    Noticed("legacy-edge-single-name", "an_edge_with_a_single_name_goes_first", "production"),
    Noticed(
        "media-path-still-on-old-edge", "media_is_relayed_for_users_of_both_generations", "legacy-silent"
    ),
    Noticed(
        "one-site-keeps-old-federation-route", "every_site_routes_to_the_edge_that_federates", "production"
    ),
    Noticed("xmpp-route-moved-before-users", "people_with_xmpp_contacts_keep_them", "edge"),
]


@pytest.mark.parametrize("expected", NOTICED, ids=[each.fault for each in NOTICED])
def test_a_fault_is_noticed_where_it_can_first_be_seen(expected: Noticed) -> None:
    assert_noticed(expected)


def test_every_fault_of_the_family_stands_here() -> None:
    assert [each.fault for each in NOTICED] == faults_of(Clause.EDGE)
