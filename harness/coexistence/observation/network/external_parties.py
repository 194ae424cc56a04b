"""Parties outside the topology that were given a name or address of one of our servers.

Law of this room: nothing in the topology refers to them, so nothing warns before the server that they use
is switched off, unless somebody told that they are there. What they use is asked as they would: is it
there, can it be reached, does it answer?
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coexistence.model.conditions.external_systems import ExternalParty
from coexistence.model.vocabulary import Confidence, PartyKind, PoolRole
from coexistence.model.vocabulary.ends import use_of
from coexistence.model.windows_services import CAPABILITIES
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, travel
from coexistence.observation.network.edges import access_edge, reachable
from coexistence.simulation.rules.registry import rule

__all__ = ["connect"]

#: Id of an answer to a partner's server whose peer is gone; others get no SIP answer.
_NO_PEER: Final = {PartyKind.PARTNER: 1046}
_MEDIATION: Final = CAPABILITIES["pstn"].needs[0].services


def connect(facts: Facts, party: ExternalParty) -> Outcome:
    """Return whether a party outside reaches the server that it was told to use."""
    return facts.outcome(
        ("party", party.name, party.pinned_to, party.port), lambda: travel(_connect(facts, party))
    )


@rule(
    "pinned-to-a-name",
    "Who was given the name or address of one server goes there, wherever DNS and the topology have moved "
    "to.",
    source="Dumitras and Narasimhan: hidden dependencies; derived",
    confidence=Confidence.DERIVED,
    switch="outside-reaches-edge",
)
def _connect(facts: Facts, party: ExternalParty) -> Iterator[Leg]:
    diagnostic = _NO_PEER.get(party.kind)
    pool = facts.state.pools.get(party.pinned_to)
    if pool is None:
        reason = f"was given the name of {party.pinned_to}, which is in the topology no more"
        yield failed(party.name, reason, diagnostic, on=use_of(party.pinned_to))
        return
    if pool.role is PoolRole.EDGE:
        yield reachable(facts, party.name, pool.id, diagnostic, ports=(party.port,))
        yield access_edge(facts, party.name, pool.id, diagnostic)
    elif party.kind is PartyKind.GATEWAY:
        for service in _MEDIATION:
            yield facts.service(pool.id, service)
    else:
        yield facts.registrar(pool.id)
    yield passed(pool.fqdn, f"{party.name} is answered on {party.port}")
