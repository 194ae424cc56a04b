"""A check that is wrong is named and spoils no other; a failing one can be looked into like any test."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from plugin_checks import BREAKS, CRASHES, FEW, HOLDS, NOT_APPLICABLE
from plugin_runs import quick

if TYPE_CHECKING:
    from plugin_runs import Ran, Run

PILOT = (*FEW, "--coexistence-checks=mine", "--coexistence-at=pilot", "-k", "mine or messaging")
ALONE_AND_TOGETHER = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])

HANGS = '''
import time

from coexistence import PoolSubject, check

@check(clause="data", at="pilot")
def nothing_takes_long(pool: PoolSubject) -> None:
    """Nothing takes long."""
    time.sleep(60)
'''

#: What somebody may try to change, from the clumsy to the determined.
_TRIES = {
    "a field of a subject": "pool.pool = None",
    "a field of a value": "pool.pool.fqdn = 'x'",
    "a mapping": "after.state.pools.clear()",
    "a column": "after.state.population.home[0] = 9",
}
_FORCED = {
    "a value by force": ("object.__setattr__(pool.pool, 'fqdn', 'x')", "Pool.fqdn"),
    "a subject by force": ("object.__setattr__(pool, 'pool', None)", "PoolSubject.pool"),
    "a state by force": ("object.__setattr__(after.state, 'day', 1)", "State.day"),
    "an outcome by force": (
        "object.__setattr__(pool.start_up(), 'disposition', Disposition.FAILED)",
        "Outcome.disposition",
    ),
    "a column by force": (
        "after.state.population.home.setflags(write=True)",
        "a column that was made writable",
    ),
}


def changing(statement: str) -> str:
    return f'''
from coexistence import Disposition, Observer, PoolSubject, check

@check(clause="data", at="pilot")
def nothing_is_as_it_was(pool: PoolSubject, after: Observer) -> None:
    """Nothing is as it was."""
    {statement}
'''


def crashed(ran: Ran) -> list[tuple[str, str]]:
    """Checks that crashed, with what was said."""
    return [(each["check"].rpartition("::")[2], each["error"]) for each in ran.report()["crashes"]]


def with_others(run: Run, bad: str, *more: str) -> Ran:
    """Run a bad check between a good one, one that breaks, and built-in ones."""
    files = {
        "mine/a_bad.py": bad,
        "mine/holds.py": HOLDS,
        "mine/breaks.py": BREAKS.format(severity="ERROR"),
    }
    ran = run(*PILOT, "--coexistence-json=report.json", "-p", "no:randomly", *more, files=files)
    others = [line for line in ran.lines if line.startswith("FAILED") and "a_bad.py" not in line]
    assert [line.partition("::")[2].partition("[")[0] for line in others] == ["every_pool_is_called_bob"]
    assert ran.status == 1
    assert "INTERNALERROR" not in ran.said
    # Everything else was asked, and holds.
    passed = run(*PILOT, files={**files, "mine/a_bad.py": ""}).outcomes["passed"]
    assert ran.outcomes["passed"] == passed
    return ran


@ALONE_AND_TOGETHER
def test_a_check_that_raises_is_named_and_spoils_no_other(run: Run, workers: tuple[str, ...]) -> None:
    ran = with_others(run, CRASHES, *workers)

    assert crashed(ran) == [("nothing_goes_wrong", "KeyError: 'oh dear'")]
    ran.shows("Checks that crashed", "  mine/a_bad.py::nothing_goes_wrong at pilot: KeyError: 'oh dear'")


@ALONE_AND_TOGETHER
def test_a_check_that_hangs_is_named_and_spoils_no_other(run: Run, workers: tuple[str, ...]) -> None:
    pytest.importorskip("pytest_timeout")

    ran = with_others(run, HANGS, "-o", "timeout_method=signal", "--timeout=1", *workers)

    ((check, error),) = crashed(ran)
    assert check == "nothing_takes_long"
    assert "Timeout" in error


@pytest.mark.parametrize("statement", _TRIES.values(), ids=list(_TRIES))
def test_what_a_check_is_given_cannot_be_changed(run: Run, statement: str) -> None:
    ran = with_others(run, changing(statement))

    ((check, _),) = crashed(ran)
    assert check == "nothing_is_as_it_was"


@pytest.mark.parametrize(
    ("statement", "what", "workers"),
    [
        *(pytest.param(*forced, (), id=name) for name, forced in _FORCED.items()),
        pytest.param(*_FORCED["an outcome by force"], ("-n", "2"), id="two workers"),
    ],
)
def test_what_is_changed_by_force_is_noticed_and_put_back(
    run: Run, statement: str, what: str, workers: tuple[str, ...]
) -> None:
    ran = with_others(run, changing(statement), *workers)

    sentence = (
        f"CheckError: mine/a_bad.py::nothing_is_as_it_was: changed what it was given ({what}). "
        "It was put back; copy before changing."
    )
    assert crashed(ran) == [("nothing_is_as_it_was", sentence)]


@ALONE_AND_TOGETHER
def test_two_checks_of_one_name_are_refused_in_one_sentence(run: Run, workers: tuple[str, ...]) -> None:
    hook = """
