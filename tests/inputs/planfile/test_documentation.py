"""The example in docs/plan-file.md is a plan that can be tried."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from checkout import DOCS
from helpers import built, front_end, one_pool, state_at

import coexistence
from coexistence.inputs.planfile.apply_statements import as_stated
from coexistence.inputs.planfile.names import refuse_unknown
from coexistence.inputs.planfile.reader import PlanSource, parse_plan
from coexistence.inputs.planfile.statement_keys import SUBJECTS, said_by
from coexistence.inputs.planfile.statement_lint import OLD
from coexistence.migration.statements import under_statements
from coexistence.model.blueprint import EdgeBlueprint, PoolBlueprint
from coexistence.model.vocabulary import CHECKPOINT_ORDER, Edition, PoolRole
from coexistence.rehearsal.plan_remarks import remarks_on
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.rules.assumptions import STATEABLE, Rules

PAGE = (DOCS / "plan-file.md").read_text("utf-8")
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
    for key in ("everybody", "counts", "upgrade_clients", "out_of_scope", *SUBJECTS):
        assert f"`{key}`" in PAGE


STATEMENTS = PAGE.split("```toml\n")[2].split("```")[0]


def test_the_example_of_statements_is_taken_for_true() -> None:
    deployment = built(one_pool(people=30, edge=EdgeBlueprint(federation=True)))
    edge = next(pool.fqdn for pool in deployment.pools if pool.role is PoolRole.EDGE)
    text = STATEMENTS.replace("pool01.contoso.com", front_end(deployment))
    own = parse_plan(PlanSource("plan.toml", text.replace("edge01.contoso.com", edge)), stateable=STATEABLE)
    refuse_unknown(own, Trial(deployment, own=own).plan, deployment)

    stated = as_stated(deployment, own, as_of=own.statements[0].date)
    rules = under_statements(Rules(), own)

    assert stated.contradictions == ()
    assert {name: rules.value(name) for name in rules.stated} == {
        "ports-open": "yes",
        "silverlight-at-hand": "no",
    }
    assert [(wall.port, wall.inbound) for wall in stated.surroundings.outside_blocks] == [(5061, True)]
    assert [list(said_by(each)) for each in own.statements] == [
        ["pool", "clients_upgraded", "clients"],
        ["assumption", "holds"],
        ["assumption", "holds"],
        ["from_pool", "to_pool", "blocked_port"],
    ]


def test_the_table_of_statements_says_what_is_read() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.split("| key | takes |")[1].split("\n\n")[0].splitlines()[2:]
    ]

    assert rows == [
        [
            (" or ".join(f"`{each}`" for each in subject.of) + " with " if subject.of else "") + f"`{key}`",
            subject.takes.value,
            subject.effect,
            ", ".join(f"*{need}*" for need in subject.supplies),
            ", ".join(f"`{name}`" for name in subject.instead_of),
        ]
        for key, subject in SUBJECTS.items()
    ]


def test_findings_about_statements_are_on_the_page() -> None:
    rooms = Path(coexistence.__file__).parent / "inputs" / "planfile"
    read = ("statement_lint", "apply_statements")
    code = "".join((rooms / f"{name}.py").read_text("utf-8") for name in read)
    kinds = set(re.findall(r'"((?:[a-z]+-)*statements?(?:-[a-z]+)*)"', code))

    assert len(kinds) == 5
    assert all(f"| `{kind}` |" in PAGE for kind in kinds)


def test_every_phase_that_can_be_stated_is_on_the_page() -> None:
    for phase in CHECKPOINT_ORDER[1:]:
        assert f"`{phase.value}`" in PAGE
    assert f"more than {OLD.days} days older" in PAGE
