"""``--coexistence-at``: some checkpoints only, which is never the whole question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from plugin_checks import FEW

if TYPE_CHECKING:
    from plugin_runs import Run


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        ("pilot", {"pilot"}),
        ("pilot,edge.rolled-back", {"pilot", "edge.rolled-back"}),
        (
            "*.rolled-back",
            {"pilot.rolled-back", "edge.rolled-back", "production.rolled-back", "post-migration.rolled-back"},
        ),
    ],
)
def test_only_the_named_checkpoints_are_collected(run: Run, names: str, labels: set[str]) -> None:
    ran = run(*FEW, f"--coexistence-at={names}", "--co", "-q")

    collected = [line for line in ran.lines if "::" in line]
    assert {line.partition("[generated-0-0-")[2].removesuffix("]") for line in collected} == labels


def test_some_checkpoints_never_say_go(run: Run) -> None:
    ran = run(*FEW, "--coexistence-at=pilot")

    assert ran.status == 8
    assert "failed" not in ran.outcomes
    assert "only some checkpoints were asked for" in " ".join(ran.out.split())
    assert "--coexistence-at=pilot" in next(line for line in ran.lines if line.startswith("Again:"))


def test_it_can_be_set_in_the_ini_file(run: Run) -> None:
    ran = run(*FEW, files={"pytest.ini": "[pytest]\ncoexistence_at = pilot\n"})

    assert ran.status == 8
