"""Promises about what a move leaves people with: contacts, rooms, servers to trust, an Edge that hears."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import pytest
from helpers import built, front_end, new, one_pool, population_of, state_at, tried, views, weights

from coexistence import MeetingClient, Severity
from coexistence.checking.registry import Registry
from coexistence.checking.results import Result
from coexistence.checking.runner import run_check
from coexistence.model.blueprint import Blueprint, Crowd, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.clients import ClientGeneration
from coexistence.model.conditions.external_systems import AddressBookSettings
from coexistence.model.deployment import Block, Policy
from coexistence.model.population import column
from coexistence.model.vocabulary import Origin, PoolRole, Unknown, Version
from coexistence.plugin.loading import load_builtin
from coexistence.simulation.state import State, frozen

HERE = Origin("test")
FORWARD = one_pool(20, edge=EdgeBlueprint())
OLD = front_end(built(FORWARD))
NEW = new(OLD)
FROM_2010 = Blueprint(
    legacy=Version.L10,
    target=Version.L13,
    sip_domains=2,
    sites=(
        SiteBlueprint(
            pools=(PoolBlueprint(crowds=(Crowd(people=6, client=ClientGeneration.LYNC_2013, meetings=1),)),)
        ),
    ),
)
WITH_ROOMS = Blueprint(
    legacy=Version.L13,
    target=Version.S15,
    sites=(
        SiteBlueprint(pools=(PoolBlueprint(crowds=(Crowd(people=6, chat=True),)),), persistent_chat=True),
    ),
)
REGISTRY = Registry()
load_builtin(REGISTRY)
CHECKS = {check.name: check for check in REGISTRY}


def at(blueprint: Blueprint, label: str) -> State:
    return state_at(tried(blueprint), label)


def ask(name: str, here: State, *, origin: State | None = None) -> Result:
    result = run_check(CHECKS[name], views(here, origin=origin), {})
    assert result.crash is None
    return result


def with_xmpp(state: State) -> State:
    population = population_of(state)
    return state.changed(population=population.changed(xmpp=column([1] * len(population), "uint8")))


def rolled_back(state: State, *, allowed: bool) -> State:
    population = population_of(state)
    assert not isinstance(state.policies, Unknown)
    policy = Policy(
        kind="user-services", scope="global", settings=(("UcsAllowed", str(allowed)),), origin=HERE
    )
    return state.changed(
        population=population.changed(rolled_back=column([state.day] * len(population), "int32")),
        policies=(*state.policies, policy),
    )


def deaf(state: State) -> State:
    edge = next(pool.id for pool in state.pools.values() if pool.role is PoolRole.EDGE)
    return state.changed(blocked=(Block(source=OLD, target=edge, port=4443, origin=HERE),))


def with_rooms_on_old(state: State) -> State:
    rooms = [pool.id for pool in state.pools.values() if pool.role is PoolRole.PERSISTENT_CHAT]
    old = frozenset(each for each in rooms if not each.startswith("new-"))
    return state.changed(surroundings=dataclasses.replace(state.surroundings, chat_rooms=old))


def without_rules(state: State) -> State:
    off = AddressBookSettings(scope=f"service:{NEW}", use_normalization_rules=False, origin=HERE)
    return state.changed(surroundings=dataclasses.replace(state.surroundings, address_book=(off,)))


def with_guests(state: State) -> State:
    programs = frozenset({MeetingClient.ATTENDEE_2010.value})
    return state.changed(particulars=dataclasses.replace(state.particulars, guest_programs=programs))


class Witness(NamedTuple):
    check: str
    sound: Callable[[], State]
    broken: Callable[[State], State]
    severity: Severity
    names: str


WITNESSES = [
    Witness(
        "nobody_is_moved_away_from_their_xmpp_contacts",
        lambda: at(FORWARD, "pilot"),
        with_xmpp,
        Severity.ERROR,
        NEW,
    ),
    Witness(
        "contact_lists_stay_where_they_were_rolled_back_to",
        lambda: rolled_back(at(FORWARD, "pilot"), allowed=False),
        lambda state: rolled_back(state.changed(policies=()), allowed=True),
        Severity.WARNING,
        OLD,
    ),
    Witness("every_edge_hears_of_changes", lambda: at(FORWARD, "side-by-side"), deaf, Severity.ERROR, "4443"),
    Witness(
        "rooms_were_carried_over_to_the_new_chat_pool",
        lambda: at(WITH_ROOMS, "post-migration"),
        with_rooms_on_old,
        Severity.WARNING,
        "holds none of the rooms",
    ),
    Witness(
        "people_see_numbers_that_can_be_dialled",
        lambda: at(FORWARD, "pilot"),
        without_rules,
        Severity.WARNING,
        "UseNormalizationRules",
    ),
    Witness(
        "guests_join_with_what_they_use",
        lambda: at(FROM_2010, "pilot"),
        with_guests,
        Severity.ERROR,
        MeetingClient.ATTENDEE_2010.value,
    ),
]


@pytest.mark.parametrize("witness", WITNESSES, ids=[each.check for each in WITNESSES])
def test_a_fault_breaks_the_promise_that_is_about_it(witness: Witness) -> None:
    sound = witness.sound()

    assert not ask(witness.check, sound).broken
    result = ask(witness.check, witness.broken(sound))
    assert {severity for _, severity in weights(result)} == {witness.severity}
    assert all(witness.names in str(each.finding.outcome) for each in result.broken)


def unpublished(state: State) -> State:
    """The state before anybody published names for Autodiscover."""
    assert not isinstance(state.records, Unknown)
    return state.changed(
        records=frozen(
            {key: each for key, each in state.records.items() if not key[0].startswith("lyncdiscover")}
        )
    )


def test_a_question_that_nobody_was_asked_before_is_told() -> None:
    now = at(FROM_2010, "side-by-side")

    (asked,) = ask("nobody_is_asked_whom_to_trust", now, origin=unpublished(at(FROM_2010, "legacy"))).broken

    assert "asks whether to trust" in asked.message
    assert asked.severity is Severity.WARNING


def test_a_question_that_was_asked_from_the_beginning_is_none_of_the_migrations() -> None:
    now = at(FROM_2010, "side-by-side")

    assert not ask("nobody_is_asked_whom_to_trust", now, origin=at(FROM_2010, "legacy")).broken


def test_a_list_that_nobody_rolled_back_may_be_in_exchange() -> None:
    now = at(FORWARD, "pilot")
    assert not isinstance(now.policies, Unknown)
    allowing = Policy(kind="user-services", scope="global", settings=(("UcsAllowed", "True"),), origin=HERE)

    result = ask(
        "contact_lists_stay_where_they_were_rolled_back_to",
        now.changed(policies=(*now.policies, allowing)),
    )

    assert not result.broken
