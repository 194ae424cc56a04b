"""The one function that makes a new state.

Law of this room: ``apply`` takes a state and an operation and leaves both alone. What the product would
refuse is refused here, with the product's reason, as an ordinary result. Nobody here knows who is
watching, nor that checks exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from coexistence.model import operations as op
from coexistence.simulation.changes import (
    admin_rights,
    applications,
    cms,
    custom,
    databases,
    external_systems,
    meetings,
    servers,
    user_moves,
    web_publishing,
)
from coexistence.simulation.changes.clients import downgrade_clients, set_particulars, upgrade_clients
from coexistence.simulation.changes.contacts import contact_store, days_pass, move_mailboxes
from coexistence.simulation.changes.services import (
    disable_service,
    enable_service,
    service_state,
    start_services,
    stop_services,
)
from coexistence.simulation.changes.topology import (
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
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.central_management import store_trouble
from coexistence.simulation.state import State
from coexistence.simulation.transitions import Step, carried_out, refused, selected

__all__ = ["Step", "apply", "selected"]


def apply(state: State, operation: op.Operation, rules: Rules) -> Step:
    """Carry out one operation.

    Returns the new state, or the old one with the product's reason where it refuses. Facts that are
    unknown stay unknown; an operation on them changes nothing and is accepted.
    """
    if type(operation) in _CONFIGURES and (reason := store_trouble(state)):
        return refused(state, reason)
    carry_out = _CARRY_OUT.get(type(operation))
    if carry_out is None:
        return custom.carry_out_own(state, operation, rules)
    return carry_out(state, operation, rules)


#: What is written to the Central Management store: refused while no tool finds one that takes changes.
_CONFIGURES: Final[frozenset[type]] = frozenset(
    {
        op.AssociateStores,
        op.PairPools,
        op.SetAddressBookSettings,
        op.SetContactStorePolicy,
        op.SetMeetingConfiguration,
        op.SetSimpleUrls,
        op.SetXmppRoute,
        op.PublishTopology,
        op.PublishSavedTopology,
        op.AssociateMediaEdge,
        op.SwitchFederationRoute,
        op.SetEdgeFederation,
        op.SetEdgeXmpp,
        op.SetNextHop,
        op.RemovePool,
        op.SetClientRules,
        op.SavePolicy,
        op.SetVoiceRoutes,
        op.MoveCallAdmissionControl,
        op.RemoveArchivingMonitoring,
    }
)


def _change_state(state: State, operation: op.ChangeState, _rules: Rules) -> Step:
    return Step(operation.change(state))


_CARRY_OUT: Final[Mapping[type, Callable[[State, Any, Rules], Step]]] = {
    op.PrepareDirectory: prepare_directory,
    op.InstallTools: install_tools,
    op.SetDnsRecords: set_records,
    op.PublishTopology: publish_topology,
    op.Replicate: replicate,
    op.AssignCertificates: assign_certificates,
    op.StartServices: external_systems.restarting(start_services),
    op.StopServices: stop_services,
    op.SetServiceState: service_state,
    op.AssociateMediaEdge: media_edge,
    op.SwitchFederationRoute: federation_route,
    op.SetEdgeFederation: edge_federation,
    op.SetEdgeXmpp: edge_xmpp,
    op.DisableService: disable_service,
    op.EnableService: enable_service,
    op.SetNextHop: set_next_hop,
    op.MoveUsers: user_moves.move_users,
    op.UpgradeClients: upgrade_clients,
    op.DowngradeClients: downgrade_clients,
    op.ScheduleMeetings: meetings.schedule_meetings,
    op.RescheduleMeetings: meetings.reschedule,
    op.RollBackContactStore: contact_store,
    op.MoveApplications: carried_out(applications.move),
    op.MoveResponseGroups: carried_out(applications.move_response_groups),
    op.DeleteLegacyResponseGroups: carried_out(applications.delete_legacy_groups),
    op.SetVoiceRoutes: carried_out(applications.set_voice_routes),
    op.MoveCallAdmissionControl: carried_out(applications.move_admission_control),
    op.RemoveArchivingMonitoring: carried_out(applications.remove_archiving_monitoring),
    op.AssociateStores: carried_out(applications.associate_stores),
    op.MoveConferenceDirectories: user_moves.move_directories,
    op.MoveCms: cms.move_cms,
    op.RemovePool: remove_pool,
    op.SetClientRules: set_client_rules,
    op.SetParticulars: set_particulars,
    op.ChangeState: _change_state,
    op.LetDaysPass: days_pass,
    op.MoveMailboxes: move_mailboxes,
    **meetings.CHANGES,
    **web_publishing.CHANGES,
    **external_systems.CHANGES,
    **servers.CHANGES,
    op.RestartServices: external_systems.restarting(servers.CHANGES[op.RestartServices]),
    **databases.CHANGES,
    op.EnableTopology: cms.enable_topology,
    op.ExportConfiguration: cms.export_configuration,
    op.PublishSavedTopology: cms.publish_saved_topology,
    op.RemoveCmsDatabase: cms.remove_cms_database,
    op.RunLocalSetup: cms.run_local_setup,
    op.InvokeReplication: cms.invoke_replication,
    op.SetGroupMembers: admin_rights.set_group_members,
    op.OpenShell: admin_rights.open_shell,
    op.SavePolicy: admin_rights.save_policy,
    op.SetDiscoveryCandidates: admin_rights.set_discovery_candidates,
}
