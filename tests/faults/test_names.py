"""Names and certificates: records that were forgotten, certificates that nobody takes."""

from __future__ import annotations

import pytest
from fault_scores import Noticed, assert_noticed, faults_of

from coexistence.vocabulary import Clause

NOTICED = [
    Noticed(
        "autodiscover-host-still-old",
        "autodiscover_sends_everybody_home",
        "pilot",
    ),
    Noticed(
        "certificate-expires-mid-coexistence",
        "no_certificate_runs_out",
        "legacy",
    ),
    Noticed(
        "derived-clock-or-validity-skew",
        "clocks_agree_between_pools",
        "side-by-side",
    ),
    Noticed(
        "edge-and-pool-on-different-roots",
        "certificates_are_accepted_inside",
        "edge",
    ),
    Noticed(
        "extra-root-breaks-phone-pin",
        "servers_hand_out_one_chain_of_trust",
        "side-by-side",
    ),
    Noticed(
        "new-pool-web-not-published",
        "external_web_names_are_published",
        "side-by-side",
    ),
    Noticed(
        "sip-srv-still-names-old-pool",
        "every_sip_domain_leads_to_a_pool_that_answers",
        "legacy-silent",
    ),
]


@pytest.mark.parametrize("expected", NOTICED, ids=[each.fault for each in NOTICED])
def test_a_fault_is_noticed_where_it_can_first_be_seen(expected: Noticed) -> None:
    assert_noticed(expected)


def test_every_fault_of_the_family_stands_here() -> None:
    assert [each.fault for each in NOTICED] == faults_of(Clause.NAMES)
