"""The guide as a value: steps a deployment needs, in which order, what is typed, what going back costs.

Law of this room: a plan is data made from a deployment. Planning knows the guide's order and what the
steps do to named objects; whether the product agrees is the simulation's to say. Step ids are those of
the migration facts, section 3 (the vendor's guide has eight phases).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from coexistence.errors import InputError
from coexistence.migration.custom_plan import NOTHING_ASKED, OwnPlan
from coexistence.migration.plan import (
    Calendar,
    Plan,
    PlanStep,
    RollbackAction,
    Undo,
    Wave,
    pilot_size,
    reached,
    targets_of,
)
from coexistence.migration.planner.cut_over import _ACCESS_EDGE
from coexistence.migration.planner.retire import Retiring
from coexistence.migration.planner.step_order import rearranged
from coexistence.migration.planner.target_pools import has_single_name
from coexistence.model.deployment import Deployment
from coexistence.model.operations import (
    AssociateMediaEdge,
    EnableService,
    InstallTools,
    LetDaysPass,
    MoveApplications,
    Operation,
    PrepareDirectory,
    Replicate,
    SetDnsRecords,
    SetEdgeFederation,
    SetEdgeXmpp,
    SetNextHop,
    SwitchFederationRoute,
)
from coexistence.model.vocabulary import CHECKPOINT_ORDER, Checkpoint, PoolRole, SiteKind, Unknown, Version

__all__ = [
    "NOTHING_ASKED",
    "Calendar",
    "OwnPlan",
    "Plan",
    "PlanStep",
    "RollbackAction",
    "Undo",
    "Wave",
    "make_plan",
    "pilot_size",
    "targets_of",
]

#: Preparations for a version, and waiting: nothing that a single pool needs.
_DONE_ONCE: Final = (PrepareDirectory, InstallTools, Replicate, LetDaysPass)
#: The checkpoint that the last step of a phase leads to: a deployment there has that phase behind it.
_REACHED_BY: Final = {
    "P1": Checkpoint.SIDE_BY_SIDE,
    "P2": Checkpoint.SIDE_BY_SIDE,
    "P3": Checkpoint.SIDE_BY_SIDE,
    "P4": Checkpoint.PILOT,
    "P5": Checkpoint.EDGE,
    "P6": Checkpoint.PRODUCTION,
    "P7": Checkpoint.POST_MIGRATION,
    "P8": Checkpoint.RETIRED,
}


def make_plan(
    deployment: Deployment,
    target: Version | None = None,
    *,
    own: OwnPlan = NOTHING_ASKED,
    calendar: Calendar | None = None,
    start: dt.date | None = None,
) -> Plan:
    """Return the plan for ``deployment``, from where it stands.

    ``target`` is the version to migrate to; left out, it is the new version that is already there, or
    else the newest that the legacy one may go to. Where the evidence does not say which version the
    deployment runs and that makes a difference, there is nothing to plan, and the plan has no steps.
    ``own`` is what an administrator wants otherwise, resolved as far as the deployment knows the names in
    it; ``calendar`` says how many days pass where it gives no dates, ``start`` on which day the plan begins.

    Raises :class:`~coexistence.errors.InputError` for a target that no side-by-side path leads to.
    """
    try:
        planner = _Planner(deployment, target or own.target, own, calendar)
    except InputError as error:
        if own.target is None or target not in (None, own.target):
            raise
        # The plan file asked for it: then it is there that it has to be changed.
        text = str(error).replace("--coexistence-to", "target =")
        raise InputError(text, file=own.file, line=own.line_of("target")) from None
    return planner.plan(start)


class _Planner(Retiring):
    """Writes the whole plan down."""

    def plan(self, start: dt.date | None) -> Plan:
        phase = self.phase = self._phase()
        if not self.target:
            return Plan(
                phase=phase,
                target=(),
                legacy=(),
                successor={},
                staying={},
                steps=(),
                reversals={},
                notes=self._why_not_planned(),
                start=start,
                own=self.own,
            )
        self.successor = self._successors()
        self.staying = self._staying()
        self.pilot_waves, self.later_waves = self._waves()
        steps = tuple(step for step in self._steps() if self._is_ahead(step, phase))
        if self.own is not NOTHING_ASKED:
            steps = rearranged(steps, self.own, start)
        return Plan(
            phase=phase,
            target=self.target,
            legacy=tuple(pool.id for pool in self.legacy_pools),
            successor={
                pool.id: self.successor[pool.id]
                for pool in self.legacy_pools
                if pool.role is PoolRole.FRONT_END and pool.id in self.successor
            },
            takes_over=self.successor,
            staying=self.staying,
            steps=steps,
            reversals=self._reversals(),
            notes=self._notes(),
            start=start,
            own=self.own,
        )

    def _why_not_planned(self) -> tuple[str, ...]:
        if not self.mixed and self.told_phase is Checkpoint.RETIRED:
            return ("nothing is planned: the plan file states that the legacy pools are retired",)
        if not self.strangers:
            return ()
        return (f"nothing is planned: the product version of {', '.join(self.strangers)} is not known",)

    def _reversals(self) -> dict[RollbackAction, tuple[tuple[Checkpoint, Operation], ...]]:
        """Return the way back for what is not about people, from what the deployment was like before."""
        old_edges = self._old_edges()
        edge: list[Operation] = [
            EnableService(pool=pool.id, service=_ACCESS_EDGE)
            for pool in old_edges
            if not has_single_name(pool)
        ]
        for pool in old_edges:
            if (pool.federation or not pool.tells("federation")) and pool.id in self.successor:
                edge.append(SetEdgeFederation(edge=self.successor[pool.id], enabled=False))
                edge.append(SetEdgeFederation(edge=pool.id, enabled=True))
        edge += [
            SwitchFederationRoute(site=site.id, to=site.federation_route)
            for site in self.deployment.sites
            if site.kind is not SiteKind.BRANCH
        ]
        edge += [
            AssociateMediaEdge(pool=new, edge=old.media_edge)
            for old, new in self._front_ends()
            if old.media_edge
        ]
        edge += [
            AssociateMediaEdge(pool=pool.id, edge=pool.media_edge)
            for pool in self.legacy_pools
            if pool.role is PoolRole.BRANCH_APPLIANCE and pool.media_edge
        ]
        known = self.deployment.records
        records = () if isinstance(known, Unknown) else known
        external = tuple(record for record in records if record.side == "external")
        internal = tuple(record for record in records if record.side == "internal")
        edge += [SetDnsRecords(records=external)] if external else []
        names = (SetDnsRecords(records=internal),) if internal else ()
        # From Lync Server 2010 on Autodiscover leads elsewhere before anybody moves (P4.2).
        names_change = Checkpoint.PILOT if self._autodiscover() else Checkpoint.PRODUCTION
        xmpp = [SetEdgeXmpp(edge=new, enabled=False) for new in self._new_xmpp_edges()]
        applications = [MoveApplications(source=new, to=old.id) for old, new in self._front_ends()]
        applications_back: list[Operation] = [
            *applications,
            *(
                SetNextHop(pool=pool.id, to=pool.next_hop)
                for pool in self.legacy_pools
                if pool.role is PoolRole.TRUSTED_APPLICATION and pool.next_hop
            ),
        ]
        return {
            RollbackAction.EDGE: (
                *((Checkpoint.PRODUCTION, each) for each in edge),
                *((Checkpoint.POST_MIGRATION, each) for each in xmpp),
            ),
            RollbackAction.NAMES: tuple((names_change, each) for each in names),
            RollbackAction.APPLICATIONS: tuple(
                (Checkpoint.POST_MIGRATION, each) for each in applications_back
            ),
        }

    def _is_ahead(self, step: PlanStep, phase: Checkpoint) -> bool:
        """Keep the steps of later phases, and those of this one that still have something to deploy."""
        chapter = step.id.split(".")[0]
        if chapter in ("P2", "P3") and self.additions and not reached(phase, Checkpoint.PRODUCTION):
            # What comes now is about the pools that are still missing: nothing else is done again.
            is_begun = reached(phase, Checkpoint.SIDE_BY_SIDE)
            return not is_begun or any(not isinstance(each, _DONE_ONCE) for each in step.operations)
        return CHECKPOINT_ORDER.index(_REACHED_BY[chapter]) > CHECKPOINT_ORDER.index(phase)

    def _steps(self) -> Iterator[PlanStep]:
        yield from self._plan_ahead()
        yield from self._prepare()
        yield from self._deploy_pilot()
        yield from self._move_pilot()
        yield from self._deploy_edge()
        yield from self._into_production()
        yield from self._move_services()
        yield from self._retire()
