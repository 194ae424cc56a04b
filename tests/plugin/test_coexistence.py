"""``--coexistence``: what a plain run collects, says and ends with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from plugin_checks import BREAKS, CRASHES, FEW, FOUR, HOLDS, MINE, NOT_APPLICABLE, UNDECIDED
from plugin_runs import started

if TYPE_CHECKING:
    from pathlib import Path

    from plugin_runs import Run, Warm

REACH = "coexistence.checks.messaging::legacy_and_current_users_reach_each_other[generated-0-3-pilot]"
WORKERS = pytest.mark.parametrize("workers", [(), ("-n", "0"), ("-n", "2")], ids=["plain", "n0", "n2"])


@WORKERS
def test_a_sound_family_is_a_go(run: Run, workers: tuple[str, ...]) -> None:
    ran = run(*FOUR, "--coexistence-json=report.json", *workers)

    assert ran.status == 0, ran.said
    ran.shows(
        "coexistence: 4 generated deployments, seed 7, * checks",
        "* coexistence report *",
        "generated: 4 made-up deployments before their migration",
        "*services * sites *",
        "legacy *ok*",
        "* GO *",
        "Again: pytest --coexistence --coexistence-deployments=4 --coexistence-seed=7 --coexistence-as-of=*",
    )
    assert re.fullmatch(r"=+ \d+ passed, \d+ not applicable in .*=+", ran.lines[-1])


@WORKERS
def test_node_ids_are_the_same_with_and_without_workers(run: Run, workers: tuple[str, ...]) -> None:
    ran = run(*FOUR, *workers, "-v", "--coexistence-at=pilot")

    told = set(re.findall(r"coexistence\.checks\.\w+::\w+\[[^\]]+\]", ran.out))
    collected = run(*FOUR, "--co", "-q", "--coexistence-at=pilot").lines
    assert REACH in told
    assert told == {line for line in collected if "::" in line}


def test_collecting_alone_prints_node_ids_and_no_report(run: Run) -> None:
    ran = run(*FOUR, "--co", "-q")

    assert ran.status == 0
    assert REACH in ran.lines
    assert all("[generated-0-3-" in line for line in ran.lines if "::" in line)
    assert "coexistence report" not in ran.out


def test_without_the_option_nothing_of_it_is_seen(run: Run) -> None:
    ran = run(files={"test_mine.py": "def test_mine(): pass\n"})

    assert (ran.status, ran.outcomes) == (0, {"passed": 1})
    assert "coexistence:" not in ran.out
    assert "coexistence report" not in ran.out


def test_tests_are_not_collected_in_a_coexistence_run(run: Run) -> None:
    ran = run(*FEW, "--coexistence-at=legacy", files={"test_mine.py": "def test_mine(): assert False\n"})

    assert "failed" not in ran.outcomes


def test_a_report_says_that_it_is_a_model(run: Run) -> None:
    said = " ".join(run(*FOUR).out.split())

    assert "This is a model: it computes what the documented product would do" in said
    assert "has touched no server" in said


def test_the_last_safe_step_and_the_bill_are_told(run: Run) -> None:
    run(*FOUR).shows(
        "Last step from which going back is possible: P8.7 (Stop the legacy services)",
        "What going back would cost, by checkpoint:",
        "  pilot: * meetings that will not work; * to warn; *",
    )


# ---------------------------------------------------------------- exit status


@pytest.mark.parametrize(
    ("checks", "status", "verdict", "closing"),
    [
        (HOLDS, 0, "go", "GO"),
        (BREAKS.format(severity="BLOCKER"), 1, "no-go", "NO-GO"),
        (BREAKS.format(severity="ERROR"), 1, "no-go", "NO-GO"),
        (BREAKS.format(severity="WARNING"), 0, "go", "GO"),
        (BREAKS.format(severity="INFO"), 0, "go", "GO"),
        (UNDECIDED.format(severity="BLOCKER"), 8, "not-proven", "NOT PROVEN"),
        (UNDECIDED.format(severity="ERROR"), 8, "not-proven", "NOT PROVEN"),
        (UNDECIDED.format(severity="WARNING"), 0, "go", "GO"),
        (CRASHES, 1, "not-proven", "NOT PROVEN"),
        (NOT_APPLICABLE, 0, "go", "GO"),
    ],
    ids=[
        "holds",
        "breaks a blocker",
        "breaks an error",
        "breaks a warning",
        "breaks an info",
        "undecided blocker",
        "undecided error",
        "undecided warning",
        "crashes",
        "concerns nobody",
    ],
)
def test_the_exit_status_says_the_verdict(
    run: Run, checks: str, status: int, verdict: str, closing: str
) -> None:
    ran = run(*MINE, "--coexistence-json=report.json", files={"mine.py": checks})

    assert (ran.status, ran.report()["verdict"]) == (status, verdict), ran.said
    ran.shows(f"=* {closing} =*")


def test_no_items_at_all_is_pytests_own_status(run: Run) -> None:
    ran = run(*FEW, "-k", "no_such_check")

    assert ran.status == 5


def test_input_that_cannot_be_used_is_found_before_collection(run: Run) -> None:
    assert run(*FEW, "--coexistence-to=L99").status == 4


def test_a_broken_promise_is_told_with_whom_what_and_where(run: Run) -> None:
    ran = run(*MINE, files={"mine.py": BREAKS.format(severity="BLOCKER")})

    ran.shows(
        "Findings",
        "BLOCKER  broken: every pool is called bob",
        "  generated, deployment 0, at pilot: *",
        "  Do: Rename it.",
        "  See: a book",
    )


def test_a_failing_check_shows_its_own_assert_and_nothing_of_ours(run: Run) -> None:
    ran = run(*MINE, "-l", files={"mine.py": BREAKS.format(severity="BLOCKER")})

    ran.shows("    def every_pool_is_called_bob*", "*assert pool.label == wanted", "E * assert '*' == 'bob'")
    ran.shows("wanted     = 'bob'")
    assert "run_check" not in ran.out
    assert "harness" not in ran.out
    assert "pytest_run.py" not in ran.out


def test_a_crash_is_named_and_the_run_goes_on(run: Run) -> None:
    ran = run(*MINE, "--coexistence-json=report.json", files={"mine.py": CRASHES + HOLDS})

    assert ran.outcomes["failed"] == 1
    ran.shows("Checks that crashed", "  mine.py::nothing_goes_wrong at pilot: KeyError: 'oh dear'")
    assert ran.report()["crashes"] == [
        {
            "check": "mine.py::nothing_goes_wrong",
            "checkpoint": "pilot",
            "estate": "generated",
            "error": "KeyError: 'oh dear'",
        }
    ]
    assert ran.report()["estates"][0]["clauses"]["data"]["checkpoints"]["edge"] == "kept"


def test_undecided_and_not_applicable_have_letters_of_their_own(run: Run) -> None:
    ran = run(*MINE, "-v", files={"mine.py": UNDECIDED.format(severity="ERROR") + NOT_APPLICABLE})

    ran.shows("mine.py::every_pool_is_understood* UNDECIDED*")
    ran.shows("mine.py::nobody_is_concerned* NOT APPLICABLE*")
    assert ran.outcomes["undecided"] == 1


def test_what_would_decide_a_question_is_told(run: Run) -> None:
    run(*MINE, files={"mine.py": UNDECIDED.format(severity="ERROR")}).shows(
        "Undecided about generated, and what would decide it",
        "  These would too, but this version does not read them yet:",
        "    Get-CsWisdom (nobody told):",
        "      every pool is understood, at pilot",
    )


def test_optimised_bytecode_is_refused(tmp_path: Path) -> None:
    ran = started(FEW, tmp_path, {}, python=("-O",))

    assert ran.status == 4
    assert "--coexistence: python -O drops the asserts that checks are made of. Leave -O out." in ran.said
    assert "Traceback" not in ran.said


# ---------------------------------------------------------------- beside pytest's own options


def test_a_node_id_on_the_command_line_selects_it(run: Run) -> None:
    ran = run(*FOUR, REACH)

    assert (ran.status, ran.outcomes["passed"]) == (8, 1)
    said = " ".join(ran.out.split())
    assert (
        "Not the whole question was asked (only some checks were asked for): such a run never says go."
        in said
    )


@pytest.mark.parametrize(
    "argument", ["coexistence.checks.messaging", REACH.partition("[")[0]], ids=["module", "check"]
)
def test_a_module_or_a_check_on_the_command_line_selects_it(run: Run, argument: str) -> None:
    ran = run(*FOUR, argument)

    assert ran.status == 8
    assert 0 < ran.outcomes["passed"] < 120


def test_an_argument_that_names_nothing_is_refused(run: Run) -> None:
    ran = run(*FEW, "checks/messaging.py")

    assert ran.status == 4
    assert "not found: checks/messaging.py: in a coexistence run, arguments are check modules" in ran.said


def test_the_folder_around_us_is_no_selection(run: Run) -> None:
    assert run(*FEW, ".").status == 0


@pytest.mark.parametrize(
    "arguments",
    [("-k", "reach_each_other and pilot"), ("-m", "blocker and messaging")],
    ids=["-k", "-m"],
)
def test_a_selection_is_never_a_go(run: Run, arguments: tuple[str, ...]) -> None:
    ran = run(*FOUR, *arguments)

    assert ran.status == 8
    assert ran.outcomes["passed"] >= 2
    assert ran.outcomes["deselected"] > 0
    (again,) = (line for line in ran.lines if line.startswith("Again:"))
    assert again.endswith(f"{arguments[0]} '{arguments[1]}'")


def test_stopping_at_the_first_failure_is_not_the_whole_question(run: Run) -> None:
    everywhere = BREAKS.format(severity="BLOCKER").replace(', at="pilot"', "")
    ran = run(*MINE, "-x", files={"mine.py": everywhere})

    assert ran.outcomes["failed"] == 1
    assert "the run was stopped early" in " ".join(ran.out.split())
    assert ran.status in (1, 2)


@pytest.mark.parametrize("option", ["--lf", "--sw"])
def test_what_failed_last_can_be_run_again(run: Run, start: Warm, option: str) -> None:
    # Stepwise remembers only what it was told to watch.
    watching = (*MINE, "--sw") if option == "--sw" else MINE
    first = run(*watching, files={"mine.py": BREAKS.format(severity="BLOCKER"), "fresh.txt": option})
    assert first.outcomes["failed"] == 1

    again = start((*MINE, option), first.folder, {})

    assert again.outcomes["failed"] == 1
    assert again.outcomes["deselected"] > 0
    assert "passed" not in again.outcomes


def test_an_xml_report_has_a_case_for_each_item(run: Run) -> None:
    ran = run(*FEW, "--junitxml=junit.xml")

    text = (ran.folder / "junit.xml").read_text("utf-8")
    assert text.count("<testcase ") == sum(ran.outcomes.values())
    assert 'classname="coexistence.checks.messaging' in text or "coexistence.checks.messaging" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("-p", "no:terminal"),
        ("-p", "no:cacheprovider"),
        ("-p", "no:xdist"),
        ("-p", "randomly", "-p", "logging", "-p", "faker", "-p", "hypothesispytest"),
        ("-p", "threadexception", "-p", "unraisableexception"),
        ("--import-mode=importlib",),
        ("-q",),
        ("-s",),
        ("--tb=short",),
        ("-rA",),
        ("--strict-markers", "--strict-config"),
        ("-W", "error"),
        ("--timeout=300",),
    ],
    ids=" ".join,
)
def test_pytests_own_options_change_no_verdict(run: Run, arguments: tuple[str, ...]) -> None:
    ran = run(*FEW, *arguments)

    assert ran.status == 0, ran.said


def test_markers_of_severities_and_clauses_are_known(run: Run) -> None:
    ran = run("--coexistence", "--markers")

    for name in ("blocker", "error", "warning", "info", "services", "messaging", "data"):
        assert f"@pytest.mark.{name}: coexistence checks of this" in ran.out
