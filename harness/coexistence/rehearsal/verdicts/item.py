"""The verdict of one item: what one check said at one checkpoint, summed over its deployments.

Law of this room: people hit are counted once, of findings without end one of each sort is kept, and a verdict
crosses to another process and back unchanged.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Check
from coexistence.checking.results import Broken, OpenQuestion, Result
from coexistence.checking.waivers import NO_WAIVERS, Waivers
from coexistence.observation import Outcome
from coexistence.rehearsal.verdicts.people_hit import PeopleCount, PeopleHit
from coexistence.rehearsal.verdicts.records import FindingRecord, UndecidedRecord
from coexistence.rehearsal.verdicts.words import Hit, LeftOpen, Standing

__all__ = ["ItemVerdict", "item_name"]

#: Findings that one item reports one by one; further ones are counted. A family with a defect everywhere
#: would otherwise fill memory with the same sentence.
MAX_FINDINGS: Final = 200
#: Findings of other sorts that are reported beyond it, one of each, so that no cause stays untold.
_MOST_SORTS: Final = 1_000


def item_name(estate: str, shard: tuple[int, int] | None, checkpoint: str) -> str:
    """What stands in the brackets of a node id.

    >>> item_name("generated", (0, 24), "pilot")
    'generated-0-24-pilot'
    """
    return f"{estate}-{checkpoint}" if shard is None else f"{estate}-{shard[0]}-{shard[1]}-{checkpoint}"


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
    #: Whether it was collected, and nobody answered.
    left_out: bool = False

    @property
    def standing(self) -> Standing:
        """What became of the promise."""
        if self.fails:
            return "broken"
        if self.undecided is not None or self.crash is not None or self.left_out:
            return "undecided"
        return "kept" if self.evaluations else "not-applicable"

    def standing_if(self, *, strict: bool) -> Standing:
        """What became of the promise; under ``strict`` a warning breaks it too."""
        if strict and any(each.severity != "info" and each.waived is None for each in self.findings):
            return "broken"
        return self.standing

    def crashed(self, what: str) -> ItemVerdict:
        """Return the verdict after something around the check failed; what was found before stays."""
        return dataclasses.replace(self, crash=self.crash or what)

    def opened(self, reason: str) -> ItemVerdict:
        """Return the verdict where the promise as a whole was left open; findings stay."""
        return self._with_left_open([(None, "", reason)])

    def expected_to_fail(self, reason: str) -> ItemVerdict:
        """Return the verdict where the check's own author expects it to fail: nothing it said counts."""
        subjects = [(each.deployment, each.subject, reason) for each in self.findings]
        bare = dataclasses.replace(self, findings=(), more_findings=0, people=0, fails=False, crash=None)
        return bare._with_left_open(subjects or [(None, "", reason)])

    def _with_left_open(self, more: Sequence[LeftOpen]) -> ItemVerdict:
        record = self.undecided or UndecidedRecord(
            check=self.check,
            checkpoint=self.checkpoint,
            severity=self.severity,
            needs=(),
            people=None,
            reason=more[0][2],
        )
        left_open = tuple([*record.left_open, *more][:MAX_FINDINGS])
        return dataclasses.replace(self, undecided=dataclasses.replace(record, left_open=left_open))

    def plain(self) -> dict[str, Any]:
        """JSON types, for the way from a worker to the controller.

        Which people are hit is said once in ``crowds``; findings refer to it by number.
        """
        made = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        # Most items found nothing, and all of a shard share its bills: only what is found is copied.
        made["findings"] = [dataclasses.asdict(each) for each in self.findings]
        made["undecided"] = None if self.undecided is None else dataclasses.asdict(self.undecided)
        crowds: dict[str, int] = {}
        for finding in made["findings"]:
            hit = finding["hit"]
            hit["rows"] = [crowds.setdefault(text, len(crowds)) for text in hit["rows"]]
        return {**made, "crowds": list(crowds)}

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> ItemVerdict:
        """Read back what :meth:`plain` wrote (tuples may have become lists on the way)."""
        rest = dict(data)
        # The same people come again at other checkpoints: one text of each is kept.
        crowds = [sys.intern(text) for text in rest.pop("crowds")]
        findings = tuple(_from_plain(each, crowds) for each in rest.pop("findings"))
        undecided = rest.pop("undecided")
        shard = rest.pop("shard")
        return cls(
            findings=findings,
            undecided=undecided
            and UndecidedRecord(
                **{
                    **undecided,
                    "needs": tuple(undecided["needs"]),
                    "left_open": tuple(map(tuple, undecided["left_open"])),
                }
            ),
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
        kept = _Findings()
        counts: dict[int | None, PeopleCount] = {}
        questions: list[tuple[int | None, OpenQuestion]] = []
        evaluations = 0
        assumes: set[str] = set()
        crash = None
        fails = False
        used: set[int] = set()
        for number, result in results:
            evaluations += result.evaluations
            assumes |= result.assumes
            questions += ((number, question) for question in result.undecided)
            if result.crash is not None and crash is None:
                crash = f"{type(result.crash).__name__}: {result.crash}"
            for broken in result.broken:
                number_of = waivers.find(check.id, broken.subject, place.label) if waivers else None
                if number_of is None:
                    fails = fails or broken.severity.fails
                else:
                    used.add(number_of)
                counts.setdefault(number, PeopleCount()).add(broken.hit)
                faults = () if blame is None else blame(number, broken)
                if kept.wants((number, number_of, faults), broken):
                    record = _record(check, place, estate, number, broken, stated)
                    waived = None if number_of is None else waivers.waivers[number_of].plain()
                    kept.records.append(
                        replace(record, waived=waived, faults=faults, everybody=result.everybody)
                    )
        findings = kept.in_the_end()
        return cls(
            check=check.id,
            clause=check.clause.value,
            severity=check.severity.name.lower(),
            estate=estate,
            checkpoint=place.label,
            shard=shard,
            evaluations=evaluations,
            findings=findings,
            more_findings=kept.counted - len(findings),
            people=sum(each.people for each in counts.values()),
            undecided=_open(check, place, questions),
            assumes=tuple(sorted(assumes - stated)),
            stated=tuple(sorted(assumes & stated)),
            crash=crash,
            fails=fails,
            waivers=tuple(sorted(used)),
            injected=tuple(injected),
            bills=bills or {},
        )


def _from_plain(data: Mapping[str, Any], crowds: Sequence[str]) -> FindingRecord:
    hit = data["hit"]
    tuples = {name: tuple(data[name]) for name in ("assumes", "about", "faults", "ended_on")}
    people = PeopleHit(
        rows=tuple(crowds[at] for at in hit["rows"]),
        numbers=tuple((name, number) for name, number in hit["numbers"]),
        is_cut=hit["is_cut"],
    )
    return FindingRecord(**{**data, **tuples, "hit": people})


class _Findings:
    """The findings of one item: some one by one, the others with one that is alike, or as a number."""

    def __init__(self) -> None:
        self.records: list[FindingRecord] = []
        self.counted = 0
        #: Place of the first record of each sort.
        self._first: dict[object, int] = {}
        #: Who is hit by findings that are told with a record.
        self._alike: dict[int, list[PeopleHit]] = {}

    def wants(self, whose: tuple[object, ...], broken: Broken) -> bool:
        """Count a finding, and tell whether it is to be reported one by one."""
        self.counted += 1
        told = broken.finding.outcome
        why = None if told is None else (told.source, told.reason)
        sort = (*whose, broken.finding.kind, broken.severity, broken.about, why)
        at = self._first.setdefault(sort, len(self.records))
        if len(self.records) < (_MOST_SORTS if at == len(self.records) else MAX_FINDINGS):
            return True
        if at < len(self.records):
            self._alike.setdefault(at, []).append(PeopleHit.of(broken.hit))
        else:
            del self._first[sort]
        return False

    def in_the_end(self) -> tuple[FindingRecord, ...]:
        """What to report: every record with what it stands for."""
        is_cut = self.counted > len(self.records) + sum(map(len, self._alike.values()))
        made = list(self.records)
        for at, others in self._alike.items():
            hit = PeopleHit.united([made[at].hit, *others])
            made[at] = replace(made[at], hit=hit, alike=len(others))
        if is_cut:
            made = [replace(each, hit=replace(each.hit, is_cut=True)) for each in made]
        return tuple(made)


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
        # What an assertion says of an outcome is said by the outcome.
        message=broken.message if outcome is None else broken.finding.message,
        outcome=None if outcome is None else _plain_outcome(outcome),
        assumes=() if outcome is None else tuple(each for each in outcome.assumes if each not in stated),
        remedy=check.remedy,
        document=check.source,
        about=broken.about,
        ended_on=broken.ended_on,
        is_step=check.subject == "step",
        hit=PeopleHit.of(broken.hit),
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


def _open(
    check: Check, place: Place, questions: Sequence[tuple[int | None, OpenQuestion]]
) -> UndecidedRecord | None:
    if not questions:
        return None
    counts: dict[int | None, PeopleCount] = {}
    for number, question in questions:
        if question.hit:
            counts.setdefault(number, PeopleCount()).add(question.hit)
    return UndecidedRecord(
        check=check.id,
        checkpoint=place.label,
        severity=check.severity.name.lower(),
        needs=tuple(sorted({need for _, question in questions for need in question.needs})),
        people=sum(each.people for each in counts.values()) if counts else None,
        reason=questions[0][1].reason,
        left_open=tuple(
            (number, question.subject, question.reason)
            for number, question in questions
            if question.is_left_open
        )[:MAX_FINDINGS],
    )
