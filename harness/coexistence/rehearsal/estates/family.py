"""A family of generated deployments, tried one after the other.

Law of this room: a trial is made when it is asked for, and let go of soon.
"""

from __future__ import annotations

import itertools
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Check
from coexistence.inputs.family.builder import crowds_of
from coexistence.inputs.family.family import Family
from coexistence.migration import NOTHING_ASKED, OwnPlan
from coexistence.migration.rollback_cost import Letter
from coexistence.model.blueprint import Blueprint
from coexistence.model.vocabulary import UserKind
from coexistence.rehearsal.estates.interruption_report import Hits, steps_of, stops_of, title_of
from coexistence.rehearsal.fault_injection import Aim, injected
from coexistence.rehearsal.plan_remarks import plan_report
from coexistence.rehearsal.trial import Trial
from coexistence.rehearsal.verdicts import EstateReport, add_bills
from coexistence.simulation.rules.assumptions import Rules

__all__ = ["FamilyEstate"]

#: Trials kept at hand for checks that are asked alone: a default family in any order.
_TRIALS_KEPT: Final = 100
#: Deployments in one shard: as many as are worth another worker. Each shard asks everything again, and
#: every question is an item that costs pytest a millisecond or two.
_SHARD: Final = 250


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
    def stated(self) -> frozenset[str]:
        """Assumptions that somebody's statement stands for: none, nobody knows made-up deployments."""
        return frozenset()

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
        accounts: Counter[UserKind] = Counter()
        for member in range(self.size):
            blueprint = self.family.blueprint(member)
            accounts += _accounts(blueprint)
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
                "users": accounts.total(),
                "people": accounts[UserKind.PERSON],
                "meetings": None,
                "deployments": self.size,
                "pairs": dict(sorted(pairs.items())),
            },
            last_safe_step=trial.last_safe_step,
            last_safe_title=title_of(trial),
            steps=steps_of(trial),
            step_bills=tuple(bill.amounts for bill in trial.step_bills),
            stops=stops_of(trial, interrupted_by),
            plan=plan_report(trial, is_example=True),
            bills=tuple(add_bills(bills)),
            assumes=trial.assumes,
        )


def _plain_bills(trial: Trial) -> dict[str, Any]:
    return {place.label: bill.plain() for place, bill in trial.bills.items()}


def _accounts(blueprint: Blueprint) -> Counter[UserKind]:
    """How many accounts of each kind a member has."""
    found: Counter[UserKind] = Counter()
    for site in blueprint.sites:
        for crowd in crowds_of(site):
            found[crowd.kind] += max(crowd.people, 0)
    return found
