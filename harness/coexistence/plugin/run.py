"""A coexistence run under pytest: reports come in from items, and a report and an exit status go out.

Law of this room: it translates. Reports of tests carry plain data, the exit status says the verdict; what any
of it means is decided on the floors below. From the moment that something is asked until everything has
answered, nothing that this run leaves behind says go.
"""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Generator
from typing import Any, Final

import pytest

from coexistence.errors import CoexistenceError, OutputError, printable
from coexistence.model.vocabulary import Clause, Severity
from coexistence.plugin.collection import Collecting
from coexistence.plugin.inquiries import inquiries
from coexistence.plugin.items import CheckItem
from coexistence.plugin.ledger import CARRIED, Ledger, is_about_nobody
from coexistence.plugin.options import discreet
from coexistence.plugin.qualification import NODE
from coexistence.plugin.report_outcomes import (
    REASON,
    Outcome,
    exit_status,
    outcome_of,
    reason_of,
    why_raised,
)
from coexistence.plugin.run_report import RunReport
from coexistence.plugin.session import Question
from coexistence.plugin.xdist_handover import (
    HandingOver,
    Refusing,
    handed_over,
    is_worker,
    refuse_other_rules,
)
from coexistence.rehearsal.estates import TwinEstate

__all__ = ["CoexistenceRun", "start"]

#: Under which a worker tells the controller what interrupted it.
INTERRUPTION: Final = "coexistence_interruption"
#: How seldom garbage is looked for during a run; see :func:`_collect_garbage_seldom`.
GARBAGE: Final = (100_000, 20, 100)
#: Options with which pytest shows something, and asks nothing.
_SHOWING: Final = (
    "collectonly",
    "setuponly",
    "setupplan",
    "cacheshow",
    "showfixtures",
    "show_fixtures_per_test",
)
#: With these pytest ends without having asked anything: it says why itself.
_NOTHING_ASKED: Final = (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED)
#: With these it prints no summary.
_NO_SUMMARY: Final = (pytest.ExitCode.INTERNAL_ERROR,)
#: Of two, the first is said where both could be: undecided has an answer that is worth waiting for.
_UNDECIDED: Final = ("undecided", "u", "UNDECIDED")
_NOT_APPLICABLE: Final = ("not applicable", "-", "NOT APPLICABLE")


def start(config: pytest.Config) -> None:
    """Begin a coexistence run; raises ``pytest.UsageError`` for input that cannot be used."""
    if sys.flags.optimize:
        raise pytest.UsageError(
            "--coexistence: python -O drops the asserts that checks are made of. Leave -O out."
        )
    for severity in Severity:
        config.addinivalue_line("markers", f"{severity.name.lower()}: coexistence checks of this severity")
    for clause in Clause:
        config.addinivalue_line("markers", f"{clause.value}: coexistence checks of this clause")
    _collect_garbage_seldom(config)
    manager = config.pluginmanager
    handed = None
    try:
        handed = handed_over(config)
        question = Question(config, handed)
        if handed is not None:
            refuse_other_rules(config)
    except CoexistenceError as error:
        if is_worker(config):
            manager.register(Refusing(config, error), "coexistence-refusing")
            return
        raise pytest.UsageError(discreet(config, error)) from error
    collecting = Collecting(config, question, None if handed is None else handed.arguments)
    dealing = _Dealing(question)
    manager.register(CoexistenceRun(config, question, collecting, dealing), "coexistence-run")
    manager.register(collecting, "coexistence-collecting")
    if question.qualifying is not None:
        manager.register(question.qualifying, "coexistence-qualifying")
    if manager.hasplugin("xdist"):
        handing_over = HandingOver(config, question, collecting.arguments)
        manager.register(handing_over, "coexistence-handing-over")
        manager.register(dealing, "coexistence-dealing")


def _collect_garbage_seldom(config: pytest.Config) -> None:
    """Let the garbage collector run a hundredth as often, until the run is over.

    A default run keeps some millions of small frozen objects alive, and hardly any of them is garbage:
    looking through them again and again took a quarter of its time.
    """
    before = gc.get_threshold()
    gc.set_threshold(*GARBAGE)
    config.add_cleanup(lambda: gc.set_threshold(*before))


