"""Twins of a hundred thousand and of a million people: from files to the verdict.

In one process, as the budgets mean it; ``python benchmarks/twin_scale.py -n 2`` shows what workers cost:
processor time of all processes together, and the memory of the one that needed most.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import OTHERS_OFF, Measured, show

from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.family.builder import build
from coexistence.model.blueprint import Blueprint, Crowd, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.vocabulary import Edition

#: Pools, people, meeting rows; seconds and MiB that the design allows.
ROWS = ((100, 100_000, 200_000, 8.0, 1024.0), (100, 1_000_000, 2_000_000, 45.0, 3072.0))
_POOLS_AT_A_SITE = 10

#: Runs pytest, and says how much processor time and memory it took: other work on the machine is no matter.
_CHILD = """
import resource, sys, time, json
import pytest
status = pytest.main(sys.argv[1:])
own, workers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
seconds = time.process_time() + workers.ru_utime + workers.ru_stime
peak = max(own.ru_maxrss, workers.ru_maxrss) / 1024
print()
print(json.dumps({"seconds": seconds, "peak": peak, "status": int(status)}))
"""


def write(folder: Path, pools: int, people: int, meetings: int) -> None:
    """Write the exports of a deployment with so many pools and people, and about so many meetings."""
    each, more = people // pools, meetings // people
    half = each // 2
    home = PoolBlueprint(
        edition=Edition.ENTERPRISE,
        front_ends=3,
        dial_in=True,
        voice=True,
        crowds=(Crowd(people=half, meetings=more), Crowd(people=each - half, voice=True, meetings=more)),
    )
    sites = tuple(
        SiteBlueprint(pools=(home,) * _POOLS_AT_A_SITE, edge=EdgeBlueprint(servers=2) if not site else None)
        for site in range(pools // _POOLS_AT_A_SITE)
    )
    write_exports(build(Blueprint(sites=sites), "benchmark"), folder)


def one(folder: Path, *arguments: str) -> dict[str, float]:
    """Ask about the twin in a folder; returns seconds, peak in MiB and exit status."""
    asked = ["--coexistence", f"--coexistence-from={folder}", *arguments]
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, "-q", *OTHERS_OFF, *asked],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    made: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if made["status"] not in (0, 1, 8):
        raise RuntimeError(done.stdout + done.stderr)
    return made


def measure(*arguments: str) -> list[Measured]:
    """Measure both sizes; ``arguments`` are for pytest."""
    found = []
    for pools, people, meetings, seconds, peak in ROWS:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "twin"
            write(folder, pools, people, meetings)
            made = one(folder, *arguments)
        what = f"twin of {pools} pools, {people:,} people, {meetings:,} meetings"
        found += [
            Measured(f"{what}: import to verdict", made["seconds"], "s", seconds),
            Measured(f"{what}: memory at most", made["peak"], "MiB", peak),
        ]
    return found


if __name__ == "__main__":
    sys.exit(show(measure(*sys.argv[1:])))
