"""What a run tells one by one: a finding, an open question, a fault made on purpose, a file read.

Law of this room: plain data, and nothing is judged.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from coexistence.rehearsal.verdicts.people_hit import PeopleHit
from coexistence.rehearsal.verdicts.words import Hit, LeftOpen

__all__ = ["Account", "FaultRecord", "FindingRecord", "UndecidedRecord"]

_NOBODY: Final = PeopleHit()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord:
    """One broken promise about one subject."""

    check: str
    clause: str
    severity: str
    estate: str
    #: Number of the generated deployment; None for a twin.
    deployment: int | None
    checkpoint: str
    kind: str
    subject: str
    #: How many people are hit by what is broken about this subject.
    people: int
    message: str
    outcome: Mapping[str, Any] | None
    assumes: tuple[str, ...]
    remedy: str
    document: str
    #: Who accepted it, why and until when; None where nobody did.
    waived: Mapping[str, str] | None = None
    #: What is broken, then what it belongs to and what else is spoken of: pools, servers, names.
    about: tuple[str, ...] = ()
    #: What its outcome ended on, by name: a service, a store, a pool that is out of use.
    ended_on: tuple[str, ...] = ()
    #: Whether it is a step of the plan that was not carried out: what it leads to comes later.
    is_step: bool = False
    #: Faults that were made on purpose and are its cause, as they were asked for.
    faults: tuple[str, ...] = ()
    #: How many findings are alike and not reported one by one: of the same check, thing and reason.
    alike: int = 0
    #: Who is hit, by those that are alike too.
    hit: PeopleHit = _NOBODY
    #: How many people there are at this place of the deployment; None where nobody told.
    everybody: int | None = None

    def plain(self) -> dict[str, Any]:
        """Return the finding as the JSON report shows it."""
        made = dataclasses.asdict(self)
        # Which people exactly, and on what it ended, is for putting findings together alone.
        for name in ("hit", "everybody", "ended_on", "is_step"):
            del made[name]
        made["assumes"] = list(self.assumes)
        made["about"] = list(self.about)
        made["faults"] = list(self.faults)
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class UndecidedRecord:
    """A promise that could not be decided, and what would decide it."""

    check: str
    checkpoint: str
    severity: str
    needs: tuple[str, ...]
    #: People concerned; None where nobody told how many there are.
    people: int | None
    reason: str
    #: Subjects that the check itself left open (it skipped them, it is expected to fail), or a fixture of
    #: it did: number of the deployment (None for a twin), subject ("" for all), reason.
    left_open: tuple[LeftOpen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRecord:
    """A fault that was made on purpose."""

    #: As it was asked for: ``id`` or ``id:target``.
    asked: str
    id: str
    clause: str
    severity: str
    phase: str
    evidence: str
    #: What was set wrong, and what is seen of it from outside.
    cause: str
    seen: str
    remedy: str
    document: str
    #: Where it was made: estate, deployment (None for a twin), what it hit.
    made: tuple[Hit, ...]

    def plain(self) -> dict[str, Any]:
        """Return what the JSON report says."""
        where = [{"estate": estate, "deployment": number, "target": hit} for estate, number, hit in self.made]
        return {**dataclasses.asdict(self), "made": where}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of one exported file."""

    file: str
    kind: str
    rows: int
    used: int
    notes: tuple[str, ...]
    #: The day on which the file was last written, ``2026-11-23``; empty where that is not known.
    written: str = ""
