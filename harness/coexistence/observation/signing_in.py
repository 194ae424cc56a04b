"""Signing in: finding a server by name, being sent home, and being let in there.

Law of this room: a client looks for names in an order of its own, and the first server that answers
decides; that server sends it to its home pool, and the home pool has the last word (protocol facts,
sections 2.1 to 2.4; the order is a third party's).

Left out, because it changes nothing that a migration changes, or because nobody could tell: proof of
identity (a challenge is always met); names of a second choice that only outside clients use
(``sipexternal``) and SRV over plain TCP; several SRV records with priorities; the second redirect inside
an Enterprise pool to the person's preferred Front End; a fixed server in the client's settings; time
spent (a backup registrar takes over at once, not after the failover interval). Mobile clients: the reverse
proxy is taken to hand on ``lyncdiscover`` to the pool that the name leads to in internal DNS, its
certificate and the name in external DNS are not looked at, nor is push notification. A cached registrar
is that of the present home pool.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Final, Literal, TypeAlias

from coexistence.observation.facts import Facts
from coexistence.observation.finding import (
    CLIENT,
    SIP,
    WEB,
    Found,
    certificate_trouble,
    connects,
    find,
    leads_to,
    taken_for_granted,
)
from coexistence.observation.outcomes import Hop, Outcome
from coexistence.observation.outside import reach_from_outside
from coexistence.observation.routes import Leg, failed, passed, refused, travel, undecided
from coexistence.simulation.clients import (
    ALLOWING,
    CLIENTS,
    Client,
    Discovery,
    Listed,
    decided,
    may_sign_in,
    rules_for,
    settings_for,
)
from coexistence.simulation.rulebook import rule
from coexistence.vocabulary import (
    ClientGeneration,
    Confidence,
    Disposition,
    Maybe,
    PoolId,
    PoolRole,
    Unknown,
    UserKind,
)

__all__ = ["CLIENT_VERSIONS", "Cache", "downgraded", "sign_in"]

#: What a client remembers from the last time: nothing, or its registrar.
Cache: TypeAlias = Literal["empty", "warm"]
#: What would tell which clients people use.
CLIENT_VERSIONS: Final = Unknown("client versions")


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
) -> Outcome:
    """Return whether somebody homed on a pool can sign in with a client.

    ``domain`` is that of the person's SIP address, ``policy`` the name of a client version policy that the
    person was granted. With a warm cache the client goes straight to its registrar. From ``outside``, a
    desktop client goes through the Access Edge; a mobile client takes the same way from everywhere.
    """
    key = ("sign in", home, client, str(domain), cache, outside, kind, str(policy))
    if outside and client in CLIENTS and CLIENTS[client].discovery is not Discovery.EXTERNAL_WEB:
        return facts.outcome(key, lambda: travel(_from_outside(facts, home, CLIENTS[client], policy)))
    return facts.outcome(key, lambda: travel(_inside(facts, home, client, domain, cache, kind, policy)))


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


def _inside(
    facts: Facts,
    home: PoolId,
    generation: ClientGeneration,
    domain: Maybe[str],
    cache: Cache,
    kind: UserKind,
    policy: Maybe[str | None],
) -> Iterator[Leg]:
    if kind is UserKind.CLOUD:
        yield refused(CLIENT, "the account is homed online, not in this deployment")
    yield facts.in_topology(home)
    client = CLIENTS.get(generation)
    if client is None:
        yield undecided(CLIENT, "nobody told which client they use", CLIENT_VERSIONS.needs)
        return
    registrar = _serving(facts, home)
    at = home
    if cache == "warm":
        yield _REMEMBERED
    elif isinstance(domain, Unknown):
        yield undecided(CLIENT, "nobody told the domain of their SIP addresses", domain.needs)
    else:
        at = yield from _discover(facts, client, domain, home, registrar)
    if kind is UserKind.DISABLED:
        yield failed(facts.fqdn(at), "Destination URI either not enabled for SIP or does not exist", 4005)
    yield from _register(facts, client, home, registrar, policy)


_REMEMBERED: Final = passed(CLIENT, "goes straight to the registrar that it used last")


def _from_outside(facts: Facts, home: PoolId, client: Client, policy: Maybe[str | None]) -> Iterator[Leg]:
    way = reach_from_outside(facts, home)
    yield Leg(way.hops, None if way.disposition is Disposition.DONE else way, way.assumes)
    yield _listed(facts, client, home)
    yield _admitted(facts, client, home, policy)


# -------------------------------------------------------------------- being sent home


def _discover(
    facts: Facts, client: Client, domain: str, home: PoolId, registrar: PoolId
) -> Generator[Leg, None, PoolId]:
    """Follow a client's names to the first server that answers, and from there home.

    Returns the pool that answered.
    """
    found = find(facts, client, domain, home)
    yield found
    if not isinstance(found, Found) or found.pool is None:
        return home
    yield connects(facts, client, found.pool, found.how)
    yield _sent_home(facts, found.how, found.pool, home, registrar)
    return found.pool


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
        return failed(fqdn, reason, assumes=knows.assumes)
    if knows.stop is not None:
        return knows
    answer = (
        f"Autodiscover names the home pool {target}"
        if how == WEB
        else f"301 Redirect request to Home Server {target}"
    )
    return passed(fqdn, answer, *knows.assumes)


# -------------------------------------------------------------------- at home


def _serving(facts: Facts, home: PoolId) -> PoolId:
    """Return the pool that registers people of a home pool now: it, or its backup while it is silent."""
    pool = facts.state.pools.get(home)
    if pool is None or pool.backup is None or pool.backup not in facts.state.pools:
        return home
    stop = facts.registrar(home).stop
    if stop is None or stop.disposition is Disposition.UNDECIDED:
        return home
    return pool.backup if facts.registrar(pool.backup).stop is None else home


def _register(
    facts: Facts, client: Client, home: PoolId, registrar: PoolId, policy: Maybe[str | None]
) -> Iterator[Leg]:
    if registrar != home:
        yield facts.leg(("takes over", home), lambda: _takes_over(facts, home, registrar))
    if client.discovery is Discovery.EXTERNAL_WEB:
        yield facts.leg(("mobility", home), lambda: _mobility(facts, home))
    else:
        yield facts.leg(("met", registrar), lambda: _met(facts, registrar))
        yield connects(facts, client, registrar, SIP)
    yield facts.registrar(registrar)
    yield _listed(facts, client, home)
    yield _admitted(facts, client, home, policy)
    if facts.state.pools[home].role is PoolRole.BRANCH_APPLIANCE and registrar == home:
        yield facts.leg(("alone", home), lambda: _alone(facts, home))


def _met(facts: Facts, pool: PoolId) -> Leg:
    """Ask whether a client can resolve a registrar's own name, and accepts its certificate."""
    fqdn = facts.fqdn(pool)
    if isinstance(facts.state.records, Unknown):
        return taken_for_granted(facts, facts.state.records)
    if leads_to(facts, pool, "A") is None:
        return failed(CLIENT, f"no DNS A record of {fqdn}")
    wrong = certificate_trouble(facts, pool, pool)
    return failed(CLIENT, wrong) if wrong else Leg()


