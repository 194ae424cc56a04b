"""``--coexistence-strict``: warnings and undecided promises fail too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from plugin_checks import BREAKS, FEW, MINE, UNDECIDED

if TYPE_CHECKING:
    from plugin_runs import Run


@pytest.mark.parametrize(
    ("checks", "lenient", "strict", "verdict"),
    [
        (BREAKS.format(severity="WARNING"), 0, 1, "no-go"),
        (BREAKS.format(severity="INFO"), 0, 0, "go"),
        (BREAKS.format(severity="ERROR"), 1, 1, "no-go"),
        (UNDECIDED.format(severity="WARNING"), 0, 1, "not-proven"),
        (UNDECIDED.format(severity="BLOCKER"), 8, 1, "not-proven"),
    ],
    ids=["warning", "info", "error", "undecided warning", "undecided blocker"],
)
def test_warnings_and_undecided_promises_fail_too(
    run: Run, checks: str, lenient: int, strict: int, verdict: str
) -> None:
    files = {"mine.py": checks}

    assert run(*MINE, files=files).status == lenient
    ran = run(*MINE, "--coexistence-strict", "--coexistence-json=report.json", files=files)
    assert (ran.status, ran.report()["verdict"]) == (strict, verdict), ran.said
    assert ("failed" in ran.outcomes) is (strict == 1)


def test_a_sound_family_passes_strictly(run: Run) -> None:
    assert run(*FEW, "--coexistence-strict").status == 0


def test_it_can_be_set_in_the_ini_file(run: Run) -> None:
    files = {
        "mine.py": BREAKS.format(severity="WARNING"),
        "pytest.ini": "[pytest]\ncoexistence_strict = true\n",
    }

    assert run(*MINE, files=files).status == 1


def test_part_of_the_question_is_still_not_proven(run: Run) -> None:
    assert run(*FEW, "--coexistence-strict", "--coexistence-at=pilot").status == 8
