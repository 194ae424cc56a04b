"""``checks`` and ``fixtures`` are folders here and in many other projects: one name each, and no mix-up."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from checkout import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def run(code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("folder", ["checks", "fixtures"])
def test_the_folders_name_is_refused_with_the_right_one(folder: str) -> None:
    done = run(f"import {folder}", ROOT)

    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert said == (
        f"ImportError: this folder is the package 'coexistence.{folder}': "
        f"import it as that, not as '{folder}'"
    )


@pytest.mark.parametrize("folder", ["checks", "fixtures"])
def test_the_real_name_works_from_the_root(folder: str) -> None:
    done = run(f"import coexistence.{folder}", ROOT)

    assert done.returncode == 0, done.stderr


def test_a_users_own_folders_of_the_same_names_are_theirs(tmp_path: Path) -> None:
    for folder in ("checks", "fixtures", "harness"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").write_text("OWNER = 'user'\n")

    done = run(
        "import checks, fixtures, harness, coexistence.checks, coexistence.fixtures\n"
        "assert checks.OWNER == fixtures.OWNER == harness.OWNER == 'user'\n"
        "assert not hasattr(coexistence.checks, 'OWNER')\n"
        "assert not hasattr(coexistence.fixtures, 'OWNER')\n",
        tmp_path,
    )

    assert done.returncode == 0, done.stderr


def test_a_users_own_checks_folder_does_not_disturb_an_idle_run(pytester: pytest.Pytester) -> None:
    pytester.mkpydir("checks").joinpath("test_mine.py").write_text("def test_mine() -> None:\n    pass\n")

    pytester.runpytest_subprocess("checks").assert_outcomes(passed=1)
