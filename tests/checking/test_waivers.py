"""What a waiver covers, and what its words may hold."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from coexistence.checking.waivers import Waivers, read_waivers
from coexistence.errors import InputError
from coexistence.inputs.toml.spelling import spelled

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = dt.date(2026, 12, 1)
IDS = ("checks[1]/mine.py::pools_have_names", "coexistence.checks.links::meetings_open_by_their_link")


def read(folder: Path, **said: str) -> Waivers:
    """A file with one waiver."""
    words = {"owner": "Operations", "approver": "Board", "reason": "known", "check": "*", **said}
    lines = [f"{key} = {spelled(value)}" for key, value in words.items()]
    path = folder / "waivers.toml"
    path.write_text("\n".join(["[[waivers]]", *lines, "expires = 2099-12-31"]), "utf-8")
    return read_waivers(path, IDS, AS_OF)


@pytest.mark.parametrize(
    ("subject", "covered", "others"),
    [
        ("users[1-3] of pool01", ["users[1-3] of pool01"], ["users1 of pool01", "users[1-3] of pool02"]),
        ("users[1-3]*", ["users[1-3] of pool01", "users[1-3]"], ["users2 of pool01"]),
        ("users[[]1-3]*", ["users[[]1-3] of pool01"], ["users[1-3] of pool01"]),
        ("users[", ["users["], ["users"]),
        ("pool0?.*", ["pool01.contoso.com", "pool0[.contoso.com"], ["pool01"]),
    ],
)
def test_brackets_are_letters_and_stars_stand_for_others(
    tmp_path: Path, subject: str, covered: list[str], others: list[str]
) -> None:
    waivers = read(tmp_path, subject=subject)

    assert all(waivers.find(IDS[0], each, "pilot") == 0 for each in covered)
    assert all(waivers.find(IDS[0], each, "pilot") is None for each in others)


@pytest.mark.parametrize("check", [IDS[0], "pools_have_names", "checks[1]/*", "*::pools_have_names"])
def test_a_check_is_named_though_its_path_holds_brackets(tmp_path: Path, check: str) -> None:
    waivers = read(tmp_path, check=check)

    assert waivers.find(IDS[0], "pool01", "wave [2]") == 0
    assert waivers.find(IDS[1], "pool01", "wave [2]") is None


def test_a_checkpoint_may_hold_brackets_too(tmp_path: Path) -> None:
    waivers = read(tmp_path, checkpoint="wave [2]")

    assert waivers.find(IDS[0], "pool01", "wave [2]") == 0
    assert waivers.find(IDS[0], "pool01", "wave 2") is None


def test_words_of_a_waiver_hold_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    (waiver,) = read(tmp_path, owner="\x1b[31mme", approver="you\x07", reason="\x9b2Jgone").waivers

    assert waiver.plain() == {
        "owner": "?[31mme",
        "approver": "you?",
        "reason": "?2Jgone",
        "expires": "2099-12-31",
    }


@pytest.mark.parametrize("key", ["check", "subject", "checkpoint"])
def test_a_name_that_cannot_be_printed_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(
        InputError, match=rf"^waivers\.toml, line \d: {key} = .* cannot be printed\."
    ) as refused:
        read(tmp_path, **{key: "pool\x1b[2J"})

    assert str(refused.value).isprintable()


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text('[[waivers]]\ncheck = "none"\nreason = 3\n[[waivers]]\nexpires = 1\nuntil = 2\n', "utf-8")

    with pytest.raises(InputError) as refused:
        read_waivers(path, IDS, AS_OF)

    assert [line.split(": ", 1)[1].split(".")[0] for line in str(refused.value).splitlines()] == [
        "[[waivers]] needs owner",
        "[[waivers]] needs approver",
        "[[waivers]] needs expires",
        "check = \"none\": there is no check 'none'",
        'reason = 3: must be a text in quotes, like "pilot"',
        "[[waivers]] needs check",
        "[[waivers]] needs owner",
        "[[waivers]] needs approver",
        "[[waivers]] needs reason",
        "expires = 1: must be a date, like 2026-12-01",
        "[[waivers]] has no key 'until'",
    ]
