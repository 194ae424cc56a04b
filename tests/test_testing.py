"""``coexistence.testing``: a check is tried on one deployment, with one thing wrong, in three lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from helpers import built, one_pool

from coexistence import (
    Asked,
    Checkpoint,
    Conversation,
    Finding,
    Injection,
    Observer,
    OwnOperation,
    PoolSubject,
    Scene,
    Severity,
    State,
    check,
    fault,
    not_applicable,
)
from coexistence.checking.registry import Registry
from coexistence.errors import CheckError, FaultError, InputError
from coexistence.model.operations import StopServices
from coexistence.plugin.loading import load_builtin
from coexistence.testing import tried


@check(clause="messaging", severity=Severity.BLOCKER)
def everybody_reaches_everybody(conversation: Conversation) -> None:
    """Everybody reaches everybody."""
    outcome = conversation.message()
    assert outcome.done, outcome


@check(clause="capacity", at="legacy, pilot")
def pools_are_few(pool: PoolSubject, deployment: Any, most: int = 99) -> None:
    """There are not many pools."""
    assert len(deployment.pools) <= most


@fault(clause="services")
def pool_was_stopped(scene: Scene) -> Iterator[Injection]:
    """Somebody stopped a legacy pool before the pilot.

    Nobody on it is reached.
    """
    for pool in scene.leaving:
        stopped = StopServices(pool=pool.id)
        yield Injection(target=pool.id, scene=scene.before(Checkpoint.PILOT, stopped))


@fault(clause="data")
def nothing_to_go_wrong_with(scene: Scene) -> Iterator[Injection]:
    """Nothing that is here.

    Nobody sees it.
    """
    yield from ()


def test_three_lines_are_enough() -> None:
    result = tried(everybody_reaches_everybody, fault=pool_was_stopped)

    assert result.broken, result
    assert result.broken_at[0] == "pilot"
    assert {each.severity for each in result.findings} == {Severity.BLOCKER}
    assert result.findings[0].people > 0
    assert result.findings[0].outcome is not None


def test_a_sound_deployment_keeps_its_promises() -> None:
    result = tried(everybody_reaches_everybody)

    assert result.kept
    assert not result.broken
    assert result.checkpoints[0] == "legacy"
    assert result.checkpoints[-1] == "retired"
    assert str(result).startswith(f"kept, asked {result.evaluations} times at legacy, ")


def test_every_built_in_check_is_kept_by_the_deployment_that_checks_are_tried_on() -> None:
    registry = Registry()
    load_builtin(registry)

    broken = {each.name: str(result) for each in registry if (result := tried(each.function)).broken}

    assert broken == {}


@pytest.mark.parametrize("sample", ["pilot", "standard-edition", "two-sites"])
def test_a_sample_can_be_tried_on(sample: str) -> None:
    result = tried(everybody_reaches_everybody, deployment=sample)

    assert result.kept
    assert result.checkpoints[0] == "now"


@pytest.mark.parametrize("deployment", [one_pool(), built(one_pool())], ids=["blueprint", "deployment"])
def test_a_deployment_of_your_own_can_be_tried_on(deployment: Any) -> None:
    assert tried(everybody_reaches_everybody, deployment=deployment).kept


def test_a_fault_is_aimed() -> None:
    targets = [each.target for each in pool_was_stopped(_scene())]
    result = tried(everybody_reaches_everybody, fault=pool_was_stopped, target=targets[1])

    assert result.target == targets[1]
    assert all(targets[1] in each.message for each in result.noticed)


def _scene() -> Scene:
    found: list[Scene] = []

    @fault(clause="data")
    def looks_around(scene: Scene) -> Iterator[Injection]:
        """Nothing.

        Nothing.
        """
        found.append(scene)
        yield Injection(target="here", scene=scene)

    tried(everybody_reaches_everybody, fault=looks_around, at="legacy")
    return found[0]


def test_what_was_wrong_anyway_was_not_noticed() -> None:
    @check(clause="data", at="pilot")
    def never(pool: PoolSubject) -> Iterator[Finding]:
        """Never."""
        yield Finding(kind="never")

    result = tried(never, fault=pool_was_stopped)

    assert result.broken
    assert result.noticed == ()


def test_operations_are_carried_out_before_a_checkpoint() -> None:
    stopped = [StopServices(pool=_scene().leaving[0].id)]

    assert tried(everybody_reaches_everybody, before={"edge": stopped}).broken_at[0] == "edge"
    assert tried(everybody_reaches_everybody, before={Checkpoint.LEGACY: stopped}).broken_at[0] == "legacy"


def test_it_is_asked_only_where_it_was_wanted() -> None:
    result = tried(everybody_reaches_everybody, at="pilot*, retired")

    assert result.checkpoints == ("pilot", "pilot.rolled-back", "retired")


def test_parameters_are_handed_over() -> None:
    assert tried(pools_are_few).kept
    assert tried(pools_are_few, most=1).broken_at == ("legacy", "pilot")


def test_fixtures_are_handed_over() -> None:
    @check(clause="data", at="legacy")
    def wants(pool: PoolSubject, limit: int) -> None:
        """Wants."""
        assert len(pool.label) < limit

    assert tried(wants, fixtures={"limit": 999}).kept
    assert tried(wants, fixtures={"limit": 1}).broken


def test_own_subjects_and_operations_are_handed_over() -> None:
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Lobby(Asked):
        day: int

        @property
        def label(self) -> str:
            return "the lobby"

    def lobbies(observer: Observer) -> Iterator[Lobby]:
        yield Lobby(observer=observer, day=observer.state.day)

    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Wait(OwnOperation):
        days: int

    def wait(state: State, operation: Wait) -> State:
        return state.changed(day=state.day + operation.days)

    @check(clause="data", at="pilot")
    def nobody_waits_for_years(lobby: Lobby, origin: Observer) -> None:
        """Nobody waits for years."""
        assert lobby.day - origin.state.day < 365

    ours: dict[str, Any] = {"subjects": {"lobby": lobbies}, "operations": {Wait: wait}}

    assert tried(nobody_waits_for_years, **ours).kept
    assert tried(nobody_waits_for_years, before={"pilot": [Wait(days=999)]}, **ours).broken


def test_what_is_about_nobody_is_not_applicable() -> None:
    @check(clause="data")
    def about_nobody(pool: PoolSubject) -> None:
        """About nobody."""
        not_applicable("nobody")

    assert tried(about_nobody).standing == "not-applicable"


def test_what_an_assumption_leaves_open_is_undecided() -> None:
    @check(clause="names", at="legacy")
    def meetings_are_known(meeting: Any) -> None:
        """Meetings are known."""

    deployment = dataclasses.replace(built(), population=_without_meetings())
    result = tried(meetings_are_known, deployment=deployment)

    assert result.standing == "undecided"
    assert result.undecided[0].needs == ("meetings export",)


def _without_meetings() -> Any:
    from coexistence.model.vocabulary import Unknown

    population: Any = built().population
    return population.changed(meetings=Unknown("meetings export"))


def test_what_a_check_raises_is_raised() -> None:
    @check(clause="data")
    def crashes(pool: PoolSubject) -> None:
        """Crashes."""
        raise KeyError("oh dear")

    with pytest.raises(KeyError, match="oh dear"):
        tried(crashes)


def test_a_result_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError, match=r"ask \.kept, \.broken or \.standing"):
        bool(tried(everybody_reaches_everybody, at="legacy"))


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"at": "somewhere"}, InputError, r"^at='somewhere': the check is asked at none of these\. Possible"),
        (
            {"deployment": "atlantis"},
            InputError,
            r"^there is no sample deployment 'atlantis'\. Known: pilot, ",
        ),
        (
            {"before": {"noon": []}},
            InputError,
            r"^before='noon': no checkpoint that one moves on to\. Known: ",
        ),
        (
            {"most": 3},
            CheckError,
            r"::everybody_reaches_everybody: has no parameter 'most'\. It has: none\.$",
        ),
        (
            {"fault": nothing_to_go_wrong_with},
            FaultError,
            r"^nothing-to-go-wrong-with: cannot be made in this deployment\.$",
        ),
        (
            {"fault": pool_was_stopped, "target": "x"},
            FaultError,
            r"^pool-was-stopped: cannot be made at 'x' in this deployment\. Possible: ",
        ),
        (
            {"subjects": {"pool": lambda observer: ()}},
            CheckError,
            r"^subject 'pool': that name has a meaning",
        ),
    ],
)
def test_what_makes_no_sense_is_said_in_one_sentence(
    options: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        tried(everybody_reaches_everybody, **options)
