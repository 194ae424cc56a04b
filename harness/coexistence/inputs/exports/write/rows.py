"""One table to be written: its rows, and what a cell may hold.

Law of this room: a cell holds what a reader gives back. That none is taken for a formula is seen to where
tables become files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coexistence.inputs.exports.write.topology_document import clean

__all__ = ["Listed", "Row", "cell"]

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One table: the file it goes into, what it is, its header and its rows."""

    file: str
    kind: str
    header: Row
    rows: Iterable[Row]


def cell(text: str) -> str:
    """Return a text for a cell."""
    return clean(text)
