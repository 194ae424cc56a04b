"""What the product says when something does not work: SIP status, diagnostic id, reason.

Law of this room: one row for each id that an observation may give, with how well it is supported. Ids and
reasons are from the protocol specifications; where the SIP status beside an id is not stated anywhere,
the row says so, and the status is the natural choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from coexistence.model.vocabulary import Confidence

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
    501: "Not Implemented",
    503: "Service Unavailable",
    504: "Server time-out",
    603: "Decline",
    606: "Not Acceptable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One ms-diagnostics id."""

    id: int
    reason: str
    #: None where it comes in a notification, which carries no status.
    sip: int | None
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


def _row(
    identity: int, sip: int | None, reason: str, known: str, status: str, source: str = _OCER
) -> Diagnostic:
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
        _row(4, 480, "Insufficient bandwidth to establish session. Do not attempt re-route.", _S, _U),
        _row(5, 480, "Insufficient bandwidth to establish session. Attempt PSTN re-route.", _P, _U),
        _row(1000, 401, "Final handshake failed.", _S, _U),
        _row(1001, 403, "From URI not authorized to communicate with public IM providers.", _S, _U),
        _row(1002, 403, "From URI not authorized to communicate with federated partners.", _S, _U),
        _row(1003, 404, "User does not exist.", _S, _P, _TESTING),
        _row(1004, 481, "Route set is no longer valid.", _S, _U),
        _row(1005, 404, "Cannot route to destination domain.", _S, _U),
        _row(1006, 504, "Error routing on client connection.", _S, _U),
        _row(1007, 504, "Temporarily cannot route.", _S, _U),
        _row(1008, 504, "Unable to resolve DNS SRV record.", _S, _P, _TESTING),
        _row(1009, 504, "Conflicting SRV and host domains in DNS.", _S, _U),
        _row(1010, 504, "Certificate trust with next-hop server could not be established.", _S, _U),
        _row(1013, 401, "Significant time skew detected during authentication.", _S, _U),
        _row(1014, 504, "Unable to resolve DNS A record.", _S, _U),
        _row(1017, 403, "Cannot route From and To domains in this combination.", _S, _U),
        _row(1027, 504, "Cannot route this type of SIP request to or from federated partners.", _S, _U),
        _row(
            1028,
            504,
            "Domain resolved by DNS SRV to a configured hosting service but the domain is not in the allow "
            "list.",
            _U,
            _U,
        ),
        # The status of 1034 to 1036, 10000 and 10003 is the one that came from the next hop; an answer
        # with 404 is what traces show.
        _row(
            1034,
            404,
            "Previous hop federated peer did not report diagnostic information.",
            _T,
            _T,
            "third party: traces of federation",
        ),
        _row(1035, 404, "Previous hop public IM provider did not report diagnostic information.", _U, _U),
        _row(
            1036, 404, "Previous hop shared address space peer did not report diagnostic information.", _U, _U
        ),
        _row(1038, 504, "Failed to connect to a peer server.", _U, _U),
        _row(1039, 504, "Failed to complete TLS negotiation with a peer server.", _U, _U),
        _row(1046, 504, "Failed to connect to a federated peer server.", _U, _U),
        _row(1047, 504, "Failed to complete TLS negotiation with a federated peer server.", _T, _U),
        _row(2014, 481, "Subscription dialog does not exist.", _S, _U),
        _row(
            2165,
            488,
            "Contact subscription is not allowed as the user's contact list has migrated to Exchange.",
            _S,
            _S,
            "[MS-PRES] unified contact store example",
        ),
        _row(3000, 400, "Bad From in C3P request.", _S, _U),
        _row(3001, 400, "Bad To in C3P request.", _S, _U),
        _row(3002, 404, "Invalid target user.", _S, _U),
        _row(3003, 404, "The conference-entity supplied in the C3P request is invalid.", _S, _U),
        _row(3004, 501, "The requested C3P command is not implemented.", _S, _U),
        _row(3005, 400, "The request cannot target a MCU.", _S, _U),
        _row(3006, 400, "Failed to parse the C3P request.", _S, _U),
        _row(3007, 400, "AddUser C3P blob invalid.", _S, _U),
        _row(3008, 403, "Access Method or Auth Method in C3P request is not acceptable.", _S, _U),
        _row(3009, 400, "Malformed endpoint entity.", _S, _U),
        _row(3010, 400, "Bad request without Session-Timer extension.", _S, _U),
        _row(3011, 400, "Failed to process Ms-Mcu-Contact header.", _S, _U),
        _row(3012, 404, "Invalid conference URI.", _S, _U),
        _row(3013, 404, "Invalid MCU URI.", _S, _U),
        _row(3014, 403, "Failed authorization.", _S, _U),
        _row(3015, 403, "This meeting does not allow 3rd-party dial-out by attendees.", _S, _U),
        _row(3016, 400, "The supplied role is invalid.", _S, _U),
        _row(3017, 403, "Unknown presenter dial-out by attendees is not allowed.", _S, _U),
        _row(
            3018,
            400,
            "One or more joining methods are invalid. Exactly one method can be specified.",
            _S,
            _U,
        ),
        _row(3019, 403, "Forbidden destination for anonymous user.", _S, _U),
        _row(3020, 403, "Anonymous user targeting non-focus or non-MCU conference URI.", _S, _U),
        _row(
            3021,
            403,
            "The destination is not a conference URI, anonymous users are not authorized.",
            _S,
            _U,
        ),
        _row(3022, 403, "Anonymous user targeting server without focus.", _S, _U),
        _row(
            3062,
            503,
            "Internal Error: getMcu failed",
            _T,
            _U,
            "third party: conferencing fails with 3062 after migration",
        ),
        _row(4000, 500, "User services default.", _S, _U),
        _row(4003, 403, "From URI not enabled for remote access.", _S, _U),
        _row(4004, 403, "Credentials provided are not authorized to act as specified from URI.", _S, _U),
        _row(4005, 404, "Destination URI either not enabled for SIP or does not exist.", _S, _P, _TESTING),
        _row(4006, 404, "User not found in pool.", _S, _U),
        _row(4009, 485, "Multiple users associated with the destination phone number.", _S, _U),
        # Evidence of the id and its words is a public client's source.
        _row(4141, None, "User disabled", _T, _T, "[MS-SIPREGE] 3.2; source of a public client"),
        _row(
            4268,
            403,
            "Delegate operation not allowed as delegate and delegator are in different deployments.",
            _T,
            _U,
            "trace in a public repository",
        ),
        _row(5000, 503, "One or more critical applications are not running.", _S, _U),
        _row(10000, 404, "Gateway returned a SIP failure code", _U, _U),
        _row(10003, 404, "Proxy returned a SIP failure code", _T, _T, "third party: Mediation Server trace"),
        _row(12001, 403, "User Policy does not contain phone route usage", _P, _P, "Testing PSTN calls"),
        _row(12004, 504, "Routes available but no available gateway at this point", _U, _U),
        _row(13009, 480, "No endpoints registered in Backup registrar.", _S, _U),
        _row(14010, 404, "Unable to find an exact match in the rules set", _U, _U),
        _row(
            15000,
            500,
            "Unable to read the user properties publication for the user or contact object.",
            _P,
            _U,
            "Call to Subscriber Access or Auto Attendant fails in Skype for Business Server 2019",
        ),
        _row(15030, 480, "Failed to route to Exchange Server", _P, _P, "Testing peer-to-peer A/V calls"),
        _row(17002, 403, "Invalid protocol client version.", _S, _U),
        _row(17003, 403, "Declined with URL.", _S, _U),
        _row(21002, 403, "Attendees cannot share in this conference", _T, _U, "third party: support article"),
        _row(24067, 503, "Mcu is rolling over", _P, _U, "UCMA: conferencing diagnostics"),
        _row(17004, 200, "Allowed with URL.", _S, _U),
        _row(28020, 401, "No valid security token.", _P, _P, "UCWA: authentication"),
        _row(35000, 404, "Orbit not found.", _S, _U, "[MS-OCER] Call Park"),
        _row(35003, 403, "Cannot un-park from outside.", _S, _U, "[MS-OCER] Call Park"),
        _row(35008, 488, "Version not understood.", _S, _U, "[MS-OCER] Call Park"),
        _row(35012, 503, "Parking server is in draining mode.", _S, _U, "[MS-OCER] Call Park"),
    )
}
