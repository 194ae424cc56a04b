"""The mark that ``@check`` leaves on a function.

Law of this room: tagging costs nothing and imports nothing heavy, because a check may stand in a
``conftest.py`` that is also read by ordinary test runs. The function is looked at when it registers.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from coexistence.vocabulary import Clause, Severity

__all__ = ["TAG", "CheckTag", "check"]

F = TypeVar("F", bound=Callable[..., Any])

#: Attribute of a function under which its tag is kept.
TAG: Final = "__coexistence_check__"


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
