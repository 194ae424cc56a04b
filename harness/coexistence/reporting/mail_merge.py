"""Whom to write to before a rollback, as CSV that a word processor can merge into letters.

Law of this room: letters in, bytes out. Cells that a spreadsheet would take for a formula are neutralised
here; which people are concerned is decided elsewhere.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

from coexistence.inputs.exports.formats.csv_tables import neutral
from coexistence.migration.rollback_cost import Letter
from coexistence.model.files import Drafts, write_bytes

__all__ = ["HEAD", "Part", "is_one_file", "render_letters", "write_letters"]

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
    """Write one file, or into a folder one for each estate and checkpoint.

    Raises :class:`~coexistence.errors.OutputError`.
    """
    if is_one_file(path):
        write_bytes(path, render_letters(parts))
        return
    begun: set[str] = set()
    with Drafts() as drafts:
        for part in parts:
            # A name out of somebody's file must not lead out of the folder.
            name = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{part[0]}-{part[2]}").lstrip(".-") + ".csv"
            # A file that is begun has its head.
            drafts.append(path / name, islice(render_letters([part]), int(name in begun), None))
            begun.add(name)


def is_one_file(path: Path) -> bool:
    """Whether the letters go into one file of this name, and not into a folder."""
    return path.suffix.lower() == ".csv" and not path.is_dir()


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
