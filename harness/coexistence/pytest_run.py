"""A coexistence run under pytest: items instead of tests, and a report at the end.

Law of this room: it translates. Items ask checks, reports carry plain data, the exit status says the
verdict; what any of it means is decided on the floors below.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import dataclasses
import gc
import inspect
import os
import shlex
import sys
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import Any, Final

import pytest

from coexistence.checking import Broken, Check, Place, Result, run_check
from coexistence.errors import CoexistenceError, InputError
from coexistence.estates import (
    Deployments,
    Estate,
    FamilyEstate,
    TwinEstate,
    default_date,
    estates_for,
)
from coexistence.loading import gather
from coexistence.pseudonyms import Pseudonyms, read_key
from coexistence.pytest_injecting import aims_of, blamed, hits, make_faults, records
from coexistence.pytest_qualifying import NODE, FaultItem, FaultModule, Qualifying, verdict_of
from coexistence.pytest_showing import CARRIED_PLAN, PLAN, agreed_target, own_plan
from coexistence.settings import (
    MAX_DEPLOYMENTS,
    Settings,
    parse_checkpoints,
    parse_count,
    parse_date,
    parse_percent,
    parse_version,
    read_tool,
)
from coexistence.simulation.own import Operations
from coexistence.simulation.rules import Rules
from coexistence.verdicts import ItemVerdict, Run
from coexistence.vocabulary import Clause, Severity
from coexistence.waivers import NO_WAIVERS, read_waivers

__all__ = ["CheckItem", "CheckModule", "CoexistenceRun", "settings_of", "start"]

RUN: Final = pytest.StashKey["CoexistenceRun"]()
#: Attribute of a test report under which its verdict travels, as plain data.
CARRIED: Final = "coexistence"
#: Under which a worker tells the controller what was left out.
NARROWED: Final = "coexistence_narrowed"
#: Items of a run, in all; a family is divided into as many shards as fit.
MAX_ITEMS: Final = 1500
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
    try:
        run = CoexistenceRun(config)
    except CoexistenceError as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[RUN] = run
    _collect_garbage_seldom(config)
    config.pluginmanager.register(run, "coexistence-run")
    if run.qualifying is not None:
        config.pluginmanager.register(run.qualifying, "coexistence-qualifying")
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(_Dealing(), "coexistence-dealing")


def _collect_garbage_seldom(config: pytest.Config) -> None:
    """Let the garbage collector run a hundredth as often, until the run is over.

    A default run keeps some millions of small frozen objects alive, and hardly any of them is garbage:
    looking through them again and again took a quarter of its time.
    """
    before = gc.get_threshold()
    gc.set_threshold(*GARBAGE)
    config.add_cleanup(lambda: gc.set_threshold(*before))


def settings_of(config: pytest.Config) -> Settings:
    """Return the question as it was put; raises :class:`~coexistence.errors.InputError`."""

    def text(name: str) -> str:
        given = config.getoption(f"--coexistence-{name}")
        return str(given if given is not None else config.getini(f"coexistence_{name.replace('-', '_')}"))

    def paths(name: str) -> tuple[Path, ...]:
        given = config.getoption(f"--coexistence-{name}")
        if given is not None:
            return tuple(config.invocation_params.dir / each for each in given)
        return tuple(config.getini(f"coexistence_{name}"))

    def path(name: str) -> Path | None:
        """A file or folder: relative to the shell's folder, or from the ini file to the ini file's."""
        if not (given := text(name)):
            return None
        from_ini = config.getoption(f"--coexistence-{name}") is None
        base = config.inipath.parent if from_ini and config.inipath else config.invocation_params.dir
        return base / given

    def written_file(name: str) -> Path | None:
        """A file to be written."""
        found = path(name)
        if found is not None and found.is_dir():
            raise InputError(f"--coexistence-{name} {text(name)}: is a folder. Name a file in it.")
        return found

    def bill() -> Path | None:
        """A CSV file, or a folder that may not be there yet."""
        found = path("bill")
        if found is not None and found.suffix.lower() not in ("", ".csv") and not found.is_dir():
            given = text("bill")
            raise InputError(f"--coexistence-bill {given}: neither a file that ends in .csv nor a folder.")
        return found

    strict = config.getoption("--coexistence-strict")
    interruptions = config.getoption("--coexistence-interruptions")

    def pseudonyms(twins: tuple[Path, ...]) -> Pseudonyms | None:
        """Real names are replaced if there is a key, and if there are any."""
        if (key := path("pseudonymise")) is None:
            return None
        option = "--coexistence-pseudonymise"
        if not twins:
            raise InputError(
                f"{option}: made-up deployments have no real names. Add --coexistence-from, or leave it out."
            )
        if any(key.resolve().is_relative_to(twin.resolve()) for twin in twins):
            raise InputError(f"{option}: the key lies among the exported files. Keep it where they never go.")
        return Pseudonyms(read_key(key))

    plan = path("plan")
    own = own_plan(config, plan)
    twins = paths("from")
    return Settings(
        twins=twins,
        pseudonyms=pseudonyms(twins),
        target=agreed_target(parse_version(text("to")), own),
        plan=plan,
        own=own,
        deployments=parse_count(text("deployments"), "--coexistence-deployments", 1, MAX_DEPLOYMENTS),
        seed=parse_count(text("seed"), "--coexistence-seed", 0, 2**63 - 1),
        as_of=parse_date(text("as-of")),
        at=parse_checkpoints(text("at")),
        json=written_file("json"),
        bill=bill(),
        interruptions=bool(
            config.getini("coexistence_interruptions") if interruptions is None else interruptions
        ),
        checks=paths("checks"),
        waivers=path("waivers"),
        faults=tuple(config.getoption("--coexistence-fault") or config.getini("coexistence_fault")),
        qualify=qualifies(config),
        min_kill=parse_percent(text("min-kill"), "--coexistence-min-kill"),
        strict=bool(config.getini("coexistence_strict") if strict is None else strict),
    )


def qualifies(config: pytest.Config) -> bool:
    """Whether checks are to be scored; raises :class:`~coexistence.errors.InputError` for half a question."""
    given = config.getoption("--coexistence-qualify")
    asked = bool(config.getini("coexistence_qualify") if given is None else given)
    if config.getoption("--coexistence-min-kill") and not asked:
        raise InputError("--coexistence-min-kill: nothing is scored without --coexistence-qualify. Add it.")
    return asked


class CheckModule(pytest.Collector):
    """The checks of one module, as a node of pytest's tree."""

    items: Callable[[CheckModule], Iterable[CheckItem]]

    def collect(self) -> Iterable[CheckItem]:
        """Return one item for each check, checkpoint and shard."""
        return self.items(self)


