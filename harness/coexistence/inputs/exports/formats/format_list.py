"""What the screen showed: ``Name : value`` lists, as ``Format-List`` and ``Out-File`` leave them.

Law of this room: a list can be read, a table on the screen cannot: its columns may be cut, so it is
recognised and refused. What stands in a wrapped value is put together again; where a list in braces ends
in dots, the rest of it is lost and the value counts as not exported. How Windows PowerShell wraps
(at the full width without a space, before it between words) is our reading. Source: cmdlet exports,
section 1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from coexistence.errors import InputError
from coexistence.inputs.exports.formats.objects import Item, Value, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["items", "looks_like_list", "looks_like_screen_table", "looks_like_transcript", "sections"]

_PROPERTY: Final = re.compile(r"([A-Za-z_][\w.-]{0,99})( *):(?: (.*)|)")
_RULE: Final = re.compile(r"\s*-{2,}(?:\s+-{2,})*\s*")
#: What Windows PowerShell writes before a command, on a remote computer too.
_PROMPT: Final = re.compile(
    r"(?:\[[^\]\r\n]{1,255}\]: )?PS (?:[A-Za-z]:|\\\\|[A-Za-z]+::|>)[^>\r\n]{0,260}>?"
)
_MOST_LINES: Final = 5_000
_MOST_TEXT: Final = 4 << 20


def looks_like_list(text: str) -> bool:
    """Whether the beginning of a file is a list: two properties with their colons in one column."""
    columns: list[int] = []
    margin = None
    for shown in text.lstrip("\ufeff").splitlines():
        if not shown.strip():
            if columns:
                break
            continue
        margin = _margin(shown) if margin is None else margin
        line = shown.removeprefix(margin)
        found = _PROPERTY.fullmatch(line.rstrip())
        if found:
            columns.append(found.end(2))
        elif not (columns and line.startswith(" " * (columns[0] + 1))):
            return False
        if len(columns) == 2:
            break
    # Every name is padded to the longest, and a space stands before the colon.
    return len(columns) == 2 and columns[0] == columns[1]


def _margin(line: str) -> str:
    """Return what stands before a property's name: pages indent what they quote."""
    return line[: len(line) - len(line.lstrip(" "))]


def sections(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the output of each command in a transcript, with the number of its first line."""
    section: list[str] = []
    first = 0
    for number, line in enumerate(lines, 1):
        if _PROMPT.match(line.lstrip("\ufeff")):
            if first:
                yield first, section
            first, section = number + 1, []
        elif first:
            # Stop-Transcript writes a line of asterisks.
            section.append("" if line.startswith("*****") else line)
    if first:
        yield first, section


def looks_like_transcript(text: str) -> bool:
    """Whether a text holds a prompt, and so may hold what commands put on the screen."""
    return any(_PROMPT.match(line) for line in text.lstrip("\ufeff").splitlines())


def looks_like_screen_table(text: str) -> bool:
    """Whether the beginning of a file is a table for the screen: a line of dashes under its header."""
    lines = [line for line in text.splitlines()[:10] if line.strip()]
    return len(lines) > 1 and _RULE.fullmatch(lines[1]) is not None


def items(lines: Iterable[str], file: str, first: int = 1) -> Iterator[Item]:
    """Yield the objects of a list whose first line has this number.

    Raises InputError for an object with more lines, or more in them, than any has.
    """
    block: list[tuple[int, str]] = []
    width = text = 0
    margin = None
    for number, line in enumerate(lines, first):
        bare = line.rstrip("\r\n").lstrip("\ufeff")
        if margin is None and bare.strip():
            margin = _margin(bare)
        bare = bare.removeprefix(margin or "")
        width = max(width, len(bare))
        if bare.strip():
            block.append((number, bare))
            text += len(bare)
            if len(block) > _MOST_LINES or text > _MOST_TEXT:
                raise InputError(
                    f"an object has more than {_MOST_LINES} lines or {_MOST_TEXT} characters: this is no "
                    "list of an export. Export it as CSV.",
                    file=file,
                    line=block[0][0],
                )
        elif block:
            yield from _item(block, width)
            block, text = [], 0
    if block:
        yield from _item(block, width)


def _item(block: list[tuple[int, str]], width: int) -> Iterator[Item]:
    values: dict[str, list[str]] = {}
    name = ""
    column = None
    before = 0
    for _, line in block:
        found = _PROPERTY.fullmatch(line.rstrip()) if not line.startswith(" ") else None
        if found and column in (None, found.end(2)):
            column = found.end(2)
            name = named(found[1])
            values[name] = [(found[3] or "").strip()]
        elif name:
            values[name] += ("" if before >= width else " ", line.strip())
        before = len(line)
    if values:
        yield Item(block[0][0], "", "", {key: _value("".join(text)) for key, text in values.items()})


def _value(text: str) -> Value:
    if not (text.startswith("{") and text.endswith("}")):
        return text
    inner = text[1:-1].strip()
    if inner.endswith(("...", "\N{HORIZONTAL ELLIPSIS}")):
        # Recognised as an object that was not written out.
        return "@{cut}"
    return tuple(part.strip() for part in inner.split(",")) if inner else ""
