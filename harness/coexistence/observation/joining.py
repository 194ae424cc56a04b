"""Links and phones: ways into a meeting that do not begin at a client.

Law of this room: a link leads to a name, the name to a pool, that pool to the one that hosts the meeting.
A code typed into a phone leads to the pool that owns its conference directory, not to the organizer's
(protocol facts, sections 4.1 and 4.3; migration facts, section 5.3).

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import ipaddress
import urllib.parse
from collections.abc import Iterator

from coexistence.deployment import Application, ConferenceDirectory, SimpleUrl
from coexistence.observation.conferencing import (
    Joiner,
    allows_anonymous,
    fate,
    hosting_pool,
    legs_of_join,
    needed_service,
    to_focus,
)
from coexistence.observation.edges import joined
from coexistence.observation.facts import Facts, covers
from coexistence.observation.outcomes import Outcome
from coexistence.observation.routes import Leg, failed, passed, travel, undecided
from coexistence.population import MEETING_LOST
from coexistence.vocabulary import (
    ApplicationKind,
    Guest,
    Maybe,
    Modality,
    PoolId,
    PoolRole,
    Unknown,
    Version,
)

__all__ = ["access_number", "by_link", "dial_in", "directory_owner", "numbers_of", "open_url", "urls_of"]

_NUMBERS = Unknown("Get-CsDialInConferencingAccessNumber")
#: A name that leads to a name that leads to a name: more than one alias is rare, a circle is a mistake.
_MOST_ALIASES = 5


# -------------------------------------------------------------------- links


def urls_of(facts: Facts, component: str = "") -> Maybe[tuple[SimpleUrl, ...]]:
    """Return the simple URLs, or those of one component (Meet, Dialin, Cscp)."""
    urls = facts.state.simple_urls
    if isinstance(urls, Unknown):
        return urls
    return tuple(each for each in urls if component.lower() in ("", each.component.lower()))


def open_url(facts: Facts, url: str) -> Outcome:
    """Return whether a simple URL leads to a pool that answers under its name.

    Source: "Change simple URLs after migration", "Planning for simple URLs".
    """
    return facts.outcome(("simple url", url), lambda: travel(_open_url(facts, url)))


def _open_url(facts: Facts, url: str) -> Iterator[Leg]:
    name = _host_of(url)
    target = _target(facts, name)
    if isinstance(target, Unknown):
        if facts.rules.value("names-resolve") == "no":
            yield undecided("", f"nobody told where {name} leads", target.needs, assumes=("names-resolve",))
        yield Leg(assumes=("names-resolve",))
        return
    yield from _page(facts, name, target)


def _page(facts: Facts, name: str, target: str | None) -> Iterator[Leg]:
    if target is None:
        yield failed("", f"no DNS record of {name}")
        return
    pool = facts.state.pools.get(PoolId(target))
    if pool is None and _is_address(target):
        yield undecided("", f"{name} leads to {target}, and nobody told whose address that is", "DNS export")
        return
    if pool is None:
        yield failed(target, f"{name} leads to {target}, which is not in the topology")
        return
    if pool.role not in (PoolRole.FRONT_END, PoolRole.DIRECTOR):
        yield failed(pool.fqdn, f"{name} leads to {pool.fqdn}, which answers no links")
        return
    yield passed(name, f"leads to {pool.fqdn}")
    yield needed_service(facts, pool.id, "web_services")
    yield _shown(facts, pool.id, name)


def _shown(facts: Facts, pool: PoolId, name: str) -> Leg:
    """The browser accepts the certificate if it is valid and names the host (protocol facts, 6.2)."""
    shown = facts.certificate(pool, "WebServicesInternal") or facts.certificate(pool)
    fqdn = facts.fqdn(pool)
    if shown is None:
        return Leg(assumes=("names-resolve",))
    if shown.not_after.toordinal() < facts.state.day:
        return failed(fqdn, f"the certificate of {fqdn} expired on {shown.not_after}")
    if not covers(shown, name):
        return failed(fqdn, f"the certificate of {fqdn} does not name {name}")
    return Leg()


def _host_of(url: str) -> str:
    return (urllib.parse.urlsplit(url).hostname or url).lower()


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


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def by_link(
    facts: Facts,
    home: PoolId,
    scheduled_on: Maybe[Version],
    by_upgraded: Maybe[bool],
    *,
    joiner: Joiner = None,
    policy: Maybe[str | None] = None,
    lost: bool = False,
) -> Outcome:
    """Return whether a meeting can be joined by its link, in a browser.

    Which of the SIP domains an organizer is in is not looked at: the link of every domain has to work.
    """
    given = policy if isinstance(joiner, Guest) else None
    key = ("by link", home, fate(facts, home, scheduled_on, by_upgraded), joiner, given, lost)
    return facts.outcome(
        key,
        lambda: travel(_by_link(facts, home, scheduled_on, by_upgraded, joiner, policy, lost=lost)),
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
) -> Iterator[Leg]:
    urls = urls_of(facts, "Meet")
    if isinstance(urls, Unknown):
        yield undecided("", "nobody told the Meet simple URLs", urls.needs)
        return
    if not urls:
        yield failed("", "there is no Meet simple URL")
        return
    yield facts.in_topology(home)
    host = hosting_pool(facts, home)
    yield facts.leg(("links", host), lambda: joined(_links(facts, urls, host)))
    yield from legs_of_join(facts, home, scheduled_on, by_upgraded, joiner, None, policy, lost=lost)


def _links(facts: Facts, urls: tuple[SimpleUrl, ...], host: PoolId) -> Iterator[Leg]:
    for url in urls:
        yield facts.leg(("url", url.url), lambda url=url.url: joined(_open_url(facts, url)))  # type: ignore[misc]  # the default binds the loop's url
        yield from _redirected(facts, _target(facts, _host_of(url.url)), host)
    yield needed_service(facts, host, "web_services")


def _redirected(facts: Facts, landing: Maybe[str | None], host: PoolId) -> Iterator[Leg]:
    if isinstance(landing, Unknown) or landing is None or landing == host:
        return
    yield Leg(assumes=("join-page-asks-host",))
    if facts.rules.value("join-page-asks-host") == "yes":
        yield to_focus(facts, PoolId(landing), host)
    yield passed(landing, f"sends the browser on to {facts.fqdn(host)}")


# -------------------------------------------------------------------- phones


def numbers_of(facts: Facts) -> Maybe[tuple[Application, ...]]:
    """Return the dial-in access numbers."""
    known = facts.state.applications
    if isinstance(known, Unknown):
        return _NUMBERS
    return tuple(each for each in known if each.kind is ApplicationKind.ACCESS_NUMBER)


def access_number(facts: Facts, number: Application) -> Outcome:
    """Return whether an access number is offered to anybody: some dial plan names one of its regions.

    Source: New-CsDialInConferencingAccessNumber reference.
    """
    return travel([_offered(facts, number)])


def _offered(facts: Facts, number: Application) -> Leg:
    plans = facts.state.dial_plans
    if isinstance(plans, Unknown):
        return undecided(number.owner, "nobody told the regions of dial plans", plans.needs)
    if not number.regions:
        return undecided(number.owner, f"nobody told the regions of {number.id}", _NUMBERS.needs)
    named = {each.region for each in plans}
    if not named.intersection(number.regions):
        listed = ", ".join(number.regions)
        return failed(number.owner, f"no dial plan names a region of {number.id} ({listed})")
    return Leg()


def directory_owner(facts: Facts, directory: ConferenceDirectory) -> Outcome:
    """Return whether the pool that owns a conference directory is there and answers.

    Source: Skype for Business Server 2015, plan for upgrade.
    """
    return facts.outcome(
        ("directory", directory.number), lambda: travel(_owner(facts, directory.number, lost=False))
    )


def _owner(facts: Facts, number: int, *, lost: bool) -> Iterator[Leg]:
    directories = facts.state.directories
    if isinstance(directories, Unknown):
        yield undecided("", "nobody told which pools own the conference directories", directories.needs)
        return
    entry = next((each for each in directories if each.number == number), None)
    if entry is None:
        yield failed("", f"there is no conference directory {number}: the conference id is not valid")
        return
    if entry.owner not in facts.state.pools:
        yield failed(entry.owner, f"conference directory {number} belongs to a pool that is gone")
        return
    if lost:
        yield failed(
            facts.fqdn(entry.owner),
            f"the code was lost when conference directory {number} was moved with -Force",
        )
    if entry.state != "ready":
        yield failed(facts.fqdn(entry.owner), f"the move of conference directory {number} did not end")
    yield facts.registrar(entry.owner)


def dial_in(
    facts: Facts,
    directory: int,
    home: PoolId,
    scheduled_on: Maybe[Version],
    by_upgraded: Maybe[bool],
    *,
    number: Application | None = None,
    policy: Maybe[str | None] = None,
    lost: int = 0,
) -> Outcome:
    """Return whether a meeting can be joined from a phone, with the code that its invitation prints.

    ``number`` is the access number that is dialled; left out, every number has to work: invitations print
    them all. ``lost`` is the meeting's column of that name.
    """
    apart = fate(facts, home, scheduled_on, by_upgraded)
    key = ("dial in", number and number.id, directory, home, apart, policy, lost)
    return facts.outcome(
        key,
        lambda: travel(
            _dial_in(facts, number, directory, home, scheduled_on, by_upgraded, policy, lost=lost)
        ),
    )


def _dial_in(
    facts: Facts,
    number: Application | None,
    directory: int,
    home: PoolId,
    scheduled_on: Maybe[Version],
    by_upgraded: Maybe[bool],
    policy: Maybe[str | None],
    *,
    lost: int,
) -> Iterator[Leg]:
    yield facts.leg(
        ("code", directory, bool(lost)), lambda: joined(_owner(facts, directory, lost=bool(lost)))
    )
    known = facts.state.directories
    owner = next(
        each.owner for each in (() if isinstance(known, Unknown) else known) if each.number == directory
    )
    chosen = number and number.id
    yield facts.leg(("numbers", chosen, owner), lambda: joined(_numbers(facts, number, owner)))
    for service in ("conferencing_attendant", "av_mcu"):
        yield needed_service(facts, owner, service)
    yield facts.in_topology(home)
    # A phone has no identity: the meeting must admit anonymous participants (UCMA, joining from phones).
    yield allows_anonymous(facts, home, policy)
    yield from legs_of_join(
        facts, home, scheduled_on, by_upgraded, owner, Modality.AUDIO, policy, lost=lost == MEETING_LOST
    )


def _numbers(facts: Facts, chosen: Application | None, owner: PoolId) -> Iterator[Leg]:
    """From the access number, or from every one, to the pool that knows the code."""
    numbers = (chosen,) if chosen else numbers_of(facts)
    if isinstance(numbers, Unknown):
        yield undecided("", "nobody told the access numbers", numbers.needs)
        return
    if not numbers:
        yield failed("", "there is no access number to dial")
    for number in numbers:
        if number.owner not in facts.state.pools:
            # "Migrate dial-in access numbers": calls to numbers left on a removed pool fail.
            yield failed(number.owner, f"access number {number.id} belongs to a pool that is gone")
            return
        yield facts.leg(("answers", number.id), lambda number=number: joined(_answers(facts, number)))  # type: ignore[misc]  # the default binds the loop's number
        if number.owner != owner:
            yield facts.link(number.owner, owner)


def _answers(facts: Facts, number: Application) -> Iterator[Leg]:
    yield _offered(facts, number)
    yield from _telephony(facts, number.owner)
    yield needed_service(facts, number.owner, "conferencing_attendant")


def _telephony(facts: Facts, pool: PoolId) -> Iterator[Leg]:
    """A call comes in through a Mediation Server: the pool's own, its site's, or any other."""
    site = facts.state.pools[pool].site
    possible = sorted(
        (
            each
            for each in facts.pools(PoolRole.FRONT_END, PoolRole.MEDIATION)
            if "MediationServer" in each.roles
        ),
        key=lambda each: (each.id != pool, each.site != site),
    )
    if not possible:
        yield failed(facts.fqdn(pool), "there is no Mediation Server that calls could come in through")
        return
    runs = {each.id: facts.runs(each.id, "mediation") for each in possible}
    up = [each for each in possible if runs[each.id] is True]
    unsure = [each for each in possible if isinstance(runs[each.id], Unknown)]
    taken = (*up, *unsure, *possible)[0]
    yield needed_service(facts, taken.id, "mediation")
    if taken.id != pool:
        yield facts.link(taken.id, pool)
