"""What moving people and conference directories asks of whoever does it: a way there, tools, a fresh session.

Law of this room: only what depends on the administrator is looked at; the move itself is another room's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from coexistence.model import operations as op
from coexistence.model.conditions.administrators import SERVER_ADMINS, AdminTask
from coexistence.model.deployment import ConferenceDirectory
from coexistence.model.vocabulary import Disposition, PoolId, Unknown, Version
from coexistence.simulation.changes import clients
from coexistence.simulation.changes.cms import may_not
from coexistence.simulation.dispatch import Changes
from coexistence.simulation.rules.admin_rights import person
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import Infrastructure, State
from coexistence.simulation.transitions import Step, refused

__all__ = ["CHANGES", "DCOM", "dcom_trouble", "shell_loses_codes"]

CHANGES: Final = Changes()

#: Port of the Front-End service by which management servers move people.
DCOM: Final = 135


@rule(
    "people-move-over-dcom",
    "Move-CsUser talks to the Front Ends of both pools over DCOM, which begins at port 135.",
    source="Ports and protocols for internal servers",
    switch="moves-over-dcom",
)
def dcom_trouble(
    state: Infrastructure, rules: Rules, pools: Iterable[PoolId], *, at: PoolId | None = None
) -> str | None:
    """Say which pool cannot be reached for a move; ``at`` is the pool that the tools run on, if any."""
    if not state.blocked or rules.value("moves-over-dcom") == "no":
        return None
    for pool in pools:
        for block in state.blocked:
            if block.port == DCOM and block.source in (None, at) and block.target in (None, pool):
                return f"port {DCOM} of {pool} cannot be reached"
    return None


@CHANGES.carries_out(op.MoveUsers)
def move_users(state: State, operation: op.MoveUsers, rules: Rules) -> Step:
    """Move people, if both pools can be reached for it."""
    if reason := dcom_trouble(state, rules, (operation.users.on, operation.to)):
        return refused(state, reason)
    return clients.move_users(state, operation, rules)


# -------------------------------------------------------------------- conference directories


@CHANGES.carries_out(op.MoveConferenceDirectories)
def move_directories(state: State, operation: op.MoveConferenceDirectories, rules: Rules) -> Step:
    """Move the conference directories of a pool: whole, halfway, or with entries lost."""
    directories = state.directories
    if isinstance(directories, Unknown):
        return clients.move_directories(state, operation, rules)
    theirs = [each for each in directories if each.owner == operation.source]
    if reason := _no_way_back(theirs, operation):
        return refused(state, reason)
    step = clients.move_directories(state, operation, rules)
    if not step.accepted or not theirs:
        return step
    stuck = _stuck(state, operation, theirs)
    if stuck is not None:
        return stuck
    target = state.pools[operation.to]
    if reason := may_not(state, operation.by, AdminTask.SETTINGS):
        return refused(state, reason)
    said = ""
    if shell_loses_codes(operation.tools or state.tools, target.versions, rules):
        step = clients.move_directories(state, replace(operation, force=True), rules)
        said = "the older shell does not know the newer format: entries were lost"
    assert not isinstance(step.state.directories, Unknown)  # they were known before
    numbers = {each.number for each in theirs}
    # A directory that two pools held after a move that broke off has one owner again.
    settled = {
        (each.number, each.owner): replace(each, state="ready") if each.number in numbers else each
        for each in step.state.directories
    }
    return Step(
        step.state.changed(directories=tuple(settled.values())), step.disposition, said or step.reason
    )


@rule(
    "directory-move-is-only-repeated",
    "A move of a conference directory that did not end cannot be rolled back, only repeated.",
    source="Move conference directories",
)
def _no_way_back(theirs: list[ConferenceDirectory], operation: op.MoveConferenceDirectories) -> str | None:
    halfway = [each.number for each in theirs if each.state == "moving"]
    if halfway and operation.to == operation.source:
        return f"the move of conference directory {halfway[0]} cannot be rolled back, only repeated"
    return None


@rule(
    "stale-shell-leaves-directory-halfway",
    "A shell that was opened before its owner got the rights for it cannot reach the interface of conference "
    "directories: the move fails, is not rolled back, and a new shell has to repeat it.",
    source="Move conference directories",
)
def _stuck(
    state: State, operation: op.MoveConferenceDirectories, theirs: list[ConferenceDirectory]
) -> Step | None:
    """Return what becomes of a move in a session that does not know of its rights; None in any other."""
    who = person(state, operation.by)
    if who is None or isinstance(who.groups, Unknown) or SERVER_ADMINS not in who.groups & who.joined_since:
        return None
    assert not isinstance(state.directories, Unknown)  # some of them are to be moved
    numbers = {each.number for each in theirs}
    halfway = tuple(
        replace(each, state="moving") if each.number in numbers else each for each in state.directories
    )
    first = min(numbers)
    return Step(
        state.changed(directories=halfway),
        Disposition.FAILED,
        f"Move operation failed for conference directory {first}, and cannot perform a rollback: the shell "
        f"of {who.name} is older than the membership in {SERVER_ADMINS}",
    )


@rule(
    "old-shell-loses-directory-entries",
    "Conference directories moved to a newer pool with an older shell lose data, whatever it reports.",
    source="Skype for Business Server 2015: plan for upgrade (caution)",
    switch="old-shell-loses-codes",
)
def shell_loses_codes(tools: Version | None, target: tuple[Version, ...], rules: Rules) -> bool:
    """Tell whether a shell is too old for the conference directories of a target."""
    if tools is None or not target or tools >= target[0]:
        return False
    return rules.value("old-shell-loses-codes") == "yes"
