"""Changes to single servers: started, drained, stopped, failed, updated, reset, paired."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from coexistence.model.conditions.machines_and_databases import BACKUP_SERVICE, Machine
from coexistence.model.deployment import Pool
from coexistence.model.operations import servers as op
from coexistence.model.vocabulary import (
    Disposition,
    Feature,
    Maybe,
    Origin,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    Unknown,
    version_name,
)
from coexistence.simulation.changes.external_systems import restarting
from coexistence.simulation.changes.service_start import settled, start, stopped_by_quorum
from coexistence.simulation.dispatch import Changes
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.machines import build_number, old_backup_service
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import NOT_COLLECTED, Readings, State, frozen
from coexistence.simulation.transitions import Step, no_such_pool, refused, service_key, written

__all__ = ["CHANGES"]

CHANGES: Final = Changes()

#: Windows services that are no product services: stopping the product leaves them alone.
_OF_WINDOWS: Final = frozenset(
    {"windows_fabric", "sql_rtclocal", "sql_lynclocal", "sql_rtc", "sql_agent_rtclocal"}
)
_WEB_CONFERENCING: Final = "data_mcu"


def _chosen(
    state: State, pool: PoolId, servers: tuple[ServerId, ...]
) -> tuple[Pool, tuple[ServerId, ...]] | str:
    """Return a pool and those of its servers that are meant; or why there are none such."""
    known = state.pools.get(pool)
    if known is None:
        return f"there is no pool {pool} in the topology"
    stranger = next((each for each in servers if each not in known.servers), None)
    if stranger is not None:
        return f"there is no server {stranger} in {known.fqdn}"
    return known, servers or known.servers


def _all_of(state: State, servers: Iterable[ServerId], becomes: ServiceState, *, only: str = "") -> State:
    """Put the product's services that run on some servers (or one of them, by its key) into a state."""
    made: dict[ServerId, Maybe[Readings]] = dict(state.services)
    for server in servers:
        readings = made.get(server, NOT_COLLECTED)
        if isinstance(readings, Unknown):
            continue
        made[server] = frozen(
            {
                key: becomes if (key == only if only else key not in _OF_WINDOWS) else each
                for key, each in readings.items()
            }
        )
    return state.changed(services=frozen(made))


@CHANGES.carries_out(op.StartServers)
def start_servers(state: State, operation: op.StartServers, rules: Rules) -> Step:
    """Start some servers of a pool; a pool that starts with too few of them stays pending."""
    chosen = _chosen(state, operation.pool, operation.servers)
    if isinstance(chosen, str):
        return refused(state, chosen)
    made, reason = start(state, *chosen, rules)
    if made is state and reason:
        return refused(state, reason)
    disabled = {key for pool, key in state.disabled if pool == operation.pool}
    for key in disabled:
        made = _all_of(made, chosen[1], ServiceState.STOPPED, only=key)
    return Step(made.changed(silenced=made.silenced - {operation.pool}), reason=reason)


@CHANGES.carries_out(op.DrainServers)
@rule(
    "draining-refuses-new-sessions",
    "A service that is stopped gracefully is paused while it drains: it serves the sessions that it has and "
    "refuses new ones.",
    source="Stop-CsWindowsService reference; third party: draining a Lync 2010 Mediation Server",
)
def drain_servers(state: State, operation: op.DrainServers, _rules: Rules) -> Step:
    """Pause the services that run on some servers of a pool."""
    chosen = _chosen(state, operation.pool, operation.servers)
    if isinstance(chosen, str):
        return refused(state, chosen)
    made: dict[ServerId, Maybe[Readings]] = dict(state.services)
    for server in chosen[1]:
        readings = made.get(server, NOT_COLLECTED)
        if not isinstance(readings, Unknown):
            made[server] = frozen(
                {
                    key: ServiceState.PAUSED
                    if each is ServiceState.RUNNING and key not in _OF_WINDOWS
                    else each
                    for key, each in readings.items()
                }
            )
    return Step(state.changed(services=frozen(made)))


@CHANGES.carries_out(op.StopServers)
def stop_servers(state: State, operation: op.StopServers, rules: Rules) -> Step:
    """Stop some servers of a pool; too few left, and the others stop too."""
    chosen = _chosen(state, operation.pool, operation.servers)
    if isinstance(chosen, str):
        return refused(state, chosen)
    stopped = _all_of(state, chosen[1], ServiceState.STOPPED)
    made, reason = stopped_by_quorum(stopped, chosen[0], rules)
    return Step(made, reason=reason)


