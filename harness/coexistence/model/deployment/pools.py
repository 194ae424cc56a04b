"""Sites and the pools in them.

Law of this room: values only; every object tells where it comes from, and what nobody told is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from coexistence.model.vocabulary import (
    Edition,
    Feature,
    Maybe,
    Origin,
    PoolId,
    PoolRole,
    ServerId,
    SiteId,
    SiteKind,
    Unknown,
    Version,
    have,
)

__all__ = ["EdgeNames", "Pool", "Site", "generations", "key_of"]


def key_of(fqdn: str) -> str:
    """Return the form in which names are compared: lower case, no trailing dot.

    >>> key_of("Pool01.Contoso.com.")
    'pool01.contoso.com'
    """
    return fqdn.strip().rstrip(".").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A central or branch site (not an Active Directory site)."""

    id: SiteId
    name: str
    #: Text, where a document names a kind that nobody has described yet.
    kind: SiteKind | str = SiteKind.CENTRAL
    #: The central site that a branch site hangs off.
    parent: SiteId | None = None
    #: Edge pool or Director used for SIP federation; None where federation is off.
    federation_route: Maybe[PoolId | None] = Unknown("Get-CsSite")
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeNames:
    """External names of an Edge pool's three services; a single-name Edge has the same three times."""

    access: str
    web_conferencing: str
    av: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Identically configured servers under one FQDN; a single server is a pool of one."""

    id: PoolId
    #: As the administrator typed it; ``id`` is what is compared.
    fqdn: str
    site: SiteId
    role: PoolRole
    #: None where editions mean nothing (Edge, Director, Mediation, …).
    edition: Edition | None = None
    #: The versions that the evidence leaves: one when known, ``(S19, SE)`` for a topology without
    #: build numbers, all for a number nobody knows.
    versions: tuple[Version, ...]
    servers: tuple[ServerId, ...]
    #: Role names installed on the pool's cluster, as the topology document spells them.
    roles: frozenset[str] = frozenset()
    #: Conferencing components (IMConf, DataConf, …), as the topology document spells them.
    mcus: frozenset[str] = frozenset()
    #: Applications whose ports the topology carries: testbot, Cas, Caa, Cps, RGS, PDP.
    applications: frozenset[str] = frozenset()
    #: Whether Windows Fabric ports are configured on the registrar.
    has_fabric: bool = False
    #: Edge pool that relays media for this pool.
    media_edge: PoolId | None = None
    #: Where an Edge, Mediation or trusted application pool hands SIP traffic to.
    next_hop: PoolId | None = None
    #: The other pool of a pair (Backup Service), or the backup registrar of a branch appliance.
    backup: PoolId | None = None
    #: SQL instance with the user store, ``host\\instance`` in lower case.
    back_end: str | None = None
    file_store: str | None = None
    archiving_store: str | None = None
    monitoring_store: str | None = None
    office_web_apps: str | None = None
    external_web_fqdn: str | None = None
    #: Edge: a port for federation (5061) is open on the external access interface.
    federation: bool = False
    #: Edge: the XMPP proxy's ports are configured.
    xmpp: bool = False
    edge_names: EdgeNames | None = None
    #: Names of the fields above of which no export told: there nothing means unknown.
    untold: frozenset[str] = frozenset()
    origin: Origin = field(compare=False)

    def tells(self, name: str) -> bool:
        """Whether a field says what is so: it holds something, or nobody left out that it holds nothing."""
        if name not in self.untold:
            return True
        value = getattr(self, name)
        # Part of a set is no answer.
        return bool(value) and not isinstance(value, frozenset)

    @property
    def version(self) -> Version | None:
        """The one version this pool runs, or None while the evidence leaves several or none."""
        return self.versions[0] if len(self.versions) == 1 else None

    def has(self, feature: Feature) -> Maybe[bool]:
        """Whether the version that it runs has a feature; unknown where it may run several that differ."""
        return have(self.versions, feature)

    @property
    def homes_users(self) -> bool:
        """Whether accounts may be homed here."""
        return self.role in (PoolRole.FRONT_END, PoolRole.BRANCH_APPLIANCE)


def generations(pools: Iterable[Pool]) -> tuple[tuple[Version, ...], ...]:
    """Return the distinct version sets of the Front End pools among ``pools``, oldest first.

    Two of them make a mixed deployment; the last is the new one, the others are legacy (domain
    facts: topology format, section 6).
    """
    found = {pool.versions for pool in pools if pool.role is PoolRole.FRONT_END and pool.versions}
    return tuple(sorted(found))
