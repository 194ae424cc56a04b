"""Administration: tools, the Central Management store and its master, replicas, and moves that are asked for.

Law of this room: "could this administrator, with these tools, change this now" — nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.model import operations as op
from coexistence.model.conditions.administrators import (
    SERVER_ADMINS,
    Administrator,
    AdminTask,
    AdminTool,
    AdminWay,
)
from coexistence.model.deployment import ConferenceDirectory, Pool
from coexistence.model.vocabulary import Disposition, Maybe, PoolId, PoolRole, ServerId, SiteId, Unknown
from coexistence.model.vocabulary.ends import CENTRAL_MANAGEMENT, replica_of
from coexistence.observation.administration.administrators import LOCALLY, Errand, approach
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, ending, failed, passed, refused, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.observation.servers import cms_replication
from coexistence.observation.servers.services import alike
from coexistence.simulation.changes.cms import move_cms
from coexistence.simulation.changes.user_moves import dcom_trouble, shell_loses_codes
from coexistence.simulation.rules.admin_rights import too_old_for
from coexistence.simulation.rules.central_management import store_trouble, the_master
from coexistence.simulation.rules.registry import rule

__all__ = [
    "central_management",
    "follow",
    "monitored",
    "move_directory",
    "move_users",
    "opens_topology",
    "pool",
    "replica",
    "site",
    "take_cms",
]

_WHO = "administrator"


# -------------------------------------------------------------------- the store and its master


def central_management(facts: Facts) -> Outcome:
    """Return whether exactly one pool is the active master, and takes changes."""
    return facts.outcome(("cms",), lambda: travel(_central_management(facts)))


@rule(
    "one-active-master",
    "Configuration is written through the Master Replicator Agent of exactly one active master pool.",
    source="Move the Central Management Server",
)
def _central_management(facts: Facts, *, write: bool = True) -> Iterator[Leg]:
    masters = facts.state.cms.masters
    if isinstance(masters, Unknown):
        yield undecided("", "the topology was never published: no master is known", masters.needs)
        return
    if len(masters) != 1:
        many = f"{len(masters)} pools claim to be the active Central Management master: {', '.join(masters)}"
        yield failed(
            masters[0] if masters else "",
            many if masters else "no pool claims to be the active Central Management master",
            on=CENTRAL_MANAGEMENT,
        )
        return
    (master,) = masters
    yield facts.in_topology(master)
    yield _found(facts, master)
    if reason := store_trouble(facts.state, write=write):
        yield failed(facts.fqdn(master), reason, on=CENTRAL_MANAGEMENT)
    if write:
        yield ending(facts.service(master, "master_replicator"), CENTRAL_MANAGEMENT)


def _found(facts: Facts, master: PoolId) -> Leg:
    """Ask whether the service control point leads to the master; what nobody told is taken to."""
    scp = facts.state.cms.scp
    if isinstance(scp, Unknown):
        assumed = ("scp-names-master",)
        if facts.rules.value(assumed[0]) == "undecided":
            reason = "nobody told where the service control point leads"
            return undecided(_WHO, reason, scp.needs, assumes=assumed)
        return Leg(assumes=assumed)
    if scp != master:
        reason = store_trouble(facts.state) or f"the service control point leads to {scp}"
        return failed(_WHO, reason, on=CENTRAL_MANAGEMENT)
    return passed(_WHO, f"the service control point leads to {facts.fqdn(master)}")


@rule(
    "newest-tools-only",
    "Tools older than the newest generation in the topology cannot open or publish it.",
    source="Verify pilot pool coexistence with legacy pool; Administering servers after migration",
    switch="newest-tools",
)
def _tools(facts: Facts) -> Iterator[Leg]:
    """Tools older than the newest generation cannot open the topology ("Verify pilot pool coexistence")."""
    newest, tools = facts.newest, facts.state.tools
    if facts.rules.value("newest-tools") == "no":
        tools = min((pool.versions[0] for pool in facts.state.pools.values() if pool.versions), default=None)
    if newest is not None and facts.state.document is not None:
        newest = max(newest, facts.state.document)
    if newest is not None and (tools is None or tools < newest):
        name = tools.product if tools else "no product"
        yield refused(
            _WHO,
            f"tools of {name} cannot open a topology with {newest.product} in it",
            assumes=("newest-tools",),
        )
    if facts.rules.value("administrators-entitled") == "no":
        yield refused(
            _WHO,
            "nobody told that whoever administers may do this",
            assumes=("administrators-entitled",),
        )
    yield passed(
        _WHO,
        f"tools of {tools.product if tools else 'the newest version'}",
        "newest-tools",
        "administrators-entitled",
    )
    yield from _central_management(facts)


def opens_topology(facts: Facts, by: Administrator) -> Outcome:
    """Return whether the tools of an administrator open the topology as it is now.

    Done where nobody told which tools they are: then those in use here are meant.
    """
    newest = facts.newest
    if by.tools is None or newest is None:
        return Outcome(disposition=Disposition.DONE)
    if facts.state.document is not None:
        newest = max(newest, facts.state.document)
    reason = too_old_for(AdminTool.TOPOLOGY_BUILDER, by.tools, AdminTask.LOOK, (), newest)
    return travel([refused(_WHO, f"{by.name}: {reason}") if reason else passed(_WHO, by.name)])


# -------------------------------------------------------------------- sites and pools


def site(
    facts: Facts,
    identity: SiteId,
    *,
    by: Administrator | None = None,
    through: AdminWay | None = None,
    task: AdminTask = AdminTask.SETTINGS,
) -> Outcome:
    """Return whether a site can be opened and changed: by an administrator, in a way, for a task.

    Left out, with the newest tools by somebody with every right, as the guide has it.
    """
    if by is None and through is None and task is AdminTask.SETTINGS:
        return facts.outcome(("administer site", identity), lambda: travel(_tools(facts)))
    pools = tuple(each.id for each in facts.state.pools.values() if each.site == identity)
    errand = Errand(task=task, sites=(identity,), pools=pools)
    return facts.outcome(
        ("administer site", identity, by, through, task),
        lambda: travel(_managed(facts, by, through or LOCALLY, errand)),
    )


def pool(
    facts: Facts,
    identity: PoolId,
    *,
    by: Administrator | None = None,
    through: AdminWay | None = None,
    task: AdminTask = AdminTask.SETTINGS,
) -> Outcome:
    """Return whether a pool can be opened, and whether changes reach its servers; as in :func:`site`."""
    if by is None and through is None and task is AdminTask.SETTINGS:
        return facts.outcome(("administer pool", identity), lambda: travel(_pool(facts, identity)))
    return facts.outcome(
        ("administer pool", identity, by, through, task),
        lambda: travel(_managed_pool(facts, identity, by, through or LOCALLY, task)),
    )


def _managed(facts: Facts, by: Administrator | None, way: AdminWay, errand: Errand) -> Iterator[Leg]:
    yield from approach(facts, by, way, errand)
    if errand.task is AdminTask.PEOPLE:
        # People are kept in Active Directory and on their pools, not in this store; tools still open it.
        yield from _central_management(facts, write=False)
    else:
        yield from _central_management(facts, write=errand.task.changes)


def _managed_pool(
    facts: Facts, identity: PoolId, by: Administrator | None, way: AdminWay, task: AdminTask
) -> Iterator[Leg]:
    known = facts.state.pools[identity]
    yield from _managed(facts, by, way, Errand(task=task, sites=(known.site,), pools=(identity,)))
    if task in (AdminTask.SETTINGS, AdminTask.GLOBAL_SETTINGS, AdminTask.TOPOLOGY):
        yield from _replicas(facts, known)


def _replicas(facts: Facts, known: Pool) -> Iterator[Leg]:
    """Follow a change to every server of a pool; servers that nothing tells apart go together."""
    if known.role is PoolRole.TRUSTED_APPLICATION:
        return
    for _, servers in alike(known.servers, lambda server: cms_replication.apart(facts, server)):
        yield from cms_replication.way_to(facts, known, tuple(servers))
        yield _replica(facts, tuple(servers), facts.state.is_current(servers[0]))


def _pool(facts: Facts, identity: PoolId) -> Iterator[Leg]:
    yield from _tools(facts)
    known = facts.state.pools[identity]
    if known.role is PoolRole.TRUSTED_APPLICATION:
        return
    for current, servers in alike(known.servers, facts.state.is_current):
        yield _replica(facts, tuple(servers), current)


# -------------------------------------------------------------------- replicas


def replica(facts: Facts, servers: tuple[ServerId, ...], current: Maybe[bool]) -> Outcome:
    """Return whether a replica is up to date, as the master sees it."""
    return _CURRENT if current is True else travel([_replica(facts, servers, current)])


#: A replica that is up to date: the same answer for all of them, made once.
_CURRENT = Outcome(disposition=Disposition.DONE, assumes=("ports-open",))


@rule(
    "replica-that-never-reported",
    "A replica that lags and never reported was never reached: no way to it, a wrong certificate on an Edge, "
    "or no permission on its share.",
    source="Central Management store replication failures",
)
def _replica(facts: Facts, servers: tuple[ServerId, ...], current: Maybe[bool]) -> Leg:
    where = ", ".join(servers)
    if isinstance(current, Unknown):
        return undecided(servers[0], f"nobody told whether the replica on {where} is current", current.needs)
    if not current:
        pool = facts.state.servers[servers[0]].pool
        never = " and never reported" if facts.state.never_reported.intersection(servers) else ""
        reason = f"the replica on {where} is not up to date{never} (UpToDate is False)"
        late = failed(servers[0], reason, assumes=("ports-open",), on=replica_of(pool))
        # Whatever keeps the master from handing anything out keeps it from getting here.
        master = central_management(facts)
        return ending(late, *(master.ended_on if master.disposition is Disposition.FAILED else ()))
    return Leg(assumes=("ports-open",))


def follow(facts: Facts, known: Pool, servers: tuple[ServerId, ...]) -> Outcome:
    """Return whether a change that is made now gets to these servers, station by station, and is told back.

    The servers are such that nothing tells their replicas apart.
    """
    return facts.outcome(("follow", servers), lambda: travel(_followed(facts, known, servers)))


def _followed(facts: Facts, known: Pool, servers: tuple[ServerId, ...]) -> Iterator[Leg]:
    yield from _central_management(facts)
    yield from cms_replication.way_to(facts, known, servers)
    yield _replica(facts, servers, facts.state.is_current(servers[0]))


# -------------------------------------------------------------------- moves that are asked for


def move_users(
    facts: Facts,
    source: PoolId,
    target: PoolId,
    *,
    by: Administrator | None = None,
    through: AdminWay | None = None,
) -> Outcome:
    """Return whether an administrator may move people between two pools, and whether it would work."""
    return facts.outcome(
        ("may move users", source, target, by, through),
        lambda: travel(_move_users(facts, source, target, by, through or LOCALLY)),
    )


def _move_users(
    facts: Facts, source: PoolId, target: PoolId, by: Administrator | None, way: AdminWay
) -> Iterator[Leg]:
    for each in (source, target):
        yield facts.in_topology(each)
    here, there = facts.state.pools[source], facts.state.pools[target]
    sites = tuple(dict.fromkeys((here.site, there.site)))
    yield from approach(facts, by, way, Errand(task=AdminTask.PEOPLE, sites=sites, pools=(source, target)))
    assumed = ("moves-over-dcom",)
    if reason := dcom_trouble(facts.state, facts.rules, (source, target), at=way.at):
        yield failed(_WHO, reason, assumes=assumed)
    yield passed(_WHO, f"reaches {here.fqdn} and {there.fqdn} over DCOM", *assumed)
    yield facts.registrar(source)
    yield facts.registrar(target)


def move_directory(
    facts: Facts,
    directory: ConferenceDirectory,
    target: PoolId,
    *,
    by: Administrator | None = None,
    through: AdminWay | None = None,
) -> Outcome:
    """Return whether an administrator may move a conference directory, and whether it would arrive whole."""
    return facts.outcome(
        ("may move directory", directory.number, target, by, through),
        lambda: travel(_move_directory(facts, directory, target, by, through or LOCALLY)),
    )


def _move_directory(
    facts: Facts, directory: ConferenceDirectory, target: PoolId, by: Administrator | None, way: AdminWay
) -> Iterator[Leg]:
    for each in (directory.owner, target):
        yield facts.in_topology(each)
    if way.tool is not AdminTool.SHELL:
        yield refused(_WHO, "conference directories are moved in the Management Shell")
    if by is not None and not isinstance(by.groups, Unknown) and SERVER_ADMINS in by.groups & by.joined_since:
        yield failed(
            _WHO,
            f"the shell of {by.name} is older than the membership in {SERVER_ADMINS}: the move would "
            "fail halfway, without a rollback",
        )
    # An older shell carries the move out, and loses entries: that is told below.
    yield from approach(facts, by, way, Errand(task=AdminTask.SETTINGS))
    there = facts.state.pools[target]
    tools = (by.tools if by is not None else None) or facts.state.tools
    if shell_loses_codes(tools, there.versions, facts.rules):
        yield failed(
            there.fqdn,
            f"a shell of {tools.product if tools else 'no product'} loses entries of the directory",
            assumes=("old-shell-loses-codes",),
        )
    yield facts.registrar(directory.owner)
    yield facts.registrar(target)


def take_cms(
    situation: Situation, target: PoolId, *, by: Administrator | None = None, through: AdminWay | None = None
) -> Outcome:
    """Return whether an administrator may move the Central Management store here, and would have one then."""
    return situation.outcome(
        ("may take cms", target, by, through),
        lambda: travel(_take_cms(situation, target, by, through or LOCALLY)),
    )


def _take_cms(situation: Situation, target: PoolId, by: Administrator | None, way: AdminWay) -> Iterator[Leg]:
    yield from approach(situation.facts, by, way, Errand(task=AdminTask.GLOBAL_SETTINGS))
    yield from _central_management(situation.facts, write=False)
    tools = (by.tools if by is not None else None) or situation.state.tools
    there = situation.state.pools[target]
    yield situation.facts.registrar(target)
    if tools is None:
        return
    wanted = op.MoveCms(to=target, tools=tools, locally=not way.tool.is_remote)
    step = move_cms(situation.state, wanted, situation.rules)
    if step.disposition is Disposition.REFUSED:
        yield refused(there.fqdn, step.reason)
    if not step.accepted:
        yield failed(there.fqdn, step.reason, assumes=("cms-move-without-enable",))
    yield passed(there.fqdn, "takes the Central Management store")


# -------------------------------------------------------------------- monitoring


@rule(
    "old-monitoring-needs-a-candidate",
    "Monitoring of a generation discovers its servers through the Central Management master; once that is of "
    "another generation, through elected servers of their own.",
    source="Configure SCOM monitoring; Using the Lync Server 2010 management packs in a coexistence scenario",
)
def monitored(facts: Facts, known: Pool) -> Outcome:
    """Return whether Operations Manager, where it is used, still discovers a pool's servers."""
    return facts.outcome(("monitored", known.id), lambda: travel([_monitored(facts, known)]))


def _monitored(facts: Facts, known: Pool) -> Leg:
    candidates = facts.state.cms.discovery_candidates
    if candidates is None or known.role is PoolRole.TRUSTED_APPLICATION:
        return Leg()
    master = the_master(facts.state)
    through = {facts.state.servers[each].pool for each in candidates if each in facts.state.servers}
    if master is not None:
        through.add(master)
    seen = [facts.state.pools[each].versions for each in through if each in facts.state.pools]
    if not known.versions:
        return undecided(known.fqdn, "nobody told which version the pool runs", "Get-CsServerPatchVersion")
    if any(known.versions == versions for versions in seen):
        return passed(known.fqdn, "discovered through a server of its generation")
    name = known.versions[-1].product
    return failed(known.fqdn, f"monitoring of {name} discovers nothing: no server of it is a candidate")
