"""The runbook: everything in it, at 80 columns."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from helpers import built, front_end, one_pool, two_sites
from hypothesis import given, settings
from strategies import trials

from coexistence.inputs.planfile.reader import PlanSource, parse_plan
from coexistence.migration import make_plan
from coexistence.model.vocabulary import Version
from coexistence.rehearsal.trial import Trial
from coexistence.reporting.runbook import render_runbook

if TYPE_CHECKING:
    from collections.abc import Iterable

DEPLOYMENT = built(two_sites(people=40))


def lines(trial: Trial, width: int = 80) -> list[str]:
    return [line.text for line in render_runbook("contoso", trial, width=width)]


def text(made: Iterable[str]) -> str:
    return " ".join(" ".join(made).split())


@settings(max_examples=30)
@given(trials())
def test_steps_are_numbered_and_checkpoints_shown(trial: Trial) -> None:
    made = lines(trial)

    numbered = [line.split()[:2] for line in made if line[:3].strip().isdigit() and line[3:4] == "."]
    assert numbered == [[f"{at}.", step.key] for at, step in enumerate(trial.plan.steps, start=1)]
    shown = [line.split()[-1] for line in made if "--> checkpoint" in line]
    assert shown == [step.reaches.value for step in trial.plan.steps if step.reaches]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_it_is_as_wide_as_the_terminal(width: int) -> None:
    """Only what must not be broken, a command's quoted name or a line of the plan file, may be longer."""
    made = lines(Trial(DEPLOYMENT), width)
    end = made.index("The same as a plan file, to be changed and given to --coexistence-plan")

    assert max(len(line) for line in made[:end] if "'" not in line) <= width


def test_what_cannot_be_undone_is_marked_where_it_begins() -> None:
    made = lines(Trial(DEPLOYMENT))
    mark = made.index("!!! From here on nothing leads back. Last safe step: P8.7. !!!")

    before, behind = text(made[:mark]), text(made[mark:])
    assert "Undo: IRREVERSIBLE" not in before
    assert behind.count("Undo: IRREVERSIBLE") == 3
    assert "Last step from which going back is possible: P8.7 (Stop the legacy services)" in before


def test_waves_have_head_counts_durations_and_dates() -> None:
    own = parse_plan(
        PlanSource(
            "plan.toml",
            "[[waves]]\nname='pilot'\ncount=3\ndate=2026-12-01\nwindow='22:00-22:05'\n"
            f"[[waves]]\nname='rest'\npool='{front_end(DEPLOYMENT)}'\n[rates]\nmoves_per_hour=60\n",
        )
    )
    made = text(lines(Trial(DEPLOYMENT, own=own)))

    assert "P4.3 pilot, 2026-12-01, 6 accounts, about 6 min, window 22:00-22:05: DOES NOT FIT" in made
    assert "plan.toml, line 1: wave 'pilot' takes about 6 min for 6 accounts" in made
    assert "40 accounts" not in made
    assert "37 accounts on" in made


def test_the_way_back_is_told_for_every_checkpoint_that_has_one() -> None:
    made = lines(Trial(DEPLOYMENT))

    assert [line.strip() for line in made if line.startswith("  from ")] == [
        "from pilot",
        "from edge",
        "from production",
        "from post-migration",
    ]
    assert "Invoke-CsUcsRollback" in text(made)


def test_the_plan_file_at_its_end_makes_the_same_plan() -> None:
    made = lines(Trial(DEPLOYMENT))
    end = made.index("The same as a plan file, to be changed and given to --coexistence-plan")
    written = "\n".join(made[end + 1 :])

    assert tomllib.loads(written)["waves"]
    own = parse_plan(PlanSource("plan.toml", written))
    assert make_plan(DEPLOYMENT, own=own) == make_plan(DEPLOYMENT)


def test_nothing_to_plan_is_said() -> None:
    made = lines(Trial(built(one_pool(legacy=Version.SE))))

    assert made[1].startswith("There is nothing to plan: no side-by-side migration leads on from here")
