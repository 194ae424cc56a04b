"""Registering checks, and running one that may itself be wrong.

Law of this room: a check is a plain function that is handed subjects and asserts. Here it is decided
what its parameters mean, at which checkpoints it is asked, and what its answers amount to. A check that
crashes is named, and spoils no other.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import fnmatch
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import GeneratorType, MappingProxyType
from typing import Any, Final

from coexistence.errors import CheckError, InputError, did_you_mean
from coexistence.guarding import Watch
from coexistence.observation import SUBJECTS, Asked, Listing, NotApplicable, Observer, Outcome, Undecided
from coexistence.observation.pointing import points_at
from coexistence.population import Rows, head_count
from coexistence.tagging import TAG, CheckTag
from coexistence.toml_files import Table
from coexistence.vocabulary import CHECKPOINT_ORDER, Checkpoint, Clause, Disposition, Severity

__all__ = [
    "LABELS",
    "Broken",
    "Check",
    "Finding",
    "OpenQuestion",
    "Place",
    "Registry",
    "Result",
    "Views",
    "run_check",
]

_VIEWS: Final = ("before", "after", "origin")
NO_SUBJECTS: Final[Mapping[str, Listing]] = MappingProxyType({})
_GOES_BACK: Final = (Checkpoint.PILOT, Checkpoint.EDGE, Checkpoint.PRODUCTION, Checkpoint.POST_MIGRATION)
#: Every name that a checkpoint can have in a report.
LABELS: Final = (
    "now",
    *(checkpoint.value for checkpoint in CHECKPOINT_ORDER),
    *(checkpoint.rolled_back for checkpoint in _GOES_BACK),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A checkpoint as reports name it, with the phase that it stands for."""

    label: str
    phase: Checkpoint
    is_rolled_back: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names by which ``at`` may mean this place: ``now`` also goes by its phase."""
        by_phase = self.phase.rolled_back if self.is_rolled_back else self.phase.value
        return (self.label,) if by_phase == self.label else (self.label, by_phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check may yield instead of asserting: one broken promise about the subject at hand."""

    #: What kind of failure, in a few words joined by hyphens: its identity across runs.
    kind: str
    outcome: Outcome | None = None
    #: Left out, the check's own.
    severity: Severity | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A finding with whom it is about."""

    finding: Finding
    severity: Severity
    subject: str
    #: Cohorts hit, with their head counts.
    hit: Mapping[str, int | Rows]
    #: What the check itself said.
    message: str
    #: What is broken, then what it belongs to and what else is spoken of: keys of pools, servers, names.
    about: tuple[str, ...] = ()
    #: What the check raised, for a traceback; None where it yielded, and after the first.
    error: AssertionError | None = field(default=None, compare=False)

    @property
    def people(self) -> int:
        """How many people are hit."""
        return sum(head_count(hit) for hit in self.hit.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A promise that could not be decided for one subject."""

    subject: str
    reason: str
    needs: tuple[str, ...]
    hit: Mapping[str, int | Rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of asking one check at one place of one deployment."""

    #: Subjects that the promise was about.
    evaluations: int = 0
    broken: tuple[Broken, ...] = ()
    undecided: tuple[OpenQuestion, ...] = ()
    #: Assumptions on which the outcomes rest.
    assumes: frozenset[str] = frozenset()
    #: What the check raised other than an assertion.
    crash: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Views:
    """The observers that a check at one place may ask for."""

    here: Observer
    #: The previous checkpoint on the path; the same as ``here`` at the first one.
    before: Observer
    #: Where the path began.
    origin: Observer
    #: Hands over the steps of the plan that lead here; none on a way back, and where nobody plans.
    steps: Callable[[], Iterable[Asked]] = tuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A verified check."""

    name: str
    #: Where it is from: a module's name, or a path relative to pytest's root directory.
    module: str
    function: Callable[..., Any]
    clause: Clause
    severity: Severity
    at: str
    source: str
    remedy: str
    needs: tuple[str, ...]
    #: The promise in words: first line of the docstring.
    promise: str
    #: Kind of subject that it is asked about, one call each; None for one call in all.
    subject: str | None
    views: tuple[str, ...]
    fixtures: tuple[str, ...]
    #: Parameters with a default, which the configuration may set; the value that each has.
    parameters: Mapping[str, Any] = field(default_factory=dict)
    #: Goes through the subjects of a kind that somebody added; None for a kind of ours.
    listing: Listing | None = None

    @property
    def is_ours(self) -> bool:
        """Whether it comes with us: such a one is trusted to leave alone what it is given."""
        return self.module.startswith("coexistence.checks.")

    @property
    def id(self) -> str:
        """``module::name``, as node ids begin."""
        return f"{self.module}::{self.name}"

    def applies_at(self, place: Place) -> bool:
        """Whether the check is asked at this place."""
        return _applies(self.at, place)


@functools.lru_cache(maxsize=10_000)
def _applies(at: str, place: Place) -> bool:
    return any(_matches(part, place) for part in _parts(at))


def _parts(at: str) -> list[str]:
    return [part.strip() for part in at.split(",") if part.strip()]


def _matches(part: str, place: Place) -> bool:
    if ".." in part:
        first, _, last = part.partition("..")
        return not place.is_rolled_back and _rank(first) <= _rank(place.phase.value) <= _rank(last)
    return any(fnmatch.fnmatchcase(name, part) for name in place.names)


def _rank(name: str) -> int:
    return CHECKPOINT_ORDER.index(Checkpoint(name))


class Registry:
    """The checks of one run, by id."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        #: Kinds of subjects that somebody added for this run.
        self._own_subjects: dict[str, Listing] = {}

    def __iter__(self) -> Iterator[Check]:
        return iter(sorted(self._checks.values(), key=lambda check: check.id))

    def __len__(self) -> int:
        return len(self._checks)

    def add(self, function: Callable[..., Any], module: str | None = None) -> Check:
        """Verify a tagged function and register it; the same function twice counts once.

        Raises :class:`~coexistence.errors.CheckError` saying in one sentence what is wrong with it.
        """
        check = verified(function, module or function.__module__, self._own_subjects)
        known = self._checks.get(check.id)
        if known is not None and known.function is not function:
            raise CheckError(f"{check.id}: registered twice, by two different functions. Rename one.")
        self._checks[check.id] = check
        return check

    def add_subject(self, name: str, listing: Listing) -> None:
        """Make a parameter name stand for a kind of subject of your own, in this run.

        ``listing`` is handed an :class:`~coexistence.Observer` and yields subjects, best of a class that
        derives from :class:`~coexistence.Asked`. Raises :class:`~coexistence.errors.CheckError` where the
        name is taken already, or none.
        """
        if not name.isidentifier():
            raise CheckError(f"subject {name!r}: no parameter can be called that.")
        if name in SUBJECTS or name in _VIEWS:
            raise CheckError(f"subject {name!r}: that name has a meaning already. Choose another.")
        if self._own_subjects.get(name, listing) is not listing:
            raise CheckError(f"subject {name!r}: registered twice, by two different functions. Rename one.")
        if not callable(listing):
            raise CheckError(f"subject {name!r}: {listing!r} is no function that goes through subjects.")
        self._own_subjects[name] = listing

    def configure(self, said: Mapping[str, Table]) -> None:
        """Give checks the severity and the parameters that somebody wrote down for them.

        Raises :class:`~coexistence.errors.InputError` with file and line for a check, a parameter or a
        value that makes no sense.
        """
        for name, table in said.items():
            found = [check for check in self if name in (check.name, check.id)]
            if not found:
                hint = did_you_mean(name, [check.name for check in self])
                raise InputError(f"there is no check {name!r}.{hint}", file=table.file, line=table.line)
            if len(found) > 1:
                ids = " and ".join(repr(check.id) for check in found)
                raise InputError(f"{name!r} may be {ids}: quote one.", file=table.file, line=table.line)
            (check,) = found
            self._checks[check.id] = _configured(check, table)

    def add_module(self, namespace: Mapping[str, Any], module: str) -> int:
        """Register every check that a module defines; returns how many."""
        found = [
            value
            for value in namespace.values()
            if inspect.isfunction(value) and hasattr(value, TAG) and value.__module__ == namespace["__name__"]
        ]
        for function in found:
            self.add(function, module)
        return len(found)


def _configured(check: Check, table: Table) -> Check:
    if not check.parameters and set(table.content) - {"severity"}:
        key = next(key for key in table.content if key != "severity")
        raise table.wrong(key, f"{check.name} has no parameters; severity alone can be set.")
    table.only("severity", *check.parameters)
    severity = check.severity
    if "severity" in table:
        names = {each.name.lower(): each for each in Severity}
        said = table.text("severity").lower()
        if said not in names:
            raise table.wrong("severity", f"is none of {', '.join(names)}.")
        severity = names[said]
    parameters = {name: table.get(name, type(default), default) for name, default in check.parameters.items()}
    return replace(check, severity=severity, parameters=parameters)


def verified(
    function: Callable[..., Any], module: str, own_subjects: Mapping[str, Listing] = NO_SUBJECTS
) -> Check:
    """Return the check that a tagged function is; ``own_subjects`` are kinds that somebody added.

    Raises :class:`~coexistence.errors.CheckError`.
    """
    name = getattr(function, "__name__", repr(function))

    def wrong(why: str) -> CheckError:
        return CheckError(f"{module}::{name}: {why}")

    tag = getattr(function, TAG, None)
    if not isinstance(tag, CheckTag):
        raise wrong("not marked with @check(clause=…), so it is no check.")
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise wrong("a check is a plain function; this one is asynchronous.")
    clauses = {clause.value: clause for clause in Clause}
    clause = tag.clause.value if isinstance(tag.clause, Clause) else tag.clause
    if clause not in clauses:
        raise wrong(f"clause {clause!r} is none of {', '.join(clauses)}.")
    if not isinstance(tag.severity, Severity):
        raise wrong(
            f"severity {tag.severity!r} is none of {', '.join(f'Severity.{s.name}' for s in Severity)}."
        )
    for part in _parts(tag.at) or [tag.at]:
        if why := _wrong_place(part):
            raise wrong(why)
    subjects, views, fixtures = [], [], []
    parameters: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise wrong(f"parameter {parameter} has no name of its own to be filled by.")
        if parameter.name in SUBJECTS or parameter.name in own_subjects:
            subjects.append(parameter.name)
        elif parameter.name in _VIEWS:
            views.append(parameter.name)
        elif parameter.default is parameter.empty:
            fixtures.append(parameter.name)
        elif type(parameter.default) in (bool, int, float, str, list):
            parameters[parameter.name] = parameter.default
        else:
            raise wrong(
                f"parameter {parameter.name!r} defaults to {parameter.default!r}; what the configuration may "
                "set is true or false, a number, a text, or a list."
            )
    main = [each for each in subjects if each != "deployment"]
    if len(main) > 1:
        raise wrong(f"asks about {' and '.join(main)}; one kind of subject each, please.")
    if not subjects and not views:
        kinds = ", ".join((*SUBJECTS, *own_subjects))
        raise wrong(f"asks about nobody; name a subject as a parameter: {kinds}.")
    doc = inspect.getdoc(function)
    return Check(
        name=name,
        module=module,
        function=function,
        clause=clauses[clause],
        severity=tag.severity,
        at=tag.at,
        source=tag.source,
        remedy=tag.remedy,
        needs=tag.needs,
        promise=doc.splitlines()[0] if doc else name.replace("_", " "),
        subject=main[0] if main else "deployment" if subjects else None,
        views=tuple(views) + (("deployment",) if main and "deployment" in subjects else ()),
        fixtures=tuple(fixtures),
        parameters=parameters,
        listing=own_subjects.get(main[0]) if main else None,
    )


def _wrong_place(part: str) -> str | None:
    names = ", ".join(checkpoint.value for checkpoint in CHECKPOINT_ORDER)
    if ".." in part:
        first, _, last = part.partition("..")
        for end in (first, last):
            if end not in {checkpoint.value for checkpoint in CHECKPOINT_ORDER}:
                return f"at={part!r}: {end!r} is no checkpoint. Known: {names}."
        return None if _rank(first) <= _rank(last) else f"at={part!r}: the range runs backwards."
    if not any(fnmatch.fnmatchcase(label, part) for label in LABELS):
        return f"at={part!r}: matches no checkpoint. Known: {', '.join(LABELS)}."
    return None


def run_check(check: Check, views: Views, fixtures: Mapping[str, Any]) -> Result:
    """Ask a check about every subject at one place, and return what came of it.

    Every subject is visited, whatever happened with the others; only a crash of the check ends it.
    """
    __tracebackhide__ = True  # a failing check's traceback begins in the check
    call = _Call(check, views, fixtures)
    try:
        subjects = _subjects(check, views)
    except CheckError as error:
        return Result(crash=error)
    except Undecided as open_question:
        return Result(
            undecided=(
                OpenQuestion(
                    subject=f"every {check.subject}",
                    reason=open_question.outcome.reason,
                    needs=(*open_question.outcome.needs, *check.needs),
                    hit={},
                ),
            )
        )
    watches = () if check.is_ours else _watched(check, views, subjects)
    views.here.note = views.before.note = views.origin.note = call.noting(watches)
    try:
        for subject in subjects:
            call.ask(subject)
            if call.crash is not None:
                break
    finally:
        views.here.note = views.before.note = views.origin.note = None
        if watches:
            call.mend(watches, views)
    return Result(
        evaluations=call.evaluations,
        broken=tuple(call.broken),
        undecided=tuple(call.undecided),
        assumes=frozenset().union(*call.assumes),
        crash=call.crash,
    )


def _subjects(check: Check, views: Views) -> Sequence[Any]:
    """Return who a check is asked about; None stands for one call about nobody in particular."""
    if check.subject is None:
        return (None,)
    if check.subject == "step":
        return tuple(views.steps())
    if check.listing is None:
        return views.here.subjects(check.subject)
    try:
        found = views.here.subjects(check.subject, check.listing)
    except Exception as error:  # somebody else's code: whatever it raises is named, not ours to judge
        raise CheckError(
            f"{check.id}: going through its subjects ({check.subject}) raised {type(error).__name__}: {error}"
        ) from error
    for each in found:
        if not (hasattr(each, "label") and hasattr(each, "hit")):
            raise CheckError(
                f"{check.id}: subject {each!r} ({check.subject}) has no label and no hit(); derive its class "
                "from coexistence.Asked."
            )
    return found


def _watched(check: Check, views: Views, subjects: Iterable[Any]) -> tuple[Watch, ...]:
    """Return watches over everything that a check can get hold of: subjects first, then states."""
    seen = [views.here, *(getattr(views, name) for name in ("before", "origin") if name in check.views)]
    states = (
        view.once(("watch",), functools.partial(Watch, [view.state]))
        for view in {id(each): each for each in seen}.values()
    )
    return (Watch(subjects), *states)


class _Call:
    """The calls of one check at one place."""

    def __init__(self, check: Check, views: Views, fixtures: Mapping[str, Any]) -> None:
        self.check = check
        self.here = views.here
        # A list that is handed over may be changed by whoever gets it: a copy for everybody.
        own = {name: list(each) if type(each) is list else each for name, each in check.parameters.items()}
        self.arguments: dict[str, Any] = {**own, **fixtures}
        for name in check.views:
            if name == "deployment":
                (self.arguments[name],) = views.here.subjects("deployment")
            else:
                self.arguments[name] = views.here if name == "after" else getattr(views, name)
        self.evaluations = 0
        self.broken: list[Broken] = []
        self.undecided: list[OpenQuestion] = []
        self.assumes: set[tuple[str, ...]] = set()
        self.crash: BaseException | None = None
        #: Outcomes that the check was handed during the call at hand.
        self.handed: list[Outcome] = []

    def noting(self, watches: Sequence[Watch]) -> Callable[[Outcome], None]:
        """Return what takes note of every outcome that the check is handed."""
        if not watches:
            return self.handed.append

        def note(outcome: Outcome) -> None:
            watches[0].add(outcome)
            self.handed.append(outcome)

        return note

    def mend(self, watches: Sequence[Watch], views: Views) -> None:
        """Put back what the check changed, name it, and forget what was worked out meanwhile."""
        if changed := [each for watch in watches for each in watch.mend()]:
            for view in (views.here, views.before, views.origin):
                view.forget()
            what = ", ".join(changed[:3])
            self.crash = self.crash or CheckError(
                f"{self.check.id}: changed what it was given ({what}). It was put back; copy before changing."
            )

    def ask(self, subject: Any) -> None:
        """Call the check once, and note what it says."""
        __tracebackhide__ = True
        self.handed.clear()
        if subject is not None:
            assert self.check.subject is not None  # a subject comes from a kind of subject
            self.arguments[self.check.subject] = subject
        try:
            answer = self.check.function(**self.arguments)
            if type(answer) is GeneratorType:
                for finding in answer:
                    self._found(finding, subject, None)
            elif answer is not None:
                raise CheckError(
                    f"{self.check.id}: returned {answer!r}. A check asserts, or yields Finding(…)."
                )
        except NotApplicable:
            return
        except Undecided as question:
            self._open(question.outcome, subject)
        except AssertionError as error:
            self._found(Finding(kind=self.check.name, outcome=self._telling()), subject, error)
        except Exception as error:  # noqa: BLE001  # somebody else's code: whatever it raises is named, not ours to judge
            self.crash = error
        self.evaluations += 1
        for outcome in self.handed:
            # The same few combinations come again and again: they are taken apart in the end.
            self.assumes.add(outcome.assumes)

    def _telling(self) -> Outcome | None:
        """Return the outcome that a failed assertion is about: the last one that was not done."""
        bad = [each for each in self.handed if each.disposition is not Disposition.DONE]
        return bad[-1] if bad else self.handed[-1] if self.handed else None

    def _found(self, finding: object, subject: Any, error: AssertionError | None) -> None:
        if not isinstance(finding, Finding):
            raise CheckError(f"{self.check.id}: yielded {finding!r}, which is no Finding.")
        if finding.outcome is not None and finding.outcome.disposition is Disposition.UNDECIDED:
            self._open(finding.outcome, subject)
            return
        label = "" if subject is None else subject.label
        message = str(error).partition("\n")[0] if error else finding.message
        self.broken.append(
            Broken(
                finding=finding,
                severity=self.check.severity if finding.severity is None else finding.severity,
                subject=label,
                hit={} if subject is None else subject.hit(),
                about=points_at(self.here, finding.outcome, label, message),
                # The first error keeps its traceback, with every local in it; more would fill memory.
                error=error if not self.broken else None,
                message=message,
            )
        )

    def _open(self, outcome: Outcome, subject: Any) -> None:
        self.undecided.append(
            OpenQuestion(
                subject="" if subject is None else subject.label,
                reason=outcome.reason,
                needs=(*outcome.needs, *self.check.needs),
                hit={} if subject is None else subject.hit(),
            )
        )
