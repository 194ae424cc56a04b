"""The words that every room speaks: enumerations, identifiers, and *unknown* as a value.

Law of this room: plain names, no behaviour of the product, and nothing imported but the standard
library. A word stands here once, with its meaning; design decisions about it stand where it is used.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final, NewType, TypeAlias, TypeVar

__all__ = [
    "CHECKPOINT_ORDER",
    "PATHS",
    "POLICY_CMDLETS",
    "ApplicationKind",
    "Checkpoint",
    "Clause",
    "ClientGeneration",
    "Confidence",
    "ContactStore",
    "Disposition",
    "Edition",
    "Guest",
    "Maybe",
    "MeetingKind",
    "Modality",
    "Origin",
    "PathPair",
    "PoolId",
    "PoolRole",
    "ServerId",
    "ServiceState",
    "Severity",
    "SiteId",
    "SiteKind",
    "Unknown",
    "UserKind",
    "Version",
    "is_known",
    "version_name",
]

T = TypeVar("T")

#: A site's key: opaque text, as the topology document writes it.
SiteId = NewType("SiteId", str)
#: A pool's key: its FQDN in lower case without a trailing dot.
PoolId = NewType("PoolId", str)
#: A server's key: its FQDN in lower case without a trailing dot.
ServerId = NewType("ServerId", str)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact comes from, so that a report can point at it.

    >>> print(Origin("users.csv", 18))
    users.csv, line 18
    """

    #: A file's name as given, ``blueprint``, or the id of the operation that made the object.
    source: str
    #: Line in that file, counted from 1; 0 where lines mean nothing.
    line: int = 0

    def __str__(self) -> str:
        return f"{self.source}, line {self.line}" if self.line else self.source


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that nobody has told us, and what would tell it.

    Unknown is neither true nor false nor empty: asking for its truth is a mistake of the caller.

    >>> Unknown("Get-CsUser")
    Unknown('Get-CsUser')
    """

    #: The export (or statement of the administrator) that would supply the fact, by its cmdlet.
    needs: str

    def __bool__(self) -> bool:
        raise TypeError(f"{self!r} has no truth value: ask is_known() first")

    def __repr__(self) -> str:
        return f"Unknown({self.needs!r})"


#: A fact of type ``T``, or *unknown*.
Maybe: TypeAlias = T | Unknown


def is_known(value: object) -> bool:
    """Tell whether somebody has told us this fact.

    >>> is_known(None), is_known(Unknown("Get-CsUser"))
    (True, False)
    """
    return not isinstance(value, Unknown)


class Version(enum.IntEnum):
    """A server generation; later ones are greater.

    ``service_version`` is the number that topology documents and ``Get-CsService`` carry;
    ``build`` is the build line. S19 and SE share both the number and the first three parts of the
    build (domain facts: topology format, section 2.5), so a topology alone cannot tell them apart.
    """

    L10 = 10
    L13 = 13
    S15 = 15
    S19 = 19
    SE = 25

    @property
    def product(self) -> str:
        """The product's full name, as reports print it."""
        return _PRODUCTS[self]

    @property
    def service_version(self) -> int:
        """``ServiceVersion`` in the topology document."""
        return _SERVICE_VERSIONS[self]

    @property
    def build(self) -> str:
        """The build line, without the fourth part."""
        return _BUILDS[self]

    @property
    def first_build(self) -> str:
        """A four-part build of this version: the first of SE, the base of the others.

        Source: the fourth part tells SE (820 at release) from S19 (topology format, section 2.5).
        """
        return f"{self.build}.{820 if self is Version.SE else 0}"


_PRODUCTS: Final = {
    Version.L10: "Lync Server 2010",
    Version.L13: "Lync Server 2013",
    Version.S15: "Skype for Business Server 2015",
    Version.S19: "Skype for Business Server 2019",
    Version.SE: "Skype for Business Server Subscription Edition",
}
# 8 for SE is an assumption: no document of that product has been seen (topology format, 2.5).
_SERVICE_VERSIONS: Final = {Version.L10: 5, Version.L13: 6, Version.S15: 7, Version.S19: 8, Version.SE: 8}
_BUILDS: Final = {
    Version.L10: "4.0.7577",
    Version.L13: "5.0.8308",
    Version.S15: "6.0.9319",
    Version.S19: "7.0.2046",
    Version.SE: "7.0.2046",
}


