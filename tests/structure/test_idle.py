"""Not used means not felt: a run without ``--coexistence`` imports next to nothing of ours.

Looked at when the interpreter exits, because a plugin may still import something in its closing words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ALLOWED = {
    "coexistence",
    "coexistence.errors",
    "coexistence.plugin.hookspecs",
    "coexistence.plugin.entry",
    "coexistence.checking",
    "coexistence.checking.decorators",
    "coexistence.model",
    "coexistence.plugin",
    "coexistence.model.vocabulary",
    "coexistence.model.vocabulary.conversations",
    "coexistence.model.vocabulary.facts",
    "coexistence.model.vocabulary.patterns",
    "coexistence.model.vocabulary.people",
    "coexistence.model.vocabulary.topology",
    "coexistence.model.vocabulary.checks",
    "coexistence.model.vocabulary.versions",
}
HEAVY = {"numpy", "faker", "hypothesis"}

# These three import what they serve by themselves; we answer for our own imports only.
OTHERS_OFF = ("-p", "no:faker", "-p", "no:hypothesispytest", "-p", "no:randomly")

WITNESS = """
import atexit, pathlib, sys

def write():
    pathlib.Path("modules.txt").write_text("\\n".join(sorted(sys.modules)))

atexit.register(write)
"""


def loaded(folder: Path) -> set[str]:
    return set((folder / "modules.txt").read_text().splitlines())


def test_an_idle_run_imports_the_plugin_and_nothing_behind_it(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(WITNESS)
    pytester.makepyfile("def test_passes(): pass")

    pytester.runpytest_subprocess(*OTHERS_OFF).assert_outcomes(passed=1)

    modules = loaded(pytester.path)
    ours = {name for name in modules if name.partition(".")[0] == "coexistence"}
    assert "coexistence.plugin.entry" in ours, "the plugin is not installed: pip install -e ."
    assert ours <= ALLOWED
    assert not modules & HEAVY


def test_a_check_in_a_conftest_only_tags(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        WITNESS
        + """
from coexistence import check

@check(clause="services")
def services_run(service):
    '''Every service that should run does.'''
"""
    )
    pytester.makepyfile("def test_passes(): pass")

    pytester.runpytest_subprocess(*OTHERS_OFF).assert_outcomes(passed=1)

    modules = loaded(pytester.path)
    assert {name for name in modules if name.partition(".")[0] == "coexistence"} <= ALLOWED
    assert not modules & HEAVY


def test_help_and_a_run_without_tests_stay_idle_too(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(WITNESS)

    for arguments in (["--help"], ["--collect-only"], ["--markers"]):
        pytester.runpytest_subprocess(*OTHERS_OFF, *arguments)

        modules = loaded(pytester.path)
        assert {name for name in modules if name.partition(".")[0] == "coexistence"} <= ALLOWED, arguments
        assert not modules & HEAVY, arguments