@rule(
    "backup-registrar",
    "While a pool is silent, its backup registrar registers its people in survivable mode.",
    source="Planning for central site voice resiliency; User experience during pool failure",
)
def _takes_over(facts: Facts, home: PoolId, backup: PoolId) -> Leg:
    """Tell that the backup registrar serves people whose own pool is silent.

    A pair: calls and messages work, contact lists, conferences and presence do not, until the
    administrator fails the pool over ("User experience during pool failure"). The contact lists of a
    branch appliance's people are on the backup registrar's pool anyway.
    """
    stop = facts.registrar(home).stop
    reason = stop.reason if stop is not None else ""
    survivable = "the backup registrar takes over"
    if facts.state.pools[home].role is not PoolRole.BRANCH_APPLIANCE:
        survivable += "; survivable mode: no contact list, no conferences, presence unknown"
    return Leg((Hop(facts.fqdn(home), reason), Hop(facts.fqdn(backup), survivable)), None, ())


def _alone(facts: Facts, home: PoolId) -> Leg:
    """Tell that a branch appliance registers people while the pool behind it is silent."""
    backup = facts.state.pools[home].backup
    if backup is None or backup not in facts.state.pools:
        return Leg()
    stop = facts.registrar(backup).stop
    if stop is None or stop.disposition is Disposition.UNDECIDED:
        return Leg()
    return passed(facts.fqdn(home), f"survivable mode: {facts.fqdn(backup)} behind it is silent")


@rule(
    "mobile-external-web",
    "Mobile clients always use the external web name of the home pool, through the reverse proxy.",
    source="Mobility (Skype for Business Server 2015)",
)
def _mobility(facts: Facts, home: PoolId) -> Leg:
    """Ask for the external web name of the pool that serves mobile clients of a home pool.

    Mobile traffic always takes that name, through the reverse proxy ("Mobility", 2015). A branch
    appliance has no web services: its registrar's pool has.
    """
    pool = facts.state.pools[home]
    if pool.role is PoolRole.BRANCH_APPLIANCE and pool.backup in facts.state.pools:
        pool = facts.state.pools[pool.backup]  # type: ignore[index]  # a key of the pools is no None
    if not pool.external_web_fqdn:
        return failed(pool.fqdn, "the pool has no external web name for mobile clients")
    return passed(pool.external_web_fqdn, f"external web services of {pool.fqdn}", "clients-reach-pools")


