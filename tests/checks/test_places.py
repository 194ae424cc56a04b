"""Witnesses of the checks about services, sites, topology, data, capacity and names.

Each row sets one cause wrong, and names what the check must then say and about whom. That every check holds
at the checkpoints of a sound migration is asked for all of them at once; what only looks like a fault stands
in the file beside this one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from helpers import (
    one_pool,
    tried,
    two_sites,
    with_service,
)
from place_scenes import (
    DOMAIN,
    EDGE,
    FROM_2010,
    HERE,
    LARGE,
    MONITORED,
    NEW,
    NEW_MONITORED,
    NEW_POOL,
    OLD,
    OLD_MONITORED,
    ONE,
    OTHER,
    PAIRED,
    POOL,
    SIGN_IN,
    WHOLE,
    ask,
    at,
    backed,
    blocked,
    certified,
    changed_pool,
    changed_server,
    crowded,
    everybody_on,
    leading,
    old_in,
    oldest_edge,
    on_build,
    starting,
    systems,
    with_cms,
)

from coexistence import Severity
from coexistence.model.conditions.administrators import Administrator
from coexistence.model.conditions.machines_and_databases import SqlStore, UserReplicator
from coexistence.model.vocabulary import Edition, PoolId, ServerId, Version
from coexistence.simulation.state import State, frozen

UP = "every_pool_comes_up"
NEXT = "the_next_change_gets_to_every_server"
TOOLS = "every_administrator_has_the_newest_tools"
MOVED = "people_can_be_moved_to_the_new_version"
GENERATIONS = "generations_may_stand_side_by_side"
VERSION = "servers_of_a_pool_run_one_version"
ALIKE = "servers_of_a_pool_are_alike"
NAME = "every_pool_has_a_name_of_its_own"
INSTANCE = "user_stores_have_an_instance_of_their_own"
PAIR = "paired_pools_can_take_over_from_each_other"
STORE = "the_central_management_store_can_be_moved"
EMPTY = "pools_that_are_removed_are_empty"
BACK = "legacy_pools_serve_again_after_going_back"
CHANGE = "everybody_can_change_what_is_kept_for_them"
ACCOUNTS = "new_pools_know_every_account"
HOLD = "pools_hold_the_people_homed_on_them"
ADDRESS = "every_pool_has_an_address"
SRV = "every_sip_domain_leads_to_a_pool_that_answers"
EARLY = "sign_in_records_wait_for_everybody"
DISCOVER = "autodiscover_sends_everybody_home"
CERTIFICATE = "no_certificate_runs_out"


class Witness(NamedTuple):
    """A check, a cause set wrong, and what is said then: kind, weight, subjects, and words in the reason."""

    check: str
    cause: str
    make: Callable[[], State]
    kind: str
    severity: Severity
    subjects: tuple[str, ...]
    says: str
    origin: Callable[[], State] | None = None


B, E, W, I = Severity.BLOCKER, Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741  # as tables name them
WITNESSES = [
    Witness(
        UP, "one of three Front Ends started", lambda: starting(at("pilot", LARGE), NEW_POOL, 1),
        UP, B, (NEW_POOL,), "",
    ),
    Witness(
        UP, "an Edge pool asks the directory for users",
        lambda: backed(
            at("pilot"),
            replicators=(UserReplicator(pool=PoolId(EDGE), on_edge=True, origin=HERE),),
        ),
        UP, B, (EDGE,), "",
    ),
    Witness(
        "pools_are_stopped_before_they_are_removed", "one legacy pool was forgotten",
        lambda: at("post-migration"),
        "pool-still-running", W, (OLD,), "",
    ),
    Witness(
        NEXT, "port 445 is shut", lambda: blocked(at("retired", tried(two_sites())), 445),
        NEXT, E, (), "port 445",
    ),
    Witness(
        NEXT, "the File Transfer Agent is stopped", lambda: with_service(at("side-by-side"), OLD, "FTA"),
        NEXT, E, (), "File Transfer Agent",
    ),
    Witness(
        NEXT, "the new master's servers are not in the group",
        lambda: with_cms(at("retired"), not_replicators=frozenset({ServerId(NEW)})),
        NEXT, E, (), "RTCUniversalConfigReplicator",
    ),
    Witness(
        "no_server_routes_by_an_old_map", "a replica is older than the removal",
        lambda: at("retired").changed(replicas=frozen({**at("retired").replicas, ServerId(NEW): 0})),
        "no_server_routes_by_an_old_map", E, (f"replica on {NEW}",), OLD,
    ),
    Witness(
        TOOLS, "somebody keeps the tools of 2013",
        lambda: at("pilot").changed(administrators=(Administrator(name="night shift", tools=Version.L13),)),
        "tools-too-old", E, WHOLE, "night shift",
    ),
    Witness(
        MOVED, "only tools of the legacy version are at hand",
        lambda: at("side-by-side").changed(tools=Version.L13),
        "move-impossible", B, (OLD,), "Lync Server 2013",
    ),
    Witness(
        MOVED, "port 135 is shut", lambda: blocked(at("side-by-side"), 135),
        "move-impossible", B, (OLD,), "port 135",
    ),
    Witness(
        "every_pool_stays_monitored", "nothing of the new generation is a candidate",
        lambda: with_cms(at("pilot"), discovery_candidates=()),
        "every_pool_stays_monitored", W, (NEW,), "discovers nothing",
    ),
    Witness(
        GENERATIONS, "a third generation is left over",
        lambda: oldest_edge(at("side-by-side", tried(one_pool(target=Version.S15)))),
        "generations-do-not-fit", B, WHOLE, "more than two generations",
    ),
    Witness(
        GENERATIONS, "2010 stands beside 2019",
        lambda: old_in(oldest_edge(at("side-by-side")), Version.L10, OLD),
        "generations-do-not-fit", B, WHOLE, "Lync Server 2010",
    ),
    Witness(
        GENERATIONS, "2013 stands beside the Subscription Edition",
        lambda: old_in(at("side-by-side"), Version.SE, NEW),
        "generations-do-not-fit", B, WHOLE, "Subscription Edition",
    ),
    Witness(
        "active_directory_is_prepared", "nobody prepared it",
        lambda: at("side-by-side").changed(prepared=frozenset({Version.L13})),
        "active_directory_is_prepared", B, WHOLE, "Skype for Business Server 2019",
    ),
    Witness(
        "the_new_version_is_in_the_topology", "nothing was published",
        lambda: at("legacy").changed(tools=Version.S19),
        "the_new_version_is_in_the_topology", B, WHOLE, "never published",
    ),
    Witness(
        VERSION, "one server was upgraded alone", lambda: on_build(at("pilot", LARGE), POOL, "6.0.9319.0"),
        VERSION, B, (POOL,), "Skype for Business Server 2015",
    ),
    Witness(
        VERSION, "one server became the Subscription Edition",
        lambda: on_build(at("pilot", LARGE), NEW_POOL, "7.0.2046.820"),
        VERSION, B, (NEW_POOL,), "Subscription Edition",
    ),
    Witness(
        ALIKE, "one server has another update",
        lambda: on_build(at("pilot", LARGE), NEW_POOL, "7.0.2046.385"),
        "builds-differ", E, (NEW_POOL,), "7.0.2046.385",
    ),
    Witness(
        ALIKE, "one server has another operating system",
        lambda: backed(
            at("pilot", LARGE),
            machines=systems(NEW_POOL, at("pilot", LARGE), "Windows Server 2016", "Windows Server 2019"),
        ),
        "systems-differ", E, (NEW_POOL,), "Windows Server 2016",
    ),
    Witness(
        NAME, "a server of another pool is called like the pool",
        lambda: changed_server(at("pilot"), ServerId(NEW), pool=OLD),
        NAME, B, (NEW,), "called as one",
    ),
    Witness(
        NAME, "both pools have the same external web name",
        lambda: changed_pool(at("pilot"), NEW, external_web_fqdn=at("pilot").pools[OLD].external_web_fqdn),
        NAME, B, (OLD, NEW), "external web services",
    ),
    Witness(
        INSTANCE, "old and new pool share an instance",
        lambda: changed_pool(at("pilot"), NEW, back_end=(at("pilot").pools[OLD].back_end or "").upper()),
        INSTANCE, B, (OLD, NEW), "User Store",
    ),
    Witness(
        "no_mirror_stands_under_2019_or_later", "the new pool's databases are mirrored",
        lambda: backed(
            at("pilot"),
            stores=(
                SqlStore(instance=at("pilot").pools[NEW].back_end or "", mirrored=True, origin=HERE),
                SqlStore(instance=at("pilot").pools[OLD].back_end or "", mirrored=True, origin=HERE),
            ),
        ),
        "no_mirror_stands_under_2019_or_later", B, (NEW,), "mirrored",
    ),
    Witness(
        PAIR, "a pair of two generations",
        lambda: changed_pool(changed_pool(at("pilot"), NEW, backup=OLD), OLD, backup=NEW),
        "pair-unlike", E, (OLD, NEW), "its pair",
    ),
    Witness(
        PAIR, "a pair of two editions",
        lambda: changed_pool(at("legacy", PAIRED), ONE, edition=Edition.ENTERPRISE),
        "pair-unlike", E, (ONE, OTHER), "enterprise",
    ),
    Witness(
        PAIR, "a pair on two operating systems",
        lambda: backed(
            at("legacy", PAIRED),
            machines=(
                *systems(ONE, at("legacy", PAIRED), "Windows Server 2012"),
                *systems(OTHER, at("legacy", PAIRED), "Windows Server 2016"),
            ),
        ),
        "pair-unlike", E, (ONE, OTHER), "Windows Server 2012",
    ),
    Witness(
        PAIR, "the Backup Service is stopped on one",
        lambda: with_service(at("legacy", PAIRED), ONE, "LYNCBACKUP"),
        "no-failover", E, (ONE, OTHER), "Backup Service",
    ),
    Witness(
        "legacy_mediation_is_collocated_before_the_pilot", "it stands alone",
        lambda: at("legacy", tried(one_pool(mediation=1))),
        "mediation-stands-alone", W, ("med01." + DOMAIN,), "",
    ),
    Witness(
        "the_newest_version_is_in_support", "support ended", lambda: at("pilot"),
        "the_newest_version_is_in_support", I, WHOLE, "2025",
    ),
    Witness(
        STORE, "Enable-CsTopology fails there",
        lambda: with_cms(at("post-migration"), enable_fails=frozenset({NEW})),
        STORE, B, (NEW,), "Enable-CsTopology",
    ),
    Witness(
        STORE, "the Front-End service is not started there",
        lambda: with_service(at("post-migration"), NEW, "RTCSRV"),
        STORE, B, (NEW,), "Front-End service",
    ),
    Witness(
        EMPTY, "somebody was left behind", lambda: everybody_on(at("legacy-silent"), OLD),
        EMPTY, B, (OLD,), "40 accounts",
    ),
    Witness(
        BACK, "the legacy registrar is stopped", lambda: with_service(at("pilot.rolled-back"), OLD, "RTCSRV"),
        BACK, B, (OLD,), "Front-End",
    ),
    Witness(
        BACK, "the legacy back end is gone",
        lambda: backed(
            at("pilot.rolled-back"),
            stores=(SqlStore(instance=at("legacy").pools[OLD].back_end or "", reachable=False, origin=HERE),),
        ),
        BACK, B, (OLD,), "resiliency mode",
    ),
    Witness(
        "calls_go_on_being_reported", "the new pool has no Monitoring store",
        lambda: changed_pool(at("pilot", MONITORED), NEW_MONITORED, monitoring_store=None),
        "monitoring-not-carried-over", W, (NEW_MONITORED,), "Monitoring store",
        lambda: at("legacy", MONITORED),
    ),
    Witness(
        "calls_go_on_being_reported", "the legacy pool lost its Monitoring store too early",
        lambda: changed_pool(at("pilot", MONITORED), OLD_MONITORED, monitoring_store=None),
        "monitoring-removed-early", E, (OLD_MONITORED,), "Monitoring store",
        lambda: at("legacy", MONITORED),
    ),
    Witness(
        CHANGE, "the transaction log is full",
        lambda: backed(
            at("pilot"),
            stores=(
                SqlStore(
                    instance=at("pilot").pools[NEW].back_end or "",
                    full_recovery=True, log_room=0, origin=HERE,
                ),
            ),
        ),
        CHANGE, E, (f"2 people on {NEW}",), "9002",
    ),
    Witness(
        ACCOUNTS, "event 30024 is missing",
        lambda: backed(
            at("pilot"), replicators=(UserReplicator(pool=NEW, pending=frozenset({DOMAIN}), origin=HERE),)
        ),
        ACCOUNTS, B, (NEW,), "30024",
    ),
    Witness(
        ACCOUNTS, "a domain is not asked",
        lambda: backed(
            at("pilot"), replicators=(UserReplicator(pool=NEW, skipped=frozenset({DOMAIN}), origin=HERE),)
        ),
        ACCOUNTS, B, (NEW,), "does not ask",
    ),
    Witness(
        "everybody_who_was_to_move_has_moved", "the moves did not take place",
        lambda: everybody_on(at("production"), OLD),
        "everybody_who_was_to_move_has_moved", E, (f"40 people on {OLD}",), "Lync Server 2013",
    ),
    Witness(
        HOLD, "more people than a Standard Edition server holds",
        lambda: crowded(at("production"), NEW, 2_501),
        HOLD, W, (NEW,), "2501 people",
    ),
    Witness(
        ADDRESS, "the record of the new pool was forgotten",
        lambda: leading(at("side-by-side"), NEW, "A", None),
        ADDRESS, E, (NEW,), NEW,
    ),
    Witness(
        SRV, "the record still names the old pool", lambda: leading(at("retired"), SIGN_IN, "SRV", OLD),
        "sign-in-record-dead", B, WHOLE, OLD,
    ),
    Witness(
        EARLY, "the record leads to the new pool already", lambda: leading(at("pilot"), SIGN_IN, "SRV", NEW),
        "sign-in-record-early", W, WHOLE, NEW,
    ),
    Witness(
        DISCOVER, "the name still leads to the old pool",
        lambda: leading(at("retired"), f"lyncdiscoverinternal.{DOMAIN}", "A", OLD),
        "autodiscover-dead", E, WHOLE, OLD,
    ),
    Witness(
        DISCOVER, "2010 is asked for people of a newer pool",
        lambda: leading(at("pilot", FROM_2010), f"lyncdiscoverinternal.{DOMAIN}", "A", OLD),
        "autodiscover-dead", E, WHOLE, "Lync Server 2010",
    ),
    Witness(
        CERTIFICATE, "it is out of date", lambda: certified(at("production"), NEW, -1),
        "certificate-invalid", E, (f"certificate of {NEW}",), "expired",
    ),
    Witness(
        CERTIFICATE, "it lasts three weeks more", lambda: certified(at("production"), NEW, 21),
        "certificate-runs-out", W, (f"certificate of {NEW}",), "in 21 days",
    ),
    Witness(
        "names_lead_to_something_that_exists", "an alias of the removed pool was left over",
        lambda: leading(at("retired"), f"sip.{DOMAIN}", "A", OLD),
        "names_lead_to_something_that_exists", W, (f"A sip.{DOMAIN}",), OLD,
    ),
]  # fmt: skip
IDS = [f"{each.check}: {each.cause}" for each in WITNESSES]


@pytest.mark.parametrize("witness", WITNESSES, ids=IDS)
def test_a_cause_set_wrong_is_found_and_named(witness: Witness) -> None:
    result = ask(witness.check, witness.make(), origin=witness.origin and witness.origin())

    assert {(each.finding.kind, each.severity) for each in result.broken} == {
        (witness.kind, witness.severity)
    }
    if witness.subjects:
        assert tuple(each.subject for each in result.broken) == witness.subjects
    for each in result.broken:
        outcome = each.finding.outcome
        told = each.finding.message if outcome is None else f"{outcome.reason} {each.finding.message}"
        assert witness.says in told
