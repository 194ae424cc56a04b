"""The wheel holds all of the three folders under their real names, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from checkout import ROOT
from structure.source_tree import FOLDERS, pyproject, source_files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: building leaves folders behind."""
    work = tmp_path_factory.mktemp("wheel")
    copy = work / "copy"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for folder in FOLDERS.values():
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(folder, copy / folder.relative_to(ROOT), ignore=ignored)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(work), str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = work.glob("*.whl")
    return built


def test_the_wheel_holds_the_three_folders_and_nothing_else(wheel: Path) -> None:
    wanted = {
        str(PurePosixPath(*package.split("."), *path.relative_to(folder).parts))
        for package, folder in FOLDERS.items()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert "coexistence/py.typed" in found
    assert found == wanted


def test_every_package_is_listed() -> None:
    """A folder that is not listed is missing from the wheel, yet there in an editable install."""
    packages = {name for name, path in source_files().items() if path.name == "__init__.py"}
    setuptools = pyproject()["tool"]["setuptools"]

    assert set(setuptools["packages"]) == packages  # type: ignore[call-overload]  # a list in this file


def test_the_wheel_works_beside_a_users_own_folders(wheel: Path, tmp_path: Path) -> None:
    site, project = tmp_path / "site", tmp_path / "project"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    for folder in ("checks", "fixtures", "harness"):
        (project / folder).mkdir(parents=True)
        (project / folder / "__init__.py").write_text("raise RuntimeError('the wrong folder')\n")
    code = (
        "import coexistence.checks, coexistence.fixtures as f; print(coexistence.__file__); print(f.__file__)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert all(Path(line).is_relative_to(site) for line in done.stdout.splitlines())
