"""What comes of asking: findings, open questions, and the result of one check at one place.

Law of this room: values only. Who is hit is kept by row where that is known, so that nobody counts twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from coexistence.model.population import Heads, head_count
from coexistence.model.vocabulary import Severity
from coexistence.observation import Outcome

__all__ = ["Broken", "Finding", "OpenQuestion", "Result"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check may yield instead of asserting: one broken promise about the subject at hand."""

    #: What kind of failure, in a few words joined by hyphens: its identity across runs.
    kind: str
    outcome: Outcome | None = None
    #: Left out, the check's own.
    severity: Severity | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A finding with whom it is about."""

    finding: Finding
    severity: Severity
    subject: str
    #: Who is hit, by what to call them.
    hit: Mapping[str, Heads]
    #: What the check itself said.
    message: str
    #: What is broken, then what it belongs to and what else is spoken of: keys of pools, servers, names.
    about: tuple[str, ...] = ()
    #: What its outcome ended on, by name.
    ended_on: tuple[str, ...] = ()
    #: What the check raised, for a traceback; None where it yielded, and after the first.
    error: AssertionError | None = field(default=None, compare=False)

    @property
    def people(self) -> int:
        """How many people are hit."""
        return sum(head_count(hit) for hit in self.hit.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A promise that could not be decided for one subject."""

    subject: str
    reason: str
    needs: tuple[str, ...]
    hit: Mapping[str, Heads]
    #: Whether the check itself left it open, whatever the outcomes say.
    is_left_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of asking one check at one place of one deployment."""

    #: Subjects that the promise was about.
    evaluations: int = 0
    broken: tuple[Broken, ...] = ()
    undecided: tuple[OpenQuestion, ...] = ()
    #: Assumptions on which the outcomes rest.
    assumes: frozenset[str] = frozenset()
    #: What the check raised other than an assertion.
    crash: BaseException | None = None
    #: How many people there are at this place; None where nobody told, or nothing is broken.
    everybody: int | None = None
    #: Why the promise was not about the subjects that are not counted, the first few reasons.
    about_nobody: tuple[str, ...] = field(default=(), compare=False)
