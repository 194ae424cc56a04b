"""What was told the name of a pool that goes is found before the pool is removed, wherever it was told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from helpers import built, crowd, front_end, new, observer, state_at, tried, views

from coexistence import Severity
from coexistence.checking.registry import Registry
from coexistence.checking.results import Result
from coexistence.checking.runner import run_check
from coexistence.checks import topology
from coexistence.model.blueprint import Blueprint, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.conditions.external_systems import (
    ADDRESS_BOOK_RULES,
    AddressBookSettings,
    ExchangeUm,
    ExternalParty,
    StoreFile,
)
from coexistence.model.conditions.messaging import DhcpScope
from coexistence.model.conditions.reverse_proxy import Publishing, ReverseProxyRule
from coexistence.model.deployment import DnsRecord
from coexistence.model.vocabulary import ApplicationKind, Origin, PartyKind, PoolId, PoolRole, Unknown
from coexistence.plugin.loading import load_builtin
from coexistence.simulation.state import State, frozen

ERROR, WARNING, BLOCKER = Severity.ERROR, Severity.WARNING, Severity.BLOCKER
TEST = Origin("test")
BLUEPRINT = Blueprint(
    sites=(
        SiteBlueprint(
            pools=(PoolBlueprint(crowds=(crowd(20, voice=True),), voice=True, response_groups=1),),
            edge=EdgeBlueprint(),
        ),
    )
)
TRIAL = tried(BLUEPRINT)
DEPLOYMENT = built(BLUEPRINT)
OLD = front_end(DEPLOYMENT)
NEW = new(OLD)
(EDGE,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.EDGE))
SILENT = state_at(TRIAL, "legacy-silent")
REGISTRY = Registry()
load_builtin(REGISTRY)
(CHECK,) = (check for check in REGISTRY if check.name == "nothing_names_a_pool_that_is_removed_next")


def ask(state: State) -> Result:
    result = run_check(CHECK, views(state), {})
    assert result.crash is None
    return result


def around(**parts: Any) -> State:
    return SILENT.changed(surroundings=dataclasses.replace(SILENT.surroundings, **parts))


def dhcp(**options: Any) -> State:
    scopes = (DhcpScope(**options),)
    return SILENT.changed(particulars=dataclasses.replace(SILENT.particulars, dhcp=scopes))


def published(target: PoolId) -> State:
    rule = ReverseProxyRule(names=frozenset({"meet.example"}), target=target, origin=TEST)
    return SILENT.changed(publishing=Publishing(rules=(rule,)))


def outside(target: PoolId) -> State:
    record = DnsRecord(name="old.example", kind="A", target=target, side="external", origin=TEST)
    return SILENT.changed(outside=frozen({("old.example", "A"): record}))


def routed(pool: PoolId) -> State:
    routes = SILENT.voice_routes
    assert not isinstance(routes, Unknown)
    return SILENT.changed(
        voice_routes=tuple(
            dataclasses.replace(each, trunks=tuple((gateway, pool) for gateway, _ in each.trunks))
            for each in routes
        )
    )


def console(pool: PoolId) -> State:
    applications = SILENT.applications
    assert not isinstance(applications, Unknown)
    return SILENT.changed(
        applications=tuple(
            dataclasses.replace(each, console=pool) if each.kind is ApplicationKind.RESPONSE_GROUP else each
            for each in applications
        )
    )


def party(pool: PoolId) -> State:
    known = ExternalParty(name="recorder", kind=PartyKind.RECORDER, pinned_to=pool, port=5061, origin=TEST)
    return around(parties=(known,))


TOLD: list[tuple[str, Severity, Callable[[PoolId], State]]] = [
    ("external-party", ERROR, party),
    ("dhcp-option", ERROR, lambda pool: dhcp(registrar=pool.upper())),
    ("dhcp-option", ERROR, lambda pool: dhcp(certificates=pool)),
    ("reverse-proxy-rule", ERROR, published),
    ("external-dns-record", ERROR, outside),
    ("voice-route", ERROR, routed),
    ("agent-console", ERROR, console),
    ("xmpp-route", ERROR, lambda pool: around(xmpp_route=EDGE if pool == OLD else new(EDGE))),
    ("chat-room-store", ERROR, lambda pool: around(chat_rooms=frozenset({pool}))),
    (
        "service-control-point",
        BLOCKER,
        lambda pool: SILENT.changed(cms=dataclasses.replace(SILENT.cms, scp=pool)),
    ),
    (
        "discovery-candidate",
        WARNING,
        lambda pool: SILENT.changed(
            cms=dataclasses.replace(SILENT.cms, discovery_candidates=SILENT.pools[pool].servers)
        ),
    ),
    (
        "um-gateway",
        WARNING,
        lambda pool: around(exchange_um=ExchangeUm(gateways=frozenset({pool}), origin=TEST)),
    ),
    (
        "address-book-settings",
        WARNING,
        lambda pool: around(address_book=(AddressBookSettings(scope=f"service:{pool}", origin=TEST),)),
    ),
    (
        "store-file",
        WARNING,
        lambda pool: around(files=(StoreFile(pool=pool, name=ADDRESS_BOOK_RULES, origin=TEST),)),
    ),
]


@pytest.mark.parametrize(("kind", "severity", "make"), TOLD, ids=[each[0] for each in TOLD])
def test_whatever_was_told_the_name_of_a_silent_pool_is_found(
    kind: str, severity: Severity, make: Callable[[PoolId], State]
) -> None:
    found = {(each.subject, each.finding.kind, each.severity) for each in ask(make(OLD)).broken}

    assert {each[1:] for each in found} == {(f"left-{kind}", severity)}
    assert {each[0] for each in found} <= {OLD, EDGE}


@pytest.mark.parametrize(("kind", "severity", "make"), TOLD, ids=[each[0] for each in TOLD])
def test_who_was_told_the_name_of_a_pool_that_stays_is_left_alone(
    kind: str, severity: Severity, make: Callable[[PoolId], State]
) -> None:
    assert ask(make(NEW)).broken == ()


def test_what_has_another_way_is_not_held_up_by_the_old_one() -> None:
    """A route with a trunk that stays, and a file that was copied, keep nobody waiting."""
    routes = SILENT.voice_routes
    assert not isinstance(routes, Unknown)
    assert any(mediation == OLD for route in routes for _, mediation in route.trunks)
    copied = tuple(StoreFile(pool=pool, name=ADDRESS_BOOK_RULES, origin=TEST) for pool in (OLD, NEW))

    assert ask(around(files=copied)).broken == ()


def test_nobody_has_to_tell_what_no_export_holds() -> None:
    """DHCP, the reverse proxy, Exchange and parties outside: not told is not undecided."""
    assert ask(SILENT).undecided == ()
    assert isinstance(SILENT.particulars.dhcp, Unknown)


def test_every_kind_of_reference_that_is_found_weighs_something() -> None:
    """The scan knows no kind that the promise passes over."""
    states = [TRIAL.state_at(place) for place in TRIAL.places] + [make(OLD) for _, _, make in TOLD]

    found = {each.kind for state in states for named in observer(state).references.values() for each in named}

    assert {kind for kind, _, _ in TOLD} <= found
    assert found <= set(topology._ALL_LEFT)
