"""Rehearsing what goes wrong with a plan itself: nights that end early, and mistakes of operators.

Law of this room: it tries plans out on a deployment and reports; it decides no verdict.
"""

from __future__ import annotations

from coexistence.rehearsal.interruptions.interruptions import (
    Interruptions,
    Repeat,
    StepRehearsal,
    Stopped,
    Way,
    Went,
)

__all__ = ["Interruptions", "Repeat", "StepRehearsal", "Stopped", "Way", "Went"]
