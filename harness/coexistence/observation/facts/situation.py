"""One moment: the facts about its infrastructure, and who and what is homed there on which day.

Law of this room: whoever looks at people, at applications or at the date asks for a situation, and what comes
of it is remembered for this moment alone. Whoever asks for facts cannot look at them.
"""

from __future__ import annotations

from coexistence.observation.facts.cache import Memory
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.shared_cache import SharedFacts
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

__all__ = ["Situation"]


class Situation(Memory):
    """Answers about one state."""

    def __init__(self, state: State, rules: Rules, shared: SharedFacts | None = None) -> None:
        super().__init__()
        self.state = state
        self.rules = rules
        #: Answers that infrastructure alone decides; other moments may share them.
        self.facts: Facts = (shared or SharedFacts()).of(state, rules)

    def forget(self) -> None:
        """Let go of everything worked out so far, facts among it."""
        super().forget()
        self.facts.forget()
