"""Can people get at what is kept for them, and is kept what has to be?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import (
    ClientSubject,
    DeploymentSubject,
    DirectorySubject,
    Disposition,
    Finding,
    Observer,
    PoolSubject,
    Severity,
    User,
    check,
    not_applicable,
    subjects,
)

#: What was never so when the migration began; what nobody told may have been.
_NEVER = (Disposition.FAILED, Disposition.REFUSED)


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
    begun = {
        each.pool.id
        for each in subjects(origin, "pool")
        if isinstance(each, PoolSubject) and each.archive().disposition not in _NEVER
    }
    if not begun or not begun.intersection(pool.first_homes):
        not_applicable("nobody is homed here, or nothing was archived")
    outcome = pool.archive()
    if outcome.done:
        return
    if pool.pool.id in begun:
        yield Finding(kind="archiving-removed-early", severity=Severity.ERROR, outcome=outcome)
    else:
        yield Finding(kind="archiving-not-carried-over", outcome=outcome)


@check(
    clause="data",
    severity=Severity.WARNING,
    at="pilot..retired, *.rolled-back",
    source="Migrating Archiving and Monitoring servers; Deploy pilot pool",
    remedy="Associate the pool with a Monitoring store of its own version before people move to it; a branch "
    "appliance of Lync Server 2010 needs a Monitoring Server of 2010.",
)
def calls_go_on_being_reported(pool: PoolSubject, origin: Observer) -> Iterator[Finding]:
    """People whose calls were reported when the migration began have them reported still."""
    begun = {
        each.pool.id
        for each in subjects(origin, "pool")
        if isinstance(each, PoolSubject) and each.report_calls().disposition not in _NEVER
    }
    if not begun or not begun.intersection(pool.first_homes):
        not_applicable("nobody is homed here, or nothing was reported")
    outcome = pool.report_calls()
    if outcome.done:
        return
    if pool.pool.id in begun:
        yield Finding(kind="monitoring-removed-early", severity=Severity.ERROR, outcome=outcome)
    else:
        yield Finding(kind="monitoring-not-carried-over", outcome=outcome)


@check(
    clause="data",
    severity=Severity.ERROR,
    at="legacy..retired, now",
    source="Cannot sign in, limited functionality mode (support article); cannot start a Front End Server "
    "(support article)",
    remedy="See that the back end answers and its transaction log has room; give the routing group its "
    "replicas back.",
)
def everybody_can_change_what_is_kept_for_them(user: User) -> None:
    """Everybody can change their contacts and presence, and schedule: nobody is in limited functionality."""
    outcome = user.keep_changes()
    assert outcome.done, outcome


@check(
    clause="data",
    severity=Severity.BLOCKER,
    at="pilot..retired",
    source="Verify user replication has completed; Move-CsUser fails (support article)",
    remedy="Wait for event 30024 of every domain on the new pool, or add the domain to the user "
    "replicator, and only then move people.",
)
def new_pools_know_every_account(pool: PoolSubject) -> None:
    """A pool that people are moved to has heard of every account in the directory."""
    if pool.is_silenced or not pool.pool.homes_users:
        not_applicable("nobody is homed there")
    outcome = pool.know_accounts()
    assert outcome.done, outcome


@check(
    clause="data",
    severity=Severity.ERROR,
    at="production..retired",
    source="Move a single user to the pilot pool; Move remaining users",
    remedy="Find out why the move did not take place (Move-CsUser tells), and repeat it with the tools of "
    "the new version, without -Force.",
)
def everybody_who_was_to_move_has_moved(user: User) -> None:
    """People are homed on the new version, but for those who need what it lacks."""
    outcome = user.leave_legacy()
    assert outcome.done, outcome


@check(
    clause="data",
    severity=Severity.ERROR,
    at="now",
    source="Get-CsTopology, Get-CsService, Get-CsManagementStoreReplicationStatus and the testing pages",
    remedy="Look at both places, and export both again at the same time; where they still differ, find out "
    "which of them the product goes by.",
)
def exported_files_agree(deployment: DeploymentSubject) -> Iterator[Finding]:
    """What the exported files say can all be so."""
    for each in deployment.contradictions:
        yield Finding(
            kind=each.kind,
            severity=Severity.ERROR if each.is_serious else Severity.WARNING,
            message=f"{each.message}: {each.one} against {each.other}",
        )


@check(
    clause="data",
    severity=Severity.BLOCKER,
    at="pilot..retired, now",
    source="Skype for Business Server 2015: plan for upgrade (caution); Move-CsConferenceDirectory reference",
    remedy="Restore the directory from its export; move it with the newest shell, and without -Force.",
)
def conference_directories_keep_their_codes(directory: DirectorySubject) -> None:
    """A conference directory knows every code that invitations to meetings ahead print."""
    outcome = directory.keep_codes()
    assert outcome.done, outcome


@check(
    clause="data",
    severity=Severity.BLOCKER,
    at="legacy-silent, retired, now",
    source="Move the Central Management Server (caution)",
    remedy="Restore the store from the exported configuration. Remove the databases of the old store only "
    "when every replica has followed the new one for a while.",
)
def the_configuration_is_whole(deployment: DeploymentSubject) -> None:
    """One Central Management store is left, and nothing is missing in it."""
    outcome = deployment.keep_configuration()
    assert outcome.done, outcome


@check(
    clause="data",
    severity=Severity.BLOCKER,
    at="*.rolled-back",
    source="Roll back migrated users",
    remedy="Restore what is kept for these people from an export of before their move.",
)
def records_can_be_read_after_going_back(client: ClientSubject) -> None:
    """Whoever comes back from the new version has a record that the legacy pool can read."""
    outcome = client.have_record_read()
    assert outcome.done, outcome


@check(
    clause="data",
    severity=Severity.BLOCKER,
    at="retired, now",
    source="Do NOT remove Skype for Business until you have read this (third party)",
    remedy="Let the cloud own the numbers first, a batch at a time; only then clear attributes.",
)
def people_in_the_cloud_keep_their_numbers(deployment: DeploymentSubject) -> None:
    """Clearing attributes in the directory takes nobody's telephone number away."""
    outcome = deployment.keep_cloud_numbers()
    assert outcome.done, outcome
