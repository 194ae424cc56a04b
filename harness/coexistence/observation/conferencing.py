"""Meetings: where they are hosted, whether they can be scheduled, and whether they can be joined.

Law of this room: the focus of a meeting runs on its organizer's home pool alone; joiners from other pools
and versions come to it (protocol facts, section 4.3). An older server or client never refuses a meeting
by itself: it sees fewer features, and that is a note on the way, not its end (section 4.4).

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from coexistence.deployment import Policy
from coexistence.observation.edges import joined
from coexistence.observation.facts import Facts
from coexistence.observation.outcomes import Outcome
from coexistence.observation.routes import Leg, failed, passed, refused, travel, undecided
from coexistence.simulation import policies
from coexistence.simulation.rules import meeting_survives
from coexistence.vocabulary import (
    ClientGeneration,
    Disposition,
    Guest,
    Maybe,
    Modality,
    PoolId,
    PoolRole,
    Unknown,
    Version,
    version_name,
)

__all__ = [
    "FOCUS_PORT",
    "Joiner",
    "allows_anonymous",
    "anonymous_allowed",
    "content",
    "fate",
    "hosting_pool",
    "join",
    "legs_of_join",
    "may_have_guests",
    "needed_service",
    "schedule",
    "to_focus",
]

#: Who joins: somebody homed on a pool, a guest, or None for somebody of the hosting pool itself.
Joiner: TypeAlias = PoolId | Guest | None
#: Focus and conferencing servers among each other. Source: ports and protocols for internal servers.
FOCUS_PORT: Final = 444

#: Component in the topology, and service, that a modality needs on the hosting pool (services facts,
#: capability requirements: derived, assumption ``features-need-services``).
_MCU: Final = {
    Modality.MESSAGE: ("IMConf", "im_mcu"),
    Modality.AUDIO: ("AVConf", "av_mcu"),
    Modality.VIDEO: ("AVConf", "av_mcu"),
    Modality.SHARING: ("AppSharingConf", "appsharing_mcu"),
    Modality.FILE: ("DataConf", "data_mcu"),
    Modality.CONTENT: ("DataConf", "data_mcu"),
}
#: What "joining" means where nobody says more: to be seen, to write, to hear.
_PLAIN: Final = (Modality.MESSAGE, Modality.AUDIO)
_NEEDS: Final = ("features-need-services",)
_ANONYMOUS: Final = "AllowAnonymousParticipantsInMeetings"


def hosting_pool(facts: Facts, home: PoolId) -> PoolId:
    """Return the pool that hosts the meetings of people homed on ``home``.

    A branch appliance hosts no conferences: its backup registrar's pool does.
    """
    pool = facts.state.pools[home]
    if (
        pool.role is PoolRole.BRANCH_APPLIANCE
        and pool.backup is not None
        and pool.backup in facts.state.pools
    ):
        return pool.backup
    return home


# -------------------------------------------------------------------- scheduling


def schedule(facts: Facts, home: PoolId, client: ClientGeneration | None = None) -> Outcome:
    """Return whether people homed on a pool can schedule a meeting; hops tell what it may offer.

    The focus factory on the organizer's hosting pool answers (protocol facts, section 4.2).
    """
    return facts.outcome(("schedule", home, client), lambda: travel(_schedule(facts, home, client)))


def _schedule(facts: Facts, home: PoolId, client: ClientGeneration | None) -> Iterator[Leg]:
    yield facts.in_topology(home)
    host = hosting_pool(facts, home)
    if host != home:
        yield facts.registrar(home)
        yield to_focus(facts, home, host)
    yield facts.registrar(host)
    pool = facts.state.pools[host]
    with_client = f" with {client.label}" if client is not None else ""
    # A client must offer only what the pool lists ([MS-CONFPRO] 2.2.3.8).
    listed = ", ".join(sorted(pool.mcus)) or "what its roles have"
    yield passed(pool.fqdn, f"takes new meetings{with_client}; conferencing: {listed}")


# -------------------------------------------------------------------- joining


def join(
    facts: Facts,
    home: PoolId,
    scheduled_on: Maybe[Version],
    by_upgraded: Maybe[bool],
    *,
    joiner: Joiner = None,
    modality: Modality | None = None,
    policy: Maybe[str | None] = None,
    lost: bool = False,
) -> Outcome:
    """Return whether meetings scheduled like this can be joined where they are hosted now.

    ``joiner`` is the home pool of whoever joins, or what kind of guest; ``modality`` what they want, left
    out: to write and to hear. ``policy`` is the conferencing policy that the organizer was given in person
    (None for none), ``lost`` says that a move with ``-Force`` gave the meeting up.
    What an older host does with meetings of upgraded clients is assumption ``upgraded-meeting-fails-on``.
    """
    given = policy if isinstance(joiner, Guest) else None
    key = ("join", home, fate(facts, home, scheduled_on, by_upgraded), joiner, modality, given, lost)
    return facts.outcome(
        key,
        lambda: travel(
            legs_of_join(facts, home, scheduled_on, by_upgraded, joiner, modality, policy, lost=lost)
        ),
    )


def legs_of_join(
    facts: Facts,
    home: PoolId,
    scheduled_on: Maybe[Version],
    by_upgraded: Maybe[bool],
    joiner: Joiner = None,
    modality: Modality | None = None,
    policy: Maybe[str | None] = None,
    *,
    lost: bool = False,
) -> Iterator[Leg]:
    """Yield the legs of a join, for routes that end with one."""
    yield facts.in_topology(home)
    host = hosting_pool(facts, home)
    given = policy if isinstance(joiner, Guest) else None
    # What the meeting itself is like comes last, so that the way is walked once for all meetings.
    yield facts.leg(
        ("way", home, joiner, modality, given),
        lambda: joined(_way(facts, home, host, joiner, modality, policy)),
    )
    if lost:
        # The client's words for an unknown conference; 404 is the natural status (protocol facts, 1.3).
        yield failed(facts.fqdn(host), "the meeting has ended or does not exist", sip=404)
    yield facts.leg(
        ("survives", host, scheduled_on, by_upgraded),
        lambda: _survives(facts, host, scheduled_on, by_upgraded),
    )
    if isinstance(joiner, str) and joiner != host:
        yield facts.leg(("features", joiner, host), lambda: _features(facts, joiner, host))


def _way(
    facts: Facts,
    home: PoolId,
    host: PoolId,
    joiner: Joiner,
    modality: Modality | None,
    policy: Maybe[str | None],
) -> Iterator[Leg]:
    if isinstance(joiner, Guest):
        yield from _as_guest(facts, home, host, joiner, modality, policy)
    elif joiner is not None and joiner != host:
        yield facts.in_topology(joiner)
        yield facts.registrar(joiner)
        yield to_focus(facts, joiner, host)
    yield facts.registrar(host)
    yield factory(facts, host)
    for each in (modality,) if modality else _PLAIN:
        if each in _MCU:
            yield _mcu(facts, host, *_MCU[each])
    if modality is Modality.CONTENT:
        yield _web_apps(facts, host)


def to_focus(facts: Facts, here: PoolId, host: PoolId) -> Leg:
    """Ask for the way from a joiner's pool to the focus: SIP, and the focus' own port."""
    return facts.leg(("to focus", here, host), lambda: joined(_to_focus(facts, here, host)))


def _to_focus(facts: Facts, here: PoolId, host: PoolId) -> Iterator[Leg]:
    yield facts.link(here, host)
    yield _focus_port(facts, here, host)


def _focus_port(facts: Facts, here: PoolId, host: PoolId) -> Leg:
    if facts.rules.value("focus-interpool") == "no":
        return Leg(assumes=("focus-interpool",))
    assumes = ("focus-interpool", "ports-open")
    if facts.is_blocked(here, host, FOCUS_PORT):
        reason = f"port {FOCUS_PORT} of {facts.fqdn(host)} cannot be reached"
        return failed(facts.fqdn(here), reason, 1038, assumes=assumes)
    return Leg(assumes=assumes)


def factory(facts: Facts, host: PoolId) -> Leg:
    """Ask whether the MCU Factory of a pool starts: not while a conference directory's pool is gone.

    Source: third party, "conferencing fails with 3062 after migration".
    """
    return facts.leg(("mcu factory", host), lambda: _factory(facts, host))


def _factory(facts: Facts, host: PoolId) -> Leg:
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
        return Leg()
    assumes = ("orphaned-directory-stops",)
    if facts.rules.value("orphaned-directory-stops") == "nothing":
        return Leg(assumes=assumes)
    first = orphaned[0]
    reason = f"conference directory {first.number} belongs to {first.owner}, which is not in the topology"
    return failed(facts.fqdn(host), reason, 3062, assumes=assumes)


def _mcu(facts: Facts, host: PoolId, component: str, service: str) -> Leg:
    return facts.leg(("mcu", host, service), lambda: _look_at_mcu(facts, host, component, service))


def _look_at_mcu(facts: Facts, host: PoolId, component: str, service: str) -> Leg:
    """A stopped MCU gives 503, one that is not there 603 ([MS-CONFBAS], additional failure codes)."""
    pool = facts.state.pools[host]
    if facts.rules.value("features-need-services") == "no":
        return Leg(assumes=_NEEDS)
    if pool.mcus and component not in pool.mcus:
        return refused(pool.fqdn, f"the pool has no {component}", sip=603, assumes=_NEEDS)
    return needed_service(facts, host, service, sip=503)


def needed_service(facts: Facts, pool: PoolId, service: str, *, sip: int | None = None) -> Leg:
    """Ask whether a service runs that a feature is taken to need (``features-need-services``)."""
    return facts.leg(("needed", pool, service, sip), lambda: _needed_service(facts, pool, service, sip))


def _needed_service(facts: Facts, pool: PoolId, service: str, sip: int | None) -> Leg:
    if facts.rules.value("features-need-services") == "no":
        return Leg(assumes=_NEEDS)
    leg = facts.service(pool, service)
    stop = leg.stop
    if stop is not None and stop.disposition is Disposition.FAILED:
        return failed(stop.source, stop.reason, sip=sip, assumes=(*leg.assumes, *_NEEDS))
    return Leg(leg.hops, stop, (*leg.assumes, *_NEEDS))


def _web_apps(facts: Facts, host: PoolId) -> Leg:
    """From Lync Server 2013 on, slides are shown by Office Web Apps (services facts; ports, HTTPS 443)."""
    pool = facts.state.pools[host]
    if not pool.versions:
        return undecided(pool.fqdn, "nobody told which version the pool runs", "Get-CsServerPatchVersion")
    if pool.versions[-1] < Version.L13 or pool.office_web_apps:
        return Leg()
    return refused(pool.fqdn, "no Office Web Apps server shows slides for this pool", sip=603)


def fate(
    facts: Facts, home: PoolId, scheduled_on: Maybe[Version], by_upgraded: Maybe[bool]
) -> tuple[object, ...]:
    """Return what tells meetings apart where they are hosted: nothing, for all that survive there."""
    if home not in facts.state.pools:
        return ()
    host = hosting_pool(facts, home)
    leg = facts.leg(
        ("survives", host, scheduled_on, by_upgraded),
        lambda: _survives(facts, host, scheduled_on, by_upgraded),
    )
    return () if leg.stop is None else (scheduled_on, by_upgraded)


def _survives(facts: Facts, host: PoolId, scheduled_on: Maybe[Version], by_upgraded: Maybe[bool]) -> Leg:
    pool = facts.state.pools[host]
    assumes = ("meetings-follow-organizer", "upgraded-meeting-fails-on")
    survives = meeting_survives(scheduled_on, by_upgraded, pool.versions, facts.rules)
    if isinstance(survives, Unknown):
        return undecided(pool.fqdn, "nobody told which client scheduled it", survives.needs, assumes=assumes)
    if not survives:
        newer = scheduled_on.product if isinstance(scheduled_on, Version) else "a newer server"
        # The guide gives no status; 404 is the client's "has ended or does not exist" (our choice).
        return failed(
            pool.fqdn,
            f"scheduled with an upgraded client on {newer}, hosted on {version_name(pool.versions)}",
            sip=404,
            assumes=assumes,
        )
    return Leg(assumes=assumes)


def _features(facts: Facts, joiner: PoolId, host: PoolId) -> Leg:
    """The hosting server's version limits the features, and the joiner's own does (client facts, 4.3)."""
    ours, theirs = facts.state.pools[joiner].versions, facts.state.pools[host].versions
    if not ours or not theirs or ours == theirs:
        return Leg()
    older = min(ours, theirs)
    return passed(facts.fqdn(host), f"with the features of {version_name(older)}, the older of both")


# -------------------------------------------------------------------- guests


def _as_guest(
    facts: Facts,
    home: PoolId,
    host: PoolId,
    guest: Guest,
    modality: Modality | None,
    policy: Maybe[str | None],
) -> Iterator[Leg]:
    if guest is Guest.ANONYMOUS:
        yield allows_anonymous(facts, home, policy)
        # Whoever has no client gets the Web App of the hosting pool (client interoperability).
        yield needed_service(facts, host, "web_services")
    elif guest is Guest.FEDERATED:
        yield from _federated(facts, host)
        if _is_current_among_legacy(facts, host):
            # "Move remaining users": their meetings work with federated users on legacy only then.
            yield allows_anonymous(facts, home, policy)
    yield from _media(facts, host, modality, needs_edge=guest is not Guest.ANONYMOUS)


def _is_current_among_legacy(facts: Facts, host: PoolId) -> bool:
    front_ends = [pool.versions[0] for pool in facts.pools(PoolRole.FRONT_END) if pool.versions]
    mine = facts.state.pools[host].versions
    return bool(mine) and mine[0] > min(front_ends)


def _federated(facts: Facts, host: PoolId) -> Iterator[Leg]:
    """The route of the host's site (a branch: its central site), up to the Access Edge or Director."""
    site = facts.state.sites.get(facts.state.pools[host].site)
    if site is not None and site.parent is not None:
        site = facts.state.sites.get(site.parent, site)
    route = site.federation_route if site is not None else None
    fqdn = facts.fqdn(host)
    if isinstance(route, Unknown):
        yield undecided(fqdn, "nobody told the federation route of the site", route.needs)
    elif route is None:
        yield refused(fqdn, "federation is off in the site", 1027)
    elif route not in facts.state.pools:
        yield failed(fqdn, f"the federation route leads to {route}, which is gone", 1046)
    else:
        yield facts.registrar(route)
        yield facts.link(host, route)


