"""The kill matrix: which check notices which fault, and which check notices nothing.

Law of this room: the qualification as the JSON report has it in, lines out, readable at 80 columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from coexistence.model.vocabulary import Clause
from coexistence.reporting.lines import Line, wrapped

__all__ = ["render_qualification"]

#: Checks that one fault's line names; further ones are counted.
_SHOWN: Final = 3


def render_qualification(qualification: Mapping[str, Any] | None, width: int) -> Iterator[Line]:
    """Return the matrix: faults by family, then the checks; nothing where nobody asked."""
    if qualification is None:
        return
    yield Line()
    yield Line("Kill matrix", {"bold": True})
    yield from wrapped(
        "ok: a check of the fault's own family speaks of what was set wrong, or of people hit by it. Then "
        "where on the path that is first, after how many deployments, in how many of those that can have it.",
        width,
        "",
        "",
    )
    yield from _faults(qualification, width)
    yield from _checks(qualification, width)
    yield Line()
    is_green = qualification["is_good"] and qualification["of"] and not qualification["untried"]
    colour = {"green": True} if is_green else {"red": True}
    for line in wrapped(_sum(qualification), width):
        yield Line(line.text, {"bold": True, **colour})


def _sum(qualification: Mapping[str, Any]) -> str:
    """What it comes to in one sentence; of a part it says that it is one."""
    of, killed, untried = qualification["of"], qualification["killed"], len(qualification["untried"])
    alarms = sum(each["false_alarms"] for each in qualification["checks"].values())
    sound = f"{alarms} false alarms in {qualification['healthy_runs']} sound deployments"
    if not of:
        return f"no fault was scored: {untried} of the catalogue were not tried; {sound}"
    share = f"{qualification['percent']:g} %, at least {qualification['min_kill']:g} % wanted"
    part = f"; this is a part: {untried} of the catalogue were not tried" if untried else ""
    return f"{killed} of {of} faults noticed ({share}), {sound}{part}"


def _faults(qualification: Mapping[str, Any], width: int) -> Iterator[Line]:
    faults = qualification["faults"]
    for clause in Clause:
        theirs = {name: each for name, each in faults.items() if each.get("clause") == clause.value}
        if not theirs:
            continue
        yield Line()
        yield Line(clause.value, {"bold": True})
        for name, fault in theirs.items():
            yield from _fault(name, fault, width)
    left_out = {name: each["excluded"] for name, each in faults.items() if "clause" not in each}
    if left_out:
        yield Line()
        yield Line("left out", {"bold": True})
        for name, why in left_out.items():
            yield from wrapped(f"{name}: {why}", width, "  ")


def _fault(name: str, fault: Mapping[str, Any], width: int) -> Iterator[Line]:
    notices = [each for each in fault["notices"] if each["is_about"]]
    own = [each for each in notices if each["clause"] == fault["clause"]]
    if not fault["deployments"]:
        yield Line(f"  -       {name}")
        yield from wrapped(fault["excluded"], width, "          ", "")
        return
    sign, markup = ("ok", {}) if fault["clause_hit"] else ("MISSED", {"red": True})
    facts = ""
    if notices:
        first = min(own or notices, key=lambda each: each["after"])
        facts = f"{first['checkpoint']}, {first['after']}, {first['deployments']}/{fault['deployments']}"
    line = f"  {sign:<8}{name}"
    if len(line) + len(facts) + 2 <= width:
        yield Line(f"{line}{facts:>{width - len(line)}}".rstrip(), markup)
    else:
        yield Line(line, markup)
        yield Line(f"{facts:>{width}}", markup)
    names = [_sentence(each["check"]) for each in (*own, *(each for each in notices if each not in own))]
    more = f"; and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    if names:
        yield from wrapped("; ".join(names[:_SHOWN]) + more, width, "          ", "")
    elif fault["notices"]:
        by = _sentence(fault["notices"][0]["check"])
        yield from wrapped(f"{by} breaks, and speaks of something else", width, "          ", "")
    for crash in fault["crashes"]:
        for each in wrapped(f"crashed: {crash}", width, "          ", ""):
            yield Line(each.text, {"red": True})


def _checks(qualification: Mapping[str, Any], width: int) -> Iterator[Line]:
    """Show each check's kills, the faults of its clause that it misses, and false alarms."""
    yield Line()
    room = width - 24
    yield Line(f"{'check':<{room}}{'kills':>6}{'missed':>8}{'alarms':>8}", {"bold": True})
    checks = qualification["checks"]
    for clause in Clause:
        theirs = {name: each for name, each in checks.items() if each["clause"] == clause.value}
        if theirs:
            yield Line(clause.value, {"bold": True})
        for name, check in theirs.items():
            numbers = f"{check['kills']:>6}{len(check['missed']):>8}{check['false_alarms']:>8}"
            *before, last = wrapped(_sentence(name), room - 1, "  ") or [Line()]
            yield from before
            markup = {"red": True} if check["false_alarms"] else {}
            yield Line(f"{last.text:<{room}}{numbers}", markup)
    vacuous = [_sentence(name) for name, each in checks.items() if each["vacuous"]]
    if vacuous:
        yield Line()
        yield from wrapped(
            f"No fault here makes these fail (vacuous, or about what the catalogue leaves out): "
            f"{'; '.join(vacuous)}",
            width,
        )


def _sentence(check: str) -> str:
    return check.rpartition("::")[2].replace("_", " ")
