"""A pool as a whole: whether it starts up, holds its people, and could be taken over by its pair.

Law of this room: questions about one pool and, where it has one, its other half; whoever is homed there
counts, people of branch appliances behind it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import (
    Disposition,
    Maybe,
    PoolId,
    PoolRole,
    ServiceState,
    Unknown,
    version_name,
)
from coexistence.model.vocabulary.ends import service_of, use_of, user_replicator_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, refused, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.observation.servers.user_replicas import user_services
from coexistence.simulation.rules.capacity import figures_for
from coexistence.simulation.rules.machines import builds_differ, old_backup_service
from coexistence.simulation.rules.registry import rule

__all__ = ["arrived", "fail_over", "hold_users", "is_empty", "knows_accounts", "people_behind", "start_up"]


# -------------------------------------------------------------------- starting


def start_up(facts: Facts, pool: PoolId) -> Outcome:
    """Return whether a pool's Front-End services run, or will by themselves.

    A large pool stays in StartPending for up to an hour after a cold start, while its databases fill: that
    is no failure. With too few Front Ends started it stays there for good.
    """
    return facts.outcome(("start up", pool), lambda: travel(_start_up(facts, pool)))


@rule(
    "cold-start-takes-its-time",
    "After a cold start of a large pool, Front-End services are in StartPending for up to an hour (event "
    "32174) while databases fill; that is normal.",
    source="Third party: Lync 2013 Front End Service - Starting",
)
def _start_up(facts: Facts, pool: PoolId) -> Iterator[Leg]:
    known, answer = facts.state.pools[pool], facts.registrar(pool)
    states = [] if answer.stop is None else [facts.state_of(each, "front_end") for each in known.servers]
    if ServiceState.START_PENDING in states and ServiceState.RUNNING not in states:
        if shortage := facts.start_shortage(pool):
            yield failed(known.fqdn, shortage, on=service_of(pool, "front_end"))
        yield passed(known.fqdn, "the Front-End services are starting: databases fill for up to an hour")
        return
    yield answer


# -------------------------------------------------------------------- capacity


def people_behind(situation: Situation, pool: PoolId) -> int | Unknown:
    """Return how many people a pool serves: its own, and those of branch appliances that it is behind."""
    population = situation.state.population
    if isinstance(population, Unknown):
        return population
    counts = population.people_by_pool
    appliances = (each for each in situation.facts.pools(PoolRole.BRANCH_APPLIANCE) if each.backup == pool)
    return counts.get(pool, 0) + sum(counts.get(each.id, 0) for each in appliances)


def hold_users(situation: Situation, pool: PoolId) -> Outcome:
    """Return whether a pool has no more people than the vendor's figures give it.

    Counted are the pool's own and the branch people behind it, with one Front End out of service, and with
    the other half of a pair gone.
    """
    return situation.outcome(("hold users", pool), lambda: travel(_hold_users(situation, pool)))


def _hold_users(situation: Situation, pool: PoolId) -> Iterator[Leg]:
    known = situation.state.pools[pool]
    figures = figures_for(known, situation.rules)
    if isinstance(figures, Unknown):
        yield undecided(known.fqdn, "nobody told which version the pool runs", figures.needs)
        return
    if figures is None:
        return
    people, assumes = people_behind(situation, pool), figures.assumes
    if isinstance(people, Unknown):
        yield undecided(known.fqdn, "nobody told who is homed where", people.needs, assumes=assumes)
        return
    name, members = version_name(known.versions), len(known.servers)
    if members > figures.servers:
        reason = f"{members} Front Ends, where a pool of {name} has {figures.servers} at most"
        yield failed(known.fqdn, reason, assumes=assumes)
    if people > figures.people:
        reason = f"{people} people, where a pool of {name} holds {figures.people}"
        yield failed(known.fqdn, reason, assumes=assumes)
    yield _without_one(situation.facts, known, people, figures.people_per_server, assumes)
    yield _as_survivor(situation, known, people, figures.people_after_failover, assumes)


def _without_one(facts: Facts, pool: Pool, people: int, each: int, assumes: tuple[str, ...]) -> Leg:
    members, left = len(pool.servers), len(pool.servers)
    if members > 1:
        assumes = (*assumes, "capacity-without-one")
        left -= facts.rules.value("capacity-without-one") == "yes"
    if people <= left * each:
        return passed(pool.fqdn, f"{people} people on {left} of {members} Front Ends", *assumes)
    return failed(
        pool.fqdn,
        f"{people} people on {left} of {members} Front Ends, which hold {each} each",
        assumes=assumes,
    )


def _as_survivor(situation: Situation, pool: Pool, people: int, most: int, assumes: tuple[str, ...]) -> Leg:
    """Ask whether a pool could hold the people of its pair too."""
    other = situation.state.pools.get(pool.backup) if pool.backup is not None else None
    if other is None or other.role is not PoolRole.FRONT_END:
        return Leg()
    theirs = people_behind(situation, other.id)
    if isinstance(theirs, Unknown) or people + theirs <= most:
        return Leg()
    reason = f"{people} people here and {theirs} on {other.fqdn}: the one that is left holds {most}"
    return failed(pool.fqdn, reason, assumes=assumes)


# -------------------------------------------------------------------- whoever is homed there

#: In order, as for most pools: the same answer for all of them, made once.
_DONE: Final = Outcome(disposition=Disposition.DONE)


def is_empty(situation: Situation, pool: PoolId) -> Outcome:
    """Return whether no account is homed on a pool, disabled ones and rooms among them."""
    return situation.outcome(("is empty", pool), lambda: travel([_is_empty(situation, pool)]))


def _is_empty(situation: Situation, pool: PoolId) -> Leg:
    fqdn, population = situation.facts.fqdn(pool), situation.state.population
    if isinstance(population, Unknown):
        return undecided(fqdn, "nobody told who is homed where", population.needs)
    accounts = population.accounts_by_pool.get(pool, 0)
    if not accounts:
        return passed(fqdn, "nobody is homed here")
    people = population.people_by_pool.get(pool, 0)
    return failed(fqdn, f"{accounts} accounts are still homed here, {people} of them people", on=use_of(pool))


def arrived(facts: Facts, home: PoolId, needs: Iterable[Maybe[bool]]) -> Outcome:
    """Return whether people have left a Front End pool of an older generation.

    ``needs`` are what may keep them there: features that the new version lacks.
    """
    pool = facts.state.pools.get(home)
    if pool is None or pool.role is not PoolRole.FRONT_END or not pool.versions or facts.newest is None:
        return _DONE
    told = list(needs)
    if pool.versions[-1] >= facts.newest or any(each is True for each in told):
        return _DONE
    for each in told:
        if isinstance(each, Unknown):
            return travel([undecided(pool.fqdn, "nobody told whether they have to stay here", each.needs)])
    reason = f"still homed on {version_name(pool.versions)}, and nothing keeps them there"
    return travel([failed(pool.fqdn, reason, on=use_of(home))])


def knows_accounts(facts: Facts, pool: PoolId) -> Outcome:
    """Return whether a pool's user replicator has brought the accounts of every domain (event 30024)."""
    told = facts.state.backing.replicator_by_pool.get(pool) if facts.state.backing.replicators else None
    if told is None:
        return _DONE
    fqdn = facts.fqdn(pool)
    assumes = ("domains-told-by-sip",)
    for domains, why in (
        (told.pending, "event 30024 is missing"),
        (told.skipped, "its user replicator does not ask them"),
    ):
        if domains:
            reason = f"accounts of {', '.join(sorted(domains))} are not in its database: {why}"
            return travel([failed(fqdn, reason, assumes=assumes, on=user_replicator_of(pool))])
    return travel([Leg(assumes=assumes)])


