"""Where a twin stands is worked out, shown first, and can be corrected; progress is for people who wait."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checkout import SAMPLES

from coexistence.inputs.exports import read_exports

if TYPE_CHECKING:
    from plugin_runs import Run

PILOT = SAMPLES / "pilot"
NOW = "--coexistence-at=now"
CORRECTED = """
[[statements]]
text = "The Edge is cut over; nobody wrote it into a file."
author = "Ann"
date = 2026-01-12
phase = "edge"
"""


def standing(out: str) -> str:
    """The first paragraph of the report, in one line."""
    words = " ".join(out.split())
    return words[words.index(": phase ") : words.index("accounts (")]


def test_it_is_worked_out_and_shown_first(run: Run) -> None:
    said = standing(run("--coexistence", f"--coexistence-from={PILOT}", NOW).out)

    assert said.startswith(": phase pilot, on the way to Skype for Business Server 2019; legacy: pool01.")
    assert "(Skype for Business Server 2015); new: new-pool01." in said
    assert "6 of 120 people are on new pools" in said


def test_the_plan_file_corrects_it(run: Run) -> None:
    arguments = ("--coexistence", f"--coexistence-from={PILOT}", NOW, "--coexistence-plan=plan.toml")
    said = standing(run(*arguments, files={"plan.toml": CORRECTED}).out)

    assert said.startswith(": phase edge (as the plan file states), on the way to")


def test_who_waits_is_told_what_is_read() -> None:
    told: list[str] = []
    read_exports(PILOT, watching=told.append)

    assert "Get-CsUser" in told
    assert "meetings export" in told


def test_nothing_is_told_into_a_pipe(run: Run) -> None:
    assert "reading Get-CsUser" not in run("--coexistence", f"--coexistence-from={PILOT}", NOW).said


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
def test_progress_is_shown_on_a_terminal(tmp_path: Path) -> None:
    import pty  # only where there are terminals

    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    child, terminal = pty.fork()
    if not child:
        os.chdir(tmp_path)
        arguments = ["-q", "--coexistence", f"--coexistence-from={PILOT}", NOW]
        os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])
    said = b""
    try:
        while part := os.read(terminal, 65_536):
            said += part
    except OSError:  # how a terminal ends
        pass
    os.waitpid(child, 0)

    assert b"reading Get-CsUser" in said
