"""Is there room for everybody, with a server down and with a pair gone?"""

from __future__ import annotations

from coexistence import (
    PoolRole,
    PoolSubject,
    Severity,
    check,
    not_applicable,
)


@check(
    clause="capacity",
    severity=Severity.WARNING,
    at="pilot, production, retired, now",
    source="Capacity planning: user models (Skype for Business Server 2015 and 2019)",
    remedy="Add Front Ends to the pool, or spread its people over more pools, before the next batch is "
    "moved; count the people of its branch appliances too.",
)
def pools_hold_the_people_homed_on_them(pool: PoolSubject) -> None:
    """No pool has more people than it was tested with, one Front End down or its pair gone."""
    if pool.pool.role is not PoolRole.FRONT_END or pool.is_silenced:
        not_applicable("nobody is homed there to stay")
    outcome = pool.hold_users()
    assert outcome.done, outcome


@check(
    clause="capacity",
    severity=Severity.ERROR,
    at="side-by-side, post-migration, now",
    source="Error when you install Lync Server; error with Install-CsDatabase (support articles)",
    remedy="Make 16 GB free on a drive of the server, or the model database smaller, and run setup again.",
)
def setup_finds_room_for_its_databases(pool: PoolSubject) -> None:
    """Where setup or the Central Management store is next, there is room for the databases."""
    if pool.is_silenced:
        not_applicable("the pool is about to be removed")
    outcome = pool.have_room_for_databases()
    assert outcome.done, outcome


@check(
    clause="capacity",
    severity=Severity.BLOCKER,
    at="legacy..retired, now",
    source="Cannot start a Front End Server (support article)",
    remedy="Back up the transaction log, then go on in smaller batches.",
)
def transaction_logs_take_the_next_batch(pool: PoolSubject) -> None:
    """The log of every user store takes what is written next."""
    outcome = pool.have_room_in_log()
    assert outcome.done, outcome
