"""With workers, a shard of deployments stays on one of them, and so does a phase of a twin."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checkout import SAMPLES

from coexistence.checking.checkpoints import LABELS
from coexistence.inputs.exports import read_exports
from coexistence.plugin.xdist_scheduling import group_of

if TYPE_CHECKING:
    from plugin_runs import Run

CONFTEST = """
import json, os, pathlib
import pytest
from coexistence.rehearsal.estates import family

family._SHARD = 25  # so that few deployments are many shards

@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with pathlib.Path(f"{worker}.txt").open("a") as notes:
        notes.write(json.dumps([worker, item.nodeid]) + "\\n")
    return (yield)
"""
SAMPLE = SAMPLES / "two-sites"
FAMILY = ("--coexistence", "--coexistence-deployments=150", "--coexistence-at=legacy")
DEALT = (*FAMILY, "-n", "2")


def dealt(run: Run, *arguments: str) -> dict[str, list[str]]:
    """Which worker ran what, in order."""
    return ran_by(run(*DEALT, *arguments, files={"conftest.py": CONFTEST}).folder)


def ran_by(folder: Path) -> dict[str, list[str]]:
    """The notes that workers left in a folder."""
    found: dict[str, list[str]] = defaultdict(list)
    for notes in sorted(folder.glob("gw*.txt")):
        for line in notes.read_text().splitlines():
            worker, nodeid = json.loads(line)
            found[worker].append(nodeid)
    return found


def test_a_shard_stays_on_one_worker_whatever_was_asked_of_xdist(run: Run) -> None:
    by_worker = dealt(run, "--dist", "worksteal")

    workers: dict[str, set[str]] = defaultdict(set)
    for worker, nodeids in by_worker.items():
        for nodeid in nodeids:
            workers[group_of(nodeid)].add(worker)
    assert len(workers) >= 3
    assert {len(those) for those in workers.values()} == {1}
    assert len(by_worker) == 2


def test_every_item_is_run_once(run: Run) -> None:
    everything = [nodeid for nodeids in dealt(run, "--dist", "worksteal").values() for nodeid in nodeids]
    collected = run(*FAMILY, "--co", "-q", files={"conftest.py": CONFTEST}).lines

    assert sorted(everything) == sorted(line for line in collected if "::" in line)


def test_more_workers_than_shards_leave_nobody_waiting(run: Run) -> None:
    ran = run("--coexistence", "--coexistence-deployments=4", "--coexistence-at=pilot", "-n", "3")

    assert ran.status == 8, ran.said


def test_stopping_at_the_first_failure_stops_the_workers_too(run: Run) -> None:
    from plugin_checks import BREAKS

    everywhere = BREAKS.format(severity="BLOCKER").replace(', at="pilot"', "")
    ran = run(*DEALT, "-x", "--coexistence-checks=mine.py", files={"mine.py": everywhere})

    assert ran.status in (1, 2)
    assert ran.outcomes["failed"] < 6


def test_a_phase_of_a_twin_stays_on_one_worker_and_the_twin_does_not(run: Run) -> None:
    twin = ("--coexistence", f"--coexistence-from={SAMPLE}", "coexistence.checks.services", "-n", "2")
    by_worker = ran_by(run(*twin, files={"conftest.py": CONFTEST}).folder)

    name = read_exports(SAMPLE).deployment.name
    workers: dict[str, set[str]] = defaultdict(set)
    for worker, nodeids in by_worker.items():
        for nodeid in nodeids:
            workers[group_of(nodeid, {name})].add(worker)
    assert {f"{name}-now", f"{name}-pilot", f"{name}-edge"} < set(workers)
    assert {len(those) for those in workers.values()} == {1}
    assert len(by_worker) == 2


@pytest.mark.parametrize(
    ("label", "group"),
    [("now", "contoso-now"), ("pilot", "contoso-pilot"), ("pilot.rolled-back", "contoso-pilot")],
)
def test_a_way_back_belongs_to_the_phase_that_it_leads_back_from(label: str, group: str) -> None:
    assert group_of(f"checks/mine.py::a_promise[contoso-{label}]", {"contoso"}) == group


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("estate", ["contoso", "con-toso-2", "generated-0-24", "pilot", "my-edge"])
def test_the_group_of_an_item_is_its_estate_and_shard(label: str, estate: str) -> None:
    assert group_of(f"checks/mine.py::a_promise[{estate}-{label}]") == estate
