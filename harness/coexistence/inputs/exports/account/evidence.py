"""What each export decides, and what is left open without it.

Law of this room: one entry for every kind of file that is read, in words for an administrator. What is
said here is held against what really becomes undecided when a file is taken away.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports.account import file_accounts
from coexistence.model.vocabulary import (
    APPLICATION_CMDLETS,
    CONFIGURATION_CMDLETS,
    POLICY_CMDLETS,
    ApplicationKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["DECIDES", "Decision", "missing"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What rests on one export."""

    #: What it tells.
    what: str
    #: What cannot be decided without it; empty where it is only compared with other files.
    otherwise: str = ""


_K: Final = ApplicationKind
#: By kind of file, in the order in which an administrator would fetch them.
DECIDES: Final[Mapping[str, Decision]] = MappingProxyType(
    {
        file_accounts.PUBLISHED: Decision(
            "sites, pools, servers, roles and versions", "what lists of pools and services cannot tell"
        ),
        file_accounts.TOPOLOGY_BUILDER: Decision("the same as the topology, as it was drawn"),
        file_accounts.USERS: Decision(
            "who is homed where, who is enabled, who uses Enterprise Voice, policies given in person",
            "everything about people",
        ),
        file_accounts.ROOMS: Decision("meeting rooms, which are accounts and no people"),
        file_accounts.PEOPLE: Decision(
            "clients, contact stores, who uses XMPP or Persistent Chat",
            "sign-in with people's clients, which meetings a rollback costs, who has to stay",
        ),
        file_accounts.MEETINGS: Decision(
            "meetings, how they were scheduled, when they end",
            "every promise about meetings, and what a rollback costs",
        ),
        file_accounts.SERVICES: Decision("which services are started", "whether anything answers"),
        file_accounts.REPLICATION: Decision(
            "which replicas are current, and the date of the question",
            "who has the current configuration, and whatever passes an Edge",
        ),
        file_accounts.CMS_STATUS: Decision(
            "the active Central Management master, and when it was last alive"
        ),
        file_accounts.CONNECTION: Decision(
            "where the service control point leads", "whether anything can be administered"
        ),
        file_accounts.PATCHES: Decision(
            "builds, and whether 7.0.2046 is 2019 or Subscription Edition",
            "whatever differs between 2019 and Subscription Edition, mixed builds",
        ),
        file_accounts.DIRECTORIES: Decision(
            "who owns the conference directories", "joining meetings, dial-in codes"
        ),
        **{
            APPLICATION_CMDLETS[kind]: Decision(f"{things} and the pools that own them", f"whether {answer}")
            for kind, things, answer in (
                (_K.ACCESS_NUMBER, "access numbers", "meetings can be dialled into"),
                (_K.RESPONSE_GROUP, "response groups", "they answer, and whether a pool may be removed"),
                (_K.CALL_PARK_ORBIT, "orbits", "parked calls are found"),
                (_K.UNASSIGNED_NUMBERS, "ranges of unassigned numbers", "they are announced"),
                (_K.COMMON_AREA_PHONE, "common area phones", "they can be called"),
                (_K.ANALOG_DEVICE, "analog devices", "they can be called"),
                (_K.EXCHANGE_UM, "Exchange UM contacts", "voice mail can be reached"),
                (_K.TRUSTED_ENDPOINT, "endpoints of trusted applications", "trusted applications answer"),
            )
        },
        file_accounts.TRUSTED_APPLICATIONS: Decision(
            "which pool runs an endpoint's application", "whether trusted applications answer"
        ),
        POLICY_CMDLETS["conferencing"]: Decision(
            "what meetings allow", "guests, dial-in, whether a move changes somebody's policy"
        ),
        POLICY_CMDLETS["external-access"]: Decision(
            "who may federate, use XMPP, sign in from outside", "whatever passes an Edge"
        ),
        POLICY_CMDLETS["voice"]: Decision("who may call where", "calls to the telephone network"),
        POLICY_CMDLETS["user-services"]: Decision("who may keep contacts in Exchange"),
        POLICY_CMDLETS["mobility"]: Decision("who may use mobile clients"),
        POLICY_CMDLETS["client"]: Decision("what clients show"),
        file_accounts.VOICE_ROUTES: Decision(
            "trunks and the usages that may use them", "calls to the telephone network"
        ),
        file_accounts.DIAL_PLANS: Decision("dial-in regions", "dial-in, access numbers"),
        file_accounts.CLIENT_RULES: Decision("which client versions are let in", "sign-in"),
        file_accounts.CLIENT_SETTINGS: Decision("whether the version filter is on", "sign-in"),
        CONFIGURATION_CMDLETS["meeting"]: Decision(
            "who gets into new meetings", "whether new meetings begin on the same terms"
        ),
        CONFIGURATION_CMDLETS["web-service"]: Decision("what the join page offers"),
        file_accounts.SIMPLE_URLS: Decision("simple URLs", "links of meetings, the Control Panel's address"),
        file_accounts.SITES: Decision("the federation route of each site", "federation"),
        file_accounts.ALLOWED: Decision("the partners that are allowed", "federation"),
        file_accounts.BLOCKED: Decision("the partners that are blocked", "federation"),
        file_accounts.NAMES: Decision(
            "where names lead, inside and outside", "whatever a name is needed for"
        ),
        file_accounts.CERTIFICATES: Decision(
            "certificates, their names, issuers and ends", "every connection between servers"
        ),
        file_accounts.SERVER_SETTINGS: Decision(
            "TLS versions and trusted roots of servers", "every connection between servers"
        ),
        file_accounts.TESTS: Decision("results of the product's own tests"),
        file_accounts.POOLS: Decision("pools and their computers, once more"),
        file_accounts.POOL_SERVICES: Decision("services of pools, once more; backup registrars"),
        file_accounts.SIP_DOMAINS: Decision("SIP domains, once more"),
        file_accounts.TRUSTED_POOLS: Decision("pools of trusted applications, once more"),
        file_accounts.QUEUES: Decision("queues of response groups"),
        file_accounts.AGENT_GROUPS: Decision("agent groups of response groups"),
        file_accounts.COMPUTERS: Decision("computers and their pools, once more"),
        file_accounts.SERVER_VERSION: Decision("the version of one server"),
        file_accounts.EXPORT_LOG: Decision("what the export script could not read, and why"),
    }
)


def missing(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return the exports that would decide something and are not among ``kinds``, in the table's order."""
    given = set(kinds)
    if file_accounts.TOPOLOGY_BUILDER in given:
        # The draft holds simple URLs, which the exported topology does not.
        given |= {file_accounts.PUBLISHED, file_accounts.SIMPLE_URLS}
    return tuple(kind for kind, each in DECIDES.items() if each.otherwise and kind not in given)
