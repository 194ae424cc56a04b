"""Which policy counts: in person over site over global, and what nobody told stays unknown."""

from __future__ import annotations

import dataclasses

import pytest
from helpers import after, built, crowd, front_end, meetings_of, new, one_pool, population_of, state_at, tried

from coexistence.model import operations as op
from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.deployment import Policy
from coexistence.model.population import (
    CODE_LOST,
    HAS_CONTENT,
    LEFT_BEHIND,
    MEETING_LOST,
    NOTHING_LOST,
    Assignment,
    column,
)
from coexistence.model.vocabulary import ContactStore, Origin, Unknown, Version
from coexistence.simulation.rules import policies
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

ANONYMOUS = "AllowAnonymousParticipantsInMeetings"
RULES = Rules()
OLD = front_end(built())
NEW = new(OLD)


def policy(scope: str, value: str = "True") -> Policy:
    return Policy(kind="conferencing", scope=scope, settings=((ANONYMOUS, value),), origin=Origin("test"))


def with_policies(*scopes: str) -> State:
    state = state_at(tried(), "pilot")
    return state.changed(policies=tuple(map(policy, scopes)))


@pytest.mark.parametrize(
    ("scopes", "tag", "counts"),
    [
        (("global",), None, "global"),
        (("global", "site:1"), None, "site:1"),
        (("global", "Site:1"), None, "Site:1"),
        (("global", "site:2"), None, "global"),
        (("global", "site:1", "tag:Guests"), "Guests", "tag:Guests"),
        (("global", "site:1", "tag:Guests"), "guests", "tag:Guests"),
        (("global", "site:1", "tag:Guests"), None, "site:1"),
        (("global", "site:1"), "Deleted", "site:1"),
    ],
)
def test_a_policy_in_person_counts_before_the_sites_and_that_before_the_global_one(
    scopes: tuple[str, ...], tag: str | None, counts: str
) -> None:
    found = policies.effective(with_policies(*scopes), RULES, "conferencing", OLD, tag)

    assert isinstance(found, Policy)
    assert found.scope == counts


def test_policies_that_nobody_exported_are_unknown_with_their_cmdlet() -> None:
    state = with_policies().changed(policies=Unknown("anything"))

    for kind, cmdlet in (("conferencing", "Get-CsConferencingPolicy"), ("voice", "Get-CsVoicePolicy")):
        assert policies.effective(state, RULES, kind, OLD, None) == Unknown(cmdlet)


def test_an_untold_assignment_matters_only_where_there_is_one_to_have() -> None:
    untold = Unknown("Get-CsUser")

    tagged = policies.effective(with_policies("global", "tag:X"), RULES, "conferencing", OLD, untold)
    assert tagged == untold
    plain = policies.effective(with_policies("global"), RULES, "conferencing", OLD, untold)
    assert isinstance(plain, Policy)


def test_an_assignment_to_a_deleted_policy_is_unknown_once_switched() -> None:
    rules = Rules({"missing-policy-falls-back": "no"})
    state = with_policies("global")

    assert policies.effective(state, rules, "conferencing", OLD, "Gone") == Unknown(
        "Get-CsConferencingPolicy"
    )
    assert policies.assumptions_of(state, "conferencing", "Gone") == ("missing-policy-falls-back",)


def test_the_first_homes_site_counts_once_switched() -> None:
    state = with_policies("global", "site:1")
    elsewhere = state.changed(
        pools={**state.pools, NEW: dataclasses.replace(state.pools[NEW], site="2")}  # type: ignore[arg-type]  # a site's key is text
    )

    follows = policies.effective(elsewhere, RULES, "conferencing", NEW, None, came_from=OLD)
    stays = policies.effective(
        elsewhere, Rules({"site-policy-follows-home": "no"}), "conferencing", NEW, None, came_from=OLD
    )
    assert isinstance(follows, Policy)
    assert isinstance(stays, Policy)
    assert (follows.scope, stays.scope) == ("global", "site:1")


def test_a_setting_is_read_whatever_its_case_and_unknown_where_it_is_not_told() -> None:
    assert policies.is_set(policy("global", "true"), ANONYMOUS.lower()) is True
    assert policies.is_set(policy("global", "False"), ANONYMOUS) is False
    assert policies.is_set(policy("global"), "AllowIPVideo") == Unknown("Get-CsConferencingPolicy")


def test_an_assignment_is_told_by_row() -> None:
    state = state_at(tried(), "legacy")
    population = population_of(state)
    codes = column([1, *[0] * (len(population) - 1)], "u1")
    given = population.changed(assigned={"voice": Assignment(("Gold",), codes)})
    state = state.changed(population=given)

    assert policies.tag_of(state, "voice", 0) == "Gold"
    assert policies.tag_of(state, "voice", 1) is None
    assert policies.tag_of(state, "conferencing", 0) == Unknown("Get-CsUser")


# ---------------------------------------------------------------- what moves leave behind

DIAL_IN = one_pool(6, pool=PoolBlueprint(dial_in=True, voice=True, crowds=(crowd(4, content=True),)))


def start() -> State:
    return state_at(tried(DIAL_IN), "side-by-side")


def moved(**how: bool) -> State:
    return after(start(), op.MoveUsers(users=op.Selection(on=OLD), to=NEW, tools=Version.S19, **how))


def test_content_stays_behind_unless_asked_for() -> None:
    assert set(meetings_of(start()).content.tolist()) == {0, HAS_CONTENT}
    assert set(meetings_of(moved()).content.tolist()) == {0, LEFT_BEHIND}
    assert set(meetings_of(moved(with_content=True)).content.tolist()) == {0, HAS_CONTENT}


def test_content_of_newer_meetings_stays_behind_on_the_way_back_once_switched() -> None:
    rules = Rules({"content-moves-back": "no"})
    there = moved(with_content=True)
    meetings = meetings_of(there)
    newer = dataclasses.replace(meetings, scheduled_on=column([Version.S19] * len(meetings), "u1"))
    there = there.changed(population=population_of(there).changed(meetings=newer))
    back = op.MoveUsers(users=op.Selection(on=NEW), to=OLD, tools=Version.S19, with_content=True)

    assert LEFT_BEHIND not in meetings_of(after(there, back)).content
    assert LEFT_BEHIND in meetings_of(after(there, back, rules=rules)).content


def test_a_forced_move_loses_contacts_and_meetings() -> None:
    forced = moved(force=True)

    assert set(meetings_of(forced).lost.tolist()) == {MEETING_LOST}
    assert ContactStore.LOST in population_of(forced).contacts
    assert set(meetings_of(moved()).lost.tolist()) == {NOTHING_LOST}


def test_a_directory_does_not_move_off_a_pool_that_is_silent_unless_forced() -> None:
    silent = after(start(), op.StopServices(pool=OLD))
    move = op.MoveConferenceDirectories(source=OLD, to=NEW)
    from helpers import refusal

    assert refusal(silent, move) == f"{OLD} cannot be reached"
    forced = after(silent, dataclasses.replace(move, force=True))
    assert set(meetings_of(forced).lost.tolist()) == {CODE_LOST}
    assert set(meetings_of(after(start(), move)).lost.tolist()) == {NOTHING_LOST}
