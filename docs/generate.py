"""Write the pages of this folder that are made from the project's own data.

    python docs/generate.py

A test compares each page on disk with what this script would write. Edit the data, not the page.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import kill_matrix
import subject_reference
from diagnostics_left_out import LEFT_OUT
from export_tables import by_hand_rows, decides_rows, script_rows
from guide_assertions import ASSERTIONS
from guide_assertions import LEFT_OUT as ASSERTIONS_LEFT_OUT
from model_vocabulary import ROWS
from own_operations import FOR_YOUR_OWN
from rooms import FLOORS, LINES

import coexistence.observation
import coexistence.simulation.engine
from coexistence.checking.registry import Registry
from coexistence.inputs.family.builder import build
from coexistence.migration.operator_errors import MISTAKES
from coexistence.model.blueprint import Blueprint, Crowd, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.vocabulary import PATHS, Clause, Confidence, Edition, Version
from coexistence.model.windows_services import (
    CAPABILITIES,
    CATALOGUE,
    Evidence,
    Host,
    Listing,
    Weight,
    WindowsService,
)
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.interruptions.tolerances import Told, tolerances
from coexistence.rehearsal.trial import Trial
from coexistence.reporting.tolerances import tolerance_rows
from coexistence.simulation.rules.assumptions import ASSUMPTIONS
from coexistence.simulation.rules.diagnostics import DIAGNOSTICS
from coexistence.simulation.rules.registry import RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HERE: Final = Path(__file__).resolve().parent

_NAMED_BY: Final = {
    Confidence.DOCUMENTED: "",
    Confidence.THIRD_PARTY: " (third party)",
    Confidence.DERIVED: " (our conclusion)",
}


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *(list(row) for row in rows)]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def _name(service: WindowsService) -> str:
    if service.name is None or service.name_confidence is None:
        return "not known"
    also = "".join(f", {alias}" for alias in service.aliases)
    return f"`{service.name}`{also}{_NAMED_BY[service.name_confidence]}"


def _shown(service: WindowsService) -> str:
    if service.full_display is not None:
        return service.full_display
    if service.display_suffix is None:
        return "not known"
    edge = f"; on an Edge Server … {service.display_on_edge}" if service.display_on_edge else ""
    return f"… {service.display_suffix}{edge}"


def _expected_when(service: WindowsService) -> str:
    kind, name = service.presence
    return f"{kind.value} `{name}`" if name else str(kind.value)


def _servers(service: WindowsService) -> str:
    hosts = [host.value for host in Host if host in service.hosts]
    both = [Host.FRONT_END_ENTERPRISE.value, Host.FRONT_END_STANDARD.value]
    if len(hosts) == len(Host):
        return "all"
    return "; ".join(["Front End", *hosts[2:]] if hosts[:2] == both else hosts)


def _remarks(service: WindowsService) -> str:
    remarks = []
    if service.weight is not Weight.FULL:
        remarks.append(f"stopped: {service.weight.value}")
    if service.listing is Listing.NOT_SEEN:
        remarks.append("`Get-CsWindowsService` has not been seen to list it: silence means nothing")
    if service.listing is Listing.NOT_LISTED:
        remarks.append("`Get-CsWindowsService` does not list it")
    if service.is_disabled_by_design:
        remarks.append("installed disabled")
    if not service.is_recognisable:
        remarks.append("cannot be recognised, so never expected")
    return "; ".join(remarks)


def rules_page() -> str:
    """Return the page on rules: what the simulated product does, from whom we know, what can be switched."""
    # Rules write themselves down where they are carried out: importing these rooms gathers them.
    assert coexistence.observation
    assert coexistence.simulation.engine
    lines = [
        "# Rules of the simulated product",
        "",
        "Made by `docs/generate.py` from the rules themselves; edit them where they are carried out.",
        "",
        (
            "*Documented* is stated or shown by the vendor, *third-party* by somebody else, *derived* is our "
            "conclusion from stated facts, *assumed* is ours because no source says anything. A verdict that "
            "rests on a switchable one says so."
        ),
        "",
        "## What may stand beside what",
        "",
        *_table(
            ("from", "to", "confidence", "source"),
            ((row.legacy.product, row.target.product, row.confidence.value, row.source) for row in PATHS),
        ),
        "",
        "## Rules",
        "",
        *_table(
            ("rule", "what the product does", "confidence", "source", "switch", "carried out in"),
            (
                (
                    f"`{row.id}`",
                    row.statement,
                    row.confidence.value,
                    row.source,
                    f"`{row.switch}`" if row.switch else "",
                    f"`{row.module.removeprefix('coexistence.')}`",
                )
                for row in sorted(RULEBOOK.values(), key=lambda row: row.id)
            ),
        ),
        "",
        "## Assumptions, and how to switch them",
        "",
        "In `pyproject.toml` of pytest's root directory:",
        "",
        "```toml",
        "[tool.coexistence.rules]",
        'ports-open = "no"',
        "```",
        "",
        (
            "What is about the *deployment* may be confirmed or denied by a dated statement in a "
            "[plan file](plan-file.md#statements): then verdicts rest on that. What is about the *rehearsal* "
            "gives way to what a plan file says. What is about the *product* can only be switched."
        ),
        "",
        *_table(
            (
                "switch",
                "about",
                "what is taken to be so",
                "default",
                "may be",
                "confidence",
                "why it is no fact",
            ),
            (
                (
                    f"`{row.id}`",
                    row.about.value,
                    row.statement,
                    row.default,
                    row.possible,
                    row.confidence.value,
                    row.source,
                )
                for row in sorted(ASSUMPTIONS.values(), key=lambda row: row.id)
            ),
        ),
        "",
        "## What failures look like",
        "",
        "Status and id as a client or a `Test-Cs*` cmdlet shows them; each with how well it is known.",
        "",
        *_table(
            ("ms-diagnostics", "reason", "id known from", "SIP status", "status known from", "source"),
            (
                (
                    str(row.id),
                    row.reason,
                    row.confidence.value,
                    str(row.sip),
                    row.status_confidence.value,
                    row.source,
                )
                for row in sorted(DIAGNOSTICS.values(), key=lambda row: row.id)
            ),
        ),
        "",
        "Of the diagnostics that the specifications list, these are never given:",
        "",
        *_table(("ms-diagnostics", "because"), ((str(id_), LEFT_OUT[id_]) for id_ in sorted(LEFT_OUT))),
    ]
    return "\n".join(lines) + "\n"


def checks_page() -> str:
    """Return the page on the built-in checks: what is promised, when, what it weighs, from whom."""
    registry = Registry()
    load_builtin(registry)
    lines = [
        "# The built-in checks",
        "",
        "Made by `docs/generate.py` from the checks themselves; edit them in `checks/`.",
        "",
        (
            "Each is a promise made to people. *Blocker*: the source says unsupported, fails, or loses data; "
            "*error*: a feature breaks; both mean no-go. A check may weigh single cases less."
        ),
    ]
    for clause in Clause:
        rows = [check for check in registry if check.clause is clause]
        if rows:
            lines += [
                "",
                f"## {clause.value.capitalize()}",
                "",
                *_table(
                    ("check", "promise", "asked about", "at", "severity", "source"),
                    (
                        (
                            f"`{check.name}`",
                            check.promise,
                            check.subject or "",
                            f"`{check.at}`",
                            check.severity.name.lower(),
                            check.source,
                        )
                        for check in rows
                    ),
                ),
            ]
    return "\n".join(lines) + "\n"


def assertions_page() -> str:
    """Return the page on the guide's assertions: which check holds which, when, and what it weighs."""
    registry = Registry()
    load_builtin(registry)
    checks = {check.name: check for check in registry}
    lines = [
        "# What the guide asserts, and which check holds it",
        "",
        "Made by `docs/generate.py` from `guide_assertions.py`.",
        "",
        *_table(
            ("assertion", "check", "at", "severity", "source"),
            (
                (
                    f"`{row}`",
                    f"`{name}`",
                    f"`{checks[name].at}`",
                    checks[name].severity.name.lower(),
                    checks[name].source,
                )
                for row, names in sorted(ASSERTIONS.items())
                for name in names
            ),
        ),
        "",
        "## Left out",
        "",
        *_table(
            ("assertion", "why no check holds it"),
            ((f"`{row}`", why) for row, why in sorted(ASSERTIONS_LEFT_OUT.items())),
        ),
    ]
    return "\n".join(lines) + "\n"


