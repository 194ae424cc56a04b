"""One hardened XML reader for everything that is XML.

Law of this room: the file is hostile until proved otherwise. No DOCTYPE, hence no entities but the five
of XML; limits on depth, attributes, lengths and the number of parts, checked while reading. The text is
decoded by us and fed as UTF-8, so an encoding that the document claims does not matter.

Measured: the standard library's ElementTree expands internal entities in UTF-16, accepts a million
levels and 200 MB in one text. And expat before 2.6 rescans an unfinished token for every piece it is
fed (a 30 MB attribute in 64 KiB pieces: 7 s), and takes six seconds for one tag with a million attributes,
so a tag or a comment that has no end after a piece or two is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TextIO
from xml.parsers import expat

from coexistence.errors import InputError
from coexistence.inputs.exports.formats.encoding import encoding_of, open_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["EXPORT_AGAIN", "MOST_PARTS", "Element", "MalformedError", "parsed", "read_tree"]

#: The way out of every unusable topology.
EXPORT_AGAIN: Final = "Export it again with (Get-CsTopology -AsXml).Save('topology.xml')."

#: A topology of 18,000 clusters has 20 MB; real ones stay below one.
_MOST_BYTES: Final = 64 << 20
#: The deepest element of a topology is on level 8; wrappers add some.
_DEEPEST: Final = 200
#: A port has 13 attributes.
_MOST_ATTRIBUTES: Final = 200
_LONGEST_NAME: Final = 1_000
_LONGEST_ATTRIBUTE: Final = 1 << 16
#: A whole topology may stand as one escaped text in a CLIXML file.
_LONGEST_TEXT: Final = 1 << 24
#: Elements and attributes together: about 200 MB as a tree.
MOST_PARTS: Final = 1_000_000
_PIECE: Final = 1 << 20
#: A tag, a comment, or anything else that has to be looked at as a whole.
_LONGEST_TAG: Final = 1 << 20
_NO_ATTRIBUTES: Final[Mapping[str, str]] = MappingProxyType({})


class MalformedError(InputError):
    """A text that is no XML, or not all of it: what is in it may still be, and means no harm."""


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """An element, with the line on which it begins."""

    namespace: str
    name: str
    attributes: Mapping[str, str]
    #: Text directly inside, without white space around it.
    text: str
    children: tuple[Element, ...]
    line: int

    def is_a(self, namespace: str, name: str) -> bool:
        """Whether this is the element ``name`` of ``namespace``, whatever prefix it was written with."""
        return self.name == name and self.namespace == namespace

    def get(self, attribute: str) -> str:
        """Return an attribute without white space around it; empty where it is not given."""
        return self.attributes.get(attribute, "").strip()

    def all(self, namespace: str, name: str) -> Iterator[Element]:
        """Yield the children of that name."""
        return (child for child in self.children if child.is_a(namespace, name))

    def first(self, namespace: str, *names: str) -> Element | None:
        """Return the first element down this path of names, each the first child of that name."""
        found: Element | None = self
        for name in names:
            if found is None:
                return None
            found = next(found.all(namespace, name), None)
        return found

    def walk(self) -> Iterator[Element]:
        """Yield this element and everything below it, in the order of the document."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.children))


def read_tree(
    path: Path, file: str, *, way_out: str = EXPORT_AGAIN, most_parts: int = MOST_PARTS
) -> tuple[Element, str | None]:
    """Read a file and return its root element, and a note about its encoding.

    ``way_out`` ends every complaint. ``most_parts`` limits elements and attributes together.

    Raises InputError, with the line and the way out, for whatever is not well-formed XML within limits.
    """
    encoding = encoding_of(path, file, most_bytes=_MOST_BYTES)
    with open_text(path, encoding, file) as text:
        return parsed(_pieces(text), file, way_out=way_out, most_parts=most_parts), encoding.note


def parsed(
    pieces: Iterable[str],
    file: str,
    *,
    line: int = 0,
    way_out: str = EXPORT_AGAIN,
    most_parts: int = MOST_PARTS,
) -> Element:
    """Return the root element of a document given as text.

    ``line`` is for a document inside another one: the line to give to every element.

    Raises InputError as :func:`read_tree` does.
    """
    return _Builder(file, line, way_out, most_parts).fed(pieces)


def _pieces(text: TextIO) -> Iterator[str]:
    while piece := text.read(_PIECE):
        yield piece


