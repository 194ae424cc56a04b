"""The report in the terminal, readable at 80 columns.

Law of this room: verdicts in, lines out. Layout and colour are decided here, meaning is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from coexistence.inputs.exports.kinds import CATALOGUE
from coexistence.inputs.planfile.statement_keys import SUPPLIED
from coexistence.rehearsal.verdicts import EstateReport, FindingRecord, Run, UndecidedRecord
from coexistence.rehearsal.verdicts.causes import Cause
from coexistence.reporting.faults import render_made, set_wrong
from coexistence.reporting.imported_files import render_imported
from coexistence.reporting.lines import Line
from coexistence.reporting.lines import wrapped as _wrapped
from coexistence.reporting.qualification import render_qualification
from coexistence.reporting.shell_words import quoted
from coexistence.reporting.statements import render_statements

__all__ = ["WORDS", "Line", "render_text"]

_SIGNS: Final = {"kept": "ok", "broken": "BROKEN", "undecided": "?", "not-applicable": "-"}
_COLOURS: Final = {"go": {"green": True}, "no-go": {"red": True}, "not-proven": {"yellow": True}}
WORDS: Final = {"go": "GO", "no-go": "NO-GO", "not-proven": "NOT PROVEN"}
_SHOWN: Final = 10
#: What the importer reads: exports that an administrator can still add to the folder.
READABLE: Final = frozenset({*CATALOGUE, "Get-CsTopology", "Get-CsTopology -AsXml", "external DNS export"})


def render_text(run: Run, *, width: int, verbose: bool = False) -> list[Line]:
    """Return the terminal report: matrix, findings, rollback, what is open, verdict, rerun line."""
    return list(_lines(run, max(40, min(width, 100)), verbose=verbose))


def _lines(run: Run, width: int, *, verbose: bool) -> Iterator[Line]:
    yield Line()
    yield Line(f"{' coexistence report ':=^{width}}", {"bold": True})
    for estate in run.estates:
        yield from _estate(run, estate, width, verbose=verbose)
    yield from render_made(run, width)
    yield from _findings(run, width)
    yield from _waivers(run, width)
    yield from _crashes(run, width)
    yield from _left_out(run, width, verbose=verbose)
    for estate in run.estates:
        yield from _open(run, estate, width)
    for estate in run.estates:
        yield from render_statements(run, estate, width)
    yield from _assumptions(run, width)
    yield from render_qualification(run.qualification, width)
    yield from _verdict(run, width)


# -------------------------------------------------------------------- estates


def _estate(run: Run, estate: EstateReport, width: int, *, verbose: bool) -> Iterator[Line]:
    yield Line()
    for line in _wrapped(f"{estate.name}: {estate.standing}", width):
        yield Line(line.text, {"bold": True})
    yield from _inventory(estate, width)
    yield from render_imported(estate, width, verbose=verbose)
    yield Line()
    yield from _matrix(run, estate, width)
    yield from _rollback(estate, width)
    for pool, why in sorted(estate.staying.items()):
        yield from _wrapped(f"{pool} stays: {why}; 'retired' does not apply to it.", width)
    for note in estate.notes:
        yield from _wrapped(f"Note: {note}", width)
    yield from _plan(estate, width)
    for refused in estate.refused:
        yield from _wrapped(f"the product refused {refused}", width)


def _inventory(estate: EstateReport, width: int) -> Iterator[Line]:
    pools: Sequence[Mapping[str, Any]] = estate.inventory["pools"]
    if not pools:
        pairs = estate.inventory.get("pairs", {})
        text = ", ".join(f"{pair} ({count})" for pair, count in pairs.items())
        yield from _wrapped(f"{_accounts(estate.inventory)}; {text}", width)
        return
    masters = estate.inventory["cms_masters"]
    master = "an unknown pool" if masters is None else " and ".join(masters) or "no pool"
    parts = [_count(len(estate.inventory["sites"]), "site"), _count(len(pools), "pool")]
    parts.append(f"{_accounts(estate.inventory)}; Central Management on {master}")
    yield from _wrapped(", ".join(parts), width)
    for pool in pools:
        edition = f" {pool['edition']}" if pool["edition"] else ""
        people = f", {_count(pool['users'], 'account')}" if pool["users"] else ""
        yield from _wrapped(
            f"{pool['fqdn']}: {pool['version']}{edition} {pool['role']}, "
            f"{_count(pool['servers'], 'server')}{people}",
            width,
            "  ",
        )


def _accounts(inventory: Mapping[str, Any]) -> str:
    users, people = inventory["users"], inventory["people"]
    if users is None:
        return "an unknown number of accounts"
    if people == users:
        return _count(users, "account")
    others = "the others are disabled, online, or without a pool"
    return f"{_count(users, 'account')} ({_count(people, 'person', 'people')}; {others})"


def _count(number: int, thing: str, things: str = "") -> str:
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def _matrix(run: Run, estate: EstateReport, width: int) -> Iterator[Line]:
    """Clauses across, checkpoints down: twelve checkpoint names fit no line, four clauses do."""
    matrix = run.matrix(estate)
    clauses = list(matrix)
    asked = {item.checkpoint for item in run.of_estate(estate)}
    crashed = {(item.clause, item.checkpoint) for item in run.of_estate(estate) if item.crash is not None}
    accepted = {(item.clause, item.checkpoint) for item in run.of_estate(estate) if item.waivers}
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
                "CRASH"
                if (clause, label) in crashed and standing != "broken"
                else "waived"
                if (clause, label) in accepted and standing == "kept"
                else _SIGNS[standing]
                for clause, standing in zip(part, standings, strict=True)
            ]
            text = f"{label:<{first}} " + "".join(f"{sign:<13}" for sign in signs).rstrip()
            markup = {"red": True} if "broken" in standings else {}
            yield Line(text, markup)
    yield from _wrapped("ok kept   BROKEN   ? undecided   - not applicable", width)


def _plan(estate: EstateReport, width: int) -> Iterator[Line]:
    """Show the waves of an administrator's own plan, and what its owner should know about it."""
    plan = estate.plan
    if not plan.get("file"):
        return
    yield Line()
    yield Line(f"The plan in {plan['file']}", {"bold": True})
    for wave in plan["waves"]:
        size = "an unknown number of accounts"
        if wave["accounts"] is not None:
            size = f"{_count(wave['accounts'], 'account')}, about {_count(wave['minutes'], 'minute')}"
        window = f", window {wave['window']}" if wave["window"] else ""
        late = ": DOES NOT FIT" if wave["fits"] is False else ""
        which = f"{wave['step']} {wave['name']}, {wave['date']}"
        yield from _wrapped(f"{which}: {size}{window}{late}", width, "  ")
    if not plan["remarks"]:
        yield Line("  nothing to remark on")
    for remark in plan["remarks"]:
        place = f"line {remark['line']}: " if remark["line"] else ""
        yield from _wrapped(f"{place}{remark['text']}", width, "  ")


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
        parts += _more_to_do(bill)
        yield from _wrapped(f"{bill['from']}: {'; '.join(parts)}", width, "  ")
    yield from _stops(estate, width)


