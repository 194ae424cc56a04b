"""Central and branch sites with the pools that a blueprint gives them.

Law of this room: pools refer to others that stand already; so Front Ends come first, branches last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from coexistence.inputs.family.builder.edge import add_edge
from coexistence.inputs.family.builder.layout import Layout, origin
from coexistence.inputs.family.fake_names import town
from coexistence.model.blueprint import BranchBlueprint, Crowd, PoolBlueprint, SiteBlueprint
from coexistence.model.deployment import Pool, Site
from coexistence.model.vocabulary import (
    ApplicationKind,
    Edition,
    Feature,
    PoolId,
    PoolRole,
    SiteId,
    SiteKind,
)

__all__ = ["add_site", "crowds_of"]

#: People on a crowded pool. A Standard Edition server holds 2,500, a Front End 6,660 (user models).
_CROWDED_STANDARD: Final = 1_600
_CROWDED_ENTERPRISE: Final = 5_600

#: Role names on a Front End pool's cluster, as the topology document spells them.
_FRONT_END_ROLES: Final = frozenset(
    {"Registrar", "UserServices", "WebServices", "ConfServices", "ApplicationServer"}
)
_MCUS: Final = frozenset({"IMConf", "DataConf", "AppSharingConf", "AVConf"})


def add_site(layout: Layout, plan: SiteBlueprint) -> None:
    """Add a central site, its pools, and the branch sites that hang off it."""
    site = _next_site(layout)
    if plan.conferencing_policy:
        layout.own_policies.append(site)
    pools = _peopled(plan)
    front_ends = [_add_front_end(layout, site, each) for each in pools]
    _pair(layout, plan.pools, front_ends)
    first = front_ends[0].id
    if plan.edge is not None:
        add_edge(layout, site, plan.edge, next_hop=first)
    if plan.director:
        _add_director(layout, site)
    if plan.mediation:
        roles = {"MediationServer"}
        pool = layout.add_plain(site, "med", PoolRole.MEDIATION, roles, first, servers=plan.mediation)
        layout.add_gateway(pool.id)
    for _ in range(plan.trusted_applications):
        pool = layout.add_plain(site, "app", PoolRole.TRUSTED_APPLICATION, {"ExternalServer"}, first)
        endpoint = f"app-{pool.id.split('.')[0]}"
        layout.add_application(ApplicationKind.TRUSTED_ENDPOINT, first, endpoint, runs_on=pool.id)
    if plan.persistent_chat and layout.version.has(Feature.PERSISTENT_CHAT):
        layout.add_plain(site, "chat", PoolRole.PERSISTENT_CHAT, {"PersistentChatService"}, first)
    for branch in plan.branches:
        _add_branch(layout, site, branch, registrar=first)


def _next_site(layout: Layout, *, parent: SiteId | None = None) -> SiteId:
    number = len(layout.sites)
    site = Site(
        id=SiteId(str(number + 1)),
        name=town(layout.seed, number),
        kind=SiteKind.CENTRAL if parent is None else SiteKind.BRANCH,
        parent=parent,
        origin=origin("sites", number),
    )
    layout.sites.append(site)
    return site.id


def crowds_of(plan: SiteBlueprint) -> Iterator[Crowd]:
    """Everybody with an account in a site and its branches, as many as are built."""
    for pool in _peopled(plan):
        yield from pool.crowds
    for branch in plan.branches:
        yield from branch.crowds


def _peopled(plan: SiteBlueprint) -> tuple[PoolBlueprint, ...]:
    return tuple(map(_crowded, plan.pools)) if plan.crowded else plan.pools


def _crowded(plan: PoolBlueprint) -> PoolBlueprint:
    """Return a pool with as many people as it holds, if it has any, in the proportions described.

    A Front End less must be enough for them, and branch offices may still come to it.
    """
    wanted = sum(max(crowd.people, 0) for crowd in plan.crowds)
    if not wanted:
        return plan
    most = _CROWDED_STANDARD if plan.edition is Edition.STANDARD else _CROWDED_ENTERPRISE
    times = max(most // wanted, 1)
    return replace(
        plan, crowds=tuple(replace(crowd, people=max(crowd.people, 0) * times) for crowd in plan.crowds)
    )


def _add_front_end(layout: Layout, site: SiteId, plan: PoolBlueprint) -> Pool:
    enterprise = plan.edition is Edition.ENTERPRISE
    count = min(max(plan.front_ends, 1), layout.version.facts.most_front_ends) if enterprise else 1
    fqdn = layout.fqdn("pool" if enterprise else "se")
    host, _, domain = fqdn.partition(".")
    enabled = {"testbot": True, "Cas": plan.dial_in, "Caa": plan.dial_in, "Cps": plan.call_park}
    enabled |= {"RGS": plan.response_groups > 0}
    # One pool of a site hosts call admission control: the first that is asked to.
    hosts = any(each.site == site and "PDP" in each.applications for each in layout.pools)
    enabled |= {"PDP": plan.admission_control and not hosts}
    stores = f"sql-{host}.{domain}"
    pool = layout.add(
        Pool(
            id=PoolId(fqdn),
            fqdn=fqdn,
            site=site,
            role=PoolRole.FRONT_END,
            edition=plan.edition,
            versions=(layout.version,),
            servers=layout.name_servers(fqdn, count),
            roles=_FRONT_END_ROLES | ({"MediationServer"} if plan.voice else set()),
            mcus=_MCUS,
            applications=frozenset(name for name, wanted in enabled.items() if wanted),
            has_fabric=layout.version.has(Feature.FABRIC),
            back_end=stores if enterprise else f"{fqdn}\\rtc",
            file_store=f"\\\\files.{domain}\\{host}",
            archiving_store=f"{stores}\\archiving" if plan.archiving else None,
            monitoring_store=f"{stores}\\monitoring" if plan.monitoring else None,
            office_web_apps=f"owas.{domain}" if layout.version.has(Feature.OFFICE_WEB_APPS) else None,
            external_web_fqdn=f"{host}-web.{domain}",
            origin=origin("pools", fqdn),
        )
    )
    if plan.voice:
        layout.add_gateway(pool.id)
    _add_applications(layout, pool.id, plan)
    layout.crowds += [(pool.id, crowd) for crowd in plan.crowds]
    return pool


def _add_applications(layout: Layout, owner: PoolId, plan: PoolBlueprint) -> None:
    counts = {
        ApplicationKind.ACCESS_NUMBER: int(plan.dial_in),
        ApplicationKind.RESPONSE_GROUP: plan.response_groups,
        ApplicationKind.CALL_PARK_ORBIT: int(plan.call_park),
        ApplicationKind.UNASSIGNED_NUMBERS: int(plan.unassigned_numbers and plan.voice),
        ApplicationKind.COMMON_AREA_PHONE: plan.common_area_phones,
        ApplicationKind.ANALOG_DEVICE: plan.analog_devices if plan.voice else 0,
        ApplicationKind.EXCHANGE_UM: int(plan.exchange_um and plan.voice),
    }
    host = owner.split(".")[0]
    for kind, count in counts.items():
        sort = kind.value.replace(" ", "-").lower()
        for number in range(1, count + 1):
            layout.add_application(kind, owner, f"{sort}-{host}-{number}")


def _pair(layout: Layout, plans: Sequence[PoolBlueprint], front_ends: Sequence[Pool]) -> None:
    """Pair neighbours of one edition that ask for it, where the version has pairs."""
    if not layout.version.has(Feature.POOL_PAIRING):
        return
    taken: set[PoolId] = set()
    for plan, one, other in zip(plans, front_ends, front_ends[1:], strict=False):
        if plan.paired and one.edition is other.edition and not {one.id, other.id} & taken:
            taken |= {one.id, other.id}
            layout.change(one.id, backup=other.id)
            layout.change(other.id, backup=one.id)


def _add_director(layout: Layout, site: SiteId) -> None:
    """Where there is a Director, external SIP passes through it, both ways."""
    director = layout.add_plain(site, "dir", PoolRole.DIRECTOR, {"Registrar", "WebServices"}, fabric=True)
    for edge in layout.pools_of(PoolRole.EDGE, site):
        layout.change(edge.id, next_hop=director.id)
        if edge.federation:
            layout.route = director.id


def _add_branch(layout: Layout, parent: SiteId, plan: BranchBlueprint, *, registrar: PoolId) -> None:
    site = _next_site(layout, parent=parent)
    roles = {"Registrar", "MediationServer"}
    pool = layout.add_plain(site, "branch", PoolRole.BRANCH_APPLIANCE, roles, backup=registrar)
    layout.add_gateway(pool.id)
    # XMPP is not for people on a branch appliance (migration facts, xmpp-not-for-sba-users).
    layout.crowds += [(pool.id, replace(crowd, xmpp=False)) for crowd in plan.crowds]
