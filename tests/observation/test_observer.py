"""Questions put to a state: read only, told as a story, and the same for people who are alike."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from helpers import (
    RULES,
    after,
    built,
    crowd,
    front_end,
    heads,
    meetings_of,
    new,
    observer,
    one_pool,
    population_of,
    server_of,
    state_at,
    tried,
    two_sites,
    with_service,
    without_services,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import small_trials, trials

from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, BranchBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.vocabulary import (
    CHECKPOINT_ORDER,
    Disposition,
    Edition,
    MeetingKind,
    PoolId,
    PoolRole,
    ServiceState,
    Unknown,
    UserKind,
    Version,
)
from coexistence.observation import (
    SUBJECTS,
    Conversation,
    DeploymentSubject,
    Hop,
    MeetingSubject,
    NotApplicable,
    Observer,
    Outcome,
    PoolSubject,
    ReplicaSubject,
    ServiceSubject,
    SiteSubject,
    Undecided,
    not_applicable,
)
from coexistence.observation.facts.advice import LOOK_AT
from coexistence.observation.listings import subjects
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.diagnostics import DIAGNOSTICS
from coexistence.simulation.state import State, frozen, state_of

if TYPE_CHECKING:
    from coexistence.rehearsal.trial import Trial

OLD = front_end(built())
NEW = new(OLD)
REPLICATION = "Get-CsManagementStoreReplicationStatus"
SILENT = "no Front-End service of the pool takes new work"


def everything(here: Observer) -> dict[tuple[str, str], Outcome]:
    """Every question that can be put to a state, with its answer."""
    answers: dict[tuple[str, str], Outcome] = {}
    for kind in SUBJECTS:
        for number, subject in enumerate(subjects(here, kind)):
            for question in ("status", "administer", "message", "join", "central_management"):
                if hasattr(subject, question):
                    answers[kind, f"{number} {subject.label} {question}"] = getattr(subject, question)()
    return answers


@given(trials(), st.data())
@settings(max_examples=20)
def test_observing_twice_says_the_same_and_changes_nothing(trial: Trial, data: st.DataObject) -> None:
    where = data.draw(st.sampled_from(trial.places))
    state = trial.state_at(where)
    before = {part.name: getattr(state, part.name) for part in dataclasses.fields(state)}
    columns = {
        name: part.tobytes() for name, part in vars(population_of(state)).items() if hasattr(part, "tobytes")
    }

    one = Observer(state, RULES)
    first = everything(one)

    assert everything(one) == first
    assert everything(Observer(state, RULES)) == first
    assert all(getattr(state, name) is part for name, part in before.items())
    assert columns == {name: getattr(population_of(state), name).tobytes() for name in columns}


@given(trials(), st.data())
@settings(max_examples=20)
def test_the_order_of_questions_changes_no_answer(trial: Trial, data: st.DataObject) -> None:
    state = trial.state_at(data.draw(st.sampled_from(trial.places)))
    expected = everything(Observer(state, RULES))

    other = Observer(state, RULES)
    for kind in data.draw(st.permutations(list(SUBJECTS))):
        subjects(other, kind)

    assert everything(other) == expected


# ---------------------------------------------------------------- person by person


class Fault(NamedTuple):
    """Something wrong, wherever it fits the deployment at hand."""

    kind: str
    pool: int
    server: int
    state: ServiceState


FAULTS = st.builds(
    Fault,
    kind=st.sampled_from(["service", "record", "replica", "blind"]),
    pool=st.integers(0, 20),
    server=st.integers(0, 5),
    state=st.sampled_from(ServiceState),
)


def broken(state: State, faults: list[Fault]) -> State:
    """The state with faults in it, made of values alone."""
    for fault in faults:
        pool = list(state.pools.values())[fault.pool % len(state.pools)]
        server = pool.servers[fault.server % len(pool.servers)]
        if fault.kind == "service":
            state = after(state, op.SetServiceState(server=server, service="RTCSRV", state=fault.state))
        elif fault.kind == "record" and not isinstance(state.records, Unknown):
            left = {key: record for key, record in state.records.items() if key != (pool.id, "A")}
            state = state.changed(records=frozen(left))
        elif fault.kind == "replica":
            held: Any = -1 if fault.state is ServiceState.STOPPED else Unknown(REPLICATION)
            state = state.changed(replicas=frozen({**state.replicas, server: held}))
        elif fault.kind == "blind":
            nothing = Unknown("Get-CsWindowsService")
            state = state.changed(services=frozen({**state.services, server: nothing}))
    return state


#: Servers that keep a pool of so many alive: the vendor's table, up to the largest generated pool.
KEEP_ALIVE = {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3}


def answered(state: State, pool: PoolId) -> str:
    """Whether anybody on a pool answers: the servers one by one."""
    known = state.pools[pool]
    found = []
    for server in known.servers:
        readings = state.services[server]
        reading = None if isinstance(readings, Unknown) else readings.get("front_end", ServiceState.STOPPED)
        found.append(
            "?" if reading is None else "yes" if reading == 4 else "paused" if reading == 7 else "no"
        )
    if "yes" not in found:
        return "?" if "?" in found else "no"
    is_one_fabric = known.edition is Edition.ENTERPRISE and known.has_fabric
    alive = sum(each != "no" for each in found)
    return "no" if is_one_fabric and alive < KEEP_ALIVE[len(found)] else "yes"


def registers(state: State, pool: PoolId) -> PoolId:
    """Who registers the people of a pool: itself, or the backup that stands in while it is silent."""
    backup = state.pools[pool].backup
    if answered(state, pool) != "no" or backup is None or backup not in state.pools:
        return pool
    return backup if answered(state, backup) == "yes" else pool


def by_hand(state: State, sender: int, recipient: int) -> tuple[str, int | None, int | None]:
    """What becomes of one message from one person to another: answer, SIP status, diagnostic."""
    population = population_of(state)
    home, there = (
        registers(state, population.pools[int(population.home[row])]) for row in (sender, recipient)
    )
    first = answered(state, home)
    if first != "yes":
        return ("undecided", None, None) if first == "?" else ("failed", 504, 2)
    if home != there:
        held = [state.replicas.get(server, Unknown(REPLICATION)) for server in state.pools[home].servers]
        told = [each for each in held if not isinstance(each, Unknown)]
        if not any(each >= state.defined[there] for each in told):
            if len(told) < len(held) or state.defined[there] == 0:
                return ("undecided", None, None)
            return ("failed", 504, 1010)
        if not isinstance(state.records, Unknown) and (str(there), "A") not in state.records:
            return ("failed", 504, 1014)
    second = answered(state, there)
    if second != "yes":
        return ("undecided", None, None) if second == "?" else ("failed", 504, 2)
    return ("done", None, None)


@given(small_trials(), st.data(), st.lists(FAULTS, max_size=6))
@settings(max_examples=40)
def test_a_conversation_ends_as_it_does_for_every_two_people(
    trial: Trial, data: st.DataObject, faults: list[Fault]
) -> None:
    state = broken(trial.state_at(data.draw(st.sampled_from(trial.places))), faults)
    population = population_of(state)
    people: dict[PoolId, list[int]] = {}
    for row in range(len(population)):
        if population.kind[row] == UserKind.PERSON and population.home[row] < len(population.pools):
            people.setdefault(population.pools[int(population.home[row])], []).append(row)

    conversations = [
        each for each in subjects(observer(state), "conversation") if isinstance(each, Conversation)
    ]

    assert {(each.sender.pool, each.recipient.pool) for each in conversations} == set(
        itertools.product(people, repeat=2)
    )
    for each in conversations:
        outcome = each.message()
        told = (outcome.disposition.value, outcome.sip, outcome.diagnostic)
        pairs = itertools.product(people[each.sender.pool], people[each.recipient.pool])
        assert {by_hand(state, one, other) for one, other in pairs} == {told}, each.label
        assert each.sender.people == len(people[each.sender.pool])


@given(small_trials(), st.data())
@settings(max_examples=30)
def test_every_meeting_ahead_belongs_to_exactly_one_subject(trial: Trial, data: st.DataObject) -> None:
    state = trial.state_at(data.draw(st.sampled_from(trial.places)))
    meetings, population = meetings_of(state), population_of(state)
    by_hand: dict[tuple[Any, ...], list[int]] = {}
    for row in range(len(meetings)):
        organizer = int(meetings.organizer[row])
        if meetings.last[row] >= state.day:
            key = (
                population.pools[int(population.home[organizer])],
                MeetingKind(int(meetings.kind[row])),
                Version(int(meetings.scheduled_on[row])),
                bool(meetings.by_upgraded[row]),
                population.assigned["conferencing"].tag(
                    int(population.assigned["conferencing"].code[organizer])
                ),
                int(meetings.directory[row]),
                int(meetings.content[row]),
                int(meetings.lost[row]),
            )
            by_hand.setdefault(key, []).append(row)

    listed = [each for each in subjects(observer(state), "meeting") if isinstance(each, MeetingSubject)]

    told = {
        (
            each.host,
            each.kind,
            each.scheduled_on,
            each.by_upgraded,
            each.policy,
            each.directory,
            each.stored,
            each.lost,
        ): each
        for each in listed
    }
    assert set(told) == set(by_hand)
    assert len(told) == len(listed)
    for key, rows in by_hand.items():
        assert told[key].meetings == len(rows)
        assert told[key].organizers == len({int(meetings.organizer[row]) for row in rows})
        assert told[key].example in rows


def test_a_meeting_that_is_over_is_nobodys_subject() -> None:
    state = state_at(tried(one_pool(people=1)), "legacy")
    assert len(subjects(observer(state), "meeting")) == 1

    later = after(state, op.LetDaysPass(days=400))

    assert subjects(observer(later), "meeting") == ()


# ---------------------------------------------------------------- situation and outcome


def lacking_record(state: State, pool: PoolId) -> State:
    assert not isinstance(state.records, Unknown)
    return state.changed(
        records=frozen({key: each for key, each in state.records.items() if key != (pool, "A")})
    )


def lagging(state: State, pool: PoolId, held: Any = 0) -> State:
    """The state as if a pool's replicas had stopped at an earlier configuration."""
    behind = dict.fromkeys(state.pools[pool].servers, held)
    return state.changed(replicas=frozen({**state.replicas, **behind}))


