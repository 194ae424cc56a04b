"""What came of every check at every place of a deployment's way, and what each of them looked at."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from unittest import mock

from coexistence.checking.registry import Check, Registry
from coexistence.checking.results import Result
from coexistence.observation import NotApplicable, Observer, Outcome
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial

if TYPE_CHECKING:
    from coexistence.model.deployment import Deployment

REGISTRY: Final = Registry()
load_builtin(REGISTRY)

#: "3 single meetings with slides hosted on pool01": how many, and where.
_COUNTED: Final = re.compile(r"(\d+) .*? (on \S+).*")


class Judged(NamedTuple):
    """What came of one check at one place."""

    status: str
    #: What the open questions need.
    needs: frozenset[str]
    #: Calls, the outcomes handed to them and the hops of these, about each subject; times how many they are.
    looked_at: Counter[str]


#: By check and place.
Verdicts = dict[tuple[str, str], Judged]


def judged(deployment: Deployment) -> Verdicts:
    """Ask every check at every place."""
    trial = Trial(deployment, is_twin=True)
    found: Verdicts = {}
    with mock.patch.object(Observer, "handed", _note):
        for place in trial.places:
            for check in _COUNTED_CHECKS:
                if check.applies_at(place):
                    _LOOKED_AT.clear()
                    result = trial.ask(check, place)
                    assert result.crash is None, (check.name, place.label, result.crash)
                    needs = frozenset(need for question in result.undecided for need in question.needs)
                    found[check.name, place.label] = Judged(_status(result), needs, Counter(_LOOKED_AT))
    return found


def _status(result: Result) -> str:
    if any(each.severity.fails for each in result.broken):
        return "broken"
    if result.undecided:
        return "undecided"
    return "kept" if result.evaluations else "not applicable"


#: What is looked at by the check that is being asked, and the outcomes that its call was handed so far.
_LOOKED_AT: Final = Counter[str]()
_HANDED: Final[list[Outcome]] = []
_HAND: Final = Observer.handed


def _note(observer: Observer, outcome: Outcome) -> Outcome:
    _HANDED.append(outcome)
    return _HAND(observer, outcome)


def _counted(check: Check) -> Check:
    """Return a check that does the same, and counts what it looks at: nothing where it does not apply."""
    function = check.function

    def note(arguments: dict[str, Any]) -> None:
        label = getattr(arguments.get(check.subject or ""), "label", "")
        _add(_LOOKED_AT, label, 1 + sum(1 + len(each.hops) for each in _HANDED))

    def asks(**arguments: Any) -> Any:
        _HANDED.clear()
        try:
            answer = function(**arguments)
        except NotApplicable:
            raise
        except BaseException:
            note(arguments)
            raise
        note(arguments)
        return answer

    def yields(**arguments: Any) -> Any:
        _HANDED.clear()
        try:
            yield from function(**arguments)
        except NotApplicable:
            raise
        except BaseException:
            note(arguments)
            raise
        note(arguments)

    is_generator = inspect.isgeneratorfunction(function)
    return dataclasses.replace(check, function=yields if is_generator else asks)


def _add(looked_at: Counter[str], label: str, things: int) -> None:
    """Add to the count of a subject; of people and meetings it does not matter how they were divided."""
    several = _COUNTED.fullmatch(label)
    looked_at[several[2] if several else label] += things * (int(several[1]) if several else 1)


_COUNTED_CHECKS: Final = tuple(map(_counted, REGISTRY))
