"""The way out: Edge pools, the route for federation, and the partners behind it.

Law of this room: one Edge pool federates, the first that is asked to; where none does, nobody is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from coexistence.inputs.family.builder.layout import PUBLIC_CA, Layout, origin
from coexistence.model.blueprint import EdgeBlueprint
from coexistence.model.deployment import EdgeNames, Partner, Pool, Site
from coexistence.model.vocabulary import Feature, PoolId, PoolRole, SiteId, SiteKind

__all__ = ["add_edge", "federation_partners", "routed"]


def add_edge(layout: Layout, site: SiteId, plan: EdgeBlueprint, *, next_hop: PoolId) -> None:
    """Add the Edge pool of a site: it relays media for the site's Front Ends."""
    fqdn = layout.fqdn("edge")
    host, _, domain = fqdn.partition(".")
    federation = plan.federation and layout.route is None
    pool = layout.add(
        Pool(
            id=PoolId(fqdn),
            fqdn=fqdn,
            site=site,
            role=PoolRole.EDGE,
            versions=(layout.version,),
            servers=layout.name_servers(fqdn, max(plan.servers, 1)),
            roles=frozenset({"EdgeServer", "ManagementServices"}),
            next_hop=next_hop,
            federation=federation,
            xmpp=plan.xmpp and federation and layout.version.has(Feature.XMPP),
            edge_names=EdgeNames(
                access=f"{host}-sip.{domain}",
                web_conferencing=f"{host}-{'sip' if plan.single_name else 'wc'}.{domain}",
                av=f"{host}-{'sip' if plan.single_name else 'av'}.{domain}",
            ),
            origin=origin("pools", fqdn),
        )
    )
    if federation:
        layout.route = pool.id
    for front_end in layout.pools_of(PoolRole.FRONT_END, site):
        layout.change(front_end.id, media_edge=pool.id)


def routed(layout: Layout, site: Site) -> Site:
    """Set a central site's federation route; a branch site uses its parent's."""
    return replace(site, federation_route=None if site.kind is SiteKind.BRANCH else layout.route)


def federation_partners(layout: Layout, count: int) -> Iterator[Partner]:
    """Organisations that people talk to, where there is a way to them."""
    for number in range(1, (count if layout.route else 0) + 1):
        domain = f"partner{number}.example"
        yield Partner(
            domain=domain,
            # One that says nothing about itself, and one of our own generation.
            generation=None if number == 1 else layout.version,
            allowed=True,
            access=f"sip.{domain}",
            roots=frozenset({PUBLIC_CA}),
            origin=origin("partners", number),
        )
