"""Bytes to text, as PowerShell and people leave them on disk.

Law of this room: the byte order mark comes first, then what the bytes look like, and what a document
says about its own encoding comes never, because copies re-encoded by hand still carry the old claim
(topology format, section 4). A file is looked through once, in pieces, before anybody parses it: then
it has no NUL in it and no line without an end, and its text can be streamed without surprises.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, TextIO

from coexistence.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Encoding", "beginning", "encoding_of", "open_text"]

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
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


def _guessed(head: bytes) -> Encoding:
    for mark, codec in _MARKS:
        if head.startswith(mark):
            # Tools that re-encode a file keep the first mark as a character, so there may be two.
            return Encoding(codec, len(mark) * (2 if head.startswith(mark * 2) else 1))
    # UTF-16 without a mark: mostly letters of Western alphabets, so every other byte is zero. A stray
    # NUL or two in other text must not look like it.
    pairs = len(head) // 2
    if pairs >= 2:
        if head[1 : 2 * pairs : 2].count(0) * 2 > pairs > 4 * head[0 : 2 * pairs : 2].count(0):
            return Encoding("utf-16-le", 0)
        if head[0 : 2 * pairs : 2].count(0) * 2 > pairs > 4 * head[1 : 2 * pairs : 2].count(0):
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


def encoding_of(path: Path, file: str, *, most_bytes: int, longest_line: int | None = None) -> Encoding:
    """Look through a file once and return how to read it.

    UTF-8 that is none is read as Windows-1252, which a note says.

    Raises InputError for a file that cannot be opened, is larger than ``most_bytes``, holds a NUL, or
    has a line of more than ``longest_line`` characters.
    """
    with _opened(path, file) as raw:
        size = raw.seek(0, io.SEEK_END)
        if size > most_bytes:
            raise InputError(
                f"the file has {size} bytes, and {most_bytes} is the most that is read. "
                "Export it in smaller files, or move it out of the folder if it is something else.",
                file=file,
            )
        raw.seek(0)
        guess = _guessed(raw.read(4096))
        note = None
        try:
            _look_through(raw, guess, "strict", file, longest_line)
        except UnicodeDecodeError:
            if guess.codec == "utf-8":
                guess = Encoding("cp1252", guess.skip)
                note = "not UTF-8: read as Windows-1252, so names may be wrong; export with -Encoding UTF8"
            else:
                note = "not quite UTF-16: what could not be read became '\N{REPLACEMENT CHARACTER}'"
            _look_through(raw, guess, "replace", file, longest_line)
    return Encoding(guess.codec, guess.skip, note)


def open_text(path: Path, encoding: Encoding, file: str) -> TextIO:
    """Open a file whose encoding is known; line ends stay as they are.

    Raises InputError for a file that cannot be opened.
    """
    raw = _opened(path, file)
    raw.seek(encoding.skip)
    # Looked through before, so nothing is replaced now unless the file changed meanwhile.
    return io.TextIOWrapper(raw, encoding=encoding.codec, errors="replace", newline="")


def _opened(path: Path, file: str) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(
            f"the file cannot be read ({error.strerror}). Allow reading it, or move it out of the folder.",
            file=file,
        ) from error


def _look_through(
    raw: BinaryIO, encoding: Encoding, errors: str, file: str, longest_line: int | None
) -> None:
    raw.seek(encoding.skip)
    decode: Callable[[bytes, bool], str] = codecs.getincrementaldecoder(encoding.codec)(errors).decode
    lines = 1
    open_ended = 0
    while True:
        piece = raw.read(_PIECE)
        text = decode(piece, not piece)
        if "\0" in text:
            line = lines + text.count("\n", 0, text.index("\0"))
            raise InputError(
                "there is a NUL character, which no text export has: the file is damaged or binary. "
                "Export it again with -Encoding UTF8.",
                file=file,
                line=line,
            )
        if longest_line is not None:
            # A line longer than a piece is what matters, so only the ends within a piece are looked at.
            ends = [at for at in (text.find("\n"), text.find("\r")) if at >= 0]
            open_ended += min(ends, default=len(text))
            too_long = open_ended > longest_line
            if ends:
                open_ended = len(text) - max(text.rfind("\n"), text.rfind("\r")) - 1
            if too_long:
                raise InputError(
                    f"the line has more than {longest_line} characters: this is not an export of one "
                    "object per line. Export it again.",
                    file=file,
                    line=lines,
                )
        lines += text.count("\n")
        if not piece:
            return
