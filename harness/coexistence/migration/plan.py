"""Plans as values: steps, what undoing them costs, and the way back.

Law of this room: data and what follows from it; how a plan is made is not said here.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from coexistence.migration.custom_plan import NOTHING_ASKED, AddedStep, OwnPlan, Window
from coexistence.migration.guide import GuideStep, Requirement, Tool, guide_of
from coexistence.model.operations import (
    DowngradeClients,
    LetDaysPass,
    MoveUsers,
    Operation,
    PrepareDirectory,
    Replicate,
    RescheduleMeetings,
    RollBackContactStore,
    Selection,
)
from coexistence.model.vocabulary import (
    CHECKPOINT_ORDER,
    PATHS,
    Checkpoint,
    PoolId,
    Version,
)

__all__ = [
    "Calendar",
    "Plan",
    "PlanStep",
    "RollbackAction",
    "Undo",
    "Wave",
    "pilot_size",
    "published",
    "reached",
    "still",
    "targets_of",
]


class Undo(enum.Enum):
    """What going back over a step costs."""

    #: Undone without anybody noticing.
    CLEAN = "clean"
    #: Undone, and somebody pays: meetings, clients, people.
    BILL = "bill"
    IRREVERSIBLE = "irreversible"
    UNDOCUMENTED = "undocumented"


class RollbackAction(enum.Enum):
    """What an administrator does when operations are shifted back. By default all of it."""

    USERS = "move users back"
    CONTACT_STORE = "roll the contact store back"
    CLIENTS = "downgrade clients"
    MEETINGS = "reschedule meetings"
    APPLICATIONS = "move application endpoints back"
    EDGE = "federation and media back to the legacy Edge"
    NAMES = "DNS names back"

    @property
    def slug(self) -> str:
        """Its name in a plan file.

        >>> RollbackAction.CONTACT_STORE.slug
        'contact-store'
        """
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Days and shares where nobody gave any; what they are taken to be, the rules say."""

    #: One person in so many of each pool moves first.
    pilot_one_in: int = 20

    #: The pilot is watched for so long before anything else is done.
    pilot: int = 7
    #: From one wave to the next.
    between_waves: int = 1
    #: From the last wave until services move and legacy pools go.
    production: int = 14
    #: Whether people hold the meetings that they have, each once, before they schedule new ones.
    meetings_held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """People who move together."""

    name: str
    is_pilot: bool = False
    #: In which part of the day it must be done; None if nobody said.
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One step of the guide with what it does here."""

    #: As in the migration facts, section 3, e.g. ``P4.3``; several waves have the same.
    id: str
    title: str
    operations: tuple[Operation, ...]
    undo: Undo = Undo.CLEAN
    #: The checkpoint that is reached when this step is done.
    reaches: Checkpoint | None = None
    #: Counted from 1 where a plan has several steps of this id; else 0.
    instance: int = 0
    wave: Wave | None = None
    #: The day that somebody set for it; None where the calendar decides.
    date: dt.date | None = None
    #: What the administrator wrote about a step of his own.
    added: AddedStep | None = None

    @property
    def key(self) -> str:
        """What tells this step from all others of its plan, e.g. ``P6.4/2``."""
        return f"{self.id}/{self.instance}" if self.instance else self.id

    @property
    def guide(self) -> GuideStep:
        """What the vendor's guide says about it."""
        return guide_of(self.id)

    @property
    def requires(self) -> tuple[Requirement, ...]:
        """What must be so before it begins."""
        return self.guide.requires

    @property
    def tool(self) -> Tool:
        """What carries it out."""
        return self.guide.tool

    @property
    def verify(self) -> str:
        """How it is verified; "" where the guide does not say."""
        return self.added.verify if self.added else self.guide.verify

    @property
    def undo_how(self) -> str:
        """How it is undone, or that this is not documented."""
        return (self.added.undo if self.added else "") or self.guide.undo_how


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All steps from where a deployment stands to the end of its migration."""

    #: Where the deployment stands before the first step.
    phase: Checkpoint
    #: What the new pools run; empty when there is nowhere to go.
    target: tuple[Version, ...]
    legacy: tuple[PoolId, ...]
    #: Which new pool takes over from which legacy pool.
    successor: Mapping[PoolId, PoolId]
    #: The same for pools of every role that get a new one.
    takes_over: Mapping[PoolId, PoolId] = field(default_factory=dict)
    #: Legacy pools that stay, and why.
    staying: Mapping[PoolId, str]
    steps: tuple[PlanStep, ...]
    #: What undoes the steps about Edge, names and applications, by the checkpoint from which on they
    #: are done.
    reversals: Mapping[RollbackAction, tuple[tuple[Checkpoint, Operation], ...]]
    #: What an administrator has to know about this plan: where it leaves the guide's order, and why.
    notes: tuple[str, ...] = ()
    #: The day on which the first step may begin; None where nobody asks for dates.
    start: dt.date | None = field(default=None, compare=False)
    #: What the administrator wanted otherwise.
    own: OwnPlan = field(default=NOTHING_ASKED, compare=False)

    @cached_property
    def actions(self) -> frozenset[RollbackAction]:
        """What is done when operations are shifted back: all of it, unless the plan file says less."""
        wanted = self.own.rollback
        if wanted is None:
            return frozenset(RollbackAction)
        return frozenset(action for action in RollbackAction if action.slug in wanted)

    @cached_property
    def days(self) -> tuple[int, ...]:
        """How many days after the start each step begins."""
        found: list[int] = []
        day = 0
        for step in self.steps:
            begins = None
            for operation in step.operations:
                if isinstance(operation, LetDaysPass):
                    day += operation.days
                elif begins is None:
                    begins = day
            if begins is None:
                waited = sum(each.days for each in step.operations if isinstance(each, LetDaysPass))
                begins = day if step.date else day - waited
            found.append(begins)
        return tuple(found)

    def dated(self) -> Iterator[tuple[PlanStep, dt.date | None]]:
        """Return every step with the day on which it begins; None without a start."""
        for step, day in zip(self.steps, self.days, strict=True):
            yield step, self.start and self.start + dt.timedelta(days=day)

    @cached_property
    def predecessor(self) -> dict[PoolId, PoolId]:
        """The legacy pool that a new pool's users go back to (the first, where several merged)."""
        back: dict[PoolId, PoolId] = {}
        for old, new in self.successor.items():
            back.setdefault(new, old)
        return back

    @cached_property
    def last_safe_step(self) -> str | None:
        """The last step before the first irreversible one; None without a plan.

        Preparing the schema cannot be undone either, but harms nobody: it is not counted (assumption
        ``schema-preparation-harmless``).
        """
        return self.last_safe()

    def last_safe(self, *, exempt_schema: bool = True) -> str | None:
        """Return the last step before the first one without a way back.

        ``exempt_schema`` leaves preparing the schema out, of which the guide documents no way back.
        """
        last = None
        for step in self.steps:
            if step.undo is Undo.IRREVERSIBLE:
                break
            if not exempt_schema and any(isinstance(each, PrepareDirectory) for each in step.operations):
                break
            last = step.key
        return last

    def rollback(
        self, back_from: Checkpoint, actions: frozenset[RollbackAction] = frozenset(RollbackAction)
    ) -> tuple[Operation, ...]:
        """Return what shifts operations back to the legacy pools from a checkpoint.

        The new pools keep running, empty. The order is ours: the contact list goes back before the
        person does, otherwise it is lost (rollback of migrated users, Lync Server 2013).
        """
        made: list[Operation] = []
        for old, new in self.successor.items():
            there = Selection(on=new, came_from=old)
            home = Selection(on=old, came_from=old) if RollbackAction.USERS in actions else there
            if RollbackAction.CONTACT_STORE in actions:
                made.append(RollBackContactStore(users=there))
            if RollbackAction.USERS in actions:
                made.append(MoveUsers(users=there, to=old, tools=self.target[-1], with_content=True))
            if RollbackAction.CLIENTS in actions:
                made.append(DowngradeClients(users=home))
            if RollbackAction.MEETINGS in actions:
                made.append(RescheduleMeetings(by=home))
        reversals = self.reversals
        for action in (RollbackAction.EDGE, RollbackAction.NAMES, RollbackAction.APPLICATIONS):
            if action in actions:
                made += [each for phase, each in reversals.get(action, ()) if reached(back_from, phase)]
        return (*made, Replicate()) if made else ()


def still(id_: str, title: str) -> PlanStep:
    """Return a step in which the model has nothing to do."""
    return PlanStep(id=id_, title=title, operations=())


def reached(checkpoint: Checkpoint, phase: Checkpoint) -> bool:
    """Tell whether a checkpoint lies at or after another on the main line."""
    return CHECKPOINT_ORDER.index(checkpoint) >= CHECKPOINT_ORDER.index(phase)


def targets_of(legacy: tuple[Version, ...]) -> tuple[Version, ...]:
    """Return the versions that every one of ``legacy`` may be migrated to, newest last."""
    allowed = [{path.target for path in PATHS if path.legacy is version} for version in legacy]
    return tuple(sorted(set.intersection(*allowed))) if allowed else ()


def pilot_size(people: int, one_in: int = 20) -> int:
    """Return how many of ``people`` move first: one in ``one_in``, at least two, at most fifty.

    Our assumption; the guide only says that test users go before pilot users, and these before all.
    """
    return min(people, max(2, min(50, people // one_in)))


def published(changes: Iterable[Operation]) -> tuple[Operation, ...]:
    """Return changes to the topology followed by the wait for replication; nothing if there are none."""
    made = tuple(changes)
    return (*made, Replicate()) if made else ()