def _more_to_do(bill: Mapping[str, Any]) -> Iterator[str]:
    """Say what else a rollback takes, where there is any, and how long a freeze would spare meetings."""
    for name, words in _WORK.items():
        if bill.get(name):
            yield _count(bill[name], *words)
    if bill.get("freeze") == "never":
        yield f"no scheduling freeze ends it: {bill['endless']} take place for ever"
    elif bill.get("freeze"):
        yield f"none after a scheduling freeze of {_count(bill['freeze'], 'day')}"


def _stops(estate: EstateReport, width: int) -> Iterator[Line]:
    """Show what interruptions of each step come to; neighbours that are alike share a line."""
    if not estate.stops:
        return
    yield Line()
    whose = "" if estate.kind == "twin" else " (deployment 0)"
    yield Line(f"Stopped after a step, or inside one of its batches{whose}:", {"bold": True})
    yield Line(f"  {'step':<18}{'again?':<9}{'go on':<9}{'go back':<9}{'retry':<9}going back over it")
    rows: list[tuple[list[str], tuple[str, ...]]] = []
    for (step, undo), stop in zip(estate.steps, estate.stops, strict=True):
        ways = (_SIGNS[stop[way] or "not-applicable"] for way in ("resume", "roll_back", "retry"))
        found = stop["undo_found"]
        cells = (stop["repeat"], *ways, undo if found in (None, undo) else f"{undo}; here {found}")
        if rows and rows[-1][1] == cells:
            rows[-1][0].append(step)
        else:
            rows.append(([step], cells))
    for steps, cells in rows:
        label = steps[0] if len(steps) == 1 else f"{steps[0]} to {steps[-1]}"
        broken = {"red": True} if "BROKEN" in cells else {}
        yield Line(f"  {label:<18}{''.join(f'{cell:<9}' for cell in cells[:4])}{cells[4]}"[:width], broken)
    for (step, _), stop in zip(estate.steps, estate.stops, strict=True):
        if stop["repeat"] == "no":
            yield from _wrapped(f"{step} again: {stop['repeat_why']}", width, "  ")


