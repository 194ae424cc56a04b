"""The checks of meetings and policies: each holds on a healthy path, and breaks with its fault."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import pytest
from helpers import (
    RULES,
    after,
    built,
    crowd,
    front_end,
    new,
    one_pool,
    state_at,
    tried,
    weights,
    with_service,
)

from coexistence import Severity
from coexistence.checking.registry import Registry
from coexistence.checking.results import Result
from coexistence.checking.runner import Views, run_check
from coexistence.model import operations as op
from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.deployment import Block, DialPlan, Policy
from coexistence.model.vocabulary import Origin, SiteId, Unknown, Version
from coexistence.observation import Observer
from coexistence.plugin.loading import load_builtin
from coexistence.simulation.state import State, frozen

ERROR, WARNING, BLOCKER = Severity.ERROR, Severity.WARNING, Severity.BLOCKER
TEST = Origin("test")
BLUEPRINT = one_pool(20, pool=PoolBlueprint(dial_in=True, voice=True, crowds=(crowd(10, content=True),)))
TRIAL = tried(BLUEPRINT)
OLD = front_end(built(BLUEPRINT))
NEW = new(OLD)
REGISTRY = Registry()
load_builtin(REGISTRY)
CHECKS = {
    check.name: check
    for check in REGISTRY
    if check.module in ("coexistence.checks.meetings", "coexistence.checks.policies")
}


def at(label: str) -> State:
    return state_at(TRIAL, label)


def ask(name: str, here: State, before: State | None = None) -> Result:
    now = Observer(here, RULES)
    earlier = Observer(before, RULES) if before is not None else now
    result = run_check(CHECKS[name], Views(here=now, before=earlier, origin=earlier), {})
    assert result.crash is None
    return result


def moving(state: State, **how: bool) -> State:
    move = op.MoveUsers(users=op.Selection(on=OLD), to=NEW, tools=Version.S19, **how)
    return after(state, move)


def conferencing(scope: str, value: str) -> Policy:
    settings = (("AllowAnonymousParticipantsInMeetings", value),)
    return Policy(kind="conferencing", scope=scope, settings=settings, origin=TEST)


def with_policies(state: State, *policies: Policy) -> State:
    return state.changed(policies=policies)


def in_another_site(state: State) -> State:
    """The state as if the new pool stood in a site of its own, with a policy that admits no guests."""
    pool = dataclasses.replace(state.pools[NEW], site=SiteId("2"))
    far = state.changed(pools=frozen({**state.pools, NEW: pool}))
    return with_policies(far, conferencing("global", "True"), conferencing("site:2", "False"))


def unnamed(state: State) -> State:
    """The state without the names that links begin with."""
    assert not isinstance(state.records, Unknown)
    kept = {key: each for key, each in state.records.items() if not any("meet." in str(part) for part in key)}
    return state.changed(records=frozen(kept))


def unplanned(state: State) -> State:
    return state.changed(dial_plans=(DialPlan(scope="global", region="Nowhere", origin=TEST),))


def left_behind() -> State:
    """Legacy pools silent, and a directory that somebody forgot there."""
    state = at("legacy-silent")
    assert not isinstance(state.directories, Unknown)
    return state.changed(
        directories=tuple(dataclasses.replace(each, owner=OLD) for each in state.directories)
    )


def blocked(state: State) -> State:
    return state.changed(blocked=(Block(source=OLD, target=NEW, port=444, origin=TEST),))


class Witness(NamedTuple):
    check: str
    fault: str
    make: Callable[[], State]
    kinds: set[tuple[str, Severity]]
    before: Callable[[], State] | None = None


def own(name: str, severity: Severity = ERROR) -> set[tuple[str, Severity]]:
    return {(name, severity)}


JOIN = "every_scheduled_meeting_can_be_joined"
LINK = "meetings_open_by_their_link"
PHONE = "meetings_can_be_dialled_into"
OWNER = "every_conference_directory_in_use_has_a_living_owner"
CONTENT = "meeting_content_moves_with_its_organizer"
ANONYMOUS = "anonymous_participants_get_in"
SCHEDULE = "everybody_can_schedule_meetings"
KEPT = "nobody_gets_another_conferencing_policy"
GUESTS = "moved_organizers_can_have_federated_guests"

WITNESSES = [
    Witness(
        JOIN, "organizers were moved with force", lambda: moving(at("pilot"), force=True), own(JOIN, BLOCKER)
    ),
    Witness(
        JOIN,
        "a directory's pool was removed",
        lambda: after(left_behind(), op.RemovePool(pool=OLD, tools=Version.S19)),
        own(JOIN, BLOCKER),
    ),
    Witness(
        "no_meeting_is_lost_by_going_back",
        "a conferencing service does not start again",
        lambda: with_service(at("pilot.rolled-back"), OLD, "RTCIMMCU"),
        own("no_meeting_is_lost_by_going_back", BLOCKER),
    ),
    Witness(
        "people_on_every_pool_can_join_every_meeting",
        "the focus' port is blocked",
        lambda: blocked(at("pilot")),
        own("join-from-other-pool-fails"),
    ),
    Witness(
        "meetings_have_every_modality",
        "Application Sharing is stopped",
        lambda: with_service(at("pilot"), NEW, "RTCASMCU"),
        own("modality-fails"),
    ),
    Witness(
        "meetings_have_every_modality",
        "nothing shows slides on the new pool",
        lambda: at("pilot").changed(
            pools=frozen(
                {
                    **at("pilot").pools,
                    NEW: dataclasses.replace(at("pilot").pools[NEW], office_web_apps=None),
                }
            )
        ),
        own("modality-not-offered", WARNING),
    ),
    Witness(LINK, "the Meet name is gone", lambda: unnamed(at("pilot")), own(LINK)),
    Witness(
        ANONYMOUS, "web services are stopped", lambda: with_service(at("pilot"), NEW, "W3SVC"), own(ANONYMOUS)
    ),
    Witness(PHONE, "the attendant is stopped", lambda: with_service(at("pilot"), OLD, "RTCCAA"), own(PHONE)),
    Witness(
        PHONE,
        "directories were moved with force",
        lambda: after(at("pilot"), op.MoveConferenceDirectories(source=OLD, to=NEW, force=True)),
        own(PHONE),
    ),
    Witness(CONTENT, "people were moved without it", lambda: moving(at("pilot")), own(CONTENT, WARNING)),
    Witness(
        SCHEDULE, "the new pool is silent", lambda: with_service(at("pilot"), NEW, "RTCSRV"), own(SCHEDULE)
    ),
    Witness(OWNER, "the owner is silent", lambda: with_service(at("production"), OLD, "RTCSRV"), own(OWNER)),
    Witness(
        "no_conference_directory_is_left_behind",
        "one was forgotten",
        left_behind,
        own("directory-left-behind", BLOCKER),
    ),
    Witness(
        "every_access_number_is_offered_somewhere",
        "no dial plan has the region",
        lambda: unplanned(at("pilot")),
        own("region-in-no-dial-plan"),
    ),
    Witness(
        "every_simple_url_leads_to_a_living_pool",
        "the Meet name is gone",
        lambda: unnamed(at("pilot")),
        own("simple-url-dead"),
    ),
    Witness(
        KEPT,
        "the new pool is in a site with another policy",
        lambda: in_another_site(at("pilot")),
        own(KEPT),
        lambda: in_another_site(at("side-by-side")),
    ),
    Witness(
        GUESTS,
        "the policy of those who moved admits nobody",
        lambda: with_policies(at("pilot"), conferencing("global", "False")),
        own(GUESTS),
    ),
]


@pytest.mark.parametrize("witness", WITNESSES, ids=lambda each: f"{each.check}: {each.fault}")
def test_a_check_finds_its_fault(witness: Witness) -> None:
    before = witness.before() if witness.before else None

    assert weights(ask(witness.check, witness.make(), before)) == witness.kinds


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_is_silent_on_a_healthy_path(name: str) -> None:
    for place in TRIAL.places:
        if CHECKS[name].applies_at(place):
            result = run_check(CHECKS[name], TRIAL.views_at(place), {})
            assert (result.broken, result.undecided, result.crash) == ((), (), None), place.label


@pytest.mark.parametrize(
    ("name", "state"),
    [
        (PHONE, with_policies(at("pilot"), conferencing("global", "False"))),
        (ANONYMOUS, with_policies(at("pilot"), conferencing("global", "False"))),
        (GUESTS, with_policies(at("side-by-side"), conferencing("global", "False"))),
    ],
)
def test_what_a_policy_never_allowed_is_no_broken_promise(name: str, state: State) -> None:
    result = ask(name, state)

    assert (result.evaluations, result.broken) == (0, ())


def test_one_cause_is_one_finding() -> None:
    """Where nobody can join at all, links, phones and modalities are not counted once more."""
    silent = with_service(at("production"), NEW, "RTCSRV")

    assert ask(JOIN, silent).broken
    for name in (LINK, PHONE, ANONYMOUS, "meetings_have_every_modality"):
        assert not ask(name, silent).broken


def test_policies_that_nobody_exported_leave_the_promise_open() -> None:
    untold = at("pilot").changed(policies=Unknown("x"))

    for name in (KEPT, GUESTS):
        result = ask(name, untold)
        assert not result.broken
        assert {need for each in result.undecided for need in each.needs} == {"Get-CsConferencingPolicy"}
