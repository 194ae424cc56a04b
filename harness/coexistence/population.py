"""Users and meetings as columns: one small integer per person and attribute.

Law of this room: columns are read-only numpy arrays, shared until one is replaced as a whole. So a
state is forked without copying anybody, and a million people fit into some tens of megabytes.

Users (one row per account):

================  ======  =======================================================================
column            dtype   meaning
================  ======  =======================================================================
``home``          uint16  index into :attr:`Population.pools`; :data:`NOWHERE` without a pool
``came_from``     uint16  the home when the estate was described; never changes afterwards
``client``        uint8   :class:`~coexistence.vocabulary.ClientGeneration`
``first_client``  uint8   the client when the estate was described: a downgrade leads back to it
``kind``          uint8   :class:`~coexistence.vocabulary.UserKind`
``contacts``      uint8   :class:`~coexistence.vocabulary.ContactStore`
``voice``         uint8   1 Enterprise Voice, 0 not, :data:`UNTOLD`
``xmpp``          uint8   1 has XMPP contacts, 0 not, :data:`UNTOLD`
``chat``          uint8   1 uses Persistent Chat, 0 not, :data:`UNTOLD`
``upgraded``      uint8   1 the plan or the administrator upgraded the client, 0 not, :data:`UNTOLD`
``domain``        uint8   index into :attr:`Population.domains`; :data:`UNTOLD`
``records``       uint8   newest :class:`~coexistence.vocabulary.Version` that rewrote the person's record,
                          0 for none; the column is there only where older pools may not read such records
================  ======  =======================================================================

Meetings (one row per scheduled meeting):

================  ======  =======================================================================
column            dtype   meaning
================  ======  =======================================================================
``organizer``     uint32  row of the user
``kind``          uint8   :class:`~coexistence.vocabulary.MeetingKind`
``created``       int32   proleptic day number (``date.toordinal``)
``last``          int32   day of the last occurrence; :data:`ENDLESS` for open-ended ones
``scheduled_on``  uint8   :class:`~coexistence.vocabulary.Version` of the host at that time
``by_upgraded``   uint8   1 scheduled with an upgraded client, 0 not, :data:`UNTOLD`
``directory``     int16   conference directory of its dial-in code; :data:`NO_DIRECTORY` without one,
                          :data:`UNTOLD_DIRECTORY` where nobody told whether there is one
``content``       uint8   slides, whiteboards, attachments: :data:`NO_CONTENT`, :data:`HAS_CONTENT`, or
                          :data:`LEFT_BEHIND` on a pool that the organizer was moved from
``lost``          uint8   :data:`NOTHING_LOST`, :data:`CODE_LOST` for the dial-in code, or
                          :data:`MEETING_LOST` for the meeting itself, which stays in calendars
``access``        uint8   :class:`~coexistence.vocabulary.Access`: who gets past the lobby
``phones``        uint8   :class:`~coexistence.vocabulary.PhoneEntry`: what callers get
``link``          uint16  0 while the link in the invitation is the one that the organizer's site uses;
                          else one more than the code of the pool it was printed on, or
                          :data:`LINK_GONE` for a link that no simple URL has any more
================  ======  =======================================================================

Dial-in PINs (``pin``, int32: the day on which a PIN expires, :data:`NO_PIN` or :data:`PIN_UNTOLD`) are a
column of people that is left out while nobody told about any.

Which policies people were given stands apart, one :class:`Assignment` for each kind of policy.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from coexistence.vocabulary import ClientGeneration, ContactStore, Maybe, PoolId, Unknown, UserKind

__all__ = [
    "CODE_LOST",
    "ENDLESS",
    "HAS_CONTENT",
    "LEFT_BEHIND",
    "LINK_GONE",
    "MEETING_LOST",
    "NOTHING_LOST",
    "NOWHERE",
    "NO_CONTENT",
    "NO_DIRECTORY",
    "NO_PIN",
    "PIN_EXPIRED",
    "PIN_MISSING",
    "PIN_UNKNOWN",
    "PIN_UNTOLD",
    "PIN_VALID",
    "UNTOLD",
    "UNTOLD_DIRECTORY",
    "Addresses",
    "Assignment",
    "Column",
    "Group",
    "Meetings",
    "PackedText",
    "Population",
    "Rows",
    "column",
    "distinct",
    "grouped",
    "head_count",
    "with_distinct",
]

Column: TypeAlias = npt.NDArray[Any]
#: Row numbers, ascending.
Rows: TypeAlias = npt.NDArray[np.int64]

NOWHERE: Final = 0xFFFF
UNTOLD: Final = 255
ENDLESS: Final = 2**31 - 1
#: Directories have numbers from 0 to 9999 (``New-CsConferenceDirectory``).
NO_DIRECTORY, UNTOLD_DIRECTORY = -1, 10_000
NO_CONTENT, HAS_CONTENT, LEFT_BEHIND = 0, 1, 2
NOTHING_LOST, CODE_LOST, MEETING_LOST = 0, 1, 2
LINK_GONE: Final = 0xFFFF
NO_PIN, PIN_UNTOLD = 0, -1
#: What a PIN is on a day, as the last value of a group of meetings says it.
PIN_VALID, PIN_EXPIRED, PIN_MISSING, PIN_UNKNOWN = 0, 1, 2, 3


def column(values: Iterable[int] | Column, dtype: npt.DTypeLike) -> Column:
    """Return ``values`` as a read-only column."""
    made = np.array(values if isinstance(values, np.ndarray) else list(values), dtype=dtype)
    made.setflags(write=False)
    return made


class Addresses(Protocol):
    """SIP addresses by row, without the ``sip:`` prefix: packed text, or names made up when asked."""

    def __len__(self) -> int: ...
    def __getitem__(self, row: int, /) -> str: ...


@dataclass(frozen=True, slots=True, eq=False)
class PackedText:
    """A column of texts as one UTF-8 blob and the place where each ends.

    >>> texts = PackedText.of(["ann@contoso.com", "bob@contoso.com"])
    >>> len(texts), texts[1]
    (2, 'bob@contoso.com')
    """

    blob: bytes
    ends: Column

    @classmethod
    def of(cls, texts: Iterable[str]) -> PackedText:
        """Pack ``texts``; lone surrogates, which UTF-8 cannot hold, become question marks."""
        parts = [text.encode("utf-8", "replace") for text in texts]
        ends = np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)), dtype=np.int64)
        return cls(b"".join(parts), column(ends, np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, row: int) -> str:
        start = int(self.ends[row - 1]) if row > 0 else 0
        return self.blob[start : int(self.ends[row])].decode()


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that agree in every column asked about."""

    #: Their common values, in the order of the columns.
    values: tuple[int, ...]
    #: How many rows.
    count: int
    #: The first of them.
    first: int


