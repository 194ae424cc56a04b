"""What is unwise in a plan: each remark with its line and reason. Nothing here ends a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coexistence.migration.guide import Requirement
from coexistence.migration.plan import Plan, PlanStep
from coexistence.model.vocabulary import Checkpoint

__all__ = ["Remark", "lint"]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a plan that its owner should know."""

    #: Key of the step that it is about; "" for the plan as a whole.
    step: str
    text: str
    #: Line of the plan file; 0 where no line says it.
    line: int = 0

    def plain(self) -> dict[str, object]:
        """Return JSON types."""
        return {"step": self.step, "line": self.line or None, "text": self.text}


def lint(plan: Plan) -> tuple[Remark, ...]:
    """Return remarks about the order, about what is left out, and about what nobody verifies."""
    found = [
        *_left_out(plan),
        *_order(plan),
        *_unverified(plan),
        *_without_effect(plan),
        *_past(plan),
        *_contradicted(plan),
    ]
    return tuple(dict.fromkeys(found))


def _line_about(plan: Plan, step: PlanStep) -> int:
    own = plan.own
    for each in own.moved:
        if each.step in (step.id, step.key):
            return each.line
    if step.added:
        return step.added.line
    if step.wave:
        return next((wave.line for wave in own.waves if wave.name == step.wave.name), 0)
    return own.line_of("steps", "dates", step.key) if step.key in own.dates else 0


def _left_out(plan: Plan) -> Iterator[Remark]:
    """Say what the absence of a step means to the steps that need it."""
    for gone in plan.own.left_out:
        for step in plan.steps:
            for need in step.requires:
                if need.step == gone.step:
                    weight = "needs it" if need.is_hard else "should follow it"
                    yield Remark(
                        gone.step,
                        f"{gone.step} is left out, and {step.key} {weight}: {need.why} ({need.source})",
                        gone.line,
                    )
                    break


def _order(plan: Plan) -> Iterator[Remark]:
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for at, step in enumerate(plan.steps):
        first.setdefault(step.id, at)
        last[step.id] = at
    if not plan.own.moved:
        return
    moved = {each.step.partition("/")[0]: each.line for each in plan.own.moved}
    for step in plan.steps:
        for need in step.requires:
            if need.step in last and last[need.step] > first[step.id]:
                line = _line_about(plan, step) or moved.get(need.step, 0)
                yield Remark(step.key, f"{step.key} comes before {need.step}: {_because(need)}", line)


def _because(need: Requirement) -> str:
    weight = "" if need.is_hard else "advice only: "
    return f"{weight}{need.why} ({need.source})"


def _unverified(plan: Plan) -> Iterator[Remark]:
    present = {step.id for step in plan.steps}
    gone = {each.step: each.line for each in plan.own.left_out}
    for step in plan.steps:
        by = step.guide.verified_by
        if by and by in gone and by not in present:
            yield Remark(step.key, f"nobody verifies {step.key}: {by} is left out", gone[by])
        if step.added and not step.added.verify:
            yield Remark(
                step.key,
                f"nobody verifies {step.key} ({step.title}): write verify = ... beside it",
                step.added.line,
            )


def _without_effect(plan: Plan) -> Iterator[Remark]:
    """Say which wishes are about steps that this plan does not have."""
    own = plan.own
    names = {name for step in plan.steps for name in (step.id, step.key)}
    for gone in own.left_out:
        # A step that was left out is not there any more; one that never applied is not missed.
        if "/" in gone.step and gone.step.partition("/")[0] not in names:
            yield Remark(gone.step, f"{gone.step} is no step of this plan", gone.line)
    for move in own.moved:
        for name in (move.step, move.before or move.after):
            if name not in names:
                yield Remark(move.step, f"{name} is no step of this plan: nothing is moved", move.line)
    for key in own.dates:
        if key not in names:
            line = own.line_of("steps", "dates", key)
            yield Remark(key, f"{key} is no step of this plan: its date says nothing", line)
        elif not any(step.key == key for step in plan.steps):
            line = own.line_of("steps", "dates", key)
            yield Remark(key, f"{key} has several waves: give each its date in [[waves]]", line)
    for added in own.added:
        if added.after not in names:
            text = f"{added.after} is no step of this plan: {added.title!r} comes last"
            yield Remark(added.after, text, added.line)


def _contradicted(plan: Plan) -> Iterator[Remark]:
    """Say which stated phase cannot be, because only one generation is there."""
    for told in plan.own.statements:
        if told.phase is not None and plan.phase is Checkpoint.LEGACY:
            text = f"phase {told.phase.value} is stated, and no pool of a new version is in the deployment"
            yield Remark("", text, told.line)


def _past(plan: Plan) -> Iterator[Remark]:
    if plan.start is None:
        return
    for step, date in plan.dated():
        if step.date is not None and date is not None and step.date < date:
            reason = (
                f"the question is asked as of {plan.start}"
                if step.date < plan.start
                else f"what comes before it is done on {date}"
            )
            line = _line_about(plan, step)
            yield Remark(step.key, f"{step.key} is dated {step.date}, and {reason}", line)
