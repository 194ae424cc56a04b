"""SIP domains and their names: where sign-in records and Autodiscover lead, domain by domain.

Law of this room: each name is looked at for itself, whether or not a client would pass over it; that one
does is no reason to leave a name behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from coexistence.model.deployment import DnsRecord, Pool
from coexistence.model.vocabulary import Disposition, Feature, Maybe, PoolRole, Unknown
from coexistence.model.vocabulary.ends import name_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.observation.network.dns_answers import answers, pool_behind
from coexistence.simulation.rules.registry import rule

__all__ = ["address", "autodiscover", "early_sign_in", "sign_in"]

_SRV = "_sipinternaltls._tcp"


def _asked(
    facts: Facts, labels: tuple[str, ...], kinds: tuple[str, ...], ask: Callable[[DnsRecord], Outcome]
) -> Mapping[str, Outcome]:
    """Ask about the internal records of every SIP domain; without a table of names about all at once."""
    records = facts.state.records
    if isinstance(records, Unknown):
        return {f"{labels[0]} of every SIP domain": travel([facts.untold_names("", records)])}
    return {record.name: ask(record) for record in _records(facts, records, labels, kinds)}


def _records(
    facts: Facts,
    records: Mapping[tuple[str, str], DnsRecord],
    labels: tuple[str, ...],
    kinds: tuple[str, ...],
) -> Iterator[DnsRecord]:
    for domain in facts.state.sip_domains:
        for label in labels:
            for kind in kinds:
                if record := records.get((f"{label}.{domain}", kind)):
                    yield record


def sign_in(facts: Facts) -> Mapping[str, Outcome]:
    """Return for the sign-in record of each SIP domain whether a pool answers there.

    A domain without such a record is left out: its clients go by other names.
    """
    return _asked(facts, (_SRV,), ("SRV",), lambda record: answers(facts, record))


@rule(
    "sign-in-records-last",
    "Sign-in records lead to a new pool only after everybody was moved there; until then to the legacy "
    "pool or Director.",
    source="Update DNS SRV records",
)
def early_sign_in(situation: Situation) -> Mapping[str, Outcome]:
    """Return for the sign-in record of each SIP domain whether it waits for the people of legacy pools."""
    left = _legacy_with_people(situation)
    if isinstance(left, Unknown):
        return {"every SIP domain": travel([undecided("", "nobody told who is homed where", left.needs)])}
    if left is None:
        return {}
    return _asked(situation.facts, (_SRV,), ("SRV",), lambda record: _early(situation.facts, record, left))


def _early(facts: Facts, record: DnsRecord, left: Pool) -> Outcome:
    behind = pool_behind(facts, record)
    pool = None if behind is None else facts.state.pools[behind]
    if pool is None or not pool.versions or pool.versions[0] != facts.newest:
        return travel([])
    reason = f"{record.name} leads to {pool.fqdn}, while people are homed on {left.fqdn}"
    return travel([failed(pool.fqdn, reason)])


def _legacy_with_people(situation: Situation) -> Maybe[Pool | None]:
    """Return a Front End pool of an older generation that has people; None where there is none."""
    newest = situation.facts.newest
    if newest is None:
        return None
    pools = (each for each in situation.facts.pools(PoolRole.FRONT_END) if each.versions)
    return _first_with_people(situation, [each for each in pools if each.versions[-1] < newest])


def _first_with_people(situation: Situation, pools: Sequence[Pool]) -> Maybe[Pool | None]:
    population = situation.state.population
    if isinstance(population, Unknown):
        return population if pools else None
    return next((each for each in pools if population.people_by_pool.get(each.id)), None)


def autodiscover(situation: Situation) -> Mapping[str, Outcome]:
    """Return for each SIP domain whether Autodiscover inside sends everybody to their home pool.

    A domain without the name is left out: its clients go by other names.
    """
    return _asked(
        situation.facts,
        ("lyncdiscoverinternal",),
        ("A", "CNAME"),
        lambda record: _sends_home(situation, record),
    )


def _sends_home(situation: Situation, record: DnsRecord) -> Outcome:
    answer = answers(situation.facts, record)
    behind = pool_behind(situation.facts, record)
    if answer.disposition is not Disposition.DONE or behind is None:
        return answer
    pool = situation.state.pools[behind]
    if (
        pool.has(Feature.AUTODISCOVER) is not False
        or situation.rules.value("autodiscover-2010") != "own-version"
    ):
        return answer
    newer = _newer_with_people(situation, pool)
    if newer is None:
        return answer
    if isinstance(newer, Unknown):
        return travel([undecided(pool.fqdn, "nobody told who is homed where", newer.needs)])
    reason = f"{pool.fqdn} runs Lync Server 2010 and knows nothing of people on {newer.fqdn}"
    return travel(
        [Leg(answer.hops, None, answer.assumes), failed(pool.fqdn, reason, assumes=("autodiscover-2010",))]
    )


def _newer_with_people(situation: Situation, than: Pool) -> Maybe[Pool | None]:
    pools = (each for each in situation.facts.pools(PoolRole.FRONT_END) if each.versions)
    return _first_with_people(situation, [each for each in pools if each.versions[0] > than.versions[-1]])


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
        return facts.untold_names(pool.fqdn, records)
    if (pool.id, "A") in records or (pool.id, "CNAME") in records:
        return passed(pool.fqdn, "has an address")
    return failed(pool.fqdn, f"no DNS record of {pool.fqdn}", on=name_of(pool.id))
