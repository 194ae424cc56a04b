"""The catalogue of services.

Law of this room: data. The vendor publishes no table of services per role and version. The rows were put
together from guides, screenshots and scripts, and each says from which. Nobody has compared them with a
running deployment.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final, TypeAlias

from coexistence.model.vocabulary import Confidence, Version, by_version
from coexistence.model.windows_services.schema import (
    Evidence,
    Host,
    Listing,
    Presence,
    PresenceKind,
    RowConfidence,
    Weight,
    WindowsService,
)

__all__ = ["CATALOGUE"]

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

ByVersion: TypeAlias = Mapping[Version, Evidence]

_YES, _INFERRED, _MAYBE = Evidence.PRESENT, Evidence.ASSUMED, Evidence.OPTIONAL
_OPEN, _NO = Evidence.UNKNOWN, Evidence.ABSENT


def _since(l10: Evidence, l13: Evidence, s15: Evidence, s19: Evidence, se: Evidence) -> ByVersion:
    return by_version("Windows services", L10=l10, L13=l13, S15=s15, S19=s19, SE=se)


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
