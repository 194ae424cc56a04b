"""What was read from files, packed for another process: a pickled head, and the columns it refers to.

Law of this room: this is the way to workers, and no other. A worker runs our code and our user's tests
anyway, so a head may name classes, as a pickle does; it reaches the worker through the pipe of the process
that started it and lies in no file. Columns may lie in a file that several workers map: they are numbers and
texts as they lie in memory, and nothing in them is looked up or called. What workers send *back* comes in
execnet's plain types, for nobody here runs what a worker says; nothing of that kind is unpacked here.
"""

from __future__ import annotations

import dataclasses
import io
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from coexistence.errors import InputError
from coexistence.model.population import PackedText, Population

__all__ = ["Parcel", "columns_in", "packed", "unpacked"]

Buffer: TypeAlias = bytes | memoryview

#: Columns begin at multiples of this, wherever the processor would like them to.
_ALIGNED: Final = 64


@dataclass(frozen=True, slots=True)
class Parcel:
    """A value on its way; its columns are not copied."""

    head: bytes
    columns: tuple[memoryview, ...]

    @property
    def sizes(self) -> list[int]:
        """Lengths of the columns in bytes."""
        return [column.nbytes for column in self.columns]

    def content(self) -> Iterator[Buffer]:
        """Bytes of a file of the columns, in parts."""
        for column in self.columns:
            yield column
            yield bytes(-column.nbytes % _ALIGNED)


def packed(value: object) -> Parcel:
    """Parcel with a value in it; what is used in two places is in it once.

    Raises TypeError for a value of a kind that no pickle holds, such as a function made on the way.
    """
    columns: list[pickle.PickleBuffer] = []
    head = io.BytesIO()
    head.write(_signature())
    try:
        _Pickler(head, protocol=5, buffer_callback=columns.append).dump(value)
    except (pickle.PicklingError, AttributeError) as error:  # the latter for what no module names
        raise TypeError(f"cannot be handed to another process: {error}") from error
    return Parcel(head.getvalue(), tuple(column.raw().toreadonly() for column in columns))


def unpacked(head: bytes, columns: Sequence[Buffer] = ()) -> Any:
    """Value that was packed; its columns are read-only views of ``columns``.

    Raises :class:`~coexistence.errors.InputError` for a head that another version of this package packed, or
    that is not whole.
    """
    signature = _signature()
    if not head.startswith(signature):
        raise _unreadable("this process runs another version of it")
    try:
        views = [memoryview(each).toreadonly() for each in columns]
        return pickle.loads(memoryview(head)[len(signature) :], buffers=views)  # noqa: S301  # see this room's law
    except Exception as error:  # a pickle that is cut off raises whatever its last words lead to
        raise _unreadable(f"{type(error).__name__}: {error}") from error


def columns_in(content: Buffer, sizes: Sequence[int]) -> list[memoryview]:
    """Columns of these lengths in a file's bytes, as views of them.

    Raises :class:`~coexistence.errors.InputError` where the bytes are fewer or more than the columns take.
    """
    view = memoryview(content)
    ends = [0]
    for size in sizes:
        ends.append(ends[-1] + size + -size % _ALIGNED)
    if ends[-1] != view.nbytes:
        raise _unreadable(f"{view.nbytes} bytes of columns are there, not {ends[-1]}")
    return [view[start : start + size] for (start, _), size in zip(pairwise(ends), sizes, strict=True)]


def _signature() -> bytes:
    """What a head begins with: it is read by the version that wrote it alone."""
    return f"pytest-coexistence {version('pytest-coexistence')}\n".encode()


def _unreadable(why: str) -> InputError:
    return InputError(
        f"what the controller of pytest-coexistence handed to this process cannot be read ({why}). Install "
        "the same version wherever workers run and keep the folder for temporary files as it is, or run "
        "without workers (-n0)."
    )


def _fill(made: object, parts: dict[str, object]) -> None:
    for name, value in parts.items():
        object.__setattr__(made, name, value)  # dataclasses are frozen


class _Pickler(pickle.Pickler):
    """Leaves indices at home that a value made of itself, and columns where they lie."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, PackedText):
            return PackedText, (pickle.PickleBuffer(value.blob), value.ends)
        if isinstance(value, memoryview):
            return memoryview, (pickle.PickleBuffer(value),)
        if isinstance(value, MappingProxyType):
            return MappingProxyType, (dict(value),)
        if not dataclasses.is_dataclass(value) or isinstance(value, type) or not hasattr(value, "__dict__"):
            return NotImplemented
        parts = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        if isinstance(value, Population) and not isinstance(value.addresses, PackedText):
            # Whatever makes addresses up, or hides real ones, stays here: what it says is packed.
            of = value.addresses
            parts["addresses"] = PackedText.of(of[row] for row in range(len(of)))
        # In the order of a pickle: how it is made, of what, then its state, and how that is put in.
        return object.__new__, (type(value),), parts, None, None, _fill
