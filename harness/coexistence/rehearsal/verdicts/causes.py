"""What goes together: findings that one broken thing caused, under that thing.

Law of this room: no sense in four hundred findings because one name is wrong. What is broken is named once;
what follows from it is counted. Nothing is left out, and nothing is judged again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    #: The finding that names it best, then what follows from it, in the order of the report.
    findings: tuple[FindingRecord, ...]

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

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """Where it was felt."""
        return tuple(dict.fromkeys(each.checkpoint for each in self.findings))

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


def causes_of(findings: Sequence[FindingRecord]) -> tuple[Cause, ...]:
    """Put findings together by what caused them; the heaviest cause first, then in the findings' order.

    Two findings about one deployment have one cause where they point at the same thing for the same reason. A
    broken promise about what others rest on, of severity error or blocker, is the cause of whatever else
    points at the same thing, at the same checkpoint.
    """
    deeper = _prerequisites(findings)
    keys: list[tuple[object, ...]] = []
    #: What was explained at one checkpoint is the same at another.
    explained: dict[tuple[object, ...], tuple[object, ...]] = {}
    for finding in findings:
        key: tuple[object, ...] = (finding.estate, finding.deployment, *_key(finding))
        keys.append(key)
        things = finding.about[:1] if finding.clause in PREREQUISITES else finding.about[:2]
        for thing in things:
            cause = deeper.get((finding.estate, finding.deployment, thing, finding.checkpoint))
            if cause is not None:
                explained.setdefault(key, cause)
                break
    groups: dict[tuple[object, ...], list[FindingRecord]] = {}
    for own, finding in zip(keys, findings, strict=True):
        deepest = explained.get(own, own)
        groups.setdefault(explained.get(deepest, deepest), []).append(finding)
    made = [_cause(group) for group in groups.values()]
    return tuple(sorted(made, key=lambda each: min(_weight(finding.severity) for finding in each.findings)))


def _prerequisites(findings: Iterable[FindingRecord]) -> dict[tuple[object, ...], tuple[object, ...]]:
    """Return which cause stands for each thing at each checkpoint: the deepest that was found there."""
    weighty = [each for each in findings if _is_deep(each) and each.about]
    found: dict[tuple[object, ...], tuple[object, ...]] = {}
    for each in sorted(weighty, key=lambda each: PREREQUISITES.index(each.clause)):
        whose = (each.estate, each.deployment)
        cause = found.get((*whose, each.about[0], each.checkpoint), (*whose, *_key(each)))
        for thing in each.about[:2]:
            found.setdefault((*whose, thing, each.checkpoint), cause)
    return found


def _key(finding: FindingRecord) -> tuple[str, ...]:
    """Tell findings apart by what is broken and why; those that point at nothing, by their subject."""
    outcome = finding.outcome
    if outcome is not None and outcome["reason"] and (finding.about or outcome["source"]):
        return (finding.about[0] if finding.about else outcome["source"], outcome["reason"])
    return (finding.check, finding.kind, finding.subject)


def _cause(group: Sequence[FindingRecord]) -> Cause:
    """Order a group: what others rest on first, else as it stands."""
    findings = sorted(
        group,
        key=lambda each: (
            PREREQUISITES.index(each.clause) if _is_deep(each) else len(PREREQUISITES),
            _weight(each.severity),
        ),
    )
    first = findings[0]
    reason = first.outcome["reason"] if first.outcome is not None else first.message
    return Cause(thing=first.about[0] if first.about else "", reason=reason, findings=tuple(findings))


def _is_deep(finding: FindingRecord) -> bool:
    """Tell whether it is about what others rest on, and weighs enough to explain them."""
    return finding.clause in PREREQUISITES and Severity[finding.severity.upper()].fails


def _weight(severity: str) -> int:
    return -Severity[severity.upper()]