def grouped(columns: Sequence[Column], rows: Rows | None = None) -> tuple[Group, ...]:
    """Return the distinct combinations of values in ``columns``, ordered by value.

    ``rows`` restricts the count to some rows. Cost: one sort of as many keys as there are rows.
    """
    taken = [part if rows is None else part[rows] for part in columns]
    if not len(taken[0]):
        return ()
    key = _key(taken)
    _, first, count = np.unique(key, return_index=True, return_counts=True)
    return tuple(
        Group(tuple(int(part[at]) for part in taken), int(many), int(at if rows is None else rows[at]))
        for at, many in zip(first.tolist(), count.tolist(), strict=True)
    )


def with_distinct(columns: Sequence[Column], of: Column, rows: Rows) -> tuple[tuple[Group, int], ...]:
    """Return the groups of ``rows``, each with how many different values of ``of`` it holds."""
    groups = grouped(columns, rows)
    if len(groups) < 2:
        return tuple((group, len(distinct(of[rows]))) for group in groups)
    key = _key([part[rows] for part in columns])
    # Groups are ordered by key, so a row's group is its key's place among the distinct ones.
    place = np.unique(key, return_inverse=True)[1]
    # Sorted and not hashed, as np.unique would: measured, a tenth of the time for two million of them.
    pairs = np.sort(place * (int(of.max()) + 1) + of[rows])
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]
    counts = np.bincount(pairs // (int(of.max()) + 1), minlength=len(groups))
    return tuple(zip(groups, map(int, counts.tolist()), strict=True))


def distinct(values: Column) -> Column:
    """Return the different values of a column of codes, ascending; none of them may be negative.

    Counting them takes a tenth of the time that sorting or hashing does, where they are small numbers.
    """
    if not len(values):
        return np.empty(0, np.int64)
    if int(values.max()) > 16 * len(values) + 65_536:
        return np.unique(values).astype(np.int64)
    return np.flatnonzero(np.bincount(values))


def _key(columns: Sequence[Column]) -> Column:
    """Return one number per row, the same for rows that agree in every column, in the order of values."""
    key = columns[0].astype(np.int64)
    for part in columns[1:]:
        key = key * (int(part.max()) + 1) + part
    return key


class _Table:
    """Equality and length of a frozen dataclass of columns."""

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(
            _same(getattr(self, each.name), getattr(other, each.name))
            for each in fields(self)  # type: ignore[arg-type]  # every subclass is a dataclass
            if each.compare
        )

    __hash__ = None  # type: ignore[assignment]  # columns are compared by content, not hashed


def _same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return one is not None and other is not None and np.array_equal(one, other)  # type: ignore[arg-type]
    return bool(one == other)


def _left_out() -> Column:
    return column([], np.uint8)


@dataclass(frozen=True, eq=False, kw_only=True)
class Meetings(_Table):
    """Scheduled meetings, one row each; the columns are described at the top of this room."""

    organizer: Column
    kind: Column
    created: Column
    last: Column
    scheduled_on: Column
    by_upgraded: Column
    directory: Column
    content: Column
    lost: Column
    #: Left out where nothing deviates.
    access: Column = field(default_factory=_left_out)
    phones: Column = field(default_factory=_left_out)
    link: Column = field(default_factory=_left_out)

    def __post_init__(self) -> None:
        for name in ("access", "phones", "link"):
            if len(getattr(self, name)) != len(self.organizer):
                object.__setattr__(self, name, column(np.zeros(len(self.organizer)), _MEETING_DTYPES[name]))

    @classmethod
    def none(cls) -> Meetings:
        """No meeting at all (which is not the same as *unknown*)."""
        return cls.of([])

    @classmethod
    def of(cls, rows: Sequence[tuple[int, ...]]) -> Meetings:
        """Build the table from rows in the order of its columns; last ones that are left out are 0."""
        parts = list(zip(*rows, strict=True))
        parts += [(0,) * len(rows)] * (len(_MEETING_DTYPES) - len(parts))
        return cls(
            **{
                name: column(part, dtype)
                for (name, dtype), part in zip(_MEETING_DTYPES.items(), parts, strict=True)
            }
        )

    def __len__(self) -> int:
        return len(self.organizer)

    def appended(self, more: Meetings) -> Meetings:
        """Return these meetings followed by ``more``."""
        return Meetings(
            **{
                name: column(np.concatenate([getattr(self, name), getattr(more, name)]), dtype)
                for name, dtype in _MEETING_DTYPES.items()
            }
        )


_MEETING_DTYPES: Final[dict[str, npt.DTypeLike]] = {
    "organizer": np.uint32,
    "kind": np.uint8,
    "created": np.int32,
    "last": np.int32,
    "scheduled_on": np.uint8,
    "by_upgraded": np.uint8,
    "directory": np.int16,
    "content": np.uint8,
    "lost": np.uint8,
    "access": np.uint8,
    "phones": np.uint8,
    "link": np.uint16,
}


@dataclass(frozen=True, eq=False)
class Assignment(_Table):
    """Which policies of one kind people were given in person."""

    #: Names of the policies, without ``Tag:``.
    tags: tuple[str, ...]
    #: One number per account: 0 for automatic (the site's or the global policy counts), else the place
    #: in ``tags``, counted from 1.
    code: Column

    def tag(self, code: int) -> str | None:
        """Return the policy's name behind a number; None for automatic."""
        return self.tags[code - 1] if code else None


@dataclass(frozen=True, eq=False, kw_only=True)
class Population(_Table):
    """Everybody with an account, and what they scheduled."""

    #: Pools that the columns ``home`` and ``came_from`` refer to; a pool that the topology does not
    #: know may stand here too.
    pools: tuple[PoolId, ...]
    home: Column
    came_from: Column
    client: Column
    first_client: Column
    kind: Column
    contacts: Column
    voice: Column
    xmpp: Column
    chat: Column
    upgraded: Column
    domain: Column
    #: SIP domains that the column ``domain`` refers to, in lower case.
    domains: tuple[str, ...]
    meetings: Maybe[Meetings]
    #: Policies given in person, by kind (``POLICY_CMDLETS``); a kind that nobody told about is left out.
    assigned: Mapping[str, Assignment] = field(default_factory=dict)
    #: Days on which dial-in PINs expire; None while nobody told about any (``Get-CsClientPinInfo``).
    pin: Column | None = None
    #: By account, the newest version that its record was rewritten for (0 for none); None where no record
    #: was, or nothing hangs on it.
    records: Column | None = None
    #: By account, :class:`~coexistence.vocabulary.Mailbox`; None while nobody told about any.
    mailbox: Column | None = None
    #: By account, the day on which its contact list was rolled back (0 for never); None while none was.
    rolled_back: Column | None = None
    #: Who they are; only looked at for people who are shown.
    addresses: Addresses = field(compare=False)

    @classmethod
    def of(
        cls,
        pools: Sequence[PoolId],
        home: Iterable[int] | Column,
        *,
        addresses: Addresses,
        meetings: Maybe[Meetings],
        client: Iterable[int] | Column | None = None,
        kind: Iterable[int] | Column | None = None,
        contacts: Iterable[int] | Column | None = None,
        voice: Iterable[int] | Column | None = None,
        xmpp: Iterable[int] | Column | None = None,
        chat: Iterable[int] | Column | None = None,
        upgraded: Iterable[int] | Column | None = None,
        domain: Iterable[int] | Column | None = None,
        domains: Sequence[str] = (),
        assigned: Mapping[str, Assignment] | None = None,
    ) -> Population:
        """Build a population; a column that is left out is unknown (``kind``: all persons)."""
        homes = column(home, np.uint16)

        def given(values: Iterable[int] | Column | None, otherwise: int) -> Column:
            return column(np.full(len(homes), otherwise) if values is None else values, np.uint8)

        clients = given(client, ClientGeneration.UNKNOWN)
        return cls(
            pools=tuple(pools),
            home=homes,
            came_from=homes,
            client=clients,
            first_client=clients,
            kind=given(kind, UserKind.PERSON),
            contacts=given(contacts, ContactStore.UNKNOWN),
            voice=given(voice, UNTOLD),
            xmpp=given(xmpp, UNTOLD),
            chat=given(chat, UNTOLD),
            upgraded=given(upgraded, UNTOLD),
            domain=given(domain, UNTOLD),
            domains=tuple(domains),
            meetings=meetings,
            assigned=dict(assigned or {}),
            addresses=addresses,
        )

    def __len__(self) -> int:
        return len(self.home)

    def changed(self, **columns: Any) -> Population:
        """Return this population with some attributes replaced; the others stay shared."""
        return replace(self, **columns)

    def code(self, pool: PoolId) -> int:
        """Return the code of ``pool`` in ``home``; :data:`NOWHERE` for a pool nobody was ever on."""
        return self._codes.get(pool, NOWHERE)

    def with_pool(self, pool: PoolId) -> Population:
        """Return a population that can name ``pool``; itself if it can already."""
        return self if pool in self._codes else replace(self, pools=(*self.pools, pool))

    @cached_property
    def _codes(self) -> dict[PoolId, int]:
        return {pool: code for code, pool in enumerate(self.pools)}

    def meetings_alike(self, day: int) -> tuple[tuple[Group, int], ...]:
        """Return the meetings that take place on a day or later, grouped by everything that rules look at.

        The values of a group are the organizers' home and conferencing policy, then the meetings' version,
        client, kind, directory (one more than it is), content and loss; and, where any meeting differs in
        them, access, phones, whether its link is an old one, and the organizer's PIN. Beside it how many
        people organize them. Nothing where nobody told of any. Worked out once for all moments that share
        the columns.
        """
        if day not in self._meetings_alike:
            self._meetings_alike[day] = self._group_meetings(day)
        return self._meetings_alike[day]

    def organizers_alike(self, day: int, values: tuple[int, ...]) -> Rows:
        """Return who organizes the meetings of one group of :meth:`meetings_alike`, each once."""
        meetings = self.meetings
        if isinstance(meetings, Unknown):
            return np.empty(0, dtype=np.int64)
        rows = self.meetings_of_group(day, values)
        return distinct(meetings.organizer[rows])

    def meetings_of_group(self, day: int, values: tuple[int, ...]) -> Rows:
        """Return the rows of the meetings of one group of :meth:`meetings_alike`."""
        meetings = self.meetings
        if isinstance(meetings, Unknown):
            return np.empty(0, dtype=np.int64)
        alike = meetings.last >= day
        for column_, value in zip(self._sorts_of(meetings, day), values, strict=True):
            alike = alike & (column_ == value)
        return np.flatnonzero(alike)

    def _group_meetings(self, day: int) -> tuple[tuple[Group, int], ...]:
        meetings = self.meetings
        if isinstance(meetings, Unknown):
            return ()
        ahead = np.flatnonzero(meetings.last >= day)
        return with_distinct(self._sorts_of(meetings, day), meetings.organizer, ahead)

    def _sorts_of(self, meetings: Meetings, day: int) -> tuple[Column, ...]:
        """Return, by meeting, everything that rules look at."""
        given = self.assigned.get("conferencing")
        common = (
            self.home[meetings.organizer],
            np.zeros(len(meetings), np.uint8) if given is None else given.code[meetings.organizer],
            meetings.scheduled_on,
            meetings.by_upgraded,
            meetings.kind,
            meetings.directory + 1,
            meetings.content,
            meetings.lost,
        )
        if self.pin is None and not (meetings.access.any() or meetings.phones.any() or meetings.link.any()):
            return common
        return (*common, meetings.access, meetings.phones, meetings.link != 0, self._pins_of(meetings, day))

    def _pins_of(self, meetings: Meetings, day: int) -> Column:
        """Return, by meeting, what its organizer's dial-in PIN is on a day."""
        if self.pin is None:
            return np.full(len(meetings), PIN_UNKNOWN, np.uint8)
        of = self.pin[meetings.organizer]
        found = np.where(of < day, PIN_EXPIRED, PIN_VALID)
        return np.where(of == NO_PIN, PIN_MISSING, np.where(of == PIN_UNTOLD, PIN_UNKNOWN, found))

    @cached_property
    def _meetings_alike(self) -> dict[int, tuple[tuple[Group, int], ...]]:
        return {}

    @cached_property
    def people(self) -> Rows:
        """Rows of enabled people with a pool: those to whom anything is promised."""
        return np.flatnonzero((self.kind == UserKind.PERSON) & (self.home != NOWHERE))

    @cached_property
    def people_by_client(self) -> tuple[Group, ...]:
        """People by home, client, SIP domain, whether the client was upgraded, and granted client policy.

        The last is 0 for none, :data:`UNTOLD` where nobody told. Behind it the column ``records``, where
        there is one.
        """
        return self.people_by_client_and()

    def people_by_client_and(self, *others: Column) -> tuple[Group, ...]:
        """Return :attr:`people_by_client`, divided by other columns too, which come right after the home."""
        granted = self.assigned.get("client-version")
        policy = np.full(len(self), UNTOLD, np.uint8) if granted is None else granted.code
        columns = [self.home, *others, self.client, self.domain, self.upgraded, policy]
        return grouped(columns if self.records is None else [*columns, self.records], self.people)

    @cached_property
    def people_by_pool(self) -> dict[PoolId, int]:
        """How many people each pool is home to; pools without anybody are left out."""
        counts = np.bincount(self.home[self.people], minlength=len(self.pools))
        return {pool: int(count) for pool, count in zip(self.pools, counts, strict=False) if count}

    @cached_property
    def accounts_by_pool(self) -> dict[PoolId, int]:
        """How many accounts of any kind each pool is home to; empty pools are left out."""
        counts = np.bincount(self.home[self.home != NOWHERE], minlength=len(self.pools))
        return {pool: int(count) for pool, count in zip(self.pools, counts, strict=False) if count}


def head_count(hit: int | Rows) -> int:
    """Return how many people are hit: a count, or as many as there are rows."""
    return hit if isinstance(hit, int) else len(hit)
