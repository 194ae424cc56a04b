"""People and meetings as rows.

Law of this room: rows are made as they are written, never all at once. Of people nothing is written but
what a reader reads: no name, no number.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numpy as np

from coexistence.inputs.exports.read.client_versions import CONTACT_NAMES
from coexistence.model.clients import ClientGeneration
from coexistence.model.population import ENDLESS, NO_CONTENT, NOWHERE, UNTOLD, UNTOLD_DIRECTORY, Population
from coexistence.model.vocabulary import MeetingKind, UserKind, Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coexistence.model.population import Meetings

__all__ = ["meeting_rows", "people_rows", "user_header", "user_rows"]

Row = tuple[str, ...]
_USER_HEADER: Final = (
    "SipAddress",
    "Enabled",
    "RegistrarPool",
    "HostingProvider",
    "EnterpriseVoiceEnabled",
)
#: Columns of policies given in person, by kind.
_POLICIES: Final = {
    "conferencing": "ConferencingPolicy",
    "external-access": "ExternalAccessPolicy",
    "voice": "VoicePolicy",
    "client": "ClientPolicy",
    "client-version": "ClientVersionPolicy",
    "mobility": "MobilityPolicy",
    "user-services": "UserServicesPolicy",
}
_ONLINE: Final = "sipfed.online.lync.com"
_FLAGS: Final = {0: "False", 1: "True"}


def user_header(population: Population) -> Row:
    """Return the header of the users."""
    rooms = ("MeetingRoom",) if np.any(population.kind == UserKind.RESOURCE) else ()
    return (*_USER_HEADER, *rooms, *(_POLICIES[kind] for kind in _POLICIES if kind in population.assigned))


def user_rows(population: Population) -> Iterator[Row]:
    """Yield one row for each account."""
    has_rooms = bool(np.any(population.kind == UserKind.RESOURCE))
    given = [population.assigned[kind] for kind in _POLICIES if kind in population.assigned]
    codes = zip(*(each.code.tolist() for each in given), strict=True) if given else None
    columns = zip(population.home.tolist(), population.kind.tolist(), population.voice.tolist(), strict=True)
    for row, (home, kind, voice) in enumerate(columns):
        is_cloud = kind == UserKind.CLOUD
        room = (str(kind == UserKind.RESOURCE),) if has_rooms else ()
        tags = next(codes) if codes is not None else ()
        yield (
            f"sip:{population.addresses[row]}",
            str(kind != UserKind.DISABLED),
            "" if is_cloud or home == NOWHERE else population.pools[home],
            _ONLINE if is_cloud else "SRV:",
            _FLAGS.get(voice, ""),
            *room,
            *(each.tag(code) or "" for each, code in zip(given, tags, strict=True)),
        )


def people_rows(population: Population) -> tuple[Row, Iterator[Row]]:
    """Return header and rows of what no cmdlet lists; columns about which nobody told are left out."""
    told: list[tuple[str, list[int], dict[int, str]]] = []
    for title, values, names in (
        ("Client", population.client, {int(each): each.word for each in ClientGeneration}),
        ("ClientUpgraded", population.upgraded, _FLAGS),
        ("ContactStore", population.contacts, {int(key): name for key, name in CONTACT_NAMES.items()}),
        ("HasXmppContacts", population.xmpp, _FLAGS),
        ("UsesPersistentChat", population.chat, _FLAGS),
    ):
        if bool(np.any(values != UNTOLD)):
            told.append((title, values.tolist(), names))
    header = ("SipAddress", *(title for title, _, _ in told))
    rows = (
        (
            f"sip:{population.addresses[row]}",
            *("" if values[row] == UNTOLD else names.get(values[row], "") for _, values, names in told),
        )
        for row in range(len(population))
    )
    return header, rows


def meeting_rows(population: Population, meetings: Meetings) -> tuple[Row, Iterator[Row]]:
    """Return header and rows of the meetings; without what no file holds: what was lost, or left behind."""
    told = not bool(np.any(meetings.directory == UNTOLD_DIRECTORY))
    header = (
        "organizer",
        "conf_id",
        "is_static",
        "kind",
        "created",
        "expires",
        *(("directory_id",) if told else ()),
        "scheduled_on",
        "by_upgraded_client",
        "has_content",
    )
    columns = zip(
        meetings.organizer.tolist(),
        meetings.kind.tolist(),
        meetings.created.tolist(),
        meetings.last.tolist(),
        meetings.directory.tolist(),
        meetings.scheduled_on.tolist(),
        meetings.by_upgraded.tolist(),
        meetings.content.tolist(),
        strict=True,
    )
    rows = (
        (
            population.addresses[organizer],
            f"M{number:07d}",
            str(kind == MeetingKind.STATIC),
            MeetingKind(kind).name.lower(),
            dt.date.fromordinal(created).isoformat() if created else "",
            "" if last == ENDLESS else dt.date.fromordinal(last).isoformat(),
            *(("" if directory < 0 else str(directory),) if told else ()),
            "" if scheduled_on == UNTOLD else Version(scheduled_on).name,
            _FLAGS.get(by_upgraded, ""),
            str(content != NO_CONTENT),
        )
        for number, (
            organizer,
            kind,
            created,
            last,
            directory,
            scheduled_on,
            by_upgraded,
            content,
        ) in enumerate(columns)
    )
    return header, rows
