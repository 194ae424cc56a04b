"""Operations that are not ours: what somebody's own application, script or device does.

Law of this room: a value, like every operation. How it is carried out is registered for a run, and kept by
its rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from coexistence.model.operations.operation import Operation

__all__ = ["OwnOperation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOperation(Operation):
    """Base of operations of your own: a frozen dataclass that says what is done to what.

    How it is carried out is said in the hook ``pytest_coexistence_operations``.
    """
