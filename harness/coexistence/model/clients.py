"""Client generations: one row for each, and the programs that meetings are joined and scheduled with.

Law of this room: whoever needs to know what a client is like asks its row in :data:`CLIENTS`; nobody else
keeps a list of clients. Every generation but the unknown one has a row, and a row says all. Facts with their
source, no behaviour of the product, and nothing imported but the standard library.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from coexistence.model.vocabulary import Confidence, Scheme, Version, by_version

__all__ = [
    "CLIENTS",
    "DESKTOP",
    "JOINERS",
    "MOBILE",
    "PHONES",
    "SCHEDULERS",
    "Client",
    "ClientGeneration",
    "Device",
    "Discovery",
    "Fit",
    "Listed",
    "MeetingClient",
    "Scheduler",
    "Span",
]

#: Four numbers: major, minor, build, QFE.
Numbers: TypeAlias = tuple[int, int, int, int]
_ANY: Final = 2**31


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
        return CLIENTS[self].label if self in CLIENTS else "unknown client"

    @property
    def word(self) -> str:
        """What the column of clients says for it."""
        return CLIENTS[self].word if self in CLIENTS else "unknown"


class Device(enum.Enum):
    """What a client runs on, in the order in which one of several clients of a person counts."""

    COMPUTER = "computer"
    PHONE = "telephone set"
    MOBILE = "mobile telephone"


class Listed(enum.Enum):
    """What the vendor's lists say about a client and a server version."""

    YES = "yes"
    NO = "no"
    #: An older client that the list of this version does not name any more.
    NOT_LISTED = "not listed"
    #: A client that came out after this server version: its lists could not name it.
    NEWER = "newer than the server"


class Discovery(enum.Enum):
    """In which order a client tries names."""

    #: lyncdiscoverinternal, lyncdiscover, then SRV and host names.
    AUTODISCOVER_FIRST = "Autodiscover, then SRV"
    SRV_FIRST = "SRV"
    #: Phones: SRV, then DHCP option 120.
    SRV_THEN_DHCP = "SRV, then DHCP"
    #: Mobile clients: lyncdiscover, and from there the external web name through the reverse proxy.
    EXTERNAL_WEB = "external web"


class Scheduler(enum.Enum):
    """What people schedule meetings with."""

    ADD_IN_2007_R2 = "the add-in of Communicator 2007 R2"
    ADD_IN_2010 = "the add-in of Lync 2010"
    ADD_IN_2013 = "the add-in of Lync 2013"
    ADD_IN_SFB = "the add-in of Skype for Business"

    @property
    def knows_lobby(self) -> bool:
        """Whether it can say who waits in the lobby; the 2007 generation knows the admission policy alone."""
        return self is not Scheduler.ADD_IN_2007_R2


class MeetingClient(enum.Enum):
    """What people join a meeting with."""

    COMMUNICATOR_2007_R2 = "Communicator 2007 R2"
    LIVE_MEETING_2007 = "Live Meeting 2007"
    LYNC_2010 = "Lync 2010"
    ATTENDEE_2010 = "Lync 2010 Attendee"
    WEB_APP_2010 = "Lync Web App 2010"
    LYNC_2013 = "Lync 2013"
    WEB_APP_2013 = "Lync Web App 2013"
    SFB = "Skype for Business"

    @property
    def is_older_than_2013(self) -> bool:
        """Whether the join page calls it a legacy client."""
        return self not in (MeetingClient.LYNC_2013, MeetingClient.WEB_APP_2013, MeetingClient.SFB)


class Fit(enum.Enum):
    """What the lists say about a client and the server that hosts the meeting."""

    YES = "supported"
    #: Supported, without what is newer than the older of both.
    REDUCED = "with fewer features"
    NO = "not supported"
    NOT_LISTED = "in no list"


class Span(NamedTuple):
    """The version numbers that a client may have, both ends included."""

    low: Numbers
    high: Numbers


