"""A plan as a plan file: what was asked for, or what a plan does, in the form that is read.

Law of this room: writing and reading again gives an equal plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from coexistence.inputs.planfile.statement_keys import said_by
from coexistence.inputs.toml.spelling import spelled, spelled_key
from coexistence.migration.custom_plan import OwnPlan, OwnPool, OwnWave
from coexistence.migration.plan import Plan
from coexistence.model.deployment import Deployment
from coexistence.model.operations import MoveUsers, PublishTopology
from coexistence.model.vocabulary import Checkpoint, Version

__all__ = ["own_plan_of", "write_own", "write_plan"]

#: Longer lists get a line for each item.
_LINE: Final = 60


def write_plan(plan: Plan, deployment: Deployment) -> str:
    """Return a plan as TOML."""
    return write_own(own_plan_of(plan, deployment))


def own_plan_of(plan: Plan, deployment: Deployment) -> OwnPlan:
    """Return what somebody would have to ask for to get this plan."""
    own = plan.own
    waves = own.waves or tuple(_default_waves(plan, deployment))
    target = own.target or (plan.target[0] if len(plan.target) == 1 else None)
    return replace(own, target=target, pools=tuple(_pools(plan, deployment)) or own.pools, waves=waves)


def _pools(plan: Plan, deployment: Deployment) -> Iterator[OwnPool]:
    published = {
        pool.id: (pool, [server.fqdn for server in each.servers if server.pool == pool.id])
        for step in plan.steps
        if step.id in ("P3.4", "P5.1")
        for each in step.operations
        if isinstance(each, PublishTopology)
        for pool in each.pools
    }
    for old, new in plan.takes_over.items():
        if new not in published:
            continue
        pool, servers = published[new]
        yield OwnPool(
            legacy=deployment.pool_by_id[old].fqdn,
            fqdn=pool.fqdn,
            edition=pool.edition,
            servers=tuple(servers),
            site=_site_name(deployment, pool.site),
        )


def _default_waves(plan: Plan, deployment: Deployment) -> Iterator[OwnWave]:
    """Return waves as the default ones; none where nobody is there to be moved."""
    moving = [step for step in plan.steps if step.wave is not None]
    if any(not _moves(step.operations) for step in moving):
        return
    for step in moving:
        wave = step.wave
        assert wave is not None  # chosen above
        moves = _moves(step.operations)
        if all(move.users.first is not None for move in moves):
            counts = tuple((str(move.users.on), move.users.first or 0) for move in moves)
            yield OwnWave(name=wave.name, is_pilot=wave.is_pilot, counts=counts)
            continue
        sites = {deployment.pool_by_id[move.users.on].site for move in moves}
        yield OwnWave(name=wave.name, site=_site_name(deployment, sites.pop()))


def _moves(operations: tuple[object, ...]) -> list[MoveUsers]:
    return [each for each in operations if isinstance(each, MoveUsers)]


def _site_name(deployment: Deployment, site: str) -> str:
    name = next((each.name for each in deployment.sites if each.id == site), "")
    is_unique = sum(each.name.lower() == name.lower() for each in deployment.sites) == 1
    return name if name.strip() == name and name and name.isprintable() and is_unique else site


def write_own(own: OwnPlan) -> str:
    """Return a plan file's content as TOML."""
    return "\n".join(_lines(own)).strip("\n") + "\n"


def _lines(own: OwnPlan) -> Iterator[str]:
    yield from _pairs(target=own.target and own.target.name, out_of_scope=list(own.out_of_scope) or None)
    for pool in own.pools:
        yield from ("", "[[pools]]")
        yield from _pairs(
            legacy=pool.legacy,
            fqdn=pool.fqdn,
            edition=pool.edition and pool.edition.value,
            servers=list(pool.servers) or None,
            site=pool.site or None,
        )
    for wave in own.waves:
        yield from ("", "[[waves]]")
        yield from _pairs(
            name=wave.name,
            pilot=wave.is_pilot or None,
            pool=wave.pool or None,
            site=wave.site or None,
            list=wave.list_file or None,
            count=wave.count or None,
            everybody=wave.everybody or None,
            date=wave.date,
            window=wave.window and str(wave.window),
            force=wave.force or None,
            move_conference_data=None if wave.move_conference_data else False,
            upgrade_clients=wave.upgrade_clients,
        )
        if wave.counts:
            yield "[waves.counts]"
            yield from _pairs(**dict(wave.counts))
    if own.left_out:
        yield from ("", "[steps]")
        yield from _pairs(leave_out=[each.step for each in own.left_out])
    for move in own.moved:
        yield from ("", "[[steps.move]]")
        yield from _pairs(step=move.step, before=move.before or None, after=move.after or None)
    for added in own.added:
        yield from ("", "[[steps.add]]")
        yield from _pairs(
            title=added.title,
            after=added.after,
            verify=added.verify or None,
            tool=added.tool or None,
            undo=added.undo or None,
            date=added.date,
        )
    if own.dates:
        yield from ("", "[steps.dates]")
        yield from _pairs(**own.dates)
    if own.rollback is not None:
        yield from ("", "[rollback]")
        yield from _pairs(actions=list(own.rollback))
    if own.moves_per_hour is not None:
        yield from ("", "[rates]")
        yield from _pairs(moves_per_hour=own.moves_per_hour)
    for statement in own.statements:
        yield from ("", "[[statements]]")
        yield from _pairs(
            text=statement.text,
            author=statement.author,
            date=statement.date,
            **said_by(statement),
        )


def _pairs(**values: Any) -> Iterator[str]:
    for key, value in values.items():
        if value is not None:
            yield f"{spelled_key(key)} = {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, Version):
        return spelled(value.name)
    if isinstance(value, Checkpoint):
        return spelled(value.value)
    line = spelled(value)
    if isinstance(value, (list, tuple)) and len(line) > _LINE:
        return "[\n" + "".join(f"    {spelled(each)},\n" for each in value) + "]"
    return line