@CHANGES.carries_out(op.FailServer)
def fail_server(state: State, operation: op.FailServer, rules: Rules) -> Step:
    """Let a machine die, SQL Server and Windows Fabric with it."""
    server = state.servers.get(operation.server)
    if server is None:
        return refused(state, f"there is no server {operation.server}")
    readings = state.services.get(server.id, NOT_COLLECTED)
    if isinstance(readings, Unknown):
        return Step(state)
    dead = frozen(dict.fromkeys(readings, ServiceState.STOPPED))
    made, reason = stopped_by_quorum(
        state.changed(services=frozen(dict(state.services) | {server.id: dead})),
        state.pools[server.pool],
        rules,
    )
    return Step(made, reason=reason)


@CHANGES.carries_out(op.RestartServices)
@restarting
def restart_services(state: State, operation: op.RestartServices, rules: Rules) -> Step:
    """Restart a service, or all, of a pool; web conferencing leaves its critical mode by that."""
    chosen = _chosen(state, operation.pool, ())
    if isinstance(chosen, str):
        return refused(state, chosen)
    pool, servers = chosen
    key = service_key(operation.service) if operation.service else ""
    if (pool.id, key) in state.disabled:
        return refused(state, f"{operation.service} is disabled on {pool.fqdn}")
    made, reason = state, ""
    if key:
        made = _all_of(made, servers, ServiceState.RUNNING, only=key)
    else:
        made, reason = start(_all_of(made, servers, ServiceState.STOPPED), pool, servers, rules)
        for disabled in {each for of, each in state.disabled if of == pool.id}:
            made = _all_of(made, servers, ServiceState.STOPPED, only=disabled)
    if key in ("front_end", "backup"):
        made, reason = settled(made, pool, servers, rules)
    if key in ("", _WEB_CONFERENCING):
        left = made.backing.critical - {pool.id}
        if left != made.backing.critical:
            made = made.changed(backing=replace(made.backing, critical=left))
    return Step(made, reason=reason)


@CHANGES.carries_out(op.ResetPoolRegistrarState)
@rule(
    "reset-pool-registrar-state",
    "Reset-CsPoolRegistrarState restarts the Front-End and Windows Fabric services of a pool. After a loss "
    "of quorum it lets a pool start with its functional minimum, and places replicas on servers that run.",
    source="Reset-CsPoolRegistrarState reference; support article: limited functionality mode",
)
def reset_registrar(state: State, operation: op.ResetPoolRegistrarState, rules: Rules) -> Step:
    """Restart the Front-End services of the servers that are up, not of those stopped for maintenance."""
    pool = state.pools.get(operation.pool)
    if pool is None:
        return no_such_pool(state, operation.pool)
    if not pool.has_fabric:
        return refused(state, f"{pool.fqdn} has no Windows Fabric")
    waiting = [server for server in pool.servers if _is_up(state, server)]
    recovers = operation.reset == "QuorumLossRecovery"
    made = _all_of(state, waiting, ServiceState.START_PENDING, only="front_end")
    restarted = _all_of(made, waiting, ServiceState.RUNNING, only="front_end") if recovers else made
    made, reason = settled(restarted, pool, waiting, rules, resets=recovers)
    if recovers and not reason:
        backing = made.backing
        kept = tuple(each for each in backing.routing_groups if each.pool != pool.id)
        if len(kept) < len(backing.routing_groups):
            made = made.changed(backing=replace(backing, routing_groups=kept))
    return Step(made, reason=reason)


def _is_up(state: State, server: ServerId) -> bool:
    """Tell whether any service of the product runs on a server, or is on its way to."""
    readings = state.services.get(server)
    if readings is None or isinstance(readings, Unknown):
        return True
    up = (ServiceState.RUNNING, ServiceState.START_PENDING, ServiceState.PAUSED)
    return any(each in up for key, each in readings.items() if key not in _OF_WINDOWS)


