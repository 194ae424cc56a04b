"""The result as plain data: what travels between processes, and what a report is made of.

Law of this room: everything here is JSON types or turns into them and back, in a stable order. What was
found stands in records and items; whether that is go, no-go or not proven is decided in ``runs`` alone.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from coexistence.verdicts.bills import add_bills
from coexistence.verdicts.estates import STOP_KEYS, EstateReport
from coexistence.verdicts.items import ItemVerdict
from coexistence.verdicts.records import Account, FaultRecord, FindingRecord, UndecidedRecord
from coexistence.verdicts.runs import Run
from coexistence.verdicts.words import GO, NO_GO, NOT_PROVEN, Hit, Standing, VerdictWord

__all__ = [
    "GO",
    "NOT_PROVEN",
    "NO_GO",
    "STOP_KEYS",
    "Account",
    "EstateReport",
    "FaultRecord",
    "FindingRecord",
    "Hit",
    "ItemVerdict",
    "Run",
    "Standing",
    "UndecidedRecord",
    "VerdictWord",
    "add_bills",
]
