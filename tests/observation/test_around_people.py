"""Around people: who takes their voice mail, keeps their contacts, rooms and numbers."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from helpers import (
    after,
    built,
    crowd,
    front_end,
    new,
    observer,
    one_pool,
    population_of,
    state_at,
    tried,
    with_service,
)
from hypothesis import given
from hypothesis import strategies as st
from surrounded import (
    CALLER,
    DONE,
    FAILED,
    HERE,
    OWNER,
    REFUSED,
    K,
    around,
    called,
    first,
    now,
    told,
)

from coexistence import ApplicationSubject, User
from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.conditions.external_systems import (
    ADDRESS_BOOK_RULES,
    AddressBookSettings,
    StoreFile,
    Tenant,
)
from coexistence.model.population import column
from coexistence.model.vocabulary import (
    ContactStore,
    Disposition,
    Mailbox,
    PoolId,
    PoolRole,
    Unknown,
    Version,
)
from coexistence.observation.listings import subjects
from coexistence.observation.people import contact_and_chat_stores
from coexistence.observation.people.address_book import find_in_address_book, read_numbers
from coexistence.observation.voice.applications import answer
from coexistence.observation.voice.voicemail import leave_message
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import frozen

if TYPE_CHECKING:
    from coexistence.observation import Outcome
    from coexistence.simulation.state import State

# ---------------------------------------------------------------- voice mail


def mailed(state: State, home: PoolId, mailbox: Mailbox, **switched: str) -> Outcome:
    return leave_message(observer(state, Rules(switched)).facts, home, mailbox)


def test_exchange_um_serves_the_pools_that_its_script_was_run_for() -> None:
    """Fault: Exchange was not told of the new pool, or its Front-End service was not restarted."""
    pilot = now("pilot")
    forgotten = after(pilot, op.SetExchangeUm(gateways=frozenset({OWNER})))
    unheard = after(forgotten, op.SetExchangeUm(gateways=frozenset({OWNER, new(OWNER)}), restart=False))
    restarted = after(unheard, op.StartServices(pool=new(OWNER)))

    assert mailed(forgotten, OWNER, Mailbox.E2013).done
    for state in (forgotten, unheard):
        assert told(mailed(state, new(OWNER), Mailbox.E2013)) == (FAILED, 480, 15030)
    assert "was not restarted" in mailed(unheard, new(OWNER), Mailbox.E2013).reason
    assert mailed(restarted, new(OWNER), Mailbox.E2013).done


def test_a_contact_moved_to_a_pool_that_exchange_does_not_know_is_not_answered() -> None:
    state = after(now("post-migration"), op.SetExchangeUm(gateways=frozenset({OWNER})))

    assert first(state, K.EXCHANGE_UM).owner == new(OWNER)
    assert told(called(state, K.EXCHANGE_UM)) == (FAILED, 480, 15030)
    knows = after(state, op.SetExchangeUm(gateways=frozenset({OWNER, new(OWNER)})))
    assert called(knows, K.EXCHANGE_UM).done


@pytest.mark.parametrize(
    ("mailbox", "on_legacy", "on_new"),
    [
        (Mailbox.UNKNOWN, DONE, DONE),
        (Mailbox.E2010, DONE, DONE),
        (Mailbox.E2016, DONE, DONE),
        (Mailbox.E2019, FAILED, DONE),
        (Mailbox.ONLINE, DONE, DONE),
    ],
)
def test_who_takes_a_message_follows_mailbox_and_home(
    mailbox: Mailbox, on_legacy: Disposition, on_new: Disposition
) -> None:
    """ "What's new in 2019": move users before their mailboxes go to Exchange 2019."""
    assert mailed(now("pilot"), OWNER, mailbox).disposition is on_legacy
    assert mailed(now("pilot"), new(OWNER), mailbox).disposition is on_new


def test_cloud_voicemail_needs_a_tenant_that_takes_it() -> None:
    state = now("pilot")
    without = after(state, op.SetTenant(tenant=Tenant(voicemail=False, origin=HERE)))
    with_it = after(state, op.SetTenant(tenant=Tenant(origin=HERE)))

    assert told(mailed(without, new(OWNER), Mailbox.ONLINE)) == (FAILED, 480, 15030)
    assert mailed(without, OWNER, Mailbox.E2016).done
    assert mailed(with_it, new(OWNER), Mailbox.ONLINE, **{"cloud-voicemail-works": "no"}).done
    switched = mailed(state, new(OWNER), Mailbox.ONLINE, **{"cloud-voicemail-works": "no"})
    assert told(switched) == (FAILED, 480, 15030)
    assert "cloud-voicemail-works" in switched.assumes


# ---------------------------------------------------------------- address book


def settings(scope: str, *, used: bool) -> op.SetAddressBookSettings:
    made = AddressBookSettings(scope=scope, use_normalization_rules=used, origin=HERE)
    return op.SetAddressBookSettings(settings=made)


def test_search_finds_nobody_on_newer_pools_while_rules_are_off() -> None:
    """Fault: the global setting of 2010 is carried to the new version."""
    trial = tried(one_pool(legacy=Version.L10, target=Version.L13))
    old = front_end(built(one_pool(legacy=Version.L10)))
    off = after(state_at(trial, "pilot"), settings("global", used=False))
    own = after(off, settings(f"service:{new(old)}", used=True))

    assert find_in_address_book(observer(off).facts, old).done
    assert "finds nobody" in find_in_address_book(observer(off).facts, new(old)).reason
    assert find_in_address_book(observer(own).facts, new(old)).done
    by_site = after(off, settings(f"site:{off.pools[new(old)].site}", used=True))
    assert find_in_address_book(observer(by_site).facts, new(old)).done


def test_nobody_told_the_settings_of_the_address_book() -> None:
    assert "address-book-as-shipped" in find_in_address_book(observer(now()).facts, OWNER).assumes
    switched = observer(now(), Rules({"address-book-as-shipped": "undecided"}))
    assert find_in_address_book(switched.facts, OWNER).needs == ("Get-CsAddressBookConfiguration",)


def test_number_rules_stay_in_the_legacy_pools_file_store() -> None:
    rules = StoreFile(pool=OWNER, name=ADDRESS_BOOK_RULES, fits_newer=False, origin=HERE)
    pilot = around(now("pilot"), files=(rules,))
    copied, rewritten = (
        after(pilot, op.CopyStoreFiles(source=OWNER, to=new(OWNER), rewritten=fixed))
        for fixed in (False, True)
    )

    assert "not in the file store" in read_numbers(observer(pilot).facts, new(OWNER)).reason
    assert "match nothing here" in read_numbers(observer(copied).facts, new(OWNER)).reason
    assert read_numbers(observer(rewritten).facts, new(OWNER)).done
    assert read_numbers(observer(now("pilot")).facts, new(OWNER)).done


# ---------------------------------------------------------------- contact lists and rooms


@pytest.mark.parametrize(
    ("mailbox", "works"),
    [(Mailbox.E2010, False), (Mailbox.E2013, True), (Mailbox.ONLINE, True), (Mailbox.UNKNOWN, True)],
)
def test_a_list_in_exchange_goes_with_the_mailbox(mailbox: Mailbox, works: bool) -> None:
    read = contact_and_chat_stores.read_contacts(observer(now()).facts, OWNER, ContactStore.EXCHANGE, mailbox)

    assert (read.disposition is DONE) is works
    assert contact_and_chat_stores.read_contacts(
        observer(now()).facts, OWNER, ContactStore.SERVER, mailbox
    ).done


CHATTING = Blueprint(
    legacy=Version.L13,
    sites=(SiteBlueprint(pools=(PoolBlueprint(crowds=(crowd(10, chat=True),)),), persistent_chat=True),),
)


def test_rooms_are_where_they_were_left() -> None:
    state = state_at(tried(CHATTING), "legacy")
    home = front_end(built(CHATTING))
    (room,) = (pool.id for pool in state.pools.values() if pool.role is PoolRole.PERSISTENT_CHAT)

    assert contact_and_chat_stores.chat(observer(state).facts, home).done
    assert contact_and_chat_stores.chat(
        observer(around(state, chat_rooms=frozenset({room}))).facts, home
    ).done
    elsewhere = contact_and_chat_stores.chat(observer(around(state, chat_rooms=frozenset())).facts, home)
    assert elsewhere.disposition is FAILED
    assert "they were not imported" in elsewhere.reason


def test_group_chat_and_persistent_chat_are_islands() -> None:
    """'Coexistence considerations': they share no rooms, whatever else is assumed."""
    state = state_at(tried(CHATTING), "legacy")
    home = front_end(built(CHATTING))
    older = dict(state.pools)
    older[home] = dataclasses.replace(older[home], versions=(Version.L10,))
    outcome = contact_and_chat_stores.chat(observer(state.changed(pools=frozen(older))).facts, home)

    assert outcome.disposition is REFUSED
    assert "share nothing" in outcome.reason
    both = {key: dataclasses.replace(each, versions=(Version.L10,)) for key, each in state.pools.items()}
    assert contact_and_chat_stores.chat(observer(state.changed(pools=frozen(both))).facts, home).done


# ---------------------------------------------------------------- cohorts


MAILBOXES = st.sampled_from([Mailbox.E2010, Mailbox.E2013, Mailbox.E2019, Mailbox.ONLINE])
STORES = st.sampled_from([ContactStore.SERVER, ContactStore.EXCHANGE, ContactStore.LOST])


@given(st.lists(st.tuples(MAILBOXES, STORES), min_size=25, max_size=25))
def test_a_cohort_is_answered_as_each_of_its_people_alone(drawn: list[tuple[Mailbox, ContactStore]]) -> None:
    state = now()
    population = population_of(state)
    number = len(population)
    mailbox, contacts = zip(*(drawn[row % len(drawn)] for row in range(number)), strict=True)
    state = state.changed(
        population=population.changed(mailbox=column(mailbox, "uint8"), contacts=column(contacts, "uint8"))
    )
    here = observer(state)
    answers: dict[tuple[PoolId, Mailbox, ContactStore], tuple[str, str]] = {}
    people = 0
    for user in subjects(here, "user"):
        assert isinstance(user, User)
        (store,) = user.contacts
        people += user.cohort.people
        answers[(user.cohort.pool, user.mailbox, store)] = (
            str(user.read_contacts()),
            str(user.receive_voicemail()),
        )

    assert people == len(population.people)
    for row in population.people.tolist():
        home = population.pools[population.home[row]]
        alone = observer(state)
        one = Mailbox(mailbox[row]), ContactStore(contacts[row])
        assert answers[(home, *one)] == (
            str(contact_and_chat_stores.read_contacts(alone.facts, home, one[1], one[0])),
            str(leave_message(alone.facts, home, one[0])),
        )


@given(st.lists(st.sampled_from([(), (OWNER,), (CALLER,)]), min_size=2, max_size=2), st.booleans())
def test_objects_in_one_cohort_answer_alike(agents: list[tuple[PoolId, ...]], down: bool) -> None:
    state = with_service(now(), CALLER, "RTCSRV") if down else now()
    assert not isinstance(state.applications, Unknown)
    homes = iter(agents)
    made = tuple(
        dataclasses.replace(each, agents=next(homes)) if each.kind is K.RESPONSE_GROUP else each
        for each in state.applications
    )
    state = state.changed(applications=made)
    for subject in subjects(observer(state), "application"):
        assert isinstance(subject, ApplicationSubject)
        if subject.kind is not K.RESPONSE_GROUP:
            continue
        members = [
            each
            for each in made
            if each.kind is K.RESPONSE_GROUP and each.agents == subject.application.agents
        ]
        assert subject.count == len(members)
        assert {str(answer(observer(state), each, OWNER)) for each in members} == {str(subject.answer(OWNER))}
