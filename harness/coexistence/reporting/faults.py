"""Faults in the terminal: the catalogue as a list, and what became of those that were made.

Law of this room: records in, lines out, readable at 80 columns. An administrator meets a failure from
outside, so what is seen comes first, then what was set wrong, who is hit, and what to do.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from coexistence.checking.fault_registry import Fault
from coexistence.rehearsal.verdicts import FaultRecord, FindingRecord, Run
from coexistence.rehearsal.verdicts.head_count import head_count_of
from coexistence.reporting.lines import Line, wrapped

__all__ = ["render_catalogue", "render_made", "set_wrong"]

#: Targets and checks that one line names; further ones are counted.
_SHOWN: Final = 4


def render_catalogue(faults: Iterable[Fault], excluded: Mapping[str, str], *, width: int) -> list[Line]:
    """Return the catalogue by family; those that are left out come last, with the reason."""
    width = max(40, min(width, 100))
    every = list(faults)
    lines: list[Line] = []
    family = ""
    for each in every:
        if each.clause.value != family:
            family = each.clause.value
            lines += [Line(), Line(family, {"bold": True})] if lines else [Line(family, {"bold": True})]
        facts = f"{each.phase or '-':<19}{each.severity.name.lower():<9}{each.evidence}"
        # Phase, severity and evidence stand beside the id where there is room for them.
        room = width - len(facts)
        if len(each.id) + 3 <= room:
            lines.append(Line(f"  {each.id:<{room - 2}}{facts}"))
        else:
            lines += [Line(f"  {each.id}"), Line(f"{'':<{room}}{facts}")]
        lines.append(Line("      " + textwrap.shorten(each.cause, width - 6, placeholder=" …")))
    if excluded:
        lines += [Line(), Line("left out, because nothing here could show them", {"bold": True})]
        for identity, why in sorted(excluded.items()):
            lines += [Line(f"  {identity}"), *wrapped(why, width, "      ", "")]
    lines += [
        Line(),
        *wrapped(
            f"{len(every)} faults, {len(excluded)} left out. Evidence: A the vendor states it, B somebody "
            "reports it, C the vendor states the rule and the effect is inferred, D derived.",
            width,
            "",
            "",
        ),
    ]
    return lines


def set_wrong(run: Run, finding: FindingRecord, width: int) -> Iterator[Line]:
    """Say which faults caused a finding; nothing where none was made."""
    causes = {fault.asked: fault for fault in run.faults}
    for asked in finding.faults:
        yield from wrapped(f"Set wrong: {causes[asked].cause} ({asked})", width, "  ")


def render_made(run: Run, width: int) -> Iterator[Line]:
    """Return what became of each fault that was made on purpose."""
    if not run.faults:
        return
    yield Line()
    yield Line("Faults that were made on purpose", {"bold": True})
    findings = [each for each in run.findings() if each.faults]
    for fault in run.faults:
        theirs = [each for each in findings if fault.asked in each.faults]
        yield from _made(run, fault, theirs, width)


def _made(run: Run, fault: FaultRecord, findings: list[FindingRecord], width: int) -> Iterator[Line]:
    yield Line()
    yield from wrapped(f"{fault.asked}, {_where(run, fault)}", width, "  ", "    ")
    yield from wrapped(f"Seen: {fault.seen}", width, "    ")
    if first := _first(run, findings):
        reason = first.outcome["reason"] if first.outcome is not None else first.message
        yield from wrapped(
            f"First noticed: at {first.checkpoint}, {_sentence(first.check)}: {first.subject}: {reason}",
            width,
            "    ",
        )
    elif fault.made:
        for line in wrapped("Noticed: by no check.", width, "    "):
            yield Line(line.text, {"yellow": True})
    targets = list(dict.fromkeys(target for _, _, target in fault.made))
    yield from wrapped(f"Set wrong: {fault.cause}{_some(targets, ' (', ')')}", width, "    ")
    hit = head_count_of(findings)
    if hit.people:
        yield from wrapped(f"Hit: {hit}", width, "    ")
    if fault.remedy:
        yield from wrapped(f"Do: {fault.remedy}", width, "    ")
    if fault.document:
        yield from wrapped(f"See: {fault.document}", width, "    ")
    if checks := list(dict.fromkeys(_sentence(each.check) for each in findings)):
        yield from wrapped(f"Noticed by: {_some(checks)}", width, "    ")


def _where(run: Run, fault: FaultRecord) -> str:
    """Say in how many deployments a fault was made, or in which twin."""
    parts = []
    for estate in run.estates:
        hit = [each for each in fault.made if each[0] == estate.name]
        if estate.kind == "generated":
            parts.append(f"made in {len(hit)} of {estate.inventory['deployments']} deployments")
        else:
            parts.append(f"made in {estate.name}" if hit else f"not possible in {estate.name}")
    return "; ".join(parts)


def _first(run: Run, findings: list[FindingRecord]) -> FindingRecord | None:
    """Return what is met first: the earliest on the path, the heaviest of these."""
    order = {label: at for estate in run.estates for at, label in enumerate(estate.checkpoints)}
    return min(findings, key=lambda each: order.get(each.checkpoint, len(order)), default=None)


def _some(texts: list[str], before: str = "", after: str = "") -> str:
    if not texts:
        return ""
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return f"{before}{', '.join(texts[:_SHOWN])}{more}{after}"


def _sentence(check: str) -> str:
    return check.rpartition("::")[2].replace("_", " ")
