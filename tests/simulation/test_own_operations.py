"""Operations that are not ours: registered for a run, refused in one sentence, never left behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from helpers import RULES, state_at, tried

from coexistence.errors import OperationError
from coexistence.model.operations.custom import OwnOperation
from coexistence.model.vocabulary import Disposition
from coexistence.simulation.changes.custom import Operations
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules

if TYPE_CHECKING:
    from coexistence.simulation.state import State

STATE = state_at(tried(), "legacy")


@dataclass(frozen=True, kw_only=True)
class TurnPage(OwnOperation):
    days: int


class Loose(OwnOperation):
    """No dataclass: its fields would be nobody's."""


class NotOurs:
    pass


def turn(state: State, operation: TurnPage) -> State | str:
    if operation.days < 0:
        return "time does not run backwards"
    return state.changed(day=state.day + operation.days)


def another(state: State, operation: Any) -> State:
    return state


def rules_with(carries_out: Any = turn) -> Rules:
    operations = Operations()
    operations.add(TurnPage, carries_out)
    return Rules(own=operations.table)


def test_it_is_carried_out_as_somebody_said() -> None:
    step = apply(STATE, TurnPage(days=3), rules_with())

    assert step.accepted
    assert step.state.day == STATE.day + 3


def test_a_sentence_is_a_refusal() -> None:
    step = apply(STATE, TurnPage(days=-3), rules_with())

    assert (step.disposition, step.reason) == (Disposition.REFUSED, "time does not run backwards")
    assert step.state is STATE


def test_what_one_run_registered_another_does_not_know() -> None:
    apply(STATE, TurnPage(days=3), rules_with())

    with pytest.raises(OperationError, match=r"^operation TurnPage: nobody said how it is carried out; add "):
        apply(STATE, TurnPage(days=3), RULES)


def test_what_is_no_state_is_named() -> None:
    with pytest.raises(OperationError, match=r"^operation TurnPage: carrying it out returned 7, which is "):
        apply(STATE, TurnPage(days=3), rules_with(lambda state, operation: 7))


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (NotOurs, r"^operation NotOurs: derive it from coexistence\.OwnOperation\.$"),
        (OwnOperation, r"^operation OwnOperation: derive it "),
        (7, r"^operation 7: derive it "),
        (Loose, r"^operation Loose: make it a dataclass\(frozen=True\)\.$"),
    ],
)
def test_what_is_no_operation_is_refused_in_one_sentence(kind: Any, sentence: str) -> None:
    with pytest.raises(OperationError, match=sentence):
        Operations().add(kind, turn)


def test_two_functions_for_one_operation_are_refused_and_one_twice_is_not() -> None:
    operations = Operations()
    operations.add(TurnPage, turn)
    operations.add(TurnPage, turn)

    with pytest.raises(OperationError, match=r"^operation TurnPage: registered twice, by two different"):
        operations.add(TurnPage, another)
