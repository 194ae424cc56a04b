"""What pytest sees of us before anybody asks: options, and the decision to wake up.

Law of this room: the standard library and pytest, nothing else, until ``--coexistence`` is given.
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
        "bill",
        "string",
        "",
        {"metavar": "FILE.csv"},
        "write whom to warn before a rollback as CSV for mail merge; a folder gets a file per checkpoint",
    ),
    (
        "checks",
        "paths",
        [],
        {"action": "append", "metavar": "PATH"},
        "more checks: a module or a folder; repeatable",
    ),
    (
        "plan",
        "string",
        "",
        {"metavar": "FILE"},
        "your own plan (TOML): waves, dates, order, new pools, rollback procedure",
    ),
    (
        "pseudonymise",
        "string",
        "",
        {"metavar": "KEYFILE"},
        "replace names, addresses and numbers of the exported files by keyed pseudonyms before anything else",
    ),
    (
        "waivers",
        "string",
        "",
        {"metavar": "FILE"},
        "accepted findings (TOML), each with owner, approver, reason and expiry",
    ),
    (
        "fault",
        "linelist",
        [],
        {"action": "append", "metavar": "ID[:TARGET]"},
        "make a catalogued fault, and see who notices; repeatable; 'list' prints all and stops",
    ),
    (
        "min-kill",
        "string",
        "",
        {"metavar": "PERCENT"},
        "with --coexistence-qualify: exit 0 if this share of the faults is noticed, without false alarms",
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
    _add_show_plan(parser, group)
    group.addoption(
        "--coexistence-strict",
        action="store_true",
        default=None,
        help="undecided promises and warnings fail too",
    )
    group.addoption(
        "--coexistence-qualify",
        action="store_true",
        default=None,
        help="score every check against the fault catalogue and against sound deployments",
    )
    parser.addini(
        "coexistence_qualify",
        "score every check against the fault catalogue and against sound deployments",
        type="bool",
        default=False,
    )
    group.addoption(
        "--coexistence-interruptions",
        action="store_true",
        default=None,
        help="stop after every step and inside every batch, then go on, go back, or go back and retry",
    )
    parser.addini(
        "coexistence_interruptions",
        "stop after every step and inside every batch, then go on, go back, or go back and retry",
        type="bool",
        default=False,
    )
    parser.addini(
        "coexistence_strict", "undecided promises and warnings fail too", type="bool", default=False
    )


def _add_show_plan(parser: pytest.Parser, group: Any) -> None:
    text = "print the plan as a runbook, and stop"
    group.addoption("--coexistence-show-plan", action="store_true", default=None, help=text)
    parser.addini("coexistence_show_plan", text, type="bool", default=False)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Print the plan or the faults instead of running anything, if that is what was asked for."""
    if not config.getoption("--coexistence"):
        return None
    if not hasattr(config, "workerinput"):  # a worker has its settings from the controller
        from coexistence.plugin.project_root import refuse_misplaced_root

        refuse_misplaced_root(config)
    if "list" in (config.getoption("--coexistence-fault") or config.getini("coexistence_fault")):
        from coexistence.plugin import show

        return show.show_faults(config)
    given = config.getoption("--coexistence-show-plan")
    if not (config.getini("coexistence_show_plan") if given is None else given):
        return None
    from coexistence.plugin import show

    return show.show_plan(config)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Make our hooks known, so that a conftest may implement them in any run."""
    from coexistence.plugin import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Wake up if this is a coexistence run."""
    if config.getoption("--coexistence"):
        from coexistence.plugin.rewriting import import_engine_as_it_is

        import_engine_as_it_is(config)
        from coexistence.plugin import run

        run.start(config)
