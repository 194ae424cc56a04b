"""Which promises hold at a moment, compared with another moment.

Law of this room: moments that nobody can tell apart are judged once. A promise is lost where it breaks
now and did not break then; what was broken already is not the interruption's doing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Check
from coexistence.checking.runner import Views, run_check
from coexistence.observation import Observer
from coexistence.rehearsal.interruptions.snapshots import Moment, Moments
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

__all__ = ["Change", "Judge", "Judgement"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What all checks say about one moment."""

    #: How many subjects each promise breaks for, by check and kind of finding.
    broken: Mapping[tuple[str, str], int]
    undecided: frozenset[str]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the promises between two moments."""

    #: Checks whose promise held then, and breaks now.
    lost: tuple[str, ...] = ()
    #: Checks that were decided then, and are not now.
    opened: tuple[str, ...] = ()
    #: Whether anybody looked at all.
    is_tried: bool = True

    @property
    def standing(self) -> str:
        """One word: kept, broken or undecided."""
        return "broken" if self.lost else "undecided" if self.opened else "kept"


class Judge:
    """Asks checks about moments of one deployment, each moment once for each checkpoint."""

    def __init__(self, checks: Iterable[Check], start: State, rules: Rules, moments: Moments) -> None:
        # A check that wants pytest's fixtures is asked by pytest alone.
        self.checks = tuple(check for check in checks if not check.fixtures)
        self.rules = rules
        self.moments = moments
        self.origin = Observer(start, rules)
        self._judgements: dict[tuple[Moment, str, Moment], Judgement] = {}
        self._needs_before = any("before" in check.views for check in self.checks)

    def judge(self, state: State, place: Place, before: State | None = None) -> Judgement:
        """Return what the checks of a checkpoint say about a state; ``before`` is the one it came from."""
        moment = self.moments.alike(state)
        earlier = self.moments.alike(before) if self._needs_before and before is not None else moment
        key = (moment, place.label, earlier)
        if key not in self._judgements:
            self._judgements[key] = self._asked(state, place, before if self._needs_before else None)
        return self._judgements[key]

    def _asked(self, state: State, place: Place, before: State | None) -> Judgement:
        here = Observer(state, self.rules)
        views = Views(
            here=here, before=here if before is None else Observer(before, self.rules), origin=self.origin
        )
        broken: Counter[tuple[str, str]] = Counter()
        undecided: set[str] = set()
        for check in self.checks:
            if not check.applies_at(place):
                continue
            result = run_check(check, views, {})
            broken.update((check.id, each.finding.kind) for each in result.broken if each.severity.fails)
            if result.undecided or result.crash is not None:
                undecided.add(check.id)
        here.forget()
        return Judgement(dict(broken), frozenset(undecided))


def compared(then: Judgement, now: Judgement) -> Change:
    """Return what was lost, and what can no longer be decided."""
    lost = {check for (check, kind), count in now.broken.items() if count > then.broken.get((check, kind), 0)}
    return Change(tuple(sorted(lost)), tuple(sorted(now.undecided - then.undecided)))
