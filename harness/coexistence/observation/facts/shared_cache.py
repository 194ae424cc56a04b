"""What moments of one rehearsal have in common: the facts about infrastructures that are equal.

Law of this room: everything that a fact can be worked out from is in the value that it is found by. Facts
have nothing else to look at: no people, no applications, and of the date what it says about certificates.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

from coexistence.model.vocabulary import ServerId, Unknown
from coexistence.observation.facts.facts import Facts
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.certificate_dates import CertificateDates
from coexistence.simulation.state import Infrastructure, State

__all__ = ["SharedFacts"]

#: Number of the newest configuration wherever every server holds it. A rollback publishes again and
#: replicates, and everything is as trusted as before: what counts is who holds a newer one than whom.
_NEWEST: Final = sys.maxsize


class SharedFacts:
    """Facts of the moments of one rehearsal."""

    def __init__(self) -> None:
        self._known: list[Facts] = []

    def of(self, state: State, rules: Rules) -> Facts:
        """Facts about a moment; new ones where it is like none before."""
        infrastructure, dates = _observed(state), CertificateDates.of(state)
        for known in self._known:
            if known.state == infrastructure and known.dates == dates and known.rules is rules:
                return known
        made = Facts(infrastructure, dates, rules)
        self._known.append(made)
        return made


def _observed(state: State) -> Infrastructure:
    """Infrastructure of a moment, with numbers of configurations that compare as they do there."""
    if not all(not isinstance(held, Unknown) and held == state.published for held in state.replicas.values()):
        return state.infrastructure()
    held: Mapping[ServerId, int] = dict.fromkeys(state.replicas, _NEWEST)
    return state.infrastructure(published=_NEWEST, replicas=held)
