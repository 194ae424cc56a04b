"""Which policy counts for somebody: the one given in person, else the site's, else the global one.

Law of this room: policies are looked up, not judged. What a setting allows is decided where it is asked
about. What nobody told is unknown, with the cmdlet that tells it; an account without a policy of its own
is not an account without a policy (``Get-CsUser``: empty means that the site's or the global one applies).
"""

from __future__ import annotations

from coexistence.model.deployment import Policy
from coexistence.model.vocabulary import POLICY_CMDLETS, Maybe, PoolId, Unknown
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import Infrastructure, State

__all__ = ["assumptions_of", "effective", "ignores_home", "is_set", "setting", "tag_of"]

_USERS = Unknown("Get-CsUser")


def tag_of(state: State, kind: str, row: int) -> Maybe[str | None]:
    """Return the policy of a kind that an account was given in person; None for automatic."""
    population = state.population
    if isinstance(population, Unknown):
        return population
    given = population.assigned.get(kind)
    return _USERS if given is None else given.tag(int(given.code[row]))


@rule(
    "policy-scope-order",
    "The policy that somebody was given in person counts, else that of the home pool's site, else the global "
    "one.",
    source="Get-CsUser reference; Lync Server 2013: site policies",
    switch="site-policy-follows-home",
)
def effective(
    state: Infrastructure,
    rules: Rules,
    kind: str,
    home: PoolId,
    tag: Maybe[str | None],
    *,
    came_from: PoolId | None = None,
) -> Maybe[Policy]:
    """Return the policy of a kind that counts for people homed on a pool.

    ``tag`` is the policy that they were given in person, None for none. ``came_from``, where it is
    given, is their first home: its site counts if assumption ``site-policy-follows-home`` is switched.
    """
    if isinstance(state.policies, Unknown):
        return _untold(kind)
    by_scope = {_scope(each.scope): each for each in state.policies if each.kind == kind}
    if isinstance(tag, Unknown):
        # Whoever has none to choose from needs no personal assignment to be told.
        if any(scope.startswith("tag:") for scope in by_scope):
            return tag
        tag = None
    if tag is not None:
        given = by_scope.get(_scope(f"tag:{tag}"))
        if given is not None:
            return given
        if rules.value("missing-policy-falls-back") == "no":
            return _untold(kind)
    pool = state.pools.get(
        came_from if came_from and rules.value("site-policy-follows-home") == "no" else home
    )
    if pool is not None:
        of_site = by_scope.get(_scope(f"site:{pool.site}"))
        if of_site is not None:
            return of_site
    return by_scope.get("global", _untold(kind))


def ignores_home(state: State, kind: str) -> bool:
    """Tell whether a policy of a kind follows for certain from what people were given, wherever they are.

    So it is where none is a site's, and every one that anybody was given is there.
    """
    population = state.population
    if isinstance(state.policies, Unknown) or isinstance(population, Unknown):
        return False
    scopes = {_scope(each.scope) for each in state.policies if each.kind == kind}
    if "global" not in scopes or any(scope.startswith("site:") for scope in scopes):
        return False
    given = population.assigned.get(kind)
    if given is None:
        return scopes == {"global"}
    return all(_scope(f"tag:{tag}") in scopes for tag in given.tags)


def assumptions_of(state: Infrastructure, kind: str, tag: Maybe[str | None]) -> tuple[str, ...]:
    """Return the assumptions on which :func:`effective` rests for this assignment."""
    if isinstance(state.policies, Unknown) or isinstance(tag, Unknown):
        return ()
    scopes = {_scope(each.scope) for each in state.policies if each.kind == kind}
    if tag is not None and _scope(f"tag:{tag}") in scopes:
        return ()
    missing = ("missing-policy-falls-back",) if tag is not None else ()
    has_sites = any(scope.startswith("site:") for scope in scopes)
    return (*missing, "site-policy-follows-home") if has_sites else missing


def setting(policy: Policy, name: str) -> Maybe[str]:
    """Return a setting's value as the export wrote it; unknown where the policy does not tell it."""
    for key, value in policy.settings:
        if key.lower() == name.lower():
            return value
    return _untold(policy.kind)


def is_set(policy: Policy, name: str) -> Maybe[bool]:
    """Return whether a yes-or-no setting is ``True``; unknown where the policy does not tell it."""
    value = setting(policy, name)
    return value if isinstance(value, Unknown) else value.strip().lower() == "true"


def _scope(scope: str) -> str:
    """Return a scope in the form in which scopes are compared."""
    return scope.strip().lower()


def _untold(kind: str) -> Unknown:
    return Unknown(POLICY_CMDLETS.get(kind, "Get-CsConferencingPolicy"))
