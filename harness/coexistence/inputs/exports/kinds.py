"""Every export that is read: how it is called, recognised and spelled, what it decides, how large it may be.

Law of this room: one entry for each export, and an export is told by its columns or by the type that
PowerShell wrote with it, never by its file's name. The first entry that fits counts, so what is special
stands before what is general. Source: cmdlet exports, sections 3 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports.formats.csv_tables import Heading, places
from coexistence.inputs.exports.topology import service_columns
from coexistence.model.vocabulary import (
    APPLICATION_CMDLETS,
    CONFIGURATION_CMDLETS,
    POLICY_CMDLETS,
    ApplicationKind,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# Names of kinds are not repeated here: whoever reads one takes it from its row.
__all__ = [
    "CATALOGUE",
    "COMPUTER",
    "KINDS",
    "POLICY_EXPORTS",
    "POLICY_SETTINGS",
    "Export",
    "is_rooms",
    "kind_of",
    "lacking",
    "missing",
]

# What exports are called: the cmdlet that lists them, or what else reports say.
PUBLISHED: Final = "Get-CsTopology -AsXml"
TOPOLOGY_BUILDER: Final = "Topology Builder (.tbxml)"
USERS: Final = "Get-CsUser"
ROOMS: Final = "Get-CsMeetingRoom"
SERVICES: Final = "Get-CsWindowsService"
REPLICATION: Final = "Get-CsManagementStoreReplicationStatus"
PATCHES: Final = "Get-CsServerPatchVersion"
SERVER_VERSION: Final = "Get-CsServerVersion"
SITES: Final = "Get-CsSite"
POOLS: Final = "Get-CsPool"
POOL_SERVICES: Final = "Get-CsService"
COMPUTERS: Final = "Get-CsComputer"
CMS_STATUS: Final = "Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus"
CONNECTION: Final = "Get-CsManagementConnection"
SIP_DOMAINS: Final = "Get-CsSipDomain"
DIRECTORIES: Final = "Get-CsConferenceDirectory"
QUEUES: Final = "Get-CsRgsQueue"
AGENT_GROUPS: Final = "Get-CsRgsAgentGroup"
TRUSTED_POOLS: Final = "Get-CsTrustedApplicationPool"
TRUSTED_APPLICATIONS: Final = "Get-CsTrustedApplication"
SIMPLE_URLS: Final = "Get-CsSimpleUrlConfiguration"
CLIENT_RULES: Final = "Get-CsClientVersionPolicyRule"
CLIENT_SETTINGS: Final = "Get-CsClientVersionConfiguration"
DIAL_PLANS: Final = "Get-CsDialPlan"
VOICE_ROUTES: Final = "Get-CsVoiceRoute"
ALLOWED: Final = "Get-CsAllowedDomain"
BLOCKED: Final = "Get-CsBlockedDomain"
MEETINGS: Final = "meetings export"
PEOPLE: Final = "client versions"
NAMES: Final = "DNS export"
CERTIFICATES: Final = "certificate export"
SERVER_SETTINGS: Final = "TLS settings"
TESTS: Final = "Test-Cs* results"
EXPORT_LOG: Final = "log of the export script"
NOT_UNDERSTOOD: Final = "not yet understood"

#: What the column with the computer's name may be called; exports of the product have none of their own.
COMPUTER: Final = ("computername", "computer", "server", "serverfqdn", "fqdn", "pscomputername")
#: Properties of what ``Get-CsTopology`` gives without ``-AsXml`` (cmdlet exports, section 3.1).
_TOPOLOGY_OBJECT: Final = frozenset({"internaldomains", "sites"})
Columns = dict[str, tuple[str, ...]]
_NOTHING: Final[frozenset[str]] = frozenset()
_EVERYWHERE: Final = frozenset({"identity", "name", "enabled"})


@dataclass(frozen=True, slots=True)
class Export:
    """One kind of table."""

    #: The cmdlet that lists it, or what else it is called in reports.
    kind: str
    #: Our names for the columns, and what exports call them.
    columns: Mapping[str, tuple[str, ...]]
    #: Ends of the .NET type, lower case.
    types: tuple[str, ...] = ()
    #: It is this kind if all of these are there, by our names,
    needs: frozenset[str] = _NOTHING
    #: at least one of these,
    one_of: frozenset[str] = _NOTHING
    #: and none of these, as exports call them.
    without: frozenset[str] = _NOTHING
    #: Instead of all that.
    recognises: Callable[[Heading], bool] | None = None
    #: What it tells, in words for an administrator; empty for an export without a row of its own.
    tells: str = ""
    #: What cannot be decided without it; empty where it is only compared with other files.
    undecided: str = ""
    #: Rows in all files of the kind together, beyond which they are no deployment's. One of users or meetings
    #: takes 100 to 200 bytes, so that many fit into a gigabyte; every other row is an object, and some are
    #: asked about by themselves: things that somebody entered.
    most_rows: int = 50_000

    def fits(self, heading: Heading) -> bool:
        """Whether a table is of this kind."""
        type_name = heading.type_name.lower().partition("#")[0]
        if any(type_name.endswith(each) for each in self.types):
            return True
        if self.recognises is not None:
            return self.recognises(heading)
        has = places(heading, self.columns).keys()
        return (
            self.needs <= has
            and (not self.one_of or not self.one_of.isdisjoint(has))
            and self.without.isdisjoint(heading.columns)
        )


def kind_of(heading: Heading) -> Export | None:
    """Return which export a table is; None for one that is none of those that are read."""
    return next((each for each in CATALOGUE.values() if each.fits(heading)), None)


def lacking(heading: Heading) -> str | None:
    """Say which export a table would be if a column or two were not missing; None for no such export."""
    if set(heading.columns) >= _TOPOLOGY_OBJECT:
        return (
            "this is the object of Get-CsTopology, of which a file keeps next to nothing: export it with "
            "(Get-CsTopology -AsXml).Save('topology.xml')"
        )
    found: list[tuple[int, int, str]] = []
    for export in CATALOGUE.values():
        has = places(heading, export.columns).keys()
        missing = sorted(export.needs - has)
        # Every list has an identity: that alone is like nothing.
        there = export.needs & has
        is_like = len(there) >= 2 and not there <= _EVERYWHERE
        if is_like and 0 < len(missing) <= 2 and export.without.isdisjoint(heading.columns):
            names = " and ".join(repr(export.columns[name][0]) for name in missing)
            found.append((len(missing), -len(has), f"this looks like {export.kind} without {names}"))
    return min(found)[2] if found else None


#: Settings of policies that outcomes depend on, or that tell what kind a policy is. Others are left out.
POLICY_SETTINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "conferencing": ("AllowAnonymousParticipantsInMeetings", "MaxMeetingSize"),
        "external-access": ("EnableFederationAccess", "EnableOutsideAccess", "EnableXmppAccess"),
        "voice": ("PstnUsages",),
        "mobility": ("EnableMobility", "EnableOutsideVoice"),
        "client": ("AddressBookAvailability", "EnableAppearOffline", "DisableEmoticons"),
        "user-services": ("UcsAllowed",),
        "meeting": ("AdmitAnonymousUsersByDefault", "PstnCallersBypassLobby"),
        "web-service": ("ShowJoinUsingLegacyClientLink", "ShowAlternateJoinOptionsExpanded"),
    }
)
#: Which cmdlet lists the policies, or the configurations, of a kind.
POLICY_EXPORTS: Final[Mapping[str, str]] = MappingProxyType({**POLICY_CMDLETS, **CONFIGURATION_CMDLETS})
#: By which of them a policy is told from others.
_TELLING: Final = {
    "conferencing": {"AllowAnonymousParticipantsInMeetings"},
    "external-access": {"EnableFederationAccess", "EnableOutsideAccess"},
    "voice": {"PstnUsages"},
    "mobility": {"EnableMobility", "EnableOutsideVoice"},
    "client": {"AddressBookAvailability", "EnableAppearOffline", "DisableEmoticons"},
    "user-services": {"UcsAllowed"},
    "meeting": {"AdmitAnonymousUsersByDefault", "PstnCallersBypassLobby"},
    "web-service": {"ShowJoinUsingLegacyClientLink", "ShowAlternateJoinOptionsExpanded"},
}


#: What they tell, and what is open without them.
_DECIDED_BY_POLICIES: Final = {
    "conferencing": ("what meetings allow", "guests, dial-in, whether a move changes somebody's policy"),
    "external-access": ("who may federate, use XMPP, sign in from outside", "whatever passes an Edge"),
    "voice": ("who may call where", "calls to the telephone network"),
    "user-services": ("who may keep contacts in Exchange", ""),
    "mobility": ("who may use mobile clients", ""),
    "client": ("what clients show", ""),
    "meeting": ("who gets into new meetings", "whether new meetings begin on the same terms"),
    "web-service": ("what the join page offers", ""),
}


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


def _columns(names: str, **others: tuple[str, ...]) -> Columns:
    """Columns that we call what exports call them, and others."""
    return {name: (name,) for name in names.split()} | others


def _policy(kind: str) -> Export:
    return Export(
        POLICY_EXPORTS[kind],
        {"identity": ("identity",)} | {name: (name.lower(),) for name in POLICY_SETTINGS[kind]},
        types=(f".{kind.replace('-', '')}{'policy' if kind in POLICY_CMDLETS else 'configuration'}",),
        needs=_set("identity"),
        one_of=frozenset(_TELLING[kind]),
        without=_set("pstngatewaylist numberpattern sipaddress"),
        tells=_DECIDED_BY_POLICIES[kind][0],
        undecided=_DECIDED_BY_POLICIES[kind][1],
    )


def _application(kind: ApplicationKind, columns: Columns, types: str, needs: str, **more: str) -> Export:
    return Export(
        APPLICATION_CMDLETS[kind],
        columns,
        types=tuple(types.split()),
        needs=_set(needs),
        one_of=_set(more.get("one_of", "")),
        without=_set(more.get("without", "")),
        tells=f"{more['things']} and the pools that own them",
        undecided=f"whether {more['whether']}",
    )


def is_users(heading: Heading) -> bool:
    """Whether a table lists users, by its columns and the type that PowerShell wrote above it."""
    columns = set(heading.columns)
    has = places(heading, _USERS)
    kind = heading.type_name.lower()
    return (
        "address" in has
        and not columns & _NO_USERS
        and not any(other in kind for other in ("contact", "analogdevice", "commonareaphone"))
        and any(each in has for each in ("pool", "enabled", "provider", "home"))
    )


def is_rooms(heading: Heading) -> bool:
    """Whether a table lists meeting rooms and nobody else: only its type tells."""
    return heading.type_name.lower().partition("#")[0].endswith("meetingroom")


def is_services(heading: Heading) -> bool:
    """Whether a table lists Windows services."""
    has = places(heading, _WINDOWS_SERVICES)
    columns = set(heading.columns)
    return (
        "name" in has
        and "status" in has
        and ("computer" in has or bool(columns & {"rolename", "activitylevel", "displayname"}))
        and not columns & _NO_SERVICES
    )


_USERS: Final[Columns] = {
    "address": ("sipaddress", "sipuri"),
    "pool": ("registrarpool", "pool", "poolfqdn", "primarypoolfqdn"),
    "enabled": ("enabled", "sipenabled"),
    "provider": ("hostingprovider",),
    "voice": ("enterprisevoiceenabled", "voiceenabled"),
    "home": ("homeserver",),
    "target": ("targetregistrarpool",),
    "room": ("meetingroom",),
    "conferencing": ("conferencingpolicy",),
    "external_access": ("externalaccesspolicy",),
    "voice_policy": ("voicepolicy",),
    "client": ("clientpolicy",),
    "client_version": ("clientversionpolicy",),
    "mobility": ("mobilitypolicy",),
    "user_services": ("userservicespolicy",),
}
_BUILDS: Final[Columns] = {
    "component": ("componentname",),
    "version": ("version",),
    "computer": COMPUTER,
}
_CLIENT_VERSIONS: Final[Columns] = {
    "address": ("sipaddress", "userathost", "useruri", "user", "address"),
    "client": ("client", "useragent", "clientapp", "clientversion", "userclientversion"),
    "upgraded": ("clientupgraded", "upgraded"),
    "contacts": ("contactstore",),
    "xmpp": ("hasxmppcontacts", "xmpp"),
    "chat": ("usespersistentchat", "persistentchat"),
}
_MEETINGS: Final[Columns] = {
    "organizer": ("organizer",),
    "meeting": ("conf_id", "confid", "externalconfid"),
    "place": ("pool", "front_end"),
    "static": ("is_static", "static"),
    "kind": ("kind",),
    "created": ("created", "provisiontime"),
    "expires": ("expires", "expirytime"),
    "directory": ("directory_id",),
    "authority": ("pstn_authority", "pstnauthorityid"),
    "local": ("pstn_local", "pstnlocalid"),
    "scheduled_on": ("scheduled_on",),
    "client": ("scheduler_client",),
    "evidence": ("scheduler_evidence",),
    "upgraded": ("by_upgraded_client",),
    "content": ("has_content",),
}
_REPLICATION: Final[Columns] = {
    "server": ("replicafqdn",),
    "current": ("uptodate",),
    "version": ("productversion",),
    "reported": ("laststatusreport",),
    "created": ("lastupdatecreation",),
}
_WINDOWS_SERVICES: Final[Columns] = {
    "computer": COMPUTER,
    "name": ("name", "servicename"),
    "display": ("displayname",),
    "status": ("status",),
}
#: Other objects with an address and a pool: contacts of applications, phones, rooms.
_NO_USERS: Final = frozenset(
    {"autoattendant", "ownerurn", "displaynumber", "primaryuri", "organizer", "conf_id", "primarylanguage"}
)
#: Columns of ``Get-Service``, which lists everything that runs on a machine.
_NO_SERVICES: Final = frozenset({"machinename", "servicetype", "requiredservices"})
_CONTACT: Final[Columns] = {
    "identity": ("identity", "distinguishedname"),
    "pool": ("registrarpool", "pool"),
    "home": ("homeserver",),
    "uri": ("sipaddress", "primaryuri"),
}
_RANGE: Final[Columns] = _columns("identity", start=("numberrangestart",), end=("numberrangeend",))
_K: Final = ApplicationKind

_ALL: Final = (
    Export(
        REPLICATION,
        _REPLICATION,
        needs=_set("server current"),
        tells="which replicas are current, and the date of the question",
        undecided="who has the current configuration, and whatever passes an Edge",
    ),
    Export(
        CMS_STATUS,
        _columns(
            "lastupdatedon",
            master=("activemasterfqdn",),
            heartbeat=("activemasterlastheartbeat",),
        ),
        needs=_set("master"),
        tells="the active Central Management master, and when it was last alive",
    ),
    Export(
        CONNECTION,
        _columns("sqlserver sqlinstance storeprovider"),
        needs=_set("storeprovider sqlserver"),
        tells="where the service control point leads",
        undecided="whether anything can be administered",
    ),
    Export(
        PATCHES,
        _BUILDS,
        needs=_set("component version"),
        tells="builds, and whether 7.0.2046 is 2019 or Subscription Edition",
        undecided="whatever differs between 2019 and Subscription Edition, mixed builds",
        most_rows=100_000,
    ),
    Export(
        MEETINGS,
        _MEETINGS,
        needs=_set("organizer meeting"),
        tells="meetings, how they were scheduled, when they end",
        undecided="every promise about meetings, and what a rollback costs",
        most_rows=8_000_000,
    ),
    Export(
        PEOPLE,
        _CLIENT_VERSIONS,
        needs=_set("address"),
        one_of=_set("client upgraded contacts xmpp chat"),
        without=_set("registrarpool enabled hostingprovider"),
        tells="clients, contact stores, who uses XMPP or Persistent Chat",
        undecided="sign-in with people's clients, which meetings a rollback costs, who has to stay",
        most_rows=8_000_000,
    ),
    Export(
        NAMES,
        _columns(
            "name side",
            kind=("type", "recordtype"),
            target=("target", "namehost", "nametarget", "hostname", "ipaddress", "ip4address"),
        ),
        needs=_set("name kind target side"),
        tells="where names lead, inside and outside",
        undecided="whatever a name is needed for",
    ),
    Export(
        CERTIFICATES,
        {
            "computer": ("pool", "poolfqdn", *COMPUTER),
            "use": ("use",),
            "subject": ("subject",),
            "names": ("alternativenames", "names", "dnsnamelist", "subjectalternativenames"),
            "issuer": ("issuer",),
            "until": ("notafter",),
        },
        needs=_set("computer use names issuer until"),
        tells="certificates, their names, issuers and ends",
        undecided="every connection between servers",
    ),
    Export(
        SERVER_SETTINGS,
        {"computer": COMPUTER, "tls": ("tlsversions",), "roots": ("trustedroots",)},
        one_of=_set("tls roots"),
        needs=_set("computer"),
        tells="TLS versions and trusted roots of servers",
        undecided="every connection between servers",
    ),
    Export(
        TESTS,
        {
            "target": ("targetfqdn",),
            "result": ("result",),
            "error": ("error", "errormessage"),
            "diagnosis": ("diagnosis",),
            "test": ("cmdlet", "test", "testname"),
            "sender": ("sender", "sendersipaddress", "usersipaddress"),
            "receiver": ("receiver", "receiversipaddress"),
            "moment": ("date", "time", "starttime"),
        },
        types=(".taskoutput",),
        needs=_set("target result"),
        tells="results of the product's own tests",
    ),
    Export(
        CLIENT_RULES,
        _columns(
            "identity priority action enabled useragent",
            compare=("compareop",),
            major=("majorversion",),
            minor=("minorversion",),
            build=("buildnumber",),
            qfe=("qfenumber",),
        ),
        types=("clientversion.rule",),
        # Empty stands for any number, so a column that is missing must not pass for an empty one.
        needs=_set("identity priority useragent action compare enabled major minor build qfe"),
        tells="which client versions are let in",
        undecided="sign-in",
    ),
    Export(
        CLIENT_SETTINGS,
        _columns("identity enabled", action=("defaultaction",)),
        types=("clientversionconfiguration",),
        needs=_set("identity enabled action"),
        tells="whether the version filter is on",
        undecided="sign-in",
    ),
    Export(
        SIMPLE_URLS,
        _columns(
            "component domain", url=("activeurl", "url"), entry=("simpleurlentry",), scope=("identity",)
        ),
        needs=_set("component domain"),
        one_of=_set("url entry"),
        tells="simple URLs",
        undecided="links of meetings, the Control Panel's address",
    ),
    _application(
        _K.RESPONSE_GROUP,
        _columns("identity name active", uri=("primaryuri",)),
        "writablesettings.workflow",
        "identity uri",
        one_of="active",
        without="regions registrarpool",
        things="response groups",
        whether="they answer, and whether a pool may be removed",
    ),
    Export(
        QUEUES,
        _columns("identity agentgroupidlist"),
        types=("writablesettings.queue",),
        needs=_set("identity agentgroupidlist"),
        tells="queues of response groups",
    ),
    Export(
        AGENT_GROUPS,
        _columns("identity agentsbyuri participationpolicy"),
        types=("writablesettings.agentgroup",),
        needs=_set("identity"),
        one_of=_set("agentsbyuri participationpolicy"),
        tells="agent groups of response groups",
    ),
    _application(
        _K.ACCESS_NUMBER,
        _columns("identity pool regions", uri=("primaryuri",)),
        "xds.accessnumber",
        "identity uri pool",
        things="access numbers",
        whether="meetings can be dialled into",
    ),
    _application(
        _K.CALL_PARK_ORBIT,
        _RANGE | {"pool": ("callparkservice", "callparkserviceid"), "server": ("callparkserverfqdn",)},
        "displaycallparkorbit",
        "identity start",
        one_of="pool server",
        things="orbits",
        whether="parked calls are found",
    ),
    _application(
        _K.UNASSIGNED_NUMBERS,
        _RANGE
        | {
            "pool": ("announcementservice", "announcementserviceid"),
            "server": ("announcementserverfqdn",),
            "attendant": ("exumautoattendantphonenumber",),
        },
        "displayunassignednumber",
        "identity start",
        one_of="pool server",
        things="ranges of unassigned numbers",
        whether="they are announced",
    ),
    _application(
        _K.EXCHANGE_UM,
        _CONTACT | _columns("autoattendant"),
        "exumcontact",
        "pool autoattendant",
        things="Exchange UM contacts",
        whether="voice mail can be reached",
    ),
    _application(
        _K.TRUSTED_ENDPOINT,
        _CONTACT | {"urn": ("ownerurn",)},
        "adapplicationcontact",
        "pool urn",
        things="endpoints of trusted applications",
        whether="trusted applications answer",
    ),
    _application(
        _K.ANALOG_DEVICE,
        _CONTACT | _columns("gateway analogfax"),
        "analogdevicecontact",
        "pool",
        one_of="gateway analogfax",
        things="analog devices",
        whether="they can be called",
    ),
    _application(
        _K.COMMON_AREA_PHONE,
        _CONTACT | _columns("displaynumber"),
        "commonareaphonecontact",
        "pool uri displaynumber",
        things="common area phones",
        whether="they can be called",
    ),
    Export(
        TRUSTED_APPLICATIONS,
        _columns("identity", urn=("applicationid",), pool=("trustedapplicationpoolfqdn",)),
        types=("displaytrustedapplication",),
        needs=_set("urn pool"),
        tells="which pool runs an endpoint's application",
        undecided="whether trusted applications answer",
    ),
    Export(
        TRUSTED_POOLS,
        _columns("identity registrar poolfqdn throttleasserver treatasauthenticated"),
        types=("displayexternalserver",),
        needs=_set("identity registrar"),
        one_of=_set("throttleasserver treatasauthenticated"),
        tells="pools of trusted applications, once more",
    ),
    Export(
        POOL_SERVICES,
        service_columns.COLUMNS,
        needs=_set("identity pool"),
        one_of=_set("version role"),
        without=_set("computers"),
        tells="services of pools, once more; backup registrars",
    ),
    Export(
        POOLS,
        _columns("identity site computers services", fqdn=("fqdn", "poolfqdn", "identity")),
        types=("deploy.internal.cluster",),
        needs=_set("fqdn computers"),
        without=_set("role serviceid"),
        tells="pools and their computers, once more",
    ),
    Export(
        COMPUTERS,
        _columns("identity pool fqdn"),
        needs=_set("identity pool fqdn"),
        without=_set("registrarpool sipaddress primaryuri services role computername use displayname"),
        tells="computers and their pools, once more",
    ),
    Export(
        SITES,
        _columns(
            "identity siteid pools", name=("displayname",), kind=("sitetype",), route=("federationroute",)
        ),
        types=("internal.site+centralsite",),
        needs=_set("identity siteid"),
        one_of=_set("kind route"),
        tells="the federation route of each site",
        undecided="federation",
    ),
    Export(
        SIP_DOMAINS,
        _columns("identity name isdefault"),
        needs=_set("name isdefault"),
        tells="SIP domains, once more",
    ),
    Export(
        DIRECTORIES,
        _columns("identity", owner=("serviceid",)),
        types=("conferencedirectories", "conferencedirectory"),
        needs=_set("identity owner"),
        without=_set("role version poolfqdn registrar applicationid siteid name"),
        tells="who owns the conference directories",
        undecided="joining meetings, dial-in codes",
    ),
    Export(
        DIAL_PLANS,
        _columns("identity", region=("dialinconferencingregion",)),
        needs=_set("identity region"),
        without=_set("sipaddress"),
        tells="dial-in regions",
        undecided="dial-in, access numbers",
    ),
    Export(
        VOICE_ROUTES,
        _columns("identity name", usages=("pstnusages",), trunks=("pstngatewaylist",)),
        needs=_set("usages trunks"),
        tells="trunks and the usages that may use them",
        undecided="calls to the telephone network",
    ),
    *(_policy(kind) for kind in POLICY_SETTINGS),
    Export(
        ALLOWED,
        _columns("domain proxyfqdn markformonitoring"),
        types=(".alloweddomain",),
        needs=_set("domain"),
        one_of=_set("proxyfqdn markformonitoring"),
        tells="the partners that are allowed",
        undecided="federation",
        most_rows=5_000,
    ),
    Export(
        BLOCKED,
        _columns("domain comment"),
        types=(".blockeddomain",),
        needs=_set("domain comment"),
        without=_set("proxyfqdn component url activeurl"),
        tells="the partners that are blocked",
        undecided="federation",
        most_rows=5_000,
    ),
    Export(
        EXPORT_LOG,
        _columns("file rows problem"),
        needs=_set("file rows problem"),
        tells="what the export script could not read, and why",
    ),
    Export(
        ROOMS,
        _USERS,
        recognises=is_rooms,
        tells="meeting rooms, which are accounts and no people",
        most_rows=200_000,
    ),
    Export(
        USERS,
        _USERS,
        recognises=is_users,
        tells="who is homed where, who is enabled, who uses Enterprise Voice, policies given in person",
        undecided="everything about people",
        most_rows=4_000_000,
    ),
    Export(
        SERVICES,
        _WINDOWS_SERVICES,
        recognises=is_services,
        tells="which services are started",
        undecided="whether anything answers",
        most_rows=100_000,
    ),
)
CATALOGUE: Final[Mapping[str, Export]] = MappingProxyType({each.kind: each for each in _ALL})
#: What is no table.
_OTHERS: Final = (
    Export(
        PUBLISHED,
        {},
        tells="sites, pools, servers, roles and versions",
        undecided="what lists of pools and services cannot tell",
    ),
    Export(TOPOLOGY_BUILDER, {}, tells="the same as the topology, as it was drawn"),
    Export(SERVER_VERSION, {}, tells="the version of one server"),
)
#: The order in which an administrator would fetch them.
_FETCHED: Final = (
    PUBLISHED,
    TOPOLOGY_BUILDER,
    USERS,
    ROOMS,
    PEOPLE,
    MEETINGS,
    SERVICES,
    REPLICATION,
    CMS_STATUS,
    CONNECTION,
    PATCHES,
    DIRECTORIES,
    APPLICATION_CMDLETS[_K.ACCESS_NUMBER],
    APPLICATION_CMDLETS[_K.RESPONSE_GROUP],
    APPLICATION_CMDLETS[_K.CALL_PARK_ORBIT],
    APPLICATION_CMDLETS[_K.UNASSIGNED_NUMBERS],
    APPLICATION_CMDLETS[_K.COMMON_AREA_PHONE],
    APPLICATION_CMDLETS[_K.ANALOG_DEVICE],
    APPLICATION_CMDLETS[_K.EXCHANGE_UM],
    APPLICATION_CMDLETS[_K.TRUSTED_ENDPOINT],
    TRUSTED_APPLICATIONS,
    POLICY_CMDLETS["conferencing"],
    POLICY_CMDLETS["external-access"],
    POLICY_CMDLETS["voice"],
    POLICY_CMDLETS["user-services"],
    POLICY_CMDLETS["mobility"],
    POLICY_CMDLETS["client"],
    VOICE_ROUTES,
    DIAL_PLANS,
    CLIENT_RULES,
    CLIENT_SETTINGS,
    CONFIGURATION_CMDLETS["meeting"],
    CONFIGURATION_CMDLETS["web-service"],
    SIMPLE_URLS,
    SITES,
    ALLOWED,
    BLOCKED,
    NAMES,
    CERTIFICATES,
    SERVER_SETTINGS,
    TESTS,
    POOLS,
    POOL_SERVICES,
    SIP_DOMAINS,
    TRUSTED_POOLS,
    QUEUES,
    AGENT_GROUPS,
    COMPUTERS,
    SERVER_VERSION,
    EXPORT_LOG,
)
#: Every export, in that order.
KINDS: Final[Mapping[str, Export]] = MappingProxyType(
    {name: {**CATALOGUE, **{each.kind: each for each in _OTHERS}}[name] for name in _FETCHED}
)


def missing(given: Iterable[str]) -> tuple[str, ...]:
    """Exports that would decide something and are not among those given, in the order of the table."""
    there = set(given)
    if TOPOLOGY_BUILDER in there:
        # The draft holds simple URLs, which the exported topology does not.
        there |= {PUBLISHED, SIMPLE_URLS}
    return tuple(kind for kind, each in KINDS.items() if each.undecided and kind not in there)
