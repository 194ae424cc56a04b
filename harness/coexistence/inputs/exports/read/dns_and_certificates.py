"""Names, certificates and settings of servers: what stands around the product, as small tables of ours.

Law of this room: no cmdlet of the product lists these, so the columns are defined by this project's
documentation; what tools of Windows write is accepted where it says the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.read.replication import date_of
from coexistence.model.deployment import Certificate, DnsRecord, key_of
from coexistence.model.vocabulary import Origin, PoolId, ServerId

if TYPE_CHECKING:
    import datetime as dt

    from coexistence.inputs.exports.read.found_tables import Tables
    from coexistence.inputs.exports.read.name_lookup import Bearings

__all__ = ["certificates_of", "records_of", "server_settings_of"]

_KINDS: Final = {"a": "A", "aaaa": "A", "cname": "CNAME", "srv": "SRV", "1": "A", "5": "CNAME", "33": "SRV"}
_COMMON_NAME: Final = re.compile(r"CN=([^,]{1,300})", re.IGNORECASE)
_VERSION: Final = re.compile(r"(?:tls|ssl)?\s*(\d(?:\.\d)?)", re.IGNORECASE)
_ANYTHING: Final = re.compile(r"(.+)", re.DOTALL)


def records_of(tables: Tables, bearings: Bearings) -> tuple[DnsRecord, ...]:
    """Return the names in internal and external DNS; a target that is one of ours by its pool."""
    found: dict[tuple[str, str, str], DnsRecord] = {}
    for account, _, record in tables.records(kinds.NAMES):
        kind = _KINDS.get(record["kind"].lower())
        name = key_of(record["name"])
        target = key_of(record["target"].split()[-1]) if record["target"] else ""
        if kind is None or not name or not target:
            account.note(
                "a row of a kind other than A, CNAME or SRV, or without name or target, was not used",
                line=record.line,
                key="kind",
            )
            continue
        side = record["side"].lower()
        if side not in ("internal", "external"):
            account.note("the column Side holds neither internal nor external", line=record.line, key="side")
            continue
        made = DnsRecord(
            name=name,
            kind=kind,
            target=bearings.pool(target) or target,
            side=side,
            origin=Origin(account.file, record.line),
        )
        earlier = found.setdefault((name, kind, side), made)
        if earlier is made:
            account.used += 1
        elif earlier.target != made.target:
            account.note(
                "the row leads a name of an earlier row elsewhere; the earlier one is kept",
                line=record.line,
                key="repeated",
            )
    return tuple(found.values())


@dataclass(slots=True)
class _Shown:
    """Certificates of one use and issuer on the servers of a pool, in the making."""

    until: dt.date
    origin: Origin
    names: set[str] = field(default_factory=set)


def certificates_of(tables: Tables, bearings: Bearings) -> tuple[Certificate, ...]:
    """Return the certificates of each pool: of those on its servers, all names and the first to expire."""
    found: dict[tuple[PoolId, str, str], _Shown] = {}
    for account, _, record in tables.records(kinds.CERTIFICATES):
        pool = bearings.owner(record["computer"], "ComputerName", account, record.line)
        moment = date_of(record["until"])
        if pool is None or moment is None:
            account.note(
                "the column NotAfter holds no date that can be told for sure; export dates as in 2026-11-23",
                line=record.line,
                key="date",
            )
            continue
        account.used += 1
        subject = _COMMON_NAME.search(record["subject"])
        names = {key_of(part) for part in re.split(r"[;,\s]+", record["names"]) if part}
        if subject:
            names.add(key_of(subject[1]))
        uses = [part.strip() for part in re.split(r"[;,]", record["use"]) if part.strip()] or ["Default"]
        for use in uses:
            key = (pool, use, record["issuer"])
            shown = found.get(key)
            if shown is None:
                shown = found[key] = _Shown(moment.date(), Origin(account.file, record.line))
            shown.until = min(shown.until, moment.date())
            shown.names |= names
    return tuple(
        Certificate(
            pool=pool,
            use=use,
            names=frozenset(shown.names),
            issuer=issuer,
            not_after=shown.until,
            origin=shown.origin,
        )
        for (pool, use, issuer), shown in found.items()
    )


def server_settings_of(
    tables: Tables, bearings: Bearings
) -> tuple[dict[ServerId, frozenset[str]], dict[ServerId, frozenset[str]]]:
    """Return the TLS versions that servers speak, e.g. ``1.2``, and the issuers that they trust."""
    tls: dict[ServerId, frozenset[str]] = {}
    roots: dict[ServerId, frozenset[str]] = {}
    for account, has, record in tables.records(kinds.SERVER_SETTINGS):
        server = bearings.find(record["computer"])
        if server is None:
            bearings.unknown_server(
                record["computer"].lower(), "ComputerName", Origin(account.file, record.line)
            )
            account.note(
                "a row names a server that the topology does not know", line=record.line, key="server"
            )
            continue
        account.used += 1
        for column, form, found in (("tls", _VERSION, tls), ("roots", _ANYTHING, roots)):
            if column in has and record[column]:
                parts = (part.strip() for part in record[column].split(";"))
                found[server] = frozenset(match[1] for part in parts if (match := form.fullmatch(part)))
    return tls, roots
