"""What each item asks, and the node id that it is known by.

Law of this room: node ids hang on the question alone, not on files, workers or order. Whoever knows the
question knows every item that it can have, whether or not somebody collected it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Check
from coexistence.plugin.session import Question
from coexistence.rehearsal.estates import Estate, FamilyEstate
from coexistence.rehearsal.verdicts import ItemVerdict, item_name

__all__ = ["Inquiry", "inquiries"]

#: Items of a run, in all; a large family is divided into as many shards as fit, and into two at least.
MAX_ITEMS: Final = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One check at one checkpoint, of a twin or of a shard of deployments."""

    check: Check
    place: Place
    estate: Estate
    #: First and last deployment; None for a twin.
    shard: tuple[int, int] | None
    #: Which estate this is, and where on the path the checkpoint stands.
    estate_number: int
    position: int

    @property
    def name(self) -> str:
        """The item's name."""
        return f"{self.check.name}[{item_name(self.estate.name, self.shard, self.place.label)}]"

    @property
    def node_id(self) -> str:
        """The item's node id."""
        return f"{self.check.module}::{self.name}"

    @property
    def unanswered(self) -> ItemVerdict:
        """The verdict on the item as long as nobody answered."""
        return ItemVerdict.of(self.check, self.place, self.estate.name, [], shard=self.shard)


def inquiries(question: Question) -> Iterator[Inquiry]:
    """Yield everything that is asked: module by module, in each along the path of every shard."""
    modules: dict[str, list[Check]] = {}
    for check in question.registry:
        modules.setdefault(check.module, []).append(check)
    plan = [
        (number, estate, shard, place)
        for number, estate in enumerate(question.estates)
        for shard in _shards(question, estate)
        for place in estate.places
        if question.settings.wants(place)
    ]
    for checks in modules.values():
        for position, (number, estate, shard, place) in enumerate(plan):
            for check in checks:
                if check.applies_at(place):
                    yield Inquiry(
                        check=check,
                        place=place,
                        estate=estate,
                        shard=shard,
                        estate_number=number,
                        position=position,
                    )


def _shards(question: Question, estate: Estate) -> tuple[tuple[int, int] | None, ...]:
    if not isinstance(estate, FamilyEstate):
        return (None,)
    places = [place for place in estate.places if question.settings.wants(place)]
    asked = sum(check.applies_at(place) for check in question.registry for place in places)
    return estate.shards(max(2, MAX_ITEMS // max(asked, 1)))
