"""Option values that make no sense: one sentence, exit status 4, before anything is collected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from plugin_checks import FEW

if TYPE_CHECKING:
    from plugin_runs import Run


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("--coexistence-to=L14", "--coexistence-to L14: no such version. Known: L10, L13, S15, S19, SE."),
        ("--coexistence-to=L10", "--coexistence-to L10: no side-by-side path leads there*"),
        ("--coexistence-deployments=many", "--coexistence-deployments many: not a whole number."),
        ("--coexistence-deployments=0", "--coexistence-deployments 0: must be from 1 to 1000000."),
        (
            "--coexistence-deployments=1000001",
            "--coexistence-deployments 1000001: must be from 1 to 1000000.",
        ),
        ("--coexistence-seed=x", "--coexistence-seed x: not a whole number."),
        ("--coexistence-seed=-1", "--coexistence-seed -1: must be from 0 to *"),
        (
            "--coexistence-as-of=9999-12-31",
            "--coexistence-as-of 9999-12-31: must be from 1990-01-01 to 2999-12-31.",
        ),
        (
            "--coexistence-as-of=tomorrow",
            "--coexistence-as-of tomorrow: not a date. Write it like 2026-11-23.",
        ),
        ("--coexistence-as-of=2026-02-30", "--coexistence-as-of 2026-02-30: not a date. *"),
        ("--coexistence-at=pilots", "--coexistence-at pilots: no such checkpoint. Known: now, legacy, *"),
        ("--coexistence-from=nowhere", "*nowhere*"),
    ],
    ids=lambda value: value if value.startswith("--") and "=" in value else "",
)
def test_a_value_that_makes_no_sense_is_one_sentence(run: Run, argument: str, sentence: str) -> None:
    ran = run(*FEW, argument)

    assert ran.status == 4, ran.said
    said = [line for line in ran.said.splitlines() if line.strip()]
    assert len(said) == 1, ran.said
    pytest.LineMatcher(said).fnmatch_lines([f"ERROR: {sentence}"])


@pytest.mark.parametrize(
    ("ini", "sentence"),
    [
        ("coexistence_seed = x", "pytest.ini: coexistence_seed = x: not a whole number."),
        ("coexistence_to = L14", "pytest.ini: coexistence_to = L14: no such version. *"),
        ("coexistence_at = pilots", "pytest.ini: coexistence_at = pilots: no such checkpoint. *"),
    ],
)
def test_a_wrong_ini_value_is_one_sentence_too(run: Run, ini: str, sentence: str) -> None:
    ran = run("--coexistence", files={"pytest.ini": f"[pytest]\n{ini}\n"})

    assert ran.status == 4
    pytest.LineMatcher(ran.said.splitlines()).fnmatch_lines([f"ERROR: {sentence}"])


def test_wrong_values_do_no_harm_without_the_option(run: Run) -> None:
    ran = run("--coexistence-seed=x", files={"test_mine.py": "def test_mine(): pass\n"})

    assert ran.status == 0
