"""The report in the terminal, readable at 80 columns.

Law of this room: verdicts in, lines out. Layout and colour are decided here, meaning is not.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from coexistence.verdicts import EstateReport, FindingRecord, Run, UndecidedRecord

__all__ = ["Line", "render_text"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and how a terminal may show it."""

    text: str = ""
    markup: Mapping[str, bool] = field(default_factory=dict)


_SIGNS: Final = {"kept": "ok", "broken": "BROKEN", "undecided": "?", "not-applicable": "-"}
_COLOURS: Final = {"go": {"green": True}, "no-go": {"red": True}, "not-proven": {"yellow": True}}
_WORDS: Final = {"go": "GO", "no-go": "NO-GO", "not-proven": "NOT PROVEN"}
_SHOWN: Final = 10
#: What the importer reads so far: exports that an administrator can still add to the folder.
READABLE: Final = frozenset(
    {
        "Get-CsTopology",
        "Get-CsTopology -AsXml",
        "Get-CsUser",
        "Get-CsWindowsService",
        "Get-CsManagementStoreReplicationStatus",
        "Get-CsServerPatchVersion",
    }
)


def render_text(run: Run, *, width: int) -> list[Line]:
    """Return the terminal report: matrix, findings, rollback, what is open, verdict, rerun line."""
    return list(_lines(run, max(40, min(width, 100))))


def _lines(run: Run, width: int) -> Iterator[Line]:
    yield Line()
    yield Line(f"{' coexistence report ':=^{width}}", {"bold": True})
    for estate in run.estates:
        yield from _estate(run, estate, width)
    yield from _findings(run, width)
    yield from _crashes(run, width)
    for estate in run.estates:
        yield from _open(run, estate, width)
    yield from _assumptions(run, width)
    yield from _verdict(run, width)


def _wrapped(text: str, width: int, indent: str = "", hanging: str = "  ") -> Iterator[Line]:
    for part in textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent + hanging, break_on_hyphens=False
    ):
        yield Line(part)


# -------------------------------------------------------------------- estates


def _estate(run: Run, estate: EstateReport, width: int) -> Iterator[Line]:
    yield Line()
    for line in _wrapped(f"{estate.name}: {estate.standing}", width):
        yield Line(line.text, {"bold": True})
    yield from _inventory(estate, width)
    yield from _imported(estate, width)
    yield Line()
    yield from _matrix(run, estate, width)
    yield from _rollback(estate, width)
    for pool, why in sorted(estate.staying.items()):
        yield from _wrapped(f"{pool} stays: {why}; 'retired' does not apply to it.", width)
    for note in estate.notes:
        yield from _wrapped(f"Note: {note}", width)
    for refused in estate.refused:
        yield from _wrapped(f"the product refused {refused}", width)


def _inventory(estate: EstateReport, width: int) -> Iterator[Line]:
    pools: Sequence[Mapping[str, Any]] = estate.inventory["pools"]
    if not pools:
        pairs = estate.inventory.get("pairs", {})
        text = ", ".join(f"{pair} ({count})" for pair, count in pairs.items())
        yield from _wrapped(f"{estate.inventory['users']} accounts; {text}", width)
        return
    masters = estate.inventory["cms_masters"]
    master = "an unknown pool" if masters is None else " and ".join(masters) or "no pool"
    users = estate.inventory["users"]
    sites = len(estate.inventory["sites"])
    told = "an unknown number of accounts" if users is None else _count(users, "account")
    if users is not None and estate.inventory["people"] != users:
        told += (
            f" ({_count(estate.inventory['people'], 'person', 'people')}; the others are disabled, online, "
        )
        told += "or without a pool)"
    yield from _wrapped(
        f"{_count(sites, 'site')}, {_count(len(pools), 'pool')}, {told}; Central Management on {master}",
        width,
    )
    for pool in pools:
        edition = f" {pool['edition']}" if pool["edition"] else ""
        people = f", {_count(pool['users'], 'account')}" if pool["users"] else ""
        yield from _wrapped(
            f"{pool['fqdn']}: {pool['version']}{edition} {pool['role']}, "
            f"{_count(pool['servers'], 'server')}{people}",
            width,
            "  ",
        )


def _imported(estate: EstateReport, width: int) -> Iterator[Line]:
    for account in estate.imported:
        yield from _wrapped(
            f"{account.file}: {account.kind}, {account.used} of {account.rows} rows used", width, "  "
        )
        for note in account.notes[:_SHOWN]:
            yield from _wrapped(note, width, "      ")
        if len(account.notes) > _SHOWN:
            yield Line(f"      … and {len(account.notes) - _SHOWN} more notes (all in the JSON report)")


