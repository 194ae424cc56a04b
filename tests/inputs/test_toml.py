"""TOML that people write: every complaint has the line that it is about."""

from __future__ import annotations

import datetime as dt
import os
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coexistence.errors import InputError
from coexistence.inputs.toml.lines import lines_of
from coexistence.inputs.toml.spelling import spelled
from coexistence.inputs.toml.tables import Table, read_toml

if TYPE_CHECKING:
    from collections.abc import Callable

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
    "date": lambda each: each.date("k"),
    "day": lambda each: each.day("k"),
    "texts": lambda each: each.texts("k"),
    "number": lambda each: each.number("k"),
    "float": lambda each: each.take("k", float),
    "flag": lambda each: each.flag("k", otherwise=None),
    "table": lambda each: each.table("k"),
    "tables": lambda each: list(each.tables("k")),
}


@pytest.mark.parametrize(
    ("reader", "value", "why"),
    [
        ("text", "1", 'k = 1: must be a text in quotes, like "pilot".'),
        ("text", '"  "', 'k = "  ": is empty. Write what is meant, or leave the key out.'),
        ("text", '"a\\u001b[2J"', 'k = "a\\u001b[2J": has a character in it that cannot be printed.'),
        ("number", "true", "k = true: must be a whole number from 1."),
        ("number", "1.5", "k = 1.5: must be a whole number from 1."),
        ("number", "0xffff_ffff_ffff_ffff_ffff", f"k = {16**20 - 1}: must be from 1 to 100000000."),
        ("float", '"1.5"', 'k = "1.5": must be a number.'),
        ("flag", '"yes"', 'k = "yes": must be true or false.'),
        ("day", "12:00:00", "k = 12:00:00: must be a date, like 2026-12-01."),
        ("day", '"23.11.2026"', 'k = "23.11.2026": must be a date, like 2026-12-01.'),
        ("day", "0001-01-01T00:00:00+02:00", "k = 0001-01-01T00:00:00+02:00: is beyond the calendar in UTC."),
        ("date", "9999-12-31", "k = 9999-12-31: must be from 1990-01-01 to 2999-12-31."),
        ("date", "0001-01-01", "k = 0001-01-01: must be from 1990-01-01 to 2999-12-31."),
        ("date", "2026-11-23T01:00:00", "k = 2026-11-23T01:00:00: must be a date, like 2026-12-01."),
        ("texts", "[1]", "k has 1 in it: must be a text that can be printed."),
        ("texts", '"a"', 'k = "a": must be a list of texts, like ["P7.11"].'),
        ("table", "3", "k = 3: must be a table: write [k]."),
        ("tables", "[3]", "k has 3 in it: must be a table, [[k]]."),
    ],
)
def test_a_value_of_another_kind_is_complained_about_with_its_line(
    tmp_path: Path, reader: str, value: str, why: str
) -> None:
    read = table(f"\n\nk = {value}\n", tmp_path)
    READERS[reader](read)

    with pytest.raises(InputError) as refused:
        read.document.raise_complaints()

    assert str(refused.value) == f"plan.toml, line 3: {why}"
    assert (refused.value.file, refused.value.line) == ("plan.toml", 3)


def test_all_complaints_come_together_in_the_order_of_lines(tmp_path: Path) -> None:
    read = table("a = 1\n[[b.c]]\nd = 2\n[[b.c]]\n", tmp_path)
    inner = read.table("b")
    assert inner is not None
    for each in inner.tables("c"):
        each.need("e", "what it is called")
        each.close()
    read.text("a")

    with pytest.raises(InputError) as refused:
        read.document.raise_complaints(["list.csv: is empty."])

    assert str(refused.value).splitlines() == [
        'plan.toml, line 1: a = 1: must be a text in quotes, like "pilot".',
        "plan.toml, line 2: [[b.c]] needs e: what it is called.",
        "plan.toml, line 3: [[b.c]] has no key 'd'. Known: .",
        "plan.toml, line 4: [[b.c]] needs e: what it is called.",
        "list.csv: is empty.",
    ]


def test_words_for_people_lose_what_a_terminal_would_obey(tmp_path: Path) -> None:
    read = table('k = "\\u001b[2Jgone\\u202e\\tand\\u00a0back\\nagain "', tmp_path)

    assert read.words("k") == "?[2Jgone? and\u00a0back again"


def test_a_whole_number_is_a_number(tmp_path: Path) -> None:
    assert table("k = 3", tmp_path).take("k", float) == 3.0


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

    assert read.document.line("b", "c") == 3


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_what_an_editor_of_windows_writes_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "plan.toml").write_bytes('k = "Jürgen"\r\n'.encode(encoding))

    assert read_toml(tmp_path / "plan.toml", "--option").text("k") == "Jürgen"


DEEP = "brackets are nested more than 50 deep, which nobody writes by hand. Take it out."
LONG = "a number or a key has more than 1000 characters, which nobody writes by hand. Take it out."


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("a = ", "plan.toml: not valid TOML: "),
        ("a = 1\nb = " + "[" * 3_000 + "]" * 3_000, f"plan.toml, line 2: {DEEP}"),
        ("a = [\n" + "{b=[" * 3_000, f"plan.toml, line 2: {DEEP}"),
        ("a = " + "9" * 5_000, f"plan.toml, line 1: {LONG}"),
        ("a = 0x" + "f" * 5_000, f"plan.toml, line 1: {LONG}"),
        ("# a\n" + "a." * 40_000 + "a = 1", "plan.toml, line 2: a key has more than 20 parts, which nobody"),
        ("[" + "a . " * 40_000 + "a]", "plan.toml, line 1: a key has more than 20 parts, which nobody"),
        ("'a'." * 40_000 + "a = 1", "plan.toml, line 1: a key has more than 20 parts, which nobody"),
        ("a = 1\x00", "plan.toml, line 1: there is a NUL character"),
        ("a = 1\n" + 'b = """' + 'x\\"""y' * 100_000, "plan.toml: not valid TOML: "),
    ],
)
def test_what_nobody_writes_is_refused_at_once(tmp_path: Path, content: str, why: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(InputError) as refused:
        table(content, tmp_path)

    assert str(refused.value).startswith(why)
    assert time.perf_counter() - begun < 2


def test_what_only_looks_nested_is_read(tmp_path: Path) -> None:
    brackets, dots = "[" * 200, "a." * 200
    text = f'# {brackets}{dots}\na = \'{brackets}\'\nb = """\n{brackets}"{dots}""""\nc = [{"[1]," * 99}]\n'

    read = table(text, tmp_path)

    assert (read.text("a"), len(read.take("c", list))) == (brackets, 99)
    assert read.take("b", str) == f'{brackets}"{dots}"'


def test_a_file_that_nobody_wrote_by_hand_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    with path.open("wb") as file:
        file.truncate(20_000_000)

    with pytest.raises(InputError, match="has more than 4 MB"):
        read_toml(path, "--option")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_what_is_no_ordinary_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "plan.toml")

    for path in (tmp_path / "plan.toml", Path("/dev/zero"), tmp_path):
        with pytest.raises(InputError, match=r"pipe or a device|Is a directory"):
            read_toml(path, "--option")


@given(
    st.recursive(
        st.one_of(
            st.booleans(),
            st.integers(),
            st.text(),
            st.dates(),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_what_is_spelled_reads_back_and_can_be_printed(value: Any) -> None:
    line = f"k = {spelled(value)}"

    assert tomllib.loads(line) == {"k": value}
    assert line.isprintable()
