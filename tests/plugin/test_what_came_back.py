"""A run is judged by what it collected: whatever does not come back is named, and such a run is never go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from plugin_checks import ALONE, HOLDS, MINE
from plugin_runs import quick

if TYPE_CHECKING:
    from plugin_runs import Ran, Run

TWO = ("-n", "2")
ALONE_AND_TOGETHER = pytest.mark.parametrize("workers", [(), TWO], ids=["alone", "two workers"])
QUESTION = (*MINE, "--coexistence-json=report.json", "-p", "no:randomly")
#: A twin is dealt phase by phase, so that two workers have something to do.
TWIN = f"--coexistence-from={Path(__file__).parents[2] / 'fixtures' / 'standard-edition'}"
#: Yesterday's report, in whose place today's has to be.
YESTERDAY = '{"schema": 1, "verdict": "go"}\n'


def happens(statement: str, *, at: str = "pilot") -> str:
    """A check that holds everywhere, and another one that does something else at some checkpoint."""
    return f'''{HOLDS}
import os, signal, time
import pytest

@check(clause="data", at="{at}")
def a_thing_happens(pool: PoolSubject) -> None:
    """A thing happens."""
    {statement}
'''


def asked(run: Run, content: str, *more: str, conftest: str = "") -> Ran:
    """Ask nothing but the checks of one module."""
    files = {"mine.py": content, "conftest.py": ALONE + conftest, "report.json": YESTERDAY}
    return run(*QUESTION, *more, files=files)


@pytest.fixture(scope="module")
def collected(run: Run) -> list[str]:
    """The node ids of a question about made-up deployments."""
    ran = asked(run, happens("pass"), "--co", "-q")
    assert (ran.status, ran.report()["verdict"]) == (0, "go"), "nothing is asked, so yesterday's report stays"
    return [line for line in ran.lines if "::" in line]


@ALONE_AND_TOGETHER
def test_when_everything_comes_back_it_is_a_go(
    run: Run, collected: list[str], workers: tuple[str, ...]
) -> None:
    ran = asked(run, happens("pass"), *workers)

    assert (ran.status, ran.outcomes) == (0, {"passed": len(collected)}), ran.said
    assert (ran.report()["verdict"], ran.report()["partial"]) == ("go", "")
    assert "left_out" not in ran.report()


# ---------------------------------------------------------------------------------------- workers that end


@pytest.mark.parametrize(
    "end",
    [
        "os._exit(0)",
        pytest.param(
            "os.kill(os.getpid(), signal.SIGKILL)",
            marks=pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here"),
        ),
    ],
    ids=["by itself", "for memory"],
)
def test_a_check_that_ends_its_worker_is_a_crash(run: Run, collected: list[str], end: str) -> None:
    ran = asked(run, happens(end), *TWO)
    report = ran.report()

    assert (ran.status, report["verdict"]) == (1, "not-proven")
    (crash,) = report["crashes"]
    assert (crash["check"], crash["checkpoint"]) == ("mine.py::a_thing_happens", "pilot")
    assert "crashed while running" in crash["error"]
    # Another worker answers the rest.
    assert ran.outcomes == {"failed": 1, "passed": len(collected) - 1}
    ran.shows("Checks that crashed", "  mine.py::a_thing_happens at pilot: worker 'gw?' crashed while*")
    assert report["estates"][0]["clauses"]["data"]["verdict"] == "not-proven"


@pytest.mark.parametrize(
    "workers", [TWO, ("--dist=load", "--tx=2*popen")], ids=["both", "one machine of two"]
)
def test_what_no_worker_is_left_to_answer_is_named(run: Run, workers: tuple[str, ...]) -> None:
    # With xdist a run that may not replace workers ends with the first of them.
    at = "*" if workers == TWO else "pilot"
    ran = asked(run, happens("os._exit(1)", at=at), TWIN, *workers, "--max-worker-restart=0", "-v")
    report = ran.report()
    passed = {line.split()[-1] for line in ran.lines if " PASSED " in line}
    crashed = {f"{each['check']}[{each['estate']}-{each['checkpoint']}]" for each in report["crashes"]}

    assert (ran.status, report["verdict"]) == (1, "not-proven")
    assert crashed
    assert report["left_out"]
    everything = asked(run, happens("os._exit(1)", at=at), TWIN, "--co", "-q").lines
    assert {*passed, *crashed, *report["left_out"]} == {line for line in everything if "::" in line}
    total = len(passed) + len(crashed) + len(report["left_out"])
    assert f"{total - len(report['left_out'])} of {total} items answered" in report["partial"]
    ran.shows("Collected and never answered", *(f"  {each}" for each in report["left_out"]))
    assert report["estates"][0]["clauses"]["data"]["verdict"] == "not-proven"


def test_a_machine_that_cannot_be_had_again_leaves_no_go_behind(run: Run) -> None:
    gone = """
begun = []

def pytest_configure_node(node):
    begun.append(node)
    if len(begun) > 2:
        raise OSError("no route to host")
