"""The question as it was put: options and ini values, read into settings.

Law of this room: an option outweighs its ini twin, paths are relative to whoever wrote them, and whatever
makes no sense ends in one sentence before anything runs.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import Any, Final

import pytest

from coexistence.errors import CoexistenceError, InputError
from coexistence.inputs.planfile.reader import parse_plan, read_source
from coexistence.inputs.pseudonyms import Pseudonyms, read_key
from coexistence.migration import NOTHING_ASKED, OwnPlan
from coexistence.model.files import check_writable, file_names
from coexistence.model.vocabulary import Version
from coexistence.plugin.ini_values import IniFile
from coexistence.rehearsal.settings import (
    DEPLOYMENTS,
    MAX_DEPLOYMENTS,
    SEED,
    Settings,
    parse_checkpoints,
    parse_count,
    parse_date,
    parse_percent,
    parse_version,
)
from coexistence.reporting.mail_merge import is_one_file
from coexistence.simulation.rules.assumptions import STATEABLE

__all__ = ["discreet", "settings_of", "shows_faults", "shows_plan"]

#: How a complaint about an option's value begins.
_LABEL: Final = re.compile(r"--coexistence-([a-z-]+) ")
#: Names of files that a complaint may speak of.
_FILES_LOOKED_AT: Final = 1_000


def settings_of(config: pytest.Config) -> Settings:
    """Return the question as it was put; raises :class:`~coexistence.errors.InputError`."""
    given = _Given(config)
    plan = given.path("plan")
    own = NOTHING_ASKED if plan is None else parse_plan(read_source(plan), stateable=STATEABLE)
    twins = given.paths("from")
    return Settings(
        twins=twins,
        pseudonyms=_pseudonyms(given.path("pseudonymise"), twins),
        target=_agreed_target(parse_version(given.text("to")), own),
        plan=plan,
        own=own,
        deployments=parse_count(
            given.text("deployments") or str(DEPLOYMENTS), "--coexistence-deployments", 1, MAX_DEPLOYMENTS
        ),
        seed=parse_count(given.text("seed") or str(SEED), "--coexistence-seed", 0, 2**63 - 1),
        as_of=parse_date(given.text("as-of")),
        at=parse_checkpoints(given.text("at")),
        json=given.file_to_write("json"),
        bill=_bill(given),
        interruptions=given.flag("interruptions"),
        checks=tuple(dict.fromkeys((*given.paths_in_ini("checks"), *given.paths_on_command_line("checks")))),
        waivers=given.path("waivers"),
        faults=given.texts("fault"),
        qualify=_qualifies(given),
        min_kill=parse_percent(given.text("min-kill"), "--coexistence-min-kill"),
        strict=given.flag("strict"),
    )


def shows_faults(config: pytest.Config) -> bool:
    """Whether the faults that can be made are to be listed, and nothing else to be done."""
    return "list" in _Given(config).texts("fault")


def shows_plan(config: pytest.Config) -> bool:
    """Whether the plan is to be printed, and nothing else to be done."""
    return _Given(config).flag("show-plan")


class _Given:
    """What was given for an option by its name, else for its ini twin; None, "" or nothing otherwise."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._ini = IniFile(config)

    def option(self, name: str) -> Any:
        """What stands on the command line; None for nothing."""
        return self._config.getoption(f"--coexistence-{name}")

    def text(self, name: str) -> str:
        given = self.option(name)
        if given is not None:
            return str(given)
        value = self._ini[name]
        return "" if value is None else value.text(join="," if name == "at" else "")

    def texts(self, name: str) -> tuple[str, ...]:
        given = self.option(name)
        value = self._ini[name] if given is None else None
        return value.texts() if value is not None else tuple(given or ())

    def flag(self, name: str) -> bool:
        given = self.option(name)
        value = self._ini[name] if given is None else None
        return value.flag() if value is not None else bool(given)

    def paths(self, name: str) -> tuple[Path, ...]:
        """Files or folders: relative to the shell's folder, or from the configuration to the file's."""
        given = self.option(name)
        return self.paths_in_ini(name) if given is None else self.paths_on_command_line(name)

    def paths_on_command_line(self, name: str) -> tuple[Path, ...]:
        folder = self._config.invocation_params.dir
        # Without ".." in them: modules are named by where they lie below the root directory.
        return tuple(Path(os.path.normpath(folder / each)) for each in self.option(name) or ())

    def paths_in_ini(self, name: str) -> tuple[Path, ...]:
        value = self._ini[name]
        return () if value is None else tuple(self._ini.folder / each for each in value.texts(as_paths=True))

    def path(self, name: str) -> Path | None:
        """One file or folder, likewise."""
        if not (given := self.text(name)):
            return None
        return (self._ini.folder if self.option(name) is None else self._config.invocation_params.dir) / given

    def file_to_write(self, name: str) -> Path | None:
        """A file that may not be there yet; refused before the run where it is known that it cannot be."""
        found = self.path(name)
        if found is not None:
            self.check_writable(name, found)
        return found

    def check_writable(self, name: str, path: Path) -> None:
        """Refuse a file that cannot be written."""
        check_writable(path, f"--coexistence-{name} {self.text(name)}")

    def placed(self, error: CoexistenceError) -> CoexistenceError:
        """A complaint about an option's value; with the place in the configuration if it was set there."""
        text = str(error)
        found = _LABEL.match(text)
        if found is None or (value := self._ini[found[1]]) is None:
            return error
        about = text[found.end() :]
        added = found[1] == "checks" and any(
            about.startswith(f"{path}:") for path in self.paths_in_ini("checks")
        )
        return error if self.option(found[1]) is not None and not added else value.complaint(about)


