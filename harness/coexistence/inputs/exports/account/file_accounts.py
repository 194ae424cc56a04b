"""The line account of each file: what it was taken for, what was used, and what was not, and why.

Law of this room: a note is one sentence for an administrator. It says the line and the column, and
never what a person is called or how to reach them: accounts end up in reports and mails.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Account",
    "FileAccount",
    "domains_of",
    "shown",
    "shown_word",
]


#: A report stays readable with a screenful per file; whoever needs more mends these first.
_MOST_NOTES: Final = 20
_HOST_NAME: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_WORD: Final = re.compile(r"[A-Za-z0-9_.:-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAccount:
    """What became of one file."""

    #: Name relative to the folder, with forward slashes.
    file: str
    #: The cmdlet or tool that writes such a file, or ``not yet understood``.
    kind: str
    #: Rows of a table; sites, clusters and services of a topology.
    rows: int
    #: How many of them the deployment rests on.
    used: int
    #: One sentence each, with its line where it has one; never a person's name, address or number.
    notes: tuple[str, ...] = ()
    #: The day on which the file was last written, as the file system has it; None where that is not known.
    written: dt.date | None = field(default=None, compare=False)


@dataclass(slots=True)
class _Note:
    line: int
    sentence: str
    times: int

    def __str__(self) -> str:
        more = f" ({self.times - 1} more like it)" if self.times > 1 else ""
        return f"line {self.line}: {self.sentence}{more}" if self.line else f"{self.sentence}{more}"


class Account:
    """A :class:`FileAccount` in the making: readers count and note, nobody else does."""

    def __init__(self, file: str, kind: str) -> None:
        self.file = file
        self.kind = kind
        self.rows = 0
        self.used = 0
        self.written: dt.datetime | None = None
        self._notes: dict[object, _Note] = {}
        self._beyond = 0

    def note(self, sentence: str, *, line: int = 0, key: object = None, times: int = 1) -> None:
        """Add ``sentence``; notes with the same ``key`` become one, at the first one's line, with a count."""
        key = (line, sentence) if key is None else key
        found = self._notes.get(key)
        if found is not None:
            found.times += times
        elif len(self._notes) < _MOST_NOTES:
            self._notes[key] = _Note(line, sentence, times)
        else:
            self._beyond += times

    def take_over(self, other: Account, *, instead: bool = False) -> None:
        """Add the notes of another account of the same file, or put them in place of one's own."""
        if instead:
            self._notes.clear()
            self._beyond = 0
        for key, note in other._notes.items():
            self.note(note.sentence, line=note.line, key=key, times=note.times)
        self._beyond += other._beyond

    def finished(self) -> FileAccount:
        """The account as it goes into the report."""
        notes = [str(note) for note in self._notes.values()]
        if self._beyond:
            notes.append(f"and {self._beyond} more")
        return FileAccount(
            file=self.file,
            kind=self.kind,
            rows=self.rows,
            used=self.used,
            notes=tuple(notes),
            written=None if self.written is None else self.written.date(),
        )


def domains_of(fqdns: Iterable[str]) -> frozenset[str]:
    """Return the DNS domains that these hosts are in.

    >>> sorted(domains_of(["fe01.contoso.com", "wac1"]))
    ['contoso.com']
    """
    return frozenset(fqdn.partition(".")[2] for fqdn in fqdns) - {""}


def shown(value: str, domains: frozenset[str]) -> str:
    """Return a cell of a table for a note: quoted if it surely names a host, else nothing.

    A shifted column puts people where a pool or server belongs. So a value appears only if it is a
    host name in one of the deployment's own domains.

    >>> shown("old.contoso.com", frozenset({"contoso.com"})), shown("ken.myer", frozenset({"contoso.com"}))
    (" 'old.contoso.com'", '')
    """
    if len(value) <= 255 and _HOST_NAME.fullmatch(value) and value.partition(".")[2] in domains:
        return f" {value!r}"
    return ""


def shown_word(value: str) -> str:
    """Return a word that a program wrote (a role, a usage, a version) for a note; long ones are cut."""
    return repr(value) if _WORD.fullmatch(value) else "a text of another form"