def blind(state: State, pool: PoolId) -> State:
    nothing = dict.fromkeys(state.pools[pool].servers, Unknown("Get-CsWindowsService"))
    return state.changed(services=frozen({**state.services, **nothing}))


PILOT = state_at(tried(), "pilot")
SITUATIONS: list[tuple[str, State, Disposition, int | None, int | None, str, str]] = [
    ("all is well", PILOT, Disposition.DONE, None, None, "", ""),
    (
        "the sender's registrar is stopped",
        with_service(PILOT, OLD, "RTCSRV"),
        Disposition.FAILED,
        504,
        2,
        OLD,
        SILENT,
    ),
    (
        "the sender's registrar is starting",
        with_service(PILOT, OLD, "RTCSRV", ServiceState.START_PENDING),
        Disposition.FAILED,
        504,
        2,
        OLD,
        SILENT,
    ),
    (
        "the recipient's registrar is stopped",
        with_service(PILOT, NEW, "RTCSRV"),
        Disposition.FAILED,
        504,
        2,
        NEW,
        SILENT,
    ),
    (
        "the recipient's pool has no A record",
        lacking_record(PILOT, NEW),
        Disposition.FAILED,
        504,
        1014,
        OLD,
        f"no DNS A record of {NEW}",
    ),
    (
        "the sender's own record is missing, which nobody asks for",
        lacking_record(PILOT, OLD),
        Disposition.DONE,
        None,
        None,
        "",
        "",
    ),
    (
        "the sender's replica has not heard of the new pool",
        lagging(PILOT, OLD),
        Disposition.FAILED,
        504,
        1010,
        OLD,
        f"the replica here has not heard of {NEW}: not a trusted server",
    ),
    (
        "nobody told what the sender's replica holds",
        lagging(PILOT, OLD, Unknown(REPLICATION)),
        Disposition.UNDECIDED,
        None,
        None,
        OLD,
        f"nobody told whether the replica here knows {NEW}",
    ),
    (
        "nobody collected the sender's services",
        blind(PILOT, OLD),
        Disposition.UNDECIDED,
        None,
        None,
        OLD,
        "nobody collected whether the Front-End service runs here",
    ),
    (
        "nobody collected the recipient's services",
        blind(PILOT, NEW),
        Disposition.UNDECIDED,
        None,
        None,
        NEW,
        "nobody collected whether the Front-End service runs here",
    ),
]


