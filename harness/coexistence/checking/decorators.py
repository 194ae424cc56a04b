"""The marks that ``@check`` and ``@fault`` leave on a function.

Law of this room: tagging costs nothing and imports nothing heavy, because a check may stand in a
``conftest.py`` that is also read by ordinary test runs. The function is looked at when it registers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from coexistence.model.vocabulary import Clause, Severity

__all__ = ["FAULT_TAG", "TAG", "CheckTag", "FaultTag", "check", "fault"]

F = TypeVar("F", bound=Callable[..., Any])

#: Attribute of a function under which its tag is kept.
TAG: Final = "__coexistence_check__"
#: The same for faults.
FAULT_TAG: Final = "__coexistence_fault__"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTag:
    """What a check says about itself."""

    clause: str | Clause
    severity: Severity
    at: str
    source: str
    remedy: str
    needs: tuple[str, ...]


def check(
    *,
    clause: str | Clause,
    severity: Severity = Severity.ERROR,
    at: str = "*",
    source: str = "",
    remedy: str = "",
    needs: tuple[str, ...] = (),
) -> Callable[[F], F]:
    """Mark a function as a check: one promise made to people.

    ``clause`` is what the promise is about (``"messaging"``, ``"meetings"``, …), ``severity`` what a
    broken promise weighs. ``at`` names the checkpoints: exact names, globs, or a range such as
    ``"side-by-side..production"`` (ranges leave out ``.rolled-back``), several separated by commas.
    ``source`` is the document behind the promise, ``remedy`` what to do when it is broken, and
    ``needs`` the exports that it rests on beyond those that its outcomes name.

    Nothing is verified here; a wrong check is named when it registers.
    """

    def tag(function: F) -> F:
        setattr(
            function,
            TAG,
            CheckTag(clause=clause, severity=severity, at=at, source=source, remedy=remedy, needs=needs),
        )
        return function

    return tag


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultTag:
    """What a fault says about itself."""

    id: str
    clause: str
    also: tuple[str, ...]
    severity: Severity
    phase: str
    evidence: str
    source: str
    remedy: str


def fault(
    *,
    clause: str,
    also: tuple[str, ...] = (),
    severity: Severity = Severity.ERROR,
    phase: str = "",
    evidence: str = "D",
    source: str = "",
    remedy: str = "",
    id: str = "",  # noqa: A002  # the word that the catalogue, the option and the report use
) -> Callable[[F], F]:
    """Mark a generator function as a fault: a named thing done wrong.

    It is handed a :class:`~coexistence.Scene` and yields an :class:`~coexistence.Injection` for each thing
    that it can be aimed at. Its docstring says first what was done wrong, then, after a blank line, what is
    seen from outside. ``clause`` is whose checks should notice it, ``also`` whose should too; ``phase``
    when it is made or first felt; ``evidence`` is A (the vendor states it), B (somebody reports it), C (the
    vendor states the rule, the effect is inferred) or D (derived). Left out, ``id`` is the function's name
    with hyphens.

    Nothing is verified here; a wrong fault is named when it registers.
    """

    def tag(function: F) -> F:
        setattr(
            function,
            FAULT_TAG,
            FaultTag(
                id=id,
                clause=clause,
                also=also,
                severity=severity,
                phase=phase,
                evidence=evidence,
                source=source,
                remedy=remedy,
            ),
        )
        return function

    return tag
