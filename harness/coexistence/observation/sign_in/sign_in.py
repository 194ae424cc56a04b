"""Signing in: finding a server by name, being sent home, and being let in there.

Law of this room: a client looks for names in an order of its own, and the first server that answers
decides; that server sends it to its home pool, and the home pool has the last word (protocol facts,
sections 2.1 to 2.4; the order is a third party's).

Left out, because it changes nothing that a migration changes, or because nobody could tell: names of a
second choice that only outside clients use (``sipexternal``) and SRV over plain TCP; several SRV records
with priorities; a fixed server in the client's settings; time spent. Mobile clients: the reverse proxy is
taken to hand on ``lyncdiscover`` to the pool that the name leads to in internal DNS, its certificate and
the name in external DNS are not looked at, nor is push notification.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from coexistence.model.clients import CLIENTS, Client, ClientGeneration, Discovery
from coexistence.model.deployment import key_of
from coexistence.model.vocabulary import (
    Confidence,
    Credentials,
    Disposition,
    Edition,
    Maybe,
    PoolId,
    PoolRole,
    SiteId,
    Unknown,
    UserKind,
    Version,
)
from coexistence.model.vocabulary.ends import name_of, replica_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, refused, travel, undecided
from coexistence.observation.network.edges import joined
from coexistence.observation.network.remote_access import reach_from_outside
from coexistence.observation.servers.user_replicas import at_home
from coexistence.observation.sign_in.admission import (
    CLIENT_VERSIONS,
    admitted,
    alone,
    listed,
    mobility,
    readable,
)
from coexistence.observation.sign_in.authentication import proves
from coexistence.observation.sign_in.dhcp import bootstraps
from coexistence.observation.sign_in.discovery import (
    CLIENT,
    SIP,
    WEB,
    Found,
    certificate_trouble,
    connects,
    find,
    leads_to,
)
from coexistence.observation.sign_in.registrar import serving, takes_over
from coexistence.simulation.rules.registry import rule

__all__ = [
    "CLIENT_VERSIONS",
    "EVERY_DAY",
    "PROMPT",
    "Attempt",
    "Cache",
    "downgraded",
    "find_home",
    "legs_of_sign_in",
    "sign_in",
]

#: What a client remembers from the last time: nothing, or its registrar.
Cache: TypeAlias = Literal["empty", "warm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Under which circumstances somebody signs in; left out, those of every day."""

    credentials: Credentials = Credentials.VALID
    #: The registrar that a warm cache holds; None for the one that serves the home pool now.
    remembered: PoolId | None = None
    #: In which site's network the device is, for DHCP; None for that of the home pool.
    site: SiteId | None = None
    #: The version that rewrote the person's record, where it is not the home pool's.
    record: Version | None = None
    #: Code of the person's routing group where its replicas deviate.
    group: int = 0


EVERY_DAY: Final = Attempt()
#: How a hop begins where the client asks people something.
PROMPT: Final = "asks whether to trust"


def sign_in(
    facts: Facts,
    home: PoolId,
    client: ClientGeneration,
    domain: Maybe[str],
    *,
    cache: Cache = "empty",
    outside: bool = False,
    kind: UserKind = UserKind.PERSON,
    policy: Maybe[str | None] = None,
    attempt: Attempt = EVERY_DAY,
) -> Outcome:
    """Return whether somebody homed on a pool can sign in with a client.

    ``domain`` is that of the person's SIP address, ``policy`` the name of a client version policy that the
    person was granted. With a warm cache the client goes straight to its registrar. From ``outside``, a
    desktop client goes through the Access Edge; a mobile client takes the same way from everywhere.
    ``attempt`` says what is not as it is every day.
    """
    key = ("sign in", home, client, str(domain), cache, outside, kind, str(policy), attempt)
    if outside and client in CLIENTS and CLIENTS[client].discovery is not Discovery.EXTERNAL_WEB:
        return facts.outcome(
            key, lambda: travel(_from_outside(facts, home, CLIENTS[client], policy, attempt))
        )
    return facts.outcome(
        key, lambda: travel(legs_of_sign_in(facts, home, client, domain, cache, kind, policy, attempt))
    )


