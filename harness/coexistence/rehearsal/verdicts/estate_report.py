"""One estate as a run reports it: what it is, what its plan does, what going back costs.

Law of this room: what was found out about it, ready to be printed; what it means is the run's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from coexistence.rehearsal.verdicts.records import Account

__all__ = ["STOP_KEYS", "EstateReport"]

#: What the JSON report says of each step's interruptions; None where they were not rehearsed.
STOP_KEYS: Final = (
    "repeat",
    "repeat_why",
    "resume",
    "roll_back",
    "retry",
    "lost",
    "undo_found",
    "undo_why",
    "stops",
)


@dataclass(frozen=True, kw_only=True)
class EstateReport:
    """One estate: what it is, and what was found."""

    name: str
    kind: Literal["twin", "generated"]
    checkpoints: tuple[str, ...]
    #: As the JSON report shows it.
    inventory: Mapping[str, Any]
    imported: tuple[Account, ...] = ()
    #: Where a twin stands, in words.
    standing: str = ""
    #: The same as JSON types: phase, pools on either side; empty for made-up deployments.
    where: Mapping[str, Any] = field(default_factory=dict)
    #: Legacy pools that stay, and why.
    staying: Mapping[str, str] = field(default_factory=dict)
    last_safe_step: str | None = None
    #: What that step is about.
    last_safe_title: str = ""
    #: What the administrator has to know about the plan.
    notes: tuple[str, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    #: What going back costs after each of the steps; empty where nobody asked.
    step_bills: tuple[Mapping[str, Any], ...] = ()
    #: What interruptions of each of the steps come to; empty where they were not rehearsed.
    stops: tuple[Mapping[str, Any], ...] = ()
    bills: tuple[Mapping[str, Any], ...] = ()
    #: Steps that the product refused to carry out.
    refused: tuple[str, ...] = ()
    #: Waves, remarks and statements of the plan, as the JSON report shows them.
    plan: Mapping[str, Any] = field(default_factory=dict)
    #: Assumptions that the plan rests on, whatever the checks look at.
    assumes: tuple[str, ...] = ()
    #: Of such, those that somebody's statement stands for.
    stated: tuple[str, ...] = ()