@pytest.mark.parametrize(
    ("situation", "state", "disposition", "sip", "diagnostic", "source", "reason"),
    SITUATIONS,
    ids=[situation for situation, *_ in SITUATIONS],
)
def test_a_message_fails_where_and_how_the_product_fails(
    situation: str,
    state: State,
    disposition: Disposition,
    sip: int | None,
    diagnostic: int | None,
    source: str,
    reason: str,
) -> None:
    outcome = observer(state).message(OLD, NEW)

    assert (outcome.disposition, outcome.sip, outcome.diagnostic) == (disposition, sip, diagnostic)
    assert (outcome.source, outcome.reason) == (source, reason)
    if disposition is not Disposition.DONE:
        assert outcome.hops[-1] == Hop(source, reason)


def test_an_undecided_message_names_the_export_that_would_decide_it() -> None:
    assert observer(blind(PILOT, OLD)).message(OLD, NEW).needs == ("Get-CsWindowsService",)
    assert observer(lagging(PILOT, OLD, Unknown(REPLICATION))).message(OLD, NEW).needs == (REPLICATION,)


def test_a_twin_whose_replica_lags_leaves_open_what_it_lacks() -> None:
    """Which pools the missing configuration defined is in no export."""
    deployment = built(two_sites())
    here, there = front_end(deployment), front_end(deployment, 1)
    state = lagging(state_of(deployment, day=1, tools=None), here, -1)

    outcome = observer(state).message(here, there)

    assert (outcome.disposition, outcome.needs) == (Disposition.UNDECIDED, (REPLICATION,))
    assert outcome.reason == f"the replica here lags; it may lack {there}"