def find_home(facts: Facts, home: PoolId, client: ClientGeneration, domain: Maybe[str]) -> Outcome:
    """Return whether a client that remembers nothing finds its home pool, and what it asks on the way.

    What the pool then says to it is left out.
    """
    key = ("find home", home, client, str(domain))
    return facts.outcome(key, lambda: travel(_find_home(facts, home, client, domain)))


def _find_home(facts: Facts, home: PoolId, generation: ClientGeneration, domain: Maybe[str]) -> Iterator[Leg]:
    yield facts.in_topology(home)
    client = CLIENTS.get(generation)
    if client is None:
        yield undecided(CLIENT, "nobody told which client they use", CLIENT_VERSIONS.needs)
        return
    yield from _discover(facts, client, domain, home, serving(facts, home), EVERY_DAY)


def downgraded(facts: Facts, home: PoolId, client: ClientGeneration, upgraded: Maybe[bool]) -> Outcome:
    """Return whether people are back at the client that they had before the migration."""
    key = ("downgraded", home, client, str(upgraded))
    return facts.outcome(key, lambda: travel([_downgraded(home, client, upgraded)]))


def _downgraded(home: PoolId, client: ClientGeneration, upgraded: Maybe[bool]) -> Leg:
    if isinstance(upgraded, Unknown):
        return undecided(home, "nobody told whether their client was upgraded", upgraded.needs)
    if upgraded:
        return failed(home, f"people still work with the upgraded client {client.label}")
    return Leg()


def legs_of_sign_in(
    facts: Facts,
    home: PoolId,
    generation: ClientGeneration,
    domain: Maybe[str],
    cache: Cache,
    kind: UserKind,
    policy: Maybe[str | None],
    attempt: Attempt,
) -> Iterator[Leg]:
    """Yield the legs of a sign-in from inside, for routes that end with one."""
    if kind is UserKind.CLOUD:
        yield refused(CLIENT, "the account is homed online, not in this deployment")
    yield facts.in_topology(home)
    client = CLIENTS.get(generation)
    if client is None:
        yield undecided(CLIENT, "nobody told which client they use", CLIENT_VERSIONS.needs)
        return
    registrar = serving(facts, home)
    if cache == "warm":
        at, redirects = yield from _remembered(facts, client, domain, home, registrar, attempt)
    else:
        at, redirects = yield from _discover(facts, client, domain, home, registrar, attempt)
    if kind is UserKind.DISABLED:
        yield _not_enabled(facts, at)
    yield facts.leg(
        ("registers", generation, home, str(policy), attempt.credentials, attempt.record),
        lambda: joined(_register(facts, client, home, registrar, policy, attempt)),
    )
    yield from at_home(facts, home, registrar, domain, attempt.group)
    if redirects is not None and client.discovery is not Discovery.EXTERNAL_WEB:
        yield _redirects(facts, registrar, redirects)


@rule(
    "disabled-account-4005",
    "Whoever signs in to an account that is not enabled is answered with 404 and 4005.",
    source="Lync Server 2013: testing pages of the synthetic transactions",
)
def _not_enabled(facts: Facts, at: PoolId) -> Leg:
    return failed(facts.fqdn(at), "Destination URI either not enabled for SIP or does not exist", 4005)


#: Which pool answered a client first, and how many redirects (301) it gave; None for a client that
#: reached its own Front End at once.
_Answered: TypeAlias = tuple[PoolId, int | None]
_REMEMBERED: Final = passed(CLIENT, "goes straight to the registrar that it used last")


def _remembered(
    facts: Facts, client: Client, domain: Maybe[str], home: PoolId, registrar: PoolId, attempt: Attempt
) -> Generator[Leg, None, _Answered]:
    """Go straight to a registrar that a client remembers."""
    last = attempt.remembered
    if last is None or last in (home, registrar):
        yield _REMEMBERED
        return home, None
    yield facts.leg(("remembered", last), lambda: _look_remembered(facts, last))
    if last not in facts.state.pools or facts.registrar(last).stop is not None:
        return (yield from _discover(facts, client, domain, home, registrar, attempt))
    how = WEB if client.discovery is Discovery.EXTERNAL_WEB else SIP
    yield connects(facts, client, last, how)
    yield proves(facts, client, last, how, attempt.credentials)
    yield _sent_home(facts, how, last, home, registrar)
    return last, 1


