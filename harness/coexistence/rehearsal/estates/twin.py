"""One deployment made from an administrator's files, and where it stands.

Law of this room: what the report says of a twin beside its verdicts; nothing is read or decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Check
from coexistence.inputs.exports import Imported
from coexistence.migration.rollback_cost import Letter
from coexistence.model.deployment import Deployment, Pool
from coexistence.model.population import Population
from coexistence.model.vocabulary import PoolRole, SiteKind, Unknown, version_name
from coexistence.rehearsal.estates.interruption_report import Hits, steps_of, stops_of, title_of
from coexistence.rehearsal.fault_injection import Aim, injected
from coexistence.rehearsal.plan_remarks import plan_report
from coexistence.rehearsal.trial import Trial
from coexistence.rehearsal.verdicts import Account, EstateReport

__all__ = ["TwinEstate", "inventory_of"]

#: Pools of a generation that are named where a twin stands; all are in the inventory.
_POOLS_NAMED: Final = 3


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

    @property
    def stated(self) -> frozenset[str]:
        """Assumptions that somebody's statement stands for."""
        return self.made.rules.stated

    def forget(self) -> None:
        """Let go of what was observed, and keep the one trial itself."""
        self.made.forget()
        if self._sound is not None:
            self._sound.forget()

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
            where=_where(trial),
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
            last_safe_title=title_of(trial),
            steps=steps_of(trial),
            step_bills=tuple(bill.amounts for bill in trial.step_bills),
            stops=stops_of(trial, interrupted_by),
            bills=tuple({"from": place.label, **bill.plain()} for place, bill in trial.bills.items()),
            refused=tuple(f"{each.step}: {each.reason}" for each in trial.refusals if not each.needs),
            plan=plan_report(trial),
            notes=trial.plan.notes if trial.plan.target else (),
            assumes=tuple(each for each in trial.assumes if each not in trial.rules.stated),
            stated=tuple(each for each in trial.assumes if each in trial.rules.stated),
        )


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


def _sides(trial: Trial) -> dict[str, list[Pool]]:
    """Return the Front End pools by what they are to this migration."""
    plan, homes = trial.plan, trial.deployment.pools_of(PoolRole.FRONT_END)
    left_alone = plan.own.left_alone
    return {
        "legacy": [pool for pool in homes if pool.id in plan.legacy],
        "new": [pool for pool in homes if pool.id not in plan.legacy and pool.id not in left_alone],
        "out of scope": [pool for pool in homes if pool.id in left_alone],
    }


def _where(trial: Trial) -> dict[str, Any]:
    """Return where a twin stands, as the JSON report shows it."""
    plan, sides = trial.plan, _sides(trial)
    population = trial.deployment.population
    on_new = None
    if not plan.target:  # nothing is planned, so no pool is old or new
        sides |= {"legacy": [], "new": []}
    elif isinstance(population, Population):
        on_new = sum(population.people_by_pool.get(pool.id, 0) for pool in sides["new"])
    return {
        "phase": plan.phase.value,
        "stated": any(each.phase for each in plan.own.statements),
        "target": [version.name for version in plan.target],
        **{
            word.replace(" ", "_"): {pool.fqdn: [version.name for version in pool.versions] for pool in pools}
            for word, pools in sides.items()
        },
        "people_on_new": on_new,
    }


def _whereabouts(trial: Trial) -> Iterator[str]:
    """Say which pools are old, which are new, and how many people are on the new ones."""
    deployment, plan = trial.deployment, trial.plan
    sides = _sides(trial)
    for word, pools in sides.items():
        if pools:
            versions = " and ".join(dict.fromkeys(version_name(pool.versions) for pool in pools))
            names = ", ".join(pool.fqdn for pool in pools[:_POOLS_NAMED])
            more = f" and {len(pools) - _POOLS_NAMED} more" if len(pools) > _POOLS_NAMED else ""
            yield f"{word}: {names}{more} ({versions})"
    population = deployment.population
    if plan.phase.value != "legacy" and isinstance(population, Population):
        on = population.people_by_pool
        moved = sum(on.get(pool.id, 0) for pool in sides["new"])
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
