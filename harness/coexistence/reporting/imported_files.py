"""What was read of a twin: which files, how much of them, how old, what they decide, and what is missing.

Law of this room: what is in order takes one line; a file of which something was not used says so, with its
notes; what was not exported says what that leaves open.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Final

from coexistence.inputs.exports.kinds import KINDS, missing
from coexistence.rehearsal.verdicts import EstateReport
from coexistence.rehearsal.verdicts.records import Account
from coexistence.reporting.lines import Line, wrapped

__all__ = ["files_read", "not_exported", "render_imported"]

_SHOWN: Final = 10


def render_imported(estate: EstateReport, width: int, *, verbose: bool) -> Iterator[Line]:
    """Return the account of the exported files; ``verbose`` lists each of them with what it decides."""
    files = estate.imported
    if not files:
        return
    rows, used = sum(each.rows for each in files), sum(each.used for each in files)
    many = "1 file" if len(files) == 1 else f"{len(files)} files"
    yield from wrapped(f"{many} read{_age(files)}: {used:,} of {rows:,} rows used", width)
    for each in files:
        if verbose or each.notes or each.used < each.rows or each.kind not in KINDS:
            yield from _file(each, width, verbose=verbose)
    gone = missing(each.kind for each in files)
    if gone:
        yield from wrapped("Not among them, and what that leaves open:", width)
        for kind in gone:
            yield from wrapped(f"{kind}: {KINDS[kind].undecided}", width, "  ")
    if not verbose:
        yield Line("-v lists every file and what it decides.")


def _file(each: Account, width: int, *, verbose: bool) -> Iterator[Line]:
    written = f", of {each.written}" if each.written else ""
    used = f"{each.used:,} of {each.rows:,} rows used"
    yield from wrapped(f"{each.file}: {each.kind}, {used}{written}", width, "  ")
    if verbose and each.kind in KINDS:
        yield from wrapped(f"decides {KINDS[each.kind].tells}", width, "      ")
    for note in each.notes[:_SHOWN]:
        yield from wrapped(note, width, "      ")
    if len(each.notes) > _SHOWN:
        yield Line(f"      … and {len(each.notes) - _SHOWN} more notes (all in the JSON report)")


def _age(files: tuple[Account, ...]) -> str:
    days = sorted({each.written for each in files if each.written})
    if not days:
        return ""
    return f", written on {days[0]}" if len(days) == 1 else f", written from {days[0]} to {days[-1]}"


def files_read(estate: EstateReport) -> list[dict[str, Any]]:
    """Return for the JSON report the account of each file, and what such a file decides."""
    return [
        {
            **dataclasses.asdict(each),
            "notes": list(each.notes),
            "decides": KINDS[each.kind].tells if each.kind in KINDS else "",
        }
        for each in estate.imported
    ]


def not_exported(estate: EstateReport) -> list[dict[str, Any]]:
    """Return for the JSON report what a twin's folder lacks: export, what it decides, what is open."""
    if not estate.imported:
        return []
    return [
        {"export": kind, "decides": KINDS[kind].tells, "open": KINDS[kind].undecided}
        for kind in missing(each.kind for each in estate.imported)
    ]