def catalogue_page() -> str:
    """Return the page on Windows services: what is expected where, how well it is known, and from whom."""
    name_of = {service.key: service.name or _shown(service) for service in CATALOGUE}
    lines = [
        "# Windows services",
        "",
        "Made by `docs/generate.py` from `coexistence.model.windows_services`; edit the data there.",
        "",
        (
            "The vendor publishes no table of services per role and version. These rows were put together"
            " from its guides and screenshots and from third parties' scripts, and were never compared "
            "with a running deployment. A service is recognised by its short name in any spelling of its "
            "letters, and by its display name where no source gives the short name for certain. The dots "
            "in a display name stand for *Lync Server* (2010, 2013) or *Skype for Business Server* (2015 "
            "and later)."
        ),
        "",
        "## What a missing service means",
        "",
        *_table(
            ("in the tables", "missing from a complete list", "stopped"),
            (
                (Evidence.PRESENT.value, "a fault", "a fault"),
                (Evidence.ASSUMED.value, "cannot be told: our conclusion may be wrong", "a fault"),
                (Evidence.OPTIONAL.value, "nothing", "nothing: neither is a fault"),
                (f"{Evidence.UNKNOWN.value} or {Evidence.ABSENT.value}", "nothing", "nothing"),
            ),
        ),
        "",
        "## Where and when",
        "",
        *_table(
            ("short name", "display name", "servers", "expected", *(v.name for v in Version), "remarks"),
            (
                (
                    _name(service),
                    _shown(service),
                    _servers(service),
                    _expected_when(service),
                    *(service.evidence[version].value for version in Version),
                    _remarks(service),
                )
                for service in CATALOGUE
            ),
        ),
        "",
        "Versions: " + ", ".join(f"{v.name} is {v.product}" for v in Version) + ".",
        "",
        "## How well it is known",
        "",
        *_table(
            ("service", "confidence", "process", "sources"),
            (
                (
                    name_of[service.key] if _shown(service) != "not known" else service.key,
                    service.confidence.value,
                    service.process or "not known",
                    "; ".join(service.sources),
                )
                for service in CATALOGUE
            ),
        ),
        "",
        "## What people can do, and which services that takes",
        "",
        (
            "All services of a row must run on at least one usable server of the place. The rows follow from "
            "roles, ports and services; the vendor states none of them."
        ),
        "",
        *_table(
            ("capability", "place", "services"),
            (
                (
                    capability.replace("_", " "),
                    need.place.value + (", with a Windows Fabric quorum" if row.needs_quorum else ""),
                    ", ".join(name_of[key] for key in need.services),
                )
                for capability, row in CAPABILITIES.items()
                for need in row.needs
            ),
        ),
    ]
    return "\n".join(lines) + "\n"