"""
    ran = asked(run, happens("os._exit(1)"), TWIN, *TWO, conftest=gone)
    report = ran.report()

    # xdist's own error, which it ends with.
    assert (ran.status, report["verdict"]) == (3, "not-proven")
    assert report["partial"].startswith("an internal error ended the run")
    assert report["left_out"]
    ran.shows("Collected and never answered", f"  {report['left_out'][0]}")


# ---------------------------------------------------------------------------------------- the one process


def test_a_process_that_ends_leaves_no_go_of_yesterday(run: Run) -> None:
    pytest.importorskip("pytest_timeout")
    slow = ("--timeout=1", "-o", "timeout_method=thread")

    ran = asked(run, happens("time.sleep(60)"), *slow)

    # Nothing can be said any more, and what was said before does not say go.
    assert (ran.status, ran.report()["verdict"]) == (1, "not-proven")
    assert ran.report()["partial"] == "the run is not over, or it ended without a word"
    assert ran.report()["estates"] == []

    together = asked(run, happens("time.sleep(60)"), *slow, *TWO)

    assert (together.status, together.report()["verdict"]) == (1, "not-proven")
    (crash,) = together.report()["crashes"]
    assert crash["check"] == "mine.py::a_thing_happens"


@ALONE_AND_TOGETHER
def test_leaving_pytest_with_a_friendly_status_is_an_interruption(
    run: Run, collected: list[str], workers: tuple[str, ...]
) -> None:
    ran = asked(run, happens("pytest.exit('enough', 0)"), *workers)
    report = ran.report()

    assert (ran.status, report["verdict"]) == (2, "not-proven"), ran.said
    assert (
        "pytest.exit() was called (enough) while asking mine.py::a_thing_happens about " in report["partial"]
    )
    assert "at pilot of generated, deployment 0" in report["partial"]
    assert report["left_out"]
    assert set(report["left_out"]) <= set(collected)
    assert f" of {len(collected)} items answered" in report["partial"]
    assert "such a run never says go" in " ".join(ran.out.split())


def test_stopping_at_the_first_failure_says_how_far_it_came(run: Run, collected: list[str]) -> None:
    ran = asked(run, happens("assert not pool.label"), "-x")
    report = ran.report()

    assert (ran.status, report["verdict"]) == (1, "no-go")
    asked_first = ran.outcomes.get("passed", 0) + 1
    assert report["partial"] == (
        f"the run was stopped early; {asked_first} of {len(collected)} items answered"
    )
    assert len(report["left_out"]) == len(collected) - asked_first


# ---------------------------------------------------------------------------------------- ctrl-C

WAITS = happens("open('waiting', 'w').close(); time.sleep(60)")


@pytest.mark.skipif(os.name == "nt", reason="a signal to a group of processes is sent otherwise there")
@ALONE_AND_TOGETHER
def test_an_interrupted_run_names_whom_it_waited_for(tmp_path: Path, workers: tuple[str, ...]) -> None:
    for name, text in {"mine.py": WAITS, "conftest.py": ALONE, "pytest.ini": "[pytest]\n"}.items():
        (tmp_path / name).write_text(text, "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *quick(QUESTION), *QUESTION, *workers],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while not (tmp_path / "waiting").exists() and time.monotonic() < end:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)

    said = " ".join(out.split())
    assert process.returncode == 2, out
    if workers:
        assert "gw0 was at mine.py::a_thing_happens[generated-0-0-pilot]" in said
    else:
        assert "interrupted while asking mine.py::a_thing_happens about " in said
        assert "at pilot of generated, deployment 0" in said
    assert "GO =" not in out.replace("NO-GO =", "")
    assert '"verdict": "not-proven"' in (tmp_path / "report.json").read_text("utf-8")


# ---------------------------------------------------------------------------------------- shards

#: As a timeout does: somewhere in the work that is done for all items of a shard.
DISTURBED = """
from coexistence.model.vocabulary import Clause
from coexistence.plugin import items
import pytest

loading.Clause = [Clause.CAPACITY, Clause.SITES]
asked = items.run_check
calls = []

def disturbed(*arguments):
    calls.append(arguments)
    if len(calls) == 20:
        pytest.fail("Timeout >1s")
    return asked(*arguments)

items.run_check = disturbed
"""


def test_half_a_shard_is_never_handed_out_as_a_whole(run: Run) -> None:
    three = ("--coexistence-deployments=3",)
    whole = asked(run, HOLDS, *three, conftest=DISTURBED.replace("== 20", "== -1"))
    ran = asked(run, HOLDS, *three, conftest=DISTURBED)

    (crash,) = ran.report()["crashes"]
    assert crash["error"].startswith("Failed: Timeout >1s (at ")
    assert (ran.status, ran.report()["verdict"]) == (1, "not-proven")
    assert (whole.status, whole.report()["verdict"]) == (0, "go"), whole.said
    # The item that paid for it is asked about nobody; all others are asked about all three deployments.
    lost = whole.report()["evaluations"] - ran.report()["evaluations"]
    assert 0 < lost < whole.report()["evaluations"] / 20
