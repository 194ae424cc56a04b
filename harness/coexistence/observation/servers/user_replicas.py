"""What pools rest on, as people notice it: user services, changes, archives, ports, clocks, shares.

Law of this room: legs about a pool, or between two. What the product does is the simulation's to say; where
nothing is told of a machine or a store, each leg is the same empty one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coexistence.model.vocabulary import Disposition, Maybe, PoolId, PoolRole, Unknown
from coexistence.model.vocabulary.ends import user_replicator_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, travel, undecided
from coexistence.observation.sign_in.registrar import serving, takes_over
from coexistence.simulation.rules import databases, machines, user_replicas
from coexistence.simulation.rules.quorum import has_quorum_rules, may_run

__all__ = [
    "archived",
    "at_home",
    "between_groups",
    "changed_by",
    "changes",
    "conferences_run",
    "cross_pool",
    "group_served",
    "keep",
    "port_444",
    "share",
    "user_services",
    "web_between",
]

_NOTHING: Final = Leg()
_STORES: Final = Leg(assumes=("stores-answer",))


def user_services(facts: Facts, pool: PoolId) -> Leg:
    """Ask whether a pool serves contact lists, presence and conferences: its back end answers.

    No status is documented for what clients are told in resiliency mode.
    """
    return facts.leg(("user services", pool), lambda: _user_services(facts, pool))


def _user_services(facts: Facts, pool: PoolId) -> Leg:
    down = databases.back_end_down(facts.state, facts.state.pools[pool], facts.rules)
    return failed(facts.fqdn(pool), down, assumes=("stores-answer",)) if down else _STORES


def changes(facts: Facts, pool: PoolId) -> Leg:
    """Ask whether a pool takes changes to what it keeps for people."""
    return facts.leg(("changes", pool), lambda: _changes(facts, pool))


def _changes(facts: Facts, pool: PoolId) -> Leg:
    known = facts.state.pools[pool]
    if full := databases.cannot_write(facts.state, known):
        return failed(known.fqdn, full)
    if not has_quorum_rules(known) or all(may_run(facts.state, server) for server in known.servers):
        return _NOTHING
    if facts.rules.value("replicas-placed") == "yes":
        return Leg(assumes=("replicas-placed",))
    down = sum(not may_run(facts.state, server) for server in known.servers)
    reason = f"{down} of {len(known.servers)} Front Ends are down: changes find no second replica"
    return failed(known.fqdn, reason, assumes=("replicas-placed",))


def keep(facts: Facts, home: PoolId, group: int = user_replicas.NO_GROUP) -> Outcome:
    """Return whether people can change what their pool keeps for them: contacts, presence, meetings.

    ``group`` is the code of their routing group where that deviates. Whoever can sign in but not change
    anything has a client in limited functionality.
    """
    return facts.outcome(("keep", home, group), lambda: travel(_keep(facts, home, group)))


def _keep(facts: Facts, home: PoolId, group: int) -> Iterator[Leg]:
    yield facts.in_topology(home)
    instead = serving(facts, home)
    yield takes_over(facts, home, instead)
    yield facts.registrar(instead)
    pool = facts.state.pools[home]
    if pool.role is PoolRole.BRANCH_APPLIANCE and pool.backup in facts.state.pools:
        home = pool.backup  # type: ignore[assignment]  # a key of the pools is no None
        yield facts.registrar(home)
    elif instead != home:
        yield failed(facts.fqdn(instead), "survivable mode: nothing can be changed until the pool is back")
    yield user_services(facts, home)
    yield changes(facts, home)
    if group:
        yield group_served(facts, group)
        yield _no_secondary(facts, group)
    yield passed(facts.fqdn(home), "takes changes to contacts, presence and meetings")


def group_served(facts: Facts, code: int) -> Leg:
    """Ask which replica serves the people of a deviating routing group, if any does."""
    return facts.leg(("routing group", code), lambda: _group_served(facts, code))


def _group_served(facts: Facts, code: int) -> Leg:
    group = user_replicas.group_of(facts.state, code)
    if group is None:
        return _NOTHING
    fqdn, how = facts.fqdn(group.pool), user_replicas.served(facts.state, group)
    if how is user_replicas.Service.NONE:
        kept = ", ".join(group.replicas) or "no Front End"
        return failed(fqdn, f"no replica of the routing group runs ({kept})", 2)
    return passed(fqdn, how.value)


def at_home(facts: Facts, home: PoolId, registrar: PoolId, domain: Maybe[str], group: int) -> Iterator[Leg]:
    """Ask the home pool for somebody's own data: is the account there, and does a replica serve it?

    A backup registrar asks neither: it registers whoever comes.
    """
    if registrar != home:
        return
    if facts.state.backing.replicators:
        yield facts.leg(("replicated", home, domain), lambda: _replicated(facts, home, domain))
    if group:
        yield group_served(facts, group)


def _replicated(facts: Facts, home: PoolId, domain: Maybe[str]) -> Leg:
    if not user_replicas.skips(facts.state, home, domain):
        return _NOTHING
    reason = f"the user replicator here does not ask {domain}: destination URI does not exist"
    return failed(facts.fqdn(home), reason, 4005, on=user_replicator_of(home))


def changed_by(facts: Facts, outcome: Outcome, group: int) -> Outcome:
    """Return what becomes of a change that a pool would take, for people of a deviating routing group."""
    if not group or outcome.disposition is not Disposition.DONE:
        return outcome
    return travel([_so_far(outcome), group_served(facts, group), _no_secondary(facts, group)])


def between_groups(
    facts: Facts, outcome: Outcome, sender: tuple[PoolId, int], recipient: tuple[PoolId, int]
) -> Outcome:
    """Return what becomes of a session that pools would carry, between people of deviating groups.

    Sender and recipient are each a pool and the code of a routing group.
    """
    if not (sender[1] or recipient[1]) or outcome.disposition is not Disposition.DONE:
        return outcome
    legs = [_so_far(outcome)]
    for pool, group in (sender, recipient):
        if group and serving(facts, pool) == pool:
            legs.append(group_served(facts, group))
            if sender[0] != recipient[0]:
                legs.append(cross_pool(facts, group))
    return travel(legs)


def _so_far(outcome: Outcome) -> Leg:
    return Leg(outcome.hops, None, outcome.assumes)


def _no_secondary(facts: Facts, code: int) -> Leg:
    group = user_replicas.group_of(facts.state, code)
    if group is None or user_replicas.served(facts.state, group) is not user_replicas.Service.LIMITED:
        return _NOTHING
    return failed(facts.fqdn(group.pool), "limited functionality: the routing group has its primary alone")


def cross_pool(facts: Facts, code: int) -> Leg:
    """Ask whether the member that serves a deviating routing group works with other pools."""
    return facts.leg(("odd build", code), lambda: _cross_pool(facts, code))


def _cross_pool(facts: Facts, code: int) -> Leg:
    group = user_replicas.group_of(facts.state, code)
    if group is None:
        return _NOTHING
    odd = machines.builds_differ(facts.state, group.pool)
    primary = next((server for server in group.replicas if may_run(facts.state, server)), None)
    if primary is None or primary not in odd:
        return _NOTHING
    assumes = ("mixed-builds-work",)
    if facts.rules.value("mixed-builds-work") == "yes":
        return Leg(assumes=assumes)
    build = facts.state.servers[primary].build
    return failed(
        facts.fqdn(group.pool), f"{primary} is on build {build}, unlike the others", assumes=assumes
    )


def archived(facts: Facts, pool: PoolId) -> Leg:
    """Ask whether a critical archive lets a pool's people write."""
    if not facts.state.backing.stores:
        return _NOTHING
    return facts.leg(("archived", pool), lambda: _archived(facts, pool))


