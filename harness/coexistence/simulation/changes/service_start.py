"""What comes of starting servers: which services run, which stay pending, which stop again.

Law of this room: one way to start, whoever asks for it: a first installation, a restart, an update, a
reset. What keeps a Front-End service from running is asked in one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import Maybe, Origin, PoolRole, ServerId, ServiceState, Unknown
from coexistence.model.windows_services import running_services
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.databases import cannot_write
from coexistence.simulation.rules.machines import installation_trouble, old_backup_service
from coexistence.simulation.rules.quorum import cold_start_shortage, has_quorum_rules, lost_quorum
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.rules.user_replicas import edge_replicator
from coexistence.simulation.state import NOT_COLLECTED, Infrastructure, Readings, State, frozen, readings_of

__all__ = ["front_end_hindrance", "is_bare", "settled", "start", "stopped_by_quorum"]

_FRONT_END: Final = "front_end"
_PENDING: Final = (ServiceState.START_PENDING, ServiceState.CONTINUE_PENDING)


def start(state: State, pool: Pool, servers: Iterable[ServerId], rules: Rules) -> tuple[State, str]:
    """Install if need be, and start, what some servers of a pool should run.

    Returns the state afterwards and why something does not run; the state itself, unchanged, with the
    reason where setup gives up.
    """
    chosen = tuple(servers)
    missing = [server for server in chosen if is_bare(state, server)]
    if missing and (trouble := installation_trouble(state, pool, missing)):
        return state, trouble
    full = _everything(state, pool)
    made: dict[ServerId, Maybe[Readings]] = dict(state.services)
    replicas: dict[ServerId, Maybe[int]] = dict(state.replicas)
    for server in chosen:
        before = made.get(server)
        made[server] = full if not isinstance(before, Unknown) else before
        replicas.setdefault(server, -1)
    return settled(state.changed(services=frozen(made), replicas=frozen(replicas)), pool, chosen, rules)


def is_bare(state: Infrastructure, server: ServerId) -> bool:
    """Tell whether nothing is installed on a server yet."""
    readings = state.services.get(server, NOT_COLLECTED)
    return not isinstance(readings, Unknown) and not readings


def _everything(state: State, pool: Pool) -> Maybe[Readings]:
    """Return what a server of a pool reports when all runs; unknown while its version is."""
    if not pool.versions:
        return Unknown("Get-CsServerPatchVersion")
    masters = state.cms.masters
    is_cms = not isinstance(masters, Unknown) and pool.id in masters
    # Where S19 or SE is all we know, both have the same services (the newer one's are assumed).
    return readings_of(running_services(pool, pool.versions[0], is_cms=is_cms, origin=Origin("plan")))


def settled(
    state: State, pool: Pool, started: Iterable[ServerId], rules: Rules, *, resets: bool = False
) -> tuple[State, str]:
    """Return what is true once servers that were just started come to rest, and why some service does not.

    A reset of the registrar state (``resets``) finishes with the functional minimum of Front Ends.
    """
    chosen = tuple(started)
    reasons: list[str] = []
    changes: dict[ServerId, dict[str, Maybe[ServiceState]]] = {}
    hindered = front_end_hindrance(state, pool)
    untold = _untold_start(state, pool, rules)
    for server in chosen:
        if old := old_backup_service(state, server):
            changes.setdefault(server, {})["backup"] = ServiceState.STOPPED
            reasons.append(old)
        if hindered:
            changes.setdefault(server, {})[_FRONT_END] = hindered[0]
        elif untold is not None:
            changes.setdefault(server, {})[_FRONT_END] = untold
    if hindered:
        reasons.insert(0, hindered[1])
    elif untold is None and has_quorum_rules(pool):
        shortage = None
        if _is_cold(state, pool, chosen):
            shortage = lost_quorum(state, pool, rules) if resets else cold_start_shortage(state, pool, rules)
        reached = ServiceState.START_PENDING if shortage else ServiceState.RUNNING
        waiting = [server for server in pool.servers if state.reported(server, _FRONT_END) in _PENDING]
        for server in {*waiting, *(chosen if shortage else ())}:
            changes.setdefault(server, {})[_FRONT_END] = reached
        reasons += [shortage] if shortage else []
    return _changed(state, changes), "; ".join(reasons)


def _changed(state: State, changes: Mapping[ServerId, Mapping[str, Maybe[ServiceState]]]) -> State:
    """Put services of some servers into states; those that a server does not have stay away."""
    made: dict[ServerId, Maybe[Readings]] = {}
    for server, wanted in changes.items():
        readings = state.services.get(server, NOT_COLLECTED)
        if isinstance(readings, Unknown):
            continue
        here = {key: each for key, each in wanted.items() if key in readings and readings[key] is not each}
        if here:
            made[server] = frozen({**readings, **here})
    return state.changed(services=frozen(dict(state.services) | made)) if made else state


def _is_cold(state: State, pool: Pool, started: tuple[ServerId, ...]) -> bool:
    """Tell whether no Front End of the pool was up before these were started."""
    others = [state.reported(server, _FRONT_END) for server in pool.servers if server not in started]
    return not any(
        isinstance(each, Unknown) or each in (ServiceState.RUNNING, ServiceState.PAUSED) for each in others
    )


@rule(
    "expired-certificate-stops-start",
    "A Front-End service whose certificate ran out goes on until it is restarted, and does not start then.",
    source="Support article: Lync Server certificate expiration",
)
def front_end_hindrance(state: State, pool: Pool) -> tuple[ServiceState, str] | None:
    """Say in which state a Front-End service of a pool ends up instead of running, and why; None for none."""
    if hung := edge_replicator(state, pool.id):
        return ServiceState.START_PENDING, hung
    if full := cannot_write(state, pool):
        return ServiceState.STOPPED, full
    certificates = state.certificates
    if isinstance(certificates, Unknown) or pool.role is PoolRole.TRUSTED_APPLICATION:
        return None
    for each in certificates:
        if each.pool == pool.id and each.use == "Default" and each.not_after.toordinal() < state.day:
            return ServiceState.STOPPED, f"the certificate of {pool.fqdn} expired on {each.not_after}"
    return None


def _untold_start(state: State, pool: Pool, rules: Rules) -> Unknown | None:
    """Return why nobody can say whether a Front-End service starts: nobody told of certificates."""
    told = state.certificates
    if not isinstance(told, Unknown) or pool.role is PoolRole.TRUSTED_APPLICATION:
        return None
    return told if rules.value("names-resolve") == "undecided" else None


@rule(
    "quorum-loss-stops-the-rest",
    "When Windows Fabric loses its quorum, the Front-End services of the servers that are left stop too "
    "(events 32163, 32170, 32173).",
    source="Lync Server 2013: topologies and components for Front End Servers; support article: Front-End "
    "services do not start",
)
def stopped_by_quorum(state: State, pool: Pool, rules: Rules) -> tuple[State, str]:
    """Return what is true after Front Ends went away: where too few are left, those stop as well."""
    lost = lost_quorum(state, pool, rules)
    if lost is None:
        return state, ""
    stops = {server: {_FRONT_END: ServiceState.STOPPED} for server in pool.servers}
    return _changed(state, stops), f"{lost}: the others stop too (events 32163, 32170, 32173)"
