"""The tables of a plan file: values one by one, and a complaint with its line for each that is odd."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from coexistence.errors import nearest
from coexistence.inputs.toml.lines import Path, line_at, lines_of
from coexistence.migration.guide import GUIDE

__all__ = ["Complaints", "Table", "known_names", "shown"]

#: A key of the guide, and perhaps which of several waves: ``P6.4/2``.
_STEP_KEY: Final = re.compile(r"(P\d\.\d+[a-h]?)(/\d+)?")
_MISSING: Final = object()


class Complaints:
    """What is wrong with one file, gathered while it is read."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        #: The line of every value.
        self.lines: dict[Path, int] = lines_of(text)
        self.found: list[tuple[int, str]] = []

    def line(self, *path: str) -> int:
        """Return the line of a value, or of what it stands in."""
        return line_at(self.lines, path)

    def add(self, path: Sequence[str], text: str) -> None:
        """Note a complaint with the line that it is about."""
        line = self.line(*path)
        self.found.append((line, f"{self.file}, line {line}: {text}"))

    def check_step(self, path: Sequence[str], name: str) -> None:
        """Complain about a step that the guide does not have."""
        match = _STEP_KEY.fullmatch(name)
        if match is None or match[1] not in GUIDE:
            self.add(path, f"there is no step {name!r}. {known_names(name, GUIDE, whole=False)}")


class Table:
    """One table of the file, whose keys are taken out one by one."""

    def __init__(self, complaints: Complaints, path: tuple[str, ...], data: Mapping[str, Any]) -> None:
        self.complaints = complaints
        self.path = path
        self.data = data
        self.known: list[str] = []

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.complaints.line(*self.path)

    def complain(self, key: str, text: str) -> None:
        """Note what is wrong with one value."""
        self.complaints.add((*self.path, key), text)

    def take(self, key: str, kind: type | tuple[type, ...], words: str, otherwise: Any) -> Any:
        """Return a value of a type; ``otherwise`` where it is not given, or is of another type."""
        self.known.append(key)
        value = self.data.get(key, _MISSING)
        if value is _MISSING:
            return otherwise
        # TOML's true is Python's 1, and a time of day with a date is a date too.
        is_odd = isinstance(value, bool) and kind is not bool
        is_odd = is_odd or (kind is dt.date and isinstance(value, dt.datetime))
        if is_odd or not isinstance(value, kind):
            self.complain(key, f"{key} = {shown(value)}: must be {words}.")
            return otherwise
        return value

    def text(self, key: str, otherwise: str = "") -> str:
        """Return a text of at least one character."""
        found: str = self.take(key, str, 'a text in quotes, like "pool01.contoso.com"', otherwise)
        if not found.strip() and key in self.data and isinstance(self.data[key], str):
            self.complain(key, f"{key} = {found!r}: is empty. Write what is meant, or leave the key out.")
        # A line break is as good as a blank; whatever else cannot be printed does not get to a terminal.
        found = found.replace("\n", " ").strip()
        if not found.isprintable():
            self.complain(key, f"{key} = {shown(found)}: has a character in it that cannot be printed.")
            return ""
        return found

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Return a list of texts; None where it is not given."""
        found = self.take(key, list, 'a list of texts, like ["P7.11"]', None)
        if found is None:
            return None
        for number, each in enumerate(found):
            if not isinstance(each, str) or not each.strip() or not each.isprintable():
                self.complaints.add(
                    (*self.path, key, str(number)),
                    f"{key} has {shown(each)} in it: must be a text that can be printed.",
                )
        return tuple(each.strip() for each in found if isinstance(each, str) and each.strip())

    def flag(self, key: str, otherwise: bool | None) -> Any:
        """Return true or false."""
        return self.take(key, bool, "true or false", otherwise)

    def number(self, key: str, least: int = 1, most: int = 100_000_000) -> int | None:
        """Return a whole number within bounds; None where it is not given."""
        found: int | None = self.take(key, int, f"a whole number from {least}", None)
        if found is not None and not least <= found <= most:
            self.complain(key, f"{key} = {found}: must be from {least} to {most}.")
            return None
        return found

    def date(self, key: str) -> dt.date | None:
        """Return a date; None where it is not given."""
        found: dt.date | None = self.take(key, dt.date, "a date without quotes, like 2026-12-01", None)
        return found

    def one_of(self, key: str, names: Mapping[str, Any]) -> Any:
        """Return what a word stands for; None where it is not given."""
        word = self.text(key)
        if not word:
            return None
        found = names.get(word.lower())
        if found is None:
            self.complain(key, f"{key} = {word!r}: {known_names(word, names)}")
        return found

    def step(self, key: str) -> str:
        """Return the key of a step of the guide."""
        name = self.text(key)
        if name:
            self.complaints.check_step((*self.path, key), name)
        return name

    def close(self) -> None:
        """Complain about keys that nobody asked for."""
        what = (
            f"[{'.'.join(part for part in self.path if not part.isdigit())}]" if self.path else "a plan file"
        )
        for key in self.data:
            if key not in self.known:
                self.complaints.add(
                    (*self.path, key), f"{what} has no key {key!r}. {known_names(key, self.known)}"
                )


def shown(value: object) -> str:
    """Return a value as it may have been written, on one line and not too long."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    if isinstance(value, dt.date):
        text = value.isoformat()
    return text if len(text) <= 60 else f"{text[:57]}..."


def known_names(word: str, names: Iterable[str], *, whole: bool = True) -> str:
    """Return a hint: the nearest name, and all of them where they are few."""
    known = list(dict.fromkeys(names))
    meant = nearest(word, known, ignoring_case=True)
    hint = f"Did you mean {meant!r}?" if meant else ""
    listed = f"Known: {', '.join(known)}." if whole or not hint else ""
    return f"{listed} {hint}".strip()
