"""Changes to services and to the Central Management store.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from coexistence import operations as op
from coexistence.building import running_services
from coexistence.simulation.rulebook import rule
from coexistence.simulation.rules import Rules
from coexistence.simulation.state import State, frozen, readings_of
from coexistence.simulation.steps import Step, all_servers, refused, service_key, written
from coexistence.simulation.topology_changes import replicate
from coexistence.vocabulary import Maybe, Origin, ServiceState, Unknown
from coexistence.windows_services import find

__all__ = [
    "disable_service",
    "enable_service",
    "move_cms",
    "service_state",
    "start_services",
    "stop_services",
]


def disable_service(state: State, operation: op.DisableService, _rules: Rules) -> Step:
    """Stop a service on every server of a pool, and keep it from starting."""
    pool = state.pools.get(operation.pool)
    if pool is None:
        return refused(state, f"there is no pool {operation.pool} in the topology")
    key = service_key(operation.service)
    stopped = all_servers(state, pool, key, ServiceState.STOPPED)
    return Step(stopped.changed(disabled=state.disabled | {(pool.id, key)}))


def enable_service(state: State, operation: op.EnableService, _rules: Rules) -> Step:
    """Let a disabled service run again."""
    pool = state.pools.get(operation.pool)
    if pool is None:
        return refused(state, f"there is no pool {operation.pool} in the topology")
    key = service_key(operation.service)
    if (pool.id, key) not in state.disabled:
        return Step(state)
    running = all_servers(state, pool, key, ServiceState.RUNNING)
    return Step(running.changed(disabled=state.disabled - {(pool.id, key)}))


def start_services(state: State, operation: op.StartServices, _rules: Rules) -> Step:
    """Install if need be, and start, what a pool's servers should run."""
    pool = state.pools.get(operation.pool)
    if pool is None:
        return refused(state, f"there is no pool {operation.pool} in the topology")
    masters = state.cms.masters
    is_cms = not isinstance(masters, Unknown) and pool.id in masters
    origin = Origin("plan")
    # Where S19 or SE is all we know, both have the same services (the newer one's are assumed).
    readings: Maybe[Any] = Unknown("Get-CsServerPatchVersion")
    if pool.versions:
        readings = readings_of(running_services(pool, pool.versions[0], is_cms=is_cms, origin=origin))
    made: dict[Any, Maybe[Any]] = dict(state.services)
    replicas: dict[Any, Maybe[int]] = dict(state.replicas)
    for server in pool.servers:
        made[server] = readings
        replicas.setdefault(server, -1)
    return Step(
        state.changed(
            services=frozen(made),
            replicas=frozen(replicas),
            silenced=state.silenced - {pool.id},
            disabled=frozenset(each for each in state.disabled if each[0] != pool.id),
        )
    )


def stop_services(state: State, operation: op.StopServices, _rules: Rules) -> Step:
    """Stop every service of a pool, on purpose."""
    pool = state.pools.get(operation.pool)
    if pool is None:
        return refused(state, f"there is no pool {operation.pool} in the topology")
    made = dict(state.services)
    for server in pool.servers:
        readings = made.get(server, Unknown("Get-CsWindowsService"))
        if not isinstance(readings, Unknown):
            made[server] = frozen(dict.fromkeys(readings, ServiceState.STOPPED))
    return Step(state.changed(services=frozen(made), silenced=state.silenced | {pool.id}))


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


#: Master Replicator Agent and File Transfer Agent, by their keys in the catalogue.
_CMS_SERVICES: Final = ("master_replicator", "file_transfer_agent")


@rule(
    "cms-target-front-end-started",
    "Move-CsManagementServer needs the Front-End service started on the target.",
    source="Move-CsManagementServer reference",
)
def move_cms(state: State, operation: op.MoveCms, _rules: Rules) -> Step:
    """Move the Central Management store to a pool, with local setup and replication."""
    target = state.pools.get(operation.to)
    if target is None:
        return refused(state, f"there is no pool {operation.to} in the topology")
    running = [state.services.get(server, Unknown("Get-CsWindowsService")) for server in target.servers]
    if all(
        not isinstance(each, Unknown) and each.get("front_end") is not ServiceState.RUNNING
        for each in running
    ):
        # Move-CsManagementServer: the Front-End service is started on the target.
        return refused(state, f"the Front-End service is not started on {target.fqdn}")
    masters = state.cms.masters
    old = () if isinstance(masters, Unknown) else masters
    pools = dict(state.pools)
    pools[target.id] = replace(target, roles=target.roles | {"CentralMgmt"})
    for pool in old:
        if pool in pools and pool != target.id:
            pools[pool] = replace(pools[pool], roles=pools[pool].roles - {"CentralMgmt"})
    services = dict(state.services)
    for pool in {*old, target.id} & pools.keys():
        for server in pools[pool].servers:
            readings = services.get(server, Unknown("Get-CsWindowsService"))
            if isinstance(readings, Unknown):
                continue
            kept = {name: each for name, each in readings.items() if name not in _CMS_SERVICES}
            if pool == target.id:
                # Local setup on each server of the new master installs and starts these two.
                kept |= dict.fromkeys(_CMS_SERVICES, ServiceState.RUNNING)
            services[server] = frozen(kept)
    moved = state.changed(
        cms=replace(state.cms, hosts=(target.id,), masters=(target.id,)), services=frozen(services)
    )
    return replicate(written(moved, pools), op.Replicate(), _rules)
