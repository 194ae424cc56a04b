"""People and each other: messages, presence, calls, third persons, delegates; and what is in the way.

Literally asserted are statuses, ids and reasons that a specification, a document or a trace shows; those
that are our choice are asserted by being the table's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from helpers import RULES, after, crowd, new, observer, state_at, tried, with_service

from coexistence.model import operations as op
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.clients import ClientGeneration
from coexistence.model.conditions.messaging import ImFilter, Particulars
from coexistence.model.deployment import Application
from coexistence.model.vocabulary import (
    ApplicationKind,
    Content,
    Disposition,
    Edition,
    Modality,
    Origin,
    PoolId,
    PoolRole,
    Recipient,
    Version,
)
from coexistence.observation import Conversation, Observer
from coexistence.observation.listings import subjects
from coexistence.observation.people.messaging import be_seen, between, delegate, escalate
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

if TYPE_CHECKING:
    from coexistence.observation import Outcome

DONE, REFUSED, FAILED, UNDECIDED = Disposition
R = Recipient
M = Modality


def pilot() -> State:
    """Two paired Standard Edition servers in one site with a branch appliance, one pool in another site."""
    pool = PoolBlueprint(edition=Edition.STANDARD, crowds=(crowd(40),), paired=True)
    first = SiteBlueprint(
        pools=(pool, pool), edge=EdgeBlueprint(), branches=(BranchBlueprint(crowds=(crowd(10),)),)
    )
    second = SiteBlueprint(pools=(PoolBlueprint(crowds=(crowd(20),)),))
    trial = tried(Blueprint(legacy=Version.L13, target=Version.S19, sites=(first, second)))
    return state_at(trial, "pilot")


PILOT = pilot()
FRONT_ENDS = [pool.id for pool in PILOT.pools.values() if pool.role is PoolRole.FRONT_END]
OLD, PAIR = (pool for pool in FRONT_ENDS[:2])
FAR = next(pool for pool in FRONT_ENDS if PILOT.pools[pool].site != PILOT.pools[OLD].site)
NEW = new(OLD)
(BRANCH,) = (pool.id for pool in PILOT.pools.values() if pool.role is PoolRole.BRANCH_APPLIANCE)
NEAR_SITE, FAR_SITE = PILOT.pools[OLD].site, PILOT.pools[FAR].site


def reach(
    state: State, sender: PoolId, recipient: PoolId, modality: Modality = M.MESSAGE, **how: Any
) -> Outcome:
    """What becomes of something between people of two pools."""
    rules = how.pop("rules", RULES)
    return between(Observer(state, rules), sender, recipient, modality, **how)


def silent(state: State, *pools: PoolId) -> State:
    """The state with everything stopped on some pools."""
    return after(state, *(op.StopServices(pool=pool) for pool in pools))


def particular(state: State, **facts: Any) -> State:
    """The state with something that deviates."""
    return after(state, op.SetParticulars(to=Particulars(**facts)))


def story(outcome: Outcome) -> str:
    """Every hop, on a line of its own."""
    return "\n".join(map(str, outcome.hops))


# ---------------------------------------------------------------- what the recipient is like


class Case(NamedTuple):
    """What the recipient is like, what is wanted of them, and how it ends."""

    who: Recipient
    modality: Modality
    ends: Disposition
    sip: int | None = None
    diagnostic: int | None = None
    at: PoolId | None = None


CASES = [
    *(Case(R.REACHABLE, modality, DONE) for modality in (M.MESSAGE, M.PRESENCE, M.AUDIO, M.VIDEO, M.SHARING)),
    Case(R.OFFLINE, M.MESSAGE, FAILED, 480, None, NEW),
    Case(R.OFFLINE, M.AUDIO, FAILED, 480, None, NEW),
    Case(R.OFFLINE, M.PRESENCE, DONE),
    Case(R.BUSY, M.MESSAGE, REFUSED, 486),
    Case(R.BUSY, M.PRESENCE, DONE),
    Case(R.DECLINES, M.AUDIO, REFUSED, 603),
    Case(R.NO_ANSWER, M.AUDIO, REFUSED, 408),
    Case(R.CONNECTION_LOST, M.MESSAGE, FAILED, 504, 1006, NEW),
    Case(R.UNKNOWN, M.MESSAGE, FAILED, 404, 1003, OLD),
    Case(R.UNKNOWN, M.PRESENCE, FAILED, 404, 1003, OLD),
    Case(R.DISABLED, M.AUDIO, FAILED, 404, 4005, OLD),
    Case(R.NOT_REPLICATED, M.MESSAGE, FAILED, 404, 4005, OLD),
    Case(R.HALF_MOVED, M.MESSAGE, FAILED, 404, 4006, NEW),
    Case(R.HALF_MOVED, M.PRESENCE, FAILED, 404, 4006, NEW),
    Case(R.MOVED_SINCE, M.MESSAGE, FAILED, 481, 1004, NEW),
    Case(R.MOVED_SINCE, M.PRESENCE, FAILED, 481, 2014, NEW),
    Case(R.SHARES_NUMBER, M.AUDIO, FAILED, 485, 4009, OLD),
    Case(R.SHARES_NUMBER, M.MESSAGE, DONE),
    Case(R.NEWER_STATE, M.PRESENCE, DONE),
    Case(R.NEWER_STATE, M.MESSAGE, DONE),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{each.modality.value}: {each.who.value}" for each in CASES])
def test_what_the_recipient_is_like_decides(case: Case) -> None:
    outcome = reach(PILOT, OLD, NEW, case.modality, who=case.who)

    assert (outcome.disposition, outcome.sip, outcome.diagnostic) == (case.ends, case.sip, case.diagnostic)
    assert case.at in (None, outcome.source)


@pytest.mark.parametrize("who", R, ids=lambda who: who.value)
@pytest.mark.parametrize("modality", [M.MESSAGE, M.PRESENCE, M.AUDIO], ids=lambda each: each.value)
def test_a_broken_way_comes_before_what_only_the_recipients_pool_knows(
    who: Recipient, modality: Modality
) -> None:
    """The far pool has no backup: nobody there says anything."""
    outcome = reach(with_service(PILOT, FAR, "RTCSRV"), OLD, FAR, modality, who=who)

    looked_up_here = {R.UNKNOWN, R.DISABLED, R.NOT_REPLICATED} | (
        {R.SHARES_NUMBER} if modality is M.AUDIO else set()
    )
    if who in looked_up_here:
        assert outcome.source == OLD
    else:
        assert (outcome.sip, outcome.diagnostic, outcome.source) == (504, 2, FAR)


def test_both_directions_are_asked_apart() -> None:
    """A replica on the old side that lags keeps messages to the new side back, not those from there."""
    behind = dict.fromkeys(PILOT.pools[OLD].servers, 0)
    state = PILOT.changed(replicas={**PILOT.replicas, **behind})

    assert reach(state, OLD, NEW).diagnostic == 1010
    assert reach(state, NEW, OLD).disposition is DONE


def test_a_call_to_somebody_with_voice_mail_that_is_not_reached_says_so() -> None:
    contact = Application(id="um", kind=ApplicationKind.EXCHANGE_UM, owner=OLD, origin=Origin("test"))
    state = PILOT.changed(applications=(contact,))
    barred = Rules({"exchange-answers": "no"})

    outcome = reach(state, FAR, OLD, M.AUDIO, who=R.OFFLINE, rules=barred)
    assert (outcome.sip, outcome.diagnostic) == (480, 15030)
    assert reach(state, FAR, OLD, M.AUDIO, who=R.OFFLINE).diagnostic is None
    assert reach(state, FAR, OLD, M.MESSAGE, who=R.OFFLINE, rules=barred).diagnostic is None
    assert reach(state, OLD, FAR, M.AUDIO, who=R.OFFLINE, rules=barred).diagnostic is None


# ---------------------------------------------------------------- survivable mode


def test_sessions_reach_people_through_the_backup_registrar_and_presence_does_not() -> None:
    state = silent(PILOT, PAIR)
    assert PILOT.pools[PAIR].backup == OLD

    for modality in (M.MESSAGE, M.AUDIO, M.SHARING):
        for sender, recipient in ((FAR, PAIR), (PAIR, FAR), (OLD, PAIR), (PAIR, PAIR)):
            outcome = reach(state, sender, recipient, modality)
            assert outcome.disposition is DONE, str(outcome)
            assert "the backup registrar takes over; survivable mode" in story(outcome)
    for watcher in (FAR, OLD, PAIR):
        outcome = reach(state, watcher, PAIR, M.PRESENCE)
        assert outcome.disposition is FAILED
        assert outcome.reason.startswith("presence unknown")
    assert reach(state, FAR, OLD, M.PRESENCE).disposition is DONE


def test_somebody_who_is_not_registered_with_the_backup_gets_its_own_answer() -> None:
    outcome = reach(silent(PILOT, PAIR), FAR, PAIR, who=R.OFFLINE)

    assert (outcome.sip, outcome.diagnostic, outcome.source) == (480, 13009, OLD)


def test_a_pool_without_backup_takes_its_people_along() -> None:
    state = with_service(PILOT, FAR, "RTCSRV")

    assert (reach(state, OLD, FAR).sip, reach(state, OLD, FAR).diagnostic) == (504, 2)


def test_an_unreachable_pool_leaves_its_own_people_alone_unknown() -> None:
    state = with_service(PILOT, FAR, "RTCSRV")
    seen = {to: reach(state, OLD, to, M.PRESENCE).disposition for to in (OLD, PAIR, NEW, FAR, BRANCH)}

    assert seen == {OLD: DONE, PAIR: DONE, NEW: DONE, FAR: FAILED, BRANCH: DONE}


def test_presence_of_a_branch_is_the_registrars_while_its_messages_are_its_own() -> None:
    registrar = PILOT.pools[BRANCH].backup
    assert registrar is not None
    state = silent(PILOT, registrar, *(each for each in (OLD, PAIR) if each != registrar))

    assert reach(state, FAR, BRANCH).disposition is DONE
    assert reach(state, FAR, BRANCH, M.PRESENCE).disposition is FAILED
    assert reach(silent(PILOT, BRANCH), FAR, BRANCH, M.PRESENCE).disposition is DONE


def test_presence_names_the_pool_to_ask() -> None:
    assert f"{OLD}: does not serve them: ask {NEW}" in story(reach(PILOT, OLD, NEW, M.PRESENCE))
    assert "does not serve them" not in story(reach(PILOT, OLD, OLD, M.PRESENCE))


# ---------------------------------------------------------------- what is sent


@pytest.mark.parametrize(
    ("sender", "recipient", "action", "ends"),
    [(OLD, FAR, "block", REFUSED), (FAR, OLD, "block", DONE), (OLD, FAR, "warn", DONE)],
)
def test_the_filter_of_a_site_blocks_one_direction(
    sender: PoolId, recipient: PoolId, action: Any, ends: Disposition
) -> None:
    strict = ImFilter(scope=f"site:{NEAR_SITE}", links=action, files=action)
    state = particular(PILOT, im_filters=(strict,))

    for modality, content in ((M.MESSAGE, Content.LINK), (M.FILE, Content.TEXT)):
        outcome = reach(state, sender, recipient, modality, content=content)
        assert outcome.disposition is ends
        assert outcome.sip == (606 if ends is REFUSED else None)
        assert ("warns of" in story(outcome)) is (action == "warn")
    assert reach(state, sender, recipient).disposition is DONE


@pytest.mark.parametrize(
    ("side", "out", "back"),
    [("sender", REFUSED, DONE), ("recipient", DONE, REFUSED), ("both",) + (REFUSED,) * 2],
)
def test_whose_filter_decides_is_assumed(side: str, out: Disposition, back: Disposition) -> None:
    state = particular(PILOT, im_filters=(ImFilter(scope=f"site:{NEAR_SITE}", links="block"),))
    rules = Rules({"im-filter-at": side})
    there = reach(state, OLD, FAR, content=Content.LINK, rules=rules)
    here = reach(state, FAR, OLD, content=Content.LINK, rules=rules)

    assert (there.disposition, here.disposition) == (out, back)
    assert "im-filter-at" in there.assumes
    assert "im-filter-at" in here.assumes


def test_a_sites_filter_counts_instead_of_the_global_one() -> None:
    filters = (ImFilter(scope="global", links="block"), ImFilter(scope=f"site:{FAR_SITE}"))
    state = particular(PILOT, im_filters=filters)

    assert reach(state, OLD, FAR, content=Content.LINK).sip == 606
    assert reach(state, FAR, OLD, content=Content.LINK).disposition is DONE


def test_a_content_type_that_the_client_does_not_take_is_refused() -> None:
    assert reach(PILOT, NEW, OLD, content=Content.RICH).sip == 415


@pytest.mark.parametrize(("switched", "sip"), [("yes", 481), ("no", None)])
def test_a_message_outside_a_session_is_answered_as_assumed(switched: str, sip: int | None) -> None:
    outcome = reach(PILOT, OLD, NEW, in_session=False, rules=Rules({"page-mode-refused": switched}))

    assert outcome.sip == sip
    assert "page-mode-refused" in outcome.assumes


# ---------------------------------------------------------------- presence that something old spoils


def test_an_older_server_may_refuse_a_state_of_newer_ones() -> None:
    refusing = Rules({"newer-states-ignored": "no"})

    def seen(watcher: PoolId, watched: PoolId, rules: Rules = refusing) -> Outcome:
        return reach(PILOT, watcher, watched, M.PRESENCE, who=R.NEWER_STATE, rules=rules)

    assert seen(OLD, NEW).sip == 400
    assert "presence unknown" in seen(OLD, NEW).reason
    assert seen(NEW, OLD).disposition is DONE
    assert seen(NEW, NEW).disposition is DONE
    assert seen(OLD, NEW, RULES).disposition is DONE
    assert "newer-states-ignored" in seen(OLD, NEW, RULES).assumes


@pytest.mark.parametrize(
    ("client", "since", "ends"),
    [
        (ClientGeneration.LYNC_2010, "lync-2013", FAILED),
        (ClientGeneration.LYNC_2010, "lync-2010", DONE),
        (ClientGeneration.LYNC_2013, "lync-2013", DONE),
        (ClientGeneration.MOBILE, "sfb-2015", FAILED),
        (ClientGeneration.SFB_2016, "sfb-2015", DONE),
        (ClientGeneration.UNKNOWN, "lync-2013", UNDECIDED),
    ],
)
def test_privacy_mode_hides_people_with_old_clients(
    client: ClientGeneration, since: str, ends: Disposition
) -> None:
    rules = Rules({"privacy-honoured-from": since})
    private = particular(PILOT, privacy_mode=frozenset({f"site:{NEAR_SITE}"}))

    assert be_seen(Observer(private, rules).facts, OLD, client).disposition is ends
    assert be_seen(Observer(private, rules).facts, FAR, client).disposition is DONE
    assert be_seen(Observer(PILOT, rules).facts, OLD, client).disposition is DONE
    everywhere = particular(PILOT, privacy_mode=frozenset({"global"}))
    assert be_seen(Observer(everywhere, rules).facts, FAR, client).disposition is ends


# ---------------------------------------------------------------- more than two, and delegates


def test_a_third_person_comes_to_the_pool_of_whoever_invites() -> None:
    state = with_service(PILOT, OLD, "RTCIMMCU")

    assert escalate(Observer(state, RULES).facts, NEW, OLD).disposition is DONE
    assert escalate(Observer(state, RULES).facts, OLD, NEW).source == OLD
    assert escalate(Observer(state, RULES).facts, OLD, NEW).disposition is FAILED
    assert reach(state, OLD, NEW).disposition is DONE


@pytest.mark.parametrize(
    ("assistant", "online", "switched", "ends"),
    [
        (OLD, False, "no", DONE),
        (NEW, False, "yes", DONE),
        (NEW, False, "no", REFUSED),
        (OLD, True, "yes", REFUSED),
    ],
)
def test_a_delegate_in_another_deployment_is_refused(
    assistant: PoolId, online: bool, switched: str, ends: Disposition
) -> None:
    rules = Rules({"delegates-across-generations": switched})
    outcome = delegate(Observer(PILOT, rules).facts, OLD, assistant, online=online)

    assert outcome.disposition is ends
    assert outcome.diagnostic == (4268 if ends is REFUSED else None)


def test_conversations_pass_every_question_on() -> None:
    look = observer(PILOT)
    (across,) = (
        each
        for each in subjects(look, "conversation")
        if isinstance(each, Conversation) and (each.sender.pool, each.recipient.pool) == (OLD, NEW)
    )

    assert across.message().disposition is DONE
    assert across.message(R.BUSY).sip == 486
    assert across.message(content=Content.RICH).sip == 415
    assert across.message(in_session=False).sip == 481
    assert across.presence(R.HALF_MOVED).diagnostic == 4006
    assert across.call(R.SHARES_NUMBER).diagnostic == 4009
    assert across.share(R.DECLINES).sip == 603
    assert across.invite_third().disposition is DONE
    assert across.delegate(online=True).diagnostic == 4268


def test_what_is_asked_every_day_is_answered_once_for_all_sessions() -> None:
    """Messages, calls and sharing share the signalling; only presence is asked another way."""
    look = Observer(PILOT, RULES)
    answers = {id(between(look, OLD, NEW, each)) for each in (M.MESSAGE, M.AUDIO, M.VIDEO, M.SHARING)}

    assert len(answers) == 1
    assert id(between(look, OLD, NEW, M.PRESENCE)) not in answers
