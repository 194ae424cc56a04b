"""A qualifying run: one item for each fault, and what all of them say about the checks.

Law of this room: it translates, as the rest of this floor does. Who noticed a fault, and whether that is
enough, is decided in ``rehearsal.qualification``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from coexistence.checking.fault_registry import Faults
from coexistence.checking.registry import Check
from coexistence.model.vocabulary import Severity
from coexistence.plugin.ledger import SCORE
from coexistence.rehearsal.estates import Estate, FamilyEstate
from coexistence.rehearsal.fault_injection import Aim
from coexistence.rehearsal.qualification import FaultScore, Qualification, score
from coexistence.rehearsal.settings import Settings
from coexistence.rehearsal.trial import Trial
from coexistence.rehearsal.verdicts import GO, NO_GO, NOT_PROVEN, ItemVerdict, VerdictWord

__all__ = ["NODE", "FaultItem", "FaultModule", "Qualifying", "verdict_of"]

#: Name of the node that faults hang on.
NODE: Final = "faults"
#: Deployments that each fault is made in.
DEPLOYMENTS: Final = 20


class FaultModule(pytest.Collector):
    """The faults, as a node of pytest's tree."""

    items: Callable[[FaultModule], Iterable[FaultItem]]

    def collect(self) -> Iterable[FaultItem]:
        """Return one item for each fault."""
        return self.items(self)


class FaultItem(pytest.Function):
    """One fault, made in one deployment after the other, and every check asked whether it notices."""

    aim: Aim
    qualifying: Qualifying
    scored: FaultScore | None = None
    rank: tuple[Any, ...]

    def ask(self, fixtures: dict[str, Any]) -> None:
        """Score the fault; pass if a check of its own clause notices it."""
        __tracebackhide__ = True
        scored = self.scored = self.qualifying.score(self.aim, fixtures)
        if scored.crashes:
            pytest.fail("; ".join(scored.crashes), pytrace=False)
        if not scored.tried:
            pytest.skip("cannot be made in any of these deployments")
        if scored.is_killed:
            return
        others = [each.check.rpartition("::")[2] for each in scored.notices if each.is_about]
        also = f"; {', '.join(others)} did" if others else ""
        pytest.fail(f"{scored.fault}: no check of {scored.clause} noticed it{also}", pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the fault's function stands."""
        code = self.aim.fault.function.__code__
        return Path(code.co_filename), code.co_firstlineno - 1, self.name


class Qualifying:
    """What a qualifying run does beside asking checks about sound deployments; registered for one run."""

    def __init__(
        self, checks: Sequence[Check], faults: Faults, aims: tuple[Aim, ...], estates: Sequence[Estate]
    ) -> None:
        self.checks = tuple(checks)
        self.faults = faults
        #: What is tried: everything, unless somebody chose.
        self.aims = aims or tuple(Aim(fault) for fault in faults)
        self.estates = estates
        self._sound: dict[tuple[str, int], Trial] = {}

    @property
    def fixtures(self) -> tuple[str, ...]:
        """The fixtures of all checks together."""
        return tuple(dict.fromkeys(name for check in self.checks for name in check.fixtures))

    def sound(self) -> Iterator[Trial]:
        """Go through the sound deployments; each is made once, and what was observed there is kept."""
        for estate in self.estates:
            for member in range(estate.size):
                key = (estate.name, member)
                if key not in self._sound:
                    self._sound[key] = (
                        estate.made(member) if isinstance(estate, FamilyEstate) else estate.sound(member)
                    )
                yield self._sound[key]

    def score(self, aim: Aim, fixtures: Mapping[str, Any]) -> FaultScore:
        """Make a fault in the first deployments that can have it, and see who notices."""
        own = {check.id: {name: fixtures[name] for name in check.fixtures} for check in self.checks}
        return score(aim.fault, self.sound(), self.checks, own, target=aim.target, most=DEPLOYMENTS)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the report carry the score, from a worker too."""
        if isinstance(item, FaultItem) and call.when == "setup":
            item.scored = None  # what an earlier attempt found does not count
        report = yield
        if isinstance(item, FaultItem) and call.when == "call" and item.scored is not None:
            setattr(report, SCORE, item.scored.plain())
        return report

    def result(
        self, items: Sequence[ItemVerdict], scores: Iterable[FaultScore], settings: Settings
    ) -> Qualification:
        """Sum up what the run found."""
        order = {aim.fault.id: at for at, aim in enumerate(self.aims)}
        families = [estate for estate in self.estates if isinstance(estate, FamilyEstate)]
        scored = sorted(scores, key=lambda each: order[each.fault])
        tried = {each.fault for each in scored}
        return Qualification(
            scores=tuple(scored),
            checks={check.id: check.clause.value for check in self.checks},
            false_alarms=_alarms(items, {estate.name for estate in families}),
            healthy_runs=sum(estate.size for estate in families),
            excluded=self.faults.excluded,
            untried=tuple(sorted(each.id for each in self.faults if each.id not in tried)),
            min_kill=100.0 if settings.min_kill is None else settings.min_kill,
        )


def verdict_of(
    qualification: Qualification, settings: Settings, *, is_partial: bool, is_stopped: bool
) -> VerdictWord:
    """Say whether the checks are good enough; part of the question proves that to nobody but a gate."""
    if not qualification.is_good:
        return NO_GO
    if not qualification.able or is_stopped or (is_partial and settings.min_kill is None):
        return NOT_PROVEN
    return GO


def _alarms(items: Iterable[ItemVerdict], sound: set[str]) -> dict[str, int]:
    """Count what was said about sound deployments, by check."""
    found: dict[str, int] = {}
    for item in items:
        if item.estate in sound:
            heavy = [
                each
                for each in item.findings
                if each.waived is None and Severity[each.severity.upper()] >= Severity.WARNING
            ]
            found[item.check] = found.get(item.check, 0) + len(heavy) + item.more_findings
    return {check: number for check, number in sorted(found.items()) if number}
