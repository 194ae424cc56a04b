"""The planner alone: how many plans of small deployments in a second."""

from __future__ import annotations

import time

from measuring import Measured, show
from small_deployment import SMALL

from coexistence.inputs.family.builder import build
from coexistence.migration import make_plan


def measure(times: int = 1000, rounds: int = 5) -> list[Measured]:
    """Time plans for the small deployment of the neighbouring benchmark, the best of a few rounds."""
    deployment = build(SMALL, "benchmark")
    best = 0.0
    for _ in range(rounds):
        started = time.process_time()
        for _ in range(times):
            make_plan(deployment, SMALL.target)
        best = max(best, times / (time.process_time() - started))
    return [Measured("planner alone, small deployments", best, "/s", 2_000, at_least=True)]


if __name__ == "__main__":
    raise SystemExit(show(measure()))
