"""What the benchmarks share: a measurement beside its budget, processes, and a table."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

#: Two plugins that import what they serve by themselves; runs that are not about them do without.
OTHERS_OFF = ("-p", "no:faker", "-p", "no:hypothesispytest", "-p", "no:randomly", "-p", "no:cacheprovider")


@dataclass(frozen=True)
class Measured:
    """One line of the table."""

    what: str
    value: float
    unit: str
    budget: float
    #: Whether more is better, as of observations in a second.
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the budget is kept."""
        return self.value >= self.budget if self.at_least else self.value <= self.budget

    def __str__(self) -> str:
        sign = ">=" if self.at_least else "<="
        budget = f"{sign} {self.budget:,g} {self.unit}"
        word = "ok" if self.holds else "OVER"
        return f"{self.what:<72} {self.value:>10,.3g} {self.unit:<6} {budget:<14} {word}"


def show(lines: Sequence[Measured]) -> int:
    """Print a table; returns 1 if a budget is not kept, else 0."""
    for line in lines:
        sys.stdout.write(f"{line}\n")
    return int(not all(line.holds for line in lines))


def best(work: Callable[[], object], times: int = 5) -> float:
    """Return the shortest of several wall times, in seconds: what is longer is noise from outside."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def pytest_seconds(*arguments: str, files: dict[str, str] | None = None) -> float:
    """Return the CPU time of one pytest process (and of what it starts) in a fresh folder."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"pytest.ini": "[pytest]\n", **(files or {})}.items():
            (Path(folder) / name).write_text(text, "utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *OTHERS_OFF, *arguments],
            cwd=folder,
            env={**os.environ, "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode not in (0, 5):
            raise RuntimeError(f"pytest {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def interleaved(times: int, *works: Callable[[], float]) -> list[float]:
    """Run several measurements in turn; returns the median of each, so that a slow minute hits all alike."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(times):
        for results, work in zip(found, works, strict=True):
            results.append(work())
    return [statistics.median(results) for results in found]
