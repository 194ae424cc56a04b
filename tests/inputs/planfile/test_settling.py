"""Whatever an open question may need is supplied by an export or by a statement: no need without a way."""

from __future__ import annotations

import ast
import dataclasses
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import built, crowd, front_end, new, one_pool, state_at, tried, two_sites

import coexistence
from coexistence.checking.decorators import check
from coexistence.checking.registry import Registry, verified
from coexistence.inputs.exports.kinds import CATALOGUE
from coexistence.inputs.planfile.apply_statements import as_stated
from coexistence.inputs.planfile.reader import PlanSource, parse_plan
from coexistence.inputs.planfile.statement_keys import SETTLED_BY, SUBJECTS, SUPPLIED
from coexistence.migration.custom_plan import OwnPlan
from coexistence.migration.statements import under_statements
from coexistence.model.blueprint import EdgeBlueprint, PoolBlueprint
from coexistence.model.clients import ClientGeneration
from coexistence.model.conditions.administrators import Administrator, AdminTool, AdminWay
from coexistence.model.conditions.machines_and_databases import Backing, SqlStore
from coexistence.model.deployment import Deployment
from coexistence.model.population import PIN_UNTOLD, UNTOLD, Meetings, Population, column
from coexistence.model.vocabulary import (
    APPLICATION_CMDLETS,
    POLICY_CMDLETS,
    ContactStore,
    Origin,
    Unknown,
    Version,
)
from coexistence.observation import MeetingSubject, PoolSubject
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial
from coexistence.reporting.text_report import READABLE
from coexistence.simulation.rules.assumptions import STATEABLE, Rules
from coexistence.simulation.state import deployment_of

REGISTRY = Registry()
load_builtin(REGISTRY)
ROOM = Path(coexistence.__file__).parent
HERE = Origin("test")
DAY = "2026-01-05"

#: Needs that no open question of a twin can name, and why.
NEVER_OPEN = {
    "Get-CsUser with DistinguishedName": "asked of roles with scopes over people, described in Python alone",
    "Get-CsClientVersionPolicy": "its rules are asked for, and these are Get-CsClientVersionPolicyRule",
    "Get-CsTopology": "without it there is no twin",
}


# ---------------------------------------------------------------- every need that the code can name


def named() -> Iterator[tuple[str, str]]:
    """Go through what is named as a need anywhere: the name, and where."""
    for path in sorted(ROOM.rglob("*.py")):
        if path.name in ("kinds.py", "topology_document.py"):
            continue  # columns and services have needs of another kind
        module = path.relative_to(ROOM).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                for told in _needs(node):
                    yield from ((need, f"{module}:{node.lineno}") for need in _said(told, module))


def _needs(call: ast.Call) -> list[ast.expr]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    behind = {"Unknown": 0, "untold": 1, "undecided": 2}.get(name)
    return [] if behind is None else list(call.args[behind:])


def _said(told: ast.expr, module: str) -> list[str]:
    """Return what an expression says where it says it by itself: what is passed on was named elsewhere."""
    room = vars(importlib.import_module(f"coexistence.{module}"))
    try:
        value = eval(compile(ast.Expression(told), module, "eval"), dict(room))  # our own code
    except (NameError, AttributeError):
        return []
    assert isinstance(value, str), (module, ast.unparse(told))
    return value.split(", ")


def test_every_need_that_can_be_named_has_a_way_to_be_supplied() -> None:
    found = dict(named()) | dict.fromkeys((*APPLICATION_CMDLETS.values(), *POLICY_CMDLETS.values()), "tables")

    assert len(found) > 30
    left = {need: where for need, where in found.items() if need not in READABLE and need not in SUPPLIED}
    assert left.keys() == NEVER_OPEN.keys() - READABLE, left


def test_nothing_is_said_to_be_supplied_that_nobody_needs() -> None:
    found = {need for need, _ in named()}

    assert found.issuperset(SUPPLIED)
    assert READABLE - CATALOGUE.keys() == {"Get-CsTopology", "Get-CsTopology -AsXml", "external DNS export"}


# ---------------------------------------------------------------- what statements supply


@dataclass(frozen=True)
class Scene:
    """Something that nobody told, and a statement that tells it."""

    deployment: Deployment
    statement: str
    rules: Rules = field(default_factory=Rules)
    #: What is asked where no check of ours does.
    asks: Callable[..., None] | None = None


def stated(*texts: str) -> OwnPlan:
    head = f'\n[[statements]]\ntext = "t"\nauthor = "Ann"\ndate = {DAY}\n'
    return parse_plan(PlanSource("plan.toml", "".join(head + each for each in texts)), stateable=STATEABLE)


