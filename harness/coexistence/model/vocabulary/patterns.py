"""How names are matched: ``*`` and ``?`` stand for others, and everything else for itself.

Law of this room: brackets are letters like others. Names of checks, subjects and waves may hold them, and a
pattern that does not match its own spelling accepts what nobody meant.
"""

from __future__ import annotations

import fnmatch

__all__ = ["matches"]


def matches(name: str, pattern: str) -> bool:
    """Whether a pattern means a name.

    >>> matches("pool[1-3] of site 2", "pool[1-3]*"), matches("pool2", "pool[1-3]")
    (True, False)
    """
    return fnmatch.fnmatchcase(name, pattern.replace("[", "[[]"))
