"""Words for sites, pools, services, and what belongs to pools or connects to them.

Law of this room: plain names, no behaviour of the product, and nothing imported but the standard library.
"""

from __future__ import annotations

import enum
from typing import Final

from coexistence.model.vocabulary.facts import Word

__all__ = [
    "APPLICATION_CMDLETS",
    "CONFIGURATION_CMDLETS",
    "POLICY_CMDLETS",
    "ApplicationKind",
    "Edition",
    "PartnerKind",
    "PartyKind",
    "PoolRole",
    "ServiceState",
    "SiteKind",
]


class SiteKind(Word):
    """A central site stands alone; a branch site hangs off a central one."""

    CENTRAL = "central"
    BRANCH = "branch"


class Edition(Word):
    """Standard: one server with its own database. Enterprise: several servers, one back end."""

    ENTERPRISE = "enterprise"
    STANDARD = "standard"


class PoolRole(Word):
    """What a pool is for; every server of a pool does the same."""

    FRONT_END = "front-end"
    DIRECTOR = "director"
    EDGE = "edge"
    MEDIATION = "mediation"
    BRANCH_APPLIANCE = "branch-appliance"
    TRUSTED_APPLICATION = "trusted-application"
    PERSISTENT_CHAT = "persistent-chat"
    #: Lync Server 2010 only: roles of their own, part of the Front End from 2013 on.
    MONITORING = "monitoring"
    ARCHIVING = "archiving"
    #: A role this project has no rules for; its servers are kept and listed.
    OTHER = "other"


class ServiceState(enum.IntEnum):
    """States of a Windows service, with the numbers that .NET and JSON exports use."""

    STOPPED = 1
    START_PENDING = 2
    STOP_PENDING = 3
    RUNNING = 4
    CONTINUE_PENDING = 5
    PAUSE_PENDING = 6
    PAUSED = 7

    @property
    def label(self) -> str:
        """As ``Get-CsWindowsService`` prints it, e.g. ``StartPending``."""
        return "".join(part.capitalize() for part in self.name.split("_"))


#: Kinds of policies by the name that they go by here, and the cmdlet that lists them.
POLICY_CMDLETS: Final = {
    "conferencing": "Get-CsConferencingPolicy",
    "external-access": "Get-CsExternalAccessPolicy",
    "voice": "Get-CsVoicePolicy",
    "client": "Get-CsClientPolicy",
    "client-version": "Get-CsClientVersionPolicy",
    "mobility": "Get-CsMobilityPolicy",
    "user-services": "Get-CsUserServicesPolicy",
}

#: Kinds of settings that nobody is given in person: looked up for a pool, its site, or everywhere.
CONFIGURATION_CMDLETS: Final = {
    "meeting": "Get-CsMeetingConfiguration",
    "web-service": "Get-CsWebServiceConfiguration",
}


class ApplicationKind(Word):
    """Objects that belong to a pool and serve callers rather than sign in."""

    ACCESS_NUMBER = "access number"
    RESPONSE_GROUP = "response group"
    CALL_PARK_ORBIT = "call park orbit"
    UNASSIGNED_NUMBERS = "unassigned number range"
    COMMON_AREA_PHONE = "common area phone"
    ANALOG_DEVICE = "analog device"
    EXCHANGE_UM = "Exchange UM contact"
    TRUSTED_ENDPOINT = "trusted application endpoint"


class PartnerKind(Word):
    """What sort of organisation is on the other side of federation."""

    FEDERATED = "federated partner"
    #: Its people are served by a hosting provider that is configured here.
    HOSTED = "hosted partner"
    PUBLIC_IM = "public IM provider"
    #: People of our own SIP domains who are homed elsewhere (a shared address space).
    SHARED = "shared address space"


class PartyKind(Word):
    """What sort of thing outside the topology connects to a server of ours."""

    PARTNER = "partner"
    GATEWAY = "gateway"
    RECORDER = "recorder"
    DEVICE = "device"


#: Which cmdlet lists the objects of a kind.
APPLICATION_CMDLETS: Final = {
    ApplicationKind.ACCESS_NUMBER: "Get-CsDialInConferencingAccessNumber",
    ApplicationKind.RESPONSE_GROUP: "Get-CsRgsWorkflow",
    ApplicationKind.CALL_PARK_ORBIT: "Get-CsCallParkOrbit",
    ApplicationKind.UNASSIGNED_NUMBERS: "Get-CsUnassignedNumber",
    ApplicationKind.COMMON_AREA_PHONE: "Get-CsCommonAreaPhone",
    ApplicationKind.ANALOG_DEVICE: "Get-CsAnalogDevice",
    ApplicationKind.EXCHANGE_UM: "Get-CsExUmContact",
    ApplicationKind.TRUSTED_ENDPOINT: "Get-CsTrustedApplicationEndpoint",
}
