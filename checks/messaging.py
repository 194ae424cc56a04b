"""Can clients communicate with current and legacy users?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import (
    ClientSubject,
    Content,
    Conversation,
    Disposition,
    Finding,
    Modality,
    PoolRole,
    PoolSubject,
    Recipient,
    Severity,
    User,
    check,
    not_applicable,
)


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


@check(
    clause="messaging",
    severity=Severity.BLOCKER,
    source="Migration process; Client interoperability in Lync 2013",
    remedy="Look at the pool that was asked for the presence: its Front-End service, its database, and the "
    "way to it from the watcher's pool.",
)
def everybody_sees_whether_others_are_there(conversation: Conversation) -> Iterator[Finding]:
    """People see the presence of everybody else, on either generation and in every state."""
    outcome = conversation.presence()
    if not outcome.done:
        _writes_at_all(conversation)
        yield Finding(kind="presence-unknown", outcome=outcome)
    elif conversation.sender.versions < conversation.recipient.versions:
        # An older server may not list the state that somebody on a newer one shows.
        newer = conversation.presence(Recipient.NEWER_STATE)
        if not newer.done:
            yield Finding(kind="newer-state-unknown", severity=Severity.ERROR, outcome=newer)


@check(
    clause="messaging",
    severity=Severity.BLOCKER,
    source="Migration process; Client interoperability in Lync 2013",
    remedy="Look at the hop where the session ends; where bandwidth was refused, give the link between the "
    "sites more room in the bandwidth policy.",
)
def people_call_and_show_each_other_their_screens(conversation: Conversation) -> Iterator[Finding]:
    """Two people can call each other and share a screen, whichever generation they are homed on."""
    called, shared = conversation.call(), conversation.share()
    if called.done and shared.done:
        return
    _writes_at_all(conversation)
    if not called.done:
        yield Finding(kind="call-fails", outcome=called)
    if not shared.done:
        yield Finding(kind="sharing-fails", outcome=shared)


@check(
    clause="messaging",
    severity=Severity.ERROR,
    source="Migration process; Client interoperability in Lync 2013",
    remedy="Look at the conferencing services of the pool of whoever invites, and at port 444 between the "
    "two pools.",
)
def a_third_person_can_be_invited_across_generations(conversation: Conversation) -> None:
    """A conversation becomes a meeting when a person of the other generation is invited."""
    if not conversation.crosses_generations:
        not_applicable("both are homed on the same generation")
    outcome = conversation.invite_third()
    if not outcome.done:
        _writes_at_all(conversation)
    assert outcome.done, outcome


@check(
    clause="messaging",
    severity=Severity.ERROR,
    source="[MS-OCER] error tables; Migration process",
    remedy="Move people and their delegates together, in one batch.",
)
def delegates_may_be_on_either_generation(conversation: Conversation) -> None:
    """People keep their delegates while one of them is moved and the other is not."""
    if not conversation.crosses_generations:
        not_applicable("both are homed on the same generation")
    outcome = conversation.delegate()
    if not outcome.done:
        _writes_at_all(conversation)
    assert outcome.done, outcome


@check(
    clause="messaging",
    severity=Severity.WARNING,
    source="Configuring file transfer and URL filtering for instant messaging",
    remedy="Give the site of the new pools the filter that the others have (New-CsImFilterConfiguration, "
    "New-CsFileTransferFilterConfiguration), or set one for everybody.",
)
def links_and_files_pass_both_ways(conversation: Conversation) -> Iterator[Finding]:
    """What may be sent to the other generation may be sent back: links and files like plain text."""
    if not conversation.crosses_generations:
        not_applicable("both are homed on the same generation")
    link, file = conversation.message(content=Content.LINK), conversation.reach(Modality.FILE)
    if link.done and file.done:
        return
    _writes_at_all(conversation)
    back = conversation.answering()
    # Blocked both ways is what the company wants; blocked one way is what nobody meant.
    if not link.done and back.message(content=Content.LINK).done:
        yield Finding(kind="link-blocked-one-way", outcome=link)
    if not file.done and back.reach(Modality.FILE).done:
        yield Finding(kind="file-blocked-one-way", outcome=file)


def _writes_at_all(conversation: Conversation) -> None:
    """Leave people who cannot even write to each other to the promise that says so."""
    if conversation.message().disposition in (Disposition.FAILED, Disposition.REFUSED):
        not_applicable("they do not even reach each other by message")


@check(
    clause="messaging",
    severity=Severity.ERROR,
    source="Presence privacy mode update; Deploying Lync Server 2013 clients",
    remedy="Leave the privacy mode off until no client is in use that does not know it (client version "
    "policy), and let people add each other first.",
)
def everybody_is_seen_with_the_client_they_have(client: ClientSubject) -> None:
    """Others see the presence of everybody, whichever client they use."""
    outcome = client.be_seen()
    if not outcome.done and not client.sign_in().done:
        not_applicable("whoever is not signed in is not seen")
    assert outcome.done, outcome


@check(
    clause="messaging",
    severity=Severity.ERROR,
    source="Migrating XMPP federation; features removed from Skype for Business Server 2019",
    remedy="Move them back to a pool that has an XMPP gateway, or tell them that these contacts are gone.",
)
def nobody_is_moved_away_from_their_xmpp_contacts(user: User) -> None:
    """Whoever writes to people by XMPP is homed on a version that has it."""
    if user.has_xmpp is False:
        not_applicable("nobody here is known to have XMPP contacts")
    if user.is_on_branch_appliance:
        not_applicable("nobody on a branch appliance ever had XMPP")
    outcome = user.have_xmpp_gateway()
    assert outcome.done, outcome


@check(
    clause="messaging",
    severity=Severity.WARNING,
    at="post-migration..retired",
    source="Coexistence considerations; Migrating Group Chat servers",
    remedy="Export the rooms from the old chat pool, and import them into the new one with both stopped.",
)
def rooms_were_carried_over_to_the_new_chat_pool(pool: PoolSubject) -> None:
    """When services have moved, chat pools of the new version hold the rooms."""
    if pool.pool.role is not PoolRole.PERSISTENT_CHAT or pool.is_legacy:
        not_applicable("no chat pool of the new version")
    outcome = pool.hold_rooms()
    assert outcome.done, outcome
