"""What was printed asks again: ids and lines from where they were printed, folders as modules do."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from plugin_checks import BREAKS, HOLDS

if TYPE_CHECKING:
    from pathlib import Path

    from plugin_runs import Ran, Warm

ONE, TWO = "checks/breaks.py::every_pool_is_called_bob", "checks/inner/holds.py::every_pool_has_a_name"
ID = f"{ONE}[generated-0-0-pilot]"
INI = "[pytest]\ncoexistence_checks = checks\ncoexistence_deployments = 1\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with checks of its own, which its settings name."""
    folder = tmp_path_factory.mktemp("project")
    for name, text in {
        "pytest.ini": INI,
        "other.ini": INI,
        "checks/breaks.py": BREAKS.format(severity="ERROR"),
        "checks/inner/holds.py": HOLDS,
        "below/empty.txt": "",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def asked(start: Warm, folder: Path, *arguments: str) -> Ran:
    return start(("-p", "no:randomly", "--coexistence", *arguments), folder, {})


def checks(ran: Ran) -> list[str]:
    """Checks that were collected, without where they are asked."""
    return list(dict.fromkeys(line.partition("[")[0] for line in ran.lines if "::" in line))


@pytest.mark.parametrize(
    ("folder", "argument", "found"),
    [
        ("", "checks", [ONE, TWO]),
        ("", "checks/inner", [TWO]),
        ("below", "../checks", [ONE, TWO]),
        ("below", "checks/breaks.py", [ONE]),
        ("below", f"../{ID}", [ONE]),
        ("below", ID, [ONE]),
        ("checks", "breaks.py", [ONE]),
    ],
)
def test_what_is_shown_selects(
    start: Warm, project: Path, folder: str, argument: str, found: list[str]
) -> None:
    ran = asked(start, project / folder, "--co", "-q", argument)

    assert checks(ran) == found, ran.said


def test_a_check_of_ours_is_found_as_it_is_shown_below(start: Warm, project: Path) -> None:
    first = checks(asked(start, project, "--co", "-q", "coexistence.checks.names"))[0]

    assert checks(asked(start, project / "below", "--co", "-q", f"../{first}")) == [first]


def test_the_lines_ask_again_from_where_they_were_printed(start: Warm, project: Path) -> None:
    below = project / "below"
    question = ("-c", "../other.ini", "--coexistence-seed=3", "../checks", "--coexistence-at=pilot")
    lines = [line.strip() for line in asked(start, below, *question).lines]
    ask = next(line.removeprefix("Ask: ") for line in lines if line.startswith("Ask: "))
    again = next(line.removeprefix("Again: ") for line in lines if line.startswith("Again: "))

    assert ask == f"pytest -c=../other.ini --coexistence --coexistence-seed=3 {shlex.quote(ID)}"
    assert again.startswith("pytest -c=../other.ini --coexistence --coexistence-deployments=1 ")
    for line in (ask, again):
        repeated = start(tuple(shlex.split(line)[1:]), below, {})
        assert repeated.status == 1, repeated.said
        assert repeated.outcomes["failed"] == 1
