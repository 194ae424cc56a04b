"""May what is there stand together, and does nothing name a pool which is going to be removed?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import (
    DeploymentSubject,
    Finding,
    Observer,
    PoolRole,
    PoolSubject,
    ReplicaSubject,
    Severity,
    StepSubject,
    check,
    not_applicable,
)

#: What breaks for good, or may not be removed under the guide's own rules, and how much the rest weighs.
_SERVICES_LEFT = {
    "access-number": Severity.BLOCKER,
    "response-group": Severity.BLOCKER,
    "exchange-um-contact": Severity.BLOCKER,
    "trusted-application-endpoint": Severity.BLOCKER,
    "branch-backup-registrar": Severity.BLOCKER,
    "application": Severity.BLOCKER,
    "call-park-orbit": Severity.ERROR,
    "common-area-phone": Severity.ERROR,
    "analog-device": Severity.ERROR,
    "unassigned-number-range": Severity.ERROR,
    "trusted-application-next-hop": Severity.ERROR,
}
_ALL_LEFT = {
    **_SERVICES_LEFT,
    "central-management": Severity.BLOCKER,
    "conference-directory": Severity.BLOCKER,
    "call-admission-control": Severity.BLOCKER,
    "sign-in-record": Severity.BLOCKER,
    "edge-next-hop": Severity.BLOCKER,
    "dns-name": Severity.ERROR,
    "dns-record": Severity.ERROR,
    "federation-route": Severity.ERROR,
    "media-association": Severity.ERROR,
    "next-hop": Severity.ERROR,
    "pairing": Severity.ERROR,
    "archiving-association": Severity.ERROR,
    "monitoring-association": Severity.ERROR,
    "service-control-point": Severity.BLOCKER,
    "xmpp-route": Severity.ERROR,
    "voice-route": Severity.ERROR,
    "chat-room-store": Severity.ERROR,
    "external-party": Severity.ERROR,
    "external-dns-record": Severity.ERROR,
    "dhcp-option": Severity.ERROR,
    "reverse-proxy-rule": Severity.ERROR,
    "agent-console": Severity.ERROR,
    "um-gateway": Severity.WARNING,
    "store-file": Severity.WARNING,
    "address-book-settings": Severity.WARNING,
    "discovery-candidate": Severity.WARNING,
}


#: Where the topology is another one than at the checkpoint before.
_WHERE_IT_CHANGES = "legacy, side-by-side, edge, retired, now"


@check(
    clause="topology",
    severity=Severity.BLOCKER,
    at=_WHERE_IT_CHANGES,
    source="Lync Server 2013: supported server migration paths and coexistence scenarios; Upgrade to "
    "Skype for Business Server 2015; Migration to Skype for Business Server 2019",
    remedy="Finish the earlier migration, or roll it back, before pools of another version are defined.",
)
def generations_may_stand_side_by_side(deployment: DeploymentSubject) -> Iterator[Finding]:
    """At most two generations stand in the topology, and they are a pair that is supported."""
    for pair, outcome in deployment.stand_together().items():
        if not outcome.done:
            yield Finding(kind="generations-do-not-fit", outcome=outcome, message=pair)


@check(
    clause="topology",
    severity=Severity.BLOCKER,
    at="side-by-side..retired",
    source="Prepare Active Directory",
    remedy="Prepare schema, forest and domain with the setup of the new version.",
)
def active_directory_is_prepared(deployment: DeploymentSubject) -> None:
    """Active Directory is prepared for the version whose tools are in use."""
    outcome = deployment.prepare_directory()
    assert outcome.done, outcome


@check(
    clause="topology",
    severity=Severity.BLOCKER,
    at="side-by-side..retired",
    source="Deploy pilot pool; Verify pilot pool coexistence with legacy pool",
    remedy="Define the new pools in the Topology Builder of their own version, with names and SQL Server "
    "instances that nobody uses, and publish.",
)
def the_new_version_is_in_the_topology(deployment: DeploymentSubject) -> None:
    """The pools that people are to be moved to were published."""
    outcome = deployment.have_new_version()
    assert outcome.done, outcome


@check(
    clause="topology",
    severity=Severity.ERROR,
    source="Migration to Skype for Business Server 2019: the verification of each step",
    remedy="Remove what the product objects to, repeat the step, and go on only then.",
)
def every_step_of_the_plan_is_carried_out(step: StepSubject) -> None:
    """The product carries out every step of the plan that leads to this checkpoint."""
    outcome = step.carry_out()
    assert outcome.done, outcome


@check(
    clause="topology",
    severity=Severity.BLOCKER,
    at=_WHERE_IT_CHANGES,
    source="Upgrade to Skype for Business Server 2015",
    remedy="Bring every server of the pool to the same version.",
)
def servers_of_a_pool_run_one_version(pool: PoolSubject) -> None:
    """All servers of a pool run the same version."""
    _has_several_servers(pool)
    outcome = pool.agree_on_version()
    assert outcome.done, outcome


@check(
    clause="topology",
    severity=Severity.ERROR,
    at="legacy, side-by-side, pilot, production, retired, now",
    source="Apply updates; Skype for Business Server 2019: system requirements",
    remedy="Update the servers that are named, one after the other, before the pool is relied on.",
)
def servers_of_a_pool_are_alike(pool: PoolSubject) -> Iterator[Finding]:
    """All servers of a pool run the same build on the same operating system."""
    _has_several_servers(pool)
    system = pool.agree_on_system()
    if not system.done:
        yield Finding(kind="systems-differ", outcome=system)
    build = pool.agree_on_build()
    if not build.done and pool.agree_on_version().done:
        yield Finding(kind="builds-differ", outcome=build)


@check(
    clause="topology",
    severity=Severity.BLOCKER,
    at=_WHERE_IT_CHANGES,
    source="Deploy pilot pool; Skype for Business Server 2015: DNS requirements",
    remedy="Give the pool an FQDN, and its external web services a name, that nothing else in the "
    "topology has.",
)
def every_pool_has_a_name_of_its_own(pool: PoolSubject) -> None:
    """No pool is called as another pool or as a server."""
    outcome = pool.have_own_name()
    assert outcome.done, outcome


@check(
    clause="topology",
    severity=Severity.BLOCKER,
    at=_WHERE_IT_CHANGES,
    source="Lync Server 2013: supported server migration paths and coexistence scenarios",
    remedy="Give the new pool a SQL Server instance of its own.",
)
def user_stores_have_an_instance_of_their_own(pool: PoolSubject) -> None:
    """No two Front End pools keep their user stores in one SQL Server instance."""
    if pool.pool.back_end is None and pool.pool.tells("back_end"):
        not_applicable("no user store that anybody told of")
    outcome = pool.have_own_instance()
    assert outcome.done, outcome


@check(
    clause="topology",
    severity=Severity.BLOCKER,
    at=_WHERE_IT_CHANGES,
    source="Skype for Business Server 2019: removed features",
    remedy="Give the pool an Always On availability group, or a single instance, in place of the mirror.",
)
def no_mirror_stands_under_2019_or_later(pool: PoolSubject) -> None:
    """Databases of pools of 2019 and later are not mirrored."""
    outcome = pool.do_without_mirrors()
    assert outcome.done, outcome


@check(
    clause="topology",
    severity=Severity.ERROR,
    source="Skype for Business Server 2015: disaster recovery; Upgrade to Skype for Business Server 2015",
    remedy="Pair pools of one version, one edition and one operating system; bring both to one build, and "
    "the Backup Service to that of the core.",
)
def paired_pools_can_take_over_from_each_other(pool: PoolSubject) -> Iterator[Finding]:
    """Of two paired pools, which are of one kind, each could take over the other's people."""
    if pool.pool.backup is None or pool.pool.role is not PoolRole.FRONT_END or pool.is_silenced:
        not_applicable("the pool has no pair")
    if pool.is_legacy and pool.is_left_by_pair:
        not_applicable("its pair is removed: it stays alone for those who cannot be moved")
    match = pool.match_pair()
    if not match.done:
        yield Finding(kind="pair-unlike", outcome=match)
        return
    outcome = pool.fail_over()
    if not outcome.done:
        yield Finding(kind="no-failover", outcome=outcome)


