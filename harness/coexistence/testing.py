"""Trying a check of one's own: on one deployment, sound or with one thing wrong.

Law of this room: what authors of checks and faults want in their tests, and nothing that a run needs. It
works in an ordinary test, without ``--coexistence``; what hooks would add to a run is handed over by name.

    from coexistence.testing import tried

    assert tried(my_check).kept
    assert tried(my_check, fault=my_fault).broken
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib.resources
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from coexistence.checking.checkpoints import Place
from coexistence.checking.fault_registry import Faults, Scene
from coexistence.checking.registry import Check, Registry
from coexistence.checking.results import Result
from coexistence.checking.runner import run_check
from coexistence.errors import CheckError, FaultError, InputError
from coexistence.inputs.exports import read_exports
from coexistence.inputs.family.builder import build
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    Crowd,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.deployment import Deployment
from coexistence.model.operations import Operation
from coexistence.model.vocabulary import Checkpoint, Edition, Severity, Version, matches
from coexistence.observation import Listing, Outcome
from coexistence.rehearsal.fault_injection import Aim, injected, scene_of
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.changes.custom import CarriesOut, Operations
from coexistence.simulation.rules.assumptions import Rules

__all__ = ["SOME_OF_EVERYTHING", "Said", "Tried", "tried"]

Standing = Literal["kept", "broken", "undecided", "not-applicable"]

#: The deployment that checks are tried on unless somebody names another one: two sites, every role, Lync
#: Server 2013 on the way to Skype for Business Server 2019.
SOME_OF_EVERYTHING: Final = Blueprint(
    sites=(
        SiteBlueprint(
            pools=(
                PoolBlueprint(
                    edition=Edition.ENTERPRISE,
                    front_ends=3,
                    crowds=(Crowd(people=60, voice=True, meetings=1), Crowd(people=20)),
                    dial_in=True,
                    voice=True,
                    response_groups=1,
                    call_park=True,
                    common_area_phones=1,
                ),
            ),
            branches=(BranchBlueprint(crowds=(Crowd(people=10, voice=True),)),),
            edge=EdgeBlueprint(servers=2),
            director=True,
            trusted_applications=1,
        ),
        SiteBlueprint(pools=(PoolBlueprint(crowds=(Crowd(people=30, meetings=1),)),), mediation=1),
    ),
    partners=1,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A broken promise, or one that could not be decided, at one checkpoint."""

    checkpoint: str
    subject: str
    message: str
    #: How many people are hit.
    people: int = 0
    severity: Severity | None = None
    #: What the check was told about it; None where it asked nothing, or where it is undecided.
    outcome: Outcome | None = None
    #: Exports that would decide it.
    needs: tuple[str, ...] = ()

    def __str__(self) -> str:
        hit = f" ({self.people} people)" if self.people else ""
        return f"{self.checkpoint}: {self.subject}{hit}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of trying a check."""

    #: Checkpoints at which it was asked.
    checkpoints: tuple[str, ...]
    #: How often the promise was about somebody.
    evaluations: int
    findings: tuple[Said, ...]
    undecided: tuple[Said, ...]
    #: What the fault was aimed at; "" without one.
    target: str = ""
    #: Findings that the same deployment without the fault has too.
    anyway: tuple[Said, ...] = ()

    @property
    def standing(self) -> Standing:
        """What became of the promise, as a report has it."""
        if self.findings:
            return "broken"
        if self.undecided:
            return "undecided"
        return "kept" if self.evaluations else "not-applicable"

    @property
    def broken(self) -> bool:
        """Whether the promise broke anywhere."""
        return self.standing == "broken"

    @property
    def kept(self) -> bool:
        """Whether it was put to the test, and held everywhere."""
        return self.standing == "kept"

    @property
    def noticed(self) -> tuple[Said, ...]:
        """Findings that are there because of the fault."""
        known = {(each.checkpoint, each.subject) for each in self.anyway}
        return tuple(each for each in self.findings if (each.checkpoint, each.subject) not in known)

    @property
    def broken_at(self) -> tuple[str, ...]:
        """Checkpoints at which it broke, in their order."""
        return tuple(dict.fromkeys(each.checkpoint for each in self.findings))

    def __bool__(self) -> bool:
        raise TypeError("a try is neither true nor false: ask .kept, .broken or .standing.")

    def __str__(self) -> str:
        where = ", ".join(self.checkpoints) or "no checkpoint"
        lines = [f"{self.standing}, asked {self.evaluations} times at {where}"]
        lines += [f"  {each}" for each in (*self.findings, *self.undecided)]
        return "\n".join(lines)


