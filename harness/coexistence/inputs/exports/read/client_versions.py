"""What no cmdlet lists about people: their client, and what the administrator knows besides.

Law of this room: whoever is not named here stays unknown. Of several clients of one person the desktop
client counts, the oldest of several: it is the one that a rollback asks about. A client is told by the
number behind its token, never by the words in brackets. Source: cmdlet exports, section 4.4.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from coexistence.errors import InputError
from coexistence.inputs.exports.formats.booleans import truth_of
from coexistence.inputs.exports.formats.csv_tables import Rows, places, plain, tidy
from coexistence.inputs.exports.kinds import KINDS, PEOPLE
from coexistence.inputs.exports.read.first_rows import first_rows
from coexistence.model.clients import CLIENTS, ClientGeneration, Device
from coexistence.model.population import UNTOLD, Population, column
from coexistence.model.vocabulary import ContactStore, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

    import numpy.typing as npt

    from coexistence.inputs.exports.account.file_accounts import Account
    from coexistence.inputs.exports.read.users import Listing
    from coexistence.model.population import Column

__all__ = ["CONTACT_NAMES", "client_of", "hashed", "told"]

CONTACT_NAMES: Final = {
    ContactStore.SERVER: "server",
    ContactStore.EXCHANGE: "exchange",
    ContactStore.LOST: "lost",
    ContactStore.UNKNOWN: "",
}
_BY_NAME: Final = {name.lower(): each for each in ClientGeneration for name in (each.word, each.label)}


def _tokens(numbers: int, *devices: Device) -> re.Pattern[str]:
    """Find a token of clients on these devices, with so many of its version's numbers."""
    agents = {agent for row in CLIENTS.values() if row.device in devices for agent in row.agents}
    more = r"\.(\d{1,6})" * (numbers - 1)
    return re.compile(rf"\b({'|'.join(sorted(agents))})/(\d{{1,3}}){more}", re.IGNORECASE)


#: Programs on computers and telephone sets give their build, and it matters; mobile ones come in any form.
_AGENTS: Final = (_tokens(3, Device.COMPUTER, Device.PHONE), _tokens(1, Device.MOBILE))
#: Which of several clients of one person counts.
_PREFERRED: Final = sorted(
    CLIENTS, key=lambda each: (list(Device).index(CLIENTS[each].device), CLIENTS[each].goes_with, each)
)
_MOST_DISTINCT: Final = 200_000


def client_of(text: str) -> ClientGeneration:
    """Return the client that a name or a user agent stands for; unknown for one that is not known.

    >>> client_of("UCCAPI/4.0.7400.0 OC/4.0.7577.4 (Microsoft Lync 2013)").label
    'Lync 2010'
    """
    name = text.strip().lower()
    if name in _BY_NAME:
        return _BY_NAME[name]
    for pattern in _AGENTS:
        if (found := pattern.search(text)) is not None:
            agent, *numbers = found.groups()
            return _told_by(agent.lower(), tuple(map(int, numbers)))
    return ClientGeneration.UNKNOWN


def _told_by(agent: str, numbers: tuple[int, ...]) -> ClientGeneration:
    for row in CLIENTS.values():
        if agent in map(str.lower, row.agents) and row.told_by.low <= (*numbers, 0, 0, 0) <= row.told_by.high:
            return row.generation
    return ClientGeneration.UNKNOWN


def hashed(addresses: Iterable[str]) -> Iterable[int]:
    """Return what tells addresses apart: the hash of each in lower case, without ``sip:``."""
    return map(hash, map(_bare, addresses))


def _bare(address: str) -> str:
    return plain(address.strip().lower()).removeprefix("sip:")


