"""How much the checks are worth: which fault is noticed by whom, and how early.

Law of this room: a check proves itself by noticing faults and by keeping quiet about sound deployments.
Nobody here knows what a fault does, or what a check asks; both are run and compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from coexistence.checking.checkpoints import Place
from coexistence.checking.fault_registry import Fault, Injection
from coexistence.checking.registry import Check
from coexistence.checking.results import Broken
from coexistence.checking.runner import run_check
from coexistence.model.vocabulary import Severity
from coexistence.rehearsal.fault_injection import Aim, injected
from coexistence.rehearsal.trial import Trial

__all__ = ["FaultScore", "Notice", "Qualification", "is_about", "score", "weighty_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A check that noticed a fault."""

    check: str
    clause: str
    #: Where on the path it did so first.
    checkpoint: str
    #: In how many of the deployments.
    deployments: int
    #: How many deployments were tried until it did so first.
    after: int
    #: Whether it spoke of what was set wrong, or of people hit by it.
    is_about: bool
    #: What it spoke of, the first time.
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultScore:
    """What became of one fault."""

    fault: str
    clause: str
    also: tuple[str, ...]
    #: Deployments in which it could be made.
    tried: int
    notices: tuple[Notice, ...]
    #: Checks that crashed because of it, each with what it raised.
    crashes: tuple[str, ...] = ()

    @property
    def is_killed(self) -> bool:
        """Whether a check of its own clause noticed it, and spoke of it."""
        return any(each.clause == self.clause and each.is_about for each in self.notices)

    @property
    def first(self) -> Notice | None:
        """The notice that came first: the fewest deployments, then the order of the checks."""
        rightly = [each for each in self.notices if each.is_about] or list(self.notices)
        return min(rightly, key=lambda each: each.after, default=None)

    def plain(self) -> dict[str, Any]:
        """Return JSON types, for the way from a worker to the controller."""
        return asdict(self)

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> FaultScore:
        """Read back what :meth:`plain` wrote."""
        rest = {**data, "also": tuple(data["also"]), "crashes": tuple(data["crashes"])}
        notices = tuple(Notice(**each) for each in rest.pop("notices"))
        return cls(notices=notices, **rest)


@dataclass
class _Tally:
    first: Place
    after: int
    subject: str
    is_about: bool
    deployments: int = 0


def score(
    fault: Fault,
    trials: Iterable[Trial],
    checks: Sequence[Check],
    fixtures: Mapping[str, Mapping[str, Any]],
    *,
    target: str = "",
    most: int | None = None,
    is_over_when_killed: bool = False,
) -> FaultScore:
    """Make a fault in one deployment after the other, and see which checks notice.

    ``trials`` are sound ones, ``fixtures`` the fixtures of each check by its id. It is over when the fault
    could be made ``most`` times, or, if that is enough, when a check of its clause spoke of it. A check
    notices what it does not say of the same place of the sound deployment.
    """
    found: dict[str, _Tally] = {}
    crashes: dict[str, str] = {}
    clause_of = {check.id: check.clause for check in checks}
    tried = 0
    for number, sound in enumerate(trials):
        faulty, (injection,) = injected(sound, [Aim(fault, target)], choice=number)
        if injection is None:
            continue
        tried += 1
        seen: set[str] = set()
        satisfied: set[str] = set()
        least = min(fault.severity, Severity.WARNING)
        for place, check, broken in _said(faulty, sound, checks, fixtures, crashes, satisfied, least):
            about = is_about(broken, injection)
            if about:
                satisfied.add(check.id)
            tally = found.get(check.id)
            if tally is None or (about and not tally.is_about):
                before = tally.deployments if tally else 0
                found[check.id] = _Tally(place, tried, broken.subject, about, before)
            if check.id not in seen:
                seen.add(check.id)
                found[check.id].deployments += 1
        faulty.forget()
        is_killed = any(tally.is_about and clause_of[check] == fault.clause for check, tally in found.items())
        if tried == most or (is_over_when_killed and is_killed):
            break
    return FaultScore(
        fault=fault.id,
        clause=fault.clause.value,
        also=tuple(clause.value for clause in fault.also),
        tried=tried,
        notices=tuple(
            Notice(
                check=check,
                clause=clause_of[check].value,
                checkpoint=tally.first.label,
                deployments=tally.deployments,
                after=tally.after,
                is_about=tally.is_about,
                subject=tally.subject,
            )
            for check, tally in sorted(found.items())
        ),
        crashes=tuple(f"{check}: {why}" for check, why in sorted(crashes.items())),
    )


