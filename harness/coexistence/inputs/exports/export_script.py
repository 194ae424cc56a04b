"""The script that exports a deployment.

    python -m coexistence.inputs.exports.export_script > Export-Coexistence.ps1

Law of this room: the script is a file of its own, which people can read before they run it; here it is only
handed out.
"""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import Final

__all__ = ["NAME", "export_script"]

NAME: Final = "Export-Coexistence.ps1"


def export_script() -> str:
    """Return the text of the export script: Windows PowerShell, read-only, ASCII."""
    return files("coexistence.inputs.exports").joinpath(NAME).read_text("ascii")


if __name__ == "__main__":
    # Windows PowerShell writes what it reads from a pipe with line ends of its own.
    sys.stdout.write(export_script())
