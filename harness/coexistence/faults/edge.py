"""Faults by which the outside is lost: remote people, partners, and the media between."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from coexistence import Injection, PoolRole, Scene, Severity, fault
from coexistence.model import operations as op
from coexistence.model.conditions.external_systems import ExternalParty
from coexistence.model.deployment import Block, EdgeNames, Pool
from coexistence.model.vocabulary import Checkpoint, Origin, PartyKind, PoolId, SiteId, SiteKind

__all__: list[str] = []

_ORIGIN = Origin("fault")
_FEDERATION, _REPLICATION = 5061, 4443


def _old_edges(scene: Scene) -> Iterator[tuple[Pool, PoolId]]:
    """Legacy Edge pools that a new one takes over from, and that go in the end."""
    for edge in scene.pools(PoolRole.EDGE):
        new = scene.plan.takes_over.get(edge.id)
        if new is not None and edge.id not in scene.plan.staying:
            yield edge, new


def _has_single_name(edge: Pool) -> bool:
    names = edge.edge_names
    return names is not None and names.access == names.web_conferencing == names.av


def _and_one(block: Block, known: tuple[Block, ...]) -> tuple[Block, ...]:
    return (*known, block)


def _is_cut_over(scene: Scene) -> bool:
    return any(step.id.startswith("P6.1") for step in scene.plan.steps)


@fault(
    clause="edge",
    severity=Severity.WARNING,
    phase="production",
    evidence="C",
    source="Configure federation routes and media traffic",
    remedy="Move everybody, take the old Edge out of use, and only then enable federation on the new one.",
)
def legacy_edge_single_name(scene: Scene) -> Iterator[Injection]:
    """The legacy Edge has one name for its three services, and routes are switched step by step all the same.

    People outside sign in, but web conferences or sound and video from outside fail for one generation.
    """
    if not _is_cut_over(scene):
        return
    for edge, new in _old_edges(scene):
        names = edge.edge_names
        if names is None or not edge.federation or _has_single_name(edge):
            continue
        one = EdgeNames(access=names.access, web_conferencing=names.access, av=names.access)
        yield Injection(target=edge.id, about=(new,), scene=scene.with_pool(edge.id, edge_names=one))


@fault(
    clause="edge",
    severity=Severity.ERROR,
    phase="production",
    evidence="C",
    source="Configure federation routes and media traffic; Connect pilot pool to legacy Edge Servers",
    remedy="Change the route of each site, and publish.",
)
def one_site_keeps_old_federation_route(scene: Scene) -> Iterator[Injection]:
    """The federation route is changed in every site but one.

    People of that site lose their partners; people of all other sites keep theirs.
    """
    if not _is_cut_over(scene):
        return
    switched = {each.site for _, each in scene.operations(op.SwitchFederationRoute) if each.to is not None}
    sites = [each for each in scene.deployment.sites if each.kind is SiteKind.CENTRAL and each.id in switched]
    if len(sites) < 2:
        return
    for site in sites:

        def keep(_step: object, operation: op.Operation, meant: SiteId = site.id) -> Iterable[op.Operation]:
            if not isinstance(operation, op.SwitchFederationRoute) or operation.site != meant:
                yield operation

        pools = tuple(pool.id for pool in scene.pools(PoolRole.FRONT_END) if pool.site == site.id)
        yield Injection(target=site.name, about=pools, scene=scene.rewritten(keep))


@fault(
    clause="edge",
    also=("messaging",),
    severity=Severity.ERROR,
    phase="edge",
    evidence="A",
    source="Configure federation routes and media traffic",
    remedy="Switch XMPP last, or leave it on the old Edge.",
)
def xmpp_route_moved_before_users(scene: Scene) -> Iterator[Injection]:
    """XMPP is routed through the new Edge while people are still on legacy pools.

    They do not reach their XMPP contacts until the last of them was moved.
    """
    enabled = {each.edge for _, each in scene.operations(op.SetEdgeXmpp) if each.enabled}
    there = [pool for pool, _ in scene.moving if len(scene.people_on(pool.id, xmpp=1))]
    if not there or not scene.passes(Checkpoint.EDGE):
        return
    for edge, new in _old_edges(scene):
        if new in enabled and edge.xmpp:
            early = (op.SetEdgeXmpp(edge=new, enabled=True), op.Replicate(), op.SetXmppRoute(to=new))
            about = (edge.id, *(pool.id for pool in there))
            yield Injection(target=new, about=about, scene=scene.before(Checkpoint.EDGE, *early))


@fault(
    clause="edge",
    also=("topology",),
    severity=Severity.ERROR,
    phase="legacy-silent",
    evidence="C",
    source="Configure federation routes and media traffic; Connect pilot pool to legacy Edge Servers",
    remedy="Associate the new Edge with every pool, publish, and restart.",
)
def media_path_still_on_old_edge(scene: Scene) -> Iterator[Injection]:
    """The association of a new pool for media goes on naming the old Edge.

    People outside sign in and write, but sound, video and sharing with people inside fail once the old Edge
    stops.
    """
    gone = {edge.id: new for edge, new in _old_edges(scene)}
    for pool, new in scene.moving:
        edge = pool.media_edge
        if edge not in gone or not len(scene.arriving(pool.id)):
            continue
        made = scene.without(op.AssociateMediaEdge, pool=new, edge=gone[edge])
        if made.plan.steps != scene.plan.steps:
            yield Injection(target=new, about=(edge,), scene=made)


@fault(
    clause="edge",
    also=("topology",),
    severity=Severity.BLOCKER,
    phase="legacy-silent",
    evidence="C",
    source="Verify environment; Configure federation routes and media traffic",
    remedy="Let the Edge hand to a pool that stays, publish, and wait until its replica is current.",
)
def edge_next_hop_removed(scene: Scene) -> Iterator[Injection]:
    """The new Edge goes on handing to a legacy pool or Director.

    Everybody outside, and every partner, is cut off at the moment when that stops; inside nothing changes.
    """
    staying = scene.plan.staying
    for edge, new in _old_edges(scene):
        hop = edge.next_hop
        if hop is None or hop in staying:
            continue
        made = scene.without(op.SetNextHop, pool=new)
        if made.plan.steps != scene.plan.steps:
            yield Injection(target=new, about=(hop,), scene=made)


@fault(
    clause="edge",
    also=("sites",),
    severity=Severity.ERROR,
    phase="legacy-silent",
    evidence="A",
    source="Central Management store replication failures (support article); Edge Server replication "
    "troubleshooter (third party)",
    remedy="Open 4443 from every pool that may become the master, and repair static routes.",
)
def edge_replica_port_4443_blocked(scene: Scene) -> Iterator[Injection]:
    """The inner firewall keeps the new Central Management pool from the Edge's port for replication.

    Every server inside is up to date and the Edge is not; people outside see no change of policies or pools.
    """
    moves = [each for _, each in scene.operations(op.MoveCms)]
    if not moves or not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    gone = {edge.id for edge, _ in _old_edges(scene)}
    staying = [edge for edge in scene.pools(PoolRole.EDGE) if edge.id not in gone]
    for edge in {each.id: each for each in (*scene.new_pools(PoolRole.EDGE), *staying)}.values():
        block = Block(source=moves[0].to, target=edge.id, port=_REPLICATION, origin=_ORIGIN)
        shut = scene.change_part("blocked", functools.partial(_and_one, block))
        yield Injection(
            target=edge.id,
            about=tuple(edge.servers),
            scene=scene.before(Checkpoint.SIDE_BY_SIDE, shut),
        )


@fault(
    clause="edge",
    severity=Severity.ERROR,
    phase="production",
    evidence="D",
    source="Derived: hidden dependencies (Dumitras and Narasimhan)",
    remedy="Watch who still talks to the old server before it is switched off, and tell them the new name.",
)
def derived_hidden_client_of_old_edge_address(scene: Scene) -> Iterator[Injection]:
    """A recorder outside the topology was given the address of the old Edge.

    It fails on the day the old server is switched off, and nothing in the configuration names it.
    """
    around = scene.deployment.surroundings
    for edge, _ in _old_edges(scene):
        party = ExternalParty(
            name=f"recorder of {edge.id}",
            kind=PartyKind.RECORDER,
            pinned_to=edge.id,
            port=_FEDERATION,
            origin=_ORIGIN,
        )
        changed = replace(around, parties=(*around.parties, party))
        yield Injection(
            target=party.name, about=(edge.id,), scene=scene.with_deployment(surroundings=changed)
        )


@fault(
    clause="edge",
    severity=Severity.ERROR,
    phase="production",
    evidence="C",
    source="Configure federation routes and media traffic",
    remedy="Clear 'Enable federation' on the old Edge pool, and publish.",
)
def old_edge_goes_on_federating(scene: Scene) -> Iterator[Injection]:
    """Federation is enabled on the new Edge, and nobody disables it on the old one.

    Two Edge pools answer for the organisation; which of them a partner reaches is left to DNS.
    """
    if not _is_cut_over(scene):
        return
    for edge, new in _old_edges(scene):
        made = scene.without(op.SetEdgeFederation, edge=edge.id, enabled=False)
        if made.plan.steps != scene.plan.steps:
            yield Injection(target=edge.id, about=(new,), scene=made)


@fault(
    clause="edge",
    severity=Severity.ERROR,
    phase="edge",
    evidence="C",
    source="Connect pilot pool to legacy Edge Servers; Deploy pilot Edge Server",
    remedy="Give the pool back the old Edge for media until everything is switched over in one window.",
)
def media_switched_before_the_cut_over(scene: Scene) -> Iterator[Injection]:
    """A new pool is associated with the new Edge as soon as that is deployed.

    Media of its people goes through an Edge that nobody has tried, while their signalling takes the old one.
    """
    if not _is_cut_over(scene) or not scene.passes(Checkpoint.EDGE):
        return
    for edge, new in _old_edges(scene):
        for pool, to in scene.moving:
            if pool.media_edge == edge.id:
                early = op.AssociateMediaEdge(pool=to, edge=new)
                yield Injection(target=to, about=(new,), scene=scene.before(Checkpoint.EDGE, early))


@fault(
    clause="edge",
    severity=Severity.WARNING,
    phase="production",
    evidence="C",
    source="Configure federation routes and media traffic",
    remedy="Stop the Access Edge service on every server of the old Edge pool, and disable it.",
)
def old_access_edge_left_running(scene: Scene) -> Iterator[Injection]:
    """After the cut-over the Access Edge of the old Edge pool goes on running.

    It answers whoever still has its address, and hides who that is until the pool is switched off.
    """
    if not _is_cut_over(scene):
        return
    for edge, new in _old_edges(scene):
        made = scene.without(op.DisableService, pool=edge.id, service="RTCSRV")
        if made.plan.steps != scene.plan.steps and not edge.xmpp and not _has_single_name(edge):
            yield Injection(target=edge.id, about=(new,), scene=made)