def _media(facts: Facts, host: PoolId, modality: Modality | None, *, needs_edge: bool) -> Iterator[Leg]:
    """What a participant outside sends and hears goes through the Edge pool associated with the host."""
    edge = facts.state.pools[host].media_edge
    if edge is None:
        if needs_edge:
            yield refused(facts.fqdn(host), "no Edge pool is associated: nobody outside gets media")
        return
    if edge not in facts.state.pools:
        yield failed(facts.fqdn(host), f"the associated Edge pool {edge} is gone", sip=503)
        return
    if modality in (Modality.CONTENT, Modality.FILE):
        yield needed_service(facts, edge, "web_conf_edge")
    elif modality is not Modality.MESSAGE:
        yield needed_service(facts, edge, "av_auth_edge")
        yield needed_service(facts, edge, "av_edge")


# -------------------------------------------------------------------- policies and content


def anonymous_allowed(facts: Facts, home: PoolId, policy: Maybe[str | None]) -> Maybe[bool]:
    """Tell whether the conferencing policy that counts for organizers admits anonymous participants."""
    counts = policies.effective(facts.state, facts.rules, "conferencing", home, policy)
    return counts if isinstance(counts, Unknown) else policies.is_set(counts, _ANONYMOUS)


def may_have_guests(facts: Facts, home: PoolId, policy: Maybe[str | None]) -> Outcome:
    """Return whether organizers' meetings admit anonymous participants."""
    return facts.outcome(
        ("guests", home, policy),
        lambda: travel(_may_have_guests(facts, home, policy)),
    )


