"""Finding check modules: the built-in ones, those of a user's folder, those of installed packs.

Law of this room: modules are imported under names that nobody else can have, so that a user's own
``checks`` folder never meets ours; and every one is registered for assertion rewriting first.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
import traceback
import types
import unittest
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from coexistence.checking.fault_registry import Faults
from coexistence.checking.registry import Registry
from coexistence.errors import CheckError, CoexistenceError, InputError
from coexistence.model.vocabulary import Clause

__all__ = [
    "ENTRY_POINTS",
    "FAULT_ENTRY_POINTS",
    "PACKAGE",
    "ModuleFile",
    "call_hook",
    "gather",
    "load_builtin",
    "load_installed",
    "load_installed_faults",
    "modules_in",
    "why_not_loaded",
]

#: Entry point group by which an installed distribution offers check modules.
ENTRY_POINTS: Final = "coexistence.checks"
#: The same for modules of faults.
FAULT_ENTRY_POINTS: Final = "coexistence.faults"
#: How packages of modules that are named by their path are called, before a number.
PACKAGE: Final = "_coexistence_checks_"
#: By what a check says that it has no answer.
LEAVES_OPEN: Final[Mapping[type[BaseException], str]] = {
    pytest.skip.Exception: "skipped",
    unittest.SkipTest: "skipped",
    pytest.xfail.Exception: "expected to fail",
}
_LEFT_OUT: Final = " (by its own name: of a folder, files that pytest or Python keep are not read)"


def gather(
    config: pytest.Config, modules: Iterable[ModuleFile], *, with_catalogue: bool
) -> tuple[Registry, Faults]:
    """Return all checks and faults of a run: ours, those of packs, those of the project.

    Our own faults take a moment to import: ``with_catalogue`` says whether they are wanted. Raises
    :class:`~coexistence.errors.CoexistenceError` for what cannot be used.
    """
    registry, faults = Registry(LEAVES_OPEN), Faults()
    call_hook(config, "pytest_coexistence_subjects", registry=registry)
    load_builtin(registry)
    if with_catalogue:
        from coexistence.faults import load_builtin_faults

        load_builtin_faults(faults)
    load_installed(registry)
    load_modules(registry, modules, faults)
    call_hook(config, "pytest_coexistence_checks", registry=registry)
    load_installed_faults(faults)
    call_hook(config, "pytest_coexistence_faults", faults=faults)
    return registry, faults


def load_builtin(registry: Registry) -> None:
    """Register the checks that come with us: a module for each clause, by its name."""
    pytest.register_assert_rewrite("coexistence.checks")
    for clause in Clause:
        module = importlib.import_module(f"coexistence.checks.{clause.value}")
        registry.add_module(vars(module), module.__name__)


def load_installed(registry: Registry) -> None:
    """Register the checks of installed packs, found by their entry points.

    Raises :class:`~coexistence.errors.CheckError` for a pack that cannot be imported.
    """
    for module in _installed(ENTRY_POINTS):
        registry.add_module(vars(module), module.__name__)


def load_installed_faults(faults: Faults) -> None:
    """Register the faults of installed packs, found by their entry points.

    Raises :class:`~coexistence.errors.CoexistenceError` for a pack that cannot be imported or used.
    """
    for module in _installed(FAULT_ENTRY_POINTS):
        faults.add_module(vars(module), module.__name__)


def _installed(group: str) -> Iterator[types.ModuleType]:
    for entry in sorted(importlib.metadata.entry_points(group=group), key=lambda entry: entry.value):
        pytest.register_assert_rewrite(entry.module)
        yield _imported(entry.module, lambda entry=entry: importlib.import_module(entry.module))  # type: ignore[misc]  # the default binds the loop's entry


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """A module that was named by its path, or by that of a folder around it."""

    #: Package of its own for each path, so that modules beside each other see each other and nobody else.
    package: str
    folder: Path
    #: How Python calls it, and how people do.
    name: str
    shown: str
    file: Path
    #: The path as it was given.
    given: Path


def modules_in(paths: Iterable[Path], root: Path) -> tuple[ModuleFile, ...]:
    """Modules of paths and folders, each once.

    Folders are read with everything below them, except files that pytest or Python keep for
    themselves (``conftest.py``, ``test_*.py``, names that begin with an underscore).
    Raises :class:`~coexistence.errors.InputError` for a path that is not there, and
    :class:`~coexistence.errors.CheckError` for a folder without modules.
    """
    found: dict[Path, ModuleFile] = {}
    for number, path in enumerate(paths):
        if not path.exists():
            raise InputError(f"--coexistence-checks {path}: no such file or folder.")
        folder = path if path.is_dir() else path.parent
        package = f"{PACKAGE}{number}"
        files = list(_modules(path))
        if not files:
            raise _no_check(path)
        for file in files:
            name = ".".join([package, *file.relative_to(folder).with_suffix("").parts])
            shown = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()
            found.setdefault(file.resolve(), ModuleFile(package, folder, name, shown, file, path))
    return tuple(found.values())


def load_modules(registry: Registry, modules: Iterable[ModuleFile], faults: Faults) -> None:
    """Register the checks of modules, and the faults that stand beside them.

    Raises :class:`~coexistence.errors.CheckError` for a module that cannot be imported, and for a path
    whose modules define no check.
    """
    found: dict[Path, int] = {}
    for each in modules:
        if each.given not in found:
            pytest.register_assert_rewrite(each.package)
            parent = types.ModuleType(each.package)
            parent.__path__ = [str(each.folder)]
            sys.modules[each.package] = parent
        module = _imported(each.shown, lambda name=each.name: importlib.import_module(name))  # type: ignore[misc]  # the default binds the loop's name
        number = registry.add_module(vars(module), each.shown) + faults.add_module(vars(module), each.shown)
        found[each.given] = found.get(each.given, 0) + number
    for path, number in found.items():
        if not number:
            raise _no_check(path)


def _no_check(path: Path) -> CheckError:
    return CheckError(
        f"--coexistence-checks {path}: defines no check. Mark functions with @check(clause=…), or "
        "faults with @fault(clause=…)."
    )


def why_not_loaded(name: str, registry: Registry, root: Path) -> str:
    """Return why there is no check of a name in this run, and what to do, as a sentence."""
    module, _, _ = name.rpartition("::")
    loaded = {each.module for each in registry}
    if module in loaded:
        return f"{module} has none of that name."
    if not module.endswith(".py"):
        if module:
            return f"No {module} is built in, and no installed pack offers it."
        theirs = sorted(each for each in loaded if not each.startswith("coexistence.checks."))
        of = f" and those of {', '.join(theirs)}" if theirs else ""
        return (
            f"Loaded are the built-in ones{of}. Name modules of your own by --coexistence-checks=PATH, or as "
            "coexistence_checks in pytest's configuration."
        )
    if not (root / module).is_file():
        return f"There is no file {module} in {root}."
    return (
        f"{module} is not loaded: add --coexistence-checks={module}, or coexistence_checks = {module} to "
        f"pytest's configuration{_LEFT_OUT if _is_left_out(Path(module)) else ''}."
    )


def _is_left_out(inner: Path) -> bool:
    """Whether a module is none of those that a folder is named for: pytest's own, or hidden."""
    is_hidden = any(part.startswith((".", "_")) for part in inner.parts)
    is_pytests = inner.name.startswith("test_") or inner.name == "conftest.py"
    return is_hidden or is_pytests or "." in inner.stem


def _modules(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*.py")):
        if not _is_left_out(file.relative_to(path)):
            yield file


def call_hook(config: pytest.Config, name: str, **parts: Any) -> None:
    """Call a hook by which others register something.

    Raises :class:`~coexistence.errors.CheckError`, with the file and line of whoever implements it, for
    whatever it raises that is not one of our own sentences.
    """
    try:
        getattr(config.hook, name)(**parts)
    except CoexistenceError:
        raise
    except Exception as error:  # somebody else's hook: whatever it raises is told, not ours to judge
        theirs = {impl.function.__code__.co_filename for impl in getattr(config.hook, name).get_hookimpls()}
        frames = traceback.extract_tb(error.__traceback__)
        at = next((each for each in reversed(frames) if each.filename in theirs), frames[-1])
        raise CheckError(
            f"{at.filename}, line {at.lineno}: the hook {name} raised {type(error).__name__}: {error}. "
            "Mend it, or leave it out."
        ) from error


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