def _bill(given: _Given) -> Path | None:
    """Return a CSV file, or a folder that may not be there yet."""
    found = given.path("bill")
    if found is not None and found.suffix.lower() not in ("", ".csv") and not found.is_dir():
        said = given.text("bill")
        raise InputError(f"--coexistence-bill {said}: neither a file that ends in .csv nor a folder.")
    if found is not None:
        given.check_writable("bill", found if is_one_file(found) else found / "letters.csv")
    return found


def _pseudonyms(key: Path | None, twins: tuple[Path, ...]) -> Pseudonyms | None:
    """Real names are replaced if there is a key, and if there are any."""
    if key is None:
        return None
    option = "--coexistence-pseudonymise"
    if not twins:
        raise InputError(
            f"{option}: made-up deployments have no real names. Add --coexistence-from, or leave it out."
        )
    if any(key.resolve().is_relative_to(twin.resolve()) for twin in twins):
        raise InputError(f"{option}: the key lies among the exported files. Keep it where they never go.")
    return Pseudonyms(read_key(key))


def _qualifies(given: _Given) -> bool:
    """Whether checks are to be scored; half a question is refused, where it is the command line's."""
    asked = given.flag("qualify")
    if given.option("min-kill") and not asked:
        raise InputError("--coexistence-min-kill: nothing is scored without --coexistence-qualify. Add it.")
    return asked


def _agreed_target(asked: Version | None, own: OwnPlan) -> Version | None:
    """Return the version to migrate to; the option and the plan file must not contradict each other."""
    if asked and own.target and asked is not own.target:
        raise InputError(
            f"target = {own.target.name!r}, and --coexistence-to says {asked.name}. Leave one of them out.",
            file=own.file,
            line=own.line_of("target"),
        )
    return asked or own.target


def discreet(config: pytest.Config, error: CoexistenceError) -> str:
    """Return the sentence about input that cannot be used; under pseudonyms without the names in it."""
    given = _Given(config)
    try:
        error = given.placed(error)
        key = given.path("pseudonymise")
        if key is None:
            return str(error)
        names = Pseudonyms(read_key(key))
    except InputError:
        return str(error)  # it is this file that cannot be used
    files: list[str] = []
    for twin in given.paths("from"):
        files += [str(twin), twin.name]
        with contextlib.suppress(OSError):
            files += file_names(twin, _FILES_LOOKED_AT)
    return names.complaint(str(error), files)
