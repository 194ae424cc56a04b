"""What a fact is made of: keys, where it was told, what is not known, and words of a closed set.

Law of this room: plain names, no behaviour of the product, and nothing imported but the standard library.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from typing import Final, NewType, TypeAlias, TypeVar

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "Confidence",
    "Contradiction",
    "Maybe",
    "Origin",
    "PoolId",
    "ServerId",
    "SiteId",
    "Unknown",
    "Word",
    "is_known",
]

T = TypeVar("T")

#: A site's key: opaque text, as the topology document writes it.
SiteId = NewType("SiteId", str)
#: A pool's key: its FQDN in lower case without a trailing dot.
PoolId = NewType("PoolId", str)
#: A server's key: its FQDN in lower case without a trailing dot.
ServerId = NewType("ServerId", str)

#: Between them lies every day that a question can be about: a plan adds years, and the calendar has an end.
FIRST_DAY: Final = dt.date(1990, 1, 1)
LAST_DAY: Final = dt.date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact comes from, so that a report can point at it.

    >>> print(Origin("users.csv", 18))
    users.csv, line 18
    """

    #: A file's name as given, ``blueprint``, or the id of the operation that made the object.
    source: str
    #: Line in that file, counted from 1; 0 where lines mean nothing.
    line: int = 0

    def __str__(self) -> str:
        return f"{self.source}, line {self.line}" if self.line else self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two places that cannot both be right, or that were exported too far apart to be compared."""

    #: In a few words joined by hyphens, e.g. ``unknown-pool``.
    kind: str
    #: What they say, in one sentence; never a person's name, address or number.
    message: str
    one: Origin = field(compare=False)
    other: Origin = field(compare=False)
    #: Whether answers hang on it: which of two things is true, or where somebody is homed.
    is_serious: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that nobody has told us, and what would tell it.

    Unknown is neither true nor false nor empty: asking for its truth is a mistake of the caller.

    >>> Unknown("Get-CsUser")
    Unknown('Get-CsUser')
    """

    #: The export (or statement of the administrator) that would supply the fact, by its cmdlet.
    needs: str

    def __bool__(self) -> bool:
        raise TypeError(f"{self!r} has no truth value: ask is_known() first")

    def __repr__(self) -> str:
        return f"Unknown({self.needs!r})"


#: A fact of type ``T``, or *unknown*.
Maybe: TypeAlias = T | Unknown


def is_known(value: object) -> bool:
    """Tell whether somebody has told us this fact.

    >>> is_known(None), is_known(Unknown("Get-CsUser"))
    (True, False)
    """
    return not isinstance(value, Unknown)


class Word(enum.Enum):
    """A closed set of words: an enumeration whose members are quick keys of tables.

    Members are singletons, so their identity will do; the hash of ``enum.Enum`` is worked out in Python,
    and answers are looked up by these words ten thousand times for one deployment.
    """

    __hash__ = object.__hash__


class Confidence(Word):
    """How well a fact or rule is supported; ordered from firm to none."""

    #: Stated or shown in a document of the vendor.
    DOCUMENTED = "documented"
    #: A third party's page or script says so.
    THIRD_PARTY = "third-party"
    #: Our conclusion from stated facts.
    DERIVED = "derived"
    #: Ours, because no source says anything.
    ASSUMED = "assumed"
