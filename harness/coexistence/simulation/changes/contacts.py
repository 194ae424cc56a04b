"""Changes to where contact lists and mailboxes are: rolled back, moved, and taken to Exchange again."""

from __future__ import annotations

from typing import Final

import numpy as np

from coexistence.model import operations as op
from coexistence.model.population import UNTOLD, Column, Population, Rows, column, with_value
from coexistence.model.vocabulary import ContactStore, Feature, Mailbox, PoolId, Unknown
from coexistence.simulation.dispatch import Changes
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.policies import effective, is_set
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import Infrastructure, State
from coexistence.simulation.transitions import Step, refused, selected

__all__ = ["CHANGES", "may_keep"]

CHANGES: Final = Changes()

#: Days after a rollback on which a list goes to Exchange again, if it may.
_RETURNS_AFTER: Final = 7
_NEVER: Final = 0


@CHANGES.carries_out(op.RollBackContactStore)
@rule(
    "contacts-roll-back-before-the-move",
    "Contact lists are taken back from Exchange before anybody moves to a pool that cannot read them there, "
    "and only from a mailbox of Exchange 2013 or later (otherwise: Incorrect Exchange Version).",
    source="Lync Server 2013: roll back migrated users; Invoke-CsUcsRollback reference",
)
def contact_store(state: State, operation: op.RollBackContactStore, _rules: Rules) -> Step:
    """Take contact lists back to the server.

    People who are said to go back where they came from need it for Lync Server 2010 alone, which cannot
    read lists in Exchange; where no such place is named, everybody selected is rolled back.
    """
    population = state.population
    if isinstance(population, Unknown):
        return Step(state)
    if operation.users.came_from is not None:
        home = state.pools.get(operation.users.came_from)
        if home is None or home.has(Feature.UNIFIED_CONTACTS) is not False:
            return Step(state)
    rows = selected(population, operation.users)
    rows = rows[population.contacts[rows] == ContactStore.EXCHANGE]
    if not len(rows):
        return Step(state)
    if population.mailbox is not None:
        too_old = int((population.mailbox[rows] < Mailbox.E2013).sum())
        if too_old:
            return refused(state, f"Incorrect Exchange Version: {too_old} mailboxes are older than 2013")
    days = np.zeros(len(population), np.int32) if population.rolled_back is None else population.rolled_back
    return Step(
        state.changed(
            population=population.changed(
                contacts=with_value(population.contacts, rows, ContactStore.SERVER),
                rolled_back=with_value(days, rows, state.day),
            )
        )
    )


@CHANGES.carries_out(op.MoveMailboxes)
def move_mailboxes(state: State, operation: op.MoveMailboxes, _rules: Rules) -> Step:
    """Move mailboxes to another Exchange; Exchange does not ask what is kept in them."""
    population = state.population
    if isinstance(population, Unknown):
        return Step(state)
    rows = selected(population, operation.users)
    told = population.mailbox
    before: Column = np.full(len(population), UNTOLD, np.uint8) if told is None else told
    return Step(state.changed(population=population.changed(mailbox=with_value(before, rows, operation.to))))


@CHANGES.carries_out(op.LetDaysPass)
def days_pass(state: State, operation: op.LetDaysPass, rules: Rules) -> Step:
    """Let the calendar go on; lists that were rolled back may go to Exchange again."""
    later = state.changed(day=state.day + operation.days)
    population = later.population
    if isinstance(population, Unknown) or population.rolled_back is None:
        return Step(later)
    return Step(later.changed(population=_returned(later, population, population.rolled_back, rules)))


@rule(
    "contacts-return-after-a-week",
    "A contact list that was rolled back goes to Exchange again seven days later, while the user services "
    "policy allows the unified contact store and pool and mailbox are of 2013 or later.",
    source="Lync Server 2013: roll back migrated users; Invoke-CsUcsRollback reference",
    switch="contact-store-policy-off",
)
def _returned(state: State, population: Population, rolled_back: Column, rules: Rules) -> Population:
    due = (
        (rolled_back != _NEVER)
        & (rolled_back <= state.day - _RETURNS_AFTER)
        & (population.contacts == ContactStore.SERVER)
    )
    if population.mailbox is not None:
        due &= population.mailbox >= Mailbox.E2013
    for code in np.unique(population.home[due]).tolist():
        if code >= len(population.pools) or not may_keep(state, population.pools[code], rules):
            due &= population.home != code
    rows: Rows = np.flatnonzero(due)
    if not len(rows):
        return population
    return population.changed(
        contacts=with_value(population.contacts, rows, ContactStore.EXCHANGE),
        rolled_back=column(with_value(rolled_back, rows, _NEVER), np.int32),
    )


def may_keep(state: Infrastructure, home: PoolId, rules: Rules) -> bool:
    """Tell whether people of a pool may keep their lists in Exchange."""
    pool = state.pools.get(home)
    if pool is None or pool.has(Feature.UNIFIED_CONTACTS) is not True:
        return False
    policy = effective(state, rules, "user-services", home, None)
    allowed = policy if isinstance(policy, Unknown) else is_set(policy, "UcsAllowed")
    if isinstance(allowed, Unknown):
        return rules.value("contact-store-policy-off") == "no"
    return allowed
