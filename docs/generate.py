"""Write the pages of this folder that are made from the project's own data.

    python docs/generate.py

A test compares each page on disk with what this script would write. Edit the data, not the page.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import coexistence.observation
import coexistence.simulation.engine
from coexistence.checking import Registry
from coexistence.loading import load_builtin
from coexistence.simulation.diagnostics import DIAGNOSTICS
from coexistence.simulation.rulebook import RULEBOOK
from coexistence.simulation.rules import ASSUMPTIONS
from coexistence.vocabulary import PATHS, Clause, Confidence, Version
from coexistence.windows_services import (
    CAPABILITIES,
    CATALOGUE,
    Evidence,
    Host,
    Listing,
    Weight,
    WindowsService,
)

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
        *_table(
            ("switch", "what is taken to be so", "default", "may be", "confidence", "why it is no fact"),
            (
                (
                    f"`{row.id}`",
                    row.statement,
                    row.default,
                    ", ".join(row.options),
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


def catalogue_page() -> str:
    """Return the page on Windows services: what is expected where, how well it is known, and from whom."""
    name_of = {service.key: service.name or _shown(service) for service in CATALOGUE}
    lines = [
        "# Windows services",
        "",
        "Made by `docs/generate.py` from `coexistence.windows_services`; edit the data there.",
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


#: Pages of this folder, and what writes each.
PAGES: Final[dict[str, Callable[[], str]]] = {
    "checks.md": checks_page,
    "rules.md": rules_page,
    "windows-services.md": catalogue_page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
