"""Can everybody sign in with the client that they have?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import ClientSubject, Disposition, Finding, Severity, check, not_applicable


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
def no_upgraded_client_is_left_after_going_back(client: ClientSubject) -> None:
    """After a rollback nobody works with an upgraded client."""
    if client.upgraded is False:
        not_applicable("the client was not upgraded")
    outcome = client.downgraded()
    assert outcome.done, outcome
