"""What stands around the pools: Exchange, the cloud tenant, gateways, partners' habits, files, the outside.

Law of this room: values only, and healthy unless told. An empty :class:`Surroundings` says that nothing is
wrong that anybody knows; every entry is a deviation, or a fact told beyond the exports, and people or
administrators experience it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from coexistence.model.vocabulary import Maybe, Origin, PartyKind, PoolId, SiteId, Version

__all__ = [
    "ADDRESS_BOOK_RULES",
    "NOTHING_AROUND",
    "AddressBookSettings",
    "BandwidthLink",
    "ExchangeUm",
    "ExternalParty",
    "GatewayAnswer",
    "NormalizationRule",
    "OutsideBlock",
    "Runtime",
    "StoreFile",
    "Surroundings",
    "Tenant",
]

#: Name of the file with a company's own rules for telephone numbers in the address book.
ADDRESS_BOOK_RULES: Final = "Company_Phone_Number_Normalization_Rules.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeUm:
    """What Exchange Unified Messaging knows about this deployment."""

    #: Pools for which it has a UM IP gateway and a hunt group.
    gateways: frozenset[PoolId]
    #: Of these, pools whose Front-End service was not restarted since the set-up script ran.
    not_restarted: frozenset[PoolId] = frozenset()
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """The cloud tenant of a hybrid deployment, as far as it serves people who are homed here."""

    #: Whether it takes voice mail for them (Cloud Voicemail).
    voicemail: bool = True
    #: Whether telephone numbers of people in the cloud are governed by attributes in Active Directory here,
    #: as they are until somebody hands them over.
    numbers_on_premises: bool = False
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAnswer:
    """A gateway that refuses the calls that reach it."""

    gateway: str
    #: The Mediation pool from which it refuses them; None for every one.
    mediation: PoolId | None = None
    #: SIP status that it answers with.
    sip: int
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalParty:
    """Somebody outside the topology who connects to a server by a name or address of their own."""

    #: A partner's SIP domain, a gateway's FQDN, else whatever the thing is called.
    name: str
    kind: PartyKind
    #: The pool whose name or address they were given; no object of the topology says so.
    pinned_to: PoolId
    port: int
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideBlock:
    """A port that the outer firewall keeps shut between the outside and Edge pools."""

    #: None for every Edge pool.
    edge: PoolId | None
    port: int
    #: From the outside to the Edge; otherwise from the Edge to the outside.
    inbound: bool = True
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFile:
    """A file of an administrator's own in a pool's file store: music, an announcement, number rules."""

    pool: PoolId
    #: :data:`ADDRESS_BOOK_RULES`, or what an application object names as what it plays.
    name: str
    #: Whether newer versions read it as older ones did; patterns that need spaces or punctuation do not.
    fits_newer: bool = True
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressBookSettings:
    """Settings of the address book at a scope (``Get-CsAddressBookConfiguration``)."""

    #: ``global``, ``site:<id>`` or ``service:<pool>``; the narrowest counts.
    scope: str
    use_normalization_rules: bool = True
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BandwidthLink:
    """A link between two sites that call admission control watches."""

    sites: frozenset[SiteId]
    #: How many more audio calls it has room for.
    room: int
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalizationRule:
    """How dialled digits become a number that routes know: by how they begin, and how many they are."""

    starts: str = ""
    #: Number of digits; None for any.
    length: int | None = None

    def matches(self, digits: str) -> bool:
        """Tell whether dialled digits are of this form."""
        return digits.startswith(self.starts) and self.length in (None, len(digits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The generation of the application runtime (UCMA) on a trusted application pool."""

    pool: PoolId
    version: Version
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Everything around the pools that was told; left out, nothing deviates."""

    #: None where nobody told (then assumption ``exchange-answers`` speaks).
    exchange_um: ExchangeUm | None = None
    #: None where nobody told (then assumption ``cloud-voicemail-works`` speaks).
    tenant: Tenant | None = None
    gateway_answers: tuple[GatewayAnswer, ...] = ()
    parties: tuple[ExternalParty, ...] = ()
    outside_blocks: tuple[OutsideBlock, ...] = ()
    files: tuple[StoreFile, ...] = ()
    #: Empty where nobody told (then assumption ``address-book-as-shipped`` speaks).
    address_book: tuple[AddressBookSettings, ...] = ()
    #: Links that are known to be nearly full; others have room.
    links: tuple[BandwidthLink, ...] = ()
    #: Application runtimes that are known.
    runtimes: tuple[Runtime, ...] = ()
    #: Chat pools that hold the rooms; None for every one.
    chat_rooms: frozenset[PoolId] | None = None
    #: The Edge pool that carries XMPP for everybody; None where any Edge pool with XMPP does.
    xmpp_route: PoolId | None = None
    #: Rules of dial plans by scope as in ``DialPlan``; a scope that is left out has none that was told.
    normalization: tuple[tuple[str, Maybe[tuple[NormalizationRule, ...]]], ...] = ()
    #: Whether the product's attributes of accounts in the cloud were cleared in Active Directory.
    attributes_cleared: bool = False
    #: Pools of 2019 or later on which calls to contacts of Exchange UM are known to fail; others:
    #: assumption ``um-contacts-work-on-2019``.
    um_defect: frozenset[PoolId] = frozenset()


NOTHING_AROUND: Final = Surroundings()
