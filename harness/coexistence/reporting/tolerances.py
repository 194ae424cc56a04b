"""The table of operators' mistakes, in Markdown and as lines of text.

Law of this room: tolerances in, text out. Who tells of a mistake is decided elsewhere.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from coexistence.rehearsal.interruptions.tolerances import Told, Tolerance

__all__ = ["render_tolerances", "tolerance_rows"]

#: Reasons and checks that one line names; further ones are counted.
_SHOWN: Final = 2


def tolerance_rows(found: Iterable[Tolerance]) -> Iterator[tuple[str, str, str, str]]:
    """Return step, mistake, who tells, and how; steps that the model does nothing in are left out."""
    for each in found:
        if each.told is not Told.NOT_SIMULATED:
            yield each.step, each.mistake.title, each.told.value, _how(each)


def render_tolerances(found: Iterable[Tolerance], *, width: int) -> list[str]:
    """Return the table as text: by step, one paragraph for each mistake, and the numbers at the end."""
    rows = list(found)
    lines: list[str] = []
    step = ""
    for each in rows:
        if each.told is Told.NOT_SIMULATED:
            continue
        if each.step != step:
            step = each.step
            lines += textwrap.wrap(f"{each.step} {each.title}", width)
        how = _how(each)
        text = f"{each.mistake.title}: {each.told.value}{': ' if how else ''}{how}"
        lines += textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    counts = ", ".join(f"{sum(each.told is word for each in rows)} {word.value}" for word in Told)
    return [*lines, *textwrap.wrap(counts, width)]


def _how(each: Tolerance) -> str:
    """Say by what a mistake comes out, and how late."""
    if each.told is Told.REFUSED:
        return f"{_late(each)} ({each.where}): {_first(each.by)}"
    if each.told is Told.NOTICED:
        checks = [check.rpartition("::")[2].replace("_", " ") for check in each.by]
        return f"{_late(each)}, at {each.where}: {_first(checks)}"
    if each.told is Told.SILENT:
        return f"different in the end: {', '.join(each.by)}"
    return ""


def _late(each: Tolerance) -> str:
    if not each.later:
        return "at once"
    return f"{each.later} {'step' if each.later == 1 else 'steps'} later"


def _first(texts: Iterable[str]) -> str:
    every = list(texts)
    more = len(every) - _SHOWN
    return "; ".join(every[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
