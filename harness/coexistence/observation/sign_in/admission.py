"""Being let in at home: whose clients a pool takes, what its filter says, and on how many devices.

Law of this room: the home pool has the last word, whoever stands in for it; what it holds against a client
is told here (protocol facts, sections 2.5 and 5.4; client facts, section 4.3).
"""

from __future__ import annotations

from typing import Final

from coexistence.model.clients import Client, Listed
from coexistence.model.vocabulary import Confidence, Disposition, Maybe, PoolId, PoolRole, Unknown, Version
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Hop
from coexistence.observation.facts.routes import Leg, failed, passed, refused, undecided
from coexistence.observation.network.edges import home_site
from coexistence.simulation.rules.clients import ALLOWING, decided, may_sign_in, rules_for, settings_for
from coexistence.simulation.rules.registry import rule

__all__ = ["CLIENT_VERSIONS", "admitted", "alone", "endpoints_left", "listed", "mobility", "readable"]

#: What would tell which clients people use.
CLIENT_VERSIONS: Final = Unknown("client versions")
#: MaxEndpointsPerUser as the product sets it. Source: Set-CsRegistrarConfiguration.
_MOST_ENDPOINTS: Final = 8


def listed(facts: Facts, client: Client, home: PoolId) -> Leg:
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
    answer = may_sign_in(client, pool.versions)
    label = client.generation.label
    if isinstance(answer, Unknown):
        return undecided(pool.fqdn, f"which version runs here decides about {label}", answer.needs)
    if answer is Listed.YES:
        return Leg()
    product = pool.versions[0].product
    if answer is Listed.NO:
        return refused(pool.fqdn, f"{label} cannot sign in to {product}")
    assumption = "unlisted-client-signs-in" if answer is Listed.NOT_LISTED else "newer-client-signs-in"
    if facts.rules.value(assumption) == "no":
        return refused(pool.fqdn, f"{label} is not among the clients of {product}", assumes=(assumption,))
    return passed(pool.fqdn, f"lets {label} in, which no list of {product} names", assumption)


def admitted(facts: Facts, client: Client, home: PoolId, policy: Maybe[str | None]) -> Leg:
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
        address = " with an address (17004, Allowed with URL)" if answers == {"AllowWithUrl"} else ""
        return Leg((Hop(pool.fqdn, f"lets {label} in{address}"),), None, assumes)
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


# -------------------------------------------------------------------- special homes


@rule(
    "mobile-external-web",
    "Mobile clients always use the external web name of the home pool, through the reverse proxy.",
    source="Mobility (Skype for Business Server 2015)",
)
def mobility(facts: Facts, home: PoolId) -> Leg:
    """Ask for the external web name of the pool that serves mobile clients of a home pool.

    Mobile traffic always takes that name, through the reverse proxy ("Mobility", 2015). A branch
    appliance has no web services: its registrar's pool has.
    """
    pool = facts.state.pools[home]
    if pool.role is PoolRole.BRANCH_APPLIANCE and pool.backup in facts.state.pools:
        pool = facts.state.pools[pool.backup]  # type: ignore[index]  # a key of the pools is no None
    if not pool.tells("external_web_fqdn"):
        return undecided(pool.fqdn, "nobody told its external web name", "Get-CsTopology -AsXml")
    if not pool.external_web_fqdn:
        return failed(pool.fqdn, "the pool has no external web name for mobile clients")
    return passed(pool.external_web_fqdn, f"external web services of {pool.fqdn}", "clients-reach-pools")


@rule(
    "branch-appliance-alone",
    "A branch appliance goes on registering its people, in survivable mode, while the pool behind it is "
    "silent.",
    source="Planning for central site voice resiliency",
)
def alone(facts: Facts, home: PoolId) -> Leg:
    """Tell that a branch appliance registers people while the pool behind it is silent."""
    backup = facts.state.pools[home].backup
    if backup is None or backup not in facts.state.pools:
        return Leg()
    stop = facts.registrar(backup).stop
    if stop is None or stop.disposition is Disposition.UNDECIDED:
        return Leg()
    return passed(facts.fqdn(home), f"survivable mode: {facts.fqdn(backup)} behind it is silent")


# -------------------------------------------------------------------- devices and records


@rule(
    "most-endpoints",
    "Somebody may be signed in on eight devices, unless set otherwise; a further one makes the registrar "
    "sign out the oldest.",
    source="Set-CsRegistrarConfiguration; [MS-SIPREGE] 3.2",
)
def endpoints_left(facts: Facts, home: PoolId, endpoints: int) -> Leg:
    """Ask whether the oldest of so many devices of one person stays signed in."""
    told = dict(facts.state.particulars.most_endpoints)
    site = home_site(facts, home)
    most = told.get(f"site:{site.id}" if site is not None else "", told.get("global", _MOST_ENDPOINTS))
    fqdn = facts.fqdn(home)
    if endpoints <= most:
        return passed(fqdn, f"{endpoints} of at most {most} devices")
    return refused(fqdn, f"signs out the oldest of {endpoints} devices: at most {most} may be signed in")


@rule(
    "newer-record-unreadable",
    "Whether an older pool reads the record of somebody who comes back from a newer one is documented "
    "nowhere.",
    source="Roll back migrated users says nothing of it; status and id are our choice",
    confidence=Confidence.ASSUMED,
    switch="records-read-by-older",
)
def readable(facts: Facts, home: PoolId, record: Version | None) -> Leg:
    """Ask whether a pool can read the record of somebody, last rewritten by some version (None: its own)."""
    if record is None or not facts.state.pools[home].versions:
        return Leg()
    if record <= facts.state.pools[home].versions[-1]:
        return Leg()
    assumes = ("records-read-by-older",)
    if facts.rules.value("records-read-by-older") == "yes":
        return Leg(assumes=assumes)
    reason = f"cannot read the person's record, which {record.product} rewrote"
    return failed(facts.fqdn(home), reason, 4000, assumes=assumes)
