"""Changes to simple URLs, meeting settings, and what the reverse proxy publishes.

Law of this room: what is set is set at a scope, as a whole; what was set there before is gone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from coexistence.model import operations as op
from coexistence.model.deployment import Policy, SimpleUrl
from coexistence.model.population import LINK_GONE, LINK_IS_CURRENT, with_value
from coexistence.model.vocabulary import Origin, PoolId, PoolRole, Unknown
from coexistence.simulation.dispatch import Changes
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.meeting_settings import SETTINGS
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.rules.simple_urls import among, host_of
from coexistence.simulation.state import State
from coexistence.simulation.transitions import Step, no_such_pool, refused

__all__ = ["CHANGES"]

CHANGES: Final = Changes()

_ONCE: Final = ("Dialin", "Cscp")


# -------------------------------------------------------------------- settings


@CHANGES.carries_out(op.SetMeetingConfiguration, configures=True)
@rule(
    "configurations-at-known-scopes",
    "Meeting and web service settings are set globally, for a site, or for the service of a pool.",
    source="Set-CsMeetingConfiguration reference; Configure the meeting join page",
)
def set_configuration(state: State, operation: op.SetMeetingConfiguration, _rules: Rules) -> Step:
    """Replace the settings of one kind at one scope."""
    kind, place = operation.scope.partition(":")[::2]
    if kind == "site" and place not in state.sites:
        return refused(state, f"there is no site {place}")
    if kind == "service" and place not in state.pools:
        return no_such_pool(state, PoolId(place))
    if kind not in ("global", "site", "service"):
        return refused(state, f"settings of meetings cannot be set for {operation.scope}")
    known = {name.lower() for name in SETTINGS[operation.kind]}
    strange = [name for name, _ in operation.settings if name.lower() not in known]
    if strange:
        return refused(state, f"a parameter cannot be found that matches the name {strange[0]}")
    if isinstance(state.policies, Unknown):
        return Step(state)
    others = tuple(
        each
        for each in state.policies
        if not (each.kind == operation.kind and each.scope.lower() == operation.scope.lower())
    )
    made = Policy(
        kind=operation.kind,
        scope=operation.scope,
        settings=operation.settings,
        origin=Origin("SetMeetingConfiguration"),
    )
    return Step(state.changed(policies=(*others, made)))


# -------------------------------------------------------------------- simple URLs


@CHANGES.carries_out(op.SetSimpleUrls, configures=True)
@rule(
    "simple-url-form",
    "A simple URL does not hold the FQDN of a pool; there is a Meet URL for each SIP domain, and one for "
    "dial-in and one for administration.",
    source="Planning for simple URLs",
)
def set_simple_urls(state: State, operation: op.SetSimpleUrls, _rules: Rules) -> Step:
    """Replace the simple URLs of a scope; pools answer under new ones after Enable-CsComputer alone."""
    if reason := _wrong(state, operation):
        return refused(state, reason)
    before = state.simple_urls
    if isinstance(before, Unknown):
        return Step(state)
    kept = tuple(each for each in before if each.scope.lower() != operation.scope.lower())
    after = (*kept, *operation.urls)
    known = {host_of(each.url) for each in before}
    fresh = [host for host in dict.fromkeys(host_of(each.url) for each in after) if host not in known]
    unserved = state.publishing.unserved | {
        (pool.id, host)
        for pool in state.pools.values()
        if pool.role in (PoolRole.FRONT_END, PoolRole.DIRECTOR)
        for host in fresh
    }
    changed = state.changed(
        simple_urls=after, publishing=replace(state.publishing, unserved=frozenset(unserved))
    )
    return Step(_with_dead_links(changed, before, after))


def _wrong(state: State, operation: op.SetSimpleUrls) -> str | None:
    kind, site = operation.scope.partition(":")[::2]
    if kind == "site" and site not in state.sites:
        return f"there is no site {site}"
    if kind not in ("global", "site"):
        return f"simple URLs cannot be set for {operation.scope}"
    for url in operation.urls:
        if url.scope.lower() != operation.scope.lower():
            return f"{url.url} is meant for {url.scope}, not for {operation.scope}"
        if host_of(url.url) in state.pools:
            return f"{url.url} holds the FQDN of a pool"
    for component in _ONCE:
        if sum(each.component == component for each in operation.urls) > 1:
            return f"there can be one {component} URL only"
    meet = [each.domain.lower() for each in operation.urls if each.component == "Meet"]
    if "*" not in meet:
        for domain in state.sip_domains:
            if domain.lower() not in meet:
                return f"there is no Meet URL for {domain}"
    return None


def _with_dead_links(state: State, before: tuple[SimpleUrl, ...], after: tuple[SimpleUrl, ...]) -> State:
    """Mark invitations that print a Meet URL which nothing uses any more."""
    population = state.population
    if isinstance(population, Unknown) or isinstance(population.meetings, Unknown):
        return state
    meetings = population.meetings
    dead = [
        population.code(pool.id)
        for pool in state.pools.values()
        if {each.url for each in among(before, "Meet", pool.site)}
        - {each.url for each in among(after, "Meet", pool.site)}
    ]
    hit = np.isin(population.home[meetings.organizer], dead) & (meetings.link == LINK_IS_CURRENT)
    if not hit.any():
        return state
    link = with_value(meetings.link, np.flatnonzero(hit), LINK_GONE)
    return state.changed(population=population.changed(meetings=replace(meetings, link=link)))


@CHANGES.carries_out(op.EnableComputer)
def enable_computer(state: State, operation: op.EnableComputer, _rules: Rules) -> Step:
    """Run setup on every server of a pool: from then on it answers under every simple URL."""
    if operation.pool not in state.pools:
        return no_such_pool(state, operation.pool)
    left = frozenset(each for each in state.publishing.unserved if each[0] != operation.pool)
    return Step(state.changed(publishing=replace(state.publishing, unserved=left)))


@CHANGES.carries_out(op.SetReverseProxy)
def set_reverse_proxy(state: State, operation: op.SetReverseProxy, _rules: Rules) -> Step:
    """Replace the rules of the reverse proxy; it is no part of the product, and takes whatever it is told."""
    return Step(state.changed(publishing=replace(state.publishing, rules=operation.rules)))
