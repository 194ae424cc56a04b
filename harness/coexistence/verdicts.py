"""The result as plain data: what travels between processes, and what a report is made of.

Law of this room: everything here is JSON types or turns into them and back, in a stable order. Whether
it is go, no-go or not proven is decided here and nowhere else.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import dataclasses
import itertools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from coexistence.causes import PREREQUISITES, Cause, causes_of
from coexistence.checking import Broken, Check, OpenQuestion, Place, Result
from coexistence.observation import Outcome
from coexistence.population import Rows, head_count
from coexistence.simulation.rules import ASSUMPTIONS, Rules
from coexistence.vocabulary import CHECKPOINT_ORDER, Clause, Severity
from coexistence.waivers import NO_WAIVERS, Waivers

__all__ = [
    "GO",
    "NOT_PROVEN",
    "NO_GO",
    "STOP_KEYS",
    "Account",
    "EstateReport",
    "FaultRecord",
    "FindingRecord",
    "Hit",
    "ItemVerdict",
    "Run",
    "Standing",
    "UndecidedRecord",
    "VerdictWord",
    "add_bills",
]

VerdictWord: TypeAlias = Literal["go", "no-go", "not-proven"]
Standing: TypeAlias = Literal["kept", "broken", "undecided", "not-applicable"]
#: What a fault hit: the fault as it was asked for (or the estate), deployment (None for a twin), target.
Hit: TypeAlias = tuple[str, int | None, str]
GO: Final = "go"
NO_GO: Final = "no-go"
NOT_PROVEN: Final = "not-proven"
#: Findings that one item reports one by one; further ones are counted. A family with a defect everywhere
#: would otherwise fill memory with the same sentence.
MAX_FINDINGS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord:
    """One broken promise about one subject."""

    check: str
    clause: str
    severity: str
    estate: str
    #: Number of the generated deployment; None for a twin.
    deployment: int | None
    checkpoint: str
    kind: str
    subject: str
    people: int
    message: str
    outcome: Mapping[str, Any] | None
    assumes: tuple[str, ...]
    remedy: str
    document: str
    #: Who accepted it, why and until when; None where nobody did.
    waived: Mapping[str, str] | None = None
    #: What is broken, then what it belongs to and what else is spoken of: pools, servers, names.
    about: tuple[str, ...] = ()
    #: Faults that were made on purpose and are its cause, as they were asked for.
    faults: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Return the finding as the JSON report shows it."""
        made = dataclasses.asdict(self)
        made["assumes"] = list(self.assumes)
        made["about"] = list(self.about)
        made["faults"] = list(self.faults)
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class UndecidedRecord:
    """A promise that could not be decided, and what would decide it."""

    check: str
    checkpoint: str
    severity: str
    needs: tuple[str, ...]
    #: People concerned; None where nobody told how many there are.
    people: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemVerdict:
    """What one item found: one check at one checkpoint, of a twin or of a shard of a family."""

    check: str
    clause: str
    severity: str
    estate: str
    checkpoint: str
    #: First and last deployment of the shard; None for a twin.
    shard: tuple[int, int] | None
    evaluations: int
    findings: tuple[FindingRecord, ...]
    #: Findings beyond those that are reported one by one.
    more_findings: int
    #: People hit, each counted once.
    people: int
    undecided: UndecidedRecord | None
    assumes: tuple[str, ...]
    #: What the check raised, as one line; None if it did not.
    crash: str | None
    #: Whether a finding that nobody accepted weighs enough to mean no-go.
    fails: bool
    #: Numbers of the waivers that accepted a finding.
    waivers: tuple[int, ...] = ()
    #: What faults that were made on purpose hit in these deployments.
    injected: tuple[Hit, ...] = ()
    #: Bills of the shard, by checkpoint; summed over its deployments.
    bills: Mapping[str, Any] = field(default_factory=dict)

    @property
    def standing(self) -> Standing:
        """What became of the promise."""
        if self.fails:
            return "broken"
        if self.undecided is not None or self.crash is not None:
            return "undecided"
        return "kept" if self.evaluations else "not-applicable"

    def standing_if(self, *, strict: bool) -> Standing:
        """What became of the promise; under ``strict`` a warning breaks it too."""
        if strict and any(each.severity != "info" and each.waived is None for each in self.findings):
            return "broken"
        return self.standing

    def plain(self) -> dict[str, Any]:
        """Return JSON types, for the way from a worker to the controller."""
        return dataclasses.asdict(self)

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> ItemVerdict:
        """Read back what :meth:`plain` wrote (tuples may have become lists on the way)."""
        rest = dict(data)
        findings = tuple(
            FindingRecord(**{**each, **{name: tuple(each[name]) for name in ("assumes", "about", "faults")}})
            for each in rest.pop("findings")
        )
        undecided = rest.pop("undecided")
        shard = rest.pop("shard")
        return cls(
            findings=findings,
            undecided=undecided and UndecidedRecord(**{**undecided, "needs": tuple(undecided["needs"])}),
            shard=shard and (shard[0], shard[1]),
            assumes=tuple(rest.pop("assumes")),
            waivers=tuple(rest.pop("waivers")),
            injected=tuple((fault, number, target) for fault, number, target in rest.pop("injected")),
            **rest,
        )

    @classmethod
    def of(
        cls,
        check: Check,
        place: Place,
        estate: str,
        results: Iterable[tuple[int | None, Result]],
        *,
        shard: tuple[int, int] | None = None,
        bills: Mapping[str, Any] | None = None,
        waivers: Waivers = NO_WAIVERS,
        injected: Iterable[Hit] = (),
        blame: Callable[[int | None, Broken], tuple[str, ...]] | None = None,
    ) -> ItemVerdict:
        """Sum up what one check said about one or several deployments at one checkpoint.

        ``blame`` tells which of the faults that were made in a deployment are the cause of a finding.
        """
        findings: list[FindingRecord] = []
        counted = 0
        hit: dict[tuple[int | None, str], int | Rows] = {}
        questions: list[OpenQuestion] = []
        evaluations = 0
        assumes: set[str] = set()
        crash = None
        fails = False
        used: set[int] = set()
        for number, result in results:
            evaluations += result.evaluations
            assumes |= result.assumes
            questions += result.undecided
            if result.crash is not None and crash is None:
                crash = f"{type(result.crash).__name__}: {result.crash}"
            for broken in result.broken:
                counted += 1
                number_of = waivers.find(check.id, broken.subject, place.label) if waivers else None
                if number_of is None:
                    fails = fails or broken.severity.fails
                else:
                    used.add(number_of)
                for cohort, people in broken.hit.items():
                    _count_in(hit, (number, cohort), people)
                if len(findings) < MAX_FINDINGS:
                    record = _record(check, place, estate, number, broken)
                    if number_of is not None:
                        record = dataclasses.replace(record, waived=waivers.waivers[number_of].plain())
                    if blame is not None:
                        record = dataclasses.replace(record, faults=blame(number, broken))
                    findings.append(record)
        return cls(
            check=check.id,
            clause=check.clause.value,
            severity=check.severity.name.lower(),
            estate=estate,
            checkpoint=place.label,
            shard=shard,
            evaluations=evaluations,
            findings=tuple(findings),
            more_findings=counted - len(findings),
            people=sum(map(head_count, hit.values())),
            undecided=_open(check, place, questions),
            assumes=tuple(sorted(assumes)),
            crash=crash,
            fails=fails,
            waivers=tuple(sorted(used)),
            injected=tuple(injected),
            bills=bills or {},
        )


