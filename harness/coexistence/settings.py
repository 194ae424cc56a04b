"""What a run was asked for, read from option texts.

Law of this room: texts in, values out; one clear sentence when a text makes no sense. No pytest here.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from coexistence.checking import LABELS, Place
from coexistence.errors import InputError
from coexistence.simulation.rules import Rules
from coexistence.vocabulary import Version

__all__ = [
    "MAX_DEPLOYMENTS",
    "Settings",
    "parse_checkpoints",
    "parse_count",
    "parse_date",
    "parse_version",
    "read_rules",
]

#: More would not be looked at by anybody, and would keep a machine busy for a day.
MAX_DEPLOYMENTS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The question, as it was put."""

    twins: tuple[Path, ...] = ()
    target: Version | None = None
    deployments: int = 100
    seed: int = 7
    as_of: dt.date | None = None
    at: tuple[str, ...] = ()
    json: Path | None = None
    checks: tuple[Path, ...] = ()
    strict: bool = False

    def wants(self, place: Place) -> bool:
        """Whether this checkpoint was asked for."""
        return not self.at or any(fnmatch.fnmatchcase(name, part) for part in self.at for name in place.names)


def parse_version(text: str) -> Version | None:
    """Read a version by short name or product name; empty is None.

    >>> parse_version("s19").name
    'S19'
    """
    if not text:
        return None
    wanted = text.strip().lower()
    for version in Version:
        if wanted in (version.name.lower(), version.product.lower()):
            return version
    raise InputError(
        f"--coexistence-to {text}: no such version. Known: {', '.join(v.name for v in Version)}."
    )


def parse_count(text: str, option: str, least: int, most: int) -> int:
    """Read a whole number within bounds."""
    try:
        number = int(text)
    except ValueError:
        raise InputError(f"{option} {text}: not a whole number.") from None
    if not least <= number <= most:
        raise InputError(f"{option} {text}: must be from {least} to {most}.")
    return number


def parse_date(text: str) -> dt.date | None:
    """Read an ISO date; empty is None."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"--coexistence-as-of {text}: not a date. Write it like 2026-11-23.") from None


def parse_checkpoints(text: str) -> tuple[str, ...]:
    """Read checkpoint names or patterns, separated by commas; each must match one that exists."""
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    for part in parts:
        if not any(fnmatch.fnmatchcase(label, part) for label in LABELS):
            raise InputError(f"--coexistence-at {part}: no such checkpoint. Known: {', '.join(LABELS)}.")
    return parts


def read_rules(file: Path) -> Rules:
    """Read ``[tool.coexistence.rules]`` from a ``pyproject.toml``; defaults where there is none.

    Raises :class:`~coexistence.errors.InputError` with file and line for anything that makes no sense.
    """
    if not file.is_file():
        return Rules()
    text = file.read_text("utf-8-sig")
    try:
        table: Any = tomllib.loads(text).get("tool", {}).get("coexistence", {})
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}.", file=file.name) from None
    unknown = sorted(set(table) - {"rules"})
    if unknown:
        raise InputError(
            f"[tool.coexistence] has no key {unknown[0]!r}. Known: rules.",
            file=file.name,
            line=_line_of(text, unknown[0]),
        )
    rules: dict[str, Any] = table.get("rules", {})
    for name, value in rules.items():
        try:
            Rules({name: str(value)})
        except InputError as error:
            raise InputError(str(error), file=file.name, line=_line_of(text, name)) from None
    return Rules({name: str(value) for name, value in rules.items()})


def _line_of(text: str, word: str) -> int:
    """Return the line on which a key first stands; 0 if it cannot be found."""
    return next((number for number, line in enumerate(text.splitlines(), start=1) if word in line), 0)
