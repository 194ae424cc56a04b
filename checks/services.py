"""Are all services started?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import (
    Disposition,
    Finding,
    PoolRole,
    PoolSubject,
    ServiceSubject,
    Severity,
    check,
    not_applicable,
)

#: Roles with a Front-End service: on an Edge Server it is the Access Edge.
_WITH_FRONT_END = (PoolRole.FRONT_END, PoolRole.DIRECTOR, PoolRole.EDGE, PoolRole.BRANCH_APPLIANCE)


@check(
    clause="services",
    severity=Severity.BLOCKER,
    source="Verify pilot pool coexistence with legacy pool; Verify environment",
    remedy="Start the service on the servers named, and look into their event log for why it stopped.",
)
def every_expected_service_runs(service: ServiceSubject) -> Iterator[Finding]:
    """Every service that a server's role calls for is started, on both generations."""
    outcome = service.status()
    if outcome.disposition is Disposition.DONE:
        return
    if service.is_silenced:
        not_applicable("stopped on purpose: the pool is about to be removed")
    if service.state is None and service.is_minor:
        not_applicable("nobody but operators would miss it")
    if outcome.done:
        return
    if service.is_pending:
        # Databases of a large pool fill for up to an hour after a cold start.
        weight = Severity.INFO if service.is_filling else Severity.WARNING
        yield Finding(kind="service-starting", severity=weight, outcome=outcome)
    elif service.is_draining:
        yield Finding(kind="service-draining", severity=Severity.WARNING, outcome=outcome)
    elif service.is_minor:
        yield Finding(kind="service-stopped", severity=Severity.INFO, outcome=outcome)
    else:
        yield Finding(kind="service-missing" if service.state is None else "service-stopped", outcome=outcome)


@check(
    clause="services",
    severity=Severity.BLOCKER,
    at="legacy..retired, now",
    source="Verify pilot pool coexistence with legacy pool; Lync Server 2013: topologies and components for "
    "Front End Servers",
    remedy="Start as many Front Ends of the pool at once as its first start takes, or run "
    "Reset-CsPoolRegistrarState; on an Edge pool, switch the user replicator off.",
)
def every_pool_comes_up(pool: PoolSubject) -> None:
    """Every pool answers, or will by itself once its databases are filled."""
    if pool.pool.role not in _WITH_FRONT_END or pool.is_switched_off:
        not_applicable("it has no Front-End service, or that was stopped on purpose")
    outcome = pool.start_up()
    assert outcome.done, outcome


@check(
    clause="services",
    severity=Severity.WARNING,
    at="legacy-silent",
    source="Prevent sessions for services; Stop services",
    remedy="Prevent new sessions on the pool, then stop its services, before it is removed.",
)
def pools_are_stopped_before_they_are_removed(pool: PoolSubject) -> Iterator[Finding]:
    """A pool that everybody has left serves nobody any more when it is removed."""
    if pool.is_silenced or not pool.is_due_for_removal:
        not_applicable("the pool stays, or was stopped")
    outcome = pool.start_up()
    if outcome.done:
        yield Finding(kind="pool-still-running", message=f"{pool} still takes sessions, and is removed next")


@check(
    clause="services",
    severity=Severity.ERROR,
    at="legacy..retired, now",
    source="Cannot sign in, limited functionality mode (support article); Apply updates",
    remedy="Start the Front Ends that hold the other replicas, or recover from a loss of quorum; finish an "
    "update that was begun.",
)
def pools_serve_all_their_people_in_full(pool: PoolSubject) -> None:
    """On every pool, people are served in full, whichever Front End their data is on."""
    if pool.is_silenced:
        not_applicable("stopped on purpose: the pool is about to be removed")
    outcome = pool.serve_in_full()
    assert outcome.done, outcome