class Client(NamedTuple):
    """One row of the table: one generation of clients."""

    generation: ClientGeneration
    label: str
    #: What the column of clients says for it, beside its own user agent.
    word: str
    device: Device
    #: The server generation that it goes with.
    goes_with: Version
    #: The first version beside which it is an older client, not an upgraded one; None where what has its
    #: name may be of any age, and where nobody schedules with it.
    older_beside: Version | None
    #: The add-in for scheduling that comes with it.
    add_in: Scheduler | None
    #: What the lists of meetings call it; None for what these do not name.
    joins_as: MeetingClient | None
    #: What the lists say, by version of the home pool.
    listed: Mapping[Version, Listed]
    #: Tokens in the User-Agent header that the version filter may match: one for each kind of device.
    agents: tuple[str, ...]
    #: Numbers behind such a token from which an export tells this client.
    told_by: Span
    #: Version numbers that any installation of it has.
    versions: Span
    #: … and those of an installation with the update that brought TLS 1.2.
    updated: Span
    #: TLS versions that any installation of it speaks.
    tls: frozenset[str]
    #: … and with that update. The same where there is none.
    updated_tls: frozenset[str]
    discovery: Discovery
    confidence: Confidence
    source: str
    #: By which schemes it can prove who somebody is; those of web clients are not SIP's.
    schemes: frozenset[Scheme] = frozenset(Scheme)


def _listed(l10: Listed, l13: Listed, s15: Listed, s19: Listed) -> Mapping[Version, Listed]:
    """SE has no list yet."""
    return by_version("clients that may sign in", L10=l10, L13=l13, S15=s15, S19=s19)


def _from(low: Sequence[int], major: int, minor: int | None = None) -> Span:
    """Numbers from ``low`` up to the last of a major (and minor) version."""
    start = (*low, 0, 0, 0, 0)
    return Span(
        (start[0], start[1], start[2], start[3]), (major, _ANY if minor is None else minor, _ANY, _ANY)
    )


_YES, _NO, _OUT, _NEW = Listed.YES, Listed.NO, Listed.NOT_LISTED, Listed.NEWER
_OLD_TLS: Final = frozenset({"1.0"})
_NEW_TLS: Final = frozenset({"1.0", "1.1", "1.2"})
#: Tokens of mobile clients, one for each platform (Lync Server 2013: UserAgentDef table).
_MOBILE_AGENTS: Final = ("WPLync", "iPhoneLync", "AndroidLync", "iPadLync", "NokiaLync")
_C = ClientGeneration
_INTEROP = "Client interoperability in Lync 2013; Clients and devices (2015)"
_FEATURES = "feature comparison (2019)"
_TLS = "Disable TLS 1.0/1.1 in Skype for Business Server 2015"

