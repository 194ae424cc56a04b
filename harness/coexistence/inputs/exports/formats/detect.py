"""The forms in which a table may come, recognised by content: one reader for each, the same rows from all.

Law of this room: what a table is about is none of its business. It says which form a file has, what its
columns are called, and opens it as rows.
"""

from __future__ import annotations

import io
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from coexistence.errors import InputError
from coexistence.inputs.exports.formats import clixml, csv_tables, format_list, json_objects
from coexistence.inputs.exports.formats.encoding import encoding_of, open_text
from coexistence.inputs.exports.formats.objects import Listed, heading_of_items, lists_within, unfolded
from coexistence.inputs.exports.formats.xml import read_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from coexistence.inputs.exports.account.file_accounts import Account
    from coexistence.inputs.exports.formats.csv_tables import Heading, Rows
    from coexistence.inputs.exports.formats.objects import Item
    from coexistence.inputs.exports.formats.xml import Element

__all__ = ["Source", "begins_as", "in_clixml", "in_text", "in_transcript", "within_json"]

#: JSON and lists are streamed, so only time limits them.
_MOST_BYTES: Final = 256 << 20
_LONGEST_LINE: Final = 1 << 22
#: A list takes a line for each property: thirty thousand users with all of theirs.
_MOST_LINES: Final = 2_000_000
_MOST_TRANSCRIPT: Final = 64 << 20
_MOST_SECTIONS: Final = 10_000
#: A file with many lists in it is kept as a whole.
_MOST_WITHIN: Final = 64 << 20
#: Objects that are looked at to recognise a file, and to learn its columns.
_FIRST: Final = 200
_FIRST_FOR_COLUMNS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Source:
    """A table in some form: what its columns are called, and how to open it."""

    heading: Heading
    opened: Callable[[Account], AbstractContextManager[Rows]]


def in_text(path: Path, file: str, begins: str, *, complete: bool) -> Source | None:
    """Return the table that a text file holds, as CSV, JSON or a list; None if it is no table.

    Raises InputError for JSON that is damaged from the start.
    """
    if json_objects.looks_like_json(begins):
        return _of_items(path, file, json_objects.items)
    if format_list.looks_like_list(begins):
        return _of_items(path, file, format_list.items, longest_line=_LONGEST_LINE, most_lines=_MOST_LINES)
    heading = csv_tables.heading_of(begins, complete=complete)
    return (
        None
        if heading is None
        else Source(heading, lambda account: csv_tables.opened(path, account, heading))
    )


def begins_as(begins: str, file: str) -> Heading | None:
    """Return what a file of objects would be from its first lines alone; None for what is no such file."""
    read = json_objects.items if json_objects.looks_like_json(begins) else format_list.items
    first: list[Item] = []
    with suppress(InputError):
        # Behind the last whole object it ends too early.
        first.extend(unfolded(islice(read(io.StringIO(begins), file), _FIRST), file))
    return heading_of_items(first, file=file)


def in_clixml(path: Path, file: str, root: Element, *, room: int) -> tuple[list[Source], int]:
    """Return the tables in a document of ``Export-Clixml``: what stands at its top, and lists within.

    ``room`` is how many objects may be kept until they are asked for; beside the tables it says how many
    were. Others are read again.
    """
    found = []
    kept = 0
    for place, group in enumerate(clixml.groups(root)):
        heading = heading_of_items(unfolded(group, file), file=file)
        if heading is None:
            continue
        if kept + len(group) <= room:
            kept += len(group)
            found.append(Source(heading, _kept(group, heading)))
        else:
            found.append(Source(heading, _read_again(path, place, heading)))
    return found, kept


def within_json(path: Path, file: str, *, room: int) -> tuple[list[Source], int]:
    """Return the lists within the objects of a JSON file, as a collector nests them, and how many were kept.

    Raises InputError for JSON that is damaged or hostile, or larger than such a file.
    """
    encoding = encoding_of(path, file, most_bytes=_MOST_WITHIN)
    with open_text(path, encoding, file) as text:
        groups = lists_within(list(islice(json_objects.items(text, file), _FIRST)))
    found = []
    kept = 0
    for group in groups:
        heading = heading_of_items(unfolded(group, file), file=file)
        if heading is not None and kept + len(group) <= room:
            kept += len(group)
            found.append(Source(heading, _kept(group, heading)))
    return found, kept


def in_transcript(path: Path, file: str, *, room: int) -> tuple[list[Source], int]:
    """Return the lists in a transcript, one for each command that printed one, and how many were kept.

    Raises InputError for a file that is damaged, hostile, or larger than such a file.
    """
    encoding = encoding_of(path, file, most_bytes=_MOST_TRANSCRIPT, longest_line=_LONGEST_LINE)
    found = []
    kept = 0
    with open_text(path, encoding, file) as text:
        for first, section in islice(format_list.sections(text), _MOST_SECTIONS):
            group = list(islice(format_list.items(section, file, first), room - kept))
            heading = heading_of_items(unfolded(group, file), file=file)
            if heading is not None:
                kept += len(group)
                found.append(Source(heading, _kept(group, heading)))
    return found, kept


def _kept(group: list[Item], heading: Heading) -> Callable[[Account], AbstractContextManager[Rows]]:
    @contextmanager
    def opened(account: Account) -> Iterator[Rows]:
        yield Listed(heading, account, lambda: unfolded(group, account.file))

    return opened


def _read_again(path: Path, place: int, before: Heading) -> Callable[[Account], AbstractContextManager[Rows]]:
    @contextmanager
    def opened(account: Account) -> Iterator[Rows]:
        root, _ = read_tree(path, account.file, way_out=clixml.AGAIN)
        again = clixml.groups(root)
        group = again[place] if place < len(again) else []
        csv_tables.refuse_another(
            heading_of_items(unfolded(group, account.file), file=account.file), before, account.file
        )
        yield Listed(before, account, lambda: unfolded(group, account.file))

    return opened


_EMPTY: Final = csv_tables.Heading("", "", (), 0)


def _of_items(
    path: Path,
    file: str,
    read: Callable[..., Iterator[Item]],
    *,
    longest_line: int | None = None,
    most_lines: int | None = None,
) -> Source | None:
    encoding = encoding_of(
        path, file, most_bytes=_MOST_BYTES, longest_line=longest_line, most_lines=most_lines
    )
    with open_text(path, encoding, file) as text:
        begins = heading_of_items(unfolded(islice(read(text, file), _FIRST), file), file=file)
    if begins is None:
        return None

    @contextmanager
    def opened(account: Account) -> Iterator[Rows]:
        if encoding.note:
            account.note(encoding.note)
        # Whatever property one of the first objects has is a column.
        with open_text(path, encoding, file) as text:
            first = islice(unfolded(read(text, file), file), _FIRST_FOR_COLUMNS)
            heading = heading_of_items(first, file=file) or _EMPTY
        with open_text(path, encoding, file) as text:
            yield Listed(heading, account, lambda: unfolded(read(text, file), file))

    return Source(begins, opened)
