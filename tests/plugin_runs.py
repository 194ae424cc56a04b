"""Coexistence runs from the command line, and what they said and left behind."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

#: Plugins that every item, or every start, pays for. Measured: they are half of a run of one deployment.
COSTLY = (
    "faker",
    "hypothesispytest",
    "logging",
    "randomly",
    "threadexception",
    "timeout",
    "unraisableexception",
)
#: How arguments speak of one whose name is in none of its options.
_SPOKEN = {"logging": "--log-"}


@dataclasses.dataclass(frozen=True)
class Ran:
    """What a run said and left behind."""

    status: int
    out: str
    err: str
    folder: Path

    @property
    def lines(self) -> list[str]:
        """What was printed, without colours."""
        return self.out.splitlines()

    @property
    def said(self) -> str:
        """Both streams, for sentences that may be on either."""
        return self.out + self.err

    @property
    def outcomes(self) -> dict[str, int]:
        """The numbers of the closing line."""
        return pytest.RunResult.parse_summary_nouns(self.lines)

    def report(self, name: str = "report.json") -> dict[str, Any]:
        """The JSON report."""
        made: dict[str, Any] = json.loads((self.folder / name).read_text("utf-8"))
        return made

    def shows(self, *patterns: str) -> None:
        """Match lines, in order, as pytester does."""
        pytest.LineMatcher(self.lines).fnmatch_lines(list(patterns))


def quick(arguments: tuple[str, ...]) -> list[str]:
    """Return what keeps plugins out of a run whose arguments do not speak of them."""
    unneeded = (name for name in COSTLY if not any(_SPOKEN.get(name, name) in each for each in arguments))
    return [part for name in unneeded for part in ("-p", f"no:{name}")]


class Run(Protocol):
    """Runs pytest in a folder of its own."""

    def __call__(
        self,
        *arguments: str,
        files: Mapping[str, str | None] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Ran: ...


def started(
    arguments: tuple[str, ...], folder: Path, env: Mapping[str, str], python: tuple[str, ...] = ()
) -> Ran:
    """Run pytest in a folder, from the very start of an interpreter."""
    done = subprocess.run(
        [sys.executable, *python, "-m", "pytest", *quick(arguments), *arguments],
        cwd=folder,
        env=_surroundings(env),
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr, folder)


def _surroundings(env: Mapping[str, str]) -> dict[str, str]:
    """The environment of a run: nothing of the run that we are part of."""
    hidden = {"COLUMNS", "PYTHONHASHSEED", "PYTHONOPTIMIZE", "CI"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in hidden and not name.startswith("PYTEST_")
    }
    return {**kept, "COLUMNS": "100", "NO_COLOR": "1", **env}


class Warm:
    """A warm process that makes runs by forking; see ``warm.py``."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("plugin") / "warm.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=_surroundings({}),
        )

    def __call__(self, arguments: tuple[str, ...], folder: Path, env: Mapping[str, str]) -> Ran:
        """Run pytest in a folder."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        out, err = folder / ".stdout", folder / ".stderr"
        question = {
            "arguments": [*quick(arguments), *arguments],
            "folder": str(folder),
            "env": _surroundings(env),
            "out": str(out),
            "err": str(err),
        }
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        return Ran(status, out.read_text("utf-8"), err.read_text("utf-8"), folder)

    def close(self) -> None:
        """Let the warm process end."""
        self._process.communicate()


class Cold:
    """In place of :class:`Warm` where there is no fork."""

    def __call__(self, arguments: tuple[str, ...], folder: Path, env: Mapping[str, str]) -> Ran:
        """Run pytest in a folder."""
        return started(arguments, folder, env)

    def close(self) -> None:
        """There is nothing to end."""
