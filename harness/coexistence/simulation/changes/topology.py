"""Changes to the topology: what is published, renamed in DNS, certified, removed, replicated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from coexistence.model import operations as op
from coexistence.model.deployment import Server
from coexistence.model.vocabulary import (
    Disposition,
    Feature,
    PoolId,
    PoolRole,
    ServiceState,
    Unknown,
)
from coexistence.model.vocabulary.ends import CENTRAL_MANAGEMENT, use_of
from coexistence.simulation.dispatch import Changes
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.central_management import receivers
from coexistence.simulation.rules.databases import instance_in_use
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import State, frozen
from coexistence.simulation.transitions import (
    Step,
    all_servers,
    no_such_pool,
    refused,
    tools_too_old,
    written,
)

__all__ = ["CHANGES", "replicate"]

CHANGES: Final = Changes()


@CHANGES.carries_out(op.PrepareDirectory)
def prepare_directory(state: State, operation: op.PrepareDirectory, _rules: Rules) -> Step:
    """Prepare Active Directory for a version."""
    return Step(state.changed(prepared=state.prepared | {operation.version}))


@CHANGES.carries_out(op.InstallTools)
def install_tools(state: State, operation: op.InstallTools, _rules: Rules) -> Step:
    """Give the administrators newer tools."""
    return Step(state.changed(tools=operation.version))


@CHANGES.carries_out(op.SetDnsRecords)
def set_records(state: State, operation: op.SetDnsRecords, _rules: Rules) -> Step:
    """Create or repoint names in DNS."""
    if isinstance(state.records, Unknown):
        return Step(state)
    inside = {(each.name, each.kind): each for each in operation.records if each.side == "internal"}
    outside = {(each.name, each.kind): each for each in operation.records if each.side == "external"}
    changed: dict[str, Any] = {}
    if inside:
        changed["records"] = frozen(dict(state.records) | inside)
    if outside and not isinstance(state.outside, Unknown):
        changed["outside"] = frozen(dict(state.outside) | outside)
    return Step(state.changed(**changed))


@CHANGES.carries_out(op.PublishTopology, configures=True)
@rule(
    "newest-tools-publish",
    "Only tools as new as the newest generation may publish, into a prepared Active Directory, and no "
    "pool takes an FQDN that is in use.",
    source="Verify pilot pool coexistence; Prepare Active Directory; Deploy pilot pool",
)
def publish_topology(state: State, operation: op.PublishTopology, _rules: Rules) -> Step:
    """Define pools and publish, unless the tools, the directory or a name stand against it."""
    if reason := tools_too_old(state, operation.tools):
        return refused(state, reason)
    newest = max((version for pool in operation.pools for version in pool.versions[:1]), default=None)
    if newest is not None and operation.tools < newest:
        # "Deploy pilot pool": pools are defined in the Topology Builder of their own version.
        return refused(state, f"tools of {operation.tools.product} cannot define {newest.product}")
    unprepared = {version for pool in operation.pools for version in pool.versions} - state.prepared
    if all(version in unprepared for pool in operation.pools for version in pool.versions):
        # "Prepare Active Directory": schema, forest and domain come before any coexistence.
        return refused(state, "Active Directory is not prepared for this version")
    for pool in operation.pools:
        if pool.id in state.pools:
            return refused(state, f"the FQDN {pool.fqdn} is already a pool of the topology")
        if reason := instance_in_use(state, pool):
            return refused(state, reason)
    number = state.published + 1
    servers: dict[Any, Server] = dict(state.servers)
    services = dict(state.services)
    for server in operation.servers:
        servers[server.id] = server
        # Defined, but nothing is installed yet.
        services[server.id] = frozen({})
    return Step(
        state.changed(
            published=number,
            document=max(operation.tools, state.document or operation.tools),
            removed=tuple(
                each for each in state.removed if all(each[0] != pool.id for pool in operation.pools)
            ),
            pools=frozen(dict(state.pools) | {pool.id: pool for pool in operation.pools}),
            defined=frozen(dict(state.defined) | {pool.id: number for pool in operation.pools}),
            servers=frozen(servers),
            services=frozen(services),
            gateways=(*state.gateways, *operation.gateways),
        )
    )


def _change_pool(state: State, pool: PoolId, **changes: Any) -> Step:
    known = state.pools.get(pool)
    if known is None:
        return no_such_pool(state, pool)
    # What is set is known from now on, whatever nobody told of it before.
    changed_pool = replace(known, untold=known.untold.difference(changes), **changes)
    changed = written(state, dict(state.pools) | {pool: changed_pool})
    if known.role is not PoolRole.EDGE:
        return Step(changed)
    # An Edge goes by what its replica holds: remember what it was told until now.
    before = (*state.told_before.get(pool, ()), (state.published, known.next_hop, known.federation))
    return Step(changed.changed(told_before=frozen(dict(state.told_before) | {pool: before})))


@CHANGES.carries_out(op.AssociateMediaEdge, configures=True)
def media_edge(state: State, operation: op.AssociateMediaEdge, _rules: Rules) -> Step:
    """Associate a pool with an Edge pool for media."""
    return _change_pool(state, operation.pool, media_edge=operation.edge)


@CHANGES.carries_out(op.SetEdgeFederation, configures=True)
@rule(
    "second-federated-edge-warns",
    "Enabling federation on a second Edge pool brings a warning, which may be ignored, and no refusal.",
    source="Configure federation routes and media traffic",
)
def edge_federation(state: State, operation: op.SetEdgeFederation, _rules: Rules) -> Step:
    """Open or close an Edge pool for federation."""
    others = [
        pool.fqdn
        for pool in state.pools.values()
        if pool.role is PoolRole.EDGE and pool.federation and pool.id != operation.edge
    ]
    step = _change_pool(state, operation.edge, federation=operation.enabled)
    if operation.enabled and others and step.accepted:
        # A warning that may be ignored during the cut-over, says the guide; not a refusal.
        return Step(step.state, Disposition.DONE, f"federation is also enabled on {', '.join(others)}")
    return step


@CHANGES.carries_out(op.SetEdgeXmpp, configures=True)
@rule(
    "xmpp-proxy-of-2013-and-2015",
    "XMPP federation can be enabled on Edge pools of Lync Server 2013 and Skype for Business Server 2015 "
    "alone; setup on its servers starts the proxy.",
    source="Skype for Business Server 2019: features removed; Migrating XMPP federation",
)
def edge_xmpp(state: State, operation: op.SetEdgeXmpp, _rules: Rules) -> Step:
    """Open or close the ports of an Edge's proxy, where its version has one."""
    edge = state.pools.get(operation.edge)
    if operation.enabled and edge is not None and edge.has(Feature.XMPP) is not True:
        return refused(state, f"{edge.fqdn} has no XMPP federation")
    step = _change_pool(state, operation.edge, xmpp=operation.enabled)
    if edge is None or not step.accepted:
        return step
    wanted = ServiceState.RUNNING if operation.enabled else ServiceState.STOPPED
    return Step(all_servers(step.state, edge, "xmpp_proxy", wanted))


