"""The page for administrators says what the readers read: each documented line gives a recognised table."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest
from checkout import DOCS, ROOT
from export_tables import BY_HAND

from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.formats.csv_tables import Heading
from coexistence.inputs.exports.kinds import CATALOGUE, KINDS, kind_of

PAGE = (DOCS / "exports.md").read_text("utf-8")
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


def test_of_every_export_it_is_said_what_it_decides() -> None:
    assert set(KINDS) - {
        kinds.PUBLISHED,
        kinds.TOPOLOGY_BUILDER,
        kinds.SERVER_VERSION,
    } == set(CATALOGUE)
    for decision in KINDS.values():
        assert decision.tells in PAGE


@pytest.mark.parametrize("kind", BY_HAND)
def test_every_column_of_tables_by_hand_is_on_the_page(kind: str) -> None:
    assert BY_HAND[kind][1].keys() <= CATALOGUE[kind].columns.keys()
    assert CATALOGUE[kind].needs <= BY_HAND[kind][1].keys()


@cache
def sentences() -> str:
    """Every text in the code, pieces of formatted ones together."""
    found = []
    for file in (ROOT / "harness").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = (
                    part.value if isinstance(part, ast.Constant) else "\N{HORIZONTAL ELLIPSIS}"
                    for part in node.values
                )
                found.append("".join(map(str, parts)))
    return "\n".join(found)


_COMPLAINTS = PAGE.partition("### Complaints, and what to do")[2].partition("## Without the script")[0]
_PHRASES = [
    phrase.strip(" '\N{HORIZONTAL ELLIPSIS}")
    for row in re.findall(r"^\| (.*?) \| .* \|$", _COMPLAINTS, re.MULTILINE)
    for quoted in re.findall(r"`([^`]+)`", row)
    for phrase in quoted.split(" \N{HORIZONTAL ELLIPSIS} ")
]


@pytest.mark.parametrize("phrase", sorted({phrase for phrase in _PHRASES if " " in phrase}))
def test_a_complaint_on_the_page_is_one_that_is_made(phrase: str) -> None:
    assert phrase in sentences()


def test_there_are_complaints_on_the_page() -> None:
    assert len(_PHRASES) > 15


def test_links_on_the_page_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= anchors
