"""Names by which servers are found, and the certificates that hold them.

Law of this room: values only; every object tells where it comes from, and what nobody told is unknown.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass, field
from typing import Final

from coexistence.model.vocabulary import Origin, PoolId

__all__ = ["ACCESS_EDGE_EXTERNAL", "Certificate", "DnsRecord", "SimpleUrl", "is_address"]

#: Use of the certificate that an Edge pool shows on its external Access Edge interface.
ACCESS_EDGE_EXTERNAL: Final = "AccessEdgeExternal"


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord:
    """One name in internal or external DNS."""

    name: str
    #: ``A``, ``CNAME`` or ``SRV``.
    kind: str
    #: A pool's FQDN where the record leads to one of ours, else the text of the record.
    target: str
    #: ``internal`` or ``external``: both sides may know the same name and lead it elsewhere.
    side: str = "internal"
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate assigned to a pool's servers."""

    pool: PoolId
    use: str
    names: frozenset[str]
    issuer: str
    not_after: dt.date
    #: The first day on which it is valid; None: long ago.
    not_before: dt.date | None = None
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleUrl:
    """A short base URL; ``component`` is Meet, Dialin or Cscp."""

    component: str
    #: ``*`` for all SIP domains.
    domain: str
    url: str
    #: ``global`` or ``site:<id>``: a site with URLs of its own for a component uses these alone.
    scope: str = "global"
    origin: Origin = field(compare=False)


def is_address(text: str) -> bool:
    """Whether a text is an IP address, in place of a name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
