"""Changes to services."""

from __future__ import annotations

from typing import Any, Final

from coexistence.model import operations as op
from coexistence.model.vocabulary import Confidence, Maybe, Origin, ServiceState, Unknown
from coexistence.model.windows_services import find, running_services
from coexistence.simulation.changes.external_systems import restarting
from coexistence.simulation.changes.service_start import is_bare, settled
from coexistence.simulation.dispatch import Changes
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.machines import installation_trouble
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import State, frozen, readings_of
from coexistence.simulation.transitions import Step, all_servers, no_such_pool, refused, service_key

__all__ = ["CHANGES"]

CHANGES: Final = Changes()


@CHANGES.carries_out(op.DisableService)
def disable_service(state: State, operation: op.DisableService, _rules: Rules) -> Step:
    """Stop a service on every server of a pool, and keep it from starting."""
    pool = state.pools.get(operation.pool)
    if pool is None:
        return no_such_pool(state, operation.pool)
    key = service_key(operation.service)
    stopped = all_servers(state, pool, key, ServiceState.STOPPED)
    return Step(stopped.changed(disabled=state.disabled | {(pool.id, key)}))


@CHANGES.carries_out(op.EnableService)
def enable_service(state: State, operation: op.EnableService, _rules: Rules) -> Step:
    """Let a disabled service run again."""
    pool = state.pools.get(operation.pool)
    if pool is None:
        return no_such_pool(state, operation.pool)
    key = service_key(operation.service)
    if (pool.id, key) not in state.disabled:
        return Step(state)
    running = all_servers(state, pool, key, ServiceState.RUNNING)
    return Step(running.changed(disabled=state.disabled - {(pool.id, key)}))


@CHANGES.carries_out(op.StartServices)
@restarting
@rule(
    "setup-installs-what-the-role-calls-for",
    "Setup installs and starts the services that a pool's role, version, pair and topology call for.",
    source="Verify pilot pool coexistence with legacy pool; third party: service lists",
    confidence=Confidence.DERIVED,
)
def start_services(state: State, operation: op.StartServices, rules: Rules) -> Step:
    """Install if need be, and start, what a pool's servers should run."""
    pool = state.pools.get(operation.pool)
    if pool is None:
        return no_such_pool(state, operation.pool)
    masters = state.cms.masters
    is_cms = not isinstance(masters, Unknown) and pool.id in masters
    origin = Origin("plan")
    # Where S19 or SE is all we know, both have the same services (the newer one's are assumed).
    readings: Maybe[Any] = Unknown("Get-CsServerPatchVersion")
    if rules.value("plan-as-written") == "undecided" and state.defined[pool.id] > 0:
        readings = Unknown("Get-CsWindowsService")
    elif pool.versions:
        readings = readings_of(running_services(pool, pool.versions[0], is_cms=is_cms, origin=origin))
    made: dict[Any, Maybe[Any]] = dict(state.services)
    replicas: dict[Any, Maybe[int]] = dict(state.replicas)
    for server in pool.servers:
        made[server] = readings
        replicas.setdefault(server, -1)
    if trouble := installation_trouble(state, pool, (each for each in pool.servers if is_bare(state, each))):
        return refused(state, trouble)
    started = state.changed(
        services=frozen(made),
        replicas=frozen(replicas),
        silenced=state.silenced - {pool.id},
        disabled=frozenset(each for each in state.disabled if each[0] != pool.id),
    )
    rested, reason = settled(started, pool, pool.servers, rules)
    return Step(rested, reason=reason)


@CHANGES.carries_out(op.StopServices)
def stop_services(state: State, operation: op.StopServices, _rules: Rules) -> Step:
    """Stop every service of a pool, on purpose."""
    pool = state.pools.get(operation.pool)
    if pool is None:
        return no_such_pool(state, operation.pool)
    made = dict(state.services)
    for server in pool.servers:
        readings = made.get(server, Unknown("Get-CsWindowsService"))
        if not isinstance(readings, Unknown):
            made[server] = frozen(dict.fromkeys(readings, ServiceState.STOPPED))
    return Step(state.changed(services=frozen(made), silenced=state.silenced | {pool.id}))


@CHANGES.carries_out(op.SetServiceState)
def service_state(state: State, operation: op.SetServiceState, _rules: Rules) -> Step:
    """Put one service of one server into a state."""
    readings = state.services.get(operation.server)
    if readings is None:
        return refused(state, f"there is no server {operation.server}")
    if isinstance(readings, Unknown):
        return Step(state)
    found = find(operation.service)
    made = frozen(dict(readings) | {found.key if found else operation.service.lower(): operation.state})
    return Step(state.changed(services=frozen(dict(state.services) | {operation.server: made})))
