"""What a run is about: a family of generated deployments, or twins made from exported files.

Law of this room: an estate hands out trials by number, and tells what it is. It is the only one that
knows both where deployments come from and how they are tried.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from coexistence.appraising import plan_report
from coexistence.bills import Letter
from coexistence.blueprint import Blueprint
from coexistence.building import DEFAULT_DATE
from coexistence.checking import Check, Place
from coexistence.deployment import Deployment
from coexistence.errors import InputError
from coexistence.exports import Imported, read_exports
from coexistence.generation.families import Family
from coexistence.injecting import Aim, injected
from coexistence.planfile.resolving import refuse_names, refuse_unknown
from coexistence.planfile.telling import as_stated
from coexistence.planning import NOTHING_ASKED, OwnPlan
from coexistence.population import Population
from coexistence.rehearsing import Interruptions
from coexistence.scenes import Injection
from coexistence.settings import Settings
from coexistence.simulation.rules import Rules
from coexistence.trial import Trial
from coexistence.verdicts import Account, EstateReport, add_bills
from coexistence.vocabulary import PATHS, PoolRole, SiteKind, Unknown, Version, version_name

__all__ = ["Deployments", "Estate", "FamilyEstate", "TwinEstate", "estates_for"]

#: What each fault hit in one deployment; None where it could not be made.
Hits: TypeAlias = tuple[Injection | None, ...]

#: Trials kept at hand for checks that are asked alone: a default family in any order.
_TRIALS_KEPT: Final = 100
#: Deployments in one shard; below that the bookkeeping costs more than the simulation.
_SHARD: Final = 25
#: Pools of a generation that are named where a twin stands; all are in the inventory.
_POOLS_NAMED: Final = 3


@dataclass
class FamilyEstate:
    """Generated deployments."""

    family: Family
    rules: Rules
    name: str = "generated"
    kind: Literal["generated"] = "generated"
    own: OwnPlan = NOTHING_ASKED
    #: Faults that are made in every member that can have them.
    aims: tuple[Aim, ...] = ()
    #: What each of them hit, by member.
    injections: dict[int, Hits] = field(default_factory=dict)
    _trials: OrderedDict[int, Trial] = field(default_factory=OrderedDict)
    #: The same members before anything went wrong; only where something did.
    _sound: dict[int, Trial] = field(default_factory=dict)
    _bills: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    _member_bills: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many deployments."""
        return self.family.size

    @property
    def places(self) -> tuple[Place, ...]:
        """Checkpoints on the path; every member passes the same ones, unless a fault keeps it from one."""
        self.trial(0)
        return (self._sound.get(0) or self._trials[0]).places

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
            trial = self.made(member)
            if self.aims:
                self._sound[member] = trial
                trial, self.injections[member] = injected(trial, self.aims, choice=member)
            self._trials[member] = trial
            if len(self._trials) > _TRIALS_KEPT:
                self._drop(next(iter(self._trials)))
        self._trials.move_to_end(member)
        return self._trials[member]

    def made(self, member: int) -> Trial:
        """Return a trial of one member in which nothing is wrong, made anew."""
        return Trial(
            self.family.deployment(member),
            target=self.family.blueprint(member).target,
            rules=self.rules,
            as_of=self.family.as_of,
            own=self.own,
        )

    def sound(self, member: int) -> Trial:
        """Return the trial of one member as it would be without faults."""
        trial = self.trial(member)
        return self._sound.get(member, trial)

    def _drop(self, member: int) -> None:
        self._trials.pop(member).forget()
        if member in self._sound:
            self._sound.pop(member).forget()

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

    def letters(self) -> Iterator[tuple[str, int | None, str, Iterable[Letter]]]:
        """Return whom going back concerns, by deployment and checkpoint."""
        for member in range(self.size):
            trial = self.trial(member)
            for place in trial.bills:
                yield self.name, member, place.label, trial.letters_at(place)

    def done_with(self, member: int) -> None:
        """Let go of one member's trial, keeping what its rollbacks would cost."""
        if member in self._trials:
            self._member_bills[member] = _plain_bills(self._trials[member])
            self._drop(member)

    def forget(self) -> None:
        """Let go of the trials; one that is asked for again is made again."""
        for member in list(self._trials):
            self._drop(member)

    def report(
        self, bills: Iterable[dict[str, Any]], *, interrupted_by: Iterable[Check] | None = None
    ) -> EstateReport:
        """Describe the family; ``bills`` are those of its shards.

        With checks to ask after them, interruptions of its first member's plan are rehearsed.
        """
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
            last_safe_step=trial.last_safe_step,
            last_safe_title=_title(trial),
            steps=_steps(trial),
            step_bills=tuple(bill.amounts for bill in trial.step_bills),
            stops=_stops(trial, interrupted_by),
            plan=plan_report(trial, is_example=True),
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
    #: Faults that are made in it.
    aims: tuple[Aim, ...] = ()
    #: What each of them hit.
    injections: dict[int, Hits] = field(default_factory=dict)
    _sound: Trial | None = None

    def inject(self, aims: tuple[Aim, ...]) -> None:
        """Make faults in the twin."""
        sound = self.made
        self.aims, self._sound = aims, sound
        self.made, self.injections[0] = injected(sound, aims)

    def sound(self, member: int) -> Trial:
        """Return the trial as it would be without faults."""
        del member
        return self._sound or self.made

    @property
    def places(self) -> tuple[Place, ...]:
        """Checkpoints on the path, from ``now`` on."""
        return self.sound(0).places

    def forget(self) -> None:
        """Keep the one trial: it is small, and its report is still to be written."""

    def letters(self) -> Iterator[tuple[str, int | None, str, Iterable[Letter]]]:
        """Return whom going back concerns, by checkpoint."""
        for place in self.made.bills:
            yield self.name, None, place.label, self.made.letters_at(place)

    def trial(self, member: int) -> Trial:
        """Return the one trial."""
        del member
        return self.made

    def report(self, *, interrupted_by: Iterable[Check] | None = None) -> EstateReport:
        """Describe the twin: inventory, line account, where it stands, what going back would cost.

        With checks to ask after them, interruptions of its plan are rehearsed.
        """
        deployment = self.imported.deployment
        trial = self.made
        return EstateReport(
            name=self.name,
            kind="twin",
            checkpoints=tuple(place.label for place in trial.places),
            standing=_standing(trial, is_dated=deployment.as_of is not None),
            inventory=inventory_of(deployment),
            imported=tuple(
                Account(
                    file=each.file,
                    kind=each.kind,
                    rows=each.rows,
                    used=each.used,
                    notes=each.notes,
                    written="" if each.written is None else each.written.isoformat(),
                )
                for each in self.imported.files
            ),
            staying={str(pool): why for pool, why in trial.plan.staying.items()},
            last_safe_step=trial.last_safe_step,
            last_safe_title=_title(trial),
            steps=_steps(trial),
            step_bills=tuple(bill.amounts for bill in trial.step_bills),
            stops=_stops(trial, interrupted_by),
            bills=tuple({"from": place.label, **bill.plain()} for place, bill in trial.bills.items()),
            refused=tuple(f"{each.step}: {each.reason}" for each in trial.refusals),
            plan=plan_report(trial),
            notes=trial.plan.notes if trial.plan.target else (),
            assumes=trial.assumes,
        )


