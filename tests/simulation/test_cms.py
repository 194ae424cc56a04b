"""The Central Management store: enabled, moved, lost, cancelled, restored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from helpers import (
    RULES,
    after,
    observer,
    refusal,
    server_of,
    state_at,
    tried,
    with_service,
)
from store_scenes import (
    AGENTS,
    BACK,
    BEFORE,
    HERE,
    MOVE,
    NEW,
    OLD,
    boss,
    lagging,
    with_cms,
)

from coexistence.model import operations as op
from coexistence.model.conditions.administrators import (
    DOMAIN_ADMINS,
    SERVER_ADMINS,
    Administrator,
    StoreState,
)
from coexistence.model.deployment import Policy
from coexistence.model.vocabulary import Disposition, Version
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.central_management import store_of, store_trouble

# ---------------------------------------------------------------- enabling


@pytest.mark.parametrize(
    ("groups", "joined_since", "reason"),
    [
        ({SERVER_ADMINS, DOMAIN_ADMINS}, set(), None),
        ({SERVER_ADMINS}, set(), "boss is no member of Domain Admins and RTCUniversalServerAdmins"),
        (
            {SERVER_ADMINS, DOMAIN_ADMINS},
            {DOMAIN_ADMINS},
            "the session of boss is older than the membership in Domain Admins",
        ),
    ],
)
def test_enabling_takes_both_groups_in_a_fresh_session(
    groups: set[str], joined_since: set[str], reason: str | None
) -> None:
    who = boss(groups=frozenset(groups), joined_since=frozenset(joined_since))
    state = BEFORE.changed(administrators=(who,))
    enable = op.EnableTopology(pool=NEW, by="boss")

    if reason is None:
        assert after(state, enable) is state
    else:
        assert refusal(state, enable) == reason


def test_an_enable_step_that_fails_works_once_its_cause_was_put_right() -> None:
    state = with_cms(BEFORE, enable_fails=frozenset({NEW}))
    step = apply(state, op.EnableTopology(pool=NEW), RULES)

    assert (step.disposition, step.state) == (Disposition.FAILED, state)
    assert step.reason == f"Enable-CsTopology ends with an error on {NEW}"
    assert not after(state, op.EnableTopology(pool=NEW, repaired=True)).cms.enable_fails


# ---------------------------------------------------------------- the move


def test_the_old_store_is_read_only_after_the_move_and_the_control_point_leads_to_the_new_one() -> None:
    moved = after(BEFORE, MOVE)

    assert (moved.cms.masters, moved.cms.scp) == ((NEW,), NEW)
    assert store_of(moved.cms, OLD) is StoreState.READ_ONLY
    assert store_of(moved.cms, NEW) is StoreState.WRITABLE
    assert store_trouble(moved) is None
    assert not lagging(moved)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"locally": False}, f"Move-CsManagementServer is run at a server of {NEW}, not in a remote session"),
        (
            {"tools": Version.L13},
            "tools of Lync Server 2013 cannot open a topology with Skype for Business Server 2019 in it",
        ),
        ({"database_created": False}, f"there is no Central Management database on {NEW}"),
        ({"by": "helpdesk"}, "helpdesk is no member of RTCUniversalServerAdmins"),
        ({"by": "nobody"}, "there is no administrator nobody"),
        ({"force": True}, "the configuration was never exported to files"),
    ],
)
def test_what_the_move_needs(facts: dict[str, Any], reason: str) -> None:
    state = BEFORE.changed(administrators=(Administrator(name="helpdesk", groups=frozenset()),))

    assert refusal(state, replace(MOVE, **facts)) == reason


def test_over_a_failing_enable_step_the_move_leaves_no_store_at_all() -> None:
    state = with_cms(BEFORE, enable_fails=frozenset({NEW}))
    step = apply(state, MOVE, RULES)

    assert step.disposition is Disposition.FAILED
    assert step.reason.endswith("no Central Management store is left")
    assert step.state.cms.masters == ()
    assert step.state.cms.scp == NEW
    # Calls and messages go on; nothing can be configured, and nobody administers.
    assert observer(step.state).message(OLD, NEW).done
    assert not observer(step.state).administer_pool(OLD).done
    assert refusal(step.state, op.SetNextHop(pool=NEW, to=OLD)) == (
        "no pool claims to be the active Central Management master"
    )
    kept = Rules({"cms-move-without-enable": "refused"})
    assert apply(state, MOVE, kept).state is state


@pytest.mark.parametrize(
    "operation",
    [
        op.PublishTopology(tools=Version.S19, pools=(), servers=()),
        op.AssociateMediaEdge(pool=NEW, edge=None),
        op.SwitchFederationRoute(site=BEFORE.pools[OLD].site, to=None),
        op.SetEdgeFederation(edge=OLD, enabled=False),
        op.SetEdgeXmpp(edge=OLD, enabled=False),
        op.SetNextHop(pool=NEW, to=OLD),
        op.RemovePool(pool=OLD, tools=Version.S19),
        op.SetClientRules(scope="global", rules=()),
        op.SavePolicy(policy=Policy(kind="voice", scope="global", origin=HERE), tools=Version.S19),
        op.SetVoiceRoutes(routes=()),
        op.MoveCallAdmissionControl(source=OLD, to=NEW),
        op.RemoveArchivingMonitoring(pool=OLD),
        op.InvokeReplication(server=server_of(BEFORE, OLD)),
        op.EnableTopology(pool=NEW),
        op.ExportConfiguration(),
    ],
    ids=lambda operation: type(operation).__name__,
)
@pytest.mark.parametrize(
    "facts",
    [{"scp": NEW}, {"scp": None}, {"stores": ((OLD, StoreState.OFFLINE),)}, {"masters": ()}],
    ids=["elsewhere", "nowhere", "offline", "no-master"],
)
def test_nothing_is_configured_while_no_tool_finds_the_store(
    operation: op.Operation, facts: dict[str, Any]
) -> None:
    state = with_cms(BEFORE, **facts)

    assert refusal(state, operation) == store_trouble(state)


def test_run_on_the_old_pool_a_failed_move_is_cancelled() -> None:
    broken = apply(with_cms(BEFORE, enable_fails=frozenset({NEW})), MOVE, RULES).state

    cancelled = after(broken, BACK)

    assert (cancelled.cms.masters, cancelled.cms.scp) == ((OLD,), OLD)
    assert store_trouble(cancelled) is None
    assert after(cancelled, op.SetNextHop(pool=NEW, to=OLD)).published == cancelled.published + 1


def test_repeated_after_the_repair_the_failed_move_succeeds() -> None:
    broken = apply(with_cms(BEFORE, enable_fails=frozenset({NEW})), MOVE, RULES).state
    repaired = with_cms(broken, enable_fails=frozenset())

    moved = after(repaired, MOVE)

    assert moved.cms.masters == (NEW,)
    assert store_of(moved.cms, OLD) is StoreState.READ_ONLY


def test_a_cancelled_move_needs_the_old_store() -> None:
    broken = apply(with_cms(BEFORE, enable_fails=frozenset({NEW})), MOVE, RULES).state
    gone = after(broken, op.RemoveCmsDatabase(pool=OLD))

    assert refusal(gone, BACK) == "there is no Central Management store to move from"


def test_without_local_setup_one_server_alone_carries_the_store() -> None:
    half = after(BEFORE, replace(MOVE, local_setup=False))
    old, first = server_of(half, OLD), server_of(half, NEW)

    assert set(half.services[first]) >= AGENTS  # type: ignore[arg-type]  # they were told
    assert set(half.services[old]) >= AGENTS  # type: ignore[arg-type]  # likewise
    done = after(half, op.RunLocalSetup(servers=(old,)))
    assert not AGENTS & set(done.services[old])  # type: ignore[arg-type]  # likewise


# ---------------------------------------------------------------- a source that does not answer


def test_an_offline_store_is_moved_by_force_and_loses_what_is_newer_than_the_export() -> None:
    mixed = state_at(tried(), "side-by-side")
    early = after(state_at(tried(), "legacy"), op.ExportConfiguration())
    exported = early.exported
    offline = with_cms(mixed.changed(exported=exported), stores=((OLD, StoreState.OFFLINE),))

    assert refusal(offline, MOVE) == f"the Central Management store on {OLD} does not answer"
    # The export is older than the new pool: it is not in it.
    assert refusal(offline, replace(MOVE, force=True)) == f"the exported configuration does not have {NEW}"

    later = after(mixed, op.ExportConfiguration())
    site = later.pools[OLD].site
    rerouted = after(later, op.SwitchFederationRoute(site=site, to=None), op.Replicate())
    lost = after(with_cms(rerouted, stores=((OLD, StoreState.OFFLINE),)), replace(MOVE, force=True))
    assert rerouted.sites[site].federation_route is None
    assert lost.sites[site].federation_route == later.sites[site].federation_route
    assert lost.cms.masters == (NEW,)
    assert store_of(lost.cms, OLD) is StoreState.OFFLINE


def test_a_saved_topology_drops_what_was_defined_since() -> None:
    saved = after(state_at(tried(), "legacy"), op.ExportConfiguration()).exported
    state = BEFORE.changed(exported=saved)

    assert "cannot open a topology" in refusal(state, op.PublishSavedTopology(tools=Version.L13))
    published = after(state, op.PublishSavedTopology(tools=Version.S19))
    assert NEW not in published.pools
    assert set(published.servers) == set(published.services)
    assert (NEW, published.published) in published.removed
    # Whoever is homed there is on a pool that the topology does not know any more.
    assert observer(published).message(OLD, OLD).done
    assert observer(published).message(OLD, NEW).disposition is not Disposition.DONE
    assert refusal(BEFORE, op.PublishSavedTopology(tools=Version.S19)) == "no topology was saved"


def test_what_newer_tools_published_old_tools_cannot_open_even_when_the_new_pools_are_gone() -> None:
    saved = after(state_at(tried(), "legacy"), op.ExportConfiguration()).exported
    back = after(BEFORE.changed(exported=saved), op.PublishSavedTopology(tools=Version.S19))

    assert {pool.versions for pool in back.pools.values()} == {(Version.L13,)}
    assert back.document is Version.S19
    assert "cannot open a topology" in refusal(back, op.PublishSavedTopology(tools=Version.L13))
    old_tools = observer(back.changed(tools=Version.L13)).administer_pool(OLD)
    assert old_tools.disposition is Disposition.REFUSED


# ---------------------------------------------------------------- the old database


def test_the_old_database_may_go_once_replication_is_complete() -> None:
    moved = after(BEFORE, MOVE)
    gone = after(moved, op.RemoveCmsDatabase(pool=OLD))

    assert store_of(gone.cms, OLD) is StoreState.MISSING
    assert store_trouble(gone) is None
    assert refusal(gone, op.RemoveCmsDatabase(pool=OLD)) == (
        f"there is no Central Management database on {OLD}"
    )


@pytest.mark.parametrize(("taken", "works"), [("unsettled", False), ("nothing", True)])
def test_dropped_before_replication_is_complete_it_leaves_the_new_store_unsettled(
    taken: str, works: bool
) -> None:
    rules = Rules({"old-store-dropped-early": taken})
    late = with_service(BEFORE, OLD, "REPLICA")
    early = after(late, MOVE, op.RemoveCmsDatabase(pool=OLD), rules=rules)

    assert lagging(early) == set(early.pools[OLD].servers)
    assert observer(early, rules).central_management().done is works
    stuck = after(early.changed(published=early.published + 1), op.Replicate(), rules=rules)
    assert (lagging(stuck) == set(stuck.servers)) is not works
