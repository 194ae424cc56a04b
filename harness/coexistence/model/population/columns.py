"""Columns: read-only numpy arrays of small codes, and texts packed as one.

Law of this room: a column is never written to. So it is shared by every state until it is replaced as a
whole, and a million people fit into some tens of megabytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = [
    "Addresses",
    "Column",
    "ColumnTable",
    "PackedText",
    "Rows",
    "code_type",
    "column",
    "numbered",
    "with_value",
]

Column: TypeAlias = npt.NDArray[Any]
#: Row numbers, ascending.
Rows: TypeAlias = npt.NDArray[np.int64]

_Name = TypeVar("_Name", bound=str)


def column(values: Iterable[int] | Column, dtype: npt.DTypeLike) -> Column:
    """A read-only column of ``values``; raises OverflowError for one that ``dtype`` cannot hold.

    numpy itself would let it wrap around to another code, and nobody would notice.
    """
    given = values if isinstance(values, np.ndarray) else np.array(list(values))
    kind = np.dtype(dtype)
    if given.dtype != kind and len(given):
        _refuse_wrapping(int(given.min()), int(given.max()), kind)
    made = given.astype(kind)
    made.setflags(write=False)
    return made


def _refuse_wrapping(least: int, most: int, kind: np.dtype[Any]) -> None:
    holds = np.iinfo(kind)
    if least < holds.min or most > holds.max:
        raise OverflowError(f"a column of {kind} cannot hold numbers from {least} to {most}")


def code_type(most: int, *sentinels: int) -> np.dtype[Any]:
    """The smallest type of codes that holds all from 0 to ``most``, and the sentinels beside them."""
    return np.min_scalar_type(max(most, *sentinels, 0))


def numbered(names: Iterable[_Name], sentinel: int, nobody: _Name) -> tuple[_Name, ...]:
    """The names, each at the place that is its code; at the place of a sentinel stands ``nobody``.

    So a sentinel means the same in a column of any type, and is no name's code.
    """
    made = list(names)
    return tuple(made) if len(made) <= sentinel else (*made[:sentinel], nobody, *made[sentinel:])


def with_value(values: Column, rows: Rows, to: int) -> Column:
    """A copy of a column with some rows set to one value; of a wider type where the value asks for one."""
    holds = np.iinfo(values.dtype)
    is_held = holds.min <= to <= holds.max
    changed = values.astype(values.dtype if is_held else np.result_type(values, np.min_scalar_type(to)))
    changed[rows] = to
    changed.setflags(write=False)
    return changed


class Addresses(Protocol):
    """SIP addresses by row, without the ``sip:`` prefix: packed text, or names made up when asked."""

    def __len__(self) -> int: ...
    def __getitem__(self, row: int, /) -> str: ...


@dataclass(frozen=True, slots=True, eq=False)
class PackedText:
    """A column of texts as one UTF-8 blob and the place where each ends.

    >>> texts = PackedText.of(["ann@contoso.com", "bob@contoso.com"])
    >>> len(texts), texts[1]
    (2, 'bob@contoso.com')
    """

    #: A view of them, where they lie in another process' hands.
    blob: bytes | memoryview
    ends: Column

    @classmethod
    def of(cls, texts: Iterable[str]) -> PackedText:
        """Pack ``texts``; lone surrogates, which UTF-8 cannot hold, become question marks."""
        parts = [text.encode("utf-8", "replace") for text in texts]
        ends = np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)), dtype=np.int64)
        return cls(b"".join(parts), column(ends, np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, row: int) -> str:
        start = int(self.ends[row - 1]) if row > 0 else 0
        return str(self.blob[start : int(self.ends[row])], "utf-8")


class ColumnTable:
    """Equality and length of a frozen dataclass of columns."""

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(
            _same(getattr(self, each.name), getattr(other, each.name))
            for each in fields(self)  # type: ignore[arg-type]  # every subclass is a dataclass
            if each.compare
        )

    __hash__ = None  # type: ignore[assignment]  # columns are compared by content, not hashed


def _same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        is_told = one is not None and other is not None
        return is_told and np.array_equal(one, other)  # type: ignore[arg-type]  # whatever makes an array
    return bool(one == other)
