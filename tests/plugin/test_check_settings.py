"""``[tool.coexistence.checks.<name>]``: another severity, other parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from plugin_checks import BREAKS, MINE

if TYPE_CHECKING:
    from plugin_runs import Run

ATTENDED = '''
from coexistence import PoolSubject, check

@check(clause="capacity", at="pilot")
def pools_have_short_names(pool: PoolSubject, longest: int = 200, but: str = "") -> None:
    """The names of pools are short."""
    assert len(pool.label) <= longest or pool.label == but
'''


def told(table: str) -> dict[str, str]:
    """Files with a check of one's own, and what the project says about it."""
    return {"mine.py": ATTENDED, "pyproject.toml": f"[tool.pytest.ini_options]\n{table}"}


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_a_parameter_is_what_the_project_says(run: Run, workers: tuple[str, ...]) -> None:
    assert run(*MINE, *workers, files=told("")).status == 0

    ran = run(*MINE, *workers, files=told("[tool.coexistence.checks.pools_have_short_names]\nlongest = 3\n"))

    assert ran.status == 1, ran.said
    ran.shows("ERROR  broken: pools have short names")


def test_a_severity_is_what_the_project_says(run: Run) -> None:
    files = {
        "mine.py": BREAKS.format(severity="BLOCKER"),
        "pyproject.toml": '[tool.coexistence.checks."mine.py::every_pool_is_called_bob"]\n'
        'severity = "warning"\n',
    }

    ran = run(*MINE, files=files)

    assert ran.status == 0, ran.said
    ran.shows("WARNING  broken: every pool is called bob")


def test_a_built_in_check_may_weigh_something_else(run: Run) -> None:
    name = "legacy_and_current_users_reach_each_other"
    files = {"pyproject.toml": f'[tool.coexistence.checks.{name}]\nseverity = "info"\n'}

    ran = run("--coexistence", "--coexistence-deployments=1", "--co", "-q", "-m", "info", files=files)

    assert name in ran.out


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (
            "pools_have_long_names]\nlongest = 3",
            "there is no check 'pools_have_long_names'. Did you mean 'pools_have_short_names'?",
        ),
        (
            "pools_have_short_names]\nlongest = '3'",
            'pyproject.toml, line 3: longest = "3": must be a whole number.',
        ),
        (
            "pools_have_short_names]\nlongset = 3",
            "has no key 'longset'. Known: severity, longest, but. Did you mean 'longest'?",
        ),
        ("pools_have_short_names]\nseverity = 'fatal'", 'severity = "fatal": Known: info, warning, '),
        (
            "legacy_and_current_users_reach_each_other]\nhops = 3",
            "legacy_and_current_users_reach_each_other has no parameters; severity alone can be set.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(run: Run, table: str, sentence: str) -> None:
    ran = run(*MINE, files=told(f"[tool.coexistence.checks.{table}\n"))

    assert ran.status == 4
    assert sentence in " ".join(ran.said.split())


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("'mine.py::pools_are_pink'", "there is no check 'mine.py::pools_are_pink'. mine.py has none of"),
        ("'none.py::pools_are_pink'", "There is no file none.py in "),
        (
            "'other.py::pools_are_pink'",
            "other.py is not loaded: add --coexistence-checks=other.py, or coexis",
        ),
        ("'test_it.py::pools_are_pink'", "pytest's configuration (by its own name: of a folder, files that"),
        ("'a_pack.checks::pools_are_pink'", "No a_pack.checks is built in, and no installed pack offers it."),
        ("zebras", "Loaded are the built-in ones and those of mine.py. Name modules of your own by"),
    ],
)
def test_settings_for_a_check_that_is_not_loaded_say_why(run: Run, name: str, sentence: str) -> None:
    files = {**told(f"[tool.coexistence.checks.{name}]\nlongest = 3\n"), "other.py": "", "test_it.py": ""}
    ran = run(*MINE, files=files)

    assert ran.status == 4
    assert sentence in " ".join(ran.said.split())


def test_a_default_that_no_file_can_say_is_refused_when_the_check_registers(run: Run) -> None:
    ran = run(*MINE, files={"mine.py": ATTENDED.replace("= 200", "= None")})

    assert ran.status == 4
    assert "parameter 'longest' defaults to None" in ran.said
