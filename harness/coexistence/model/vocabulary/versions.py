"""Server generations: one row for each, with everything that tells it from the others.

Law of this room: whoever needs to know what a version has asks :meth:`Version.has`, :func:`have` or a fact of
its row; nobody else keeps a list of versions. A row answers for every feature, and a table keyed by version
is made by :func:`by_version`, so that a new row is answered for everywhere or refused at once. Facts with
their source, no behaviour of the product, and nothing imported but the standard library.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

from coexistence.model.vocabulary.facts import Confidence, Maybe, Unknown, Word

__all__ = [
    "PATHS",
    "VERSION_NAMES",
    "Feature",
    "PathPair",
    "UserModel",
    "Version",
    "VersionFacts",
    "by_version",
    "have",
    "version_name",
]

T = TypeVar("T")

_REMOVED: Final = "Features removed from Skype for Business Server 2019"
_INTEROP: Final = "Client interoperability in Lync 2013"


class Feature(Word):
    """What some versions have and others have not: in words, and who says so."""

    XMPP = (
        "XMPP federation: a gateway on Front Ends, a proxy on Edges",
        f"{_REMOVED}; Migrating XMPP federation",
    )
    #: In no topology: beside such a pool, silence about XMPP is no answer.
    XMPP_APART = ("an XMPP gateway that is a product of its own", "Migrating XMPP federation")
    PERSISTENT_CHAT = ("Persistent Chat", f"New Persistent Chat features (2013); {_REMOVED}")
    #: What Persistent Chat was called before; it shares nothing with it, and is in no topology.
    GROUP_CHAT = ("Group Chat, a product of its own", "Migrating Group Chat servers")
    UNIFIED_CONTACTS = (
        "contact lists in Exchange (unified contact store)",
        "[MS-PRES] unified contact store; Roll back migrated users",
    )
    FABRIC = (
        "Windows Fabric between the Front Ends of a pool",
        "Topologies and components for Front End Servers",
    )
    POOL_PAIRING = ("pairs of pools with a Backup Service", "Supported pool pairing options (2013)")
    SQL_MIRRORING = ("mirrored databases", _REMOVED)
    #: Pools without it show slides by themselves.
    OFFICE_WEB_APPS = (
        "slides shown by an Office Web Apps server",
        "Ports and protocols for internal servers; Integration with Office Web Apps",
    )
    VIDEO_SHARING = ("sharing as video", "Assumption newer-mcu-types")
    WEB_SCHEDULER = ("a web scheduler", _INTEROP)
    #: Autodiscover of the others answers for people of its own version alone.
    AUTODISCOVER = ("Autodiscover that answers for everybody", "UCWA: Root URL")
    MCX = ("the first mobility service (MCX)", f"{_REMOVED}; Mobility (2015)")
    #: Pools without it find names whatever ``UseNormalizationRules`` says.
    NUMBER_RULES = (
        "an address book that finds nobody without number rules",
        "Lync Server 2013 release notes; Migrate Address Book",
    )
    #: A call may end with 500 (assumption ``um-contacts-work-on-2019``).
    UM_DEFECT = (
        "a defect in calls to contacts of Exchange UM",
        "Call to Subscriber Access or Auto Attendant fails in Skype for Business Server 2019",
    )
    CLOUD_VOICEMAIL = (
        "voice mail in the cloud",
        "What's new in Skype for Business Server 2019; Plan for UM migration",
    )
    #: Some builds only, where :attr:`NEW_CONTROL_PANEL_AT_RELEASE` is not there.
    NEW_CONTROL_PANEL = ("the Control Panel at /macp", "Control panel overview")
    NEW_CONTROL_PANEL_AT_RELEASE = ("the Control Panel at /macp in every build", "Control panel overview")
    UNASSIGNED_NUMBER_TOOL = ("a tool that carries unassigned numbers over", _REMOVED)
    MOVE_BY_LIST = ("Move-CsUser with -UserList and -Report", "Move-CsUser reference")
    #: Tools of the others switch it off when they save a policy (assumption ``old-tools-strip-fields``).
    XMPP_ACCESS_SETTING = (
        "EnableXmppAccess in external access policies",
        "New-CsExternalAccessPolicy reference",
    )
    MONITORING_SERVER = (
        "Monitoring Servers of its own version for branch appliances",
        "Lync Server 2013: connect a Survivable Branch Appliance",
    )
    #: Older help against the reference of the cmdlet (assumption ``scheduled-meetings-of-2010``).
    COMPANY_MEETINGS = (
        "scheduled meetings that may be open to the company alone by default",
        "Lync Server 2010: Migration considerations for meetings",
    )
    TLS_10_ONLY = (
        "no federation without TLS 1.0",
        "Disable TLS 1.0/1.1 in Skype for Business Server 2015; protocol facts, section 6.4",
    )
    SESSION_TICKET_DEFECT = (
        "port 444 that cached TLS sessions of Windows Server 2012 R2 break",
        "Support article: event 32402 or 61045 on a Front End",
    )

    @property
    def words(self) -> str:
        """What it is, e.g. ``mirrored databases``."""
        return str(self.value[0])

    @property
    def source(self) -> str:
        """The documents that say which versions have it."""
        return str(self.value[1])


class UserModel(NamedTuple):
    """What a Front End pool of Enterprise Edition was tested with."""

    people: int
    servers: int
    #: Another document of the vendor names fewer servers (assumption ``front-ends-of-2019``).
    is_disputed: bool = False


class Path(NamedTuple):
    """A way from an older version that the vendor allows."""

    confidence: Confidence
    source: str


class VersionFacts(NamedTuple):
    """One row of the table: what is known of one server generation."""

    #: The product's name is both of these; names of its Windows services begin with the first.
    brand: str
    release: str
    #: ``ServiceVersion`` in the topology document.
    service_version: int
    #: The build line, without the fourth part.
    build: str
    #: The desktop client that goes with it, rolled out to people who are moved: a name of
    #: :class:`~coexistence.model.clients.ClientGeneration`.
    client: str
    #: Front Ends of an Enterprise pool, at most, in made-up deployments.
    most_front_ends: int
    #: None where no document has one.
    user_model: UserModel | None
    #: The last day of the vendor's support; None while it lasts.
    supported_until: dt.date | None
    #: The versions that may stand beside it and be migrated to it side by side, by name.
    paths_from: Mapping[str, Path]
    has: frozenset[Feature]
    has_not: frozenset[Feature]
    #: The fourth part of the first build that is told by it from an older version of the same line.
    first_update: int = 0
    #: The version that it is taken to be like where a list of the vendor does not go as far as this one.
    taken_as: str | None = None


_UPGRADE: Final = "Skype for Business Server 2015: upgrade"
_TO_2019: Final = "Migration to Skype for Business Server 2019"
_ANNOUNCED: Final = "Subscription Edition announcement"
_SUPPORT_ENDED: Final = dt.date(2025, 10, 14)
_F = Feature
_LYNC: Final = "Lync Server"
_SFB: Final = "Skype for Business Server"


def _set(*features: Feature) -> frozenset[Feature]:
    return frozenset(features)


class Version(enum.IntEnum):
    """A server generation; later ones are greater. The number is the code of a column.

    S19 and SE share the number in topology documents and the first three parts of the build (domain facts:
    topology format, section 2.5), so a topology alone cannot tell them apart.
    """

    facts: VersionFacts

    # Python reads a member as (number, facts); type checkers read ``Version(10)`` as a call of this.
    def __new__(cls, number: int, facts: VersionFacts | None = None) -> Version:
        """Return the member; :class:`ValueError` where its row leaves a feature open."""
        if facts is None:
            raise ValueError(f"Version {number} has no row of facts.")
        if open_ := set(Feature) - facts.has - facts.has_not:
            named = ", ".join(sorted(each.name for each in open_))
            raise ValueError(f"The row of version {number} does not say whether it has {named}.")
        if both := facts.has & facts.has_not:
            named = ", ".join(sorted(each.name for each in both))
            raise ValueError(f"The row of version {number} says that it has and has not {named}.")
        made = int.__new__(cls, number)
        made._value_ = number
        made.facts = facts
        return made

    # Laid out by hand: a table is read by rows.
    # fmt: off
    L10 = 10, VersionFacts(
        brand=_LYNC, release="2010", service_version=5, build="4.0.7577",
        client="LYNC_2010", most_front_ends=10,
        user_model=None,
        supported_until=_SUPPORT_ENDED,
        paths_from={},
        has=_set(
            _F.XMPP_APART, _F.GROUP_CHAT, _F.SQL_MIRRORING, _F.MCX, _F.UNASSIGNED_NUMBER_TOOL,
            _F.MONITORING_SERVER, _F.COMPANY_MEETINGS, _F.TLS_10_ONLY,
        ),
        has_not=_set(
            _F.XMPP, _F.PERSISTENT_CHAT, _F.UNIFIED_CONTACTS, _F.FABRIC, _F.POOL_PAIRING,
            _F.OFFICE_WEB_APPS, _F.VIDEO_SHARING, _F.WEB_SCHEDULER, _F.AUTODISCOVER, _F.NUMBER_RULES,
            _F.UM_DEFECT, _F.CLOUD_VOICEMAIL, _F.NEW_CONTROL_PANEL, _F.NEW_CONTROL_PANEL_AT_RELEASE,
            _F.MOVE_BY_LIST, _F.XMPP_ACCESS_SETTING, _F.SESSION_TICKET_DEFECT,
        ),
    )
    L13 = 13, VersionFacts(
        brand=_LYNC, release="2013", service_version=6, build="5.0.8308",
        client="LYNC_2013", most_front_ends=12,
        user_model=None,
        supported_until=_SUPPORT_ENDED,
        paths_from={"L10": Path(Confidence.DOCUMENTED, "Lync Server 2013: supported migration paths")},
        has=_set(
            _F.XMPP, _F.PERSISTENT_CHAT, _F.UNIFIED_CONTACTS, _F.FABRIC, _F.POOL_PAIRING,
            _F.SQL_MIRRORING, _F.OFFICE_WEB_APPS, _F.WEB_SCHEDULER, _F.AUTODISCOVER, _F.MCX,
            _F.NUMBER_RULES, _F.UNASSIGNED_NUMBER_TOOL, _F.XMPP_ACCESS_SETTING,
            _F.SESSION_TICKET_DEFECT,
        ),
        has_not=_set(
            _F.XMPP_APART, _F.GROUP_CHAT, _F.VIDEO_SHARING, _F.UM_DEFECT, _F.CLOUD_VOICEMAIL,
            _F.NEW_CONTROL_PANEL, _F.NEW_CONTROL_PANEL_AT_RELEASE, _F.MOVE_BY_LIST,
            _F.MONITORING_SERVER, _F.COMPANY_MEETINGS, _F.TLS_10_ONLY,
        ),
    )
    S15 = 15, VersionFacts(
        brand=_SFB, release="2015", service_version=7, build="6.0.9319",
        client="SFB_2015", most_front_ends=12,
        user_model=UserModel(people=80_000, servers=12),
        supported_until=_SUPPORT_ENDED,
        paths_from={
            "L10": Path(Confidence.DOCUMENTED, _UPGRADE),
            "L13": Path(Confidence.DOCUMENTED, _UPGRADE),
        },
        has=_set(
            _F.XMPP, _F.PERSISTENT_CHAT, _F.UNIFIED_CONTACTS, _F.FABRIC, _F.POOL_PAIRING,
            _F.SQL_MIRRORING, _F.OFFICE_WEB_APPS, _F.VIDEO_SHARING, _F.WEB_SCHEDULER,
            _F.AUTODISCOVER, _F.MCX, _F.NUMBER_RULES, _F.UNASSIGNED_NUMBER_TOOL, _F.MOVE_BY_LIST,
            _F.XMPP_ACCESS_SETTING,
        ),
        has_not=_set(
            _F.XMPP_APART, _F.GROUP_CHAT, _F.UM_DEFECT, _F.CLOUD_VOICEMAIL, _F.NEW_CONTROL_PANEL,
            _F.NEW_CONTROL_PANEL_AT_RELEASE, _F.MONITORING_SERVER, _F.COMPANY_MEETINGS,
            _F.TLS_10_ONLY, _F.SESSION_TICKET_DEFECT,
        ),
    )
    S19 = 19, VersionFacts(
        brand=_SFB, release="2019", service_version=8, build="7.0.2046",
        client="SFB_2016", most_front_ends=16,
        user_model=UserModel(people=106_000, servers=16, is_disputed=True),
        supported_until=_SUPPORT_ENDED,
        paths_from={
            "L13": Path(Confidence.DOCUMENTED, _TO_2019),
            "S15": Path(Confidence.DOCUMENTED, _TO_2019),
        },
        has=_set(
            _F.UNIFIED_CONTACTS, _F.FABRIC, _F.POOL_PAIRING, _F.OFFICE_WEB_APPS, _F.VIDEO_SHARING,
            _F.WEB_SCHEDULER, _F.AUTODISCOVER, _F.NUMBER_RULES, _F.UM_DEFECT, _F.CLOUD_VOICEMAIL,
            _F.NEW_CONTROL_PANEL, _F.MOVE_BY_LIST, _F.XMPP_ACCESS_SETTING,
        ),
        has_not=_set(
            _F.XMPP, _F.XMPP_APART, _F.PERSISTENT_CHAT, _F.GROUP_CHAT, _F.SQL_MIRRORING, _F.MCX,
            _F.NEW_CONTROL_PANEL_AT_RELEASE, _F.UNASSIGNED_NUMBER_TOOL, _F.MONITORING_SERVER,
            _F.COMPANY_MEETINGS, _F.TLS_10_ONLY, _F.SESSION_TICKET_DEFECT,
        ),
    )
    SE = 25, VersionFacts(
        brand=_SFB, release="Subscription Edition",
        # An assumption: no document of that product has been seen (topology format, section 2.5).
        service_version=8, build="7.0.2046",
        # S19 ended at .553 (topology format, section 2.5).
        first_update=820,
        client="SFB_2016", most_front_ends=16,
        # As 2019: the same hardware and prerequisites.
        user_model=UserModel(people=106_000, servers=16, is_disputed=True),
        supported_until=None,
        # L13 is named in an announcement of 2020 and documented nowhere since: left out on purpose
        # (migration facts, table 2.1).
        paths_from={
            "S15": Path(Confidence.THIRD_PARTY, _ANNOUNCED),
            "S19": Path(Confidence.THIRD_PARTY, _ANNOUNCED),
        },
        taken_as="S19",
        # The list of what was removed from 2019 holds for it too (third party).
        has=_set(
            _F.UNIFIED_CONTACTS, _F.FABRIC, _F.POOL_PAIRING, _F.OFFICE_WEB_APPS, _F.VIDEO_SHARING,
            _F.WEB_SCHEDULER, _F.AUTODISCOVER, _F.NUMBER_RULES, _F.UM_DEFECT, _F.CLOUD_VOICEMAIL,
            _F.NEW_CONTROL_PANEL, _F.NEW_CONTROL_PANEL_AT_RELEASE, _F.MOVE_BY_LIST,
            _F.XMPP_ACCESS_SETTING,
        ),
        has_not=_set(
            _F.XMPP, _F.XMPP_APART, _F.PERSISTENT_CHAT, _F.GROUP_CHAT, _F.SQL_MIRRORING, _F.MCX,
            _F.UNASSIGNED_NUMBER_TOOL, _F.MONITORING_SERVER, _F.COMPANY_MEETINGS, _F.TLS_10_ONLY,
            _F.SESSION_TICKET_DEFECT,
        ),
    )
    # fmt: on

    def has(self, feature: Feature) -> bool:
        """Whether this version has a feature."""
        return feature in self.facts.has

    @property
    def product(self) -> str:
        """The product's full name, as reports print it."""
        return f"{self.facts.brand} {self.facts.release}"

    @property
    def service_version(self) -> int:
        """``ServiceVersion`` in the topology document."""
        return self.facts.service_version

    @property
    def build(self) -> str:
        """The build line, without the fourth part."""
        return self.facts.build

    @property
    def first_build(self) -> str:
        """A four-part build of this version: the first of SE, the base of the others.

        Source: the fourth part tells SE (820 at release) from S19 (topology format, section 2.5).
        """
        return f"{self.facts.build}.{self.facts.first_update}"


