"""The plan on paper: reading an administrator's plan file, and printing the plan instead of trying it.

Law of this room: it translates, as the rest of this floor does; nothing is planned here.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

import pytest

from coexistence.errors import CoexistenceError, InputError
from coexistence.planfile.reading import PlanSource, parse_plan, read_source
from coexistence.planning import NOTHING_ASKED, OwnPlan
from coexistence.vocabulary import Version

__all__ = ["CARRIED_PLAN", "PLAN", "agreed_target", "own_plan", "show_faults", "show_plan"]

#: The plan file as the controller read it.
PLAN: Final = pytest.StashKey[PlanSource]()
#: Under which name workers find it.
CARRIED_PLAN: Final = "coexistence_plan"


def own_plan(config: pytest.Config, path: Path | None) -> OwnPlan:
    """Return what a plan file asks for; a worker has it from the controller.

    Raises :class:`~coexistence.errors.InputError`.
    """
    if path is None:
        return NOTHING_ASKED
    carried = getattr(config, "workerinput", {}).get(CARRIED_PLAN)
    source = PlanSource.from_plain(carried) if carried else read_source(path)
    config.stash[PLAN] = source
    return parse_plan(source)


def agreed_target(asked: Version | None, own: OwnPlan) -> Version | None:
    """Return the version to migrate to; the option and the plan file must not contradict each other."""
    if asked and own.target and asked is not own.target:
        raise InputError(
            f"target = {own.target.name!r}, and --coexistence-to says {asked.name}. Leave one of them out.",
            file=own.file,
            line=own.line_of("target"),
        )
    return asked or own.target


def show_plan(config: pytest.Config) -> int:
    """Print the plan of every estate as a runbook; of a family, that of its first deployment.

    Returns the exit status 0; raises ``pytest.UsageError`` for input that cannot be used.
    """
    from coexistence.estates import FamilyEstate, estates_for
    from coexistence.pytest_run import settings_of
    from coexistence.reporting.runbook import render_runbook
    from coexistence.settings import read_tool

    try:
        settings = settings_of(config)
        rules = read_tool(config.rootpath / "pyproject.toml").rules
        estates = estates_for(settings, rules)
    except CoexistenceError as error:
        raise pytest.UsageError(str(error)) from error
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


def show_faults(config: pytest.Config) -> int:
    """Print the faults that can be made, ours, those of packs and those of the project.

    Returns the exit status 0; raises ``pytest.UsageError`` for input that cannot be used.
    """
    from coexistence.loading import gather
    from coexistence.pytest_run import settings_of
    from coexistence.reporting.faults import render_catalogue

    try:
        _, faults = gather(config, settings_of(config).checks, with_catalogue=True)
    except CoexistenceError as error:
        raise pytest.UsageError(str(error)) from error
    width = shutil.get_terminal_size((80, 24)).columns
    for line in render_catalogue(faults, faults.excluded, width=width):
        _print(line.text)
    return int(pytest.ExitCode.OK)


def _print(text: str) -> None:
    """Print a line; what cannot be printed, or not on this terminal, becomes a question mark."""
    text = "".join(character if character.isprintable() else "?" for character in text)
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding, "replace") + "\n")
