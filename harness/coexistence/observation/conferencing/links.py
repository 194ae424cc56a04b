"""Links: simple URLs, the page behind them, and what the reverse proxy makes of both.

Law of this room: a link leads to a name, the name to a pool, that pool to the one that hosts the meeting.
Inside, DNS leads to the pool; outside, the reverse proxy does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coexistence.model.clients import MeetingClient
from coexistence.model.conditions.reverse_proxy import ReverseProxyRule
from coexistence.model.deployment import SimpleUrl, is_address
from coexistence.model.vocabulary import Confidence, Feature, Guest, Maybe, PoolId, PoolRole, Unknown, Version
from coexistence.model.vocabulary.ends import name_of, use_of
from coexistence.observation.conferencing.admission import OPEN, Terms
from coexistence.observation.conferencing.hosting import fate, hosting_pool, needed_service, to_focus
from coexistence.observation.conferencing.joining import Joiner, legs_of_join
from coexistence.observation.facts.facts import Facts, covers
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, travel, undecided
from coexistence.observation.network.edges import joined
from coexistence.observation.servers.user_replicas import web_between
from coexistence.simulation.rules.meeting_settings import LEGACY_LINK, is_on
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.rules.simple_urls import effective_urls, host_of

__all__ = ["by_link", "open_url", "publishes", "urls_of"]

#: A name that leads to a name that leads to a name: more than one alias is rare, a circle is a mistake.
_MOST_ALIASES: Final = 5
_HTTPS: Final = 443


def urls_of(facts: Facts, component: str = "") -> Maybe[tuple[SimpleUrl, ...]]:
    """Return the simple URLs of every scope, or those of one component (Meet, Dialin, Cscp)."""
    urls = facts.state.simple_urls
    if isinstance(urls, Unknown):
        return urls
    return tuple(each for each in urls if component.lower() in ("", each.component.lower()))


# -------------------------------------------------------------------- the page behind a name


def open_url(facts: Facts, url: str) -> Outcome:
    """Return whether a simple URL leads to a pool that answers under its name."""
    return facts.outcome(("simple url", url), lambda: travel(_open_url(facts, url)))


@rule(
    "links-lead-to-a-pool",
    "A simple URL leads by DNS to a Front End pool or Director whose web services run and whose certificate "
    "names it.",
    source="Change simple URLs after migration; Planning for simple URLs",
    switch="names-resolve",
)
def _open_url(facts: Facts, url: str) -> Iterator[Leg]:
    name = host_of(url)
    target = _target(facts, name)
    if isinstance(target, Unknown):
        yield facts.untold_names("", target)
        return
    yield from _page(facts, name, target)


def _page(facts: Facts, name: str, target: str | None) -> Iterator[Leg]:
    if target is None:
        yield failed("", f"no DNS record of {name}", on=name_of(name))
        return
    pool = facts.state.pools.get(PoolId(target))
    if pool is None and is_address(target):
        yield undecided("", f"{name} leads to {target}, and nobody told whose address that is", "DNS export")
        return
    if pool is None:
        reason = f"{name} leads to {target}, which is not in the topology"
        yield failed(target, reason, on=use_of(PoolId(target)))
        return
    if pool.role not in (PoolRole.FRONT_END, PoolRole.DIRECTOR):
        yield failed(pool.fqdn, f"{name} leads to {pool.fqdn}, which answers no links")
        return
    yield passed(name, f"leads to {pool.fqdn}")
    yield _answers(facts, pool.id, name)
    yield needed_service(facts, pool.id, "web_services")
    yield _shown(facts, pool.id, name)


@rule(
    "simple-url-needs-setup",
    "After a simple URL was changed, a Front End or Director answers under the new one when "
    "Enable-CsComputer was run on it.",
    source="Planning for simple URLs",
)
def _answers(facts: Facts, pool: PoolId, name: str) -> Leg:
    """Ask whether the pool's web pages, and not something else on port 443, answer under a name."""
    fqdn = facts.fqdn(pool)
    if (pool, name) in facts.state.publishing.unserved:
        return failed(fqdn, f"does not answer as {name} yet: Enable-CsComputer was not run here")
    if any(
        block.port == _HTTPS and block.source is None and block.target == pool
        for block in facts.state.blocked
    ):
        return failed(fqdn, f"port {_HTTPS} is not answered by the web pages of this pool")
    return Leg()


