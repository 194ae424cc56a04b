"""What takes an operation back, where anything does, and whether a document says so.

Law of this room: a function of an operation and of the state before it. People, clients, meetings, names,
federation and applications go back as the plan says (its rollback); here is what that leaves: services,
the Central Management store, directories, associations, and pools taken out of the topology.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from coexistence.model import operations as op
from coexistence.model.vocabulary import Confidence, PoolRole, Unknown
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import State

__all__ = ["NO_WAY_BACK", "OF_EDGE", "Undoing", "undoing"]


@dataclass(frozen=True, slots=True)
class Undoing:
    """How one operation is taken back."""

    operations: tuple[op.Operation, ...] = ()
    #: Whether any document describes it.
    is_documented: bool = True
    #: Why nothing takes it back; "" where something does, or nothing needs to be done.
    impossible: str = ""


#: Nothing is to be done: what is left behind harms nobody, or the plan's rollback sees to it.
_LEFT: Final = Undoing()
#: Operations that nothing takes back, and why.
NO_WAY_BACK: Final = {
    op.PrepareDirectory: "no document describes a way back from a prepared schema",
    op.RemovePool: "a pool that was removed is gone with its servers",
    op.DeleteLegacyResponseGroups: "response groups that were deleted are gone",
    op.RemoveDatabases: "databases that were removed are gone",
    op.RemoveCmsDatabase: "the old database of the Central Management store is gone",
}


def undoing(operation: op.Operation, before: State) -> Undoing:
    """Return how an operation is taken back that was carried out in the state ``before``."""
    look = _TAKEN_BACK.get(type(operation))
    return look(operation, before) if look else _LEFT


@rule(
    "schema-stays-prepared",
    "What was prepared in Active Directory stays prepared.",
    source="Prepare Active Directory (no way back is given)",
    confidence=Confidence.DERIVED,
    switch="schema-preparation-harmless",
)
def _prepared(operation: op.PrepareDirectory, before: State) -> Undoing:
    if operation.version in before.prepared:
        return _LEFT
    return Undoing(is_documented=False, impossible=NO_WAY_BACK[op.PrepareDirectory])


@rule(
    "stopped-services-start",
    "A pool whose services were stopped on purpose is started again and is what it was.",
    source="Stop services",
)
def _stopped(operation: op.StopServices, before: State) -> Undoing:
    if operation.pool not in before.pools or operation.pool in before.silenced:
        return _LEFT
    return Undoing((op.StartServices(pool=operation.pool),))


@rule(
    "cms-move-cancelled",
    "Move-CsManagementServer, run again on the old pool, takes the store back while its database is there.",
    source="Move-CsManagementServer reference",
)
def _cms(operation: op.MoveCms, before: State) -> Undoing:
    masters = before.cms.masters
    if isinstance(masters, Unknown) or not masters or masters[0] == operation.to:
        return _LEFT
    # No document has a new database made on a legacy pool: the old one is what goes back.
    return Undoing((op.MoveCms(to=masters[0], tools=operation.tools, database_created=False),))


@rule(
    "directories-move-again",
    "A conference directory that was moved can be moved again, back to where it was.",
    source="Move-CsConferenceDirectory reference (a move that failed is repeated, not taken back)",
    confidence=Confidence.DERIVED,
)
def _directories(operation: op.MoveConferenceDirectories, before: State) -> Undoing:
    known = before.directories
    if isinstance(known, Unknown) or not any(each.owner == operation.source for each in known):
        return _LEFT
    if any(each.owner == operation.to for each in known):
        # All directories of a pool move together in the model: those that were there before would too.
        return Undoing(is_documented=False, impossible=f"{operation.to} has had directories of its own")
    return Undoing((op.MoveConferenceDirectories(source=operation.to, to=operation.source),))


@rule(
    "stores-associated-again",
    "A pool is associated with its Archiving and Monitoring stores again as long as these exist; what was "
    "said in between is not archived.",
    source="Remove the Archiving Server association (no way back is given)",
    confidence=Confidence.DERIVED,
)
def _stores(operation: op.RemoveArchivingMonitoring, before: State) -> Undoing:
    pool = before.pools.get(operation.pool)
    if pool is None or (pool.archiving_store is None and pool.monitoring_store is None):
        return _LEFT
    again = op.AssociateStores(pool=pool.id, archiving=pool.archiving_store, monitoring=pool.monitoring_store)
    return Undoing((again,), is_documented=False)


@rule(
    "admission-control-returns",
    "Call admission control is given back to the pool that hosted it.",
    source="Reset call admission control (no way back is given)",
    confidence=Confidence.DERIVED,
)
def _admission(operation: op.MoveCallAdmissionControl, before: State) -> Undoing:
    source = before.pools.get(operation.source)
    if source is None or "PDP" not in source.applications:
        return _LEFT
    back = op.MoveCallAdmissionControl(source=operation.to, to=operation.source)
    return Undoing((back,), is_documented=False)


@rule(
    "removed-appliance-is-added-again",
    "A branch appliance that was taken out of the topology is added again; other pools that were removed "
    "are gone.",
    source="Connect a survivable branch appliance; Remove Front End pool or Standard Edition server",
    confidence=Confidence.DERIVED,
)
def _removed(operation: op.RemovePool, before: State) -> Undoing:
    pool = before.pools.get(operation.pool)
    if pool is None:
        return _LEFT
    if pool.role is not PoolRole.BRANCH_APPLIANCE:
        return Undoing(is_documented=False, impossible=NO_WAY_BACK[op.RemovePool])
    made: list[op.Operation] = [
        op.PublishTopology(
            tools=operation.tools,
            pools=(pool,),
            servers=tuple(before.servers[server] for server in pool.servers),
            gateways=tuple(each for each in before.gateways if each.mediation == pool.id),
        )
    ]
    if not isinstance(before.certificates, Unknown):
        shown = tuple(each for each in before.certificates if each.pool == pool.id)
        made.append(op.AssignCertificates(certificates=shown))
    made += [op.StartServices(pool=pool.id), op.Replicate()]
    return Undoing(tuple(made), is_documented=False)


def _readded(operation: op.PublishTopology, before: State) -> Undoing:
    """Leave new pools where they are, empty; an appliance is taken out before its old form returns."""
    if not all(pool.role is PoolRole.BRANCH_APPLIANCE for pool in operation.pools):
        return _LEFT
    new = [pool for pool in operation.pools if pool.id not in before.pools]
    taken_out = (op.RemovePool(pool=pool.id, tools=operation.tools) for pool in new)
    return Undoing(tuple(taken_out), is_documented=False)


def _moved(operation: op.MoveUsers, before: State) -> Undoing:
    """Bring people back to their branch appliance; others go back as the plan says."""
    home = before.pools.get(operation.users.on)
    if home is None or home.role is not PoolRole.BRANCH_APPLIANCE:
        return _move_to_appliance(operation, before)
    back = op.Selection(on=operation.to, came_from=home.id)
    return Undoing(
        (op.MoveUsers(users=back, to=home.id, tools=operation.tools, with_content=True),),
        is_documented=False,
    )


def _move_to_appliance(operation: op.MoveUsers, before: State) -> Undoing:
    there = before.pools.get(operation.to)
    if there is None or there.role is not PoolRole.BRANCH_APPLIANCE:
        return _LEFT
    back = op.Selection(on=there.id, came_from=there.id)
    return Undoing(
        (op.MoveUsers(users=back, to=operation.users.on, tools=operation.tools, with_content=True),),
        is_documented=False,
    )


@rule(
    "disabled-service-enabled",
    "A service that was stopped and disabled is enabled and started again.",
    source="Configure federation routes and media traffic (the reverse of its last step)",
    confidence=Confidence.DERIVED,
)
def _disabled(operation: op.DisableService, before: State) -> Undoing:
    del before
    return Undoing((op.EnableService(pool=operation.pool, service=operation.service),))


def _next_hop(operation: op.SetNextHop, before: State) -> Undoing:
    pool = before.pools.get(operation.pool)
    if pool is None or pool.next_hop is None or pool.next_hop == operation.to:
        return _LEFT
    return Undoing((op.SetNextHop(pool=pool.id, to=pool.next_hop),))


def _media_edge(operation: op.AssociateMediaEdge, before: State) -> Undoing:
    pool = before.pools.get(operation.pool)
    if pool is None or pool.media_edge == operation.edge:
        return _LEFT
    return Undoing((op.AssociateMediaEdge(pool=pool.id, edge=pool.media_edge),))


def _federation(operation: op.SetEdgeFederation, before: State) -> Undoing:
    edge = before.pools.get(operation.edge)
    if edge is None or edge.federation == operation.enabled:
        return _LEFT
    return Undoing((op.SetEdgeFederation(edge=edge.id, enabled=edge.federation),))


def _route(operation: op.SwitchFederationRoute, before: State) -> Undoing:
    route = before.sites[operation.site].federation_route
    return Undoing((op.SwitchFederationRoute(site=operation.site, to=route),))


#: What is only taken back where the Edge is.
OF_EDGE: Final = (
    op.AssociateMediaEdge,
    op.DisableService,
    op.SetEdgeFederation,
    op.SetNextHop,
    op.SwitchFederationRoute,
)

_TAKEN_BACK: Final[Mapping[type, Callable[[Any, State], Undoing]]] = {
    op.PrepareDirectory: _prepared,
    op.StopServices: _stopped,
    op.MoveCms: _cms,
    op.MoveConferenceDirectories: _directories,
    op.RemoveArchivingMonitoring: _stores,
    op.MoveCallAdmissionControl: _admission,
    op.RemovePool: _removed,
    op.PublishTopology: _readded,
    op.MoveUsers: _moved,
    op.DisableService: _disabled,
    op.SetNextHop: _next_hop,
    op.AssociateMediaEdge: _media_edge,
    op.SetEdgeFederation: _federation,
    op.SwitchFederationRoute: _route,
    op.DeleteLegacyResponseGroups: lambda *_: Undoing(impossible=NO_WAY_BACK[op.DeleteLegacyResponseGroups]),
    op.RemoveDatabases: lambda *_: Undoing(impossible=NO_WAY_BACK[op.RemoveDatabases]),
    op.RemoveCmsDatabase: lambda *_: Undoing(impossible=NO_WAY_BACK[op.RemoveCmsDatabase]),
}
