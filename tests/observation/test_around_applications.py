"""Around the pools' applications: agents, parked calls, announcements, devices, runtimes, phones."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from helpers import (
    after,
    new,
    observer,
    with_service,
)
from surrounded import (
    CALLER,
    DONE,
    FAILED,
    HERE,
    OWNER,
    REFUSED,
    TRUSTED,
    K,
    around,
    called,
    first,
    now,
    told,
    with_object,
)

from coexistence import ApplicationSubject
from coexistence.model import operations as op
from coexistence.model.conditions.external_systems import StoreFile
from coexistence.model.vocabulary import ApplicationKind, Disposition, PoolId, PoolRole, ServiceState, Version
from coexistence.observation.listings import subjects
from coexistence.observation.people import contact_and_chat_stores
from coexistence.observation.voice.applications import answer
from coexistence.observation.voice.call_park import fetch, music
from coexistence.observation.voice.response_group_agents import call_for_group, sign_in_to_group
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from coexistence.model.deployment import Application
    from coexistence.observation import Outcome
    from coexistence.simulation.state import State

# ---------------------------------------------------------------- agents of response groups


def grouped(state: State, **facts: object) -> Application:
    return first(with_object(state, K.RESPONSE_GROUP, **facts), K.RESPONSE_GROUP)


def moved_groups() -> State:
    return after(now("pilot"), op.MoveResponseGroups(source=OWNER, to=new(OWNER)))


def test_the_console_of_the_legacy_pool_does_not_list_the_moved_groups() -> None:
    state = moved_groups()
    here = observer(state)
    formal, informal = (grouped(state, formal=each, console=OWNER) for each in (True, False))

    assert "does not list" in sign_in_to_group(here.facts, formal, new(OWNER)).reason
    assert sign_in_to_group(observer(state).facts, informal, new(OWNER)).done
    told_new = after(
        with_object(state, K.RESPONSE_GROUP, formal=True, console=OWNER),
        op.SetAgentConsole(owner=new(OWNER), console=new(OWNER)),
    )
    assert sign_in_to_group(observer(told_new).facts, first(told_new, K.RESPONSE_GROUP), new(OWNER)).done


def test_an_agent_console_needs_its_web_services_and_its_pool() -> None:
    group = grouped(now(), formal=True)
    stopped = with_service(now(), OWNER, "W3SVC")

    assert sign_in_to_group(observer(now()).facts, group, CALLER).done
    assert sign_in_to_group(observer(stopped).facts, group, CALLER).disposition is FAILED
    gone = grouped(now(), formal=True, console=PoolId("gone.example"))
    assert "topology no more" in sign_in_to_group(observer(now()).facts, gone, CALLER).reason


def test_an_older_agent_cannot_call_for_a_newer_group() -> None:
    """Lync Server 2013 release notes: old-homed agents of groups that were migrated first."""
    state = moved_groups()
    group = first(state, K.RESPONSE_GROUP)

    assert told(call_for_group(observer(state).facts, group, OWNER)) == (REFUSED, None, None)
    assert call_for_group(observer(state).facts, group, new(OWNER)).done
    before = first(now("pilot"), K.RESPONSE_GROUP)
    assert call_for_group(observer(now("pilot")).facts, before, new(OWNER)).done


def test_a_group_reaches_the_agents_that_it_has_and_no_others() -> None:
    down = with_service(now(), CALLER, "RTCSRV")
    agents = {"theirs": (CALLER,), "ours": (OWNER,), "both": (CALLER, OWNER)}
    answers = {
        who: answer(observer(down), grouped(down, agents=homes), OWNER) for who, homes in agents.items()
    }

    assert told(answers["theirs"]) == (FAILED, 504, 2)
    assert answers["ours"].done
    assert answers["both"].done
    assert "agents-anywhere" not in answers["both"].assumes
    gone = grouped(now(), agents=(PoolId("gone.example"),))
    assert told(answer(observer(now()), gone, OWNER)) == (FAILED, 404, 4005)


# ---------------------------------------------------------------- parked calls


def fetched(state: State, orbit: str | None = None, caller: PoolId = CALLER, **how: bool) -> Outcome:
    return fetch(observer(state), orbit or first(state, K.CALL_PARK_ORBIT).id, caller, **how)


def draining(state: State) -> State:
    return with_service(state, OWNER, "RTCCPS", ServiceState.PAUSED)


@pytest.mark.parametrize(
    ("situation", "asked", "ends"),
    [
        ("sound", lambda: fetched(now()), (DONE, None, None)),
        ("an orbit that nobody has", lambda: fetched(now(), "#999"), (FAILED, 404, 35000)),
        ("from outside", lambda: fetched(now(), outside=True), (REFUSED, 403, 35003)),
        ("a draining service", lambda: fetched(draining(now())), (FAILED, 503, 35012)),
        (
            "a stopped service",
            lambda: fetched(with_service(now(), OWNER, "RTCCPS")),
            (FAILED, 503, 5000),
        ),
    ],
)
def test_fetching_a_parked_call_ends_as_the_product_ends_it(
    situation: str, asked: Callable[[], Outcome], ends: tuple[Disposition, int | None, int | None]
) -> None:
    assert told(asked()) == ends, situation


def test_parking_across_generations_is_an_assumption() -> None:
    state = now("pilot")
    orbit = first(state, K.CALL_PARK_ORBIT).id
    switched = Rules({"call-park-across-generations": "no"})

    assert "call-park-across-generations" in fetch(observer(state), orbit, new(OWNER)).assumes
    assert told(fetch(observer(state, switched), orbit, new(OWNER))) == (FAILED, 488, 35008)
    assert fetch(observer(state, switched), orbit, OWNER).done


def test_music_of_the_companys_own_is_left_behind_unless_it_is_copied() -> None:
    theirs = around(
        with_object(now("post-migration"), K.CALL_PARK_ORBIT, plays="jingle.wma"),
        files=(StoreFile(pool=OWNER, name="jingle.wma", origin=HERE),),
    )
    copied = after(theirs, op.CopyStoreFiles(source=OWNER, to=new(OWNER)))

    orbit = first(theirs, K.CALL_PARK_ORBIT)
    assert "own music is played" in music(observer(theirs).facts, orbit).reason
    assert called(theirs, K.CALL_PARK_ORBIT).done
    assert music(observer(copied).facts, orbit).done
    assert music(observer(now()).facts, first(now(), K.CALL_PARK_ORBIT)).done


# ---------------------------------------------------------------- announcements, devices, applications


def test_a_range_plays_what_its_new_pool_has() -> None:
    theirs = around(
        with_object(now("production"), K.UNASSIGNED_NUMBERS, plays="vacant.wav"),
        files=(StoreFile(pool=OWNER, name="vacant.wav", origin=HERE),),
    )
    move = op.MoveUnassignedNumbers(source=OWNER, to=new(OWNER), with_announcements=False)
    silent, heard = (
        after(theirs, dataclasses.replace(move, with_announcements=recreated)) for recreated in (False, True)
    )

    assert called(theirs, K.UNASSIGNED_NUMBERS).done
    assert "the announcement of the range is not on this pool" in called(silent, K.UNASSIGNED_NUMBERS).reason
    assert called(heard, K.UNASSIGNED_NUMBERS).done
    assert "announcements-recreated" not in called(heard, K.UNASSIGNED_NUMBERS).assumes


def test_an_analog_device_rings_through_its_gateway() -> None:
    gateway = now().gateways[0].fqdn
    wired = with_object(now(), K.ANALOG_DEVICE, gateway=gateway)
    silent = wired
    for trunk in wired.gateways:
        silent = with_service(silent, trunk.mediation, "RTCMEDSRV")

    assert called(wired, K.ANALOG_DEVICE).done
    assert told(called(silent, K.ANALOG_DEVICE)) == (FAILED, 504, 12004)
    loose = with_object(now(), K.ANALOG_DEVICE, gateway="unplugged.example")
    assert told(called(loose, K.ANALOG_DEVICE)) == (FAILED, 504, 12004)


def test_an_endpoint_left_on_the_legacy_pool_ends_with_it() -> None:
    """Fault: the application pool was repointed, its endpoints' contacts were not."""
    orphaned = with_object(now("post-migration"), K.TRUSTED_ENDPOINT, owner=OWNER)

    assert orphaned.pools[TRUSTED].next_hop == new(OWNER)
    assert called(orphaned, K.TRUSTED_ENDPOINT).done
    assert told(called(with_service(orphaned, OWNER, "RTCSRV"), K.TRUSTED_ENDPOINT)) == (FAILED, 504, 2)


