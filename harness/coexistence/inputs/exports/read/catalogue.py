"""Every table that is read: what it is called, what its columns are called, and how it is recognised.

Law of this room: one entry for each export, and an export is told by its columns or by the type that
PowerShell wrote with it, never by its file's name. The first entry that fits counts, so what is special
stands before what is general. Source: cmdlet exports, sections 3 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports.account import file_accounts
from coexistence.inputs.exports.formats.csv_tables import Heading, places
from coexistence.inputs.exports.read import (
    builds,
    client_versions,
    meetings,
    replication,
    users,
    windows_services,
)
from coexistence.inputs.exports.read.name_lookup import COMPUTER
from coexistence.inputs.exports.topology import service_columns
from coexistence.model.vocabulary import (
    APPLICATION_CMDLETS,
    CONFIGURATION_CMDLETS,
    POLICY_CMDLETS,
    ApplicationKind,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["CATALOGUE", "POLICY_EXPORTS", "POLICY_SETTINGS", "Export", "kind_of", "lacking"]

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
    )


def _application(kind: ApplicationKind, columns: Columns, types: str, needs: str, **more: str) -> Export:
    return Export(
        APPLICATION_CMDLETS[kind],
        columns,
        types=tuple(types.split()),
        needs=_set(needs),
        one_of=_set(more.get("one_of", "")),
        without=_set(more.get("without", "")),
    )


_CONTACT: Final[Columns] = {
    "identity": ("identity", "distinguishedname"),
    "pool": ("registrarpool", "pool"),
    "home": ("homeserver",),
    "uri": ("sipaddress", "primaryuri"),
}
_RANGE: Final[Columns] = _columns("identity", start=("numberrangestart",), end=("numberrangeend",))
_K: Final = ApplicationKind

_ALL: Final = (
    Export(file_accounts.REPLICATION, replication.COLUMNS, recognises=replication.is_replication),
    Export(
        file_accounts.CMS_STATUS,
        _columns(
            "lastupdatedon",
            master=("activemasterfqdn",),
            heartbeat=("activemasterlastheartbeat",),
        ),
        needs=_set("master"),
    ),
    Export(
        file_accounts.CONNECTION,
        _columns("sqlserver sqlinstance storeprovider"),
        needs=_set("storeprovider sqlserver"),
    ),
    Export(file_accounts.PATCHES, builds.COLUMNS, recognises=builds.is_patches),
    Export(file_accounts.MEETINGS, meetings.COLUMNS, needs=_set("organizer meeting")),
    Export(
        file_accounts.PEOPLE,
        client_versions.COLUMNS,
        needs=_set("address"),
        one_of=_set("client upgraded contacts xmpp chat"),
        without=_set("registrarpool enabled hostingprovider"),
    ),
    Export(
        file_accounts.NAMES,
        _columns(
            "name side",
            kind=("type", "recordtype"),
            target=("target", "namehost", "nametarget", "hostname", "ipaddress", "ip4address"),
        ),
        needs=_set("name kind target side"),
    ),
    Export(
        file_accounts.CERTIFICATES,
        {
            "computer": ("pool", "poolfqdn", *COMPUTER),
            "use": ("use",),
            "subject": ("subject",),
            "names": ("alternativenames", "names", "dnsnamelist", "subjectalternativenames"),
            "issuer": ("issuer",),
            "until": ("notafter",),
        },
        needs=_set("computer use names issuer until"),
    ),
    Export(
        file_accounts.SERVER_SETTINGS,
        {"computer": COMPUTER, "tls": ("tlsversions",), "roots": ("trustedroots",)},
        one_of=_set("tls roots"),
        needs=_set("computer"),
    ),
    Export(
        file_accounts.TESTS,
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
    ),
    Export(
        file_accounts.CLIENT_RULES,
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
    ),
    Export(
        file_accounts.CLIENT_SETTINGS,
        _columns("identity enabled", action=("defaultaction",)),
        types=("clientversionconfiguration",),
        needs=_set("identity enabled action"),
    ),
    Export(
        file_accounts.SIMPLE_URLS,
        _columns(
            "component domain", url=("activeurl", "url"), entry=("simpleurlentry",), scope=("identity",)
        ),
        needs=_set("component domain"),
        one_of=_set("url entry"),
    ),
    _application(
        _K.RESPONSE_GROUP,
        _columns("identity name active", uri=("primaryuri",)),
        "writablesettings.workflow",
        "identity uri",
        one_of="active",
        without="regions registrarpool",
    ),
    Export(
        file_accounts.QUEUES,
        _columns("identity agentgroupidlist"),
        types=("writablesettings.queue",),
        needs=_set("identity agentgroupidlist"),
    ),
    Export(
        file_accounts.AGENT_GROUPS,
        _columns("identity agentsbyuri participationpolicy"),
        types=("writablesettings.agentgroup",),
        needs=_set("identity"),
        one_of=_set("agentsbyuri participationpolicy"),
    ),
    _application(
        _K.ACCESS_NUMBER,
        _columns("identity pool regions", uri=("primaryuri",)),
        "xds.accessnumber",
        "identity uri pool",
    ),
    _application(
        _K.CALL_PARK_ORBIT,
        _RANGE | {"pool": ("callparkservice", "callparkserviceid"), "server": ("callparkserverfqdn",)},
        "displaycallparkorbit",
        "identity start",
        one_of="pool server",
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
    ),
    _application(_K.EXCHANGE_UM, _CONTACT | _columns("autoattendant"), "exumcontact", "pool autoattendant"),
    _application(_K.TRUSTED_ENDPOINT, _CONTACT | {"urn": ("ownerurn",)}, "adapplicationcontact", "pool urn"),
    _application(
        _K.ANALOG_DEVICE,
        _CONTACT | _columns("gateway analogfax"),
        "analogdevicecontact",
        "pool",
        one_of="gateway analogfax",
    ),
    _application(
        _K.COMMON_AREA_PHONE,
        _CONTACT | _columns("displaynumber"),
        "commonareaphonecontact",
        "pool uri displaynumber",
    ),
    Export(
        file_accounts.TRUSTED_APPLICATIONS,
        _columns("identity", urn=("applicationid",), pool=("trustedapplicationpoolfqdn",)),
        types=("displaytrustedapplication",),
        needs=_set("urn pool"),
    ),
    Export(
        file_accounts.TRUSTED_POOLS,
        _columns("identity registrar poolfqdn throttleasserver treatasauthenticated"),
        types=("displayexternalserver",),
        needs=_set("identity registrar"),
        one_of=_set("throttleasserver treatasauthenticated"),
    ),
    Export(
        file_accounts.POOL_SERVICES,
        service_columns.COLUMNS,
        needs=_set("identity pool"),
        one_of=_set("version role"),
        without=_set("computers"),
    ),
    Export(
        file_accounts.POOLS,
        _columns("identity site computers services", fqdn=("fqdn", "poolfqdn", "identity")),
        types=("deploy.internal.cluster",),
        needs=_set("fqdn computers"),
        without=_set("role serviceid"),
    ),
    Export(
        file_accounts.COMPUTERS,
        _columns("identity pool fqdn"),
        needs=_set("identity pool fqdn"),
        without=_set("registrarpool sipaddress primaryuri services role computername use displayname"),
    ),
    Export(
        file_accounts.SITES,
        _columns(
            "identity siteid pools", name=("displayname",), kind=("sitetype",), route=("federationroute",)
        ),
        types=("internal.site+centralsite",),
        needs=_set("identity siteid"),
        one_of=_set("kind route"),
    ),
    Export(file_accounts.SIP_DOMAINS, _columns("identity name isdefault"), needs=_set("name isdefault")),
    Export(
        file_accounts.DIRECTORIES,
        _columns("identity", owner=("serviceid",)),
        types=("conferencedirectories", "conferencedirectory"),
        needs=_set("identity owner"),
        without=_set("role version poolfqdn registrar applicationid siteid name"),
    ),
    Export(
        file_accounts.DIAL_PLANS,
        _columns("identity", region=("dialinconferencingregion",)),
        needs=_set("identity region"),
        without=_set("sipaddress"),
    ),
    Export(
        file_accounts.VOICE_ROUTES,
        _columns("identity name", usages=("pstnusages",), trunks=("pstngatewaylist",)),
        needs=_set("usages trunks"),
    ),
    *(_policy(kind) for kind in POLICY_SETTINGS),
    Export(
        file_accounts.ALLOWED,
        _columns("domain proxyfqdn markformonitoring"),
        types=(".alloweddomain",),
        needs=_set("domain"),
        one_of=_set("proxyfqdn markformonitoring"),
    ),
    Export(
        file_accounts.BLOCKED,
        _columns("domain comment"),
        types=(".blockeddomain",),
        needs=_set("domain comment"),
        without=_set("proxyfqdn component url activeurl"),
    ),
    Export(file_accounts.EXPORT_LOG, _columns("file rows problem"), needs=_set("file rows problem")),
    Export(file_accounts.ROOMS, users.COLUMNS, recognises=users.is_rooms),
    Export(file_accounts.USERS, users.COLUMNS, recognises=users.is_users),
    Export(file_accounts.SERVICES, windows_services.COLUMNS, recognises=windows_services.is_services),
)
CATALOGUE: Final[Mapping[str, Export]] = MappingProxyType({each.kind: each for each in _ALL})