def said_of(
    deployment: Deployment, own: OwnPlan, rules: Rules, asks: Callable[..., None] | None = None
) -> tuple[set[str], set[str], set[str]]:
    """Ask everything everywhere: what open questions need, what is assumed, and what is broken."""
    more = () if asks is None else (verified(check(clause="data")(asks), "test"),)
    trial = Trial(as_stated(deployment, own), rules=under_statements(rules, own), is_twin=True, own=own)
    needs, assumes, broken = set[str](), set[str](), set[str]()
    for place in trial.places:
        for promise in (*REGISTRY, *more):
            if promise.applies_at(place):
                result = trial.ask(promise, place)
                assert result.crash is None, result.crash
                needs.update(need for question in result.undecided for need in question.needs)
                assumes |= result.assumes
                broken.update(promise.name for each in result.broken if each.severity.fails)
    return needs, assumes - trial.rules.stated, broken


def with_people(deployment: Deployment, **columns: Any) -> Deployment:
    people = deployment.population
    assert isinstance(people, Population)
    return replace(deployment, population=people.changed(**columns))


def untold(deployment: Deployment, value: int, *names: str) -> Deployment:
    """The deployment with columns of people that nobody told."""
    people = deployment.population
    assert isinstance(people, Population)
    blank = column(np.full(len(people), value), np.uint8)
    return with_people(deployment, **dict.fromkeys(names, blank))


def untold_meetings(deployment: Deployment, *names: str) -> Deployment:
    people = deployment.population
    assert isinstance(people, Population)
    assert isinstance(people.meetings, Meetings)
    blank = column(np.full(len(people.meetings), UNTOLD), np.uint8)
    return with_people(deployment, meetings=replace(people.meetings, **dict.fromkeys(names, blank)))


LEGACY = built()
OLD = front_end(LEGACY)
NEW = new(OLD)


def pilot() -> Deployment:
    """The same a week after the pilot moved."""
    return deployment_of(state_at(tried(), "pilot"), "twin")


def scheduled_on_new_pool(**columns: int) -> Deployment:
    """The pilot, with other facts about the meetings of those who were moved."""
    made = pilot()
    people = made.population
    assert isinstance(people, Population)
    meetings = people.meetings
    assert isinstance(meetings, Meetings)
    theirs = (people.home == people.code(NEW))[meetings.organizer]
    changes = {
        name: column(np.where(theirs, value, getattr(meetings, name)), np.uint8)
        for name, value in columns.items()
    }
    return with_people(made, meetings=replace(meetings, **changes))


def ambiguous() -> Scene:
    """A pool of which the topology says 2019 or Subscription Edition, and meetings of the latter on it."""
    made = scheduled_on_new_pool(scheduled_on=int(Version.SE), by_upgraded=1)
    both = (Version.S19, Version.SE)
    pools = tuple(replace(pool, versions=both) if pool.id == NEW else pool for pool in made.pools)
    return Scene(replace(made, pools=pools), f'pool = "{NEW}"\nversion = "SE"')


def untold_kind_of_client() -> Scene:
    blank = untold(LEGACY, int(ClientGeneration.UNKNOWN), "client", "first_client")
    return Scene(blank, f'pool = "{OLD}"\nclients = "lync2013"')


def untold_upgrade() -> Scene:
    made = pilot()
    people = made.population
    assert isinstance(people, Population)
    upgraded = np.where(people.home == people.code(NEW), UNTOLD, people.upgraded)
    blank = with_people(made, upgraded=column(upgraded, np.uint8))
    return Scene(blank, f'pool = "{NEW}"\nclients_upgraded = true')


def untold_contacts() -> Scene:
    made = built(one_pool(legacy=Version.L10, target=Version.S15))
    blank = untold(made, int(ContactStore.UNKNOWN), "contacts")
    return Scene(blank, f'pool = "{front_end(made)}"\ncontacts = "server"')


def untold_use(column_name: str, key: str) -> Scene:
    rules = Rules({"needs-told": "undecided"})
    pool = PoolBlueprint(crowds=(crowd(10),))
    made = built(one_pool(pool=pool, edge=EdgeBlueprint(xmpp=True)))
    return Scene(untold(made, UNTOLD, column_name), f'pool = "{front_end(made)}"\n{key} = false', rules)


def untold_pins() -> Scene:
    made = built(one_pool(pool=PoolBlueprint(dial_in=True, voice=True)))
    people = made.population
    assert isinstance(people, Population)
    pins = column(np.full(len(people), PIN_UNTOLD), np.int32)

    def leaders_get_in(meeting: MeetingSubject) -> None:
        assert meeting.lead_by_phone().done

    statement = f'pool = "{front_end(made)}"\npins_valid = true'
    return Scene(with_people(made, pin=pins), statement, asks=leaders_get_in)


