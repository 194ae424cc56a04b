"""Registering checks: what the parameters of one mean, and what is wrong with it, in one sentence.

Law of this room: a check is a plain function. Whatever could go wrong because of how it is written is said
when it registers, not when it is asked.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from coexistence.checking.checkpoints import Place, applies, parts, wrong_place
from coexistence.checking.decorators import TAG, CheckTag
from coexistence.errors import CheckError, did_you_mean
from coexistence.inputs.toml.tables import Table
from coexistence.model.vocabulary import Clause, Severity
from coexistence.observation import SUBJECTS, Listing, Observer
from coexistence.observation.listings import subject_class

__all__ = ["Check", "Registry", "verified"]

_VIEWS: Final = ("before", "after", "origin")
NO_SUBJECTS: Final[Mapping[str, Listing]] = MappingProxyType({})
NOTHING: Final[Mapping[type[BaseException], str]] = MappingProxyType({})


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
    #: What it may raise to leave its promise open for the subject at hand, with a word for that.
    leaves_open: Mapping[type[BaseException], str] = field(default_factory=dict)

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
        return applies(self.at, place)


class Registry:
    """The checks of one run, by id."""

    def __init__(self, leaves_open: Mapping[type[BaseException], str] = NOTHING) -> None:
        #: What a host lets checks raise to leave a promise open, with a word for that.
        self._leaves_open = leaves_open
        self._checks: dict[str, Check] = {}
        self._in_order: list[Check] | None = None
        #: Kinds of subjects that somebody added for this run.
        self._own_subjects: dict[str, Listing] = {}

    def __iter__(self) -> Iterator[Check]:
        if self._in_order is None:
            self._in_order = sorted(self._checks.values(), key=lambda check: check.id)
        return iter(self._in_order)

    def __len__(self) -> int:
        return len(self._checks)

    def add(self, function: Callable[..., Any], module: str | None = None) -> Check:
        """Verify a tagged function and register it; the same function twice counts once.

        Raises :class:`~coexistence.errors.CheckError` saying in one sentence what is wrong with it.
        """
        check = replace(
            verified(function, module or function.__module__, self._own_subjects),
            leaves_open=self._leaves_open,
        )
        known = self._checks.get(check.id)
        if known is not None and known.function is not function:
            raise CheckError(f"{check.id}: registered twice, by two different functions. Rename one.")
        self._checks[check.id] = check
        self._in_order = None
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

    def configure(self, said: Mapping[str, Table], *, why_not: Callable[[str], str]) -> None:
        """Give checks the severity and the parameters that somebody wrote down for them.

        ``why_not`` says why there is no check of a name. Raises :class:`~coexistence.errors.InputError` with
        file and line for a check, a parameter or a value that makes no sense.
        """
        for name, table in said.items():
            found = [check for check in self if name in (check.name, check.id)]
            if len(found) == 1:
                self._checks[found[0].id] = _configured(found[0], table)
                self._in_order = None
            elif found:
                ids = " and ".join(repr(check.id) for check in found)
                table.document.complain(table.path, f"{name!r} may be {ids}: quote one.")
            else:
                why = did_you_mean(name, [check.name for check in self]) or f" {why_not(name)}"
                table.document.complain(table.path, f"there is no check {name!r}.{why}")
        for document in {id(table.document): table.document for table in said.values()}.values():
            document.raise_complaints()

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
    severity = table.one_of("severity", {each.name.lower(): each for each in Severity})
    parameters = {
        name: table.take(name, type(default), default) for name, default in check.parameters.items()
    }
    if check.parameters:
        table.close()
    else:
        for key in table.content:
            if key != "severity":
                table.wrong(key, f"{check.name} has no parameters; severity alone can be set.")
    return replace(check, severity=check.severity if severity is None else severity, parameters=parameters)


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
    for part in parts(tag.at) or [tag.at]:
        if why := wrong_place(part):
            raise wrong(why)
    if any(mark.name == "parametrize" for mark in getattr(function, "pytestmark", ())):
        raise wrong(
            "parametrize means nothing to a check, which is asked about every subject: write one check for "
            "each case, or a parameter with a default."
        )
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
        if why := _misfit(function, parameter, own_subjects):
            raise wrong(why)
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


def _misfit(
    function: Callable[..., Any], parameter: inspect.Parameter, own_subjects: Mapping[str, Listing]
) -> str:
    """Say what is wrong with the class that a parameter is said to be of; "" where nothing is known to be."""
    name = parameter.name
    listing = SUBJECTS.get(name) or own_subjects.get(name)
    is_class = Observer if name in _VIEWS else None if listing is None else subject_class(listing)
    said: Any = parameter.annotation
    if isinstance(said, str):
        # Under ``from __future__ import annotations``: a name, looked up where the function stands.
        first, *rest = said.strip("'\"").split(".")
        said = function.__globals__.get(first)
        for each in rest:
            said = getattr(said, each, None)
    if said is parameter.empty or said is Any or is_class is None or not isinstance(said, type):
        return ""
    # What is said may promise less, as ``Asked`` and ``object`` do; a protocol is left to type checkers.
    # By name: a module of the project may have been imported twice.
    if said.__name__ in {each.__name__ for each in is_class.__mro__} or getattr(said, "_is_protocol", False):
        return ""
    return f"parameter {name!r} stands for {is_class.__name__}, and its annotation says {said.__name__}."
