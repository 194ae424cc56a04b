"""``Get-CsUser``: everybody with an account, as columns.

Law of this room: no Python object per person. Everything but the address has few distinct values, so
each distinct row of them is interpreted once and people are numbers. A note names a line and a column,
never what stands there. Source: cmdlet exports, section 3.2; measured: the csv module in small batches
reads a million rows in about three seconds.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from coexistence.errors import InputError
from coexistence.inputs.exports.account.file_accounts import Account
from coexistence.inputs.exports.formats import csv_tables
from coexistence.inputs.exports.kinds import KINDS, USERS, is_rooms
from coexistence.inputs.exports.read.population_columns import population_of
from coexistence.inputs.exports.read.user_cells import UNREADABLE, Facts, meaning, tag_of
from coexistence.model.population import UNTOLD, Assignment, PackedText, Population
from coexistence.model.vocabulary import Origin, PoolId, UserKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from coexistence.inputs.exports.read.name_lookup import Bearings

__all__ = ["Listing", "read_users"]

#: Which column holds the policy of a kind that somebody was given in person.
_POLICY_COLUMNS: Final = {
    "conferencing": "conferencing",
    "external-access": "external_access",
    "voice": "voice_policy",
    "client": "client",
    "client-version": "client_version",
    "mobility": "mobility",
    "user-services": "user_services",
}

_LONGEST_ADDRESS: Final = 500
#: Far more than pools times policies; beyond it a column holds what it should not.
_MOST_DISTINCT: Final = 200_000


def read_users(
    files: Iterable[tuple[Account, AbstractContextManager[csv_tables.Rows]]],
    bearings: Bearings,
    *,
    tags: Mapping[str, Sequence[str]] | None = None,
) -> Listing:
    """Return the population that these files list, in the order of files and rows.

    ``tags`` are the names of policies by kind, where they are known: their order is the column's.

    Raises InputError for a file that cannot be used.
    """
    kept = _Kept()
    for account, opened in files:
        with opened as table:
            kept.read(table, account)
    return kept.population(bearings, tags or {})


@dataclass(frozen=True)
class Listing:
    """People as they were listed, and how to find one of them by address."""

    population: Population
    #: Hashes of addresses in lower case, ascending, and the row of each.
    _hashes: npt.NDArray[np.int64]
    _rows: npt.NDArray[np.int64]
    #: Whether any file could say where people are homed.
    tells_homes: bool = True

    def rows_of(self, hashes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the rows of people whose address in lower case has these hashes; -1 where there is none."""
        if not len(self._hashes):
            return np.full(len(hashes), -1, np.int64)
        place = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        return np.where(self._hashes[place] == hashes, self._rows[place], -1)


def _address(cell: str) -> str:
    """Return a SIP address without its prefix; empty for a cell that holds none."""
    text = csv_tables.plain(cell.strip())
    if text[:4].lower() == "sip:":
        text = text[4:]
    usable = "@" in text and " " not in text and len(text) <= _LONGEST_ADDRESS and text.isprintable()
    return text if usable else ""