def test_a_runtime_older_than_its_next_hop_does_not_work_as_we_assume() -> None:
    old = after(now("post-migration"), op.UpdateRuntime(pool=TRUSTED, version=Version.L13))
    updated = after(old, op.UpdateRuntime(pool=TRUSTED, version=Version.S19))

    assert "is older than" in called(old, K.TRUSTED_ENDPOINT).reason
    assert called(old, K.TRUSTED_ENDPOINT, **{"older-runtime-works": "yes"}).done
    assert called(updated, K.TRUSTED_ENDPOINT).done
    assert called(after(now(), op.UpdateRuntime(pool=TRUSTED, version=Version.L13)), K.TRUSTED_ENDPOINT).done


# ---------------------------------------------------------------- phones and records


def subject_of(state: State, kind: ApplicationKind) -> ApplicationSubject:
    found = subjects(observer(state), "application")
    return next(each for each in found if isinstance(each, ApplicationSubject) and each.kind is kind)


def test_a_phone_fresh_from_the_box_finds_the_pool_that_it_belongs_to() -> None:
    """Fault: phones that were never reset outlive the pool; one that is reset cannot start."""
    phone = subject_of(now(), K.COMMON_AREA_PHONE)
    assert phone.register().done
    assert (
        subject_of(with_service(now(), OWNER, "RTCSRV"), K.COMMON_AREA_PHONE).register().disposition is FAILED
    )


