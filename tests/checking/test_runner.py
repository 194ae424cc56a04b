"""Checks: verified when they register, asked about everybody, and never able to spoil one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from helpers import (
    after,
    asked,
    built,
    front_end,
    heads,
    new,
    one_pool,
    place,
    population_of,
    state_at,
    tried,
    weights,
    with_service,
)

import coexistence
from coexistence import Conversation, Finding, MeetingSubject, Severity, User, check, not_applicable
from coexistence.checking.checkpoints import LABELS, Place
from coexistence.checking.registry import Check, Registry, verified
from coexistence.checking.runner import Views, run_check
from coexistence.errors import CheckError
from coexistence.migration import RollbackAction
from coexistence.model import operations as op
from coexistence.model.vocabulary import CHECKPOINT_ORDER, Checkpoint, Clause, Disposition, Unknown
from coexistence.observation import Asked, DeploymentSubject, Observer, Outcome, PoolSubject
from coexistence.observation.listings import subjects
from coexistence.rehearsal.verdicts import ItemVerdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OLD = front_end(built())
NEW = new(OLD)
PILOT = state_at(tried(), "pilot")
PILOT_PLACE = Place("pilot", Checkpoint.PILOT)


def registered(function: Callable[..., Any], **tag: Any) -> Check:
    """A function as a check, tagged as a test says."""
    return verified(check(**{"clause": "data", **tag})(function), "mine.py")


def promise(user: User) -> None:
    """Everybody is somebody."""


# ---------------------------------------------------------------- what is refused, in one sentence


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        ({"clause": "mesaging"}, r"clause 'mesaging' is none of services, sites, messaging, "),
        ({"severity": "blocker"}, r"severity 'blocker' is none of Severity\.INFO, Severity\.WARNING, "),
        ({"at": "pilots"}, r"at='pilots': matches no checkpoint\. Known: now, legacy, side-by-side, "),
        ({"at": ""}, r"at='': matches no checkpoint\. Known: "),
        ({"at": "pilot, edges"}, r"at='edges': matches no checkpoint\."),
        ({"at": "production..pilot"}, r"at='production\.\.pilot': the range runs backwards\.$"),
        ({"at": "pilot..end"}, r"at='pilot\.\.end': 'end' is no checkpoint\. Known: legacy, "),
        ({"at": "now..edge"}, r"at='now\.\.edge': 'now' is no checkpoint\."),
    ],
)
def test_a_wrong_mark_is_refused_in_one_sentence(tag: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CheckError, match=rf"^mine\.py::promise: {sentence}"):
        registered(promise, **tag)


async def asynchronous(user: User) -> None:
    """Never asked."""


def takes_whatever(*user: User) -> None:
    """Never asked."""


def takes_everything(user: User, **others: object) -> None:
    """Never asked."""


def takes_by_position(user: User, /) -> None:
    """Never asked."""


def asks_about_two(user: User, pool: PoolSubject) -> None:
    """Never asked."""


def asks_about_nobody(tmp_path: object) -> None:
    """Never asked."""


def takes_a_person_for_a_pool(user: PoolSubject) -> None:
    """Never asked."""


def takes_a_view_for_a_person(user: User, before: User) -> None:
    """Never asked."""


@pytest.mark.parametrize("case", [1, 2])
def is_asked_by_cases(user: User, case: int) -> None:
    """Never asked."""


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (
            takes_a_person_for_a_pool,
            r"parameter 'user' stands for User, and its annotation says P",
        ),
        (
            takes_a_view_for_a_person,
            r"parameter 'before' stands for Observer, and its annotation says U",
        ),
        (is_asked_by_cases, r"parametrize means nothing to a check, "),
        (asynchronous, r"a check is a plain function; this one is asynchronous\.$"),
        (takes_whatever, r"parameter \*user: 'User' has no name of its own to be filled by\.$"),
        (takes_everything, r"parameter \*\*others: 'object' has no name of its own to be filled by\.$"),
        (takes_by_position, r"parameter user: 'User' has no name of its own to be filled by\.$"),
        (asks_about_two, r"asks about user and pool; one kind of subject each, please\.$"),
        (asks_about_nobody, r"asks about nobody; name a subject as a parameter: service, server, name, "),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_wrong_function_is_refused_in_one_sentence(function: Callable[..., Any], sentence: str) -> None:
    with pytest.raises(CheckError, match=rf"^mine\.py::{function.__name__}: {sentence}"):
        registered(function)


def test_what_an_annotation_leaves_open_is_accepted() -> None:
    def promised(user: Asked, before: object) -> None:
        """Accepted."""

    assert registered(promised).subject == "user"


def test_an_unmarked_function_is_no_check() -> None:
    def unmarked(user: User) -> None:
        """No check."""

    with pytest.raises(
        CheckError, match=r"^mine\.py::unmarked: not marked with @check\(clause=…\), so it is no check\.$"
    ):
        verified(unmarked, "mine.py")


def test_two_checks_of_one_name_are_refused() -> None:
    registry = Registry()
    one, other = (check(clause="data")(lambda user: None) for _ in range(2))

    registry.add(one, "mine.py")
    registry.add(one, "mine.py")
    assert len(registry) == 1
    with pytest.raises(CheckError, match=r"registered twice, by two different functions\. Rename one\.$"):
        registry.add(other, "mine.py")


def test_only_checks_that_a_module_defines_itself_are_registered() -> None:
    borrowed = check(clause="data")(lambda user: None)
    borrowed.__module__ = "elsewhere"
    own = check(clause="data")(lambda user: None)
    own.__module__ = "here"
    registry = Registry()

    count = registry.add_module({"__name__": "here", "a": borrowed, "b": own, "c": promise}, "here.py")

    assert (count, [each.id for each in registry]) == (1, ["here.py::<lambda>"])


# ---------------------------------------------------------------- what is read from a function


def test_a_check_is_named_by_its_function_and_promises_what_its_docstring_says() -> None:
    made = registered(
        promise, clause=Clause.SITES, severity=Severity.WARNING, source="a book", remedy="read it"
    )

    assert (made.id, made.promise) == ("mine.py::promise", "Everybody is somebody.")
    assert (made.clause, made.severity, made.source, made.remedy) == (
        Clause.SITES,
        Severity.WARNING,
        "a book",
        "read it",
    )


def test_a_check_without_a_docstring_promises_its_name() -> None:
    def nobody_is_lost(user: User) -> None:
        assert user

    assert registered(nobody_is_lost).promise == "nobody is lost"


def test_parameters_are_subjects_views_or_fixtures() -> None:
    def wants(user: User, before: Observer, tmp_path: object, rate: int = 3) -> None:
        """A default makes a parameter the check's own."""

    made = registered(wants)

    assert (made.subject, made.views, made.fixtures) == ("user", ("before",), ("tmp_path",))


