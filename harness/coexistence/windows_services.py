"""Which Windows services exist, where each belongs, and how well that is known.

Law of this room: facts about the product as data, and the set of services that follows from a pool's
role, version and topology. Whether a service *runs* is the state's to say; what a missing or stopped
one means is a rule's and a check's.

The vendor publishes no table of services per role and version. The rows were put together from guides,
screenshots and scripts, and each says from which. Nobody has compared them with a running deployment.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from coexistence.vocabulary import Confidence, Edition, PoolRole, Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coexistence.deployment import Pool

__all__ = [
    "CAPABILITIES",
    "CATALOGUE",
    "Capability",
    "Evidence",
    "Host",
    "Listing",
    "Need",
    "Place",
    "Presence",
    "PresenceKind",
    "RowConfidence",
    "Weight",
    "WindowsService",
    "display_name",
    "expected",
    "find",
    "host_of",
    "matches",
]


class Host(enum.Enum):
    """Kinds of machine that services are bound to; finer than a pool's role in two places."""

    FRONT_END_ENTERPRISE = "Front End, Enterprise"
    FRONT_END_STANDARD = "Front End, Standard"
    DIRECTOR = "Director"
    EDGE = "Edge"
    MEDIATION = "stand-alone Mediation"
    BRANCH_APPLIANCE = "branch appliance"
    PERSISTENT_CHAT = "stand-alone Persistent Chat"
    MONITORING = "Monitoring"
    ARCHIVING = "Archiving"
    AV_CONFERENCING = "stand-alone A/V Conferencing"
    VIDEO_INTEROP = "Video Interop"


class Evidence(enum.Enum):
    """What sources say about one service in one version, and what that means when it is missing.

    A reading that says *stopped* counts for all of the first three.
    """

    #: Stated or shown; missing from a complete list is a fault.
    PRESENT = "yes"
    #: Our conclusion; missing leaves the question open.
    ASSUMED = "assumed"
    #: May be there or not; missing means nothing.
    OPTIONAL = "optional"
    #: Nothing points either way; never expected.
    UNKNOWN = "?"
    #: Not part of this version; never expected.
    ABSENT = "no"


