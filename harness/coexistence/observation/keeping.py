"""Policies before and after: whether people may still do what they could.

Law of this room: two moments are compared by what a policy allows, not by its name. People stand in the
same row at every moment of one path.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coexistence.deployment import Policy
from coexistence.observation.facts import Facts
from coexistence.observation.outcomes import Outcome
from coexistence.observation.routes import Leg, failed, passed, travel, undecided
from coexistence.population import Population, grouped
from coexistence.simulation import policies
from coexistence.vocabulary import Maybe, PoolId, Unknown, UserKind

__all__ = ["policy_kept"]


def policy_kept(now: Facts, before: Facts, kind: str, home: PoolId, code: int) -> Outcome:
    """Return whether people on a pool have the settings of a policy that they had at another moment.

    ``code`` tells which of the people: those whose assignment of this kind has this number.
    Source: "Move remaining users" asks to verify the conferencing policy; whether a move changes what
    counts where sites differ is documented nowhere (assumption ``site-policy-follows-home``).
    """
    key = ("policy kept", before, kind, home, code)
    return now.outcome(key, lambda: travel(_policy_kept(now, before, kind, home, code)))


def _policy_kept(now: Facts, before: Facts, kind: str, home: PoolId, code: int) -> Iterator[Leg]:
    yield now.in_topology(home)
    fqdn = now.fqdn(home)
    here, there = now.state.population, before.state.population
    if isinstance(here, Unknown) or isinstance(there, Unknown):
        yield undecided(fqdn, "nobody told who is homed where", "Get-CsUser")
        return
    tag = _tag(here, kind, code)
    counts = policies.effective(now.state, now.rules, kind, home, tag)
    if isinstance(counts, Unknown):
        yield undecided(fqdn, f"nobody told which {kind} policy counts here", counts.needs)
        return
    if here is there and now.state.policies is before.state.policies:
        yield _same(fqdn, kind, counts, policies.assumptions_of(now.state, kind, tag))
        return
    for origin, old_tag in _cohorts(here, there, kind, home, code):
        if origin not in before.state.pools:
            yield undecided(origin, f"{origin} is in no topology that was given", "Get-CsTopology")
        old = policies.effective(before.state, before.rules, kind, origin, old_tag)
        assumes = (
            *policies.assumptions_of(now.state, kind, tag),
            *policies.assumptions_of(before.state, kind, old_tag),
        )
        if isinstance(old, Unknown):
            yield undecided(origin, f"nobody told which {kind} policy counted there", old.needs)
        elif _settings(old) != _settings(counts):
            changed = ", ".join(sorted(name for name, _ in _settings(old) ^ _settings(counts)))
            reason = f"{kind} policy {counts.scope} counts here, {old.scope} did on {origin}: {changed}"
            yield failed(fqdn, reason, assumes=assumes)
        else:
            yield _same(fqdn, kind, counts, assumes)


def _same(fqdn: str, kind: str, policy: Policy, assumes: tuple[str, ...]) -> Leg:
    return passed(fqdn, f"{kind} policy {policy.scope} counts, as before", *assumes)


def _settings(policy: Policy) -> frozenset[tuple[str, str]]:
    return frozenset((name.lower(), value.strip().lower()) for name, value in policy.settings)


def _tag(population: Population, kind: str, code: int) -> Maybe[str | None]:
    given = population.assigned.get(kind)
    return Unknown("Get-CsUser") if given is None else given.tag(code)


def _cohorts(
    here: Population, there: Population, kind: str, home: PoolId, code: int
) -> Iterator[tuple[PoolId, Maybe[str | None]]]:
    """Yield where the people were homed at the other moment, and with which policy."""
    mine = (here.home == here.code(home)) & (here.kind == UserKind.PERSON)
    given = here.assigned.get(kind)
    if given is not None:
        mine &= given.code == code
    rows = np.flatnonzero(mine)
    other = there.assigned.get(kind)
    columns = (there.home,) if other is None else (there.home, other.code)
    for group in grouped(columns, rows):
        if group.values[0] < len(there.pools):
            yield (
                there.pools[group.values[0]],
                Unknown("Get-CsUser") if other is None else other.tag(group.values[1]),
            )
