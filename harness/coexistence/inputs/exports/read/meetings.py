"""Scheduled meetings, as the query on the product's own databases lists them.

Law of this room: no Python object per meeting, and nothing guessed. Which client scheduled a meeting is
recorded nowhere, so it is unknown until somebody states it or the date rules an upgraded one out; on
which generation it was scheduled is known where there has only ever been one. The same meeting stands in
the files of several Front Ends and counts once. Source: cmdlet exports, sections 4.3 to 4.5.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from coexistence.errors import InputError
from coexistence.inputs.exports.formats.booleans import truth_of
from coexistence.inputs.exports.formats.csv_tables import Rows, places, tidy, together
from coexistence.inputs.exports.kinds import KINDS, MEETINGS
from coexistence.inputs.exports.read.client_versions import client_of, hashed
from coexistence.inputs.exports.read.first_rows import first_rows, newest_rows
from coexistence.inputs.exports.read.replication import date_of
from coexistence.model.clients import CLIENTS
from coexistence.model.deployment import generations
from coexistence.model.population import (
    ENDLESS,
    HAS_CONTENT,
    NO_DIRECTORY,
    NOTHING_LOST,
    UNTOLD,
    UNTOLD_DIRECTORY,
    Meetings,
    column,
)
from coexistence.model.vocabulary import VERSION_NAMES, MeetingKind, Origin, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from coexistence.inputs.exports.account.file_accounts import Account
    from coexistence.inputs.exports.read.name_lookup import Bearings
    from coexistence.inputs.exports.read.users import Listing
    from coexistence.model.population import Column, Population

__all__ = ["EVIDENCE", "read_meetings"]

#: Kinds of evidence about the scheduling client, weakest first. Only those from ``calendar_item`` on say
#: something about the scheduling; what an organizer uses now may be another client.
EVIDENCE: Final = (
    "none",
    "organizer_current_client",
    "organizer_join_client",
    "calendar_item",
    "created_before_new_pool",
    "admin_statement",
)
_KINDS: Final = {kind.name.lower(): kind for kind in MeetingKind}
_MOST_DISTINCT: Final = 200_000
#: Two thousand years.
_MOST_DAYS: Final = 800_000


class _Facts(NamedTuple):
    """The cells of one row but organizer, number and dates."""

    place: str = ""
    static: str = ""
    kind: str = ""
    directory: str = ""
    authority: str = ""
    local: str = ""
    scheduled_on: str = ""
    client: str = ""
    evidence: str = ""
    upgraded: str = ""
    content: str = ""


def read_meetings(
    files: Iterable[tuple[Account, AbstractContextManager[Rows]]],
    listing: Listing,
    bearings: Bearings,
    population: Population,
) -> Population:
    """Return people with the meetings that these files list, each once, in the order of files and rows.

    Raises InputError for a file that cannot be used.
    """
    kept = _Kept()
    for account, opened in files:
        with opened as table:
            kept.read(table, account)
    found = kept.meetings(listing, bearings)
    told_at = {**population.told_at, **kept.places(found, population.home)}
    return population.changed(meetings=found, told_at=told_at)


@dataclass
class _Kept:
    """The rows read so far, without interpretation."""

    organizers: array[int] = field(default_factory=lambda: array("q"))
    keys: array[int] = field(default_factory=lambda: array("q"))
    lines: array[int] = field(default_factory=lambda: array("I"))
    codes: array[int] = field(default_factory=lambda: array("I"))
    created: array[int] = field(default_factory=lambda: array("I"))
    expires: array[int] = field(default_factory=lambda: array("I"))
    #: Distinct combinations of the columns that a file has, and whether the row has a code for phones.
    facts: defaultdict[tuple[tuple[str, ...], tuple[str, ...], bool], int] = field(
        default_factory=lambda: defaultdict(count().__next__)
    )
    days: defaultdict[str, int] = field(default_factory=lambda: defaultdict(count().__next__))
    #: The rows that became meetings, in their order.
    used: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    #: Account of each file, the row behind its last, whether it tells dial-in codes, and whether content.
    files: list[tuple[Account, int, bool, bool]] = field(default_factory=list)

    def read(self, table: Rows, account: Account) -> None:
        """Take in the rows of one file."""
        at = places(table.heading, KINDS[MEETINGS].columns)
        names = tuple(name for name in _Facts._fields if name in at and name != "local")
        cells = together([at[name] for name in names])
        local = at.get("local")
        for lines, rows in table.batches():
            organizers = list(hashed(row[at["organizer"]] for row in rows))
            self.organizers.extend(organizers)
            numbers = (row[at["meeting"]].strip().lower() for row in rows)
            self.keys.extend(map(hash, zip(organizers, numbers, strict=True)))
            self.lines.extend(lines)
            # A code's own number is another one in every row; that there is one is all that counts.
            coded = [local is not None and row[local] != "" for row in rows]
            self.codes.extend(
                self.facts[names, facts, flag] for facts, flag in zip(map(cells, rows), coded, strict=True)
            )
            self._days(self.created, at.get("created"), rows)
            self._days(self.expires, at.get("expires"), rows)
            if len(self.facts) > _MOST_DISTINCT or len(self.days) > _MOST_DAYS:
                raise InputError(
                    "the columns hold more different values than meetings have, so they are not what their "
                    "names say. Export the file again.",
                    file=account.file,
                    line=lines[-1] if lines else 0,
                )
        told = "directory" in at or "authority" in at
        if not told:
            account.note("no column tells the dial-in code: whether phones get in stays unknown")
        elif "directory" not in at:
            account.note(
                "pstn_authority was taken for the number of the conference directory, which is our reading"
            )
        if "content" not in at:
            account.note(
                "no column tells whether anything is stored in a meeting: each is taken to hold something"
            )
        if not {"client", "evidence", "upgraded", "scheduled_on"} & at.keys():
            account.note("no column tells which client scheduled a meeting: it stays unknown")
        self.files.append((account, len(self.codes), told, "content" in at))

    def _days(self, into: array[int], place: int | None, rows: list[list[str]]) -> None:
        if place is None:
            into.extend([self.days[""]] * len(rows))
        else:
            into.extend(self.days[row[place][:10] if row[place][4:5] == "-" else row[place]] for row in rows)

    def meetings(self, listing: Listing, bearings: Bearings) -> Meetings:
        """Interpret what was read."""
        rows = self._once()
        organizers = listing.rows_of(np.frombuffer(self.organizers, np.int64)[rows])
        known = organizers >= 0
        self._account(rows, known, bearings)
        rows, organizers = self.used, organizers = rows[known], organizers[known]
        codes = np.frombuffer(self.codes, np.uint32).astype(np.int64)[rows]
        newest = max(
            (each for versions in generations(bearings.topology.pools) for each in versions), default=None
        )
        all_facts = [
            _Facts(local="1" if flag else "", **dict(zip(names, map(tidy, cells), strict=True)))
            for names, cells, flag in self.facts
        ] or [_Facts()]

        def of(meaning: Callable[[_Facts], int]) -> npt.NDArray[np.int64]:
            return np.array([meaning(facts) for facts in all_facts], np.int64)[codes]

        last = self._dates(self.expires, ENDLESS)[rows]
        given = of(lambda facts: _kind(facts))
        kind = np.where(
            given >= 0, given, np.where(last == ENDLESS, int(MeetingKind.RECURRING), int(MeetingKind.ONCE))
        )
        places_ = of(lambda facts: _code(listing, bearings, facts.place))
        home = listing.population.home[organizers]
        self._elsewhere(rows, (places_ >= 0) & (places_ != home), bearings)
        only = _only_generation(bearings)
        directory = of(_directory)
        untold = np.zeros(len(self.codes), bool)
        unseen = np.zeros(len(self.codes), bool)
        before = 0
        for _, behind, tells_codes, tells_content in self.files:
            untold[before:behind] = not tells_codes
            unseen[before:behind] = not tells_content
            before = behind
        return Meetings(
            organizer=column(organizers, np.uint32),
            kind=column(kind, np.uint8),
            created=column(self._dates(self.created, 0)[rows], np.int32),
            last=column(last, np.int32),
            scheduled_on=column(of(lambda facts: _scheduled_on(facts, only, bearings)), np.uint8),
            by_upgraded=column(of(lambda facts: _by_upgraded(facts, newest)), np.uint8),
            directory=column(np.where(untold[rows], UNTOLD_DIRECTORY, directory), np.int16),
            # What might be stored is looked after on the way; what is not there cannot be left behind.
            content=column(
                np.where(unseen[rows], HAS_CONTENT, of(lambda facts: _is_true(facts.content)) * HAS_CONTENT),
                np.uint8,
            ),
            lost=column(np.full(len(rows), NOTHING_LOST), np.uint8),
        )

    def places(self, meetings: Meetings, homes: Column) -> dict[tuple[str, int, int], Origin]:
        """Return where files tell of meetings of people on a pool, as ``Population.told_at`` has it."""
        made: dict[tuple[str, int, int], Origin] = {}
        theirs = homes[meetings.organizer]
        for name in ("by_upgraded", "scheduled_on"):
            for pool, value, row in first_rows(theirs, getattr(meetings, name)):
                if value != UNTOLD:
                    made[name, pool, value] = self._origin(row)
        for pool, row in newest_rows(theirs, meetings.created):
            made["created", pool, 0] = self._origin(row)
        return made

    def _origin(self, meeting: int) -> Origin:
        account, line = self._place(int(self.used[meeting]))
        return Origin(account.file, line)

    def _once(self) -> npt.NDArray[np.int64]:
        """Return the rows to use: the first of each meeting, in order."""
        keys = np.frombuffer(self.keys, np.int64)
        first = np.sort(np.unique(keys, return_index=True)[1])
        if len(first) < len(keys):
            repeated = np.setdiff1d(np.arange(len(keys)), first, assume_unique=True)
            account, line = self._place(int(repeated[0]))
            account.note(
                "the row repeats a meeting of an earlier row, as Front Ends of one pool do; it counts once",
                line=line,
                times=len(repeated),
                key="repeated",
            )
        return first.astype(np.int64)

    def _place(self, row: int) -> tuple[Account, int]:
        account = next(account for account, behind, *_ in self.files if row < behind)
        return account, self.lines[row]

    def _account(self, rows: npt.NDArray[np.int64], known: npt.NDArray[np.bool_], bearings: Bearings) -> None:
        before = 0
        for account, behind, *_ in self.files:
            mine = (rows >= before) & (rows < behind)
            account.used += int(np.count_nonzero(mine & known))
            lost = rows[mine & ~known]
            if len(lost):
                line = self.lines[int(lost[0])]
                sentence = "the organizer is not among the users; the meeting was not used"
                account.note(sentence, line=line, times=len(lost), key="organizer")
                bearings.disputes.add(
                    "meeting-of-nobody",
                    "a meeting's organizer is not among the users",
                    Origin(account.file, line),
                    bearings.users,
                    key=account.file,
                    times=len(lost),
                    is_serious=False,
                )
            before = behind

    def _elsewhere(
        self, rows: npt.NDArray[np.int64], where: npt.NDArray[np.bool_], bearings: Bearings
    ) -> None:
        found = rows[where]
        if len(found):
            account, line = self._place(int(found[0]))
            bearings.disputes.add(
                "meeting-elsewhere",
                "a meeting is kept on another pool than its organizer's",
                Origin(account.file, line),
                bearings.users,
                times=len(found),
                is_serious=False,
            )

    def _dates(self, codes: array[int], otherwise: int) -> npt.NDArray[np.int64]:
        table = []
        for text in self.days:
            moment = date_of(text.strip()) if text.strip() else None
            if text.strip() and moment is None:
                account = self.files[0][0]
                account.note("a date cannot be told for sure: export dates as in 2026-11-23", key="date")
            table.append(otherwise if moment is None else moment.toordinal())
        return np.array(table or [otherwise], np.int64)[np.frombuffer(codes, np.uint32)]


def _is_true(text: str) -> bool:
    return text == "1" or truth_of(text) is True


def _kind(facts: _Facts) -> int:
    """Return the kind of a meeting; -1 where the date of its end tells it."""
    if facts.kind.lower() in _KINDS:
        return int(_KINDS[facts.kind.lower()])
    return int(MeetingKind.STATIC) if _is_true(facts.static) else -1


def _directory(facts: _Facts) -> int:
    """Return the conference directory of a meeting's code; Identity goes from 0 to 9999."""
    for text in (facts.directory, facts.authority if facts.local else ""):
        if text.isascii() and text.isdecimal() and len(text) <= 4:
            return int(text)
    return NO_DIRECTORY