@check(
    clause="topology",
    severity=Severity.WARNING,
    at="now",
    source="Deploy pilot pool",
    remedy="Collocate the Mediation Server with its Front End pool before the new version is defined; it "
    "may stand alone again later.",
)
def legacy_mediation_is_collocated_before_the_pilot(
    pool: PoolSubject, deployment: DeploymentSubject
) -> Iterator[Finding]:
    """Before the first new pool is defined, Mediation Servers are collocated with Front End pools."""
    if pool.pool.role is not PoolRole.MEDIATION or len(deployment.generations) > 1:
        not_applicable("no stand-alone Mediation pool, or the new version is there")
    yield Finding(kind="mediation-stands-alone", message=f"{pool} is a Mediation pool of its own")


@check(
    clause="topology",
    severity=Severity.INFO,
    at="now",
    source="Skype for Business Server SE now available (third party)",
    remedy="Migrate to the Subscription Edition.",
)
def the_newest_version_is_in_support(deployment: DeploymentSubject) -> None:
    """The vendor still supports the newest version that is there."""
    outcome = deployment.be_supported()
    assert outcome.done, outcome


@check(
    clause="topology",
    severity=Severity.BLOCKER,
    at="post-migration",
    source="Move the Central Management Server; Move-CsManagementServer reference",
    remedy="Run Enable-CsTopology on the pool until it succeeds, start its Front-End service, free disk "
    "space, remove what stands in the way, and only then move the store.",
)
def the_central_management_store_can_be_moved(pool: PoolSubject, deployment: DeploymentSubject) -> None:
    """New pools in the site of the Central Management store could take it, and would have it then."""
    master = deployment.master
    if master is None or not master.is_legacy or pool.pool.site != master.pool.site:
        not_applicable("the store is on the new version, or would not be moved there")
    if pool.pool.id not in pool.newest_pools:
        not_applicable("no pool of the new version")
    outcome = pool.take_central_management()
    assert outcome.done, outcome


