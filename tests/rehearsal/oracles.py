"""What a careful clerk would find: meeting by meeting, person by person, without a bill.

Tests use them on a few deployments, the job on a thousand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers import meetings_of, population_of

from coexistence.checking.checkpoints import Place
from coexistence.checking.runner import Views, run_check
from coexistence.migration import RollbackAction
from coexistence.migration.rollback_cost import bill_of
from coexistence.model.vocabulary import CHECKPOINT_ORDER, ContactStore, Disposition, Unknown, Version
from coexistence.observation import Observer
from coexistence.simulation.engine import apply

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from coexistence.checking.registry import Check
    from coexistence.rehearsal.trial import Trial
    from coexistence.simulation.state import State

__all__ = ["complaints", "states_of"]


def states_of(trial: Trial) -> Iterator[tuple[str, State]]:
    """The state after each step, by the step's key."""
    state = trial.start
    for step in trial.plan.steps:
        for operation in step.operations:
            state = apply(state, operation, trial.rules).state
        yield step.key, state


def lost_by_hand(trial: Trial, state: State) -> list[int]:
    """Rows of the meetings that an upgraded client scheduled on something newer than home will be."""
    population, meetings = population_of(state), meetings_of(state)
    version_of = {pool.id: pool.versions[0] for pool in trial.deployment.pools if pool.versions}
    lost = []
    for at in range(len(meetings)):
        row = int(meetings.organizer[at])
        back_to = int(population.came_from[row])
        if back_to == int(population.home[row]) or back_to >= len(population.pools):
            continue
        pool = population.pools[back_to]
        if (
            pool in trial.plan.legacy
            and pool in state.pools
            and meetings.last[at] >= state.day
            and meetings.by_upgraded[at] == 1
            and Version(int(meetings.scheduled_on[at])) > version_of[pool]
        ):
            lost.append(at)
    return lost


def broken_by_shifting_users(trial: Trial, state: State) -> list[int]:
    """Rows of the meetings that really fail once people, and nothing else, are moved back."""
    for operation in trial.plan.rollback(CHECKPOINT_ORDER[-1], frozenset({RollbackAction.USERS})):
        state = apply(state, operation, trial.rules).state
    here = Observer(state, trial.rules)
    population, meetings = population_of(state), meetings_of(state)
    found = []
    for at in range(len(meetings)):
        if meetings.last[at] < state.day:
            continue
        outcome = here.join(
            population.pools[int(population.home[int(meetings.organizer[at])])],
            Version(int(meetings.scheduled_on[at])),
            bool(meetings.by_upgraded[at]),
        )
        if outcome.disposition is not Disposition.DONE:
            found.append(at)
    return found


def complaints(trial: Trial, checks: Iterable[Check]) -> Iterator[str]:
    """Everything that is not as it must be, in words; nothing for a healthy deployment."""
    yield from _about_meetings(trial)
    yield from _about_dates(trial)
    chosen = [check for check in checks if not check.fixtures]
    yield from _about_promises(trial, chosen)
    yield from _about_shifting_alone(trial, chosen)


def _about_meetings(trial: Trial) -> Iterator[str]:
    """The bill's meetings are those of two oracles, after every step from which one can go back."""
    safe = [step.key for step in trial.plan.steps]
    last = safe.index(trial.last_safe_step) if trial.last_safe_step else -1
    seen: list[object] = []
    for number, (key, state) in enumerate(states_of(trial)):
        if seen and all(one is other for one, other in zip(seen, _parts(state), strict=True)):
            continue
        seen = _parts(state)
        bill = bill_of(state, trial.plan, trial.rules, trial.start)
        assert bill.rows is not None, "generated meetings are known"
        rows = bill.rows.tolist()
        if rows != lost_by_hand(trial, state):
            yield f"{key}: the bill has other meetings than a walk through the calendar"
        if any(meetings_of(state).by_upgraded[row] != 1 for row in rows):
            yield f"{key}: a meeting is on the bill that no upgraded client scheduled"
        if (
            number <= last
            and rows != broken_by_shifting_users(trial, state)
            and not _is_stopped(trial, state)
        ):
            yield f"{key}: other meetings break than the bill has"
        if bill.freeze is not None and bill.freeze != "never":
            later = state.changed(day=state.day + bill.freeze)
            if bill_of(later, trial.plan, trial.rules).meetings:
                yield f"{key}: meetings are left after the freeze"
            sooner = state.changed(day=state.day + bill.freeze - 1)
            if bill.freeze and not bill_of(sooner, trial.plan, trial.rules).meetings:
                yield f"{key}: the freeze could be shorter"


