"""Operations on the Central Management store, its replicas, and the rights of those who administer.

Law of this room: as in :mod:`coexistence.operations`, which hands these on: what is done, not what comes
of it.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from coexistence.deployment import Policy
from coexistence.vocabulary import PoolId, ServerId, Version

__all__ = [
    "EnableTopology",
    "ExportConfiguration",
    "InvokeReplication",
    "ManagementOperation",
    "OpenShell",
    "PublishSavedTopology",
    "RemoveCmsDatabase",
    "RunLocalSetup",
    "SavePolicy",
    "SetDiscoveryCandidates",
    "SetGroupMembers",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableTopology:
    """``Enable-CsTopology`` on a pool."""

    pool: PoolId
    #: Name of the administrator who runs it; empty for somebody with every right.
    by: str = ""
    #: What made it fail there before was put right first.
    repaired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportConfiguration:
    """``Export-CsConfiguration`` and ``Export-CsLisConfiguration``: keep what is configured now as files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishSavedTopology:
    """Publish the topology as it was when the configuration was last exported."""

    tools: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveCmsDatabase:
    """``Uninstall-CsDatabase -CentralManagementDatabase`` for the store on a pool."""

    pool: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLocalSetup:
    """Run local setup ("Step 2: Setup or Remove Components") on servers, and restart them."""

    servers: tuple[ServerId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeReplication:
    """``Invoke-CsManagementStoreReplication -ReplicaFqdn``, and the wait for what comes of it."""

    server: ServerId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetGroupMembers:
    """Put servers or administrators into a group of Active Directory, or take them out."""

    group: str
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    #: Added servers are restarted, added people open a new shell: before that they do not know of it.
    renewed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenShell:
    """An administrator closes the management shell and opens a new one."""

    administrator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavePolicy:
    """Save a policy (``Set-CsConferencingPolicy`` and its like), with the tools of a version."""

    policy: Policy
    tools: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDiscoveryCandidates:
    """Elect the servers that Operations Manager discovers others of their generation through."""

    servers: tuple[ServerId, ...]


ManagementOperation: TypeAlias = (
    EnableTopology
    | ExportConfiguration
    | PublishSavedTopology
    | RemoveCmsDatabase
    | RunLocalSetup
    | InvokeReplication
    | SetGroupMembers
    | OpenShell
    | SavePolicy
    | SetDiscoveryCandidates
)
