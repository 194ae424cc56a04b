"""``Get-CsManagementStoreReplicationStatus``: who has the current configuration, as the master sees it.

Law of this room: an empty cell is not False, and a date that could be two is none.
Source: cmdlet exports, sections 1 and 3.6.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports.account.file_accounts import Account
from coexistence.inputs.exports.formats.booleans import truth_of
from coexistence.inputs.exports.formats.csv_tables import Record
from coexistence.inputs.exports.kinds import REPLICATION
from coexistence.model.deployment import Replica
from coexistence.model.vocabulary import LAST_DAY, Maybe, Origin, ServerId, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coexistence.inputs.exports.read.name_lookup import Bearings

__all__ = ["date_of", "newest", "replicas_of"]

_CULTURAL: Final = re.compile(
    r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([AaPp])\.?[Mm]\.?)?"
)


def replicas_of(records: Iterable[tuple[Account, Record]], servers: Bearings) -> tuple[Replica, ...]:
    """Return the replicas of the topology's servers, in the order of the rows."""
    found: dict[ServerId, tuple[Account, Replica]] = {}
    for account, record in records:
        server = servers.reporting(account, record, "server", "ReplicaFqdn")
        if server is None:
            continue
        replica = Replica(
            server=server,
            up_to_date=_current(record, account),
            product_version=record["version"],
            last_status_report=_date(record, "reported", "LastStatusReport", account),
            last_update_creation=_date(record, "created", "LastUpdateCreation", account),
            origin=Origin(account.file, record.line),
        )
        account.used += 1
        earlier = found.get(server)
        if earlier is not None:
            account.note(
                f"the row repeats the replica of {earlier[1].origin}; the one that reported last is kept",
                line=record.line,
                key="repeated",
            )
            if _reported(replica) <= _reported(earlier[1]):
                account.used -= 1
                continue
            earlier[0].used -= 1
        found[server] = (account, replica)
    return tuple(replica for _, replica in found.values())


def newest(replicas: Iterable[Replica]) -> dt.date | None:
    """Return the newest date that replicas carry, or None."""
    dates = [
        moment.date()
        for replica in replicas
        for moment in (replica.last_status_report, replica.last_update_creation)
        if moment is not None
    ]
    return max(dates, default=None)


def date_of(text: str) -> dt.datetime | None:
    """Return the date that a text surely means, without time zone; None for one that could be two.

    None too for one that lies beyond every question.

    >>> date_of("2018-08-11T20:00:00"), date_of("8/11/2018 8:00:00 PM")
    (datetime.datetime(2018, 8, 11, 20, 0), None)
    """
    found_date = _date_of(text)
    return found_date if found_date and found_date.date() <= LAST_DAY else None


def _date_of(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        found = _CULTURAL.fullmatch(text)
    if found is None or not text.isascii():
        return None
    first, second, year, hour, minute = (int(found[part]) for part in (1, 3, 4, 5, 6))
    if found[2] == "." or first > 12 or first == second:
        day, month = first, second
    elif second > 12:
        day, month = second, first
    else:
        return None
    if half := found[8]:
        hour = hour % 12 + (12 if half in "Pp" else 0)
    try:
        return dt.datetime(year, month, day, hour, minute, int(found[7] or 0))  # noqa: DTZ001  # exports carry no zone
    except ValueError:
        return None


def _reported(replica: Replica) -> dt.datetime:
    return replica.last_status_report or dt.datetime.min  # noqa: DTZ901  # compared with zoneless dates only


def _current(record: Record, account: Account) -> Maybe[bool]:
    told = truth_of(record["current"])
    if told is not None:
        return told
    if record["current"]:
        account.note(
            "the column UpToDate holds neither True nor False; taken for empty", line=record.line, key="flag"
        )
    return Unknown(REPLICATION)


def _date(record: Record, name: str, column: str, account: Account) -> dt.datetime | None:
    text = record[name]
    found = date_of(text) if text else None
    if text and found is None:
        account.note(
            f"the column {column} holds no date that can be told for sure; export dates as in "
            "2026-11-23T20:00:00",
            line=record.line,
            key=("date", column),
        )
    return found
