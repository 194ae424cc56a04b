"""Whom to write to before a rollback, as CSV that a word processor can merge into letters.

Law of this room: letters in, bytes out. Cells that a spreadsheet would take for a formula are neutralised
here; which people are concerned is decided elsewhere.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from coexistence.inputs.exports.formats.csv_tables import neutral
from coexistence.migration.rollback_cost import Letter

__all__ = ["HEAD", "Part", "render_letters", "write_letters"]

#: An estate's name, the number of its deployment (None for a twin), the checkpoint that one goes back
#: from, and the letters.
Part: TypeAlias = tuple[str, int | None, str, Iterable[Letter]]

#: First line of the file; one row for each person and checkpoint follows.
HEAD: Final = (
    "estate",
    "deployment",
    "from",
    "id",
    "sip",
    "site",
    "pool",
    "back_to",
    "meetings",
    "meeting_rows",
    "downgrade_client",
    "contact_list_at_risk",
)
_WORDS: Final = {True: "yes", False: "no", None: ""}


def write_letters(path: Path, parts: Iterable[Part]) -> None:
    """Write one file, or into a folder one for each estate and checkpoint; raises ``OSError``."""
    if path.suffix.lower() == ".csv" and not path.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, parts)
        return
    path.mkdir(parents=True, exist_ok=True)
    begun: set[str] = set()
    for part in parts:
        # A name out of somebody's file must not lead out of the folder.
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{part[0]}-{part[2]}").lstrip(".-") + ".csv"
        _write(path / name, [part], is_begun=name in begun)
        begun.add(name)


def _write(path: Path, parts: Iterable[Part], *, is_begun: bool = False) -> None:
    with path.open("ab" if is_begun else "wb") as file:
        pieces = render_letters(parts)
        if is_begun:
            next(pieces)
        file.writelines(pieces)


def render_letters(parts: Iterable[Part]) -> Iterator[bytes]:
    """Return the file in pieces: UTF-8 with a byte order mark, lines that end in CR LF.

    The first piece is the head. An empty cell means that nobody told.
    """
    yield b"\xef\xbb\xbf" + _lines([HEAD])
    for estate, deployment, checkpoint, found in parts:
        about = (estate, "" if deployment is None else str(deployment), checkpoint)
        # Piece by piece: the letters of a million people need not be in memory at once.
        rows: list[tuple[str, ...]] = []
        for letter in found:
            rows.append((*about, *_cells(letter)))
            if len(rows) == 1000:
                yield _lines(rows)
                rows.clear()
        if rows:
            yield _lines(rows)


def _cells(letter: Letter) -> tuple[str, ...]:
    known = letter.meetings
    return (
        str(letter.person),
        letter.address,
        letter.site or "",
        letter.home,
        letter.back_to,
        "" if known is None else str(len(known)),
        "" if known is None else " ".join(map(str, known)),
        _WORDS[letter.client],
        _WORDS[letter.contact_list],
    )


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")