def test_the_window_offers_what_a_check_needs() -> None:
    assert coexistence.check is check
    assert coexistence.not_applicable is not_applicable


# ---------------------------------------------------------------- where it is asked

PLACES = [
    *(Place(each.value, each) for each in CHECKPOINT_ORDER),
    *(
        Place(label, Checkpoint(label.partition(".")[0]), is_rolled_back=True)
        for label in LABELS
        if "." in label
    ),
]


@pytest.mark.parametrize(
    ("at", "labels"),
    [
        ("pilot", ["pilot"]),
        ("pilot, edge", ["pilot", "edge"]),
        ("legacy..pilot", ["legacy", "side-by-side", "pilot"]),
        ("edge..edge", ["edge"]),
        (
            "*.rolled-back",
            ["pilot.rolled-back", "edge.rolled-back", "production.rolled-back", "post-migration.rolled-back"],
        ),
        ("p*", ["pilot", "production", "post-migration"]),
        ("retired, pilot.*", ["retired", "pilot.rolled-back"]),
    ],
)
def test_a_check_is_asked_where_its_mark_says(at: str, labels: list[str]) -> None:
    made = registered(promise, at=at)

    asked_at = [each.label for each in PLACES if made.applies_at(each)]
    if at == "p*":
        asked_at = [label for label in asked_at if "." not in label]
    assert asked_at == labels


def test_without_a_mark_a_check_is_asked_everywhere() -> None:
    assert all(registered(promise).applies_at(each) for each in PLACES)


@pytest.mark.parametrize(
    ("at", "applies"), [("now", True), ("pilot", True), ("legacy..edge", True), ("edge", False)]
)
def test_now_goes_by_the_phase_it_stands_for(at: str, applies: bool) -> None:
    assert registered(promise, at=at).applies_at(Place("now", Checkpoint.PILOT)) is applies


def test_ranges_leave_out_the_ways_back() -> None:
    back = Place("pilot.rolled-back", Checkpoint.PILOT, is_rolled_back=True)

    assert not registered(promise, at="legacy..retired").applies_at(back)
    assert registered(promise, at="legacy..retired, *.rolled-back").applies_at(back)