@CHANGES.carries_out(op.InstallUpdate)
def install_update(state: State, operation: op.InstallUpdate, rules: Rules) -> Step:
    """Bring a server to a build, all its components with it, and start it again."""
    server = state.servers.get(operation.server)
    if server is None:
        return refused(state, f"there is no server {operation.server}")
    pool = state.pools[server.pool]
    lines = {version.build for version in pool.versions}
    if lines and operation.build.rpartition(".")[0] not in lines:
        return refused(state, f"build {operation.build} is of another product than {pool.fqdn}")
    if not isinstance(server.build, Unknown) and build_number(operation.build) < build_number(server.build):
        return refused(state, f"{server.fqdn} is on the later build {server.build} already")
    stopped = stop_servers(state, op.StopServers(pool=pool.id, servers=(server.id,)), rules).state
    backing = stopped.backing
    told = backing.machine_by_server.get(server.id)
    if told is not None and told.components:
        newer = tuple(
            (name, build)
            for name, build in told.components
            if name != BACKUP_SERVICE or build_number(build) > build_number(operation.build)
        )
        backing = backing.with_machine(replace(told, components=newer))
    updated = stopped.changed(
        backing=backing,
        servers=frozen(dict(state.servers) | {server.id: replace(server, build=operation.build)}),
    )
    made, reason = start(updated, pool, (server.id,), rules)
    return Step(made, reason=reason)


@CHANGES.carries_out(op.PairPools, configures=True)
@rule(
    "pairing-is-not-checked",
    "Topology Builder accepts pairs of different editions or versions, which are not supported; Lync Server "
    "2010 has no pairing. Setup lays down the Backup Service from the original media, older than a core "
    "with updates.",
    source="Lync Server 2013: supported pool pairing options; support article: LyncBackupService.exe crashes "
    "with pool pairing",
)
def pair_pools(state: State, operation: op.PairPools, _rules: Rules) -> Step:
    """Pair two Front End pools; that the pair is not a supported one is no reason to refuse it."""
    one, other = state.pools.get(operation.pool), state.pools.get(operation.other)
    for name, pool in ((operation.pool, one), (operation.other, other)):
        if pool is None:
            return no_such_pool(state, name)
        if pool.role is not PoolRole.FRONT_END:
            return refused(state, f"{pool.fqdn} is no Front End pool")
        if pool.has(Feature.POOL_PAIRING) is False:
            return refused(
                state, f"{pool.fqdn} runs {version_name(pool.versions)}, which has no pool pairing"
            )
    assert one is not None  # refused above
    assert other is not None  # as above
    if one.id == other.id:
        return refused(state, "a pool cannot be paired with itself")
    pools = dict(state.pools)
    pools[one.id], pools[other.id] = replace(one, backup=other.id), replace(other, backup=one.id)
    made = written(state, pools)
    reasons = []
    for pool in (made.pools[one.id], made.pools[other.id]):
        made, reason = _with_backup_service(made, pool)
        reasons += [reason] if reason else []
    if one.edition is not other.edition or one.versions != other.versions:
        reasons.insert(0, f"{one.fqdn} and {other.fqdn} are not alike: the pair is not supported")
    return Step(made, Disposition.DONE, "; ".join(reasons))


def _with_backup_service(state: State, pool: Pool) -> tuple[State, str]:
    """Return the state after setup put the Backup Service of the original media on a pool's servers."""
    backing, services = state.backing, dict(state.services)
    for server in pool.servers:
        readings = services.get(server, NOT_COLLECTED)
        if not isinstance(readings, Unknown) and readings:
            services[server] = frozen(dict(readings) | {"backup": ServiceState.RUNNING})
        core: Maybe[str] = state.servers[server].build
        if not pool.version or isinstance(core, Unknown):
            continue
        media = pool.version.first_build
        if build_number(core) > build_number(media):
            told = backing.machine_by_server.get(server) or Machine(server=server, origin=Origin("pairing"))
            others = tuple(each for each in told.components if each[0] != BACKUP_SERVICE)
            backing = backing.with_machine(replace(told, components=(*others, (BACKUP_SERVICE, media))))
    made = state.changed(services=frozen(services), backing=backing)
    return _crashed(made, pool)


def _crashed(state: State, pool: Pool) -> tuple[State, str]:
    crashing = [server for server in pool.servers if old_backup_service(state, server)]
    if not crashing:
        return state, ""
    stopped = _all_of(state, crashing, ServiceState.STOPPED, only="backup")
    return stopped, old_backup_service(state, crashing[0]) or ""


@CHANGES.carries_out(op.ChangeMachine)
def change_machine(state: State, operation: op.ChangeMachine, _rules: Rules) -> Step:
    """Take a machine's particulars as given from now on."""
    if operation.machine.server not in state.servers:
        return refused(state, f"there is no server {operation.machine.server}")
    return Step(state.changed(backing=state.backing.with_machine(operation.machine)))
