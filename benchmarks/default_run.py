"""The default run: a hundred deployments, every checkpoint and way back, every built-in check."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import OTHERS_OFF, Measured, interleaved, pytest_seconds, show

from coexistence.checking.registry import Registry
from coexistence.inputs.family.family import Family
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial

#: Two workers on a family of this size, against none. The budget is meant for 5,000; the ratio of a fifth
#: of it is the same and does not take ten minutes.
LARGE = 1000


def measure(*, large: int = LARGE) -> list[Measured]:
    """Time the default run, bare pytest with as many items, and the simulation alone."""
    items = _items()
    nothing = {
        "test_many.py": f"import pytest\n@pytest.mark.parametrize('n', range({items}))\ndef test_n(n): pass\n"
    }
    whole, bare, simulated = interleaved(
        3,
        lambda: pytest_seconds("--coexistence"),
        lambda: pytest_seconds("-p", "no:coexistence", files=nothing),
        simulation,
    )
    found = [
        Measured(f"default run: {items} items, CPU time of the process", whole, "s", 10),
        Measured(
            "default run: over bare pytest with as many items plus simulation",
            whole / (1.5 * bare + simulated),
            "x",
            1,
        ),
    ]
    if large:
        one, two = _wall(large), _wall(large, "-n", "2")
        found.append(
            Measured(f"-n 2 on {large} deployments, start-up excluded", one / two, "x", 1.7, at_least=True)
        )
    return found


def simulation() -> float:
    """Build, migrate, roll back and check a hundred deployments without pytest; returns CPU seconds."""
    registry = Registry()
    load_builtin(registry)
    family = Family(7, 100)
    started = time.process_time()
    for member in range(family.size):
        trial = Trial(family.deployment(member), target=family.blueprint(member).target)
        for stop in trial.stops():
            for check in registry:
                if check.applies_at(stop.place):
                    trial.ask(check, stop.place)
    return time.process_time() - started


def _items() -> int:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *OTHERS_OFF, "--coexistence", "--collect-only", "-q"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    return sum("::" in line for line in done.stdout.splitlines())


def _wall(deployments: int, *workers: str) -> float:
    """Return the seconds that a run took, by pytest's own closing line, without starting workers."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pytest.ini").write_text("[pytest]\n")
        (Path(folder) / "conftest.py").write_text(_CLOCK)
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                *OTHERS_OFF,
                "--coexistence",
                f"--coexistence-deployments={deployments}",
                *workers,
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        times = [
            json.loads(line)
            for path in Path(folder).glob("clock*.txt")
            for line in path.read_text().splitlines()
        ]
    return float(max(end for _, end in times) - min(start for start, _ in times))


#: Notes when the first item of a process began and the last one ended.
_CLOCK = """
import json, os, pathlib, time
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):
    start = time.time()
    result = yield
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker or not session.config.getoption("numprocesses", None):
        pathlib.Path(f"clock-{worker}.txt").write_text(json.dumps([start, time.time()]))
    return result
"""


if __name__ == "__main__":
    raise SystemExit(show(measure(large=int(sys.argv[1]) if sys.argv[1:] else LARGE)))