@dataclass
class _Kept:
    """The rows read so far, without interpretation."""

    codes: array[int] = field(default_factory=lambda: array("I"))
    hashes: array[int] = field(default_factory=lambda: array("q"))
    lines: array[int] = field(default_factory=lambda: array("I"))
    blob: bytearray = field(default_factory=bytearray)
    lengths: array[int] = field(default_factory=lambda: array("H"))
    facts: dict[Facts, int] = field(default_factory=dict)
    #: SIP domain of each row, as a place among the distinct ones in lower case.
    domain_of: array[int] = field(default_factory=lambda: array("I"))
    domains: defaultdict[str, int] = field(default_factory=lambda: defaultdict(count().__next__))
    #: Whether any file has a column that names homes.
    tells_homes: bool = False
    #: Kinds of policies for which every file has a column.
    policies: set[str] = field(default_factory=lambda: set(_POLICY_COLUMNS))
    #: Account of each file and the row behind its last.
    files: list[tuple[Account, int]] = field(default_factory=list)

    def read(self, table: csv_tables.Rows, account: Account) -> None:
        """Take in the rows of one file."""
        at = csv_tables.places(table.heading, KINDS[USERS].columns)
        _note_missing(at, account)
        rooms = is_rooms(table.heading)
        self.tells_homes = self.tells_homes or (not rooms and ("pool" in at or "home" in at))
        if not rooms:
            self.policies &= {kind for kind, name in _POLICY_COLUMNS.items() if name in at}
        names = [name for name in Facts._fields if name in at]
        address, others = itemgetter(at["address"]), csv_tables.together([at[name] for name in names])
        distinct: defaultdict[tuple[str, ...], int] = defaultdict(count().__next__)
        codes = array("I")
        begun = len(self.blob)
        for lines, rows in table.batches():
            texts = list(map(_address, map(address, rows)))
            if "" in texts:
                lines, rows, texts = _without_empty(lines, rows, texts, account)
            codes.extend(map(distinct.__getitem__, map(others, rows)))
            lower = list(map(str.lower, texts))
            self.hashes.extend(map(hash, lower))
            self.domain_of.extend(self.domains[text[text.rfind("@") + 1 :]] for text in lower)
            self.lines.extend(lines)
            encoded = [text.encode("utf-8", "replace") for text in texts]
            self.lengths.extend(map(len, encoded))
            self.blob += b"".join(encoded)
            if len(distinct) > _MOST_DISTINCT:
                raise InputError(
                    f"the columns of pools and settings hold more than {_MOST_DISTINCT} different "
                    "combinations, so they are not what their names say. Export the file again.",
                    file=account.file,
                    line=lines[-1] if lines else 0,
                )
        if self.blob.find(b"?", begun) >= 0:
            account.note("some addresses hold '?': letters may have been lost; export with -Encoding UTF8")
        always = {"room": "True"} if rooms else {}
        mine = [self._code({**dict(zip(names, cells, strict=True)), **always}) for cells in distinct]
        if codes:
            self.codes.frombytes(np.array(mine, np.uint32)[np.frombuffer(codes, np.uint32)].tobytes())
        self.files.append((account, len(self.codes)))

    def _code(self, cells: Mapping[str, str]) -> int:
        tidied = Facts(**{name: csv_tables.tidy(cell) for name, cell in cells.items()})
        for kind, name in _POLICY_COLUMNS.items():
            if cells.get(name, "").strip() and not getattr(tidied, name):
                # An object that was not written out: whom it is about was given a policy, but which?
                self.policies.discard(kind)
        raw_pool = cells.get("pool", "")
        # An object or a list stood here as its type's name: not the same as an empty cell.
        if (raw_pool.strip() and not tidied.pool) or "pool" not in cells:
            tidied = tidied._replace(pool=UNREADABLE)
        return self.facts.setdefault(tidied, len(self.facts))

    def population(self, bearings: Bearings, tags: Mapping[str, Sequence[str]]) -> Listing:
        """Interpret what was read."""
        topology = bearings.topology
        codes = np.frombuffer(self.codes, np.uint32).astype(np.int64)
        ends = np.cumsum(np.frombuffer(self.lengths, np.uint16), dtype=np.int64)
        dropped = self._merged(codes, ends)
        rows = np.delete(np.arange(len(codes)), dropped) if dropped else np.arange(len(codes))
        before = 0
        for account, behind in self.files:
            account.used += int(np.searchsorted(rows, behind) - np.searchsorted(rows, before))
            before = behind
        homes, kinds, voices = self._interpreted(codes, rows, bearings)
        hashes = np.frombuffer(self.hashes, np.int64)[rows]
        order = np.argsort(hashes, kind="stable")
        addresses = _packed(self.blob, ends, dropped)
        taken = codes[rows]
        made = population_of(
            topology.pools,
            homes,
            taken,
            kind=np.array(kinds or [UserKind.PERSON], np.uint8)[taken],
            voice=np.array(voices or [UNTOLD], np.uint8)[taken],
            domain=np.frombuffer(self.domain_of, np.uint32).astype(np.int64)[rows],
            domains=tuple(self.domains),
            known_domains=topology.sip_domains,
            addresses=addresses,
            assigned={
                kind: self._assignment(_POLICY_COLUMNS[kind], tags.get(kind, ()), taken)
                for kind in _POLICY_COLUMNS
                if kind in self.policies
            },
        )
        return Listing(made, hashes[order], order, tells_homes=self.tells_homes)

    def _assignment(self, column_: str, tags: Sequence[str], taken: npt.NDArray[np.int64]) -> Assignment:
        """Which policy of a kind everybody was given."""
        codes = {tag.lower(): place for place, tag in enumerate(tags, 1)}
        names = list(tags)
        table = []
        for facts in self.facts:
            tag = tag_of(getattr(facts, column_))
            if tag and tag.lower() not in codes:
                names.append(tag)
                codes[tag.lower()] = len(names)
            table.append(codes[tag.lower()] if tag else 0)
        return Assignment.of(names, np.array(table or [0])[taken])

    def _place(self, row: int) -> tuple[Account, int]:
        """Return the account of a row's file and the row's line."""
        account = next(account for account, behind in self.files if row < behind)
        return account, self.lines[row]

    def _merged(self, codes: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> list[int]:
        """Merge rows with the same address into the first of them; return the others, ascending."""
        hashes = np.frombuffer(self.hashes, np.int64)
        order = np.argsort(hashes, kind="stable")
        equal = hashes[order][1:] == hashes[order][:-1]
        suspects = np.sort(np.unique(np.concatenate([order[1:][equal], order[:-1][equal]]))).tolist()
        first_row: dict[str, int] = {}
        dropped = []
        all_facts = list(self.facts)
        for row in suspects:
            start = int(ends[row - 1]) if row else 0
            kept = first_row.setdefault(self.blob[start : int(ends[row])].decode().lower(), row)
            if kept == row:
                continue
            dropped.append(row)
            account, line = self._place(row)
            account.note("the row repeats the address of an earlier one; merged", line=line, key="repeated")
            if codes[row] == codes[kept]:
                continue
            mine, other = all_facts[codes[kept]], all_facts[codes[row]]
            merged = Facts(*(one or two for one, two in zip(mine, other, strict=True)))
            if merged not in self.facts:
                self.facts[merged] = len(all_facts)
                all_facts.append(merged)
            codes[kept] = self.facts[merged]
            differing = [
                _PRINTED[name]
                for name, one, two in zip(Facts._fields, mine, other, strict=True)
                if one and two and one != two
            ]
            if differing:
                earlier, earlier_line = self._place(kept)
                where = "" if earlier is account else f" of {earlier.file}"
                account.note(
                    f"the row repeats the address in line {earlier_line}{where} with another "
                    f"{' and '.join(differing)}; the earlier one is kept",
                    line=line,
                )
        return dropped

    def _interpreted(
        self, codes: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], bearings: Bearings
    ) -> tuple[list[PoolId | None], list[UserKind], list[int]]:
        """Return home, kind and voice of each distinct combination, and note what is odd."""
        topology = bearings.topology
        known = {pool.id: pool for pool in topology.pools}
        counts = np.bincount(codes[rows], minlength=len(self.facts))
        first = np.zeros(len(self.facts), np.int64)
        first[codes[rows][::-1]] = rows[::-1]
        homes: list[PoolId | None] = []
        kinds: list[UserKind] = []
        voices: list[int] = []
        for code, facts in enumerate(self.facts):
            oddities: list[str] = []
            home, kind, voice = meaning(facts, known, topology, oddities)
            homes.append(home)
            kinds.append(kind)
            voices.append(voice)
            if not counts[code]:
                continue
            account, line = self._place(int(first[code]))
            for oddity in oddities:
                account.note(oddity, line=line, key=oddity, times=int(counts[code]))
            if home is not None and home not in known:
                place = Origin(account.file, line)
                bearings.unknown_pool(home, "RegistrarPool", place, times=int(counts[code]))
        return homes, kinds, voices


