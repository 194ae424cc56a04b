"""How many Front Ends an Enterprise pool needs, to start for the first time and to go on.

Law of this room: the vendor's two tables, nothing else. Source: topologies and components for Front End
Servers (Lync Server 2013); the fabric exists from that version on.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from typing import Final

__all__ = ["first_start_threshold", "functional_minimum"]

#: Servers that must run for a new pool to finish its first start, by pool size. For two servers the
#: vendor's texts disagree: the table says one, the event text says all.
_FIRST_START: Final = {1: 1, 2: 1, 3: 3, 4: 3, 5: 4, 6: 5, 7: 5, 8: 6, 9: 7, 10: 8, 11: 9, 12: 10}
#: Servers that must run for a pool to stay up, by pool size.
_FUNCTIONAL: Final = {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4, 9: 4, 10: 5, 11: 5, 12: 5}


def first_start_threshold(members: int) -> int:
    """Return how many of ``members`` servers a pool's first start takes.

    Beyond twelve servers (2019 allows sixteen) no table was found: all but two, as for twelve.
    """
    return _FIRST_START.get(members, max(members - 2, 1))


def functional_minimum(members: int) -> int:
    """Return below how many running servers a pool of ``members`` shuts itself down.

    From eight servers on the vendor counts among the first seven or nine alone; that refinement is left
    out. Beyond twelve servers no table was found: the figure for twelve is taken.
    """
    return _FUNCTIONAL.get(members, 5 if members > 12 else 1)  # the table's last size
