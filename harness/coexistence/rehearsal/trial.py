"""The conductor: carries a plan out, stops at every checkpoint, goes back from where one may go back.

Law of this room: it owns the order of things and nothing else. What is planned, what the product does
and what is asked all live elsewhere; a trial is a function of a deployment, a plan and rules.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Check
from coexistence.checking.results import Result
from coexistence.checking.runner import Views, run_check
from coexistence.inputs.family.builder import DEFAULT_DATE
from coexistence.migration import (
    NOTHING_ASKED,
    Calendar,
    OwnPlan,
    Plan,
    PlanStep,
    RollbackAction,
    make_plan,
)
from coexistence.migration.phase import ACCESS_EDGE, out_of_service, switched_off
from coexistence.migration.plan import reached
from coexistence.migration.rollback_cost import Bill, Letter, bill_of, letters
from coexistence.migration.waves import Waves, waves_of
from coexistence.model.deployment import Deployment, key_of
from coexistence.model.operations import Operation, PrepareDirectory
from coexistence.model.population import NOWHERE, UNTOLD, Population, with_value
from coexistence.model.vocabulary import (
    CHECKPOINT_ORDER,
    Checkpoint,
    Disposition,
    Feature,
    PoolId,
    PoolRole,
    Unknown,
    Version,
    have,
)
from coexistence.model.vocabulary.ends import End
from coexistence.observation import Hop, Observer, Outcome, StepSubject
from coexistence.observation.facts.shared_cache import SharedFacts
from coexistence.rehearsal.left_undone import left_undone
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State, state_of

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
    """A step that the product did not carry out, or of which nobody told whether it does."""

    step: str
    operation: Operation
    disposition: Disposition
    reason: str
    #: The export that would tell, where nobody told whether the product carries it out.
    needs: str = ""
    #: What the product objected to, and what stays as it was.
    ended_on: tuple[End, ...] = ()


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
    ``now``. ``actions`` is what the administrator does when operations are shifted back. ``plan`` is
    given where another one than the guide's is tried, ``opening`` where something happens before its
    first step.
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
        plan: Plan | None = None,
        opening: tuple[Operation, ...] = (),
        own: OwnPlan = NOTHING_ASKED,
    ) -> None:
        self.deployment = deployment
        self.rules = rules or Rules()
        self.is_twin = is_twin
        self.as_of = as_of or deployment.as_of or DEFAULT_DATE
        self.plan = plan or make_plan(
            deployment, target, own=own, calendar=_calendar(self.rules), start=self.as_of
        )
        #: Nothing is done on the way back that the plan file leaves out.
        self.actions = actions & self.plan.actions
        self.opening = opening
        #: A trial that this one was made from: what they have in common is taken from there.
        self._base: Trial | None = None
        self.places = places_of(self.plan, is_twin=is_twin)
        self._views: dict[Place, Views] = {}
        self._observers: dict[Place, Observer] = {}
        self._shared = SharedFacts()
        #: States after the steps that were carried out here, by the step's place in the plan.
        self._after: dict[int, State] = {}

    def varied(
        self,
        *,
        deployment: Deployment,
        plan: Plan,
        opening: tuple[Operation, ...] = (),
        rules: Rules | None = None,
        is_twin: bool | None = None,
    ) -> Trial:
        """Return a trial in which something is different; up to there, both share what they work out."""
        made = Trial(
            deployment,
            rules=rules or self.rules,
            is_twin=self.is_twin if is_twin is None else is_twin,
            as_of=self.as_of,
            actions=self.actions,
            plan=plan,
            opening=opening,
        )
        is_alike = deployment is self.deployment and made.rules == self.rules and made.is_twin == self.is_twin
        if is_alike and opening == self.opening:
            made._base = self
        return made

    @cached_property
    def _in_common(self) -> int:
        """With how many steps the plan begins as the other trial's does."""
        if self._base is None:
            return 0
        pairs = zip(self.plan.steps, self._base.plan.steps, strict=False)
        return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))

    def is_shared(self, place: Place) -> bool:
        """Tell whether the trial that this one was made from passed a place with everything as it is here."""
        if self._base is None or place not in self._base.places:
            return False
        if place.is_rolled_back and (
            self.plan.reversals != self._base.plan.reversals or self.actions != self._base.actions
        ):
            return False
        return place.phase is self.plan.phase or any(
            step.reaches is place.phase for step in self.plan.steps[: self._in_common]
        )

    @cached_property
    def _start(self) -> State:
        state = state_of(self.deployment, day=self.as_of.toordinal(), tools=None)
        if self.is_twin:
            state = _as_stopped(state, self.deployment, self.plan)
        if isinstance(state.population, Unknown):
            return state
        population = state.population
        if self.rules.value("rollback-home") != "no":
            population = _with_origins(population, self.plan)
        population = _as_told(population, self.plan)
        if self.is_twin and self.plan.phase is Checkpoint.LEGACY:
            # Whatever was upgraded before there was anything new to upgrade to is what people start from.
            rows = np.flatnonzero(population.upgraded == 1)
            if len(rows):
                population = population.changed(upgraded=with_value(population.upgraded, rows, 0))
        return state.changed(population=population)

    @cached_property
    def _line(self) -> tuple[dict[Checkpoint, State], tuple[Refusal, ...]]:
        """The states of the main line by checkpoint, and what was refused on the way."""
        if self._base is not None:
            return self._line_from(self._base)
        state, refusals = self._carry_out("before the plan", self.opening, self._start)
        return self._went_on({self.plan.phase: state}, refusals, 0, state)

    def _line_from(self, base: Trial) -> tuple[dict[Checkpoint, State], tuple[Refusal, ...]]:
        """Go on from the last checkpoint that both trials passed alike."""
        states, refusals = base._line
        phase, begin = self.plan.phase, 0
        reached = {phase: states[phase]}
        for number, step in enumerate(self.plan.steps[: self._in_common], start=1):
            if step.reaches is not None and step.reaches not in reached:
                phase, begin = step.reaches, number
                reached[phase] = states[phase]
        before = {step.key for step in self.plan.steps[:begin]} | {"before the plan"}
        known = [each for each in refusals if each.step in before]
        return self._went_on(reached, known, begin, reached[phase])

    def _went_on(
        self, reached: dict[Checkpoint, State], refusals: list[Refusal], begin: int, state: State
    ) -> tuple[dict[Checkpoint, State], tuple[Refusal, ...]]:
        for number, step in enumerate(self.plan.steps[begin:], start=begin):
            state, refused = self._carry_out(step.key, step.operations, state)
            self._after[number] = state
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
            if result.disposition is not Disposition.DONE:
                ended_on = (*result.ended_on, *left_undone(state, operation))
                refusals.append(
                    Refusal(step, operation, result.disposition, result.reason, result.needs, ended_on)
                )
            state = result.state
        return state, refusals

    @cached_property
    def assumes(self) -> tuple[str, ...]:
        """Ids of the assumptions that the plan itself rests on."""
        found: set[str] = set()
        if any(isinstance(each, PrepareDirectory) for step in self.plan.steps for each in step.operations):
            found.add("schema-preparation-harmless")
        found |= {
            name
            for name, step in (("pilot-days", "P4.3"), ("days-after-moves", "P6.4"))
            if any(each.id == step and each.operations for each in self.plan.steps)
        }
        if self.plan.own.waves and not self.plan.own.moves_per_hour:
            found.add("user-moves-an-hour")
        if any(step.instance > 1 for step in self.plan.steps):
            found.add("days-between-waves")
        if any(step.id == "P4.3" for step in self.plan.steps):
            found |= {"one-meeting-each", *(() if self.plan.own.waves else ("pilot-one-in",))}
        elif any(step.id == "P6.4" for step in self.plan.steps):
            found.add("one-meeting-each")
        population = self.deployment.population
        if self.is_twin and not isinstance(population, Unknown):
            if any(population.people_by_pool.get(pool) for pool in self.plan.predecessor):
                found.add("rollback-home")
            if have(self.plan.target, Feature.XMPP) is False and bool(np.any(population.xmpp == UNTOLD)):
                found.add("needs-told")
        return tuple(sorted(found))

    @cached_property
    def waves(self) -> Waves:
        """How many accounts each wave moves, how long that takes, and who is in none."""
        rate = self.plan.own.moves_per_hour or int(self.rules.value("user-moves-an-hour"))
        roles = {pool.id: pool.role for pool in self.deployment.pools}
        return waves_of(self.plan, self._start.population, roles, rate)

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
            self._views[place] = Views(
                here=here,
                before=self._observe(self._before(place)),
                origin=origin,
                # Of values alone: views that knew their trial would keep it from being forgotten.
                steps=functools.partial(_steps_to, place, self.plan, self.refusals, here),
            )
        return self._views[place]

    def _before(self, place: Place) -> Place:
        """The previous checkpoint on the path: a way back starts from the checkpoint it is named after."""
        line = [each for each in self.places if not each.is_rolled_back]
        if place.is_rolled_back:
            return next(each for each in line if each.phase is place.phase)
        at = line.index(place)
        return line[max(at - 1, 0)]

    def _observe(self, place: Place) -> Observer:
        if place not in self._observers and self._base is not None and self.is_shared(place):
            return self._base._observe(place)
        if place not in self._observers:
            state = self.state_at(place)
            self._observers[place] = Observer(state, self.rules, self._shared)
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
            self._before(place): bill_of(self._line[0][place.phase], self.plan, self.rules, self._start)
            for place in self.places
            if place.is_rolled_back
        }

    @property
    def start(self) -> State:
        """What is true where the path begins."""
        return self._start

    @property
    def last_safe_step(self) -> str | None:
        """The last step from which going back is possible."""
        exempt = self.rules.value("schema-preparation-harmless") == "yes"
        return self.plan.last_safe(exempt_schema=exempt)

    @cached_property
    def step_bills(self) -> tuple[Bill, ...]:
        """What going back would cost after each step of the plan, in its order."""
        made: list[Bill] = []
        known: tuple[object, ...] = ()
        for number in range(len(self.plan.steps)):
            state = self._state_after(number)
            # Most steps touch nothing that is on a bill.
            parts = (state.population, state.directories, state.applications, state.pools, state.day)
            if not made or any(one is not other for one, other in zip(parts, known, strict=True)):
                made.append(bill_of(state, self.plan, self.rules, self._start))
            else:
                made.append(made[-1])
            known = parts
        return tuple(made)

    def _state_after(self, number: int) -> State:
        """Return what is true after a step, by its place in the plan."""
        assert self._line  # carried out
        if number in self._after or self._base is None:
            return self._after[number]
        return self._base._state_after(number)

    def letters_at(self, place: Place) -> Iterator[Letter]:
        """Go through everybody whom going back from a checkpoint concerns."""
        return letters(self.state_at(place), self.plan, self.rules)


