"""Who is hit: people known by who they are, so that nobody counts twice, whoever tells of them.

Law of this room: a row is a person, and every deployment has rows of its own. People of whom only a number is
known have no identity: those that one check tells of are added up, and beside others they are a bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coexistence.model.population import Heads, Part, Rows, packed_rows, union_of

__all__ = ["PeopleCount", "PeopleHit"]


@dataclass(frozen=True, slots=True)
class PeopleHit:
    """Who is hit in one deployment, as it travels between processes."""

    #: Sets of rows, as ``packed_rows`` writes them; they may overlap.
    rows: tuple[str, ...] = ()
    #: How many people, by what they are called, where only their number is known.
    numbers: tuple[tuple[str, int], ...] = ()
    #: Whether there are more of whom nothing is kept.
    is_cut: bool = False

    @classmethod
    def of(cls, hit: Mapping[str, Heads]) -> PeopleHit:
        """Who is hit, as a subject says it."""
        rows = (_packed(each) for each in hit.values() if not isinstance(each, int))
        numbers = ((name, each) for name, each in hit.items() if isinstance(each, int))
        return cls(tuple(dict.fromkeys(rows)), tuple(numbers))

    @classmethod
    def united(cls, hits: Iterable[PeopleHit]) -> PeopleHit:
        """Everybody who is hit by any of several findings of one check."""
        rows: dict[str, None] = {}
        numbers: dict[str, int] = {}
        is_cut = False
        for each in hits:
            rows.update(dict.fromkeys(each.rows))
            for name, number in each.numbers:
                numbers[name] = max(number, numbers.get(name, 0))
            is_cut = is_cut or each.is_cut
        return cls(tuple(rows), tuple(numbers.items()), is_cut)


def _packed(heads: Part | Rows) -> str:
    return heads.packed if isinstance(heads, Part) else packed_rows(union_of([heads]))


class PeopleCount:
    """Counts the people of one deployment, each once, as the subjects of one check tell of them."""

    def __init__(self) -> None:
        self._parts: dict[Part, None] = {}
        self._rows: list[Rows] = []
        self._numbers: dict[str, int] = {}

    def add(self, hit: Mapping[str, Heads]) -> None:
        """Take in who is hit."""
        for name, each in hit.items():
            if isinstance(each, Part):
                self._parts[each] = None
            elif isinstance(each, int):
                self._numbers[name] = max(each, self._numbers.get(name, 0))
            else:
                self._rows.append(each)

    @property
    def people(self) -> int:
        """How many people; the larger number where some are known, and of others only how many."""
        if not self._rows and len({part.division for part in self._parts}) < 2:
            known = sum(part.count for part in self._parts)
        else:
            known = len(union_of([*(part.rows for part in self._parts), *self._rows]))
        return max(known, sum(self._numbers.values()))
