"""Every person, asked alone, is told what the people are told whom they are counted among.

The observer groups people, and answers once for a group. Here the groups are undone by hand: a deployment
in the middle of its plan is emptied of everybody but one person (or two, who talk to each other), and
asked again by an observer that has seen nothing else.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from helpers import after, observer, population_of
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import small_trials

from coexistence.model import operations as op
from coexistence.model.clients import ClientGeneration
from coexistence.model.conditions.messaging import DhcpScope, ImFilter, Particulars
from coexistence.model.deployment import ClientVersionRule
from coexistence.model.population import MEETING_LOST, UNTOLD, Assignment, Meetings, PackedText, Population
from coexistence.model.vocabulary import (
    Content,
    Credentials,
    Deregistration,
    Guest,
    Modality,
    Origin,
    PoolId,
    Recipient,
    ServiceState,
    Unknown,
    UserKind,
    Version,
)
from coexistence.observation import ClientSubject, Conversation, MeetingSubject, Observer
from coexistence.observation.listings import subjects
from coexistence.observation.people.messaging import be_seen
from coexistence.observation.people.presenting import present
from coexistence.observation.sign_in.deregistration import keep_endpoints, signed_out
from coexistence.observation.sign_in.sign_in import Attempt, downgraded, sign_in
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hypothesis.strategies import SearchStrategy

    from coexistence.observation import Outcome

HERE = Origin("test")
#: Assumptions that make rarely used columns matter.
RULES = st.sampled_from([Rules(), Rules({"records-read-by-older": "no", "redirects-followed": "1"})])


# ---------------------------------------------------------------- one person's world


def only(population: Population, rows: list[int]) -> Population:
    """The population of these people alone, with their meetings; by hand, column by column."""
    number = len(population)
    taken = np.array(rows, dtype=np.int64)
    parts: dict[str, Any] = {}
    for each in dataclasses.fields(population):
        value = getattr(population, each.name)
        if isinstance(value, np.ndarray):
            assert len(value) == number, each.name
            parts[each.name] = value[taken]
    parts["assigned"] = {
        kind: Assignment(given.tags, given.code[taken]) for kind, given in population.assigned.items()
    }
    parts["addresses"] = PackedText.of([f"person{row}@example.com" for row in rows])
    if not isinstance(population.meetings, Unknown):
        parts["meetings"] = organized_by(population.meetings, rows)
    return population.changed(**parts)


def organized_by(meetings: Meetings, rows: list[int]) -> Meetings:
    """The meetings of these people, whose row numbers are now 0, 1, …"""
    theirs = np.isin(meetings.organizer, rows)
    place = {row: at for at, row in enumerate(rows)}
    columns = {each.name: getattr(meetings, each.name)[theirs] for each in dataclasses.fields(meetings)}
    columns["organizer"] = np.array(
        [place[int(row)] for row in columns["organizer"]], dtype=meetings.organizer.dtype
    )
    return dataclasses.replace(meetings, **columns)


def alone(state: State, rows: list[int], rules: Rules) -> Observer:
    """Somebody who looks at a deployment with nobody but these people in it."""
    return Observer(state.changed(population=only(population_of(state), rows)), rules)


def people(state: State) -> Iterator[tuple[int, PoolId]]:
    """Everybody to whom anything is promised, and their home pool; read off the columns one by one."""
    population = population_of(state)
    for row in range(len(population)):
        home = int(population.home[row])
        if population.kind[row] == UserKind.PERSON and home < len(population.pools):
            yield row, population.pools[home]


# ---------------------------------------------------------------- what is drawn


def disturbances() -> SearchStrategy[tuple[str, int, int]]:
    """Something that goes wrong at some pool."""
    kinds = ("service", "record", "replica", "filter", "particulars", "policies")
    return st.tuples(st.sampled_from(kinds), st.integers(0, 20), st.integers(0, 5))


def disturbed(state: State, kinds: list[tuple[str, int, int]]) -> State:
    """The state with things that go wrong, so that people on different pools are told different things."""
    for kind, number, other in kinds:
        pools = list(state.pools.values())
        pool = pools[number % len(pools)]
        server = pool.servers[other % len(pool.servers)]
        if kind == "service":
            for service in ("RTCSRV", "W3SVC")[: 1 + other % 2]:
                change = op.SetServiceState(server=server, service=service, state=ServiceState.STOPPED)
                state = after(state, change)
        elif kind == "record" and not isinstance(state.records, Unknown):
            left = {key: each for key, each in state.records.items() if key[0] != pool.id}
            state = state.changed(records=frozen(left))
        elif kind == "replica":
            state = state.changed(replicas=frozen({**state.replicas, server: 0}))
        elif kind == "filter":
            rule = ClientVersionRule(
                scope=f"service:{pool.id}",
                priority=0,
                user_agent="OC",
                compare="LEQ",
                version="15.0",
                action=("Block", "BlockWithUrl")[other % 2],
                origin=HERE,
            )
            state = after(state, op.SetClientRules(scope=rule.scope, rules=(rule,)))
        elif kind == "particulars":
            state = after(state, op.SetParticulars(to=_particular(pool.id, pool.site, server, other)))
        elif kind == "policies":
            state = _granted(state, other)
    return state


def _particular(pool: PoolId, site: Any, server: Any, number: int) -> Particulars:
    return (
        Particulars(privacy_mode=frozenset({f"site:{site}"})),
        Particulars(im_filters=(ImFilter(scope=f"site:{site}", links="block", files="warn"),)),
        Particulars(dhcp=(DhcpScope(site=site, registrar=pool, certificates=pool),)),
        Particulars(stray_chains=frozenset({server})),
        Particulars(most_endpoints=((f"site:{site}", 2),)),
        Particulars(trusted_domains=frozenset({"example"})),
    )[number]


def _granted(state: State, number: int) -> State:
    """The state in which every third person was granted a client version policy that blocks them."""
    population = population_of(state)
    given = Assignment(("strict",), (np.arange(len(population)) % 3 == number % 3).astype(np.uint8))
    rule = ClientVersionRule(
        scope="tag:strict",
        priority=0,
        user_agent="*",
        compare="GEQ",
        version="0",
        action="Block",
        origin=HERE,
    )
    state = state.changed(
        population=population.changed(assigned={**population.assigned, "client-version": given})
    )
    return after(state, op.SetClientRules(scope="tag:strict", rules=(rule,)))


@st.composite
def moments(draw: st.DrawFn, *, crowd: int = 12) -> tuple[State, Rules]:
    """A moment of a plan in which something is wrong, and the rules; with a handful of people."""
    rules = draw(RULES)
    drawn = draw(small_trials())
    trial = Trial(drawn.deployment, rules=rules, plan=drawn.plan)
    state = trial.state_at(draw(st.sampled_from(trial.places)))
    rows = [row for row, _ in people(state)][:crowd]
    state = state.changed(population=only(population_of(state), rows))
    return disturbed(state, draw(st.lists(disturbances(), max_size=4))), rules


# ---------------------------------------------------------------- clients


def told_in_groups(subject: ClientSubject) -> tuple[Outcome, ...]:
    """What people of a group are told."""
    return (
        subject.sign_in(),
        subject.sign_in_again(),
        subject.sign_in(Credentials.WRONG_PASSWORD),
        subject.sign_in_after(Deregistration.MOVED),
        subject.sign_in_after(Deregistration.REGISTRAR_CHANGED),
        subject.keep_signed_in(4),
        subject.be_seen(),
        subject.present(),
        subject.downgraded(),
    )


def told_alone(state: State, row: int, rules: Rules) -> tuple[Outcome, ...]:
    """What one person is told, whose columns are read here one by one."""
    population = population_of(state)
    look = alone(state, [row], rules)
    home = population.pools[int(population.home[row])]
    client = ClientGeneration(int(population.client[row]))
    domain: Any = Unknown("Get-CsUser")
    if population.domain[row] < len(population.domains):
        domain = population.domains[int(population.domain[row])]
    upgraded: Any = Unknown("client versions")
    if population.upgraded[row] != UNTOLD:
        upgraded = bool(population.upgraded[row])
    policy: Any = Unknown("Get-CsUser")
    if "client-version" in population.assigned:
        given = population.assigned["client-version"]
        policy = given.tags[int(given.code[row]) - 1] if given.code[row] else None
    record = None
    if population.records is not None and population.records[row]:
        record = Version(int(population.records[row]))

    def attempt(credentials: Credentials = Credentials.VALID) -> Attempt:
        return Attempt(credentials=credentials, record=record)

    def signs_in(cache: Any, credentials: Credentials = Credentials.VALID) -> Outcome:
        return sign_in(
            look.facts, home, client, domain, cache=cache, policy=policy, attempt=attempt(credentials)
        )

    def gets_back(why: Deregistration) -> Outcome:
        return signed_out(look.facts, home, client, domain, why, policy=policy, attempt=attempt())

    return (
        signs_in("empty"),
        signs_in("warm"),
        signs_in("empty", Credentials.WRONG_PASSWORD),
        gets_back(Deregistration.MOVED),
        gets_back(Deregistration.REGISTRAR_CHANGED),
        keep_endpoints(look.facts, home, 4),
        be_seen(look.facts, home, client),
        present(look.facts, home, client, home),
        downgraded(look.facts, home, client, upgraded),
    )


@given(moments())
@settings(max_examples=25)
def test_signing_in_alone_is_signing_in_among_others(moment: tuple[State, Rules]) -> None:
    state, rules = moment
    together: Counter[tuple[PoolId, tuple[Outcome, ...]]] = Counter()
    for subject in subjects(observer(state, rules), "client"):
        assert isinstance(subject, ClientSubject)
        together[subject.home, told_in_groups(subject)] += subject.people

    one_by_one = Counter((home, told_alone(state, row, rules)) for row, home in people(state))

    assert together == one_by_one


# ---------------------------------------------------------------- conversations

CONVERSATION_QUESTIONS: list[Callable[[Conversation], Outcome]] = [
    *(
        lambda each, modality=modality: each.reach(modality)
        for modality in (Modality.MESSAGE, Modality.PRESENCE, Modality.AUDIO, Modality.SHARING, Modality.FILE)
    ),
    *(
        lambda each, who=who, modality=modality: each.reach(modality, who)
        for who in (Recipient.OFFLINE, Recipient.UNKNOWN, Recipient.MOVED_SINCE, Recipient.NEWER_STATE)
        for modality in (Modality.MESSAGE, Modality.PRESENCE)
    ),
    lambda each: each.message(content=Content.LINK),
    lambda each: each.message(in_session=False),
    lambda each: each.invite_third(),
    lambda each: each.delegate(),
]


@given(moments(crowd=6))
@settings(max_examples=25)
def test_two_people_alone_talk_as_they_do_among_others(moment: tuple[State, Rules]) -> None:
    state, rules = moment
    together: dict[tuple[PoolId, PoolId], tuple[Outcome, ...]] = {}
    for subject in subjects(observer(state, rules), "conversation"):
        assert isinstance(subject, Conversation)
        key = (subject.sender.pool, subject.recipient.pool)
        assert key not in together
        together[key] = tuple(ask(subject) for ask in CONVERSATION_QUESTIONS)

    everybody = list(people(state))
    assert set(together) == {(home, there) for _, home in everybody for _, there in everybody}
    for sender, home in everybody:
        for recipient, there in everybody:
            look = alone(state, sorted({sender, recipient}), rules)
            (subject,) = (
                each
                for each in subjects(look, "conversation")
                if isinstance(each, Conversation) and (each.sender.pool, each.recipient.pool) == (home, there)
            )
            assert tuple(ask(subject) for ask in CONVERSATION_QUESTIONS) == together[home, there]


# ---------------------------------------------------------------- meetings


@given(moments(crowd=6))
@settings(max_examples=25)
def test_a_meeting_alone_is_joined_as_it_is_among_others(moment: tuple[State, Rules]) -> None:
    """Every meeting by itself, read off its columns, from every pool that somebody is homed on."""
    state, rules = moment
    homes = sorted({home for _, home in people(state)})
    joiners: list[PoolId | Guest | None] = [None, *homes, Guest.ANONYMOUS]
    together: Counter[tuple[PoolId, tuple[Outcome, ...]]] = Counter()
    for subject in subjects(observer(state, rules), "meeting"):
        assert isinstance(subject, MeetingSubject)
        together[subject.host, tuple(subject.join(joiner=joiner) for joiner in joiners)] += subject.meetings

    population = population_of(state)
    meetings, given_policies = population.meetings, population.assigned.get("conferencing")
    assert not isinstance(meetings, Unknown)
    one_by_one: Counter[tuple[PoolId, tuple[Outcome, ...]]] = Counter()
    for row in range(len(meetings)):
        if meetings.last[row] < state.day:
            continue
        organizer = int(meetings.organizer[row])
        home = population.pools[int(population.home[organizer])]
        on, upgraded = int(meetings.scheduled_on[row]), int(meetings.by_upgraded[row])
        policy: Any = Unknown("Get-CsUser")
        if given_policies is not None:
            code = int(given_policies.code[organizer])
            policy = given_policies.tags[code - 1] if code else None
        look = alone(state, [organizer], rules)
        outcomes = tuple(
            look.join(
                home,
                Unknown("meetings export") if on == UNTOLD else Version(on),
                Unknown("meetings export") if upgraded == UNTOLD else bool(upgraded),
                joiner=joiner,
                policy=policy,
                lost=int(meetings.lost[row]) == MEETING_LOST,
            )
            for joiner in joiners
        )
        one_by_one[home, outcomes] += 1

    assert together == one_by_one


# ---------------------------------------------------------------- reading, not writing


def fingerprint(state: State) -> str:
    """Everything in a state as text, columns in full."""
    population = population_of(state)
    columns = {
        each.name: getattr(population, each.name).tolist()
        for each in dataclasses.fields(population)
        if isinstance(getattr(population, each.name), np.ndarray)
    }
    others = {
        each.name: getattr(state, each.name)
        for each in dataclasses.fields(state)
        if each.name != "population"
    }
    return repr((others, columns))


@given(moments(crowd=4))
@settings(max_examples=25)
def test_asking_changes_nothing_and_twice_says_the_same(moment: tuple[State, Rules]) -> None:
    state, rules = moment
    before = fingerprint(state)
    look = observer(state, rules)

    def asked() -> list[Outcome]:
        clients = [each for each in subjects(look, "client") if isinstance(each, ClientSubject)]
        talks = [each for each in subjects(look, "conversation") if isinstance(each, Conversation)]
        return [
            *(outcome for each in clients for outcome in told_in_groups(each)),
            *(ask(each) for each in talks for ask in CONVERSATION_QUESTIONS),
        ]

    first = asked()
    again = asked()
    other = Observer(state, rules)
    backwards = [
        outcome
        for each in reversed(subjects(other, "client"))
        if isinstance(each, ClientSubject)
        for outcome in reversed(told_in_groups(each))
    ]

    assert first == again
    assert Counter(backwards) <= Counter(first)
    assert fingerprint(state) == before
