"""What workers get from their controller: the plan file's text, and the twins without their files.

Law of this room: exported files are read once, by the controller, and it alone says what is wrong with them.
What they get goes through the pipe to each of them, but for columns: workers on the same machine map one file
of those and share its memory. That file is nobody else's to read, holds no name that a key hides and nothing
that a reader would look up or call, and is gone when the run is over.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from coexistence.errors import InputError
from coexistence.inputs.exports import Imported
from coexistence.inputs.planfile.reader import PlanSource
from coexistence.inputs.pseudonyms import Pseudonyms
from coexistence.inputs.transport import Parcel, columns_in, packed, unpacked
from coexistence.model.files import mapped, remove, temporary_file

__all__ = ["HandingOver", "is_worker", "names_handed_over", "plan_source", "twins_handed_over"]

#: Under which names workers find what they are given, in execnet's plain types.
PLAN: Final = "coexistence_plan"
TWINS: Final = "coexistence_twins"
#: Either the columns themselves, or their lengths and the file that they are in.
COLUMNS: Final = "coexistence_columns"
SIZES: Final = "coexistence_sizes"
FILE: Final = "coexistence_columns_file"
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
    key, *remembered = unpacked(given)
    names = Pseudonyms(bytes(key))
    names.recall(*remembered)
    return names


def twins_handed_over(config: pytest.Config) -> tuple[Imported, ...] | None:
    """Return the twins as the controller made them, under pseudonyms if there are any; None for itself."""
    given = _input(config)
    if TWINS not in given:
        return None
    columns = given[COLUMNS] if COLUMNS in given else columns_in(_mapped(Path(given[FILE])), given[SIZES])
    twins: tuple[Imported, ...] = unpacked(given[TWINS], columns)
    return twins


def _mapped(path: Path) -> memoryview:
    try:
        return mapped(path)
    except (OSError, ValueError) as error:  # the latter for an empty file
        raise InputError(
            f"what the controller wrote for its workers cannot be read ({error}). Keep the folder for "
            "temporary files as it is while a run goes on, or run without workers (-n0).",
            file=str(path),
        ) from error


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
        self._parcel: Parcel | None = None
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
            node.workerinput[NAMES] = packed((self._names.key, *self._names.remembered())).head
        if self._parcel is None:
            self._parcel = packed(self._twins)
        node.workerinput[TWINS] = self._parcel.head
        file = self._written(self._parcel) if self._parcel.columns and _is_here(node.gateway.spec) else None
        if file is not None:
            node.workerinput[FILE] = str(file)
            node.workerinput[SIZES] = self._parcel.sizes
        else:
            node.workerinput[COLUMNS] = [bytes(column) for column in self._parcel.columns]

    def _written(self, parcel: Parcel) -> Path | None:
        """Return the file for workers on this machine; None where there is no room for one."""
        if self._file is None and self._has_room:
            with contextlib.suppress(OSError):
                self._file = temporary_file("coexistence-", ".columns", parcel.content())
                self._config.add_cleanup(self._remove)
            self._has_room = self._file is not None
        return self._file

    def _remove(self) -> None:
        """Remove the file; workers are gone by now, as Windows asks of a file that was mapped."""
        if self._file is not None:
            remove(self._file)


def _is_here(spec: Any) -> bool:
    """Whether a gateway leads to a process on this machine, by its execnet specification."""
    return bool(spec.popen) and not spec.via
