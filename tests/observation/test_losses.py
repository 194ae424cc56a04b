"""What is lost with a service, worked out by everybody else's observations; and more of it with more."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import RULES, after, built, crowd, front_end, new, observer, one_pool, server_of, state_at, tried
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import trials

from coexistence.model import operations as op
from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.vocabulary import (
    Disposition,
    Edition,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    Unknown,
    Version,
)
from coexistence.observation.listings import subjects
from coexistence.observation.service_losses import Loss, losses, with_service
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

OLD = front_end(built())
NEW = new(OLD)


def halfway() -> State:
    """Pilot users have moved; dial-in, an Edge and archives are there."""
    pool = PoolBlueprint(voice=True, dial_in=True, crowds=(crowd(10),))
    return state_at(tried(one_pool(legacy=Version.L13, target=Version.S19, pool=pool)), "pilot")


def lost_with(state: State, service: str, pool: PoolId = OLD) -> tuple[Loss, ...]:
    """What a pool's service takes away."""
    here = observer(state)
    subject: Any = next(
        each
        for each in subjects(here, "service")
        if each.service.key == service and each.pool.id == pool  # type: ignore[union-attr]  # services
    )
    return losses(here, subject.servers, service)


@pytest.mark.parametrize(
    ("service", "there", "not_there"),
    [
        ("front_end", {"message", "call", "presence", "sign in", "join", "schedule"}, {"administer"}),
        ("im_mcu", {"join"}, {"message", "sign in", "schedule", "administer"}),
        ("av_mcu", {"join", "join with video"}, {"message", "sign in", "join with sharing"}),
        ("appsharing_mcu", {"join with sharing"}, {"join", "share", "join with slides"}),
        ("data_mcu", {"join with slides"}, {"join", "join with sharing"}),
        ("replica_replicator", {"follow changes"}, {"message", "join", "sign in"}),
        ("web_services", {"join by link", "find in address book"}, {"message", "schedule"}),
        ("master_replicator", {"administer"}, {"message", "join", "sign in", "schedule"}),
        ("cls_agent", set(), {"message", "join", "administer"}),
    ],
)
def test_each_service_takes_its_own_away(service: str, there: set[str], not_there: set[str]) -> None:
    lost = {each.what for each in lost_with(halfway(), service)}

    assert there <= lost, lost
    assert not not_there & lost, lost


def test_the_only_mediation_service_takes_phones_away() -> None:
    pool = PoolBlueprint(voice=True, dial_in=True, crowds=(crowd(10),))
    legacy = state_at(tried(one_pool(legacy=Version.L13, target=Version.S19, pool=pool)), "legacy")

    assert {each.what for each in lost_with(legacy, "mediation")} == {"dial in", "call out", "answer"} & {
        each.what for each in lost_with(legacy, "mediation")
    }
    assert "dial in" in {each.what for each in lost_with(legacy, "mediation")}
    # A second one, on the new pool, takes its place.
    assert not {each.what for each in lost_with(halfway(), "mediation")} & {"dial in", "message", "join"}


def test_a_loss_says_who_and_why() -> None:
    lost = lost_with(halfway(), "front_end")

    one = next(each for each in lost if each.what == "message" and each.subject == f"{OLD} to {OLD}")
    assert one.kind == "conversation"
    assert one.people > 0
    assert one.outcome.disposition is Disposition.FAILED
    assert one.outcome.sip == 504
    assert str(one) == f"message: {OLD} to {OLD} ({one.people} people)"
    assert not any(each.subject == f"{NEW} to {NEW}" for each in lost)


def test_it_makes_no_difference_whether_the_service_runs_now() -> None:
    state = halfway()
    stopped = with_service(state, state.pools[OLD].servers, "front_end", ServiceState.STOPPED)

    assert lost_with(stopped, "front_end") == lost_with(state, "front_end")


def test_asking_leaves_no_trace() -> None:
    state = halfway()
    services = state.services

    lost_with(state, "front_end")

    assert state.services is services


def test_a_spare_server_takes_nothing_away() -> None:
    pool = PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=4, crowds=(crowd(10),))
    state = state_at(tried(one_pool(legacy=Version.S15, target=Version.S19, pool=pool)), "legacy")
    home = next(each.id for each in state.pools.values() if each.role is PoolRole.FRONT_END)

    assert losses(observer(state), [server_of(state, home, 3)], "front_end") == ()
    assert losses(observer(state), state.pools[home].servers[1:], "front_end")


def test_what_nobody_could_tell_is_no_loss() -> None:
    """Nobody collected one of the Front Ends: it may well go on without the others."""
    pool = PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=3, crowds=(crowd(10),))
    state = state_at(tried(one_pool(legacy=Version.S15, target=Version.S19, pool=pool)), "legacy")
    home = next(each.id for each in state.pools.values() if each.role is PoolRole.FRONT_END)
    one, *others = state.pools[home].servers
    silent = state.changed(services={**state.services, one: Unknown("Get-CsWindowsService")})

    assert losses(observer(silent), others[:1], "front_end") == ()
    assert losses(observer(silent), others, "im_mcu") == ()
    assert losses(observer(state), (one, *others), "im_mcu")


def test_a_service_that_a_server_does_not_have_takes_nothing_away() -> None:
    state = halfway()
    edge = next(pool for pool in state.pools.values() if pool.role is PoolRole.EDGE)

    assert losses(observer(state), edge.servers, "im_mcu") == ()


def works(state: State, rules: Rules) -> dict[str, bool]:
    """Everything that somebody can ask for between two people or of a meeting, and whether it works."""
    here = observer(state, rules)
    found: dict[str, bool] = {}
    for kind, questions in (
        ("conversation", ("message", "presence")),
        ("organizer", ("schedule",)),
        ("meeting", ("join",)),
        ("user", ("read_contacts", "keep_changes", "find_in_address_book")),
        ("site", ("administer",)),
    ):
        for number, subject in enumerate(subjects(here, kind)):
            for question in questions:
                outcome = getattr(subject, question)()
                found[f"{kind} {number} {question}"] = outcome.disposition is Disposition.DONE
    return found


@given(trials(), st.data())
@settings(max_examples=30)
def test_stopping_more_gives_nothing_back(trial: Trial, data: st.DataObject) -> None:
    """Monotone: whatever does not work with some services stopped does not work with more of them stopped.

    A pair is left out: when its pool goes silent altogether, the backup registrar takes over, and what
    was refused by a half-dead pool works again. That is what it is for.
    """
    state = trial.state_at(data.draw(st.sampled_from(trial.places)))
    running = sorted(
        (server, key)
        for server, readings in state.services.items()
        for key, each in dict(readings).items()  # type: ignore[arg-type]  # a built state knows its services
        if each is ServiceState.RUNNING and state.pools[state.servers[server].pool].backup is None
    )
    if not running:
        return
    stops: list[tuple[ServerId, str]] = data.draw(
        st.lists(st.sampled_from(running), min_size=1, max_size=6, unique=True)
    )
    before = works(state, RULES)
    for server, key in stops:
        state = with_service(state, [server], key, ServiceState.STOPPED)
        now = works(state, RULES)
        gained = [what for what in now if now[what] and not before[what]]
        assert not gained, (server, key, gained)
        before = now


def test_restarting_gives_everything_back() -> None:
    state = halfway()
    stopped = after(state, op.StopServers(pool=OLD))
    assert works(stopped, RULES) != works(state, RULES)

    assert works(after(stopped, op.StartServers(pool=OLD)), RULES) == works(state, RULES)
