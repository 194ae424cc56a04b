"""The rules of the product, each with its source, beside the code that carries it out.

Law of this room: a rule is written down where it is implemented, by :func:`rule`, so that the page that
lists them all cannot drift away from what the simulation does. What nobody documents is an assumption
with a switch (``rules.py``), and a rule names the switch it obeys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from coexistence.errors import EngineError
from coexistence.model.vocabulary import Confidence

__all__ = ["RULEBOOK", "Rule", "rule"]

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What the product does in one respect."""

    id: str
    statement: str
    source: str
    confidence: Confidence
    #: Id of the assumption that switches it; None for a rule that always holds.
    switch: str | None
    #: Module that carries it out.
    module: str


#: Every rule whose module was imported, by id.
RULEBOOK: Final[dict[str, Rule]] = {}


def rule(
    identity: str,
    statement: str,
    *,
    source: str,
    confidence: Confidence = Confidence.DOCUMENTED,
    switch: str | None = None,
) -> Callable[[F], F]:
    """Say which rule of the product a function carries out; the function itself is returned as it is."""

    def note(function: F) -> F:
        if identity in RULEBOOK:
            raise EngineError(f"rule {identity!r} is carried out in {RULEBOOK[identity].module} already")
        RULEBOOK[identity] = Rule(
            id=identity,
            statement=statement,
            source=source,
            confidence=confidence,
            switch=switch,
            module=function.__module__,
        )
        return function

    return note
