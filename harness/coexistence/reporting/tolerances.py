"""The table of operators' mistakes: tolerances in, texts out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from coexistence.rehearsal.interruptions.tolerances import Told, Tolerance

__all__ = ["tolerance_rows"]

#: Reasons and checks that one line names; further ones are counted.
_SHOWN: Final = 2


def tolerance_rows(found: Iterable[Tolerance]) -> Iterator[tuple[str, str, str, str]]:
    """Return step, mistake, who tells, and how; steps that the model does nothing in are left out."""
    for each in found:
        if each.told is not Told.NOT_SIMULATED:
            yield each.step, each.mistake.title, each.told.value, _how(each)


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
