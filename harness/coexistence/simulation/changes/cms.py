"""Changes to the Central Management store: moved, lost, restored, replicated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from coexistence.model import operations as op
from coexistence.model.conditions.administrators import AdminTask, StoreState
from coexistence.model.deployment import Cms, Pool
from coexistence.model.vocabulary import Disposition, Maybe, PoolId, PoolRole, ServiceState, Unknown
from coexistence.model.vocabulary.ends import CENTRAL_MANAGEMENT, service_of
from coexistence.simulation.changes.topology import replicate
from coexistence.simulation.dispatch import Changes
from coexistence.simulation.rules.admin_rights import not_entitled, person
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.central_management import (
    CMS_SERVICES,
    SMB,
    agent_trouble,
    group_trouble,
    obstacle,
    port_of,
    sender_trouble,
    share_trouble,
    store_of,
    store_trouble,
    the_master,
)
from coexistence.simulation.rules.machines import cms_move_trouble
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import NOT_COLLECTED, Infrastructure, State, frozen
from coexistence.simulation.transitions import Step, no_such_pool, refused, tools_too_old, written

__all__ = ["CHANGES", "may_not", "move_cms"]

CHANGES: Final = Changes()


def may_not(state: State, by: str, task: AdminTask) -> str | None:
    """Say why an administrator, at a server of the product, may not do something.

    Somebody who is not named has every right; of whom nobody told the groups, nobody knows better.
    """
    if not by:
        return None
    who = person(state, by)
    if who is None:
        return f"there is no administrator {by}"
    reason = not_entitled(who, task, site=None, remote=False)
    return None if isinstance(reason, Unknown) else reason


# -------------------------------------------------------------------- before the move


@CHANGES.carries_out(op.EnableTopology)
@rule(
    "enable-topology-before-the-move",
    "Enable-CsTopology must succeed on the target before the Central Management store is moved there; it "
    "takes a member of RTCUniversalServerAdmins and Domain Admins, and a store that answers.",
    source="Move the Central Management Server; Move-CsManagementServer reference",
)
def enable_topology(state: State, operation: op.EnableTopology, _rules: Rules) -> Step:
    """Enable the topology on a pool, and tell whether that works."""
    pool = state.pools.get(operation.pool)
    if pool is None:
        return no_such_pool(state, operation.pool)
    if reason := store_trouble(state, write=False):
        return refused(state, reason, CENTRAL_MANAGEMENT)
    if reason := may_not(state, operation.by, AdminTask.TOPOLOGY):
        return refused(state, reason)
    if pool.id in state.cms.enable_fails:
        if not operation.repaired:
            return Step(state, Disposition.FAILED, f"Enable-CsTopology ends with an error on {pool.fqdn}")
        return Step(_with_cms(state, enable_fails=state.cms.enable_fails - {pool.id}))
    return Step(state)


@CHANGES.carries_out(op.ExportConfiguration)
def export_configuration(state: State, _operation: op.ExportConfiguration, _rules: Rules) -> Step:
    """Keep what is configured now."""
    if reason := store_trouble(state, write=False):
        return refused(state, reason, CENTRAL_MANAGEMENT)
    return Step(state.changed(exported=state.infrastructure(exported=None)))


# -------------------------------------------------------------------- the move


@rule(
    "cms-target-front-end-started",
    "Move-CsManagementServer is run locally on the target, by a member of RTCUniversalServerAdmins, with the "
    "newest tools; it needs the Front-End service started there, and a database created for it.",
    source="Move the Central Management Server; Move-CsManagementServer reference",
)
def _not_allowed(state: State, operation: op.MoveCms, target: Pool) -> str | None:
    """Say why whoever runs the move may not run it like this."""
    if not operation.locally:
        return f"Move-CsManagementServer is run at a server of {target.fqdn}, not in a remote session"
    return tools_too_old(state, operation.tools) or may_not(state, operation.by, AdminTask.GLOBAL_SETTINGS)


def _no_database(state: State, operation: op.MoveCms, target: Pool) -> str | None:
    if not operation.database_created and store_of(state.cms, target.id) is StoreState.MISSING:
        return f"there is no Central Management database on {target.fqdn}"
    return None


@rule(
    "cms-move-from-a-store-that-answers",
    "The store is moved from the active master, which turns read-only first. Where that does not answer, "
    "only exported files and -Force move it, and what was configured since the export is lost.",
    source="Move-CsManagementServer reference",
)
def _no_source(state: State, operation: op.MoveCms) -> str | None:
    """Say why there is nothing to move from."""
    if operation.force:
        return None if state.exported is not None else "the configuration was never exported to files"
    masters = state.cms.masters
    if isinstance(masters, Unknown):
        return None
    sources = masters or tuple(pool for pool, _ in state.cms.stores)
    found = [store_of(state.cms, pool) for pool in sources]
    if any(each in (StoreState.WRITABLE, StoreState.READ_ONLY) for each in found):
        return None
    if StoreState.OFFLINE in found:
        offline = sources[found.index(StoreState.OFFLINE)]
        return f"the Central Management store on {offline} does not answer"
    return "there is no Central Management store to move from"


@CHANGES.carries_out(op.MoveCms)
def move_cms(state: State, operation: op.MoveCms, rules: Rules) -> Step:
    """Move the Central Management store to a pool, with local setup and replication."""
    target = state.pools.get(operation.to)
    if target is None:
        return no_such_pool(state, operation.to)
    if reason := _not_allowed(state, operation, target):
        return refused(state, reason)
    if not target.servers or _runs(state, target) is False:
        reason = f"the Front-End service is not started on {target.fqdn}"
        return refused(state, reason, service_of(target.id, "front_end"))
    if reason := _no_database(state, operation, target) or cms_move_trouble(state, target):
        return refused(state, reason)
    if state.cms.masters == () and store_of(state.cms, target.id) is StoreState.READ_ONLY:
        return _cancelled(state, target, rules)
    if reason := _no_source(state, operation):
        return refused(state, reason, CENTRAL_MANAGEMENT)
    if target.id in state.cms.enable_fails:
        return _without_store(state, target, rules)
    masters = state.cms.masters
    old = tuple(pool for pool in (() if isinstance(masters, Unknown) else masters) if pool != target.id)
    if operation.force and state.exported is not None:
        if target.id not in state.exported.pools:
            return refused(state, f"the exported configuration does not have {target.id}")
        state = _restored(state, state.exported)
        target = state.pools[operation.to]
    stores = _stores(state.cms, old, target.id)
    cms = replace(state.cms, hosts=(target.id,), masters=(target.id,), scp=target.id, stores=stores)
    if not operation.replicators_ready:
        cms = replace(cms, not_replicators=cms.not_replicators | set(target.servers))
    moved = written(state.changed(cms=cms), _with_roles(state, old, target.id))
    setup = target.servers[:1]
    if operation.local_setup:
        listed = [moved.pools[pool] for pool in (*old, target.id) if pool in moved.pools]
        setup = tuple(server for pool in listed for server in pool.servers)
    made = replicate(_set_up(moved, setup), op.Replicate(), rules)
    if isinstance(runs := _runs(state, target), Unknown):
        # Whether it was moved at all nobody knows now.
        unsure = _with_cms(made.state, masters=runs, scp=runs)
        reason = f"nobody told whether the Front-End service runs on {target.fqdn}"
        return Step(unsure, Disposition.UNDECIDED, reason, runs.needs)
    return made


def _runs(state: State, target: Pool) -> Maybe[bool]:
    """Tell whether the Front-End service runs on some server of a pool."""
    found = [state.reported(server, "front_end") for server in target.servers]
    if ServiceState.RUNNING in found:
        return True
    return next((each for each in found if isinstance(each, Unknown)), False)


@rule(
    "failed-cms-move-is-cancelled-on-the-old-pool",
    "A move that failed is repeated on the new pool, or run on the old pool: that cancels it, as long as the "
    "old store is there.",
    source="Move-CsManagementServer reference",
)
def _cancelled(state: State, target: Pool, rules: Rules) -> Step:
    stores = tuple(each for each in state.cms.stores if each[0] != target.id)
    back = _with_cms(state, hosts=(target.id,), masters=(target.id,), scp=target.id, stores=stores)
    return replicate(back, op.Replicate(), rules)


@rule(
    "cms-move-over-failing-enable-step",
    "Moved over an Enable-CsTopology that fails on the target, the store may be gone everywhere: the move "
    "ends with an error, the service control point leads to a store that is not there, the old one stays "
    "read-only.",
    source="Move the Central Management Server (caution); Moving the Central Management store in a disaster "
    "recovery scenario (third party)",
    switch="cms-move-without-enable",
)
def _without_store(state: State, target: Pool, rules: Rules) -> Step:
    failure = f"Enable-CsTopology fails on {target.fqdn}: the move ends with an error"
    if rules.value("cms-move-without-enable") == "refused" or isinstance(state.cms.masters, Unknown):
        return refused(state, failure)
    stores = _stores(state.cms, state.cms.masters, target.id)
    lost = _with_cms(state, masters=(), scp=target.id, stores=(*stores, (target.id, StoreState.MISSING)))
    return Step(lost, Disposition.FAILED, f"{failure}, and no Central Management store is left")


def _stores(cms: Cms, old: tuple[PoolId, ...], target: PoolId) -> tuple[tuple[PoolId, StoreState], ...]:
    """Return what is the matter with stores after a move: those before are read-only, until removed."""
    told = dict(cms.stores)
    for pool in old:
        if store_of(cms, pool) is StoreState.WRITABLE:
            told[pool] = StoreState.READ_ONLY
    told.pop(target, None)
    return tuple(told.items())


def _with_roles(state: State, old: tuple[PoolId, ...], target: PoolId) -> dict[PoolId, Pool]:
    pools = dict(state.pools)
    pools[target] = replace(pools[target], roles=pools[target].roles | {"CentralMgmt"})
    for pool in old:
        if pool in pools:
            pools[pool] = replace(pools[pool], roles=pools[pool].roles - {"CentralMgmt"})
    return pools


@rule(
    "cms-services-by-local-setup",
    "The other servers of the new master pool get the two Central Management services only when local setup "
    "is run on them; run on the old ones, it takes the services away.",
    source="Move the Central Management Server",
)
def _set_up(state: State, servers: tuple[Any, ...]) -> State:
    """Give servers, or take from them, the services of a Central Management master."""
    masters = () if isinstance(state.cms.masters, Unknown) else state.cms.masters
    services: dict[Any, Maybe[Any]] = dict(state.services)
    for server in servers:
        readings = services.get(server, NOT_COLLECTED)
        if isinstance(readings, Unknown):
            continue
        kept = {name: each for name, each in readings.items() if name not in CMS_SERVICES}
        if state.servers[server].pool in masters:
            kept |= dict.fromkeys(CMS_SERVICES, ServiceState.RUNNING)
        services[server] = frozen(kept)
    return state.changed(services=frozen(services))


@CHANGES.carries_out(op.RunLocalSetup)
def run_local_setup(state: State, operation: op.RunLocalSetup, _rules: Rules) -> Step:
    """Run local setup on servers and restart them."""
    for server in operation.servers:
        if server not in state.servers:
            return refused(state, f"there is no server {server}")
    ready = state.cms.not_restarted - set(operation.servers)
    return Step(_with_cms(_set_up(state, operation.servers), not_restarted=ready))


# -------------------------------------------------------------------- what is left of it


@CHANGES.carries_out(op.RemoveCmsDatabase)
@rule(
    "old-cms-database-after-replication",
    "The databases of the former store are removed only when replication from the new one is complete and "
    "stable; earlier, the new store is left in an unknown state.",
    source="Move the Central Management Server (caution)",
    switch="old-store-dropped-early",
)
def remove_cms_database(state: State, operation: op.RemoveCmsDatabase, rules: Rules) -> Step:
    """Uninstall the Central Management databases of a pool."""
    cms = state.cms
    if store_of(cms, operation.pool) is StoreState.MISSING:
        return refused(state, f"there is no Central Management database on {operation.pool}")
    told = dict(cms.stores)
    master = the_master(state)
    if operation.pool == master:
        told[operation.pool] = StoreState.MISSING
        return Step(_with_cms(state, stores=tuple(told.items())))
    told.pop(operation.pool, None)
    hosts = tuple(pool for pool in cms.hosts if pool != operation.pool)
    late = [server for server in _replicas(state) if state.is_current(server) is False]
    if not late or master is None or rules.value("old-store-dropped-early") == "nothing":
        return Step(_with_cms(state, stores=tuple(told.items()), hosts=hosts))
    told[master] = StoreState.UNSETTLED
    return Step(
        _with_cms(state, stores=tuple(told.items()), hosts=hosts),
        Disposition.DONE,
        f"{len(late)} replicas were not up to date: the store on {master} was left in an unknown state",
    )


def _replicas(state: State) -> tuple[Any, ...]:
    return tuple(
        server
        for pool in state.pools.values()
        if pool.role is not PoolRole.TRUSTED_APPLICATION
        for server in pool.servers
    )


@CHANGES.carries_out(op.PublishSavedTopology, configures=True)
@rule(
    "saved-topology-loses-what-is-newer",
    "Publishing a topology that was saved earlier drops what was defined since; only tools as new as the "
    "newest that ever published may publish at all.",
    source="Verify pilot pool coexistence; Upgrade to Skype for Business Server 2015",
)
def publish_saved_topology(state: State, operation: op.PublishSavedTopology, _rules: Rules) -> Step:
    """Publish the topology of the last export."""
    if reason := tools_too_old(state, operation.tools):
        return refused(state, reason)
    saved = state.exported
    if saved is None:
        return refused(state, "no topology was saved")
    master = the_master(state)
    if master in state.pools and master not in saved.pools:
        return refused(state, f"{master} hosts the Central Management store")
    back = _topology_of(state, saved)
    # Who hosts the store is not a matter of the saved file.
    pools = {
        key: replace(pool, roles=(pool.roles - {"CentralMgmt"}) | (state.pools[key].roles & {"CentralMgmt"}))
        if key in state.pools
        else pool
        for key, pool in back.pools.items()
    }
    return Step(back.changed(pools=frozen(pools)))


def _restored(state: State, saved: Infrastructure) -> State:
    """Put back what the Central Management store held when it was exported."""
    return _topology_of(state, saved).changed(
        policies=saved.policies,
        client_rules=saved.client_rules,
        client_settings=saved.client_settings,
        simple_urls=saved.simple_urls,
        dial_plans=saved.dial_plans,
        voice_routes=saved.voice_routes,
    )


def _topology_of(state: State, saved: Infrastructure) -> State:
    """Put back sites, pools and trunks; servers keep what runs on them, as far as they are still in it."""
    servers = {key: state.servers.get(key, each) for key, each in saved.servers.items()}
    number = state.published + 1
    gone = tuple((pool, number) for pool in state.pools if pool not in saved.pools)
    return state.changed(
        published=number,
        sites=saved.sites,
        pools=saved.pools,
        gateways=saved.gateways,
        servers=frozen(servers),
        services=frozen({key: state.services.get(key, saved.services[key]) for key in servers}),
        replicas=frozen({key: each for key, each in state.replicas.items() if key in servers}),
        removed=(*(each for each in state.removed if each[0] not in saved.pools), *gone),
        dropped=state.dropped | {pool for pool, _ in gone},
    )


# -------------------------------------------------------------------- one replica


@CHANGES.carries_out(op.InvokeReplication)
def invoke_replication(state: State, operation: op.InvokeReplication, rules: Rules) -> Step:
    """Replicate to one server; a step that failed where something stands in the way, and says what."""
    server = state.servers.get(operation.server)
    if server is None:
        return refused(state, f"there is no server {operation.server}")
    if reason := store_trouble(state):
        return refused(state, reason, CENTRAL_MANAGEMENT)
    if isinstance(state.replicas.get(server.id, 0), Unknown):
        return Step(state)
    pool = state.pools[server.pool]
    denied = group_trouble(state) if port_of(pool) == SMB else None
    for trouble in (
        sender_trouble(state),
        denied,
        obstacle(state, rules, pool, state.has_expired),
        share_trouble(state, server.id),
        agent_trouble(state, server.id),
    ):
        if isinstance(trouble, str):
            return Step(state, Disposition.FAILED, trouble)
    return Step(
        state.changed(
            replicas=frozen(dict(state.replicas) | {server.id: state.published}),
            never_reported=state.never_reported - {server.id},
        )
    )


def _with_cms(state: State, **changes: Any) -> State:
    return state.changed(cms=replace(state.cms, **changes))
