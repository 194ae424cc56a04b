"""Each diagnostic about people, and what has to be the case for it to be given.

The reasons are the specifications'. Statuses are compared with what the table of diagnostics says; which
of them are stated anywhere, and which are a choice, that table says too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pytest
from diagnostics_left_out import LEFT_OUT
from observation.test_people import FAR, NEW, OLD, PAIR, PILOT, particular, reach, silent
from observation.test_proving import LARGE, signs_in
from observation.test_proving import NEW as NEW_LARGE
from observation.test_proving import PILOT as OTHER_PILOT
from observation.test_signing_in import NEW as HOME
from observation.test_signing_in import PILOT as SOUND
from observation.test_signing_in import filtering
from observation.test_signing_in import signs_in as plainly

from coexistence.model.clients import ClientGeneration
from coexistence.model.vocabulary import Confidence, Credentials, Deregistration, Modality, Recipient
from coexistence.observation import Observer
from coexistence.observation.people.messaging import delegate
from coexistence.observation.sign_in.deregistration import signed_out
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.diagnostics import DIAGNOSTICS

if TYPE_CHECKING:
    from collections.abc import Callable

    from coexistence.observation import Outcome

R = Recipient
C = ClientGeneration


class Situation(NamedTuple):
    """What is the case, and what the product says then."""

    diagnostic: int
    sip: int | None
    reason: str
    is_so: str
    ask: Callable[[], Outcome]


def to(who: Recipient, modality: Modality = Modality.MESSAGE) -> Callable[[], Outcome]:
    """Somebody legacy wants something of somebody new who is like this."""
    return lambda: reach(PILOT, OLD, NEW, modality, who=who)


def proving(credentials: Credentials, client: C = C.LYNC_2010, cache: str = "empty") -> Callable[[], Outcome]:
    """Somebody signs in with these credentials."""
    return lambda: signs_in(OTHER_PILOT, LARGE, client, cache=cache, credentials=credentials)


SITUATIONS = [
    Situation(
        1000,
        401,
        "Final handshake failed.",
        "a wrong password",
        proving(Credentials.WRONG_PASSWORD),
    ),
    Situation(
        1003,
        404,
        "User does not exist.",
        "nobody has the address",
        to(R.UNKNOWN),
    ),
    Situation(
        1004,
        481,
        "Route set is no longer valid.",
        "the recipient was moved during the conversation",
        to(R.MOVED_SINCE),
    ),
    Situation(
        1006,
        504,
        "Error routing on client connection.",
        "the connection to the recipient's device broke",
        to(R.CONNECTION_LOST),
    ),
    Situation(
        1013,
        401,
        "Significant time skew detected during authentication.",
        "the client's clock is off",
        proving(Credentials.SKEWED_CLOCK),
    ),
    Situation(
        2014,
        481,
        "Subscription dialog does not exist.",
        "somebody whose presence is watched was moved",
        to(R.MOVED_SINCE, Modality.PRESENCE),
    ),
    Situation(
        4000,
        500,
        "User services default.",
        "an older pool cannot read a newer record (switched assumption)",
        lambda: signs_in(
            OTHER_PILOT,
            LARGE,
            cache="warm",
            record=max(OTHER_PILOT.pools[NEW_LARGE].versions),
            rules=Rules({"records-read-by-older": "no"}),
        ),
    ),
    Situation(
        4004,
        403,
        "Credentials provided are not authorized to act as specified from URI.",
        "credentials of another account",
        proving(Credentials.OTHER_ACCOUNT),
    ),
    Situation(
        4005,
        404,
        "Destination URI either not enabled for SIP or does not exist.",
        "the recipient's account is disabled",
        to(R.DISABLED),
    ),
    Situation(
        4005,
        404,
        "Destination URI either not enabled for SIP or does not exist.",
        "the recipient's account is not replicated yet",
        to(R.NOT_REPLICATED),
    ),
    Situation(
        4006,
        404,
        "User not found in pool.",
        "a move stopped half-way",
        to(R.HALF_MOVED),
    ),
    Situation(
        4009,
        485,
        "Multiple users associated with the destination phone number.",
        "a number that two people have is called",
        to(R.SHARES_NUMBER, Modality.AUDIO),
    ),
    Situation(
        4141,
        None,
        "User disabled",
        "somebody is disabled while signed in",
        lambda: signed_out(
            Observer(PILOT, Rules()).facts, OLD, C.LYNC_2013, PILOT.sip_domains[0], Deregistration.DISABLED
        ),
    ),
    Situation(
        4268,
        403,
        "Delegate operation not allowed as delegate and delegator are in different deployments.",
        "a delegate is homed online",
        lambda: delegate(Observer(PILOT, Rules()).facts, OLD, OLD, online=True),
    ),
    Situation(
        13009,
        480,
        "No endpoints registered in Backup registrar.",
        "the recipient's pool is silent, and they are not registered with its backup",
        lambda: reach(silent(PILOT, PAIR), FAR, PAIR, who=R.OFFLINE),
    ),
    Situation(
        28020,
        401,
        "No valid security token.",
        "Autodiscover is asked with a clock that is off",
        proving(Credentials.SKEWED_CLOCK, C.MOBILE),
    ),
]

#: Ids of the same ranges that other rooms' tests show, each in the situation that the specification names.
ELSEWHERE: Final = {
    2: "test_observation: a silent pool",
    4: "call admission control",
    5: "call admission control",
    1001: "federation: the sender's external access policy, public messaging providers",
    1002: "federation: the sender's external access policy",
    1005: "federation: a domain that is neither ours nor allowed",
    1007: "federation and trusted applications: a next hop that is gone",
    1008: "federation: no SRV record of the partner",
    1009: "federation: an SRV record in another domain",
    1010: "test_observation: replicas, certificates, roots",
    1017: "federation: a SIP domain shared with another deployment",
    1014: "test_observation: no A record of a pool",
    2165: "contact lists in Exchange beside Lync Server 2010",
    4003: "signing in from outside without the policy",
    15030: "test_people and test_applications: voice mail",
    17002: "test_signing_in: the client version filter",
    17003: "test_signing_in: the client version filter",
    17004: "below: it comes with success",
}

#: What the specifications list in these ranges.
LISTED: Final = {
    *(0, 1, 2, 4, 5),
    *range(1000, 1015),
    1017,
    *range(2000, 2017),
    *(2057, 2165),
    *range(4000, 4014),
    *(4055, 4141, 4268),
    *range(13000, 13012),
    15030,
    *range(17000, 17005),
    28020,
}
#: Those that nothing in the model leads to; the documentation says why.
CANNOT_ARISE: Final = LISTED & set(LEFT_OUT)


@pytest.mark.parametrize(
    "situation", SITUATIONS, ids=[f"{each.diagnostic}: {each.is_so}" for each in SITUATIONS]
)
def test_the_situation_gives_the_diagnostic(situation: Situation) -> None:
    outcome = situation.ask()

    assert (outcome.diagnostic, outcome.sip) == (situation.diagnostic, situation.sip)
    known = DIAGNOSTICS[situation.diagnostic]
    assert known.reason.rstrip(".") == situation.reason.rstrip(".")
    assert known.confidence is not Confidence.ASSUMED
    if situation.sip is not None:
        lines = outcome.as_cmdlet().splitlines()
        assert lines[1].startswith(f"Error : {situation.sip}, ")
        assert lines[2].startswith(f"Diagnosis : ErrorCode={situation.diagnostic},Source={outcome.source},")


def test_every_listed_diagnostic_is_shown_or_cannot_arise() -> None:
    shown = {each.diagnostic for each in SITUATIONS}

    assert shown | set(ELSEWHERE) | CANNOT_ARISE == LISTED
    assert not shown & set(ELSEWHERE)
    assert not (shown | set(ELSEWHERE)) & CANNOT_ARISE


def test_what_cannot_arise_is_not_in_the_table() -> None:
    assert not set(LEFT_OUT) & set(DIAGNOSTICS)


@pytest.mark.parametrize(
    ("action", "says"), [("AllowWithUrl", True), ("Allow", False), ("AllowAndUpgrade", False)]
)
def test_an_allowance_with_an_address_names_its_diagnostic(action: str, says: bool) -> None:
    outcome = plainly(filtering(SOUND, action), HOME)

    assert outcome.done
    assert any("17004, Allowed with URL" in each.found for each in outcome.hops) is says


def test_nothing_deviates_where_nothing_was_told() -> None:
    assert particular(PILOT).particulars == PILOT.particulars