# ---------------------------------------------------------------- asking


def test_a_check_is_called_once_for_each_subject() -> None:
    seen: list[str] = []

    def counts(pool: PoolSubject) -> None:
        seen.append(pool.label)

    result = asked(counts, PILOT)

    assert seen == [pool.fqdn for pool in PILOT.pools.values()]
    assert result.evaluations == len(seen)


def test_a_failing_subject_does_not_hide_the_next_one() -> None:
    def fails(pool: PoolSubject) -> None:
        assert pool.label == "somewhere else"

    result = asked(fails, PILOT)

    assert [broken.subject for broken in result.broken] == [pool.fqdn for pool in PILOT.pools.values()]
    assert weights(result) == {("fails", Severity.ERROR)}
    # The first keeps its error for a traceback; more would fill memory.
    assert [broken.error is None for broken in result.broken] == [False] + [True] * (len(result.broken) - 1)


def test_a_failed_assertion_keeps_the_outcome_that_it_was_about() -> None:
    silent = with_service(PILOT, NEW, "RTCSRV")

    def reaches(conversation: Conversation) -> None:
        outcome = conversation.message()
        assert outcome.done, outcome

    result = asked(reaches, silent)

    assert {broken.subject for broken in result.broken} == {
        f"{OLD} to {NEW}",
        f"{NEW} to {OLD}",
        f"{NEW} to {NEW}",
    }
    for broken in result.broken:
        assert broken.finding.outcome is not None
        assert broken.finding.outcome.diagnostic == 2


def test_a_check_may_yield_findings_of_its_own_kind_and_weight() -> None:
    def yields(pool: PoolSubject) -> Iterator[Finding]:
        yield Finding(kind="one", message="first")
        yield Finding(kind="two", severity=Severity.INFO)

    result = asked(yields, PILOT)

    assert weights(result) == {("one", Severity.ERROR), ("two", Severity.INFO)}
    assert len(result.broken) == 2 * len(PILOT.pools)
    assert result.broken[0].message == "first"
    assert all(broken.error is None for broken in result.broken)


def test_a_check_that_yields_something_else_crashes_by_name() -> None:
    def yields(pool: PoolSubject) -> Iterator[object]:
        yield "not good"

    crash = asked(yields, PILOT).crash

    assert isinstance(crash, CheckError)
    assert str(crash) == "test::yields: yielded 'not good', which is no Finding."


@pytest.mark.parametrize("value", [True, False, "fine"])
def test_a_check_that_returns_something_crashes_by_name(value: object) -> None:
    """``return outcome.done`` would hold whatever the outcome is."""

    def returns(pool: PoolSubject) -> object:
        return value

    result = asked(returns, PILOT)

    assert str(result.crash) == f"test::returns: returned {value!r}. A check asserts, or yields Finding(…)."
    assert result.broken == ()


def test_a_crash_is_kept_and_ends_the_check_and_no_other() -> None:
    calls: list[str] = []

    def crashes(pool: PoolSubject) -> None:
        calls.append(pool.label)
        raise KeyError(pool.label)

    def holds(pool: PoolSubject) -> None:
        pool.administer()

    assert isinstance(asked(crashes, PILOT).crash, KeyError)
    assert len(calls) == 1
    after_it = asked(holds, PILOT)
    assert (after_it.crash, after_it.broken, after_it.evaluations) == (None, (), len(PILOT.pools))


def test_an_observer_forgets_who_listened_after_a_crash() -> None:
    here = Observer(PILOT, tried().rules)
    views = Views(here=here, before=here, origin=here)

    def crashes(pool: PoolSubject) -> None:
        raise KeyError(pool.label)

    run_check(registered(crashes), views, {})

    assert here.note is None


def test_a_subject_that_a_promise_says_nothing_about_is_not_counted() -> None:
    def concerns_one(pool: PoolSubject) -> None:
        if pool.pool.id != OLD:
            not_applicable("another pool")

    assert asked(concerns_one, PILOT).evaluations == 1


def test_an_undecided_outcome_ends_the_call_and_is_no_finding() -> None:
    blind = PILOT.changed(services={**PILOT.services, OLD: Unknown("Get-CsWindowsService")})

    def reaches(conversation: Conversation) -> None:
        outcome = conversation.message()
        assert outcome.done, outcome

    made = check(clause="messaging", needs=("an export of ours",))(reaches)
    result = asked(made, blind)

    assert result.broken == ()
    assert {question.needs for question in result.undecided} == {
        ("Get-CsWindowsService", "an export of ours")
    }
    sides = population_of(PILOT).people_by_pool
    assert heads(result.undecided[0].hit) == {OLD: sides[OLD]}