#: The deployment on which operators' mistakes are tried out: what a plan can be about, at two sites.
_TRIED_ON: Final = Blueprint(
    sites=(
        SiteBlueprint(
            pools=(
                PoolBlueprint(
                    edition=Edition.ENTERPRISE,
                    front_ends=3,
                    dial_in=True,
                    voice=True,
                    response_groups=1,
                    call_park=True,
                    common_area_phones=1,
                    analog_devices=1,
                    crowds=(Crowd(people=60, meetings=2, voice=True),),
                ),
            ),
            edge=EdgeBlueprint(servers=2),
            trusted_applications=1,
        ),
        SiteBlueprint(pools=(PoolBlueprint(crowds=(Crowd(people=20, meetings=2),)),)),
    ),
)


def operator_errors_page() -> str:
    """Return the page on operators' mistakes: which are refused, which a check notices, which nobody does."""
    registry = Registry()
    load_builtin(registry)
    trial = Trial(build(_TRIED_ON, "operator errors"), target=_TRIED_ON.target)
    found = list(tolerances(trial.plan, trial.start, trial.rules, registry))
    titles = {each.step: each.title for each in found}
    idle = [each.step for each in found if each.told is Told.NOT_SIMULATED]
    lines = [
        "# Operators' mistakes",
        "",
        "Made by `docs/generate.py` by trying every mistake on every step; nothing here was written by hand.",
        "",
        (
            "One generated deployment (two sites, Lync Server 2013 on its way to 2019) goes through its plan "
            "as written, with one mistake in one step. *Refused*: the product does not carry it out, or a "
            "later step because of it. *Noticed*: a built-in check breaks at a checkpoint that the plan "
            "without the mistake passes. *Silent*: something is different in the end, and neither the "
            "product nor a check said so. *No difference*: what is true is the same as without the mistake. "
            "Whoever follows the guide's own verification of a step may notice more, and earlier."
        ),
        "",
        (
            "A mistake that cannot be made in a step is left out, and so are the steps in which the model "
            f"does nothing, where it could not tell: {', '.join(idle)}."
        ),
        "",
        "## How many",
        "",
        *_table(
            ("mistake", *(told.value for told in Told if told is not Told.NOT_SIMULATED)),
            (
                (
                    mistake.title,
                    *(
                        str(sum(each.mistake is mistake and each.told is told for each in found))
                        for told in Told
                        if told is not Told.NOT_SIMULATED
                    ),
                )
                for mistake in MISTAKES
            ),
        ),
    ]
    for told in (Told.SILENT, Told.NOTICED, Told.REFUSED, Told.HARMLESS):
        rows = [each for each in tolerance_rows(found) if each[2] == told.value]
        heads = ("step", "mistake", "how") if told is not Told.HARMLESS else ("step", "mistake")
        lines += [
            "",
            f"## {told.value[0].upper()}{told.value[1:]}",
            "",
            *_table(
                heads,
                (
                    (f"{step} {titles[step]}", mistake, *([how] if len(heads) > 2 else []))
                    for step, mistake, _, how in rows
                ),
            ),
        ]
    return "\n".join(lines) + "\n"


