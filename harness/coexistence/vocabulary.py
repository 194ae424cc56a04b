"""The words that every room speaks: enumerations, identifiers, and *unknown* as a value.

Law of this room: plain names, no behaviour of the product, and nothing imported but the standard
library. A word stands here once, with its meaning; design decisions about it stand where it is used.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Final, NewType, TypeAlias, TypeVar

__all__ = [
    "APPLICATION_CMDLETS",
    "CHECKPOINT_ORDER",
    "CONFIGURATION_CMDLETS",
    "PATHS",
    "POLICY_CMDLETS",
    "Access",
    "ApplicationKind",
    "Checkpoint",
    "Clause",
    "ClientGeneration",
    "Confidence",
    "ContactStore",
    "Content",
    "Contradiction",
    "Credentials",
    "Deregistration",
    "Disposition",
    "Edition",
    "Guest",
    "Mailbox",
    "Maybe",
    "MeetingKind",
    "Modality",
    "Origin",
    "PartnerKind",
    "PartyKind",
    "PathPair",
    "PhoneEntry",
    "PoolId",
    "PoolRole",
    "Recipient",
    "Scheme",
    "ServerId",
    "ServiceState",
    "Severity",
    "SiteId",
    "SiteKind",
    "Unknown",
    "UserKind",
    "Version",
    "Word",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two places that cannot both be right, or that were exported too far apart to be compared."""

    #: In a few words joined by hyphens, e.g. ``unknown-pool``.
    kind: str
    #: What they say, in one sentence; never a person's name, address or number.
    message: str
    one: Origin = field(compare=False)
    other: Origin = field(compare=False)
    #: Whether answers hang on it: which of two things is true, or where somebody is homed.
    is_serious: bool = True


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


class Word(enum.Enum):
    """A closed set of words: an enumeration whose members are quick keys of tables.

    Members are singletons, so their identity will do; the hash of ``enum.Enum`` is worked out in Python,
    and answers are looked up by these words ten thousand times for one deployment.
    """

    __hash__ = object.__hash__


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


class Confidence(Word):
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


class SiteKind(Word):
    """A central site stands alone; a branch site hangs off a central one."""

    CENTRAL = "central"
    BRANCH = "branch"


class Edition(Word):
    """Standard: one server with its own database. Enterprise: several servers, one back end."""

    ENTERPRISE = "enterprise"
    STANDARD = "standard"


class PoolRole(Word):
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


class Mailbox(enum.IntEnum):
    """Where a person's mailbox is; the numbers are codes of a column, in the order of generations."""

    E2007 = 7
    E2010 = 10
    E2013 = 13
    E2016 = 16
    E2019 = 19
    ONLINE = 30
    UNKNOWN = 255

    @property
    def product(self) -> str:
        """The product's name as people know it."""
        named = {Mailbox.ONLINE: "Exchange Online", Mailbox.UNKNOWN: "an unknown Exchange"}
        return named.get(self, f"Exchange {2000 + self}")


class MeetingKind(enum.IntEnum):
    """How often a meeting takes place; the numbers are codes of a column."""

    ONCE = 0
    RECURRING = 1
    #: A person's own meeting: the same identifier every time, no end.
    STATIC = 2


class Access(enum.IntEnum):
    """Whom a meeting lets in past the lobby; the numbers are codes of a column.

    As C3P has it: ``anonymous``, ``openAuthenticated``, ``closedAuthenticated``; Locked is UCWA's.
    """

    EVERYONE = 0
    COMPANY = 1
    INVITED = 2
    #: Everybody but the organizer waits.
    LOCKED = 3

    @property
    def label(self) -> str:
        """Whom it lets in, in words."""
        return _ACCESS[self]


_ACCESS: Final = {
    Access.EVERYONE: "for everybody",
    Access.COMPANY: "for the company",
    Access.INVITED: "for the invited",
    Access.LOCKED: "locked",
}


class PhoneEntry(enum.IntEnum):
    """What becomes of callers who dial into a meeting; the numbers are codes of a column."""

    #: They get past the lobby.
    BYPASS = 0
    LOBBY = 1
    #: Phones are not admitted at all.
    NOT_ADMITTED = 2
    #: Phones would be admitted, but the meeting has no passcode.
    NO_PASSCODE = 3


class Modality(Word):
    """What two people may do with each other."""

    MESSAGE = "message"
    PRESENCE = "presence"
    AUDIO = "audio"
    VIDEO = "video"
    SHARING = "sharing"
    FILE = "file transfer"
    #: PowerPoint slides, shown through Office Web Apps.
    CONTENT = "presented content"


class Guest(Word):
    """Who may join a meeting without being homed on a pool of the deployment, or without being inside."""

    #: Through the join link, without an account.
    ANONYMOUS = "anonymous participant"
    #: With an account of a partner's deployment.
    FEDERATED = "federated user"
    #: With an account of ours, but from outside.
    OUTSIDE = "user outside"


