"""Where the package's modules lie on disk; shared by the tests of the structure."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path

from checkout import ROOT

#: Package by the folder that holds it.
FOLDERS = {
    "coexistence": ROOT / "harness" / "coexistence",
    "coexistence.checks": ROOT / "checks",
    "coexistence.fixtures": ROOT / "fixtures",
}


def source_files() -> dict[str, Path]:
    """Every module of the package by its real name, first the engine's, each folder in order."""
    found = {}
    for package, folder in FOLDERS.items():
        for path in sorted(folder.rglob("*.py")):
            *parts, stem = path.relative_to(folder).with_suffix("").parts
            found[".".join([package, *parts, *([] if stem == "__init__" else [stem])])] = path
    return found


@cache
def trees() -> dict[str, ast.Module]:
    """Syntax tree of each of them, by the module's name; parsed when first asked for: it takes a second."""
    return {name: ast.parse(path.read_text("utf-8")) for name, path in source_files().items()}


def pyproject() -> dict[str, dict[str, dict[str, object]]]:
    """The project's own settings."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
