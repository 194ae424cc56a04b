"""Moves, groups and policies that depend on who does it, with which tools, in which session."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import (
    RULES,
    after,
    front_end,
    meetings_of,
    new,
    one_pool,
    refusal,
    state_at,
    tried,
)
from store_scenes import (
    BEFORE,
    HERE,
    NEW,
    OLD,
    blocked,
    boss,
)

from coexistence.model import operations as op
from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.conditions.administrators import SERVER_ADMINS
from coexistence.model.deployment import Policy
from coexistence.model.population import CODE_LOST
from coexistence.model.vocabulary import Disposition, PoolId, Unknown, Version
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

# ---------------------------------------------------------------- directories, people, policies


def directories(state: State) -> dict[int, tuple[PoolId, str]]:
    assert not isinstance(state.directories, Unknown)
    return {each.number: (each.owner, each.state) for each in state.directories}


def test_a_shell_older_than_the_membership_leaves_the_directory_halfway_and_a_new_one_ends_it() -> None:
    who = boss(joined_since=frozenset({SERVER_ADMINS}))
    state = BEFORE.changed(administrators=(who,))
    move = op.MoveConferenceDirectories(source=OLD, to=NEW, by="boss")
    step = apply(state, move, RULES)

    assert step.disposition is Disposition.FAILED
    assert step.reason.startswith(
        "Move operation failed for conference directory 1, and cannot perform a roll"
    )
    assert directories(step.state) == {1: (OLD, "moving")}
    back = op.MoveConferenceDirectories(source=OLD, to=OLD)
    assert (
        refusal(step.state, back) == "the move of conference directory 1 cannot be rolled back, only repeated"
    )
    done = after(step.state, op.OpenShell(administrator="boss"), move)
    assert directories(done) == {1: (NEW, "ready")}


@pytest.mark.parametrize(("assumed", "lost"), [("yes", True), ("no", False)])
def test_an_older_shell_moves_the_directory_and_loses_its_codes(assumed: str, lost: bool) -> None:
    rules = Rules({"old-shell-loses-codes": assumed})
    trial = tried(one_pool(pool=PoolBlueprint(dial_in=True, voice=True)))
    state = state_at(trial, "post-migration")
    old = front_end(trial.deployment)
    move = op.MoveConferenceDirectories(source=old, to=new(old), tools=Version.L13)
    moved = after(state, move, rules=rules)

    assert directories(moved) == {1: (new(old), "ready")}
    assert bool((meetings_of(moved).lost == CODE_LOST).any()) is lost
    fresh = after(state, replace(move, tools=Version.S19), rules=rules)
    assert not (meetings_of(fresh).lost == CODE_LOST).any()


def test_people_are_not_moved_where_dcom_is_blocked() -> None:
    pilot = state_at(tried(), "side-by-side")
    move = op.MoveUsers(users=op.Selection(on=OLD), to=NEW, tools=Version.S19)
    closed = blocked(pilot, None, NEW, 135)

    assert refusal(closed, move) == f"port 135 of {NEW} cannot be reached"
    assert apply(closed, move, Rules({"moves-over-dcom": "no"})).accepted


@pytest.mark.parametrize(
    ("tools", "assumed", "kept"),
    [(Version.L10, "yes", "False"), (Version.L13, "yes", "True"), (Version.L10, "no", "True")],
)
def test_a_policy_saved_with_older_tools_loses_what_they_do_not_know(
    tools: Version, assumed: str, kept: str
) -> None:
    policy = Policy(
        kind="external-access",
        scope="Global",
        settings=(("EnableXmppAccess", "True"), ("EnableOutsideAccess", "True")),
        origin=HERE,
    )
    rules = Rules({"old-tools-strip-fields": assumed})
    state = after(BEFORE, op.SavePolicy(policy=policy, tools=tools), rules=rules)

    assert not isinstance(state.policies, Unknown)
    (found,) = (
        each for each in state.policies if each.kind == policy.kind and each.scope.lower() == "global"
    )
    assert dict(found.settings) == {"EnableXmppAccess": kept, "EnableOutsideAccess": "True"}


def test_a_group_change_reaches_people_at_once_or_with_their_next_shell() -> None:
    state = BEFORE.changed(administrators=(boss(groups=frozenset()),))
    join = op.SetGroupMembers(group=SERVER_ADMINS, add=frozenset({"boss"}), renewed=False)
    joined = after(state, join)
    enable = op.MoveCms(to=NEW, tools=Version.S19, by="boss")

    assert "is older than the membership" in refusal(joined, enable)
    assert after(joined, op.OpenShell(administrator="boss"), enable).cms.masters == (NEW,)
    assert after(state, replace(join, renewed=True), enable).cms.masters == (NEW,)
    left = after(joined, op.SetGroupMembers(group=SERVER_ADMINS, remove=frozenset({"boss"})))
    assert refusal(left, enable) == "boss is no member of RTCUniversalServerAdmins"