def model_page() -> str:
    """Return the page on what the model can represent, and what people notice of it."""
    lines = [
        "# What can go wrong in the model",
        "",
        "Made by `docs/generate.py` from `docs/model_vocabulary.py`; edit the data there.",
        "",
        (
            "The catalogue of failures seen in the field speaks of these objects. Beside each stands the "
            "class and field that holds it, and what people or administrators experience when it is wrong. "
            "What is left out says why. Facts that no export can hold are healthy unless "
            "somebody says otherwise; "
            "which assumption stands behind that is in [the list of rules](rules.md)."
        ),
        "",
        *_table(
            ("object", "fact", "in the model", "what it does to people, or why it is left out"),
            (
                (
                    thing,
                    fact,
                    ", ".join(f"`{place.strip()}`" for place in places.split(",")) if places else "left out",
                    effect,
                )
                for thing, fact, places, effect in ROWS
            ),
        ),
    ]
    return "\n".join(lines) + "\n"


_DRAINED: Final = '''\
```python
from coexistence import Checkpoint, Injection, Scene, fault, operations


@fault(clause="services")
def a_front_end_dies_on_the_day_of_the_pilot(scene: Scene):
    """A Front End of a legacy pool dies while people are moved.

    Its pool serves nobody, if it was the only one.
    """
    for pool in scene.leaving:
        dies = operations.FailServer(server=pool.servers[0])
        yield Injection(target=pool.id, scene=scene.before(Checkpoint.PILOT, dies))
```'''


