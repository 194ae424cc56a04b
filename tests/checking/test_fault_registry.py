"""Faults: verified when they register, aimed at what is there, and injected without a second truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import pytest
from helpers import built, front_end, new, tried, two_sites
from hypothesis import given
from hypothesis import strategies as st
from strategies import small_trials

from coexistence import Severity
from coexistence.checking.checkpoints import Place
from coexistence.checking.decorators import fault
from coexistence.checking.fault_registry import Faults, Injection, Scene
from coexistence.checking.registry import Registry
from coexistence.checking.runner import run_check
from coexistence.errors import FaultError, InputError
from coexistence.migration.operator_errors import MISTAKES
from coexistence.model import operations as op
from coexistence.model.vocabulary import Checkpoint, ServiceState
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.fault_injection import Aim, injected, parse_aim, scene_of
from coexistence.rehearsal.qualification import FaultScore, Qualification, score
from coexistence.rehearsal.trial import Trial

OLD = front_end(built())
NEW = new(OLD)
REGISTRY = Registry()
load_builtin(REGISTRY)
CHECKS = tuple(check for check in REGISTRY if not check.fixtures)
NO_FIXTURES: dict[str, dict[str, Any]] = {check.id: {} for check in CHECKS}


@fault(clause="meetings", evidence="A", source="Move conference directories")
def directory_stays(scene: Scene) -> Iterator[Injection]:
    """Nobody moves the conference directories of a pool.

    Codes open no meeting once the pool is gone.
    """
    for pool in scene.leaving:
        yield Injection(target=pool.id, scene=scene.without(op.MoveConferenceDirectories, source=pool.id))


@fault(clause="services")
def front_end_stops(scene: Scene) -> Iterator[Injection]:
    """The Front-End service of a pool stops while the pilot goes on.

    Nobody on it is reached.
    """
    for pool in scene.leaving:
        stops = [
            op.SetServiceState(server=server, service="RTCSRV", state=ServiceState.STOPPED)
            for server in pool.servers
        ]
        yield Injection(target=pool.id, scene=scene.before(Checkpoint.PILOT, *stops))


def registered(*functions: Callable[..., Any]) -> Faults:
    """Some faults."""
    faults = Faults()
    for function in functions:
        faults.add(function)
    return faults


FAULTS = registered(directory_stays, front_end_stops)


# ---------------------------------------------------------------- registering


def test_a_fault_is_named_after_its_function_and_tells_cause_and_effect() -> None:
    found = FAULTS["directory-stays"]

    assert found.cause == "Nobody moves the conference directories of a pool."
    assert found.seen == "Codes open no meeting once the pool is gone."
    assert (found.clause.value, found.severity) == ("meetings", Severity.ERROR)


def no_generator(scene: Scene) -> None:
    """Cause.

    Effect.
    """


def two_parameters(scene: Scene, more: int) -> Iterator[Injection]:
    """Cause.

    Effect.
    """
    yield Injection(target="", scene=scene)


def no_effect(scene: Scene) -> Iterator[Injection]:
    """Cause alone."""
    yield Injection(target="", scene=scene)


@pytest.mark.parametrize(
    ("function", "tag", "sentence"),
    [
        (no_generator, {}, "a fault is a generator"),
        (two_parameters, {}, "takes one parameter, the scene"),
        (no_effect, {}, "its docstring says first what was done wrong"),
        (directory_stays, {"clause": "meeting"}, "clause 'meeting' is none of services, "),
        (directory_stays, {"also": ("fun",)}, "clause 'fun' is none of"),
        (directory_stays, {"severity": "bad"}, "severity 'bad' is none of"),
        (directory_stays, {"evidence": "E"}, "evidence 'E' is none of A, B, C, D"),
    ],
)
def test_a_wrong_fault_is_refused_in_one_sentence(
    function: Callable[..., Any], tag: dict[str, Any], sentence: str
) -> None:
    made = FunctionType(function.__code__, function.__globals__, function.__name__)
    made.__doc__ = function.__doc__
    with pytest.raises(FaultError, match=sentence):
        Faults().add(fault(**{"clause": "data", **tag})(made))


def test_the_same_name_twice_is_refused() -> None:
    @fault(clause="data", id="directory-stays")
    def another(scene: Scene) -> Iterator[Injection]:
        """Cause.

        Effect.
        """
        yield Injection(target="", scene=scene)

    faults = registered(directory_stays, directory_stays)
    assert len(faults) == 1
    with pytest.raises(FaultError, match="registered twice"):
        faults.add(another)


def test_an_unknown_fault_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"no fault 'directory-stay'\. Did you mean 'directory-stays'"):
        _ = FAULTS["directory-stay"]


def test_a_fault_that_was_left_out_says_why() -> None:
    faults = registered(directory_stays)
    faults.exclude("reconnect-storm", "load is not modelled")

    with pytest.raises(InputError, match="left out: load is not modelled"):
        _ = faults["reconnect-storm"]


# ---------------------------------------------------------------- injecting


def found(trial: Trial) -> set[tuple[str, str]]:
    """What is broken, by checkpoint and check."""
    return {
        (stop.place.label, check.name)
        for stop in trial.stops()
        for check in CHECKS
        if check.applies_at(stop.place) and run_check(check, stop.views, {}).broken
    }


def test_a_fault_is_felt_from_its_moment_on() -> None:
    trial, (injection,) = injected(tried(), [parse_aim("front-end-stops", FAULTS)])

    assert injection is not None
    assert injection.target == OLD
    labels = {label for label, _ in found(trial)}
    assert "pilot" in labels
    assert not labels & {"legacy", "side-by-side"}


def test_faults_are_made_one_on_top_of_the_other() -> None:
    aims = [parse_aim("front-end-stops", FAULTS), parse_aim("directory-stays", FAULTS)]
    alone = [found(injected(tried(), [aim])[0]) for aim in aims]
    both = found(injected(tried(), aims)[0])

    # Of a step that is left out, nothing is refused any more.
    refused = {("legacy-silent", "every_step_of_the_plan_is_carried_out")}
    assert both >= alone[0] - alone[1] - refused
    assert "legacy-silent" in {label for label, _ in both}


def test_an_aimed_fault_hits_what_it_is_aimed_at() -> None:
    trial = tried(two_sites())
    first, second = (pool.id for pool in scene_of(trial).leaving)
    aimed = parse_aim(f"directory-stays:{second.upper()}", FAULTS)

    assert injected(trial, [aimed])[1][0].target == second  # type: ignore[union-attr]  # it is there
    assert injected(trial, [Aim(FAULTS["directory-stays"], "elsewhere")])[1] == (None,)
    chosen = [injected(trial, [Aim(FAULTS["directory-stays"])], choice=number)[1][0] for number in (0, 1, 2)]
    assert [each.target for each in chosen if each] == [first, second, first]


@given(small_trials(), st.sampled_from(MISTAKES), st.integers(0, 60))
def test_sharing_what_is_in_common_changes_nothing(trial: Trial, mistake: Any, at: int) -> None:
    """A varied trial passes the states that a trial of its own, from the beginning, would pass."""
    steps = trial.plan.steps
    plan = mistake.make(trial.plan, at % len(steps)) if steps else None
    if plan is None:
        return
    _ = trial.refusals
    varied = trial.varied(deployment=trial.deployment, plan=plan)
    alone = Trial(trial.deployment, plan=plan, rules=trial.rules, as_of=trial.as_of)

    assert varied.places == alone.places
    assert varied.refusals == alone.refusals
    for place in alone.places:
        assert told(varied, place) == told(alone, place)


def told(trial: Trial, place: Place) -> Any:
    """What is broken at one place, in words."""
    return [
        (check.id, broken.subject, broken.message)
        for check in CHECKS
        if check.applies_at(place)
        for broken in run_check(check, trial.views_at(place), {}).broken
    ]


# ---------------------------------------------------------------- qualifying


def test_a_fault_is_scored_by_who_speaks_of_it_and_when() -> None:
    scored = score(FAULTS["front-end-stops"], [tried(), tried(two_sites())], CHECKS, NO_FIXTURES)
    by_check = {notice.check.rpartition("::")[2]: notice for notice in scored.notices}

    assert scored.tried == 2
    assert scored.is_killed
    noticed = by_check["every_expected_service_runs"]
    assert (noticed.checkpoint, noticed.deployments, noticed.after) == ("pilot", 2, 1)
    assert noticed.is_about
    assert FaultScore.from_plain(scored.plain()) == scored


def test_a_fault_that_nobody_notices_lowers_the_share() -> None:
    @fault(clause="capacity")
    def harmless(scene: Scene) -> Iterator[Injection]:
        """Nothing.

        Nothing.
        """
        yield Injection(target="x", scene=scene)

    @fault(clause="capacity")
    def impossible(scene: Scene) -> Iterator[Injection]:
        """Nothing.

        Nothing.
        """
        yield from ()

    faults = registered(front_end_stops, harmless, impossible)
    scores = tuple(score(each, [tried()], CHECKS, NO_FIXTURES) for each in faults)
    made = Qualification(
        scores=scores,
        checks={check.id: check.clause.value for check in CHECKS},
        false_alarms={},
        healthy_runs=1,
        excluded={"storm": "load is not modelled"},
    )

    assert (made.killed, len(made.able), made.percent) == (1, 2, 50.0)
    plain = made.plain()
    assert plain["faults"]["storm"] == {
        "found_by": [],
        "clause_hit": False,
        "excluded": "load is not modelled",
    }
    assert plain["faults"]["impossible"]["excluded"]
    assert plain["checks"]["coexistence.checks.services::every_expected_service_runs"]["kills"] == 1
    vacuous = plain["checks"]["coexistence.checks.meetings::every_access_number_is_offered_somewhere"]
    assert vacuous["vacuous"] is True