_PRINTED: Final = {
    "pool": "RegistrarPool",
    "enabled": "Enabled",
    "provider": "HostingProvider",
    "voice": "EnterpriseVoiceEnabled",
    "home": "HomeServer",
    "target": "TargetRegistrarPool",
    "room": "MeetingRoom",
    "conferencing": "ConferencingPolicy",
    "external_access": "ExternalAccessPolicy",
    "voice_policy": "VoicePolicy",
    "client": "ClientPolicy",
    "client_version": "ClientVersionPolicy",
    "mobility": "MobilityPolicy",
    "user_services": "UserServicesPolicy",
}


def _note_missing(at: Mapping[str, int], account: Account) -> None:
    if "pool" not in at:
        account.note("there is no column RegistrarPool: homes are taken from HomeServer where it names one")
    if "enabled" not in at:
        account.note("there is no column Enabled: every account counts as enabled")
    if "voice" not in at:
        account.note("there is no column EnterpriseVoiceEnabled: who uses Enterprise Voice stays unknown")


def _without_empty(
    lines: Sequence[int], rows: list[list[str]], texts: list[str], account: Account
) -> tuple[list[int], list[list[str]], list[str]]:
    good = [at for at, text in enumerate(texts) if text]
    for line, text in zip(lines, texts, strict=True):
        if not text:
            account.note(
                "the column SipAddress holds no address; the row was not used", line=line, key="none"
            )
    return [lines[at] for at in good], [rows[at] for at in good], [texts[at] for at in good]


def _packed(blob: bytearray, ends: npt.NDArray[np.int64], dropped: Sequence[int]) -> PackedText:
    if not dropped:
        column = ends
        data = bytes(blob)
    else:
        parts = []
        start = 0
        for row in dropped:
            parts.append(blob[start : int(ends[row - 1])])
            start = int(ends[row])
        parts.append(blob[start:])
        data = b"".join(parts)
        lengths = np.diff(ends, prepend=0)
        column = np.cumsum(np.delete(lengths, dropped), dtype=np.int64)
    column.setflags(write=False)
    return PackedText(data, column)
