"""Everybody with an account as columns, and the policies that they were given in person.

Law of this room: one small integer per person and attribute; who they are is asked for when it is shown.

One row per account:

================  ======  =============================================================================
column            dtype   meaning
================  ======  =============================================================================
``home``          uint16  index into :attr:`Population.pools`; :data:`NOWHERE` without a pool
``came_from``     uint16  the home when the estate was described; never changes afterwards
``client``        uint8   :class:`~coexistence.model.clients.ClientGeneration`
``first_client``  uint8   the client when the estate was described: a downgrade leads back to it
``kind``          uint8   :class:`~coexistence.model.vocabulary.UserKind`
``contacts``      uint8   :class:`~coexistence.model.vocabulary.ContactStore`
``voice``         uint8   1 Enterprise Voice, 0 not, :data:`UNTOLD`
``xmpp``          uint8   1 has XMPP contacts, 0 not, :data:`UNTOLD`
``chat``          uint8   1 uses Persistent Chat, 0 not, :data:`UNTOLD`
``upgraded``      uint8   1 the plan or the administrator upgraded the client, 0 not, :data:`UNTOLD`
``domain``        uint8   index into :attr:`Population.domains`; :data:`UNTOLD`
``records``       uint8   newest :class:`~coexistence.model.vocabulary.Version` that rewrote the person's
                          record, 0 for none; the column is there only where older pools may not read
                          such records
================  ======  =============================================================================

Where there are more pools or domains than a type holds, their columns are of the next wider one.

Dial-in PINs (``pin``, int32: the day on which a PIN expires, :data:`NO_PIN` or :data:`PIN_UNTOLD`) are a
column of people that is left out while nobody told about any.

Which policies people were given stands apart, one :class:`Assignment` for each kind of policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from coexistence.model.clients import ClientGeneration
from coexistence.model.population.columns import (
    Addresses,
    Column,
    ColumnTable,
    Rows,
    code_type,
    column,
)
from coexistence.model.population.grouping import Division, Group, Part, distinct, with_distinct
from coexistence.model.population.meetings import LINK_IS_CURRENT, Meetings
from coexistence.model.vocabulary import ContactStore, Maybe, Origin, PoolId, Unknown, UserKind

__all__ = [
    "NOWHERE",
    "NO_PIN",
    "PIN_EXPIRED",
    "PIN_MISSING",
    "PIN_UNKNOWN",
    "PIN_UNTOLD",
    "PIN_VALID",
    "UNTOLD",
    "Assignment",
    "Population",
]

#: No code of a pool: what would be the pool at this place stands behind it.
NOWHERE: Final = 0xFFFF
#: No code of a SIP domain, likewise.
UNTOLD: Final = 255
NO_PIN, PIN_UNTOLD = 0, -1
#: What a PIN is on a day, as the last value of a group of meetings says it.
PIN_VALID, PIN_EXPIRED, PIN_MISSING, PIN_UNKNOWN = 0, 1, 2, 3


@dataclass(frozen=True, eq=False)
class Assignment(ColumnTable):
    """Which policies of one kind people were given in person."""

    #: Names of the policies, without ``Tag:``.
    tags: tuple[str, ...]
    #: One number per account: 0 for automatic (the site's or the global policy counts), else the place
    #: in ``tags``, counted from 1. Of the smallest type that holds them.
    code: Column

    @classmethod
    def of(cls, tags: Iterable[str], codes: Iterable[int] | Column) -> Assignment:
        """The assignment that gives everybody a policy by its place in ``tags``, from 1; 0 for none."""
        names = tuple(tags)
        return cls(names, column(codes, code_type(len(names))))

    def tag(self, code: int) -> str | None:
        """Return the policy's name behind a number; None for automatic."""
        return self.tags[code - 1] if code else None


