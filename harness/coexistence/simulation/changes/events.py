"""What becomes so without anybody doing it."""

from __future__ import annotations

from typing import Final

from coexistence.model import operations as op
from coexistence.simulation.dispatch import Changes
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State
from coexistence.simulation.transitions import Step

__all__ = ["CHANGES"]

CHANGES: Final = Changes()


@CHANGES.carries_out(op.ChangeState)
def change_state(state: State, operation: op.ChangeState, _rules: Rules) -> Step:
    """Let be so what a fault says."""
    return Step(operation.change(state))
