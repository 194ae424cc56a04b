"""Asking one conversation of each sort says the same as asking all of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from typing import TYPE_CHECKING, Any, cast

import pytest
from helpers import crowd, front_end, new, observer, state_at, tried
from hypothesis import given, settings
from hypothesis import strategies as st

from coexistence.checking.registry import Check, Registry
from coexistence.checking.runner import Views, run_check
from coexistence.model.blueprint import Blueprint, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.conditions.external_systems import BandwidthLink
from coexistence.model.conditions.machines_and_databases import (
    Machine,
    RoutingGroup,
    SqlStore,
    UserReplicator,
)
from coexistence.model.conditions.messaging import ImFilter
from coexistence.model.deployment import Block
from coexistence.model.population import Part
from coexistence.model.vocabulary import (
    Content,
    Edition,
    Modality,
    Origin,
    PoolId,
    PoolRole,
    Recipient,
    ServerId,
    ServiceState,
    Unknown,
    Version,
)
from coexistence.observation.listings import conversations
from coexistence.observation.people import messaging
from coexistence.observation.people.routing_classes import one_of_each, routing_class
from coexistence.observation.subjects import calendars
from coexistence.observation.voice import applications
from coexistence.plugin.loading import load_builtin
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from coexistence.observation import Observer

    Wound = Callable[[State, PoolId, PoolId], State]

REGISTRY = Registry()
load_builtin(REGISTRY)
TALKS = tuple(check for check in REGISTRY if check.subject == "conversation")
#: Asked of a meeting or a number, and in there of everybody's way to it.
GATHERINGS = tuple(
    check
    for check in REGISTRY
    if check.name in ("people_on_every_pool_can_join_every_meeting", "access_numbers_answer_their_callers")
)
HERE = Origin("test")
_HOME = PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=2, dial_in=True, voice=True, crowds=(crowd(6),))
#: Pools that nothing tells apart but their names, and the sites that they are in.
MANY = Blueprint(
    legacy=Version.L13,
    target=Version.S19,
    sites=(SiteBlueprint(pools=(_HOME,) * 3, edge=EdgeBlueprint()), SiteBlueprint(pools=(_HOME,) * 2)),
)
PLACES = ("legacy", "pilot", "production")


@functools.cache
def state_of_many(label: str) -> State:
    return state_at(tried(MANY), label)


def as_users(check: Check) -> Check:
    """The same check, as if somebody else had written it: such a one is asked about everybody."""
    return dataclasses.replace(check, module="somebody.elses")


def plain(hit: Mapping[str, Any]) -> dict[str, Any]:
    return {whom: (how.rows if isinstance(how, Part) else how).tolist() for whom, how in hit.items()}


def said(check: Check, here: Observer) -> Any:
    result = run_check(check, Views(here=here, before=here, origin=here), {})
    assert result.crash is None
    return (
        result.evaluations,
        [(each.finding.kind, each.subject, each.message, each.about) for each in result.broken],
        [(str(each.finding.outcome), plain(each.hit)) for each in result.broken],
        [(each.subject, each.reason, each.needs, plain(each.hit)) for each in result.undecided],
        result.assumes,
    )


# ---------------------------------------------------------------- what may be wrong with a pool


def _servers(state: State, pool: PoolId, **facts: Any) -> State:
    changed = {each: dataclasses.replace(state.servers[each], **facts) for each in state.pools[pool].servers}
    return state.changed(servers={**state.servers, **changed})


def _service(state: State, pool: PoolId, service: str, becomes: Any) -> State:
    servers = state.pools[pool].servers
    changed = {each: {**state.services[each], service: becomes} for each in servers}  # type: ignore[dict-item]  # told
    return state.changed(services={**state.services, **changed})


def _replicas(state: State, pool: PoolId, held: Any) -> State:
    return state.changed(replicas={**state.replicas, **dict.fromkeys(state.pools[pool].servers, held)})


def _certificate(state: State, pool: PoolId, **facts: Any) -> State:
    return state.changed(
        certificates=state.certificates
        if isinstance(state.certificates, Unknown)
        else tuple(
            dataclasses.replace(each, **facts) if each.pool == pool and each.use == "Default" else each
            for each in state.certificates
        )
    )


def _pool(state: State, pool: PoolId, **facts: Any) -> State:
    return state.changed(pools={**state.pools, pool: dataclasses.replace(state.pools[pool], **facts)})


def _backing(state: State, **parts: Any) -> State:
    return state.changed(backing=dataclasses.replace(state.backing, **parts))


def _particular(state: State, **parts: Any) -> State:
    return state.changed(particulars=dataclasses.replace(state.particulars, **parts))


def _machine(state: State, pool: PoolId, **facts: Any) -> State:
    server = state.pools[pool].servers[0]
    return _backing(state, machines=(*state.backing.machines, Machine(server=server, origin=HERE, **facts)))


def _without_record(state: State, pool: PoolId) -> State:
    if isinstance(state.records, Unknown):
        return state
    return state.changed(records={key: each for key, each in state.records.items() if key != (pool, "A")})


def _blocked(state: State, source: PoolId | None, target: PoolId | None, port: int) -> State:
    block = Block(source=source, target=target, port=port, origin=HERE)
    return state.changed(blocked=(*state.blocked, block))


def _store(state: State, pool: PoolId, **facts: Any) -> State:
    instance = f"sql-{pool}"
    store = SqlStore(instance=instance, origin=HERE, **facts)
    return _backing(_pool(state, pool, back_end=instance), stores=(*state.backing.stores, store))


def _link(state: State, one: PoolId, other: PoolId) -> State:
    sites = frozenset((state.pools[one].site, state.pools[other].site))
    link = BandwidthLink(sites=sites, room=0, origin=HERE)
    return state.changed(
        surroundings=dataclasses.replace(state.surroundings, links=(*state.surroundings.links, link))
    )


def _group(state: State, pool: PoolId) -> State:
    group = RoutingGroup(pool=pool, number=0, of=2, replicas=(), origin=HERE)
    return _backing(state, routing_groups=(*state.backing.routing_groups, group))


def _filter(state: State, pool: PoolId, **what: Any) -> State:
    made = ImFilter(scope=f"site:{state.pools[pool].site}", **what)
    return _particular(state, im_filters=(*state.particulars.im_filters, made))


STOPPED, PAUSED = ServiceState.STOPPED, ServiceState.PAUSED
_UNKNOWN = Unknown("somebody's word")
#: Everything that some route between two pools looks at, made to deviate on one pool (or between two).
WOUNDS: dict[str, Wound] = {
    "silent": lambda state, pool, _: _service(state, pool, "front_end", STOPPED),
    "nobody collected": lambda state, pool, _: _service(state, pool, "front_end", _UNKNOWN),
    "no messages in meetings": lambda state, pool, _: _service(state, pool, "im_mcu", STOPPED),
    "draining": lambda state, pool, _: _service(state, pool, "av_mcu", PAUSED),
    "replica lags": lambda state, pool, _: _replicas(state, pool, -1),
    "replica unknown": lambda state, pool, _: _replicas(state, pool, _UNKNOWN),
    "defined later": lambda state, pool, _: state.changed(defined={**state.defined, pool: state.published}),
    "nobody heard of it": lambda state, pool, _: state.changed(defined={**state.defined, pool: 10_000}),
    "expired": lambda state, pool, _: _certificate(state, pool, not_after=dt.date(2001, 1, 1)),
    "expires later": lambda state, pool, _: _certificate(state, pool, not_after=dt.date(2090, 1, 1)),
    "not valid yet": lambda state, pool, _: _certificate(
        state, pool, not_before=dt.date.fromordinal(state.day + 1)
    ),
    "valid since today": lambda state, pool, _: _certificate(
        state, pool, not_before=dt.date.fromordinal(state.day)
    ),
    "other issuer": lambda state, pool, _: _certificate(state, pool, issuer="somebody"),
    "names another": lambda state, pool, _: _certificate(state, pool, names=frozenset({"elsewhere"})),
    "no certificate told": lambda state, pool, _: _certificate(state, pool, use="AccessEdgeExternal"),
    "old TLS": lambda state, pool, _: _servers(state, pool, tls=frozenset({"1.0"})),
    "new TLS": lambda state, pool, _: _servers(state, pool, tls=frozenset({"1.3"})),
    "TLS unknown": lambda state, pool, _: _servers(state, pool, tls=_UNKNOWN),
    "trusts others": lambda state, pool, _: _servers(state, pool, roots=frozenset({"somebody"})),
    "trusts unknown": lambda state, pool, _: _servers(state, pool, roots=_UNKNOWN),
    "no record": lambda state, pool, _: _without_record(state, pool),
    "link blocked": lambda state, pool, other: _blocked(state, pool, other, 5061),
    "focus blocked": lambda state, pool, other: _blocked(state, pool, other, 444),
    "everybody blocked": lambda state, pool, _: _blocked(state, None, pool, 5061),
    "blocked from": lambda state, pool, _: _blocked(state, pool, None, 444),
    "backed up": lambda state, pool, other: _pool(
        _service(state, pool, "front_end", STOPPED), pool, backup=other
    ),
    "branch": lambda state, pool, other: _pool(
        state, pool, role=PoolRole.BRANCH_APPLIANCE, backup=other if other != pool else None
    ),
    "version unknown": lambda state, pool, _: _pool(state, pool, versions=(Version.L13, Version.S19)),
    "no version": lambda state, pool, _: _pool(state, pool, versions=()),
    "few MCUs": lambda state, pool, _: _pool(state, pool, mcus=frozenset({"AVConf"})),
    "gone": lambda state, pool, _: state.changed(
        pools={key: each for key, each in state.pools.items() if key != pool}
    ),
    "back end down": lambda state, pool, _: _store(state, pool, reachable=False),
    "log full": lambda state, pool, _: _store(state, pool, log_room=0),
    "critical": lambda state, pool, _: _backing(state, critical=state.backing.critical | {pool}),
    "clock behind": lambda state, pool, _: _machine(state, pool, clock_skew=-3000),
    "session tickets": lambda state, pool, _: _machine(state, pool, os="Windows Server 2012 R2"),
    "replicator": lambda state, pool, _: _backing(
        state, replicators=(UserReplicator(pool=pool, skipped=frozenset({"x"}), origin=HERE),)
    ),
    "routing group lost": lambda state, pool, _: _group(state, pool),
    "strict presence": lambda state, pool, _: _particular(state, strict_presence=frozenset({pool})),
    "links blocked": lambda state, pool, _: _filter(state, pool, links="block"),
    "files blocked": lambda state, pool, _: _filter(state, pool, files="block"),
    "files warned of": lambda state, pool, _: _filter(state, pool, files="warn"),
    "everybody's filter": lambda state, _pool, _other: _particular(
        state, im_filters=(ImFilter(scope="global", links="block"),)
    ),
    "full link": _link,
    "directory left behind": lambda state, pool, _: state.changed(
        directories=tuple(
            dataclasses.replace(each, owner=PoolId("gone")) if each.owner == pool else each
            for each in state.directories  # type: ignore[union-attr]  # told
        )
    ),
    "nothing told of names": lambda state, _pool, _other: state.changed(
        records=_UNKNOWN, certificates=_UNKNOWN
    ),
}
#: What is assumed otherwise, where that tells pools apart.
OTHERWISE: tuple[dict[str, str], ...] = (
    {},
    {"names-resolve": "undecided"},
    {"newer-states-ignored": "no"},
    {"delegates-across-generations": "no"},
    {"ports-open": "no"},
    {"features-need-services": "no"},
    {"im-filter-at": "both"},
)


def wounded(label: str, wounds: Iterable[tuple[str, int, int]]) -> State:
    state = state_of_many(label)
    homes = [pool for pool in state.pools if state.pools[pool].servers and "edge" not in pool]
    for wound, one, other in wounds:
        pool, beside = homes[one % len(homes)], homes[other % len(homes)]
        if {pool, beside} <= state.pools.keys():
            state = WOUNDS[wound](state, pool, beside)
    return state


def same(state: State, rules: Rules) -> None:
    """Asking by sorts and asking everybody must be the same, to the letter."""
    for check in TALKS:
        by_sort = said(check, observer(state, rules))
        assert by_sort == said(as_users(check), observer(state, rules)), check.name
    with pytest.MonkeyPatch.context() as patched:
        briefly = [said(check, observer(state, rules)) for check in GATHERINGS]
        for room in (calendars, applications):
            patched.setattr(room, "one_of_each", lambda _facts, homes, *_apart: tuple(homes))
        assert briefly == [said(check, observer(state, rules)) for check in GATHERINGS]


@pytest.mark.parametrize("wound", WOUNDS)
def test_a_wound_shows_as_if_everybody_had_been_asked(wound: str) -> None:
    same(wounded("pilot", [(wound, 1, 6)]), Rules())


@settings(max_examples=60)
@given(
    st.sampled_from(PLACES),
    st.lists(st.tuples(st.sampled_from(sorted(WOUNDS)), st.integers(0, 9), st.integers(0, 9)), max_size=4),
    st.sampled_from(OTHERWISE),
)
def test_asking_one_of_each_sort_is_asking_everybody(
    label: str, wounds: list[tuple[str, int, int]], otherwise: dict[str, str]
) -> None:
    same(wounded(label, wounds), Rules(otherwise))


# ---------------------------------------------------------------- sorts


def test_pools_that_differ_in_name_and_site_alone_are_of_one_class() -> None:
    here = observer(state_of_many("pilot"))
    olds = [front_end(tried(MANY).deployment, number) for number in range(5)]
    classes = {routing_class(here.facts, pool) for pool in olds}
    assert len(classes) == 1
    assert {routing_class(here.facts, new(pool)) for pool in olds}.isdisjoint(classes)
    assert one_of_each(here.facts, olds, olds[3]) == (olds[0], olds[3])


def test_sorts_hold_every_conversation_once_in_order() -> None:
    here = observer(wounded("pilot", [("silent", 0, 0), ("strict presence", 7, 0)]))
    talks = conversations(here)
    everybody = list(talks)
    assert sum(talks.sorts.values()) == len(everybody) == len(list(talks.but(())))
    assert not list(talks.but(talks.sorts))
    for sort in talks.sorts:
        rest = list(talks.but({sort}))
        assert rest == [each for each in everybody if each in rest]
        assert len(rest) == len(everybody) - talks.sorts[sort]
        assert talks.one_of(sort) not in rest


def test_a_pair_is_asked_for_all_of_its_sort(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten homes have a hundred conversations; what was asked is six, one of each sort."""
    asked: list[Any] = []
    real = messaging.between

    def noting(*arguments: Any, **more: Any) -> Any:
        asked.append(arguments[1:3])
        return real(*arguments, **more)

    monkeypatch.setattr(messaging, "between", noting)
    (check,) = (each for each in TALKS if each.name == "people_call_and_show_each_other_their_screens")
    assert said(check, observer(state_of_many("pilot")))[0] == 100
    assert len(set(asked)) == 6