@check(
    clause="topology",
    severity=Severity.BLOCKER,
    at="post-migration",
    source="Migrating multiple sites and pools; phase 7, post-migration tasks",
    remedy="Move what is named to the pool that takes over: Move-CsApplicationEndpoint, "
    "Move-CsRgsConfiguration, Set-CsCallParkOrbit, Move-CsCommonAreaPhone, Move-CsAnalogDevice; branch "
    "appliances and trusted application pools in Topology Builder.",
)
def services_have_left_the_pools_that_go(pool: PoolSubject) -> Iterator[Finding]:
    """After the migration no number, group, phone or application is on a pool that everybody has left."""
    if not pool.is_due_for_removal:
        not_applicable("the pool stays")
    for reference in pool.references:
        if reference.kind in _SERVICES_LEFT:
            yield Finding(
                kind=f"left-{reference.kind}",
                severity=_SERVICES_LEFT[reference.kind],
                outcome=reference.outcome,
                message=reference.outcome.reason,
            )


@check(
    clause="topology",
    severity=Severity.BLOCKER,
    at="legacy-silent",
    source="Migrating multiple sites and pools; phase 8, decommission legacy pools",
    remedy="Start the pool again, move what is named to a pool that stays, and only then remove the pool.",
)
def nothing_names_a_pool_that_is_removed_next(pool: PoolSubject) -> Iterator[Finding]:
    """Before a pool is removed, nothing in the topology, in DNS or among the contacts names it."""
    if not pool.is_silenced:
        not_applicable("the pool stays")
    for reference in pool.references:
        if reference.kind in _ALL_LEFT:
            yield Finding(
                kind=f"left-{reference.kind}",
                severity=_ALL_LEFT[reference.kind],
                outcome=reference.outcome,
                message=reference.outcome.reason,
            )


@check(
    clause="topology",
    severity=Severity.BLOCKER,
    at="legacy-silent, retired",
    source="Migrating multiple sites and pools",
    remedy="Start the pool again and move the accounts that are left, disabled ones and rooms among them; "
    "never remove the pool with -Force.",
)
def pools_that_are_removed_are_empty(pool: PoolSubject) -> None:
    """Nobody is homed on a pool that is removed next, whether enabled or not."""
    if not pool.is_silenced:
        not_applicable("the pool stays")
    outcome = pool.be_empty()
    assert outcome.done, outcome


@check(
    clause="topology",
    severity=Severity.BLOCKER,
    at="*.rolled-back",
    source="Migration process",
    remedy="Bring pool, database and services of the legacy version back before anybody is moved there.",
)
def legacy_pools_serve_again_after_going_back(pool: PoolSubject, origin: Observer) -> None:
    """Legacy pools, with their databases and services, are there for the people who return."""
    if not pool.people or pool.pool.id not in origin.state.pools:
        not_applicable("nobody returned to it")
    outcome = pool.serve()
    assert outcome.done, outcome


@check(
    clause="topology",
    severity=Severity.BLOCKER,
    at="side-by-side..retired",
    source="Verify pilot pool coexistence with legacy pool; Upgrade to Skype for Business Server 2015",
    remedy="Define the pool again and publish with the newest tools, from a topology that was downloaded "
    "just before; never publish a file that was saved earlier.",
)
def no_pool_is_dropped_by_publishing(deployment: DeploymentSubject) -> Iterator[Finding]:
    """A pool that was defined is there until somebody removes it."""
    for pool, outcome in deployment.keep_pools().items():
        yield Finding(kind="pool-dropped", outcome=outcome, message=pool)


@check(
    clause="topology",
    severity=Severity.ERROR,
    at="retired",
    source="Remove legacy pools and servers; verify configuration settings",
    remedy="Bring the replica up to date with Invoke-CsManagementStoreReplication.",
)
def no_server_routes_by_an_old_map(replica: ReplicaSubject) -> None:
    """Every server knows which pools are gone, and sends nothing there."""
    outcome = replica.route()
    assert outcome.done, outcome


def _has_several_servers(pool: PoolSubject) -> None:
    if len(pool.pool.servers) < 2:
        not_applicable("the pool is one server")