def _shown(facts: Facts, pool: PoolId, name: str) -> Leg:
    """The browser accepts the certificate if it is valid and names the host (protocol facts, 6.2)."""
    shown = facts.certificate(pool, "WebServicesInternal") or facts.certificate(pool)
    fqdn = facts.fqdn(pool)
    if shown is None:
        return facts.untold_names(fqdn, Unknown("certificate export"))
    if facts.has_expired(shown):
        return failed(fqdn, f"the certificate of {fqdn} expired on {shown.not_after}")
    if not covers(shown, name):
        return failed(fqdn, f"the certificate of {fqdn} does not name {name}")
    return Leg()


def _target(facts: Facts, name: str) -> Maybe[str | None]:
    for _ in range(_MOST_ALIASES):
        found = facts.resolve(name)
        if isinstance(found, Unknown) or found is not None:
            return found
        alias = facts.resolve(name, "CNAME")
        if isinstance(alias, Unknown) or alias is None or alias in facts.state.pools:
            return alias
        name = alias
    return None


# -------------------------------------------------------------------- joining by a link


def by_link(
    facts: Facts,
    home: PoolId,
    scheduled_on: Maybe[Version],
    by_upgraded: Maybe[bool],
    *,
    joiner: Joiner = None,
    policy: Maybe[str | None] = None,
    lost: bool = False,
    terms: Terms = OPEN,
    client: MeetingClient | None = None,
    old_link: bool = False,
) -> Outcome:
    """Return whether a meeting can be joined by its link, in a browser.

    Which of the SIP domains an organizer is in is not looked at: the link of every domain has to work.
    ``client`` is what is installed and may take over from the browser; ``old_link`` says that the link in the
    invitation is not the one that the organizer's site uses now.
    """
    given = policy if isinstance(joiner, Guest) else None
    key: tuple[object, ...] = (
        "by link",
        home,
        fate(facts, home, scheduled_on, by_upgraded),
        joiner,
        given,
        lost,
    )
    if not (terms is OPEN and client is None and not old_link) or _has_slides_of_its_own(scheduled_on):
        key = (*key, terms, client, old_link, scheduled_on)
    return facts.outcome(
        key,
        lambda: travel(
            _by_link(
                facts,
                home,
                scheduled_on,
                by_upgraded,
                joiner,
                policy,
                lost=lost,
                terms=terms,
                client=client,
                old_link=old_link,
            )
        ),
    )


def _by_link(
    facts: Facts,
    home: PoolId,
    scheduled_on: Maybe[Version],
    by_upgraded: Maybe[bool],
    joiner: Joiner,
    policy: Maybe[str | None],
    *,
    lost: bool,
    terms: Terms,
    client: MeetingClient | None,
    old_link: bool,
) -> Iterator[Leg]:
    yield facts.in_topology(home)
    host = hosting_pool(facts, home)
    site = facts.state.pools[host].site
    urls = effective_urls(facts.state, "Meet", site)
    if isinstance(urls, Unknown):
        yield undecided("", "nobody told the Meet simple URLs", urls.needs)
        return
    if not urls:
        yield failed("", "there is no Meet simple URL")
        return
    if old_link:
        yield _old_link(facts, host, urls)
    if isinstance(joiner, Guest):
        yield facts.leg(("links from outside", host), lambda: joined(_from_outside(facts, urls, host)))
    else:
        yield facts.leg(("links", host), lambda: joined(_links(facts, urls, host)))
    if client is not None:
        yield _join_page(facts, host, client)
    yield _kept_slides(facts, host, scheduled_on)
    yield from legs_of_join(
        facts, home, scheduled_on, by_upgraded, joiner, None, policy, lost=lost, terms=terms, client=client
    )