def _parts(state: State) -> list[object]:
    """What a bill of meetings depends on; most steps change nothing of it."""
    return [state.population, state.day, state.pools, state.silenced]


def _is_stopped(trial: Trial, state: State) -> bool:
    """Once legacy pools are silent nothing works on them before they are started again."""
    return bool(state.silenced & set(trial.plan.legacy))


def _about_dates(trial: Trial) -> Iterator[str]:
    """On one day, with one set of meetings: one step earlier never breaks more."""
    states = list(states_of(trial))
    if not states:
        return
    *_, (_, end) = states
    before = -1
    last = [step.key for step in trial.plan.steps].index(trial.last_safe_step or trial.plan.steps[0].key)
    for key, state in states[: last + 1]:
        fixed = population_of(state).changed(meetings=meetings_of(end))
        lost = bill_of(state.changed(population=fixed, day=trial.start.day), trial.plan, trial.rules).meetings
        assert lost is not None, "generated meetings are known"
        if lost < before:
            yield f"{key}: a step earlier, {before} meetings break, and now {lost}"
        before = lost


def _about_promises(trial: Trial, checks: Iterable[Check]) -> Iterator[str]:
    """Every promise is kept at every checkpoint, rollbacks included."""
    for stop in trial.stops():
        for check in checks:
            if check.applies_at(stop.place):
                result = run_check(check, stop.views, {})
                if result.crash is not None or any(each.severity.fails for each in result.broken):
                    yield f"{stop.place.label}: {check.id} breaks"


#: Promises that speak of what a bill lists, and of nothing else.
_BILLED = {
    "no_meeting_is_lost_by_going_back": "meetings",
    "no_upgraded_client_is_left_after_going_back": "clients",
    "contact_lists_can_be_read": "contact_lists",
    "response_groups_are_back_on_legacy_pools": "endpoints",
}


def _about_shifting_alone(trial: Trial, checks: Iterable[Check]) -> Iterator[str]:
    """With servers only shifted back, exactly what the bill lists breaks."""
    for place, bill in trial.bills.items():
        state = trial.state_at(place)
        for operation in trial.plan.rollback(place.phase, frozenset({RollbackAction.USERS})):
            state = apply(state, operation, trial.rules).state
        where = Place(place.phase.rolled_back, place.phase, is_rolled_back=True)
        views = Views(
            here=Observer(state, trial.rules),
            before=Observer(trial.start, trial.rules),
            origin=Observer(trial.start, trial.rules),
        )
        for check in checks:
            if not check.applies_at(where):
                continue
            broken = [each for each in run_check(check, views, {}).broken if each.severity.fails]
            name = _BILLED.get(check.name)
            if broken and (name is None or not bill.amounts[name]):
                yield f"{where.label}: {check.id} breaks, and nothing on the bill says so"
        yield from _counted(trial, state, bill.amounts, where.label)


def _counted(trial: Trial, state: State, amounts: dict[str, Any], label: str) -> Iterator[str]:
    """Count upgraded clients, lists in the wrong store and objects on the wrong pool, one by one."""
    population = population_of(state)
    started = population_of(trial.start)
    people = [row for row in population.people.tolist() if population.home[row] == population.came_from[row]]
    upgraded = sum(population.upgraded[row] == 1 and started.upgraded[row] != 1 for row in people)
    if upgraded != amounts["clients"]:
        yield f"{label}: {upgraded} upgraded clients, {amounts['clients']} on the bill"
    lists = sum(
        population.contacts[row] == ContactStore.EXCHANGE
        and state.pools[population.pools[int(population.home[row])]].versions == (Version.L10,)
        for row in people
    )
    if lists != amounts["contact_lists"]:
        yield f"{label}: {lists} contact lists in the wrong place, {amounts['contact_lists']} on the bill"
    pairs: dict[str, tuple[Any, Any]] = {
        "endpoints": (state.applications, trial.start.applications),
        "directories": (state.directories, trial.start.directories),
    }
    for name, (now, then) in pairs.items():
        if isinstance(now, Unknown) or isinstance(then, Unknown):
            continue
        away = sum(one.owner != other.owner for one, other in zip(now, then, strict=True))
        if away != amounts[name]:
            yield f"{label}: {away} {name} elsewhere, {amounts[name]} on the bill"
