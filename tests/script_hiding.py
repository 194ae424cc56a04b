"""What the export script makes of names under a key, by running its own functions."""

from __future__ import annotations

from functools import cache

from powershell import Script
from script_tables import SCRIPT

from coexistence.inputs.pseudonyms import allowlist

__all__ = ["HIDING", "KEY", "PLAIN", "hidden"]

KEY = bytes(range(32))
_WORDS = {
    "kept": sorted(allowlist.KEPT),
    "ends": sorted(allowlist.ENDS),
    "ours": ["Caa", "Cas", "Cps", "PDP", "RGS", "testbot"],
}
HIDING = Script(SCRIPT, mac=KEY, **_WORDS)
PLAIN = Script(SCRIPT, mac=None, **_WORDS)


@cache
def hidden(function: str, *arguments: str) -> str:
    """Return what a function of the script gives; nothing is an empty text, as in a cell."""
    return str(HIDING.call(function, *arguments) or "")