def tried(
    check: Callable[..., Any],
    *,
    fault: Callable[..., Any] | None = None,
    target: str = "",
    deployment: Deployment | Blueprint | str | None = None,
    to: Version | None = None,
    at: str = "*",
    before: Mapping[str | Checkpoint, Iterable[Operation]] | None = None,
    as_of: dt.date | None = None,
    assuming: Mapping[str, str] | None = None,
    fixtures: Mapping[str, Any] | None = None,
    subjects: Mapping[str, Listing] | None = None,
    operations: Mapping[type, CarriesOut] | None = None,
    **parameters: Any,
) -> Tried:
    """Ask a check at every checkpoint of one deployment, and return what it says.

    ``fault`` is made in it, aimed at ``target`` or at the first thing that it can hit. ``deployment`` is one
    that you have, a blueprint, or the name of a sample (``"pilot"``, ``"standard-edition"``,
    ``"two-sites"``); left out, :data:`SOME_OF_EVERYTHING`. It migrates ``to`` a version, as in a run. ``at``
    are checkpoints, with globs, separated by commas. ``before`` carries out operations just before a
    checkpoint is looked at. ``assuming`` switches assumptions, ``fixtures`` stands for pytest's; ``subjects``
    and ``operations`` are what hooks would add to a run, by parameter name and by type. Any other keyword is
    a parameter of the check.

    Raises what the check raises, other than an assertion; :class:`~coexistence.errors.CheckError`,
    :class:`~coexistence.errors.FaultError` and :class:`~coexistence.errors.InputError` where what was handed
    over makes no sense.
    """
    registry = Registry()
    for name, listing in (subjects or {}).items():
        registry.add_subject(name, listing)
    verified = _with_parameters(registry.add(check), parameters)
    own = Operations()
    for kind, carries_out in (operations or {}).items():
        own.add(kind, carries_out)
    rules = Rules(dict(assuming or {}), own.table)
    sound = _with_operations(_trial(deployment, to, rules, as_of), before or {})
    places = [place for place in sound.places if verified.applies_at(place)]
    wanted = [place for place in places if _is_wanted(place, at)]
    if not wanted and at != "*":
        labels = ", ".join(place.label for place in places) or "none"
        raise InputError(f"at={at!r}: the check is asked at none of these. Possible here: {labels}.")
    if fault is None:
        return _asked(verified, sound, wanted, fixtures or {})
    known = Faults().add(fault)
    faulty, (injection,) = injected(sound, [Aim(known, target)])
    if injection is None:
        aimed = f" at {target!r}" if target else ""
        possible = ", ".join(each.target for each in known.injections(scene_of(sound)))
        hint = f" Possible: {possible}." if possible else ""
        raise FaultError(f"{known.id}: cannot be made{aimed} in this deployment.{hint}")
    result = _asked(verified, faulty, [each for each in wanted if each in faulty.places], fixtures or {})
    anyway = _asked(verified, sound, wanted, fixtures or {}).findings
    return dataclasses.replace(result, target=injection.target, anyway=anyway)


def _with_parameters(check: Check, parameters: Mapping[str, Any]) -> Check:
    for name in parameters:
        if name not in check.parameters:
            known = ", ".join(check.parameters) or "none"
            raise CheckError(f"{check.id}: has no parameter {name!r}. It has: {known}.")
    return dataclasses.replace(check, parameters={**check.parameters, **parameters})


def _trial(
    given: Deployment | Blueprint | str | None, to: Version | None, rules: Rules, as_of: dt.date | None
) -> Trial:
    if isinstance(given, str):
        deployment = read_exports(_sample(given)).deployment
        return Trial(deployment, target=to, rules=rules, is_twin=True, as_of=as_of)
    if isinstance(given, Deployment):
        return Trial(given, target=to, rules=rules, as_of=as_of)
    blueprint = SOME_OF_EVERYTHING if given is None else given
    return Trial(build(blueprint, "tried"), target=to or blueprint.target, rules=rules, as_of=as_of)


def _sample(name: str) -> Path:
    folder = Path(str(importlib.resources.files("coexistence.fixtures")))
    known = sorted(each.name for each in folder.iterdir() if each.is_dir() and not each.name.startswith("_"))
    if name not in known:
        raise InputError(f"there is no sample deployment {name!r}. Known: {', '.join(known)}.")
    return folder / name


def _with_operations(sound: Trial, before: Mapping[str | Checkpoint, Iterable[Operation]]) -> Trial:
    if not before:
        return sound
    scene: Scene = scene_of(sound)
    for name, made in before.items():
        if name not in {each.value for each in Checkpoint} | set(Checkpoint):
            known = ", ".join(each.value for each in Checkpoint)
            raise InputError(f"before={name!r}: no checkpoint that one moves on to. Known: {known}.")
        scene = scene.before(Checkpoint(name), *made)
    return sound.varied(deployment=scene.deployment, plan=scene.plan, opening=scene.opening)


def _is_wanted(place: Place, at: str) -> bool:
    parts = [part.strip() for part in at.split(",") if part.strip()]
    return any(matches(name, part) for name in place.names for part in parts)


def _asked(check: Check, trial: Trial, places: Iterable[Place], fixtures: Mapping[str, Any]) -> Tried:
    found = [(place.label, run_check(check, trial.views_at(place), fixtures)) for place in places]
    for _, result in found:
        if result.crash is not None:
            raise result.crash
    return Tried(
        checkpoints=tuple(label for label, _ in found),
        evaluations=sum(result.evaluations for _, result in found),
        findings=tuple(each for label, result in found for each in _findings(label, result)),
        undecided=tuple(
            Said(checkpoint=label, subject=each.subject, message=each.reason, needs=each.needs)
            for label, result in found
            for each in result.undecided
        ),
    )


def _findings(label: str, result: Result) -> Iterator[Said]:
    for broken in result.broken:
        outcome = broken.finding.outcome
        yield Said(
            checkpoint=label,
            subject=broken.subject,
            message=broken.message or (outcome.reason if outcome else broken.finding.kind),
            people=broken.people,
            severity=broken.severity,
            outcome=outcome,
        )
