"""Proving who one is: to a registrar by a scheme that both have, to web services by a ticket.

Law of this room: the first server that answers asks for proof before it says anything else, a redirect
included (protocol facts, sections 2.2 and 2.3). Credentials are in order unless somebody asks about others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from coexistence.model.clients import Client
from coexistence.model.vocabulary import Confidence, Credentials, PoolId, Scheme
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.routes import Leg, failed, passed, refused
from coexistence.observation.sign_in.discovery import WEB
from coexistence.simulation.rules.registry import rule

__all__ = ["proves"]

#: The order of a registrar's challenges (trace of a Lync Server 2013 registration).
_CHALLENGES: Final = (Scheme.NTLM, Scheme.KERBEROS, Scheme.CERTIFICATE)
_ALL: Final = frozenset(_CHALLENGES)
_REFUSED: Final[Mapping[Credentials, tuple[str, int]]] = {
    Credentials.WRONG_PASSWORD: ("the log on was denied: wrong or expired credentials", 1000),
    Credentials.SKEWED_CLOCK: ("the client's clock is too far off", 1013),
    Credentials.OTHER_ACCOUNT: ("the credentials are those of another account", 4004),
}


def proves(
    facts: Facts, client: Client, pool: PoolId, how: str, credentials: Credentials, *, outside: bool = False
) -> Leg:
    """Ask whether a server takes somebody for who they say they are."""
    key = ("proves", client.generation, pool, how, credentials, outside)
    if how == WEB:
        return facts.leg(key, lambda: _by_ticket(facts, pool, credentials))
    return facts.leg(key, lambda: _by_scheme(facts, client, pool, credentials, outside=outside))


@rule(
    "registrar-asks-for-proof",
    "A registrar answers 401 with a challenge for each scheme that it offers: NTLM, Kerberos, TLS-DSK. Wrong "
    "credentials end with 1000, a clock that is off with 1013, those of another account with 4004.",
    source="Trace of a Lync Server 2013 registration; [MS-OCER] error tables; the statuses are our choice",
    confidence=Confidence.THIRD_PARTY,
)
def _by_scheme(facts: Facts, client: Client, pool: PoolId, credentials: Credentials, *, outside: bool) -> Leg:
    fqdn = facts.fqdn(pool)
    common = client.schemes & _offered(facts, pool)
    if outside:
        # A client outside reaches no domain controller that would give it a ticket.
        common -= {Scheme.KERBEROS}
    if not common:
        offered = ", ".join(_named(_offered(facts, pool))) or "none"
        return failed(fqdn, f"no scheme in common with {client.generation.label}: offers {offered}", sip=401)
    if credentials in _REFUSED:
        reason, diagnostic = _REFUSED[credentials]
        return refused(fqdn, reason, diagnostic)
    return passed(fqdn, f"401, then lets them prove who they are by {' or '.join(_named(common))}")


def _offered(facts: Facts, pool: PoolId) -> frozenset[Scheme]:
    told = facts.state.particulars.offered_schemes
    return next((each.schemes for each in told if each.pool == pool), _ALL)


def _named(schemes: frozenset[Scheme]) -> list[str]:
    return [each.value for each in _CHALLENGES if each in schemes]


@rule(
    "web-ticket",
    "Autodiscover answers 401 until a client brings a web ticket; one that is not valid, or none, is "
    "answered with 28020.",
    source="UCWA: authentication; Autodiscover service requirements",
)
def _by_ticket(facts: Facts, pool: PoolId, credentials: Credentials) -> Leg:
    """Ask web services for a ticket; a desktop client proves itself to its registrar again later."""
    if credentials is Credentials.SKEWED_CLOCK:
        return refused(facts.fqdn(pool), "the web ticket is not valid at this time", 28020)
    if credentials is Credentials.WRONG_PASSWORD:
        return refused(facts.fqdn(pool), "no web ticket is given for these credentials", 28020)
    return Leg()
