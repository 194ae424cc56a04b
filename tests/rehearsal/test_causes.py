"""Findings of one broken thing stand under it: named once, counted once, whoever noticed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from coexistence.checking.registry import Registry
from coexistence.inputs.family.builder import build
from coexistence.model.operations import StopServices
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.fault_injection import scene_of
from coexistence.rehearsal.trial import Trial
from coexistence.rehearsal.verdicts import EstateReport, FindingRecord, ItemVerdict, Run
from coexistence.rehearsal.verdicts.causes import causes_of
from coexistence.reporting.json_report import plain_report
from coexistence.reporting.text_report import render_text
from coexistence.simulation.rules.assumptions import Rules
from coexistence.testing import SOME_OF_EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable

    from coexistence.checking.fault_registry import Scene


def asked(change: Callable[[Scene], Scene] | None = None, labels: tuple[str, ...] = ()) -> Run:
    """Every built-in check about one deployment in which something is wrong."""
    registry = Registry()
    load_builtin(registry)
    trial = Trial(build(SOME_OF_EVERYTHING, "test"), target=SOME_OF_EVERYTHING.target, rules=Rules())
    if change is not None:
        scene = change(scene_of(trial))
        trial = trial.varied(deployment=scene.deployment, plan=scene.plan, opening=scene.opening)
    places = [place for place in trial.places if not labels or place.label in labels]
    items = [
        ItemVerdict.of(check, place, "contoso", [(None, trial.ask(check, place))])
        for place in places
        for check in registry
        if check.applies_at(place) and not check.fixtures
    ]
    estate = EstateReport(
        name="contoso",
        kind="twin",
        checkpoints=tuple(place.label for place in places),
        inventory={"pools": [], "users": 1, "people": 1},
    )
    return Run(version="1", seed=7, as_of="", rerun="", deployments=1, estates=(estate,), items=tuple(items))


def without_a_record(scene: Scene) -> Scene:
    """The first legacy pool has no DNS record."""
    records = scene.deployment.records
    assert isinstance(records, tuple)
    pool = scene.leaving[0].id
    return scene.with_deployment(records=tuple(each for each in records if each.name != pool))


def stopped(scene: Scene) -> Scene:
    return scene.at_first(StopServices(pool=scene.leaving[0].id))


@pytest.fixture(scope="module")
def nameless() -> Run:
    return asked(without_a_record)


def test_a_sound_deployment_has_no_causes() -> None:
    assert asked(labels=("legacy", "pilot", "retired")).causes() == ()


def test_one_wrong_name_is_one_cause_of_all_its_findings(nameless: Run) -> None:
    (cause,) = nameless.causes()

    assert len(cause.findings) == len(nameless.findings()) > 50
    assert cause.thing.startswith("pool01.")
    assert len(cause.checks) > 5
    assert len(cause.checkpoints) > 3


def test_the_cause_is_named_by_the_promise_about_what_others_rest_on(nameless: Run) -> None:
    (cause,) = nameless.causes()

    assert cause.is_found_itself
    assert cause.first.clause == "names"


def test_the_json_report_names_causes_and_finds_them_again(nameless: Run) -> None:
    report = plain_report(nameless)

    (cause,) = report["causes"]
    assert cause["findings"] == len(report["findings"])
    assert {each["cause"] for each in report["findings"]} == {0}
    assert cause["thing"] in cause["reason"]
    assert cause["people"] == max(each["people"] for each in report["findings"])


def test_the_text_report_tells_it_once_and_counts_the_rest(nameless: Run) -> None:
    lines = [line.text for line in render_text(nameless, width=100)]

    assert sum("broken: " in line for line in lines) == 1
    assert any(line.strip().startswith("This also breaks (") for line in lines)


def test_what_a_stopped_pool_takes_along_stands_under_it() -> None:
    run = asked(stopped, labels=("legacy", "side-by-side", "pilot"))
    heaviest = run.causes()[0]

    assert heaviest.first.clause in ("services", "sites")
    assert len(heaviest.findings) > len(run.findings()) * 0.8


# -------------------------------------------------------------------- the rules, one by one


def found(**facts: Any) -> FindingRecord:
    given = {"source": "a.example", "reason": "it is broken", **facts}
    outcome = {"source": given.pop("source"), "reason": given.pop("reason")}
    return FindingRecord(
        **{
            "check": "mine::it_works",
            "clause": "messaging",
            "severity": "error",
            "estate": "contoso",
            "deployment": None,
            "checkpoint": "pilot",
            "kind": "it_works",
            "subject": "somebody",
            "people": 1,
            "message": "",
            "outcome": outcome,
            "assumes": (),
            "remedy": "",
            "document": "",
            "about": ("a.example",),
            **given,
        }
    )


STOPPED = found(check="services::runs", clause="services", reason="it does not run", subject="a.example")


def groups(*findings: FindingRecord) -> Iterator[list[str]]:
    for cause in causes_of(findings):
        yield [each.subject for each in cause.findings]


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([found(subject="1"), found(subject="2")], [["1", "2"]]),
        ([found(subject="1"), found(subject="2", source="b.example")], [["1", "2"]]),
        ([found(subject="1"), found(subject="2", about=("b.example",))], [["1"], ["2"]]),
        ([found(subject="1"), found(subject="2", reason="another")], [["1"], ["2"]]),
        ([found(subject="1"), found(subject="2", deployment=3)], [["1"], ["2"]]),
        ([found(subject="1"), found(subject="2", estate="fabrikam")], [["1"], ["2"]]),
        ([found(subject="1", checkpoint="edge"), found(subject="2")], [["1", "2"]]),
        # Whatever else is wrong with what does not run hangs on that.
        ([found(subject="1"), found(subject="2", reason="another"), STOPPED], [["a.example", "1", "2"]]),
        # Only at the same checkpoint: elsewhere it is something else.
        ([found(subject="1", checkpoint="edge"), STOPPED], [["1"], ["a.example"]]),
        # A server that is broken takes its pool along.
        (
            [
                found(subject="1", about=("pool.example",)),
                found(clause="sites", subject="s", about=("a.example", "pool.example")),
            ],
            [["s", "1"]],
        ),
        # Those that point at nothing stand for themselves.
        (
            [found(subject="1", outcome=None, about=()), found(subject="2", outcome=None, about=())],
            [["1"], ["2"]],
        ),
        # The heaviest comes first.
        (
            [found(subject="1", severity="warning", about=("b",)), found(subject="2", severity="blocker")],
            [["2"], ["1"]],
        ),
        # A warning explains no error.
        (
            [found(subject="1"), found(clause="services", severity="warning", reason="r", subject="2")],
            [["1"], ["2"]],
        ),
    ],
)
def test_what_goes_together(findings: list[FindingRecord], expected: list[list[str]]) -> None:
    assert list(groups(*findings)) == expected