@rule(
    "site-urls-change-with-site",
    "With Meet URLs of their own for sites, a move to another site changes the link of a meeting: those in "
    "old invitations fail. With a global one links stay as they are.",
    source="Planning for simple URLs",
)
def _old_link(facts: Facts, host: PoolId, urls: tuple[SimpleUrl, ...]) -> Leg:
    listed = ", ".join(each.url for each in urls)
    return failed(
        facts.fqdn(host), f"the invitation prints a link that is not used here any more (now: {listed})"
    )


def _links(facts: Facts, urls: tuple[SimpleUrl, ...], host: PoolId) -> Iterator[Leg]:
    for url in urls:
        yield facts.leg(("url", url.url), lambda url=url.url: joined(_open_url(facts, url)))  # type: ignore[misc]  # the default binds the loop's url
        yield from _redirected(facts, _target(facts, host_of(url.url)), host)
    yield needed_service(facts, host, "web_services")


@rule(
    "join-page-asks-the-host",
    "The pool that answers a join link finds the organizer's pool and sends the browser on to it.",
    source="Configure the meeting join page; Change simple URLs after migration",
    confidence=Confidence.ASSUMED,
    switch="join-page-asks-host",
)
def _redirected(facts: Facts, landing: Maybe[str | None], host: PoolId) -> Iterator[Leg]:
    if isinstance(landing, Unknown) or landing is None or landing == host:
        return
    here = PoolId(landing)
    yield Leg(assumes=("join-page-asks-host",))
    if _is_older_front_end(facts, here, host):
        yield Leg(assumes=("old-page-shows-new-meeting",))
        if facts.rules.value("old-page-shows-new-meeting") == "no":
            yield failed(landing, f"the join page is older than {facts.fqdn(host)} and shows an error")
    if facts.rules.value("join-page-asks-host") == "yes":
        yield to_focus(facts, here, host)
        yield web_between(facts, here, host)
    yield passed(landing, f"sends the browser on to {facts.fqdn(host)}")


def _is_older_front_end(facts: Facts, landing: PoolId, host: PoolId) -> bool:
    """Tell whether a join page is on an older Front End pool; of older Directors the guide says they do."""
    page = facts.state.pools.get(landing)
    theirs = facts.state.pools[host].versions
    return bool(
        page is not None
        and page.role is PoolRole.FRONT_END
        and page.versions
        and theirs
        and page.versions[-1] < theirs[0]
    )


@rule(
    "join-page-options",
    "The join page starts an installed client, else the Web App; a link for older clients is shown where the "
    "web service configuration says so, which it does not by default.",
    source="Configure the meeting join page",
    switch="meeting-settings-default",
)
def _join_page(facts: Facts, host: PoolId, client: MeetingClient) -> Leg:
    if not client.is_older_than_2013:
        return passed(facts.fqdn(host), f"the join page starts {client.value}")
    shows = is_on(facts.state, facts.rules, LEGACY_LINK, host)
    if shows is True:
        return passed(facts.fqdn(host), f"the join page shows a link for {client.value}")
    return passed(facts.fqdn(host), f"the join page offers the Web App, and no link for {client.value}")


@rule(
    "slides-of-2010-view-only",
    "In the Web App of 2013 or later, a meeting that was scheduled on Lync Server 2010 can be watched, but "
    "no slides be uploaded.",
    source="Client interoperability in Lync 2013",
)
def _kept_slides(facts: Facts, host: PoolId, scheduled_on: Maybe[Version]) -> Leg:
    pool = facts.state.pools[host]
    if not _has_slides_of_its_own(scheduled_on) or pool.has(Feature.OFFICE_WEB_APPS) is not True:
        return Leg()
    return passed(facts.fqdn(host), "the Web App shows slides and takes no new ones: scheduled on 2010")