class CheckItem(pytest.Function):
    """One check at one checkpoint, of a twin or of a shard of deployments."""

    check: Check
    place: Place
    estate: Estate
    shard: tuple[int, int] | None
    verdict: ItemVerdict | None = None
    rank: tuple[Any, ...]
    #: Findings that a deployment has without the faults that were made in it: deployment, kind, subject.
    elder: set[tuple[int | None, str, str]]

    def ask(self, fixtures: dict[str, Any]) -> None:
        """Ask the check, keep the verdict, then pass, skip or fail as pytest understands it."""
        __tracebackhide__ = True
        run = self.config.stash[RUN]
        answers = run.answered_together(self)
        if answers is None:
            answers = [self.answer(member, fixtures) for member in self.members]
        bills = self.estate.bills(self.shard) if isinstance(self.estate, FamilyEstate) and self.shard else {}
        self.verdict = ItemVerdict.of(
            self.check,
            self.place,
            self.estate.name,
            answers,
            shard=self.shard,
            bills=bills,
            waivers=run.waivers,
            injected=hits(self.estate, self.members),
            blame=self._blame if self.estate.aims else None,
        )
        self._tell(self.verdict.standing_if(strict=run.settings.strict), [result for _, result in answers])

    @property
    def id(self) -> Any:
        """The node id in parts: pytest 9.2 compares these with what it remembers (``--lf``, ``--sw``).

        Left to itself it would take the brackets for a part of the function's name.
        """
        return type(super().id).parse(self.nodeid)

    @property
    def members(self) -> range:
        """Numbers of the deployments that this item is about."""
        first, last = self.shard or (0, 0)
        return range(first, last + 1)

    @property
    def is_ours(self) -> bool:
        """Whether the check comes with us and wants no fixtures: such a one may be asked with others."""
        return self.check.is_ours and not self.check.fixtures

    def answer(self, member: int, fixtures: dict[str, Any]) -> tuple[int | None, Result]:
        """Ask the check about one deployment."""
        __tracebackhide__ = True
        number = member if self.shard else None
        trial = self.estate.trial(member)
        if self.place not in trial.places:
            # A fault took the step out of the plan that leads here.
            return number, Result()
        result = run_check(self.check, trial.views_at(self.place), fixtures)
        sound = self.estate.sound(member)
        if result.broken and sound is not trial and self.place in sound.places:
            before = run_check(self.check, sound.views_at(self.place), fixtures)
            self.elder |= {(number, each.finding.kind, each.subject) for each in before.broken}
        return number, result

    def _blame(self, number: int | None, broken: Broken) -> tuple[str, ...]:
        """Return the faults that caused a finding."""
        if (number, broken.finding.kind, broken.subject) in self.elder:
            return ()
        return blamed(self.estate, number, broken)

    def _tell(self, standing: str, results: list[Result]) -> None:
        __tracebackhide__ = True
        verdict = self.verdict
        assert verdict is not None  # set by the only caller
        for result in results:
            if result.crash is not None:
                raise result.crash
        if standing == "broken":
            errors = [
                broken.error for result in results for broken in result.broken if broken.error is not None
            ]
            # The one error that is kept may be about a subject that was accepted.
            if (
                errors
                and not verdict.waivers
                and any(
                    broken.severity.fails for result in results for broken in result.broken if broken.error
                )
            ):
                raise errors[0]
            open_ones = (each for each in verdict.findings if each.waived is None)
            finding = next(open_ones, verdict.findings[0])
            reason = finding.outcome["reason"] if finding.outcome else finding.message
            pytest.fail(f"{finding.subject}: {reason}", pytrace=False)
        if standing == "undecided":
            record = verdict.undecided
            assert record is not None  # a crash was raised above
            if self.config.stash[RUN].settings.strict:
                pytest.fail(f"undecided: {record.reason}; needs {', '.join(record.needs)}", pytrace=False)
            pytest.skip(f"undecided: {record.reason}; needs {', '.join(record.needs)}")
        if waived := [finding for finding in verdict.findings if finding.waived is not None]:
            by = waived[0].waived
            assert by is not None  # just looked at
            pytest.xfail(f"waived by {by['owner']} until {by['expires']}: {by['reason']}")
        if standing == "not-applicable":
            pytest.skip("not applicable: there is nothing here that the promise is about")

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the check's function stands."""
        code = self.check.function.__code__
        return Path(code.co_filename), code.co_firstlineno - 1, self.name


