"""What becomes of numbers, groups, phones, endpoints and stores when somebody moves or deletes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from coexistence.model import operations as op
from coexistence.model.deployment import Application, Pool
from coexistence.model.vocabulary import ApplicationKind, Confidence, PoolId, ServiceState, Unknown
from coexistence.model.windows_services import expected
from coexistence.simulation.dispatch import Changes
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import State, frozen
from coexistence.simulation.transitions import Step, no_such_pool, refused

__all__ = ["CHANGES", "NEEDED"]

CHANGES: Final = Changes()

#: The application (as the topology spells it) that a pool must have to own objects of a kind.
#: Source: Move-CsApplicationEndpoint, "Migrate response groups", "Migrate Call Park application settings".
NEEDED: Final = {
    ApplicationKind.ACCESS_NUMBER: "Caa",
    ApplicationKind.RESPONSE_GROUP: "RGS",
    ApplicationKind.CALL_PARK_ORBIT: "Cps",
}
_ADMISSION: Final = ("bandwidth_policy_auth", "bandwidth_policy_core")


@CHANGES.carries_out(op.MoveApplications)
@rule(
    "endpoint-goes-where-its-application-is",
    "A contact object moves only to a pool with the application that serves it, and a response group's only "
    "to one that holds its configuration.",
    source="Move-CsApplicationEndpoint reference; Migrate response groups",
)
def move(state: State, operation: op.MoveApplications, _rules: Rules) -> Step:
    """Move contact objects; refused where the target lacks the application that would serve them.

    Response groups that the target holds a copy of only get their contact object moved: that is how one
    goes back (``Move-CsApplicationEndpoint``). Others are copied as well, if no kinds were named.
    """
    target = state.pools.get(operation.to)
    if target is None:
        return no_such_pool(state, operation.to)
    if isinstance(state.applications, Unknown):
        return Step(state)
    theirs = [
        each
        for each in state.applications
        if each.owner == operation.source and (operation.kinds is None or each.kind in operation.kinds)
    ]
    if reason := _lacks(target, theirs):
        return refused(state, reason)
    stranded = [
        each
        for each in theirs
        if each.kind is ApplicationKind.RESPONSE_GROUP and operation.to not in each.copies
    ]
    if operation.kinds is not None and stranded:
        return refused(
            state, f"{target.fqdn} does not hold the configuration of {len(stranded)} response groups"
        )
    return Step(_moved(state, theirs, operation.to))


def _lacks(target: Pool, moving: list[Application]) -> str | None:
    for kind, application in NEEDED.items():
        lacks = application not in target.applications and target.tells("applications")
        if lacks and any(each.kind is kind for each in moving):
            return f"{target.fqdn} does not have the application that serves a {kind.value}"
    return None


def _moved(state: State, moving: list[Application], to: PoolId) -> State:
    """Give objects a new owner; a response group leaves its configuration behind as a copy."""
    going = {each.id for each in moving}
    assert not isinstance(state.applications, Unknown)  # somebody is moving, so they are known
    return state.changed(
        applications=tuple(_owned(each, to) if each.id in going else each for each in state.applications)
    )


def _owned(application: Application, to: PoolId) -> Application:
    if application.kind is not ApplicationKind.RESPONSE_GROUP or application.owner == to:
        return replace(application, owner=to)
    left = dict.fromkeys((*(pool for pool in application.copies if pool != to), application.owner))
    return replace(application, owner=to, copies=tuple(left))


@CHANGES.carries_out(op.MoveResponseGroups)
@rule(
    "response-groups-move-as-a-whole",
    "Move-CsRgsConfiguration copies every group of a pool to one of another version and moves the contacts; "
    "the old configuration stays.",
    source="Migrate response groups; Move-CsRgsConfiguration reference",
)
def move_response_groups(state: State, operation: op.MoveResponseGroups, _rules: Rules) -> Step:
    """Copy all groups of a pool to another and move their contact objects.

    Refused without the Response Group application on the target ("Migrate response groups"), and between
    pools of one version, where Export- and Import-CsRgsConfiguration do it (Move-CsRgsConfiguration).
    """
    source, target = state.pools.get(operation.source), state.pools.get(operation.to)
    if source is None or target is None:
        missing = operation.to if source else operation.source
        return no_such_pool(state, missing)
    if source.version is not None and source.version is target.version:
        return refused(
            state,
            f"{source.fqdn} and {target.fqdn} run the same version: export and import the configuration",
        )
    if isinstance(state.applications, Unknown):
        return Step(state)
    theirs = [
        each
        for each in state.applications
        if each.owner == operation.source and each.kind is ApplicationKind.RESPONSE_GROUP
    ]
    if reason := _lacks(target, theirs):
        return refused(state, reason)
    return Step(_moved(state, theirs, operation.to))


@CHANGES.carries_out(op.DeleteLegacyResponseGroups)
def delete_legacy_groups(state: State, operation: op.DeleteLegacyResponseGroups, _rules: Rules) -> Step:
    """Delete copies of response groups, and so stop the groups that were migrated from there.

    Source: "Migrate response groups": the new groups stop working once the legacy ones are deleted.
    """
    if operation.pool not in state.pools:
        return no_such_pool(state, operation.pool)
    if isinstance(state.applications, Unknown):
        return Step(state)
    left = tuple(
        replace(each, copies=tuple(pool for pool in each.copies if pool != operation.pool), copy_deleted=True)
        if operation.pool in each.copies
        else each
        for each in state.applications
    )
    return Step(state.changed(applications=left))


@CHANGES.carries_out(op.SetVoiceRoutes, configures=True)
def set_voice_routes(state: State, operation: op.SetVoiceRoutes, _rules: Rules) -> Step:
    """Replace the voice routes; unknown ones stay unknown."""
    if isinstance(state.voice_routes, Unknown):
        return Step(state)
    return Step(state.changed(voice_routes=operation.routes))


@CHANGES.carries_out(op.MoveCallAdmissionControl, configures=True)
@rule(
    "admission-control-moves-with-its-services",
    "The pool that comes to host call admission control gets both Bandwidth Policy services; the other one "
    "loses them.",
    source="Reset call admission control",
    confidence=Confidence.DERIVED,
)
def move_admission_control(state: State, operation: op.MoveCallAdmissionControl, _rules: Rules) -> Step:
    """Let another pool host call admission control, with the two Bandwidth Policy services started there.

    Source: "Reset call admission control"; the services, services facts.
    """
    source, target = state.pools.get(operation.source), state.pools.get(operation.to)
    if target is None:
        return no_such_pool(state, operation.to)
    pools = dict(state.pools)
    services = dict(state.services)
    if source is not None:
        pools[source.id] = replace(source, applications=source.applications - {"PDP"})
    pools[target.id] = replace(target, applications=target.applications | {"PDP"})
    # Only those that a list of this version's services names: there is nothing else to be told by.
    named = (
        {service.key for service, _ in expected(pools[target.id], target.versions[0], is_cms=False)}
        if target.versions
        else set()
    )
    for server in target.servers:
        readings = services.get(server, Unknown("Get-CsWindowsService"))
        if not isinstance(readings, Unknown):
            made = dict(readings)
            made.update((key, ServiceState.RUNNING) for key in _ADMISSION if key in named)
            services[server] = frozen(made)
    if source is not None:
        for server in source.servers:
            readings = services.get(server, Unknown("Get-CsWindowsService"))
            if not isinstance(readings, Unknown):
                services[server] = frozen(
                    {key: each for key, each in readings.items() if key not in _ADMISSION}
                )
    return Step(_published(state, pools).changed(services=frozen(services)))


@CHANGES.carries_out(op.RemoveArchivingMonitoring, configures=True)
def remove_archiving_monitoring(state: State, operation: op.RemoveArchivingMonitoring, _rules: Rules) -> Step:
    """Clear a pool's associations with its stores ("Remove the Archiving Server association")."""
    pool = state.pools.get(operation.pool)
    if pool is None:
        return no_such_pool(state, operation.pool)
    cleared = replace(pool, archiving_store=None, monitoring_store=None)
    return Step(_published(state, dict(state.pools) | {pool.id: cleared}))


@CHANGES.carries_out(op.AssociateStores, configures=True)
def associate_stores(state: State, operation: op.AssociateStores, _rules: Rules) -> Step:
    """Associate a pool with stores ("Deploy pilot pool": Archiving and Monitoring are associated there)."""
    pool = state.pools.get(operation.pool)
    if pool is None:
        return no_such_pool(state, operation.pool)
    associated = replace(pool, archiving_store=operation.archiving, monitoring_store=operation.monitoring)
    return Step(_published(state, dict(state.pools) | {pool.id: associated}))


def _published(state: State, pools: dict[PoolId, Pool]) -> State:
    return state.changed(published=state.published + 1, pools=frozen(pools))
