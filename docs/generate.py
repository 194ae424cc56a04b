"""Write the pages of this folder that are made from the project's own data.

    python docs/generate.py

A test compares each page on disk with what this script would write. Edit the data, not the page.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from coexistence.vocabulary import Confidence, Version
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
PAGES: Final[dict[str, Callable[[], str]]] = {"windows-services.md": catalogue_page}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
