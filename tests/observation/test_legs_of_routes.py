"""What each route is made of: break everything there is, one thing at a time, and see what stops it.

The tables were written from the protocol, port and service facts, not from the code. A leg that is dropped
leaves a thing that breaks and stops nothing; a leg too many stops where nothing is in the way.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest
from helpers import built, crowd, front_end, observer, state_at, tried, with_service

from coexistence.model.blueprint import Blueprint, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.conditions.machines_and_databases import Backing, SqlStore
from coexistence.model.deployment import ACCESS_EDGE_EXTERNAL, Block
from coexistence.model.vocabulary import (
    ApplicationKind,
    ContactStore,
    Disposition,
    Edition,
    Modality,
    Origin,
    PoolId,
    PoolRole,
    ServiceState,
    Unknown,
    Version,
)
from coexistence.observation import Observer, Outcome, conferencing
from coexistence.observation.network import federation, remote_access
from coexistence.observation.people import contact_and_chat_stores, messaging
from coexistence.observation.servers import cms_replication
from coexistence.observation.sign_in.registrar import serving
from coexistence.observation.voice import applications, calls, pstn
from coexistence.simulation.state import BY_KEY, State, frozen

HERE: Final = Origin("test")
_POOL: Final = PoolBlueprint(
    edition=Edition.ENTERPRISE,
    front_ends=2,
    crowds=(crowd(10, voice=True),),
    dial_in=True,
    voice=True,
    archiving=True,
    response_groups=1,
    call_park=True,
)
BLUEPRINT: Final = Blueprint(
    partners=1,
    sites=(SiteBlueprint(pools=(_POOL, _POOL), edge=EdgeBlueprint(), director=True, mediation=1),),
)
DEPLOYMENT: Final = built(BLUEPRINT)
A, B = front_end(DEPLOYMENT), front_end(DEPLOYMENT, 1)
#: Two Front End pools, an Edge with a Director before it, a Mediation pool, by their letters in the tables.
POOLS: Final = {
    "A": A,
    "B": B,
    **{
        letter: DEPLOYMENT.pools_of(role)[0].id
        for letter, role in (("E", PoolRole.EDGE), ("D", PoolRole.DIRECTOR), ("M", PoolRole.MEDIATION))
    },
}
#: SIP, focus, media relay credentials, web conferencing, media relay, web pages, directory moves, files.
PORTS: Final = (5061, 444, 5062, 8057, 3478, 443, 4443, 5070, 135, 445)


@functools.cache
def sound() -> State:
    """Before the migration, with one Mediation pool for everybody: there is one way for everything."""
    state = state_at(tried(BLUEPRINT), "legacy")
    pools = dict(state.pools)
    for pool in (A, B):
        pools[pool] = dataclasses.replace(pools[pool], roles=pools[pool].roles - {"MediationServer"})
    trunks = tuple(each for each in state.gateways if each.mediation == POOLS["M"])
    return state.changed(pools=frozen(pools), gateways=trunks)


def _without_store(state: State, instance: str | None) -> State:
    assert instance is not None
    down = SqlStore(instance=instance.lower(), reachable=False, origin=HERE)
    return state.changed(backing=Backing(stores=(down,), block_on_archive_failure=True))


def everything_that_breaks() -> Iterator[tuple[str, State]]:
    """Each thing that can be broken by itself, by its name in the tables, and the state where it is."""
    state = sound()
    for here, source in POOLS.items():
        for there, target in POOLS.items():
            for port in PORTS if source != target else ():
                wall = Block(source=source, target=target, port=port, origin=HERE)
                yield f"{here}>{there} {port}", state.changed(blocked=(wall,))
    for letter, pool in POOLS.items():
        readings = state.services[state.pools[pool].servers[0]]
        assert not isinstance(readings, Unknown)
        for key in readings:
            yield f"{letter}: {key}", with_service(state, pool, BY_KEY[key].name or key)
    for letter in ("A", "B"):
        pool_ = state.pools[POOLS[letter]]
        yield f"{letter}: user services", _without_store(state, pool_.back_end)
        yield f"{letter}: archive", _without_store(state, pool_.archiving_store)


def _application(kind: ApplicationKind, owner: PoolId) -> Any:
    known = sound().applications
    assert not isinstance(known, Unknown)
    return next(each for each in known if (each.kind, each.owner) == (kind, owner))


def _dials(number: PoolId, directory: PoolId, home: PoolId) -> Callable[[Observer], Outcome]:
    dialled = _application(ApplicationKind.ACCESS_NUMBER, number)
    known = sound().directories
    assert not isinstance(known, Unknown)
    code = next(each.number for each in known if each.owner == directory)
    return lambda here: conferencing.dial_in(here, code, home, Version.L13, False, number=dialled)


def _partner() -> Any:
    known = sound().partners
    assert not isinstance(known, Unknown)
    return known[0]


def _joins(modality: Modality | None = None) -> Callable[[Observer], Outcome]:
    return lambda here: conferencing.join(here.facts, B, Version.L13, False, joiner=A, modality=modality)


#: Joining from A a meeting that B hosts: the way to the focus, and what the host needs whatever is wanted
#: (protocol facts, sections 4.3 and 6.1; ports facts, section 2; archiving: section 3.2).
_TO_B: Final = {"A: front_end", "A>B 5061", "A>B 444", "B: front_end", "B: user services", "B: archive"}

#: Route, how it is asked, and every single thing that stops it.
ROUTES: Final[Mapping[str, tuple[Callable[[Observer], Outcome], set[str]]]] = {
    # Protocol facts, section 3.1: Front End to Front End, no Director and no Edge; 3.2: critical archiving.
    "a message from A to B": (
        lambda here: messaging.between(here, A, B, Modality.MESSAGE),
        {"A: front_end", "A>B 5061", "B: front_end", "A: archive", "B: archive"},
    ),
    # Section 3.3: one's own pool names the other, which is asked by itself; section 2.4: resiliency mode.
    "presence of B, watched from A": (
        lambda here: messaging.between(here, A, B, Modality.PRESENCE),
        {"A: front_end", "A: user services", "A>B 5061", "B: front_end", "B: user services"},
    ),
    "the contact list of A": (
        lambda here: contact_and_chat_stores.read_contacts(here.facts, A, ContactStore.SERVER),
        {"A: front_end", "A: user services"},
    ),
    # Section 4.3: "to write and to hear" takes two MCUs of the pool that hosts.
    "joining from A a meeting on B": (_joins(), _TO_B | {"B: im_mcu", "B: av_mcu"}),
    "writing in it": (_joins(Modality.MESSAGE), _TO_B | {"B: im_mcu"}),
    "hearing in it": (_joins(Modality.AUDIO), _TO_B | {"B: av_mcu"}),
    "seeing in it": (_joins(Modality.VIDEO), _TO_B | {"B: av_mcu"}),
    "sharing in it": (_joins(Modality.SHARING), _TO_B | {"B: appsharing_mcu"}),
    "giving files in it": (_joins(Modality.FILE), _TO_B | {"B: data_mcu"}),
    # Services facts, section 2: Mediation and Conferencing Attendant; the attendant's pool joins the caller.
    "dialling A's number into a meeting on B": (
        _dials(A, A, B),
        _TO_B | {"M: mediation", "M>A 5061", "A: conferencing_attendant", "A: av_mcu", "B: av_mcu"},
    ),
    "dialling B's number with a code of A": (
        _dials(B, A, A),
        {"M: mediation", "M>B 5061", "B: conferencing_attendant", "B>A 5061"}
        | {"A: front_end", "A: conferencing_attendant", "A: av_mcu", "A: user services", "A: archive"},
    ),
    # Section 3.4: Front End, Director, Edge, partner; back the same way, by the Edge's next hop.
    "from A to a partner": (
        lambda here: federation.federate(here.facts, A, _partner(), inbound=False),
        {"A: front_end", "A>D 5061", "D: front_end", "D>E 5061", "E: front_end"},
    ),
    "from a partner to A": (
        lambda here: federation.federate(here.facts, A, _partner(), inbound=True),
        {"E: front_end", "E>D 5061", "D: front_end", "D>A 5061", "A: front_end"},
    ),
    "signing in to A from outside": (
        lambda here: remote_access.reach_from_outside(here.facts, A),
        {"E: front_end", "E>D 5061", "D: front_end", "D>A 5061", "A: front_end"},
    ),
    # Ports facts, section 2: credentials on 5062; 3478 or 443, of which one will do.
    "media of A through the Edge": (
        lambda here: remote_access.relay_media(here.facts, A),
        {"A>E 5062", "E: av_auth_edge", "E: av_edge"},
    ),
    "web conferences of A outside": (
        lambda here: remote_access.confer_from_outside(here.facts, A),
        {"A>E 8057", "E: web_conf_edge"},
    ),
    # Services facts, section 2: RTCMEDSRV; its next hop is A.
    "a call from B to the telephone network": (
        lambda here: pstn.call_out(here.facts, B),
        {"B: front_end", "B>M 5061", "M: mediation"},
    ),
    "a call from there to B": (
        lambda here: calls.called_from_outside(here.facts, B),
        {"M: mediation", "M>A 5061", "A: front_end", "A>B 5061", "B: front_end"},
    ),
    # Section 7.1: File Transfer Agent of the master, which A is; files to servers inside, HTTPS to the Edge.
    "configuration to B": (
        lambda here: cms_replication.carry(here.facts, here.state.pools[B]),
        {"A: file_transfer_agent", "A>B 445", "B: replica_replicator"},
    ),
    "configuration to the Edge": (
        lambda here: cms_replication.carry(here.facts, here.state.pools[POOLS["E"]]),
        {"A: file_transfer_agent", "A>E 4443", "E: replica_replicator"},
    ),
    # Its services are RTCRGS and W3SVC (services facts); agents are homed anywhere (``agents-anywhere``).
    "from B to a response group of A": (
        lambda here: applications.answer(here, _application(ApplicationKind.RESPONSE_GROUP, A), B),
        {"B: front_end", "B>A 5061", "A: front_end", "A: response_group", "A: web_services", "A>B 5061"},
    ),
    "from B to a call parked on A": (
        lambda here: applications.answer(here, _application(ApplicationKind.CALL_PARK_ORBIT, A), B),
        {"B: front_end", "B>A 5061", "A: front_end", "A: call_park"},
    ),
}


@functools.cache
def _stopped_by() -> Mapping[str, set[str]]:
    """Return for each route the names of the things that stop it, each broken by itself."""
    found: dict[str, set[str]] = {route: set() for route in ROUTES}
    for name, state in everything_that_breaks():
        here = observer(state)
        for route, (ask, _) in ROUTES.items():
            if not ask(here).done:
                found[route].add(name)
    return found


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_is_stopped_by_what_it_is_made_of_and_by_nothing_else(route: str) -> None:
    ask, legs = ROUTES[route]

    assert ask(observer(sound())).done
    assert _stopped_by()[route] == legs


# ---------------------------------------------------------------- what every link is made of


def _each_server(state: State, pool: PoolId, **facts: tuple[Any, ...]) -> State:
    """The state with one value for each server of a pool, in their order."""
    servers = dict(state.servers)
    for name, values in facts.items():
        for server, value in zip(state.pools[pool].servers, values, strict=True):
            servers[server] = dataclasses.replace(servers[server], **{name: value})
    return state.changed(servers=frozen(servers))


def _shown(state: State, pool: PoolId, use: str = "Default", **facts: Any) -> State:
    """The state with another certificate on a pool."""
    assert not isinstance(state.certificates, Unknown)
    return state.changed(
        certificates=tuple(
            dataclasses.replace(each, **facts) if (each.pool, each.use) == (pool, use) else each
            for each in state.certificates
        )
    )


def _nameless(state: State) -> State:
    assert not isinstance(state.records, Unknown)
    return state.changed(records=frozen({key: each for key, each in state.records.items() if key[0] != B}))


#: What is wrong between A and B, and the id by which it is told (protocol facts, sections 1.3 and 6.3).
LINK: Final[Mapping[str, tuple[Callable[[State], State], int]]] = {
    "no record": (_nameless, 1014),
    "port": (
        lambda state: state.changed(blocked=(Block(source=A, target=B, port=5061, origin=HERE),)),
        1038,
    ),
    "no TLS version in common": (
        lambda state: _each_server(
            _each_server(state, A, tls=(frozenset({"1.0"}),) * 2), B, tls=(frozenset({"1.2"}),) * 2
        ),
        1039,
    ),
    # A call may land on either server: what one of two does not speak, the pool does not.
    "one server of B without what A speaks": (
        lambda state: _each_server(
            _each_server(state, A, tls=(frozenset({"1.0"}),) * 2),
            B,
            tls=(frozenset({"1.0", "1.2"}), frozenset({"1.2"})),
        ),
        1039,
    ),
    "one server of A without what B speaks": (
        lambda state: _each_server(
            _each_server(state, B, tls=(frozenset({"1.2"}),) * 2),
            A,
            tls=(frozenset({"1.2"}), frozenset({"1.0"})),
        ),
        1039,
    ),
    "a certificate of another name": (
        lambda state: _shown(state, B, names=frozenset({"somebody.example"})),
        1010,
    ),
    "a certificate of one server's name": (
        lambda state: _shown(state, B, names=frozenset(state.pools[B].servers)),
        1010,
    ),
    "an expired certificate": (lambda state: _shown(state, B, not_after=dt.date(2001, 1, 1)), 1010),
    "a certificate of a stranger": (lambda state: _shown(state, B, issuer="nobody"), 1010),
    "one server of A that does not know the issuer": (
        lambda state: _each_server(state, A, roots=(frozenset({"internal CA"}), frozenset({"another"}))),
        1010,
    ),
}


@pytest.mark.parametrize("wrong", LINK)
def test_a_link_is_stopped_by_each_thing_that_it_needs(wrong: str) -> None:
    change, diagnostic = LINK[wrong]
    here = observer(change(sound()))

    for outcome in (
        messaging.between(here, A, B, Modality.MESSAGE),
        conferencing.join(here.facts, B, Version.L13, False, joiner=A),
    ):
        assert (outcome.disposition, outcome.sip, outcome.diagnostic) == (Disposition.FAILED, 504, diagnostic)
        assert outcome.source == here.facts.fqdn(A)
    # What is wrong on the way there is not wrong at home.
    assert messaging.between(here, A, A, Modality.MESSAGE).done


def test_a_wildcard_of_the_domain_names_a_pool() -> None:
    state = _shown(sound(), B, names=frozenset({f"*.{B.partition('.')[2]}"}))

    assert messaging.between(observer(state), A, B, Modality.MESSAGE).done


# ---------------------------------------------------------------- the last day of a certificate


def _simple_url(here: Observer) -> Outcome:
    urls = conferencing.urls_of(here.facts, "Meet")
    assert not isinstance(urls, Unknown)
    return conferencing.open_url(here.facts, urls[0].url)


#: Who looks at which certificate.
LOOKS: Final[Mapping[str, tuple[str, str, Callable[[Observer], Outcome]]]] = {
    "another pool": ("B", "Default", lambda here: messaging.between(here, A, B, Modality.MESSAGE)),
    "a partner": (
        "E",
        ACCESS_EDGE_EXTERNAL,
        lambda here: federation.federate(here.facts, A, _partner(), inbound=True),
    ),
    "somebody outside": (
        "E",
        ACCESS_EDGE_EXTERNAL,
        lambda here: remote_access.reach_from_outside(here.facts, A),
    ),
    "the master that replicates": (
        "E",
        "Default",
        lambda here: cms_replication.to_edge(here.facts, here.state.pools[POOLS["E"]]),
    ),
}


@pytest.mark.parametrize(("days", "is_accepted"), [(-2, False), (-1, False), (0, True), (1, True)])
@pytest.mark.parametrize("who", LOOKS)
def test_a_certificate_is_accepted_up_to_its_last_day(who: str, days: int, is_accepted: bool) -> None:
    letter, use, ask = LOOKS[who]
    until = dt.date.fromordinal(sound().day + days)

    assert ask(observer(_shown(sound(), POOLS[letter], use, not_after=until))).done is is_accepted


@pytest.mark.parametrize(("days", "is_accepted"), [(-2, False), (-1, False), (0, True), (1, True)])
def test_a_browser_takes_a_page_up_to_the_last_day_of_its_certificate(days: int, is_accepted: bool) -> None:
    until = dt.date.fromordinal(sound().day + days)
    state = sound()
    for pool in (A, B, POOLS["D"]):
        state = _shown(state, pool, not_after=until)

    assert _simple_url(observer(state)).done is is_accepted


def test_a_browser_takes_a_page_under_the_names_of_its_certificate_alone() -> None:
    state = sound()
    for pool in (A, B, POOLS["D"]):
        state = _shown(state, pool, names=frozenset({pool}))

    assert not _simple_url(observer(state)).done


# ---------------------------------------------------------------- some servers of a pool


@pytest.mark.parametrize("key", ["im_mcu", "av_mcu"])
def test_conferences_are_refused_when_every_server_drains_and_not_before(key: str) -> None:
    name = BY_KEY[key].name or key
    one = with_service(sound(), B, name, ServiceState.PAUSED, servers=1)
    every = with_service(sound(), B, name, ServiceState.PAUSED)

    assert _joins()(observer(one)).done
    refused = _joins()(observer(every))
    assert refused.diagnostic == 24067
    assert "is paused on every server of the pool" in refused.reason


def _with_agents_on(pool: PoolId) -> Callable[[Observer], Outcome]:
    group = dataclasses.replace(_application(ApplicationKind.RESPONSE_GROUP, A), agents=(pool,))
    return lambda here: applications.answer(here, group, A)


def test_a_group_whose_agents_are_on_a_silent_pool_answers_nobody() -> None:
    silent = with_service(sound(), B, "RTCSRV")

    assert _with_agents_on(B)(observer(sound())).done
    assert not _with_agents_on(B)(observer(silent)).done
    assert _with_agents_on(A)(observer(silent)).done


def test_a_backup_registrar_that_is_silent_too_takes_nobody_over() -> None:
    """Protocol facts, section 2.4: the pair serves each other's people, as long as one of them is up."""
    state = sound()
    pools = {**state.pools, B: dataclasses.replace(state.pools[B], backup=A)}
    paired = state.changed(pools=frozen(pools))
    both = with_service(with_service(paired, B, "RTCSRV"), A, "RTCSRV")

    assert serving(observer(paired).facts, B) == B
    assert serving(observer(with_service(paired, B, "RTCSRV")).facts, B) == A
    assert serving(observer(both).facts, B) == B
