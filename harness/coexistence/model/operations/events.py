"""What becomes so without anybody doing it: something breaks, time goes by.

Law of this room: as in :mod:`coexistence.model.operations`, which hands these on: what is done, not what
comes of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from coexistence.model.operations.operation import Operation

__all__ = ["ChangeState", "LetDaysPass"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeState(Operation):
    """Something became so that nobody did on purpose: what faults are made of.

    ``change`` is handed a simulation state and returns another one; it has to be a pure function.
    """

    what: str
    change: Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetDaysPass(Operation):
    """Nothing is done; the calendar goes on."""

    days: int
