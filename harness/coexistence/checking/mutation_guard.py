"""Noticing that a check changed what it was given, and putting it back.

Law of this room: values are frozen, so whoever changes one went out of their way (``object.__setattr__``,
``setflags``). That is noticed by looking at every value again afterwards, and undone, so that no other check
is answered wrongly. Checks that come with us are trusted: a test looks after them.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, Final

import numpy as np

__all__ = ["Watch"]

#: What cannot be changed from outside, and is not looked into.
_PLAIN: Final = (str, int, float, bytes, bool, type(None), enum.Enum, frozenset)


class Watch:
    """What some values were like when they began to be watched."""

    def __init__(self, values: Iterable[object] = ()) -> None:
        self._fields: list[tuple[Any, tuple[str, ...], Callable[[Any], Any], Any]] = []
        self._mappings: list[tuple[Any, Any]] = []
        self._columns: list[np.ndarray[Any, Any]] = []
        self._known: set[int] = set()
        for value in values:
            self.add(value)

    def add(self, value: object) -> None:
        """Watch a value, and everything that it holds."""
        pending = [value]
        while pending:
            each = pending.pop()
            if isinstance(each, _PLAIN) or id(each) in self._known:
                continue
            if isinstance(each, tuple):
                pending += each
                continue
            if dataclasses.is_dataclass(each) and not isinstance(each, type):
                self._known.add(id(each))
                pending += self._watch_fields(each)
            elif isinstance(each, Mapping):
                self._known.add(id(each))
                if isinstance(each, dict):
                    self._mappings.append((each, dict(each)))
                pending += each.values()
            elif isinstance(each, list):
                self._known.add(id(each))
                self._mappings.append((each, list(each)))
                pending += each
            elif isinstance(each, np.ndarray):
                self._known.add(id(each))
                if not each.flags.writeable:
                    self._columns.append(each)

    def _watch_fields(self, value: Any) -> Iterable[object]:
        names, look = _looker(type(value))  # type: ignore[arg-type]  # every class can be hashed
        if not names:
            return ()
        held = look(value)
        self._fields.append((value, names, look, held))
        return held if isinstance(held, tuple) and len(names) > 1 else (held,)

    def mend(self) -> tuple[str, ...]:
        """Put back what was changed; returns what that was, by class and field."""
        changed: list[str] = []
        for value, names, look, held in self._fields:
            now = look(value)
            # Comparing looks at identity first: one pass without a call for what nobody touched.
            if now is held or _same(now, held):
                continue
            before = held if len(names) > 1 else (held,)
            after = now if len(names) > 1 else (now,)
            for name, old, new in zip(names, before, after, strict=True):
                if old is not new:
                    object.__setattr__(value, name, old)
                    changed.append(f"{type(value).__name__}.{name}")
        for mapping, copy in self._mappings:
            if not _same(mapping, copy):
                mapping.clear()
                mapping.extend(copy) if isinstance(mapping, list) else mapping.update(copy)
                changed.append(f"a {type(mapping).__name__}")
        for column in self._columns:
            if column.flags.writeable:
                column.setflags(write=False)
                changed.append("a column that was made writable")
        return tuple(dict.fromkeys(changed))


def _same(now: Any, held: Any) -> bool:
    try:
        return bool(now == held)
    except ValueError:  # two columns: which of them differ is of no interest
        return False


@cache
def _looker(kind: type) -> tuple[tuple[str, ...], Callable[[Any], Any]]:
    """Return a dataclass's fields, and a function that returns the values of all of them."""
    # Whoever observes holds what it has worked out, which is somebody else's to forget.
    names = tuple(each.name for each in dataclasses.fields(kind) if each.name not in ("observer", "origin"))
    return names, attrgetter(*names) if names else (lambda _value: None)
