"""Can every site be administered? What keeps administrators from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from coexistence import (
    Administrator,
    AdminRole,
    Checkpoint,
    Injection,
    PoolId,
    PoolRole,
    Scene,
    Severity,
    Unknown,
    fault,
)
from coexistence.model import operations as op
from coexistence.model.conditions.administrators import DOMAIN_ADMINS, SERVER_ADMINS, USER_ADMINS
from coexistence.model.conditions.machines_and_databases import Machine
from coexistence.model.deployment import Policy
from coexistence.model.vocabulary import Feature, Origin

_MADE: Final = Origin("fault")
_GROUPS: Final = frozenset({SERVER_ADMINS, USER_ADMINS, DOMAIN_ADMINS})


def _masters(scene: Scene) -> tuple[PoolId, ...]:
    masters = scene.deployment.cms.masters
    return () if isinstance(masters, Unknown) else masters


def _with_administrator(scene: Scene, who: Administrator) -> Scene:
    others = tuple(each for each in scene.deployment.administrators if each.name != who.name)
    return scene.with_deployment(administrators=(*others, who))


@fault(
    clause="sites",
    severity=Severity.ERROR,
    phase="side-by-side",
    evidence="A",
    source="Administering servers after migration",
    remedy="Administer both generations with the newest tools; take the old ones off the computers "
    "of those who administer.",
)
def legacy_control_panel_blind(scene: Scene) -> Iterator[Injection]:
    """Somebody who administers goes on using the old Control Panel and shell.

    The old tools list people and servers of the new pools and cannot change them; what the help desk does
    for people who were moved does not take effect.
    """
    tools = scene.old_tools
    if tools is None or not scene.plan.target or tools >= scene.new_tools:
        return
    who = Administrator(
        name="help desk", groups=_GROUPS, roles=(AdminRole(template="CsAdministrator"),), tools=tools
    )
    yield Injection(target=who.name, scene=_with_administrator(scene, who))


@fault(
    clause="sites",
    also=("meetings", "topology"),
    severity=Severity.WARNING,
    phase="legacy-silent",
    evidence="A",
    source="Move conference directories",
    remedy="Open a new shell of the newest version and repeat the move; never go on with -Force "
    "without an export.",
)
def stale_shell_rights_on_directory_move(scene: Scene) -> Iterator[Injection]:
    """Conference directories are moved in a shell that was opened before its owner was put into the group.

    The move fails and cannot roll back; the directory is listed under the old pool, or is half moved.
    """
    directories = scene.deployment.directories
    if isinstance(directories, Unknown) or not any(step.id == "P8.2" for step in scene.plan.steps):
        return
    who = Administrator(name="night shift", groups=_GROUPS, roles=(AdminRole(template="CsAdministrator"),))
    whom = frozenset({who.name})
    for pool in scene.leaving:
        if not any(each.owner == pool.id for each in directories):
            continue
        made = _with_administrator(scene, who).after(
            "P8.2",
            op.SetGroupMembers(group=SERVER_ADMINS, remove=whom),
            op.SetGroupMembers(group=SERVER_ADMINS, add=whom, renewed=False),
        )
        yield Injection(
            target=pool.id,
            scene=made.changing(op.MoveConferenceDirectories, {"source": pool.id}, by=who.name),
            about=(who.name,),
        )


@fault(
    clause="sites",
    also=("topology", "policies"),
    severity=Severity.ERROR,
    phase="legacy-silent",
    evidence="A",
    source="Central Management store replication failures (support article); Move the Central "
    "Management Server",
    remedy="Make the servers of the new Central Management pool members of "
    "RTCUniversalConfigReplicator, restart them, and replicate.",
)
def config_replicator_group_not_extended(scene: Scene) -> Iterator[Injection]:
    """The store is moved to servers that are no members of the group which may write into replicas.

    Right after the move many servers are not up to date, and access to their shares is denied (event 1034);
    what is changed in policies does not reach them.
    """
    for _, operation in scene.operations(op.MoveCms):
        servers = next((each.servers for each in scene.new_pools() if each.id == operation.to), ())
        yield Injection(
            target=operation.to,
            scene=scene.changing(op.MoveCms, {"to": operation.to}, replicators_ready=False),
            about=servers,
        )


@fault(
    clause="sites",
    also=("services", "clients"),
    severity=Severity.WARNING,
    phase="side-by-side",
    evidence="A",
    source="Skype for Business Server 2019: system requirements",
    remedy="Give the other program another port, and restart web services.",
)
def port_443_taken_on_new_front_end(scene: Scene) -> Iterator[Injection]:
    """Another program holds port 443 on a new Front End, in place of the internal web site.

    People sign in over SIP, but Control Panel, Autodiscover, address book and web tickets of that server
    answer with a foreign page, or not at all; the service list is all running.
    """
    for pool in scene.new_pools(PoolRole.FRONT_END):
        server = pool.servers[0]
        held = Machine(server=server, listeners=((443, "Windows Admin Center"),), origin=_MADE)
        yield Injection(target=server, scene=scene.with_machine(held), about=(pool.id,))


@fault(
    clause="sites",
    severity=Severity.INFO,
    phase="edge",
    evidence="A",
    source="Configure SCOM monitoring; Lync Server 2010 management packs in a coexistence scenario",
    remedy="Elect a legacy server as a candidate for discovery before the Central Management store moves.",
)
def scom_discovery_lost_with_cms(scene: Scene) -> Iterator[Injection]:
    """The store moves to the new version while people are on legacy pools, and no legacy server is elected.

    Monitoring discovered the old generation through its Central Management server; now it sees none of them,
    or shows them green with stale data.
    """
    if not scene.passes(Checkpoint.PILOT):
        return
    for master in _masters(scene):
        to = scene.successors.get(master)
        new = next((pool for pool in scene.new_pools(PoolRole.FRONT_END) if pool.id == to), None)
        if to is None or new is None:
            continue
        before = replace(scene.deployment.cms, discovery_candidates=())
        made = scene.with_deployment(cms=before).before(
            Checkpoint.SIDE_BY_SIDE, op.SetDiscoveryCandidates(servers=new.servers[:1])
        )
        moved = made.before(Checkpoint.PILOT, op.MoveCms(to=to, tools=scene.new_tools))
        legacy = tuple(pool.id for pool in scene.pools() if pool.versions != new.versions)
        yield Injection(target=master, scene=moved, about=(to, *legacy))


#: A setting of a policy that Lync Server 2010 does not know.
_NEWER: Final = ("external-access", "EnableXmppAccess")


@fault(
    clause="sites",
    also=("policies",),
    severity=Severity.ERROR,
    phase="pilot",
    evidence="D",
    source="Derived: a settings object that an older tool saves",
    remedy="Edit with the newest tools alone; put the setting back from the exported configuration.",
)
def derived_old_tool_strips_new_fields(scene: Scene) -> Iterator[Injection]:
    """A policy with a setting that only newer versions know is opened and saved with the old tools.

    People who were moved lose what the setting allowed them, hours after an edit that was made for others.
    """
    policies, (kind, name) = scene.deployment.policies, _NEWER
    tools = scene.old_tools
    if isinstance(policies, Unknown) or tools is None or tools.has(Feature.XMPP_ACCESS_SETTING):
        return
    if not scene.passes(Checkpoint.PILOT):
        return
    for policy in policies:
        if policy.kind != kind:
            continue
        opened = replace(policy, settings=tuple(_opened(policy, name)), origin=_MADE)
        yield Injection(
            target=f"{kind} {policy.scope}",
            scene=scene.before(
                Checkpoint.SIDE_BY_SIDE, op.SavePolicy(policy=opened, tools=scene.new_tools)
            ).before(Checkpoint.PILOT, op.SavePolicy(policy=opened, tools=tools)),
        )


def _opened(policy: Policy, name: str) -> Iterable[tuple[str, str]]:
    yield from ((key, value) for key, value in policy.settings if key != name)
    yield (name, "True")
