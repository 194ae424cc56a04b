"""Calls: over links that are full, through gateways that refuse, by dialled digits, and from outside."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from helpers import (
    RULES,
    after,
    built,
    crowd,
    front_end,
    observer,
    state_at,
    tried,
    with_service,
)

from coexistence import Conversation
from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.conditions.external_systems import BandwidthLink, GatewayAnswer, NormalizationRule
from coexistence.model.deployment import DialPlan, Policy
from coexistence.model.vocabulary import Disposition, Origin, PoolId, ServiceState, Unknown
from coexistence.observation.listings import subjects
from coexistence.observation.voice.calls import called_from_outside, dial
from coexistence.observation.voice.pstn import call_out
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from coexistence.observation import Outcome
    from coexistence.simulation.state import State

DONE, FAILED, REFUSED, UNDECIDED = (
    Disposition.DONE,
    Disposition.FAILED,
    Disposition.REFUSED,
    Disposition.UNDECIDED,
)
HERE = Origin("test")
ADMITTING = PoolBlueprint(
    crowds=(crowd(20, voice=True), crowd(5)),
    voice=True,
    admission_control=True,
)
BLUEPRINT = Blueprint(
    sites=(
        SiteBlueprint(pools=(ADMITTING,)),
        SiteBlueprint(pools=(PoolBlueprint(crowds=(crowd(20, voice=True),)),)),
    )
)
TRIAL = tried(BLUEPRINT)
DEPLOYMENT = built(BLUEPRINT)
OWNER, CALLER = front_end(DEPLOYMENT), front_end(DEPLOYMENT, 1)


def now(label: str = "legacy") -> State:
    return state_at(TRIAL, label)


def told(outcome: Outcome) -> tuple[Disposition, int | None, int | None]:
    return outcome.disposition, outcome.sip, outcome.diagnostic


def around(state: State, **parts: object) -> State:
    made = dataclasses.replace(state.surroundings, **parts)  # type: ignore[arg-type]  # fields of Surroundings
    return state.changed(surroundings=made)


# ---------------------------------------------------------------- calls


def full(room: int = 0, state: State | None = None) -> State:
    sites = frozenset(now().pools[pool].site for pool in (OWNER, CALLER))
    link = BandwidthLink(sites=sites, room=room, origin=HERE)
    return after(state or now(), op.SetBandwidthLinks(links=(link,)))


def rerouting(state: State, allowed: str) -> State:
    assert isinstance(state.policies, tuple)
    made = tuple(
        dataclasses.replace(each, settings=(*each.settings, ("AllowPSTNReRouting", allowed)))
        if each.kind == "voice"
        else each
        for each in state.policies
    )
    return state.changed(policies=made)


def rang(state: State, sender: PoolId = OWNER, rules: Rules = RULES) -> Outcome:
    for subject in subjects(observer(state, rules), "conversation"):
        assert isinstance(subject, Conversation)
        if (subject.sender.pool, subject.recipient.pool) == (sender, CALLER if sender == OWNER else OWNER):
            return subject.call()
    raise AssertionError("nobody there")


def test_a_full_link_is_gone_round_where_that_is_allowed() -> None:
    around_it = rang(rerouting(full(), "True"))
    assert around_it.done
    assert any("re-routed over the telephone network" in hop.found for hop in around_it.hops)
    assert told(rang(rerouting(full(), "False"))) == (REFUSED, 480, 4)
    no_trunk = rerouting(full(), "True").changed(gateways=())
    assert told(rang(no_trunk)) == (REFUSED, 480, 5)
    assert rang(full(1)).done
    assert rang(now()).done


def test_what_the_voice_policy_does_not_tell_leaves_a_full_link_open() -> None:
    assert rang(full()).needs == ("Get-CsVoicePolicy",)


def test_a_site_without_admission_control_does_not_count() -> None:
    assert rang(rerouting(full(), "False"), sender=CALLER).done


def test_nobody_admits_while_the_bandwidth_services_are_silent() -> None:
    moved = rerouting(full(), "False")
    services = dict(moved.services)
    for server in moved.pools[OWNER].servers:
        readings = services[server]
        assert not isinstance(readings, Unknown)
        services[server] = frozen(dict(readings) | {"bandwidth_policy_core": ServiceState.STOPPED})
    silent = moved.changed(services=frozen(services))

    assert "silent-admission-admits" in rang(silent).assumes
    assert told(rang(silent, rules=Rules({"silent-admission-admits": "no"}))) == (FAILED, 480, 4)


def test_messages_do_not_care_for_bandwidth() -> None:
    for subject in subjects(observer(rerouting(full(), "False")), "conversation"):
        assert isinstance(subject, Conversation)
        assert subject.message().done


def refusing(*trunks: str, sip: int = 486) -> State:
    answers = tuple(GatewayAnswer(gateway=each, sip=sip, origin=HERE) for each in trunks)
    return after(now(), op.SetGatewayAnswers(answers=answers))


def test_a_gateway_that_refuses_is_passed_on_with_its_status() -> None:
    every = {trunk.fqdn for trunk in now().gateways}

    assert told(call_out(observer(refusing(*every)).facts, OWNER)) == (FAILED, 486, 10000)
    assert call_out(observer(refusing("another.example")).facts, OWNER).done
    assert call_out(observer(after(refusing(*every), op.SetGatewayAnswers(answers=()))).facts, OWNER).done


@pytest.mark.parametrize(
    ("change", "home", "ends"),
    [
        (lambda state: state, CALLER, (DONE, None, None)),
        (lambda state: state, None, (FAILED, 404, 10003)),
        (lambda state: with_service(state, CALLER, "RTCSRV"), CALLER, (FAILED, 504, 10003)),
        (lambda state: state.changed(gateways=()), CALLER, (REFUSED, None, None)),
    ],
    ids=["sound", "a number that nobody has", "a silent home", "no trunk"],
)
def test_calls_from_the_telephone_network(
    change: Callable[[State], State], home: PoolId | None, ends: tuple[Disposition, int | None, int | None]
) -> None:
    """The trace: 10003 of component MediationServer beneath the proxy's own answer."""
    outcome = called_from_outside(observer(change(now())).facts, home)

    assert told(outcome) == ends
    if outcome.diagnostic == 10003:
        assert 'component="MediationServer"' in outcome.reason