def _steps_to(
    place: Place, plan: Plan, refusals: tuple[Refusal, ...], here: Observer
) -> Iterator[StepSubject]:
    """Go through the steps that lead to a checkpoint from the one before it, with what was refused."""
    if place.is_rolled_back or place.phase is plan.phase:
        return
    reached, leading = plan.phase, list[PlanStep]()
    for step in plan.steps:
        leading.append(step)
        if step.reaches is None or CHECKPOINT_ORDER.index(step.reaches) <= CHECKPOINT_ORDER.index(reached):
            continue
        reached = step.reaches
        if reached is place.phase:
            break
        leading.clear()
    else:
        return
    for step in leading:
        refused = tuple(
            Outcome(
                disposition=each.disposition,
                reason=each.reason,
                needs=(each.needs,) if each.needs else (),
                source=type(each.operation).__name__,
                hops=(Hop(each.step, each.reason),),
                ended_on=each.ended_on,
            )
            for each in refusals
            if each.step == step.key
        )
        yield StepSubject(observer=here, step=step, refusals=refused)


def _calendar(rules: Rules) -> Calendar:
    """How many days pass where nobody gave dates."""
    return Calendar(
        pilot_one_in=int(rules.value("pilot-one-in")),
        pilot=int(rules.value("pilot-days")),
        between_waves=int(rules.value("days-between-waves")),
        production=int(rules.value("days-after-moves")),
        meetings_held=rules.value("meetings-held-meanwhile") == "yes",
    )