# ---------------------------------------------------------------- what routes look at


class Watched:
    """A state that tells which of its parts were read."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.parts: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.parts.add(name)
        return getattr(self._state, name)

    def reported(self, server: ServerId, service: str) -> Any:
        """Asked of this one, so that what is read for the answer is seen."""
        return State.reported(cast("State", self), server, service)


#: Parts of a state that a class takes into account, or that say nothing about a single pool.
TAKEN_INTO_ACCOUNT = frozenset(
    {
        "backing",
        "blocked",
        "certificates",
        "day",
        "defined",
        "directories",
        "particulars",
        "pools",
        "published",
        "records",
        "replicas",
        "servers",
        "services",
        "sites",
        "surroundings",
    }
)


@pytest.mark.parametrize("wound", [None, "strict presence", "links blocked", "clock behind", "log full"])
def test_routes_look_at_nothing_that_classes_leave_out(wound: str | None) -> None:
    """Whoever makes a route look at another part of the state has to say what of it tells pools apart."""
    state = wounded("pilot", [(wound, 1, 6)] if wound else [])
    watched = Watched(state)
    here: Any = observer(state)
    here.state = watched
    for talk in conversations(observer(state)):
        other = dataclasses.replace(talk, observer=here)
        other.message()
        other.presence()
        other.presence(Recipient.NEWER_STATE)
        other.call()
        other.share()
        other.reach(Modality.FILE)
        other.message(content=Content.LINK)
        other.invite_third()
        other.delegate()
    assert watched.parts <= TAKEN_INTO_ACCOUNT


def test_a_class_lets_go_with_the_ground_that_it_stands_on() -> None:
    """Two moments share a ground: what one of them forgets, the other must not mistake."""
    trial = tried(MANY)
    stops = {stop.place.label: stop.views.here for stop in trial.stops()}
    one, other = stops["side-by-side"], stops["pilot"]
    before = [one.facts, other.facts]
    assert [routing_class(each, front_end(trial.deployment)) for each in before] == [
        routing_class(one.facts, front_end(trial.deployment))
    ] * 2
    one.forget()
    olds = [front_end(trial.deployment, number) for number in range(5)]
    news = {routing_class(other.facts, new(pool)) for pool in olds}
    assert news.isdisjoint({routing_class(other.facts, pool) for pool in olds})
