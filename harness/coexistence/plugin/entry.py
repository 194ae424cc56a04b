"""What pytest sees of us before anybody asks: options, and the decision to wake up.

Law of this room: the standard library and pytest, nothing else, until ``--coexistence`` is given.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

#: Options with what they take and their help; each has a twin in pytest's configuration.
_OPTIONS: Final[tuple[tuple[str, dict[str, Any], str], ...]] = (
    (
        "from",
        {"action": "append", "metavar": "PATH"},
        "folder of exported files to make a twin from, instead of the generated deployments; repeatable",
    ),
    (
        "to",
        {"metavar": "VERSION"},
        "version to migrate to: L13, S15, S19 or SE (default: the newest that the legacy one may go to)",
    ),
    ("deployments", {"metavar": "N"}, "how many generated deployments (default: 100)"),
    ("seed", {"metavar": "N"}, "seed of the generated deployments (default: 7)"),
    (
        "as-of",
        {"metavar": "DATE"},
        "the day on which the question is asked, e.g. 2026-11-23 (default: the newest date in the files)",
    ),
    ("at", {"metavar": "NAMES"}, "only these checkpoints, separated by commas"),
    ("json", {"metavar": "FILE"}, "write the report as JSON"),
    (
        "bill",
        {"metavar": "FILE.csv"},
        "write whom to warn before a rollback as CSV for mail merge; a folder gets a file per checkpoint",
    ),
    (
        "checks",
        {"action": "append", "metavar": "PATH"},
        "more checks: a module or a folder; repeatable",
    ),
    (
        "plan",
        {"metavar": "FILE"},
        "your own plan (TOML): waves, dates, order, new pools, rollback procedure",
    ),
    (
        "pseudonymise",
        {"metavar": "KEYFILE"},
        "replace names, addresses and numbers of the exported files by keyed pseudonyms before anything else",
    ),
    (
        "waivers",
        {"metavar": "FILE"},
        "accepted findings (TOML), each with owner, approver, reason and expiry",
    ),
    (
        "fault",
        {"action": "append", "metavar": "ID[:TARGET]"},
        "make a catalogued fault, and see who notices; repeatable; 'list' prints all and stops",
    ),
    (
        "min-kill",
        {"metavar": "PERCENT"},
        "with --coexistence-qualify: exit 0 if this share of the faults is noticed, without false alarms",
    ),
)


#: Those that are said or not.
_FLAGS: Final = (
    ("show-plan", "print the plan as a runbook, and stop"),
    (
        "interruptions",
        "stop after every step and inside every batch, then go on, go back, or go back and retry",
    ),
    ("qualify", "score every check against the fault catalogue and against sound deployments"),
    ("strict", "undecided promises and warnings fail too"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options; they do nothing without ``--coexistence``."""
    group = parser.getgroup("coexistence", "Skype for Business coexistence")
    text = "rehearse a side-by-side migration: collect coexistence checks, not tests"
    group.addoption("--coexistence", action="store_true", default=False, help=text)
    parser.addini(
        "coexistence", f"{text} (-o coexistence=false goes back to them)", type="bool", default=False
    )
    flags = ((name, {"action": "store_true"}, text) for name, text in _FLAGS)
    for name, how, text in (*_OPTIONS, *flags):
        group.addoption(f"--coexistence-{name}", default=None, help=text, **how)
        # Texts, and what they mean to us is worked out by whoever was asked: only then a wrong one matters.
        parser.addini(f"coexistence_{name.replace('-', '_')}", text, type="string", default=None)


def is_asked(config: pytest.Config) -> bool:
    """Whether this is a coexistence run, by the option or by pytest's configuration; a worker is told."""
    given = getattr(config, "workerinput", None)
    if given is not None:
        return "coexistence" in given
    return bool(config.getoption("--coexistence") or config.getini("coexistence"))


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Print the plan or the faults instead of running anything, if that is what was asked for."""
    if not is_asked(config) or hasattr(config, "workerinput"):
        return None
    from coexistence.plugin.rewriting import import_engine_as_it_is

    import_engine_as_it_is(config)
    from coexistence.plugin import show
    from coexistence.plugin.project_root import refuse_misplaced_root

    refuse_misplaced_root(config)
    return show.shown_instead(config)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Make our hooks known, so that a conftest may implement them in any run."""
    from coexistence.plugin import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Wake up if this is a coexistence run."""
    if is_asked(config):
        from coexistence.plugin.rewriting import import_engine_as_it_is

        import_engine_as_it_is(config)
        from coexistence.plugin import run

        run.start(config)