@rule(
    "cached-registrar",
    "A client remembers the registrar that worked last and goes there first; a registrar that is not the "
    "person's home any more sends it on.",
    source="Log on to the Lync Server; Planning for central site voice resiliency",
    switch="dead-registrar-forgotten",
)
def _look_remembered(facts: Facts, last: PoolId) -> Leg:
    """Ask a remembered registrar that is not the person's own whether it is there."""
    if last not in facts.state.pools:
        gone = f"the registrar that it used last, {last}, is in the topology no more"
    else:
        stop = facts.registrar(last).stop
        if stop is None:
            assumes = facts.registrar(last).assumes
            return passed(CLIENT, f"goes straight to {facts.fqdn(last)}, which it used last", *assumes)
        if stop.disposition is Disposition.UNDECIDED:
            return facts.registrar(last)
        gone = f"the registrar that it used last, {facts.fqdn(last)}, is silent"
    assumes = ("dead-registrar-forgotten",)
    if facts.rules.value("dead-registrar-forgotten") == "no":
        return failed(CLIENT, gone, assumes=assumes)
    return passed(CLIENT, f"{gone}; it looks for another", *assumes)


def _from_outside(
    facts: Facts, home: PoolId, client: Client, policy: Maybe[str | None], attempt: Attempt
) -> Iterator[Leg]:
    way = reach_from_outside(facts, home)
    yield Leg(way.hops, None if way.disposition is Disposition.DONE else way, way.assumes)
    yield proves(facts, client, home, SIP, attempt.credentials, outside=True)
    yield listed(facts, client, home)
    yield admitted(facts, client, home, policy)
    yield readable(facts, home, attempt.record)
    yield from at_home(facts, home, home, Unknown("Get-CsUser"), attempt.group)


# -------------------------------------------------------------------- being sent home


def _discover(
    facts: Facts, client: Client, domain: Maybe[str], home: PoolId, registrar: PoolId, attempt: Attempt
) -> Generator[Leg, None, _Answered]:
    """Follow a client's names to the first server that answers, and from there home."""
    if isinstance(domain, Unknown):
        yield undecided(CLIENT, "nobody told the domain of their SIP addresses", domain.needs)
        return home, 0
    site = attempt.site if attempt.site is not None else facts.state.pools[home].site
    found = find(facts, client, domain, home, site)
    yield found
    if client.discovery is Discovery.SRV_THEN_DHCP:
        yield bootstraps(facts, registrar, site)
    if not isinstance(found, Found) or found.pool is None:
        return home, 0
    yield connects(facts, client, found.pool, found.how)
    yield proves(facts, client, found.pool, found.how, attempt.credentials)
    yield _sent_home(facts, found.how, found.pool, home, registrar)
    if found.how == WEB and client.discovery is Discovery.AUTODISCOVER_FIRST:
        yield facts.leg(("prompt", home, domain), lambda: _trusts_name(facts, home, domain))
    is_redirect = found.how != WEB and found.pool not in (home, registrar)
    return found.pool, int(is_redirect)


@rule(
    "autodiscover-trust-prompt",
    "A client asks whether to trust a server that Autodiscover names, if its name lies in no domain that the "
    "client trusts; what people answer is remembered.",
    source="Lync 2010 pool / Lync 2013 client coexistence (third party); Cannot verify that the server is "
    "trusted",
    confidence=Confidence.THIRD_PARTY,
    switch="trust-prompt-accepted",
)
def _trusts_name(facts: Facts, home: PoolId, domain: str) -> Leg:
    name = key_of(facts.fqdn(home))
    trusted = {domain, *facts.state.particulars.trusted_domains}
    if any(name.endswith(f".{each}") for each in trusted):
        return Leg()
    question = f"{PROMPT} {facts.fqdn(home)}, which is not in {domain}"
    assumes = ("trust-prompt-accepted",)
    if facts.rules.value("trust-prompt-accepted") == "no":
        return refused(CLIENT, f"{question}; people do not", assumes=assumes)
    return passed(CLIENT, question, *assumes)


def _sent_home(facts: Facts, how: str, here: PoolId, home: PoolId, registrar: PoolId) -> Leg:
    """Ask whether the server that answered knows where people of a home pool belong.

    It authenticates them, then answers 301 "Redirect request to Home Server" (trace; protocol facts,
    section 2.3), or names the home pool in Autodiscover's answer.
    """
    if here in (home, registrar):
        return Leg()
    return facts.leg(("sent home", how, here, home), lambda: _look_sent_home(facts, how, here, home))


