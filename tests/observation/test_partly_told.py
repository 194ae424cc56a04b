"""What was told in part: an answer that rests on the rest is open, neither done nor a failure."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from helpers import RULES, after, crowd, observer, state_at, tried

from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.clients import ClientGeneration
from coexistence.model.deployment import Block
from coexistence.model.operations import SetServiceState
from coexistence.model.vocabulary import (
    ApplicationKind,
    Disposition,
    Edition,
    Origin,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    Unknown,
    Version,
)
from coexistence.observation import ApplicationSubject, ClientSubject, PoolSubject, Undecided, User
from coexistence.observation.facts.routes import Leg, best_of, failed, passed, undecided
from coexistence.observation.listings import subjects
from coexistence.observation.network.dns_answers import answers
from coexistence.observation.servers.cms_replication import carry, to_edge
from coexistence.observation.servers.pools import fail_over
from coexistence.observation.sign_in.sign_in import find_home, sign_in
from coexistence.observation.voice.applications import answer_everybody, callers
from coexistence.simulation.rules.quorum import lost_quorum, untold_quorum
from coexistence.simulation.state import State, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coexistence.observation import Outcome

DONE, REFUSED, FAILED, UNDECIDED = Disposition
SERVICES = Unknown("Get-CsWindowsService")
USERS = Unknown("Get-CsUser")

POOL = PoolBlueprint(
    edition=Edition.ENTERPRISE,
    front_ends=3,
    crowds=(crowd(40, voice=True),),
    voice=True,
    response_groups=1,
    dial_in=True,
    paired=True,
)
SITE = SiteBlueprint(
    pools=(POOL, POOL), branches=(BranchBlueprint(crowds=(crowd(10),)),), edge=EdgeBlueprint()
)
PILOT = state_at(tried(Blueprint(legacy=Version.L13, target=Version.S15, sites=(SITE,))), "pilot")
OLD, OTHER, *_ = (pool.id for pool in PILOT.pools.values() if pool.role is PoolRole.FRONT_END)
EDGE = next(pool.id for pool in PILOT.pools.values() if pool.role is PoolRole.EDGE)
(BRANCH,) = (pool.id for pool in PILOT.pools.values() if pool.role is PoolRole.BRANCH_APPLIANCE)


def uncollected(state: State, servers: Iterable[ServerId]) -> State:
    """Nobody collected the services of some servers."""
    return state.changed(services=frozen({**state.services, **dict.fromkeys(servers, SERVICES)}))


def unset(state: State, pool: PoolId, **facts: Any) -> State:
    """Servers of a pool about which something was not told."""
    servers = dict(state.servers)
    for server in state.pools[pool].servers:
        servers[server] = dataclasses.replace(servers[server], **facts)
    return state.changed(servers=frozen(servers))


def losing(state: State, servers: Iterable[ServerId], service: str) -> State:
    """Servers on which a service is stopped."""
    for server in servers:
        stop = SetServiceState(server=server, service=service, state=ServiceState.STOPPED)
        state = after(state, stop)
    return state


def silent(state: State, pool: PoolId) -> State:
    """A pool whose Front-End service is stopped everywhere."""
    return losing(state, state.pools[pool].servers, "front_end")


def signs_in(state: State, home: PoolId) -> Outcome:
    return sign_in(
        observer(state).facts, home, ClientGeneration.LYNC_2013, state.sip_domains[0], cache="warm"
    )


# ---------------------------------------------------------------- services


@pytest.mark.parametrize(
    ("stopped", "untold", "ends"),
    [(0, 0, DONE), (1, 0, DONE), (0, 1, DONE), (2, 0, FAILED), (1, 1, UNDECIDED), (0, 2, UNDECIDED)],
)
def test_a_quorum_that_hangs_on_servers_nobody_collected_is_undecided(
    stopped: int, untold: int, ends: Disposition
) -> None:
    servers = PILOT.pools[OLD].servers
    state = losing(PILOT, servers[:stopped], "front_end")
    state = uncollected(state, servers[stopped : stopped + untold])
    pool = state.pools[OLD]

    stop = observer(state).facts.registrar(OLD).stop

    assert (DONE if stop is None else stop.disposition) is ends
    assert (untold_quorum(state, pool, RULES) is not None) is (ends is UNDECIDED)
    assert (lost_quorum(state, pool, RULES) is not None) is (ends is FAILED)


def test_a_backup_registrar_that_nobody_collected_may_take_over() -> None:
    down = silent(PILOT, OLD)
    assert signs_in(down, OLD).done

    outcome = signs_in(uncollected(down, down.pools[OTHER].servers), OLD)

    assert (outcome.disposition, outcome.needs) == (UNDECIDED, ("Get-CsWindowsService",))


def test_web_services_that_are_stopped_or_not_collected_answer_nobody_for_certain() -> None:
    first, *others = PILOT.pools[OLD].servers
    state = losing(PILOT, others, "web_services")
    assert find_home(observer(state).facts, OLD, ClientGeneration.LYNC_2013, state.sip_domains[0]).done
    readings = {**state.services[first], "web_services": SERVICES}  # type: ignore[dict-item]  # built: known
    state = state.changed(services=frozen({**state.services, first: frozen(readings)}))

    outcome = find_home(observer(state).facts, OLD, ClientGeneration.LYNC_2013, state.sip_domains[0])

    assert (outcome.disposition, outcome.needs) == (UNDECIDED, ("Get-CsWindowsService",))


# ---------------------------------------------------------------- one of several ways


def test_of_several_ways_one_that_may_work_weighs_more_than_one_that_does_not() -> None:
    works, fails, may = passed("here", "works"), failed("here", "fails"), undecided("here", "may", "X")

    assert best_of([fails, may, works]) is works
    assert best_of([fails, may]) is may
    assert best_of([fails, Leg(stop=fails.stop)]) is fails


# ---------------------------------------------------------------- people


def test_who_may_call_is_everybody_whose_pool_may_have_people() -> None:
    homes = callers(observer(PILOT))
    assert {OLD, BRANCH} <= set(homes)

    assert set(homes) <= set(callers(observer(PILOT.changed(population=USERS))))


def groups(state: State) -> list[ApplicationSubject]:
    found = [
        each for each in subjects(observer(state), "application") if isinstance(each, ApplicationSubject)
    ]
    return [each for each in found if each.kind is ApplicationKind.RESPONSE_GROUP]


@pytest.mark.parametrize(("link", "ends"), [("works", DONE), ("blocked", UNDECIDED)])
def test_callers_whose_pool_nobody_collected_count_where_they_could_not_call(
    link: str, ends: Disposition
) -> None:
    group = groups(PILOT)[0].application
    state = uncollected(PILOT, PILOT.pools[BRANCH].servers)
    if link == "blocked":
        block = Block(source=BRANCH, target=group.owner, port=5061, origin=Origin("test"))
        assert answer_everybody(observer(PILOT.changed(blocked=(block,))), group).disposition is FAILED
        state = state.changed(blocked=(block,))

    assert answer_everybody(observer(state), group).disposition is ends


def test_where_agents_are_homed_is_open_without_a_list_of_users() -> None:
    group = groups(PILOT)[0]
    told = dataclasses.replace(group, application=dataclasses.replace(group.application, agents=(OLD,)))
    assert OLD in told.agent_homes

    with pytest.raises(Undecided):
        _ = dataclasses.replace(told, observer=observer(PILOT.changed(population=USERS))).agent_homes


def users(state: State) -> list[User]:
    return [each for each in subjects(observer(state), "user") if isinstance(each, User)]


@pytest.mark.parametrize("voice", [True, Unknown("Get-CsUser")])
def test_who_may_have_no_voice_is_not_said_to_be_cut_off(voice: Any) -> None:
    user = next(each for each in users(PILOT) if each.cohort.pool == OLD and each.has_voice is True)
    assert dataclasses.replace(user, has_voice=voice).call_out().done
    cut_off = observer(PILOT.changed(voice_routes=()))

    outcome = dataclasses.replace(user, observer=cut_off, has_voice=voice).call_out()

    assert outcome.disposition is (UNDECIDED if isinstance(voice, Unknown) else REFUSED)


def test_what_a_client_asks_is_open_where_nobody_knows_whom_it_finds() -> None:
    def prompt(state: State) -> str:
        found = [each for each in subjects(observer(state), "client") if isinstance(each, ClientSubject)]
        return next(each for each in found if each.home == OLD).trust_prompt()

    assert prompt(PILOT) == ""
    with pytest.raises(Undecided) as raised:
        prompt(PILOT.changed(records=Unknown("DNS export")))
    assert raised.value.outcome.needs == ("DNS export",)


def test_whether_everybody_has_left_an_older_pool_is_open_without_a_list_of_users() -> None:
    def due(state: State) -> bool:
        found = [each for each in subjects(observer(state), "pool") if isinstance(each, PoolSubject)]
        return next(each for each in found if each.pool.id == OLD).is_due_for_removal

    assert not due(PILOT)
    with pytest.raises(Undecided):
        due(PILOT.changed(population=USERS))


# ---------------------------------------------------------------- names, roots, builds, the master


def test_a_name_that_may_be_a_simple_url_is_open() -> None:
    assert not isinstance(PILOT.records, Unknown)
    meet = next(record for (name, _), record in PILOT.records.items() if name.startswith("meet."))
    own = PILOT.records[OLD, "A"]
    state = PILOT.changed(simple_urls=Unknown("Get-CsSimpleUrlConfiguration"))

    assert answers(observer(PILOT).facts, meet).done
    assert answers(observer(state).facts, meet).needs == ("Get-CsSimpleUrlConfiguration",)
    assert answers(observer(state).facts, own).done


def test_roots_that_nobody_told_leave_open_whether_an_edge_is_reached() -> None:
    assert to_edge(observer(PILOT).facts, PILOT.pools[EDGE]).done
    master = PILOT.cms.masters[0]  # type: ignore[index]  # a built state knows its master

    outcome = to_edge(observer(unset(PILOT, master, roots=Unknown("TLS settings"))).facts, PILOT.pools[EDGE])

    assert (outcome.disposition, outcome.needs) == (UNDECIDED, ("TLS settings",))


def test_without_a_known_master_nobody_can_say_that_configuration_arrives() -> None:
    state = PILOT.changed(cms=dataclasses.replace(PILOT.cms, masters=Unknown("Get-CsManagementConnection")))

    assert carry(observer(PILOT).facts, PILOT.pools[OLD]).done
    assert carry(observer(state).facts, state.pools[OLD]).disposition is UNDECIDED


def test_builds_that_nobody_told_leave_open_whether_a_pair_takes_over() -> None:
    assert fail_over(observer(PILOT).facts, OLD).done

    outcome = fail_over(observer(unset(PILOT, OTHER, build=Unknown("Get-CsServerPatchVersion"))).facts, OLD)

    assert (outcome.disposition, outcome.needs) == (UNDECIDED, ("Get-CsServerPatchVersion",))
