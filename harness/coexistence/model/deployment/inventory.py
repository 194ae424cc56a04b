"""What a deployment's description and every later state of it hold in the same shape.

Law of this room: values only. A field that stands here stands nowhere else: whoever describes a deployment
writes it, the simulation starts from it, and an export at any later moment has it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from coexistence.model.conditions.administrators import Administrator
from coexistence.model.conditions.external_systems import NOTHING_AROUND, Surroundings
from coexistence.model.conditions.machines_and_databases import Backing
from coexistence.model.conditions.messaging import NOTHING_PARTICULAR, Particulars
from coexistence.model.conditions.reverse_proxy import AS_PLANNED, Publishing
from coexistence.model.deployment.applications import ConferenceDirectory
from coexistence.model.deployment.dns_and_certificates import Certificate, SimpleUrl
from coexistence.model.deployment.federation import Block, Gateway, Partner, VoiceRoute
from coexistence.model.deployment.policies import ClientVersionRule, ClientVersionSettings, DialPlan, Policy
from coexistence.model.deployment.servers import Cms
from coexistence.model.vocabulary import ApplicationKind, Contradiction, Maybe, Unknown, Version

__all__ = ["Inventory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Everything that is configured, beside sites, pools, servers, and whoever and whatever is homed there.

    A collection that no file told about is unknown, which is not the same as empty.
    """

    sip_domains: tuple[str, ...]
    cms: Cms
    directories: Maybe[tuple[ConferenceDirectory, ...]] = Unknown("Get-CsConferenceDirectory")
    dial_plans: Maybe[tuple[DialPlan, ...]] = Unknown("Get-CsDialPlan")
    gateways: tuple[Gateway, ...] = ()
    voice_routes: Maybe[tuple[VoiceRoute, ...]] = Unknown("Get-CsVoiceRoute")
    certificates: Maybe[tuple[Certificate, ...]] = Unknown("certificate export")
    policies: Maybe[tuple[Policy, ...]] = Unknown("Get-CsConferencingPolicy")
    client_rules: Maybe[tuple[ClientVersionRule, ...]] = Unknown("Get-CsClientVersionPolicyRule")
    client_settings: Maybe[tuple[ClientVersionSettings, ...]] = Unknown("Get-CsClientVersionConfiguration")
    simple_urls: Maybe[tuple[SimpleUrl, ...]] = Unknown("Get-CsSimpleUrlConfiguration")
    #: Organisations that people here talk to by federation.
    partners: Maybe[tuple[Partner, ...]] = Unknown("Get-CsAllowedDomain")
    #: Kinds of applications that nobody told about, while ``applications`` holds those of other kinds.
    untold_applications: frozenset[ApplicationKind] = frozenset()
    #: What two exported files say that cannot both be so.
    contradictions: tuple[Contradiction, ...] = ()
    #: No export holds these; that there are no others is assumption ``ports-open``.
    blocked: tuple[Block, ...] = ()
    #: People who administer, as far as anybody described them. That whoever does has the rights for it is
    #: assumption ``administrators-entitled``.
    administrators: tuple[Administrator, ...] = ()
    #: The newest tools that ever published the topology; None for those of its newest generation.
    document: Version | None = None
    #: Nor these: nothing deviates from what the product is like when it was just installed.
    particulars: Particulars = NOTHING_PARTICULAR
    #: Nor these: what the reverse proxy publishes, and which pools answer as what.
    publishing: Publishing = AS_PLANNED
    #: What stands around the pools, as far as it deviates or was told.
    surroundings: Surroundings = NOTHING_AROUND
    #: Nor these: what is out of the ordinary about machines, databases and replicas.
    backing: Backing = field(default_factory=Backing)