class CoexistenceRun:
    """The plugin that is registered for the time of one run."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.settings = settings_of(config)
        tool = read_tool(config.rootpath / "pyproject.toml")
        operations = Operations()
        config.hook.pytest_coexistence_operations(operations=operations)
        self.rules = dataclasses.replace(tool.rules, own=operations.table)
        self.registry, self.faults = gather(
            config,
            self.settings.checks,
            with_catalogue=self.settings.qualify or bool(self.settings.faults),
        )
        self.registry.configure(tool.checks)
        self.estates = _read(config, self.settings, self.rules)
        config.hook.pytest_coexistence_deployments(
            deployments=Deployments(self.settings, self.rules, self.estates)
        )
        self.is_worker = hasattr(config, "workerinput")
        self.aims = aims_of(self.settings.faults, self.faults, self.settings.pseudonyms)
        self.qualifying: Qualifying | None = None
        if self.settings.qualify:
            self.qualifying = Qualifying(tuple(self.registry), self.faults, self.aims, self.estates)
        else:
            make_faults(self.estates, self.aims, is_worker=self.is_worker)
        self.waivers = NO_WAIVERS
        if self.settings.waivers is not None:
            as_of = default_date(self.estates, self.settings.as_of)
            self.waivers = read_waivers(self.settings.waivers, (check.id for check in self.registry), as_of)
            if self.settings.pseudonyms is not None:
                self.waivers = self.waivers.under(self.settings.pseudonyms)
        self.verdicts: dict[str, ItemVerdict] = {}
        self.together: dict[tuple[str, tuple[int, int]], list[CheckItem]] = {}
        self.answers: dict[CheckItem, list[tuple[int | None, Result]]] = {}
        self.narrowed: list[str] = []
        self.run: Run | None = None
        #: What a hook raised that was told the verdict; "" if none did.
        self.hook_crash = ""
        #: Node ids that were asked for; known when collecting begins.
        self.arguments: list[str] = []
        if self.aims:
            self.narrowed.append(
                "only some faults were asked for" if self.qualifying else "a fault was made on purpose"
            )
        if self.settings.at:
            self.narrowed.append("only some checkpoints were asked for")
            self._refuse_what_is_past()

    def _refuse_what_is_past(self) -> None:
        places = [place for estate in self.estates for place in estate.places]
        if not any(self.settings.wants(place) for place in places):
            labels = ", ".join(dict.fromkeys(place.label for place in places))
            raise InputError(
                f"--coexistence-at {','.join(self.settings.at)}: not on the path from here. On it: {labels}."
            )

    # ---------------------------------------------------------------- collecting

    def pytest_collection(self, session: pytest.Session) -> None:
        """Keep pytest from looking for files: what is collected does not depend on them."""
        del session
        self.arguments = self._arguments()
        self.config.args = [str(self.config.rootpath)]

    def _arguments(self) -> list[str]:
        """Return the node ids that were asked for; a folder around us asks for everything."""
        if self.config.args_source is not pytest.Config.ArgsSource.ARGS:
            return []
        here = self.config.invocation_params.dir
        return [
            each for each in self.config.args if not (here == here / each or (here / each) in here.parents)
        ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> pytest.CollectReport | None:
        """Collect checks in place of the files that a session would collect."""
        if not isinstance(collector, pytest.Session):
            return None
        return pytest.CollectReport(
            nodeid=collector.nodeid, outcome="passed", longrepr=None, result=list(self._modules(collector))
        )

    def _modules(self, session: pytest.Session) -> Iterator[CheckModule | FaultModule]:
        by_module: dict[str, list[Check]] = {}
        for check in self.registry:
            by_module.setdefault(check.module, []).append(check)
        plan = [
            (estate, shard, place)
            for estate in self.estates
            for shard in self._shards(estate)
            for place in estate.places
            if self.settings.wants(place)
        ]
        for module, checks in by_module.items():
            node = CheckModule.from_parent(session, name=module, nodeid=module)
            node.items = lambda parent, checks=checks: self._items(parent, checks, plan)  # type: ignore[misc]  # the default binds the loop's checks
            yield node
        if self.qualifying is not None:
            yield self._faults(session, self.qualifying)

    def _faults(self, session: pytest.Session, qualifying: Qualifying) -> FaultModule:
        """Return the node with one item for each fault, after everything else."""
        node: FaultModule = FaultModule.from_parent(session, name=NODE, nodeid=NODE)

        def items(parent: FaultModule) -> Iterator[FaultItem]:
            for aim in qualifying.aims:
                stub = _stub(aim.fault.id, aim.fault.cause, qualifying.fixtures)
                item: FaultItem = FaultItem.from_parent(
                    parent, name=aim.fault.id, callobj=stub, originalname=aim.fault.id
                )
                stub.item = item  # type: ignore[attr-defined]  # as below
                item.aim, item.qualifying = aim, qualifying
                item.rank = (len(self.estates), (0, 0), NODE, aim.fault.id, 0)
                item.add_marker(aim.fault.severity.name.lower())
                item.add_marker(aim.fault.clause.value)
                yield item

        node.items = items
        return node

    def _shards(self, estate: Estate) -> tuple[tuple[int, int] | None, ...]:
        if not isinstance(estate, FamilyEstate):
            return (None,)
        places = [place for place in estate.places if self.settings.wants(place)]
        questions = sum(check.applies_at(place) for check in self.registry for place in places)
        return estate.shards(max(2, MAX_ITEMS // max(questions, 1)))

    def _items(
        self,
        parent: CheckModule,
        checks: list[Check],
        plan: list[tuple[Estate, tuple[int, int] | None, Place]],
    ) -> Iterator[CheckItem]:
        for position, (estate, shard, place) in enumerate(plan):
            for check in checks:
                if check.applies_at(place):
                    yield self._item(parent, check, estate, shard, place, position)

    def _item(
        self,
        parent: CheckModule,
        check: Check,
        estate: Estate,
        shard: tuple[int, int] | None,
        place: Place,
        position: int,
    ) -> CheckItem:
        where = estate.name if shard is None else f"{estate.name}-{shard[0]}-{shard[1]}"
        name = f"{check.name}[{where}-{place.label}]"
        stub = _stub(check.name, check.promise, check.fixtures)
        item: CheckItem = CheckItem.from_parent(
            # The original name is what pytest 9.2 makes the node id of, the name what 9.0 does.
            parent,
            name=name,
            callobj=stub,
            originalname=name,
        )
        stub.item = item  # type: ignore[attr-defined]  # the function that pytest calls finds its item here
        item.check, item.place, item.estate, item.shard = check, place, estate, shard
        item.elder = set()
        item.rank = (self.estates.index(estate), shard or (0, 0), check.module, check.name, position)
        item.add_marker(check.severity.name.lower())
        item.add_marker(check.clause.value)
        return item

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Order items so that a shard's deployments are used up before the next ones are built."""
        ours = [item for item in items if isinstance(item, (CheckItem, FaultItem))]
        wanted = self._selected(ours)
        if len(wanted) < len(ours):
            self.config.hook.pytest_deselected(items=[item for item in ours if item not in set(wanted)])
        wanted.sort(key=lambda item: item.rank)
        items[:] = wanted

    def _selected(self, items: list[CheckItem | FaultItem]) -> list[CheckItem | FaultItem]:
        if not self.arguments:
            return items
        chosen: dict[CheckItem | FaultItem, None] = {}
        for argument in self.arguments:
            wanted = Path(argument).as_posix() if "::" not in argument else argument
            found = [item for item in items if wanted in _names(item)]
            if not found:
                raise pytest.UsageError(
                    f"not found: {argument}: in a coexistence run, arguments are check modules, checks or "
                    "node ids as --collect-only prints them. To add checks, write "
                    f"--coexistence-checks={argument}."
                )
            chosen.update(dict.fromkeys(found))
        return [item for item in items if item in chosen]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which items are about the same shard of a family."""
        for item in session.items:
            if isinstance(item, CheckItem) and item.shard is not None and item.is_ours:
                self.together.setdefault((item.estate.name, item.shard), []).append(item)

    def answered_together(self, item: CheckItem) -> list[tuple[int | None, Result]] | None:
        """Return the answers to an item that were worked out with all others of its shard.

        The first item of a shard has every built-in check asked about one deployment after the other, so
        that a deployment is built once and forgotten: the memory of a large family is that of its
        findings. None for an item that is asked alone: a check of somebody else (whose hanging or
        crashing must be its own), one with fixtures, a twin's, and one that is run again.
        """
        estate = item.estate
        if item.shard is None or not item.is_ours or not isinstance(estate, FamilyEstate):
            return None
        group = self.together.pop((estate.name, item.shard), [])
        for each in group:
            self.answers[each] = []
        for member in item.members if group else ():
            for each in group:
                self.answers[each].append(each.answer(member, {}))
            estate.done_with(member)
        return self.answers.pop(item, None)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Remember that part of the checks was left out: such a run is never go."""
        if items:
            self.narrowed.append("only some checks were asked for")

    # ---------------------------------------------------------------- running and reporting

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
        if data is not None and not self.is_worker:
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
    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker the plan file as it was read: once, and here."""
        source = self.config.stash.get(PLAN, None)
        if source is not None:
            node.workerinput[CARRIED_PLAN] = source.plain()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Learn from a worker that part of the question was left out."""
        self.narrowed += getattr(node, "workeroutput", {}).get(NARROWED, [])

    def pytest_report_header(self) -> list[str]:
        """Say what is asked about."""
        checks = f"{len(self.registry)} checks"
        if self.qualifying is not None:
            checks += f", {len(self.qualifying.aims)} faults"
        elif self.aims:
            checks += f", with {' and '.join(map(str, self.aims))}"
        lines = []
        for estate in self.estates:
            if isinstance(estate, TwinEstate):
                files = estate.imported.files
                source = f"twin {estate.name} from {len(files)} files" if files else f"added {estate.name}"
                lines.append(f"coexistence: {source}, {checks}")
            else:
                lines.append(
                    f"coexistence: {estate.size} generated deployments, seed {self.settings.seed}, {checks}"
                )
        return lines

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Decide, write the JSON report, and let the exit status say the verdict."""
        if self.is_worker:
            # Items are chosen where they are collected: the controller never sees those left out.
            self.config.workeroutput[NARROWED] = self.narrowed  # type: ignore[attr-defined]  # set by xdist
        if self.is_worker or self.config.option.collectonly:
            return
        if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
            return
        self.run = self._summed_up(session)
        if self.settings.bill is not None and not self._wrote_bill(self.settings.bill):
            exitstatus = session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        for estate in self.estates:
            # pytest collects garbage twice on its way out: hundreds of deployments would take seconds.
            estate.forget()
        if self.settings.json is not None:
            from coexistence.reporting.json import render_json

            try:
                self.settings.json.parent.mkdir(parents=True, exist_ok=True)
                self.settings.json.write_bytes(render_json(self.run))
            except OSError as error:
                warnings.warn(
                    pytest.PytestWarning(f"the JSON report could not be written: {error}"), stacklevel=1
                )
                exitstatus = session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        if exitstatus == pytest.ExitCode.INTERNAL_ERROR:
            return
        try:
            self.config.hook.pytest_coexistence_verdict(report=self.run.plain())
        except Exception as error:  # noqa: BLE001  # somebody else's hook: whatever it raises is named
            self.hook_crash = f"{type(error).__name__}: {error}"
        if exitstatus != pytest.ExitCode.INTERRUPTED:
            session.exitstatus = 1 if self.hook_crash else self.run.exit_status()

    def _wrote_bill(self, path: Path) -> bool:
        """Write whom a rollback concerns; False, with a warning, where the disk says no."""
        from coexistence.reporting.mail_merge import write_letters

        try:
            write_letters(path, (part for estate in self.estates for part in estate.letters()))
        except OSError as error:
            warnings.warn(pytest.PytestWarning(f"the bill could not be written: {error}"), stacklevel=1)
            return False
        return True

    def _summed_up(self, session: pytest.Session) -> Run:
        checks = {check.id: at for at, check in enumerate(self.registry)}
        position = {estate.name: at for at, estate in enumerate(self.estates)}
        places = {
            (estate.name, place.label): at
            for estate in self.estates
            for at, place in enumerate(estate.places)
        }
        items = sorted(
            self.verdicts.values(),
            key=lambda item: (
                position[item.estate],
                item.shard or (0, 0),
                places[item.estate, item.checkpoint],
                checks[item.check],
            ),
        )
        narrowed = list(dict.fromkeys(self.narrowed))
        is_stopped = bool(session.shouldstop or session.shouldfail)
        if is_stopped:
            narrowed.append("the run was stopped early")
        reports = []
        rehearsed = tuple(self.registry) if self.settings.interruptions else None
        for estate in self.estates:
            if isinstance(estate, FamilyEstate):
                bills = {
                    item.shard: item.bills for item in items if item.estate == estate.name and item.bills
                }
                parts = [dict(bill) for _, bill in sorted(bills.items(), key=str)]
                reports.append(estate.report(parts, interrupted_by=rehearsed))
            else:
                reports.append(estate.report(interrupted_by=rehearsed))
        qualification = None if self.qualifying is None else self.qualifying.result(items, self.settings)
        return Run(
            version=distribution_version("pytest-coexistence"),
            seed=self.settings.seed,
            as_of=default_date(self.estates, self.settings.as_of).isoformat(),
            rerun=self._rerun(),
            deployments=sum(estate.size for estate in self.estates),
            estates=tuple(reports),
            items=tuple(items),
            rules=self.rules,
            partial="; ".join(narrowed),
            strict=self.settings.strict,
            waivers=self.waivers,
            faults=() if self.qualifying else tuple(records(self.estates, self.aims, items)),
            qualification=None if qualification is None else qualification.plain(),
            qualified=None
            if qualification is None
            else verdict_of(qualification, self.settings, is_partial=bool(narrowed), is_stopped=is_stopped),
        )

    def _rerun(self) -> str:
        """Return the command that asks the same question again."""
        settings = self.settings
        words = ["pytest", "--coexistence"]
        option: Callable[[str], Any] = self.config.getoption
        if settings.pseudonyms is not None:
            # Names of folders and files tell as much as what is in them.
            option = {
                "--coexistence-from": ["EXPORTS"] * len(settings.twins),
                "--coexistence-checks": ["CHECKS"] * len(settings.checks),
                "--coexistence-plan": "PLAN",
                "--coexistence-waivers": "WAIVERS",
            }.__getitem__
            words += ["--coexistence-pseudonymise=KEYFILE"]
        for path in option("--coexistence-from") or map(self._shown, settings.twins):
            words += [f"--coexistence-from={path}"]
        if settings.target is not None:
            words += [f"--coexistence-to={settings.target.name}"]
        if not settings.twins:
            words += [
                f"--coexistence-deployments={settings.deployments}",
                f"--coexistence-seed={settings.seed}",
            ]
        if settings.as_of or not settings.twins or self._is_dated:
            words += [f"--coexistence-as-of={default_date(self.estates, settings.as_of).isoformat()}"]
        if settings.at:
            words += [f"--coexistence-at={','.join(settings.at)}"]
        for path in option("--coexistence-checks") or map(self._shown, settings.checks):
            words += [f"--coexistence-checks={path}"]
        if settings.plan is not None:
            words += [f"--coexistence-plan={option('--coexistence-plan') or self._shown(settings.plan)}"]
        if settings.waivers is not None:
            given = option("--coexistence-waivers") or self._shown(settings.waivers)
            words += [f"--coexistence-waivers={given}"]
        words += [f"--coexistence-fault={aim}" for aim in self.aims]
        if settings.qualify:
            words += ["--coexistence-qualify"]
        if settings.min_kill is not None:
            words += [f"--coexistence-min-kill={settings.min_kill:g}"]
        if settings.strict:
            words += ["--coexistence-strict"]
        if settings.interruptions:
            words += ["--coexistence-interruptions"]
        for letter, name in (("-k", "keyword"), ("-m", "markexpr")):
            if self.config.getoption(name):
                words += [letter, self.config.getoption(name)]
        words += self.arguments
        return " ".join(_quoted(word) for word in words)

    @property
    def _is_dated(self) -> bool:
        return any(estate.trial(0).deployment.as_of is not None for estate in self.estates)

    def _shown(self, path: Path) -> str:
        """Write a path from the ini file so that it does not depend on where the project lies."""
        try:
            return path.resolve().relative_to(self.config.rootpath.resolve()).as_posix()
        except ValueError:
            return str(path.resolve())

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the report."""
        if self.run is None:
            return
        from coexistence.reporting.text import render_text

        writer = self.config.get_terminal_writer()
        for line in render_text(self.run, width=writer.fullwidth):
            terminalreporter.write_line(line.text, **line.markup)
        if self.hook_crash:
            said = f"pytest_coexistence_verdict crashed, so this run ends with 1: {self.hook_crash}"
            terminalreporter.write_line(said, red=True)


