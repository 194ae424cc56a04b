"""What tests of faults share: the built-in ones, and sound deployments that each can be made in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import kill_matrix

from coexistence.rehearsal.fault_injection import scene_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coexistence.checking.fault_registry import Fault
    from coexistence.rehearsal.trial import Trial

FAULTS = kill_matrix.faults()


def able(fault: Fault) -> Iterator[Trial]:
    """Sound deployments in which a fault can be made."""
    return (each for each in kill_matrix.sound() if any(True for _ in fault.injections(scene_of(each))))
