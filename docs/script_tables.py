"""The tables that the export script writes, as the script itself says."""

from __future__ import annotations

import re
from typing import NamedTuple

from coexistence.inputs.exports.export_script import export_script
from coexistence.inputs.exports.formats.csv_tables import Heading
from coexistence.inputs.exports.kinds import kind_of

__all__ = ["SCRIPT", "TABLES", "Table", "kind_in"]

SCRIPT = export_script()


class Table(NamedTuple):
    """What the script writes under one name."""

    cmdlet: str
    #: Name, what makes it, and by which function.
    columns: tuple[tuple[str, str, str], ...]
    read: str

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(name for name, _, _ in self.columns)


_SAVED = re.compile(r"^ *Save-Rows (\(.*?\$label\)|'[\w-]+') '([\w-]*)' (.*?) \{(.*)$", re.MULTILINE)
_COLUMN = re.compile(r"\((Plain|Made|Joined|Moment|Blank) '(\w+)'(?: '([\w-]+)')?\)|@\{n = '(\w+)'")


def _tables() -> dict[str, Table]:
    named = dict(re.findall(r"^ *\$(people|services|columns) = (@\(.*\))$", SCRIPT, re.MULTILINE))
    found = {}
    for name, cmdlet, columns, read in _SAVED.findall(SCRIPT):
        text = re.sub(r"\$(people|services|columns)\b", lambda match: named[match[1]], columns)
        file = re.sub(r"[^\w-]", "", name.replace(" + $label", "")).rstrip("-")
        parts = [
            (plain or own, how or "own", by) for how, plain, by, own in _COLUMN.findall(text.split("} {")[0])
        ]
        found[file + ("-local" if "$label" in name else "")] = Table(cmdlet, tuple(parts), read)
    return found


TABLES = _tables()


def kind_in(file: str) -> str:
    """Which export a reader takes a table for."""
    header = tuple(name.lower() for name in TABLES[file].header)
    found = kind_of(Heading("", ",", header, 1))
    assert found is not None, file
    return found.kind