class RowConfidence(enum.Enum):
    """How far a row as a whole is to be trusted.

    Not :class:`~coexistence.vocabulary.Confidence`, which names the kind of one fact's source: a row has
    many facts, and a high one may well owe its short name to a third party.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class PresenceKind(enum.Enum):
    """Which part of a topology decides whether a service is expected on a fitting machine."""

    ALWAYS = "always"
    #: The pool hosts the active Central Management master. On a standby copy no source says which state
    #: is right, so nothing is expected there.
    CMS = "with the active Central Management master"
    ROLE = "with the role"
    MCU = "with the conferencing component"
    APPLICATION = "with a port of the application"
    #: A configured port; for Windows Fabric and the XMPP proxy.
    PORT = "with a port of the component"
    PAIRED = "with a paired pool"
    SQL = "with the local SQL instance"


class Presence(NamedTuple):
    """When a service is expected: a kind and, for most kinds, a name in the topology's spelling.

    Missing is fine while the condition does not hold. Whether setup leaves services behind that the
    topology does not use is not known.
    """

    kind: PresenceKind
    name: str = ""


class Weight(enum.Enum):
    """How much it matters when a service that should run does not."""

    FULL = "full"
    INFORMATION = "information"
    INFORMATION_WITHOUT_XMPP = "information unless XMPP is in use"


class Listing(enum.Enum):
    """Whether ``Get-CsWindowsService`` shows a service, i.e. what its silence is worth."""

    LISTED = "yes"
    #: Not in the vendor's sample output. Silence means nothing, a reading counts.
    NOT_SEEN = "not seen"
    #: SQL Server: belongs to the machine, not to the product.
    NOT_LISTED = "no"


# Rows are singletons and compared as such: a mapping inside would make them unhashable by value.
@dataclass(frozen=True, slots=True, eq=False)
class WindowsService:
    """One service of the catalogue."""

    #: Our own word for it; unique, and what capabilities refer to.
    key: str
    #: None where no source gives the short name: then the display name has to do.
    name: str | None
    #: Where the name comes from. A derived one is not relied on alone: the display name counts too.
    name_confidence: Confidence | None
    #: What follows the product's name in the display name; None where no source gives it.
    display_suffix: str | None
    process: str | None
    hosts: frozenset[Host]
    presence: Presence
    evidence: Mapping[Version, Evidence]
    capabilities: tuple[str, ...]
    #: Titles of what was read; the first ones show the service, third parties name it.
    sources: tuple[str, ...]
    confidence: RowConfidence = RowConfidence.HIGH
    aliases: tuple[str, ...] = ()
    #: The suffix on an Edge Server, where it differs.
    display_on_edge: str | None = None
    #: The whole display name of services that do not carry the product's.
    full_display: str | None = None
    weight: Weight = Weight.FULL
    listing: Listing = Listing.LISTED
    #: Installed with start type *disabled*: not running is how it should be.
    is_disabled_by_design: bool = False

    @property
    def is_recognisable(self) -> bool:
        """Whether a reading could be told to be this service at all."""
        return bool(self.name or self.display_suffix or self.full_display)


_PREFIXES: Final = {
    Version.L10: "Lync Server ",
    Version.L13: "Lync Server ",
    Version.S15: "Skype for Business Server ",
    Version.S19: "Skype for Business Server ",
    # Assumed: no list of that version has been seen.
    Version.SE: "Skype for Business Server ",
}

_GUIDE = "guides, verify pilot pool coexistence with legacy pool (2013: screenshots; 2019: text)"
_SHOTS = "Lync Server 2013, verify the Lync Server 2010 environment (screenshots)"
_STATUS = "Lync Server 2013, view the status of services running on a computer"
_CMDLET = "Get-, Start- and Stop-CsWindowsService reference"
_RESET = "Reset-CsPoolRegistrarState reference"
_ANTIVIRUS = "antivirus scanning exclusions (Lync Server 2013, Skype for Business Server)"
_CHANGES = "Lync Server 2013, topology changes"
_CHAT = "Lync Server 2013, new Persistent Chat Server features"
_REMOVED = "Skype for Business Server 2019, removed features"
_CONNECTOR = "Cloud Connector Edition, monitored services"
_ROLE = "Get-CsService reference (the role only)"
_HEALTH = "third party: Pester health test of a Front End"
_MONITOR = "third party: AppDynamics process monitor"
_STOPS = "third party: service stop lists"
_INSTALLER = "third party: Skype4B Install-CsServer"
_BOOK = "third party: Lync Server 2013 Mediation Server administration"

_FE: Final = frozenset({Host.FRONT_END_ENTERPRISE, Host.FRONT_END_STANDARD})
_REGISTRARS: Final = _FE | {Host.DIRECTOR}
_ROLES: Final = _REGISTRARS | {Host.EDGE, Host.MEDIATION, Host.BRANCH_APPLIANCE}
_LATER_ROLES: Final = _ROLES | {Host.PERSISTENT_CHAT, Host.VIDEO_INTEROP}
_EDGE: Final = frozenset({Host.EDGE})
_CHAT_HOSTS: Final = frozenset({Host.PERSISTENT_CHAT, Host.FRONT_END_STANDARD})

_YES, _INFERRED, _MAYBE = Evidence.PRESENT, Evidence.ASSUMED, Evidence.OPTIONAL
_OPEN, _NO = Evidence.UNKNOWN, Evidence.ABSENT


def _since(*evidence: Evidence) -> Mapping[Version, Evidence]:
    """Evidence for the five versions, oldest first."""
    return MappingProxyType(dict(zip(Version, evidence, strict=True)))


# Subscription Edition is taken to be like 2019: no list of its services has been published.
_EVER: Final = _since(_YES, _YES, _YES, _YES, _INFERRED)
_SINCE_L13: Final = _since(_NO, _YES, _YES, _YES, _INFERRED)
# From 2013 on the Front End does this work, without a service of its own.
_ONLY_L10: Final = _since(_YES, _NO, _NO, _NO, _NO)
_L13_S15: Final = _since(_NO, _YES, _YES, _NO, _NO)
_EDGE_LISTS: Final = _since(_INFERRED, _INFERRED, _YES, _INFERRED, _INFERRED)
_BANDWIDTH: Final = _since(_YES, _YES, _INFERRED, _INFERRED, _INFERRED)

_ALWAYS, _CMS = Presence(PresenceKind.ALWAYS), Presence(PresenceKind.CMS)
_PAIRED = Presence(PresenceKind.PAIRED)
_MEDIUM, _LOW = RowConfidence.MEDIUM, RowConfidence.LOW
_DOC, _3RD, _OURS = Confidence.DOCUMENTED, Confidence.THIRD_PARTY, Confidence.DERIVED
_APPHOST = "OcsAppServerHost.exe"
_role = partial(Presence, PresenceKind.ROLE)
_mcu = partial(Presence, PresenceKind.MCU)
_app = partial(Presence, PresenceKind.APPLICATION)
_port = partial(Presence, PresenceKind.PORT)

# Laid out by hand: a table is read by rows. Key, short name and who says so, display suffix, process;
# hosts, presence, evidence, capabilities; sources.
# fmt: off
#: Every service that any source names or shows, in the order in which reports list them.
CATALOGUE: Final[tuple[WindowsService, ...]] = (
    WindowsService("front_end", "RTCSRV", _DOC, "Front-End", "RTCSrv.exe",
        _REGISTRARS | {Host.EDGE, Host.BRANCH_APPLIANCE}, _ALWAYS, _EVER,
        ("registration", "presence", "im_peer_to_peer", "sip_routing", "conference_focus",
         "conference_scheduling", "external_sip", "federation"), (_GUIDE, _STATUS, _CONNECTOR),
        display_on_edge="Access Edge"),
    WindowsService("im_mcu", "RTCIMMCU", _3RD, "IM Conferencing", "IMMCUSvc.exe",
        _FE, _mcu("IMConf"), _EVER, ("im_conferencing",), (_GUIDE, _HEALTH)),
    WindowsService("av_mcu", "RTCAVMCU", _3RD, "Audio/Video Conferencing", "AVMCUSvc.exe",
        _FE | {Host.AV_CONFERENCING}, _mcu("AVConf"), _EVER, ("av_conferencing",), (_GUIDE, _HEALTH)),
    WindowsService("data_mcu", "RTCDATAMCU", _3RD, "Web Conferencing", "DataMCUSvc.exe",
        _FE, _mcu("DataConf"), _EVER, ("web_conferencing",), (_GUIDE, _HEALTH)),
    WindowsService("appsharing_mcu", "RTCASMCU", _3RD, "Application Sharing", "ASMCUSvc.exe",
        _FE, _mcu("AppSharingConf"), _EVER, ("app_sharing_conferencing",), (_GUIDE, _HEALTH)),
    # Name and display name were found apart; that they belong together is our conclusion.
    WindowsService("meeting_mcu", "RTCMEETINGMCU", _OURS, "Web Conferencing Compatibility", None,
        _FE, _role("ConfServices"), _ONLY_L10, ("legacy_web_conferencing",), (_SHOTS, _STOPS),
        confidence=_MEDIUM),
    WindowsService("response_group", "RTCRGS", _DOC, "Response Group", _APPHOST,
        _FE, _app("RGS"), _EVER, ("response_groups",), (_GUIDE, _CMDLET)),
    WindowsService("conferencing_attendant", "RTCCAA", _DOC, "Conferencing Attendant", _APPHOST,
        _FE, _app("Caa"), _EVER, ("dialin_conferencing",), (_GUIDE, _CMDLET)),
    WindowsService("conferencing_announcement", "RTCCAS", _3RD, "Conferencing Announcement", _APPHOST,
        _FE, _app("Cas"), _EVER, ("conference_announcements",), (_GUIDE, _HEALTH)),
    WindowsService("call_park", "RTCCPS", _3RD, "Call Park", _APPHOST,
        _FE, _app("Cps"), _EVER, ("call_park",), (_GUIDE, _HEALTH)),
    WindowsService("audio_test", "RTCATS", _3RD, "Audio Test Service", _APPHOST,
        _FE, _app("testbot"), _EVER, ("test_call",), (_GUIDE, _HEALTH)),
    WindowsService("bandwidth_policy_auth", None, None, "Bandwidth Policy Service (Authentication)", None,
        _FE, _app("PDP"), _BANDWIDTH, ("call_admission_control",), (_SHOTS,), confidence=_MEDIUM),
    WindowsService("bandwidth_policy_core", None, None, "Bandwidth Policy Service (Core)", None,
        _FE, _app("PDP"), _BANDWIDTH, ("call_admission_control",), (_SHOTS,), confidence=_MEDIUM),
    # A page on Cloud Connector uses both names for one service.
    WindowsService("mediation", "RTCMEDSRV", _DOC, "Mediation", "MediationServerSvc.exe",
        _FE | {Host.MEDIATION, Host.BRANCH_APPLIANCE}, _role("MediationServer"), _EVER,
        ("pstn", "dialin_conferencing"), (_GUIDE, _STATUS, _CONNECTOR), aliases=("MEDSVC",)),
    WindowsService("master_replicator", "MASTER", _DOC, "Master Replicator Agent",
        "MasterReplicatorAgent.exe",
        _FE, _CMS, _EVER, ("cms_write", "cms_replication_push"), (_GUIDE, _STATUS, _CONNECTOR)),
    WindowsService("file_transfer_agent", "FTA", _3RD, "File Transfer Agent", "FileTransferAgent.exe",
        _FE, _CMS, _EVER, ("cms_replication_push",), (_GUIDE, _HEALTH, _MONITOR)),
    WindowsService("replica_replicator", "REPLICA", _DOC, "Replica Replicator Agent",
        "ReplicaReplicatorAgent.exe",
        frozenset(Host), _ALWAYS, _EVER, ("cms_replication_receive",), (_GUIDE, _CONNECTOR)),
    WindowsService("cls_agent", "RTCCLSAGT", _DOC, "Centralized Logging Service Agent", "ClsAgent.exe",
        _LATER_ROLES, _ALWAYS, _SINCE_L13, ("central_logging",), (_GUIDE, _STATUS),
        weight=Weight.INFORMATION),
    WindowsService("backup", "LYNCBACKUP", _DOC, "Backup Service", "LyncBackupService.exe",
        _FE, _PAIRED, _SINCE_L13, ("pool_pairing_backup",), (_CMDLET, _ANTIVIRUS, _MONITOR)),
    # The guide's list for 2019 leaves it out; for Director, Edge and Mediation nothing was found.
    WindowsService("health_agent", "RTCHA", _3RD, "Health Agent", "HealthAgent.exe",
        _FE, _ALWAYS, _since(_NO, _NO, _YES, _INFERRED, _INFERRED), ("health_monitoring",),
        (_ANTIVIRUS, _HEALTH, _MONITOR), confidence=_MEDIUM, weight=Weight.INFORMATION),
    # The guide for 2019 still lists it, though the feature it served is gone from that version.
    WindowsService("xmpp_gateway", "RTCXMPPTGW", _3RD, "XMPP Translating Gateway", "XmppTGW.exe",
        _FE, _ALWAYS, _since(_NO, _YES, _YES, _MAYBE, _MAYBE), ("xmpp_federation",),
        (_GUIDE, _REMOVED, _HEALTH, _MONITOR), confidence=_MEDIUM, weight=Weight.INFORMATION_WITHOUT_XMPP),
    # The display name is our conclusion.
    WindowsService("xmpp_proxy", "RTCXMPPTGWPX", _3RD, "XMPP Translating Gateway Proxy", "XmppProxy.exe",
        _EDGE, _port("XmppFederationProxy"), _L13_S15, ("xmpp_federation",),
        (_ANTIVIRUS, _REMOVED, _INSTALLER), confidence=_MEDIUM),
    WindowsService("web_conf_edge", "RTCDATAPROXY", _DOC, "Web Conferencing Edge", "DataProxy.exe",
        _EDGE, _ALWAYS, _EDGE_LISTS, ("external_web_conferencing",), (_CONNECTOR, _ANTIVIRUS)),
    WindowsService("av_auth_edge", "RTCMRAUTH", _DOC, "Audio/Video Authentication", "MRASSvc.exe",
        _EDGE, _ALWAYS, _EDGE_LISTS, ("external_media_credentials",), (_CONNECTOR, _ANTIVIRUS)),
    WindowsService("av_edge", "RTCMEDIARELAY", _DOC, "Audio/Video Edge", "MediaRelaySvc.exe",
        _EDGE, _ALWAYS, _EDGE_LISTS, ("external_media_relay",), (_CONNECTOR, _ANTIVIRUS)),
    WindowsService("web_services", "W3SVC", _DOC, None, "w3wp.exe",
        _REGISTRARS, _role("WebServices"), _EVER,
        ("web_services", "web_join", "address_book", "mobility", "autodiscover", "control_panel",
         "remote_powershell"), (_STATUS, _CMDLET), full_display="World Wide Web Publishing Service"),
    # Director is our conclusion, the name in 2019 and later unverified. A third party's health test
    # asks Windows for it in a second call, as if the cmdlet did not list it.
    WindowsService("windows_fabric", "FabricHostSvc", _DOC, None, "FabricHost.exe",
        _REGISTRARS, _port("WinFab"), _SINCE_L13, ("pool_quorum", "user_replicas"),
        (_RESET, _ANTIVIRUS, _HEALTH), full_display="Windows Fabric Host Service", confidence=_MEDIUM,
        listing=Listing.NOT_SEEN),
    WindowsService("sql_rtclocal", "MSSQL$RTCLOCAL", _DOC, None, "sqlservr.exe",
        _LATER_ROLES, Presence(PresenceKind.SQL, "RTCLOCAL"), _EVER,
        ("local_configuration_replica", "local_user_data"), (_ANTIVIRUS, _CHANGES),
        full_display="SQL Server (RTCLOCAL)", listing=Listing.NOT_LISTED),
    WindowsService("sql_lynclocal", "MSSQL$LYNCLOCAL", _DOC, None, "sqlservr.exe",
        _REGISTRARS, Presence(PresenceKind.SQL, "LYNCLOCAL"), _SINCE_L13, ("storage_service",),
        (_ANTIVIRUS, _CHANGES), confidence=_MEDIUM, full_display="SQL Server (LYNCLOCAL)",
        listing=Listing.NOT_LISTED),
    WindowsService("sql_rtc", "MSSQL$RTC", _OURS, None, "sqlservr.exe",
        frozenset({Host.FRONT_END_STANDARD}), Presence(PresenceKind.SQL, "RTC"), _EVER,
        ("pool_back_end", "cms_store"), (_ANTIVIRUS, _CHANGES), confidence=_MEDIUM,
        full_display="SQL Server (RTC)", listing=Listing.NOT_LISTED),
    WindowsService("sql_agent_rtclocal", "SQLAgent$RTCLOCAL", _OURS, None, None,
        _ROLES, Presence(PresenceKind.SQL, "RTCLOCAL"),
        _since(_OPEN, _YES, _INFERRED, _INFERRED, _INFERRED), (), (_BOOK,),
        full_display="SQL Server Agent (RTCLOCAL)", confidence=_MEDIUM, listing=Listing.NOT_LISTED,
        is_disabled_by_design=True),
    # Group Chat of Lync Server 2010 was a separate trusted application.
    WindowsService("persistent_chat", None, None, "Persistent Chat", "ChannelService.exe",
        _CHAT_HOSTS, _role("PersistentChatService"), _L13_S15, ("persistent_chat",),
        (_ANTIVIRUS, _CHAT, _REMOVED), confidence=_MEDIUM),
    WindowsService("persistent_chat_compliance", None, None, "Persistent Chat Compliance",
        "ComplianceService.exe",
        _CHAT_HOSTS, _role("PersistentChatComplianceStore"), _L13_S15, ("persistent_chat_compliance",),
        (_ANTIVIRUS, _CHAT, _REMOVED), confidence=_MEDIUM),
    WindowsService("video_interop", None, None, None, None,
        frozenset({Host.VIDEO_INTEROP}), _role("VideoInteropServer"),
        _since(_NO, _NO, _YES, _INFERRED, _OPEN), ("video_interop",), (_ROLE,), confidence=_LOW),
    WindowsService("qoe_monitoring", "RTCQMS", _3RD, "QoE Monitoring Service", None,
        frozenset({Host.MONITORING}), _role("MonitoringServer"), _ONLY_L10, ("qoe_monitoring",),
        (_CHANGES, _STOPS), confidence=_LOW),
    WindowsService("cdr_monitoring", "RTCCDR", _3RD, "Call Detail Recording", None,
        frozenset({Host.MONITORING}), _role("MonitoringServer"), _ONLY_L10, ("cdr_monitoring",),
        (_CHANGES, _STOPS), confidence=_LOW),
    WindowsService("archiving", None, None, None, None,
        frozenset({Host.ARCHIVING}), _role("ArchivingServer"), _ONLY_L10, ("archiving",), (_CHANGES,),
        confidence=_LOW),
)
# fmt: on


def display_name(service: WindowsService, version: Version, on_edge: bool = False) -> str | None:
    """Name the service as Windows shows it, or None where no source tells.

    >>> display_name(CATALOGUE[0], Version.L13, on_edge=True)
    'Lync Server Access Edge'
    """
    if service.full_display is not None:
        return service.full_display
    suffix = (service.display_on_edge if on_edge else None) or service.display_suffix
    return None if suffix is None else _PREFIXES[version] + suffix


def _display_names(service: WindowsService) -> set[str]:
    names = (display_name(service, version, on_edge) for version in Version for on_edge in (False, True))
    return {name.lower() for name in names if name is not None}


_BY_NAME: Final = {
    name.lower(): service
    for service in CATALOGUE
    for name in (service.name, *service.aliases)
    if name is not None
}
_BY_DISPLAY_NAME: Final = {name: service for service in CATALOGUE for name in _display_names(service)}


def find(name: str, display_name: str = "") -> WindowsService | None:
    """Return the catalogued service that a reading is about, or None for one this project does not know.

    The short name decides, in any spelling of its letters: the vendor's pages write one service in three
    ways. The display name decides where the catalogue has no firm short name, and for a reading
    without one (a list copied from the Services window); the prefix of either generation will do.

    >>> find("RtcSrv").key
    'front_end'
    """
    service = _BY_NAME.get(name.lower())
    if service is not None:
        return service
    service = _BY_DISPLAY_NAME.get(display_name.lower())
    if service is None or not name or service.name_confidence in (None, Confidence.DERIVED):
        return service
    return None


def matches(service: WindowsService, name: str, display_name: str = "") -> bool:
    """Tell whether a reading is about this service; see :func:`find`."""
    return find(name, display_name) is service


_HOST_OF_ROLE: Final = {
    PoolRole.DIRECTOR: Host.DIRECTOR,
    PoolRole.EDGE: Host.EDGE,
    PoolRole.MEDIATION: Host.MEDIATION,
    PoolRole.BRANCH_APPLIANCE: Host.BRANCH_APPLIANCE,
    PoolRole.PERSISTENT_CHAT: Host.PERSISTENT_CHAT,
    PoolRole.MONITORING: Host.MONITORING,
    PoolRole.ARCHIVING: Host.ARCHIVING,
}

# What a pool of one purpose has whether or not its topology was exported with it; and for Monitoring
# and Archiving nobody has seen how a topology spells it.
_ROLE_OF_HOST: Final = {
    Host.MEDIATION: "MediationServer",
    Host.PERSISTENT_CHAT: "PersistentChatService",
    Host.MONITORING: "MonitoringServer",
    Host.ARCHIVING: "ArchivingServer",
}


def host_of(pool: Pool) -> Host | None:
    """Tell what kind of machine the pool's servers are; None for one that no service is bound to.

    Trusted application servers are among these: they run the Replica Replicator Agent only if they
    were defined with replication, which a :class:`~coexistence.deployment.Pool` does not tell.
    """
    if pool.role is PoolRole.FRONT_END:
        is_standard = pool.edition is Edition.STANDARD
        return Host.FRONT_END_STANDARD if is_standard else Host.FRONT_END_ENTERPRISE
    if pool.role is PoolRole.OTHER and "VideoInteropServer" in pool.roles:
        return Host.VIDEO_INTEROP
    if pool.role is PoolRole.OTHER and "AVConf" in pool.mcus:
        return Host.AV_CONFERENCING
    return _HOST_OF_ROLE.get(pool.role)


class _Facts(NamedTuple):
    """Whatever about a pool decides which services it has: the key of the cache below."""

    host: Host | None
    version: Version
    is_cms: bool
    is_paired: bool
    roles: frozenset[str]
    mcus: frozenset[str]
    applications: frozenset[str]
    has_fabric: bool
    has_xmpp: bool

    def call_for(self, presence: Presence) -> bool:
        match presence.kind:
            case PresenceKind.ALWAYS | PresenceKind.SQL:
                return True
            case PresenceKind.CMS:
                return self.is_cms
            case PresenceKind.PAIRED:
                return self.is_paired
            case PresenceKind.ROLE:
                return presence.name in self.roles or (
                    self.host is not None and presence.name == _ROLE_OF_HOST.get(self.host)
                )
            case PresenceKind.MCU:
                return presence.name in self.mcus
            case PresenceKind.APPLICATION:
                return presence.name in self.applications
            case PresenceKind.PORT:
                return {"WinFab": self.has_fabric, "XmppFederationProxy": self.has_xmpp}[presence.name]


def expected(pool: Pool, version: Version, *, is_cms: bool) -> tuple[tuple[WindowsService, Evidence], ...]:
    """Return the services that each server of the pool should report, in the catalogue's order.

    ``is_cms`` says that the pool hosts the *active* Central Management master. The evidence beside a
    service says what its absence from a complete export of ``Get-CsWindowsService`` is worth
    (:class:`Evidence`); it is never unknown or absent, and *optional* only for a service that this
    cmdlet has not been seen to list, so that a stopped one still counts.

    Left out are services that this cmdlet never lists (SQL Server), that could not be recognised in a
    reading, and that the version may have or not: nothing can be told from those.
    """
    return _expected(
        _Facts(
            host_of(pool),
            version,
            is_cms,
            pool.backup is not None,
            pool.roles,
            pool.mcus,
            pool.applications,
            pool.has_fabric,
            pool.xmpp,
        )
    )


# A default run asks for some thousand pools in a few dozen shapes; the bound is for unusual estates.
@lru_cache(maxsize=4096)
def _expected(facts: _Facts) -> tuple[tuple[WindowsService, Evidence], ...]:
    found = []
    for service in CATALOGUE:
        evidence = service.evidence[facts.version]
        if (
            evidence in (Evidence.PRESENT, Evidence.ASSUMED)
            and service.listing is not Listing.NOT_LISTED
            and service.is_recognisable
            and facts.host in service.hosts
            and facts.call_for(service.presence)
        ):
            found.append((service, evidence if service.listing is Listing.LISTED else Evidence.OPTIONAL))
    return tuple(found)


class Place(enum.Enum):
    """Whose services a capability needs."""

    HOME_POOL = "the user's home pool"
    BOTH_HOME_POOLS = "both users' home pools"
    ORGANIZER_POOL = "the organizer's home pool"
    DIRECTORY_OWNER_POOL = "the pool that owns the conference directory"
    MEDIATION_POOL = "the Mediation pool"
    WORKFLOW_POOL = "the pool that owns the workflow"
    ORBIT_POOL = "the pool that owns the orbit"
    EDGE_POOL = "the Edge pool"
    FEDERATION_EDGE_POOL = "the Edge pool on the federation route"
    ASSOCIATED_EDGE_POOL = "the Edge pool associated for media"
    CMS_POOL = "the pool with the active Central Management master"
    EVERY_REPLICA = "every server with a replica"
    EVERY_MACHINE = "every server"
    BOTH_PAIRED_POOLS = "both pools of a pair"


class Need(NamedTuple):
    """Services, by their key, that must all run on at least one usable server of a place."""

    place: Place
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Capability:
    """What must run for something to work."""

    needs: tuple[Need, ...]
    #: Whether the home pool also needs a Windows Fabric quorum.
    needs_quorum: bool = False
    #: All rows follow from roles, ports and services; the vendor states none of them.
    confidence: Confidence = Confidence.DERIVED


def _needs(place: Place, *services: str) -> Capability:
    return Capability((Need(place, services),))


#: What people can do, and which services that takes.
CAPABILITIES: Final[Mapping[str, Capability]] = MappingProxyType(
    {
        "registration": Capability((Need(Place.HOME_POOL, ("front_end",)),), needs_quorum=True),
        "presence": _needs(Place.HOME_POOL, "front_end"),
        "im_peer_to_peer": _needs(Place.BOTH_HOME_POOLS, "front_end"),
        "conference_scheduling": _needs(Place.HOME_POOL, "front_end"),
        "im_conferencing": _needs(Place.ORGANIZER_POOL, "front_end", "im_mcu"),
        "av_conferencing": _needs(Place.ORGANIZER_POOL, "front_end", "av_mcu"),
        "web_conferencing": _needs(Place.ORGANIZER_POOL, "front_end", "data_mcu", "web_services"),
        "app_sharing_conferencing": _needs(Place.ORGANIZER_POOL, "front_end", "appsharing_mcu"),
        "web_join": _needs(Place.ORGANIZER_POOL, "web_services", "front_end"),
        "dialin_conferencing": Capability(
            (
                Need(Place.DIRECTORY_OWNER_POOL, ("front_end", "conferencing_attendant", "av_mcu")),
                Need(Place.MEDIATION_POOL, ("mediation",)),
            )
        ),
        "conference_announcements": _needs(Place.ORGANIZER_POOL, "conferencing_announcement"),
        "response_groups": _needs(Place.WORKFLOW_POOL, "response_group", "web_services"),
        "call_park": _needs(Place.ORBIT_POOL, "call_park"),
        "pstn": _needs(Place.MEDIATION_POOL, "mediation"),
        "test_call": _needs(Place.HOME_POOL, "audio_test"),
        "external_sip": _needs(Place.EDGE_POOL, "front_end"),
        "federation": _needs(Place.FEDERATION_EDGE_POOL, "front_end"),
        "external_media": _needs(Place.ASSOCIATED_EDGE_POOL, "av_auth_edge", "av_edge"),
        "external_web_conferencing": _needs(Place.ASSOCIATED_EDGE_POOL, "web_conf_edge"),
        "cms_write": _needs(Place.CMS_POOL, "master_replicator"),
        "cms_replication": Capability(
            (
                Need(Place.CMS_POOL, ("master_replicator", "file_transfer_agent")),
                Need(Place.EVERY_REPLICA, ("replica_replicator",)),
            )
        ),
        "central_logging": _needs(Place.EVERY_MACHINE, "cls_agent"),
        "pool_pairing_backup": _needs(Place.BOTH_PAIRED_POOLS, "backup"),
        "web_services": _needs(Place.HOME_POOL, "web_services"),
    }
)
