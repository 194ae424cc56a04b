"""Can this administrator, with these tools and in this way, manage this site or pool now?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from administration_scenes import (
    ADMIN,
    DONE,
    EDGE,
    FAILED,
    FIRST,
    HERE,
    LEGACY,
    MIXED,
    NEW,
    OTHER,
    PANEL,
    REFUSED,
    REMOTE,
    SHELL,
    SITE,
    UNDECIDED,
    blocked,
    builds,
    person,
    pool_of,
    renamed,
    site_of,
    with_cms,
)
from helpers import (
    server_of,
    with_service,
)
from hypothesis import given
from hypothesis import strategies as st

from coexistence import (
    Administrator,
    AdminRole,
    AdminTask,
    AdminTool,
    AdminWay,
)
from coexistence.model.conditions.administrators import (
    DOMAIN_ADMINS,
    READ_ONLY_ADMINS,
    SERVER_ADMINS,
    USER_ADMINS,
    StoreState,
)
from coexistence.model.conditions.machines_and_databases import Backing, Machine
from coexistence.model.vocabulary import Disposition, PoolId, SiteId, SiteKind, Unknown, Version
from coexistence.simulation.rules.assumptions import Rules

# ---------------------------------------------------------------- roles and groups


@pytest.mark.parametrize(
    ("role", "able"),
    [
        ("CsAdministrator", {"LOOK", "PEOPLE", "SERVICES", "SETTINGS", "GLOBAL_SETTINGS"}),
        ("CsUserAdministrator", {"LOOK", "PEOPLE"}),
        ("CsServerAdministrator", {"LOOK", "SERVICES", "SETTINGS"}),
        ("CsViewOnlyAdministrator", {"LOOK"}),
        ("CsHelpDesk", {"LOOK"}),
        ("CsArchivingAdministrator", set()),
    ],
)
def test_what_a_role_lets_somebody_do_in_a_remote_session(role: str, able: set[str]) -> None:
    site = site_of(MIXED, SITE)

    answers = {task: site.administer(by=person(role), through=REMOTE, task=task) for task in AdminTask}

    assert {task.name for task, answer in answers.items() if answer.disposition is DONE} == able
    assert {answer.disposition for answer in answers.values()} == {DONE, REFUSED} if able else {REFUSED}


@pytest.mark.parametrize(
    ("groups", "able"),
    [
        ({SERVER_ADMINS}, {"LOOK", "SERVICES", "SETTINGS", "GLOBAL_SETTINGS"}),
        ({SERVER_ADMINS, DOMAIN_ADMINS}, {"LOOK", "SERVICES", "SETTINGS", "GLOBAL_SETTINGS", "TOPOLOGY"}),
        ({USER_ADMINS}, {"LOOK", "PEOPLE"}),
        ({READ_ONLY_ADMINS}, {"LOOK"}),
        (set(), set()),
    ],
)
def test_at_a_server_groups_count_and_roles_do_not(groups: set[str], able: set[str]) -> None:
    who = person("CsAdministrator", groups=frozenset(groups))
    site = site_of(MIXED, SITE)

    assert {task.name for task in AdminTask if site.administer(by=who, through=SHELL, task=task).done} == able


@given(
    scopes=st.sets(st.sampled_from([f"site:{SITE}", f"site:{OTHER}", "site:nowhere"]), min_size=1),
    role=st.sampled_from(["CsAdministrator", "CsServerAdministrator", "CsUserAdministrator"]),
    task=st.sampled_from([AdminTask.LOOK, AdminTask.PEOPLE, AdminTask.SERVICES, AdminTask.SETTINGS]),
    site=st.sampled_from([SITE, OTHER]),
)
def test_a_scope_that_does_not_contain_the_site_lets_nobody_in(
    scopes: set[str], role: str, task: AdminTask, site: SiteId
) -> None:
    subject = site_of(MIXED, site)
    scoped = Administrator(name="ann", roles=(AdminRole(template=role, config_scopes=tuple(sorted(scopes))),))
    everywhere = Administrator(name="ann", roles=(AdminRole(template=role),))

    narrow = subject.administer(by=scoped, through=REMOTE, task=task)
    wide = subject.administer(by=everywhere, through=REMOTE, task=task)

    if f"site:{site}" in scopes:
        assert narrow.disposition is wide.disposition
    else:
        assert narrow.disposition is REFUSED


def test_the_scope_goes_by_site_id_and_not_by_display_name() -> None:
    named = AdminRole(template="CsAdministrator", config_scopes=(f"site:{MIXED.sites[SITE].name}",), name="X")
    outcome = site_of(MIXED, SITE).administer(by=Administrator(name="ann", roles=(named,)), through=REMOTE)

    assert outcome.reason == f"the scope of X does not contain site:{SITE}"


@pytest.mark.parametrize(("covers", "disposition"), [("no", REFUSED), ("yes", DONE)])
def test_whether_a_site_scope_covers_its_branches_is_an_assumption(
    covers: str, disposition: Disposition
) -> None:
    branch = SiteId("branch")
    below = replace(MIXED.sites[SITE], id=branch, kind=SiteKind.BRANCH, parent=SITE)
    state = MIXED.changed(sites={**MIXED.sites, branch: below})
    role = AdminRole(template="CsAdministrator", config_scopes=(f"site:{SITE}",))
    outcome = site_of(state, branch, Rules({"scope-covers-branches": covers})).administer(
        by=Administrator(name="ann", roles=(role,)), through=REMOTE
    )

    assert outcome.disposition is disposition
    assert "scope-covers-branches" in outcome.assumes
    elsewhere = AdminRole(template="CsAdministrator", config_scopes=(f"site:{OTHER}",))
    assert (
        site_of(state, branch, Rules({"scope-covers-branches": "yes"}))
        .administer(by=Administrator(name="ann", roles=(elsewhere,)), through=REMOTE)
        .disposition
        is REFUSED
    )


@pytest.mark.parametrize(
    ("who", "way", "needs"),
    [
        (Administrator(name="ann"), SHELL, "Get-ADPrincipalGroupMembership"),
        (Administrator(name="ann"), REMOTE, "Get-CsAdminRoleAssignment"),
    ],
)
def test_rights_that_nobody_told_are_undecided(who: Administrator, way: AdminWay, needs: str) -> None:
    outcome = site_of(MIXED, SITE).administer(by=who, through=way)

    assert (outcome.disposition, outcome.needs) == (UNDECIDED, (needs,))


def test_people_of_an_organisational_unit_are_known_to_the_directory_alone() -> None:
    role = AdminRole(template="CsUserAdministrator", user_scopes=("OU:ou=Sales,dc=contoso,dc=com",))
    who = Administrator(name="ann", roles=(role,))

    assert (
        site_of(MIXED, SITE).administer(by=who, through=REMOTE, task=AdminTask.PEOPLE).disposition
        is UNDECIDED
    )
    assert site_of(MIXED, SITE).administer(by=who, through=REMOTE, task=AdminTask.LOOK).done


@pytest.mark.parametrize(
    ("by", "way", "task", "reason"),
    [
        (
            person("CsServerAdministrator"),
            REMOTE,
            AdminTask.GLOBAL_SETTINGS,
            "CsServerAdministrator cannot make changes with global impact",
        ),
        (
            person("CsUserAdministrator"),
            REMOTE,
            AdminTask.SETTINGS,
            "CsUserAdministrator may assign policies, and not edit them",
        ),
        (
            person(groups=frozenset({SERVER_ADMINS}), joined_since=frozenset({SERVER_ADMINS})),
            SHELL,
            AdminTask.SETTINGS,
            "the session of ann is older than the membership in RTCUniversalServerAdmins",
        ),
        (
            person("CsAdministrator", joined_since=frozenset({"CsAdministrator"})),
            REMOTE,
            AdminTask.SETTINGS,
            "the session of ann is older than the membership in CsAdministrator",
        ),
        (
            person("CsAdministrator", has_domain_account=False),
            PANEL,
            AdminTask.LOOK,
            "ann has no account of the domain: Control Panel knows no others",
        ),
        (
            person("CsAdministrator"),
            REMOTE,
            AdminTask.TOPOLOGY,
            "no role lets anybody publish the topology: groups do, in Topology Builder",
        ),
    ],
)
def test_refusals_name_the_right_that_is_missing(
    by: Administrator, way: AdminWay, task: AdminTask, reason: str
) -> None:
    outcome = site_of(MIXED, SITE).administer(by=by, through=way, task=task)

    assert (outcome.disposition, outcome.reason) == (REFUSED, reason)


# ---------------------------------------------------------------- tools


@pytest.mark.parametrize(
    ("tool", "task", "pool", "works"),
    [
        # Older tools list everything and change what is as old as they are.
        (AdminTool.SHELL, AdminTask.LOOK, NEW, True),
        (AdminTool.SHELL, AdminTask.SETTINGS, NEW, False),
        (AdminTool.SHELL, AdminTask.SETTINGS, FIRST, True),
        (AdminTool.SHELL, AdminTask.PEOPLE, NEW, False),
        (AdminTool.SHELL, AdminTask.SERVICES, FIRST, True),
        (AdminTool.SHELL, AdminTask.GLOBAL_SETTINGS, FIRST, False),
        (AdminTool.TOPOLOGY_BUILDER, AdminTask.LOOK, FIRST, False),
        (AdminTool.TOPOLOGY_BUILDER, AdminTask.TOPOLOGY, FIRST, False),
    ],
)
def test_older_tools_against_a_mixed_topology(
    tool: AdminTool, task: AdminTask, pool: PoolId, works: bool
) -> None:
    way = AdminWay(tool=tool)
    old, fresh = MIXED.changed(tools=Version.L13), MIXED.changed(tools=Version.S19)

    assert pool_of(old, pool).administer(through=way, task=task).disposition is (DONE if works else REFUSED)
    assert pool_of(fresh, pool).administer(through=way, task=task).done
    # Before the new pools came, the same tools were as good as any.
    if pool != NEW:
        assert pool_of(LEGACY, pool).administer(through=way, task=task).done


@pytest.mark.parametrize("tool", [AdminTool.CONTROL_PANEL, AdminTool.REMOTE_SHELL])
def test_a_session_at_an_old_pool_is_as_old_as_that_pool(tool: AdminTool) -> None:
    there, here = AdminWay(tool=tool, at=FIRST), AdminWay(tool=tool, at=NEW)

    assert pool_of(MIXED, NEW).administer(through=there).reason == (
        f"{tool.value} of Lync Server 2013 lists what is on Skype for Business Server 2019, but "
        "cannot change it"
    )
    assert pool_of(MIXED, NEW).administer(through=there, task=AdminTask.LOOK).done
    assert pool_of(MIXED, NEW).administer(through=here).done
    switched = Rules({"remote-shell-as-old-as-pool": "no"})
    assert pool_of(MIXED, NEW, switched).administer(through=there).disposition is (
        DONE if tool is AdminTool.REMOTE_SHELL else REFUSED
    )


# ---------------------------------------------------------------- endpoints


@pytest.mark.parametrize(
    ("break_it", "rules", "reason"),
    [
        (lambda state: state, {}, ""),
        (lambda state: renamed(state, ADMIN, None), {}, f"no DNS record of {ADMIN}"),
        (
            lambda state: renamed(state, ADMIN, "gone.example"),
            {},
            f"{ADMIN} leads to gone.example, which is no pool of the topology",
        ),
        (lambda state: blocked(state, None, FIRST, 443), {}, f"port 443 of {FIRST} cannot be reached"),
        (lambda state: state, {"clients-reach-pools": "no"}, f"port 443 of {FIRST} cannot be reached"),
        (lambda state: state.changed(simple_urls=()), {}, "there is no Admin simple URL"),
        (
            lambda state: state,
            {"silverlight-at-hand": "no"},
            "the Control Panel needs Silverlight 5 in the browser",
        ),
    ],
)
def test_the_admin_url_leads_to_the_control_panel_or_says_where_it_ends(
    break_it: Any, rules: dict[str, str], reason: str
) -> None:
    outcome = site_of(break_it(MIXED), SITE, Rules(rules)).administer(through=PANEL, task=AdminTask.LOOK)

    assert outcome.reason == reason
    assert outcome.disposition is (FAILED if reason else DONE)


def test_the_control_panel_is_a_web_site_with_a_certificate() -> None:
    assert not isinstance(MIXED.certificates, Unknown)
    stopped = with_service(MIXED, FIRST, "W3SVC")
    unnamed = MIXED.changed(
        certificates=tuple(replace(each, names=each.names - {ADMIN}) for each in MIXED.certificates)
    )

    assert "takes no new work" in site_of(stopped, SITE).administer(through=PANEL).reason
    assert site_of(unnamed, SITE).administer(through=PANEL).reason == (
        f"the certificate of {FIRST} does not name {ADMIN}"
    )
    # By the pool's own name the certificate is right.
    by_pool = AdminWay(tool=AdminTool.CONTROL_PANEL, at=FIRST)
    assert site_of(unnamed, SITE).administer(through=by_pool, task=AdminTask.LOOK).done


@pytest.mark.parametrize("tool", [AdminTool.CONTROL_PANEL, AdminTool.REMOTE_SHELL])
def test_a_pool_is_called_by_its_own_name_and_on_its_own_web_site(tool: AdminTool) -> None:
    way = AdminWay(tool=tool, at=NEW)
    foreign = Machine(server=server_of(MIXED, NEW), listeners=((443, "Windows Admin Center"),), origin=HERE)
    taken = MIXED.changed(backing=Backing(machines=(foreign,)))

    assert (
        site_of(renamed(MIXED, NEW, None), SITE).administer(through=way).reason == f"no DNS record of {NEW}"
    )
    assert "Windows Admin Center" in site_of(taken, SITE).administer(through=way).reason
    edge = site_of(MIXED, SITE).administer(through=AdminWay(tool=tool, at=EDGE))
    assert edge.reason == f"{EDGE} has no {tool.value}: it is no Front End pool"
    nowhere = site_of(MIXED, SITE).administer(through=AdminWay(tool=tool, at=PoolId("gone.example")))
    assert nowhere.disposition is FAILED


def test_names_and_certificates_that_nobody_told_are_asked_for_or_said_to_be_in_order() -> None:
    blind = MIXED.changed(
        records=Unknown("DNS export"),
        certificates=Unknown("certificate export"),
        simple_urls=Unknown("Get-CsSimpleUrlConfiguration"),
    )
    said = Rules({"names-resolve": "yes"})

    assert "names-resolve" in site_of(blind, SITE, said).administer(through=PANEL).assumes
    assert site_of(blind, SITE, said).administer(through=PANEL).done
    assert site_of(blind, SITE).administer(through=PANEL).disposition is UNDECIDED
    assert site_of(blind, SITE).administer(through=REMOTE).needs == ("DNS export",)


def test_silverlight_that_somebody_has_not_is_no_assumption() -> None:
    without = site_of(MIXED, SITE).administer(
        by=person("CsAdministrator", has_silverlight=False), through=PANEL, task=AdminTask.LOOK
    )

    assert without.disposition is FAILED
    assert "silverlight-at-hand" not in without.assumes


@pytest.mark.parametrize(
    ("build", "disposition"),
    [
        ("7.0.2046.0", FAILED),
        ("7.0.2046.123", DONE),
        (Unknown("Get-CsServerPatchVersion"), UNDECIDED),
    ],
)
def test_the_new_control_panel_came_with_an_update_of_2019(build: Any, disposition: Disposition) -> None:
    way = AdminWay(tool=AdminTool.NEW_CONTROL_PANEL, at=NEW)
    state = builds(MIXED, build)

    assert site_of(state, SITE).administer(through=way).disposition is disposition
    old = site_of(MIXED, SITE).administer(through=replace(way, at=FIRST))
    assert old.reason == "Lync Server 2013 has no new Control Panel"
    unsure = Rules({"macp-after-release": "undecided"})
    assert (
        site_of(builds(MIXED, "7.0.2046.123"), SITE, unsure).administer(through=way).disposition is UNDECIDED
    )


# ---------------------------------------------------------------- the store


@pytest.mark.parametrize(
    ("facts", "read", "write"),
    [
        ({}, DONE, DONE),
        ({"scp": None}, FAILED, FAILED),
        ({"scp": NEW}, FAILED, FAILED),
        ({"scp": Unknown("Get-CsManagementConnection")}, UNDECIDED, UNDECIDED),
        ({"stores": ((FIRST, StoreState.READ_ONLY),)}, DONE, FAILED),
        ({"stores": ((FIRST, StoreState.OFFLINE),)}, FAILED, FAILED),
        ({"stores": ((FIRST, StoreState.MISSING),)}, FAILED, FAILED),
        ({"stores": ((FIRST, StoreState.UNSETTLED),)}, FAILED, FAILED),
        ({"masters": ()}, FAILED, FAILED),
    ],
)
def test_what_the_store_allows(facts: dict[str, Any], read: Disposition, write: Disposition) -> None:
    site = site_of(with_cms(MIXED, **facts), SITE)

    assert site.administer(through=SHELL, task=AdminTask.LOOK).disposition is read
    assert site.administer(through=SHELL).disposition is write
    assert site.administer().disposition is write


def test_a_service_control_point_that_nobody_told_is_asked_for_or_said_to_name_the_master() -> None:
    state = with_cms(MIXED, scp=Unknown("Get-CsManagementConnection"))

    said = Rules({"scp-names-master": "yes"})
    assert "scp-names-master" in site_of(state, SITE, said).administer().assumes
    untold = site_of(state, SITE).administer()
    assert (untold.disposition, untold.needs) == (UNDECIDED, ("Get-CsManagementConnection",))


def test_whoever_is_not_described_is_taken_to_have_every_right() -> None:
    outcome = site_of(MIXED, SITE).administer()

    assert "administrators-entitled" in outcome.assumes
    assert site_of(MIXED, SITE, Rules({"administrators-entitled": "no"})).administer().disposition is REFUSED