#: Work that a rollback takes beside the prices: told only where there is some.
_WORK: Final = {
    "contact_lists": ("contact list at risk", "contact lists at risk"),
    "directories": ("conference directory to give back", "conference directories to give back"),
    "endpoints": ("application object to move back", "application objects to move back"),
}


_PRICES: Final = {
    "meetings": ("meeting that will not work", "meetings that will not work"),
    "organizers": ("organizer to warn", "organizers to warn"),
    "clients": ("client to downgrade", "clients to downgrade"),
    "users": ("person to move back", "people to move back"),
}


# -------------------------------------------------------------------- findings


def _findings(run: Run, width: int) -> Iterator[Line]:
    causes = run.causes()
    if not causes:
        return
    yield Line()
    yield Line("Findings", {"bold": True})
    # The same trouble at several checkpoints is told once, and so is one cause of many broken promises.
    for cause in causes[:_SHOWN]:
        yield from _finding(run, cause, width)
    if hidden := causes[_SHOWN:]:
        found = sum(_findings_in(cause.findings) for cause in hidden)
        told = f"… and {_count(len(hidden), 'more cause')} of {_count(found, 'finding')}"
        yield from _wrapped(f"{told} (--coexistence-json=FILE has them)", width, "  ")
    counted = sum(item.more_findings - sum(each.alike for each in item.findings) for item in run.items)
    if counted:
        yield from _wrapped(f"… and {_count(counted, 'more finding')}, of which nothing is kept", width, "  ")


def _waivers(run: Run, width: int) -> Iterator[Line]:
    """Show what was accepted, by whom and until when; and the waivers that need somebody's attention."""
    accepted: dict[tuple[str, str], list[FindingRecord]] = {}
    for finding in run.findings():
        if finding.waived is not None:
            accepted.setdefault((finding.check, finding.waived["expires"]), []).append(finding)
    if accepted:
        yield Line()
        yield Line("Accepted", {"bold": True})
    for (check, expires), group in list(accepted.items())[:_SHOWN]:
        by = group[0].waived
        assert by is not None  # only such were gathered
        subjects = list(dict.fromkeys(finding.subject for finding in group))
        about = subjects[0] if len(subjects) == 1 else f"{len(subjects)} subjects"
        yield from _wrapped(
            f"{group[0].severity}: {_sentence(check)}, {about}: accepted until {expires} by {by['owner']}, "
            f"approved by {by['approver']}: {by['reason']}",
            width,
            "  ",
        )
    yield from _more(len(accepted) - _SHOWN)
    if complaints := run.waiver_complaints():
        yield Line()
        yield Line("Waivers that need a decision", {"bold": True})
        for complaint in complaints[:_SHOWN]:
            yield from _wrapped(complaint.message, width, "  ")
        yield from _more(len(complaints) - _SHOWN)