@pytest.mark.parametrize(
    ("members", "least"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4), (9, 4), (10, 5), (12, 5)]
)
def test_an_enterprise_pool_answers_while_its_functional_minimum_runs(members: int, least: int) -> None:
    """The table of "Topologies and components for Front End Servers" (Lync Server 2013)."""
    pool = PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=members)
    deployment = built(one_pool(pool=pool))
    home = front_end(deployment)
    state = state_of(deployment, day=1, tools=None)

    # Which servers count in large pools has tests of its own.
    every = Rules({"quorum-voters": "all-servers"})
    enough = with_service(state, home, "RTCSRV", servers=members - least)
    assert observer(enough, every).message(home, home).done
    fewer = with_service(state, home, "RTCSRV", servers=members - least + 1)
    too_few = observer(fewer, every).message(home, home)
    assert (too_few.disposition, too_few.sip, too_few.diagnostic) == (Disposition.FAILED, 504, 2)
    if least > 1:
        assert too_few.reason == (
            f"{least - 1} of {members} Front Ends run, fewer than the {least} that Windows Fabric needs"
        )


def test_2010_knows_no_fabric_and_one_running_server_is_enough() -> None:
    pool = PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=6)
    deployment = built(one_pool(pool=pool, legacy=Version.L10, target=Version.L13))
    home = front_end(deployment)
    state = with_service(state_of(deployment, day=1, tools=None), home, "RTCSRV", servers=5)

    assert observer(state).message(home, home).done


