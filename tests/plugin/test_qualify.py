"""``--coexistence-qualify``: what the checks are worth, theirs and ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from plugin_checks import FEW

if TYPE_CHECKING:
    from plugin_runs import Run

JSON = "--coexistence-json=report.json"
QUALIFY = (*FEW, "--coexistence-qualify", "--coexistence-checks=mine.py", JSON)
#: A pack of a user's own: one fault that its check notices, one that nobody does, one that cannot be made,
#: and a check that nothing makes fail.
PACK = '''
import pytest

from coexistence import Injection, PoolSubject, check, fault

@check(clause="capacity")
def no_pool_is_called_bob(pool: PoolSubject, wanted: str = "bob.example") -> None:
    """No pool is called Bob."""
    assert wanted not in pool.label

@check(clause="capacity")
def every_pool_has_a_name(pool: PoolSubject) -> None:
    """Every pool has a name."""
    assert pool.label

@fault(clause="capacity", id="bob")
def somebody_calls_a_pool_bob(scene):
    """A pool is called Bob.

    Nobody takes it seriously.
    """
    for pool in scene.leaving:
        yield Injection(target="bob.example", scene=scene.with_pool(pool.id, fqdn="bob.example"))

@fault(clause="capacity", id="rain")
def it_rains(scene):
    """It rains.

    Everything is wet.
    """
    yield Injection(target="the weather", scene=scene)

@fault(clause="capacity", id="never")
def it_never_happens(scene):
    """Nothing.

    Nothing.
    """
    yield from ()
'''
FILES = {"mine.py": PACK}
OURS = ("--coexistence-fault=bob", "--coexistence-fault=rain", "--coexistence-fault=never")
FALSE_ALARM = '''
from coexistence import PoolSubject, check

@check(clause="capacity", at="legacy")
def every_pool_is_called_bob(pool: PoolSubject) -> None:
    """Every pool is called Bob."""
    assert pool.label == "bob"
'''


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_the_matrix_says_who_notices_what(run: Run, workers: tuple[str, ...]) -> None:
    ran = run(*QUALIFY, *OURS, *workers, files=FILES, env={"COLUMNS": "80"})

    assert ran.status == 1
    ran.shows(
        "Kill matrix",
        "capacity",
        "  ok      bob *legacy, 1, 1/1",
        "          no pool is called bob*",
        "  -       never",
        "  MISSED  rain",
        "left out",
        "check * kills  missed  alarms",
        "  every pool has a name * 0 *",
        "  no pool is called bob * 1 *",
        "*1 of 2 faults noticed (50 %, at least 100 % wanted), 0 false alarms in 1 sound*",
    )
    matrix = ran.lines[ran.lines.index("Kill matrix") :]
    assert max(len(line) for line in matrix if not line.startswith(("Again", "FAILED"))) <= 80
    report = ran.report()
    found = report["qualification"]
    assert (found["killed"], found["of"], found["healthy_runs"], found["is_good"]) == (1, 2, 1, False)
    assert found["faults"]["bob"]["clause_hit"] is True
    assert "mine.py::no_pool_is_called_bob" in found["faults"]["bob"]["found_by"]
    assert found["faults"]["rain"]["found_by"] == []
    assert found["faults"]["never"]["excluded"] == "cannot be made in any of these deployments"
    assert found["faults"]["derived-reconnect-storm-at-cutover"]["excluded"]
    checks = found["checks"]
    assert checks["mine.py::no_pool_is_called_bob"] == {
        "clause": "capacity",
        "kills": 1,
        "missed": ["rain"],
        "false_alarms": 0,
        "vacuous": False,
        "crashed": False,
    }
    # Nobody tried the faults of the catalogue: one of them may make it fail.
    assert checks["mine.py::every_pool_has_a_name"]["vacuous"] is None
    assert len(found["untried"]) > 90
    ran.shows("*this is a part: * of the catalogue were not tried*")
    assert report["verdict"] == "no-go"
    assert ran.outcomes["failed"] == 1
    assert "--coexistence-qualify" in report["rerun"]


def test_two_workers_find_what_one_process_does(run: Run) -> None:
    env = {"COLUMNS": "80"}
    alone = run(*QUALIFY, *OURS, files=FILES, env=env).folder / "report.json"
    both = run(*QUALIFY, *OURS, "-n", "2", files=FILES, env=env).folder / "report.json"

    assert alone.read_bytes() == both.read_bytes()


@pytest.mark.parametrize(("least", "status"), [("50", 0), ("50.1", 1), ("0", 0)])
def test_a_share_may_be_enough(run: Run, least: str, status: int) -> None:
    ran = run(*QUALIFY, *OURS, f"--coexistence-min-kill={least}", files=FILES)

    assert ran.status == status
    assert ran.report()["verdict"] == ("no-go" if status else "go")
    assert f"--coexistence-min-kill={least}" in ran.report()["rerun"]


def test_no_share_makes_up_for_a_false_alarm(run: Run) -> None:
    files = {"mine.py": PACK + FALSE_ALARM}
    ran = run(*QUALIFY, *OURS, "--coexistence-min-kill=0", files=files)

    assert ran.status == 1
    assert ran.report()["qualification"]["checks"]["mine.py::every_pool_is_called_bob"]["false_alarms"] > 1


def test_part_of_the_faults_proves_nothing_without_a_gate(run: Run) -> None:
    ran = run(*QUALIFY, "--coexistence-fault=bob", files=FILES)

    assert ran.status == 8
    assert "only some faults were asked for" in ran.said


def test_faults_are_items_like_others(run: Run) -> None:
    listed = run(*QUALIFY, *OURS, "--collect-only", "-q", files=FILES)
    chosen = run(*QUALIFY, *OURS, "faults::bob", files=FILES)
    marked = run(*QUALIFY, *OURS, "-k", "bob", "-m", "capacity", files=FILES)

    assert [line for line in listed.lines if line.startswith("faults::")] == [
        "faults::bob",
        "faults::never",
        "faults::rain",
    ]
    assert chosen.outcomes == {"passed": 1, "deselected": chosen.outcomes["deselected"]}
    assert chosen.report()["qualification"]["of"] == 1
    assert marked.report()["qualification"]["killed"] == 1


def test_checks_with_fixtures_are_scored_too(run: Run) -> None:
    conftest = "import pytest\n\n@pytest.fixture\ndef forbidden():\n    return 'bob.example'\n"
    mine = PACK.replace(
        'pool: PoolSubject, wanted: str = "bob.example"', "pool: PoolSubject, forbidden"
    ).replace("assert wanted not in", "assert forbidden not in")
    ran = run(*QUALIFY, "--coexistence-fault=bob", files={"mine.py": mine, "conftest.py": conftest})

    assert ran.report()["qualification"]["checks"]["mine.py::no_pool_is_called_bob"]["kills"] == 1


def test_a_check_that_a_fault_makes_crash_is_named(run: Run) -> None:
    crashes = '''
@check(clause="capacity", at="pilot")
def nobody_divides_by_zero(pool: PoolSubject) -> None:
    """Nobody divides by zero."""
    assert pool.label[0] != "b" or 1 / 0
'''
    ran = run(
        *QUALIFY, "--coexistence-fault=bob", "--coexistence-min-kill=0", files={"mine.py": PACK + crashes}
    )

    assert ran.status == 1
    (crash,) = ran.report()["qualification"]["faults"]["bob"]["crashes"]
    assert "nobody_divides_by_zero: ZeroDivisionError" in crash


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--coexistence-min-kill=90",), "nothing is scored without --coexistence-qualify"),
        (
            ("--coexistence-qualify", "--coexistence-min-kill=many"),
            "--coexistence-min-kill many: not a percentage",
        ),
        (
            ("--coexistence-qualify", "--coexistence-min-kill=101"),
            "--coexistence-min-kill 101: must be from 0 to 100",
        ),
    ],
)
def test_half_a_question_is_one_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    ran = run(*FEW, *arguments)

    assert ran.status == 4
    assert sentence in ran.said


def test_of_nothing_there_is_no_share(run: Run) -> None:
    ran = run(*QUALIFY, "-k", "every_pool_has_a_name and legacy", files=FILES)

    assert ran.status == 8
    found = ran.report()["qualification"]
    assert (found["of"], found["percent"]) == (0, None)
    assert "100 %" not in ran.said
    ran.shows("no fault was scored: * of the catalogue were not tried*")


CRASHING = PACK.replace("assert pool.label\n", "raise RuntimeError(pool.label)\n")


def test_a_check_that_crashes_is_called_that_and_not_vacuous(run: Run) -> None:
    ran = run(*QUALIFY, *OURS, files={"mine.py": CRASHING})

    check = ran.report()["qualification"]["checks"]["mine.py::every_pool_has_a_name"]
    assert (check["crashed"], check["vacuous"]) == (True, None)
    assert ran.status == 1
