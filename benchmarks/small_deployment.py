"""One small deployment, four pools and five hundred people: plan, ways back and all checks."""

from __future__ import annotations

import gc

from measuring import Measured, best, show

from coexistence.checking.registry import Registry
from coexistence.inputs.family.builder import build
from coexistence.model.blueprint import Blueprint, Crowd, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.vocabulary import Edition
from coexistence.plugin.loading import load_builtin
from coexistence.plugin.run import GARBAGE
from coexistence.rehearsal.trial import Trial

_HOME = PoolBlueprint(
    edition=Edition.ENTERPRISE,
    front_ends=3,
    dial_in=True,
    voice=True,
    crowds=(Crowd(people=100, meetings=2), Crowd(people=67, voice=True, meetings=1)),
)
#: Three Front End pools and an Edge, 501 people.
SMALL = Blueprint(
    sites=(
        SiteBlueprint(pools=(_HOME, _HOME), edge=EdgeBlueprint(servers=2)),
        SiteBlueprint(pools=(_HOME,)),
    )
)


def measure(times: int = 20) -> list[Measured]:
    """Time the whole path of one deployment; drawing it and pytest are not part of this."""
    registry = Registry()
    load_builtin(registry)
    deployment = build(SMALL, "benchmark")

    def whole_path() -> None:
        trial = Trial(deployment, target=SMALL.target)
        for stop in trial.stops():
            for check in registry:
                if check.applies_at(stop.place):
                    result = trial.ask(check, stop.place)
                    assert not result.broken, result.broken

    before = gc.get_threshold()
    gc.set_threshold(*GARBAGE)  # as in a run
    whole_path()
    seconds = best(whole_path, times)
    gc.set_threshold(*before)
    return [Measured("small deployment: plan, ways back, all checks", seconds * 1000, "ms", 50)]


if __name__ == "__main__":
    raise SystemExit(show(measure()))