def test_people_on_one_pool_need_no_name_and_no_replica() -> None:
    state = lacking_record(lagging(PILOT, OLD), OLD)

    assert observer(state).message(OLD, OLD).done


def test_a_blocked_port_is_an_assumption_that_can_be_switched() -> None:
    outcome = observer(PILOT, Rules({"ports-open": "no"})).message(OLD, NEW)

    assert (outcome.disposition, outcome.sip, outcome.diagnostic) == (Disposition.FAILED, 504, 1038)
    assert "ports-open" in outcome.assumes


def test_a_message_rests_on_what_is_said_of_names_only_where_no_record_was_given() -> None:
    nameless = PILOT.changed(records=Unknown("DNS export"))
    said = Rules({"names-resolve": "yes"})

    assert observer(nameless).message(OLD, NEW).needs == ("DNS export",)
    assert "names-resolve" in observer(nameless, said).message(OLD, NEW).assumes
    assert "names-resolve" not in observer(PILOT, said).message(OLD, NEW).assumes


def test_a_pool_outside_the_topology_leaves_the_question_open() -> None:
    outcome = observer(PILOT).message(OLD, PoolId("elsewhere.example"))

    assert (outcome.disposition, outcome.needs) == (Disposition.UNDECIDED, ("Get-CsTopology",))


@pytest.mark.parametrize(
    ("service", "reason"),
    [
        ("RTCIMMCU", "IM Conferencing takes no new work on any server of the pool"),
        ("RTCAVMCU", "Audio/Video Conferencing takes no new work on any server of the pool"),
    ],
)
def test_a_meeting_needs_the_conferencing_services_of_its_host(service: str, reason: str) -> None:
    outcome = observer(with_service(PILOT, OLD, service)).join(OLD, Version.L13, False)

    assert (outcome.disposition, outcome.reason) == (Disposition.FAILED, reason)


def test_a_meeting_needs_the_focus_on_its_host() -> None:
    outcome = observer(with_service(PILOT, OLD, "RTCSRV")).join(OLD, Version.L13, False)

    assert (outcome.disposition, outcome.sip, outcome.diagnostic) == (Disposition.FAILED, 504, 2)
    assert outcome.reason == SILENT


def test_a_new_meeting_of_an_upgraded_client_fails_on_the_old_host() -> None:
    outcome = observer(PILOT).join(OLD, Version.S19, True)

    assert (outcome.disposition, outcome.sip) == (Disposition.FAILED, 404)
    assert outcome.reason == (
        "scheduled with an upgraded client on Skype for Business Server 2019, hosted on Lync Server 2013"
    )
    assert {"upgraded-meeting-fails-on", "meetings-follow-organizer"} <= set(outcome.assumes)


def test_a_meeting_of_an_unknown_client_is_undecided_on_an_older_host_alone() -> None:
    told = Unknown("meetings export")

    assert observer(PILOT).join(OLD, Version.S19, told).disposition is Disposition.UNDECIDED
    assert observer(PILOT).join(OLD, Version.S19, told).needs == ("meetings export",)
    assert observer(PILOT).join(NEW, Version.L13, told).disposition is Disposition.DONE


def test_conferences_of_a_branch_are_hosted_on_its_registrars_pool() -> None:
    blueprint = one_pool(branches=(BranchBlueprint(crowds=(crowd(2),)),))
    deployment = built(blueprint)
    (appliance,) = deployment.pools_of(PoolRole.BRANCH_APPLIANCE)
    state = state_of(deployment, day=1, tools=None)

    assert observer(state).join(appliance.id, Version.L13, False).done
    silent = with_service(state, front_end(deployment), "RTCAVMCU")
    assert observer(silent).join(appliance.id, Version.L13, False).source == front_end(deployment)


# ---------------------------------------------------------------- administering


