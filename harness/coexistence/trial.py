"""The conductor: carries a plan out, stops at every checkpoint, goes back from where one may go back.

Law of this room: it owns the order of things and nothing else. What is planned, what the product does
and what is asked all live elsewhere; a trial is a function of a deployment, a plan and rules.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from coexistence.bills import Bill, bill_of
from coexistence.building import DEFAULT_DATE
from coexistence.checking import Check, Place, Result, Views, run_check
from coexistence.deployment import Deployment
from coexistence.observation import Observer
from coexistence.operations import Operation
from coexistence.planning import NO_COUNTERPART, Plan, RollbackAction, make_plan
from coexistence.population import NOWHERE, UNTOLD, Population
from coexistence.simulation.engine import apply
from coexistence.simulation.rules import Rules
from coexistence.simulation.state import State, state_of
from coexistence.simulation.steps import with_value
from coexistence.vocabulary import CHECKPOINT_ORDER, Checkpoint, Disposition, Unknown, Version

__all__ = ["Stop", "Trial", "places_of"]

#: Checkpoints from which a way back is tried. Later ones have nothing left to go back to.
GOES_BACK: Final = (Checkpoint.PILOT, Checkpoint.EDGE, Checkpoint.PRODUCTION, Checkpoint.POST_MIGRATION)
#: A twin that stands in a later phase has lost the knowledge of what to go back to: no export tells the
#: routes and names from before.
_TWIN_GOES_BACK: Final = (Checkpoint.PILOT, Checkpoint.EDGE)


@dataclass(frozen=True, slots=True)
class Stop:
    """A checkpoint that was reached, with everything that may be asked there."""

    place: Place
    views: Views


@dataclass(frozen=True, slots=True)
class Refusal:
    """A step that the product did not carry out."""

    step: str
    operation: Operation
    disposition: Disposition
    reason: str


def places_of(plan: Plan, *, is_twin: bool) -> tuple[Place, ...]:
    """Return the checkpoints that a plan passes, each followed by the way back from it."""
    start = Place("now", plan.phase) if is_twin else Place(plan.phase.value, plan.phase)
    found = [start]
    if is_twin and plan.phase in _TWIN_GOES_BACK and plan.successor:
        found.append(Place(plan.phase.rolled_back, plan.phase, is_rolled_back=True))
    for step in plan.steps:
        if step.reaches is None or CHECKPOINT_ORDER.index(step.reaches) <= CHECKPOINT_ORDER.index(plan.phase):
            continue
        found.append(Place(step.reaches.value, step.reaches))
        if step.reaches in GOES_BACK:
            found.append(Place(step.reaches.rolled_back, step.reaches, is_rolled_back=True))
    return tuple(found)


class Trial:
    """One deployment on its way through one plan.

    ``is_twin`` says that the deployment stands for a real one at this moment: its path begins at
    ``now``. ``actions`` is what the administrator does when operations are shifted back.
    """

    def __init__(
        self,
        deployment: Deployment,
        *,
        target: Version | None = None,
        rules: Rules | None = None,
        is_twin: bool = False,
        as_of: dt.date | None = None,
        actions: frozenset[RollbackAction] = frozenset(RollbackAction),
    ) -> None:
        self.deployment = deployment
        self.rules = rules or Rules()
        self.is_twin = is_twin
        self.as_of = as_of or deployment.as_of or DEFAULT_DATE
        self.actions = actions
        self.plan = make_plan(deployment, target)
        self.places = places_of(self.plan, is_twin=is_twin)
        self._views: dict[Place, Views] = {}
        self._observers: dict[Place, Observer] = {}

    @cached_property
    def _start(self) -> State:
        state = state_of(self.deployment, day=self.as_of.toordinal(), tools=None)
        if isinstance(state.population, Unknown):
            return state
        return state.changed(population=_with_origins(state.population, self.plan))

    @cached_property
    def _line(self) -> tuple[dict[Checkpoint, State], tuple[Refusal, ...]]:
        """The states of the main line by checkpoint, and what was refused on the way."""
        state = self._start
        reached = {self.plan.phase: state}
        refusals: list[Refusal] = []
        for step in self.plan.steps:
            state, refused = self._carry_out(step.id, step.operations, state)
            refusals += refused
            if step.reaches is not None:
                reached.setdefault(step.reaches, state)
        return reached, tuple(refusals)

    def _carry_out(
        self, step: str, operations: tuple[Operation, ...], state: State
    ) -> tuple[State, list[Refusal]]:
        refusals: list[Refusal] = []
        for operation in operations:
            result = apply(state, operation, self.rules)
            if not result.accepted:
                refusals.append(Refusal(step, operation, result.disposition, result.reason))
            state = result.state
        return state, refusals

    @cached_property
    def assumes(self) -> tuple[str, ...]:
        """Ids of the assumptions that the plan itself rests on."""
        found: set[str] = set()
        if any(step.id == "P4.3" for step in self.plan.steps):
            found |= {"pilot-one-in-twenty", "one-meeting-each"}
        elif any(step.id == "P6.4" for step in self.plan.steps):
            found.add("one-meeting-each")
        population = self.deployment.population
        if self.is_twin and not isinstance(population, Unknown):
            if any(population.people_by_pool.get(pool) for pool in self.plan.predecessor):
                found.add("rollback-home")
            if set(self.plan.target) & NO_COUNTERPART and bool(np.any(population.xmpp == UNTOLD)):
                found.add("needs-told")
        return tuple(sorted(found))

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What the product refused on the main line."""
        return self._line[1]

    def state_at(self, place: Place) -> State:
        """Return what is true at a checkpoint."""
        state = self._line[0][place.phase]
        if not place.is_rolled_back:
            return state
        return self._carry_out(place.label, self.plan.rollback(place.phase, self.actions), state)[0]

    def views_at(self, place: Place) -> Views:
        """Return the observers for a checkpoint, for the one before it, and for the path's beginning."""
        if place not in self._views:
            here = self._observe(place)
            origin = self._observe(self.places[0])
            self._views[place] = Views(here=here, before=self._observe(self._before(place)), origin=origin)
        return self._views[place]

    def _before(self, place: Place) -> Place:
        """The previous checkpoint on the path: a way back starts from the checkpoint it is named after."""
        line = [each for each in self.places if not each.is_rolled_back]
        if place.is_rolled_back:
            return next(each for each in line if each.phase is place.phase)
        at = line.index(place)
        return line[max(at - 1, 0)]

    def _observe(self, place: Place) -> Observer:
        if place not in self._observers:
            self._observers[place] = Observer(self.state_at(place), self.rules)
        return self._observers[place]

    def forget(self) -> None:
        """Let go of what was observed; whoever asks again has it worked out again."""
        for observer in self._observers.values():
            observer.forget()

    def stops(self) -> Iterator[Stop]:
        """Go through all checkpoints in order."""
        for place in self.places:
            yield Stop(place, self.views_at(place))

    def ask(self, check: Check, place: Place) -> Result:
        """Ask a check without fixtures at one checkpoint."""
        return run_check(check, self.views_at(place), {})

    @cached_property
    def bills(self) -> dict[Place, Bill]:
        """What going back would cost, by the checkpoint one goes back from."""
        return {
            self._before(place): bill_of(self._line[0][place.phase], self.plan, self.rules)
            for place in self.places
            if place.is_rolled_back
        }


def _with_origins(population: Population, plan: Plan) -> Population:
    """Say of people who are on a new pool already which legacy pool they came from.

    No export tells; it is taken to be the one that the new pool takes over from (assumption
    ``rollback-home``), and whether their clients were upgraded stays unknown.
    """
    came_from = population.came_from
    upgraded = population.upgraded
    for new, old in plan.predecessor.items():
        rows = np.flatnonzero(population.home == population.code(new))
        if not len(rows) or population.code(new) in (NOWHERE, population.code(old)):
            continue
        population = population.with_pool(old)
        came_from = with_value(came_from, rows, population.code(old))
        upgraded = with_value(upgraded, rows, UNTOLD)
    return population.changed(came_from=came_from, upgraded=upgraded)
