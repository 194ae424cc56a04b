"""Links: simple URLs by scope, setup after a change, the reverse proxy, and the join page's options."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from helpers import (
    after,
    built,
    crowd,
    front_end,
    meetings_of,
    new,
    observer,
    one_pool,
    refusal,
    state_at,
    tried,
)

from coexistence import MeetingSubject
from coexistence.model import operations as op
from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.clients import MeetingClient
from coexistence.model.conditions.reverse_proxy import ReverseProxyRule
from coexistence.model.deployment import Block, DnsRecord, SimpleUrl
from coexistence.model.population import LINK_GONE
from coexistence.model.vocabulary import Disposition, Guest, Origin, PoolId, SiteId, Unknown, Version
from coexistence.observation import Outcome, conferencing
from coexistence.observation.listings import subjects
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State, frozen

TEST = Origin("test")
BLUEPRINT = one_pool(20, pool=PoolBlueprint(crowds=(crowd(10),)), director=True)
DEPLOYMENT = built(BLUEPRINT)
OLD = front_end(DEPLOYMENT)
NEW = new(OLD)
PILOT = state_at(tried(BLUEPRINT), "pilot")
DOMAIN = DEPLOYMENT.sip_domains[0]
MEET = f"meet.{DOMAIN}"
SITE = PILOT.pools[OLD].site
ELSEWHERE = SiteId("elsewhere")


def by_link(state: State, host: PoolId = NEW, rules: Rules | None = None, **how: object) -> Outcome:
    return conferencing.by_link(observer(state, rules or Rules()).facts, host, Version.L13, False, **how)  # type: ignore[arg-type]  # as the test says


def meet(host: str, scope: str = "global") -> SimpleUrl:
    return SimpleUrl(component="Meet", domain=DOMAIN, url=f"https://{host}", scope=scope, origin=TEST)


def named(state: State, *names: str) -> State:
    """The state with names that lead to the legacy pool, and certificates that name them."""
    assert not isinstance(state.records, Unknown)
    assert not isinstance(state.certificates, Unknown)
    made = {(name, "A"): DnsRecord(name=name, kind="A", target=OLD, origin=TEST) for name in names}
    certificates = tuple(
        dataclasses.replace(each, names=each.names | frozenset(names)) for each in state.certificates
    )
    return state.changed(records=frozen({**state.records, **made}), certificates=certificates)


# ---------------------------------------------------------------- the scope of simple URLs


def in_another_site(state: State) -> State:
    """The state with the new pool in a site of its own."""
    site = dataclasses.replace(state.sites[SITE], id=ELSEWHERE, name="elsewhere")
    pool = dataclasses.replace(state.pools[NEW], site=ELSEWHERE)
    return state.changed(
        sites=frozen({**state.sites, ELSEWHERE: site}), pools=frozen({**state.pools, NEW: pool})
    )


def with_site_urls(state: State) -> State:
    """The state with a Meet URL of its own for the other site, set up everywhere."""
    there = f"meet-there.{DOMAIN}"
    scope = f"site:{ELSEWHERE}"
    state = after(
        in_another_site(named(state, there)), op.SetSimpleUrls(scope=scope, urls=(meet(there, scope),))
    )
    return after(state, *(op.EnableComputer(pool=pool) for pool in state.pools))


def move(there: PoolId, back: PoolId) -> op.MoveUsers:
    return op.MoveUsers(users=op.Selection(on=back), to=there, tools=Version.S19)


def test_a_move_keeps_links_where_urls_are_global() -> None:
    state = after(in_another_site(PILOT), move(NEW, OLD))

    assert not meetings_of(state).link.any()


def test_a_move_to_a_site_with_urls_of_its_own_breaks_old_invitations_and_a_move_back_mends_them() -> None:
    state = with_site_urls(PILOT)
    old = after(state, op.MoveUsers(users=op.Selection(on=NEW), to=OLD, tools=Version.S19))
    moved = after(old, move(NEW, OLD))

    assert meetings_of(moved).link.any()
    broken = [each for each in meetings(moved) if each.old_link]
    assert broken
    for meeting in broken:
        outcome = meeting.join_by_link()
        assert outcome.disposition is Disposition.FAILED
        assert "prints a link that is not used here any more" in outcome.reason
        assert meeting.join().done
    returned = after(moved, move(OLD, NEW))
    assert (meetings_of(returned).link == meetings_of(old).link).all()


def meetings(state: State) -> list[MeetingSubject]:
    return [each for each in subjects(observer(state), "meeting") if isinstance(each, MeetingSubject)]


def test_a_new_meeting_prints_the_link_of_its_own_site() -> None:
    state = with_site_urls(PILOT)
    state = after(state, op.ScheduleMeetings(by=op.Selection(on=NEW), each=1))

    assert not meetings_of(state).link[-1]
    assert by_link(state).done


# ---------------------------------------------------------------- changing simple URLs

FRESH = f"join.{DOMAIN}"


def test_a_changed_url_is_answered_after_setup_alone() -> None:
    changed = after(named(PILOT, FRESH), op.SetSimpleUrls(scope="global", urls=(meet(FRESH),)))
    outcome = by_link(changed)

    assert outcome.disposition is Disposition.FAILED
    assert f"does not answer as {FRESH} yet: Enable-CsComputer" in outcome.reason
    assert by_link(after(changed, op.EnableComputer(pool=OLD))).done
    assert not by_link(after(changed, op.EnableComputer(pool=NEW))).done


def test_a_url_that_is_replaced_leaves_old_invitations_behind() -> None:
    changed = after(named(PILOT, FRESH), op.SetSimpleUrls(scope="global", urls=(meet(FRESH),)))
    both = after(named(PILOT, FRESH), op.SetSimpleUrls(scope="global", urls=(meet(MEET), meet(FRESH))))

    assert set(meetings_of(changed).link.tolist()) == {LINK_GONE}
    assert not meetings_of(both).link.any()


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (op.SetSimpleUrls(scope="global", urls=(meet(NEW),)), "holds the FQDN of a pool"),
        (op.SetSimpleUrls(scope="global", urls=()), "there is no Meet URL for"),
        (op.SetSimpleUrls(scope="site:nowhere", urls=()), "there is no site nowhere"),
        (op.SetSimpleUrls(scope="tag:x", urls=()), "cannot be set for tag:x"),
        (op.SetSimpleUrls(scope=f"site:{SITE}", urls=(meet(FRESH),)), "is meant for global"),
        (
            op.SetSimpleUrls(
                scope="global",
                urls=(
                    meet(MEET),
                    *(
                        SimpleUrl(component="Dialin", domain="*", url=f"https://{name}", origin=TEST)
                        for name in "ab"
                    ),
                ),
            ),
            "one Dialin URL only",
        ),
        (op.EnableComputer(pool=PoolId("gone.example")), "there is no pool gone.example"),
    ],
)
def test_what_the_product_refuses(operation: op.Operation, reason: str) -> None:
    assert reason in refusal(PILOT, operation)


def test_something_else_on_port_443_hides_the_join_page() -> None:
    taken = Block(source=None, target=OLD, port=443, origin=TEST)

    assert "port 443 is not answered" in by_link(PILOT.changed(blocked=(taken,))).reason


# ---------------------------------------------------------------- the reverse proxy


def rules_of(**facts: object) -> tuple[ReverseProxyRule, ...]:
    external = PILOT.pools[NEW].external_web_fqdn
    assert external is not None
    pages = ReverseProxyRule(names=frozenset({MEET}), target=OLD, origin=TEST)
    web = ReverseProxyRule(names=frozenset({external.lower()}), target=NEW, origin=TEST)
    return (dataclasses.replace(pages, **facts), web)  # type: ignore[arg-type]  # its fields


def published(*rules: ReverseProxyRule) -> State:
    return after(PILOT, op.SetReverseProxy(rules=rules))


PROXIES: list[tuple[str, Callable[[], State], str]] = [
    ("all is well", lambda: published(*rules_of()), ""),
    ("the URL is not published", lambda: published(rules_of()[1]), f"does not publish {MEET}"),
    ("the pool's web name is not published", lambda: published(rules_of()[0]), "does not publish"),
    (
        "the host header is dropped",
        lambda: published(*rules_of(forwards_host=False)),
        f"does not pass on the name {MEET}",
    ),
    (
        "the certificate does not name it",
        lambda: published(*rules_of(certificate=frozenset({"*.other.example"}))),
        f"does not name {MEET}",
    ),
    (
        "a wildcard names it",
        lambda: published(*rules_of(certificate=frozenset({f"*.{DOMAIN}"}))),
        "",
    ),
    ("the pool is gone", lambda: published(*rules_of(target=PoolId("gone.example"))), "which is gone"),
    (
        "the web name of the new pool leads to the old one",
        lambda: published(rules_of()[0], dataclasses.replace(rules_of()[1], target=OLD)),
        f"not to {NEW}",
    ),
]


@pytest.mark.parametrize(
    ("make", "reason"), [each[1:] for each in PROXIES], ids=[each[0] for each in PROXIES]
)
def test_the_reverse_proxy_is_in_the_way_from_outside_alone(make: Callable[[], State], reason: str) -> None:
    state = make()
    outside, inside = by_link(state, joiner=Guest.ANONYMOUS), by_link(state)

    assert inside.done
    assert outside.done == (not reason), outside
    assert reason in outside.reason


def test_a_reverse_proxy_that_nobody_stated_is_taken_to_publish_everything() -> None:
    assert "reverse-proxy-publishes" in by_link(PILOT, joiner=Guest.ANONYMOUS).assumes
    doubtful = by_link(PILOT, rules=Rules({"reverse-proxy-publishes": "undecided"}), joiner=Guest.ANONYMOUS)
    assert doubtful.disposition is Disposition.UNDECIDED


# ---------------------------------------------------------------- the join page


@pytest.mark.parametrize(
    ("client", "shown", "words"),
    [
        (MeetingClient.LYNC_2013, False, "starts Lync 2013"),
        (MeetingClient.LYNC_2010, False, "and no link for Lync 2010"),
        (MeetingClient.LYNC_2010, True, "shows a link for Lync 2010"),
    ],
)
def test_the_join_page_shows_older_clients_a_link_where_that_is_set(
    client: MeetingClient, shown: bool, words: str
) -> None:
    setting = op.SetMeetingConfiguration(
        scope="global", settings=(("ShowJoinUsingLegacyClientLink", str(shown)),), kind="web-service"
    )
    outcome = by_link(after(PILOT, setting), client=client)

    assert outcome.done
    assert words in str(outcome)


def test_slides_of_a_meeting_from_2010_can_only_be_watched() -> None:
    old = conferencing.by_link(observer(PILOT).facts, NEW, Version.L10, False)

    assert old.done
    assert "takes no new ones: scheduled on 2010" in str(old)
    assert "scheduled on 2010" not in str(by_link(PILOT))
