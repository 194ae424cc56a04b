"""What the product says when something does not work: SIP status, diagnostic id, reason.

Law of this room: one row for each id that an observation may give, with how well it is supported. Ids and
reasons are from the protocol specifications; where the SIP status beside an id is not stated anywhere,
the row says so, and the status is the natural choice.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from coexistence.vocabulary import Confidence

__all__ = ["DIAGNOSTICS", "PHRASES", "Diagnostic"]

#: Reason phrases as clients and cmdlets show them.
PHRASES: Final[Mapping[int, str]] = {
    301: "Redirect request to Home Server",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    415: "Unsupported Media Type",
    480: "Temporarily Unavailable",
    481: "Call Leg/Transaction Does Not Exist",
    485: "Ambiguous",
    486: "Busy Here",
    488: "Not Acceptable Here",
    500: "Server Internal Error",
    503: "Service Unavailable",
    504: "Server time-out",
    603: "Decline",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One ms-diagnostics id."""

    id: int
    reason: str
    sip: int
    #: How well the id and its reason are supported.
    confidence: Confidence
    #: How well the status beside it is supported.
    status_confidence: Confidence
    source: str


_S, _P, _T, _U = "specification", "product documentation", "trace", "not stated"
_FIRM: Final = {
    _S: Confidence.DOCUMENTED,
    _P: Confidence.DOCUMENTED,
    _T: Confidence.THIRD_PARTY,
    _U: Confidence.ASSUMED,
}
_OCER: Final = "[MS-OCER] error tables"
_TESTING: Final = "Lync Server 2013: testing pages of the synthetic transactions"


def _row(identity: int, sip: int, reason: str, known: str, status: str, source: str = _OCER) -> Diagnostic:
    return Diagnostic(
        id=identity,
        reason=reason,
        sip=sip,
        confidence=_FIRM[known],
        status_confidence=_FIRM[status],
        source=source,
    )


DIAGNOSTICS: Final[Mapping[int, Diagnostic]] = {
    row.id: row
    for row in (
        _row(2, 504, "See response code and reason phrase.", _P, _P, _TESTING),
        _row(1000, 401, "Final handshake failed.", _S, _U),
        _row(1001, 403, "From URI not authorized to communicate with public IM providers.", _S, _U),
        _row(1002, 403, "From URI not authorized to communicate with federated partners.", _S, _U),
        _row(1003, 404, "User does not exist.", _S, _P, _TESTING),
        _row(1005, 404, "Cannot route to destination domain.", _S, _U),
        _row(1007, 504, "Temporarily cannot route.", _S, _U),
        _row(1008, 504, "Unable to resolve DNS SRV record.", _S, _P, _TESTING),
        _row(1009, 504, "Conflicting SRV and host domains in DNS.", _S, _U),
        _row(1010, 504, "Certificate trust with next-hop server could not be established.", _S, _U),
        _row(
            1012, 403, "From URI is not authorized to communicate with users outside the enterprise.", _S, _U
        ),
        _row(1014, 504, "Unable to resolve DNS A record.", _S, _U),
        _row(1027, 504, "Cannot route this type of SIP request to or from federated partners.", _S, _U),
        _row(1038, 504, "Failed to connect to a peer server.", _U, _U),
        _row(1039, 504, "Failed to complete TLS negotiation with a peer server.", _U, _U),
        _row(1046, 504, "Failed to connect to a federated peer server.", _U, _U),
        _row(1047, 504, "Failed to complete TLS negotiation with a federated peer server.", _T, _U),
        _row(
            2165,
            488,
            "Contact subscription is not allowed as the user's contact list has migrated to Exchange.",
            _S,
            _S,
            "[MS-PRES] unified contact store example",
        ),
        _row(
            3062,
            503,
            "Internal Error: getMcu failed",
            _T,
            _U,
            "third party: conferencing fails with 3062 after migration",
        ),
        _row(4003, 403, "From URI not enabled for remote access.", _S, _U),
        _row(4005, 404, "Destination URI either not enabled for SIP or does not exist.", _S, _P, _TESTING),
        _row(4006, 404, "User not found in pool.", _S, _U),
        _row(5000, 503, "One or more critical applications are not running.", _S, _U),
        _row(12001, 403, "User Policy does not contain phone route usage", _P, _P, "Testing PSTN calls"),
        _row(12004, 504, "Routes available but no available gateway at this point", _U, _U),
        _row(13009, 480, "No endpoints registered in Backup registrar.", _S, _U),
        _row(15030, 480, "Failed to route to Exchange Server", _P, _P, "Testing peer-to-peer A/V calls"),
        _row(17002, 403, "Invalid protocol client version.", _S, _U),
        _row(17003, 403, "Declined with URL.", _S, _U),
    )
}