def test_exactly_one_master_must_claim_to_be_active() -> None:
    two = PILOT.changed(cms=dataclasses.replace(PILOT.cms, masters=(OLD, NEW)))
    none = PILOT.changed(cms=dataclasses.replace(PILOT.cms, masters=()))
    draft = PILOT.changed(cms=dataclasses.replace(PILOT.cms, masters=Unknown("Get-CsTopology")))

    assert observer(PILOT).central_management().done
    assert observer(two).central_management().reason == (
        f"2 pools claim to be the active Central Management master: {OLD}, {NEW}"
    )
    assert observer(none).central_management().disposition is Disposition.FAILED
    assert observer(draft).central_management().needs == ("Get-CsTopology",)


def test_a_master_needs_its_replicator_agent() -> None:
    outcome = observer(with_service(PILOT, OLD, "MASTER")).central_management()

    assert outcome.disposition is Disposition.FAILED
    assert outcome.reason == "Master Replicator Agent takes no new work on any server of the pool"


def test_old_tools_are_refused_and_not_tried() -> None:
    outcome = observer(PILOT.changed(tools=Version.L13)).administer_pool(OLD)

    assert outcome.disposition is Disposition.REFUSED
    assert outcome.reason == (
        "tools of Lync Server 2013 cannot open a topology with Skype for Business Server 2019 in it"
    )
    assert "newest-tools" in outcome.assumes


def test_a_pool_cannot_be_administered_while_its_replica_lags() -> None:
    state = lagging(PILOT, NEW, 0)

    assert observer(state).administer_pool(OLD).done
    assert not observer(state).administer_pool(NEW).done
    (site,) = subjects(observer(state), "site")
    assert isinstance(site, SiteSubject)
    assert site.administer().done


def test_an_unknown_replica_leaves_its_pool_open() -> None:
    outcome = observer(lagging(PILOT, OLD, Unknown(REPLICATION))).administer_pool(OLD)

    assert (outcome.disposition, outcome.needs) == (Disposition.UNDECIDED, (REPLICATION,))


# ---------------------------------------------------------------- services


def service(state: State, pool: PoolId, name: str) -> ServiceSubject:
    """One service of a pool whose servers agree about it."""
    (found,) = (
        each
        for each in subjects(observer(state), "service")
        if isinstance(each, ServiceSubject) and each.pool.id == pool and each.service.name == name
    )
    return found


@pytest.mark.parametrize("becomes", [state for state in ServiceState if state is not ServiceState.RUNNING])
def test_a_service_in_any_other_state_than_running_is_told_as_it_was_reported(becomes: ServiceState) -> None:
    subject = service(with_service(PILOT, OLD, "RTCATS", becomes), OLD, "RTCATS")

    outcome = subject.status()

    assert outcome.disposition is Disposition.FAILED
    assert outcome.reason.startswith(f"reported as {becomes.label}")
    assert subject.is_pending is (becomes in (ServiceState.START_PENDING, ServiceState.CONTINUE_PENDING))
    assert subject.is_draining is (becomes in (ServiceState.PAUSED, ServiceState.PAUSE_PENDING))


def test_a_registrar_that_keeps_starting_is_told_as_a_quorum_that_is_missing() -> None:
    starting = with_service(PILOT, OLD, "RTCSRV", ServiceState.START_PENDING)

    assert service(starting, OLD, "RTCSRV").status().reason == (
        "reported as StartPending; a pool without Windows Fabric quorum stays like this"
    )


def test_services_that_nobody_collected_are_undecided_and_name_the_export() -> None:
    state = state_of(without_services(built(), OLD), day=1, tools=None)

    outcome = service(state, OLD, "RTCSRV").status()

    assert (outcome.disposition, outcome.needs) == (Disposition.UNDECIDED, ("Get-CsWindowsService",))
    assert outcome.reason == f"nobody collected the services of {OLD}"


def listed_without(state: State, pool: PoolId, key: str) -> State:
    """The state as if a service were missing from the list of a pool's servers."""
    made = dict(state.services)
    for server in state.pools[pool].servers:
        readings = made[server]
        assert not isinstance(readings, Unknown)
        made[server] = frozen({name: each for name, each in readings.items() if name != key})
    return state.changed(services=frozen(made))


