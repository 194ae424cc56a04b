"""A topology inside a text of some other kind: a log, a transcript, a script, JSON, a web page, a cell.

Law of this room: it finds where a whole topology stands and undoes what the text around it did to it
(escapes of JSON, HTML, CLIXML and CSV; lines cut at the width of a console), and the reader of XML has the
last word. It is found only by its namespace, and never where a DOCTYPE stands before it. Source: topology
format, section 4.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from coexistence.errors import InputError
from coexistence.inputs.exports.formats.encoding import encoding_of, open_text
from coexistence.inputs.exports.formats.xml import EXPORT_AGAIN, parsed
from coexistence.model.files import open_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coexistence.inputs.exports.formats.xml import Element

__all__ = ["buried", "is_buried"]

#: As large as a document of its own may be.
_MOST_BYTES: Final = 64 << 20
_PIECE: Final = 1 << 20
#: In the namespaces of every topology, whatever was escaped around them.
_MARK: Final = "Management.Deploy."
_MARKS: Final = tuple(_MARK.encode(codec) for codec in ("utf-8", "utf-16-le", "utf-16-be"))
_OPENS: Final = re.compile(
    r"(?P<open><|&lt;|&\#0*60;|\\u003c|_x003C_)(?:(?P<prefix>\w{1,40}):)?(?P<name>TopologyBuilder|Topology)\b",
    re.IGNORECASE,
)
_NAMESPACE: Final = re.compile(r"Rtc\.Management\.Deploy\.(?:Topology|TopologyBuilder)\.\d{4}", re.IGNORECASE)
#: Where the namespace stands in the element that opens.
_NEAR: Final = 1_000
_CLOSES: Final = {"<": ">", "\\u003c": r"\\u003e", "_x003c_": "_x003E_"}
_JSON_ESCAPE: Final = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|(["\\/bfnrt]))')
_JSON_LETTERS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_CLIXML_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BACKTICK: Final = re.compile(r"`([\"$`])")
_MOST_FOUND: Final = 20


def is_buried(path: Path, file: str) -> bool:
    """Whether a namespace of topologies occurs in a file.

    Raises InputError for a file that cannot be read.
    """
    before = b""
    try:
        with open_file(path, file) as raw:
            for _ in range(_MOST_BYTES // _PIECE):
                piece = before + raw.read(_PIECE)
                if len(piece) == len(before):
                    return False
                if any(mark in piece for mark in _MARKS):
                    return True
                before = piece[-len(_MARKS[1]) :]
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror}).", file=file) from error
    return False


def buried(path: Path, file: str) -> Iterator[Element]:
    """Yield every topology in a text.

    Raises InputError for a file that is too large, for one with a DOCTYPE before it, and for a topology that
    is cut or cannot be put together again.
    """
    encoding = encoding_of(path, file, most_bytes=_MOST_BYTES)
    with open_text(path, encoding, file) as text:
        whole = text.read()
    at = 0
    for _ in range(_MOST_FOUND):
        begins = _OPENS.search(whole, at)
        if begins is None:
            return
        at = begins.end()
        near = whole[at : at + _NEAR].replace("\r", "").replace("\n", "")
        if not _NAMESPACE.search(near):
            continue
        line = 1 + whole.count("\n", 0, begins.start())
        if "<!doctype" in whole[: begins.start()].lower():
            raise InputError(
                f"there is a DOCTYPE, which no export has, so the file is refused. {EXPORT_AGAIN}",
                file=file,
            )
        ends = _end_of(begins).search(whole, at)
        if ends is None:
            raise InputError(
                f"a topology begins in this text and does not end: the text is cut. {EXPORT_AGAIN}",
                file=file,
                line=line,
            )
        at = ends.end()
        yield _put_together(whole[begins.start() : at], begins["open"].lower(), file, line)


def _end_of(begins: re.Match[str]) -> re.Pattern[str]:
    closes = _CLOSES.get(begins["open"].lower(), r"(?:&gt;|&\#0*62;)")
    name = f"/{begins['prefix']}:{begins['name']}" if begins["prefix"] else f"/{begins['name']}"
    # A console may cut any word in two.
    gap = r"[\r\n]*"
    return re.compile(gap.join((re.escape(begins["open"]), *map(re.escape, name), closes)), re.IGNORECASE)


def _put_together(raw: str, opening: str, file: str, line: int) -> Element:
    plain = _undone(raw, opening)
    try:
        return parsed([plain], file, line=line)
    except InputError:
        joined = _joined(plain)
        if joined == plain:
            raise
    return parsed([joined], file, line=line)


def _undone(raw: str, opening: str) -> str:
    """Undo the escapes of the form around a topology, told by how it begins."""
    begins = raw[:_NEAR]
    if opening == "\\u003c" or '\\"' in begins:
        return _JSON_ESCAPE.sub(_of_json, raw)
    if opening.startswith("&"):
        return html.unescape(raw)
    if opening == "_x003c_":
        return _CLIXML_ESCAPE.sub(lambda found: chr(int(found[1], 16)), raw)
    if re.search(r'=""\w', begins):
        return raw.replace('""', '"')
    return _BACKTICK.sub(r"\1", raw)


def _of_json(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _JSON_LETTERS.get(found[2], found[2])


def _joined(text: str) -> str:
    """Join lines that a console cut at its width, which is that of the longest."""
    lines = text.replace("\r\n", "\n").split("\n")
    width = max(map(len, lines))
    return "".join(line if len(line) == width else f"{line}\n" for line in lines)
