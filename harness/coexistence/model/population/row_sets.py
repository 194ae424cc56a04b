"""Row numbers as a short text: which people exactly, small enough to be handed on with every finding.

Law of this room: a text stands for one set of rows, and the same set has the same text.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable

import numpy as np

from coexistence.model.population.columns import Rows

__all__ = ["packed_rows", "union_of", "unpacked_rows"]


def packed_rows(rows: Rows) -> str:
    """Text that stands for some rows, which come in ascending order.

    Neighbours cost next to nothing, and people who are scattered about a byte each: what stands in it is how
    many others lie between two of them. Text, so that it travels wherever JSON does.

    >>> unpacked_rows(packed_rows(np.array([2, 3, 70_000])))
    array([    2,     3, 70000])
    """
    gaps = np.diff(rows, prepend=-1) - 1
    kind = np.min_scalar_type(int(gaps.max(initial=0)))
    packed = zlib.compress(gaps.astype(kind.newbyteorder("<")).tobytes(), 1)
    return f"{kind.itemsize}{base64.b64encode(packed).decode()}"


def unpacked_rows(text: str) -> Rows:
    """The rows that a text of :func:`packed_rows` stands for."""
    gaps = np.frombuffer(zlib.decompress(base64.b64decode(text[1:])), f"<u{text[0]}")
    rows: Rows = np.cumsum(gaps.astype(np.int64) + 1) - 1
    return rows


def union_of(sets: Iterable[Rows]) -> Rows:
    """The rows that are in any of some sets, ascending, each once."""
    is_in = np.zeros(0, bool)
    for rows in sets:
        size = int(rows.max(initial=-1)) + 1
        if size > len(is_in):
            is_in = np.concatenate([is_in, np.zeros(size - len(is_in), bool)])
        is_in[rows] = True
    return np.flatnonzero(is_in)
