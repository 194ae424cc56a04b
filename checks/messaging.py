"""Can clients communicate with current and legacy users?"""

from __future__ import annotations

from coexistence import Conversation, Severity, check, not_applicable


@check(
    clause="messaging",
    severity=Severity.BLOCKER,
    at="side-by-side..legacy-silent, *.rolled-back",
    source="Migration process",
    remedy="Publish the topology and wait until every replica is current; then look at the hop where the "
    "route ends.",
)
def legacy_and_current_users_reach_each_other(conversation: Conversation) -> None:
    """A user on either generation can send a message to a user on the other."""
    if not conversation.crosses_generations:
        not_applicable("both are homed on the same generation")
    outcome = conversation.message()
    assert outcome.done, outcome


@check(
    clause="messaging",
    severity=Severity.BLOCKER,
    source="Migration process",
    remedy="Look at the hop where the route ends.",
)
def users_of_one_generation_reach_each_other(conversation: Conversation) -> None:
    """A user can send a message to every user homed on the same generation."""
    if conversation.crosses_generations:
        not_applicable("they are homed on different generations")
    outcome = conversation.message()
    assert outcome.done, outcome