def _code(listing: Listing, bearings: Bearings, place: str) -> int:
    pool = bearings.pool(place) if place else None
    code = None if pool is None else listing.population.code(pool)
    return -1 if code is None else code


def _only_generation(bearings: Bearings) -> int:
    """Return the one generation of Front End pools; :data:`UNTOLD` where there are several."""
    found = generations(bearings.topology.pools)
    return int(found[0][0]) if len(found) == 1 and len(found[0]) == 1 else UNTOLD


def _scheduled_on(facts: _Facts, only: int, bearings: Bearings) -> int:
    stated = VERSION_NAMES.get(facts.scheduled_on.lower())
    if stated is not None:
        return int(stated)
    if only != UNTOLD:
        return only
    if facts.evidence.lower() == "created_before_new_pool":
        oldest = generations(bearings.topology.pools)[0]
        return int(oldest[0]) if len(oldest) == 1 else UNTOLD
    return UNTOLD


def _by_upgraded(facts: _Facts, newest: Version | None) -> int:
    stated = truth_of(facts.upgraded)
    if stated is not None:
        return int(stated)
    evidence = facts.evidence.lower()
    if evidence == "created_before_new_pool":
        return 0
    client = client_of(facts.client) if evidence in ("calendar_item", "admin_statement") else None
    since = None if client is None or client not in CLIENTS else CLIENTS[client].older_beside
    return 0 if since is not None and newest is not None and newest >= since else UNTOLD
