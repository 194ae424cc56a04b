"""On which line a value of a TOML document stands.

Law of this room: it walks a text that ``tomllib`` has accepted and finds places, never values. No
well-kept library tells both: tomllib and tomlkit give lines for mistakes of syntax only.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Final, TypeAlias

__all__ = ["LONG_TEXT", "SHORT_TEXT", "Path", "line_at", "lines_of"]

#: Where a value stands in a document: keys, and numbers of list items as texts.
Path: TypeAlias = tuple[str, ...]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN: Final = re.compile(r"[^,\]}#\r\n]+")
#: Patterns of texts: over several lines, and on one.
LONG_TEXT: Final = r'''"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+"{3,5}|\'{3}(?:(?!\'{3}).)*+\'{3,5}'''
SHORT_TEXT: Final = r"""\"(?:\\.|[^\"\\\r\n])*+\"|'[^'\r\n]*'"""
_LONG: Final = re.compile(LONG_TEXT, re.DOTALL)
_SHORT: Final = re.compile(SHORT_TEXT)


def lines_of(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, of every table, key and list item of a sound TOML document.

    >>> lines_of(chr(10).join(["a = 1", "[[b]]", "c = [2,", "3]"]))[("b", "0", "c", "1")]
    4
    """
    return _Walk(text).found


def line_at(lines: Mapping[Path, int], path: Path) -> int:
    """Return the line of a value, or of what it stands in: a table written inside a line, the document.

    >>> line_at({("b",): 2}, ("b", "0", "c"))
    2
    """
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, int] = {}
        self._counted = 0
        self._line = 1
        #: How many tables a list of tables has so far.
        self._tables: dict[Path, int] = {}
        self._document()

    @property
    def line(self) -> int:
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]

    def _skip(self, *, lines: bool) -> None:
        """Go over blanks, and over comments and ends of lines where a value may stand on the next one."""
        blank = " \t\r\n" if lines else " \t"
        while character := self._next():
            if character in blank:
                self.at += 1
            elif character == "#" and lines:
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    def _document(self) -> None:
        inside: Path = ()
        self._skip(lines=True)
        while self._next():
            if self._next() == "[":
                inside = self._header()
            else:
                self._pair(inside)
            self._skip(lines=True)

    def _header(self) -> Path:
        line = self.line
        is_list = self.text.startswith("[[", self.at)
        self.at += 2 if is_list else 1
        *parents, name = self._key()
        path: Path = ()
        for each in parents:
            path = self._current((*path, each))
        path = (*path, name)
        self._skip(lines=False)
        self.at += 2 if is_list else 1
        if is_list:
            number = self._tables.get(path, 0)
            self._tables[path] = number + 1
            self.found.setdefault(path, line)
            path = (*path, str(number))
        self.found[path] = line
        return path

    def _current(self, path: Path) -> Path:
        """Return the last table of a list of tables; the path itself where it is no list."""
        number = self._tables.get(path)
        return path if number is None else (*path, str(number - 1))

    def _key(self) -> Path:
        parts: list[str] = []
        while True:
            self._skip(lines=False)
            if self._next() in "\"'":
                match = _SHORT.match(self.text, self.at)
                assert match is not None  # tomllib has read it
                parts.append(str(tomllib.loads(f"k = {match[0]}")["k"]))
            else:
                match = _BARE.match(self.text, self.at)
                assert match is not None  # likewise
                parts.append(match[0])
            self.at = match.end()
            self._skip(lines=False)
            if self._next() != ".":
                return tuple(parts)
            self.at += 1

    def _pair(self, inside: Path) -> None:
        line = self.line
        key = self._key()
        for length in range(1, len(key)):
            self.found.setdefault((*inside, *key[:length]), line)
        path = (*inside, *key)
        self.found[path] = line
        self.at += 1  # the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip(lines=False)
        character = self._next()
        if character == "[":
            self._list(path)
        elif character == "{":
            self._inline(path)
        elif match := self._scalar():
            self.at = match.end()

    def _scalar(self) -> re.Match[str] | None:
        return (
            _LONG.match(self.text, self.at)
            or _SHORT.match(self.text, self.at)
            or _PLAIN.match(self.text, self.at)
        )

    def _list(self, path: Path) -> None:
        self.at += 1
        number = 0
        self._skip(lines=True)
        while self._next() != "]":
            item = (*path, str(number))
            self.found[item] = self.line
            self._value(item)
            number += 1
            self._skip(lines=True)
            if self._next() == ",":
                self.at += 1
                self._skip(lines=True)
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        self._skip(lines=True)
        while self._next() != "}":
            self._pair(path)
            self._skip(lines=True)
            if self._next() == ",":
                self.at += 1
                self._skip(lines=True)
        self.at += 1
