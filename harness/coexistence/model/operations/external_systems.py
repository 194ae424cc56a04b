"""Operations on what stands around the pools: Exchange, partners, firewalls, files, links, settings.

Law of this room: as in :mod:`coexistence.model.operations`, which hands these on: what is done, not what
comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from coexistence.model.conditions.external_systems import (
    AddressBookSettings,
    BandwidthLink,
    GatewayAnswer,
    OutsideBlock,
    Tenant,
)
from coexistence.model.conditions.messaging import Particulars
from coexistence.model.deployment import Partner
from coexistence.model.operations.operation import Operation
from coexistence.model.vocabulary import PoolId, Version

__all__ = [
    "ClearDirectoryAttributes",
    "CopyStoreFiles",
    "ImportChatRooms",
    "MoveUnassignedNumbers",
    "RepointExternalParty",
    "SetAddressBookSettings",
    "SetAgentConsole",
    "SetBandwidthLinks",
    "SetContactStorePolicy",
    "SetExchangeUm",
    "SetGatewayAnswers",
    "SetOutsideBlocks",
    "SetParticulars",
    "SetPartner",
    "SetTenant",
    "SetXmppRoute",
    "UpdateRuntime",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetExchangeUm(Operation):
    """Run Exchange's set-up script, which makes UM IP gateways and hunt groups for pools."""

    #: All pools that it knows afterwards.
    gateways: frozenset[PoolId]
    #: Restart the Front-End service of pools that are new to it, as the script's page asks.
    restart: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTenant(Operation):
    """Connect a cloud tenant, change what it does, or (None) say that nobody knows of one."""

    tenant: Tenant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearDirectoryAttributes(Operation):
    """Clear the product's attributes of accounts in the cloud, because nothing on premises is to be left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetGatewayAnswers(Operation):
    """Let gateways refuse calls, or (with none) take them all again."""

    answers: tuple[GatewayAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepointExternalParty(Operation):
    """Have somebody outside use another pool's name."""

    name: str
    to: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOutsideBlocks(Operation):
    """Replace what the outer firewall keeps shut."""

    blocks: tuple[OutsideBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPartner(Operation):
    """Add a partner, or replace what is known about one (by its SIP domain)."""

    partner: Partner


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyStoreFiles(Operation):
    """Copy an administrator's own files from one pool's file store to another's (``Xcopy``)."""

    source: PoolId
    to: PoolId
    #: Left out, every file.
    names: frozenset[str] | None = None
    #: Rewrite patterns that newer versions do not read as older ones did.
    rewritten: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAddressBookSettings(Operation):
    """``New-`` or ``Set-CsAddressBookConfiguration``; settings of the same scope are replaced."""

    settings: AddressBookSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBandwidthLinks(Operation):
    """Replace the links of call admission control that are known to be nearly full."""

    links: tuple[BandwidthLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveUnassignedNumbers(Operation):
    """Let the number ranges of a pool name the announcement service of another one."""

    source: PoolId
    to: PoolId
    #: Recreate the announcements, with their audio, on the new pool before.
    with_announcements: bool = True
    #: Use the Resource Kit's migration tool for it.
    by_tool: Version | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAgentConsole(Operation):
    """Give the agents of a pool's response groups the address of a pool's agent console."""

    owner: PoolId
    console: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRuntime(Operation):
    """Install a generation of the application runtime on the machines of a trusted application pool."""

    pool: PoolId
    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportChatRooms(Operation):
    """``Export-`` and ``Import-CsPersistentChatData``: give the rooms of a chat pool to a newer one."""

    source: PoolId
    to: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetXmppRoute(Operation):
    """``Set-CsSite -XmppExternalFederationRoute``: the Edge pool that carries XMPP; None for any."""

    to: PoolId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetContactStorePolicy(Operation):
    """``Set-CsUserServicesPolicy -UcsAllowed`` at a scope (``global``, ``site:<id>``)."""

    scope: str
    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetParticulars(Operation):
    """Replace what deviates in messages and sign-ins: DHCP options, filters, privacy mode, and the like."""

    to: Particulars
