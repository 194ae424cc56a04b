"""What a run was asked for, read from option texts.

Law of this room: texts in, values out; one clear sentence when a text makes no sense. No pytest here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coexistence.checking.checkpoints import LABELS, Place
from coexistence.errors import InputError
from coexistence.inputs.pseudonyms import Pseudonyms
from coexistence.inputs.toml.tables import Table, known_names, read_toml
from coexistence.migration import NOTHING_ASKED, OwnPlan
from coexistence.model.files import is_file
from coexistence.model.vocabulary import FIRST_DAY, LAST_DAY, VERSION_NAMES, Version, matches
from coexistence.simulation.rules.assumptions import ASSUMPTIONS, Rules

__all__ = [
    "DEPLOYMENTS",
    "MAX_DEPLOYMENTS",
    "SEED",
    "Settings",
    "Tool",
    "parse_checkpoints",
    "parse_count",
    "parse_date",
    "parse_percent",
    "parse_version",
    "read_tool",
]

#: More would not be looked at by anybody, and would keep a machine busy for a day.
MAX_DEPLOYMENTS: Final = 1_000_000
#: What is asked where nothing else was said.
DEPLOYMENTS: Final = 100
SEED: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The question, as it was put."""

    twins: tuple[Path, ...] = ()
    target: Version | None = None
    deployments: int = DEPLOYMENTS
    seed: int = SEED
    as_of: dt.date | None = None
    at: tuple[str, ...] = ()
    json: Path | None = None
    checks: tuple[Path, ...] = ()
    waivers: Path | None = None
    #: The administrator's plan file, and what stands in it.
    plan: Path | None = None
    own: OwnPlan = NOTHING_ASKED
    strict: bool = False
    #: Under which names twins appear, if not under their own.
    pseudonyms: Pseudonyms | None = None
    #: A CSV file, or a folder for one file for each estate and checkpoint.
    bill: Path | None = None
    #: Whether every step is rehearsed with an interruption after it, and in its middle.
    interruptions: bool = False
    #: Faults to be made, as they were written: ``id`` or ``id:target``.
    faults: tuple[str, ...] = ()
    #: Whether checks are scored against faults and sound deployments.
    qualify: bool = False
    #: The percentage of faults that has to be noticed; None where every one has to be.
    min_kill: float | None = None

    @property
    def asked(self) -> OwnPlan:
        """The plan file's wishes, under the names that the twins have; call it when these were read."""
        return self.own if self.pseudonyms is None else self.pseudonyms.own_plan(self.own)

    def wants(self, place: Place) -> bool:
        """Whether this checkpoint was asked for."""
        return not self.at or any(matches(name, part) for part in self.at for name in place.names)


def parse_version(text: str) -> Version | None:
    """Read a version by short name or product name; empty is None.

    >>> parse_version("s19").name
    'S19'
    """
    if not text:
        return None
    version = VERSION_NAMES.get(text.strip().lower())
    if version is None:
        raise InputError(
            f"--coexistence-to {text}: no such version. Known: {', '.join(v.name for v in Version)}."
        )
    return version


def parse_count(text: str, option: str, least: int, most: int) -> int:
    """Read a whole number within bounds."""
    try:
        number = int(text)
    except ValueError:
        raise InputError(f"{option} {text}: not a whole number.") from None
    if not least <= number <= most:
        raise InputError(f"{option} {text}: must be from {least} to {most}.")
    return number


def parse_percent(text: str, option: str) -> float | None:
    """Read a percentage; empty is None.

    >>> parse_percent("97.5", "--coexistence-min-kill")
    97.5
    """
    if not text:
        return None
    try:
        number = float(text.strip().removesuffix("%"))
    except ValueError:
        raise InputError(f"{option} {text}: not a percentage. Write it like 95.") from None
    if not 0 <= number <= 100:
        raise InputError(f"{option} {text}: must be from 0 to 100.")
    return number


def parse_date(text: str) -> dt.date | None:
    """Read an ISO date; empty is None."""
    if not text:
        return None
    try:
        found = dt.date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"--coexistence-as-of {text}: not a date. Write it like 2026-11-23.") from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise InputError(f"--coexistence-as-of {text}: must be from {FIRST_DAY} to {LAST_DAY}.")
    return found


def parse_checkpoints(text: str) -> tuple[str, ...]:
    """Read checkpoint names or patterns, separated by commas; each must match one that exists."""
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    for part in parts:
        if not any(matches(label, part) for label in LABELS):
            raise InputError(f"--coexistence-at {part}: no such checkpoint. Known: {', '.join(LABELS)}.")
    return parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """What ``[tool.coexistence]`` of a ``pyproject.toml`` says."""

    #: Name of the file; "" where there is no such table.
    file: str = ""
    rules: Rules = field(default_factory=Rules)
    #: What is said about each check, by its name or id.
    checks: Mapping[str, Table] = field(default_factory=dict)


def read_tool(file: Path) -> Tool:
    """Read ``[tool.coexistence]`` from a ``pyproject.toml``; defaults where there is none.

    ``rules`` switches assumptions. ``checks`` has a table for each check that is to weigh something else,
    or to be asked with other parameters; what is in it is verified when the checks are known.
    Raises :class:`~coexistence.errors.InputError` with file and line for anything that makes no sense.
    """
    if not is_file(file):
        return Tool()
    top = read_toml(file, "[tool.coexistence] of")
    tools = top.table("tool")
    ours = tools and tools.table("coexistence")
    if not ours:
        top.document.raise_complaints()
        return Tool()
    switches, checks = ours.table("rules"), ours.table("checks")
    ours.close()
    switched = _switched(switches) if switches else {}
    tables = {name: checks.table(name) for name in checks.content} if checks else {}
    top.document.raise_complaints()
    return Tool(
        file=file.name,
        rules=Rules(switched),
        checks={name: table for name, table in tables.items() if table},
    )


def _switched(table: Table) -> dict[str, str]:
    """Values of assumptions, by name; TOML's own true is ``yes``, and its false ``no``."""
    found = {}
    for name, said in table.content.items():
        assumption = ASSUMPTIONS.get(name)
        text = {True: "yes", False: "no"}[said] if isinstance(said, bool) else said
        if isinstance(text, int):
            text = str(text)
        if assumption is None:
            table.complain(name, f"There is no assumption {name!r}. {known_names(name, ASSUMPTIONS)}")
        elif not isinstance(text, str) or not assumption.allows(text):
            table.wrong(name, f"Possible: {assumption.possible}.")
        else:
            found[name] = text
    return found
