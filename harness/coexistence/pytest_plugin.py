"""What pytest sees of us before anybody asks: options, and the decision to wake up.

Law of this room: the standard library and pytest, nothing else, until ``--coexistence`` is given.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from typing import Any, Final

import pytest

#: Options that take a value, with their ini type, default and help; each has an ini twin.
_OPTIONS: Final[tuple[tuple[str, str, Any, dict[str, Any], str], ...]] = (
    (
        "from",
        "paths",
        [],
        {"action": "append", "metavar": "PATH"},
        "folder of exported files to make a twin from, instead of the generated deployments; repeatable",
    ),
    (
        "to",
        "string",
        "",
        {"metavar": "VERSION"},
        "version to migrate to: L13, S15, S19 or SE (default: the newest that the legacy one may go to)",
    ),
    ("deployments", "string", "100", {"metavar": "N"}, "how many generated deployments (default: 100)"),
    ("seed", "string", "7", {"metavar": "N"}, "seed of the generated deployments (default: 7)"),
    (
        "as-of",
        "string",
        "",
        {"metavar": "DATE"},
        "the day on which the question is asked, e.g. 2026-11-23 (default: the newest date in the files)",
    ),
    ("at", "string", "", {"metavar": "NAMES"}, "only these checkpoints, separated by commas"),
    ("json", "string", "", {"metavar": "FILE"}, "write the report as JSON"),
    (
        "checks",
        "paths",
        [],
        {"action": "append", "metavar": "PATH"},
        "more checks: a module or a folder; repeatable",
    ),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options; they do nothing without ``--coexistence``."""
    group = parser.getgroup("coexistence", "Skype for Business coexistence")
    group.addoption(
        "--coexistence",
        action="store_true",
        default=False,
        help="rehearse a side-by-side migration: collect coexistence checks, not tests",
    )
    for name, kind, default, how, text in _OPTIONS:
        group.addoption(f"--coexistence-{name}", default=None, help=text, **how)
        parser.addini(f"coexistence_{name.replace('-', '_')}", text, type=kind, default=default)  # type: ignore[arg-type]  # one of pytest's ini types
    group.addoption(
        "--coexistence-strict",
        action="store_true",
        default=None,
        help="undecided promises and warnings fail too",
    )
    parser.addini(
        "coexistence_strict", "undecided promises and warnings fail too", type="bool", default=False
    )


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Make our hooks known, so that a conftest may implement them in any run."""
    from coexistence import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Wake up if this is a coexistence run."""
    if config.getoption("--coexistence"):
        from coexistence import pytest_run

        pytest_run.start(config)
