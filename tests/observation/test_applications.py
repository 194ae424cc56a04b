"""Numbers, groups, phones, calls and stores: situation, answer, and at which status and id it ends."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from helpers import (
    RULES,
    after,
    built,
    crowd,
    front_end,
    new,
    observer,
    one_pool,
    population_of,
    refusal,
    state_at,
    tried,
    with_service,
)

from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, BranchBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.deployment import VoiceRoute
from coexistence.model.vocabulary import (
    ApplicationKind,
    ContactStore,
    Disposition,
    Origin,
    PoolId,
    PoolRole,
    Unknown,
    Version,
)
from coexistence.observation.people import address_book, contact_and_chat_stores
from coexistence.observation.voice import pstn
from coexistence.observation.voice.applications import admission, answer, answer_everybody
from coexistence.simulation.rules.assumptions import ASSUMPTIONS, Rules
from coexistence.simulation.state import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from coexistence.model.deployment import Application
    from coexistence.observation import Outcome
    from coexistence.simulation.state import State

DONE, FAILED, REFUSED, UNDECIDED = (
    Disposition.DONE,
    Disposition.FAILED,
    Disposition.REFUSED,
    Disposition.UNDECIDED,
)
K = ApplicationKind
EVERYTHING = PoolBlueprint(
    crowds=(crowd(20, voice=True), crowd(5)),
    dial_in=True,
    voice=True,
    response_groups=2,
    call_park=True,
    admission_control=True,
    common_area_phones=2,
    analog_devices=1,
    exchange_um=True,
    unassigned_numbers=True,
    archiving=True,
)
BLUEPRINT = Blueprint(
    sites=(
        SiteBlueprint(
            pools=(EVERYTHING,),
            trusted_applications=1,
            branches=(BranchBlueprint(crowds=(crowd(4, voice=True),)),),
        ),
        SiteBlueprint(pools=(PoolBlueprint(crowds=(crowd(20, voice=True),)),)),
    )
)
TRIAL = tried(BLUEPRINT)
DEPLOYMENT = built(BLUEPRINT)
OWNER, CALLER = front_end(DEPLOYMENT), front_end(DEPLOYMENT, 1)
(BRANCH,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.BRANCH_APPLIANCE))
(TRUSTED,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.TRUSTED_APPLICATION))
HERE = Origin("test")


def now(label: str = "legacy") -> State:
    return state_at(TRIAL, label)


def first(state: State, kind: ApplicationKind) -> Application:
    """The first object of a kind."""
    assert not isinstance(state.applications, Unknown)
    return next(each for each in state.applications if each.kind is kind)


def called(state: State, kind: ApplicationKind, rules: Rules = RULES) -> Outcome:
    caller = CALLER if CALLER in state.pools else new(CALLER)
    return answer(observer(state, rules), first(state, kind), caller)


def gone(state: State, *pools: PoolId) -> State:
    """The state as if pools had left the topology, whatever was still on them."""
    return state.changed(pools=frozen({key: each for key, each in state.pools.items() if key not in pools}))


def told(outcome: Outcome) -> tuple[Disposition, int | None, int | None]:
    return outcome.disposition, outcome.sip, outcome.diagnostic


def stopped(service: str, pool: PoolId = OWNER) -> Callable[[State], State]:
    return lambda state: with_service(state, pool, service)


# ---------------------------------------------------------------- one object, one caller


@pytest.mark.parametrize("kind", K)
@pytest.mark.parametrize(
    "label", ["legacy", "side-by-side", "pilot", "production", "post-migration", "legacy-silent", "retired"]
)
def test_a_healthy_object_answers_everybody_at_every_checkpoint(kind: ApplicationKind, label: str) -> None:
    state = now(label)

    assert answer_everybody(observer(state), first(state, kind)).done


@pytest.mark.parametrize("kind", K)
def test_a_silent_owner_is_a_server_time_out(kind: ApplicationKind) -> None:
    """504 with diagnostic 2: Test-CsIM (testing pages)."""
    assert told(called(stopped("RTCSRV")(now()), kind)) == (FAILED, 504, 2)


@pytest.mark.parametrize("kind", K)
def test_an_object_of_a_removed_pool_is_not_found(kind: ApplicationKind) -> None:
    outcome = called(gone(now(), OWNER), kind)

    assert told(outcome) == (FAILED, 404, 4005)
    assert outcome.reason == f"it belongs to {OWNER}, which is in the topology no more"


@pytest.mark.parametrize(
    ("kind", "service"),
    [
        (K.RESPONSE_GROUP, "RTCRGS"),
        (K.RESPONSE_GROUP, "W3SVC"),
        (K.CALL_PARK_ORBIT, "RTCCPS"),
        (K.ACCESS_NUMBER, "RTCCAA"),
    ],
)
def test_a_stopped_application_is_answered_with_5000(kind: ApplicationKind, service: str) -> None:
    """5000, "One or more critical applications are not running" ([MS-OCER])."""
    state = stopped(service)(now())

    assert told(called(state, kind)) == (FAILED, 503, 5000)
    assert called(state, kind, Rules({"features-need-services": "no"})).done


@pytest.mark.parametrize("kind", [K.COMMON_AREA_PHONE, K.ANALOG_DEVICE, K.UNASSIGNED_NUMBERS, K.EXCHANGE_UM])
def test_other_objects_need_their_registrar_alone(kind: ApplicationKind) -> None:
    state = now()
    for service in ("RTCRGS", "RTCCPS", "RTCCAA", "W3SVC"):
        state = stopped(service)(state)

    assert called(state, kind).done


def test_services_that_nobody_collected_leave_it_open() -> None:
    state = now()
    blind = frozen(dict.fromkeys(state.services, Unknown("Get-CsWindowsService")))

    outcome = called(state.changed(services=blind), K.CALL_PARK_ORBIT)

    assert outcome.disposition is UNDECIDED
    assert outcome.needs == ("Get-CsWindowsService",)


def test_a_caller_whose_pool_does_not_know_the_owner_is_not_trusted() -> None:
    state = now("side-by-side")
    moved = after(state, op.MoveApplications(source=OWNER, to=new(OWNER)))
    lagging = frozen({**moved.replicas, **dict.fromkeys(moved.pools[CALLER].servers, 0)})

    outcome = called(moved.changed(replicas=lagging), K.CALL_PARK_ORBIT)

    assert told(outcome) == (FAILED, 504, 1010)
    everybody = answer_everybody(observer(moved.changed(replicas=lagging)), first(moved, K.CALL_PARK_ORBIT))
    assert told(everybody) == (FAILED, 504, 1010)


def test_a_caller_whose_own_pool_is_down_is_not_the_objects_failure() -> None:
    state = stopped("RTCSRV", CALLER)(now())

    assert not called(state, K.CALL_PARK_ORBIT).done
    assert answer_everybody(observer(state), first(state, K.CALL_PARK_ORBIT)).done


# ---------------------------------------------------------------- response groups


def test_moving_response_groups_copies_them_and_moves_their_contacts() -> None:
    """ "Migrate response groups": the legacy groups stay, for the way back."""
    moved = after(now("production"), op.MoveResponseGroups(source=OWNER, to=new(OWNER)))

    group = first(moved, K.RESPONSE_GROUP)
    assert (group.owner, group.copies) == (new(OWNER), (OWNER,))
    assert first(moved, K.CALL_PARK_ORBIT).owner == OWNER
    assert answer_everybody(observer(moved), group).done


def test_deleting_the_legacy_copy_stops_the_new_group() -> None:
    """ "Migrate response groups": never delete the legacy copy."""
    state = after(now("post-migration"), op.DeleteLegacyResponseGroups(pool=OWNER))

    outcome = called(state, K.RESPONSE_GROUP)

    assert told(outcome) == (FAILED, None, None)
    assert outcome.reason == "receives no calls: the legacy copy that it was migrated from was deleted"


def test_contacts_go_back_and_the_copy_stays_where_it_was() -> None:
    moved = after(now("production"), op.MoveResponseGroups(source=OWNER, to=new(OWNER)))
    back = after(moved, op.MoveApplications(source=new(OWNER), to=OWNER, kinds=frozenset({K.RESPONSE_GROUP})))

    group = first(back, K.RESPONSE_GROUP)
    assert (group.owner, group.copies) == (OWNER, (new(OWNER),))


def test_a_contact_does_not_go_where_the_configuration_is_not() -> None:
    only = frozenset({K.RESPONSE_GROUP})
    state = now("side-by-side")

    said = refusal(state, op.MoveApplications(source=OWNER, to=new(OWNER), kinds=only))

    assert said == f"{new(OWNER)} does not hold the configuration of 2 response groups"


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (K.RESPONSE_GROUP, "response group"),
        (K.CALL_PARK_ORBIT, "call park orbit"),
        (K.ACCESS_NUMBER, "access number"),
    ],
)
def test_an_object_goes_only_where_its_application_is(kind: ApplicationKind, named: str) -> None:
    """Move-CsApplicationEndpoint; "Migrate response groups" checks Get-CsService -ApplicationServer."""
    state = now("side-by-side")
    move = op.MoveApplications(source=OWNER, to=new(CALLER), kinds=frozenset({kind}))

    assert refusal(state, move) == f"{new(CALLER)} does not have the application that serves a {named}"


def test_response_groups_need_the_application_on_the_target() -> None:
    said = refusal(now("side-by-side"), op.MoveResponseGroups(source=OWNER, to=new(CALLER)))

    assert said == f"{new(CALLER)} does not have the application that serves a response group"


def test_response_groups_are_not_moved_between_pools_of_one_version() -> None:
    """Move-CsRgsConfiguration is for two versions; Export- and Import-CsRgsConfiguration for one."""
    said = refusal(now(), op.MoveResponseGroups(source=OWNER, to=CALLER))

    assert said.endswith("run the same version: export and import the configuration")


# ---------------------------------------------------------------- trusted applications


def test_a_trusted_application_ends_with_its_next_hop() -> None:
    state = after(now("post-migration"), op.SetNextHop(pool=TRUSTED, to=OWNER), op.Replicate())

    assert called(state, K.TRUSTED_ENDPOINT).done
    assert told(called(stopped("RTCSRV")(state), K.TRUSTED_ENDPOINT)) == (FAILED, 504, 2)
    assert told(called(gone(state, OWNER), K.TRUSTED_ENDPOINT)) == (FAILED, 504, 1007)


def test_an_endpoint_without_its_application_pool_is_not_found() -> None:
    assert told(called(gone(now(), TRUSTED), K.TRUSTED_ENDPOINT)) == (FAILED, 404, 4005)


# ---------------------------------------------------------------- what nobody documents


@pytest.mark.parametrize(
    ("assumption", "kind", "label", "ends"),
    [
        ("exchange-answers", K.EXCHANGE_UM, "legacy", (FAILED, 480, 15030)),
        ("um-contacts-work-on-2019", K.EXCHANGE_UM, "post-migration", (FAILED, 500, 15000)),
        ("announcements-recreated", K.UNASSIGNED_NUMBERS, "post-migration", (FAILED, None, None)),
        ("applications-run", K.TRUSTED_ENDPOINT, "legacy", (FAILED, 504, 1038)),
        ("rgs-copy-goes-with-pool", K.RESPONSE_GROUP, "retired", (FAILED, None, None)),
    ],
)
def test_what_is_assumed_can_be_switched_and_is_named(
    assumption: str, kind: ApplicationKind, label: str, ends: tuple[Disposition, int | None, int | None]
) -> None:
    state = now(label)
    switched = called(state, kind, Rules({assumption: "no"}))

    assert told(switched) == ends
    assert assumption in switched.assumes
    assert assumption in called(state, kind).assumes


def test_agents_are_looked_for_on_every_pool() -> None:
    state = now("side-by-side")
    moved = after(state, op.MoveResponseGroups(source=OWNER, to=new(OWNER)))
    nameless = frozen({key: each for key, each in (moved.records or {}).items() if key != (CALLER, "A")})  # type: ignore[union-attr]  # built, so known
    state = moved.changed(records=nameless)

    assert told(called(state, K.RESPONSE_GROUP)) == (FAILED, 504, 1014)
    assert called(state, K.RESPONSE_GROUP, Rules({"agents-anywhere": "no"})).done


# ---------------------------------------------------------------- calls to the telephone network


def dialled(state: State, home: PoolId = CALLER, rules: Rules = RULES) -> Outcome:
    return pstn.call_out(observer(state, rules).facts, home)


@pytest.mark.parametrize("label", ["legacy", "pilot", "production", "legacy-silent", "retired"])
def test_everybody_calls_out_at_every_checkpoint(label: str) -> None:
    here = observer(now(label))

    assert all(pstn.call_out(here.facts, home).done for home in population_of(now(label)).people_by_pool)


def test_a_policy_without_a_usage_of_a_route_is_refused() -> None:
    """403 with 12001 (Testing PSTN calls)."""
    other = VoiceRoute(name="other", usages=("International",), trunks=(), origin=HERE)

    assert told(dialled(now().changed(voice_routes=(other,)))) == (REFUSED, 403, 12001)


def test_without_mediation_no_gateway_is_available() -> None:
    state = with_service(with_service(now(), OWNER, "RTCMEDSRV"), BRANCH, "RTCMEDSRV")
    outcome = dialled(state)

    assert told(outcome) == (FAILED, 504, 12004)
    assert "Mediation takes no new work" in outcome.reason


def test_one_trunk_that_works_is_enough() -> None:
    assert dialled(with_service(now(), OWNER, "RTCMEDSRV")).done


def test_routes_that_name_removed_pools_alone_lead_nowhere() -> None:
    """Trunks go with their Mediation pool: new ones have to be named by the routes."""
    state = now("retired")
    assert not isinstance(state.voice_routes, Unknown)
    old = tuple(
        dataclasses.replace(
            route, trunks=tuple(trunk for trunk in route.trunks if not trunk[1].startswith("new-"))[:1]
        )
        for route in state.voice_routes
    )

    assert told(dialled(state.changed(voice_routes=old), new(CALLER))) == (FAILED, 504, 12004)


@pytest.mark.parametrize(
    ("unknown", "needs"),
    [
        ({"voice_routes": Unknown("Get-CsVoiceRoute")}, "Get-CsVoiceRoute"),
        ({"policies": Unknown("x")}, "Get-CsVoicePolicy"),
    ],
)
def test_routes_and_policies_that_nobody_told_leave_it_open(unknown: dict[str, Unknown], needs: str) -> None:
    outcome = dialled(now().changed(**unknown))

    assert (outcome.disposition, outcome.needs) == (UNDECIDED, (needs,))


def test_a_gateway_is_assumed_to_answer() -> None:
    assert "gateways-answer" in dialled(now()).assumes
    assert told(dialled(now(), rules=Rules({"gateways-answer": "no"}))) == (FAILED, 504, 12004)


def test_a_call_may_be_kept_within_its_generation() -> None:
    state = now("side-by-side")
    legacy_only = tuple(
        dataclasses.replace(
            route, trunks=tuple(each for each in route.trunks if not each[1].startswith("new-"))
        )
        for route in (state.voice_routes if not isinstance(state.voice_routes, Unknown) else ())
    )
    state = state.changed(voice_routes=legacy_only)

    assert dialled(state, new(OWNER)).done
    assert told(dialled(state, new(OWNER), Rules({"calls-cross-generations": "no"}))) == (FAILED, 504, 12004)


# ---------------------------------------------------------------- contact lists, address book, chat, archive


def test_lync_2010_cannot_read_contact_lists_in_exchange() -> None:
    """ "Roll back migrated users"; the form of the refusal is an assumption."""
    trial = tried(one_pool(legacy=Version.L10, target=Version.L13))
    state, old = state_at(trial, "pilot"), front_end(built(one_pool(legacy=Version.L10)))

    def read(home: PoolId, store: ContactStore, **switched: str) -> Outcome:
        return contact_and_chat_stores.read_contacts(observer(state, Rules(switched)).facts, home, store)

    assert read(old, ContactStore.SERVER).done
    assert read(new(old), ContactStore.EXCHANGE).done
    assert told(read(old, ContactStore.EXCHANGE)) == (FAILED, 488, 2165)
    assert told(read(old, ContactStore.EXCHANGE, **{"contacts-refused-as": "silence"})) == (
        FAILED,
        None,
        None,
    )
    assert read(old, ContactStore.UNKNOWN).disposition is UNDECIDED
    assert read(new(old), ContactStore.UNKNOWN).done
    assert not read(new(old), ContactStore.EXCHANGE, **{"exchange-answers": "no"}).done


def test_a_list_given_up_by_force_is_gone() -> None:
    assert told(contact_and_chat_stores.read_contacts(observer(now()).facts, OWNER, ContactStore.LOST)) == (
        FAILED,
        None,
        None,
    )


def test_the_address_book_needs_web_services_of_the_pool_that_serves_the_person() -> None:
    state = with_service(now(), OWNER, "W3SVC")
    here = observer(state)

    assert not address_book.find_in_address_book(here.facts, OWNER).done
    assert not address_book.find_in_address_book(here.facts, BRANCH).done
    assert address_book.find_in_address_book(here.facts, CALLER).done


def test_chat_rooms_are_reached_from_pools_of_versions_that_have_them() -> None:
    blueprint = one_pool(pool=PoolBlueprint(crowds=(crowd(4, chat=True),)), persistent_chat=True)
    trial = tried(blueprint)
    old = front_end(built(blueprint))
    (room,) = (pool.id for pool in built(blueprint).pools_of(PoolRole.PERSISTENT_CHAT))
    state = state_at(trial, "post-migration")
    here = observer(state)

    assert contact_and_chat_stores.chat(here.facts, old).done
    refused = contact_and_chat_stores.chat(here.facts, new(old))
    assert refused.disposition is REFUSED
    assert refused.reason == "Skype for Business Server 2019 has no Persistent Chat"
    assert not contact_and_chat_stores.chat(observer(gone(state, room)).facts, old).done
    assert not contact_and_chat_stores.chat(observer(with_service(state, old, "RTCSRV")).facts, old).done


def test_a_chat_pool_of_another_generation_is_reached_by_assumption() -> None:
    blueprint = one_pool(
        target=Version.S15, pool=PoolBlueprint(crowds=(crowd(4, chat=True),)), persistent_chat=True
    )
    state = state_at(tried(blueprint), "pilot")
    old = front_end(built(blueprint))
    (room,) = (pool.id for pool in built(blueprint).pools_of(PoolRole.PERSISTENT_CHAT))
    without = gone(state, new(room))

    crossed = contact_and_chat_stores.chat(observer(without).facts, new(old))
    assert crossed.done
    assert "chat-across-generations" in crossed.assumes
    assert (
        "chat-across-generations" not in contact_and_chat_stores.chat(observer(state).facts, new(old)).assumes
    )
    assert not contact_and_chat_stores.chat(
        observer(without, Rules({"chat-across-generations": "no"})).facts, new(old)
    ).done


def test_a_pool_archives_where_it_has_a_store() -> None:
    facts = observer(now("production")).facts

    assert [contact_and_chat_stores.archive(facts, pool).done for pool in (OWNER, new(OWNER), CALLER)] == [
        True,
        True,
        False,
    ]


# ---------------------------------------------------------------- call admission control


def test_admission_control_needs_both_services_of_its_one_host() -> None:
    state = now()
    site = state.pools[OWNER].site

    assert admission(observer(state).facts, site).done
    for service in ("bandwidth_policy_auth", "bandwidth_policy_core"):
        readings = {
            key: frozen({name: each for name, each in table.items() if name != service})
            if not isinstance(table, Unknown)
            else table
            for key, table in state.services.items()
        }
        assert not admission(observer(state.changed(services=frozen(readings))).facts, site).done
    assert admission(observer(state).facts, state.pools[CALLER].site).done


def test_admission_control_is_hosted_by_the_new_pool_before_the_old_one_goes() -> None:
    """ "Reset call admission control" (P8.5)."""
    before, later = now("post-migration"), now("legacy-silent")
    hosts = [
        [pool.id for pool in each.pools.values() if "PDP" in pool.applications] for each in (before, later)
    ]

    assert hosts == [[OWNER], [new(OWNER)]]
    assert admission(observer(later).facts, later.pools[OWNER].site).done


# ---------------------------------------------------------------- all of it


def test_every_assumption_of_this_room_has_more_than_one_value() -> None:
    ours = [
        "agents-anywhere",
        "announcements-recreated",
        "applications-run",
        "calls-cross-generations",
        "chat-across-generations",
        "contacts-refused-as",
        "exchange-answers",
        "gateways-answer",
        "rgs-copy-goes-with-pool",
        "um-contacts-work-on-2019",
    ]

    assert all(len(ASSUMPTIONS[name].options) == 2 for name in ours)