def _count_in(
    hit: dict[tuple[int | None, str], int | Rows], cohort: tuple[int | None, str], people: int | Rows
) -> None:
    """Add people to those hit; whoever is named by row counts once, however often he is named."""
    known = hit.get(cohort)
    if isinstance(known, np.ndarray) and isinstance(people, np.ndarray):
        hit[cohort] = np.union1d(known, people)
    else:
        hit[cohort] = people


def _record(check: Check, place: Place, estate: str, number: int | None, broken: Broken) -> FindingRecord:
    outcome = broken.finding.outcome
    return FindingRecord(
        check=check.id,
        clause=check.clause.value,
        severity=broken.severity.name.lower(),
        estate=estate,
        deployment=number,
        checkpoint=place.label,
        kind=broken.finding.kind,
        subject=broken.subject,
        people=broken.people,
        message=broken.message if outcome is None else "",
        outcome=None if outcome is None else _plain_outcome(outcome),
        assumes=() if outcome is None else outcome.assumes,
        remedy=check.remedy,
        document=check.source,
        about=broken.about,
    )


def _plain_outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "disposition": outcome.disposition.value,
        "sip": outcome.sip,
        "diagnostic": outcome.diagnostic,
        "reason": outcome.reason,
        "source": outcome.source,
        "hops": [str(hop) for hop in outcome.hops],
    }


