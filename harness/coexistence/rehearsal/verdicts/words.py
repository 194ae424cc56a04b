"""The words of a verdict: go, no-go or not proven, and what became of one promise.

Law of this room: words only, and the types of what a fault hit and of what a check left open.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

__all__ = ["GO", "NOT_PROVEN", "NO_GO", "Hit", "LeftOpen", "Standing", "VerdictWord"]

#: The answer for a run, an estate or a clause.
VerdictWord: TypeAlias = Literal["go", "no-go", "not-proven"]
#: What became of one promise, or of a clause at a checkpoint.
Standing: TypeAlias = Literal["kept", "broken", "undecided", "not-applicable"]
#: What a fault hit: the fault as it was asked for (or the estate), deployment (None for a twin), target.
Hit: TypeAlias = tuple[str, int | None, str]
#: What a check left open itself: deployment (None for a twin), subject ("" for all of them), reason.
LeftOpen: TypeAlias = tuple[int | None, str, str]
GO: Final = "go"
NO_GO: Final = "no-go"
NOT_PROVEN: Final = "not-proven"
