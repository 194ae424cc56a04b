"""On paper: the plan, or the faults that can be made, printed instead of trying anything.

Law of this room: it translates, as the rest of this floor does; nothing is planned here.
"""

from __future__ import annotations

import shutil
import sys

import pytest

from coexistence.errors import CoexistenceError, printable

__all__ = ["shown_instead"]


def shown_instead(config: pytest.Config) -> int | None:
    """Print what was asked for in place of a run, and return the exit status; None where nothing was.

    Raises ``pytest.UsageError`` for input that cannot be used.
    """
    from coexistence.plugin.options import discreet, shows_faults, shows_plan

    try:
        if shows_faults(config):
            return _show_faults(config)
        if shows_plan(config):
            return _show_plan(config)
    except CoexistenceError as error:
        raise pytest.UsageError(discreet(config, error)) from error
    return None


def _show_plan(config: pytest.Config) -> int:
    """Print the plan of every estate as a runbook; of a family, that of its first deployment.

    Returns the exit status 0; raises CoexistenceError for input that cannot be used.
    """
    from coexistence.plugin.options import settings_of
    from coexistence.rehearsal.estates import FamilyEstate, estates_for, twins_of
    from coexistence.rehearsal.settings import read_tool
    from coexistence.reporting.runbook import render_runbook

    settings = settings_of(config)
    rules = read_tool(config.rootpath / "pyproject.toml").rules
    estates = estates_for(settings, rules, twins_of(settings))
    width = shutil.get_terminal_size((80, 24)).columns
    for estate in estates:
        note = ""
        if isinstance(estate, FamilyEstate):
            note = (
                f"This is deployment 0 of {estate.size} made-up ones (seed {settings.seed}); each of them "
                "has a plan of its own."
            )
        for line in render_runbook(estate.name, estate.trial(0), width=width, note=note):
            _print(line.text)
    return int(pytest.ExitCode.OK)


def _show_faults(config: pytest.Config) -> int:
    """Print the faults that can be made, ours, those of packs and those of the project.

    Returns the exit status 0; raises CoexistenceError for input that cannot be used.
    """
    from coexistence.plugin.loading import gather, modules_in
    from coexistence.plugin.options import settings_of
    from coexistence.reporting.faults import render_catalogue

    modules = modules_in(settings_of(config).checks, config.rootpath)
    _, faults = gather(config, modules, with_catalogue=True)
    width = shutil.get_terminal_size((80, 24)).columns
    for line in render_catalogue(faults, faults.excluded, width=width):
        _print(line.text)
    return int(pytest.ExitCode.OK)


def _print(text: str) -> None:
    """Print a line; what cannot be printed, or not on this terminal, becomes a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(printable(text).encode(encoding, "replace").decode(encoding, "replace") + "\n")
