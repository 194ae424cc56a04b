"""Bytes to text, as PowerShell and people leave them on disk.

Law of this room: the byte order mark comes first, then what the bytes look like, and what a document
says about its own encoding comes never, because copies re-encoded by hand still carry the old claim
(topology format, section 4). A file is looked through once, in pieces, before anybody parses it: then
it has no NUL in it and no line without an end, is in one encoding from beginning to end, and its text can
be streamed without surprises. A file that changes after that is not used.
"""

from __future__ import annotations

import codecs
import io
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, TextIO

from coexistence.errors import InputError
from coexistence.model.files import open_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _typeshed import WriteableBuffer

__all__ = ["ALLOW", "CHANGED", "Encoding", "beginning", "encoding_of", "open_text"]

#: The way out for files that the system does not let us read.
ALLOW: Final = "Allow reading it, or move it out of the folder."
#: What is said about a file that is not what it was a moment ago.
CHANGED: Final = "the file changed while it was read. Finish the export first, then name the folder."

_AGAIN: Final = "Export it again with -Encoding UTF8."
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: A character outside ASCII as UTF-8 writes it, and everything inside ASCII.
_AS_UTF8: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ASCII: Final = re.compile(rb"[\x00-\x7f]+")
#: In a text of one code page two letters look like UTF-8 by chance now and then: every fifth letter is none.
_BY_CHANCE: Final = 5
#: CR LF of an 8-bit text, read as UTF-16 of this byte order: a character that no script has.
_PAIRED_LINE_END: Final = "\u0a0d"
_PIECE: Final = 1 << 20
#: Enough for a header line of a thousand columns.
_BEGINNING: Final = 1 << 17


@dataclass(frozen=True, slots=True)
class Encoding:
    """How to turn a file's bytes into text."""

    codec: str
    #: Bytes before the text: the byte order mark.
    skip: int
    #: What an administrator should know about it, or None.
    note: str | None = None
    #: The file as it was looked through: its number, size and date.
    state: tuple[int, int, int] = (0, 0, 0)


def _guessed(head: bytes) -> Encoding:
    for mark, codec in _MARKS:
        if head.startswith(mark):
            # Tools that re-encode a file keep the first mark as a character, so there may be two.
            return Encoding(codec, len(mark) * (2 if head.startswith(mark * 2) else 1))
    # UTF-16 without a mark: mostly letters of Western alphabets, so every other byte is zero, and the first
    # letter is one of them. A stray NUL or two in other text must not look like it, nor must UTF-16 that
    # was appended to something else.
    pairs = len(head) // 2
    if pairs >= 2:
        even, odd = head[0 : 2 * pairs : 2], head[1 : 2 * pairs : 2]
        if not odd[0] and odd.count(0) * 2 > pairs > 4 * even.count(0):
            return Encoding("utf-16-le", 0)
        if not even[0] and even.count(0) * 2 > pairs > 4 * odd.count(0):
            return Encoding("utf-16-be", 0)
    return Encoding("utf-8", 0)


def beginning(path: Path, file: str) -> tuple[str, bool]:
    """Return the first characters of a file, and whether they are all of it.

    Good for recognising a file, not for reading it: bytes that do not fit are replaced.

    Raises InputError for a file that cannot be opened.
    """
    with _opened(path, file) as raw:
        head = raw.read(_BEGINNING + 1)
    encoding = _guessed(head[:4096])
    # The last character may be cut in two: an incremental decoder leaves it out.
    decoder = codecs.getincrementaldecoder(encoding.codec)("replace")
    return decoder.decode(head[encoding.skip : _BEGINNING]), len(head) <= _BEGINNING


def encoding_of(
    path: Path,
    file: str,
    *,
    most_bytes: int,
    longest_line: int | None = None,
    most_lines: int | None = None,
    again: str = _AGAIN,
) -> Encoding:
    """Look through a file once and return how to read it.

    UTF-8 that is none is read as Windows-1252, which a note says. ``again`` is the way out for a file that is
    damaged.

    Raises InputError for a file that cannot be opened, is larger than ``most_bytes``, has more than
    ``most_lines`` lines or a line of more than ``longest_line`` characters, holds a NUL, or is not in one
    encoding from beginning to end.
    """
    with _opened(path, file) as raw:
        state = _state(raw)
        size = state[1]
        if size > most_bytes:
            raise InputError(
                f"the file has {size} bytes, and {most_bytes} is the most that is read. "
                "Export it in smaller files, or move it out of the folder if it is something else.",
                file=file,
            )
        guess = _guessed(raw.read(4096))
        look = _Look(file, longest_line, most_lines, again)
        note = None
        try:
            look.through(raw, guess, size)
        except UnicodeDecodeError as error:
            if guess.codec != "utf-8" or guess.skip or _has_utf8(raw, size):
                raise look.error(
                    f"from here on the file is in another encoding than before, or it is damaged. {again}"
                ) from error
            guess = Encoding("cp1252", 0)
            note = "not UTF-8: read as Windows-1252, so names may be wrong; export with -Encoding UTF8"
            _Look(file, longest_line, most_lines, again).through(raw, guess, size)
        if _state(raw) != state:
            raise InputError(CHANGED, file=file)
    return Encoding(guess.codec, guess.skip, note, state)


