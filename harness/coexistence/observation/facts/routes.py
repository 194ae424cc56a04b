"""Legs: parts of a route that are looked at once and put together many times.

Law of this room: a leg is what was found between two places (or at one), without regard to who travels.
A route is a row of legs; it ends at the first that stops. That is why a thousand conversations between
fifty pools cost no more than fifty times fifty looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from coexistence.model.vocabulary import Disposition
from coexistence.model.vocabulary.ends import End
from coexistence.observation.facts.outcomes import Hop, Outcome
from coexistence.simulation.rules.diagnostics import DIAGNOSTICS

__all__ = ["Leg", "best_of", "ending", "failed", "passed", "refused", "travel", "undecided"]


@dataclass(frozen=True, slots=True)
class Leg:
    """What was found on one part of a route."""

    hops: tuple[Hop, ...] = ()
    #: Why the route ends here; None where it goes on. Its hops are those of this leg alone.
    stop: Outcome | None = None
    assumes: tuple[str, ...] = ()


def passed(at: str, found: str, *assumes: str) -> Leg:
    """Return a leg on which everything was in order."""
    return Leg((Hop(at, found),), None, assumes)


def failed(
    at: str,
    reason: str,
    diagnostic: int | None = None,
    *,
    sip: int | None = None,
    assumes: tuple[str, ...] = (),
    on: End | None = None,
) -> Leg:
    """A leg that ends the route, on something if others may end there too and say it otherwise.

    The SIP status is the one that goes with the diagnostic.
    """
    status = DIAGNOSTICS[diagnostic].sip if diagnostic is not None and sip is None else sip
    leg = _ended(Disposition.FAILED, at, reason, status, diagnostic, (), assumes)
    return leg if on is None else ending(leg, on)


def ending(leg: Leg, *on: End) -> Leg:
    """The same leg; if it ends the route, on these things too."""
    if leg.stop is None:
        return leg
    stop = replace(leg.stop, ended_on=tuple(dict.fromkeys((*leg.stop.ended_on, *on))))
    return replace(leg, stop=stop)


def refused(
    at: str,
    reason: str,
    diagnostic: int | None = None,
    *,
    sip: int | None = None,
    assumes: tuple[str, ...] = (),
) -> Leg:
    """Return a leg on which the product says no: a policy, a filter, the wrong tool."""
    status = DIAGNOSTICS[diagnostic].sip if diagnostic is not None and sip is None else sip
    return _ended(Disposition.REFUSED, at, reason, status, diagnostic, (), assumes)


def undecided(at: str, reason: str, *needs: str, assumes: tuple[str, ...] = ()) -> Leg:
    """Return a leg about which a fact is missing."""
    return _ended(Disposition.UNDECIDED, at, reason, None, None, needs, assumes)


def _ended(
    how: Disposition,
    at: str,
    reason: str,
    sip: int | None,
    diagnostic: int | None,
    needs: tuple[str, ...],
    assumes: tuple[str, ...],
) -> Leg:
    hops = (Hop(at, reason),) if at else ()
    stop = Outcome(
        disposition=how,
        hops=hops,
        sip=sip,
        diagnostic=diagnostic,
        reason=reason,
        source=at,
        needs=needs,
        assumes=assumes,
    )
    return Leg(hops, stop, assumes)


def best_of(ways: Sequence[Leg]) -> Leg:
    """Return the first of several ways that goes on; where none does, one that is not decided, if any."""
    for way in ways:
        if way.stop is None:
            return way
    unsure = (way for way in ways if way.stop is not None and way.stop.disposition is Disposition.UNDECIDED)
    return next(unsure, ways[0])


def travel(legs: Iterable[Leg]) -> Outcome:
    """Follow legs until one stops; later ones are not even looked at."""
    hops: list[Hop] = []
    assumes: list[str] = []
    end: Outcome | None = None
    for leg in legs:
        hops += leg.hops
        assumes += leg.assumes
        end = leg.stop
        if end is not None:
            break
    rests_on = tuple(sorted(set(assumes))) if assumes else ()
    if end is None:
        return Outcome(disposition=Disposition.DONE, hops=tuple(hops), assumes=rests_on)
    return Outcome(
        disposition=end.disposition,
        hops=tuple(hops),
        sip=end.sip,
        diagnostic=end.diagnostic,
        reason=end.reason,
        source=end.source,
        needs=end.needs,
        assumes=rests_on,
        ended_on=end.ended_on,
    )
