"""``ConvertTo-Json``: objects one after another, each decoded alone.

Law of this room: the file is streamed and never held as a whole; what an object may hold has an end, and
so has how deep it may nest. Numbers stay text. Source: cmdlet exports, sections 1 and 6.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, TextIO

from coexistence.errors import InputError
from coexistence.inputs.exports.formats.objects import Item, Value, named

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["items", "looks_like_json", "refuse_others"]

_PIECE: Final = 1 << 20
#: One object with everything in it.
_LONGEST_OBJECT: Final = 4 << 20
#: What stands in all objects of one file: seventy thousand users with every property.
_MOST_VALUES: Final = 5_000_000
#: An object, or a list, takes as long as so many values in it.
_AN_OBJECT: Final = 10
_DEEPEST: Final = 30
#: The beginning of a wrapped list must be in the window as a whole.
_LOOK_AHEAD: Final = 200
_SPACE: Final = re.compile(r"[\s\ufeff]*")
_BETWEEN: Final = re.compile(r"[\s,]*")
#: PowerShell's odd form of an array: an object with its elements and their number.
_WRAPPED: Final = re.compile(r'\{\s*(?:"Count"\s*:\s*\d{1,12}\s*,\s*)?"value"\s*:\s*\[', re.IGNORECASE)
_AGAIN: Final = "Export it again with ConvertTo-Json -Depth 5, or as CSV."


def looks_like_json(text: str) -> bool:
    """Whether the beginning of a file looks like an object or a list of objects."""
    return re.match(r'[\s\ufeff]*(?:\[\s*(?:\{|\])|\{\s*(?:"|\}))', text) is not None


def refuse_others(text: str, file: str) -> None:
    """Raise InputError for a text that begins as no JSON does: words, a page, an export of another form."""
    found = re.match(r"[\s\ufeff]*(?:[\[{\"0-9-]|(?:true|false|null)\b)", text)
    if found is None:
        raise InputError(f"this is no JSON, though the file is called so. {_AGAIN}", file=file, line=1)


def items(text: TextIO, file: str) -> Iterator[Item]:
    """Yield the objects of a file.

    Raises InputError for what is no JSON, and for an object that is larger or deeper than any export.
    """
    return _Reader(text, file).items()


class _Reader:
    """A window that moves over the text."""

    def __init__(self, text: TextIO, file: str) -> None:
        self._text = text
        self._file = file
        self._window = ""
        self._at = 0
        self._line = 1
        self._left = _MOST_VALUES
        self._decode = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str).raw_decode

    def items(self) -> Iterator[Item]:
        """Go through lists and objects at the top of the document."""
        while self._skip(_SPACE):
            wrapped = _WRAPPED.match(self._window, self._at)
            if wrapped or self._window[self._at] == "[":
                self._move(wrapped.end() if wrapped else self._at + 1)
                yield from self._elements()
                if wrapped:
                    return
            else:
                yield from self._element()

    def _elements(self) -> Iterator[Item]:
        while self._skip(_BETWEEN):
            if self._window[self._at] == "]":
                self._move(self._at + 1)
                return
            yield from self._element()
        raise self._error("the list does not end: the file is cut")

    def _element(self) -> Iterator[Item]:
        line = self._line
        found = self._decoded()
        if isinstance(found, dict):
            made = self._value(found, line, 0)
            assert isinstance(made, Item)
            yield made
        elif isinstance(found, list):
            # A list inside the list: what one server or one command gave.
            self._left -= 1
            for each in found:
                made = self._value(each, line, 0)
                if isinstance(made, Item):
                    yield made
        else:
            self._left -= 1
        if self._left < 0:
            raise self._error(f"there are more than {_MOST_VALUES} values in it")

    def _decoded(self) -> Any:
        while True:
            try:
                found, end = self._decode(self._window, self._at)
            except RecursionError:
                raise self._error("objects are nested deeper than any export") from None
            except ValueError as error:
                if len(self._window) - self._at >= _LONGEST_OBJECT:
                    raise self._error(f"an object has more than {_LONGEST_OBJECT} characters") from None
                if not self._more():
                    what = error.msg if isinstance(error, json.JSONDecodeError) else "not a value"
                    raise self._error(f"this is not well-formed JSON ({what})") from None
            else:
                self._move(end)
                return found

    def _value(self, found: Any, line: int, depth: int) -> Value:
        if isinstance(found, str):
            return found
        if found is None or depth > _DEEPEST:
            return ""
        if isinstance(found, bool):
            return str(found)
        self._left -= len(found) + _AN_OBJECT
        if isinstance(found, list):
            return tuple(self._value(each, line, depth + 1) for each in found)
        return Item(
            line, "", "", {named(name): self._value(each, line, depth + 1) for name, each in found.items()}
        )

    def _skip(self, what: re.Pattern[str]) -> bool:
        """Move past white space; tell whether anything follows."""
        while True:
            found = what.match(self._window, self._at)
            assert found is not None  # the pattern matches nothing too
            self._move(found.end())
            if self._at + _LOOK_AHEAD < len(self._window) or not self._more():
                return self._at < len(self._window)

    def _more(self) -> bool:
        piece = self._text.read(_PIECE)
        if not piece:
            return False
        self._window = self._window[self._at :] + piece
        self._at = 0
        return True

    def _move(self, to: int) -> None:
        self._line += self._window.count("\n", self._at, to)
        self._at = to

    def _error(self, what: str) -> InputError:
        return InputError(f"{what}. {_AGAIN}", file=self._file, line=self._line)
