"""Meetings: where they are hosted, and whether they can be joined.

Law of this room: the focus of a meeting runs on its organizer's home pool alone; joiners from other pools
and versions come to it (protocol facts, section 4.3).

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.observation.facts import Facts
from coexistence.observation.outcomes import Outcome
from coexistence.observation.routes import Leg, failed, travel, undecided
from coexistence.simulation.rules import meeting_survives
from coexistence.vocabulary import Maybe, PoolId, PoolRole, Unknown, Version, version_name

__all__ = ["hosting_pool", "join"]


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


def join(facts: Facts, home: PoolId, scheduled_on: Maybe[Version], by_upgraded: Maybe[bool]) -> Outcome:
    """Return whether meetings scheduled like this can be joined where they are hosted now.

    Instant messages and sound need their conferencing services on the hosting pool (derived from roles
    and services). What an older host does with meetings of upgraded clients is assumption
    ``upgraded-meeting-fails-on``.
    """
    key = ("join", home, str(scheduled_on), str(by_upgraded))
    return facts.outcome(key, lambda: travel(_join(facts, home, scheduled_on, by_upgraded)))


def _join(
    facts: Facts, home: PoolId, scheduled_on: Maybe[Version], by_upgraded: Maybe[bool]
) -> Iterator[Leg]:
    yield facts.in_topology(home)
    host = hosting_pool(facts, home)
    yield facts.registrar(host)
    for service in ("im_mcu", "av_mcu"):
        yield facts.service(host, service)
    yield _survives(facts, host, scheduled_on, by_upgraded)


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
