"""What workers get from their controller: the plan file's text, and the twins without their files.

Law of this room: exported files are read once, by the controller, and it alone says what is wrong with them.
Workers on the same machine map one file of columns and share its memory; others are sent the bytes. That
file is nobody else's to read, holds no name that a key hides, and is gone when the run is over.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from coexistence.inputs.exports import Imported
from coexistence.inputs.planfile.reader import PlanSource
from coexistence.inputs.pseudonyms import Pseudonyms
from coexistence.inputs.transport import Cargo, carried, received

__all__ = ["HandingOver", "is_worker", "names_handed_over", "plan_source", "twins_handed_over"]

#: Under which names workers find what they are given; only plain data gets there.
PLAN: Final = "coexistence_plan"
TWINS: Final = "coexistence_twins"
TWINS_FILE: Final = "coexistence_twins_file"
NAMES: Final = "coexistence_names"


def is_worker(config: pytest.Config) -> bool:
    """Whether this process asks on behalf of another one, the controller."""
    return hasattr(config, "workerinput")


def plan_source(config: pytest.Config) -> PlanSource | None:
    """Return the plan file as the controller read it; None for the controller itself."""
    plain = _input(config).get(PLAN)
    return None if plain is None else PlanSource.from_plain(plain)


def names_handed_over(config: pytest.Config) -> Pseudonyms | None:
    """Return the pseudonyms that the controller gave so far; None for itself, or if there are none."""
    if (given := _input(config).get(NAMES)) is None:
        return None
    key, *remembered = received(given)
    names = Pseudonyms(bytes(key))
    names.recall(*remembered)
    return names


def twins_handed_over(config: pytest.Config) -> tuple[Imported, ...] | None:
    """Return the twins as the controller made them, under pseudonyms if there are any; None for itself."""
    given = _input(config)
    if TWINS_FILE in given:
        return _read(_mapped(Path(given[TWINS_FILE])))
    return _read(given[TWINS]) if TWINS in given else None


def _mapped(path: Path) -> memoryview:
    """Return what is in a file; columns that are views of it keep it mapped."""
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _read(data: bytes | memoryview) -> tuple[Imported, ...]:
    twins: tuple[Imported, ...] = received(data)
    return twins


def _input(config: pytest.Config) -> dict[str, Any]:
    given: dict[str, Any] = getattr(config, "workerinput", {})
    return given


class HandingOver:
    """The controller's side; registered for one run, and idle unless workers are started."""

    def __init__(
        self,
        config: pytest.Config,
        plan: PlanSource | None,
        twins: Sequence[Imported],
        names: Pseudonyms | None,
    ) -> None:
        self._config = config
        self._plan = plan
        self._twins = tuple(twins)
        self._names = names
        self._cargo: Cargo | None = None
        self._file: Path | None = None
        self._has_room = True

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker what it needs; called again for one that replaces a worker that crashed."""
        if self._plan is not None:
            node.workerinput[PLAN] = self._plan.plain()
        if not self._twins:
            return
        if self._names is not None:
            # Through the pipe and into no file: the key, and real names.
            node.workerinput[NAMES] = bytes(carried((self._names.key, *self._names.remembered())))
        if self._cargo is None:
            self._cargo = carried(self._twins)
        file = self._written(self._cargo) if _is_here(node.gateway.spec) else None
        if file is not None:
            node.workerinput[TWINS_FILE] = str(file)
        else:
            node.workerinput[TWINS] = bytes(self._cargo)

    def _written(self, cargo: Cargo) -> Path | None:
        """Return the file for workers on this machine; None where there is no room for one."""
        if self._file is None and self._has_room:
            with contextlib.suppress(OSError):
                self._file = _write(cargo)
                self._config.add_cleanup(self._remove)
            self._has_room = self._file is not None
        return self._file

    def _remove(self) -> None:
        """Remove the file; workers are gone by now, as Windows asks of a file that was mapped."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.unlink()


def _write(cargo: Cargo) -> Path:
    """Write a file for this user's eyes alone; where there is no room, leave nothing and raise OSError."""
    handle, name = tempfile.mkstemp(prefix="coexistence-", suffix=".columns")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(cargo.parts())
    except OSError:
        path.unlink()
        raise
    return path


def _is_here(spec: Any) -> bool:
    """Whether a gateway leads to a process on this machine, by its execnet specification."""
    return bool(spec.popen) and not spec.via
