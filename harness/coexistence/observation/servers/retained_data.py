"""What must not get lost on the way: the configuration, settings, dial-in codes, numbers, pools.

Law of this room: what is gone is told by what there was: a code that is printed, a setting of the checkpoint
before, a pool that was defined and never removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from coexistence.model.conditions.administrators import StoreState
from coexistence.model.deployment import ConferenceDirectory, Policy
from coexistence.model.population import CODE_LOST
from coexistence.model.vocabulary import Confidence, Disposition, Unknown, UserKind
from coexistence.model.vocabulary.ends import CENTRAL_MANAGEMENT, use_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.simulation.changes.admin_rights import NEWER_SETTINGS
from coexistence.simulation.rules.central_management import store_of
from coexistence.simulation.rules.registry import rule

__all__ = ["cloud_numbers", "codes_kept", "configuration_kept", "pools_kept", "settings_kept"]

_DONE: Final = Outcome(disposition=Disposition.DONE)
_ADMINISTRATOR: Final = "administrator"
_TRUE: Final = "true"


def configuration_kept(facts: Facts) -> Outcome:
    """Return whether a Central Management store is left that is whole."""
    cms = facts.state.cms
    if isinstance(cms.masters, Unknown):
        reason = "nobody told which pool is the Central Management master"
        return travel([undecided(_ADMINISTRATOR, reason, cms.masters.needs)])
    if not cms.stores:
        return _DONE
    return travel(_whole_store(facts))


def _whole_store(facts: Facts) -> Iterator[Leg]:
    cms = facts.state.cms
    assert not isinstance(cms.masters, Unknown)  # asked before
    if not cms.masters:
        missing = ", ".join(f"{pool} {state.value}" for pool, state in cms.stores)
        reason = f"no pool has the configuration as its master: {missing}"
        yield failed(_ADMINISTRATOR, reason, on=CENTRAL_MANAGEMENT)
    for master in cms.masters:
        state = store_of(cms, master)
        if state in (StoreState.UNSETTLED, StoreState.MISSING):
            reason = f"the Central Management store on {master} {state.value}"
            yield failed(facts.fqdn(master), reason, on=CENTRAL_MANAGEMENT)
    yield passed(_ADMINISTRATOR, "the configuration is whole")


def settings_kept(now: Facts, before: Facts) -> Mapping[str, Outcome]:
    """Return for each policy with a setting that older tools do not know whether it still has it.

    Keys are kind and scope. ``before`` is what was true at the checkpoint before.
    """
    policies, had = now.state.policies, before.state.policies
    if policies is had or isinstance(policies, Unknown) or isinstance(had, Unknown):
        return {}
    now_by_key = {(each.kind, each.scope): each for each in policies}
    found: dict[str, Outcome] = {}
    for policy in had:
        name = _lost(policy, now_by_key.get((policy.kind, policy.scope)))
        if name is not None:
            reason = f"{policy.kind} policy {policy.scope} lost {name}, which tools of an older version drop"
            found[f"{policy.kind} {policy.scope}"] = travel([failed(_ADMINISTRATOR, reason)])
    return found


def _lost(policy: Policy, now: Policy | None) -> str | None:
    """Return a newer setting that was true and is not any more; None where none was lost."""
    if now is None:
        return None
    kept = {name.lower(): value for name, value in now.settings}
    for name, value in policy.settings:
        is_newer = (policy.kind, name.lower()) in NEWER_SETTINGS
        if is_newer and value.lower() == _TRUE and kept.get(name.lower(), "").lower() != _TRUE:
            return name
    return None


def codes_kept(situation: Situation, directory: ConferenceDirectory) -> Outcome:
    """Return whether a conference directory knows every code that invitations ahead print."""
    population = situation.state.population
    if isinstance(population, Unknown) or isinstance(population.meetings, Unknown):
        return _DONE
    meetings = population.meetings
    lost = situation.once(("codes lost",), lambda: np.flatnonzero(meetings.lost == CODE_LOST))
    here = meetings.directory[lost] == directory.number
    number = int(np.count_nonzero(here & (meetings.last[lost] >= situation.state.day)))
    if not number:
        return _DONE
    reason = f"conference directory {directory.number} lost the codes of {number} meetings"
    return travel([failed(situation.facts.fqdn(directory.owner), reason)])


@rule(
    "cloud-numbers-hang-on-attributes",
    "Numbers of people in the cloud that are governed by attributes in Active Directory are gone "
    "with the next synchronization after these were cleared.",
    source="Do NOT remove Skype for Business until you have read this (third party)",
    confidence=Confidence.THIRD_PARTY,
)
def cloud_numbers(situation: Situation) -> Outcome:
    """Return whether people in the cloud keep their telephone numbers."""
    around, population = situation.state.surroundings, situation.state.population
    if not around.attributes_cleared or around.tenant is None or isinstance(population, Unknown):
        return _DONE
    if not around.tenant.numbers_on_premises:
        return _DONE
    people = int(np.count_nonzero((population.kind == UserKind.CLOUD) & (population.voice == 1)))
    if not people:
        return _DONE
    reason = f"{people} people in the cloud lose their numbers: the attributes that govern them are gone"
    return travel([failed("cloud tenant", reason)])


def pools_kept(facts: Facts) -> Mapping[str, Outcome]:
    """Return for each pool that went without anybody's removing it that the topology has it no more.

    Nothing where all are there. Publishing an older copy of the topology drops what was defined since.
    """
    return {
        pool: travel(
            [failed(pool, f"{pool} is in the topology no more, and nobody removed it", on=use_of(pool))]
        )
        for pool in sorted(facts.state.dropped)
        if pool not in facts.state.pools
    }
