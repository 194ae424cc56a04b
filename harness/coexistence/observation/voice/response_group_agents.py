"""Agents of response groups: signing in to a group, and calling in its name.

Law of this room: an agent is homed somewhere, uses the console of some pool, and serves a group on a third;
which generation each of them is decides what the agent sees.
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.model.deployment import Application
from coexistence.model.vocabulary import PoolId
from coexistence.model.vocabulary.ends import use_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, refused, travel
from coexistence.simulation.rules.registry import rule

__all__ = ["call_for_group", "sign_in_to_group"]


def sign_in_to_group(facts: Facts, group: Application, home: PoolId) -> Outcome:
    """Return whether an agent homed on a pool can sign in to a group.

    Nobody signs in to an informal group: whoever is signed in to the product takes its calls.
    """
    return facts.outcome(("agent", group, home), lambda: travel(_sign_in(facts, group, home)))


@rule(
    "agent-console-lists-own-generation",
    "The agent console of a pool lists formal groups of its own generation alone; after the groups moved, "
    "agents need the address of the new pool's console.",
    source="Migrate response groups; Lync Server 2013 release notes",
)
def _sign_in(facts: Facts, group: Application, home: PoolId) -> Iterator[Leg]:
    yield from _present(facts, group, home)
    if not group.formal:
        return
    console = group.console or group.owner
    if console not in facts.state.pools:
        reason = f"the agent console of {console} is in the topology no more"
        yield failed(facts.fqdn(home), reason, on=use_of(console))
        return
    yield facts.service(console, "web_services")
    here, there = facts.state.pools[console], facts.state.pools[group.owner]
    if here.versions != there.versions:
        reason = f"the agent console of this pool does not list groups on {there.fqdn}, of another generation"
        yield failed(here.fqdn, reason)
    yield passed(here.fqdn, "the agent console lists the group")


def call_for_group(facts: Facts, group: Application, home: PoolId) -> Outcome:
    """Return whether an agent homed on a pool can place calls on behalf of a group."""
    return facts.outcome(("on behalf", group, home), lambda: travel(_on_behalf(facts, group, home)))


@rule(
    "older-agent-cannot-call-for-newer-group",
    "An agent on an older pool cannot place calls on behalf of a group on a newer one.",
    source="Lync Server 2013 release notes; Migrate response groups (move agents first)",
)
def _on_behalf(facts: Facts, group: Application, home: PoolId) -> Iterator[Leg]:
    yield from _present(facts, group, home)
    ours, theirs = facts.state.pools[home].versions, facts.state.pools[group.owner].versions
    if ours and theirs and ours[-1] < theirs[0]:
        reason = "agents here are not offered to call on behalf of a group on a newer pool"
        yield refused(facts.fqdn(home), reason)


def _present(facts: Facts, group: Application, home: PoolId) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield facts.registrar(home)
    if group.owner not in facts.state.pools:
        reason = f"it belongs to {group.owner}, which is in the topology no more"
        yield failed(group.id, reason, 4005, on=use_of(group.owner))
        return
    if group.owner != home:
        yield facts.link(home, group.owner)
        yield facts.registrar(group.owner)
