"""What pools keep for people: contact lists, chat rooms, archives.

Law of this room: a store is asked from the home pool of whoever wants to read; nothing is moved here.
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import (
    ContactStore,
    Disposition,
    Feature,
    Mailbox,
    PoolId,
    PoolRole,
    Unknown,
    version_name,
)
from coexistence.model.vocabulary.ends import use_of
from coexistence.observation.conferencing import hosting_pool
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, refused, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.observation.servers.user_replicas import port_444, user_services
from coexistence.observation.voice.applications import capable
from coexistence.observation.voice.voicemail import exchange
from coexistence.simulation.changes.contacts import may_keep
from coexistence.simulation.rules.registry import rule

__all__ = ["archive", "chat", "contacts_stay", "has_archive", "read_contacts", "report_calls", "rooms"]


def read_contacts(
    facts: Facts, home: PoolId, store: ContactStore, mailbox: Mailbox = Mailbox.UNKNOWN
) -> Outcome:
    """Return whether people of a pool get their contact list from where it is kept.

    A pool answers for a list in Exchange with 488 (2165), and a client of 2013 or later then reads it
    there ([MS-PRES], unified contact store). Lync Server 2010 has no such store: lists are to be rolled
    back before anybody moves to it ("Roll back migrated users"). ``mailbox`` is where their mailboxes are.
    """
    return facts.outcome(
        ("contacts", home, store, mailbox), lambda: travel(_contacts(facts, home, store, mailbox))
    )


@rule(
    "contact-list-in-exchange",
    "A list in Exchange is answered for with 488 (2165) and read there by the client: not by people of Lync "
    "Server 2010, and not from a mailbox older than Exchange 2013.",
    source="[MS-PRES] unified contact store; Lync Server 2013: roll back migrated users",
    switch="exchange-answers",
)
def _contacts(facts: Facts, home: PoolId, store: ContactStore, mailbox: Mailbox) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield facts.registrar(home)
    if store is ContactStore.SERVER:
        yield user_services(facts, hosting_pool(facts, home))
        yield port_444(facts, home, home)
        return
    if store is ContactStore.LOST:
        yield failed(facts.fqdn(home), "the contact list was given up by a move with -Force")
    pool = facts.state.pools[home]
    if pool.has(Feature.UNIFIED_CONTACTS) is not True and pool.versions:
        if store is ContactStore.UNKNOWN:
            yield undecided(
                pool.fqdn, "nobody told where contact lists are kept", "Test-CsUnifiedContactStore"
            )
        yield _not_on_2010(facts, pool)
    if store is ContactStore.EXCHANGE:
        yield passed(pool.fqdn, "the list is in Exchange (488, ms-diagnostics 2165)")
        if mailbox < Mailbox.E2013:
            reason = f"Incorrect Exchange Version: the list is kept in a mailbox on {mailbox.product}"
            yield failed(pool.fqdn, reason)
    yield exchange(facts, home, None)


def contacts_stay(situation: Situation, home: PoolId) -> Outcome:
    """Return whether contact lists that were rolled back on a pool stay on the server.

    Where the user services policy allows the unified store, they are in Exchange again a week later.
    """
    return situation.outcome(("contacts stay", home), lambda: travel(_contacts_stay(situation, home)))


def _contacts_stay(situation: Situation, home: PoolId) -> Iterator[Leg]:
    population = situation.state.population
    if isinstance(population, Unknown) or population.rolled_back is None:
        return
    yield situation.facts.in_topology(home)
    there = population.rolled_back[population.home == population.code(home)]
    if there.any() and may_keep(situation.state, home, situation.rules):
        count = int((there != 0).sum())
        reason = f"{count} contact lists were rolled back, and the policy takes them to Exchange in a week"
        yield failed(situation.facts.fqdn(home), reason)


def rooms(facts: Facts, pool: PoolId) -> Outcome:
    """Return whether a chat pool holds the rooms of the deployment."""
    return facts.outcome(("rooms", pool), lambda: travel([_rooms(facts, pool)]))


def _rooms(facts: Facts, pool: PoolId) -> Leg:
    holders = facts.state.surroundings.chat_rooms
    fqdn = facts.fqdn(pool)
    if holders is None or pool in holders:
        return passed(fqdn, "holds the rooms")
    return failed(fqdn, f"holds none of the rooms: these are on {', '.join(sorted(holders))}")


def _not_on_2010(facts: Facts, pool: Pool) -> Leg:
    if len(pool.versions) > 1:
        return undecided(pool.fqdn, "nobody told which version this pool runs", "Get-CsServerPatchVersion")
    says = facts.rules.value("contacts-refused-as")
    assumes = ("contacts-refused-as",)
    why = "the contact list is in Exchange, and Lync Server 2010 cannot read it there"
    return failed(pool.fqdn, why, 2165 if says == "2165" else None, assumes=assumes)


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
    if not any(pool.has(each) is True for each in (Feature.PERSISTENT_CHAT, Feature.GROUP_CHAT)):
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
    if last is None and home.has(Feature.GROUP_CHAT) is True:
        return refused(home.fqdn, f"{version_name(home.versions)} has no Persistent Chat")
    return last or failed(home.fqdn, "there is no Persistent Chat pool")


@rule(
    "chat-islands",
    "Group Chat of 2010 and Persistent Chat of 2013 share no rooms: people reach that of their own version "
    "alone, and find what it holds.",
    source="Coexistence considerations; Lync Server 2013: migrating Group Chat servers",
    switch="chat-across-generations",
)
def _room(facts: Facts, home: Pool, room: Pool) -> Iterator[Leg]:
    if room.versions != home.versions and any(each.has(Feature.GROUP_CHAT) is True for each in (room, home)):
        yield refused(room.fqdn, "Group Chat of 2010 and Persistent Chat share nothing")
    if room.versions != home.versions:
        assumes = ("chat-across-generations",)
        if facts.rules.value("chat-across-generations") == "no":
            yield refused(room.fqdn, "serves people of its own generation alone", assumes=assumes)
        yield Leg(assumes=assumes)
    hop = room.next_hop
    if hop is None or hop not in facts.state.pools:
        reason = "its next hop is in the topology no more"
        yield failed(room.fqdn, reason, 1007, on=None if hop is None else use_of(hop))
        return
    if hop != home.id:
        yield facts.link(home.id, hop)
    yield facts.registrar(hop)
    yield facts.link(hop, room.id)
    yield from capable(facts, room.id, ("persistent_chat",), 5000)
    holders = facts.state.surroundings.chat_rooms
    if holders is not None and room.id not in holders:
        yield failed(room.fqdn, "holds none of the rooms: they were not imported")


def has_archive(pool: Pool) -> bool:
    """Tell whether a pool is associated with an Archiving store."""
    return pool.archiving_store is not None


def archive(facts: Facts, pool: PoolId) -> Outcome:
    """Return whether what people of a pool write is archived: each version captures its own people alone.

    Source: "Migrating Archiving and Monitoring servers".
    """
    return facts.outcome(("archive", pool), lambda: travel([_archive(facts, pool)]))


@rule(
    "archive-of-its-own-people",
    "Each version archives and monitors people of its own pools alone, whichever Edge they share.",
    source="Migrating Archiving and Monitoring servers",
)
def _archive(facts: Facts, pool: PoolId) -> Leg:
    known = facts.state.pools[pool]
    if not known.tells("archiving_store"):
        return undecided(known.fqdn, "nobody told its Archiving store", "Get-CsTopology -AsXml")
    if has_archive(known):
        return passed(known.fqdn, f"archives to {known.archiving_store}")
    return failed(known.fqdn, "no Archiving store is associated with the pool")


def report_calls(facts: Facts, pool: PoolId) -> Outcome:
    """Return whether what becomes of calls of people on a pool is kept in a Monitoring store.

    A branch appliance of Lync Server 2010 reports to a Monitoring Server of its own version alone.
    """
    return facts.outcome(("report calls", pool), lambda: travel([_reported(facts, pool)]))


@rule(
    "old-appliance-reports-to-old-monitoring",
    "A branch appliance of Lync Server 2010 needs a Lync Server 2010 Monitoring store, under a newer pool "
    "too.",
    source="Lync Server 2013: connect a Survivable Branch Appliance",
)
def _reported(facts: Facts, pool: PoolId) -> Leg:
    known = facts.state.pools[pool]
    if known.role is PoolRole.BRANCH_APPLIANCE and known.has(Feature.MONITORING_SERVER) is True:
        own = [each for each in facts.pools(PoolRole.MONITORING) if each.versions == known.versions]
        if not own:
            name = version_name(known.versions)
            return failed(known.fqdn, f"there is no Monitoring Server of {name} any more")
        return passed(known.fqdn, f"reports to {own[0].fqdn}")
    registrar = facts.state.pools.get(known.backup) if known.backup is not None else None
    is_branch = known.role is PoolRole.BRANCH_APPLIANCE
    store = registrar.monitoring_store if is_branch and registrar is not None else known.monitoring_store
    if store is None and not (registrar if is_branch and registrar else known).tells("monitoring_store"):
        return undecided(known.fqdn, "nobody told its Monitoring store", "Get-CsTopology -AsXml")
    if store is None:
        return failed(known.fqdn, "no Monitoring store is associated with the pool")
    return passed(known.fqdn, f"reports to {store}")
