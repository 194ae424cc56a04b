"""Is anything left that names a pool which is going to be removed?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import Finding, PoolSubject, Severity, check, not_applicable

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
}


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
