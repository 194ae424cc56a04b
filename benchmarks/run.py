"""Runs every benchmark and prints one table; the exit status is 1 if a budget is not kept."""

from __future__ import annotations

import default_run
import idle
import interruptions
import observations
import planner
import small_deployment
from measuring import Measured, show

if __name__ == "__main__":
    lines: list[Measured] = [
        *idle.measure(),
        *small_deployment.measure(),
        *interruptions.measure(),
        *planner.measure(),
        *observations.measure(),
        *default_run.measure(),
    ]
    raise SystemExit(show(lines))
