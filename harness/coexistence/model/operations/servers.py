"""Operations on servers and on what pools rest on: start, drain, stop, fail, restore, update, pair.

Law of this room: as in :mod:`coexistence.model.operations`, which hands these on: what is done, not what
comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coexistence.model.conditions.machines_and_databases import Machine
from coexistence.model.operations.operation import Operation
from coexistence.model.vocabulary import PoolId, ServerId, ServiceState

__all__ = [
    "BackUpLog",
    "ChangeMachine",
    "DisableService",
    "DrainServers",
    "EnableService",
    "FailServer",
    "FailStore",
    "InstallUpdate",
    "PairPools",
    "RemoveDatabases",
    "RepairStore",
    "ResetPoolRegistrarState",
    "RestartServices",
    "SetServiceState",
    "StartServers",
    "StartServices",
    "StopServers",
    "StopServices",
    "SynchronizeUsers",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartServers(Operation):
    """``Start-CsWindowsService`` on some servers of a pool, installed there if need be."""

    pool: PoolId
    #: Left out, all of them (``Start-CsPool``).
    servers: tuple[ServerId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainServers(Operation):
    """``Stop-CsWindowsService -Graceful``, as long as it lasts: old sessions go on, new ones are refused."""

    pool: PoolId
    servers: tuple[ServerId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StopServers(Operation):
    """``Stop-CsWindowsService`` on some servers of a pool, for maintenance."""

    pool: PoolId
    servers: tuple[ServerId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartServices(Operation):
    """Stop and start one Windows service, or all, on every server of a pool."""

    pool: PoolId
    #: Short name, e.g. ``RTCDATAMCU``; left out, all of them.
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailServer(Operation):
    """A machine dies: nothing on it runs."""

    server: ServerId


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPoolRegistrarState(Operation):
    """``Reset-CsPoolRegistrarState``: give a pool's Front-End services a fresh start."""

    pool: PoolId
    #: ``-ResetType``; the recovery from lost quorum also places the replicas of routing groups anew.
    reset: Literal["ServiceReset", "QuorumLossRecovery"] = "ServiceReset"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallUpdate(Operation):
    """Bring the components of a server to a build, and start its services again."""

    server: ServerId
    #: Four-part build.
    build: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPools(Operation):
    """Make two Front End pools each other's backup, and run setup on their servers."""

    pool: PoolId
    other: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class FailStore(Operation):
    """A SQL Server instance or a file share stops answering."""

    #: ``host\\instance`` or a UNC path, as a pool names it.
    store: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairStore(Operation):
    """A SQL Server instance or a file share answers again."""

    store: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDatabases(Operation):
    """``Uninstall-CsDatabase`` for the databases of pools on SQL instances."""

    #: ``host\\instance``, as pools name them.
    stores: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackUpLog(Operation):
    """Back up the transaction log of a SQL Server instance, which empties it."""

    instance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SynchronizeUsers(Operation):
    """Wait until a pool's user replicator reports each domain complete (event 30024)."""

    pool: PoolId
    #: First let it ask the domains that it left out.
    every_domain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMachine(Operation):
    """Change a machine: free a port, set the clock, make room, set a registry value."""

    machine: Machine


@dataclass(frozen=True, slots=True, kw_only=True)
class StartServices(Operation):
    """Install if need be, and start, everything that a pool's servers should run."""

    pool: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class StopServices(Operation):
    """Drain, then stop, every service of a pool."""

    pool: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetServiceState(Operation):
    """Put one Windows service of one server into a state (a failure, a drain, a restart)."""

    server: ServerId
    #: Short name, e.g. ``RTCSRV``.
    service: str
    state: ServiceState


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableService(Operation):
    """Stop a Windows service on every server of a pool and set its startup type to Disabled."""

    pool: PoolId
    #: Short name, e.g. ``RTCSRV``: the Access Edge on an Edge Server.
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableService(Operation):
    """Set a disabled Windows service of a pool to start by itself again, and start it."""

    pool: PoolId
    service: str