def _archived(facts: Facts, pool: PoolId) -> Leg:
    fqdn = facts.fqdn(pool)
    blocks = databases.archive_blocks(facts.state, facts.state.pools[pool])
    if isinstance(blocks, Unknown):
        return undecided(fqdn, "the archive does not answer, and nobody told if it is critical", blocks.needs)
    return failed(fqdn, blocks) if blocks else _NOTHING


def conferences_run(facts: Facts, host: PoolId) -> Leg:
    """Ask whether a pool runs conferences: user services, archive, and no critical mode left over."""
    return facts.leg(("conferences", host), lambda: _conferences_run(facts, host))


def _conferences_run(facts: Facts, host: PoolId) -> Leg:
    served = user_services(facts, host)
    if served.stop is not None:
        return served
    kept = archived(facts, host)
    if kept.stop is not None:
        return kept
    sessions = port_444(facts, host, host)
    if sessions.stop is not None:
        return sessions
    if host in facts.state.backing.critical:
        reason = "web conferencing is in critical mode since the archive failed, until it is restarted"
        return failed(facts.fqdn(host), reason)
    return served


def port_444(facts: Facts, here: PoolId, there: PoolId) -> Leg:
    """Ask whether TLS sessions on port 444 work between Front Ends of two pools, or within one."""
    if not facts.state.backing.machines:
        return _NOTHING
    return facts.leg(("port 444", here, there), lambda: _port_444(facts, here, there))


def _port_444(facts: Facts, here: PoolId, there: PoolId) -> Leg:
    pools = facts.state.pools
    if here == there and len(pools[here].servers) < 2:
        return _NOTHING
    for pool in (there, here):
        if broken := machines.tickets_break(facts.state, pools[pool]):
            return failed(facts.fqdn(pool), broken)
    return _NOTHING


def web_between(facts: Facts, here: PoolId, there: PoolId) -> Leg:
    """Ask whether one pool accepts the web tickets of another."""
    if not facts.state.backing.machines:
        return _NOTHING
    return facts.leg(("web tickets", here, there), lambda: _web_between(facts, here, there))


def _web_between(facts: Facts, here: PoolId, there: PoolId) -> Leg:
    pools, assumes = facts.state.pools, ("clock-tolerance",)
    apart = machines.clocks_apart(facts.state, pools[here], pools[there], facts.rules)
    return failed(facts.fqdn(there), apart, assumes=assumes) if apart else Leg(assumes=assumes)


def share(facts: Facts, pool: PoolId) -> Leg:
    """Ask for a pool's file share."""
    if not facts.state.backing.file_stores:
        return _NOTHING
    return facts.leg(("share", pool), lambda: _share(facts, pool))


def _share(facts: Facts, pool: PoolId) -> Leg:
    assumes = ("file-store-serves",)
    trouble = databases.share_trouble(facts.state, facts.state.pools[pool], facts.rules)
    return failed(facts.fqdn(pool), trouble, assumes=assumes) if trouble else Leg(assumes=assumes)
