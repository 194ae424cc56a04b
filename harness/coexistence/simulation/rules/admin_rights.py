"""Who may do what: roles over a remote session, groups of Active Directory at a server itself; and old tools.

Law of this room: each function says why not, in the product's terms, or None; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from coexistence.model.conditions.administrators import (
    DOMAIN_ADMINS,
    READ_ONLY_ADMINS,
    SERVER_ADMINS,
    USER_ADMINS,
    Administrator,
    AdminRole,
    AdminTask,
    AdminTool,
)
from coexistence.model.vocabulary import Maybe, SiteId, Unknown, Version, version_name
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import Infrastructure

__all__ = ["NEEDS_DIRECTORY", "not_entitled", "person", "too_old_for"]

#: What would tell which people are in an organisational unit.
NEEDS_DIRECTORY: Final = Unknown("Get-CsUser with DistinguishedName")

_BY_ROLE: Final = {
    "csadministrator": frozenset(AdminTask) - {AdminTask.TOPOLOGY},
    "csuseradministrator": frozenset({AdminTask.LOOK, AdminTask.PEOPLE}),
    "csserveradministrator": frozenset({AdminTask.LOOK, AdminTask.SERVICES, AdminTask.SETTINGS}),
    "csviewonlyadministrator": frozenset({AdminTask.LOOK}),
    "cshelpdesk": frozenset({AdminTask.LOOK}),
}
#: Each of these rows lets somebody do something who is in all of its groups.
_BY_GROUPS: Final = (
    (
        frozenset({SERVER_ADMINS}),
        frozenset({AdminTask.LOOK, AdminTask.SERVICES, AdminTask.SETTINGS, AdminTask.GLOBAL_SETTINGS}),
    ),
    (frozenset({SERVER_ADMINS, DOMAIN_ADMINS}), frozenset({AdminTask.TOPOLOGY})),
    (frozenset({USER_ADMINS}), frozenset({AdminTask.LOOK, AdminTask.PEOPLE})),
    (frozenset({READ_ONLY_ADMINS}), frozenset({AdminTask.LOOK})),
)


def person(state: Infrastructure, name: str) -> Administrator | None:
    """Return an administrator by name; None where nobody described one of that name."""
    return next((each for each in state.administrators if each.name == name), None)


def not_entitled(
    who: Administrator, task: AdminTask, *, site: SiteId | None, remote: bool
) -> Maybe[str | None]:
    """Say why somebody may not do this; unknown where nobody told the groups or roles.

    ``site`` is the site that it is about, None for none in particular.
    """
    return _by_role(who, task, site) if remote else _by_group(who, task)


@rule(
    "groups-count-locally",
    "At a server, or in a shell opened on a machine with the tools, membership in the product's groups "
    "decides: RTCUniversalServerAdmins for servers and settings, with Domain Admins for the topology, "
    "RTCUniversalUserAdmins for people; what was granted after the shell was opened does not count in it.",
    source="Planning for role-based access control; Move conference directories; Deploy pilot pool",
)
def _by_group(who: Administrator, task: AdminTask) -> Maybe[str | None]:
    if isinstance(who.groups, Unknown):
        return who.groups
    rows = [groups for groups, tasks in _BY_GROUPS if task in tasks]
    if any(groups <= who.groups - who.joined_since for groups in rows):
        return None
    for groups in rows:
        if groups <= who.groups:
            return _stale(who, groups)
    needed = " and ".join(sorted(rows[0]))
    return f"{who.name} is no member of {needed}"


def _stale(who: Administrator, groups: Iterable[str]) -> str:
    late = ", ".join(sorted(set(groups) & who.joined_since))
    return f"the session of {who.name} is older than the membership in {late}"


@rule(
    "roles-count-remotely",
    "In the Control Panel and in remote shells the administrative roles decide. Predefined ones are global; "
    "a scoped one holds for its sites (by SiteId) and organisational units alone.",
    source="Planning for role-based access control; New-CsAdminRole reference",
)
def _by_role(who: Administrator, task: AdminTask, site: SiteId | None) -> Maybe[str | None]:
    if isinstance(who.roles, Unknown):
        return who.roles
    if task is AdminTask.TOPOLOGY:
        return "no role lets anybody publish the topology: groups do, in Topology Builder"
    able = [role for role in who.roles if task in _BY_ROLE.get(role.template.lower(), frozenset())]
    fresh = [role for role in able if role.template not in who.joined_since]
    covering = [role for role in fresh if _covers(role, task, site)]
    if any(task is not AdminTask.PEOPLE or not role.user_scopes for role in covering):
        return None
    if covering:
        return NEEDS_DIRECTORY
    if fresh:
        where = "everybody" if task is AdminTask.GLOBAL_SETTINGS or site is None else f"site:{site}"
        return f"the scope of {', '.join(map(_name, fresh))} does not contain {where}"
    if able:
        return _stale(who, (role.template for role in able))
    if task is AdminTask.GLOBAL_SETTINGS and _has(who.roles, "CsServerAdministrator"):
        return "CsServerAdministrator cannot make changes with global impact"
    if task is AdminTask.SETTINGS and _has(who.roles, "CsUserAdministrator"):
        return "CsUserAdministrator may assign policies, and not edit them"
    return f"no role of {who.name} is enough to {task.value}"


def _covers(role: AdminRole, task: AdminTask, site: SiteId | None) -> bool:
    if not role.config_scopes:
        return True
    if task is AdminTask.GLOBAL_SETTINGS or site is None:
        return False
    return any(scope.lower() in ("global", f"site:{site}".lower()) for scope in role.config_scopes)


def _has(roles: tuple[AdminRole, ...], template: str) -> bool:
    return any(role.template.lower() == template.lower() for role in roles)


def _name(role: AdminRole) -> str:
    return role.name or role.template


@rule(
    "old-tools-list-newer-objects",
    "Older Control Panels and shells list what a newer version brought, and can change older objects, but "
    "not newer ones; older Topology Builders cannot open the topology at all.",
    source="Administering servers after migration; Verify pilot pool coexistence with legacy pool",
)
def too_old_for(
    tool: AdminTool, tools: Version, task: AdminTask, versions: Iterable[Version], newest: Version | None
) -> str | None:
    """Say why tools of a version are too old for what they are to be used for.

    ``versions`` are the oldest that each object it is about may run, ``newest`` the newest generation that
    the topology has (or had: a document that newer tools published stays theirs).
    """
    if newest is None or tools >= newest:
        return None
    if tool is AdminTool.TOPOLOGY_BUILDER or task is AdminTask.TOPOLOGY:
        return f"tools of {tools.product} cannot open a topology with {newest.product} in it"
    newer = [version for version in versions if version > tools]
    if task.changes and newer:
        name = version_name((max(newer),))
        return f"{tool.value} of {tools.product} lists what is on {name}, but cannot change it"
    if task is AdminTask.GLOBAL_SETTINGS:
        return f"{tool.value} of {tools.product} cannot change settings that {newest.product} reads too"
    return None
