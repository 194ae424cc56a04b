"""Scenes: a rehearsal before it begins, and everything about it that may be set otherwise.

Law of this room: a scene is a value; whoever changes it gets another one. It changes causes (what there is,
what is done, what breaks) and never what is observed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from coexistence.errors import NotHereError
from coexistence.migration import Plan, PlanStep, RollbackAction
from coexistence.model.conditions.machines_and_databases import Backing, Machine
from coexistence.model.deployment import Certificate, Cms, Deployment, Pool
from coexistence.model.operations import (
    AssignCertificates,
    ChangeState,
    MoveUsers,
    Operation,
    PublishTopology,
)
from coexistence.model.population import Rows
from coexistence.model.vocabulary import (
    CHECKPOINT_ORDER,
    Checkpoint,
    PoolId,
    PoolRole,
    ServerId,
    Unknown,
    Version,
)
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State

__all__ = ["Injection", "Scene"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """A scene in which one thing went wrong."""

    #: What was set wrong, as one aims at it: a pool, a server, a site, a name.
    target: str
    scene: Scene
    #: Other names under which a report may rightly speak of it: the pool of a server, people's pools.
    about: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A rehearsal before it begins: what there is, and what is going to be done."""

    deployment: Deployment
    plan: Plan
    rules: Rules
    #: What happens before the first step of the plan.
    opening: tuple[Operation, ...] = ()
    #: Whether the deployment stands for a real one at this moment.
    is_twin: bool = False

    # ---------------------------------------------------------------- what may be aimed at

    def pools(self, *roles: PoolRole) -> tuple[Pool, ...]:
        """Return the pools that are there before the first step, with one of these roles (or any)."""
        return self.deployment.pools_of(*roles) if roles else self.deployment.pools

    @cached_property
    def leaving(self) -> tuple[Pool, ...]:
        """Legacy Front End pools that have a successor and go away in the end."""
        return tuple(
            pool
            for pool in self.pools(PoolRole.FRONT_END)
            if pool.id in self.plan.successor and pool.id not in self.plan.staying
        )

    @cached_property
    def successors(self) -> Mapping[PoolId, PoolId]:
        """Which new pool takes over from which legacy one."""
        return self.plan.successor

    def new_pools(self, *roles: PoolRole) -> tuple[Pool, ...]:
        """Return the pools of the version that is migrated to: there already, or to be published; by role."""
        target = self.plan.target
        there = [pool for pool in self.deployment.pools if pool.id in self.plan.predecessor]
        planned = [
            pool
            for _, operation in self.operations(PublishTopology)
            for pool in operation.pools
            if pool.versions == target
        ]
        found = {pool.id: pool for pool in (*there, *planned)}
        return tuple(pool for pool in found.values() if not roles or pool.role in roles)

    def homed(self, pool: PoolId) -> int:
        """Count the people who are homed on a pool before the first step; 0 where nobody told."""
        population = self.deployment.population
        return 0 if isinstance(population, Unknown) else population.people_by_pool.get(pool, 0)

    @property
    def new_tools(self) -> Version:
        """The tools of the version that is migrated to."""
        return max(self.plan.target)

    @property
    def old_tools(self) -> Version | None:
        """The newest tools from before the migration; None where no legacy version is known."""
        versions = [each for pool in self.leaving for each in pool.versions]
        return max(versions, default=None)

    def operations(self, *kinds: type) -> Iterator[tuple[PlanStep, Any]]:
        """Go through the operations of the plan, of these kinds (or all), with their steps."""
        for step in self.plan.steps:
            for operation in step.operations:
                if not kinds or isinstance(operation, kinds):
                    yield step, operation

    # ---------------------------------------------------------------- what may be changed

    def with_deployment(self, **parts: Any) -> Scene:
        """Return the scene with parts of the deployment replaced; the plan stays as it was made."""
        return replace(self, deployment=replace(self.deployment, **parts))

    def as_twin(self) -> Scene:
        """Return the scene asked about as a real deployment is: also at ``now``."""
        return replace(self, is_twin=True)

    def with_pool(self, pool: PoolId, **parts: Any) -> Scene:
        """Return the scene with one pool of the deployment changed."""
        return self.with_deployment(
            pools=tuple(replace(each, **parts) if each.id == pool else each for each in self.deployment.pools)
        )

    def with_new_pool(self, pool: PoolId, **parts: Any) -> Scene:
        """Return the scene with one pool changed, whether it is there already or is going to be published."""
        if pool in self.deployment.pool_by_id:
            return self.with_pool(pool, **parts)

        def rewrite(_step: PlanStep, operation: Operation) -> Iterable[Operation]:
            if isinstance(operation, PublishTopology):
                made = tuple(replace(each, **parts) if each.id == pool else each for each in operation.pools)
                kept = {server for each in made for server in each.servers}
                servers = tuple(each for each in operation.servers if each.id in kept)
                operation = replace(operation, pools=made, servers=servers)
            return (operation,)

        return self.rewritten(rewrite)

    def with_certificate(self, pool: PoolId, **parts: Any) -> Scene:
        """Return the scene with the certificate changed that a pool has inside, or is going to be given."""

        def other(each: Certificate) -> Certificate:
            return replace(each, **parts) if each.pool == pool and each.use == "Default" else each

        def rewrite(_step: PlanStep, operation: Operation) -> Iterable[Operation]:
            if isinstance(operation, AssignCertificates):
                operation = replace(operation, certificates=tuple(map(other, operation.certificates)))
            return (operation,)

        known = self.deployment.certificates
        if isinstance(known, Unknown):
            return self
        return self.with_deployment(certificates=tuple(map(other, known))).rewritten(rewrite)

    def with_machine(self, machine: Machine) -> Scene:
        """Return the scene with something out of the ordinary about one server's machine."""
        return self.with_deployment(backing=self.deployment.backing.with_machine(machine))

    def with_plan(self, steps: Iterable[PlanStep]) -> Scene:
        """Return the scene with other steps."""
        return replace(self, plan=replace(self.plan, steps=tuple(steps)))

    def rewritten(self, rewrite: Callable[[PlanStep, Operation], Iterable[Operation]]) -> Scene:
        """Return the scene with every operation replaced by what ``rewrite`` makes of it."""
        return self.with_plan(
            replace(
                step,
                operations=tuple(new for operation in step.operations for new in rewrite(step, operation)),
            )
            for step in self.plan.steps
        )

    def without(self, kind: type, **facts: Any) -> Scene:
        """Return the scene without the operations of a kind whose fields have these values."""

        def rewrite(_step: PlanStep, operation: Operation) -> Iterable[Operation]:
            is_meant = isinstance(operation, kind) and all(
                getattr(operation, name) == value for name, value in facts.items()
            )
            return () if is_meant else (operation,)

        return self.rewritten(rewrite)

    def changing(self, kind: type, where: Mapping[str, Any], **to: Any) -> Scene:
        """Return the scene with operations of a kind, where their fields have these values, changed."""

        def rewrite(_step: PlanStep, operation: Operation) -> Iterable[Operation]:
            is_meant = isinstance(operation, kind) and all(
                getattr(operation, name) == value for name, value in where.items()
            )
            return (replace(operation, **to),) if is_meant else (operation,)

        return self.rewritten(rewrite)

    def at_first(self, *operations: Operation) -> Scene:
        """Return the scene with operations before the first step of the plan."""
        return replace(self, opening=(*self.opening, *operations))

    def assuming(self, name: str, value: str) -> Scene:
        """Return the scene in a world where an assumption has another value than it is taken to have.

        Raises :class:`~coexistence.errors.InputError` for what is no assumption, or none of its options.
        """
        return replace(self, rules=replace(self.rules, switched={**self.rules.switched, name: value}))

    def after(self, step: str, *operations: Operation) -> Scene:
        """Return the scene with operations at the end of each step of an id; the plan has to have one.

        Raises :class:`~coexistence.errors.NotHereError`.
        """
        return self._beside(lambda each: each.id == step, step, operations, is_before=False)

    def before(self, checkpoint: Checkpoint, *operations: Operation) -> Scene:
        """Return the scene with operations just before a checkpoint is looked at.

        For one that has been passed already, they come first. Raises
        :class:`~coexistence.errors.NotHereError` where the plan does not lead there.
        """
        if CHECKPOINT_ORDER.index(checkpoint) <= CHECKPOINT_ORDER.index(self.plan.phase):
            return self.at_first(*operations)
        return self._beside(
            lambda each: each.reaches is checkpoint, checkpoint.value, operations, is_before=False
        )

    def _beside(
        self,
        is_meant: Callable[[PlanStep], bool],
        name: str,
        operations: tuple[Operation, ...],
        *,
        is_before: bool,
    ) -> Scene:
        if not any(map(is_meant, self.plan.steps)):
            raise NotHereError(f"the plan has no step {name}")
        return self.with_plan(
            replace(
                step,
                operations=(*operations, *step.operations) if is_before else (*step.operations, *operations),
            )
            if is_meant(step)
            else step
            for step in self.plan.steps
        )

    def passes(self, checkpoint: Checkpoint) -> bool:
        """Tell whether a checkpoint lies on the path, or behind."""
        return CHECKPOINT_ORDER.index(checkpoint) <= CHECKPOINT_ORDER.index(self.plan.phase) or any(
            step.reaches is checkpoint for step in self.plan.steps
        )

    # ---------------------------------------------------------------- who is where

    @cached_property
    def moving(self) -> tuple[tuple[Pool, PoolId], ...]:
        """Legacy Front End pools that people move from, each with the new pool; those that stay too."""
        return tuple(
            (pool, self.plan.successor[pool.id])
            for pool in self.pools(PoolRole.FRONT_END)
            if pool.id in self.plan.successor
        )

    def people_on(self, pool: PoolId, **having: int) -> Rows:
        """Return the rows of people homed on a pool whose columns have these values; none if nobody told."""
        population = self.deployment.population
        if isinstance(population, Unknown):
            return np.zeros(0, np.int64)
        rows: Rows = population.people[population.home[population.people] == population.code(pool)]
        for name, value in having.items():
            rows = rows[getattr(population, name)[rows] == value]
        return rows

    def movers(self, pool: PoolId, **having: int) -> Rows:
        """Return the rows of people on a pool whom the plan moves off it, in the order in which it does."""
        rows = self.people_on(pool, **having)
        population = self.deployment.population
        if isinstance(population, Unknown) or not len(rows):
            return rows
        moves = [each for _, each in self.operations(MoveUsers) if each.users.on == pool]
        if not moves:
            return rows[:0]
        if all(each.users.without_xmpp for each in moves):
            rows = rows[population.xmpp[rows] != 1]
        if all(each.users.without_chat for each in moves):
            rows = rows[population.chat[rows] != 1]
        return rows

    def without_own_policy(self, rows: Rows, kind: str) -> Rows:
        """Leave out whoever was given a policy of a kind in person."""
        population = self.deployment.population
        given = None if isinstance(population, Unknown) else population.assigned.get(kind)
        return rows if given is None else rows[given.code[rows] == 0]

    def arriving(self, pool: PoolId, **having: int) -> Rows:
        """Return the rows of people who come from a legacy pool to the new one, or are on that already."""
        there = self.people_on(self.plan.successor[pool], **having)
        return np.concatenate([self.movers(pool, **having), there])

    def has_meetings(self, pool: PoolId, **having: int) -> bool:
        """Tell whether people who are moved off a pool organize meetings whose columns have these values.

        Meetings that are over when the plan ends do not count: nobody may look at them in time.
        """
        population = self.deployment.population
        if isinstance(population, Unknown) or isinstance(population.meetings, Unknown):
            return False
        meetings = population.meetings
        theirs = np.isin(meetings.organizer, self.movers(pool))
        if self.deployment.as_of is not None:
            theirs &= meetings.last >= self.deployment.as_of.toordinal() + max(self.plan.days, default=0)
        for name, value in having.items():
            theirs &= getattr(meetings, name) == value
        return bool(theirs.any())

    def with_people(self, rows: Rows, **values: int) -> Scene:
        """Return the scene in which columns of some people have other values."""
        population = self.deployment.population
        if isinstance(population, Unknown):
            return self
        changed = {}
        for name, value in values.items():
            column = getattr(population, name).copy()
            column[rows] = value
            column.setflags(write=False)
            changed[name] = column
        return self.with_deployment(population=population.changed(**changed))

    def with_reversals(self, rewrite: Callable[[Checkpoint, Operation], Iterable[Operation]]) -> Scene:
        """Return the scene in which the way back does otherwise what undoes steps about things."""
        changed = {
            action: tuple((phase, new) for phase, each in done for new in rewrite(phase, each))
            for action, done in self.plan.reversals.items()
        }
        return replace(self, plan=replace(self.plan, reversals=changed))

    def not_going_back_with(self, action: RollbackAction) -> Scene:
        """Return the scene in which the way back leaves out one kind of action."""
        kept = tuple(sorted(each.slug for each in self.plan.actions if each is not action))
        return replace(self, plan=replace(self.plan, own=replace(self.plan.own, rollback=kept)))

    def going_back(self, checkpoint: Checkpoint, *operations: Operation) -> Scene:
        """Return the scene with operations at the end of the ways back from a checkpoint and later ones."""
        before = self.plan.reversals.get(RollbackAction.APPLICATIONS, ())
        more = tuple((checkpoint, each) for each in operations)
        changed = {**self.plan.reversals, RollbackAction.APPLICATIONS: (*before, *more)}
        return replace(self, plan=replace(self.plan, reversals=changed))

    @staticmethod
    def add_to_part(part: str, **more: frozenset[Any]) -> ChangeState:
        """Return an operation that adds members to sets in one part of a state."""

        def grown(now: Any) -> Any:
            return replace(now, **{name: getattr(now, name) | members for name, members in more.items()})

        return Scene.change_part(part, grown)

    @staticmethod
    def change_part(part: str, how: Callable[[Any], Any]) -> ChangeState:
        """Return an operation that replaces one part of a state by what ``how`` makes of it."""
        return ChangeState(
            what=f"{part} changed", change=lambda state: state.changed(**{part: how(getattr(state, part))})
        )

    @staticmethod
    def pool_becomes(what: str, pool: PoolId, **parts: Any) -> ChangeState:
        """Return an operation after which a pool is another one, where it is there by then."""

        def change(state: State) -> State:
            known = state.pools.get(pool)
            if known is None:
                return state
            return state.changed(pools=MappingProxyType({**state.pools, pool: replace(known, **parts)}))

        return ChangeState(what=what, change=change)

    @staticmethod
    def server_becomes(what: str, server: ServerId, **parts: Any) -> ChangeState:
        """Return the same for a server."""

        def change(state: State) -> State:
            known = state.servers.get(server)
            if known is None:
                return state
            return state.changed(servers=MappingProxyType({**state.servers, server: replace(known, **parts)}))

        return ChangeState(what=what, change=change)

    @staticmethod
    def backing_becomes(what: str, how: Callable[[Backing], Backing]) -> ChangeState:
        """Return an operation that changes what pools rest on."""
        return ChangeState(what=what, change=lambda state: state.changed(backing=how(state.backing)))

    @staticmethod
    def cms_becomes(what: str, how: Callable[[Cms], Cms]) -> ChangeState:
        """Return an operation that changes what is the matter with the Central Management store."""
        return ChangeState(what=what, change=lambda state: state.changed(cms=how(state.cms)))

    @staticmethod
    def change(what: str, how: Callable[[State], State]) -> ChangeState:
        """Return an operation for what no administrator does on purpose: something broke."""
        return ChangeState(what=what, change=how)
