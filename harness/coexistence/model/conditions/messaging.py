"""What decides about single messages and sign-ins, and stands in no file that is read so far.

Law of this room: values only, and healthy unless told. Nothing said means what the product is like when
it was just installed, so that a deployment described without this room is no worse known than before;
every entry is a deviation that people experience.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from coexistence.model.clients import ClientGeneration
from coexistence.model.vocabulary import Maybe, PoolId, Scheme, ServerId, SiteId, Unknown

__all__ = ["NOTHING_PARTICULAR", "DhcpScope", "FilterAction", "ImFilter", "OfferedSchemes", "Particulars"]

#: What a filter does with a message: lets it by, puts a warning before it, keeps it back.
FilterAction: TypeAlias = Literal["pass", "warn", "block"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpScope:
    """What DHCP tells devices in the networks of a site about their servers."""

    #: None for every site that has no scope of its own.
    site: SiteId | None = None
    #: Option 120: FQDN of a registrar; None where the option is not set.
    registrar: str | None = None
    #: Option 43: host of the web service where phones fetch certificates; None where it is not set.
    certificates: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImFilter:
    """What happens to links and files in messages at a scope."""

    #: ``global`` or ``site:<id>``; a site's filter counts instead of the global one.
    scope: str
    links: FilterAction = "pass"
    files: FilterAction = "pass"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedSchemes:
    """By which schemes a pool lets people prove who they are, where these are not all."""

    pool: PoolId
    schemes: frozenset[Scheme]


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """Settings of messages and sign-ins; left out, nothing deviates."""

    #: DHCP scopes; unknown where nobody told (then assumption ``dhcp-names-registrar`` speaks).
    dhcp: Maybe[tuple[DhcpScope, ...]] = Unknown("DHCP options")
    im_filters: tuple[ImFilter, ...] = ()
    #: Scopes (``global``, ``site:<id>``) at which presence is shown to contacts alone.
    privacy_mode: frozenset[str] = frozenset()
    offered_schemes: tuple[OfferedSchemes, ...] = ()
    #: Servers whose store holds a trusted chain beside that of their own certificate.
    stray_chains: frozenset[ServerId] = frozenset()
    #: Front Ends with the security update of .NET that clients inside need a newer build for.
    net_updated: frozenset[ServerId] = frozenset()
    #: Domains beside a person's own SIP domain whose servers clients take without asking.
    trusted_domains: frozenset[str] = frozenset()
    #: On how many devices somebody may be signed in, by scope, where it is not the product's default.
    most_endpoints: tuple[tuple[str, int], ...] = ()
    #: Pools that refuse a presence state which they do not list; others: assumption ``newer-states-ignored``.
    strict_presence: frozenset[PoolId] = frozenset()
    #: Client generations in use without their updates; others: assumption ``clients-updated``.
    not_updated: frozenset[ClientGeneration] = frozenset()
    #: Programs that guests are known to join meetings with, as ``MeetingClient`` names them.
    guest_programs: frozenset[str] = frozenset()


NOTHING_PARTICULAR: Final = Particulars()
