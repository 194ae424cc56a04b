"""What may stand in a topology, as it is defined: generations, servers of a pool, pairs, names, stores.

Law of this room: static rules of the vendor. Nothing is asked of a service here: what stands wrong is
unsupported while everything still runs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from coexistence.model.deployment import Pool, key_of
from coexistence.model.vocabulary import (
    PATHS,
    Confidence,
    Disposition,
    Feature,
    Maybe,
    PoolId,
    PoolRole,
    ServerId,
    Unknown,
    Version,
    version_name,
)
from coexistence.model.vocabulary.ends import pair_of, use_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.simulation.rules.databases import instance_in_use
from coexistence.simulation.rules.machines import build_number, builds_differ
from coexistence.simulation.rules.registry import rule

__all__ = [
    "by_external_name",
    "directory_prepared",
    "generations_fit",
    "in_support",
    "is_there",
    "like_its_pair",
    "mirrored",
    "one_build",
    "one_system",
    "one_version",
    "own_instance",
    "own_name",
]

_DONE: Final = Outcome(disposition=Disposition.DONE)
_ADMINISTRATOR: Final = "administrator"
#: Roles that run something else than the product's own version.
_STRANGERS: Final = (PoolRole.TRUSTED_APPLICATION, PoolRole.OTHER)
_PAIRS: Final = frozenset((path.legacy, path.target) for path in PATHS)


# -------------------------------------------------------------------- generations


def generations_fit(facts: Facts) -> Mapping[str, Outcome]:
    """Return for generations that stand side by side whether the vendor supports that.

    Keys are in words, e.g. ``Lync Server 2013 beside Skype for Business Server 2019``. Nothing where there is
    one generation alone. Branch appliances, Edge pools and all others count too.
    """
    by_version: dict[tuple[Version, ...], Pool] = {}
    for pool in facts.state.pools.values():
        if pool.versions and pool.role not in _STRANGERS:
            by_version.setdefault(pool.versions, pool)
    if len(by_version) < 2:
        return {}
    certain = _certain(by_version)
    found = {
        f"{older[0].product} beside {newer[0].product}": _pair(facts, older, newer, by_version)
        for older in certain
        for newer in certain
        if older < newer
    }
    if len(certain) > 2:
        found[f"{len(certain)} generations"] = _too_many(facts, certain, by_version)
    return found


def _certain(by_version: Iterable[tuple[Version, ...]]) -> list[tuple[Version, ...]]:
    """Return generations of which none may be another: where a pool may run either, it runs the same."""
    certain: list[tuple[Version, ...]] = []
    for versions in sorted(by_version, key=lambda each: (len(each), each)):
        if not any(set(versions) & set(each) for each in certain):
            certain.append(versions)
    return sorted(certain)


@rule(
    "generations-side-by-side",
    "Two generations stand in one topology only as one of the documented pairs; 2019 and later never with "
    "Lync Server 2010.",
    source="Lync Server 2013: supported server migration paths and coexistence scenarios; Upgrade to Skype "
    "for Business Server 2015; Migration to Skype for Business Server 2019",
)
def _pair(
    facts: Facts,
    older: tuple[Version, ...],
    newer: tuple[Version, ...],
    pools: Mapping[tuple[Version, ...], Pool],
) -> Outcome:
    del facts
    if any((old, new) in _PAIRS for old in older for new in newer):
        return _DONE
    where = f"{pools[older].fqdn} runs {version_name(older)}, {pools[newer].fqdn} {version_name(newer)}"
    return travel([failed(pools[older].fqdn, f"{where}: no document supports these two side by side")])


@rule(
    "two-generations-at-most",
    "A topology holds two server generations at most: the first migration is finished, or rolled back, "
    "before the next begins.",
    source="Lync Server 2013: supported server migration paths and coexistence scenarios; Upgrade to Skype "
    "for Business Server 2015",
    switch="three-generations",
)
def _too_many(
    facts: Facts, certain: list[tuple[Version, ...]], pools: Mapping[tuple[Version, ...], Pool]
) -> Outcome:
    assumes = ("three-generations",)
    named = ", ".join(f"{version_name(each)} ({pools[each].fqdn})" for each in certain)
    if facts.rules.value(assumes[0]) == "supported":
        return travel([Leg(assumes=assumes)])
    return travel([failed(pools[certain[0]].fqdn, f"more than two generations: {named}", assumes=assumes)])


@rule(
    "newer-tools-need-prepared-directory",
    "Schema, forest and domain of Active Directory are prepared for a version before any pool of it is "
    "defined.",
    source="Prepare Active Directory",
)
def directory_prepared(facts: Facts) -> Outcome:
    """Return whether Active Directory is prepared for the version of the tools in use."""
    tools = facts.state.tools
    if tools is None or tools in facts.state.prepared:
        return _DONE
    return travel([failed(_ADMINISTRATOR, f"Active Directory is not prepared for {tools.product}")])


def is_there(facts: Facts) -> Outcome:
    """Return whether the topology has a Front End pool of the version that the tools in use are of."""
    tools = facts.state.tools
    if tools is None or any(tools in pool.versions for pool in facts.pools(PoolRole.FRONT_END)):
        return _DONE
    reason = f"no Front End pool of {tools.product} is in the topology: it was never published"
    return travel([failed(_ADMINISTRATOR, reason)])


@rule(
    "support-ended-2025",
    "Support for Skype for Business Server 2015 and 2019, and for everything older, ended on 14 October "
    "2025; the Subscription Edition is supported.",
    source="Third party: Skype for Business Server SE now available",
    confidence=Confidence.THIRD_PARTY,
)
def in_support(situation: Situation) -> Outcome:
    """Return whether the newest version in the topology is in support on the day at hand.

    What may be the Subscription Edition is taken to be it.
    """
    newest = situation.facts.newest
    pools = [pool for pool in situation.state.pools.values() if pool.versions and pool.versions[0] == newest]
    ends = [version.facts.supported_until for pool in pools for version in pool.versions]
    known = [each for each in ends if each is not None]
    if not known or len(known) < len(ends) or situation.state.day <= max(known).toordinal():
        return _DONE
    name = version_name(pools[0].versions)
    return travel([failed(pools[0].fqdn, f"support for {name} ended on {_in_words(max(known))}")])


def _in_words(day: dt.date) -> str:
    months = "January February March April May June July August September October November December"
    return f"{day.day} {months.split()[day.month - 1]} {day.year}"


# -------------------------------------------------------------------- the servers of a pool


@rule(
    "one-version-in-a-pool",
    "All servers of a pool run one version; where that was begun to change, it has to be finished.",
    source="Upgrade to Skype for Business Server 2015",
)
def one_version(facts: Facts, pool: Pool) -> Outcome:
    """Return whether all servers of a pool run one version, by their builds."""
    builds = _builds(facts, pool)
    if isinstance(builds, Unknown):
        return _untold(pool, builds)
    if len(builds) < 2:
        return _DONE
    found = {version: server for build, server in builds.items() if (version := _version_of(build))}
    if len(found) < 2:
        return _DONE
    named = ", ".join(f"{version.product} on {server}" for version, server in sorted(found.items()))
    return travel([failed(pool.fqdn, named)])


def _builds(facts: Facts, pool: Pool) -> Maybe[dict[str, ServerId]]:
    """Return a server for each build in a pool; of one server alone nothing is asked."""
    if len(pool.servers) < 2:
        return {}
    found: dict[str, ServerId] = {}
    for server in pool.servers:
        build: Maybe[str] = facts.state.servers[server].build
        if isinstance(build, Unknown):
            return build
        found[build] = server
    return found


def _version_of(build: str) -> Version | None:
    """Return the version that a build is of; None for one that nobody knows.

    2019 and the Subscription Edition share all but the fourth part.
    """
    found = [version for version in Version if build.startswith(f"{version.build}.")]
    late = [version for version in found if build_number(version.first_build) <= build_number(build)]
    return late[-1] if late else None


@rule(
    "one-build-in-a-pool",
    "The servers of a pool are brought to one build; those on another are half-way through an update.",
    source="Apply updates; derived: builds inside one pool have to be equal",
    confidence=Confidence.DERIVED,
)
def one_build(facts: Facts, pool: Pool) -> Outcome:
    """Return whether all servers of a pool run one build of their version."""
    builds = _builds(facts, pool)
    if isinstance(builds, Unknown):
        return _untold(pool, builds)
    odd = builds_differ(facts.state, pool.id) if len(builds) > 1 else ()
    if not odd:
        return _DONE
    runs = facts.state.servers[odd[0]].build
    return travel([failed(pool.fqdn, f"{', '.join(odd)} on build {runs}, unlike the others")])


@rule(
    "one-system-in-a-pool",
    "All servers of a pool have the same version of the operating system.",
    source="Skype for Business Server 2019: system requirements",
)
def one_system(facts: Facts, pool: Pool) -> Outcome:
    """Return whether all servers of a pool have one operating system, as far as it was told."""
    if not facts.state.backing.machines:
        return _DONE
    return _same_system(facts, pool, (pool,), "")


def _same_system(facts: Facts, pool: Pool, pools: tuple[Pool, ...], why: str) -> Outcome:
    told = facts.state.backing.machine_by_server
    systems = {
        told[server].os: server
        for each in pools
        for server in each.servers
        if server in told and told[server].os
    }
    if len(systems) < 2:
        return _DONE
    listed = ", ".join(f"{system} on {server}" for system, server in sorted(systems.items()))
    return travel([failed(pool.fqdn, f"{why}{listed}")])


def _untold(pool: Pool, unknown: Unknown) -> Outcome:
    return travel([undecided(pool.fqdn, "nobody told which builds its servers run", unknown.needs)])


# -------------------------------------------------------------------- pairs


def like_its_pair(facts: Facts, pool: Pool) -> Outcome:
    """Return whether a pool and the one that it is paired with are of one kind; done where it has no pair."""
    if pool.role is not PoolRole.FRONT_END or pool.backup is None:
        return _DONE
    return facts.outcome(("like its pair", pool.id), lambda: travel(_like_its_pair(facts, pool)))


@rule(
    "pairs-of-one-kind",
    "Two pools that are paired are of one version, one edition and one operating system. Topology Builder "
    "does not see to it.",
    source="Skype for Business Server 2015: disaster recovery; Upgrade to Skype for Business Server 2015",
)
def _like_its_pair(facts: Facts, pool: Pool) -> Iterator[Leg]:
    other = facts.state.pools.get(pool.backup) if pool.backup is not None else None
    if other is None:
        reason = f"paired with {pool.backup}, which is in the topology no more"
        yield failed(pool.fqdn, reason, on=None if pool.backup is None else use_of(pool.backup))
        return
    if not pool.versions or not other.versions:
        yield undecided(pool.fqdn, "nobody told which versions the pair runs", "Get-CsServerPatchVersion")
        return
    if not set(pool.versions) & set(other.versions):
        reason = f"runs {version_name(pool.versions)}, its pair {other.fqdn} {version_name(other.versions)}"
        yield failed(pool.fqdn, reason, on=pair_of(pool.id, other.id))
    if pool.edition is not other.edition:
        kinds = [each.edition.value if each.edition else "unknown" for each in (pool, other)]
        reason = f"is of edition {kinds[0]}, its pair {other.fqdn} of {kinds[1]}"
        yield failed(pool.fqdn, reason, on=pair_of(pool.id, other.id))
    if facts.state.backing.machines:
        same = _same_system(facts, pool, (pool, other), f"paired with {other.fqdn}: ")
        yield Leg(same.hops, None if same.disposition is Disposition.DONE else same)
    yield passed(other.fqdn, "is of the same kind")


# -------------------------------------------------------------------- names and stores of one's own


@rule(
    "pool-name-of-its-own",
    "The FQDN of a pool is that of no other pool and of no server, but for its own where it has one "
    "server; the external name of its web services leads to no other pool.",
    source="Deploy pilot pool; Skype for Business Server 2015: DNS requirements",
)
def own_name(facts: Facts, pool: Pool) -> Outcome:
    """Return whether a pool's names are nobody else's."""
    server = facts.state.servers.get(pool.id)  # type: ignore[call-overload]  # a server's key is text
    if server is not None and (server.pool != pool.id or len(pool.servers) > 1):
        whose = "its own" if server.pool == pool.id else f"{facts.fqdn(server.pool)}'s"
        return travel([failed(pool.fqdn, f"the pool is called as one of {whose} servers")])
    if not pool.tells("external_web_fqdn"):
        unknown = "nobody told the external name of its web services"
        return travel([undecided(pool.fqdn, unknown, "Get-CsTopology -AsXml")])
    if pool.external_web_fqdn is None:
        return _DONE
    other = by_external_name(facts, pool)
    if other is None:
        return _DONE
    reason = f"its external web services are called {pool.external_web_fqdn}, as those of {facts.fqdn(other)}"
    return travel([failed(pool.fqdn, reason)])


def by_external_name(facts: Facts, pool: Pool) -> PoolId | None:
    """Return another pool whose web services have the same external name."""
    wanted = key_of(pool.external_web_fqdn or "")
    for other in facts.state.pools.values():
        name = other.external_web_fqdn
        if name is not None and other is not pool and key_of(name) == wanted:
            return other.id
    return None


def own_instance(facts: Facts, pool: Pool) -> Outcome:
    """Return whether no other pool has its user store in the same SQL Server instance."""
    if not pool.tells("back_end"):
        unknown = "nobody told the SQL Server instance of its user store"
        return travel([undecided(pool.fqdn, unknown, "Get-CsTopology -AsXml")])
    if pool.back_end is None or pool.role is not PoolRole.FRONT_END:
        return _DONE
    reason = instance_in_use(facts.state, pool)
    return _DONE if reason is None else travel([failed(pool.fqdn, reason)])


@rule(
    "mirroring-unsupported-from-2019",
    "Databases of pools of 2019 and later are not mirrored: that was removed, Always On stands in its place.",
    source="Skype for Business Server 2019: removed features",
)
def mirrored(facts: Facts, pool: Pool) -> Outcome:
    """Return whether a pool keeps clear of mirrored databases where its version has no mirroring any more."""
    if not facts.state.backing.stores or pool.has(Feature.SQL_MIRRORING) is not False:
        return _DONE
    told = facts.state.backing.store_by_instance
    for instance in (pool.back_end, pool.archiving_store, pool.monitoring_store):
        store = told.get((instance or "").lower())
        if store is not None and store.mirrored:
            reason = f"{store.instance} is mirrored, which {version_name(pool.versions)} does not support"
            return travel([failed(pool.fqdn, reason)])
    return _DONE
