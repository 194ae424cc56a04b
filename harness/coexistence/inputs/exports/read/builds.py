"""``Get-CsServerPatchVersion``: the build of each server, the only thing that tells S19 from SE.

Law of this room: only the core components count, and only with the name of the computer beside them.
Source: cmdlet exports, section 3.15.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports.account.file_accounts import Account
from coexistence.inputs.exports.formats.csv_tables import Record
from coexistence.inputs.exports.read.name_lookup import Bearings
from coexistence.model.vocabulary import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coexistence.model.vocabulary import ServerId

__all__ = ["BUILD", "builds_of"]

#: A four-part build.
BUILD: Final = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,6}\.[0-9]{1,6}")


def builds_of(records: Iterable[tuple[Account, bool, Record]], servers: Bearings) -> dict[ServerId, str]:
    """Return the build of the core components of each server that told it.

    Each record comes with its file's account, and whether that file says which computer it is about.
    """
    found: dict[ServerId, str] = {}
    told: dict[ServerId, Origin] = {}
    for account, has_computer, record in records:
        if not has_computer:
            servers.no_computer(account)
            continue
        if "core components" not in record["component"].lower():
            continue
        server = servers.reporting(account, record)
        if server is None:
            continue
        if not BUILD.fullmatch(record["version"]):
            account.note(
                "the column Version holds no build of four numbers; the row was not used",
                line=record.line,
                key="build",
            )
        elif found.setdefault(server, record["version"]) != record["version"]:
            servers.disputes.add(
                "two-builds",
                f"{server} has two builds",
                Origin(account.file, record.line),
                told[server],
            )
            account.note(
                "the row repeats a server with another build; the earlier one is kept",
                line=record.line,
                key="repeated",
            )
        else:
            told.setdefault(server, Origin(account.file, record.line))
            account.used += 1
    return found
