"""Do partners and people outside still reach everybody, whichever Edge carries them?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import (
    DeploymentSubject,
    Disposition,
    Finding,
    Observer,
    PartnerSubject,
    PartySubject,
    PoolRole,
    PoolSubject,
    Severity,
    SiteSubject,
    User,
    check,
    not_applicable,
    subjects,
)


@check(
    clause="edge",
    severity=Severity.ERROR,
    source="Verify federation and remote access for external users",
    remedy="Follow the route hop by hop: the site's federation route, the Edge pool's federation setting and "
    "next hop, external DNS, the external certificate.",
)
def partners_reach_users_of_both_generations(partner: PartnerSubject, origin: Observer) -> Iterator[Finding]:
    """Federated partners reach users on both generations, and are reached by them."""
    if origin.federates(partner.site) is False:
        not_applicable("there was no federation to keep")
    sent = partner.send()
    if not sent.done:
        yield Finding(kind="partner-not-reached", outcome=sent)
    received = partner.receive()
    if not received.done:
        yield Finding(kind="not-reached-by-partner", outcome=received)


@check(
    clause="edge",
    severity=Severity.ERROR,
    source="Verify federation and remote access for external users",
    remedy="Look where external DNS leads, whether that Access Edge runs, and what its next hop is.",
)
def users_outside_reach_their_pool(user: User, origin: Observer) -> None:
    """A user of either generation can sign in, and send messages, from outside."""
    if not origin.has_edge:
        not_applicable("there was no Edge pool")
    outcome = user.from_outside()
    assert outcome.done, outcome


@check(
    clause="edge",
    severity=Severity.ERROR,
    source="Configure federation routes and media traffic",
    remedy="Associate the pool with an Edge pool that stays, publish, and see that its A/V services run.",
)
def media_is_relayed_for_users_of_both_generations(user: User, origin: Observer) -> None:
    """Sound, video and sharing get through between a user of either generation and the outside."""
    if not origin.relays_media(user.site):
        not_applicable("no pool of the site had an Edge for media")
    outcome = user.relay_media()
    assert outcome.done, outcome


@check(
    clause="edge",
    severity=Severity.ERROR,
    source="Verify federation and remote access for external users",
    remedy="See that the Web Conferencing Edge runs on the Edge pool that the organizer's pool is associated "
    "with.",
)
def web_conferences_are_open_to_the_outside(user: User, origin: Observer) -> None:
    """Somebody outside can take part in web conferences of users of either generation."""
    if not origin.relays_media(user.site):
        not_applicable("no pool of the site had an Edge for media")
    outcome = user.confer_from_outside()
    assert outcome.done, outcome


@check(
    clause="edge",
    severity=Severity.ERROR,
    source="Configure federation routes and media traffic",
    remedy="Clear 'Enable federation' on all Edge pools but one, and publish.",
)
def at_most_one_edge_pool_federates(deployment: DeploymentSubject) -> None:
    """Federation is enabled on one Edge pool alone; a second is for the hour of the cut-over."""
    federated = [pool.fqdn for pool in deployment.federating_edges()]
    if not federated:
        not_applicable("no Edge pool federates")
    assert len(federated) == 1, f"federation is enabled on {', '.join(federated)}"


@check(
    clause="edge",
    severity=Severity.ERROR,
    at="side-by-side..edge, pilot.rolled-back, edge.rolled-back",
    source="Connect pilot pool to legacy Edge Servers; Deploy pilot Edge Server",
    remedy="Leave federation off on the new Edge pool and no pool associated with it until everything is "
    "switched over in one window.",
)
def external_traffic_stays_on_the_legacy_edge(deployment: DeploymentSubject) -> Iterator[Finding]:
    """Until the cut-over, federation and media run through the legacy Edge for everybody."""
    edges = {pool.id: pool for pool in deployment.pools if pool.role is PoolRole.EDGE}
    newest = deployment.generations[-1:]
    fresh = {key: pool for key, pool in edges.items() if (pool.versions,) == newest}
    legacy = {key: pool for key, pool in edges.items() if key not in fresh}
    if len(deployment.generations) < 2 or not fresh or not legacy:
        not_applicable("there are no Edge pools of two generations")
    if any(pool.federation for pool in fresh.values()) and not any(
        pool.federation for pool in legacy.values()
    ):
        not_applicable("the cut-over is behind")
    for pool in fresh.values():
        if pool.federation:
            yield Finding(kind="new-edge-federates-early", message=f"federation is enabled on {pool.fqdn}")
    for site in deployment.sites:
        if site.federation_route in fresh:
            message = f"site {site.name} routes federation to {site.federation_route}"
            yield Finding(kind="site-routed-early", message=message)
    for pool in deployment.pools:
        if pool.media_edge in fresh:
            message = f"media of {pool.fqdn} goes through {pool.media_edge}"
            yield Finding(kind="media-switched-early", message=message)


@check(
    clause="edge",
    severity=Severity.ERROR,
    at="production..retired",
    source="Configure federation routes and media traffic",
    remedy="Set the site's federation route to the Edge pool that carries federation; repeat at every site.",
)
def every_site_routes_to_the_edge_that_federates(site: SiteSubject, origin: Observer) -> None:
    """After the cut-over every site's federation route leads to the Edge pool that federates."""
    if site.is_branch:
        not_applicable("a branch site uses its parent's route")
    if origin.federates(site.site) is False:
        not_applicable("there was no federation to keep")
    outcome = site.route_federation()
    assert outcome.done, outcome


