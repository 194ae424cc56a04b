"""Places on the path at which checks are asked, and how ``at`` names them.

Law of this room: a checkpoint goes by its label, and ``now`` by its phase too; a range leaves out ways back.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

from coexistence.model.vocabulary import CHECKPOINT_ORDER, Checkpoint, matches

__all__ = ["LABELS", "Place", "applies", "parts", "wrong_place"]

_GOES_BACK: Final = (Checkpoint.PILOT, Checkpoint.EDGE, Checkpoint.PRODUCTION, Checkpoint.POST_MIGRATION)
#: Every name that a checkpoint can have in a report.
LABELS: Final = (
    "now",
    *(checkpoint.value for checkpoint in CHECKPOINT_ORDER),
    *(checkpoint.rolled_back for checkpoint in _GOES_BACK),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A checkpoint as reports name it, with the phase that it stands for."""

    label: str
    phase: Checkpoint
    is_rolled_back: bool = False

    def __hash__(self) -> int:
        # Asked for at every turn; no two places of a path have one label.
        return hash(self.label)

    @property
    def names(self) -> tuple[str, ...]:
        """The names by which ``at`` may mean this place: ``now`` also goes by its phase."""
        by_phase = self.phase.rolled_back if self.is_rolled_back else self.phase.value
        return (self.label,) if by_phase == self.label else (self.label, by_phase)


@functools.lru_cache(maxsize=10_000)
def applies(at: str, place: Place) -> bool:
    """Tell whether ``at`` means a place."""
    return any(_matches(part, place) for part in parts(at))


def parts(at: str) -> list[str]:
    """Return the names, patterns and ranges that ``at`` lists."""
    return [part.strip() for part in at.split(",") if part.strip()]


def _matches(part: str, place: Place) -> bool:
    if ".." in part:
        first, _, last = part.partition("..")
        return not place.is_rolled_back and _rank(first) <= _rank(place.phase.value) <= _rank(last)
    return any(matches(name, part) for name in place.names)


def _rank(name: str) -> int:
    return CHECKPOINT_ORDER.index(Checkpoint(name))


def wrong_place(part: str) -> str | None:
    """Say why a part of ``at`` means no checkpoint; None where it means one."""
    names = ", ".join(checkpoint.value for checkpoint in CHECKPOINT_ORDER)
    if ".." in part:
        first, _, last = part.partition("..")
        for end in (first, last):
            if end not in {checkpoint.value for checkpoint in CHECKPOINT_ORDER}:
                return f"at={part!r}: {end!r} is no checkpoint. Known: {names}."
        return None if _rank(first) <= _rank(last) else f"at={part!r}: the range runs backwards."
    if not any(matches(label, part) for label in LABELS):
        return f"at={part!r}: matches no checkpoint. Known: {', '.join(LABELS)}."
    return None
