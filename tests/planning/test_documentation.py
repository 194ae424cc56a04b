"""The example in docs/plan-file.md is a plan that can be tried."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from helpers import built, front_end, one_pool, state_at

from coexistence.appraising import remarks_on
from coexistence.blueprint import PoolBlueprint
from coexistence.planfile.reading import PlanSource, parse_plan
from coexistence.planfile.resolving import refuse_unknown
from coexistence.trial import Trial
from coexistence.vocabulary import Edition

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "plan-file.md").read_text("utf-8")
EXAMPLE = PAGE.split("```toml\n")[1].split("```")[0]


def test_the_example_is_read_tried_and_accepted() -> None:
    deployment = built(one_pool(people=30, pool=PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=3)))
    site = dataclasses.replace(deployment.sites[0], name="Redmond")
    deployment = dataclasses.replace(deployment, sites=(site, *deployment.sites[1:]))
    known = deployment.population
    assert hasattr(known, "addresses")
    text = EXAMPLE.replace("pool01.contoso.com", front_end(deployment))
    listed = tuple(known.addresses[row] for row in (0, 5))
    own = parse_plan(PlanSource("plan.toml", text, {"pilot.csv": listed}))

    trial = Trial(deployment, own=own)
    refuse_unknown(own, trial.plan, deployment)

    assert [size.accounts for size in trial.waves.sizes] == [2, 10, 18]
    assert [size.fits for size in trial.waves.sizes] == [True, True, None]
    assert remarks_on(trial) == ()
    assert trial.refusals == ()
    assert "sfb01.contoso.com" in state_at(trial, "retired").pools


def test_every_key_of_the_page_is_known() -> None:
    for key in ("everybody", "counts", "upgrade_clients", "moved_from", "clients_upgraded"):
        assert f"`{key}`" in PAGE
