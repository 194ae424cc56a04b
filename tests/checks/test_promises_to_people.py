"""Promises to people in conversations, with their clients, numbers and applications: kept, and broken.

Every fault is a cause: a filter, a setting, a stopped service, a pool of another version. Beside it stands
who the finding names, and that the same moment without the fault breaks nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

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
    state_at,
    tried,
    views,
    weights,
    with_service,
)

from coexistence import Severity
from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Registry
from coexistence.checking.results import Result
from coexistence.checking.runner import Views, run_check
from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.clients import ClientGeneration
from coexistence.model.conditions.external_systems import (
    ADDRESS_BOOK_RULES,
    BandwidthLink,
    ExchangeUm,
    ExternalParty,
    StoreFile,
)
from coexistence.model.conditions.messaging import DhcpScope, ImFilter
from coexistence.model.deployment import Block, Policy
from coexistence.model.population import CODE_LOST, LINK_GONE, NO_PIN, PIN_UNTOLD, column
from coexistence.model.vocabulary import (
    ApplicationKind,
    Mailbox,
    Origin,
    PartyKind,
    PoolRole,
    Unknown,
    Version,
)
from coexistence.plugin.loading import load_builtin
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State, frozen

ERROR, WARNING, BLOCKER = Severity.ERROR, Severity.WARNING, Severity.BLOCKER
TEST = Origin("test")
K = ApplicationKind
BLUEPRINT = Blueprint(
    sites=(
        SiteBlueprint(
            pools=(
                PoolBlueprint(
                    crowds=(
                        crowd(20, voice=True),
                        crowd(4, voice=True, client=ClientGeneration.PHONE_EDITION),
                    ),
                    dial_in=True,
                    voice=True,
                    response_groups=1,
                    call_park=True,
                    common_area_phones=1,
                    exchange_um=True,
                    admission_control=True,
                ),
            ),
            edge=EdgeBlueprint(),
        ),
        SiteBlueprint(pools=(PoolBlueprint(crowds=(crowd(20),)),)),
    ),
    partners=1,
)
TRIAL = tried(BLUEPRINT)
DEPLOYMENT = built(BLUEPRINT)
OLD, FAR = front_end(DEPLOYMENT), front_end(DEPLOYMENT, 1)
NEW, NEW_FAR = new(OLD), new(FAR)
(EDGE,) = (pool.id for pool in DEPLOYMENT.pools_of(PoolRole.EDGE))
HERE, THERE = (site.id for site in DEPLOYMENT.sites)
RECORDER = ExternalParty(name="recorder", kind=PartyKind.RECORDER, pinned_to=OLD, port=5061, origin=TEST)
REGISTRY = Registry()
load_builtin(REGISTRY)
CHECKS = {check.name: check for check in REGISTRY}


def at(label: str) -> State:
    return state_at(TRIAL, label)


def ask(name: str, here: State, *, before: State | None = None, origin: State | None = None) -> Result:
    result = run_check(CHECKS[name], views(here, before=before, origin=origin), {})
    assert result.crash is None
    return result


def particular(state: State, **parts: Any) -> State:
    return state.changed(particulars=dataclasses.replace(state.particulars, **parts))


def around(state: State, **parts: Any) -> State:
    return state.changed(surroundings=dataclasses.replace(state.surroundings, **parts))


def with_settings(state: State, kind: str, scope: str, **settings: str) -> State:
    """The state with one more policy or configuration."""
    assert not isinstance(state.policies, Unknown)
    made = Policy(kind=kind, scope=scope, settings=tuple(settings.items()), origin=TEST)
    return state.changed(policies=(*state.policies, made))


def with_applications(state: State, kind: ApplicationKind, **parts: Any) -> State:
    assert not isinstance(state.applications, Unknown)
    return state.changed(
        applications=tuple(
            dataclasses.replace(each, **parts) if each.kind is kind else each for each in state.applications
        )
    )


def with_mailboxes(state: State, mailbox: Mailbox) -> State:
    population = population_of(state)
    return state.changed(population=population.changed(mailbox=column([mailbox] * len(population), "uint8")))


def with_pins(state: State, expires: int) -> State:
    population = population_of(state)
    return state.changed(population=population.changed(pin=column([expires] * len(population), "int32")))


def with_column(state: State, name: str, value: int) -> State:
    """The state with one value in a column of every meeting."""
    population = population_of(state)
    meetings = population.meetings
    assert not isinstance(meetings, Unknown)
    made = getattr(meetings, name).copy()
    made[:] = value
    made.setflags(write=False)
    return state.changed(
        population=population.changed(meetings=dataclasses.replace(meetings, **{name: made}))
    )


def forced(**switched: str) -> tuple[State, State]:
    """The moment after everybody was moved with -Force, and the one before."""
    before = with_pins(at("pilot"), at("pilot").day + 900)
    move = op.MoveUsers(users=op.Selection(on=OLD), to=NEW, tools=Version.S19, force=True)
    return after(before, move, rules=Rules(switched)), before


def half_grown() -> State:
    """The new pool answers, and its database does not: what is kept there cannot be had."""
    return after(at("pilot"), op.FailStore(store=at("pilot").pools[NEW].back_end or ""))


class Witness(NamedTuple):
    check: str
    fault: str
    make: Callable[[], State]
    found: set[tuple[str, Severity]]
    #: What some finding says: of whom, or why.
    says: str
    before: Callable[[], State] | None = None


def own(name: str, severity: Severity = ERROR) -> set[tuple[str, Severity]]:
    return {(name, severity)}


PRESENCE = "everybody_sees_whether_others_are_there"
CALLS = "people_call_and_show_each_other_their_screens"
THIRD = "a_third_person_can_be_invited_across_generations"
DELEGATES = "delegates_may_be_on_either_generation"
LINKS = "links_and_files_pass_both_ways"
AWAY = "people_who_were_away_while_moved_get_in_again"
SEEN = "everybody_is_seen_with_the_client_they_have"
PRESENT = "everybody_can_present_with_the_client_they_have"
OUTSIDE_POLICY = "nobody_may_do_less_or_more_outside_or_by_phone"
NEW_TERMS = "new_meetings_begin_on_the_same_terms"
NUMBERS = "people_see_numbers_that_can_be_dialled"
INVITATION = "invitations_keep_their_link_and_conference_id"
TERMS = "meetings_keep_the_terms_they_were_sent_with"
PIN = "organizers_keep_their_pin"
PARTNERS = "people_of_partners_get_into_meetings"
ONE_OWNER = "every_conference_directory_has_one_owner"
ORBIT = "parked_calls_find_their_orbit"
MUSIC = "parked_callers_hear_the_companys_music"
AGENTS = "agents_serve_their_response_groups"
PHONE = "a_phone_fresh_from_its_box_signs_in"
VOICEMAIL = "unanswered_calls_end_in_voice_mail"
CALLED = "people_with_voice_can_be_called"
PARTIES = "everybody_who_was_given_a_name_is_still_answered"

WITNESSES = [
    Witness(
        PRESENCE,
        "the new pool's database does not answer",
        half_grown,
        {("presence-unknown", BLOCKER)},
        NEW,
    ),
    Witness(
        CALLS,
        "the link between the sites is full",
        lambda: around(
            with_settings(at("pilot"), "voice", f"site:{HERE}", AllowPSTNReRouting="False"),
            links=(BandwidthLink(sites=frozenset({HERE, THERE}), room=0, origin=TEST),),
        ),
        {("call-fails", BLOCKER)},
        FAR,
    ),
    Witness(
        THIRD,
        "the focus' port is blocked",
        lambda: at("pilot").changed(blocked=(Block(source=OLD, target=NEW, port=444, origin=TEST),)),
        own(THIRD),
        "444",
    ),
    Witness(
        LINKS,
        "the site of the far pools blocks links",
        lambda: particular(
            at("pilot"), im_filters=(ImFilter(scope=f"site:{THERE}", links="block", files="block"),)
        ),
        {("link-blocked-one-way", WARNING), ("file-blocked-one-way", WARNING)},
        "blocks",
    ),
    Witness(
        SEEN,
        "the privacy mode is on while people have old clients",
        lambda: particular(
            after(at("pilot"), op.UpgradeClients(users=op.Selection(on=OLD), to=ClientGeneration.LYNC_2010)),
            privacy_mode=frozenset({"global"}),
        ),
        own(SEEN),
        "privacy mode",
    ),
    Witness(
        PRESENT,
        "Front Ends got the update of .NET before the clients theirs",
        lambda: particular(at("pilot"), net_updated=frozenset(at("pilot").pools[OLD].servers)),
        own(PRESENT),
        "cannot connect to the server for presenting",
    ),
    Witness(
        OUTSIDE_POLICY,
        "somebody closes external access between two checkpoints",
        lambda: with_settings(
            at("production"), "external-access", f"site:{HERE}", EnableOutsideAccess="False"
        ),
        {("external-access-changed", ERROR)},
        f"site:{HERE} counts here",
        lambda: at("edge"),
    ),
    Witness(
        OUTSIDE_POLICY,
        "a voice policy of the site lacks the usages",
        lambda: with_settings(at("production"), "voice", f"site:{HERE}", PstnUsages=""),
        {("voice-policy-changed", ERROR)},
        f"site:{HERE} counts here",
        lambda: at("edge"),
    ),
    Witness(
        NEW_TERMS,
        "the new pool has settings of its own",
        lambda: with_settings(at("pilot"), "meeting", f"service:{NEW}", AdmitAnonymousUsersByDefault="False"),
        own(NEW_TERMS),
        NEW,
        lambda: at("side-by-side"),
    ),
    Witness(
        NUMBERS,
        "the company's number rules stay in the old share",
        lambda: around(
            at("pilot"),
            files=tuple(
                StoreFile(pool=pool, name=ADDRESS_BOOK_RULES, origin=TEST) for pool in (OLD, FAR, NEW_FAR)
            ),
        ),
        own(NUMBERS, WARNING),
        NEW,
    ),
    Witness(
        INVITATION,
        "the new site's links are others",
        lambda: with_column(at("production"), "link", LINK_GONE),
        own(INVITATION, BLOCKER),
        "link",
        lambda: at("production"),
    ),
    Witness(
        INVITATION,
        "conference directories were moved with force",
        lambda: after(at("pilot"), op.MoveConferenceDirectories(source=OLD, to=NEW, force=True)),
        own(INVITATION, BLOCKER),
        "conference ID",
        lambda: at("pilot"),
    ),
    Witness(
        INVITATION,
        "every code is lost",
        lambda: with_column(at("production"), "lost", CODE_LOST),
        own(INVITATION, BLOCKER),
        "conference ID",
        lambda: at("production"),
    ),
    Witness(
        TERMS,
        "somebody closes the meetings",
        lambda: with_column(at("production"), "access", 2),
        own(TERMS),
        "lets in others",
        lambda: at("production"),
    ),
    Witness(
        PIN,
        "organizers were moved with force",
        lambda: forced()[0],
        own(PIN),
        "PIN",
        lambda: forced()[1],
    ),
    Witness(
        PARTNERS,
        "no A/V Edge runs",
        lambda: with_service(at("production"), new(EDGE), "RTCMEDIARELAY"),
        own(PARTNERS),
        NEW,
    ),
    Witness(
        ONE_OWNER,
        "the move of a directory broke off",
        lambda: apply(at("pilot"), op.BreakOffDirectoryMove(source=OLD, to=NEW), RULES).state,
        own(ONE_OWNER, BLOCKER),
        NEW,
    ),
    Witness(
        MUSIC,
        "the music stays in the old share",
        lambda: around(
            with_applications(at("post-migration"), K.CALL_PARK_ORBIT, plays="ours.wma"),
            files=(StoreFile(pool=OLD, name="ours.wma", origin=TEST),),
        ),
        own(MUSIC, WARNING),
        "ours.wma",
    ),
    Witness(
        AGENTS,
        "agents still use the old pool's console",
        lambda: with_applications(
            at("post-migration"), K.RESPONSE_GROUP, agents=(NEW,), formal=True, console=OLD
        ),
        {("agent-not-signed-in", ERROR)},
        OLD,
    ),
    Witness(
        AGENTS,
        "groups were moved before their agents",
        lambda: with_applications(at("pilot"), K.RESPONSE_GROUP, agents=(OLD,), owner=NEW),
        {("no-call-on-behalf", WARNING)},
        OLD,
    ),
    Witness(
        PHONE,
        "DHCP names a registrar that is gone",
        lambda: particular(
            at("pilot").changed(records=frozen({})), dhcp=(DhcpScope(registrar="gone.example"),)
        ),
        own(PHONE),
        "",
    ),
    Witness(
        VOICEMAIL,
        "mailboxes went to Exchange 2019 before their people were moved",
        lambda: with_mailboxes(at("pilot"), Mailbox.E2019),
        own(VOICEMAIL),
        "Unified Messaging",
    ),
    Witness(
        VOICEMAIL,
        "Exchange UM was not told of the new pool",
        lambda: around(at("pilot"), exchange_um=ExchangeUm(gateways=frozenset({OLD, FAR}), origin=TEST)),
        own(VOICEMAIL),
        NEW,
    ),
    Witness(
        CALLED,
        "the Mediation services are stopped",
        lambda: with_service(with_service(at("legacy"), OLD, "RTCMEDSRV"), FAR, "RTCMEDSRV"),
        own(CALLED),
        "Mediation",
    ),
    Witness(
        PARTIES,
        "a recorder was given the name of a pool that is silent",
        lambda: around(
            at("legacy-silent"),
            parties=(RECORDER,),
        ),
        own(PARTIES),
        "recorder",
    ),
]


@pytest.mark.parametrize("witness", WITNESSES, ids=[f"{each.check}: {each.fault}" for each in WITNESSES])
def test_a_fault_breaks_the_promise_that_is_about_it(witness: Witness) -> None:
    before = witness.before() if witness.before is not None else None

    result = ask(witness.check, witness.make(), before=before)

    assert weights(result) == witness.found
    told = [f"{each.subject} {each.message} {each.finding.outcome}" for each in result.broken]
    assert any(witness.says in each for each in told), told


@pytest.mark.parametrize("name", sorted({each.check for each in WITNESSES}))
@pytest.mark.parametrize("place", TRIAL.places, ids=[each.label for each in TRIAL.places])
def test_without_the_fault_the_promise_is_kept(name: str, place: Place) -> None:
    if CHECKS[name].applies_at(place):
        result = TRIAL.ask(CHECKS[name], place)

        assert (result.broken, result.undecided, result.crash) == ((), (), None)


#: What it takes that somebody is asked, where nothing of it is in a deployment as built.
TOLD: Mapping[str, Callable[[], State]] = {
    AGENTS: lambda: with_applications(at("pilot"), K.RESPONSE_GROUP, agents=(OLD,), formal=True),
    PARTIES: lambda: around(
        at("pilot"),
        parties=(RECORDER,),
    ),
}


@pytest.mark.parametrize("name", sorted({each.check for each in WITNESSES}))
def test_somebody_is_asked_where_the_promise_is_kept(name: str) -> None:
    result = ask(name, TOLD.get(name, lambda: at("pilot"))(), before=at("side-by-side"))

    assert result.evaluations
    assert not result.broken


# ---------------------------------------------------------------- what an assumption decides


@pytest.mark.parametrize(
    ("name", "switch", "kind"),
    [
        (PRESENCE, "newer-states-ignored", "newer-state-unknown"),
        (DELEGATES, "delegates-across-generations", DELEGATES),
    ],
)
def test_what_is_documented_nowhere_can_be_switched(name: str, switch: str, kind: str) -> None:
    here = observer(at("pilot"), Rules({switch: "no"}))

    result = run_check(CHECKS[name], Views(here=here, before=here, origin=here), {})

    assert {each.finding.kind for each in result.broken} == {kind}
    assert switch in result.assumes


def test_a_dead_registrar_that_is_not_forgotten_keeps_people_out() -> None:
    here = observer(at("legacy-silent"), Rules({"dead-registrar-forgotten": "no"}))

    result = run_check(CHECKS[AWAY], Views(here=here, before=here, origin=here), {})

    assert {each.finding.kind for each in result.broken} == {AWAY}
    assert {each.people for each in result.broken} == {20}


def test_a_registrar_that_is_remembered_sends_people_on() -> None:
    assert ask(AWAY, at("pilot")).evaluations
    assert not ask(AWAY, at("pilot")).broken


# ---------------------------------------------------------------- what the configuration says


def test_guests_with_a_program_that_newer_pools_do_not_take_are_told_apart() -> None:
    trial = tried(one_pool(legacy=Version.L10, target=Version.L13))
    check = dataclasses.replace(
        CHECKS["guests_join_with_what_they_use"], parameters={"programs": ["Lync 2010 Attendee"]}
    )

    def asked_at(label: str) -> Result:
        found = run_check(check, views(state_at(trial, label)), {})
        assert found.crash is None
        return found

    assert asked_at("legacy").evaluations
    assert not asked_at("legacy").broken
    assert weights(asked_at("production")) == {("program-not-supported", ERROR)}


def test_nobody_is_asked_about_programs_that_nobody_named() -> None:
    assert ask("guests_join_with_what_they_use", at("pilot")).evaluations == 0


# ---------------------------------------------------------------- what the topology says


def test_a_chat_pool_hangs_off_a_pool_of_its_own_version() -> None:
    """groupchat-own-version-pool."""
    blueprint = one_pool(pool=PoolBlueprint(crowds=(crowd(4, chat=True),)), persistent_chat=True)
    state, old = state_at(tried(blueprint), "pilot"), front_end(built(blueprint))
    (chat,) = (pool for pool in state.pools.values() if pool.role is PoolRole.PERSISTENT_CHAT)
    name = "every_chat_pool_hangs_off_its_own_version"

    assert (ask(name, state).evaluations, ask(name, state).broken) == (1, ())
    (broken,) = ask(name, after(state, op.SetNextHop(pool=chat.id, to=new(old)))).broken
    assert (broken.subject, broken.severity) == (chat.fqdn, ERROR)


def test_an_edge_with_a_single_name_that_is_still_in_use_is_a_blocker() -> None:
    """federation-distinct-fqdn."""
    blueprint = one_pool(edge=EdgeBlueprint(single_name=True))
    trial = tried(blueprint)
    name = "an_edge_with_a_single_name_goes_first"
    (edge,) = (pool.id for pool in built(blueprint).pools_of(PoolRole.EDGE))
    origin, early = state_at(trial, "legacy"), state_at(trial, "post-migration")

    assert not ask(name, early, origin=origin).broken
    staged = after(
        early,
        op.SetEdgeFederation(edge=edge, enabled=False),
        op.SetEdgeFederation(edge=new(edge), enabled=True),
    )
    (broken,) = ask(name, staged, origin=origin).broken
    assert (broken.subject, broken.severity) == (early.pools[edge].fqdn, BLOCKER)


def test_only_organizers_of_force_moved_meetings_are_named() -> None:
    here, before = forced()

    (broken, *_) = ask(PIN, here, before=before).broken

    assert broken.people
    assert broken.subject.endswith(f"hosted on {NEW}")


def test_a_pin_that_was_never_there_is_not_missed() -> None:
    before, here = with_pins(at("pilot"), NO_PIN), with_pins(at("production"), NO_PIN)

    assert not ask(PIN, here, before=before).broken
    assert not ask(PIN, with_pins(at("production"), PIN_UNTOLD), before=before).broken


def test_invitations_of_which_nobody_told_are_an_open_question() -> None:
    state = at("production")
    untold = population_of(state).changed(meetings=Unknown("meetings export"))

    result = ask(INVITATION, state.changed(population=untold), before=at("edge"))

    assert not result.broken
    assert {question.needs for question in result.undecided} == {("meetings export",)}


def test_an_endpoint_whose_application_is_gone_is_a_blocker() -> None:
    """trustedapp-app-on-target."""
    blueprint = Blueprint(
        sites=(SiteBlueprint(pools=(PoolBlueprint(crowds=(crowd(4),)),), trusted_applications=1),)
    )
    state = state_at(tried(blueprint), "pilot")
    (runs_on,) = (pool.id for pool in state.pools.values() if pool.role is PoolRole.TRUSTED_APPLICATION)
    name = "trusted_applications_answer"
    without = state.changed(pools=frozen({key: each for key, each in state.pools.items() if key != runs_on}))

    assert not ask(name, state).broken
    assert weights(ask(name, without)) == {("application-not-there", BLOCKER)}
    silent = with_service(state, front_end(built(blueprint)), "RTCSRV")
    assert weights(ask(name, silent)) == {("application-silent", ERROR)}


def test_a_group_that_was_moved_where_nobody_serves_it_is_a_blocker() -> None:
    """rgs-app-on-target."""
    name = "response_groups_answer_callers_of_both_generations"

    assert weights(ask(name, with_service(at("pilot"), OLD, "RTCRGS"))) == {("response-group-silent", ERROR)}
    assert weights(ask(name, with_service(at("post-migration"), NEW, "RTCRGS"))) == {
        ("migrated-group-silent", BLOCKER)
    }
