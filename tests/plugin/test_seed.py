"""``--coexistence-seed``: another family, and nothing else that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin_checks import FEW, HOLDS, MINE

if TYPE_CHECKING:
    from plugin_runs import Run

JSON = "--coexistence-json=report.json"


def test_another_seed_is_another_family(run: Run) -> None:
    one, other = run(*FEW, JSON).report(), run(*FEW, JSON, "--coexistence-seed=8").report()

    assert (one["seed"], other["seed"]) == (7, 8)
    assert one["estates"][0]["inventory"]["users"] != other["estates"][0]["inventory"]["users"]


def test_a_check_module_that_is_imported_changes_no_deployment(run: Run) -> None:
    """Draws of Hypothesis depend on what is imported; members of a family do not come from it."""
    plain = run(*FEW, JSON).report()["estates"][0]
    joined = run(*MINE, JSON, files={"mine.py": HOLDS + "NUMBERS = [1, 22, 333, 4444, 'text']\n"}).report()

    assert joined["estates"][0]["inventory"] == plain["inventory"]
    assert joined["estates"][0]["rollback"] == plain["rollback"]


def test_the_seed_of_hypothesis_and_of_randomly_change_nothing(run: Run) -> None:
    plain = run(*FEW, JSON).folder / "report.json"
    seeded = run(*FEW, JSON, "-p", "hypothesispytest", "--randomly-seed=99").folder / "report.json"

    assert seeded.read_bytes() == plain.read_bytes()
