"""The key that pseudonyms hang on.

Law of this room: a key is read and never made in passing: whoever loses it loses the way back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from coexistence.errors import InputError
from coexistence.model.files import read_bytes

__all__ = ["read_key"]

#: Below that a key could be guessed.
_SHORTEST_KEY: Final = 32
_LONGEST_KEY: Final = 4096
#: More is no key by mistake, but some other file.
_MOST_BYTES: Final = 1_000_000
_HOW: Final = (
    "Make one with: "
    "python -c \"import secrets,sys; open(sys.argv[1],'xb').write(secrets.token_bytes(32))\" FILE"
)


def read_key(path: Path) -> bytes:
    """Return the key in a file.

    Raises :class:`~coexistence.errors.InputError` for a file that is not there (a key is not made in passing:
    whoever loses it loses the way back), or that is too short.
    """
    shown = f"--coexistence-pseudonymise {path.name}"
    if not path.exists():
        raise InputError(f"{shown}: there is no such key file. {_HOW}")
    key = read_bytes(path, shown, most_bytes=_MOST_BYTES, advice=_HOW)
    if not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
        size = str(len(key)) if len(key) <= _LONGEST_KEY else "more than that"
        raise InputError(
            f"{shown}: a key has from {_SHORTEST_KEY} to {_LONGEST_KEY} bytes, and not {size}. {_HOW}"
        )
    return key
