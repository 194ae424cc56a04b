"""How many people several findings hit, each once.

Law of this room: deployments of a family are counted apart and added up; where people may count twice, or not
at all, the number is said to be a bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coexistence.model.population import union_of, unpacked_rows
from coexistence.rehearsal.verdicts.people_hit import PeopleHit
from coexistence.rehearsal.verdicts.records import FindingRecord

__all__ = ["HeadCount", "head_count_of"]


@dataclass(frozen=True, slots=True)
class HeadCount:
    """How many people are hit."""

    people: int
    #: How many there are where they are; None where nobody told.
    everybody: int | None
    #: Whether there may be more.
    is_bound: bool

    def __str__(self) -> str:
        is_part = self.everybody is not None and self.everybody >= self.people
        of = self.everybody if is_part else self.people
        number = f"{self.people} of {self.everybody}" if is_part else f"{self.people}"
        return f"{'at least ' if self.is_bound else ''}{number} {'person' if of == 1 else 'people'}"


def head_count_of(findings: Iterable[FindingRecord]) -> HeadCount:
    """How many people some findings hit; those of different deployments are different people."""
    by_deployment: dict[tuple[str, int | None], list[FindingRecord]] = {}
    for each in findings:
        by_deployment.setdefault((each.estate, each.deployment), []).append(each)
    counts = [_of_one_deployment(group) for group in by_deployment.values()]
    known = [each.everybody for each in counts if each.everybody is not None]
    return HeadCount(
        people=sum(each.people for each in counts),
        everybody=sum(known) if counts and len(known) == len(counts) else None,
        is_bound=any(each.is_bound for each in counts),
    )


def _of_one_deployment(findings: list[FindingRecord]) -> HeadCount:
    by_check: dict[str, list[PeopleHit]] = {}
    for each in findings:
        by_check.setdefault(each.check, []).append(each.hit)
    hits = [PeopleHit.united(group) for group in by_check.values()]
    known = len(union_of(map(unpacked_rows, {text: None for hit in hits for text in hit.rows})))
    numbers = [sum(number for _, number in hit.numbers) for hit in hits if hit.numbers]
    return HeadCount(
        people=max([known, *numbers]),
        everybody=max((each.everybody for each in findings if each.everybody is not None), default=None),
        # People of whom two checks know only the number may be the same, or not.
        is_bound=any(hit.is_cut for hit in hits) or len(numbers) > 1 or bool(known and numbers),
    )