def test_a_service_missing_from_a_list_is_a_failure_only_where_it_is_proven_to_belong() -> None:
    proven = service(listed_without(PILOT, OLD, "front_end"), OLD, "RTCSRV").status()
    assert (proven.disposition, proven.reason) == (
        Disposition.FAILED,
        f"the list of {OLD} does not name it",
    )

    later = state_at(tried(one_pool(legacy=Version.S19, target=Version.SE)), "pilot")
    assumed = service(listed_without(later, NEW, "front_end"), NEW, "RTCSRV").status()
    assert assumed.disposition is Disposition.UNDECIDED
    assert assumed.reason == f"the list of {NEW} does not name it, and no source proves that it must"


def test_servers_that_report_the_same_are_one_subject() -> None:
    deployment = built(one_pool(pool=PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=3)))
    home = front_end(deployment)
    state = state_of(deployment, day=1, tools=None)

    def registrars(of: State) -> list[int]:
        return [
            len(each.servers)
            for each in subjects(observer(of), "service")
            if isinstance(each, ServiceSubject) and each.pool.id == home and each.service.key == "front_end"
        ]

    assert registrars(state) == [3]
    assert registrars(with_service(state, home, "RTCSRV", servers=1)) == [1, 2]


# ---------------------------------------------------------------- outcomes


def test_an_outcome_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match=r"^An outcome is neither true nor false: ask outcome\.done\.$"):
        bool(Outcome(disposition=Disposition.DONE))


def test_asking_whether_an_undecided_outcome_is_done_ends_the_call() -> None:
    outcome = Outcome(disposition=Disposition.UNDECIDED, needs=("Get-CsUser",), reason="nobody told")

    with pytest.raises(Undecided, match="nobody told") as raised:
        _ = outcome.done
    assert raised.value.outcome is outcome


@pytest.mark.parametrize("ending", [Undecided, NotApplicable])
def test_no_except_exception_hides_that_a_call_has_ended(ending: type[BaseException]) -> None:
    assert not issubclass(ending, Exception)
    with pytest.raises(NotApplicable, match="no concern"):
        not_applicable("no concern of ours")


@pytest.mark.parametrize(
    ("disposition", "done"),
    [(Disposition.DONE, True), (Disposition.FAILED, False), (Disposition.REFUSED, False)],
)
def test_only_done_is_done(disposition: Disposition, done: bool) -> None:
    assert Outcome(disposition=disposition).done is done


def test_an_outcome_is_printed_as_a_story() -> None:
    outcome = observer(with_service(PILOT, NEW, "RTCSRV")).message(OLD, NEW)

    assert str(outcome) == (
        f"failed 504 (ms-diagnostics 2) at {NEW}: no Front-End service of the pool takes new work\n"
        f"  1. {OLD}: the Front-End service answers\n"
        f"  2. {OLD}: knows {NEW}\n"
        f"  3. {NEW}: reached over MTLS 5061\n"
        f"  4. {NEW}: no Front-End service of the pool takes new work\n"
        "  Look at: Get-CsWindowsService on the servers of that pool\n"
        "  Taken to be so: ports-open"
    )


def test_every_diagnostic_that_may_be_given_comes_with_a_place_to_look() -> None:
    assert DIAGNOSTICS.keys() <= LOOK_AT.keys()


def test_an_undecided_outcome_names_what_would_tell() -> None:
    told = str(Outcome(disposition=Disposition.UNDECIDED, reason="nobody told", needs=("Get-CsUser",)))

    assert told == "undecided: nobody told\n  Would be told by: Get-CsUser"


def test_a_bare_outcome_is_one_word() -> None:
    assert str(Outcome(disposition=Disposition.DONE)) == "done"


# ---------------------------------------------------------------- subjects


