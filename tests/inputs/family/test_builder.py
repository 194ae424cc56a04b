"""Blueprint in, healthy deployment out: a function of blueprint, seed and date."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest
from helpers import RULES, built, crowd, front_end, one_pool, population_of
from hypothesis import given
from strategies import blueprints, deployments

from coexistence.inputs.family.builder import DEFAULT_DATE, build
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.population import NOWHERE, Meetings, Population
from coexistence.model.vocabulary import (
    ContactStore,
    Disposition,
    Edition,
    PoolRole,
    ServiceState,
    SiteKind,
    Unknown,
    UserKind,
    Version,
)
from coexistence.observation import Observer
from coexistence.observation.listings import subjects
from coexistence.simulation.state import deployment_of, state_of

if TYPE_CHECKING:
    from coexistence.model.deployment import Deployment


def known(deployment: Deployment) -> tuple[Population, Meetings]:
    """Population and meetings, which a built deployment always tells."""
    assert isinstance(deployment.population, Population)
    assert isinstance(deployment.population.meetings, Meetings)
    return deployment.population, deployment.population.meetings


@given(blueprints())
def test_building_twice_gives_the_same_deployment(blueprint: Blueprint) -> None:
    assert build(blueprint, "seed") == build(blueprint, "seed")


@given(blueprints(max_sites=2))
def test_a_seed_changes_names_and_nothing_else(blueprint: Blueprint) -> None:
    one, other = build(blueprint, "one"), build(blueprint, "other")

    assert one.sip_domains != other.sip_domains
    assert [(pool.role, pool.versions, len(pool.servers)) for pool in one.pools] == [
        (pool.role, pool.versions, len(pool.servers)) for pool in other.pools
    ]
    mine, theirs = known(one)[0], known(other)[0]
    for name in ("home", "client", "kind", "contacts", "voice", "xmpp", "chat", "upgraded", "domain"):
        assert np.array_equal(getattr(mine, name), getattr(theirs, name)), name
    assert known(one)[1] == known(other)[1]


def test_a_date_moves_meetings_certificates_and_reports_along() -> None:
    early, late = (
        build(one_pool(), "test"),
        build(one_pool(), "test", as_of=DEFAULT_DATE + dt.timedelta(days=9)),
    )

    assert (early.as_of, late.as_of) == (DEFAULT_DATE, DEFAULT_DATE + dt.timedelta(days=9))
    assert np.array_equal(known(early)[1].created + 9, known(late)[1].created)
    assert not isinstance(early.certificates, Unknown)
    assert not isinstance(late.certificates, Unknown)
    assert {
        (after.not_after - before.not_after).days
        for before, after in zip(early.certificates, late.certificates, strict=True)
    } == {9}


@given(deployments())
def test_every_reference_leads_to_something_that_exists(deployment: Deployment) -> None:
    pools, servers, sites = deployment.pool_by_id, deployment.server_by_id, deployment.site_by_id
    population, meetings = known(deployment)

    for site in deployment.sites:
        assert site.parent is None or site.parent in sites
        assert site.federation_route is None or site.federation_route in pools
    for pool in deployment.pools:
        assert pool.site in sites
        assert pool.servers
        assert {servers[server].pool for server in pool.servers} == {pool.id}
        for other in (pool.media_edge, pool.next_hop, pool.backup):
            assert other is None or other in pools
        assert pool.media_edge is None or pools[pool.media_edge].role is PoolRole.EDGE
    assert {server.pool for server in deployment.servers} == set(pools)
    assert len(servers) == len(deployment.servers)
    assert len(pools) == len(deployment.pools)
    assert not isinstance(deployment.cms.masters, Unknown)
    assert set(deployment.cms.hosts) | set(deployment.cms.masters) <= set(pools)
    for owned in (deployment.directories, deployment.applications, deployment.certificates):
        assert not isinstance(owned, Unknown)
        assert {getattr(each, "owner", None) or getattr(each, "pool", None) for each in owned} <= set(pools)
    assert {gateway.mediation for gateway in deployment.gateways} <= set(pools)
    assert not isinstance(deployment.records, Unknown)
    known_names = {record.name for record in deployment.records} | set(pools)
    assert {record.target for record in deployment.records} <= known_names
    assert set(population.home.tolist()) <= {*range(len(population.pools)), NOWHERE}
    assert set(population.pools) <= set(pools)
    assert all(int(row) < len(population) for row in meetings.organizer)
    assert not isinstance(deployment.directories, Unknown)
    numbers = {each.number for each in deployment.directories}
    assert set(meetings.directory.tolist()) <= numbers | {-1}
    assert len(population.addresses) == len(population)


@given(deployments())
def test_identities_are_told_apart(deployment: Deployment) -> None:
    assert not isinstance(deployment.applications, Unknown)
    identities = [each.id for each in deployment.applications]
    population, _ = known(deployment)
    addresses = [population.addresses[row] for row in range(len(population))]

    assert len(set(identities)) == len(identities)
    assert len(set(addresses)) == len(addresses)


@given(deployments())
def test_a_built_deployment_is_healthy(deployment: Deployment) -> None:
    state = state_of(deployment, day=DEFAULT_DATE.toordinal(), tools=None)
    here = Observer(state, RULES)

    for subject in (*subjects(here, "service"), *subjects(here, "replica")):
        assert subject.status().disposition is Disposition.DONE, subject  # type: ignore[union-attr]  # both kinds have a status
    assert here.central_management().disposition is Disposition.DONE
    assert all(server.build for server in deployment.servers)


@given(deployments())
def test_a_state_exports_the_deployment_that_it_was_made_of(deployment: Deployment) -> None:
    state = state_of(deployment, day=DEFAULT_DATE.toordinal(), tools=None)

    back = deployment_of(state, deployment.name)

    assert (back.sites, back.pools, back.cms) == (deployment.sites, deployment.pools, deployment.cms)
    assert back.population == deployment.population
    assert [(server.id, server.services) for server in back.servers] == [
        (server.id, server.services) for server in deployment.servers
    ]
    assert back.records == deployment.records


@given(deployments())
def test_there_is_one_federation_route_at_most(deployment: Deployment) -> None:
    federated = {pool.id for pool in deployment.pools if pool.federation}

    assert len(federated) <= 1
    routes = {site.federation_route for site in deployment.sites if site.kind is SiteKind.CENTRAL}
    assert len(routes) == 1
    (route,) = routes
    # A Director carries it where the site of the Edge has one; branch sites use their parent's.
    if route is not None and route not in federated:
        route = next(pool.id for pool in deployment.pools if pool.next_hop == route and pool.federation)
    assert route in (federated or [None])
    assert all(site.federation_route is None for site in deployment.sites if site.kind is SiteKind.BRANCH)


@pytest.mark.parametrize("version", [Version.L10, Version.S19])
def test_what_a_version_does_not_have_is_left_out(version: Version) -> None:
    wishes = crowd(5, xmpp=True, chat=True, contacts=ContactStore.EXCHANGE)
    target = Version.L13 if version is Version.L10 else Version.SE
    asked_for = one_pool(
        legacy=version,
        target=target,
        pool=PoolBlueprint(crowds=(wishes,), paired=True),
        edge=EdgeBlueprint(xmpp=True),
        persistent_chat=True,
    )

    deployment = built(asked_for)
    population, _ = known(deployment)

    assert not population.xmpp.any()
    assert not population.chat.any()
    assert not any(pool.xmpp for pool in deployment.pools)
    assert not deployment.pools_of(PoolRole.PERSISTENT_CHAT)
    assert (ContactStore.EXCHANGE in population.contacts) is (version >= Version.L13)


@pytest.mark.parametrize(("version", "expected"), [(Version.L10, 0), (Version.L13, 2)])
def test_a_pool_is_paired_from_2013_on(version: Version, expected: int) -> None:
    pools = (PoolBlueprint(paired=True), PoolBlueprint())
    blueprint = Blueprint(legacy=version, target=Version.S15, sites=(SiteBlueprint(pools=pools),))

    deployment = built(blueprint)

    paired = [pool for pool in deployment.pools if pool.backup]
    assert len(paired) == expected
    assert all(deployment.pool_by_id[pool.backup].backup == pool.id for pool in paired if pool.backup)


def test_pools_of_different_editions_are_not_paired() -> None:
    pools = (PoolBlueprint(paired=True), PoolBlueprint(edition=Edition.ENTERPRISE))

    deployment = built(Blueprint(sites=(SiteBlueprint(pools=pools),)))

    assert not any(pool.backup for pool in deployment.pools)


def test_a_pool_belongs_to_one_pair_only() -> None:
    three = (PoolBlueprint(paired=True), PoolBlueprint(paired=True), PoolBlueprint(paired=True))

    deployment = built(Blueprint(sites=(SiteBlueprint(pools=three),)))

    assert [bool(pool.backup) for pool in deployment.pools_of(PoolRole.FRONT_END)] == [True, True, False]


@pytest.mark.parametrize(("version", "most"), [(Version.L10, 10), (Version.L13, 12), (Version.S19, 16)])
def test_an_enterprise_pool_has_no_more_servers_than_its_version_allows(version: Version, most: int) -> None:
    pool = PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=99)

    deployment = built(Blueprint(legacy=version, sites=(SiteBlueprint(pools=(pool,)),)))

    assert len(deployment.pool_by_id[front_end(deployment)].servers) == most


def test_a_standard_edition_pool_is_one_server_of_the_same_name() -> None:
    deployment = built(one_pool(pool=PoolBlueprint(front_ends=7)))
    pool = deployment.pool_by_id[front_end(deployment)]

    assert [str(server) for server in pool.servers] == [str(pool.id)]


def test_a_branch_hangs_off_its_site_and_its_people_are_homed_there() -> None:
    branch = BranchBlueprint(crowds=(crowd(3, xmpp=True),))

    deployment = built(one_pool(branches=(branch,), edge=EdgeBlueprint(xmpp=True)))

    (site,) = (site for site in deployment.sites if site.kind is SiteKind.BRANCH)
    (appliance,) = deployment.pools_of(PoolRole.BRANCH_APPLIANCE)
    population, _ = known(deployment)
    assert site.parent == deployment.sites[0].id
    assert (appliance.site, appliance.backup) == (site.id, front_end(deployment))
    assert population.people_by_pool[appliance.id] == 3
    # XMPP is not for people on a branch appliance (migration facts, xmpp-not-for-sba-users).
    assert not population.xmpp.any()


def test_cloud_accounts_have_no_pool_and_schedule_nothing_here() -> None:
    away = crowd(4, kind=UserKind.CLOUD, meetings=3)

    population, meetings = known(built(one_pool(2, pool=PoolBlueprint(crowds=(away,)))))

    assert population.home.tolist().count(NOWHERE) == 4
    assert len(meetings) == 2


def test_rooms_and_disabled_accounts_schedule_nothing() -> None:
    quiet = (crowd(4, kind=UserKind.RESOURCE, meetings=3), crowd(4, kind=UserKind.DISABLED, meetings=3))

    _, meetings = known(built(one_pool(2, pool=PoolBlueprint(crowds=quiet))))

    assert len(meetings) == 2


def test_trusted_application_machines_run_nothing_of_the_product() -> None:
    deployment = built(one_pool(trusted_applications=1))
    (pool,) = deployment.pools_of(PoolRole.TRUSTED_APPLICATION)
    assert not isinstance(deployment.replicas, Unknown)

    assert deployment.server_by_id[pool.servers[0]].services == ()
    assert pool.servers[0] not in {replica.server for replica in deployment.replicas}


def test_all_services_that_a_server_reports_run() -> None:
    for server in built().servers:
        assert not isinstance(server.services, Unknown)
        assert {reading.state for reading in server.services} == {ServiceState.RUNNING}


def test_names_are_reserved_for_examples() -> None:
    """A made-up organisation must never be a real one (RFC 2606)."""
    deployment = built(dataclasses.replace(one_pool(), sip_domains=3))

    assert len(deployment.sip_domains) == 3
    assert all(domain.endswith(".example") for domain in deployment.sip_domains)
    state = state_of(deployment, day=1, tools=None)
    assert population_of(state).addresses[0].endswith(".example")
