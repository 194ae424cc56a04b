"""Can every site be administered?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import (
    AdminTool,
    AdminWay,
    DeploymentSubject,
    DirectorySubject,
    Finding,
    Observer,
    PoolRole,
    PoolSubject,
    ReplicaSubject,
    Severity,
    SiteSubject,
    check,
    not_applicable,
)


@check(
    clause="sites",
    severity=Severity.BLOCKER,
    source="Move the Central Management Server",
    remedy="Find out which pool really is the master (Get-CsManagementStoreReplicationStatus "
    "-CentralManagementStoreStatus), and start the Master Replicator Agent there.",
)
def exactly_one_master_takes_changes(deployment: DeploymentSubject) -> None:
    """Exactly one pool is the active Central Management master, and it works."""
    outcome = deployment.central_management()
    assert outcome.done, outcome


@check(
    clause="sites",
    severity=Severity.BLOCKER,
    source="Migration process; Administering servers after migration",
    remedy="Use the tools of the newest generation, and repair the Central Management master first.",
)
def every_site_can_be_administered(site: SiteSubject) -> None:
    """Every site opens in the newest tools and takes changes."""
    outcome = site.administer()
    assert outcome.done, outcome


@check(
    clause="sites",
    severity=Severity.BLOCKER,
    source="Verify pilot pool coexistence with legacy pool",
    remedy="Use the tools of the newest generation; if a replica lags, run "
    "Invoke-CsManagementStoreReplication and wait until UpToDate is True.",
)
def every_pool_can_be_administered(pool: PoolSubject) -> None:
    """Every pool of both generations opens in the newest tools, and changes reach its servers."""
    outcome = pool.administer()
    assert outcome.done, outcome


@check(
    clause="sites",
    severity=Severity.ERROR,
    source="Verify configuration settings",
    remedy="Run Invoke-CsManagementStoreReplication for the server, wait, and look again; an Edge Server "
    "needs port 4443 from the Central Management pool, every other server port 445.",
)
def every_replica_is_up_to_date(replica: ReplicaSubject) -> None:
    """Every server holds the newest configuration before the next step."""
    outcome = replica.status()
    assert outcome.done, outcome


@check(
    clause="sites",
    severity=Severity.ERROR,
    at="side-by-side, edge, legacy-silent, retired, now",
    source="Verify configuration settings; Central Management store replication failures",
    remedy="Start the File Transfer Agent on the Central Management pool and the Replica Replicator Agent "
    "on the server; open port 445 (to Edge Servers 4443); make the Central Management servers members of "
    "RTCUniversalConfigReplicator, and restart them.",
)
def the_next_change_gets_to_every_server(pool: PoolSubject) -> None:
    """What is configured next can be handed to every server, whatever it holds now."""
    if pool.is_silenced or pool.pool.role is PoolRole.TRUSTED_APPLICATION:
        not_applicable("stopped on purpose, or no server of the product")
    outcome = pool.take_configuration()
    assert outcome.done, outcome


@check(
    clause="sites",
    severity=Severity.ERROR,
    at="side-by-side..retired",
    source="Administering servers after migration; Verify pilot pool coexistence with legacy pool",
    remedy="Give the administrator a computer with the tools of the new version; tools of two versions do "
    "not go on one computer.",
)
def every_administrator_has_the_newest_tools(deployment: DeploymentSubject) -> Iterator[Finding]:
    """Whoever administers can open the topology that both generations are in."""
    if not deployment.administrators:
        not_applicable("nobody described who administers")
    for administrator in deployment.administrators:
        outcome = deployment.open_topology(administrator)
        if not outcome.done:
            yield Finding(kind="tools-too-old", outcome=outcome, message=administrator.name)


@check(
    clause="sites",
    severity=Severity.BLOCKER,
    at="side-by-side, edge",
    source="Move remaining users; ports and protocols for internal servers",
    remedy="Move people with the tools of the new version, from a computer that reaches port 135 of both "
    "pools; both pools have to answer.",
)
def people_can_be_moved_to_the_new_version(pool: PoolSubject) -> Iterator[Finding]:
    """People of a legacy pool can be moved to a new pool with the tools at hand, now."""
    if not pool.is_legacy or not pool.people:
        not_applicable("nobody is to be moved from there")
    for target in pool.newest_pools:
        outcome = pool.give_users(target)
        if not outcome.done:
            yield Finding(kind="move-impossible", outcome=outcome, message=f"to {target}")


@check(
    clause="sites",
    severity=Severity.WARNING,
    at="side-by-side..legacy-silent",
    source="Configure SCOM monitoring",
    remedy="Elect a server of the pool's version as a candidate for discovery, for as long as the pool is "
    "there.",
)
def every_pool_stays_monitored(pool: PoolSubject) -> None:
    """Where Operations Manager watches servers, it goes on doing so on both generations."""
    if pool.is_silenced:
        not_applicable("stopped on purpose: the pool is about to be removed")
    outcome = pool.monitored()
    assert outcome.done, outcome


@check(
    clause="sites",
    severity=Severity.ERROR,
    source="Move conference directories",
    remedy="Open a new shell of the newest version and move the directory again; a move that did not "
    "end cannot be rolled back.",
)
def no_move_of_a_conference_directory_is_left_halfway(directory: DirectorySubject) -> Iterator[Finding]:
    """A move of a conference directory that was begun has ended."""
    if directory.is_halfway:
        message = f"{directory} is in the middle of a move that does not go on"
        yield Finding(kind="move-halfway", message=message)


@check(
    clause="sites",
    severity=Severity.WARNING,
    at="side-by-side, edge, production, retired, now",
    source="Administering servers after migration; system requirements (port 443)",
    remedy="Start the web services of the pool, and give any other program on port 443 another one.",
)
def the_control_panel_of_new_pools_opens(pool: PoolSubject) -> None:
    """The web site of every pool of the new version opens the Control Panel."""
    if pool.pool.role is not PoolRole.FRONT_END or pool.pool.id not in pool.newest_pools:
        not_applicable("no pool of the new version")
    outcome = pool.administer(through=AdminWay(tool=AdminTool.CONTROL_PANEL, at=pool.pool.id))
    assert outcome.done, outcome


@check(
    clause="sites",
    severity=Severity.ERROR,
    at="side-by-side..retired",
    source="Administering servers after migration",
    remedy="Put the setting back with the newest tools, and take the old ones away.",
)
def no_setting_is_lost_to_old_tools(deployment: DeploymentSubject, before: Observer) -> Iterator[Finding]:
    """Policies keep the settings that only newer tools know."""
    for policy, outcome in deployment.keep_settings(before).items():
        yield Finding(kind="setting-lost", outcome=outcome, message=policy)
