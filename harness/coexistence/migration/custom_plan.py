"""What an administrator wants otherwise: the content of a plan file, as values.

Law of this room: what was asked for, in the words it was asked in, with the line that said so. Names are
not resolved here, and lines never count when two are compared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from coexistence.model.vocabulary import Checkpoint, Edition, Version

__all__ = [
    "NOTHING_ASKED",
    "AddedStep",
    "LeftOutStep",
    "MovedStep",
    "OwnPlan",
    "OwnPool",
    "OwnWave",
    "Statement",
    "Window",
]


@dataclass(frozen=True, slots=True)
class Window:
    """Part of a day in which something must be done; one that ends before it begins ends tomorrow.

    >>> Window(dt.time(22), dt.time(2)).minutes
    240
    """

    start: dt.time
    end: dt.time

    @property
    def minutes(self) -> int:
        """How long it is."""
        length = (self.end.hour - self.start.hour) * 60 + self.end.minute - self.start.minute
        return length if length > 0 else length + 24 * 60

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPool:
    """A new pool that is not simply the mirror of the legacy one."""

    legacy: str
    fqdn: str
    edition: Edition | None = None
    #: FQDNs of its servers; empty where they are called after the legacy ones.
    servers: tuple[str, ...] = ()
    site: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWave:
    """Some people who move together: those of a pool, of a site, of a list, or so many."""

    name: str
    is_pilot: bool = False
    pool: str = ""
    site: str = ""
    #: The file that lists addresses, as the plan names it, and what stands in it.
    list_file: str = ""
    addresses: tuple[str, ...] = ()
    #: So many of each pool that the wave is about; 0 for all.
    count: int = 0
    #: Whoever is left on any legacy pool.
    everybody: bool = False
    #: So many of each of these pools.
    counts: tuple[tuple[str, int], ...] = ()
    date: dt.date | None = None
    window: Window | None = None
    force: bool = False
    move_conference_data: bool = True
    #: None for the default: the pilot's clients are upgraded, those of others in P7.9.
    upgrade_clients: bool | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutStep:
    """A step that will not be done."""

    step: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedStep:
    """A step of somebody's own, which the model does nothing in."""

    title: str
    after: str
    verify: str = ""
    tool: str = ""
    undo: str = ""
    date: dt.date | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedStep:
    """A step that is done at another place."""

    step: str
    before: str = ""
    after: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Something true that no export holds, with who says so and since when."""

    text: str
    author: str
    date: dt.date
    #: How far the migration has come, whatever the exports look like.
    phase: Checkpoint | None = None
    #: What it is about: a pool with its people, …
    pool: str = ""
    #: … somebody one federates with, by domain, …
    partner: str = ""
    #: … a gateway, or somebody who administers.
    gateway: str = ""
    administrator: str = ""
    #: Which version a pool runs, where the topology leaves several.
    version: Version | None = None
    #: People on the pool were homed on that legacy pool before,
    moved_from: str = ""
    #: … and their clients were upgraded, or were not.
    clients_upgraded: bool | None = None
    #: What people on the pool sign in with, where no file tells: a name or a user agent.
    clients: str = ""
    #: Where their contact lists are kept: ``server`` or ``exchange``.
    contacts: str = ""
    uses_xmpp: bool | None = None
    uses_persistent_chat: bool | None = None
    #: Whether organizers have a PIN for dialling in.
    pins_valid: bool | None = None
    #: Whether they scheduled their meetings with upgraded clients, where no file tells.
    scheduled_with_upgraded: bool | None = None
    #: The generation that hosted them then.
    scheduled_on: Version | None = None
    #: A port that something keeps shut, from one pool (or every pool) to another (or every one).
    blocked_port: int | None = None
    from_pool: str = ""
    to_pool: str = ""
    #: False for a partner or a gateway that does not answer.
    answers: bool | None = None
    #: Partners: the host that their federation record names, and whose certificates they accept.
    access_edge: str = ""
    trusts: tuple[str, ...] = ()
    #: Administrators: groups of Active Directory, and roles.
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    archiving_critical: bool | None = None
    #: An assumption of which somebody knows, and whether what it says is so.
    assumption: str = ""
    holds: bool = True
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlan:
    """A plan file, read."""

    #: Its name, for complaints; "" for a plan that nobody wrote.
    file: str = field(default="", compare=False)
    target: Version | None = None
    #: Pools that the migration is not about: they stay as they are.
    out_of_scope: tuple[str, ...] = ()
    pools: tuple[OwnPool, ...] = ()
    waves: tuple[OwnWave, ...] = ()
    left_out: tuple[LeftOutStep, ...] = ()
    added: tuple[AddedStep, ...] = ()
    moved: tuple[MovedStep, ...] = ()
    #: Dates of steps that are no waves, by key.
    dates: Mapping[str, dt.date] = field(default_factory=dict)
    #: Names of rollback actions; None for all of them.
    rollback: tuple[str, ...] | None = None
    statements: tuple[Statement, ...] = ()
    #: Moves of people in an hour; None for what the rules assume.
    moves_per_hour: int | None = None
    #: Where what stands, by path, e.g. ``("waves", "0", "pool")``.
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict, compare=False)

    @property
    def left_alone(self) -> frozenset[str]:
        """Keys of the pools that the migration is not about."""
        return frozenset(name.strip().rstrip(".").lower() for name in self.out_of_scope)

    def line_of(self, *path: str | int) -> int:
        """Return the line of a value, or of the nearest thing around it; 0 if nothing is known."""
        parts = tuple(map(str, path))
        while parts:
            if parts in self.lines:
                return self.lines[parts]
            parts = parts[:-1]
        return 0

    def place(self, line: int) -> str:
        """Return file and line, as complaints begin with."""
        return f"{self.file}, line {line}" if line else self.file


#: A plan without a file.
NOTHING_ASKED: Final = OwnPlan()