def _may_have_guests(facts: Facts, home: PoolId, policy: Maybe[str | None]) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield allows_anonymous(facts, home, policy)


def allows_anonymous(facts: Facts, home: PoolId, policy: Maybe[str | None]) -> Leg:
    """Ask the organizer's conferencing policy for ``AllowAnonymousParticipantsInMeetings``."""
    return facts.leg(("anonymous", home, policy), lambda: _allows_anonymous(facts, home, policy))


def _allows_anonymous(facts: Facts, home: PoolId, policy: Maybe[str | None]) -> Leg:
    fqdn = facts.fqdn(home)
    counts = policies.effective(facts.state, facts.rules, "conferencing", home, policy)
    assumes = policies.assumptions_of(facts.state, "conferencing", policy)
    allowed = counts if isinstance(counts, Unknown) else policies.is_set(counts, _ANONYMOUS)
    if isinstance(allowed, Unknown):
        return undecided(
            fqdn, f"nobody told {_ANONYMOUS} of the organizer's policy", allowed.needs, assumes=assumes
        )
    assert isinstance(counts, Policy)  # a policy that is not known has no known setting
    if not allowed:
        # The reason is a C3P one (anonymousUsersNotAllowed); 403 is the status of refused admissions.
        return refused(
            fqdn, f"{_ANONYMOUS} is False in conferencing policy {counts.scope}", sip=403, assumes=assumes
        )
    return passed(fqdn, f"conferencing policy {counts.scope} admits anonymous participants", *assumes)


def content(facts: Facts, home: PoolId, *, is_there: bool) -> Outcome:
    """Return whether slides and attachments of meetings are where the meetings are hosted.

    Source: "Migrate existing meetings and meeting content": they move with ``-MoveConferenceData`` alone.
    """
    return facts.outcome(("content", home, is_there), lambda: travel(_content(facts, home, is_there)))


def _content(facts: Facts, home: PoolId, is_there: bool) -> Iterator[Leg]:
    yield facts.in_topology(home)
    fqdn = facts.fqdn(hosting_pool(facts, home))
    if not is_there:
        yield failed(
            fqdn,
            "slides and attachments stayed on the pool that the organizer was moved from",
            assumes=("content-moves-back",),
        )
    yield passed(fqdn, "slides and attachments are here", "content-moves-back")