#: Every generation but the unknown one. Sources: migration facts, section 4.3; protocol facts, sections
#: 2.1 (order of names), 5.1 to 5.3 (tokens and numbers) and 6.4 (which clients survive without TLS 1.0);
#: cmdlet exports, section 4.4 (which numbers are which client's).
CLIENTS: Final[Mapping[ClientGeneration, Client]] = MappingProxyType(
    {
        row.generation: row
        for row in (
            Client(
                generation=_C.LYNC_2010,
                label="Lync 2010",
                word="lync2010",
                device=Device.COMPUTER,
                goes_with=Version.L10,
                older_beside=Version.L13,
                add_in=Scheduler.ADD_IN_2010,
                joins_as=MeetingClient.LYNC_2010,
                listed=_listed(_YES, _YES, _YES, _OUT),
                agents=("OC",),
                told_by=_from((4,), 4),
                versions=Span((4, 0, 7577, 0), (4, 0, 7577, _ANY)),
                updated=Span((4, 0, 7577, 0), (4, 0, 7577, _ANY)),
                tls=_OLD_TLS,
                updated_tls=_OLD_TLS,
                discovery=Discovery.SRV_FIRST,
                confidence=Confidence.DOCUMENTED,
                source=f"{_INTEROP}; {_FEATURES}; {_TLS}",
            ),
            Client(
                generation=_C.LYNC_2010_MOBILE,
                label="Lync 2010 Mobile",
                word="lync2010mobile",
                device=Device.MOBILE,
                goes_with=Version.L10,
                older_beside=Version.L13,
                add_in=None,
                joins_as=None,
                # Mobility service MCX is gone from 2019.
                listed=_listed(_YES, _YES, _YES, _NO),
                agents=_MOBILE_AGENTS,
                told_by=_from((0,), 4),
                # No source gives its numbers.
                versions=_from((0,), _ANY),
                updated=_from((0,), _ANY),
                tls=_OLD_TLS,
                updated_tls=_OLD_TLS,
                discovery=Discovery.EXTERNAL_WEB,
                confidence=Confidence.DOCUMENTED,
                source=f"Mobility (2015); features removed from 2019; {_TLS}",
            ),
            Client(
                generation=_C.PHONE_EDITION,
                label="Lync Phone Edition",
                word="phone-edition",
                device=Device.PHONE,
                goes_with=Version.L10,
                older_beside=None,
                add_in=None,
                joins_as=None,
                listed=_listed(_YES, _YES, _YES, _OUT),
                agents=("OCPhone",),
                told_by=_from((0,), _ANY),
                versions=_from((4, 0), 4, 0),
                updated=_from((4, 0), 4, 0),
                tls=_OLD_TLS,
                updated_tls=_OLD_TLS,
                discovery=Discovery.SRV_THEN_DHCP,
                schemes=frozenset({Scheme.CERTIFICATE}),
                confidence=Confidence.DOCUMENTED,
                source=f"{_INTEROP}; IP Phone Inventory Report; {_TLS}",
            ),
            Client(
                generation=_C.LYNC_2013,
                label="Lync 2013",
                word="lync2013",
                device=Device.COMPUTER,
                goes_with=Version.L13,
                older_beside=Version.S15,
                add_in=Scheduler.ADD_IN_2013,
                joins_as=MeetingClient.LYNC_2013,
                listed=_listed(_YES, _YES, _YES, _YES),
                agents=("OC",),
                told_by=Span((15, 0, 0, 0), (15, 0, 4970, _ANY)),
                versions=_from((15, 0), 15, 0),
                updated=_from((15, 0, 5023, 1000), 15, 0),
                tls=_OLD_TLS,
                updated_tls=_NEW_TLS,
                discovery=Discovery.AUTODISCOVER_FIRST,
                confidence=Confidence.DOCUMENTED,
                source=f"{_INTEROP}; {_FEATURES}; {_TLS}",
            ),
            Client(
                generation=_C.MOBILE,
                label="Lync 2013 or Skype for Business mobile",
                word="mobile",
                device=Device.MOBILE,
                goes_with=Version.L13,
                older_beside=None,
                add_in=None,
                joins_as=None,
                # It speaks UCWA, which servers have from 2013 on.
                listed=_listed(_NO, _YES, _YES, _YES),
                agents=_MOBILE_AGENTS,
                told_by=_from((5,), _ANY),
                versions=_from((0,), 6),
                updated=_from((6, 19), 6),
                tls=_OLD_TLS,
                updated_tls=_NEW_TLS,
                discovery=Discovery.EXTERNAL_WEB,
                confidence=Confidence.DERIVED,
                source=f"Mobility (2015); {_TLS}",
            ),
            Client(
                generation=_C.SFB_2015,
                label="Skype for Business 2015",
                word="sfb2015",
                device=Device.COMPUTER,
                goes_with=Version.S15,
                older_beside=Version.S19,
                add_in=Scheduler.ADD_IN_SFB,
                joins_as=MeetingClient.SFB,
                listed=_listed(_NEW, _NEW, _YES, _YES),
                agents=("OC",),
                # From this build of the 15.0 line on it shows the face of Skype for Business.
                told_by=_from((15, 0, 4971), 15),
                versions=_from((15, 0), 15, 0),
                updated=_from((15, 0, 5023, 1000), 15, 0),
                tls=_OLD_TLS,
                updated_tls=_NEW_TLS,
                discovery=Discovery.AUTODISCOVER_FIRST,
                confidence=Confidence.DOCUMENTED,
                source=f"Clients and devices (2015); {_FEATURES}; {_TLS}",
            ),
            Client(
                generation=_C.SFB_2016,
                label="Skype for Business 2016 or later",
                word="sfb2016",
                device=Device.COMPUTER,
                goes_with=Version.S19,
                older_beside=None,
                add_in=Scheduler.ADD_IN_SFB,
                joins_as=MeetingClient.SFB,
                listed=_listed(_NEW, _NEW, _YES, _YES),
                agents=("OC",),
                told_by=_from((16,), 16),
                versions=_from((16, 0), 16, 0),
                updated=_from((16, 0, 4678, 1000), 16, 0),
                tls=_OLD_TLS,
                updated_tls=_NEW_TLS,
                discovery=Discovery.AUTODISCOVER_FIRST,
                confidence=Confidence.DOCUMENTED,
                source=f"Clients and devices (2015); {_FEATURES}; {_TLS}",
            ),
        )
    }
)

