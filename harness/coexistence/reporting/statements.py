"""What administrators stated, as lines: who says so, since when, and what it settles.

Law of this room: each statement is shown with its author and date, whether anything rests on it or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from coexistence.rehearsal.verdicts import EstateReport, Run
from coexistence.reporting.lines import Line, wrapped

__all__ = ["render_statements"]

#: What a statement is about, and the word before it.
_BEFORE: Final = {
    "pool": "of",
    "partner": "of",
    "gateway": "of",
    "administrator": "of",
    "from_pool": "from",
    "to_pool": "to",
}


def render_statements(run: Run, estate: EstateReport, width: int) -> Iterator[Line]:
    """Return what somebody stated of an estate, and was taken for true."""
    statements = estate.plan.get("statements", ())
    if not statements:
        return
    stated = run.stated(estate)
    yield Line()
    yield Line(f"Stated about {estate.name}, and taken for true"[:width], {"bold": True})
    for told in statements:
        place = f", line {told['line']}" if told["line"] else ""
        by = f"stated by {told['author']} on {told['date']}, {estate.plan['file']}{place}"
        yield from wrapped(f"{_subject(told['says'], stated)}: {told['text']} ({by})", width, "  ")


def _subject(says: Mapping[str, Any], stated: frozenset[str]) -> str:
    """Say in a few words what a statement is about."""
    if not says:
        return "words alone, nothing rests on them"
    if "assumption" in says:
        name = says["assumption"] if says["holds"] else f"not {says['assumption']}"
        return name if says["assumption"] in stated else f"{name} (nothing rests on it)"
    facts = [
        f"{key} {', '.join(value) if isinstance(value, list) else str(value).lower()}"
        for key, value in says.items()
        if key not in _BEFORE
    ]
    of = [f"{before} {says[key]}" for key, before in _BEFORE.items() if key in says]
    return " ".join((", ".join(facts) or "words alone", *of))
