"""Users and meetings as columns: one small integer per person and attribute.

Law of this room: columns are shared until one is replaced as a whole, so a state is forked without copying
anybody. What each column holds is said where it stands: ``people`` and ``meetings``.
"""

from __future__ import annotations

from coexistence.model.population.columns import (
    Addresses,
    Column,
    PackedText,
    Rows,
    code_type,
    column,
    numbered,
    with_value,
)
from coexistence.model.population.grouping import (
    Division,
    Group,
    Heads,
    Part,
    distinct,
    grouped,
    head_count,
    with_distinct,
)
from coexistence.model.population.meetings import (
    CODE_LOST,
    ENDLESS,
    HAS_CONTENT,
    LEFT_BEHIND,
    LINK_GONE,
    LINK_IS_CURRENT,
    LINK_OF_POOL,
    MEETING_LOST,
    NO_CONTENT,
    NO_DIRECTORY,
    NOTHING_LOST,
    UNTOLD_DIRECTORY,
    Meetings,
)
from coexistence.model.population.row_sets import packed_rows, union_of, unpacked_rows
from coexistence.model.population.users import (
    NO_PIN,
    NOWHERE,
    PIN_EXPIRED,
    PIN_MISSING,
    PIN_UNKNOWN,
    PIN_UNTOLD,
    PIN_VALID,
    UNTOLD,
    Assignment,
    Population,
)

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
    "NOWHERE",
    "NO_CONTENT",
    "NO_DIRECTORY",
    "NO_PIN",
    "PIN_EXPIRED",
    "PIN_MISSING",
    "PIN_UNKNOWN",
    "PIN_UNTOLD",
    "PIN_VALID",
    "UNTOLD",
    "UNTOLD_DIRECTORY",
    "Addresses",
    "Assignment",
    "Column",
    "Division",
    "Group",
    "Heads",
    "Meetings",
    "PackedText",
    "Part",
    "Population",
    "Rows",
    "code_type",
    "column",
    "distinct",
    "grouped",
    "head_count",
    "numbered",
    "packed_rows",
    "union_of",
    "unpacked_rows",
    "with_distinct",
    "with_value",
]
