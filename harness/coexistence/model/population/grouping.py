"""Counting people and meetings that are alike: rows that agree in every column asked about.

Law of this room: it knows columns of codes and nothing of what they mean. Rows are counted at once, and
looked for only when somebody asks which they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np

from coexistence.model.population.columns import Column, Rows
from coexistence.model.population.row_sets import packed_rows

__all__ = ["Division", "Group", "Heads", "Part", "distinct", "grouped", "head_count", "with_distinct"]

#: The largest key of a row.
_MOST: Final = int(np.iinfo(np.int64).max)
#: Keys below it fit into two bytes.
_SHORT: Final = 2**16


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that agree in every column asked about."""

    #: Their common values, in the order of the columns.
    values: tuple[int, ...]
    #: How many rows.
    count: int
    #: The first of them.
    first: int


def grouped(columns: Sequence[Column], rows: Rows | None = None) -> tuple[Group, ...]:
    """Return the distinct combinations of values in ``columns``, ordered by value.

    ``rows`` restricts the count to some rows. Cost: one sort of as many keys as there are rows.
    """
    taken = [part if rows is None else part[rows] for part in columns]
    if not len(taken[0]):
        return ()
    key = _key(taken)
    _, first, count = np.unique(key, return_index=True, return_counts=True)
    return tuple(
        Group(tuple(int(part[at]) for part in taken), int(many), int(at if rows is None else rows[at]))
        for at, many in zip(first.tolist(), count.tolist(), strict=True)
    )


class Division:
    """Some rows, divided into groups that agree in every column asked about.

    Two divisions of the same people are two things: a part of the one and a part of the other may overlap.
    """

    def __init__(self, columns: Sequence[Column], rows: Rows) -> None:
        self._columns = tuple(columns)
        self._rows = rows
        groups = grouped(columns, rows)
        #: In the order of their values.
        self.parts = tuple(Part(self, at, group) for at, group in enumerate(groups))
        self._packed: dict[int, str] = {}

    @cached_property
    def _sorted(self) -> tuple[Rows, Rows]:
        """The rows, group by group and ascending in each, and where each group ends."""
        order = np.argsort(_key([part[self._rows] for part in self._columns]), kind="stable")
        return self._rows[order], np.cumsum([part.count for part in self.parts])

    def rows(self, at: int) -> Rows:
        """The rows of the group at a place, ascending."""
        in_order, ends = self._sorted
        return in_order[int(ends[at - 1]) if at else 0 : int(ends[at])]

    def packed(self, at: int) -> str:
        """Which rows the group at a place has, as :func:`packed_rows` says it."""
        if at not in self._packed:
            self._packed[at] = packed_rows(self.rows(at))
        return self._packed[at]


@dataclass(frozen=True, slots=True)
class Part:
    """One group of a division."""

    division: Division
    #: Its place among the groups.
    at: int
    group: Group = field(compare=False)

    @property
    def count(self) -> int:
        """How many rows."""
        return self.group.count

    @property
    def rows(self) -> Rows:
        """Which rows, ascending."""
        return self.division.rows(self.at)

    @property
    def packed(self) -> str:
        """Which rows, as :func:`packed_rows` says it."""
        return self.division.packed(self.at)

    def __repr__(self) -> str:
        return f"<{self.count} rows alike>"


#: Who is hit: which rows, or how many people where nobody can say who they are.
Heads: TypeAlias = int | Rows | Part


def head_count(hit: Heads) -> int:
    """How many people are hit."""
    return hit if isinstance(hit, int) else hit.count if isinstance(hit, Part) else len(hit)


def with_distinct(columns: Sequence[Column], of: Column, rows: Rows) -> tuple[tuple[Group, int], ...]:
    """Return the groups of ``rows``, each with how many different values of ``of`` it holds."""
    groups = grouped(columns, rows)
    if len(groups) < 2:
        return tuple((group, len(distinct(of[rows]))) for group in groups)
    key = _key([part[rows] for part in columns])
    # Groups are ordered by key, so a row's group is its key's place among the distinct ones.
    place = np.unique(key, return_inverse=True)[1]
    # Sorted and not hashed, as np.unique would: measured, a tenth of the time for two million of them.
    pairs = np.sort(place * (int(of.max()) + 1) + of[rows])
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]
    counts = np.bincount(pairs // (int(of.max()) + 1), minlength=len(groups))
    return tuple(zip(groups, map(int, counts.tolist()), strict=True))


def distinct(values: Column) -> Column:
    """Return the different values of a column of codes, ascending; none of them may be negative.

    Counting them takes a tenth of the time that sorting or hashing does, where they are small numbers.
    """
    if not len(values):
        return np.empty(0, np.int64)
    if int(values.max()) > 16 * len(values) + 65_536:
        return np.unique(values).astype(np.int64)
    return np.flatnonzero(np.bincount(values))


def _key(columns: Sequence[Column]) -> Column:
    """One number per row, the same for rows that agree in every column, in the order of values."""
    key = columns[0].astype(np.int64)
    most = int(key.max())
    for part in columns[1:]:
        size = int(part.max()) + 1
        if most >= _MOST // size:
            # Wide codes multiply beyond what a number holds; there are no more combinations than rows.
            key = np.unique(key, return_inverse=True)[1]
            most = int(key.max())
        key = key * size + part
        most = most * size + size - 1
    # Short numbers are sorted by their digits, ten times as fast as long ones by comparing them.
    return key.astype(np.uint16) if most < _SHORT else key
