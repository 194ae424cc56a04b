"""Operations on Active Directory, the Central Management store, its replicas, and the rights to administer.

Law of this room: as in :mod:`coexistence.model.operations`, which hands these on: what is done, not what
comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from coexistence.model.deployment import Policy
from coexistence.model.operations.operation import Operation
from coexistence.model.vocabulary import PoolId, ServerId, Version

__all__ = [
    "EnableTopology",
    "ExportConfiguration",
    "InstallTools",
    "InvokeReplication",
    "MoveCms",
    "OpenShell",
    "PrepareDirectory",
    "PublishSavedTopology",
    "RemoveCmsDatabase",
    "Replicate",
    "RunLocalSetup",
    "SavePolicy",
    "SetDiscoveryCandidates",
    "SetGroupMembers",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableTopology(Operation):
    """``Enable-CsTopology`` on a pool."""

    pool: PoolId
    #: Name of the administrator who runs it; empty for somebody with every right.
    by: str = ""
    #: What made it fail there before was put right first.
    repaired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportConfiguration(Operation):
    """``Export-CsConfiguration`` and ``Export-CsLisConfiguration``: keep what is configured now as files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishSavedTopology(Operation):
    """Publish the topology as it was when the configuration was last exported."""

    tools: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveCmsDatabase(Operation):
    """``Uninstall-CsDatabase -CentralManagementDatabase`` for the store on a pool."""

    pool: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLocalSetup(Operation):
    """Run local setup ("Step 2: Setup or Remove Components") on servers, and restart them."""

    servers: tuple[ServerId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeReplication(Operation):
    """``Invoke-CsManagementStoreReplication -ReplicaFqdn``, and the wait for what comes of it."""

    server: ServerId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetGroupMembers(Operation):
    """Put servers or administrators into a group of Active Directory, or take them out."""

    group: str
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    #: Added servers are restarted, added people open a new shell: before that they do not know of it.
    renewed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenShell(Operation):
    """An administrator closes the management shell and opens a new one."""

    administrator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavePolicy(Operation):
    """Save a policy (``Set-CsConferencingPolicy`` and its like), with the tools of a version."""

    policy: Policy
    tools: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDiscoveryCandidates(Operation):
    """Elect the servers that Operations Manager discovers others of their generation through."""

    servers: tuple[ServerId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareDirectory(Operation):
    """Prepare schema, forest and domain of Active Directory for a version."""

    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallTools(Operation):
    """Give the administrators the tools of a version."""

    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicate(Operation):
    """Wait until every replica whose services run has the newest configuration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCms(Operation):
    """``Move-CsManagementServer``, local setup on every server, and the wait for replication.

    Left out, everything that has to come before and after it is done as the guide says.
    """

    to: PoolId
    tools: Version
    #: Name of the administrator who does it; empty for somebody with every right.
    by: str = ""
    #: At a server of the target pool, not in a remote session.
    locally: bool = True
    #: ``Install-CsDatabase -CentralManagementDatabase`` was run for the target.
    database_created: bool = True
    #: From the files of the last export, with ``-Force``: for a store that does not answer.
    force: bool = False
    #: Local setup is run on the servers of the old and of the new master pool.
    local_setup: bool = True
    #: The target's servers are members of RTCUniversalConfigReplicator, and were restarted since.
    replicators_ready: bool = True
