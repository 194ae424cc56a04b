"""The address book: finding people by name, and reading their telephone numbers.

Law of this room: the web services of the pool that serves somebody answer a search, by the settings that
count for that pool and the rules in its file store.
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.model.conditions.external_systems import ADDRESS_BOOK_RULES, AddressBookSettings
from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import Feature, PoolId
from coexistence.observation.conferencing import hosting_pool
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, travel, undecided
from coexistence.observation.servers.user_replicas import share
from coexistence.observation.voice.applications import capable
from coexistence.simulation.rules.registry import rule

__all__ = ["answers", "find_in_address_book", "read_numbers"]

_SETTINGS = "Get-CsAddressBookConfiguration"


def find_in_address_book(facts: Facts, home: PoolId) -> Outcome:
    """Return whether people of a pool can search the address book, by the web services that serve them."""
    return facts.outcome(("address book", home), lambda: travel(_search(facts, home)))


def answers(facts: Facts, home: PoolId) -> Outcome:
    """Return whether the address book of a pool answers at all, whatever it finds."""
    return facts.outcome(("address book answers", home), lambda: travel(_answers(facts, home)))


def _answers(facts: Facts, home: PoolId) -> Iterator[Leg]:
    yield facts.in_topology(home)
    served_by = hosting_pool(facts, home)
    yield from capable(facts, served_by, ("web_services",), None)
    yield share(facts, served_by)


def _search(facts: Facts, home: PoolId) -> Iterator[Leg]:
    yield from _answers(facts, home)
    served_by = hosting_pool(facts, home)
    if served_by in facts.state.pools:
        yield _finds_names(facts, facts.state.pools[served_by])


@rule(
    "search-needs-number-rules",
    "On a pool of 2013 or later a search finds nobody while UseNormalizationRules is off for it.",
    source="Lync Server 2013 release notes; Migrate Address Book",
    switch="address-book-as-shipped",
)
def _finds_names(facts: Facts, pool: Pool) -> Leg:
    settings = _settings(facts, pool)
    if settings is None:
        return _as_shipped(facts, pool)
    if not settings.use_normalization_rules and pool.has(Feature.NUMBER_RULES) is not False:
        reason = f"UseNormalizationRules is off at {settings.scope}: a search finds nobody"
        return failed(pool.fqdn, reason)
    return Leg()


def _settings(facts: Facts, pool: Pool) -> AddressBookSettings | None:
    """Return the settings that count for a pool: its own, its site's, or the global ones, if told."""
    by_scope = {each.scope.lower(): each for each in facts.state.surroundings.address_book}
    scopes = (f"service:{pool.id}", f"site:{pool.site}".lower(), "global")
    return next((by_scope[scope] for scope in scopes if scope in by_scope), None)


def _as_shipped(facts: Facts, pool: Pool) -> Leg:
    assumes = ("address-book-as-shipped",)
    if facts.rules.value("address-book-as-shipped") == "undecided":
        reason = "nobody told the settings of the address book"
        return undecided(pool.fqdn, reason, _SETTINGS, assumes=assumes)
    return Leg(assumes=assumes)


def read_numbers(facts: Facts, home: PoolId) -> Outcome:
    """Return whether people of a pool see others' telephone numbers in a form that can be dialled.

    Where no pool has rules of the company's own, the product's serve everybody.
    """
    return facts.outcome(("numbers", home), lambda: travel(_numbers(facts, home)))


@rule(
    "address-book-rules-in-the-store",
    "Number rules of a company's own are a file in the pool's file store: without it, or with patterns that "
    "newer versions do not match, people of the pool see numbers raw or not at all.",
    source="Migrate Address Book",
    switch="address-book-as-shipped",
)
def _numbers(facts: Facts, home: PoolId) -> Iterator[Leg]:
    yield from _search(facts, home)
    pool = facts.state.pools[hosting_pool(facts, home)]
    settings = _settings(facts, pool)
    if settings is not None and not settings.use_normalization_rules:
        return
    files = [each for each in facts.state.surroundings.files if each.name == ADDRESS_BOOK_RULES]
    if not files:
        yield _as_shipped(facts, pool)
        return
    here = next((each for each in files if each.pool == pool.id), None)
    if here is None:
        yield failed(pool.fqdn, "the company's own number rules are not in the file store of this pool")
    elif not here.fits_newer and pool.has(Feature.NUMBER_RULES) is not False:
        yield failed(pool.fqdn, "patterns with spaces or punctuation in the number rules match nothing here")