class _Builder:
    """Handlers of one parse."""

    def __init__(self, file: str, line: int, way_out: str, most_parts: int) -> None:
        self._file = file
        self._way_out = way_out
        self._most_parts = most_parts
        self._bytes = 0
        self._line = line
        self._before = 0
        self._parts = 0
        self._stack: list[tuple[str, str, Mapping[str, str], list[str], list[Element], int]] = []
        self._lengths: list[int] = []
        self._root: Element | None = None
        # "utf-8" overrides what the document claims; a space cannot occur in a local name.
        self._parser = parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def fed(self, pieces: Iterable[str]) -> Element:
        begun = False
        try:
            for piece in pieces:
                if begun:
                    self._feed(piece)
                    continue
                # Blank lines before the declaration come from copying; expat would refuse them.
                stripped = piece.lstrip()
                self._before += piece[: len(piece) - len(stripped)].count("\n")
                if stripped:
                    begun = True
                    self._refuse_page(stripped)
                    self._feed(stripped)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            if not begun:
                raise self._error("the file is empty") from error
            what = expat.ErrorString(error.code) or "syntax error"
            ended = error.code in _ENDS_EARLY
            raise self._error(
                "the XML ends too early: the file is cut"
                if ended
                else f"this is not well-formed XML ({what})",
                error.lineno,
                MalformedError,
            ) from error
        finally:
            # The handlers are methods of this object: without this both live until the next collection.
            self._parser.StartElementHandler = self._parser.EndElementHandler = None
            self._parser.CharacterDataHandler = self._parser.StartDoctypeDeclHandler = None
        if self._root is None:  # pragma: no cover  # expat reports a document without an element itself
            raise self._error("there is no element in it")
        return self._root

    def _feed(self, piece: str) -> None:
        # Lone surrogates cannot come from a file, but from text that others decoded.
        data = memoryview(piece.encode("utf-8", "replace"))
        # A document that was inside another one comes in a single piece.
        for start in range(0, len(data), _PIECE):
            part = data[start : start + _PIECE]
            self._bytes += len(part)
            self._parser.Parse(part, False)
            if self._bytes - self._parser.CurrentByteIndex > _LONGEST_TAG:
                raise self._error(f"a tag or a comment has more than {_LONGEST_TAG} characters", self._here())

    def _refuse_page(self, start: str) -> None:
        if re.match(r"(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+)?html\b", start, re.IGNORECASE | re.DOTALL):
            raise self._error("this is a web page (HTML), not an export", 1)

    def _error(self, what: str, line: int | None = None, kind: type[InputError] = InputError) -> InputError:
        place = self._line or (0 if line is None else line + self._before)
        return kind(f"{what}. {self._way_out}", file=self._file, line=place)

    def _here(self) -> int:
        return self._parser.CurrentLineNumber

    def _doctype(self, *_: object) -> None:
        raise self._error("there is a DOCTYPE, which no export has, so the file is refused", self._here())

    def _start(self, tag: str, pairs: list[str]) -> None:
        self._parts += 1 + len(pairs) // 2
        if self._parts > self._most_parts:
            raise self._error(f"there are more than {self._most_parts} elements and attributes", self._here())
        if len(self._stack) >= _DEEPEST:
            raise self._error(f"elements are nested more than {_DEEPEST} levels deep", self._here())
        if len(pairs) > 2 * _MOST_ATTRIBUTES:
            raise self._error(f"an element has more than {_MOST_ATTRIBUTES} attributes", self._here())
        if len(tag) > _LONGEST_NAME or any(len(name) > _LONGEST_NAME for name in pairs[::2]):
            raise self._error(f"a name has more than {_LONGEST_NAME} characters", self._here())
        if any(len(value) > _LONGEST_ATTRIBUTE for value in pairs[1::2]):
            raise self._error(f"an attribute has more than {_LONGEST_ATTRIBUTE} characters", self._here())
        namespace, _, name = tag.rpartition(" ")
        attributes = dict(zip(pairs[::2], pairs[1::2], strict=True)) if pairs else _NO_ATTRIBUTES
        line = self._line or self._here() + self._before
        self._stack.append((namespace, name, attributes, [], [], line))
        self._lengths.append(0)

    def _end(self, _tag: str) -> None:
        namespace, name, attributes, text, children, line = self._stack.pop()
        self._lengths.pop()
        made = Element(namespace, name, attributes, "".join(text).strip(), tuple(children), line)
        if self._stack:
            self._stack[-1][4].append(made)
        else:
            self._root = made

    def _text(self, text: str) -> None:
        self._lengths[-1] += len(text)
        if self._lengths[-1] > _LONGEST_TEXT:
            raise self._error(f"a text has more than {_LONGEST_TEXT} characters", self._here())
        self._stack[-1][3].append(text)


_ENDS_EARLY: Final = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)
