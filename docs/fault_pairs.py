"""Write the page on faults in pairs: which fault keeps which from being noticed.

    python docs/fault_pairs.py

It tries every two built-in faults at once, which takes minutes; ``python benchmarks/jobs.py pairs`` tells
what has changed since.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import kill_matrix

from coexistence.rehearsal.fault_injection import scene_of
from coexistence.rehearsal.fault_masking import masked
from coexistence.rehearsal.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAGE: Final = Path(__file__).resolve().parent / "fault-pairs.md"
#: Deployments that pairs are tried in: those of the family that can have the most faults.
DEPLOYMENTS: Final = 2


def richest(number: int) -> list[tuple[int, Trial]]:
    """Return the members in which most faults can be made."""
    faults = tuple(kill_matrix.faults())
    members = list(enumerate(kill_matrix.sound()))
    return sorted(
        members,
        key=lambda each: (
            -sum(fault.injected(scene_of(each[1]), choice=each[0]) is not None for fault in faults)
        ),
    )[:number]


def found(number: int = DEPLOYMENTS) -> tuple[int, Mapping[tuple[str, str, str], int]]:
    """Return how many ordered pairs were tried, and in how many deployments each masked one was found."""
    faults, checks = tuple(kill_matrix.faults()), kill_matrix.checks()
    none: dict[str, dict[str, Any]] = {check.id: {} for check in checks}
    tried = 0
    counted: Counter[tuple[str, str, str]] = Counter()
    for member, trial in richest(number):
        for each in masked(trial, faults, checks, none, choice=member):
            tried += 1
            if each is not None:
                counted[each.by, each.fault, each.how] += 1
    return tried, counted


def rows(counted: Mapping[tuple[str, str, str], int], how: str) -> Iterator[str]:
    """Return one row for each fault that masks others."""
    by: dict[str, list[str]] = {}
    for (second, first, what), number in sorted(counted.items()):
        if what == how:
            by.setdefault(second, []).append(f"`{first}`" + (f" ({number})" if number > 1 else ""))
    for second, firsts in by.items():
        yield f"| `{second}` | {', '.join(firsts)} |"


def page(number: int = DEPLOYMENTS) -> str:
    """Return the page, made anew."""
    tried, counted = found(number)
    hidden, covered = (sum(how == word for *_, how in counted) for word in ("hidden", "covered"))
    lines = [
        "# Faults in pairs",
        "",
        "Made by `docs/fault_pairs.py` by making every two built-in faults at once, and not by hand.",
        "",
        (
            f"In the {number} generated deployments that can have the most faults, {tried} times a fault "
            "that is noticed alone was made together with a second one. "
            f"{hidden} ordered pairs are *hidden*: no check of the first one's clause speaks of it any more, "
            "mostly because the second one keeps people or steps from getting that far. "
            f"{covered} are *covered*: something is said of it, and all of it would be said because of the "
            "second one alone. Whoever mends what the report names and asks again meets the first one then; "
            "so ask again after every repair. A number in brackets says in how many of the deployments, "
            "where it is more than one."
        ),
        "",
        "## Hidden",
        "",
        "| this fault | hides |",
        "| --- | --- |",
        *rows(counted, "hidden"),
        "",
        "## Covered",
        "",
        "| this fault | covers |",
        "| --- | --- |",
        *rows(counted, "covered"),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
