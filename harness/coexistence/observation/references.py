"""What still names a pool: everything that has to be gone from it before it may be removed.

Law of this room: one scan over everything that can name a pool, made once for a state. Whether a name is a
fault, and how bad, is a promise, and said elsewhere.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from coexistence.deployment import Pool
from coexistence.observation.facts import Facts
from coexistence.observation.outcomes import Outcome
from coexistence.simulation.state import State
from coexistence.vocabulary import ApplicationKind, Disposition, PoolId, PoolRole, Unknown

__all__ = ["Reference", "is_due_for_removal", "references"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Things of one kind that name a pool, or that may: then the outcome is undecided."""

    #: In a few words joined by hyphens, e.g. ``access-number``.
    kind: str
    outcome: Outcome


_KIND_OF: Final = {kind: kind.value.lower().replace(" ", "-") for kind in ApplicationKind}


def is_due_for_removal(facts: Facts, pool: Pool) -> bool:
    """Tell whether a pool is on its way out: silenced, or an older Front End pool that everybody has left.

    A pool that a Persistent Chat pool hangs off is not: it goes with the rooms.
    """
    state = facts.state
    if pool.id in state.silenced:
        return True
    if pool.role is not PoolRole.FRONT_END or not pool.versions or isinstance(state.population, Unknown):
        return False
    if facts.newest is None or pool.versions[-1] >= facts.newest:
        return False
    if state.population.accounts_by_pool.get(pool.id):
        return False
    return not any(each.next_hop == pool.id for each in facts.pools(PoolRole.PERSISTENT_CHAT))


def references(facts: Facts) -> Mapping[PoolId, tuple[Reference, ...]]:
    """Return what names each pool; kinds that nobody told about stand with every pool, undecided."""
    found: dict[tuple[PoolId, str], list[str]] = {}
    untold: dict[str, str] = {}
    for kind, pool, what in _scan(facts.state):
        if pool is None:
            untold[kind] = what
        else:
            found.setdefault((pool, kind), []).append(what)
    by_pool: dict[PoolId, list[Reference]] = {}
    for (pool, kind), names in found.items():
        by_pool.setdefault(pool, []).append(Reference(kind=kind, outcome=_named(facts, pool, kind, names)))
    open_questions = [
        Reference(
            kind=kind,
            outcome=Outcome(
                disposition=Disposition.UNDECIDED,
                reason=f"nobody told whether a {kind.replace('-', ' ')} still names the pool",
                needs=(needs,),
            ),
        )
        for kind, needs in untold.items()
    ]
    return {pool: (*by_pool.get(pool, ()), *open_questions) for pool in facts.state.pools}


def _named(facts: Facts, pool: PoolId, kind: str, names: list[str]) -> Outcome:
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    things = kind.replace("-", " ") + ("s" if len(names) > 1 else "")
    return Outcome(
        disposition=Disposition.FAILED,
        source=facts.fqdn(pool) if pool in facts.state.pools else pool,
        reason=f"still named by {len(names)} {things}: {shown}",
    )


def _scan(state: State) -> Iterator[tuple[str, PoolId | None, str]]:
    """Yield kind, pool and the name of the thing; without a pool, what would tell.

    Source: what a legacy pool must be free of before it is removed (migration facts, section 3.3).
    References between two pools that both are on their way out do no harm and are left out.
    """
    if isinstance(state.applications, Unknown):
        yield "application", None, state.applications.needs
    else:
        for application in state.applications:
            yield _KIND_OF[application.kind], application.owner, application.id
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
    for pool in state.pools.values():
        yield from _by_pool(state, pool)


def _by_pool(state: State, pool: Pool) -> Iterator[tuple[str, PoolId | None, str]]:
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
