"""CSV files as ``Export-Csv`` and spreadsheets write them.

Law of this room: a row's line is the line on which it begins, whatever is quoted in it, and no file can
make it hold more than some hundred rows at a time. What the columns mean is for others to know.
Source: cmdlet exports, sections 1 and 6.
"""

from __future__ import annotations

import csv
import io
import re
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Final, TextIO

from coexistence.errors import InputError
from coexistence.inputs.exports.formats.encoding import CHANGED, beginning, encoding_of, open_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from coexistence.inputs.exports.account.file_accounts import Account

__all__ = [
    "MOST_COLUMNS",
    "Heading",
    "Record",
    "Rows",
    "Table",
    "heading_of",
    "neutral",
    "opened",
    "places",
    "plain",
    "refuse_another",
    "tidy",
    "together",
]

#: A user has about sixty properties.
MOST_COLUMNS: Final = 1_000
#: The csv module's own default; process-wide, so it is set here and put back.
_LONGEST_FIELD: Final = 131_072
_LONGEST_LINE: Final = 1 << 22
#: Two gigabytes are four million users with every property.
_MOST_BYTES: Final = 4 << 30
#: Two meetings of each of a million people, kept on two Front Ends; such files are streamed.
_MOST_LINES: Final = 5_000_000
#: Rows of one batch stay in the processor's cache: measured, 200 rows 2.6 s per million, 20,000 rows 5.7 s.
_BATCH: Final = 200

