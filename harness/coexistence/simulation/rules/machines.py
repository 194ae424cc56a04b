"""What the machines under the servers do to them: ports, clocks, TLS sessions, disks, components.

Law of this room: facts about the product with their sources, asked of a state. No export shows any of
this; where nothing is told of a machine, nothing is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from coexistence.model.conditions.machines_and_databases import BACKUP_SERVICE, ROOM_PORTAL, Machine
from coexistence.model.deployment import Certificate, Pool
from coexistence.model.vocabulary import (
    Confidence,
    Feature,
    Maybe,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    Unknown,
)
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.certificate_dates import CertificateDates
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import Infrastructure

__all__ = [
    "LEAST_FREE_GB",
    "build_number",
    "builds_differ",
    "clocks_apart",
    "cms_move_trouble",
    "foreign_web_server",
    "installation_trouble",
    "not_yet_valid",
    "old_backup_service",
    "room_portal",
    "tickets_break",
]

#: Ports of the internal and external web site. Source: ports and protocols for internal servers.
_WEB_PORTS: Final = (80, 443, 4443, 8080)
#: Free space that setup insists on for database files. Source: error when you install (support article).
LEAST_FREE_GB: Final = 16


def _machines(state: Infrastructure, servers: Iterable[ServerId]) -> list[Machine]:
    told = state.backing.machine_by_server
    return [told[server] for server in servers if server in told] if told else []


@rule(
    "foreign-program-on-443",
    "A program of somebody else's on a port of the web sites takes Control Panel, Autodiscover, address book "
    "and web tickets away on that Front End, while its services are reported as running.",
    source="Skype for Business Server 2019: system requirements",
    switch="balancer-sees-foreign-web",
)
def foreign_web_server(state: Infrastructure, pool: Pool, rules: Rules) -> str | None:
    """Say why a pool's web sites answer with a foreign page, or not at all; None where they are its own.

    Web requests may land on any server that runs web services; one foreign page among them is enough,
    unless the load balancer notices.
    """
    if not state.backing.machines:
        return None
    serving = [server for server in pool.servers if _serves_web(state, server)]
    taken: dict[ServerId, str] = {
        machine.server: f"port {port} on {machine.server} belongs to {program}, not to the product's web site"
        for machine in _machines(state, serving)
        for port, program in machine.listeners
        if port in _WEB_PORTS
    }
    if not taken or (rules.value("balancer-sees-foreign-web") == "yes" and len(taken) < len(serving)):
        return None
    return next(iter(taken.values()))


def _serves_web(state: Infrastructure, server: ServerId) -> bool:
    reported = state.reported(server, "web_services")
    return isinstance(reported, Unknown) or reported is ServiceState.RUNNING


@rule(
    "session-tickets-break-444",
    "On Windows Server 2012 R2 cached TLS sessions break port 444 of Lync Server 2013 Front Ends: nobody "
    "joins conferences there, and contact lists that are kept on the server come up empty (events 32402, "
    "61045), until a registry value is set on every Front End.",
    source="Support article: event 32402 or 61045 on a Front End",
)
def tickets_break(state: Infrastructure, pool: Pool) -> str | None:
    """Say why port 444 of a pool is flaky; None where it is not."""
    if not state.backing.machines or pool.role is not PoolRole.FRONT_END:
        return None
    if pool.has(Feature.SESSION_TICKET_DEFECT) is not True:
        return None
    for machine in _machines(state, pool.servers):
        if "2012 R2" in machine.os and not machine.session_tickets_fixed:
            where = f"{machine.os} on {machine.server}"
            return f"cached TLS sessions of {where} break port 444 (events 32402, 61045)"
    return None


@rule(
    "clocks-within-tolerance",
    "A web ticket that one pool signed is refused by another whose clock is further away than the tolerance.",
    source="Derived: a broken dependency on the environment; the figure is an assumption",
    confidence=Confidence.DERIVED,
    switch="clock-tolerance",
)
def clocks_apart(state: Infrastructure, here: Pool, there: Pool, rules: Rules) -> str | None:
    """Say how far the clocks of two pools are apart, where that is too far; None where it is not."""
    if not state.backing.machines:
        return None
    ours, theirs = _clocks(state, here), _clocks(state, there)
    apart = max(max(ours) - min(theirs), max(theirs) - min(ours))
    if apart <= int(rules.value("clock-tolerance")):
        return None
    return f"its clock and that of {here.fqdn} are {apart} minutes apart: a web ticket is not valid there"


def _clocks(state: Infrastructure, pool: Pool) -> list[int]:
    told = state.backing.machine_by_server
    return [told[server].clock_skew if server in told else 0 for server in pool.servers] or [0]


@rule(
    "certificate-not-yet-valid",
    "A certificate that was just issued is not yet valid for a server whose clock is behind by more than the "
    "tolerance.",
    source="Derived: a broken dependency on the environment; the figure is an assumption",
    confidence=Confidence.DERIVED,
    switch="clock-tolerance",
)
def not_yet_valid(
    state: Infrastructure, dates: CertificateDates, here: Pool, certificate: Certificate, rules: Rules
) -> str | None:
    """Say that a certificate is not valid yet for some server of a pool; None where it is for all."""
    if certificate.not_before is None:
        return None
    ahead = min(_clocks(state, here)) + int(rules.value("clock-tolerance"))
    if not dates.is_early(certificate, max(-ahead, 0)):
        return None
    return f"is not valid before {certificate.not_before}, by the clock of {here.fqdn}"


@rule(
    "room-for-databases",
    "Setup creates no databases on a machine without a drive that has 16 GB free, nor in an instance whose "
    "model database is larger than the product's own defaults.",
    source="Support articles: error when you install Lync Server; error with Install-CsDatabase",
)
def installation_trouble(state: Infrastructure, pool: Pool, servers: Iterable[ServerId]) -> str | None:
    """Say why setup on some servers of a pool would give up; None where it would go through."""
    for machine in _machines(state, servers):
        if machine.free_gb is not None and machine.free_gb < LEAST_FREE_GB:
            return (
                f"cannot find any suitable disks for database files: {machine.free_gb} GB are free on "
                f"{machine.server}, and setup asks for {LEAST_FREE_GB}"
            )
    store = state.backing.store_by_instance.get(pool.back_end or "") if state.backing.stores else None
    if store is not None and store.large_model:
        return f"the model database of {store.instance} is larger than the databases that setup creates"
    return None


def build_number(build: str) -> tuple[int, ...]:
    """Return a build as numbers, so that builds can be compared.

    >>> build_number("7.0.2046.385") > build_number("7.0.2046.0")
    True
    """
    return tuple(int(part) if part.isdigit() else 0 for part in build.split("."))


@rule(
    "backup-service-of-core-build",
    "A Backup Service older than the patched core that it talks to crashes (event 4007).",
    source="Support article: LyncBackupService.exe crashes with pool pairing",
)
def old_backup_service(state: Infrastructure, server: ServerId) -> str | None:
    """Say that a server's Backup Service is older than its core; None where it is not."""
    machine = state.backing.machine_by_server.get(server)
    core: Maybe[str] = state.servers[server].build
    if machine is None or isinstance(core, Unknown):
        return None
    build = dict(machine.components).get(BACKUP_SERVICE)
    if build is None or build_number(build) >= build_number(core):
        return None
    return f"the Backup Service on {server} is of build {build}, the core of {core}: it crashes (event 4007)"