def _has_slides_of_its_own(scheduled_on: Maybe[Version]) -> bool:
    """Tell whether a meeting comes from a version that showed slides without Office Web Apps."""
    return isinstance(scheduled_on, Version) and not scheduled_on.has(Feature.OFFICE_WEB_APPS)


# -------------------------------------------------------------------- the reverse proxy


@rule(
    "reverse-proxy-publishes-names",
    "From outside, the reverse proxy must publish each simple URL and the external web name of the hosting "
    "pool, show a certificate that names them, and pass on the name that was asked for.",
    source="Reverse proxy web publishing (Lync Server 2013); third party: Lync reverse proxy and friendly "
    "meeting URLs",
    confidence=Confidence.THIRD_PARTY,
    switch="reverse-proxy-publishes",
)
def _from_outside(facts: Facts, urls: tuple[SimpleUrl, ...], host: PoolId) -> Iterator[Leg]:
    rules = facts.state.publishing.rules
    if not rules:
        assumes = ("reverse-proxy-publishes",)
        if facts.rules.value("reverse-proxy-publishes") == "undecided":
            needs = "a statement of what the reverse proxy publishes"
            yield undecided("", "nobody told what the reverse proxy publishes", needs, assumes=assumes)
        yield Leg(assumes=assumes)
        yield facts.leg(("links", host), lambda: joined(_links(facts, urls, host)))
        return
    for url in urls:
        name = host_of(url.url)
        through = _through(facts, rules, name, None)
        yield through
        if through.stop is None:
            target = next(each.target for each in rules if name in each.names)
            yield _answers(facts, target, name)
            yield needed_service(facts, target, "web_services")
            yield from _redirected(facts, target, host)
    external = facts.state.pools[host].external_web_fqdn
    if external is None:
        if not facts.state.pools[host].tells("external_web_fqdn"):
            yield undecided(facts.fqdn(host), "nobody told its external web name", "Get-CsTopology -AsXml")
        yield failed(facts.fqdn(host), "the pool has no external web name: the Web App is out of reach")
        return
    yield _through(facts, rules, external.lower(), host)
    yield needed_service(facts, host, "web_services")


def publishes(facts: Facts, name: str, pool: PoolId) -> Leg:
    """Ask whether the reverse proxy publishes a pool's own name; what nobody stated is taken for granted."""
    rules = facts.state.publishing.rules
    if rules:
        return _through(facts, rules, name, pool)
    assumes = ("reverse-proxy-publishes",)
    if facts.rules.value(assumes[0]) == "undecided":
        needs = "a statement of what the reverse proxy publishes"
        return undecided("", "nobody told what the reverse proxy publishes", needs, assumes=assumes)
    return Leg(assumes=assumes)


def _through(facts: Facts, rules: tuple[ReverseProxyRule, ...], name: str, meant: PoolId | None) -> Leg:
    """Ask one name from outside; ``meant`` is the pool that has to be behind it, None for any with pages."""
    taken = next((each for each in rules if name in each.names), None)
    if taken is None:
        return failed("", f"the reverse proxy does not publish {name}")
    if taken.certificate is not None and not _is_named(name, taken.certificate):
        return failed("", f"the certificate of the reverse proxy does not name {name}")
    pool = facts.state.pools.get(taken.target)
    if pool is None:
        reason = f"the reverse proxy asks {taken.target} for {name}, which is gone"
        return failed(taken.target, reason, on=use_of(taken.target))
    if meant is not None and pool.id != meant:
        return failed(pool.fqdn, f"{name} leads to {pool.fqdn}, not to {facts.fqdn(meant)}")
    if meant is None and not taken.forwards_host:
        # Pages are chosen by the name that was asked for; the web components answer under their own.
        return failed(pool.fqdn, f"an error page: the reverse proxy does not pass on the name {name}")
    return passed(name, f"published, leads to {pool.fqdn}")


def _is_named(name: str, names: frozenset[str]) -> bool:
    return name in names or f"*.{name.partition('.')[2]}" in names
