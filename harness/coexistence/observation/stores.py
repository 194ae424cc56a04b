"""What pools keep for people: contact lists, the address book, chat rooms, archives.

Law of this room: a store is asked from the home pool of whoever wants to read; nothing is moved here.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.deployment import Pool
from coexistence.observation.applications import capable, exchange
from coexistence.observation.conferencing import hosting_pool
from coexistence.observation.facts import Facts
from coexistence.observation.outcomes import Outcome
from coexistence.observation.routes import Leg, failed, passed, refused, travel, undecided
from coexistence.vocabulary import ContactStore, Disposition, PoolId, PoolRole, Version, version_name

__all__ = ["archive", "chat", "find_in_address_book", "has_archive", "read_contacts"]

#: Versions with Persistent Chat ("New Persistent Chat features" for 2013; removed features for 2019).
_WITH_CHAT = frozenset({Version.L13, Version.S15})


def read_contacts(facts: Facts, home: PoolId, store: ContactStore) -> Outcome:
    """Return whether people of a pool get their contact list from where it is kept.

    A pool answers for a list in Exchange with 488 (2165), and a client of 2013 or later then reads it
    there ([MS-PRES], unified contact store). Lync Server 2010 has no such store: lists are to be rolled
    back before anybody moves to it ("Roll back migrated users").
    """
    return facts.outcome(("contacts", home, store), lambda: travel(_contacts(facts, home, store)))


def _contacts(facts: Facts, home: PoolId, store: ContactStore) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield facts.registrar(home)
    if store is ContactStore.SERVER:
        return
    if store is ContactStore.LOST:
        yield failed(facts.fqdn(home), "the contact list was given up by a move with -Force")
    pool = facts.state.pools[home]
    if Version.L10 in pool.versions:
        if store is ContactStore.UNKNOWN:
            yield undecided(
                pool.fqdn, "nobody told where contact lists are kept", "Test-CsUnifiedContactStore"
            )
        yield _not_on_2010(facts, pool)
    if store is ContactStore.EXCHANGE:
        yield passed(pool.fqdn, "the list is in Exchange (488, ms-diagnostics 2165)")
    yield exchange(facts, home, None)


def _not_on_2010(facts: Facts, pool: Pool) -> Leg:
    if len(pool.versions) > 1:
        return undecided(pool.fqdn, "nobody told which version this pool runs", "Get-CsServerPatchVersion")
    says = facts.rules.value("contacts-refused-as")
    assumes = ("contacts-refused-as",)
    why = "the contact list is in Exchange, and Lync Server 2010 cannot read it there"
    return failed(pool.fqdn, why, 2165 if says == "2165" else None, assumes=assumes)


def find_in_address_book(facts: Facts, home: PoolId) -> Outcome:
    """Return whether people of a pool can search the address book, by the web services that serve them."""
    return facts.outcome(("address book", home), lambda: travel(_address_book(facts, home)))


def _address_book(facts: Facts, home: PoolId) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield from capable(facts, hosting_pool(facts, home), ("web_services",), None)


def chat(facts: Facts, home: PoolId) -> Outcome:
    """Return whether people of a pool reach a Persistent Chat pool.

    2019 and later have none ("Features removed"). A chat pool hangs off a Front End pool of its own
    version, and people of that version reach it (coexistence considerations); whether people homed on
    another version do is assumption ``chat-across-generations``.
    """
    return facts.outcome(("chat", home), lambda: travel(_chat(facts, home)))


def _chat(facts: Facts, home: PoolId) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield facts.registrar(home)
    pool = facts.state.pools[home]
    if not _WITH_CHAT & set(pool.versions):
        yield refused(pool.fqdn, f"{version_name(pool.versions)} has no Persistent Chat")
    yield _to_a_room(facts, pool)


def _to_a_room(facts: Facts, home: Pool) -> Leg:
    """Try chat pools, those of the home pool's own version first."""
    rooms = sorted(facts.pools(PoolRole.PERSISTENT_CHAT), key=lambda pool: pool.versions != home.versions)
    last: Leg | None = None
    for room in rooms:
        tried = travel(_room(facts, home, room))
        if tried.disposition is Disposition.DONE:
            return Leg(tried.hops, None, tried.assumes)
        if last is None or tried.disposition is Disposition.UNDECIDED:
            last = Leg(tried.hops, tried, tried.assumes)
    return last or failed(home.fqdn, "there is no Persistent Chat pool")


def _room(facts: Facts, home: Pool, room: Pool) -> Iterator[Leg]:
    if room.versions != home.versions:
        assumes = ("chat-across-generations",)
        if facts.rules.value("chat-across-generations") == "no":
            yield refused(room.fqdn, "serves people of its own generation alone", assumes=assumes)
        yield Leg(assumes=assumes)
    hop = room.next_hop
    if hop is None or hop not in facts.state.pools:
        yield failed(room.fqdn, "its next hop is in the topology no more", 1007)
        return
    if hop != home.id:
        yield facts.link(home.id, hop)
    yield facts.registrar(hop)
    yield facts.link(hop, room.id)
    yield from capable(facts, room.id, ("persistent_chat",), 5000)


def has_archive(pool: Pool) -> bool:
    """Tell whether a pool is associated with an Archiving store."""
    return pool.archiving_store is not None


def archive(facts: Facts, pool: PoolId) -> Outcome:
    """Return whether what people of a pool write is archived: each version captures its own people alone.

    Source: "Migrating Archiving and Monitoring servers".
    """
    return facts.outcome(("archive", pool), lambda: travel([_archive(facts, pool)]))


def _archive(facts: Facts, pool: PoolId) -> Leg:
    known = facts.state.pools[pool]
    if has_archive(known):
        return passed(known.fqdn, f"archives to {known.archiving_store}")
    return failed(known.fqdn, "no Archiving store is associated with the pool")
