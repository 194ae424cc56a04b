"""Where a value of a TOML document stands."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coexistence.inputs.toml.lines import lines_of
from coexistence.inputs.toml.spelling import spelled, spelled_key


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1", ("a",), 1),
        ("# a\n\n  a = 1", ("a",), 3),
        ("a.b.c = 1", ("a", "b"), 1),
        ("a = '''\n[b]\nc = 1'''\nd = 2", ("d",), 4),
        ('a = """\n\\"""\n]"""\nd = 2', ("d",), 4),
        ('a = "#]"\nd = 2', ("d",), 2),
        ("a = '\"'\nd = 2", ("d",), 2),
        ("a = [ # one ]\n 1, # two\n 2,\n]\nd = 2", ("a", "1"), 3),
        ("a = [ # one ]\n 1, # two\n 2,\n]\nd = 2", ("d",), 5),
        ("a = [[1],\n[2, 3]]", ("a", "1", "1"), 2),
        ("a = { b = [1,\n2], c.d = 3 }", ("a", "c", "d"), 2),
        ("[a]\nb = 1\n[a.c]\nd = 1", ("a", "c", "d"), 4),
        ("[[a]]\nb = 1\n[[a]]\nb = 2", ("a", "1", "b"), 4),
        ("[[a]]\n[[a.b]]\nc = 1\n[[a]]\n[[a.b]]\nc = 2", ("a", "1", "b", "0", "c"), 6),
        ("[[a]]\n[a.b]\nc = 1", ("a", "0", "b", "c"), 3),
        ('[ "x.y" . z ]\nb = 1', ("x.y", "z", "b"), 2),
        ("a = 2026-12-01 # day\nb = 22:00:00\nc = 1", ("c",), 3),
        ("a = 1\r\nb = 2\r\n", ("b",), 2),
    ],
)
def test_every_value_has_its_line(text: str, path: tuple[str, ...], line: int) -> None:
    assert lines_of(text)[path] == line


def paths(value: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Every path in a document."""
    if not isinstance(value, dict | list):
        return {path}
    children = value.items() if isinstance(value, dict) else enumerate(value)
    return {path} | {each for key, child in children for each in paths(child, (*path, str(key)))}


SCALARS = st.one_of(st.text(max_size=6), st.integers(-9, 9), st.booleans(), st.dates())


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.one_of(SCALARS, st.lists(SCALARS, max_size=12)),
        max_size=6,
    )
)
def test_what_tomllib_finds_has_a_line(content: dict[str, Any]) -> None:
    text = "\n".join(f"{spelled_key(key)} = {spelled(value)} # ]" for key, value in content.items())
    document = tomllib.loads(text)

    found = lines_of(text)

    assert set(found) | {()} == paths(document)
    assert all(1 <= line <= text.count("\n") + 1 for line in found.values())
