"""What only tests share: small deployments, trials on their way, and ways to break them."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from coexistence.checking.checkpoints import Place
from coexistence.checking.decorators import check
from coexistence.checking.registry import verified
from coexistence.checking.results import Result
from coexistence.checking.runner import Views, run_check
from coexistence.inputs.family.builder import build
from coexistence.model.blueprint import Blueprint, Crowd, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.clients import ClientGeneration
from coexistence.model.operations import SetServiceState
from coexistence.model.population import Heads, head_count
from coexistence.model.vocabulary import (
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    Severity,
    Version,
)
from coexistence.observation import Observer
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from coexistence.model.deployment import Deployment
    from coexistence.model.operations import Operation
    from coexistence.model.population import Meetings, Population
    from coexistence.simulation.state import State

RULES = Rules()


# ---------------------------------------------------------------- descriptions and deployments


def crowd(people: int = 40, **facts: Any) -> Crowd:
    """Lync 2013 users with one meeting each, unless ``facts`` say otherwise."""
    return Crowd(**{"people": people, "meetings": 1, "client": ClientGeneration.LYNC_2013, **facts})


def one_pool(
    people: int = 40,
    *,
    legacy: Version = Version.L13,
    target: Version = Version.S19,
    pool: PoolBlueprint | None = None,
    **site: Any,
) -> Blueprint:
    """One site with one Standard Edition server and an Edge: the smallest thing worth migrating."""
    home = dataclasses.replace(
        pool or PoolBlueprint(), crowds=(*(pool or PoolBlueprint()).crowds, crowd(people))
    )
    return Blueprint(
        legacy=legacy,
        target=target,
        sites=(SiteBlueprint(**{"pools": (home,), "edge": EdgeBlueprint(), **site}),),
    )


def two_sites(people: int = 40, **versions: Version) -> Blueprint:
    """Two sites with one pool each; the Edge is in the first."""
    home = PoolBlueprint(crowds=(crowd(people),))
    return Blueprint(
        sites=(SiteBlueprint(pools=(home,), edge=EdgeBlueprint()), SiteBlueprint(pools=(home,))), **versions
    )


def built(blueprint: Blueprint | None = None) -> Deployment:
    """The deployment of a blueprint, always with the same names."""
    return build(blueprint or one_pool(), "test")


def front_end(deployment: Deployment, number: int = 0) -> PoolId:
    """A Front End pool by its place in the inventory."""
    return deployment.pools_of(PoolRole.FRONT_END)[number].id


def new(pool: PoolId) -> PoolId:
    """The pool that takes over from a legacy one."""
    return PoolId(f"new-{pool}")


# ---------------------------------------------------------------- trials and states


def tried(blueprint: Blueprint | None = None, **options: Any) -> Trial:
    """A trial of a blueprint, to the target that it names."""
    description = blueprint or one_pool()
    return Trial(built(description), **{"target": description.target, **options})


def place(trial: Trial, label: str) -> Place:
    """One of a trial's checkpoints, by its label."""
    return next(each for each in trial.places if each.label == label)


def state_at(trial: Trial, label: str) -> State:
    """What is true at a checkpoint."""
    return trial.state_at(place(trial, label))


def after(state: State, *operations: Operation, rules: Rules = RULES) -> State:
    """The state after operations that the product must accept."""
    for operation in operations:
        step = apply(state, operation, rules)
        assert step.accepted, f"{operation}: {step.reason}"
        state = step.state
    return state


def refusal(state: State, operation: Operation, rules: Rules = RULES) -> str:
    """Why the product refuses an operation; it must, and must leave the state alone."""
    step = apply(state, operation, rules)
    assert not step.accepted, f"{operation} was carried out"
    assert step.state is state
    return step.reason


def with_service(
    state: State,
    pool: PoolId,
    service: str,
    becomes: ServiceState = ServiceState.STOPPED,
    *,
    servers: int = 99,
) -> State:
    """The state after a service of a pool's (first) servers went into another state."""
    for server in state.pools[pool].servers[:servers]:
        state = after(state, SetServiceState(server=server, service=service, state=becomes))
    return state


def heads(hit: Mapping[str, Heads]) -> dict[str, int]:
    """How many people are hit, by what they are called."""
    return {name: head_count(each) for name, each in hit.items()}


def population_of(state: State) -> Population:
    """Everybody; a test that asks has a deployment where that is known."""
    population: Any = state.population
    assert hasattr(population, "home"), "the population is unknown"
    found: Population = population
    return found


def meetings_of(state: State) -> Meetings:
    """Every meeting, likewise."""
    meetings: Any = population_of(state).meetings
    assert hasattr(meetings, "organizer"), "the meetings are unknown"
    found: Meetings = meetings
    return found


def without_services(deployment: Deployment, pool: PoolId) -> Deployment:
    """The deployment as if nobody had collected what runs on a pool."""
    from coexistence.model.vocabulary import Unknown

    return dataclasses.replace(
        deployment,
        servers=tuple(
            dataclasses.replace(server, services=Unknown("Get-CsWindowsService"))
            if server.pool == pool
            else server
            for server in deployment.servers
        ),
    )


# ---------------------------------------------------------------- observers and checks


def observer(state: State, rules: Rules = RULES) -> Observer:
    """Somebody who looks at a state."""
    return Observer(state, rules)


def views(here: State, *, before: State | None = None, origin: State | None = None) -> Views:
    """What a check may look at; where nothing else is said, all three are the same moment."""
    now = observer(here)
    return Views(
        here=now,
        before=observer(before) if before is not None else now,
        origin=observer(origin) if origin is not None else now,
    )


def asked(
    function: Callable[..., Any], here: State, fixtures: Mapping[str, Any] | None = None, **others: State
) -> Result:
    """What came of asking a check (tagged or plain) about a state."""
    tagged = function if hasattr(function, "__coexistence_check__") else check(clause="data")(function)
    return run_check(verified(tagged, "test"), views(here, **others), fixtures or {})


def weights(result: Result) -> set[tuple[str, Severity]]:
    """Kinds of what is broken, with how much each weighs."""
    return {(broken.finding.kind, broken.severity) for broken in result.broken}


def server_of(state: State, pool: PoolId, number: int = 0) -> ServerId:
    """A server by its place in the pool."""
    return state.pools[pool].servers[number]


def report_in(path: Path) -> dict[str, Any]:
    """A JSON report, read back."""
    made: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return made