@rule(
    "room-portal-blocks-cms-move",
    "Move-CsManagementServer stops, with replication and pools untouched, while an old meeting-room admin "
    "portal is installed.",
    source="Third party: a failed CMS migration due to LRS Meeting Portal; Upgrade to Skype for Business "
    "Server 2015",
    confidence=Confidence.THIRD_PARTY,
)
def room_portal(state: Infrastructure, servers: Iterable[ServerId]) -> str | None:
    """Say on which of some servers an old meeting-room portal stands in the way; None where none does."""
    for machine in _machines(state, servers):
        if ROOM_PORTAL in dict(machine.components):
            return f"the meeting room portal on {machine.server} has to be removed first"
    return None


def builds_differ(state: Infrastructure, pool: PoolId) -> tuple[ServerId, ...]:
    """Return the servers of a pool whose build is not that of most of them; none where nobody told."""
    builds: dict[str, list[ServerId]] = {}
    for server in state.pools[pool].servers:
        build: Maybe[str] = state.servers[server].build
        if isinstance(build, Unknown):
            return ()
        builds.setdefault(build, []).append(server)
    most = max(builds.values(), key=len, default=[])
    return tuple(server for servers in builds.values() if servers is not most for server in servers)


def cms_move_trouble(state: Infrastructure, target: Pool) -> str | None:
    """Say what about machines keeps the Central Management store from being moved to a pool."""
    masters = state.cms.masters
    old = () if isinstance(masters, Unknown) else masters
    involved = [
        server for pool in (*old, target.id) if pool in state.pools for server in state.pools[pool].servers
    ]
    return room_portal(state, involved) or installation_trouble(state, target, target.servers[:1])
