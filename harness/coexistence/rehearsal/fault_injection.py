"""Putting faults into trials.

Law of this room: a trial with a fault is a trial like any other; whatever both have in common up to the
moment of the fault is worked out once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coexistence.checking.fault_registry import Fault, Faults, Injection, Scene
from coexistence.rehearsal.trial import Trial

__all__ = ["Aim", "injected", "parse_aim", "scene_of"]


@dataclass(frozen=True, slots=True)
class Aim:
    """A fault, and what it is to hit; "" for whatever it can."""

    fault: Fault
    target: str = ""

    def __str__(self) -> str:
        return f"{self.fault.id}:{self.target}" if self.target else self.fault.id


def parse_aim(text: str, faults: Faults) -> Aim:
    """Read ``id`` or ``id:target``; raises :class:`~coexistence.errors.InputError` for an unknown id."""
    identity, _, target = text.strip().partition(":")
    return Aim(faults[identity.strip()], target.strip())


def scene_of(trial: Trial) -> Scene:
    """Return what a trial is about, before it begins."""
    return Scene(
        deployment=trial.deployment,
        plan=trial.plan,
        rules=trial.rules,
        opening=trial.opening,
        is_twin=trial.is_twin,
    )


def injected(
    trial: Trial, aims: Sequence[Aim], *, choice: int = 0
) -> tuple[Trial, tuple[Injection | None, ...]]:
    """Return a trial in which faults were made, one on top of the other, and what each of them hit.

    None stands for a fault that has nothing here to go wrong with. ``choice`` picks among several possible
    targets.
    """
    scene = scene_of(trial)
    made: list[Injection | None] = []
    for aim in aims:
        injection = aim.fault.injected(scene, aim.target, choice=choice)
        made.append(injection)
        scene = scene if injection is None else injection.scene
    varied = trial.varied(
        deployment=scene.deployment,
        plan=scene.plan,
        opening=scene.opening,
        rules=scene.rules,
        is_twin=scene.is_twin,
    )
    return varied, tuple(made)