def planned(*rules: NormalizationRule, scope: str = "global") -> State:
    plan = DialPlan(scope=scope, origin=HERE)
    assert not isinstance(now().dial_plans, Unknown)
    state = now().changed(dial_plans=(*now().dial_plans, plan) if scope != "global" else (plan,))  # type: ignore[misc]  # known
    return around(state, normalization=((scope, rules), *state.surroundings.normalization))


def test_digits_become_a_number_by_a_rule_of_the_narrowest_plan() -> None:
    four = NormalizationRule(length=4)

    assert dial(observer(planned(four)).facts, CALLER, "1234").done
    assert told(dial(observer(planned(four)).facts, CALLER, "12345")) == (FAILED, 404, 14010)
    assert told(dial(observer(planned(four, scope=f"service:{OWNER}")).facts, OWNER, "0800")) == (
        DONE,
        None,
        None,
    )
    nine = NormalizationRule(starts="9")
    assert told(dial(observer(planned(nine)).facts, CALLER, "1234")) == (FAILED, 404, 14010)
    assert dial(observer(now()).facts, CALLER, "+15550100").done
    assert dial(observer(now()).facts, CALLER, "1234").needs == ("Get-CsDialPlan",)


def test_a_policy_of_another_kind_says_nothing_about_re_routing() -> None:
    other = Policy(
        kind="conferencing", scope="global", settings=(("AllowPSTNReRouting", "False"),), origin=HERE
    )
    state = full()
    assert isinstance(state.policies, tuple)

    assert rang(state.changed(policies=(*state.policies, other))).disposition is UNDECIDED