def untold_scheduler() -> Scene:
    return Scene(untold_meetings(pilot(), "by_upgraded"), f'pool = "{NEW}"\nscheduled_with_upgraded = false')


def untold_host() -> Scene:
    made = scheduled_on_new_pool(scheduled_on=UNTOLD, by_upgraded=1)
    return Scene(made, f'pool = "{NEW}"\nscheduled_on = "L13"')


def untold_archiving() -> Scene:
    made = built(one_pool(pool=PoolBlueprint(archiving=True)))
    store = str(next(pool.archiving_store for pool in made.pools if pool.archiving_store))
    down = SqlStore(instance=store.lower(), reachable=False, origin=HERE)
    return Scene(replace(made, backing=Backing(stores=(down,))), "archiving_critical = false")


def described(**known: Any) -> Deployment:
    return replace(LEGACY, administrators=(Administrator(name="night shift", **known),))


def managed_through(tool: AdminTool) -> Callable[..., None]:
    def whoever_is_described_may_do_it(pool: PoolSubject) -> None:
        (who,) = pool.observer.state.administrators
        assert pool.administer(by=who, through=AdminWay(tool=tool, at=OLD)).done

    return whoever_is_described_may_do_it


def untold_groups() -> Scene:
    statement = 'administrator = "night shift"\ngroups = ["RTCUniversalServerAdmins"]'
    return Scene(described(roles=()), statement, asks=managed_through(AdminTool.SHELL))


def untold_roles() -> Scene:
    statement = 'administrator = "night shift"\nroles = ["CsAdministrator"]'
    return Scene(described(groups=frozenset()), statement, asks=managed_through(AdminTool.REMOTE_SHELL))


def untold_address_book() -> Scene:
    rules = Rules({"address-book-as-shipped": "undecided"})
    return Scene(LEGACY, 'assumption = "address-book-as-shipped"', rules)


OPEN: dict[str, tuple[str, Callable[[], Scene]]] = {
    "version": ("Get-CsServerPatchVersion", ambiguous),
    "clients": ("client versions", untold_kind_of_client),
    "clients_upgraded": ("meetings export", untold_upgrade),
    "contacts": ("Test-CsUnifiedContactStore", untold_contacts),
    "uses_xmpp": (
        "a statement of who uses XMPP and Persistent Chat",
        lambda: untold_use("xmpp", "uses_xmpp"),
    ),
    "uses_persistent_chat": (
        "a statement of who uses XMPP and Persistent Chat",
        lambda: untold_use("chat", "uses_persistent_chat"),
    ),
    "pins_valid": ("Get-CsClientPinInfo", untold_pins),
    "scheduled_with_upgraded": ("meetings export", untold_scheduler),
    "scheduled_on": ("meetings export", untold_host),
    "archiving_critical": ("Get-CsArchivingConfiguration", untold_archiving),
    "groups": ("Get-ADPrincipalGroupMembership", untold_groups),
    "roles": ("Get-CsAdminRoleAssignment", untold_roles),
    "assumption": ("Get-CsAddressBookConfiguration", untold_address_book),
}
#: Statements about what is assumed where nobody told: no question is open without them.
ASSUMED = {"access_edge", "trusts"}


def test_every_statement_that_supplies_something_is_tried() -> None:
    assert {key for key, subject in SUBJECTS.items() if subject.supplies} == {*OPEN, *ASSUMED}


@pytest.mark.parametrize("key", OPEN)
def test_a_statement_settles_exactly_what_was_open(key: str) -> None:
    need, made = OPEN[key]
    scene = made()
    assert need in SUBJECTS[key].supplies

    before, _, _ = said_of(scene.deployment, stated(""), scene.rules, scene.asks)
    after, _, _ = said_of(scene.deployment, stated(scene.statement), scene.rules, scene.asks)

    assert need in before
    assert need not in after
    assert after < before


# ---------------------------------------------------------------- what an assumption may be stated for


def without_policies(kind: str) -> Deployment:
    made = built(one_pool(edge=EdgeBlueprint(federation=True)))
    assert not isinstance(made.policies, Unknown)
    return replace(made, policies=tuple(each for each in made.policies if each.kind != kind))


def without_settings() -> Deployment:
    unknown: Unknown = Unknown("TLS settings")
    return replace(LEGACY, servers=tuple(replace(each, tls=unknown) for each in LEGACY.servers))


