"""What all operations have in common: nothing but that they are some."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Operation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Base of every operation: a frozen dataclass that says what is done to what."""
