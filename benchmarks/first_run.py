"""What bytecode and rewritten asserts cost: the first run after an install, later ones, a read-only folder.

A wheel is built and installed into a folder of its own, as ``pip install`` leaves it (with bytecode) or as
installers do that compile nothing. Every figure is CPU time of a run over one deployment, against a later run
as users have it. pytest would rewrite the asserts of the whole engine if ``plugin/rewriting.py`` let it: what
that would cost is measured too. A folder that may not be written is one where Python is told to write no
bytecode: an administrator may write anywhere.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from measuring import OTHERS_OFF, Measured, show

ROOT = Path(__file__).resolve().parent.parent
#: A plugin that lets pytest rewrite the engine, as it does with every distribution that brings a plugin.
LETTING = """
from coexistence.plugin import rewriting

rewriting.import_engine_as_it_is = lambda config: None
"""


@dataclass(frozen=True)
class Case:
    """One way to find the package installed."""

    what: str
    #: Times that a later run takes, at most.
    budget: float
    #: Whether the installer left bytecode beside the modules.
    compiled: bool = True
    #: Whether a run came before.
    again: bool = False
    read_only: bool = False
    rewrites_all: bool = False


LATER = Case("a later run", 1.0, again=True)
CASES = (
    Case("first run after pip install", 1.3),
    Case("first run after an install without bytecode", 1.6, compiled=False),
    Case("every run in a folder that may not be written", 1.3, read_only=True),
    Case("the same, installed without bytecode", 1.6, compiled=False, read_only=True),
)
#: What would be, if pytest rewrote the engine too: it has to be worse, or the finder could go.
OTHERWISE = (
    Case("pytest rewriting the engine: first run", 0.0, rewrites_all=True),
    Case("pytest rewriting the engine: a later run", 0.0, again=True, rewrites_all=True),
    Case("pytest rewriting the engine: every run, not writable", 0.0, read_only=True, rewrites_all=True),
)


def installed(work: Path) -> dict[bool, Path]:
    """Install the wheel with bytecode and without; returns the folders."""
    copy = work / "copy"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, tracked.decode().split("\0")):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", work, copy], check=True)
    (wheel,) = work.glob("*.whl")
    folders = {True: work / "compiled", False: work / "plain"}
    for compiled, folder in folders.items():
        compiling = "--compile" if compiled else "--no-compile"
        subprocess.run([*pip, "install", "--no-deps", compiling, "--target", folder, wheel], check=True)
    return folders


def seconds(case: Case, folders: dict[bool, Path]) -> float:
    """CPU time of one run."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        site, project = work / "site", work / "project"
        shutil.copytree(folders[case.compiled], site)
        project.mkdir()
        (project / "pytest.ini").write_text("[pytest]\n", "utf-8")
        (site / "letting.py").write_text(LETTING, "utf-8")
        environment = {**os.environ, "PYTHONPATH": str(site), "PYTEST_ADDOPTS": ""}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if case.read_only:
            environment["PYTHONDONTWRITEBYTECODE"] = "1"
        letting = ("-p", "letting") if case.rewrites_all else ()
        command = [sys.executable, "-m", "pytest", "-q", *OTHERS_OFF, *letting]
        for _ in range(1 + case.again):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(
                [*command, "--coexistence", "--coexistence-deployments=1"],
                cwd=project,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            if done.returncode not in (0, 8) or "messaging" not in done.stdout:
                raise RuntimeError(f"{case.what} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(times: int = 5) -> list[Measured]:
    """Ratios to a later run, all cases in turn."""
    with tempfile.TemporaryDirectory() as work:
        folders = installed(Path(work))
        found: dict[Case, list[float]] = {case: [] for case in (LATER, *CASES, *OTHERWISE)}
        for _ in range(times):
            for case, results in found.items():
                results.append(seconds(case, folders))
    median = {case: statistics.median(results) for case, results in found.items()}
    sys.stdout.write(f"{LATER.what}: {median[LATER]:.2f} s of CPU time\n")
    for case in OTHERWISE:
        sys.stdout.write(f"{case.what}: {median[case] / median[LATER]:.2f} x\n")
    return [Measured(case.what, median[case] / median[LATER], "x", case.budget) for case in CASES]


if __name__ == "__main__":
    raise SystemExit(show(measure()))