def _as_stopped(state: State, deployment: Deployment, plan: Plan) -> State:
    """Say of what the migration stops on its way that it was stopped on purpose; exports say that it rests.

    That is the Access Edge of old Edge pools once everybody has moved, and every legacy pool at the end.
    """
    legacy = [pool for pool in deployment.pools if pool.id in plan.legacy]
    if not reached(plan.phase, Checkpoint.PRODUCTION):
        return state
    edges = [pool for pool in legacy if pool.role is PoolRole.EDGE]
    off = switched_off(deployment, edges, ACCESS_EDGE)
    state = state.changed(disabled=state.disabled | {(pool, ACCESS_EDGE) for pool in off})
    if not reached(plan.phase, Checkpoint.LEGACY_SILENT):
        return state
    return state.changed(silenced=state.silenced | out_of_service(deployment, legacy))


def _with_origins(population: Population, plan: Plan) -> Population:
    """Say of people who are on a new pool already which legacy pool they came from.

    No export tells; it is taken to be the one that the new pool takes over from (assumption
    ``rollback-home``). Whether their clients were upgraded is what was told, and unknown otherwise.
    """
    came_from = population.came_from
    for new, old in plan.predecessor.items():
        rows = np.flatnonzero(population.home == population.code(new))
        if not len(rows) or population.code(new) in (NOWHERE, population.code(old)):
            continue
        population = population.with_pool(old)
        came_from = with_value(came_from, rows, population.code(old))
    return population.changed(came_from=came_from)


def _as_told(population: Population, plan: Plan) -> Population:
    """Take what an administrator says of moved people for true: it counts more than what is assumed."""
    for told in plan.own.statements:
        rows = np.flatnonzero(population.home == population.code(PoolId(key_of(told.pool))))
        if not told.pool or not len(rows):
            continue
        if told.moved_from:
            old = PoolId(key_of(told.moved_from))
            population = population.with_pool(old)
            came_from = with_value(population.came_from, rows, population.code(old))
            population = population.changed(came_from=came_from)
        if told.clients_upgraded is not None:
            untold = rows[population.upgraded[rows] == UNTOLD]
            upgraded = with_value(population.upgraded, untold, int(told.clients_upgraded))
            population = population.changed(upgraded=upgraded)
    return population
