"""What files told, carried to another process: values as bytes, and the same values from them again.

Law of this room: a closed table of the classes that an import is made of. Bytes name a class by its bare name
and are looked up there; nothing in them can call or import anything. Columns lie in the bytes as they lie in
memory, so that a reader maps a file of them and copies none.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

import numpy as np

from coexistence.inputs.exports.account import file_accounts
from coexistence.inputs.exports.read import folder
from coexistence.model import deployment, population, vocabulary
from coexistence.model.conditions import (
    administrators,
    external_systems,
    machines_and_databases,
    messaging,
    reverse_proxy,
)
from coexistence.model.population import PackedText, Population

__all__ = ["KNOWN", "ROOMS", "Cargo", "carried", "received"]

#: Rooms whose dataclasses and enumerations may be carried.
ROOMS: Final = (
    vocabulary, population, deployment, administrators, machines_and_databases, messaging, reverse_proxy,
    external_systems, file_accounts, folder,
)  # fmt: skip
#: Columns begin at multiples of this, wherever the processor would like them to.
_ALIGNED: Final = 64
#: Bytes that hold the length of the head.
_LENGTH: Final = 8


def _classes(room: ModuleType) -> Iterator[type]:
    """Go through the classes that a room has, or that its inner rooms have and it shows."""
    for name, each in vars(room).items():
        if name.startswith("_") or not isinstance(each, type):
            continue
        is_own = f"{each.__module__}.".startswith(f"{room.__name__}.")
        if is_own and (dataclasses.is_dataclass(each) or issubclass(each, enum.Enum)):
            yield each


#: What can be carried beside numbers, texts, dates and collections, by name.
KNOWN: Final[Mapping[str, type]] = {each.__name__: each for room in ROOMS for each in _classes(room)}


@dataclass(frozen=True, slots=True)
class Cargo:
    """A value on its way: a head of plain data, and the columns that it refers to."""

    head: bytes
    columns: tuple[memoryview, ...]

    def parts(self) -> Iterator[bytes | memoryview]:
        """Go through the bytes; columns are not copied."""
        yield len(self.head).to_bytes(_LENGTH, "little")
        yield self.head
        at = _LENGTH + len(self.head)
        for column in self.columns:
            yield bytes(-at % _ALIGNED)
            yield column
            at += -at % _ALIGNED + column.nbytes

    def __bytes__(self) -> bytes:
        return b"".join(self.parts())


def carried(value: object) -> Cargo:
    """Return a value to be carried.

    A column that is used in two places is carried once. Raises TypeError for a value of a class that is not
    in the table: whoever adds a room of the inventory adds it to :data:`ROOMS`.
    """
    writer = _Writer()
    plain = writer.plain(value)
    kinds = [(kind, column.nbytes) for kind, column in writer.columns]
    text = json.dumps({"columns": kinds, "value": plain}, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate is a text like any other here.
    return Cargo(text.encode("utf-8", "surrogatepass"), tuple(column for _, column in writer.columns))


def received(data: bytes | memoryview) -> Any:
    """Return the value that was carried; its columns are read-only views of ``data``."""
    view = memoryview(data).toreadonly()
    end = _LENGTH + int.from_bytes(view[:_LENGTH], "little")
    head = json.loads(str(view[_LENGTH:end], "utf-8", "surrogatepass"))
    columns: list[Any] = []
    for kind, length in head["columns"]:
        start = end + -end % _ALIGNED
        end = start + length
        columns.append(np.frombuffer(view[start:end], kind) if kind else view[start:end])
    return _read(head["value"], columns)


class _Writer:
    """Puts values as lists that begin with what they are; texts, numbers and None as themselves."""

    def __init__(self) -> None:
        #: Data type ("" for bytes) and content.
        self.columns: list[tuple[str, memoryview]] = []
        #: Number of a column by its identity, and the column, so that no other gets the same.
        self._numbers: dict[int, tuple[int, object]] = {}

    def plain(self, value: Any) -> Any:
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if kind is tuple:
            return ["tuple", *map(self.plain, value)]
        if isinstance(value, enum.Enum) and KNOWN.get(kind.__name__) is kind:
            return ["word", kind.__name__, value.name]
        if KNOWN.get(kind.__name__) is kind:
            return ["value", kind.__name__, *map(self.plain, _parts(value))]
        if kind is frozenset:
            return ["set", *sorted(map(self.plain, value), key=json.dumps)]
        if isinstance(value, Mapping):
            return ["map", *([self.plain(key), self.plain(each)] for key, each in value.items())]
        if kind is dt.date:
            return ["day", value.toordinal()]
        if kind is dt.datetime:
            return ["moment", value.isoformat()]
        if kind is np.ndarray and value.ndim == 1 and not value.dtype.hasobject:
            return ["column", self._number(value, value.dtype.str, np.ascontiguousarray(value))]
        if kind in (bytes, memoryview):
            return ["bytes", self._number(value, "", value)]
        raise TypeError(f"no value of {kind.__module__}.{kind.__qualname__} can be carried: {value!r}")

    def _number(self, value: object, kind: str, content: Any) -> int:
        if id(value) not in self._numbers:
            self._numbers[id(value)] = (len(self.columns), value)
            self.columns.append((kind, memoryview(content).cast("B") if len(content) else memoryview(b"")))
        return self._numbers[id(value)][0]


def _parts(value: Any) -> Iterator[Any]:
    """Go through the fields of a dataclass."""
    if isinstance(value, Population) and not isinstance(value.addresses, PackedText):
        # Whatever makes addresses up, or hides real ones, is not carried: what it says is.
        of = value.addresses
        value = value.changed(addresses=PackedText.of(of[row] for row in range(len(of))))
    return (getattr(value, each.name) for each in dataclasses.fields(value))


def _read(plain: Any, columns: list[Any]) -> Any:
    if not isinstance(plain, list):
        return plain
    kind, *parts = plain
    if kind in ("column", "bytes"):
        return columns[parts[0]]
    if kind == "word":
        return KNOWN[parts[0]][parts[1]]  # type: ignore[index]  # an enumeration
    if kind == "day":
        return dt.date.fromordinal(parts[0])
    if kind == "moment":
        return dt.datetime.fromisoformat(parts[0])
    if kind == "map":
        return {_read(key, columns): _read(each, columns) for key, each in parts}
    if kind == "tuple":
        return tuple([_read(each, columns) for each in parts])
    if kind == "set":
        return frozenset([_read(each, columns) for each in parts])
    made = KNOWN[parts[0]]
    names = (each.name for each in dataclasses.fields(made))
    return made(**dict(zip(names, (_read(each, columns) for each in parts[1:]), strict=True)))
