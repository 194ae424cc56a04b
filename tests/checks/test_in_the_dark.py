"""A twin of which a file is missing: promises are open questions that name the file, and none is broken."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from helpers import built, crowd, one_pool

from coexistence.checking.registry import Registry
from coexistence.checking.results import Result
from coexistence.model.blueprint import EdgeBlueprint, PoolBlueprint
from coexistence.model.deployment import UNTOLD_APPLICATIONS, Deployment
from coexistence.model.population import Population
from coexistence.model.vocabulary import Clause, ContactStore, Unknown
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial

BLUEPRINT = dataclasses.replace(
    one_pool(
        20,
        pool=PoolBlueprint(
            crowds=(crowd(6, voice=True, contacts=ContactStore.EXCHANGE, xmpp=True),),
            dial_in=True,
            voice=True,
            response_groups=1,
            call_park=True,
            common_area_phones=1,
            exchange_um=True,
        ),
        edge=EdgeBlueprint(xmpp=True),
    ),
    partners=1,
)
DEPLOYMENT = built(BLUEPRINT)
CLAUSES = {
    Clause.MESSAGING,
    Clause.MEETINGS,
    Clause.CLIENTS,
    Clause.POLICIES,
    Clause.APPLICATIONS,
    Clause.EDGE,
}
REGISTRY = Registry()
load_builtin(REGISTRY)
CHECKS = [check for check in REGISTRY if check.clause in CLAUSES]
MISSING: dict[str, Unknown] = {
    "population": Unknown("Get-CsUser"),
    "directories": Unknown("Get-CsConferenceDirectory"),
    "applications": UNTOLD_APPLICATIONS,
    "dial_plans": Unknown("Get-CsDialPlan"),
    "voice_routes": Unknown("Get-CsVoiceRoute"),
    "records": Unknown("DNS export"),
    "certificates": Unknown("certificate export"),
    "policies": Unknown("Get-CsConferencingPolicy"),
    "client_rules": Unknown("Get-CsClientVersionPolicyRule"),
    "client_settings": Unknown("Get-CsClientVersionConfiguration"),
    "simple_urls": Unknown("Get-CsSimpleUrlConfiguration"),
    "partners": Unknown("Get-CsAllowedDomain"),
    "replicas": Unknown("Get-CsManagementStoreReplicationStatus"),
}


def answers(deployment: Deployment) -> list[Result]:
    """What comes of asking every promise of these clauses everywhere about a twin."""
    twin = Trial(deployment, target=BLUEPRINT.target, is_twin=True)
    found = []
    for place in twin.places:
        for check in CHECKS:
            if check.applies_at(place):
                result = twin.ask(check, place)
                assert result.crash is None, (check.name, place.label, result.crash)
                assert result.broken == (), (check.name, place.label)
                found.append(result)
    return found


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_file_breaks_no_promise(name: str) -> None:
    changes: dict[str, Any] = {name: MISSING[name]}

    results = answers(dataclasses.replace(DEPLOYMENT, **changes))

    assert all(question.needs for result in results for question in result.undecided)


def test_nothing_but_a_topology_leaves_everything_open() -> None:
    everything: dict[str, Any] = dict(MISSING)

    results = answers(dataclasses.replace(DEPLOYMENT, **everything))

    assert any(result.undecided for result in results)
    assert all(question.needs for result in results for question in result.undecided)


@pytest.mark.parametrize("part", ["meetings", "assigned", "pin", "mailbox"])
def test_people_of_whom_little_is_told_break_no_promise(part: str) -> None:
    population = DEPLOYMENT.population
    assert isinstance(population, Population)
    values = {"meetings": Unknown("meetings export"), "assigned": {}, "pin": None, "mailbox": None}

    answers(dataclasses.replace(DEPLOYMENT, population=population.changed(**{part: values[part]})))


def test_with_every_file_no_promise_is_open() -> None:
    assert all(result.undecided == () for result in answers(DEPLOYMENT))