def _listed(facts: Facts, client: Client, home: PoolId) -> Leg:
    """Ask whether a client may sign in to the home pool's version at all."""
    return facts.leg(("listed", client.generation, home), lambda: _look_listed(facts, client, home))


@rule(
    "client-signs-in-where-listed",
    "A client signs in to the server versions whose lists name it; mobile clients of 2010 not from 2019 on.",
    source="Client interoperability in Lync 2013; Clients and devices (2015); feature comparison (2019)",
    switch="unlisted-client-signs-in",
)
def _look_listed(facts: Facts, client: Client, home: PoolId) -> Leg:
    pool = facts.state.pools[home]
    listed = may_sign_in(client, pool.versions)
    label = client.generation.label
    if isinstance(listed, Unknown):
        return undecided(pool.fqdn, f"which version runs here decides about {label}", listed.needs)
    if listed is Listed.YES:
        return Leg()
    product = pool.versions[0].product
    if listed is Listed.NO:
        return refused(pool.fqdn, f"{label} cannot sign in to {product}")
    assumption = "unlisted-client-signs-in" if listed is Listed.NOT_LISTED else "newer-client-signs-in"
    if facts.rules.value(assumption) == "no":
        return refused(pool.fqdn, f"{label} is not among the clients of {product}", assumes=(assumption,))
    return passed(pool.fqdn, f"lets {label} in, which no list of {product} names", assumption)


def _admitted(facts: Facts, client: Client, home: PoolId, policy: Maybe[str | None]) -> Leg:
    """Ask the client version filter of the home pool."""
    key = ("admitted", client.generation, home, str(policy))
    return facts.leg(key, lambda: _look_admitted(facts, client, home, policy))


@rule(
    "client-version-filter",
    "The first client version rule that matches decides, else the default action; the narrowest scope with "
    "rules counts alone. Turned away with 17002, or 17003 where an address is given.",
    source="New-CsClientVersionPolicyRule; Set-CsClientVersionConfiguration; [MS-OCER] 8.16",
    switch="clients-updated",
)
def _look_admitted(facts: Facts, client: Client, home: PoolId, policy: Maybe[str | None]) -> Leg:
    pool = facts.state.pools[home]
    rules, settings = facts.state.client_rules, facts.state.client_settings
    chosen = None if isinstance(settings, Unknown) else settings_for(settings, pool)
    if chosen is not None and not chosen.enabled:
        return passed(pool.fqdn, "the client version filter is off")
    if isinstance(rules, Unknown):
        return undecided(pool.fqdn, "nobody told the client version rules", rules.needs)
    otherwise: Maybe[str] = Unknown("Get-CsClientVersionConfiguration")
    if isinstance(settings, Unknown):
        otherwise = Unknown(settings.needs)
    elif chosen is not None:
        otherwise = chosen.default_action
    granted = [policy] if not isinstance(policy, Unknown) else [None, *_tags(facts)]
    actions = set()
    for tag in granted:
        counting = rules_for(rules, pool, tag)
        action = decided(counting, client.agents, client.versions, otherwise)
        if isinstance(action, Unknown) and action == CLIENT_VERSIONS and client.updated != client.versions:
            if facts.rules.value("clients-updated") == "yes":
                action = decided(counting, client.agents, client.updated, otherwise)
            actions.add((action, "clients-updated"))
        else:
            actions.add((action, ""))
    assumes = tuple(sorted({assumption for _, assumption in actions if assumption}))
    answers = {action for action, _ in actions}
    label = client.generation.label
    unknown = next((each for each in answers if isinstance(each, Unknown)), None)
    if unknown is not None:
        reason = f"the client version filter may turn {label} away"
        return undecided(pool.fqdn, reason, unknown.needs, assumes=assumes)
    turned_away = {each for each in answers if each not in ALLOWING}
    if not turned_away:
        return Leg((Hop(pool.fqdn, f"lets {label} in"),), None, assumes)
    if len(turned_away) < len(answers):
        reason = f"a client version policy that people may have been granted turns {label} away"
        needs = policy.needs if isinstance(policy, Unknown) else CLIENT_VERSIONS.needs
        return undecided(pool.fqdn, reason, needs, assumes=assumes)
    if isinstance(settings, Unknown):
        # The filter is installed and on by default; a rule that blocks means nothing where it is off.
        reason = f"a rule turns {label} away, if the client version filter is on"
        return undecided(pool.fqdn, reason, settings.needs, assumes=assumes)
    with_url = "BlockWithUrl" in turned_away
    return refused(
        pool.fqdn,
        f"the client version filter turns {label} away" + (" with an address" if with_url else ""),
        17003 if with_url else 17002,
        assumes=assumes,
    )


def _tags(facts: Facts) -> list[str]:
    rules = facts.state.client_rules
    scopes = () if isinstance(rules, Unknown) else (rule.scope for rule in rules)
    return sorted({scope[4:] for scope in scopes if scope.startswith("tag:")})