def version_name(versions: tuple[Version, ...]) -> str:
    """Name what a pool may run: one product, or "A or B" where the evidence leaves two.

    >>> version_name((Version.S19, Version.SE))
    'Skype for Business Server 2019 or Subscription Edition'
    """
    if not versions:
        return "unknown product version"
    first, *rest = (version.product for version in versions)
    return " or ".join([first, *(name.removeprefix("Skype for Business Server ") for name in rest)])


class Confidence(enum.Enum):
    """How well a fact or rule is supported; ordered from firm to none."""

    #: Stated or shown in a document of the vendor.
    DOCUMENTED = "documented"
    #: A third party's page or script says so.
    THIRD_PARTY = "third-party"
    #: Our conclusion from stated facts.
    DERIVED = "derived"
    #: Ours, because no source says anything.
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class PathPair:
    """One row of the table of what may stand beside what."""

    legacy: Version
    target: Version
    confidence: Confidence
    source: str


#: Side-by-side migrations that the vendor allows. L13 to SE is named in an announcement of 2020 and
#: documented nowhere since: it is left out on purpose. Source: migration facts, table 2.1.
PATHS: Final = (
    PathPair(Version.L10, Version.L13, Confidence.DOCUMENTED, "Lync Server 2013: supported migration paths"),
    PathPair(Version.L10, Version.S15, Confidence.DOCUMENTED, "Skype for Business Server 2015: upgrade"),
    PathPair(Version.L13, Version.S15, Confidence.DOCUMENTED, "Skype for Business Server 2015: upgrade"),
    PathPair(Version.L13, Version.S19, Confidence.DOCUMENTED, "Migration to Skype for Business Server 2019"),
    PathPair(Version.S15, Version.S19, Confidence.DOCUMENTED, "Migration to Skype for Business Server 2019"),
    PathPair(Version.S15, Version.SE, Confidence.THIRD_PARTY, "Subscription Edition announcement"),
    PathPair(Version.S19, Version.SE, Confidence.THIRD_PARTY, "Subscription Edition announcement"),
)


class SiteKind(enum.Enum):
    """A central site stands alone; a branch site hangs off a central one."""

    CENTRAL = "central"
    BRANCH = "branch"


class Edition(enum.Enum):
    """Standard: one server with its own database. Enterprise: several servers, one back end."""

    ENTERPRISE = "enterprise"
    STANDARD = "standard"


class PoolRole(enum.Enum):
    """What a pool is for; every server of a pool does the same."""

    FRONT_END = "front-end"
    DIRECTOR = "director"
    EDGE = "edge"
    MEDIATION = "mediation"
    BRANCH_APPLIANCE = "branch-appliance"
    TRUSTED_APPLICATION = "trusted-application"
    PERSISTENT_CHAT = "persistent-chat"
    #: Lync Server 2010 only: roles of their own, part of the Front End from 2013 on.
    MONITORING = "monitoring"
    ARCHIVING = "archiving"
    #: A role this project has no rules for; its servers are kept and listed.
    OTHER = "other"


class ServiceState(enum.IntEnum):
    """States of a Windows service, with the numbers that .NET and JSON exports use."""

    STOPPED = 1
    START_PENDING = 2
    STOP_PENDING = 3
    RUNNING = 4
    CONTINUE_PENDING = 5
    PAUSE_PENDING = 6
    PAUSED = 7

    @property
    def label(self) -> str:
        """As ``Get-CsWindowsService`` prints it, e.g. ``StartPending``."""
        return "".join(part.capitalize() for part in self.name.split("_"))


class ClientGeneration(enum.IntEnum):
    """Clients as far as servers tell them apart; the numbers are codes of a column."""

    LYNC_2010 = 0
    LYNC_2010_MOBILE = 1
    PHONE_EDITION = 2
    LYNC_2013 = 3
    MOBILE = 4
    SFB_2015 = 5
    SFB_2016 = 6
    UNKNOWN = 255

    @property
    def label(self) -> str:
        """The client's name as people know it."""
        return _CLIENTS[self]


_CLIENTS: Final = {
    ClientGeneration.LYNC_2010: "Lync 2010",
    ClientGeneration.LYNC_2010_MOBILE: "Lync 2010 Mobile",
    ClientGeneration.PHONE_EDITION: "Lync Phone Edition",
    ClientGeneration.LYNC_2013: "Lync 2013",
    ClientGeneration.MOBILE: "Lync 2013 or Skype for Business mobile",
    ClientGeneration.SFB_2015: "Skype for Business 2015",
    ClientGeneration.SFB_2016: "Skype for Business 2016 or later",
    ClientGeneration.UNKNOWN: "unknown client",
}


