"""TOML that people write: every complaint has the line that it is about."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coexistence.errors import InputError
from coexistence.inputs.toml.lines import lines_of
from coexistence.inputs.toml.tables import Table, read_toml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TRAPS = '''\
# comment
top = 1

[[waves]]  # the first
note = """
[[waves]]
pools = 1
"""
pools = [
    "a]",  # not the end
    "b",
]
[waves.window]
from = "22:00"

[[waves]]
a.b.c = 2
"quoted key" = {inner = 1, other = 2}
[waves.window]
from = "23:00"
[other."dotted.name"]
x = 1
'''
#: Where what the traps look like really stands.
EXPECTED = {
    ("top",): 2,
    ("waves", "0"): 4,
    ("waves", "0", "note"): 5,
    ("waves", "0", "pools"): 9,
    ("waves", "0", "pools", "1"): 11,
    ("waves", "0", "window"): 13,
    ("waves", "0", "window", "from"): 14,
    ("waves", "1"): 16,
    ("waves", "1", "a", "b", "c"): 17,
    ("waves", "1", "quoted key"): 18,
    ("waves", "1", "quoted key", "other"): 18,
    ("waves", "1", "window"): 19,
    ("waves", "1", "window", "from"): 20,
    ("other", "dotted.name"): 21,
    ("other", "dotted.name", "x"): 22,
}


def test_a_key_is_found_where_it_stands_whatever_looks_like_one() -> None:
    found = lines_of(TRAPS)

    assert {path: found[path] for path in EXPECTED} == EXPECTED
    assert not any("d" in path for path in found)


KEYS = st.text("abcxyz_-", min_size=1, max_size=5)


@given(
    st.lists(
        st.tuples(
            KEYS,
            st.sampled_from(["1", "true", '"t"', "2026-11-23", "[\n1,\n2,\n]", '"""\nkey = 1\n[table]\n"""']),
            st.sampled_from(["", "\n", "# key = 1\n"]),
        ),
        unique_by=lambda entry: entry[0],
    ),
    st.integers(1, 3),
)
def test_every_key_of_every_table_is_found_on_its_line(
    entries: list[tuple[str, str, str]], tables: int
) -> None:
    lines: list[str] = []
    expected: dict[tuple[str, ...], int] = {}
    for number in range(tables):
        lines.append("[[t]]")
        expected[("t", str(number))] = len(lines)
        for key, value, before in entries:
            lines += before.splitlines()
            expected[("t", str(number), key)] = len(lines) + 1
            lines += f"{key} = {value}".splitlines()
    text = "\n".join(lines)
    assert len(tomllib.loads(text)["t"]) == tables

    found = lines_of(text)

    assert {path: found[path] for path in expected} == expected


def table(text: str, folder: Path) -> Table:
    """A file's table."""
    path = folder / "plan.toml"
    path.write_bytes(text.encode())
    return read_toml(path, "--option")


READERS: dict[str, Callable[[Table], Any]] = {
    "text": lambda each: each.text("k"),
    "day": lambda each: each.day("k"),
    "texts": lambda each: each.texts("k"),
    "int": lambda each: each.get("k", int),
    "bool": lambda each: each.get("k", bool),
    "table": lambda each: each.table("k"),
    "tables": lambda each: list(each.tables("k")),
}


@pytest.mark.parametrize(
    ("reader", "value", "why"),
    [
        ("text", "1", "k = 1: not a text."),
        ("text", '"  "', 'k = "  ": must not be empty.'),
        ("int", "true", "k = True: not a whole number."),
        ("int", "1.5", "k = 1.5: not a whole number."),
        ("bool", '"yes"', 'k = "yes": not true or false.'),
        ("day", "12:00:00", "k = 12:00:00: not a date."),
        ("day", '"23.11.2026"', 'k = "23.11.2026": not a date. Write it like 2026-11-23.'),
        ("texts", "[1]", "k = [1]: 1 in it is not a text."),
        ("texts", '"a"', 'k = "a": not a list.'),
        ("table", "3", "k = 3: not a table."),
        ("tables", "[3]", "k = [3]: write each as a table: [[k]]."),
    ],
)
def test_a_value_of_another_kind_is_refused_with_its_line(
    tmp_path: Path, reader: str, value: str, why: str
) -> None:
    read = READERS[reader]

    with pytest.raises(InputError) as refused:
        read(table(f"\n\nk = {value}\n", tmp_path))

    assert str(refused.value) == f"plan.toml, line 3: {why}"


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-11-23", dt.date(2026, 11, 23)),
        ('"2026-11-23"', dt.date(2026, 11, 23)),
        ("2026-11-23T01:00:00+02:00", dt.date(2026, 11, 22)),
        ("2026-11-23T23:30:00", dt.date(2026, 11, 23)),
    ],
)
def test_a_day_may_be_written_in_several_ways(tmp_path: Path, value: str, day: dt.date) -> None:
    assert table(f"k = {value}", tmp_path).day("k") == day


def test_a_byte_order_mark_and_windows_newlines_do_no_harm(tmp_path: Path) -> None:
    read = table("\ufeffa = 1\r\n[b]\r\nc = 2\r\n", tmp_path)

    assert read.table("b").line_of("c") == 3


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfea\x00", "plan.toml: not UTF-8 (byte 0). Save it as UTF-8."),
        (b"a = ", "plan.toml: not valid TOML: "),
    ],
)
def test_what_is_no_toml_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "plan.toml").write_bytes(content)

    with pytest.raises(InputError) as refused:
        read_toml(tmp_path / "plan.toml", "--option")

    assert str(refused.value).startswith(why)


def test_a_file_that_nobody_wrote_by_hand_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    with path.open("wb") as file:
        file.truncate(20_000_000)

    with pytest.raises(InputError, match="has more than 16 MB"):
        read_toml(path, "--option")