def test_objects_answer_through_their_subject_as_they_do_alone() -> None:
    orbit, group = subject_of(now(), K.CALL_PARK_ORBIT), subject_of(now(), K.RESPONSE_GROUP)

    assert orbit.fetch(CALLER) == fetched(now())
    assert told(orbit.fetch(CALLER, outside=True)) == (REFUSED, 403, 35003)
    assert orbit.play_music().done
    assert group.sign_in(CALLER).done
    assert group.call_on_behalf(CALLER).done


def test_an_appliance_of_2010_reports_to_monitoring_of_2010() -> None:
    """Connect a Survivable Branch Appliance: an L10 appliance under a newer pool."""
    state = now()
    pools = dict(state.pools)
    old, monitoring = PoolId("sba.example"), PoolId("mon.example")
    pools[old] = dataclasses.replace(
        pools[CALLER], id=old, role=PoolRole.BRANCH_APPLIANCE, versions=(Version.L10,), backup=OWNER
    )
    alone = contact_and_chat_stores.report_calls(observer(state.changed(pools=frozen(pools))).facts, old)
    pools[monitoring] = dataclasses.replace(
        pools[CALLER], id=monitoring, role=PoolRole.MONITORING, versions=(Version.L10,)
    )

    assert "Monitoring Server of Lync Server 2010" in alone.reason
    assert contact_and_chat_stores.report_calls(observer(state.changed(pools=frozen(pools))).facts, old).done
    pools[old] = dataclasses.replace(pools[old], versions=(Version.L13,))
    pools[OWNER] = dataclasses.replace(pools[OWNER], monitoring_store="sql/mon")
    assert contact_and_chat_stores.report_calls(observer(state.changed(pools=frozen(pools))).facts, old).done
    assert "no Monitoring store" in contact_and_chat_stores.report_calls(observer(now()).facts, CALLER).reason
