"""Faults: named things done wrong, to a deployment, to a plan, or to what is running.

Law of this room: a fault changes causes and never what is observed; it knows of no check. It is a plain
function that is handed a scene and says, for each thing it can be aimed at, what the scene looks like
once that thing went wrong.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from coexistence.checking.decorators import FAULT_TAG, FaultTag
from coexistence.checking.fault_scene import Injection, Scene
from coexistence.errors import FaultError, InputError, NotHereError, did_you_mean
from coexistence.model.vocabulary import Clause, Severity

__all__ = ["Fault", "Faults", "Injection", "Scene"]

#: How well a failure is supported: the vendor states it, somebody reports it, the rule is stated and the
#: effect inferred, or it is derived.
EVIDENCE: Final = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A verified fault."""

    id: str
    #: Where it is from: a module's name, or a path relative to pytest's root directory.
    module: str
    function: Callable[[Scene], Iterator[Injection]]
    clause: Clause
    #: Clauses whose checks should notice it too.
    also: tuple[Clause, ...]
    severity: Severity
    evidence: str
    source: str
    #: When it is made, or first felt: a checkpoint.
    phase: str
    #: What was done wrong, and what is seen from outside: first paragraph and rest of the docstring.
    cause: str
    seen: str
    remedy: str

    def injections(self, scene: Scene) -> Iterator[Injection]:
        """Return a scene for each thing that this fault can be aimed at, one after the other."""
        try:
            for injection in self.function(scene):
                if not isinstance(injection, Injection):
                    raise FaultError(f"{self.id}: yielded {injection!r}, which is no Injection.")
                yield injection
        except NotHereError:
            # What it would change next is not there: whatever it yielded before can be made.
            return

    def injected(self, scene: Scene, target: str = "", *, choice: int = 0) -> Injection | None:
        """Return one injection: aimed at ``target``, or one of those possible; None where none is.

        ``choice`` picks among them, so that members of a family are hit in different places.
        """
        found = list(self.injections(scene))
        if target:
            return next((each for each in found if each.target.lower() == target.lower()), None)
        return found[choice % len(found)] if found else None


class Faults:
    """The faults of one run, by id; and those that were left out, with the reason."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}
        self.excluded: dict[str, str] = {}

    def __iter__(self) -> Iterator[Fault]:
        return iter(
            sorted(self._faults.values(), key=lambda fault: (list(Clause).index(fault.clause), fault.id))
        )

    def __len__(self) -> int:
        return len(self._faults)

    def __getitem__(self, identity: str) -> Fault:
        """Return a fault; raises :class:`~coexistence.errors.InputError` naming the nearest."""
        if identity in self._faults:
            return self._faults[identity]
        if identity in self.excluded:
            raise InputError(f"fault {identity!r} is left out: {self.excluded[identity]}.")
        hint = did_you_mean(identity, self._faults)
        raise InputError(f"there is no fault {identity!r}.{hint} `--coexistence-fault=list` prints all.")

    def add(self, function: Callable[..., Any], module: str | None = None) -> Fault:
        """Verify a tagged function and register it; the same function twice counts once.

        Raises :class:`~coexistence.errors.FaultError` saying in one sentence what is wrong with it.
        """
        fault = verified(function, module or function.__module__)
        known = self._faults.get(fault.id)
        if known is not None and known.function is not function:
            raise FaultError(f"fault {fault.id!r}: registered twice, by two different functions. Rename one.")
        self._faults[fault.id] = fault
        return fault

    def exclude(self, identity: str, why: str) -> None:
        """Say that a known failure is not represented, and why."""
        self.excluded[identity] = why

    def add_module(self, namespace: Mapping[str, Any], module: str) -> int:
        """Register every fault that a module defines; returns how many."""
        found = [
            value
            for value in namespace.values()
            if inspect.isfunction(value)
            and hasattr(value, FAULT_TAG)
            and value.__module__ == namespace["__name__"]
        ]
        for function in found:
            self.add(function, module)
        return len(found)


def verified(function: Callable[..., Any], module: str) -> Fault:
    """Return the fault that a tagged function is.

    Raises :class:`~coexistence.errors.FaultError`.
    """
    name = getattr(function, "__name__", repr(function))
    tag = getattr(function, FAULT_TAG, None)

    def wrong(why: str) -> FaultError:
        return FaultError(f"{module}::{name}: {why}")

    if not isinstance(tag, FaultTag):
        raise wrong("not marked with @fault(clause=…), so it is no fault.")
    if not inspect.isgeneratorfunction(function):
        raise wrong("a fault is a generator: it yields an Injection for each thing that can go wrong.")
    if len(inspect.signature(function).parameters) != 1:
        raise wrong("a fault takes one parameter, the scene.")
    clauses = {clause.value: clause for clause in Clause}
    for clause in (tag.clause, *tag.also):
        if clause not in clauses:
            raise wrong(f"clause {clause!r} is none of {', '.join(clauses)}.")
    if not isinstance(tag.severity, Severity):
        raise wrong(f"severity {tag.severity!r} is none of Severity.")
    if tag.evidence not in EVIDENCE:
        raise wrong(f"evidence {tag.evidence!r} is none of {', '.join(EVIDENCE)}.")
    cause, _, seen = (inspect.getdoc(function) or "").partition("\n\n")
    if not cause or not seen:
        raise wrong("its docstring says first what was done wrong, then, after a blank line, what is seen.")
    return Fault(
        id=tag.id or name.replace("_", "-"),
        module=module,
        function=function,
        clause=clauses[tag.clause],
        also=tuple(clauses[each] for each in tag.also),
        severity=tag.severity,
        evidence=tag.evidence,
        source=tag.source,
        phase=tag.phase,
        cause=" ".join(cause.split()),
        seen=" ".join(seen.split()),
        remedy=tag.remedy,
    )
