"""What came of every check at every place of a deployment's way, and what each of them looked at."""

from __future__ import annotations

import contextlib
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
    from collections.abc import Iterator

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
    for place in trial.places:
        for check in REGISTRY:
            if check.applies_at(place):
                with _counted(check) as (counted, looked_at):
                    result = trial.ask(counted, place)
                assert result.crash is None, (check.name, place.label, result.crash)
                needs = frozenset(need for question in result.undecided for need in question.needs)
                found[check.name, place.label] = Judged(_status(result), needs, looked_at)
    return found


def _status(result: Result) -> str:
    if any(each.severity.fails for each in result.broken):
        return "broken"
    if result.undecided:
        return "undecided"
    return "kept" if result.evaluations else "not applicable"


@contextlib.contextmanager
def _counted(check: Check) -> Iterator[tuple[Check, Counter[str]]]:
    """Hand over a check that does the same, and the count of what it looks at."""
    looked_at: Counter[str] = Counter()
    handed: list[Outcome] = []
    hand = Observer.handed

    def note(observer: Observer, outcome: Outcome) -> Outcome:
        handed.append(outcome)
        return hand(observer, outcome)

    @contextlib.contextmanager
    def call(subject: Any) -> Iterator[None]:
        handed.clear()
        with contextlib.ExitStack() as stack:
            label = getattr(subject, "label", "")
            stack.callback(lambda: _add(looked_at, label, 1 + sum(1 + len(each.hops) for each in handed)))
            try:
                yield
            except NotApplicable:
                stack.pop_all()
                raise

    def asks(**arguments: Any) -> Any:
        with call(arguments.get(check.subject or "")):
            return check.function(**arguments)

    def yields(**arguments: Any) -> Any:
        with call(arguments.get(check.subject or "")):
            yield from check.function(**arguments)

    function = yields if inspect.isgeneratorfunction(check.function) else asks
    with mock.patch.object(Observer, "handed", note):
        yield dataclasses.replace(check, function=function), looked_at


def _add(looked_at: Counter[str], label: str, things: int) -> None:
    """Add to the count of a subject; of people and meetings it does not matter how they were divided."""
    several = _COUNTED.fullmatch(label)
    looked_at[several[2] if several else label] += things * (int(several[1]) if several else 1)
