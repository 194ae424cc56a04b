"""Policies before and after: whether people may still do what they could.

Law of this room: two moments are compared by what a policy allows, not by its name. People stand in the
same row at every moment of one path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from coexistence.model.deployment import Policy
from coexistence.model.population import Population, grouped
from coexistence.model.vocabulary import Maybe, PoolId, Unknown
from coexistence.observation.conferencing import Terms, new_terms
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.simulation.rules import policies

__all__ = ["code_of", "policy_kept", "terms_kept"]


_SAME_TERMS: Final = travel([passed("", "new meetings begin on the same terms wherever people are homed")])


def policy_kept(now: Situation, before: Situation, kind: str, home: PoolId, code: int) -> Outcome:
    """Return whether people on a pool have the settings of a policy that they had at another moment.

    ``code`` tells which of the people: those whose assignment of this kind has this number.
    Source: "Move remaining users" asks to verify the conferencing policy; whether a move changes what
    counts where sites differ is documented nowhere (assumption ``site-policy-follows-home``).
    """
    if home in now.state.pools and _same_for_all(now, before, kind):
        return now.outcome(("policy kept by all", kind), lambda: travel([_for_all(kind)]))
    key = ("policy kept", before, kind, home, code)
    return now.outcome(key, lambda: travel(_policy_kept(now, before, kind, home, code)))


def _policy_kept(now: Situation, before: Situation, kind: str, home: PoolId, code: int) -> Iterator[Leg]:
    yield now.facts.in_topology(home)
    fqdn = now.facts.fqdn(home)
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
    crossed = now.once(("crossed", before, kind), lambda: _crossed(here, there, kind))
    for origin, old_tag in crossed.get((home, code), ()):
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


def code_of(situation: Situation, kind: str, tag: Maybe[str | None]) -> int:
    """Return the number of a policy that people were given in person; 0 for none, or where nobody told."""
    population = situation.state.population
    if tag is None or isinstance(tag, Unknown) or isinstance(population, Unknown):
        return 0
    return population.assigned[kind].tags.index(tag) + 1


def terms_kept(now: Situation, before: Situation, home: PoolId) -> Outcome:
    """Return whether new meetings of people on a pool begin on the terms that theirs had at another moment.

    A setting that was never made has the default of the pool's version, and of its site: a move may change
    it with nothing changed (Set-CsMeetingConfiguration reference).
    """
    if home in now.state.pools and len(_terms_anywhere(now) | _terms_anywhere(before)) == 1:
        return _SAME_TERMS
    return now.outcome(("terms kept", before, home), lambda: travel(_terms_kept(now, before, home)))


def _terms_anywhere(situation: Situation) -> frozenset[Maybe[Terms]]:
    """Return on which terms new meetings begin, wherever anybody is homed."""
    return situation.once(("terms anywhere",), lambda: _look_anywhere(situation))


def _look_anywhere(situation: Situation) -> frozenset[Maybe[Terms]]:
    population = situation.state.population
    if isinstance(population, Unknown) or not set(population.people_by_pool) <= set(situation.state.pools):
        return frozenset()
    found = frozenset(new_terms(situation.facts, home) for home in population.people_by_pool)
    # What nobody told is not the same for being told nowhere.
    return frozenset() if any(isinstance(each, Unknown) for each in found) else found


def _terms_kept(now: Situation, before: Situation, home: PoolId) -> Iterator[Leg]:
    yield now.facts.in_topology(home)
    fqdn = now.facts.fqdn(home)
    here, there = now.state.population, before.state.population
    if isinstance(here, Unknown) or isinstance(there, Unknown):
        yield undecided(fqdn, "nobody told who is homed where", "Get-CsUser")
        return
    terms = now.facts.once(("new terms", home), lambda: new_terms(now.facts, home))
    if isinstance(terms, Unknown):
        yield undecided(fqdn, "nobody told the settings of meetings", terms.needs)
    crossed = now.once(("crossed", before, "conferencing"), lambda: _crossed(here, there, "conferencing"))
    for origin in sorted({was for at, found in crossed.items() if at[0] == home for was, _ in found}):
        if origin not in before.state.pools:
            yield undecided(origin, f"{origin} is in no topology that was given", "Get-CsTopology")
        old = before.facts.once(("new terms", origin), lambda was=origin: new_terms(before.facts, was))  # type: ignore[misc]  # the default binds the loop's origin
        if isinstance(old, Unknown):
            yield undecided(origin, "nobody told the settings of meetings", old.needs)
        elif old != terms:
            yield failed(
                fqdn, f"new meetings are not on the terms that they had on {before.facts.fqdn(origin)}"
            )


def _same(fqdn: str, kind: str, policy: Policy, assumes: tuple[str, ...]) -> Leg:
    return passed(fqdn, f"{kind} policy {policy.scope} counts, as before", *assumes)


def _settings(policy: Policy) -> frozenset[tuple[str, str]]:
    return frozenset((name.lower(), value.strip().lower()) for name, value in policy.settings)


def _tag(population: Population, kind: str, code: int) -> Maybe[str | None]:
    given = population.assigned.get(kind)
    return Unknown("Get-CsUser") if given is None else given.tag(code)


def _same_for_all(now: Situation, before: Situation, kind: str) -> bool:
    """Tell whether what counts follows from what people were given, and that is what it was."""
    here, there = now.state.population, before.state.population
    if (
        now.state.policies is not before.state.policies
        or isinstance(here, Unknown)
        or isinstance(there, Unknown)
    ):
        return False
    if here.assigned.get(kind) is not there.assigned.get(kind):
        return False
    return now.once(("ignores home", kind), lambda: policies.ignores_home(now.state, kind))


def _for_all(kind: str) -> Leg:
    return passed("", f"the same {kind} policies count for the same people as before")


def _crossed(
    here: Population, there: Population, kind: str
) -> Mapping[tuple[PoolId, int], list[tuple[PoolId, Maybe[str | None]]]]:
    """Return, by home and code now, where these people were homed at the other moment, with which policy."""
    nobody = np.zeros(len(here), np.uint8)
    given, other = here.assigned.get(kind), there.assigned.get(kind)
    columns = (
        here.home,
        nobody if given is None else given.code,
        there.home,
        nobody if other is None else other.code,
    )
    found: dict[tuple[PoolId, int], list[tuple[PoolId, Maybe[str | None]]]] = {}
    for group in grouped(columns, here.people):
        home, code, was, old = group.values
        if was < len(there.pools):
            tag: Maybe[str | None] = Unknown("Get-CsUser") if other is None else other.tag(old)
            found.setdefault((here.pools[home], code), []).append((there.pools[was], tag))
    return found
