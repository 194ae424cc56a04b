"""What still names a pool: everything that has to be gone from it before it may be removed.

Law of this room: one scan over everything that can name a pool, made once for a state. Whether a name is a
fault, and how bad, is a promise, and said elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from coexistence.model.deployment import Pool, key_of
from coexistence.model.vocabulary import (
    APPLICATION_CMDLETS,
    ApplicationKind,
    Confidence,
    Disposition,
    PoolId,
    PoolRole,
    Unknown,
)
from coexistence.model.vocabulary.ends import use_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome, untold
from coexistence.observation.facts.situation import Situation
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import State

__all__ = ["Reference", "is_due_for_removal", "references"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Things of one kind that name a pool, or that may: then the outcome is undecided."""

    #: In a few words joined by hyphens, e.g. ``access-number``.
    kind: str
    outcome: Outcome


_KIND_OF: Final = {kind: kind.value.lower().replace(" ", "-") for kind in ApplicationKind}


def is_due_for_removal(situation: Situation, pool: Pool) -> bool:
    """Tell whether a pool is on its way out: silenced, or an older Front End pool that everybody has left.

    A pool that a Persistent Chat pool hangs off is not: it goes with the rooms. Raises :class:`Undecided`
    where nobody told who is homed on it.
    """
    state = situation.state
    if pool.id in state.silenced:
        return True
    if pool.role is not PoolRole.FRONT_END or not pool.versions:
        return False
    if situation.facts.newest is None or pool.versions[-1] >= situation.facts.newest:
        return False
    if isinstance(state.population, Unknown):
        raise untold("nobody told who is homed where", state.population.needs)
    if state.population.accounts_by_pool.get(pool.id):
        return False
    return not any(each.next_hop == pool.id for each in situation.facts.pools(PoolRole.PERSISTENT_CHAT))


def references(situation: Situation) -> Mapping[PoolId, tuple[Reference, ...]]:
    """Return what names each pool; kinds that nobody told about stand with every pool, undecided."""
    found: dict[tuple[PoolId, str], list[str]] = {}
    unknown: dict[str, str] = {}
    for kind, pool, what in _scan(situation.state):
        if pool is None:
            unknown[kind] = what
        else:
            found.setdefault((pool, kind), []).append(what)
    by_pool: dict[PoolId, list[Reference]] = {}
    for (pool, kind), names in found.items():
        by_pool.setdefault(pool, []).append(
            Reference(kind=kind, outcome=_named(situation.facts, pool, kind, names))
        )
    open_questions = [
        Reference(
            kind=kind,
            outcome=Outcome(
                disposition=Disposition.UNDECIDED,
                reason=f"nobody told whether a {kind.replace('-', ' ')} still names the pool",
                needs=(needs,),
            ),
        )
        for kind, needs in unknown.items()
    ]
    return {pool: (*by_pool.get(pool, ()), *open_questions) for pool in situation.state.pools}


def _named(facts: Facts, pool: PoolId, kind: str, names: list[str]) -> Outcome:
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    things = kind.replace("-", " ") + ("s" if len(names) > 1 else "")
    return Outcome(
        disposition=Disposition.FAILED,
        source=facts.fqdn(pool) if pool in facts.state.pools else pool,
        reason=f"still named by {len(names)} {things}: {shown}",
        ended_on=(use_of(pool),),
    )


@rule(
    "legacy-pool-free-of-references",
    "A legacy pool may be removed when nothing names it any more: users, contacts, directories, records, "
    "routes, next hops, media, backups, the Central Management store, call admission control, and what was "
    "told a name outside the topology.",
    source="Migrating multiple sites and pools; Remove legacy pools and servers",
    confidence=Confidence.DERIVED,
)
def _scan(state: State) -> Iterator[tuple[str, PoolId | None, str]]:
    """Yield kind, pool and the name of the thing; without a pool, what would tell.

    Source: what a legacy pool must be free of before it is removed (migration facts, section 3.3).
    References between two pools that both are on their way out do no harm and are left out.
    """
    applications = state.applications
    for application in () if isinstance(applications, Unknown) else applications:
        yield _KIND_OF[application.kind], application.owner, application.id
    for silent in state.untold_kinds:
        yield _KIND_OF[silent], None, APPLICATION_CMDLETS[silent]
    if isinstance(state.directories, Unknown):
        yield "conference-directory", None, state.directories.needs
    else:
        for directory in state.directories:
            yield "conference-directory", directory.owner, f"directory {directory.number}"
    if isinstance(state.records, Unknown):
        yield "dns-record", None, state.records.needs
    else:
        for record in state.records.values():
            if record.target in state.pools and record.name != record.target:
                kind = "sign-in-record" if record.kind == "SRV" else "dns-name"
                yield kind, PoolId(record.target), record.name
    masters = state.cms.masters
    for master in () if isinstance(masters, Unknown) else masters:
        yield "central-management", master, "the Central Management store"
    for site in state.sites.values():
        route = site.federation_route
        if route is not None and not isinstance(route, Unknown):
            yield "federation-route", route, f"site {site.name}"
    yield from _around(state)
    yield from _told_elsewhere(state)
    for pool in state.pools.values():
        yield from _by_pool(state, pool)


