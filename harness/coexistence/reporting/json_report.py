"""The machine-readable report, schema 1.

Law of this room: the shape of the report and nothing else; what it says is asked of the run.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from coexistence.rehearsal.verdicts import STOP_KEYS, EstateReport, Run, UndecidedRecord
from coexistence.reporting.imported_files import files_read, not_exported

__all__ = ["plain_report", "render_json"]

_NOT_REHEARSED: Final[Mapping[str, Any]] = {}


def render_json(run: Run) -> bytes:
    """Return the JSON report: UTF-8, one line feed at the end, the same bytes for the same run."""
    return (json.dumps(plain_report(run), indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def plain_report(run: Run) -> dict[str, Any]:
    """Return the JSON report as JSON types."""
    causes = run.causes()
    # A finding is known by its place in memory: two may be equal.
    number = {id(each): at for at, cause in enumerate(causes) for each in cause.findings}
    return {
        "schema": 1,
        "tool": "pytest-coexistence",
        "version": run.version,
        "verdict": run.verdict,
        "seed": run.seed,
        "as_of": run.as_of,
        "rerun": run.rerun,
        "evaluations": sum(item.evaluations for item in run.items),
        "deployments": run.deployments,
        "partial": run.partial,
        "assumptions": run.assumptions(),
        "estates": [_estate(run, estate) for estate in run.estates],
        "findings": [{**each.plain(), "cause": number.get(id(each))} for each in run.findings()],
        "causes": [cause.plain() for cause in causes],
        "more_findings": sum(item.more_findings for item in run.items),
        "crashes": [
            {"check": check, "checkpoint": checkpoint, "estate": estate, "error": error}
            for check, checkpoint, estate, error in run.failures
        ],
        **({"left_out": list(run.left_out)} if run.left_out else {}),
        "faults": [fault.plain() for fault in run.faults],
        "qualification": None if run.qualification is None else dict(run.qualification),
    }


def _estate(run: Run, estate: EstateReport) -> dict[str, Any]:
    items = run.of_estate(estate)
    return {
        "name": estate.name,
        "kind": estate.kind,
        "checkpoints": list(estate.checkpoints),
        "verdict": run.word(items),
        "standing": estate.standing,
        "where": dict(estate.where) or None,
        "inventory": dict(estate.inventory),
        "imported": files_read(estate),
        "not_exported": not_exported(estate),
        "clauses": {
            clause: {
                "verdict": run.word([item for item in items if item.clause == clause]),
                "checkpoints": dict(standings),
            }
            for clause, standings in run.matrix(estate).items()
        },
        "undecided": [
            {
                "check": record.check,
                "checkpoint": record.checkpoint,
                "needs": list(record.needs),
                "people": record.people,
                "reason": record.reason,
                **_left_open(record),
            }
            for record in run.undecided(estate)
        ],
        "staying": dict(sorted(estate.staying.items())),
        "refused": list(estate.refused),
        "notes": list(estate.notes),
        "plan": {**estate.plan, "statements": list(_statements(run, estate))},
        "rollback": {
            "last_safe_step": estate.last_safe_step,
            "steps": list(_steps(estate)),
            "bills": [dict(bill) for bill in estate.bills],
        },
    }


def _left_open(record: UndecidedRecord) -> dict[str, Any]:
    """What a check left open itself; nothing where it did not."""
    names = ("deployment", "subject", "reason")
    said = [dict(zip(names, each, strict=True)) for each in record.left_open]
    return {"left_open": said} if said else {}


def _statements(run: Run, estate: EstateReport) -> Iterator[dict[str, Any]]:
    """Each statement of the plan file, and whether anything in this run rests on it."""
    stated = run.stated(estate)
    for told in estate.plan.get("statements", ()):
        assumption = told["says"].get("assumption")
        yield {**told, "used": assumption in stated if assumption else bool(told["says"])}


def _steps(estate: EstateReport) -> Iterator[dict[str, Any]]:
    """Each step of the plan, with what going back from it costs and what its interruptions come to."""
    bills = estate.step_bills or itertools.repeat(None)
    stops = estate.stops or itertools.repeat(_NOT_REHEARSED)
    for (step, undo), bill, stop in zip(estate.steps, bills, stops, strict=False):
        yield {
            "step": step,
            "undo": undo,
            "bill": dict(bill) if bill else None,
            **{name: stop.get(name) for name in STOP_KEYS},
        }