Estate = FamilyEstate | TwinEstate


def _title(trial: Trial) -> str:
    """Return what the last safe step is about."""
    return next((step.title for step in trial.plan.steps if step.key == trial.last_safe_step), "")


def _steps(trial: Trial) -> tuple[tuple[str, str], ...]:
    return tuple((step.key, step.undo.value) for step in trial.plan.steps)


def _stops(trial: Trial, checks: Iterable[Check] | None) -> tuple[dict[str, Any], ...]:
    if checks is None:
        return ()
    interrupted = Interruptions(trial.plan, trial.start, trial.rules, checks, trial.actions)
    return tuple(step.plain() for step in interrupted.steps)


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
    if any(each.phase for each in plan.own.statements):
        phase += " (as the plan file states)"
    where = "".join(f"; {part}" for part in _whereabouts(trial))
    return f"phase {phase}, on the way to {version_name(plan.target)}{where}{undated}"


def _whereabouts(trial: Trial) -> Iterator[str]:
    """Say which pools are old, which are new, and how many people are on the new ones."""
    deployment, plan = trial.deployment, trial.plan
    homes = deployment.pools_of(PoolRole.FRONT_END)
    for word, pools in (
        ("legacy", [pool for pool in homes if pool.id in plan.legacy]),
        ("new", [pool for pool in homes if pool.id not in plan.legacy]),
    ):
        if pools:
            versions = " and ".join(dict.fromkeys(version_name(pool.versions) for pool in pools))
            names = ", ".join(pool.fqdn for pool in pools[:_POOLS_NAMED])
            more = f" and {len(pools) - _POOLS_NAMED} more" if len(pools) > _POOLS_NAMED else ""
            yield f"{word}: {names}{more} ({versions})"
    population = deployment.population
    if plan.phase.value != "legacy" and isinstance(population, Population):
        on = population.people_by_pool
        moved = sum(on.get(pool.id, 0) for pool in homes if pool.id not in plan.legacy)
        yield f"{moved} of {len(population.people)} people are on new pools"


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
        trial = Trial(
            deployment,
            target=target or self._settings.target,
            rules=self._rules,
            is_twin=is_twin,
            as_of=self._settings.as_of,
            own=self._settings.asked,
        )
        refuse_unknown(self._settings.asked, trial.plan, deployment)
        self._estates.append(TwinEstate(name, Imported(deployment=deployment, files=()), trial))


def estates_for(
    settings: Settings, rules: Rules, *, watching: Callable[[str], None] | None = None
) -> list[Estate]:
    """Return what a run is about; ``watching`` is told what is being read.

    Raises :class:`~coexistence.errors.InputError` for unusable files.
    """
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
        refuse_names(settings.own)
        return [FamilyEstate(family, rules, own=settings.own)]
    made: list[Estate] = []
    names = settings.pseudonyms
    read = [read_exports(path, watching=watching) for path in settings.twins]
    if names is not None:
        read = [names.imported(imported) for imported in read]
    own = settings.asked
    read = [replace(each, deployment=as_stated(each.deployment, own)) for each in read]
    for path, imported in zip(settings.twins, read, strict=True):
        trial = Trial(
            imported.deployment,
            target=settings.target,
            rules=rules,
            is_twin=True,
            as_of=settings.as_of,
            own=own,
        )
        refuse_unknown(own, trial.plan, imported.deployment)
        called = path.name if names is None else ""
        name = _unused(imported.deployment.name or called or "twin", [estate.name for estate in made])
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
