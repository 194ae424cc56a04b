"""Can every site be administered?"""

from __future__ import annotations

from coexistence import DeploymentSubject, PoolSubject, ReplicaSubject, Severity, SiteSubject, check


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
