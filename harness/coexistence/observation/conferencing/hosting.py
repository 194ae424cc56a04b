"""The pool that hosts a meeting: its focus, its MCU Factory, and an MCU for each modality.

Law of this room: everything is asked of the hosting pool; where a joiner comes from is the way to it, and
who the joiner is does not matter here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coexistence.model.deployment import Pool, key_of
from coexistence.model.vocabulary import (
    Confidence,
    Disposition,
    Feature,
    Maybe,
    Modality,
    PoolId,
    PoolRole,
    ServiceState,
    Unknown,
    Version,
    version_name,
)
from coexistence.model.vocabulary.ends import use_of
from coexistence.observation.facts.facts import Facts, covers
from coexistence.observation.facts.routes import Leg, ending, failed, passed, refused, undecided
from coexistence.observation.network.edges import joined
from coexistence.observation.servers.user_replicas import conferences_run, port_444
from coexistence.simulation.rules.assumptions import meeting_survives
from coexistence.simulation.rules.registry import rule

__all__ = [
    "COMPONENTS",
    "FOCUS_PORT",
    "MCU_TYPES",
    "factory",
    "fate",
    "features",
    "hosting_pool",
    "mcu_of",
    "needed_service",
    "survives",
    "to_focus",
    "web_apps",
]

#: Focus and conferencing servers among each other. Source: ports and protocols for internal servers.
FOCUS_PORT: Final = 444
_HTTPS: Final = 443

#: Component in the topology, and service, that a modality needs on the hosting pool (services facts,
#: capability requirements: derived, assumption ``features-need-services``).
COMPONENTS: Final = {
    Modality.MESSAGE: ("IMConf", "im_mcu"),
    Modality.AUDIO: ("AVConf", "av_mcu"),
    Modality.VIDEO: ("AVConf", "av_mcu"),
    Modality.SHARING: ("AppSharingConf", "appsharing_mcu"),
    Modality.FILE: ("DataConf", "data_mcu"),
    Modality.CONTENT: ("DataConf", "data_mcu"),
}
#: What getConferencingCapabilities calls a component. Source: [MS-CONFPRO]; source of a public client.
MCU_TYPES: Final = {
    "IMConf": "chat",
    "AVConf": "audio-video",
    "AppSharingConf": "applicationsharing",
    "DataConf": "data-collaboration",
}
_NEEDS: Final = ("features-need-services",)


@rule(
    "focus-on-organizers-pool",
    "A meeting is hosted on its organizer's home pool alone; a branch appliance hosts none, its backup "
    "registrar's pool does.",
    source="UCWA: myOnlineMeeting; Survivable Branch Appliance planning",
)
def hosting_pool(facts: Facts, home: PoolId) -> PoolId:
    """Return the pool that hosts the meetings of people homed on ``home``."""
    pool = facts.state.pools[home]
    if (
        pool.role is PoolRole.BRANCH_APPLIANCE
        and pool.backup is not None
        and pool.backup in facts.state.pools
    ):
        return pool.backup
    return home


# -------------------------------------------------------------------- the way to the focus


def to_focus(facts: Facts, here: PoolId, host: PoolId) -> Leg:
    """Ask for the way from a joiner's pool to the focus: SIP, and the focus' own port."""
    return facts.leg(("to focus", here, host), lambda: joined(_to_focus(facts, here, host)))


def _to_focus(facts: Facts, here: PoolId, host: PoolId) -> Iterator[Leg]:
    yield facts.link(here, host)
    yield _focus_port(facts, here, host)


@rule(
    "focus-port-444",
    "Joining from another pool takes port 444 of the pool that hosts the meeting.",
    source="Ports and protocols for internal servers",
    confidence=Confidence.DERIVED,
    switch="focus-interpool",
)
def _focus_port(facts: Facts, here: PoolId, host: PoolId) -> Leg:
    if facts.rules.value("focus-interpool") == "no":
        return Leg(assumes=("focus-interpool",))
    assumes = ("focus-interpool", "ports-open")
    if facts.is_blocked(here, host, FOCUS_PORT):
        reason = f"port {FOCUS_PORT} of {facts.fqdn(host)} cannot be reached"
        return failed(facts.fqdn(here), reason, 1038, assumes=assumes)
    sessions = port_444(facts, here, host)
    if sessions.stop is not None:
        return sessions
    return Leg(assumes=assumes)


# -------------------------------------------------------------------- factory and MCUs


def factory(facts: Facts, host: PoolId) -> Leg:
    """Ask whether the MCU Factory of a pool starts: not while a conference directory's pool is gone."""
    return facts.leg(("mcu factory", host), lambda: _factory(facts, host))


