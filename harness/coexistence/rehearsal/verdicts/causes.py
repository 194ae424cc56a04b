"""What goes together: findings that one broken thing caused, under that thing.

Law of this room: no sense in four hundred findings because one name is wrong. What is broken is named once;
what follows from it is counted. Every finding stands in one cause, and shares with another of that cause what
its outcome ended on; nothing is judged again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from coexistence.model.vocabulary import Clause, Severity
from coexistence.rehearsal.verdicts.head_count import HeadCount, head_count_of
from coexistence.rehearsal.verdicts.records import FindingRecord

__all__ = ["PREREQUISITES", "Cause", "causes_of"]

#: Clauses that the others rest on, the deepest first: a stopped service, a lost master, a wrong name.
PREREQUISITES: Final = (
    Clause.SERVICES.value,
    Clause.SITES.value,
    Clause.NAMES.value,
    Clause.TOPOLOGY.value,
)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One broken thing, and everything that was found because of it."""

    #: The pool, server or name; "" where a finding points at nothing of the deployment.
    thing: str
    #: Why, in the words of the first finding.
    reason: str
    #: The earliest break of those that weigh most, then what follows from it, along the path.
    findings: tuple[FindingRecord, ...]
    #: Where it was felt, along the path.
    checkpoints: tuple[str, ...]

    @property
    def first(self) -> FindingRecord:
        """The finding that names the cause."""
        return self.findings[0]

    @property
    def is_found_itself(self) -> bool:
        """Whether a promise about what others rest on was broken, and not only what rests on it."""
        return _is_deep(self.first) and len(self.checks) > 1

    @property
    def checks(self) -> tuple[str, ...]:
        """The promises that it breaks, by check."""
        return tuple(dict.fromkeys(each.check for each in self.findings))

    @cached_property
    def people(self) -> HeadCount:
        """How many people are hit, each counted once."""
        return head_count_of(self.findings)

    def plain(self) -> dict[str, Any]:
        """Return the cause as the JSON report shows it; findings refer to it by its number."""
        first = self.first
        return {
            "thing": self.thing,
            "reason": self.reason,
            "estate": first.estate,
            "deployment": first.deployment,
            "check": first.check,
            "subject": first.subject,
            "severity": min((each.severity for each in self.findings), key=_weight),
            "checkpoints": list(self.checkpoints),
            "findings": len(self.findings),
            "subjects": len({each.subject for each in self.findings}),
            "checks": list(self.checks),
            "people": self.people.people,
            "people_at_least": self.people.is_bound,
            "of_people": self.people.everybody,
        }


def causes_of(
    findings: Sequence[FindingRecord], places: Mapping[tuple[str, str], int] | None = None
) -> tuple[Cause, ...]:
    """Findings put together by what caused them: the heaviest cause first, then the earliest.

    Two findings about one deployment have one cause where they ended on the same thing, and where they point
    at the same thing for the same reason; so have two that have one cause with a third. ``places`` tells the
    order of checkpoints, by estate and label: without it, none comes before another.

    A warning follows from what is broken and connects nothing: what weighs more is not explained by it.
    """
    order = places or {}
    ties = _Ties()
    for finding in findings:
        if _weighs(finding):
            ties.tie(_ends(finding))
    groups: dict[object, list[FindingRecord]] = {}
    for finding in findings:
        known = [end for end in _ends(finding) if ties.knows(end)]
        # Whatever only warnings end on is theirs alone.
        key = ties.root(known[0]) if known else ("warnings", _ends(finding)[0])
        groups.setdefault(key, []).append(finding)
    made = [_cause(group, order) for group in groups.values()]
    return tuple(sorted(made, key=lambda each: (_heaviest(each), _place(each.first, order))))


class _Ties:
    """Things that are broken together: whoever ends on several ties them."""

    def __init__(self) -> None:
        self._parent: dict[object, object] = {}

    def knows(self, end: object) -> bool:
        return end in self._parent

    def root(self, end: object) -> object:
        while self._parent[end] != end:
            self._parent[end] = self._parent[self._parent[end]]
            end = self._parent[end]
        return end

    def tie(self, ends: Sequence[object]) -> None:
        for end in ends:
            self._parent.setdefault(end, end)
        for end in ends[1:]:
            self._parent[self.root(end)] = self.root(ends[0])


def _ends(finding: FindingRecord) -> tuple[object, ...]:
    """What a finding ended on: what is broken and why, as it says itself, then what others call it."""
    whose = (finding.estate, finding.deployment)
    return ((*whose, *_key(finding)), *((*whose, end) for end in finding.ended_on))


def _key(finding: FindingRecord) -> tuple[str, ...]:
    """Tell findings apart by what is broken and why; those that point at nothing, by their subject."""
    outcome = finding.outcome
    if outcome is not None and outcome["reason"] and (finding.about or outcome["source"]):
        return (finding.about[0] if finding.about else outcome["source"], outcome["reason"])
    return (finding.check, finding.kind, finding.subject)


def _cause(group: Sequence[FindingRecord], order: Mapping[tuple[str, str], int]) -> Cause:
    """Order a group: what weighs, along the path, what others rest on first; then the rest."""
    findings = sorted(
        group,
        key=lambda each: (
            not _weighs(each),
            _place(each, order),
            _depth(each),
            _weight(each.severity),
        ),
    )
    first = findings[0]
    reason = first.outcome["reason"] if first.outcome is not None else first.message
    along = sorted(findings, key=lambda each: _place(each, order))
    return Cause(
        thing=first.about[0] if first.about else "",
        reason=reason,
        findings=tuple(findings),
        checkpoints=tuple(dict.fromkeys(each.checkpoint for each in along)),
    )


def _depth(finding: FindingRecord) -> float:
    """How much rests on what a finding is about, the least for the most.

    A step is refused before a checkpoint is looked at: because of services that do not run, as a rule, and
    the rest may follow from it.
    """
    if finding.is_step:
        return PREREQUISITES.index(Clause.SERVICES.value) + 0.5
    return PREREQUISITES.index(finding.clause) if _is_deep(finding) else len(PREREQUISITES)


def _place(finding: FindingRecord, order: Mapping[tuple[str, str], int]) -> int:
    return order.get((finding.estate, finding.checkpoint), len(order))


def _heaviest(cause: Cause) -> int:
    return min(_weight(each.severity) for each in cause.findings)


def _weighs(finding: FindingRecord) -> bool:
    """Tell whether it breaks a promise that counts."""
    return Severity[finding.severity.upper()].fails


def _is_deep(finding: FindingRecord) -> bool:
    """Tell whether it is about what others rest on, and weighs enough to explain them."""
    return finding.clause in PREREQUISITES and _weighs(finding)


def _weight(severity: str) -> int:
    return -Severity[severity.upper()]