INSTEAD: dict[str, Callable[[], Deployment]] = {
    "Get-CsManagementConnection": lambda: replace(
        LEGACY, cms=replace(LEGACY.cms, scp=Unknown("Get-CsManagementConnection"))
    ),
    "Get-CsMeetingConfiguration": lambda: without_policies("meeting"),
    "TLS settings": without_settings,
    "certificate export": lambda: replace(LEGACY, certificates=Unknown("certificate export")),
}


def test_every_assumption_that_settles_something_is_tried() -> None:
    assert SETTLED_BY.keys() - {"DHCP options", "Get-CsAddressBookConfiguration"} == INSTEAD.keys()
    assert all("yes" in STATEABLE[name] for name in SETTLED_BY.values())


@pytest.mark.parametrize("need", INSTEAD)
def test_an_assumption_that_somebody_states_settles_what_was_open(need: str) -> None:
    made = INSTEAD[need]()

    before, _, _ = said_of(made, stated(""), Rules())
    after, assumed, _ = said_of(made, stated(f'assumption = "{SETTLED_BY[need]}"'), Rules())

    assert need in before
    assert need not in after
    assert SETTLED_BY[need] not in assumed


# ---------------------------------------------------------------- what is assumed instead


def strangers() -> Deployment:
    """A deployment with partners of whom nobody told more than that they are allowed."""
    made = built(dataclasses.replace(one_pool(edge=EdgeBlueprint(federation=True)), partners=1))
    partners = () if isinstance(made.partners, Unknown) else made.partners
    assert partners
    unknown = (Unknown("the partner's DNS"), Unknown("the partner's trusted roots"))
    return replace(
        made, partners=tuple(replace(each, access=unknown[0], roots=unknown[1]) for each in partners[:1])
    )


@pytest.mark.parametrize(
    ("statement", "breaks"),
    [
        ('access_edge = "sip.{domain}"', False),
        ('access_edge = "sip.elsewhere.example"', True),
        ('trusts = ["public CA"]', False),
        ('trusts = ["Nobody"]', True),
        ("answers = false", True),
    ],
)
def test_what_is_stated_of_a_partner_is_felt(statement: str, breaks: bool) -> None:
    made = strangers()
    assert not isinstance(made.partners, Unknown)
    domain = made.partners[0].domain
    _, _, broken = said_of(made, stated(f'partner = "{domain}"\n{statement.format(domain=domain)}'), Rules())

    assert ("partners_reach_users_of_both_generations" in broken) is breaks


# ---------------------------------------------------------------- all of them at once


def nobody_told() -> tuple[Deployment, Rules, list[str]]:
    """A deployment of whose people nobody told what no export holds, and the statements that tell it all."""
    blueprint = two_sites(people=12, legacy=Version.L10, target=Version.S15)
    made = untold(built(blueprint), int(ClientGeneration.UNKNOWN), "client", "first_client")
    made = untold(untold(made, int(ContactStore.UNKNOWN), "contacts"), UNTOLD, "upgraded")
    statements = [
        f'pool = "{pool.id}"\n{each}'
        for pool in made.pools
        if pool.homes_users
        for each in ('clients = "lync2010"', "clients_upgraded = false", 'contacts = "server"')
    ]
    return (
        made,
        Rules({"address-book-as-shipped": "undecided"}),
        [
            *statements,
            'assumption = "address-book-as-shipped"',
        ],
    )


def standings(deployment: Deployment, own: OwnPlan, rules: Rules) -> dict[tuple[str, str], frozenset[str]]:
    """What each promise needs, by check and place; none where it is decided."""
    trial = Trial(as_stated(deployment, own), rules=under_statements(rules, own), is_twin=True, own=own)
    return {
        (promise.name, place.label): frozenset(
            need for question in trial.ask(promise, place).undecided for need in question.needs
        )
        for place in trial.places
        for promise in REGISTRY
        if promise.applies_at(place)
    }


def test_each_statement_left_out_opens_its_promises_and_no_others() -> None:
    deployment, rules, statements = nobody_told()
    every = standings(deployment, stated(*statements), rules)
    nothing = standings(deployment, stated(""), rules)
    assert not any(every.values())

    for number, left_out in enumerate(statements):
        now = standings(deployment, stated(*statements[:number], *statements[number + 1 :]), rules)

        opened = {promise for promise, needs in now.items() if needs}
        key = next(key for key in SUBJECTS if f"\n{key} =" in f"\n{left_out}")
        assert opened, left_out
        assert opened <= {promise for promise, needs in nothing.items() if needs}
        assert {need for promise in opened for need in now[promise]} <= set(SUBJECTS[key].supplies)
