"""Operations on what stands around the pools: what they change, what is refused, and with which words."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from typing import TYPE_CHECKING

import pytest
from helpers import (
    after,
    built,
    crowd,
    front_end,
    new,
    one_pool,
    population_of,
    refusal,
    state_at,
    tried,
    with_service,
)
from structure.source_tree import FOLDERS

from coexistence.model import operations as op
from coexistence.model.blueprint import Blueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.conditions import external_systems
from coexistence.model.conditions.external_systems import AddressBookSettings, StoreFile
from coexistence.model.deployment import Partner
from coexistence.model.population import column
from coexistence.model.vocabulary import (
    ApplicationKind,
    ContactStore,
    Mailbox,
    Origin,
    PoolId,
    PoolRole,
    Unknown,
    Version,
)
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import deployment_of, frozen, state_of

if TYPE_CHECKING:
    from coexistence.simulation.state import State

HERE = Origin("test")
NOBODY = PoolId("nobody.example")
HOME = PoolBlueprint(
    crowds=(crowd(10, chat=True, voice=True),), voice=True, response_groups=1, unassigned_numbers=True
)
BLUEPRINT = Blueprint(
    target=Version.S15, sites=(SiteBlueprint(pools=(HOME,), persistent_chat=True, trusted_applications=1),)
)
TRIAL = tried(BLUEPRINT)
OLD = front_end(built(BLUEPRINT))
(ROOMS,) = (pool.id for pool in built(BLUEPRINT).pools_of(PoolRole.PERSISTENT_CHAT))
(TRUSTED,) = (pool.id for pool in built(BLUEPRINT).pools_of(PoolRole.TRUSTED_APPLICATION))
BOOK = AddressBookSettings(scope=f"service:{OLD}", origin=HERE)


def now(label: str = "pilot") -> State:
    return state_at(TRIAL, label)


@pytest.mark.parametrize(
    ("operation", "says"),
    [
        (op.SetExchangeUm(gateways=frozenset({NOBODY})), f"there is no pool {NOBODY} in the topology"),
        (op.CopyStoreFiles(source=OLD, to=NOBODY), f"there is no pool {NOBODY} in the topology"),
        (
            op.CopyStoreFiles(source=OLD, to=new(OLD), names=frozenset({"x.wav"})),
            f"there is no file x.wav in the file store of {OLD}",
        ),
        (op.MoveUnassignedNumbers(source=OLD, to=NOBODY), f"there is no pool {NOBODY} in the topology"),
        (
            op.MoveUnassignedNumbers(source=OLD, to=new(OLD), by_tool=Version.S19),
            "Skype for Business Server 2019 ships no tool that moves unassigned numbers",
        ),
        (op.SetAgentConsole(owner=OLD, console=NOBODY), f"there is no pool {NOBODY} in the topology"),
        (
            op.UpdateRuntime(pool=OLD, version=Version.S15),
            f"there is no trusted application pool {OLD} in the topology",
        ),
        (op.ImportChatRooms(source=OLD, to=ROOMS), f"there is no chat pool {OLD} in the topology"),
        (op.SetXmppRoute(to=OLD), f"there is no Edge pool {OLD} in the topology"),
        (op.RepointExternalParty(name="x", to=OLD), "nobody knows of anything called x"),
        (op.RepointExternalParty(name="x", to=NOBODY), f"there is no pool {NOBODY} in the topology"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_does_not_fit_is_refused_with_the_reason(operation: op.Operation, says: str) -> None:
    assert refusal(now(), operation) == says


def test_a_tool_of_2015_still_moves_unassigned_numbers() -> None:
    step = apply(now(), op.MoveUnassignedNumbers(source=OLD, to=new(OLD), by_tool=Version.S15), Rules())

    assert step.accepted


def test_address_book_settings_of_a_pool_are_a_conflict_between_two_pages() -> None:
    rules = Rules({"address-book-per-pool": "no"})

    assert after(now(), op.SetAddressBookSettings(settings=BOOK)).surroundings.address_book == (BOOK,)
    said = refusal(now(), op.SetAddressBookSettings(settings=BOOK), rules)
    assert said == f"address book settings cannot be made at service:{OLD}: use the site"
    by_site = dataclasses.replace(BOOK, scope="site:1")
    assert apply(now(), op.SetAddressBookSettings(settings=by_site), rules).accepted


def test_rooms_are_imported_with_both_services_stopped() -> None:
    """Migration process details: export and import, services stopped."""
    newer = PoolId("new-rooms.example")
    pools = dict(now().pools)
    pools[newer] = dataclasses.replace(pools[ROOMS], id=newer, servers=(), versions=(Version.S15,))
    state = now().changed(pools=frozen(pools))
    move = op.ImportChatRooms(source=ROOMS, to=newer)

    assert refusal(state, move).startswith("Persistent Chat still runs on")
    stopped = after(state, op.StopServices(pool=ROOMS))
    moved = after(stopped, move)
    assert moved.surroundings.chat_rooms == frozenset({newer})
    assert refusal(moved, move) == f"{ROOMS} holds no rooms"
    pools[newer] = dataclasses.replace(pools[newer], versions=(Version.S19,))
    late = stopped.changed(pools=frozen(pools))
    assert refusal(late, move) == f"{pools[newer].fqdn} cannot import rooms"


def test_xmpp_is_routed_only_through_an_edge_that_has_it() -> None:
    trial = tried(one_pool(legacy=Version.L13))
    (edge,) = (pool.id for pool in built(one_pool()).pools_of(PoolRole.EDGE))
    state = state_at(trial, "legacy")

    assert refusal(state, op.SetXmppRoute(to=edge)) == f"XMPP federation is not enabled on {edge}"
    on = after(state, op.SetEdgeXmpp(edge=edge, enabled=True), op.SetXmppRoute(to=edge))
    assert on.surroundings.xmpp_route == edge
    assert after(on, op.SetXmppRoute(to=None)).surroundings.xmpp_route is None


def test_exchange_hears_of_a_restart_only_if_the_front_end_restarts() -> None:
    told = after(now(), op.SetExchangeUm(gateways=frozenset({OLD, new(OLD)}), restart=False))

    def waiting(state: State) -> frozenset[PoolId]:
        assert state.surroundings.exchange_um is not None
        return state.surroundings.exchange_um.not_restarted

    assert waiting(told) == {OLD, new(OLD)}
    assert waiting(after(told, op.RestartServices(pool=OLD, service="RTCDATAMCU"))) == {OLD, new(OLD)}
    assert waiting(after(told, op.RestartServices(pool=OLD, service="RTCSRV"))) == {new(OLD)}
    assert waiting(after(told, op.StartServices(pool=new(OLD)))) == {OLD}


def test_a_partner_is_added_or_replaced_by_its_domain() -> None:
    made = Partner(domain="partner.example", allowed=True, origin=HERE)
    state = after(now().changed(partners=()), op.SetPartner(partner=made))
    again = after(state, op.SetPartner(partner=dataclasses.replace(made, answers=False)))

    assert state.partners == (made,)
    assert [each.answers for each in again.partners or ()] == [False]  # type: ignore[union-attr]  # known
    unknown = now().changed(partners=Unknown("Get-CsAllowedDomain"))
    assert after(unknown, op.SetPartner(partner=made)).partners == Unknown("Get-CsAllowedDomain")


def test_moved_ranges_take_their_announcements_along_only_if_somebody_recreates_them() -> None:
    files = (StoreFile(pool=OLD, name="vacant.wav", origin=HERE),)
    state = now()
    assert not isinstance(state.applications, Unknown)
    plays = tuple(
        dataclasses.replace(each, plays="vacant.wav")
        if each.kind is ApplicationKind.UNASSIGNED_NUMBERS
        else each
        for each in state.applications
    )
    state = state.changed(
        applications=plays, surroundings=dataclasses.replace(state.surroundings, files=files)
    )
    move = op.MoveUnassignedNumbers(source=OLD, to=new(OLD))

    with_it = after(state, move)
    without = after(state, dataclasses.replace(move, with_announcements=False))
    assert {each.pool for each in with_it.surroundings.files} == {OLD, new(OLD)}
    assert {each.pool for each in without.surroundings.files} == {OLD}
    for moved in (with_it, without):
        assert not isinstance(moved.applications, Unknown)
        ranges = [each for each in moved.applications if each.kind is ApplicationKind.UNASSIGNED_NUMBERS]
        assert {each.owner for each in ranges} == {new(OLD)}
        groups = [each for each in moved.applications if each.kind is ApplicationKind.RESPONSE_GROUP]
        assert {each.owner for each in groups} == {OLD}


# ---------------------------------------------------------------- contact lists


def in_exchange(mailbox: Mailbox | None = Mailbox.E2013, policy: bool | None = None) -> State:
    """People of one pool of 2013 with their lists in Exchange."""
    state = now("legacy")
    population = population_of(state)
    every = len(population)
    made = population.changed(
        contacts=column([ContactStore.EXCHANGE] * every, "uint8"),
        mailbox=None if mailbox is None else column([mailbox] * every, "uint8"),
    )
    state = state.changed(population=made)
    return state if policy is None else after(state, op.SetContactStorePolicy(scope="global", allowed=policy))


ROLL_BACK = op.RollBackContactStore(users=op.Selection(on=OLD))


def kept(state: State) -> set[int]:
    return {int(code) for code in set(population_of(state).contacts.tolist())}


@pytest.mark.parametrize(
    ("policy", "mailbox", "switched", "days", "returns"),
    [
        (True, Mailbox.E2013, {}, 7, True),
        (True, None, {}, 7, True),
        (True, Mailbox.ONLINE, {}, 30, True),
        (True, Mailbox.E2013, {}, 6, False),
        (False, Mailbox.E2013, {}, 30, False),
        (None, Mailbox.E2013, {}, 30, False),
        (None, Mailbox.E2013, {"contact-store-policy-off": "no"}, 7, True),
    ],
)
def test_a_list_goes_to_exchange_again_after_seven_days_while_the_policy_lets_it(
    policy: bool | None, mailbox: Mailbox | None, switched: dict[str, str], days: int, returns: bool
) -> None:
    """'Roll back migrated users': the policy first, then the rollback."""
    rules = Rules(switched)
    back = after(in_exchange(mailbox, policy), ROLL_BACK, rules=rules)
    assert kept(back) == {ContactStore.SERVER}

    later = after(back, op.LetDaysPass(days=days), rules=rules)

    assert kept(later) == {ContactStore.EXCHANGE if returns else ContactStore.SERVER}


def test_seven_days_count_together_and_once() -> None:
    back = after(in_exchange(policy=True), ROLL_BACK)
    later = after(back, op.LetDaysPass(days=4), op.LetDaysPass(days=3))
    assert kept(later) == {ContactStore.EXCHANGE}

    again = after(later, op.SetContactStorePolicy(scope="global", allowed=False), ROLL_BACK)
    assert kept(after(again, op.LetDaysPass(days=60))) == {ContactStore.SERVER}


def test_lists_on_a_2010_pool_do_not_return() -> None:
    state = after(in_exchange(policy=True), ROLL_BACK)
    pools = dict(state.pools)
    pools[OLD] = dataclasses.replace(pools[OLD], versions=(Version.L10,))

    assert kept(after(state.changed(pools=frozen(pools)), op.LetDaysPass(days=30))) == {ContactStore.SERVER}


def test_a_mailbox_moved_to_an_older_exchange_holds_its_list_fast() -> None:
    """Fault: the mailbox went before the contacts."""
    moved = after(in_exchange(), op.MoveMailboxes(users=op.Selection(on=OLD), to=Mailbox.E2010))

    said = refusal(moved, ROLL_BACK)
    assert said.startswith("Incorrect Exchange Version: ")
    back = after(moved, op.MoveMailboxes(users=op.Selection(on=OLD), to=Mailbox.E2013), ROLL_BACK)
    assert kept(back) == {ContactStore.SERVER}


def test_mailboxes_move_for_those_selected_alone() -> None:
    moved = after(now("legacy"), op.MoveMailboxes(users=op.Selection(on=OLD, first=3), to=Mailbox.ONLINE))
    told = population_of(moved).mailbox

    assert told is not None
    assert told.tolist().count(Mailbox.ONLINE) == 3
    assert set(told.tolist()) == {Mailbox.ONLINE, Mailbox.UNKNOWN}


# ---------------------------------------------------------------- values


def test_what_stands_around_is_exported_and_read_again() -> None:
    state = after(now(), op.SetExchangeUm(gateways=frozenset({OLD})))
    exported = deployment_of(state, "test")

    assert exported.surroundings == state.surroundings
    assert state_of(exported, day=state.day, tools=None).surroundings == state.surroundings


def _fields() -> list[tuple[str, str]]:
    classes = [
        each
        for _, each in inspect.getmembers(external_systems, inspect.isclass)
        if dataclasses.is_dataclass(each) and each.__module__ == external_systems.__name__
    ]
    return [
        (each.__name__, field.name)
        for each in classes
        for field in dataclasses.fields(each)
        if field.name != "origin"
    ]


@pytest.mark.parametrize(("owner", "field"), _fields())
def test_somebody_would_notice_what_stands_around(owner: str, field: str) -> None:
    found = {
        node.attr
        for path in (FOLDERS["coexistence"] / "observation").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    } | {"starts", "length"}  # read by NormalizationRule.matches, which the digits of a call are put to

    assert field in found, f"{owner}.{field} changes nothing that anybody could observe"


def test_a_stopped_pool_is_not_restarted_by_being_told_of() -> None:
    silent = with_service(now(), OLD, "RTCSRV")
    told = after(silent, op.SetExchangeUm(gateways=frozenset({OLD})))

    assert told.services is silent.services