@rule(
    "orphaned-directory-3062",
    "While a conference directory belongs to a pool that is gone, MCU Factories do not start: 3062 for "
    "whoever joins.",
    source="third party: conferencing fails with 3062 after migration",
    confidence=Confidence.THIRD_PARTY,
    switch="orphaned-directory-stops",
)
def _factory(facts: Facts, host: PoolId) -> Leg:
    running = conferences_run(facts, host)
    if running.stop is not None:
        return running
    directories = facts.state.directories
    if isinstance(directories, Unknown):
        if facts.rules.value("orphaned-directory-stops") == "nothing":
            return Leg(assumes=("orphaned-directory-stops",))
        return undecided(
            facts.fqdn(host),
            "nobody told whether each conference directory has its pool",
            directories.needs,
            assumes=("orphaned-directory-stops",),
        )
    orphaned = [each for each in directories if each.owner not in facts.state.pools]
    if not orphaned:
        return running
    assumes = ("orphaned-directory-stops",)
    if facts.rules.value("orphaned-directory-stops") == "nothing":
        return Leg(assumes=assumes)
    first = orphaned[0]
    reason = f"conference directory {first.number} belongs to {first.owner}, which is not in the topology"
    return failed(facts.fqdn(host), reason, 3062, assumes=assumes, on=use_of(first.owner))


def mcu_of(facts: Facts, host: PoolId, modality: Modality) -> Leg:
    """Ask the way of a modality from the focus by the MCU Factory to its MCU; presence needs none."""
    if modality not in COMPONENTS:
        return Leg()
    component, service = COMPONENTS[modality]
    return facts.leg(("mcu", host, component, service), lambda: _look_at_mcu(facts, host, component, service))


@rule(
    "mcu-503-or-603",
    "An MCU that takes no new work gives 503, one that the pool does not have 603.",
    source="[MS-CONFBAS]: additional failure codes",
    switch="features-need-services",
)
def _look_at_mcu(facts: Facts, host: PoolId, component: str, service: str) -> Leg:
    pool = facts.state.pools[host]
    if facts.rules.value("features-need-services") == "no":
        return Leg(assumes=_NEEDS)
    if not pool.tells("mcus"):
        return undecided(pool.fqdn, f"nobody told whether it has {component}", "Get-CsTopology -AsXml")
    if pool.mcus and component not in pool.mcus:
        return refused(pool.fqdn, f"the pool has no {component}", sip=603, assumes=_NEEDS)
    if _is_draining(facts, pool, service):
        reason = f"{MCU_TYPES[component]} is paused on every server of the pool: it takes no new conferences"
        return failed(pool.fqdn, reason, 24067, assumes=_NEEDS)
    return needed_service(facts, host, service, sip=503)


def _is_draining(facts: Facts, pool: Pool, service: str) -> bool:
    states = {facts.state_of(server, service) for server in pool.servers}
    return states == {ServiceState.PAUSED}


def needed_service(facts: Facts, pool: PoolId, service: str, *, sip: int | None = None) -> Leg:
    """Ask whether a service runs that a feature is taken to need (``features-need-services``)."""
    return facts.leg(("needed", pool, service, sip), lambda: _needed_service(facts, pool, service, sip))


@rule(
    "features-need-their-service",
    "A feature works while the service that its name and ports point to runs on a server of the pool.",
    source="Ports and protocols for internal servers; service lists of the roles",
    confidence=Confidence.DERIVED,
    switch="features-need-services",
)
def _needed_service(facts: Facts, pool: PoolId, service: str, sip: int | None) -> Leg:
    if facts.rules.value("features-need-services") == "no":
        return Leg(assumes=_NEEDS)
    leg = facts.service(pool, service)
    stop = leg.stop
    if stop is not None and stop.disposition is Disposition.FAILED:
        end = failed(stop.source, stop.reason, sip=sip, assumes=(*leg.assumes, *_NEEDS))
        return ending(end, *stop.ended_on)
    return Leg(leg.hops, stop, (*leg.assumes, *_NEEDS))


# -------------------------------------------------------------------- slides


def web_apps(facts: Facts, host: PoolId) -> Leg:
    """Ask whether something shows slides in meetings of a pool."""
    return facts.leg(("web apps", host), lambda: _web_apps(facts, host))