def test_an_undecided_finding_is_an_open_question() -> None:
    outcome = Outcome(disposition=Disposition.UNDECIDED, needs=("Get-CsUser",), reason="nobody told")

    def yields(deployment: DeploymentSubject) -> Iterator[Finding]:
        yield Finding(kind="unsure", outcome=outcome)

    result = asked(yields, PILOT)

    assert result.broken == ()
    assert [(each.reason, each.needs) for each in result.undecided] == [("nobody told", ("Get-CsUser",))]


def test_unknown_subjects_are_one_open_question() -> None:
    def asks(user: User) -> None:
        raise AssertionError("never asked")

    result = asked(asks, PILOT.changed(population=Unknown("Get-CsUser")))

    assert (result.evaluations, result.broken) == (0, ())
    assert [(each.subject, each.needs) for each in result.undecided] == [("every user", ("Get-CsUser",))]


def test_assumptions_of_what_a_check_was_handed_are_noted() -> None:
    def reaches(conversation: Conversation) -> None:
        assert conversation.message().done

    def looks_away(conversation: Conversation) -> None:
        assert conversation

    assert "ports-open" in asked(reaches, PILOT).assumes
    assert asked(looks_away, PILOT).assumes == frozenset()


def test_a_check_may_look_before_after_and_at_the_origin() -> None:
    trial = tried()
    seen: dict[str, Observer] = {}

    def compares(before: Observer, after: Observer, origin: Observer) -> None:
        seen.update(before=before, after=after, origin=origin)

    where = place(trial, "production.rolled-back")
    result = trial.ask(registered(compares), where)

    assert result.evaluations == 1
    assert seen["after"].state == trial.state_at(where)
    assert seen["before"].state is trial.state_at(place(trial, "production"))
    assert seen["origin"].state is trial.state_at(place(trial, "legacy"))


def test_outcomes_of_every_view_are_noted() -> None:
    trial = tried()

    def as_before(before: Observer, deployment: DeploymentSubject) -> None:
        for conversation in subjects(before, "conversation"):
            assert isinstance(conversation, Conversation)
            conversation.message()

    assert "ports-open" in trial.ask(registered(as_before), place(trial, "edge")).assumes


def test_the_deployment_may_be_named_beside_a_subject() -> None:
    def both(pool: PoolSubject, deployment: DeploymentSubject) -> None:
        assert pool.pool in deployment.pools

    result = asked(both, PILOT)

    assert (result.broken, result.crash, result.evaluations) == ((), None, len(PILOT.pools))


def test_fixtures_are_handed_on() -> None:
    def wants(pool: PoolSubject, limit: int) -> None:
        assert limit > 7

    assert asked(wants, PILOT, {"limit": 8}).broken == ()
    assert len(asked(wants, PILOT, {"limit": 7}).broken) == len(PILOT.pools)


# ---------------------------------------------------------------- whom it hits


def test_people_are_counted_once_however_many_conversations_fail() -> None:
    def fails(conversation: Conversation) -> None:
        raise AssertionError

    made = registered(fails)
    results = [(3, asked(made.function, PILOT)), (4, asked(made.function, PILOT))]

    verdict = ItemVerdict.of(made, PILOT_PLACE, "generated", results, shard=(3, 4))

    assert len(verdict.findings) == 8
    assert verdict.people == 2 * len(population_of(PILOT).people)


def test_organizers_are_counted_once_however_many_sorts_of_meetings_fail() -> None:
    trial = tried(one_pool(people=20), actions=frozenset({RollbackAction.USERS}))
    state = after(
        state_at(trial, "pilot"),
        op.ScheduleMeetings(by=op.Selection(on=NEW), each=3),
        *trial.plan.rollback(Checkpoint.PILOT, trial.actions),
    )

    def fails(meeting: MeetingSubject) -> None:
        assert meeting.join().done

    made = registered(fails)
    result = asked(made.function, state)
    assert len(result.broken) > 1

    verdict = ItemVerdict.of(made, PILOT_PLACE, "generated", [(0, result)], shard=(0, 0))

    assert verdict.people == 2


def test_nobody_is_hit_by_what_is_about_nobody() -> None:
    def fails(before: Observer) -> None:
        raise AssertionError("no subject")

    (broken,) = asked(fails, PILOT).broken

    assert (broken.subject, broken.people, broken.message) == ("", 0, "no subject")