def test_what_nobody_told_ends_the_question_who_there_is() -> None:
    peopleless = PILOT.changed(population=Unknown("Get-CsUser"))

    for kind in ("user", "conversation", "meeting"):
        with pytest.raises(Undecided, match="nobody told who is homed where") as raised:
            subjects(observer(peopleless), kind)
        assert raised.value.outcome.needs == ("Get-CsUser",)
    for kind in ("service", "pool", "site", "replica", "deployment"):
        assert subjects(observer(peopleless), kind)

    meetingless = PILOT.changed(population=population_of(PILOT).changed(meetings=Unknown("meetings export")))
    with pytest.raises(Undecided, match="nobody told which meetings are scheduled"):
        subjects(observer(meetingless), "meeting")


def test_a_conversation_crosses_generations_if_its_ends_run_different_versions() -> None:
    crossing = {
        (each.sender.pool, each.recipient.pool): each.crosses_generations
        for each in subjects(observer(PILOT), "conversation")
        if isinstance(each, Conversation)
    }

    assert crossing == {(OLD, OLD): False, (OLD, NEW): True, (NEW, OLD): True, (NEW, NEW): False}


def test_whoever_is_hit_is_counted_by_home_pool() -> None:
    here = observer(PILOT)
    sides = population_of(PILOT).people_by_pool
    everybody = sum(sides.values())

    for subject in subjects(here, "conversation"):
        assert isinstance(subject, Conversation)
        both = (subject.sender.pool, subject.recipient.pool)
        assert heads(subject.hit()) == {pool: sides[pool] for pool in both}
    (whole,) = subjects(here, "deployment")
    (site,) = subjects(here, "site")
    assert sum(heads(whole.hit()).values()) == sum(heads(site.hit()).values()) == everybody
    assert heads(here.people_of((OLD,))) == {OLD: sides[OLD]}


def test_every_subject_says_what_it_is() -> None:
    kinds = {
        "service": ServiceSubject,
        "pool": PoolSubject,
        "site": SiteSubject,
        "replica": ReplicaSubject,
        "conversation": Conversation,
        "meeting": MeetingSubject,
        "deployment": DeploymentSubject,
    }
    for kind, of in kinds.items():
        for subject in subjects(observer(PILOT), kind):
            assert isinstance(subject, of)
            assert str(subject) == subject.label != ""


def test_generations_stand_in_order_and_retired_ones_are_gone() -> None:
    trial = tried()
    seen = []
    for label in ("legacy", "pilot", "retired"):
        (whole,) = subjects(observer(state_at(trial, label)), "deployment")
        assert isinstance(whole, DeploymentSubject)
        seen.append(whole.generations)

    assert seen == [((Version.L13,),), ((Version.L13,), (Version.S19,)), ((Version.S19,),)]


def test_a_pool_that_nobody_is_on_has_no_cohort() -> None:
    empty = Blueprint(sites=(SiteBlueprint(pools=(PoolBlueprint(), PoolBlueprint(crowds=(crowd(2),)))),))
    deployment = built(empty)

    users = subjects(observer(state_of(deployment, day=1, tools=None)), "user")

    assert [user.label for user in users] == [f"2 people on {front_end(deployment, 1)}"]


def test_checkpoints_have_their_own_observers() -> None:
    trial = tried()
    stops = list(trial.stops())

    assert [stop.place.label for stop in stops][:4] == [
        "legacy",
        "side-by-side",
        "pilot",
        "pilot.rolled-back",
    ]
    assert all(stop.views.origin is stops[0].views.here for stop in stops)
    assert stops[0].views.before is stops[0].views.here
    by_label = {stop.place.label: stop.views for stop in stops}
    assert by_label["pilot.rolled-back"].before is by_label["pilot"].here
    assert by_label["edge"].before is by_label["pilot"].here
    assert [stop.place.phase for stop in stops if not stop.place.is_rolled_back] == list(CHECKPOINT_ORDER)
    assert str(server_of(trial.state_at(stops[0].place), OLD)) == str(OLD)