@contextmanager
def open_text(path: Path, encoding: Encoding, file: str) -> Iterator[TextIO]:
    """Open a file whose encoding is known; line ends stay as they are.

    Raises InputError for a file that cannot be opened, and for one that is not as it was looked through:
    now, or when it is closed.
    """
    with _opened(path, file) as raw:
        if _state(raw) != encoding.state:
            raise InputError(CHANGED, file=file)
        raw.seek(encoding.skip)
        text = io.BufferedReader(_Upto(raw, encoding.state[1] - encoding.skip), _PIECE)
        try:
            # Looked through before, so only the few bytes that Windows-1252 does not use are replaced.
            yield io.TextIOWrapper(text, encoding=encoding.codec, errors="replace", newline="")
        except InputError as error:
            if _state(raw) != encoding.state:
                raise InputError(CHANGED, file=file) from error
            raise
        if _state(raw) != encoding.state:
            raise InputError(CHANGED, file=file)


class _Upto(io.RawIOBase):
    """So many bytes of a file: one that grows for ever still comes to its end."""

    def __init__(self, raw: BinaryIO, left: int) -> None:
        super().__init__()
        self._raw = raw
        self._left = left

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, into: WriteableBuffer, /) -> int:
        """Read into a buffer; returns how many bytes."""
        view = memoryview(into).cast("B")
        data = self._raw.read(min(len(view), self._left))
        view[: len(data)] = data
        self._left -= len(data)
        return len(data)


def _opened(path: Path, file: str) -> BinaryIO:
    return open_file(path, file, advice=ALLOW)


def _state(raw: BinaryIO) -> tuple[int, int, int]:
    status = os.fstat(raw.fileno())
    return status.st_ino, status.st_size, status.st_mtime_ns


def _has_utf8(raw: BinaryIO, size: int) -> bool:
    """Whether a file that is not UTF-8 is UTF-8 in parts, so in no code page either."""
    raw.seek(0)
    found = others = 0
    left = size
    while piece := raw.read(min(_PIECE, left)):
        left -= len(piece)
        found += len(_AS_UTF8.findall(piece))
        others += len(_ASCII.sub(b"", _AS_UTF8.sub(b"", piece)))
    return found * _BY_CHANCE > others


class _Look:
    """One look through a file."""

    def __init__(self, file: str, longest_line: int | None, most_lines: int | None, again: str) -> None:
        self._file = file
        self._again = again
        self._longest_line = longest_line
        self._most_lines = most_lines
        #: Line of the piece that is looked at, and how long its first line is by then.
        self._line = 1
        self._returns = 0
        self._open_ended = 0

    def error(self, what: str, behind: str = "") -> InputError:
        return InputError(what, file=self._file, line=self._line + behind.count("\n"))

    def through(self, raw: BinaryIO, encoding: Encoding, size: int) -> None:
        """Look at all of it.

        Raises InputError for what no text has, and UnicodeDecodeError, standing on its line.
        """
        strict = encoding.codec != "cp1252"
        decoder = codecs.getincrementaldecoder(encoding.codec)("strict" if strict else "replace")
        raw.seek(encoding.skip)
        left = size - encoding.skip
        while True:
            piece = raw.read(min(_PIECE, left))
            left -= len(piece)
            try:
                text = decoder.decode(piece, not piece)
            except UnicodeDecodeError as error:
                self._line += error.object[: error.start].decode(encoding.codec, "replace").count("\n")
                raise
            self._look_at(text, encoding)
            if not piece:
                return

    def _look_at(self, text: str, encoding: Encoding) -> None:
        if "\0" in text:
            raise self.error(
                "there is a NUL character, which no text export has: the file is damaged or binary. "
                f"{self._again}",
                text[: text.index("\0")],
            )
        if encoding.codec == "utf-16-le" and _PAIRED_LINE_END in text:
            raise self.error(
                f"the file goes on in another encoding than it begins with. {self._again}",
                text[: text.index(_PAIRED_LINE_END)],
            )
        if self._longest_line is not None:
            # A line longer than a piece is what matters, so only the ends within a piece are looked at.
            ends = [at for at in (text.find("\n"), text.find("\r")) if at >= 0]
            self._open_ended += min(ends, default=len(text))
            if self._open_ended > self._longest_line:
                raise self.error(
                    f"the line has more than {self._longest_line} characters: this is not an export of one "
                    "object per line. Export it again."
                )
            if ends:
                self._open_ended = len(text) - max(text.rfind("\n"), text.rfind("\r")) - 1
        self._line += text.count("\n")
        if self._most_lines is not None:
            self._returns += text.count("\r")
            if max(self._line, self._returns) > self._most_lines:
                raise InputError(
                    f"the file has more than {self._most_lines} lines. Export what belongs together in "
                    "smaller files, or move it out of the folder if it is something else.",
                    file=self._file,
                )