class UserKind(enum.IntEnum):
    """Who may be promised something; the numbers are codes of a column."""

    PERSON = 0
    #: Listed with a SIP address, but not enabled.
    DISABLED = 1
    #: Homed online: this deployment neither serves nor moves the account.
    CLOUD = 2
    #: Rooms and other accounts nobody signs in to in person.
    RESOURCE = 3


class ContactStore(enum.IntEnum):
    """Where a person's contact list is kept; the numbers are codes of a column."""

    SERVER = 0
    #: Unified contact store in Exchange, from L13 on.
    EXCHANGE = 1
    #: Nowhere any more: a move with ``-Force`` left it behind.
    LOST = 2
    UNKNOWN = 255


class MeetingKind(enum.IntEnum):
    """How often a meeting takes place; the numbers are codes of a column."""

    ONCE = 0
    RECURRING = 1
    #: A person's own meeting: the same identifier every time, no end.
    STATIC = 2


class Modality(enum.Enum):
    """What two people may do with each other."""

    MESSAGE = "message"
    PRESENCE = "presence"
    AUDIO = "audio"
    VIDEO = "video"
    SHARING = "sharing"
    FILE = "file transfer"
    #: PowerPoint slides, shown through Office Web Apps.
    CONTENT = "presented content"


class Guest(enum.Enum):
    """Who may join a meeting without being homed on a pool of the deployment, or without being inside."""

    #: Through the join link, without an account.
    ANONYMOUS = "anonymous participant"
    #: With an account of a partner's deployment.
    FEDERATED = "federated user"
    #: With an account of ours, but from outside.
    OUTSIDE = "user outside"


#: Kinds of policies by the name that they go by here, and the cmdlet that lists them.
POLICY_CMDLETS: Final = {
    "conferencing": "Get-CsConferencingPolicy",
    "external-access": "Get-CsExternalAccessPolicy",
    "voice": "Get-CsVoicePolicy",
    "client": "Get-CsClientPolicy",
    "client-version": "Get-CsClientVersionPolicy",
    "mobility": "Get-CsMobilityPolicy",
}


class ApplicationKind(enum.Enum):
    """Objects that belong to a pool and serve callers rather than sign in."""

    ACCESS_NUMBER = "access number"
    RESPONSE_GROUP = "response group"
    CALL_PARK_ORBIT = "call park orbit"
    UNASSIGNED_NUMBERS = "unassigned number range"
    COMMON_AREA_PHONE = "common area phone"
    ANALOG_DEVICE = "analog device"
    EXCHANGE_UM = "Exchange UM contact"
    TRUSTED_ENDPOINT = "trusted application endpoint"


class Clause(enum.Enum):
    """What a promise is about: one word each, as reports and ``clause=`` use it."""

    SERVICES = "services"
    SITES = "sites"
    MESSAGING = "messaging"
    MEETINGS = "meetings"
    CLIENTS = "clients"
    POLICIES = "policies"
    APPLICATIONS = "applications"
    EDGE = "edge"
    TOPOLOGY = "topology"
    NAMES = "names"
    CAPACITY = "capacity"
    DATA = "data"


class Severity(enum.IntEnum):
    """How much a broken promise weighs. Blocker and error make a no-go."""

    INFO = 0
    WARNING = 1
    ERROR = 2
    BLOCKER = 3

    @property
    def fails(self) -> bool:
        """Whether a broken promise of this weight means no-go."""
        return self >= Severity.ERROR


class Disposition(enum.Enum):
    """How an observation or an operation ended."""

    DONE = "done"
    #: The product said no: a precondition is missing, the wrong tool, a policy.
    REFUSED = "refused"
    #: It was tried and did not arrive.
    FAILED = "failed"
    #: A fact is missing; :attr:`Unknown.needs` names who could tell it.
    UNDECIDED = "undecided"


class Checkpoint(enum.Enum):
    """Named places in the plan where promises are checked, in the order of the guide's phases."""

    LEGACY = "legacy"
    SIDE_BY_SIDE = "side-by-side"
    PILOT = "pilot"
    EDGE = "edge"
    PRODUCTION = "production"
    POST_MIGRATION = "post-migration"
    LEGACY_SILENT = "legacy-silent"
    RETIRED = "retired"

    @property
    def rolled_back(self) -> str:
        """The label of the checkpoint after going back from here."""
        return f"{self.value}.rolled-back"


#: Main line of the plan, first to last.
CHECKPOINT_ORDER: Final = tuple(Checkpoint)
