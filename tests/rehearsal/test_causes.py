"""Findings of one broken thing stand under it: named once, counted once, whoever noticed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from fault_scores import FAULTS, able
from hypothesis import given
from hypothesis import strategies as st
from rehearsal.shared import checks

from coexistence.inputs.family.builder import build
from coexistence.inputs.family.family import Family
from coexistence.model.operations import SetServiceState, StopServices
from coexistence.model.vocabulary import ServiceState, Severity
from coexistence.rehearsal.estates import FamilyEstate
from coexistence.rehearsal.fault_injection import Aim, injected, scene_of
from coexistence.rehearsal.trial import Trial
from coexistence.rehearsal.verdicts import EstateReport, FindingRecord, ItemVerdict, Run
from coexistence.rehearsal.verdicts.causes import Cause, _ends, causes_of
from coexistence.rehearsal.verdicts.head_count import head_count_of
from coexistence.reporting.json_report import plain_report
from coexistence.reporting.text_report import render_text
from coexistence.simulation.rules.assumptions import Rules
from coexistence.testing import SOME_OF_EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable

    from coexistence.checking.fault_registry import Scene


def trial_of(**options: Any) -> Trial:
    return Trial(
        build(SOME_OF_EVERYTHING, "test"), target=SOME_OF_EVERYTHING.target, rules=Rules(), **options
    )


def asked(change: Callable[[Scene], Scene] | None = None, labels: tuple[str, ...] = ()) -> Run:
    """Every built-in check about one deployment in which something is wrong."""
    trial = trial_of()
    if change is not None:
        scene = change(scene_of(trial))
        trial = trial.varied(deployment=scene.deployment, plan=scene.plan, opening=scene.opening)
    return asked_about(trial, labels)


def asked_about(trial: Trial, labels: tuple[str, ...] = ()) -> Run:
    """Every built-in check about one trial."""
    places = [place for place in trial.places if not labels or place.label in labels]
    items = [
        ItemVerdict.of(check, place, "contoso", [(None, trial.ask(check, place))])
        for place in places
        for check in checks()
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
    assert len(heaviest.findings) == len(run.findings())


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


#: What does not run, and whoever ended there.
FRONT_END = ("front_end of a.example",)
STOPPED = found(
    check="services::runs",
    clause="services",
    reason="it does not run",
    subject="a.example",
    ended_on=FRONT_END,
)
#: Checkpoints, in the order of the path.
PATH = {("contoso", label): at for at, label in enumerate(("now", "pilot", "edge"))}


def groups(*findings: FindingRecord) -> Iterator[list[str]]:
    for cause in causes_of(findings, PATH):
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
        # Along the path, whatever order they were found in.
        ([found(subject="1", checkpoint="edge"), found(subject="2")], [["2", "1"]]),
        # Whoever ended on what does not run hangs on that, and says it in words of his own.
        (
            [found(subject="1", reason="no answer", ended_on=FRONT_END), STOPPED],
            [["a.example", "1"]],
        ),
        ([found(subject="1", reason="no answer", deployment=3, ended_on=FRONT_END), STOPPED],
         [["1"], ["a.example"]]),
        # That it is about the same pool at the same checkpoint explains nothing.
        ([STOPPED, found(subject="1", reason="it is out of support")], [["a.example"], ["1"]]),
        ([STOPPED, found(subject="1", reason="no answer", ended_on=("w3svc of a.example",))],
         [["a.example"], ["1"]]),
        # The earliest break comes first, whatever rests on what.
        (
            [STOPPED, found(subject="1", checkpoint="now", reason="no answer", ended_on=FRONT_END)],
            [["1", "a.example"]],
        ),
        # What a refused step leads to stands below it, at the same checkpoint too; its reason above.
        (
            [
                found(subject="left", clause="sites", reason="still there", ended_on=("use of b",)),
                found(subject="step", clause="topology", reason="no", is_step=True,
                      ended_on=(*FRONT_END, "use of b")),
                STOPPED,
                found(subject="later", checkpoint="edge", reason="gone", ended_on=("use of b",)),
            ],
            [["a.example", "step", "left", "later"]],
        ),
        # Those that point at nothing stand for themselves.
        (
            [found(subject="1", outcome=None, about=()), found(subject="2", outcome=None, about=())],
            [["1"], ["2"]],
        ),
        # The heaviest comes first, then the earliest.
        (
            [found(subject="1", severity="warning", about=("b",)), found(subject="2", severity="blocker")],
            [["2"], ["1"]],
        ),
        ([found(subject="1"), found(subject="2", about=("b",), checkpoint="now")], [["2"], ["1"]]),
        # A warning explains no error; it may follow from one, and then comes behind.
        (
            [found(subject="1"), found(clause="services", severity="warning", reason="r", subject="2")],
            [["1"], ["2"]],
        ),
        (
            [STOPPED, found(subject="1", severity="warning", checkpoint="now", ended_on=FRONT_END)],
            [["a.example", "1"]],
        ),
        # Nor does it tie two errors together.
        (
            [
                found(subject="1", severity="warning", reason="r", ended_on=("w3svc of b", *FRONT_END)),
                STOPPED,
                found(subject="2", about=("b",), ended_on=("w3svc of b",)),
            ],
            [["2", "1"], ["a.example"]],
        ),
    ],
)  # fmt: skip
def test_what_goes_together(findings: list[FindingRecord], expected: list[list[str]]) -> None:
    assert list(groups(*findings)) == expected


# -------------------------------------------------------------------- nothing is lost


def hold_together(findings: Sequence[FindingRecord], causes: Sequence[Cause]) -> None:
    """Every finding stands in one cause; those of a cause share what they ended on, others do not."""
    assert sorted(map(id, findings)) == sorted(id(each) for cause in causes for each in cause.findings)
    taken: set[object] = set()
    for cause in causes:
        # From the first finding one gets to every other by things that both ended on.
        weighty = [each for each in cause.findings if Severity[each.severity.upper()].fails]
        reached, open_ones = set(_ends(cause.first)), list(weighty or cause.findings)
        while near := [each for each in open_ones if reached & set(_ends(each))]:
            reached |= {end for each in near for end in _ends(each)}
            open_ones = [each for each in open_ones if not any(each is other for other in near)]
        assert not open_ones
        assert all(reached & set(_ends(each)) for each in cause.findings)
        assert not taken & reached
        taken |= reached if weighty else set()
        assert len({(each.estate, each.deployment) for each in cause.findings}) == 1


ENDS = st.sampled_from(["front_end of a", "use of b", "Central Management", "replica of c"])


@given(
    st.lists(
        st.builds(
            found,
            subject=st.sampled_from("12"),
            about=st.sampled_from([("a",), ("b",), ()]),
            reason=st.sampled_from(["one", "two"]),
            severity=st.sampled_from(["info", "warning", "error", "blocker"]),
            checkpoint=st.sampled_from(["now", "pilot", "edge"]),
            deployment=st.sampled_from([None, 3]),
            clause=st.sampled_from(["services", "topology", "messaging"]),
            ended_on=st.lists(ENDS, max_size=2, unique=True).map(tuple),
            is_step=st.booleans(),
        ),
        max_size=10,
    )
)
def test_no_finding_is_lost_whatever_is_found(findings: list[FindingRecord]) -> None:
    causes = causes_of(findings, PATH)

    hold_together(findings, causes)
    for cause in causes:
        fails = [each for each in cause.findings if Severity[each.severity.upper()].fails]
        places = [PATH["contoso", each.checkpoint] for each in fails]
        assert places == sorted(places)
        assert list(cause.findings[: len(fails)]) == fails
        assert list(cause.checkpoints) == sorted(cause.checkpoints, key=lambda at: PATH["contoso", at])


#: Faults of which much follows, and that are seen from many sides.
FAULTY = (
    "certificate-expires-mid-coexistence",
    "cms-moved-over-failing-enable-step",
    "conference-directory-left-behind",
    "edge-and-pool-on-different-roots",
    "fe-first-start-below-quorum",
    "legacy-topology-builder-used-after-pilot",
    "moved-before-first-user-sync",
    "pool-quorum-lost-in-maintenance",
)


@pytest.mark.parametrize("fault", FAULTY)
def test_no_finding_of_a_fault_is_lost(fault: str) -> None:
    (known,) = (each for each in FAULTS if each.id == fault)
    trial = next(able(known))
    run = asked_about(injected(trial, [Aim(known)])[0])
    found_, causes = run.findings(), run.causes()

    hold_together(found_, causes)
    lines = " ".join(line.text for line in render_text(run, width=100))
    told = sum(int(number) for number in re.findall(r"\((\d+) findings?\)", lines))
    told += sum(int(number) for number in re.findall(r"more causes? of (\d+) finding", lines))
    of_its_own = [
        each
        for cause in causes[:10]
        for each in cause.findings
        if (each.check, each.subject) == (cause.first.check, cause.first.subject)
    ]
    # What the text does not spell out, it counts.
    assert told + len(of_its_own) == len(found_)


def test_no_finding_of_a_family_is_lost() -> None:
    """Deployments of a family share names, and no cause; each of them is counted with its own people."""
    (known,) = (each for each in FAULTS if each.id == "conference-directory-left-behind")
    estate = FamilyEstate(Family(7, 3), Rules(), aims=(Aim(known),))
    items = [
        ItemVerdict.of(
            check,
            place,
            estate.name,
            [(number, estate.trial(number).ask(check, place)) for number in range(3)],
        )
        for place in estate.places[-2:]
        for check in checks()
        if check.applies_at(place) and not check.fixtures
    ]
    findings = [each for item in items for each in item.findings]
    causes = causes_of(findings)

    hold_together(findings, causes)
    assert {cause.first.deployment for cause in causes} == {0, 1, 2}
    assert head_count_of(findings).people == sum(
        head_count_of(each for each in findings if each.deployment == number).people for number in range(3)
    )


def test_what_follows_from_a_refused_move_stands_below_it() -> None:
    """The user replicator brought nobody: people cannot be moved, and are left on a pool that is stopped."""
    (known,) = (each for each in FAULTS if each.id == "moved-before-first-user-sync")
    run = asked_about(injected(next(able(known)), [Aim(known)])[0])
    heaviest = run.causes()[0]
    checks = [each.check.rpartition("::")[2] for each in heaviest.findings]

    assert heaviest.first.is_step
    assert "SetMoveResourceData failed" in heaviest.reason
    assert checks.index("new_pools_know_every_account") < checks.index("pools_that_are_removed_are_empty")
    assert "everybody_can_sign_in_with_their_client" in checks
    assert len(heaviest.findings) > len(run.findings()) * 0.8


def test_a_stopped_service_does_not_explain_that_support_ends() -> None:
    """Both are about one pool at one checkpoint, and have nothing to do with each other."""
    trial = trial_of(as_of=dt.date(2031, 1, 6), is_twin=True)
    before = scene_of(trial)
    stops = (
        SetServiceState(server=each, service="web_services", state=ServiceState.STOPPED)
        for each in before.leaving[0].servers
    )
    scene = before.at_first(*stops)
    faulty = trial.varied(deployment=scene.deployment, plan=scene.plan, opening=scene.opening)
    run = asked_about(faulty, ("now",))
    by_check = {
        finding.check.rpartition("::")[2]: number
        for number, cause in enumerate(run.causes())
        for finding in cause.findings
    }

    assert by_check["every_expected_service_runs"] == by_check["the_address_book_answers"]
    assert by_check["the_newest_version_is_in_support"] != by_check["every_expected_service_runs"]
