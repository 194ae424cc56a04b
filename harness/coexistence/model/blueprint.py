"""Small, nested, nameless descriptions of deployments: what can be drawn, shrunk, stored and replayed.

Law of this room: plain values that nest (a site holds its pools, a pool its people), no names, no
identifiers, no product behaviour. Every combination can be built: where a flag makes no sense for a
version (XMPP on Lync Server 2010), building leaves it out instead of refusing.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from dataclasses import dataclass
from typing import Any, TypeVar

from coexistence.errors import BlueprintError
from coexistence.model.clients import ClientGeneration
from coexistence.model.vocabulary import ContactStore, Edition, MeetingKind, UserKind, Version

__all__ = [
    "Blueprint",
    "BranchBlueprint",
    "Crowd",
    "EdgeBlueprint",
    "PoolBlueprint",
    "SiteBlueprint",
    "from_plain",
    "to_plain",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """People who are alike in everything that rules look at."""

    people: int = 1
    client: ClientGeneration = ClientGeneration.LYNC_2013
    kind: UserKind = UserKind.PERSON
    contacts: ContactStore = ContactStore.SERVER
    voice: bool = False
    xmpp: bool = False
    chat: bool = False
    #: Meetings that each of them has scheduled.
    meetings: int = 0
    meeting_kind: MeetingKind = MeetingKind.ONCE
    #: Their meetings have slides and attachments.
    content: bool = False
    #: Conferencing policy that they were given in person; empty for none.
    conferencing_policy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolBlueprint:
    """A Front End pool and everything that lives on it."""

    edition: Edition = Edition.STANDARD
    #: Only counts for Enterprise Edition.
    front_ends: int = 1
    crowds: tuple[Crowd, ...] = ()
    #: Conferencing Attendant and Announcement, and an access number.
    dial_in: bool = False
    #: Mediation Server collocated on the Front Ends.
    voice: bool = False
    response_groups: int = 0
    call_park: bool = False
    #: Call admission control is hosted here.
    admission_control: bool = False
    common_area_phones: int = 0
    analog_devices: int = 0
    exchange_um: bool = False
    unassigned_numbers: bool = False
    archiving: bool = False
    monitoring: bool = False
    #: Paired with the next pool of the site, if that has the same edition.
    paired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeBlueprint:
    """An Edge pool."""

    servers: int = 1
    federation: bool = True
    xmpp: bool = False
    #: One external name for Access, Web Conferencing and A/V Edge.
    single_name: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchBlueprint:
    """A branch site with a survivable branch appliance."""

    crowds: tuple[Crowd, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBlueprint:
    """A central site."""

    pools: tuple[PoolBlueprint, ...] = (PoolBlueprint(),)
    branches: tuple[BranchBlueprint, ...] = ()
    edge: EdgeBlueprint | None = None
    director: bool = False
    #: Servers of a stand-alone Mediation pool; 0 for none.
    mediation: int = 0
    #: Trusted application pools, each with one endpoint.
    trusted_applications: int = 0
    persistent_chat: bool = False
    #: The site has a conferencing policy of its own.
    conferencing_policy: bool = False
    #: Its Front End pools are nearly full: every crowd counts many times, as far as a pool holds it.
    crowded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """A deployment of one generation that is going to be migrated to another."""

    legacy: Version = Version.L13
    target: Version = Version.S19
    sites: tuple[SiteBlueprint, ...] = (SiteBlueprint(),)
    sip_domains: int = 1
    #: Organisations that people talk to by federation; none where no Edge federates.
    partners: int = 0


def to_plain(value: Any) -> Any:
    """Return a blueprint (or part of one) as JSON types; values at their default are left out.

    >>> to_plain(Crowd(people=3, client=ClientGeneration.SFB_2015))
    {'people': 3, 'client': 'SFB_2015'}
    """
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, tuple):
        return [to_plain(part) for part in value]
    if dataclasses.is_dataclass(value):
        return {
            each.name: to_plain(getattr(value, each.name))
            for each in dataclasses.fields(value)
            if getattr(value, each.name) != each.default or not isinstance(value, Crowd | PoolBlueprint)
        }
    return value


def from_plain(data: Any, kind: type[T] = Blueprint, where: str = "blueprint") -> T:  # type: ignore[assignment]  # mypy knows no default for a type variable
    """Read back what :func:`to_plain` wrote.

    Raises :class:`~coexistence.errors.BlueprintError` naming the place of the first wrong value.
    """
    if not isinstance(data, dict):
        raise BlueprintError(f"{where}: expected a table of fields, found {data!r}.")
    hints = typing.get_type_hints(kind)
    for name in data:
        if name not in hints:
            raise BlueprintError(f"{where}: unknown field {name!r}. Known: {', '.join(hints)}.")
    return kind(**{name: _read(part, hints[name], f"{where}.{name}") for name, part in data.items()})


def _read(data: Any, hint: Any, where: str) -> Any:
    if typing.get_origin(hint) is types.UnionType:
        return None if data is None else _read(data, typing.get_args(hint)[0], where)
    if typing.get_origin(hint) is tuple:
        if not isinstance(data, list):
            raise BlueprintError(f"{where}: expected a list, found {data!r}.")
        item = typing.get_args(hint)[0]
        return tuple(_read(part, item, f"{where}[{at}]") for at, part in enumerate(data))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        if not isinstance(data, str) or data not in hint.__members__:
            raise BlueprintError(f"{where}: {data!r} is none of {', '.join(hint.__members__)}.")
        return hint[data]
    if dataclasses.is_dataclass(hint):
        return from_plain(data, hint, where)  # type: ignore[arg-type]  # a dataclass found in a hint is a class
    if type(data) is not hint:
        raise BlueprintError(f"{where}: expected {hint.__name__}, found {data!r}.")
    return data
