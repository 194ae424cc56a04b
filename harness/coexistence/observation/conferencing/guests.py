"""Guests: what whoever has no account here, or is not inside, meets on the way into a meeting.

Law of this room: only what is particular to guests; the focus and its MCUs are the same for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.model.vocabulary import Guest, Maybe, Modality, PoolId, PoolRole, Unknown
from coexistence.model.vocabulary.ends import use_of
from coexistence.observation.conferencing.admission import allows_anonymous
from coexistence.observation.conferencing.hosting import needed_service
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.routes import Leg, failed, refused, undecided
from coexistence.simulation.rules.registry import rule

__all__ = ["as_guest"]


def as_guest(
    facts: Facts,
    home: PoolId,
    host: PoolId,
    guest: Guest,
    modality: Modality | None,
    policy: Maybe[str | None],
) -> Iterator[Leg]:
    """Yield what only guests meet: policies, the Web App, federation, and an Edge for media."""
    if guest is Guest.ANONYMOUS:
        yield _has_focus(facts, host)
        yield allows_anonymous(facts, home, policy)
        yield facts.leg(("web app", host), lambda: _web_app(facts, host))
    elif guest is Guest.FEDERATED:
        yield from _federated(facts, host)
        if _is_current_among_legacy(facts, host):
            yield _partners_as_anonymous(facts, home, policy)
    yield from _media(facts, host, modality, needs_edge=guest is not Guest.ANONYMOUS)


@rule(
    "anonymous-needs-focus",
    "An anonymous participant whose request reaches a server without conferencing gets 3022.",
    source="[MS-OCER] error tables; the status 403 is our choice",
)
def _has_focus(facts: Facts, host: PoolId) -> Leg:
    pool = facts.state.pools[host]
    if pool.roles and "ConfServices" not in pool.roles and not pool.mcus:
        return refused(pool.fqdn, "conferencing is not deployed on this pool", 3022)
    return Leg()


@rule(
    "web-app-of-the-host",
    "Whoever joins without a client gets the Web App of the hosting pool, in its version.",
    source="Client interoperability in Lync 2013",
)
def _web_app(facts: Facts, host: PoolId) -> Leg:
    return needed_service(facts, host, "web_services")


@rule(
    "partners-join-as-anonymous",
    "Federated users on older servers join meetings of current organizers whose policy admits anonymous "
    "participants.",
    source="Move remaining users",
)
def _partners_as_anonymous(facts: Facts, home: PoolId, policy: Maybe[str | None]) -> Leg:
    return allows_anonymous(facts, home, policy)


def _is_current_among_legacy(facts: Facts, host: PoolId) -> bool:
    front_ends = [pool.versions[0] for pool in facts.pools(PoolRole.FRONT_END) if pool.versions]
    mine = facts.state.pools[host].versions
    return bool(mine) and mine[0] > min(front_ends)


def _federated(facts: Facts, host: PoolId) -> Iterator[Leg]:
    """The route of the host's site (a branch: its central site), up to the Access Edge or Director."""
    site = facts.state.sites.get(facts.state.pools[host].site)
    if site is not None and site.parent is not None:
        site = facts.state.sites.get(site.parent, site)
    route = site.federation_route if site is not None else None
    fqdn = facts.fqdn(host)
    if isinstance(route, Unknown):
        yield undecided(fqdn, "nobody told the federation route of the site", route.needs)
    elif route is None:
        yield refused(fqdn, "federation is off in the site", 1027)
    elif route not in facts.state.pools:
        yield failed(fqdn, f"the federation route leads to {route}, which is gone", 1046, on=use_of(route))
    else:
        yield facts.registrar(route)
        yield facts.link(host, route)


@rule(
    "media-through-associated-edge",
    "What a participant outside sends and hears goes through the Edge pool associated with the host.",
    source="Configure federation routes and media traffic",
)
def _media(facts: Facts, host: PoolId, modality: Modality | None, *, needs_edge: bool) -> Iterator[Leg]:
    edge = facts.state.pools[host].media_edge
    if edge is None:
        if not facts.state.pools[host].tells("media_edge"):
            yield undecided(facts.fqdn(host), "nobody told its Edge pool", "Get-CsTopology -AsXml")
        if needs_edge:
            yield refused(facts.fqdn(host), "no Edge pool is associated: nobody outside gets media")
        return
    if edge not in facts.state.pools:
        reason = f"the associated Edge pool {edge} is gone"
        yield failed(facts.fqdn(host), reason, sip=503, on=use_of(edge))
        return
    if modality in (Modality.CONTENT, Modality.FILE):
        yield needed_service(facts, edge, "web_conf_edge")
    elif modality is not Modality.MESSAGE:
        yield needed_service(facts, edge, "av_auth_edge")
        yield needed_service(facts, edge, "av_edge")