@CHANGES.carries_out(op.SetNextHop, configures=True)
def set_next_hop(state: State, operation: op.SetNextHop, _rules: Rules) -> Step:
    """Set where a pool hands traffic to."""
    return _change_pool(state, operation.pool, next_hop=operation.to)


@CHANGES.carries_out(op.SwitchFederationRoute, configures=True)
def federation_route(state: State, operation: op.SwitchFederationRoute, _rules: Rules) -> Step:
    """Set a site's federation route."""
    site = state.sites[operation.site]
    sites = dict(state.sites) | {site.id: replace(site, federation_route=operation.to)}
    return Step(written(state.changed(sites=frozen(sites)), state.pools))


@CHANGES.carries_out(op.RemovePool, configures=True)
@rule(
    "pool-empty-before-removal",
    "A pool with accounts on it, or with the Central Management master, is not removed.",
    source="Migrating multiple sites and pools; Move the Central Management Server",
)
def remove_pool(state: State, operation: op.RemovePool, _rules: Rules) -> Step:
    """Delete a pool that nobody and nothing essential is on any more."""
    if reason := tools_too_old(state, operation.tools):
        return refused(state, reason)
    pool = state.pools.get(operation.pool)
    if pool is None:
        return no_such_pool(state, operation.pool)
    people = 0 if isinstance(state.population, Unknown) else state.population.accounts_by_pool.get(pool.id, 0)
    if people:
        # "Migrating multiple sites and pools": prove the pool empty before it goes.
        return refused(state, f"{people} accounts are still homed on {pool.fqdn}", use_of(pool.id))
    masters = state.cms.masters
    if not isinstance(masters, Unknown) and pool.id in masters:
        reason = f"{pool.fqdn} hosts the Central Management store"
        return refused(state, reason, use_of(pool.id), CENTRAL_MANAGEMENT)
    gone = set(pool.servers)
    made = Step(
        written(
            state.changed(
                removed=(*state.removed, (pool.id, state.published + 1)),
                servers=frozen({key: each for key, each in state.servers.items() if key not in gone}),
                services=frozen({key: each for key, each in state.services.items() if key not in gone}),
                replicas=frozen({key: each for key, each in state.replicas.items() if key not in gone}),
                gateways=tuple(each for each in state.gateways if each.mediation != pool.id),
                certificates=state.certificates
                if isinstance(state.certificates, Unknown)
                else tuple(each for each in state.certificates if each.pool != pool.id),
            ),
            {key: each for key, each in state.pools.items() if key != pool.id},
        )
    )
    if isinstance(masters, Unknown):
        reason = f"nobody told where the master is that {pool.fqdn} is removed from"
        return replace(made, disposition=Disposition.UNDECIDED, reason=reason, needs=masters.needs)
    return made