def operations_page() -> str:
    """Page on what can be done: every operation, its fields, and when people need those that we never use."""
    kinds = sorted(coexistence.simulation.engine.CARRIED_OUT, key=lambda kind: kind.__name__)
    lines = [
        "# Operations",
        "",
        "Made by `docs/generate.py` from the operations themselves and `docs/own_operations.py`; edit these.",
        "",
        (
            "An operation says what is done; the simulated product says what comes of it. Plans, faults, "
            "operators' mistakes and ways back are made of them, and so are those of your own: before a "
            "checkpoint with `scene.before(…)` in a [fault](faults.md), with `before=` in "
            "`coexistence.testing.tried`. [Hooks](hooks.md) says how to add one that is not here."
        ),
        "",
        _DRAINED,
        "",
        *_table(
            ("`operations.…`", "it is", "fields", "in no plan of ours, and there for"),
            (
                (
                    f"`{kind.__name__}`",
                    _first_paragraph(kind).replace("``", "`"),
                    ", ".join(f"`{each.name}`" for each in dataclasses.fields(kind)),
                    FOR_YOUR_OWN.get(kind.__name__, ""),
                )
                for kind in kinds
            ),
        ),
    ]
    return "\n".join(lines) + "\n"


def _first_paragraph(kind: type) -> str:
    return " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split())


def _room_rows() -> Iterable[tuple[str, str, str]]:
    """Yield floor, room and what it owns, which the room says itself, from the ground up."""
    package = HERE.parent / "harness" / "coexistence"
    for floor, rooms in enumerate(FLOORS[:-1]):  # above them is the window, which owns nothing
        for room in rooms:
            is_room = (package / room).is_dir()
            source = package / room / "__init__.py" if is_room else package / f"{room}.py"
            owns = (ast.get_docstring(ast.parse(source.read_text("utf-8"))) or "").partition("\n\n")[0]
            yield str(floor), f"`{room}/`" if is_room else f"`{room}.py`", " ".join(owns.split())


#: Parts of pages that people write, by the word in their marks.
FRAGMENTS: Final[dict[str, Callable[[], list[str]]]] = {
    "script files": lambda: _table(("file (.csv)", "run", "cmdlet", "columns"), script_rows()),
    "own tables": lambda: _table(("table", "columns"), by_hand_rows()),
    "rooms": lambda: _table(("floor", "room", "it owns"), _room_rows()),
    "lines": lambda: _table(("it says", "home"), LINES),
    "decides": lambda: _table(("file", "it tells", "undecided without it"), decides_rows()),
}
_FRAGMENT: Final = re.compile(r"(<!-- made by docs/generate\.py: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def _with_tables(page: str) -> str:
    """Return a page that people write, with its tables as the data says."""
    return _FRAGMENT.sub(
        lambda found: f"{found[1]}\n" + "\n".join(FRAGMENTS[found[2]]()) + f"\n\n{found[3]}",
        (HERE / page).read_text("utf-8"),
    )


#: Pages of this folder, and what writes each.
PAGES: Final[dict[str, Callable[[], str]]] = {
    **{page: functools.partial(_with_tables, page) for page in ("../ARCHITECTURE.md", "exports.md")},
    "assertions.md": assertions_page,
    "checks.md": checks_page,
    "model.md": model_page,
    "operations.md": operations_page,
    "operator-errors.md": operator_errors_page,
    "rules.md": rules_page,
    "subjects.md": subject_reference.page,
    "windows-services.md": catalogue_page,
}


#: Pages that take long to make: what is on them is held by tests of their own, row by row.
LONG_PAGES: Final[dict[str, Callable[[], str]]] = {"kill-matrix.md": kill_matrix.page}


def main() -> None:
    """Write every page."""
    for name, page in {**PAGES, **LONG_PAGES}.items():
        (HERE / name).write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
