"""Can everybody sign in with the client that they have?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import (
    ClientSubject,
    Disposition,
    Finding,
    Guest,
    MeetingClient,
    MeetingSubject,
    Observer,
    Severity,
    check,
    not_applicable,
    subjects,
)


@check(
    clause="clients",
    severity=Severity.ERROR,
    source="Clients and devices; DNS requirements for automatic client sign-in; Migration process",
    remedy="Look at the hop where the way ends: a client that the home pool does not support is replaced "
    "before its people are moved, a sign-in name is pointed at a pool that answers, a rule of the client "
    "version policy is changed.",
)
def everybody_can_sign_in_with_their_client(client: ClientSubject) -> Iterator[Finding]:
    """Everybody can sign in with the client that they have, on both generations."""
    outcome = client.sign_in()
    if outcome.done:
        return
    if client.sign_in_again().disposition is Disposition.DONE:
        # Whoever has been signed in before does not notice; everybody else does.
        yield Finding(kind="server-not-found", outcome=outcome)
    elif outcome.disposition is Disposition.REFUSED:
        yield Finding(kind="client-refused", outcome=outcome)
    else:
        yield Finding(kind="sign-in-fails", outcome=outcome)


@check(
    clause="clients",
    severity=Severity.ERROR,
    at="*.rolled-back",
    source="Migration process",
    remedy="Give the people back the client that they had before, then let them schedule their new meetings "
    "again.",
)
def no_upgraded_client_is_left_after_going_back(client: ClientSubject, before: Observer) -> None:
    """After a rollback nobody works with an upgraded client."""
    if client.upgraded is False and client.was_upgraded(before) is False:
        not_applicable("nobody's client was upgraded here")
    outcome = client.downgraded()
    assert outcome.done, outcome


@check(
    clause="clients",
    severity=Severity.ERROR,
    at="pilot, legacy-silent, retired",
    source="Log on to the Lync Server; Planning for central site voice resiliency",
    remedy="Keep the old pool until the clients have learnt of the new one; see that discovery finds a pool "
    "that stays.",
)
def people_who_were_away_while_moved_get_in_again(client: ClientSubject) -> None:
    """Whoever was signed out during the move, with a client that remembers the old pool, gets in again."""
    # Who is signed in at that moment is signed out by the server and begins as a fresh device does.
    former = [pool for pool in client.former_homes if pool != client.home]
    if not former:
        not_applicable("nobody here was moved")
    if client.sign_in().disposition in (Disposition.FAILED, Disposition.REFUSED):
        not_applicable("a device that knows nothing does not get in either")
    for pool in former:
        outcome = client.sign_in_again(remembered=pool)
        assert outcome.done, outcome


@check(
    clause="clients",
    severity=Severity.ERROR,
    source="Client interoperability in Lync 2013; Supported clients from previous deployments",
    remedy="Tell guests to join in a browser, take the old program off their machines, and show the join "
    "page's options (ShowAlternateJoinOptionsExpanded).",
)
def guests_join_with_what_they_use(
    meeting: MeetingSubject,
    programs: list[str] = [],  # noqa: B006  # the configuration sets it, nobody changes it
) -> Iterator[Finding]:
    """Guests get into meetings of either generation with the programs that are said to be in use."""
    in_use = sorted({*programs, *meeting.guest_programs})
    if not in_use:
        not_applicable("nobody said what guests use")
    if meeting.join_anonymously().disposition in (Disposition.FAILED, Disposition.REFUSED):
        not_applicable("no guest gets in, whatever they use")
    for program in in_use:
        outcome = meeting.join_with(MeetingClient(program), Guest.ANONYMOUS)
        if not outcome.done:
            yield Finding(kind="program-not-supported", outcome=outcome)


@check(
    clause="clients",
    severity=Severity.WARNING,
    at="side-by-side..production",
    source="Cannot verify that the server is trusted (support article); Lync 2010 Pool / Lync 2013 Client "
    "Coexistence (third party)",
    remedy="Put the domain of the servers on the clients' list of trusted domains by policy, or move people "
    "before they get the new client.",
)
def nobody_is_asked_whom_to_trust(client: ClientSubject, origin: Observer) -> None:
    """Whoever was not moved is not asked all of a sudden whether to trust a server."""
    asks = client.trust_prompt()
    if not asks:
        return
    begun = {
        (each.home, each.client, each.domain): each
        for each in subjects(origin, "client")
        if isinstance(each, ClientSubject)
    }
    same = begun.get((client.home, client.client, client.domain))
    if same is None or not client.downgraded().done:
        not_applicable("they were moved, or got another client")
        return
    assert same.trust_prompt(), f"{client}: {asks}"
