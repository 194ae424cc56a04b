"""A deployment as the files that an administrator would have exported.

Law of this room: the same deployment gives the same bytes, and nothing is written that the readers do
not read, least of all about people.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from coexistence.exports.composing import clean, composed, in_draft_order
from coexistence.exports.drawing import draft_lines, published_lines
from coexistence.population import NOWHERE, UNTOLD, Population
from coexistence.vocabulary import Unknown, UserKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from coexistence.deployment import Deployment
    from coexistence.exports.documents import Document

__all__ = [
    "PATCH_HEADER",
    "REPLICATION_HEADER",
    "SERVICE_HEADER",
    "document_of",
    "patch_rows",
    "replication_rows",
    "service_rows",
    "write_exports",
]

PATCH_HEADER: Final = ("ComponentName", "Version", "ComputerName")
REPLICATION_HEADER: Final = (
    "ReplicaFqdn",
    "UpToDate",
    "ProductVersion",
    "LastStatusReport",
    "LastUpdateCreation",
)
SERVICE_HEADER: Final = ("ComputerName", "Name", "DisplayName", "Status", "RoleName")
_USER_HEADER: Final = (
    "SipAddress",
    "Enabled",
    "RegistrarPool",
    "HostingProvider",
    "EnterpriseVoiceEnabled",
)
_ONLINE: Final = "sipfed.online.lync.com"


def write_exports(deployment: Deployment, folder: Path, *, tbxml: bool = False) -> tuple[Path, ...]:
    """Write the files and return their paths; the folder is made if it is not there.

    The topology is written in the published form, or with ``tbxml`` as Topology Builder saves it, which
    holds simple URLs too. A table about which nothing is known is not written. What comes back from
    :func:`~coexistence.exports.read_exports` is :func:`~coexistence.exports.projection` of the deployment.
    Addresses must be distinct, as they are in any directory.

    Raises OSError for a folder that cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    document = document_of(deployment, tbxml=tbxml)
    topology = folder / ("topology.tbxml" if tbxml else "topology.xml")
    text = draft_lines(document) if tbxml else published_lines(document)
    topology.write_bytes("\r\n".join(text).encode("utf-8-sig"))
    written = [topology]
    tables: tuple[tuple[str, tuple[str, ...], Iterable[tuple[str, ...]] | None], ...] = (
        ("patchversion.csv", PATCH_HEADER, list(patch_rows(deployment)) or None),
        ("replication.csv", REPLICATION_HEADER, replication_rows(deployment)),
        (
            "users.csv",
            _USER_HEADER,
            None if isinstance(deployment.population, Unknown) else _user_rows(deployment.population),
        ),
        ("windowsservices.csv", SERVICE_HEADER, list(service_rows(deployment)) or None),
    )
    for name, header, rows in tables:
        if rows is not None:
            written.append(folder / name)
            _write_table(folder / name, header, rows)
    return tuple(written)


def document_of(deployment: Deployment, *, tbxml: bool) -> Document:
    """Return the topology of a deployment as one of the two formats can hold it."""
    document = composed(deployment)
    if tbxml:
        published = not isinstance(deployment.cms.masters, Unknown)
        return replace(in_draft_order(document), published=published)
    return replace(document, urls=None)


# -------------------------------------------------------------------------------------------- tables


def _write_table(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Write as ``Export-Csv -NoTypeInformation -Encoding UTF8`` does."""
    waiting = iter(rows)
    with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(header)
        while batch := list(islice(waiting, 1_000)):
            writer.writerows(batch)


def _cell(text: str) -> str:
    """Return a text for a cell; what a spreadsheet would take for a formula gets an apostrophe."""
    cleaned = clean(text)
    return f"'{cleaned}" if cleaned.startswith(("=", "+", "-", "@")) else cleaned


def patch_rows(deployment: Deployment) -> Iterator[tuple[str, str, str]]:
    """Yield the builds of servers that are known, as ``Get-CsServerPatchVersion`` lists them."""
    pools = deployment.pool_by_id
    for server in deployment.servers:
        if not isinstance(server.build, Unknown):
            pool = pools.get(server.pool)
            version = None if pool is None else pool.version
            product = "Skype for Business Server" if version is None else version.product
            yield f"{product}, Core Components", _cell(server.build), _cell(server.fqdn)


def service_rows(deployment: Deployment) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the services of all servers; nothing when no server's services are known.

    A server without readings gets the row that the documented export line writes for one that it could
    not ask.
    """
    if all(isinstance(server.services, Unknown) for server in deployment.servers):
        return
    for server in deployment.servers:
        name = _cell(server.fqdn)
        if isinstance(server.services, Unknown) or not server.services:
            yield name, "", "", "NotCollected", ""
            continue
        for reading in server.services:
            status = "" if isinstance(reading.state, Unknown) else reading.state.label
            yield name, _cell(reading.name), _cell(reading.display_name), status, ""


def replication_rows(deployment: Deployment) -> list[tuple[str, str, str, str, str]] | None:
    """Return the replicas' rows; None when nobody told about replicas."""
    if isinstance(deployment.replicas, Unknown):
        return None
    return [
        (
            _cell(replica.server),
            "" if isinstance(replica.up_to_date, Unknown) else str(replica.up_to_date),
            _cell(replica.product_version),
            _moment(replica.last_status_report),
            _moment(replica.last_update_creation),
        )
        for replica in deployment.replicas
    ]


def _moment(moment: dt.datetime | None) -> str:
    """Return a date as the documented export line writes it."""
    return "" if moment is None else moment.replace(tzinfo=None).isoformat(timespec="seconds")


def _user_rows(population: Population) -> Iterator[tuple[str, str, str, str, str]]:
    voices = {0: "False", 1: "True", UNTOLD: ""}
    columns = zip(population.home.tolist(), population.kind.tolist(), population.voice.tolist(), strict=True)
    for row, (home, kind, voice) in enumerate(columns):
        is_cloud = kind == UserKind.CLOUD
        yield (
            f"sip:{population.addresses[row]}",
            str(kind != UserKind.DISABLED),
            "" if is_cloud or home == NOWHERE else population.pools[home],
            _ONLINE if is_cloud else "SRV:",
            voices.get(voice, ""),
        )