def _open(check: Check, place: Place, questions: Sequence[OpenQuestion]) -> UndecidedRecord | None:
    if not questions:
        return None
    hit: dict[tuple[int | None, str], int | Rows] = {}
    for question in questions:
        for cohort, people in question.hit.items():
            _count_in(hit, (None, cohort), people)
    return UndecidedRecord(
        check=check.id,
        checkpoint=place.label,
        severity=check.severity.name.lower(),
        needs=tuple(sorted({need for question in questions for need in question.needs})),
        people=sum(map(head_count, hit.values())) if hit else None,
        reason=questions[0].reason,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRecord:
    """A fault that was made on purpose."""

    #: As it was asked for: ``id`` or ``id:target``.
    asked: str
    id: str
    clause: str
    severity: str
    phase: str
    evidence: str
    #: What was set wrong, and what is seen of it from outside.
    cause: str
    seen: str
    remedy: str
    document: str
    #: Where it was made: estate, deployment (None for a twin), what it hit.
    made: tuple[Hit, ...]

    def plain(self) -> dict[str, Any]:
        """Return what the JSON report says."""
        where = [{"estate": estate, "deployment": number, "target": hit} for estate, number, hit in self.made]
        return {**dataclasses.asdict(self), "made": where}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of one exported file."""

    file: str
    kind: str
    rows: int
    used: int
    notes: tuple[str, ...]
    #: The day on which the file was last written, ``2026-11-23``; empty where that is not known.
    written: str = ""


@dataclass(frozen=True, kw_only=True)
class EstateReport:
    """One estate: what it is, and what was found."""

    name: str
    kind: Literal["twin", "generated"]
    checkpoints: tuple[str, ...]
    #: As the JSON report shows it.
    inventory: Mapping[str, Any]
    imported: tuple[Account, ...] = ()
    #: Where a twin stands, in words.
    standing: str = ""
    #: Legacy pools that stay, and why.
    staying: Mapping[str, str] = field(default_factory=dict)
    last_safe_step: str | None = None
    #: What that step is about.
    last_safe_title: str = ""
    #: What the administrator has to know about the plan.
    notes: tuple[str, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    #: What going back costs after each of the steps; empty where nobody asked.
    step_bills: tuple[Mapping[str, Any], ...] = ()
    #: What interruptions of each of the steps come to; empty where they were not rehearsed.
    stops: tuple[Mapping[str, Any], ...] = ()
    bills: tuple[Mapping[str, Any], ...] = ()
    #: Steps that the product refused to carry out.
    refused: tuple[str, ...] = ()
    #: Waves, remarks and statements of the plan, as the JSON report shows them.
    plan: Mapping[str, Any] = field(default_factory=dict)
    #: Assumptions that the plan rests on, whatever the checks look at.
    assumes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Run:
    """Everything that one run found."""

    version: str
    seed: int
    as_of: str
    rerun: str
    deployments: int
    estates: tuple[EstateReport, ...]
    items: tuple[ItemVerdict, ...]
    rules: Rules = field(default_factory=Rules)
    #: Why this run may not say go even if nothing is broken (a selection, an interruption); "" if it may.
    partial: str = ""
    strict: bool = False
    waivers: Waivers = NO_WAIVERS
    #: Faults that were made on purpose; a run with such never says go.
    faults: tuple[FaultRecord, ...] = ()
    #: What the checks are worth, as the JSON report shows it; None where nobody asked.
    qualification: Mapping[str, Any] | None = None
    #: What that comes to: then the question is what the checks are worth.
    qualified: VerdictWord | None = None

    def _weighs(self, severity: str) -> bool:
        return self.strict or Severity[severity.upper()].fails

    def item_standing(self, item: ItemVerdict) -> Standing:
        """What became of one promise in this run."""
        return item.standing_if(strict=self.strict)

    def word(self, items: Iterable[ItemVerdict]) -> VerdictWord:
        """Say go, no-go or not proven for some of the items."""
        chosen = list(items)
        standings = [(self.item_standing(item), item.severity) for item in chosen]
        if any(standing == "broken" for standing, _ in standings):
            return NO_GO
        if any(standing == "undecided" and self._weighs(severity) for standing, severity in standings):
            return NOT_PROVEN
        if any(item.crash is not None for item in chosen):
            return NOT_PROVEN
        # A clause of which nothing was asked is not proven by that.
        return GO if any(standing == "kept" for standing, _ in standings) else NOT_PROVEN

    @property
    def verdict(self) -> VerdictWord:
        """The answer to the question."""
        if self.qualified is not None:
            return self.qualified
        word = self.word(self.items)
        if self.strict and self.waiver_complaints():
            return NO_GO
        return NOT_PROVEN if word == GO and self.partial else word

    def waiver_complaints(self) -> list[FindingRecord]:
        """Return a finding for each waiver that has run out, or that nothing needs any more."""
        used = {number for item in self.items for number in item.waivers}
        return [
            FindingRecord(
                check="waivers",
                clause=Clause.DATA.value,
                severity=Severity.WARNING.name.lower(),
                estate="",
                deployment=None,
                checkpoint="",
                kind=kind,
                subject=f"{waiver.check} for {waiver.subject}",
                people=0,
                message=why,
                outcome=None,
                assumes=(),
                remedy="Decide again: mend what was accepted, extend the waiver, or take it out.",
                document="",
            )
            for kind, waiver, why in self.waivers.complaints(used, is_whole_run=not self.partial)
        ]

    @property
    def crashes(self) -> tuple[ItemVerdict, ...]:
        """Items whose check raised."""
        return tuple(item for item in self.items if item.crash is not None)

    def exit_status(self) -> int:
        """0 go; 1 no-go, or a check crashed; 8 not proven. Strict runs end with 1 instead of 8."""
        if self.verdict == NO_GO or self.crashes:
            return 1
        if self.verdict == GO:
            return 0
        undecided = any(item.undecided is not None for item in self.items)
        return 1 if self.strict and undecided else 8

    def of_estate(self, estate: EstateReport) -> list[ItemVerdict]:
        """The items of one estate."""
        return [item for item in self.items if item.estate == estate.name]

    def matrix(self, estate: EstateReport) -> dict[str, dict[str, Standing]]:
        """Return the standing of every clause at every checkpoint of an estate."""
        items = self.of_estate(estate)
        made: dict[str, dict[str, Standing]] = {}
        for clause in Clause:
            if not any(item.clause == clause.value for item in items):
                continue
            made[clause.value] = {
                checkpoint: self._standing(
                    [item for item in items if item.clause == clause.value and item.checkpoint == checkpoint]
                )
                for checkpoint in estate.checkpoints
            }
        return made

    def _standing(self, items: Sequence[ItemVerdict]) -> Standing:
        found = {self.item_standing(item) for item in items if self._counts(item)}
        ranking: tuple[Standing, ...] = ("broken", "undecided", "kept")
        for standing in ranking:
            if standing in found:
                return standing
        return "not-applicable"

    def _counts(self, item: ItemVerdict) -> bool:
        """An undecided warning does not keep a clause from being kept."""
        return item.standing != "undecided" or item.crash is not None or self._weighs(item.severity)

    def findings(self) -> list[FindingRecord]:
        """All findings, heaviest first; among these, causes before consequences, then along the path."""
        found = [finding for item in self.items for finding in item.findings] + self.waiver_complaints()
        order = {
            (estate.name, label): at for estate in self.estates for at, label in enumerate(estate.checkpoints)
        }
        return sorted(
            found,
            key=lambda each: (
                -Severity[each.severity.upper()],
                PREREQUISITES.index(each.clause) if each.clause in PREREQUISITES else len(PREREQUISITES),
                order.get((each.estate, each.checkpoint), len(order)),
                each.estate,
                -1 if each.deployment is None else each.deployment,
                each.check,
                each.subject,
            ),
        )

    def causes(self) -> tuple[Cause, ...]:
        """Return what broke, each thing once, with everything that was found because of it.

        Findings that somebody accepted, and those about waivers, are not among them.
        """
        return causes_of([each for each in self.findings() if each.estate and each.waived is None])

    def assumptions(self) -> list[dict[str, Any]]:
        """Return every assumption, what it was taken to be, and whether a verdict rests on it."""
        used = {name for item in self.items for name in item.assumes}
        used |= {name for estate in self.estates for name in estate.assumes}
        return [
            {
                "id": each.id,
                "statement": each.statement,
                "default": each.default,
                "value": self.rules.value(each.id),
                "used": each.id in used,
                "confidence": each.confidence.value,
                "source": each.source,
            }
            for each in sorted(ASSUMPTIONS.values(), key=lambda each: each.id)
        ]

    def plain(self) -> dict[str, Any]:
        """Return the JSON report, schema 1."""
        causes = self.causes()
        # A finding is known by its place in memory: two may be equal.
        number = {id(each): at for at, cause in enumerate(causes) for each in cause.findings}
        findings = self.findings()
        return {
            "schema": 1,
            "tool": "pytest-coexistence",
            "version": self.version,
            "verdict": self.verdict,
            "seed": self.seed,
            "as_of": self.as_of,
            "rerun": self.rerun,
            "evaluations": sum(item.evaluations for item in self.items),
            "deployments": self.deployments,
            "partial": self.partial,
            "assumptions": self.assumptions(),
            "estates": [self._plain_estate(estate) for estate in self.estates],
            "findings": [{**each.plain(), "cause": number.get(id(each))} for each in findings],
            "causes": [cause.plain() for cause in causes],
            "more_findings": sum(item.more_findings for item in self.items),
            "crashes": [
                {
                    "check": item.check,
                    "checkpoint": item.checkpoint,
                    "estate": item.estate,
                    "error": item.crash,
                }
                for item in self.crashes
            ],
            "faults": [fault.plain() for fault in self.faults],
            "qualification": None if self.qualification is None else dict(self.qualification),
        }

    def _plain_estate(self, estate: EstateReport) -> dict[str, Any]:
        items = self.of_estate(estate)
        matrix = self.matrix(estate)
        return {
            "name": estate.name,
            "kind": estate.kind,
            "checkpoints": list(estate.checkpoints),
            "verdict": self.word(items),
            "standing": estate.standing,
            "inventory": dict(estate.inventory),
            "imported": [{**dataclasses.asdict(each), "notes": list(each.notes)} for each in estate.imported],
            "clauses": {
                clause: {
                    "verdict": self.word([item for item in items if item.clause == clause]),
                    "checkpoints": dict(standings),
                }
                for clause, standings in matrix.items()
            },
            "undecided": [
                {
                    "check": record.check,
                    "checkpoint": record.checkpoint,
                    "needs": list(record.needs),
                    "people": record.people,
                    "reason": record.reason,
                }
                for record in self.undecided(estate)
            ],
            "staying": dict(sorted(estate.staying.items())),
            "refused": list(estate.refused),
            "notes": list(estate.notes),
            "plan": dict(estate.plan),
            "rollback": {
                "last_safe_step": estate.last_safe_step,
                "steps": [
                    {
                        "step": step,
                        "undo": undo,
                        "bill": dict(bill) if bill else None,
                        **{name: stop.get(name) for name in STOP_KEYS},
                    }
                    for (step, undo), bill, stop in zip(
                        estate.steps,
                        estate.step_bills or itertools.repeat(None),
                        estate.stops or itertools.repeat(_NOT_REHEARSED),
                        strict=False,
                    )
                ],
                "bills": [dict(bill) for bill in estate.bills],
            },
        }

    def undecided(self, estate: EstateReport) -> list[UndecidedRecord]:
        """Return what could not be decided about an estate, in the order of the path."""
        found = [item.undecided for item in self.of_estate(estate) if item.undecided is not None]
        merged: dict[tuple[str, str], UndecidedRecord] = {}
        for record in found:
            key = (record.check, record.checkpoint)
            known = merged.get(key)
            merged[key] = record if known is None else _merged(known, record)
        order = {label: at for at, label in enumerate(estate.checkpoints)}
        return [
            merged[key] for key in sorted(merged, key=lambda key: (order.get(key[1], len(order)), key[0]))
        ]


def _merged(one: UndecidedRecord, other: UndecidedRecord) -> UndecidedRecord:
    people = [each.people for each in (one, other) if each.people is not None]
    return dataclasses.replace(
        one, needs=tuple(sorted({*one.needs, *other.needs})), people=sum(people) if people else None
    )


def add_bills(bills: Iterable[Mapping[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Sum bills of many deployments by checkpoint; sites of different deployments are not compared."""
    totals: dict[str, dict[str, Any]] = {}
    for each in bills:
        for label, bill in each.items():
            amounts = {name: value for name, value in bill.items() if name not in _NOT_ADDED}
            total = totals.setdefault(label, dict.fromkeys(amounts, 0))
            for name, amount in amounts.items():
                add = _longer if name == "freeze" else operator.add
                total[name] = None if None in (total[name], amount) else add(total[name], amount)
    rank = {checkpoint.value: at for at, checkpoint in enumerate(CHECKPOINT_ORDER)}
    return [
        {"from": label, **totals[label], "meeting_rows": None, "by_site": {}}
        for label in sorted(totals, key=lambda x: rank.get(x, -1))
    ]


#: What the JSON report says of each step's interruptions; None where they were not rehearsed.
STOP_KEYS: Final = (
    "repeat",
    "repeat_why",
    "resume",
    "roll_back",
    "retry",
    "lost",
    "undo_found",
    "undo_why",
    "stops",
)

_NOT_REHEARSED: Final[Mapping[str, Any]] = {}
#: What deployments do not have in common: rows and sites of one mean nothing in another.
_NOT_ADDED: Final = ("from", "by_site", "meeting_rows")


def _longer(one: int | str, other: int | str) -> int | str:
    """Return the longer of two scheduling freezes; one that never ends is the longest."""
    return max(one, other, key=lambda freeze: (isinstance(freeze, str), freeze))
