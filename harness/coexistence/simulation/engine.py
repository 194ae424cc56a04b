"""The one function that makes a new state.

Law of this room: ``apply`` takes a state and an operation and leaves both alone. What the product would
refuse is refused here, with the product's reason, as an ordinary result. Nobody here knows who is
watching, nor that checks exist.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from coexistence import operations as op
from coexistence.simulation import applications
from coexistence.simulation.people_changes import (
    contact_store,
    downgrade_clients,
    move_directories,
    move_users,
    reschedule,
    schedule_meetings,
    upgrade_clients,
)
from coexistence.simulation.rules import Rules
from coexistence.simulation.service_changes import (
    disable_service,
    enable_service,
    move_cms,
    service_state,
    start_services,
    stop_services,
)
from coexistence.simulation.state import State
from coexistence.simulation.steps import Step, carried_out, selected
from coexistence.simulation.topology_changes import (
    assign_certificates,
    edge_federation,
    edge_xmpp,
    federation_route,
    install_tools,
    media_edge,
    prepare_directory,
    publish_topology,
    remove_pool,
    replicate,
    set_client_rules,
    set_next_hop,
    set_records,
)

__all__ = ["Step", "apply", "selected"]


def apply(state: State, operation: op.Operation, rules: Rules) -> Step:
    """Carry out one operation.

    Returns the new state, or the old one with the product's reason where it refuses. Facts that are
    unknown stay unknown; an operation on them changes nothing and is accepted.
    """
    return _CARRY_OUT[type(operation)](state, operation, rules)


def _let_pass(state: State, operation: op.LetDaysPass, _rules: Rules) -> Step:
    return Step(state.changed(day=state.day + operation.days))


_CARRY_OUT: Final[Mapping[type, Callable[[State, Any, Rules], Step]]] = {
    op.PrepareDirectory: prepare_directory,
    op.InstallTools: install_tools,
    op.SetDnsRecords: set_records,
    op.PublishTopology: publish_topology,
    op.Replicate: replicate,
    op.AssignCertificates: assign_certificates,
    op.StartServices: start_services,
    op.StopServices: stop_services,
    op.SetServiceState: service_state,
    op.AssociateMediaEdge: media_edge,
    op.SwitchFederationRoute: federation_route,
    op.SetEdgeFederation: edge_federation,
    op.SetEdgeXmpp: edge_xmpp,
    op.DisableService: disable_service,
    op.EnableService: enable_service,
    op.SetNextHop: set_next_hop,
    op.MoveUsers: move_users,
    op.UpgradeClients: upgrade_clients,
    op.DowngradeClients: downgrade_clients,
    op.ScheduleMeetings: schedule_meetings,
    op.RescheduleMeetings: reschedule,
    op.RollBackContactStore: contact_store,
    op.MoveApplications: carried_out(applications.move),
    op.MoveResponseGroups: carried_out(applications.move_response_groups),
    op.DeleteLegacyResponseGroups: carried_out(applications.delete_legacy_groups),
    op.SetVoiceRoutes: carried_out(applications.set_voice_routes),
    op.MoveCallAdmissionControl: carried_out(applications.move_admission_control),
    op.RemoveArchivingMonitoring: carried_out(applications.remove_archiving_monitoring),
    op.MoveConferenceDirectories: move_directories,
    op.MoveCms: move_cms,
    op.RemovePool: remove_pool,
    op.SetClientRules: set_client_rules,
    op.LetDaysPass: _let_pass,
}