@check(
    clause="edge",
    severity=Severity.WARNING,
    at="production..retired",
    source="Configure federation routes and media traffic",
    remedy="Stop the Access Edge service on the legacy Edge Servers and set its startup type to Disabled.",
)
def the_legacy_access_edge_is_stopped(pool: PoolSubject, deployment: DeploymentSubject) -> Iterator[Finding]:
    """After the cut-over no legacy Access Edge answers any more, unless XMPP or its single name needs it."""
    edge = pool.pool
    if edge.role is not PoolRole.EDGE:
        not_applicable("this is no Edge pool")
    if len(deployment.generations) < 2 or edge.versions == deployment.generations[-1]:
        not_applicable("this Edge pool is not a legacy one")
    if edge.xmpp:
        not_applicable("XMPP federation stays on it")
    if edge.federation:
        not_applicable("federation has not been switched over; other checks tell whether it should have been")
    names = edge.edge_names
    if names is not None and names.access == names.web_conferencing == names.av:
        not_applicable("with a single name it goes on until everybody has moved")
    if pool.access_edge().done:
        yield Finding(kind="legacy-access-edge-runs", message=f"the Access Edge of {edge.fqdn} still runs")


@check(
    clause="edge",
    severity=Severity.BLOCKER,
    source="Failing over and failing back a pool; Configure federation routes and media traffic",
    remedy="Set the Edge pool's next hop to a pool that stays, publish, and wait for the Edge's replica.",
)
def every_edge_hands_to_a_living_next_hop(pool: PoolSubject) -> None:
    """Whatever comes in through an Edge pool is taken by its next hop."""
    if pool.pool.role is not PoolRole.EDGE:
        not_applicable("only Edge pools hand external traffic inward")
    if pool.is_silenced:
        not_applicable("stopped on purpose: the pool is about to be removed")
    outcome = pool.hand_inward()
    assert outcome.done, outcome


@check(
    clause="edge",
    severity=Severity.ERROR,
    source="Migrating XMPP federation",
    remedy="Leave people with XMPP contacts on a pool that has a gateway, and keep that pool and its Edge.",
)
def people_with_xmpp_contacts_keep_them(user: User, origin: Observer) -> Iterator[Finding]:
    """Whoever has XMPP contacts can reach them, before and after the move."""
    if user.has_xmpp is False:
        not_applicable("nobody here is known to have XMPP contacts")
    outcome = user.reach_xmpp()
    if not outcome.done:
        # Nobody on a branch appliance has XMPP: advice of the guide, and nothing that a move took away.
        severity = Severity.WARNING if user.is_on_branch_appliance else None
        yield Finding(kind="xmpp-not-reached", severity=severity, outcome=outcome)
        return
    for domain in user.sip_domains:
        if not _was_reached(origin, domain):
            continue
        received = user.receive_xmpp(domain)
        if not received.done:
            yield Finding(kind="not-reached-by-xmpp", outcome=received)
            return


@check(
    clause="edge",
    severity=Severity.BLOCKER,
    at="production..retired",
    source="Configure federation routes and media traffic",
    remedy="Move everybody, take the legacy Edge with its single name out of use, and only then enable "
    "federation on the new one.",
)
def an_edge_with_a_single_name_goes_first(
    pool: PoolSubject, deployment: DeploymentSubject, origin: Observer
) -> None:
    """Federation is switched away from a legacy Edge with one name for everything once that Edge is gone."""
    names = pool.pool.edge_names
    if names is None or not names.access == names.web_conferencing == names.av:
        not_applicable("its three services have names of their own")
    if len(deployment.generations) < 2 or pool.pool.versions == deployment.generations[-1]:
        not_applicable("it is not a legacy Edge")
    if pool.is_silenced:
        not_applicable("it is out of use")
    if not any(isinstance(each, PoolSubject) and _carried(each, pool) for each in subjects(origin, "pool")):
        not_applicable("it did not carry federation")
    others = [
        each.fqdn
        for each in deployment.pools
        if each.role is PoolRole.EDGE and each.id != pool.pool.id and each.federation
    ]
    assert not others, f"{pool} is still in use, and federation is enabled on {', '.join(others)}"


@check(
    clause="edge",
    severity=Severity.ERROR,
    source="Dumitras and Narasimhan: hidden dependencies; derived",
    remedy="Watch who still talks to the old server before it is switched off, and tell them the new name.",
)
def everybody_who_was_given_a_name_is_still_answered(party: PartySubject) -> None:
    """Partners, gateways and recorders that were given the name of one server still reach it."""
    outcome = party.connect()
    assert outcome.done, outcome


@check(
    clause="edge",
    severity=Severity.ERROR,
    source="Central Management store replication failures (support article)",
    remedy="Open 4443 from the Central Management pool to the inside of the Edge, and repair static routes.",
)
def every_edge_hears_of_changes(pool: PoolSubject) -> None:
    """What is changed inside reaches the Edge Servers too."""
    if pool.pool.role is not PoolRole.EDGE or pool.is_silenced:
        not_applicable("no Edge pool in use")
    outcome = pool.take_configuration_inside()
    assert outcome.done, outcome


def _carried(each: PoolSubject, pool: PoolSubject) -> bool:
    return each.pool.id == pool.pool.id and each.pool.federation


def _was_reached(origin: Observer, domain: str) -> bool:
    """Tell whether XMPP contacts reached anybody by the records of a domain when the migration began."""
    return any(
        isinstance(each, User)
        and each.has_xmpp is True
        and each.receive_xmpp(domain).disposition is Disposition.DONE
        for each in subjects(origin, "user")
    )
