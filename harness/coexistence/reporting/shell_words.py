"""Words as the shell at hand takes them."""

from __future__ import annotations

import os
import shlex

__all__ = ["quoted"]


def quoted(word: str) -> str:
    """A word quoted where the shell needs it: cmd and PowerShell know double quotes only."""
    if os.name == "nt":
        return f'"{word}"' if set(word) & set(" \t&|<>^()[]*?;,'") else word
    return shlex.quote(word)
