"""Windows services: what is expected, what is reported, what a stopped one takes away.

Law of this room: the catalogue says what a role calls for, the state what servers report. The judgement
(what weighs how much) is the check's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import (
    Confidence,
    Disposition,
    Maybe,
    PoolRole,
    ServerId,
    ServiceState,
    Unknown,
)
from coexistence.model.vocabulary.ends import service_of
from coexistence.model.windows_services import Evidence, WindowsService, expected
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.simulation.rules.quorum import has_quorum_rules
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import BY_KEY, NOT_COLLECTED, Readings

__all__ = ["RUNNING", "alike", "reported", "status"]

#: A service that runs: the same answer for all of them, made once.
RUNNING = Outcome(disposition=Disposition.DONE)
_RUNNING_AS_PLANNED = Outcome(disposition=Disposition.DONE, assumes=("plan-as-written",))


#: What every SIP server has, whatever its version: stands for all services of a pool of unknown version.
_FRONT_END = BY_KEY["front_end"]
_SIP = (PoolRole.FRONT_END, PoolRole.EDGE, PoolRole.DIRECTOR, PoolRole.BRANCH_APPLIANCE)
_NO_VERSION = Unknown("Get-CsServerPatchVersion")


def alike(items: Iterable[Any], what: Callable[[Any], Any]) -> list[tuple[Any, list[Any]]]:
    """Group items by what is said of them, in order of first appearance."""
    groups: dict[Any, list[Any]] = {}
    for item in items:
        groups.setdefault(what(item), []).append(item)
    return list(groups.items())


def reported(
    facts: Facts, pool: Pool
) -> list[tuple[WindowsService, Evidence, tuple[ServerId, ...], Maybe[ServiceState | None]]]:
    """Return what a pool's servers report of each service that its role calls for.

    Servers that report the same are one row. A service that the cmdlet is not known to list is left out
    where it is missing.
    """
    state = facts.state
    if pool.role is PoolRole.TRUSTED_APPLICATION:
        return []
    if not pool.versions:
        return [(_FRONT_END, Evidence.PRESENT, pool.servers, _NO_VERSION)] if pool.role in _SIP else []
    masters = state.cms.masters
    is_cms = not isinstance(masters, Unknown) and pool.id in masters
    wanted = expected(pool, pool.versions[0], is_cms=is_cms)
    # Healthy servers share one table of readings: compare tables before looking into them.
    told = state.services
    first = told.get(pool.servers[0], NOT_COLLECTED) if pool.servers else NOT_COLLECTED
    if all(told.get(server, NOT_COLLECTED) is first for server in pool.servers):
        servers = pool.servers
        if isinstance(first, Unknown):
            return [(service, evidence, servers, first) for service, evidence in wanted]
        return [
            (service, evidence, servers, found)
            for service, evidence in wanted
            if (found := first.get(service.key)) is not None or evidence is not Evidence.OPTIONAL
        ]
    tables = alike(pool.servers, lambda server: id(told.get(server)))
    rows = []
    for service, evidence in wanted:
        states: dict[Any, list[ServerId]] = {}
        for _, members in tables:
            readings: Maybe[Readings] = told.get(members[0], NOT_COLLECTED)
            found = readings if isinstance(readings, Unknown) else readings.get(service.key)
            if found is None and evidence is Evidence.OPTIONAL:
                continue
            states.setdefault(found, []).extend(members)
        rows += [(service, evidence, tuple(members), found) for found, members in states.items()]
    return rows


@rule(
    "start-pending-may-be-for-good",
    "A Front-End service in StartPending takes no work yet. It stays there while its pool has no Windows "
    "Fabric quorum; after a cold start of a large pool it leaves by itself.",
    source="Reset-CsPoolRegistrarState reference; third party: Lync 2013 Front End Service - Starting",
)
def _pending(facts: Facts, pool: Pool) -> str:
    first_suspect = "a pool without Windows Fabric quorum stays like this"
    shortage = facts.start_shortage(pool.id)
    if shortage is not None:
        return f"{first_suspect}: {shortage}"
    if has_quorum_rules(pool) and len(pool.servers) > 1:
        return f"{first_suspect}; enough are started here, whose databases fill for up to an hour"
    return first_suspect


@rule(
    "what-a-missing-service-is-worth",
    "A service that a source shows for a role and version is missing where a complete list does not name it; "
    "one that is only inferred may be. A paused one serves the sessions that it has.",
    source="View the status of services running on a computer; Get-CsWindowsService reference",
    confidence=Confidence.DERIVED,
)
def status(
    facts: Facts,
    pool: Pool,
    service: WindowsService,
    evidence: Evidence,
    servers: tuple[ServerId, ...],
    state: Maybe[ServiceState | None],
) -> Outcome:
    """Return whether a service runs on these servers; the reason names the reported state.

    What a missing line is worth depends on the evidence (services facts, section 4).
    """
    if state is ServiceState.RUNNING:
        return _RUNNING_AS_PLANNED if facts.is_planned(pool.id) else RUNNING
    # A pool without machines is legal, and has nowhere else to be looked for.
    source = servers[0] if servers else pool.fqdn
    where = ", ".join(servers) or pool.fqdn
    ended_on = (service_of(pool.id, service.key),)
    if isinstance(state, Unknown):
        return Outcome(
            disposition=Disposition.UNDECIDED,
            source=source,
            needs=(state.needs,),
            reason=f"nobody collected the services of {where}"
            if pool.versions
            else f"nobody knows the product version of {where}, nor then what should run there",
        )
    if state is None and evidence is not Evidence.PRESENT:
        return Outcome(
            disposition=Disposition.UNDECIDED,
            source=source,
            needs=(NOT_COLLECTED.needs,),
            reason=f"the list of {where} does not name it, and no source proves that it must",
        )
    if state is None:
        return Outcome(
            disposition=Disposition.FAILED,
            source=source,
            reason=f"the list of {where} does not name it",
            ended_on=ended_on,
        )
    reason = f"reported as {state.label}"
    if state in (ServiceState.START_PENDING, ServiceState.CONTINUE_PENDING) and service.key == "front_end":
        reason += f"; {_pending(facts, pool)}"
    if state in (ServiceState.PAUSED, ServiceState.PAUSE_PENDING):
        reason += "; it serves old sessions and refuses new ones"
    return Outcome(disposition=Disposition.FAILED, source=source, reason=reason, ended_on=ended_on)
