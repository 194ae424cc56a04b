"""The script that exports a deployment: ``coexistence-export-script [FILE]``.

Law of this room: the script is a file of its own, which people can read before they run it; here it is only
handed out.
"""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import Final

from coexistence.errors import OutputError
from coexistence.model.files import write_bytes

__all__ = ["NAME", "export_script", "main"]

NAME: Final = "Export-Coexistence.ps1"
_USAGE: Final = f"""\
usage: coexistence-export-script [FILE]

Write the export script for Windows PowerShell to FILE, {NAME} for example, or to standard output.
Name the file where you are in Windows PowerShell: behind > it writes in an encoding of its own.
"""


def export_script() -> str:
    """Text of the export script: Windows PowerShell, read-only, ASCII."""
    return files("coexistence.inputs.exports").joinpath(NAME).read_text("ascii")


def main() -> int:
    """Exit status of the command: 0, or 4 where it cannot do as it was told."""
    match sys.argv[1:]:
        case ["-h" | "--help"]:
            sys.stdout.write(_USAGE)
        case []:
            # Not by way of the text layer, which has an encoding and line ends of its own.
            sys.stdout.buffer.write(export_script().encode("ascii"))
        case [file] if not file.startswith("-"):
            try:
                write_bytes(Path(file), [export_script().encode("ascii")])
            except OutputError as error:
                sys.stderr.write(f"{error}\n")
                return 4
        case _:
            sys.stderr.write(_USAGE)
            return 4
    return 0
