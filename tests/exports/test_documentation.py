"""The page for administrators says what the readers read: each documented line gives a recognised table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coexistence.exports.catalogue import CATALOGUE, kind_of
from coexistence.exports.tables import Heading

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "exports.md").read_text("utf-8")
_LINE = re.compile(r"^Save-Rows (\S+) @\((.*?)\) \((Get-Cs\w+)", re.MULTILINE)
_COLUMN = re.compile(r"'(\w+)'|\((?:Text|Joined|Moment) (\w+)\)")
#: The line asks every computer for its services.
_BY_WAY_OF = {"Get-CsComputer": "Get-CsWindowsService"}
_LINES = _LINE.findall(PAGE)


def test_there_are_lines_at_all() -> None:
    assert len(_LINES) >= 30
    assert PAGE.count("Save-Rows ") == len(_LINES)


@pytest.mark.parametrize(("name", "columns", "cmdlet"), _LINES, ids=[name for name, *_ in _LINES])
def test_a_documented_line_gives_a_table_of_its_kind(name: str, columns: str, cmdlet: str) -> None:
    names = tuple((plain or made).lower() for plain, made in _COLUMN.findall(columns))
    found = kind_of(Heading("", ",", names, 1))

    assert found is not None, name
    assert found.kind == _BY_WAY_OF.get(cmdlet, cmdlet)


def test_the_meetings_line_gives_meetings() -> None:
    (line,) = [line for line in PAGE.splitlines() if "meetings-$env:COMPUTERNAME.csv" in line]
    names = ["front_end", *re.findall(r",(\w+)|n='(\w+)'", line.partition("Export-Csv")[0])]
    flat = tuple(name for each in names for name in ([each] if isinstance(each, str) else each) if name)
    found = kind_of(Heading("", ",", flat, 1))

    assert found is not None
    assert found.kind == "meetings export"


@pytest.mark.parametrize(
    "kind", ["meetings export", "client versions", "DNS export", "certificate export", "TLS settings"]
)
def test_columns_of_our_own_are_documented(kind: str) -> None:
    for aliases in CATALOGUE[kind].columns.values():
        assert any(f"`{alias}`" in PAGE.lower() or f"`{alias} " in PAGE.lower() for alias in aliases), aliases


def test_every_cmdlet_that_is_read_is_on_the_page() -> None:
    for kind in CATALOGUE:
        if kind.startswith("Get-Cs"):
            assert kind.split()[0] in PAGE or kind in ("Get-CsClientPolicy", "Get-CsMobilityPolicy"), kind
