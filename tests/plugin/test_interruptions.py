"""``--coexistence-interruptions``: a night that ends after any step, or inside any batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin_checks import FEW

from coexistence.rehearsal.verdicts import STOP_KEYS

if TYPE_CHECKING:
    from plugin_runs import Ran, Run

#: Interruptions are about the plan: which checkpoints are asked about does not matter.
PART = (*FEW, "--coexistence-at=pilot", "--coexistence-json=report.json")
STOPS = (*PART, "--coexistence-interruptions")


def report(ran: Ran) -> list[str]:
    """The lines of our own report, but for the command that asks again."""
    first = next(at for at, line in enumerate(ran.lines) if " coexistence report " in line)
    last = next(at for at, line in enumerate(ran.lines) if line.startswith("Again:"))
    return ran.lines[first:last]


def test_every_step_says_what_an_interruption_comes_to(run: Run) -> None:
    steps = run(*STOPS).report()["estates"][0]["rollback"]["steps"]

    assert all(set(STOP_KEYS) <= set(step) for step in steps)
    assert {step["repeat"] for step in steps} <= {"yes", "refused", "no"}
    by_id = {step["step"]: step for step in steps}
    assert (by_id["P3.4"]["repeat"], by_id["P3.4"]["roll_back"]) == ("refused", "kept")
    assert (by_id["P4.3"]["repeat"], by_id["P4.3"]["undo_found"]) == ("no", "bill")
    assert by_id["P4.3"]["stops"] > 3
    assert (by_id["P8.8"]["roll_back"], by_id["P8.8"]["undo_found"]) == ("broken", "irreversible")
    assert by_id["P8.8"]["lost"]["roll_back"]


def test_the_report_has_a_table_that_fits_eighty_columns(run: Run) -> None:
    ran = run(*STOPS, env={"COLUMNS": "80"})

    ran.shows(
        "Stopped after a step, or inside one of its batches (deployment 0):",
        "  step * again? * go on * go back * retry * going back over it",
        "  P3.4 * refused * ok * ok * ok * clean",
        "  P8.8 * BROKEN *",
        "  P4.3 again: *",
    )
    assert [line for line in report(ran) if len(line) > 80 and "Ask: " not in line] == []
    assert "--coexistence-interruptions" in ran.out


def test_the_bytes_are_the_same_on_workers(run: Run) -> None:
    alone, shared = run(*STOPS), run(*STOPS, "-n", "2")

    assert (alone.folder / "report.json").read_bytes() == (shared.folder / "report.json").read_bytes()


def test_the_ini_file_may_ask_for_it(run: Run) -> None:
    ran = run(*PART, files={"pytest.ini": "[pytest]\ncoexistence_interruptions = true\n"})

    ran.shows("Stopped after a step, or inside one of its batches (deployment 0):")


def test_nothing_is_rehearsed_that_nobody_asked_for(run: Run) -> None:
    ran = run(*PART)
    steps = ran.report()["estates"][0]["rollback"]["steps"]

    assert {step["repeat"] for step in steps} == {None}
    assert all(step["bill"]["invited"] is None for step in steps)
    assert "Stopped after a step" not in ran.out
