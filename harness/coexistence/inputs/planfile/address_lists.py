"""Lists of people: one address a line, or the first column of a CSV file, as Windows writes them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from coexistence.errors import InputError
from coexistence.inputs.exports.formats.encoding import encoding_of, open_text

__all__ = ["MAX_LIST_BYTES", "addresses_in", "read_list"]

#: A million addresses of sixty characters.
MAX_LIST_BYTES: Final = 1 << 27
_LONGEST_LINE: Final = 1 << 16
#: Headers of the column with the addresses, as ``Export-Csv`` and people write them.
_HEADERS: Final = (
    "sipaddress",
    "sip address",
    "sip",
    "address",
    "identity",
    "user",
    "userprincipalname",
    "upn",
)


def read_list(path: Path, file: str) -> tuple[str, ...]:
    """Return the addresses in a file, each as it stands there.

    Raises :class:`~coexistence.errors.InputError` for a file that cannot be read.
    """
    encoding = encoding_of(path, file, most_bytes=MAX_LIST_BYTES, longest_line=_LONGEST_LINE)
    with open_text(path, encoding, file) as text:
        return addresses_in(text.read(), file)


def addresses_in(text: str, file: str) -> tuple[str, ...]:
    """Return the addresses in a list: empty lines, ``#`` comments and ``#TYPE`` do not count.

    Where the first line names columns, the one with the addresses is taken, else the first.

    Raises :class:`~coexistence.errors.InputError` for cells that cannot be told apart.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        return ()
    separator = max(",;\t", key=lines[0].count)
    try:
        rows = list(csv.reader(lines, delimiter=separator, strict=False))
    except csv.Error as error:
        raise InputError(f"not a list of addresses: {error}.", file=file) from None
    names = [cell.strip().lower() for cell in rows[0]]
    column = next((names.index(header) for header in _HEADERS if header in names), None)
    if column is not None:
        rows = rows[1:]
    at = column or 0
    found = (row[at].strip() for row in rows if len(row) > at)
    return tuple(each for each in found if each)
