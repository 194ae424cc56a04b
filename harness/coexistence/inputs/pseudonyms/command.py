"""Which pseudonym a name has: ``coexistence-pseudonyms KEYFILE [NAME ...]``.

Law of this room: for whoever has the key and the names.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TextIO

from coexistence.errors import InputError
from coexistence.inputs.pseudonyms import Pseudonyms, read_key

__all__ = ["main"]

_USAGE: Final = """\
usage: coexistence-pseudonyms KEYFILE [NAME ...]

Print the pseudonym of each name, a tab, and the name. Without names they are read from standard input, one on
a line.
"""


def main() -> int:
    """Exit status of the command: 0, or 4 where it cannot do as it was told."""
    if sys.argv[1:] in (["-h"], ["--help"]):
        sys.stdout.write(_USAGE)
        return 0
    if not sys.argv[1:] or sys.argv[1].startswith("-"):
        sys.stderr.write(_USAGE)
        return 4
    # A name may have letters that the console does not.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        names = Pseudonyms(read_key(Path(sys.argv[1])))
        for name in filter(None, map(str.strip, sys.argv[2:] or _lines(sys.stdin))):
            sys.stdout.write("\t".join((*_pseudonyms(names, name), name)) + "\n")
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 4
    return 0


def _lines(text: TextIO) -> Iterable[str]:
    try:
        yield from text
    except UnicodeDecodeError as error:
        raise InputError(
            f"the names cannot be read as {error.encoding}. Save them as UTF-8 and set PYTHONUTF8=1.",
            file="standard input",
        ) from error


def _pseudonyms(names: Pseudonyms, name: str) -> list[str]:
    """What a name is called: an address or a number, a host, or something that somebody named."""
    if "@" in name or name[:1] in "+0123456789" or name.lower().startswith(("sip:", "tel:")):
        return [names.address(name)]
    if " " in name:
        return [names.name(name)]
    return [names.host(name)] if "." in name else [names.host(name), names.name(name)]
