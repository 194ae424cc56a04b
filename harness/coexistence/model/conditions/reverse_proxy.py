"""How links from invitations get to pools: what the reverse proxy publishes, and which pool answers as what.

Law of this room: values only, and only what deviates. No export of the product holds a reverse proxy or
tells on which servers setup was run again after a simple URL had changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from coexistence.model.vocabulary import Origin, PoolId

__all__ = ["AS_PLANNED", "Publishing", "ReverseProxyRule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseProxyRule:
    """Names that the reverse proxy publishes to the outside, and the pool that it asks for them."""

    names: frozenset[str]
    target: PoolId
    #: Whether the pool is told which name the visitor asked for, or only its own.
    forwards_host: bool = True
    #: Names in the certificate that visitors see; None for one that names whatever is published.
    certificate: frozenset[str] | None = None
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """What somebody stated about web publishing."""

    #: All the rules of the reverse proxy. Where none was stated: assumption ``reverse-proxy-publishes``.
    rules: tuple[ReverseProxyRule, ...] = ()
    #: Pool and host: a pool that does not answer under the host of a simple URL, because nobody ran
    #: Enable-CsComputer there since the URL changed.
    unserved: frozenset[tuple[PoolId, str]] = frozenset()


#: Nothing deviates that anybody stated.
AS_PLANNED: Final = Publishing()
