"""Settings of meetings and join pages: which value counts on a pool, and what holds where none was set.

Law of this room: a configuration counts for a pool, else for its site, else everywhere; nobody is given
one in person. A setting that a configuration does not name has the default of the pool's version, so a
move between pools, sites or versions may change what new meetings are like, with nothing changed.
"""

from __future__ import annotations

from typing import Final

from coexistence.model.deployment import Policy
from coexistence.model.vocabulary import Confidence, Feature, Maybe, PoolId, Unknown, Version
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import Infrastructure

__all__ = [
    "ADMIT_ANONYMOUS",
    "LEGACY_LINK",
    "PHONES_BYPASS",
    "SETTINGS",
    "configured",
    "default_of",
    "is_on",
    "is_taken_for_granted",
]

ADMIT_ANONYMOUS: Final = "AdmitAnonymousUsersByDefault"
PHONES_BYPASS: Final = "PstnCallersBypassLobby"
LEGACY_LINK: Final = "ShowJoinUsingLegacyClientLink"
ALTERNATES: Final = "ShowAlternateJoinOptionsExpanded"

#: Settings by kind of configuration, with the default that the cmdlet's help gives.
SETTINGS: Final = {
    "meeting": {ADMIT_ANONYMOUS: True, PHONES_BYPASS: True},
    "web-service": {LEGACY_LINK: False, ALTERNATES: False},
}
_KIND: Final = {name: kind for kind, names in SETTINGS.items() for name in names}


@rule(
    "configuration-scopes",
    "Meeting settings are looked up for the User Services of the pool, then for its site, then globally.",
    source="Set-CsMeetingConfiguration reference",
)
def configured(state: Infrastructure, name: str, pool: PoolId) -> str | None:
    """Return the value that counts on a pool; None where no configuration that was told names it."""
    if isinstance(state.policies, Unknown):
        return None
    known = state.pools.get(pool)
    site = known.site if known is not None else ""
    found = {each.scope.lower(): each for each in state.policies if each.kind == _KIND[name]}
    for scope in (f"service:{pool}", f"site:{site}", "global"):
        counts = found.get(scope.lower())
        if counts is not None:
            # The first that applies counts as a whole: what it does not name has the default.
            return _named(counts, name)
    return None


def _named(configuration: Policy, name: str) -> str | None:
    return next((value for key, value in configuration.settings if key.lower() == name.lower()), None)


def is_taken_for_granted(state: Infrastructure, kind: str) -> bool:
    """Tell whether nobody told any configuration of a kind (assumption ``meeting-settings-default``)."""
    return isinstance(state.policies, Unknown) or not any(each.kind == kind for each in state.policies)


@rule(
    "setting-defaults",
    "Meetings are open to anonymous participants and phones pass the lobby by default; older help says that "
    "those of Lync Server 2010 are open to the company alone.",
    source="Set-CsMeetingConfiguration reference; Lync Server 2010: Migration considerations for meetings",
    confidence=Confidence.THIRD_PARTY,
    switch="scheduled-meetings-of-2010",
)
def default_of(name: str, version: Version, rules: Rules) -> bool:
    """Return what a setting is on a version where nobody set it."""
    if (
        name == ADMIT_ANONYMOUS
        and version.has(Feature.COMPANY_MEETINGS)
        and rules.value("scheduled-meetings-of-2010") == "company"
    ):
        return False
    return SETTINGS[_KIND[name]][name]


def is_on(state: Infrastructure, rules: Rules, name: str, pool: PoolId) -> Maybe[bool]:
    """Tell whether a setting is on for a pool: as configured, else by the default of its version."""
    value = configured(state, name, pool)
    if value is not None:
        return value.strip().lower() == "true"
    known = state.pools.get(pool)
    answers = {default_of(name, version, rules) for version in (known.versions if known else ())}
    return answers.pop() if len(answers) == 1 else Unknown("Get-CsServerPatchVersion")
