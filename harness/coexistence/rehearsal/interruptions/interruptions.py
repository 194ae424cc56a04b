"""A night that ends early: after every step and inside every batch, what then?

Law of this room: three ways on from each interruption (go on, go back, go back and try again), each
compared with what would have been without it. The simulation decides; what the plan declares about a step
is only reported beside it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Check
from coexistence.migration import Plan, PlanStep, RollbackAction, Undo
from coexistence.migration.rollback_cost import Bill, bill_of
from coexistence.model import operations as op
from coexistence.model.vocabulary import CHECKPOINT_ORDER, Checkpoint, Unknown
from coexistence.rehearsal.interruptions.comparison import Change, Judge, compared
from coexistence.rehearsal.interruptions.rollback import (
    can_go_back,
    checkpoint_ahead,
    no_way_back,
    place_after_going_back,
    way_back,
)
from coexistence.rehearsal.interruptions.snapshots import Moment, Moments, not_restored
from coexistence.rehearsal.interruptions.stop_points import BY_PEOPLE, Prefix, prefixes
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

__all__ = ["Interruptions", "Repeat", "StepRehearsal", "Stopped", "Way", "Went"]

#: What somebody has to pay for; other amounts of a bill are administrators' work.
_PRICES: Final = ("meetings", "clients", "users", "contact_lists")


class Way(enum.Enum):
    """How one goes on after an interruption."""

    RESUME = "resume"
    ROLL_BACK = "roll back"
    RETRY = "roll back and retry"


class Repeat(enum.Enum):
    """What comes of carrying a step out twice."""

    #: The same as once.
    SAFE = "yes"
    #: The same as once: the product refuses the second time.
    REFUSED = "refused"
    #: Something else.
    CHANGES = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """Where one of the three ways led."""

    way: Way
    #: The checkpoint at which promises were looked at.
    place: str
    change: Change
    #: Why the product refused operations on this way, each reason once.
    refusals: tuple[str, ...] = ()
    #: What going back did not bring back.
    left: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """One interruption, and all ways on."""

    prefix: Prefix
    #: Of the step that was interrupted.
    step: str
    ways: tuple[Went, ...]
    bill: Bill = field(repr=False)

    def went(self, way: Way) -> Went:
        """Return where one way led."""
        return next(each for each in self.ways if each.way is way)


@dataclass(frozen=True, kw_only=True)
class StepRehearsal:
    """What the interruptions of one step come to."""

    step: PlanStep
    stops: tuple[Stopped, ...]
    repeat: Repeat
    #: Why, where it is not simply safe.
    repeat_why: str
    #: What going back over the step costs, as the simulation shows it; None where nobody told enough.
    found: Undo | None
    why: str

    @property
    def bill(self) -> Bill:
        """What going back costs once the step is done."""
        return self.stops[-1].bill

    def change(self, way: Way) -> Change:
        """Return what the interruptions cost on one way, all taken together."""
        found = [each.change for stop in self.stops for each in stop.ways if each.way is way]
        return Change(
            tuple(sorted({check for each in found for check in each.lost})),
            tuple(sorted({check for each in found for check in each.opened})),
            is_tried=bool(found),
        )

    def plain(self) -> dict[str, Any]:
        """Return JSON types."""
        ways = {way.name.lower(): self.change(way) for way in Way}
        return {
            "repeat": self.repeat.value,
            "repeat_why": self.repeat_why,
            "undo_found": self.found and self.found.value,
            "undo_why": self.why,
            "stops": len(self.stops),
            **{name: change.standing if change.is_tried else None for name, change in ways.items()},
            "lost": {name: list(change.lost) for name, change in ways.items() if change.lost},
        }


class Interruptions:
    """All interruptions of one plan, on one deployment.

    ``checks`` are asked after each way on; ``actions`` is what is done when operations are shifted back.
    """

    def __init__(
        self,
        plan: Plan,
        start: State,
        rules: Rules,
        checks: Iterable[Check] = (),
        actions: frozenset[RollbackAction] = frozenset(RollbackAction),
    ) -> None:
        self.plan = plan
        self.start = start
        self.rules = rules
        self.actions = actions
        #: Whether anybody knows what to go back to; otherwise one can only go on.
        self.goes_back = can_go_back(plan)
        self.moments = Moments()
        self.judge = Judge(checks, start, rules, self.moments)
        self._exempt = rules.value("schema-preparation-harmless") == "yes"
        self._retried: dict[tuple[Moment, Checkpoint], tuple[Change, tuple[str, ...]]] = {}
        self._bills: list[tuple[Any, Bill]] = []

    @cached_property
    def prefixes(self) -> tuple[Prefix, ...]:
        """Every place where the plan can stop."""
        return tuple(prefixes(self.plan, self.start, self.rules))

    @cached_property
    def _line(self) -> dict[Checkpoint, State]:
        """The states at the checkpoints of the uninterrupted plan."""
        reached = {self.plan.phase: self.start}
        for prefix in self.prefixes:
            step = self.plan.steps[prefix.step]
            if step.reaches is not None and prefix.is_complete(self.plan):
                reached.setdefault(step.reaches, prefix.state)
        return reached

    @cached_property
    def steps(self) -> tuple[StepRehearsal, ...]:
        """All steps, each with its interruptions."""
        found: list[StepRehearsal] = []
        before: Stopped | None = None
        for number, step in enumerate(self.plan.steps):
            stops = tuple(self._stopped(prefix, step) for prefix in self.prefixes if prefix.step == number)
            repeat, why = self._repeated(step, stops[-1].prefix.state)
            undo, undo_why = self._classified(before, stops)
            found.append(
                StepRehearsal(step=step, stops=stops, repeat=repeat, repeat_why=why, found=undo, why=undo_why)
            )
            before = stops[-1]
        return tuple(found)

    @property
    def last_safe_step(self) -> str | None:
        """The last step after which everything can still be brought back, found by trying each.

        Of a step in which the model does nothing, what the plan declares counts. None where nobody knows
        what to go back to.
        """
        if not self.goes_back:
            return None
        last = None
        for rehearsed in self.steps:
            if any(self._is_stuck(stop) for stop in rehearsed.stops):
                break
            if not rehearsed.stops[-1].prefix.of_step and rehearsed.step.undo is Undo.IRREVERSIBLE:
                # Nothing was simulated that could be undone: the guide's word counts.
                break
            last = rehearsed.step.key
        return last

    def _is_stuck(self, stop: Stopped) -> bool:
        back = stop.went(Way.ROLL_BACK)
        return bool(back.left or back.change.lost)

    # ---------------------------------------------------------------- the three ways

    def _stopped(self, prefix: Prefix, step: PlanStep) -> Stopped:
        ahead = checkpoint_ahead(self.plan, prefix)
        ways = [self._resumed(prefix, step, ahead)]
        if self.goes_back:
            back, returned = self._back(prefix, ahead)
            ways += [back, self._tried_again(ahead, returned)]
        return Stopped(
            prefix=prefix,
            step=step.key,
            ways=tuple(ways),
            bill=self._bill(prefix.state),
        )

    def _bill(self, state: State) -> Bill:
        """Return the bill; states with the same people, objects and day share one."""
        parts = (state.population, state.directories, state.applications, state.pools)
        for known, bill in self._bills:
            if known[1] == state.day and all(
                one is other for one, other in zip(known[0], parts, strict=True)
            ):
                return bill
        made = bill_of(state, self.plan, self.rules, self.start)
        self._bills = [*self._bills[-7:], ((parts, state.day), made)]
        return made

    def _resumed(self, prefix: Prefix, step: PlanStep, ahead: Checkpoint) -> Went:
        """Carry the interrupted step out again from its beginning, and go on to the next checkpoint.

        Nobody remembers at which account a batch stopped; what people did in the meantime they have done.
        """
        place = Place(ahead.value, ahead)
        if prefix.is_complete(self.plan):
            return Went(way=Way.RESUME, place=place.label, change=Change())
        happened = {at for at in range(prefix.operations) if isinstance(step.operations[at], BY_PEOPLE)}
        again = [each for at, each in enumerate(step.operations) if at not in happened]
        state, refusals = self._apply(prefix.state, again)
        whole = next(
            each.state for each in self.prefixes if each.step == prefix.step and each.is_complete(self.plan)
        )
        if self.moments.of(state) == self.moments.of(whole):
            return Went(way=Way.RESUME, place=place.label, change=Change(), refusals=refusals)
        state, later = self._go_on(state, prefix.step + 1, ahead)
        return Went(
            way=Way.RESUME,
            place=place.label,
            change=self._against_line(state, place, ahead),
            refusals=tuple(dict.fromkeys((*refusals, *later))),
        )

    def _back(self, prefix: Prefix, ahead: Checkpoint) -> tuple[Went, State]:
        place = place_after_going_back(ahead)
        state, refusals = self._apply(prefix.state, way_back(self.plan, prefix, self.actions))
        # Compared with before everything: whatever worked then must work again.
        then = self.judge.judge(self.start, place, self.start)
        now = self.judge.judge(state, place, self.start)
        left = not_restored(self.start, state, exempt_schema=self._exempt) if self.actions else ()
        reasons = no_way_back(prefix, exempt_schema=self._exempt)
        return (
            Went(
                way=Way.ROLL_BACK,
                place=place.label,
                change=compared(then, now),
                refusals=refusals,
                left=(*reasons, *left) if left else (),
            ),
            state,
        )

    def _tried_again(self, ahead: Checkpoint, returned: State) -> Went:
        """From where going back led, carry the plan out again up to the next checkpoint."""
        key = (self.moments.of(returned), ahead)
        if key not in self._retried:
            state, refusals = self._go_on(returned, self._first_to_repeat(ahead), ahead)
            self._retried[key] = (self._against_line(state, Place(ahead.value, ahead), ahead), refusals)
        change, refusals = self._retried[key]
        return Went(way=Way.RETRY, place=ahead.value, change=change, refusals=refusals)

    def _first_to_repeat(self, ahead: Checkpoint) -> int:
        """Return where one begins again: new pools that are there, and empty, are not deployed twice."""
        rank = CHECKPOINT_ORDER.index
        if rank(ahead) <= rank(Checkpoint.SIDE_BY_SIDE):
            return 0
        for number, step in enumerate(self.plan.steps):
            if step.reaches is Checkpoint.SIDE_BY_SIDE:
                return number + 1
        return 0

    def _go_on(self, state: State, first: int, ahead: Checkpoint) -> tuple[State, tuple[str, ...]]:
        """Carry out steps up to a checkpoint; pools that the topology has already are not defined again."""
        last = next(
            (number for number, step in enumerate(self.plan.steps) if step.reaches is ahead),
            len(self.plan.steps) - 1,
        )
        steps = self.plan.steps[first : last + 1]
        return self._apply(state, [each for step in steps for each in step.operations])

    def _apply(self, state: State, operations: Iterable[op.Operation]) -> tuple[State, tuple[str, ...]]:
        refusals: dict[str, None] = {}
        for operation in operations:
            if isinstance(operation, op.PublishTopology) and all(
                pool.id in state.pools for pool in operation.pools
            ):
                # Topology Builder shows that they are there: nobody defines them again.
                continue
            result = apply(state, operation, self.rules)
            if not result.accepted:
                refusals[result.reason] = None
            state = result.state
        return state, tuple(refusals)

    def _against_line(self, state: State, place: Place, ahead: Checkpoint) -> Change:
        line = self._line.get(ahead, self.start)
        if self.moments.of(state) == self.moments.of(line):
            return Change()
        return compared(self.judge.judge(line, place), self.judge.judge(state, place))

    # ---------------------------------------------------------------- what a step is

    def _repeated(self, step: PlanStep, once: State) -> tuple[Repeat, str]:
        again = [each for each in step.operations if not isinstance(each, BY_PEOPLE)]
        refusals: dict[str, None] = {}
        state = once
        for operation in again:
            result = apply(state, operation, self.rules)
            if not result.accepted:
                refusals[result.reason] = None
            state = result.state
        if self.moments.of(state) != self.moments.of(once):
            return Repeat.CHANGES, "; ".join(_differences(once, state)) or "something is different"
        return (Repeat.REFUSED, next(iter(refusals))) if refusals else (Repeat.SAFE, "")

    def _classified(self, before: Stopped | None, stops: tuple[Stopped, ...]) -> tuple[Undo | None, str]:
        if not stops[-1].prefix.of_step:
            return None, "the model does nothing in this step"
        if not self.goes_back:
            return None, "no export tells what to go back to"
        if self.actions != frozenset(RollbackAction):
            return None, "part of the way back is left out"
        if isinstance(self.start.population, Unknown) and any(
            isinstance(done.operation, op.MoveUsers | op.UpgradeClients) for done in stops[-1].prefix.of_step
        ):
            return None, "nobody told who is homed where"
        found = [self._undo(before, stop) for stop in stops]
        # What is stuck in the middle makes the step; otherwise a step costs what it costs once it is done.
        return next((each for each in found if each[0] is Undo.IRREVERSIBLE), found[-1])

    def _undo(self, before: Stopped | None, stop: Stopped) -> tuple[Undo, str]:
        back = stop.went(Way.ROLL_BACK)
        earlier = before.went(Way.ROLL_BACK) if before else None
        if back.left and (earlier is None or back.left != earlier.left):
            return Undo.IRREVERSIBLE, back.left[0]
        lost = set(back.change.lost) - set(earlier.change.lost if earlier else ())
        if lost:
            return Undo.IRREVERSIBLE, f"does not hold any more: {', '.join(sorted(lost))}"
        for done in stop.prefix.of_step:
            if done.changed and not done.undone_by.is_documented and done.undone_by.impossible:
                return Undo.UNDOCUMENTED, done.undone_by.impossible
        start = bill_of(self.start, self.plan, self.rules, self.start) if before is None else before.bill
        dearer = [name for name in _PRICES if _more(start.amounts[name], stop.bill.amounts[name])]
        if dearer:
            return Undo.BILL, "more to pay: " + ", ".join(name.replace("_", " ") for name in dearer)
        if any(done.changed and not done.undone_by.is_documented for done in stop.prefix.of_step):
            return Undo.UNDOCUMENTED, "undone without anybody noticing, in a way that no document describes"
        return Undo.CLEAN, ""


def _more(before: Any, after: Any) -> bool:
    return before is not None and after is not None and after > before


def _differences(once: State, twice: State) -> Iterator[str]:
    """Say in a few words what a second time did."""
    one, two = once.population, twice.population
    if not isinstance(one, Unknown) and not isinstance(two, Unknown):
        moved = int((one.home != two.home).sum())
        if moved:
            yield f"{moved} more people are moved"
        clients = int((one.client != two.client).sum())
        if clients:
            yield f"{clients} more clients are changed"
    for name in ("pools", "services", "records", "outside", "applications", "directories", "certificates"):
        if getattr(once, name) != getattr(twice, name):
            yield f"{name} are changed again"
