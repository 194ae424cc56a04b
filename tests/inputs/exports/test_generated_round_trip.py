"""Whatever can be made up can be written and read back, as far as the files can hold it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from coexistence.checking.registry import Registry
from coexistence.inputs.exports import read_exports
from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.exports.write.projection import projection
from coexistence.inputs.family.strategies import deployments
from coexistence.model.deployment import Application, Deployment
from coexistence.model.vocabulary import ApplicationKind, PoolRole, Unknown
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial

REGISTRY = Registry()
load_builtin(REGISTRY)


def _back(deployment: Deployment, *, tbxml: bool = False) -> Deployment:
    with tempfile.TemporaryDirectory() as folder:
        write_exports(deployment, Path(folder), tbxml=tbxml)
        return read_exports(Path(folder)).deployment


def _ordered(deployment: Deployment) -> Deployment:
    """The deployment with its objects in one order, and without what documentation says no file holds."""
    applications, policies, partners = deployment.applications, deployment.policies, deployment.partners
    assert not isinstance(applications, Unknown)
    assert not isinstance(policies, Unknown)
    assert not isinstance(partners, Unknown)
    trusted = {pool.id for pool in deployment.pools_of(PoolRole.TRUSTED_APPLICATION)}
    return replace(
        deployment,
        applications=tuple(sorted(map(_held, applications), key=lambda each: (each.kind.value, each.id))),
        policies=tuple(sorted(policies, key=lambda each: (each.kind, each.scope))),
        # A partner's own side stands in nobody's export.
        partners=tuple(
            replace(
                each,
                generation=None,
                access=Unknown("the partner's DNS"),
                roots=Unknown("the partner's trusted roots"),
            )
            for each in partners
        ),
        # A machine without services of the product looks like one that nobody asked.
        servers=tuple(
            replace(server, services=Unknown("Get-CsWindowsService")) if server.pool in trusted else server
            for server in deployment.servers
        ),
        # Standard Edition keeps its users on the server itself.
        pools=tuple(replace(pool, roles=pool.roles - {"UserStore"}) for pool in deployment.pools),
    )


def _held(application: Application) -> Application:
    ranges = (ApplicationKind.CALL_PARK_ORBIT, ApplicationKind.UNASSIGNED_NUMBERS)
    return replace(application, uri="") if application.kind in ranges else application


@pytest.mark.parametrize("tbxml", [False, True])
@settings(max_examples=12)
@given(deployment=deployments(max_sites=2))
def test_write_then_read_gives_what_the_projection_says(deployment: Deployment, tbxml: bool) -> None:
    assert _back(deployment, tbxml=tbxml) == projection(deployment, tbxml=tbxml)


@settings(max_examples=25)
@given(deployment=deployments(max_sites=2))
def test_write_then_read_gives_the_same_deployment(deployment: Deployment) -> None:
    back = _back(deployment)

    assert back.contradictions == ()
    assert back.untold_applications == frozenset()
    assert _ordered(back) == _ordered(deployment)
    mine, other = deployment.population, back.population
    assert not isinstance(mine, Unknown)
    assert not isinstance(other, Unknown)
    assert [mine.addresses[row] for row in range(len(mine))] == [
        other.addresses[row] for row in range(len(other))
    ]


def _judged(deployment: Deployment) -> dict[tuple[str, str], tuple[list[tuple[str, str]], bool]]:
    """What came of each check at each place: findings by kind and weight, and whether a question is open."""
    trial = Trial(deployment, is_twin=True)
    found = {}
    for place in trial.places:
        for check in REGISTRY:
            if check.applies_at(place):
                result = trial.ask(check, place)
                assert result.crash is None
                kinds = sorted((each.finding.kind, each.severity.name) for each in result.broken)
                found[check.name, place.label] = (kinds, bool(result.undecided))
    return found


@settings(max_examples=10)
@given(deployment=deployments(max_sites=2))
def test_a_twin_is_judged_as_the_deployment_that_it_is_of(deployment: Deployment) -> None:
    """Nothing breaks, opens or heals on the way through the files; so a twin can be go."""
    judged = _judged(_back(deployment))

    assert judged == _judged(deployment)
    assert not any(is_open for _, is_open in judged.values())
