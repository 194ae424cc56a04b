"""What stands in one plan file and makes no sense together.

Law of this room: what each of two places says is fine; which line says otherwise is in the complaint.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence

from coexistence.inputs.toml.document import Document
from coexistence.migration.custom_plan import LeftOutStep, OwnPool, OwnWave
from coexistence.migration.guide import GUIDE

__all__ = ["compare"]


def compare(
    document: Document,
    waves: Sequence[OwnWave],
    dates: Mapping[str, dt.date],
    left_out: Sequence[LeftOutStep],
    pools: Sequence[OwnPool],
) -> None:
    """Complain about what makes no sense together."""
    seen: dict[object, int] = {}
    for number, wave in enumerate(waves):
        who = (
            wave.pool.lower(),
            wave.site.lower(),
            wave.list_file,
            wave.counts,
            wave.count,
            wave.everybody,
        )
        for key, word in ((wave.name.lower(), "name"), (who, "people")):
            earlier = seen.setdefault((word, key), wave.line)
            # Many waves may take so many more of the same pool.
            if earlier != wave.line and not (word == "people" and wave.count):
                document.complain(
                    ("waves", str(number)),
                    f"wave {wave.name!r} has the {word} of the wave on line {earlier}. "
                    "Give it others, or take it out.",
                )
    last: OwnWave | None = None
    for number, wave in enumerate(waves):
        if wave.date and last and last.date and wave.date < last.date:
            document.complain(
                ("waves", str(number), "date"),
                f"wave {wave.name!r} is on {wave.date}, before wave {last.name!r} on {last.date} that "
                "stands above it. Waves are done in the order of the file.",
            )
        last = wave if wave.date else last
    given = [(step, date) for step, date in dates.items() if step.partition("/")[0] in GUIDE]
    order = list(GUIDE)
    for (one, first), (other, second) in itertools.pairwise(given):
        in_order = order.index(one.partition("/")[0]) <= order.index(other.partition("/")[0])
        if in_order and second < first:
            document.complain(
                ("steps", "dates", other), f"step {other} is on {second}, before step {one} on {first}."
            )
    told = {each.step.lower() for each in left_out}
    for step in dates:
        if step.lower() in told:
            document.complain(("steps", "dates", step), f"step {step} has a date, and is left out.")
    owners: dict[str, int] = {}
    for number, pool in enumerate(pools):
        earlier = owners.setdefault(pool.legacy.lower(), pool.line)
        if earlier != pool.line:
            document.complain(
                ("pools", str(number), "legacy"),
                f"pool {pool.legacy!r} has a successor on line {earlier} already.",
            )
