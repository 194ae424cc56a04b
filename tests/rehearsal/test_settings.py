"""``[tool.coexistence]`` of a ``pyproject.toml``: what switches assumptions, and in whose spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coexistence.errors import InputError
from coexistence.rehearsal.settings import Tool, read_tool
from coexistence.simulation.rules.assumptions import ASSUMPTIONS

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, text: str) -> Tool:
    """What a project says."""
    (folder / "pyproject.toml").write_text(text, "utf-8")
    return read_tool(folder / "pyproject.toml")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ports-open = true", "yes"),
        ("ports-open = false", "no"),
        ('ports-open = "no"', "no"),
        ("names-resolve = true", "yes"),
        ("plan-as-written = true", "yes"),
        ("pilot-days = 6", "6"),
        ('pilot-days = "6"', "6"),
        ("pilot-days = 0x10", "16"),
        ("user-moves-an-hour = 12_345", "12345"),
        ("redirects-followed = 4", "4"),
        ("front-ends-of-2019 = 12", "12"),
        ("unknown-elements = 3006", "3006"),
    ],
)
def test_an_assumption_is_switched_in_the_spelling_of_toml(tmp_path: Path, said: str, meant: str) -> None:
    rules = read(tmp_path, f"[tool.coexistence.rules]\n{said}\n").rules

    assert rules.value(said.split(" = ")[0]) == meant


def test_every_assumption_that_is_so_or_not_takes_true_and_false(tmp_path: Path) -> None:
    names = [each.id for each in ASSUMPTIONS.values() if each.allows("yes") and each.allows("no")]
    text = "\n".join(
        [
            "[tool.coexistence.rules]",
            *(f"{name} = {str(at % 2 == 0).lower()}" for at, name in enumerate(names)),
        ]
    )

    rules = read(tmp_path, text).rules

    assert len(names) > 50
    assert [rules.value(name) for name in names] == [("yes", "no")[at % 2] for at in range(len(names))]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("names-resolve = false", "names-resolve = false: Possible: undecided, yes."),
        ("pilot-days = true", "pilot-days = true: Possible: a whole number from 0 to 3,650."),
        ("pilot-days = -1", "pilot-days = -1: Possible: a whole number from 0 to 3,650."),
        ("pilot-days = 7.0", "pilot-days = 7.0: Possible: a whole number from 0 to 3,650."),
        ("pilot-days = 3_651", "pilot-days = 3651: Possible: a whole number from 0 to 3,650."),
        ("pilot-days = [7]", "pilot-days = [7]: Possible: a whole number from 0 to 3,650."),
        ("ports-open = 1", "ports-open = 1: Possible: yes, no."),
        ('ports-open = "Yes\\u001b"', 'ports-open = "Yes\\u001b": Possible: yes, no.'),
        ("port-open = true", "There is no assumption 'port-open'. Known: "),
        ("[tool.coexistence.rule]", "[tool.coexistence] has no key 'rule'. Known: rules, checks."),
        (
            "[tool.coexistence.checks]\nmine = 3",
            "mine = 3: must be a table: write [tool.coexistence.checks.mine].",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(tmp_path: Path, said: str, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, f"[tool.coexistence.rules]\n{said}\n")

    assert str(refused.value).startswith(f"pyproject.toml, line {said.count(chr(10)) + 2}: {sentence}")
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("text", ["", "[tool]\n", "[tool.other]\na = 1\n"])
def test_a_project_may_say_nothing(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == Tool()
    assert read_tool(tmp_path / "none.toml") == Tool()


@pytest.mark.parametrize("text", ["tool = 3", "tool.coexistence = 'x'"])
def test_a_key_of_ours_that_is_no_table_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"^pyproject\.toml, line 1: .*must be a table"):
        read(tmp_path, text)
