"""A pack that is installed as a distribution of its own is found by its entry points."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from checkout import DOCS

BUILD = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--skip-dependency-check")
RUN = (sys.executable, "-m", "pytest", "--coexistence", "--coexistence-deployments=1")
FILES = {
    "contoso_promises/__init__.py": "",
    "contoso_promises/checks.py": '''
from coexistence import PoolSubject, Severity, check

@check(clause="data", severity=Severity.ERROR, at="pilot")
def contoso_pools_have_names(pool: PoolSubject) -> None:
    """Every pool of Contoso's has a name."""
    assert len(pool.label) < 3
''',
    "contoso_promises/faults.py": '''
from coexistence import Injection, fault

@fault(clause="data")
def contoso_lost_its_names(scene):
    """Somebody lost the names.

    Nobody knows what is called what.
    """
    yield Injection(target="names", scene=scene)
''',
}


def pyproject() -> str:
    """The example of the page about hooks: what it shows is what is built."""
    packs = (DOCS / "hooks.md").read_text("utf-8").partition("\n## Packs\n")[2]
    return packs.partition("```toml\n")[2].partition("```")[0]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the pack's wheel was installed."""
    work = tmp_path_factory.mktemp("pack")
    for name, text in {
        "source/pyproject.toml": pyproject(),
        **{f"source/{n}": t for n, t in FILES.items()},
    }.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--skip-dependency-check",
            "--outdir",
            str(work),
            str(work / "source"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = work.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(work / "site")
    return work / "site"


def started(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (folder / "conftest.py").write_text(
        "def pytest_coexistence_faults(faults):\n"
        "    print('known:', *(each.id for each in faults if each.module.startswith('contoso')))\n",
        "utf-8",
    )
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:randomly",
            "--coexistence",
            "--coexistence-deployments=1",
            "-s",
            *arguments,
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_checks_and_faults_take_part(site: Path, tmp_path: Path) -> None:
    done = started(site, tmp_path, "-k", "contoso")

    assert "known: contoso-lost-its-names" in done.stdout
    name = "contoso_promises.checks::contoso_pools_have_names[generated-0-0-pilot]"
    assert f"FAILED {name}" in done.stdout
    # Its asserts are rewritten, as those of a check module are.
    assert "assert len(pool.label) < 3" in done.stdout
    assert "where" in done.stdout
    assert done.returncode == 1


def test_without_it_nothing_of_it_is_there(tmp_path: Path) -> None:
    done = started(tmp_path / "nowhere", tmp_path, "-k", "contoso")

    assert "contoso-lost" not in done.stdout
    assert done.returncode == 5