@rule(
    "redirect-to-home",
    "A registrar that is not the person's home answers 301, Redirect request to Home Server, between all "
    "versions, if its replica has heard of the home pool.",
    source="Planning for central site voice resiliency; trace of a Lync Server 2013 sign-in",
    confidence=Confidence.THIRD_PARTY,
)
def _look_sent_home(facts: Facts, how: str, here: PoolId, home: PoolId) -> Leg:
    fqdn, target = facts.fqdn(here), facts.fqdn(home)
    knows = facts.knows(here, home)
    if knows.stop is not None and knows.stop.disposition is not Disposition.UNDECIDED:
        reason = f"the replica here has not heard of {target}, and cannot send anybody there"
        return failed(fqdn, reason, assumes=knows.assumes, on=replica_of(here))
    if knows.stop is not None:
        return knows
    answer = (
        f"Autodiscover names the home pool {target}"
        if how == WEB
        else f"301 Redirect request to Home Server {target}"
    )
    return passed(fqdn, answer, *knows.assumes)


# -------------------------------------------------------------------- at home


def _register(
    facts: Facts,
    client: Client,
    home: PoolId,
    registrar: PoolId,
    policy: Maybe[str | None],
    attempt: Attempt,
) -> Iterator[Leg]:
    is_web = client.discovery is Discovery.EXTERNAL_WEB
    yield takes_over(facts, home, registrar)
    if is_web:
        yield facts.leg(("mobility", home), lambda: mobility(facts, home))
    else:
        yield facts.leg(("met", registrar), lambda: _met(facts, registrar))
        yield connects(facts, client, registrar, SIP)
    yield facts.registrar(registrar)
    yield proves(facts, client, registrar, WEB if is_web else SIP, attempt.credentials)
    yield listed(facts, client, home)
    yield admitted(facts, client, home, policy)
    yield readable(facts, home, attempt.record)
    if facts.state.pools[home].role is PoolRole.BRANCH_APPLIANCE and registrar == home:
        yield facts.leg(("alone", home), lambda: alone(facts, home))


def _redirects(facts: Facts, registrar: PoolId, between_pools: int) -> Leg:
    key = ("redirects", registrar, between_pools)
    return facts.leg(key, lambda: _look_redirects(facts, registrar, between_pools))


@rule(
    "preferred-front-end",
    "In an Enterprise pool, the Front End that DNS led to sends people on to their preferred one by another "
    "301; a client follows a limited number of redirects.",
    source="Planning for central site voice resiliency; UCMA: MaximumRegisterRedirectionAttempts",
    switch="redirects-followed",
)
def _look_redirects(facts: Facts, registrar: PoolId, between_pools: int) -> Leg:
    """Tell the redirect inside a pool, and count it together with the one between pools."""
    pool = facts.state.pools[registrar]
    has_preferred = pool.edition is Edition.ENTERPRISE and len(pool.servers) > 1
    count = between_pools + has_preferred
    assumes = ("redirects-followed",) if count > 1 else ()
    if count > int(facts.rules.value("redirects-followed")):
        return failed(CLIENT, f"gives up at redirect {count}", assumes=("redirects-followed",))
    if not has_preferred:
        return Leg(assumes=assumes)
    answer = "301 Redirect request to Home Server: the person's preferred Front End"
    return passed(pool.fqdn, answer, *assumes)


@rule(
    "registrar-by-its-own-name",
    "A client resolves the name of the registrar that it was sent to, and accepts a valid certificate with "
    "that name alone.",
    source="DNS requirements for automatic client sign-in; Certificate requirements for internal servers",
    switch="names-resolve",
)
def _met(facts: Facts, pool: PoolId) -> Leg:
    """Ask whether a client can resolve a registrar's own name, and accepts its certificate."""
    fqdn = facts.fqdn(pool)
    if isinstance(facts.state.records, Unknown):
        return facts.untold_names(CLIENT, facts.state.records)
    if leads_to(facts, pool, "A") is None:
        return failed(CLIENT, f"no DNS A record of {fqdn}", on=name_of(pool))
    wrong = certificate_trouble(facts, pool, pool)
    return failed(CLIENT, wrong) if wrong else Leg()
