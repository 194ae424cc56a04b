"""What every estate tells of one trial: its steps, where the last safe one is, what stopping early costs.

Law of this room: it asks the trial and words nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from coexistence.checking.fault_scene import Injection
from coexistence.checking.registry import Check
from coexistence.rehearsal.interruptions import Interruptions
from coexistence.rehearsal.trial import Trial

__all__ = ["Hits", "steps_of", "stops_of", "title_of"]

#: What each fault hit in one deployment; None where it could not be made.
Hits: TypeAlias = tuple[Injection | None, ...]


def title_of(trial: Trial) -> str:
    """Return what the last safe step is about."""
    return next((step.title for step in trial.plan.steps if step.key == trial.last_safe_step), "")


def steps_of(trial: Trial) -> tuple[tuple[str, str], ...]:
    """Return each step of the plan, and how it is undone."""
    return tuple((step.key, step.undo.value) for step in trial.plan.steps)


def stops_of(trial: Trial, checks: Iterable[Check] | None) -> tuple[dict[str, Any], ...]:
    """Return what comes of stopping anywhere, if checks are to be asked after it."""
    if checks is None:
        return ()
    interrupted = Interruptions(trial.plan, trial.start, trial.rules, checks, trial.actions)
    return tuple(step.plain() for step in interrupted.steps)
