"""TOML that people write for us: tables that know their lines, and say clearly what is wrong with them.

Law of this room: every complaint has its line. What a key means to us is said where it is read.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

from coexistence.errors import InputError, did_you_mean
from coexistence.inputs.toml.lines import Path as KeyPath
from coexistence.inputs.toml.lines import line_at, lines_of
from coexistence.model.files import read_bytes

__all__ = ["Table", "read_toml"]

T = TypeVar("T")

_MISSING: Final = object()
#: More is no file that a person wrote.
_MAX_BYTES: Final = 16_000_000
_KINDS: Final[Mapping[type, str]] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
    dt.date: "a date",
    dt.datetime: "a date with a time",
    dt.time: "a time",
}


def read_toml(path: Path, option: str) -> Table:
    """Read a TOML file; ``option`` is what named it, for the sentence when it cannot be read.

    Raises :class:`~coexistence.errors.InputError`.
    """
    try:
        text = read_bytes(path, f"{option} {path}", most_bytes=_MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 (byte {error.start}). Save it as UTF-8.", file=path.name) from None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}.", file=path.name) from None
    return Table(content, _Source(path.name, text))


class _Source:
    """The text that tables come from; its lines are counted when somebody asks."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._text = text

    @cached_property
    def lines(self) -> dict[KeyPath, int]:
        return lines_of(self._text)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a file, with its place."""

    content: Mapping[str, Any]
    source: _Source
    path: KeyPath = ()

    @property
    def file(self) -> str:
        """Name of the file."""
        return self.source.file

    @property
    def line(self) -> int:
        """Where it begins; for one written inside a line, that line."""
        return line_at(self.source.lines, self.path)

    def line_of(self, key: str) -> int:
        """Where a key of it stands."""
        return line_at(self.source.lines, (*self.path, key))

    def __contains__(self, key: str) -> bool:
        return key in self.content

    def wrong(self, key: str, why: str) -> InputError:
        """Return the complaint about a key, with its line; the table's own where there is no such key."""
        shown = f"{key} = {_shown(self.content[key])}: " if key in self.content else ""
        return InputError(f"{shown}{why}", file=self.source.file, line=self.line_of(key))

    def only(self, *known: str) -> None:
        """Refuse keys that mean nothing to us; the nearest known one is named."""
        for key in self.content:
            if key not in known:
                raise InputError(
                    f"{self._title} has no key {key!r}.{did_you_mean(key, known)} Known: {', '.join(known)}.",
                    file=self.source.file,
                    line=self.line_of(key),
                )

    @property
    def _title(self) -> str:
        names = [part for part in self.path if not part.isdigit()]
        return f"[{'.'.join(names)}]" if names else "the file"

    def get(self, key: str, kind: type[T], default: Any = _MISSING) -> T:
        """Return a value of a kind; ``default`` where it is left out, if it may be."""
        if key not in self.content:
            if default is _MISSING:
                raise InputError(f"{self._title} lacks {key!r}.", file=self.source.file, line=self.line)
            return default  # type: ignore[no-any-return]  # the caller's own
        value = self.content[key]
        # True is an int to Python, and a datetime a date; to people they are not.
        if type(value) is not kind:
            raise self.wrong(key, f"not {_KINDS[kind]}.")
        return value

    def text(self, key: str, default: Any = _MISSING) -> str:
        """Return a text that is not blank."""
        value = self.get(key, str, default)
        if key in self.content and not value.strip():
            raise self.wrong(key, "must not be empty.")
        return value

    def day(self, key: str, default: Any = _MISSING) -> dt.date:
        """Return a date; one with a time and an offset is the day that it is in UTC then."""
        value = self.content.get(key)
        if isinstance(value, dt.datetime):
            return (value.astimezone(dt.UTC) if value.tzinfo else value).date()
        if isinstance(value, str):
            try:
                return dt.date.fromisoformat(value.strip())
            except ValueError:
                raise self.wrong(key, "not a date. Write it like 2026-11-23.") from None
        return self.get(key, dt.date, default)

    def texts(self, key: str, default: Any = _MISSING) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self.get(key, list, default)
        for value in values:
            if not isinstance(value, str) or not value.strip():
                raise self.wrong(key, f"{_shown(value)} in it is not a text.")
        return tuple(values)

    def table(self, key: str) -> Table:
        """Return a table inside this one; an empty one where it is left out."""
        return Table(self.get(key, dict, {}), self.source, (*self.path, key))

    def tables(self, key: str) -> Iterator[Table]:
        """Return the tables of a list (``[[key]]``)."""
        for number, value in enumerate(self.get(key, list, [])):
            if not isinstance(value, dict):
                raise self.wrong(key, f"write each as a table: [[{key}]].")
            yield Table(value, self.source, (*self.path, key, str(number)))


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