def told(files: Iterable[tuple[Account, AbstractContextManager[Rows]]], listing: Listing) -> Population:
    """Return the people with what these files tell about them.

    Raises InputError for a file that cannot be used.
    """
    population = listing.population
    given = {
        name: np.full(len(population), UNTOLD, np.uint8)
        for name in ("client", "upgraded", "contacts", "xmpp", "chat")
    }
    ranks = {client: rank for rank, client in enumerate(_PREFERRED)}
    best = np.full(len(population), 255, np.uint8)
    places_told: dict[tuple[str, int, int], Origin] = {}
    for account, opened in files:
        with opened as table:
            at, rows, codes, cells, lines = _read(table, listing, account)
        for name, place in at.items():
            texts = [each[place] for each in cells]
            values = np.array([_MEANINGS[name](tidy(text)) for text in texts] or [UNTOLD], np.uint8)
            if any(text.strip() and value == UNTOLD for text, value in zip(texts, values, strict=False)):
                account.note(f"some cells of the column for {name} say nothing that is known", key=name)
            mine = values[codes]
            for pool, value, row in first_rows(population.home[rows], mine):
                places_told.setdefault((name, pool, value), Origin(account.file, int(lines[row])))
            if name == "client":
                rank = np.array(
                    [ranks.get(ClientGeneration(value), 100) for value in values.tolist()], np.uint8
                )[codes]
                order = np.argsort(-rank.astype(np.int64), kind="stable")
                better = order[rank[order] < best[rows[order]]]
                # Assigned in order, so the best of one person's clients is the last to be written.
                given[name][rows[better]] = mine[better]
                best[rows[better]] = rank[better]
            else:
                known = mine != UNTOLD
                given[name][rows[known]] = mine[known]
    made: dict[str, Column] = {
        name: column(values, np.uint8) for name, values in given.items() if bool(np.any(values != UNTOLD))
    }
    if "client" in made:
        made["first_client"] = made["client"]
    return population.changed(told_at={**population.told_at, **places_told}, **made)


class _Read(NamedTuple):
    """What one file says: its columns, whom each row is about, which distinct cells it has, and its line."""

    at: dict[str, int]
    people: npt.NDArray[np.int64]
    codes: npt.NDArray[np.int64]
    cells: list[tuple[str, ...]]
    lines: npt.NDArray[np.uint32]


def _read(table: Rows, listing: Listing, account: Account) -> _Read:
    """Return the columns that a file has, the people it names, and for each which distinct cells."""
    at = places(table.heading, KINDS[PEOPLE].columns)
    names = [name for name in at if name != "address"]
    hashes = array("q")
    codes = array("I")
    numbers = array("I")
    distinct: defaultdict[tuple[str, ...], int] = defaultdict(count().__next__)
    for lines, rows in table.batches():
        hashes.extend(hashed(row[at["address"]] for row in rows))
        codes.extend(distinct[tuple(row[at[name]] for name in names)] for row in rows)
        numbers.extend(lines)
        if len(distinct) > _MOST_DISTINCT:
            raise InputError(
                f"the columns hold more than {_MOST_DISTINCT} different combinations, so they are not what "
                "their names say. Export the file again.",
                file=account.file,
                line=lines[-1] if lines else 0,
            )
    found = listing.rows_of(np.frombuffer(hashes, np.int64))
    known = np.flatnonzero(found >= 0)
    if len(known) < len(found):
        account.note("rows name somebody who is not among the users; they were not used", times=1)
    account.used += len(known)
    taken = np.frombuffer(codes, np.uint32).astype(np.int64)[known]
    told_in = np.frombuffer(numbers, np.uint32)[known]
    return _Read({name: at for at, name in enumerate(names)}, found[known], taken, list(distinct), told_in)


def _flag(text: str) -> int:
    told = truth_of(text)
    return UNTOLD if told is None else int(told)


def _store(text: str) -> int:
    stores: Sequence[tuple[ContactStore, str]] = tuple(CONTACT_NAMES.items())
    return next((int(store) for store, name in stores if name and name == text.lower()), UNTOLD)


_MEANINGS: Final[dict[str, Callable[[str], int]]] = {
    "client": lambda text: int(client_of(text)),
    "upgraded": _flag,
    "contacts": _store,
    "xmpp": _flag,
    "chat": _flag,
}
