"""The report of a run: put together, written to files, told to hooks and printed.

Law of this room: it translates. While a run goes on its JSON report says not proven, and a file is written
beside the one that it replaces, so that whatever ends a run leaves no go that it did not reach.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import Final

import pytest

from coexistence.errors import OutputError
from coexistence.model.files import write_bytes
from coexistence.plugin.collection import Collecting
from coexistence.plugin.fault_injection import records
from coexistence.plugin.ledger import Ledger, Settled
from coexistence.plugin.qualification import verdict_of
from coexistence.plugin.report_outcomes import OUTCOMES, exit_status
from coexistence.plugin.rerun_line import ask_line, rerun_line
from coexistence.plugin.session import Question
from coexistence.rehearsal.estates import FamilyEstate, default_date
from coexistence.rehearsal.verdicts import EstateReport, ItemVerdict, Run
from coexistence.reporting.lines import Line

__all__ = ["RunReport"]

_NOT_OVER: Final = "the run is not over, or it ended without a word"
_HOOK: Final = "pytest_coexistence_verdict"


class RunReport:
    """What a run reports, from its beginning to its end."""

    def __init__(self, config: pytest.Config, question: Question, collecting: Collecting) -> None:
        self._config = config
        self._question = question
        self._collecting = collecting
        #: Everything that was found; None until the run is over.
        self.run: Run | None = None
        #: What could not be written, in sentences.
        self._unwritten: list[str] = []

    def begin(self) -> None:
        """Put a report that nothing is proven yet in the place of an older one; raises OutputError."""
        if self._question.settings.json is not None:
            self._write_json(self._bare(partial=_NOT_OVER))

    def finish(self, ledger: Ledger, why_partial: Sequence[str], status: int) -> int:
        """Sum up, write, tell hooks; return the exit status, ``status`` being pytest's own."""
        settled = ledger.settle()
        if status == pytest.ExitCode.TESTS_FAILED:
            if ledger.saw_failures:
                status = 0  # what failed is in the report, with what it weighs
            else:
                why = ("pytest", "ended with 1, and no report says why")
                settled = dataclasses.replace(settled, errors=(*settled.errors, why))
        self.run = run = self._summed_up(settled, why_partial)
        settings = self._question.settings
        if settings.bill is not None:
            self._try_to_write("the bill", self._write_bill, settings.bill)
        self._write(run)
        if not self._unwritten:
            self._tell(run)
        unwritten = [int(pytest.ExitCode.INTERNAL_ERROR)] if self._unwritten else []
        return exit_status(status, self.run.exit_status(), *unwritten)

    def word(self) -> str:
        """The verdict in one word."""
        from coexistence.reporting.text_report import WORDS

        assert self.run is not None  # asked for when the run is over
        return WORDS[self.run.verdict]

    def lines(self) -> Iterator[Line]:
        """The report for a terminal."""
        from coexistence.reporting.text_report import render_text

        assert self.run is not None  # asked for when the run is over
        width = self._config.get_terminal_writer().fullwidth
        yield from render_text(self.run, width=width, verbose=self._config.get_verbosity() > 0)
        for sentence in self._unwritten:
            yield Line(sentence, {"red": True})

    def _tell(self, run: Run) -> None:
        """Tell hooks; one that raises takes the proof away."""
        from coexistence.reporting.json_report import plain_report

        try:
            self._config.hook.pytest_coexistence_verdict(report=plain_report(run))
        except (Exception, *OUTCOMES) as error:  # noqa: BLE001  # somebody else's hook: whatever it raises is named
            crash = (_HOOK, f"{type(error).__name__}: {error}")
            self.run = dataclasses.replace(run, errors=(*run.errors, crash))
            self._write(self.run)

    def _write(self, run: Run) -> None:
        if (path := self._question.settings.json) is not None:
            self._try_to_write("the JSON report", lambda _: self._write_json(run), path)

    def _try_to_write(self, what: str, write: Callable[[Path], None], path: Path) -> None:
        try:
            write(path)
        except OutputError as error:
            self._unwritten.append(f"{what} could not be written: {error}")

    def _write_bill(self, path: Path) -> None:
        from coexistence.reporting.mail_merge import write_letters

        write_letters(path, (part for estate in self._question.estates for part in estate.letters()))

    def _write_json(self, run: Run) -> None:
        from coexistence.reporting.json_report import render_json

        path = self._question.settings.json
        assert path is not None  # written only where it was asked for
        write_bytes(path, [render_json(run)])

    def _bare(self, *, partial: str) -> Run:
        """Return a run that asked nothing yet."""
        question, settings = self._question, self._question.settings
        return Run(
            version=distribution_version("pytest-coexistence"),
            seed=settings.seed,
            as_of=default_date(question.estates, settings.as_of).isoformat(),
            rerun=rerun_line(self._config, question, self._collecting.arguments),
            ask=ask_line(self._config, question),
            deployments=sum(estate.size for estate in question.estates),
            estates=(),
            items=(),
            rules=question.rules,
            partial=partial,
            strict=settings.strict,
            waivers=question.waivers,
        )

    def _summed_up(self, settled: Settled, why_partial: Sequence[str]) -> Run:
        question, settings = self._question, self._question.settings
        items = list(settled.verdicts)
        narrowed = [*question.narrowed]
        if settled.is_selection:
            narrowed.append("only some checks were asked for")
        if not settled.collected:
            narrowed.append("nothing was collected")
        narrowed += why_partial
        if settled.left_out:
            answered = settled.collected - len(settled.left_out)
            narrowed.append(f"{answered:,} of {settled.collected:,} items answered")
        scored = None
        if question.qualifying is not None:
            scored = question.qualifying.result(items, settled.scores, settings)
        return dataclasses.replace(
            self._bare(partial="; ".join(dict.fromkeys(narrowed))),
            estates=tuple(self._estates(items)),
            items=tuple(items),
            faults=() if question.qualifying else tuple(records(question.estates, question.aims, items)),
            qualification=None if scored is None else scored.plain(),
            qualified=None
            if scored is None
            else verdict_of(
                scored,
                settings,
                is_partial=bool(narrowed),
                is_stopped=bool(why_partial or settled.left_out or settled.errors),
            ),
            left_out=settled.left_out,
            errors=settled.errors,
        )

    def _estates(self, items: list[ItemVerdict]) -> Iterator[EstateReport]:
        rehearsed = tuple(self._question.registry) if self._question.settings.interruptions else None
        for estate in self._question.estates:
            if isinstance(estate, FamilyEstate):
                bills = {
                    item.shard: item.bills for item in items if item.estate == estate.name and item.bills
                }
                parts = [dict(bill) for _, bill in sorted(bills.items(), key=str)]
                yield estate.report(parts, interrupted_by=rehearsed)
            else:
                yield estate.report(interrupted_by=rehearsed)
