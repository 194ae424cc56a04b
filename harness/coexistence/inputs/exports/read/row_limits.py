"""How much of the large tables was read: for who waits, and so that there is an end.

Law of this room: it counts what passes and changes none of it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Final

from coexistence.errors import InputError
from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.formats.csv_tables import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coexistence.inputs.exports.account.file_accounts import Account

__all__ = ["Count"]

#: So often somebody who waits hears of it: three times a second.
_TOLD_EVERY: Final = 100_000


class Count:
    """How many rows of a kind were read, in all its files."""

    def __init__(self, kind: str, watching: Callable[[str], None] | None = None) -> None:
        self._kind = kind
        self._watching = watching
        self._rows = 0
        self._told = 0
        self._most = kinds.KINDS[kind].most_rows

    @contextmanager
    def over(
        self, account: Account, opened: Callable[[Account], AbstractContextManager[Rows]]
    ) -> Iterator[Rows]:
        """Open a table whose rows are counted.

        They raise InputError once there are more in all than any deployment has.
        """
        self._tell(self._kind)
        with opened(account) as rows:
            yield _Counted(rows, account, self)

    def add(self, number: int, account: Account, line: int) -> None:
        """Count rows; raises InputError once there are too many."""
        self._rows += number
        if self._rows > self._most:
            raise InputError(
                f"there are more than {self._most} rows of {self._kind} in all, and no deployment has so "
                "many. Leave each export there once.",
                file=account.file,
                line=line,
            )
        if self._rows - self._told >= _TOLD_EVERY:
            self._told = self._rows
            self._tell(f"{self._kind}: {self._rows:,} rows")

    def _tell(self, what: str) -> None:
        if self._watching is not None:
            self._watching(what)


class _Counted(Rows):
    """The rows of a table, counted on their way."""

    def __init__(self, rows: Rows, account: Account, counted: Count) -> None:
        super().__init__(rows.heading, account)
        self._rows = rows
        self._counted = counted

    def batches(self) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
        """Yield what the table does."""
        for lines, rows in self._rows.batches():
            self._counted.add(len(rows), self._account, lines[0] if lines else 0)
            yield lines, rows
