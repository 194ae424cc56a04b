"""SIP domains and their names: where sign-in records and Autodiscover lead, domain by domain.

Law of this room: each name is looked at for itself, whether or not a client would pass over it; that one
does is no reason to leave a name behind.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coexistence.deployment import DnsRecord, Pool
from coexistence.observation.facts import Facts
from coexistence.observation.naming import answers, pool_behind
from coexistence.observation.outcomes import Outcome
from coexistence.observation.routes import Leg, failed, passed, travel, undecided
from coexistence.simulation.rulebook import rule
from coexistence.vocabulary import Disposition, PoolRole, Unknown, Version

__all__ = ["address", "autodiscover", "early_sign_in", "sign_in"]

_SRV = "_sipinternaltls._tcp"


def _records(facts: Facts, labels: tuple[str, ...], kinds: tuple[str, ...]) -> Iterator[DnsRecord]:
    """Go through the internal records of every SIP domain; without an export of DNS there are none."""
    records = facts.state.records
    if isinstance(records, Unknown):
        return
    for domain in facts.state.sip_domains:
        for label in labels:
            for kind in kinds:
                if record := records.get((f"{label}.{domain}", kind)):
                    yield record


def sign_in(facts: Facts) -> Mapping[str, Outcome]:
    """Return for the sign-in record of each SIP domain whether a pool answers there.

    A domain without such a record is left out: its clients go by other names.
    """
    return {record.name: answers(facts, record) for record in _records(facts, (_SRV,), ("SRV",))}


@rule(
    "sign-in-records-last",
    "Sign-in records lead to a new pool only after everybody was moved there; until then to the legacy "
    "pool or Director.",
    source="Update DNS SRV records",
)
def early_sign_in(facts: Facts) -> Mapping[str, Outcome]:
    """Return for the sign-in record of each SIP domain whether it waits for the people of legacy pools."""
    left = _legacy_with_people(facts)
    if left is None:
        return {}
    return {record.name: _early(facts, record, left) for record in _records(facts, (_SRV,), ("SRV",))}


def _early(facts: Facts, record: DnsRecord, left: Pool) -> Outcome:
    behind = pool_behind(facts, record)
    pool = None if behind is None else facts.state.pools[behind]
    if pool is None or not pool.versions or pool.versions[0] != facts.newest:
        return travel([])
    reason = f"{record.name} leads to {pool.fqdn}, while people are homed on {left.fqdn}"
    return travel([failed(pool.fqdn, reason)])


def _legacy_with_people(facts: Facts) -> Pool | None:
    """Return a Front End pool of an older generation that has people; None where none is known."""
    population = facts.state.population
    if isinstance(population, Unknown) or facts.newest is None:
        return None
    for pool in facts.pools(PoolRole.FRONT_END):
        if pool.versions and pool.versions[-1] < facts.newest and population.people_by_pool.get(pool.id):
            return pool
    return None


def autodiscover(facts: Facts) -> Mapping[str, Outcome]:
    """Return for each SIP domain whether Autodiscover inside sends everybody to their home pool.

    A domain without the name is left out: its clients go by other names.
    """
    found = _records(facts, ("lyncdiscoverinternal",), ("A", "CNAME"))
    return {record.name: _sends_home(facts, record) for record in found}


def _sends_home(facts: Facts, record: DnsRecord) -> Outcome:
    answer = answers(facts, record)
    behind = pool_behind(facts, record)
    if answer.disposition is not Disposition.DONE or behind is None:
        return answer
    pool = facts.state.pools[behind]
    if pool.versions != (Version.L10,) or facts.rules.value("autodiscover-2010") != "own-version":
        return answer
    newer = _newer_with_people(facts, pool)
    if newer is None:
        return answer
    reason = f"{pool.fqdn} runs Lync Server 2010 and knows nothing of people on {newer.fqdn}"
    return travel(
        [Leg(answer.hops, None, answer.assumes), failed(pool.fqdn, reason, assumes=("autodiscover-2010",))]
    )


def _newer_with_people(facts: Facts, than: Pool) -> Pool | None:
    population = facts.state.population
    if isinstance(population, Unknown):
        return None
    for pool in facts.pools(PoolRole.FRONT_END):
        if pool.versions and pool.versions[0] > than.versions[-1] and population.people_by_pool.get(pool.id):
            return pool
    return None


@rule(
    "pool-name-in-dns",
    "The FQDN of a pool has a record in DNS before the pool is deployed.",
    source="Configure DNS records for pilot pool deployment",
    switch="names-resolve",
)
def address(facts: Facts, pool: Pool) -> Outcome:
    """Return whether a pool's FQDN has an address in internal DNS."""
    return facts.outcome(("address", pool.id), lambda: travel([_address(facts, pool)]))


def _address(facts: Facts, pool: Pool) -> Leg:
    records = facts.state.records
    if isinstance(records, Unknown):
        assumes = ("names-resolve",)
        if facts.rules.value(assumes[0]) == "undecided":
            return undecided(pool.fqdn, "nobody told about names", records.needs, assumes=assumes)
        return Leg(assumes=assumes)
    if (pool.id, "A") in records or (pool.id, "CNAME") in records:
        return passed(pool.fqdn, "has an address")
    return failed(pool.fqdn, f"no DNS record of {pool.fqdn}")
