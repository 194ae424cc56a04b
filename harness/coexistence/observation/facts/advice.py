"""Where to look first, for each diagnostic that an outcome may end with.

Law of this room: advice, not rules. Nothing here decides an outcome; it is what an experienced colleague
would say on hearing the number, in our words. Cmdlets are named only where the product's own references
name them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["LOOK_AT"]

_REPLICAS: Final = "Get-CsManagementStoreReplicationStatus: is every replica up to date?"
_SERVICES: Final = "Get-CsWindowsService on the servers of that pool"
_CERTIFICATES: Final = (
    "the certificate shown there (names, issuer, dates) and the trusted roots of the server that asked; "
    "then " + _REPLICAS
)
_TLS: Final = "the TLS versions enabled on both sides, and what lies between them"
_POLICY: Final = "the external access policy that applies to the sender (person, site, global)"
_ACCOUNT: Final = "Get-CsUser: is the account enabled, spelled like this, and where is it homed?"
_FEDERATION: Final = "the federation route of the site, the Edge pool's federation setting and the partner"
_CLIENT_RULES: Final = "Get-CsClientVersionPolicyRule of every scope that applies to the home pool"
_REQUEST: Final = "the client that sent the request: its version, and what lies between it and the pool"
_MEETING_POLICY: Final = (
    "the organizer's conferencing policy (Get-CsConferencingPolicy) and the options of the meeting"
)

#: By ms-diagnostics id.
LOOK_AT: Final[Mapping[int, str]] = {
    0: _SERVICES,
    1: _SERVICES,
    2: _SERVICES,
    4: "the bandwidth limits of the links between the two sites",
    5: "the bandwidth limits of the links between the two sites, and voice routes for the way round",
    1000: "the password and state of the account; for certificates their dates",
    1001: _POLICY,
    1002: _POLICY,
    1003: _ACCOUNT,
    1004: "whether the server that owned the conversation still runs; the client has to start it anew",
    1005: "the SIP domains of the topology, and the allowed and blocked domains",
    1006: "the connection between that server and the client",
    1007: "the next hop of that server: is it stopped, or does it name something that is gone?",
    1008: "the SRV records that the partner publishes",
    1009: "the SRV record of the domain: its target has to lie in it and stand in the certificate there",
    1010: _CERTIFICATES,
    1013: "the clocks of client and server",
    1014: "DNS: the A record of the next hop",
    1017: "the SIP domains of both sides: which of them claims the address?",
    1027: _FEDERATION,
    1028: "the allowed domains and hosting providers",
    1034: "the partner's own logs: its answer carried no diagnostic",
    1035: "the public IM provider: its answer carried no diagnostic",
    1036: "the tenant that shares the SIP domain: its answer carried no diagnostic",
    1038: "the ports between the two pools, and " + _SERVICES,
    1039: _TLS,
    1046: "ports 5061 and 443 between the two Access Edges",
    1047: _TLS,
    2014: "whether the contact was moved since; the client has to subscribe anew",
    2165: "where the contact list is kept; Invoke-CsUcsRollback takes it back to the server",
    **dict.fromkeys(range(3000, 3014), _REQUEST),
    **dict.fromkeys((3016, 3018), _REQUEST),
    **dict.fromkeys((3014, 3015, 3017, 3019, 3020, 3021), _MEETING_POLICY),
    3022: "whether conferencing is deployed on the organizer's pool (Get-CsTopology)",
    3062: "Get-CsConferenceDirectory: does one of them belong to a pool that is gone?",
    4000: _SERVICES,
    4003: _POLICY,
    4004: "the SIP address of the account that signed in",
    4005: _ACCOUNT,
    4006: "Get-CsUser: was the move finished? The pool has no record of somebody it is home to",
    4009: "the telephone numbers of the accounts: two of them are the same",
    4141: "Get-CsUser: the account was disabled",
    4268: "where both people are homed: delegation does not cross deployments",
    5000: _SERVICES,
    10000: "the gateway behind the Mediation Server",
    10003: "the gateway behind the Mediation Server",
    12001: "Get-CsVoiceRoute and the phone usages of the voice policy",
    12004: "the trunks of the voice route, and the Mediation pools behind them",
    13009: "whether the home pool is back; until then only the survivable mode answers",
    14010: "the normalization rules of the dial plan",
    15000: "where the Exchange UM contacts are homed",
    15030: "whether Exchange UM knows this pool, and where its contacts are homed",
    17002: _CLIENT_RULES,
    17003: _CLIENT_RULES,
    17004: _CLIENT_RULES,
    21002: _MEETING_POLICY,
    24067: "the conferencing services of the hosting pool: somebody is draining one (Get-CsWindowsService)",
    35000: "Get-CsCallParkOrbit: does any range hold the orbit, and does its pool still exist?",
    35003: "whether whoever fetches the call is inside: nobody outside can",
    35008: "the versions of the pools that parked and fetch the call",
    35012: "whether the Call Park service of that pool is being drained: start it again",
    28020: "the clocks of both web servers, and the token-signing certificate",
}
