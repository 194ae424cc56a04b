"""Where a file tells something of people on a pool, so that whoever says otherwise can be shown it.

Law of this room: one place for each pool and value, that of the first row; never a row for each person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coexistence.model.population import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coexistence.model.population import Column

__all__ = ["first_rows", "newest_rows"]


def first_rows(homes: Column, values: Column) -> Iterator[tuple[int, int, int]]:
    """Yield each pool (its code), each value (a small number) of people there, and the first such row."""
    at = np.flatnonzero(homes != NOWHERE)
    if not len(at):
        return
    key = homes[at].astype(np.int64) * 256 + values[at]
    first = np.full(int(key.max()) + 1, -1, np.int64)
    # Of several rows with one key the last that is written stays, so the first one is written last.
    first[key[::-1]] = at[::-1]
    for found in np.flatnonzero(first >= 0).tolist():
        yield found // 256, found % 256, int(first[found])


def newest_rows(homes: Column, days: Column) -> Iterator[tuple[int, int]]:
    """Yield each pool (its code) and the first of its rows with the latest day."""
    at = np.flatnonzero(homes != NOWHERE)
    if not len(at):
        return
    latest = np.full(int(homes[at].max()) + 1, -1, np.int64)
    np.maximum.at(latest, homes[at], days[at])
    is_newest = days[at] == latest[homes[at]]
    for home, _, row in first_rows(homes[at[is_newest]], np.zeros(int(is_newest.sum()), np.int64)):
        yield home, int(at[is_newest][row])
