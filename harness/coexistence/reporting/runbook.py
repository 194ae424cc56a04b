"""The plan as an administrator's runbook, readable at 80 columns.

Law of this room: a plan in, lines out. What is done, with which tool and how it is undone, the plan says;
here it is only put in order and wrapped.
"""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterator
from typing import Final

from coexistence.inputs.planfile.writer import write_plan
from coexistence.migration import PlanStep, Undo
from coexistence.migration.guide import Requirement, tool_name
from coexistence.migration.runbook_commands import Instruction, instructions, rollback_instructions
from coexistence.migration.waves import WaveSize
from coexistence.model.vocabulary import Checkpoint, Version, version_name
from coexistence.rehearsal.plan_remarks import hours, remarks_on
from coexistence.rehearsal.trial import GOES_BACK, Trial
from coexistence.reporting.text_report import Line

__all__ = ["render_runbook"]

_PHASES: Final = {
    "P1": "Phase 1: plan",
    "P2": "Phase 2: prepare",
    "P3": "Phase 3: pilot pool",
    "P4": "Phase 4: pilot users",
    "P5": "Phase 5: pilot Edge",
    "P6": "Phase 6: into production",
    "P7": "Phase 7: services after the migration",
    "P8": "Phase 8: retire the legacy pools",
}
_INDENT: Final = "     "


def render_runbook(name: str, trial: Trial, *, width: int, note: str = "") -> list[Line]:
    """Return the runbook of one estate; ``note`` says which member of a family it is about."""
    return list(_Runbook(name, trial, max(40, min(width, 100))).lines(note))


