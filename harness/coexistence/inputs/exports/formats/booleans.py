"""True and False, as exports write them, and as spreadsheets of other languages write them again.

Law of this room: a word of which nobody is sure is neither.
"""

from __future__ import annotations

from typing import Final

__all__ = ["truth_of"]

# English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Polish: what a spreadsheet shows.
_YES: Final = frozenset(["true", "wahr", "vrai", "verdadero", "vero", "verdadeiro", "waar", "sant", "prawda"])
_NO: Final = frozenset(["false", "falsch", "faux", "falso", "onwaar", "falskt", "fałsz"])


def truth_of(text: str) -> bool | None:
    """Return what a cell says; None for one that says neither.

    >>> truth_of("True"), truth_of("FALSCH"), truth_of("")
    (True, False, None)
    """
    word = text.strip().lower()
    return True if word in _YES else False if word in _NO else None
