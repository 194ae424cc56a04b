"""The result as plain data: what travels between processes, and what a report is made of.

Law of this room: everything here is JSON types or turns into them and back, in a stable order. What was
found stands in records and items; whether that is go, no-go or not proven is decided in ``runs`` alone.
"""

from __future__ import annotations

from coexistence.rehearsal.verdicts.estate_report import STOP_KEYS, EstateReport
from coexistence.rehearsal.verdicts.item import ItemVerdict, item_name
from coexistence.rehearsal.verdicts.records import Account, FaultRecord, FindingRecord, UndecidedRecord
from coexistence.rehearsal.verdicts.rollback_cost import add_bills
from coexistence.rehearsal.verdicts.run import Run
from coexistence.rehearsal.verdicts.words import GO, NO_GO, NOT_PROVEN, Hit, Standing, VerdictWord

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
    "item_name",
]
