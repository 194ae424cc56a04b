"""Administration: tools, the Central Management master, replicas.

Law of this room: "could this administrator, with these tools, change this now" — nothing is changed.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.observation.facts import Facts
from coexistence.observation.outcomes import Outcome
from coexistence.observation.routes import Leg, failed, passed, refused, travel, undecided
from coexistence.observation.services import alike
from coexistence.simulation.rulebook import rule
from coexistence.vocabulary import Maybe, PoolId, PoolRole, ServerId, Unknown

__all__ = ["central_management", "pool", "replica", "site"]


def central_management(facts: Facts) -> Outcome:
    """Return whether exactly one pool is the active master, and takes changes."""
    return facts.outcome(("cms",), lambda: travel(_central_management(facts)))


@rule(
    "one-active-master",
    "Configuration is written through the Master Replicator Agent of exactly one active master pool.",
    source="Move the Central Management Server",
)
def _central_management(facts: Facts) -> Iterator[Leg]:
    masters = facts.state.cms.masters
    if isinstance(masters, Unknown):
        yield undecided("", "the topology was never published: no master is known", masters.needs)
        return
    if len(masters) != 1:
        many = f"{len(masters)} pools claim to be the active Central Management master: {', '.join(masters)}"
        yield failed(
            masters[0] if masters else "",
            many if masters else "no pool claims to be the active Central Management master",
        )
        return
    (master,) = masters
    yield facts.in_topology(master)
    yield facts.service(master, "master_replicator")


@rule(
    "newest-tools-only",
    "Tools older than the newest generation in the topology cannot open or publish it.",
    source="Verify pilot pool coexistence with legacy pool; Administering servers after migration",
    switch="newest-tools",
)
def _tools(facts: Facts) -> Iterator[Leg]:
    """Tools older than the newest generation cannot open the topology ("Verify pilot pool coexistence")."""
    newest, tools = facts.newest, facts.state.tools
    if facts.rules.value("newest-tools") == "no":
        tools = min((pool.versions[0] for pool in facts.state.pools.values() if pool.versions), default=None)
    if newest is not None and (tools is None or tools < newest):
        name = tools.product if tools else "no product"
        yield refused(
            "administrator",
            f"tools of {name} cannot open a topology with {newest.product} in it",
            assumes=("newest-tools",),
        )
    yield passed(
        "administrator", f"tools of {tools.product if tools else 'the newest version'}", "newest-tools"
    )
    yield from _central_management(facts)


def site(facts: Facts, identity: str) -> Outcome:
    """Return whether the newest tools can open a site and write to it."""
    return facts.outcome(("administer site", identity), lambda: travel(_tools(facts)))


def pool(facts: Facts, identity: PoolId) -> Outcome:
    """Return whether the newest tools can open a pool, and changes reach its servers."""
    return facts.outcome(("administer pool", identity), lambda: travel(_pool(facts, identity)))


def _pool(facts: Facts, identity: PoolId) -> Iterator[Leg]:
    yield from _tools(facts)
    known = facts.state.pools[identity]
    if known.role is PoolRole.TRUSTED_APPLICATION:
        return
    for current, servers in alike(known.servers, facts.state.is_current):
        yield _replica(tuple(servers), current)


def replica(servers: tuple[ServerId, ...], current: Maybe[bool]) -> Outcome:
    """Return whether a replica is up to date, as the master sees it."""
    return travel([_replica(servers, current)])


def _replica(servers: tuple[ServerId, ...], current: Maybe[bool]) -> Leg:
    where = ", ".join(servers)
    if isinstance(current, Unknown):
        return undecided(servers[0], f"nobody told whether the replica on {where} is current", current.needs)
    if not current:
        return failed(
            servers[0],
            f"the replica on {where} is not up to date (UpToDate is False)",
            assumes=("ports-open",),
        )
    return Leg(assumes=("ports-open",))
