"""A TOML document, its places, and what is wrong with it.

Law of this room: every complaint has its line, and all complaints about one file come together. What a file
holds is looked at before it is parsed: what no person writes (nesting without end, keys of a thousand parts,
numbers of a thousand digits) costs a parser minutes, its stack or its life.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from coexistence.errors import InputError
from coexistence.inputs.exports.formats.encoding import encoding_of, open_text
from coexistence.inputs.toml.lines import LONG_TEXT, SHORT_TEXT, line_at, lines_of
from coexistence.inputs.toml.lines import Path as KeyPath
from coexistence.model.files import read_bytes

__all__ = ["Document", "read_text"]

#: More is no file that a person wrote.
_MOST_BYTES: Final = 4_000_000
_DEEPEST: Final = 50
#: Of a key, ``a.b.c`` has three. The parser's work grows with the cube of them.
_MOST_PARTS: Final = 20
#: Of a number or a bare key.
_LONGEST_WORD: Final = 1_000
#: What a document is made of, as far as its measures go; a long text without an end is the last thing in it.
_TOKEN: Final = re.compile(
    rf"""\#[^\n]*
    |(?P<long>{LONG_TEXT})
    |(?P<endless>\"{{3}}|'{{3}})
    |(?P<text>{SHORT_TEXT})
    |(?P<word>[A-Za-z0-9_+-]+)
    |(?P<open>[\[{{]) |(?P<close>[\]}}]) |(?P<dot>\.) |(?P<other>[\n=,:])
    """,
    re.DOTALL | re.VERBOSE,
)


def read_text(path: Path, option: str) -> str:
    """Text of a TOML file with the line ends of Unix, in whichever encoding Windows left it.

    ``option`` is what named the file, for the sentence when it cannot be read.
    Raises :class:`~coexistence.errors.InputError` for what is no ordinary file, for one that cannot be read,
    is too large, or is no text.
    """
    read_bytes(path, f"{option} {path}", most_bytes=_MOST_BYTES)
    encoding = encoding_of(path, path.name, most_bytes=_MOST_BYTES, again="Save it as UTF-8.")
    with open_text(path, encoding, path.name) as opened:
        return opened.read().replace("\r\n", "\n")


class Document:
    """A document that was read from a text, and the complaints about it."""

    def __init__(self, file: str, text: str) -> None:
        """Parse a text; raises :class:`~coexistence.errors.InputError` for one that is no TOML."""
        self.file = file
        self._text = text
        self._found: list[tuple[int, str]] = []
        _refuse_what_nobody_writes(file, text)
        try:
            self.content: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"not valid TOML: {error}.", file=file) from None

    @cached_property
    def lines(self) -> dict[KeyPath, int]:
        """Line of every table, key and list item."""
        return lines_of(self._text)

    def line(self, *path: str) -> int:
        """Line of a value, or of what it stands in."""
        return line_at(self.lines, path)

    def complain(self, path: Sequence[str], text: str) -> None:
        """Note a complaint with the line that it is about."""
        self._found.append((self.line(*path), text))

    def raise_complaints(self, others: Iterable[str] = ()) -> None:
        """Raise :class:`~coexistence.errors.InputError` if there are any: a line each, in the file's order.

        ``others`` are sentences about files that this one names; they come last.
        """
        found = list(dict.fromkeys(sorted(self._found, key=lambda each: each[0])))
        others = list(others)
        if len(found) == 1 and not others:
            ((line, text),) = found
            raise InputError(text, file=self.file, line=line)
        if found or others:
            said = [f"{self.file}, line {line}: {text}" for line, text in found]
            raise InputError("\n".join((*said, *others)))


def _refuse_what_nobody_writes(file: str, text: str) -> None:
    depth = parts = 0
    after_dot = False
    for token in _TOKEN.finditer(text):
        kind, why = token.lastgroup, ""
        if kind == "open":
            depth += 1
            if depth > _DEEPEST:
                why = f"brackets are nested more than {_DEEPEST} deep"
        elif kind == "close":
            depth -= 1
        elif kind in ("word", "text"):
            parts = parts + 1 if after_dot else 1
            if parts > _MOST_PARTS:
                why = f"a key has more than {_MOST_PARTS} parts"
            elif kind == "word" and token.end() - token.start() > _LONGEST_WORD:
                why = f"a number or a key has more than {_LONGEST_WORD} characters"
        elif kind == "endless":
            return  # the parser says on which line
        after_dot = kind == "dot"
        if why:
            line = text.count("\n", 0, token.start()) + 1
            raise InputError(f"{why}, which nobody writes by hand. Take it out.", file=file, line=line)
