"""Everything that a run is about, gathered before anything is asked.

Law of this room: whatever cannot be used is found here, so that a run either begins or ends in one
sentence. A worker is handed the question by its controller, and gathers nothing but code.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence

import pytest

from coexistence.checking.waivers import NO_WAIVERS, Waivers, read_waivers
from coexistence.errors import InputError
from coexistence.inputs.exports import Imported
from coexistence.plugin.fault_injection import aims_of, make_faults
from coexistence.plugin.loading import ModuleFile, call_hook, gather, modules_in, why_not_loaded
from coexistence.plugin.options import settings_of
from coexistence.plugin.qualification import Qualifying
from coexistence.rehearsal.estates import (
    Deployments,
    Estate,
    FamilyEstate,
    default_date,
    estates_for,
    twins_of,
)
from coexistence.rehearsal.settings import Settings, Tool, read_tool
from coexistence.simulation.changes.custom import Operations

__all__ = ["Handed", "Question"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """The question as the controller read it."""

    settings: Settings
    tool: Tool
    #: As they were written: under pseudonyms they are put by whoever has them.
    waivers: Waivers
    twins: tuple[Imported, ...]
    modules: tuple[ModuleFile, ...]
    #: Node ids that were asked for, and pytest's own filters.
    arguments: tuple[str, ...]
    keyword: str
    marks: str


class Question:
    """What is asked about what, under which rules; raises CoexistenceError for what cannot be used."""

    def __init__(self, config: pytest.Config, handed: Handed | None = None) -> None:
        self.settings = settings_of(config) if handed is None else handed.settings
        self.is_worker = handed is not None
        self.tool = tool = read_tool(config.rootpath / "pyproject.toml") if handed is None else handed.tool
        self._sources = [
            *([] if config.inipath is None else [config.inipath.name]),
            *([f"[tool.coexistence] of {tool.file}"] if tool.file else []),
        ]
        operations = Operations()
        call_hook(config, "pytest_coexistence_operations", operations=operations)
        self.rules = dataclasses.replace(tool.rules, own=operations.table)
        self.modules = modules_in(self.settings.checks, config.rootpath) if handed is None else handed.modules
        self.registry, self.faults = gather(
            config,
            self.modules,
            with_catalogue=self.settings.qualify or bool(self.settings.faults),
        )
        self.registry.configure(
            tool.checks, why_not=lambda name: why_not_loaded(name, self.registry, config.rootpath)
        )
        #: Twins as they were imported, before anything was done to them.
        self.twins: Sequence[Imported] = _twins(self.settings) if handed is None else handed.twins
        self.estates = estates_for(self.settings, self.rules, self.twins)
        deployments = Deployments(self.settings, self.rules, self.estates)
        call_hook(config, "pytest_coexistence_deployments", deployments=deployments)
        self.aims = aims_of(self.settings.faults, self.faults, self.settings.pseudonyms)
        self.qualifying: Qualifying | None = None
        if self.settings.qualify:
            self.qualifying = Qualifying(tuple(self.registry), self.faults, self.aims, self.estates)
        else:
            make_faults(self.estates, self.aims, is_worker=self.is_worker)
        #: Waivers as they were written, and as they are used.
        self.written_waivers = self._waivers() if handed is None else handed.waivers
        names = self.settings.pseudonyms
        self.waivers = self.written_waivers if names is None else self.written_waivers.under(names)
        #: Why the question is put only in part; such a run is never go.
        self.narrowed = self._narrowed()

    def _waivers(self) -> Waivers:
        if self.settings.waivers is None:
            return NO_WAIVERS
        as_of = default_date(self.estates, self.settings.as_of)
        return read_waivers(self.settings.waivers, (check.id for check in self.registry), as_of)

    def _narrowed(self) -> list[str]:
        found = []
        if self.aims:
            found.append(
                "only some faults were asked for" if self.qualifying else "a fault was made on purpose"
            )
        if self.settings.at:
            found.append("only some checkpoints were asked for")
            self._refuse_what_is_past()
        return found

    def _refuse_what_is_past(self) -> None:
        places = [place for estate in self.estates for place in estate.places]
        if not any(self.settings.wants(place) for place in places):
            labels = ", ".join(dict.fromkeys(place.label for place in places))
            raise InputError(
                f"--coexistence-at {','.join(self.settings.at)}: not on the path from here. On it: {labels}."
            )

    def about(self) -> list[str]:
        """Say which files settings come from, and what is asked about, in one line for each estate."""
        checks = f"{len(self.registry)} checks"
        if self.qualifying is not None:
            checks += f", {len(self.qualifying.aims)} faults"
        elif self.aims:
            checks += f", with {' and '.join(map(str, self.aims))}"
        return [
            f"coexistence: settings from {' and '.join(self._sources) or 'no file'}",
            *(f"coexistence: {_about(estate, self.settings)}, {checks}" for estate in self.estates),
        ]


def _about(estate: Estate, settings: Settings) -> str:
    if isinstance(estate, FamilyEstate):
        return f"{estate.size} generated deployments, seed {settings.seed}"
    files = estate.imported.files
    return f"twin {estate.name} from {len(files)} files" if files else f"added {estate.name}"


def _twins(settings: Settings) -> Sequence[Imported]:
    """Return the twins; on a terminal, with a line of progress that does not stay."""
    if not settings.twins or not sys.stderr.isatty():
        return twins_of(settings)

    def tell(what: str) -> None:
        # Kinds and no names: files may be called after people and places.
        sys.stderr.write(f"\rreading {what} … \x1b[K")
        sys.stderr.flush()

    try:
        return twins_of(settings, watching=tell)
    finally:
        sys.stderr.write("\r\x1b[K")
