"""Changes to who may administer, and what becomes of what was saved with the wrong tools."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from coexistence.model import operations as op
from coexistence.model.conditions.administrators import CONFIG_REPLICATORS, Administrator
from coexistence.model.deployment import Policy
from coexistence.model.vocabulary import Confidence, Feature, ServerId, Unknown, Version
from coexistence.simulation.dispatch import Changes
from coexistence.simulation.rules.admin_rights import person
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.central_management import the_master
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import State
from coexistence.simulation.transitions import Step, refused

__all__ = ["CHANGES", "NEWER_SETTINGS"]

CHANGES: Final = Changes()


@CHANGES.carries_out(op.SetGroupMembers)
@rule(
    "membership-counts-after-renewal",
    "What somebody, or a server, was put into a group for counts when a new session was opened, or the "
    "server was restarted; before that access is denied as ever.",
    source="Move conference directories; Central Management store replication failures",
)
def set_group_members(state: State, operation: op.SetGroupMembers, _rules: Rules) -> Step:
    """Change who is in a group of Active Directory."""
    people = tuple(_regrouped(each, operation) for each in state.administrators)
    cms = state.cms
    if operation.group == CONFIG_REPLICATORS:
        master = the_master(state)
        known = () if master is None or master not in state.pools else state.pools[master].servers
        added = {ServerId(name) for name in operation.add}
        out = {server for server in known if server in operation.remove}
        late = cms.not_restarted - out
        if not operation.renewed:
            late |= added & cms.not_replicators
        else:
            late -= added
        cms = replace(cms, not_replicators=(cms.not_replicators - added) | out, not_restarted=late)
    return Step(state.changed(administrators=people, cms=cms))


def _regrouped(who: Administrator, operation: op.SetGroupMembers) -> Administrator:
    if isinstance(who.groups, Unknown) or who.name not in operation.add | operation.remove:
        return who
    if who.name in operation.remove:
        return replace(
            who, groups=who.groups - {operation.group}, joined_since=who.joined_since - {operation.group}
        )
    joined = who.joined_since
    if not operation.renewed and operation.group not in who.groups:
        joined |= {operation.group}
    return replace(who, groups=who.groups | {operation.group}, joined_since=joined)


@CHANGES.carries_out(op.OpenShell)
def open_shell(state: State, operation: op.OpenShell, _rules: Rules) -> Step:
    """Open a new management shell: it knows of every group."""
    who = person(state, operation.administrator)
    if who is None:
        return refused(state, f"there is no administrator {operation.administrator}")
    fresh = replace(who, joined_since=frozenset())
    return Step(
        state.changed(
            administrators=tuple(fresh if each.name == who.name else each for each in state.administrators)
        )
    )


@CHANGES.carries_out(op.SetDiscoveryCandidates)
def set_discovery_candidates(state: State, operation: op.SetDiscoveryCandidates, _rules: Rules) -> Step:
    """Elect the servers that monitoring discovers others through."""
    for server in operation.servers:
        if server not in state.servers:
            return refused(state, f"there is no server {server}")
    return Step(state.changed(cms=replace(state.cms, discovery_candidates=operation.servers)))


#: Settings that outcomes look at, and that some tools do not know.
NEWER_SETTINGS: Final = {("external-access", "enablexmppaccess"): Feature.XMPP_ACCESS_SETTING}


@CHANGES.carries_out(op.SavePolicy, configures=True)
@rule(
    "old-tools-drop-newer-settings",
    "A policy that is saved with tools older than one of its settings loses that setting.",
    source="Our conclusion from: administering servers after migration",
    confidence=Confidence.DERIVED,
    switch="old-tools-strip-fields",
)
def save_policy(state: State, operation: op.SavePolicy, rules: Rules) -> Step:
    """Save a policy; policies that nobody told stay unknown."""
    if isinstance(state.policies, Unknown):
        return Step(state)
    saved = operation.policy
    if rules.value("old-tools-strip-fields") == "yes":
        saved = replace(saved, settings=_known_to(operation.tools, saved))
    key = (saved.kind, saved.scope.strip().lower())
    kept = tuple(each for each in state.policies if (each.kind, each.scope.strip().lower()) != key)
    return Step(state.changed(policies=(*kept, saved)))


def _known_to(tools: Version, policy: Policy) -> tuple[tuple[str, str], ...]:
    known = []
    for name, value in policy.settings:
        needed = NEWER_SETTINGS.get((policy.kind, name.lower()))
        known.append((name, value if needed is None or tools.has(needed) else "False"))
    return tuple(known)
