"""The catalogue stays found: every built-in fault is noticed by a check of its own clause, rightly.

One item for each fault, so that two workers share the work; the page about it is held against the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import kill_matrix
import pytest

if TYPE_CHECKING:
    from coexistence.faulting import Fault

PAGE = Path(__file__).resolve().parents[1] / "docs" / "kill-matrix.md"
FAULTS = tuple(kill_matrix.faults())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_fault_is_noticed_by_a_check_of_its_own_clause(fault: Fault) -> None:
    scored = kill_matrix.score_of(fault)

    assert scored.tried, f"{fault.id} can be made in none of {kill_matrix.FAMILY.size} deployments"
    assert not scored.crashes
    assert scored.is_killed, [(each.check, each.is_about, each.subject) for each in scored.notices]
    assert kill_matrix.row_of(fault) in PAGE.read_text("utf-8"), "stale: python docs/generate.py"


def test_the_page_names_every_fault_and_no_other() -> None:
    rows = [line.split("|")[1].strip() for line in PAGE.read_text("utf-8").splitlines() if line[:3] == "| `"]

    assert sorted(rows) == sorted(
        f"`{identity}`" for identity in (*(fault.id for fault in FAULTS), *kill_matrix.faults().excluded)
    )


def test_sound_deployments_are_complained_about_by_nobody() -> None:
    said = [
        (place.label, check.id, broken.subject)
        for trial in list(kill_matrix.sound())[:4]
        for place in trial.places
        for check in kill_matrix.checks()
        if check.applies_at(place)
        for broken in trial.ask(check, place).broken
    ]

    assert not said