class _Runbook:
    def __init__(self, name: str, trial: Trial, width: int) -> None:
        self.name = name
        self.trial = trial
        self.plan = trial.plan
        self.width = width
        self.new = self.plan.target[-1] if self.plan.target else None
        legacy = [
            version for pool in self.plan.legacy for version in trial.deployment.pool_by_id[pool].versions[:1]
        ]
        self.legacy: Version | None = max(legacy, default=None)
        self.sizes = {size.step.key: size for size in trial.waves.sizes}
        self.remarks = remarks_on(trial)

    def _wrapped(self, text: str, indent: str = "", hanging: str = "  ", **markup: bool) -> Iterator[Line]:
        for part in textwrap.wrap(
            text,
            self.width,
            initial_indent=indent,
            subsequent_indent=indent + hanging,
            break_on_hyphens=False,
            break_long_words=False,
        ):
            yield Line(part, markup)

    def lines(self, note: str) -> Iterator[Line]:
        """Return the whole runbook."""
        yield Line(f"{f' runbook: {self.name} ':=^{self.width}}", {"bold": True})
        if note:
            yield from self._wrapped(note)
        if not self.plan.target:
            why = "; ".join(self.plan.notes) or "no side-by-side migration leads on from here"
            yield from self._wrapped(f"There is nothing to plan: {why}.")
            return
        yield from self._opening()
        chapter = ""
        back = self.trial.last_safe_step
        is_gone = False
        for number, (step, date) in enumerate(self.plan.dated(), start=1):
            here = step.id.partition(".")[0]
            if here in _PHASES and here != chapter:
                chapter = here
                yield Line()
                yield Line(_PHASES[here], {"bold": True})
            if step.undo is Undo.IRREVERSIBLE and not is_gone:
                is_gone = True
                yield Line()
                yield from self._wrapped(
                    f"!!! From here on nothing leads back. Last safe step: {back or 'none'}. !!!", bold=True
                )
            yield Line()
            yield from self._step(number, step, date)
        yield from self._rollback()
        yield from self._remarks()
        yield from self._as_file()

    # ------------------------------------------------------------ opening

    def _opening(self) -> Iterator[Line]:
        plan = self.plan
        legacy = self.legacy.product if self.legacy else "legacy"
        begins = f", from {plan.start}" if plan.start else ""
        yield from self._wrapped(f"{legacy} to {version_name(plan.target)}, phase {plan.phase.value}{begins}")
        safe = next((step.title for step in plan.steps if step.key == self.trial.last_safe_step), "")
        if self.trial.last_safe_step:
            yield from self._wrapped(
                f"Last step from which going back is possible: {self.trial.last_safe_step} ({safe})"
            )
        yield from self._wrapped(
            "Made by a model from what it was told; read each step before you do it. Dates that nobody gave "
            "are assumed (pilot-days, days-between-waves, days-after-moves), durations come from "
            + (
                f"the plan file ({plan.own.moves_per_hour} moves an hour)."
                if plan.own.moves_per_hour
                else "user-moves-an-hour."
            )
        )
        for pool, why in sorted(plan.staying.items()):
            yield from self._wrapped(f"{pool} stays: {why}.")
        for note in plan.notes:
            yield from self._wrapped(f"Note: {note}")
        for told in plan.own.statements:
            yield from self._wrapped(f"Stated by {told.author} on {told.date}: {told.text}")
        if self.sizes:
            yield Line()
            yield Line("Waves", {"bold": True})
            dates = {step.key: date for step, date in plan.dated()}
            for size in self.sizes.values():
                yield from self._wrapped(self._wave(size, dates[size.step.key]), "  ", "    ")

    def _wave(self, size: WaveSize, date: dt.date | None) -> str:
        wave = size.step.wave
        assert wave is not None  # only waves have sizes
        parts = [f"{size.step.key} {wave.name}"]
        if date:
            parts.append(str(date))
        if size.accounts is None or size.minutes is None:
            parts.append("number unknown (Get-CsUser)")
        else:
            parts.append(f"{size.accounts} account" + ("s" if size.accounts != 1 else ""))
            parts.append(f"about {hours(size.minutes)}")
        if wave.window:
            fits = {True: "fits", False: "DOES NOT FIT", None: "cannot be told"}[size.fits]
            parts.append(f"window {wave.window}: {fits}")
        return ", ".join(parts)

    # ------------------------------------------------------------ steps

    def _step(self, number: int, step: PlanStep, date: dt.date | None) -> Iterator[Line]:
        when = f"  [{date}]" if date else ""
        yield from self._wrapped(f"{number:>3}. {step.key}  {step.title}{when}", "", _INDENT, bold=True)
        tool = (step.added.tool if step.added else "") or tool_name(step.tool, self.new, self.legacy)
        yield from self._wrapped(f"Tool: {tool}", _INDENT)
        for need in step.requires:
            text = self._needs(need)
            if text:
                yield from self._wrapped(text, _INDENT)
        if step.key in self.sizes:
            yield from self._wrapped(self._wave(self.sizes[step.key], None), _INDENT)
        if step.guide.caution:
            yield from self._wrapped(f"Mind: {step.guide.caution}", _INDENT)
        for each in instructions(step, self.plan, self.trial.deployment):
            yield from self._instruction(each)
        if step.verify:
            yield from self._wrapped(f"Verify: {step.verify}", _INDENT)
        elif step.guide.verified_by:
            yield from self._wrapped(f"Verify: with {step.guide.verified_by}", _INDENT)
        yield from self._wrapped(f"Undo: {_undo(step)}", _INDENT)
        yield from self._wrapped(f"See: {step.guide.source}", _INDENT)
        if step.reaches is not None:
            yield from self._wrapped(f"--> checkpoint {step.reaches.value}", _INDENT, bold=True)

    def _needs(self, need: Requirement) -> str:
        if not need.step:
            return f"{'Needs' if need.is_hard else 'Advice'}: {need.condition} ({need.why})"
        if not any(step.id == need.step for step in self.plan.steps):
            return ""
        word = "Needs" if need.is_hard else "Advice: after"
        return f"{word} {need.step} ({need.why})"

    def _instruction(self, instruction: Instruction) -> Iterator[Line]:
        if not instruction.is_command:
            yield from self._wrapped(f"- {instruction.text}", _INDENT)
            return
        for at, part in enumerate(_broken(instruction.text, self.width - len(_INDENT) - 6)):
            yield Line(f"{_INDENT}{'PS> ' if not at else '      '}{part}")

    # ------------------------------------------------------------ going back, remarks, file

    def _rollback(self) -> Iterator[Line]:
        places = [step.reaches for step in self.plan.steps if step.reaches in GOES_BACK]
        if not places:
            return
        yield Line()
        yield Line("Going back", {"bold": True})
        actions = sorted(action.value for action in self.plan.actions)
        yield from self._wrapped(
            f"What is done: {'; '.join(actions) or 'nothing'}. The new pools keep running, empty. "
            "Meetings that upgraded clients scheduled do not work afterwards unless they are made again."
        )
        told: tuple[Instruction, ...] = ()
        for place in places:
            assert isinstance(place, Checkpoint)  # None was left out above
            operations = self.plan.rollback(place, self.trial.actions)
            made = rollback_instructions(operations, self.plan, self.trial.deployment)
            yield Line()
            yield Line(f"  from {place.value}", {"bold": True})
            if made == told:
                yield from self._wrapped("as from the checkpoint before", _INDENT)
            elif not made:
                yield from self._wrapped("nothing", _INDENT)
            else:
                for each in made:
                    yield from self._instruction(each)
            told = made

    def _remarks(self) -> Iterator[Line]:
        if not self.remarks:
            return
        yield Line()
        yield Line("Remarks on this plan", {"bold": True})
        for remark in self.remarks:
            place = self.plan.own.place(remark.line) if remark.line else ""
            yield from self._wrapped(f"{place}: {remark.text}" if place else remark.text, "  ")

    def _as_file(self) -> Iterator[Line]:
        yield Line()
        yield Line("The same as a plan file, to be changed and given to --coexistence-plan", {"bold": True})
        yield Line()
        for line in write_plan(self.plan, self.trial.deployment).splitlines():
            yield Line(line)


def _undo(step: PlanStep) -> str:
    if step.undo is Undo.IRREVERSIBLE:
        return "IRREVERSIBLE"
    price = "; at a price: clients and meetings" if step.undo is Undo.BILL else ""
    return f"{step.undo_how}{price}"


def _broken(command: str, width: int) -> Iterator[str]:
    """Break a command where PowerShell lets it go on: after a bar, or with a backtick before a parameter."""
    pipeline = _split(command, " | ")
    for at, part in enumerate(pipeline):
        bar = " |" if at < len(pipeline) - 1 else ""
        pieces = _split(part, " -")
        line = pieces[0]
        for piece in pieces[1:]:
            if len(line) + len(piece) + 3 > width:
                yield f"{line} `"
                line = f"-{piece}"
            else:
                line = f"{line} -{piece}"
        yield line + bar


def _split(command: str, separator: str) -> list[str]:
    """Split a command at a separator outside of its quoted texts."""
    parts = [""]
    inside = False
    at = 0
    while at < len(command):
        if not inside and command.startswith(separator, at):
            parts.append("")
            at += len(separator)
            continue
        inside ^= command[at] == "'"
        parts[-1] += command[at]
        at += 1
    return parts
