"""``Get-CsWindowsService``: which services each server reported, and in which state.

Law of this room: a reading without the computer's name says nothing, and a status that nobody has
described is unknown, not stopped. Source: cmdlet exports, section 3.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports.account.file_accounts import Account, shown_word
from coexistence.inputs.exports.formats.csv_tables import Record
from coexistence.inputs.exports.kinds import SERVICES
from coexistence.inputs.exports.read.name_lookup import Bearings
from coexistence.model.deployment import ServiceReading
from coexistence.model.vocabulary import Maybe, Origin, ServerId, ServiceState, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["services_of"]

_NOT_COLLECTED: Final = "notcollected"
_STATES: Final = {text: state for state in ServiceState for text in (state.label.lower(), str(int(state)))}


def services_of(
    records: Iterable[tuple[Account, bool, Record]], servers: Bearings
) -> dict[ServerId, tuple[ServiceReading, ...]]:
    """Return what each server reported; a server that nobody collected is not in the answer.

    Each record comes with its file's account, and whether that file says which computer it is about.
    """
    found: dict[ServerId, dict[str, ServiceReading]] = {}
    #: A list with a row that names nothing does not say what it lacks.
    nameless: set[ServerId] = set()
    for account, has_computer, record in records:
        if not has_computer:
            servers.no_computer(account)
            continue
        server = servers.reporting(account, record)
        if server is None:
            continue
        if not record["name"] and not record["display"]:
            if record["status"].lower() == _NOT_COLLECTED:
                account.note(
                    "a server's services could not be collected: they stay unknown unless another row "
                    "tells them",
                    line=record.line,
                    key="not collected",
                )
            else:
                nameless.add(server)
                account.note(
                    "the column Name is empty; the row was not used, and the services of its server stay "
                    "unknown",
                    line=record.line,
                    key="name",
                )
        else:
            reading = ServiceReading(
                name=record["name"],
                display_name=record["display"],
                state=_state(record, account),
                origin=Origin(account.file, record.line),
            )
            mine = found.setdefault(server, {})
            # Some services are known by their display name only.
            earlier = mine.setdefault((reading.name or reading.display_name).lower(), reading)
            if earlier is reading:
                account.used += 1
            else:
                differs = " with another status" if earlier.state != reading.state else ""
                if differs:
                    servers.disputes.add(
                        "two-states",
                        f"a service of {server} has two states",
                        reading.origin,
                        earlier.origin,
                        key=(server, account.file),
                    )
                account.note(
                    f"the row repeats a service of {earlier.origin}{differs}; the earlier one is kept",
                    line=record.line,
                    key=("repeated", differs),
                )
    return {server: tuple(readings.values()) for server, readings in found.items() if server not in nameless}


def _state(record: Record, account: Account) -> Maybe[ServiceState]:
    text = record["status"]
    state = _STATES.get(text.lower())
    if state is not None:
        return state
    account.note(
        "the column Status is empty; the state of the service is unknown"
        if not text
        else f"the status {shown_word(text)} is not known; the state of the service is unknown",
        line=record.line,
        key=("status", text),
    )
    return Unknown(SERVICES)
