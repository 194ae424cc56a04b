"""Values as TOML spells them: for files that are written, and for sentences about files that were read.

Law of this room: what is spelled here is one line, holds nothing that a terminal would obey, and reads back
as the same value.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Final

__all__ = ["shown", "spelled", "spelled_key"]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_SHOWN: Final = 60


def spelled(value: object) -> str:
    r"""Value in TOML's own spelling; whatever TOML has no word for, as a text.

    >>> spelled([True, 7, "a\x1b"])
    '[true, 7, "a\\u001b"]'
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{spelled_key(key)} = {spelled(each)}" for key, each in value.items())
        return f"{{{pairs}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(spelled, value))}]"
    return _text(str(value))


def spelled_key(key: str) -> str:
    """Key of a table: bare where it may be, else in quotes."""
    return key if _BARE.fullmatch(key) else _text(key)


def shown(value: object) -> str:
    """Value in TOML's spelling for a sentence, cut where it is long."""
    text = spelled(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def _text(text: str) -> str:
    # A JSON text is a TOML text, but for DEL; lone surrogates fit into no file.
    safe = text.encode("utf-8", "replace").decode()
    quoted = json.dumps(safe, ensure_ascii=False)
    return "".join(each if each.isprintable() else _escaped(each) for each in quoted)


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
