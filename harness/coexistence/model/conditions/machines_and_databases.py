"""What pools rest on: machines, databases, file shares, replicas of user data, user replicators.

Law of this room: values only, and only deviations. No export that is read shows any of this, so an empty
:class:`Backing` means that nothing is wrong that anybody knows; which assumptions stand behind that is the
simulation's to say. An entry says what is out of the ordinary.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from coexistence.model.vocabulary import Maybe, Origin, PoolId, ServerId, Unknown

__all__ = [
    "BACKUP_SERVICE",
    "ROOM_PORTAL",
    "Backing",
    "FileStore",
    "Machine",
    "RoutingGroup",
    "SqlStore",
    "UserReplicator",
]

#: Names of the components of a server that outcomes depend on, see :attr:`Machine.components`.
BACKUP_SERVICE: Final = "BackupService"
ROOM_PORTAL: Final = "MeetingRoomPortal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What is out of the ordinary about one server's machine."""

    server: ServerId
    #: Operating system as its vendor names it, e.g. ``Windows Server 2012 R2``; empty: nothing special.
    os: str = ""
    #: Whether the registry value that turns cached TLS sessions off for port 444 was set.
    session_tickets_fixed: bool = False
    #: Components that are not of the core's build, with their four-part builds.
    components: tuple[tuple[str, str], ...] = ()
    #: Ports that another program holds, with the program.
    listeners: tuple[tuple[int, str], ...] = ()
    #: Free gigabytes on the largest drive; None: enough.
    free_gb: int | None = None
    #: Minutes by which its clock is ahead of the others (behind: negative).
    clock_skew: int = 0
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlStore:
    """A SQL Server instance with databases of one or more pools."""

    #: ``host\\instance`` in lower case, as :attr:`~coexistence.model.deployment.Pool.back_end` names it.
    instance: str
    #: Whether the instance answers. In a mirrored pair: the principal.
    reachable: bool = True
    #: Whether it is mirrored, and the mirror takes over at once where the witness is up.
    mirrored: bool = False
    witness_reachable: bool = True
    #: Full recovery keeps every change in the transaction log until the log is backed up.
    full_recovery: bool = False
    log_backed_up: bool = True
    #: How many moved accounts still fit into the transaction log; None: any number.
    log_room: int | None = None
    #: Whether the model database is larger than what the product creates its databases with.
    large_model: bool = False
    origin: Origin = field(compare=False)

    @property
    def answers(self) -> bool:
        """Whether somebody answers: the instance itself, or its mirror by the witness' vote."""
        return self.reachable or (self.mirrored and self.witness_reachable)

    @property
    def is_full(self) -> bool:
        """Whether the transaction log takes no change any more (SQL error 9002)."""
        return self.log_room is not None and self.log_room <= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStore:
    """A file share with the content, address book and device files of one or more pools."""

    #: As :attr:`~coexistence.model.deployment.Pool.file_store` names it.
    path: str
    reachable: bool = True
    #: Whether the servers' groups may write there.
    permitted: bool = True
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingGroup:
    """Some people of a pool whose data is not kept on as many Front Ends as it should be.

    The product spreads people over groups by a number that follows from their account. Here a person
    belongs to the group whose ``number`` is left when his or her row is divided by ``of``.
    """

    pool: PoolId
    number: int
    of: int
    #: Front Ends with a copy, the primary one first.
    replicas: tuple[ServerId, ...]
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserReplicator:
    """How far a pool's user replicator is from holding every account of the directory.

    Domains stand here by the SIP domain of their people; see assumption ``domains-told-by-sip``.
    """

    pool: PoolId
    #: Domains of which the first pass is not complete: event 30024 is missing.
    pending: frozenset[str] = frozenset()
    #: Domains that it does not ask, so that the pool's database lacks their accounts.
    skipped: frozenset[str] = frozenset()
    #: Edge pools: it is switched on there, where no directory can be reached.
    on_edge: bool = False
    origin: Origin = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Backing:
    """Everything out of the ordinary about what pools rest on."""

    machines: tuple[Machine, ...] = ()
    stores: tuple[SqlStore, ...] = ()
    file_stores: tuple[FileStore, ...] = ()
    routing_groups: tuple[RoutingGroup, ...] = ()
    replicators: tuple[UserReplicator, ...] = ()
    #: Whether archiving is critical (``BlockOnArchiveFailure``); asked only while an archive is down.
    block_on_archive_failure: Maybe[bool] = Unknown("Get-CsArchivingConfiguration")
    #: Pools whose web conferencing went into critical mode when the archive failed, and is still in it.
    critical: frozenset[PoolId] = frozenset()

    @cached_property
    def machine_by_server(self) -> dict[ServerId, Machine]:
        """Machines by server."""
        return {each.server: each for each in self.machines}

    @cached_property
    def store_by_instance(self) -> dict[str, SqlStore]:
        """SQL stores by instance."""
        return {each.instance: each for each in self.stores}

    @cached_property
    def file_store_by_path(self) -> dict[str, FileStore]:
        """File shares by path, in lower case."""
        return {each.path.lower(): each for each in self.file_stores}

    @cached_property
    def groups_by_pool(self) -> dict[PoolId, tuple[RoutingGroup, ...]]:
        """Deviating routing groups by pool."""
        found: dict[PoolId, tuple[RoutingGroup, ...]] = {}
        for each in self.routing_groups:
            found[each.pool] = (*found.get(each.pool, ()), each)
        return found

    @cached_property
    def replicator_by_pool(self) -> dict[PoolId, UserReplicator]:
        """User replicators by pool."""
        return {each.pool: each for each in self.replicators}

    def with_machine(self, machine: Machine) -> Backing:
        """Return this with one machine put in, in place of what was said of it before."""
        others = tuple(each for each in self.machines if each.server != machine.server)
        return replace(self, machines=(*others, machine))

    def with_store(self, store: SqlStore) -> Backing:
        """Return this with one SQL store put in, likewise."""
        others = tuple(each for each in self.stores if each.instance != store.instance)
        return replace(self, stores=(*others, store))

    def with_file_store(self, store: FileStore) -> Backing:
        """Return this with one file share put in, likewise."""
        others = tuple(each for each in self.file_stores if each.path.lower() != store.path.lower())
        return replace(self, file_stores=(*others, store))
