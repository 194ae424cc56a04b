"""Between two people: messages, presence, calls, sharing.

Law of this room: inside, every modality is signalled Front End to Front End; no Director and no Edge lies
on the way (protocol facts, section 3.1). Media flows between the clients themselves.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.observation.facts import Facts
from coexistence.observation.outcomes import Outcome
from coexistence.observation.routes import Leg, travel
from coexistence.vocabulary import Modality, PoolId

__all__ = ["between"]


def between(facts: Facts, sender: PoolId, recipient: PoolId, modality: Modality) -> Outcome:
    """Return whether somebody on one pool reaches somebody on another (or the same) by a modality."""
    # Inside, all modalities share the signalling route: one answer serves them all.
    del modality
    return facts.outcome(
        ("between", sender, recipient), lambda: travel(_signalling(facts, sender, recipient))
    )


def _signalling(facts: Facts, sender: PoolId, recipient: PoolId) -> Iterator[Leg]:
    yield facts.in_topology(sender)
    yield facts.in_topology(recipient)
    yield facts.registrar(sender)
    if sender != recipient:
        yield facts.link(sender, recipient)
        yield facts.registrar(recipient)
