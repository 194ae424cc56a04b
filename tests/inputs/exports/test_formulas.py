"""Cells that a spreadsheet would take for formulas: accepted, neutralised where we write, and given back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coexistence.inputs.exports import Imported, read_exports
from coexistence.inputs.exports.formats.csv_tables import neutral, plain
from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.exports.write.projection import projection
from coexistence.model.deployment import Server
from coexistence.model.vocabulary import Unknown

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@given(st.text("='+-@\t\r\nx ,\"", max_size=6))
def test_no_cell_begins_as_a_formula_does_and_every_cell_comes_back(cell: str) -> None:
    made = neutral(cell)

    assert not made.startswith(_STARTS)
    assert plain(made) == cell


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "'=", "''@", "'", "\t=", "\r-"])
def test_what_looks_like_a_formula_is_neutralised_and_comes_back(
    imported: Callable[[Mapping[str, str | bytes]], Imported], tmp_path: Path, begins: str
) -> None:
    odd = f"{begins}cmd|'/C calc'!A1"
    rows = {
        "users.csv": [
            ["SipAddress", "RegistrarPool", "Enabled", "VoicePolicy"],
            [f"{begins}ann@contoso.com", "se19.contoso.com", "True", odd],
            ["bob@contoso.com", "se19.contoso.com", "True", ""],
        ],
        "voice-policies.csv": [["Identity", "PstnUsages"], ["Global", odd], [f"Tag:{odd}", odd]],
        "services.csv": [["ComputerName", "Name", "Status"], ["se19.contoso.com", odd, "Running"]],
        "meetings.csv": [["organizer", "conf_id"], [f"{begins}ann@contoso.com", "M1"]],
        "workflows.csv": [["Identity", "Name", "Active", "PrimaryUri"], [f"1/{odd}", odd, "True", odd]],
    }
    read = imported({name: _csv(table) for name, table in rows.items()}).deployment
    assert not isinstance(read.population, Unknown)
    assert len(read.population) == 2

    write_exports(read, tmp_path / "again")

    again = read_exports(tmp_path / "again").deployment
    assert again == projection(read)
    assert not isinstance(again.population, Unknown)
    assert not isinstance(again.population.meetings, Unknown)
    assert [again.population.addresses[at] for at in range(2)] == [
        read.population.addresses[at] for at in range(2)
    ]
    assert again.population.assigned["voice"].tag(1) == read.population.assigned["voice"].tag(1)
    assert len(again.population.meetings) == 1
    assert [_names(server) for server in again.servers] == [_names(server) for server in read.servers]
    for path in (tmp_path / "again").glob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")):
            assert not [cell for cell in row if cell.startswith(_STARTS)], path.name


def _names(server: Server) -> list[str]:
    return [] if isinstance(server.services, Unknown) else [each.name for each in server.services]


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode("utf-8-sig")
