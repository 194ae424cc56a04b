"""Where pytest looked for settings, and that no option's value led it there.

Law of this room: a verdict hangs on settings, so these are found in one way however the command was typed.
pytest looks for its root directory before plugins have said what options they have: the value of such an
option, after a blank, is to it a path to tests, and where it exists it may move the root to another project.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

# Nothing public says what pytest would have found; to work it out anew would be a second truth about it.
from _pytest.config.findpaths import determine_setup

from coexistence.errors import InputError

__all__ = ["refuse_misplaced_root"]


def refuse_misplaced_root(config: pytest.Config) -> None:
    """Raise ``pytest.UsageError`` where the value of an option led pytest to its settings."""
    words = [*shlex.split(os.environ.get("PYTEST_ADDOPTS", "")), *map(str, config.invocation_params.args)]
    paths = set(config.getoption("file_or_dir"))
    root, ini, *_ = determine_setup(
        inifile=config.getoption("inifilename"),
        override_ini=None,
        args=[word for word in words if word in paths],
        rootdir_cmd_arg=config.getoption("rootdir") or None,
        invocation_dir=config.invocation_params.dir,
    )
    if (root, ini) == (config.rootpath, config.inipath):
        return
    found = list(_values(words, paths, config.invocation_params.dir))
    ours = [each for each in found if each[0].startswith("--coexistence-")] or found
    shown = " and ".join(f"{option} {value}" for option, value in ours)
    better = " ".join(shlex.quote(f"{option}={value}") for option, value in ours)
    sentence = (
        f"{shown}: pytest took the value for a folder of tests and looked for settings there "
        f"({config.inipath or config.rootpath}), and not in this project ({ini or root}). "
        f"Write it with an equals sign: {better}"
    )
    from coexistence.plugin.options import discreet

    raise pytest.UsageError(discreet(config, InputError(sentence)))


def _values(words: list[str], paths: set[str], folder: Path) -> Iterator[tuple[str, str]]:
    """Yield options with the value after them, where that exists and is no path to tests."""
    for option, value in pairwise(words):
        if (
            option.startswith("--")
            and "=" not in option
            and value not in paths
            and not value.startswith("-")
            and os.path.lexists(folder / value)
        ):
            yield option, value