def _finding(run: Run, cause: Cause, width: int) -> Iterator[Line]:
    """Tell a cause once, and count what follows from it."""
    group, finding = cause.findings, cause.first
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
    if said := _said(finding):
        yield from _wrapped(said, width, "  ")
    if finding.outcome is not None:
        answer = finding.outcome["disposition"]
        if finding.outcome["sip"] is not None:
            answer += f" {finding.outcome['sip']}"
        if finding.outcome["diagnostic"] is not None:
            answer += f" (ms-diagnostics {finding.outcome['diagnostic']})"
        yield from _wrapped(f"{answer}: {finding.outcome['reason']}", width, "  ")
        for number, hop in enumerate(finding.outcome["hops"], start=1):
            yield from _wrapped(f"{number}. {hop}", width, "    ")
    yield from set_wrong(run, finding, width)
    if cause.people.people:
        yield from _wrapped(f"Hit: {cause.people}", width, "  ")
    alike = [each for each in group if each.check == finding.check and each.subject != finding.subject]
    if alike:
        subjects = _count(len({each.subject for each in alike}), "more subject")
        found = _count(_findings_in(alike), "finding")
        yield from _wrapped(f"So it is with {subjects} ({found})", width, "  ")
    if untold := sum(each.alike for each in same):
        yield from _wrapped(f"And so in {_count(untold, 'more finding')}", width, "  ")
    others = [check for check in cause.checks if check != finding.check]
    if others:
        rest = _findings_in(each for each in group if each.check != finding.check)
        named = "; ".join(map(_sentence, others[:_SHOWN]))
        more = f"; and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        yield from _wrapped(f"This also breaks ({_count(rest, 'finding')}): {named}{more}", width, "  ")
    # Not wrapped: it is there to be copied.
    yield Line(f"  Ask: {run.ask} {quoted(run.node_id(finding))}")
    if others and cause.thing and not cause.is_found_itself:
        # Each check knows its own remedy; what breaks several promises at once is mended where it is.
        yield from _wrapped(f"Do: Mend {cause.thing} first; all of these hang on it.", width, "  ")
        return
    if finding.remedy:
        yield from _wrapped(f"Do: {finding.remedy}", width, "  ")
    if finding.document:
        yield from _wrapped(f"See: {finding.document}", width, "  ")


def _said(finding: FindingRecord) -> str:
    """What the check itself said: the kind of failure, where it names one, and its message."""
    kind = "" if finding.kind == finding.check.rpartition("::")[2] else finding.kind.replace("-", " ")
    return ": ".join(each for each in (kind, finding.message) if each)


def _findings_in(findings: Iterable[FindingRecord]) -> int:
    """How many findings there are, with those that are told with another."""
    return sum(1 + each.alike for each in findings)


def _sentence(check: str) -> str:
    return check.rpartition("::")[2].replace("_", " ")


def _crashes(run: Run, width: int) -> Iterator[Line]:
    if not run.failures:
        return
    yield Line()
    yield Line("Checks that crashed" if run.crashes else "What crashed", {"bold": True})
    for what, checkpoint, _, error in run.failures[:_SHOWN]:
        where = f"{what} at {checkpoint}" if checkpoint else what
        yield from _wrapped(f"{where}: {error}", width, "  ")
    yield from _more(len(run.failures) - _SHOWN)


