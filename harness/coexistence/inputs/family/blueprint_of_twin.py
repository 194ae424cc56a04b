"""A deployment turned back into a blueprint, so that variations around it can be built.

Law of this room: it counts, and keeps no name. What a blueprint has no word for is left out, and what nobody
told is taken to be what a blueprint says by default: a neighbour is an example, and no evidence.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from coexistence.errors import BlueprintError
from coexistence.inputs.family.builder import CONFERENCING_POLICIES
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    Crowd,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.clients import ClientGeneration
from coexistence.model.deployment import Deployment, Pool, generations
from coexistence.model.population import NOWHERE, UNTOLD, Meetings, Population, grouped
from coexistence.model.vocabulary import (
    PATHS,
    ApplicationKind,
    ContactStore,
    Edition,
    MeetingKind,
    PoolId,
    PoolRole,
    SiteKind,
    Unknown,
    UserKind,
    Version,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coexistence.model.deployment import Site

__all__ = ["blueprint_of"]

#: More meetings of one person make no other case.
_MOST_MEETINGS = 50


def blueprint_of(deployment: Deployment, *, target: Version | None = None) -> Blueprint:
    """Return a blueprint that is built into a deployment with the same pools and the same cohorts of people.

    It holds central sites with Front End pools, their branches, Edge, Director, Mediation, Persistent
    Chat and trusted application pools, and people by pool, client, kind, contacts, voice, policy and
    meetings. Names, ids, dates, settings and everything that is out of the ordinary are left out. Blueprints
    stand before the first step: of a migration under way, people on newer pools are back on a legacy pool
    of their site. Where nobody told of people, there are none. ``target`` is the version to migrate to, if
    not the newest of the pools, or else the one that made-up deployments go to.

    Raises :class:`~coexistence.errors.BlueprintError` for a deployment without Front End pools of a known
    version.
    """
    known = generations(deployment.pools)
    if not known:
        raise BlueprintError(
            f"{deployment.name}: there is no Front End pool of a known version, and a blueprint is about one."
        )
    legacy = known[0][0]
    crowds = {}
    if not isinstance(deployment.population, Unknown):
        crowds = _before(deployment, _crowds(deployment.population), known[0])
    cloud = crowds.pop(None, ())
    sites: list[SiteBlueprint] = []
    for site in deployment.sites:
        homes = [pool for pool in _homes(deployment, known[0]) if pool.site == site.id]
        if site.kind is SiteKind.CENTRAL and homes:
            sites.append(_site(deployment, site, homes, crowds, () if sites else cloud))
    return Blueprint(
        legacy=legacy,
        target=target or (known[-1][0] if len(known) > 1 else _target(legacy)),
        sites=tuple(sites),
        sip_domains=max(1, len(deployment.sip_domains)),
        partners=0 if isinstance(deployment.partners, Unknown) else len(deployment.partners),
    )


def _target(legacy: Version) -> Version:
    """Return where deployments of a version go by default; the newest that they may go to, else."""
    default = Blueprint().target
    possible = [path.target for path in PATHS if path.legacy is legacy]
    return default if default in possible or not possible else max(possible)


def _homes(deployment: Deployment, versions: tuple[Version, ...]) -> list[Pool]:
    return [
        pool for pool in deployment.pools if pool.role is PoolRole.FRONT_END and pool.versions == versions
    ]


def _before(
    deployment: Deployment, crowds: dict[PoolId | None, tuple[Crowd, ...]], versions: tuple[Version, ...]
) -> dict[PoolId | None, tuple[Crowd, ...]]:
    """Return people by home as before a migration: nobody on a Front End pool of another version."""
    legacy = _homes(deployment, versions)
    for pool in deployment.pools:
        if pool.role is PoolRole.FRONT_END and pool.versions != versions and pool.id in crowds:
            home = next((each for each in legacy if each.site == pool.site), legacy[0])
            crowds[home.id] = (*crowds.get(home.id, ()), *crowds.pop(pool.id))
    return crowds


def _at(deployment: Deployment, site: Site) -> list[Pool]:
    return [pool for pool in deployment.pools if pool.site == site.id]


def _site(
    deployment: Deployment,
    site: Site,
    homes: list[Pool],
    crowds: Mapping[PoolId | None, tuple[Crowd, ...]],
    cloud: tuple[Crowd, ...],
) -> SiteBlueprint:
    pools = _at(deployment, site)
    others = Counter(pool.role for pool in pools)
    edge = next((pool for pool in pools if pool.role is PoolRole.EDGE), None)
    branches = [
        pool
        for branch in deployment.sites
        if branch.parent == site.id
        for pool in _at(deployment, branch)
        if pool.role is PoolRole.BRANCH_APPLIANCE
    ]
    policies = () if isinstance(deployment.policies, Unknown) else deployment.policies
    return SiteBlueprint(
        pools=tuple(
            _pool(
                deployment,
                pool,
                (*crowds.get(pool.id, ()), *(cloud if number == 0 else ())),
                homes[number + 1].id if number + 1 < len(homes) else None,
            )
            for number, pool in enumerate(homes)
        ),
        branches=tuple(BranchBlueprint(crowds=crowds.get(pool.id, ())) for pool in branches),
        edge=None
        if edge is None
        else EdgeBlueprint(
            servers=len(edge.servers),
            federation=edge.federation,
            xmpp=edge.xmpp,
            single_name=edge.edge_names is not None
            and edge.edge_names.access == edge.edge_names.web_conferencing == edge.edge_names.av,
        ),
        director=bool(others[PoolRole.DIRECTOR]),
        mediation=sum(len(pool.servers) for pool in pools if pool.role is PoolRole.MEDIATION),
        trusted_applications=others[PoolRole.TRUSTED_APPLICATION],
        persistent_chat=bool(others[PoolRole.PERSISTENT_CHAT]),
        conferencing_policy=any(
            each.kind == "conferencing" and each.scope == f"site:{site.id}" for each in policies
        ),
    )


def _pool(
    deployment: Deployment, pool: Pool, crowds: tuple[Crowd, ...], neighbour: PoolId | None
) -> PoolBlueprint:
    told = () if isinstance(deployment.applications, Unknown) else deployment.applications
    owned = Counter(each.kind for each in told if each.owner == pool.id)
    return PoolBlueprint(
        edition=pool.edition or (Edition.ENTERPRISE if len(pool.servers) > 1 else Edition.STANDARD),
        front_ends=len(pool.servers),
        crowds=crowds,
        dial_in="Caa" in pool.applications,
        voice="MediationServer" in pool.roles,
        response_groups=owned[ApplicationKind.RESPONSE_GROUP],
        call_park="Cps" in pool.applications,
        admission_control="PDP" in pool.applications,
        common_area_phones=owned[ApplicationKind.COMMON_AREA_PHONE],
        analog_devices=owned[ApplicationKind.ANALOG_DEVICE],
        exchange_um=bool(owned[ApplicationKind.EXCHANGE_UM]),
        unassigned_numbers=bool(owned[ApplicationKind.UNASSIGNED_NUMBERS]),
        archiving=pool.archiving_store is not None,
        monitoring=pool.monitoring_store is not None,
        paired=pool.backup is not None and pool.backup == neighbour,
    )


def _crowds(population: Population) -> dict[PoolId | None, tuple[Crowd, ...]]:
    """Return everybody with an account as crowds, by home; under None who has none."""
    size = len(population)
    number, kind, content = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.int64)
    meetings = population.meetings
    if isinstance(meetings, Meetings) and len(meetings):
        number = np.minimum(np.bincount(meetings.organizer, minlength=size), _MOST_MEETINGS)
        # Of several kinds the last one counts; a person is a person's first example, not its inventory.
        kind[meetings.organizer] = meetings.kind
        content[meetings.organizer] = meetings.content != 0
    given = population.assigned.get("conferencing")
    columns = [
        population.home,
        population.client,
        population.kind,
        population.contacts,
        population.voice,
        population.xmpp,
        population.chat,
        np.zeros(size, np.int64) if given is None else given.code,
        number,
        kind,
        content,
    ]
    found: dict[PoolId | None, list[Crowd]] = {}
    for group in grouped(columns):
        home, client, who, contacts, voice, xmpp, chat, policy, many, what, stored = group.values
        tag = (given.tag(policy) or "") if given is not None else ""
        crowd = Crowd(
            people=group.count,
            client=ClientGeneration(client),
            kind=UserKind(who),
            contacts=ContactStore(contacts) if contacts != UNTOLD else ContactStore.SERVER,
            voice=voice == 1,
            xmpp=xmpp == 1,
            chat=chat == 1,
            meetings=many,
            meeting_kind=MeetingKind(what),
            content=bool(stored),
            conferencing_policy=tag if tag in CONFERENCING_POLICIES else "",
        )
        found.setdefault(None if home == NOWHERE else population.pools[home], []).append(crowd)
    return {home: tuple(crowds) for home, crowds in found.items()}
