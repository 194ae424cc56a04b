"""What a run is about: a family of generated deployments, or twins made from exported files.

Law of this room: an estate hands out trials by number, and tells what it is. It is the only one that
knows both where deployments come from and how they are tried.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from coexistence.blueprint import Blueprint
from coexistence.building import DEFAULT_DATE
from coexistence.checking import Place
from coexistence.deployment import Deployment
from coexistence.errors import InputError
from coexistence.exports import Imported, read_exports
from coexistence.generation.families import Family
from coexistence.population import Population
from coexistence.settings import Settings
from coexistence.simulation.rules import Rules
from coexistence.trial import Trial
from coexistence.verdicts import Account, EstateReport, add_bills
from coexistence.vocabulary import PATHS, SiteKind, Unknown, version_name

__all__ = ["Estate", "FamilyEstate", "TwinEstate", "estates_for"]

#: Trials kept at hand for checks that are asked alone: a default family in any order.
_TRIALS_KEPT: Final = 100
#: Deployments in one shard; below that the bookkeeping costs more than the simulation.
_SHARD: Final = 25


@dataclass
class FamilyEstate:
    """Generated deployments."""

    family: Family
    rules: Rules
    name: str = "generated"
    kind: Literal["generated"] = "generated"
    _trials: OrderedDict[int, Trial] = field(default_factory=OrderedDict)
    _bills: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    _member_bills: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many deployments."""
        return self.family.size

    @property
    def places(self) -> tuple[Place, ...]:
        """Checkpoints on the path; every member passes the same ones."""
        return self.trial(0).places

    def shards(self, most: int) -> tuple[tuple[int, int], ...]:
        """Divide the members into at most ``most`` shards of equal size: first and last number of each.

        Their number is even, because most machines have an even number of processors.
        """
        count = max(1, min(most, -(-self.size // _SHARD)))
        count -= count % 2 if count > 1 else 0
        ends = [self.size * part // count for part in range(count + 1)]
        return tuple((start, end - 1) for start, end in itertools.pairwise(ends))

    def trial(self, member: int) -> Trial:
        """Return the trial of one member, made when it is first asked for."""
        if member not in self._trials:
            deployment = self.family.deployment(member)
            target = self.family.blueprint(member).target
            self._trials[member] = Trial(deployment, target=target, rules=self.rules, as_of=self.family.as_of)
            if len(self._trials) > _TRIALS_KEPT:
                self._trials.popitem(last=False)[1].forget()
        self._trials.move_to_end(member)
        return self._trials[member]

    def bills(self, shard: tuple[int, int]) -> dict[str, Any]:
        """Return what going back would cost in all deployments of a shard together, by checkpoint."""
        if shard not in self._bills:
            parts = [
                self._member_bills.pop(member)
                if member in self._member_bills
                else _plain_bills(self.trial(member))
                for member in range(shard[0], shard[1] + 1)
            ]
            self._bills[shard] = {bill.pop("from"): bill for bill in add_bills(parts)}
        return self._bills[shard]

    def done_with(self, member: int) -> None:
        """Let go of one member's trial, keeping what its rollbacks would cost."""
        if member in self._trials:
            trial = self._trials.pop(member)
            self._member_bills[member] = _plain_bills(trial)
            trial.forget()

    def forget(self) -> None:
        """Let go of the trials; one that is asked for again is made again."""
        for trial in self._trials.values():
            trial.forget()
        self._trials.clear()

    def report(self, bills: Iterable[dict[str, Any]]) -> EstateReport:
        """Describe the family; ``bills`` are those of its shards."""
        pairs: dict[str, int] = {}
        people = 0
        for member in range(self.size):
            blueprint = self.family.blueprint(member)
            people += _people(blueprint)
            pair = f"{blueprint.legacy.name} to {blueprint.target.name}"
            pairs[pair] = pairs.get(pair, 0) + 1
        trial = self.trial(0)
        return EstateReport(
            name=self.name,
            kind="generated",
            checkpoints=tuple(place.label for place in self.places),
            standing=f"{self.size} made-up deployments before their migration",
            inventory={
                "sites": [],
                "pools": [],
                "cms_master": None,
                "cms_masters": None,
                "sip_domains": [],
                "users": people,
                "meetings": None,
                "deployments": self.size,
                "pairs": dict(sorted(pairs.items())),
            },
            last_safe_step=trial.plan.last_safe_step,
            last_safe_title=_title(trial),
            steps=_steps(trial),
            bills=tuple(add_bills(bills)),
            assumes=trial.assumes,
        )


def _plain_bills(trial: Trial) -> dict[str, Any]:
    return {place.label: bill.plain() for place, bill in trial.bills.items()}


def _people(blueprint: Blueprint) -> int:
    return sum(
        crowd.people
        for site in blueprint.sites
        for crowds in (*(pool.crowds for pool in site.pools), *(branch.crowds for branch in site.branches))
        for crowd in crowds
    )


@dataclass
class TwinEstate:
    """One deployment made from an administrator's files."""

    name: str
    imported: Imported
    made: Trial
    kind: Literal["twin"] = "twin"
    size: int = 1

    @property
    def places(self) -> tuple[Place, ...]:
        """Checkpoints on the path, from ``now`` on."""
        return self.made.places

    def forget(self) -> None:
        """Keep the one trial: it is small, and its report is still to be written."""

    def trial(self, member: int) -> Trial:
        """Return the one trial."""
        del member
        return self.made

    def report(self) -> EstateReport:
        """Describe the twin: inventory, line account, where it stands, what going back would cost."""
        deployment = self.imported.deployment
        trial = self.made
        return EstateReport(
            name=self.name,
            kind="twin",
            checkpoints=tuple(place.label for place in trial.places),
            standing=_standing(trial, is_dated=deployment.as_of is not None),
            inventory=inventory_of(deployment),
            imported=tuple(
                Account(file=each.file, kind=each.kind, rows=each.rows, used=each.used, notes=each.notes)
                for each in self.imported.files
            ),
            staying={str(pool): why for pool, why in trial.plan.staying.items()},
            last_safe_step=trial.plan.last_safe_step,
            last_safe_title=_title(trial),
            steps=_steps(trial),
            bills=tuple({"from": place.label, **bill.plain()} for place, bill in trial.bills.items()),
            refused=tuple(f"{each.step}: {each.reason}" for each in trial.refusals),
            notes=trial.plan.notes if trial.plan.target else (),
            assumes=trial.assumes,
        )


Estate = FamilyEstate | TwinEstate


def _title(trial: Trial) -> str:
    """Return what the last safe step is about."""
    return next((step.title for step in trial.plan.steps if step.id == trial.plan.last_safe_step), "")


def _steps(trial: Trial) -> tuple[tuple[str, str], ...]:
    return tuple((step.id, step.undo.value) for step in trial.plan.steps)


def _standing(trial: Trial, *, is_dated: bool) -> str:
    """Say in a few words where a twin stands and where it is going."""
    plan = trial.plan
    undated = "" if is_dated else f"; asked as of {trial.as_of}, a stand-in, because no file carries a date"
    if not plan.target:
        known = "; ".join(plan.notes) or "no side-by-side migration leads on from here"
        return f"{known}{undated}"
    phase = plan.phase.value
    if phase != "legacy" and isinstance(trial.deployment.population, Unknown):
        phase += " or later (nobody told who is homed where)"
    return f"phase {phase}, on the way to {version_name(plan.target)}{undated}"


def inventory_of(deployment: Deployment) -> dict[str, Any]:
    """Return the inventory as the JSON report shows it."""
    population = deployment.population
    accounts = population.accounts_by_pool if isinstance(population, Population) else None
    masters = deployment.cms.masters
    meetings = None
    if isinstance(population, Population) and not isinstance(population.meetings, Unknown):
        meetings = len(population.meetings)
    return {
        "sites": [
            {
                "id": site.id,
                "name": site.name,
                "kind": site.kind.value if isinstance(site.kind, SiteKind) else site.kind,
            }
            for site in sorted(deployment.sites, key=lambda site: site.id)
        ],
        "pools": [
            {
                "fqdn": pool.fqdn,
                "version": version_name(pool.versions),
                "role": pool.role.value,
                "edition": pool.edition.value if pool.edition else None,
                "site": pool.site,
                "servers": len(pool.servers),
                "users": None if accounts is None else accounts.get(pool.id, 0),
            }
            for pool in sorted(deployment.pools, key=lambda pool: pool.id)
        ],
        "cms_masters": None if isinstance(masters, Unknown) else list(masters),
        "cms_master": deployment.pool_by_id[masters[0]].fqdn
        if not isinstance(masters, Unknown) and len(masters) == 1 and masters[0] in deployment.pool_by_id
        else None,
        "sip_domains": list(deployment.sip_domains),
        "users": None if isinstance(population, Unknown) else len(population),
        "people": None if isinstance(population, Unknown) else len(population.people),
        "meetings": meetings,
    }


def estates_for(settings: Settings, rules: Rules) -> list[Estate]:
    """Return what a run is about; raises :class:`~coexistence.errors.InputError` for unusable files."""
    target = settings.target
    reachable = sorted({path.target for path in PATHS})
    if not settings.twins and target is not None and target not in reachable:
        possible = ", ".join(version.name for version in reachable)
        raise InputError(
            f"--coexistence-to {target.name}: no side-by-side path leads there. Possible: {possible}."
        )
    if not settings.twins:
        as_of = settings.as_of or DEFAULT_DATE
        family = Family(settings.seed, settings.deployments, as_of=as_of, target=settings.target)
        return [FamilyEstate(family, rules)]
    made: list[Estate] = []
    for path in settings.twins:
        imported = read_exports(path)
        trial = Trial(
            imported.deployment, target=settings.target, rules=rules, is_twin=True, as_of=settings.as_of
        )
        name = _unused(imported.deployment.name or path.name or "twin", [estate.name for estate in made])
        made.append(TwinEstate(name, imported, trial))
    return made


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
