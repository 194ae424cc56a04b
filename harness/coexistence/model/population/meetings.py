"""Scheduled meetings as columns.

Law of this room: what stands in a calendar, and no rule of the product.

One row per scheduled meeting:

================  ======  =======================================================================
column            dtype   meaning
================  ======  =======================================================================
``organizer``     uint32  row of the user
``kind``          uint8   :class:`~coexistence.model.vocabulary.MeetingKind`
``created``       int32   proleptic day number (``date.toordinal``)
``last``          int32   day of the last occurrence; :data:`ENDLESS` for open-ended ones
``scheduled_on``  uint8   :class:`~coexistence.model.vocabulary.Version` of the host at that time
``by_upgraded``   uint8   1 scheduled with an upgraded client, 0 not, :data:`UNTOLD`
``directory``     int16   conference directory of its dial-in code; :data:`NO_DIRECTORY` without one,
                          :data:`UNTOLD_DIRECTORY` where nobody told whether there is one
``content``       uint8   slides, whiteboards, attachments: :data:`NO_CONTENT`, :data:`HAS_CONTENT`, or
                          :data:`LEFT_BEHIND` on a pool that the organizer was moved from
``lost``          uint8   :data:`NOTHING_LOST`, :data:`CODE_LOST` for the dial-in code, or
                          :data:`MEETING_LOST` for the meeting itself, which stays in calendars
``access``        uint8   :class:`~coexistence.model.vocabulary.Access`: who gets past the lobby
``phones``        uint8   :class:`~coexistence.model.vocabulary.PhoneEntry`: what callers get
``link``          uint16  :data:`LINK_IS_CURRENT` while the link in the invitation is the one that the
                          organizer's site uses; :data:`LINK_GONE` for one that no simple URL has any
                          more; else :data:`LINK_OF_POOL` more than the code of the pool it was printed
                          on (uint32 where there are more pools than fit)
================  ======  =======================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from coexistence.model.population.columns import Column, ColumnTable, column

__all__ = [
    "CODE_LOST",
    "ENDLESS",
    "HAS_CONTENT",
    "LEFT_BEHIND",
    "LINK_GONE",
    "LINK_IS_CURRENT",
    "LINK_OF_POOL",
    "MEETING_LOST",
    "NOTHING_LOST",
    "NO_CONTENT",
    "NO_DIRECTORY",
    "UNTOLD_DIRECTORY",
    "Meetings",
]

ENDLESS: Final = 2**31 - 1
#: Directories have numbers from 0 to 9999 (``New-CsConferenceDirectory``).
NO_DIRECTORY, UNTOLD_DIRECTORY = -1, 10_000
NO_CONTENT, HAS_CONTENT, LEFT_BEHIND = 0, 1, 2
NOTHING_LOST, CODE_LOST, MEETING_LOST = 0, 1, 2
LINK_IS_CURRENT, LINK_GONE, LINK_OF_POOL = 0, 1, 2


def _left_out() -> Column:
    return column([], np.uint8)


@dataclass(frozen=True, eq=False, kw_only=True)
class Meetings(ColumnTable):
    """Scheduled meetings, one row each; the columns are described at the top of this room."""

    organizer: Column
    kind: Column
    created: Column
    last: Column
    scheduled_on: Column
    by_upgraded: Column
    directory: Column
    content: Column
    lost: Column
    #: Left out where nothing deviates.
    access: Column = field(default_factory=_left_out)
    phones: Column = field(default_factory=_left_out)
    link: Column = field(default_factory=_left_out)

    def __post_init__(self) -> None:
        for name in ("access", "phones", "link"):
            if len(getattr(self, name)) != len(self.organizer):
                object.__setattr__(self, name, column(np.zeros(len(self.organizer)), _MEETING_DTYPES[name]))

    @classmethod
    def none(cls) -> Meetings:
        """No meeting at all (which is not the same as *unknown*)."""
        return cls.of([])

    @classmethod
    def of(cls, rows: Sequence[tuple[int, ...]]) -> Meetings:
        """Build the table from rows in the order of its columns; last ones that are left out are 0."""
        parts = list(zip(*rows, strict=True))
        parts += [(0,) * len(rows)] * (len(_MEETING_DTYPES) - len(parts))
        return cls(
            **{
                name: column(part, dtype)
                for (name, dtype), part in zip(_MEETING_DTYPES.items(), parts, strict=True)
            }
        )

    @classmethod
    def from_columns(cls, organizer: Column, **others: Column | int) -> Meetings:
        """Build the table from columns; a number fills a whole one, and one that is left out is 0."""
        if unknown := others.keys() - _MEETING_DTYPES.keys():
            raise TypeError(f"there are no columns {sorted(unknown)}")
        made: dict[str, Column] = {}
        for name, dtype in _MEETING_DTYPES.items():
            given = organizer if name == "organizer" else others.get(name, 0)
            made[name] = column(np.full(len(organizer), given) if isinstance(given, int) else given, dtype)
        return cls(**made)

    def __len__(self) -> int:
        return len(self.organizer)

    def appended(self, more: Meetings) -> Meetings:
        """Return these meetings followed by ``more``."""
        columns: dict[str, Column] = {}
        for name, dtype in _MEETING_DTYPES.items():
            parts = [getattr(self, name), getattr(more, name)]
            # Not by way of column(), which would copy once more.
            columns[name] = np.concatenate(parts, dtype=np.result_type(dtype, *parts))
            columns[name].setflags(write=False)
        return Meetings(**columns)


_MEETING_DTYPES: Final[dict[str, npt.DTypeLike]] = {
    "organizer": np.uint32,
    "kind": np.uint8,
    "created": np.int32,
    "last": np.int32,
    "scheduled_on": np.uint8,
    "by_upgraded": np.uint8,
    "directory": np.int16,
    "content": np.uint8,
    "lost": np.uint8,
    "access": np.uint8,
    "phones": np.uint8,
    "link": np.uint16,
}
