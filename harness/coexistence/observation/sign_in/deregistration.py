"""Being signed out by a server, and getting in again.

Law of this room: the server says why, and the why decides where the client begins anew: with discovery
after a move, with the registrar that it was told after a failover (protocol facts, section 2.6).
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.model.clients import ClientGeneration
from coexistence.model.vocabulary import Deregistration, Maybe, PoolId, UserKind
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, passed, refused, travel
from coexistence.observation.sign_in.admission import endpoints_left
from coexistence.observation.sign_in.registrar import serving
from coexistence.observation.sign_in.sign_in import EVERY_DAY, Attempt, Cache, legs_of_sign_in
from coexistence.simulation.rules.registry import rule

__all__ = ["keep_endpoints", "signed_out"]


def keep_endpoints(facts: Facts, home: PoolId, endpoints: int) -> Outcome:
    """Return whether all of so many devices of one person stay signed in."""
    return facts.outcome(("endpoints", home, endpoints), lambda: travel(_endpoints(facts, home, endpoints)))


def _endpoints(facts: Facts, home: PoolId, endpoints: int) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield endpoints_left(facts, home, endpoints)


def signed_out(
    facts: Facts,
    home: PoolId,
    client: ClientGeneration,
    domain: Maybe[str],
    why: Deregistration,
    *,
    from_pool: PoolId | None = None,
    policy: Maybe[str | None] = None,
    attempt: Attempt = EVERY_DAY,
) -> Outcome:
    """Return whether somebody whom a server signed out gets in again by themselves.

    ``home`` is the home pool afterwards, ``from_pool`` the one that signed them out, where it is another
    (they were moved). After a move the client begins with discovery; after a change of registrar it goes
    to the one that it was told.
    """
    key = ("signed out", home, client, str(domain), why, from_pool, str(policy), attempt)

    def look() -> Iterator[Leg]:
        yield facts.in_topology(home)
        yield _notified(facts, from_pool or home, home, why)
        cache: Cache = "empty" if why is Deregistration.MOVED else "warm"
        yield from legs_of_sign_in(facts, home, client, domain, cache, UserKind.PERSON, policy, attempt)

    return facts.outcome(key, lambda: travel(look()))


@rule(
    "server-signs-people-out",
    "A server signs people out by a notification: deactivated after a move, unregistered for one device too "
    "many, rejected with 4141 when the account was disabled, and with the preferred registrar when that "
    "changed.",
    source="[MS-SIPREGE] 3.2, removing a binding",
)
def _notified(facts: Facts, told_by: PoolId, home: PoolId, why: Deregistration) -> Leg:
    by = facts.fqdn(told_by) if told_by in facts.state.pools else told_by
    said = f"NOTIFY, {why.value}"
    if why is Deregistration.DISABLED:
        return refused(by, f"{said}: the account was disabled", 4141)
    if why is Deregistration.QUOTA:
        return refused(by, f"{said}: another device took this one's place")
    if why is Deregistration.REGISTRAR_CHANGED:
        said += f", P-Preferred-Registrar {facts.fqdn(serving(facts, home))}"
    return passed(by, said)
