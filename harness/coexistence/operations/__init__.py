"""Operations: one frozen value for each thing that an administrator, or a person, can do.

Law of this room: a value says what is done, not what comes of it. Whether the product agrees, and what
is true afterwards, is the simulation's to say.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from coexistence.deployment import (
    Certificate,
    ClientVersionRule,
    ClientVersionSettings,
    DnsRecord,
    Gateway,
    Pool,
    Server,
    VoiceRoute,
)
from coexistence.inventory.particulars import Particulars
from coexistence.operations.management import (
    EnableTopology,
    ExportConfiguration,
    InvokeReplication,
    ManagementOperation,
    OpenShell,
    PublishSavedTopology,
    RemoveCmsDatabase,
    RunLocalSetup,
    SavePolicy,
    SetDiscoveryCandidates,
    SetGroupMembers,
)
from coexistence.operations.meetings import (
    BreakOffDirectoryMove,
    EnableComputer,
    HoldMeetings,
    MeetingOperation,
    SetMeetingConfiguration,
    SetReverseProxy,
    SetSimpleUrls,
)
from coexistence.operations.own import OwnOperation
from coexistence.operations.servers import (
    BackUpLog,
    ChangeMachine,
    DrainServers,
    FailServer,
    FailStore,
    InstallUpdate,
    PairPools,
    RemoveDatabases,
    RepairStore,
    ResetPoolRegistrarState,
    RestartServices,
    ServerOperation,
    StartServers,
    StopServers,
    SynchronizeUsers,
)
from coexistence.operations.surroundings import (
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
    SetPartner,
    SetTenant,
    SetXmppRoute,
    SurroundingOperation,
    UpdateRuntime,
)
from coexistence.vocabulary import (
    ApplicationKind,
    ClientGeneration,
    Mailbox,
    Maybe,
    PoolId,
    ServerId,
    ServiceState,
    SiteId,
    Version,
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
    "MeetingOperation",
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
    "ServerOperation",
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
    "SurroundingOperation",
    "SwitchFederationRoute",
    "SynchronizeUsers",
    "UpdateRuntime",
    "UpgradeClients",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which accounts an operation is about, without listing a million of them."""

    #: Homed on this pool now.
    on: PoolId
    #: … and on that one when the estate was described.
    came_from: PoolId | None = None
    #: … and only so many of them, in the order of the inventory.
    first: int | None = None
    #: Leave out people who need a feature that the target has no counterpart for.
    without_xmpp: bool = False
    without_chat: bool = False
    #: Only people, not resource or disabled accounts.
    people_only: bool = False
    #: Only these rows of the inventory, ascending; None for all.
    listed: tuple[int, ...] | None = None
    #: Only the first half of what all this leaves: somebody stopped in the middle.
    is_half: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareDirectory:
    """Prepare schema, forest and domain of Active Directory for a version."""

    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallTools:
    """Give the administrators the tools of a version."""

    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDnsRecords:
    """Create or repoint names in DNS; a record of the same name and kind is replaced."""

    records: tuple[DnsRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishTopology:
    """Define pools and publish: the master has them, the replicas learn them by replication."""

    tools: Version
    pools: tuple[Pool, ...]
    servers: tuple[Server, ...]
    #: Trunks of Mediation pools among them.
    gateways: tuple[Gateway, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicate:
    """Wait until every replica whose services run has the newest configuration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartServices:
    """Install if need be, and start, everything that a pool's servers should run."""

    pool: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class StopServices:
    """Drain, then stop, every service of a pool."""

    pool: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetServiceState:
    """Put one Windows service of one server into a state (a failure, a drain, a restart)."""

    server: ServerId
    #: Short name, e.g. ``RTCSRV``.
    service: str
    state: ServiceState


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCertificates:
    """Request and assign certificates; one for the same pool and use is replaced."""

    certificates: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateMediaEdge:
    """Set "Associate Edge pool (for media components)" of a pool; None clears it."""

    pool: PoolId
    edge: PoolId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchFederationRoute:
    """Set a site's "Enable SIP federation" to an Edge pool or Director; None clears it.

    Unknown puts back what nobody told: the route that the site had when the estate was described.
    """

    site: SiteId
    to: Maybe[PoolId | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetEdgeFederation:
    """Set an Edge pool's "Enable federation (port 5061)"."""

    edge: PoolId
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetEdgeXmpp:
    """Set an Edge pool's "Enable XMPP federation (port 5269)", and run setup on its servers."""

    edge: PoolId
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableService:
    """Stop a Windows service on every server of a pool and set its startup type to Disabled."""

    pool: PoolId
    #: Short name, e.g. ``RTCSRV``: the Access Edge on an Edge Server.
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableService:
    """Set a disabled Windows service of a pool to start by itself again, and start it."""

    pool: PoolId
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNextHop:
    """Set where an Edge, Mediation or trusted application pool hands traffic to."""

    pool: PoolId
    to: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveUsers:
    """``Move-CsUser``: give accounts a new home pool."""

    users: Selection
    to: PoolId
    tools: Version
    #: ``-MoveConferenceData``: slides and attachments of meetings come along.
    with_content: bool = False
    #: ``-Force``: the account alone moves; contacts and meetings are lost.
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeClients:
    """Roll a client out to people; from then on they count as upgraded."""

    users: Selection
    to: ClientGeneration


@dataclass(frozen=True, slots=True, kw_only=True)
class DowngradeClients:
    """Give upgraded people the client back that they had when the estate was described."""

    users: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class SetClientRules:
    """Replace the client version rules of one scope, and the filter's settings of it where given."""

    #: ``global``, ``site:<id>``, ``service:<pool>`` or ``tag:<name>``.
    scope: str
    rules: tuple[ClientVersionRule, ...]
    settings: ClientVersionSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetParticulars:
    """Replace what deviates in messages and sign-ins: DHCP options, filters, privacy mode, and the like."""

    to: Particulars


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleMeetings:
    """People schedule meetings with the client and on the pool that they have now."""

    by: Selection
    each: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleMeetings:
    """Organizers replace meetings that their pool cannot host by new ones."""

    by: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBackContactStore:
    """Take contact lists back from Exchange to the server (``Invoke-CsUcsRollback``)."""

    users: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveMailboxes:
    """The Exchange team moves mailboxes; nobody asks where contact lists are kept."""

    users: Selection
    to: Mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveApplications:
    """Give application objects of a pool to another one (numbers, groups, phones, endpoints)."""

    source: PoolId
    to: PoolId
    #: Left out, every kind; response groups are then copied where the target does not have them yet.
    kinds: frozenset[ApplicationKind] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveResponseGroups:
    """``Move-CsRgsConfiguration``: copy the configuration to a pool, and move the contact objects there."""

    source: PoolId
    to: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteLegacyResponseGroups:
    """Delete the response groups on the pool that they were migrated from."""

    pool: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVoiceRoutes:
    """Replace the voice routes (``Set-CsVoiceRoute``)."""

    routes: tuple[VoiceRoute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCallAdmissionControl:
    """Let another pool of the site host call admission control."""

    source: PoolId
    to: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveArchivingMonitoring:
    """Clear the association of a pool with its Archiving and Monitoring stores."""

    pool: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateStores:
    """Associate a pool with Archiving and Monitoring stores; None for neither."""

    pool: PoolId
    archiving: str | None
    monitoring: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveConferenceDirectories:
    """``Move-CsConferenceDirectory`` for each directory of a pool."""

    source: PoolId
    to: PoolId
    #: ``-Force``: the dial-in codes of existing meetings are lost.
    force: bool = False
    #: Version of the shell; None for the newest tools in use.
    tools: Version | None = None
    #: Name of the administrator who does it; empty for somebody with every right.
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCms:
    """``Move-CsManagementServer``, local setup on every server, and the wait for replication.

    Left out, everything that has to come before and after it is done as the guide says.
    """

    to: PoolId
    tools: Version
    #: Name of the administrator who does it; empty for somebody with every right.
    by: str = ""
    #: At a server of the target pool, not in a remote session.
    locally: bool = True
    #: ``Install-CsDatabase -CentralManagementDatabase`` was run for the target.
    database_created: bool = True
    #: From the files of the last export, with ``-Force``: for a store that does not answer.
    force: bool = False
    #: Local setup is run on the servers of the old and of the new master pool.
    local_setup: bool = True
    #: The target's servers are members of RTCUniversalConfigReplicator, and were restarted since.
    replicators_ready: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePool:
    """Delete a pool and its servers from the topology, and publish."""

    pool: PoolId
    tools: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeState:
    """Something became so that nobody did on purpose: what faults are made of.

    ``change`` is handed a simulation state and returns another one; it has to be a pure function.
    """

    what: str
    change: Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetDaysPass:
    """Nothing is done; the calendar goes on."""

    days: int


Operation: TypeAlias = (
    ManagementOperation
    | PrepareDirectory
    | InstallTools
    | SetDnsRecords
    | PublishTopology
    | Replicate
    | AssignCertificates
    | StartServices
    | StopServices
    | SetServiceState
    | AssociateMediaEdge
    | SwitchFederationRoute
    | SetEdgeFederation
    | SetEdgeXmpp
    | DisableService
    | EnableService
    | SetNextHop
    | MoveUsers
    | UpgradeClients
    | DowngradeClients
    | SetClientRules
    | SetParticulars
    | ScheduleMeetings
    | RescheduleMeetings
    | RollBackContactStore
    | MoveApplications
    | MoveResponseGroups
    | DeleteLegacyResponseGroups
    | SetVoiceRoutes
    | MoveCallAdmissionControl
    | RemoveArchivingMonitoring
    | AssociateStores
    | MoveConferenceDirectories
    | MeetingOperation
    | MoveCms
    | RemovePool
    | ChangeState
    | OwnOperation
    | LetDaysPass
    | MoveMailboxes
    | SurroundingOperation
    | ServerOperation
)
