"""What a deployment is built on: its sites, pools and servers, as far as they are laid out.

Law of this room: things are added here, and found again; which ones, and why, is said elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from coexistence.model.blueprint import Crowd
from coexistence.model.deployment import Application, Gateway, Pool, Server, Site
from coexistence.model.vocabulary import (
    ApplicationKind,
    Feature,
    Origin,
    PoolId,
    PoolRole,
    ServerId,
    SiteId,
    Version,
)

__all__ = ["INTERNAL_CA", "PUBLIC_CA", "Layout", "origin", "region"]

#: Who issues the certificates of a made-up organisation; every server trusts it.
INTERNAL_CA: Final = "internal CA"
#: Who issues the external certificates of Edge pools; partners trust it.
PUBLIC_CA: Final = "public CA"
#: What servers speak before anybody hardens them; Lync Server 2013 and older cannot do without 1.0.
_TLS_VERSIONS: Final = frozenset({"1.0", "1.1", "1.2"})


def origin(*path: object) -> Origin:
    """Return where something comes from: a place in the blueprint."""
    return Origin("blueprint " + ".".join(map(str, path)))


def region(site: Site) -> str:
    """Name the dial-in region of a site."""
    return f"Region {site.id}"


@dataclass(kw_only=True)
class Layout:
    """The objects of one deployment that others refer to, site by site."""

    version: Version
    seed: str
    #: SIP domains, the main one first.
    domains: tuple[str, ...]
    sites: list[Site] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    gateways: list[Gateway] = field(default_factory=list)
    #: People, with the pool that they are homed on.
    crowds: list[tuple[PoolId, Crowd]] = field(default_factory=list)
    #: Sites with a conferencing policy of their own.
    own_policies: list[SiteId] = field(default_factory=list)
    #: There is one route for federation, through the first Edge pool; later ones relay media only.
    route: PoolId | None = None

    def pools_of(self, role: PoolRole, site: SiteId | None = None) -> list[Pool]:
        """Return the pools of a role, or those of one site, in the order in which they were added."""
        return [each for each in self.pools if each.role is role and site in (None, each.site)]

    def has_dial_in(self, owner: PoolId) -> bool:
        """Tell whether invitations from a pool carry a code for phones: somebody must answer the calls."""
        has_telephony = any(
            "MediationServer" in pool.roles and pool.role is not PoolRole.BRANCH_APPLIANCE
            for pool in self.pools
        )
        return has_telephony and any(pool.id == owner and "Caa" in pool.applications for pool in self.pools)

    def fqdn(self, prefix: str) -> str:
        """Name the next pool of a sort."""
        taken = sum(pool.fqdn.startswith(prefix) for pool in self.pools)
        return f"{prefix}{taken + 1:02d}.{self.domains[0]}"

    def name_servers(self, fqdn: str, count: int) -> tuple[ServerId, ...]:
        """Name a pool's servers; a pool of one is its server."""
        host, _, domain = fqdn.partition(".")
        if count == 1 and not host.startswith(("pool", "edge", "med")):
            return (ServerId(fqdn),)
        return tuple(ServerId(f"{host}-{number}.{domain}") for number in range(1, count + 1))

    def add(self, pool: Pool) -> Pool:
        """Add a pool and its servers."""
        self.pools.append(pool)
        self.servers += [
            Server(
                id=each,
                fqdn=each,
                pool=pool.id,
                build=self.version.first_build,
                tls=_TLS_VERSIONS,
                roots=frozenset({INTERNAL_CA}),
                origin=pool.origin,
            )
            for each in pool.servers
        ]
        return pool

    def add_plain(
        self,
        site: SiteId,
        prefix: str,
        role: PoolRole,
        roles: set[str],
        next_hop: PoolId | None = None,
        *,
        backup: PoolId | None = None,
        servers: int = 1,
        fabric: bool = False,
    ) -> Pool:
        """Add a pool that is neither a Front End nor an Edge pool."""
        fqdn = self.fqdn(prefix)
        return self.add(
            Pool(
                id=PoolId(fqdn),
                fqdn=fqdn,
                site=site,
                role=role,
                versions=(self.version,),
                servers=self.name_servers(fqdn, servers),
                roles=frozenset(roles),
                next_hop=next_hop,
                backup=backup,
                has_fabric=fabric and self.version.has(Feature.FABRIC),
                origin=origin("pools", fqdn),
            )
        )

    def change(self, pool: PoolId, **changes: object) -> None:
        """Set attributes of a pool that is there already."""
        at = next(index for index, each in enumerate(self.pools) if each.id == pool)
        self.pools[at] = replace(self.pools[at], **changes)  # type: ignore[arg-type]  # fields of Pool

    def add_gateway(self, mediation: PoolId) -> None:
        """Add a gateway and its trunk to a pool with Mediation Servers."""
        number = len(self.gateways) + 1
        self.gateways.append(
            Gateway(
                fqdn=f"gw{number:02d}.{self.domains[0]}",
                mediation=mediation,
                port=5067,
                origin=origin("gateways", number),
            )
        )

    def add_application(
        self, kind: ApplicationKind, owner: PoolId, identity: str, *, runs_on: PoolId | None = None
    ) -> None:
        """Add something of a pool of the last site that answers callers."""
        self.applications.append(
            Application(
                id=identity,
                kind=kind,
                owner=owner,
                uri=f"sip:{identity}@{self.domains[0]}",
                # People of the pool's site are offered the number.
                regions=(region(self.sites[-1]),) if kind is ApplicationKind.ACCESS_NUMBER else (),
                runs_on=runs_on,
                origin=origin("applications", identity),
            )
        )
