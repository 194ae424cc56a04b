"""All prefixes of a full plan and three ways on from each, on a deployment of five hundred people."""

from __future__ import annotations

from measuring import Measured, best, show
from small_deployment import SMALL

from coexistence.checking.registry import Registry
from coexistence.inputs.family.builder import build
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.interruptions import Interruptions
from coexistence.rehearsal.trial import Trial


def measure(times: int = 3) -> list[Measured]:
    """Time every interruption of one plan, all checks asked after each way on."""
    registry = Registry()
    load_builtin(registry)
    trial = Trial(build(SMALL, "benchmark"), target=SMALL.target)

    def every_prefix() -> None:
        found = Interruptions(trial.plan, trial.start, trial.rules, registry, trial.actions)
        assert found.last_safe_step == trial.last_safe_step

    every_prefix()
    return [Measured("interruptions: all prefixes, three ways on", best(every_prefix, times), "s", 5)]


if __name__ == "__main__":
    raise SystemExit(show(measure()))
