"""Which function carries out which operation: each kind has one, whichever room is imported first."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from coexistence.errors import EngineError
from coexistence.model import operations as op
from coexistence.simulation import changes
from coexistence.simulation.dispatch import Changes, joined
from coexistence.simulation.engine import CARRIED_OUT
from coexistence.simulation.transitions import Step

if TYPE_CHECKING:
    from coexistence.simulation.rules.assumptions import Rules
    from coexistence.simulation.state import State

#: Where operations of ours are written.
_HERE = "coexistence.model.operations."


def test_every_operation_is_in_the_window_and_is_carried_out() -> None:
    shown = {getattr(op, name) for name in op.__all__} - {op.Operation, op.OwnOperation, op.Selection}
    # By name: a dataclass with slots leaves the class behind that it was made of.
    written = {each.__name__ for each in op.Operation.__subclasses__() if each.__module__.startswith(_HERE)}

    assert shown == set(CARRIED_OUT)
    assert {each.__name__ for each in shown} == written - {"OwnOperation"}


def test_no_room_of_changes_is_forgotten() -> None:
    names = [each.name for each in pkgutil.iter_modules(changes.__path__, f"{changes.__name__}.")]
    tables = [
        made.table for name in names if (made := getattr(importlib.import_module(name), "CHANGES", None))
    ]

    assert {kind for table in tables for kind in table} == set(CARRIED_OUT)
    assert all(tables), "a room without operations needs no table"


def test_it_makes_no_difference_which_room_is_imported_first() -> None:
    say = "from coexistence.simulation.engine import CARRIED_OUT as c; print(*sorted(k.__name__ for k in c))"
    last_first = "import coexistence.simulation.changes.web_publishing, coexistence.simulation.changes.cms; "
    plainly, turned = (
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        for code in (say, last_first + say)
    )

    assert plainly == turned


def _nothing(state: State, _operation: op.Replicate, _rules: Rules) -> Step:
    return Step(state)


def test_two_functions_for_one_operation_are_refused() -> None:
    one, other = Changes(), Changes()
    one.carries_out(op.Replicate)(_nothing)
    other.carries_out(op.Replicate)(_nothing)

    with pytest.raises(EngineError, match="Replicate is carried out by two functions"):
        one.carries_out(op.Replicate)
    with pytest.raises(EngineError, match="Replicate is carried out by two functions"):
        joined([one, other])