def _said(
    faulty: Trial,
    sound: Trial,
    checks: Sequence[Check],
    fixtures: Mapping[str, Mapping[str, Any]],
    crashes: dict[str, str],
    satisfied: set[str],
    least: Severity,
) -> Iterator[tuple[Place, Check, Broken]]:
    """Go through what is said of a faulty deployment and not of the sound one, along the path.

    What checks raise is put down in ``crashes``; those that are ``satisfied`` are asked no more.
    """
    for place in faulty.places:
        if faulty.is_shared(place):
            continue
        for check in checks:
            if check.id in satisfied or not check.applies_at(place):
                continue
            result = run_check(check, faulty.views_at(place), fixtures[check.id])
            if result.crash is not None:
                crashes.setdefault(check.id, f"{type(result.crash).__name__}: {result.crash}")
            weighty = weighty_of(result.broken, least)
            if not weighty:
                continue
            known: set[tuple[str, str]] = set()
            if place in sound.places:
                before = run_check(check, sound.views_at(place), fixtures[check.id])
                known = {(each.finding.kind, each.subject) for each in before.broken}
            for broken in weighty:
                if (broken.finding.kind, broken.subject) not in known:
                    yield place, check, broken


def weighty_of(broken: Iterable[Broken], least: Severity = Severity.WARNING) -> list[Broken]:
    """Leave out what weighs less; what is said for information complains about nothing."""
    return [each for each in broken if each.severity >= least]


def is_about(broken: Broken, injection: Injection) -> bool:
    """Tell whether a finding speaks of what was set wrong, or of people hit by it.

    It does where the name of what was set wrong stands in its subject, in what it says, or in a hop of
    the outcome.
    """
    outcome = broken.finding.outcome
    spoken = [broken.subject, broken.message, *broken.hit]
    if outcome is not None:
        spoken += [outcome.source, outcome.reason, *map(str, outcome.hops)]
    text = "\n".join(spoken).lower()
    return any(name.lower() in text for name in (injection.target, *injection.about) if name)


@dataclass(frozen=True, kw_only=True)
class Qualification:
    """What a qualifying run found."""

    scores: tuple[FaultScore, ...]
    #: Clause by check.
    checks: Mapping[str, str]
    #: Findings about sound deployments, by check.
    false_alarms: Mapping[str, int]
    #: How many sound deployments every check was asked about.
    healthy_runs: int
    #: Faults that are known and not represented, with the reason.
    excluded: Mapping[str, str] = field(default_factory=dict)
    #: The percentage that has to be noticed.
    min_kill: float = 100.0
    #: Faults that were to be tried and were not, because only part of the run was asked for or took place.
    untried: tuple[str, ...] = ()

    @property
    def able(self) -> tuple[FaultScore, ...]:
        """Faults that could be made in at least one deployment."""
        return tuple(each for each in self.scores if each.tried)

    @property
    def killed(self) -> int:
        """How many faults a check of their own clause noticed."""
        return sum(each.is_killed for each in self.able)

    @property
    def percent(self) -> float | None:
        """The same as a share of all that could be made; None where there is none."""
        return 100 * self.killed / len(self.able) if self.able else None

    @property
    def is_good(self) -> bool:
        """Whether enough is noticed, nothing crashed, and nothing was said about what is sound."""
        return (
            (self.percent is None or self.percent >= self.min_kill)
            and not any(self.false_alarms.values())
            and not any(each.crashes for each in self.scores)
        )

    def kills(self, check: str) -> list[str]:
        """Return the faults that a check noticed."""
        return [
            score.fault
            for score in self.scores
            if any(each.check == check and each.is_about for each in score.notices)
        ]

    @property
    def crashed(self) -> frozenset[str]:
        """Checks that a fault made crash."""
        return frozenset(each.partition(": ")[0] for score in self.scores for each in score.crashes)

    def is_vacuous(self, check: str) -> bool | None:
        """Tell whether no fault makes a check fail; None where not all of them were tried, or it crashed."""
        if self.kills(check):
            return False
        return None if self.untried or check in self.crashed else True

    def missed(self, check: str) -> list[str]:
        """Return the faults of a check's own clause that it did not notice."""
        noticed = set(self.kills(check))
        return [
            score.fault
            for score in self.able
            if score.clause == self.checks[check] and score.fault not in noticed
        ]

    def plain(self) -> dict[str, Any]:
        """Return what the JSON report says (schema 1)."""
        faults: dict[str, Any] = {}
        for each in self.scores:
            faults[each.fault] = {
                "found_by": [notice.check for notice in each.notices if notice.is_about],
                "clause_hit": each.is_killed,
                "excluded": None if each.tried else "cannot be made in any of these deployments",
                "clause": each.clause,
                "deployments": each.tried,
                "notices": [asdict(notice) for notice in each.notices],
                "crashes": list(each.crashes),
            }
        for fault, why in self.excluded.items():
            faults[fault] = {"found_by": [], "clause_hit": False, "excluded": why}
        return {
            "faults": dict(sorted(faults.items())),
            "checks": {
                check: {
                    "clause": self.checks[check],
                    "kills": len(self.kills(check)),
                    "missed": self.missed(check),
                    "false_alarms": self.false_alarms.get(check, 0),
                    "vacuous": self.is_vacuous(check),
                    "crashed": check in self.crashed,
                }
                for check in sorted(self.checks)
            },
            "killed": self.killed,
            "of": len(self.able),
            "percent": None if self.percent is None else round(self.percent, 1),
            "untried": list(self.untried),
            "min_kill": self.min_kill,
            "is_good": self.is_good,
            "healthy_runs": self.healthy_runs,
        }