_TYPE: Final = re.compile(r"#TYPE[ \t]+([^\r\n]*)", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"sep=([,;\t])\s*", re.IGNORECASE)
#: Spreadsheets calculate cells that begin with one of these (OWASP, "CSV Injection"). Apostrophes before it
#: count along, so that what was neutralised can be told from what looked like it before.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n]")
_TYPE_NAME: Final = re.compile(
    r"(?:Deserialized\.)?(?:Microsoft\.Rtc\.|System\.(?:Collections\.|Management\.|Xml\.|Object|String|Guid"
    r"|DateTime|Boolean|Byte|Nullable|U?Int\d\d))"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a file says before its first row."""

    #: Text of the ``#TYPE`` line, empty without one.
    type_name: str
    delimiter: str
    #: Names in lower case without spaces.
    columns: tuple[str, ...]
    #: Lines up to and including the header.
    lines: int


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a small table: its cells by the names that the reader asked for."""

    line: int
    cells: Mapping[str, str]
    #: Columns in which an object or a list stood as its type's name: empty, but nobody knows of what.
    cut: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> str:
        """Return a cell; empty for a column that the file does not have."""
        return self.cells.get(name, "")


def neutral(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: with an apostrophe, where it could be one.

    >>> neutral("=1+1"), neutral("ann@contoso.com"), tidy(neutral("'=1"))
    ("'=1+1", 'ann@contoso.com', "'=1")
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """Return a cell without the apostrophe of :func:`neutral`."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell


def tidy(cell: str) -> str:
    """Return what a cell says; nothing for the text that stands for an object or a list.

    That is its type's name, or ``@{...}`` where ``ConvertTo-Json`` went no deeper.

    >>> tidy(" Running "), tidy("System.String[]"), tidy("@{Url=https://meet.contoso.com}")
    ('Running', '', '')
    """
    text = plain(cell.strip())
    return "" if _TYPE_NAME.match(text) or text.startswith("@{") else text


def heading_of(text: str, *, complete: bool) -> Heading | None:
    """Return what the beginning of a file says about its table; None if it is no table.

    ``complete`` tells whether ``text`` is the whole file: then the header may end with it.
    """
    type_name = ""
    delimiter = ""
    # Lines as a text file has them: str.splitlines knows eight more characters that end one.
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        # Files joined by hand have their byte order mark on the second line, behind #TYPE.
        bare = line.rstrip("\r\n").lstrip("\ufeff")
        if not bare.strip():
            continue
        if (found := _TYPE.fullmatch(bare)) and not type_name:
            type_name = found[1].strip().strip('"')
        elif (found := _SEPARATOR.fullmatch(bare)) and not delimiter:
            delimiter = found[1]
        elif line[-1] not in "\r\n" and not complete:
            return None
        else:
            unquoted = re.sub(r'"[^"]*"', "", bare)
            delimiter = delimiter or max(",;\t", key=unquoted.count)
            if delimiter not in unquoted:
                return None
            try:
                cells = next(csv.reader([bare], delimiter=delimiter))
            except csv.Error:
                return None
            columns = tuple("".join(cell.split()).lower() for cell in cells)
            return Heading(type_name, delimiter, columns, number)
    return None


def refuse_another(now: Heading | None, before: Heading, file: str) -> None:
    """Raise InputError if a file's header is not the one by which the file was recognised."""
    if now != before:
        raise InputError(CHANGED, file=file)


def places(heading: Heading, aliases: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the position of each wanted column that the file has, by the reader's name for it."""
    position = {name: at for at, name in reversed(list(enumerate(heading.columns)))}
    return {
        wanted: position[name]
        for wanted, names in aliases.items()
        if (name := next((each for each in names if each in position), None)) is not None
    }


def together(at: Sequence[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """Return a function that picks these cells of a row, always as a tuple."""
    if len(at) > 1:
        return itemgetter(*at)
    if at:
        place = at[0]
        return lambda row: (row[place],)
    return lambda _row: ()


class Rows:
    """The rows of a table, in whatever form it was written."""

    def __init__(self, heading: Heading, account: Account) -> None:
        self.heading = heading
        self._account = account

    def batches(self) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
        """Yield some rows at a time, with their lines; every row is as wide as the heading.

        Raises InputError for a file that is damaged or hostile.
        """
        raise NotImplementedError

    def records(self, aliases: Mapping[str, Sequence[str]]) -> Iterator[Record]:
        """Yield the rows of a small table with tidy cells, under the reader's names for the columns.

        Raises InputError as :meth:`batches` does.
        """
        wanted = places(self.heading, aliases)
        account = self._account
        for lines, rows in self.batches():
            for line, row in zip(lines, rows, strict=True):
                cells = {name: tidy(row[at]) for name, at in wanted.items()}
                cut = [name for name, at in wanted.items() if not cells[name] and row[at].strip()]
                for name in cut:
                    account.note(
                        f"the column {self.heading.columns[wanted[name]]!r} holds the name of an object or a "
                        "list instead of its content; such cells count as not exported",
                        line=line,
                        key=("object", name),
                    )
                yield Record(line, cells, frozenset(cut))


class Table(Rows):
    """An open CSV file behind its header."""

    def __init__(self, text: TextIO, heading: Heading, account: Account) -> None:
        super().__init__(heading, account)
        self._width = len(heading.columns)
        for _ in range(heading.lines):
            text.readline()
        self._line = heading.lines
        self._reader = csv.reader(text, delimiter=heading.delimiter)

    def batches(self) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
        """Yield some rows at a time, with their lines; rows of the wrong width are noted and left out.

        Raises InputError for a field longer than any export has.
        """
        account, reader, width = self._account, self._reader, self._width
        while True:
            before = reader.line_num
            rows: list[list[str]] = []
            try:
                # An error leaves the rows before it in the list, so the line of the bad one is known.
                rows.extend(islice(reader, _BATCH))
            except csv.Error as error:
                passed = len(rows) + sum(_line_ends(cell) for row in rows for cell in row)
                raise InputError(
                    f"the row cannot be read ({error}): a quotation mark is missing, or this is no export. "
                    "Export it again.",
                    file=account.file,
                    line=self._line + before + passed + 1,
                ) from error
            if not rows:
                return
            first = self._line + before + 1
            if reader.line_num - before == len(rows) and all(len(row) == width for row in rows):
                account.rows += len(rows)
                yield range(first, first + len(rows)), rows
            else:
                yield self._sorted_out(first, rows)

    def _sorted_out(self, line: int, rows: list[list[str]]) -> tuple[list[int], list[list[str]]]:
        kept_lines = []
        kept = []
        for row in rows:
            here, line = line, line + 1 + sum(map(_line_ends, row))
            if not row:
                continue
            self._account.rows += 1
            if len(row) > self._width and not any(row[self._width :]):
                del row[self._width :]
            if len(row) == self._width:
                kept_lines.append(here)
                kept.append(row)
            else:
                self._account.note(
                    f"the row has {len(row)} cells where the header has {self._width}; it was not used",
                    line=here,
                    key="width",
                )
        return kept_lines, kept


def _heading(path: Path, file: str) -> Heading | None:
    text, complete = beginning(path, file)
    return heading_of(text, complete=complete)


def _line_ends(cell: str) -> int:
    """Count line ends as text files do: a carriage return and a line feed together are one."""
    if "\n" not in cell and "\r" not in cell:
        return 0
    return cell.count("\n") + cell.count("\r") - cell.count("\r\n")


@contextmanager
def opened(path: Path, account: Account, heading: Heading) -> Iterator[Table]:
    """Open a file that :func:`heading_of` has recognised by this heading.

    Raises InputError for a file that cannot be read, that is too large or damaged, that has too many
    columns, or that is another one by now.
    """
    file = account.file
    encoding = encoding_of(
        path, file, most_bytes=_MOST_BYTES, longest_line=_LONGEST_LINE, most_lines=_MOST_LINES
    )
    if encoding.note:
        account.note(encoding.note)
    refuse_another(_heading(path, file), heading, file)
    if len(heading.columns) > MOST_COLUMNS:
        raise InputError(
            f"the header has {len(heading.columns)} columns, and no export has more than {MOST_COLUMNS}. "
            "Export it again.",
            file=file,
            line=heading.lines,
        )
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        with open_text(path, encoding, file) as text:
            yield Table(text, heading, account)
    finally:
        csv.field_size_limit(before)
