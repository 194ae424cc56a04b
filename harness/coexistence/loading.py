"""Finding check modules: the built-in ones, those of a user's folder, those of installed packs.

Law of this room: modules are imported under names that nobody else can have, so that a user's own
``checks`` folder never meets ours; and every one is registered for assertion rewriting first.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
import traceback
import types
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import pytest

from coexistence.checking import Registry
from coexistence.errors import CheckError, InputError

__all__ = ["ENTRY_POINTS", "load_builtin", "load_installed", "load_paths"]

#: Entry point group by which an installed distribution offers check modules.
ENTRY_POINTS: Final = "coexistence.checks"
_BUILT_IN: Final = (
    "services",
    "sites",
    "messaging",
    "meetings",
    "policies",
    "edge",
    "clients",
    "applications",
    "data",
    "topology",
)


def load_builtin(registry: Registry) -> None:
    """Register the checks that come with us."""
    pytest.register_assert_rewrite("coexistence.checks")
    for name in _BUILT_IN:
        module = importlib.import_module(f"coexistence.checks.{name}")
        registry.add_module(vars(module), module.__name__)


def load_installed(registry: Registry) -> None:
    """Register the checks of installed packs, found by their entry points.

    Raises :class:`~coexistence.errors.CheckError` for a pack that cannot be imported.
    """
    for entry in sorted(importlib.metadata.entry_points(group=ENTRY_POINTS), key=lambda entry: entry.value):
        pytest.register_assert_rewrite(entry.module)
        module = _imported(entry.module, lambda entry=entry: importlib.import_module(entry.module))  # type: ignore[misc]  # the default binds the loop's entry
        registry.add_module(vars(module), entry.module)


def load_paths(registry: Registry, paths: Iterable[Path], root: Path) -> None:
    """Register the checks of modules and folders.

    Folders are read with everything below them, except files that pytest or Python keep for
    themselves (``conftest.py``, ``test_*.py``, names that begin with an underscore).
    Raises :class:`~coexistence.errors.InputError` for a path that is not there, and
    :class:`~coexistence.errors.CheckError` for a module that cannot be imported or defines no check.
    """
    for number, path in enumerate(paths):
        if not path.exists():
            raise InputError(f"--coexistence-checks {path}: no such file or folder.")
        folder = path if path.is_dir() else path.parent
        package = f"_coexistence_checks_{number}"
        pytest.register_assert_rewrite(package)
        parent = types.ModuleType(package)
        parent.__path__ = [str(folder)]
        sys.modules[package] = parent
        found = 0
        for file in _modules(path):
            name = ".".join([package, *file.relative_to(folder).with_suffix("").parts])
            shown = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()
            module = _imported(shown, lambda name=name: importlib.import_module(name))  # type: ignore[misc]  # the default binds the loop's name
            found += registry.add_module(vars(module), shown)
        if not found:
            raise CheckError(
                f"--coexistence-checks {path}: defines no check. Mark functions with @check(clause=…)."
            )


def _modules(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*.py")):
        inner = file.relative_to(path)
        is_hidden = any(part.startswith((".", "_")) for part in inner.parts)
        is_pytests = inner.name.startswith("test_") or inner.name == "conftest.py"
        if not is_hidden and not is_pytests and "." not in inner.stem:
            yield file


def _imported(shown: str, load: Callable[[], types.ModuleType]) -> types.ModuleType:
    """Import, and turn whatever goes wrong into one sentence with the place."""
    try:
        return load()
    except Exception as error:  # somebody else's module: whatever it raises is told, not ours to judge
        frames = traceback.extract_tb(error.__traceback__)
        line = error.lineno if isinstance(error, SyntaxError) else frames[-1].lineno if frames else 0
        raise CheckError(
            f"{shown}, line {line}: cannot be imported: {type(error).__name__}: {error}"
        ) from error
