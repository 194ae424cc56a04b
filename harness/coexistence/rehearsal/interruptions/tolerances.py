"""What becomes of operators' mistakes: refused by the product, noticed by a check, or silent.

Law of this room: every mistake is made once on every step, in a plan that is otherwise as written; what
comes of it is what the simulation and the checks say.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Final

from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Check
from coexistence.migration import Plan, PlanStep
from coexistence.migration.operator_errors import MISTAKES, Mistake
from coexistence.rehearsal.interruptions.comparison import Judge, compared
from coexistence.rehearsal.interruptions.snapshots import Moments
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

__all__ = ["Told", "Tolerance", "tolerances"]


class Told(enum.Enum):
    """Who tells an operator of a mistake."""

    REFUSED = "refused by the product"
    NOTICED = "noticed by a check"
    #: Something is different in the end, and nobody said so.
    SILENT = "silent"
    #: Nothing is different from a plan without the mistake.
    HARMLESS = "makes no difference"
    #: The step does nothing in the model, so that nothing can be said.
    NOT_SIMULATED = "not simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What came of one mistake in one step."""

    #: The step's id in its plan.
    step: str
    title: str
    mistake: Mistake
    told: Told
    #: The product's reason, the checks by which it is noticed, or what is different in the end.
    by: tuple[str, ...] = ()
    #: How many steps after the mistake it came out; 0 at once.
    later: int = 0
    #: The step that was refused, or the checkpoint at which it is noticed.
    where: str = ""


def tolerances(
    plan: Plan,
    start: State,
    rules: Rules,
    checks: Iterable[Check],
    mistakes: Iterable[Mistake] = MISTAKES,
) -> Iterator[Tolerance]:
    """Make every mistake in every step of a plan, and tell what becomes of it.

    A mistake that cannot be made in a step is left out: there is no other pool of the role, nothing is
    moved that could be forced.
    """
    line = _Line(plan, start, rules, checks)
    chosen = tuple(mistakes)
    for at, step in enumerate(plan.steps):
        if not step.operations:
            skipped = next((each for each in chosen if each.id == "skipped"), None)
            if skipped is not None:
                yield Tolerance(step=step.key, title=step.title, mistake=skipped, told=Told.NOT_SIMULATED)
            continue
        for mistake in chosen:
            wrong = mistake.make(plan, at)
            if wrong is not None:
                yield line.tolerance(wrong, at, mistake)


class _Line:
    """The plan as written: what it comes to, step by step."""

    def __init__(self, plan: Plan, start: State, rules: Rules, checks: Iterable[Check]) -> None:
        self.plan = plan
        self.rules = rules
        self.moments = Moments()
        self.judge = Judge(checks, start, rules, self.moments)
        #: The state before each step, and after the last.
        self.states = [start]
        self.refusals: set[tuple[str, str]] = set()
        for step in plan.steps:
            state, refused = self._carried_out(step, self.states[-1])
            self.states.append(state)
            self.refusals |= {(step.key, reason) for reason in refused}

    def _carried_out(self, step: PlanStep, state: State) -> tuple[State, list[str]]:
        reasons = []
        for operation in step.operations:
            result = apply(state, operation, self.rules)
            if not result.accepted:
                reasons.append(result.reason)
            state = result.state
        return state, reasons

    def tolerance(self, wrong: Plan, at: int, mistake: Mistake) -> Tolerance:
        """Follow a plan with a mistake in it until somebody says so, or to its end."""
        made = Tolerance(
            step=self.plan.steps[at].key, title=self.plan.steps[at].title, mistake=mistake, told=Told.SILENT
        )
        state = self.states[at]
        # Two steps are touched by a swap: before both are done nothing can be compared.
        first = at + (1 if mistake.id == "swapped" else 0)
        for number in range(at, len(wrong.steps)):
            step = wrong.steps[number]
            state, refused = self._carried_out(step, state)
            new = [reason for reason in refused if (step.key, reason) not in self.refusals]
            if new or (number == at and len(refused) > len(self._known(step))):
                return replace(
                    made,
                    told=Told.REFUSED,
                    by=tuple(dict.fromkeys(new or refused)),
                    later=number - at,
                    where=step.key,
                )
            line = self.states[number + 1]
            if number >= first and self.moments.of(state) == self.moments.of(line):
                return replace(made, told=Told.HARMLESS)
            if step.reaches is not None and number >= first:
                place = Place(step.reaches.value, step.reaches)
                lost = compared(self.judge.judge(line, place), self.judge.judge(state, place)).lost
                if lost:
                    return replace(made, told=Told.NOTICED, by=lost, later=number - at, where=place.label)
        return replace(made, by=tuple(_different(self.states[-1], state)))

    def _known(self, step: PlanStep) -> set[str]:
        return {reason for key, reason in self.refusals if key == step.key}


def _different(one: State, other: State) -> Iterator[str]:
    """Name the parts of two states that are not the same."""
    for each in fields(State):
        if each.name in ("published", "defined", "replicas", "told_before", "removed"):
            continue
        if getattr(one, each.name) != getattr(other, each.name):
            yield _IN_WORDS.get(each.name, each.name.replace("_", " "))


#: Parts of a state in the words of people who administer it.
_IN_WORDS: Final = {
    "applications": "who owns numbers, groups, phones and endpoints",
    "backing": "databases and machines",
    "cms": "the Central Management store",
    "directories": "who owns conference directories",
    "disabled": "services that stay disabled",
    "outside": "external names",
    "pools": "pools, or what they are associated with",
    "population": "homes, clients or meetings of people",
    "records": "internal names",
    "silenced": "pools that were stopped on purpose",
    "sites": "federation routes of sites",
}