def _left_out(run: Run, width: int, *, verbose: bool) -> Iterator[Line]:
    """Name what was collected and never answered; under ``-v`` all of it."""
    if not run.left_out:
        return
    yield Line()
    yield Line("Collected and never answered", {"bold": True})
    shown = len(run.left_out) if verbose else _SHOWN
    for node_id in run.left_out[:shown]:
        yield from _wrapped(node_id, width, "  ")
    yield from _more(len(run.left_out) - shown, "-v names them, and ")


def _more(hidden: int, hint: str = "") -> Iterator[Line]:
    if hidden > 0:
        yield Line(f"  … and {hidden} more ({hint}--coexistence-json=FILE has them)")


# -------------------------------------------------------------------- what is open


def _open(run: Run, estate: EstateReport, width: int) -> Iterator[Line]:
    """Group what is undecided by what would decide it: that is what an administrator can act on."""
    records = run.undecided(estate)
    if not records:
        return
    groups: dict[tuple[str, ...], list[UndecidedRecord]] = {}
    for record in records:
        if record.needs or not record.left_open:
            groups.setdefault(record.needs, []).append(record)
    yield from _left_open(records, estate, width)
    if not groups:
        return
    yield Line()
    yield Line(f"Undecided about {estate.name}, and what would decide it"[:width], {"bold": True})
    readable = {needs: group for needs, group in groups.items() if set(needs) <= READABLE | set(SUPPLIED)}
    for needs, group in readable.items():
        yield from _needed(needs, group, estate, width, "  ")
    if len(readable) < len(groups):
        yield Line("  These would too, but this version does not read them yet:")
        for needs, group in groups.items():
            if needs not in readable:
                yield from _needed(needs, group, estate, width, "    ")


def _left_open(records: Sequence[UndecidedRecord], estate: EstateReport, width: int) -> Iterator[Line]:
    """Show what checks left open themselves: where, about whom, and why."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for record in records:
        for number, subject, reason in record.left_open:
            who = subject if number is None else f"{subject or 'all of it'} (deployment {number})"
            labels = found.setdefault((record.check, who, reason), [])
            if record.checkpoint not in labels:
                labels.append(record.checkpoint)
    if not found:
        return
    yield Line()
    yield Line(f"Left open about {estate.name}, by the checks themselves"[:width], {"bold": True})
    for (check, who, reason), labels in list(found.items())[:_SHOWN]:
        about = f", {who}" if who else ""
        yield from _wrapped(
            f"{_sentence(check)}, at {_stretches(labels, estate)}{about}: {reason}", width, "  "
        )
    yield from _more(len(found) - _SHOWN)


def _needed(
    needs: tuple[str, ...], group: Sequence[UndecidedRecord], estate: EstateReport, width: int, indent: str
) -> Iterator[Line]:
    reasons = dict.fromkeys(record.reason for record in group)
    why = f" ({next(iter(reasons))})" if len(reasons) == 1 else ""
    told = " and ".join(map(_telling, needs)) or "nothing that is known"
    yield from _wrapped(f"{told}{why}:", width, indent)
    by_check: dict[str, list[str]] = {}
    for record in group:
        by_check.setdefault(record.check, []).append(record.checkpoint)
    for check, labels in by_check.items():
        yield from _wrapped(f"{_sentence(check)}, at {_stretches(labels, estate)}", width, f"{indent}  ")


def _telling(need: str) -> str:
    """Name what would decide something: an export, a statement in a plan file, or either."""
    keys = SUPPLIED.get(need, ())
    if not keys:
        return need
    return f"{need} ({'or ' if need in READABLE else ''}{', '.join(keys)} in a plan file)"


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
    yield Line(f"{f' {WORDS[word]} ':=^{width}}", {"bold": True, **_COLOURS[word]})
    if run.crashes:
        yield from _wrapped(
            f"{_count(len(run.crashes), 'check')} crashed, so this is no verdict on the deployment.", width
        )
    if run.errors:
        names = ", ".join(name for name, _ in run.errors[:_SHOWN])
        yield from _wrapped(f"This failed too, and is no check: {names}. Such a run never says go.", width)
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