class Recipient(Word):
    """What somebody is like at the moment when another person wants something of them."""

    REACHABLE = "signed in"
    OFFLINE = "signed in nowhere"
    BUSY = "does not want to be disturbed"
    DECLINES = "declines"
    NO_ANSWER = "does not answer"
    #: The registration has not run out yet, but the connection to the device is gone.
    CONNECTION_LOST = "lost the connection"
    UNKNOWN = "nobody has this address"
    DISABLED = "the account is disabled"
    #: Enabled, but the pool that is asked has not heard of it yet.
    NOT_REPLICATED = "not replicated yet"
    #: A move stopped half-way: the pool that the directory names has no record of them.
    HALF_MOVED = "moved half-way"
    #: They were moved after the conversation had begun.
    MOVED_SINCE = "moved since"
    #: Called by a telephone number that somebody else has too.
    SHARES_NUMBER = "shares a telephone number"
    #: Shows a presence state that only newer servers list.
    NEWER_STATE = "shows a state of newer servers"


class Content(Word):
    """What is sent in a message."""

    TEXT = "plain text"
    LINK = "a link"
    #: A content type that the recipient's client does not take.
    RICH = "a content type of newer clients"


class Scheme(Word):
    """How somebody may prove who they are."""

    NTLM = "NTLM"
    KERBEROS = "Kerberos"
    #: With a certificate that the pool issued before.
    CERTIFICATE = "TLS-DSK"


class Credentials(Word):
    """What somebody proves who they are with."""

    VALID = "valid credentials"
    WRONG_PASSWORD = "a wrong password"  # noqa: S105  # a situation, no secret
    #: On a device whose clock is wrong.
    SKEWED_CLOCK = "a clock that is off"
    OTHER_ACCOUNT = "those of another account"


class Deregistration(Word):
    """Why a server signs somebody out, with the words of its notification."""

    QUOTA = "unregistered"
    DISABLED = "deregistered;event=rejected"
    MOVED = "deactivated"
    REGISTRAR_CHANGED = "preferred-registrar-change"


#: Kinds of policies by the name that they go by here, and the cmdlet that lists them.
POLICY_CMDLETS: Final = {
    "conferencing": "Get-CsConferencingPolicy",
    "external-access": "Get-CsExternalAccessPolicy",
    "voice": "Get-CsVoicePolicy",
    "client": "Get-CsClientPolicy",
    "client-version": "Get-CsClientVersionPolicy",
    "mobility": "Get-CsMobilityPolicy",
    "user-services": "Get-CsUserServicesPolicy",
}

#: Kinds of settings that nobody is given in person: looked up for a pool, its site, or everywhere.
CONFIGURATION_CMDLETS: Final = {
    "meeting": "Get-CsMeetingConfiguration",
    "web-service": "Get-CsWebServiceConfiguration",
}


class ApplicationKind(Word):
    """Objects that belong to a pool and serve callers rather than sign in."""

    ACCESS_NUMBER = "access number"
    RESPONSE_GROUP = "response group"
    CALL_PARK_ORBIT = "call park orbit"
    UNASSIGNED_NUMBERS = "unassigned number range"
    COMMON_AREA_PHONE = "common area phone"
    ANALOG_DEVICE = "analog device"
    EXCHANGE_UM = "Exchange UM contact"
    TRUSTED_ENDPOINT = "trusted application endpoint"


class PartnerKind(Word):
    """What sort of organisation is on the other side of federation."""

    FEDERATED = "federated partner"
    #: Its people are served by a hosting provider that is configured here.
    HOSTED = "hosted partner"
    PUBLIC_IM = "public IM provider"
    #: People of our own SIP domains who are homed elsewhere (a shared address space).
    SHARED = "shared address space"


class PartyKind(Word):
    """What sort of thing outside the topology connects to a server of ours."""

    PARTNER = "partner"
    GATEWAY = "gateway"
    RECORDER = "recorder"
    DEVICE = "device"


#: Which cmdlet lists the objects of a kind.
APPLICATION_CMDLETS: Final = {
    ApplicationKind.ACCESS_NUMBER: "Get-CsDialInConferencingAccessNumber",
    ApplicationKind.RESPONSE_GROUP: "Get-CsRgsWorkflow",
    ApplicationKind.CALL_PARK_ORBIT: "Get-CsCallParkOrbit",
    ApplicationKind.UNASSIGNED_NUMBERS: "Get-CsUnassignedNumber",
    ApplicationKind.COMMON_AREA_PHONE: "Get-CsCommonAreaPhone",
    ApplicationKind.ANALOG_DEVICE: "Get-CsAnalogDevice",
    ApplicationKind.EXCHANGE_UM: "Get-CsExUmContact",
    ApplicationKind.TRUSTED_ENDPOINT: "Get-CsTrustedApplicationEndpoint",
}


class Clause(Word):
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


class Disposition(Word):
    """How an observation or an operation ended."""

    DONE = "done"
    #: The product said no: a precondition is missing, the wrong tool, a policy.
    REFUSED = "refused"
    #: It was tried and did not arrive.
    FAILED = "failed"
    #: A fact is missing; :attr:`Unknown.needs` names who could tell it.
    UNDECIDED = "undecided"


class Checkpoint(Word):
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
