"""Plans as values: steps, what undoing them costs, and the way back.

Law of this room: data and what follows from it; how a plan is made is not said here.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from coexistence.operations import (
    DowngradeClients,
    MoveUsers,
    Operation,
    Replicate,
    RescheduleMeetings,
    RollBackContactStore,
    Selection,
)
from coexistence.vocabulary import CHECKPOINT_ORDER, PATHS, Checkpoint, ClientGeneration, PoolId, Version

__all__ = [
    "CLIENT_OF",
    "NO_COUNTERPART",
    "Plan",
    "PlanStep",
    "RollbackAction",
    "Undo",
    "pilot_size",
    "published",
    "reached",
    "targets_of",
]

#: Versions without XMPP federation and Persistent Chat: people who need them stay on legacy pools.
#: Source: "Features removed from Skype for Business Server 2019"; SE has the same list (third party).
NO_COUNTERPART: Final = frozenset({Version.S19, Version.SE})


#: The desktop client that goes with a server generation, rolled out to people who are moved.
CLIENT_OF: Final = {
    Version.L10: ClientGeneration.LYNC_2010,
    Version.L13: ClientGeneration.LYNC_2013,
    Version.S15: ClientGeneration.SFB_2015,
    Version.S19: ClientGeneration.SFB_2016,
    Version.SE: ClientGeneration.SFB_2016,
}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One step of the guide with what it does here."""

    #: As in the migration facts, section 3, e.g. ``P4.3``.
    id: str
    title: str
    operations: tuple[Operation, ...]
    undo: Undo = Undo.CLEAN
    #: The checkpoint that is reached when this step is done.
    reaches: Checkpoint | None = None


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
    #: Legacy pools that stay, and why.
    staying: Mapping[PoolId, str]
    steps: tuple[PlanStep, ...]
    #: What undoes the steps about Edge, names and applications, by the checkpoint from which on they
    #: are done.
    reversals: Mapping[RollbackAction, tuple[tuple[Checkpoint, Operation], ...]]
    #: What an administrator has to know about this plan: where it leaves the guide's order, and why.
    notes: tuple[str, ...] = ()

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

        Preparing the schema cannot be undone either, but harms nobody: it is not counted (our
        assumption; the guide documents no way back from it).
        """
        last = None
        for step in self.steps:
            if step.undo is Undo.IRREVERSIBLE:
                break
            last = step.id
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


def reached(checkpoint: Checkpoint, phase: Checkpoint) -> bool:
    """Tell whether a checkpoint lies at or after another on the main line."""
    return CHECKPOINT_ORDER.index(checkpoint) >= CHECKPOINT_ORDER.index(phase)


def targets_of(legacy: tuple[Version, ...]) -> tuple[Version, ...]:
    """Return the versions that every one of ``legacy`` may be migrated to, newest last."""
    allowed = [{path.target for path in PATHS if path.legacy is version} for version in legacy]
    return tuple(sorted(set.intersection(*allowed))) if allowed else ()


def pilot_size(people: int) -> int:
    """Return how many of ``people`` move first: one in twenty, at least two, at most fifty.

    Our assumption; the guide only says that test users go before pilot users, and these before all.
    """
    return min(people, max(2, min(50, people // 20)))


def published(changes: Iterable[Operation]) -> tuple[Operation, ...]:
    """Return changes to the topology followed by the wait for replication; nothing if there are none."""
    made = tuple(changes)
    return (*made, Replicate()) if made else ()
