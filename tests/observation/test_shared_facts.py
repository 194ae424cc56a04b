"""Answers that moments share are those that each moment would find by itself."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar

import pytest
from checkout import ROOT, SAMPLES
from fault_scores import FAULTS, able
from helpers import built, front_end, new, one_pool, state_at, tried, two_sites
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import small_trials

from coexistence import User
from coexistence.checking.registry import Check, Registry
from coexistence.checking.runner import Views, run_check
from coexistence.inputs.exports import read_exports
from coexistence.migration.operator_errors import MISTAKES
from coexistence.model import operations as op
from coexistence.model.conditions.machines_and_databases import Machine
from coexistence.model.vocabulary import Origin
from coexistence.observation import Observer
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg
from coexistence.observation.facts.shared_cache import SharedFacts
from coexistence.observation.listings import subjects
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.fault_injection import Aim, injected
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.certificate_dates import CertificateDates
from coexistence.simulation.state import Infrastructure, State

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

OLD = front_end(built())
NEW = new(OLD)
REGISTRY = Registry()
load_builtin(REGISTRY)
#: Steps know the observer that they were carried out under: they are no question of sharing.
CHECKS = tuple(check for check in REGISTRY if not check.fixtures and check.subject != "step")


# -------------------------------------------------------------------- what facts are made of


def test_facts_have_no_moving_parts_to_look_at() -> None:
    state = state_at(tried(one_pool()), "legacy")
    facts = SharedFacts().of(state, Rules())
    moving = {each.name for each in dataclasses.fields(State)} - {
        each.name for each in dataclasses.fields(Infrastructure)
    }

    assert moving == {"day", "population", "applications"}
    assert type(facts.state) is Infrastructure
    for part in (*moving, "untold_kinds", "has_expired"):
        with pytest.raises(AttributeError):
            getattr(facts.state, part)


def test_moments_that_differ_in_people_alone_share_facts() -> None:
    shared, trial = SharedFacts(), tried()
    facts = {
        label: shared.of(state_at(trial, label), trial.rules) for label in ("legacy", "side-by-side", "pilot")
    }

    assert facts["side-by-side"] is facts["pilot"]
    assert facts["legacy"] is not facts["pilot"]


@pytest.mark.parametrize(
    "operation",
    [
        op.StopServices(pool=OLD),
        op.SetNextHop(pool=front_end(built()), to=OLD),
        op.LetDaysPass(days=40_000),
    ],
    ids=["services", "next hop", "certificates that expire"],
)
def test_whatever_else_changes_makes_other_facts(operation: op.Operation) -> None:
    shared, rules = SharedFacts(), Rules()
    state = state_at(tried(), "pilot")
    changed = apply(state, operation, rules).state

    assert shared.of(state, rules) is not shared.of(changed, rules)


def test_other_rules_make_other_facts() -> None:
    shared, state = SharedFacts(), state_at(tried(), "pilot")

    assert shared.of(state, Rules()) is not shared.of(state, Rules({"ports-open": "no"}))


def test_a_replica_that_stays_behind_makes_other_facts() -> None:
    shared, rules = SharedFacts(), Rules()
    state = state_at(tried(two_sites()), "pilot")
    behind = state.changed(replicas=dict.fromkeys(state.replicas, -1))

    assert shared.of(state, rules) is not shared.of(behind, rules)


def test_an_answer_about_people_stays_with_its_moment() -> None:
    trial, shared = tried(), SharedFacts()
    states = [state_at(trial, label) for label in ("side-by-side", "pilot")]
    first, second = (Observer(state, trial.rules, shared) for state in states)
    counts = [
        [
            each.cohort.people
            for each in subjects(here, "user")
            if isinstance(each, User) and each.cohort.pool == NEW
        ]
        for here in (first, second)
    ]

    assert counts[0] != counts[1]


# -------------------------------------------------------------------- what the date says


def _on(day: int, *, skew: int = 0) -> State:
    """A state with a certificate that is valid from day 800 to day 900, and a clock that is off."""
    state = state_at(tried(), "legacy")
    assert isinstance(state.certificates, tuple)
    machine = Machine(server=next(iter(state.servers)), clock_skew=skew, origin=Origin("test"))
    return state.changed(
        day=737_000 + day,
        backing=state.backing.with_machine(machine),
        certificates=(
            dataclasses.replace(
                state.certificates[0],
                not_before=dt.date.fromordinal(737_800),
                not_after=dt.date.fromordinal(737_900),
            ),
        ),
    )


def test_days_that_say_the_same_of_certificates_are_equal() -> None:
    assert CertificateDates.of(_on(810)) == CertificateDates.of(_on(900))
    assert len({str(CertificateDates.of(_on(day))) for day in (700, 790, 799)}) == 1
    assert len({str(CertificateDates.of(_on(day))) for day in (799, 800, 900, 901)}) == 4
    state = _on(810)
    assert isinstance(state.certificates, tuple)
    strange = dataclasses.replace(state.certificates[0], not_after=dt.date.fromordinal(1))
    with pytest.raises(KeyError):
        CertificateDates.of(state).has_expired(strange)


@given(st.integers(780, 820), st.integers(-20_000, 20_000), st.integers(0, 20_000))
def test_a_certificate_is_early_by_a_slow_clock_and_by_no_other(day: int, skew: int, tolerance: int) -> None:
    state = _on(day, skew=skew)
    assert isinstance(state.certificates, tuple)
    ahead = min(skew + tolerance, 0)

    is_early = CertificateDates.of(state).is_early(state.certificates[0], max(-skew - tolerance, 0))
    assert is_early is (day * 24 * 60 + ahead < 800 * 24 * 60)


# -------------------------------------------------------------------- the same answers without sharing


class Unshared(SharedFacts):
    """Facts of one moment as it is, on its own day, that remember nothing."""

    def of(self, state: State, rules: Rules) -> Facts:
        dates = CertificateDates.of(state)
        ages = {each: state.day - each.toordinal() for each in dates.ages}
        return Forgetful(state.infrastructure(), CertificateDates(dates.expired, ages), rules)


class Forgetful(Facts):
    """Works everything out whenever it is asked."""

    def leg(self, key: tuple[object, ...], look: Callable[[], Leg]) -> Leg:
        del key
        return look()

    def outcome(self, key: tuple[object, ...], observe: Callable[[], Outcome]) -> Outcome:
        del key
        return observe()

    def once(self, key: tuple[object, ...], work: Callable[[], T]) -> T:
        del key
        return work()


class ForgetfulObserver(Observer):
    """An observer that shares nothing with others, and works every outcome out whenever it is asked."""

    leg = Forgetful.leg
    outcome = Forgetful.outcome


def said(check: Check, views: Views) -> Any:
    """What a check says, in words."""
    result = run_check(check, views, {})
    assert result.crash is None
    return (
        result.evaluations,
        [(each.subject, each.message, str(each.finding.outcome)) for each in result.broken],
        [(each.subject, each.reason, each.needs) for each in result.undecided],
        result.assumes,
    )


def assert_sharing_changes_nothing(trial: Trial) -> int:
    """Every check says the same of every checkpoint; returns how many checks did not find all well."""
    found = 0
    for stop in trial.stops():
        here, before, origin = (
            ForgetfulObserver(each.state, trial.rules, Unshared())
            for each in (stop.views.here, stop.views.before, stop.views.origin)
        )
        unshared = dataclasses.replace(stop.views, here=here, before=before, origin=origin)
        for check in CHECKS:
            if check.applies_at(stop.place):
                shared = said(check, stop.views)
                assert shared == said(check, unshared), (stop.place.label, check.name)
                found += bool(shared[1] or shared[2])
    return found


@settings(max_examples=10)
@given(small_trials(), st.none() | st.sampled_from(MISTAKES), st.integers(0, 60))
def test_sharing_answers_changes_none(trial: Trial, mistake: Any, at: int) -> None:
    if mistake is not None and trial.plan.steps:
        plan = mistake.make(trial.plan, at % len(trial.plan.steps))
        trial = trial if plan is None else trial.varied(deployment=trial.deployment, plan=plan)
    assert_sharing_changes_nothing(trial)


@pytest.mark.parametrize("identity", [fault.id for fault in FAULTS][::15])
def test_sharing_changes_none_of_what_is_said_of_a_fault(identity: str) -> None:
    faulty, (made,) = injected(next(able(FAULTS[identity])), [Aim(FAULTS[identity])])

    assert made is not None
    assert assert_sharing_changes_nothing(faulty)


@pytest.mark.parametrize("sample", ["two-sites", "pilot", "standard-edition"])
def test_sharing_changes_none_of_what_is_said_of_a_twin(sample: str) -> None:
    twin = Trial(read_exports(SAMPLES / sample).deployment, is_twin=True)

    assert assert_sharing_changes_nothing(twin)


# -------------------------------------------------------------------- what types do not say


def test_whoever_knows_a_moment_puts_what_they_know_of_it_into_the_key() -> None:
    """Facts are shared, so what is worked out for them rests on its key and on facts alone."""
    found = {}
    for file in sorted((ROOT / "harness" / "coexistence" / "observation").rglob("*.py")):
        module = ast.parse(file.read_text(encoding="utf-8"))
        common = _of_module(module)
        for function in ast.walk(module):
            if isinstance(function, ast.FunctionDef) and _knows_a_moment(function):
                for call in filter(_is_shared, ast.walk(function)):
                    if strange := _not_in_the_key(call) - common:
                        found[f"{file.name}:{call.lineno}"] = strange

    assert found == {}


def _of_module(module: ast.Module) -> set[str]:
    """Names that mean the same whenever they are used: of functions, of what is imported, of constants."""
    of_functions = {each.name for each in module.body if isinstance(each, ast.FunctionDef)}
    imported = {
        each.asname or each.name
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for each in node.names
    }
    return of_functions | imported | set(dir(builtins))


def _knows_a_moment(function: ast.FunctionDef) -> bool:
    kinds = [each.annotation for each in function.args.args]
    return any(isinstance(each, ast.Name) and each.id in ("Situation", "Observer") for each in kinds) or any(
        isinstance(each, ast.Attribute) and each.attr in ("facts", "observer") for each in ast.walk(function)
    )


def _is_shared(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether something is remembered with facts."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    whose = node.func.value
    name = whose.id if isinstance(whose, ast.Name) else whose.attr if isinstance(whose, ast.Attribute) else ""
    return name == "facts" and node.func.attr in ("leg", "outcome", "once")


def _not_in_the_key(call: ast.Call) -> set[str]:
    key, work = call.args
    assert isinstance(work, ast.Lambda)
    used = _names(work.body) | {name for each in work.args.defaults for name in _names(each)}
    return used - {each.arg for each in work.args.args} - {"facts"} - _names(key)


def _names(of: ast.AST) -> set[str]:
    """Names in an expression; facts are what is shared, by whichever way somebody comes to them."""
    if isinstance(of, ast.Attribute) and of.attr == "facts":
        return set()
    if isinstance(of, ast.Name):
        return {of.id}
    return {name for each in ast.iter_child_nodes(of) for name in _names(each)}
