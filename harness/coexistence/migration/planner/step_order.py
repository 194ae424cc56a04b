"""An administrator's own order and dates, laid over the steps of a plan.

Law of this room: steps in, steps out. Whether the order is wise is for the lint to say, and whether it
works for the simulation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from coexistence.migration.custom_plan import AddedStep, OwnPlan
from coexistence.migration.plan import PlanStep, Undo
from coexistence.model.operations import LetDaysPass
from coexistence.model.vocabulary import CHECKPOINT_ORDER, Checkpoint

__all__ = ["rearranged"]

_CHAPTERS = {
    Checkpoint.SIDE_BY_SIDE: "P3",
    Checkpoint.PILOT: "P4",
    Checkpoint.EDGE: "P5",
    Checkpoint.PRODUCTION: "P6",
    Checkpoint.POST_MIGRATION: "P7",
    Checkpoint.RETIRED: "P8",
}


def rearranged(steps: Sequence[PlanStep], own: OwnPlan, start: dt.date | None) -> tuple[PlanStep, ...]:
    """Return the steps with some left out, added, moved and dated, as a plan file wants it.

    A checkpoint is reached with the last step of its phase that keeps its place; one whose whole phase is
    left out is not reached.
    """
    gone = {each.step for each in own.left_out}
    made = [step for step in steps if step.id not in gone and step.key not in gone]
    shifted = {each.step for each in own.moved}
    for move in own.moved:
        made = _moved(made, move.step, before=move.before, after=move.after)
    for number, added in enumerate(own.added, start=1):
        made = _inserted(made, added, number)
    if gone or shifted:
        made = _with_checkpoints(made, shifted)
    made = [replace(step, date=own.dates[step.key]) if step.key in own.dates else step for step in made]
    return tuple(made if start is None else _on_time(made, start))


def _is(step: PlanStep, name: str) -> bool:
    return name in (step.id, step.key)


def _moved(steps: list[PlanStep], name: str, *, before: str, after: str) -> list[PlanStep]:
    """Return the steps with those of one name taken out and put in again elsewhere."""
    taken = [step for step in steps if _is(step, name)]
    rest = [step for step in steps if not _is(step, name)]
    places = [at for at, step in enumerate(rest) if _is(step, before or after)]
    if not taken or not places:
        return steps
    at = places[0] if before else places[-1] + 1
    return [*rest[:at], *taken, *rest[at:]]


def _inserted(steps: list[PlanStep], added: AddedStep, number: int) -> list[PlanStep]:
    undo = {"irreversible": Undo.IRREVERSIBLE, "": Undo.UNDOCUMENTED}.get(added.undo, Undo.CLEAN)
    step = PlanStep(
        id=f"own.{number}", title=added.title, operations=(), undo=undo, date=added.date, added=added
    )
    places = [at for at, each in enumerate(steps) if _is(each, added.after)]
    # What is added after the last step of a phase belongs to that phase: its checkpoint comes after it.
    at = places[-1] + 1 if places else len(steps)
    carrier = steps[at - 1] if at else None
    if carrier is None or carrier.reaches is None:
        return [*steps[:at], step, *steps[at:]]
    return [
        *steps[: at - 1],
        replace(carrier, reaches=None),
        replace(step, reaches=carrier.reaches),
        *steps[at:],
    ]


def _with_checkpoints(steps: list[PlanStep], shifted: Iterable[str]) -> list[PlanStep]:
    """Let every phase's last step that keeps its place reach its checkpoint, in the order of checkpoints."""
    told = set(shifted)
    made = [replace(step, reaches=None) if step.reaches else step for step in steps]
    bound = -1
    for checkpoint in CHECKPOINT_ORDER:
        if checkpoint is Checkpoint.LEGACY_SILENT:
            found = [at for at, step in enumerate(made) if step.id == "P8.7"]
        elif checkpoint in _CHAPTERS:
            chapter = _CHAPTERS[checkpoint]
            found = [
                at
                for at, step in enumerate(made)
                if step.id.partition(".")[0] == chapter and not {step.id, step.key} & told
            ]
        else:
            continue
        # An added step right behind carried the checkpoint before; it still belongs to the phase.
        while found and found[-1] + 1 < len(made) and made[found[-1] + 1].added:
            found.append(found[-1] + 1)
        if found and found[-1] > bound:
            bound = found[-1]
            made[bound] = replace(made[bound], reaches=checkpoint)
    return made


def _on_time(steps: list[PlanStep], start: dt.date) -> list[PlanStep]:
    """Let the days pass so that each dated step begins on its day.

    Days that the calendar lets pass by itself give way to a date: the last of them first.
    """
    made = list(steps)
    day = 0
    waits: list[int] = []
    for at, step in enumerate(steps):
        if step.date is not None:
            gap = (step.date - start).days - day
            for earlier in reversed(waits):
                if gap >= 0:
                    break
                made[earlier], saved = _shortened(made[earlier], -gap)
                gap += saved
                day -= saved
            waits = []
            if gap > 0:
                made[at] = replace(made[at], operations=(LetDaysPass(days=gap), *made[at].operations))
                day += gap
        passed = [each.days for each in step.operations if isinstance(each, LetDaysPass)]
        if passed:
            day += sum(passed)
            waits.append(at)
    return made


def _shortened(step: PlanStep, days: int) -> tuple[PlanStep, int]:
    """Return a step that lets fewer days pass at its end, and how many fewer."""
    *others, last = step.operations
    if not isinstance(last, LetDaysPass):
        return step, 0
    saved = min(days, last.days)
    rest = (LetDaysPass(days=last.days - saved),) if last.days > saved else ()
    return replace(step, operations=(*others, *rest)), saved
