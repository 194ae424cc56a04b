"""The command that asks the same question again.

Law of this room: everything that the answer hangs on stands in the line, and nothing else: how many workers
there were and where reports went does not. Under pseudonyms no name of a file or folder stands there either.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from coexistence.plugin.session import Question
from coexistence.rehearsal.estates import default_date
from coexistence.reporting.shell_words import quoted

__all__ = ["ask_line", "rerun_line"]

#: What a single promise hangs on; the rest of a question is in its node id, or about reports.
_ASKED: Final = ("from", "to", "deployments", "seed", "as-of", "checks", "plan", "pseudonymise", "fault")


def rerun_line(config: pytest.Config, question: Question, arguments: Iterable[str]) -> str:
    """Return the line for a shell; ``arguments`` are the node ids that were asked for."""
    words = [
        *("pytest", *_roots(config, question), "--coexistence", *_options(config, question)),
        *(*_filters(config, question), *arguments),
    ]
    return " ".join(map(quoted, words))


def ask_line(config: pytest.Config, question: Question) -> str:
    """Return the beginning of a line that asks for one node id: what was typed, and not what files say."""
    typed = {
        f"--coexistence-{name}" for name in _ASKED if config.getoption(f"--coexistence-{name}") is not None
    }
    options = [word for word in _options(config, question) if word.partition("=")[0] in typed]
    overrides = [
        word
        for setting in config.getoption("override_ini") or ()
        # They may name folders and files: none of that under pseudonyms.
        if setting.startswith("coexistence_") and question.settings.pseudonyms is None
        for word in ("-o", setting)
    ]
    is_typed = config.getoption("--coexistence")
    words = [
        "pytest",
        *_roots(config, question),
        *(["--coexistence"] if is_typed else []),
        *overrides,
        *options,
    ]
    return " ".join(map(quoted, words))


def _options(config: pytest.Config, question: Question) -> Iterator[str]:
    settings = question.settings
    option: Callable[[str], Any] = config.getoption
    if settings.pseudonyms is not None:
        # Names of folders and files tell as much as what is in them.
        option = {
            "--coexistence-from": ["EXPORTS"] * len(settings.twins),
            "--coexistence-checks": ["CHECKS"] * len(settings.checks),
            "--coexistence-plan": "PLAN",
            "--coexistence-waivers": "WAIVERS",
        }.__getitem__
        yield "--coexistence-pseudonymise=KEYFILE"

    def shown(path: Path) -> str:
        return _shown(path, config)

    for path in option("--coexistence-from") or map(shown, settings.twins):
        yield f"--coexistence-from={path}"
    if settings.target is not None:
        yield f"--coexistence-to={settings.target.name}"
    if not settings.twins:
        yield f"--coexistence-deployments={settings.deployments}"
        yield f"--coexistence-seed={settings.seed}"
    is_dated = any(estate.trial(0).deployment.as_of is not None for estate in question.estates)
    if settings.as_of or not settings.twins or is_dated:
        yield f"--coexistence-as-of={default_date(question.estates, settings.as_of).isoformat()}"
    if settings.at:
        yield f"--coexistence-at={','.join(settings.at)}"
    typed = option("--coexistence-checks") or ()
    folder = config.invocation_params.dir
    known = {Path(os.path.normpath(folder / each)) for each in typed}
    hidden = settings.pseudonyms is not None
    for path in (*(() if hidden else (shown(each) for each in settings.checks if each not in known)), *typed):
        yield f"--coexistence-checks={path}"
    if settings.plan is not None:
        yield f"--coexistence-plan={option('--coexistence-plan') or shown(settings.plan)}"
    if settings.waivers is not None:
        yield f"--coexistence-waivers={option('--coexistence-waivers') or shown(settings.waivers)}"
    for aim in question.aims:
        yield f"--coexistence-fault={aim}"
    if settings.qualify:
        yield "--coexistence-qualify"
    if settings.min_kill is not None:
        yield f"--coexistence-min-kill={settings.min_kill:g}"
    if settings.strict:
        yield "--coexistence-strict"
    if settings.interruptions:
        yield "--coexistence-interruptions"


def _roots(config: pytest.Config, question: Question) -> Iterator[str]:
    """Yield what told pytest where its settings are."""
    is_hidden = question.settings.pseudonyms is not None
    for option, name, hidden in (("-c", "inifilename", "CONFIG"), ("--rootdir", "rootdir", "ROOTDIR")):
        if said := config.getoption(name):
            yield f"{option}={hidden if is_hidden else said}"


def _filters(config: pytest.Config, question: Question) -> Iterator[str]:
    names = question.settings.pseudonyms
    for letter, name in (("-k", "keyword"), ("-m", "markexpr")):
        if said := config.getoption(name):
            yield letter
            yield said if names is None else names.text(said)


def _shown(path: Path, config: pytest.Config) -> str:
    """Write a path from the ini file so that it does not depend on where the project lies."""
    if not path.resolve().is_relative_to(config.rootpath.resolve()):
        return str(path.resolve())
    return Path(os.path.relpath(path.resolve(), config.invocation_params.dir.resolve())).as_posix()