from coexistence import check

def made():
    @check(clause="data")
    def twice(pool):
        '''Twice.'''
    return twice

def pytest_coexistence_checks(registry):
    registry.add(made(), "conftest.py")
    registry.add(made(), "conftest.py")
"""
    ran = run(*FEW, *workers, files={"conftest.py": hook})

    assert ran.status == 4
    sentence = "conftest.py::twice: registered twice, by two different functions. Rename one."
    assert [line for line in ran.said.splitlines() if line.strip()] == [f"ERROR: {sentence}"]


@ALONE_AND_TOGETHER
def test_a_promise_that_is_about_nobody_is_not_kept_but_not_applicable(
    run: Run, workers: tuple[str, ...]
) -> None:
    ran = run(
        *FEW,
        "--coexistence-checks=mine.py",
        "--coexistence-at=pilot",
        "--coexistence-json=report.json",
        "-k",
        "nobody_is_concerned",
        "-v",
        *workers,
        files={"mine.py": NOT_APPLICABLE},
    )

    assert ran.outcomes.get("passed") is None
    assert ran.status == 8
    assert "NOT APPLICABLE" in ran.out
    (estate,) = ran.report()["estates"]
    assert estate["clauses"]["data"]["checkpoints"]["pilot"] == "not-applicable"


# -------------------------------------------------------------------- looking into a failing check

FAILING = (*FEW, "--coexistence-checks=mine.py", "--coexistence-at=pilot", "-k", "bob")


@pytest.mark.parametrize(
    ("style", "shown", "hidden"),
    [
        (("--tb=long",), ["*def every_pool_is_called_bob*", ">*assert pool.label == wanted"], "run_check"),
        (("--tb=short",), ["mine.py:8: in every_pool_is_called_bob", "E*AssertionError*"], "run_check"),
        (("--tb=line",), ["*mine.py:8: AssertionError*"], ">*assert"),
        (("--tb=no",), ["FAILED mine.py::every_pool_is_called_bob*"], "E  "),
        (("-l",), ["pool *= PoolSubject(*", "wanted *= 'bob'"], "asking.py"),
        (("--tb=short", "-l", "-n", "2"), ["*wanted *= 'bob'"], "asking.py"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_tracebacks_begin_in_the_check(
    run: Run, style: tuple[str, ...], shown: list[str], hidden: str
) -> None:
    ran = run(*FAILING, *style, files={"mine.py": BREAKS.format(severity="ERROR")})

    assert ran.status == 1
    ran.shows(*shown)
    failures = ran.out.partition("coexistence report")[0]
    assert hidden not in failures


def test_the_debugger_stops_inside_the_check(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("pdb")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (folder / "mine.py").write_text(BREAKS.format(severity="ERROR"), "utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *quick(FAILING), *FAILING, "--pdb"],
        cwd=folder,
        input="p 'wanted is', wanted\np type(pool).__name__\nc\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert "('wanted is', 'bob')" in done.stdout
    assert "'PoolSubject'" in done.stdout
    assert "-> assert pool.label == wanted" in done.stdout
    assert done.returncode == 1
