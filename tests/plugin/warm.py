"""Runs pytest again and again, each time in a fork of one warm process: a start costs a third of it.

Only third parties and what the plugin never rewrites is imported before; so a run in a fork is what a
run from the shell is. Reads one question a line, as JSON, and answers with the exit status.
"""

from __future__ import annotations

import importlib
import json
import os
import sys

WARM = (
    "numpy",
    "faker",
    "pytest",
    "coexistence.rehearsal.estates",
    "coexistence.reporting.text_report",
    "xml.etree.ElementTree",
)


def answer(question: dict[str, object]) -> int:
    """Run pytest in a fork; returns the exit status as a shell would see it."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 70
    try:
        os.chdir(str(question["folder"]))
        os.environ.clear()
        os.environ.update(question["env"])  # type: ignore[call-overload]  # a table of texts
        for stream, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(str(question[name]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.path[0] = str(question["folder"])  # as `python -m pytest` does
        sys.argv = ["pytest", *question["arguments"]]  # type: ignore[misc]  # a list of texts
        pytest = importlib.import_module("pytest")
        status = int(pytest.main(question["arguments"]))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def main() -> None:
    """Warm up, then answer until nobody asks any more."""
    for name in WARM:
        importlib.import_module(name)
    # pytest would like to rewrite whatever has a plugin in it, and warns that it came too late for this.
    sys.modules["faker"].__doc__ = "PYTEST_DONT_REWRITE"
    for line in sys.stdin:
        sys.stdout.write(f"{answer(json.loads(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
