"""What going back costs a whole family: the bills of many deployments as one.

Law of this room: amounts are added, and nothing that means something in one deployment only.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any, Final

from coexistence.model.vocabulary import CHECKPOINT_ORDER

__all__ = ["add_bills"]

#: What deployments do not have in common: rows and sites of one mean nothing in another.
_NOT_ADDED: Final = ("from", "by_site", "meeting_rows")


def add_bills(bills: Iterable[Mapping[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Sum bills of many deployments by checkpoint; sites of different deployments are not compared."""
    totals: dict[str, dict[str, Any]] = {}
    for each in bills:
        for label, bill in each.items():
            amounts = {name: value for name, value in bill.items() if name not in _NOT_ADDED}
            total = totals.setdefault(label, dict.fromkeys(amounts, 0))
            for name, amount in amounts.items():
                add = _longer if name == "freeze" else operator.add
                total[name] = None if None in (total[name], amount) else add(total[name], amount)
    rank = {checkpoint.value: at for at, checkpoint in enumerate(CHECKPOINT_ORDER)}
    return [
        {"from": label, **totals[label], "meeting_rows": None, "by_site": {}}
        for label in sorted(totals, key=lambda x: rank.get(x, -1))
    ]


def _longer(one: int | str, other: int | str) -> int | str:
    """Return the longer of two scheduling freezes; one that never ends is the longest."""
    return max(one, other, key=lambda freeze: (isinstance(freeze, str), freeze))