@CHANGES.carries_out(op.Replicate)
def replicate(state: State, _operation: op.Replicate, rules: Rules) -> Step:
    """Bring every replica up to date that the master reaches and whose server runs the replicator agent.

    A replica whose status nobody exported stays unknown: waiting for it does not tell us anything. So it
    becomes where nobody told whether the agent runs.
    """
    made = dict(state.replicas)
    reached = receivers(state, rules)
    for server, readings in state.services.items():
        if isinstance(made.get(server, 0), Unknown):
            continue
        if server in reached:
            made[server] = state.published
        elif isinstance(readings, Unknown):
            made[server] = readings
    return Step(state.changed(replicas=frozen(made), never_reported=state.never_reported - reached))


@CHANGES.carries_out(op.AssignCertificates)
def assign_certificates(state: State, operation: op.AssignCertificates, _rules: Rules) -> Step:
    """Assign certificates; known ones for the same pool and use are replaced."""
    if isinstance(state.certificates, Unknown):
        return Step(state)
    made = {(each.pool, each.use): each for each in (*state.certificates, *operation.certificates)}
    return Step(state.changed(certificates=tuple(made.values())))


@CHANGES.carries_out(op.SetClientRules, configures=True)
def set_client_rules(state: State, operation: op.SetClientRules, _rules: Rules) -> Step:
    """Replace what is known of a scope; what nobody exported stays unknown."""
    changes: dict[str, Any] = {}
    if not isinstance(state.client_rules, Unknown):
        others = tuple(each for each in state.client_rules if each.scope != operation.scope)
        changes["client_rules"] = (*others, *operation.rules)
    if operation.settings is not None and not isinstance(state.client_settings, Unknown):
        kept = tuple(each for each in state.client_settings if each.scope != operation.settings.scope)
        changes["client_settings"] = (*kept, operation.settings)
    return Step(state.changed(**changes))
