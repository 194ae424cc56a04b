"""What the page on exports says about each export, as data; ``generate.py`` makes its tables from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from script_tables import TABLES, kind_in

from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.kinds import CATALOGUE, KINDS

__all__ = ["BY_HAND", "by_hand_rows", "decides_rows", "script_rows"]

#: Runs of the script other than the one for everything.
_RUNS: Final = {
    "windowsservices-local": ("`windowsservices-<server>`", "`-Local`, on each Edge Server"),
    "patchversion-local": ("`patchversion-<server>`", "`-Local`, on each server (2015 or later)"),
    "meetings-local": ("`meetings-<server>`", "`-Meetings`, on each Front End"),
}
#: Tables that no cmdlet of the product writes: the file that the samples use, and what its columns hold.
BY_HAND: Final[dict[str, tuple[str, dict[str, str]]]] = {
    kinds.NAMES: (
        "dns",
        {
            "name": "the name",
            "kind": "`A`, `CNAME` or `SRV`",
            "target": "host name; of an SRV record its last part",
            "side": "`internal` or `external`",
        },
    ),
    kinds.CERTIFICATES: (
        "certificates",
        {
            "computer": "the server, or its pool",
            "use": "`Default`, `AccessEdgeExternal`, …",
            "names": "joined by `;`",
            "issuer": "as the certificate has it",
            "until": "as in `2026-11-23`",
            "subject": "may be missing",
        },
    ),
    kinds.SERVER_SETTINGS: (
        "serversettings",
        {
            "computer": "the server",
            "tls": "`1.0;1.2`; may be missing",
            "roots": "issuers joined by `;`; may be missing",
        },
    ),
    kinds.TESTS: (
        "tests",
        {
            "target": "as the test prints it",
            "result": "`Success` or `Failure`",
            "error": "may be missing",
            "diagnosis": "may be missing",
            "test": "the cmdlet, which the result itself does not carry; may be missing",
        },
    ),
}
#: How such columns are usually spelled.
_SPELLED: Final = {
    "computername": "ComputerName",
    "alternativenames": "AlternativeNames",
    "notafter": "NotAfter",
    "tlsversions": "TlsVersions",
    "trustedroots": "TrustedRoots",
    "targetfqdn": "TargetFqdn",
}


def script_rows() -> Iterator[tuple[str, str, str, str]]:
    """Yield for each file of the script: its name, which run writes it, the cmdlet, the columns."""
    yield "`topology` (XML)", "everything", "`Get-CsTopology -AsXml`", "as the product writes it"
    for file, table in TABLES.items():
        name, run = _RUNS.get(file, (f"`{file}`", "everything"))
        cmdlet = {"windowsservices": "Get-CsWindowsService", "cmsstatus": kinds.CMS_STATUS}.get(
            file, table.cmdlet
        )
        columns = ", ".join(f"`{each}`" for each in table.header)
        yield name, run, f"`{cmdlet}`" if cmdlet else "a query, see [Meetings](#meetings)", columns


def by_hand_rows() -> Iterator[tuple[str, str]]:
    """Yield for each table that nobody exports: what it is about, and its columns."""
    for kind, (file, told) in BY_HAND.items():
        columns = CATALOGUE[kind].columns
        shown = []
        for name, holds in told.items():
            alias = next((each for each in columns[name] if each in _SPELLED), columns[name][0])
            shown.append(f"`{_SPELLED.get(alias, alias.capitalize())}` ({holds})")
        yield f"`{file}`", "; ".join(shown)


def decides_rows() -> Iterator[tuple[str, str, str]]:
    """Yield for each export: how its file is called, what it tells, and what is undecided without it."""
    files: dict[str, str] = {kind: file for kind, (file, _) in BY_HAND.items()}
    for file in TABLES:
        files.setdefault(kind_in(file), file.removesuffix("-local"))
    files |= {
        kinds.PUBLISHED: "topology",
        kinds.PEOPLE: "clients",
        kinds.ROOMS: "meetingrooms",
    }
    for kind, decision in KINDS.items():
        yield files.get(kind, kind), decision.tells, decision.undecided or "nothing"
