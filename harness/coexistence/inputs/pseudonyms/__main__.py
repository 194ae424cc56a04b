"""Which pseudonym a name has: ``python -m coexistence.inputs.pseudonyms KEYFILE NAME ...``.

Law of this room: for whoever has the key and the names. Without names on the command line they are read
from standard input, one on a line.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from coexistence.errors import InputError
from coexistence.inputs.pseudonyms import Pseudonyms, read_key

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Print pseudonym and name of each, with a tab between; return the exit status."""
    if not arguments or arguments[0].startswith("-"):
        sys.stderr.write("usage: python -m coexistence.inputs.pseudonyms KEYFILE [NAME ...]\n")
        return 4
    try:
        names = Pseudonyms(read_key(Path(arguments[0])))
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 4
    for line in arguments[1:] or sys.stdin:
        if name := line.strip():
            sys.stdout.write("\t".join((*_pseudonyms(names, name), name)) + "\n")
    return 0


def _pseudonyms(names: Pseudonyms, name: str) -> list[str]:
    """What a name is called: an address or a number, a host, or something that somebody named."""
    if "@" in name or name[:1] in "+0123456789" or name.lower().startswith(("sip:", "tel:")):
        return [names.address(name)]
    if " " in name:
        return [names.name(name)]
    return [names.host(name)] if "." in name else [names.host(name), names.name(name)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
