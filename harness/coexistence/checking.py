"""Registering checks, and running one that may itself be wrong.

Law of this room: a check is a plain function that is handed subjects and asserts. Here it is decided
what its parameters mean, at which checkpoints it is asked, and what its answers amount to. A check that
crashes is named, and spoils no other.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import fnmatch
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from coexistence.errors import CheckError
from coexistence.observation import SUBJECTS, NotApplicable, Observer, Outcome, Undecided
from coexistence.population import Rows
from coexistence.tagging import TAG, CheckTag
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

_RESERVED_FOR_LATER: Final = ("server", "name", "certificate", "step")
_VIEWS: Final = ("before", "after", "origin")
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


def head_count(hit: int | Rows) -> int:
    """Return how many people are hit: a count, or as many as there are rows."""
    return hit if isinstance(hit, int) else len(hit)


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

    @property
    def id(self) -> str:
        """``module::name``, as node ids begin."""
        return f"{self.module}::{self.name}"

    def applies_at(self, place: Place) -> bool:
        """Whether the check is asked at this place."""
        return any(_matches(part, place) for part in _parts(self.at))


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

    def __iter__(self) -> Iterator[Check]:
        return iter(sorted(self._checks.values(), key=lambda check: check.id))

    def __len__(self) -> int:
        return len(self._checks)

    def add(self, function: Callable[..., Any], module: str | None = None) -> Check:
        """Verify a tagged function and register it; the same function twice counts once.

        Raises :class:`~coexistence.errors.CheckError` saying in one sentence what is wrong with it.
        """
        check = verified(function, module or function.__module__)
        known = self._checks.get(check.id)
        if known is not None and known.function is not function:
            raise CheckError(f"{check.id}: registered twice, by two different functions. Rename one.")
        self._checks[check.id] = check
        return check

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


def verified(function: Callable[..., Any], module: str) -> Check:
    """Return the check that a tagged function is.

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
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise wrong(f"parameter {parameter} has no name of its own to be filled by.")
        if parameter.name in _RESERVED_FOR_LATER:
            raise wrong(
                f"parameter {parameter.name!r} is reserved for subjects that cannot be asked about yet."
            )
        if parameter.name in SUBJECTS:
            subjects.append(parameter.name)
        elif parameter.name in _VIEWS:
            views.append(parameter.name)
        elif parameter.default is parameter.empty:
            fixtures.append(parameter.name)
    main = [each for each in subjects if each != "deployment"]
    if len(main) > 1:
        raise wrong(f"asks about {' and '.join(main)}; one kind of subject each, please.")
    if not subjects and not views:
        raise wrong(f"asks about nobody; name a subject as a parameter: {', '.join(SUBJECTS)}.")
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
        subjects: Iterable[Any] = views.here.subjects(check.subject) if check.subject else (None,)
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
    views.here.note = views.before.note = views.origin.note = call.handed.append
    try:
        for subject in subjects:
            call.ask(subject)
            if call.crash is not None:
                break
    finally:
        views.here.note = views.before.note = views.origin.note = None
    return Result(
        evaluations=call.evaluations,
        broken=tuple(call.broken),
        undecided=tuple(call.undecided),
        assumes=frozenset(call.assumes),
        crash=call.crash,
    )


class _Call:
    """The calls of one check at one place."""

    def __init__(self, check: Check, views: Views, fixtures: Mapping[str, Any]) -> None:
        self.check = check
        self.arguments: dict[str, Any] = dict(fixtures)
        for name in check.views:
            if name == "deployment":
                (self.arguments[name],) = views.here.subjects("deployment")
            else:
                self.arguments[name] = views.here if name == "after" else getattr(views, name)
        self.evaluations = 0
        self.broken: list[Broken] = []
        self.undecided: list[OpenQuestion] = []
        self.assumes: set[str] = set()
        self.crash: BaseException | None = None
        #: Outcomes that the check was handed during the call at hand.
        self.handed: list[Outcome] = []

    def ask(self, subject: Any) -> None:
        """Call the check once, and note what it says."""
        __tracebackhide__ = True
        self.handed.clear()
        if subject is not None:
            assert self.check.subject is not None  # a subject comes from a kind of subject
            self.arguments[self.check.subject] = subject
        try:
            answer = self.check.function(**self.arguments)
            if inspect.isgenerator(answer):
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
            self.assumes.update(outcome.assumes)

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
        self.broken.append(
            Broken(
                finding=finding,
                severity=self.check.severity if finding.severity is None else finding.severity,
                subject="" if subject is None else subject.label,
                hit={} if subject is None else subject.hit(),
                # The first error keeps its traceback, with every local in it; more would fill memory.
                error=error if not self.broken else None,
                message=str(error).partition("\n")[0] if error else finding.message,
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
