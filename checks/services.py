"""Are all services started?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import Finding, ServiceSubject, Severity, check, not_applicable


@check(
    clause="services",
    severity=Severity.BLOCKER,
    source="Verify pilot pool coexistence with legacy pool; Verify environment",
    remedy="Start the service on the servers named, and look into their event log for why it stopped.",
)
def every_expected_service_runs(service: ServiceSubject) -> Iterator[Finding]:
    """Every service that a server's role calls for is started, on both generations."""
    if service.is_silenced:
        not_applicable("stopped on purpose: the pool is about to be removed")
    if service.state is None and service.is_minor:
        not_applicable("nobody but operators would miss it")
    outcome = service.status()
    if outcome.done:
        return
    if service.is_pending:
        yield Finding(kind="service-starting", severity=Severity.WARNING, outcome=outcome)
    elif service.is_draining:
        yield Finding(kind="service-draining", severity=Severity.WARNING, outcome=outcome)
    elif service.is_minor:
        yield Finding(kind="service-stopped", severity=Severity.INFO, outcome=outcome)
    else:
        yield Finding(kind="service-missing" if service.state is None else "service-stopped", outcome=outcome)
