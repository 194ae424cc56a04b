"""Whether the names in a plan file mean anything in one deployment.

Law of this room: it compares a plan file with what is there, and says in one sentence each what cannot be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from coexistence.errors import InputError, nearest
from coexistence.inputs.planfile.statement_keys import OBJECTS, OUTSIDE, SUBJECTS, Takes, facts_of, said_by
from coexistence.migration.custom_plan import OwnPlan, OwnWave
from coexistence.migration.plan import Plan
from coexistence.migration.planner.move_users import address_key, rows_of
from coexistence.model.deployment import Deployment, key_of
from coexistence.model.vocabulary import PoolId, PoolRole, Unknown

__all__ = ["refuse_names", "refuse_unknown"]


def refuse_unknown(own: OwnPlan, plan: Plan, deployment: Deployment) -> None:
    """Raise :class:`~coexistence.errors.InputError` with a sentence for each name that means nothing."""
    found = [*_left_alone(own, deployment), *_statements(own, deployment)]
    if plan.target:  # otherwise nothing is planned, and the report says why
        found += [*_pools(own, plan, deployment), *_waves(own, plan, deployment)]
    if found:
        raise InputError("\n".join(text for _, text in sorted(found)))


def refuse_names(own: OwnPlan) -> None:
    """Raise :class:`~coexistence.errors.InputError` if a plan for made-up deployments names objects.

    Every one of them has other names, so such a plan would be about none.
    """
    named = [
        *((own.line_of("out_of_scope"), f"pool {name!r}") for name in own.out_of_scope),
        *((pool.line, f"pool {pool.legacy!r}") for pool in own.pools),
        *((wave.line, f"pool {wave.pool!r}") for wave in own.waves if wave.pool),
        *((wave.line, f"site {wave.site!r}") for wave in own.waves if wave.site),
        *((wave.line, f"list {wave.list_file!r}") for wave in own.waves if wave.list_file),
        *((wave.line, f"pool {wave.counts[0][0]!r}") for wave in own.waves if wave.counts),
        *((each.line, f"pool {each.pool!r}") for each in own.statements if each.pool),
    ]
    for each in own.statements:
        fact = next(facts_of(each), None)
        if fact is not None and not each.pool:
            raise InputError(
                f"states {fact.key}, and nobody knows made-up deployments. Ask about your own deployment "
                "with --coexistence-from, or take the statement out.",
                file=own.file,
                line=each.line,
            )
    if named:
        line, what = min(named)
        raise InputError(
            f"names {what}, and made-up deployments all have other names. Ask about your own deployment with "
            "--coexistence-from, or write waves with count alone.",
            file=own.file,
            line=line,
        )


def _left_alone(own: OwnPlan, deployment: Deployment) -> Iterator[tuple[int, str]]:
    homes = [pool for pool in deployment.pools if pool.role is PoolRole.FRONT_END]
    for number, name in enumerate(own.out_of_scope):
        line = own.line_of("out_of_scope", number)
        if key_of(name) not in deployment.pool_by_id:
            text = f"{own.place(line)}: pool {name!r} is not in the deployment."
            yield line, f"{text} {_hint(name, [pool.fqdn for pool in deployment.pools])}"
    if homes and all(pool.id in own.left_alone for pool in homes):
        line = own.line_of("out_of_scope")
        yield line, f"{own.place(line)}: out_of_scope names every Front End pool. Leave those out that move."


def _hint(word: str, names: Iterable[str]) -> str:
    known = list(dict.fromkeys(names))
    meant = nearest(word, known, ignoring_case=True)
    listed = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
    return f"Known: {listed or 'none'}." + (f" Did you mean {meant!r}?" if meant else "")


def _pools(own: OwnPlan, plan: Plan, deployment: Deployment) -> Iterator[tuple[int, str]]:
    legacy = [deployment.pool_by_id[pool].fqdn for pool in plan.legacy if pool in deployment.pool_by_id]
    new = {pool.id for pool in deployment.pools} - set(plan.legacy)
    for number, wish in enumerate(own.pools):
        line = own.line_of("pools", number, "legacy")
        place = own.place(line)
        if key_of(wish.legacy) not in plan.legacy:
            what = "is not a legacy pool" if key_of(wish.legacy) in new else "is not in the deployment"
            yield line, f"{place}: pool {wish.legacy!r} {what}. {_hint(wish.legacy, legacy)}"
        line = own.line_of("pools", number, "fqdn")
        place = own.place(line)
        if key_of(wish.fqdn) not in new and (
            key_of(wish.fqdn) in plan.legacy or key_of(wish.fqdn) in deployment.server_by_id
        ):
            text = f"{place}: {wish.fqdn!r} is a legacy pool or server already."
            yield line, f"{text} A new pool needs a name that nothing else has."
        yield from _site(own, deployment, wish.site, own.line_of("pools", number, "site"))


def _site(own: OwnPlan, deployment: Deployment, name: str, line: int) -> Iterator[tuple[int, str]]:
    if name and not any(name.strip().lower() in (x.id.lower(), x.name.lower()) for x in deployment.sites):
        names = [site.name or site.id for site in deployment.sites]
        yield line, f"{own.place(line)}: site {name!r} is not in the deployment. {_hint(name, names)}"


def _waves(own: OwnPlan, plan: Plan, deployment: Deployment) -> Iterator[tuple[int, str]]:
    homes = [
        deployment.pool_by_id[pool].fqdn
        for pool in plan.legacy
        if deployment.pool_by_id[pool].role is PoolRole.FRONT_END
    ]
    keys = {key_of(name) for name in homes}
    people = deployment.population
    sought = [each for wave in own.waves for each in wave.addresses]
    rows = {} if isinstance(people, Unknown) or not sought else rows_of(people, sought)
    for number, wave in enumerate(own.waves):
        before = False
        named = [(wave.pool, own.line_of("waves", number, "pool"))] if wave.pool else []
        named += [(pool, own.line_of("waves", number, "counts", pool)) for pool, _ in wave.counts]
        for pool, line in named:
            if key_of(pool) not in keys:
                before = True
                known = deployment.pool_by_id.get(PoolId(key_of(pool)))
                what = "is no legacy Front End pool" if known else "which is not in the deployment"
                joined = f"names pool {pool!r}, {what}" if not known else f"names pool {pool!r}: it {what}"
                yield line, f"{own.place(line)}: wave {wave.name!r} {joined}. {_hint(pool, homes)}"
        line = own.line_of("waves", number, "site")
        for complaint in _site(own, deployment, wave.site, line):
            before = True
            yield complaint
        if not before:
            yield from _nobody(own, wave, number, plan, deployment, rows)


def _nobody(
    own: OwnPlan, wave: OwnWave, number: int, plan: Plan, deployment: Deployment, rows: Mapping[str, int]
) -> Iterator[tuple[int, str]]:
    """Complain about a wave that names no account at all; one whose people have moved already is fine."""
    population = deployment.population
    key = next((key for key in ("list", "counts", "count", "pool", "site") if _is_given(wave, key)), "name")
    line = own.line_of("waves", number, key)
    place = own.place(line)
    if isinstance(population, Unknown):
        if wave.list_file or wave.count or wave.counts:
            text = f"{place}: wave {wave.name!r} takes people by {key}, and no file tells who they are."
            yield line, f"{text} Add the export of {population.needs}, or take them by pool or site."
        return
    if wave.list_file:
        if not any(address_key(each) in rows for each in wave.addresses):
            text = f"{place}: wave {wave.name!r} names no one: none of the {len(wave.addresses)} addresses"
            first = address_key(wave.addresses[0])
            yield line, f"{text} in {wave.list_file} is in the deployment (the first is {first!r})."
        return
    accounts = population.accounts_by_pool
    wanted = [
        pool
        for pool in plan.legacy
        if deployment.pool_by_id[pool].role is PoolRole.FRONT_END
        and (not wave.pool or pool == key_of(wave.pool))
        and (not wave.counts or pool in {key_of(name) for name, _ in wave.counts})
        and (not wave.site or _is_at(deployment, pool, wave.site))
    ]
    moved_on = [plan.successor.get(pool) for pool in wanted]
    if not any(accounts.get(pool) for pool in (*wanted, *(pool for pool in moved_on if pool))):
        where = ", ".join(wanted) or "a legacy pool there"
        text = f"{place}: wave {wave.name!r} names no one: nobody is homed on {where}."
        yield line, f"{text} Take the wave out."


def _is_given(wave: OwnWave, key: str) -> bool:
    return bool(getattr(wave, {"list": "list_file"}.get(key, key)))


def _is_at(deployment: Deployment, pool: PoolId, name: str) -> bool:
    site = deployment.site_by_id.get(deployment.pool_by_id[pool].site)
    return site is not None and name.strip().lower() in (site.id.lower(), site.name.lower())


def _statements(own: OwnPlan, deployment: Deployment) -> Iterator[tuple[int, str]]:
    known = {
        Takes.POOL: ("pool", [pool.fqdn for pool in deployment.pools]),
        Takes.PLACE: ("pool", [pool.fqdn for pool in deployment.pools]),
        Takes.GATEWAY: ("gateway", [gateway.fqdn for gateway in deployment.gateways]),
    }
    if not isinstance(deployment.partners, Unknown):
        known[Takes.PARTNER] = ("partner", [partner.domain for partner in deployment.partners])
    taking = {**OBJECTS, **{key: subject.takes for key, subject in SUBJECTS.items()}}
    for number, statement in enumerate(own.statements):
        for key, name in said_by(statement).items():
            takes = taking.get(key)
            line = own.line_of("statements", number, key)
            if takes is Takes.PARTNER and takes not in known:
                text = f"{own.place(line)}: partner {name!r}: no file tells who the partners are."
                yield line, f"{text} Add the export of Get-CsAllowedDomain."
            what, names = known.get(takes, ("", ())) if takes else ("", ())
            if not what or (takes is Takes.PLACE and name.lower() == OUTSIDE):
                continue
            if key_of(name) not in map(key_of, names):
                text = f"{own.place(line)}: {what} {name!r} is not in the deployment."
                yield line, f"{text} {_hint(name, names)}"
        yield from _outside(own, deployment, number)
        yield from _people(own, deployment, number)


def _people(own: OwnPlan, deployment: Deployment, number: int) -> Iterator[tuple[int, str]]:
    """Complain about what is said of people on a pool that homes nobody."""
    statement = own.statements[number]
    pool = deployment.pool_by_id.get(PoolId(key_of(statement.pool)))
    said = [each.key for each in facts_of(statement) if each.of == ("pool",) and each.key != "version"]
    if pool is not None and said and not pool.homes_users:
        line = own.line_of("statements", number, "pool")
        homes = [each.fqdn for each in deployment.pools if each.homes_users]
        text = f"{own.place(line)}: {said[0]} is about people, and nobody is homed on {pool.fqdn}."
        yield line, f"{text} {_hint(statement.pool, homes)}"


def _outside(own: OwnPlan, deployment: Deployment, number: int) -> Iterator[tuple[int, str]]:
    """Complain about a port towards the outside of a pool that has none."""
    statement = own.statements[number]
    ends = {"from_pool": statement.from_pool, "to_pool": statement.to_pool}
    if OUTSIDE not in map(str.lower, ends.values()):
        return
    inner = next((key for key, name in ends.items() if name.lower() != OUTSIDE), "to_pool")
    pool = deployment.pool_by_id.get(PoolId(key_of(ends[inner])))
    if ends[inner].lower() == OUTSIDE or (pool is not None and pool.role is not PoolRole.EDGE):
        line = own.line_of("statements", number, inner)
        edges = [each.fqdn for each in deployment.pools_of(PoolRole.EDGE)]
        text = (
            f"{own.place(line)}: {ends[inner]!r} is no Edge pool, and only these have ports on the outside."
        )
        yield line, f"{text} {_hint(ends[inner], edges)}"
