"""The verdict of one item: what one check said at one checkpoint, summed over its deployments.

Law of this room: people hit are counted once, findings without end are counted rather than kept, and a
verdict crosses to another process and back unchanged.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Check
from coexistence.checking.results import Broken, OpenQuestion, Result
from coexistence.checking.waivers import NO_WAIVERS, Waivers
from coexistence.model.population import Rows, head_count
from coexistence.observation import Outcome
from coexistence.rehearsal.verdicts.records import FindingRecord, UndecidedRecord
from coexistence.rehearsal.verdicts.words import Hit, Standing

__all__ = ["ItemVerdict"]

#: Findings that one item reports one by one; further ones are counted. A family with a defect everywhere
#: would otherwise fill memory with the same sentence.
MAX_FINDINGS: Final = 200


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
    #: What would be assumed, had nobody stated it.
    stated: tuple[str, ...] = ()

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
            stated=tuple(rest.pop("stated")),
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
        stated: frozenset[str] = frozenset(),
    ) -> ItemVerdict:
        """Sum up what one check said about one or several deployments at one checkpoint.

        ``stated`` are the assumptions that somebody's statement stands for: nothing rests on these.
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
                    record = _record(check, place, estate, number, broken, stated)
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
            assumes=tuple(sorted(assumes - stated)),
            stated=tuple(sorted(assumes & stated)),
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
        hit[cohort] = _united(known, people)
    else:
        hit[cohort] = people


def _united(known: Rows, more: Rows) -> Rows:
    """Return the rows of both, each once: as ``np.union1d`` does, which sorts all of them every time."""
    if not np.all(known[1:] > known[:-1]):
        known = np.unique(known)
    more = np.unique(more)
    if not len(known):
        return more
    place = np.searchsorted(known, more)
    is_new = known[np.minimum(place, len(known) - 1)] != more
    return np.insert(known, place[is_new], more[is_new])


def _record(
    check: Check, place: Place, estate: str, number: int | None, broken: Broken, stated: frozenset[str]
) -> FindingRecord:
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
        assumes=() if outcome is None else tuple(each for each in outcome.assumes if each not in stated),
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