@dataclass(frozen=True, eq=False, kw_only=True)
class Population(ColumnTable):
    """Everybody with an account, and what they scheduled."""

    #: Pools that the columns ``home`` and ``came_from`` refer to, as :func:`numbered` puts them beside
    #: :data:`NOWHERE`; a pool that the topology does not know may stand here too.
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
    #: SIP domains that the column ``domain`` refers to, in lower case, as :func:`numbered` puts them
    #: beside :data:`UNTOLD`.
    domains: tuple[str, ...]
    meetings: Maybe[Meetings]
    #: Policies given in person, by kind (``POLICY_CMDLETS``); a kind that nobody told about is left out.
    assigned: Mapping[str, Assignment] = field(default_factory=dict)
    #: Days on which dial-in PINs expire; None while nobody told about any (``Get-CsClientPinInfo``).
    pin: Column | None = None
    #: By account, the newest version that its record was rewritten for (0 for none); None where no record
    #: was, or nothing hangs on it.
    records: Column | None = None
    #: By account, :class:`~coexistence.model.vocabulary.Mailbox`; None while nobody told about any.
    mailbox: Column | None = None
    #: By account, the day on which its contact list was rolled back (0 for never); None while none was.
    rolled_back: Column | None = None
    #: Who they are; only looked at for people who are shown.
    addresses: Addresses = field(compare=False)
    #: Where files tell of people: by column, code of their pool and value, the first row that says so
    #: (``created``: by column, code and 0, the newest meeting).
    told_at: Mapping[tuple[str, int, int], Origin] = field(default_factory=dict, compare=False, repr=False)

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
        homes = column(home, code_type(len(pools) - 1, NOWHERE))

        def given(values: Iterable[int] | Column | None, otherwise: int, most: int = 0) -> Column:
            kind = code_type(most, otherwise, UNTOLD)
            return column(np.full(len(homes), otherwise) if values is None else values, kind)

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
            domain=given(domain, UNTOLD, len(domains) - 1),
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
        if pool in self._codes:
            return self
        gap = (PoolId(""),) if len(self.pools) == NOWHERE else ()
        return replace(self, pools=(*self.pools, *gap, pool))

    def by_code(self, values: Mapping[PoolId, int]) -> Column:
        """Numbers of pools as a table by their codes; 0 for every other code, :data:`NOWHERE` included."""
        table = np.zeros(max(len(self.pools), NOWHERE + 1), np.intp)
        for pool, value in values.items():
            if pool in self._codes:
                table[self._codes[pool]] = value
        return table

    def domain_of(self, code: int) -> Maybe[str]:
        """The SIP domain behind a code; unknown where nobody told."""
        return Unknown("Get-CsUser") if code == UNTOLD else self.domains[code]

    @property
    def coded_domains(self) -> Iterator[tuple[int, str]]:
        """The SIP domains, each with its code."""
        return ((code, domain) for code, domain in enumerate(self.domains) if code != UNTOLD)

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
        link = meetings.link != LINK_IS_CURRENT
        return (*common, meetings.access, meetings.phones, link, self._pins_of(meetings, day))

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
    def people_by_client(self) -> Division:
        """People by home, client, SIP domain, whether the client was upgraded, and granted client policy.

        The last is 0 for none, :data:`UNTOLD` where nobody told. Behind it the column ``records``, where
        there is one.
        """
        return self.people_by_client_and()

    def people_by_client_and(self, *others: Column) -> Division:
        """:attr:`people_by_client`, divided by other columns too, which come right after the home."""
        granted = self.assigned.get("client-version")
        policy = np.full(len(self), UNTOLD, np.uint8) if granted is None else granted.code
        columns = [self.home, *others, self.client, self.domain, self.upgraded, policy]
        return Division(columns if self.records is None else [*columns, self.records], self.people)

    @cached_property
    def people_by_home(self) -> dict[PoolId, Part]:
        """The people of each pool; pools without anybody are left out."""
        return {self.pools[part.group.values[0]]: part for part in Division([self.home], self.people).parts}

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
