"""Words for promises: what they are about, how much they weigh, when they are asked, how it ended.

Law of this room: plain names, no behaviour of the product, and nothing imported but the standard library.
"""

from __future__ import annotations

import enum
from typing import Final

from coexistence.model.vocabulary.facts import Word

__all__ = ["CHECKPOINT_ORDER", "Checkpoint", "Clause", "Disposition", "Severity"]


class Clause(Word):
    """What a promise is about: one word each, as reports and ``clause=`` use it."""

    SERVICES = "services"
    SITES = "sites"
    MESSAGING = "messaging"
    MEETINGS = "meetings"
    CLIENTS = "clients"
    POLICIES = "policies"
    APPLICATIONS = "applications"
    EDGE = "edge"
    TOPOLOGY = "topology"
    NAMES = "names"
    CAPACITY = "capacity"
    DATA = "data"


class Severity(enum.IntEnum):
    """How much a broken promise weighs. Blocker and error make a no-go."""

    INFO = 0
    WARNING = 1
    ERROR = 2
    BLOCKER = 3

    @property
    def fails(self) -> bool:
        """Whether a broken promise of this weight means no-go."""
        return self >= Severity.ERROR


class Disposition(Word):
    """How an observation or an operation ended."""

    DONE = "done"
    #: The product said no: a precondition is missing, the wrong tool, a policy.
    REFUSED = "refused"
    #: It was tried and did not arrive.
    FAILED = "failed"
    #: A fact is missing; :attr:`Unknown.needs` names who could tell it.
    UNDECIDED = "undecided"


class Checkpoint(Word):
    """Named places in the plan where promises are checked, in the order of the guide's phases."""

    LEGACY = "legacy"
    SIDE_BY_SIDE = "side-by-side"
    PILOT = "pilot"
    EDGE = "edge"
    PRODUCTION = "production"
    POST_MIGRATION = "post-migration"
    LEGACY_SILENT = "legacy-silent"
    RETIRED = "retired"

    @property
    def rolled_back(self) -> str:
        """The label of the checkpoint after going back from here."""
        return f"{self.value}.rolled-back"


#: Main line of the plan, first to last.
CHECKPOINT_ORDER: Final = tuple(Checkpoint)
