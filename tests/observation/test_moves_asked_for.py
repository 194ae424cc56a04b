"""May this administrator move people, a conference directory, the store; and would it work?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from administration_scenes import (
    DONE,
    FAILED,
    FIRST,
    MIXED,
    NEW,
    REFUSED,
    REMOTE,
    SECOND,
    SHELL,
    SITE,
    blocked,
    person,
    pool_of,
    with_cms,
)
from helpers import (
    new,
    observer,
    with_service,
)

from coexistence import (
    Administrator,
    AdminRole,
    AdminWay,
    DirectorySubject,
)
from coexistence.model.conditions.administrators import (
    READ_ONLY_ADMINS,
    SERVER_ADMINS,
    USER_ADMINS,
    StoreState,
)
from coexistence.model.vocabulary import Disposition, Version
from coexistence.observation.listings import subjects
from coexistence.simulation.state import State

# ---------------------------------------------------------------- moves that are asked for


USER_ADMIN = person("CsUserAdministrator", groups=frozenset({USER_ADMINS}))


@pytest.mark.parametrize(
    ("state", "by", "way", "disposition", "reason"),
    [
        (MIXED, None, SHELL, DONE, ""),
        (MIXED, USER_ADMIN, SHELL, DONE, ""),
        (MIXED, USER_ADMIN, REMOTE, DONE, ""),
        (
            MIXED,
            person("CsViewOnlyAdministrator"),
            REMOTE,
            REFUSED,
            "no role of ann is enough to manage its people",
        ),
        (
            MIXED,
            replace(USER_ADMIN, tools=Version.L13),
            SHELL,
            REFUSED,
            (
                "Management Shell of Lync Server 2013 lists what is on Skype for Business Server 2019, but "
                "cannot change it"
            ),
        ),
        (blocked(MIXED, None, NEW, 135), None, SHELL, FAILED, f"port 135 of {NEW} cannot be reached"),
        (blocked(MIXED, NEW, FIRST, 135), None, SHELL, DONE, ""),
        (blocked(MIXED, NEW, FIRST, 135), None, REMOTE, FAILED, f"port 135 of {FIRST} cannot be reached"),
        (
            with_service(MIXED, NEW, "RTCSRV"),
            None,
            SHELL,
            FAILED,
            "no Front-End service of the pool takes new work",
        ),
    ],
)
def test_moving_people(
    state: State, by: Administrator | None, way: AdminWay, disposition: Disposition, reason: str
) -> None:
    outcome = pool_of(state, FIRST).give_users(NEW, by=by, through=way)

    assert (outcome.disposition, outcome.reason) == (disposition, reason)


def test_a_role_has_to_cover_both_sites_of_a_move() -> None:
    role = AdminRole(template="CsUserAdministrator", config_scopes=(f"site:{SITE}",))
    who = Administrator(name="ann", roles=(role,))

    assert pool_of(MIXED, FIRST).give_users(NEW, by=who, through=REMOTE).done
    assert pool_of(MIXED, FIRST).give_users(new(SECOND), by=who, through=REMOTE).disposition is REFUSED


SERVER_ADMIN = person(groups=frozenset({SERVER_ADMINS}))


@pytest.mark.parametrize(
    ("by", "disposition"),
    [
        (None, DONE),
        (SERVER_ADMIN, DONE),
        (replace(SERVER_ADMIN, joined_since=frozenset({SERVER_ADMINS})), FAILED),
        (replace(SERVER_ADMIN, tools=Version.L13), FAILED),
        (person(groups=frozenset({USER_ADMINS})), REFUSED),
    ],
)
def test_moving_a_conference_directory(by: Administrator | None, disposition: Disposition) -> None:
    subject = subjects(observer(MIXED), "directory")[0]
    assert isinstance(subject, DirectorySubject)

    assert subject.move(NEW, by=by).disposition is disposition
    assert subject.move(NEW, by=by, through=REMOTE).disposition is REFUSED


@pytest.mark.parametrize(
    ("state", "by", "way", "disposition"),
    [
        (MIXED, None, SHELL, DONE),
        (MIXED, SERVER_ADMIN, SHELL, DONE),
        (MIXED, person("CsAdministrator"), REMOTE, REFUSED),
        (MIXED, person(groups=frozenset({READ_ONLY_ADMINS})), SHELL, REFUSED),
        (MIXED.changed(tools=Version.L13), None, SHELL, REFUSED),
        (with_service(MIXED, NEW, "RTCSRV"), None, SHELL, FAILED),
        (with_cms(MIXED, enable_fails=frozenset({NEW})), None, SHELL, FAILED),
        (with_cms(MIXED, stores=((FIRST, StoreState.OFFLINE),)), None, SHELL, FAILED),
    ],
)
def test_moving_the_central_management_store(
    state: State, by: Administrator | None, way: AdminWay, disposition: Disposition
) -> None:
    assert pool_of(state, NEW).take_central_management(by=by, through=way).disposition is disposition
