"""Can people get at what is kept for them, and is kept what has to be?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import Disposition, Finding, Observer, PoolSubject, Severity, User, check, not_applicable


@check(
    clause="data",
    severity=Severity.BLOCKER,
    source="Roll back migrated users; unified contact store",
    remedy="Disable the unified contact store by policy, run Invoke-CsUcsRollback, and only then move people "
    "to a pool that has no such store.",
)
def contact_lists_can_be_read(user: User) -> None:
    """Everybody has their contact list, wherever it is kept."""
    outcome = user.read_contacts()
    assert outcome.done, outcome


@check(
    clause="data",
    severity=Severity.WARNING,
    source="Migrate the Address Book",
    remedy="Start the web services of the pool, and run Update-CsAddressBook.",
)
def the_address_book_answers(user: User) -> None:
    """Everybody can find a colleague in the address book."""
    outcome = user.find_in_address_book()
    assert outcome.done, outcome


@check(
    clause="data",
    severity=Severity.WARNING,
    at="pilot..retired, *.rolled-back",
    source="Migrating Archiving and Monitoring servers; Deploy pilot pool",
    remedy="Associate the pool with an Archiving store of its own version before people move to it; keep the "
    "association of a legacy pool until nobody is homed there.",
)
def archiving_goes_on_for_everybody(pool: PoolSubject, origin: Observer) -> Iterator[Finding]:
    """People whose messages were archived when the migration began are archived still."""
    if not pool.first_homes:
        not_applicable("nobody is homed here")
    begun = {
        each.pool.id: each
        for each in origin.subjects("pool")
        if isinstance(each, PoolSubject) and each.pool.id in pool.first_homes
    }
    if not any(each.archive().disposition is Disposition.DONE for each in begun.values()):
        not_applicable("nothing was archived")
    outcome = pool.archive()
    if outcome.done:
        return
    if pool.pool.id in begun and begun[pool.pool.id].archive().disposition is Disposition.DONE:
        yield Finding(kind="archiving-removed-early", severity=Severity.ERROR, outcome=outcome)
    else:
        yield Finding(kind="archiving-not-carried-over", outcome=outcome)
