"""The tables that were found, whatever their form, by the kind of export that each one is.

Law of this room: it hands out what was found and concludes nothing. Where tables come from, files or a
deployment itself, makes no difference.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coexistence.inputs.exports.account.file_accounts import Account
from coexistence.inputs.exports.formats.csv_tables import places
from coexistence.inputs.exports.kinds import CATALOGUE
from coexistence.inputs.exports.read.row_limits import Count
from coexistence.model.vocabulary import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coexistence.inputs.exports.formats.csv_tables import Record, Rows

__all__ = ["Tables"]


@dataclass
class Tables:
    """The tables that were found, by the export that they are."""

    found: dict[str, list[tuple[Account, Callable[[Account], AbstractContextManager[Rows]]]]] = field(
        default_factory=dict
    )
    #: Told the kind of each large table, and again and again how much of it was read.
    watching: Callable[[str], None] | None = None

    def add(
        self, kind: str, account: Account, opened: Callable[[Account], AbstractContextManager[Rows]]
    ) -> None:
        """Add a table and its account."""
        self.found.setdefault(kind, []).append((account, opened))

    def told(self, kind: str) -> bool:
        """Whether there is a table of this kind, with or without rows."""
        return kind in self.found

    def opened(self, kind: str) -> Iterator[tuple[Account, AbstractContextManager[Rows]]]:
        """Yield the accounts of the tables of a kind, and the tables to open.

        They raise InputError once there are more rows in all than any deployment has.
        """
        counted = Count(kind, self.watching)
        for account, opened in self.found.get(kind, ()):
            yield account, counted.over(account, opened)

    def records(self, kind: str, *, again: bool = False) -> Iterator[tuple[Account, frozenset[str], Record]]:
        """Yield the rows of small tables: account, the columns that the table has, the row.

        ``again`` says that somebody read them before, so that they are not counted twice.

        Raises InputError once there are more in all than any deployment has.
        """
        columns = CATALOGUE[kind].columns
        counted = Count(kind)
        for account, opened in self.found.get(kind, ()):
            with counted.over(Account(account.file, kind) if again else account, opened) as table:
                has = frozenset(places(table.heading, columns))
                for record in table.records(columns):
                    yield account, has, record

    def place_of(self, kind: str) -> Origin | None:
        """Return the file of a kind's first table."""
        found = self.found.get(kind)
        return Origin(found[0][0].file) if found else None