@rule(
    "slides-need-web-apps",
    "From Lync Server 2013 on, slides are shown by an Office Web Apps (Office Online) server of its own, "
    "over HTTPS 443; nothing else in a meeting needs it.",
    source="Ports and protocols for internal servers; Lync Server 2013: integration with Office Web Apps",
)
def _web_apps(facts: Facts, host: PoolId) -> Leg:
    pool = facts.state.pools[host]
    if not pool.versions:
        return undecided(pool.fqdn, "nobody told which version the pool runs", "Get-CsServerPatchVersion")
    if pool.has(Feature.OFFICE_WEB_APPS) is False:
        return Leg()
    if not pool.tells("office_web_apps"):
        return undecided(pool.fqdn, "nobody told its Office Web Apps server", "Get-CsTopology -AsXml")
    if not pool.office_web_apps:
        return refused(pool.fqdn, "no Office Web Apps server shows slides for this pool", sip=603)
    name = key_of(pool.office_web_apps)
    server = PoolId(name)
    if any(
        block.port == _HTTPS and block.source in (None, host) and block.target == server
        for block in facts.state.blocked
    ):
        return failed(pool.fqdn, f"port {_HTTPS} of {pool.office_web_apps} cannot be reached")
    shown = facts.certificate(server, "WebServicesInternal") or facts.certificate(server)
    if shown is None:
        return Leg()
    if facts.has_expired(shown):
        return failed(pool.office_web_apps, f"its certificate expired on {shown.not_after}")
    if not covers(shown, name):
        return failed(pool.office_web_apps, f"its certificate does not name {name}")
    return Leg()


# -------------------------------------------------------------------- generations


def fate(
    facts: Facts, home: PoolId, scheduled_on: Maybe[Version], by_upgraded: Maybe[bool]
) -> tuple[object, ...]:
    """Return what tells meetings apart where they are hosted: nothing, for all that survive there."""
    if home not in facts.state.pools:
        return ()
    leg = survives(facts, hosting_pool(facts, home), scheduled_on, by_upgraded)
    return () if leg.stop is None else (scheduled_on, by_upgraded)


def survives(facts: Facts, host: PoolId, scheduled_on: Maybe[Version], by_upgraded: Maybe[bool]) -> Leg:
    """Ask whether a host can serve a meeting that was scheduled on a version, with or without an upgrade."""
    return facts.leg(
        ("survives", host, scheduled_on, by_upgraded),
        lambda: _survives(facts, host, scheduled_on, by_upgraded),
    )


@rule(
    "new-meetings-fail-on-older-hosts",
    "After shifting back, new meetings that were scheduled with upgraded clients do not work.",
    source="Migration process",
    switch="upgraded-meeting-fails-on",
)
def _survives(facts: Facts, host: PoolId, scheduled_on: Maybe[Version], by_upgraded: Maybe[bool]) -> Leg:
    pool = facts.state.pools[host]
    assumes = ("meetings-follow-organizer", "upgraded-meeting-fails-on")
    lives = meeting_survives(scheduled_on, by_upgraded, pool.versions, facts.rules)
    if isinstance(lives, Unknown):
        return undecided(pool.fqdn, "nobody told which client scheduled it", lives.needs, assumes=assumes)
    if lives:
        return Leg(assumes=assumes)
    newer = scheduled_on.product if isinstance(scheduled_on, Version) else "a newer server"
    reason = f"scheduled with an upgraded client on {newer}, hosted on {version_name(pool.versions)}"
    rests_on = (*assumes, "upgraded-meeting-answer")
    if facts.rules.value("upgraded-meeting-answer") == "invalidVersion":
        return refused(pool.fqdn, f"C3P failure invalidVersion: {reason}", assumes=rests_on)
    # The guide gives no status; 404 is the client's "has ended or does not exist".
    return failed(pool.fqdn, reason, sip=404, assumes=rests_on)


def features(facts: Facts, joiner: PoolId, host: PoolId) -> Leg:
    """Tell which of two generations limits the features: the hosting server's, or the joiner's own."""
    ours, theirs = facts.state.pools[joiner].versions, facts.state.pools[host].versions
    if not ours or not theirs or ours == theirs:
        return Leg()
    older = min(ours, theirs)
    return passed(facts.fqdn(host), f"with the features of {version_name(older)}, the older of both")
