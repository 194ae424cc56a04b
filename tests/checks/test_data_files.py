"""exported_files_agree: silent where nothing is contradicted, and as loud as the contradiction weighs."""

from __future__ import annotations

import pytest
from helpers import RULES, built

from coexistence import Severity
from coexistence.checking.registry import Registry
from coexistence.checking.runner import Views, run_check
from coexistence.model.vocabulary import Contradiction, Origin
from coexistence.observation import Observer
from coexistence.plugin.loading import load_builtin
from coexistence.simulation.state import state_of

REGISTRY = Registry()
load_builtin(REGISTRY)
(AGREE,) = [check for check in REGISTRY if check.name == "exported_files_agree"]


@pytest.mark.parametrize("weighs", [None, True, False])
def test_a_contradiction_is_a_finding_of_its_weight(weighs: bool | None) -> None:
    said = (
        ()
        if weighs is None
        else (
            Contradiction(
                kind="two-owners",
                message="two owners",
                one=Origin("a.csv", 2),
                other=Origin("b.csv", 3),
                is_serious=weighs,
            ),
        )
    )
    state = state_of(built(), day=1, tools=None).changed(contradictions=said)
    here = Observer(state, RULES)

    result = run_check(AGREE, Views(here=here, before=here, origin=here), {})

    wanted = {None: [], True: [Severity.ERROR], False: [Severity.WARNING]}[weighs]
    assert [each.severity for each in result.broken] == wanted
    for each in result.broken:
        assert each.finding.message == "two owners: a.csv, line 2 against b.csv, line 3"