def _around(state: State) -> Iterator[tuple[str, PoolId | None, str]]:
    """Yield what stands around the pools and was given the name of one, or is kept by one alone."""
    around = state.surroundings
    if around.xmpp_route is not None:
        yield "xmpp-route", around.xmpp_route, "XMPP federation"
    for party in around.parties:
        yield "external-party", party.pinned_to, f"{party.kind.value} {party.name}"
    if around.exchange_um is not None:
        for pool in sorted(around.exchange_um.gateways):
            yield "um-gateway", pool, "a UM IP gateway of Exchange"
    for settings in around.address_book:
        scope, _, pool_name = settings.scope.partition(":")
        if scope == "service":
            yield "address-book-settings", PoolId(pool_name), settings.scope
    for file in around.files:
        copies = {each.pool for each in around.files if each.name == file.name}
        if copies <= state.silenced:
            yield "store-file", file.pool, file.name
    rooms = around.chat_rooms or frozenset()
    if rooms <= state.silenced:
        for pool in sorted(rooms):
            yield "chat-room-store", pool, "the rooms of Persistent Chat"
    for route in () if isinstance(state.voice_routes, Unknown) else state.voice_routes:
        # A route with another trunk goes on; what it says of this one is left in nobody's way.
        on = {mediation for _, mediation in route.trunks}
        if all(each in state.silenced or each not in state.pools for each in on):
            for pool in sorted(on):
                yield "voice-route", pool, route.name


def _told_elsewhere(state: State) -> Iterator[tuple[str, PoolId | None, str]]:
    """Yield what was told a name at another place than the topology: DHCP, the reverse proxy, people."""
    fqdns = {key_of(pool.fqdn): pool.id for pool in state.pools.values()}
    scopes = state.particulars.dhcp
    for scope in () if isinstance(scopes, Unknown) else scopes:
        where = f"the networks of site {scope.site}" if scope.site is not None else "every network"
        for option, name in (("120", scope.registrar), ("43", scope.certificates)):
            if name is not None and key_of(name) in fqdns:
                yield "dhcp-option", fqdns[key_of(name)], f"option {option} in {where}"
    for published in state.publishing.rules:
        yield "reverse-proxy-rule", published.target, ", ".join(sorted(published.names))
    if not isinstance(state.outside, Unknown):
        for record in state.outside.values():
            if record.target in state.pools:
                yield "external-dns-record", PoolId(record.target), record.name
    for application in () if isinstance(state.applications, Unknown) else state.applications:
        if application.console is not None and application.console != application.owner:
            yield "agent-console", application.console, application.id
    scp = state.cms.scp
    if isinstance(state.cms.masters, Unknown):
        # Whoever does not know the master has not moved it either.
        yield "service-control-point", None, state.cms.masters.needs
    elif scp is not None and not isinstance(scp, Unknown):
        yield "service-control-point", scp, "the service control point in Active Directory"
    for server in state.cms.discovery_candidates or ():
        known = state.servers.get(server)
        if known is not None:
            yield "discovery-candidate", known.pool, server


#: What a pool rests on, and what a reference of that kind is called; lists of services may leave it out.
_TIES: Final = {
    "archiving_store": "archiving-association",
    "monitoring_store": "monitoring-association",
    "media_edge": "media-association",
    "next_hop": "next-hop",
}


def _by_pool(state: State, pool: Pool) -> Iterator[tuple[str, PoolId | None, str]]:
    for field, kind in _TIES.items():
        if not pool.tells(field):
            yield kind, None, "Get-CsTopology -AsXml"
    if "PDP" in pool.applications:
        yield "call-admission-control", pool.id, f"site {pool.site}"
    for kind, store in (("archiving", pool.archiving_store), ("monitoring", pool.monitoring_store)):
        if store is not None:
            yield f"{kind}-association", pool.id, store
    if pool.id in state.silenced:
        return
    if pool.media_edge is not None:
        yield "media-association", pool.media_edge, pool.fqdn
    if pool.next_hop is not None:
        kind = {
            PoolRole.EDGE: "edge-next-hop",
            PoolRole.TRUSTED_APPLICATION: "trusted-application-next-hop",
        }.get(pool.role, "next-hop")
        yield kind, pool.next_hop, pool.fqdn
    if pool.backup is not None:
        if pool.role is PoolRole.BRANCH_APPLIANCE:
            yield "branch-backup-registrar", pool.backup, pool.fqdn
        elif pool.backup in state.pools and state.pools[pool.backup].versions != pool.versions:
            # Of two paired pools of one version, both are leaving or the pair is dissolved with one.
            yield "pairing", pool.backup, pool.fqdn
