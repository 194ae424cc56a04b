"""``--coexistence-as-of``: the day on which the question is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin_checks import FEW

if TYPE_CHECKING:
    from plugin_runs import Run


def test_the_day_stands_in_the_report_and_in_the_rerun_line(run: Run) -> None:
    ran = run(*FEW, "--coexistence-as-of=2026-11-23", "--coexistence-json=report.json")

    assert ran.report()["as_of"] == "2026-11-23"
    assert "--coexistence-as-of=2026-11-23" in ran.report()["rerun"]


def test_the_day_is_the_same_on_every_day_that_it_is_asked(run: Run) -> None:
    """The engine knows no clock."""
    assert run(*FEW, "--coexistence-json=report.json").report()["as_of"] == "2026-01-05"


def test_it_can_be_set_in_the_ini_file(run: Run) -> None:
    ini = "[pytest]\ncoexistence_as_of = 2026-11-23\n"
    ran = run(*FEW, "--coexistence-json=report.json", files={"pytest.ini": ini})

    assert ran.report()["as_of"] == "2026-11-23"
