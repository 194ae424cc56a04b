"""Making what a run is about: from what was asked for, and from what others add.

Law of this room: files are read here and nowhere after; whoever has twins already gets estates without them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from coexistence.errors import InputError
from coexistence.inputs.exports import Imported, read_exports
from coexistence.inputs.family.builder import DEFAULT_DATE
from coexistence.inputs.family.family import Family
from coexistence.inputs.planfile.apply_statements import as_stated
from coexistence.inputs.planfile.names import refuse_names, refuse_unknown
from coexistence.migration.statements import under_statements
from coexistence.model.deployment import Deployment
from coexistence.model.vocabulary import PATHS, Version
from coexistence.rehearsal.estates.family import FamilyEstate
from coexistence.rehearsal.estates.twin import TwinEstate
from coexistence.rehearsal.settings import Settings
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.rules.assumptions import Rules

__all__ = ["Deployments", "Estate", "default_date", "estates_for", "twins_of"]

Estate: TypeAlias = FamilyEstate | TwinEstate


class Deployments:
    """Deployments that somebody adds to a run."""

    def __init__(self, settings: Settings, rules: Rules, estates: list[Estate]) -> None:
        self._settings = settings
        self._rules = rules
        self._estates = estates

    def add(
        self, name: str, deployment: Deployment, *, target: Version | None = None, is_twin: bool = True
    ) -> None:
        """Add a deployment under a name of its own.

        ``target`` is the version to migrate to, if not what was asked for on the command line. ``is_twin``
        says that it stands for a real one at this moment, so that its path begins at ``now``. Raises
        :class:`~coexistence.errors.InputError` for a name that is taken, or that no node id can hold.
        """
        if not name or set(name) & set("[]") or "::" in name:
            raise InputError(f"deployment {name!r}: no node id can hold that name. Leave out [, ] and ::.")
        if any(estate.name == name for estate in self._estates):
            raise InputError(f"deployment {name!r}: there is one of that name already. Rename it.")
        deployment = as_stated(deployment, self._settings.asked, as_of=self._settings.as_of)
        trial = Trial(
            deployment,
            target=target or self._settings.target,
            rules=under_statements(self._rules, self._settings.asked),
            is_twin=is_twin,
            as_of=self._settings.as_of,
            own=self._settings.asked,
        )
        refuse_unknown(self._settings.asked, trial.plan, deployment)
        self._estates.append(TwinEstate(name, Imported(deployment=deployment, files=()), trial))


def twins_of(settings: Settings, *, watching: Callable[[str], None] | None = None) -> tuple[Imported, ...]:
    """Read the twins that were asked for: under pseudonyms, and with what the plan file states of them.

    ``watching`` is told what is being read. Raises :class:`~coexistence.errors.InputError` for unusable
    files.
    """
    read = [read_exports(path, watching=watching) for path in settings.twins]
    if settings.pseudonyms is not None:
        read = [settings.pseudonyms.imported(imported) for imported in read]
    own = settings.asked
    return tuple(
        replace(each, deployment=as_stated(each.deployment, own, as_of=settings.as_of)) for each in read
    )


def estates_for(settings: Settings, rules: Rules, twins: Sequence[Imported]) -> list[Estate]:
    """Return what a run is about: ``twins`` as :func:`twins_of` made them, or else a family.

    Raises :class:`~coexistence.errors.InputError` for a question that makes no sense for these.
    """
    if not settings.twins:
        return [_family(settings, rules)]
    own = settings.asked
    stated = under_statements(rules, own)
    made: list[Estate] = []
    for path, imported in zip(settings.twins, twins, strict=True):
        trial = Trial(
            imported.deployment,
            target=settings.target,
            rules=stated,
            is_twin=True,
            as_of=settings.as_of,
            own=own,
        )
        refuse_unknown(own, trial.plan, imported.deployment)
        called = path.name if settings.pseudonyms is None else ""
        name = _unused(imported.deployment.name or called or "twin", [estate.name for estate in made])
        made.append(TwinEstate(name, imported, trial))
    return made


def _family(settings: Settings, rules: Rules) -> FamilyEstate:
    target = settings.target
    reachable = sorted({path.target for path in PATHS})
    if target is not None and target not in reachable:
        possible = ", ".join(version.name for version in reachable)
        raise InputError(
            f"--coexistence-to {target.name}: no side-by-side path leads there. Possible: {possible}."
        )
    as_of = settings.as_of or DEFAULT_DATE
    family = Family(settings.seed, settings.deployments, as_of=as_of, target=target)
    refuse_names(settings.own)
    return FamilyEstate(family, rules, own=settings.own)


def _unused(name: str, taken: list[str]) -> str:
    number = 2
    wanted = name
    while wanted in taken:
        wanted = f"{name}-{number}"
        number += 1
    return wanted


def default_date(estates: Iterable[Estate], asked: dt.date | None) -> dt.date:
    """Return the day on which the question is asked."""
    if asked is not None:
        return asked
    return max((estate.trial(0).as_of for estate in estates), default=DEFAULT_DATE)
