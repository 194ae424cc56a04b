"""``Get-CsUser``: everybody with an account, as columns.

Law of this room: no Python object per person. Everything but the address has few distinct values, so
each distinct row of them is interpreted once and people are numbers. A note names a line and a column,
never what stands there. Source: cmdlet exports, section 3.2; measured: the csv module in small batches
reads a million rows in about three seconds.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple, TypedDict

import numpy as np
import numpy.typing as npt

from coexistence.deployment import Pool, key_of
from coexistence.errors import InputError
from coexistence.exports import tables
from coexistence.exports.accounts import Account, shown
from coexistence.population import NOWHERE, UNTOLD, Addresses, PackedText, Population
from coexistence.vocabulary import PoolId, Unknown, UserKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from coexistence.exports.topology import Topology

__all__ = ["COLUMNS", "MEETINGS_NEED", "is_users", "population_of", "read_users"]

#: Our names for the columns, and what exports call them.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "address": ("sipaddress", "sipuri"),
    "pool": ("registrarpool", "pool", "poolfqdn", "primarypoolfqdn"),
    "enabled": ("enabled", "sipenabled"),
    "provider": ("hostingprovider",),
    "voice": ("enterprisevoiceenabled", "voiceenabled"),
    "home": ("homeserver",),
    "target": ("targetregistrarpool",),
}
#: Other objects with an address and a pool: contacts of applications, phones, rooms.
_OTHERS: Final = frozenset(
    {"autoattendant", "ownerurn", "displaynumber", "primaryuri", "organizer", "conf_id", "primarylanguage"}
)
MEETINGS_NEED: Final = "meetings export"

_CLUSTER_ID: Final = re.compile(r"CN=([^,:=]{1,200}):([^,:=]{1,20})(?:,|$)", re.IGNORECASE)
_HOST: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_LONGEST_ADDRESS: Final = 500
#: Far more than pools times policies; beyond it a column holds what it should not.
_MOST_DISTINCT: Final = 200_000


class _Facts(NamedTuple):
    """The cells of one row but the address, as written; empty where the file has no such column."""

    pool: str = ""
    enabled: str = ""
    provider: str = ""
    voice: str = ""
    home: str = ""
    target: str = ""


def is_users(heading: tables.Heading) -> bool:
    """Whether a table lists users, by its columns and the type that PowerShell wrote above it."""
    columns = set(heading.columns)
    has = tables.places(heading, COLUMNS)
    kind = heading.type_name.lower()
    return (
        "address" in has
        and not columns & _OTHERS
        and not any(other in kind for other in ("contact", "meetingroom", "analogdevice", "commonareaphone"))
        and any(each in has for each in ("pool", "enabled", "provider", "home"))
    )


def read_users(files: Sequence[tuple[Path, Account]], topology: Topology) -> Population:
    """Return the population that these files list, in the order of files and rows.

    Raises InputError for a file that cannot be used.
    """
    kept = _Kept()
    for path, account in files:
        with tables.opened(path, account) as table:
            kept.read(table, account)
    return kept.population(topology)


def population_of(
    pools: Sequence[Pool],
    homes: Sequence[PoolId | None],
    home: npt.NDArray[np.int64],
    *,
    kind: npt.NDArray[np.uint8],
    voice: npt.NDArray[np.uint8],
    domain: npt.NDArray[np.int64],
    domains: Sequence[str],
    known_domains: Sequence[str],
    addresses: Addresses,
) -> Population:
    """Build a population whose pools come in one fixed order.

    ``home`` holds places in ``homes``. First come the deployment's pools that can be home to users, then
    other pools in the order in which the rows name them. The same goes for SIP domains: ``domain`` holds
    places in ``domains`` (an empty one is none), and ``known_domains``, the deployment's, come first.
    """
    codes: dict[PoolId, int] = {}
    for pool in pools:
        if pool.homes_users:
            codes.setdefault(pool.id, len(codes))
    if len(home):
        found, first = np.unique(home, return_index=True)
        for place in found[np.argsort(first, kind="stable")].tolist():
            name = homes[place]
            if name is not None:
                codes.setdefault(name, len(codes))
    table = np.array([NOWHERE if name is None else codes.get(name, 0) for name in homes], np.int64)
    return Population.of(
        tuple(codes),
        table[home] if len(home) else home,
        kind=kind,
        voice=voice,
        meetings=Unknown(MEETINGS_NEED),
        addresses=addresses,
        **_domains(domain, domains, known_domains),
    )


def _domains(domain: npt.NDArray[np.int64], domains: Sequence[str], known: Sequence[str]) -> _DomainColumns:
    """Return the column of SIP domains and what it refers to; the few beyond its codes stay untold."""
    codes: dict[str, int] = {}
    for name in known:
        codes.setdefault(name.lower(), len(codes))
    if len(domain):
        found, first = np.unique(domain, return_index=True)
        for place in found[np.argsort(first, kind="stable")].tolist():
            if domains[place]:
                codes.setdefault(domains[place], len(codes))
    table = np.array([min(codes.get(name, UNTOLD), UNTOLD) for name in domains], np.int64)
    return {"domain": table[domain] if len(domain) else domain, "domains": tuple(codes)[:UNTOLD]}


class _DomainColumns(TypedDict):
    domain: npt.NDArray[np.int64]
    domains: tuple[str, ...]


def _address(cell: str) -> str:
    """Return a SIP address without its prefix; empty for a cell that holds none."""
    text = cell.strip()
    if text[:4].lower() == "sip:":
        text = text[4:]
    usable = "@" in text and " " not in text and len(text) <= _LONGEST_ADDRESS and text.isprintable()
    return text if usable else ""


def _together(at: Sequence[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """Return a function that picks these cells of a row, always as a tuple."""
    if len(at) > 1:
        return itemgetter(*at)
    if at:
        place = at[0]
        return lambda row: (row[place],)
    return lambda _row: ()


@dataclass
class _Kept:
    """The rows read so far, without interpretation."""

    codes: array[int] = field(default_factory=lambda: array("I"))
    hashes: array[int] = field(default_factory=lambda: array("q"))
    lines: array[int] = field(default_factory=lambda: array("I"))
    blob: bytearray = field(default_factory=bytearray)
    lengths: array[int] = field(default_factory=lambda: array("H"))
    facts: dict[_Facts, int] = field(default_factory=dict)
    #: SIP domain of each row, as a place among the distinct ones in lower case.
    domain_of: array[int] = field(default_factory=lambda: array("I"))
    domains: defaultdict[str, int] = field(default_factory=lambda: defaultdict(count().__next__))
    #: Account of each file and the row behind its last.
    files: list[tuple[Account, int]] = field(default_factory=list)

    def read(self, table: tables.Table, account: Account) -> None:
        """Take in the rows of one file."""
        at = tables.places(table.heading, COLUMNS)
        _note_missing(at, account)
        names = [name for name in _Facts._fields if name in at]
        address, others = itemgetter(at["address"]), _together([at[name] for name in names])
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
        mine = [self._code(dict(zip(names, cells, strict=True))) for cells in distinct]
        if codes:
            self.codes.frombytes(np.array(mine, np.uint32)[np.frombuffer(codes, np.uint32)].tobytes())
        self.files.append((account, len(self.codes)))

    def _code(self, cells: Mapping[str, str]) -> int:
        tidied = _Facts(**{name: tables.tidy(cell) for name, cell in cells.items()})
        raw_pool = cells.get("pool", "")
        # An object or a list stood here as its type's name: not the same as an empty cell.
        if (raw_pool.strip() and not tidied.pool) or "pool" not in cells:
            tidied = tidied._replace(pool=_UNREADABLE)
        return self.facts.setdefault(tidied, len(self.facts))

    def population(self, topology: Topology) -> Population:
        """Interpret what was read."""
        codes = np.frombuffer(self.codes, np.uint32).astype(np.int64)
        ends = np.cumsum(np.frombuffer(self.lengths, np.uint16), dtype=np.int64)
        dropped = self._merged(codes, ends)
        rows = np.delete(np.arange(len(codes)), dropped) if dropped else np.arange(len(codes))
        before = 0
        for account, behind in self.files:
            account.used += int(np.searchsorted(rows, behind) - np.searchsorted(rows, before))
            before = behind
        homes, kinds, voices = self._interpreted(codes, rows, topology)
        self.hashes = array("q")
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
        )
        if len(made.pools) >= NOWHERE:
            raise InputError(
                f"the column RegistrarPool names more than {NOWHERE - 1} different pools. "
                "Export the file again.",
                file=self.files[0][0].file,
            )
        return made

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
            merged = _Facts(*(one or two for one, two in zip(mine, other, strict=True)))
            if merged not in self.facts:
                self.facts[merged] = len(all_facts)
                all_facts.append(merged)
            codes[kept] = self.facts[merged]
            differing = [
                _PRINTED[name]
                for name, one, two in zip(_Facts._fields, mine, other, strict=True)
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
        self, codes: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], topology: Topology
    ) -> tuple[list[PoolId | None], list[UserKind], list[int]]:
        """Return home, kind and voice of each distinct combination, and note what is odd."""
        known = {pool.id: pool for pool in topology.pools}
        counts = np.bincount(codes[rows], minlength=len(self.facts))
        first = np.zeros(len(self.facts), np.int64)
        first[codes[rows][::-1]] = rows[::-1]
        homes: list[PoolId | None] = []
        kinds: list[UserKind] = []
        voices: list[int] = []
        for code, facts in enumerate(self.facts):
            oddities: list[str] = []
            home, kind, voice = _meaning(facts, known, topology, oddities)
            homes.append(home)
            kinds.append(kind)
            voices.append(voice)
            if oddities and counts[code]:
                account, line = self._place(int(first[code]))
                for oddity in oddities:
                    account.note(oddity, line=line, key=oddity, times=int(counts[code]))
        return homes, kinds, voices


#: Stands for a pool cell that names no pool but is not empty either.
_UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"
_PRINTED: Final = {
    "pool": "RegistrarPool",
    "enabled": "Enabled",
    "provider": "HostingProvider",
    "voice": "EnterpriseVoiceEnabled",
    "home": "HomeServer",
    "target": "TargetRegistrarPool",
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


def _flag(text: str, column: str, oddities: list[str]) -> bool | None:
    lower = text.lower()
    if lower in ("true", "false"):
        return lower == "true"
    if text:
        oddities.append(f"the column {column} holds neither True nor False; taken for empty")
    return None


def _meaning(
    facts: _Facts, known: Mapping[PoolId, Pool], topology: Topology, oddities: list[str]
) -> tuple[PoolId | None, UserKind, int]:
    """Return home, kind and voice of a row, and add what an administrator should look at."""
    enabled = _flag(facts.enabled, "Enabled", oddities)
    voice = _flag(facts.voice, "EnterpriseVoiceEnabled", oddities)
    if facts.target:
        oddities.append("the column TargetRegistrarPool is not empty: a move was under way")
    # "SRV:" is what on-premises accounts commonly show; online ones show a proxy (cmdlet exports, 3.2).
    is_cloud = bool(facts.provider) and not facts.provider.lower().startswith("srv:")
    home = None
    if not facts.pool:
        if not is_cloud:
            oddities.append("the column RegistrarPool is empty and the account is not online: it has no home")
    elif not (facts.pool == _UNREADABLE and is_cloud):
        home = _home(facts, known, topology, oddities)
    if home is None and is_cloud:
        kind = UserKind.CLOUD
    else:
        kind = UserKind.DISABLED if enabled is False else UserKind.PERSON
    return home, kind, UNTOLD if voice is None else int(voice)


def _home(
    facts: _Facts, known: Mapping[PoolId, Pool], topology: Topology, oddities: list[str]
) -> PoolId | None:
    name = PoolId(key_of(facts.pool.rpartition(":")[2]))
    pool = known.get(name)
    if pool is not None:
        if not pool.homes_users:
            oddities.append(f"the column RegistrarPool names the pool {name!r}, which is home to nobody")
        return name
    if _HOST.fullmatch(name) and len(name) <= 255:
        told = shown(name, topology.domains)
        oddities.append(f"the column RegistrarPool names a pool that the topology does not know{told}")
        return name
    # A bare number stands for a pool that could not be resolved; an object left its type's name.
    for site, number in _CLUSTER_ID.findall(facts.home):
        found = topology.pool_by_cluster.get((site.lower(), number.lower()))
        if found is not None:
            return found
    oddities.append(
        "neither RegistrarPool nor HomeServer names a pool of the topology: the account has no home"
    )
    return None
