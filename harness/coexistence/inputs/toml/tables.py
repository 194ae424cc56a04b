"""Tables that people write for us: values one by one, and a complaint with its line for each that is odd.

Law of this room: whoever asks for a value gets one that can be used, or nothing and a complaint in the
document. What a key means to us is said where it is read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from coexistence.errors import nearest, printable
from coexistence.inputs.toml.document import Document, read_text
from coexistence.inputs.toml.lines import Path as KeyPath
from coexistence.inputs.toml.spelling import shown
from coexistence.model.vocabulary import FIRST_DAY, LAST_DAY

__all__ = ["Table", "known_names", "read_toml"]

T = TypeVar("T")

_WORDS: Final[Mapping[type, str]] = {
    str: 'a text in quotes, like "pilot"',
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
    dt.date: "a date, like 2026-12-01",
}


def read_toml(path: Path, option: str) -> Table:
    """Outermost table of a TOML file; ``option`` is what named it.

    Raises :class:`~coexistence.errors.InputError` for a file that cannot be read or is no TOML.
    """
    return Table.of(Document(path.name, read_text(path, option)))


class Table:
    """One table of a file, whose keys are taken out one by one."""

    def __init__(self, document: Document, path: KeyPath, content: Mapping[str, Any]) -> None:
        self.document = document
        self.path = path
        self.content = content
        self._known: list[str] = []

    @classmethod
    def of(cls, document: Document) -> Table:
        """Outermost table of a document."""
        return cls(document, (), document.content)

    @property
    def line(self) -> int:
        """Where it begins; for one written inside a line, that line."""
        return self.document.line(*self.path)

    def __contains__(self, key: str) -> bool:
        return key in self.content

    # ------------------------------------------------------------------- complaints

    def complain(self, key: str, text: str) -> None:
        """Note what is wrong, at the line of a key; at the table's own where there is no such key."""
        self.document.complain((*self.path, key), text)

    def wrong(self, key: str, why: str) -> None:
        """Note what is wrong with the value of a key."""
        self.complain(key, f"{key} = {shown(self.content[key])}: {why}")

    def need(self, key: str, why: str = "") -> None:
        """Complain if a key is missing."""
        if key not in self.content:
            self.complain(key, f"{self.title} needs {key}{why and ': '}{why}.")

    def close(self) -> None:
        """Complain about keys that nobody asked for."""
        for key in self.content:
            if key not in self._known:
                self.complain(key, f"{self.title} has no key {key!r}. {known_names(key, self._known)}")

    @property
    def title(self) -> str:
        """The table as its header has it: ``[steps]``, ``[[waves]]``; "the file" for the outermost."""
        names: list[str] = []
        value: Any = self.document.content
        is_item = False
        for part in self.path:
            is_item = isinstance(value, list)
            value = value[int(part)] if is_item else value[part]
            names += [] if is_item else [part]
        title = f"[{'.'.join(names)}]"
        return f"[{title}]" if is_item else title if names else "the file"

    # ----------------------------------------------------------------------- values

    def take(self, key: str, kind: type, otherwise: Any = None, *, words: str = "") -> Any:
        """Value of a kind; ``otherwise`` where it is not given, or is of another kind."""
        self._known.append(key)
        if key not in self.content:
            return otherwise
        value = self.content[key]
        if kind is float and type(value) is int:
            return float(value)
        # True is an int to Python, and a datetime a date; to people they are not.
        if type(value) is not kind:
            self.wrong(key, f"must be {words or _WORDS[kind]}.")
            return otherwise
        return value

    def text(self, key: str, otherwise: str = "") -> str:
        """Name of something, or a word: a text of at least one character that can be printed as it is."""
        found = self.words(key, otherwise)
        if not _one_line(self.content.get(key)).isprintable():
            self.wrong(key, "has a character in it that cannot be printed.")
            return otherwise
        return found

    def words(self, key: str, otherwise: str = "") -> str:
        """Words for people; whatever cannot be printed does not get to a terminal."""
        found: str = _one_line(self.take(key, str, otherwise))
        if not found and isinstance(self.content.get(key), str):
            self.wrong(key, "is empty. Write what is meant, or leave the key out.")
            return otherwise
        return printable(found)

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Texts of a list; None where it is not given."""
        found = self.take(key, list, words='a list of texts, like ["P7.11"]')
        if found is None:
            return None
        for number, each in enumerate(found):
            if not isinstance(each, str) or not each.strip() or not each.isprintable():
                self.document.complain(
                    (*self.path, key, str(number)),
                    f"{key} has {shown(each)} in it: must be a text that can be printed.",
                )
        return tuple(each.strip() for each in found if isinstance(each, str) and each.strip())

    def flag(self, key: str, otherwise: bool | None) -> Any:
        """True or false."""
        return self.take(key, bool, otherwise)

    def number(self, key: str, least: int = 1, most: int = 100_000_000) -> int | None:
        """Whole number within bounds; None where it is not given."""
        found: int | None = self.take(key, int, words=f"a whole number from {least}")
        if found is not None and not least <= found <= most:
            self.wrong(key, f"must be from {least} to {most}.")
            return None
        return found

    def date(self, key: str) -> dt.date | None:
        """Date on which something is done or said, with quotes or without; None where it is not given."""
        found = self._date(key)
        if found is not None and not FIRST_DAY <= found <= LAST_DAY:
            self.wrong(key, f"must be from {FIRST_DAY} to {LAST_DAY}.")
            return None
        return found

    def day(self, key: str) -> dt.date | None:
        """Last day of something; of one with a time and an offset, the day that it is in UTC then."""
        value = self.content.get(key)
        if not isinstance(value, dt.datetime):
            return self._date(key)
        self._known.append(key)
        try:
            return (value.astimezone(dt.UTC) if value.tzinfo else value).date()
        except OverflowError:
            self.wrong(key, "is beyond the calendar in UTC.")
            return None

    def _date(self, key: str) -> dt.date | None:
        value = self.content.get(key)
        if isinstance(value, str):
            try:
                found = dt.date.fromisoformat(value.strip())
            except ValueError:
                pass  # said below
            else:
                self._known.append(key)
                return found
        return self.take(key, dt.date)  # type: ignore[no-any-return]  # of this kind, or nothing

    def one_of(self, key: str, names: Mapping[str, Any]) -> Any:
        """What a word stands for; None where it is not given."""
        word = self.text(key)
        if not word:
            return None
        found = names.get(word.lower())
        if found is None:
            self.wrong(key, known_names(word, names))
        return found

    # ----------------------------------------------------------------------- tables

    def table(self, key: str) -> Table | None:
        """Table inside this one; None where it is not given."""
        path = (*self.path, key)
        found = self.take(key, dict, words=f"a table: write [{'.'.join(path)}]")
        return None if found is None else Table(self.document, path, found)

    def tables(self, key: str) -> Iterator[Table]:
        """Tables of a list (``[[key]]``)."""
        name = ".".join((*self.path, key))
        for number, each in enumerate(self.take(key, list, (), words=f"tables: write [[{name}]] above each")):
            path = (*self.path, key, str(number))
            if isinstance(each, dict):
                yield Table(self.document, path, each)
            else:
                self.document.complain(path, f"{key} has {shown(each)} in it: must be a table, [[{name}]].")

    def each(self, key: str, read: Callable[[Table], T | None]) -> Iterator[T]:
        """What is read from each table of a list; keys that nobody asks for are complained about."""
        for table in self.tables(key):
            value = read(table)
            table.close()
            if value is not None:
                yield value


def _one_line(text: Any) -> str:
    """Text with blanks for tabs and ends of lines; "" for what is none."""
    return re.sub(r"[\t\r\n]", " ", text).strip() if isinstance(text, str) else ""


def known_names(word: str, names: Iterable[str], *, whole: bool = True) -> str:
    """Hint: the nearest name, and all of them where they are few."""
    known = list(dict.fromkeys(names))
    meant = nearest(word, known, ignoring_case=True)
    hint = f"Did you mean {meant!r}?" if meant else ""
    listed = f"Known: {', '.join(known)}." if whole or not hint else ""
    return f"{listed} {hint}".strip()