#: Every version by what people call it: short name or product, in lower case.
VERSION_NAMES: Final[Mapping[str, Version]] = MappingProxyType(
    {name.lower(): version for version in Version for name in (version.name, version.product)}
)
_NOT_KNOWN_WHICH: Final = Unknown("Get-CsServerPatchVersion")


def have(versions: Iterable[Version], feature: Feature) -> Maybe[bool]:
    """Whether what a pool may run has a feature; unknown where it may run several that differ, or anything.

    >>> have((Version.S19, Version.SE), Feature.XMPP), have((), Feature.XMPP)
    (False, Unknown('Get-CsServerPatchVersion'))
    """
    found = {feature in version.facts.has for version in versions}
    return found.pop() if len(found) == 1 else _NOT_KNOWN_WHICH


def by_version(what: str, **answers: T) -> Mapping[Version, T]:
    """A table with an answer for every version, given by the versions' short names.

    A version that is not named answers as the older one that its row says it is taken as. Raises
    :class:`ValueError` for one that is neither named nor taken as another, and for names of no version.

    >>> by_version("colours", L10="red", L13="blue", S15="green", S19="white")[Version.SE]
    'white'
    """
    if strange := sorted(set(answers) - set(Version.__members__)):
        raise ValueError(
            f"The table of {what} answers for {', '.join(strange)}, of which there is no version."
        )
    found: dict[str, T] = {}
    for version in Version:
        name = version.name if version.name in answers else version.facts.taken_as
        if name in answers:
            found[version.name] = answers[name]
        elif name in found:
            found[version.name] = found[name]
        else:
            raise ValueError(
                f"The table of {what} has no answer for {version.product} ({version.name}): add one, or say "
                "in its row which older version it is taken as."
            )
    return MappingProxyType({Version[name]: answer for name, answer in found.items()})


def version_name(versions: tuple[Version, ...]) -> str:
    """Name what a pool may run: one product, or "A or B" where the evidence leaves two.

    >>> version_name((Version.S19, Version.SE))
    'Skype for Business Server 2019 or Subscription Edition'
    """
    if not versions:
        return "unknown product version"
    first, *rest = versions
    others = (each.facts.release if each.facts.brand == _SFB else each.product for each in rest)
    return " or ".join((first.product, *others))


@dataclass(frozen=True, slots=True)
class PathPair:
    """One row of the table of what may stand beside what."""

    legacy: Version
    target: Version
    confidence: Confidence
    source: str


#: Side-by-side migrations that the vendor allows, by the older version. Source: migration facts, table 2.1.
PATHS: Final = tuple(
    PathPair(legacy, target, path.confidence, path.source)
    for legacy in Version
    for target in Version
    if (path := target.facts.paths_from.get(legacy.name))
)