def _count(number: int, thing: str, things: str = "") -> str:
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def _matrix(run: Run, estate: EstateReport, width: int) -> Iterator[Line]:
    """Clauses across, checkpoints down: twelve checkpoint names fit no line, four clauses do."""
    matrix = run.matrix(estate)
    clauses = list(matrix)
    asked = {item.checkpoint for item in run.of_estate(estate)}
    crashed = {(item.clause, item.checkpoint) for item in run.of_estate(estate) if item.crash is not None}
    first = max([len(label) for label in estate.checkpoints] + [10])
    per_line = max(1, (width - first - 1) // 13)
    for start in range(0, len(clauses), per_line):
        part = clauses[start : start + per_line]
        if start:
            yield Line()
        yield Line(" " * (first + 1) + "".join(f"{clause:<13}" for clause in part).rstrip(), {"bold": True})
        for label in [each for each in estate.checkpoints if each in asked]:
            standings = [matrix[clause][label] for clause in part]
            signs = [
                "CRASH" if (clause, label) in crashed and standing != "broken" else _SIGNS[standing]
                for clause, standing in zip(part, standings, strict=True)
            ]
            text = f"{label:<{first}} " + "".join(f"{sign:<13}" for sign in signs).rstrip()
            markup = {"red": True} if "broken" in standings else {}
            yield Line(text, markup)
    yield from _wrapped("ok kept   BROKEN   ? undecided   - not applicable", width)


def _rollback(estate: EstateReport, width: int) -> Iterator[Line]:
    if not estate.bills:
        return
    yield Line()
    if estate.last_safe_step:
        title = f" ({estate.last_safe_title})" if estate.last_safe_title else ""
        yield from _wrapped(
            f"Last step from which going back is possible: {estate.last_safe_step}{title}", width
        )
    yield Line("What going back would cost, by checkpoint:", {"bold": True})
    for bill in estate.bills:
        if all(bill[name] is None for name in ("meetings", "organizers", "clients", "users")):
            yield Line(f"  {bill['from']}: unknown as long as nobody tells who is homed where")
            continue
        parts = [_count(bill[name], *words) for name, words in _PRICES.items() if bill[name] is not None]
        unknown = [words[1] for name, words in _PRICES.items() if bill[name] is None]
        if unknown:
            parts.append(f"unknown: {', '.join(unknown)}")
        yield from _wrapped(f"{bill['from']}: {'; '.join(parts)}", width, "  ")


_PRICES: Final = {
    "meetings": ("meeting that will not work", "meetings that will not work"),
    "organizers": ("organizer to warn", "organizers to warn"),
    "clients": ("client to downgrade", "clients to downgrade"),
    "users": ("person to move back", "people to move back"),
}


# -------------------------------------------------------------------- findings


def _findings(run: Run, width: int) -> Iterator[Line]:
    findings = run.findings()
    if not findings:
        return
    yield Line()
    yield Line("Findings", {"bold": True})
    # The same trouble at several checkpoints is told once, and so is one cause of many broken promises.
    groups: dict[tuple[object, ...], list[FindingRecord]] = {}
    for finding in findings:
        groups.setdefault(_cause(finding), []).append(finding)
    for group in list(groups.values())[:_SHOWN]:
        yield from _finding(run, group, width)
    hidden = max(len(groups) - _SHOWN, 0)
    more = sum(item.more_findings for item in run.items)
    if hidden or more:
        yield from _wrapped(
            f"… and {hidden + more} more findings (--coexistence-json FILE has them)", width, "  "
        )


def _cause(finding: FindingRecord) -> tuple[object, ...]:
    """Tell findings apart by what went wrong and where; those that only yield a kind, by their subject."""
    outcome = finding.outcome
    if outcome is not None and outcome["source"] and outcome["reason"]:
        return finding.estate, finding.deployment, outcome["source"], outcome["reason"]
    return finding.estate, finding.deployment, finding.check, finding.kind, finding.subject


def _finding(run: Run, group: Sequence[FindingRecord], width: int) -> Iterator[Line]:
    finding = group[0]
    where = (
        finding.estate if finding.deployment is None else f"{finding.estate}, deployment {finding.deployment}"
    )
    same = [each for each in group if (each.check, each.subject) == (finding.check, finding.subject)]
    labels = list(dict.fromkeys(each.checkpoint for each in same))
    yield Line()
    colour = {"red": True} if finding.severity in ("blocker", "error") else {"yellow": True}
    yield Line(f"{finding.severity.upper()}  broken: {_sentence(finding.check)}"[:width], colour)
    estate = next(each for each in run.estates if each.name == finding.estate)
    yield from _wrapped(f"{where}, at {_stretches(labels, estate)}: {finding.subject}", width, "  ")
    if finding.outcome is not None:
        answer = finding.outcome["disposition"]
        if finding.outcome["sip"] is not None:
            answer += f" {finding.outcome['sip']}"
        if finding.outcome["diagnostic"] is not None:
            answer += f" (ms-diagnostics {finding.outcome['diagnostic']})"
        yield from _wrapped(f"{answer}: {finding.outcome['reason']}", width, "  ")
        for number, hop in enumerate(finding.outcome["hops"], start=1):
            yield from _wrapped(f"{number}. {hop}", width, "    ")
    elif finding.message:
        yield from _wrapped(finding.message, width, "  ")
    if people := max(each.people for each in group):
        yield from _wrapped(f"Hit: {_count(people, 'person', 'people')}", width, "  ")
    others = list(dict.fromkeys(_sentence(each.check) for each in group if each.check != finding.check))
    if others:
        yield from _wrapped(f"This also breaks: {'; '.join(others)}", width, "  ")
    if others and finding.outcome is not None:
        # Each check knows its own remedy; what breaks several promises at once is mended where it is.
        yield from _wrapped(
            f"Do: Mend {finding.outcome['source']} first; all of these hang on it.", width, "  "
        )
        return
    if finding.remedy:
        yield from _wrapped(f"Do: {finding.remedy}", width, "  ")
    if finding.document:
        yield from _wrapped(f"See: {finding.document}", width, "  ")


def _sentence(check: str) -> str:
    return check.rpartition("::")[2].replace("_", " ")


def _crashes(run: Run, width: int) -> Iterator[Line]:
    if not run.crashes:
        return
    yield Line()
    yield Line("Checks that crashed", {"bold": True})
    for item in run.crashes[:_SHOWN]:
        yield from _wrapped(f"{item.check} at {item.checkpoint}: {item.crash}", width, "  ")


# -------------------------------------------------------------------- what is open


def _open(run: Run, estate: EstateReport, width: int) -> Iterator[Line]:
    """Group what is undecided by what would decide it: that is what an administrator can act on."""
    records = run.undecided(estate)
    if not records:
        return
    groups: dict[tuple[str, ...], list[UndecidedRecord]] = {}
    for record in records:
        groups.setdefault(record.needs, []).append(record)
    yield Line()
    yield Line(f"Undecided about {estate.name}, and what would decide it"[:width], {"bold": True})
    readable = {needs: group for needs, group in groups.items() if set(needs) <= READABLE}
    for needs, group in readable.items():
        yield from _needed(needs, group, estate, width, "  ")
    if len(readable) < len(groups):
        yield Line("  These would too, but this version does not read them yet:")
        for needs, group in groups.items():
            if needs not in readable:
                yield from _needed(needs, group, estate, width, "    ")


def _needed(
    needs: tuple[str, ...], group: Sequence[UndecidedRecord], estate: EstateReport, width: int, indent: str
) -> Iterator[Line]:
    reasons = dict.fromkeys(record.reason for record in group)
    why = f" ({next(iter(reasons))})" if len(reasons) == 1 else ""
    yield from _wrapped(f"{' and '.join(needs) or 'nothing that is known'}{why}:", width, indent)
    by_check: dict[str, list[str]] = {}
    for record in group:
        by_check.setdefault(record.check, []).append(record.checkpoint)
    for check, labels in by_check.items():
        yield from _wrapped(f"{_sentence(check)}, at {_stretches(labels, estate)}", width, f"{indent}  ")


def _stretches(labels: Sequence[str], estate: EstateReport) -> str:
    """Name checkpoints shortly: stretches of the main line by their ends, ways back together.

    A run of three or more is written with its ends.
    """
    line = [label for label in estate.checkpoints if not label.endswith(".rolled-back")]
    parts: list[list[str]] = []
    for label in labels:
        if label.endswith(".rolled-back"):
            continue
        at = line.index(label)
        if parts and at > 0 and parts[-1][-1] == line[at - 1]:
            parts[-1].append(label)
        else:
            parts.append([label])
    texts = [f"{part[0]} to {part[-1]}" if len(part) > 2 else ", ".join(part) for part in parts]
    back = [label for label in labels if label.endswith(".rolled-back")]
    all_back = [label for label in estate.checkpoints if label.endswith(".rolled-back")]
    if list(labels) == list(estate.checkpoints):
        return "all checkpoints"
    if len(back) > 1 and back == all_back:
        texts.append("every .rolled-back")
    else:
        texts += back
    return ", ".join(texts)


def _assumptions(run: Run, width: int) -> Iterator[Line]:
    used = [each for each in run.assumptions() if each["used"]]
    if not used:
        return
    yield Line()
    yield Line("Assumed, because no file and no document tells (docs/rules.md explains each)", {"bold": True})
    yield from _wrapped(", ".join(f"{each['id']}={each['value']}" for each in used), width, "  ")


def _verdict(run: Run, width: int) -> Iterator[Line]:
    yield Line()
    word = run.verdict
    yield Line(f"{f' {_WORDS[word]} ':=^{width}}", {"bold": True, **_COLOURS[word]})
    if run.crashes:
        yield from _wrapped(
            f"{_count(len(run.crashes), 'check')} crashed, so this is no verdict on the deployment.", width
        )
    if run.partial:
        yield from _wrapped(
            f"Not the whole question was asked ({run.partial}): such a run never says go.", width
        )
    evaluations = sum(item.evaluations for item in run.items)
    yield from _wrapped(
        f"{evaluations} promises were put to the test as of {run.as_of}. This is a model: it computes what "
        "the documented product would do with what it was told, and has touched no server.",
        width,
    )
    yield Line(f"Again: {run.rerun}")
