"""Digests of the code that a verdict hangs on, by which a worker is seen to be what its controller is.

Law of this room: what counts is content, not place: two checkouts of the same files are the same, on Windows
too. Rules are compared as they are in memory, for a patched one lies in no file.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import inspect
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from coexistence import errors
from coexistence.model.files import read_bytes
from coexistence.plugin import hookspecs
from coexistence.plugin.loading import ENTRY_POINTS, FAULT_ENTRY_POINTS, ModuleFile
from coexistence.simulation.rules.assumptions import ASSUMPTIONS
from coexistence.simulation.rules.registry import RULEBOOK

__all__ = ["ENGINE", "difference", "digest", "engine", "loaded", "project", "rulebook"]

ENGINE: Final = Path(errors.__file__).parent
#: More is no module that a person wrote.
_MOST_BYTES: Final = 16_000_000


def digest(file: Path) -> str:
    """Digest of a file's text, whatever its line ends.

    Raises :class:`~coexistence.errors.InputError` for a file that cannot be read.
    """
    text = read_bytes(file, str(file), most_bytes=_MOST_BYTES).replace(b"\r\n", b"\n")
    return hashlib.sha256(text).hexdigest()[:32]


def engine() -> dict[str, str]:
    """Every module of the engine and every built-in check."""
    found = {}
    # In a checkout the built-in checks lie beside the engine, and in a wheel in it.
    checks = importlib.util.find_spec("coexistence.checks")
    folders = {"coexistence": ENGINE}
    if checks is not None and checks.origin is not None:
        folders["coexistence/checks"] = Path(checks.origin).parent
    for name, folder in folders.items():
        for file in sorted(folder.rglob("*.py")):
            found[f"{name}/{file.relative_to(folder).as_posix()}"] = digest(file)
    return found


def project(config: pytest.Config) -> dict[str, str]:
    """Every conftest that is loaded, whatever implements one of our hooks, and the modules of packs."""
    files = {**dict(_conftests(config)), **dict(_hooks(config)), **dict(_packs())}
    return {name: digest(file) for name, file in files.items()}


def loaded(modules: Iterable[ModuleFile]) -> set[Path]:
    """Files of modules that were loaded by path, with those that they imported from beside themselves."""
    packages = {each.package: each.folder for each in modules}
    found = {each.file for each in modules}
    for name, module in list(sys.modules.items()):
        folder = packages.get(name.partition(".")[0])
        file = getattr(module, "__file__", None)
        if folder is not None and file is not None and Path(file).is_relative_to(folder):
            found.add(Path(file))
    return found


def rulebook() -> dict[str, str]:
    """Rules and assumptions as they are in memory, by what a complaint calls them."""
    values: dict[str, object] = {f"rule {name}": value for name, value in RULEBOOK.items()}
    values |= {f"assumption {name}": value for name, value in ASSUMPTIONS.items()}
    return {name: hashlib.sha256(repr(value).encode()).hexdigest()[:16] for name, value in values.items()}


def difference(theirs: Mapping[str, str], ours: Mapping[str, str]) -> str:
    """What is not the same here as the controller has it, as the beginning of a sentence; "" for nothing."""
    for name in sorted({*theirs, *ours}):
        if name not in ours:
            return f"{name} is missing, and the controller has it"
        if name not in theirs:
            return f"{name} is there, and the controller has none"
        if theirs[name] != ours[name]:
            return f"{name} is not what the controller has"
    return ""


def _conftests(config: pytest.Config) -> Iterator[tuple[str, Path]]:
    for plugin in config.pluginmanager.get_plugins():
        if isinstance(plugin, types.ModuleType) and plugin.__file__ is not None:
            file = Path(plugin.__file__)
            if file.name == "conftest.py":
                inside = file.is_relative_to(config.rootpath)
                yield (file.relative_to(config.rootpath) if inside else file).as_posix(), file


def _hooks(config: pytest.Config) -> Iterator[tuple[str, Path]]:
    for name in vars(hookspecs):
        if not name.startswith("pytest_coexistence_"):
            continue
        for found in getattr(config.hook, name).get_hookimpls():
            source = inspect.getsourcefile(inspect.unwrap(found.function))
            if source is not None and Path(source).name != "conftest.py":
                yield found.function.__module__, Path(source)


def _packs() -> Iterator[tuple[str, Path]]:
    for group in (ENTRY_POINTS, FAULT_ENTRY_POINTS):
        for entry in importlib.metadata.entry_points(group=group):
            spec = importlib.util.find_spec(entry.module)
            if spec is not None and spec.origin is not None:
                yield entry.module, Path(spec.origin)
