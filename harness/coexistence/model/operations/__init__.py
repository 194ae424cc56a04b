"""Operations: one frozen value for each thing that an administrator, or a person, can do.

Law of this room: a value says what is done, not what comes of it. Whether the product agrees, and what
is true afterwards, is the simulation's to say.
"""

from __future__ import annotations

from typing import TypeAlias

from coexistence.model.operations.applications import (
    ApplicationOperation,
    DeleteLegacyResponseGroups,
    MoveApplications,
    MoveCallAdmissionControl,
    MoveResponseGroups,
    SetVoiceRoutes,
)
from coexistence.model.operations.clients import (
    ClientOperation,
    DowngradeClients,
    SetClientRules,
    UpgradeClients,
)
from coexistence.model.operations.cms_and_tools import (
    EnableTopology,
    ExportConfiguration,
    InstallTools,
    InvokeReplication,
    ManagementOperation,
    MoveCms,
    OpenShell,
    PrepareDirectory,
    PublishSavedTopology,
    RemoveCmsDatabase,
    Replicate,
    RunLocalSetup,
    SavePolicy,
    SetDiscoveryCandidates,
    SetGroupMembers,
)
from coexistence.model.operations.custom import OwnOperation
from coexistence.model.operations.events import ChangeState, Happening, LetDaysPass
from coexistence.model.operations.external_systems import (
    ClearDirectoryAttributes,
    CopyStoreFiles,
    ImportChatRooms,
    MoveUnassignedNumbers,
    RepointExternalParty,
    SetAddressBookSettings,
    SetAgentConsole,
    SetBandwidthLinks,
    SetContactStorePolicy,
    SetExchangeUm,
    SetGatewayAnswers,
    SetOutsideBlocks,
    SetParticulars,
    SetPartner,
    SetTenant,
    SetXmppRoute,
    SurroundingOperation,
    UpdateRuntime,
)
from coexistence.model.operations.meetings import (
    BreakOffDirectoryMove,
    EnableComputer,
    HoldMeetings,
    MeetingOperation,
    MoveConferenceDirectories,
    RescheduleMeetings,
    ScheduleMeetings,
    SetMeetingConfiguration,
    SetReverseProxy,
    SetSimpleUrls,
)
from coexistence.model.operations.servers import (
    BackUpLog,
    ChangeMachine,
    DisableService,
    DrainServers,
    EnableService,
    FailServer,
    FailStore,
    InstallUpdate,
    PairPools,
    RemoveDatabases,
    RepairStore,
    ResetPoolRegistrarState,
    RestartServices,
    ServerOperation,
    SetServiceState,
    StartServers,
    StartServices,
    StopServers,
    StopServices,
    SynchronizeUsers,
)
from coexistence.model.operations.topology import (
    AssignCertificates,
    AssociateMediaEdge,
    AssociateStores,
    PublishTopology,
    RemoveArchivingMonitoring,
    RemovePool,
    SetDnsRecords,
    SetEdgeFederation,
    SetEdgeXmpp,
    SetNextHop,
    SwitchFederationRoute,
    TopologyOperation,
)
from coexistence.model.operations.users import (
    MoveMailboxes,
    MoveUsers,
    PeopleOperation,
    RollBackContactStore,
    Selection,
)

__all__ = [
    "AssignCertificates",
    "AssociateMediaEdge",
    "AssociateStores",
    "BackUpLog",
    "BreakOffDirectoryMove",
    "ChangeMachine",
    "ChangeState",
    "ClearDirectoryAttributes",
    "CopyStoreFiles",
    "DeleteLegacyResponseGroups",
    "DisableService",
    "DowngradeClients",
    "DrainServers",
    "EnableComputer",
    "EnableService",
    "EnableTopology",
    "ExportConfiguration",
    "FailServer",
    "FailStore",
    "HoldMeetings",
    "ImportChatRooms",
    "InstallTools",
    "InstallUpdate",
    "InvokeReplication",
    "LetDaysPass",
    "MoveApplications",
    "MoveCallAdmissionControl",
    "MoveCms",
    "MoveConferenceDirectories",
    "MoveMailboxes",
    "MoveResponseGroups",
    "MoveUnassignedNumbers",
    "MoveUsers",
    "OpenShell",
    "Operation",
    "OwnOperation",
    "PairPools",
    "PrepareDirectory",
    "PublishSavedTopology",
    "PublishTopology",
    "RemoveArchivingMonitoring",
    "RemoveCmsDatabase",
    "RemoveDatabases",
    "RemovePool",
    "RepairStore",
    "Replicate",
    "RepointExternalParty",
    "RescheduleMeetings",
    "ResetPoolRegistrarState",
    "RestartServices",
    "RollBackContactStore",
    "RunLocalSetup",
    "SavePolicy",
    "ScheduleMeetings",
    "Selection",
    "SetAddressBookSettings",
    "SetAgentConsole",
    "SetBandwidthLinks",
    "SetClientRules",
    "SetContactStorePolicy",
    "SetDiscoveryCandidates",
    "SetDnsRecords",
    "SetEdgeFederation",
    "SetEdgeXmpp",
    "SetExchangeUm",
    "SetGatewayAnswers",
    "SetGroupMembers",
    "SetMeetingConfiguration",
    "SetNextHop",
    "SetOutsideBlocks",
    "SetParticulars",
    "SetPartner",
    "SetReverseProxy",
    "SetServiceState",
    "SetSimpleUrls",
    "SetTenant",
    "SetVoiceRoutes",
    "SetXmppRoute",
    "StartServers",
    "StartServices",
    "StopServers",
    "StopServices",
    "SwitchFederationRoute",
    "SynchronizeUsers",
    "UpdateRuntime",
    "UpgradeClients",
]

Operation: TypeAlias = (
    PeopleOperation
    | ClientOperation
    | MeetingOperation
    | ApplicationOperation
    | TopologyOperation
    | ManagementOperation
    | ServerOperation
    | SurroundingOperation
    | OwnOperation
    | Happening
)
