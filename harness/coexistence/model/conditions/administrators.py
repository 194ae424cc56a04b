"""Who administers, with which tools and rights: people, their sessions, and the ways that they take.

Law of this room: values only. What a role or a tool allows is the product's, and said where it is looked at.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from coexistence.model.vocabulary import Maybe, PoolId, Unknown, Version

__all__ = [
    "CONFIG_REPLICATORS",
    "DOMAIN_ADMINS",
    "READ_ONLY_ADMINS",
    "SERVER_ADMINS",
    "USER_ADMINS",
    "AdminRole",
    "AdminTask",
    "AdminTool",
    "AdminWay",
    "Administrator",
    "StoreState",
]

#: Security groups of Active Directory that count at a server itself, where roles do not.
SERVER_ADMINS: Final = "RTCUniversalServerAdmins"
USER_ADMINS: Final = "RTCUniversalUserAdmins"
READ_ONLY_ADMINS: Final = "RTCUniversalReadOnlyAdmins"
DOMAIN_ADMINS: Final = "Domain Admins"
#: Its members, servers of the Central Management pool, may write into the replicas' shares.
CONFIG_REPLICATORS: Final = "RTCUniversalConfigReplicator"


class AdminTool(enum.Enum):
    """With what an administrator works."""

    TOPOLOGY_BUILDER = "Topology Builder"
    #: Opened at a server or at a machine with the tools: groups count, roles do not.
    SHELL = "Management Shell"
    #: ``https://<pool>/OcsPowershell``.
    REMOTE_SHELL = "remote shell"
    #: ``https://<pool>/cscp`` or the Admin simple URL; needs Silverlight.
    CONTROL_PANEL = "Control Panel"
    #: ``https://<pool>/macp``, from an update of 2019 on.
    NEW_CONTROL_PANEL = "new Control Panel"

    @property
    def is_remote(self) -> bool:
        """Whether roles count, and it runs on the servers of a pool rather than where somebody sits."""
        return self in (AdminTool.REMOTE_SHELL, AdminTool.CONTROL_PANEL, AdminTool.NEW_CONTROL_PANEL)


class AdminTask(enum.Enum):
    """What somebody is about to do to a site or a pool."""

    LOOK = "look at it"
    #: Enable and move people, assign policies.
    PEOPLE = "manage its people"
    #: Start, stop and drain services.
    SERVICES = "manage its services"
    #: Change what is configured for a site or a pool.
    SETTINGS = "change its settings"
    #: Change what is configured for everybody.
    GLOBAL_SETTINGS = "change global settings"
    #: Define pools, servers and routes, and publish.
    TOPOLOGY = "publish the topology"

    @property
    def changes(self) -> bool:
        """Whether anything is written."""
        return self is not AdminTask.LOOK


class StoreState(enum.Enum):
    """What is the matter with a copy of the Central Management store."""

    WRITABLE = "takes changes"
    #: The former store after a move, until it is removed; also one that a failed move left behind.
    READ_ONLY = "is read-only"
    #: Its SQL Server does not answer.
    OFFLINE = "does not answer"
    MISSING = "is not there"
    #: The former databases were dropped before every replica had heard of the new master.
    UNSETTLED = "was left in an unknown state"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRole:
    """A predefined role, or one with narrower scopes that was made from it (``New-CsAdminRole``)."""

    #: The predefined role, e.g. ``CsAdministrator``; the template of a scoped one.
    template: str
    #: ``site:<SiteId>`` each (the id, not the display name); none for everywhere.
    config_scopes: tuple[str, ...] = ()
    #: ``OU:<distinguished name>`` each; none for everybody.
    user_scopes: tuple[str, ...] = ()
    #: What a scoped role is called; the template's name where it is empty.
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """Somebody who administers, with what he or she holds while a session is open."""

    name: str
    #: Groups of Active Directory, by name.
    groups: Maybe[frozenset[str]] = Unknown("Get-ADPrincipalGroupMembership")
    roles: Maybe[tuple[AdminRole, ...]] = Unknown("Get-CsAdminRoleAssignment")
    #: Version of the tools on the machine that is used; None for those that are in use here.
    tools: Version | None = None
    #: Groups joined after the shell was opened: the shell does not know of them.
    joined_since: frozenset[str] = frozenset()
    #: The Control Panel knows no local accounts.
    has_domain_account: bool = True
    #: Whether the browser at hand runs Silverlight; None where nobody said.
    has_silverlight: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminWay:
    """How somebody administers."""

    tool: AdminTool
    #: The pool that is called; for the Control Panel, None for the Admin simple URL. Otherwise None stands
    #: for a pool of the newest generation.
    at: PoolId | None = None