def _read(config: pytest.Config, settings: Settings, rules: Rules) -> list[Estate]:
    """Return what the run is about; on a terminal, with a line of progress that does not stay."""
    if hasattr(config, "workerinput") or not settings.twins or not sys.stderr.isatty():
        return estates_for(settings, rules)

    def tell(what: str) -> None:
        # Kinds and no names: files may be called after people and places.
        sys.stderr.write(f"\rreading {what} … \x1b[K")
        sys.stderr.flush()

    try:
        return estates_for(settings, rules, watching=tell)
    finally:
        sys.stderr.write("\r\x1b[K")


def _quoted(word: str) -> str:
    """Quote a word for the shell at hand: cmd and PowerShell know double quotes only."""
    if os.name == "nt":
        return f'"{word}"' if set(word) & set(" \t&|<>^()[]*?;,'") else word
    return shlex.quote(word)


def _names(item: CheckItem | FaultItem) -> tuple[str, ...]:
    """Return what an item may be asked for by."""
    if isinstance(item, FaultItem):
        return item.nodeid, NODE
    return item.nodeid, item.check.id, item.check.module


def _stub(name: str, doc: str, wanted: Iterable[str]) -> Callable[..., None]:
    """Return the function that pytest calls: its parameters are the fixtures that are wanted."""

    def ask(**fixtures: Any) -> None:
        __tracebackhide__ = True
        ask.item.ask(fixtures)  # type: ignore[attr-defined]  # set when the item is made

    ask.__name__ = name
    ask.__doc__ = doc
    ask.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # how a function says what it takes
        [inspect.Parameter(each, inspect.Parameter.POSITIONAL_OR_KEYWORD) for each in wanted]
    )
    return ask


class _Dealing:
    """The xdist part of the plugin, registered only where xdist is."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Deal whole shards to workers."""
        from coexistence.pytest_scheduling import GroupScheduling

        return None if config.getoption("dist") == "each" else GroupScheduling(config, log)
