"""What workers get from their controller: the whole question, and what their own code has to be.

Law of this room: whatever a verdict hangs on is the controller's: settings, rules, waivers, plan and twins
are read by it alone, it alone says what is wrong with them, and a worker uses nothing of the folder that it
runs in but code, which has to be the controller's. What workers get goes through the pipe to each of them,
but for columns: workers on the same machine map one file of those and share its memory. That file is nobody
else's to read, holds no name that a key hides and nothing that a reader would look up or call, and is gone
when the run is over.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pytest

from coexistence.errors import CoexistenceError, InputError
from coexistence.inputs.pseudonyms import Pseudonyms
from coexistence.inputs.transport import Parcel, columns_in, packed, unpacked
from coexistence.model.files import mapped, remove, temporary_file
from coexistence.plugin.code_digests import ENGINE, difference, digest, engine, loaded, project, rulebook
from coexistence.plugin.session import Handed, Question

__all__ = ["HandingOver", "Refusing", "handed_over", "is_worker", "refuse_other_rules"]

#: Under which names workers find what they are given, in execnet's plain types.
QUESTION: Final = "coexistence"
#: Either the columns themselves, or their lengths and the file that they are in.
COLUMNS: Final = "coexistence_columns"
SIZES: Final = "coexistence_sizes"
FILE: Final = "coexistence_columns_file"
NAMES: Final = "coexistence_names"
#: What the worker's code has to be.
VERSION: Final = "coexistence_version"
#: For a worker on the same machine the place of the engine, where the same files are; for others all of them.
PLACE: Final = "coexistence_engine_place"
FILES: Final = "coexistence_engine_files"
DIGESTS: Final = "coexistence_digests"
MODULES: Final = "coexistence_modules"
RULEBOOK: Final = "coexistence_rulebook"
#: Under which a worker says why it asks nothing.
REFUSED: Final = "coexistence_refused"


def is_worker(config: pytest.Config) -> bool:
    """Whether this process asks on behalf of another one, the controller."""
    return hasattr(config, "workerinput")


def handed_over(config: pytest.Config) -> Handed | None:
    """The question as the controller read it; None for the controller itself.

    Raises :class:`~coexistence.errors.InputError` for a worker whose code is other than the controller's.
    """
    if not is_worker(config):
        return None
    given: dict[str, Any] = config.workerinput  # type: ignore[attr-defined]  # set by xdist
    _refuse_other_code(config, given)
    columns = given[COLUMNS] if COLUMNS in given else columns_in(_mapped(Path(given[FILE])), given[SIZES])
    handed: Handed = unpacked(given[QUESTION], columns)
    config.option.keyword, config.option.markexpr = handed.keyword, handed.marks
    here = config.invocation_params.dir
    modules = tuple(
        dataclasses.replace(each, folder=_here(each.folder, here), file=_here(each.file, here))
        for each in handed.modules
    )
    settings = handed.settings
    if NAMES in given:
        key, *remembered = unpacked(given[NAMES])
        names = Pseudonyms(bytes(key))
        names.recall(*remembered)
        settings = dataclasses.replace(settings, pseudonyms=names)
    return dataclasses.replace(handed, settings=settings, modules=modules)


def _refuse_other_code(config: pytest.Config, given: dict[str, Any]) -> None:
    ours = version("pytest-coexistence")
    if given[VERSION] != ours:
        raise _other(f"has pytest-coexistence {ours}, and the controller has {given[VERSION]}")
    theirs, found = dict(given[DIGESTS]), project(config)
    if FILES in given:
        theirs |= given[FILES]
        found |= engine()
    elif given[PLACE] != str(ENGINE):
        raise _other(f"runs the engine in {ENGINE}, and the controller that in {given[PLACE]}")
    for name, wanted in given[MODULES].items():
        file = _here(Path(name), config.invocation_params.dir)
        theirs[name] = wanted
        if file.is_file():
            found[name] = digest(file)
    if other := difference(theirs, found):
        raise _other(other)


def refuse_other_rules(config: pytest.Config) -> None:
    """Raise InputError where a rule or an assumption is not what the controller has; now all are known."""
    theirs, ours = config.workerinput[RULEBOOK], rulebook()  # type: ignore[attr-defined]  # set by xdist
    # A room of rules is imported when somebody needs it, and that may be the controller alone.
    both = theirs.keys() & ours.keys()
    if other := difference({name: theirs[name] for name in both}, {name: ours[name] for name in both}):
        raise _other(other)


def _other(what: str) -> InputError:
    return InputError(f"{what}. Give workers the same files and the same version, or run without them (-n0).")


def _there(path: Path, config: pytest.Config) -> Path:
    """A path as a worker finds it: from the folder that it runs in, as from that where the run was typed."""
    folder = config.invocation_params.dir
    if not (path.is_relative_to(folder) or path.is_relative_to(config.rootpath)):
        return path
    return Path(os.path.relpath(path, folder))


def _here(path: Path, folder: Path) -> Path:
    return Path(os.path.normpath(folder / path))


def _mapped(path: Path) -> memoryview:
    try:
        return mapped(path)
    except (OSError, ValueError) as error:  # the latter for an empty file
        raise InputError(
            f"what the controller wrote for its workers cannot be read ({error}). Keep the folder for "
            "temporary files as it is while a run goes on, or run without workers (-n0).",
            file=str(path),
        ) from error


class Refusing:
    """A worker that asks nothing, because it is other than its controller or cannot use what it was given."""

    def __init__(self, config: pytest.Config, error: CoexistenceError) -> None:
        self._config = config
        self._why = f"on {platform.node()} ({config.invocation_params.dir}): {error}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """End before anything is collected: the controller says why."""
        self._config.workeroutput[REFUSED] = self._why  # type: ignore[attr-defined]  # set by xdist
        pytest.exit(self._why, returncode=pytest.ExitCode.USAGE_ERROR)


class HandingOver:
    """The controller's side; registered for one run, and idle unless workers are started."""

    def __init__(self, config: pytest.Config, question: Question, arguments: tuple[str, ...]) -> None:
        self._config = config
        self._question = question
        self._arguments = arguments
        self._parcel: Parcel | None = None
        self._code: dict[str, Any] = {}
        self._file: Path | None = None
        self._has_room = True

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker what it needs; called again for one that replaces a worker that crashed."""
        names = self._question.settings.pseudonyms
        if self._parcel is None:
            self._parcel = packed(self._handed())
            self._code = self._code_digests()
        if names is not None:
            # Through the pipe and into no file: the key, and real names.
            node.workerinput[NAMES] = packed((names.key, *names.remembered())).head
        is_here = _is_here(node.gateway.spec)
        node.workerinput.update(self._code)
        node.workerinput.update({PLACE: str(ENGINE)} if is_here else {FILES: engine()})
        node.workerinput[QUESTION] = self._parcel.head
        file = self._written(self._parcel) if self._parcel.columns and is_here else None
        if file is not None:
            node.workerinput[FILE] = str(file)
            node.workerinput[SIZES] = self._parcel.sizes
        else:
            node.workerinput[COLUMNS] = [bytes(column) for column in self._parcel.columns]

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """End the run for a worker that refused, or that never began: another one would do the same."""
        if why := getattr(node, "workeroutput", {}).get(REFUSED):
            raise pytest.UsageError(f"worker {node.gateway.id} {why}")
        if error is not None and not hasattr(node, "workerinfo"):
            last = next((line for line in reversed(str(error).splitlines()) if line.strip()), "")
            raise pytest.UsageError(
                f"worker {node.gateway.id} ({node.gateway.spec}) did not begin: {last.strip()}"
            )

    def _handed(self) -> Handed:
        question, option = self._question, self._config.option
        return Handed(
            settings=dataclasses.replace(question.settings, pseudonyms=None),
            tool=question.tool,
            waivers=question.written_waivers,
            twins=tuple(question.twins),
            modules=tuple(
                dataclasses.replace(
                    each, folder=_there(each.folder, self._config), file=_there(each.file, self._config)
                )
                for each in question.modules
            ),
            arguments=self._arguments,
            keyword=option.keyword,
            marks=option.markexpr,
        )

    def _code_digests(self) -> dict[str, Any]:
        files = sorted(loaded(self._question.modules))
        return {
            VERSION: version("pytest-coexistence"),
            DIGESTS: project(self._config),
            MODULES: {_there(file, self._config).as_posix(): digest(file) for file in files},
            RULEBOOK: rulebook(),
        }

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