class CoexistenceRun:
    """The plugin that is registered for the time of one run."""

    def __init__(
        self, config: pytest.Config, question: Question, collecting: Collecting, dealing: _Dealing
    ) -> None:
        self.config = config
        self.question = question
        self._dealing = dealing
        #: Whether anything is asked: pytest also shows what it would do, and then we have nothing to add.
        self._is_asking = not any(config.getoption(each, False) for each in _SHOWING)
        self._is_quiet = self._is_asking and config.get_verbosity() < -1
        if self._is_quiet:
            config.option.no_summary = True
        #: What interrupted the run, in words; on the controller also what interrupted its workers.
        self._interruptions: list[str] = []
        self._report = RunReport(config, question, collecting)

    @functools.cached_property
    def _ledger(self) -> Ledger:
        qualifying = self.question.qualifying
        asked = sorted(inquiries(self.question), key=lambda each: (each.position, each.check.id))
        return Ledger(
            {each.node_id: each.unanswered for each in asked},
            [] if qualifying is None else [f"{NODE}::{aim.fault.id}" for aim in qualifying.aims],
            strict=self.question.settings.strict,
        )

    # ------------------------------------------------------------------------------------ what is asked

    def pytest_report_header(self) -> list[str]:
        """Say what is asked about."""
        return self.question.about()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which items there are."""
        if not self.question.is_worker:
            self._ledger.collect(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Note which items there are: with workers, they alone collect."""
        self._ledger.collect(ids)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        """Replace the JSON report of an earlier run: this one may end without being able to."""
        if self._is_asking and not self.question.is_worker:
            try:
                self._report.begin()
            except OutputError as error:
                raise pytest.UsageError(str(error)) from error

    # ------------------------------------------------------------------------------------ what comes back

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the report carry the verdict, from a worker too."""
        if isinstance(item, CheckItem) and call.when == "setup":
            item.verdict = None  # what an earlier attempt found does not count
        report = yield
        if call.excinfo is not None and report.failed:
            setattr(report, REASON, why_raised(report, call.excinfo.value))
        if isinstance(item, CheckItem) and call.when == "call" and item.verdict is not None:
            setattr(report, CARRIED, item.verdict.plain())
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what arrives, where all reports do."""
        if not self.question.is_worker:
            self._ledger.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what could not be collected."""
        if not self.question.is_worker and report.failed:
            self._ledger.note(report)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_teststatus(
        self, report: pytest.TestReport
    ) -> Generator[None, tuple[str, str, Any], tuple[str, str, Any]]:
        """Give undecided and not applicable a letter of their own; under ``-qq`` nothing has one."""
        category, letter, word = yield
        if outcome_of(report) is Outcome.SKIPPED and self._ledger.knows(report):
            category, letter, word = _NOT_APPLICABLE if is_about_nobody(report) else _UNDECIDED
        return (category, "", "") if self._is_quiet else (category, letter, word)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note who was waited for when somebody had enough of it."""
        error = excinfo.value
        what = "pytest.exit() was called" if isinstance(error, pytest.exit.Exception) else "interrupted"
        said = str(getattr(error, "msg", error) or "").partition("\n")[0]
        notes = ", ".join(getattr(error, "__notes__", []))
        self._interruptions.insert(0, " ".join(filter(None, [what, said and f"({said})", notes])))
        self._interruptions += self._dealing.out()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Learn from a worker that it was interrupted."""
        if said := getattr(node, "workeroutput", {}).get(INTERRUPTION):
            self._interruptions.append(f"{node.gateway.id}: {said}")

    # ------------------------------------------------------------------------------------ what goes out

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Decide, write the reports, and let the exit status say the verdict."""
        if self.question.is_worker:
            if self._interruptions:
                output: dict[str, Any] = self.config.workeroutput  # type: ignore[attr-defined]  # set by xdist
                # Whatever status somebody asked for: xdist takes any other for a worker that has finished.
                output["exitstatus"] = int(pytest.ExitCode.INTERRUPTED)
                output[INTERRUPTION] = self._interruptions[0]
            self._forget()
            return
        if not self._is_asking or exitstatus in _NOTHING_ASKED:
            return
        status = self._report.finish(self._ledger, self._why_partial(session, exitstatus), exitstatus)
        self._forget()
        session.exitstatus = exit_status(
            status, *([int(pytest.ExitCode.INTERRUPTED)] if self._interruptions else [])
        )
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if exitstatus in _NO_SUMMARY and terminal is not None:
            self.pytest_terminal_summary(terminal)

    def _why_partial(self, session: pytest.Session, exitstatus: int) -> list[str]:
        if self._interruptions:
            return self._interruptions
        if exitstatus == pytest.ExitCode.INTERNAL_ERROR:
            return ["an internal error ended the run"]
        return ["the run was stopped early"] if session.shouldstop or session.shouldfail else []

    def _forget(self) -> None:
        """Let go of deployments: pytest collects garbage twice on its way out, and would look at them all."""
        for estate in self.question.estates:
            estate.forget()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the report; before it, if ``-rs`` asks for it, why items have no answer."""
        if self._report.run is None:
            return
        if self._is_quiet:
            terminalreporter.write_line(self._report.word())
            return
        if terminalreporter.hasopt("s"):
            self._print_skipped(terminalreporter)
        for line in self._report.lines():
            terminalreporter.write_line(printable(line.text), **line.markup)

    def _print_skipped(self, terminalreporter: pytest.TerminalReporter) -> None:
        found = [
            (word, report)
            for category, _, word in (_UNDECIDED, _NOT_APPLICABLE)
            for report in terminalreporter.stats.get(category, [])
        ]
        if found:
            terminalreporter.write_sep("=", "undecided and not applicable")
        for word, report in found:
            terminalreporter.write_line(printable(f"{word} {report.nodeid} - {reason_of(report)}"))


class _Dealing:
    """The xdist part of the plugin, registered only where xdist is."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._scheduler: Any = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Deal whole shards to workers, and twins checkpoint by checkpoint."""
        if config.getoption("dist") == "each":
            return None
        from coexistence.plugin.xdist_scheduling import GroupScheduling

        twins = {estate.name for estate in self._question.estates if isinstance(estate, TwinEstate)}
        self._scheduler = GroupScheduling(config, log, twins)
        return self._scheduler

    def out(self) -> list[str]:
        """Say which item each worker was at, as far as it is known here."""
        return [] if self._scheduler is None else self._scheduler.out()
