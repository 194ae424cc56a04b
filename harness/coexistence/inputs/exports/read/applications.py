"""What belongs to a pool and answers callers: directories, numbers, groups, ranges, phones, endpoints.

Law of this room: each object keeps the pool that its export names, known to the topology or not. An id is
never a person's name or number: what is shown is the part of an Identity that administrators chose or the
product made. Source: cmdlet exports, sections 3.8, 3.11 and 3.12.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports.kinds import DIRECTORIES, TRUSTED_APPLICATIONS
from coexistence.model.deployment import UNTOLD_APPLICATIONS, Application, ConferenceDirectory
from coexistence.model.vocabulary import APPLICATION_CMDLETS, ApplicationKind, Maybe, Origin, PoolId, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coexistence.inputs.exports.account.file_accounts import Account
    from coexistence.inputs.exports.formats.csv_tables import Record
    from coexistence.inputs.exports.read.found_tables import Tables
    from coexistence.inputs.exports.read.name_lookup import Bearings

__all__ = ["applications_of", "directories_of"]

_FIRST_PART: Final = re.compile(r"CN=((?:[^,\\]|\\.){1,300})(?:,|$)", re.IGNORECASE)
_COLUMN: Final = {
    ApplicationKind.CALL_PARK_ORBIT: "CallParkService",
    ApplicationKind.UNASSIGNED_NUMBERS: "AnnouncementService",
    ApplicationKind.ACCESS_NUMBER: "Pool",
    ApplicationKind.RESPONSE_GROUP: "Identity",
}
#: Kinds whose objects live in the directory and are told apart by their address.
_CONTACTS: Final = (
    ApplicationKind.EXCHANGE_UM,
    ApplicationKind.TRUSTED_ENDPOINT,
    ApplicationKind.ANALOG_DEVICE,
    ApplicationKind.COMMON_AREA_PHONE,
)


def directories_of(tables: Tables, bearings: Bearings) -> Maybe[tuple[ConferenceDirectory, ...]]:
    """Return the conference directories and the pools that own them.

    Unknown where a row names no owner: then the file does not tell what there is.
    """
    found: dict[int, ConferenceDirectory] = {}
    is_clear = True
    for account, _, record in tables.records(DIRECTORIES):
        text = record["identity"]
        if not (text.isascii() and text.isdecimal() and len(text) <= 4):
            account.note(
                "the column Identity holds no number of a conference directory; the row was not used",
                line=record.line,
                key="identity",
            )
            is_clear = False
            continue
        owner = bearings.owner(record["owner"], "ServiceId", account, record.line)
        if owner is None:
            is_clear = False
            continue
        made = ConferenceDirectory(number=int(text), owner=owner, origin=Origin(account.file, record.line))
        earlier = found.setdefault(made.number, made)
        if earlier is made:
            account.used += 1
        elif earlier == made:
            account.note("the row repeats a conference directory; merged", line=record.line, key="repeated")
        else:
            said = f"conference directory {made.number} has two owners; the earlier one is kept"
            account.note(said, line=record.line)
            bearings.disputes.add("two-owners", said, made.origin, earlier.origin)
    return tuple(found.values()) if is_clear else Unknown(DIRECTORIES)


def applications_of(
    tables: Tables, bearings: Bearings
) -> tuple[Maybe[tuple[Application, ...]], frozenset[ApplicationKind]]:
    """Return the objects of every kind that was exported, and the kinds that were not.

    Unknown where none was. A kind of which a row names no owner counts as not exported: its file does not
    tell what there is.
    """
    told = [kind for kind in ApplicationKind if tables.told(APPLICATION_CMDLETS[kind])]
    if not told:
        return UNTOLD_APPLICATIONS, frozenset()
    runs_on = _runs_on(tables, bearings)
    found: dict[tuple[ApplicationKind, str], Application] = {}
    ids: set[str] = set()
    unclear: set[ApplicationKind] = set()
    for kind in told:
        for account, _, record in tables.records(APPLICATION_CMDLETS[kind]):
            made = _application(kind, account, record, bearings, runs_on)
            if made is None:
                if not record["attendant"]:
                    unclear.add(kind)
                continue
            earlier = found.get((kind, made.id))
            if earlier is None:
                # Two kinds may use one name; outcomes are told apart by it.
                identity = made.id if made.id not in ids else f"{kind.value} {made.id}"
                ids.add(identity)
                found[kind, made.id] = _with_id(made, identity)
                account.used += 1
            elif earlier.owner == made.owner:
                account.note(f"the row repeats a {kind.value}; merged", line=record.line, key="repeated")
            else:
                said = f"a {kind.value} belongs to two pools; the earlier one is kept"
                account.note(said, line=record.line, key="owners")
                bearings.disputes.add("two-owners", said, made.origin, earlier.origin, key=kind)
    clear = frozenset(told) - unclear
    return (
        tuple(each for each in found.values() if each.kind in clear),
        frozenset(ApplicationKind) - clear,
    )


def _application(
    kind: ApplicationKind,
    account: Account,
    record: Record,
    bearings: Bearings,
    runs_on: dict[str, PoolId] | None,
) -> Application | None:
    place = record["identity"] if kind is ApplicationKind.RESPONSE_GROUP else record["pool"]
    place = place or record["server"] or record["home"]
    if not place and record["attendant"]:
        account.note("a range that Exchange answers belongs to no pool", line=record.line, key="um")
        return None
    column = _COLUMN.get(kind, "RegistrarPool")
    if place.isdecimal() and record["home"]:
        # A bare number is a pool that could not be resolved; the home server names its cluster.
        place = record["home"]
    owner = bearings.owner(place, column, account, record.line)
    if owner is None:
        return None
    application: Maybe[PoolId | None] = None
    if kind is ApplicationKind.TRUSTED_ENDPOINT:
        application = Unknown(TRUSTED_APPLICATIONS)
        if runs_on is not None:
            application = runs_on.get(_urn(record["urn"]), Unknown(TRUSTED_APPLICATIONS))
    return Application(
        id=_identity(kind, record) or f"{kind.value} in line {record.line}",
        kind=kind,
        owner=owner,
        uri=record["uri"],
        regions=tuple(_parts(record["regions"])),
        runs_on=application,
        origin=Origin(account.file, record.line),
    )


def _with_id(application: Application, identity: str) -> Application:
    if identity == application.id:
        return application
    return Application(
        id=identity,
        kind=application.kind,
        owner=application.owner,
        uri=application.uri,
        regions=application.regions,
        runs_on=application.runs_on,
        origin=application.origin,
    )


def _parts(cell: str) -> Iterator[str]:
    return (part.strip() for part in cell.split(";") if part.strip())


def _identity(kind: ApplicationKind, record: Record) -> str:
    """Return what an object is called: the name of a range, the last part of a path, a common name."""
    text = record["identity"]
    if kind is ApplicationKind.RESPONSE_GROUP:
        return text.rpartition("/")[2]
    if kind in _CONTACTS and not text:
        return record["uri"].removeprefix("sip:")
    found = _FIRST_PART.match(text)
    return found[1] if found else text


def _runs_on(tables: Tables, bearings: Bearings) -> dict[str, PoolId] | None:
    """Return the trusted application pool of each application; None where nobody told."""
    if not tables.told(TRUSTED_APPLICATIONS):
        return None
    found: dict[str, PoolId] = {}
    for account, _, record in tables.records(TRUSTED_APPLICATIONS):
        pool = bearings.owner(record["pool"], "TrustedApplicationPoolFqdn", account, record.line)
        if pool is not None:
            # An application may run on several pools; the first one stands for all.
            found.setdefault(_urn(record["urn"]), pool)
            account.used += 1
    return found


def _urn(text: str) -> str:
    return text.strip().lower().removeprefix("urn:application:")
