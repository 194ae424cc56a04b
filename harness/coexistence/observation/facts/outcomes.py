"""Outcomes: what would happen, how far it got, and why.

Law of this room: an outcome is a story. It carries every station of the route and what was found there,
so that a report, and a support engineer, need nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from coexistence.model.vocabulary import Disposition
from coexistence.model.vocabulary.ends import End
from coexistence.observation.facts.advice import LOOK_AT
from coexistence.simulation.rules.diagnostics import DIAGNOSTICS, PHRASES

__all__ = ["Hop", "NotApplicable", "Outcome", "Undecided", "not_applicable", "untold"]


class Undecided(BaseException):
    """Ends a check's call: a fact is missing. Not an ``Exception``, so that no ``except`` hides it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


def untold(reason: str, *needs: str) -> Undecided:
    """Return what to raise where nobody told the very things that are asked about."""
    return Undecided(Outcome(disposition=Disposition.UNDECIDED, reason=reason, needs=needs))


class NotApplicable(BaseException):
    """Ends a check's call: the promise says nothing about this subject."""


def not_applicable(why: str = "") -> None:
    """Say that a promise says nothing about the subject at hand; ends the check's call."""
    raise NotApplicable(why)


@dataclass(frozen=True, slots=True)
class Hop:
    """One station of a route and what was found there."""

    at: str
    found: str

    def __str__(self) -> str:
        return f"{self.at}: {self.found}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What would happen, how far it got, and why.

    ``print(outcome)`` tells it as a story: the answer, who asked and what was found at each hop, where to
    look, and what it rests on. ``assert outcome.done, outcome`` is how a check asks.
    """

    disposition: Disposition
    hops: tuple[Hop, ...] = ()
    #: SIP status where the answer is a SIP one.
    sip: int | None = None
    #: ms-diagnostics id, likewise.
    diagnostic: int | None = None
    reason: str = ""
    #: FQDN of the server that gave the answer.
    source: str = ""
    #: Exports that would decide it.
    needs: tuple[str, ...] = ()
    #: Ids of the assumptions that it rests on.
    assumes: tuple[str, ...] = ()
    #: What it ended on, where others may end on the same and say it otherwise.
    ended_on: tuple[End, ...] = ()

    @property
    def done(self) -> bool:
        """Whether it works. Ends the check's call as undecided where a fact is missing."""
        if self.disposition is Disposition.UNDECIDED:
            raise Undecided(self)
        return self.disposition is Disposition.DONE

    def __bool__(self) -> bool:
        raise TypeError("An outcome is neither true nor false: ask outcome.done.")

    def __repr__(self) -> str:
        """Return the answer alone: what fits into one line of a traceback."""
        return f"<{self._answer()}>"

    def _answer(self) -> str:
        answer = "" if self.sip is None else f" {self.sip}"
        if self.diagnostic is not None:
            answer += f" (ms-diagnostics {self.diagnostic})"
        head = f"{self.disposition.value}{answer}"
        if self.source:
            head += f" at {self.source}"
        if self.reason:
            head += f": {self.reason}"
        return head

    def __str__(self) -> str:
        lines = [self._answer(), *(f"  {number}. {hop}" for number, hop in enumerate(self.hops, start=1))]
        if self.look_at:
            lines.append(f"  Look at: {self.look_at}")
        if self.needs:
            lines.append(f"  Would be told by: {', '.join(self.needs)}")
        if self.assumes:
            lines.append(f"  Taken to be so: {', '.join(self.assumes)}")
        return "\n".join(lines)

    @property
    def look_at(self) -> str:
        """Where somebody who has to mend it looks first; empty where it works, or nobody could say.

        Advice of ours, by the diagnostic that the product gave.
        """
        if self.diagnostic is None or self.disposition is Disposition.DONE:
            return ""
        return LOOK_AT.get(self.diagnostic, "")

    def as_cmdlet(self) -> str:
        """Return the lines in which a ``Test-Cs*`` cmdlet would print this answer.

        Source of the form: testing pages of the synthetic transactions (synthetic transactions facts,
        section 2).
        """
        if self.disposition is Disposition.DONE:
            return "Result : Success"
        lines = ["Result : Failure"]
        if self.sip is not None:
            lines.append(f"Error : {self.sip}, {PHRASES.get(self.sip, 'Error')}")
        if self.diagnostic is not None:
            known = DIAGNOSTICS.get(self.diagnostic)
            reason = known.reason if known else self.reason
            lines.append(f"Diagnosis : ErrorCode={self.diagnostic},Source={self.source},Reason={reason}")
        elif self.sip is None:
            lines.append(f"Error : {self.reason}")
        return "\n".join(lines)
