"""Tables that were written as CSV, in the other forms in which PowerShell leaves them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Final
from xml.sax.saxutils import escape, quoteattr

__all__ = ["FORMS", "columns_of", "csv_of", "rows_of", "without_column"]

_CLIXML: Final = "http://schemas.microsoft.com/powershell/2004/04"


def rows_of(data: bytes) -> list[list[str]]:
    """Return the rows of a CSV file; the first one is the header."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def columns_of(data: bytes) -> list[str]:
    """Return the header of a CSV file."""
    return rows_of(data)[0]


def csv_of(rows: list[list[str]]) -> bytes:
    """Return rows as a CSV file."""
    made = io.StringIO(newline="")
    csv.writer(made, quoting=csv.QUOTE_ALL).writerows(rows)
    return made.getvalue().encode("utf-8-sig")


def without_column(data: bytes, column: str) -> bytes:
    """Return a CSV file without one of its columns."""
    rows = rows_of(data)
    at = rows[0].index(column)
    return csv_of([[*row[:at], *row[at + 1 :]] for row in rows])


def as_json(data: bytes) -> bytes:
    """Return what ``ConvertTo-Json`` writes for the rows of a CSV file."""
    header, *rows = rows_of(data)
    return json.dumps([dict(zip(header, row, strict=True)) for row in rows], indent=4).encode()


def as_clixml(data: bytes) -> bytes:
    """Return what ``Export-Clixml`` writes for the rows of a CSV file."""
    header, *rows = rows_of(data)
    parts = [f'<Objs Version="1.1.0.1" xmlns="{_CLIXML}">']
    for number, row in enumerate(rows):
        cells = "".join(
            f"<S N={quoteattr(name)}>{escape(cell)}</S>" for name, cell in zip(header, row, strict=True)
        )
        parts.append(f'  <Obj RefId="{number}">\n    <MS>{cells}</MS>\n  </Obj>')
    return "\n".join([*parts, "</Objs>"]).encode("utf-16")


def as_list(data: bytes) -> bytes:
    """Return what ``Format-List`` and ``Out-File`` leave of the rows of a CSV file."""
    header, *rows = rows_of(data)
    width = max(map(len, header))
    blocks = [
        "\r\n".join(f"{name:<{width}} : {cell}" for name, cell in zip(header, row, strict=True))
        for row in rows
    ]
    return ("\r\n\r\n" + "\r\n\r\n\r\n".join(blocks) + "\r\n\r\n").encode("utf-16")


#: By form: the ending of its files, and what makes one out of a CSV file.
FORMS: Final[Mapping[str, tuple[str, Callable[[bytes], bytes]]]] = {
    "csv": (".csv", bytes),
    "json": (".json", as_json),
    "clixml": (".xml", as_clixml),
    "list": (".txt", as_list),
}
