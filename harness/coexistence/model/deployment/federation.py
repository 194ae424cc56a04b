"""Ways to elsewhere: trunks, voice routes, partners, and what blocks a way.

Law of this room: values only; every object tells where it comes from, and what nobody told is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from coexistence.model.vocabulary import Maybe, Origin, PartnerKind, PoolId, Unknown, Version

__all__ = ["Block", "Gateway", "Partner", "VoiceRoute"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A trunk: a gateway together with the Mediation pool and port it is reached through."""

    fqdn: str
    mediation: PoolId
    port: int
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceRoute:
    """Which trunks calls to the telephone network may take, for whoever has one of its usages."""

    name: str
    usages: tuple[str, ...]
    #: Gateway and the Mediation pool that it is reached through, as in :class:`Gateway`.
    trunks: tuple[tuple[str, PoolId], ...]
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """An organisation that federates with this one, as far as its side matters here."""

    #: Its SIP domain.
    domain: str
    #: What its Access Edge runs, where anybody knows.
    generation: Version | None = None
    #: Whether it is allowed here: on the list of allowed domains, or found and not blocked.
    allowed: Maybe[bool] = Unknown("Get-CsAllowedDomain")
    #: Host that its federation SRV record names; None where it publishes none.
    access: Maybe[str | None] = Unknown("the partner's DNS")
    #: Issuers that its Access Edge accepts.
    roots: Maybe[frozenset[str]] = Unknown("the partner's trusted roots")
    kind: PartnerKind = PartnerKind.FEDERATED
    #: Who issued its Access Edge's certificate; empty for somebody whom everybody trusts.
    issuer: str = ""
    #: Names in that certificate; empty where it names the host of the record.
    certificate_names: frozenset[str] = frozenset()
    #: Whether its servers answer.
    answers: bool = True
    #: Whether it takes requests of ours.
    accepts_us: bool = True
    #: Shared address spaces: whether both sides say the same about which domains are split.
    split_agrees: bool = True
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Something (a firewall, a filter) that keeps one pool from a port of another."""

    #: None for every pool.
    source: PoolId | None
    target: PoolId | None
    port: int
    origin: Origin = field(compare=False)