if _without := [each.name for each in ClientGeneration if each is not _C.UNKNOWN and each not in CLIENTS]:
    raise ValueError(f"The table of clients has no row for {', '.join(_without)}.")
for _version in Version:
    if _version.facts.client not in ClientGeneration.__members__:
        raise ValueError(
            f"The row of {_version.name} names the client {_version.facts.client}, which is none."
        )


def _on(device: Device) -> frozenset[ClientGeneration]:
    return frozenset(each for each, row in CLIENTS.items() if row.device is device)


#: Clients by what they run on.
DESKTOP: Final = _on(Device.COMPUTER)
PHONES: Final = _on(Device.PHONE)
MOBILE: Final = _on(Device.MOBILE)


_Y, _R, _N, _O = Fit.YES, Fit.REDUCED, Fit.NO, Fit.NOT_LISTED


def _row(l10: Fit, l13: Fit, s15: Fit, s19: Fit) -> Mapping[Version, Fit]:
    """SE has no list yet."""
    return by_version("clients in meetings", L10=l10, L13=l13, S15=s15, S19=s19)


#: Sources: Client interoperability in Lync 2013; Clients and devices (2015); feature comparison (2019).
JOINERS: Final[Mapping[MeetingClient, Mapping[Version, Fit]]] = {
    MeetingClient.COMMUNICATOR_2007_R2: _row(_Y, _N, _N, _N),
    MeetingClient.LIVE_MEETING_2007: _row(_Y, _N, _N, _N),
    MeetingClient.LYNC_2010: _row(_Y, _R, _R, _O),
    MeetingClient.ATTENDEE_2010: _row(_Y, _N, _O, _O),
    MeetingClient.WEB_APP_2010: _row(_Y, _N, _N, _N),
    MeetingClient.LYNC_2013: _row(_R, _Y, _R, _R),
    MeetingClient.WEB_APP_2013: _row(_N, _Y, _N, _N),
    MeetingClient.SFB: _row(_O, _O, _Y, _Y),
}

#: Source: Client interoperability in Lync 2013. For newer servers and clients nothing is listed.
SCHEDULERS: Final[Mapping[Scheduler, Mapping[Version, Fit]]] = {
    Scheduler.ADD_IN_2007_R2: _row(_Y, _N, _N, _N),
    Scheduler.ADD_IN_2010: _row(_Y, _Y, _O, _O),
    Scheduler.ADD_IN_2013: _row(_R, _Y, _O, _O),
    Scheduler.ADD_IN_SFB: _row(_O, _O, _Y, _Y),
}
