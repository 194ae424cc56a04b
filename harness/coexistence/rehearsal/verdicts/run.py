"""Everything that one run found, and its answer: go, no-go or not proven.

Law of this room: that is decided here and nowhere else.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coexistence.checking.waivers import NO_WAIVERS, Waivers
from coexistence.model.vocabulary import Clause, Severity
from coexistence.rehearsal.verdicts.causes import PREREQUISITES, Cause, causes_of
from coexistence.rehearsal.verdicts.estate_report import EstateReport
from coexistence.rehearsal.verdicts.item import ItemVerdict, item_name
from coexistence.rehearsal.verdicts.records import FaultRecord, FindingRecord, UndecidedRecord
from coexistence.rehearsal.verdicts.words import GO, NO_GO, NOT_PROVEN, Standing, VerdictWord
from coexistence.simulation.rules.assumptions import ASSUMPTIONS, Rules

__all__ = ["Run"]


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
    #: How a line begins that asks for one node id.
    ask: str = "pytest --coexistence"
    #: Faults that were made on purpose; a run with such never says go.
    faults: tuple[FaultRecord, ...] = ()
    #: What the checks are worth, as the JSON report shows it; None where nobody asked.
    qualification: Mapping[str, Any] | None = None
    #: What that comes to: then the question is what the checks are worth.
    qualified: VerdictWord | None = None
    #: Node ids of items that were collected, and that nobody answered.
    left_out: tuple[str, ...] = ()
    #: What failed and is no check, by its name: another item, a collector, a hook.
    errors: tuple[tuple[str, str], ...] = ()

    def node_id(self, finding: FindingRecord) -> str:
        """Node id of the item that found something."""
        item = next(
            item
            for item in self.items
            if (item.estate, item.check, item.checkpoint)
            == (finding.estate, finding.check, finding.checkpoint)
            and (item.shard is None or item.shard[0] <= (finding.deployment or 0) <= item.shard[1])
        )
        return f"{item.check}[{item_name(item.estate, item.shard, item.checkpoint)}]"

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
        word = self.word(self.items)
        if self.qualified is not None:
            # A share of the faults is enough for those, and excuses nothing else.
            word = self.qualified if self.qualified != GO or not self._objections else word
        elif self.strict and self.waiver_complaints():
            word = NO_GO
        elif self.partial and word == GO:
            word = NOT_PROVEN
        return NOT_PROVEN if word == GO and (self.left_out or self.errors) else word

    @property
    def _objections(self) -> bool:
        """Whether an item says more against the deployments than that nothing was asked."""
        return any(
            self.item_standing(item) == "broken"
            or item.crash is not None
            or (self.item_standing(item) == "undecided" and self._weighs(item.severity))
            for item in self.items
        )

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

    @property
    def failures(self) -> tuple[tuple[str, str, str, str], ...]:
        """Everything that crashed: check (or whatever it is), checkpoint, estate, and what was raised."""
        return (
            *((item.check, item.checkpoint, item.estate, item.crash or "") for item in self.crashes),
            *((name, "", "", why) for name, why in self.errors),
        )

    def exit_status(self) -> int:
        """0 go; 1 no-go, or a check crashed; 8 not proven. Strict runs end with 1 instead of 8."""
        if self.verdict == NO_GO or self.crashes or self.errors:
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
        order = self._places
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
        told = [each for each in self.findings() if each.estate and each.waived is None]
        return causes_of(told, self._places)

    @property
    def _places(self) -> dict[tuple[str, str], int]:
        """Checkpoints of each estate, in the order of its path."""
        return {
            (estate.name, label): at for estate in self.estates for at, label in enumerate(estate.checkpoints)
        }

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
                "about": each.about.value,
                "confidence": each.confidence.value,
                "source": each.source,
            }
            for each in sorted(ASSUMPTIONS.values(), key=lambda each: each.id)
        ]

    def stated(self, estate: EstateReport) -> frozenset[str]:
        """Return the assumptions that verdicts about an estate would rest on, had nobody stated them."""
        return frozenset(estate.stated).union(*(item.stated for item in self.of_estate(estate)))

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
        one,
        needs=tuple(sorted({*one.needs, *other.needs})),
        people=sum(people) if people else None,
        left_open=one.left_open + other.left_open,
    )
