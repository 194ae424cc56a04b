"""A coexistence run under pytest: verdicts come in from items, and a report and an exit status go out.

Law of this room: it translates. Reports of tests carry plain data, the exit status says the verdict; what any
of it means is decided on the floors below.
"""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Callable, Generator, Iterator
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import Any, Final

import pytest

from coexistence.errors import CoexistenceError, OutputError, printable
from coexistence.model.files import write_bytes
from coexistence.model.vocabulary import Clause, Severity
from coexistence.plugin.collection import Collecting
from coexistence.plugin.fault_injection import records
from coexistence.plugin.items import CheckItem
from coexistence.plugin.options import discreet
from coexistence.plugin.qualification import verdict_of
from coexistence.plugin.rerun_line import ask_line, rerun_line
from coexistence.plugin.session import Question
from coexistence.plugin.xdist_handover import (
    HandingOver,
    Refusing,
    handed_over,
    is_worker,
    refuse_other_rules,
)
from coexistence.rehearsal.estates import FamilyEstate, TwinEstate, default_date
from coexistence.rehearsal.verdicts import EstateReport, ItemVerdict, Run

__all__ = ["CoexistenceRun", "start"]

#: Attribute of a test report under which its verdict travels, as plain data.
CARRIED: Final = "coexistence"
#: Under which a worker tells the controller what was left out.
NARROWED: Final = "coexistence_narrowed"
#: How seldom garbage is looked for during a run; see :func:`_collect_garbage_seldom`.
GARBAGE: Final = (100_000, 20, 100)


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
    manager.register(CoexistenceRun(config, question, collecting), "coexistence-run")
    manager.register(collecting, "coexistence-collecting")
    if question.qualifying is not None:
        manager.register(question.qualifying, "coexistence-qualifying")
    if manager.hasplugin("xdist"):
        handing_over = HandingOver(config, question, collecting.arguments)
        manager.register(handing_over, "coexistence-handing-over")
        manager.register(_Dealing(question), "coexistence-dealing")


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

    def __init__(self, config: pytest.Config, question: Question, collecting: Collecting) -> None:
        self.config = config
        self.question = question
        self._collecting = collecting
        self.verdicts: dict[str, ItemVerdict] = {}
        self.run: Run | None = None
        #: What a hook raised that was told the verdict; "" if none did.
        self.hook_crash = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the report carry the verdict, from a worker too."""
        report = yield
        if isinstance(item, CheckItem):
            verdict = item.verdict if call.when == "call" else None
            if verdict is None and report.failed:
                reason = call.excinfo.exconly() if call.excinfo else "unknown error"
                if call.excinfo and isinstance(call.excinfo.value, pytest.FixtureLookupError):
                    reason = f"{call.excinfo.value.argname!r} is neither a subject nor a known fixture"
                verdict = ItemVerdict.of(item.check, item.place, item.estate.name, [], shard=item.shard)
                verdict = ItemVerdict.from_plain({**verdict.plain(), "crash": reason.splitlines()[-1]})
            if verdict is not None:
                setattr(report, CARRIED, verdict.plain())
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather verdicts where all reports arrive."""
        data = getattr(report, CARRIED, None)
        if data is not None and not self.question.is_worker:
            self.verdicts[report.nodeid] = ItemVerdict.from_plain(data)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Give undecided and not applicable a letter of their own."""
        data = getattr(report, CARRIED, None)
        if data is None or not report.skipped or hasattr(report, "wasxfail"):
            return None
        if data["undecided"] is not None:
            return "undecided", "u", "UNDECIDED"
        return "not applicable", "-", "NOT APPLICABLE"

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Learn from a worker that part of the question was left out."""
        self.question.narrowed += getattr(node, "workeroutput", {}).get(NARROWED, [])

    def pytest_report_header(self) -> list[str]:
        """Say what is asked about."""
        return self.question.about()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Decide, write the JSON report, and let the exit status say the verdict."""
        if self.question.is_worker:
            # Items are chosen where they are collected: the controller never sees those left out.
            self.config.workeroutput[NARROWED] = self.question.narrowed  # type: ignore[attr-defined]  # set by xdist
            self._forget()
            return
        if self.config.option.collectonly:
            return
        if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
            return
        from coexistence.reporting.json_report import plain_report

        self.run = self._summed_up(session)
        settings = self.question.settings
        wrote_bill = settings.bill is None or self._wrote("the bill", self._write_bill, settings.bill)
        self._forget()
        wrote_json = settings.json is None or self._wrote("the JSON report", self._write_json, settings.json)
        if not (wrote_bill and wrote_json):
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            return
        try:
            self.config.hook.pytest_coexistence_verdict(report=plain_report(self.run))
        except Exception as error:  # noqa: BLE001  # somebody else's hook: whatever it raises is named
            self.hook_crash = f"{type(error).__name__}: {error}"
        if exitstatus != pytest.ExitCode.INTERRUPTED:
            session.exitstatus = 1 if self.hook_crash else self.run.exit_status()

    def _forget(self) -> None:
        """Let go of deployments: pytest collects garbage twice on its way out, and would look at them all."""
        for estate in self.question.estates:
            estate.forget()

    def _wrote(self, what: str, write: Callable[[Path], None], path: Path) -> bool:
        """Write a file; False, with a warning, where the disk says no."""
        try:
            write(path)
        except OutputError as error:
            warnings.warn(pytest.PytestWarning(f"{what} could not be written: {error}"), stacklevel=1)
            return False
        return True

    def _write_bill(self, path: Path) -> None:
        from coexistence.reporting.mail_merge import write_letters

        write_letters(path, (part for estate in self.question.estates for part in estate.letters()))

    def _write_json(self, path: Path) -> None:
        from coexistence.reporting.json_report import render_json

        assert self.run is not None  # summed up before anything is written
        write_bytes(path, [render_json(self.run)])

    def _summed_up(self, session: pytest.Session) -> Run:
        question, settings = self.question, self.question.settings
        items = self._in_order()
        narrowed = list(dict.fromkeys(question.narrowed))
        is_stopped = bool(session.shouldstop or session.shouldfail)
        if is_stopped:
            narrowed.append("the run was stopped early")
        scored = None if question.qualifying is None else question.qualifying.result(items, settings)
        return Run(
            version=distribution_version("pytest-coexistence"),
            seed=settings.seed,
            as_of=default_date(question.estates, settings.as_of).isoformat(),
            rerun=rerun_line(self.config, question, self._collecting.arguments),
            ask=ask_line(self.config, question),
            deployments=sum(estate.size for estate in question.estates),
            estates=tuple(self._reports(items)),
            items=tuple(items),
            rules=question.rules,
            partial="; ".join(narrowed),
            strict=settings.strict,
            waivers=question.waivers,
            faults=() if question.qualifying else tuple(records(question.estates, question.aims, items)),
            qualification=None if scored is None else scored.plain(),
            qualified=None
            if scored is None
            else verdict_of(scored, settings, is_partial=bool(narrowed), is_stopped=is_stopped),
        )

    def _in_order(self) -> list[ItemVerdict]:
        """Return the verdicts by estate, shard, checkpoint and check, in whatever order they came in."""
        question = self.question
        checks = {check.id: at for at, check in enumerate(question.registry)}
        position = {estate.name: at for at, estate in enumerate(question.estates)}
        places = {
            (estate.name, place.label): at
            for estate in question.estates
            for at, place in enumerate(estate.places)
        }
        return sorted(
            self.verdicts.values(),
            key=lambda item: (
                position[item.estate],
                item.shard or (0, 0),
                places[item.estate, item.checkpoint],
                checks[item.check],
            ),
        )

    def _reports(self, items: list[ItemVerdict]) -> Iterator[EstateReport]:
        rehearsed = tuple(self.question.registry) if self.question.settings.interruptions else None
        for estate in self.question.estates:
            if isinstance(estate, FamilyEstate):
                bills = {
                    item.shard: item.bills for item in items if item.estate == estate.name and item.bills
                }
                parts = [dict(bill) for _, bill in sorted(bills.items(), key=str)]
                yield estate.report(parts, interrupted_by=rehearsed)
            else:
                yield estate.report(interrupted_by=rehearsed)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the report."""
        if self.run is None:
            return
        from coexistence.reporting.text_report import render_text

        writer = self.config.get_terminal_writer()
        verbose = self.config.get_verbosity() > 0
        for line in render_text(self.run, width=writer.fullwidth, verbose=verbose):
            terminalreporter.write_line(printable(line.text), **line.markup)
        if self.hook_crash:
            said = f"pytest_coexistence_verdict crashed, so this run ends with 1: {self.hook_crash}"
            terminalreporter.write_line(said, red=True)


class _Dealing:
    """The xdist part of the plugin, registered only where xdist is."""

    def __init__(self, question: Question) -> None:
        self._question = question

    @pytest.hookimpl(tryfirst=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Deal whole shards to workers, and twins checkpoint by checkpoint."""
        if config.getoption("dist") == "each":
            return None
        from coexistence.plugin.xdist_scheduling import GroupScheduling

        twins = {estate.name for estate in self._question.estates if isinstance(estate, TwinEstate)}
        return GroupScheduling(config, log, twins)