# -------------------------------------------------------------------- pairs


def fail_over(facts: Facts, pool: PoolId) -> Outcome:
    """Return whether a pool's pair could take over its people (``Invoke-CsPoolFailover``).

    What it takes: a pair of one version and edition, servers of one build, a Backup Service that runs on
    both, and an other half that answers.
    """
    return facts.outcome(("fail over", pool), lambda: travel(_fail_over(facts, pool)))


@rule(
    "failover-between-equals",
    "Invoke-CsPoolFailover works between pools of one version and edition alone; Topology Builder does not "
    "keep anybody from pairing others.",
    source="Upgrade to Skype for Business Server 2015; Lync Server 2013: supported pool pairing options",
)
def _fail_over(facts: Facts, pool: PoolId) -> Iterator[Leg]:
    known = facts.state.pools[pool]
    if known.role is not PoolRole.FRONT_END or known.backup is None:
        yield refused(known.fqdn, "the pool has no pair")
        return
    yield facts.in_topology(known.backup)
    other = facts.state.pools[known.backup]
    if not known.versions or not other.versions:
        yield undecided(known.fqdn, "nobody told which versions the pair runs", "Get-CsServerPatchVersion")
        return
    if known.versions != other.versions:
        theirs = version_name(other.versions)
        reason = f"{other.fqdn} runs {theirs}: failover between versions is not supported, and loses data"
        yield failed(known.fqdn, reason)
    if known.edition is not other.edition:
        yield failed(known.fqdn, f"{other.fqdn} is of another edition: the pair is not supported")
    for each in (known, other):
        builds = (facts.state.servers[server].build for server in each.servers if len(each.servers) > 1)
        untold = next((build for build in builds if isinstance(build, Unknown)), None)
        if untold is not None:
            yield undecided(each.fqdn, "nobody told whether its servers are on one build", untold.needs)
        if odd := builds_differ(facts.state, each.id):
            yield failed(each.fqdn, f"{odd[0]} is on another build: the pool is half-way through an update")
    for each in (known, other):
        yield _backed_up(facts, each)
    yield facts.registrar(other.id)
    yield user_services(facts, other.id)
    yield passed(other.fqdn, f"takes over the people of {known.fqdn}")


def _backed_up(facts: Facts, pool: Pool) -> Leg:
    """Ask for the Backup Service; it does not outlive a core that is newer than itself.

    On the pool that failed it is not asked: its last copy is what counts.
    """
    for server in pool.servers:
        if old := old_backup_service(facts.state, server):
            return failed(pool.fqdn, old, on=service_of(pool.id, "backup"))
    stop = facts.registrar(pool.id).stop
    if stop is not None and stop.disposition is not Disposition.UNDECIDED:
        return Leg()
    return facts.service(pool.id, "backup")
