"""Lines of a terminal report, and how texts become some.

Law of this room: layout alone; what is said comes from elsewhere.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["Line", "wrapped"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and how a terminal may show it."""

    text: str = ""
    markup: Mapping[str, bool] = field(default_factory=dict)


def wrapped(text: str, width: int, indent: str = "", hanging: str = "  ") -> Iterator[Line]:
    """Break a text into lines; names stay whole."""
    for part in textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent + hanging, break_on_hyphens=False
    ):
        yield Line(part)
