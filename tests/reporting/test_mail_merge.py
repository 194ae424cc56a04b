"""The file for mail merge: one row for each person, and no cell that a spreadsheet would calculate."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from helpers import one_pool, place, tried

from coexistence.inputs.exports.formats.csv_tables import neutral
from coexistence.migration.rollback_cost import Letter
from coexistence.model.vocabulary import PoolId, SiteId
from coexistence.reporting.mail_merge import HEAD, render_letters, write_letters


def letter(person: int = 7, address: str = "ann@contoso.com", **facts: object) -> Letter:
    given: dict[str, object] = {
        "site": SiteId("1"),
        "home": PoolId("new-pool"),
        "back_to": PoolId("pool"),
        "meetings": (3, 9),
        "client": True,
        "contact_list": False,
        **facts,
    }
    return Letter(person=person, address=address, **given)  # type: ignore[arg-type]  # fields of a letter


def rows(*letters: Letter) -> list[dict[str, str]]:
    text = b"".join(render_letters([("contoso", None, "pilot", letters)])).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_calculated(start: str) -> None:
    assert neutral(f"{start}1+1") == f"'{start}1+1"
    (row,) = rows(letter(address=f"{start}cmd|' /c calc'!A1"))
    assert row["sip"].startswith(f"'{start}")


def test_what_begins_harmlessly_stays_as_it_is() -> None:
    assert neutral("ann=bob@contoso.com") == "ann=bob@contoso.com"


def test_a_row_says_whom_to_write_to_and_about_what() -> None:
    (row,) = rows(letter())

    assert tuple(row) == HEAD
    assert row == {
        "estate": "contoso",
        "deployment": "",
        "from": "pilot",
        "id": "7",
        "sip": "ann@contoso.com",
        "site": "1",
        "pool": "new-pool",
        "back_to": "pool",
        "meetings": "2",
        "meeting_rows": "3 9",
        "downgrade_client": "yes",
        "contact_list_at_risk": "no",
    }


def test_what_nobody_told_is_an_empty_cell() -> None:
    (row,) = rows(letter(meetings=None, client=None, contact_list=None, site=None))

    assert {row[name] for name in ("meetings", "meeting_rows", "downgrade_client", "site")} == {""}


def test_spreadsheets_see_utf_8_and_lines_of_their_own() -> None:
    found = b"".join(render_letters([("contoso", 4, "edge", [letter(address="zoë@contoso.com")])]))

    assert found.startswith(b"\xef\xbb\xbf")
    assert found.count(b"\r\n") == found.count(b"\n") == 2


def test_many_letters_come_in_pieces() -> None:
    pieces = list(render_letters([("contoso", None, "pilot", (letter(row) for row in range(2500)))]))

    assert [piece.count(b"\r\n") for piece in pieces] == [1, 1000, 1000, 500]


def test_a_folder_gets_a_file_for_each_checkpoint(tmp_path: Path) -> None:
    trial = tried(one_pool(people=20))
    labels = ("pilot", "edge")
    parts = [("../con toso", None, label, trial.letters_at(place(trial, label))) for label in labels]

    write_letters(tmp_path / "letters", [*parts, ("../con toso", 1, "pilot", [letter()])])

    files = {path.name: path.read_bytes() for path in (tmp_path / "letters").iterdir()}
    assert sorted(files) == ["con-toso-edge.csv", "con-toso-pilot.csv"]
    assert files["con-toso-pilot.csv"].count(b"\xef\xbb\xbf") == 1
    assert files["con-toso-pilot.csv"].count(b"\r\n") == 4
    assert [path.name for path in tmp_path.iterdir()] == ["letters"]
